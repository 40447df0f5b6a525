/* fused.c -- the program of one pass: instructions shared and folded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/fused.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/fused_private.h"

Fused *fused_make(bool single)
{
    Fused *l = mem_new(sizeof *l);
    l->single = single;
    return l;
}

void fused_free(Fused *l)
{
    if (!l) return;
    fused_discard(l);
    free(l->instr);
    free(l->slot);
    free(l->out);
    free(l->hash);
    free(l->load);
    free(l);
}

int fused_arity(FusedCode code)
{
#define ARITY(code, n) n,
    static const int arity[] = { FUSED_CODES(ARITY) };
#undef ARITY
    return arity[code];
}

/* ---- instructions ---- */

static size_t hash_of(const FusedInstr *i)
{
    uint64_t h = i->code * 0x9E3779B97F4A7C15u + i->imm;
    for (int k = 0; k < 3; k++) h = (h ^ (uint64_t)(i->in[k] + 1)) * 0xBF58476D1CE4E5B9u;
    h = (h ^ i->bits ^ (uint64_t)(uintptr_t)i->fn) * 0x94D049BB133111EBu;
    return h >> 24;
}

static bool same_instr(const FusedInstr *a, const FusedInstr *b)
{
    return a->code == b->code && a->imm == b->imm && a->bits == b->bits && a->fn == b->fn &&
           !memcmp(a->in, b->in, sizeof a->in);
}

static int *hash_slot(const Fused *l, const FusedInstr *i)
{
    size_t mask = (size_t)l->n_hash - 1, h = hash_of(i) & mask;
    while (l->hash[h] >= 0 && !same_instr(&l->instr[l->hash[h]], i)) h = (h + 1) & mask;
    return &l->hash[h];
}

static void hash_grow(Fused *l)
{
    l->n_hash = l->n_hash ? 2 * l->n_hash : 64;
    l->hash = mem_grow(l->hash, (size_t)l->n_hash, sizeof *l->hash);
    for (int i = 0; i < l->n_hash; i++) l->hash[i] = -1;
    for (int i = 0; i < l->n; i++) *hash_slot(l, &l->instr[i]) = i;
}

static int share(Fused *l, FusedInstr i)
{
    if (2 * (l->n + 1) > l->n_hash) hash_grow(l);
    int *at = hash_slot(l, &i);
    if (*at >= 0) return *at;
    GROW(l->instr, l->n, l->cap);
    l->instr[l->n] = i;
    return *at = l->n++;
}

static FusedInstr instr(FusedCode code, int a, int b, int c)
{
    return (FusedInstr){ .code = (uint8_t)code, .in = { a, b, c } };
}

int fused_bits(Fused *l, uint64_t bits)
{
    FusedInstr i = instr(FUSED_NUM, -1, -1, -1);
    i.bits = bits;
    return share(l, i);
}

int fused_num(Fused *l, double v)
{
    uint64_t bits = 0;
    float f = (float)v;
    if (l->single) memcpy(&bits, &f, sizeof f);
    else memcpy(&bits, &v, sizeof v);
    return fused_bits(l, bits);
}

bool fused_is_num(const Fused *l, int at, double *v)
{
    const FusedInstr *i = &l->instr[at];
    if (i->code != FUSED_NUM) return false;
    float f;
    memcpy(&f, &i->bits, sizeof f);
    if (l->single) *v = f;
    else memcpy(v, &i->bits, sizeof *v);
    return true;
}

int fused_load(Fused *l, int slot) { return share(l, instr(FUSED_LOAD, slot, -1, -1)); }

static bool is(const Fused *l, int at, double v)
{
    double own;
    return fused_is_num(l, at, &own) && own == v && !signbit(own) == !signbit(v);
}

/* x when `at` is -x, else -1. */
static int negated(Fused *l, int at)
{
    const FusedInstr *i = &l->instr[at];
    if (i->code != FUSED_XOR) return -1;
    for (int k = 0; k < 2; k++)
        if (is(l, i->in[k], -0.0)) return i->in[1 - k];
    return -1;
}

/* Exact rewritings; -1: none. */
static int simplify(Fused *l, FusedCode code, int a, int b)
{
    if (code == FUSED_MUL && is(l, b, 1)) return a;
    if (code == FUSED_MUL && is(l, a, 1)) return b;
    if (code == FUSED_MUL && is(l, b, -1)) return fused_neg(l, a);
    if (code == FUSED_MUL && is(l, a, -1)) return fused_neg(l, b);
    if (code == FUSED_DIV && is(l, b, 1)) return a;
    if (code == FUSED_SUB && is(l, b, 0)) return a;
    if (code == FUSED_ADD && is(l, b, -0.0)) return a;
    return -1;
}

/* Both orders of a commutative instruction are one. */
static bool commutes(FusedCode code)
{
    return code == FUSED_ADD || code == FUSED_MUL || code == FUSED_AND || code == FUSED_OR || code == FUSED_XOR ||
           code == FUSED_EQ || code == FUSED_NE || code == FUSED_IADD;
}

static int add_or_fold(Fused *l, FusedInstr i)
{
    uint64_t in[3] = { 0 };
    bool fixed = true;
    for (int k = 0; k < 3; k++)
        if (i.in[k] >= 0) fixed &= l->instr[i.in[k]].code == FUSED_NUM, in[k] = l->instr[i.in[k]].bits;
    return fixed ? fused_bits(l, fused_compute(l, &i, in)) : share(l, i);
}

int fused_add(Fused *l, FusedCode code, int a, int b, int c)
{
    int simple = simplify(l, code, a, b);
    if (simple >= 0) return simple;
    if ((code == FUSED_FMA || code == FUSED_FNMA) && negated(l, a) >= 0)
        return fused_add(l, code == FUSED_FMA ? FUSED_FNMA : FUSED_FMA, negated(l, a), b, c);
    if (commutes(code) && b < a) return add_or_fold(l, instr(code, b, a, c));
    return add_or_fold(l, instr(code, a, b, c));
}

int fused_shift(Fused *l, FusedCode code, int a, int bits)
{
    FusedInstr i = instr(code, a, -1, -1);
    i.imm = (uint8_t)bits;
    return add_or_fold(l, i);
}

int fused_call(Fused *l, FusedFn *fn, int a, int b, int c)
{
    FusedInstr i = instr(FUSED_CALL, a, b, c);
    i.fn = fn;
    return add_or_fold(l, i);
}

/* ---- slots and results ---- */

int fused_slot(Fused *l, SlotKind kind)
{
    if (l->n_slot == FUSED_MOST_SLOTS) return -1;
    if (!l->slot) l->slot = mem_new(sizeof *l->slot * FUSED_MOST_SLOTS);
    l->slot[l->n_slot] = kind;
    return l->n_slot++;
}

void fused_out(Fused *l, OutKind kind, int value, int slot)
{
    /* read where it stands, not when it is stored: its slot may be overwritten by then */
    if (l->instr[value].code == FUSED_LOAD) value = fused_add(l, FUSED_AND, value, value, -1);
    assert(kind == OUT_STORE || l->n_out < FUSED_MOST_OUTS);
    GROW(l->out, l->n_out, l->cap_out);
    l->out[l->n_out++] = (FusedOut){ .kind = kind, .value = value, .slot = slot };
}

void fused_live(const Fused *l, bool *live)
{
    memset(live, 0, (size_t)l->n);
    for (int i = 0; i < l->n_out; i++) live[l->out[i].value] = true;
    for (int i = l->n - 1; i >= 0; i--)
        for (int k = 0; live[i] && l->instr[i].code != FUSED_LOAD && k < 3; k++)
            if (l->instr[i].in[k] >= 0) live[l->instr[i].in[k]] = true;
}

void fused_last_uses(const Fused *l, int *last)
{
    for (int i = 0; i < l->n; i++) last[i] = -1;
    for (int i = 0; i < l->n; i++)
        for (int k = 0; l->instr[i].code != FUSED_LOAD && k < 3; k++)
            if (l->instr[i].in[k] >= 0) last[l->instr[i].in[k]] = i;
    for (int i = 0; i < l->n_out; i++) last[l->out[i].value] = l->n;
}

int fused_work(const Fused *l)
{
    bool *live = mem_new((size_t)l->n + 1);
    int n = 0;
    fused_live(l, live);
    for (int i = 0; i < l->n; i++) n += live[i] && l->instr[i].code != FUSED_LOAD && l->instr[i].code != FUSED_NUM;
    free(live);
    return n;
}

/* Instructions that nothing hangs on go; the others keep their order. */
static void drop_dead(Fused *l)
{
    bool *live = mem_new((size_t)l->n + 1);
    int *to = mem_new(sizeof *to * (size_t)(l->n + 1)), n = 0;
    fused_live(l, live);
    for (int i = 0; i < l->n; i++) {
        if (!live[i]) continue;
        FusedInstr it = l->instr[i];
        for (int k = 0; it.code != FUSED_LOAD && k < 3; k++)
            if (it.in[k] >= 0) it.in[k] = to[it.in[k]];
        to[i] = n;
        l->instr[n++] = it;
    }
    for (int i = 0; i < l->n_out; i++) l->out[i].value = to[l->out[i].value];
    l->n = n;
    free(live);
    free(to);
    free(l->hash);
    l->hash = NULL;
    l->n_hash = 0;
}

void fused_compile(Fused *l)
{
    drop_dead(l);
    if (!fused_assemble(l)) fused_reserve(l);
}
