/* view_trace.c -- the pane of what was run and what it printed, newest last.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view.h"

int trace_rows(const ViewState *v, int width)
{
    (void)width;
    int n = 0;
    for (const char *p = text_str(&v->trace); *p; p++) n += *p == '\n';
    return n < 200 ? n : 200;
}

static const char *line_before(const char *start, const char *p)
{
    if (p > start) p--;
    while (p > start && p[-1] != '\n') p--;
    return p;
}

void trace_draw(const ViewState *v, Canvas *c)
{
    const char *start = text_str(&v->trace), *p = start + v->trace.len;
    if (p == start) canvas_hint(c, 0, "What you run is told here: s steps, : takes a command.");
    for (int i = 0; i < v->scroll[PANE_TRACE] + c->h && p > start; i++) p = line_before(start, p);
    for (int y = 0; y < c->h && *p; y++) {
        size_t n = strcspn(p, "\n");
        char *line = mem_strn(p, n);
        Style s = !strncmp(line, ">> ", 3) ? STYLE_KEY : *line == '#' ? STYLE_DIM : STYLE_NORMAL;
        canvas_fit(c, (Point){ 0, y }, c->w, s, line);
        free(line);
        p += n + (p[n] == '\n');
    }
}
