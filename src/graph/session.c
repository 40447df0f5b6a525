/* session.c -- the table of names, the prelude behind it, and definitions.
 *
 * A binding is never changed in place: a new definition makes a new Binding and
 * the journal keeps the old one, so undo and the rollback of a failed statement
 * are the same walk backwards.
 *
 * When a name is redefined with the same shape its slot node takes the new
 * definition and everything built upon the slot follows by itself. Only a new
 * shape or kind, or a gradient that went through the inside of the old
 * definition, makes dependants be built again from their text: in topological
 * order, each once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/define.h"
#include "graph/grads.h"
#include "graph/journal.h"
#include "graph/modes.h"

/* ---- table: open addressing ---- */

static Binding gone;                       /* a removed entry */

size_t hash_text(const char *s)
{
    size_t h = 1469598103934665603u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static Binding **table_place(const Session *s, const char *name)
{
    size_t mask = (size_t)s->cap_name - 1, h = hash_text(name) & mask;
    Binding **free_place = NULL;
    for (;; h = (h + 1) & mask) {
        Binding **p = &s->name[h];
        if (!*p) return free_place ? free_place : p;
        if (*p == &gone) free_place = free_place ? free_place : p;
        else if (!strcmp((*p)->name, name)) return p;
    }
}

static void table_grow(Session *s)
{
    Binding **old = s->name;
    int cap = s->cap_name;
    s->cap_name = cap ? cap * 2 : 64;
    s->name = mem_new(sizeof *s->name * (size_t)s->cap_name);
    s->n_name = 0;
    for (int i = 0; i < cap; i++)
        if (old[i] && old[i] != &gone) *table_place(s, old[i]->name) = old[i], s->n_name++;
    free(old);
}

Binding *binding_keep(Binding *b)
{
    if (b) b->refs++;
    return b;
}

void binding_drop(Binding *b)
{
    if (!b || --b->refs > 0) return;
    value_drop(&b->value);
    source_drop(b->src);
    for (int i = 0; i < b->n_dep; i++) free(b->dep[i]);
    for (int i = 0; i < b->n_guard; i++) node_drop(b->guard[i].node);
    for (int i = 0; i < b->n_call; i++) {
        func_drop(b->call[i].func);
        scope_drop(b->call[i].scope);
    }
    free(b->call);
    free(b->dep);
    free(b->guard);
    free(b->name);
    free(b);
}

void session_put(Session *s, const char *name, Binding *b)
{
    if (2 * (s->n_name + 1) > s->cap_name) table_grow(s);
    Binding **p = table_place(s, name);
    Binding *old = *p && *p != &gone ? *p : NULL;
    if (!*p && b) s->n_name++;
    *p = b ? binding_keep(b) : old ? &gone : *p;
    if (old) s->n_guarded -= old->n_guard > 0, s->n_deep -= old->deep;
    if (b) s->n_guarded += b->n_guard > 0, s->n_deep += b->deep;
    binding_drop(old);
    s->structure++;
}

Binding *session_find(Session *s, const char *name)
{
    if (!s->cap_name) return NULL;
    Binding *b = *table_place(s, name);
    return b == &gone ? NULL : b;
}

static int by_order(const void *a, const void *b)
{
    uint64_t x = (*(Binding *const *)a)->order, y = (*(Binding *const *)b)->order;
    return (x > y) - (x < y);
}

Binding **session_bindings(Session *s, int *n)
{
    Binding **all = mem_new(sizeof *all * (size_t)(s->cap_name + 1));
    *n = 0;
    for (int i = 0; i < s->cap_name; i++)
        if (s->name[i] && s->name[i] != &gone) all[(*n)++] = s->name[i];
    qsort(all, (size_t)*n, sizeof *all, by_order);
    return all;
}

/* What a function was last called with may hold the function itself: sigmoid(net) of a net
 * whose layers end in sigmoid. Here such circles are opened. */
void func_forget_call(Func *f)
{
    Scope *last = f->last;
    f->last = NULL;
    scope_drop(last);
}

/* ---- make ---- */

Session *session_new(void)
{
    Session *s = mem_new(sizeof *s);
    s->format = (NumFormat){ NUM_SIG, 6 };
    rng_seed(&s->rng, 0);
    modes_open(s);
    table_grow(s);
    return s;
}

void session_free(Session *s)
{
    if (!s) return;
    journal_free_all(s);
    grads_free(s);
    for (int i = 0; i < s->n_memory; i++) {
        free(s->memory[i].text);
        func_drop(s->memory[i].func);
    }
    free(s->memory);
    value_drop(&s->ans);
    for (int i = 0; i < s->cap_name; i++)
        if (s->name[i] && s->name[i] != &gone && s->name[i]->value.kind == V_FUNC) func_forget_call(s->name[i]->value.func);
    for (int i = 0; i < s->cap_name; i++)
        if (s->name[i] && s->name[i] != &gone) binding_drop(s->name[i]);
    free(s->name);
    prelude_free(s);
    modes_close(s);
    text_free(&s->out);
    free(s);
}

void session_add_table(Session *s, const Builtin *rows)
{
    assert(s->n_table < (int)(sizeof s->table / sizeof *s->table));
    s->table[s->n_table++] = rows;
}

/* All rows by name, in one hash: every line of a script asks whether it begins
 * with a command. */
static void rows_index(Session *s)
{
    memset(s->row, 0, sizeof s->row);
    for (int t = 0; t < s->n_table; t++)
        for (const Builtin *b = s->table[t]; b->name; b++) {
            size_t h = hash_text(b->name) % SESSION_ROWS;
            while (s->row[h] && strcmp(s->row[h]->name, b->name)) h = (h + 1) % SESSION_ROWS;
            if (!s->row[h]) s->row[h] = b;
        }
}

const Builtin *session_builtin(Session *s, const char *name)
{
    if (s->n_indexed != s->n_table) rows_index(s), s->n_indexed = s->n_table;
    size_t h = hash_text(name) % SESSION_ROWS;
    while (s->row[h] && strcmp(s->row[h]->name, name)) h = (h + 1) % SESSION_ROWS;
    return s->row[h];
}

bool session_is_command(void *ctx, const char *name)
{
    const Builtin *b = session_builtin(ctx, name);
    return b && b->flags & BUILTIN_COMMAND;
}

const char *session_near_command(void *ctx, const char *word)
{
    Session *s = ctx;
    const char *name[SESSION_ROWS];
    int n = 0;
    if (session_find(s, word)) return NULL;
    for (int i = 0; i < SESSION_ROWS; i++)
        if (s->row[i] && s->row[i]->flags & BUILTIN_COMMAND) name[n++] = s->row[i]->name;
    return text_nearest(word, name, n);
}

bool session_lookup(Session *s, const char *name, Value *out)
{
    Diag d = { 0 };
    Env e = { .s = s, .d = &d };
    return lookup_name(&e, name, (Span){ 0, 0 }, out) == OK;
}

typedef struct {
    const char **v;
    int n, cap;
} NameList;

static void list_add(NameList *l, const char *name)
{
    GROW(l->v, l->n, l->cap);
    l->v[l->n++] = name;
}

static void list_op(const Op *op, void *ctx)
{
    char c = op->name[0];
    if (op->kind == OP_ELEMENT && ((c >= 'a' && c <= 'z'))) list_add(ctx, op->name);
}

const char **session_names(Session *s, int *n)
{
    NameList l = { 0 };
    for (int i = 0; i < s->cap_name; i++)
        if (s->name[i] && s->name[i] != &gone) list_add(&l, s->name[i]->name);
    int known;
    const char **prelude = prelude_names(s, &known);
    for (int i = 0; i < known; i++)
        if (!strchr(prelude[i], '\'')) list_add(&l, prelude[i]);
    free(prelude);
    for (int t = 0; t < s->n_table; t++)
        for (const Builtin *b = s->table[t]; b->name; b++) list_add(&l, b->name);
    op_each(list_op, &l);
    *n = l.n;
    return l.v;
}

/* ---- define ---- */

Binding *binding_new(const char *name, Value v, BindingKind kind, Source *src, Ast *ast)
{
    static uint64_t order;
    Binding *b = mem_new(sizeof *b);
    b->refs = 1;
    b->name = mem_str(name);
    b->value = v;
    b->kind = kind;
    b->src = src ? source_keep(src) : NULL;
    b->ast = ast;
    b->order = ++order;
    return b;
}

void binding_take_use(Binding *b, Record_of_use *u)
{
    if (!u) return;
    b->dep = u->dep;
    b->n_dep = u->n_dep;
    b->guard = u->guard;
    b->n_guard = u->n_guard;
    b->deep = u->deep;
    b->call = u->call;
    b->n_call = u->n_call;
    *u = (Record_of_use){ 0 };
}

/* The circle that def closes back to slot, as "a -> b -> a". */
static Status circle_fault(Session *s, Node *slot, Node *def, const char *name, Span at, Diag *d)
{
    (void)s;
    Text t = { 0 };
    text_add(&t, name);
    Node *here = def;
    for (int turns = 0; here != slot && turns < 64; turns++) {
        if (here->op == &op_slot && here->label) text_addf(&t, " -> %s", here->label);
        Node *next = NULL;
        for (int i = 0; i < here->n_in && !next; i++)
            if (node_depends(here->in[i], slot)) next = here->in[i];
        here = next;
    }
    text_addf(&t, " -> %s", name);
    diag_set(d, E_CIRCLE, at, "%s would depend on itself: %s", name, text_str(&t));
    text_free(&t);
    return diag_hint(d, "An equation stays true for ever. To change the number once, write %s <- ...", name);
}

/* The slot of the name for def: the old one when the shape stays. */
Status slot_for(Session *s, Binding *old, const char *name, Node *def, Span at, Diag *d, Value *out,
                       bool *same)
{
    Node *slot = old && old->value.kind == V_NODE ? old->value.node : NULL;
    if (slot && node_depends(def, slot)) return circle_fault(s, slot, def, name, at, d);
    *same = slot && shape_equal(&slot->shape, &def->shape);
    if (*same) {
        journal_slot(s, slot, def);
        slot_set(slot, def);
        *out = value_node(node_keep(slot));
    } else {
        Node *fresh = node_slot(def);
        node_label(fresh, "%s", name);
        *out = value_node(fresh);
    }
    return OK;
}

static Status check_name(Session *s, const char *name, Span at, Diag *d)
{
    if (session_is_command(s, name)) {
        diag_set(d, E_NAME, at, "%s is a command and cannot be given a value", name);
        return diag_hint(d, "Choose another name, for example %s1.", name);
    }
    return OK;
}

Status define_name(Session *s, const char *name, Value v, const Definition *def, Diag *d)
{
    TRY(check_name(s, name, def->at, d));
    Binding *old = session_find(s, name);
    bool same = false;
    Value held = v;
    if (v.kind == V_NODE) {
        TRY(slot_for(s, old, name, v.node, def->at, d, &held, &same));
        if (def->kind == B_PARAM) node_label(v.node, "%s", name);
    }
    Value theirs = value_keep(v);            /* the caller's, should this fail below */
    if (v.kind == V_NODE) value_drop(&v);
    Binding *b = binding_new(name, held, def->kind, def->src, def->ast);
    if (old) b->order = old->order;
    binding_take_use(b, def->use);
    journal_bind(s, name, old, b);
    session_put(s, name, b);
    binding_drop(b);
    Status st = old ? follow_change(s, name, !same, d) : OK;
    if (st == OK) value_drop(&theirs);
    return st;
}

Status session_define(Session *s, const char *name, Value v, BindingKind kind, Source *src, Ast *ast, Span at, Diag *d)
{
    Definition def = { .kind = kind, .src = src, .ast = ast, .at = at };
    Status st = define_name(s, name, v, &def, d);
    if (st != OK) value_drop(&v);
    return st;
}

Status session_forget(Session *s, const char *name, Diag *d)
{
    Binding *b = session_find(s, name);
    Span nowhere = { 0, 0 };
    if (!b) return diag_set(d, E_NAME, nowhere, "there is no %s to forget", name);
    int n;
    Binding **all = session_bindings(s, &n);
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++)
        for (int k = 0; k < all[i]->n_dep && all[i] != b; k++)
            if (!strcmp(all[i]->dep[k], name)) {
                st = diag_set(d, E_NAME, nowhere, "%s still needs %s", all[i]->name, name);
                diag_hint(d, "Forget or redefine %s first.", all[i]->name);
                break;
            }
    free(all);
    TRY(st);
    journal_bind(s, name, b, NULL);
    session_put(s, name, NULL);
    return OK;
}

/* ---- optimizers written out in a command ---- */

Func *session_optimizer(Session *s, Value v, const Ast *typed)
{
    if (!typed || typed->kind == A_NAME) return v.func;
    Text t = { 0 };
    ast_print(&t, typed);
    for (int i = 0; i < s->n_memory; i++)
        if (!strcmp(s->memory[i].text, text_str(&t))) {
            text_free(&t);
            return s->memory[i].func;
        }
    GROW(s->memory, s->n_memory, s->cap_memory);
    s->memory[s->n_memory++] = (struct Memory){ mem_str(text_str(&t)), func_keep(v.func) };
    text_free(&t);
    return v.func;
}
