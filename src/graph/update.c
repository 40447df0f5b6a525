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

struct RuleBody {
    Func *opt;                /* owns the states */
    Node *w;                  /* the parameter */
    int   n;                  /* states met in this body */
    const char *name[32];
    Node *leaf[32];           /* borrowed from opt */
};

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

Status rule_state(Env *e, const Ast *a)
{
    if (!e->rule) return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "state has a meaning only in an optimizer or a layer");
    struct RuleBody *b = e->body;
    for (int i = 0; i < a->n; i++) {
        const Ast *decl = a->kid[i];
        Owned *o = state_find(b->opt, b->w, decl->text);
        if (!o) {
            Node *init;
            TRY(build_node(e, decl->kid[0], &init));
            const double *v = node_eval(init, e->d);
            Node *leaf = v ? node_leaf(&init->shape, v, e->d) : NULL;
            node_drop(init);
            if (!leaf) return e->d->code;
            node_label(leaf, "%s.%s", e->path, decl->text);
            o = state_add(b->opt, b->w, decl->text, leaf);
        }
        if (b->n >= 32) return diag_set(e->d, E_LIMIT, env_span(e, a->at), "more than 32 states in one optimizer");
        b->name[b->n] = decl->text;
        b->leaf[b->n++] = o->node;
        scope_set(e->scope, decl->text, value_node(node_keep(o->node)));
    }
    return OK;
}

static bool is_state(const struct RuleBody *b, const char *name)
{
    for (int i = 0; i < b->n; i++)
        if (!strcmp(b->name[i], name)) return true;
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
        if (v[i].kind == V_NODE && !v[i].node->label && v[i].node->op != &op_leaf && !is_state(e->body, name) &&
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
static bool widen_states(Env *e, struct RuleBody *b, Status *st)
{
    bool changed = false;
    for (int i = 0; i < b->n && *st == OK; i++) {
        Value *v = scope_find(e->scope, b->name[i]);
        if (!v || v->kind != V_NODE || shape_equal(&v->node->shape, &b->leaf[i]->shape)) continue;
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

static Status rule_run(Env *e, Func *def, Func *opt, Node *g)
{
    const Ast *ast = def->ast;
    int n = ast->n - 1;
    struct RuleBody *b = e->body;
    b->n = 0;
    scope_set(e->scope, ast->kid[0]->text, value_node(node_keep(b->w)));
    scope_set(e->scope, ast->kid[1]->text, value_node(node_keep(g)));
    for (int i = 2; i < n; i++) {
        Value v = { 0 };
        bool given = false;
        for (int k = 0; k < opt->n_key; k++)
            if (!strcmp(opt->key[k], ast->kid[i]->text)) v = value_keep(opt->key_val[k]), given = true;
        if (!given) TRY(build_value(e, ast->kid[i]->kid[0], &v));
        scope_set(e->scope, ast->kid[i]->text, v);
    }
    Value out = { 0 };
    Status st = build_block(e, ast->kid[n], &out);
    value_drop(&out);
    return st;
}

static Status collect(Env *e, const Func *def, Node *w, struct RuleBody *b, Update *weights, Update *states)
{
    Value *next = scope_find(e->scope, def->ast->kid[0]->text);
    if (!next || next->kind != V_NODE || !shape_equal(&next->node->shape, &w->shape)) {
        char s[SHAPE_TEXT];
        return diag_set(e->d, E_SHAPE, e->blame, "%s must assign %s a value of its own shape, %s", def->name,
                        def->ast->kid[0]->text, shape_print(s, &w->shape));
    }
    update_add(weights, w, next->node);
    for (int i = 0; i < b->n; i++) {
        Value *v = scope_find(e->scope, b->name[i]);
        if (v && v->kind == V_NODE && v->node != b->leaf[i]) update_add(states, b->leaf[i], v->node);
    }
    return OK;
}

static Status rule_build(Env *e, Func *opt, Node *w, Node *g, Update *weights, Update *states)
{
    Func *def = opt->kind == FN_BOUND ? opt->of : opt;
    struct RuleBody body = { .opt = opt, .w = w };
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
        for (int i = 0; i < e->scope->n; i++) scope_set(at, e->scope->name[i], value_keep(e->scope->val[i]));
        /* a state's name means what is remembered, not what it will be */
        for (int i = 0; i < body.n; i++) scope_set(at, body.name[i], value_node(node_keep(body.leaf[i])));
        if (def != opt && def->last != root) {
            scope_drop(def->last);
            def->last = scope_keep(root);
        }
    }
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
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) st = rule_build(&e, optimizer, w[i], g[i], out, &states);
    out->n_weight = out->n;
    if (E && st == OK) moves_collect(E, &states);
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
