/* natives.h -- TABLES of functions written in C, for session_add_table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GRAPH_NATIVES_H
#define GRADUS_GRAPH_NATIVES_H

#include "graph/session.h"

/* Gradients, updates, the input of a network. */
extern const Builtin natives_core[];               /* end: name NULL */
/* Making, drawing, reshaping, joining, measuring and reducing tensors. */
extern const Builtin natives_tensor[];             /* end: name NULL */

#endif
