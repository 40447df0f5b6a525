/* kernels.h -- one step of a plan: a kernel and the node it computes.
 *
 * Everything that depends on shapes alone is worked out once, when the step is
 * made, and nothing is allocated when it runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_KERNELS_H
#define GRADUS_KERNELS_H

#include "graph/op.h"

typedef struct Step Step;
typedef void Kernel(const Step *s);

struct Step {
    Kernel        *run;
    Node          *node;         /* the plan's own copy: reads in[i]->val, writes val     */
    int            stride[3];    /* elementwise: 0 or 1 in each operand                   */
    int64_t        inner;        /* elementwise: elements of one run                      */
    const int64_t *offset;       /* where each run begins in each operand; NULL: one run  */
    int64_t        outer, r;     /* along an axis: outer groups of r rows of inner numbers */
};

/* The step that computes n; what it needs besides lives in a. */
Step step_make(Arena *a, Node *n);
/* Copies in[0]. */
void kernel_copy(const Step *s);

#endif
