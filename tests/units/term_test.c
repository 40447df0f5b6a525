/* term_test.c -- formulas of single elements: made, opened, printed, evaluated.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <string.h>

#include "graph/gbuild.h"
#include "graph/natives.h"
#include "graph/op.h"
#include "graph/session.h"
#include "graph/term.h"
#include "lang/parse.h"

static const NumFormat six = { NUM_SIG, 6 };
static const Span nowhere = { 0, 0 };

static Node *leaf(const char *label, int rank, const int64_t *dim, const double *v)
{
    Diag d = { 0 };
    Shape s = shape_of(rank, dim);
    Node *n = node_leaf(&s, v, &d);
    if (label) node_label(n, "%s", label);
    return n;
}

static Node *number(const char *label, double v) { return leaf(label, 0, NULL, &v); }

/* Takes over a and b. */
static Node *op2(const char *op, Node *a, Node *b)
{
    Diag d = { 0 };
    Node *n = node_new(op_find(op), (Node *[]){ a, b }, 2, NULL, 0, nowhere, &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    node_drop(a);
    node_drop(b);
    return n;
}

static Node *op1(const char *op, Node *a)
{
    Diag d = { 0 };
    Node *n = node_new(op_find(op), &a, 1, NULL, 0, nowhere, &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    node_drop(a);
    return n;
}

static void check_text(const Text *t, const char *expect)
{
    CU_ASSERT_STRING_EQUAL(text_str(t), expect);
    if (strcmp(text_str(t), expect)) fprintf(stderr, "\n<%s>\n<%s>\n", text_str(t), expect);
}

static void check_element(Node *n, int64_t at, TermStyle style, int fold, const char *expect)
{
    Arena a = { 0 };
    Text t = { 0 };
    Diag d = { 0 };
    node_eval(n, &d);
    const Term *term = term_open(&a, n, at, fold);
    term_print(&t, term, style, six, fold);
    check_text(&t, expect);
    CU_ASSERT_DOUBLE_EQUAL(term_eval(term), n->val[at], 1e-12);
    text_free(&t);
    arena_clear(&a);
}

static void check_names(Node *n, const char *expect)
{
    check_element(n, 0, TERM_NAMES, 8, expect);
    node_drop(n);
}

static void check_numbers(Node *n, const char *expect)
{
    check_element(n, 0, TERM_NUMBERS, 8, expect);
    node_drop(n);
}

static void check_node(Node *n, const char *expect)
{
    Text t = { 0 };
    term_print_node(&t, n);
    check_text(&t, expect);
    text_free(&t);
    node_drop(n);
}

static Node *a_(void) { return number("a", 2); }
static Node *b_(void) { return number("b", 3); }
static Node *c_(void) { return number("c", -2); }

static void brackets_are_minimal(void)
{
    Node *square = op2("^", op2("-", a_(), node_num(1)), node_num(2));
    check_names(op2("*", op2("/", node_num(1), node_num(2)), square), "1/2*(a - 1)^2");
    check_names(op2("-", a_(), op2("-", b_(), c_())), "a - (b - c)");
    check_names(op2("-", op2("-", a_(), b_()), c_()), "a - b - c");
    check_names(op2("/", a_(), op2("*", b_(), c_())), "a/(b*c)");
    check_names(op2("*", op2("/", a_(), b_()), c_()), "a/b*c");
    check_names(op2("^", op1("neg", a_()), node_num(2)), "(-a)^2");
    check_names(op1("neg", op2("^", a_(), node_num(2))), "-a^2");
    check_names(op1("neg", op2("+", a_(), b_())), "-(a + b)");
    check_names(op2("^", a_(), op2("^", b_(), node_num(2))), "a^b^2");
    check_names(op2("^", op2("^", a_(), b_()), node_num(2)), "(a^b)^2");
    check_names(op2("*", op2(">", a_(), b_()), c_()), "(a > b)*c");
    check_names(op1("exp", op1("neg", op2("*", a_(), b_()))), "exp(-(a*b))");
}

static void negative_numbers_keep_their_meaning(void)
{
    check_numbers(op2("-", b_(), c_()), "3 - (-2)");
    check_numbers(op2("+", b_(), c_()), "3 + (-2)");
    check_numbers(op2("*", a_(), c_()), "2*-2");
    check_numbers(op2("^", c_(), a_()), "(-2)^2");
    check_numbers(op2("^", a_(), c_()), "2^(-2)");
    check_numbers(op2("-", number("w", 0.14), op2("*", node_num(0.05), number("g", -0.687))),
                  "0.14 - 0.05*-0.687");
    check_numbers(op2("*", number("g", -0.809), number("h", 0.48)), "-0.809*0.48");
    check_numbers(op1("neg", c_()), "-(-2)");
}

/* What is printed is read again by the parser and must have the same value. */
static double ast_number(const Ast *a)
{
    if (a->kind == A_NUM) return a->num;
    double x = ast_number(a->kid[a->kind == A_CALL]);
    if (a->kind == A_UNARY) return -x;
    double y = a->n > 1 && a->kind == A_BINARY ? ast_number(a->kid[1]) : 0;
    const char *op = a->kind == A_CALL ? a->kid[0]->text : a->text;
    return op_find(op)->one(x, y, 0);
}

static Node *random_node(unsigned *seed, int depth)
{
    static const char *const op[] = { "+", "-", "*", "/", "^", "neg", "<", "sin" };
    *seed = *seed * 1103515245u + 12345u;
    unsigned pick = *seed >> 16 & 7;
    bool end = !depth || (*seed >> 24 & 3) == 0;
    if (end) return number("w", (double)(int)(*seed >> 20 & 15) / 2 - 4);
    Node *x = random_node(seed, depth - 1);
    if (pick == 5 || pick == 7) return op1(op[pick], x);
    return op2(op[pick], x, random_node(seed, depth - 1));
}

static void text_reads_back_to_the_same_value(void)
{
    unsigned seed = 1;
    for (int i = 0; i < 400; i++) {
        Arena a = { 0 };
        Text t = { 0 };
        Diag d = { 0 };
        Node *n = random_node(&seed, 5);
        double v = node_scalar(n, &d);
        const Term *term = term_open(&a, n, 0, 8);
        term_print(&t, term, TERM_NUMBERS, (NumFormat){ NUM_SIG, 17 }, 8);
        Source *s = parse_expr("test", text_str(&t), &d);
        CU_ASSERT_PTR_NOT_NULL(s);
        if (!s) fprintf(stderr, "\n%s: %s\n", text_str(&t), d.text);
        double w = s ? ast_number(s->tree) : 0;
        bool same = v == w || (v != v && w != w);
        CU_ASSERT(same);
        if (!same) fprintf(stderr, "\n%s = %g, not %g\n", text_str(&t), v, w);
        source_drop(s);
        node_drop(n);
        text_free(&t);
        arena_clear(&a);
    }
}

static void references_have_an_index(void)
{
    static const double v[6] = { 1, 2, 3, 4, 5, 6 };
    Node *W = leaf("W", 2, (int64_t[]){ 2, 3 }, v), *h = leaf("net.h", 1, (int64_t[]){ 3 }, v);
    Text t = { 0 };
    term_print_ref(&t, W, 4);
    check_text(&t, "W[1, 1]");
    text_clear(&t);
    term_print_ref(&t, h, 2);
    check_text(&t, "net.h[2]");
    text_clear(&t);
    Node *sum = op2("+", node_keep(h), node_keep(h));
    term_print_ref(&t, sum, 2);
    check_text(&t, "(net.h + net.h)[2]");
    text_clear(&t);
    node_label(W, "grad(E, net.W)");
    term_print_ref(&t, W, 2);
    check_text(&t, "grad(E, net.W)[0, 2]");
    text_free(&t);
    node_drop(sum);
    node_drop(W);
    node_drop(h);
}

static void opening_stops_at_labels(void)
{
    Node *h = op2("*", a_(), b_());
    node_label(h, "h");
    Node *y = op2("+", op2("*", h, c_()), node_num(1));
    node_label(y, "y");
    check_element(y, 0, TERM_NAMES, 8, "h*c + 1");
    check_element(y, 0, TERM_NUMBERS, 8, "6*-2 + 1");
    Node *slot = node_slot(y);
    node_label(slot, "y");
    check_element(slot, 0, TERM_NAMES, 8, "h*c + 1");
    Node *alias = node_slot(slot);
    node_label(alias, "z");
    check_element(alias, 0, TERM_NAMES, 8, "y");
    node_drop(y);
    node_drop(slot);
    node_drop(alias);
}

static void broadcast_elements_are_found(void)
{
    static const double v[6] = { 1, 2, 3, 4, 5, 6 };
    Node *x = leaf("x", 2, (int64_t[]){ 2, 3 }, v), *b = leaf("b", 1, (int64_t[]){ 3 }, v);
    Node *n = op2("+", op2("*", x, leaf(NULL, 0, NULL, v + 1)), b);
    check_element(n, 4, TERM_NAMES, 8, "x[1, 1]*2 + b[1]");
    check_element(n, 4, TERM_NUMBERS, 8, "5*2 + 2");
    node_drop(n);
}

static const Term *long_sum(Arena *a, Node *x, int n)
{
    const Term *kid[100];
    for (int i = 0; i < n; i++) kid[i] = term_ref(a, x, i);
    return term_sum(a, x, 0, n, kid);
}

static void long_sums_fold(void)
{
    static const double v[5] = { 1, -2, 3.5, 4, -5 };
    Arena a = { 0 };
    Text t = { 0 };
    Node *x = leaf("x", 1, (int64_t[]){ 5 }, v);
    const Term *sum = long_sum(&a, x, 5);
    term_print(&t, sum, TERM_NUMBERS, six, 8);
    check_text(&t, "1 - 2 + 3.5 + 4 - 5");
    text_clear(&t);
    term_print(&t, sum, TERM_NUMBERS, six, 4);
    check_text(&t, "1 - 2 + 3.5 - 1  # -1: the other 2 terms");
    text_clear(&t);
    term_print(&t, sum, TERM_NAMES, six, 8);
    check_text(&t, "x[0] + x[1] + x[2] + x[3] + x[4]");
    CU_ASSERT_EQUAL(term_eval(sum), 1.5);
    text_free(&t);
    arena_clear(&a);
    node_drop(x);
}

static void lists_are_searched(void)
{
    static const double v[4] = { 1, 7, -3, 7 };
    Arena a = { 0 };
    Text t = { 0 };
    Node *x = leaf("x", 1, (int64_t[]){ 4 }, v);
    const Term *kid[4];
    for (int i = 0; i < 4; i++) kid[i] = term_ref(&a, x, i);
    static const struct { const char *name; double v; } over[] = {
        { "max", 7 }, { "min", -3 }, { "argmax", 1 }, { "argmin", 2 }
    };
    for (int i = 0; i < 4; i++) {
        const Term *t4 = term_over(&a, over[i].name, 4, kid);
        CU_ASSERT_EQUAL(term_eval(t4), over[i].v);
    }
    term_print(&t, term_over(&a, "max", 3, kid), TERM_NUMBERS, six, 8);
    check_text(&t, "max([1, 7, -3])");
    text_clear(&t);
    term_print(&t, term_over(&a, "argmax", 4, kid), TERM_NAMES, six, 3);
    check_text(&t, "argmax(x)");
    text_free(&t);
    arena_clear(&a);
    node_drop(x);
}

static void constants_are_shown_as_written(void)
{
    Arena a = { 0 };
    Text t = { 0 };
    const NumFormat two = { NUM_ROUND, 2 };
    Node *w = number("w", 0.123456), *n = op2("*", node_num(0.0005), w);
    Diag d = { 0 };
    node_eval(n, &d);
    term_print(&t, term_open(&a, n, 0, 8), TERM_NUMBERS, two, 8);
    check_text(&t, "0.0005*0.12");
    text_free(&t);
    arena_clear(&a);
    node_drop(n);
}

static Node *named(const char *label, int64_t rows, int64_t cols)
{
    static const double v[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    return leaf(label, 2, (int64_t[]){ rows, cols }, v);
}

static Node *moved(const char *op, Node *x, const int64_t *attr, int n)
{
    Node *y = gb_op(op, &x, 1, attr, n);
    node_drop(x);
    return y;
}

static void whole_nodes_print_as_typed(void)
{
    check_node(op2("+", op2("@", named("x", 2, 3), named("W", 3, 2)), named("b", 1, 2)),
               "x @ W + b");
    check_node(op2("@", op2("+", named("A", 2, 2), named("B", 2, 2)), named("C", 2, 2)),
               "(A + B) @ C");
    check_node(op2("maximum", named("A", 2, 2), node_num(0)), "max(A, 0)");
    check_node(op2("*", named("A", 2, 2), named(NULL, 1, 2)), "A*[[1, 2]]");
    Node *A = named("A", 2, 3), *T = gb_transpose(A);
    check_node(T, "A'");
    Node *S = gb_sum_to(A, &(Shape){ 1, { 3 } });
    check_node(S, "sum(A, axis=0)");
    S = gb_sum_to(A, &(Shape){ 2, { 2, 1 } });
    check_node(S, "sum(A, axis=1, keep=1)");
    S = gb_sum_to(A, &(Shape){ 0 });
    check_node(S, "sum(A)");
    S = gb_spread(A, &(Shape){ 3, { 4, 2, 3 } });
    check_node(S, "A + zeros(4, 2, 3)");
    S = gb_reshape(A, &(Shape){ 1, { 6 } });
    check_node(S, "reshape(A, 6)");
    node_drop(A);
}

static void slices_and_lists_print_as_typed(void)
{
    check_node(moved("slice", named("A", 3, 4), (int64_t[]){ 0, 1, 2, 0, 1, 4 }, 6), "A[:2]");
    check_node(moved("slice", named("A", 3, 4), (int64_t[]){ 0, 1, 3, 3, -1, 2 }, 6),
               "A[:, :1:-1]");
    Node *row = moved("slice", named("A", 3, 4), (int64_t[]){ 1, 1, 1, 0, 1, 4 }, 6);
    Node *flat = gb_reshape(row, &(Shape){ 1, { 4 } });
    node_drop(row);
    check_node(flat, "A[1]");
    Node *one = moved("slice", named("A", 3, 4), (int64_t[]){ 1, 1, 1, 2, 1, 1 }, 6);
    Node *scalar = gb_reshape(one, &(Shape){ 0 });
    node_drop(one);
    check_element(scalar, 0, TERM_NAMES, 8, "A[1, 2]");
    check_node(scalar, "A[1, 2]");
    Node *w[2] = { number("w1", 1), number("w3", 3) };
    int64_t axis = 0;
    Node *list = gb_op("stack", w, 2, &axis, 1);
    check_element(list, 1, TERM_NAMES, 8, "w3");
    check_node(list, "[w1, w3]");
    node_drop(w[0]);
    node_drop(w[1]);
}

static void long_chains_stay_short(void)
{
    Node *x = a_();
    for (int i = 0; i < 100000; i++) x = op2("*", x, node_num(1));
    Text t = { 0 };
    Arena a = { 0 };
    Diag d = { 0 };
    node_eval(x, &d);
    term_print_node(&t, x);
    CU_ASSERT(t.len > 0 && t.len < 10000);
    text_clear(&t);
    term_print(&t, term_open(&a, x, 0, 8), TERM_NAMES, six, 8);
    CU_ASSERT(t.len > 0 && t.len < 20000);
    text_free(&t);
    arena_clear(&a);
    node_drop(x);
}

/* ---- what is printed can be typed back in ---- */

static Session *the_session;

static void check_reads_back(const char *text, const double *v, int64_t len, double within)
{
    Value back = value_none();
    Diag d = { 0 };
    Status st = session_eval(the_session, text, &back, &d);
    CU_ASSERT_EQUAL(st, OK);
    CU_ASSERT_EQUAL(back.kind, V_NODE);
    if (st != OK) fprintf(stderr, "\n%s: %s\n", text, d.text);
    const double *w = back.kind == V_NODE ? node_eval(back.node, &d) : NULL;
    if (w) CU_ASSERT_EQUAL(back.node->len, len);
    for (int64_t i = 0; w && i < len && i < back.node->len; i++) {
        bool same = (v[i] != v[i] && w[i] != w[i]) || v[i] == w[i]
            || fabs(v[i] - w[i]) <= within * (1 + fabs(v[i]));
        CU_ASSERT(same);
        if (!same) fprintf(stderr, "\n%s: %.17g, not %.17g\n", text, w[i], v[i]);
    }
    value_drop(&back);
}

static void check_element_reads_back(Node *n, int64_t at, int fold)
{
    Arena a = { 0 };
    Text t = { 0 };
    const Term *term = term_open(&a, n, at, fold);
    double v = term_eval(term);
    CU_ASSERT_DOUBLE_EQUAL(v, n->val[at], 1e-9);
    term_print(&t, term, TERM_NAMES, six, fold);
    check_reads_back(text_str(&t), &v, 1, 1e-12);
    text_clear(&t);
    term_print(&t, term, TERM_NUMBERS, (NumFormat){ NUM_SIG, 17 }, fold);
    check_reads_back(text_str(&t), &v, 1, 1e-12);
    text_free(&t);
    arena_clear(&a);
}

static void check_example(const char *example)
{
    Value v = value_none();
    Diag d = { 0 };
    Text t = { 0 };
    CU_ASSERT_EQUAL(session_eval(the_session, example, &v, &d), OK);
    if (d.code) fprintf(stderr, "\n%s: %s\n", example, d.text);
    const double *val = v.kind == V_NODE ? node_eval(v.node, &d) : NULL;
    if (val) {
        term_print_open(&t, v.node);
        check_reads_back(text_str(&t), val, v.node->len, 1e-12);
        for (int64_t i = 0; i < v.node->len; i++) {
            check_element_reads_back(v.node, i, 8);
            check_element_reads_back(v.node, i, 1);
        }
    }
    text_free(&t);
    value_drop(&v);
}

static void check_examples(const Op *op, void *ctx)
{
    (void)ctx;
    for (int i = 0; op->examples && op->examples[i]; i++) check_example(op->examples[i]);
}

static void operations_read_back(void)
{
    Diag d = { 0 };
    int line;
    the_session = session_new();
    session_add_table(the_session, natives_core);
    session_add_table(the_session, natives_tensor);
    session_add_table(the_session, natives_draw);
    CU_ASSERT_EQUAL(session_run_text(the_session, "test",
                                     "A = [[1.5, -2, 0.25], [3, 0.5, -1]]\n"
                                     "B = [[1, 2], [0.5, -3], [4, 0.75]]\n"
                                     "v = [0.5, -1.25, 2]\ns = 1.75\nparam w = [0.3, 0.1, 0.7]\n",
                                     &d, &line), OK);
    op_each(check_examples, NULL);
    static const char *const more[] = {
        "A[1, 0:2]", "A[:, -1]", "(A + 1)[::-1, 1]", "(A*2)'", "transpose([A, A], 2, 0, 1)",
        "v[[2, 0]]",
        "grad(sum(v[[2, 0]]^2), v)", "grad(sum(A[0, ::2]^3), A)", "grad(sum(sin(A @ v)), A)",
        "grad(sum(prod(A, axis=1)), A)", "grad(max(A)*s, A)", "sum([A, A], axis=[0, 2], keep=1)",
        "cumsum(A, axis=0)", "grad(sum(cumsum(w)^2), w)", "concat(A, B', axis=1)",
        "stack(v, v, axis=1)",
        "one_hot([1, 0], 3)", "-(A - 1)^2", "max(A, 0, s)", "1 - (2 - s)", "[s, [1, 2][0]]",
        "not (s > 1 and s < 2)",
        "sum(sum(A, axis=0) + 1)", "grad(grad(s^3, s), s)", "reshape(A, -1)[4]",
        "zeros(3, 2) + full(s, 2)",
        "max(A + B', axis=0)", "argmax(A*s, axis=1)", "prod([s, 2, 3, s, s, 2, 2, 2, 2, s])",
        "min(v)"
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) check_example(more[i]);
    session_free(the_session);
}

CU_TestInfo term_tests[] = {
    { "brackets stand only where the meaning needs them", brackets_are_minimal },
    { "negative numbers keep their meaning inside a formula", negative_numbers_keep_their_meaning },
    { "a printed formula reads back to the same value", text_reads_back_to_the_same_value },
    { "a reference is a label and an index", references_have_an_index },
    { "opening a formula stops at labelled quantities", opening_stops_at_labels },
    { "a broadcast operand shows the element that is read", broadcast_elements_are_found },
    { "a long sum shows three parts and the rest as one number", long_sums_fold },
    { "max, min and their places are found in a list", lists_are_searched },
    { "a short constant is shown as written, whatever digits are asked for",
      constants_are_shown_as_written },
    { "a whole node prints as it would be typed", whole_nodes_print_as_typed },
    { "slices and lists print as they would be typed", slices_and_lists_print_as_typed },
    { "a chain of a hundred thousand nodes prints in bounded space", long_chains_stay_short },
    { "the formula of every operation can be typed back in, whole and by element",
      operations_read_back },
    CU_TEST_INFO_NULL
};
