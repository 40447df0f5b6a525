/* schedule.c -- an option of an optimizer that changes from update to update: a function
 * in the place of a number, lr=cosine(lr=0.1, epochs=20).
 *
 * Its first argument is filled in by the optimizer. What it is called says what it
 * counts: `step` is the number of updates made so far; any other name, the number of
 * epochs. An argument `loss` is what is being made less. The body may have states of its
 * own, like an optimizer's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "graph/rule.h"

static Node *op_of(Env *e, const char *op, Node *a, Node *b)
{
    Node *in[2] = { a, b };
    return node_new(op_find(op), in, b ? 2 : 1, NULL, 0, e->blame, e->d);
}

static bool inner_scope(Env *e)
{
    RuleBody *b = e->body;
    if (b->n_inner >= (int)(sizeof b->inner / sizeof *b->inner)) return false;
    e->scope = b->inner[b->n_inner++] = scope_new();
    return true;
}

static Status too_many_schedules(Env *e)
{
    return diag_set(e->d, E_LIMIT, e->blame, "too many options of one optimizer are schedules");
}

/* The updates made so far, one count for all schedules of the rule. */
static Status count_steps(Env *e, Node **out)
{
    static const char name[] = "steps";
    RuleBody *b = e->body;
    Env own = *e;
    for (int i = 0; i < b->n; i++)
        if (b->name[i] == name) return *out = b->leaf[i], OK;
    if (!inner_scope(&own)) return too_many_schedules(e);
    const char *under = b->under;
    b->under = NULL;
    Node *zero = node_num(0), *one = node_num(1);
    Status st = rule_remember(&own, name, zero, out);
    b->under = under;
    Node *more = st == OK ? op_of(e, "+", *out, one) : NULL;
    if (more) scope_set(own.scope, name, value_node(more));
    else if (st == OK) st = e->d->code;
    node_drop(zero);
    node_drop(one);
    return st;
}

static Status count_epochs(Env *e, Node **out)
{
    Node *steps;
    TRY(count_steps(e, &steps));
    double each = e->body->all->per_epoch;
    if (each == 1) return *out = node_keep(steps), OK;
    Node *n = node_num(each), *part = op_of(e, "/", steps, n);
    *out = part ? op_of(e, "floor", part, NULL) : NULL;
    node_drop(part);
    node_drop(n);
    return *out ? OK : e->d->code;
}

/* What the optimizer knows: the first argument, and loss. */
static Status formal_known(Env *e, const Ast *formal, int i, bool *known)
{
    Node *n = NULL;
    *known = true;
    if (!strcmp(formal->text, "step")) {
        TRY(count_steps(e, &n));
        node_keep(n);
    } else if (!strcmp(formal->text, "loss") && e->body->all->E) {
        n = node_keep(e->body->all->E);
    } else if (i == 0 || !strcmp(formal->text, "epoch")) {
        TRY(count_epochs(e, &n));
    } else {
        *known = false;
        return OK;
    }
    scope_set(e->scope, formal->text, value_node(n));
    return OK;
}

static Status formals_bind(Env *e, const char *option, const Func *def, const Func *given)
{
    int n = formal_count(def);
    for (int k = 0; k < given->n_key && given != def; k++) scope_set(e->scope, given->key[k], value_keep(given->key_val[k]));
    for (int i = 0; i < n; i++) {
        const Ast *formal = formal_at(def, i);
        bool known = false;
        if (scope_find(e->scope, formal->text)) continue;
        if (formal->kind != A_KEY) TRY(formal_known(e, formal, i, &known));
        if (known) continue;
        if (formal->kind != A_KEY)
            return diag_set(e->d, E_TYPE, e->blame, "%s=%s needs a value for %s", option, def->name, formal->text);
        Value v = { 0 };
        TRY(build_value(e, formal->kid[0], &v));
        scope_set(e->scope, formal->text, v);
    }
    return OK;
}

Status schedule_value(Env *e, const char *option, Func *f, Value *out)
{
    const Func *def = f->kind == FN_BOUND ? f->of : f;
    if (def->kind != FN_DEF) {
        diag_set(e->d, E_TYPE, e->blame, "%s= needs a number, or a schedule: a function of the epoch", option);
        return diag_hint(e->d, "For example %s=step_decay(lr=0.1, every=10), or your own: rate(epoch) = 0.1/(1 + epoch)", option);
    }
    RuleBody *b = e->body;
    Env own = *e;
    char under[LIMIT_NAME + 2];
    snprintf(under, sizeof under, "%s.", option);
    own.prelude = def->prelude;
    if (!inner_scope(&own)) return too_many_schedules(e);
    const char *outer = b->under;
    b->under = under;
    Status st = formals_bind(&own, option, def, f);
    const Ast *body = def->ast->kid[def->ast->n - 1];
    if (st == OK) st = body->kind == A_BLOCK ? build_block(&own, body, out) : build_value(&own, body, out);
    b->under = outer;
    if (st != OK) return st;
    Node *n = value_to_node(e->s, *out, e->blame, e->d);
    if (n && !n->shape.rank) return OK;
    if (n) diag_set(e->d, E_SHAPE, e->blame, "%s=%s must be a single number in every update", option, def->name);
    value_drop(out);
    return e->d->code;
}
