/* walk.h -- where the last training led the parameters: their numbers every few epochs.
 *
 * For the path on a surface. Kept with the session, of the last training only, and
 * only of networks so small that somebody may look at single weights, and only where
 * somebody is told of moves (Session.moved).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_WALK_H
#define GRADUS_WALK_H

#include "run/store.h"

typedef struct Walk Walk;

enum { WALK_MOST = 200 };            /* places on the way, besides its beginning */

/* Begin anew with the store's first n leaves; forgets the last one. */
void    walk_begin(Session *s, const Store *store, int n, int64_t epochs);
/* How many epochs from `epoch` on may go by unseen; INT64_MAX when nothing is kept. */
int64_t walk_wait(const Session *s, int64_t epoch);
/* After an epoch: keep the numbers when it is one to be kept. */
void    walk_note(Session *s, const Store *store, int64_t epoch);
/* The numbers that the training leaves behind. */
void    walk_end(Session *s, const Store *store);
void    walk_free(Walk *w);              /* NULL is fine */

/* The numbers of an element on the way, in order: copied into to[0 .. WALK_MOST + 1]; how
 * many, 0 when that training did not move it. */
enum { WALK_ROOM = WALK_MOST + 2 };
int     walk_of(const Session *s, const Node *leaf, int64_t at, double to[WALK_ROOM]);

#endif
