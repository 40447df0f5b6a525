/* slope.h -- slopes of elementwise rows, from their formula in Gradus to nodes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SLOPE_H
#define GRADUS_SLOPE_H

#include "graph/node.h"
#include "lang/ast.h"

/* d n / d in[i] as a node over n's operands and n itself (count 1); NULL when
 * the row declares none or 0 everywhere. */
Node *slope_build(Node *n, int i);

/* The parsed slope formula of row op by operand i (kept for the program's
 * life); NULL for none. */
const Ast *slope_ast(const Op *op, int i);

#endif
