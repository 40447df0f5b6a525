/* store.h -- the numbers that training changes, away from the graph.
 *
 * While a plan runs, parameters and the optimizer's state live in one block of
 * memory that the plan's kernels write to; the leaves of the graph hold what was
 * before, until store_save brings the new numbers back in one go.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_STORE_H
#define GRADUS_STORE_H

#include "graph/session.h"

typedef struct {
    int      n;
    Node   **leaf;           /* counted                                        */
    int64_t *at;             /* where leaf i begins in num                     */
    int64_t  len;
    int64_t  watched;        /* so many from the first on must be finite: all, or less: a
                                state may be infinite, as the best loss of a schedule before
                                the first epoch                                */
    bool     single;         /* floats, else doubles                           */
    int      threads;        /* that plans may use; 0 and 1: none beside the caller's */
    void    *num;
    void    *mark;           /* the numbers at the last store_mark             */
} Store;

/* Takes the leaves' present numbers. E_LIMIT when the memory budget is reached. */
Status store_open(Store *s, Node *const *leaf, int n, bool single, Diag *d);
void   store_close(Store *s);
/* The numbers of a leaf, or NULL when it is not one of them. */
void  *store_of(const Store *s, const Node *leaf);

void   store_mark(Store *s);
void   store_return(Store *s);                 /* to the last mark */
bool   store_finite(const Store *s);
/* The leaves' present numbers again. */
void   store_load(Store *s);
/* Back into the leaves; one step of undo with the rest of the statement. */
void   store_save(const Store *s, Session *session);

#endif
