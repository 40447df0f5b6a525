/* network.c -- a network made afresh: its layers' bodies run again without their
 * parameters, so that they make new ones, whose numbers the old leaves take.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/network.h"

#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "learn/task.h"

/* ---- parameters ---- */

/* A layer and the leaves that were taken from it. */
typedef struct {
    Func  *layer;
    Owned *own;
    int    n_own, cap_own;
} Taken;

typedef struct {
    int    n, cap;
    Taken *at;
} Layers;

static void layers_empty(Func *f, Layers *l)
{
    for (int i = 0; i < f->n_stage; i++) layers_empty(f->stage[i], l);
    if (f->kind != FN_BOUND || f->of->kind != FN_LAYER) return;
    GROW(l->at, l->n, l->cap);
    l->at[l->n++] = (Taken){ f, f->own, f->n_own, f->cap_own };
    f->own = NULL;
    f->n_own = f->cap_own = 0;
}

static bool is_own_leaf(const Owned *o)
{
    return !o->of && o->node->op == &op_leaf && o->node->flags & (NODE_PARAM | NODE_STATE);
}

static void owned_free(Func *f)
{
    for (int i = 0; i < f->n_own; i++) {
        free(f->own[i].path);
        node_drop(f->own[i].node);
    }
    free(f->own);
}

static void layer_refill(Session *s, const Taken *k, bool fresh)
{
    for (int i = 0; i < k->n_own && fresh; i++)
        for (int j = 0; j < k->layer->n_own; j++) {
            const Owned *old = &k->own[i], *now = &k->layer->own[j];
            if (strcmp(old->path, now->path) || !is_own_leaf(old) || !is_own_leaf(now)) continue;
            if (shape_equal(&old->node->shape, &now->node->shape))
                session_set_leaf(s, old->node, now->node->val);
        }
    owned_free(k->layer);
    k->layer->own = k->own;
    k->layer->n_own = k->n_own;
    k->layer->cap_own = k->cap_own;
}

/* ---- optimizers ---- */

/* The same rule with nothing remembered. */
static Func *rule_fresh(const Func *rule)
{
    Func *f = func_new(FN_BOUND, rule->name);
    f->of = func_keep(rule->of);
    f->key = mem_new(sizeof *f->key * (size_t)(rule->n_key + 1));
    f->key_val = mem_new(sizeof *f->key_val * (size_t)(rule->n_key + 1));
    for (; f->n_key < rule->n_key; f->n_key++) {
        f->key[f->n_key] = mem_str(rule->key[f->n_key]);
        f->key_val[f->n_key] = value_keep(rule->key_val[f->n_key]);
    }
    return f;
}

/* What the fresh rule begins with, into the old one's state of the same leaf. */
static void state_copy(Session *s, const Func *from, const Func *to, const Node *w)
{
    for (int i = 0; i < to->n_own; i++)
        for (int j = 0; j < from->n_own && to->own[i].of == w; j++) {
            const Owned *old = &to->own[i], *now = &from->own[j];
            if (now->of != w || strcmp(old->path, now->path)) continue;
            if (shape_equal(&old->node->shape, &now->node->shape))
                session_set_leaf(s, old->node, now->node->val);
        }
}

static bool remembers(const Func *rule, const Node *w)
{
    for (int i = 0; i < rule->n_own; i++)
        if (rule->own[i].of == w) return true;
    return false;
}

/* The rule begins again for the n parameters. */
static Status rule_reset(Session *s, Func *rule, Node *const *w, int n, Diag *d)
{
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) {
        if (!remembers(rule, w[i])) continue;
        Func *fresh = rule_fresh(rule);
        Node *g = gb_zeros(&w[i]->shape);
        Update u;
        st = update_build(s, fresh, NULL, &w[i], &g, 1, &u, (Span){ 0, 0 }, d);
        if (st == OK) state_copy(s, fresh, rule, w[i]);
        update_free(&u);
        node_drop(g);
        func_drop(fresh);
    }
    return st;
}

static bool is_rule(const Func *f)
{
    return f && f->kind == FN_BOUND && f->of->kind == FN_OPTIMIZER;
}

/* Every optimizer that the session still knows. */
static Status rules_reset(Session *s, Func *net, Diag *d)
{
    int n, n_name;
    Node **w = func_params(net, &n);
    Binding **all = session_bindings(s, &n_name);
    Status st = OK;
    for (int i = 0; i < n_name && st == OK; i++)
        if (all[i]->value.kind == V_FUNC && is_rule(all[i]->value.func))
            st = rule_reset(s, all[i]->value.func, w, n, d);
    for (int i = 0; i < s->n_memory && st == OK; i++)
        if (is_rule(s->memory[i].func)) st = rule_reset(s, s->memory[i].func, w, n, d);
    free(all);
    free(w);
    return st;
}

/* ---- reset ---- */

/* One sample's shape: the network's input, or that of the data it learned from. */
static Status sample_of(const Func *net, Span at, Shape *out, Diag *d)
{
    if (net->kind == FN_CHAIN && net->has_input) return *out = net->input, OK;
    Value *data = net->task ? record_find(net->task, "data") : NULL;
    DataView v;
    if (data && dataset_view(*data, at, &v, d) == OK) {
        *out = v.sample.rank ? v.sample : shape_of(1, (int64_t[]){ 1 });
        dataset_view_free(&v);
        return OK;
    }
    diag_set(d, E_TYPE, at, "%s does not say what its input is, so it cannot be made afresh",
             net->name ? net->name : "the network");
    return diag_hint(d, "Begin it with input(...), or train it once.");
}

Status network_reset(Session *s, Func *net, Span at, Diag *d)
{
    Shape sample;
    TRY(sample_of(net, at, &sample, d));
    Node *x = node_leaf(&sample, NULL, d);
    if (!x) return d->code;
    Layers l = { 0 };
    Value arg = value_node(x), y = { 0 };
    Meanings kept = meanings_keep(net);
    layers_empty(net, &l);
    Status st = func_call(s, NULL, net, &arg, 1, at, &y, d);
    for (int i = 0; i < l.n; i++) layer_refill(s, &l.at[i], st == OK);
    meanings_return(&kept);
    free(l.at);
    value_drop(&y);
    value_drop(&arg);
    return st == OK ? rules_reset(s, net, d) : st;
}
