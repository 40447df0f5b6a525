/* help.c -- help for every command, function, operator and word of the language.
 *
 * Commands and functions document themselves in their tables, the library in its
 * comments; only the words of the language (equations, blocks, operators) have
 * their page here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "face/repl.h"
#include "face/tables.h"
#include "graph/op.h"

typedef struct {
    const char *names;       /* blank-separated words that lead here */
    const char *title, *text;
} Topic;

static const Topic topics[] = {
    { "= equations equation", "x = EXPR: an equation",
      "y = 2*x stays true: change x, and y follows. Every quantity that it makes can be\n"
      "stepped, explained, plotted and differentiated.\n"
      "    x = 3\n    y = 2*x\n    x <- 5\n    y\n" },
    { "<- assignment arrow", "x <- EXPR: an assignment",
      "Evaluates once, now, and stores the value. Several at once see only old values:\n"
      "    a = 1; b = 2\n    a, b <- b, a\n" },
    { "param parameters", "param w = EXPR: what may be learned",
      "A leaf that update and train may change.\n    param w = 0.5, b = 0\n" },
    { "functions function", "f(x, k=1) = EXPR: a function",
      "A body in { } has named steps; its value is its last line. f' is its derivative;\n"
      "f'(x) = EXPR states one yourself.\n"
      "    f(x) = x^2 + 1\n    f(3)\n    f'(3)\n" },
    { "-> chains chain networks network", "a -> b -> c: a network",
      "x -> f -> g is g(f(x)); layers joined by -> are a network. name: LAYER names a layer.\n"
      "    net = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\n    net([1, 0])\n    net.h.W\n" },
    { "layer layers", "layer NAME(x, ...) = { param W = ...; ... }: a layer",
      "A function with parameters of its own. The input is left out when a layer is made.\n"
      "    layer scale(x) = { param k = 1\n        k*x }\n    s = scale()\n    s([1, 2])\n"
      "state n = 0 is remembered; n <- n + 1 takes effect with every update through the layer.\n" },
    { "training switches switch", "training: 1 while a network is trained, else 0",
      "Layers such as dropout ask for it. train turns it on for its own graph; evaluate and\n"
      "predict never do; set training=1 does for the prompt, step and update.\n"
      "    d = dropout(0.5)\n    d([1, 2, 3])\n    set training=1\n    d([1, 2, 3])\n    set training=0\n" },
    { "convention conventions torch keras", "convention: torch or keras, where the two differ",
      "set convention=keras holds for all definitions, convention=keras for one; the manual\n"
      "lists what differs.\n    leaky_relu(-1)\n    set convention=keras\n    leaky_relu(-1)\n    set convention=torch\n" },
    { "schedules schedule rates", "sgd(lr=step_decay(lr=0.1, every=10)): a rate that changes",
      "A function in the place of an option's number. Its first argument is filled in: the\n"
      "number of epochs so far, or of updates when it is called step. Options go by name.\n"
      "    rate(step) = 0.1/(1 + step)\n    param w = 3\n    E = w^2\n    update E, optimizer=sgd(lr=rate)\n    w\n" },
    { "optimizer state rules", "optimizer NAME(w, g, ...) = { state m = 0; w <- ... }: an update rule",
      "w is a parameter, g its gradient; state is remembered from step to step.\n"
      "    optimizer halves(w, g) = { w <- w - 0.5*g }\n" },
    { "repeat for while if else break in control loops", "repeat N { }  for x in LIST { }  while COND { }  if COND { } else { }",
      "    total <- 0\n    for k in [1, 2, 3] { total <- total + k }\n    total\n" },
    { "+ - * / ^ @ operators arithmetic", "+ - * / ^ @: arithmetic",
      "* works element by element (shapes must fit as in NumPy), @ is the matrix product,\n"
      "^ a power. -2^2 is -(2^2).\n    [[1, 2], [3, 4]] @ [1, 1]\n" },
    { "== != < <= > >= and or not comparisons", "== != < <= > >= and or not: 1 for true, 0 for false",
      "    [1, 2, 3] > 2\n    not 0\n" },
    { "' prime derivative", "f' is the derivative of a function, A' the transpose of a matrix",
      "    f(x) = x^3\n    f'(2)\n    f''(2)\n" },
    { "[ ] indexing index slices slice", "A[i, j], A[0:2, :], A[-1], A[..., 0]: parts of a tensor",
      "Counting begins at 0; negative numbers count from the end.\n"
      "    A = [[1, 2], [3, 4]]\n    A[0, 1]\n    A[:, 0]\n" },
    { "numbers constants pi e inf nan none", "numbers: 2, 0.5, 1e-3; pi, e, inf, nan; none",
      "inf and nan are values; Gradus says where the first one was born.\n    2*pi\n" },
    { NULL, NULL, NULL }
};

static bool word_in(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; *p; p += strcspn(p, " "), p += strspn(p, " "))
        if (n && !strncmp(p, word, n) && (p[n] == ' ' || !p[n])) return true;
    return false;
}

static const Topic *topic_find(const char *word)
{
    for (const Topic *t = topics; t->names; t++)
        if (word_in(t->names, word)) return t;
    return NULL;
}

/* ---- one name ---- */

static void indent(Text *t, const char *lines)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        text_addf(t, "    %.*s\n", (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

/* Text in lines of at most 78 columns. */
static void paragraph(Text *t, const char *words)
{
    size_t column = 0;
    while (*words) {
        size_t n = strcspn(words, " \n");
        if (column && column + n + 1 > 78) text_addc(t, '\n'), column = 0;
        else if (column) text_addc(t, ' '), column++;
        text_addn(t, words, n);
        column += n;
        words += n;
        words += strspn(words, " \n");
    }
    text_addc(t, '\n');
}

static void help_builtin(const Builtin *b, Text *t)
{
    text_addf(t, "%s\n", b->usage);
    paragraph(t, b->help);
    if (b->example && *b->example) {
        text_add(t, "For example:\n");
        indent(t, b->example);
    }
}

static void help_op(const Op *op, Text *t)
{
    text_addf(t, "%s\n%s\n", op->usage, op->help);
    static const char *const by[] = { "a", "b", "c" };
    for (int i = 0; i < op->max_in; i++)
        if (op->slope_text[i]) text_addf(t, "derivative by %s: %s\n", by[i], op->slope_text[i]);
    if (op->max_in > 0 && op->slope_text[0]) text_add(t, "(a, b, c are its arguments in order, y its value)\n");
}

static bool help_value(Session *s, const char *name, Text *t)
{
    Value v = { 0 };
    if (!session_lookup(s, name, &v)) return false;
    bool known = v.kind == V_FUNC && v.func->ast;
    if (known) {
        value_print(t, v, s->format);
        if (t->len && t->s[t->len - 1] != '\n') text_addc(t, '\n');
        char primed[LIMIT_NAME + 4];
        if (strlen(name) < LIMIT_NAME) {
            Value p = { 0 };
            strcpy(primed, name);
            strcat(primed, "'");
            if (session_lookup(s, primed, &p) && p.kind == V_FUNC && p.func->ast) {
                ast_print(t, p.func->ast);
                text_addc(t, '\n');
            }
            value_drop(&p);
        }
    }
    value_drop(&v);
    return known;
}

bool help_name(Session *s, const char *name, Text *t)
{
    const Builtin *b = session_builtin(s, name);
    if (b) return help_builtin(b, t), true;
    const Topic *topic = topic_find(name);
    if (topic) return text_addf(t, "%s\n%s", topic->title, topic->text), true;
    if (help_value(s, name, t)) return true;
    const Op *op = op_find(name);
    if (op && op->kind == OP_ELEMENT) return help_op(op, t), true;
    return false;
}

/* ---- the overview ---- */

typedef struct {
    const char *group, *title;
} Group;

static const Group groups[] = {
    { "stepping", "step" }, { "explaining", "explain" }, { "gradients", "gradients" }, { "training", "train" }, { "data", "data" },
    { "layers", "networks" }, { "plots", "look" }, { "lessons", "learn" }, { "tensors", "tensors" }, { "session", "session" },
    { NULL, NULL }
};

static void overview_row(Session *s, Text *t, const Group *g)
{
    size_t begin = t->len;
    text_addf(t, "%-17s", g->title);
    size_t column = t->len - begin, first = column;
    for (int k = 0; k < s->n_table; k++)
        for (const Builtin *b = s->table[k]; b->name; b++) {
            if (strcmp(b->group, g->group)) continue;
            if (column + strlen(b->name) + 1 > 78) text_add(t, "\n                 "), column = 17, first = 17;
            if (column > first) text_addc(t, ' '), column++;
            text_add(t, b->name);
            column += strlen(b->name);
        }
    if (column == 17) t->len = begin, t->s[begin] = '\0';
    else text_addc(t, '\n');
}

static void prelude_row(Session *s, Text *t, const char *title, const char *file)
{
    int n;
    const char **all = session_names(s, &n);
    size_t column = 17;
    text_addf(t, "%-17s", title);
    for (int i = 0; i < n; i++) {
        Value v = { 0 };
        if (session_builtin(s, all[i]) || !session_lookup(s, all[i], &v)) continue;
        Func *f = v.kind == V_FUNC ? v.func : NULL;
        if (f && f->prelude && strstr(f->src->name, file)) {
            if (column + strlen(all[i]) + 1 > 78) text_add(t, "\n                 "), column = 17;
            text_addf(t, "%s%s", column > 17 ? " " : "", all[i]);
            column += strlen(all[i]) + 1;
        }
        value_drop(&v);
    }
    text_addc(t, '\n');
    free(all);
}

static void overview(Session *s, Text *t)
{
    text_add(t, "Type an equation:  y = 2*x + 1      a command:  step y      more:  help NAME\n\n");
    for (const Group *g = groups; g->group; g++) overview_row(s, t, g);
    static const char *const files[][2] = {
        { "toy data", "toydata.gr" },
        { "activations", "activations.gr" }, { "neurons", "neurons.gr" }, { "layers", "layers.gr" }, { "losses", "losses.gr" },
        { "optimizers", "optimizers.gr" }, { "schedules", "schedules.gr" }, { "initialisers", "initialisers.gr" },
        { "regularisers", "regularisers.gr" }, { "metrics", "metrics.gr" }, { "information", "information.gr" },
        { "misprints", "misprints.gr" }, { "also", "basics.gr" }
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) prelude_row(s, t, files[i][0], files[i][1]);
    text_add(t, "\nThe language: help equations, help functions, help networks, help control,\n"
                "help operators, help indexing. Search: ?? word\n");
}

/* ---- searching ---- */

static bool contains(const char *text, const char *word) { return text && strcasestr(text, word); }

static void search(Session *s, const char *word, Text *t)
{
    size_t before = t->len;
    for (int k = 0; k < s->n_table; k++)
        for (const Builtin *b = s->table[k]; b->name; b++)
            if (contains(b->name, word) || contains(b->help, word)) text_addf(t, "%-16s %s\n", b->name, b->usage);
    int n;
    const char **all = session_names(s, &n);
    for (int i = 0; i < n; i++) {
        Value v = { 0 };
        if (session_builtin(s, all[i]) || !session_lookup(s, all[i], &v)) continue;
        Func *f = v.kind == V_FUNC ? v.func : NULL;
        if (f && f->ast && (contains(all[i], word) || contains(f->ast->doc, word))) {
            const char *doc = f->ast->doc ? f->ast->doc : "";
            text_addf(t, "%-16s %.*s\n", all[i], (int)strcspn(doc, "\n"), doc);
        }
        value_drop(&v);
    }
    free(all);
    if (t->len == before) text_addf(t, "nothing about %s\n", word);
}

static Status unknown_topic(Call *c, const char *name)
{
    int n;
    const char **known = session_names(c->s, &n);
    const char *near = text_nearest(name, known, n);
    diag_set(c->d, E_NAME, call_span(c, 0), "there is no help on %s", name);
    if (near) diag_hint(c->d, "Did you mean %s? To search, type: ?? %s", near, name);
    else diag_hint(c->d, "To search, type: ?? %s", name);
    free(known);
    return E_NAME;
}

static Status run_help(Call *c, Value *out)
{
    (void)out;
    Session *s = c->s;
    if (!c->n) return overview(s, &s->out), OK;
    const Ast *a = c->ast[0];
    const char *name = a && (a->kind == A_NAME || a->kind == A_STR) ? a->text : NULL;
    if (!name) return diag_set(c->d, E_NAME, call_span(c, 0), "help takes one name");
    if (!strncmp(name, "? ", 2)) return search(s, name + 2, &s->out), OK;
    if (name[0] == '?' && name[1]) return search(s, name + 1 + strspn(name + 1, " "), &s->out), OK;
    Binding *b = session_find(s, name);
    if (!b && help_name(s, name, &s->out)) return OK;
    if (!b) return unknown_topic(c, name);
    text_addf(&s->out, "%s is %s of yours; show %s prints its definition.\n", name, value_kind(b->value), name);
    return OK;
}

const Builtin commands_help[] = {
    { .name = "help", .usage = "help [NAME]   ? NAME   ?? word", .group = "session", .max_args = 1, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO,
      .run = run_help, .help = "What a command, function, operator or word of the language does. ?? searches all of it.",
      .example = "help step" },
    { 0 }
};
