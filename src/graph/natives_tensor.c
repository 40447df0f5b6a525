/* natives_tensor.c -- TABLE of the functions that make, draw, shape and reduce tensors.
 *
 * Sizes, axes and shapes are read while the expression is built (a size that
 * hangs on a quantity is guarded, so the definition is built again when it
 * changes); everything else becomes nodes and stays true. Sizes are checked
 * before anything is multiplied or allocated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/natives.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/gbuild.h"
#include "graph/op.h"

static Status node_give(Call *c, Node *n, Value *out)
{
    if (!n) return c->d->code;
    *out = value_node(n);
    return OK;
}

static Status op_give(Call *c, const char *op, Node *const *in, int n_in, const int64_t *attr,
                      int n_attr, Value *out)
{
    return node_give(c, node_new(op_find(op), in, n_in, attr, n_attr, c->at, c->d), out);
}

/* ---- sizes ---- */

static Status dim_check(Call *c, int64_t dim, Span at)
{
    if (dim < 0) {
        diag_set(c->d, E_RANGE, at, "a size must not be negative: %lld", (long long)dim);
        return diag_hint(c->d, "Usage: %s", c->row->usage);
    }
    if (dim > LIMIT_DIM)
        return diag_set(c->d, E_LIMIT, at, "a size of %lld is more than the limit of %d along one "
                                           "axis",
                        (long long)dim, LIMIT_DIM);
    return OK;
}

static Status shape_check(Call *c, const Shape *s, Span at)
{
    char buf[SHAPE_TEXT];
    size_t bytes = sizeof(double);
    for (int i = 0; i < s->rank; i++) {
        TRY(dim_check(c, s->dim[i], at));
        if (!mem_mul(bytes, s->dim[i] ? (size_t)s->dim[i] : 1, &bytes)) bytes = SIZE_MAX / 2;
        if (bytes <= mem_budget()) continue;
        diag_set(c->d, E_LIMIT, at, "a tensor of shape %s is larger than the memory budget (%zu "
                                    "MiB)",
                 shape_print(buf, s), mem_budget() >> 20);
        return diag_hint(c->d, "Each number takes 8 bytes; make the tensor in smaller pieces.");
    }
    return OK;
}

/* Arguments from..: numbers, or one list of them. */
static Status ints_read(Call *c, int from, int64_t v[LIMIT_RANK], int *n)
{
    *n = c->n - from;
    if (*n == 1) {
        Value one;
        TRY(call_value(c, from, &one));
        return value_ints(c, one, call_span(c, from), v, n);
    }
    if (*n > LIMIT_RANK)
        return diag_set(c->d, E_LIMIT, call_span(c, from + LIMIT_RANK),
                        "%d axes are more than the limit of %d", *n, LIMIT_RANK);
    for (int i = 0; i < *n; i++) TRY(call_int(c, from + i, &v[i]));
    return OK;
}

Status call_shape(Call *c, int from, Shape *s)
{
    *s = (Shape){ 0 };
    TRY(ints_read(c, from, s->dim, &s->rank));
    return shape_check(c, s, c->n > from ? call_span(c, from) : c->at);
}

static Status leaf_make(Call *c, const Shape *s, Node **out)
{
    *out = node_leaf(s, NULL, c->d);
    return *out ? OK : c->d->code;
}

/* A tensor that is as good as written out: folds, and prints bare. */
static Status constant_give(Node *leaf, Value *out)
{
    leaf->flags |= NODE_CONST;
    leaf_touch(leaf);
    *out = value_node(leaf);
    return OK;
}

/* ---- make ---- */

static Status filled(Call *c, const Shape *s, double v, Value *out)
{
    Node *leaf;
    TRY(leaf_make(c, s, &leaf));
    for (int64_t i = 0; i < leaf->len; i++) leaf->val[i] = v;
    return constant_give(leaf, out);
}

static Status run_zeros(Call *c, Value *out)
{
    Shape s;
    TRY(call_shape(c, 0, &s));
    return filled(c, &s, 0, out);
}

static Status run_ones(Call *c, Value *out)
{
    Shape s;
    TRY(call_shape(c, 0, &s));
    return filled(c, &s, 1, out);
}

static Status run_full(Call *c, Value *out)
{
    Node *v;
    Shape s;
    TRY(call_node(c, 0, &v));
    TRY(call_shape(c, 1, &s));
    if (v->len != 1)
        return diag_set(c->d, E_SHAPE, call_span(c, 0), "full repeats a single number, this has "
                                                        "%lld",
                        (long long)v->len);
    if (v->flags & NODE_CONST) return filled(c, &s, v->val[0], out);
    Shape number = { 0 };
    Node *one = gb_reshape(v, &number);
    Node *all = gb_spread(one, &s);
    node_drop(one);
    return node_give(c, all, out);
}

static Status run_eye(Call *c, Value *out)
{
    int64_t n;
    Node *leaf;
    TRY(call_int(c, 0, &n));
    Shape s = { 2, { n, n } };
    TRY(shape_check(c, &s, call_span(c, 0)));
    TRY(leaf_make(c, &s, &leaf));
    for (int64_t i = 0; i < n; i++) leaf->val[i * n + i] = 1;
    return constant_give(leaf, out);
}

static Status vector_make(Call *c, double count, Span at, Node **out)
{
    if (!(count <= LIMIT_DIM))
        return diag_set(c->d, E_LIMIT, at, "%s would have more than %d entries", c->row->name,
                        LIMIT_DIM);
    Shape s = { 1, { count < 0 ? 0 : (int64_t)count } };
    TRY(shape_check(c, &s, at));
    return leaf_make(c, &s, out);
}

static Status run_range(Call *c, Value *out)
{
    double from = 0, to, step = 1;
    Node *leaf;
    TRY(call_number(c, c->n > 1, &to));
    if (c->n > 1) TRY(call_number(c, 0, &from));
    if (c->n > 2) TRY(call_number(c, 2, &step));
    if (!isfinite(from) || !isfinite(to) || !isfinite(step) || step == 0) {
        diag_set(c->d, E_RANGE, call_span(c, c->n - 1), "range needs finite numbers and a step "
                                                        "that is not 0");
        return diag_hint(c->d, "For example: range(0, 10, 2)");
    }
    TRY(vector_make(c, ceil((to - from) / step), c->at, &leaf));
    for (int64_t i = 0; i < leaf->len; i++) leaf->val[i] = from + (double)i * step;
    return constant_give(leaf, out);
}

static Status run_linspace(Call *c, Value *out)
{
    double from, to;
    int64_t n;
    Node *leaf;
    TRY(call_number(c, 0, &from));
    TRY(call_number(c, 1, &to));
    TRY(call_int(c, 2, &n));
    TRY(dim_check(c, n, call_span(c, 2)));
    TRY(vector_make(c, (double)n, call_span(c, 2), &leaf));
    double step = n > 1 ? (to - from) / (double)(n - 1) : 0;
    for (int64_t i = 0; i < n; i++) leaf->val[i] = from + (double)i * step;
    if (n > 1) leaf->val[n - 1] = to;
    return constant_give(leaf, out);
}

/* ---- shape ---- */

/* One size of -1 is whatever is left. */
static Status shape_complete(Call *c, Shape *s, int64_t len, Span at)
{
    int64_t known = 1, open = -1;
    for (int i = 0; i < s->rank; i++) {
        if (s->dim[i] == -1 && open < 0) {
            open = i;
            continue;
        }
        TRY(dim_check(c, s->dim[i], at));
        if (__builtin_mul_overflow(known, s->dim[i], &known)) known = INT64_MAX;
    }
    if (open >= 0 && known > 0 && len % known == 0) s->dim[open] = len / known;
    return OK;
}

static Status run_reshape(Call *c, Value *out)
{
    Node *x;
    Shape s = { 0 };
    Span at = call_span(c, 1);
    TRY(call_node(c, 0, &x));
    TRY(ints_read(c, 1, s.dim, &s.rank));
    TRY(shape_complete(c, &s, x->len, at));
    bool open = false;
    for (int i = 0; i < s.rank; i++) open |= s.dim[i] < 0;
    if (!open) TRY(shape_check(c, &s, at));
    if (open || shape_len(&s) != x->len) {
        char from[SHAPE_TEXT], to[SHAPE_TEXT];
        diag_set(c->d, E_SHAPE, at, "%lld numbers of shape %s cannot take the shape %s",
                 (long long)x->len,
                 shape_print(from, &x->shape), shape_print(to, &s));
        return diag_hint(c->d, "The product of the sizes must stay the same; one size may be -1: "
                               "what is left.");
    }
    return node_give(c, gb_reshape(x, &s), out);
}

static Status axis_check(Call *c, const Node *x, int64_t *axis, int rank, Span at)
{
    int64_t given = *axis;
    if (given < 0) *axis += rank;
    if (*axis >= 0 && *axis < rank) return OK;
    char buf[SHAPE_TEXT];
    const char *name = x->label ? x->label : "the tensor";
    if (!rank)
        return diag_set(c->d, E_SHAPE, at, "%s is a number and has no axis %lld", name,
                        (long long)given);
    diag_set(c->d, E_RANGE, at, "axis %lld is outside %s of shape %s", (long long)given, name,
             shape_print(buf, &x->shape));
    return diag_hint(c->d, "Axes count from 0 to %d, or from the end as -1 to -%d.", rank - 1,
                     rank);
}

static Status axis_key(Call *c, const Node *x, int64_t otherwise, int rank, int64_t *axis)
{
    TRY(call_key_int(c, "axis", otherwise, axis));
    return axis_check(c, x, axis, rank, call_key_span(c, "axis"));
}

/* Axes in v are different ones of x's; sorted by the caller where it matters. */
static Status axes_check(Call *c, const Node *x, int64_t *v, int n, Span at)
{
    for (int i = 0; i < n; i++) {
        TRY(axis_check(c, x, &v[i], x->shape.rank, at));
        for (int k = 0; k < i; k++)
            if (v[k] == v[i])
                return diag_set(c->d, E_RANGE, at, "axis %lld is named twice", (long long)v[i]);
    }
    return OK;
}

static Status run_transpose(Call *c, Value *out)
{
    Node *x;
    int64_t axes[LIMIT_RANK];
    int n;
    TRY(call_node(c, 0, &x));
    if (c->n == 1) return node_give(c, x->shape.rank < 2 ? node_keep(x) : gb_transpose(x), out);
    TRY(ints_read(c, 1, axes, &n));
    TRY(axes_check(c, x, axes, n, call_span(c, 1)));
    if (n != x->shape.rank) {
        diag_set(c->d, E_SHAPE, call_span(c, 1), "transpose needs all %d axes in their new order, "
                                                 "%d given",
                 x->shape.rank, n);
        return diag_hint(c->d, "For example, images with channels first: transpose(x, 2, 0, 1)");
    }
    return op_give(c, "transpose", &x, 1, axes, n, out);
}

/* ---- join ---- */

static Status parts_read(Call *c, Node ***in, int *n)
{
    Value one = value_none();
    if (c->n == 1) TRY(call_value(c, 0, &one));
    bool list = one.kind == V_LIST;
    *n = list ? one.list->n : c->n;
    *in = mem_new(sizeof **in * (size_t)(*n + 1));
    for (int i = 0; i < *n; i++) {
        if (!list) TRY(call_node(c, i, &(*in)[i]));
        else (*in)[i] = value_to_node(c->s, one.list->item[i], call_span(c, 0), c->d);
        if (!(*in)[i]) return c->d->code;
    }
    if (*n) return OK;
    return diag_set(c->d, E_TYPE, c->at, "%s needs something to join", c->row->name);
}

static Status join(Call *c, const char *op, int more, Value *out)
{
    Node **in = NULL;
    int n = 0;
    int64_t axis;
    Status st = parts_read(c, &in, &n);
    if (st == OK) st = axis_key(c, in[0], 0, in[0]->shape.rank + more, &axis);
    if (st == OK) st = op_give(c, op, in, n, &axis, 1, out);
    free(in);
    return st;
}

static Status run_concat(Call *c, Value *out) { return join(c, "concat", 0, out); }
static Status run_stack(Call *c, Value *out) { return join(c, "stack", 1, out); }

/* ---- measure ---- */

static Status run_shape(Call *c, Value *out)
{
    Node *x, *leaf;
    use_shape(c->env);
    TRY(call_node(c, 0, &x));
    Shape s = { 1, { x->shape.rank } };
    TRY(leaf_make(c, &s, &leaf));
    for (int i = 0; i < x->shape.rank; i++) leaf->val[i] = (double)x->shape.dim[i];
    return constant_give(leaf, out);
}

static Status run_rank(Call *c, Value *out)
{
    Node *x;
    use_shape(c->env);
    TRY(call_node(c, 0, &x));
    *out = value_num(x->shape.rank);
    return OK;
}

static Status record_size(Call *c, const Record *r, Value *out)
{
    const Value *x = record_find(r, "x");
    if (!x || x->kind != V_NODE || !x->node->shape.rank)
        return diag_set(c->d, E_TYPE, call_span(c, 0), "this %s has no rows to count", r->type);
    *out = value_num((double)x->node->shape.dim[0]);
    return OK;
}

static Status run_size(Call *c, Value *out)
{
    Value v;
    Node *x;
    int64_t axis[LIMIT_RANK];
    int n;
    use_shape(c->env);
    TRY(call_value(c, 0, &v));
    if (v.kind == V_RECORD) return record_size(c, v.record, out);
    if (v.kind == V_LIST) return *out = value_num(v.list->n), OK;
    TRY(call_node(c, 0, &x));
    if (c->n == 1 && !call_has(c, "axis")) return *out = value_num((double)x->len), OK;
    if (c->n > 1) TRY(call_value(c, 1, &v));
    else TRY(call_key(c, "axis", &v));
    Span at = c->n > 1 ? call_span(c, 1) : call_key_span(c, "axis");
    TRY(value_ints(c, v, at, axis, &n));
    TRY(axes_check(c, x, axis, n, at));
    double size = 1;
    for (int i = 0; i < n; i++) size *= (double)x->shape.dim[axis[i]];
    *out = value_num(size);
    return OK;
}

/* ---- reduce ---- */

/* The attr of a reduction: { keep, number of axes, axis... }; none: all. */
static Status reduce_attr(Call *c, const Node *x, int64_t attr[2 + LIMIT_RANK], int *n_attr)
{
    Value v;
    int n = 0;
    TRY(call_key(c, "axis", &v));
    TRY(call_key_int(c, "keep", 0, &attr[0]));
    attr[0] = attr[0] != 0;
    if (v.kind != V_NONE) {
        TRY(value_ints(c, v, call_key_span(c, "axis"), attr + 2, &n));
        TRY(axes_check(c, x, attr + 2, n, call_key_span(c, "axis")));
    }
    attr[1] = n;
    *n_attr = 2 + n;
    return OK;
}

static Status same_shapes(Call *c, Node *const *in)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (c->n < 2 || shape_equal(&in[0]->shape, &in[1]->shape)) return OK;
    return diag_set(c->d, E_SHAPE, call_span(c, 1), "%s needs two tensors of one shape, not %s "
                                                    "and %s",
                    c->row->name, shape_print(a, &in[0]->shape), shape_print(b, &in[1]->shape));
}

static Status reduce(Call *c, const char *op, Value *out)
{
    Node *in[2];
    int64_t attr[2 + LIMIT_RANK];
    int n;
    for (int i = 0; i < c->n; i++) TRY(call_node(c, i, &in[i]));
    TRY(same_shapes(c, in));
    TRY(reduce_attr(c, in[0], attr, &n));
    return op_give(c, op, in, c->n, attr, n, out);
}

static Status run_reduce(Call *c, Value *out) { return reduce(c, c->row->name, out); }

/* max(a, b, ...): element by element */
static Status choose(Call *c, const char *op, Value *out)
{
    if (c->n == 1) return reduce(c, c->row->name, out);
    if (c->n_key) {
        diag_set(c->d, E_TYPE, call_key_span(c, c->key[0]), "%s= goes with one tensor, %d are "
                                                            "given",
                 c->key[0], c->n);
        return diag_hint(c->d, "%s(a, b) compares element by element; %s(x, axis=0) looks along "
                               "an axis.",
                         c->row->name, c->row->name);
    }
    Node *best, *x;
    TRY(call_node(c, 0, &best));
    node_keep(best);
    Status st = OK;
    for (int i = 1; i < c->n && st == OK; i++) {
        st = call_node(c, i, &x);
        Node *in[2] = { best, x };
        Node *y = st == OK ? node_new(op_find(op), in, 2, NULL, 0, c->at, c->d) : NULL;
        node_drop(best);
        best = y;
        if (st == OK && !y) st = c->d->code;
    }
    if (st == OK) *out = value_node(best);
    return st;
}

static Status run_max(Call *c, Value *out) { return choose(c, "maximum", out); }
static Status run_min(Call *c, Value *out) { return choose(c, "minimum", out); }

/* ---- along one axis ---- */

static Status run_along(Call *c, Value *out)
{
    Node *in[2];
    int64_t attr[2];
    for (int i = 0; i < c->n; i++) TRY(call_node(c, i, &in[i]));
    if (!in[0]->shape.rank) {
        diag_set(c->d, E_SHAPE, call_span(c, 0), "%s works along an axis, and a number has none",
                 c->row->name);
        return diag_hint(c->d, "Usage: %s", c->row->usage);
    }
    TRY(axis_key(c, in[0], -1, in[0]->shape.rank, &attr[0]));
    TRY(call_key_int(c, "reverse", 0, &attr[1]));
    attr[1] = attr[1] != 0;
    return op_give(c, c->row->name, in, c->n, attr, 1 + (attr[1] != 0), out);
}

/* ---- pick ---- */

/* Indices that are written out can be checked now; computed ones that miss give nan. */
static Status index_check(Call *c, const Node *index, int64_t n, Span at)
{
    char buf[NUM_TEXT];
    for (int64_t i = 0; index->flags & NODE_CONST && i < index->len; i++) {
        double v = index->val[i];
        if (v == floor(v) && v >= -(double)n && v < (double)n) continue;
        diag_set(c->d, E_RANGE, at, "index %s is outside %lld entries", num_exact(buf, v),
                 (long long)n);
        return diag_hint(c->d, "Indices are whole numbers from 0 to %lld, or from the end as -1 "
                               "to -%lld.",
                         (long long)n - 1, (long long)n);
    }
    return OK;
}

static Status run_gather(Call *c, Value *out)
{
    Node *in[2];
    int64_t axis;
    TRY(call_node(c, 0, &in[0]));
    TRY(call_node(c, 1, &in[1]));
    TRY(axis_key(c, in[0], 0, in[0]->shape.rank, &axis));
    TRY(index_check(c, in[1], in[0]->shape.dim[axis], call_span(c, 1)));
    return op_give(c, "gather", in, 2, &axis, 1, out);
}

static Status run_one_hot(Call *c, Value *out)
{
    Node *index;
    int64_t classes;
    TRY(call_node(c, 0, &index));
    TRY(call_int(c, 1, &classes));
    TRY(dim_check(c, classes, call_span(c, 1)));
    if (classes) TRY(index_check(c, index, classes, call_span(c, 0)));
    return op_give(c, "one_hot", &index, 1, &classes, 1, out);
}

/* ---- what gradients are made of, callable so that every explanation can be typed ---- */

static Status ints_arg(Call *c, int i, int64_t v[LIMIT_RANK], int rank)
{
    Value list;
    int n;
    TRY(call_value(c, i, &list));
    TRY(value_ints(c, list, call_span(c, i), v, &n));
    if (n == rank) return OK;
    return diag_set(c->d, E_SHAPE, call_span(c, i), "one whole number per axis is needed here: "
                                                    "%d, not %d",
                    rank, n);
}

static Status run_unslice(Call *c, Value *out)
{
    Node *x;
    int64_t attr[4 * LIMIT_RANK], start[LIMIT_RANK], step[LIMIT_RANK];
    TRY(call_node(c, 0, &x));
    int rank = x->shape.rank;
    for (int i = 0; i < rank; i++) step[i] = 1;
    TRY(ints_arg(c, 1, attr, rank));
    TRY(ints_arg(c, 2, start, rank));
    if (c->n > 3) TRY(ints_arg(c, 3, step, rank));
    Shape s = shape_of(rank, attr);
    TRY(shape_check(c, &s, call_span(c, 1)));
    for (int i = 0; i < rank; i++) {
        attr[rank + 3 * i] = start[i];
        attr[rank + 3 * i + 1] = step[i];
        attr[rank + 3 * i + 2] = x->shape.dim[i];
    }
    return op_give(c, "unslice", &x, 1, attr, 4 * rank, out);
}

/* The shape that gather would give at `axis` of s with these indices; rank -1:
 * more axes than there can be. */
static Shape gathered(const Shape *s, int axis, const Shape *index)
{
    Shape out = { .rank = s->rank - 1 + index->rank };
    if (out.rank > LIMIT_RANK) return (Shape){ .rank = -1 };
    int n = 0;
    for (int i = 0; i < axis; i++) out.dim[n++] = s->dim[i];
    for (int i = 0; i < index->rank; i++) out.dim[n++] = index->dim[i];
    for (int i = axis + 1; i < s->rank; i++) out.dim[n++] = s->dim[i];
    return out;
}

static Status scatter_check(Call *c, Node *const *in, const Shape *s, int axis)
{
    char is[SHAPE_TEXT], needed[SHAPE_TEXT];
    Shape fit = gathered(s, axis, &in[1]->shape);
    if (shape_equal(&in[0]->shape, &fit)) return OK;
    return diag_set(c->d, E_SHAPE, call_span(c, 0), "scatter_add with these indices needs x of "
                                                    "shape %s, not %s",
                    shape_print(needed, &fit), shape_print(is, &in[0]->shape));
}

static Status run_scatter_add(Call *c, Value *out)
{
    Node *in[2];
    Value list;
    Shape s;
    int64_t attr[1 + LIMIT_RANK];
    TRY(call_node(c, 0, &in[0]));
    TRY(call_node(c, 1, &in[1]));
    TRY(call_value(c, 2, &list));
    TRY(value_ints(c, list, call_span(c, 2), s.dim, &s.rank));
    TRY(shape_check(c, &s, call_span(c, 2)));
    TRY(call_key_int(c, "axis", 0, &attr[0]));
    if (attr[0] < 0 || attr[0] >= s.rank)
        return diag_set(c->d, E_RANGE, call_key_span(c, "axis"), "axis %lld is outside the shape "
                                                                 "of %d axes",
                        (long long)attr[0], s.rank);
    TRY(scatter_check(c, in, &s, (int)attr[0]));
    memcpy(attr + 1, s.dim, sizeof *attr * (size_t)s.rank);
    return op_give(c, "scatter_add", in, 2, attr, 1 + s.rank, out);
}

/* ---- the table ---- */

#define HELPER(name_, usage_, least, most, run_)                                                   \
    .name = name_, .usage = usage_, .group = "adjoints", .min_args = least, .max_args = most, \
    .run = run_
#define ROW(name_, usage_, least, most, run_)                                            \
    .name = name_, .usage = usage_, .group = "tensors", .min_args = least, .max_args = most, \
    .run = run_

const Builtin natives_tensor[] = {
    { ROW("zeros", "zeros(dims...)", 0, -1, run_zeros),
      .help = "A tensor of zeros. The dims are numbers or one list: zeros(2, 3) has 2 rows and 3 "
              "columns.",
      .example = "zeros(3)\nzeros(2, 3)\nzeros([2, 3]) + 1" },
    { ROW("ones", "ones(dims...)", 0, -1, run_ones),
      .help = "A tensor of ones.",
      .example = "ones(2, 2)" },
    { ROW("full", "full(value, dims...)", 2, -1, run_full),
      .help = "A tensor of those dims in which every element is value.",
      .example = "full(0.5, 2, 3)\nb = 2\nfull(b, 3)" },
    { ROW("eye", "eye(n)", 1, 1, run_eye),
      .help = "The identity matrix of shape (n, n): ones on the diagonal, zeros elsewhere.",
      .example = "eye(3)\neye(2) @ [[1, 2], [3, 4]]" },
    { ROW("range", "range(n)  range(from, to, step=1 as third)", 1, 3, run_range),
      .help = "The numbers 0, 1, ..., n - 1; or from, from + step, ... up to but without to.",
      .example = "range(4)\nrange(2, 5)\nrange(1, 0, -0.25)" },
    { ROW("linspace", "linspace(from, to, n)", 3, 3, run_linspace),
      .help = "n numbers in equal steps from the first to the second, both included.",
      .example = "linspace(0, 1, 5)" },
    { ROW("reshape", "reshape(x, dims...)", 1, -1, run_reshape),
      .help = "The elements of x in the same order in another shape; one of the dims may be -1: "
              "what is left.",
      .example = "reshape(range(6), 2, 3)\nreshape([[1, 2], [3, 4]], -1)" },
    { ROW("transpose", "transpose(x, axes...)", 1, -1, run_transpose),
      .help = "x with its axes in the order given; without axes the last two are swapped, as x' "
              "does.",
      .example = "transpose([[1, 2, 3], [4, 5, 6]])\ntranspose(zeros(2, 3, 4), 2, 0, 1).shape" },
    { ROW("concat", "concat(a, b, ..., axis=0)", 1, -1, run_concat), .keys = "axis",
      .help = "Tensors one after the other along an axis they have; the other axes must be equal.",
      .example = "concat([1, 2], [3])\nconcat([[1], [2]], [[3], [4]], axis=1)" },
    { ROW("stack", "stack(a, b, ..., axis=0)", 1, -1, run_stack), .keys = "axis",
      .help = "Tensors of one shape side by side along a new axis; axis=0 is what [a, b] makes.",
      .example = "stack([1, 2], [3, 4])\nstack([1, 2], [3, 4], axis=1)" },
    { ROW("shape", "shape(x)", 1, 1, run_shape),
      .help = "The lengths of x's axes as a vector; x.shape is the same. A number has none: [].",
      .example = "shape([[1, 2, 3], [4, 5, 6]])" },
    { ROW("size", "size(x)  size(x, axis)", 1, 2, run_size), .keys = "axis",
      .help = "How many elements x has, or how long one axis is (or the product of several); of a data "
              "set, how many rows.",
      .example = "size([[1, 2, 3], [4, 5, 6]])\nsize([[1, 2, 3], [4, 5, 6]], 1)" },
    { ROW("rank", "rank(x)", 1, 1, run_rank),
      .help = "How many axes x has: 0 for a number, 1 for a vector, 2 for a matrix.",
      .example = "rank(5)\nrank([[1, 2], [3, 4]])" },
    { ROW("sum", "sum(x, axis=none, keep=0)", 1, 1, run_reduce), .keys = "axis keep",
      .help = "The sum of all elements of x, or along one axis or a list of axes; keep=1 leaves "
              "them as axes of length 1.",
      .example = "sum([1, 2, 3])\nsum([[1, 2], [3, 4]], axis=0)\nsum([[1, 2], [3, 4]], axis=1, "
                 "keep=1)" },
    { ROW("prod", "prod(x, axis=none, keep=0)", 1, 1, run_reduce), .keys = "axis keep",
      .help = "The product of all elements of x, or along axes.",
      .example = "prod([2, 3, 4])" },
    { ROW("max", "max(x, axis=none, keep=0)  max(a, b, ...)", 1, -1, run_max), .keys = "axis keep",
      .help = "The largest element of x, or along axes; of several tensors the largest, element "
              "by element.",
      .example = "max([3, 1, 4])\nmax([[3, 1], [4, 1]], axis=1)\nmax([-1, 2], 0)" },
    { ROW("min", "min(x, axis=none, keep=0)  min(a, b, ...)", 1, -1, run_min), .keys = "axis keep",
      .help = "The smallest element of x, or along axes; of several tensors the smallest, element "
              "by element.",
      .example = "min([3, 1, 4])\nmin(5, 2, 7)" },
    { ROW("argmax", "argmax(x, axis=none)", 1, 1, run_reduce), .keys = "axis keep",
      .help = "The place of the largest element, counted from 0: in x read row by row, or along "
              "one axis.",
      .example = "argmax([3, 1, 4])\nargmax([[3, 1], [1, 4]], axis=1)" },
    { ROW("argmin", "argmin(x, axis=none)", 1, 1, run_reduce), .keys = "axis keep",
      .help = "The place of the smallest element, counted from 0: in x read row by row, or along "
              "one axis.",
      .example = "argmin([3, 1, 4])" },
    { ROW("cumsum", "cumsum(x, axis=-1, reverse=0)", 1, 1, run_along), .keys = "axis reverse",
      .help = "The running sum along an axis; reverse=1 sums from the end.",
      .example = "cumsum([1, 2, 3])\ncumsum([1, 2, 3], reverse=1)" },
    { ROW("sort", "sort(x, axis=-1)", 1, 1, run_along), .keys = "axis",
      .help = "The elements along an axis in ascending order, nan last.",
      .example = "sort([3, 1, 2])" },
    { ROW("gather", "gather(x, index, axis=0)", 2, 2, run_gather), .keys = "axis",
      .help = "The entries of x along an axis that the whole numbers in index name; x[index] is "
              "gather(x, index).",
      .example = "gather([10, 20, 30], [2, 0])\ngather([[1, 2], [3, 4]], [1], axis=1)" },
    { ROW("take", "take(x, index, axis=0)", 2, 2, run_gather), .keys = "axis",
      .help = "Another name of gather.",
      .example = "take([10, 20, 30], [2, 0])" },
    { ROW("one_hot", "one_hot(index, classes)", 2, 2, run_one_hot),
      .help = "For each whole number k in index a row of zeros with a 1 at place k.",
      .example = "one_hot(2, 4)\none_hot([0, 2], 3)" },
    { HELPER("unslice", "unslice(x, shape, start, step)", 3, 4, run_unslice),
      .help = "Zeros of that shape with x put where a slice was taken: what a slice gives back to "
              "its gradient.",
      .example = "unslice([5, 6], [4], [1])\nunslice([5, 6], [4], [0], [2])" },
    { HELPER("scatter_add", "scatter_add(x, index, shape, axis=0)", 3, 3, run_scatter_add),
      .keys = "axis",
      .help = "Zeros of that shape to which each entry of x is added at its index: what gather "
              "gives back to its gradient.",
      .example = "scatter_add([5, 6, 7], [0, 2, 0], [4])" },
    { HELPER("first_max", "first_max(x, axis=none)", 1, 1, run_reduce), .keys = "axis",
      .help = "1 at the first largest element, 0 elsewhere: the derivative of max(x).",
      .example = "first_max([3, 1, 3])" },
    { HELPER("first_min", "first_min(x, axis=none)", 1, 1, run_reduce), .keys = "axis",
      .help = "1 at the first smallest element, 0 elsewhere: the derivative of min(x).",
      .example = "first_min([3, 1, 3])" },
    { HELPER("prod_others", "prod_others(x, axis=none)", 1, 1, run_reduce), .keys = "axis",
      .help = "For each element the product of all the others: the derivative of prod(x).",
      .example = "prod_others([2, 3, 4])" },
    { HELPER("prod_pairs", "prod_pairs(x, g, axis=none)", 2, 2, run_reduce), .keys = "axis",
      .help = "How prod_others(x) moves when x moves along g.",
      .example = "prod_pairs([2, 3, 4], [1, 0, 0])" },
    { HELPER("sort_by", "sort_by(v, x, axis=-1)", 2, 2, run_along), .keys = "axis",
      .help = "v in the order that sorts x.",
      .example = "sort_by([10, 20, 30], [3, 1, 2])" },
    { HELPER("unsort", "unsort(v, x, axis=-1)", 2, 2, run_along), .keys = "axis",
      .help = "v put back into the order that x had before sorting.",
      .example = "unsort([20, 30, 10], [3, 1, 2])" },
    { .name = NULL }
};
