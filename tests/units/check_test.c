/* check_test.c -- gradients against differences: what agrees, what does not, kinks,
 * and that nothing is changed by looking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "explained.h"

#include "base/stop.h"

static void test_agrees(void)
{
    Session *s = explained_session();
    run(s, "param w = 3, b = -1\nE = (2*w + b)^2\n");
    /* dE/dw = 4*5 = 20, dE/db = 10 */
    char *out = said(s, "check E");
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "parameter  gradient  by differences  relative error\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "w          20        20 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "b          10        10 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "all 2 gradients agree (worst relative error "));
    free(out);
    explained_free(s);
}

static void test_fault(void)
{
    Session *s = explained_session();
    run(s, "f(x) = x^2\nf'(x) = 3*x\nparam w = 2, u = 1\nE = f(w) + u\n");
    char *out = said(s, "check E");
    /* the first row is the worst: 6 is declared, 4 is true: |6 - 4|/6 = 0.33 */
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "relative error\nw          6         4               0.33\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "1 of 2 gradients do not agree: w\n"));
    free(out);
    says_part(s, "check E, tol=0.5", "all 2 gradients agree");
    explained_free(s);
}

static void test_kink(void)
{
    Session *s = explained_session();
    run(s, "param w = 2\nE = relu(w - 2)\nF = abs(w - 2)\nG = relu(w - 2 - 1e-7)\n");
    says(s, "check E",
         "parameter  gradient  by differences  relative error\n"
         "w          0         0.5             kink: slopes 0 and 1\n"
         "1 at a kink, where the slopes on both sides differ and either will do: w\n");
    says_part(s, "check F", "kink: slopes -1 and 1\n");
    says_part(s, "check G", "w          0         0               0\n1 gradient agrees");
    explained_free(s);
}

static void test_layers(void)
{
    Session *s = explained_session();
    run(s, "net = input(3) -> h: dense(4, gelu) -> o: dense(2, softmax)\n"
           "E = crossentropy(net([[1, 2, 0.5], [0.1, -1, 3]]), [[1, 0], [0, 1]])\n");
    says_part(s, "check E", "all 26 gradients agree (worst relative error ");
    says_part(s, "check E", "and 16 more, all within 1e-");
    explained_free(s);
}

static void test_unchanged(void)
{
    Session *s = explained_session();
    run(s, "param w = 0.1, b = -0.30000000000000004\nE = (w*b)^2\ny = w*b\n");
    double w = session_number(s, "w"), b = session_number(s, "b"), y = session_number(s, "y");
    free(said(s, "check E"));
    CU_ASSERT_EQUAL(session_number(s, "w"), w);
    CU_ASSERT_EQUAL(session_number(s, "b"), b);
    CU_ASSERT_EQUAL(session_number(s, "y"), y);
    explained_free(s);
}

static void test_sample(void)
{
    Session *s = explained_session();
    run(s, "net = input(50) -> h: dense(30, tanh) -> o: dense(1)\nE = mse(net(linspace(0, 1, 50)), [1])\n");
    says_part(s, "check E", "all 1000 gradients agree");
    says_part(s, "check E", "1000 of 1561 parameters were checked, evenly spread\n");
    explained_free(s);
}

static void test_stop(void)
{
    Session *s = explained_session();
    Diag d = { 0 };
    run(s, "param w = 3\nE = w^2\n");
    session_number(s, "grad(E, w) + E");
    stop_flag = 1;
    CU_ASSERT_EQUAL(session_run_text(s, "test", "check E", &d, NULL), E_STOP);
    stop_flag = 0;
    CU_ASSERT_EQUAL(session_number(s, "w"), 3);
    explained_free(s);
}

static void test_refusals(void)
{
    Session *s = explained_session();
    run(s, "x = 2\nparam w = 2, u = 0\ny = [w, 2]\nE = log(u)\n");
    refuses(s, "check x^2", E_NAME, "x^2 depends on no parameter, so there is no gradient to check");
    refuses(s, "check y", E_SHAPE, "check needs one number, but y has shape (2)");
    refuses(s, "check E", E_RANGE, "E is -inf, so there are no differences to take");
    refuses(s, "check w, tol=0", E_RANGE, "tol must be greater than 0");
    explained_free(s);
}

CU_TestInfo check_tests[] = {
    { "right gradients agree, and are shown beside the differences", test_agrees },
    { "a wrong gradient is found and named, first of all", test_fault },
    { "a kink is told from a fault", test_kink },
    { "layers, activations and losses agree", test_layers },
    { "checking changes no bit of any parameter", test_unchanged },
    { "a large network is sampled, and that is said", test_sample },
    { "Ctrl-C stops and leaves all as it was", test_stop },
    { "what cannot be checked is refused with its name", test_refusals },
    CU_TEST_INFO_NULL
};
