/* tables.h -- which tables of functions and commands a session has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TABLES_H
#define GRADUS_TABLES_H

#include "graph/session.h"

extern const Builtin commands_session[];   /* names, show, undo, digits, seed, ... */
extern const Builtin commands_help[];      /* help                                 */
extern const Builtin commands_plot[];      /* plot                                 */
extern const Builtin commands_view[];      /* view                                 */
extern const Builtin commands_lesson[];    /* lesson, demo, hint, skip, again, ... */

void tables_add(Session *s);
/* What the rooms keep beside a session. */
void tables_free(Session *s);

/* help.c: what is known of a name, as `help NAME` prints it; false: nothing. */
bool help_name(Session *s, const char *name, Text *t);

#endif
