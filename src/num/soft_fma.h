/* soft_fma.h -- fused multiply-adds of machines that have none, in vectors of 16 bytes:
 * a*b + c rounded once, the bits that the instruction gives.
 *
 * The product is taken apart exactly, and the small end of the sum is rounded to odd: an
 * inexact result gets an odd last bit, so that the last rounding still sees on which side
 * the truth was.
 * Source: Boldo & Melquiond 2008, Emulation of a FMA and correctly rounded sums.
 *
 * Wants double to be just that: no excess precision.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SOFT_FMA_H
#define GRADUS_SOFT_FMA_H

#include <math.h>
#include <stdint.h>

typedef double   Soft2 __attribute__((vector_size(16)));
typedef float    Soft4 __attribute__((vector_size(16)));
typedef int64_t  SoftBits __attribute__((vector_size(16)));
typedef uint64_t SoftWords __attribute__((vector_size(16)));

#define SOFT_INLINE static inline __attribute__((always_inline))

/* What s = a + b has lost by rounding, exactly (Knuth). */
SOFT_INLINE Soft2 soft_lost(Soft2 a, Soft2 b, Soft2 s)
{
    Soft2 t = s - a;
    return (a - (s - t)) + (b - t);
}

/* a + b rounded to odd. Where s is even and something was lost, the odd neighbour on that
 * side is one up or down in the bits. A lost NaN (of infinities) is neither side. */
SOFT_INLINE Soft2 soft_add_odd(Soft2 a, Soft2 b)
{
    Soft2 s = a + b, lost = soft_lost(a, b, s);
    SoftWords bits = (SoftWords)s, inward = ((SoftWords)lost ^ bits) >> 63;
    SoftWords even = (bits & 1) - 1, inexact = (SoftWords)((lost < 0) | (lost > 0));
    return (Soft2)(bits + (even & inexact & (1 - 2*inward)));
}

/* The upper half of x's digits (Veltkamp). */
SOFT_INLINE Soft2 soft_upper(Soft2 x)
{
    Soft2 y = 0x8000001p0*x;
    return y - (y - x);
}

/* a*b - p, where p is a*b rounded (Dekker). */
SOFT_INLINE Soft2 soft_rest(Soft2 a, Soft2 b, Soft2 p)
{
    Soft2 au = soft_upper(a), al = a - au, bu = soft_upper(b), bl = b - bu;
    return ((au*bu - p) + au*bl + al*bu) + al*bl;
}

SOFT_INLINE Soft2 soft_select(SoftBits which, Soft2 a, Soft2 b)
{
    return (Soft2)(((SoftBits)a & which) | ((SoftBits)b & ~which));
}

/* Where a product is so small that its rest would be rounded away, and where something
 * has overflowed on the way (then the result is no finite number), the library's own
 * does it. A factor of 0 is common, and needs none of this. */
SOFT_INLINE Soft2 soft_double(Soft2 a, Soft2 b, Soft2 c)
{
    const SoftBits no_sign = (SoftBits){ INT64_MAX, INT64_MAX };
    Soft2 p = a*b, s = c + p;
    Soft2 y = s + soft_add_odd(soft_lost(c, p, s), soft_rest(a, b, p));
    Soft2 p_size = (Soft2)((SoftBits)p & no_sign), y_size = (Soft2)((SoftBits)y & no_sign);
    SoftBits zero = (a == 0) | (b == 0), sound = (p_size >= 0x1p-960) & (y_size < INFINITY);
    y = soft_select(zero, s, y);
    SoftBits good = zero | sound;
    if (__builtin_expect(!(good[0] & good[1]), 0))
        for (int l = 0; l < 2; l++) if (!good[l]) y[l] = fma(a[l], b[l], c[l]);
    return y;
}

/* In double the product is exact, and neither overflow nor underflow is near. */
SOFT_INLINE Soft4 soft_float(Soft4 a, Soft4 b, Soft4 c)
{
    Soft2 low = soft_add_odd((Soft2){ a[0], a[1] }*(Soft2){ b[0], b[1] }, (Soft2){ c[0], c[1] });
    Soft2 high = soft_add_odd((Soft2){ a[2], a[3] }*(Soft2){ b[2], b[3] }, (Soft2){ c[2], c[3] });
    return (Soft4){ (float)low[0], (float)low[1], (float)high[0], (float)high[1] };
}

#endif
