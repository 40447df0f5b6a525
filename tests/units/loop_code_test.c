/* loop_code_test.c -- a loop of numbers as a program: every step rounds as its row does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/tables.h"
#include "graph/loop_code.h"

static const double nasty[] = {
    0, -0.0, 1, -1, 0.1, -1.0/3, 2, 0.5, 3, -2.75, 1e308, -1e308, 5e-324, 1e-160, 123456789.123, INFINITY, -INFINITY, NAN
};

enum { N_NASTY = sizeof nasty / sizeof *nasty };

static Session *opened(const char *text)
{
    Session *s = session_new();
    Diag d = { 0 };
    int line = 0;
    tables_add(s);
    CU_ASSERT_EQUAL(session_run_text(s, "test", text, &d, &line), OK);
    return s;
}

static void closed(Session *s)
{
    tables_free(s);
    session_free(s);
}

static Node *slot_of(Session *s, const char *name) { return session_find(s, name)->value.node; }

/* The body as a program for a loop that runs once, or NULL. */
static LoopCode *program(Session *s, const char *body, Source **src)
{
    char text[600];
    Diag d = { 0 };
    Reader r = { .name = "test", .text = text, .line = 1, .is_command = session_is_command, .ctx = s };
    snprintf(text, sizeof text, "repeat 1 { %s }", body);
    r.len = strlen(text);
    CU_ASSERT_EQUAL_FATAL(parse_next(&r, src, &d), OK);
    Env e = { .s = s, .d = &d };
    return loop_make(&e, (*src)->tree, false);
}

static double *var_of(LoopCode *c, Session *s, const char *name)
{
    for (int i = 0; i < c->n_var; i++)
        if (c->var[i].leaf == node_through(slot_of(s, name))) return &c->reg[i];
    return NULL;
}

static bool same_number(double a, double b) { return (isnan(a) && isnan(b)) || !memcmp(&a, &b, sizeof a); }

/* r <- EXPR by the program, beside q = EXPR by nodes, over numbers of every kind. The
 * operands are assigned too, or they would be constants. */
static void compare_with(const char *expr, const char *nodes)
{
    static const char *const names[] = { "a", "b", "c", "x" };
    char text[400], body[400];
    snprintf(text, sizeof text, "a <- 0; b <- 0; c <- 0; x <- 0; r <- 0\nq = %s", nodes);
    snprintf(body, sizeof body, "r <- %s; a, b, c, x <- a, b, c, x", expr);
    Session *s = opened(text);
    Source *src;
    LoopCode *c = program(s, body, &src);
    Diag d = { 0 };
    int wrong = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    for (unsigned k = 0; k < 3000; k++) {
        for (int i = 0; i < 4; i++) {
            double v = nasty[(k * (2u * (unsigned)i + 1) + k / (unsigned)(17 + i)) % N_NASTY];
            leaf_set(node_through(slot_of(s, names[i])), &v);
            *var_of(c, s, names[i]) = v;
        }
        int64_t turn = 0;
        wrong += loop_run(c, &turn, 1, NULL, NULL) != LOOP_TURN || turn != 1;
        wrong += !same_number(*var_of(c, s, "r"), node_scalar(slot_of(s, "q"), &d));
    }
    if (wrong) printf("\n    %s: %d of 3000 differ\n", expr, wrong);
    CU_ASSERT_EQUAL(wrong, 0);
    loop_code_free(c);
    source_drop(src);
    closed(s);
}

static void compare(const char *expr) { compare_with(expr, expr); }

static void compare_row(const Op *op, void *ctx)
{
    (void)ctx;
    if (op->kind == OP_ELEMENT) compare(op->usage);
}

static void test_rows(void) { op_each(compare_row, NULL); }

static void test_pairs(void)
{
    for (const char *one = "+-*/"; *one; one++)
        for (const char *two = "+-*/"; *two; two++) {
            char left[40], right[40], twice[60];
            snprintf(left, sizeof left, "(a %c b) %c c", *one, *two);
            snprintf(right, sizeof right, "c %c (a %c b)", *two, *one);
            snprintf(twice, sizeof twice, "(a %c b) %c ((a %c b) %c x)", *one, *two, *one, *two);
            compare(left);
            compare(right);
            compare(twice);
        }
}

static void test_functions(void)
{
    static const char *const exprs[] = {
        "sigmoid(a)*sigmoid'(a) - tanh(b + c)", "a^2 + b^3 - c^-1 + x^0.5 + a^1.7 + b^c", "max(a, b, c) - min(a, x, 2)",
        "relu(a - b) + softplus(c) + where(a == b, c, x)", "a - b - c - x + 2*3 - 4/8", "-a*-b + -(c - x)",
        "not (a < b) and (b <= c or c != x)",
    };
    for (size_t i = 0; i < sizeof exprs / sizeof *exprs; i++) compare(exprs[i]);
    compare_with("if a < b { a*c } else { b - x*c }", "where(a < b, a*c, b - x*c)");
    compare_with("(if a > 0 { a } else { -a }) + b*(if not a { 1 } else { c })", "where(a > 0, a, -a) + b*where(not a, 1, c)");
    compare_with("a*b + (if a*b + 1 > 0 { a*b } else { 2 })", "a*b + where(a*b + 1 > 0, a*b, 2)");
}

/* A plain loop is two steps a turn: nothing that can be fused or folded is left over. */
static void test_short(void)
{
    Session *s = opened("a <- 0.5\nk = 3");
    Source *src;
    LoopCode *c = program(s, "a <- a*(k + 2*0.25) + 0.5", &src);
    int64_t turn = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_EQUAL(c->n_step, 4);                /* begin, fused, turn, done */
    CU_ASSERT_EQUAL(c->step[1].op, L_FUSED + 4 * L_MUL + L_ADD);
    CU_ASSERT_EQUAL(loop_run(c, &turn, 1000, NULL, NULL), LOOP_TURN);
    CU_ASSERT_EQUAL(turn, 1000);
    loop_code_free(c);
    source_drop(src);
    closed(s);
}

static void test_refused(void)
{
    static const char *const bodies[] = {
        "a <- [a, 1]", "y = a", "a <- a + uniform()", "print a", "v[0] <- a", "v <- v*a", "a <- sum(v*a)", "n <- a",
        "a <- unknown", "y <- 3", "a <- f(a)", "a <- fact(b); b <- 1", "a <- \"text\"",
    };
    Session *s = opened("a <- 1; b <- 3; v = [1, 2]\ny = 2*a\nf(z) = z + normal()\nfact(m) = if m <= 1 { 1 } else { m*fact(m - 1) }");
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        Source *src;
        LoopCode *c = program(s, bodies[i], &src);
        if (c) printf("\n    not refused: %s\n", bodies[i]);
        CU_ASSERT_PTR_NULL(c);
        loop_code_free(c);
        source_drop(src);
    }
    closed(s);
}

CU_TestInfo loop_code_tests[] = {
    { "every elementwise row, to the bit", test_rows },
    { "every pair of arithmetic as one step, rounded twice", test_pairs },
    { "functions, powers, choices", test_functions },
    { "a loop of two operations is one fused step", test_short },
    { "what a program cannot do is not made one", test_refused },
    CU_TEST_INFO_NULL
};
