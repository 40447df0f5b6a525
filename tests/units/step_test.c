/* step_test.c -- stepping: what is shown is true, and going back is exact.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/natives.h"
#include "graph/session.h"
#include "teach/equation.h"
#include "teach/natives.h"
#include "teach/step.h"

/* ---- a session and what it printed ---- */

static Session *session_with(const char *text)
{
    Session *s = session_new();
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    session_add_table(s, natives_step);
    Diag d = { 0 };
    int line = 0;
    Status st = session_run_text(s, "test", text, &d, &line);
    CU_ASSERT_EQUAL(st, OK);
    if (st != OK) fprintf(stderr, "\nline %d: %s\n", line, d.text);
    return s;
}

static void end(Session *s)
{
    step_free(s);
    session_free(s);
}

/* Runs text and gives what it printed. */
static const char *said(Session *s, const char *text)
{
    Diag d = { 0 };
    text_clear(&s->out);
    Status st = session_run_text(s, "test", text, &d, NULL);
    CU_ASSERT_EQUAL(st, OK);
    if (st != OK) fprintf(stderr, "\n%s: %s\n", text, d.text);
    return text_str(&s->out);
}

static void check_said(Session *s, const char *text, const char *expect)
{
    const char *got = said(s, text);
    CU_ASSERT_STRING_EQUAL(got, expect);
    if (strcmp(got, expect)) fprintf(stderr, "\n--- %s\n%s--- expected\n%s", text, got, expect);
}

static void check_has(Session *s, const char *text, const char *expect)
{
    const char *got = said(s, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, expect));
    if (!strstr(got, expect)) fprintf(stderr, "\n--- %s\n%s--- lacks\n%s\n", text, got, expect);
}

static void check_fault(Session *s, const char *text, const char *fault)
{
    Diag d = { 0 };
    CU_ASSERT_NOT_EQUAL(session_run_text(s, "test", text, &d, NULL), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, fault));
    if (!strstr(d.text, fault)) fprintf(stderr, "\n%s: %s\n", text, d.text);
}

/* ---- programs ---- */

static const char one_neuron[] =
    "param w5 = 0.14, w6 = 0.15\n"
    "h1 = 0.85\nh2 = 0.48\n"
    "prediction = h1*w5 + h2*w6\n"
    "Error = 1/2*(prediction - 1)^2\n";

static const char linear_net[] =
    "param w1 = 0.11, w2 = 0.21, w3 = 0.12, w4 = 0.08, w5 = 0.14, w6 = 0.15\n"
    "i1 = 2\ni2 = 3\n"
    "h1 = i1*w1 + i2*w2\nh2 = i1*w3 + i2*w4\n"
    "prediction = h1*w5 + h2*w6\n"
    "E = 1/2*(prediction - 1)^2\n";

static const char shared_bias_net[] =
    "param w1 = 0.15, w2 = 0.2, w3 = 0.25, w4 = 0.3, b1 = 0.35\n"
    "param w5 = 0.4, w6 = 0.45, w7 = 0.5, w8 = 0.55, b2 = 0.6\n"
    "i1 = 0.05\ni2 = 0.1\nt1 = 0.01\nt2 = 0.99\n"
    "h1 = sigmoid(i1*w1 + i2*w2 + b1)\nh2 = sigmoid(i1*w3 + i2*w4 + b1)\n"
    "o1 = sigmoid(h1*w5 + h2*w6 + b2)\no2 = sigmoid(h1*w7 + h2*w8 + b2)\n"
    "E = 1/2*(t1 - o1)^2 + 1/2*(t2 - o2)^2\n";

static const char one_sample[] =
    "net = input(2) -> h: dense(2, sigmoid) -> o: dense(2, sigmoid)\n"
    "x = [0.05, 0.1]\ny = [0.01, 0.99]\nE = sse(net(x), y)\n";

static const char batch_of_three[] =
    "net = input(3) -> h: dense(4, relu) -> o: dense(3, softmax)\n"
    "x = [[0.05, 0.1, 2], [1, 2, 3], [-1, 0.5, 2]]\n"
    "y = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]\nE = crossentropy(net(x), y)\n";

static const char wide_net[] =
    "net = input(12) -> h: dense(10, tanh) -> o: dense(1)\n"
    "x = linspace(-1, 1, 12)\ny = [0.5]\nE = mse(net(x), y)\n";

static const char matrix_of_names[] =
    "param w1 = 0.11, w2 = 0.21, w3 = 0.12, w4 = 0.08, w5 = 0.14, w6 = 0.15\n"
    "x = [2, 3]\nh = x @ [[w1, w3], [w2, w4]]\n"
    "prediction = h @ [w5, w6]\nE = (prediction - 1)^2/2\n";

static const char own_functions[] =
    "param w = 0.7, v = -0.3\nx = [1, 2, -1]\n"
    "act(x) = x*sigmoid(2*x)\n"
    "cell(x, a) = { u = a*x + v\n act(u) }\n"
    "y = cell(x, w)\nL = mean((y - [1, 0, 0])^2)\nE = L + 0.1*grad(L, w)^2\n";

/* ---- every line is true ---- */

static double unit_of(const char *result, NumFormat f)
{
    double v = strtod(result, NULL);
    return v == 0 && f.mode == NUM_SIG ? 1e-12 : num_unit(v, f);
}

static bool agree(double got, const char *result, NumFormat f)
{
    double v = strtod(result, NULL);
    if (isnan(v)) return isnan(got);
    return got == v || fabs(got - v) <= unit_of(result, f) * (1 + 1e-6);
}

static char *copy_of(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(malloc(n), s, n);
}

/* Where the right side of an equation's line begins; NULL: no such line. */
static const char *right_side(const char *line, bool *first)
{
    *first = !isspace((unsigned char)*line);
    if (*line == '#' || !*line) return NULL;
    const char *sign = strstr(line, *first ? " = " : "= ");
    const char *arrow = *first ? strstr(line, " <- ") : NULL;
    if (arrow && (!sign || arrow < sign)) return arrow + 4;
    return sign ? sign + (*first ? 3 : 2) : NULL;
}

/* The lines of one equation; the last is its result. */
static void check_equation(Session *s, char **side, int n, NumFormat f)
{
    const char *result = side[n - 1];
    CU_ASSERT(n <= EQUATION_LINES);
    for (int i = 0; i < n; i++) {
        double got = session_number(s, side[i]);
        bool fine = agree(got, result, f);
        CU_ASSERT(fine);
        if (!fine) fprintf(stderr, "\n%s\n  is %.17g, shown %s\n", side[i], got, result);
    }
}

/* All equations of a text of one move; returns how many lines were tried. */
static int check_lines(Session *s, const char *text, NumFormat f)
{
    char *side[64];
    int n = 0, tried = 0;
    char *all = copy_of(text);
    for (char *line = all, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        bool first;
        const char *right = right_side(line, &first);
        if (!right) continue;
        if (first && n) check_equation(s, side, n, f), n = 0;
        if (n < 64) side[n++] = (char *)right, tried++;
    }
    if (n) check_equation(s, side, n, f);
    free(all);
    return tried;
}

static void check_walk(const char *program, const char *begin, NumFormat f, int steps)
{
    Session *s = session_with(program);
    s->format = f;
    int tried = check_lines(s, said(s, begin), f);
    for (int i = 0; i < steps; i++) {
        tried += check_lines(s, said(s, "step"), f);
    }
    CU_ASSERT(tried > steps);
    end(s);
}

static const NumFormat formats[] = { { NUM_SIG, 6 }, { NUM_ROUND, 3 }, { NUM_TRUNC, 5 } };

static void check_walks(const char *program, const char *begin, int steps)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        check_walk(program, begin, formats[i], steps);
}

static void every_line_of_scalar_networks_is_true(void)
{
    check_walks(one_neuron, "step Error, optimizer=sgd(lr=0.05)", 20);
    check_walks(linear_net, "step E, optimizer=sgd(lr=0.05)", 60);
    check_walks(shared_bias_net, "step E, optimizer=sgd(lr=0.5)", 80);
}

static void every_line_of_layers_is_true(void)
{
    check_walks(one_sample, "step E, optimizer=sgd(lr=0.5)", 100);
    check_walks(batch_of_three, "step E, optimizer=sgd(lr=0.5)", 260);
    check_walks(wide_net, "step E, optimizer=sgd(lr=0.1)", 420);
}

static void every_line_of_own_equations_is_true(void)
{
    check_walks(matrix_of_names, "step E, optimizer=sgd(lr=0.05)", 40);
    check_walks(own_functions, "step E, optimizer=sgd(lr=0.05)", 60);
}

static void every_line_of_stateful_updates_is_true(void)
{
    check_walks(one_sample, "step E, optimizer=sgd(lr=0.5, momentum=0.9)", 180);
    check_walks(linear_net, "step E, optimizer=adam(lr=0.1)", 120);
    check_walks(batch_of_three, "step E, optimizer=adam(lr=0.1)", 600);
}

static void numbers_that_cancel_get_more_digits(void)
{
    Session *s = session_with("a = 0.50049\nb = 0.5\ny = 1000*(a - b)\n");
    s->format = (NumFormat){ NUM_ROUND, 3 };
    check_said(s, "step y", "# forward: 1 quantity\n# forward 1 of 1\n"
                            "y = 1000*(a - b)\n  = 1000*(0.50049 - 0.5)\n  = 0.49\n");
    end(s);
}

/* ---- what is shown ---- */

static void an_equation_is_formula_numbers_and_value(void)
{
    Session *s = session_with(one_neuron);
    check_said(s, "step Error, optimizer=sgd(lr=0.05)",
               "# forward: 2 quantities\n# forward 1 of 2\n"
               "prediction = h1*w5 + h2*w6\n"
               "           = 0.85*0.14 + 0.48*0.15\n"
               "           = 0.191\n");
    said(s, "step");
    check_said(s, "step", "# backward: 3 gradients\n# backward 1 of 3\n"
                          "grad(Error, prediction) = 1/2*(2*(prediction - 1))   "
                          "# power rule: Error = 1/2*(prediction - 1)^2\n"
                          "                        = 1/2*(2*(0.191 - 1))\n"
                          "                        = -0.809\n");
    check_said(s, "step", "# backward 2 of 3\n"
                          "grad(Error, w6) = grad(Error, prediction)*h2   "
                          "# chain rule: prediction = h1*w5 + h2*w6\n"
                          "                = -0.809*0.48\n"
                          "                = -0.38832\n");
    said(s, "step");
    check_said(s, "step", "# update: sgd(lr=0.05)\n# update 1 of 2\n"
                          "w5 <- w5 - 0.05*grad(Error, w5)\n"
                          "   =  0.14 - 0.05*-0.68765\n"
                          "   =  0.174383\n");
    end(s);
}

static void a_called_function_is_opened(void)
{
    Session *s = session_with("z = 0.41\nh = sigmoid(z)\nk = 2*sigmoid(z + 1)\n");
    check_said(s, "step h", "# forward: 1 quantity\n# forward 1 of 1\n"
                            "h = sigmoid(z)\n  = sigmoid(0.41)\n"
                            "  = 1/(1 + exp(-0.41))\n  = 0.601088\n");
    check_has(s, "step k", "k = 2*sigmoid(z + 1)\n  = 2*sigmoid(0.41 + 1)\n"
                           "  = 2*(1/(1 + exp(-1.41)))\n  = 1.60753\n");
    end(s);
}

static void next_shows_a_whole_quantity(void)
{
    Session *s = session_with(wide_net);
    check_has(s, "step E\nnext", "# ... and 5 more\nnet.h.z = [");
    check_has(s, "next", "# forward 2 of 5, number 1 of 10\nnet.h[0] = tanh(net.h.z[0])\n");
    check_has(s, "step", "# forward 3 of 5\nnet.o.z[0] = dot(net.h, net.o.W[:, 0]) + net.o.b[0]\n");
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&s->out), "the other 7 terms"));
    end(s);
}

static void finish_ends_the_phase(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error, optimizer=sgd(lr=0.05)");
    check_said(s, "finish", "Error = 0.32724\n");
    check_said(s, "finish", "# backward: 3 gradients\n"
                            "grad(Error, w5) = -0.68765\ngrad(Error, w6) = -0.38832\n");
    check_said(s, "finish", "# update: sgd(lr=0.05)\n# both parameters change together\n"
                            "# w5: 0.14 -> 0.174383\n# w6: 0.15 -> 0.169416\n"
                            "# Error: 0.32724 -> 0.296801\n");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "Error"), 0.29680060375, 1e-10);
    end(s);
}

static void a_vector_is_stepped_forward_only(void)
{
    Session *s = session_with("a = 3\nz = [a, 2*a]\n");
    check_has(s, "step z\nstep", "z[1] = 2*a\n     = 2*3\n     = 6\n");
    check_has(s, "step", "# z has 2 numbers");
    check_has(s, "step", "z[0] = a\n     = 3\n");
    end(s);
}

/* ---- numbers change at one place ---- */

static void parameters_change_together(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error, optimizer=sgd(lr=0.05)\nrepeat 6 { step }");
    CU_ASSERT_EQUAL(session_number(s, "w5"), 0.14);
    CU_ASSERT_EQUAL(session_number(s, "w6"), 0.15);
    check_has(s, "step", "# both parameters change together\n");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w5"), 0.1743825, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w6"), 0.169416, 1e-15);
    check_has(s, "step", "# forward 1 of 2\nprediction = h1*w5 + h2*w6\n");
    end(s);
}

/* All parameters of E, as text that reads back exactly. */
static Text numbers_of(Session *s, const char *name)
{
    Text t = { 0 };
    Diag d = { 0 };
    Value v;
    CU_ASSERT_EQUAL(session_eval(s, name, &v, &d), OK);
    int n;
    Node **w = session_params(s, value_to_node(s, v, (Span){ 0, 0 }, &d), &n);
    char buf[NUM_TEXT];
    for (int i = 0; i < n; i++)
        for (int64_t k = 0; k < w[i]->len; k++) text_addf(&t, "%s ", num_exact(buf, w[i]->val[k]));
    free(w);
    value_drop(&v);
    return t;
}

static void check_same(Text *a, Text *b)
{
    CU_ASSERT_STRING_EQUAL(text_str(a), text_str(b));
    text_free(a);
    text_free(b);
}

static void back_restores_every_bit(void)
{
    Session *s = session_with(batch_of_three);
    Text start = numbers_of(s, "E");
    said(s, "step E, optimizer=adam(lr=0.1)\ncontinue 3");
    Text third = numbers_of(s, "E");
    CU_ASSERT_STRING_NOT_EQUAL(text_str(&start), text_str(&third));
    CU_ASSERT_EQUAL(step_now(s)->pass, 3);
    check_has(s, "back 100000", "# 3 updates taken back\n");
    CU_ASSERT_EQUAL(step_now(s)->pass, 0);
    Text again = numbers_of(s, "E");
    check_same(&start, &again);
    said(s, "continue 3");
    again = numbers_of(s, "E");
    check_same(&third, &again);
    end(s);
}

static void back_shows_where_it_stands(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error\nstep\nstep");
    check_said(s, "back", "# forward 2 of 2\nError = 1/2*(prediction - 1)^2\n"
                          "      = 1/2*(0.191 - 1)^2\n      = 0.32724\n");
    check_has(s, "back", "# forward 1 of 2\nprediction = ");
    check_said(s, "back", "# at the start of the forward pass of Error\n");
    check_has(s, "back", "# that is the beginning\n");
    check_has(s, "step", "# forward 1 of 2\nprediction = ");
    end(s);
}

static void undo_takes_an_update_back(void)
{
    Session *s = session_with(one_neuron);
    Diag d = { 0 };
    said(s, "step Error, optimizer=sgd(lr=0.05)");
    said(s, "continue");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w5"), 0.1743825, 1e-15);
    CU_ASSERT_EQUAL(session_undo(s, &d), OK);
    CU_ASSERT_EQUAL(session_number(s, "w5"), 0.14);
    end(s);
}

static void stepping_does_what_update_does(void)
{
    Session *a = session_with(linear_net), *b = session_with(linear_net);
    said(a, "step E, optimizer=adam(lr=0.1)\nfinish\nfinish\nfinish\ncontinue 4");
    said(b, "repeat 5 { update E, optimizer=adam(lr=0.1) }");
    Text x = numbers_of(a, "E"), y = numbers_of(b, "E");
    check_same(&x, &y);
    end(a);
    end(b);
}

/* ---- stops ---- */

static void a_break_stops_where_it_became_true(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error, optimizer=sgd(lr=0.05)");
    check_said(s, "break when Error < 0.2", "# 1: break when Error < 0.2\n");
    /* the error shrinks by 1 - 0.05*(0.85^2 + 0.48^2) a pass: below 0.2 at the 6th */
    check_has(s, "continue", "# break 1: Error < 0.2\n# Error: 0.200843 -> 0.18216\n"
                             "# forward 2 of 2\nError = ");
    const StepNow *now = step_now(s);
    CU_ASSERT_EQUAL(now->pass, 6);
    CU_ASSERT_EQUAL(now->phase, STEP_FORWARD);
    CU_ASSERT_STRING_EQUAL(now->node->label, "Error");
    CU_ASSERT_PTR_NOT_NULL(strstr(now->text, "# break 1"));
    check_has(s, "step", "# backward 1 of 3");
    said(s, "clear\nbreak when grad(Error, w5) > -0.4");
    check_has(s, "continue", "grad(Error, w5) = grad(Error, prediction)*h1");
    CU_ASSERT_EQUAL(step_now(s)->phase, STEP_BACKWARD);
    end(s);
}

static void a_watch_says_from_what_to_what(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error, optimizer=sgd(lr=0.05)\nwatch w6");
    check_said(s, "continue", "# watch 1: w6 changed\n# w6: 0.15 -> 0.169416\n"
                              "# by the update w6 <- w6 - 0.05*grad(Error, w6)\n"
                              "# 1 pass\n# Error: 0.32724 -> 0.296801\n");
    check_said(s, "breaks", "# 1: watch w6   (stopped 1 time)\n");
    end(s);
}

static void displays_are_shown_at_every_stop(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error");
    check_said(s, "display 2*w5", "# 1: display 2*w5\n2*w5 = 0.28\n");
    check_has(s, "step", "\n2*w5 = 0.28\n");
    check_said(s, "clear 1\nbreaks", "# nothing is watched\n");
    end(s);
}

static void what_is_no_number_stops_with_its_birthplace(void)
{
    Session *s = session_with("param w = 3\nE = log(w) + w\n");
    said(s, "step E, optimizer=sgd(lr=3)");
    check_has(s, "continue 5", "# E is nan now; the first such number is\n"
                               "log(w) = log(-1)\n       = nan\n# 1 pass\n");
    end(s);
}

static void standing_still_ends_continue(void)
{
    Session *s = session_with("param w = 0\nE = w^2\n");
    said(s, "step E\nbreak when E > 1");
    check_said(s, "continue", "# nothing changes any more\n# 1 pass\n# E: 0 -> 0\n");
    end(s);
}

/* ---- changes meanwhile ---- */

static void a_redefinition_starts_again(void)
{
    Session *s = session_with(one_neuron);
    said(s, "step Error\nstep\nstep");
    check_has(s, "unrelated = 3\nstep", "# backward 2 of 3\n");
    check_said(s, "prediction = h1*w5\nstep", "# prediction was redefined: from the beginning\n"
                                              "# forward: 2 quantities\n# forward 1 of 2\n"
                                              "prediction = h1*w5\n           = 0.85*0.14\n"
                                              "           = 0.119\n");
    end(s);
}

static void the_optimizer_is_remembered_by_quantity(void)
{
    Session *s = session_with(one_neuron);
    said(s, "other = w5^2\nstep Error, optimizer=sgd(lr=0.05)\nstep other\nfinish");
    check_has(s, "step", "# update: sgd()\n");
    check_has(s, "step Error\nfinish\nfinish\nstep", "# update: sgd(lr=0.05)\n");
    end(s);
}

static void faults_say_what_is_missing(void)
{
    Session *s = session_with(one_neuron);
    check_fault(s, "step", "nothing is being stepped");
    check_fault(s, "continue", "nothing is being stepped");
    check_fault(s, "step 2*w5", "only what has a name can be stepped");
    check_fault(s, "step w5", "w5 is a number by itself");
    check_fault(s, "break when Eror > 1", "unknown name Eror");
    check_fault(s, "break when [1, 2]", "a condition is one number");
    check_fault(s, "clear 7", "there is no break, watch or display number 7");
    said(s, "step Error");
    check_fault(s, "back 0", "back needs a count from 1 on, not 0");
    check_fault(s, "step Error, optimizer=3", "optimizer= needs an optimizer");
    end(s);
}

CU_TestInfo step_tests[] = {
    { "every line of scalar networks is true", every_line_of_scalar_networks_is_true },
    { "every line of layers is true", every_line_of_layers_is_true },
    { "every line of own equations is true", every_line_of_own_equations_is_true },
    { "every line of stateful updates is true", every_line_of_stateful_updates_is_true },
    { "numbers that cancel get more digits", numbers_that_cancel_get_more_digits },
    { "an equation is formula, numbers and value", an_equation_is_formula_numbers_and_value },
    { "a called function is opened", a_called_function_is_opened },
    { "next shows a whole quantity", next_shows_a_whole_quantity },
    { "finish ends the phase", finish_ends_the_phase },
    { "a vector is stepped forward only", a_vector_is_stepped_forward_only },
    { "parameters change together", parameters_change_together },
    { "back restores every bit", back_restores_every_bit },
    { "back shows where it stands", back_shows_where_it_stands },
    { "undo takes an update back", undo_takes_an_update_back },
    { "stepping does what update does", stepping_does_what_update_does },
    { "a break stops where it became true", a_break_stops_where_it_became_true },
    { "a watch says from what to what", a_watch_says_from_what_to_what },
    { "displays are shown at every stop", displays_are_shown_at_every_stop },
    { "what is no number stops with its birthplace", what_is_no_number_stops_with_its_birthplace },
    { "standing still ends continue", standing_still_ends_continue },
    { "a redefinition starts again", a_redefinition_starts_again },
    { "the optimizer is remembered by quantity", the_optimizer_is_remembered_by_quantity },
    { "faults say what is missing", faults_say_what_is_missing },
    CU_TEST_INFO_NULL
};
