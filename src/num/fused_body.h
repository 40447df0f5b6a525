/* fused_body.h -- a pass on its way to machine code; shared by fused_regs.c, fused_emit.c
 * and fused_x86.c, nobody else.
 *
 * Registers are given out as the instructions come (they are in one straight line): when
 * none is free, the value that is needed last goes to the stack. Numbers and operands are
 * never kept there, for they can be read again where they come from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_FUSED_BODY_H
#define GRADUS_FUSED_BODY_H

#include "num/fused_private.h"
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

static inline const FusedInstr *asm_instr(const Body *b, int v) { return &b->l->instr[v]; }
static inline bool asm_is_held(const Body *b, int slot) { return !b->l->flat && b->l->slot[slot] == SLOT_HELD; }
static inline X86Op asm_bitwise(const Body *b, int op) { return (X86Op){ 1, !b->l->single, 0, (uint8_t)op }; }

/* ---- fused_regs.c: moves, slots, registers ---- */
void     asm_move_in(Body *b, int reg, X86Place from);      /* all bytes of a register */
void     asm_move_out(Body *b, int reg, X86Place to);
void     asm_one_in(Body *b, int reg, X86Place from);       /* one number */
void     asm_one_out(Body *b, int reg, X86Place to);
int      asm_slot_reg(const Body *b, int slot);             /* its address' register, or NO_REG */
int32_t  asm_place_at(int slot);                            /* within a FusedRun */
/* The memory of a slot's present element; may need rax until the next call of this. */
X86Place asm_slot_place(Body *b, int slot);
int      asm_next_use(const Body *b, int v);
bool     asm_used_again(const Body *b, int v);              /* behind the present instruction */
void     asm_spill(Body *b, int v);
void     asm_release(Body *b, int r);
int      asm_take(Body *b);                                 /* a free register */
void     asm_hold(Body *b, int r, int v);
int      asm_want(Body *b, int v);                          /* v's register, which stays until unpin */
/* A register, or the memory that v can be read from in place; all: by an instruction that
 * reads more than one number. */
X86Place asm_want_any(Body *b, int v, bool all);
void     asm_unpin(Body *b);
void     asm_pass_time(Body *b, int t);                     /* values without a use behind t go */
void     asm_forget(Body *b, int v);                        /* its uses until now are done */

/* ---- fused_emit.c: instructions and results ---- */
extern const int asm_lane_op[];                             /* by OutKind: the opcode that gathers */
void     asm_emit(Body *b, int v);
void     asm_emit_out(Body *b, int out);

#endif
