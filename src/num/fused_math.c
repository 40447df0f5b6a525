/* fused_math.c -- exp, tanh, log and their like as instructions of a pass.
 *
 * e^x = 2^k * e^r with k whole and |r| <= ln 2/2. k comes out of adding a number so
 * large that only the whole part of x/ln 2 is left, with the bias of the exponent in
 * it: its low bits, shifted up, are 2^k. e^r - 1 = r + r^2*q(r), q the polynomial of
 * least greatest error (Remez). Estrin's order of q keeps the chain short.
 *
 * log x = k ln 2 + log m, sqrt(1/2) < m <= sqrt 2, by the series in f/(2 + f), f = m - 1,
 * with the coefficients of Sun's fdlibm.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/fused.h"

#include <math.h>
#include <string.h>

#define ADD(a, b) fused_add(l, FUSED_ADD, a, b, -1)
#define SUB(a, b) fused_add(l, FUSED_SUB, a, b, -1)
#define MUL(a, b) fused_add(l, FUSED_MUL, a, b, -1)
#define DIV(a, b) fused_add(l, FUSED_DIV, a, b, -1)
#define FMA(a, b, c) fused_add(l, FUSED_FMA, a, b, c)
#define FNMA(a, b, c) fused_add(l, FUSED_FNMA, a, b, c)
#define NUM(v) fused_num(l, v)

static int sign_bit(Fused *l) { return fused_num(l, -0.0); }

int fused_neg(Fused *l, int x) { return fused_add(l, FUSED_XOR, x, sign_bit(l), -1); }
int fused_abs(Fused *l, int x) { return fused_add(l, FUSED_ANDN, sign_bit(l), x, -1); }
int fused_truth(Fused *l, int mask) { return fused_add(l, FUSED_AND, mask, NUM(1), -1); }

/* ---- exp ---- */

static const double exp_double[] = {
    0x1.0000000000001p-1,  0x1.5555555555558p-3,  0x1.5555555553d62p-5,  0x1.111111110f804p-7,
    0x1.6c16c1788c091p-10, 0x1.a01a01b00bbf8p-13, 0x1.a019b90c8bbfcp-16, 0x1.71ddf6b531638p-19,
    0x1.289186064e3e4p-22, 0x1.af63286b26cb8p-26,
};
static const double exp_single[] = {
    0x1.00000017267c9p-1, 0x1.5554dcf1cea7fp-3, 0x1.5554b8d1288fap-5, 0x1.120b72f24a13ap-7,
    0x1.6d754ce0f90a1p-10,
};

/* c[0] + c[1]*x + ... in pairs, pairs of pairs, and so on. */
static int polynomial(Fused *l, const double *c, int n, int x)
{
    int term[16];
    for (int i = 0; i < n; i++) term[i] = NUM(c[i]);
    for (; n > 1; n = (n + 1) / 2, x = MUL(x, x))
        for (int i = 0; i < n; i += 2)
            term[i / 2] = i + 1 < n ? FMA(term[i + 1], x, term[i]) : term[i];
    return term[0];
}

/* e^x = 2^k*(1 + r + r^2*q) in its parts. */
typedef struct {
    int scale, r, square, q;         /* 2^k, r, r^2, q(r) */
} Power;

static Power power(Fused *l, int x)
{
    double round = l->single ? 0x1.8p23 + 127 : 0x1.8p52 + 1023;
    double hi = l->single ? 0x1.62e4p-1 : 0x1.62e42fefa39efp-1;
    double lo = l->single ? 0x1.7f7d1cf79abcap-20 : 0x1.abc9e3b39803fp-56;
    int shifted = FMA(x, NUM(0x1.71547652b82fep0), NUM(round));
    int n = SUB(shifted, NUM(round));
    int r = FNMA(n, NUM(lo), FNMA(n, NUM(hi), x));
    return (Power){ .scale = fused_shift(l, FUSED_SHL, shifted, l->single ? 23 : 52),
                    .r = r,
                    .square = MUL(r, r),
                    .q = l->single ? polynomial(l, exp_single, 5, r) : polynomial(l, exp_double, 10, r) };
}

/* scale*(r + r^2*q) + plus, the late q last. */
static int power_plus(Fused *l, Power e, int plus)
{
    return FMA(MUL(e.scale, e.square), e.q, FMA(e.scale, e.r, plus));
}

/* The bound keeps k in range; max and min give back their second operand when one is
 * nan, so nan passes. */
static int bounded(Fused *l, int x, double from, double to)
{
    return fused_add(l, FUSED_MIN, NUM(to), fused_add(l, FUSED_MAX, NUM(from), x, -1), -1);
}

/* In a program over single numbers, where the next step waits for the result: 2^(k/128)
 * from a table leaves so little (|r| <= ln 2/256) that four terms of the series do, and
 * what is out of range is seen to at the side. */
static int exp_by_table(Fused *l, int x)
{
    int shifted = FMA(x, NUM(0x1.71547652b82fep7), NUM(0x1.8p52));
    int n = SUB(shifted, NUM(0x1.8p52));
    int near = FNMA(n, NUM(0x1.62e42fefa39efp-8), x), r = FNMA(n, NUM(0x1.abc9e3b39803fp-63), near);
    int square = MUL(near, near);
    int q = FMA(square, FMA(near, NUM(1. / 120), NUM(1. / 24)), FMA(near, NUM(1. / 6), NUM(1. / 2)));
    int scale = fused_add(l, FUSED_IADD, fused_add(l, FUSED_TABLE, shifted, -1, -1), fused_shift(l, FUSED_SHL, shifted, 45), -1);
    int low = fused_add(l, FUSED_LT, x, NUM(-708), -1), high = fused_add(l, FUSED_LT, NUM(709.4), x, -1);
    int odd = fused_add(l, FUSED_AND, high, NUM(INFINITY), -1);
    int y = FMA(MUL(scale, square), q, FMA(scale, r, scale));
    return fused_add(l, FUSED_BLEND, fused_add(l, FUSED_OR, low, high, -1), odd, y);
}

/* At the upper bound r is positive, so that a scale of inf makes the result inf; one of
 * 0 makes it 0. */
int fused_exp(Fused *l, int x)
{
    if (l->flat && !l->single) return exp_by_table(l, x);
    double least = l->single ? -87.3 : -708, most = l->single ? 88.3 : 709.4;
    Power e = power(l, bounded(l, x, least, most));
    int low = fused_add(l, FUSED_LT, x, NUM(least), -1), high = fused_add(l, FUSED_LT, NUM(most), x, -1);
    e.scale = fused_add(l, FUSED_ANDN, low, fused_add(l, FUSED_BLEND, high, NUM(INFINITY), e.scale), -1);
    return power_plus(l, e, e.scale);
}

/* e^x - 1 for x within bounds in which 2^k is a normal number. */
static int expm1_within(Fused *l, int x)
{
    Power e = power(l, x);
    return power_plus(l, e, SUB(e.scale, NUM(1)));
}

int fused_expm1(Fused *l, int x)
{
    double most = l->single ? 88.3 : 709.4;
    int y = expm1_within(l, bounded(l, x, -60, most));
    return fused_add(l, FUSED_BLEND, fused_add(l, FUSED_LT, NUM(most), x, -1), NUM(INFINITY), y);
}

/* E/(E + 2) with E = e^2x - 1. */
int fused_tanh(Fused *l, int x)
{
    int e = expm1_within(l, bounded(l, ADD(x, x), -60, 60));
    return DIV(e, ADD(e, NUM(2)));
}

/* ---- log ---- */

static const double log_double[] = {
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
    2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
    1.479819860511658591e-01,
};
static const double log_single[] = { 0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841 };

typedef struct {
    int k, m;
} Split;

/* x = 2^k * m, 1 <= m < 2; x positive. Numbers below the normal ones are raised first. */
static Split split(Fused *l, int x)
{
    int mantissa = l->single ? 23 : 52;
    double least = l->single ? 0x1p-126 : 0x1p-1022, up = l->single ? 0x1p25 : 0x1p54;
    int tiny = fused_add(l, FUSED_LT, x, NUM(least), -1);
    x = fused_add(l, FUSED_BLEND, tiny, MUL(x, NUM(up)), x);
    double big = l->single ? 0x1p23 : 0x1p52, bias = l->single ? 127 : 1023, raised = l->single ? 25 : 54;
    int exponent = fused_add(l, FUSED_OR, fused_shift(l, FUSED_SHR, x, mantissa), NUM(big), -1);
    int k = SUB(SUB(exponent, NUM(big + bias)), fused_add(l, FUSED_AND, tiny, NUM(raised), -1));
    int below = fused_bits(l, l->single ? 0x7fffff : 0xfffffffffffff);
    int m = fused_add(l, FUSED_OR, fused_add(l, FUSED_AND, x, below, -1), NUM(1), -1);
    int large = fused_add(l, FUSED_LT, NUM(0x1.6a09e667f3bcdp0), m, -1);
    m = fused_add(l, FUSED_BLEND, large, MUL(m, NUM(0.5)), m);
    return (Split){ .k = ADD(k, fused_truth(l, large)), .m = m };
}

int fused_log(Fused *l, int x)
{
    double hi = l->single ? 6.9313812256e-01 : 6.93147180369123816490e-01;
    double lo = l->single ? 9.0580006145e-06 : 1.90821492927058770002e-10;
    Split t = split(l, x);
    int f = SUB(t.m, NUM(1)), s = DIV(f, ADD(f, NUM(2))), z = MUL(s, s);
    int r = MUL(z, l->single ? polynomial(l, log_single, 4, z) : polynomial(l, log_double, 7, z));
    int half = MUL(NUM(0.5), MUL(f, f));
    int low = FMA(s, ADD(half, r), MUL(t.k, NUM(lo)));
    int y = FMA(t.k, NUM(hi), SUB(f, SUB(half, low)));
    int fine = fused_add(l, FUSED_AND, fused_add(l, FUSED_LT, NUM(0), x, -1),
                        fused_add(l, FUSED_LT, x, NUM(INFINITY), -1), -1);
    int zero = fused_add(l, FUSED_EQ, x, NUM(0), -1), negative = fused_add(l, FUSED_LT, x, NUM(0), -1);
    int odd = fused_add(l, FUSED_BLEND, zero, NUM(-INFINITY), fused_add(l, FUSED_BLEND, negative, NUM(NAN), x));
    return fused_add(l, FUSED_BLEND, fine, y, odd);
}

/* log u with u = 1 + x as rounded, and what the rounding took away, by the slope 1/u. */
int fused_log1p(Fused *l, int x)
{
    int u = ADD(NUM(1), x), lost = SUB(x, SUB(u, NUM(1)));
    int y = ADD(fused_log(l, u), DIV(lost, u));
    int fine = fused_add(l, FUSED_AND, fused_add(l, FUSED_LT, NUM(0), u, -1),
                        fused_add(l, FUSED_LT, u, NUM(INFINITY), -1), -1);
    return fused_add(l, FUSED_BLEND, fine, y, fused_log(l, u));
}
