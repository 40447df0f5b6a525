/* ops_part.h -- what the tables of operations share: walks over memory, checks
 * of shapes, and the names of operands in messages.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_OPS_PART_H
#define GRADUS_OPS_PART_H

#include "graph/op.h"

/* The user's name of input i of n, or `otherwise` ("the left side"). */
const char *op_operand(const Node *n, int i, const char *otherwise);

/* s is within LIMIT_DIM and its numbers can be counted and addressed. */
Status op_check_shape(const Shape *s, Span at, Diag *d);

/* Set n->shape to the checked s. */
Status op_set_shape(Node *n, const Shape *s, Span at, Diag *d);

/* axis is one of x's axes; E_RANGE names op and operand. */
Status op_check_axis(const Node *n, int64_t axis, Span at, Diag *d);

/* Strides of a row-major tensor, in elements. */
void op_strides(const Shape *s, int64_t stride[LIMIT_RANK]);

/* Copy a box of the given dimensions between two memories with strides of their
 * own: all that slicing, transposing, joining and spreading do. */
typedef struct {
    int            rank;
    const int64_t *dim;
    const int64_t *to, *from;      /* strides */
} OpBox;
void op_copy(double *y, const double *x, const OpBox *box);

/* Cut x at one axis: `outer` groups of `r` rows of `inner` numbers. */
typedef struct {
    int64_t outer, r, inner;
} OpCut;
OpCut op_cut(const Shape *s, int64_t axis);

/* Print x with subscripts: index[i] < 0 is ":"; x alone when all are. */
void op_print_part(Text *to, Node *x, const int64_t *index);

/* kids as one sum: 0 when none, the kid itself when one. */
const Term *op_term_sum(Arena *a, Node *n, int64_t at, int count, const Term *const *kid);

#endif
