/* gemm.c -- matrix products: how they are cut, and which level computes them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/gemm.h"

#include <assert.h>

#include "num/gemm_level.h"

/* A block of C and the strips that make it share the first-level cache. */
enum { BLOCK_BYTES = 16384, BLOCK_ROW_BYTES = 256, STRIP_VECTORS = 4 };

static int64_t round_up(int64_t n, int64_t to) { return (n + to - 1)/to*to; }
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* With fewer columns than lanes the rest of the lanes would idle. Flipping pays at once
 * when A lies along its rows' numbers already; else it must be copied, which costs about
 * as much as a quarter of the lanes idle. */
static bool pays_to_flip(const GemmShape *s, int lanes)
{
    if (s->n >= lanes || s->m < lanes) return false;
    return s->a_row == 1 || s->n <= (lanes < 8 ? 1 : lanes/4);
}

GemmCut gemm_cut(const GemmShape *s, int vector_bytes)
{
    const int size = s->single ? sizeof(float) : sizeof(double), lanes = vector_bytes/size;
    GemmCut cut = { .flip = pays_to_flip(s, lanes) };
    cut.cols = least(s->n, BLOCK_ROW_BYTES/size);
    int64_t ld = cut.flip ? cut.cols : round_up(cut.cols, lanes);
    int64_t rows = ld ? BLOCK_BYTES/(ld*size) : 1;
    cut.rows = least(s->m, rows);
    cut.pack = cut.flip ? s->a_row != 1 : s->n > 1 && s->b_col != 1;
    if (cut.pack) {
        int64_t wide = least(round_up(cut.flip ? cut.rows : cut.cols, lanes), STRIP_VECTORS*lanes);
        cut.pack_bytes = (size_t)round_up(s->k*wide*size, 64);
    }
    cut.block_bytes = (size_t)round_up(cut.rows*ld*size, 64);
    return cut;
}

static int vector_bytes_at(CpuLevel level)
{
    static const int bytes[] = { GEMM_PLAIN_BYTES, GEMM_AVX2_BYTES, GEMM_AVX512_BYTES };
    return bytes[level];
}

size_t gemm_room_at(CpuLevel level, const GemmShape *s)
{
    GemmCut cut = gemm_cut(s, vector_bytes_at(level));
    return cut.pack_bytes + cut.block_bytes;
}

void gemm_run_at(CpuLevel level, const GemmShape *s, const GemmCall *call)
{
    assert(0 <= call->i0 && call->i1 <= s->m && 0 <= call->j0 && call->j1 <= s->n);
    assert(call->c || call->take);
#ifdef __x86_64__
    if (level == CPU_AVX512) { gemm_avx512(s, call); return; }
    if (level == CPU_AVX2) { gemm_avx2(s, call); return; }
#endif
    (void)level;
    gemm_plain(s, call);
}

size_t gemm_room(const GemmShape *s) { return gemm_room_at(cpu_level(), s); }
void gemm_run(const GemmShape *s, const GemmCall *call) { gemm_run_at(cpu_level(), s, call); }
