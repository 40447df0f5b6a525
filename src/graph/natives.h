/* natives.h -- TABLES of functions written in C, for session_add_table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GRAPH_NATIVES_H
#define GRADUS_GRAPH_NATIVES_H

#include "graph/session.h"

/* Gradients, updates, the input of a network. */
extern const Builtin natives_core[];               /* end: name NULL */
/* Random numbers. */
extern const Builtin natives_draw[];               /* end: name NULL */
/* Making, reshaping, joining, measuring and reducing tensors. */
extern const Builtin natives_tensor[];             /* end: name NULL */

/* Arguments from..: sizes, or one list of them; checked against the memory budget. */
Status call_shape(Call *c, int from, Shape *s);

#endif
