/* x86.c -- instructions as bytes.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/x86.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CONST_BYTES = 32 };

void x86_free(X86 *x)
{
    free(x->code);
    free(x->fix);
    free(x->constant);
    *x = (X86){ 0 };
}

void x86_byte(X86 *x, int b)
{
    GROW(x->code, x->n, x->cap);
    x->code[x->n++] = (uint8_t)b;
}

void x86_bytes(X86 *x, const char *bytes, int n)
{
    for (int i = 0; i < n; i++) x86_byte(x, (uint8_t)bytes[i]);
}

void x86_word(X86 *x, int32_t v)
{
    for (int i = 0; i < 4; i++) x86_byte(x, (int)((uint32_t)v >> 8 * i & 255));
}

int x86_constant(X86 *x, uint64_t bits)
{
    for (int i = 0; i < x->n_const; i++)
        if (x->constant[i] == bits) return i;
    GROW(x->constant, x->n_const, x->cap_const);
    x->constant[x->n_const] = bits;
    return x->n_const++;
}

/* ModRM, SIB and displacement; behind: bytes of the instruction that follow. */
static void place_bytes(X86 *x, int reg, X86Place p, int behind)
{
    int r = (reg & 7) << 3;
    if (p.kind == AT_REG) {
        x86_byte(x, 0xC0 | r | (p.reg & 7));
    } else if (p.kind == AT_CONST) {
        x86_byte(x, r | 5);
        GROW(x->fix, x->n_fix, x->cap_fix);
        x->fix[x->n_fix].at = x->n;
        x->fix[x->n_fix].constant = p.disp;
        x->fix[x->n_fix++].behind = x->n + 4 + behind;
        x86_word(x, 0);
    } else {
        bool sib = p.index != NO_REG || (p.reg & 7) == RSP;
        x86_byte(x, 0x80 | r | (sib ? 4 : p.reg & 7));
        if (sib) x86_byte(x, p.scale << 6 | (p.index != NO_REG ? (p.index & 7) << 3 : 4 << 3) | (p.reg & 7));
        x86_word(x, p.disp);
    }
}

void x86_vector(X86 *x, X86Op op, bool wide, int reg, int second, X86Place last, int imm)
{
    int r = reg >> 3 & 1, i = last.kind == AT_MEMORY && last.index != NO_REG ? last.index >> 3 & 1 : 0;
    int b = last.kind == AT_CONST ? 0 : last.reg >> 3 & 1;
    x86_byte(x, 0xC4);
    x86_byte(x, !r << 7 | !i << 6 | !b << 5 | op.map);
    x86_byte(x, op.w << 7 | (~second & 15) << 3 | wide << 2 | op.prefix);
    x86_byte(x, op.op);
    place_bytes(x, reg, last, imm >= 0);
    if (imm >= 0) x86_byte(x, imm);
}

static void move(X86 *x, int op, int reg, int base, int32_t disp)
{
    x86_byte(x, 0x48 | (reg >> 3 & 1) << 2 | (base >> 3 & 1));
    x86_byte(x, op);
    place_bytes(x, reg, x86_mem(base, NO_REG, disp), 0);
}

void x86_load(X86 *x, int reg, int base, int32_t disp) { move(x, 0x8B, reg, base, disp); }
void x86_store(X86 *x, int reg, int base, int32_t disp) { move(x, 0x89, reg, base, disp); }
void x86_add(X86 *x, int reg, int base, int32_t disp) { move(x, 0x03, reg, base, disp); }

int x86_jump(X86 *x, int condition)
{
    x86_byte(x, 0x0F);
    x86_byte(x, condition);
    x86_word(x, 0);
    return x->n - 4;
}

void x86_aim(X86 *x, int jump, int target)
{
    int32_t distance = target - (jump + 4);
    memcpy(x->code + jump, &distance, 4);
}

void x86_finish(X86 *x, int size)
{
    while (x->n % CONST_BYTES) x86_byte(x, 0xCC);
    int first = x->n;
    for (int i = 0; i < x->n_const; i++)
        for (int k = 0; k < CONST_BYTES; k++) x86_byte(x, (int)(x->constant[i] >> 8 * (k % size) & 255));
    for (int i = 0; i < x->n_fix; i++) {
        int32_t distance = first + CONST_BYTES * x->fix[i].constant - x->fix[i].behind;
        memcpy(x->code + x->fix[i].at, &distance, 4);
    }
}
