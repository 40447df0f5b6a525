/* history.c -- losses and metrics by epoch, as a record of the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "learn/train.h"

void history_free(History *h)
{
    for (int i = 0; i < h->n; i++) {
        free(h->name[i]);
        mem_give(h->value[i], sizeof(double) * (size_t)h->cap);
    }
    *h = (History){ 0 };
}

Record *history_record(const History *h, Diag *d)
{
    Record *r = record_new("history");
    Value v = value_record(r);
    Shape s = shape_of(1, &h->epochs);
    for (int i = 0; i < h->n; i++) {
        Node *n = node_leaf(&s, h->value[i], d);
        if (!n) return value_drop(&v), NULL;
        record_set(r, h->name[i], value_node(n));
    }
    record_set(r, "epochs", value_num((double)h->epochs));
    return r;
}
