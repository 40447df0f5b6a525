/* step.c -- positions and moves.
 *
 * Stepping through forward and backward only shows: all numbers come from
 * node_eval and are there as soon as they are asked for. Numbers change at one
 * place, the end of the update, where all parameters change together. That is a
 * position of its own, behind the last equation of the update, so that every
 * equation shown can still be typed back in where it was shown.
 *
 * A position is a quantity of a phase and an element of it. So going back is
 * counting down, and only going back over an update has to restore numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/step.h"

#include <stdlib.h>
#include <string.h>

#include "graph/op.h"
#include "teach/stepper.h"

enum { SHOWN_ELEMENTS = 4 };

static const Span nowhere = { 0, 0 };

/* ---- the stepper of a session ---- */

Stepper *stepper_of(Session *s)
{
    if (!s->teach) s->teach = mem_new(sizeof(Stepper));
    return s->teach;
}

static void trails_free(Stepper *p)
{
    for (int i = 0; i < STEP_PHASES; i++) trail_free(&p->trail[i]);
    for (int i = 0; i < p->n_all; i++) node_drop(p->all[i]);
    free(p->all);
    p->all = NULL;
    p->n_all = 0;
    update_free(&p->update);
}

static void stepper_leave(Stepper *p)
{
    trails_free(p);
    past_free(&p->past);
    node_drop(p->E);
    free(p->name);
    p->E = NULL;
    p->name = NULL;
    p->pos = (StepAt){ 0 };
    p->has_shown = false;
    p->pass = 0;
}

void step_free(Session *s)
{
    Stepper *p = s->teach;
    if (!p) return;
    stepper_leave(p);
    breaks_free(&p->breaks);
    marks_free(p->marks);
    for (int i = 0; i < p->n_used; i++) {
        free(p->used[i].name);
        free(p->used[i].text);
        func_drop(p->used[i].rule);
    }
    free(p->used);
    free(p->rule_text);
    func_drop(p->rule);
    text_free(&p->text);
    free(p);
    s->teach = NULL;
}

const StepNow *step_now(Session *s)
{
    Stepper *p = stepper_of(s);
    p->now = (StepNow){ .E = p->E, .pass = p->pass, .phase = p->pos.phase };
    p->now.text = text_str(&p->text);
    if (!p->E || !p->has_shown || p->shown.q >= p->trail[p->shown.phase].n) return &p->now;
    const Quantity *q = &p->trail[p->shown.phase].q[p->shown.q];
    p->now.phase = p->shown.phase;
    p->now.node = q->node;
    p->now.next = q->next;
    p->now.at = p->shown.at;
    p->now.quantity = p->shown.q;
    p->now.quantities = p->trail[p->shown.phase].n;
    return &p->now;
}

/* ---- optimizers ---- */

static Status rule_default(Session *s, Func **rule, Diag *d)
{
    Value v = { 0 };
    TRY(session_eval(s, "sgd()", &v, d));
    Source *typed = parse_expr("step", "sgd()", d);
    *rule = typed ? func_keep(session_optimizer(s, v, typed->tree)) : NULL;
    source_drop(typed);
    value_drop(&v);
    return *rule ? OK : d->code;
}

static struct RuleOf *rule_of(Stepper *p, const char *name)
{
    for (int i = 0; i < p->n_used; i++)
        if (!strcmp(p->used[i].name, name)) return &p->used[i];
    GROW(p->used, p->n_used, p->cap_used);
    struct RuleOf *r = &p->used[p->n_used++];
    *r = (struct RuleOf){ .name = mem_str(name) };
    return r;
}

/* Which rule steps E from now on; true in *other when it is another one. */
static Status rule_choose(Session *s, Func *rule, const char *named, bool *other, Diag *d)
{
    Stepper *p = stepper_of(s);
    struct RuleOf *r = rule_of(p, p->name);
    if (!rule && !r->rule) {
        TRY(rule_default(s, &r->rule, d));
        r->text = mem_str("sgd()");
    } else if (rule && rule != r->rule) {
        func_drop(r->rule);
        free(r->text);
        r->rule = func_keep(rule);
        r->text = mem_str(named ? named : rule->name ? rule->name : "optimizer");
    }
    *other = p->rule != r->rule;
    func_drop(p->rule);
    free(p->rule_text);
    p->rule = func_keep(r->rule);
    p->rule_text = mem_str(r->text);
    return OK;
}

/* ---- trails ---- */

static Status trails_make(Session *s, Stepper *p, Diag *d)
{
    trails_free(p);
    p->all = node_walk(p->E, &p->n_all);
    for (int i = 0; i < p->n_all; i++) node_keep(p->all[i]);
    trail_forward(&p->trail[STEP_FORWARD], p->E);
    p->structure = s->structure;
    return trail_backward(&p->trail[STEP_BACKWARD], s, p->E, d);
}

/* The update is made anew in every pass, as the command `update` does: a rule
 * may take another side of an `if` then. */
static Status update_make(Session *s, Stepper *p, Diag *d)
{
    update_free(&p->update);
    trail_free(&p->trail[STEP_UPDATE]);
    if (p->E->len != 1) return OK;
    int n;
    Node **w = session_params(s, p->E, &n), **g = mem_new(sizeof *g * (size_t)(n + 1));
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++)
        if (!(g[i] = session_grad(s, p->E, w[i], nowhere, d))) st = d->code;
    if (st == OK && n) st = update_build(s, p->rule, p->E, w, g, n, &p->update, nowhere, d);
    if (st == OK) trail_update(&p->trail[STEP_UPDATE], p->rule, &p->update);
    for (int i = 0; i < n; i++) node_drop(g[i]);
    free(g);
    free(w);
    return st;
}

/* ---- has something below E been redefined? ---- */

static Node *node_named(Session *s, const char *name, Diag *d)
{
    Value v = { 0 };
    Node *n = session_eval(s, name, &v, d) == OK ? value_to_node(s, v, nowhere, d) : NULL;
    if (n) node_keep(n);
    value_drop(&v);
    return n;
}

/* The name whose meaning changed: the first one above the first difference. */
static const char *redefined(const Stepper *p, Node *const *all, int n)
{
    int i = 0;
    while (i < n && i < p->n_all && all[i] == p->all[i]) i++;
    if (i == n && i == p->n_all) return NULL;
    while (i < n - 1 && !(all[i]->op == &op_slot && all[i]->label)) i++;
    return n && all[i < n ? i : n - 1]->label ? all[i < n ? i : n - 1]->label : p->name;
}

static Status restart(Session *s, Stepper *p, const char *why, Diag *d)
{
    text_addf(&s->out, "# %s was redefined: from the beginning\n", why);
    past_free(&p->past);
    p->pos = (StepAt){ 0 };
    p->has_shown = false;
    p->pass = 0;
    return trails_make(s, p, d);
}

static Status follow_to(Session *s, Stepper *p, Node *E, Diag *d)
{
    int n;
    Node **all = node_walk(E, &n);
    const char *name = redefined(p, all, n);
    char *why = name ? mem_str(name) : NULL;
    free(all);
    node_keep(E);
    node_drop(p->E);
    p->E = E;
    Status st = why ? restart(s, p, why, d) : trails_make(s, p, d);
    free(why);
    if (st == OK && p->pos.phase == STEP_UPDATE) st = update_make(s, p, d);
    return st;
}

Status stepper_follow(Session *s, Stepper *p, Diag *d)
{
    if (!p->E) {
        diag_set(d, E_NAME, nowhere, "nothing is being stepped");
        return diag_hint(d, "Name a quantity to step through, for example: step E");
    }
    if (p->structure == s->structure) return OK;
    Diag gone = { 0 };
    Node *E = node_named(s, p->name, &gone);
    if (!E) {
        diag_set(d, E_NAME, nowhere, "%s, which was being stepped, is no more", p->name);
        diag_hint(d, "Name a quantity to step through, for example: step E");
        stepper_leave(p);
        return d->code;
    }
    Status st = follow_to(s, p, E, d);
    node_drop(E);
    return st;
}

/* ---- begin ---- */

static Status cannot_step(Node *E, Diag *d)
{
    if (!E->label) {
        diag_set(d, E_NAME, nowhere,
                 "only what has a name can be stepped, so that its gradients have names too");
        return diag_hint(d, "Give it one: E = ..., then step E");
    }
    if (node_through(E)->op != &op_leaf) return OK;
    diag_set(d, E_TYPE, nowhere, "%s is a number by itself: there is nothing to compute", E->label);
    return diag_hint(d, "Step through a quantity that is defined by an equation.");
}

Status step_begin(Session *s, Node *E, Func *optimizer, const char *named, Diag *d)
{
    Stepper *p = stepper_of(s);
    TRY(cannot_step(E, d));
    bool same = p->E && !strcmp(p->name, E->label), other;
    if (!same) {
        stepper_leave(p);
        p->E = node_keep(E);
        p->name = mem_str(E->label);
        TRY(trails_make(s, p, d));
    } else {
        TRY(follow_to(s, p, E, d));
    }
    TRY(rule_choose(s, optimizer, named, &other, d));
    if (!same || !other || p->pos.phase != STEP_UPDATE) return OK;
    p->pos = (StepAt){ .phase = STEP_UPDATE };
    p->has_shown = false;
    return update_make(s, p, d);
}

/* ---- positions ---- */

static bool at_commit(const Stepper *p)
{
    return p->pos.phase == STEP_UPDATE && p->pos.q >= p->trail[STEP_UPDATE].n;
}

static int64_t length_at(const Stepper *p, StepAt at)
{
    return p->trail[at.phase].q[at.q].node->len;
}

Status stepper_enter(Session *s, Stepper *p, StepPhase phase, Diag *d)
{
    if (phase == STEP_BACKWARD && !p->trail[STEP_BACKWARD].n) phase = STEP_UPDATE;
    if (phase == STEP_UPDATE) TRY(update_make(s, p, d));
    p->pos = (StepAt){ .phase = phase };
    return OK;
}

static Status leave_quantity(Session *s, Stepper *p, Diag *d)
{
    p->pos.at = 0;
    if (++p->pos.q < p->trail[p->pos.phase].n || p->pos.phase == STEP_UPDATE) return OK;
    return stepper_enter(s, p, p->pos.phase + 1, d);
}

static Status advance(Session *s, Stepper *p, Diag *d)
{
    p->shown = p->pos;
    p->has_shown = true;
    if (++p->pos.at < length_at(p, p->pos)) return OK;
    return leave_quantity(s, p, d);
}

static void header_if_first(Session *s, const Stepper *p)
{
    if (!p->pos.q && !p->pos.at) print_header(s, p, p->pos.phase);
}

/* ---- moves ---- */

static Status one(Session *s, Stepper *p, Diag *d)
{
    if (at_commit(p)) return pass_commit(s, p, d);
    header_if_first(s, p);
    TRY(print_at(s, p, p->pos, d));
    return advance(s, p, d);
}

Status stepper_quantity(Session *s, Stepper *p, Diag *d)
{
    if (at_commit(p)) return pass_commit(s, p, d);
    const Quantity q = p->trail[p->pos.phase].q[p->pos.q];
    int64_t rest = q.node->len - p->pos.at;
    int64_t shown = rest < SHOWN_ELEMENTS ? rest : SHOWN_ELEMENTS;
    header_if_first(s, p);
    for (int64_t i = 0; i < shown; i++, p->pos.at++) TRY(print_at(s, p, p->pos, d));
    if (rest > shown) text_addf(&s->out, "# ... and %lld more\n", (long long)(rest - shown));
    Node *value = q.next ? q.next : q.node;
    if (!node_eval(value, d)) return d->code;
    if (value->len > 1) print_whole(&s->out, q.next ? "<-" : "=", q.node, value, s->format);
    p->pos.at = q.node->len - 1;
    return advance(s, p, d);
}

static Status finish(Session *s, Stepper *p, Diag *d)
{
    StepPhase phase = p->pos.phase;
    if (phase == STEP_UPDATE) return header_if_first(s, p), pass_commit(s, p, d);
    const Trail *t = &p->trail[phase];
    header_if_first(s, p);
    if (!node_eval(p->E, d)) return d->code;
    if (phase == STEP_FORWARD) print_whole(&s->out, "=", p->E, p->E, s->format);
    else print_gradients(s, p);
    p->pos = (StepAt){ .phase = phase, .q = t->n - 1, .at = t->q[t->n - 1].node->len - 1 };
    return advance(s, p, d);
}

/* ---- back ---- */

/* One position back; false at the very beginning. */
static Status retreat(Session *s, Stepper *p, bool *moved, Diag *d)
{
    StepAt *at = &p->pos;
    *moved = true;
    if (at->at > 0) return at->at--, OK;
    if (at->q > 0) {
        at->q--;
        at->at = length_at(p, *at) - 1;
        return OK;
    }
    if (at->phase == STEP_FORWARD) {
        *moved = past_pop(&p->past, s);
        if (!*moved) return OK;
        p->pass--;
        TRY(session_refresh(s, d));
        TRY(stepper_enter(s, p, STEP_UPDATE, d));
        p->pos.q = p->trail[STEP_UPDATE].n;
        return OK;
    }
    StepPhase before = at->phase - 1;
    if (!p->trail[before].n) before = STEP_FORWARD;
    const Trail *t = &p->trail[before];
    *at = (StepAt){ .phase = before, .q = t->n - 1, .at = t->q[t->n - 1].node->len - 1 };
    return OK;
}

/* The equation before pos, of this pass: what stands shown after going back. */
static bool before(const Stepper *p, StepAt *out)
{
    *out = p->pos;
    if (out->at > 0) return out->at--, true;
    while (out->q == 0) {
        if (out->phase == STEP_FORWARD) return false;
        out->phase--;
        out->q = p->trail[out->phase].n;
    }
    out->q--;
    out->at = length_at(p, *out) - 1;
    return true;
}

static Status back(Session *s, Stepper *p, int64_t n, Diag *d)
{
    bool moved = true;
    int64_t pass = p->pass;
    double was = stepper_value(p);
    for (int64_t i = 0; i < n && moved; i++) TRY(retreat(s, p, &moved, d));
    if (pass != p->pass) {
        long long undone = pass - p->pass;
        text_addf(&s->out, "# %lld update%s taken back\n", undone, undone == 1 ? "" : "s");
        print_change(&s->out, p->name, was, stepper_value(p), s->format);
    }
    if (!moved) text_add(&s->out, "# that is the beginning\n");
    p->has_shown = before(p, &p->shown);
    if (p->has_shown) return print_at(s, p, p->shown, d);
    text_addf(&s->out, "# at the start of the forward pass of %s\n", p->name);
    return OK;
}

/* ---- what all moves share ---- */

static void keep_text(Stepper *p, Session *s, size_t from)
{
    text_clear(&p->text);
    if (s->out.len > from) text_addn(&p->text, s->out.s + from, s->out.len - from);
}

/* From here on net.h.z means what was just shown, whatever was called in between. */
static Status moved(Session *s, Stepper *p, size_t from, Status st)
{
    if (st == OK && p->E) session_enter(s, p->E);
    if (st == OK) breaks_display(s, &p->breaks);
    keep_text(p, s, from);
    return st;
}

typedef Status Move(Session *s, Stepper *p, Diag *d);

static Status move(Session *s, Move *how, Diag *d)
{
    Stepper *p = stepper_of(s);
    size_t from = s->out.len;
    TRY(stepper_follow(s, p, d));
    return moved(s, p, from, how(s, p, d));
}

Status step_one(Session *s, Diag *d) { return move(s, one, d); }
Status step_quantity(Session *s, Diag *d) { return move(s, stepper_quantity, d); }
Status step_finish(Session *s, Diag *d) { return move(s, finish, d); }

Status step_continue(Session *s, int64_t passes, Diag *d)
{
    Stepper *p = stepper_of(s);
    size_t from = s->out.len;
    TRY(stepper_follow(s, p, d));
    return moved(s, p, from, pass_run(s, p, passes, d));
}

Status step_back(Session *s, int64_t n, Diag *d)
{
    Stepper *p = stepper_of(s);
    size_t from = s->out.len;
    TRY(stepper_follow(s, p, d));
    return moved(s, p, from, back(s, p, n, d));
}
