/* ops_pick.c -- TABLE of the operations that pick by number or by order.
 *
 * attr: gather { axis }; scatter_add { axis, dims of the result }; one_hot
 * { classes }; sort, sort_by, unsort { axis }. A kernel cannot fail, so a bad
 * index shows in the numbers: gather gives nan (which is then traced back to its
 * birth), scatter_add drops it, and one_hot gives a row of zeros.
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

/* The place that v means among n, counting from the end when negative; -1: none. */
static int64_t place_of(double v, int64_t n)
{
    if (!(v >= -(double)n && v < (double)n) || v != floor(v)) return -1;
    return v < 0 ? (int64_t)v + n : (int64_t)v;
}

/* ---- gather ---- */

/* The axes before `axis` of s, then those of the indices, then the rest of s. */
static Status gather_infer(Node *n, Span at, Diag *d)
{
    const Shape *s = &n->in[0]->shape, *index = &n->in[1]->shape;
    int64_t      axis = n->attr[0];
    TRY(op_check_axis(n, axis, at, d));
    int rank = s->rank - 1 + index->rank;
    if (rank > LIMIT_RANK)
        return diag_set(d, E_LIMIT, at, "%d axes are more than the limit of %d", rank,
                        LIMIT_RANK);
    Shape out = { .rank = 0 };
    for (int i = 0; i < axis; i++) out.dim[out.rank++] = s->dim[i];
    for (int i = 0; i < index->rank; i++) out.dim[out.rank++] = index->dim[i];
    for (int i = (int)axis + 1; i < s->rank; i++) out.dim[out.rank++] = s->dim[i];
    return op_set_shape(n, &out, at, d);
}

static void gather_kernel(const Node *n, double *y)
{
    OpCut       c = op_cut(&n->in[0]->shape, n->attr[0]);
    const Node *index = n->in[1];
    for (int64_t o = 0; o < c.outer; o++)
        for (int64_t k = 0; k < index->len; k++, y += c.inner) {
            int64_t place = place_of(index->val[k], c.r);
            if (place >= 0)
                memcpy(y, n->in[0]->val + (o * c.r + place) * c.inner,
                       (size_t)c.inner * sizeof *y);
            else for (int64_t j = 0; j < c.inner; j++) y[j] = NAN;
        }
}

static const Term *gather_formula(Arena *a, Node *n, int64_t at)
{
    OpCut       c = op_cut(&n->in[0]->shape, n->attr[0]);
    const Node *index = n->in[1];
    int64_t     j = at % c.inner, k = at / c.inner % index->len, o = at / c.inner / index->len;
    int64_t     place = place_of(index->val[k], c.r);
    if (place < 0) return term_num(a, NAN);
    return term_ref(a, n->in[0], (o * c.r + place) * c.inner + j);
}

static Node *gather_slope(Node *n, int i, Node *g)
{
    if (i != 0) return NULL;
    int64_t      attr[LIMIT_RANK + 1];
    const Shape *s = &n->in[0]->shape;
    attr[0] = n->attr[0];
    memcpy(attr + 1, s->dim, sizeof *attr * (size_t)s->rank);
    return gb_op("scatter_add", (Node *[]){ g, n->in[1] }, 2, attr, s->rank + 1);
}

/* ---- scatter_add: zeros of the full shape, with in[0]'s rows added where in[1] says ---- */

static Status scatter_infer(Node *n, Span at, Diag *d)
{
    assert(n->n_attr >= 2 && n->n_attr <= LIMIT_RANK + 1);
    assert(n->attr[0] >= 0 && n->attr[0] < n->n_attr - 1);
    Shape s = shape_of(n->n_attr - 1, n->attr + 1);
    return op_set_shape(n, &s, at, d);
}

static void scatter_kernel(const Node *n, double *y)
{
    OpCut         c = op_cut(&n->shape, n->attr[0]);
    const Node   *index = n->in[1];
    const double *g = n->in[0]->val;
    memset(y, 0, (size_t)n->len * sizeof *y);
    for (int64_t o = 0; o < c.outer; o++)
        for (int64_t k = 0; k < index->len; k++, g += c.inner) {
            int64_t place = place_of(index->val[k], c.r);
            if (place < 0) continue;
            double *to = y + (o * c.r + place) * c.inner;
            for (int64_t j = 0; j < c.inner; j++) to[j] += g[j];
        }
}

static const Term *scatter_formula(Arena *a, Node *n, int64_t at)
{
    OpCut       c = op_cut(&n->shape, n->attr[0]);
    const Node *index = n->in[1];
    int64_t     j = at % c.inner, place = at / c.inner % c.r, o = at / c.inner / c.r;
    int         count = 0;
    const Term **part = ARENA_ARRAY(a, const Term *, index->len + 1);
    for (int64_t k = 0; k < index->len; k++)
        if (place_of(index->val[k], c.r) == place)
            part[count++] = term_ref(a, n->in[0], (o * index->len + k) * c.inner + j);
    return op_term_sum(a, n, at, count, part);
}

static Node *scatter_slope(Node *n, int i, Node *g)
{
    if (i != 0) return NULL;
    return gb_op("gather", (Node *[]){ g, n->in[1] }, 2, n->attr, 1);
}

/* ---- one_hot ---- */

static Status one_hot_infer(Node *n, Span at, Diag *d)
{
    assert(n->n_attr == 1);
    Shape s = n->in[0]->shape;
    if (n->attr[0] < 1)
        return diag_set(d, E_RANGE, at, "one_hot needs at least one class, not %" PRId64,
                        n->attr[0]);
    if (s.rank == LIMIT_RANK)
        return diag_set(d, E_LIMIT, at, "%d axes are more than the limit of %d", s.rank + 1,
                        LIMIT_RANK);
    s.dim[s.rank++] = n->attr[0];
    return op_set_shape(n, &s, at, d);
}

static void one_hot_kernel(const Node *n, double *y)
{
    int64_t classes = n->attr[0];
    for (int64_t i = 0; i < n->in[0]->len; i++)
        for (int64_t k = 0; k < classes; k++) *y++ = n->in[0]->val[i] == (double)k;
}

static const Term *one_hot_formula(Arena *a, Node *n, int64_t at)
{
    int64_t     classes = n->attr[0];
    const Term *two[2] = { term_ref(a, n->in[0], at / classes),
                           term_num(a, (double)(at % classes)) };
    return term_apply(a, op_find("=="), 2, two);
}

/* ---- sort: sort(x) = sort_by(x, x); unsort puts back ---- */

static Status order_infer(Node *n, Span at, Diag *d)
{
    assert(n->n_attr == 1);
    TRY(op_check_axis(n, n->attr[0], at, d));
    for (int i = 1; i < n->n_in; i++) {
        char        l[SHAPE_TEXT], r[SHAPE_TEXT];
        const Shape *s = &n->in[0]->shape, *t = &n->in[i]->shape;
        if (!shape_equal(s, t))
            return diag_set(d, E_SHAPE, at, "shapes do not fit: %s needs equal shapes, but %s is"
                            " %s and %s is %s", n->op->name, op_operand(n, 0, "the first"),
                            shape_print(l, s), op_operand(n, i, "the second"),
                            shape_print(r, t));
    }
    return op_set_shape(n, &n->in[0]->shape, at, d);
}

typedef struct {
    double  v;
    int64_t at;
} Keyed;

static int keyed_order(const void *a, const void *b)
{
    const Keyed *x = a, *y = b;
    bool         p = isnan(x->v), q = isnan(y->v);
    if (p != q) return p - q;
    if (!p && x->v != y->v) return x->v < y->v ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The line of x from `start` in order: key[k].at is the flat index of the k-th. */
static void line_order(const Node *x, OpCut c, int64_t start, Keyed *key)
{
    for (int64_t k = 0; k < c.r; k++) {
        key[k].at = start + k * c.inner;
        key[k].v = x->val[key[k].at];
    }
    qsort(key, (size_t)c.r, sizeof *key, keyed_order);
}

static void order_kernel(const Node *n, double *y, bool back)
{
    OpCut       c = op_cut(&n->shape, n->attr[0]);
    const Node *v = n->in[0], *x = n->in[n->n_in - 1];
    Keyed      *key = mem_new((size_t)(c.r + 1) * sizeof *key);
    for (int64_t o = 0; o < c.outer; o++)
        for (int64_t j = 0; j < c.inner; j++) {
            int64_t start = o * c.r * c.inner + j;
            line_order(x, c, start, key);
            for (int64_t k = 0; k < c.r; k++) {
                int64_t sorted = start + k * c.inner;
                if (back) y[key[k].at] = v->val[sorted];
                else y[sorted] = v->val[key[k].at];
            }
        }
    free(key);
}

static void sort_kernel(const Node *n, double *y)   { order_kernel(n, y, false); }
static void unsort_kernel(const Node *n, double *y) { order_kernel(n, y, true); }

static const Term *order_formula(Arena *a, Node *n, int64_t at, bool back)
{
    OpCut   c = op_cut(&n->shape, n->attr[0]);
    int64_t place = at / c.inner % c.r, start = at - place * c.inner, from = at;
    Keyed  *key = ARENA_ARRAY(a, Keyed, c.r);
    line_order(n->in[n->n_in - 1], c, start, key);
    if (!back) return term_ref(a, n->in[0], key[place].at);
    for (int64_t k = 0; k < c.r; k++)
        if (key[k].at == at) from = start + k * c.inner;
    return term_ref(a, n->in[0], from);
}

static const Term *sort_formula(Arena *a, Node *n, int64_t at)
{
    return order_formula(a, n, at, false);
}

static const Term *unsort_formula(Arena *a, Node *n, int64_t at)
{
    return order_formula(a, n, at, true);
}

/* The order itself does not move: only what is put in order has a slope. */
static Node *sort_slope(Node *n, int i, Node *g)
{
    if (i != 0) return NULL;
    return gb_op("unsort", (Node *[]){ g, n->in[n->n_in - 1] }, 2, n->attr, 1);
}

static Node *unsort_slope(Node *n, int i, Node *g)
{
    if (i != 0) return NULL;
    return gb_op("sort_by", (Node *[]){ g, n->in[1] }, 2, n->attr, 1);
}

/* ---- the table ---- */

#define EXAMPLES(...) .examples = (const char *const[]){ __VA_ARGS__, NULL }
#define PICK(n_in) .kind = OP_PICK, .min_in = n_in, .max_in = n_in

const Op ops_pick[] = {
    { .name = "gather", .usage = "x[indices]",
      .help = "The rows of x that a tensor of indices names; nan for an index that is none.",
      .rule = "sum rule", PICK(2),
      .infer = gather_infer, .kernel = gather_kernel, .slope = gather_slope,
      .formula = gather_formula, EXAMPLES("A[[1, 0, 1]]", "v[[2, 0]]") },
    { .name = "scatter_add", .usage = "scatter_add(x, indices, ...)",
      .help = "Zeros with the rows of x added at the indices: the way back of picking rows.",
      .rule = "sum rule", PICK(2),
      .infer = scatter_infer, .kernel = scatter_kernel, .slope = scatter_slope,
      .formula = scatter_formula, EXAMPLES("grad(sum(A[[1, 0, 1]]^2), A)") },
    { .name = "one_hot", .usage = "one_hot(index, classes)",
      .help = "1 at the place of the index, else 0; all 0 for an index that is no class.",
      .rule = "derivative of a choice", PICK(1),
      .infer = one_hot_infer, .kernel = one_hot_kernel, .formula = one_hot_formula,
      EXAMPLES("one_hot([2, 0], 3)") },
    { .name = "sort", .usage = "sort(x, axis=-1)", PICK(1),
      .help = "The elements along an axis in ascending order, nan last.",
      .rule = "derivative of a choice", .infer = order_infer, .kernel = sort_kernel,
      .slope = sort_slope, .formula = sort_formula,
      EXAMPLES("sort(v)", "sort(A, axis=0)", "sort(A, axis=-1)") },
    { .name = "sort_by", .usage = "sort_by(v, x, axis=-1)", PICK(2),
      .help = "v in the order that sorts x.",
      .rule = "derivative of a choice", .infer = order_infer, .kernel = sort_kernel,
      .slope = sort_slope, .formula = sort_formula,
      EXAMPLES("grad(sum(grad(sum(sort(v)^2), v)^2), v)") },
    { .name = "unsort", .usage = "unsort(v, x, axis=-1)", PICK(2),
      .help = "v put back into the order that x has unsorted.",
      .rule = "derivative of a choice", .infer = order_infer, .kernel = unsort_kernel,
      .slope = unsort_slope, .formula = unsort_formula,
      EXAMPLES("grad(sum(sort(v)^2), v)") },
    { .name = NULL }
};
