/* update.c -- optimizers: an update rule's body becomes, for each parameter, the
 * node of its next value and of each of its states' next values.
 *
 *   optimizer adam(w, g, lr=0.001, ...) = { state m = 0; m <- ...; w <- ... }
 *
 * Inside the body an arrow gives the name its new meaning for the lines below
 * it; what the names mean at the end is assigned, all at once, when the update
 * is committed. So no parameter sees another one already changed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "graph/rule.h"

static Owned *state_find(Func *opt, const Node *w, const char *name)
{
    for (int i = 0; i < opt->n_own; i++)
        if (opt->own[i].of == w && !strcmp(opt->own[i].path, name)) return &opt->own[i];
    return NULL;
}

static Owned *state_add(Func *opt, Node *w, const char *name, Node *leaf)
{
    Owned *o = state_find(opt, w, name);
    if (!o) {
        GROW(opt->own, opt->n_own, opt->cap_own);
        o = &opt->own[opt->n_own++];
        *o = (Owned){ .path = mem_str(name), .of = node_keep(w) };
    }
    node_drop(o->node);
    o->node = leaf;
    return o;
}

/* The path of a state: its name, or "lr.rate" of a schedule's. */
static const char *state_path(const RuleBody *b, const char *name, char *buf, size_t size)
{
    if (!b->under) return name;
    snprintf(buf, size, "%s%s", b->under, name);
    return buf;
}

Status rule_remember(Env *e, const char *name, Node *init, Node **leaf)
{
    RuleBody *b = e->body;
    char buf[LIMIT_NAME + 32];
    const char *path = state_path(b, name, buf, sizeof buf);
    Owned *o = state_find(b->opt, b->w, path);
    if (!o) {
        const double *v = node_eval(init, e->d);
        Node *made = v ? node_leaf(&init->shape, v, e->d) : NULL;
        if (!made) return e->d->code;
        node_label(made, "%s.%s", e->path, path);
        o = state_add(b->opt, b->w, path, made);
    }
    if (b->n >= MOST_STATES) return diag_set(e->d, E_LIMIT, e->blame, "more than %d states in one optimizer", MOST_STATES);
    b->name[b->n] = name;
    b->scope[b->n] = e->scope;
    b->leaf[b->n++] = *leaf = o->node;
    scope_set(e->scope, name, value_node(node_keep(o->node)));
    return OK;
}

static bool state_known(Env *e, const char *name)
{
    RuleBody *b = e->body;
    char buf[LIMIT_NAME + 32];
    return state_find(b->opt, b->w, state_path(b, name, buf, sizeof buf)) != NULL;
}

Status rule_state(Env *e, const Ast *a)
{
    if (!e->rule) return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "state has a meaning only in an optimizer or a layer");
    for (int i = 0; i < a->n; i++) {
        const Ast *decl = a->kid[i];
        Node *init = NULL, *leaf;
        if (!state_known(e, decl->text)) TRY(build_node(e, decl->kid[0], &init));
        Status st = rule_remember(e, decl->text, init, &leaf);
        node_drop(init);
        TRY(st);
    }
    return OK;
}

static bool is_state(const Env *e, const char *name)
{
    const RuleBody *b = e->body;
    for (int i = 0; i < b->n; i++)
        if (b->scope[i] == e->scope && !strcmp(b->name[i], name)) return true;
    return false;
}

Status rule_assign(Env *e, const Ast *a)
{
    int n = a->n / 2;
    Value v[32] = { { 0 } };
    if (n > 32) return diag_set(e->d, E_LIMIT, env_span(e, a->at), "more than 32 assignments at once");
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) {
        if (a->kid[i]->kind != A_NAME)
            st = diag_set(e->d, E_NAME, env_span(e, a->kid[i]->at), "an optimizer assigns to names only");
        else st = build_value(e, a->kid[n + i], &v[i]);
    }
    for (int i = 0; i < n && st == OK; i++) {
        const char *name = a->kid[i]->text;
        if (v[i].kind == V_NODE && !v[i].node->label && v[i].node->op != &op_leaf && !is_state(e, name) &&
            strcmp(name, "w"))
            node_label(v[i].node, "%s.%s", e->path, name);
        scope_set(e->scope, name, v[i]);
        v[i] = value_none();
    }
    for (int i = 0; i < n; i++) value_drop(&v[i]);
    return st;
}

/* ---- one parameter ---- */

static Scope *scope_at(Scope *root, const char *path)
{
    char part[LIMIT_NAME + 1];
    size_t n = strcspn(path, ".");
    snprintf(part, sizeof part, "%.*s", (int)n, path);
    Scope *sub = NULL;
    for (int i = 0; i < root->n_sub && !sub; i++)
        if (!strcmp(root->sub_name[i], part)) sub = root->sub[i];
    if (!sub) {
        int old = root->cap_sub;
        GROW(root->sub, root->n_sub, root->cap_sub);
        if (old != root->cap_sub) root->sub_name = mem_grow(root->sub_name, (size_t)root->cap_sub, sizeof(char *));
        root->sub_name[root->n_sub] = mem_str(part);
        root->sub[root->n_sub++] = sub = scope_new();
    }
    return path[n] ? scope_at(sub, path + n + 1) : sub;
}

/* A state that a rule makes as wide as its weight: `state m = 0` starts as a
 * number and takes the shape of what is first assigned to it. */
static bool widen_states(Env *e, RuleBody *b, Status *st)
{
    bool changed = false;
    for (int i = 0; i < b->n && *st == OK; i++) {
        Value *v = scope_find(b->scope[i], b->name[i]);
        if (!v || v->kind != V_NODE || shape_equal(&v->node->shape, &b->leaf[i]->shape)) continue;
        if (b->scope[i] != e->scope) continue;       /* a schedule's */
        Node *wide = gb_spread(b->leaf[i], &v->node->shape);
        const double *init = node_eval(wide, e->d);
        Node *leaf = init ? node_leaf(&v->node->shape, init, e->d) : NULL;
        node_drop(wide);
        if (!leaf) return *st = e->d->code, false;
        node_label(leaf, "%s.%s", e->path, b->name[i]);
        state_add(b->opt, b->w, b->name[i], leaf);
        changed = true;
    }
    return changed;
}

static void update_add(Update *u, Node *leaf, Node *next)
{
    if (u->n >= u->cap) {
        u->cap = u->cap ? 2 * u->cap : 8;
        u->leaf = mem_grow(u->leaf, (size_t)u->cap, sizeof *u->leaf);
        u->next = mem_grow(u->next, (size_t)u->cap, sizeof *u->next);
    }
    u->leaf[u->n] = leaf;
    u->next[u->n++] = node_keep(next);
}

/* gradients, and what follows from all of them at once, is made once and shared. */
static Status gradients_norm(Env *e, Value *out)
{
    RuleShared *all = e->body->all;
    Value f = { 0 };
    if (all->norm.kind == V_NONE) {
        if (!prelude_lookup(e->s, "joint_norm", &f)) return diag_set(e->d, E_NAME, e->blame, "joint_norm is missing");
        Status st = func_call(e->s, NULL, f.func, &all->list, 1, e->blame, &all->norm, e->d);
        value_drop(&f);
        TRY(st);
        if (!all->norm.node->label) node_label(all->norm.node, "gradients_norm");
    }
    return *out = value_keep(all->norm), OK;
}

static void gradients_list(RuleShared *all)
{
    if (all->list.kind != V_NONE) return;
    List *l = list_new(all->n);
    for (int i = 0; i < all->n; i++) l->item[i] = value_node(node_keep(all->g[i]));
    all->list = value_list(l);
}

bool rule_name(Env *e, const char *name, Status *st, Value *out)
{
    if (!e->rule || !e->body) return false;
    RuleShared *all = e->body->all;
    *st = OK;
    if (!strcmp(name, "loss") && all->E) return *out = value_node(node_keep(all->E)), true;
    if (strncmp(name, "gradients", 9)) return false;
    gradients_list(all);
    if (!strcmp(name, "gradients")) return *out = value_keep(all->list), true;
    if (strcmp(name, "gradients_norm")) return false;
    *st = gradients_norm(e, out);
    return true;
}

static bool option_given(const Func *opt, const char *name, Value *out)
{
    for (int k = 0; k < opt->n_key; k++)
        if (!strcmp(opt->key[k], name)) return *out = value_keep(opt->key_val[k]), true;
    return false;
}

/* An option whose default is no function, given as a function, is a schedule. */
static Status option_take(Env *e, const Ast *formal, Value *v)
{
    Value usual = { 0 };
    if (v->kind != V_FUNC || formal->kind != A_KEY) return OK;
    TRY(build_value(e, formal->kid[0], &usual));
    bool schedule = usual.kind != V_FUNC;
    value_drop(&usual);
    if (!schedule) return OK;
    Value now = { 0 };
    TRY(schedule_value(e, formal->text, v->func, &now));
    value_drop(v);
    *v = now;
    return OK;
}

/* The default of option i: a plain number is made once for all parameters. */
static Status option_usual(Env *e, const Ast *formal, int i, Value *v)
{
    Value *usual = &e->body->all->usual[i];
    if (usual->kind != V_NONE) return *v = value_keep(*usual), OK;
    TRY(build_value(e, formal->kid[0], v));
    if (v->kind == V_NODE && v->node->flags & NODE_CONST) *usual = value_keep(*v);
    return OK;
}

/* What was given first, so that a default may hang on it. */
static Status options_bind(Env *e, const Func *def, const Func *opt)
{
    int n = def->ast->n - 1;
    for (int given = 1; given >= 0; given--)
        for (int i = 2; i < n; i++) {
            const Ast *formal = def->ast->kid[i];
            Value v = { 0 };
            if (option_given(opt, formal->text, &v) != (given == 1)) {
                value_drop(&v);
                continue;
            }
            Status st = given ? option_take(e, formal, &v) : option_usual(e, formal, i, &v);
            if (st != OK) return value_drop(&v), st;
            scope_set(e->scope, formal->text, v);
        }
    return OK;
}

static Status rule_run(Env *e, Func *def, Func *opt, Node *g)
{
    const Ast *ast = def->ast;
    int n = ast->n - 1;
    RuleBody *b = e->body;
    b->n = 0;
    while (b->n_inner) scope_drop(b->inner[--b->n_inner]);
    scope_set(e->scope, ast->kid[0]->text, value_node(node_keep(b->w)));
    scope_set(e->scope, ast->kid[1]->text, value_node(node_keep(g)));
    TRY(options_bind(e, def, opt));
    Value out = { 0 };
    Status st = build_block(e, ast->kid[n], &out);
    value_drop(&out);
    return st;
}

static Status collect(Env *e, const Func *def, Node *w, RuleBody *b, Update *weights, Update *states)
{
    Value *next = scope_find(e->scope, def->ast->kid[0]->text);
    if (!next || next->kind != V_NODE || !shape_equal(&next->node->shape, &w->shape)) {
        char s[SHAPE_TEXT];
        return diag_set(e->d, E_SHAPE, e->blame, "%s must assign %s a value of its own shape, %s", def->name,
                        def->ast->kid[0]->text, shape_print(s, &w->shape));
    }
    update_add(weights, w, next->node);
    for (int i = 0; i < b->n; i++) {
        Value *v = scope_find(b->scope[i], b->name[i]);
        if (v && v->kind == V_NODE && v->node != b->leaf[i]) update_add(states, b->leaf[i], v->node);
    }
    return OK;
}

static Status rule_build(Env *e, Func *opt, Node *w, Node *g, RuleShared *all, Update *weights, Update *states)
{
    Func *def = opt->kind == FN_BOUND ? opt->of : opt;
    RuleBody body = { .opt = opt, .w = w, .all = all };
    char path[700];
    snprintf(path, sizeof path, "%s.%s", opt->name, w->label ? w->label : "w");
    e->path = path;
    e->body = &body;
    Status st = OK;
    do {
        scope_drop(e->scope);
        e->scope = scope_new();
        st = rule_run(e, def, opt, g);
    } while (st == OK && widen_states(e, &body, &st));
    if (st == OK) st = collect(e, def, w, &body, weights, states);
    if (st == OK) {
        Scope *root = opt->last ? opt->last : (opt->last = scope_new());
        Scope *at = scope_at(root, w->label ? w->label : "w");
        for (int i = 0; i < e->scope->n; i++)
            if (e->scope->val[i].kind != V_NONE) scope_set(at, e->scope->name[i], value_keep(e->scope->val[i]));
        /* a state's name means what is remembered, not what it will be */
        for (int i = 0; i < body.n; i++)
            if (body.scope[i] == e->scope) scope_set(at, body.name[i], value_node(node_keep(body.leaf[i])));
        if (def != opt && def->last != root) {
            scope_drop(def->last);
            def->last = scope_keep(root);
        }
    }
    while (body.n_inner) scope_drop(body.inner[--body.n_inner]);
    scope_drop(e->scope);
    e->scope = NULL;
    return st;
}

static bool is_rule(const Func *f)
{
    return f->kind == FN_OPTIMIZER || (f->kind == FN_BOUND && f->of->kind == FN_OPTIMIZER);
}

/* What the layers below E remember. A layer that was called twice moves once: by its last
 * call. */
static void moves_collect(Node *E, Update *states)
{
    int n;
    Node **all = node_walk(E, &n);
    for (int i = n - 1; i >= 0; i--)
        for (int k = 0; all[i]->moves && k < all[i]->moves->n; k++) {
            bool known = false;
            for (int j = 0; j < states->n && !known; j++) known = states->leaf[j] == all[i]->moves->leaf[k];
            if (!known) update_add(states, all[i]->moves->leaf[k], all[i]->moves->next[k]);
        }
    free(all);
}

Status update_build(Session *s, Func *optimizer, Node *E, Node *const *w, Node *const *g, int n, Update *out,
                    Span at, Diag *d)
{
    *out = (Update){ .rule = optimizer };
    if (!is_rule(optimizer))
        return diag_set(d, E_TYPE, at, "%s is not an optimizer", optimizer->name ? optimizer->name : "this function");
    Func *def = optimizer->kind == FN_BOUND ? optimizer->of : optimizer;
    Update states = { 0 };
    Env e = { .s = s, .d = d, .prelude = def->prelude, .inside = true, .blame = at, .rule = true };
    RuleShared all = { .E = E, .n = n, .g = g, .per_epoch = s->per_epoch };
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) st = rule_build(&e, optimizer, w[i], g[i], &all, out, &states);
    for (int i = 0; i < LIMIT_ARGS; i++) value_drop(&all.usual[i]);
    value_drop(&all.norm);
    value_drop(&all.list);
    out->n_weight = out->n;
    if (E && st == OK && node_any_moves()) moves_collect(E, &states);
    for (int i = 0; i < states.n; i++) update_add(out, states.leaf[i], states.next[i]);
    update_free(&states);
    if (st != OK) update_free(out);
    return st;
}

Status update_commit(Session *s, Update *u, Diag *d)
{
    for (int i = 0; i < u->n; i++)
        if (!node_eval(u->next[i], d)) return d->code;
    size_t total = 0;
    for (int i = 0; i < u->n; i++) total += (size_t)u->leaf[i]->len;
    double *copy = mem_new(sizeof *copy * (total + 1)), *p = copy;
    for (int i = 0; i < u->n; i++, p += u->leaf[i - 1]->len)
        memcpy(p, u->next[i]->val, sizeof *p * (size_t)u->leaf[i]->len);
    p = copy;
    for (int i = 0; s->moved && i < u->n_weight; i++, p += u->leaf[i - 1]->len)
        s->moved(s, &(Moved){ u->leaf[i], u->leaf[i]->val, p, u->next[i], u->rule, 1 });
    p = copy;
    for (int i = 0; i < u->n; i++, p += u->leaf[i - 1]->len) session_set_leaf(s, u->leaf[i], p);
    free(copy);
    return OK;
}

void update_free(Update *u)
{
    for (int i = 0; i < u->n; i++) node_drop(u->next[i]);
    free(u->leaf);
    free(u->next);
    *u = (Update){ 0 };
}
