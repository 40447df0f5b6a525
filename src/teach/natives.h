/* natives.h -- TABLES of commands that teach, for session_add_table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TEACH_NATIVES_H
#define GRADUS_TEACH_NATIVES_H

#include "graph/session.h"

/* The stepper: step, next, finish, continue, back, break, watch, display, breaks, clear. */
extern const Builtin natives_step[];               /* end: name NULL */
/* Where numbers come from: why, derive, check. */
extern const Builtin natives_explain[];            /* end: name NULL */

/* Moments: mark, goto, diff. */
extern const Builtin natives_marks[];              /* end: name NULL */

#endif
