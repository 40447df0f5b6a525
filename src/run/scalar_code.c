/* scalar_code.c -- from values to instructions: the largest piece that one
 * instruction can do, from the results backwards.
 *
 * A value that only one other value uses can be swallowed by it. Registers of
 * values are written once each; a next value goes straight to its parameter's
 * register when nothing behind it reads the old one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/scalar_code.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* An instruction over values instead of registers. */
typedef struct {
    ScalarCode code;
    int        n, in[MOST_OPERANDS];
    const Op  *op;
} Pick;

typedef struct {
    Scalar       *p;
    Values       *s;
    const Wanted *w;
    Pick         *pick;      /* by value; n 0: not needed as one               */
    bool         *needed;
    int          *reg;       /* by value, -1 none yet                          */
} Code;

/* ---- looking at values ---- */

static const Single *single(const Code *c, int at) { return &c->s->v[at]; }

/* Value `at` is op of something, for one user only. */
static bool inner(const Code *c, int at, const Op *op)
{
    return single(c, at)->op == op && single(c, at)->uses == 1;
}

static int left(const Code *c, int at) { return single(c, at)->in[0]; }
static int right(const Code *c, int at) { return single(c, at)->in[1]; }

/* One of a commutative value's operands is an inner op: *rest is the other one. */
static bool has_inner(const Code *c, int at, const Op *op, int *part, int *rest)
{
    int l = left(c, at), r = right(c, at);
    bool on_right = inner(c, r, op);
    if (!on_right && !inner(c, l, op)) return false;
    *part = on_right ? r : l;
    *rest = on_right ? l : r;
    return true;
}

/* ---- picking ---- */

static Pick pick(ScalarCode code, int n, const int *in)
{
    Pick k = { .code = code, .n = n };
    memcpy(k.in, in, sizeof *in * (size_t)n);
    return k;
}
#define PICK(code, n, ...) pick(C_##code, n, (const int[]){ __VA_ARGS__ })

/* p*q + r*s, for one user. */
static bool inner_dot2(const Code *c, int at, int out[4])
{
    const Values *s = c->s;
    if (!inner(c, at, s->add) || !inner(c, left(c, at), s->mul) || !inner(c, right(c, at), s->mul))
        return false;
    if (left(c, at) == right(c, at)) return false;
    out[0] = left(c, left(c, at));
    out[1] = right(c, left(c, at));
    out[2] = left(c, right(c, at));
    out[3] = right(c, right(c, at));
    return true;
}

static bool pick_dot(const Code *c, int at, Pick *out)
{
    int d[4], l = left(c, at), r = right(c, at);
    int dot = inner_dot2(c, l, d) ? l : inner_dot2(c, r, d) ? r : -1;
    if (dot < 0) return false;
    int rest = dot == l ? r : l;
    if (inner(c, rest, c->s->mul))
        *out = PICK(DOT3, 6, d[0], d[1], d[2], d[3], left(c, rest), right(c, rest));
    else *out = PICK(DOT2_ADD, 5, d[0], d[1], d[2], d[3], rest);
    return true;
}

static Pick pick_add(const Code *c, int at)
{
    Pick out;
    int part, rest, l = left(c, at), r = right(c, at);
    if (pick_dot(c, at, &out)) return out;
    if (l != r && inner(c, l, c->s->mul) && inner(c, r, c->s->mul))
        return PICK(DOT2, 4, left(c, l), right(c, l), left(c, r), right(c, r));
    if (has_inner(c, at, c->s->mul, &part, &rest))
        return PICK(MUL_ADD, 3, left(c, part), right(c, part), rest);
    return PICK(ADD, 2, l, r);
}

static Pick pick_sub(const Code *c, int at)
{
    int l = left(c, at), r = right(c, at), part, rest;
    if (inner(c, r, c->s->mul) && has_inner(c, r, c->s->mul, &part, &rest))
        return PICK(SUB_MUL2, 4, l, rest, left(c, part), right(c, part));
    if (inner(c, r, c->s->mul)) return PICK(SUB_MUL, 3, l, left(c, r), right(c, r));
    if (inner(c, l, c->s->mul)) return PICK(MUL_SUB, 3, left(c, l), right(c, l), r);
    return PICK(SUB, 2, l, r);
}

/* h*(1 - h), the slope of sigmoid by its own value. */
static bool is_slope(const Code *c, int at, int *h)
{
    if (single(c, at)->op != c->s->mul) return false;
    for (int k = 0; k < 2; k++) {
        int one_less = single(c, at)->in[k], other = single(c, at)->in[1 - k];
        if (!inner(c, one_less, c->s->sub) || !value_is(c->s, left(c, one_less), 1)) continue;
        if (right(c, one_less) != other) continue;
        *h = other;
        return true;
    }
    return false;
}

/* 1 - h*h, the slope of tanh by its own value. */
static bool is_square_slope(const Code *c, int at, int *h)
{
    if (single(c, at)->op != c->s->sub || !value_is(c->s, left(c, at), 1)) return false;
    int square = right(c, at);
    if (!inner(c, square, c->s->mul) || left(c, square) != right(c, square)) return false;
    *h = left(c, square);
    return true;
}

/* g times a slope, g perhaps a product itself. */
static bool pick_times_slope(const Code *c, int at, Pick *out)
{
    for (int k = 0; k < 2; k++) {
        int slope = single(c, at)->in[k], g = single(c, at)->in[1 - k], h;
        if (single(c, slope)->uses != 1 || slope == g) continue;
        bool sigmoid = is_slope(c, slope, &h);
        if (!sigmoid && !is_square_slope(c, slope, &h)) continue;
        bool two = inner(c, g, c->s->mul);
        if (two && sigmoid) *out = PICK(MUL2_SLOPE, 3, left(c, g), right(c, g), h);
        else if (two) *out = PICK(MUL2_SQUARE, 3, left(c, g), right(c, g), h);
        else if (sigmoid) *out = PICK(MUL_SLOPE, 2, g, h);
        else *out = PICK(MUL_SQUARE, 2, g, h);
        return true;
    }
    return false;
}

static Pick pick_mul(const Code *c, int at)
{
    Pick out;
    int h, part, rest;
    if (is_slope(c, at, &h)) return PICK(SLOPE, 1, h);
    if (pick_times_slope(c, at, &out)) return out;
    if (left(c, at) != right(c, at) && has_inner(c, at, c->s->mul, &part, &rest))
        return PICK(MUL_MUL, 3, rest, left(c, part), right(c, part));
    return PICK(MUL, 2, left(c, at), right(c, at));
}

/* 1/(1 + exp(-z)), z perhaps a neuron's dot product with its bias. */
static bool pick_logistic(const Code *c, int at, Pick *out)
{
    const Values *s = c->s;
    int sum = right(c, at), e, one, d[4];
    if (!value_is(s, left(c, at), 1) || !inner(c, sum, s->add)) return false;
    if (!has_inner(c, sum, s->exp, &e, &one) || !value_is(s, one, 1)) return false;
    if (!inner(c, left(c, e), s->neg)) return false;
    int z = left(c, left(c, e)), part, rest;
    if (inner(c, z, s->add) && (inner_dot2(c, left(c, z), d) || inner_dot2(c, right(c, z), d))) {
        rest = inner_dot2(c, left(c, z), d) ? right(c, z) : left(c, z);
        *out = PICK(NEURON2, 5, d[0], d[1], d[2], d[3], rest);
    } else if (inner(c, z, s->add) && has_inner(c, z, s->mul, &part, &rest)) {
        *out = PICK(NEURON1, 3, left(c, part), right(c, part), rest);
    } else {
        *out = PICK(LOGISTIC, 1, z);
    }
    return true;
}

static Pick pick_call(const Single *v)
{
    int n = v->in[1] < 0 ? 1 : v->in[2] < 0 ? 2 : 3;
    Pick out = pick((ScalarCode)(C_CALL1 + n - 1), n, v->in);
    out.op = v->op;
    return out;
}

static Pick pick_for(const Code *c, int at)
{
    const Values *s = c->s;
    const Single *v = single(c, at);
    Pick out;
    if (v->op == s->add) return pick_add(c, at);
    if (v->op == s->sub) return pick_sub(c, at);
    if (v->op == s->mul) return pick_mul(c, at);
    if (v->op == s->div) return pick_logistic(c, at, &out) ? out : PICK(DIV, 2, v->in[0], v->in[1]);
    if (v->op == s->neg) return PICK(NEG, 1, v->in[0]);
    if (v->op == s->exp) return PICK(EXP, 1, v->in[0]);
    return pick_call(v);
}

static void count_uses(Code *c)
{
    Values *s = c->s;
    bool *live = mem_new((size_t)s->n + 1);
    for (int i = 0; i < c->w->n_ask; i++) live[c->w->ask[i]] = true, s->v[c->w->ask[i]].uses++;
    for (int i = 0; i < c->w->n; i++) live[c->w->next[i]] = true, s->v[c->w->next[i]].uses++;
    for (int at = s->n - 1; at >= 0; at--)
        for (int k = 0; live[at] && k < 3 && s->v[at].in[k] >= 0; k++) {
            live[s->v[at].in[k]] = true;
            s->v[s->v[at].in[k]].uses++;
        }
    free(live);
}

static void pick_all(Code *c)
{
    for (int i = 0; i < c->w->n_ask; i++) c->needed[c->w->ask[i]] = true;
    for (int i = 0; i < c->w->n; i++) c->needed[c->w->next[i]] = true;
    for (int at = c->s->n - 1; at >= 0; at--) {
        if (!c->needed[at] || !single(c, at)->op) continue;
        c->pick[at] = pick_for(c, at);
        for (int k = 0; k < c->pick[at].n; k++) c->needed[c->pick[at].in[k]] = true;
    }
}

/* ---- registers and order ---- */

/* Values in the order of computing: those that are nothing but a parameter's
 * next value come last. Returns how many. */
static int order_picks(const Code *c, int *order)
{
    int n = 0;
    bool *last = mem_new((size_t)c->s->n + 1);
    for (int i = 0; i < c->w->n; i++) last[c->w->next[i]] = single(c, c->w->next[i])->uses == 1;
    for (int pass = 0; pass < 2; pass++)
        for (int at = 0; at < c->s->n; at++)
            if (c->pick[at].n && last[at] == (pass == 1)) order[n++] = at;
    free(last);
    return n;
}

static int value_of_register(const Values *s, int reg)
{
    for (int at = 0; at < s->n; at++)
        if (!s->v[at].op && s->v[at].reg == reg) return at;
    return -1;
}

/* The old number of a register is needed after all instructions: it is asked
 * for, or it is another register's next value. */
static bool read_at_end(const Code *c, int old, int reg)
{
    bool read = false;
    for (int i = 0; i < c->w->n_ask; i++) read |= c->w->ask[i] == old;
    for (int i = 0; i < c->w->n; i++) read |= c->w->next[i] == old && c->w->reg[i] != reg;
    return read;
}

static bool reads(const Pick *k, int value)
{
    for (int i = 0; i < k->n; i++)
        if (k->in[i] == value) return true;
    return false;
}

/* Next values go straight to their register where nothing later reads the old number. */
static void place_next(Code *c, const int *order, int n)
{
    for (int i = 0; i < c->w->n; i++) {
        int next = c->w->next[i], old = value_of_register(c->s, c->w->reg[i]), k = n - 1;
        if (!c->pick[next].n || c->reg[next] >= 0 ||
            (old >= 0 && read_at_end(c, old, c->w->reg[i])))
            continue;
        while (order[k] != next && !(old >= 0 && reads(&c->pick[order[k]], old))) k--;
        if (order[k] == next) c->reg[next] = c->w->reg[i];
    }
}

static int register_of(Code *c, int at)
{
    if (c->reg[at] >= 0) return c->reg[at];
    const Single *v = single(c, at);
    c->reg[at] = !v->op && v->reg >= 0 ? v->reg : c->p->n_reg++;
    return c->reg[at];
}

/* ---- instructions ---- */

static Instr *emit(Scalar *p, ScalarCode code, int y)
{
    GROW(p->code, p->n_code, p->cap_code);
    Instr *i = &p->code[p->n_code++];
    *i = (Instr){ .go = scalar_address(code), .y = (uint16_t)y };
    return i;
}

static bool function_index(Scalar *p, const Op *op, uint16_t *out)
{
    int i = 0;
    while (i < p->n_fn && p->fn[i] != op->one) i++;
    if (i == (int)(sizeof p->fn / sizeof *p->fn)) return false;
    p->fn[i] = op->one;
    if (i == p->n_fn) p->n_fn++;
    *out = (uint16_t)i;
    return true;
}

static bool emit_pick(Code *c, int at)
{
    const Pick *k = &c->pick[at];
    int in[MOST_OPERANDS];
    for (int i = 0; i < k->n; i++) in[i] = register_of(c, k->in[i]);
    Instr *to = emit(c->p, k->code, register_of(c, at));
    for (int i = 0; i < k->n; i++) to->in[i] = (uint16_t)in[i];
    return !k->op || function_index(c->p, k->op, &to->fn);
}

/* What could not be written in place: first all into registers of their own,
 * because one parameter may take another's old value. */
static void emit_moves(Code *c)
{
    int *from = mem_new(sizeof *from * (size_t)(c->w->n + 1));
    for (int i = 0; i < c->w->n; i++) {
        from[i] = register_of(c, c->w->next[i]);
        if (from[i] == c->w->reg[i] || from[i] >= c->p->store->len) continue;
        emit(c->p, C_MOVE, c->p->n_reg)->in[0] = (uint16_t)from[i];
        from[i] = c->p->n_reg++;
    }
    for (int i = 0; i < c->w->n; i++)
        if (from[i] != c->w->reg[i]) emit(c->p, C_MOVE, c->w->reg[i])->in[0] = (uint16_t)from[i];
    free(from);
}

static bool code_emit(Code *c)
{
    Scalar *p = c->p;
    int *order = mem_new(sizeof *order * (size_t)(c->s->n + 1)), n = order_picks(c, order);
    bool fits = n <= LIMIT_SCALAR;
    if (fits) place_next(c, order, n);
    for (int i = 0; i < n && fits; i++) fits = emit_pick(c, order[i]);
    free(order);
    if (!fits) return false;
    emit_moves(c);
    emit(p, C_DONE, 0);
    p->n_ask = c->w->n_ask;
    p->ask = mem_new(sizeof *p->ask * (size_t)(p->n_ask + 1));
    for (int i = 0; i < p->n_ask; i++) p->ask[i] = (uint16_t)register_of(c, c->w->ask[i]);
    return p->n_reg <= UINT16_MAX;
}

/* Numbers stand in registers from the beginning. */
static void registers_fill(Code *c)
{
    Scalar *p = c->p;
    p->r = mem_new(sizeof *p->r * (size_t)(p->n_reg + 1));
    for (int at = 0; at < c->s->n; at++)
        if (!single(c, at)->op && single(c, at)->reg < 0 && c->reg[at] >= 0)
            p->r[c->reg[at]] = single(c, at)->num;
}

bool scalar_compile(Scalar *p, Values *s, const Wanted *w)
{
    size_t n = (size_t)s->n + 1;
    Code c = { .p = p, .s = s, .w = w };
    c.pick = mem_new(sizeof *c.pick * n);
    c.needed = mem_new(n);
    c.reg = mem_new(sizeof *c.reg * n);
    for (int i = 0; i < s->n; i++) c.reg[i] = -1;
    count_uses(&c);
    pick_all(&c);
    bool fits = code_emit(&c);
    if (fits) registers_fill(&c);
    free(c.pick);
    free(c.needed);
    free(c.reg);
    return fits;
}
