/* apply.c -- calling: functions, layers, networks, derivatives.
 *
 * A function whose body touches one element at a time is called as one node (a
 * template, tmpl.h). Every other body is built in place, its locals being named
 * nodes that `f.u` finds afterwards. A layer is a function with leaves of its
 * own; a network is a chain of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "graph/build.h"
#include "graph/gbuild.h"
#include "graph/grad.h"
#include "graph/rule.h"

/* ---- formals ---- */

int formal_count(const Func *f)
{
    if (f->kind == FN_OP) return f->op->max_in;
    return f->ast->n - 1;
}

const Ast *formal_at(const Func *f, int i) { return f->ast->kid[i]; }

static const char *const op_formal[] = { "a", "b", "c" };

const char *formal_name(const Func *f, int i)
{
    return f->kind == FN_OP ? op_formal[i] : formal_at(f, i)->text;
}

static int formal_find(const Func *f, const char *name, int from)
{
    int n = formal_count(f);
    for (int i = from; i < n; i++)
        if (!strcmp(formal_name(f, i), name)) return i;
    return -1;
}

static void formals_print(Text *t, const Func *f, int from)
{
    for (int i = from; i < formal_count(f); i++) {
        if (i > from) text_add(t, ", ");
        if (f->kind == FN_OP) text_add(t, op_formal[i]);
        else ast_print(t, formal_at(f, i));
    }
}

typedef struct {
    int   n;                 /* formals */
    Value val[LIMIT_ARGS];
    bool  have[LIMIT_ARGS];
} Bound;

static void bound_free(Bound *b)
{
    for (int i = 0; i < b->n; i++) value_drop(&b->val[i]);
}

static Status too_many(Env *e, const Func *f, int from, int given, Span at)
{
    Text t = { 0 };
    formals_print(&t, f, from);
    diag_set(e->d, E_TYPE, env_span(e, at), "%s takes at most %d argument%s (%s), %d given", f->name,
             formal_count(f) - from, formal_count(f) - from == 1 ? "" : "s", text_str(&t), given);
    if (f->kind == FN_LAYER) diag_hint(e->d, "A layer is made first, then given its input: %s(...)(x).", f->name);
    text_free(&t);
    return E_TYPE;
}

static Status unknown_key(Env *e, const Func *f, int from, const char *key, Span at)
{
    const char *names[LIMIT_ARGS];
    int n = formal_count(f);
    for (int i = from; i < n; i++) names[i - from] = formal_name(f, i);
    const char *near = text_nearest(key, names, n - from);
    Text t = { 0 };
    formals_print(&t, f, from);
    diag_set(e->d, E_NAME, env_span(e, at), "%s has no argument named %s", f->name, key);
    diag_hint(e->d, "%s%s%sIts arguments are: %s.", near ? "Did you mean " : "", near ? near : "",
              near ? "? " : "", text_str(&t));
    text_free(&t);
    return E_NAME;
}

/* Arguments to formals from index `from` on; nothing is filled in by default yet. */
static Status bind(Env *e, const Func *f, int from, const Args *a, Bound *b)
{
    *b = (Bound){ .n = formal_count(f) };
    assert(b->n <= LIMIT_ARGS);
    if (a->n > b->n - from) return too_many(e, f, from, a->n, a->at);
    for (int i = 0; i < a->n; i++) b->val[from + i] = value_keep(a->val[i]), b->have[from + i] = true;
    for (int k = 0; k < a->n_key; k++) {
        int i = formal_find(f, a->key[k], from);
        if (i < 0) return unknown_key(e, f, from, a->key[k], a->at);
        if (b->have[i])
            return diag_set(e->d, E_TYPE, env_span(e, a->at), "%s gets its argument %s twice", f->name, a->key[k]);
        b->val[i] = value_keep(a->key_val[k]);
        b->have[i] = true;
    }
    return OK;
}

/* Put formals into the body's scope: what was given, then defaults, evaluated there in
 * order, so that a default may hang on whatever was given. */
static Status bind_scope(Env *body, const Func *f, Bound *b, Span at)
{
    for (int i = 0; i < b->n; i++)
        if (b->have[i]) scope_set(body->scope, formal_at(f, i)->text, value_keep(b->val[i]));
    for (int i = 0; i < b->n; i++) {
        const Ast *formal = formal_at(f, i);
        if (!b->have[i] && formal->kind != A_KEY)
            return diag_set(body->d, E_TYPE, body->blame.to ? body->blame : at, "%s needs a value for %s", f->name,
                            formal->text);
        if (b->have[i]) continue;
        TRY(build_value(body, formal->kid[0], &b->val[i]));
        b->have[i] = true;
        scope_set(body->scope, formal->text, value_keep(b->val[i]));
    }
    return OK;
}

Env body_env(Env *e, const Func *f, Span at)
{
    return (Env){ .s = e->s, .d = e->d, .use = e->use, .prelude = f->prelude, .inside = true,
                  .blame = env_span(e, at), .depth = e->depth, .build = e->build };
}

/* ---- partial application ---- */

static Value partial_make(Func *f, int from, Bound *b)
{
    Func *p = func_new(FN_BOUND, f->name);
    p->of = func_keep(f);
    int n = 0;
    for (int i = from; i < b->n; i++) n += b->have[i];
    p->key = mem_new(sizeof *p->key * (size_t)(n + 1));
    p->key_val = mem_new(sizeof *p->key_val * (size_t)(n + 1));
    for (int i = from; i < b->n; i++)
        if (b->have[i]) {
            p->key[p->n_key] = mem_str(formal_name(f, i));
            p->key_val[p->n_key++] = value_keep(b->val[i]);
        }
    return value_func(p);
}

static Status require_bound(Env *e, const Func *f, int from, const Bound *b, Span at)
{
    for (int i = from; i < b->n; i++)
        if (!b->have[i] && formal_at(f, i)->kind != A_KEY) {
            diag_set(e->d, E_TYPE, env_span(e, at), "%s needs a value for %s", f->name, formal_at(f, i)->text);
            Text t = { 0 };
            formals_print(&t, f, from);
            diag_hint(e->d, "Its arguments are: %s(%s).", f->name, text_str(&t));
            text_free(&t);
            return E_TYPE;
        }
    return OK;
}

static Status inner_layers(Env *e, Func *layer, Span at);

/* dense(4, relu), adam(lr=0.1): the first `from` formals are given later. */
static Status apply_later(Env *e, Func *f, int from, const Args *a, Value *out)
{
    Bound b;
    Status st = bind(e, f, from, a, &b);
    if (st == OK) st = require_bound(e, f, from, &b, a->at);
    if (st == OK) {
        *out = partial_make(f, from, &b);
        out->func->inner = e->owner && f->kind == FN_LAYER;
        if (f->kind == FN_LAYER) st = inner_layers(e, out->func, a->at);
        if (st != OK) value_drop(out);
    }
    bound_free(&b);
    return st;
}

/* A layer's name alone, where a layer is needed: the layer with its defaults. */
Status layer_ready(Env *e, Value *v, Span at)
{
    if (v->kind != V_FUNC || v->func->kind != FN_LAYER) return OK;
    Value made = { 0 };
    Args none = { .at = at };
    TRY(apply_later(e, v->func, 1, &none, &made));
    value_drop(v);
    *v = made;
    return OK;
}

/* dense(4, prelu): the inner layer's leaves belong to the dense. */
static Status inner_layers(Env *e, Func *layer, Span at)
{
    for (int i = 0; i < layer->n_key; i++) {
        Value *v = &layer->key_val[i];
        TRY(layer_ready(e, v, at));
        bool made = v->kind == V_FUNC && v->func->kind == FN_BOUND && v->func->of->kind == FN_LAYER;
        if (made && !strcmp(v->func->name, v->func->of->name)) v->func->inner = true;
    }
    return OK;
}

/* ---- calls of templates ---- */

static Status apply_tmpl(Env *e, const Tmpl *t, Bound *b, Span at, Value *out)
{
    Node *in[3];
    for (int i = 0; i < t->n_arg; i++)
        if (!(in[i] = value_to_node(e->s, b->val[i], env_span(e, at), e->d))) return e->d->code;
    Node *n = tmpl_call(t, in, env_span(e, at), e->d);
    if (!n) return e->d->code;
    *out = value_node(n);
    return OK;
}

/* ---- definitions ---- */

static bool all_numbers(const Bound *b)
{
    for (int i = 0; i < b->n; i++)
        if (b->val[i].kind != V_NODE) return false;
    return true;
}

static void scope_add_sub(Scope *in, const char *name, Scope *sub)
{
    int cap = in->cap_sub;
    GROW(in->sub, in->n_sub, in->cap_sub);
    if (cap != in->cap_sub) in->sub_name = mem_grow(in->sub_name, (size_t)in->cap_sub, sizeof(char *));
    in->sub_name[in->n_sub] = mem_str(name);
    in->sub[in->n_sub++] = scope_keep(sub);
}

/* f.u now means this call; and again when E, whose building made it, is entered. */
static void remember_last(Env *e, Func *f, Scope *scope)
{
    scope->build = e->build;
    scope_drop(f->last);
    f->last = scope_keep(scope);
    Record_of_use *u = e->use;
    if (!u) return;
    GROW(u->call, u->n_call, u->cap_call);
    u->call[u->n_call++] = (struct CallSeen){ func_keep(f), scope_keep(scope) };
}

static bool called_before(const Env *e, const Func *f)
{
    return e->build && f->last && f->last->build == e->build;
}

/* The second call of f within one definition is f.call2: its inside has a name
 * of its own, so that two calls are never mistaken for each other. */
void call_path(char *path, size_t size, const Env *e, const Func *f, const char *name)
{
    if (e->scope && e->path) snprintf(path, size, "%s.%s", e->path, name);
    else if (called_before(e, f)) snprintf(path, size, "%s.call%d", name, f->last->calls + 1);
    else snprintf(path, size, "%s", name);
}

void remember_scope(Env *e, Func *f, Scope *scope, const char *name)
{
    if (e->scope) {
        scope_add_sub(e->scope, name, scope);
        if (e->path) return;
    }
    if (called_before(e, f)) {
        char call[32];
        snprintf(call, sizeof call, "call%d", ++f->last->calls);
        scope_add_sub(f->last, call, scope);
        return;
    }
    scope->calls = 1;
    remember_last(e, f, scope);
}

Status scope_finish(Env *body, Value *out)
{
    if (out->kind == V_NODE) {
        node_drop(body->scope->out);
        body->scope->out = node_keep(out->node);
    }
    return OK;
}

static Status run_body(Env *body, const Func *f, Value *out)
{
    const Ast *b = f->ast->kid[f->ast->n - 1];
    TRY(b->kind == A_BLOCK ? build_block(body, b, out) : build_value(body, b, out));
    return scope_finish(body, out);
}

static Status apply_def_body(Env *e, Func *f, Env *body, Bound *b, Span at, Value *out)
{
    const Tmpl *t = all_numbers(b) ? func_tmpl(e, f) : NULL;
    if (t) return apply_tmpl(e, t, b, at, out);
    char path[600];
    call_path(path, sizeof path, e, f, f->name);
    body->path = path;
    TRY(run_body(body, f, out));
    remember_scope(e, f, body->scope, f->name);
    return OK;
}

static Status apply_def(Env *e, Func *f, const Args *a, Value *out)
{
    Bound b;
    Status st = bind(e, f, 0, a, &b);
    if (st == OK && b.n && !a->n && !b.have[0] && formal_at(f, 0)->kind != A_KEY) {
        *out = partial_make(f, 0, &b);
        bound_free(&b);
        return OK;
    }
    Env body = body_env(e, f, a->at);
    body.scope = scope_new();
    if (st == OK) st = bind_scope(&body, f, &b, a->at);
    if (st == OK) st = apply_def_body(e, f, &body, &b, a->at, out);
    scope_drop(body.scope);
    bound_free(&b);
    return st;
}

/* ---- derivatives ---- */

/* No template: f is a whole computation of one number; differentiate its graph. */
static Status prime_general(Env *e, Func *f, const Args *a, Value *out)
{
    if (a->n > LIMIT_ARGS) return diag_set(e->d, E_LIMIT, env_span(e, a->at), "more than %d arguments", LIMIT_ARGS);
    if (a->n < 1) return diag_set(e->d, E_TYPE, env_span(e, a->at), "%s' needs an argument", f->name ? f->name : "f");
    Node *x = value_to_node(e->s, a->val[0], env_span(e, a->at), e->d);
    if (!x) return e->d->code;
    Node *at = node_slot(x);
    Value y = { 0 }, arg = value_node(node_keep(at));
    Args args = *a;
    Value first[LIMIT_ARGS];
    memcpy(first, a->val, sizeof *a->val * (size_t)a->n);
    first[0] = arg;
    args.val = first;
    Status st = func_apply(e, f, &args, &y);
    Node *n = st == OK ? value_to_node(e->s, y, env_span(e, a->at), e->d) : NULL;
    if (n && n->shape.rank) {
        Shape scalar = { 0 };
        Node *sum = gb_sum_to(n, &scalar);
        node_drop(n);
        y.node = n = sum;
    }
    if (n) {
        GradMap *m = grad_build(n);
        *out = value_node(grad_of(m, at));
        grad_free(m);
    } else if (st == OK) {
        st = e->d->code;
    }
    value_drop(&y);
    value_drop(&arg);
    node_drop(at);
    return st;
}

static Status apply_prime(Env *e, Func *p, const Args *a, Value *out)
{
    Func *f = p->of;
    const Tmpl *t = func_tmpl(e, p);
    if (!t) return prime_general(e, f, a, out);
    Func *base = f;
    while (base->kind == FN_PRIME) base = base->of;
    Bound b;
    Status st = bind(e, base, 0, a, &b);
    Env body = body_env(e, base, a->at);
    body.scope = scope_new();
    if (st == OK && base->kind == FN_DEF) st = bind_scope(&body, base, &b, a->at);
    if (st == OK) st = apply_tmpl(e, t, &b, a->at, out);
    scope_drop(body.scope);
    bound_free(&b);
    return st;
}

/* ---- layers ---- */

Owned *func_own(Func *f, const char *path)
{
    for (int i = 0; i < f->n_own; i++)
        if (!strcmp(f->own[i].path, path)) return &f->own[i];
    return NULL;
}

Node *label_result(Node *n, const char *label)
{
    if (n->label || n->op == &op_leaf) n = node_slot(n);
    else node_keep(n);
    node_label(n, "%s", label);
    return n;
}

static bool scope_has(const Scope *s, const char *name)
{
    for (int i = 0; i < s->n_sub; i++)
        if (!strcmp(s->sub_name[i], name)) return true;
    return scope_find((Scope *)s, name) != NULL;
}

char *inner_name(const Env *e, const char *base)
{
    char name[LIMIT_NAME + 16];
    int k = 1;
    do snprintf(name, sizeof name, "%s%d", base, k++);
    while (scope_has(e->scope, name));
    return mem_str(name);
}

/* A layer that another layer's body makes is made anew with every call; its leaves last
 * because the outer layer keeps them, under a name that is the same each time. */
static void inner_own(Env *body, const Env *e, Func *f, char *under, size_t size)
{
    if (!strcmp(f->name, f->of->name)) {
        char *name = inner_name(e, f->name);
        free(f->name);
        f->name = name;
    }
    const char *dot = strrchr(f->name, '.');
    snprintf(under, size, "%s%s.", e->under ? e->under : "", dot ? dot + 1 : f->name);
    body->owner = e->owner;
    body->under = under;
}

static Status apply_layer(Env *e, Func *f, const Args *a, Value *out)
{
    Func *def = f->of;
    if (a->n == 1 && a->val[0].kind == V_NODE && !a->val[0].node->shape.rank) {
        char buf[NUM_TEXT];
        diag_set(e->d, E_SHAPE, env_span(e, a->at), "%s takes a vector or a batch of vectors, not a single number", def->name);
        Node *x = a->val[0].node;
        return diag_hint(e->d, "A vector of one number is written [%s].", x->label ? x->label : x->val ? num_exact(buf, x->val[0]) : "x");
    }
    if (a->n != 1 || a->n_key)
        return diag_set(e->d, E_TYPE, env_span(e, a->at), "a layer takes one argument, its input; %d given",
                        a->n + a->n_key);
    Args all = { .n_key = f->n_key, .key = (const char **)f->key, .key_val = f->key_val, .at = a->at };
    Bound b;
    Status st = bind(e, def, 0, &all, &b);
    b.val[0] = value_keep(a->val[0]);
    b.have[0] = true;
    Env body = body_env(e, def, a->at);
    LayerBody memory = { 0 };
    body.scope = scope_new();
    body.owner = f;
    body.memory = &memory;
    char path[600], under[600];
    if (f->inner && e->owner && e->scope) inner_own(&body, e, f, under, sizeof under);
    const char *dot = strrchr(f->name, '.');
    call_path(path, sizeof path, e, f, e->scope && e->path && dot ? dot + 1 : f->name);
    body.path = path;
    if (st == OK) st = bind_scope(&body, def, &b, a->at);
    if (st == OK) st = run_body(&body, def, out);
    if (st == OK && out->kind == V_NODE) {
        Node *named = label_result(out->node, path);
        value_drop(out);
        *out = value_node(named);
        st = layer_moves(&body, named);
        scope_finish(&body, out);
    }
    if (st == OK && e->scope && e->path && dot) {
        scope_add_sub(e->scope, dot + 1, body.scope);
        if (!called_before(e, f)) remember_last(e, f, body.scope);
    } else if (st == OK) {
        remember_scope(e, f, body.scope, f->name);
    }
    scope_drop(body.scope);
    bound_free(&b);
    return st;
}

/* ---- one door ---- */

static Status apply_bound(Env *e, Func *f, const Args *a, Value *out)
{
    if (f->of->kind == FN_LAYER) return apply_layer(e, f, a, out);
    if (f->of->kind == FN_OPTIMIZER) {
        diag_set(e->d, E_TYPE, env_span(e, a->at), "%s is an optimizer: it is not called, it is used", f->name);
        return diag_hint(e->d, "For example: update E, optimizer=%s(), or train net, data, optimizer=%s()", f->of->name,
                         f->of->name);
    }
    int n = f->n_key + a->n_key;
    const char **key = mem_new(sizeof *key * (size_t)(n + 1));
    Value *val = mem_new(sizeof *val * (size_t)(n + 1));
    int k = 0;
    for (int i = 0; i < f->n_key; i++) {
        bool again = false;
        for (int j = 0; j < a->n_key; j++) again |= !strcmp(a->key[j], f->key[i]);
        if (!again) key[k] = f->key[i], val[k++] = f->key_val[i];
    }
    for (int j = 0; j < a->n_key; j++) key[k] = a->key[j], val[k++] = a->key_val[j];
    Args all = { .n = a->n, .val = a->val, .n_key = k, .key = key, .key_val = val, .at = a->at };
    Status st = func_apply(e, f->of, &all, out);
    free(key);
    free(val);
    return st;
}

static Status apply_op(Env *e, Func *f, const Args *a, Value *out)
{
    const Op *op = f->op;
    if (a->n_key)
        return diag_set(e->d, E_NAME, env_span(e, a->at), "%s has no argument named %s", f->name, a->key[0]);
    if (a->n < op->min_in || a->n > op->max_in)
        return diag_set(e->d, E_TYPE, env_span(e, a->at), "%s takes %d argument%s, %d given", op->usage, op->min_in,
                        op->min_in == 1 ? "" : "s", a->n);
    Node *in[3];
    for (int i = 0; i < a->n; i++)
        if (!(in[i] = value_to_node(e->s, a->val[i], env_span(e, a->at), e->d))) return e->d->code;
    return op_apply(e, op, in, a->n, a->at, out);
}

Status func_apply(Env *e, Func *f, const Args *a, Value *out)
{
    *out = value_none();
    if (e->depth >= LIMIT_DEPTH)
        return diag_set(e->d, E_LIMIT, env_span(e, a->at), "calls nested deeper than %d (%s)", LIMIT_DEPTH,
                        f->name ? f->name : "a function");
    if (e->depth > 8 && stop_asked()) return diag_set(e->d, E_STOP, env_span(e, a->at), "stopped");
    e->depth++;
    Status st = E_TYPE;
    switch (f->kind) {
    case FN_DEF: st = apply_def(e, f, a, out); break;
    case FN_LAYER: st = apply_later(e, f, 1, a, out); break;
    case FN_OPTIMIZER: st = apply_later(e, f, 2, a, out); break;
    case FN_NATIVE: st = native_call(e, f->row, NULL, 0, a, a->at, out); break;
    case FN_BOUND: st = apply_bound(e, f, a, out); break;
    case FN_CHAIN: st = apply_chain(e, f, a, out); break;
    case FN_PRIME: st = apply_prime(e, f, a, out); break;
    case FN_OP: st = apply_op(e, f, a, out); break;
    }
    e->depth--;
    return st;
}

/* sgd(lr=step_decay(0.1)) would be the rate of epoch 0.1: a schedule is given its options
 * by name, and its first argument by the optimizer. */
static Status schedule_check(Env *e, const Ast *option)
{
    const Ast *call = option->kind == A_KEY ? option->kid[0] : option;
    if (call->kind != A_CALL || call->kid[0]->kind != A_NAME || call->n < 2 || call->kid[1]->kind == A_KEY) return OK;
    Value v = { 0 };
    if (!session_lookup(e->s, call->kid[0]->text, &v)) return OK;
    const char *first = v.kind == V_FUNC && v.func->kind == FN_DEF && formal_count(v.func) > 1 ? formal_name(v.func, 0) : "";
    Status st = OK;
    if (!strcmp(first, "epoch") || !strcmp(first, "step")) {
        st = diag_set(e->d, E_TYPE, env_span(e, call->at), "%s needs its options by name: its first argument, %s, is counted "
                      "by the optimizer", call->kid[0]->text, first);
        diag_hint(e->d, "For example: %s(%s=...)", call->kid[0]->text, formal_name(v.func, 1));
    }
    value_drop(&v);
    return st;
}

Status call_ast(Env *e, Func *f, Ast *const *kid, int n, Span at, Value *out)
{
    *out = value_none();
    if (f->kind == FN_NATIVE) return native_call(e, f->row, kid, n, NULL, at, out);
    Args a = { .at = at };
    a.val = mem_new(sizeof *a.val * (size_t)(n + 1));
    a.key_val = mem_new(sizeof *a.key_val * (size_t)(n + 1));
    a.key = mem_new(sizeof *a.key * (size_t)(n + 1));
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) {
        bool key = kid[i]->kind == A_KEY;
        if (key) a.key[a.n_key] = kid[i]->text;
        if (f->kind == FN_OPTIMIZER) st = schedule_check(e, kid[i]);
        if (st == OK) st = build_value(e, key ? kid[i]->kid[0] : kid[i], key ? &a.key_val[a.n_key] : &a.val[a.n]);
        if (key) a.n_key++;
        else a.n++;
    }
    if (st == OK) st = func_apply(e, f, &a, out);
    for (int i = 0; i < a.n; i++) value_drop(&a.val[i]);
    for (int i = 0; i < a.n_key; i++) value_drop(&a.key_val[i]);
    free(a.val);
    free(a.key_val);
    free(a.key);
    return st;
}

Status func_call(Session *s, Env *env, Func *f, Value *arg, int n, Span at, Value *out, Diag *d)
{
    Env top = { .s = s, .d = d };
    Args a = { .n = n, .val = arg, .at = at };
    return func_apply(env ? env : &top, f, &a, out);
}
