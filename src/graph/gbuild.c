/* gbuild.c -- nodes from C, simplified where a reader would simplify.
 *
 * What is known to be one number everywhere is kept as that number, or as its
 * spread where the shape matters, so zeros and ones are seen from outside and
 * vanish: 0*x, 1*x, x + 0, x^1. A spread that broadcasting would do anyway is
 * dropped. Everything else is built as asked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/gbuild.h"

#include <assert.h>
#include <string.h>

/* ---- what is known ---- */

/* x is one and the same number of the text everywhere; *v that number. */
static bool known(const Node *x, double *v)
{
    while (x->op == &op_spread) x = x->in[0];
    if (x->op != &op_leaf || !(x->flags & NODE_CONST) || x->len != 1) return false;
    *v = x->val[0];
    return true;
}

static bool is_number(const Node *x, double v)
{
    double w;
    return known(x, &w) && w == v;
}

static Shape shape_both(const Node *a, const Node *b)
{
    Shape        out;
    const Shape *pair[2] = { &a->shape, &b->shape };
    bool         fit = shape_broadcast(&out, pair, 2);
    assert(fit), (void)fit;
    return out;
}

/* ---- plain building ---- */

static Node *make_row(const Op *op, Node *const *in, int n, const int64_t *attr, int n_attr)
{
    Node *out = node_new(op, in, n, attr, n_attr, (Span){ 0, 0 }, &node_no_limits);
    assert(out);
    return out;
}

static Node *make(const char *name, Node *const *in, int n, const int64_t *attr, int n_attr)
{
    const Op *op = op_find(name);
    assert(op);
    return make_row(op, in, n, attr, n_attr);
}

static Node *number_as(double v, const Shape *s)
{
    Node *one = node_num(v);
    if (s->rank == 0) return one;
    Node *out = make_row(&op_spread, &one, 1, s->dim, s->rank);
    node_drop(one);
    return out;
}

Node *gb_zeros(const Shape *s)
{
    return number_as(0, s);
}

/* The inside of x's spread where an operation with a result of shape `out`
 * would repeat it by itself, given the shape of the other operand. */
static Node *unspread(Node *x, const Shape *other, const Shape *out)
{
    while (x->op == &op_spread && !x->label) {
        Shape        s;
        const Shape *pair[2] = { &x->in[0]->shape, other };
        if (!shape_broadcast(&s, pair, 2) || !shape_equal(&s, out)) break;
        x = x->in[0];
    }
    return x;
}

/* name(a, b), both known numbers put together at once. */
static Node *binary(const char *name, Node *a, Node *b)
{
    Shape  out = shape_both(a, b);
    double v, w;
    if (known(a, &v) && known(b, &w)) return number_as(op_find(name)->one(v, w, 0), &out);
    a = unspread(a, &b->shape, &out);
    b = unspread(b, &a->shape, &out);
    return make(name, (Node *[]){ a, b }, 2, NULL, 0);
}

/* x itself, in the shape that x and y have together. */
static Node *passed(Node *x, Node *y)
{
    Shape out = shape_both(x, y);
    return gb_spread(x, &out);
}

/* ---- arithmetic ---- */

Node *gb_add(Node *a, Node *b)
{
    if (is_number(a, 0)) return passed(b, a);
    if (is_number(b, 0)) return passed(a, b);
    return binary("+", a, b);
}

Node *gb_sub(Node *a, Node *b)
{
    if (is_number(b, 0)) return passed(a, b);
    if (!is_number(a, 0)) return binary("-", a, b);
    Node *minus = gb_neg(b), *out = passed(minus, a);
    node_drop(minus);
    return out;
}

Node *gb_mul(Node *a, Node *b)
{
    if (is_number(a, 0) || is_number(b, 0)) {
        Shape out = shape_both(a, b);
        return gb_zeros(&out);
    }
    if (is_number(a, 1)) return passed(b, a);
    if (is_number(b, 1)) return passed(a, b);
    double v;
    bool   minus_a = is_number(a, -1), minus_b = is_number(b, -1);
    if ((!minus_a && !minus_b) || (known(a, &v) && known(b, &v))) return binary("*", a, b);
    Node *minus = gb_neg(minus_a ? b : a), *out = passed(minus, minus_a ? a : b);
    node_drop(minus);
    return out;
}

Node *gb_div(Node *a, Node *b)
{
    if (is_number(b, 1)) return passed(a, b);
    return binary("/", a, b);
}

Node *gb_neg(Node *a)
{
    double v;
    if (known(a, &v)) return number_as(v == 0 ? 0 : -v, &a->shape);
    if (!a->label && a->op == op_find("neg")) return node_keep(a->in[0]);
    return make("neg", &a, 1, NULL, 0);
}

static Node *gb_power(Node *a, Node *b)
{
    if (is_number(b, 1)) return passed(a, b);
    if (!is_number(b, 0)) return binary("^", a, b);
    Shape out = shape_both(a, b);
    return number_as(1, &out);
}

/* All operands known: the number that comes out. */
static Node *folded(const Op *op, Node *const *in, int n)
{
    double       v[3] = { 0 };
    const Shape *shape[3];
    Shape        out;
    if (op->kind != OP_ELEMENT) return NULL;
    for (int i = 0; i < n; i++) {
        if (!known(in[i], &v[i])) return NULL;
        shape[i] = &in[i]->shape;
    }
    bool fit = shape_broadcast(&out, shape, n);
    assert(fit), (void)fit;
    return number_as(op->one(v[0], v[1], v[2]), &out);
}

Node *gb_op(const char *name, Node *const *in, int n, const int64_t *attr, int n_attr)
{
    static const struct {
        const char *name;
        Node     *(*make)(Node *, Node *);
    } smart[] = {
        { "+", gb_add }, { "-", gb_sub }, { "*", gb_mul }, { "/", gb_div }, { "^", gb_power },
        { "@", gb_matmul }
    };
    if (n == 2)
        for (size_t i = 0; i < sizeof smart / sizeof *smart; i++)
            if (!strcmp(name, smart[i].name)) return smart[i].make(in[0], in[1]);
    if (!strcmp(name, "neg")) return gb_neg(in[0]);
    const Op *op = op_find(name);
    assert(op);
    Node *out = folded(op, in, n);
    return out ? out : make_row(op, in, n, attr, n_attr);
}

/* ---- matrices and shapes ---- */

Node *gb_matmul(Node *a, Node *b)
{
    Node *in[2] = { a, b };
    Node *out = make("@", in, 2, NULL, 0);
    if (!is_number(a, 0) && !is_number(b, 0)) return out;
    Node *zeros = gb_zeros(&out->shape);
    node_drop(out);
    return zeros;
}

Node *gb_transpose(Node *a)
{
    double v;
    int    rank = a->shape.rank;
    if (rank < 2) return node_keep(a);
    if (known(a, &v)) {
        Shape s = a->shape;
        s.dim[rank - 1] = a->shape.dim[rank - 2];
        s.dim[rank - 2] = a->shape.dim[rank - 1];
        return number_as(v, &s);
    }
    if (!a->label && a->n_attr == 0 && a->op == op_find("transpose")) return node_keep(a->in[0]);
    return make("transpose", &a, 1, NULL, 0);
}

Node *gb_sum_to(Node *a, const Shape *s)
{
    double v;
    if (shape_equal(&a->shape, s)) return node_keep(a);
    if (known(a, &v)) {
        int64_t to = shape_len(s);
        return number_as(to ? v * (double)(a->len / to) : 0, s);
    }
    return make_row(&op_sum_to, &a, 1, s->dim, s->rank);
}

Node *gb_spread(Node *a, const Shape *s)
{
    double v;
    if (shape_equal(&a->shape, s)) return node_keep(a);
    if (known(a, &v)) return number_as(v, s);
    while (!a->label && a->op == &op_spread) a = a->in[0];
    return make_row(&op_spread, &a, 1, s->dim, s->rank);
}

Node *gb_reshape(Node *a, const Shape *s)
{
    double v;
    if (shape_equal(&a->shape, s)) return node_keep(a);
    if (known(a, &v)) return number_as(v, s);
    if (!a->label && a->op == op_find("reshape")) return gb_reshape(a->in[0], s);
    return make("reshape", &a, 1, s->dim, s->rank);
}
