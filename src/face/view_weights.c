/* view_weights.c -- the pane of one layer's weights beside their gradients.
 *
 * A number and a shade for each when they fit, numbers alone when not, and signs
 * with shades when those are too many; then the table moves with the selection.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "face/view.h"

/* Columns of a number and of its shade; 0: left out. */
typedef struct {
    int number, shade, gap;
} CellSize;

static const CellSize sizes[] =
    { { 8, 2, 2 }, { 7, 2, 1 }, { 6, 1, 1 }, { 5, 1, 1 }, { 5, 0, 1 }, { 0, 2, 1 } };
enum { SIZES = sizeof sizes / sizeof *sizes };

typedef struct {
    const ViewState  *v;
    const ViewMatrix *m;
    Canvas   *c;
    CellSize  size;
    int       label;         /* columns of the row labels   */
    int       half;          /* columns of one table        */
    int       shown;         /* of the matrix' columns      */
    int64_t   first_col, first_row, rows;
    bool      b;
} Table;

static int cell_width(CellSize s) { return s.number + s.shade + s.gap; }

/* First of `shown` places out of n so that `at` is among them. */
static int64_t window(int64_t n, int64_t at, int64_t shown)
{
    int64_t from = at - shown / 2;
    if (from > n - shown) from = n - shown;
    return from < 0 ? 0 : from;
}

static void table_fit(Table *t)
{
    char last[32];
    int digits = snprintf(last, sizeof last, "%lld", (long long)t->m->rows - 1);
    t->label = (digits < 1 ? 1 : digits) + 1;
    t->half = (t->c->w - t->label - 2) / 2;
    t->size = sizes[SIZES - 1];
    for (int i = 0; i < SIZES; i++)
        if (cell_width(sizes[i]) * t->m->cols <= t->half) {
            t->size = sizes[i];
            break;
        }
    int64_t fit = t->half / cell_width(t->size);
    t->shown = (int)(fit < 1 ? 1 : fit < t->m->cols ? fit : t->m->cols);
    t->first_col = window(t->m->cols, t->v->col, t->shown);
    t->rows = t->m->rows + (t->m->b != NULL);
    int room = t->c->h - 1;
    t->first_row = window(t->rows, t->v->row, room < 1 ? 1 : room);
}

/* ---- one cell ---- */

static bool is_active(const Table *t, int64_t row, int64_t col)
{
    const ViewActive *a = &t->v->active;
    if (a->matrix != t->v->matrix_at) return false;
    bool bias = row >= t->m->rows;
    return a->bias == bias && a->at == (bias ? col : row * t->m->cols + col);
}

static Style cell_style(const Table *t, int64_t row, int64_t col, double v, double most)
{
    if (t->v->pane == PANE_WEIGHTS && row == t->v->row && col == t->v->col) return STYLE_CURSOR;
    if (is_active(t, row, col)) return STYLE_ACTIVE;
    return style_signed(v, most);
}

static void cell_draw(const Table *t, Point at, int64_t row, int64_t col, const double *v,
                      double most)
{
    Style s = cell_style(t, row, col, *v, most);
    int x = at.x + t->size.gap;
    if (t->size.number) {
        canvas_num(t->c, (Point){ x, at.y }, t->size.number, s, *v, true);
        canvas_shading(t->c, (Point){ x + t->size.number, at.y }, t->size.shade, *v, most);
    } else {
        canvas_shade(t->c, (Point){ x, at.y }, t->size.shade, *v, most);
        if (s == STYLE_CURSOR || s == STYLE_ACTIVE)
            canvas_style(t->c, (Rect){ x, at.y, t->size.shade, 1 }, s);
    }
    if (s == STYLE_CURSOR || s == STYLE_ACTIVE)
        canvas_put(t->c, (Point){ at.x + t->size.gap - 1, at.y }, STYLE_KEY, 0x25B8);
}

/* ---- one table ---- */

static const double *numbers(Node *n)
{
    Diag d = { 0 };
    return n ? node_eval(n, &d) : NULL;
}

static void table_draw(const Table *t, int x, Node *W, Node *b)
{
    const double *w = numbers(W), *bias = numbers(b);
    if (!w) {
        canvas_text(t->c, (Point){ x + 1, 1 }, STYLE_DIM, "no loss yet");
        return;
    }
    double most = largest(w, W->len);
    if (bias && largest(bias, b->len) > most) most = largest(bias, b->len);
    for (int y = 1; y < t->c->h && t->first_row + y - 1 < t->rows; y++) {
        int64_t row = t->first_row + y - 1;
        for (int i = 0; i < t->shown; i++) {
            int64_t col = t->first_col + i;
            const double *v = bias ? bias + col : NULL;
            if (row < t->m->rows) v = w + row * t->m->cols + col;
            if (v) cell_draw(t, (Point){ x + i * cell_width(t->size), y }, row, col, v, most);
        }
    }
}

static void columns_draw(const Table *t, int x)
{
    int wide = cell_width(t->size);
    for (int i = 0; i < t->shown; i++) {
        char name[32];
        snprintf(name, sizeof name, "%lld", (long long)(t->first_col + i));
        int width = t->size.number ? t->size.number : t->size.shade;
        canvas_fit(t->c, (Point){ x + i * wide + t->size.gap, 0 }, -width, STYLE_DIM, name);
    }
}

static void rows_draw(const Table *t)
{
    for (int y = 1; y < t->c->h && t->first_row + y - 1 < t->rows; y++) {
        char name[32] = "b";
        int64_t row = t->first_row + y - 1;
        if (row < t->m->rows) snprintf(name, sizeof name, "%lld", (long long)row);
        canvas_fit(t->c, (Point){ 0, y }, -(t->label - 1), STYLE_DIM, name);
    }
    if (t->first_row + t->c->h - 1 < t->rows)
        canvas_put(t->c, (Point){ 0, t->c->h - 1 }, STYLE_KEY, 0x25BC);
    if (t->first_row) canvas_put(t->c, (Point){ 0, 1 }, STYLE_KEY, 0x25B2);
}

/* ---- parameters of a quantity, one a row ---- */

enum { NUMBER = 9 };

static void param_draw(const ViewState *v, Canvas *c, int i, int y)
{
    char shape[SHAPE_TEXT];
    const ViewMatrix *m = &v->matrix[i];
    const double *w = numbers(m->W), *g = numbers(m->gW);
    bool selected = v->pane == PANE_WEIGHTS && i == v->matrix_at, active = v->active.matrix == i;
    Style s = selected ? STYLE_CURSOR : active ? STYLE_ACTIVE : STYLE_NORMAL;
    int x = c->w - 2 * NUMBER;
    if (selected || active) canvas_put(c, (Point){ 0, y }, STYLE_KEY, 0x25B8);
    canvas_fit(c, (Point){ 1, y }, x - 1, s, m->label);
    if (m->W->len > 1)
        canvas_fit(c, (Point){ x, y }, -NUMBER, STYLE_DIM, shape_print(shape, &m->W->shape));
    if (m->W->len > 1 || !w) return;
    canvas_num(c, (Point){ x + 1, y }, NUMBER - 1, s, *w, true);
    if (g) canvas_num(c, (Point){ x + NUMBER + 1, y }, NUMBER - 1, s, *g, true);
}

static void params_draw(const ViewState *v, Canvas *c)
{
    int64_t from = window(v->n_matrix, v->matrix_at, c->h - 1 < 1 ? 1 : c->h - 1);
    canvas_fit(c, (Point){ c->w - 2 * NUMBER, 0 }, -NUMBER, STYLE_DIM, "value");
    canvas_fit(c, (Point){ c->w - NUMBER, 0 }, -NUMBER, STYLE_DIM, "gradient");
    for (int i = (int)from, y = 1; i < v->n_matrix && y < c->h; i++, y++) param_draw(v, c, i, y);
}

/* ---- the pane ---- */

int weights_rows(const ViewState *v, int width)
{
    (void)width;
    if (!v->net) return v->n_matrix ? 1 + v->n_matrix : 0;
    if (!v->n_matrix) return 1;
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    int64_t rows = 1 + m->rows + (m->b != NULL);
    return rows < 40 ? (int)rows : 40;
}

void weights_heading(const ViewState *v, Text *to)
{
    if (!v->n_matrix) return;
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    if (!v->net) text_add(to, "parameters | gradients");
    else text_addf(to, "%s%s | gradients", m->label, m->b ? ", b" : "");
    if (v->net && v->n_matrix > 1) text_addf(to, "  %d/%d", v->matrix_at + 1, v->n_matrix);
}

void weights_draw(const ViewState *v, Canvas *c)
{
    if (!v->n_matrix) {
        canvas_hint(c, 0,
                    v->net ? "No weights yet: they are made at the first call." : "No parameters.");
        return;
    }
    if (!v->net) {
        params_draw(v, c);
        return;
    }
    Table t = { .v = v, .m = &v->matrix[v->matrix_at], .c = c };
    table_fit(&t);
    int second = t.label + t.half + 2;
    rows_draw(&t);
    columns_draw(&t, t.label);
    table_draw(&t, t.label, t.m->W, t.m->b);
    canvas_rule(c, (Point){ second - 2, 0 }, (Point){ second - 2, c->h - 1 }, STYLE_DIM,
                LINE_LIGHT);
    if (t.m->gW) columns_draw(&t, second - 1);
    table_draw(&t, second - 1, t.m->gW, t.m->gb);
}
