/* term.c -- one scalar equation: made, opened down to names, evaluated.
 *
 * Opening stops at labelled quantities, because those are what a reader can ask
 * about next; it also stops at a budget, so that an expression that mentions
 * one piece a thousand times does not grow without bound. A reference that was
 * left closed still prints (as an expression in brackets) and still evaluates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/term.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "graph/term_text.h"

/* ---- make ---- */

static Term *term_new(Arena *a, TermKind kind, int n, const Term *const *kid)
{
    Term *t = ARENA_NEW(a, Term);
    t->kind = kind;
    t->n = n;
    if (!n) return t;
    t->kid = ARENA_ARRAY(a, const Term *, n);
    memcpy(t->kid, kid, sizeof *kid * (size_t)n);
    return t;
}

const Term *term_num(Arena *a, double v)
{
    Term *t = term_new(a, T_NUM, 0, NULL);
    t->num = v;
    return t;
}

const Term *term_ref(Arena *a, Node *n, int64_t at)
{
    Term *t = term_new(a, T_REF, 0, NULL);
    t->node = n;
    t->at = at;
    return t;
}

const Term *term_apply(Arena *a, const Op *op, int n, const Term *const *kid)
{
    Term *t = term_new(a, T_APPLY, n, kid);
    t->op = op;
    return t;
}

const Term *term_sum(Arena *a, Node *whose, int64_t at, int n, const Term *const *kid)
{
    Term *t = term_new(a, T_SUM, n, kid);
    t->node = whose;
    t->at = at;
    return t;
}

const Term *term_over(Arena *a, const char *name, int n, const Term *const *kid)
{
    Term *t = term_new(a, T_OVER, n, kid);
    t->name = name;
    return t;
}

static const Term *element_term(Arena *a, Node *n, int64_t at)
{
    const Term *kid[3];
    assert(n->n_in <= 3);
    for (int i = 0; i < n->n_in; i++)
        kid[i] = term_ref(a, n->in[i], shape_index(&n->shape, at, &n->in[i]->shape));
    Term *t = term_new(a, n->op->kind == OP_CALL ? T_CALL : T_APPLY, n->n_in, kid);
    t->op = n->op;
    t->fn = n->fn;
    return t;
}

const Term *term_of(Arena *a, Node *n, int64_t at)
{
    assert(at >= 0 && at < n->len);
    if (n->op == &op_slot) return term_ref(a, n->in[0], at);
    if (n->op == &op_leaf && n->flags & NODE_CONST) return term_num(a, n->val[at]);
    if (n->op == &op_leaf) return term_ref(a, n, at);
    if (n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL) return element_term(a, n, at);
    assert(n->op->formula);
    return n->op->formula(a, n, at);
}

/* ---- open ---- */

enum { OPEN_BUDGET = 4000 };

typedef struct {
    Arena *a;
    int    fold;
    int    budget;           /* terms that may still be made */
} Opening;

static const Term *open_term(Opening *o, const Term *t, int depth);

/* A product of many factors leans left as deep as it is long: as a list it is
 * flat, and reads prod([...]). */
static const Term *product_flat(Opening *o, const Term *t)
{
    const Op *times = t->op;
    int n = 0;
    for (const Term *p = t; p->kind == T_APPLY && p->op == times; p = p->kid[0]) n++;
    const Term **kid = ARENA_ARRAY(o->a, const Term *, n + 1);
    int k = n;
    for (; k > 0; t = t->kid[0]) kid[k--] = t->kid[1];
    kid[0] = t;
    return term_over(o->a, "prod", n + 1, kid);
}

static bool product_is_long(const Term *t, int fold)
{
    const Op *times = t->op;
    if (t->kind != T_APPLY || strcmp(times->name, "*")) return false;
    int n = 1;
    for (; t->kind == T_APPLY && t->op == times && n <= fold; t = t->kid[0]) n++;
    return n > fold;
}

static const Term *open_node(Opening *o, Node *n, int64_t at, int depth)
{
    const Term *t = term_of(o->a, n, at);
    o->budget -= t->n + 1;
    return open_term(o, t, depth);
}

static const Term *open_ref(Opening *o, const Term *t, int depth)
{
    Node *n = t->node;
    if (n->label) return t;
    if (n->op == &op_leaf) return term_num(o->a, n->val[t->at]);
    if (o->budget <= 0 || depth >= LIMIT_DEPTH) return t;
    return open_node(o, n, t->at, depth + 1);
}

/* A choice that is decided by written-out numbers (where(1 == 0, a, b) of one-hot
 * targets) is taken: only the side that counts is shown. */
static const Term *choose_known(Opening *o, const Term *t)
{
    if (t->kind != T_APPLY || t->kid[0]->kind != T_NUM) return t;
    if (t->op->power == 4 && t->kid[1]->kind == T_NUM) return term_num(o->a, t->op->one(t->kid[0]->num, t->kid[1]->num, 0));
    if (!strcmp(t->op->name, "where")) return t->kid[t->kid[0]->num != 0 ? 1 : 2];
    return t;
}

static const Term *open_term(Opening *o, const Term *t, int depth)
{
    if (t->kind == T_NUM) return t;
    if (t->kind == T_REF) return open_ref(o, t, depth);
    if (product_is_long(t, o->fold)) t = product_flat(o, t);
    bool list = t->kind == T_SUM || t->kind == T_OVER;
    int many = list && t->n > o->fold ? o->fold : t->n;
    Term *copy = term_new(o->a, t->kind, t->n, t->kid);
    const Term **kid = copy->kid;
    *copy = *t;
    copy->kid = kid;
    for (int i = 0; i < many; i++) kid[i] = open_term(o, t->kid[i], depth);
    return choose_known(o, copy);
}

Node *node_behind(Node *n)
{
    while (n->op == &op_slot) {
        Node *def = n->in[0];
        if (def->label && (!n->label || strcmp(def->label, n->label))) break;
        n = def;
    }
    return n;
}

const Term *term_open(Arena *a, Node *n, int64_t at, int fold)
{
    Opening o = { .a = a, .fold = fold, .budget = OPEN_BUDGET };
    return open_node(&o, node_behind(n), at, 0);
}

/* ---- evaluate ---- */

static double sum_eval(const Term *t)
{
    double s = t->n ? term_eval(t->kid[0]) : 0;
    for (int i = 1; i < t->n; i++) s += term_eval(t->kid[i]);
    return s;
}

/* The place of the largest (sign 1) or smallest (sign -1): the first of equals,
 * and of a nan if there is one. */
static int over_best(const Term *t, int sign)
{
    int best = 0;
    double v = term_eval(t->kid[0]);
    for (int i = 1; i < t->n && !isnan(v); i++) {
        double w = term_eval(t->kid[i]);
        if (isnan(w) || sign * w > sign * v) best = i, v = w;
    }
    return best;
}

static double product_eval(const Term *t)
{
    double p = term_eval(t->kid[0]);
    for (int i = 1; i < t->n; i++) p *= term_eval(t->kid[i]);
    return p;
}

static double over_eval(const Term *t)
{
    assert(t->n > 0);
    if (!strcmp(t->name, "prod")) return product_eval(t);
    bool place = !strncmp(t->name, "arg", 3);
    const char *what = place ? t->name + 3 : t->name;
    int best = over_best(t, strcmp(what, "min") ? 1 : -1);
    return place ? best : term_eval(t->kid[best]);
}

static double apply_eval(const Term *t)
{
    double v[3] = { 0, 0, 0 };
    for (int i = 0; i < t->n; i++) v[i] = term_eval(t->kid[i]);
    return t->kind == T_CALL ? tmpl_one(t->fn, v) : t->op->one(v[0], v[1], v[2]);
}

double term_eval(const Term *t)
{
    switch (t->kind) {
    case T_NUM: return t->num;
    case T_REF: return t->node->val[t->at];
    case T_SUM: return sum_eval(t);
    case T_OVER: return over_eval(t);
    default: return apply_eval(t);
    }
}
