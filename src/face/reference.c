/* reference.c -- the reference part of the manual, written by the program itself.
 *
 * The library's chapter comes from the comments and definitions of the prelude,
 * the other ones from the tables of commands, functions and operations and from
 * limits.h. So a new row or definition is in the manual by being there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/reference.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "graph/op.h"
#include "graph/prelude.h"

/* ---- Texinfo ---- */

static void texi_addn(Text *t, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strchr("@{}", s[i])) text_addc(t, '@');
        text_addc(t, s[i]);
    }
}

static void texi_add(Text *t, const char *s) { texi_addn(t, s, strlen(s)); }

/* Sentences, in which `...` is code. */
static void prose_addn(Text *t, const char *s, size_t n)
{
    bool code = false;
    while (n) {
        const char *quote = memchr(s, '`', n);
        size_t k = quote ? (size_t)(quote - s) : n;
        texi_addn(t, s, k);
        if (quote) {
            code = !code;
            text_add(t, code ? "@code{" : "}");
            k++;
        }
        s += k;
        n -= k;
    }
    if (code) text_addc(t, '}');
}

static void prose_add(Text *t, const char *s) { prose_addn(t, s, strlen(s)); }

static void example_add(Text *t, const char *code)
{
    text_add(t, "@example\n");
    texi_add(t, code);
    if (*code && code[strlen(code) - 1] != '\n') text_addc(t, '\n');
    text_add(t, "@end example\n");
}

static void chapter(Text *t, const char *title, const char *intro)
{
    text_addf(t, "\n@node %s\n@chapter %s\n\n%s\n", title, title, intro);
}

static void section(Text *t, const char *title)
{
    text_addf(t, "\n@node %s\n@section %s\n@cindex %s\n\n", title, title, title);
}

/* The comment lines at the beginning of s without their "# ". */
static void comment_add(Text *t, const char *s)
{
    while (*s == '#') {
        size_t n = strcspn(s, "\n"), skip = s[1] == ' ' ? 2 : 1;
        if (n > skip) prose_addn(t, s + skip, n - skip);
        text_addc(t, '\n');
        s += n + (s[n] == '\n');
    }
}

/* ---- the library ---- */

static const char *kind_word(const Ast *a)
{
    return a->kind == S_LAYER ? "layer" : a->kind == S_OPTIMIZER ? "optimizer" : "function";
}

/* The head of a printed definition, "dense(x, units, bias=zeros)", as name and arguments. */
static void head_add(Text *t, const Ast *a, const char *printed)
{
    const char *open = strchr(printed, '('), *end = strstr(printed, " = ");
    text_addf(t, "@deffn {%s} %s ", kind_word(a), a->text);
    if (open && end > open) texi_addn(t, open, (size_t)(end - open));
    text_addc(t, '\n');
}

static bool is_slope(const Ast *a) { return a->kind == S_FUNCTION && strchr(a->text, '\'') != NULL; }

/* One definition and, when it states its derivative, that too. */
static void definition_add(Text *t, const Ast *a, const Ast *slope)
{
    Text code = { 0 };
    ast_print(&code, a);
    head_add(t, a, text_str(&code));
    if (slope) {
        text_addc(&code, '\n');
        ast_print(&code, slope);
    }
    if (a->doc) {
        const char *source = strstr(a->doc, "\nSource: ");
        prose_addn(t, a->doc, source ? (size_t)(source + 1 - a->doc) : strlen(a->doc));
        text_addc(t, '\n');
        if (source) prose_add(t, source + 1), text_addc(t, '\n');
    }
    example_add(t, text_str(&code));
    text_add(t, "@end deffn\n\n");
    text_free(&code);
}

static void file_title(char *title, size_t size, const char *name)
{
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    size_t n = strcspn(base, ".");
    snprintf(title, size, "The %.*s", (int)n, base);
}

static Source *statement_next(Reader *r)
{
    Diag d = { 0 };
    Source *src = NULL;
    return parse_next(r, &src, &d) == OK ? src : NULL;
}

static void library_file(Text *t, const PreludeFile *file)
{
    char title[64];
    file_title(title, sizeof title, file->name);
    section(t, title);
    comment_add(t, file->text);
    text_addc(t, '\n');
    Reader r = { .name = file->name, .text = file->text, .len = strlen(file->text), .line = 1 };
    for (Source *src = statement_next(&r), *after; src; src = after) {
        after = statement_next(&r);
        Source *slope = after && is_slope(after->tree) ? after : NULL;
        definition_add(t, src->tree, slope ? slope->tree : NULL);
        source_drop(src);
        if (!slope) continue;
        after = statement_next(&r);
        source_drop(slope);
    }
}

/* ---- commands and functions ---- */

/* "sum(x, axis=none)  sum(a, b)" as one line of head for each form. */
static void usage_add(Text *t, const Builtin *b)
{
    const char *word = b->flags & BUILTIN_COMMAND ? "command" : "function", *line = "@deffn ";
    for (const char *p = b->usage; *p;) {
        const char *end = strstr(p, "  ");
        size_t n = end ? (size_t)(end - p) : strlen(p), name = strlen(b->name);
        text_addf(t, "%s{%s} ", line, word);
        if (!strncmp(p, b->name, name)) {
            texi_addn(t, p, name);
            text_addc(t, ' ');
            texi_addn(t, p + name, n - name);
        } else {
            texi_addn(t, p, n);
        }
        text_addc(t, '\n');
        line = "@deffnx ";
        p += n;
        p += strspn(p, " ");
    }
}

static void builtin_add(Text *t, const Builtin *b)
{
    usage_add(t, b);
    prose_add(t, b->help);
    text_addc(t, '\n');
    if (b->example && *b->example) example_add(t, b->example);
    text_add(t, "@end deffn\n\n");
}

static const struct { const char *group, *title; } group_titles[] = {
    { "stepping", "Stepping commands" }, { "explaining", "Explaining commands" }, { "gradients", "Gradient functions" },
    { "training", "Training commands" },
    { "data", "Data functions" }, { "layers", "Network functions" }, { "plots", "Picture commands" },
    { "lessons", "Course commands" }, { "tensors", "Tensor functions" }, { "session", "Session commands" },
    { "adjoints", "Words of explanations" }
};
enum { GROUPS = sizeof group_titles / sizeof *group_titles };

static int group_of(const Builtin *b)
{
    for (int i = 0; i < GROUPS; i++)
        if (!strcmp(b->group, group_titles[i].group)) return i;
    return GROUPS;
}

static void group_add(Session *s, Text *t, int group)
{
    bool any = false;
    for (int k = 0; k < s->n_table; k++)
        for (const Builtin *b = s->table[k]; b->name; b++) {
            if (group_of(b) != group) continue;
            if (!any) section(t, group < GROUPS ? group_titles[group].title : "More commands");
            any = true;
            builtin_add(t, b);
        }
}

/* Elementwise rows have no command of their own: sin(x), a + b. */
static void op_add(const Op *op, void *ctx)
{
    static const char *const by[] = { "a", "b", "c" };
    Text *t = ctx;
    if (op->kind != OP_ELEMENT) return;
    text_add(t, "@item ");
    texi_add(t, op->usage);
    text_addc(t, '\n');
    prose_add(t, op->help);
    for (int i = 0; i < op->max_in; i++) {
        if (!op->slope_text[i] || !strcmp(op->slope_text[i], "0")) continue;
        text_addf(t, "%s by @code{%s}: @code{", i ? "," : "\nDerivative", by[i]);
        texi_add(t, op->slope_text[i]);
        text_addc(t, '}');
    }
    text_add(t, "\n\n");
}

static void elementwise_add(Text *t)
{
    section(t, "Elementwise operations");
    text_add(t, "In the derivatives @code{a}, @code{b} and @code{c} are the operands in order and\n"
                "@code{y} is the result. Where none is given, it is 0.\n\n@table @code\n");
    op_each(op_add, t);
    text_add(t, "@end table\n");
}

/* ---- limits ---- */

static const struct { long long value; const char *what; } limit_rows[] = {
    { LIMIT_LINE, "bytes of one statement" },
    { LIMIT_DEPTH, "brackets, blocks or calls inside each other" },
    { LIMIT_NAME, "bytes of a name" },
    { LIMIT_ARGS, "arguments that a definition lists" },
    { LIMIT_BLOCK, "statements in one block" },
    { LIMIT_RANK, "axes of a tensor" },
    { LIMIT_DIM, "elements along one axis" },
    { LIMIT_NODES, "nodes of a session's graph" },
    { LIMIT_UNROLL, "turns of a loop inside a function" },
    { LIMIT_CSV_COLUMN, "columns of a CSV file" },
    { LIMIT_CSV_CELL, "bytes of one cell of a CSV file" },
    { LIMIT_LESSON, "bytes of a lesson" },
    { LIMIT_POINTS, "points of one plot" },
    { LIMIT_HISTORY, "statements kept in the history of the prompt" }
};

static void limits_add(Text *t)
{
    chapter(t, "Limits",
            "@cindex limits\n"
            "What is too large is refused with a message that names the limit; nothing is cut\n"
            "off silently. Tensors together may use the memory that @code{set memory=}@var{MiB}\n"
            "allows; @code{set} alone shows how much that is.\n");
    text_add(t, "@multitable {0000000000} {statements kept in the history of the prompt}\n");
    for (size_t i = 0; i < sizeof limit_rows / sizeof *limit_rows; i++)
        text_addf(t, "@item %lld @tab %s\n", limit_rows[i].value, limit_rows[i].what);
    text_add(t, "@end multitable\n\n"
                "Numbers are IEEE double precision: about 16 digits, up to about 1.8e308. Beyond\n"
                "that they become @code{inf}, and Gradus says where the first one came from.\n");
}

void reference_print(Session *s, Text *t)
{
    text_add(t, "@c Written by gradus --reference.\n");
    chapter(t, "The library",
            "@cindex library\n@cindex prelude\n"
            "All that follows is written in Gradus and carried inside the program; @code{show}\n"
            "@var{name} prints any of it. Your own definitions have the same standing. A line\n"
            "such as @code{f'(x) = @dots{}} states the derivative of @code{f} as it is taught.\n");
    for (const PreludeFile *f = prelude_files; f->name; f++) library_file(t, f);
    chapter(t, "Commands and functions",
            "@cindex commands\n"
            "The same text as @code{help} @var{name} prints. A command is a call without\n"
            "brackets: @code{step E} is @code{step(E)}.\n");
    for (int g = 0; g <= GROUPS; g++) group_add(s, t, g);
    elementwise_add(t);
    limits_add(t);
}
