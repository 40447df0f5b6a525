/* view_big.c -- the pane of few and large numbers, for the back row of a class.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "face/view.h"

enum { HIGH = 5, STEP = 5 };         /* rows of a digit; columns from one to the next */

/* Four columns and five rows each, a set bit a block, the leftmost the highest. */
static const struct {
    char    sign;
    uint8_t row[HIGH];
} font[] = {
    { '0', { 15, 9, 9, 9, 15 } }, { '1', { 2, 6, 2, 2, 7 } }, { '2', { 15, 1, 15, 8, 15 } },
    { '3', { 15, 1, 7, 1, 15 } }, { '4', { 9, 9, 15, 1, 1 } }, { '5', { 15, 8, 15, 1, 15 } },
    { '6', { 15, 8, 15, 9, 15 } }, { '7', { 15, 1, 2, 4, 4 } }, { '8', { 15, 9, 15, 9, 15 } },
    { '9', { 15, 9, 15, 1, 15 } }, { '-', { 0, 0, 15, 0, 0 } }, { '.', { 0, 0, 0, 0, 4 } },
    { 'e', { 0, 15, 15, 8, 15 } }, { 'n', { 0, 14, 9, 9, 9 } }, { 'a', { 0, 7, 9, 9, 7 } },
    { 'i', { 4, 0, 4, 4, 4 } }, { 'f', { 7, 8, 14, 8, 8 } }, { '+', { 0, 4, 14, 4, 0 } }
};

static void sign_draw(Canvas *c, Point at, Style s, char sign)
{
    for (size_t i = 0; i < sizeof font / sizeof *font; i++)
        for (int y = 0; y < HIGH && font[i].sign == sign; y++)
            for (int x = 0; x < 4; x++)
                if (font[i].row[y] >> (3 - x) & 1)
                    canvas_put(c, (Point){ at.x + x, at.y + y }, s, 0x2588);
}

static void number_draw(Canvas *c, Point at, Style s, const char *text)
{
    for (; *text; at.x += *text == '.' ? 3 : STEP, text++)
        sign_draw(c, (Point){ *text == '.' ? at.x - 1 : at.x, at.y }, s, *text);
}

typedef struct {
    char   name[32], text[NUM_TEXT];
    Style  style;
} Large;

static int add(Large *all, int n, const char *name, double v, bool whole, int room)
{
    Large *l = &all[n];
    snprintf(l->name, sizeof l->name, "%.31s", name);
    l->style = STYLE_BOLD;
    if (whole) snprintf(l->text, sizeof l->text, "%.0f", v);
    else num_fit(l->text, v, room < 4 ? 4 : room > 7 ? 7 : room, false);
    return n + 1;
}

static int larges_find(const ViewState *v, Large all[8], int room)
{
    Diag d = { 0 };
    int n = 0;
    if (v->epochs) n = add(all, n, "epoch", (double)(v->moment >= 0 ? v->moment : v->epochs), true, room);
    for (int i = 0; i < v->n_curve && n < 4 && !strcmp(v->curve_name, "epoch"); i++)
        n = add(all, n, v->curve[i].name, v->curve[i].y[v->curve[i].n - 1], false, room);
    if (v->E && !(v->n_curve && v->epochs))
        n = add(all, n, v->E->label ? v->E->label : "E", node_scalar(v->E, &d), false, room);
    const ViewLayer *last = v->n_layer ? &v->layer[v->n_layer - 1] : NULL;
    const double *out = last && last->out ? node_eval(last->out, &d) : NULL;
    for (int64_t i = 0; out && i < last->out->len && n < 6; i++) {
        char name[64];
        snprintf(name, sizeof name, "%.20s[%lld]", last->label, (long long)i);
        n = add(all, n, name, out[i], false, room);
    }
    return n;
}

int big_rows(const ViewState *v, int width)
{
    Large all[8];
    return v->big ? (HIGH + 2) * larges_find(v, all, width / STEP) : 0;
}

void big_draw(const ViewState *v, Canvas *c)
{
    Large all[8];
    int n = larges_find(v, all, (c->w - 2) / STEP), y = 0;
    if (!n) canvas_hint(c, 0, "No numbers yet.");
    for (int i = 0; i < n && y < c->h; i++) {
        canvas_text(c, (Point){ 1, y }, STYLE_BOLD, all[i].name);
        if (y + HIGH < c->h) number_draw(c, (Point){ 1, y + 1 }, all[i].style, all[i].text);
        else canvas_text(c, (Point){ 14, y }, STYLE_BOLD, all[i].text);
        y += y + HIGH < c->h ? HIGH + 2 : 1;
    }
}
