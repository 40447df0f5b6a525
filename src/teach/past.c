/* past.c -- the numbers from before each update, so that `back` restores them bit
 * for bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/stepper.h"

#include <stdlib.h>
#include <string.h>

enum { PAST_BYTES = 64 << 20, PAST_MOST = 100000 };

static void moment_free(Moment *m)
{
    for (int i = 0; i < m->n; i++) node_drop(m->leaf[i]);
    free(m->leaf);
    free(m->val);
}

/* The older half goes when there is too much: half, so that it is not done each time. */
static void past_trim(Past *p)
{
    if (p->n < 2 || (p->bytes <= PAST_BYTES && p->n < PAST_MOST)) return;
    int drop = p->n / 2;
    for (int i = 0; i < drop; i++) {
        p->bytes -= p->at[i].bytes;
        moment_free(&p->at[i]);
    }
    p->n -= drop;
    memmove(p->at, p->at + drop, sizeof *p->at * (size_t)p->n);
}

void past_push(Past *p, const Update *u)
{
    size_t total = 0;
    for (int i = 0; i < u->n; i++) total += (size_t)u->leaf[i]->len;
    Moment m = { .n = u->n, .bytes = total * sizeof(double) };
    m.leaf = mem_new(sizeof *m.leaf * (size_t)(u->n + 1));
    m.val = mem_new(m.bytes + 1);
    double *v = m.val;
    for (int i = 0; i < u->n; i++) {
        m.leaf[i] = node_keep(u->leaf[i]);
        memcpy(v, u->leaf[i]->val, sizeof *v * (size_t)u->leaf[i]->len);
        v += u->leaf[i]->len;
    }
    GROW(p->at, p->n, p->cap);
    p->at[p->n++] = m;
    p->bytes += m.bytes;
    past_trim(p);
}

bool past_pop(Past *p, Session *s)
{
    if (!p->n) return false;
    Moment *m = &p->at[--p->n];
    const double *v = m->val;
    for (int i = 0; i < m->n; v += m->leaf[i]->len, i++) session_set_leaf(s, m->leaf[i], v);
    p->bytes -= m->bytes;
    moment_free(m);
    return true;
}

void past_free(Past *p)
{
    for (int i = 0; i < p->n; i++) moment_free(&p->at[i]);
    free(p->at);
    *p = (Past){ 0 };
}
