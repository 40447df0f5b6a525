/* op.c -- find an operation by name, and what all tables share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/ops_part.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- leaf and slot ---- */

static Status slot_infer(Node *n, Span at, Diag *d)
{
    return op_set_shape(n, &n->in[0]->shape, at, d);
}

static void slot_kernel(const Node *n, double *y)
{
    memcpy(y, n->in[0]->val, (size_t)n->len * sizeof *y);
}

static Node *slot_slope(Node *n, int i, Node *g)
{
    (void)n, (void)i;
    return node_keep(g);
}

static const Term *slot_formula(Arena *a, Node *n, int64_t at)
{
    return term_ref(a, n->in[0], at);
}

const Op op_leaf = {
    .name = "leaf", .usage = "a number or a tensor", .kind = OP_LEAF,
    .help = "Numbers that are given, not computed."
};

const Op op_slot = {
    .name = "slot", .usage = "a name", .kind = OP_LEAF, .min_in = 1, .max_in = 1,
    .help = "The place of a name: passes on what the name is defined as.",
    .infer = slot_infer, .kernel = slot_kernel, .slope = slot_slope, .formula = slot_formula
};

/* ---- look up ---- */

static const Op *const tables[] = {
    ops_element, ops_reduce, ops_matrix, ops_shape, ops_pick
};
enum { N_TABLE = sizeof tables / sizeof *tables };

void op_each(void (*f)(const Op *op, void *ctx), void *ctx)
{
    for (int t = 0; t < N_TABLE; t++)
        for (const Op *op = tables[t]; op->name; op++) f(op, ctx);
    f(&op_sum_to, ctx);
    f(&op_spread, ctx);
}

static const Op **sorted;
static int        n_sorted;

static int op_order(const void *a, const void *b)
{
    return strcmp((*(const Op *const *)a)->name, (*(const Op *const *)b)->name);
}

static void op_add(const Op *op, void *ctx)
{
    int *cap = ctx;
    GROW(sorted, n_sorted, *cap);
    sorted[n_sorted++] = op;
}

static void op_sort(void)
{
    int cap = 0;
    op_each(op_add, &cap);
    qsort(sorted, (size_t)n_sorted, sizeof *sorted, op_order);
}

const Op *op_find(const char *name)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, op_sort);
    const Op key = { .name = name }, *pkey = &key;
    const Op **hit = bsearch(&pkey, sorted, (size_t)n_sorted, sizeof *sorted, op_order);
    return hit ? *hit : NULL;
}

/* ---- checks ---- */

const char *op_operand(const Node *n, int i, const char *otherwise)
{
    const Node *x = n->in[i];
    while (!x->label && x->op == &op_slot) x = x->in[0];
    return x->label ? x->label : otherwise;
}

Status op_check_shape(const Shape *s, Span at, Diag *d)
{
    char   buf[SHAPE_TEXT];
    size_t bytes = sizeof(double);
    if (s->rank > LIMIT_RANK)
        return diag_set(d, E_LIMIT, at, "%d axes are more than the limit of %d", s->rank,
                        LIMIT_RANK);
    for (int i = 0; i < s->rank; i++) {
        if (s->dim[i] < 0)
            return diag_set(d, E_RANGE, at, "an axis cannot have the length %" PRId64,
                            s->dim[i]);
        if (s->dim[i] > LIMIT_DIM)
            return diag_set(d, E_LIMIT, at, "an axis of %" PRId64 " is longer than the limit"
                            " of %d", s->dim[i], LIMIT_DIM);
        size_t dim = s->dim[i] ? (size_t)s->dim[i] : 1;
        if (!mem_mul(bytes, dim, &bytes) || bytes > INT64_MAX)
            return diag_set(d, E_LIMIT, at, "a tensor of shape %s has more numbers than any"
                            " memory holds", shape_print(buf, s));
    }
    return OK;
}

Status op_set_shape(Node *n, const Shape *s, Span at, Diag *d)
{
    TRY(op_check_shape(s, at, d));
    n->shape = *s;
    return OK;
}

Status op_check_axis(const Node *n, int64_t axis, Span at, Diag *d)
{
    const char *x = op_operand(n, 0, "its operand");
    int         rank = n->in[0]->shape.rank;
    if (axis >= 0 && axis < rank) return OK;
    if (rank == 0)
        return diag_set(d, E_RANGE, at, "%s along axis %" PRId64 ": %s is a number and has"
                        " no axes", n->op->name, axis, x);
    return diag_set(d, E_RANGE, at, "%s along axis %" PRId64 ": %s has %d %s, counted from 0",
                    n->op->name, axis, x, rank, rank == 1 ? "axis" : "axes");
}

/* ---- memory ---- */

void op_strides(const Shape *s, int64_t stride[LIMIT_RANK])
{
    int64_t run = 1;
    for (int i = s->rank - 1; i >= 0; i--) {
        stride[i] = run;
        run *= s->dim[i];
    }
}

static void copy_line(double *y, int64_t to, const double *x, int64_t from, int64_t count)
{
    if (to == 1 && from == 1) memcpy(y, x, (size_t)count * sizeof *y);
    else for (int64_t i = 0; i < count; i++) y[i * to] = x[i * from];
}

void op_copy(double *y, const double *x, const OpBox *box)
{
    if (box->rank == 0) {
        *y = *x;
        return;
    }
    for (int i = 0; i < box->rank; i++)
        if (box->dim[i] == 0) return;
    int64_t index[LIMIT_RANK] = { 0 };
    int     last = box->rank - 1, axis;
    do {
        copy_line(y, box->to[last], x, box->from[last], box->dim[last]);
        for (axis = last - 1; axis >= 0; axis--) {
            y += box->to[axis];
            x += box->from[axis];
            if (++index[axis] < box->dim[axis]) break;
            y -= box->to[axis] * box->dim[axis];
            x -= box->from[axis] * box->dim[axis];
            index[axis] = 0;
        }
    } while (axis >= 0);
}

OpCut op_cut(const Shape *s, int64_t axis)
{
    OpCut c = { 1, s->dim[axis], 1 };
    for (int i = 0; i < axis; i++) c.outer *= s->dim[i];
    for (int i = (int)axis + 1; i < s->rank; i++) c.inner *= s->dim[i];
    return c;
}

/* ---- terms ---- */

void op_print_part(Text *to, Node *x, const int64_t *index)
{
    bool whole = true;
    for (int i = 0; i < x->shape.rank; i++) whole = whole && index[i] < 0;
    bool bare = whole || x->label;
    if (!bare) text_addc(to, '(');
    term_print_node(to, x);
    if (!bare) text_addc(to, ')');
    if (whole) return;
    for (int i = 0; i < x->shape.rank; i++) {
        text_add(to, i ? ", " : "[");
        if (index[i] < 0) text_addc(to, ':');
        else text_addf(to, "%" PRId64, index[i]);
    }
    text_addc(to, ']');
}

const Term *op_term_sum(Arena *a, Node *n, int64_t at, int count, const Term *const *kid)
{
    if (count == 0) return term_num(a, 0);
    return count == 1 ? kid[0] : term_sum(a, n, at, count, kid);
}
