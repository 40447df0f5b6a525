/* trail.c -- which quantities the phases of a pass walk through, and in what order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/stepper.h"

#include <stdlib.h>
#include <string.h>

#include "graph/grads.h"
#include "graph/op.h"

/* What aux points to in a walk here. */
static char on_path, shown;

static void trail_add(Trail *t, Node *n, Node *next)
{
    GROW(t->q, t->n, t->cap);
    t->q[t->n++] = (Quantity){ node_keep(n), next ? node_keep(next) : NULL };
}

void trail_free(Trail *t)
{
    for (int i = 0; i < t->n; i++) {
        node_drop(t->q[i].node);
        node_drop(t->q[i].next);
    }
    free(t->q);
    *t = (Trail){ 0 };
}

/* ---- forward ---- */

static bool is_computed(Node *n)
{
    if (!n->label || !n->len || node_through(n)->op == &op_leaf) return false;
    bool repeats = n->op == &op_slot && n->in[0]->label && !strcmp(n->label, n->in[0]->label);
    return !repeats;
}

void trail_forward(Trail *t, Node *E)
{
    int count;
    Node **all = node_walk(E, &count);
    for (int i = 0; i < count; i++)
        if (is_computed(all[i])) trail_add(t, all[i], NULL);
    free(all);
}

/* ---- backward ---- */

/* aux of a node: not NULL when a parameter is below it (or it is one); with no
 * parameter at all every node counts. */
static void mark_path(Node *const *node, int n)
{
    bool any = false;
    for (int i = 0; i < n; i++) any |= (node[i]->flags & NODE_PARAM) != 0;
    for (int i = 0; i < n; i++) {
        bool on = !any || node[i]->flags & NODE_PARAM;
        for (int k = 0; k < node[i]->n_in && !on; k++) on = node[i]->in[k]->aux != NULL;
        node[i]->aux = on ? &on_path : NULL;
    }
}

/* The adjoint of x if it is one to show: named, and not shown already. */
static Node *adjoint_shown(GradMap *map, Node *x)
{
    Node *g = x->label && x->aux ? grad_peek(map, x) : NULL;
    return g && g->label && g->flags & NODE_GRAD && g->len && g->aux != &shown ? g : NULL;
}

Status trail_backward(Trail *t, Session *s, Node *E, Diag *d)
{
    if (E->len != 1) return OK;
    GradMap *map = grads_map(s, E, (Span){ 0, 0 }, d);
    if (!map) return d->code;
    int n;
    Node *const *node = grad_nodes(map, &n);
    for (int i = 0; i < n; i++) {
        Node *g = grad_peek(map, node[i]);
        if (g) g->aux = NULL;
    }
    mark_path(node, n);
    for (int i = n - 1; i >= 0; i--) {
        Node *g = adjoint_shown(map, node[i]);
        if (!g) continue;
        g->aux = &shown;
        trail_add(t, g, NULL);
    }
    return OK;
}

/* ---- update ---- */

/* "adam.w5." */
static Text rule_path(const Func *rule, const Node *leaf)
{
    Text path = { 0 };
    text_addf(&path, "%s.%s.", rule->name, leaf->label ? leaf->label : "w");
    return path;
}

static bool under(const Node *n, const Text *path)
{
    return n->label && !strncmp(n->label, text_str(path), path->len);
}

/* Named steps of the rule itself, such as adam.w5.mhat. */
static void trail_locals(Trail *t, const Text *path, Node *next)
{
    int count;
    Node **all = node_walk(next, &count);
    for (int i = 0; i < count; i++) {
        bool own = is_computed(all[i]) && under(all[i], path);
        if (own && all[i] != next) trail_add(t, all[i], NULL);
    }
    free(all);
}

/* The states of an update stand in the order of their parameters. */
void trail_update(Trail *t, const Func *rule, const Update *u)
{
    int k = u->n_weight;
    for (int i = 0; i < u->n_weight; i++) {
        Text path = rule_path(rule, u->leaf[i]);
        for (; k < u->n && under(u->leaf[k], &path); k++) trail_add(t, u->leaf[k], u->next[k]);
        trail_locals(t, &path, u->next[i]);
        trail_add(t, u->leaf[i], u->next[i]);
        text_free(&path);
    }
    for (; k < u->n; k++) trail_add(t, u->leaf[k], u->next[k]);      /* what layers remember */
}
