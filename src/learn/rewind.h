/* rewind.h -- the way back through a training: numbers kept now and then, in a stated room.
 *
 * A mark is all that an update hangs on: parameters and states, the order of the rows, the
 * generator. Between two marks the updates are made again, which gives the same numbers bit
 * by bit; so every update can be gone back to. When the room is full every second mark goes,
 * and from then on they are twice as far apart: a training of any length keeps some hundred.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_REWIND_H
#define GRADUS_REWIND_H

#include "learn/task.h"

enum { REWIND_BYTES = 16 << 20, REWIND_MARKS = 256 };

typedef struct {
    /* what was trained, to be run again; filled in by who ran it */
    bool     ready;
    Task     task;
    Value    data;
    int64_t  batch;
    bool     shuffle;
    /* the marks */
    int      n, most;
    int64_t  every;                  /* updates from mark to mark, at least             */
    int64_t *at;                     /* updates made before each                        */
    char    *room;
    size_t   store_bytes, order_bytes, each;
    /* where the numbers are now */
    int64_t  updates, per_epoch;
    int      n_leaf;
    Node   **leaf;                   /* counted                                         */
    char    *now;
} Rewind;

/* NULL: the room would not hold two marks. rows 0: the order is as they lie. */
Rewind *rewind_new(const Store *s, int64_t rows, int64_t per_epoch);
void    rewind_free(Rewind *r);      /* NULL is fine */
/* At the beginning of an epoch, before its order is drawn. */
void    rewind_mark(Rewind *r, int64_t updates, const Store *s, const uint32_t *order, const Rng *rng);
/* The numbers of mark i. */
void    rewind_take(const Rewind *r, int i, Store *s, uint32_t *order, Rng *rng);
const char *rewind_numbers(const Rewind *r, int i);
/* The last mark at or before that many updates. */
int     rewind_before(const Rewind *r, int64_t updates);
/* The store holds what `updates` of them left: later marks are gone. */
void    rewind_stand(Rewind *r, int64_t updates, const Store *s);
/* Do the leaves still hold what the training left there? */
bool    rewind_holds(const Rewind *r, bool single);

/* The command `back` after a training: that many updates, or whole epochs, taken back. */
Status  train_back(Session *s, int64_t n, bool epochs, Diag *d);

#endif
