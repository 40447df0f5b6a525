/* view_data.c -- the pane of the data: samples, targets, outputs, errors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "face/view.h"

enum { NUMBER = 7, MOST_TARGETS = 3, MORE = 2 };       /* MORE: of the mark for inputs left out */

/* Which columns there is room for. */
typedef struct {
    const ViewState *v;
    Canvas  *c;
    int      index;              /* columns of a row's number           */
    int      inputs, targets;    /* shown, of a row                     */
    bool     classes;            /* targets and outputs by name         */
    int      name;               /* columns of a class' name            */
    int64_t  from;
} Columns;

static int name_columns(const DataView *r)
{
    int widest = 6;
    for (int i = 0; i < r->n_class; i++) {
        int n = text_columns(r->classes[i], strlen(r->classes[i]));
        if (n > widest) widest = n;
    }
    return widest < 12 ? widest : 12;
}

static int right_columns(const Columns *t)
{
    int one = t->classes ? t->name + 1 + t->name + 1 + NUMBER : 2 * t->targets * NUMBER;
    return one + NUMBER + 1;
}

static Columns columns_fit(const ViewState *v, Canvas *c)
{
    char last[32];
    const DataView *r = &v->rows;
    Columns t = { .v = v, .c = c, .classes = r->n_class > 0, .name = name_columns(r) };
    t.index = 1 + snprintf(last, sizeof last, "%lld", (long long)r->rows - 1);
    t.targets = r->n_out < MOST_TARGETS ? (int)r->n_out : 1;
    int narrow = (c->w - t.index - MORE - 2 * NUMBER - 3) / 2;
    if (t.name > narrow) t.name = narrow > 6 ? narrow : 6;
    int room = c->w - t.index - right_columns(&t);
    if (room < r->n_in * NUMBER) room -= MORE;
    room = room < 0 ? 0 : room / NUMBER;
    t.inputs = (int)(r->n_in < room ? r->n_in : room);
    int64_t shown = c->h - 1 < VIEW_ROWS ? c->h - 1 : VIEW_ROWS;
    t.from = v->row_at - shown / 2;
    if (t.from > r->rows - shown) t.from = r->rows - shown;
    if (t.from < 0) t.from = 0;
    return t;
}

/* ---- headings ---- */

static void input_name(const Columns *t, int i, char *buf, size_t n)
{
    const Value data = t->v->data;
    const Value *names = data.kind == V_RECORD ? record_find(data.record, "names") : NULL;
    const List *l = names && names->kind == V_LIST ? names->list : NULL;
    if (l && i < l->n && l->item[i].kind == V_STR) snprintf(buf, n, "%s", l->item[i].str->s);
    else snprintf(buf, n, "x%d", i + 1);
}

static void heads_draw(const Columns *t)
{
    int x = t->index;
    for (int i = 0; i < t->inputs; i++, x += NUMBER) {
        char name[64];
        input_name(t, i, name, sizeof name);
        canvas_fit(t->c, (Point){ x + 1, 0 }, -(NUMBER - 1), STYLE_DIM, name);
    }
    if (t->inputs < t->v->rows.n_in) canvas_fit(t->c, (Point){ x, 0 }, -MORE, STYLE_DIM, "…");
    if (t->inputs < t->v->rows.n_in) x += MORE;
    int wide = t->classes ? t->name + 1 : t->targets * NUMBER;
    canvas_fit(t->c, (Point){ x, 0 }, -wide, STYLE_DIM, "target");
    x += wide;
    wide += t->classes ? NUMBER : 0;
    canvas_fit(t->c, (Point){ x, 0 }, -wide, STYLE_DIM, "output");
    canvas_fit(t->c, (Point){ x + wide, 0 }, -NUMBER, STYLE_DIM, "error");
}

/* ---- rows ---- */

static int best(const double *v, int64_t n)
{
    int at = 0;
    for (int64_t i = 1; i < n; i++)
        if (v[i] > v[at]) at = (int)i;
    return at;
}

static int targets_draw(const Columns *t, Point at, const double *target, const double *out)
{
    int x = at.x;
    for (int i = 0; i < t->targets; i++, x += NUMBER)
        canvas_num(t->c, (Point){ x + 1, at.y }, NUMBER - 1, STYLE_NORMAL, target[i], false);
    for (int i = 0; i < t->targets; i++, x += NUMBER)
        if (out) canvas_num(t->c, (Point){ x + 1, at.y }, NUMBER - 1, STYLE_BOLD, out[i], false);
    return x;
}

/* Right and wrong by name, and how sure. */
static int classes_draw(const Columns *t, Point at, int64_t row, const double *out)
{
    const DataView *r = &t->v->rows;
    int64_t is = dataset_class(r, row);
    canvas_fit(t->c, at, -(t->name + 1), STYLE_NORMAL, r->classes[is]);
    int x = at.x + t->name + 1;
    if (out) {
        int said = best(out, r->n_out);
        Style s = said == is ? STYLE_GOOD : STYLE_WARN;
        canvas_fit(t->c, (Point){ x, at.y }, -(t->name + 1), s,
                   said < r->n_class ? r->classes[said] : "?");
        canvas_num(t->c, (Point){ x + t->name + 2, at.y }, NUMBER - 1, s, out[said], false);
    }
    return x + t->name + 1 + NUMBER;
}

static void row_draw(const Columns *t, int y, int64_t row, const double *out, const double *loss)
{
    const DataView *r = &t->v->rows;
    char index[32];
    bool here = row == t->v->sample, cursor = t->v->pane == PANE_DATA && row == t->v->row_at;
    snprintf(index, sizeof index, "%lld", (long long)row);
    canvas_fit(t->c, (Point){ 1, y }, -(t->index - 1), STYLE_DIM, index);
    if (here) canvas_put(t->c, (Point){ 0, y }, STYLE_KEY, 0x25BA);
    int x = t->index;
    for (int i = 0; i < t->inputs; i++, x += NUMBER)
        canvas_num(t->c, (Point){ x + 1, y }, NUMBER - 1, STYLE_NORMAL, r->x[row * r->n_in + i],
                   false);
    if (t->inputs < r->n_in) x += MORE;
    x = t->classes ? classes_draw(t, (Point){ x, y }, row, out)
                   : targets_draw(t, (Point){ x, y }, r->y + row * r->n_out, out);
    if (loss) canvas_num(t->c, (Point){ x + 1, y }, NUMBER - 1, STYLE_NORMAL, *loss, false);
    if (here) canvas_style(t->c, (Rect){ 0, y, t->c->w, 1 }, STYLE_BOLD);
    if (cursor) canvas_style(t->c, (Rect){ 0, y, t->c->w, 1 }, STYLE_CURSOR);
}

/* ---- the pane ---- */

int data_rows(const ViewState *v, int width)
{
    (void)width;
    if (!v->has_rows) return v->net ? 1 : 0;
    return v->rows.rows < 16 ? (int)v->rows.rows + 1 : 17;
}

void data_heading(const ViewState *v, Text *to)
{
    text_add(to, "data");
    if (!v->has_rows) return;
    if (v->data_text) text_addf(to, "  %s", v->data_text);
    text_addf(to, "  %lld row%s, %s", (long long)v->rows.rows, v->rows.rows == 1 ? "" : "s",
              v->loss_text);
}

void data_draw(const ViewState *v, Canvas *c)
{
    if (!v->has_rows) {
        canvas_hint(c, 0, v->net ? "No data: train the network, or view NET, DATA."
                                 : "Data belong to networks.");
        return;
    }
    Columns t = columns_fit(v, c);
    const double *out = NULL, *loss = NULL;
    int64_t n = v->rows.rows - t.from;
    if (n > c->h - 1) n = c->h - 1;
    if (n > VIEW_ROWS) n = VIEW_ROWS;
    if (!view_outputs(v, t.from, n, &out, &loss)) out = loss = NULL;
    heads_draw(&t);
    for (int64_t i = 0; i < n; i++)
        row_draw(&t, (int)i + 1, t.from + i, out ? out + i * v->rows.n_out : NULL,
                 loss ? loss + i : NULL);
}
