/* gemm_plain.c -- matrix products for any machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/gemm_level.h"

#include <math.h>
#include <string.h>

#pragma GCC optimize("O3")

#define TILES(X)                                                                          \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1)                                                       \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2)                                                       \
    X(1, 3) X(2, 3)                                                                       \
    X(1, 4) X(2, 4)
enum { TALL1 = 4, TALL2 = 4, TALL3 = 2, TALL4 = 2, TURN = 1 };

/* What the template wants of a vector, without any instruction of its own. */
#define PLAIN_VECTOR(Real, LANES, kind, fused)                                            \
    typedef Real Vec_##kind __attribute__((vector_size(LANES*sizeof(Real))));             \
    typedef int Mask_##kind;                                                              \
    static inline Vec_##kind vec_zero_##kind(void) { return (Vec_##kind){ 0 }; }          \
    static inline Vec_##kind vec_all_##kind(const Real *p) { return *p - (Vec_##kind){ 0 }; } \
    static inline Vec_##kind vec_load_##kind(const Real *p)                               \
    {                                                                                     \
        Vec_##kind v;                                                                     \
        memcpy(&v, p, sizeof v);                                                          \
        return v;                                                                         \
    }                                                                                     \
    static inline void vec_store_##kind(Real *p, Vec_##kind v) { memcpy(p, &v, sizeof v); } \
    static inline Vec_##kind vec_fma_##kind(Vec_##kind a, Vec_##kind b, Vec_##kind c)     \
    {                                                                                     \
        for (int l = 0; l < LANES; l++) c[l] = fused(a[l], b[l], c[l]);                   \
        return c;                                                                         \
    }                                                                                     \
    static inline int vec_mask_##kind(int lanes) { return lanes; }                        \
    static inline Vec_##kind vec_load_part_##kind(const Real *p, int lanes)               \
    {                                                                                     \
        Vec_##kind v = { 0 };                                                             \
        for (int l = 0; l < LANES; l++) if (l < lanes) v[l] = p[l];                       \
        return v;                                                                         \
    }                                                                                     \
    static inline void vec_store_part_##kind(Real *p, Vec_##kind v, int lanes)            \
    {                                                                                     \
        for (int l = 0; l < LANES; l++) if (l < lanes) p[l] = v[l];                       \
    }                                                                                     \
    static inline void vec_turn_##kind(Real *to, int64_t to_row, const Real *from, int64_t from_row) \
    {                                                                                     \
        (void)to_row, (void)from_row;                                                     \
        *to = *from;                                                                      \
    }

PLAIN_VECTOR(double, 2, double, fma)
PLAIN_VECTOR(float, 4, float, fmaf)

#define Real  double
#define Vec   Vec_double
#define LANES 2
#define NAME(x) x##_double
#include "num/gemm_kernel.h"
#undef Real
#undef Vec
#undef LANES
#undef NAME

#define Real  float
#define Vec   Vec_float
#define LANES 4
#define NAME(x) x##_float
#include "num/gemm_kernel.h"

void gemm_plain(const GemmShape *s, const GemmCall *call)
{
    if (s->single) product_float(s, call);
    else product_double(s, call);
}
