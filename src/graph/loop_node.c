/* loop_node.c -- nodes into the program of a loop of numbers.
 *
 * What stands below a name is there as nodes already: an equation, a gradient. The
 * part that hangs on no variable is one constant, whatever it is made of; the rest
 * must touch single numbers only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "graph/loop_code.h"
#include "graph/op.h"

static int var_of(const Maker *m, const Node *n)
{
    for (int i = 0; i < m->code->n_var; i++)
        if (m->code->var[i].leaf == n) return i;
    return -1;
}

bool loop_moves(const Maker *m, Node *n)
{
    int count;
    Node **all = node_walk(n, &count);
    bool found = false;
    for (int i = 0; i < count && !found; i++) found = !all[i]->n_in && var_of(m, all[i]) >= 0;
    free(all);
    return found;
}

bool loop_settled(Maker *m)
{
    bool settled = true;
    for (int i = 0; i < m->use.n_guard && settled; i++) settled = !loop_moves(m, m->use.guard[i].node);
    use_free(&m->use);                   /* the next is asked for itself alone */
    return settled;
}

/* ---- registers of nodes: a node's own, one beyond, while a walk lasts ---- */

enum { STILL = 0 };                      /* aux of a node that hangs on no variable */

static bool is_still(const Node *n) { return (intptr_t)n->aux == STILL; }

static int value_of(Maker *m, Node *n)
{
    if (!is_still(n)) return (int)(intptr_t)n->aux - 1;
    const double *v = n->len == 1 ? node_eval(n, m->env.d) : NULL;
    return v ? loop_const(m->code, *v) : -1;
}

int loop_tmpl(Maker *m, const Tmpl *t, const int *in)
{
    int *r = mem_new(sizeof *r * (size_t)(t->n_arg + t->n_step)), last = -1;
    memcpy(r, in, sizeof *r * (size_t)t->n_arg);
    for (int i = 0; i < t->n_step; i++) {
        const TmplStep *s = &t->step[i];
        if (!s->op) last = loop_const(m->code, s->num);
        else last = loop_op(m, s->op, (int[]){ r[s->a], s->b < 0 ? -1 : r[s->b], s->c < 0 ? -1 : r[s->c] },
                            1 + (s->b >= 0) + (s->c >= 0));
        if (last < 0) break;
        r[t->n_arg + i] = last;
    }
    free(r);
    return last;
}

/* A node above a variable. */
static int moving_node(Maker *m, Node *n)
{
    int in[3];
    if (n->len != 1 || n->n_in > 3) return -1;
    for (int i = 0; i < n->n_in; i++)
        if ((in[i] = value_of(m, n->in[i])) < 0) return -1;
    if (n->op == &op_slot) return in[0];
    if (n->op->kind == OP_CALL) return loop_tmpl(m, n->fn, in);
    return loop_op(m, n->op, in, n->n_in);
}

static bool is_moving(const Maker *m, const Node *n)
{
    bool moving = false;
    for (int i = 0; i < n->n_in; i++) moving |= !is_still(n->in[i]);
    return moving || (!n->n_in && var_of(m, n) >= 0);
}

int loop_node(Maker *m, Node *root)
{
    int count, r = 0;
    Node **all = node_walk(root, &count);
    for (int i = 0; i < count && r >= 0; i++) {
        all[i]->aux = STILL;
        if (!is_moving(m, all[i])) continue;
        r = all[i]->n_in ? moving_node(m, all[i]) : var_of(m, all[i]);
        all[i]->aux = (void *)(intptr_t)(r + 1);
    }
    if (r >= 0) r = value_of(m, root);
    free(all);
    return r;
}
