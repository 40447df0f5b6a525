/* wide.h -- a large elementwise expression evaluated in one pass.
 *
 * What stands between the operands and the asked node and has no name is not computed
 * for itself; who asks for it later gets it computed then.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_WIDE_H
#define GRADUS_WIDE_H

#include "graph/node.h"

enum { WIDE_DEPTH = 24 };           /* operations on the way down, at most */

/* Operand i of n, `depth` operations below the asked node, is computed on the way. */
bool wide_goes_on(const Node *n, int i, int depth);
/* n and all on the way, from fresh operands into n->val. false: n is not for this. E_STOP
 * is for the caller to find. */
bool wide_run(Node *n);

#endif
