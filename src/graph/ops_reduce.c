/* ops_reduce.c -- TABLE of the operations that make one number of many along an
 * axis, and of those that give their gradients back.
 *
 * attr of sum, prod, max, min, argmax, argmin and of the helpers prod_others,
 * prod_pairs, first_max, first_min: { keep, number of axes, axis... }; no axes
 * means all of them. attr of cumsum: { axis } or { axis, 1 } from the end on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/ops_part.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "graph/ops_reduce.h"

/* ---- which axes ---- */

void reduce_axes(const Node *n, bool red[LIMIT_RANK])
{
    for (int i = 0; i < LIMIT_RANK; i++) red[i] = n->attr[1] == 0;
    for (int64_t i = 0; i < n->attr[1]; i++) red[n->attr[2 + i]] = true;
}

static Status axes_check(const Node *n, Span at, Diag *d)
{
    assert(n->n_attr >= 2 && n->n_attr == 2 + n->attr[1]);
    bool seen[LIMIT_RANK] = { false };
    for (int64_t i = 0; i < n->attr[1]; i++) {
        int64_t axis = n->attr[2 + i];
        TRY(op_check_axis(n, axis, at, d));
        if (seen[axis])
            return diag_set(d, E_RANGE, at, "%s names axis %" PRId64 " twice", n->op->name, axis);
        seen[axis] = true;
    }
    return OK;
}

Shape reduce_shape(const Shape *s, const bool *red, bool keep)
{
    Shape out = { .rank = 0 };
    for (int i = 0; i < s->rank; i++) {
        if (!red[i]) out.dim[out.rank++] = s->dim[i];
        else if (keep) out.dim[out.rank++] = 1;
    }
    return out;
}

static Status reduce_infer(Node *n, Span at, Diag *d)
{
    bool red[LIMIT_RANK];
    TRY(axes_check(n, at, d));
    reduce_axes(n, red);
    Shape s = reduce_shape(&n->in[0]->shape, red, n->attr[0]);
    return op_set_shape(n, &s, at, d);
}

/* max and its like need something to choose from. */
static Status choose_infer(Node *n, Span at, Diag *d)
{
    bool red[LIMIT_RANK];
    char buf[SHAPE_TEXT];
    TRY(reduce_infer(n, at, d));
    reduce_axes(n, red);
    const Shape *s = &n->in[0]->shape;
    for (int i = 0; i < s->rank; i++)
        if (red[i] && s->dim[i] == 0)
            return diag_set(d, E_SHAPE, at, "%s of no elements: %s has shape %s", n->op->name,
                            op_operand(n, 0, "its operand"), shape_print(buf, s));
    return OK;
}

static Status arg_infer(Node *n, Span at, Diag *d)
{
    if (n->attr[1] > 1)
        return diag_set(d, E_RANGE, at, "%s takes one axis or none, not %" PRId64, n->op->name,
                        n->attr[1]);
    return choose_infer(n, at, d);
}

/* Same shape as in[0], attr as for a reduction. */
static Status same_infer(Node *n, Span at, Diag *d)
{
    TRY(axes_check(n, at, d));
    for (int i = 1; i < n->n_in; i++) assert(shape_equal(&n->in[i]->shape, &n->in[0]->shape));
    return op_set_shape(n, &n->in[0]->shape, at, d);
}

/* ---- kernels ---- */

typedef void Reduce(double *y, const Node *x, const bool *red);

static void reduce_kernel(Reduce *reduce, const Node *n, double *y)
{
    bool red[LIMIT_RANK];
    reduce_axes(n, red);
    reduce(y, n->in[0], red);
}

static void sum_kernel(const Node *n, double *y)  { reduce_kernel(reduce_sum, n, y); }
static void prod_kernel(const Node *n, double *y) { reduce_kernel(reduce_prod, n, y); }
static void max_kernel(const Node *n, double *y)  { reduce_kernel(reduce_max, n, y); }
static void min_kernel(const Node *n, double *y)  { reduce_kernel(reduce_min, n, y); }

/* ---- groups: the elements behind one element of the result ---- */

int64_t reduce_group(const Shape *s, const bool *red, int64_t at)
{
    int64_t index[LIMIT_RANK], out = 0;
    shape_unravel(s, at, index);
    for (int i = 0; i < s->rank; i++)
        if (!red[i]) out = out * s->dim[i] + index[i];
    return out;
}

int64_t *reduce_list(Arena *a, const Shape *s, const bool *red, int64_t out, int *count)
{
    int64_t index[LIMIT_RANK] = { 0 };
    *count = 1;
    for (int i = s->rank - 1; i >= 0; i--) {
        if (red[i]) {
            *count *= (int)s->dim[i];
            continue;
        }
        index[i] = out % s->dim[i];
        out /= s->dim[i];
    }
    int64_t *list = ARENA_ARRAY(a, int64_t, *count + 1);
    for (int k = 0; k < *count; k++) {
        list[k] = shape_ravel(s, index);
        for (int i = s->rank - 1; i >= 0; i--) {
            if (!red[i]) continue;
            if (++index[i] < s->dim[i]) break;
            index[i] = 0;
        }
    }
    return list;
}

const Term **reduce_terms(Arena *a, Node *x, const bool *red, int64_t out, int *count)
{
    int64_t     *list = reduce_list(a, &x->shape, red, out, count);
    const Term **kid = ARENA_ARRAY(a, const Term *, *count + 1);
    for (int k = 0; k < *count; k++) kid[k] = term_ref(a, x, list[k]);
    return kid;
}

/* ---- formulas ---- */

static const Term *sum_formula(Arena *a, Node *n, int64_t at)
{
    bool red[LIMIT_RANK];
    int  count;
    reduce_axes(n, red);
    const Term **kid = reduce_terms(a, n->in[0], red, at, &count);
    return op_term_sum(a, n, at, count, kid);
}

static const Term *choose_formula(Arena *a, Node *n, int64_t at)
{
    bool red[LIMIT_RANK];
    int  count;
    reduce_axes(n, red);
    const Term **kid = reduce_terms(a, n->in[0], red, at, &count);
    return term_over(a, n->op->name, count, kid);
}

void reduce_print_sum(Text *to, Node *x, const bool *red, int64_t at)
{
    int64_t index[LIMIT_RANK];
    for (int i = x->shape.rank - 1; i >= 0; i--) {
        index[i] = -1;
        if (red[i]) continue;
        index[i] = at % x->shape.dim[i];
        at /= x->shape.dim[i];
    }
    text_add(to, "sum(");
    op_print_part(to, x, index);
    text_addc(to, ')');
}

static void sum_fold(Text *to, Node *n, int64_t at)
{
    bool red[LIMIT_RANK];
    reduce_axes(n, red);
    reduce_print_sum(to, n->in[0], red, at);
}

/* ---- slopes ---- */

Node *reduce_spread(Node *n, Node *g)
{
    bool         red[LIMIT_RANK];
    const Shape *s = &n->in[0]->shape;
    reduce_axes(n, red);
    Shape kept = reduce_shape(s, red, true);
    if (g->shape.rank == 0) return gb_spread(g, s);
    Node *wide = gb_reshape(g, &kept);
    Node *out = gb_spread(wide, s);
    node_drop(wide);
    return out;
}

static Node *sum_slope(Node *n, int i, Node *g)
{
    (void)i;
    return reduce_spread(n, g);
}

/* g spread, times a node of the input's shape (which it takes over). */
static Node *spread_times(Node *n, Node *g, Node *times)
{
    Node *wide = reduce_spread(n, g);
    Node *out = gb_mul(wide, times);
    node_drop(wide);
    node_drop(times);
    return out;
}

static Node *max_slope(Node *n, int i, Node *g)
{
    (void)i;
    return spread_times(n, g, gb_op("first_max", n->in, 1, n->attr, n->n_attr));
}

static Node *min_slope(Node *n, int i, Node *g)
{
    (void)i;
    return spread_times(n, g, gb_op("first_min", n->in, 1, n->attr, n->n_attr));
}

static Node *prod_slope(Node *n, int i, Node *g)
{
    (void)i;
    return spread_times(n, g, gb_op("prod_others", n->in, 1, n->attr, n->n_attr));
}

/* ---- argmax, argmin, first_max, first_min ---- */

typedef bool Better(double new, double best);

/* For each group the flat index of its first best element; caller frees. */
static int64_t *best_each(const Node *n, Better *better)
{
    bool        red[LIMIT_RANK];
    const Node *x = n->in[0];
    reduce_axes(n, red);
    Shape    left = reduce_shape(&x->shape, red, false);
    int64_t  groups = shape_len(&left);
    int64_t *best = mem_new((size_t)(groups + 1) * sizeof *best);
    for (int64_t i = 0; i < groups; i++) best[i] = -1;
    for (int64_t at = 0; at < x->len; at++) {
        int64_t *b = &best[reduce_group(&x->shape, red, at)];
        if (*b < 0 || better(x->val[at], x->val[*b])) *b = at;
    }
    return best;
}

static void arg_kernel(const Node *n, double *y, Better *better)
{
    int64_t *best = best_each(n, better);
    for (int64_t i = 0; i < n->len; i++) {
        if (n->attr[1] == 0) {
            y[i] = (double)best[i];
            continue;
        }
        OpCut c = op_cut(&n->in[0]->shape, n->attr[2]);
        y[i] = (double)(best[i] / c.inner % c.r);
    }
    free(best);
}

static void argmax_kernel(const Node *n, double *y) { arg_kernel(n, y, reduce_above); }
static void argmin_kernel(const Node *n, double *y) { arg_kernel(n, y, reduce_below); }

static void first_kernel(const Node *n, double *y, Better *better)
{
    bool red[LIMIT_RANK];
    reduce_axes(n, red);
    Shape    left = reduce_shape(&n->shape, red, false);
    int64_t *best = best_each(n, better);
    memset(y, 0, (size_t)n->len * sizeof *y);
    for (int64_t i = 0; n->len && i < shape_len(&left); i++) y[best[i]] = 1;
    free(best);
}

static void first_max_kernel(const Node *n, double *y) { first_kernel(n, y, reduce_above); }
static void first_min_kernel(const Node *n, double *y) { first_kernel(n, y, reduce_below); }

/* x[i] == max([...]), unless equal elements or a nan need the plain answer. */
static const Term *first_formula(Arena *a, Node *n, int64_t at, Better *better)
{
    bool  red[LIMIT_RANK];
    int   count;
    Node *x = n->in[0];
    reduce_axes(n, red);
    int64_t *list = reduce_list(a, &x->shape, red, reduce_group(&x->shape, red, at), &count);
    const Term **kid = ARENA_ARRAY(a, const Term *, count);
    int64_t  best = list[0];
    for (int k = 0; k < count; k++) {
        kid[k] = term_ref(a, x, list[k]);
        if (better(x->val[list[k]], x->val[best])) best = list[k];
    }
    double v = x->val[at], top = x->val[best];
    if (isnan(top) || (v == top && at != best)) return term_num(a, at == best);
    const Term *over = term_over(a, better == reduce_above ? "max" : "min", count, kid);
    return term_apply(a, op_find("=="), 2, (const Term *[]){ term_ref(a, x, at), over });
}

static const Term *first_max_formula(Arena *a, Node *n, int64_t at)
{
    return first_formula(a, n, at, reduce_above);
}

static const Term *first_min_formula(Arena *a, Node *n, int64_t at)
{
    return first_formula(a, n, at, reduce_below);
}

/* ---- cumsum ---- */

static bool from_end(const Node *n) { return n->n_attr > 1 && n->attr[1]; }

static Status cumsum_infer(Node *n, Span at, Diag *d)
{
    assert(n->n_attr >= 1);
    TRY(op_check_axis(n, n->attr[0], at, d));
    return op_set_shape(n, &n->in[0]->shape, at, d);
}

static void cumsum_kernel(const Node *n, double *y)
{
    OpCut         c = op_cut(&n->shape, n->attr[0]);
    const double *x = n->in[0]->val;
    int64_t       step = from_end(n) ? -c.inner : c.inner;
    for (int64_t o = 0; o < c.outer; o++)
        for (int64_t j = 0; j < c.inner; j++) {
            int64_t at = o * c.r * c.inner + j + (from_end(n) ? (c.r - 1) * c.inner : 0);
            double  sum = 0;
            for (int64_t i = 0; i < c.r; i++, at += step) y[at] = sum += x[at];
        }
}

static const Term *cumsum_formula(Arena *a, Node *n, int64_t at)
{
    OpCut   c = op_cut(&n->shape, n->attr[0]);
    int64_t place = at / c.inner % c.r, line = at - place * c.inner;
    int64_t from = from_end(n) ? place : 0, to = from_end(n) ? c.r : place + 1;
    const Term **kid = ARENA_ARRAY(a, const Term *, to - from);
    for (int64_t k = from; k < to; k++)
        kid[k - from] = term_ref(a, n->in[0], line + k * c.inner);
    return op_term_sum(a, n, at, (int)(to - from), kid);
}

/* sum(A[0, 0:3]) */
static void cumsum_fold(Text *to, Node *n, int64_t at)
{
    int64_t index[LIMIT_RANK];
    int     axis = (int)n->attr[0];
    Node   *x = n->in[0];
    shape_unravel(&n->shape, at, index);
    text_add(to, x->label ? "sum(" : "sum((");
    term_print_node(to, x);
    if (!x->label) text_addc(to, ')');
    for (int i = 0; i < x->shape.rank; i++) {
        text_add(to, i ? ", " : "[");
        if (i != axis) text_addf(to, "%" PRId64, index[i]);
        else if (from_end(n)) text_addf(to, "%" PRId64 ":", index[i]);
        else text_addf(to, "0:%" PRId64, index[i] + 1);
    }
    text_add(to, "])");
}

static Node *cumsum_slope(Node *n, int i, Node *g)
{
    (void)i;
    int64_t attr[2] = { n->attr[0], !from_end(n) };
    return gb_op("cumsum", &g, 1, attr, 2);
}

/* ---- the table ---- */

#define EXAMPLES(...) .examples = (const char *const[]){ __VA_ARGS__, NULL }
#define REDUCE(n_in) .kind = OP_REDUCE, .min_in = n_in, .max_in = n_in

const Op ops_reduce[] = {
    { .name = "sum", .usage = "sum(x, axis=none, keep=0)", REDUCE(1),
      .help = "The sum of all elements, or along one or more axes.",
      .rule = "sum rule", .infer = reduce_infer, .kernel = sum_kernel, .slope = sum_slope,
      .formula = sum_formula, .fold = sum_fold,
      EXAMPLES("sum(A)", "sum(A, axis=0)", "sum(A, axis=-1, keep=1)") },
    { .name = "prod", .usage = "prod(x, axis=none, keep=0)", REDUCE(1),
      .help = "The product of all elements, or along one or more axes.",
      .rule = "product rule", .infer = reduce_infer, .kernel = prod_kernel,
      .slope = prod_slope, .formula = product_formula,
      EXAMPLES("prod(A)", "prod(A, axis=1)", "prod(v, keep=1)") },
    { .name = "max", .usage = "max(x, axis=none, keep=0)", REDUCE(1),
      .help = "The largest element, of all or along axes; nan if there is one.",
      .rule = "derivative of max", .infer = choose_infer, .kernel = max_kernel,
      .slope = max_slope, .formula = choose_formula,
      EXAMPLES("max(A)", "max(A, axis=0)", "max(A, axis=1, keep=1)") },
    { .name = "min", .usage = "min(x, axis=none, keep=0)", REDUCE(1),
      .help = "The smallest element, of all or along axes; nan if there is one.",
      .rule = "derivative of min", .infer = choose_infer, .kernel = min_kernel,
      .slope = min_slope, .formula = choose_formula,
      EXAMPLES("min(A)", "min(A, axis=0)", "min(A, axis=1, keep=1)") },
    { .name = "argmax", .usage = "argmax(x, axis=none)", REDUCE(1),
      .help = "The place of the largest element, counted from 0; the first of equals.",
      .rule = "derivative of a choice", .infer = arg_infer, .kernel = argmax_kernel,
      .formula = choose_formula, EXAMPLES("argmax(A)", "argmax(A, axis=1)") },
    { .name = "argmin", .usage = "argmin(x, axis=none)", REDUCE(1),
      .help = "The place of the smallest element, counted from 0; the first of equals.",
      .rule = "derivative of a choice", .infer = arg_infer, .kernel = argmin_kernel,
      .formula = choose_formula, EXAMPLES("argmin(A)", "argmin(A, axis=1)") },
    { .name = "first_max", .usage = "first_max(x, axis=none)", REDUCE(1),
      .help = "1 at the first largest element, 0 elsewhere.",
      .rule = "derivative of a choice", .infer = same_infer, .kernel = first_max_kernel,
      .formula = first_max_formula, EXAMPLES("grad(max(A)*s, A)") },
    { .name = "first_min", .usage = "first_min(x, axis=none)", REDUCE(1),
      .help = "1 at the first smallest element, 0 elsewhere.",
      .rule = "derivative of a choice", .infer = same_infer, .kernel = first_min_kernel,
      .formula = first_min_formula, EXAMPLES("grad(min(A)*s, A)") },
    { .name = "prod_others", .usage = "prod_others(x, axis=none)", REDUCE(1),
      .help = "For each element the product of all the others.",
      .rule = "product rule", .infer = same_infer, .kernel = product_others_kernel,
      .slope = product_others_slope, .formula = product_others_formula,
      EXAMPLES("grad(prod(v), v)", "grad(sum(prod(A, axis=1)), A)") },
    { .name = "prod_pairs", .usage = "prod_pairs(x, g, axis=none)", REDUCE(2),
      .help = "The derivative of prod_others(x) in the direction g.",
      .rule = "product rule", .infer = same_infer, .kernel = product_pairs_kernel,
      .slope = product_pairs_slope, .formula = product_pairs_formula,
      EXAMPLES("grad(sum(grad(prod(v), v)*v), v)") },
    { .name = "cumsum", .usage = "cumsum(x, axis=0)", REDUCE(1),
      .help = "The running sum along an axis.",
      .rule = "sum rule", .infer = cumsum_infer, .kernel = cumsum_kernel, .slope = cumsum_slope,
      .formula = cumsum_formula, .fold = cumsum_fold,
      EXAMPLES("cumsum(v)", "cumsum(A, axis=1)") },
    { .name = NULL }
};
