/* control.c -- loops, if and blocks at top level.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/exec.h"

#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "graph/loop_code.h"

Status exec_block(Env *e, const Ast *block)
{
    bool echo = e->s->echo;
    e->s->echo = false;                    /* a loop's definitions do not chatter */
    Status st = OK;
    for (int i = 0; i < block->n && st == OK && !e->broke; i++) {
        st = exec_statement(e, block->kid[i]);
        if (st == OK) st = session_refresh(e->s, e->d);
        if (st == OK && stop_asked()) st = diag_set(e->d, E_STOP, block->kid[i]->at, "stopped");
    }
    if (!block->n && stop_asked()) st = diag_set(e->d, E_STOP, block->at, "stopped");
    e->s->echo = echo;
    if (st == OK && e->s->out.len > 1 << 16 && e->s->flush) e->s->flush(e->s);
    return st;
}

static Status condition(Env *e, const Ast *a, bool *out)
{
    Node *n;
    double number;
    if (exec_number(e, a, &number)) return *out = number != 0, OK;
    TRY(build_node(e, a, &n));
    Status st = OK;
    const double *v = NULL;
    if (n->len != 1) st = diag_set(e->d, E_SHAPE, a->at, "a condition is a single number, this has %lld", (long long)n->len);
    else if (!(v = node_eval(n, e->d))) st = e->d->code;
    if (v) *out = v[0] != 0;
    node_drop(n);
    return st;
}

Status exec_repeat(Env *e, const Ast *a)
{
    int64_t times;
    TRY(loop_times(e, a, &times));
    bool over = false;
    for (int64_t i = 0; i < times && !e->broke; i++) {
        TRY(loop_turns(e, (Ast *)a, NULL, &i, times, &over));
        if (over || i >= times) break;
        TRY(exec_block(e, a->kid[1]));
    }
    e->broke = false;
    return OK;
}

Status exec_while(Env *e, const Ast *a)
{
    bool go, over = false;
    for (int64_t i = 0;; i++) {
        TRY(loop_turns(e, (Ast *)a, NULL, &i, INT64_MAX, &over));
        if (over) return OK;
        TRY(condition(e, a->kid[0], &go));
        if (!go) return OK;
        TRY(exec_block(e, a->kid[1]));
        if (e->broke) return e->broke = false, OK;
    }
}

static Status for_list(Env *e, const Ast *a, List *l)
{
    for (int i = 0; i < l->n && !e->broke; i++) {
        TRY(session_define(e->s, a->text, value_keep(l->item[i]), B_OTHER, e->s->running, NULL, a->at, e->d));
        TRY(exec_block(e, a->kid[1]));
    }
    return OK;
}

static Status for_tensor(Env *e, const Ast *a, Node *all)
{
    if (!all->shape.rank) return diag_set(e->d, E_SHAPE, a->kid[0]->at, "for needs a vector or a list to walk through");
    const double *v = node_eval(all, e->d);
    if (!v) return e->d->code;
    Shape s = { .rank = all->shape.rank - 1 };
    memcpy(s.dim, all->shape.dim + 1, sizeof *s.dim * (size_t)s.rank);
    int64_t n = all->shape.dim[0], each = shape_len(&s);
    double *copy = mem_new(sizeof *copy * (size_t)(all->len + 1));
    memcpy(copy, v, sizeof *copy * (size_t)all->len);
    Status st = OK;
    bool over = false;
    for (int64_t i = 0; i < n && st == OK && !e->broke; i++) {
        if (!s.rank) st = loop_turns(e, (Ast *)a, copy, &i, n, &over);
        if (st != OK || over || i >= n) break;
        Node *x = node_leaf(&s, copy + i * each, e->d);
        if (!x) st = e->d->code;
        else st = session_define(e->s, a->text, value_node(x), B_LEAF, e->s->running, NULL, a->at, e->d);
        if (st == OK) st = exec_block(e, a->kid[1]);
    }
    free(copy);
    return st;
}

Status exec_for(Env *e, const Ast *a)
{
    Value all = { 0 };
    TRY(build_value(e, a->kid[0], &all));
    Status st;
    if (all.kind == V_LIST) st = for_list(e, a, all.list);
    else {
        Node *n = value_to_node(e->s, all, a->kid[0]->at, e->d);
        st = n ? for_tensor(e, a, n) : e->d->code;
    }
    e->broke = false;
    value_drop(&all);
    return st;
}

Status exec_if(Env *e, const Ast *a)
{
    bool yes;
    TRY(condition(e, a->kid[0], &yes));
    const Ast *taken = yes ? a->kid[1] : a->kid[2];
    if (!taken) return OK;
    return taken->kind == A_IF ? exec_if(e, taken) : exec_block(e, taken);
}
