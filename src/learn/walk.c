/* walk.c -- where the last training led the parameters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/walk.h"

#include <stdlib.h>
#include <string.h>

#include "learn/learn.h"

enum { NUMBERS_MOST = 1 << 19 };     /* of all places together: 4 MiB */

struct Walk {
    int      n;
    Node   **leaf;                   /* counted                          */
    int64_t *at;                     /* where leaf i begins in a place   */
    int64_t  len;                    /* numbers of one place             */
    int64_t  every, seen;            /* epochs from one to the next; the last kept */
    int      count, cap;
    double  *num;                    /* place by place                   */
};

static Walk *walk_find(const Session *s)
{
    const Learn *l = s->learn;
    return l ? l->walk : NULL;
}

static size_t bytes_of(const Walk *w) { return sizeof(double) * (size_t)(w->cap*w->len); }

void walk_free(Walk *w)
{
    if (!w) return;
    for (int i = 0; i < w->n; i++) node_drop(w->leaf[i]);
    mem_give(w->num, bytes_of(w));
    free(w->leaf);
    free(w->at);
    free(w);
}

static void place_add(Walk *w, const Store *store)
{
    double *to = w->num + w->count++*w->len;
    for (int i = 0; i < w->n; i++) {
        const double *wide = store_of(store, w->leaf[i]);
        const float *narrow = store_of(store, w->leaf[i]);
        for (int64_t k = 0; k < w->leaf[i]->len; k++) to[w->at[i] + k] = store->single ? (double)narrow[k] : wide[k];
    }
}

void walk_begin(Session *s, const Store *store, int n, int64_t epochs)
{
    Learn *l = learn_of(s);
    walk_free(l->walk);
    l->walk = NULL;
    int64_t len = 0, every = (epochs + WALK_MOST - 1)/WALK_MOST;
    for (int i = 0; i < n; i++) len += store->leaf[i]->len;
    int cap = (int)(epochs/every) + 2;
    if (!s->moved || !len || cap*len > NUMBERS_MOST) return;
    Walk *w = mem_new(sizeof *w);
    *w = (Walk){ .len = len, .every = every, .cap = cap };
    w->num = mem_take(bytes_of(w));
    if (!w->num) return free(w);
    w->leaf = mem_new(sizeof *w->leaf * (size_t)n);
    w->at = mem_new(sizeof *w->at * (size_t)n);
    for (int64_t at = 0; w->n < n; at += store->leaf[w->n++]->len) {
        w->leaf[w->n] = node_keep(store->leaf[w->n]);
        w->at[w->n] = at;
    }
    l->walk = w;
    place_add(w, store);
}

int64_t walk_wait(const Session *s, int64_t epoch)
{
    const Walk *w = walk_find(s);
    return w ? w->every - epoch % w->every : INT64_MAX;
}

void walk_note(Session *s, const Store *store, int64_t epoch)
{
    Walk *w = walk_find(s);
    if (!w || epoch == w->seen || w->count >= w->cap - 1 || epoch % w->every) return;
    w->seen = epoch;
    place_add(w, store);
}

void walk_end(Session *s, const Store *store)
{
    Walk *w = walk_find(s);
    if (!w) return;
    place_add(w, store);
    const double *last = w->num + (w->count - 1)*w->len;
    if (w->count > 1 && !memcmp(last, last - w->len, sizeof *last * (size_t)w->len)) w->count--;
}

int walk_of(const Session *s, const Node *leaf, int64_t at, double to[WALK_ROOM])
{
    const Walk *w = walk_find(s);
    int i = 0;
    while (w && i < w->n && w->leaf[i] != leaf) i++;
    if (!w || i == w->n) return 0;
    for (int p = 0; p < w->count; p++) to[p] = w->num[p*w->len + w->at[i] + at];
    return w->count;
}
