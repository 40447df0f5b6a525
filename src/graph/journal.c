/* journal.c -- one list of changes serves rollback, undo and redo.
 *
 * An entry holds what was and swaps it with what is: applying a journal
 * backwards undoes it and leaves it holding what undoing removed, so applying
 * it forwards redoes it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/journal.h"

#include <stdlib.h>
#include <string.h>

#include "graph/define.h"

typedef struct {
    char    *name;            /* a binding */
    Binding *binding;
    Node    *slot, *def;      /* a slot's definition */
    Node    *leaf;            /* a leaf's numbers */
    double  *val;             /* NULL: there is one only */
    double   one;
} Entry;

struct Journal {
    Journal  *next;           /* older, on a stack */
    int       n, cap;
    Entry    *entry;          /* few, until there are more */
    Entry     few[1];
    Rng      *rng;            /* NULL: chance was not touched */
    NumFormat format;
    size_t    bytes;
};

/* The generator before the running statement; kept here, copied only when a
 * statement drew, because it is large and most statements do not. */
static Rng rng_before;

/* The stacks hang on the first journal of a session: kept beside it. */
static struct Stacks {
    Session *s;
    Journal *undo, *redo;
} stacks;

/* Every draw moves `at`, `spare` or refills; seeding sets at to the end. */
static bool rng_same(const Rng *a, const Rng *b)
{
    return a->at == b->at && a->seed == b->seed && a->torch == b->torch && a->has_spare == b->has_spare &&
           a->state[0] == b->state[0] && a->state[623] == b->state[623];
}

static Entry *entry_add(Session *s)
{
    Journal *j = s->journal;
    if (j->n == j->cap) {
        Entry *old = j->entry == j->few ? NULL : j->entry;
        j->cap = j->cap < 8 ? 8 : j->cap * 2;
        j->entry = mem_grow(old, (size_t)j->cap, sizeof *old);
        if (!old) memcpy(j->entry, j->few, sizeof j->few);
    }
    Entry *e = &j->entry[j->n++];
    *e = (Entry){ 0 };
    return e;
}

/* Not kept as a pointer: entries move when there are more. */
static double *entry_numbers(Entry *e) { return e->val ? e->val : &e->one; }

/* Journals of statements long gone, for the next ones: each of them makes one. */
enum { SPARE_MOST = 2*LIMIT_UNDO };
static Journal *spare;
static int n_spare;

static Journal *journal_new(void)
{
    Journal *j = spare;
    if (!j) return mem_new(sizeof *j);
    spare = j->next;
    n_spare--;
    memset(j, 0, sizeof *j);
    return j;
}

static void journal_give(Journal *j)
{
    if (n_spare >= SPARE_MOST) {
        free(j);
        return;
    }
    j->next = spare;
    spare = j;
    n_spare++;
}

static void journal_free(Journal *j)
{
    for (int i = 0; i < j->n; i++) {
        Entry *e = &j->entry[i];
        free(e->name);
        binding_drop(e->binding);
        node_drop(e->slot);
        node_drop(e->def);
        node_drop(e->leaf);
        free(e->val);
    }
    if (j->entry != j->few) free(j->entry);
    free(j->rng);
    journal_give(j);
}

static void stack_free(Journal **top)
{
    while (*top) {
        Journal *j = *top;
        *top = j->next;
        journal_free(j);
    }
}

void journal_free_all(Session *s)
{
    if (stacks.s == s) {
        stack_free(&stacks.undo);
        stack_free(&stacks.redo);
        stacks.s = NULL;
    }
    for (Journal *j = spare, *next; j; j = next) {
        next = j->next;
        free(j);
    }
    spare = NULL;
    n_spare = 0;
}

void journal_begin(Session *s)
{
    s->journal = journal_new();
    s->journal->entry = s->journal->few;
    s->journal->cap = 1;
    s->journal->format = s->format;
    if (!rng_same(&rng_before, &s->rng)) rng_before = s->rng;
}

void journal_bind(Session *s, const char *name, Binding *old, Binding *now)
{
    (void)now;
    if (!s->journal) return;
    /* The oldest counts: a loop that defines the same names for hours must not grow. */
    for (int i = 0; i < s->journal->n; i++)
        if (s->journal->entry[i].name && !strcmp(s->journal->entry[i].name, name)) return;
    Entry *e = entry_add(s);
    e->name = mem_str(name);
    e->binding = binding_keep(old);
}

void journal_slot(Session *s, Node *slot, Node *now)
{
    (void)now;
    if (!s->journal) return;
    for (int i = 0; i < s->journal->n; i++)
        if (s->journal->entry[i].slot == slot) return;
    Entry *e = entry_add(s);
    e->slot = node_keep(slot);
    e->def = node_keep(slot->in[0]);
}

void journal_leaf(Session *s, Node *leaf)
{
    if (!s->journal) return;
    for (int i = 0; i < s->journal->n; i++)
        if (s->journal->entry[i].leaf == leaf) return;
    Entry *e = entry_add(s);
    e->leaf = node_keep(leaf);
    if (leaf->len != 1) e->val = mem_new(sizeof *e->val * (size_t)(leaf->len + 1));
    memcpy(entry_numbers(e), leaf->val, sizeof *e->val * (size_t)leaf->len);
    s->journal->bytes += sizeof *e->val * (size_t)leaf->len;
}

bool journal_has(Session *s, const char *name, const Node *leaf)
{
    if (!s->journal) return true;
    for (int i = 0; i < s->journal->n; i++) {
        const Entry *e = &s->journal->entry[i];
        if (leaf ? e->leaf == leaf : e->name && !strcmp(e->name, name)) return true;
    }
    return false;
}

void session_set_leaf(Session *s, Node *leaf, const double *v)
{
    journal_leaf(s, leaf);
    leaf_set(leaf, v);
}

static void entry_swap(Session *s, Entry *e)
{
    if (e->name) {
        Binding *now = binding_keep(session_find(s, e->name));
        session_put(s, e->name, e->binding);
        binding_drop(e->binding);
        e->binding = now;
    } else if (e->slot) {
        Node *now = node_keep(e->slot->in[0]);
        slot_set(e->slot, e->def);
        node_drop(e->def);
        e->def = now;
    } else {
        double *was = entry_numbers(e);
        for (int64_t i = 0; i < e->leaf->len; i++) {
            double now = e->leaf->val[i];
            e->leaf->val[i] = was[i];
            was[i] = now;
        }
        leaf_touch(e->leaf);
    }
}

static void journal_swap(Session *s, Journal *j, bool backwards)
{
    for (int i = 0; i < j->n; i++) entry_swap(s, &j->entry[backwards ? j->n - 1 - i : i]);
    NumFormat format = s->format;
    s->format = j->format;
    j->format = format;
    if (!j->rng) return;
    Rng rng = s->rng;
    s->rng = *j->rng;
    *j->rng = rng;
}

static void journal_take_rng(const Session *s, Journal *j)
{
    if (rng_same(&rng_before, &s->rng)) return;
    j->rng = mem_new(sizeof *j->rng);
    *j->rng = rng_before;
}

void journal_rollback(Session *s)
{
    Journal *j = s->journal;
    s->journal = NULL;
    journal_take_rng(s, j);
    journal_swap(s, j, true);
    journal_free(j);
}

/* Walked only now and then: a script of a million lines makes as many steps. */
static void stack_trim(size_t added)
{
    static int waiting;
    static size_t since;
    since += added;
    if (++waiting < LIMIT_UNDO && since < LIMIT_UNDO_BYTES/4) return;
    waiting = 0;
    since = 0;
    size_t bytes = 0;
    int n = 0;
    for (Journal **p = &stacks.undo; *p; p = &(*p)->next) {
        bytes += (*p)->bytes + sizeof **p;
        if (++n > LIMIT_UNDO || (n > 1 && bytes > LIMIT_UNDO_BYTES)) {
            stack_free(p);
            return;
        }
    }
}

static bool journal_empty(const Session *s, const Journal *j)
{
    return !j->n && j->format.mode == s->format.mode && j->format.digits == s->format.digits &&
           !j->rng;
}

void journal_commit(Session *s, bool undoable)
{
    Journal *j = s->journal;
    s->journal = NULL;
    journal_take_rng(s, j);
    if (!undoable || journal_empty(s, j)) {
        journal_free(j);
        return;
    }
    if (stacks.s != s) {
        stack_free(&stacks.undo);
        stack_free(&stacks.redo);
        stacks.s = s;
    }
    stack_free(&stacks.redo);
    j->next = stacks.undo;
    stacks.undo = j;
    stack_trim(j->bytes);
}

enum { TOLD_MOST = 4 };

/* The leaf of `x = 3` has no label of its own: x is the name of the slot before it. */
static const char *leaf_name(Session *s, const Node *leaf)
{
    int n;
    Binding **all = session_bindings(s, &n);
    const char *name = leaf->label;
    for (int i = 0; i < n && !name; i++)
        if (all[i]->value.kind == V_NODE && node_through(all[i]->value.node) == leaf) name = all[i]->name;
    free(all);
    return name;
}

/* What a name or a leaf is now; false for an entry that has no name. */
static bool entry_tell(Session *s, const Entry *e, bool shown)
{
    const char *name = e->name ? e->name : e->leaf ? leaf_name(s, e->leaf) : NULL;
    if (!name || !shown) return name != NULL;
    Binding *b = e->name ? session_find(s, e->name) : NULL;
    Node *n = e->leaf ? e->leaf : b && b->value.kind == V_NODE ? b->value.node : NULL;
    char num[NUM_TEXT];
    Diag d = { 0 };
    const double *v = n && !n->shape.rank ? node_eval(n, &d) : NULL;
    if (v) text_addf(&s->out, "# %s = %s\n", name, num_print(num, *v, s->format));
    else text_addf(&s->out, n || b ? "# %s is back\n" : "# %s is not defined\n", name);
    return true;
}

/* At the prompt undo and redo say what they did. */
static void journal_tell(Session *s, const Journal *j)
{
    int told = 0;
    for (int i = 0; i < j->n; i++) told += entry_tell(s, &j->entry[i], told < TOLD_MOST);
    if (told > TOLD_MOST) text_addf(&s->out, "# and %d more\n", told - TOLD_MOST);
    if (!told) text_add(&s->out, j->rng ? "# the random numbers are back\n" : "# the digits are back\n");
}

static Status stack_move(Session *s, Journal **from, Journal **to, bool backwards, const char *what, Diag *d)
{
    if (stacks.s != s || !*from) return diag_set(d, E_RANGE, (Span){ 0, 0 }, "there is nothing to %s", what);
    Journal *j = *from;
    *from = j->next;
    journal_swap(s, j, backwards);
    j->next = *to;
    *to = j;
    if (s->echo) journal_tell(s, j);
    return OK;
}

Status session_undo(Session *s, Diag *d) { return stack_move(s, &stacks.undo, &stacks.redo, true, "undo", d); }
Status session_redo(Session *s, Diag *d) { return stack_move(s, &stacks.redo, &stacks.undo, false, "redo", d); }
