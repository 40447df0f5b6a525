/* modes.h -- the switches of a session that definitions can ask for by name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_MODES_H
#define GRADUS_MODES_H

#include "graph/session.h"

enum { CONVENTION_TORCH, CONVENTION_KERAS };

void  modes_open(Session *s);
void  modes_close(Session *s);
/* The leaf behind "training" or "convention"; NULL: no such switch. Borrowed. */
Node *mode_find(const Session *s, const char *name);
/* Whether n hangs on a switch. */
bool  on_modes(const Session *s, Node *n);

#endif
