/* marks.c -- mark, goto, diff.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/marks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "graph/op.h"
#include "teach/natives.h"
#include "teach/stepper.h"

enum { TOLD_MOST = 20 };

static const Span nowhere = { 0, 0 };

typedef struct {
    Node   *leaf;            /* counted                                           */
    char   *label;           /* "w", "net.h.W"; NULL: an optimizer's state        */
    double *val;             /* in the mark's numbers                             */
} Kept;

/* An equation's value, to be compared, not put back. */
typedef struct {
    char  *name;
    double was;
} Value1;

typedef struct {
    char   *name;
    int     n, cap;
    Kept   *kept;
    double *numbers;
    size_t  bytes;
    int     n_value, cap_value;
    Value1 *value;
    Rng     rng;
    char   *E;               /* what was stepped; NULL: nothing                   */
    char   *rule_text;
    Func   *rule;
    StepAt  pos, shown;
    bool    has_shown;
    int64_t pass;
} Mark;

struct Marks {
    int   n, cap;
    Mark *at;
};

static Marks *marks_of(Session *s)
{
    Stepper *p = stepper_of(s);
    if (!p->marks) p->marks = mem_new(sizeof *p->marks);
    return p->marks;
}

static Mark *mark_find(Session *s, const char *name)
{
    Marks *all = marks_of(s);
    for (int i = 0; i < all->n; i++)
        if (!strcmp(all->at[i].name, name)) return &all->at[i];
    return NULL;
}

static void mark_close(Mark *m)
{
    for (int i = 0; i < m->n; i++) {
        node_drop(m->kept[i].leaf);
        free(m->kept[i].label);
    }
    for (int i = 0; i < m->n_value; i++) free(m->value[i].name);
    if (m->numbers) mem_give(m->numbers, m->bytes);
    func_drop(m->rule);
    free(m->kept);
    free(m->value);
    free(m->name);
    free(m->E);
    free(m->rule_text);
}

void marks_free(Marks *all)
{
    if (!all) return;
    for (int i = 0; i < all->n; i++) mark_close(&all->at[i]);
    free(all->at);
    free(all);
}

bool marks_forget(Session *s, const char *name)
{
    Marks *all = marks_of(s);
    Mark *m = mark_find(s, name);
    if (!m) return false;
    mark_close(m);
    memmove(m, m + 1, sizeof *m * (size_t)(all->at + all->n - m - 1));
    all->n--;
    return true;
}

bool marks_rename(Session *s, const char *name, const char *now)
{
    if (!mark_find(s, name)) return false;
    if (strcmp(name, now) != 0) marks_forget(s, now);
    Mark *m = mark_find(s, name);
    free(m->name);
    m->name = mem_str(now);
    return true;
}

const char *marks_name(Session *s, int i)
{
    Marks *all = marks_of(s);
    return i >= 0 && i < all->n ? all->at[i].name : NULL;
}

size_t marks_bytes(Session *s, const char *name)
{
    Mark *m = mark_find(s, name);
    return m ? m->bytes : 0;
}

/* ---- which leaves ---- */

static bool leaf_seen(const Mark *m, const Node *leaf, int from)
{
    for (int i = from; i < m->n; i++)
        if (m->kept[i].leaf == leaf) return true;
    return false;
}

static void leaf_add(Mark *m, Node *leaf, const char *label)
{
    GROW(m->kept, m->n, m->cap);
    m->kept[m->n++] = (Kept){ .leaf = node_keep(leaf), .label = label ? mem_str(label) : NULL };
}

/* The numbers that a function owns: a network's parameters, an optimizer's states. */
static void leaves_of(Mark *m, Func *f)
{
    int n;
    Node **w = func_params(f, &n);
    for (int i = 0; i < n; i++)
        if (node_through(w[i])->op == &op_leaf && !leaf_seen(m, node_through(w[i]), 0))
            leaf_add(m, node_through(w[i]), w[i]->label);
    free(w);
    bool rule = f->kind == FN_BOUND && f->of->kind == FN_OPTIMIZER;
    for (int i = 0; i < f->n_own && rule; i++)
        if (!leaf_seen(m, f->own[i].node, 0)) leaf_add(m, f->own[i].node, NULL);
    Value *last = f->task ? record_find(f->task, "optimizer") : NULL;
    if (last && last->kind == V_FUNC && last->func != f) leaves_of(m, last->func);
}

static bool owns_numbers(const Func *f)
{
    return f->kind == FN_CHAIN || (f->kind == FN_BOUND && f->of->kind != FN_NATIVE);
}

static void leaves_find(Session *s, Mark *m)
{
    int n;
    Binding **all = session_bindings(s, &n);
    for (int i = 0; i < n; i++) {
        Node *leaf = all[i]->value.kind == V_NODE ? node_through(all[i]->value.node) : NULL;
        if (leaf && leaf->op == &op_leaf) leaf_add(m, leaf, all[i]->name);
    }
    for (int i = 0; i < n; i++)
        if (all[i]->value.kind == V_FUNC && owns_numbers(all[i]->value.func))
            leaves_of(m, all[i]->value.func);
    for (int i = 0; i < s->n_memory; i++) leaves_of(m, s->memory[i].func);
    free(all);
}

static Status numbers_keep(Mark *m, Diag *d)
{
    size_t total = 1;
    for (int i = 0; i < m->n; i++) total += (size_t)m->kept[i].leaf->len;
    m->numbers = mem_take(total * sizeof *m->numbers);
    if (!m->numbers)
        return diag_set(d, E_LIMIT, nowhere, "no memory left for a mark of %zu numbers", total - 1);
    m->bytes = total * sizeof *m->numbers;
    double *v = m->numbers;
    for (int i = 0; i < m->n; i++) {
        Node *leaf = m->kept[i].leaf;
        m->kept[i].val = v;
        memcpy(v, leaf->val, sizeof *v * (size_t)leaf->len);
        v += leaf->len;
    }
    return OK;
}

static void values_keep(Session *s, Mark *m)
{
    int n;
    Diag d = { 0 };
    Binding **all = session_bindings(s, &n);
    for (int i = 0; i < n; i++) {
        Node *E = all[i]->kind == B_EQUATION ? all[i]->value.node : NULL;
        if (!E || E->len != 1 || !node_eval(E, &d)) continue;
        GROW(m->value, m->n_value, m->cap_value);
        m->value[m->n_value++] = (Value1){ mem_str(all[i]->name), *E->val };
    }
    free(all);
}

static void place_keep(Session *s, Mark *m)
{
    const Stepper *p = stepper_of(s);
    m->rng = s->rng;
    if (!p->E) return;
    m->E = mem_str(p->name);
    m->rule_text = p->rule_text ? mem_str(p->rule_text) : NULL;
    m->rule = p->rule ? func_keep(p->rule) : NULL;
    m->pos = p->pos;
    m->shown = p->shown;
    m->has_shown = p->has_shown;
    m->pass = p->pass;
}

Status marks_take(Session *s, const char *name, Diag *d)
{
    Marks *all = marks_of(s);
    if (all->n >= LIMIT_MARKS && !mark_find(s, name))
        return diag_set(d, E_LIMIT, nowhere, "more than %d marks", LIMIT_MARKS);
    Mark m = { .name = mem_str(name) };
    leaves_find(s, &m);
    Status st = numbers_keep(&m, d);
    if (st != OK) return mark_close(&m), st;
    values_keep(s, &m);
    place_keep(s, &m);
    marks_forget(s, name);
    GROW(all->at, all->n, all->cap);
    all->at[all->n++] = m;
    return OK;
}

/* ---- what a kept leaf is now ---- */

/* The leaf itself while it is in use, else what bears its name, if it has the shape. */
static Node *leaf_now(const Mark *present, const Kept *k, int near)
{
    if (near < present->n && present->kept[near].leaf == k->leaf) return k->leaf;
    for (int i = 0; i < present->n; i++)
        if (present->kept[i].leaf == k->leaf) return k->leaf;
    for (int i = 0; i < present->n && k->label; i++) {
        const Kept *p = &present->kept[i];
        if (p->label && !strcmp(p->label, k->label))
            return shape_equal(&p->leaf->shape, &k->leaf->shape) ? p->leaf : NULL;
    }
    return NULL;
}

static bool same_numbers(const Node *leaf, const double *val)
{
    return !memcmp(leaf->val, val, sizeof *val * (size_t)leaf->len);
}

/* ---- goto ---- */

/* The number that `state NAME = 0` begins with; 0 where it is no plain number. */
static double state_start(const Ast *a, const char *name)
{
    double found = 0;
    for (int i = 0; i < a->n && !found; i++) {
        const Ast *kid = a->kid[i];
        if (!kid) continue;
        bool here = a->kind == S_STATE && kid->kind == S_DECL && !strcmp(kid->text, name);
        found = here && kid->kid[0]->kind == A_NUM ? kid->kid[0]->num : state_start(kid, name);
    }
    return found;
}

/* Memory that an optimizer made since, of what was not trained then: as at its beginning. */
static void state_clear(Session *s, const Func *rule, const Owned *own)
{
    double start = state_start(rule->of->ast, own->path);
    double *v = mem_new(sizeof *v * (size_t)(own->node->len + 1));
    for (int64_t i = 0; i < own->node->len; i++) v[i] = start;
    session_set_leaf(s, own->node, v);
    free(v);
}

static void rule_clear(Session *s, const Mark *m, const Func *f)
{
    Value *last = f->task ? record_find(f->task, "optimizer") : NULL;
    if (f->kind == FN_BOUND && f->of->kind == FN_OPTIMIZER)
        for (int i = 0; i < f->n_own; i++)
            if (f->own[i].node->op == &op_leaf && !leaf_seen(m, f->own[i].node, 0))
                state_clear(s, f, &f->own[i]);
    if (last && last->kind == V_FUNC && last->func != f) rule_clear(s, m, last->func);
}

static void memory_clear(Session *s, const Mark *m)
{
    int n;
    Binding **all = session_bindings(s, &n);
    for (int i = 0; i < n; i++)
        if (all[i]->value.kind == V_FUNC) rule_clear(s, m, all[i]->value.func);
    for (int i = 0; i < s->n_memory; i++) rule_clear(s, m, s->memory[i].func);
    free(all);
}

static int numbers_return(Session *s, const Mark *m, int *lost)
{
    int moved = 0;
    Mark present = { 0 };
    leaves_find(s, &present);
    for (int i = 0; i < m->n; i++) {
        const Kept *k = &m->kept[i];
        Node *leaf = leaf_now(&present, k, i);
        if (!leaf && k->label && (*lost)++ < TOLD_MOST)
            text_addf(&s->out, "# %s is gone or has another shape: left as it is\n", k->label);
        if (!leaf || same_numbers(leaf, k->val)) continue;
        session_set_leaf(s, leaf, k->val);
        moved++;
    }
    mark_close(&present);
    return moved;
}

/* Is there such an equation in the trails as they are now? */
static bool place_exists(const Stepper *p, StepAt at)
{
    const Trail *t = &p->trail[at.phase];
    bool commit = at.phase == STEP_UPDATE && at.q == t->n && !at.at;
    return commit || (at.q < t->n && at.at < t->q[at.q].node->len);
}

static Status place_return(Session *s, const Mark *m, Diag *d)
{
    Stepper *p = stepper_of(s);
    Value v = { 0 };
    Diag gone = { 0 };
    if (!m->E) {
        past_free(&p->past);
        p->pos = (StepAt){ 0 };
        p->has_shown = false;
        p->pass = 0;
        return OK;
    }
    if (session_eval(s, m->E, &v, &gone) != OK || v.kind != V_NODE) {
        value_drop(&v);
        text_addf(&s->out, "# %s, which was being stepped, is no more\n", m->E);
        return OK;
    }
    Status st = step_begin(s, v.node, m->rule, m->rule_text, d);
    value_drop(&v);
    if (st != OK) return st;
    past_free(&p->past);
    TRY(stepper_enter(s, p, m->pos.phase, d));
    p->pass = m->pass;
    p->has_shown = false;
    if (!place_exists(p, m->pos)) return OK;
    p->pos = m->pos;
    p->shown = m->shown;
    p->has_shown = m->has_shown && (m->shown.phase == m->pos.phase || m->shown.phase != STEP_UPDATE);
    return OK;
}

static void place_print(Session *s)
{
    static const char *const phase[] = { "forward", "backward", "update" };
    const StepNow *now = step_now(s);
    if (!now->E || (!now->node && !now->pass)) return;
    text_addf(&s->out, "# stepping %s: pass %lld, %s", stepper_of(s)->name, (long long)now->pass,
              phase[now->phase]);
    if (now->node) text_addf(&s->out, " %d of %d", now->quantity + 1, now->quantities);
    text_addc(&s->out, '\n');
}

static Status no_mark(Call *c, const char *name)
{
    Marks *all = marks_of(c->s);
    const char **names = mem_new(sizeof *names * (size_t)(all->n + 1));
    for (int i = 0; i < all->n; i++) names[i] = all->at[i].name;
    const char *close = text_nearest(name, names, all->n);
    diag_set(c->d, E_NAME, call_span(c, 0), "there is no mark %s", name);
    if (close) diag_hint(c->d, "Did you mean %s?", close);
    else diag_hint(c->d, all->n ? "mark alone lists them." : "mark NAME makes one.");
    free(names);
    return c->d->code;
}

static Status name_given(Call *c, const char **name)
{
    *name = call_name(c, 0);
    if (*name) return OK;
    diag_set(c->d, E_TYPE, call_span(c, 0), "%s needs the name of a mark", c->row->name);
    return diag_hint(c->d, "A plain word will do, for example: %s start", c->row->name);
}

static Status run_goto(Call *c, Value *out)
{
    (void)out;
    const char *name;
    int lost = 0;
    Session *s = c->s;
    TRY(name_given(c, &name));
    const Mark *m = mark_find(s, name);
    if (!m) return no_mark(c, name);
    int moved = numbers_return(s, m, &lost);
    memory_clear(s, m);
    s->rng = m->rng;
    TRY(session_refresh(s, c->d));
    TRY(place_return(s, m, c->d));
    if (s->quiet) return OK;
    text_addf(&s->out, "# as at %s: %d quantit%s changed\n", m->name, moved, moved == 1 ? "y" : "ies");
    place_print(s);
    return OK;
}

/* ---- diff ---- */

static int64_t largest_change(const Node *leaf, const double *was)
{
    int64_t best = 0;
    double most = -1;
    for (int64_t i = 0; i < leaf->len; i++) {
        double by = fabs(leaf->val[i] - was[i]);
        if (by > most || (isnan(by) && !isnan(most))) most = by, best = i;
    }
    return best;
}

static void leaf_diff(Session *s, const char *label, const Node *leaf, const double *was)
{
    Text name = { 0 };
    int64_t at = largest_change(leaf, was), changed = 0, index[LIMIT_RANK];
    for (int64_t i = 0; i < leaf->len; i++) changed += leaf->val[i] != was[i];
    shape_unravel(&leaf->shape, at, index);
    text_add(&name, label);
    for (int i = 0; i < leaf->shape.rank; i++)
        text_addf(&name, "%s%lld", i ? ", " : "[", (long long)index[i]);
    if (leaf->shape.rank) text_addc(&name, ']');
    print_change(&s->out, text_str(&name), was[at], leaf->val[at], s->format);
    text_free(&name);
    if (changed < 2) return;
    s->out.len--;
    text_addf(&s->out, ", the most of %lld that changed\n", (long long)changed);
}

static int values_diff(Session *s, const Mark *m)
{
    int told = 0;
    Diag d = { 0 };
    for (int i = 0; i < m->n_value; i++) {
        const Value1 *v = &m->value[i];
        Binding *b = session_find(s, v->name);
        bool number = b && b->kind == B_EQUATION && b->value.node->len == 1;
        if (!number || !node_eval(b->value.node, &d) || *b->value.node->val == v->was) continue;
        if (told++ < TOLD_MOST)
            print_change(&s->out, v->name, v->was, *b->value.node->val, s->format);
    }
    return told;
}

static int leaves_diff(Session *s, const Mark *m)
{
    int told = 0, states = 0;
    Mark present = { 0 };
    leaves_find(s, &present);
    for (int i = 0; i < m->n; i++) {
        const Kept *k = &m->kept[i];
        Node *leaf = leaf_now(&present, k, i);
        if (leaf && same_numbers(leaf, k->val)) continue;
        if (!k->label) states += leaf != NULL;
        else if (told++ >= TOLD_MOST) continue;
        else if (leaf) leaf_diff(s, k->label, leaf, k->val);
        else text_addf(&s->out, "# %s is gone or has another shape\n", k->label);
    }
    if (told > TOLD_MOST) text_addf(&s->out, "# ... and %d more\n", told - TOLD_MOST);
    if (states) text_addf(&s->out, "# the optimizer's memory: %d part%s changed\n", states, states == 1 ? "" : "s");
    mark_close(&present);
    return told + states;
}

static bool rng_differs(const Rng *a, const Rng *b)
{
    return a->at != b->at || a->seed != b->seed || a->has_spare != b->has_spare ||
           memcmp(a->state, b->state, sizeof a->state);
}

static int place_diff(Session *s, const Mark *m)
{
    const Stepper *p = stepper_of(s);
    int told = 0;
    if (rng_differs(&m->rng, &s->rng)) {
        text_add(&s->out, "# the generator has drawn since, or was seeded\n");
        told++;
    }
    bool same = m->E ? p->E && !strcmp(m->E, p->name) : !p->E;
    if (same && (!m->E || m->pass == p->pass)) return told;
    if (same) text_addf(&s->out, "# stepping %s: pass %lld -> %lld\n", m->E, (long long)m->pass,
                        (long long)p->pass);
    else text_addf(&s->out, "# stepping: %s -> %s\n", m->E ? m->E : "nothing",
                   p->E ? p->name : "nothing");
    return told + 1;
}

static Status run_diff(Call *c, Value *out)
{
    (void)out;
    Session *s = c->s;
    Marks *all = marks_of(s);
    const char *name = all->n ? all->at[all->n - 1].name : NULL;
    if (c->n) TRY(name_given(c, &name));
    if (!name) {
        diag_set(c->d, E_NAME, c->at, "there is no mark to compare with");
        return diag_hint(c->d, "mark NAME makes one.");
    }
    const Mark *m = mark_find(s, name);
    if (!m) return no_mark(c, name);
    text_addf(&s->out, "# since %s:\n", m->name);
    int told = values_diff(s, m) + leaves_diff(s, m) + place_diff(s, m);
    if (!told) text_add(&s->out, "# nothing changed\n");
    return OK;
}

/* ---- mark ---- */

static void marks_list(Session *s)
{
    Marks *all = marks_of(s);
    for (int i = 0; i < all->n; i++) {
        const Mark *m = &all->at[i];
        text_addf(&s->out, "%-16s %zu number%s", m->name, m->bytes / sizeof(double) - 1,
                  m->bytes == 2 * sizeof(double) ? "" : "s");
        if (m->E) text_addf(&s->out, ", stepping %s in pass %lld", m->E, (long long)m->pass);
        text_addc(&s->out, '\n');
    }
    if (!all->n) text_add(&s->out, "no marks: mark NAME remembers this moment\n");
}

static Status run_mark(Call *c, Value *out)
{
    (void)out;
    const char *name;
    if (!c->n) return marks_list(c->s), OK;
    TRY(name_given(c, &name));
    return marks_take(c->s, name, c->d);
}

/* ---- TABLE ---- */

#define SOME "param w = 0.5\nE = (2*w - 3)^2\n"

const Builtin natives_marks[] = {
    { .name = "mark", .usage = "mark [NAME]", .group = "stepping", .max_args = 1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_mark,
      .help = "Remembers this moment under a name: the numbers of all leaves, parameters and "
              "optimizers, the generator, and where the stepper stands. mark alone lists them.",
      .example = SOME "mark start\nmark" },
    { .name = "goto", .usage = "goto NAME", .group = "stepping", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND, .run = run_goto,
      .help = "Back to a marked moment: its numbers, its generator, its place in the stepper. "
              "Definitions stay as they are. From there you can go another way; the mark stays. "
              "undo takes back the numbers.",
      .example = SOME "mark start\nw <- 0.7\ngoto start\nw" },
    { .name = "diff", .usage = "diff [NAME]", .group = "stepping", .max_args = 1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_diff,
      .help = "What changed since a mark, by default the latest: equations that are single numbers, "
              "leaves and parameters (of many the largest change), the generator, the stepper.",
      .example = SOME "mark start\nw <- 0.7\ndiff start" },
    { 0 }
};
