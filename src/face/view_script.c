/* view_script.c -- the pane of a demo: what the presenter's script says, the newest at
 * the bottom.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view.h"

enum { ROWS_MOST = 400 };

typedef struct {
    Canvas *c;               /* NULL: only count                       */
    int     width, y;
    bool    code;
} Page;

static bool is_typed(const char *line, size_t n)
{
    return n > 2 && (!strncmp(line, ">> ", 3) || !strncmp(line, ".. ", 3));
}

static void put(Page *p, Style s, const char *text)
{
    Canvas *c = p->c ? p->c : canvas_new(p->width, 1);
    int rows = canvas_wrap(c, (Rect){ 0, p->c ? p->y : 0, p->width, CANVAS_MOST }, s, text);
    p->y += rows < 1 ? 1 : rows;
    if (!p->c) canvas_free(c);
}

/* Lines of prose up to an empty one or code are one paragraph, whatever width they were
 * broken at. Returns what is behind it. */
static const char *paragraph(Page *p, const char *text)
{
    Text t = { 0 };
    while (*text && *text != '\n') {
        size_t n = strcspn(text, "\n");
        if (is_typed(text, n)) break;
        if (t.len) text_addc(&t, ' ');
        text_addn(&t, text, n);
        text += n + (text[n] == '\n');
    }
    put(p, STYLE_BOLD, text_str(&t));
    text_free(&t);
    return text;
}

static const char *one_line(Page *p, const char *text, bool typed)
{
    size_t n = strcspn(text, "\n");
    char *line = mem_strn(text, n);
    put(p, typed ? STYLE_KEY : STYLE_NORMAL, *line ? line : " ");
    free(line);
    return text + n + (text[n] == '\n');
}

/* What was typed and what it printed are told apart from prose; empty lines do not
 * pile up. */
static void page_fill(Page *p, const char *text)
{
    bool empty = true;
    while (*text && p->y < CANVAS_MOST) {
        size_t n = strcspn(text, "\n");
        bool typed = is_typed(text, n);
        if (typed) p->code = true;
        if (!n) p->code = false;
        if (!n && empty) text++;
        else if (!n || p->code) text = one_line(p, text, typed);
        else text = paragraph(p, text);
        empty = !n;
    }
}

int script_rows(const ViewState *v, int width)
{
    if (!v->script.len) return 0;
    Page p = { .width = width < 10 ? 10 : width };
    page_fill(&p, text_str(&v->script));
    return p.y < ROWS_MOST ? p.y : ROWS_MOST;
}

void script_draw(const ViewState *v, Canvas *c)
{
    Canvas *all = canvas_new(c->w, CANVAS_MOST);
    Page p = { .c = all, .width = c->w };
    page_fill(&p, text_str(&v->script));
    int y = p.y;
    int from = y - c->h - v->scroll[PANE_SCRIPT];
    if (from < 0) from = 0;
    for (int row = 0; row < c->h; row++)
        for (int x = 0; x < c->w; x++) {
            Cell cell = canvas_at(all, x, from + row);
            if (cell.glyph) canvas_put(c, (Point){ x, row }, cell.style, cell.glyph);
        }
    if (from) canvas_put(c, (Point){ c->w - 1, 0 }, STYLE_KEY, 0x25B2);
    canvas_free(all);
}
