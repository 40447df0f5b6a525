/* view_run.c -- running commands in a view, the loop, and the command `view`.
 *
 * Commands run as at the prompt, each a step of undo. The command `view` itself is a
 * statement that has not ended, so it closes its own journal first and opens a new
 * one at its end. While the view is open, all that the session prints goes into it.
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
#include "face/lessons.h"
#include "face/repl.h"
#include "face/screen.h"
#include "face/tables.h"
#include "face/term.h"
#include "face/view.h"
#include "face/view_own.h"
#include "graph/journal.h"

enum { STEP_MS = 200, FRAME_MS = 33, TRACE_MOST = 64 << 10, NOTICE_MOST = 16 << 10 };

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

static void output_add(ViewState *v, Text *out)
{
    if (!out->len) return;
    trace_add(v, out->s, out->len);
    if (v->notice.len < NOTICE_MOST) text_addn(&v->notice, out->s, out->len);
    text_clear(out);
}

/* What a command prints while it runs; at its end view_run takes the rest. */
static void take_output(Session *s)
{
    if (shown) output_add(shown, &s->out);
}

static void fault_show(ViewState *v, const Diag *d)
{
    text_clear(&v->notice);
    v->notice_bad = d->code != E_STOP;
    text_addf(&v->notice, "%s%s%s%s", v->notice_bad ? "error: " : "", d->text,
              d->hint[0] ? ". " : "", d->hint);
    text_addf(&v->trace, "%s\n", text_str(&v->notice));
}

/* What needs the prompt cannot run here. */
static Status refuse(const Source *src, Diag *d)
{
    static const char *const asking[] = { "guess", "lesson", "demo", "hint", "skip", "again",
                                         "leave" };
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (src->tree->kind == S_COMMAND && !strcmp(src->tree->text, asking[i])) {
            diag_set(d, E_NAME, src->tree->at, "%s needs the prompt", asking[i]);
            return diag_hint(d, "Leave the view with q first.");
        }
    return OK;
}

/* "goto epoch120": where in the history one stands from now on, and what is left. */
static void moment_note(ViewState *v, const char *text)
{
    long long epoch;
    char end;
    if (sscanf(text, "goto epoch%lld%c", &epoch, &end) != 1 || v->notice_bad) return;
    v->moment = epoch < v->past_epochs ? epoch : -1;
    if (epoch <= v->past_epochs) v->rest = v->total - epoch;
}

static Status run_text(ViewState *v, const char *text, Diag *d);

/* A training with an optimizer that has no name: named first, so that it can be paused
 * and its rate changed. */
static Status run_one(ViewState *v, Source *src, Diag *d)
{
    Text named = { 0 };
    Status st;
    TRY(refuse(src, d));
    if (view_train_rewrite(v, src->tree, &named)) {
        output_add(v, &v->s->out);
        trace_command(v, text_str(&named));
        st = run_text(v, text_str(&named), d);
        text_free(&named);
        return st;
    }
    view_train_begins(v, src->tree);
    st = session_run(v->s, src, d);
    if (st == OK) view_train_ended(v, src->tree);
    return st;
}

static Status run_text(ViewState *v, const char *text, Diag *d)
{
    Reader r = { .name = "view", .text = text, .len = strlen(text), .line = 1,
                 .is_command = session_is_command,
                 .near_command = session_near_command, .ctx = v->s };
    for (;;) {
        Source *src = NULL;
        Status st = parse_next(&r, &src, d);
        if (st == OK && !src) return OK;
        if (st == OK) st = run_one(v, src, d);
        source_drop(src);
        if (st != OK) return st;
    }
}

/* keep: what was said before is still to be read. */
static bool run_now(ViewState *v, const char *text, bool keep)
{
    Session *s = v->s;
    Diag d = { 0 };
    if (!keep) text_clear(&v->notice), v->notice_bad = false;
    trace_command(v, text);
    stop_forget();
    v->known = false;
    Status st = run_text(v, text, &d);
    view_train_over(v);
    stop_forget();
    loop_noted(SIGINT);              /* a Ctrl-C till now was meant for the command */
    output_add(v, &s->out);
    text_clear(&v->progress);
    v->training = false;
    if (st != OK) fault_show(v, &d);
    moment_note(v, text);
    view_read(v);
    v->joins = false;
    Face *f = s->face;
    if (f && f->quit) v->leaving = true;
    return st == OK;
}

/* ---- what came while training ---- */

/* After such a line training goes on; not after one that steps, or trains itself. */
static bool line_goes_on(ViewState *v, const char *text)
{
    static const char *const stay[] = { "train", "goto", "why", "derive", "quit", "reset", "evaluate" };
    size_t n = strcspn(text, " \t,(");
    char *word = mem_strn(text, n);
    const Builtin *row = session_builtin(v->s, word);
    bool on = !(row && row->flags & BUILTIN_STEPPING);
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++) on = on && strcmp(word, stay[i]) != 0;
    free(word);
    return on;
}

static void run_waiting(ViewState *v)
{
    int key = v->waiting_key;
    bool on = v->goes_on, good = true;
    char *text = mem_str(text_str(&v->waiting));
    v->waiting_key = 0;
    text_clear(&v->waiting);
    if (key) view_key(v, key), good = !v->notice_bad;
    else good = run_now(v, text, false);
    free(text);
    Text resume = { 0 };
    if (on && !v->leaving && view_train_resume(v, &resume)) {
        v->joins = true;
        run_now(v, text_str(&resume), !good);
        v->joins = false;
    }
    text_free(&resume);
}

static void waiting_drain(ViewState *v)
{
    if (v->draining) return;
    v->draining = true;
    while ((v->waiting_key || v->waiting.len) && !v->leaving) run_waiting(v);
    v->draining = false;
}

bool view_run(ViewState *v, const char *text)
{
    if (v->training) {
        text_clear(&v->waiting);
        text_add(&v->waiting, text);
        v->waiting_key = 0;
        v->goes_on = line_goes_on(v, text);
        if (v->direct) stop_flag = 1;
        else v->hurry = true;
        return true;
    }
    bool good = run_now(v, text, false);
    waiting_drain(v);
    return good;
}

/* ---- demos ---- */

enum { SCRIPT_MOST = 32 << 10 };

/* Colours are for the prompt: here the pane has its own. */
bool view_says(const Text *t)
{
    if (!shown) return false;
    Text *to = &shown->script;
    for (size_t i = 0; i < t->len; i++) {
        if (t->s[i] == 27)
            while (i < t->len && t->s[i] != 'm') i++;
        else text_addc(to, t->s[i]);
    }
    shown->scroll[PANE_SCRIPT] = 0;
    if (to->len > SCRIPT_MOST) {
        char *rest = mem_str(to->s + to->len / 2);
        text_clear(to);
        text_add(to, rest);
        free(rest);
    }
    return true;
}

void view_demo(ViewState *v, bool back)
{
    text_clear(&v->notice);
    text_clear(&v->explain);
    text_addc(&v->script, '\n');
    stop_forget();
    v->known = false;
    v->hurry = v->blind = back;
    if (back) lessons_back(v->s);
    else if (!lessons_enter(v->s)) text_add(&v->notice, "That was the last piece: b goes back, q leaves.");
    stop_forget();
    loop_noted(SIGINT);
    text_clear(&v->s->out);
    text_clear(&v->progress);
    view_train_over(v);
    v->training = false;
    view_read(v);
    v->joins = false;
    waiting_drain(v);
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

void view_show(ViewState *v)
{
    int w, h;
    screen_size(&w, &h);
    Canvas *c = canvas_new(w, h);
    view_draw(v, c);
    screen_draw(c);
    canvas_free(c);
}

/* While a command works: its line, at most 30 pictures a second; keys that stop it.
 * Training has its own pictures. */
static void show_progress(Session *s, const char *line)
{
    static int64_t last;
    ViewState *v = shown;
    (void)s;
    if (!v || (!v->training && now_ms() - last < FRAME_MS)) return;
    text_clear(&v->progress);
    text_add(&v->progress, line ? line : "");
    if (v->training) return;
    int key = screen_key(0);
    if (key == 'q' || key == 27 || key == ' ' || key == K_INTERRUPT || key == K_CLOSED)
        stop_flag = 1;
    if (!stop_asked()) view_show(v);
    last = now_ms();
}

static void loop(ViewState *v)
{
    int64_t due = 0;
    while (!v->leaving) {
        view_show(v);
        int64_t left = v->running ? due - now_ms() : -1;
        int key = v->running && left <= 0 ? K_NONE : screen_key((int)left);
        bool ran = v->running;
        view_key(v, key);
        if (v->running && ran && now_ms() >= due) view_tick(v);
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
    shown = v;
    view_train_open(v);
    if (lessons_demo()) {
        text_add(&v->script, "SPACE plays the next piece, b takes one back, : is live.\n");
        if (map_has(v)) v->pane = PANE_MAP;
    }
    loop(v);
    view_train_close();
    shown = NULL;
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
    return diag_hint(c->d, "Make a network, for example: "
                           "xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)");
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
    if (c->s->safe && !text && !shown && c->s->running && lessons_view(c->s->running->text)) return OK;
    TRY(name_asked(c, &name));
    if (c->n > 1) TRY(call_value(c, 1, &given));
    ViewState *v = view_new(c->s, name, given, c->d);
    if (!v) return c->d->at = call_span(c, 0), c->d->code;
    if (shown && !text) {                 /* the view looks at something else from now on */
        view_turn_to(shown, name, given);
        return view_free(v), OK;
    }
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

/* So that a class can follow. Nothing waits where nobody looks. */
static Status run_wait(Call *c, Value *out)
{
    (void)out;
    double s;
    const Face *f = c->s->face;
    TRY(call_number(c, 0, &s));
    if (!(s >= 0 && s <= 60))
        return diag_set(c->d, E_RANGE, call_span(c, 0), "wait takes seconds from 0 to 60");
    if (shown) return view_wait(shown, s), OK;
    if (!f || !f->prompt) return OK;
    for (int64_t end = now_ms() + (int64_t)(s * 1000); now_ms() < end && !stop_asked();)
        loop_wait(-1, (int)(end - now_ms()));
    return OK;
}

const Builtin commands_view[] = {
    { .name = "view", .usage = "view [NET|E] [, DATA] [, as=text]", .group = "plots",
      .keys = "as", .max_args = 2, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_view,
      .help = "The full-screen view of a network or a quantity: its diagram, weights and "
              "gradients, the equation at hand, the loss, the data. Keys name commands: s steps, "
              "w asks why, : takes any command, ? tells all, q leaves. as=text prints the same "
              "as text.",
      .example = "xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\n"
                 "view xor, data(\"xor\"), as=text" },
    { .name = "wait", .usage = "wait SECONDS", .group = "plots", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_wait,
      .help = "Waits, so that a class can follow what a loop does in a view or at the prompt. Where "
              "nobody looks, in a script, it does not wait.",
      .example = "repeat 3 { wait 0.1 }" },
    { 0 }
};
