/* plan_nodes.c -- the nodes of a plan: copies of the recipe's, equal ones shared.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/plan_private.h"

#include <stdlib.h>
#include <string.h>

static int plan_add(Build *b, const Node *like)
{
    Plan *p = b->p;
    Node *n = &p->node[p->n_node];
    *n = (Node){ .op = like->op, .n_in = like->n_in, .shape = like->shape, .len = like->len,
                 .attr = like->attr, .n_attr = like->n_attr, .fn = like->fn, .label = like->label };
    return p->n_node++;
}

static bool same_node(const Node *a, const Node *b)
{
    if (a->op != b->op || a->fn != b->fn || a->n_in != b->n_in || a->n_attr != b->n_attr)
        return false;
    if (!shape_equal(&a->shape, &b->shape)) return false;
    for (int i = 0; i < a->n_in; i++)
        if (a->in[i] != b->in[i]) return false;
    return !a->n_attr || !memcmp(a->attr, b->attr, sizeof *a->attr * (size_t)a->n_attr);
}

static bool is_leaf(const Node *n) { return n->op == &op_leaf; }

static int plan_share(Build *b, int at)
{
    Plan *p = b->p;
    for (int i = 0; i < at; i++)
        if (!is_leaf(&p->node[i]) && same_node(&p->node[i], &p->node[at])) return p->n_node--, i;
    return at;
}

static int plan_add_op(Build *b, const char *op, const Shape *shape, Node *x, Node *y)
{
    Plan *p = b->p;
    Node like = { .op = op_find(op), .n_in = 2, .shape = *shape, .len = shape_len(shape) };
    int at = plan_add(b, &like);
    p->node[at].in = ARENA_ARRAY(&p->own, Node *, 2);
    p->node[at].in[0] = x;
    p->node[at].in[1] = y;
    return plan_share(b, at);
}

static double *narrowed(Plan *p, const double *v, int64_t len)
{
    float *f = ARENA_ARRAY(&p->own, float, len + 1);
    for (int64_t i = 0; i < len; i++) f[i] = (float)v[i];
    return (double *)(void *)f;
}

static Node *plan_number(Build *b, double v)
{
    Plan *p = b->p;
    for (int i = 0; i < p->n_node; i++)
        if (b->fixed[i] && !p->node[i].shape.rank && p->node[i].one == v) return &p->node[i];
    int at = plan_add(b, &(Node){ .op = &op_leaf, .len = 1 });
    p->node[at].one = v;
    p->node[at].val = p->single ? narrowed(p, &v, 1) : &p->node[at].one;
    b->fixed[at] = true;
    return &p->node[at];
}

/* Many numbers divided by one: times its reciprocal, which is taken once. */
static int plan_divide(Build *b, int at)
{
    Plan *p = b->p;
    Node n = p->node[at];
    if (strcmp(n.op->name, "/") || n.in[1]->len != 1 || n.len < 8) return plan_share(b, at);
    p->n_node--;
    Node *by = n.in[1], *one = plan_number(b, 1);
    Node *over = &p->node[plan_add_op(b, "/", &by->shape, one, by)];
    return plan_add_op(b, "*", &n.shape, n.in[0], over);
}

static int plan_add_step(Build *b, const Node *like)
{
    Plan *p = b->p;
    int at = plan_add(b, like);
    Node *n = &p->node[at];
    n->in = ARENA_ARRAY(&p->own, Node *, n->n_in);
    for (int i = 0; i < n->n_in; i++) n->in[i] = &p->node[b->of[order_find(b->o, like->in[i])]];
    return plan_divide(b, at);
}

static Status plan_add_fixed(Build *b, Node *like, int *at)
{
    const double *v = node_eval(like, b->d);
    if (!v) return b->d->code;
    *at = plan_add(b, like);
    Node *n = &b->p->node[*at];
    n->op = &op_leaf;
    n->n_in = 0;
    n->val = (double *)v;
    n->one = v[0];
    if (b->p->single) n->val = narrowed(b->p, v, n->len);
    b->fixed[*at] = true;
    return OK;
}

static Status plan_add_any(Build *b, int i)
{
    Node *n = b->o->node[i];
    b->of[i] = -1;
    if (!b->o->needed[i]) return OK;
    if (!b->o->varies[i]) return plan_add_fixed(b, n, &b->of[i]);
    if (n->op == &op_slot) b->of[i] = b->of[order_find(b->o, n->in[0])];
    else if (n->n_in) b->of[i] = plan_add_step(b, n);
    else {
        b->of[i] = plan_add(b, n);
        b->p->node[b->of[i]].val = store_of(b->store, n);
    }
    return OK;
}

Status plan_add_all(Build *b)
{
    Plan *p = b->p;
    int n = 3 * b->o->n + b->r->n;                          /* a division may become two, and a number */
    p->node = ARENA_ARRAY(&p->own, Node, n + 1);
    b->fixed = ARENA_ARRAY(&p->own, bool, n + 1);
    for (int i = 0; i < b->o->n; i++) TRY(plan_add_any(b, i));
    return OK;
}

static bool moves_nothing(const Node *n)
{
    return n->op == &op_spread || !strcmp(n->op->name, "reshape") || !strcmp(n->op->name, "transpose") ||
           !strcmp(n->op->name, "slice");
}

static double copy_one(double a, double b, double c) { return (void)b, (void)c, a; }

static const Op op_copy = { .name = "copy", .kind = OP_ELEMENT, .min_in = 1, .max_in = 1, .one = copy_one };

/* A next value that is nothing but a leaf, or a look at one, is computed all the same: the
 * leaf may be written over before the value is taken. */
void plan_add_nexts(Build *b)
{
    Plan *p = b->p;
    b->next = ARENA_ARRAY(&p->own, Node *, b->r->n + 1);
    for (int i = 0; i < b->r->n; i++) {
        Node *n = plan_node(b, b->r->next[i]);
        const Node *from = n;
        while (from->n_in && moves_nothing(from)) from = from->in[0];
        b->next[i] = n;
        if (!is_leaf(from)) continue;
        Node like = { .op = &op_copy, .n_in = 1, .shape = n->shape, .len = n->len };
        int at = plan_add(b, &like);
        p->node[at].in = ARENA_ARRAY(&p->own, Node *, 1);
        p->node[at].in[0] = n;
        b->next[i] = &p->node[at];
    }
}

Node *plan_node(const Build *b, const Node *n)
{
    return &b->p->node[b->of[order_find(b->o, n)]];
}

/* The plan's node of a leaf; NULL: nothing reads it. */
Node *plan_leaf(const Build *b, const Node *leaf)
{
    for (int i = 0; leaf && i < b->o->n; i++)
        if (b->o->node[i] == leaf && b->of[i] >= 0) return &b->p->node[b->of[i]];
    return NULL;
}
