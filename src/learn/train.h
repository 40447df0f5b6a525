/* train.h -- epochs: a network taught a task, watched, and stopped in good order.
 *
 * The order of the rows comes from the session's generator, and nothing depends
 * on time, so the same seed gives the same numbers on every run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TRAIN_H
#define GRADUS_TRAIN_H

#include "learn/rewind.h"

enum { LIMIT_EPOCHS = 10000000, WATCH_MS = 100 };

typedef struct History History;

/* Called after every epoch, with the numbers of that moment in the leaves; it may change
 * leaves. *leave: enough. A fault ends the training with it. */
typedef Status TrainEach(void *ctx, const History *h, bool *leave, Diag *d);

typedef struct {
    int64_t epochs, batch;           /* at least 1; a batch larger than the data is all of them */
    bool    shuffle;                 /* a new order of the rows every epoch; needless when one
                                        batch is all of them                                     */
    int64_t patience;                /* epochs without a smaller val_loss until it ends; 0: any  */
    bool    best;                    /* keep the numbers of the smallest val_loss, not the last  */
    TrainEach *each;                 /* or NULL                                                  */
    void      *ctx;
} TrainOptions;

/* What a watcher sees; valid during the call. The network's leaves hold the
 * numbers of this moment. */
typedef struct {
    const char   *net;
    int64_t       epoch, epochs;     /* complete ones                                  */
    int64_t       update;            /* since the beginning                            */
    double        loss;              /* of the last complete epoch, nan before the first */
    const double *loss_history;      /* epoch of them                                  */
    const double *val_history;       /* likewise; NULL without validation              */
    const struct History *all;       /* loss, metrics and those of the validation      */
} TrainNow;

/* Called at most every WATCH_MS while training, from the training thread, and
 * once at the end; NULL: nobody watches. To stop, raise stop_flag. */
extern void (*train_watch)(Session *s, const TrainNow *now);

/* Asked between bursts of updates, every 2 to 8 ms (or after each longer update): is
 * train_watch to be called now? NULL: every WATCH_MS. */
extern bool (*train_due)(Session *s);

/* Stops that the user asked for, `break when` and `watch`, looked at after every update;
 * NULL: nobody does. begin: is there any that depends on these leaves? look: did one
 * stop it? What fired is told in report. */
typedef struct {
    bool (*begin)(Session *s, Node *const *leaf, int n);
    bool (*look)(Session *s, Text *report);
} TrainBreaks;
extern const TrainBreaks *train_breaks;

/* Losses and metrics by epoch. */
struct History {
    int     n;                       /* series: loss, metrics, val_loss, val_metrics   */
    char   *name[2 * (1 + LIMIT_METRICS)];
    double *value[2 * (1 + LIMIT_METRICS)];   /* each `epochs` long                    */
    int64_t epochs, cap;
};
void    history_free(History *h);
/* A record of type "history": a vector for each series, and `epochs`. NULL and d
 * over the memory budget. */
Record *history_record(const History *h, Diag *d);

typedef enum {
    TRAIN_DONE,
    TRAIN_STOPPED,                   /* stop_flag was raised; all that was learned is kept */
    TRAIN_BROKE,                     /* a number that is none came up; the numbers before
                                        that update are kept                               */
    TRAIN_PATIENT,                   /* val_loss did not fall for `patience` epochs        */
    TRAIN_LEFT,                      /* `each` had enough                                  */
    TRAIN_HELD                       /* a break or watch fired                             */
} TrainEnd;

typedef struct {
    TrainEnd end;
    History  history;                /* of the complete epochs                         */
    int64_t  parameters;             /* numbers that were trained                      */
    int64_t  updates;                /* made in all                                    */
    int64_t  update;                 /* BROKE, HELD: which update of the epoch, from 1 */
    int64_t  row;                    /* HELD: the sample of it, when it is one; else -1 */
    int64_t  best;                   /* the epoch whose numbers were kept, from 1; 0: the last */
    double   loss;                   /* BROKE: the loss there                          */
    Text     birth;                  /* BROKE: where the first such number comes from  */
    Text     report;                 /* HELD: what fired                               */
    Rewind  *rewind;                 /* the way back over the updates; or NULL         */
} TrainResult;

/* Trains; the network's numbers and the optimizer's state are in their leaves
 * afterwards, undoable. val may be NULL. */
Status train_run(const Task *t, const DataView *data, const DataView *val, const TrainOptions *o,
                 TrainResult *out, Diag *d);
void   train_result_free(TrainResult *r);

/* The numbers that `updates` of r left, computed again from the mark before; moves the
 * generator, too. E_RANGE: they do not come out as they did, because something else changed;
 * E_STOP. Nothing is changed then. */
Status train_replay(const Task *t, const DataView *data, const TrainOptions *o, Rewind *r, int64_t updates, Diag *d);

/* Loss and metrics over all rows, as they are now: mean[0 .. n_metric]. */
Status task_measure(const Task *t, const DataView *data, double *mean, Diag *d);

#endif
