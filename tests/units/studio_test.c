/* studio_test.c -- the view's newer panes, layouts and ways to train, without a
 * terminal: map, activations, curves, large numbers, search, moments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/repl.h"
#include "face/screen.h"
#include "face/tables.h"
#include "face/view.h"
#include "face/view_own.h"
#include "teach/marks.h"

static const char xor_net[] =
    "xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\n"
    "d = data(\"xor\")\n"
    "xor.h.W <- [[1.8, -1.8], [-2, 2.1]]\n"
    "xor.h.b <- [0.2, -0.1]\n"
    "xor.o.W <- [[2.5], [2.4]]\n"
    "xor.o.b <- [-1.5]\n";

static void run(Session *s, const char *text)
{
    Diag d = { 0 };
    Status st = session_run_text(s, "test", text, &d, NULL);
    CU_ASSERT_EQUAL(st, OK);
    if (st != OK) fprintf(stderr, "\n%s: %s\n", text, d.text);
    text_clear(&s->out);
}

static Face face;

static ViewState *view_of(const char *text, const char *name, const char *data)
{
    Diag d = { 0 };
    Value given = value_none();
    Session *s = session_new();
    tables_add(s);
    face = (Face){ 0 };
    s->face = &face;
    run(s, text);
    if (data) CU_ASSERT_EQUAL(session_eval(s, data, &given, &d), OK);
    ViewState *v = view_new(s, name, given, &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    value_drop(&given);
    return v;
}

static void end(ViewState *v)
{
    Session *s = v->s;
    view_free(v);
    tables_free(s);
    session_free(s);
}

static void keys_press(ViewState *v, const char *keys)
{
    for (; *keys; keys++) view_key(v, *keys);
}

static void type_line(ViewState *v, const char *text)
{
    view_key(v, ':');
    keys_press(v, text);
    view_key(v, '\n');
}

static Canvas *pane_of(ViewState *v, int id, int w, int h)
{
    Canvas *c = canvas_new(w, h);
    view_panes[id].draw(v, c);
    return c;
}

static bool in_pane(ViewState *v, int id, int w, int h, bool ascii, const char *part)
{
    Text t = { 0 };
    Canvas *c = pane_of(v, id, w, h);
    canvas_print(c, ascii, &t);
    bool found = strstr(text_str(&t), part) != NULL;
    if (!found) fprintf(stderr, "\nnot in %s: %s\n%s", view_panes[id].name, part, text_str(&t));
    text_free(&t);
    canvas_free(c);
    return found;
}

static bool on_screen(ViewState *v, int w, int h, const char *part)
{
    Text t = { 0 };
    Canvas *c = canvas_new(w, h);
    view_draw(v, c);
    canvas_print(c, false, &t);
    bool found = strstr(text_str(&t), part) != NULL;
    text_free(&t);
    canvas_free(c);
    return found;
}

/* ---- map ---- */

/* Every cell against the network's formula, written out here. */
static void the_map_is_the_network(void)
{
    enum { W = 40, H = 12 };
    int checked = 0;
    ViewState *v = view_of(xor_net, "xor", "d");
    Canvas *c = pane_of(v, PANE_MAP, W, H);
    for (int row = 0; row < H; row++)
        for (int col = 0; col < W; col++) {
            double x1 = -0.25 + 1.5 * (col / 2 + 0.5) / (W / 2), x2 = 1.25 - 1.5 * (row + 0.5) / H;
            double h0 = tanh(1.8 * x1 - 2 * x2 + 0.2), h1 = tanh(-1.8 * x1 + 2.1 * x2 - 0.1);
            double o = 1 / (1 + exp(-(2.5 * h0 + 2.4 * h1 - 1.5)));
            uint32_t glyph = canvas_at(c, col, row).glyph;
            if (fabs(o - 0.5) < 0.04) continue;
            if (glyph != 0x2591 && glyph != 0x2593) continue;       /* a point lies here */
            CU_ASSERT_EQUAL(glyph, o > 0.5 ? 0x2593u : 0x2591u);
            checked++;
        }
    CU_ASSERT_TRUE(checked > W * H * 9 / 10);
    canvas_free(c);
    end(v);
}

/* (0, 1) lies up and left, (1, 0) down and right; both are 1 and taken for 0. */
static void points_lie_where_they_belong(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    v->sample = -1;
    Canvas *c = pane_of(v, PANE_MAP, 48, 12);
    CU_ASSERT_EQUAL(canvas_at(c, 8, 2).glyph, 0x25CF);
    CU_ASSERT_EQUAL(canvas_at(c, 40, 10).glyph, 0x25CF);
    CU_ASSERT_EQUAL(canvas_at(c, 8, 10).glyph, 0x25CB);
    CU_ASSERT_EQUAL(canvas_at(c, 40, 2).glyph, 0x25CB);
    CU_ASSERT_EQUAL(canvas_at(c, 9, 2).glyph, 0x2717);
    CU_ASSERT_EQUAL(canvas_at(c, 8, 2).style, STYLE_WARN);
    CU_ASSERT_NOT_EQUAL(canvas_at(c, 9, 10).glyph, 0x2717);
    canvas_free(c);
    end(v);
}

static void the_map_follows_a_weight(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    type_line(v, "xor.o.b <- [90]");
    Canvas *c = pane_of(v, PANE_MAP, 20, 6);
    for (int i = 0; i < 20; i += 7) CU_ASSERT_EQUAL(canvas_at(c, i, 5).glyph, 0x2593);
    canvas_free(c);
    end(v);
}

static void without_two_inputs_there_is_no_map(void)
{
    ViewState *v = view_of("n = input(3) -> dense(1)\n", "n", "dataset([[1, 2, 3]], [[1]])");
    CU_ASSERT_EQUAL(view_panes[PANE_MAP].rows(v, 40), 0);
    end(v);
}

/* ---- activations ---- */

static void dead_and_saturated_units_are_marked(void)
{
    ViewState *v = view_of("n = input(2) -> a: dense(3, relu) -> b: dense(2, tanh) -> c: dense(1, sigmoid)\n"
                           "n([0, 0])\n"
                           "n.a.W <- [[1, 0, 1], [0, 1, 1]]\nn.a.b <- [0.5, -9, -0.5]\n"
                           "n.b.W <- [[0.1, 90], [0.1, 90], [0.1, 90]]\nn.b.b <- [0, 50]\n",
                           "n", "data(\"xor\")");
    CU_ASSERT_TRUE(in_pane(v, PANE_UNITS, 70, 9, false, "1 dead"));
    CU_ASSERT_TRUE(in_pane(v, PANE_UNITS, 70, 9, false, "1 saturated"));
    CU_ASSERT_TRUE(in_pane(v, PANE_UNITS, 70, 9, false, "1 alive"));
    CU_ASSERT_TRUE(in_pane(v, PANE_UNITS, 70, 9, true, "1 dead"));
    /* relu gives 0.5 .. 1.5 from the first unit and 0 from the second. */
    CU_ASSERT_TRUE(in_pane(v, PANE_UNITS, 70, 9, false, "1.500"));
    CU_ASSERT_TRUE(in_pane(v, PANE_UNITS, 24, 3, false, "a relu"));
    end(v);
}

/* ---- curves ---- */

static void curves_of_training_and_validation(void)
{
    ViewState *v = view_of("d = data(\"iris\")\n"
                           "n = input(4) -> h: dense(6, tanh) -> o: dense(3, softmax)\n"
                           "train n, d, loss=crossentropy, epochs=20, validate=0.2, metrics=accuracy;\n",
                           "n", NULL);
    CU_ASSERT_EQUAL(v->n_curve, 4);
    CU_ASSERT_EQUAL(v->epochs, 20);
    CU_ASSERT_TRUE(in_pane(v, PANE_LOSS, 80, 20, false, "val_loss"));
    CU_ASSERT_TRUE(in_pane(v, PANE_LOSS, 80, 20, false, "accuracy"));
    CU_ASSERT_TRUE(in_pane(v, PANE_LOSS, 80, 20, true, "epoch"));
    CU_ASSERT_DOUBLE_EQUAL(v->curve[0].y[19], session_number(v->s, "history.loss[19]"), 0);
    CU_ASSERT_DOUBLE_EQUAL(v->curve[0].x[19], 20, 0);
    end(v);
}

/* y = 1 - x from 1 down to 0, 0 .. 80: the dots run from the upper left to the lower right. */
static void a_falling_curve_falls(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    type_line(v, "train xor, d, loss=bce, optimizer=sgd(lr=0.5), epochs=400");
    Canvas *c = pane_of(v, PANE_LOSS, 60, 14);
    int before = -1, falls = 0;
    for (int x = 8; x < 60; x++)
        for (int y = 1; y < 13; y++) {
            uint32_t g = canvas_at(c, x, y).glyph;
            if (g < 0x2801 || g > 0x28FF) continue;
            CU_ASSERT_TRUE(y >= before - 1);
            falls += y > before;
            before = y;
        }
    CU_ASSERT_TRUE(falls > 5);
    canvas_free(c);
    end(v);
}

/* ---- training in the view ---- */

static void a_written_optimizer_gets_a_name(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    type_line(v, "train xor, d, loss=bce, optimizer=adam(beta1=0.8, lr=0.05), epochs=5");
    CU_ASSERT_FALSE(v->notice_bad);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&v->trace),
                                  ">> lr = 0.05\n>> opt = adam(lr=lr, beta1=0.8)\n"
                                  ">> train xor, d, loss=bce, optimizer=opt, epochs=5\n"));
    CU_ASSERT_DOUBLE_EQUAL(view_rate(v), 0.05, 0);
    keys_press(v, "+");
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "lr"), 0.1, 0);
    keys_press(v, "--");
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "lr"), 0.025, 0);
    keys_press(v, "t");
    CU_ASSERT_EQUAL(v->epochs, 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&v->trace), "optimizer=opt, epochs=5\n"));
    end(v);
}

static void the_users_lr_is_left_alone(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    run(v->s, "lr = 7");
    type_line(v, "train xor, d, loss=bce, optimizer=sgd, epochs=2");
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "lr"), 7, 0);
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "lr_xor"), 0.01, 0);
    end(v);
}

/* The same numbers as the same words at a prompt. */
static void training_in_the_view_is_training(void)
{
    const char *train = "train xor, d, loss=bce, optimizer=adam(lr=0.1), batch=2, epochs=30";
    ViewState *v = view_of(xor_net, "xor", "d");
    run(v->s, "seed 4");
    type_line(v, train);
    double seen = session_number(v->s, "sum(xor.h.W)");
    end(v);
    v = view_of(xor_net, "xor", "d");
    run(v->s, "seed 4");
    run(v->s, train);
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "sum(xor.h.W)"), seen, 0);
    end(v);
}

static void moments_are_gone_back_to_and_trained_on_from(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    double before = session_number(v->s, "sum(xor.o.W)");
    type_line(v, "train xor, d, loss=bce, optimizer=adam(lr=0.1), epochs=40");
    double after = session_number(v->s, "sum(xor.o.W)");
    keys_press(v, "<");
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "sum(xor.o.W)"), before, 0);
    CU_ASSERT_EQUAL(v->moment, 0);
    CU_ASSERT_EQUAL(v->rest, 40);
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "PAUSED  epoch 0/40"));
    keys_press(v, "<");
    CU_ASSERT_TRUE(v->notice_bad);
    keys_press(v, " ");                       /* the same way again, from there */
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "sum(xor.o.W)"), after, 0);
    CU_ASSERT_EQUAL(v->epochs, 40);
    CU_ASSERT_EQUAL(v->rest, 0);
    end(v);
}

static void a_faulty_train_leaves_the_past(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    type_line(v, "train xor, d, loss=bce, epochs=40");
    type_line(v, "train xor, d, loss=nothing, epochs=10");
    CU_ASSERT_TRUE(v->notice_bad);
    CU_ASSERT_EQUAL(v->epochs, 40);
    CU_ASSERT_TRUE(v->n_moments >= 1);
    keys_press(v, "<");
    CU_ASSERT_FALSE(v->notice_bad);
    end(v);
}

static void a_loop_of_trainings_is_one_curve(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    view_train_open(v);
    type_line(v, "repeat 12 { train xor, d, loss=bce, epochs=2; wait 0 };");
    view_train_close();
    CU_ASSERT_FALSE(v->notice_bad);
    CU_ASSERT_EQUAL(v->epochs, 24);
    end(v);
}

/* ---- selecting, searching, zooming ---- */

static void search_finds_weights_samples_panes_and_words(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    keys_press(v, "/o.W[1,0]\n");
    CU_ASSERT_EQUAL(v->pane, PANE_WEIGHTS);
    CU_ASSERT_EQUAL(v->matrix_at, 1);
    CU_ASSERT_EQUAL(v->row, 1);
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "xor.o.W[1, 0] = 2.4"));
    keys_press(v, "/3\n");
    CU_ASSERT_EQUAL(v->pane, PANE_DATA);
    CU_ASSERT_EQUAL(v->row_at, 3);
    keys_press(v, "/map\n");
    CU_ASSERT_EQUAL(v->pane, PANE_MAP);
    type_line(v, "print 6*7");
    keys_press(v, "/42\n");
    CU_ASSERT_EQUAL(v->pane, PANE_TRACE);
    keys_press(v, "/zebra\n");
    CU_ASSERT_TRUE(v->notice_bad);
    end(v);
}

/* The weight's edge, equation and `why`, and back. */
static void one_selection_for_all_panes(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    keys_press(v, "/h.W[1,1]\n");
    Canvas *c = pane_of(v, PANE_NETWORK, 60, 14);
    int lit = 0;
    for (int i = 0; i < 60 * 14; i++) lit += c->cell[i].style == STYLE_CURSOR;
    CU_ASSERT_TRUE(lit > 5);
    canvas_free(c);
    CU_ASSERT_TRUE(in_pane(v, PANE_EQUATION, 60, 12, false, "xor.h.W[1, 1] = 2.1"));
    view_key(v, '\t');
    keys_press(v, "/h.W[1,1]\n");
    keys_press(v, "w");
    CU_ASSERT_TRUE(in_pane(v, PANE_EQUATION, 60, 12, false, "2.1"));
    CU_ASSERT_TRUE(v->explain.len > 0);
    view_key(v, 27);
    CU_ASSERT_EQUAL(v->explain.len, 0);
    CU_ASSERT_TRUE(in_pane(v, PANE_EQUATION, 60, 12, false, "xor.h.W[1, 1] = 2.1"));
    end(v);
}

static void an_output_is_asked_why(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    keys_press(v, "s");
    v->pane = PANE_NETWORK;
    view_key(v, K_DOWN);
    CU_ASSERT_EQUAL(v->layer_at, 1);
    view_key(v, K_LEFT);
    view_key(v, K_DOWN);
    CU_ASSERT_EQUAL(v->layer_at, 0);
    CU_ASSERT_EQUAL(v->unit, 1);
    keys_press(v, "w");
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&v->trace), ">> why xor.h[1]\n"));
    CU_ASSERT_TRUE(in_pane(v, PANE_EQUATION, 60, 12, false, "tanh"));
    end(v);
}

static void zoom_shows_one_pane(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "─ network ─"));
    keys_press(v, "z");
    CU_ASSERT_FALSE(on_screen(v, 80, 24, "─ network ─"));
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "▸equation"));
    keys_press(v, "z");
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "─ network ─"));
    end(v);
}

static void three_columns_hold_all_panes(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    static const char *const titles[] = { "─ network ─", "gradients  1/2", "▸equation", "─ loss ─",
                                          "─ data  d", "─ map  x1", "─ activations", "─ trace ─" };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        CU_ASSERT_TRUE(on_screen(v, 200, 60, titles[i]));
        CU_ASSERT_TRUE(on_screen(v, 120, 40, titles[i]));
    }
    end(v);
}

static void large_numbers_are_large(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    keys_press(v, "B");
    CU_ASSERT_TRUE(face.big);
    /* E = sigmoid(...)^2/2 begins with a 0, drawn in blocks of four by five. */
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "█  █"));
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "numbers"));
    Canvas *c = canvas_new(80, 24);
    view_draw(v, c);
    for (int i = 0; i < 80 * 24; i++) CU_ASSERT_NOT_EQUAL(c->cell[i].style, STYLE_DIM);
    canvas_free(c);
    keys_press(v, "B");
    CU_ASSERT_TRUE(on_screen(v, 80, 24, "─ network ─"));
    end(v);
}

static void the_line_completes_and_remembers(void)
{
    ViewState *v = view_of(xor_net, "xor", "d");
    keys_press(v, ":summ");
    view_key(v, '\t');
    CU_ASSERT_STRING_EQUAL(text_str(&v->line), "summary");
    keys_press(v, " xor");
    view_key(v, K_HOME);
    view_key(v, K_RIGHT);
    view_key(v, K_DELETE);
    CU_ASSERT_STRING_EQUAL(text_str(&v->line), "smmary xor");
    view_key(v, 'u');
    view_key(v, '\n');
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&v->notice), "parameters"));
    view_key(v, ':');
    view_key(v, K_UP);
    CU_ASSERT_STRING_EQUAL(text_str(&v->line), "summary xor");
    view_key(v, K_DOWN);
    CU_ASSERT_STRING_EQUAL(text_str(&v->line), "");
    keys_press(v, "xor.");
    view_key(v, '\t');
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&v->notice), "h  o"));
    view_key(v, 27);
    end(v);
}

/* Whatever keys come in whatever order, nothing breaks. */
static void random_keys_break_nothing(void)
{
    static const char keys[] = "snfcb tTwzB+-<>[]u?/hjkl\t\n:NE\033qx1[ ,]d=";
    ViewState *v = view_of(xor_net, "xor", "d");
    view_train_open(v);
    uint32_t r = 1;
    for (int i = 0; i < 3000; i++) {
        r = r * 1664525 + 1013904223;
        int key = keys[(r >> 16) % (sizeof keys - 1)];
        if ((r >> 8) % 7 == 0) key = K_UP + (int)((r >> 16) % 11);
        view_key(v, key);
        v->leaving = false;
        if (i % 50) continue;
        Canvas *c = canvas_new(20 + i % 200, 3 + i % 57);
        view_draw(v, c);
        canvas_free(c);
    }
    view_train_close();
    CU_ASSERT_PTR_NOT_NULL(session_find(v->s, "xor"));
    end(v);
}

CU_TestInfo studio_tests[] = {
    { "the map is what the network says", the_map_is_the_network },
    { "points lie where they belong, wrong ones marked", points_lie_where_they_belong },
    { "the map follows a weight", the_map_follows_a_weight },
    { "without two inputs there is no map", without_two_inputs_there_is_no_map },
    { "dead and saturated units are marked", dead_and_saturated_units_are_marked },
    { "curves of loss and metrics, training and validation", curves_of_training_and_validation },
    { "a falling curve falls", a_falling_curve_falls },
    { "an optimizer written out gets a name, and its rate", a_written_optimizer_gets_a_name },
    { "the user's own lr is left alone", the_users_lr_is_left_alone },
    { "training in the view gives the prompt's numbers", training_in_the_view_is_training },
    { "moments are gone back to and trained on from", moments_are_gone_back_to_and_trained_on_from },
    { "a faulty train leaves curves and moments", a_faulty_train_leaves_the_past },
    { "a loop of trainings is one curve", a_loop_of_trainings_is_one_curve },
    { "search finds weights, samples, panes and words", search_finds_weights_samples_panes_and_words },
    { "one selection for all panes", one_selection_for_all_panes },
    { "an output is asked why", an_output_is_asked_why },
    { "zoom shows one pane", zoom_shows_one_pane },
    { "three columns, and two, hold all panes", three_columns_hold_all_panes },
    { "large numbers are large, and nothing dim", large_numbers_are_large },
    { "the command line completes and remembers", the_line_completes_and_remembers },
    { "random keys break nothing", random_keys_break_nothing },
    CU_TEST_INFO_NULL
};
