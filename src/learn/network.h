/* network.h -- a network made afresh.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_NETWORK_H
#define GRADUS_NETWORK_H

#include "graph/session.h"

/* Fresh numbers from the layers' initialisers, drawn in the order in which they
 * were drawn first, into the leaves that are there; what optimizers remember of
 * them begins again. Parameters that a layer was given from outside
 * (weights=A) stay. Undoable. E_TYPE: net does not say what its input is and was
 * never trained. */
Status network_reset(Session *s, Func *net, Span at, Diag *d);

#endif
