/* ops_product.c -- the product of many, one element at a time, and its slopes.
 *
 * The derivative of a product by one factor is the product of the others; by
 * dividing, a factor of 0 would make nan of it. prod_others(x)[j] is that
 * product; prod_pairs(x, g)[j] = sum over i != j of g[i] times the product of
 * all x but i and j: how prod_others(x)[j] moves when x moves along g.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "graph/gbuild.h"
#include "graph/ops_part.h"
#include "graph/ops_reduce.h"

/* ---- terms ---- */

/* kid[0]*kid[1]*..., n >= 1; long products in halves, so that no walk over the
 * term goes deep. */
static const Term *term_chain(Arena *a, int n, const Term *const *kid)
{
    enum { CHAIN = 16 };
    const Op *times = op_find("*");
    if (n > CHAIN) {
        const Term *half[2] = { term_chain(a, n / 2, kid), term_chain(a, n - n / 2, kid + n / 2) };
        return term_apply(a, times, 2, half);
    }
    const Term *t = kid[0];
    for (int k = 1; k < n; k++) t = term_apply(a, times, 2, (const Term *[]){ t, kid[k] });
    return t;
}

/* The product of kids without those at skip and skip2 (-1: none). */
static const Term *term_product(Arena *a, int n, const Term *const *kid, int skip, int skip2)
{
    const Term **left = ARENA_ARRAY(a, const Term *, n + 1);
    int          count = 0;
    for (int k = 0; k < n; k++)
        if (k != skip && k != skip2) left[count++] = kid[k];
    return count ? term_chain(a, count, left) : term_num(a, 1);
}

const Term *product_formula(Arena *a, Node *n, int64_t at)
{
    bool red[LIMIT_RANK];
    int  count;
    reduce_axes(n, red);
    const Term **kid = reduce_terms(a, n->in[0], red, at, &count);
    return term_product(a, count, kid, -1, -1);
}

/* ---- kernels ---- */

/* One group in v and (prod_pairs) g; results to y. */
typedef void GroupWork(const double *v, const double *g, int n, double *y);

static void others_group(const double *v, const double *g, int n, double *y)
{
    (void)g;
    double left = 1, right = 1;
    for (int j = 0; j < n; left *= v[j++]) y[j] = left;
    for (int j = n - 1; j >= 0; right *= v[j--]) y[j] *= right;
}

/* Products from the left and from the right, each with its change along g. */
static void pairs_group(const double *v, const double *g, int n, double *y)
{
    double *left = mem_new(sizeof *left * 2 * ((size_t)n + 1)), *move = left + n + 1;
    left[0] = 1;
    for (int j = 0; j < n; j++) {
        left[j + 1] = left[j] * v[j];
        move[j + 1] = move[j] * v[j] + left[j] * g[j];
    }
    double right = 1, right_move = 0;
    for (int j = n - 1; j >= 0; j--) {
        y[j] = move[j] * right + left[j] * right_move;
        right_move = right_move * v[j] + right * g[j];
        right *= v[j];
    }
    free(left);
}

static void group_kernel(const Node *n, double *y, GroupWork *work)
{
    bool        red[LIMIT_RANK];
    Arena       arena = { 0 };
    const Node *x = n->in[0], *g = n->in[n->n_in - 1];
    reduce_axes(n, red);
    Shape left = reduce_shape(&x->shape, red, false);
    for (int64_t o = 0; x->len && o < shape_len(&left); o++) {
        int      count;
        int64_t *list = reduce_list(&arena, &x->shape, red, o, &count);
        double  *v = ARENA_ARRAY(&arena, double, 3 * count);
        for (int k = 0; k < count; k++) v[k] = x->val[list[k]];
        for (int k = 0; k < count; k++) v[count + k] = g->val[list[k]];
        work(v, v + count, count, v + 2 * count);
        for (int k = 0; k < count; k++) y[list[k]] = v[2 * count + k];
        arena_clear(&arena);
    }
}

void product_others_kernel(const Node *n, double *y) { group_kernel(n, y, others_group); }
void product_pairs_kernel(const Node *n, double *y)  { group_kernel(n, y, pairs_group); }

/* The group of element `at` of in[0] as terms, and its place in it. */
static const Term **group_around(Arena *a, Node *n, int i, int64_t at, int *count, int *place)
{
    bool  red[LIMIT_RANK];
    Node *x = n->in[i];
    reduce_axes(n, red);
    const Term **kid = reduce_terms(a, x, red, reduce_group(&x->shape, red, at), count);
    for (*place = 0; kid[*place]->at != at;) ++*place;
    return kid;
}

const Term *product_others_formula(Arena *a, Node *n, int64_t at)
{
    int          count, place;
    const Term **kid = group_around(a, n, 0, at, &count, &place);
    return term_product(a, count, kid, place, -1);
}

const Term *product_pairs_formula(Arena *a, Node *n, int64_t at)
{
    int          count, place, parts = 0;
    const Term **kid = group_around(a, n, 0, at, &count, &place);
    const Term **g = group_around(a, n, 1, at, &count, &place);
    const Term **part = ARENA_ARRAY(a, const Term *, count);
    for (int k = 0; k < count; k++) {
        if (k == place) continue;
        const Term *two[2] = { g[k], term_product(a, count, kid, place, k) };
        part[parts++] = count == 2 ? g[k] : term_apply(a, op_find("*"), 2, two);
    }
    return op_term_sum(a, n, at, parts, part);
}

/* prod_pairs is symmetric: its slope by g is prod_pairs along the adjoint. */
static Node *pairs_by_direction(Node *n, Node *g)
{
    return gb_op("prod_pairs", (Node *[]){ n->in[0], g }, 2, n->attr, n->n_attr);
}

Node *product_others_slope(Node *n, int i, Node *g)
{
    (void)i;
    return pairs_by_direction(n, g);
}

/* Third derivatives: the sum over all pairs, less what holds the factor itself,
 * over that factor. (Here a factor of 0 does give nan.) */
Node *product_pairs_slope(Node *n, int i, Node *h)
{
    if (i == 1) return pairs_by_direction(n, h);
    Node *x = n->in[0], *g = n->in[1];
    Node *along = pairs_by_direction(n, h);
    Node *all = gb_mul(h, n), *sum = gb_op("sum", &all, 1, n->attr, n->n_attr);
    Node *wide = reduce_spread(n, sum), *mine = gb_mul(g, along);
    Node *rest = gb_sub(wide, mine), *rest2 = gb_sub(rest, all), *out = gb_div(rest2, x);
    Node *done[] = { along, all, sum, wide, mine, rest, rest2 };
    for (size_t k = 0; k < sizeof done / sizeof *done; k++) node_drop(done[k]);
    return out;
}
