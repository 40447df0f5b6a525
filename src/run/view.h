/* view.h -- nodes that move no numbers: another look at the numbers of a node below.
 *
 * A transpose, a part, a repetition or another shape is no work for a plan; whoever
 * reads it steps through the numbers of its base by these strides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_H
#define GRADUS_VIEW_H

#include "graph/op.h"

typedef struct {
    int     base;                    /* the plan's node whose numbers they are         */
    int64_t offset;                  /* of the first, in numbers                       */
    int64_t stride[LIMIT_RANK];      /* along each axis of the viewing node            */
} View;

/* The view that node `n`, number `self`, has; `in` is the view of its first operand
 * (NULL: a leaf). Base `self` when it has numbers of its own. */
View view_make(const Node *n, int self, const View *in);
bool view_compact(const View *v, const Shape *s);        /* row by row without gaps */

/* The view as rows x cols of `over`, into whose shape the viewing node of shape `own`
 * broadcasts; cols is the last axis of `over`. false: it does not lie so. *col is 0 or 1. */
typedef struct {
    int64_t row, col;                /* strides, in numbers */
} Grid;
bool view_grid(const View *v, const Shape *own, const Shape *over, Grid *out);

void shape_grid(const Shape *s, int64_t *rows, int64_t *cols);

#endif
