/* element.h -- the elementwise operations of the graph in the instructions of a fused
 * pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_ELEMENT_H
#define GRADUS_ELEMENT_H

#include "graph/tmpl.h"
#include "num/fused.h"

/* op applied to earlier instructions in[0 .. arity - 1]. What has no instructions
 * becomes a call of the operation's own function for each element. */
int element_build(Fused *l, const Op *op, const int *in);
/* A function of the language over its arguments. */
int element_build_call(Fused *l, const Tmpl *f, const int *arg);

#endif
