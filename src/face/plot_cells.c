/* plot_cells.c -- pictures of matrices: heat maps, confusion, tiles of images.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/plotparts.h"
#include "graph/build.h"
#include "learn/dataset.h"

enum { TILES_MOST = 100 };

/* ---- heat map ---- */

static Status heatmap(Call *c, Sketch *k, Node *n)
{
    bool image = !strcmp(k->as, "image");
    if (!node_eval(n, c->d)) return c->d->code;
    k->p.kind = PICTURE_HEATMAP;
    k->p.rows = (int)n->shape.dim[0];
    k->p.cols = (int)n->shape.dim[1];
    double *cell = ARENA_ARRAY(&k->arena, double, n->len + 1);
    memcpy(cell, n->val, sizeof *cell * (size_t)n->len);
    k->p.cell = cell;
    k->p.diverging = !image;
    k->p.tiles = image;
    k->p.title = sketch_text(k, c->ast[0], "");
    return OK;
}

/* ---- tiles ---- */

/* Pictures h high and w wide, side by side with a line of nothing between. */
typedef struct {
    int64_t n, h, w;
    int     shown, across, down;
} Tiles;

static int fit(int64_t room, int64_t each) { return each < room ? (int)(room/each) : 1; }

/* About as wide as high on the screen, a little wider; in a terminal, where a pixel is two
 * characters, as many as can be shown whole. */
static Tiles tiles_plan(const Sketch *k, int64_t n, int64_t h, int64_t w)
{
    Tiles t = { n, h, w, n < TILES_MOST ? (int)n : TILES_MOST, 1, 1 };
    if (k->columns) {
        t.across = fit(k->columns/2 + 1, w + 1);
        t.down = fit(k->rows - 1, h + 1);
        if (t.shown > t.across*t.down) t.shown = t.across*t.down;
        if (t.across > t.shown) t.across = t.shown;
        t.down = (t.shown + t.across - 1)/t.across;
        return t;
    }
    double across = sqrt(1.5*(double)t.shown*(double)(h + 1)/(double)(w + 1));
    t.across = across < 1 ? 1 : across > t.shown ? t.shown : (int)ceil(across);
    t.down = (t.shown + t.across - 1)/t.across;
    return t;
}

static void tile_copy(const Sketch *k, const Tiles *t, int i, const double *from, double *cell)
{
    int64_t top = i/t->across*(t->h + 1), left = i%t->across*(t->w + 1);
    for (int64_t r = 0; r < t->h; r++)
        memcpy(cell + (top + r)*k->p.cols + left, from + (i*t->h + r)*t->w, sizeof *cell * (size_t)t->w);
}

static Status tiles(Call *c, Sketch *k, Node *n, const Tiles *t)
{
    if (!node_eval(n, c->d)) return c->d->code;
    k->p.kind = PICTURE_HEATMAP;
    k->p.tiles = true;
    k->p.rows = (int)(t->down*(t->h + 1) - 1);
    k->p.cols = (int)(t->across*(t->w + 1) - 1);
    double *cell = ARENA_ARRAY(&k->arena, double, (int64_t)k->p.rows*k->p.cols);
    for (int64_t i = 0; i < (int64_t)k->p.rows*k->p.cols; i++) cell[i] = NAN;
    for (int i = 0; i < t->shown; i++) tile_copy(k, t, i, n->val, cell);
    k->p.cell = cell;
    k->p.title = sketch_text(k, c->ast[0], "");
    if (t->shown < t->n) text_addf(&k->note, "The first %d of %lld pictures are drawn.\n", t->shown, (long long)t->n);
    return OK;
}

/* The last two axes are a picture; those before count pictures. */
Status sketch_cells(Call *c, Sketch *k, Node *n)
{
    const Shape *s = &n->shape;
    if (s->rank == 2) return heatmap(c, k, n);
    int64_t h = s->dim[s->rank - 2], w = s->dim[s->rank - 1], each = h*w;
    if (each < 1 || n->len < 1) return diag_set(c->d, E_RANGE, call_span(c, 0), "nothing to plot: there are no numbers in it");
    if (h > 2000 || w > 2000) {
        char buf[SHAPE_TEXT];
        diag_set(c->d, E_LIMIT, call_span(c, 0), "the pictures in %s are too large to lie side by side", shape_print(buf, s));
        return diag_hint(c->d, "Plot one of them, such as %s[0].", sketch_text(k, c->ast[0], "A"));
    }
    Tiles t = tiles_plan(k, n->len/each, h, w);
    return tiles(c, k, n, &t);
}

/* ---- confusion ---- */

/* Called as confusion(NET, DATA): a network where outputs are expected. */
bool sketch_is_confusion(Call *c)
{
    const Ast *a = c->ast[0];
    Value net;
    if (!a || a->kind != A_CALL || a->n != 3 || a->kid[0]->kind != A_NAME || strcmp(a->kid[0]->text, "confusion")) return false;
    if (a->kid[1]->kind == A_KEY || a->kid[2]->kind == A_KEY || build_value(c->env, a->kid[1], &net) != OK) return false;
    bool yes = net.kind == V_FUNC && (net.func->kind == FN_CHAIN || net.func->kind == FN_BOUND);
    value_drop(&net);
    return yes;
}

/* How often each class (row) was taken for each class (column). One output is a
 * probability of the second of two. */
static void count_classes(const DataView *v, const double *y, int64_t each, int n, double *cell)
{
    for (int64_t i = 0; i < v->rows; i++) {
        int64_t best = 0, real = v->n_out > 1 ? dataset_class(v, i) : v->y[i] >= 0.5;
        for (int64_t j = 1; j < each; j++)
            if (y[i*each + j] > y[i*each + best]) best = j;
        if (each == 1) best = y[i] >= 0.5;
        cell[real*n + best]++;
    }
}

static const char *const *class_names(Sketch *k, const DataView *v, int n)
{
    const char **name = ARENA_ARRAY(&k->arena, const char *, n);
    for (int i = 0; i < n && v->classes; i++) name[i] = arena_str(&k->arena, v->classes[i]);
    return v->classes ? name : NULL;
}

static Status confusion_fill(Call *c, Sketch *k, const DataView *v, Node *y, Span at)
{
    const double *out = node_eval(y, c->d);
    if (!out) return c->d->code;
    int n = v->n_out > 1 ? (int)v->n_out : 2;
    if (y->len != v->rows*v->n_out)
        return diag_set(c->d, E_SHAPE, at, "the network gives %lld numbers for each row, and the data want %lld",
                        (long long)(v->rows ? y->len/v->rows : 0), (long long)v->n_out);
    double *cell = ARENA_ARRAY(&k->arena, double, n*n);
    memset(cell, 0, sizeof *cell * (size_t)(n*n));
    count_classes(v, out, v->n_out, n, cell);
    k->p = (Picture){ .kind = PICTURE_HEATMAP, .rows = n, .cols = n, .cell = cell, .x_label = "output", .y_label = "target",
                      .z_label = "rows", .counts = true, .title = sketch_text(k, c->ast[0], "confusion") };
    k->p.row_names = k->p.col_names = v->n_class == n ? class_names(k, v, n) : NULL;
    return OK;
}

static Status needs_classes(Call *c, const DataView *v, Span at)
{
    bool two = v->n_out == 1;
    for (int64_t i = 0; i < v->rows && two; i++) two = v->y[i] == 0 || v->y[i] == 1;
    if (v->n_out > 1 || two) return OK;
    return diag_set(c->d, E_TYPE, at, "the targets are no classes, so none can be confused");
}

Status sketch_confusion(Call *c, Sketch *k)
{
    const Ast *a = c->ast[0];
    Value net = { 0 }, data = { 0 }, y = { 0 };
    DataView v = { 0 };
    Span at_net = env_span(c->env, a->kid[1]->at), at_data = env_span(c->env, a->kid[2]->at);
    TRY(build_value(c->env, a->kid[1], &net));
    Status st = build_value(c->env, a->kid[2], &data);
    if (st == OK) st = dataset_view(data, at_data, &v, c->d);
    if (st == OK) st = needs_classes(c, &v, at_data);
    if (st == OK) {
        Value x = dataset_is(data) ? value_node(node_keep(dataset_node(data.record, "x"))) : value_none();
        if (x.kind != V_NODE) st = diag_set(c->d, E_TYPE, at_data, "confusion(NET, DATA) needs a data set");
        bool was = session_training(c->s, false);
        if (st == OK) st = func_call(c->s, NULL, net.func, &x, 1, at_net, &y, c->d);
        session_training(c->s, was);
        value_drop(&x);
    }
    if (st == OK) {
        Node *n = value_to_node(c->s, y, at_net, c->d);
        st = n ? confusion_fill(c, k, &v, n, at_net) : c->d->code;
    }
    dataset_view_free(&v);
    value_drop(&y);
    value_drop(&data);
    value_drop(&net);
    return st;
}
