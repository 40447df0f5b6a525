/* marks.h -- moments of a session that can be come back to: numbers, generator, and
 * where the stepper stands.
 *
 * A mark holds the numbers of every leaf that has a name, of every network's
 * parameters and of every optimizer's state. Definitions are not kept: going back
 * gives the numbers to whatever bears the names now, if the shapes still fit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_MARKS_H
#define GRADUS_MARKS_H

#include "graph/session.h"

typedef struct Marks Marks;

enum { LIMIT_MARKS = 1000 };

/* Remember this moment; a mark of that name is replaced. E_LIMIT over the budget. */
Status marks_take(Session *s, const char *name, Diag *d);
/* false: there is none of that name. */
bool   marks_forget(Session *s, const char *name);
/* Another name for a mark; one that had it is replaced. false: there is none. */
bool   marks_rename(Session *s, const char *name, const char *now);
/* The name of mark i in order of taking; NULL: no more. */
const char *marks_name(Session *s, int i);
/* What the numbers of a mark take. */
size_t marks_bytes(Session *s, const char *name);

void   marks_free(Marks *m);

#endif
