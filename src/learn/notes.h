/* notes.h -- the usual mistakes, pointed out once: "# note: ..." in s->out.
 *
 * A note is made once in a session for a network's name; it changes nothing. A quiet
 * statement (;) makes none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_NOTES_H
#define GRADUS_NOTES_H

#include "learn/train.h"

/* Loss and activation, targets, features; batch 0: none was asked for. */
void notes_before(Session *s, const Task *t, const DataView *data, int64_t batch);
/* A loss that grew; units that are dead or saturated for every row. */
void notes_after(Session *s, const Task *t, const DataView *data, const TrainResult *r);

#endif
