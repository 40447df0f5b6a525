/* fused_emit.c -- instructions of a pass as instructions of the machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/fused_body.h"

#if defined __x86_64__ && defined __linux__

/* ---- opcodes ---- */

/* Prefix of arithmetic: packed double 66, packed single none, double F2, single F3. */
static int arithmetic_prefix(const Body *b)
{
    if (b->wide) return b->l->single ? 0 : 1;
    return b->l->single ? 2 : 3;
}

static X86Op arithmetic(const Body *b, int op) { return (X86Op){ 1, (uint8_t)arithmetic_prefix(b), 0, (uint8_t)op }; }
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

/* ---- instructions ---- */

/* The operands have been read: the result may lie over one that is not used again. */
static int result(Body *b, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    for (int k = 0; k < 3; k++)
        if (i->in[k] >= 0) asm_forget(b, i->in[k]);
    asm_unpin(b);
    for (int r = 0; r < N_VECTOR; r++)
        if (b->holds[r] >= 0 && !b->kept[r] && asm_next_use(b, b->holds[r]) == INT32_MAX) asm_release(b, r);
    int r = asm_take(b);
    asm_hold(b, r, v);
    return r;
}

static void emit_two(Body *b, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    int code = i->code, p = i->in[0], q = i->in[1], imm = is_compare(code) ? compare_kind[code] : -1;
    if (swaps(code) && b->reg[p] < 0 && b->reg[q] >= 0) p = i->in[1], q = i->in[0];
    int first = asm_want(b, p);
    X86Place last = p == q ? x86_reg(first) : asm_want_any(b, q, reads_all(code));
    X86Op op = is_bitwise(code) ? asm_bitwise(b, plain_op[code])
               : is_whole(code) ? whole(code == FUSED_IADD ? (b->l->single ? 0xFE : 0xD4) : (b->l->single ? 0xFA : 0xFB))
                                : arithmetic(b, plain_op[code]);
    x86_vector(&b->x, op, b->wide, result(b, v), first, last, imm);
}

/* sqrt, floor, round */
static void emit_one(Body *b, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    int from = asm_want(b, i->in[0]), second = b->wide ? 0 : from;
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
    const FusedInstr *i = asm_instr(b, v);
    int from = asm_want(b, i->in[0]), to = result(b, v);
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
    int from = asm_want(b, asm_instr(b, v)->in[0]), to = result(b, v);
    address_in(b, "\x48\xB9", fused_powers);                                /* rcx */
    x86_vector(&b->x, (X86Op){ 1, 1, 1, 0x7E }, false, from, 0, x86_reg(RAX), -1);   /* vmovq rax, from */
    x86_bytes(&b->x, "\x83\xE0\x7F", 3);                                    /* and eax, 127 */
    X86Place at = x86_mem(RCX, RAX, 0);
    at.scale = 3;
    asm_one_in(b, to, at);
}

static void emit_blend(Body *b, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    int mask = asm_want(b, i->in[0]), no = asm_want(b, i->in[2]);
    X86Place yes = asm_want_any(b, i->in[1], true);
    X86Op op = { 3, 1, 0, b->l->single ? 0x4A : 0x4B };
    x86_vector(&b->x, op, b->wide, result(b, v), no, yes, mask << 4);
}

static bool dies_in_reg(const Body *b, int v)
{
    return b->reg[v] >= 0 && !b->kept[b->reg[v]] && !asm_used_again(b, v);
}

/* The result lies over one of the three operands: over the one that dies, or a copy of c. */
static void emit_fma(Body *b, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    int negative = i->code == FUSED_FNMA ? 4 : 0, x = i->in[0], y = i->in[1], c = i->in[2];
    if (dies_in_reg(b, c) && c != x && c != y) {
        int over = asm_want(b, c), second;
        if (b->reg[x] < 0 && b->reg[y] >= 0) x = i->in[1], y = i->in[0];
        second = asm_want(b, x);
        X86Place last = x == y ? x86_reg(second) : asm_want_any(b, y, false);
        x86_vector(&b->x, fma_op(b, 0xB8 + negative), b->wide, over, second, last, -1);
        asm_release(b, over);
        asm_unpin(b);
        for (int k = 0; k < 3; k++) asm_forget(b, i->in[k]);
        asm_hold(b, over, v);
        return;
    }
    if (!dies_in_reg(b, x) && dies_in_reg(b, y)) x = i->in[1], y = i->in[0];
    if (dies_in_reg(b, x) && x != y && x != c) {
        int over = asm_want(b, x), second = asm_want(b, y);
        X86Place last = c == y ? x86_reg(second) : asm_want_any(b, c, false);
        x86_vector(&b->x, fma_op(b, 0xA8 + negative), b->wide, over, second, last, -1);
        asm_release(b, over);
        asm_unpin(b);
        for (int k = 0; k < 3; k++) asm_forget(b, i->in[k]);
        asm_hold(b, over, v);
        return;
    }
    int second = asm_want(b, x), third = asm_want(b, y), from = asm_want(b, c);
    for (int k = 0; k < 3; k++) asm_forget(b, i->in[k]);
    int r = asm_take(b);
    x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x28 }, b->wide, r, 0, x86_reg(from), -1);
    x86_vector(&b->x, fma_op(b, 0xB8 + negative), b->wide, r, second, x86_reg(third), -1);
    asm_unpin(b);
    asm_hold(b, r, v);
}

/* A function of the C library, for each lane; no vector register outlives it. */
static void emit_call(Body *b, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    int size = b->l->single ? 4 : 8, lanes = b->wide ? VECTOR / size : 1;
    for (int k = 0; k < 3; k++)
        if (i->in[k] >= 0) asm_move_out(b, asm_want(b, i->in[k]), x86_mem(RSP, NO_REG, ARG_AT + VECTOR * k)), asm_unpin(b);
    for (int k = 0; k < 3; k++)
        if (i->in[k] >= 0) asm_forget(b, i->in[k]);
    for (int r = 0; r < N_VECTOR; r++) {
        if (b->holds[r] >= 0 && asm_next_use(b, b->holds[r]) != INT32_MAX) asm_spill(b, b->holds[r]);
        asm_release(b, r);
    }
    x86_bytes(&b->x, "\xC5\xF8\x77", 3);                    /* vzeroupper */
    for (int lane = 0; lane < lanes; lane++) {
        for (int k = 0; k < 3; k++) {
            X86Place from = x86_mem(RSP, NO_REG, ARG_AT + VECTOR * k + size * lane);
            if (i->in[k] < 0) continue;
            if (b->l->single) x86_vector(&b->x, (X86Op){ 1, 2, 0, 0x5A }, false, k, k, from, -1);
            else asm_one_in(b, k, from);
        }
        address_in(b, "\x48\xB8", (const void *)(uintptr_t)i->fn);          /* rax */
        x86_bytes(&b->x, "\xFF\xD0", 2);                    /* call rax */
        if (b->l->single) x86_vector(&b->x, (X86Op){ 1, 3, 0, 0x5A }, false, 0, 0, x86_reg(0), -1);
        asm_one_out(b, 0, x86_mem(RSP, NO_REG, RESULT_AT + size * lane));
    }
    int r = asm_take(b);
    if (b->wide) asm_move_in(b, r, x86_mem(RSP, NO_REG, RESULT_AT));
    else asm_one_in(b, r, x86_mem(RSP, NO_REG, RESULT_AT));
    asm_hold(b, r, v);
}

void asm_emit(Body *b, int v)
{
    switch ((FusedCode)asm_instr(b, v)->code) {
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

const int asm_lane_op[] = { [OUT_SUM] = 0x58, [OUT_ROW_SUM] = 0x58, [OUT_ROW_MAX] = 0x5F,
                               [OUT_ROW_MIN] = 0x5D, [OUT_COL_SUM] = 0x58 };

/* memory = memory op r */
static void gather_in(Body *b, OutKind kind, int r, X86Place at)
{
    int sum = asm_take(b);
    if (b->wide) asm_move_in(b, sum, at);
    else asm_one_in(b, sum, at);
    x86_vector(&b->x, arithmetic(b, asm_lane_op[kind]), b->wide, sum, sum, x86_reg(r), -1);
    if (b->wide) asm_move_out(b, sum, at);
    else asm_one_out(b, sum, at);
}

void asm_emit_out(Body *b, int n)
{
    const FusedOut *o = &b->l->out[n];
    int r = asm_want(b, o->value);
    if (o->kind == OUT_STORE) {
        X86Place to = asm_slot_place(b, o->slot);
        if (b->wide) asm_move_out(b, r, to);
        else asm_one_out(b, r, to);
        if (b->kept_in[n] >= 0)
            x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x28 }, false, b->kept_in[n], 0, x86_reg(r), -1);
    } else if (o->kind == OUT_COL_SUM || b->l->flat) {
        gather_in(b, o->kind, r, asm_slot_place(b, o->slot));
    } else {
        int32_t lanes = (int32_t)(offsetof(FusedRun, lane) + sizeof(double) * FUSED_LANES * (size_t)n);
        if (!b->wide) x86_bytes(&b->x, "\x89\xD8\x83\xE0\x1F", 5);      /* rax = rbx & 31 */
        gather_in(b, o->kind, r, x86_mem(RBP, b->wide ? NO_REG : RAX, lanes));
    }
    asm_unpin(b);
}

#endif
