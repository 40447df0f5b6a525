/* equation.c -- one equation in its lines, with as many digits as it takes.
 *
 * The line of numbers is evaluated before it is shown. Numbers cut to the digits
 * in force may give another result than the exact ones (0.500001 - 0.5 does), and
 * then the line is printed again with one digit more, until it says the truth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/equation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/op.h"
#include "graph/term.h"
#include "graph/tmpl.h"

/* A line of a called function's body that is longer than this explains nothing. */
enum { BODY_LONGEST = 240, MOST_DIGITS = 17 };

/* ---- does a line hold? ---- */

static double printed(double v, NumFormat f)
{
    char buf[NUM_TEXT];
    return strtod(num_print(buf, v, f), NULL);
}

/* Two ways to sum the same numbers differ in their last bits, which 15 digits
 * and more would show. */
static double slack(double v, NumFormat f)
{
    return num_unit(v, f) * (1 + 1e-9) + 1e-14 * fabs(v);
}

bool equation_holds(Session *s, const char *text, double v, NumFormat f)
{
    double got = session_number(s, text);
    if (isnan(v)) return isnan(got);
    if (isinf(v)) return got == v;
    return fabs(got - printed(v, f)) <= slack(v, f);
}

/* ---- lines ---- */

static size_t bare_length(const Text *t)
{
    const char *s = text_str(t), *comment = strstr(s, "  # ");
    return comment ? (size_t)(comment - s) : t->len;
}

static bool same_line(const Text *a, const Text *b)
{
    size_t n = bare_length(a);
    return n == bare_length(b) && !memcmp(text_str(a), text_str(b), n);
}

/* Takes over `line` unless it repeats the last one. */
static void line_add(Equation *q, Text line)
{
    if (q->n && same_line(&q->line[q->n - 1], &line)) text_free(&line);
    else q->line[q->n++] = line;
}

static void first_line_drop(Equation *q)
{
    text_free(&q->line[0]);
    memmove(q->line, q->line + 1, sizeof *q->line * (size_t)--q->n);
}

/* One digit more; false when there are no more to give. */
static bool more_digits(NumFormat *f)
{
    if (f->digits < MOST_DIGITS) return f->digits++, true;
    if (f->mode == NUM_SIG) return false;
    *f = (NumFormat){ NUM_SIG, MOST_DIGITS };
    return true;
}

static Text numbers_line(const Equation *q, Session *s, const Term *t)
{
    Text line = { 0 };
    NumFormat f = s->format;
    do {
        text_clear(&line);
        term_print(&line, t, TERM_NUMBERS, f, EQUATION_FOLD);
    } while (!equation_holds(s, text_str(&line), q->value, s->format) && more_digits(&f));
    return line;
}

/* ---- a called function's body in place of the call ---- */

typedef struct {
    Arena a;
    int   n_call;            /* calls met                        */
    Node *leaf[16];          /* arguments that are not one name  */
    int   n_leaf;
} Inlining;

/* What is put in for an argument: its number. */
static const Term *argument(Inlining *in, const Term *t)
{
    if (t->kind == T_REF || t->kind == T_NUM) return t;
    Shape scalar = { 0 };
    Diag d = { 0 };
    double v = term_eval(t);
    Node *leaf = in->n_leaf < 16 ? node_leaf(&scalar, &v, &d) : NULL;
    if (!leaf) return t;
    in->leaf[in->n_leaf++] = leaf;
    return term_ref(&in->a, leaf, 0);
}

static const Term *term_copy(Arena *a, const Term *t, const Term **kid)
{
    Term *copy = ARENA_NEW(a, Term);
    *copy = *t;
    copy->kid = kid;
    return copy;
}

static const Term *body_term(Inlining *in, Node *n, const Tmpl *fn, const Term *const *arg)
{
    for (int i = 0; i < fn->n_arg; i++)
        if (n == fn->arg[i]) return arg[i];
    if (n->op == &op_leaf) return term_num(&in->a, n->val[0]);
    if (n->op == &op_slot) return body_term(in, n->in[0], fn, arg);
    const Term *t = term_of(&in->a, n, 0), **kid = ARENA_ARRAY(&in->a, const Term *, n->n_in);
    for (int i = 0; i < n->n_in; i++) kid[i] = body_term(in, n->in[i], fn, arg);
    return term_copy(&in->a, t, kid);
}

static const Term *inline_calls(Inlining *in, const Term *t);

static const Term *inline_call(Inlining *in, const Term *t)
{
    const Term *arg[3] = { NULL };
    for (int i = 0; i < t->n; i++) arg[i] = argument(in, t->kid[i]);
    in->n_call++;
    return body_term(in, t->fn->body, t->fn, arg);
}

static const Term *inline_calls(Inlining *in, const Term *t)
{
    if (t->kind == T_CALL) return inline_call(in, t);
    if (!t->n || t->n > EQUATION_FOLD) return t;
    const Term **kid = ARENA_ARRAY(&in->a, const Term *, t->n);
    for (int i = 0; i < t->n; i++) kid[i] = inline_calls(in, t->kid[i]);
    return term_copy(&in->a, t, kid);
}

static void body_line(Equation *q, Session *s, const Term *t)
{
    Inlining in = { 0 };
    t = inline_calls(&in, t);
    if (in.n_call) {
        Text line = numbers_line(q, s, t);
        if (line.len <= BODY_LONGEST) line_add(q, line);
        else text_free(&line);
    }
    for (int i = 0; i < in.n_leaf; i++) node_drop(in.leaf[i]);
    arena_clear(&in.a);
}

/* ---- the equation ---- */

static void formula_lines(Equation *q, Session *s, Node *n, int64_t at)
{
    Arena a = { 0 };
    const Term *t = term_open(&a, n, at, EQUATION_FOLD);
    Text formula = { 0 };
    term_print(&formula, t, TERM_NAMES, s->format, EQUATION_FOLD);
    line_add(q, formula);
    line_add(q, numbers_line(q, s, t));
    body_line(q, s, t);
    arena_clear(&a);
}

Status equation_make(Equation *q, Session *s, Node *n, int64_t at, const char *left, Diag *d)
{
    *q = (Equation){ .sign = "=" };
    const double *v = node_eval(n, d);
    if (!v) return d->code;
    q->value = v[at];
    if (left) text_add(&q->left, left);
    else term_print_ref(&q->left, n, at);
    bool leaf = node_through(n)->op == &op_leaf && !(left && n->label);
    if (!leaf) formula_lines(q, s, n, at);
    if (q->n && same_line(&q->left, &q->line[0])) first_line_drop(q);   /* log(w) = log(w) = ... */
    Text value = { 0 };
    text_num(&value, q->value, s->format);
    line_add(q, value);
    equation_rule(&q->comment, s, n);
    return OK;
}

void equation_free(Equation *q)
{
    text_free(&q->left);
    text_free(&q->comment);
    for (int i = 0; i < q->n; i++) text_free(&q->line[i]);
    *q = (Equation){ 0 };
}

void equation_put(Text *to, const Equation *q)
{
    int column = text_columns(text_str(&q->left), q->left.len) + 1;
    int wide = (int)strlen(q->sign);
    for (int i = 0; i < q->n; i++) {
        if (!i) text_addf(to, "%s %s ", text_str(&q->left), q->sign);
        else text_addf(to, "%*s%-*s ", column, "", wide, "=");
        text_add(to, text_str(&q->line[i]));
        if (!i && q->comment.len) text_addf(to, "   # %s", text_str(&q->comment));
        text_addc(to, '\n');
    }
}

Status equation_print(Text *to, Session *s, Node *n, int64_t at, Diag *d)
{
    Equation q;
    Status st = equation_make(&q, s, n, at, NULL, d);
    if (st == OK) equation_put(to, &q);
    equation_free(&q);
    return st;
}

Status equation_print_update(Text *to, Session *s, Node *leaf, Node *next, int64_t at, Diag *d)
{
    Text left = { 0 };
    Equation q;
    term_print_ref(&left, leaf, at);
    Status st = equation_make(&q, s, next, at, text_str(&left), d);
    q.sign = "<-";
    if (st == OK) equation_put(to, &q);
    equation_free(&q);
    text_free(&left);
    return st;
}
