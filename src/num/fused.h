/* fused.h -- fused multiply-adds of machines that have none, in vectors of 16 bytes:
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
#ifndef GRADUS_FUSED_H
#define GRADUS_FUSED_H

#include <math.h>
#include <stdint.h>

typedef double   Fused2 __attribute__((vector_size(16)));
typedef float    Fused4 __attribute__((vector_size(16)));
typedef int64_t  FusedBits __attribute__((vector_size(16)));
typedef uint64_t FusedWords __attribute__((vector_size(16)));

#define FUSED_INLINE static inline __attribute__((always_inline))

/* What s = a + b has lost by rounding, exactly (Knuth). */
FUSED_INLINE Fused2 fused_lost(Fused2 a, Fused2 b, Fused2 s)
{
    Fused2 t = s - a;
    return (a - (s - t)) + (b - t);
}

/* a + b rounded to odd. Where s is even and something was lost, the odd neighbour on that
 * side is one up or down in the bits. A lost NaN (of infinities) is neither side. */
FUSED_INLINE Fused2 fused_add_odd(Fused2 a, Fused2 b)
{
    Fused2 s = a + b, lost = fused_lost(a, b, s);
    FusedWords bits = (FusedWords)s, inward = ((FusedWords)lost ^ bits) >> 63;
    FusedWords even = (bits & 1) - 1, inexact = (FusedWords)((lost < 0) | (lost > 0));
    return (Fused2)(bits + (even & inexact & (1 - 2*inward)));
}

/* The upper half of x's digits (Veltkamp). */
FUSED_INLINE Fused2 fused_upper(Fused2 x)
{
    Fused2 y = 0x8000001p0*x;
    return y - (y - x);
}

/* a*b - p, where p is a*b rounded (Dekker). */
FUSED_INLINE Fused2 fused_rest(Fused2 a, Fused2 b, Fused2 p)
{
    Fused2 au = fused_upper(a), al = a - au, bu = fused_upper(b), bl = b - bu;
    return ((au*bu - p) + au*bl + al*bu) + al*bl;
}

FUSED_INLINE Fused2 fused_select(FusedBits which, Fused2 a, Fused2 b)
{
    return (Fused2)(((FusedBits)a & which) | ((FusedBits)b & ~which));
}

/* Where a product is so small that its rest would be rounded away, and where something
 * has overflowed on the way (then the result is no finite number), the library's own
 * does it. A factor of 0 is common, and needs none of this. */
FUSED_INLINE Fused2 fused_double(Fused2 a, Fused2 b, Fused2 c)
{
    const FusedBits no_sign = (FusedBits){ INT64_MAX, INT64_MAX };
    Fused2 p = a*b, s = c + p;
    Fused2 y = s + fused_add_odd(fused_lost(c, p, s), fused_rest(a, b, p));
    Fused2 p_size = (Fused2)((FusedBits)p & no_sign), y_size = (Fused2)((FusedBits)y & no_sign);
    FusedBits zero = (a == 0) | (b == 0), sound = (p_size >= 0x1p-960) & (y_size < INFINITY);
    y = fused_select(zero, s, y);
    FusedBits good = zero | sound;
    if (__builtin_expect(!(good[0] & good[1]), 0))
        for (int l = 0; l < 2; l++) if (!good[l]) y[l] = fma(a[l], b[l], c[l]);
    return y;
}

/* In double the product is exact, and neither overflow nor underflow is near. */
FUSED_INLINE Fused4 fused_float(Fused4 a, Fused4 b, Fused4 c)
{
    Fused2 low = fused_add_odd((Fused2){ a[0], a[1] }*(Fused2){ b[0], b[1] }, (Fused2){ c[0], c[1] });
    Fused2 high = fused_add_odd((Fused2){ a[2], a[3] }*(Fused2){ b[2], b[3] }, (Fused2){ c[2], c[3] });
    return (Fused4){ (float)low[0], (float)low[1], (float)high[0], (float)high[1] };
}

#endif
