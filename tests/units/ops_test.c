/* ops_test.c -- every primitive operation: its three faces agree.
 *
 * Walks the tables, so a new row is tested by being there: elementwise rows over
 * shapes that broadcast, others by the list of cases below (a row without a case
 * fails) and by their own examples in the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "graph/gbuild.h"
#include "graph/grad.h"
#include "graph/natives.h"
#include "graph/session.h"

static const Span nowhere = { 0, 0 };
static Rng rng;

/* An assertion that says in words what failed. */
static void holds(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void holds(bool ok, const char *fmt, ...)
{
    char    buf[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    CU_assertImplementation(ok, __LINE__, buf, __FILE__, "", CU_FALSE);
}

static bool near(double x, double y, double tol)
{
    if (isnan(x) || isnan(y)) return isnan(x) && isnan(y);
    if (isinf(x) || isinf(y)) return x == y;
    return fabs(x - y) <= tol * fmax(1, fmax(fabs(x), fabs(y)));
}

static Node *leaf_random(Shape s, double lo, double hi)
{
    Diag  d = { 0 };
    Node *n = node_leaf(&s, NULL, &d);
    for (int64_t i = 0; i < n->len; i++) n->val[i] = lo + (hi - lo) * rng_uniform(&rng);
    return n;
}

static Node *leaf_of(int rank, const int64_t *dim, const double *v)
{
    Diag  d = { 0 };
    Shape s = shape_of(rank, dim);
    return node_leaf(&s, v, &d);
}

static Node *built(const char *name, Node *const *in, int n, const int64_t *attr, int n_attr)
{
    Diag  d = { 0 };
    Node *out = node_new(op_find(name), in, n, attr, n_attr, nowhere, &d);
    holds(out != NULL, "%s: %s", name, d.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    return out;
}

/* ---- kernel = formula ---- */

static void check_formula(Node *n)
{
    Diag          d = { 0 };
    const double *y = node_eval(n, &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(y);
    for (int64_t at = 0; at < n->len; at++) {
        Arena  a = { 0 };
        double v = term_eval(term_of(&a, n, at));
        holds(near(v, y[at], 1e-13), "%s[%d]: kernel %.17g, formula %.17g", n->op->name,
              (int)at, y[at], v);
        arena_clear(&a);
    }
}

/* ---- slope = central differences ---- */

/* E = sum(n*K) with K random, so that every element of n counts differently. */
static Node *weighed(Node *n)
{
    Node *k = leaf_random(n->shape, -1, 1), *prod = built("*", (Node *[]){ n, k }, 2, NULL, 0);
    Node *E = built("sum", &prod, 1, (int64_t[]){ 0, 0 }, 2);
    node_drop(k);
    node_drop(prod);
    return E;
}

/* dE/d(element at of x), by Ridders' idea once: two steps, one extrapolation. */
static double difference(Node *E, Node *x, int64_t at)
{
    Diag   d = { 0 };
    double was = x->val[at], q[2], h = 1e-3;
    for (int i = 0; i < 2; i++, h /= 2) {
        leaf_set_at(x, at, was + h);
        double up = node_scalar(E, &d);
        leaf_set_at(x, at, was - h);
        q[i] = (up - node_scalar(E, &d)) / (2 * h);
    }
    leaf_set_at(x, at, was);
    return (4 * q[1] - q[0]) / 3;
}

static void check_gradient(const char *what, Node *E, Node *x, Node *g)
{
    Diag d = { 0 };
    holds(shape_equal(&g->shape, &x->shape), "%s: the gradient has the shape of x", what);
    if (!shape_equal(&g->shape, &x->shape)) return;
    for (int64_t at = 0; at < x->len; at++) {
        double is = node_eval(g, &d)[at], expect = difference(E, x, at);
        holds(near(is, expect, 1e-6), "%s: slope %.12g, central difference %.12g at %d", what,
              is, expect, (int)at);
    }
}

/* First and second derivatives of E by x. */
static void check_slopes(const char *what, Node *E, Node *x)
{
    GradMap *first = grad_build(E);
    Node    *g = grad_of(first, x);
    check_gradient(what, E, x, g);
    Node    *E2 = weighed(g);
    GradMap *second = grad_build(E2);
    Node    *g2 = grad_of(second, x);
    char     twice[80];
    snprintf(twice, sizeof twice, "%s, second derivative", what);
    check_gradient(twice, E2, x, g2);
    node_drop(g2);
    node_drop(g);
    grad_free(second);
    grad_free(first);
    node_drop(E2);
}

/* ---- elementwise rows ---- */

/* Shapes of up to three operands: rank 0 to 3, odd lengths, axes of 1. */
static const Shape fits[][3] = {
    { { 0, { 0 } }, { 0, { 0 } }, { 0, { 0 } } },
    { { 1, { 3 } }, { 1, { 3 } }, { 1, { 3 } } },
    { { 2, { 2, 3 } }, { 0, { 0 } }, { 1, { 3 } } },
    { { 0, { 0 } }, { 2, { 2, 3 } }, { 0, { 0 } } },
    { { 2, { 2, 3 } }, { 1, { 3 } }, { 2, { 2, 1 } } },
    { { 2, { 2, 1 } }, { 2, { 1, 3 } }, { 1, { 1 } } },
    { { 1, { 17 } }, { 1, { 1 } }, { 1, { 17 } } },
    { { 3, { 2, 1, 5 } }, { 2, { 3, 1 } }, { 0, { 0 } } },
    { { 2, { 1, 1 } }, { 0, { 0 } }, { 1, { 1 } } },
};
enum { N_FIT = sizeof fits / sizeof *fits };

/* Operand i lies on a grid of 1/16 beside those of the others and beside whole
 * and half numbers, so that no step of a difference goes over a jump. */
static void leaves_make(const Op *op, const Shape *s, Node **in)
{
    for (int i = 0; i < op->max_in; i++) {
        in[i] = leaf_random(s[i], op->lo, op->hi);
        for (int64_t at = 0; at < in[i]->len; at++)
            in[i]->val[at] = floor(16 * in[i]->val[at]) / 16 + (i + 1) / 80.0;
    }
}

static void leaves_drop(Node **in, int n)
{
    for (int i = 0; i < n; i++) node_drop(in[i]);
}

static void element_formula(const Op *op, void *ctx)
{
    (void)ctx;
    if (op->kind != OP_ELEMENT) return;
    for (int k = 0; k < N_FIT; k++) {
        Node *in[3];
        leaves_make(op, fits[k], in);
        Node *n = built(op->name, in, op->max_in, NULL, 0);
        check_formula(n);
        for (int i = 0; i < op->max_in; i++)     /* whole numbers: ties, zeros */
            for (int64_t at = 0; at < in[i]->len; at++)
                leaf_set_at(in[i], at, nearbyint(in[i]->val[at]));
        check_formula(n);
        node_drop(n);
        leaves_drop(in, op->max_in);
    }
}

/* hold is the one row whose slope is not its difference: that is its purpose. */
static void hold_has_no_slope(const Op *op)
{
    Node *x = leaf_random(fits[1][0], op->lo, op->hi), *n = built(op->name, &x, 1, NULL, 0), *E = weighed(n);
    GradMap *map = grad_build(E);
    holds(grad_peek(map, x) == NULL, "hold(x) is held constant");
    grad_free(map);
    node_drop(E);
    node_drop(n);
    node_drop(x);
}

static void element_slope(const Op *op, void *ctx)
{
    (void)ctx;
    if (op->kind != OP_ELEMENT) return;
    if (!strcmp(op->name, "hold")) {
        hold_has_no_slope(op);
        return;
    }
    for (int k = 0; k < N_FIT; k++) {
        Node *in[3];
        leaves_make(op, fits[k], in);
        Node *n = built(op->name, in, op->max_in, NULL, 0), *E = weighed(n);
        for (int i = 0; i < op->max_in; i++) {
            char what[64];
            snprintf(what, sizeof what, "%s, operand %d, shapes %d", op->name, i, k);
            check_slopes(what, E, in[i]);
        }
        node_drop(E);
        node_drop(n);
        leaves_drop(in, op->max_in);
    }
}

/* run() over n elements with each choice of strides is one() to the bit. */
static void element_runs(const Op *op, void *ctx)
{
    (void)ctx;
    if (op->kind != OP_ELEMENT) return;
    double x[3][40], y[41];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 40; k++)
            x[i][k] = op->lo + (op->hi - op->lo) * rng_uniform(&rng);
    x[1][0] = 2;
    for (int strides = 0; strides < 8; strides++)
        for (int n = 0; n <= 40; n++) {
            int s[3] = { strides & 1, strides >> 1 & 1, strides >> 2 };
            y[n] = 77;
            op->run(y, x[0], s[0], x[1], s[1], x[2], s[2], n);
            bool same = y[n] == 77;
            for (int k = 0; k < n; k++) {
                double v = op->one(x[0][k * s[0]], x[1][k * s[1]], x[2][k * s[2]]);
                same = same && memcmp(&v, &y[k], sizeof v) == 0;
            }
            holds(same, "%s: run of %d with strides %d %d %d", op->name, n, s[0], s[1], s[2]);
        }
}

static void formulas_of_elements(void) { rng_seed(&rng, 1), op_each(element_formula, NULL); }
static void slopes_of_elements(void)   { rng_seed(&rng, 2), op_each(element_slope, NULL); }
static void runs_of_elements(void)     { rng_seed(&rng, 3), op_each(element_runs, NULL); }

/* ---- the other rows ---- */

typedef struct {
    const char *op;
    int         n_in;
    Shape       in[3];
    int         n_attr;
    int64_t     attr[16];
    double      index[6];     /* the numbers of in[1] of gather and its kin, in[0] of one_hot */
} Case;

#define NUMBER { 0, { 0 } }
static const Case cases[] = {
    { "sum", 1, { { 2, { 2, 3 } } }, 2, { 0, 0 }, { 0 } },
    { "sum", 1, { { 2, { 2, 3 } } }, 3, { 0, 1, 0 }, { 0 } },
    { "sum", 1, { { 2, { 2, 3 } } }, 3, { 1, 1, 1 }, { 0 } },
    { "sum", 1, { { 3, { 2, 3, 2 } } }, 4, { 0, 2, 0, 2 }, { 0 } },
    { "sum", 1, { { 4, { 2, 3, 2, 3 } } }, 4, { 1, 2, 1, 3 }, { 0 } },
    { "sum", 1, { NUMBER }, 2, { 0, 0 }, { 0 } },
    { "sum", 1, { { 2, { 3, 1 } } }, 3, { 0, 1, 1 }, { 0 } },
    { "prod", 1, { { 2, { 2, 3 } } }, 2, { 0, 0 }, { 0 } },
    { "prod", 1, { { 3, { 2, 3, 2 } } }, 3, { 0, 1, 1 }, { 0 } },
    { "prod", 1, { { 3, { 2, 3, 2 } } }, 4, { 1, 2, 0, 2 }, { 0 } },
    { "prod", 1, { NUMBER }, 2, { 0, 0 }, { 0 } },
    { "max", 1, { { 2, { 2, 3 } } }, 2, { 0, 0 }, { 0 } },
    { "max", 1, { { 3, { 2, 3, 2 } } }, 3, { 0, 1, 1 }, { 0 } },
    { "max", 1, { { 3, { 2, 3, 2 } } }, 4, { 1, 2, 0, 2 }, { 0 } },
    { "min", 1, { { 2, { 2, 3 } } }, 2, { 0, 0 }, { 0 } },
    { "min", 1, { { 2, { 2, 3 } } }, 3, { 1, 1, 1 }, { 0 } },
    { "argmax", 1, { { 2, { 2, 5 } } }, 2, { 0, 0 }, { 0 } },
    { "argmax", 1, { { 3, { 2, 5, 3 } } }, 3, { 0, 1, 1 }, { 0 } },
    { "argmin", 1, { { 2, { 2, 5 } } }, 2, { 0, 0 }, { 0 } },
    { "argmin", 1, { { 2, { 4, 5 } } }, 3, { 1, 1, 0 }, { 0 } },
    { "first_max", 1, { { 2, { 2, 3 } } }, 3, { 0, 1, 1 }, { 0 } },
    { "first_min", 1, { { 2, { 2, 3 } } }, 3, { 0, 1, 0 }, { 0 } },
    { "prod_others", 1, { { 2, { 3, 4 } } }, 3, { 0, 1, 1 }, { 0 } },
    { "prod_pairs", 2, { { 2, { 3, 4 } }, { 2, { 3, 4 } } }, 3, { 0, 1, 0 }, { 0 } },
    { "prod_pairs", 2, { { 1, { 1 } }, { 1, { 1 } } }, 2, { 0, 0 }, { 0 } },
    { "cumsum", 1, { { 1, { 5 } } }, 1, { 0 }, { 0 } },
    { "cumsum", 1, { { 3, { 2, 3, 2 } } }, 1, { 1 }, { 0 } },
    { "cumsum", 1, { { 2, { 3, 2 } } }, 2, { 0, 1 }, { 0 } },
    { "sort", 1, { { 1, { 7 } } }, 1, { 0 }, { 0 } },
    { "sort", 1, { { 3, { 2, 4, 3 } } }, 1, { 1 }, { 0 } },
    { "sort_by", 2, { { 1, { 6 } }, { 1, { 6 } } }, 1, { 0 }, { 0 } },
    { "unsort", 2, { { 2, { 3, 4 } }, { 2, { 3, 4 } } }, 1, { 0 }, { 0 } },
    { "sum_to", 1, { { 2, { 2, 3 } } }, 1, { 3 }, { 0 } },
    { "sum_to", 1, { { 3, { 2, 3, 4 } } }, 2, { 3, 1 }, { 0 } },
    { "sum_to", 1, { { 3, { 2, 1, 4 } } }, 3, { 1, 1, 4 }, { 0 } },
    { "sum_to", 1, { { 2, { 2, 3 } } }, 0, { 0 }, { 0 } },
    { "spread", 1, { NUMBER }, 2, { 2, 3 }, { 0 } },
    { "spread", 1, { { 1, { 3 } } }, 2, { 2, 3 }, { 0 } },
    { "spread", 1, { { 2, { 2, 1 } } }, 3, { 4, 2, 3 }, { 0 } },
    { "@", 2, { { 1, { 3 } }, { 1, { 3 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 1, { 3 } }, { 2, { 3, 5 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 2, { 5, 3 } }, { 1, { 3 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 2, { 5, 3 } }, { 2, { 3, 6 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 2, { 8, 1 } }, { 2, { 1, 9 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 3, { 2, 2, 3 } }, { 2, { 3, 2 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 2, { 2, 3 } }, { 3, { 2, 3, 2 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 4, { 2, 1, 2, 3 } }, { 3, { 3, 3, 2 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 1, { 3 } }, { 3, { 2, 3, 2 } } }, 0, { 0 }, { 0 } },
    { "@", 2, { { 3, { 2, 2, 3 } }, { 1, { 3 } } }, 0, { 0 }, { 0 } },
    { "reshape", 1, { { 2, { 2, 3 } } }, 2, { 3, 2 }, { 0 } },
    { "reshape", 1, { { 2, { 2, 3 } } }, 1, { -1 }, { 0 } },
    { "transpose", 1, { { 2, { 2, 3 } } }, 0, { 0 }, { 0 } },
    { "transpose", 1, { { 1, { 3 } } }, 0, { 0 }, { 0 } },
    { "transpose", 1, { { 3, { 2, 3, 4 } } }, 0, { 0 }, { 0 } },
    { "transpose", 1, { { 3, { 2, 3, 4 } } }, 3, { 1, 2, 0 }, { 0 } },
    { "slice", 1, { { 2, { 3, 4 } } }, 6, { 1, 1, 2, 3, -2, 2 }, { 0 } },
    { "slice", 1, { { 1, { 5 } } }, 3, { 4, -1, 5 }, { 0 } },
    { "slice", 1, { { 3, { 2, 3, 2 } } }, 9, { 1, 1, 1, 0, 1, 3, 0, 1, 2 }, { 0 } },
    { "unslice", 1, { { 2, { 2, 2 } } }, 8, { 3, 4, 1, 1, 2, 3, -2, 2 }, { 0 } },
    { "concat", 2, { { 2, { 2, 3 } }, { 2, { 1, 3 } } }, 1, { 0 }, { 0 } },
    { "concat", 3, { { 2, { 2, 3 } }, { 2, { 2, 1 } }, { 2, { 2, 2 } } }, 1, { 1 }, { 0 } },
    { "stack", 3, { NUMBER, NUMBER, NUMBER }, 1, { 0 }, { 0 } },
    { "stack", 2, { { 2, { 2, 3 } }, { 2, { 2, 3 } } }, 1, { 1 }, { 0 } },
    { "stack", 2, { { 1, { 3 } }, { 1, { 3 } } }, 1, { 1 }, { 0 } },
    { "gather", 2, { { 2, { 3, 2 } }, { 1, { 4 } } }, 1, { 0 }, { 2, 0, 2, -3 } },
    { "gather", 2, { { 3, { 2, 3, 2 } }, { 2, { 2, 2 } } }, 1, { 1 }, { 1, 0, -1, 1 } },
    { "gather", 2, { { 1, { 3 } }, NUMBER }, 1, { 0 }, { 1 } },
    { "scatter_add", 2, { { 2, { 4, 2 } }, { 1, { 4 } } }, 3, { 0, 3, 2 }, { 2, 0, 2, -3 } },
    { "scatter_add", 2, { { 3, { 2, 3, 2 } }, { 1, { 3 } } }, 4, { 1, 2, 4, 2 }, { 1, 3, 1 } },
    { "one_hot", 1, { { 1, { 6 } } }, 1, { 3 }, { 2, 0, 1, 3, -1, 0.5 } },
};
enum { N_CASE = sizeof cases / sizeof *cases };

/* Which input of a case holds indices, -1: none. */
static int index_input(const Case *c)
{
    if (!strcmp(c->op, "one_hot")) return 0;
    return !strcmp(c->op, "gather") || !strcmp(c->op, "scatter_add") ? 1 : -1;
}

static Node *case_make(const Case *c, Node **in)
{
    for (int i = 0; i < c->n_in; i++) {
        in[i] = leaf_random(c->in[i], -2, 2);
        if (i == index_input(c)) leaf_set(in[i], c->index);
    }
    return built(c->op, in, c->n_in, c->attr, c->n_attr);
}

static void formulas_of_others(void)
{
    rng_seed(&rng, 4);
    for (int k = 0; k < N_CASE; k++) {
        Node *in[3], *n = case_make(&cases[k], in);
        check_formula(n);
        for (int i = 0; i < cases[k].n_in; i++)      /* ties */
            for (int64_t at = 0; at < in[i]->len; at++)
                if (i != index_input(&cases[k])) leaf_set_at(in[i], at, nearbyint(in[i]->val[at]));
        check_formula(n);
        node_drop(n);
        leaves_drop(in, cases[k].n_in);
    }
}

static void slopes_of_others(void)
{
    rng_seed(&rng, 5);
    for (int k = 0; k < N_CASE; k++) {
        Node *in[3], *n = case_make(&cases[k], in), *E = weighed(n);
        for (int i = 0; i < cases[k].n_in; i++) {
            char what[64];
            if (i == index_input(&cases[k])) continue;
            snprintf(what, sizeof what, "%s, operand %d, case %d", cases[k].op, i, k);
            check_slopes(what, E, in[i]);
        }
        node_drop(E);
        node_drop(n);
        leaves_drop(in, cases[k].n_in);
    }
}

/* ---- the rows themselves ---- */

static void has_case(const Op *op, void *ctx)
{
    (void)ctx;
    if (op->kind == OP_ELEMENT) return;
    bool found = false;
    for (int k = 0; k < N_CASE; k++) found = found || !strcmp(cases[k].op, op->name);
    holds(found, "%s has a case in this file", op->name);
    holds(op->examples && op->examples[0], "%s has examples", op->name);
    holds(op->infer && op->kernel && op->formula, "%s has infer, kernel and formula", op->name);
}

static void is_written(const Op *op, void *ctx)
{
    (void)ctx;
    holds(op->usage && *op->usage, "%s has a usage", op->name);
    size_t len = op->help ? strlen(op->help) : 0;
    holds(len > 8 && op->help[len - 1] == '.', "%s has a help sentence", op->name);
    holds(op->rule && *op->rule, "%s names its rule", op->name);
    holds(op->min_in >= 1 && op->max_in >= op->min_in, "%s takes operands", op->name);
    if (op->kind != OP_ELEMENT) return;
    holds(op->one && op->run && op->lo < op->hi, "%s has arithmetic and a domain", op->name);
    for (int i = 0; i < op->max_in; i++)
        holds(op->slope_text[i] != NULL, "%s has a slope by operand %d", op->name, i);
}

static void is_found(const Op *op, void *ctx)
{
    int *count = ctx;
    ++*count;
    holds(op_find(op->name) == op, "%s is found by its name, which no other row has", op->name);
}

static void rows_are_complete(void)
{
    op_each(is_written, NULL);
    op_each(has_case, NULL);
}

static void names_are_unique(void)
{
    int count = 0;
    op_each(is_found, &count);
    CU_ASSERT_TRUE(count > 50);
    CU_ASSERT_PTR_NULL(op_find("no such operation"));
    CU_ASSERT_PTR_NULL(op_find(""));
}

/* ---- values worked out by hand or taken from tables ---- */

static double value1(const char *op, double a) { return op_find(op)->one(a, 0, 0); }
static double value2(const char *op, double a, double b) { return op_find(op)->one(a, b, 0); }

static void element_values(void)
{
    CU_ASSERT_DOUBLE_EQUAL(value1("erf", 1), 0.8427007929497149, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(value1("tanh", 1), 0.7615941559557649, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(value1("log1p", 1e-10), 9.9999999995e-11, 1e-25);
    CU_ASSERT_DOUBLE_EQUAL(value1("expm1", 1e-10), 1.00000000005e-10, 1e-25);
    CU_ASSERT_EQUAL(value1("round", 2.5), 2);
    CU_ASSERT_EQUAL(value1("round", 3.5), 4);
    CU_ASSERT_EQUAL(value1("round", -1.5), -2);
    CU_ASSERT_EQUAL(value1("floor", -0.5), -1);
    CU_ASSERT_EQUAL(value1("sign", 0), 0);
    CU_ASSERT_EQUAL(value1("sign", -3), -1);
    CU_ASSERT_TRUE(isnan(value1("sign", NAN)));
    CU_ASSERT_EQUAL(value1("isnan", NAN), 1);
    CU_ASSERT_EQUAL(value1("isnan", INFINITY), 0);
    CU_ASSERT_EQUAL(value2("^", 3, 2), 9);
    CU_ASSERT_EQUAL(value2("^", -2, 3), -8);
    CU_ASSERT_EQUAL(value2("^", 4, -1), 0.25);
    CU_ASSERT_EQUAL(value2("^", 9, 0.5), 3);
    CU_ASSERT_DOUBLE_EQUAL(value2("^", 2, 0.3), 1.2311444133449163, 1e-15);
    CU_ASSERT_EQUAL(value2("maximum", 2, 3), 3);
    CU_ASSERT_TRUE(isnan(value2("maximum", NAN, 3)));
    CU_ASSERT_TRUE(isnan(value2("maximum", 3, NAN)));
    CU_ASSERT_TRUE(isnan(value2("minimum", NAN, 3)));
    CU_ASSERT_TRUE(isnan(value2("minimum", 3, NAN)));
    CU_ASSERT_EQUAL(value2("and", 2, -1), 1);
    CU_ASSERT_EQUAL(value2("and", 2, 0), 0);
    CU_ASSERT_EQUAL(value2("or", 0, 0), 0);
    CU_ASSERT_EQUAL(op_find("where")->one(0, 1, 2), 2);
}

/* The row over x (and attr) gives exactly expect. */
static void gives(const char *op, Node *x, int n_attr, const int64_t *attr, const double *expect)
{
    Diag          d = { 0 };
    Node         *n = built(op, &x, 1, attr, n_attr);
    const double *y = node_eval(n, &d);
    for (int64_t i = 0; i < n->len; i++)
        holds(near(y[i], expect[i], 0), "%s[%d]: %.17g, expected %.17g", op, (int)i, y[i],
              expect[i]);
    node_drop(n);
}

static void reduce_values(void)
{
    Node *x = leaf_of(2, (int64_t[]){ 2, 3 }, (double[]){ 3, 1, 3, -2, 0, 5 });
    int64_t all[2] = { 0, 0 }, down[3] = { 0, 1, 0 }, along[3] = { 0, 1, 1 };
    gives("sum", x, 2, all, (double[]){ 10 });
    gives("sum", x, 3, down, (double[]){ 1, 1, 8 });
    gives("sum", x, 3, along, (double[]){ 7, 3 });
    gives("prod", x, 3, along, (double[]){ 9, 0 });
    gives("prod_others", x, 3, along, (double[]){ 3, 9, 3, 0, -10, 0 });
    gives("max", x, 3, along, (double[]){ 3, 5 });
    gives("min", x, 3, down, (double[]){ -2, 0, 3 });
    gives("argmax", x, 3, along, (double[]){ 0, 2 });
    gives("argmax", x, 2, all, (double[]){ 5 });
    gives("argmin", x, 3, down, (double[]){ 1, 1, 0 });
    gives("first_max", x, 3, along, (double[]){ 1, 0, 0, 0, 0, 1 });
    gives("cumsum", x, 1, (int64_t[]){ 1 }, (double[]){ 3, 4, 7, -2, -2, 3 });
    gives("cumsum", x, 2, (int64_t[]){ 1, 1 }, (double[]){ 7, 4, 3, 3, 5, 5 });
    gives("sort", x, 1, (int64_t[]){ 1 }, (double[]){ 1, 3, 3, -2, 0, 5 });
    node_drop(x);
}

static void nan_values(void)
{
    Node *x = leaf_of(1, (int64_t[]){ 4 }, (double[]){ 3, NAN, 7, NAN });
    int64_t all[2] = { 0, 0 };
    gives("max", x, 2, all, (double[]){ NAN });
    gives("min", x, 2, all, (double[]){ NAN });
    gives("argmax", x, 2, all, (double[]){ 1 });
    gives("argmin", x, 2, all, (double[]){ 1 });
    gives("first_max", x, 2, all, (double[]){ 0, 1, 0, 0 });
    gives("sort", x, 1, all, (double[]){ 3, 7, NAN, NAN });
    node_drop(x);
}

static void empty_values(void)
{
    Diag  d = { 0 };
    Node *x = leaf_of(2, (int64_t[]){ 2, 0 }, NULL);
    gives("sum", x, 3, (int64_t[]){ 0, 1, 1 }, (double[]){ 0, 0 });
    gives("prod", x, 3, (int64_t[]){ 0, 1, 1 }, (double[]){ 1, 1 });
    CU_ASSERT_PTR_NULL(node_new(op_find("max"), &x, 1, (int64_t[]){ 0, 0 }, 2, nowhere, &d));
    CU_ASSERT_STRING_EQUAL(d.text, "max of no elements: its operand has shape (2, 0)");
    Node *b = leaf_of(2, (int64_t[]){ 0, 3 }, NULL);
    Node *y = built("@", (Node *[]){ x, b }, 2, NULL, 0);
    diag_clear(&d);
    const double *v = node_eval(y, &d);
    CU_ASSERT_EQUAL(y->len, 6);
    for (int i = 0; i < 6; i++) CU_ASSERT_EQUAL(v[i], 0);
    node_drop(y);
    node_drop(b);
    node_drop(x);
}

/* A million tenths: term by term the sum is off by 1.3e-6. */
static void sums_are_accurate(void)
{
    enum { N = 1000000 };
    Diag  d = { 0 };
    Node *x = leaf_of(2, (int64_t[]){ N / 2, 2 }, NULL);
    for (int i = 0; i < N; i++) x->val[i] = 0.1;
    Node *all = built("sum", &x, 1, (int64_t[]){ 0, 0 }, 2);
    Node *down = built("sum", &x, 1, (int64_t[]){ 0, 1, 0 }, 3);
    CU_ASSERT_DOUBLE_EQUAL(node_scalar(all, &d), 100000, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(node_eval(down, &d)[1], 50000, 1e-9);
    node_drop(all);
    node_drop(down);
    node_drop(x);
}

static void matrix_values(void)
{
    Diag  d = { 0 };
    Node *A = leaf_of(2, (int64_t[]){ 2, 3 }, (double[]){ 1, 2, 3, 4, 5, 6 });
    Node *B = leaf_of(2, (int64_t[]){ 3, 2 }, (double[]){ 7, 8, 9, 10, 11, 12 });
    Node *C = built("@", (Node *[]){ A, B }, 2, NULL, 0);
    const double *y = node_eval(C, &d);
    const double expect[4] = { 58, 64, 139, 154 };
    for (int i = 0; i < 4; i++) CU_ASSERT_EQUAL(y[i], expect[i]);
    node_drop(A);
    node_drop(B);
    node_drop(C);
}

/* Tiles, their edges and single rows add in the same order. */
static void matrix_order(void)
{
    rng_seed(&rng, 6);
    Diag  d = { 0 };
    Node *A = leaf_random(shape_of(2, (int64_t[]){ 13, 37 }), -1, 1);
    Node *B = leaf_random(shape_of(2, (int64_t[]){ 37, 11 }), -1, 1);
    Node *C = built("@", (Node *[]){ A, B }, 2, NULL, 0);
    const double *y = node_eval(C, &d);
    bool same = true;
    for (int i = 0; i < 13; i++)
        for (int j = 0; j < 11; j++) {
            double sum = 0;
            for (int k = 0; k < 37; k++) sum = fma(A->val[i * 37 + k], B->val[k * 11 + j], sum);
            same = same && y[i * 11 + j] == sum;
        }
    CU_ASSERT_TRUE(same);
    node_drop(A);
    node_drop(B);
    node_drop(C);
}

/* ---- refusals ---- */

static void refuses(const char *op, Node *const *in, int n, const int64_t *attr, int n_attr,
                    const char *text)
{
    Diag  d = { 0 };
    Node *out = node_new(op_find(op), in, n, attr, n_attr, nowhere, &d);
    CU_ASSERT_PTR_NULL(out);
    CU_ASSERT_STRING_EQUAL(d.text, text);
    holds(!strcmp(d.text, text), "<%s>", d.text);
    node_drop(out);
}

static void refusals(void)
{
    Node *x = leaf_of(1, (int64_t[]){ 3 }, NULL), *W = leaf_of(2, (int64_t[]){ 2, 2 }, NULL);
    Node *s = node_num(1);
    refuses("@", (Node *[]){ x, W }, 2, NULL, 0,
            "shapes do not fit: @ needs the last axis of the left side (3) to equal the first"
            " axis of the right side (2)");
    node_label(x, "x");
    node_label(W, "W");
    refuses("@", (Node *[]){ x, W }, 2, NULL, 0,
            "shapes do not fit: x @ W needs the last axis of x (3) to equal the first axis of"
            " W (2)");
    refuses("@", (Node *[]){ x, s }, 2, NULL, 0,
            "shapes do not fit: @ is the product of matrices and vectors, but the right side is"
            " a number");
    refuses("sum", &W, 1, (int64_t[]){ 0, 1, 2 }, 3,
            "sum along axis 2: W has 2 axes, counted from 0");
    refuses("sum", &W, 1, (int64_t[]){ 0, 2, 1, 1 }, 4, "sum names axis 1 twice");
    refuses("sum", &s, 1, (int64_t[]){ 0, 1, 0 }, 3,
            "sum along axis 0: its operand is a number and has no axes");
    refuses("reshape", &W, 1, (int64_t[]){ 3 }, 1,
            "shapes do not fit: reshape of W with shape (2, 2) (4 elements) to (3) (3)");
    refuses("reshape", &W, 1, (int64_t[]){ 3, -1 }, 2,
            "reshape cannot find the -1: 4 elements do not divide into groups of 3");
    refuses("reshape", &W, 1, (int64_t[]){ LIMIT_DIM, LIMIT_DIM, LIMIT_DIM }, 3,
            "a tensor of shape (2147483647, 2147483647, 2147483647) has more numbers than any"
            " memory holds");
    refuses("slice", &x, 1, (int64_t[]){ 3, 1, 1 }, 3,
            "index out of range: axis 0 of x has 3 elements, counted from 0");
    refuses("slice", &x, 1, (int64_t[]){ 0, INT64_MAX, INT64_MAX }, 3,
            "index out of range: axis 0 of x has 3 elements, counted from 0");
    refuses("stack", (Node *[]){ x, W }, 2, (int64_t[]){ 0 }, 1,
            "shapes do not fit: the parts of a list need equal shapes, but x is (3) and W is"
            " (2, 2)");
    refuses("concat", (Node *[]){ s, x }, 2, (int64_t[]){ 0 }, 1,
            "concat along axis 0: its operand is a number and has no axes");
    refuses("one_hot", &x, 1, (int64_t[]){ 0 }, 1, "one_hot needs at least one class, not 0");
    refuses("one_hot", &x, 1, (int64_t[]){ (int64_t)LIMIT_DIM + 1 }, 1,
            "an axis of 2147483648 is longer than the limit of 2147483647");
    node_drop(s);
    node_drop(x);
    node_drop(W);
}

static void bad_indices(void)
{
    Node *x = leaf_of(1, (int64_t[]){ 2 }, (double[]){ 5, 6 });
    Node *i = leaf_of(1, (int64_t[]){ 4 }, (double[]){ 2, -3, 0.5, NAN });
    Node *n = built("gather", (Node *[]){ x, i }, 2, (int64_t[]){ 0 }, 1);
    Diag  d = { 0 };
    const double *y = node_eval(n, &d);
    for (int k = 0; k < 4; k++) CU_ASSERT_TRUE(isnan(y[k]));
    check_formula(n);
    node_drop(n);
    node_drop(x);
    node_drop(i);
}

/* ---- folding and simplifying ---- */

static void folds_as(Node *n, int64_t at, const char *text)
{
    Text t = { 0 };
    n->op->fold(&t, n, at);
    CU_ASSERT_STRING_EQUAL(text_str(&t), text);
    holds(!strcmp(text_str(&t), text), "<%s>", text_str(&t));
    text_free(&t);
}

static void folds(void)
{
    rng_seed(&rng, 7);
    Node *x = leaf_random(shape_of(1, (int64_t[]){ 3 }), 0, 1);
    Node *X = leaf_random(shape_of(2, (int64_t[]){ 2, 3 }), 0, 1);
    Node *W = leaf_random(shape_of(2, (int64_t[]){ 3, 4 }), 0, 1);
    Node *T = leaf_random(shape_of(3, (int64_t[]){ 2, 2, 3 }), 0, 1);
    node_label(x, "x"), node_label(X, "X"), node_label(W, "W"), node_label(T, "T");
    Node *n[] = {
        built("@", (Node *[]){ x, W }, 2, NULL, 0), built("@", (Node *[]){ X, W }, 2, NULL, 0),
        built("@", (Node *[]){ T, W }, 2, NULL, 0), built("@", (Node *[]){ X, x }, 2, NULL, 0),
        built("sum", &X, 1, (int64_t[]){ 0, 0 }, 2),
        built("sum", &X, 1, (int64_t[]){ 1, 1, 1 }, 3),
        built("cumsum", &X, 1, (int64_t[]){ 1 }, 1), gb_sum_to(X, &x->shape)
    };
    folds_as(n[0], 1, "dot(x, W[:, 1])");
    folds_as(n[1], 5, "dot(X[1, :], W[:, 1])");
    folds_as(n[2], 13, "dot(T[1, 1, :], W[:, 1])");
    folds_as(n[3], 1, "dot(X[1, :], x)");
    folds_as(n[4], 0, "sum(X)");
    folds_as(n[5], 1, "sum(X[1, :])");
    folds_as(n[6], 4, "sum(X[1, 0:2])");
    folds_as(n[7], 2, "sum(X[:, 2])");
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) node_drop(n[i]);
    node_drop(x), node_drop(X), node_drop(W), node_drop(T);
}

/* gb makes the very node x of this. */
static void same_node(Node *made, Node *x)
{
    CU_ASSERT_PTR_EQUAL(made, x);
    node_drop(made);
}

static void simplifies(void)
{
    Shape s = shape_of(2, (int64_t[]){ 2, 3 });
    Diag  d = { 0 };
    Node *x = leaf_random(s, 1, 2), *one = node_num(1), *zero = gb_zeros(&s), *minus = gb_neg(x);
    int   refs = x->refs;
    same_node(gb_mul(one, x), x);
    same_node(gb_mul(x, one), x);
    same_node(gb_add(x, zero), x);
    same_node(gb_add(zero, x), x);
    same_node(gb_sub(x, zero), x);
    same_node(gb_div(x, one), x);
    same_node(gb_neg(minus), x);
    same_node(gb_op("^", (Node *[]){ x, one }, 2, NULL, 0), x);
    same_node(gb_sum_to(x, &s), x);
    same_node(gb_spread(x, &s), x);
    same_node(gb_reshape(x, &s), x);
    CU_ASSERT_EQUAL(x->refs, refs);
    Node *none = gb_mul(zero, x), *two = gb_add(one, one);
    CU_ASSERT_TRUE(shape_equal(&none->shape, &s));
    CU_ASSERT_EQUAL(node_eval(none, &d)[5], 0);
    CU_ASSERT_TRUE(two->flags & NODE_CONST);
    CU_ASSERT_EQUAL(node_scalar(two, &d), 2);
    node_drop(none), node_drop(two), node_drop(minus), node_drop(zero), node_drop(one);
    node_drop(x);
}

static void counts_balance(void)
{
    int64_t before = node_count();
    simplifies();
    slopes_of_others();
    CU_ASSERT_EQUAL(node_count(), before);
}

/* ---- the examples, through the language ---- */

static const char setup[] =
    "A = [[0.3, -1.2, 0.8], [1.7, 0.4, -0.6]]\n"
    "B = [[0.5, 1.1], [-0.7, 0.9], [1.3, -0.2]]\n"
    "v = [0.7, -1.4, 1.9]\n"
    "s = 1.5\n";

/* The node of an expression (count 1), NULL after a fault. */
static Node *session_node(Session *s, const char *text)
{
    Diag   d = { 0 };
    Value  v = value_none();
    Status st = session_eval(s, text, &v, &d);
    holds(st == OK, "%s: %s", text, d.text);
    Node *n = st == OK ? value_to_node(s, v, nowhere, &d) : NULL;
    if (n) node_keep(n);
    value_drop(&v);
    return n;
}

/* [[0.25, -0.5], ...]: constants of a shape, as text. */
static void constants_add(Text *to, const Shape *s, int axis)
{
    if (axis == s->rank) {
        text_addf(to, "%.3f", 2 * rng_uniform(&rng) - 1);
        return;
    }
    for (int64_t i = 0; i < s->dim[axis]; i++) {
        text_add(to, i ? ", " : "[");
        constants_add(to, s, axis + 1);
    }
    text_addc(to, ']');
}

static void example_slope(Session *s, const char *E_text, const char *name)
{
    Text t = { 0 };
    text_addf(&t, "grad(%s, %s)", E_text, name);
    Node *E = session_node(s, E_text), *g = session_node(s, text_str(&t));
    Binding *b = session_find(s, name);
    if (E && g && b) check_gradient(text_str(&t), E, node_through(b->value.node), g);
    node_drop(E);
    node_drop(g);
    text_free(&t);
}

static void example_holds(Session *s, const Op *op, const char *example)
{
    static const char *const names[] = { "A", "B", "v", "s" };
    Diag  d = { 0 };
    Node *n = session_node(s, example);
    Text  t = { 0 };
    if (!n || !node_eval(n, &d)) return;
    check_formula(node_through(n));
    text_addf(&t, "sum((%s)*", example);
    constants_add(&t, &n->shape, 0);
    text_addc(&t, ')');
    for (int i = 0; i < 4 && op->slope; i++)
        if (strchr(example, names[i][0])) example_slope(s, text_str(&t), names[i]);
    node_drop(n);
    text_free(&t);
}

static void examples_of(const Op *op, void *ctx)
{
    for (const char *const *x = op->examples; x && *x; x++) example_holds(ctx, op, *x);
}

static void examples(void)
{
    Diag d = { 0 };
    int  line;
    Session *s = session_new();
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    rng_seed(&rng, 8);
    CU_ASSERT_EQUAL_FATAL(session_run_text(s, "setup", setup, &d, &line), OK);
    op_each(examples_of, s);
    session_free(s);
}

CU_TestInfo ops_tests[] = {
    { "every row has usage, help, rule, faces, a case and examples", rows_are_complete },
    { "every row is found by its name", names_are_unique },
    { "elementwise rows: kernel = formula, for every broadcast", formulas_of_elements },
    { "elementwise rows: slope = central differences, twice", slopes_of_elements },
    { "elementwise rows: a run is its elements to the bit", runs_of_elements },
    { "other rows: kernel = formula", formulas_of_others },
    { "other rows: slope = central differences, twice", slopes_of_others },
    { "elementwise functions have their known values", element_values },
    { "reductions have their known values", reduce_values },
    { "nan comes through reductions", nan_values },
    { "empty axes add up to 0 and have no maximum", empty_values },
    { "long sums are accurate along any axis", sums_are_accurate },
    { "the matrix product has its known value", matrix_values },
    { "the matrix product adds in ascending order whatever the tile", matrix_order },
    { "what cannot be is refused with the user's names", refusals },
    { "an index that is none picks nan", bad_indices },
    { "long sums fold to dot and sum", folds },
    { "building drops what a reader would drop", simplifies },
    { "no node is left behind", counts_balance },
    { "examples: kernel = formula and slope = central differences", examples },
    CU_TEST_INFO_NULL
};
