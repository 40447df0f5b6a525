/* order.c -- the nodes of a recipe in computing order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/order.h"

#include <assert.h>
#include <stdlib.h>

/* ---- node to place ---- */

static size_t hash_node(const Node *n)
{
    return ((size_t)n >> 4) * 0x9E3779B97F4A7C15u >> 20;
}

/* The slot that holds n, or the empty one where it belongs. */
static int *slot_of(const Order *o, const Node *n)
{
    size_t mask = (size_t)o->n_slot - 1, h = hash_node(n) & mask;
    while (o->slot[h] >= 0 && o->node[o->slot[h]] != n) h = (h + 1) & mask;
    return &o->slot[h];
}

static void slots_grow(Order *o)
{
    o->n_slot = o->n_slot ? 2 * o->n_slot : 64;
    o->slot = mem_grow(o->slot, (size_t)o->n_slot, sizeof *o->slot);
    for (int i = 0; i < o->n_slot; i++) o->slot[i] = -1;
    for (int i = 0; i < o->n; i++) *slot_of(o, o->node[i]) = i;
}

static void order_add(Order *o, Node *n, int *cap)
{
    if (2 * (o->n + 1) > o->n_slot) slots_grow(o);
    int *slot = slot_of(o, n);
    if (*slot >= 0) return;
    GROW(o->node, o->n, *cap);
    *slot = o->n;
    o->node[o->n++] = n;
}

static void order_add_below(Order *o, Node *root, int *cap)
{
    int count;
    Node **all = node_walk(root, &count);
    for (int i = 0; i < count; i++) order_add(o, all[i], cap);
    free(all);
}

int order_find(const Order *o, const Node *n)
{
    int at = *slot_of(o, n);
    assert(at >= 0);
    return at;
}

/* ---- what varies ---- */

static void order_mark(Order *o, const Recipe *r, const Store *s)
{
    for (int i = 0; i < o->n; i++) {
        Node *n = o->node[i];
        o->varies[i] = n == r->x || n == r->y || store_of(s, n);
        for (int k = 0; k < n->n_in; k++) o->varies[i] |= o->varies[order_find(o, n->in[k])];
        for (int k = 0; k < n->n_in && o->varies[i]; k++) o->needed[order_find(o, n->in[k])] = true;
    }
    for (int i = 0; i < r->n_ask; i++) o->needed[order_find(o, r->ask[i])] = true;
    for (int i = 0; i < r->n; i++) o->needed[order_find(o, r->next[i])] = true;
}

void order_make(Order *o, const Recipe *r, const Store *s)
{
    *o = (Order){ 0 };
    int cap = 0;
    for (int i = 0; i < r->n_ask; i++) order_add_below(o, r->ask[i], &cap);
    for (int i = 0; i < r->n; i++) order_add_below(o, r->next[i], &cap);
    o->varies = mem_new(sizeof *o->varies * (size_t)(o->n + 1));
    o->needed = mem_new(sizeof *o->needed * (size_t)(o->n + 1));
    order_mark(o, r, s);
}

void order_free(Order *o)
{
    free(o->node);
    free(o->varies);
    free(o->needed);
    free(o->slot);
    *o = (Order){ 0 };
}
