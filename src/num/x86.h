/* x86.h -- the few instructions of x86-64 with AVX2 that loops become, as bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_X86_H
#define GRADUS_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, NO_REG = -1 };

/* Where the last operand of an instruction is: a vector register, memory at
 * base + index + disp, or a constant behind the code. */
typedef struct {
    enum { AT_REG, AT_MEMORY, AT_CONST } kind;
    int     reg;                     /* AT_REG; AT_MEMORY: the base                   */
    int     index;                   /* a register or NO_REG                          */
    int32_t disp;                    /* AT_CONST: its number                          */
    int     scale;                   /* of the index: 0 to 3 for 1, 2, 4, 8           */
} X86Place;

static inline X86Place x86_reg(int r) { return (X86Place){ .kind = AT_REG, .reg = r, .index = NO_REG }; }
static inline X86Place x86_mem(int base, int index, int32_t disp) { return (X86Place){ AT_MEMORY, base, index, disp, 0 }; }
static inline X86Place x86_const(int n) { return (X86Place){ AT_CONST, 0, NO_REG, n, 0 }; }

/* A vector instruction: opcode map 1 to 3, prefix 0 to 3 (none, 66, F3, F2), W, opcode. */
typedef struct {
    uint8_t map, prefix, w, op;
} X86Op;

typedef struct {
    uint8_t *code;
    int      n, cap;
    int      n_fix, cap_fix;
    struct {
        int at, constant, behind;    /* 4 bytes at `at`, counted from `behind`        */
    } *fix;
    int      n_const, cap_const;
    uint64_t *constant;
} X86;

void x86_free(X86 *x);
int  x86_constant(X86 *x, uint64_t bits);          /* its number; equal ones are one */
/* op reg, second, last[, imm]; wide: 256 bits, else 128 or a single number. imm -1: none. */
void x86_vector(X86 *x, X86Op op, bool wide, int reg, int second, X86Place last, int imm);
void x86_byte(X86 *x, int b);
void x86_word(X86 *x, int32_t v);                  /* four bytes */
void x86_load(X86 *x, int reg, int base, int32_t disp);          /* mov reg, [base + disp] */
void x86_store(X86 *x, int reg, int base, int32_t disp);
void x86_add(X86 *x, int reg, int base, int32_t disp);           /* add reg, [base + disp] */
void x86_bytes(X86 *x, const char *bytes, int n);
/* A jump with a four-byte distance: its place, to be aimed at code that follows; or back. */
int  x86_jump(X86 *x, int condition);              /* 0x82 below, 0x83 not below, 0x86 not above, 0x87 above, 0x85 not zero */
void x86_aim(X86 *x, int jump, int target);
/* The constants behind the code, each `lanes` times over `size` bytes; aims what refers to them. */
void x86_finish(X86 *x, int size);

#endif
