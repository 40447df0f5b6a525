/* ask.h -- what a command was asked about: one element of one quantity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_ASK_H
#define GRADUS_ASK_H

#include "graph/session.h"

/* net.h.z[1] is element 1 of net.h.z, not the number that indexing makes of it:
 * the element has an equation of its own. */
typedef struct {
    Node   *node;            /* counted                                        */
    int64_t at;              /* element; 0 when it is the whole quantity       */
    bool    whole;           /* no element was named and there are several     */
    Text    name;            /* as it can be typed again: "grad(E, net.h.W)[0, 1]" */
} Asked;

/* Argument i of a command, as a quantity; from then on names inside networks mean
 * the calls inside it. Errors speak of the argument. */
Status ask_element(Call *c, int i, Asked *out);
void   asked_free(Asked *a);

/* The element itself must be one number: E_SHAPE with a hint otherwise. */
Status asked_is_number(Call *c, int i, const Asked *a, const char *what);

#endif
