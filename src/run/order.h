/* order.h -- the nodes of a recipe in computing order, and which of them change
 * from update to update.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_ORDER_H
#define GRADUS_ORDER_H

#include "graph/op.h"
#include "run/plan.h"

typedef struct {
    int    n;
    Node **node;             /* inputs before users; borrowed from the recipe        */
    bool  *varies;           /* depends on the batch or on the store                 */
    bool  *needed;           /* a varying node or the recipe itself reads it         */
    int   *slot;             /* hash from node to place, -1 empty                    */
    int    n_slot;
} Order;

void order_make(Order *o, const Recipe *r, const Store *s);
void order_free(Order *o);
int  order_find(const Order *o, const Node *n);       /* must be there */

#endif
