/* branch.h -- a session's names set aside, so that a lesson begins with none.
 *
 * What is undone does not cross the border: the steps of undo are forgotten on
 * both sides of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_BRANCH_H
#define GRADUS_BRANCH_H

#include "graph/session.h"

typedef struct Branch Branch;

/* Set all names, ans, the random numbers, the digits and the optimizers' memory
 * aside; s is as new. Never while a statement runs. */
Branch *branch_begin(Session *s);
/* As new once more. */
void    branch_clear(Session *s);
/* Everything as it was at branch_begin. */
void    branch_end(Session *s, Branch *b);

#endif
