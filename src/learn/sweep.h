/* sweep.h -- the same work once for each value, side by side.
 *
 * Every run is a child process: it inherits the session as it is, so all runs begin
 * with the same weights and the same chance, however many run at a time; what it
 * learned comes back through a pipe as numbers, and its session ends with it. The
 * parent's session is not touched.
 *
 * The result is a Record of type "sweep":
 *   names    list of texts: what was varied
 *   values   list of lists: for each name the values it took, in order
 *   labels   list of texts: "lr=0.1, units=4", one a run
 *   runs     list of Records of type "run", in the order of the labels:
 *     label    text
 *     values   list: the value of each name
 *     history  the history of the run's last training, or none
 *     measures Record of type "measures": the numbers of the table, by name
 *   histories  list: the histories alone (a run without one: none)
 *   measures Record of type "measures": each number of the table as a vector over the runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SWEEP_H
#define GRADUS_SWEEP_H

#include "graph/session.h"

enum { LIMIT_TRIALS = 1000, LIMIT_VARIED = 8, LIMIT_COLUMNS = 24 };

/* One run: what it is asked for, and what came back. */
typedef struct {
    Value  *value;                   /* n_name of them, borrowed                        */
    char   *label;
    Text    sent;                    /* what its process wrote                          */
    Record *history;                 /* or NULL                                         */
    Record *measures;                /* loss and the like, numbers                      */
    char   *printed;                 /* by the block, "" mostly                         */
} Trial;

typedef struct {
    int     n_name;
    char   *name[LIMIT_VARIED];
    List   *values[LIMIT_VARIED];
    int     n;
    Trial  *trial;
} Trials;

/* Does the work of one trial in the child's session; what it made is read from there. */
typedef Status TrialWork(void *ctx, Session *s, const Trials *all, const Trial *t, Diag *d);

/* Runs all. E_STOP: Ctrl-C; every child is gone then, as after any fault. */
Status trials_run(Session *s, Trials *all, TrialWork *work, void *ctx, Diag *d);
void   trials_free(Trials *all);

/* ---- sweep_table.c ---- */
void    trials_print(Session *s, const Trials *all);
Record *trials_record(const Trials *all);

/* ---- sweep_wire.c: what a child tells ---- */
/* old: the history that was there before the work, or NULL; it is not the run's. */
void   wire_write(Text *to, Session *s, const Record *old, Status st, const Diag *d);
/* The child's fault, or its results in t. E_IO: it ended before it had told all. */
Status wire_read(Trial *t, Diag *d);

#endif
