/* natives_step.c -- the commands of the stepper.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "learn/learn.h"
#include "teach/natives.h"
#include "teach/stepper.h"

/* ---- step ---- */

static Status optimizer_given(Call *c, Func **rule, Text *named)
{
    Value v;
    *rule = NULL;
    TRY(call_key(c, "optimizer", &v));
    if (v.kind == V_NONE) return OK;
    if (v.kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_key_span(c, "optimizer"),
                        "optimizer= needs an optimizer such as sgd(lr=0.1), not %s", value_kind(v));
    const Ast *typed = NULL;
    for (int i = 0; i < c->n_key; i++)
        if (!strcmp(c->key[i], "optimizer")) typed = c->key_ast[i];
    *rule = session_optimizer(c->s, v, typed);
    if (typed) ast_print(named, typed);
    return OK;
}

static Status run_step(Call *c, Value *out)
{
    (void)out;
    Func *rule;
    Text named = { 0 };
    Node *E = stepper_of(c->s)->E;
    Status st = optimizer_given(c, &rule, &named);
    if (st == OK && c->n) st = call_node(c, 0, &E);
    const char *called = named.len ? text_str(&named) : NULL;
    if (st == OK && E && (c->n || rule)) st = step_begin(c->s, E, rule, called, c->d);
    if (st != OK && c->d->at.from == c->d->at.to) c->d->at = call_span(c, 0);
    text_free(&named);
    learn_stepped(c->s);
    return st == OK ? step_one(c->s, c->d) : st;
}

/* `back` is about the steps again, not about a training. */
static Session *steps(Call *c)
{
    learn_stepped(c->s);
    return c->s;
}

static Status run_next(Call *c, Value *out) { return (void)out, step_quantity(steps(c), c->d); }
static Status run_finish(Call *c, Value *out) { return (void)out, step_finish(steps(c), c->d); }

static Status count_given(Call *c, int64_t otherwise, int64_t *n)
{
    *n = otherwise;
    if (!c->n) return OK;
    TRY(call_int(c, 0, n));
    if (*n >= 1) return OK;
    return diag_set(c->d, E_RANGE, call_span(c, 0), "%s needs a count from 1 on, not %lld",
                    c->row->name, (long long)*n);
}

static Status run_continue(Call *c, Value *out)
{
    (void)out;
    int64_t n;
    TRY(count_given(c, 0, &n));
    return step_continue(steps(c), n, c->d);
}

static Status run_back(Call *c, Value *out)
{
    (void)out;
    int64_t n, epochs = 0;
    TRY(count_given(c, 1, &n));
    TRY(call_key_int(c, "epochs", 0, &epochs));
    if (call_has(c, "epochs") && (c->n || epochs < 1))
        return diag_set(c->d, E_RANGE, call_key_span(c, "epochs"), "back needs a count of updates, or epochs= from 1 on");
    if (!learn_latest(c->s) && !epochs) return step_back(c->s, n, c->d);
    return train_back(c->s, epochs ? epochs : n, epochs > 0, c->d);
}

/* ---- breaks ---- */

static bool is_comparison(const Ast *a)
{
    static const char *const sign[] = { "<", "<=", ">", ">=", "==", "!=" };
    for (size_t i = 0; a->kind == A_BINARY && i < sizeof sign / sizeof *sign; i++)
        if (!strcmp(a->text, sign[i])) return true;
    return false;
}

static Status add(Call *c, BreakKind kind)
{
    Node *n;
    Text text = { 0 }, side = { 0 };
    TRY(call_node(c, 0, &n));
    const Ast *a = c->ast[0];
    if (a) ast_print(&text, a);
    else text_add(&text, n->label ? n->label : "it");
    if (a && kind == BREAK_WHEN && is_comparison(a)) ast_print(&side, a->kid[0]);
    const char *left = side.len ? text_str(&side) : NULL;
    Status st = breaks_add(c->s, kind, text_str(&text), left, n, c->d);
    if (st != OK && c->d->at.from == c->d->at.to) c->d->at = call_span(c, 0);
    text_free(&text);
    text_free(&side);
    return st;
}

static Status run_break(Call *c, Value *out) { return (void)out, add(c, BREAK_WHEN); }
static Status run_watch(Call *c, Value *out) { return (void)out, add(c, BREAK_WATCH); }
static Status run_display(Call *c, Value *out) { return (void)out, add(c, BREAK_DISPLAY); }

static Status run_breaks(Call *c, Value *out)
{
    (void)out;
    breaks_list(c->s, &stepper_of(c->s)->breaks);
    return OK;
}

static Status run_clear(Call *c, Value *out)
{
    (void)out;
    int64_t n;
    TRY(count_given(c, 0, &n));
    int number = n > 1 << 30 ? 1 << 30 : (int)n;
    Status st = breaks_clear(c->s, &stepper_of(c->s)->breaks, number, c->d);
    if (st != OK) c->d->at = call_span(c, 0);
    return st;
}

/* ---- TABLE ---- */

#define MOVE BUILTIN_COMMAND | BUILTIN_STEPPING
#define LIST BUILTIN_COMMAND | BUILTIN_NO_UNDO
#define NET "param w = 0.5\nE = (2*w - 3)^2\n"

const Builtin natives_step[] = {
    { .name = "step", .usage = "step [E] [, optimizer=sgd(lr=0.1)]", .group = "stepping",
      .keys = "optimizer", .max_args = 1, .flags = MOVE, .run = run_step,
      .help = "The next single equation: name, formula, numbers put in, result. Walks forward to "
              "E, backward through the gradients, through the update of every parameter, and on "
              "to the next pass. An empty line repeats it.",
      .example = NET "step E\nstep\nstep" },
    { .name = "next", .usage = "next", .group = "stepping", .flags = MOVE, .run = run_next,
      .help = "The rest of the quantity at hand, such as a whole layer, at once.",
      .example = NET "step E\nnext" },
    { .name = "finish", .usage = "finish", .group = "stepping", .flags = MOVE, .run = run_finish,
      .help = "The rest of this phase: forward up to E, backward to all gradients, or the whole "
              "update.",
      .example = NET "step E\nfinish\nfinish" },
    { .name = "continue", .usage = "continue [PASSES]", .group = "stepping", .max_args = 1,
      .flags = MOVE, .run = run_continue,
      .help = "Runs on, updates included, until a break or watch stops it; without any, one whole "
              "pass; continue 10 runs ten passes at most.",
      .example = NET "step E\nbreak when E < 1\ncontinue" },
    { .name = "back", .usage = "back [N] or back epochs=N", .group = "stepping",
      .keys = "epochs", .max_args = 1, .flags = MOVE, .run = run_back,
      .help = "One equation back, or N. Going back over an update restores the numbers from before "
              "it exactly. After a training it takes back its last update, or N, or the last epochs.",
      .example = NET "step E\nstep\nback\n"
                 "net = input(2) -> dense(1)\ntrain net, data(\"xor\"), epochs=10\nback epochs=3" },
    { .name = "break", .usage = "break when CONDITION", .group = "stepping", .min_args = 1,
      .max_args = 1, .flags = LIST, .run = run_break,
      .help = "Stops `continue` when the condition becomes true. Any expression will do.",
      .example = NET "break when abs(grad(E, w)) < 1\nbreak when nan(E)" },
    { .name = "watch", .usage = "watch X", .group = "stepping", .min_args = 1, .max_args = 1,
      .flags = LIST, .run = run_watch,
      .help = "Stops `continue` when X changes, and says from what to what.",
      .example = NET "watch w" },
    { .name = "display", .usage = "display X", .group = "stepping", .min_args = 1, .max_args = 1,
      .flags = LIST, .run = run_display, .help = "Shows X at every stop of the stepper.",
      .example = NET "display 2*w" },
    { .name = "breaks", .usage = "breaks", .group = "stepping", .flags = LIST, .run = run_breaks,
      .help = "Lists breaks, watches and displays with their numbers.",
      .example = NET "watch w\nbreaks" },
    { .name = "clear", .usage = "clear [N]", .group = "stepping", .max_args = 1, .flags = LIST,
      .run = run_clear, .help = "Removes break, watch or display number N, or all of them.",
      .example = NET "watch w\nclear 1" },
    { 0 }
};
