/* gbuild.h -- build nodes from C, for slopes and the compiler.
 *
 * Each takes ownership of nothing and gives a node of count 1. They simplify
 * what would only clutter an explanation (0*x, 1*x, x+0, x^1, constants), and
 * never fail: shapes are right by construction (asserted).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GBUILD_H
#define GRADUS_GBUILD_H

#include "graph/op.h"

Node *gb_add(Node *a, Node *b);
Node *gb_sub(Node *a, Node *b);
Node *gb_mul(Node *a, Node *b);
Node *gb_div(Node *a, Node *b);
Node *gb_neg(Node *a);
Node *gb_op(const char *op, Node *const *in, int n, const int64_t *attr, int n_attr);
Node *gb_matmul(Node *a, Node *b);
Node *gb_transpose(Node *a);                       /* last two axes */
Node *gb_sum_to(Node *a, const Shape *s);          /* a itself when equal */
Node *gb_spread(Node *a, const Shape *s);
Node *gb_reshape(Node *a, const Shape *s);
Node *gb_zeros(const Shape *s);

#endif
