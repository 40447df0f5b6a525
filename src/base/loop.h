/* loop.h -- the one poll loop: keys, signals, timers, pipes.
 *
 * Whoever waits (the prompt for a key, a view for a key) waits here, so that
 * everybody else's pipes and timers are served meanwhile: a plot window's
 * events, a live curve. Signals do nothing but leave a note and wake the loop;
 * the waiting code then reads the notes in ordinary context, where anything is
 * allowed. Belongs to the main thread; only loop_wake may be called from others.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LOOP_H
#define GRADUS_LOOP_H

#include <stdbool.h>

typedef void LoopCall(void *ctx);

typedef enum {
    LOOP_READY,     /* the descriptor waited for can be read, or has ended     */
    LOOP_TIMEOUT,   /* nothing came in time                                    */
    LOOP_SIGNAL     /* a signal was noted, or somebody called loop_wake        */
} LoopEvent;

enum { LOOP_MAX = 32 };     /* watches, and timers, at most; more is our own fault */

/* Call back whenever fd can be read or has ended, while anybody waits. One
 * watch per fd. A watch may remove itself or others from inside its call. */
void loop_watch(int fd, LoopCall *call, void *ctx);
void loop_unwatch(int fd);

/* Call back every ms milliseconds (at least 1) while anybody waits; a late
 * timer is called once, not once per missed turn. Returns its id, never 0. */
int  loop_every(int ms, LoopCall *call, void *ctx);
void loop_cancel(int id);

/* Wait until fd (-1: none) can be read, ms have passed (-1: for ever) or a
 * signal is noted. Notes that are already there win over keys. */
LoopEvent loop_wait(int fd, int ms);

/* Make the present or the next loop_wait return LOOP_SIGNAL. Safe in signal
 * handlers and other threads. */
void loop_wake(void);

/* From now on sig leaves a note instead of its usual effect (SIGINT also sets
 * stop_flag, so that long work stops). Calls nest: the last loop_uncatch brings
 * back what was there before the first loop_catch. */
void loop_catch(int sig);
void loop_uncatch(int sig);

/* Was sig noted? Forgets the note. */
bool loop_noted(int sig);

#endif
