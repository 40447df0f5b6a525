/* explain.h -- the commands that say where numbers come from; for their table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_EXPLAIN_H
#define GRADUS_EXPLAIN_H

#include "graph/session.h"

Status why_run(Call *c, Value *out);
Status derive_run(Call *c, Value *out);
Status check_run(Call *c, Value *out);

#endif
