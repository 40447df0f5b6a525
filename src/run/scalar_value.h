/* scalar_value.h -- single numbers and how they come about; shared by the files
 * of the scalar program, nobody else.
 *
 * A value is a number, a register that is filled before an update (a row of the
 * batch, a parameter), or an elementwise operation on earlier values. Values are
 * made through value_apply alone, which folds, rewrites exactly and shares.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SCALAR_VALUE_H
#define GRADUS_SCALAR_VALUE_H

#include "graph/op.h"

typedef struct {
    const Op *op;            /* NULL: a number, or a register                  */
    int       in[3];         /* values                                         */
    double    num;
    int       reg;           /* >= 0: the register                             */
    int       uses;          /* by values and by what is asked for; filled last */
} Single;

typedef struct {
    int     n, cap;
    Single *v;
    int    *slot;            /* hash from what a value is to where, -1 empty   */
    int     n_slot;
    const Op *add, *sub, *mul, *div, *neg, *exp, *power, *where;
} Values;

void values_open(Values *s);
void values_close(Values *s);
int  value_number(Values *s, double v);
int  value_register(Values *s, int reg);
/* op applied to n values; a value that is equal to the bit, or with the other
 * sign of zero. */
int  value_apply(Values *s, const Op *op, const int *in, int n);
bool value_is(const Values *s, int at, double v);      /* the number v */

#endif
