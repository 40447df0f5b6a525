/* fused_x86.c -- a pass as machine code for x86-64 with AVX2 and FMA.
 *
 * The code goes over the rows, and in each over the columns in vectors of 32 bytes,
 * then one by one with the same instructions on single numbers. Registers are given
 * out as the instructions come (they are in one straight line): when none is free, the
 * value that is needed last goes to the stack. Numbers and operands are never kept
 * there, for they can be read again where they come from.
 *
 * rbp holds the FusedRun, rbx the column in bytes; slots have registers of their own as
 * far as there are some. A result is stored as soon as its slot is not read any more, so
 * a slot may be both operand and result.
 *
 * A flat program has its numbers at rbp, its data at r12 and r13, and counts its runs in
 * rbx. What one run stores and the next one needs at once stays in a register as well:
 * the way through memory would be the longest part of a tiny network's update.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/fused_private.h"

#if defined __x86_64__ && defined __linux__

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "num/cpu.h"
#include "num/x86.h"

enum { VECTOR = 32, N_VECTOR = 16, END_AT = 0, ROWS_AT = 8, ARG_AT = 32, RESULT_AT = 128, SPILL_AT = 160 };

/* When something happens: instruction i at 2i, stores behind it at 2i + 1. */
typedef struct {
    Fused *l;
    X86   x;
    bool  wide;                      /* vectors, else single numbers                  */
    bool  calls;
    int   now;                       /* the present instruction                       */
    int  *use, *use_from;            /* times of use of value v: use[use_from[v]] ..   */
    int  *next;                      /* the next of them                              */
    int  *store_at;                  /* out -> the instruction behind which it is stored */
    int  *reg, *spill;               /* of value v, -1 none                           */
    int   holds[N_VECTOR];           /* -1 free                                       */
    bool  pinned[N_VECTOR];
    bool  kept[N_VECTOR];            /* holds a slot of a flat program from run to run */
    int  *kept_in;                   /* out -> that register, -1 none                 */
    int   n_spill, most_spill;
} Body;

/* ---- opcodes ---- */

/* Prefix of arithmetic: packed double 66, packed single none, double F2, single F3. */
static int arithmetic_prefix(const Body *b)
{
    if (b->wide) return b->l->single ? 0 : 1;
    return b->l->single ? 2 : 3;
}

static X86Op arithmetic(const Body *b, int op) { return (X86Op){ 1, (uint8_t)arithmetic_prefix(b), 0, (uint8_t)op }; }
static X86Op bitwise(const Body *b, int op) { return (X86Op){ 1, !b->l->single, 0, (uint8_t)op }; }
static X86Op fma_op(const Body *b, int op) { return (X86Op){ 2, 1, !b->l->single, (uint8_t)(op + !b->wide) }; }
static X86Op whole(int op) { return (X86Op){ 1, 1, 0, (uint8_t)op }; }

static const uint8_t plain_op[N_FUSED_CODE] = {
    [FUSED_ADD] = 0x58, [FUSED_MUL] = 0x59, [FUSED_SUB] = 0x5C, [FUSED_MIN] = 0x5D,
    [FUSED_DIV] = 0x5E, [FUSED_MAX] = 0x5F, [FUSED_SQRT] = 0x51,
    [FUSED_AND] = 0x54, [FUSED_ANDN] = 0x55, [FUSED_OR] = 0x56, [FUSED_XOR] = 0x57,
    [FUSED_LT] = 0xC2, [FUSED_LE] = 0xC2, [FUSED_EQ] = 0xC2, [FUSED_NE] = 0xC2,
};
static const int compare_kind[N_FUSED_CODE] = { [FUSED_EQ] = 0, [FUSED_LT] = 1, [FUSED_LE] = 2, [FUSED_NE] = 4 };

static bool is_bitwise(int code) { return code >= FUSED_AND && code <= FUSED_ANDN; }
static bool is_compare(int code) { return code >= FUSED_LT && code <= FUSED_NE; }
static bool is_whole(int code) { return code == FUSED_IADD || code == FUSED_ISUB; }
/* Reads 32 or 16 bytes even for a single number. */
static bool reads_all(int code) { return is_bitwise(code) || is_whole(code) || code == FUSED_BLEND; }

static bool swaps(int code)
{
    return code == FUSED_ADD || code == FUSED_MUL || code == FUSED_AND || code == FUSED_OR || code == FUSED_XOR ||
           code == FUSED_IADD;
}

/* ---- moves ---- */

static const FusedInstr *instr(const Body *b, int v) { return &b->l->instr[v]; }

static void move_in(Body *b, int reg, X86Place from)       /* all bytes */
{
    x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x10 }, b->wide, reg, 0, from, -1);
}

static void move_out(Body *b, int reg, X86Place to)
{
    x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x11 }, b->wide, reg, 0, to, -1);
}

static void one_in(Body *b, int reg, X86Place from)        /* one number */
{
    x86_vector(&b->x, (X86Op){ 1, b->l->single ? 2 : 3, 0, 0x10 }, false, reg, 0, from, -1);
}

static void one_out(Body *b, int reg, X86Place to)
{
    x86_vector(&b->x, (X86Op){ 1, b->l->single ? 2 : 3, 0, 0x11 }, false, reg, 0, to, -1);
}

static void repeated_in(Body *b, int reg, X86Place from)
{
    x86_vector(&b->x, (X86Op){ 2, 1, 0, b->l->single ? 0x18 : 0x19 }, true, reg, 0, from, -1);
}

/* ---- slots ---- */

static const int8_t slot_regs[] = { R12, R13, R14, R15, R8, R9, R10, R11, RSI, RDI, RDX, RCX };

static int slot_reg(const Body *b, int slot)
{
    int n = b->calls ? 4 : (int)sizeof slot_regs;          /* those that calls leave alone */
    return slot < n ? slot_regs[slot] : NO_REG;
}

static int32_t place_at(int slot)
{
    return (int32_t)(offsetof(FusedRun, at) + sizeof(FusedPlace) * (size_t)slot);
}

/* The memory of a slot's present element; may need rax until the next call of this. */
static X86Place slot_place(Body *b, int slot)
{
    int size = b->l->single ? 4 : 8, base = RAX;
    const Fused *l = b->l;
    if (l->flat && slot >= l->x_from && slot < l->y_from) return x86_mem(R12, NO_REG, size * (slot - l->x_from));
    if (l->flat && slot >= l->y_from && slot < l->y_to) return x86_mem(R13, NO_REG, size * (slot - l->y_from));
    if (l->flat) return x86_mem(RBP, NO_REG, size * slot);
    if (slot_reg(b, slot) != NO_REG) base = slot_reg(b, slot);
    else x86_load(&b->x, RAX, RBP, place_at(slot));
    return x86_mem(base, b->l->slot[slot] == SLOT_EACH ? RBX : NO_REG, 0);
}

static bool is_held(const Body *b, int slot) { return !b->l->flat && b->l->slot[slot] == SLOT_HELD; }

/* ---- registers ---- */

static int next_use(const Body *b, int v)
{
    return b->next[v] < b->use_from[v + 1] ? b->use[b->next[v]] : INT32_MAX;
}

static X86Place spill_place(const Body *b, int v) { return x86_mem(RSP, NO_REG, SPILL_AT + VECTOR * b->spill[v]); }

static bool is_source(const Body *b, int v)
{
    return instr(b, v)->code == FUSED_NUM || instr(b, v)->code == FUSED_LOAD;
}

static void spill(Body *b, int v)
{
    if (is_source(b, v) || b->spill[v] >= 0) return;
    b->spill[v] = b->n_spill++;
    if (b->most_spill < b->n_spill) b->most_spill = b->n_spill;
    move_out(b, b->reg[v], spill_place(b, v));
}

static void release(Body *b, int r)
{
    if (b->holds[r] >= 0) b->reg[b->holds[r]] = -1;
    b->holds[r] = -1;
}

static int take(Body *b)
{
    int best = -1, farthest = -1;
    for (int r = 0; r < N_VECTOR; r++) {
        if (b->pinned[r] || b->kept[r]) continue;
        if (b->holds[r] < 0) return r;
        int t = next_use(b, b->holds[r]);
        if (t > farthest) best = r, farthest = t;
    }
    if (farthest != INT32_MAX) spill(b, b->holds[best]);
    release(b, best);
    return best;
}

static void hold(Body *b, int r, int v)
{
    b->holds[r] = v;
    b->reg[v] = r;
}

static void source_in(Body *b, int r, int v)
{
    const FusedInstr *i = instr(b, v);
    if (i->code == FUSED_NUM) {
        move_in(b, r, x86_const(x86_constant(&b->x, i->bits)));
        return;
    }
    X86Place from = slot_place(b, i->in[0]);
    if (!b->wide) one_in(b, r, from);
    else if (is_held(b, i->in[0])) repeated_in(b, r, from);
    else move_in(b, r, from);
}

/* The register of value v, which stays there until unpin. */
static int want(Body *b, int v)
{
    int r = b->reg[v];
    if (r < 0) {
        r = take(b);
        if (b->spill[v] >= 0) move_in(b, r, spill_place(b, v));
        else source_in(b, r, v);
        hold(b, r, v);
    }
    b->pinned[r] = true;
    return r;
}

static bool used_again(const Body *b, int v)
{
    int n = b->next[v];
    while (n < b->use_from[v + 1] && b->use[n] <= 2 * b->now) n++;
    return n < b->use_from[v + 1];
}

/* A register, or the memory that v can be read from in place. */
static X86Place want_any(Body *b, int v, bool all)
{
    if (b->reg[v] < 0 && b->spill[v] >= 0) return spill_place(b, v);
    if (b->reg[v] < 0 && instr(b, v)->code == FUSED_NUM)
        return x86_const(x86_constant(&b->x, instr(b, v)->bits));
    if (b->reg[v] < 0 && !used_again(b, v) && !(all && !b->wide)) {
        int slot = instr(b, v)->in[0];
        if (!(b->wide && is_held(b, slot))) return slot_place(b, slot);
    }
    return x86_reg(want(b, v));
}

static void unpin(Body *b) { memset(b->pinned, 0, sizeof b->pinned); }

/* Values without a use behind time t give their registers back. */
static void pass_time(Body *b, int t)
{
    for (int r = 0; r < N_VECTOR; r++) {
        int v = b->holds[r];
        if (v < 0 || b->kept[r]) continue;
        while (b->next[v] < b->use_from[v + 1] && b->use[b->next[v]] <= t) b->next[v]++;
        if (next_use(b, v) == INT32_MAX) release(b, r);
    }
}

static void forget(Body *b, int v)
{
    while (b->next[v] < b->use_from[v + 1] && b->use[b->next[v]] <= 2 * b->now) b->next[v]++;
}

/* ---- instructions ---- */

/* The operands have been read: the result may lie over one that is not used again. */
static int result(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    for (int k = 0; k < 3; k++)
        if (i->in[k] >= 0) forget(b, i->in[k]);
    unpin(b);
    for (int r = 0; r < N_VECTOR; r++)
        if (b->holds[r] >= 0 && !b->kept[r] && next_use(b, b->holds[r]) == INT32_MAX) release(b, r);
    int r = take(b);
    hold(b, r, v);
    return r;
}

static void emit_two(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    int code = i->code, p = i->in[0], q = i->in[1], imm = is_compare(code) ? compare_kind[code] : -1;
    if (swaps(code) && b->reg[p] < 0 && b->reg[q] >= 0) p = i->in[1], q = i->in[0];
    int first = want(b, p);
    X86Place last = p == q ? x86_reg(first) : want_any(b, q, reads_all(code));
    X86Op op = is_bitwise(code) ? bitwise(b, plain_op[code])
               : is_whole(code) ? whole(code == FUSED_IADD ? (b->l->single ? 0xFE : 0xD4) : (b->l->single ? 0xFA : 0xFB))
                                : arithmetic(b, plain_op[code]);
    x86_vector(&b->x, op, b->wide, result(b, v), first, last, imm);
}

/* sqrt, floor, round */
static void emit_one(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    int from = want(b, i->in[0]), second = b->wide ? 0 : from;
    int to = result(b, v);
    if (i->code == FUSED_SQRT) {
        x86_vector(&b->x, arithmetic(b, 0x51), b->wide, to, second, x86_reg(from), -1);
        return;
    }
    X86Op op = { 3, 1, 0, (uint8_t)((b->wide ? 8 : 10) + !b->l->single) };
    x86_vector(&b->x, op, b->wide, to, second, x86_reg(from), i->code == FUSED_FLOOR ? 9 : 8);
}

static void emit_shift(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    int from = want(b, i->in[0]), to = result(b, v);
    x86_vector(&b->x, whole(b->l->single ? 0x72 : 0x73), b->wide, i->code == FUSED_SHL ? 6 : 2, to,
               x86_reg(from), i->imm);
}

static void address_in(Body *b, const char *mov, const void *p)          /* mov reg, address */
{
    uint64_t at = (uint64_t)(uintptr_t)p;
    x86_bytes(&b->x, mov, 2);
    x86_word(&b->x, (int32_t)(uint32_t)at);
    x86_word(&b->x, (int32_t)(uint32_t)(at >> 32));
}

static void emit_table(Body *b, int v)
{
    int from = want(b, instr(b, v)->in[0]), to = result(b, v);
    address_in(b, "\x48\xB9", fused_powers);                                /* rcx */
    x86_vector(&b->x, (X86Op){ 1, 1, 1, 0x7E }, false, from, 0, x86_reg(RAX), -1);   /* vmovq rax, from */
    x86_bytes(&b->x, "\x83\xE0\x7F", 3);                                    /* and eax, 127 */
    X86Place at = x86_mem(RCX, RAX, 0);
    at.scale = 3;
    one_in(b, to, at);
}

static void emit_blend(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    int mask = want(b, i->in[0]), no = want(b, i->in[2]);
    X86Place yes = want_any(b, i->in[1], true);
    X86Op op = { 3, 1, 0, b->l->single ? 0x4A : 0x4B };
    x86_vector(&b->x, op, b->wide, result(b, v), no, yes, mask << 4);
}

static bool dies_in_reg(const Body *b, int v)
{
    return b->reg[v] >= 0 && !b->kept[b->reg[v]] && !used_again(b, v);
}

/* The result lies over one of the three operands: over the one that dies, or a copy of c. */
static void emit_fma(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    int negative = i->code == FUSED_FNMA ? 4 : 0, x = i->in[0], y = i->in[1], c = i->in[2];
    if (dies_in_reg(b, c) && c != x && c != y) {
        int over = want(b, c), second;
        if (b->reg[x] < 0 && b->reg[y] >= 0) x = i->in[1], y = i->in[0];
        second = want(b, x);
        X86Place last = x == y ? x86_reg(second) : want_any(b, y, false);
        x86_vector(&b->x, fma_op(b, 0xB8 + negative), b->wide, over, second, last, -1);
        release(b, over);
        unpin(b);
        for (int k = 0; k < 3; k++) forget(b, i->in[k]);
        hold(b, over, v);
        return;
    }
    if (!dies_in_reg(b, x) && dies_in_reg(b, y)) x = i->in[1], y = i->in[0];
    if (dies_in_reg(b, x) && x != y && x != c) {
        int over = want(b, x), second = want(b, y);
        X86Place last = c == y ? x86_reg(second) : want_any(b, c, false);
        x86_vector(&b->x, fma_op(b, 0xA8 + negative), b->wide, over, second, last, -1);
        release(b, over);
        unpin(b);
        for (int k = 0; k < 3; k++) forget(b, i->in[k]);
        hold(b, over, v);
        return;
    }
    int second = want(b, x), third = want(b, y), from = want(b, c);
    for (int k = 0; k < 3; k++) forget(b, i->in[k]);
    int r = take(b);
    x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x28 }, b->wide, r, 0, x86_reg(from), -1);
    x86_vector(&b->x, fma_op(b, 0xB8 + negative), b->wide, r, second, x86_reg(third), -1);
    unpin(b);
    hold(b, r, v);
}

/* A function of the C library, for each lane; no vector register outlives it. */
static void emit_call(Body *b, int v)
{
    const FusedInstr *i = instr(b, v);
    int size = b->l->single ? 4 : 8, lanes = b->wide ? VECTOR / size : 1;
    for (int k = 0; k < 3; k++)
        if (i->in[k] >= 0) move_out(b, want(b, i->in[k]), x86_mem(RSP, NO_REG, ARG_AT + VECTOR * k)), unpin(b);
    for (int k = 0; k < 3; k++)
        if (i->in[k] >= 0) forget(b, i->in[k]);
    for (int r = 0; r < N_VECTOR; r++) {
        if (b->holds[r] >= 0 && next_use(b, b->holds[r]) != INT32_MAX) spill(b, b->holds[r]);
        release(b, r);
    }
    x86_bytes(&b->x, "\xC5\xF8\x77", 3);                    /* vzeroupper */
    for (int lane = 0; lane < lanes; lane++) {
        for (int k = 0; k < 3; k++) {
            X86Place from = x86_mem(RSP, NO_REG, ARG_AT + VECTOR * k + size * lane);
            if (i->in[k] < 0) continue;
            if (b->l->single) x86_vector(&b->x, (X86Op){ 1, 2, 0, 0x5A }, false, k, k, from, -1);
            else one_in(b, k, from);
        }
        address_in(b, "\x48\xB8", (const void *)(uintptr_t)i->fn);          /* rax */
        x86_bytes(&b->x, "\xFF\xD0", 2);                    /* call rax */
        if (b->l->single) x86_vector(&b->x, (X86Op){ 1, 3, 0, 0x5A }, false, 0, 0, x86_reg(0), -1);
        one_out(b, 0, x86_mem(RSP, NO_REG, RESULT_AT + size * lane));
    }
    int r = take(b);
    if (b->wide) move_in(b, r, x86_mem(RSP, NO_REG, RESULT_AT));
    else one_in(b, r, x86_mem(RSP, NO_REG, RESULT_AT));
    hold(b, r, v);
}

static void emit(Body *b, int v)
{
    switch ((FusedCode)instr(b, v)->code) {
    case FUSED_LOAD:
    case FUSED_NUM: break;                                   /* read where they are used */
    case FUSED_FMA:
    case FUSED_FNMA: emit_fma(b, v); break;
    case FUSED_SQRT:
    case FUSED_FLOOR:
    case FUSED_ROUND: emit_one(b, v); break;
    case FUSED_SHL:
    case FUSED_SHR: emit_shift(b, v); break;
    case FUSED_TABLE: emit_table(b, v); break;
    case FUSED_BLEND: emit_blend(b, v); break;
    case FUSED_CALL: emit_call(b, v); break;
    default: emit_two(b, v);
    }
}

/* ---- results ---- */

static const int lane_op[] = { [OUT_SUM] = 0x58, [OUT_ROW_SUM] = 0x58, [OUT_ROW_MAX] = 0x5F,
                               [OUT_ROW_MIN] = 0x5D, [OUT_COL_SUM] = 0x58 };

/* memory = memory op r */
static void gather_in(Body *b, OutKind kind, int r, X86Place at)
{
    int sum = take(b);
    if (b->wide) move_in(b, sum, at);
    else one_in(b, sum, at);
    x86_vector(&b->x, arithmetic(b, lane_op[kind]), b->wide, sum, sum, x86_reg(r), -1);
    if (b->wide) move_out(b, sum, at);
    else one_out(b, sum, at);
}

static void emit_out(Body *b, int n)
{
    const FusedOut *o = &b->l->out[n];
    int r = want(b, o->value);
    if (o->kind == OUT_STORE) {
        X86Place to = slot_place(b, o->slot);
        if (b->wide) move_out(b, r, to);
        else one_out(b, r, to);
        if (b->kept_in[n] >= 0)
            x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x28 }, false, b->kept_in[n], 0, x86_reg(r), -1);
    } else if (o->kind == OUT_COL_SUM || b->l->flat) {
        gather_in(b, o->kind, r, slot_place(b, o->slot));
    } else {
        int32_t lanes = (int32_t)(offsetof(FusedRun, lane) + sizeof(double) * FUSED_LANES * (size_t)n);
        if (!b->wide) x86_bytes(&b->x, "\x89\xD8\x83\xE0\x1F", 5);      /* rax = rbx & 31 */
        gather_in(b, o->kind, r, x86_mem(RBP, b->wide ? NO_REG : RAX, lanes));
    }
    unpin(b);
}

/* ---- times of use ---- */

static void plan_stores(Body *b)
{
    const Fused *l = b->l;
    for (int n = 0; n < l->n_out; n++) {
        b->store_at[n] = l->out[n].value;
        if (l->out[n].kind != OUT_STORE) continue;
        for (int i = 0; i < l->n; i++)
            if (l->instr[i].code == FUSED_LOAD && l->instr[i].in[0] == l->out[n].slot)
                for (int u = i; u < l->n; u++)
                    for (int k = 0; u > i && l->instr[u].code != FUSED_LOAD && k < 3; k++)
                        if (l->instr[u].in[k] == i && b->store_at[n] < u) b->store_at[n] = u;
    }
}

static void count_uses(const Body *b, int *count)
{
    const Fused *l = b->l;
    for (int i = 0; i < l->n; i++)
        for (int k = 0; l->instr[i].code != FUSED_LOAD && k < 3; k++)
            if (l->instr[i].in[k] >= 0) count[l->instr[i].in[k] + 1]++;
    for (int n = 0; n < l->n_out; n++) count[l->out[n].value + 1]++;
}

static int by_time(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void plan_uses(Body *b)
{
    const Fused *l = b->l;
    count_uses(b, b->use_from);
    for (int v = 0; v < l->n; v++) b->use_from[v + 1] += b->use_from[v];
    b->use = mem_new(sizeof *b->use * (size_t)(b->use_from[l->n] + 1));
    memcpy(b->next, b->use_from, sizeof *b->next * (size_t)l->n);
    for (int i = 0; i < l->n; i++)
        for (int k = 0; l->instr[i].code != FUSED_LOAD && k < 3; k++)
            if (l->instr[i].in[k] >= 0) b->use[b->next[l->instr[i].in[k]]++] = 2 * i;
    for (int n = 0; n < l->n_out; n++) b->use[b->next[l->out[n].value]++] = 2 * b->store_at[n] + 1;
    for (int v = 0; v < l->n; v++)
        qsort(b->use + b->use_from[v], (size_t)(b->use_from[v + 1] - b->use_from[v]), sizeof *b->use, by_time);
}

/* ---- the whole ---- */

/* All instructions once, on a vector or on a single number. */
static void body(Body *b, bool wide)
{
    const Fused *l = b->l;
    b->wide = wide;
    b->n_spill = 0;
    memcpy(b->next, b->use_from, sizeof *b->next * (size_t)l->n);
    for (int v = 0; v < l->n; v++) b->reg[v] = b->spill[v] = -1;
    for (int r = 0; r < N_VECTOR; r++) b->holds[r] = -1;
    unpin(b);
    for (int v = 0; v < l->n; v++)
        for (int n = 0; l->instr[v].code == FUSED_LOAD && n < l->n_out; n++)
            if (b->kept_in[n] >= 0 && l->out[n].slot == l->instr[v].in[0]) hold(b, b->kept_in[n], v);
    for (int v = 0; v < l->n; v++) {
        b->now = v;
        emit(b, v);
        unpin(b);
        pass_time(b, 2 * v);
        for (int n = 0; n < l->n_out; n++)
            if (b->store_at[n] == v) emit_out(b, n);
        pass_time(b, 2 * v + 1);
    }
}

static void prologue(Body *b, int *frame)
{
    x86_bytes(&b->x, "\x55\x53\x41\x54\x41\x55\x41\x56\x41\x57", 10);    /* push rbp rbx r12-r15 */
    x86_bytes(&b->x, "\x48\x81\xEC", 3);                                 /* sub rsp, frame */
    *frame = b->x.n;
    x86_word(&b->x, 0);
    x86_bytes(&b->x, "\x48\x89\xFD", 3);                                 /* mov rbp, rdi */
}

static void epilogue(Body *b, int frame_at)
{
    int32_t frame = SPILL_AT + VECTOR * b->most_spill + 8;               /* keeps calls aligned */
    x86_bytes(&b->x, "\xC5\xF8\x77\x48\x81\xC4", 6);                     /* vzeroupper; add rsp, frame */
    x86_word(&b->x, frame);
    memcpy(b->x.code + frame_at, &frame, 4);
    x86_bytes(&b->x, "\x41\x5F\x41\x5E\x41\x5D\x41\x5C\x5B\x5D\xC3", 11);
}

static void slots_in(Body *b)
{
    for (int s = 0; s < b->l->n_slot && slot_reg(b, s) != NO_REG; s++)
        x86_load(&b->x, slot_reg(b, s), RBP, place_at(s));
}

static void add_const(Body *b, int n) { x86_bytes(&b->x, "\x48\x83\xC3", 3), x86_byte(&b->x, n); }   /* add rbx, n */
/* cmp reg, [rsp + at] */
static void compare_frame(Body *b, int reg, int at)
{
    x86_byte(&b->x, 0x48);
    x86_byte(&b->x, 0x3B);
    x86_byte(&b->x, 0x84 | reg << 3);
    x86_byte(&b->x, 0x24);
    x86_word(&b->x, at);
}

static void ahead(Body *b) { x86_bytes(&b->x, "\x48\x8D\x43\x20", 4); }  /* lea rax, [rbx + 32] */

static void columns(Body *b, int size)
{
    x86_bytes(&b->x, "\x31\xDB", 2);                                     /* xor ebx, ebx */
    ahead(b);
    compare_frame(b, RAX, END_AT);
    int skip = x86_jump(&b->x, 0x87), top = b->x.n;
    body(b, true);
    add_const(b, VECTOR);
    ahead(b);
    compare_frame(b, RAX, END_AT);
    x86_aim(&b->x, x86_jump(&b->x, 0x86), top);
    x86_aim(&b->x, skip, b->x.n);
    compare_frame(b, RBX, END_AT);
    skip = x86_jump(&b->x, 0x83), top = b->x.n;
    body(b, false);
    add_const(b, size);
    compare_frame(b, RBX, END_AT);
    x86_aim(&b->x, x86_jump(&b->x, 0x82), top);
    x86_aim(&b->x, skip, b->x.n);
}

/* ---- sums, greatest and least of rows ---- */

static bool is_row(OutKind k) { return k == OUT_ROW_SUM || k == OUT_ROW_MAX || k == OUT_ROW_MIN; }

static X86Place lanes_place(int out)
{
    return x86_mem(RBP, NO_REG, (int32_t)(offsetof(FusedRun, lane) + sizeof(double) * FUSED_LANES * (size_t)out));
}

static uint64_t bits_of(const Body *b, double v)
{
    uint64_t bits = 0;
    float f = (float)v;
    if (b->l->single) memcpy(&bits, &f, sizeof f);
    else memcpy(&bits, &v, sizeof v);
    return bits;
}

static void lanes_start(Body *b)
{
    b->wide = true;
    for (int i = 0; i < b->l->n_out; i++) {
        OutKind k = b->l->out[i].kind;
        double v = k == OUT_ROW_MAX ? -INFINITY : k == OUT_ROW_MIN ? INFINITY : 0;
        if (!is_row(k)) continue;
        move_in(b, 0, x86_const(x86_constant(&b->x, bits_of(b, v))));
        move_out(b, 0, lanes_place(i));
    }
}

/* All lanes into one number: the halves on each other until one is left. */
static void lanes_end(Body *b)
{
    const Fused *l = b->l;
    for (int i = 0; i < l->n_out; i++) {
        if (!is_row(l->out[i].kind)) continue;
        X86Op op = { 1, !l->single, 0, (uint8_t)lane_op[l->out[i].kind] };
        b->wide = true;
        move_in(b, 0, lanes_place(i));
        x86_vector(&b->x, (X86Op){ 3, 1, 0, 0x19 }, true, 0, 0, x86_reg(1), 1);    /* vextractf128 xmm1, ymm0, 1 */
        x86_vector(&b->x, op, false, 0, 0, x86_reg(1), -1);
        x86_vector(&b->x, (X86Op){ 1, 1, 0, 0x70 }, false, 1, 0, x86_reg(0), 0xEE);    /* vpshufd: the upper half */
        x86_vector(&b->x, op, false, 0, 0, x86_reg(1), -1);
        if (l->single) {
            x86_vector(&b->x, (X86Op){ 1, 1, 0, 0x70 }, false, 1, 0, x86_reg(0), 0x55);
            x86_vector(&b->x, op, false, 0, 0, x86_reg(1), -1);
        }
        one_out(b, 0, slot_place(b, l->out[i].slot));
    }
}

/* Slots with a register move on in it, the others in memory. */
static void rows_on(Body *b)
{
    for (int s = 0; s < b->l->n_slot; s++) {
        int r = slot_reg(b, s);
        if (r != NO_REG) {
            x86_add(&b->x, r, RBP, place_at(s) + (int32_t)sizeof(char *));
            continue;
        }
        x86_load(&b->x, RAX, RBP, place_at(s) + (int32_t)sizeof(char *));
        x86_bytes(&b->x, "\x48\x01\x85", 3);                             /* add [rbp + at], rax */
        x86_word(&b->x, place_at(s));
    }
    x86_bytes(&b->x, "\x48\xFF\x8C\x24", 4);                             /* dec qword [rsp + rows] */
    x86_word(&b->x, ROWS_AT);
}

static void fused_code(Body *b)
{
    int frame, size = b->l->single ? 4 : 8;
    prologue(b, &frame);
    x86_load(&b->x, RAX, RBP, offsetof(FusedRun, rows));
    x86_store(&b->x, RAX, RSP, ROWS_AT);
    x86_load(&b->x, RAX, RBP, offsetof(FusedRun, cols));
    x86_bytes(&b->x, "\x48\xC1\xE0", 3);                                 /* shl rax, log2 size */
    x86_byte(&b->x, size == 8 ? 3 : 2);
    x86_store(&b->x, RAX, RSP, END_AT);
    slots_in(b);
    int top = b->x.n;
    lanes_start(b);
    columns(b, size);
    lanes_end(b);
    rows_on(b);
    x86_aim(&b->x, x86_jump(&b->x, 0x85), top);
    epilogue(b, frame);
}

/* The time at which the next run first reads what out n stores; -1: never. */
static int first_read(const Body *b, int n)
{
    const Fused *l = b->l;
    if (l->out[n].kind != OUT_STORE) return -1;
    for (int v = 0; v < l->n; v++)
        if (l->instr[v].code == FUSED_LOAD && l->instr[v].in[0] == l->out[n].slot) return b->use[b->use_from[v]];
    return -1;
}

/* What the next run reads first gets registers, if there are no calls, which leave none
 * alone. */
static void keep_slots(Body *b)
{
    enum { MOST_KEPT = 6 };
    for (int k = 0; k < MOST_KEPT && !b->calls; k++) {
        int best = -1;
        for (int n = 0; n < b->l->n_out; n++) {
            if (b->kept_in[n] >= 0 || first_read(b, n) < 0) continue;
            if (best < 0 || first_read(b, n) < first_read(b, best)) best = n;
        }
        if (best < 0) return;
        b->kept_in[best] = N_VECTOR - 1 - k;
        b->kept[N_VECTOR - 1 - k] = true;
    }
}

/* op r15-relative: three bytes of opcode and ModRM, then the member's offset. */
static void with_member(Body *b, const char *op, int n, size_t member)
{
    x86_bytes(&b->x, op, n);
    x86_byte(&b->x, (int)member);
}

/* r12 and r13 to the row that the order names, if there is one. */
static void flat_row(Body *b)
{
    x86_bytes(&b->x, "\x4D\x85\xF6", 3);                                 /* test r14, r14 */
    int plain = x86_jump(&b->x, 0x84);
    x86_bytes(&b->x, "\x41\x8B\x06\x49\x83\xC6\x04", 7);                 /* mov eax, [r14]; add r14, 4 */
    with_member(b, "\x49\x89\xC4\x4D\x0F\xAF\x67", 7, offsetof(FusedFlat, x_step));   /* mov r12, rax; imul r12, */
    with_member(b, "\x4D\x03\x67", 3, offsetof(FusedFlat, x));           /* add r12, */
    with_member(b, "\x49\x89\xC5\x4D\x0F\xAF\x6F", 7, offsetof(FusedFlat, y_step));
    with_member(b, "\x4D\x03\x6F", 3, offsetof(FusedFlat, y));
    x86_aim(&b->x, plain, b->x.n);
}

/* Sums to [rdx], which moves on; xmm0 is free between two runs. */
static void flat_sums(Body *b)
{
    int size = b->l->single ? 4 : 8;
    for (int i = 0, n = 0; i < b->l->n_out; i++) {
        X86Place at = x86_mem(RBP, NO_REG, size * b->l->out[i].slot);
        if (b->l->out[i].kind != OUT_SUM) continue;
        if (!n) x86_load(&b->x, RDX, R15, offsetof(FusedFlat, sum));
        one_in(b, 0, at);
        one_out(b, 0, x86_mem(RDX, NO_REG, size * n++));
        x86_vector(&b->x, bitwise(b, 0x57), false, 0, 0, x86_reg(0), -1);
        one_out(b, 0, at);
        with_member(b, "\x49\x83\x47", 3, offsetof(FusedFlat, sum));     /* add qword [r15 + sum], size */
        x86_byte(&b->x, size);
    }
}

static void flat_code(Body *b)
{
    int frame;
    prologue(b, &frame);
    x86_bytes(&b->x, "\x49\x89\xFF", 3);                                 /* mov r15, rdi */
    x86_load(&b->x, RBP, R15, offsetof(FusedFlat, r));
    b->wide = false;
    for (int i = 0; i < b->l->n_out; i++)
        if (b->kept_in[i] >= 0) one_in(b, b->kept_in[i], slot_place(b, b->l->out[i].slot));
    int epoch = b->x.n;
    x86_load(&b->x, R12, R15, offsetof(FusedFlat, x));
    x86_load(&b->x, R13, R15, offsetof(FusedFlat, y));
    x86_load(&b->x, R14, R15, offsetof(FusedFlat, order));
    x86_load(&b->x, RBX, R15, offsetof(FusedFlat, count));
    int top = b->x.n;
    flat_row(b);
    body(b, false);
    with_member(b, "\x4D\x03\x67", 3, offsetof(FusedFlat, x_step));      /* add r12, */
    with_member(b, "\x4D\x03\x6F", 3, offsetof(FusedFlat, y_step));      /* add r13, */
    x86_bytes(&b->x, "\x48\xFF\xCB", 3);                                 /* dec rbx */
    x86_aim(&b->x, x86_jump(&b->x, 0x85), top);
    flat_sums(b);
    with_member(b, "\x49\xFF\x4F", 3, offsetof(FusedFlat, epochs));      /* dec qword [r15 + epochs] */
    x86_aim(&b->x, x86_jump(&b->x, 0x85), epoch);
    epilogue(b, frame);
}

/* ---- memory that can be run ---- */

static bool code_keep(Fused *l, const X86 *x)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = ((size_t)x->n + page - 1) / page * page;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return false;
    memcpy(at, x->code, (size_t)x->n);
    if (mprotect(at, size, PROT_READ | PROT_EXEC)) return munmap(at, size), false;
    l->code = at;
    l->code_size = size;
    return true;
}

static void body_open(Body *b, Fused *l)
{
    size_t n = (size_t)l->n + 1;
    *b = (Body){ .l = l };
    b->use_from = mem_new(sizeof(int) * (n + 1));
    b->next = mem_new(sizeof(int) * n);
    b->reg = mem_new(sizeof(int) * n);
    b->spill = mem_new(sizeof(int) * n);
    b->store_at = mem_new(sizeof(int) * (size_t)(l->n_out + 1));
    for (int i = 0; i < l->n; i++) b->calls |= l->instr[i].code == FUSED_CALL;
    b->kept_in = mem_new(sizeof(int) * (size_t)(l->n_out + 1));
    for (int i = 0; i < l->n_out; i++) b->kept_in[i] = -1;
    plan_stores(b);
    plan_uses(b);
    if (l->flat) keep_slots(b);
}

static void body_close(Body *b)
{
    x86_free(&b->x);
    free(b->use);
    free(b->use_from);
    free(b->next);
    free(b->reg);
    free(b->spill);
    free(b->store_at);
    free(b->kept_in);
}

bool fused_assemble(Fused *l)
{
    Body b;
    if (cpu_level() < CPU_AVX2) return false;
    body_open(&b, l);
    if (l->flat) flat_code(&b);
    else fused_code(&b);
    x86_finish(&b.x, l->single ? 4 : 8);
    bool good = code_keep(l, &b.x);
    body_close(&b);
    return good;
}

void fused_discard(Fused *l)
{
    if (l->code) munmap(l->code, l->code_size);
    l->code = NULL;
}

#else

bool fused_assemble(Fused *l) { return (void)l, false; }
void fused_discard(Fused *l) { (void)l; }

#endif
