/* gemm.c -- matrix products: how they are cut, and which level computes them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/gemm.h"

#include <assert.h>

#include "num/gemm_level.h"

static int vector_bytes_at(CpuLevel level)
{
    static const int bytes[] = { GEMM_PLAIN_BYTES, GEMM_AVX2_BYTES, GEMM_AVX512_BYTES };
    return bytes[level];
}

size_t gemm_room_at(CpuLevel level, const GemmShape *s)
{
    const int size = s->single ? sizeof(float) : sizeof(double);
    GemmCut cut = gemm_cut(s, size, vector_bytes_at(level)/size);
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
