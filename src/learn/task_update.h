/* task_update.h -- what an update of a batch does; between task.c and task_update.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TASK_UPDATE_H
#define GRADUS_TASK_UPDATE_H

#include "learn/task.h"

/* Goal, gradients and update of a pass that has its loss. */
Status pass_build_update(const Task *t, Pass *p, Diag *d);

#endif
