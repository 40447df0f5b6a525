/* typed.h -- sessions for tests: what is typed, and one number asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TYPED_H
#define GRADUS_TYPED_H

#include "graph/session.h"

/* A session in which text has been run; a fault in it is a failure. */
Session *session_with(const char *text);
void     session_end(Session *s);
void     session_type(Session *s, const char *text);
/* A number, in a session of its own. */
double   number_after(const char *setup, const char *expr);

#endif
