/* scalar_late.c -- values into instructions, the operand that comes last used last.
 *
 * A tiny network waits: each step needs the one before. So products and sums are put
 * together in the order in which their parts become ready (Huffman's way: always the
 * two earliest), and a product that is added is a fused multiply-add. That changes the
 * last bit of a result at most, as any order of rounding does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/scalar_late.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "graph/element.h"

/* Cycles until a result is there, about; only their order matters. */
enum { TIME_ADD = 3, TIME_FMA = 4, TIME_DIV = 13, TIME_FUNCTION = 35 };

/* A part of a product or sum: an instruction, or two that are to be multiplied. */
typedef struct {
    int  a, b;                       /* b -1: a alone */
    bool minus;
    int  time;                       /* when it is ready */
} Part;

typedef struct {
    const Values *s;
    Fused        *l;
    int          *at, *time;         /* value -> instruction, and when it is ready */
    int          *uses, *user;       /* how often a value is used, by which last   */
    Part         *part;              /* a stack of lists of parts                  */
    int           n_part, cap_part;
} Late;

/* ---- looking ---- */

static bool is_op(const Late *w, int v, const Op *op) { return w->s->v[v].op == op; }
static bool is_sum(const Late *w, int v) { return is_op(w, v, w->s->add) || is_op(w, v, w->s->sub); }

/* Part of the product or sum above it, and of nothing else. */
static bool is_inner(const Late *w, int v)
{
    if (w->uses[v] != 1 || w->user[v] < 0) return false;
    bool product = is_op(w, v, w->s->mul), above_product = is_op(w, w->user[v], w->s->mul);
    return product ? above_product || is_sum(w, w->user[v]) : is_sum(w, v) && is_sum(w, w->user[v]);
}

static void part_push(Late *w, Part p)
{
    GROW(w->part, w->n_part, w->cap_part);
    w->part[w->n_part++] = p;
}

/* The earliest part from `from` on goes to the end of the list and is taken off it. */
static Part part_pop(Late *w, int from)
{
    int best = from;
    for (int i = from + 1; i < w->n_part; i++) {
        const Part *p = &w->part[i], *q = &w->part[best];
        if (p->time < q->time || (p->time == q->time && q->b >= 0 && p->b < 0)) best = i;
    }
    Part out = w->part[best];
    w->part[best] = w->part[--w->n_part];
    return out;
}

/* ---- products ---- */

static void factors_push(Late *w, int v)
{
    for (int k = 0; k < 2; k++) {
        int f = w->s->v[v].in[k];
        if (is_inner(w, f) && is_op(w, f, w->s->mul)) factors_push(w, f);
        else part_push(w, (Part){ .a = f, .b = -1, .time = w->time[f] });
    }
}

static int find_factor(const Late *w, int from, int value)
{
    for (int i = from; i < w->n_part; i++)
        if (w->part[i].a == value) return i;
    return -1;
}

/* h and 1 - h among the factors: h - h*h in one instruction. Factors are values until
 * here, instructions behind. */
static void factors_settle(Late *w, int from)
{
    for (int i = from; i < w->n_part; i++) {
        int v = w->part[i].a;
        if (v < 0 || !is_op(w, v, w->s->sub) || !value_is(w->s, w->s->v[v].in[0], 1)) continue;
        int h = find_factor(w, from, w->s->v[v].in[1]);
        if (h < 0) continue;
        int x = w->at[w->part[h].a];
        w->part[i] = (Part){ .a = -1, .b = fused_add(w->l, FUSED_FNMA, x, x, x), .time = w->part[h].time + TIME_FMA };
        w->part[h] = w->part[--w->n_part];
        i = from - 1;
    }
    for (int i = from; i < w->n_part; i++) {
        w->part[i].a = w->part[i].a >= 0 ? w->at[w->part[i].a] : w->part[i].b;
        w->part[i].b = -1;
    }
}

/* v's product down to two factors, or to one that is ready by itself. */
static Part product_of(Late *w, int v)
{
    int from = w->n_part;
    factors_push(w, v);
    factors_settle(w, from);
    while (w->n_part - from > 2) {
        Part p = part_pop(w, from), q = part_pop(w, from);
        int time = (p.time > q.time ? p.time : q.time) + TIME_ADD;
        part_push(w, (Part){ .a = fused_add(w->l, FUSED_MUL, p.a, q.a, -1), .b = -1, .time = time });
    }
    Part p = part_pop(w, from);
    if (w->n_part == from) return p;
    Part q = part_pop(w, from);
    return (Part){ .a = p.a, .b = q.a, .time = p.time > q.time ? p.time : q.time };
}

static Part multiplied(Late *w, Part p)
{
    if (p.b < 0) return p;
    p.a = fused_add(w->l, FUSED_MUL, p.a, p.b, -1);
    p.b = -1;
    p.time += TIME_ADD;
    return p;
}

/* ---- sums ---- */

static void terms_push(Late *w, int v, bool minus)
{
    for (int k = 0; k < 2; k++) {
        int t = w->s->v[v].in[k];
        bool less = minus != (k == 1 && is_op(w, v, w->s->sub));
        if (is_inner(w, t) && is_sum(w, t)) {
            terms_push(w, t, less);
        } else {
            Part p = is_inner(w, t) ? product_of(w, t) : (Part){ .a = w->at[t], .b = -1, .time = w->time[t] };
            p.minus = less;
            part_push(w, p);
        }
    }
}

/* p + q, at least one of them a single number: the sign of the sum is p's. */
static Part added(Late *w, Part p, Part q)
{
    if (p.b >= 0 && q.b >= 0) p = multiplied(w, p);
    if (p.b >= 0) return added(w, q, p);
    bool same = p.minus == q.minus;
    Part sum = { .b = -1, .minus = p.minus, .time = (p.time > q.time ? p.time : q.time) + TIME_FMA };
    if (q.b >= 0) sum.a = fused_add(w->l, same ? FUSED_FMA : FUSED_FNMA, q.a, q.b, p.a);
    else sum.a = fused_add(w->l, same ? FUSED_ADD : FUSED_SUB, p.a, q.a, -1);
    return sum;
}

static Part sum_of(Late *w, int v)
{
    int from = w->n_part;
    terms_push(w, v, false);
    while (w->n_part - from > 1) {
        Part p = part_pop(w, from), q = part_pop(w, from);
        if (p.minus && p.b < 0 && !q.minus && q.b < 0) part_push(w, added(w, q, p));
        else part_push(w, added(w, p, q));
    }
    Part sum = multiplied(w, part_pop(w, from));
    if (sum.minus) sum.a = fused_neg(w->l, sum.a);
    return sum;
}

/* ---- all values ---- */

static void count_uses(Late *w, const int *root, int n_root)
{
    const Values *s = w->s;
    bool *live = mem_new((size_t)s->n + 1);
    for (int i = 0; i < s->n; i++) w->user[i] = -1;
    for (int i = 0; i < n_root; i++) live[root[i]] = true, w->uses[root[i]] += 2;
    for (int v = s->n - 1; v >= 0; v--)
        for (int k = 0; live[v] && k < 3 && s->v[v].in[k] >= 0; k++) {
            live[s->v[v].in[k]] = true;
            w->uses[s->v[v].in[k]]++;
            w->user[s->v[v].in[k]] = v;
        }
    free(live);
}

static void value_settle(Late *w, int v)
{
    const Single *x = &w->s->v[v];
    int in[3], latest = 0;
    if (is_sum(w, v) || is_op(w, v, w->s->mul)) {
        Part p = is_sum(w, v) ? sum_of(w, v) : multiplied(w, product_of(w, v));
        w->at[v] = p.a;
        w->time[v] = p.time;
        return;
    }
    for (int k = 0; k < 3; k++) {
        in[k] = x->in[k] >= 0 ? w->at[x->in[k]] : -1;
        if (x->in[k] >= 0 && w->time[x->in[k]] > latest) latest = w->time[x->in[k]];
    }
    w->at[v] = x->op ? element_build(w->l, x->op, in) : x->reg >= 0 ? fused_load(w->l, x->reg) : fused_num(w->l, x->num);
    w->time[v] = !x->op ? 0 : latest + (is_op(w, v, w->s->div) ? TIME_DIV : is_op(w, v, w->s->neg) ? 1 : TIME_FUNCTION);
}

int *values_write(const Values *s, Fused *l, const int *root, int n_root)
{
    size_t n = (size_t)s->n + 1;
    Late w = { .s = s, .l = l };
    w.at = mem_new(sizeof *w.at * n);
    w.time = mem_new(sizeof *w.time * n);
    w.uses = mem_new(sizeof *w.uses * n);
    w.user = mem_new(sizeof *w.user * n);
    count_uses(&w, root, n_root);
    for (int v = 0; v < s->n; v++)
        if (w.uses[v] && !is_inner(&w, v)) value_settle(&w, v);
    free(w.time);
    free(w.uses);
    free(w.user);
    free(w.part);
    return w.at;
}
