/* fields.c -- what stands behind the dot: net.h.W, net.h.z, d.x, f.u, adam.w5.m;
 * and what number a layer or network is when it stands for one: its latest output.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"

/* ---- scopes as values ---- */

static Value scope_value(Scope *s)
{
    Record *r = record_new("scope");
    for (int i = 0; i < s->n; i++) record_set(r, s->name[i], value_keep(s->val[i]));
    for (int i = 0; i < s->n_sub; i++) record_set(r, s->sub_name[i], scope_value(s->sub[i]));
    if (s->out) record_set(r, "out", value_node(node_keep(s->out)));
    return value_record(r);
}

static bool scope_field(Scope *s, const char *name, Value *out)
{
    if (!s) return false;
    Value *v = scope_find(s, name);
    if (v) return *out = value_keep(*v), true;
    for (int i = 0; i < s->n_sub; i++)
        if (!strcmp(s->sub_name[i], name)) return *out = scope_value(s->sub[i]), true;
    if (s->out && !strcmp(name, "out")) return *out = value_node(node_keep(s->out)), true;
    if (s->calls > 1 && !strcmp(name, "call1")) return *out = scope_value(s), true;
    return false;
}

/* ---- functions ---- */

/* What belongs to an inner layer, net.h.prelu1: its leaves are the outer one's, under the
 * path "prelu1.a"; beside them stands what its latest call made. */
static bool inner_field(Func *f, const char *name, Value *out)
{
    size_t n = strlen(name);
    Record *r = NULL;
    for (int i = 0; i < f->n_own; i++) {
        const char *path = f->own[i].path;
        if (f->own[i].of || strncmp(path, name, n) || path[n] != '.' || strchr(path + n + 1, '.')) continue;
        Value made = { 0 };
        if (!r && scope_field(f->last, name, &made) && made.kind == V_RECORD) r = made.record;
        else if (!r) value_drop(&made), r = record_new("scope");
        if (!record_find(r, path + n + 1)) record_set(r, path + n + 1, value_node(node_keep(f->own[i].node)));
    }
    if (r) *out = value_record(r);
    return r != NULL;
}

static bool func_field(Func *f, const char *name, Value *out)
{
    for (int i = 0; i < f->n_own; i++)
        if (!f->own[i].of && !strcmp(f->own[i].path, name)) return *out = value_node(node_keep(f->own[i].node)), true;
    for (int i = 0; i < f->n_stage; i++) {
        if (strcmp(f->stage_name[i], name)) continue;
        FuncKind k = f->stage[i]->kind;
        if (k == FN_CHAIN || (k == FN_BOUND && f->stage[i]->of->kind == FN_LAYER))
            return *out = value_func(func_keep(f->stage[i])), true;
        return scope_field(f->last, name, out);
    }
    if (inner_field(f, name, out) || scope_field(f->last, name, out)) return true;
    for (int i = 0; i < f->n_key; i++)
        if (!strcmp(f->key[i], name)) return *out = value_keep(f->key_val[i]), true;
    return false;
}

static bool func_owns(const Func *f, const char *name)
{
    for (int i = 0; i < f->n_own; i++)
        if (!strcmp(f->own[i].path, name)) return true;
    return false;
}

static void field_names(Value v, Text *t)
{
    const char *sep = "";
    if (v.kind == V_RECORD)
        for (int i = 0; i < v.record->n; i++, sep = ", ") text_addf(t, "%s%s", sep, v.record->name[i]);
    if (v.kind != V_FUNC) return;
    Func *f = v.func;
    for (int i = 0; i < f->n_stage; i++, sep = ", ") text_addf(t, "%s%s", sep, f->stage_name[i]);
    for (int i = 0; i < f->n_own; i++)
        if (!f->own[i].of) text_addf(t, "%s%s", sep, f->own[i].path), sep = ", ";
    for (int i = 0; f->last && i < f->last->n; i++)
        if (!f->n_stage && f->last->val[i].kind == V_NODE && !func_owns(f, f->last->name[i]))
            text_addf(t, "%s%s", sep, f->last->name[i]), sep = ", ";
}

/* What an optimizer remembers stands under the parameter: opt.w.m. */
static void sub_names(const Func *f, Text *t)
{
    bool rule = f->kind == FN_OPTIMIZER || (f->kind == FN_BOUND && f->of->kind == FN_OPTIMIZER);
    for (int i = 0; rule && f->last && i < f->last->n_sub; i++) text_addf(t, "%s%s", t->len ? ", " : "", f->last->sub_name[i]);
}

static Status no_field(Value v, const char *name, Span at, Diag *d)
{
    const char *whose = v.kind == V_FUNC && v.func->name ? v.func->name : value_kind(v);
    diag_set(d, E_NAME, at, "%s has nothing named %s", whose, name);
    Text t = { 0 };
    field_names(v, &t);
    if (v.kind == V_FUNC) sub_names(v.func, &t);
    if (t.len) diag_hint(d, "It has: %s.", text_str(&t));
    else if (v.kind == V_NODE && !strcmp(name, "T")) diag_hint(d, "The transpose is A'.");
    else if (v.kind == V_FUNC) diag_hint(d, "What is inside a function can be asked for after it has been called.");
    text_free(&t);
    return E_NAME;
}

static bool node_field(Node *n, const char *name, Value *out)
{
    if (strcmp(name, "shape")) return false;
    Shape s = { .rank = 1, .dim = { n->shape.rank } };
    Diag d = { 0 };
    Node *leaf = node_leaf(&s, NULL, &d);
    if (!leaf) return false;
    for (int i = 0; i < n->shape.rank; i++) leaf->val[i] = (double)n->shape.dim[i];
    leaf->flags |= NODE_CONST;
    *out = value_node(leaf);
    return true;
}

Status value_field(Session *s, Value v, const char *name, Span at, Value *out, Diag *d)
{
    (void)s;
    *out = value_none();
    bool found = false;
    if (v.kind == V_RECORD) {
        Value *f = record_find(v.record, name);
        found = f != NULL;
        if (found) *out = value_keep(*f);
    } else if (v.kind == V_FUNC) {
        found = func_field(v.func, name, out);
    } else if (v.kind == V_NODE) {
        found = node_field(v.node, name, out);
    }
    return found ? OK : no_field(v, name, at, d);
}

/* ---- as a number ---- */

static Node *latest_output(Func *f, Span at, Diag *d)
{
    if (f->last && f->last->out) return f->last->out;
    const char *name = f->name ? f->name : "the function";
    if (f->kind == FN_CHAIN || (f->kind == FN_BOUND && f->of->kind == FN_LAYER)) {
        diag_set(d, E_TYPE, at, "%s has no output yet: it has not been given an input", name);
        diag_hint(d, "Give it one first, for example %s([1, 0]).", name);
    } else {
        diag_set(d, E_TYPE, at, "%s is a function, not a number", name);
        diag_hint(d, "Call it: %s(x).", name);
    }
    return NULL;
}

Node *value_to_node(Session *s, Value v, Span at, Diag *d)
{
    (void)s;
    if (v.kind == V_NODE) return v.node;
    if (v.kind == V_FUNC) return latest_output(v.func, at, d);
    if (v.kind == V_RECORD && !strcmp(v.record->type, "scope")) {
        Value *out = record_find(v.record, "out");
        if (out) return out->node;
    }
    diag_set(d, E_TYPE, at, "a number is needed here, not %s", v.kind == V_NONE ? "none" : value_kind(v));
    return NULL;
}

/* ---- parameters ---- */

typedef struct {
    Node **v;
    int    n, cap;
} Leaves;

static void leaves_add(Leaves *l, Node *root)
{
    int count;
    Node **all = node_walk(root, &count);
    for (int i = 0; i < count; i++) {
        bool known = !(all[i]->flags & NODE_PARAM);
        for (int k = 0; k < l->n && !known; k++) known = l->v[k] == all[i];
        if (known) continue;
        GROW(l->v, l->n, l->cap);
        l->v[l->n++] = all[i];
    }
    free(all);
}

static void leaves_of(Func *f, Leaves *l)
{
    for (int i = 0; i < f->n_own; i++)
        if (!f->own[i].of) leaves_add(l, f->own[i].node);
    for (int i = 0; i < f->n_stage; i++) leaves_of(f->stage[i], l);
}

Node **func_params(Func *f, int *n)
{
    Leaves l = { 0 };
    leaves_of(f, &l);
    *n = l.n;
    if (!l.v) l.v = mem_new(sizeof *l.v);
    return l.v;
}
