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
    size_t  pack_bytes;      /* of the room: the strip, then the block                  */
    size_t  block_bytes;
} GemmCut;

GemmCut gemm_cut(const GemmShape *s, int vector_bytes);

/* gemm_room and gemm_run as a certain level does it; the machine must have it. */
size_t  gemm_room_at(CpuLevel level, const GemmShape *s);
void    gemm_run_at(CpuLevel level, const GemmShape *s, const GemmCall *call);

enum { GEMM_PLAIN_BYTES = 16, GEMM_AVX2_BYTES = 32, GEMM_AVX512_BYTES = 64 };
void    gemm_plain(const GemmShape *s, const GemmCall *call);
void    gemm_avx2(const GemmShape *s, const GemmCall *call);
void    gemm_avx512(const GemmShape *s, const GemmCall *call);

#endif
