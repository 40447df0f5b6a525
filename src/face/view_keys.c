/* view_keys.c -- TABLE of keys, the command line, and the loop that runs a view.
 *
 * A key that changes anything names a command; what is left only moves the eye.
 * Commands run as at the prompt, each a step of undo. The command `view` itself is a
 * statement that has not ended, so it closes its own journal first and opens a new
 * one at its end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/stop.h"
#include "face/repl.h"
#include "face/screen.h"
#include "face/tables.h"
#include "face/term.h"
#include "face/view.h"
#include "graph/journal.h"
#include "learn/train.h"

enum { STEP_MS = 200, FRAME_MS = 33, TRACE_MOST = 64 << 10, KEEP_LINES = 200 };

/* ---- TABLE of keys ---- */

/* Commands: @E the quantity (made first if it has no name yet), @N the network, @W the
 * selected weight or what the equation is about. NULL: the key only looks. */
typedef struct {
    int         key;
    const char *shown, *word, *command, *help;
    int         rank;            /* in the footer; smaller ones stay longer; 0: not there */
} Key;

static const Key keys[] = {
    { 's', "s", "step", "@E step", "the next single equation", 1 },
    { 'n', "n", "next", "@E next", "the rest of this quantity", 4 },
    { 'f', "f", "finish", "@E finish", "the rest of this phase", 5 },
    { 'c', "c", "continue", "@E continue", "one whole pass, or on to a break", 6 },
    { 'b', "b", "back", "back", "one equation back, exactly undone", 7 },
    { ' ', "SPACE", "run", "@E step", "step by step, five a second; again: pause", 3 },
    { 't', "t", "train", "@T", "train again, as the last time", 8 },
    { 'u', "u", "undo", "undo", "take back the last change", 9 },
    { 'w', "w", "why", "why @W", "why this number? (in weights: the selected one)", 10 },
    { ':', ":", "command", NULL, "any command, as at the prompt", 11 },
    { '\t', "Tab", "pane", NULL, "the next pane; Shift-Tab: the one before", 12 },
    { K_UP, "arrows", "select", NULL, "a layer, a weight, a sample, or scroll", 0 },
    { '[', "[ ]", "layer", NULL, "the layer before, the next one", 0 },
    { '\n', "Enter", "sample", NULL, "in data: step with the selected sample", 0 },
    { '?', "?", "help", NULL, "this", 2 },
    { 'q', "q", "leave", NULL, "back to the prompt; so does Ctrl-C", 1 }
};
enum { KEYS = sizeof keys / sizeof *keys };

/* ---- running commands ---- */

static void trace_add(ViewState *v, const char *text, size_t n)
{
    text_addn(&v->trace, text, n);
    if (v->trace.len < TRACE_MOST) return;
    const char *half = strchr(v->trace.s + v->trace.len / 2, '\n');
    char *rest = mem_str(half ? half + 1 : "");
    text_clear(&v->trace);
    text_add(&v->trace, rest);
    free(rest);
}

static void trace_command(ViewState *v, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        text_addf(&v->trace, ">> %.*s\n", (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static ViewState *shown;         /* the view on the screen, for the session's calls */

/* What a command prints while it runs; at its end view_run takes the rest. */
static void take_output(Session *s)
{
    if (!shown || !s->out.len) return;
    trace_add(shown, s->out.s, s->out.len);
    text_add(&shown->notice, s->out.s);
    text_clear(&s->out);
}

static void fault_show(ViewState *v, const Diag *d)
{
    text_clear(&v->notice);
    v->notice_bad = d->code != E_STOP;
    text_addf(&v->notice, "%s%s%s%s", v->notice_bad ? "error: " : "", d->text, d->hint[0] ? ". " : "", d->hint);
    text_addf(&v->trace, "%s\n", text_str(&v->notice));
}

/* What needs the prompt cannot run here. */
static Status refuse(const Source *src, Diag *d)
{
    static const char *const asking[] = { "view", "guess", "lesson", "demo" };
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (src->tree->kind == S_COMMAND && !strcmp(src->tree->text, asking[i])) {
            diag_set(d, E_NAME, src->tree->at, "%s needs the prompt", asking[i]);
            return diag_hint(d, "Leave the view with q first.");
        }
    return OK;
}

static Status run_all(ViewState *v, Reader *r, Diag *d)
{
    for (;;) {
        Source *src = NULL;
        Status st = parse_next(r, &src, d);
        if (st == OK && !src) return OK;
        if (st == OK) st = refuse(src, d);
        if (st == OK) st = session_run(v->s, src, d);
        source_drop(src);
        if (st != OK) return st;
    }
}

bool view_run(ViewState *v, const char *text)
{
    Session *s = v->s;
    Diag d = { 0 };
    Reader r = { .name = "view", .text = text, .len = strlen(text), .line = 1, .is_command = session_is_command, .ctx = s };
    text_clear(&v->notice);
    v->notice_bad = false;
    trace_command(v, text);
    stop_forget();
    Status st = run_all(v, &r, &d);
    bool stopped = stop_asked();
    stop_forget();
    if (s->out.len) {
        trace_add(v, s->out.s, s->out.len);
        text_add(&v->notice, s->out.s);
        text_clear(&s->out);
    }
    text_clear(&v->progress);
    if (stopped) loop_noted(SIGINT);
    if (st != OK) fault_show(v, &d);
    view_read(v);
    Face *f = s->face;
    if (f && f->quit) v->leaving = true;
    return st == OK;
}

/* ---- commands of keys ---- */

/* What `w` asks about: the selected weight, or what the stepper shows. */
static void why_subject(const ViewState *v, Text *to)
{
    const StepNow *now = v->now;
    if (v->pane == PANE_WEIGHTS || !now->node || now->E != v->E) {
        if (v->pane == PANE_WEIGHTS && v->n_matrix) view_weight_name(v, to);
        else if (v->E && v->bound) text_add(to, v->E->label);
        return;
    }
    int64_t index[LIMIT_RANK];
    shape_unravel(&now->node->shape, now->at, index);
    text_add(to, now->node->label ? now->node->label : v->E->label);
    for (int i = 0; i < now->node->shape.rank; i++) text_addf(to, "%s%lld", i ? ", " : "[", (long long)index[i]);
    if (now->node->shape.rank) text_addc(to, ']');
}

static void train_command(const ViewState *v, Text *to)
{
    if (!v->net) return;
    text_addf(to, "train %s", v->net_name);
    if (v->data_text) text_addf(to, ", %s", v->data_text);
}

/* The command of a key with its @ filled in; empty: there is nothing to do it to. */
static void command_make(const ViewState *v, const char *pattern, Text *to)
{
    if (!strncmp(pattern, "@E ", 3)) {
        bool begins = v->begin.len > 0, steps = !strcmp(pattern, "@E step");
        if (!v->E) return;
        if (begins) text_add(to, text_str(&v->begin));
        if (!begins) text_add(to, pattern + 3);
        else if (!steps) text_addf(to, "\n%s", pattern + 3);
    } else if (!strcmp(pattern, "@T")) {
        train_command(v, to);
    } else if (!strcmp(pattern, "why @W")) {
        Text about = { 0 };
        why_subject(v, &about);
        if (about.len) text_addf(to, "why %s", text_str(&about));
        if (about.len && v->pane == PANE_WEIGHTS && v->E && v->bound)
            text_addf(to, "\nwhy grad(%s, %s)", v->E->label, text_str(&about));
        text_free(&about);
    } else {
        text_add(to, pattern);
    }
}

static void nothing_to_do(ViewState *v)
{
    text_clear(&v->notice);
    v->notice_bad = true;
    if (v->trouble) text_add(&v->notice, v->trouble);
    else if (!v->net) text_add(&v->notice, "There is no network here to train.");
    else text_addf(&v->notice, "There is no loss to step through: train %s, or leave with q and view %s, DATA.",
                   v->net_name, v->net_name);
}

static bool key_command(ViewState *v, const Key *k)
{
    Text t = { 0 };
    command_make(v, k->command, &t);
    bool good = t.len > 0, why = k->key == 'w', steps = !strncmp(k->command, "@E", 2) || k->key == 'b';
    if (!good) nothing_to_do(v);
    else good = view_run(v, text_str(&t));
    text_clear(&v->explain);
    v->scroll[PANE_EQUATION] = 0;
    if (good && why) text_add(&v->explain, text_str(&v->notice));
    if (good && (why || steps)) text_clear(&v->notice);     /* the equation pane tells it */
    v->selecting = false;
    text_free(&t);
    return good;
}

/* ---- moving the eye ---- */

static void pane_turn(ViewState *v, int by)
{
    do v->pane = (v->pane + by + PANES) % PANES;
    while (v->pane != PANE_EQUATION && !view_panes[v->pane].rows(v, 40));
    v->selecting = v->pane == PANE_WEIGHTS;
    text_clear(&v->explain);
}

static void matrix_turn(ViewState *v, int by)
{
    if (!v->n_matrix) return;
    v->matrix_at = (v->matrix_at + by + v->n_matrix) % v->n_matrix;
    v->row = v->col = 0;
    text_clear(&v->explain);
}

static void weight_move(ViewState *v, int down, int right)
{
    if (!v->n_matrix) return;
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    int64_t rows = m->rows + (m->b != NULL), row = v->row + down, col = v->col + right;
    text_clear(&v->explain);
    v->selecting = true;
    if (row < 0 && v->matrix_at > 0) {
        matrix_turn(v, -1);
        m = &v->matrix[v->matrix_at];
        v->row = m->rows + (m->b != NULL) - 1;
    } else if (row >= rows && v->matrix_at + 1 < v->n_matrix) {
        matrix_turn(v, 1);
    } else {
        v->row = row < 0 ? 0 : row >= rows ? rows - 1 : row;
        v->col = col < 0 ? 0 : col >= m->cols ? m->cols - 1 : col;
    }
}

static void sample_move(ViewState *v, int64_t to)
{
    if (!v->has_rows) return;
    v->row_at = to < 0 ? 0 : to >= v->rows.rows ? v->rows.rows - 1 : to;
    if (!v->bound) view_read(v);     /* E is still ours: it follows */
}

/* Make E of the selected row, and begin. */
static void sample_take(ViewState *v)
{
    if (!v->has_rows) return;
    Text t = { 0 };
    view_row_commands(v, &t);
    if (!t.len) nothing_to_do(v);
    else if (view_run(v, text_str(&t))) text_clear(&v->notice);
    text_clear(&v->explain);
    text_free(&t);
}

static void scroll_by(ViewState *v, int by)
{
    int *at = &v->scroll[v->pane], most = v->pane == PANE_TRACE ? KEEP_LINES : 0;
    if (v->pane == PANE_EQUATION) most = view_panes[v->pane].rows(v, 40);
    if (v->pane == PANE_TRACE) by = -by;
    *at = *at + by < 0 ? 0 : *at + by > most ? most : *at + by;
}

static void arrow(ViewState *v, int key)
{
    int down = key == K_DOWN ? 1 : key == K_UP ? -1 : key == K_PAGE_DOWN ? 10 : key == K_PAGE_UP ? -10 : 0;
    int right = key == K_RIGHT ? 1 : key == K_LEFT ? -1 : 0;
    switch (v->pane) {
    case PANE_NETWORK: matrix_turn(v, down + right); break;
    case PANE_WEIGHTS: weight_move(v, down, right); break;
    case PANE_DATA:
        if (key == K_HOME || key == K_END) sample_move(v, key == K_HOME ? 0 : v->rows.rows - 1);
        else sample_move(v, v->row_at + down + right);
        break;
    default: scroll_by(v, down);
    }
}

static void look(ViewState *v, int key)
{
    switch (key) {
    case 'q': case K_INTERRUPT: case K_CLOSED: v->leaving = true; break;
    case '?': v->helping = true; break;
    case ':': v->typing = true; break;
    case '\t': pane_turn(v, 1); break;
    case K_BACK_TAB: pane_turn(v, -1); break;
    case '[': matrix_turn(v, -1); break;
    case ']': matrix_turn(v, 1); break;
    case '\n': if (v->pane == PANE_DATA) sample_take(v); break;
    case 'k': arrow(v, K_UP); break;
    case 'j': arrow(v, K_DOWN); break;
    case 'h': arrow(v, K_LEFT); break;
    case 'l': arrow(v, K_RIGHT); break;
    case K_UP: case K_DOWN: case K_LEFT: case K_RIGHT: case K_PAGE_UP: case K_PAGE_DOWN:
    case K_HOME: case K_END: arrow(v, key); break;
    default: break;
    }
}

/* ---- the command line ---- */

static void line_append(Text *t, int key)
{
    char s[4];
    int n = key < 0x80 ? 1 : key < 0x800 ? 2 : key < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (int i = n - 1; i > 0; i--, key >>= 6) s[i] = (char)(0x80 | (key & 0x3F));
    s[0] = (char)(lead[n] | key);
    text_addn(t, s, (size_t)n);
}

static void line_backspace(Text *t)
{
    while (t->len && ((unsigned char)t->s[t->len - 1] & 0xC0) == 0x80) t->len--;
    if (t->len) t->len--;
    if (t->s) t->s[t->len] = '\0';
}

static void line_run(ViewState *v)
{
    v->typing = false;
    if (!v->line.len) return;
    text_clear(&v->line_before);
    text_add(&v->line_before, text_str(&v->line));
    text_clear(&v->line);
    text_clear(&v->explain);
    view_run(v, text_str(&v->line_before));
}

static void line_key(ViewState *v, int key)
{
    if (key == '\n') line_run(v);
    else if (key == 27 || key == K_INTERRUPT) v->typing = false, text_clear(&v->line);
    else if (key == K_CLOSED) v->leaving = true;
    else if (key == 127 && !v->line.len) v->typing = false;
    else if (key == 127) line_backspace(&v->line);
    else if (key == 21) text_clear(&v->line);
    else if (key == K_UP) text_clear(&v->line), text_add(&v->line, text_str(&v->line_before));
    else if (key >= ' ' && key < 0x110000 && v->line.len < LIMIT_LINE) line_append(&v->line, key);
}

/* ---- one key ---- */

static const Key *key_find(int key)
{
    for (int i = 0; i < KEYS; i++)
        if (keys[i].key == key && keys[i].command) return &keys[i];
    return NULL;
}

void view_key(ViewState *v, int key)
{
    if (key == K_NONE || key == K_RESIZE) return;
    if (v->typing) {
        line_key(v, key);
        return;
    }
    bool helping = v->helping, ran = v->running;
    v->helping = v->running = false;
    if (ran && (key == ' ' || key == K_INTERRUPT)) return;
    if (helping && key != K_CLOSED && key != K_INTERRUPT) return;
    text_clear(&v->notice);
    v->notice_bad = false;
    const Key *k = key_find(key);
    if (k && key == ' ') v->running = key_command(v, k);
    else if (k) key_command(v, k);
    else look(v, key);
}

/* ---- footer and help ---- */

static int word_columns(const Key *k)
{
    return (int)strlen(k->shown) + 1 + (int)strlen(k->word);
}

/* The largest rank whose words, with all smaller ones, fit. */
static int rank_fitting(int columns)
{
    int rank = 0;
    for (int try = 1; try <= 12; try++) {
        int used = 1;
        for (int i = 0; i < KEYS; i++)
            if (keys[i].rank && keys[i].rank <= try) used += word_columns(&keys[i]) + 2;
        if (used <= columns + 1) rank = try;
    }
    return rank;
}

void view_footer(Canvas *c, int y)
{
    int rank = rank_fitting(c->w), x = 1;
    for (int i = 0; i < KEYS; i++) {
        if (!keys[i].rank || keys[i].rank > rank) continue;
        x += canvas_text(c, (Point){ x, y }, STYLE_KEY, keys[i].shown) + 1;
        x += canvas_text(c, (Point){ x, y }, STYLE_DIM, keys[i].word) + 2;
    }
}

/* One line for each key; where those are too many, words alone in two columns. */
void view_help(Canvas *c)
{
    bool tall = c->h >= KEYS + 3 && c->w >= 60;
    int rows = tall ? KEYS : (KEYS + 1) / 2, width = tall ? 60 : 38;
    if (width > c->w) width = c->w;
    Rect box = { (c->w - width) / 2, (c->h - rows - 2) / 2, width, rows + 2 };
    if (box.y < 0) box.y = 0;
    canvas_fill(c, box, STYLE_NORMAL, ' ');
    canvas_box(c, box, STYLE_FOCUS, "keys (any key: back)");
    for (int i = 0; i < KEYS; i++) {
        Point at = tall ? (Point){ box.x + 2, box.y + 1 + i }
                        : (Point){ box.x + 2 + i / rows * (width / 2 - 1), box.y + 1 + i % rows };
        canvas_text(c, at, STYLE_KEY, keys[i].shown);
        at.x += 8;
        if (tall) canvas_fit(c, at, width - 12, STYLE_NORMAL, keys[i].help);
        else canvas_text(c, at, STYLE_NORMAL, keys[i].word);
    }
}

/* ---- the loop ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A terminal with one screen only would keep the last picture under the prompt. */
static void screen_wipe(void)
{
    Canvas *c = canvas_new(1, 1);
    screen_draw(c);
    canvas_free(c);
}

static void screen_show(ViewState *v)
{
    int w, h;
    screen_size(&w, &h);
    Canvas *c = canvas_new(w, h);
    view_draw(v, c);
    screen_draw(c);
    canvas_free(c);
}

/* While a command works: its line, at most 30 pictures a second; keys that stop it. */
static void show_progress(Session *s, const char *line)
{
    static int64_t last;
    ViewState *v = shown;
    (void)s;
    if (!v || now_ms() - last < FRAME_MS) return;
    text_clear(&v->progress);
    text_add(&v->progress, line ? line : "");
    int key = screen_key(0);
    if (key == 'q' || key == 27 || key == ' ' || key == K_INTERRUPT || key == K_CLOSED) stop_flag = 1;
    if (!stop_asked()) screen_show(v);
    last = now_ms();
}

static void (*watch_before)(Session *, const TrainNow *);

/* The curve as it grows; weights, outputs and gradients follow by themselves. */
static void watch(Session *s, const TrainNow *now)
{
    ViewState *v = shown;
    if (watch_before) watch_before(s, now);
    if (!v || now->epoch > LIMIT_POINTS) return;
    free(v->curve);
    v->n_curve = (int)now->epoch;
    v->curve = mem_new(sizeof *v->curve * (size_t)(v->n_curve + 1));
    if (v->n_curve) memcpy(v->curve, now->loss_history, sizeof *v->curve * (size_t)v->n_curve);
    v->curve_name = "epoch";
    v->epochs = now->epoch;
    if (!stop_asked()) screen_show(v);
}

static void step_run(ViewState *v)
{
    for (int i = 0; i < KEYS; i++)
        if (keys[i].key == ' ') v->running = key_command(v, &keys[i]);
}

static void loop(ViewState *v)
{
    int64_t due = 0;
    while (!v->leaving) {
        screen_show(v);
        int64_t left = v->running ? due - now_ms() : -1;
        int key = v->running && left <= 0 ? K_NONE : screen_key((int)left);
        bool ran = v->running;
        view_key(v, key);
        if (v->running && ran && now_ms() >= due) step_run(v);
        if (v->running && (!ran || now_ms() >= due)) due = now_ms() + STEP_MS;
    }
}

/* The session prints into the view while it is open. */
static void view_loop(ViewState *v)
{
    Session *s = v->s;
    void (*flush)(Session *) = s->flush;
    void (*progress)(Session *, const char *) = s->progress;
    if (flush) flush(s);
    s->flush = take_output;
    s->progress = show_progress;
    watch_before = train_watch;
    train_watch = watch;
    shown = v;
    loop(v);
    shown = NULL;
    train_watch = watch_before;
    s->flush = flush;
    s->progress = progress;
}

/* ---- the command ---- */

static Status as_asked(Call *c, bool *text)
{
    const char *as;
    TRY(call_key_text(c, "as", "screen", &as));
    *text = !strcmp(as, "text");
    if (*text || !strcmp(as, "screen")) return OK;
    return diag_set(c->d, E_NAME, call_key_span(c, "as"), "as= is screen or text, not %s", as);
}

static Status name_asked(Call *c, const char **name)
{
    *name = c->n ? call_name(c, 0) : view_latest(c->s);
    if (*name) return OK;
    if (c->n) {
        diag_set(c->d, E_TYPE, call_span(c, 0), "view shows what has a name");
        return diag_hint(c->d, "Give it one first: E = ..., then view E");
    }
    diag_set(c->d, E_NAME, c->at, "there is nothing to view yet");
    return diag_hint(c->d, "Make a network, for example: xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)");
}

static void twin_print(Session *s, ViewState *v, const Diag *why)
{
    int w = 80, h;
    if (terminal_interactive()) terminal_size(&w, &h);
    if (why) text_addf(&s->out, "# %s; here it is as text\n", why->text);
    view_text(v, w < 40 ? 40 : w > 100 ? 100 : w, !terminal_utf8(), &s->out);
}

/* Commands of the view are statements of their own. */
static void open_screen(Session *s, ViewState *v)
{
    bool nested = s->journal != NULL;
    if (nested) journal_commit(s, true);
    view_loop(v);
    screen_wipe();
    screen_close();
    if (nested) journal_begin(s);
}

static Status run_view(Call *c, Value *out)
{
    (void)out;
    bool text;
    const char *name;
    Value given = value_none();
    Diag why = { 0 };
    TRY(as_asked(c, &text));
    TRY(name_asked(c, &name));
    if (c->n > 1) TRY(call_value(c, 1, &given));
    ViewState *v = view_new(c->s, name, given, c->d);
    if (!v) return c->d->at = call_span(c, 0), c->d->code;
    if (c->n > 1 && !v->has_rows) {
        DataView rows;
        Status st = dataset_view(given, call_span(c, 1), &rows, c->d);
        if (st == OK) dataset_view_free(&rows);
        if (st != OK) return view_free(v), st;
    }
    if (!text && screen_open(&why) == OK) open_screen(c->s, v);
    else twin_print(c->s, v, text ? NULL : &why);
    view_free(v);
    return OK;
}

const Builtin commands_view[] = {
    { .name = "view", .usage = "view [NET|E] [, DATA] [, as=text]", .group = "plots", .keys = "as", .max_args = 2,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_view,
      .help = "The full-screen view of a network or a quantity: its diagram, weights and gradients, the equation at hand, "
              "the loss, the data. Keys name commands: s steps, w asks why, : takes any command, ? tells all, q leaves. "
              "as=text prints the same as text.",
      .example = "xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\nview xor, data(\"xor\"), as=text" },
    { 0 }
};
