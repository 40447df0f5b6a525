/* plan.h -- one update of a network, compiled: the second way to run a graph.
 *
 * The stepper evaluates nodes and remembers everything; a plan runs the same
 * graph again and again over other rows of data and remembers nothing but the
 * numbers in the store. Both give the same answer to rounding, and a test holds
 * it. Graphs of a few numbers become a scalar program (scalar.h), all others a
 * flat array of kernels over one arena.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PLAN_H
#define GRADUS_PLAN_H

#include "run/store.h"

/* What is to be compiled. All arrays are borrowed. */
typedef struct {
    Node        *x, *y;      /* leaves that hold a batch, rows first; y may be NULL */
    int          n_ask;
    Node *const *ask;        /* single numbers to report: the loss, metrics         */
    int          n;          /* updates, all at once: leaf <- next                  */
    Node *const *leaf;       /* in the store                                        */
    Node *const *next;
} Recipe;

/* Rows of data: row i is x[i*n_in] on, where i counts along `order`, or along
 * memory when order is NULL. */
typedef struct {
    const void     *x, *y;   /* of the store's precision                            */
    const uint32_t *order;
    int64_t         from;    /* the first row to take                               */
    int64_t         batches; /* this many full batches ...                          */
    int64_t         epochs;  /* ... this many times, from `from` on again           */
} Feed;

typedef enum { PLAN_ANY, PLAN_TENSOR, PLAN_SCALAR } PlanKind;
typedef struct Plan Plan;

/* The plan reads and writes the store's numbers. NULL and d: the memory budget
 * (E_LIMIT), Ctrl-C (E_STOP), or PLAN_SCALAR asked for a graph that is too large
 * for it (E_LIMIT). */
Plan   *plan_build(const Recipe *r, Store *s, PlanKind kind, Diag *d);
void    plan_free(Plan *p);
bool    plan_is_scalar(const Plan *p);
int64_t plan_steps(const Plan *p);             /* kernels, or scalar instructions */

/* What is folded together and what each stage costs: operations, bytes read and written,
 * and its time, measured on the first batch of the feed. The store keeps its numbers. */
void    plan_print(Plan *p, const Feed *feed, Store *s, Text *out);

/* Run feed->epochs times over the batches. sum has n_ask numbers an epoch: each
 * asked number, summed over the batches. Allocates nothing. false: stop_flag came up in
 * the middle of an update that takes long, and the store's numbers are of no use. */
bool    plan_run(Plan *p, const Feed *feed, double *sum);
/* An update takes so long that plan_run looks at stop_flag. */
bool    plan_is_slow(const Plan *p);

#endif
