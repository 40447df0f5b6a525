/* sheet.c -- a grid of characters to draw text charts on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/sheet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

Sheet sheet_make(int columns, int rows, bool utf8)
{
    Sheet s = { columns, rows, utf8, NULL };

    s.cell = mem_new(sizeof *s.cell * (size_t)columns * (size_t)rows);
    for (int i = 0; i < columns * rows; i++)
        s.cell[i].s[0] = ' ';
    return s;
}

void sheet_free(Sheet *s)
{
    free(s->cell);
    s->cell = NULL;
}

static SheetCell *cell_at(const Sheet *s, int x, int y)
{
    return &s->cell[(size_t)y * (size_t)s->columns + (size_t)x];
}

void sheet_put(Sheet *s, int x, int y, const char *glyph)
{
    size_t n = strlen(glyph);

    if (x < 0 || y < 0 || x >= s->columns || y >= s->rows) return;
    assert(n < sizeof(SheetCell));
    memcpy(cell_at(s, x, y)->s, glyph, n + 1);
}

const char *sheet_get(const Sheet *s, int x, int y)
{
    assert(x >= 0 && y >= 0 && x < s->columns && y < s->rows);
    return cell_at(s, x, y)->s;
}

/* The next character of safe text; without UTF-8 a '?' for what is not ASCII. */
static const char *glyph_next(const char *at, bool utf8, char glyph[8], int *columns)
{
    int n = 1;

    while (n < 4 && ((unsigned char)at[n] & 0xC0) == 0x80)
        n++;
    memcpy(glyph, at, (size_t)n);
    glyph[n] = '\0';
    *columns = text_columns(at, (size_t)n);
    if (*at == '\n' || *at == '\t') glyph[0] = ' ';
    if (glyph[0] == ' ') *columns = 1;
    if (n > 1 && !utf8) strcpy(glyph, "?");
    if (n > 1 && !utf8 && *columns > 1) *columns = 1;
    return at + n;
}

int sheet_width(const char *text, bool utf8)
{
    Text        safe = { 0 };
    const char *at;
    char        glyph[8];
    int         width = 0, columns;

    text_add_safe(&safe, text, strlen(text));
    for (at = text_str(&safe); *at; width += columns > 0 ? columns : 0)
        at = glyph_next(at, utf8, glyph, &columns);
    text_free(&safe);
    return width;
}

int sheet_text(Sheet *s, int x, int y, const char *text, int width)
{
    Text        safe = { 0 };
    const char *at;
    bool        cut = sheet_width(text, s->utf8) > width;
    int         used = 0, columns;
    char        glyph[8];

    text_add_safe(&safe, text, strlen(text));
    for (at = text_str(&safe); *at && used < width;) {
        at = glyph_next(at, s->utf8, glyph, &columns);
        if (columns <= 0) continue;
        if (used + columns > width - cut) break;
        sheet_put(s, x + used, y, glyph);
        if (columns > 1) sheet_put(s, x + used + 1, y, "");
        used += columns;
    }
    if (cut && width > 0) sheet_put(s, x + used++, y, "~");
    text_free(&safe);
    return used;
}

void sheet_print(const Sheet *s, Text *out)
{
    for (int y = 0; y < s->rows; y++) {
        int n = s->columns;

        while (n > 0 && strcmp(sheet_get(s, n - 1, y), " ") == 0)
            n--;
        for (int x = 0; x < n; x++)
            text_add(out, sheet_get(s, x, y));
        text_addc(out, '\n');
    }
}
