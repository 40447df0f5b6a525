/* plan_private.h -- what a plan is made of; shared by the files of the plan, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PLAN_PRIVATE_H
#define GRADUS_PLAN_PRIVATE_H

#include "run/assemble.h"
#include "run/pace.h"
#include "run/plan.h"
#include "run/scalar.h"

enum { LINE_BYTES = 64 };

typedef struct {
    void         *to;
    const Node   *from;
} Copy;

typedef struct {
    Node   *node;
    int64_t offset;                  /* bytes */
} BatchNode;

struct Plan {
    Scalar  *scalar;                 /* not NULL: everything below is unused */
    bool     single;
    int64_t  rows, n_in, n_out;
    Node   **root;                   /* of the graph, counted: keeps what was computed once */
    int      n_root;
    Arena    own;                    /* nodes, stages, offsets */
    int      n_node;
    Node    *node;
    int      n_stage;
    Stage   *stage;                  /* in the order of running */
    int      workers;                /* 1: no crew */
    FusedRun *run;                   /* one for each */
    Pace     pace;
    int      n_x, n_y;
    BatchNode *x, *y;                /* the batch, and views of it that own kernels read */
    double  *x_room, *y_room;        /* where rows are gathered */
    int      n_ask;
    Node   **ask;
    int      n_copy;
    Copy    *copy;
    void    *memory;
    double  *num;                    /* the arena of numbers, on a cache line */
    size_t   bytes;
};

/* The rows of a batch to where the stages look for them. */
void plan_feed(Plan *p, const Feed *f, int64_t batch);

#endif
