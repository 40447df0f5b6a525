/* gemm.h -- matrix products in double and single precision, the same bits on every
 * machine.
 *
 * C(i, j) = sum over k of A(i, k)*B(k, j), k ascending, one fused multiply-add each,
 * from 0 on. So neither lanes nor tiles nor threads change a bit of it: what runs in
 * lanes are elements of C, never parts of one sum.
 *
 * The result goes to memory, or block by block to a taker that finds it in the
 * first-level cache: bias, activation, slope and optimizer are folded in there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GEMM_H
#define GRADUS_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows i to i + rows - 1, columns j to j + cols - 1 of C; row r is at
 * block + r*ld elements. Valid during the call; the taker may write over it. Each number
 * comes once, finished.
 *
 * Without a C of the call's own the block is in the room, at most 16 KiB, and ld is
 * either cols rounded up to whole vectors (then up to ld all may be read and written, and
 * what lies behind cols is no number of C), or cols itself, all numbers in one run. In the
 * call's C nothing behind cols may be touched. */
typedef void GemmTake(void *ctx, int64_t i, int64_t j, int64_t rows, int64_t cols, void *block,
                      int64_t ld);

/* Strides are in elements and may be any, also 0 (a row or column repeated): a
 * transposed operand has its two swapped. */
typedef struct {
    bool        single;              /* float operands, else double                   */
    int64_t     m, n, k;             /* C is m x n; k = 0 gives zeros                 */
    int64_t     a_row, a_col;        /* A(i, k) at a[i*a_row + k*a_col]               */
    int64_t     b_row, b_col;        /* B(k, j) at b[k*b_row + j*b_col]               */
} GemmShape;

typedef struct {
    const void *a, *b;
    void       *c;                   /* where C goes, c_row elements a row; may be NULL with a taker */
    int64_t     c_row;
    GemmTake   *take;                /* NULL: none                                    */
    void       *ctx;
    int64_t     i0, i1, j0, j1;      /* the part of C that is to be computed          */
    void       *room;                /* gemm_room bytes, aligned to 64; one for each thread */
} GemmCall;

/* Bytes that computing (a part of) such a product works in, on this machine; 0 is
 * possible, and then room may be NULL. */
size_t gemm_room(const GemmShape *s);
/* C must not overlap A or B. Allocates nothing. Parts are fastest when they begin and end
 * at multiples of sixteen columns. */
void   gemm_run(const GemmShape *s, const GemmCall *call);

#endif
