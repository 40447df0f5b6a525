/* training_test.c -- what may be said of a training: when it ends, how the rate goes, what
 * weights cost, which of them stay; and the way back through it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "face/tables.h"
#include "learn/train.h"

#define XOR "seed 1\nxor = input(2) -> h: dense(4, tanh) -> o: dense(1, sigmoid)\nd = data(\"xor\")\n"
#define IRIS                                                                                  \
    "seed 3\nparts = split(data(\"iris\"), 0.8)\ntr = standardize(parts[0])\nte = standardize(parts[1], like=tr)\n" \
    "net = input(4) -> h: dense(8, tanh) -> o: dense(3, softmax)\n"

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

static Session *begun(const char *text)
{
    Session *s = session_new();
    Diag d = { 0 };
    int line;
    folder_set();
    tables_add(s);
    if (session_run_text(s, "test", text, &d, &line) != OK) CU_FAIL(printf("line %d: %s\n", line, d.text) && "begun");
    return s;
}

static void end(Session *s)
{
    tables_free(s);
    session_free(s);
}

static void run(Session *s, const char *text)
{
    Diag d = { 0 };
    int line;
    if (session_run_text(s, "test", text, &d, &line) == OK) return;
    printf("%s: %s\n", text, d.text);
    CU_FAIL("run");
}

static bool refused(Session *s, const char *text, Status code, const char *words)
{
    Diag d = { 0 };
    int line;
    Status st = session_run_text(s, "test", text, &d, &line);
    bool good = st == code && strstr(d.text, words);
    if (!good) printf("%s: status %d: %s\n", text, st, d.text);
    return good;
}

static bool said(Session *s, const char *words)
{
    bool good = strstr(text_str(&s->out), words) != NULL;
    if (!good) printf("without \"%s\":\n%s\n", words, text_str(&s->out));
    return good;
}

/* Both trainings, from the same beginning, come to the same weights. */
static bool alike(const char *begin, const char *a, const char *b, const char *number, double within)
{
    Session *s = begun(begin), *t = begun(begin);
    run(s, a);
    run(t, b);
    double x = session_number(s, number), y = session_number(t, number);
    bool good = fabs(x - y) <= within;
    if (!good) printf("%s: %.17g, %s: %.17g\n", a, x, b, y);
    end(s);
    end(t);
    return good;
}

/* ---- rate, penalty, clip ---- */

static void schedules_take_the_place_of_lr(void)
{
    static const char sum[] = "sum(xor.h.W) + sum(xor.o.W)";
    CU_ASSERT(alike(XOR, "train xor, d, optimizer=sgd(lr=0.5), epochs=20, schedule=cosine",
                    "train xor, d, optimizer=sgd(lr=cosine(lr=0.5, epochs=20)), epochs=20", sum, 0));
    CU_ASSERT(alike(XOR, "train xor, d, optimizer=adam(), epochs=20, schedule=step_decay(every=5, factor=0.5)",
                    "train xor, d, optimizer=adam(lr=step_decay(lr=0.001, every=5, factor=0.5)), epochs=20", sum, 0));
    CU_ASSERT(alike(XOR "slow(epoch) = 0.3/(1 + epoch)", "train xor, d, optimizer=sgd(momentum=0.9), epochs=20, schedule=slow",
                    "train xor, d, optimizer=sgd(lr=slow, momentum=0.9), epochs=20", sum, 0));
    Session *s = begun(XOR "opt = sgd(lr=0.5)");
    run(s, "train xor, d, optimizer=opt, epochs=3, schedule=cosine\nparam a = xor.o.W\ntrain xor, d, optimizer=opt, epochs=1");
    CU_ASSERT(session_number(s, "max(abs(xor.o.W - a))") > 1e-6);        /* its own rate again */
    CU_ASSERT(refused(s, "train xor, d, schedule=0.1", E_TYPE, "not a number"));
    CU_ASSERT(refused(s, "train xor, d, schedule=cosine(0.1)", E_TYPE, "not a number"));
    end(s);
}

/* The same loss with the penalty written into it; weights by hand are matrices only. */
static void penalties_are_added(void)
{
    static const char sum[] = "sum(xor.h.W) + sum(xor.o.W) + sum(xor.h.b)";
    CU_ASSERT(alike(XOR "pen(o, t) = mse(o, t) + l2(xor.h.W, by=0.1) + l2(xor.o.W, by=0.1) + 0.01*sum(abs(xor.h.W)) + 0.01*sum(abs(xor.o.W))",
                    "train xor, d, optimizer=sgd(lr=0.5), epochs=20, regularize=[l2(0.1), l1(by=0.01)]",
                    "train xor, d, optimizer=sgd(lr=0.5), epochs=20, loss=pen", sum, 1e-13));
    CU_ASSERT(alike(XOR "keep = l2(by=0.1)", "train xor, d, epochs=9, regularize=keep", "train xor, d, epochs=9, regularize=l2(0.1)", sum, 0));
    CU_ASSERT(alike(XOR "both = [l2(by=0.1), l1(by=0.2)]", "train xor, d, epochs=9, regularize=both",
                    "train xor, d, epochs=9, regularize=l1_l2(0.2, 0.1)", sum, 1e-14));
    Session *s = begun(XOR), *t = begun(XOR);
    run(s, "train xor, d, epochs=1, regularize=l2(10)");
    run(t, "train xor, d, epochs=1");
    CU_ASSERT_EQUAL(session_number(s, "history.loss[0]"), session_number(t, "history.loss[0]"));  /* the loss alone */
    CU_ASSERT(refused(s, "train xor, d, regularize=0.1", E_TYPE, "not a number"));
    CU_ASSERT(refused(s, "train xor, d, regularize=relu", E_SHAPE, "a single number"));
    end(s);
    end(t);
}

static void clipping_is_that_of_the_norm(void)
{
    static const char sum[] = "sum(xor.h.W) + sum(xor.o.W)";
    CU_ASSERT(alike(XOR, "train xor, d, optimizer=sgd(lr=1), epochs=20, clip=0.05",
                    "train xor, d, optimizer=sgd(lr=1, global_clipnorm=0.05), epochs=20", sum, 1e-13));
    Session *s = begun(XOR "param a = xor.h.W, b = xor.o.W, e = xor.o.b");
    run(s, "train xor, d, optimizer=sgd(lr=1), clip=0.001");
    double moved = session_number(s, "sqrt(sum((a - xor.h.W)^2) + sum((b - xor.o.W)^2) + sum(xor.h.b^2) + sum((e - xor.o.b)^2))");
    CU_ASSERT_DOUBLE_EQUAL(moved, 0.001, 1e-15);
    CU_ASSERT(refused(s, "train xor, d, clip=0", E_RANGE, "above 0"));
    end(s);
}

/* ---- when it ends ---- */

static void patience_keeps_the_best(void)
{
    Session *s = begun(IRIS);
    run(s, "train net, tr, loss=crossentropy, optimizer=adam(lr=0.05), epochs=400, validate=te, patience=7");
    double epochs = session_number(s, "history.epochs"), best = session_number(s, "argmin(history.val_loss)");
    CU_ASSERT(epochs < 400);
    CU_ASSERT_EQUAL(epochs, best + 1 + 7);
    double kept = session_number(s, "evaluate(net, te).loss");
    CU_ASSERT_DOUBLE_EQUAL(kept, session_number(s, "min(history.val_loss)"), 1e-12);
    CU_ASSERT(said(s, "# val_loss has not fallen for 7 epochs"));
    CU_ASSERT(refused(s, "train net, tr, patience=3", E_TYPE, "there is none"));
    CU_ASSERT(refused(s, "train net, tr, validate=te, patience=0", E_RANGE, "patience goes from 1"));
    CU_ASSERT(refused(s, "train net, tr, keep=best", E_TYPE, "there is none"));
    run(s, "train net, tr, loss=crossentropy, optimizer=adam(lr=0.05), epochs=30, validate=te, keep=best");
    CU_ASSERT_EQUAL(session_number(s, "history.epochs"), 30);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "evaluate(net, te).loss"), session_number(s, "min(history.val_loss)"), 1e-12);
    end(s);
}

static void classes_are_compared(void)
{
    Session *s = begun("x = [[0], [1]]\na = dataset(x, [\"no\", \"yes\"])\nb = dataset(x, [\"yes\", \"no\"])\n"
                       "net = input(1) -> dense(2, softmax)\n");
    CU_ASSERT(refused(s, "train net, a, loss=crossentropy, validate=b", E_TYPE, "the classes of this set are yes, no, those of a are no, yes"));
    run(s, "train net, a, loss=crossentropy, validate=a\nevaluate net, a");
    CU_ASSERT(refused(s, "evaluate net, b", E_TYPE, "those of the training are no, yes"));
    CU_ASSERT(refused(s, "confusion net, b", E_TYPE, "those of the training are no, yes"));
    end(s);
}

static void blocks_run_after_each_epoch(void)
{
    Session *s = begun(XOR "seen = zeros(6)\nrate = 0.5\nlast = 0");
    run(s, "train xor, d, optimizer=sgd(lr=rate), epochs=6 { seen[epoch - 1] <- loss; last <- epoch }");
    CU_ASSERT_EQUAL(session_number(s, "max(abs(seen - history.loss))"), 0);
    CU_ASSERT_EQUAL(session_number(s, "last"), 6);
    CU_ASSERT(refused(s, "epoch", E_NAME, "unknown name epoch"));
    run(s, "train xor, d, optimizer=sgd(lr=rate), epochs=60 { if epoch == 4 { break } }");
    CU_ASSERT_EQUAL(session_number(s, "history.epochs"), 4);
    CU_ASSERT(said(s, "# ended by its block after epoch 4 of 60"));
    /* what it changes counts: rate, weights */
    run(s, "train xor, d, optimizer=sgd(lr=rate), epochs=2 { rate <- 0; param w = xor.h.W }");
    CU_ASSERT_EQUAL(session_number(s, "max(abs(xor.h.W - w))"), 0);
    run(s, "train xor, d, optimizer=sgd(lr=rate), epochs=3 { xor.o.b[0] <- 7 }");
    CU_ASSERT_EQUAL(session_number(s, "xor.o.b[0]"), 7);
    CU_ASSERT(refused(s, "train xor, d, epochs=3 { last <- 99; nothing }", E_NAME, "nothing"));
    CU_ASSERT_EQUAL(session_number(s, "last"), 6);
    end(s);
}

static void breaks_stop_at_the_update(void)
{
    Session *s = begun(XOR "E = mse(xor(d.x), d.y)\nbreak when E < 0.2\n"), *t = begun(XOR "E = mse(xor(d.x), d.y)\n");
    run(s, "train xor, d, optimizer=sgd(lr=0.5), epochs=1000, batch=1, shuffle=0");
    CU_ASSERT(session_number(s, "E") < 0.2);
    CU_ASSERT(said(s, "# stopped after update ") && said(s, "# break 1: E < 0.2"));
    double epochs = session_number(s, "history.epochs");
    char text[120];
    snprintf(text, sizeof text, "train xor, d, optimizer=sgd(lr=0.5), epochs=%g, batch=1, shuffle=0", epochs + 1);
    run(t, text);
    int update = 0;
    const char *at = strstr(text_str(&s->out), "after update ");
    CU_ASSERT(at && sscanf(at, "after update %d", &update) == 1);
    snprintf(text, sizeof text, "back %d", 4 - update + 1);
    run(t, text);
    run(s, "back");                                    /* before that update it was not */
    CU_ASSERT(session_number(s, "E") >= 0.2);
    CU_ASSERT_EQUAL(session_number(s, "E"), session_number(t, "E"));
    end(s);
    end(t);
}

/* ---- the way back ---- */

/* After n updates forward and m back the numbers are those of n - m forward, bit for bit. */
static void back_is_exact(void)
{
    static const char *const how[] = { "optimizer=adam(lr=0.02), batch=32", "optimizer=sgd(lr=0.1, momentum=0.9), batch=1",
                                       "optimizer=rmsprop(), batch=500, shuffle=0" };
    for (int i = 0; i < 3; i++) {
        Session *s = begun(IRIS), *t = begun(IRIS);
        char text[200];
        snprintf(text, sizeof text, "train net, tr, loss=crossentropy, %s, epochs=700", how[i]);
        run(s, text);
        snprintf(text, sizeof text, "train net, tr, loss=crossentropy, %s, epochs=423", how[i]);
        run(t, text);
        snprintf(text, sizeof text, "back\nback 2\nback epochs=1\nback epochs=%d", i == 2 ? 273 : 276);
        run(s, text);
        CU_ASSERT(said(s, "taken back: after epoch 423"));
        for (const char *const *w = (const char *const[]){ "net.h.W", "net.h.b", "net.o.W", NULL }; *w; w++) {
            snprintf(text, sizeof text, "sum(%s^3)", *w);
            CU_ASSERT_EQUAL(session_number(s, text), session_number(t, text));
        }
        run(s, "back epochs=5000");
        CU_ASSERT(said(s, "before the training"));
        end(s);
        end(t);
    }
}

/* Floats as well; and a watch stops at the first update. */
static void back_in_single_precision(void)
{
    Session *s = begun(IRIS "set precision=single"), *t = begun(IRIS "set precision=single");
    run(s, "train net, tr, loss=crossentropy, optimizer=adam(lr=0.02), epochs=60\nback epochs=13");
    run(t, "train net, tr, loss=crossentropy, optimizer=adam(lr=0.02), epochs=47");
    CU_ASSERT_EQUAL(session_number(s, "sum(net.h.W^3) + sum(net.o.b)"), session_number(t, "sum(net.h.W^3) + sum(net.o.b)"));
    run(s, "watch net.h.W\ntrain net, tr, loss=crossentropy, epochs=5");
    CU_ASSERT(said(s, "# stopped after update 1 of epoch 1\n# watch 1: net.h.W changed"));
    end(s);
    end(t);
}

static void back_ends_at_the_beginning(void)
{
    Session *s = begun(XOR "param a = xor.h.W");
    CU_ASSERT(refused(s, "back", E_NAME, "nothing is being stepped"));
    CU_ASSERT(refused(s, "back epochs=1", E_NAME, "no training"));
    run(s, "train xor, d, epochs=50\nback epochs=50");
    CU_ASSERT_EQUAL(session_number(s, "max(abs(xor.h.W - a))"), 0);
    run(s, "back");
    CU_ASSERT(said(s, "# that is the beginning"));
    run(s, "train xor, d, epochs=50\nxor.h.W[0, 0] <- 3");
    CU_ASSERT(refused(s, "back", E_NAME, "no longer those"));
    /* what else an update hangs on */
    run(s, "rate = 0.1\ntrain xor, d, epochs=50, optimizer=sgd(lr=rate)\nback\nrate <- 0.2");
    CU_ASSERT(refused(s, "back", E_RANGE, "has changed since"));
    run(s, "rate <- 0.1\nback\nfreeze xor.h");
    CU_ASSERT(refused(s, "back", E_RANGE, "has changed since"));
    run(s, "unfreeze xor.h\nback epochs=7");
    run(s, "train xor, d, epochs=9 { xor.o.b[0] <- 0.5 }\nparam b = xor.o.W");
    CU_ASSERT(refused(s, "back epochs=3", E_RANGE, "has changed since"));
    CU_ASSERT_EQUAL(session_number(s, "max(abs(xor.o.W - b))"), 0);
    run(s, "train xor, d, epochs=9 { epoch }\nback epochs=3");
    end(s);
}

/* ---- freezing ---- */

static void frozen_parameters_stay(void)
{
    Session *s = begun(XOR "param a = xor.h.W, b = xor.h.b, c = xor.o.W\nfreeze xor.h");
    run(s, "train xor, d, epochs=5, optimizer=adam()");
    CU_ASSERT_EQUAL(session_number(s, "max(abs(xor.h.W - a)) + max(abs(xor.h.b - b))"), 0);
    CU_ASSERT(session_number(s, "max(abs(xor.o.W - c))") > 0);
    run(s, "E = mse(xor(d.x), d.y)\nupdate E\nstep E\nfinish\nfinish\nfinish");
    CU_ASSERT_EQUAL(session_number(s, "max(abs(xor.h.W - a)) + max(abs(xor.h.b - b))"), 0);
    run(s, "unfreeze xor.h.W\ntrain xor, d, epochs=5");
    CU_ASSERT(session_number(s, "max(abs(xor.h.W - a))") > 0);
    CU_ASSERT_EQUAL(session_number(s, "max(abs(xor.h.b - b))"), 0);
    run(s, "freeze xor");
    CU_ASSERT(refused(s, "train xor, d", E_NAME, "all parameters of xor are frozen"));
    CU_ASSERT(refused(s, "freeze 3", E_TYPE, "needs a network"));
    end(s);
}

/* ---- notes ---- */

static int notes_of(Session *s, const char *text)
{
    int n = 0;
    text_clear(&s->out);
    run(s, text);
    for (const char *p = text_str(&s->out); (p = strstr(p, "# note:")); p++) n++;
    return n;
}

static void notes_are_made_once(void)
{
    Session *s = begun(IRIS "raw = data(\"wine\")\nwine = input(13) -> dense(3, softmax)\nd = data(\"xor\")\n"
                            "lin = input(4) -> dense(3)\nr = input(4) -> h: dense(6, relu, bias=full(-100, 6)) -> dense(3, softmax)\n"
                            "one = input(1) -> dense(1, sigmoid)\nfar = input(1) -> dense(1)");
    CU_ASSERT_EQUAL(notes_of(s, "train net, tr, loss=crossentropy, epochs=30, optimizer=adam(lr=0.02)"), 0);
    CU_ASSERT_EQUAL(notes_of(s, "train net, tr, loss=crossentropy_logits"), 1);
    CU_ASSERT(said(s, "applies softmax itself"));
    CU_ASSERT_EQUAL(notes_of(s, "train net, tr, loss=crossentropy_logits"), 0);
    CU_ASSERT_EQUAL(notes_of(s, "train lin, tr, loss=crossentropy"), 1);
    CU_ASSERT_EQUAL(notes_of(s, "train wine, raw, loss=crossentropy, batch=1000"), 2);
    CU_ASSERT_EQUAL(notes_of(s, "train r, tr, loss=crossentropy"), 1);
    CU_ASSERT(said(s, "6 of the 6 units of r.h are dead"));
    CU_ASSERT_EQUAL(notes_of(s, "train one, [[1], [2]], [[5], [7]]"), 1);
    CU_ASSERT(said(s, "from 5 to 7, and sigmoid gives numbers from 0 to 1"));
    CU_ASSERT_EQUAL(notes_of(s, "train far, [[1], [9]], [[5], [7]], optimizer=sgd(lr=0.1), epochs=5"), 1);
    CU_ASSERT(said(s, "the loss grew"));
    CU_ASSERT_EQUAL(notes_of(s, "calm = input(1) -> dense(1, tanh)\ntrain calm, [[1], [2]], [[5], [7]];"), 0);
    CU_ASSERT(refused(s, "train lin, tr.x, [[0]]", E_SHAPE, "rows"));
    end(s);
}

/* ---- confusion ---- */

static void confusion_counts_rows(void)
{
    Session *s = begun(IRIS);
    run(s, "train net, tr, loss=crossentropy, optimizer=adam(lr=0.02), epochs=50\nC = confusion(net, te)\nconfusion net, te");
    CU_ASSERT_EQUAL(session_number(s, "sum(C)"), 30);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "sum(diagonal(C))/30"), session_number(s, "evaluate(net, te).accuracy"), 1e-15);
    CU_ASSERT_EQUAL(session_number(s, "max(abs(sum(C, axis=1) - sum(te.y, axis=0)))"), 0);
    CU_ASSERT(said(s, "taken for: setosa, versicolor, virginica"));
    end(s);
}

CU_TestInfo training_tests[] = {
    { "a schedule takes the place of lr, and only for this training", schedules_take_the_place_of_lr },
    { "penalties are added to what is made less, not to the loss shown", penalties_are_added },
    { "clip= is the length of all gradients together", clipping_is_that_of_the_norm },
    { "patience ends it, and the best weights are kept", patience_keeps_the_best },
    { "a validation set with other classes is refused", classes_are_compared },
    { "a block runs after each epoch; what it changes counts", blocks_run_after_each_epoch },
    { "a break stops at the update that made it true", breaks_stop_at_the_update },
    { "back goes back bit for bit", back_is_exact },
    { "back and watch in single precision", back_in_single_precision },
    { "back ends at the beginning, and refuses other numbers", back_ends_at_the_beginning },
    { "frozen parameters stay", frozen_parameters_stay },
    { "a note is made once for a network", notes_are_made_once },
    { "confusion of a network counts the rows", confusion_counts_rows },
    CU_TEST_INFO_NULL
};
