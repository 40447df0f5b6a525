/* rule.h -- the inside of an optimizer: its states and its arrows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_RULE_H
#define GRADUS_RULE_H

#include "graph/build.h"

Status rule_state(Env *e, const Ast *a);     /* state m = 0, v = 0 */
Status rule_assign(Env *e, const Ast *a);    /* w <- w - lr*g      */

#endif
