/* chain.c -- which quantities a gradient flows through, and by which rule.
 *
 * The label of an adjoint says whose it is: "grad(E, x)". The quantities that x
 * is used in are the named ones above it with nothing named in between.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/equation.h"

#include <stdlib.h>
#include <string.h>

#include "graph/grads.h"
#include "graph/op.h"
#include "graph/term.h"

enum { USES_NAMED = 4, RULES_NAMED = 2, DEFINITION_LONGEST = 72, NAME_LONGEST = 512 };

/* "grad(E, x)" in its two parts; false when label is no such thing. */
static bool label_split(const char *label, char *of, char *by)
{
    size_t len = strlen(label);
    if (strncmp(label, "grad(", 5) || len >= NAME_LONGEST || label[len - 1] != ')') return false;
    int open = 0;
    const char *comma = NULL;
    for (const char *p = label + 5; *p && !comma; p++) {
        open += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
        if (!open && *p == ',') comma = p;
    }
    if (!comma || comma + 2 >= label + len - 1) return false;
    size_t n = (size_t)(comma - label - 5), m = (size_t)(label + len - 1 - (comma + 2));
    memcpy(of, label + 5, n);
    memcpy(by, comma + 2, m);
    of[n] = by[m] = 0;
    return true;
}

static bool named(const Node *n, const char *name) { return n->label && !strcmp(n->label, name); }

typedef struct {
    GradMap *map;
    Node *const *node;       /* inputs first              */
    int      n;
    const char *by;
    Node    *use[USES_NAMED];
    int      n_use;
} Uses;

/* aux of a node: not NULL when x is below it without a name in between. */
static bool reaches(const Uses *u, Node *n)
{
    for (int i = 0; i < n->n_in; i++) {
        Node *in = n->in[i];
        if (named(in, u->by) || (in->aux && !in->label)) return true;
    }
    return false;
}

static void uses_find(Uses *u)
{
    static char yes;
    for (int i = 0; i < u->n; i++) u->node[i]->aux = NULL;
    for (int i = 0; i < u->n; i++) {
        Node *n = u->node[i];
        if (!grad_peek(u->map, n) || !reaches(u, n)) continue;
        n->aux = &yes;
        if (!n->label || named(n, u->by)) continue;
        if (u->n_use < USES_NAMED) u->use[u->n_use] = n;
        u->n_use++;
    }
}

/* ---- rules on the way from a quantity down to x ---- */

typedef struct {
    const char *name[RULES_NAMED];
    int n;
} Rules;

static void rule_add(Rules *r, const char *rule)
{
    for (int i = 0; rule && i < r->n; i++)
        if (!strcmp(r->name[i], rule)) rule = NULL;
    if (rule && r->n < RULES_NAMED) r->name[r->n++] = rule;
}

static bool is_below(const Uses *u, const Node *n)
{
    return named(n, u->by) || (n->aux && !n->label);
}

/* A factor that x is not in is a constant as far as x is concerned. */
static const char *rule_of(const Uses *u, const Node *n)
{
    const char *rule = n->op->rule;
    int ways = 0;
    for (int i = 0; i < n->n_in; i++) ways += is_below(u, n->in[i]);
    return rule && ways == 1 && !strcmp(rule, "product rule") ? "constant factor rule" : rule;
}

static bool is_plain(const char *rule)
{
    static const char *const plain[] = { "sum rule", "difference rule", "constant factor rule" };
    for (size_t i = 0; rule && i < sizeof plain / sizeof *plain; i++)
        if (!strcmp(rule, plain[i])) return true;
    return false;
}

/* Follows one way down; that is the only one in nearly all equations. */
static void rules_below(const Uses *u, Node *n, Rules *telling, Rules *plain)
{
    while (n && !named(n, u->by)) {
        const char *rule = n->op == &op_slot ? NULL : rule_of(u, n);
        rule_add(is_plain(rule) ? plain : telling, rule);
        Node *next = NULL;
        for (int i = 0; i < n->n_in && !next; i++)
            if (is_below(u, n->in[i])) next = n->in[i];
        n = next;
    }
}

/* ---- words ---- */

static void definition_add(Text *to, Node *y)
{
    Text t = { 0 };
    term_print_open(&t, y);
    text_addf(to, ": %s", y->label);
    bool fits = t.len <= DEFINITION_LONGEST && !strchr(text_str(&t), '#');
    if (fits) text_addf(to, " = %s", text_str(&t));
    text_free(&t);
}

/* From E itself by the rules on the way; from anything else by the chain rule. */
static void one_use(Text *to, const Uses *u, Node *y, bool from_E)
{
    Rules telling = { 0 }, plain = { 0 }, chain = { .n = 1, .name = { "chain rule" } };
    if (from_E) rules_below(u, y, &telling, &plain);
    const Rules *r = !from_E ? &chain : telling.n ? &telling : &plain;
    for (int i = 0; i < r->n; i++) text_addf(to, "%s%s", i ? ", " : "", r->name[i]);
    if (!r->n) text_add(to, "identity");
    definition_add(to, y);
}

static void many_uses(Text *to, const Uses *u)
{
    int shown = u->n_use < USES_NAMED ? u->n_use : USES_NAMED;
    text_add(to, "chain rule, summed over ");
    for (int i = 0; i < shown; i++) text_addf(to, "%s%s", i ? ", " : "", u->use[i]->label);
    if (shown < u->n_use) text_addf(to, " and %d more", u->n_use - shown);
}

void equation_rule(Text *to, Session *s, Node *g)
{
    char of[NAME_LONGEST], by[NAME_LONGEST];
    Diag d = { 0 };
    Value v = { 0 };
    if (!g->label || !(g->flags & NODE_GRAD) || !label_split(g->label, of, by)) return;
    Node *E = session_eval(s, of, &v, &d) == OK ? value_to_node(s, v, (Span){ 0, 0 }, &d) : NULL;
    GradMap *map = E ? grads_map(s, E, (Span){ 0, 0 }, &d) : NULL;
    if (map) {
        Uses u = { .map = map, .by = by };
        u.node = grad_nodes(map, &u.n);
        uses_find(&u);
        if (u.n_use == 1) one_use(to, &u, u.use[0], u.use[0] == E);
        else if (u.n_use > 1) many_uses(to, &u);
    }
    value_drop(&v);
}
