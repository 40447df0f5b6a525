/* grad.c -- reverse mode: one walk from E down, each operation handing every
 * input its share of the adjoint.
 *
 *   adjoint(E) = 1
 *   adjoint(x) = sum over all uses u of x:  adjoint(u) * slope of u by x
 *
 * The shares are nodes, so a gradient is explained, stepped, plotted and
 * differentiated again like any other quantity. Elementwise operations give
 * their slope as a formula in Gradus (op.h); it is built over the actual
 * operands, and the share is summed back over broadcast axes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/grad.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "graph/slope.h"

struct GradMap {
    Node  *root;
    int    n;
    Node **node;             /* inputs first, root last */
    Node **adjoint;          /* by index; NULL: none */
    int   *slot;             /* open-addressed hash from node to index, -1 empty */
    int    n_slot;
};

/* ---- node to index ---- */

static size_t hash_ptr(const void *p)
{
    return ((size_t)p >> 4) * 0x9E3779B97F4A7C15u >> 20;
}

static void map_index(GradMap *m)
{
    m->n_slot = 16;
    while (m->n_slot < 2 * m->n) m->n_slot *= 2;
    m->slot = mem_grow(NULL, (size_t)m->n_slot, sizeof *m->slot);
    for (int i = 0; i < m->n_slot; i++) m->slot[i] = -1;
    for (int i = 0; i < m->n; i++) {
        size_t h = hash_ptr(m->node[i]) & (size_t)(m->n_slot - 1);
        while (m->slot[h] >= 0) h = (h + 1) & (size_t)(m->n_slot - 1);
        m->slot[h] = i;
    }
}

static int map_find(const GradMap *m, const Node *n)
{
    size_t h = hash_ptr(n) & (size_t)(m->n_slot - 1);
    while (m->slot[h] >= 0) {
        if (m->node[m->slot[h]] == n) return m->slot[h];
        h = (h + 1) & (size_t)(m->n_slot - 1);
    }
    return -1;
}

/* ---- shares ---- */

static Node *element_share(Node *n, int i, Node *g)
{
    Node *slope = slope_build(n, i);
    if (!slope) return NULL;
    Node *share = gb_mul(g, slope);
    node_drop(slope);
    return share;
}

/* The share of n's adjoint g that goes to input i, in that input's shape. */
static Node *share_of(Node *n, int i, Node *g)
{
    if (n->op == &op_slot) return node_keep(g);
    if (n->op->kind != OP_ELEMENT && n->op->kind != OP_CALL)
        return n->op->slope ? n->op->slope(n, i, g) : NULL;
    Node *share = n->op->kind == OP_CALL ? n->op->slope(n, i, g) : element_share(n, i, g);
    if (!share) return NULL;
    Node *fit = gb_sum_to(share, &n->in[i]->shape);
    node_drop(share);
    return fit;
}

static void map_collect(GradMap *m, int at, Node *share)
{
    Node *old = m->adjoint[at];
    if (!old) {
        m->adjoint[at] = share;
        return;
    }
    m->adjoint[at] = gb_add(old, share);
    node_drop(old);
    node_drop(share);
}

/* A labelled quantity's adjoint is a quantity too, and gets its name. An adjoint
 * that is only handed on (the same node for two names, or part of E itself) gets
 * a node of its own. */
static void map_label(GradMap *m, int at)
{
    Node *x = m->node[at], *g = m->adjoint[at];
    if (!x->label || !m->root->label || at == m->n - 1) return;
    char name[1024];
    snprintf(name, sizeof name, "grad(%s, %s)", m->root->label, x->label);
    if (g->label && !strcmp(g->label, name)) return;
    if (g->label || g->refs > 1 || g->flags & NODE_CONST || g->op == &op_leaf) {
        Node *own = node_slot(g);
        node_drop(g);
        g = m->adjoint[at] = own;
    }
    node_label(g, "%s", name);
    g->flags |= NODE_GRAD;
}

static bool is_constant(const Node *n) { return n->op == &op_leaf && n->flags & NODE_CONST; }

GradMap *grad_build(Node *E)
{
    GradMap *m = mem_new(sizeof *m);
    m->root = node_keep(E);
    m->node = node_walk(E, &m->n);
    m->adjoint = mem_new(sizeof *m->adjoint * (size_t)m->n);
    map_index(m);
    for (int i = 0; i < m->n; i++) node_keep(m->node[i]);
    Node *one = node_num(1);
    m->adjoint[m->n - 1] = gb_spread(one, &E->shape);      /* E may have shape (1) */
    node_drop(one);
    for (int at = m->n - 1; at >= 0; at--) {
        Node *n = m->node[at];
        if (!m->adjoint[at]) continue;
        map_label(m, at);
        for (int i = 0; i < n->n_in; i++) {
            if (is_constant(n->in[i])) continue;
            Node *share = share_of(n, i, m->adjoint[at]);
            if (share) map_collect(m, map_find(m, n->in[i]), share);
        }
    }
    return m;
}

Node *grad_peek(GradMap *m, Node *x)
{
    int at = map_find(m, x);
    return at < 0 ? NULL : m->adjoint[at];
}

Node *grad_of(GradMap *m, Node *x)
{
    Node *g = grad_peek(m, x);
    return g ? node_keep(g) : gb_zeros(&x->shape);
}

Node *const *grad_nodes(const GradMap *m, int *n)
{
    *n = m->n;
    return m->node;
}

void grad_free(GradMap *m)
{
    if (!m) return;
    for (int i = 0; i < m->n; i++) {
        node_drop(m->adjoint[i]);
        node_drop(m->node[i]);
    }
    node_drop(m->root);
    free(m->node);
    free(m->adjoint);
    free(m->slot);
    free(m);
}
