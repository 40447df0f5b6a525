/* example.c -- what is typed in a text, what should follow, and running it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/example.h"

#include <stdlib.h>
#include <string.h>

#include "teach/match.h"

/* ---- reading ---- */

static const char prompt_mark[] = ">>", more_mark[] = "..";

/* Does the line begin with the mark, and a blank or nothing behind it? */
static bool marked(const char *line, size_t n, const char *mark)
{
    return n >= 2 && !strncmp(line, mark, 2) && (n == 2 || line[2] == ' ');
}

static void line_typed(Text *t, const char *line, size_t n)
{
    if (n > 3) text_addn(t, line + 3, n - 3);
    text_addc(t, '\n');
}

static Example *example_add(Examples *e, int line)
{
    GROW(e->item, e->n, e->cap);
    e->item[e->n] = (Example){ .line = line };
    return &e->item[e->n++];
}

static char *text_take(Text *t)
{
    char *s = mem_str(text_str(t));
    text_free(t);
    return s;
}

typedef struct {
    Examples *to;
    Example  *now;
    Text      typed, expected;
    bool      answered;          /* a line of output came: ".." is output now */
} Reading;

static void reading_end(Reading *r)
{
    if (!r->now) return;
    r->now->typed = text_take(&r->typed);
    r->now->expected = text_take(&r->expected);
    r->now = NULL;
    r->answered = false;
}

static void reading_line(Reading *r, const char *line, size_t n, int number)
{
    if (marked(line, n, prompt_mark)) {
        reading_end(r);
        r->now = example_add(r->to, number);
        line_typed(&r->typed, line, n);
    } else if (r->now && !r->answered && marked(line, n, more_mark)) {
        line_typed(&r->typed, line, n);
    } else if (r->now) {
        r->answered = true;
        text_addn(&r->expected, line, n);
        text_addc(&r->expected, '\n');
    }
}

static bool has_prompt(const char *s)
{
    for (; *s; s += strcspn(s, "\n"), s += *s == '\n')
        if (marked(s, strcspn(s, "\n"), prompt_mark)) return true;
    return false;
}

void examples_read(Examples *e, const char *block, int line)
{
    if (!has_prompt(block)) {
        example_add(e, line)->typed = mem_str(block);
        return;
    }
    Reading r = { .to = e };
    for (const char *s = block; *s; line++) {
        size_t n = strcspn(s, "\n"), keep = n;
        while (keep && strchr(" \t\r", s[keep - 1])) keep--;
        reading_line(&r, s, keep, line);
        s += n + (s[n] == '\n');
    }
    reading_end(&r);
}

void examples_free(Examples *e)
{
    for (int i = 0; i < e->n; i++) {
        free(e->item[i].typed);
        free(e->item[i].expected);
    }
    free(e->item);
    *e = (Examples){ 0 };
}

/* ---- counting ---- */

void tally_fault(Tally *t, const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    t->failed++;
    text_addf(&t->faults, "%s:%d: ", file, line);
    va_start(ap, fmt);
    text_vaddf(&t->faults, fmt, ap);
    va_end(ap);
    text_addc(&t->faults, '\n');
}

/* ---- running ---- */

static void output_take(Session *s, Text *got)
{
    text_addn(got, text_str(&s->out), s->out.len);
    text_clear(&s->out);
}

static Status one_run(Session *s, Reader *r, bool *end, Text *got)
{
    Diag d = { 0 };
    Source *src = NULL;
    Status st = parse_next(r, &src, &d);
    *end = st == OK && !src;
    if (st == OK && src) st = session_run(s, src, &d);
    source_drop(src);
    output_take(s, got);
    if (st == OK) return OK;
    text_addf(got, "error: %s\n", d.text);
    if (d.hint[0]) text_addf(got, "%s\n", d.hint);
    return st;
}

Status typed_run(Session *s, const char *text, Text *got)
{
    bool echo = s->echo, end = false;
    Status st = OK;
    Reader r = { .name = "example", .text = text, .len = strlen(text), .line = 1,
                 .is_command = session_is_command,
                 .near_command = session_near_command, .ctx = s };
    s->echo = true;
    while (st == OK && !end) st = one_run(s, &r, &end, got);
    s->echo = echo;
    return st;
}

char *typed_again(Session *s, const char *typed)
{
    char *again = NULL;
    Reader r = { .name = "example", .text = typed, .len = strlen(typed), .line = 1,
                 .is_command = session_is_command,
                 .near_command = session_near_command, .ctx = s };
    for (Source *src;; source_drop(src)) {
        Diag d = { 0 };
        if (parse_next(&r, &src, &d) != OK || !src) {
            source_drop(src);
            break;
        }
        const Ast *a = src->tree;
        const Builtin *row = a->kind == S_COMMAND ? session_builtin(s, a->text) : NULL;
        free(again);
        again = NULL;
        /* `step E` begins; what Enter repeats is the bare `step` that goes on. */
        if (row && row->flags & BUILTIN_STEPPING)
            again = mem_str(a->n && !strcmp(row->name, "step") ? "step" : src->text);
    }
    return again;
}

/* A fault is expected only where a line says so; "..." does not stand for one. */
static bool says_error(const char *expected)
{
    for (const char *s = expected; *s; s += strcspn(s, "\n"), s += *s == '\n')
        if (!strncmp(s, "error: ", 7)) return true;
    return false;
}

/* Of a fault the hint need not be written down. */
static bool without_hint(const char *expected, Text *got)
{
    const char *hint = text_str(got), *line = NULL;
    for (; *hint; hint += strcspn(hint, "\n"), hint += *hint == '\n')
        if (!strncmp(hint, "error: ", 7)) line = hint;
    if (!line) return false;
    size_t keep = (size_t)(line - text_str(got)) + strcspn(line, "\n");
    char *less = mem_strn(text_str(got), keep);
    bool same = output_matches(expected, less);
    free(less);
    return same;
}

static void indented(Text *t, const char *word, const char *text)
{
    text_addf(t, "  %s:\n", word);
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        if (n) text_addf(t, "    %.*s\n", (int)n, text);
    }
}

static void difference(Tally *t, const Example *x, const char *file, const char *got)
{
    tally_fault(t, file, x->line, "%.*s", (int)strcspn(x->typed, "\n"), x->typed);
    if (x->expected) indented(&t->faults, "expected", x->expected);
    indented(&t->faults, "got", got);
}

static void example_check(Session *s, const Example *x, const char *typed, const char *file,
                          Tally *t)
{
    Text got = { 0 };
    Status st = typed_run(s, typed, &got);
    bool foreseen = st == OK || (x->expected && says_error(x->expected));
    bool good = foreseen && (!x->expected || output_matches(x->expected, text_str(&got)));
    if (!good && foreseen && st != OK) good = without_hint(x->expected, &got);
    if (good) t->passed++;
    else difference(t, x, file, text_str(&got));
    text_free(&got);
}

static bool blank(const char *s) { return !s[strspn(s, " \t\r\n")]; }

void examples_check(Session *s, const Examples *e, const char *file, Tally *t)
{
    char *again = NULL;
    for (int i = 0; i < e->n; i++) {
        const Example *x = &e->item[i];
        bool repeat = blank(x->typed) && again;
        example_check(s, x, repeat ? again : x->typed, file, t);
        if (repeat) continue;
        free(again);
        again = typed_again(s, x->typed);
    }
    free(again);
}
