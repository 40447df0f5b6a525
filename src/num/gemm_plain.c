/* gemm_plain.c -- matrix products for any machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/gemm_level.h"

#include <float.h>
#include <string.h>

#include "num/soft_fma.h"


/* The machine's own fma where the compiler may use it; ours where double is what it is
 * said to be; else the library's. */
#if defined __FP_FAST_FMA && defined __FP_FAST_FMAF
#define FMA_OWN 1
#elif FLT_EVAL_METHOD == 0
#define FMA_EMULATED 1
#endif

/* Where an fma takes dozens of instructions, larger tiles save nothing. */
#ifdef FMA_OWN
#define TILES(X)                                                                          \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1)                       \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2)                                       \
    X(1, 3) X(2, 3) X(3, 3) X(4, 3)                                                       \
    X(1, 4) X(2, 4) X(3, 4)
enum { TALL1 = 8, TALL2 = 6, TALL3 = 4, TALL4 = 3, TURN = 1 };
#else
#define TILES(X) X(1, 1) X(2, 1) X(1, 2) X(2, 2) X(1, 3) X(1, 4)
enum { TALL1 = 2, TALL2 = 2, TALL3 = 1, TALL4 = 1, TURN = 1 };
#endif

/* What the template wants of a vector, in no machine's own words. */
#define PLAIN_VECTOR(Real, LANES, Vec, kind)                                              \
    typedef int Mask_##kind;                                                              \
    static inline Vec vec_zero_##kind(void) { return (Vec){ 0 }; }                        \
    static inline Vec vec_all_##kind(const Real *p) { return *p - (Vec){ 0 }; }           \
    static inline Vec vec_load_##kind(const Real *p)                                      \
    {                                                                                     \
        Vec v;                                                                            \
        memcpy(&v, p, sizeof v);                                                          \
        return v;                                                                         \
    }                                                                                     \
    static inline void vec_store_##kind(Real *p, Vec v) { memcpy(p, &v, sizeof v); }      \
    static inline int vec_mask_##kind(int lanes) { return lanes; }                        \
    static inline Vec vec_load_part_##kind(const Real *p, int lanes)                      \
    {                                                                                     \
        Vec v = { 0 };                                                                    \
        for (int l = 0; l < LANES; l++) if (l < lanes) v[l] = p[l];                       \
        return v;                                                                         \
    }                                                                                     \
    static inline void vec_store_part_##kind(Real *p, Vec v, int lanes)                   \
    {                                                                                     \
        for (int l = 0; l < LANES; l++) if (l < lanes) p[l] = v[l];                       \
    }                                                                                     \
    static inline void vec_turn_##kind(Real *to, int64_t to_row, const Real *from, int64_t from_row) \
    {                                                                                     \
        (void)to_row, (void)from_row;                                                     \
        *to = *from;                                                                      \
    }

PLAIN_VECTOR(double, 2, Soft2, double)
PLAIN_VECTOR(float, 4, Soft4, float)

#ifdef FMA_EMULATED
static inline Soft2 vec_fma_double(Soft2 a, Soft2 b, Soft2 c) { return soft_double(a, b, c); }
static inline Soft4 vec_fma_float(Soft4 a, Soft4 b, Soft4 c) { return soft_float(a, b, c); }
#else
static inline Soft2 vec_fma_double(Soft2 a, Soft2 b, Soft2 c)
{
    return (Soft2){ fma(a[0], b[0], c[0]), fma(a[1], b[1], c[1]) };
}
static inline Soft4 vec_fma_float(Soft4 a, Soft4 b, Soft4 c)
{
    return (Soft4){ fmaf(a[0], b[0], c[0]), fmaf(a[1], b[1], c[1]), fmaf(a[2], b[2], c[2]),
                     fmaf(a[3], b[3], c[3]) };
}
#endif

#define Real  double
#define Vec   Soft2
#define LANES 2
#define NAME(x) x##_double
#include "num/gemm_kernel.h"
#undef Real
#undef Vec
#undef LANES
#undef NAME

#define Real  float
#define Vec   Soft4
#define LANES 4
#define NAME(x) x##_float
#include "num/gemm_kernel.h"

void gemm_plain(const GemmShape *s, const GemmCall *call)
{
    if (s->single) product_float(s, call);
    else product_double(s, call);
}
