/* gemm_avx2.c -- matrix products with vectors of 32 bytes, sixteen registers of them and
 * fused multiply-add.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/gemm_level.h"

#ifdef __x86_64__
#include <string.h>

#pragma GCC target("avx2,fma")
#include <immintrin.h>

#include "num/gemm_turn.h"

/* Twelve sums, their vectors of Y and one number of X fill the sixteen registers. */
#define TILES(X)                                                                          \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1)                       \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)                                       \
    X(1, 3) X(2, 3) X(3, 3) X(4, 3)                                                       \
    X(1, 4) X(2, 4) X(3, 4)
enum { TALL1 = 8, TALL2 = 6, TALL3 = 4, TALL4 = 3 };

#define Real  double
#define Vec   __m256d
#define LANES 4
#define TURN  4
#define NAME(x) x##_double

typedef __m256i Mask_double;
static inline Vec vec_zero_double(void) { return _mm256_setzero_pd(); }
static inline Vec vec_all_double(const double *p) { return _mm256_broadcast_sd(p); }
static inline Vec vec_load_double(const double *p) { return _mm256_loadu_pd(p); }
static inline void vec_store_double(double *p, Vec v) { _mm256_storeu_pd(p, v); }
static inline Vec vec_fma_double(Vec a, Vec b, Vec c) { return _mm256_fmadd_pd(a, b, c); }
static inline Mask_double vec_mask_double(int lanes)
{
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes), _mm256_setr_epi64x(0, 1, 2, 3));
}
static inline Vec vec_load_part_double(const double *p, Mask_double m)
{
    return _mm256_maskload_pd(p, m);
}
/* A masked store would be far slower on some machines. */
static inline void vec_store_part_double(double *p, Vec v, int lanes)
{
    __m128d low = _mm256_castpd256_pd128(v);
    if (lanes & 2) _mm_storeu_pd(p, low), p += 2, low = _mm256_extractf128_pd(v, 1);
    if (lanes & 1) _mm_store_sd(p, low);
}

#include "num/gemm_kernel.h"

#undef Real
#undef Vec
#undef LANES
#undef TURN
#undef NAME

#define Real  float
#define Vec   __m256
#define LANES 8
#define TURN  8
#define NAME(x) x##_float

typedef __m256i Mask_float;
static inline Vec vec_zero_float(void) { return _mm256_setzero_ps(); }
static inline Vec vec_all_float(const float *p) { return _mm256_broadcast_ss(p); }
static inline Vec vec_load_float(const float *p) { return _mm256_loadu_ps(p); }
static inline void vec_store_float(float *p, Vec v) { _mm256_storeu_ps(p, v); }
static inline Vec vec_fma_float(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
static inline Mask_float vec_mask_float(int lanes)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline Vec vec_load_part_float(const float *p, Mask_float m)
{
    return _mm256_maskload_ps(p, m);
}
static inline void vec_store_part_float(float *p, Vec v, int lanes)
{
    __m128 low = _mm256_castps256_ps128(v);
    if (lanes & 4) _mm_storeu_ps(p, low), p += 4, low = _mm256_extractf128_ps(v, 1);
    if (lanes & 2) _mm_storel_pi((__m64 *)p, low), p += 2, low = _mm_movehl_ps(low, low);
    if (lanes & 1) _mm_store_ss(p, low);
}

#include "num/gemm_kernel.h"

void gemm_avx2(const GemmShape *s, const GemmCall *call)
{
    if (s->single) product_float(s, call);
    else product_double(s, call);
}
#endif
