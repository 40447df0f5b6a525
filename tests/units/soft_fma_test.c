/* soft_fma_test.c -- the emulated fused multiply-add against the C library's, bit for bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <string.h>

#include "base/rng.h"
#include "num/soft_fma.h"

static Rng rng;

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float from_small_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint64_t draw_bits(void) { return (uint64_t)rng_word(&rng) << 32 | rng_word(&rng); }

/* Same bits; of NaNs any. */
static bool same_double(double x, double y) { return isnan(x) ? isnan(y) : !memcmp(&x, &y, sizeof x); }
static bool same_float(float x, float y) { return isnan(x) ? isnan(y) : !memcmp(&x, &y, sizeof x); }

/* volatile: the compiler would compute constants itself, with an arithmetic of its own. */
static bool double_wrong(double a, double b, double c)
{
    volatile double x = a, y = b, z = c;
    Soft2 got = soft_double((Soft2){ x, 1.5 }, (Soft2){ y, 2.5 }, (Soft2){ z, -3.5 });
    Soft2 turned = soft_double((Soft2){ 1.5, x }, (Soft2){ 2.5, y }, (Soft2){ -3.5, z });
    return !same_double(got[0], fma(x, y, z)) || got[1] != 0.25 || !same_double(turned[1], fma(x, y, z));
}

static bool float_wrong(float a, float b, float c)
{
    volatile float x = a, y = b, z = c;
    Soft4 got = soft_float((Soft4){ x, 1.5f, y, x }, (Soft4){ y, 2.5f, x, y }, (Soft4){ z, -3.5f, z, z });
    float want = fmaf(x, y, z);
    return !same_float(got[0], want) || got[1] != 0.25f || !same_float(got[2], want) || !same_float(got[3], want);
}

enum { TRIES = 200000 };

static const double odd[] = { 0.0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022,
                              0x1.fffffffffffffp-1023, 0x1.fffffffffffffp1023, -0x1.fffffffffffffp1023,
                              0x1p1023, 0x1p-537, -0x1p-538, 0x1p970, 0x1p-969, 0x1.0000000000001p0, 0x1p-52,
                              0x1p53, -0x1p-53, 0x1.8p0, 0x1p996, 0x1.fffffffffffffp996, 0x1p-1, 3 };
enum { N_ODD = sizeof odd/sizeof *odd };

static void test_all_bit_patterns(void)
{
    int64_t wrong = 0;
    rng_seed(&rng, 1);
    for (int i = 0; i < TRIES; i++) {
        wrong += double_wrong(from_bits(draw_bits()), from_bits(draw_bits()), from_bits(draw_bits()));
        wrong += float_wrong(from_small_bits(rng_word(&rng)), from_small_bits(rng_word(&rng)),
                             from_small_bits(rng_word(&rng)));
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_odd_numbers(void)
{
    int64_t wrong = 0;
    for (int i = 0; i < N_ODD; i++)
        for (int j = 0; j < N_ODD; j++)
            for (int k = 0; k < N_ODD; k++) {
                wrong += double_wrong(odd[i], odd[j], odd[k]);
                wrong += float_wrong((float)odd[i], (float)odd[j], (float)odd[k]);
            }
    CU_ASSERT_EQUAL(wrong, 0);
    static const float small[] = { 0x1p-149f, -0x1p-149f, 0x1p-126f, 0x1.fffffep127f, 0x1p-75f, 0x1p-74f,
                                   0x1.000002p0f, 0x1p-24f, 0x1p24f, 0x1.fffffep-127f, 1.5f, -0.0f };
    const int n = sizeof small/sizeof *small;
    for (int i = 0; i < n*n*n; i++) wrong += float_wrong(small[i%n], small[i/n%n], small[i/n/n]);
    CU_ASSERT_EQUAL(wrong, 0);
}

/* A number with few digits set, near 1: sums of these fall on halves, and next to them. */
static double draw_sparse(int digits)
{
    double x = 1;
    for (int i = 0; i < 3; i++) x += ldexp(rng_below(&rng, 2) ? 1 : -1, -(int)rng_below(&rng, (uint32_t)digits));
    return x;
}

static void test_halves(void)
{
    int64_t wrong = 0;
    rng_seed(&rng, 2);
    for (int i = 0; i < TRIES; i++) {
        int far = (int)rng_below(&rng, 220) - 110;
        wrong += double_wrong(draw_sparse(53), draw_sparse(53), ldexp(draw_sparse(53), far));
        wrong += float_wrong((float)draw_sparse(24), (float)draw_sparse(24), (float)ldexp(draw_sparse(24), far/2));
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_cancelling(void)
{
    int64_t wrong = 0;
    rng_seed(&rng, 3);
    for (int i = 0; i < TRIES; i++) {
        double a = rng_normal(&rng), b = rng_normal(&rng), near = 1 + ldexp((double)rng_below(&rng, 9) - 4, -52);
        wrong += double_wrong(a, b, -a*b*near);
        float fa = (float)a, fb = (float)b;
        wrong += float_wrong(fa, fb, -fa*fb*(float)(1 + ldexp((double)rng_below(&rng, 9) - 4, -23)));
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Products and sums around the smallest and the largest numbers. */
static void test_ends_of_the_range(void)
{
    int64_t wrong = 0;
    rng_seed(&rng, 4);
    for (int i = 0; i < TRIES; i++) {
        int end = rng_below(&rng, 2) ? -1 : 1, e = (int)rng_below(&rng, 900), c = (int)rng_below(&rng, 130);
        int e_small = (int)rng_below(&rng, 100), room = (int)rng_below(&rng, 120) - 60;
        wrong += double_wrong(ldexp(draw_sparse(53), end*e), ldexp(rng_normal(&rng), end*(1020 - e) + room),
                              ldexp(rng_normal(&rng), end*1020 + (end < 0 ? c - 50 : -c)));
        wrong += float_wrong((float)ldexp(draw_sparse(24), end*e_small),
                             (float)ldexp(rng_normal(&rng), end*(126 - e_small) + room/2),
                             (float)ldexp(rng_normal(&rng), end*126 + (end < 0 ? c/2 - 25 : -c/2)));
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

CU_TestInfo soft_fma_tests[] = {
    { "of any bit patterns the emulated fma is the library's", test_all_bit_patterns },
    { "of zeros, infinities, NaNs, ends of the range and all their triples too", test_odd_numbers },
    { "on halves between two numbers and next to them too", test_halves },
    { "when the product and the sum cancel too", test_cancelling },
    { "where numbers vanish or overflow too", test_ends_of_the_range },
    CU_TEST_INFO_NULL
};
