/* grad.h -- reverse mode: derivatives as nodes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GRAD_H
#define GRADUS_GRAD_H

#include "graph/node.h"

/* Adjoints of everything below one scalar node E: for each node the derivative
 * of E with respect to it, as a node made of the forward nodes. Made in one
 * sweep, inputs' adjoints being sums over all uses. */
typedef struct GradMap GradMap;

GradMap *grad_build(Node *E);
/* The adjoint of x: a node of count 1, zeros of x's shape when E does not
 * depend on x (or only through steps, whose slope is 0 everywhere). Labelled
 * nodes' adjoints carry the label "grad(E, x)" when E has a label. */
Node *grad_of(GradMap *m, Node *x);
/* The forward nodes of the map, inputs first (borrowed). */
Node *const *grad_nodes(const GradMap *m, int *n);
/* The adjoint or NULL when E does not depend on x; borrowed. */
Node *grad_peek(GradMap *m, Node *x);
void  grad_free(GradMap *m);

#endif
