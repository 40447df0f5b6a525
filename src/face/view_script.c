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

int script_rows(const ViewState *v, int width)
{
    if (!v->script.len) return 0;
    Canvas *c = canvas_new(width < 10 ? 10 : width, 1);
    int rows = canvas_wrap(c, (Rect){ 0, 0, c->w, 1 }, STYLE_NORMAL, text_str(&v->script));
    canvas_free(c);
    return rows < ROWS_MOST ? rows : ROWS_MOST;
}

/* One line; what was typed and what it printed are told apart from prose. */
static int line_draw(Canvas *c, int y, const char *line, bool *code)
{
    bool typed = !strncmp(line, ">> ", 3) || !strncmp(line, ".. ", 3);
    if (typed) *code = true;
    if (!*line) *code = false;
    Style s = typed ? STYLE_KEY : *code ? STYLE_NORMAL : STYLE_BOLD;
    int rows = canvas_wrap(c, (Rect){ 0, y, c->w, CANVAS_MOST }, s, *line ? line : " ");
    return rows < 1 ? 1 : rows;
}

void script_draw(const ViewState *v, Canvas *c)
{
    Canvas *all = canvas_new(c->w, CANVAS_MOST);
    int y = 0;
    bool code = false;
    for (const char *p = text_str(&v->script); *p && y < CANVAS_MOST;) {
        size_t n = strcspn(p, "\n");
        char *line = mem_strn(p, n);
        y += line_draw(all, y, line, &code);
        free(line);
        p += n + (p[n] == '\n');
    }
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
