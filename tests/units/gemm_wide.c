/* gemm_wide.c -- the template for matrix products with vectors of two halves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gemm_wide.h"

#include "num/gemm_level.h"

#ifdef __x86_64__
#include <string.h>

#pragma GCC target("avx2,fma")
#include <immintrin.h>

#include "num/gemm_tall.h"
#include "num/gemm_turn.h"

#define WIDE_VECTOR(Real, kind, half, Half, ps, cmp, set1, setr)                          \
    typedef struct { Half lo, hi; } Vec_##kind;                                           \
    typedef struct { __m256i lo, hi; } Mask_##kind;                                       \
    static inline Vec_##kind vec_zero_##kind(void)                                        \
    { return (Vec_##kind){ _mm256_setzero_##ps(), _mm256_setzero_##ps() }; }              \
    static inline Vec_##kind vec_all_##kind(const Real *p)                                \
    { return (Vec_##kind){ _mm256_set1_##ps(*p), _mm256_set1_##ps(*p) }; }                \
    static inline Vec_##kind vec_load_##kind(const Real *p)                               \
    { return (Vec_##kind){ _mm256_loadu_##ps(p), _mm256_loadu_##ps(p + half) }; }         \
    static inline void vec_store_##kind(Real *p, Vec_##kind v)                            \
    { _mm256_storeu_##ps(p, v.lo), _mm256_storeu_##ps(p + half, v.hi); }                  \
    static inline Vec_##kind vec_fma_##kind(Vec_##kind a, Vec_##kind b, Vec_##kind c)     \
    {                                                                                     \
        return (Vec_##kind){ _mm256_fmadd_##ps(a.lo, b.lo, c.lo),                         \
                             _mm256_fmadd_##ps(a.hi, b.hi, c.hi) };                       \
    }                                                                                     \
    static inline Mask_##kind vec_mask_##kind(int lanes)                                  \
    { return (Mask_##kind){ cmp(set1(lanes), setr), cmp(set1(lanes - half), setr) }; }    \
    static inline Vec_##kind vec_load_part_##kind(const Real *p, Mask_##kind m)           \
    { return (Vec_##kind){ _mm256_maskload_##ps(p, m.lo), _mm256_maskload_##ps(p + half, m.hi) }; } \
    static inline void vec_store_part_##kind(Real *p, Vec_##kind v, int lanes)            \
    {                                                                                     \
        Real all[2*half];                                                                 \
        vec_store_##kind(all, v);                                                         \
        for (int l = 0; l < lanes; l++) p[l] = all[l];                                    \
    }

WIDE_VECTOR(double, double, 4, __m256d, pd, _mm256_cmpgt_epi64, _mm256_set1_epi64x,
            _mm256_setr_epi64x(0, 1, 2, 3))
WIDE_VECTOR(float, float, 8, __m256, ps, _mm256_cmpgt_epi32, _mm256_set1_epi32,
            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))

#define Real  double
#define Vec   Vec_double
#define LANES 8
#define TURN  4
#define NAME(x) x##_double
#include "num/gemm_kernel.h"
#undef Real
#undef Vec
#undef LANES
#undef TURN
#undef NAME

#define Real  float
#define Vec   Vec_float
#define LANES 16
#define TURN  8
#define NAME(x) x##_float
#include "num/gemm_kernel.h"

void gemm_wide(const GemmShape *s, const GemmCall *call)
{
    if (s->single) product_float(s, call);
    else product_double(s, call);
}
#endif
