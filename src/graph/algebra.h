/* algebra.h -- terms put together as on paper: zeros and ones vanish, products
 * and sums are flat, a sign goes to the front.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_ALGEBRA_H
#define GRADUS_ALGEBRA_H

#include "graph/term.h"

const Term *algebra_add(Arena *a, const Term *x, const Term *y);
const Term *algebra_sub(Arena *a, const Term *x, const Term *y);
const Term *algebra_mul(Arena *a, const Term *x, const Term *y);
const Term *algebra_div(Arena *a, const Term *x, const Term *y);
const Term *algebra_power(Arena *a, const Term *x, const Term *y);
const Term *algebra_neg(Arena *a, const Term *x);
/* Elementwise op over kids; the six above by their own functions. */
const Term *algebra_apply(Arena *a, const Op *op, int n, const Term *const *kid);
/* kid[0] + kid[1] + ..., zeros left out. */
const Term *algebra_sum(Arena *a, int n, const Term *const *kid);
/* t with other kids. */
const Term *algebra_with(Arena *a, const Term *t, const Term *const *kid);

/* Is t a plain number (2, 1/2, -3)? *v that number. */
bool algebra_number(const Term *t, double *v);
bool algebra_is(const Term *t, double v);
bool algebra_equal(const Term *x, const Term *y);

/* The same value, simpler to read: numbers of a product become one, in front;
 * numbers of a sum become one; equal factors above and below a bar go. */
const Term *algebra_tidy(Arena *a, const Term *t);

#endif
