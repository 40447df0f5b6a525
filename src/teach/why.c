/* why.c -- the command `why`: the equation behind a number, and behind the numbers
 * in it, down to what was given.
 *
 * Every right side is held against the session before it is printed: one that
 * would not give the number shown (its names mean a later call of the network by
 * now) is left out, and so are quantities that cannot be asked for by name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/op.h"
#include "graph/term_text.h"
#include "teach/ask.h"
#include "teach/equation.h"
#include "teach/explain.h"
#include "teach/ledger.h"

enum {
    DEPTH_NORMAL = 3, DEPTH_MOST = 30, QUANTITIES_MOST = 60, OF_A_LONG_SUM = 3, TYPED_LONGEST = 160, LINE_LONGEST = 400,
    DIGITS_MOST = 17
};

typedef struct {
    Session *s;
    Diag    *d;
    int64_t  depth;
    int      n, cap;
    char   **seen;           /* quantities explained, by name             */
    bool     more;           /* some were left out: there were too many   */
    bool     hidden;         /* some were left out: no longer to be named */
} Why;

static void why_free(Why *y)
{
    for (int i = 0; i < y->n; i++) free(y->seen[i]);
    free(y->seen);
}

static bool see_first(Why *y, const char *name)
{
    for (int i = 0; i < y->n; i++)
        if (!strcmp(y->seen[i], name)) return false;
    GROW(y->seen, y->n, y->cap);
    y->seen[y->n++] = mem_str(name);
    return true;
}

/* ---- lines of an equation ---- */

static void line_remove(Equation *q, int i)
{
    text_free(&q->line[i]);
    memmove(q->line + i, q->line + i + 1, sizeof *q->line * (size_t)(--q->n - i));
    q->line[q->n] = (Text){ 0 };
}

static void line_insert(Equation *q, int i, Text line)
{
    if (q->n == EQUATION_LINES) line_remove(q, q->n - 2);
    memmove(q->line + i + 1, q->line + i, sizeof *q->line * (size_t)(q->n++ - i));
    q->line[i] = line;
}

/* The same but for blanks and a comment at the end. */
static bool same_text(const char *a, const char *b)
{
    for (;;) {
        while (isspace((unsigned char)*a)) a++;
        while (isspace((unsigned char)*b)) b++;
        bool end_a = !*a || *a == '#', end_b = !*b || *b == '#';
        if (end_a || end_b) return end_a && end_b;
        if (*a++ != *b++) return false;
    }
}

/* What the user typed as the definition of n, when that is not the formula. */
static void line_typed(Equation *q, Session *s, Node *n)
{
    Binding *b = n->label && !n->shape.rank ? session_find(s, n->label) : NULL;
    if (!b || b->value.kind != V_NODE || node_behind(b->value.node) != node_behind(n)) return;
    if (!b->ast || b->ast->kind != S_EQUATION || node_through(n)->op == &op_leaf) return;
    Text t = { 0 };
    ast_print(&t, b->ast->kid[0]);
    bool fits = t.len && t.len <= TYPED_LONGEST && !strchr(text_str(&t), '\n');
    if (fits && !same_text(text_str(&t), text_str(&q->line[0]))) line_insert(q, 0, t);
    else text_free(&t);
}

static void lines_check(Equation *q, Session *s)
{
    for (int i = q->n - 2; i >= 0; i--) {
        bool repeats = !i && same_text(text_str(&q->line[i]), text_str(&q->left));
        bool long_line = q->line[i].len > LINE_LONGEST;
        if (repeats || long_line || !equation_holds(s, text_str(&q->line[i]), q->value, s->format)) line_remove(q, i);
    }
}

static void equation_indent(Why *y, const Equation *q, int level)
{
    Text t = { 0 };
    equation_put(&t, q);
    for (const char *p = text_str(&t); *p;) {
        const char *end = strchr(p, '\n');
        for (int i = 0; i < level; i++) text_add(&y->s->out, "  ");
        text_addn(&y->s->out, p, (size_t)(end - p) + 1);
        p = end + 1;
    }
    text_free(&t);
}

/* ---- a parameter's past ---- */

static void rest_add(Text *t, double v, NumFormat f)
{
    char buf[NUM_TEXT];
    num_print(buf, v, f);
    if (*buf == '-') text_addf(t, " - %s", buf + 1);
    else text_addf(t, " + %s", buf);
}

/* start + update + update ..., with as many digits as it takes. */
static Text sum_line(const Story *y, Session *s, double now)
{
    Text t = { 0 };
    for (NumFormat f = s->format; f.digits <= DIGITS_MOST; f.digits++) {
        text_clear(&t);
        text_num(&t, y->start, f);
        for (int i = 0; i < y->n; i++) rest_add(&t, y->part[i], f);
        if (!y->n) rest_add(&t, now - y->start, f);
        if (equation_holds(s, text_str(&t), now, s->format)) break;
    }
    return t;
}

static Text last_line(const Story *y, Session *s, double now)
{
    Text t = { 0 };
    for (NumFormat f = s->format; f.digits <= DIGITS_MOST; f.digits++) {
        text_clear(&t);
        term_print(&t, y->last, TERM_NUMBERS, f, EQUATION_FOLD);
        if (equation_holds(s, text_str(&t), now, s->format)) return t;
    }
    text_clear(&t);
    return t;
}

static void story_comment(Text *to, const Story *y, NumFormat f)
{
    text_add(to, "start ");
    text_num(to, y->start, f);
    text_addf(to, ", %lld update%s", (long long)y->updates, y->updates == 1 ? "" : "s");
    if (y->rules.len) text_addf(to, " by %s", text_str(&y->rules));
    if (y->by_hand) text_add(to, ", then changed by hand");
}

static void story_lines(Equation *q, const Story *y, Session *s)
{
    Text value = q->line[--q->n], last = y->last ? last_line(y, s, q->value) : (Text){ 0 };
    q->line[q->n] = (Text){ 0 };
    bool single = y->updates == 1;
    if (last.len && !single) text_add(&last, "   # the last update");
    if (last.len && single) line_insert(q, q->n, last);
    Text sum = sum_line(y, s, q->value);
    if (q->n && same_text(text_str(&q->line[q->n - 1]), text_str(&sum))) text_free(&sum);
    else line_insert(q, q->n, sum);
    if (last.len && !single) line_insert(q, q->n, last);
    else if (!last.len) text_free(&last);
    text_add(&value, "   # ");
    story_comment(&value, y, s->format);
    line_insert(q, q->n, value);
}

/* "# param", and for the parameter that was asked about its past. */
static void leaf_comment(Equation *q, Session *s, Node *leaf, int64_t at, bool asked)
{
    if (!(leaf->flags & NODE_PARAM)) return;
    Arena a = { 0 };
    Story y = { 0 };
    bool known = asked && story_of(s, leaf, at, &a, &y);
    if (known && y.updates && !y.by_hand) story_lines(q, &y, s);
    else text_add(&q->comment, "param");
    if (known && y.by_hand) {
        text_add(&q->comment, ", ");
        story_comment(&q->comment, &y, s->format);
    }
    story_free(&y);
    arena_clear(&a);
}

/* ---- what an equation is made of ---- */

typedef struct {
    int n, cap;
    const Term **ref;
    bool more;
} Parts;

static void parts_find(Parts *p, const Term *t)
{
    if (t->kind == T_REF) {
        GROW(p->ref, p->n, p->cap);
        p->ref[p->n++] = t;
    }
    int many = t->n > EQUATION_FOLD ? OF_A_LONG_SUM : t->n;
    if (many < t->n) p->more = true;
    for (int i = 0; i < many; i++) parts_find(p, t->kid[i]);
}

static Status explain(Why *y, Node *n, int64_t at, const char *left, int level);

static Status explain_part(Why *y, const Term *t, int level)
{
    Text name = { 0 };
    Status st = OK;
    if (!t->node->label) return OK;
    term_print_ref(&name, t->node, t->at);
    if (see_first(y, text_str(&name))) {
        double v = t->node->val[t->at];
        if (y->n > QUANTITIES_MOST) y->more = true;
        else if (!equation_holds(y->s, text_str(&name), v, y->s->format)) y->hidden = true;
        else st = explain(y, t->node, t->at, NULL, level);
    }
    text_free(&name);
    return st;
}

static Status explain_parts(Why *y, Node *n, int64_t at, int level)
{
    Arena a = { 0 };
    Parts p = { 0 };
    Status st = OK;
    parts_find(&p, term_open(&a, n, at, EQUATION_FOLD));
    for (int i = 0; i < p.n && st == OK; i++) st = explain_part(y, p.ref[i], level);
    y->more |= p.more;
    free(p.ref);
    arena_clear(&a);
    return st;
}

static Status explain(Why *y, Node *n, int64_t at, const char *left, int level)
{
    Equation q;
    Node *leaf = node_through(n);
    bool given = leaf->op == &op_leaf;
    Status st = equation_make(&q, y->s, n, at, left, y->d);
    if (st == OK) {
        lines_check(&q, y->s);
        line_typed(&q, y->s, n);
        if (given) leaf_comment(&q, y->s, leaf, at, !level);
        equation_indent(y, &q, level);
    }
    equation_free(&q);
    if (st != OK || given || level + 1 >= y->depth) return st;
    return explain_parts(y, n, at, level + 1);
}

/* ---- the whole answer ---- */

static int64_t largest_at(const double *v, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (fabs(v[i]) > fabs(v[best]) || (isnan(v[i]) && !isnan(v[best]))) best = i;
    return best;
}

/* A tensor: its shape, and the element that weighs most. */
static void whole_line(Why *y, const Asked *x, int64_t at)
{
    char shape[SHAPE_TEXT];
    Text first = { 0 };
    Node *named = x->node;
    if (named->label) term_print_ref(&first, named, 0);
    text_addf(&y->s->out, "%s  # %s; below, its number farthest from 0", text_str(&x->name),
              shape_print(shape, &named->shape));
    if (first.len && at) text_addf(&y->s->out, " (or name one: why %s)", text_str(&first));
    text_addc(&y->s->out, '\n');
    text_free(&first);
}

static Text element_name(const Asked *x, int64_t at)
{
    Piece whole = { .power = 0 }, p;
    if (x->node->label) {
        Text t = { 0 };
        term_print_ref(&t, x->node, at);
        return t;
    }
    text_add(&whole.text, text_str(&x->name));
    whole = piece_text(whole.text);
    p = piece_element(whole, x->node, at);
    return p.text;
}

/* Where a nan or an infinity first came up. */
static void birth_line(Why *y, Node *n, double v)
{
    int64_t at;
    Node *first = isfinite(v) ? NULL : node_birth(n, &at);
    if (!first || first == node_through(n)) return;
    text_add(&y->s->out, "# the first number that is not finite: ");
    term_print_ref(&y->s->out, first, at);
    text_addc(&y->s->out, '\n');
}

static Status why_answer(Call *c, const Asked *x)
{
    Why y = { .s = c->s, .d = c->d, .depth = DEPTH_NORMAL };
    int64_t at = x->at;
    TRY(call_key_int(c, "depth", DEPTH_NORMAL, &y.depth));
    if (y.depth < 1 || y.depth > DEPTH_MOST)
        return diag_set(c->d, E_RANGE, call_key_span(c, "depth"),
                        "depth must be from 1 to %d, not %lld", DEPTH_MOST, (long long)y.depth);
    const double *v = node_eval(x->node, c->d);
    if (!v) return c->d->code;
    if (!x->node->len)
        return diag_set(c->d, E_SHAPE, call_span(c, 0), "%s has no elements to explain",
                        text_str(&x->name));
    if (x->whole) whole_line(&y, x, at = largest_at(v, x->node->len));
    Text left = x->whole ? element_name(x, at) : (Text){ 0 };
    if (!x->whole) text_add(&left, text_str(&x->name));
    see_first(&y, text_str(&left));
    double value = v[at];
    Status st = explain(&y, x->node, at, x->node->label ? NULL : text_str(&left), 0);
    if (st == OK) birth_line(&y, x->node, value);
    if (st == OK && y.more) text_add(&c->s->out, "# and more like these; any of them can be asked: why NAME\n");
    if (st == OK && y.hidden)
        text_add(&c->s->out, "# what belongs to another call of the network has no name now and is left out\n");
    text_free(&left);
    why_free(&y);
    return st;
}

Status why_run(Call *c, Value *out)
{
    (void)out;
    Asked x;
    Status st = ask_element(c, 0, &x);
    if (st == OK) st = why_answer(c, &x);
    asked_free(&x);
    return st;
}
