/* calculus.c -- the rules: constant, constant multiple, power, sum, difference,
 * product, quotient, chain; and each function's own.
 *
 * The rules read the same tables as reverse mode does (slope_text, declared
 * derivatives), so what is derived here on paper is what grad computes.
 *
 * Whether a piece is a constant is asked of elements, not of whole nodes:
 * z[0] does not depend on W[0, 1] although z depends on W.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/calculus.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/op.h"
#include "graph/slope.h"
#include "graph/term_text.h"
#include "graph/tmpl.h"

enum { DEPTH_MOST = 500, VISITS_MOST = 400000, SHOWN_CONSTANTS = 4 };

typedef struct {
    const Node *node;
    int64_t     at;
    bool        yes;
} Known;

struct Calculus {
    Arena  *a;
    Arena   scratch;         /* of questions: which elements depend on x */
    Node   *x;
    int64_t at;
    Tmpl    grad;            /* only a name for printing                 */
    const Term *by;          /* x as a term                              */
    const Node **above;      /* sorted: nodes that depend on x           */
    int     n_above;
    Known  *known;           /* open addressing                          */
    int     n_known, cap_known;
    int     visits;
    struct Alias { const Term *formula, *name; } *alias;   /* formulas put in for their names */
    int     n_alias, cap_alias;
    Text   *rules;           /* of this round                            */
    Text    opened;
};

/* ---- what depends on x ---- */

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)*(Node *const *)a, y = (uintptr_t)*(Node *const *)b;
    return (x > y) - (x < y);
}

static void above_find(Calculus *c, Node *root)
{
    static char yes;
    int count;
    Node **all = node_walk(root, &count);
    for (int i = 0; i < count; i++) {
        bool on = node_behind(all[i]) == c->x;
        for (int k = 0; k < all[i]->n_in && !on; k++) on = all[i]->in[k]->aux != NULL;
        all[i]->aux = on ? &yes : NULL;
        if (on) all[c->n_above++] = all[i];
    }
    qsort(all, (size_t)c->n_above, sizeof *all, by_address);
    c->above = (const Node **)all;
}

static bool node_is_above(const Calculus *c, const Node *n)
{
    return bsearch(&n, c->above, (size_t)c->n_above, sizeof n, by_address) != NULL;
}

static Known *known_place(Known *table, int cap, const Node *n, int64_t at)
{
    size_t mask = (size_t)cap - 1;
    size_t h = (((size_t)n >> 4) * 0x9E3779B97F4A7C15u ^ (size_t)at * 0xC2B2AE3D27D4EB4Fu) >> 17;
    for (h &= mask; table[h].node && (table[h].node != n || table[h].at != at);) h = (h + 1) & mask;
    return &table[h];
}

static void known_grow(Calculus *c)
{
    int cap = c->cap_known ? 2 * c->cap_known : 64;
    Known *table = mem_new(sizeof *table * (size_t)cap);
    for (int i = 0; i < c->cap_known; i++)
        if (c->known[i].node) *known_place(table, cap, c->known[i].node, c->known[i].at) = c->known[i];
    free(c->known);
    c->known = table;
    c->cap_known = cap;
}

static bool term_depends(Calculus *c, const Term *t, int depth);

bool calculus_is_by(const Calculus *c, const Term *t)
{
    return t->kind == T_REF && t->at == c->at && node_behind(t->node) == c->x;
}

/* Beyond the limits the answer is yes, which costs a line but is never wrong. */
static bool ref_depends(Calculus *c, const Term *t, int depth)
{
    if (calculus_is_by(c, t)) return true;
    Node *n = t->node;
    if (n->op == &op_leaf || !node_is_above(c, n) || node_behind(n) == c->x) return false;
    if (depth > DEPTH_MOST || ++c->visits > VISITS_MOST) return true;
    if (2 * c->n_known >= c->cap_known) known_grow(c);
    Known *k = known_place(c->known, c->cap_known, n, t->at);
    if (k->node) return k->yes;
    bool yes = term_depends(c, term_of(&c->scratch, n, t->at), depth + 1);
    k = known_place(c->known, c->cap_known, n, t->at);
    if (!k->node) c->n_known++;
    *k = (Known){ n, t->at, yes };
    if (2 * c->n_known >= c->cap_known) known_grow(c);
    return yes;
}

static bool term_depends(Calculus *c, const Term *t, int depth)
{
    if (t->kind == T_NUM) return false;
    if (t->kind == T_REF) return ref_depends(c, t, depth);
    if (t->kind == T_APPLY && !strcmp(t->op->name, "hold")) return false;   /* a constant by definition */
    for (int i = 0; i < t->n; i++)
        if (term_depends(c, t->kid[i], depth)) return true;
    return false;
}

bool calculus_depends(Calculus *c, const Term *t) { return term_depends(c, t, 0); }

/* ---- making ---- */

Calculus *calculus_new(Arena *a, Node *root, Node *x, int64_t at)
{
    Calculus *c = mem_new(sizeof *c);
    c->a = a;
    c->x = node_behind(x);
    c->at = at;
    c->by = term_ref(a, x, at);
    c->grad = (Tmpl){ .refs = 1, .name = (char *)"grad", .n_arg = 2 };
    above_find(c, root);
    return c;
}

void calculus_free(Calculus *c)
{
    arena_clear(&c->scratch);
    text_free(&c->opened);
    free(c->above);
    free(c->known);
    free(c->alias);
    free(c);
}

static const Term *call_term(Arena *a, const Tmpl *fn, int n, const Term *const *kid)
{
    const Term *plain = term_apply(a, NULL, n, kid);
    Term *t = ARENA_NEW(a, Term);
    *t = *plain;
    t->kind = T_CALL;
    t->fn = fn;
    return t;
}

const Term *calculus_grad(Calculus *c, const Term *t)
{
    return call_term(c->a, &c->grad, 2, (const Term *[]){ t, c->by });
}

bool calculus_is_grad(const Calculus *c, const Term *t) { return t->kind == T_CALL && t->fn == &c->grad; }

const Term *calculus_formula(Arena *a, Node *n, int64_t at)
{
    return term_open(a, n, at, CALCULUS_FOLD);
}

/* ---- names of formulas: h*(1 - h) reads better than sigmoid(z)*(1 - sigmoid(z)) ---- */

static void alias_add(Calculus *c, const Term *formula, const Term *name)
{
    if (!name->node->label) return;
    GROW(c->alias, c->n_alias, c->cap_alias);
    c->alias[c->n_alias++] = (struct Alias){ formula, name };
}

static const Term *alias_of(const Calculus *c, const Term *t)
{
    for (int i = c->n_alias - 1; i >= 0; i--)
        if (algebra_equal(c->alias[i].formula, t)) return c->alias[i].name;
    return t;
}

/* t with its name wherever it stands in `in`. */
static const Term *alias_within(Calculus *c, const Term *in, const Term *t, const Term *name)
{
    if (algebra_equal(in, t)) return name;
    if (!in->n) return in;
    const Term **kid = ARENA_ARRAY(c->a, const Term *, in->n + 1);
    for (int i = 0; i < in->n; i++) kid[i] = alias_within(c, in->kid[i], t, name);
    return algebra_with(c->a, in, kid);
}

/* ---- naming rules ---- */

static bool list_has(const Text *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(text_str(list), word); p; p = strstr(p + 1, word))
        if ((p == text_str(list) || p[-1] == ' ') && (!p[n] || p[n] == ',')) return true;
    return false;
}

static void list_name(Text *list, const char *word)
{
    if (list_has(list, word)) return;
    text_addf(list, "%s%s", list->len ? ", " : "", word);
}

static void rule(Calculus *c, const char *name) { list_name(c->rules, name); }

/* The chain rule is used as soon as the inside is more than x itself. */
static void rule_of_inside(Calculus *c, const char *name, const Term *inside)
{
    rule(c, name);
    if (!calculus_is_by(c, inside)) rule(c, "chain rule");
}

/* ---- rules ---- */

/* 0*u and xlogy(0, u) stand still although they contain x. */
static bool is_idle(const Term *t)
{
    if (t->kind != T_APPLY) return false;
    if (!strcmp(t->op->name, "neg")) return is_idle(t->kid[0]);
    if (!strcmp(t->op->name, "xlogy")) return algebra_is(t->kid[0], 0);
    return !strcmp(t->op->name, "*") && (algebra_is(t->kid[0], 0) || algebra_is(t->kid[1], 0));
}

/* Of a long sum only the parts that depend on x are written out, if they are few. */
static const Term *rule_long_sum(Calculus *c, const Term *t)
{
    const Term *kid[CALCULUS_FOLD];
    int n = 0;
    for (int i = 0; i < t->n; i++) {
        const Term *k = t->kid[i];
        if (!calculus_depends(c, k)) continue;
        if (k->kind == T_REF && !k->node->label) k = calculus_formula(c->a, k->node, k->at);
        if (is_idle(k)) continue;
        if (n == CALCULUS_FOLD) return NULL;
        kid[n++] = calculus_grad(c, k);
    }
    rule(c, "sum rule");
    rule(c, "constant rule");
    return algebra_sum(c->a, n, kid);
}

static bool is_plus(const Term *t)
{
    return t->kind == T_APPLY && t->n == 2 && (!strcmp(t->op->name, "+") || !strcmp(t->op->name, "-"));
}

static bool is_short_sum(const Term *t) { return t->kind == T_SUM && t->n <= CALCULUS_FOLD; }

static int parts_count(const Term *t)
{
    if (!is_plus(t) && !is_short_sum(t)) return 1;
    int n = 0;
    for (int i = 0; i < t->n; i++) n += parts_count(t->kid[i]);
    return n;
}

/* grad of every part of a + b - c at once; constants of a long sum go at once too. */
static const Term *parts_grad(Calculus *c, const Term *t, bool brief)
{
    bool part = !is_plus(t) && !is_short_sum(t);
    if (part && brief && !calculus_depends(c, t)) return rule(c, "constant rule"), term_num(c->a, 0);
    if (part) return calculus_grad(c, t);
    const Term *kid[CALCULUS_FOLD];
    for (int i = 0; i < t->n; i++) kid[i] = parts_grad(c, t->kid[i], brief);
    bool minus = t->kind == T_APPLY && t->op->name[0] == '-';
    rule(c, minus ? "difference rule" : "sum rule");
    if (t->kind == T_SUM) return algebra_sum(c->a, t->n, kid);
    return minus ? algebra_sub(c->a, kid[0], kid[1]) : algebra_add(c->a, kid[0], kid[1]);
}

static const Term *rule_plus(Calculus *c, const Term *t)
{
    return parts_grad(c, t, parts_count(t) > SHOWN_CONSTANTS);
}

static const Term *rule_times(Calculus *c, const Term *t)
{
    const Term *u = t->kid[0], *v = t->kid[1];
    bool du = calculus_depends(c, u), dv = calculus_depends(c, v);
    rule(c, du && dv ? "product rule" : "constant multiple rule");
    if (!du) return algebra_mul(c->a, u, calculus_grad(c, v));
    if (!dv) return algebra_mul(c->a, v, calculus_grad(c, u));
    return algebra_add(c->a, algebra_mul(c->a, calculus_grad(c, u), v), algebra_mul(c->a, u, calculus_grad(c, v)));
}

static const Term *rule_quotient(Calculus *c, const Term *t)
{
    const Term *u = t->kid[0], *v = t->kid[1], *two = term_num(c->a, 2);
    if (!calculus_depends(c, v)) {
        rule(c, "constant multiple rule");
        return algebra_div(c->a, calculus_grad(c, u), v);
    }
    rule(c, "quotient rule");
    const Term *below = algebra_power(c->a, v, two);
    const Term *right = algebra_mul(c->a, u, calculus_grad(c, v));
    if (!calculus_depends(c, u)) return algebra_neg(c->a, algebra_div(c->a, right, below));
    const Term *left = algebra_mul(c->a, calculus_grad(c, u), v);
    return algebra_div(c->a, algebra_sub(c->a, left, right), below);
}

static const Term *exponent_less(Calculus *c, const Term *n)
{
    double v;
    if (algebra_number(n, &v)) return term_num(c->a, v - 1);
    return algebra_sub(c->a, n, term_num(c->a, 1));
}

static const Term *rule_power(Calculus *c, const Term *t)
{
    Arena *a = c->a;
    const Term *u = t->kid[0], *n = t->kid[1], *left = NULL, *right = NULL;
    if (calculus_depends(c, u)) {
        const Term *less = algebra_power(a, u, exponent_less(c, n));
        left = algebra_mul(a, algebra_mul(a, n, less), calculus_grad(c, u));
        rule_of_inside(c, "power rule", u);
    }
    if (calculus_depends(c, n)) {
        const Term *log_u = term_apply(a, op_find("log"), 1, &u);
        right = algebra_mul(a, algebra_mul(a, t, log_u), calculus_grad(c, n));
        rule_of_inside(c, "derivative of an exponential", n);
    }
    return left && right ? algebra_add(a, left, right) : left ? left : right;
}

/* ---- slopes of the tables ---- */

static const Term *slope_term(Calculus *c, const Ast *s, const Term *t)
{
    if (s->kind == A_NUM) return term_num(c->a, s->num);
    if (s->kind == A_NAME && !strcmp(s->text, "y")) return alias_of(c, t);
    if (s->kind == A_NAME && !strcmp(s->text, "pi")) return term_num(c->a, M_PI);
    if (s->kind == A_NAME) return t->kid[s->text[0] - 'a'];
    int first = s->kind == A_CALL;
    const Term *kid[3] = { NULL };
    assert(s->n - first <= 3);
    for (int i = first; i < s->n; i++) kid[i - first] = slope_term(c, s->kid[i], t);
    const char *name = first ? s->kid[0]->text : s->kind == A_UNARY ? "neg" : s->text;
    return algebra_apply(c->a, op_find(name), s->n - first, kid);
}

static const Term *rule_table(Calculus *c, const Term *t)
{
    const Term *out = term_num(c->a, 0);
    for (int i = 0; i < t->n; i++) {
        if (!calculus_depends(c, t->kid[i])) continue;
        const char *text = t->op->slope_text[i];
        bool flat = !text || !strcmp(text, "0");
        if (flat) rule(c, t->op->rule ? t->op->rule : "constant rule");
        if (flat) continue;
        rule_of_inside(c, t->op->rule, t->kid[i]);
        const Term *slope = slope_term(c, slope_ast(t->op, i), t);
        out = algebra_add(c->a, out, algebra_mul(c->a, slope, calculus_grad(c, t->kid[i])));
    }
    return out;
}

static const Term *rule_where(Calculus *c, const Term *t)
{
    const Term *kid[3] = { t->kid[0] };
    for (int i = 1; i < 3; i++)
        kid[i] = calculus_depends(c, t->kid[i]) ? calculus_grad(c, t->kid[i]) : term_num(c->a, 0);
    rule(c, "derivative of where");
    return term_apply(c->a, t->op, 3, kid);
}

static const Term *rule_neg(Calculus *c, const Term *t)
{
    rule(c, "constant multiple rule");
    return algebra_neg(c->a, calculus_grad(c, t->kid[0]));
}

static const Term *rule_apply(Calculus *c, const Term *t)
{
    static const struct {
        const char *op;
        const Term *(*apply)(Calculus *, const Term *);
    } rules[] = {
        { "+", rule_plus }, { "-", rule_plus }, { "*", rule_times }, { "/", rule_quotient },
        { "^", rule_power }, { "neg", rule_neg }, { "where", rule_where }
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (!strcmp(t->op->name, rules[i].op)) return rules[i].apply(c, t);
    return rule_table(c, t);
}

/* ---- functions of the language ---- */

/* Node n of fn's body as a term, arguments put in. */
static const Term *body_term(Arena *a, Node *n, const Tmpl *fn, const Term *const *arg)
{
    for (int i = 0; i < fn->n_arg; i++)
        if (n == fn->arg[i]) return arg[i];
    if (n->op == &op_leaf) return term_num(a, n->val[0]);
    if (n->op == &op_slot) return body_term(a, n->in[0], fn, arg);
    const Term *t = term_of(a, n, 0), *kid[3] = { NULL };
    for (int i = 0; i < n->n_in; i++) kid[i] = body_term(a, n->in[i], fn, arg);
    if (t->kind == T_APPLY) return algebra_apply(a, t->op, n->n_in, kid);
    return algebra_with(a, t, kid);
}

const Term *calculus_body(Arena *a, const Term *t)
{
    return t->kind == T_CALL ? body_term(a, t->fn->body, t->fn, t->kid) : t;
}

static bool is_short(const Term *t) { return t->kind == T_REF || t->kind == T_NUM; }

/* "sigmoid' = sigmoid*(1 - sigmoid)" as a rule's name. */
static void rule_declared(Calculus *c, const Tmpl *fn)
{
    Text t = { 0 };
    const Tmpl *slope = tmpl_slope(fn, 0);
    text_addf(&t, "%s = ", slope->name);
    Text body = { 0 };
    term_print_open(&body, slope->body);
    char call[300];
    snprintf(call, sizeof call, "%s(%s)", fn->name, fn->arg[0]->label ? fn->arg[0]->label : "x");
    for (const char *p = text_str(&body); *p;) {
        bool here = !strncmp(p, call, strlen(call));
        if (here) text_add(&t, fn->name), p += strlen(call);
        else text_addc(&t, *p++);
    }
    rule(c, text_str(&t));
    text_free(&body);
    text_free(&t);
}

/* f'(u)*grad(u): with f' written out where u is short enough to repeat it. */
static const Term *declared_share(Calculus *c, const Term *t)
{
    const Tmpl *slope = tmpl_slope(t->fn, 0);
    rule_declared(c, t->fn);
    if (!calculus_is_by(c, t->kid[0])) rule(c, "chain rule");
    const Term *f = is_short(t->kid[0]) ? body_term(c->a, slope->body, slope, t->kid)
                                        : call_term(c->a, slope, slope->n_arg, t->kid);
    const Term *name = alias_of(c, t);
    if (name != t) f = alias_within(c, f, t, name);
    return algebra_mul(c->a, f, calculus_grad(c, t->kid[0]));
}

/* A function without a derivative of its own, or an unusual argument of one: its
 * body takes its place. */
static const Term *rule_call(Calculus *c, const Term *t)
{
    bool only_first = calculus_depends(c, t->kid[0]);
    for (int i = 1; i < t->n; i++) only_first &= !calculus_depends(c, t->kid[i]);
    if (t->fn->declared && only_first) return declared_share(c, t);
    list_name(&c->opened, t->fn->name);
    return calculus_grad(c, body_term(c->a, t->fn->body, t->fn, t->kid));
}

/* ---- lists ---- */

static const Term *others(Calculus *c, const Term *t, int skip)
{
    const Term *p = term_num(c->a, 1);
    for (int i = 0; i < t->n; i++)
        if (i != skip) p = algebra_mul(c->a, p, t->kid[i]);
    return p;
}

static const Term *rule_product_list(Calculus *c, const Term *t)
{
    const Term *out = term_num(c->a, 0);
    int moving = 0;
    for (int i = 0; i < t->n; i++) moving += calculus_depends(c, t->kid[i]);
    if (t->n > CALCULUS_FOLD) return NULL;
    rule(c, moving > 1 ? "product rule" : "constant multiple rule");
    for (int i = 0; i < t->n; i++)
        if (calculus_depends(c, t->kid[i]))
            out = algebra_add(c->a, out, algebra_mul(c->a, others(c, t, i), calculus_grad(c, t->kid[i])));
    return out;
}

/* The largest (smallest) of a list moves as that entry does which it is now. */
static const Term *rule_list(Calculus *c, const Term *t)
{
    if (!strcmp(t->name, "prod")) return rule_product_list(c, t);
    if (!strncmp(t->name, "arg", 3)) return rule(c, "derivative of a choice"), term_num(c->a, 0);
    double best = term_eval(t);
    int i = 0;
    while (i < t->n - 1 && term_eval(t->kid[i]) != best) i++;
    Text name = { 0 };
    text_addf(&name, "derivative of %s", t->name);
    rule(c, text_str(&name));
    text_free(&name);
    return calculus_grad(c, t->kid[i]);
}

/* ---- a round ---- */

static const Term *open_name(Calculus *c, const Term *t)
{
    const Term *inside = calculus_formula(c->a, t->node, t->at);
    if (inside->kind == T_REF && inside->node == t->node) return NULL;
    Text name = { 0 };
    if (t->node->label) {
        term_print_ref(&name, t->node, t->at);
        list_name(&c->opened, text_str(&name));
    }
    text_free(&name);
    alias_add(c, inside, t);
    return calculus_grad(c, inside);
}

static const Term *rule_itself(Calculus *c)
{
    Text t = { 0 }, x = { 0 };
    term_print_ref(&x, c->by->node, c->at);
    text_addf(&t, "grad(%s, %s) = 1", text_str(&x), text_str(&x));
    rule(c, text_str(&t));
    text_free(&t);
    text_free(&x);
    return term_num(c->a, 1);
}

/* One rule applied to grad(t, x); NULL when none fits. */
static const Term *rule_of(Calculus *c, const Term *t)
{
    if (calculus_is_by(c, t)) return rule_itself(c);
    if (!calculus_depends(c, t)) return rule(c, "constant rule"), term_num(c->a, 0);
    switch (t->kind) {
    case T_REF: return open_name(c, t);
    case T_SUM: return is_short_sum(t) ? rule_plus(c, t) : rule_long_sum(c, t);
    case T_APPLY: return rule_apply(c, t);
    case T_CALL: return rule_call(c, t);
    case T_OVER: return rule_list(c, t);
    default: return NULL;
    }
}

static const Term *round_term(Calculus *c, const Term *t)
{
    if (calculus_is_grad(c, t)) {
        const Term *next = rule_of(c, t->kid[0]);
        return next ? next : t;
    }
    if (t->n > CALCULUS_FOLD || !calculus_open(c, t)) return t;
    const Term **kid = ARENA_ARRAY(c->a, const Term *, t->n + 1);
    for (int i = 0; i < t->n; i++) kid[i] = round_term(c, t->kid[i]);
    if (t->kind == T_APPLY) return algebra_apply(c->a, t->op, t->n, kid);
    if (t->kind == T_SUM) return algebra_sum(c->a, t->n, kid);
    return algebra_with(c->a, t, kid);
}

const Term *calculus_round(Calculus *c, const Term *t, Text *rules)
{
    text_clear(rules);
    text_clear(&c->opened);
    c->rules = rules;
    const Term *next = round_term(c, t);
    if (c->opened.len) text_addf(rules, "%s%s", rules->len ? "; " : "", text_str(&c->opened));
    return rules->len ? next : t;
}

bool calculus_open(const Calculus *c, const Term *t)
{
    if (calculus_is_grad(c, t)) return true;
    for (int i = 0; i < t->n; i++)
        if (calculus_open(c, t->kid[i])) return true;
    return false;
}

const Term *calculus_close(Calculus *c, const Term *t, double (*value)(void *, const Term *), void *ctx)
{
    if (calculus_is_grad(c, t)) return term_num(c->a, value(ctx, t));
    if (!calculus_open(c, t)) return t;
    const Term **kid = ARENA_ARRAY(c->a, const Term *, t->n + 1);
    for (int i = 0; i < t->n; i++) kid[i] = calculus_close(c, t->kid[i], value, ctx);
    return algebra_with(c->a, t, kid);
}
