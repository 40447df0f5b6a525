/* rule.h -- the inside of an optimizer: its states and its arrows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_RULE_H
#define GRADUS_RULE_H

#include "graph/build.h"

Status rule_state(Env *e, const Ast *a);     /* state m = 0, v = 0 */
Status rule_assign(Env *e, const Ast *a);    /* w <- w - lr*g      */

/* ---- states.c: what a layer remembers ---- */
typedef struct LayerBody {
    int         n;
    const char *name[16];
    Node       *leaf[16];                    /* borrowed from the owner */
} LayerBody;
Status layer_state(Env *e, const Ast *a);    /* state seen = 0 */
/* When the body is built: its result carries what each state is to become. */
Status layer_moves(Env *body, Node *result);

#endif
