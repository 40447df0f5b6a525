/* ops_shape.c -- TABLE of the operations that only move numbers.
 *
 * attr: reshape { dims } (one may be -1: what is left); transpose { old axis of
 * each new one }, empty: the last two change places; slice { start, step, count
 * per axis }; unslice { full dims, then start, step, count per axis }; concat
 * and stack { axis }.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/ops_part.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "graph/gbuild.h"

/* ---- reshape ---- */

/* The length that -1 stands for: len over the product of the others. */
static Status fill_rest(Shape *s, int rest, int64_t len, Span at, Diag *d)
{
    int64_t known = 1;
    s->dim[rest] = 1;
    TRY(op_check_shape(s, at, d));
    for (int i = 0; i < s->rank; i++) known *= s->dim[i];
    if (known == 0 || len % known != 0)
        return diag_set(d, E_SHAPE, at, "reshape cannot find the -1: %" PRId64 " elements do not"
                        " divide into groups of %" PRId64, len, known);
    s->dim[rest] = len / known;
    return OK;
}

static Status reshape_infer(Node *n, Span at, Diag *d)
{
    char        from[SHAPE_TEXT], to[SHAPE_TEXT];
    const Node *x = n->in[0];
    int         rest = -1;
    if (n->n_attr > LIMIT_RANK)
        return diag_set(d, E_LIMIT, at, "%d axes are more than the limit of %d", n->n_attr,
                        LIMIT_RANK);
    Shape s = shape_of(n->n_attr, n->attr);
    for (int i = 0; i < s.rank; i++) {
        if (s.dim[i] != -1) continue;
        if (rest >= 0) return diag_set(d, E_RANGE, at, "reshape takes one -1, not two");
        rest = i;
    }
    if (rest >= 0) TRY(fill_rest(&s, rest, x->len, at, d));
    TRY(op_check_shape(&s, at, d));
    if (shape_len(&s) != x->len)
        return diag_set(d, E_SHAPE, at, "shapes do not fit: reshape of %s with shape %s (%" PRId64
                        " elements) to %s (%" PRId64 ")", op_operand(n, 0, "a tensor"),
                        shape_print(from, &x->shape), x->len, shape_print(to, &s),
                        shape_len(&s));
    return op_set_shape(n, &s, at, d);
}

static void reshape_kernel(const Node *n, double *y)
{
    memcpy(y, n->in[0]->val, (size_t)n->len * sizeof *y);
}

static const Term *reshape_formula(Arena *a, Node *n, int64_t at)
{
    return term_ref(a, n->in[0], at);
}

static Node *reshape_slope(Node *n, int i, Node *g)
{
    (void)i;
    return gb_reshape(g, &n->in[0]->shape);
}

/* ---- transpose ---- */

/* perm[i]: the axis of the input that becomes axis i. */
static void perm_of(const Node *n, int64_t perm[LIMIT_RANK])
{
    int rank = n->in[0]->shape.rank;
    for (int i = 0; i < rank; i++) perm[i] = n->n_attr ? n->attr[i] : i;
    if (n->n_attr || rank < 2) return;
    perm[rank - 1] = rank - 2;
    perm[rank - 2] = rank - 1;
}

static Status transpose_infer(Node *n, Span at, Diag *d)
{
    const Shape *s = &n->in[0]->shape;
    bool         seen[LIMIT_RANK] = { false };
    int64_t      perm[LIMIT_RANK];
    Shape        out = { .rank = s->rank };
    if (n->n_attr && n->n_attr != s->rank)
        return diag_set(d, E_RANGE, at, "transpose of %s needs all %d axes in their new order,"
                        " not %d", op_operand(n, 0, "a tensor"), s->rank, n->n_attr);
    perm_of(n, perm);
    for (int i = 0; i < s->rank; i++) {
        TRY(op_check_axis(n, perm[i], at, d));
        if (seen[perm[i]])
            return diag_set(d, E_RANGE, at, "transpose names axis %" PRId64 " twice", perm[i]);
        seen[perm[i]] = true;
        out.dim[i] = s->dim[perm[i]];
    }
    return op_set_shape(n, &out, at, d);
}

static void transpose_kernel(const Node *n, double *y)
{
    int64_t perm[LIMIT_RANK], to[LIMIT_RANK], own[LIMIT_RANK], from[LIMIT_RANK];
    perm_of(n, perm);
    op_strides(&n->shape, to);
    op_strides(&n->in[0]->shape, own);
    for (int i = 0; i < n->shape.rank; i++) from[i] = own[perm[i]];
    op_copy(y, n->in[0]->val, &(OpBox){ n->shape.rank, n->shape.dim, to, from });
}

static const Term *transpose_formula(Arena *a, Node *n, int64_t at)
{
    int64_t perm[LIMIT_RANK], index[LIMIT_RANK], from[LIMIT_RANK];
    perm_of(n, perm);
    shape_unravel(&n->shape, at, index);
    for (int i = 0; i < n->shape.rank; i++) from[perm[i]] = index[i];
    return term_ref(a, n->in[0], shape_ravel(&n->in[0]->shape, from));
}

static Node *transpose_slope(Node *n, int i, Node *g)
{
    (void)i;
    if (!n->n_attr) return gb_transpose(g);
    int64_t back[LIMIT_RANK];
    for (int k = 0; k < n->n_attr; k++) back[n->attr[k]] = k;
    return gb_op("transpose", &g, 1, back, n->n_attr);
}

/* ---- slice and unslice ---- */

/* One axis of a slice. */
typedef struct {
    int64_t start, step, count;
} Cut;

static Cut cut_at(const int64_t *attr, int axis)
{
    return (Cut){ attr[3 * axis], attr[3 * axis + 1], attr[3 * axis + 2] };
}

/* The cuts of all axes lie inside `full`; sets out to what they leave. */
static Status cuts_check(const Node *n, const Shape *full, const int64_t *attr, Shape *out,
                         Span at, Diag *d)
{
    out->rank = full->rank;
    for (int i = 0; i < full->rank; i++) {
        Cut     c = cut_at(attr, i);
        int64_t dim = full->dim[i], last;
        if (c.count < 0) return diag_set(d, E_RANGE, at, "a slice cannot have %" PRId64
                                         " elements", c.count);
        if (c.step == 0) return diag_set(d, E_RANGE, at, "the step of a slice cannot be 0");
        out->dim[i] = c.count;
        if (c.count == 0) continue;
        if (__builtin_mul_overflow(c.step, c.count - 1, &last) ||
            __builtin_add_overflow(c.start, last, &last) || c.start < 0 || c.start >= dim ||
            last < 0 || last >= dim)
            return diag_set(d, E_RANGE, at, "index out of range: axis %d of %s has %" PRId64
                            " elements, counted from 0", i, op_operand(n, 0, "the tensor"), dim);
    }
    return OK;
}

static Status slice_infer(Node *n, Span at, Diag *d)
{
    const Shape *s = &n->in[0]->shape;
    Shape        out;
    assert(n->n_attr == 3 * s->rank);
    TRY(cuts_check(n, s, n->attr, &out, at, d));
    return op_set_shape(n, &out, at, d);
}

static Status unslice_infer(Node *n, Span at, Diag *d)
{
    int rank = n->in[0]->shape.rank;
    assert(n->n_attr == 4 * rank);
    Shape full = shape_of(rank, n->attr), part;
    TRY(op_check_shape(&full, at, d));
    TRY(cuts_check(n, &full, n->attr + rank, &part, at, d));
    assert(shape_equal(&part, &n->in[0]->shape));
    return op_set_shape(n, &full, at, d);
}

/* Where the sliced part lies in a tensor of shape full: offset and strides. */
static int64_t cut_strides(const Shape *full, const int64_t *attr, int64_t stride[LIMIT_RANK])
{
    int64_t offset = 0;
    op_strides(full, stride);
    for (int i = 0; i < full->rank; i++) {
        Cut c = cut_at(attr, i);
        offset += c.count ? c.start * stride[i] : 0;
        stride[i] *= c.step;
    }
    return offset;
}

static void slice_kernel(const Node *n, double *y)
{
    int64_t from[LIMIT_RANK], to[LIMIT_RANK];
    if (!n->len) return;
    int64_t offset = cut_strides(&n->in[0]->shape, n->attr, from);
    op_strides(&n->shape, to);
    op_copy(y, n->in[0]->val + offset, &(OpBox){ n->shape.rank, n->shape.dim, to, from });
}

static void unslice_kernel(const Node *n, double *y)
{
    int64_t     from[LIMIT_RANK], to[LIMIT_RANK];
    const Node *x = n->in[0];
    memset(y, 0, (size_t)n->len * sizeof *y);
    if (!x->len) return;
    int64_t offset = cut_strides(&n->shape, n->attr + n->shape.rank, to);
    op_strides(&x->shape, from);
    op_copy(y + offset, x->val, &(OpBox){ n->shape.rank, x->shape.dim, to, from });
}

static const Term *slice_formula(Arena *a, Node *n, int64_t at)
{
    int64_t index[LIMIT_RANK];
    shape_unravel(&n->shape, at, index);
    for (int i = 0; i < n->shape.rank; i++) {
        Cut c = cut_at(n->attr, i);
        index[i] = c.start + c.step * index[i];
    }
    return term_ref(a, n->in[0], shape_ravel(&n->in[0]->shape, index));
}

static const Term *unslice_formula(Arena *a, Node *n, int64_t at)
{
    int64_t index[LIMIT_RANK];
    shape_unravel(&n->shape, at, index);
    for (int i = 0; i < n->shape.rank; i++) {
        Cut     c = cut_at(n->attr + n->shape.rank, i);
        int64_t off = index[i] - c.start;
        if (off % c.step || off / c.step < 0 || off / c.step >= c.count) return term_num(a, 0);
        index[i] = off / c.step;
    }
    return term_ref(a, n->in[0], shape_ravel(&n->in[0]->shape, index));
}

/* g put back into zeros of shape full. */
static Node *gb_unslice(Node *g, const Shape *full, const int64_t *cuts)
{
    int64_t attr[4 * LIMIT_RANK];
    memcpy(attr, full->dim, sizeof *attr * (size_t)full->rank);
    memcpy(attr + full->rank, cuts, sizeof *attr * 3 * (size_t)full->rank);
    return gb_op("unslice", &g, 1, attr, 4 * full->rank);
}

static Node *slice_slope(Node *n, int i, Node *g)
{
    (void)i;
    return gb_unslice(g, &n->in[0]->shape, n->attr);
}

static Node *unslice_slope(Node *n, int i, Node *g)
{
    (void)i;
    return gb_op("slice", &g, 1, n->attr + n->shape.rank, 3 * n->shape.rank);
}

/* The part [start, start + count) of g along one axis, otherwise whole. */
static Node *gb_part(Node *g, int axis, int64_t start, int64_t count)
{
    int64_t attr[3 * LIMIT_RANK];
    for (int i = 0; i < g->shape.rank; i++) {
        attr[3 * i] = i == axis ? start : 0;
        attr[3 * i + 1] = 1;
        attr[3 * i + 2] = i == axis ? count : g->shape.dim[i];
    }
    return gb_op("slice", &g, 1, attr, 3 * g->shape.rank);
}

/* ---- concat and stack ---- */

/* The user's name of part i, or its number. */
static const char *part_name(const Node *n, int i, char buf[32])
{
    snprintf(buf, 32, "part %d", i);
    return op_operand(n, i, buf);
}

static Status join_refuse(const Node *n, int i, Span at, Diag *d)
{
    char l[SHAPE_TEXT], r[SHAPE_TEXT], x[32], y[32];
    bool list = n->op->name[0] == 's';
    return diag_set(d, E_SHAPE, at, "shapes do not fit: %s need equal shapes%s, but %s is %s and"
                    " %s is %s", list ? "the parts of a list" : "the parts of concat",
                    list ? "" : " along the other axes",
                    part_name(n, 0, x), shape_print(l, &n->in[0]->shape),
                    part_name(n, i, y), shape_print(r, &n->in[i]->shape));
}

static Status concat_infer(Node *n, Span at, Diag *d)
{
    int64_t axis = n->attr[0];
    TRY(op_check_axis(n, axis, at, d));
    Shape s = n->in[0]->shape;
    for (int i = 1; i < n->n_in; i++) {
        Shape part = n->in[i]->shape;
        if (part.rank != s.rank) return join_refuse(n, i, at, d);
        int64_t more = part.dim[axis];
        part.dim[axis] = s.dim[axis];
        if (!shape_equal(&part, &s)) return join_refuse(n, i, at, d);
        s.dim[axis] += more;
        TRY(op_check_shape(&s, at, d));
    }
    return op_set_shape(n, &s, at, d);
}

static Status stack_infer(Node *n, Span at, Diag *d)
{
    const Shape *part = &n->in[0]->shape;
    int64_t      axis = n->attr[0];
    Shape        s = { .rank = part->rank + 1 };
    for (int i = 1; i < n->n_in; i++)
        if (!shape_equal(&n->in[i]->shape, part)) return join_refuse(n, i, at, d);
    if (s.rank > LIMIT_RANK)
        return diag_set(d, E_LIMIT, at, "%d axes are more than the limit of %d", s.rank,
                        LIMIT_RANK);
    if (axis < 0 || axis >= s.rank)
        return diag_set(d, E_RANGE, at, "stack along axis %" PRId64 ": the result has %d %s,"
                        " counted from 0", axis, s.rank, s.rank == 1 ? "axis" : "axes");
    for (int i = 0; i < s.rank; i++)
        s.dim[i] = i == axis ? n->n_in : part->dim[i < axis ? i : i - 1];
    return op_set_shape(n, &s, at, d);
}

/* Numbers of input i that lie together for one step of the outer axes. */
static int64_t join_piece(const Node *n, int i)
{
    OpCut c = op_cut(&n->shape, n->attr[0]);
    return c.outer ? n->in[i]->len / c.outer : 0;
}

static void join_kernel(const Node *n, double *y)
{
    OpCut   c = op_cut(&n->shape, n->attr[0]);
    int64_t offset = 0;
    for (int i = 0; i < n->n_in; i++) {
        int64_t piece = join_piece(n, i);
        for (int64_t o = 0; o < c.outer; o++)
            memcpy(y + o * c.r * c.inner + offset, n->in[i]->val + o * piece,
                   (size_t)piece * sizeof *y);
        offset += piece;
    }
}

static const Term *join_formula(Arena *a, Node *n, int64_t at)
{
    OpCut   c = op_cut(&n->shape, n->attr[0]);
    int64_t o = at / (c.r * c.inner), rest = at % (c.r * c.inner);
    int     i = 0;
    for (; rest >= join_piece(n, i); i++) rest -= join_piece(n, i);
    return term_ref(a, n->in[i], o * join_piece(n, i) + rest);
}

static Node *concat_slope(Node *n, int i, Node *g)
{
    int64_t axis = n->attr[0], start = 0;
    for (int k = 0; k < i; k++) start += n->in[k]->shape.dim[axis];
    return gb_part(g, (int)axis, start, n->in[i]->shape.dim[axis]);
}

static Node *stack_slope(Node *n, int i, Node *g)
{
    Node *part = gb_part(g, (int)n->attr[0], i, 1);
    Node *out = gb_reshape(part, &n->in[i]->shape);
    node_drop(part);
    return out;
}

/* ---- the table ---- */

#define EXAMPLES(...) .examples = (const char *const[]){ __VA_ARGS__, NULL }
#define MOVE(fn, most)                                                                   \
    .kind = OP_SHAPE, .min_in = 1, .max_in = most, .rule = "sum rule",                   \
    .infer = fn##_infer, .slope = fn##_slope

const Op ops_shape[] = {
    { .name = "reshape", .usage = "reshape(x, dims...)", MOVE(reshape, 1),
      .help = "The same numbers, in order, in another shape; one -1 means what is left.",
      .kernel = reshape_kernel, .formula = reshape_formula,
      EXAMPLES("reshape(A, 3, 2)", "reshape(A, 6)", "reshape(v, 3, 1)") },
    { .name = "transpose", .usage = "transpose(x, axes...)", MOVE(transpose, 1),
      .help = "The last two axes change places, or all take the order given.",
      .kernel = transpose_kernel, .formula = transpose_formula,
      EXAMPLES("A'", "transpose(A)", "v'") },
    { .name = "slice", .usage = "x[from:to:step, ...]", MOVE(slice, 1),
      .help = "A part of a tensor: a range of places along each axis.",
      .kernel = slice_kernel, .formula = slice_formula,
      EXAMPLES("A[0:1, 1:3]", "A[:, 1]", "v[0:3:2]", "v[-1]", "A[1]") },
    { .name = "unslice", .usage = "unslice(x, ...)", MOVE(unslice, 1),
      .help = "Zeros with x put where a slice was taken: the way back of a slice.",
      .kernel = unslice_kernel, .formula = unslice_formula,
      EXAMPLES("grad(sum(A[0:1, 1:3]^2), A)", "grad(v[1]^2, v)") },
    { .name = "concat", .usage = "concat(x, y, ..., axis=0)", MOVE(concat, INT_MAX),
      .help = "Tensors joined along an axis that they have.",
      .kernel = join_kernel, .formula = join_formula,
      EXAMPLES("concat(A, B', axis=0)", "concat(v, v)", "concat(A, A, axis=1)") },
    { .name = "stack", .usage = "stack(x, y, ..., axis=0)", MOVE(stack, INT_MAX),
      .help = "Tensors of one shape laid side by side along a new axis.",
      .kernel = join_kernel, .formula = join_formula,
      EXAMPLES("[v, v]", "[s, 2, s]", "stack(v, v, axis=1)") },
    { .name = NULL }
};
