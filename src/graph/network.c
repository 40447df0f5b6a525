/* network.c -- chains of layers: names of stages, the input, a call stage by stage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/gbuild.h"

/* ---- networks ---- */

static const char *stage_base(const Func *f)
{
    if (f->kind == FN_BOUND) return stage_base(f->of);
    if (f->kind == FN_CHAIN) return f->name ? f->name : "block";
    return f->name ? f->name : "f";
}

static char *stage_auto_name(const Func *chain, const Func *f)
{
    const char *base = strrchr(stage_base(f), '.');
    base = base ? base + 1 : stage_base(f);
    char name[LIMIT_NAME + 16];
    for (int k = 1;; k++) {
        snprintf(name, sizeof name, "%s%d", base, k);
        bool taken = false;
        for (int i = 0; i < chain->n_stage; i++) taken |= !strcmp(chain->stage_name[i], name);
        if (!taken) return mem_str(name);
    }
}

static void chain_add(Func *c, Func *f, const char *name)
{
    char *stage = name ? mem_str(name) : stage_auto_name(c, f);
    c->stage = mem_grow(c->stage, (size_t)c->n_stage + 1, sizeof *c->stage);
    c->stage_name = mem_grow(c->stage_name, (size_t)c->n_stage + 1, sizeof *c->stage_name);
    c->stage[c->n_stage] = func_keep(f);
    c->stage_name[c->n_stage++] = stage;
}

Func *chain_compose(Func *left, Func *right, const char *right_name)
{
    Func *c = func_new(FN_CHAIN, NULL);
    if (left->kind == FN_CHAIN && !left->name) {
        c->has_input = left->has_input;
        c->input = left->input;
        for (int i = 0; i < left->n_stage; i++) chain_add(c, left->stage[i], left->stage_name[i]);
    } else {
        c->has_input = left->kind == FN_CHAIN && left->has_input;
        c->input = left->input;
        chain_add(c, left, NULL);
    }
    chain_add(c, right, right_name);
    return c;
}

static Status chain_check_input(Env *e, Func *f, Node *x, Span at)
{
    if (!f->has_input) return OK;
    int r = f->input.rank, extra = x->shape.rank - r;
    bool fits = extra == 0 || extra == 1;
    for (int i = 0; i < r && fits; i++) fits = x->shape.dim[extra + i] == f->input.dim[i];
    if (fits) return OK;
    char want[SHAPE_TEXT], got[SHAPE_TEXT];
    diag_set(e->d, E_SHAPE, env_span(e, at), "%s takes samples of shape %s; %s %s %s",
             f->name ? f->name : "the network", shape_print(want, &f->input), x->label ? x->label : "this input",
             x->shape.rank ? "has shape" : "is", shape_print(got, &x->shape));
    return diag_hint(e->d, "Give one sample of that shape, or a batch of them with one more axis in front.");
}

static Status apply_stage(Env *body, Func *f, int i, Value *x, Span at)
{
    Value y = { 0 };
    Args one = { .n = 1, .val = x, .at = at };
    TRY(func_apply(body, f->stage[i], &one, &y));
    value_drop(x);
    *x = y;
    bool layer = f->stage[i]->kind == FN_BOUND || f->stage[i]->kind == FN_CHAIN;
    if (y.kind == V_NODE && !(layer && y.node->label)) {
        char path[600];
        snprintf(path, sizeof path, "%s.%s", body->path, f->stage_name[i]);
        x->node = label_result(y.node, path);
        node_drop(y.node);
    }
    scope_set(body->scope, f->stage_name[i], value_keep(*x));
    return OK;
}

/* A name for a chain that is called without one. */
static Status chain_name(Env *e, Func *f)
{
    if (!e->owner || !e->scope) return func_name_as(e, f, e->path ? e->path : "net");
    char *name = inner_name(e, "net");
    Status st = func_name_as(e, f, name);
    free(name);
    return st;
}

Status apply_chain(Env *e, Func *f, const Args *a, Value *out)
{
    if (a->n != 1 || a->n_key)
        return diag_set(e->d, E_TYPE, env_span(e, a->at), "%s takes one argument, its input; %d given",
                        f->name ? f->name : "a network", a->n + a->n_key);
    if (!f->name) TRY(chain_name(e, f));
    Node *x = value_to_node(e->s, a->val[0], env_span(e, a->at), e->d);
    if (!x) return e->d->code;
    TRY(chain_check_input(e, f, x, a->at));
    Env body = body_env(e, f, a->at);
    body.prelude = e->prelude;
    body.scope = scope_new();
    char path[600], under[600];
    const char *dot = strrchr(f->name, '.');
    snprintf(under, sizeof under, "%s%s.", e->under ? e->under : "", dot ? dot + 1 : f->name);
    body.owner = e->owner;                   /* of the layers that its body made */
    body.under = under;
    bool nested = e->scope && e->path;
    call_path(path, sizeof path, e, f, nested && dot ? dot + 1 : f->name);
    body.path = path;
    Value v = value_node(node_keep(x));
    Status st = OK;
    for (int i = 0; i < f->n_stage && st == OK; i++) st = apply_stage(&body, f, i, &v, a->at);
    if (st == OK) {
        *out = v;
        scope_finish(&body, out);
        remember_scope(e, f, body.scope, nested && dot ? dot + 1 : f->name);
    } else {
        value_drop(&v);
    }
    scope_drop(body.scope);
    return st;
}

static void name_stages(Func *f)
{
    for (int i = 0; i < f->n_stage; i++) {
        Func *g = f->stage[i];
        bool layer = g->kind == FN_BOUND && g->of->kind == FN_LAYER;
        bool fresh = g->kind == FN_CHAIN ? !g->name : layer && !strchr(g->name, '.') && g->refs == 1;
        if (!fresh && !(layer && !strcmp(g->name, g->of->name))) continue;
        char path[600];
        snprintf(path, sizeof path, "%s.%s", f->name, f->stage_name[i]);
        free(g->name);
        g->name = mem_str(path);
        if (g->kind == FN_CHAIN) name_stages(g);
    }
}

Status func_name_as(Env *e, Func *f, const char *name)
{
    if (f->kind == FN_BOUND && f->of->kind == FN_LAYER && !strcmp(f->name, f->of->name)) {
        free(f->name);
        f->name = mem_str(name);
        return OK;
    }
    if (f->kind != FN_CHAIN || f->name) return OK;
    f->name = mem_str(name);
    name_stages(f);
    if (!f->has_input) return OK;
    Node *x = node_leaf(&f->input, NULL, e->d);
    if (!x) return e->d->code;
    Value arg = value_node(x), y = { 0 };
    Args one = { .n = 1, .val = &arg };
    Record_of_use used = { 0 };
    Env naming = *e;
    if (e->use) naming.use = &used;
    Status st = apply_chain(&naming, f, &one, &y);
    use_take_named(e, &used);
    value_drop(&y);
    value_drop(&arg);
    scope_drop(f->last);
    f->last = NULL;
    return st;
}
