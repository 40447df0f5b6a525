/* train_own.h -- a training at work; shared by its files, nobody else.
 *
 *   train_open.c    what it needs, and that given back
 *   train.c         the loop of epochs
 *   train_tell.c    the clock: who is to be told how it goes; where a bad number was born
 *   train_replay.c  the way back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TRAIN_OWN_H
#define GRADUS_TRAIN_OWN_H

#include "learn/train.h"

enum { MOST_ASK = 1 + LIMIT_METRICS, VAL_BATCH = 1024 };

typedef struct {
    const Task         *t;
    const TrainOptions *o;
    TrainResult        *out;
    Store     store;
    Sweep     sweep, val;
    bool      has_val;
    bool      looking;               /* somebody wants to stop at an update            */
    Rewind   *rewind;                /* or NULL                                        */
    char     *best;                  /* the store of the best epoch, or NULL           */
    double    best_loss;
    uint32_t *order;                 /* of the rows; NULL: as they lie                */
    double    sum[MOST_ASK];         /* of the running epoch, each times its rows     */
    int64_t   updates;               /* made since the beginning                      */
    int64_t   burst;                 /* updates in one burst                          */
    int64_t   unclocked;             /* updates since the clock was asked             */
    double    began, asked, shown;   /* seconds                                       */
} Training;

/* ---- train_open.c ---- */
Status training_open(Training *g, const DataView *data, const DataView *val, Diag *d);
void   training_close(Training *g);
size_t store_size(const Store *s);

/* ---- train_tell.c ---- */
double train_seconds(void);
/* After n more updates: is the clock to be asked, and who is to be told? */
void   clock_look(Training *g, int64_t n);
/* Watchers see the numbers of now. */
void   training_watch(Training *g);
/* The first number that is none in the update that was not made: out->birth. */
void   find_birth(Training *g);

/* ---- train_replay.c ---- */
/* The numbers of now are those that g->updates left. */
void   rewind_end(Training *g);

#endif
