/* taskrule.c -- what stands beside the update rule: schedule=, regularize=, clip=.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "learn/taskargs.h"

/* ---- functions with some arguments given ---- */

static Func *definition_of(Func *f) { return f->kind == FN_BOUND ? f->of : f; }

static const Ast *formal_named(const Func *def, const char *name)
{
    for (int i = 0; i < formal_count(def); i++)
        if (!strcmp(formal_at(def, i)->text, name)) return formal_at(def, i);
    return NULL;
}

static bool gives(const Func *f, const char *name)
{
    for (int i = 0; f->kind == FN_BOUND && i < f->n_key; i++)
        if (!strcmp(f->key[i], name)) return true;
    return false;
}

static void give_key(Func *f, const char *name, Value v)
{
    f->key = mem_grow(f->key, (size_t)f->n_key + 1, sizeof *f->key);
    f->key_val = mem_grow(f->key_val, (size_t)f->n_key + 1, sizeof *f->key_val);
    f->key[f->n_key] = mem_str(name);
    f->key_val[f->n_key++] = v;
}

/* A bound function of its own, with what f gives. */
static Func *bound_copy(Func *f)
{
    Func *def = definition_of(f), *b = func_new(FN_BOUND, def->name);
    b->of = func_keep(def);
    for (int i = 0; f->kind == FN_BOUND && i < f->n_key; i++) give_key(b, f->key[i], value_keep(f->key_val[i]));
    return b;
}

/* ---- schedule= ---- */

/* The rate that the rule would have without a schedule; V_NONE: a function already. */
static Status rule_rate(Call *c, const Func *rule, Value *out)
{
    const Ast *formal = formal_named(rule->of, "lr");
    *out = value_none();
    for (int i = 0; i < rule->n_key; i++)
        if (!strcmp(rule->key[i], "lr"))
            return *out = rule->key_val[i].kind == V_NODE ? value_keep(rule->key_val[i]) : value_none(), OK;
    if (!formal || formal->kind != A_KEY) return OK;
    Text t = { 0 };
    ast_print(&t, formal->kid[0]);
    Status st = session_eval(c->s, text_str(&t), out, c->d);
    text_free(&t);
    return st;
}

static Status schedule_refuse(Call *c, Value v)
{
    Span at = call_key_span(c, "schedule");
    if (v.kind == V_FUNC)
        diag_set(c->d, E_TYPE, at, "%s is not a schedule: it has no argument to count epochs in", v.func->name ? v.func->name : "this");
    else diag_set(c->d, E_TYPE, at, "schedule= needs a schedule such as cosine(lr=0.1, epochs=50), not %s", value_kind(v));
    return diag_hint(c->d, "A schedule's options are given by name; its first argument is filled in. help schedules lists them.");
}

Status key_schedule(Call *c, Task *t, int64_t epochs)
{
    Value v, rate;
    TRY(call_key(c, "schedule", &v));
    if (v.kind == V_NONE) return OK;
    Func *def = v.kind == V_FUNC ? definition_of(v.func) : NULL;
    if (!def || def->kind != FN_DEF || formal_count(def) < 1 || formal_at(def, 0)->kind == A_KEY) return schedule_refuse(c, v);
    if (!formal_named(t->rule->of, "lr"))
        return diag_set(c->d, E_TYPE, call_key_span(c, "schedule"), "%s has no lr= that a schedule could change", t->rule->of->name);
    Func *f = bound_copy(v.func);
    t->schedule = f;
    if (formal_named(def, "lr") && !gives(f, "lr")) {
        TRY(rule_rate(c, t->rule, &rate));
        if (rate.kind == V_NODE) give_key(f, "lr", rate);
    }
    if (formal_named(def, "epochs") && !gives(f, "epochs") && strcmp(def->name, "warmup"))
        give_key(f, "epochs", value_num((double)epochs));
    return OK;
}

/* ---- regularize= ---- */

static Status penalty_refuse(Call *c, Span at, Value v)
{
    diag_set(c->d, E_TYPE, at, "regularize= needs what a weight costs, such as l2(0.01), not %s", value_kind(v));
    return diag_hint(c->d, "For example: regularize=l2(0.01), or several: regularize=[l1(0.001), l2(0.01)]");
}

/* l2(0.01), written where a penalty is meant, leaves out the weight: the first argument. */
static Status penalty_typed(Call *c, const Ast *a, Func *def, Func **out)
{
    Func *f = func_new(FN_BOUND, def->name);
    f->of = func_keep(def);
    *out = f;
    int at = 0;
    for (int i = 1; i < a->n; i++) {
        Value v = { 0 };
        const Ast *kid = a->kid[i];
        bool key = kid->kind == A_KEY;
        if (!key && ++at >= formal_count(def))
            return diag_set(c->d, E_TYPE, kid->at, "%s takes at most %d argument%s here, the weight is filled in", def->name,
                            formal_count(def) - 1, formal_count(def) == 2 ? "" : "s");
        const char *name = key ? kid->text : formal_at(def, at)->text;
        if (!formal_named(def, name) || !strcmp(name, formal_at(def, 0)->text))
            return diag_set(c->d, E_NAME, kid->at, "%s has no option named %s", def->name, name);
        TRY(build_value(c->env, key ? kid->kid[0] : kid, &v));
        give_key(f, name, v);
    }
    return OK;
}

/* The function that a call in a names, when it is one of the language's own. */
static Func *called(Call *c, const Ast *a)
{
    Value v = { 0 };
    if (!a || !c->env || a->kind != A_CALL || a->kid[0]->kind != A_NAME) return NULL;
    Diag ignore = { 0 };
    Env quiet = *c->env;
    quiet.d = &ignore;
    if (lookup_name(&quiet, a->kid[0]->text, a->kid[0]->at, &v) != OK) return NULL;
    Func *f = v.kind == V_FUNC && v.func->kind == FN_DEF && formal_count(v.func) >= 2 ? func_keep(v.func) : NULL;
    value_drop(&v);
    return f;
}

static Status penalty_add(Call *c, Task *t, const Ast *a, Value v)
{
    Span at = a && c->env ? env_span(c->env, a->at) : call_key_span(c, "regularize");
    if (t->n_penalty == LIMIT_PENALTIES) return diag_set(c->d, E_LIMIT, at, "more than %d penalties", LIMIT_PENALTIES);
    Func *def = called(c, a), *f = NULL;
    Status st = OK;
    Value built = { 0 };
    if (def) st = penalty_typed(c, a, def, &f);
    else {
        if (a && v.kind == V_NONE) st = build_value(c->env, a, &built), v = built;
        if (st == OK && v.kind != V_FUNC) st = penalty_refuse(c, at, v);
        if (st == OK) f = func_keep(v.func);
    }
    value_drop(&built);
    func_drop(def);
    if (f) t->penalty[t->n_penalty++] = f;
    return st;
}

Status key_penalties(Call *c, Task *t)
{
    const Ast *a = key_typed(c, "regularize");
    t->at_penalty = call_key_span(c, "regularize");
    if (!call_has(c, "regularize")) return OK;
    if (a && a->kind == A_LIST) {
        for (int i = 0; i < a->n; i++) TRY(penalty_add(c, t, a->kid[i], value_none()));
        return OK;
    }
    Value v = { 0 };
    if (a && a->kind == A_CALL) return penalty_add(c, t, a, v);
    TRY(call_key(c, "regularize", &v));
    if (v.kind == V_NONE) return OK;
    if (v.kind != V_LIST) return penalty_add(c, t, NULL, v);
    for (int i = 0; i < v.list->n; i++) TRY(penalty_add(c, t, NULL, v.list->item[i]));
    return OK;
}

/* ---- clip= ---- */

Status key_clip(Call *c, Task *t)
{
    char buf[NUM_TEXT];
    TRY(call_key_number(c, "clip", 0, &t->clip));
    if (!call_has(c, "clip") || t->clip > 0) return OK;
    diag_set(c->d, E_RANGE, call_key_span(c, "clip"), "clip= is the longest that the gradient may be, above 0, not %s",
             num_exact(buf, t->clip));
    return diag_hint(c->d, "clip=1 is a usual choice; leave it out to clip nothing.");
}
