/* grads.h -- gradients of the session's quantities, built once and kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GRADS_H
#define GRADUS_GRADS_H

#include "graph/grad.h"
#include "graph/session.h"

/* The adjoints of everything below E; borrowed, valid until a name is redefined. */
GradMap *grads_map(Session *s, Node *E, Span at, Diag *d);
void     grads_free(Session *s);

#endif
