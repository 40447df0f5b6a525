/* scalar_late.h -- the values of a scalar program as instructions of one pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SCALAR_LATE_H
#define GRADUS_SCALAR_LATE_H

#include "num/fused.h"
#include "run/scalar_value.h"

/* Writes all that the roots need to l. For each value its instruction (to be freed);
 * those of the roots are there, others may have gone into larger ones. */
int *values_write(const Values *s, Fused *l, const int *root, int n_root);

#endif
