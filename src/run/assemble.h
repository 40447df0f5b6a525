/* assemble.h -- from drafts to stages that run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_ASSEMBLE_H
#define GRADUS_ASSEMBLE_H

#include "run/draft.h"

typedef struct {
    const Drafts *d;
    bool          single;
    Arena        *own;               /* for what own kernels need                      */
    const int    *alias;             /* node -> the leaf in whose memory it is written; itself mostly */
} Assembly;

/* Draft k as a stage. Memory is not placed yet: slots name nodes, whose val will say. */
Stage stage_build(const Assembly *a, int k);

#endif
