/* algebra.c -- terms put together as on paper.
 *
 * A product is taken apart into what stands above and what stands below the bar,
 * and put together again from the left, so that nested products need no
 * brackets. Numbers stay as written (1/2) until algebra_tidy makes one of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/algebra.h"

#include <math.h>
#include <string.h>

#include "graph/op.h"

/* ---- looking ---- */

static bool is_op(const Term *t, const char *name, int n)
{
    return t->kind == T_APPLY && t->n == n && !strcmp(t->op->name, name);
}

static bool quotient_number(const Term *t, double *v)
{
    double w;
    if (!is_op(t, "/", 2) || t->kid[0]->kind != T_NUM || t->kid[1]->kind != T_NUM) return false;
    w = t->kid[1]->num;
    return w != 0 && (*v = t->kid[0]->num / w, true);
}

bool algebra_number(const Term *t, double *v)
{
    if (t->kind == T_NUM) return *v = t->num, true;
    if (is_op(t, "neg", 1) && algebra_number(t->kid[0], v)) return *v = -*v, true;
    return quotient_number(t, v);
}

bool algebra_is(const Term *t, double v)
{
    double w;
    return algebra_number(t, &w) && w == v;
}

bool algebra_equal(const Term *x, const Term *y)
{
    if (x == y) return true;
    if (x->kind != y->kind || x->n != y->n || x->op != y->op || x->fn != y->fn) return false;
    if (x->kind == T_NUM) return x->num == y->num;
    if (x->kind == T_REF) return x->node == y->node && x->at == y->at;
    if (x->kind == T_OVER && strcmp(x->name, y->name)) return false;
    for (int i = 0; i < x->n; i++)
        if (!algebra_equal(x->kid[i], y->kid[i])) return false;
    return true;
}

/* ---- making ---- */

static const Term *pair(Arena *a, const char *op, const Term *x, const Term *y)
{
    return term_apply(a, op_find(op), 2, (const Term *[]){ x, y });
}

const Term *algebra_with(Arena *a, const Term *t, const Term *const *kid)
{
    Term *copy = ARENA_NEW(a, Term);
    *copy = *t;
    copy->kid = ARENA_ARRAY(a, const Term *, t->n + 1);
    memcpy(copy->kid, kid, sizeof *kid * (size_t)t->n);
    return copy;
}

/* t without the minus in front of it; NULL when there is none. */
static const Term *minus_off(Arena *a, const Term *t)
{
    if (t->kind == T_NUM) return t->num < 0 ? term_num(a, -t->num) : NULL;
    if (is_op(t, "neg", 1)) return t->kid[0];
    if (!is_op(t, "*", 2) && !is_op(t, "/", 2)) return NULL;
    const Term *first = minus_off(a, t->kid[0]);
    if (!first) return NULL;
    if (algebra_is(first, 1) && is_op(t, "*", 2)) return t->kid[1];
    return pair(a, t->op->name, first, t->kid[1]);
}

/* The minus of a product goes to its first factor: -x*y needs no brackets. */
const Term *algebra_neg(Arena *a, const Term *x)
{
    const Term *plus = minus_off(a, x);
    if (plus) return plus;
    if (x->kind == T_NUM) return term_num(a, x->num == 0 ? 0 : -x->num);
    if (is_op(x, "*", 2) || is_op(x, "/", 2)) return pair(a, x->op->name, algebra_neg(a, x->kid[0]), x->kid[1]);
    return term_apply(a, op_find("neg"), 1, &x);
}

const Term *algebra_add(Arena *a, const Term *x, const Term *y)
{
    if (algebra_is(x, 0)) return y;
    if (algebra_is(y, 0)) return x;
    const Term *minus = minus_off(a, y);
    if (minus) return algebra_sub(a, x, minus);
    if (is_op(y, "+", 2)) return algebra_add(a, algebra_add(a, x, y->kid[0]), y->kid[1]);
    if (is_op(y, "-", 2)) return algebra_sub(a, algebra_add(a, x, y->kid[0]), y->kid[1]);
    return pair(a, "+", x, y);
}

const Term *algebra_sub(Arena *a, const Term *x, const Term *y)
{
    if (algebra_is(y, 0)) return x;
    if (algebra_is(x, 0)) return algebra_neg(a, y);
    const Term *minus = minus_off(a, y);
    return minus ? algebra_add(a, x, minus) : pair(a, "-", x, y);
}

const Term *algebra_power(Arena *a, const Term *x, const Term *y)
{
    if (algebra_is(y, 1)) return x;
    if (algebra_is(y, 0)) return term_num(a, 1);
    return pair(a, "^", x, y);
}

const Term *algebra_sum(Arena *a, int n, const Term *const *kid)
{
    const Term **left = ARENA_ARRAY(a, const Term *, n + 1);
    int count = 0;
    for (int i = 0; i < n; i++)
        if (!algebra_is(kid[i], 0)) left[count++] = kid[i];
    if (!count) return term_num(a, 0);
    return count == 1 ? left[0] : term_sum(a, NULL, 0, count, left);
}

/* ---- products ---- */

enum { FACTORS = 64, SHORT_QUOTIENT = 6, COMPARE_POWER = 4 };

/* sign * above... / below... ; numbers (other than 1) among the factors. */
typedef struct {
    Arena *a;
    bool   minus, full;
    int    n_above, n_below;
    const Term *above[FACTORS], *below[FACTORS];
} Product;

static void product_add(Product *p, const Term *t, bool below)
{
    double v;
    bool num = algebra_number(t, &v);
    if (is_op(t, "neg", 1)) {
        p->minus = !p->minus;
        product_add(p, t->kid[0], below);
    } else if (num && v < 0 && t->kind == T_NUM) {
        p->minus = !p->minus;
        product_add(p, term_num(p->a, -v), below);
    } else if (!num && is_op(t, "*", 2)) {
        product_add(p, t->kid[0], below);
        product_add(p, t->kid[1], below);
    } else if (!num && is_op(t, "/", 2)) {
        product_add(p, t->kid[0], below);
        product_add(p, t->kid[1], !below);
    } else if (p->n_above >= FACTORS || p->n_below >= FACTORS) {
        p->full = true;
    } else if (!(num && v == 1)) {
        if (below) p->below[p->n_below++] = t;
        else p->above[p->n_above++] = t;
    }
}

static bool product_is_zero(const Product *p)
{
    for (int i = 0; i < p->n_above; i++)
        if (algebra_is(p->above[i], 0)) return true;
    return false;
}

static const Term *factors_join(Arena *a, const Term *const *f, int n)
{
    const Term *t = n ? f[0] : term_num(a, 1);
    for (int i = 1; i < n; i++) t = pair(a, "*", t, f[i]);
    return t;
}

static const Term *product_join(Product *p)
{
    if (product_is_zero(p)) return term_num(p->a, 0);
    const Term *t = factors_join(p->a, p->above, p->n_above);
    if (p->n_below) t = pair(p->a, "/", t, factors_join(p->a, p->below, p->n_below));
    return p->minus ? algebra_neg(p->a, t) : t;
}

const Term *algebra_mul(Arena *a, const Term *x, const Term *y)
{
    Product p = { .a = a };
    product_add(&p, x, false);
    product_add(&p, y, false);
    return p.full ? pair(a, "*", x, y) : product_join(&p);
}

const Term *algebra_div(Arena *a, const Term *x, const Term *y)
{
    if (algebra_is(y, 1)) return x;
    if (algebra_is(x, 0)) return x;
    return pair(a, "/", x, y);
}

/* A choice that hangs on plain numbers is made: where(1 == 0, u, v) is v. */
static const Term *chosen(Arena *a, const Op *op, int n, const Term *const *kid)
{
    bool compares = op->power == COMPARE_POWER && n == 2;
    if (compares && kid[0]->kind == T_NUM && kid[1]->kind == T_NUM)
        return term_num(a, op->one(kid[0]->num, kid[1]->num, 0));
    if (n == 3 && kid[0]->kind == T_NUM && !strcmp(op->name, "where")) return kid[0]->num != 0 ? kid[1] : kid[2];
    return NULL;
}

const Term *algebra_apply(Arena *a, const Op *op, int n, const Term *const *kid)
{
    static const struct {
        const char *name;
        const Term *(*make)(Arena *, const Term *, const Term *);
    } smart[] = {
        { "+", algebra_add }, { "-", algebra_sub }, { "*", algebra_mul },
        { "/", algebra_div }, { "^", algebra_power }
    };
    if (n == 1 && !strcmp(op->name, "neg")) return algebra_neg(a, kid[0]);
    for (size_t i = 0; n == 2 && i < sizeof smart / sizeof *smart; i++)
        if (!strcmp(op->name, smart[i].name)) return smart[i].make(a, kid[0], kid[1]);
    const Term *choice = chosen(a, op, n, kid);
    return choice ? choice : term_apply(a, op, n, kid);
}

/* ---- tidying ---- */

/* Equal factors above and below go; so does a power's base once. */
static void product_cancel(Product *p)
{
    for (int i = 0; i < p->n_below; i++)
        for (int k = 0; k < p->n_above; k++) {
            if (!algebra_equal(p->below[i], p->above[k])) continue;
            memmove(p->below + i, p->below + i + 1, sizeof *p->below * (size_t)(--p->n_below - i));
            memmove(p->above + k, p->above + k + 1, sizeof *p->above * (size_t)(--p->n_above - k));
            i--;
            break;
        }
}

/* Takes the numbers out of f; their product. */
static double numbers_out(const Term **f, int *n)
{
    double v = 1, w;
    int left = 0;
    for (int i = 0; i < *n; i++) {
        if (algebra_number(f[i], &w)) v *= w;
        else f[left++] = f[i];
    }
    *n = left;
    return v;
}

static void number_put(Arena *a, const Term **f, int *n, double v, const Term *as_written)
{
    if (v == 1) return;
    memmove(f + 1, f, sizeof *f * (size_t)*n);
    f[0] = as_written && algebra_is(as_written, v) ? as_written : term_num(a, v);
    ++*n;
}

static const Term *number_find(const Term *const *f, int n)
{
    double v;
    for (int i = 0; i < n; i++)
        if (algebra_number(f[i], &v)) return f[i];
    return NULL;
}

/* v/w as one number is easier to read only if it is short: 1.5, not 0.6666666666666666. */
static bool quotient_is_short(double v, double w)
{
    char buf[NUM_TEXT];
    return v != 1 && strlen(num_exact(buf, v / w)) <= SHORT_QUOTIENT;
}

static bool is_sum(const Term *t)
{
    return is_op(t, "+", 2) || is_op(t, "-", 2) || (t->kind == T_SUM && !t->node);
}

/* Every part of the sum has a number in front. */
static bool parts_have_numbers(const Term *t)
{
    double v;
    if (is_op(t, "neg", 1)) return parts_have_numbers(t->kid[0]);
    if (is_op(t, "*", 2)) return parts_have_numbers(t->kid[0]);
    if (!is_sum(t)) return algebra_number(t, &v);
    for (int i = 0; i < t->n; i++)
        if (!parts_have_numbers(t->kid[i])) return false;
    return true;
}

static const Term *product_tidy(Arena *a, const Term *t);

/* number*(2*u - 4*v): the number goes into the parts. */
static const Term *number_into(Arena *a, const Term *number, const Term *t)
{
    if (!is_sum(t)) return product_tidy(a, algebra_mul(a, number, t));
    const Term **kid = ARENA_ARRAY(a, const Term *, t->n + 1);
    for (int i = 0; i < t->n; i++) kid[i] = number_into(a, number, t->kid[i]);
    return t->kind == T_SUM ? algebra_sum(a, t->n, kid) : algebra_apply(a, t->op, t->n, kid);
}

static const Term *product_tidy(Arena *a, const Term *t)
{
    Product p = { .a = a };
    product_add(&p, t, false);
    if (p.full || p.n_above + 1 >= FACTORS) return t;
    if (product_is_zero(&p)) return term_num(a, 0);
    product_cancel(&p);
    const Term *up = number_find(p.above, p.n_above), *down = number_find(p.below, p.n_below);
    double v = numbers_out(p.above, &p.n_above), w = numbers_out(p.below, &p.n_below);
    if (v < 0) p.minus = !p.minus, v = -v;
    if (w < 0) p.minus = !p.minus, w = -w;
    if (w != 1 && quotient_is_short(v, w)) v /= w, w = 1;
    bool into = p.n_above == 1 && !p.n_below && v != 1 && w == 1 && is_sum(p.above[0]);
    if (into && parts_have_numbers(p.above[0]))
        return number_into(a, p.minus ? term_num(a, -v) : up && algebra_is(up, v) ? up : term_num(a, v), p.above[0]);
    number_put(a, p.above, &p.n_above, v, up);
    number_put(a, p.below, &p.n_below, w, down);
    return product_join(&p);
}

static void sum_parts(const Term *t, bool minus, const Term **part, bool *sign, int *n)
{
    if (*n >= FACTORS) {
        ++*n;
    } else if (is_op(t, "+", 2) || is_op(t, "-", 2)) {
        sum_parts(t->kid[0], minus, part, sign, n);
        sum_parts(t->kid[1], minus ^ (t->op->name[0] == '-'), part, sign, n);
    } else if (is_op(t, "neg", 1)) {
        sum_parts(t->kid[0], !minus, part, sign, n);
    } else {
        part[*n] = t;
        sign[(*n)++] = minus;
    }
}

/* Numbers of a sum become one, where the first of them stood. */
static const Term *sum_tidy(Arena *a, const Term *t)
{
    const Term *part[FACTORS];
    bool sign[FACTORS];
    int n = 0, numbers = 0, place = -1;
    double v = 0, w;
    sum_parts(t, false, part, sign, &n);
    if (n > FACTORS) return t;
    for (int i = 0; i < n; i++) {
        if (!algebra_number(part[i], &w)) continue;
        v += sign[i] ? -w : w;
        if (!numbers++) place = i;
    }
    if (numbers < 2) return t;
    const Term *out = term_num(a, 0);
    for (int i = 0; i < n; i++) {
        const Term *p = i == place ? term_num(a, fabs(v)) : part[i];
        bool minus = i == place ? v < 0 : sign[i];
        if (i != place && algebra_number(p, &w)) continue;
        out = minus ? algebra_sub(a, out, p) : algebra_add(a, out, p);
    }
    return out;
}

const Term *algebra_tidy(Arena *a, const Term *t)
{
    if (t->kind == T_NUM || t->kind == T_REF || t->n > FACTORS) return t;
    const Term **kid = ARENA_ARRAY(a, const Term *, t->n + 1);
    for (int i = 0; i < t->n; i++) kid[i] = algebra_tidy(a, t->kid[i]);
    if (t->kind == T_SUM && !t->node) return algebra_sum(a, t->n, kid);
    if (t->kind != T_APPLY) return algebra_with(a, t, kid);
    const Term *out = algebra_apply(a, t->op, t->n, kid);
    if (is_op(out, "*", 2) || is_op(out, "/", 2)) {
        double v;
        return algebra_number(out, &v) ? out : product_tidy(a, out);
    }
    if (is_op(out, "neg", 1)) return product_tidy(a, out);
    return is_op(out, "+", 2) || is_op(out, "-", 2) ? sum_tidy(a, out) : out;
}
