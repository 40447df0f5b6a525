/* lesson_answer.c -- what the reader does: tasks checked, guesses and choices answered.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/lesson_own.h"

#include <math.h>
#include <string.h>

#include "teach/match.h"

/* ---- checks ---- */

static bool value_true(Session *s, Value v, Diag *d)
{
    Node *n = v.kind == V_NODE ? value_to_node(s, v, (Span){ 0, 0 }, d) : NULL;
    const double *val = n ? node_eval(n, d) : NULL;
    if (!val || !n->len) return false;
    for (int64_t i = 0; i < n->len; i++)
        if (val[i] == 0 || isnan(val[i])) return false;
    return true;
}

bool lesson_holds(Session *s, const char *expr)
{
    Diag d = { 0 };
    Value v;
    bool safe = s->safe;
    Rng rng = s->rng;
    s->safe = true;
    bool yes = session_eval(s, expr, &v, &d) == OK && value_true(s, v, &d);
    value_drop(&v);
    s->safe = safe;
    s->rng = rng;
    return yes;
}

double lesson_value(Session *s, const char *expr)
{
    bool safe = s->safe;
    Rng rng = s->rng;
    s->safe = true;
    double v = session_number(s, expr);
    s->safe = safe;
    s->rng = rng;
    return v;
}

/* The first check that does not hold, or n_check. */
static int check_failing(Lesson *l, const Piece *p)
{
    int i = 0;
    while (i < p->n_check && lesson_holds(l->s, p->check[i])) i++;
    return i;
}

/* What is said when it does not hold: the comment behind the condition, if any. */
static const char *check_words(const char *check)
{
    const char *words = strchr(check, '#');
    return words && words[1] == ' ' ? words + 2 : check;
}

/* The task is solved when all checks hold; true: it was. */
bool task_look(Lesson *l, const Piece *p)
{
    int failing = check_failing(l, p);
    if (failing == p->n_check) {
        lesson_say(l, "%s", p->praise ? p->praise : "Well done.");
        text_addc(&l->say, '\n');
        trunk_add(l, text_str(&l->typed), true);
        l->tasks++;
        l->tasks_done++;
        lesson_advance(l);
        return true;
    }
    if (failing != l->failing && l->typed.len)
        lesson_say(l, "Not yet: %s", check_words(p->check[failing]));
    l->failing = failing;
    return false;
}

/* ---- answers ---- */

/* A number as typed, with its sign: true. */
static bool literal(const Ast *a, Numeral *n, double *v)
{
    bool minus = a->kind == A_UNARY && !strcmp(a->text, "-");
    const Ast *num = minus ? a->kid[0] : a;
    if (num->kind != A_NUM || !num->text) return false;
    *n = numeral_read(num->text);
    *v = minus ? -num->num : num->num;
    return n->len > 0;
}

/* Made of numbers alone: the reader calculates. */
static bool arithmetic(const Ast *a)
{
    if (a->kind == A_NUM) return true;
    if (a->kind != A_UNARY && a->kind != A_BINARY) return false;
    for (int i = 0; i < a->n; i++)
        if (!arithmetic(a->kid[i])) return false;
    return true;
}

static bool near(double a, double b) { return fabs(a - b) <= 1e-9*fmax(fabs(a), fabs(b)); }

static void guess_right(Lesson *l, const Piece *p)
{
    char buf[NUM_TEXT];
    num_print(buf, l->value, l->s->format);
    lesson_say(l, "%s It is %s.", p->praise ? p->praise : "Right.", buf);
    text_addc(&l->say, '\n');
    l->questions++;
    l->first_right += !l->wrong && !l->hints;
    trunk_restore(l);
    lesson_advance(l);
}

static void guess_wrong(Lesson *l, const char *typed, double v)
{
    bool sign = near(v, -l->value);
    l->wrong++;
    if (sign) lesson_say(l, "%s has the right size. Look at the sign.", typed);
    else lesson_say(l, "Not %s: that is too %s.%s", typed, v < l->value ? "small" : "large",
             l->wrong >= 2 ? " hint helps, skip shows it." : "");
}

static void guess_take(Lesson *l, const Piece *p, const char *typed, const Numeral *n, double v)
{
    bool agrees = near(v, l->value) || (signbit(v) == signbit(l->value) && v != 0 && !n->whole &&
                                        numeral_agrees(n, fabs(l->value)));
    if (!agrees) guess_wrong(l, typed, v);
    else if (near(v, l->value) || n->digits >= p->digits) guess_right(l, p);
    else lesson_say(l, "%s is right as far as it goes. Give %d digits.", typed, p->digits);
}

static void choice_take(Lesson *l, const Piece *p, double v)
{
    int i = v >= 1 && v <= p->n_choice ? (int)v - 1 : -1;
    if (i < 0 || v != i + 1) {
        lesson_say(l, "Answer with a number from 1 to %d.", p->n_choice);
        return;
    }
    markup_paragraph(&l->say, p->choice[i].reply, "  ", l->style.look);
    if (!p->choice[i].right) {
        l->wrong++;
        lesson_say(l, "Try another one.");
        return;
    }
    text_addc(&l->say, '\n');
    l->questions++;
    l->first_right += !l->wrong && !l->hints;
    trunk_restore(l);
    lesson_advance(l);
}

bool lesson_takes(Lesson *l, const Source *typed)
{
    const Piece *p = lesson_piece(l);
    const Ast *a = typed->tree;
    Numeral n;
    double v;
    if (l->style.demo && a->kind == A_NAME && !strcmp(a->text, "b") && !session_find(l->s, "b"))
        return lesson_back(l), true;
    if (l->style.demo || !p || !literal(a, &n, &v)) return false;
    if (p->kind == PIECE_GUESS) guess_take(l, p, typed->text, &n, v);
    else if (p->kind == PIECE_CHOOSE) choice_take(l, p, v);
    else return false;
    lesson_show(l);
    return true;
}

/* Nothing that a lesson could go on from: help, show, plot, and its own commands. */
static bool looks_only(Session *s, const Ast *a)
{
    const Builtin *row = a->kind == S_COMMAND ? session_builtin(s, a->text) : NULL;
    return row && row->flags & BUILTIN_NO_UNDO;
}

static void tried(Lesson *l, const Ast *a)
{
    Tried now = arithmetic(a) ? TRIED_NOTHING : a->kind < A_BLOCK ? TRIED_LOOKING : TRIED_CHANGING;
    if (now > l->played) l->played = now;
}

void lesson_after(Lesson *l, const Source *typed)
{
    const Piece *p = lesson_piece(l);
    if (!p || looks_only(l->s, typed->tree)) return;
    if (!l->style.demo && p->kind == PIECE_TRY) {
        text_addf(&l->typed, "%s\n", typed->text);
        if (!arithmetic(typed->tree)) task_look(l, p);
    } else {
        bool answer = p->kind == PIECE_GUESS && !l->style.demo && arithmetic(typed->tree);
        tried(l, typed->tree);
        if (answer && near(session_number(l->s, "ans"), l->value)) guess_right(l, p);
    }
    lesson_show(l);
}

