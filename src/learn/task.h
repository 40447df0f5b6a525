/* task.h -- what a network is to learn, and the graph of one batch of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TASK_H
#define GRADUS_TASK_H

#include "graph/session.h"
#include "learn/dataset.h"
#include "run/plan.h"

enum { LIMIT_METRICS = 8, LIMIT_PENALTIES = 4 };

/* Functions are counted, names and data borrowed; task_close gives back. */
typedef struct {
    Session    *s;
    Func       *net;
    Func       *loss;                /* of output and target                         */
    Func       *rule;                /* the optimizer; NULL: nothing is to be learned */
    int         n_metric;
    Func       *metric[LIMIT_METRICS];
    Func       *schedule;            /* in the place of the rule's lr; NULL          */
    int         n_penalty;
    Func       *penalty[LIMIT_PENALTIES];    /* of one weight: regularize=           */
    double      clip;                /* longest gradient of all parameters together; 0: any */
    char       *net_name, *data_name;
    Span        at_net, at_data, at_loss, at_rule, at_penalty;
} Task;

void task_close(Task *t);
/* The same once more, with counts of its own. */
Task task_copy(const Task *t);

/* Output, loss and metrics of a batch, and with a rule the update, as nodes. */
typedef struct {
    Node   *x, *y;                   /* leaves to be filled, rows first              */
    Node   *out;
    int     n_ask;
    Node   *ask[1 + LIMIT_METRICS];  /* the loss, then the metrics: single numbers   */
    Node   *goal;                    /* what the update makes less: the loss and the penalties */
    Update  update;                  /* n 0 without a rule                           */
} Pass;

/* Errors: samples that do not fit the network, targets that do not fit its
 * output, a loss that is no single number, nothing to learn, a learning rate
 * that is no number; all in the user's names, with a hint. What `net.h.z` means
 * stays what it was. */
Status pass_build(const Task *t, const DataView *data, int64_t rows, Pass *out, Diag *d);
void   pass_free(Pass *p);
Recipe pass_recipe(const Pass *p);

/* One pass over a data set: full batches and the smaller one that is left. */
typedef struct {
    const DataView *data;
    const void *x, *y;               /* the data's numbers in the store's precision  */
    float  *narrow;                  /* single: both, else NULL                      */
    size_t  narrow_bytes;
    int64_t batch, batches, left;
    Pass    full, rest;
    Plan   *plan, *plan_rest;        /* plan_rest NULL: no rows are left             */
} Sweep;

/* Builds the passes, not yet the plans. batch is at most the number of rows. */
Status  sweep_open(Sweep *w, const Task *t, const DataView *data, int64_t batch, Diag *d);
Status  sweep_compile(Sweep *w, Store *store, Diag *d);
void    sweep_close(Sweep *w);
int64_t sweep_updates(const Sweep *w);                 /* batches, the smaller one too */
/* Batches first to first + count - 1 in that order of rows (NULL: as they lie);
 * adds to sum each asked number times its rows. false: as of plan_run. */
bool    sweep_run(Sweep *w, const uint32_t *order, int64_t first, int64_t count, double *sum);

/* What `net.h` and `net.h.z` mean, kept and brought back. */
typedef struct {
    int n, cap;
    struct { Func *f; Scope *last; } *at;
} Meanings;
Meanings meanings_keep(Func *net);
void  meanings_return(Meanings *l);

#endif
