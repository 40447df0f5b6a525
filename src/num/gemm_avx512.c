/* gemm_avx512.c -- matrix products with vectors of 64 bytes and thirty-two registers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/gemm_level.h"

#ifdef __x86_64__
#include <string.h>

#pragma GCC target("avx512f,avx512dq,avx2,fma")
#include <immintrin.h>

#include "num/gemm_tall.h"
#include "num/gemm_turn.h"

#define Real  double
#define Vec   __m512d
#define LANES 8
#define TURN  4
#define NAME(x) x##_double

typedef __mmask8 Mask_double;
static inline Vec vec_zero_double(void) { return _mm512_setzero_pd(); }
static inline Vec vec_all_double(const double *p) { return _mm512_set1_pd(*p); }
static inline Vec vec_load_double(const double *p) { return _mm512_loadu_pd(p); }
static inline void vec_store_double(double *p, Vec v) { _mm512_storeu_pd(p, v); }
static inline Vec vec_fma_double(Vec a, Vec b, Vec c) { return _mm512_fmadd_pd(a, b, c); }
static inline Mask_double vec_mask_double(int lanes) { return (Mask_double)((1u << lanes) - 1); }
static inline Vec vec_load_part_double(const double *p, Mask_double m)
{
    return _mm512_maskz_loadu_pd(m, p);
}
static inline void vec_store_part_double(double *p, Vec v, int lanes)
{
    _mm512_mask_storeu_pd(p, vec_mask_double(lanes), v);
}

#include "num/gemm_kernel.h"

#undef Real
#undef Vec
#undef LANES
#undef TURN
#undef NAME

#define Real  float
#define Vec   __m512
#define LANES 16
#define TURN  8
#define NAME(x) x##_float

typedef __mmask16 Mask_float;
static inline Vec vec_zero_float(void) { return _mm512_setzero_ps(); }
static inline Vec vec_all_float(const float *p) { return _mm512_set1_ps(*p); }
static inline Vec vec_load_float(const float *p) { return _mm512_loadu_ps(p); }
static inline void vec_store_float(float *p, Vec v) { _mm512_storeu_ps(p, v); }
static inline Vec vec_fma_float(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
static inline Mask_float vec_mask_float(int lanes) { return (Mask_float)((1u << lanes) - 1); }
static inline Vec vec_load_part_float(const float *p, Mask_float m)
{
    return _mm512_maskz_loadu_ps(m, p);
}
static inline void vec_store_part_float(float *p, Vec v, int lanes)
{
    _mm512_mask_storeu_ps(p, vec_mask_float(lanes), v);
}

#include "num/gemm_kernel.h"

void gemm_avx512(const GemmShape *s, const GemmCall *call)
{
    if (s->single) product_float(s, call);
    else product_double(s, call);
}
#endif
