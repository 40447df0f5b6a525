/* gemm_level.h -- how a matrix product is cut up; the levels by name. For gemm*.c and
 * their test only.
 *
 * One side of the product lies along the lanes of the vectors, the other is spread, one
 * number over all lanes. Mostly columns of C are lanes: B lies along them, A is spread.
 * With few columns the product is flipped, C' = B'A', and rows of C are lanes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GEMM_LEVEL_H
#define GRADUS_GEMM_LEVEL_H

#include "num/cpu.h"
#include "num/gemm.h"

typedef struct {
    bool    flip;            /* rows of C are lanes                                     */
    bool    pack;            /* the lanes' side does not lie so in memory: copied, strip by strip */
    int64_t rows, cols;      /* a block of C has at most so many                        */
    int64_t chunk;           /* of k, summed up at a time                               */
    size_t  pack_bytes;      /* of the room: the strip, then the block                  */
    size_t  block_bytes;
} GemmCut;

/* A block of C and the strips that make it share the first-level cache. */
enum { GEMM_BLOCK_BYTES = 16384, GEMM_BLOCK_ROW_BYTES = 256, GEMM_STRIP_VECTORS = 4, GEMM_CHUNK = 256 };

/* With fewer columns than lanes the rest of the lanes would idle. Flipping pays at once
 * when A lies along its rows' numbers already; else it must be copied, which costs about
 * as much as a quarter of the lanes idle. */
static inline bool gemm_pays_to_flip(const GemmShape *s, int lanes)
{
    if (s->n >= lanes || s->m < lanes) return false;
    return s->a_row == 1 || s->n <= (lanes < 8 ? 1 : lanes/4);
}

static inline int64_t gemm_round_up(int64_t n, int64_t to) { return (n + to - 1) & -to; }
static inline int64_t gemm_least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Long sums are made in chunks, so that what is used again stays near; between chunks they
 * rest in C. Few rows use nothing often enough. */
static inline int64_t gemm_chunk(const GemmShape *s)
{
    if (s->k <= GEMM_CHUNK*3/2 || (s->m <= 24 && s->k <= 4*GEMM_CHUNK)) return s->k;
    int64_t chunks = (s->k + GEMM_CHUNK/2)/GEMM_CHUNK;
    return (s->k + chunks - 1)/chunks;
}

/* Rows of B that lie far apart fall into the same few places of the cache. */
static inline bool gemm_pays_to_copy(const GemmShape *s, int size)
{
    return s->m >= 32 && s->k >= 64 && s->b_row*size >= 512;
}

/* Inline since it is done at each call, mostly with constants; bytes of a number and
 * lanes are powers of two. */
static inline GemmCut gemm_cut(const GemmShape *s, int size, int lanes)
{
    GemmCut cut = { .rows = s->m, .cols = gemm_least(s->n, GEMM_BLOCK_ROW_BYTES/size) };
    cut.flip = gemm_pays_to_flip(s, lanes);
    cut.pack = cut.flip ? s->a_row != 1 : s->n > 1 && (s->b_col != 1 || gemm_pays_to_copy(s, size));
    cut.chunk = gemm_chunk(s);
    int64_t row_bytes = (cut.flip ? cut.cols : gemm_round_up(cut.cols, lanes))*size;
    if (s->m > 64 && s->m*row_bytes > GEMM_BLOCK_BYTES) cut.rows = GEMM_BLOCK_BYTES/row_bytes;
    cut.block_bytes = (size_t)gemm_round_up(cut.rows*row_bytes, 64);
    if (cut.pack) {
        int64_t wide = gemm_round_up(cut.flip ? cut.rows : cut.cols, lanes);
        wide = gemm_least(wide, GEMM_STRIP_VECTORS*lanes);
        cut.pack_bytes = (size_t)gemm_round_up(cut.chunk*wide*size, 64);
    }
    return cut;
}

/* gemm_room and gemm_run as a certain level does it; the machine must have it. */
size_t  gemm_room_at(CpuLevel level, const GemmShape *s);
void    gemm_run_at(CpuLevel level, const GemmShape *s, const GemmCall *call);

enum { GEMM_PLAIN_BYTES = 16, GEMM_AVX2_BYTES = 32, GEMM_AVX512_BYTES = 64 };
void    gemm_plain(const GemmShape *s, const GemmCall *call);
void    gemm_avx2(const GemmShape *s, const GemmCall *call);
void    gemm_avx512(const GemmShape *s, const GemmCall *call);

#endif
