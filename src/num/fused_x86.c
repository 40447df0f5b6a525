/* fused_x86.c -- a pass as machine code for x86-64 with AVX2 and FMA.
 *
 * The code goes over the rows, and in each over the columns in vectors of 32 bytes,
 * then one by one with the same instructions on single numbers.
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
#include "num/fused_body.h"

#if defined __x86_64__ && defined __linux__

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "num/cpu.h"

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
    asm_unpin(b);
    for (int v = 0; v < l->n; v++)
        for (int n = 0; l->instr[v].code == FUSED_LOAD && n < l->n_out; n++)
            if (b->kept_in[n] >= 0 && l->out[n].slot == l->instr[v].in[0]) asm_hold(b, b->kept_in[n], v);
    for (int v = 0; v < l->n; v++) {
        b->now = v;
        asm_emit(b, v);
        asm_unpin(b);
        asm_pass_time(b, 2 * v);
        for (int n = 0; n < l->n_out; n++)
            if (b->store_at[n] == v) asm_emit_out(b, n);
        asm_pass_time(b, 2 * v + 1);
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
    for (int s = 0; s < b->l->n_slot && asm_slot_reg(b, s) != NO_REG; s++)
        x86_load(&b->x, asm_slot_reg(b, s), RBP, asm_place_at(s));
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
        asm_move_in(b, 0, x86_const(x86_constant(&b->x, bits_of(b, v))));
        asm_move_out(b, 0, lanes_place(i));
    }
}

/* All lanes into one number: the halves on each other until one is left. */
static void lanes_end(Body *b)
{
    const Fused *l = b->l;
    for (int i = 0; i < l->n_out; i++) {
        if (!is_row(l->out[i].kind)) continue;
        X86Op op = { 1, !l->single, 0, (uint8_t)asm_lane_op[l->out[i].kind] };
        b->wide = true;
        asm_move_in(b, 0, lanes_place(i));
        x86_vector(&b->x, (X86Op){ 3, 1, 0, 0x19 }, true, 0, 0, x86_reg(1), 1);    /* vextractf128 xmm1, ymm0, 1 */
        x86_vector(&b->x, op, false, 0, 0, x86_reg(1), -1);
        x86_vector(&b->x, (X86Op){ 1, 1, 0, 0x70 }, false, 1, 0, x86_reg(0), 0xEE);    /* vpshufd: the upper half */
        x86_vector(&b->x, op, false, 0, 0, x86_reg(1), -1);
        if (l->single) {
            x86_vector(&b->x, (X86Op){ 1, 1, 0, 0x70 }, false, 1, 0, x86_reg(0), 0x55);
            x86_vector(&b->x, op, false, 0, 0, x86_reg(1), -1);
        }
        asm_one_out(b, 0, asm_slot_place(b, l->out[i].slot));
    }
}

/* Slots with a register move on in it, the others in memory. */
static void rows_on(Body *b)
{
    for (int s = 0; s < b->l->n_slot; s++) {
        int r = asm_slot_reg(b, s);
        if (r != NO_REG) {
            x86_add(&b->x, r, RBP, asm_place_at(s) + (int32_t)sizeof(char *));
            continue;
        }
        x86_load(&b->x, RAX, RBP, asm_place_at(s) + (int32_t)sizeof(char *));
        x86_bytes(&b->x, "\x48\x01\x85", 3);                             /* add [rbp + at], rax */
        x86_word(&b->x, asm_place_at(s));
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
        asm_one_in(b, 0, at);
        asm_one_out(b, 0, x86_mem(RDX, NO_REG, size * n++));
        x86_vector(&b->x, asm_bitwise(b, 0x57), false, 0, 0, x86_reg(0), -1);
        asm_one_out(b, 0, at);
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
        if (b->kept_in[i] >= 0) asm_one_in(b, b->kept_in[i], asm_slot_place(b, b->l->out[i].slot));
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
