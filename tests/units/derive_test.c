/* derive_test.c -- derivatives rule by rule: the slides' example as it stands, every
 * rule by its name, and that every line has the same value.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "explained.h"

static void test_slide(void)
{
    Session *s = explained_session();
    run(s, "param w5 = 0.14, w6 = 0.15\nh1 = 0.85;  h2 = 0.48\nprediction = h1*w5 + h2*w6\n"
           "Error = 1/2*(prediction - 1)^2\n");
    says(s, "derive Error, w6",
         "grad(Error, w6)\n"
         "  = grad(1/2*(prediction - 1)^2, w6)                       # Error\n"
         "  = 1/2*grad((prediction - 1)^2, w6)                       # constant multiple rule\n"
         "  = 1/2*2*(prediction - 1)*grad(prediction - 1, w6)        # power rule, chain rule\n"
         "  = (prediction - 1)*(grad(prediction, w6) - grad(1, w6))  # difference rule\n"
         "  = (prediction - 1)*grad(h1*w5 + h2*w6, w6)               # constant rule; prediction\n"
         "  = (prediction - 1)*(grad(h1*w5, w6) + grad(h2*w6, w6))   # sum rule\n"
         "  = (prediction - 1)*h2*grad(w6, w6)                       # constant rule, constant multiple rule\n"
         "  = (prediction - 1)*h2                                    # grad(w6, w6) = 1\n"
         "  = (0.191 - 1)*0.48\n"
         "  = -0.38832\n");
    says_part(s, "derive Error, prediction", "  = prediction - 1 ");
    explained_free(s);
}

static void test_functions(void)
{
    Session *s = explained_session();
    run(s, "f(x) = x^3*sin(x)\n");
    says(s, "derive f",
         "f(x) = x^3*sin(x)\n"
         "f'(x)\n"
         "  = grad(x^3*sin(x), x)\n"
         "  = grad(x^3, x)*sin(x) + x^3*grad(sin(x), x)        # product rule\n"
         "  = 3*x^2*grad(x, x)*sin(x) + x^3*cos(x)*grad(x, x)  # power rule, derivative of sin\n"
         "  = 3*x^2*sin(x) + x^3*cos(x)                        # grad(x, x) = 1\n");
    says_part(s, "derive sigmoid", "  = exp(-x)/(1 + exp(-x))^2 ");
    says_part(s, "derive sigmoid", "  = sigmoid(x)*(1 - sigmoid(x))                       # the same, as it is taught\n");
    says_part(s, "derive tanh", "  = 1 - tanh(x)^2 ");
    says_part(s, "derive relu", "  = x > 0 ");
    explained_free(s);
}

typedef struct {
    const char *definition, *end, *rule;
} Rule;

static void test_rules(void)
{
    static const Rule rules[] = {
        { "g(x) = 7", "  = 0", "constant rule" },
        { "g(x) = 5*x", "  = 5", "constant multiple rule" },
        { "g(x) = x^4", "  = 4*x^3", "power rule" },
        { "g(x) = x^2 + x", "  = 2*x + 1", "sum rule" },
        { "g(x) = x^2 - x", "  = 2*x - 1", "difference rule" },
        { "g(x) = x*exp(x)", "  = exp(x) + x*exp(x)", "product rule" },
        { "g(x) = sin(x)/x", "  = (cos(x)*x - sin(x))/x^2", "quotient rule" },
        { "g(x) = sin(x^2)", "  = 2*cos(x^2)*x", "chain rule" },
        { "g(x) = 2^x", "  = 2^x*log(2)", "derivative of an exponential" },
        { "g(x) = sqrt(x)", "  = 1/(2*sqrt(x))", "derivative of sqrt" },
        { "g(x) = -log(x)", "  = -1/x", "derivative of log" },
        { "g(x) = { u = x^2; u*sin(u) }", "  = 2*x*sin(g.u) + 2*g.u*cos(g.u)*x", "g.u" },
        { "g(x) = where(x > 1, x^2, 3)", "  = where(x > 1, 2*x, 0)", "derivative of where" },
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        Session *s = explained_session();
        run(s, rules[i].definition);
        says_part(s, "derive g", rules[i].end);
        says_part(s, "derive g", rules[i].rule);
        explained_free(s);
    }
}

static void test_second_argument(void)
{
    Session *s = explained_session();
    run(s, "k(x, c) = exp(-c*x)\n");
    says_part(s, "derive k, c", "grad(k(x, c), c)\n");
    says_part(s, "derive k, c", "  = -exp(-c*x)*x");
    says_part(s, "derive leaky_relu, slope", "  = where(x > 0, 0, x)");
    explained_free(s);
}

/* Every line of the derivation of a function, at three places. */
static void function_holds(const char *name)
{
    static const double places[] = { 0.63, 1.7, -0.8 };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        Session *s = explained_session();
        Text t = { 0 };
        text_addf(&t, "x = %.3g\n", places[i]);
        run(s, text_str(&t));
        text_clear(&t);
        text_addf(&t, "derive %s", name);
        char *out = said(s, text_str(&t));
        text_clear(&t);
        text_addf(&t, "%s'(x)", name);
        double want = session_number(s, text_str(&t));
        int lines = 0;
        for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"), lines++) {
            const char *expr = !strncmp(line, "  = ", 4) ? line + 4 : lines == 1 ? line : NULL;
            if (!expr) continue;
            double got = session_number(s, expr);
            bool holds = fabs(got - want) <= 1e-12*(1 + fabs(want));
            CU_ASSERT_TRUE(holds);
            if (!holds) fprintf(stderr, "\n%s: %s: %.17g, not %.17g\n", name, expr, got, want);
        }
        CU_ASSERT_TRUE(lines >= 3);
        free(out);
        text_free(&t);
        explained_free(s);
    }
}

static void test_prelude(void)
{
    static const char *const names[] = {
        "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "softsign", "silu", "swish", "gelu",
        "exp", "sin", "cos", "tan", "erf", "abs", "expm1", "sigmoid'", "gelu'", "tanh'"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) function_holds(names[i]);
}

/* ---- truth in graphs ---- */

static void derive_holds(Session *s, const char *E, const char *w, int least)
{
    Text command = { 0 }, gradient = { 0 };
    Diag d = { 0 };
    Value v = { 0 };
    text_addf(&command, "derive %s, %s", E, w);
    text_addf(&gradient, "grad(%s, %s)", E, w);
    char *out = said(s, text_str(&command));
    if (session_eval(s, E, &v, &d) == OK) session_enter(s, v.node);
    double want = session_number(s, text_str(&gradient));
    int held = 0;
    for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"), held++) {
        bool last = line[2] == '=' && strspn(line + 4, "0123456789.e-") == strlen(line + 4);
        const char *expr = line[0] == ' ' ? line + 4 : line;
        double got = session_number(s, expr);
        double by = last || !strstr(line, "grad(") ? num_unit(want, s->format)*1.0001 + 1e-12 : 1e-10*(1e-3 + fabs(want));
        bool holds = fabs(got - want) <= by || (isnan(got) && isnan(want));
        CU_ASSERT_TRUE(holds);
        if (!holds) fprintf(stderr, "\n%s: %s: %.17g, not %.17g\n", text_str(&command), expr, got, want);
    }
    CU_ASSERT_TRUE(held >= least);
    if (held < least) fprintf(stderr, "\n%s: only %d lines\n", text_str(&command), held);
    value_drop(&v);
    text_free(&command);
    text_free(&gradient);
    free(out);
}

static void test_networks(void)
{
    Session *s = explained_session();
    run(s, "net = input(2) -> h: dense(2, sigmoid) -> o: dense(2, sigmoid)\n"
           "net.h.W <- [[0.15, 0.25], [0.2, 0.3]]\nnet.o.W <- [[0.4, 0.5], [0.45, 0.55]]\n"
           "E = sse(net([0.05, 0.1]), [0.01, 0.99])\n");
    derive_holds(s, "E", "net.h.W[0, 1]", 12);
    derive_holds(s, "E", "net.o.b[1]", 8);
    derive_holds(s, "net.o[0]", "net.h.z[1]", 6);
    explained_free(s);
    s = explained_session();
    run(s, "net = input(3) -> h: dense(20, tanh) -> o: dense(10, softmax)\n"
           "E = crossentropy(net([0.3, -0.2, 0.9]), one_hot(3, 10))\nF = bce(net([1, 2, 3]), one_hot(2, 10))\n");
    derive_holds(s, "E", "net.o.z[3]", 10);
    derive_holds(s, "E", "net.o.z[4]", 8);
    derive_holds(s, "E", "net.h.W[1, 5]", 8);
    derive_holds(s, "F", "net.h.W[1, 5]", 3);
    explained_free(s);
}

static void test_deep(void)
{
    Session *s = explained_session();
    run(s, "net = input(2) -> a: dense(3, gelu) -> b: dense(3, elu) -> c: dense(3, silu) -> o: dense(1)\n"
           "E = mse(net([[1, 2], [3, 4]]), [[0], [1]])\n");
    char *out = said(s, "derive E, net.a.W[0, 1]");
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "; go on with: derive "));
    free(out);
    derive_holds(s, "E", "net.a.W[0, 1]", 4);
    explained_free(s);
}

static void test_second(void)
{
    Session *s = explained_session();
    run(s, "param w = 2\nE = w^3\ng = grad(E, w)\n");
    says_part(s, "derive g, w", "  = 6*w");
    says_part(s, "derive g, w", "  = 12\n");
    derive_holds(s, "g", "w", 4);
    explained_free(s);
}

static const char *const wheres[][2] = {
    { "a", "a" }, { "b", "b" }, { "x", "x" }, { "A", "A[0, 1]" }, { "B", "B[2, 1]" }, { "v", "v[1]" }, { "s", "s" }
};

static void example_derived(Session *s, const char *expr)
{
    Text t = { 0 };
    text_addf(&t, "y = %s\nE = sum(y^2)\n", expr);
    run(s, text_str(&t));
    Node *y = named_node(s, "y");
    for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++)
        if (node_depends(y, node_through(named_node(s, wheres[i][0])))) derive_holds(s, "E", wheres[i][1], 2);
    text_free(&t);
}

static void test_operations(void) { CU_ASSERT_TRUE(examples_each(example_derived) > 60); }

static void test_constant(void)
{
    Session *s = explained_session();
    run(s, "param w = 2, u = 3\nE = w^2\n");
    says(s, "derive E, u", "grad(E, u)\n  = grad(w^2, u)  # E\n  = 0             # constant rule\n");
    explained_free(s);
}

static void test_refusals(void)
{
    Session *s = explained_session();
    run(s, "param w = 2, u = 3\nW = [1, 2]\nE = w^2*u\nnet = input(2) -> o: dense(1)\n");
    refuses(s, "derive E", E_NAME, "derive needs to know by what: E depends on 2 parameters");
    refuses(s, "derive E, W", E_SHAPE, "derive goes by one number, but W has shape (2)");
    refuses(s, "derive W, w", E_SHAPE, "derive takes the derivative of one number, but W has shape (2)");
    refuses(s, "derive E, 3", E_NAME, "derive goes by a named quantity");
    refuses(s, "derive net", E_TYPE, "derive takes an equation's number or a function of numbers, not a network");
    refuses(s, "derive sigmoid, y", E_NAME, "sigmoid has no argument named y");
    refuses(s, "derive softmax", E_SHAPE, "x is a number and has no axis -1");
    explained_free(s);
}

CU_TestInfo derive_tests[] = {
    { "the slides' example stands as on the slides", test_slide },
    { "functions are derived as formulas, and compared with their declared derivative", test_functions },
    { "every rule of calculus is named", test_rules },
    { "any argument can be derived by", test_second_argument },
    { "every line is true for every activation", test_prelude },
    { "every line is true in networks", test_networks },
    { "a deep network ends with a word on how to go on", test_deep },
    { "gradients can be derived again", test_second },
    { "every line is true for every operation", test_operations },
    { "what does not depend is constant", test_constant },
    { "what cannot be derived is refused with its name", test_refusals },
    CU_TEST_INFO_NULL
};
