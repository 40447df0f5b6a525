/* plan_private.h -- what a plan is made of; shared by the files of the plan, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PLAN_PRIVATE_H
#define GRADUS_PLAN_PRIVATE_H

#include "run/assemble.h"
#include "run/pace.h"
#include "run/order.h"
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
    bool     slow;                   /* one of them takes milliseconds */
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

/* A plan being built. */
typedef struct {
    Plan         *p;
    const Recipe *r;
    Store        *store;
    const Order  *o;
    int          *of;                /* place in the order -> node of the plan, -1 none */
    bool         *fixed;             /* of the plan's nodes */
    Node        **next;              /* of each update */
    Drafts        drafts;
    int          *alias;             /* node -> the leaf that it is written over, itself mostly */
    Diag         *d;
} Build;

static inline int64_t plan_number_size(const Plan *p) { return p->single ? (int64_t)sizeof(float) : (int64_t)sizeof(double); }
static inline void *plan_number_at(const Plan *p, const void *num, int64_t at) { return (char *)num + plan_number_size(p) * at; }
static inline int plan_node_number(const Plan *p, const Node *n) { return (int)(n - p->node); }

/* ---- plan_nodes.c ---- */
Status plan_add_all(Build *b);                 /* the recipe's nodes, shared and folded */
void   plan_add_nexts(Build *b);
Node  *plan_node(const Build *b, const Node *n);
Node  *plan_leaf(const Build *b, const Node *leaf);    /* NULL: nothing reads it */

/* ---- plan_memory.c ---- */
Status plan_take(Build *b);                    /* room for all that is computed */
void   plan_link(Build *b);                    /* ... and everybody's address   */

/* The rows of a batch to where the stages look for them. */
void plan_feed(Plan *p, const Feed *f, int64_t batch);

#endif
