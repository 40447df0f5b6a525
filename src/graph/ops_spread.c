/* ops_spread.c -- broadcasting as an operation, and the way back.
 *
 * spread repeats a tensor to a larger shape; sum_to adds up again what was
 * repeated. Each is the other's slope. attr of both: the dims of the result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/gbuild.h"
#include "graph/ops_part.h"
#include "graph/ops_reduce.h"

/* Axes along which a tensor of shape `small` was repeated to give `big`. */
static void repeated_axes(const Shape *big, const Shape *small, bool red[LIMIT_RANK])
{
    for (int i = 0; i < big->rank; i++) {
        int k = i - (big->rank - small->rank);
        red[i] = k < 0 || (small->dim[k] == 1 && big->dim[i] != 1);
    }
}

/* x of shape `small` can be repeated to `big`. */
static bool spreads_to(const Shape *small, const Shape *big)
{
    Shape        s;
    const Shape *pair[2] = { small, big };
    return shape_broadcast(&s, pair, 2) && shape_equal(&s, big);
}

static Status target_infer(Node *n, bool up, Span at, Diag *d)
{
    char  from[SHAPE_TEXT], to[SHAPE_TEXT];
    if (n->n_attr > LIMIT_RANK)
        return diag_set(d, E_LIMIT, at, "%d axes are more than the limit of %d", n->n_attr,
                        LIMIT_RANK);
    Shape        s = shape_of(n->n_attr, n->attr);
    const Shape *x = &n->in[0]->shape;
    TRY(op_check_shape(&s, at, d));
    if (!(up ? spreads_to(x, &s) : spreads_to(&s, x)))
        return diag_set(d, E_SHAPE, at, "shapes do not fit: %s %s to %s", n->op->name,
                        shape_print(from, x), shape_print(to, &s));
    return op_set_shape(n, &s, at, d);
}

static Status spread_infer(Node *n, Span at, Diag *d) { return target_infer(n, true, at, d); }
static Status sum_to_infer(Node *n, Span at, Diag *d) { return target_infer(n, false, at, d); }

static void sum_to_kernel(const Node *n, double *y)
{
    bool red[LIMIT_RANK];
    repeated_axes(&n->in[0]->shape, &n->shape, red);
    reduce_sum(y, n->in[0], red);
}

static const Term *sum_to_formula(Arena *a, Node *n, int64_t at)
{
    bool red[LIMIT_RANK];
    int  count;
    repeated_axes(&n->in[0]->shape, &n->shape, red);
    const Term **kid = reduce_terms(a, n->in[0], red, at, &count);
    return op_term_sum(a, n, at, count, kid);
}

static void sum_to_fold(Text *to, Node *n, int64_t at)
{
    bool red[LIMIT_RANK];
    repeated_axes(&n->in[0]->shape, &n->shape, red);
    reduce_print_sum(to, n->in[0], red, at);
}

static Node *sum_to_slope(Node *n, int i, Node *g)
{
    (void)i;
    return gb_spread(g, &n->in[0]->shape);
}

static void spread_kernel(const Node *n, double *y)
{
    const Shape *s = &n->in[0]->shape;
    int64_t      to[LIMIT_RANK], own[LIMIT_RANK], from[LIMIT_RANK] = { 0 };
    op_strides(&n->shape, to);
    op_strides(s, own);
    for (int i = 0; i < s->rank; i++)
        if (s->dim[i] != 1) from[n->shape.rank - s->rank + i] = own[i];
    op_copy(y, n->in[0]->val, &(OpBox){ n->shape.rank, n->shape.dim, to, from });
}

static const Term *spread_formula(Arena *a, Node *n, int64_t at)
{
    return term_ref(a, n->in[0], shape_index(&n->shape, at, &n->in[0]->shape));
}

static Node *spread_slope(Node *n, int i, Node *g)
{
    (void)i;
    return gb_sum_to(g, &n->in[0]->shape);
}

/* ---- the rows ---- */

#define EXAMPLES(...) .examples = (const char *const[]){ __VA_ARGS__, NULL }

const Op op_sum_to = {
    .name = "sum_to", .usage = "sum_to(x, shape...)", .kind = OP_REDUCE, .min_in = 1,
    .max_in = 1,
    .help = "The sum over the axes along which a tensor of that shape repeats to fit x.",
    .rule = "sum rule", .infer = sum_to_infer, .kernel = sum_to_kernel,
    .slope = sum_to_slope, .formula = sum_to_formula, .fold = sum_to_fold,
    EXAMPLES("grad(sum(A*v), v)", "grad(sum(A*s), s)")
};

const Op op_spread = {
    .name = "spread", .usage = "spread(x, shape...)", .kind = OP_SHAPE, .min_in = 1,
    .max_in = 1, .help = "x repeated along missing axes and axes of length 1 to that shape.",
    .rule = "sum rule", .infer = spread_infer, .kernel = spread_kernel,
    .slope = spread_slope, .formula = spread_formula,
    EXAMPLES("grad(sum(v)^2, v)", "grad(sum(sum(A, axis=1)^2), A)")
};
