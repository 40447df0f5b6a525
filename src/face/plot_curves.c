/* plot_curves.c -- pictures of functions over a range, and of vectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "face/plotparts.h"
#include "graph/build.h"

/* ---- functions over a range ---- */

/* f at x through a graph built once; built anew for every point only where the
 * function's shape hangs on x itself. */
static Status sample(Call *c, Func *f, Node *x, const double *xs, double *ys, int n, Span at)
{
    Node *y = NULL;
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) {
        leaf_set(x, &xs[i]);
        Record_of_use use = { 0 };
        if (!y) {
            Env e = { .s = c->s, .d = c->d, .use = &use };
            Value arg = value_node(node_keep(x)), v = { 0 };
            st = func_call(c->s, &e, f, &arg, 1, at, &v, c->d);
            Node *got = st == OK ? value_to_node(c->s, v, at, c->d) : NULL;
            if (st == OK && !got) st = c->d->code;
            if (got && got->len != 1)
                st = diag_set(c->d, E_SHAPE, at, "to plot a function it must give one number for one number; this gives %lld", (long long)got->len);
            if (st == OK) y = node_keep(got);
            value_drop(&v);
            value_drop(&arg);
        }
        if (st == OK) ys[i] = node_scalar(y, c->d);
        if (c->d->code) st = c->d->code;
        if (use.n_guard) node_drop(y), y = NULL;
        use_free(&use);
    }
    node_drop(y);
    return st;
}

/* A network of several inputs has no curve. */
static Status check_network(Call *c, const Func *f, Span at)
{
    if (f->kind != FN_CHAIN || !f->has_input || shape_len(&f->input) == 1) return OK;
    char buf[SHAPE_TEXT];
    diag_set(c->d, E_SHAPE, at, "the network takes samples of shape %s; a curve is drawn over one number", shape_print(buf, &f->input));
    return diag_hint(c->d, "plot NET, DATA draws what it makes of the plane of two features.");
}

Status sketch_function(Call *c, Sketch *k, Func *f, const char *name, Span at)
{
    TRY(check_network(c, f, at));
    PictureSeries *s = sketch_series(k, name, PLOT_POINTS);
    double *xs = (double *)s->x, *ys = (double *)s->y;
    for (int j = 0; j < PLOT_POINTS; j++) xs[j] = k->from + (k->to - k->from)*j/(PLOT_POINTS - 1);
    Shape scalar = { 0 }, one = { .rank = 1, .dim = { 1 } };
    Node *x = node_leaf(&scalar, NULL, c->d);
    Status st = sample(c, f, x, xs, ys, PLOT_POINTS, at);
    node_drop(x);
    if (st == E_SHAPE) {                              /* a network of one input takes [x] */
        Diag first = *c->d;
        diag_clear(c->d);
        x = node_leaf(&one, NULL, c->d);
        st = sample(c, f, x, xs, ys, PLOT_POINTS, at);
        node_drop(x);
        if (st != OK) *c->d = first;
    }
    return st;
}

Status sketch_functions(Call *c, Sketch *k)
{
    for (int i = 0; i < c->n && i < PLOT_SERIES; i++) {
        Func *f;
        TRY(call_func(c, i, &f));
        TRY(sketch_function(c, k, f, sketch_text(k, c->ast[i], f->name), call_span(c, i)));
    }
    k->p.kind = PICTURE_LINES;
    k->p.x_range = (PictureRange){ k->from, k->to };
    k->p.x_label = "x";
    return OK;
}

/* ---- vectors ---- */

static PictureKind kind_meant(const Sketch *k)
{
    return !strcmp(k->as, "histogram") ? PICTURE_HISTOGRAM : !strcmp(k->as, "points") ? PICTURE_POINTS
         : !strcmp(k->as, "bars") ? PICTURE_BARS : PICTURE_LINES;
}

/* Bars and counts want every number. */
static void add_values(Sketch *k, const char *name, const Node *n)
{
    PictureSeries *s = sketch_series(k, name, n->len);
    for (int64_t i = 0; s && i < n->len; i++) sketch_point(s, i, (double)i, n->val[i]);
}

/* The first of several vectors is the x axis when it never goes back: a person who writes
 * plot x, y has sorted x. Loose points have no order to keep. as=lines: it is a curve, too. */
static bool is_axis(const Sketch *k, const Node *x)
{
    if (k->p.kind == PICTURE_POINTS) return true;
    for (int64_t i = 1; i < x->len; i++)
        if (!(x->val[i] >= x->val[i - 1])) return false;
    return !*k->as && x->len > 1 && x->val[x->len - 1] > x->val[0];
}

static Status sketch_against_first(Call *c, Sketch *k, Node *x)
{
    for (int i = 1; i < c->n && i <= PLOT_SERIES; i++) {
        Node *y;
        TRY(call_node(c, i, &y));
        if (!node_eval(y, c->d)) return c->d->code;
        PictureSeries *s = sketch_series(k, c->n > 2 ? sketch_text(k, c->ast[i], "y") : NULL, x->len);
        for (int64_t j = 0; s && j < x->len; j++) sketch_point(s, j, x->val[j], y->val[j]);
    }
    k->p.markers = x->len <= 60;
    k->p.x_label = sketch_text(k, c->ast[0], NULL);
    k->p.y_label = c->n == 2 ? sketch_text(k, c->ast[1], NULL) : NULL;
    return OK;
}

/* Whether all are vectors of one length, the first of them an axis. */
static bool has_axis(Call *c, const Sketch *k)
{
    Node *x, *y;
    bool xy = k->p.kind == PICTURE_LINES || k->p.kind == PICTURE_POINTS;
    if (!xy || c->n < 2 || call_node(c, 0, &x) != OK || x->shape.rank != 1 || !node_eval(x, c->d)) return false;
    for (int i = 1; i < c->n; i++)
        if (call_node(c, i, &y) != OK || !shape_equal(&x->shape, &y->shape)) return false;
    return is_axis(k, x);
}

static Status sketch_vectors(Call *c, Sketch *k)
{
    bool histogram = k->p.kind == PICTURE_HISTOGRAM, bars = k->p.kind == PICTURE_BARS;
    for (int i = 0; i < c->n && i < PLOT_SERIES; i++) {
        Node *n;
        TRY(call_node(c, i, &n));
        if (!node_eval(n, c->d)) return c->d->code;
        const char *name = sketch_text(k, c->ast[i], "y");
        if (n->shape.rank > 1 && !histogram)
            return diag_set(c->d, E_SHAPE, call_span(c, i), "several curves are vectors; this is %s", value_kind(value_node(n)));
        if (histogram || bars) add_values(k, name, n);
        else sketch_vector(k, name, n, 0, false);
    }
    k->p.x_label = histogram ? "value" : "index";
    k->p.y_label = histogram ? "count" : NULL;
    k->p.y_scale = histogram || bars ? PICTURE_LINEAR : PICTURE_AUTO;
    return OK;
}

Status sketch_numbers(Call *c, Sketch *k)
{
    Node *x;
    k->p.kind = kind_meant(k);
    TRY(call_node(c, 0, &x));
    if (c->n == 1 && x->shape.rank > 1 && k->p.kind != PICTURE_HISTOGRAM) return sketch_cells(c, k, x);
    bool against = has_axis(c, k);
    if (c->d->code) return c->d->code;
    return against ? sketch_against_first(c, k, x) : sketch_vectors(c, k);
}
