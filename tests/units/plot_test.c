/* plot_test.c -- what `plot` makes of sweeps, histories and the way of a training.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "face/repl.h"
#include "face/tables.h"
#include "learn/train.h"
#include "learn/walk.h"
#include "teach/ledger.h"

static Face face;

static Session *session_made(void)
{
    Session *s = session_new();
    face = (Face){ .plot_to = "text" };
    s->face = &face;
    tables_add(s);
    return s;
}

static void session_end(Session *s)
{
    tables_free(s);
    session_free(s);
}

/* What running the text printed; it must go well. */
static const char *prints(Session *s, const char *text)
{
    Diag d = { 0 };
    int line = 0;
    text_clear(&s->out);
    Status st = session_run_text(s, "test", text, &d, &line);
    if (st != OK) printf("line %d: %s\n", line, d.text);
    CU_ASSERT_EQUAL(st, OK);
    return text_str(&s->out);
}

static void fails(Session *s, const char *text, const char *fault)
{
    Diag d = { 0 };
    int line = 0;
    CU_ASSERT_NOT_EQUAL(session_run_text(s, "test", text, &d, &line), OK);
    CU_ASSERT_STRING_EQUAL(d.text, fault);
}

static bool has(const char *text, const char *part) { return strstr(text, part) != NULL; }

/* ---- sweeps ---- */

static Value vector_of(const double *v, int64_t n)
{
    Shape s = shape_of(1, &n);
    Diag d = { 0 };
    return value_node(node_leaf(&s, v, &d));
}

static Value history_of(double first, double last, bool validated)
{
    double v[3] = { first, (first + last)/2, last };
    Record *r = record_new("history");
    record_set(r, "loss", vector_of(v, 3));
    if (validated) record_set(r, "val_loss", vector_of(v, 3));
    return value_record(r);
}

static Value run_of(const char *label, Value history)
{
    Record *r = record_new("run");
    record_set(r, "label", value_str(label));
    if (history.kind != V_NONE) record_set(r, "history", history);
    return value_record(r);
}

static void sweep_put(Session *s, Value *run, int n)
{
    List *l = list_new(n);
    Record *r = record_new("sweep");
    Diag d = { 0 };
    for (int i = 0; i < n; i++) l->item[i] = run[i];
    record_set(r, "runs", value_list(l));
    CU_ASSERT_EQUAL(session_define(s, "result", value_record(r), B_OTHER, NULL, NULL, (Span){ 0, 0 }, &d), OK);
}

static void sweep_is_a_curve_each(void)
{
    Session *s = session_made();
    Value run[] = { run_of("lr=0.01", history_of(1, 0.9, true)), run_of("lr=0.1", history_of(1, 0.2, true)),
                    run_of("lr=10", value_none()) };
    sweep_put(s, run, 3);
    const char *out = prints(s, "plot result");
    CU_ASSERT_TRUE(has(out, "* lr=0.01   + lr=0.1"));
    CU_ASSERT_TRUE(has(out, "training loss") && has(out, "validation loss"));
    CU_ASSERT_FALSE(has(out, "lr=10"));
    session_end(s);
}

static void long_sweep_is_thinned(void)
{
    Session *s = session_made();
    Value run[30];
    char name[32];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "n=%d", i);
        run[i] = run_of(name, history_of(1, i, false));
    }
    sweep_put(s, run, 30);
    const char *out = prints(s, "plot result");
    CU_ASSERT_TRUE(has(out, "12 of the 30 runs are drawn.\n") && has(out, "* n=0   + n=2"));
    session_end(s);
}

static void sweep_without_runs(void)
{
    Session *s = session_made();
    Value run[] = { run_of("lr=10", value_none()) };
    sweep_put(s, run, 1);
    fails(s, "plot result", "nothing to plot: no run of this sweep has a history or gave a number");
    sweep_put(s, run, 0);
    fails(s, "plot result", "nothing to plot: no run of this sweep has a history or gave a number");
    session_end(s);
}

static void sweep_of_numbers_is_bars(void)
{
    Session *s = session_made();
    Value run[2];
    for (int i = 0; i < 2; i++) {
        Record *measures = record_new("measures");
        record_set(measures, "result", value_num(3 + 4*i));
        run[i] = run_of(i ? "n=2" : "n=1", value_none());
        record_set(run[i].record, "measures", value_record(measures));
    }
    sweep_put(s, run, 2);
    const char *out = prints(s, "plot result");
    CU_ASSERT_TRUE(has(out, "n=1") && has(out, "# 3\n"));
    CU_ASSERT_TRUE(has(out, "n=2") && has(out, "# 7\n"));
    session_end(s);
}

/* ---- the way of a training ---- */

static Node *leaf_of(Session *s, const char *name)
{
    Binding *b = session_find(s, name);
    return b ? node_through(b->value.node) : NULL;
}

/* E = w^2, w <- w - 0.1*2*w: each update takes a fifth off. */
static void updates_leave_a_way(void)
{
    Session *s = session_made();
    Way y;
    prints(s, "param w = 2\nparam v = 1\nE = w^2 + v^2\nupdate E, optimizer=sgd(lr=0.1)\nupdate E, optimizer=sgd(lr=0.1)");
    way_of(s, leaf_of(s, "w"), 0, &y);
    CU_ASSERT_EQUAL_FATAL(y.n, 3);
    for (int i = 0; i < 3; i++) CU_ASSERT_DOUBLE_EQUAL(y.val[i], 2*pow(0.8, i), 1e-15);
    way_free(&y);
    CU_ASSERT_TRUE(has(prints(s, "plot E, w, v"), "path of the training"));
    prints(s, "param u = 1");
    way_of(s, leaf_of(s, "u"), 0, &y);
    CU_ASSERT_EQUAL(y.n, 0);
    session_end(s);
}

static const char three[] = "seed 1\nnet = input(1) -> o: dense(1)\nd = dataset([[0], [1], [2]], [[1], [3], [5]])\n";

/* Training for n epochs goes where n trainings of one epoch go, one after the other. */
static void training_leaves_a_way(void)
{
    Session *s = session_made();
    double one[21], walked[WALK_ROOM];
    Value w;
    Diag d = { 0 };
    prints(s, three);
    CU_ASSERT_EQUAL_FATAL(session_eval(s, "net.o.W", &w, &d), OK);
    Node *leaf = node_through(w.node);
    one[0] = leaf->val[0];
    for (int i = 1; i <= 20; i++) {
        prints(s, "train net, d, optimizer=sgd(lr=0.1), shuffle=0;");
        one[i] = leaf->val[0];
    }
    value_drop(&w);
    prints(s, three);
    prints(s, "train net, d, optimizer=sgd(lr=0.1), shuffle=0, epochs=20;");
    CU_ASSERT_EQUAL_FATAL(session_eval(s, "net.o.W", &w, &d), OK);
    int n = walk_of(s, node_through(w.node), 0, walked);
    CU_ASSERT_EQUAL_FATAL(n, 21);
    for (int i = 0; i < n; i++) CU_ASSERT_DOUBLE_EQUAL(walked[i], one[i], 1e-13);
    value_drop(&w);
    session_end(s);
}

static void long_way_has_few_places(void)
{
    Session *s = session_made();
    double walked[WALK_ROOM];
    Value w;
    Diag d = { 0 };
    prints(s, three);
    prints(s, "train net, d, optimizer=sgd(lr=0.001), shuffle=0, epochs=1999;");
    CU_ASSERT_EQUAL_FATAL(session_eval(s, "net.o.b", &w, &d), OK);
    Node *leaf = node_through(w.node);
    int n = walk_of(s, leaf, 0, walked);
    CU_ASSERT_EQUAL(n, 201);                     /* beginning, every tenth, the last */
    CU_ASSERT_DOUBLE_EQUAL(walked[n - 1], leaf->val[0], 0);
    CU_ASSERT_TRUE(has(prints(s, "plot mse(net(d.x), d.y), net.o.W[0, 0], net.o.b[0]"), "path of the training"));
    value_drop(&w);
    session_end(s);
}

/* ---- while training runs ---- */

/* A file is drawn for the training it was asked for, and not written over by the next. */
static void file_waits_for_one_training(void)
{
    Session *s = session_made();
    char folder[] = "/tmp/gradus-plot-XXXXXX", file[64], text[128];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/loss.svg", folder);
    snprintf(text, sizeof text, "plot history, to=\"%s\"", file);
    prints(s, three);
    CU_ASSERT_TRUE(has(prints(s, text), "the loss will be drawn while training runs"));
    prints(s, "train net, d, epochs=5;");
    CU_ASSERT_EQUAL(unlink(file), 0);
    prints(s, "train net, d, epochs=5;");
    CU_ASSERT_NOT_EQUAL(unlink(file), 0);
    CU_ASSERT_TRUE(has(prints(s, text), "wrote "));          /* now there is a history */
    CU_ASSERT_EQUAL(unlink(file), 0);
    prints(s, "train net, d, epochs=5;");
    CU_ASSERT_NOT_EQUAL(unlink(file), 0);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
    train_watch = NULL;
    session_end(s);
}

/* ---- a quantity against a leaf ---- */

/* What is built upon the number that is moved is built again: 1 below zero, 2 above. */
static void definitions_follow_the_leaf(void)
{
    Session *s = session_made();
    const char *out = prints(s, "param w = 1\nE = if w > 0 { w*0 + 2 } else { w*0 + 1 }\nplot E, w");
    CU_ASSERT_TRUE(has(out, "  1┤*") || has(out, "  1+*"));
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "E"), 2, 0);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w"), 1, 0);
    session_end(s);
}

static void leaf_is_put_back(void)
{
    Session *s = session_made();
    prints(s, "param w = [3, 4]\nE = sum(w^2)\nplot E, w[1], from=-2, to=2\nplot E, w[0], w[1]");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "E"), 25, 0);
    prints(s, "q = 2\nF = 1/(q - 2)\nplot F, q");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "q"), 2, 0);
    session_end(s);
}

/* ---- confusion ---- */

/* The same counts, row by row, as the prelude's definition gives. */
static void confusion_counts_right(void)
{
    static const char *const name[] = { "\nsetosa", "\nversicolor", "\nvirginica" };
    Session *s = session_made();
    double count[9];
    prints(s, "seed 2\nd = data(\"iris\")\nnet = input(4) -> dense(3, softmax)\nC = confusion(net(d.x), d.y)");
    for (int i = 0; i < 9; i++) {
        char cell[40];
        snprintf(cell, sizeof cell, "C[%d, %d]", i/3, i%3);
        count[i] = session_number(s, cell);
    }
    const char *out = prints(s, "plot confusion(net, d)");
    for (int i = 0; i < 9; i++) {
        const char *at = strstr(out, name[i/3]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        for (int k = 0; k < i%3; k++) at += strcspn(at, "0123456789"), at += strspn(at, "0123456789");
        at += strcspn(at, "0123456789");
        CU_ASSERT_DOUBLE_EQUAL(strtod(at, NULL), count[i], 0);
    }
    session_end(s);
}

CU_TestInfo plot_tests[] = {
    { "a sweep is a curve for each value, its validation below", sweep_is_a_curve_each },
    { "of a long sweep runs from the first to the last are drawn", long_sweep_is_thinned },
    { "a sweep without histories is a sentence", sweep_without_runs },
    { "a sweep that trained nothing is a bar for each number", sweep_of_numbers_is_bars },
    { "updates leave a way", updates_leave_a_way },
    { "a training goes the way of its epochs one by one", training_leaves_a_way },
    { "of a long training some places are kept, the last among them", long_way_has_few_places },
    { "a file that waits for a history is drawn for one training", file_waits_for_one_training },
    { "definitions built upon a leaf follow it through its range", definitions_follow_the_leaf },
    { "a leaf is put back after a plot", leaf_is_put_back },
    { "a confusion matrix counts as the prelude does", confusion_counts_right },
    CU_TEST_INFO_NULL
};
