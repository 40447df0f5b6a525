/* view_test.c -- the view's panes, layout and keys, without a terminal.
 *
 * The network is XOR's with weights set by hand: for the sample (1, 0) it computes
 * z = (1.8, -1.8), h = tanh z = (0.9468, -0.9468), z = 2.5*0.9468 - 2.4*0.9468 - 1.5
 * = -1.40532, o = sigmoid z = 0.196973, E = (1 - o)^2/2 = 0.322426.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/screen.h"
#include "face/tables.h"
#include "face/view.h"

static const char xor_net[] =
    "xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\n"
    "d = data(\"xor\")\n"
    "xor.h.W <- [[1.8, -1.8], [-2, 2.1]]\n"
    "xor.h.b <- [0, 0]\n"
    "xor.o.W <- [[2.5], [2.4]]\n"
    "xor.o.b <- [-1.5]\n";

static const char board[] =
    "param w5 = 0.14, w6 = 0.15\n"
    "h1 = 0.85\n"
    "h2 = 0.48\n"
    "prediction = h1*w5 + h2*w6\n"
    "Error = 1/2*(prediction - 1)^2\n";

static void run(Session *s, const char *text)
{
    Diag d = { 0 };
    Status st = session_run_text(s, "test", text, &d, NULL);
    CU_ASSERT_EQUAL(st, OK);
    if (st != OK) fprintf(stderr, "\n%s: %s\n", text, d.text);
    text_clear(&s->out);
}

static Session *session_with(const char *text)
{
    Session *s = session_new();
    tables_add(s);
    run(s, text);
    return s;
}

/* A view of name with the data of that expression (NULL: none). */
static ViewState *view_of(Session *s, const char *name, const char *data)
{
    Diag d = { 0 };
    Value given = value_none();
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

static Text screen_of(ViewState *v, int w, int h, bool ascii)
{
    Text t = { 0 };
    Canvas *c = canvas_new(w, h);
    view_draw(v, c);
    canvas_print(c, ascii, &t);
    canvas_free(c);
    return t;
}

static void check_screen(ViewState *v, int w, int h, const char *expect)
{
    Text t = screen_of(v, w, h, false);
    CU_ASSERT_STRING_EQUAL(text_str(&t), expect);
    if (strcmp(text_str(&t), expect)) fprintf(stderr, "\n%s--- expected\n%s", text_str(&t), expect);
    text_free(&t);
}

static bool shows(ViewState *v, const char *part)
{
    Text t = screen_of(v, 80, 24, false);
    bool found = strstr(text_str(&t), part) != NULL;
    if (!found) fprintf(stderr, "\nnot shown: %s\n%s", part, text_str(&t));
    text_free(&t);
    return found;
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

/* ---- screens ---- */

static void the_xor_net_at_80_by_24(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    v->row_at = 2;
    view_read(v);
    check_screen(v, 80, 24, 
        " gradus  xor  2 → 2 tanh → 1 sigmoid                            sample [2] of 4\n"
        "┌─ network ──────────────────────────┬─▸equation ──────────────────────────────┐\n"
        "│ input         h tanh      o sigmoid│s begins to step:                        │\n"
        "│                                    │E = sse(xor([1, 0]), [1])                │\n"
        "│                                    │step E                                   │\n"
        "│                                    │                                         │\n"
        "│ x[0]          h[0]                 │                                         │\n"
        "│ ●1    ╲━━+━━╱ ●0.947━╲             │                                         │\n"
        "│        ╲   ╱          +╲           │                                         │\n"
        "│         - ╱             ━╲   o[0]  │                                         │\n"
        "│          ╳                ━━ ○0.197│                                         │\n"
        "│         - ╲             ━╱         │                                         │\n"
        "│ x[1]   ╱   ╲  h[1]    +╱           │                                         │\n"
        "│ ○0    ━━━+━━━ ●-.947━╱             ├─ loss ──────────────────────────────────┤\n"
        "│                                    │E = 0.322426   t trains                  │\n"
        "│                                    │                                         │\n"
        "│                                    ├─ data  d  4 rows, sse ──────────────────┤\n"
        "├─ xor.h.W, b | gradients  1/2 ──────┤       x1     x2 target output  error    │\n"
        "│        0       1 │      0       1  │ 0      0      0      0 0.1824 0.0166    │\n"
        "│0  +1.800█ -1.800█│ -.0329█ -.0316█ │ 1      0      1      1 0.1707 0.3439    │\n"
        "│1  -2.000█ +2.100█│      0       0  │►2      1      0      1 0.1970 0.3224    │\n"
        "│b       0       0 │ -.0329█ -.0316█ │ 3      1      1      0 0.2151 0.0231    │\n"
        "└────────────────────────────────────┴─────────────────────────────────────────┘\n"
        " s step  n next  f finish  c continue  b back  SPACE run  ? help  q leave\n");
    end(v);
}

static void the_backward_pass_at_80_by_24(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    v->row_at = 2;
    view_read(v);
    keys_press(v, "sfsss");
    check_screen(v, 80, 24, 
        " gradus  xor  2 → 2 tanh → 1 sigmoid              sample [2] of 4  BACKWARD 3/8\n"
        "┌─ network ──────────────────────────┬─▸equation ──────────────────────────────┐\n"
        "│ input         h tanh      o sigmoid│backward 3 of 8                          │\n"
        "│                                    │grad(E, xor.o.b)[0]                      │\n"
        "│                                    │  = grad(E, xor.o.z)[0]                  │\n"
        "│                                    │    # chain rule: xor.o.z = xor.h @      │\n"
        "│ x[0]          h[0]                 │      xor.o.W + xor.o.b                  │\n"
        "│ ●1    ╲━━+━━╱ ●0.947━╲             │  = -0.127019                            │\n"
        "│        ╲   ╱          +╲           │                                         │\n"
        "│         - ╱             ━╲   o[0]  │                                         │\n"
        "│          ╳                ━━ ○0.197│                                         │\n"
        "│         - ╲             ━╱   ∂-.803│                                         │\n"
        "│ x[1]   ╱   ╲  h[1]    +╱           │                                         │\n"
        "│ ○0    ━━━+━━━ ●-.947━╱             ├─ loss ──────────────────────────────────┤\n"
        "│                                    │E = 0.322426   t trains                  │\n"
        "│                                    │                                         │\n"
        "│                                    ├─ data  d  4 rows, sse ──────────────────┤\n"
        "├─ xor.o.W, b | gradients  2/2 ──────┤       x1     x2 target output  error    │\n"
        "│           0      │         0       │ 0      0      0      0 0.1824 0.0166    │\n"
        "│0     +2.500██    │   -0.1203██     │ 1      0      1      1 0.1707 0.3439    │\n"
        "│1     +2.400██    │   +0.1203██     │►2      1      0      1 0.1970 0.3224    │\n"
        "│b  ▸  -1.500▒▒    │ ▸ -0.1270██     │ 3      1      1      0 0.2151 0.0231    │\n"
        "└────────────────────────────────────┴─────────────────────────────────────────┘\n"
        " s step  n next  f finish  c continue  b back  SPACE run  ? help  q leave\n");
    end(v);
}

static void the_xor_net_at_40_by_12(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    v->row_at = 2;
    view_read(v);
    keys_press(v, "sn");
    check_screen(v, 40, 12, 
        " gradus  xor  2 → 2 tanh →… FORWARD 1/5\n"
        "┌─▸equation ───────────────────────────┐\n"
        "│forward 1 of 5, number 2 of 2         │\n"
        "│xor.h.z[1]                            │\n"
        "│  = 1*xor.h.W[0, 1] + 0*xor.h.W[1, 1] │\n"
        "│    + xor.h.b[1]                      │\n"
        "│  = 1*-1.8 + 0*2.1 + 0                │\n"
        "│  = -1.8                              │\n"
        "│xor.h.z = [1.8, -1.8]                 │\n"
        "│                                      │\n"
        "└──────────────────────────────────────┘\n"
        " s step  SPACE run  ? help  q leave\n");
    v->pane = PANE_NETWORK;
    check_screen(v, 40, 12, 
        " gradus  xor  2 → 2 tanh →… FORWARD 1/5\n"
        "┌─▸network ────────────────────────────┐\n"
        "│ input          h tanh       o sigmoid│\n"
        "│ x[0]           h.z[0]                │\n"
        "│ ●1    ╲━━+━━━━ ●1.800━╲              │\n"
        "│        ━-  ━╱          +━━╲    o[0]  │\n"
        "│          ━╳                ━━━ ○     │\n"
        "│ x[1]   ━-  ━╲  h.z[1]  +━━╱          │\n"
        "│ ○0    ━━━+━━━━►●-1.80━╱              │\n"
        "│                                      │\n"
        "└──────────────────────────────────────┘\n"
        " s step  SPACE run  ? help  q leave\n");
    end(v);
}

static void equations_from_the_board_at_80_by_24(void)
{
    ViewState *v = view_of(session_with(board), "Error", NULL);
    keys_press(v, "s");
    check_screen(v, 80, 24, 
        " gradus  Error                                                      FORWARD 1/2\n"
        "┌─ equations ────────────────────────┬─▸equation ──────────────────────────────┐\n"
        "│                                    │forward: 2 quantities                    │\n"
        "│ h1                                 │forward 1 of 2                           │\n"
        "│ ●0.850╲                            │prediction = h1*w5 + h2*w6               │\n"
        "│        ╲                           │           = 0.85*0.14 + 0.48*0.15       │\n"
        "│         ╲                          │           = 0.191                       │\n"
        "│ w5       ╲                         │                                         │\n"
        "│ ○0.140─╲  ╲                        │                                         │\n"
        "│         ──╲╲  prediction     Error │                                         │\n"
        "│            ─╲►○0.191──────── ○0.327│                                         │\n"
        "│ h2      ──╱╱                       │                                         │\n"
        "│ ○0.480─╱  ╱                        │                                         │\n"
        "│          ╱                         │                                         │\n"
        "│         ╱                          │                                         │\n"
        "│ w6     ╱                           │                                         │\n"
        "│ ○0.150╱                            │                                         │\n"
        "│                                    │                                         │\n"
        "├─ parameters | gradients ───────────┤                                         │\n"
        "│                      value gradient├─ loss ──────────────────────────────────┤\n"
        "│ w5                 +0.1400  -0.6876│Error = 0.32724                          │\n"
        "│ w6                 +0.1500  -0.3883│                                         │\n"
        "└────────────────────────────────────┴─────────────────────────────────────────┘\n"
        " s step  n next  f finish  c continue  b back  SPACE run  ? help  q leave\n");
    end(v);
}

static void every_size_can_be_drawn(void)
{
    static const int sizes[] = { 1, 2, 3, 5, 9, 17, 33, 59, 60, 61, 100, 250 };
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    keys_press(v, "s");
    v->helping = true;
    text_add(&v->notice, "a notice");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            for (v->pane = 0; v->pane < PANES; v->pane++) {
                Text t = screen_of(v, sizes[i], sizes[j], true);
                text_free(&t);
            }
    v->pane = PANE_EQUATION;
    CU_ASSERT_EQUAL(v->leaving, false);
    end(v);
}

static void ascii_is_ascii(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    keys_press(v, "sfs");
    Text t = screen_of(v, 80, 24, true);
    for (size_t i = 0; i < t.len; i++) CU_ASSERT_TRUE_FATAL((unsigned char)t.s[i] < 0x7F);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "xor  2 > 2 tanh > 1 sigmoid"));
    text_free(&t);
    end(v);
}

/* ---- what is seen ---- */

static void outputs_and_errors_of_all_rows(void)
{
    const double *out, *loss;
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    CU_ASSERT_TRUE_FATAL(view_outputs(v, 0, 4, &out, &loss));
    CU_ASSERT_DOUBLE_EQUAL(out[0], 0.182425523806356, 1e-12);     /* sigmoid(-1.5) */
    CU_ASSERT_DOUBLE_EQUAL(out[2], 0.196973, 1e-6);
    CU_ASSERT_PTR_NOT_NULL_FATAL(loss);
    CU_ASSERT_DOUBLE_EQUAL(loss[0], 0.182425523806356 * 0.182425523806356 / 2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(loss[2], 0.322426, 1e-6);
    end(v);
}

static void looking_changes_nothing(void)
{
    Session *s = session_with(xor_net);
    run(s, "xor([0, 1])");
    double before = session_number(s, "xor.h[1]");
    uint64_t structure = s->structure;
    ViewState *v = view_of(s, "xor", "d");
    Text t = screen_of(v, 80, 24, false);
    text_free(&t);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "xor.h[1]"), before, 0);
    CU_ASSERT_DOUBLE_EQUAL(before, 0.970452, 1e-6);               /* tanh 2.1 */
    CU_ASSERT_EQUAL(s->structure, structure);
    CU_ASSERT_PTR_NULL(session_find(s, "E"));
    end(v);
}

static void without_data_it_says_how_to_give_some(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", NULL);
    CU_ASSERT_PTR_NULL(v->E);
    CU_ASSERT_TRUE(shows(v, "view xor, data(\"xor\")"));
    keys_press(v, "s");
    CU_ASSERT_TRUE(shows(v, "There is no loss to step through"));
    end(v);
}

static void a_loss_of_the_user_is_found(void)
{
    Session *s = session_with(xor_net);
    run(s, "L = mse(xor([1, 0]), [1])");
    ViewState *v = view_of(s, "xor", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v->E);
    CU_ASSERT_STRING_EQUAL(v->E->label, "L");
    CU_ASSERT_TRUE(shows(v, "L = 0.644852"));
    keys_press(v, "s");
    CU_ASSERT_TRUE(shows(v, "FORWARD 1/"));
    CU_ASSERT_PTR_NULL(session_find(s, "E"));
    end(v);
}

static void the_users_own_E_is_left_alone(void)
{
    Session *s = session_with(xor_net);
    run(s, "E = 3");
    ViewState *v = view_of(s, "xor", "d");
    keys_press(v, "s");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "E"), 3, 0);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "E_xor"), 0.182425523806356 * 0.182425523806356 / 2,
                           1e-12);
    end(v);
}

static void what_cannot_be_viewed_is_refused(void)
{
    Diag d = { 0 };
    Session *s = session_with("f(x) = 2*x\ny = [1, 2]\n");
    CU_ASSERT_PTR_NULL(view_new(s, "f", value_none(), &d));
    CU_ASSERT_EQUAL(d.code, E_TYPE);
    diag_clear(&d);
    CU_ASSERT_PTR_NULL(view_new(s, "nothing", value_none(), &d));
    CU_ASSERT_EQUAL(d.code, E_NAME);
    CU_ASSERT_PTR_NULL(view_latest(s));
    run(s, "z = 2*3\n");
    CU_ASSERT_STRING_EQUAL(view_latest(s), "z");
    run(s, xor_net);
    CU_ASSERT_STRING_EQUAL(view_latest(s), "xor");
    tables_free(s);
    session_free(s);
}

/* ---- keys ---- */

static void stepping_in_the_view_steps_the_session(void)
{
    Session *s = session_with(board);
    ViewState *v = view_of(s, "Error", NULL);
    keys_press(v, "ss");
    view_free(v);
    const StepNow *now = step_now(s);
    CU_ASSERT_PTR_EQUAL(now->E, session_find(s, "Error")->value.node);
    CU_ASSERT_EQUAL(now->quantity, 1);
    run(s, "finish\nfinish");
    /* w5 - 0.01*(prediction - 1)*h1 = 0.14 + 0.01*0.809*0.85 */
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w5"), 0.1468765, 1e-12);
    v = view_of(s, "Error", NULL);
    keys_press(v, "b");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w5"), 0.14, 0);
    end(v);
}

static void a_command_is_one_step_of_undo(void)
{
    Session *s = session_with(board);
    ViewState *v = view_of(s, "Error", NULL);
    type_line(v, "w5 <- 0.5");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w5"), 0.5, 0);
    CU_ASSERT_TRUE(shows(v, "+0.5000"));
    keys_press(v, "u");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "w5"), 0.14, 0);
    CU_ASSERT_TRUE(shows(v, "+0.1400"));
    end(v);
}

static void an_error_is_a_whole_sentence(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    type_line(v, "xor([1, 2, 3])");
    CU_ASSERT_TRUE(v->notice_bad);
    CU_ASSERT_TRUE(shows(v,
                         "error: xor takes samples of shape (2); this input has shape (3). "
                         "Give one\n sample of that shape"));
    view_key(v, K_DOWN);
    CU_ASSERT_FALSE(v->notice_bad);
    end(v);
}

static void the_command_line_edits_characters(void)
{
    ViewState *v = view_of(session_with(board), "Error", NULL);
    view_key(v, ':');
    keys_press(v, "w5 <- 9");
    view_key(v, 0x3B8);
    view_key(v, 127);
    view_key(v, 127);
    keys_press(v, "7");
    CU_ASSERT_STRING_EQUAL(text_str(&v->line), "w5 <- 7");
    view_key(v, 27);
    CU_ASSERT_FALSE(v->typing);
    CU_ASSERT_DOUBLE_EQUAL(session_number(v->s, "w5"), 0.14, 0);
    end(v);
}

static void output_of_a_command_is_shown(void)
{
    ViewState *v = view_of(session_with(board), "Error", NULL);
    type_line(v, "print 2 + 40");
    CU_ASSERT_TRUE(shows(v, "\n 42\n"));
    CU_ASSERT_STRING_EQUAL(text_str(&v->trace), ">> print 2 + 40\n42\n");
    end(v);
}

static void a_selected_weight_shows_its_gradient(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    v->row_at = 2;
    view_read(v);
    view_key(v, K_BACK_TAB);
    CU_ASSERT_EQUAL(v->pane, PANE_WEIGHTS);
    view_key(v, K_RIGHT);
    Text name = { 0 };
    view_weight_name(v, &name);
    CU_ASSERT_STRING_EQUAL(text_str(&name), "xor.h.W[0, 1]");
    text_clear(&name);
    CU_ASSERT_TRUE(shows(v, "xor.h.W[0, 1] = -1.8"));
    CU_ASSERT_TRUE(shows(v, "grad(E, xor.h.W)[0, 1]"));
    /* (o - 1)*o*(1 - o)*2.4*(1 - h^2) = -0.127019*2.4*0.103558 */
    CU_ASSERT_TRUE(shows(v, "= -0.0315692"));
    view_key(v, K_DOWN);
    view_key(v, K_DOWN);
    view_weight_name(v, &name);
    CU_ASSERT_STRING_EQUAL(text_str(&name), "xor.h.b[1]");
    text_clear(&name);
    view_key(v, K_DOWN);
    view_weight_name(v, &name);
    CU_ASSERT_STRING_EQUAL(text_str(&name), "xor.o.W[0, 0]");
    text_free(&name);
    end(v);
}

static void enter_steps_the_selected_sample(void)
{
    Session *s = session_with(xor_net);
    ViewState *v = view_of(s, "xor", "d");
    v->pane = PANE_DATA;
    view_key(v, K_DOWN);
    view_key(v, '\n');
    CU_ASSERT_EQUAL(v->sample, 1);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "E - sse(xor([0, 1]), [1])"), 0, 0);
    view_key(v, K_DOWN);
    view_key(v, '\n');
    CU_ASSERT_EQUAL(v->sample, 2);
    CU_ASSERT_TRUE(shows(v, "FORWARD 1/5"));
    end(v);
}

static void training_is_remembered_and_t_trains_again(void)
{
    Session *s = session_with(xor_net);
    run(s, "train xor, d, loss=bce, optimizer=adam(lr=0.05), epochs=20, batch=4");
    ViewState *v = view_of(s, "xor", NULL);
    CU_ASSERT_STRING_EQUAL(text_str(&v->begin),
                           "E = bce(xor([0, 0]), [0])\nstep E, optimizer=adam(lr=0.05)");
    CU_ASSERT_EQUAL(v->curve[0].n, 20);
    double before = v->curve[0].y[19];
    CU_ASSERT_DOUBLE_EQUAL(before, session_number(s, "history.loss[19]"), 0);
    keys_press(v, "t");
    static const char typed[] = ">> train xor, d, loss=bce, optimizer=adam(lr=0.05), "
                                "batch=4, epochs=20\n";
    CU_ASSERT_EQUAL(strncmp(text_str(&v->trace), typed, strlen(typed)), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&v->trace), ">> lr = 0.05\n>> opt = adam(lr=lr)\n"));
    CU_ASSERT_TRUE(v->curve[0].y[19] < before);
    CU_ASSERT_TRUE(shows(v, "loss by epoch"));
    keys_press(v, "uu");
    keys_press(v, "u");
    CU_ASSERT_DOUBLE_EQUAL(v->curve[0].y[19], before, 0);
    end(v);
}

static void passes_of_the_stepper_make_a_curve(void)
{
    ViewState *v = view_of(session_with(board), "Error", NULL);
    keys_press(v, "sccc");
    CU_ASSERT_TRUE(shows(v, "loss by pass"));
    CU_ASSERT_EQUAL(v->curve[0].n, 4);
    CU_ASSERT_DOUBLE_EQUAL(v->curve[0].y[0], 0.3272405, 1e-12);
    CU_ASSERT_TRUE(v->curve[0].y[3] < v->curve[0].y[2] && v->curve[0].y[2] < v->curve[0].y[1]);
    end(v);
}

static void a_forgotten_name_is_said_and_no_crash(void)
{
    ViewState *v = view_of(session_with(board), "Error", NULL);
    keys_press(v, "s");
    type_line(v, "forget Error");
    CU_ASSERT_PTR_NULL(v->E);
    CU_ASSERT_TRUE(shows(v, "Error is no more"));
    keys_press(v, "snfcbwt ");
    view_key(v, K_DOWN);
    CU_ASSERT_FALSE(v->leaving);
    end(v);
}

static void a_redefined_network_is_seen_anew(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    keys_press(v, "ss");
    type_line(v, "xor = input(2) -> a: dense(3, relu) -> b: dense(1)");
    CU_ASSERT_EQUAL(v->n_layer, 2);
    CU_ASSERT_EQUAL(v->layer[0].units, 3);
    CU_ASSERT_TRUE(shows(v, "2 → 3 relu → 1 linear"));
    end(v);
}

static void unknown_keys_do_nothing_and_q_leaves(void)
{
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    for (int key = 1; key < 0x250; key++)
        if (!strchr("q:/T", key) && key != '\t') view_key(v, key), v->running = false;
    CU_ASSERT_FALSE(v->leaving);
    v->helping = false;
    keys_press(v, "q");
    CU_ASSERT_TRUE(v->leaving);
    end(v);
}

/* ---- numbers in little room ---- */

static void numbers_fit_their_columns(void)
{
    static const double some[] =
        { 0, 1, -1, 0.5, -0.0207323, 1.84, -1234.5, 1e-9, -1e-9, 123456789, 9.99e99, 0.99999 };
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        for (int width = 5; width <= 10; width++) {
            char buf[NUM_TEXT];
            num_fit(buf, some[i], width, false);
            CU_ASSERT_TRUE((int)strlen(buf) <= width);
            CU_ASSERT_TRUE(some[i] == 0 || strtod(buf, NULL) != 0 || strstr(buf, "e-"));
        }
    char buf[NUM_TEXT];
    CU_ASSERT_STRING_EQUAL(num_fit(buf, -0.0207323, 5, true), "-.021");
    CU_ASSERT_STRING_EQUAL(num_fit(buf, -0.0207323, 8, true), "-0.02073");
    CU_ASSERT_STRING_EQUAL(num_fit(buf, 1.84, 6, true), "+1.840");
    CU_ASSERT_STRING_EQUAL(num_fit(buf, 3, 6, false), "3");
    CU_ASSERT_STRING_EQUAL(num_fit(buf, 2e-12, 6, false), "2e-12");
}

static void long_equations_are_folded(void)
{
    Text t = { 0 };
    Canvas *c = canvas_new(20, 8);
    int rows =
        canvas_equations(c, 20, 0,
                         "# place\nlong.name[0] = one*two + three*four\n"
                                "             = 12 + 3\n             = 15\n");
    canvas_print(c, false, &t);
    CU_ASSERT_EQUAL(rows, 6);
    CU_ASSERT_STRING_EQUAL(text_str(&t),
                           "place\nlong.name[0]\n  = one*two +\n    three*four\n"
                           "  = 12 + 3\n  = 15\n");
    text_clear(&t);
    canvas_clear(c);
    rows = canvas_equations(c, 20, 0, "y = 2*x\n  = 4\n");
    canvas_print(c, false, &t);
    CU_ASSERT_EQUAL(rows, 2);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "y = 2*x\n  = 4\n");
    text_free(&t);
    canvas_free(c);
}

/* ---- the text twin ---- */

static void the_text_twin_holds_every_pane(void)
{
    Text t = { 0 };
    ViewState *v = view_of(session_with(xor_net), "xor", "d");
    view_text(v, 80, false, &t);
    static const char *const parts[] =
        { "\nnetwork\n", "\nxor.h.W, b | gradients  1/2\n", "\nequation\n", "\nloss\n",
                                         "\ndata  d  4 rows, sse\n", "0.1824 0.0166\n" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), parts[i]));
    text_clear(&t);
    run(v->s, "view xor, d, as=text");
    text_free(&t);
    end(v);
}

CU_TestInfo view_tests[] = {
    { "the XOR network at 80 x 24, every cell", the_xor_net_at_80_by_24 },
    { "the backward pass at 80 x 24, every cell", the_backward_pass_at_80_by_24 },
    { "at 40 x 12 one pane is left", the_xor_net_at_40_by_12 },
    { "equations from the board at 80 x 24, every cell", equations_from_the_board_at_80_by_24 },
    { "every size can be drawn", every_size_can_be_drawn },
    { "without UTF-8 all is ASCII", ascii_is_ascii },
    { "the data pane knows outputs and errors of all rows", outputs_and_errors_of_all_rows },
    { "looking changes nothing in the session", looking_changes_nothing },
    { "without data it says how to give some", without_data_it_says_how_to_give_some },
    { "a loss that the user defined is found", a_loss_of_the_user_is_found },
    { "the user's own E is left alone", the_users_own_E_is_left_alone },
    { "what cannot be viewed is refused with a reason", what_cannot_be_viewed_is_refused },
    { "stepping in the view steps the session", stepping_in_the_view_steps_the_session },
    { "a command in the view is one step of undo", a_command_is_one_step_of_undo },
    { "an error is a whole sentence until the next key", an_error_is_a_whole_sentence },
    { "the command line edits characters, not bytes", the_command_line_edits_characters },
    { "what a command prints is shown", output_of_a_command_is_shown },
    { "a selected weight shows its gradient", a_selected_weight_shows_its_gradient },
    { "Enter steps the selected sample", enter_steps_the_selected_sample },
    { "training is remembered, and t trains again", training_is_remembered_and_t_trains_again },
    { "passes of the stepper make a curve", passes_of_the_stepper_make_a_curve },
    { "a forgotten name is said, and nothing breaks", a_forgotten_name_is_said_and_no_crash },
    { "a redefined network is seen anew", a_redefined_network_is_seen_anew },
    { "unknown keys do nothing, and q leaves", unknown_keys_do_nothing_and_q_leaves },
    { "numbers fit the columns they are given", numbers_fit_their_columns },
    { "equations longer than the pane are folded at their signs", long_equations_are_folded },
    { "the text twin holds every pane", the_text_twin_holds_every_pane },
    CU_TEST_INFO_NULL
};
