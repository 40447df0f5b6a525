/* ops_element.c -- TABLE of the operations that work element by element.
 *
 * Each row's arithmetic is written once, as an expression over a, b, c; the
 * macros make of it the value of one element and the loop over a run. Loops are
 * written in lanes of LANE elements so that they become vector code; every
 * element is computed alike wherever it lies, so one() and run() agree to the bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/op.h"

#include <math.h>
#include <string.h>

enum { LANE = 8 };

/* `count` elements in whole lanes, then the rest; STEP computes element i. */
#define EACH(count, STEP)                                                                \
    do {                                                                                 \
        int64_t base_ = 0;                                                               \
        for (; base_ + LANE <= (count); base_ += LANE) {                                 \
            _Pragma("GCC ivdep")                                                         \
            for (int lane_ = 0; lane_ < LANE; lane_++) {                                 \
                const int64_t i = base_ + lane_;                                         \
                STEP;                                                                    \
            }                                                                            \
        }                                                                                \
        for (int64_t i = base_; i < (count); i++) { STEP; }                              \
    } while (0)

#define UNARY(name, EXPR)                                                                \
    static double name##_one(double a, double b, double c)                               \
    {                                                                                    \
        (void)b, (void)c;                                                                \
        return EXPR;                                                                     \
    }                                                                                    \
    static void name##_run(double *y, const double *pa, int sa, const double *pb, int sb,\
                           const double *pc, int sc, int64_t n)                          \
    {                                                                                    \
        (void)pb, (void)sb, (void)pc, (void)sc;                                          \
        if (sa == 1) EACH(n, double a = pa[i]; y[i] = EXPR);                             \
        else if (n > 0) {                                                                \
            double v = name##_one(*pa, 0, 0);                                            \
            EACH(n, y[i] = v);                                                           \
        }                                                                                \
    }

#define BINARY(name, EXPR)                                                               \
    static double name##_one(double a, double b, double c)                               \
    {                                                                                    \
        (void)c;                                                                         \
        return EXPR;                                                                     \
    }                                                                                    \
    static void name##_run(double *y, const double *pa, int sa, const double *pb, int sb,\
                           const double *pc, int sc, int64_t n)                          \
    {                                                                                    \
        (void)pc, (void)sc;                                                              \
        if (n <= 0) return;                                                              \
        if (sa == 1 && sb == 1) {                                                        \
            EACH(n, double a = pa[i]; double b = pb[i]; y[i] = EXPR);                    \
        } else if (sa == 1) {                                                            \
            double b = *pb;                                                              \
            EACH(n, double a = pa[i]; y[i] = EXPR);                                      \
        } else if (sb == 1) {                                                            \
            double a = *pa;                                                              \
            EACH(n, double b = pb[i]; y[i] = EXPR);                                      \
        } else {                                                                         \
            double v = name##_one(*pa, *pb, 0);                                          \
            EACH(n, y[i] = v);                                                           \
        }                                                                                \
    }

/* ---- arithmetic ---- */

BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, a * b)
BINARY(div, a / b)
BINARY(maximum, a >= b || a != a ? a : b)
BINARY(minimum, a <= b || a != a ? a : b)
BINARY(eq, a == b)
BINARY(ne, a != b)
BINARY(lt, a < b)
BINARY(le, a <= b)
BINARY(gt, a > b)
BINARY(ge, a >= b)
BINARY(and, (a != 0) & (b != 0))
BINARY(or, (a != 0) | (b != 0))

/* The usual exponents as the products they are: exact where pow need not be. */
static double power_one(double a, double b, double c)
{
    (void)c;
    if (b == 2) return a * a;
    if (b == 1) return a;
    if (b == 3) return a * a * a;
    if (b == -1) return 1 / a;
    if (b == 0.5) return sqrt(a);
    return pow(a, b);
}

static void power_run(double *y, const double *pa, int sa, const double *pb, int sb,
                      const double *pc, int sc, int64_t n)
{
    (void)pc, (void)sc;
    if (sa == 1 && sb == 0 && n > 0 && *pb == 2) {
        EACH(n, y[i] = pa[i] * pa[i]);
        return;
    }
    for (int64_t i = 0; i < n; i++) y[i] = power_one(pa[i * sa], pb[i * sb], 0);
}

/* ---- functions of one number ---- */

UNARY(neg, -a)
UNARY(not, a == 0)
UNARY(exp, exp(a))
UNARY(expm1, expm1(a))
UNARY(log, log(a))
UNARY(log1p, log1p(a))
UNARY(sqrt, sqrt(a))
UNARY(abs, fabs(a))
UNARY(sign, a != a ? a : (double)((a > 0) - (a < 0)))
UNARY(sin, sin(a))
UNARY(cos, cos(a))
UNARY(tan, tan(a))
UNARY(tanh, tanh(a))
UNARY(erf, erf(a))
UNARY(floor, floor(a))
UNARY(round, nearbyint(a))
UNARY(isnan, a != a)
UNARY(hold, a)
BINARY(xlogy, a == 0 ? 0 : a * log(b))

/* Two rounds of splitmix64 over key and place: any two places, and any two keys, give
 * numbers that have nothing to do with each other. */
static inline uint64_t bits_mixed(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static inline double noise_of(double a, double b)
{
    double   key = floor(a) + 0.0, place = floor(b) + 0.0;
    uint64_t k, p;
    memcpy(&k, &key, sizeof k);
    memcpy(&p, &place, sizeof p);
    k = bits_mixed(k + 0x9E3779B97F4A7C15u);
    return (double)(bits_mixed(k ^ bits_mixed(p + 0xD1B54A32D192ED03u)) >> 11) * 0x1p-53;
}

BINARY(noise, noise_of(a, b))

/* ---- choice ---- */

static double where_one(double a, double b, double c)
{
    return a != 0 ? b : c;
}

static void where_run(double *y, const double *pa, int sa, const double *pb, int sb,
                      const double *pc, int sc, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = pa[i * sa] != 0 ? pb[i * sb] : pc[i * sc];
}

/* ---- the table ---- */

#define ELEMENT(arity, fn)                                                               \
    .kind = OP_ELEMENT, .min_in = arity, .max_in = arity,                                \
    .one = fn##_one, .run = fn##_run
#define WIDE .lo = -2, .hi = 2

#define COMPARE(sym, fn, words)                                                          \
    { .name = sym, .usage = "a " sym " b", .help = "1 where " words ", else 0.",         \
      .rule = "derivative of a comparison", .power = 4, ELEMENT(2, fn),                  \
      .slope_text = { "0", "0" }, WIDE }

const Op ops_element[] = {
    { .name = "+", .usage = "a + b", .help = "The sum, element by element.",
      .rule = "sum rule", .power = 5, ELEMENT(2, add), .slope_text = { "1", "1" }, WIDE },
    { .name = "-", .usage = "a - b", .help = "The difference, element by element.",
      .rule = "difference rule", .power = 5, ELEMENT(2, sub),
      .slope_text = { "1", "-1" }, WIDE },
    { .name = "*", .usage = "a * b",
      .help = "The product, element by element; @ is the matrix product.",
      .rule = "product rule", .power = 6, ELEMENT(2, mul), .slope_text = { "b", "a" }, WIDE },
    { .name = "/", .usage = "a / b", .help = "The quotient, element by element.",
      .rule = "quotient rule", .power = 6, ELEMENT(2, div),
      .slope_text = { "1/b", "-a/b^2" }, .lo = 0.2, .hi = 3 },
    { .name = "^", .usage = "a ^ b", .help = "a to the power b, element by element.",
      .rule = "power rule", .power = 8, ELEMENT(2, power),
      .slope_text = { "b*a^(b - 1)", "where(a > 0, y*log(a), 0)" }, .lo = 0.2, .hi = 3 },
    { .name = "maximum", .usage = "max(a, b)",
      .help = "The larger of a and b, element by element; nan if either is.",
      .rule = "derivative of max", ELEMENT(2, maximum),
      .slope_text = { "a > b", "b >= a" }, WIDE },
    { .name = "minimum", .usage = "min(a, b)",
      .help = "The smaller of a and b, element by element; nan if either is.",
      .rule = "derivative of min", ELEMENT(2, minimum),
      .slope_text = { "a < b", "b <= a" }, WIDE },
    COMPARE("==", eq, "a equals b"),
    COMPARE("!=", ne, "a differs from b"),
    COMPARE("<", lt, "a is less than b"),
    COMPARE("<=", le, "a is at most b"),
    COMPARE(">", gt, "a is greater than b"),
    COMPARE(">=", ge, "a is at least b"),
    { .name = "and", .usage = "a and b", .help = "1 where both are non-zero, else 0.",
      .rule = "derivative of a comparison", .power = 2, ELEMENT(2, and),
      .slope_text = { "0", "0" }, WIDE },
    { .name = "or", .usage = "a or b", .help = "1 where at least one is non-zero, else 0.",
      .rule = "derivative of a comparison", .power = 1, ELEMENT(2, or),
      .slope_text = { "0", "0" }, WIDE },
    { .name = "neg", .usage = "-x", .help = "x with the other sign.",
      .rule = "constant factor rule", .power = 7, ELEMENT(1, neg),
      .slope_text = { "-1" }, WIDE },
    { .name = "not", .usage = "not x", .help = "1 where x is 0, else 0.",
      .rule = "derivative of a comparison", .power = 3, ELEMENT(1, not),
      .slope_text = { "0" }, WIDE },
    { .name = "exp", .usage = "exp(x)", .help = "e to the power x.",
      .rule = "derivative of exp", ELEMENT(1, exp), .slope_text = { "y" }, WIDE },
    { .name = "expm1", .usage = "expm1(x)", .help = "exp(x) - 1, exact also near 0.",
      .rule = "derivative of expm1", ELEMENT(1, expm1), .slope_text = { "y + 1" }, WIDE },
    { .name = "log", .usage = "log(x)", .help = "The natural logarithm.",
      .rule = "derivative of log", ELEMENT(1, log), .slope_text = { "1/a" },
      .lo = 0.1, .hi = 4 },
    { .name = "log1p", .usage = "log1p(x)", .help = "log(1 + x), exact also near 0.",
      .rule = "derivative of log1p", ELEMENT(1, log1p), .slope_text = { "1/(1 + a)" },
      .lo = -0.8, .hi = 2 },
    { .name = "sqrt", .usage = "sqrt(x)", .help = "The square root.",
      .rule = "derivative of sqrt", ELEMENT(1, sqrt), .slope_text = { "1/(2*y)" },
      .lo = 0.1, .hi = 4 },
    { .name = "abs", .usage = "abs(x)", .help = "x without its sign.",
      .rule = "derivative of abs", ELEMENT(1, abs), .slope_text = { "sign(a)" }, WIDE },
    { .name = "sign", .usage = "sign(x)", .help = "-1, 0 or 1: the sign of x.",
      .rule = "derivative of sign", ELEMENT(1, sign), .slope_text = { "0" }, WIDE },
    { .name = "sin", .usage = "sin(x)", .help = "The sine of x radians.",
      .rule = "derivative of sin", ELEMENT(1, sin), .slope_text = { "cos(a)" }, WIDE },
    { .name = "cos", .usage = "cos(x)", .help = "The cosine of x radians.",
      .rule = "derivative of cos", ELEMENT(1, cos), .slope_text = { "-sin(a)" }, WIDE },
    { .name = "tan", .usage = "tan(x)", .help = "The tangent of x radians.",
      .rule = "derivative of tan", ELEMENT(1, tan), .slope_text = { "1 + y^2" },
      .lo = -1.2, .hi = 1.2 },
    { .name = "tanh", .usage = "tanh(x)", .help = "The hyperbolic tangent, between -1 and 1.",
      .rule = "derivative of tanh", ELEMENT(1, tanh), .slope_text = { "1 - y^2" }, WIDE },
    { .name = "erf", .usage = "erf(x)",
      .help = "The error function: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.",
      .source = "Abramowitz & Stegun 7.1.1", .rule = "derivative of erf", ELEMENT(1, erf),
      .slope_text = { "2/sqrt(pi)*exp(-a^2)" }, WIDE },
    { .name = "floor", .usage = "floor(x)", .help = "The greatest whole number up to x.",
      .rule = "derivative of floor", ELEMENT(1, floor), .slope_text = { "0" }, WIDE },
    { .name = "round", .usage = "round(x)",
      .help = "The nearest whole number; halves go to the even one.",
      .rule = "derivative of round", ELEMENT(1, round), .slope_text = { "0" }, WIDE },
    { .name = "isnan", .usage = "isnan(x)", .help = "1 where x is not a number, else 0.",
      .rule = "derivative of a comparison", ELEMENT(1, isnan), .slope_text = { "0" }, WIDE },
    { .name = "hold", .usage = "hold(x)",
      .help = "x itself, but held constant when derivatives are taken.",
      .rule = "constant rule", ELEMENT(1, hold), .slope_text = { "0" }, WIDE },
    { .name = "xlogy", .usage = "xlogy(a, b)", .help = "a*log(b), and 0 where a is 0, whatever b is.",
      .source = "the convention 0 log 0 = 0 of information theory",
      .rule = "derivative of log", ELEMENT(2, xlogy),
      .slope_text = { "log(b)", "where(a == 0, 0, a/b)" }, .lo = 0.1, .hi = 4 },
    { .name = "noise", .usage = "noise(a, b)",
      .help = "A random number from 0 up to 1 that belongs to the whole numbers a and b: the same "
              "again whenever it is asked for.",
      .source = "Steele, Lea & Flood 2014 (splitmix64); counter-based as in Salmon et al. 2011",
      .rule = "constant rule", ELEMENT(2, noise), .slope_text = { "0", "0" }, WIDE },
    { .name = "where", .usage = "where(c, a, b)",
      .help = "a where c is non-zero, else b, element by element.",
      .rule = "derivative of where", ELEMENT(3, where),
      .slope_text = { "0", "where(a, 1, 0)", "where(a, 0, 1)" }, WIDE },
    { .name = NULL }
};
