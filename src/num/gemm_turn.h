/* gemm_turn.h -- small matrices turned in registers: row k of `to` is column k of `from`.
 * Packing a side that lies across the lanes is made of these. For AVX2 and above.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GEMM_TURN_H
#define GRADUS_GEMM_TURN_H

#include <stdint.h>

static inline void vec_turn_double(double *to, int64_t to_row, const double *from, int64_t from_row)
{
    __m256d a = _mm256_loadu_pd(from), b = _mm256_loadu_pd(from + from_row);
    __m256d c = _mm256_loadu_pd(from + 2*from_row), d = _mm256_loadu_pd(from + 3*from_row);
    __m256d ab0 = _mm256_unpacklo_pd(a, b), ab1 = _mm256_unpackhi_pd(a, b);
    __m256d cd0 = _mm256_unpacklo_pd(c, d), cd1 = _mm256_unpackhi_pd(c, d);
    _mm256_storeu_pd(to, _mm256_permute2f128_pd(ab0, cd0, 0x20));
    _mm256_storeu_pd(to + to_row, _mm256_permute2f128_pd(ab1, cd1, 0x20));
    _mm256_storeu_pd(to + 2*to_row, _mm256_permute2f128_pd(ab0, cd0, 0x31));
    _mm256_storeu_pd(to + 3*to_row, _mm256_permute2f128_pd(ab1, cd1, 0x31));
}

/* Eight rows: numbers 0 to 3 of rows r and r + 4 are loaded into one vector, so that all
 * further moves stay within halves of vectors. */
static inline void vec_turn4_float(float *to, int64_t to_row, const float *from, int64_t from_row)
{
    const float *half = from + 4*from_row;
    __m256 a = _mm256_loadu2_m128(half, from), b = _mm256_loadu2_m128(half + from_row, from + from_row);
    __m256 c = _mm256_loadu2_m128(half + 2*from_row, from + 2*from_row);
    __m256 d = _mm256_loadu2_m128(half + 3*from_row, from + 3*from_row);
    __m256 ab0 = _mm256_unpacklo_ps(a, b), ab1 = _mm256_unpackhi_ps(a, b);
    __m256 cd0 = _mm256_unpacklo_ps(c, d), cd1 = _mm256_unpackhi_ps(c, d);
    _mm256_storeu_ps(to, _mm256_shuffle_ps(ab0, cd0, 0x44));
    _mm256_storeu_ps(to + to_row, _mm256_shuffle_ps(ab0, cd0, 0xee));
    _mm256_storeu_ps(to + 2*to_row, _mm256_shuffle_ps(ab1, cd1, 0x44));
    _mm256_storeu_ps(to + 3*to_row, _mm256_shuffle_ps(ab1, cd1, 0xee));
}

static inline void vec_turn_float(float *to, int64_t to_row, const float *from, int64_t from_row)
{
    vec_turn4_float(to, to_row, from, from_row);
    vec_turn4_float(to + 4*to_row, to_row, from + 4, from_row);
}

#endif
