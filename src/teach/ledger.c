/* ledger.c -- what every parameter went through.
 *
 * Each state that an update left is remembered by a hash of its numbers (small
 * tensors also by the numbers), the last STATES_MOST of them. So the present
 * numbers are looked up among the states: that answers undo and `back` without
 * being told of them. The inputs of the last update are copied, so that it can
 * be shown although they have moved on since.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "graph/algebra.h"
#include "graph/op.h"
#include "learn/walk.h"

enum {
    STATES_MOST = 1000, STATES_BYTES = 64 << 10, INPUTS_MOST = 16, INPUTS_BYTES = 64 << 10,
    RULES_MOST = 4, LAST_FOLD = 8
};

typedef struct {
    uint64_t hash;
    int64_t  updates;        /* since the start                          */
    double  *val;            /* NULL: too many numbers to keep           */
    int      rule;           /* by which it came about; -1: none         */
} State;

typedef struct {
    Node   *node;            /* borrowed: last holds it                  */
    double *val;
} Input;

typedef struct {
    Node   *leaf;
    double *start;
    int     n, cap;
    State  *state;           /* state[0] is the start, until there are too many */
    Node   *last;            /* right side of the last update            */
    uint64_t last_hash;      /* the state it left                        */
    int     n_input;
    Input   input[INPUTS_MOST];
    int     n_rule;
    Func   *rule[RULES_MOST];
} Entry;

typedef struct {
    int    n, cap;
    Entry *entry;
} Ledger;

/* ---- states ---- */

static uint64_t hash_numbers(const double *v, int64_t n)
{
    uint64_t h = 0x9E3779B97F4A7C15u, bits;
    for (int64_t i = 0; i < n; i++) {
        memcpy(&bits, &v[i], sizeof bits);
        h = (h ^ bits) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    return h;
}

static size_t bytes_of(const Node *leaf) { return sizeof(double) * (size_t)leaf->len; }

static double *copy_of(const double *v, size_t bytes)
{
    double *copy = mem_new(bytes + 1);
    memcpy(copy, v, bytes);
    return copy;
}

static int states_kept(const Node *leaf)
{
    size_t fit = STATES_BYTES / (bytes_of(leaf) + 1);
    return fit < 2 ? 0 : fit > STATES_MOST ? STATES_MOST : (int)fit;
}

static void states_drop(Entry *e, int from, int to)
{
    if (from == to) return;
    for (int i = from; i < to; i++) free(e->state[i].val);
    memmove(e->state + from, e->state + to, sizeof *e->state * (size_t)(e->n - to));
    e->n -= to - from;
}

/* Numbers are kept for the newest only; half go at once, so that it is rare. */
static void states_trim(Entry *e)
{
    int most = states_kept(e->leaf);
    if (e->n >= STATES_MOST) states_drop(e, 0, e->n / 2);
    if (!most || e->n < most || !e->state[e->n - most].val) return;
    for (int i = 0; i < e->n - most / 2; i++) {
        free(e->state[i].val);
        e->state[i].val = NULL;
    }
}

static void state_push(Entry *e, const double *v, int64_t updates, int rule)
{
    GROW(e->state, e->n, e->cap);
    e->state[e->n++] = (State){ hash_numbers(v, e->leaf->len), updates,
                                states_kept(e->leaf) ? copy_of(v, bytes_of(e->leaf)) : NULL, rule };
    states_trim(e);
}

/* The newest state with these numbers, or -1. */
static int state_find(const Entry *e, const double *v)
{
    uint64_t h = hash_numbers(v, e->leaf->len);
    for (int i = e->n - 1; i >= 0; i--)
        if (e->state[i].hash == h) return i;
    return -1;
}

/* ---- the last update's inputs ---- */

static void last_forget(Entry *e)
{
    for (int i = 0; i < e->n_input; i++) free(e->input[i].val);
    e->n_input = 0;
    node_drop(e->last);
    e->last = NULL;
}

/* Named quantities and leaves right below n, each with a copy of its numbers.
 * false: there are too many. */
static bool inputs_copy(Entry *e, Node *n, size_t *bytes, int depth)
{
    for (int i = 0; i < n->n_in; i++) {
        Node *in = n->in[i];
        bool named = in->label || in->op == &op_leaf, seen = in->flags & NODE_CONST;
        for (int k = 0; k < e->n_input; k++) seen |= e->input[k].node == in;
        if (seen) continue;
        if (!named && (depth > 32 || !inputs_copy(e, in, bytes, depth + 1))) return false;
        if (!named) continue;
        *bytes += bytes_of(in);
        if (e->n_input >= INPUTS_MOST || *bytes > INPUTS_BYTES || !in->val) return false;
        e->input[e->n_input++] = (Input){ in, copy_of(in->val, bytes_of(in)) };
    }
    return true;
}

static void last_keep(Entry *e, const Moved *m)
{
    size_t bytes = 0;
    last_forget(e);
    if (!m->next || m->next->label || m->times != 1) return;
    e->last = node_keep(m->next);
    e->last_hash = hash_numbers(m->now, m->leaf->len);
    if (!inputs_copy(e, m->next, &bytes, 0)) last_forget(e);
}

/* ---- entries ---- */

static void entry_clear(Entry *e)
{
    last_forget(e);
    states_drop(e, 0, e->n);
    free(e->state);
    if (e->start) mem_give(e->start, bytes_of(e->leaf));
    for (int i = 0; i < e->n_rule; i++) func_drop(e->rule[i]);
    node_drop(e->leaf);
}

static Entry *entry_find(Ledger *l, const Node *leaf)
{
    for (int i = 0; i < l->n; i++)
        if (l->entry[i].leaf == leaf) return &l->entry[i];
    return NULL;
}

/* Parameters that nobody else holds any more are gone. */
static void ledger_sweep(Ledger *l)
{
    int left = 0;
    for (int i = 0; i < l->n; i++) {
        if (l->entry[i].leaf->refs == 1) entry_clear(&l->entry[i]);
        else l->entry[left++] = l->entry[i];
    }
    l->n = left;
}

static Entry *entry_add(Ledger *l, Node *leaf)
{
    ledger_sweep(l);
    double *start = mem_take(bytes_of(leaf));
    if (!start) return NULL;
    GROW(l->entry, l->n, l->cap);
    l->entry[l->n] = (Entry){ .leaf = node_keep(leaf), .start = start };
    return &l->entry[l->n++];
}

static void entry_start(Entry *e, const double *v)
{
    states_drop(e, 0, e->n);
    memcpy(e->start, v, bytes_of(e->leaf));
    for (int i = 0; i < e->n_rule; i++) func_drop(e->rule[i]);
    e->n_rule = 0;
    state_push(e, v, 0, -1);
}

/* Index of the rule, -1 for none; the last place serves all that do not fit. */
static int rule_index(Entry *e, Func *rule)
{
    if (!rule) return -1;
    for (int i = 0; i < e->n_rule; i++)
        if (e->rule[i] == rule) return i;
    if (e->n_rule == RULES_MOST) func_drop(e->rule[--e->n_rule]);
    e->rule[e->n_rule] = func_keep(rule);
    return e->n_rule++;
}

static void ledger_note(Session *s, const Moved *m)
{
    Ledger *l = s->ledger;
    Entry *e = entry_find(l, m->leaf);
    if (!m->leaf->len) return;
    if (!e && !(e = entry_add(l, m->leaf))) return;
    int at = state_find(e, m->old);
    if (at < 0) entry_start(e, m->old);
    else states_drop(e, at + 1, e->n);
    state_push(e, m->now, e->state[e->n - 1].updates + m->times, rule_index(e, m->rule));
    last_keep(e, m);
}

void ledger_open(Session *s)
{
    s->ledger = mem_new(sizeof(Ledger));
    s->moved = ledger_note;
}

void ledger_close(Session *s)
{
    Ledger *l = s->ledger;
    if (!l) return;
    for (int i = 0; i < l->n; i++) entry_clear(&l->entry[i]);
    free(l->entry);
    free(l);
    s->ledger = NULL;
    s->moved = NULL;
}

/* ---- telling ---- */

/* t with old numbers in place of references; NULL when one is not known. */
static const Term *old_numbers(const Entry *e, Arena *a, const Term *t)
{
    if (t->kind == T_NUM) return t;
    if (t->kind == T_REF) {
        for (int i = 0; i < e->n_input; i++)
            if (e->input[i].node == t->node) return term_num(a, e->input[i].val[t->at]);
        return NULL;
    }
    const Term **kid = ARENA_ARRAY(a, const Term *, t->n + 1);
    for (int i = 0; i < t->n; i++)
        if (!(kid[i] = old_numbers(e, a, t->kid[i]))) return NULL;
    return algebra_with(a, t, kid);
}

/* Single updates, when each of them is known and there are few. */
static void parts_tell(const Entry *e, int now, int64_t at, Story *y)
{
    if (e->state[now].updates > LEDGER_PARTS || now != e->state[now].updates || e->state[0].updates) return;
    for (int i = 0; i <= now; i++)
        if (!e->state[i].val || e->state[i].updates != i) return;
    y->n = now;
    for (int i = 0; i < now; i++) y->part[i] = e->state[i + 1].val[at] - e->state[i].val[at];
}

static void rule_name(Text *to, const char *name)
{
    text_addf(to, "%s%s", to->len ? " and " : "", name);
}

/* Assignments (<-) are named only beside optimizers. */
static void rules_tell(const Entry *e, int now, Story *y)
{
    bool used[RULES_MOST] = { false }, arrow = false, any = false;
    for (int i = 0; i <= now; i++) {
        if (e->state[i].rule >= 0) used[e->state[i].rule] = any = true;
        else arrow |= e->state[i].updates > 0;
    }
    if (arrow && any) rule_name(&y->rules, "<-");
    for (int i = 0; i < e->n_rule; i++) {
        if (!used[i]) continue;
        Text t = { 0 };
        if (e->rule[i]->kind == FN_BOUND) value_print(&t, value_func(e->rule[i]), (NumFormat){ NUM_SIG, 6 });
        else text_add(&t, e->rule[i]->name);
        rule_name(&y->rules, text_str(&t));
        text_free(&t);
    }
}

bool story_of(Session *s, Node *leaf, int64_t at, Arena *a, Story *y)
{
    *y = (Story){ 0 };
    Entry *e = s->ledger ? entry_find(s->ledger, leaf) : NULL;
    if (!e) return false;
    int now = state_find(e, leaf->val);
    y->start = e->start[at];
    y->by_hand = now < 0;
    if (now < 0) now = e->n - 1;
    y->updates = e->state[now].updates;
    rules_tell(e, now, y);
    if (y->by_hand || !now) return true;
    parts_tell(e, now, at, y);
    if (!e->last || e->last_hash != e->state[now].hash || !e->state[now - 1].val) return true;
    y->before = e->state[now - 1].val[at];
    y->last = old_numbers(e, a, term_open(a, e->last, at, LAST_FOLD));
    return true;
}

void story_free(Story *y) { text_free(&y->rules); }

/* ---- ways ---- */

static void way_add(Way *t, double v, int64_t update)
{
    t->val[t->n] = v;
    t->update[t->n++] = update;
}

/* A train was told as one move; how it went, the walk knows. */
static bool way_walked(Session *s, const Entry *e, int now, int64_t at, Way *t)
{
    double walked[WALK_ROOM];
    int n = walk_of(s, e->leaf, at, walked);
    const State *end = &e->state[now], *begin = end - 1;
    if (n < 2 || walked[n - 1] != end->val[at]) return false;
    for (int i = 0; i < n; i++)
        way_add(t, walked[i], begin->updates + (end->updates - begin->updates)*i/(n - 1));
    return true;
}

void way_of(Session *s, Node *leaf, int64_t at, Way *t)
{
    *t = (Way){ 0 };
    Entry *e = s->ledger ? entry_find(s->ledger, leaf) : NULL;
    int now = e ? state_find(e, leaf->val) : -1, from;
    if (now < 1 || !e->state[now].val || !e->state[now - 1].val) return;
    t->val = mem_new(sizeof *t->val * (size_t)(now + WALK_ROOM));
    t->update = mem_new(sizeof *t->update * (size_t)(now + WALK_ROOM));
    bool run = e->state[now].updates > e->state[now - 1].updates + 1;
    if (run && way_walked(s, e, now, at, t)) return;
    for (from = now; from > 0 && e->state[from - 1].val; from--)
        if (!run && e->state[from].updates != e->state[from - 1].updates + 1) break;
    for (int i = from; i <= now; i++) way_add(t, e->state[i].val[at], e->state[i].updates);
}

void way_free(Way *t)
{
    free(t->val);
    free(t->update);
    *t = (Way){ 0 };
}
