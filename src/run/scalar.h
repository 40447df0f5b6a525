/* scalar.h -- a graph of a few numbers as a program over single numbers.
 *
 * Kernels cost more than they compute when a network has nine weights. So the
 * element formulas of all operations (term.h) are written out into one straight
 * line of scalar arithmetic, constants folded and common parts shared, and that
 * line becomes machine code (num/fused.h).
 *
 * The result is the formula's up to rounding: products and sums are taken in the order
 * in which their parts become ready (scalar_late.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SCALAR_H
#define GRADUS_SCALAR_H

#include "run/order.h"

typedef struct Scalar Scalar;

enum { LIMIT_SCALAR = 3000 };                  /* instructions of one update */

/* NULL when the graph is too large, or when one of its operations chooses by the
 * numbers themselves (argmax, sort, gather), which a straight line cannot. */
Scalar *scalar_build(const Recipe *r, Store *s, const Order *o);
void    scalar_free(Scalar *p);
int     scalar_count(const Scalar *p);         /* instructions */
void    scalar_run(Scalar *p, const Feed *feed, double *sum);

#endif
