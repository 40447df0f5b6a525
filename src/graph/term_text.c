/* term_text.c -- formulas as text: brackets only where the meaning needs them.
 *
 * Everything is put together from pieces that know how tightly they bind, so
 * brackets are decided in one place (piece_put) for terms and for whole nodes.
 * What is printed is valid Gradus and means the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/term_text.h"

#include <stdlib.h>
#include <string.h>

/* ---- pieces ---- */

Piece piece_atom(const char *fmt, ...)
{
    Piece p = { .power = POWER_ATOM };
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(&p.text, fmt, ap);
    va_end(ap);
    return p;
}

static Piece piece_digits(const char *digits)
{
    Piece p = piece_atom("%s", digits);
    if (*digits == '-') p.power = POWER_MINUS;
    return p;
}

Piece piece_num(double v, NumFormat f)
{
    char buf[NUM_TEXT];
    return piece_digits(num_print(buf, v, f));
}

Piece piece_exact(double v)
{
    char buf[NUM_TEXT];
    return piece_digits(num_exact(buf, v));
}

/* An operator outside all brackets makes the text loose; which one it is would
 * need the parser, so it then counts as the loosest. */
Piece piece_text(Text text)
{
    Piece p = { .text = text, .power = POWER_ATOM };
    int open = 0;
    bool string = false;
    for (const char *s = text_str(&text); *s; s++) {
        if (*s == '"') string = !string;
        if (string) continue;
        open += (*s == '(' || *s == '[') - (*s == ')' || *s == ']');
        if (!open && strchr("+-*/@^<>=! ", *s)) p.power = 0;
    }
    return p;
}

void piece_put(Text *to, Piece *p, int least)
{
    bool brackets = p->power < least;
    if (brackets) text_addc(to, '(');
    text_add(to, text_str(&p->text));
    if (brackets) text_addc(to, ')');
    text_free(&p->text);
}

static bool piece_is_negative(const Piece *p, int least)
{
    return p->power >= least && text_str(&p->text)[0] == '-';
}

Piece piece_call(const char *name, int n, Piece *kid)
{
    Piece p = piece_atom("%s(", name);
    for (int i = 0; i < n; i++) {
        if (i) text_add(&p.text, ", ");
        piece_put(&p.text, &kid[i], 0);
    }
    text_addc(&p.text, ')');
    return p;
}

static Piece piece_prefix(const Op *op, Piece *x)
{
    bool minus = op->power == POWER_MINUS;
    Piece p = { .power = op->power };
    text_add(&p.text, minus ? "-" : "not ");
    piece_put(&p.text, x, piece_is_negative(x, 0) ? POWER_ATOM : op->power + 1);
    return p;
}

/* Spaces around everything but * / ^. */
static const char *infix_text(const Op *op, char buf[16])
{
    bool tight = strchr("*/^", op->name[0]) != NULL;
    const char *name = !strcmp(op->name, "matmul") ? "@" : op->name;
    Text t = { 0 };
    text_addf(&t, tight ? "%s" : " %s ", name);
    strncpy(buf, text_str(&t), 15);
    buf[15] = 0;
    text_free(&t);
    return buf;
}

static Piece piece_infix(const Op *op, Piece *l, Piece *r)
{
    char sign[16];
    Piece p = { .power = op->power };
    bool right_first = op->power == POWER_POWER, neither = op->power == POWER_COMPARE;
    piece_put(&p.text, l, op->power + (right_first || neither));
    text_add(&p.text, infix_text(op, sign));
    bool minus = op->power == POWER_SUM && piece_is_negative(r, POWER_SUM);
    piece_put(&p.text, r, minus ? POWER_ATOM : op->power + !right_first);
    return p;
}

Piece piece_op(const Op *op, int n, Piece *kid)
{
    if (op->power && n == 1) return piece_prefix(op, kid);
    if (op->power && n == 2) return piece_infix(op, kid, kid + 1);
    const char *name = !strcmp(op->name, "maximum") ? "max"
                     : !strcmp(op->name, "minimum") ? "min" : op->name;
    return piece_call(name, n, kid);
}

Piece piece_fn(const Tmpl *fn, int n, Piece *kid)
{
    return piece_call(fn->name, n, kid);
}

/* A part that begins with a minus is taken away instead of added. */
Piece piece_sum(int n, Piece *kid)
{
    if (!n) return piece_atom("0");
    if (n == 1) return kid[0];
    Piece p = { .power = POWER_SUM };
    piece_put(&p.text, &kid[0], POWER_SUM);
    for (int i = 1; i < n; i++) {
        if (piece_is_negative(&kid[i], POWER_PRODUCT)) {
            text_addf(&p.text, " - %s", text_str(&kid[i].text) + 1);
            text_free(&kid[i].text);
            continue;
        }
        text_add(&p.text, " + ");
        piece_put(&p.text, &kid[i], POWER_PRODUCT);
    }
    return p;
}

/* ---- terms ---- */

enum { SHOWN_PARTS = 3, SHORT_NUMBER = 8, LIST_MOST = 1000 };

typedef struct {
    TermStyle style;
    NumFormat format;
    int       fold;
    int       n_folded;      /* long sums met                                */
    int       folded;        /* parts shown as one number: the comment tells */
    double    rest;
} TermPrinter;

static Piece term_piece(TermPrinter *p, const Term *t);

/* A number of the formula itself is shown as written, however few digits are
 * asked for: 0.0005 rounded to three decimals would say something else. */
static Piece constant_piece(TermPrinter *p, double v)
{
    char buf[NUM_TEXT];
    bool brief = strlen(num_exact(buf, v)) <= SHORT_NUMBER;
    return brief || p->style == TERM_NAMES ? piece_exact(v) : piece_num(v, p->format);
}

static Piece ref_piece(TermPrinter *p, const Term *t)
{
    bool bare = t->node->flags & NODE_CONST && !t->node->label;
    if (bare) return constant_piece(p, t->node->val[t->at]);
    if (p->style == TERM_NAMES) return piece_ref(t->node, t->at);
    Diag d = { 0 };
    const double *v = node_eval(t->node, &d);
    return piece_num(v ? v[t->at] : 0.0 / 0.0, p->format);
}

static Piece *kid_pieces(TermPrinter *p, const Term *t, int n)
{
    Piece *kid = mem_new(sizeof *kid * (size_t)(n + 1));
    for (int i = 0; i < n; i++) kid[i] = term_piece(p, t->kid[i]);
    return kid;
}

static Piece fold_names(const Term *t)
{
    if (!t->node->op->fold) return piece_element(piece_node_open(t->node), t->node, t->at);
    Text text = { 0 };
    t->node->op->fold(&text, t->node, t->at);
    return piece_text(text);
}

/* The first parts of a long list, and what the others come to as one number. */
static Piece *fold_numbers(TermPrinter *p, const Term *t)
{
    Piece *kid = kid_pieces(p, t, SHOWN_PARTS);
    Term others = *t;
    others.kid = t->kid + SHOWN_PARTS;
    others.n = t->n - SHOWN_PARTS;
    p->n_folded++;
    p->folded = others.n;
    p->rest = term_eval(&others);
    kid[SHOWN_PARTS] = piece_num(p->rest, p->format);
    return kid;
}

/* The parts of a sum or a list, folded if it is long; *n how many. */
static Piece *part_pieces(TermPrinter *p, const Term *t, int *n)
{
    bool folds = t->n > p->fold && t->n > SHOWN_PARTS + 1 && p->style == TERM_NUMBERS;
    if (t->kind == T_OVER && !strncmp(t->name, "arg", 3)) folds = false;
    *n = folds ? SHOWN_PARTS + 1 : t->n;
    return folds ? fold_numbers(p, t) : kid_pieces(p, t, t->n);
}

static Piece sum_piece(TermPrinter *p, const Term *t)
{
    bool fold = t->n > p->fold;
    if (fold && p->style == TERM_NAMES && t->node) return fold_names(t);
    int n;
    Piece *kid = part_pieces(p, t, &n), sum = piece_sum(n, kid);
    free(kid);
    return sum;
}

static int64_t axis_stride(const Shape *s, int axis)
{
    int64_t n = 1;
    for (int i = axis + 1; i < s->rank; i++) n *= s->dim[i];
    return n;
}

/* The axis of one node that the kids of t run along, or -1. */
static int over_axis(const Term *t)
{
    Node *x = t->kid[0]->kind == T_REF ? t->kid[0]->node : NULL;
    if (!x || t->n < 2) return -1;
    int64_t by = t->kid[1]->at - t->kid[0]->at;
    for (int i = 0; i < t->n; i++)
        if (t->kid[i]->kind != T_REF || t->kid[i]->node != x
            || t->kid[i]->at != t->kid[0]->at + i * by)
            return -1;
    for (int k = 0; k < x->shape.rank; k++)
        if (x->shape.dim[k] == t->n && axis_stride(&x->shape, k) == by) return k;
    return -1;
}

/* max(x[2, :]) instead of a list of many entries */
static Piece over_axis_piece(const Term *t, int axis)
{
    Node *x = t->kid[0]->node;
    int64_t index[LIMIT_RANK];
    shape_unravel(&x->shape, t->kid[0]->at, index);
    Piece whole = piece_node(x), arg = { .power = POWER_ATOM };
    bool plain = x->shape.rank == 1;
    piece_put(&arg.text, &whole, plain ? 0 : POWER_ATOM);
    for (int i = 0; i < x->shape.rank && !plain; i++) {
        text_add(&arg.text, i ? ", " : "[");
        if (i == axis) text_addc(&arg.text, ':');
        else text_addf(&arg.text, "%lld", (long long)index[i]);
    }
    if (!plain) text_addc(&arg.text, ']');
    return piece_call(t->name, 1, &arg);
}

static Piece over_piece(TermPrinter *p, const Term *t)
{
    bool names = p->style == TERM_NAMES || t->n > LIST_MOST;
    int axis = t->n > p->fold && names ? over_axis(t) : -1, n;
    if (axis >= 0) return over_axis_piece(t, axis);
    Piece *kid = part_pieces(p, t, &n), list = piece_atom("[");
    for (int i = 0; i < n; i++) {
        if (i) text_add(&list.text, ", ");
        piece_put(&list.text, &kid[i], 0);
    }
    text_addc(&list.text, ']');
    free(kid);
    return piece_call(t->name, 1, &list);
}

static Piece apply_piece(TermPrinter *p, const Term *t)
{
    Piece *kid = kid_pieces(p, t, t->n);
    Piece out = t->kind == T_CALL ? piece_fn(t->fn, t->n, kid) : piece_op(t->op, t->n, kid);
    free(kid);
    return out;
}

static Piece term_piece(TermPrinter *p, const Term *t)
{
    switch (t->kind) {
    case T_NUM: return constant_piece(p, t->num);
    case T_REF: return ref_piece(p, t);
    case T_SUM: return sum_piece(p, t);
    case T_OVER: return over_piece(p, t);
    default: return apply_piece(p, t);
    }
}

void term_print(Text *to, const Term *t, TermStyle style, NumFormat f, int fold)
{
    TermPrinter p = { .style = style, .format = f, .fold = fold };
    Piece out = term_piece(&p, t);
    piece_put(to, &out, 0);
    if (p.n_folded > 1) text_add(to, "  # the last number of each long sum: its other terms");
    if (p.n_folded != 1) return;
    char buf[NUM_TEXT];
    text_addf(to, "  # %s: the other %d terms", num_print(buf, p.rest, f), p.folded);
}
