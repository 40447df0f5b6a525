/* natives.h -- the tables of functions in C that learning adds to the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LEARN_NATIVES_H
#define GRADUS_LEARN_NATIVES_H

#include "graph/session.h"

extern const Builtin natives_train[];   /* train, predict, evaluate, summary, reset */
extern const Builtin natives_data[];    /* ended by name NULL, as every table */

#endif
