/* ops_reduce.h -- groups of elements that are reduced to one; shared by the files
 * of the reductions, nobody else.
 *
 * n is a reduction, its attr { keep, number of axes, axis... }; red[i]: axis i
 * of its input is reduced. A group is the elements behind one element of the
 * result, counted in the order of the result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_OPS_REDUCE_H
#define GRADUS_OPS_REDUCE_H

#include <math.h>

#include "graph/op.h"

void  reduce_axes(const Node *n, bool red[LIMIT_RANK]);
/* The shape that stays of s; with keep, reduced axes stay as 1. */
Shape reduce_shape(const Shape *s, const bool *red, bool keep);
/* Which group element `at` of a tensor of shape s belongs to. */
int64_t  reduce_group(const Shape *s, const bool *red, int64_t at);
/* Flat indices, ascending, of the elements of group `out`. */
int64_t *reduce_list(Arena *a, const Shape *s, const bool *red, int64_t out, int *count);
/* The same as references to x. */
const Term **reduce_terms(Arena *a, Node *x, const bool *red, int64_t out, int *count);
/* g, of n's shape, repeated along the reduced axes to the shape of n's input. */
Node *reduce_spread(Node *n, Node *g);

/* sum(A[0, :]): x with the reduced axes whole, the others at group `at`. */
void  reduce_print_sum(Text *to, Node *x, const bool *red, int64_t at);

/* Comes before `best` in the search for the largest, the smallest: a nan comes
 * before all, the first of equals stays. */
static inline bool reduce_above(double new, double best)
{
    return !isnan(best) && (isnan(new) || new > best);
}

static inline bool reduce_below(double new, double best)
{
    return !isnan(best) && (isnan(new) || new < best);
}

/* ops_pass.c: y = x reduced along the axes in red. */
void reduce_sum(double *y, const Node *x, const bool *red);
void reduce_prod(double *y, const Node *x, const bool *red);
void reduce_max(double *y, const Node *x, const bool *red);
void reduce_min(double *y, const Node *x, const bool *red);

/* ops_product.c: faces of the rows prod, prod_others and prod_pairs. */
const Term *product_formula(Arena *a, Node *n, int64_t at);
void        product_others_kernel(const Node *n, double *y);
Node       *product_others_slope(Node *n, int i, Node *g);
const Term *product_others_formula(Arena *a, Node *n, int64_t at);
void        product_pairs_kernel(const Node *n, double *y);
Node       *product_pairs_slope(Node *n, int i, Node *g);
const Term *product_pairs_formula(Arena *a, Node *n, int64_t at);

#endif
