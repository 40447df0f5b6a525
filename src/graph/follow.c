/* follow.c -- what depends on a changed name or number follows it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "graph/define.h"
#include "graph/journal.h"

/* ---- building again what depends on a redefined name ---- */

typedef struct {
    Session  *s;
    Binding **all;
    int       n;
    Binding **order;          /* dependants, each behind all it depends on (filled backwards) */
    int       n_order;
    bool     *seen;
} Closure;

static bool depends_by_name(const Binding *b, const char *name)
{
    for (int i = 0; i < b->n_dep; i++)
        if (!strcmp(b->dep[i], name)) return true;
    return false;
}

static void closure_visit(Closure *c, const char *name, int depth)
{
    for (int i = c->n - 1; i >= 0; i--) {
        if (c->seen[i] || !depends_by_name(c->all[i], name)) continue;
        c->seen[i] = true;
        if (depth < 5000) closure_visit(c, c->all[i]->name, depth + 1);
        c->order[c->n_order++] = c->all[i];
    }
}

enum { OWN = NODE_PARAM | NODE_STATE };

/* Leaves of an older network that keep their numbers in the newer one. */
static void adopt_params(Func *new, Func *old)
{
    if (new->kind == FN_BOUND && old->kind == FN_BOUND)
        for (int i = 0; i < new->n_own; i++) {
            Owned *o = func_own(old, new->own[i].path);
            bool fits = o && o->node->flags & OWN && new->own[i].node->flags & OWN &&
                        shape_equal(&o->node->shape, &new->own[i].node->shape);
            if (!fits) continue;
            node_drop(new->own[i].node);
            new->own[i].node = node_keep(o->node);
        }
    if (new->kind == FN_CHAIN && old->kind == FN_CHAIN)
        for (int i = 0; i < new->n_stage && i < old->n_stage; i++)
            if (!strcmp(new->stage_name[i], old->stage_name[i])) adopt_params(new->stage[i], old->stage[i]);
}

static Status rebuild_one(Session *s, Binding *b, bool *structural, Diag *d)
{
    Record_of_use use = { 0 };
    Env e = { .s = s, .d = d, .use = &use, .build = ++s->builds };
    Value v = { 0 };
    Status st = build_value(&e, b->ast->kid[0], &v);
    if (st == OK && v.kind == V_FUNC) {
        st = func_name_as(&e, v.func, b->name);
        if (st == OK && b->value.kind == V_FUNC) adopt_params(v.func, b->value.func);
    }
    if (st != OK) {
        value_drop(&v);
        use_free(&use);
        return st;
    }
    Value held = v;
    bool same = false;
    if (v.kind == V_NODE) {
        st = slot_for(s, b, b->name, v.node, b->ast->at, d, &held, &same);
        value_drop(&v);
    }
    if (st == OK) {
        Binding *fresh = binding_new(b->name, held, b->kind, b->src, b->ast);
        fresh->order = b->order;
        binding_take_use(fresh, &use);
        journal_bind(s, b->name, b, fresh);
        session_put(s, b->name, fresh);
        binding_drop(fresh);
    }
    use_free(&use);
    *structural = !same;
    return st;
}

static Status rebuild_fault(Binding *b, const char *because, Diag *d)
{
    Text line = { 0 };
    ast_print(&line, b->ast);
    Diag inner = *d;
    diag_clear(d);
    diag_set(d, inner.code, (Span){ 0, 0 }, "with this new %s, %s no longer works: %s", because, b->name, inner.text);
    diag_hint(d, "It was defined as: %.300s", text_str(&line));
    text_free(&line);
    return d->code;
}

static bool in_list(char *const *list, int n, const Binding *b, bool need)
{
    for (int i = 0; need && i < n; i++)
        if (depends_by_name(b, list[i])) return true;
    return false;
}

/* Everything that must follow a change of `name`; equations only: functions read
 * their names anew at each call, parameters were evaluated once. */
Status follow_change(Session *s, const char *name, bool structural, Diag *d)
{
    if (!structural && !s->n_deep) return OK;
    Closure c = { .s = s };
    c.all = session_bindings(s, &c.n);
    c.order = mem_new(sizeof *c.order * (size_t)(c.n + 1));
    c.seen = mem_new(sizeof *c.seen * (size_t)(c.n + 1));
    char **changed = mem_new(sizeof *changed * (size_t)(c.n + 2)), **deep = mem_new(sizeof *deep * (size_t)(c.n + 2));
    int n_changed = 0, n_deep = 0;
    closure_visit(&c, name, 0);
    deep[n_deep++] = (char *)name;
    if (structural) changed[n_changed++] = (char *)name;
    Status st = OK;
    for (int i = 0; i < c.n_order; i++) binding_keep(c.order[i]);
    for (int i = c.n_order - 1; i >= 0 && st == OK; i--) {
        Binding *b = c.order[i];
        bool equation = b->ast && b->ast->kind == S_EQUATION && b->kind != B_PARAM;
        if (!equation || (!in_list(changed, n_changed, b, true) && !in_list(deep, n_deep, b, b->deep))) continue;
        bool moved = false;
        st = rebuild_one(s, b, &moved, d);
        if (st != OK) rebuild_fault(b, name, d);
        deep[n_deep++] = b->name;
        if (moved) changed[n_changed++] = b->name;
    }
    for (int i = 0; i < c.n_order; i++) binding_drop(c.order[i]);
    free(c.all);
    free(c.order);
    free(c.seen);
    free(changed);
    free(deep);
    return st;
}

/* ---- entering ---- */

static void enter_binding(const Binding *b)
{
    for (int i = 0; i < b->n_call; i++) {
        Func *f = b->call[i].func;
        scope_keep(b->call[i].scope);
        scope_drop(f->last);
        f->last = b->call[i].scope;
    }
}

void session_enter(Session *s, Node *E)
{
    int n;
    Node **all = node_walk(E, &n);
    for (int i = 0; i < n; i++) {
        Binding *b = all[i]->op == &op_slot && all[i]->label ? session_find(s, all[i]->label) : NULL;
        if (b && b->value.kind == V_NODE && b->value.node == all[i]) enter_binding(b);
    }
    free(all);
}

/* ---- guards ---- */

static bool guard_broken(Binding *b, Diag *d)
{
    for (int i = 0; i < b->n_guard; i++) {
        double now = node_scalar(b->guard[i].node, d);
        bool equal = now == b->guard[i].was || (now != now && b->guard[i].was != b->guard[i].was);
        if (!equal) return true;
    }
    return false;
}

Status session_refresh(Session *s, Diag *d)
{
    if (!s->n_guarded || s->refreshed == node_clock()) return OK;
    for (int turns = 0; turns < 100; turns++) {
        int n;
        Binding **all = session_bindings(s, &n), *broken = NULL;
        for (int i = 0; i < n && !broken; i++)
            if (guard_broken(all[i], d)) broken = binding_keep(all[i]);
        free(all);
        if (!broken) break;
        bool moved = false;
        Status st = broken->ast && broken->ast->kind == S_EQUATION ? rebuild_one(s, broken, &moved, d) : OK;
        if (st != OK) rebuild_fault(broken, "number", d);
        else st = follow_change(s, broken->name, moved, d);
        binding_drop(broken);
        TRY(st);
    }
    s->refreshed = node_clock();
    return d->code;
}
