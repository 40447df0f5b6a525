/* fused.h -- a chain of elementwise arithmetic as one pass over memory.
 *
 * It is a short program over single numbers, in static single assignment: its
 * instructions are those of the machine (add, multiply, fused multiply-add, compare,
 * shift bits ...), and exp, tanh and log are written out in them (fused_math.c). It runs
 * over rows x cols elements in lanes; every operand is a matrix, a row that repeats, a
 * column that repeats or a single number.
 *
 * On x86-64 with AVX2 the program becomes machine code (fused_x86.c); elsewhere it is
 * interpreted block by block (fused_run.c). Both compute the same bits, since every
 * instruction is exactly rounded and sums run in four (float: eight) virtual lanes: element
 * c of a row goes to lane c modulo lanes, and lanes are added in one fixed order. What
 * a row has behind its last whole vector is added by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_FUSED_H
#define GRADUS_FUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(code, operands). a, b, c are earlier instructions. Masks have all bits set or none. */
#define FUSED_CODES(X)                                                                    \
    X(LOAD, 0)      /* the element of slot `imm`                                      */ \
    X(NUM, 0)       /* the bits `bits`                                                */ \
    X(ADD, 2) X(SUB, 2) X(MUL, 2) X(DIV, 2)                                              \
    X(FMA, 3)       /* a*b + c, rounded once                                          */ \
    X(FNMA, 3)      /* c - a*b, rounded once                                          */ \
    X(MIN, 2)       /* a < b ? a : b                                                  */ \
    X(MAX, 2)       /* a > b ? a : b                                                  */ \
    X(SQRT, 1) X(FLOOR, 1) X(ROUND, 1)                                                   \
    X(AND, 2) X(OR, 2) X(XOR, 2) X(ANDN, 2) /* ANDN: b without the bits of a          */ \
    X(LT, 2) X(LE, 2) X(EQ, 2) X(NE, 2)     /* masks; NE is true where one is nan     */ \
    X(BLEND, 3)     /* mask a ? b : c                                                 */ \
    X(IADD, 2) X(ISUB, 2)                   /* as whole numbers of the same width     */ \
    X(SHL, 1) X(SHR, 1)                     /* by imm bits                            */ \
    X(TABLE, 1)     /* flat programs in double: see fused_table.c                     */ \
    X(CALL, 3)      /* fn(a, b, c) in double                                          */

#define FUSED_ENUM(code, n) FUSED_##code,
typedef enum { FUSED_CODES(FUSED_ENUM) N_FUSED_CODE } FusedCode;
#undef FUSED_ENUM

typedef double FusedFn(double a, double b, double c);

typedef struct {
    uint8_t  code;
    uint8_t  imm;                    /* SHL, SHR: bits */
    int      in[3];                  /* -1: none; LOAD: in[0] is the slot             */
    uint64_t bits;                   /* NUM: a double, or a float in the low half     */
    FusedFn  *fn;
} FusedInstr;

/* How a slot's element is found: base + row*stride, then along the columns. */
typedef enum {
    SLOT_EACH,                       /* one for each column                           */
    SLOT_HELD                        /* the same for all columns of a row             */
} SlotKind;

typedef enum {
    OUT_STORE,                       /* to a SLOT_EACH slot                           */
    OUT_SUM,                         /* to a SLOT_HELD slot: of all elements          */
    OUT_ROW_SUM, OUT_ROW_MAX, OUT_ROW_MIN,   /* to a SLOT_HELD slot: of each row      */
    OUT_COL_SUM                      /* to a SLOT_EACH slot of stride 0: added to it  */
} OutKind;

typedef struct {
    OutKind kind;
    int     value, slot;
} FusedOut;

enum { FUSED_MOST_SLOTS = 96, FUSED_MOST_OUTS = 48, FUSED_LANES = 8 };

typedef struct {
    bool       single;               /* float, else double                            */
    bool       flat;                 /* a program over registers, see FusedFlat       */
    int        x_from, y_from, y_to; /* flat: slots that stand for rows of data       */
    int        n, cap;
    FusedInstr *instr;
    int        n_slot;
    SlotKind  *slot;                 /* NULL when flat                                */
    int        n_out, cap_out;
    FusedOut   *out;
    int       *hash, n_hash;
    int       *load, n_load;         /* slot -> its LOAD, -1 none                     */
    void      *code;                 /* machine code, or NULL                         */
    size_t     code_size;
} Fused;

/* ---- make ---- */
Fused *fused_make(bool single);
void  fused_free(Fused *l);
/* Instructions; equal ones are shared, those on numbers alone are folded. */
int   fused_num(Fused *l, double v);
int   fused_bits(Fused *l, uint64_t bits);
int   fused_load(Fused *l, int slot);
int   fused_add(Fused *l, FusedCode code, int a, int b, int c);
int   fused_shift(Fused *l, FusedCode code, int a, int bits);
int   fused_call(Fused *l, FusedFn *fn, int a, int b, int c);
bool  fused_is_num(const Fused *l, int at, double *v);
/* A new slot; -1 when there are FUSED_MOST_SLOTS already (never when flat). */
int   fused_slot(Fused *l, SlotKind kind);
/* A slot may be operand and result of the same element: all operands count as read
 * before any result is stored. */
void  fused_out(Fused *l, OutKind kind, int value, int slot);
/* Ready to run. Makes machine code where that is possible. */
void  fused_compile(Fused *l);
/* How many instructions an element takes (loads and numbers not counted). */
int   fused_work(const Fused *l);

/* ---- fused_math.c: functions written out; errors in units of the last place ---- */
int fused_neg(Fused *l, int x);
int fused_abs(Fused *l, int x);
int fused_exp(Fused *l, int x);        /* 1.3, 1.8 when flat; 0 below -708, inf above 709.4 */
int fused_expm1(Fused *l, int x);      /* 2 */
int fused_tanh(Fused *l, int x);     /* 3.5 */
int fused_log(Fused *l, int x);        /* 1 */
int fused_log1p(Fused *l, int x);      /* 2 */
int fused_truth(Fused *l, int mask);   /* 1 where the mask is set, else 0               */

/* ---- run ---- */
typedef struct {
    char   *p;                       /* moved on from row to row by running           */
    int64_t stride;                  /* bytes from row to row                         */
} FusedPlace;

/* Everything one thread needs to run it; filled in anew for each run. */
typedef struct {
    int64_t   rows, cols;
    FusedPlace at[FUSED_MOST_SLOTS];
    double    lane[FUSED_MOST_OUTS][FUSED_LANES];   /* of sums and the like; floats when single */
} FusedRun;

/* With OUT_SUM or OUT_COL_SUM: zero before the first part, sums stored
 * behind the last one. `first` and `count` name the memory of OUT_COL_SUM. */
void fused_begin(const Fused *l, FusedRun *run);
void fused_part(const Fused *l, FusedRun *run);      /* rows x cols elements             */
void fused_end(const Fused *l, FusedRun *run);
void fused_run(const Fused *l, FusedRun *run);       /* all three                        */
/* A flat program runs over numbers: slot i is r[i], stored and added to (OUT_SUM) there.
 * Slots x_from to y_from - 1 are read from x, those from y_from to y_to - 1 from y instead;
 * both move on by their steps after each run, or by as many steps as `order` says. After
 * `count` runs the numbers that were added to are taken out to `sum` and become 0, and
 * all begins again, `epochs` times. */
typedef struct {
    void           *r;
    const char     *x, *y;
    int64_t         x_step, y_step;  /* bytes                                         */
    const uint32_t *order;           /* which row each run takes; NULL: one after the other */
    int64_t         count, epochs;   /* at least 1 each                               */
    char           *sum;             /* epochs times one for each OUT_SUM, in their order */
} FusedFlat;
void fused_run_flat(const Fused *l, FusedFlat *f);

#endif
