/* commands.c -- TABLE of the commands that look around and change one's mind:
 * names, show, print, digits, seed, forget, undo, redo, run, set, quit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "face/repl.h"
#include "face/tables.h"
#include "learn/dataset.h"

/* ---- names ---- */

static const char *kind_word(const Binding *b)
{
    switch (b->kind) {
    case B_PARAM: return "param";
    case B_EQUATION: return "equation";
    default: break;
    }
    const char *kind = value_kind(b->value);              /* "a network": without its article */
    return b->value.kind == V_NODE && b->kind != B_LEAF ? "equation" : strchr(kind, ' ') ? strchr(kind, ' ') + 1 : kind;
}

/* `param w = 0.5` needs no "# 0.5" behind it as long as w is 0.5. */
static bool says_itself(const Binding *b, const char *value)
{
    return b->ast && b->ast->n && b->ast->kid[0]->kind == A_NUM && b->ast->kid[0]->text && !strcmp(b->ast->kid[0]->text, value);
}

static void name_line(Session *s, const Binding *b, Diag *d)
{
    text_addf(&s->out, "%-10s ", kind_word(b));
    if (b->ast && b->kind != B_LEAF) {
        Text line = { 0 };
        ast_print(&line, b->ast);
        size_t n = strcspn(text_str(&line), "\n");
        text_addn(&s->out, text_str(&line), n);
        if (n < line.len) text_add(&s->out, " ... }");
        text_free(&line);
    } else {
        text_add(&s->out, b->name);
    }
    Node *n = b->value.kind == V_NODE ? b->value.node : NULL;
    char buf[SHAPE_TEXT], num[NUM_TEXT];
    if (n && n->shape.rank) text_addf(&s->out, "%s# shape %s", "  ", shape_print(buf, &n->shape));
    else if (n && node_eval(n, d) && (b->kind == B_LEAF || !says_itself(b, num_print(num, n->val[0], s->format)))) text_addf(&s->out, !b->ast || b->kind == B_LEAF ? " = %s" : "  # %s", num_print(num, n->val[0], s->format));
    text_addc(&s->out, '\n');
}

static Status run_names(Call *c, Value *out)
{
    (void)out;
    int n;
    Binding **all = session_bindings(c->s, &n);
    for (int i = 0; i < n; i++) name_line(c->s, all[i], c->d);
    if (!n) text_add(&c->s->out, "no names yet; make one: x = 2\n");
    free(all);
    return OK;
}

/* ---- show ---- */

static void show_doc(Session *s, const Ast *a)
{
    for (const char *p = a->doc; p && *p;) {
        size_t n = strcspn(p, "\n");
        text_addf(&s->out, "# %.*s\n", (int)n, p);
        p += n + (p[n] == '\n');
    }
}

static Status show_binding(Call *c, Binding *b)
{
    Session *s = c->s;
    if (b->ast) {
        show_doc(s, b->ast);
        if (b->ast->kind == S_DECL) text_add(&s->out, "param ");
        ast_print(&s->out, b->ast);
        text_addc(&s->out, '\n');
        if (b->value.kind != V_NODE) return OK;
    }
    Node *n = b->value.node;
    if (!node_eval(n, c->d)) return c->d->code;
    text_addf(&s->out, n->shape.rank > 1 ? "%s =\n" : "%s = ", b->name);
    value_print(&s->out, b->value, s->format);
    if (s->out.s[s->out.len - 1] != '\n') text_addc(&s->out, '\n');
    return OK;
}

static Status run_show(Call *c, Value *out)
{
    (void)out;
    const char *name = call_name(c, 0);
    Value v;
    if (!name && c->ast[0] && c->ast[0]->kind == A_STR && c->row->flags & BUILTIN_COMMAND) name = c->ast[0]->text;
    Binding *b = name ? session_find(c->s, name) : NULL;
    bool table = b && b->value.kind == V_RECORD && !strcmp(b->value.record->type, "dataset");
    bool defined = b && (b->ast || b->value.kind == V_NODE);     /* history is neither */
    if (defined && !table) return show_binding(c, b);
    if (!b && name && help_name(c->s, name, &c->s->out)) return OK;
    TRY(call_value(c, 0, &v));
    if (v.kind == V_RECORD && !strcmp(v.record->type, "dataset")) {
        dataset_print(&c->s->out, v.record, 10, c->s->format);
        return OK;
    }
    if (v.kind == V_NODE && !node_eval(v.node, c->d)) return c->d->code;
    value_print(&c->s->out, v, c->s->format);
    if (c->s->out.len && c->s->out.s[c->s->out.len - 1] != '\n') text_addc(&c->s->out, '\n');
    return OK;
}

/* ---- print ---- */

static void print_rows(Text *t, const Shape *s, const double *v, NumFormat f)
{
    int64_t row = s->rank ? s->dim[s->rank - 1] : 1, n = shape_len(s);
    for (int64_t i = 0; i < n; i++) {
        text_num(t, v[i], f);
        text_add(t, (i + 1) % row ? " " : "\n");
    }
}

static Status run_print(Call *c, Value *out)
{
    (void)out;
    for (int i = 0; i < c->n; i++) {
        Value v;
        TRY(call_value(c, i, &v));
        if (v.kind == V_STR) {
            text_addf(&c->s->out, "%s\n", v.str->s);
        } else if (v.kind == V_NODE) {
            const double *val = node_eval(v.node, c->d);
            if (!val) return c->d->code;
            print_rows(&c->s->out, &v.node->shape, val, c->s->format);
        } else {
            value_print(&c->s->out, v, c->s->format);
            if (!c->s->out.len || c->s->out.s[c->s->out.len - 1] != '\n') text_addc(&c->s->out, '\n');
        }
    }
    return OK;
}

/* ---- digits, seed, set ---- */

static Status run_digits(Call *c, Value *out)
{
    (void)out;
    static const struct { const char *name; NumMode mode; int least; } modes[] = {
        { "sig", NUM_SIG, 1 }, { "round", NUM_ROUND, 0 }, { "trunc", NUM_TRUNC, 0 }
    };
    const char *mode;
    int64_t n;
    TRY(call_int(c, 0, &n));
    TRY(call_key_text(c, "mode", "sig", &mode));
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(mode, modes[i].name)) continue;
        if (n < modes[i].least || n > 17)
            return diag_set(c->d, E_RANGE, call_span(c, 0), "digits go from %d to 17 with mode=%s, not %lld", modes[i].least, mode, (long long)n);
        c->s->format = (NumFormat){ modes[i].mode, (int)n };
        return OK;
    }
    diag_set(c->d, E_NAME, call_key_span(c, "mode"), "there is no mode %s", mode);
    return diag_hint(c->d, "mode is sig (significant digits), round or trunc (decimals, rounded or cut).");
}

static Status run_seed(Call *c, Value *out)
{
    (void)out;
    int64_t n;
    const char *stream;
    TRY(call_int(c, 0, &n));
    TRY(call_key_text(c, "stream", "numpy", &stream));
    if (n < 0 || n > 4294967295)
        return diag_set(c->d, E_RANGE, call_span(c, 0), "a seed goes from 0 to 4294967295, not %lld", (long long)n);
    bool torch = !strcmp(stream, "torch");
    if (!torch && strcmp(stream, "numpy"))
        return diag_set(c->d, E_NAME, call_key_span(c, "stream"), "stream is numpy or torch, not %s", stream);
    c->s->rng.torch = torch;
    rng_seed(&c->s->rng, (uint32_t)n);
    return OK;
}

static Status set_switch(Call *c, const char *key, Node *leaf)
{
    double v;
    TRY(call_key_number(c, key, leaf->val[0], &v));
    if (v != 0 && v != 1)
        return diag_set(c->d, E_RANGE, call_key_span(c, key), "%s= is 0 (use) or 1 (training)", key);
    if (v != leaf->val[0]) session_set_leaf(c->s, leaf, &v);
    return OK;
}

static Status set_convention(Call *c)
{
    static const char *const name[] = { "torch", "keras" };
    const char *word;
    Node *leaf = c->s->convention;
    TRY(call_key_text(c, "convention", name[leaf->val[0] != 0], &word));
    double v = !strcmp(word, name[1]);
    if (v == 0 && strcmp(word, name[0]))
        return diag_set(c->d, E_RANGE, call_key_span(c, "convention"), "convention= is torch or keras, not %s", word);
    if (v != leaf->val[0]) session_set_leaf(c->s, leaf, &v);
    return OK;
}

static Status set_safe(Call *c)
{
    if (!c->s->safe || !(call_has(c, "memory") || call_has(c, "plot"))) return OK;
    diag_set(c->d, E_NAME, c->at, "set memory= and plot= are not available in a lesson");
    return diag_hint(c->d, "A lesson can compute and draw on the screen, and nothing else.");
}

static Status set_memory(Call *c)
{
    int64_t mib;
    TRY(call_key_int(c, "memory", (int64_t)(mem_budget() >> 20), &mib));
    if (mib < 16 || mib > 1 << 24)
        return diag_set(c->d, E_RANGE, call_key_span(c, "memory"), "memory= is in MiB, from 16 to %d", 1 << 24);
    if (call_has(c, "memory")) mem_set_budget((size_t)mib << 20);
    return OK;
}

static Status set_plot(Call *c, const char **place)
{
    static const char *const places[] = { "auto", "window", "terminal", "text", NULL };
    Face *f = c->s->face;                /* NULL: a session without a screen */
    const char *to;
    *place = NULL;
    TRY(call_key_text(c, "plot", f && f->plot_to ? f->plot_to : "auto", &to));
    for (int i = 0; places[i]; i++)
        if (!strcmp(to, places[i])) *place = places[i];
    if (!*place) return diag_set(c->d, E_NAME, call_key_span(c, "plot"), "plot= is auto, window, terminal or text, not %s", to);
    if (f) f->plot_to = *place;
    return OK;
}

static Status set_view(Call *c)
{
    Face *f = c->s->face;
    const char *view;
    TRY(call_key_text(c, "view", f && f->big ? "big" : "all", &view));
    bool big = !strcmp(view, "big");
    if (!big && strcmp(view, "all") != 0)
        return diag_set(c->d, E_NAME, call_key_span(c, "view"), "view= is all or big, not %s", view);
    if (f) f->big = big;
    return OK;
}

/* precision= and threads=, checked before anything is changed. */
static Status set_speed(Call *c, bool *single, int64_t *threads)
{
    const char *precision;
    TRY(call_key_text(c, "precision", *single ? "single" : "double", &precision));
    TRY(call_key_int(c, "threads", *threads, threads));
    *single = !strcmp(precision, "single");
    if (!*single && strcmp(precision, "double"))
        return diag_set(c->d, E_NAME, call_key_span(c, "precision"), "precision= is double or single, not %s", precision);
    if (call_has(c, "threads") && (*threads < 1 || *threads > LIMIT_THREADS))
        return diag_set(c->d, E_RANGE, call_key_span(c, "threads"), "threads= is a whole number from 1 to %d", LIMIT_THREADS);
    return OK;
}

static void set_print(Session *s, const char *place)
{
    text_addf(&s->out, "memory=%lld  # MiB\nplot=%s\nconvention=%s\ntraining=%d\nprecision=%s\n",
              (long long)(mem_budget() >> 20), place, s->convention->val[0] != 0 ? "keras" : "torch",
              s->training->val[0] != 0, s->single ? "single" : "double");
    if (s->threads) text_addf(&s->out, "threads=%d\n", s->threads);
    else text_add(&s->out, "threads: one for each core\n");
}

static Status run_set(Call *c, Value *out)
{
    (void)out;
    const char *place;
    bool single = c->s->single;
    int64_t threads = c->s->threads;
    TRY(set_safe(c));
    TRY(set_speed(c, &single, &threads));
    TRY(set_switch(c, "training", c->s->training));
    TRY(set_convention(c));
    TRY(set_memory(c));
    TRY(set_view(c));
    TRY(set_plot(c, &place));
    c->s->single = single;
    c->s->threads = (int)threads;
    if (!c->n_key) set_print(c->s, place);
    return OK;
}

/* ---- forget, undo, redo, run, quit ---- */

static Status run_forget(Call *c, Value *out)
{
    (void)out;
    for (int i = 0; i < c->n; i++) {
        const char *name = call_name(c, i);
        if (!name) return diag_set(c->d, E_NAME, call_span(c, i), "forget takes names");
        Status st = session_forget(c->s, name, c->d);
        if (st != OK) return c->d->at = call_span(c, i), st;
    }
    return OK;
}

static Status run_undo(Call *c, Value *out)
{
    (void)out;
    return session_undo(c->s, c->d);
}

static Status run_redo(Call *c, Value *out)
{
    (void)out;
    return session_redo(c->s, c->d);
}

static Status run_run(Call *c, Value *out)
{
    (void)out;
    const char *path;
    size_t len;
    int line = 0;
    TRY(call_text(c, 0, &path));
    char *text = file_text(path, (size_t)64 << 20, &len, c->d);
    if (!text) return c->d->at = call_span(c, 0), c->d->code;
    static int depth;
    bool echo = c->s->echo;
    if (depth >= 16) {
        free(text);
        return diag_set(c->d, E_LIMIT, call_span(c, 0), "scripts that run scripts deeper than 16");
    }
    depth++;
    c->s->echo = false;
    Diag inner = { 0 };
    Status st = session_run_text(c->s, path, text, &inner, &line);
    depth--;
    c->s->echo = echo;
    free(text);
    if (st == OK) return OK;
    diag_set(c->d, st, call_span(c, 0), "%s:%d: %.500s", path, line, inner.text);
    if (inner.hint[0]) diag_hint(c->d, "%s", inner.hint);
    return st;
}

static Status run_quit(Call *c, Value *out)
{
    (void)out;
    ((Face *)c->s->face)->quit = true;
    return OK;
}

const Builtin commands_session[] = {
    { .name = "names", .usage = "names", .group = "session", .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_names,
      .help = "All your names: what kind each is, its definition and its value or shape.", .example = "x = 2\nnames" },
    { .name = "show", .usage = "show NAME", .group = "session", .min_args = 1, .max_args = 1, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO,
      .run = run_show,
      .help = "The definition behind a name: your own, or the library's (show adam); a data set as a table.",
      .example = "show sigmoid" },
    { .name = "print", .usage = "print EXPR, ...", .group = "session", .min_args = 1, .max_args = -1, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO,
      .run = run_print, .help = "Values alone, one per line, tensors row by row. With digits 17 they read back exactly.",
      .example = "print 1/3, [[1, 2], [3, 4]]" },
    { .name = "digits", .usage = "digits N [, mode=sig|round|trunc]", .group = "session", .keys = "mode", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND, .run = run_digits,
      .help = "How numbers are shown: N significant digits (sig, at first 6), or N decimals rounded or cut. Arithmetic stays exact.",
      .example = "digits 5, mode=trunc\n2/3\ndigits 6" },
    { .name = "seed", .usage = "seed N [, stream=numpy|torch]", .group = "session", .keys = "stream", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND, .run = run_seed,
      .help = "Start the random numbers anew. The same seed gives the same numbers everywhere: uniform draws what NumPy's "
              "RandomState(N) draws, or with stream=torch torch's double uniforms.",
      .example = "seed 42\nuniform(3)" },
    { .name = "set", .usage = "set [convention=torch|keras] [, training=0|1] [, memory=MIB] [, plot=auto|window|terminal|text] "
               "[, precision=double|single] [, threads=N] [, view=all|big]",
      .group = "session", .keys = "memory plot convention training precision threads view", .max_args = 0, .flags = BUILTIN_COMMAND, .run = run_set,
      .help = "convention: whose definitions hold where PyTorch and Keras differ (see the manual). training=1: layers such as "
              "dropout behave at the prompt, and when stepping, as train lets them. memory: the budget for tensors. plot: where "
              "plots go. precision: whether training computes with doubles or floats. threads: how many it may use; the "
              "numbers do not depend on it. view=big: views show few and large numbers with high contrast, for the back "
              "row of a class. Alone it shows all.",
      .example = "set convention=keras\nset convention=torch" },
    { .name = "forget", .usage = "forget NAME, ...", .group = "session", .min_args = 1, .max_args = -1, .flags = BUILTIN_COMMAND,
      .run = run_forget, .help = "Remove names that nothing else depends on.", .example = "x = 2\nforget x" },
    { .name = "undo", .usage = "undo", .group = "session", .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_undo,
      .help = "Take back the last statement that changed something, again and again.", .example = "x = 2\nx <- 3\nundo\nx" },
    { .name = "redo", .usage = "redo", .group = "session", .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_redo,
      .help = "Do again what undo took back.", .example = "x = 2\nx <- 3\nundo\nredo\nx" },
    { .name = "run", .usage = "run \"FILE\"", .group = "session", .min_args = 1, .max_args = 1, .flags = BUILTIN_COMMAND | BUILTIN_UNSAFE,
      .run = run_run, .help = "Run a script as one statement: if it fails, nothing of it stays.", .example = "" },
    { .name = "quit", .usage = "quit", .group = "session", .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_quit,
      .help = "Leave Gradus. Ctrl-D does the same.", .example = "" },
    { 0 }
};
