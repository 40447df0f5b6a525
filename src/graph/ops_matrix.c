/* ops_matrix.c -- TABLE of one: the matrix product.
 *
 * Operands of rank 1 count as a row on the left and a column on the right, and
 * that axis is gone from the result; axes before the last two are a batch and
 * broadcast. Every result is the sum over k in ascending order, whatever the
 * blocking, so results depend on nothing but the operands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/ops_part.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "num/gemm.h"

/* ---- shapes ---- */

/* y (m x n) = a (m x k) @ b (k x n) for each element of the batch. */
typedef struct {
    int64_t m, k, n;
    Shape   batch;                 /* of the result                 */
    Shape   batch_a, batch_b;      /* of the operands               */
} Product;

static Shape batch_of(const Shape *s)
{
    return shape_of(s->rank > 2 ? s->rank - 2 : 0, s->dim);
}

static bool product_make(Product *p, const Shape *a, const Shape *b)
{
    p->m = a->rank > 1 ? a->dim[a->rank - 2] : 1;
    p->k = a->dim[a->rank - 1];
    p->n = b->rank > 1 ? b->dim[b->rank - 1] : 1;
    p->batch_a = batch_of(a);
    p->batch_b = batch_of(b);
    const Shape *pair[2] = { &p->batch_a, &p->batch_b };
    return shape_broadcast(&p->batch, pair, 2);
}

/* "x @ W" when both have names, else "@". */
static const char *matmul_text(const Node *n, char *buf, size_t size)
{
    const char *a = op_operand(n, 0, NULL), *b = op_operand(n, 1, NULL);
    if (!a || !b) return "@";
    Text t = { 0 };
    text_addf(&t, "%s @ %s", a, b);
    size_t len = t.len < size - 1 ? t.len : size - 1;
    memcpy(buf, text_str(&t), len);
    buf[len] = '\0';
    text_free(&t);
    return buf;
}

static Status matmul_refuse_number(const Node *n, int i, Span at, Diag *d)
{
    diag_set(d, E_SHAPE, at, "shapes do not fit: @ is the product of matrices and vectors, but"
             " %s is a number", op_operand(n, i, i ? "the right side" : "the left side"));
    return diag_hint(d, "Use * to multiply by a number.");
}

static Status matmul_refuse_axis(const Node *n, Span at, Diag *d)
{
    char         buf[200];
    const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
    diag_set(d, E_SHAPE, at, "shapes do not fit: %s needs the last axis of %s (%" PRId64 ") to"
             " equal the %s axis of %s (%" PRId64 ")", matmul_text(n, buf, sizeof buf),
             op_operand(n, 0, "the left side"), a->dim[a->rank - 1],
             b->rank > 2 ? "last but one" : "first", op_operand(n, 1, "the right side"),
             b->dim[b->rank > 1 ? b->rank - 2 : 0]);
    if (a->rank == 1 && b->rank == 2 && a->dim[0] == b->dim[1])
        diag_hint(d, "The transposed matrix would fit: write it with a ' behind it.");
    return d->code;
}

static Status matmul_refuse_batch(const Node *n, Span at, Diag *d)
{
    char buf[200], l[SHAPE_TEXT], r[SHAPE_TEXT];
    return diag_set(d, E_SHAPE, at, "shapes do not fit: %s needs equal lengths (or 1) along the"
                    " axes before the last two, but %s is %s and %s is %s",
                    matmul_text(n, buf, sizeof buf), op_operand(n, 0, "the left side"),
                    shape_print(l, &n->in[0]->shape), op_operand(n, 1, "the right side"),
                    shape_print(r, &n->in[1]->shape));
}

static Status matmul_infer(Node *n, Span at, Diag *d)
{
    const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
    for (int i = 0; i < 2; i++)
        if (n->in[i]->shape.rank == 0) return matmul_refuse_number(n, i, at, d);
    if (a->dim[a->rank - 1] != b->dim[b->rank > 1 ? b->rank - 2 : 0])
        return matmul_refuse_axis(n, at, d);
    Product p;
    if (!product_make(&p, a, b)) return matmul_refuse_batch(n, at, d);
    Shape s = p.batch;
    if (a->rank > 1) s.dim[s.rank++] = p.m;
    if (b->rank > 1) s.dim[s.rank++] = p.n;
    return op_set_shape(n, &s, at, d);
}

/* ---- the kernel ---- */

/* Where products work; kept, for evaluation must not allocate in loops. */
static void *product_room(const GemmShape *g)
{
    enum { LINE = 64 };
    static void *room;
    static size_t size;
    size_t need = gemm_room(g) + LINE;
    if (need > size) {
        free(room);
        room = mem_new(size = need);
    }
    return (void *)(((uintptr_t)room + LINE - 1) / LINE * LINE);
}

static void matrix_product(double *y, const double *a, const double *b, const Product *p)
{
    GemmShape g = { .m = p->m, .n = p->n, .k = p->k, .a_row = p->k, .a_col = 1, .b_row = p->n, .b_col = 1 };
    gemm_run(&g, &(GemmCall){ .a = a, .b = b, .c = y, .c_row = p->n, .i1 = p->m, .j1 = p->n,
                              .room = product_room(&g) });
}

static void matmul_kernel(const Node *n, double *y)
{
    Product p;
    bool    fit = product_make(&p, &n->in[0]->shape, &n->in[1]->shape);
    assert(fit), (void)fit;
    const double *a = n->in[0]->val, *b = n->in[1]->val;
    for (int64_t i = 0; i < shape_len(&p.batch); i++)
        matrix_product(y + i * p.m * p.n, a + shape_index(&p.batch, i, &p.batch_a) * p.m * p.k,
                       b + shape_index(&p.batch, i, &p.batch_b) * p.k * p.n, &p);
}

/* ---- slope ---- */

/* x with its axes from `axis` on: a new axis of length 1 there. */
static Node *with_axis(Node *x, int axis)
{
    Shape s = { .rank = x->shape.rank + 1 };
    for (int i = 0; i < s.rank; i++)
        s.dim[i] = i == axis ? 1 : x->shape.dim[i < axis ? i : i - 1];
    return gb_reshape(x, &s);
}

/* All axes but the last as one: (M, k). */
static Node *as_matrix(Node *x)
{
    int64_t last = x->shape.dim[x->shape.rank - 1], rows = 1;
    for (int i = 0; i < x->shape.rank - 1; i++) rows *= x->shape.dim[i];
    Shape s = { .rank = 2, .dim = { rows, last } };
    return gb_reshape(x, &s);
}

/* f(x, y), where both are taken over. */
static Node *took(Node *(*f)(Node *, Node *), Node *x, Node *y)
{
    Node *out = f(x, y);
    node_drop(x);
    node_drop(y);
    return out;
}

static Node *took_sum_to(Node *x, const Shape *s)
{
    Node *out = gb_sum_to(x, s);
    node_drop(x);
    return out;
}

static Node *took_transpose(Node *x)
{
    Node *out = gb_transpose(x);
    node_drop(x);
    return out;
}

/* dE/da, a (m, k) or (k): g @ b', and g times b where b is one column. */
static Node *matmul_slope_left(Node *n, Node *g)
{
    Node *a = n->in[0], *b = n->in[1];
    if (b->shape.rank == 1) {
        if (a->shape.rank == 1) return gb_mul(g, b);
        return took(gb_mul, with_axis(g, g->shape.rank), node_keep(b));
    }
    if (a->shape.rank == 1 && b->shape.rank > 2) {
        Node *rows = took(gb_matmul, with_axis(g, g->shape.rank - 1), gb_transpose(b));
        return took_sum_to(rows, &a->shape);
    }
    return took_sum_to(took(gb_matmul, node_keep(g), gb_transpose(b)), &a->shape);
}

/* dE/db, b (k, n) or (k): a' @ g; a one row: the outer product. A batch of rows
 * times one matrix is one tall matrix. */
static Node *matmul_slope_right(Node *n, Node *g)
{
    Node *a = n->in[0], *b = n->in[1];
    int   ra = a->shape.rank, rb = b->shape.rank;
    if (ra == 1) {
        if (rb == 1) return gb_mul(g, a);
        return took(gb_mul, with_axis(a, 1), with_axis(g, g->shape.rank - 1));
    }
    if (rb == 1) {
        Shape flat = { .rank = 1, .dim = { g->len } };
        return took(gb_matmul, took_transpose(as_matrix(a)), gb_reshape(g, &flat));
    }
    if (rb == 2) return took(gb_matmul, took_transpose(as_matrix(a)), as_matrix(g));
    return took_sum_to(took(gb_matmul, gb_transpose(a), node_keep(g)), &b->shape);
}

static Node *matmul_slope(Node *n, int i, Node *g)
{
    return i == 0 ? matmul_slope_left(n, g) : matmul_slope_right(n, g);
}

/* ---- formula ---- */

/* Where element `at` of the result lies: batch element, row i, column j. */
typedef struct {
    Product p;
    int64_t batch, i, j;
} Place;

static Place place_of(const Node *n, int64_t at)
{
    Place w;
    product_make(&w.p, &n->in[0]->shape, &n->in[1]->shape);
    w.j = at % w.p.n;
    w.i = at / w.p.n % w.p.m;
    w.batch = at / w.p.n / w.p.m;
    return w;
}

static const Term *matmul_formula(Arena *a, Node *n, int64_t at)
{
    Place          w = place_of(n, at);
    const Product *p = &w.p;
    const Term   **part = ARENA_ARRAY(a, const Term *, p->k + 1);
    int64_t left = (shape_index(&p->batch, w.batch, &p->batch_a) * p->m + w.i) * p->k;
    int64_t right = shape_index(&p->batch, w.batch, &p->batch_b) * p->k * p->n + w.j;
    for (int64_t k = 0; k < p->k; k++) {
        const Term *two[2] = { term_ref(a, n->in[0], left + k),
                               term_ref(a, n->in[1], right + k * p->n) };
        part[k] = term_apply(a, op_find("*"), 2, two);
    }
    return op_term_sum(a, n, at, (int)p->k, part);
}

/* dot(X[0, :], W[:, 1]) */
static void matmul_fold(Text *to, Node *n, int64_t at)
{
    Place   w = place_of(n, at);
    int64_t ia[LIMIT_RANK + 2], ib[LIMIT_RANK + 2];
    int     ra = w.p.batch_a.rank, rb = w.p.batch_b.rank;
    shape_unravel(&w.p.batch_a, shape_index(&w.p.batch, w.batch, &w.p.batch_a), ia);
    shape_unravel(&w.p.batch_b, shape_index(&w.p.batch, w.batch, &w.p.batch_b), ib);
    bool column = n->in[1]->shape.rank > 1, line = n->in[0]->shape.rank > 1;
    if (line) ia[ra++] = w.i;
    ia[ra] = -1;
    ib[rb++] = -1;
    if (column) ib[rb] = w.j;
    text_add(to, "dot(");
    op_print_part(to, n->in[0], ia);
    text_add(to, ", ");
    op_print_part(to, n->in[1], ib);
    text_addc(to, ')');
}

const Op ops_matrix[] = {
    { .name = "@", .usage = "a @ b",
      .help = "The matrix product: rows of a times columns of b; leading axes are a batch.",
      .rule = "product rule", .kind = OP_MATRIX, .min_in = 2, .max_in = 2, .power = 6,
      .infer = matmul_infer, .kernel = matmul_kernel, .slope = matmul_slope,
      .formula = matmul_formula, .fold = matmul_fold,
      .examples = (const char *const[]){ "A @ B", "A @ v", "v @ B", "v @ v", "B' @ A'",
                                         "reshape(B, 1, 3, 2) @ A", NULL } },
    { .name = NULL }
};
