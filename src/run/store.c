/* store.c -- the numbers that training changes, away from the graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/store.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 8 };           /* numbers in a cache line: where kernels like to begin */

static size_t size_of(const Store *s) { return s->single ? sizeof(float) : sizeof(double); }
static size_t half_bytes(const Store *s) { return size_of(s) * (size_t)(s->len ? s->len : 1); }

static void *number_at(const Store *s, int64_t at) { return (char *)s->num + size_of(s) * (size_t)at; }

static void leaf_take(const Store *s, int i)
{
    const Node *n = s->leaf[i];
    float *f = number_at(s, s->at[i]);
    if (!s->single) memcpy(f, n->val, sizeof *n->val * (size_t)n->len);
    else for (int64_t k = 0; k < n->len; k++) f[k] = (float)n->val[k];
}

Status store_open(Store *s, Node *const *leaf, int n, bool single, Diag *d)
{
    *s = (Store){ .n = n, .single = single };
    s->leaf = mem_new(sizeof *s->leaf * (size_t)(n + 1));
    s->at = mem_new(sizeof *s->at * (size_t)(n + 1));
    for (int i = 0; i < n; i++) {
        s->leaf[i] = node_keep(leaf[i]);
        s->at[i] = s->len;
        s->len +=
            n > 1 && leaf[i]->len >= LINE ? (leaf[i]->len + LINE - 1) / LINE * LINE : leaf[i]->len;
    }
    s->watched = s->len;
    s->num = mem_take(2 * half_bytes(s));
    if (!s->num) {
        store_close(s);
        return diag_set(d, E_LIMIT, (Span){ 0, 0 },
                        "no memory left for %d parameters and states (budget %zu MiB)", n,
                        mem_budget() >> 20);
    }
    s->mark = number_at(s, s->len);
    for (int i = 0; i < n; i++) leaf_take(s, i);
    return OK;
}

void store_close(Store *s)
{
    for (int i = 0; i < s->n; i++) node_drop(s->leaf[i]);
    free(s->leaf);
    free(s->at);
    mem_give(s->num, 2 * half_bytes(s));
    *s = (Store){ 0 };
}

void *store_of(const Store *s, const Node *leaf)
{
    for (int i = 0; i < s->n; i++)
        if (s->leaf[i] == leaf) return number_at(s, s->at[i]);
    return NULL;
}

void store_mark(Store *s) { memcpy(s->mark, s->num, size_of(s) * (size_t)s->len); }

void store_return(Store *s) { memcpy(s->num, s->mark, size_of(s) * (size_t)s->len); }

/* x*0 is 0 for every finite x and nan for every other. */
#define ALL_FINITE(T, num, len)                                                          \
    do {                                                                                 \
        const T *x = num;                                                                \
        T lane[LINE] = { 0 }, sum = 0;                                                   \
        int64_t i = 0;                                                                   \
        for (; i + LINE <= (len); i += LINE)                                             \
            for (int k = 0; k < LINE; k++) lane[k] += x[i + k] * 0;                      \
        for (; i < (len); i++) lane[0] += x[i] * 0;                                      \
        for (int k = 0; k < LINE; k++) sum += lane[k];                                   \
        return sum == 0;                                                                 \
    } while (0)

static bool doubles_finite(const Store *s) { ALL_FINITE(double, s->num, s->watched); }
static bool floats_finite(const Store *s) { ALL_FINITE(float, s->num, s->watched); }
bool store_finite(const Store *s) { return s->single ? floats_finite(s) : doubles_finite(s); }

void store_load(Store *s)
{
    for (int i = 0; i < s->n; i++) leaf_take(s, i);
}

static void leaf_give(const Store *s, int i, Session *session)
{
    int64_t len = s->leaf[i]->len;
    const float *f = number_at(s, s->at[i]);
    double *wide = mem_new(sizeof *wide * (size_t)(len + 1));
    for (int64_t k = 0; k < len; k++) wide[k] = f[k];
    session_set_leaf(session, s->leaf[i], wide);
    free(wide);
}

void store_save(const Store *s, Session *session)
{
    for (int i = 0; i < s->n; i++)
        if (s->single) leaf_give(s, i, session);
        else session_set_leaf(session, s->leaf[i], number_at(s, s->at[i]));
}
