/* value.c -- counted values: making, keeping, dropping, naming and printing them.
 *
 * A number or a tensor is printed so that it can be typed back in, unless it is
 * too long to be looked at: then the first and the last three of an axis are
 * shown and a comment tells the shape. Only the elements shown are visited.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "graph/op.h"
#include "graph/session.h"
#include "graph/tmpl.h"

/* ---- make ---- */

Value value_none(void) { return (Value){ .kind = V_NONE }; }
Value value_node(Node *n) { return (Value){ .kind = V_NODE, .node = n }; }
Value value_num(double v) { return value_node(node_num(v)); }
Value value_func(Func *f) { return (Value){ .kind = V_FUNC, .func = f }; }
Value value_list(List *l) { return (Value){ .kind = V_LIST, .list = l }; }
Value value_record(Record *r) { return (Value){ .kind = V_RECORD, .record = r }; }

Value value_str(const char *s)
{
    Str *str = mem_new(sizeof *str);
    str->refs = 1;
    str->s = mem_str(s);
    return (Value){ .kind = V_STR, .str = str };
}

List *list_new(int n)
{
    List *l = mem_new(sizeof *l);
    l->refs = 1;
    l->n = n;
    if (n) l->item = mem_new(sizeof *l->item * (size_t)n);
    return l;
}

Record *record_new(const char *type)
{
    Record *r = mem_new(sizeof *r);
    r->refs = 1;
    r->type = type;
    return r;
}

Value *record_find(const Record *r, const char *name)
{
    for (int i = 0; i < r->n; i++)
        if (!strcmp(r->name[i], name)) return &r->field[i];
    return NULL;
}

void record_set(Record *r, const char *name, Value v)
{
    Value *old = record_find(r, name);
    if (old) {
        Value was = *old;
        *old = v;
        value_drop(&was);
        return;
    }
    r->name = mem_grow(r->name, (size_t)r->n + 1, sizeof *r->name);
    r->field = mem_grow(r->field, (size_t)r->n + 1, sizeof *r->field);
    r->name[r->n] = mem_str(name);
    r->field[r->n++] = v;
}

Func *func_new(FuncKind kind, const char *name)
{
    Func *f = mem_new(sizeof *f);
    f->refs = 1;
    f->kind = kind;
    f->name = name ? mem_str(name) : NULL;
    f->tmpl_state = -1;
    return f;
}

Scope *scope_new(void)
{
    Scope *s = mem_new(sizeof *s);
    s->refs = 1;
    return s;
}

Value *scope_find(Scope *s, const char *name)
{
    for (int i = 0; i < s->n; i++)
        if (s->name[i][0] == name[0] && !strcmp(s->name[i], name)) return &s->val[i];
    return NULL;
}

void scope_set(Scope *s, const char *name, Value v)
{
    Value *old = scope_find(s, name);
    if (old) {
        Value was = *old;
        *old = v;
        value_drop(&was);
        return;
    }
    if (s->n >= s->cap) {
        s->cap = s->cap ? s->cap * 2 : 8;
        s->name = mem_grow(s->name, (size_t)s->cap, sizeof *s->name);
        s->val = mem_grow(s->val, (size_t)s->cap, sizeof *s->val);
    }
    s->name[s->n] = mem_str(name);
    s->val[s->n++] = v;
}

/* ---- keep and drop ---- */

Func *func_keep(Func *f)
{
    f->refs++;
    return f;
}

Scope *scope_keep(Scope *s)
{
    s->refs++;
    return s;
}

Value value_keep(Value v)
{
    switch (v.kind) {
    case V_NONE: break;
    case V_NODE: node_keep(v.node); break;
    case V_STR: v.str->refs++; break;
    case V_FUNC: v.func->refs++; break;
    case V_LIST: v.list->refs++; break;
    case V_RECORD: v.record->refs++; break;
    }
    return v;
}

static void names_free(char **name, int n)
{
    for (int i = 0; i < n; i++) free(name[i]);
    free(name);
}

static void values_free(Value *v, int n)
{
    for (int i = 0; i < n; i++) value_drop(&v[i]);
    free(v);
}

static void str_drop(Str *s)
{
    if (--s->refs > 0) return;
    free(s->s);
    free(s);
}

static void list_drop(List *l)
{
    if (--l->refs > 0) return;
    values_free(l->item, l->n);
    free(l);
}

static void record_drop(Record *r)
{
    if (!r || --r->refs > 0) return;
    names_free(r->name, r->n);
    values_free(r->field, r->n);
    free(r);
}

void scope_drop(Scope *s)
{
    if (!s || --s->refs > 0) return;
    names_free(s->name, s->n);
    values_free(s->val, s->n);
    node_drop(s->out);
    names_free(s->sub_name, s->n_sub);
    for (int i = 0; i < s->n_sub; i++) scope_drop(s->sub[i]);
    free(s->sub);
    free(s);
}

static void func_free_parts(Func *f)
{
    names_free(f->key, f->n_key);
    values_free(f->key_val, f->n_key);
    for (int i = 0; i < f->n_own; i++) {
        free(f->own[i].path);
        node_drop(f->own[i].node);
        node_drop(f->own[i].of);
    }
    free(f->own);
    for (int i = 0; i < f->n_stage; i++) func_drop(f->stage[i]);
    free(f->stage);
    names_free(f->stage_name, f->n_stage);
}

void func_drop(Func *f)
{
    if (!f || --f->refs > 0) return;
    func_free_parts(f);
    func_drop(f->of);
    scope_drop(f->last);
    record_drop(f->task);
    tmpl_close(f->tmpl);
    for (char **p = f->tmpl_dep; p && *p; p++) free(*p);
    free(f->tmpl_dep);
    source_drop(f->src);
    free(f->name);
    free(f);
}

void value_drop(Value *v)
{
    Value was = *v;
    *v = value_none();
    switch (was.kind) {
    case V_NONE: break;
    case V_NODE: node_drop(was.node); break;
    case V_STR: str_drop(was.str); break;
    case V_FUNC: func_drop(was.func); break;
    case V_LIST: list_drop(was.list); break;
    case V_RECORD: record_drop(was.record); break;
    }
}

/* ---- name the kind ---- */

static const char *func_kind(const Func *f)
{
    while (f->kind == FN_BOUND && f->of) f = f->of;
    switch (f->kind) {
    case FN_LAYER: return "a layer";
    case FN_OPTIMIZER: return "an optimizer";
    case FN_CHAIN: return "a network";
    default: return "a function";
    }
}

static const char *record_kind(const Record *r)
{
    static const char *const kind[][2] = {
        { "dataset", "a data set" }, { "history", "a history" }, { "table", "a table" },
    };
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        if (!strcmp(r->type, kind[i][0])) return kind[i][1];
    return "a record";
}

const char *value_kind(Value v)
{
    static const char *const by_rank[] = { "a number", "a vector", "a matrix" };
    switch (v.kind) {
    case V_NODE: return v.node->shape.rank < 3 ? by_rank[v.node->shape.rank] : "a tensor";
    case V_STR: return "a text";
    case V_FUNC: return func_kind(v.func);
    case V_LIST: return "a list";
    case V_RECORD: return record_kind(v.record);
    default: return "nothing";
    }
}
