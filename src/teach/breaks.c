/* breaks.c -- conditions and changes that stop the stepper, and what it shows there.
 *
 * A condition stops when it becomes true: one that stays true stops once. Its
 * expression is built when it is set, so its faults are told there; after a
 * redefinition it is built again from its text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/breaks.h"

#include <stdlib.h>
#include <string.h>

#include "graph/term.h"
#include "teach/stepper.h"

/* ---- one break ---- */

static Node *expression_node(Session *s, const char *text)
{
    Diag d = { 0 };
    Value v = { 0 };
    Node *n = session_eval(s, text, &v, &d) == OK ? value_to_node(s, v, (Span){ 0, 0 }, &d) : NULL;
    if (n) node_keep(n);
    value_drop(&v);
    return n;
}

static void break_build(Session *s, Break *b)
{
    if (b->structure == s->structure) return;
    node_drop(b->node);
    node_drop(b->side);
    b->node = expression_node(s, b->text);
    b->side = b->side_text ? expression_node(s, b->side_text) : NULL;
    b->structure = s->structure;
}

static const double *break_eval(Session *s, Break *b)
{
    Diag d = { 0 };
    break_build(s, b);
    return b->node ? node_eval(b->node, &d) : NULL;
}

static void break_note(Session *s, Break *b)
{
    const double *v = break_eval(s, b);
    Diag d = { 0 };
    if (b->kind == BREAK_DISPLAY || !v) return;
    if (b->n_old != b->node->len || !b->old) {
        b->n_old = b->node->len;
        b->old = mem_grow(b->old, (size_t)b->n_old + 1, sizeof *b->old);
    }
    memcpy(b->old, v, sizeof *v * (size_t)b->n_old);
    b->side_old = b->side ? node_scalar(b->side, &d) : 0;
}

static void break_free(Break *b)
{
    free(b->text);
    free(b->side_text);
    free(b->old);
    node_drop(b->node);
    node_drop(b->side);
}

/* ---- the list ---- */

static const char *const kind_word[] = { "break when", "watch", "display" };

Status breaks_add(Session *s, BreakKind kind, const char *text, const char *side, Node *n, Diag *d)
{
    Breaks *b = &stepper_of(s)->breaks;
    if (kind == BREAK_WHEN && n->len != 1) {
        char shape[SHAPE_TEXT];
        diag_set(d, E_SHAPE, (Span){ 0, 0 }, "a condition is one number, and %s has shape %s", text,
                 shape_print(shape, &n->shape));
        return diag_hint(d, "Make it one, for example: break when max(%s) > 1", text);
    }
    if (!node_eval(n, d)) return d->code;
    GROW(b->at, b->n, b->cap);
    Break *new = &b->at[b->n++];
    *new = (Break){ .kind = kind, .number = ++b->made, .text = mem_str(text), .node = node_keep(n),
                    .structure = s->structure };
    if (side) new->side_text = mem_str(side), new->side = expression_node(s, side);
    break_note(s, new);
    bool already = kind == BREAK_WHEN && n->val[0] != 0;
    text_addf(&s->out, "# %d: %s %s%s\n", new->number, kind_word[kind], text,
              already ? " (true already)" : "");
    if (kind == BREAK_DISPLAY) breaks_display(s, &(Breaks){ .n = 1, .at = new });
    return OK;
}

void breaks_list(Session *s, const Breaks *b)
{
    if (!b->n) text_add(&s->out, "# nothing is watched\n");
    for (int i = 0; i < b->n; i++) {
        const Break *k = &b->at[i];
        text_addf(&s->out, "# %d: %s %s", k->number, kind_word[k->kind], k->text);
        long long hits = k->hits;
        if (hits) text_addf(&s->out, "   (stopped %lld time%s)", hits, hits == 1 ? "" : "s");
        if (!k->node) text_add(&s->out, "   (its quantities are gone)");
        text_addc(&s->out, '\n');
    }
}

Status breaks_clear(Session *s, Breaks *b, int number, Diag *d)
{
    (void)s;
    int kept = 0, cleared = 0;
    for (int i = 0; i < b->n; i++) {
        if (number && b->at[i].number != number) b->at[kept++] = b->at[i];
        else break_free(&b->at[i]), cleared++;
    }
    b->n = kept;
    if (!number || cleared) return OK;
    diag_set(d, E_RANGE, (Span){ 0, 0 }, "there is no break, watch or display number %d", number);
    return diag_hint(d, "breaks lists them.");
}

void breaks_free(Breaks *b)
{
    for (int i = 0; i < b->n; i++) break_free(&b->at[i]);
    free(b->at);
    *b = (Breaks){ 0 };
}

bool breaks_any(const Breaks *b)
{
    for (int i = 0; i < b->n; i++)
        if (b->at[i].kind != BREAK_DISPLAY) return true;
    return false;
}

void breaks_note(Session *s, Breaks *b)
{
    for (int i = 0; i < b->n; i++) break_note(s, &b->at[i]);
}

/* ---- looking ---- */

static bool same_number(double a, double b) { return a == b || (a != a && b != b); }

static bool when_fired(Session *s, const Break *b, Text *report)
{
    Diag d = { 0 };
    if (b->node->val[0] == 0 || b->old[0] != 0) return false;
    text_addf(report, "# break %d: %s\n", b->number, b->text);
    if (b->side && b->side->len == 1)
        print_change(report, b->side_text, b->side_old, node_scalar(b->side, &d), s->format);
    return true;
}

static bool watch_fired(Session *s, const Break *b, Text *report)
{
    const Node *n = b->node;
    int64_t first = -1, more = 0;
    for (int64_t i = 0; i < n->len; i++) {
        if (same_number(n->val[i], b->old[i])) continue;
        if (first < 0) first = i;
        else more++;
    }
    if (first < 0) return false;
    Text name = { 0 };
    if (n->len == 1) text_add(&name, b->text);
    else term_print_ref(&name, b->node, first);
    text_addf(report, "# watch %d: %s changed\n", b->number, b->text);
    print_change(report, text_str(&name), b->old[first], n->val[first], s->format);
    if (more) text_addf(report, "# and %lld more of its numbers\n", (long long)more);
    text_free(&name);
    return true;
}

static bool break_look(Session *s, Break *b, Text *report)
{
    int64_t was = b->n_old;
    if (b->kind == BREAK_DISPLAY || !break_eval(s, b)) return false;
    if (!b->old || b->node->len != was) return false;
    return b->kind == BREAK_WHEN ? when_fired(s, b, report) : watch_fired(s, b, report);
}

int breaks_look(Session *s, Breaks *b, Text *report, Break **fired, int most)
{
    int n = 0;
    for (int i = 0; i < b->n; i++) {
        Break *k = &b->at[i];
        bool yes = break_look(s, k, report);
        if (yes) k->hits++;
        if (yes && n < most) fired[n++] = k;
        break_note(s, k);
    }
    return n;
}

void breaks_display(Session *s, Breaks *b)
{
    for (int i = 0; i < b->n; i++) {
        Break *k = &b->at[i];
        const double *v = k->kind == BREAK_DISPLAY ? break_eval(s, k) : NULL;
        if (!v) continue;
        text_addf(&s->out, k->node->shape.rank > 1 ? "%s =\n" : "%s = ", k->text);
        tensor_print(&s->out, &k->node->shape, v, s->format);
        if (s->out.s[s->out.len - 1] != '\n') text_addc(&s->out, '\n');
    }
}
