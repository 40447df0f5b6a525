/* crew.h -- threads that share the parts of one piece of work.
 *
 * Parts are taken one by one by whoever is free, the caller first of all: a helper that
 * the system has put aside, or that is not there at all (behind a fork), only means that
 * the caller does more. Between two pieces helpers spin for some microseconds, then sleep.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CREW_H
#define GRADUS_CREW_H

/* Part `part`; worker 0 is the caller, helpers are 1, 2, ... */
typedef void CrewWork(void *ctx, int part, int worker);

/* As many helpers as are missing up to threads - 1; how many threads there are now. One
 * crew serves the whole program, one piece of work at a time. */
int  crew_gather(int threads);
/* All parts, and back when the last is done. */
void crew_run(CrewWork *work, void *ctx, int parts);
/* Processors that this program may use. */
int  crew_processors(void);

#endif
