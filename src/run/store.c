/* store.c -- the numbers that training changes, away from the graph.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/store.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 8 };           /* numbers in a cache line: where kernels like to begin */

static size_t store_bytes(const Store *s)
{
    return 2 * sizeof(double) * (size_t)(s->len ? s->len : 1);
}

Status store_open(Store *s, Node *const *leaf, int n, Diag *d)
{
    *s = (Store){ .n = n };
    s->leaf = mem_new(sizeof *s->leaf * (size_t)(n + 1));
    s->at = mem_new(sizeof *s->at * (size_t)(n + 1));
    for (int i = 0; i < n; i++) {
        s->leaf[i] = node_keep(leaf[i]);
        s->at[i] = s->len;
        s->len +=
            n > 1 && leaf[i]->len >= LINE ? (leaf[i]->len + LINE - 1) / LINE * LINE : leaf[i]->len;
    }
    s->num = mem_take(store_bytes(s));
    if (!s->num) {
        store_close(s);
        return diag_set(d, E_LIMIT, (Span){ 0, 0 },
                        "no memory left for %d parameters and states (budget %zu MiB)", n,
                        mem_budget() >> 20);
    }
    s->mark = s->num + s->len;
    for (int i = 0; i < n; i++)
        memcpy(s->num + s->at[i], leaf[i]->val, sizeof(double) * (size_t)leaf[i]->len);
    return OK;
}

void store_close(Store *s)
{
    for (int i = 0; i < s->n; i++) node_drop(s->leaf[i]);
    free(s->leaf);
    free(s->at);
    mem_give(s->num, store_bytes(s));
    *s = (Store){ 0 };
}

double *store_of(const Store *s, const Node *leaf)
{
    for (int i = 0; i < s->n; i++)
        if (s->leaf[i] == leaf) return s->num + s->at[i];
    return NULL;
}

void store_mark(Store *s) { memcpy(s->mark, s->num, sizeof *s->num * (size_t)s->len); }

void store_return(Store *s) { memcpy(s->num, s->mark, sizeof *s->num * (size_t)s->len); }

/* x*0 is 0 for every finite x and nan for every other. */
bool store_finite(const Store *s)
{
    double lane[LINE] = { 0 };
    int64_t i = 0;
    for (; i + LINE <= s->len; i += LINE)
        for (int k = 0; k < LINE; k++) lane[k] += s->num[i + k] * 0;
    for (; i < s->len; i++) lane[0] += s->num[i] * 0;
    double sum = 0;
    for (int k = 0; k < LINE; k++) sum += lane[k];
    return sum == 0;
}

void store_save(const Store *s, Session *session)
{
    for (int i = 0; i < s->n; i++) session_set_leaf(session, s->leaf[i], s->num + s->at[i]);
}
