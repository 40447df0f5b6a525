/* train_test.c -- networks that learn: how often, how well, always the same, and
 * stopped in good order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "face/tables.h"
#include "learn/train.h"

/* An assertion that says in words what failed. */
static void holds(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void holds(bool ok, const char *fmt, ...)
{
    char buf[900];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    CU_assertImplementation(ok, __LINE__, buf, __FILE__, "", CU_FALSE);
}

/* ---- sessions ---- */

/* The data folder of the source tree, unless GRADUS_DATA says otherwise. */
static void folder_set(void)
{
    const char *root = getenv("srcdir");
    const char *const roots[] = { root ? root : ".", ".", "..", "../.." };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/data/iris.csv", roots[i]);
        if (access(path, R_OK) == 0) setenv("GRADUS_DATA", roots[i], 0);
    }
}

static Session *session_made(const char *text)
{
    Session *s = session_new();
    Diag d = { 0 };
    int line;
    folder_set();
    tables_add(s);
    Status st = session_run_text(s, "test", text, &d, &line);
    holds(st == OK, "%s: %s", text, d.text);
    return s;
}

static void session_gone(Session *s)
{
    tables_free(s);
    session_free(s);
}

static void run(Session *s, const char *text)
{
    Diag d = { 0 };
    int line;
    Status st = session_run_text(s, "test", text, &d, &line);
    holds(st == OK, "%s: %s", text, d.text);
}

/* The text is refused; its message and hint hold these words. */
static void refused(Session *s, const char *text, Status code, const char *words, const char *hint)
{
    Diag d = { 0 };
    int line;
    Status st = session_run_text(s, "test", text, &d, &line);
    holds(st == code, "%s: status %d, %s", text, st, d.text);
    holds(strstr(d.text, words) != NULL, "%s: \"%s\" without \"%s\"", text, d.text, words);
    holds(!hint || strstr(d.hint, hint), "%s: \"%s\" without \"%s\"", text, d.hint,
          hint ? hint : "");
}

/* All that a text prints. */
static void prints(Session *s, const char *text, const char *words)
{
    text_clear(&s->out);
    run(s, text);
    holds(strstr(text_str(&s->out), words) != NULL, "%s printed \"%s\" without \"%s\"", text,
          text_str(&s->out), words);
}

#define XOR "xor = input(2) -> h: dense(4, tanh) -> o: dense(1, sigmoid)\nd = data(\"xor\")\n"

/* ---- learning ---- */

static void xor_learns(void)
{
    for (int seed = 1; seed <= 20; seed++) {
        char text[400];
        snprintf(text, sizeof text,
                 "seed %d\n" XOR "train xor, d, loss=bce, optimizer=adam(lr=0.1), epochs=500\n",
                 seed);
        Session *s = session_made(text);
        double wrong = session_number(s, "max(abs(xor(d.x) - d.y))");
        holds(wrong < 0.1, "seed %d: xor is off by %g", seed, wrong);
        session_gone(s);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void iris_learns(void)
{
    double right[5];
    for (int seed = 1; seed <= 5; seed++) {
        char text[500];
        snprintf(text, sizeof text,
                 "seed %d\nd = data(\"iris\")\ns = split(d, 0.8)\ntr = standardize(s[0])\n"
                 "te = standardize(s[1], like=tr)\nnet = input(4) -> dense(16, tanh) -> dense(3, "
                 "softmax)\n"
                 "train net, tr, loss=crossentropy, optimizer=adam(lr=0.01), epochs=100\n",
                 seed);
        Session *s = session_made(text);
        right[seed - 1] = session_number(s, "evaluate(net, te).accuracy");
        session_gone(s);
    }
    qsort(right, 5, sizeof *right, by_size);
    holds(right[2] >= 0.96, "the median accuracy on iris is %g", right[2]);
}

/* w*x with x = 1, 2, 3, targets 2x, mse, lr 0.1: by hand
 *   whole: gradient at w = 0 is -2*mean(x*2x) = -2*28/3, so w = 28/15             */
static void line_by_hand(void)
{
    Session *s = session_made("net = input(1) -> dense(1, weights=zeros, bias=none)\nx = [[1], "
                              "[2], [3]]\ny = [[2], [4], [6]]\n"
                              "train net, x, y, optimizer=sgd(lr=0.1)\n");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "net.dense1.W"), 28. / 15, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "history.loss[0]"), 56. / 3, 1e-14);
    /* one row after the other: w = 0.4, 0.4 + 0.2*2*(4 - 0.8) = 1.68, 1.68 + 0.6*(6 - 5.04) */
    run(s, "reset net\ntrain net, [x, y], optimizer=sgd(lr=0.1), batch=1, shuffle=0");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "net.dense1.W"), 1.68 + 0.6 * 0.96, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "history.loss[0]"), (4 + 3.2 * 3.2 + 0.96 * 0.96) / 3,
                           1e-14);
    session_gone(s);
}

/* Counts its own updates. */
static void batches_are_counted(void)
{
    Session *s = session_made(
        "optimizer count(w, g) = { state n = 0; n <- n + 1; w <- w + 0*g }\nc = count()\n"
        "net = input(2) -> dense(1, bias=none)\nx = uniform(1050, 2)\n"
        "train net, x, sum(x, axis=1, keep=1), batch=100, epochs=2, optimizer=c\n");
    CU_ASSERT_EQUAL(session_number(s, "c.net.dense1.W.n"), 22);
    /* the loss is the mean over rows, the small batch counting less */
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "history.loss[1]"),
                           session_number(s, "mse(net(x), sum(x, axis=1, keep=1))"), 1e-14);
    run(s, "train net, x, sum(x, axis=1, keep=1), batch=5000, optimizer=c");
    CU_ASSERT_EQUAL(session_number(s, "c.net.dense1.W.n"), 23);
    run(s, "reset net");
    CU_ASSERT_EQUAL(session_number(s, "c.net.dense1.W.n"), 0);
    session_gone(s);
}

/* ---- the same again ---- */

static void same_seed_same_numbers(void)
{
    static const char text[] =
        "seed 5\nd = data(\"iris\")\nnet = input(4) -> dense(8, relu) -> dense(3, softmax)\n"
        "train net, d, loss=crossentropy, optimizer=adam(lr=0.01), epochs=20, validate=0.2, "
        "seed=9\n"
        "xor = input(2) -> dense(3, sigmoid) -> dense(1, sigmoid)\n"
        "h <- history\ntrain xor, data(\"xor\"), loss=sse, optimizer=sgd(lr=0.5), batch=1, "
        "epochs=50\n";
    double got[2][6];
    for (int i = 0; i < 2; i++) {
        Session *s = session_made(text);
        static const char *const ask[] = { "h.loss[19]",       "h.val_loss[19]",
                                           "h.accuracy[3]",    "h.val_accuracy[19]",
                                           "history.loss[49]", "sum(xor.dense1.W)" };
        for (int k = 0; k < 6; k++) got[i][k] = session_number(s, ask[k]);
        CU_ASSERT_EQUAL(session_number(s, "size(h.val_loss)"), 20);
        CU_ASSERT_EQUAL(session_number(s, "h.epochs"), 20);
        session_gone(s);
    }
    CU_ASSERT_EQUAL(memcmp(got[0], got[1], sizeof got[0]), 0);
    CU_ASSERT(isfinite(got[0][1]));
}

static void one_step_of_undo(void)
{
    Session *s = session_made(
        "seed 1\n" XOR "opt = adam(lr=0.1)\ntrain xor, d, loss=bce, optimizer=opt, epochs=3");
    double w = session_number(s, "xor.h.W[0, 0]"), t = session_number(s, "opt.xor.h.W.t"),
           b = session_number(s, "xor.o.b[0]");
    CU_ASSERT_EQUAL(t, 3);
    run(s, "train xor, d, loss=bce, optimizer=opt, epochs=30");
    CU_ASSERT_EQUAL(session_number(s, "opt.xor.h.W.t"), 33);
    CU_ASSERT_NOT_EQUAL(session_number(s, "xor.h.W[0, 0]"), w);
    Diag d = { 0 };
    CU_ASSERT_EQUAL(session_undo(s, &d), OK);
    CU_ASSERT_EQUAL(session_number(s, "xor.h.W[0, 0]"), w);
    CU_ASSERT_EQUAL(session_number(s, "xor.o.b[0]"), b);
    CU_ASSERT_EQUAL(session_number(s, "opt.xor.h.W.t"), t);
    CU_ASSERT_EQUAL(session_number(s, "size(history.loss)"), 3);
    session_gone(s);
}

/* What a name means is not changed by training in batches. */
static void names_keep_their_meaning(void)
{
    Session *s = session_made("seed 1\n" XOR "xor([1, 0])\ntrain xor, d, epochs=2, batch=3");
    CU_ASSERT_EQUAL(session_number(s, "rank(xor.h.z)"), 1);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "xor.h.z[2] - (xor.h.W[0, 2] + xor.h.b[2])"), 0,
                           1e-15);
    session_gone(s);
}

static void reset_draws_afresh(void)
{
    Session *s = session_made("seed 4\n" XOR);
    double w = session_number(s, "xor.h.W[1, 3]"), v = session_number(s, "xor.o.W[0, 0]");
    run(s, "train xor, d, optimizer=sgd(lr=1), epochs=5\nseed 4\nreset xor");
    CU_ASSERT_EQUAL(session_number(s, "xor.h.W[1, 3]"), w);
    CU_ASSERT_EQUAL(session_number(s, "xor.o.W[0, 0]"), v);
    CU_ASSERT_EQUAL(session_number(s, "xor.o.b[0]"), 0);
    session_gone(s);
}

/* ---- stopping ---- */

static int64_t watched, watched_epoch;
static double  watched_loss;

static void watch_and_stop(Session *s, const TrainNow *now)
{
    (void)s;
    if (!watched++) {
        watched_epoch = now->epoch;
        watched_loss = now->epoch ? now->loss_history[now->epoch - 1] - now->loss : 0;
        stop_flag = 1;
    }
}

static void stops_in_good_order(void)
{
    Session *s = session_made("seed 1\n" XOR);
    watched = 0;
    train_watch = watch_and_stop;
    prints(s, "train xor, d, loss=bce, optimizer=sgd(lr=0.5), epochs=9000000",
           "all that was learned is kept");
    train_watch = NULL;
    stop_forget();
    double epochs = session_number(s, "history.epochs");
    CU_ASSERT(watched >= 1);
    CU_ASSERT(epochs >= (double)watched_epoch && epochs < 9000000);
    CU_ASSERT_EQUAL(watched_loss, 0);
    CU_ASSERT(session_number(s, "bce(xor(d.x), d.y)") < 0.1);
    session_gone(s);
}

/* Row 2 has a log of 0 in its loss; the weights are those after rows 0 and 1. */
static void stops_before_nan_spreads(void)
{
    static const char net[] = "net = input(1) -> dense(1, weights=ones, bias=none)\nx = [[1], [2], "
                              "[-3], [4]]\ny = [[0], [0], [0], [0]]\n"
                              "bad(o, t) = sum(log(o))\n";
    Session *s = session_made(net);
    prints(s, "train net, x, y, loss=bad, optimizer=sgd(lr=0.1), batch=1, shuffle=0, epochs=7",
           "# the loss became nan in update 3 of epoch 1; the weights before that update are "
           "kept\n# the first nan comes from log(");
    double w = 1 - 0.1, after = w - 0.1 / w;         /* d log(w*x)/dw = 1/w */
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "net.dense1.W"), after, 1e-15);
    CU_ASSERT_EQUAL(session_number(s, "history.epochs"), 0);
    prints(s, "train net, [[1], [nan]], [[0], [0]], epochs=2", "stands in the data: row 1 of");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "net.dense1.W"), after, 1e-15);
    /* the same found by kernels, with a good epoch before */
    run(s, "big = input(1) -> dense(60, weights=ones) -> dense(1)\ngrow(o, t) = sum(o)^4\n");
    prints(s, "train big, x, y, loss=grow, optimizer=sgd(lr=10), epochs=50", "# the loss became ");
    CU_ASSERT(isfinite(session_number(s, "sum(big.dense1.W)")));
    session_gone(s);
}

/* ---- refusals ---- */

static void refusals_say_what_fits(void)
{
    Session *s = session_made(XOR "iris = data(\"iris\")\nnet = input(4) -> dense(1)\npart(o, t) = "
                                  "(o - t)^2\nmp = input(2) -> dense(1)\n"
                                  "hat = input(2) -> neuron([1, 1])");
    refused(s, "train xor, iris", E_SHAPE, "xor takes samples of shape (2); iris has 4 features",
            "input(4)");
    refused(s, "train net, iris", E_SHAPE, "net gives 1 number, the targets of iris have 3 classes",
            "3 units");
    refused(s, "train xor, d, epochs=0", E_RANGE, "epochs", NULL);
    refused(s, "train xor, d, batch=0", E_RANGE, "batch", NULL);
    refused(s, "train xor, d, optimizer=sgd(lr=nan)", E_RANGE, "the learning rate of sgd is nan",
            "sgd(lr=0.1)");
    refused(s, "train xor, d, loss=part", E_SHAPE, "part gives shape (4, 1)", "mean(");
    refused(s, "train hat, d", E_NAME, "hat has no parameters", "dense");
    refused(s, "train xor, d, optimizer=mse", E_TYPE, "mse is not an optimizer", "sgd");
    refused(s, "train xor, 3", E_TYPE, "a data set is needed", NULL);
    refused(s, "train xor, d, patience=3", E_TYPE, "validation set", "validate=0.2");
    refused(s, "train xor, [[1, 2]], [[1], [2]]", E_SHAPE, "x has 1 rows, but y has 2", NULL);
    run(s, "train xor, d, loss=bce, optimizer=sgd(lr=-0.1), epochs=2\ntrain xor, d, "
           "optimizer=adam, epochs=1");
    session_gone(s);
}

CU_TestInfo train_tests[] = {
    { "XOR is learned from every one of 20 seeds", xor_learns },
    { "iris is learned: 96 % of the held-out rows in the median", iris_learns },
    { "a line learns what it learns by hand", line_by_hand },
    { "1050 rows in batches of 100 are eleven updates an epoch", batches_are_counted },
    { "the same seed gives the same numbers", same_seed_same_numbers },
    { "training is one step of undo, the optimizer's memory too", one_step_of_undo },
    { "what the network's names mean stays what it was", names_keep_their_meaning },
    { "reset draws the numbers that a new network would", reset_draws_afresh },
    { "a watcher sees the losses and stops; all that was learned is kept", stops_in_good_order },
    { "training stops before a number that is none spreads, and says where it was born",
      stops_before_nan_spreads },
    { "what does not fit is refused with what would", refusals_say_what_fits },
    CU_TEST_INFO_NULL
};
