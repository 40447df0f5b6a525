/* step_pass.c -- the end of a pass, where all numbers change together, and running
 * through many passes until a break.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "graph/term.h"
#include "teach/equation.h"
#include "teach/stepper.h"

enum { MOST_PASSES = 100000, MOST_FIRED = 16 };

static const Span nowhere = { 0, 0 };

/* ---- the end of a pass: all change together ---- */

double stepper_value(const Stepper *p)
{
    Diag d = { 0 };
    return p->E->len == 1 ? node_scalar(p->E, &d) : 0;
}

/* New numbers take effect. Refuses nothing that update_commit does not. */
static Status change_all(Session *s, Stepper *p, Diag *d)
{
    past_push(&p->past, &p->update);
    Status st = update_commit(s, &p->update, d);
    if (st != OK) return past_pop(&p->past, s), st;
    p->pass++;
    p->pos = (StepAt){ 0 };
    p->has_shown = false;
    TRY(session_refresh(s, d));
    return stepper_follow(s, p, d);
}

static void print_nothing(Session *s, Stepper *p)
{
    if (p->E->len != 1)
        text_addf(&s->out, "# %s has %lld numbers; gradients are of one number, such as a loss\n",
                  p->name, (long long)p->E->len);
    else text_addf(&s->out, "# %s depends on no parameter: nothing to update\n", p->name);
    p->pos = (StepAt){ 0 };
    p->has_shown = false;
}

static int64_t weight_count(const Stepper *p)
{
    int64_t n = 0;
    for (int i = 0; i < p->update.n_weight; i++) n += p->update.leaf[i]->len;
    return n;
}

static void print_together(Session *s, const Stepper *p)
{
    int64_t n = weight_count(p);
    if (n == 1) text_add(&s->out, "# the parameter changes\n");
    else if (n == 2) text_add(&s->out, "# both parameters change together\n");
    else text_addf(&s->out, "# all %lld parameters change together\n", (long long)n);
}

/* A number that is none any more, and where the first such comes from. */
static bool print_birth(Session *s, const Stepper *p, double was)
{
    double is = stepper_value(p);
    int64_t at;
    Diag d = { 0 };
    if (isfinite(is) || !isfinite(was)) return false;
    char buf[NUM_TEXT];
    Node *born = node_birth(p->E, &at);
    text_addf(&s->out, "# %s is %s now%s\n", p->name, num_print(buf, is, s->format),
              born ? "; the first such number is" : "");
    if (born) equation_print(&s->out, s, born, at, &d);
    return true;
}

Status pass_commit(Session *s, Stepper *p, Diag *d)
{
    if (!p->update.n_weight) return print_nothing(s, p), OK;
    double was = stepper_value(p);
    breaks_note(s, &p->breaks);
    print_together(s, p);
    TRY(change_all(s, p, d));
    if (p->past.n) print_changes(s, p, &p->past.at[p->past.n - 1]);
    print_change(&s->out, p->name, was, stepper_value(p), s->format);
    print_birth(s, p, was);
    Break *fired[MOST_FIRED];
    Text report = { 0 };
    breaks_look(s, &p->breaks, &report, fired, MOST_FIRED);
    text_add(&s->out, text_str(&report));
    text_free(&report);
    return OK;
}

/* ---- continue ---- */

static void mark_below(Node *root, void *mark)
{
    int n;
    Node **all = node_walk(root, &n);
    for (int i = 0; i < n; i++) all[i]->aux = mark;
    free(all);
}

/* The last quantity of a phase that carries the mark, or -1. */
static int last_marked(const Trail *t, const void *mark)
{
    for (int i = t->n - 1; i >= 0; i--)
        if (t->q[i].node->aux == mark) return i;
    return -1;
}

/* Which equation of the new pass made b true or changed it: the last one that it
 * is made of. False: none but the update itself. */
static bool made_true_by(Stepper *p, const Break *b, StepAt *at)
{
    static char below, other;
    for (StepPhase k = STEP_FORWARD; k <= STEP_BACKWARD; k++)
        for (int i = 0; i < p->trail[k].n; i++) p->trail[k].q[i].node->aux = &other;
    mark_below(b->node, &below);
    for (int k = STEP_BACKWARD; k >= STEP_FORWARD; k--) {
        int q = last_marked(&p->trail[k], &below);
        if (q < 0) continue;
        *at = (StepAt){ .phase = (StepPhase)k, .q = q };
        return true;
    }
    return false;
}

static bool earlier(StepAt a, StepAt b)
{
    return a.phase != b.phase ? a.phase < b.phase : a.q < b.q;
}

/* How the first parameter that `b` is made of got its new value: by name only,
 * for the numbers are no longer those. */
static void print_cause(Session *s, Stepper *p, const Break *b)
{
    static char below;
    for (int i = 0; i < p->update.n_weight; i++) p->update.leaf[i]->aux = NULL;
    mark_below(b->node, &below);
    for (int i = 0; i < p->update.n_weight; i++) {
        Node *leaf = p->update.leaf[i];
        if (leaf->aux != &below || !leaf->label) continue;
        text_addf(&s->out, "# by the update %s <- ", leaf->label);
        term_print_open(&s->out, p->update.next[i]);
        text_addc(&s->out, '\n');
        return;
    }
}

/* Where the first break that fired was made true: the equation, or the update. */
static Status stop_at(Session *s, Stepper *p, Break *const *fired, int n, Diag *d)
{
    StepAt best = { 0 }, at;
    for (int i = 0; i < n; i++) {
        if (!made_true_by(p, fired[i], &at)) return print_cause(s, p, fired[i]), OK;
        if (!i || earlier(at, best)) best = at;
    }
    p->pos = best;
    return stepper_quantity(s, p, d);
}

/* Did the last update change any number, a state's included? */
static bool any_changed(const Stepper *p)
{
    if (!p->past.n) return true;
    const Moment *m = &p->past.at[p->past.n - 1];
    const double *was = m->val;
    for (int i = 0; i < m->n; was += m->leaf[i]->len, i++)
        if (memcmp(was, m->leaf[i]->val, sizeof *was * (size_t)m->leaf[i]->len)) return true;
    return false;
}

typedef enum { RAN, STOPPED } Ran;

static Status whole_pass(Session *s, Stepper *p, Ran *ran, Diag *d)
{
    *ran = RAN;
    if (p->pos.phase != STEP_UPDATE) TRY(stepper_enter(s, p, STEP_UPDATE, d));
    if (!p->update.n_weight) return print_nothing(s, p), *ran = STOPPED, OK;
    double was = stepper_value(p);
    Text report = { 0 };
    Break *fired[MOST_FIRED];
    Status st = change_all(s, p, d);
    int n = st == OK ? breaks_look(s, &p->breaks, &report, fired, MOST_FIRED) : 0;
    text_add(&s->out, text_str(&report));
    if (n) {
        *ran = STOPPED;
        st = stop_at(s, p, fired, n, d);
    }
    if (st == OK && print_birth(s, p, was)) *ran = STOPPED;
    if (st == OK && *ran == RAN && !any_changed(p)) {
        text_add(&s->out, "# nothing changes any more\n");
        *ran = STOPPED;
    }
    text_free(&report);
    return st;
}

Status pass_run(Session *s, Stepper *p, int64_t passes, Diag *d)
{
    int64_t most = passes > 0 ? passes : breaks_any(&p->breaks) ? MOST_PASSES : 1;
    double was = stepper_value(p);
    int64_t from = p->pass;
    Ran ran = RAN;
    breaks_note(s, &p->breaks);
    for (int64_t i = 0; i < most && ran == RAN; i++) {
        if (stop_asked())
            return diag_set(d, E_STOP, nowhere, "stopped after %lld passes",
                            (long long)(p->pass - from));
        TRY(whole_pass(s, p, &ran, d));
    }
    int64_t n = p->pass - from;
    if (n) text_addf(&s->out, "# %lld pass%s\n", (long long)n, n == 1 ? "" : "es");
    if (n) print_change(&s->out, p->name, was, stepper_value(p), s->format);
    return OK;
}

