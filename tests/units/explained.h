/* explained.h -- holds every line of an explanation against the session: what the
 * tests of why and derive share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_EXPLAINED_H
#define GRADUS_EXPLAINED_H

#include "units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/natives.h"
#include "graph/op.h"
#include "graph/session.h"
#include "teach/ledger.h"
#include "teach/natives.h"

static inline Session *explained_session(void)
{
    Session *s = session_new();
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    session_add_table(s, natives_explain);
    ledger_open(s);
    return s;
}

static inline void explained_free(Session *s)
{
    ledger_close(s);
    session_free(s);
}

/* Run text, drop its output. */
static inline void run(Session *s, const char *text)
{
    Diag d = { 0 };
    Status st = session_run_text(s, "test", text, &d, NULL);
    CU_ASSERT_EQUAL(st, OK);
    if (st != OK) fprintf(stderr, "\n%s\n  %s\n", text, d.text);
    text_clear(&s->out);
}

/* What a command prints; to be freed. */
static inline char *said(Session *s, const char *command)
{
    Diag d = { 0 };
    text_clear(&s->out);
    Status st = session_run_text(s, "test", command, &d, NULL);
    CU_ASSERT_EQUAL(st, OK);
    if (st != OK) fprintf(stderr, "\n%s\n  %s\n", command, d.text);
    char *out = mem_str(text_str(&s->out));
    text_clear(&s->out);
    return out;
}

static inline void says(Session *s, const char *command, const char *expect)
{
    char *out = said(s, command);
    CU_ASSERT_STRING_EQUAL(out, expect);
    if (strcmp(out, expect)) fprintf(stderr, "\n%s\n<%s>\n<%s>\n", command, out, expect);
    free(out);
}

static inline void says_part(Session *s, const char *command, const char *part)
{
    char *out = said(s, command);
    CU_ASSERT_PTR_NOT_NULL(strstr(out, part));
    if (!strstr(out, part)) fprintf(stderr, "\n%s\n<%s>\nlacks <%s>\n", command, out, part);
    free(out);
}

static inline void refuses(Session *s, const char *command, Status code, const char *text)
{
    Diag d = { 0 };
    Status st = session_run_text(s, "test", command, &d, NULL);
    CU_ASSERT_EQUAL(st, code);
    CU_ASSERT_STRING_EQUAL(d.text, text);
    if (strcmp(d.text, text)) fprintf(stderr, "\n<%s>\n<%s>\n", d.text, text);
    text_clear(&s->out);
}

/* ---- every line ---- */

/* The " = " between left and right, outside of brackets; NULL. */
static inline char *equals_find(char *line)
{
    int open = 0;
    for (char *p = line; *p && *p != '#'; p++) {
        open += (*p == '(' || *p == '[') - (*p == ')' || *p == ']');
        if (!open && !strncmp(p, " = ", 3)) return p;
    }
    return NULL;
}

static inline bool near_printed(double got, double shown, NumFormat f)
{
    if (isnan(shown) || isinf(shown)) return (isnan(got) && isnan(shown)) || got == shown;
    return fabs(got - shown) <= num_unit(shown, f)*(1 + 1e-9) + 1e-14*fabs(shown);
}

/* One right side (or left side) gives the number shown. */
static inline void side_holds(Session *s, Node *root, const char *text, double shown)
{
    if (root) session_enter(s, root);
    double got = session_number(s, text);
    bool holds = near_printed(got, shown, s->format);
    CU_ASSERT_TRUE(holds);
    if (!holds) fprintf(stderr, "\n%s\n  gives %.17g, shown %.17g\n", text, got, shown);
}

enum { LINES_MOST = 2000 };

/* Every equation in `out`: its left side and all its right sides give the number
 * that its last line shows. Returns how many sides were held. */
static inline int lines_hold(Session *s, Node *root, char *out)
{
    static char *side[LINES_MOST];
    int n = 0, held = 0;
    for (char *line = strtok(out, "\n"), *next; line; line = next) {
        next = strtok(NULL, "\n");
        while (*line == ' ') line++;
        char *right = strncmp(line, "= ", 2) ? equals_find(line) : NULL;
        if (*line == '#' || (!right && strncmp(line, "= ", 2))) continue;
        if (right) *right = 0, side[n++] = line, side[n++] = right + 3;
        else side[n++] = line + 2;
        char *then = next;
        while (then && *then == ' ') then++;
        if (then && !strncmp(then, "= ", 2)) continue;
        double shown = strtod(side[n - 1], NULL);
        for (int i = 0; i < n; i++, held++) side_holds(s, root, side[i], shown);
        n = 0;
    }
    return held;
}

/* The command's lines hold, and there are at least `least` sides. */
static inline void command_holds(Session *s, const char *command, const char *root, int least)
{
    Diag d = { 0 };
    Value v = { 0 };
    char *out = said(s, command);
    Node *n = NULL;
    if (root && session_eval(s, root, &v, &d) == OK) n = value_to_node(s, v, (Span){ 0, 0 }, &d);
    int held = lines_hold(s, n, out);
    CU_ASSERT_TRUE(held >= least);
    if (held < least) fprintf(stderr, "\n%s: only %d sides\n", command, held);
    value_drop(&v);
    free(out);
}

/* ---- every operation ---- */

typedef void EachExample(Session *s, const char *expr);

typedef struct {
    EachExample *each;
    int count;
} Examples;

/* A (2 x 3), B (3 x 2), v (3), s, and numbers a, b, c, x where the operation lives. */
static inline Session *example_session(double lo, double hi)
{
    Session *s = explained_session();
    Text t = { 0 };
    text_addf(&t, "param a = %.3g, b = %.3g, c = %.3g, x = %.3g\n", lo + 0.31*(hi - lo), lo + 0.77*(hi - lo),
              lo + 0.52*(hi - lo), lo + 0.66*(hi - lo));
    text_add(&t, "param A = [[0.31, -1.2, 0.74], [1.9, 0.42, -0.53]]\n"
                 "param B = [[0.6, -0.8], [1.1, 0.35], [-0.27, 1.4]]\nparam v = [0.9, -0.35, 1.6], s = 0.7\n");
    run(s, text_str(&t));
    text_free(&t);
    return s;
}

static inline void examples_of(const Op *op, void *ctx)
{
    Examples *x = ctx;
    const char *usage[2] = { op->usage, NULL };
    bool element = op->kind == OP_ELEMENT;
    const char *const *e = element ? usage : op->examples;
    if (element && !strcmp(op->name, "isnan")) usage[0] = "nan(x)";
    for (; e && *e; e++, x->count++) {
        Session *s = example_session(element ? op->lo : 0, element ? op->hi : 1);
        x->each(s, *e);
        explained_free(s);
    }
}

/* Every example of every operation in a session of its own. */
static inline int examples_each(EachExample *each)
{
    Examples x = { .each = each };
    op_each(examples_of, &x);
    return x.count;
}

static inline Node *named_node(Session *s, const char *name)
{
    return session_find(s, name)->value.node;
}

#endif
