/* scalar_value.c -- single numbers: folded, rewritten where that is exact, shared.
 *
 * Exact are: numbers put together at once; x*1, x/1, x + 0, x - 0; signs moved
 * outwards, -(-x) and a - b for -(b - a); factors that are powers of two brought
 * together (they only move the exponent). So 1/2*(2*(t - o)*-1), as the rules of
 * calculus leave it, becomes o - t.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/scalar_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


void values_open(Values *s)
{
    *s = (Values){ .add = op_find("+"),
                   .sub = op_find("-"),
                   .mul = op_find("*"),
                   .div = op_find("/"),
                   .neg = op_find("neg"),
                   .exp = op_find("exp"),
                   .power = op_find("^"),
                   .where = op_find("where") };
}

void values_close(Values *s)
{
    free(s->v);
    free(s->slot);
}

/* ---- sharing ---- */

static bool same_value(const Single *a, const Single *b)
{
    return a->op == b->op && a->reg == b->reg && !memcmp(a->in, b->in, sizeof a->in) &&
           !memcmp(&a->num, &b->num, sizeof a->num);
}

static size_t hash_value(const Single *v)
{
    uint64_t bits, h = (uint64_t)(uintptr_t)v->op ^ (uint64_t)(uint32_t)v->reg << 32;
    memcpy(&bits, &v->num, sizeof bits);
    h = (h ^ bits) * 0x9E3779B97F4A7C15u;
    for (int i = 0; i < 3; i++)
        h = (h ^ h >> 29 ^ (uint64_t)(uint32_t)v->in[i]) * 0xBF58476D1CE4E5B9u;
    return (size_t)(h >> 20);
}

static int *slot_of(const Values *s, const Single *v)
{
    size_t mask = (size_t)s->n_slot - 1, h = hash_value(v) & mask;
    while (s->slot[h] >= 0 && !same_value(&s->v[s->slot[h]], v)) h = (h + 1) & mask;
    return &s->slot[h];
}

static int value_share(Values *s, Single v)
{
    if (2 * (s->n + 1) > s->n_slot) {
        s->n_slot = s->n_slot ? 2 * s->n_slot : 256;
        s->slot = mem_grow(s->slot, (size_t)s->n_slot, sizeof *s->slot);
        for (int i = 0; i < s->n_slot; i++) s->slot[i] = -1;
        for (int i = 0; i < s->n; i++) *slot_of(s, &s->v[i]) = i;
    }
    int *slot = slot_of(s, &v);
    if (*slot >= 0) return *slot;
    GROW(s->v, s->n, s->cap);
    s->v[s->n] = v;
    return *slot = s->n++;
}

int value_number(Values *s, double v)
{
    return value_share(s, (Single){ .num = v, .reg = -1, .in = { -1, -1, -1 } });
}

int value_register(Values *s, int reg)
{
    return value_share(s, (Single){ .reg = reg, .in = { -1, -1, -1 } });
}

static int value_make(Values *s, const Op *op, int a, int b, int c)
{
    bool commutes = op == s->add || op == s->mul;
    if (commutes && a > b) return value_make(s, op, b, a, c);
    return value_share(s, (Single){ .op = op, .reg = -1, .in = { a, b, c } });
}

/* ---- looking ---- */

static bool is_number(const Values *s, int at) { return !s->v[at].op && s->v[at].reg < 0; }

bool value_is(const Values *s, int at, double v) { return is_number(s, at) && s->v[at].num == v; }

static bool made_by(const Values *s, int at, const Op *op) { return s->v[at].op == op; }

static bool power_of_two(double v)
{
    int exponent;
    return fabs(frexp(v, &exponent)) == 0.5 && abs(exponent) < 500;
}

/* ---- rewriting; each gives a value that is equal ---- */

static int make_neg(Values *s, int a);
static int make_sub(Values *s, int a, int b);

static int make_add(Values *s, int a, int b)
{
    if (value_is(s, a, 0)) return b;
    if (value_is(s, b, 0)) return a;
    if (made_by(s, b, s->neg)) return make_sub(s, a, s->v[b].in[0]);
    if (made_by(s, a, s->neg)) return make_sub(s, b, s->v[a].in[0]);
    return value_make(s, s->add, a, b, -1);
}

static int make_sub(Values *s, int a, int b)
{
    if (value_is(s, b, 0)) return a;
    if (value_is(s, a, 0)) return make_neg(s, b);
    if (made_by(s, b, s->neg)) return make_add(s, a, s->v[b].in[0]);
    if (made_by(s, a, s->neg)) return make_neg(s, make_add(s, s->v[a].in[0], b));
    return value_make(s, s->sub, a, b, -1);
}

static int make_neg(Values *s, int a)
{
    if (made_by(s, a, s->neg)) return s->v[a].in[0];
    if (made_by(s, a, s->sub)) return value_make(s, s->sub, s->v[a].in[1], s->v[a].in[0], -1);
    return value_make(s, s->neg, a, -1, -1);
}

/* k times a, k a number. */
static int make_scaled(Values *s, int k, int a)
{
    double v = s->v[k].num;
    if (v == 1) return a;
    if (v == -1) return make_neg(s, a);
    bool scaled = made_by(s, a, s->mul) && is_number(s, s->v[a].in[0]);
    double inner = scaled ? s->v[s->v[a].in[0]].num : 0;
    if (scaled && (power_of_two(v) || power_of_two(inner)))
        return make_scaled(s, value_number(s, v * inner), s->v[a].in[1]);
    if (made_by(s, a, s->neg)) return make_neg(s, make_scaled(s, k, s->v[a].in[0]));
    return value_share(s, (Single){ .op = s->mul, .reg = -1, .in = { k, a, -1 } });
}

static int make_mul(Values *s, int a, int b)
{
    if (is_number(s, a)) return make_scaled(s, a, b);
    if (is_number(s, b)) return make_scaled(s, b, a);
    if (made_by(s, a, s->neg)) return make_neg(s, make_mul(s, s->v[a].in[0], b));
    if (made_by(s, b, s->neg)) return make_neg(s, make_mul(s, a, s->v[b].in[0]));
    if (a == b && made_by(s, a, s->sub) && s->v[a].in[0] < s->v[a].in[1]) {
        /* (p - q)^2 = (q - p)^2: the form in which the gradient needs it too */
        int turned = value_make(s, s->sub, s->v[a].in[1], s->v[a].in[0], -1);
        return value_make(s, s->mul, turned, turned, -1);
    }
    return value_make(s, s->mul, a, b, -1);
}

/* The usual powers as the products that the operation's kernel makes of them. */
static int make_power(Values *s, int a, int b)
{
    if (value_is(s, b, 2)) return make_mul(s, a, a);
    if (value_is(s, b, 1)) return a;
    if (value_is(s, b, 3)) return make_mul(s, make_mul(s, a, a), a);
    if (value_is(s, b, -1)) return value_make(s, s->div, value_number(s, 1), a, -1);
    return value_make(s, s->power, a, b, -1);
}

static double compute(const Values *s, const Op *op, const int *in, int n)
{
    double v[3] = { 0 };
    for (int i = 0; i < n; i++) v[i] = s->v[in[i]].num;
    return op->one(v[0], v[1], v[2]);
}

int value_apply(Values *s, const Op *op, const int *in, int n)
{
    bool fixed = true;
    for (int i = 0; i < n; i++) fixed &= is_number(s, in[i]);
    if (fixed) return value_number(s, compute(s, op, in, n));
    if (op == s->add) return make_add(s, in[0], in[1]);
    if (op == s->sub) return make_sub(s, in[0], in[1]);
    if (op == s->neg) return make_neg(s, in[0]);
    if (op == s->mul) return make_mul(s, in[0], in[1]);
    if (op == s->power) return make_power(s, in[0], in[1]);
    if (op == s->div && value_is(s, in[1], 1)) return in[0];
    if (op == s->where && is_number(s, in[0])) return s->v[in[0]].num != 0 ? in[1] : in[2];
    return value_make(s, op, in[0], n > 1 ? in[1] : -1, n > 2 ? in[2] : -1);
}
