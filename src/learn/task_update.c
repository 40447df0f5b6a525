/* task_update.c -- the update of a batch: what is made less, its gradients, the rule.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/task_update.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/gbuild.h"
#include "graph/grad.h"

/* ---- what cannot be learned ---- */

static Status check_rate(const Task *t, Diag *d)
{
    for (int i = 0; i < t->rule->n_key; i++) {
        Value v = t->rule->key_val[i];
        if (strcmp(t->rule->key[i], "lr") || v.kind != V_NODE) continue;
        const double *lr = node_eval(v.node, d);
        if (!lr) return d->code;
        if (!isnan(*lr)) continue;
        diag_set(d, E_RANGE, t->at_rule, "the learning rate of %s is nan", t->rule->name);
        return diag_hint(d, "Give it a number, for example %s(lr=0.1).",
                         t->rule->of ? t->rule->of->name : t->rule->name);
    }
    return OK;
}

static Status no_params(const Task *t, Diag *d)
{
    diag_set(d, E_NAME, t->at_net, "%s has no parameters, so there is nothing to learn",
             t->net_name);
    return diag_hint(
        d, "A dense layer has some; in a function of your own mark them with param: param w = 0.5");
}

/* ---- penalties ---- */

/* Matrices of weights are held small, biases are not; where there is no matrix, all are. */
static bool is_penalised(Node *const *w, int n, int i)
{
    bool any = false;
    for (int k = 0; k < n && !any; k++) any = w[k]->shape.rank > 1;
    return !any || w[i]->shape.rank > 1;
}

static Status penalty_of(const Task *t, Func *f, Node *w, Node **out, Diag *d)
{
    Value arg = { .kind = V_NODE, .node = w }, y = { 0 };
    TRY(func_call(t->s, NULL, f, &arg, 1, t->at_penalty, &y, d));
    Node *n = value_to_node(t->s, y, t->at_penalty, d);
    Status st = n ? OK : d->code;
    char s[SHAPE_TEXT];
    if (n && n->len != 1)
        st = diag_set(d, E_SHAPE, t->at_penalty, "what a weight costs is a single number; %s gives shape %s",
                      f->name ? f->name : "this", shape_print(s, &n->shape));
    if (st == OK) *out = node_keep(n);
    value_drop(&y);
    return st;
}

static Status build_goal(const Task *t, Pass *p, Node *const *w, int n, Diag *d)
{
    p->goal = node_keep(p->ask[0]);
    for (int k = 0; k < t->n_penalty; k++)
        for (int i = 0; i < n; i++) {
            Node *cost;
            if (!is_penalised(w, n, i)) continue;
            TRY(penalty_of(t, t->penalty[k], w[i], &cost, d));
            Node *sum = gb_add(p->goal, cost);
            node_drop(cost);
            node_drop(p->goal);
            p->goal = sum;
        }
    if (p->goal != p->ask[0] && !p->goal->label) node_label(p->goal, "loss + penalty");
    return OK;
}

/* ---- gradients ---- */

/* All gradients by one factor, so that together they are no longer than t->clip. */
static Status clip_gradients(const Task *t, Node **g, int n, Diag *d)
{
    Value share = { 0 }, by = { 0 };
    if (t->clip == 0) return OK;
    if (!prelude_lookup(t->s, "clipped_share", &share)) return diag_set(d, E_NAME, t->at_rule, "clipped_share is missing");
    List *l = list_new(n);
    for (int i = 0; i < n; i++) l->item[i] = value_node(node_keep(g[i]));
    Value arg[2] = { value_list(l), value_num(t->clip) };
    Status st = func_call(t->s, NULL, share.func, arg, 2, t->at_rule, &by, d);
    for (int i = 0; i < n && st == OK; i++) {
        Node *short_one = gb_mul(g[i], by.node);
        node_drop(g[i]);
        g[i] = short_one;
    }
    value_drop(&by);
    value_drop(&share);
    value_drop(&arg[0]);
    value_drop(&arg[1]);
    return st;
}

/* ---- the rule ---- */

/* The rule's lr is the schedule's while an update is built; what was there before. */
static int rate_index(Func *rule)
{
    for (int i = 0; i < rule->n_key; i++)
        if (!strcmp(rule->key[i], "lr")) return i;
    int n = rule->n_key++;
    rule->key = mem_grow(rule->key, (size_t)rule->n_key, sizeof *rule->key);
    rule->key_val = mem_grow(rule->key_val, (size_t)rule->n_key, sizeof *rule->key_val);
    rule->key[n] = mem_str("lr");
    rule->key_val[n] = value_none();
    return n;
}

static Status rule_update(const Task *t, Pass *p, Node *const *w, Node *const *g, int n, Diag *d)
{
    Func *rule = t->rule;
    if (!t->schedule) return update_build(t->s, rule, p->goal, w, g, n, &p->update, t->at_rule, d);
    int keys = rule->n_key, at = rate_index(rule);
    Value was = rule->key_val[at];
    rule->key_val[at] = (Value){ .kind = V_FUNC, .func = t->schedule };
    Status st = update_build(t->s, rule, p->goal, w, g, n, &p->update, t->at_rule, d);
    rule->key_val[at] = was;
    if (rule->n_key > keys) free(rule->key[--rule->n_key]);
    return st;
}

static void frozen_hint(const Task *t, Diag *d)
{
    int n;
    Node **w = func_params(t->net, &n);
    bool frozen = false;
    for (int i = 0; i < n; i++) frozen |= (w[i]->flags & NODE_FROZEN) != 0;
    free(w);
    if (!frozen) return;
    *d = (Diag){ 0 };
    diag_set(d, E_NAME, t->at_net, "all parameters of %s are frozen, so there is nothing to learn", t->net_name);
    diag_hint(d, "unfreeze %s lets them change again.", t->net_name);
}

Status pass_build_update(const Task *t, Pass *p, Diag *d)
{
    int n;
    TRY(check_rate(t, d));
    Node **w = session_params(t->s, p->ask[0], &n), **g = mem_new(sizeof *g * (size_t)(n + 1));
    Status st = n ? build_goal(t, p, w, n, d) : no_params(t, d);
    if (!n) frozen_hint(t, d);
    GradMap *map = st == OK ? grad_build(p->goal) : NULL;
    for (int i = 0; i < n && map; i++) g[i] = grad_of(map, w[i]);
    grad_free(map);
    if (st == OK) st = clip_gradients(t, g, n, d);
    if (st == OK) st = rule_update(t, p, w, g, n, d);
    for (int i = 0; i < n; i++) node_drop(g[i]);
    free(g);
    free(w);
    return st;
}
