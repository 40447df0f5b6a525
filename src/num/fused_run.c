/* fused_run.c -- passes run: sums begun and ended, and the interpreter for machines that
 * fused_x86.c does not know.
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
#include "num/soft_fma.h"

/* ---- one instruction on single numbers ---- */

typedef union {
    uint64_t bits;
    double   d;
} Double;
typedef union {
    uint32_t bits;
    float    f;
} Single;

/* The same words for both precisions: T the type, B its bits, ALL a set mask. */
#define COMPUTE(NAME, T, U, F, FMA_FN, SQRT, FLOOR, ROUND)                               \
    static inline __attribute__((always_inline)) U NAME(const FusedInstr *i, U a, U b, U c) \
    {                                                                                    \
        const U set = { .bits = ~(__typeof__(a.bits))0 }, none = { .bits = 0 };          \
        switch ((FusedCode)i->code) {                                                     \
        case FUSED_ADD: return (U){ .F = a.F + b.F };                                     \
        case FUSED_SUB: return (U){ .F = a.F - b.F };                                     \
        case FUSED_MUL: return (U){ .F = a.F * b.F };                                     \
        case FUSED_DIV: return (U){ .F = a.F / b.F };                                     \
        case FUSED_FMA: return (U){ .F = FMA_FN(a.F, b.F, c.F) };                         \
        case FUSED_FNMA: return (U){ .F = FMA_FN(-a.F, b.F, c.F) };                       \
        case FUSED_MIN: return a.F < b.F ? a : b;                                         \
        case FUSED_MAX: return a.F > b.F ? a : b;                                         \
        case FUSED_SQRT: return (U){ .F = SQRT(a.F) };                                    \
        case FUSED_FLOOR: return (U){ .F = FLOOR(a.F) };                                  \
        case FUSED_ROUND: return (U){ .F = ROUND(a.F) };                                  \
        case FUSED_AND: return (U){ .bits = a.bits & b.bits };                            \
        case FUSED_OR: return (U){ .bits = a.bits | b.bits };                             \
        case FUSED_XOR: return (U){ .bits = a.bits ^ b.bits };                            \
        case FUSED_ANDN: return (U){ .bits = ~a.bits & b.bits };                          \
        case FUSED_LT: return a.F < b.F ? set : none;                                     \
        case FUSED_LE: return a.F <= b.F ? set : none;                                    \
        case FUSED_EQ: return a.F == b.F ? set : none;                                    \
        case FUSED_NE: return a.F != b.F ? set : none;                                    \
        case FUSED_BLEND: return a.bits >> (8 * sizeof(T) - 1) ? b : c;                   \
        case FUSED_IADD: return (U){ .bits = a.bits + b.bits };                           \
        case FUSED_ISUB: return (U){ .bits = a.bits - b.bits };                           \
        case FUSED_SHL: return (U){ .bits = a.bits << i->imm };                           \
        case FUSED_SHR: return (U){ .bits = a.bits >> i->imm };                           \
        case FUSED_TABLE: return (U){ .bits = (__typeof__(a.bits))fused_powers[a.bits % FUSED_POWERS] }; \
        case FUSED_CALL: return (U){ .F = (T)i->fn(a.F, b.F, c.F) };                      \
        default: assert(!"an instruction that computes"); return none;                   \
        }                                                                                \
    }
COMPUTE(compute_double, double, Double, d, fma, sqrt, floor, nearbyint)
COMPUTE(compute_single, float, Single, f, fmaf, sqrtf, floorf, nearbyintf)

uint64_t fused_compute(const Fused *l, const FusedInstr *i, const uint64_t in[3])
{
    if (l->single) {
        Single v[3] = { { (uint32_t)in[0] }, { (uint32_t)in[1] }, { (uint32_t)in[2] } };
        return compute_single(i, v[0], v[1], v[2]).bits;
    }
    Double v[3] = { { in[0] }, { in[1] }, { in[2] } };
    return compute_double(i, v[0], v[1], v[2]).bits;
}

/* Room for the values of one block; each thread keeps its own, for nothing may be
 * allocated while training runs. */
static void *scratch(size_t bytes)
{
    static _Thread_local void *room;
    static _Thread_local size_t size;
    if (bytes > size) {
        free(room);
        room = mem_new(size = bytes);
    }
    return room;
}

void fused_reserve(const Fused *l) { scratch(sizeof(Double[32]) * (size_t)(l->n + 1)); }

/* ---- the interpreter: a block of columns at a time ---- */

enum { BLOCK = 32 };


/* y = a*b + c for a whole block. */
static void block_fma_double(Double *y, const Double *a, const Double *b, const Double *c, double sign)
{
#ifdef __FP_FAST_FMA
    for (int k = 0; k < BLOCK; k++) y[k].d = fma(sign * a[k].d, b[k].d, c[k].d);
#else
    for (int k = 0; k < BLOCK; k += 2) {
        Soft2 r = soft_double((Soft2){ a[k].d, a[k + 1].d } * sign, (Soft2){ b[k].d, b[k + 1].d }, (Soft2){ c[k].d, c[k + 1].d });
        y[k].d = r[0];
        y[k + 1].d = r[1];
    }
#endif
}

static void block_fma_single(Single *y, const Single *a, const Single *b, const Single *c, float sign)
{
#ifdef __FP_FAST_FMAF
    for (int k = 0; k < BLOCK; k++) y[k].f = fmaf(sign * a[k].f, b[k].f, c[k].f);
#else
    for (int k = 0; k < BLOCK; k += 4) {
        Soft4 r = soft_float((Soft4){ a[k].f, a[k + 1].f, a[k + 2].f, a[k + 3].f } * sign,
                             (Soft4){ b[k].f, b[k + 1].f, b[k + 2].f, b[k + 3].f },
                             (Soft4){ c[k].f, c[k + 1].f, c[k + 2].f, c[k + 3].f });
        for (int j = 0; j < 4; j++) y[k + j].f = r[j];
    }
#endif
}

/* One instruction over a block: the code is known in each case, so that the compiler makes
 * a loop of it. What is behind the row's end is computed too and used by nobody, but for
 * calls, which cost too much. */
#define BLOCK_CASE(word, n)                                                              \
    case FUSED_##word:                                                                   \
        for (int k = 0; k < BLOCK; k++)                                                  \
            y[k] = BLOCK_COMPUTE((&(FusedInstr){ .code = FUSED_##word, .imm = i->imm }), a[k], b[k], c[k]); \
        break;
#define BLOCK_CODES(X)                                                                   \
    X(ADD, 2) X(SUB, 2) X(MUL, 2) X(DIV, 2) X(MIN, 2) X(MAX, 2) X(SQRT, 1) X(FLOOR, 1) X(ROUND, 1) \
    X(AND, 2) X(OR, 2) X(XOR, 2) X(ANDN, 2) X(LT, 2) X(LE, 2) X(EQ, 2) X(NE, 2) X(BLEND, 3) \
    X(IADD, 2) X(ISUB, 2) X(SHL, 1) X(SHR, 1)

#define BLOCK_COMPUTE compute_double
static void block_double(const FusedInstr *i, Double *y, const Double *a, const Double *b, const Double *c, int n)
{
    switch ((FusedCode)i->code) {
        BLOCK_CODES(BLOCK_CASE)
    case FUSED_FMA: block_fma_double(y, a, b, c, 1); break;
    case FUSED_FNMA: block_fma_double(y, a, b, c, -1); break;
    default:
        for (int k = 0; k < n; k++) y[k] = compute_double(i, a[k], b[k], c[k]);
    }
}
#undef BLOCK_COMPUTE
#define BLOCK_COMPUTE compute_single
static void block_single(const FusedInstr *i, Single *y, const Single *a, const Single *b, const Single *c, int n)
{
    switch ((FusedCode)i->code) {
        BLOCK_CODES(BLOCK_CASE)
    case FUSED_FMA: block_fma_single(y, a, b, c, 1); break;
    case FUSED_FNMA: block_fma_single(y, a, b, c, -1); break;
    default:
        for (int k = 0; k < n; k++) y[k] = compute_single(i, a[k], b[k], c[k]);
    }
}
#undef BLOCK_COMPUTE

#define INTERPRET(NAME, U, F, BLOCK_RUN)                                                 \
    static void NAME##_block(const Fused *l, const FusedRun *run, U (*v)[BLOCK],         \
                             int64_t col, int n)                                         \
    {                                                                                    \
        static const U none;                                                             \
        for (int at = 0; at < l->n; at++) {                                              \
            const FusedInstr *i = &l->instr[at];                                         \
            U *y = v[at];                                                                \
            if (i->code == FUSED_NUM) {                                                  \
                for (int k = 0; k < BLOCK; k++) y[k].bits = (__typeof__(none.bits))i->bits; \
            } else if (i->code == FUSED_LOAD) {                                          \
                const U *x = (const U *)(const void *)run->at[i->in[0]].p;               \
                bool each = l->slot[i->in[0]] == SLOT_EACH;                              \
                for (int k = 0; k < BLOCK; k++) y[k] = k < n && each ? x[col + k] : each ? none : x[0]; \
            } else {                                                                     \
                const U *a = i->in[0] >= 0 ? v[i->in[0]] : y, *b = i->in[1] >= 0 ? v[i->in[1]] : y; \
                BLOCK_RUN(i, y, a, b, i->in[2] >= 0 ? v[i->in[2]] : y, n);               \
            }                                                                            \
        }                                                                                \
    }                                                                                    \
    static void NAME##_out(const FusedOut *o, FusedRun *run, U *lane, const U *y,          \
                           int64_t col, int n, int lanes)                                \
    {                                                                                    \
        U *to = (U *)(void *)run->at[o->slot].p;                                         \
        for (int k = 0; k < n; k++) {                                                    \
            U *acc = &lane[(col + k) % lanes];                                           \
            if (o->kind == OUT_STORE) to[col + k] = y[k];                                \
            else if (o->kind == OUT_COL_SUM) to[col + k].F += y[k].F;                    \
            else if (o->kind == OUT_ROW_MAX) acc->F = acc->F > y[k].F ? acc->F : y[k].F; \
            else if (o->kind == OUT_ROW_MIN) acc->F = acc->F < y[k].F ? acc->F : y[k].F; \
            else acc->F += y[k].F;                                                       \
        }                                                                                \
    }                                                                                    \
    static void NAME(const Fused *l, FusedRun *run, U (*v)[BLOCK], int lanes)              \
    {                                                                                    \
        for (int64_t col = 0; col < run->cols; col += BLOCK) {                           \
            int n = run->cols - col < BLOCK ? (int)(run->cols - col) : BLOCK;            \
            NAME##_block(l, run, v, col, n);                                             \
            for (int i = 0; i < l->n_out; i++)                                           \
                NAME##_out(&l->out[i], run, (U *)(void *)run->lane[i], v[l->out[i].value], col, n, lanes); \
        }                                                                                \
    }
INTERPRET(row_double, Double, d, block_double)
INTERPRET(row_single, Single, f, block_single)

/* ---- lanes ---- */

static int lanes_of(const Fused *l) { return l->single ? 8 : 4; }

static double lane_of(const Fused *l, const FusedRun *run, int out, int i)
{
    return l->single ? (double)((const float *)(const void *)run->lane[out])[i] : run->lane[out][i];
}

static void lanes_set(const Fused *l, FusedRun *run, int out, double v)
{
    for (int i = 0; i < FUSED_LANES; i++)
        if (l->single) ((float *)(void *)run->lane[out])[i] = (float)v;
        else run->lane[out][i] = v;
}

static double fold(const Fused *l, OutKind kind, double a, double b)
{
    if (kind == OUT_ROW_MAX) return a > b ? a : b;
    if (kind == OUT_ROW_MIN) return a < b ? a : b;
    return l->single ? (double)((float)a + (float)b) : a + b;
}

/* All lanes into one number: the halves on each other until one is left. */
static void lanes_store(const Fused *l, FusedRun *run, int out)
{
    double v[FUSED_LANES];
    for (int i = 0; i < lanes_of(l); i++) v[i] = lane_of(l, run, out, i);
    for (int half = lanes_of(l) / 2; half; half /= 2)
        for (int i = 0; i < half; i++) v[i] = fold(l, l->out[out].kind, v[i], v[i + half]);
    char *to = run->at[l->out[out].slot].p;
    if (l->single) *(float *)(void *)to = (float)v[0];
    else *(double *)(void *)to = v[0];
}

static double lane_start(OutKind kind)
{
    return kind == OUT_ROW_MAX ? -INFINITY : kind == OUT_ROW_MIN ? INFINITY : 0;
}

static bool by_row(OutKind k) { return k == OUT_ROW_SUM || k == OUT_ROW_MAX || k == OUT_ROW_MIN; }

static bool has_rows(const Fused *l)
{
    for (int i = 0; i < l->n_out; i++)
        if (by_row(l->out[i].kind)) return true;
    return false;
}

/* ---- rows ---- */

static void rows_advance(const Fused *l, FusedRun *run)
{
    for (int i = 0; i < l->n_slot; i++) run->at[i].p += run->at[i].stride;
}

void fused_interpret(const Fused *l, FusedRun *run)
{
    void *v = scratch(sizeof(Double[BLOCK]) * (size_t)(l->n + 1));
    for (int64_t r = 0; r < run->rows; r++) {
        if (l->single) row_single(l, run, v, 8);
        else row_double(l, run, v, 4);
        if (run->rows > 1) rows_advance(l, run);
    }
}

typedef void FusedCodeFn(FusedRun *run);

/* Each row is a part of its own, with its lanes begun and ended. */
static void part_by_row(const Fused *l, FusedRun *run)
{
    int64_t rows = run->rows;
    run->rows = 1;
    for (int64_t r = 0; r < rows; r++) {
        FusedPlace before[FUSED_MOST_SLOTS];
        memcpy(before, run->at, sizeof *before * (size_t)l->n_slot);
        for (int i = 0; i < l->n_out; i++)
            if (by_row(l->out[i].kind)) lanes_set(l, run, i, lane_start(l->out[i].kind));
        fused_interpret(l, run);
        memcpy(run->at, before, sizeof *before * (size_t)l->n_slot);
        for (int i = 0; i < l->n_out; i++)
            if (by_row(l->out[i].kind)) lanes_store(l, run, i);
        rows_advance(l, run);
    }
    run->rows = rows;
}

/* ---- run ---- */

void fused_begin(const Fused *l, FusedRun *run)
{
    for (int i = 0; i < l->n_out; i++) {
        if (l->out[i].kind == OUT_SUM) lanes_set(l, run, i, 0);
        if (l->out[i].kind == OUT_COL_SUM)
            memset(run->at[l->out[i].slot].p, 0, (size_t)run->cols * (l->single ? 4 : 8));
    }
}

void fused_part(const Fused *l, FusedRun *run)
{
    if (run->rows <= 0 || run->cols <= 0) return;
    if (l->code) ((FusedCodeFn *)l->code)(run);
    else if (has_rows(l)) part_by_row(l, run);
    else fused_interpret(l, run);
}

void fused_end(const Fused *l, FusedRun *run)
{
    for (int i = 0; i < l->n_out; i++)
        if (l->out[i].kind == OUT_SUM) lanes_store(l, run, i);
}

void fused_run(const Fused *l, FusedRun *run)
{
    fused_begin(l, run);
    fused_part(l, run);
    fused_end(l, run);
}

/* ---- flat ---- */

#define FLAT(NAME, U, F, COMPUTE_ONE)                                                    \
    static void NAME(const Fused *l, U *r, const U *x, const U *y, U *v)                 \
    {                                                                                    \
        static const U none;                                                             \
        for (int at = 0; at < l->n; at++) {                                              \
            const FusedInstr *i = &l->instr[at];                                         \
            int s = i->in[0];                                                            \
            if (i->code == FUSED_NUM) v[at].bits = (__typeof__(none.bits))i->bits;       \
            else if (i->code == FUSED_LOAD)                                              \
                v[at] = s < l->x_from || s >= l->y_to ? r[s] : s < l->y_from ? x[s - l->x_from] : y[s - l->y_from]; \
            else v[at] = COMPUTE_ONE(i, v[s], i->in[1] >= 0 ? v[i->in[1]] : none,        \
                                     i->in[2] >= 0 ? v[i->in[2]] : none);                \
        }                                                                                \
        for (int i = 0; i < l->n_out; i++) {                                             \
            U *to = &r[l->out[i].slot];                                                  \
            if (l->out[i].kind == OUT_SUM) to->F += v[l->out[i].value].F;                \
            else *to = v[l->out[i].value];                                               \
        }                                                                                \
    }
FLAT(flat_double, Double, d, compute_double)
FLAT(flat_single, Single, f, compute_single)

/* Sums go out, and begin again at 0. */
static void sums_out(const Fused *l, FusedFlat *f)
{
    int64_t size = l->single ? 4 : 8;
    for (int i = 0; i < l->n_out; i++) {
        char *r = (char *)f->r + size * l->out[i].slot;
        if (l->out[i].kind != OUT_SUM) continue;
        memcpy(f->sum, r, (size_t)size);
        memset(r, 0, (size_t)size);
        f->sum += size;
    }
}

static void interpret_flat(const Fused *l, FusedFlat *f)
{
    void *v = scratch(sizeof(Double) * (size_t)(l->n + 1));
    for (int64_t e = 0; e < f->epochs; e++) {
        for (int64_t i = 0; i < f->count; i++) {
            int64_t row = f->order ? f->order[i] : i;
            const void *x = f->x + row * f->x_step, *y = f->y + row * f->y_step;
            if (l->single) flat_single(l, f->r, x, y, v);
            else flat_double(l, f->r, x, y, v);
        }
        sums_out(l, f);
    }
}

void fused_run_flat(const Fused *l, FusedFlat *f)
{
    if (f->count <= 0 || f->epochs <= 0) return;
    if (l->code) ((void (*)(FusedFlat *))l->code)(f);
    else interpret_flat(l, f);
}
