/* exec.h -- running statements; between exec.c and control.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_EXEC_H
#define GRADUS_EXEC_H

#include "graph/build.h"

/* exec.c: any statement. */
Status exec_statement(Env *e, const Ast *a);

/* number.c: what a is now, when it is arithmetic of single numbers; false: or when that
 * cannot be computed, of which the builder tells. */
bool   exec_number(Env *e, const Ast *a, double *out);

/* control.c: loops, if and blocks. */
Status exec_block(Env *e, const Ast *block);
Status exec_repeat(Env *e, const Ast *a);
Status exec_while(Env *e, const Ast *a);
Status exec_for(Env *e, const Ast *a);
Status exec_if(Env *e, const Ast *a);

#endif
