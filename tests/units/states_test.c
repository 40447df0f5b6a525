/* states_test.c -- what layers remember, and how they behave in training and in use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "typed.h"

static void refused(Session *s, const char *text, const char *part)
{
    Diag d = { 0 };
    int line = 0;
    CU_ASSERT(session_run_text(s, "text", text, &d, &line) != OK);
    bool said = strstr(d.text, part) != NULL;
    if (!said) printf("%s: %s\n", text, d.text);
    CU_ASSERT(said);
}

static void equals(Session *s, const char *expr, double v)
{
    double got = session_number(s, expr);
    bool near = fabs(got - v) <= 1e-12*(1 + fabs(v));
    if (!near) printf("%s is %.17g, not %.17g\n", expr, got, v);
    CU_ASSERT(near);
}

/* All that the network has learned and remembers, in numbers that tell them apart. */
static const char *const inside[] = {
    "sum(cos(net.h.W))", "sum(cos(net.h.b))", "net.h.prelu1.a", "net.drop.key", "sum(cos(net.bn.gamma))",
    "sum(cos(net.bn.beta))", "sum(cos(net.bn.running_mean))", "sum(cos(net.bn.running_var))",
    "sum(cos(net.r.W))", "net.r.rrelu1.key", "sum(cos(net.o.W))",
};

#define NET                                                                              \
    "seed 3\n"                                                                           \
    "net = input(2) -> h: dense(6, prelu) -> drop: dropout(0.4) -> bn: batchnorm ->\n"    \
    "      r: dense(3, rrelu) -> o: dense(1, sigmoid)\n"                                  \
    "x = [[0, 0], [0, 1], [1, 0], [1, 1]]\ny = [[0], [1], [1], [0]]\n"                    \
    "opt = adam(lr=0.1)\n"

static void trained_as_by_hand(void)
{
    Session *a = session_with(NET "train net, x, y, loss=bce, optimizer=opt, epochs=5, shuffle=0");
    Session *b = session_with(NET "set training=1\nE = bce(net(x), y)\nrepeat 5 { update E, optimizer=opt }");
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) equals(b, inside[i], session_number(a, inside[i]));
    session_end(a);
    session_end(b);
}

static void smaller_last_batch(void)
{
    Session *s = session_with(NET "train net, x, y, loss=bce, optimizer=opt, epochs=1, shuffle=0, batch=3");
    Session *t = session_with(NET "set training=1\nA = bce(net(x[0:3, :]), y[0:3, :])\nB = bce(net(x[3:4, :]), y[3:4, :])\n"
                              "update A, optimizer=opt\nupdate B, optimizer=opt");
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) equals(t, inside[i], session_number(s, inside[i]));
    session_end(s);
    session_end(t);
}

static void use_is_fixed(void)
{
    Session *s = session_with(NET "train net, x, y, loss=bce, optimizer=opt, epochs=5\n"
                              "param mean_was = net.bn.running_mean, key_was = net.drop.key\n"
                              "param once = net(x), loss_once = evaluate(net, [x, y], loss=bce).loss");
    equals(s, "sum(abs(net(x) - once))", 0);
    session_type(s, "set training=1");
    CU_ASSERT(session_number(s, "sum(abs(net(x) - once))") > 1e-6);
    equals(s, "sum(abs(predict(net, x) - once))", 0);
    equals(s, "evaluate(net, [x, y], loss=bce).loss - loss_once", 0);
    session_type(s, "set training=0");
    equals(s, "sum(abs(net(x) - once))", 0);
    equals(s, "sum(abs(net.bn.running_mean - mean_was)) + net.drop.key - key_was", 0);
    session_end(s);
}

/* 10000 numbers: the share that is kept is within four deviations of 1 - rate. */
static void dropped_by_chance(void)
{
    Session *s = session_with("seed 1\nset training=1\nd = dropout(0.3)\nparam w = 1\ny = d(w*ones(100, 100))\n"
                              "E = mean(y)\nparam first = d.kept");
    CU_ASSERT(fabs(session_number(s, "mean(first)") - 0.7) < 4*sqrt(0.21/10000));
    equals(s, "max(y)", 1/0.7);
    equals(s, "grad(E, w) - E", 0);
    session_type(s, "update E, optimizer=sgd(lr=0)");
    CU_ASSERT(fabs(session_number(s, "mean(d.kept)") - 0.7) < 4*sqrt(0.21/10000));
    /* two independent draws agree at 0.49 + 0.09 of the places */
    CU_ASSERT(fabs(session_number(s, "mean(d.kept == first)") - 0.58) < 4*sqrt(0.58*0.42/10000));
    session_end(s);
}

static void a_seed_repeats_it(void)
{
    double once[2];
    for (int i = 0; i < 2; i++) {
        Session *s = session_with(NET "train net, x, y, loss=bce, optimizer=opt, epochs=20");
        once[i] = session_number(s, "net([1, 0])[0]");
        session_end(s);
    }
    CU_ASSERT_EQUAL(once[0], once[1]);
}

static void made_afresh(void)
{
    Session *s = session_with(NET "train net, x, y, loss=bce, optimizer=opt, epochs=5");
    CU_ASSERT(session_number(s, "sum(abs(net.bn.running_mean))") > 0);
    session_type(s, "reset net");
    equals(s, "sum(abs(net.bn.running_mean))", 0);
    equals(s, "sum(net.bn.running_var)", 6);
    equals(s, "net.h.prelu1.a", 0.25);
    session_end(s);
}

static void taken_back(void)
{
    Session *s = session_with(NET "set training=1\nE = bce(net(x), y)\nparam was = net.bn.running_mean, key = net.drop.key\n"
                              "update E, optimizer=opt");
    Diag d = { 0 };
    equals(s, "net.drop.key - key", 1);
    CU_ASSERT(session_number(s, "sum(abs(net.bn.running_mean - was))") > 0);
    CU_ASSERT_EQUAL(session_undo(s, &d), OK);
    equals(s, "sum(abs(net.bn.running_mean - was)) + net.drop.key - key", 0);
    session_end(s);
}

static void own_layer_remembers(void)
{
    Session *s = session_with("layer counted(x) = {\n    state seen = 0\n    seen <- seen + size(x, 0)\n    x*1\n}\n"
                              "c = counted()\nparam w = [1, 2, 3]\nE = sum(c(w))\nrepeat 4 { update E, optimizer=sgd(lr=0) }");
    equals(s, "c.seen", 12);
    refused(s, "layer wide(x) = {\n state m = 0\n m <- x\n x\n}\nq = wide()([1, 2])", "cannot become shape");
    refused(s, "f(x) = {\n state m = 0\n x\n}\nf(2)", "only in an optimizer or a layer");
    refused(s, "state m = 0", "only in an optimizer or a layer");
    refused(s, "dropout(1)([1, 2])", "rate of dropout");
    refused(s, "net = input(2) -> dense", "needs a value for units");
    refused(s, "set training=2", "training=");
    session_end(s);
}

static void shapes_are_not_folded_in(void)
{
    Session *s = session_with("f(x) = x/size(x)\ng(x) = if rank(x) > 0 { 2*x } else { 3*x }\nh(x) = x*x.shape[0]");
    equals(s, "sum(f([1, 2, 3]))", 2);
    equals(s, "sum(g([1, 2]))", 6);
    equals(s, "g(1)", 3);
    equals(s, "sum(h([1, 2]))", 6);
    session_end(s);
}

CU_TestInfo states_tests[] = {
    { "training with layers that remember gives what updates by hand give", trained_as_by_hand },
    { "a smaller last batch shares what layers remember", smaller_last_batch },
    { "in use nothing is random and nothing is remembered", use_is_fixed },
    { "dropout keeps its share, independently in every update", dropped_by_chance },
    { "the same seed drops the same", a_seed_repeats_it },
    { "reset forgets what layers remember", made_afresh },
    { "undo takes back what layers remember", taken_back },
    { "a layer of one's own has states", own_layer_remembers },
    { "a function that asks for a shape is given the real one", shapes_are_not_folded_in },
    CU_TEST_INFO_NULL
};
