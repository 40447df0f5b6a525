/* vmath.h -- exp with stated error, the same bits on every machine.
 *
 * The library's exp differs in the last bit from machine to machine (with and
 * without fused multiply-add) and cannot be written into a loop. This one uses
 * multiplication and addition alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VMATH_H
#define GRADUS_VMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { VMATH_BITS = 7, VMATH_POWERS = 1 << VMATH_BITS };

/* 2^(i/128) as power*(1 + tail). */
typedef struct {
    double power, tail;
} VmathPower;
extern const VmathPower vmath_power[VMATH_POWERS];

/* e^x, within 0.52 units in the last place; the library's for |x| >= 700.
 * x = (k/128)*ln 2 + r with |r| <= ln 2/256; then 2^(k/128) from the table times
 * the series of e^r up to r^5 (what is left off is below 6e-19).
 * Source: the method of Tang 1989. */
static inline double vmath_exp(double x)
{
    const double per_ln2 = 0x1.71547652b82fep7, round = 0x1.8p52;
    const double hi = 0x1.62e42fefa0000p-8, lo = 0x1.cf79abc9e3b3ap-47;   /* ln 2/128 */
    if (__builtin_expect(!(fabs(x) < 700), 0)) return exp(x);
    double shifted = x * per_ln2 + round;
    uint64_t k;
    memcpy(&k, &shifted, sizeof k);
    double kd = shifted - round;
    double r = x - kd * hi - kd * lo, r2 = r * r;
    const VmathPower *t = &vmath_power[k % VMATH_POWERS];
    uint64_t bits;
    memcpy(&bits, &t->power, sizeof bits);
    bits += k / VMATH_POWERS << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    double low = 1. / 2 + r * (1. / 6), high = 1. / 24 + r * (1. / 120);
    double p = (t->tail + r) + r2 * low + r2 * r2 * high;
    return scale + scale * p;
}

#endif
