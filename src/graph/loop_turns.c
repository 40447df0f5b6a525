/* loop_turns.c -- from the session to the program of a loop and back.
 *
 * A loop's first turns run as statements: they define what is new, put old numbers
 * into the journal, and meet the faults that every turn would. Then its program is
 * made, from the graph as it is now; nothing that it does changes that graph. It ends
 * at the start of some turn, from which the statements can go on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "base/stop.h"
#include "graph/loop_code.h"

/* ---- when it is worth it ---- */

enum { WAIT_FIRST = 2, WAIT_MOST = 1 << 20, FEW = 8, MANY = 64 };

/* Turns as statements before the next try; longer and longer where trying is in vain. */
static bool loop_due(Ast *a)
{
    if (!a->wait) a->wait = WAIT_FIRST;
    return a->turns++ >= a->wait;
}

static void loop_fared(Ast *a, int64_t ran)
{
    a->turns = 0;
    if (ran >= MANY) a->wait = WAIT_FIRST;
    else if (ran < FEW && a->wait < WAIT_MOST) a->wait *= 4;
}

/* ---- back to the leaves ---- */

static bool same_bits(double a, double b) { return !memcmp(&a, &b, sizeof a); }

static Status write_back(Env *e, LoopCode *c)
{
    Shape scalar = { 0 };
    for (int i = 0; i < c->n_var; i++) {
        LoopVar *v = &c->var[i];
        double now = c->reg[i];
        if (same_bits(now, v->was)) continue;
        if (!v->walked) {
            session_set_leaf(e->s, v->leaf, &now);
            continue;
        }
        Node *leaf = node_leaf(&scalar, &now, e->d);
        if (!leaf) return e->d->code;
        TRY(session_define(e->s, v->walked, value_node(leaf), B_LEAF, e->s->running, NULL, v->at, e->d));
    }
    return OK;
}

static void moves_tell(LoopCode *c, void *ctx)
{
    Session *s = ctx;
    for (int i = 0; i < c->n_move; i++) {
        LoopMove *m = &c->move[i];
        s->moved(s, &(Moved){ c->var[m->var].leaf, &m->old, &m->now, NULL, NULL, 1 });
    }
}

Status loop_turns(Env *e, Ast *a, const double *walked, int64_t *turn, int64_t limit, bool *over)
{
    if (!loop_due(a)) return OK;
    int64_t from = *turn;
    LoopCode *c = loop_make(e, a, walked != NULL);
    Status st = OK;
    if (c) {
        c->walked = walked;
        LoopEnd end = loop_run(c, turn, limit, moves_tell, e->s);
        *over = end == LOOP_OVER;
        st = write_back(e, c);
        if (st == OK && end == LOOP_STOP) st = diag_set(e->d, E_STOP, c->stop_at, "stopped");
    }
    loop_fared(a, *turn - from);
    loop_code_free(c);
    return st;
}
