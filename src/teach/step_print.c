/* step_print.c -- what the moves of the stepper print.
 *
 * All that is not an equation is a comment, so every line can be typed back in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/stepper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/grads.h"
#include "graph/op.h"
#include "graph/term.h"
#include "teach/equation.h"

enum { ROWS = 12, WHOLE_MOST = 8 };

static const char *const phase_name[] = { "forward", "backward", "update" };

void print_header(Session *s, const Stepper *p, StepPhase phase)
{
    int n = p->trail[phase].n;
    if (phase == STEP_UPDATE) {
        if (n) text_addf(&s->out, "# update: %s\n", p->rule_text);
        return;
    }
    static const char *const word[][2] = { { "quantity", "quantities" },
                                           { "gradient", "gradients" } };
    text_addf(&s->out, "# %s: %d %s\n", phase_name[phase], n, word[phase][n != 1]);
}

static void print_place(Session *s, const Stepper *p, StepAt at)
{
    const Trail *t = &p->trail[at.phase];
    const Node *n = t->q[at.q].node;
    text_addf(&s->out, "# %s %d of %d", phase_name[at.phase], at.q + 1, t->n);
    if (n->len > 1)
        text_addf(&s->out, ", number %lld of %lld", (long long)at.at + 1, (long long)n->len);
    text_addc(&s->out, '\n');
}

Status print_at(Session *s, Stepper *p, StepAt at, Diag *d)
{
    const Quantity *q = &p->trail[at.phase].q[at.q];
    print_place(s, p, at);
    return q->next ? equation_print_update(&s->out, s, q->node, q->next, at.at, d)
                   : equation_print(&s->out, s, q->node, at.at, d);
}

void print_whole(Text *to, const char *sign, Node *name, Node *value, NumFormat f)
{
    const char *gap = value->shape.rank > 1 ? "\n" : " ";
    text_addf(to, "%s %s%s", name->label ? name->label : "it", sign, gap);
    tensor_print(to, &value->shape, value->val, f);
    if (to->s[to->len - 1] != '\n') text_addc(to, '\n');
}

void print_gradients(Session *s, const Stepper *p)
{
    const Trail *t = &p->trail[STEP_BACKWARD];
    Diag d = { 0 };
    int n, rows = 0, more = 0;
    Node **w = session_params(s, p->E, &n);
    for (int i = 0; i < n && t->n; i++) {
        GradMap *map = grads_map(s, p->E, (Span){ 0, 0 }, &d);
        Node *g = map ? grad_peek(map, w[i]) : NULL;
        if (!g || !g->label || !node_eval(g, &d)) continue;
        if (rows++ < ROWS) print_whole(&s->out, "=", g, g, s->format);
        else more++;
    }
    free(w);
    for (int i = 0; i < t->n && !n; i++) {
        if (!node_eval(t->q[i].node, &d)) continue;
        if (rows++ < ROWS) print_whole(&s->out, "=", t->q[i].node, t->q[i].node, s->format);
        else more++;
    }
    if (more) text_addf(&s->out, "# ... and %d more\n", more);
}

/* ---- what an update changed ---- */

/* As many digits more as it takes to see that they are not the same. */
static void digits_that_differ(double was, double is, NumFormat f, char *a, char *b)
{
    num_print(a, was, f);
    num_print(b, is, f);
    bool same = was == is || (isnan(was) && isnan(is));
    while (!same && !strcmp(a, b) && f.digits < 17) {
        f.digits++;
        num_print(a, was, f);
        num_print(b, is, f);
    }
    if (!same && !strcmp(a, b)) num_exact(a, was), num_exact(b, is);
}

void print_change(Text *to, const char *name, double was, double is, NumFormat f)
{
    char a[NUM_TEXT], b[NUM_TEXT];
    digits_that_differ(was, is, f, a, b);
    text_addf(to, "# %s: %s -> %s\n", name, a, b);
}

static void change_at(Session *s, Node *leaf, int64_t at, double was)
{
    Text name = { 0 };
    term_print_ref(&name, leaf, at);
    print_change(&s->out, text_str(&name), was, leaf->val[at], s->format);
    text_free(&name);
}

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

static void leaf_change(Session *s, Node *leaf, const double *was)
{
    if (leaf->len <= WHOLE_MOST) {
        for (int64_t i = 0; i < leaf->len; i++) change_at(s, leaf, i, was[i]);
        return;
    }
    char shape[SHAPE_TEXT];
    text_addf(&s->out, "# %s, shape %s, most at\n", leaf->label ? leaf->label : "w",
              shape_print(shape, &leaf->shape));
    int64_t at = largest_change(leaf, was);
    change_at(s, leaf, at, was[at]);
}

void print_changes(Session *s, const Stepper *p, const Moment *before)
{
    const double *was = before->val;
    int n = p->update.n_weight, rows = n < ROWS ? n : ROWS;
    for (int i = 0; i < rows; was += before->leaf[i++]->len) leaf_change(s, before->leaf[i], was);
    if (rows < n) text_addf(&s->out, "# ... and %d more\n", n - rows);
}
