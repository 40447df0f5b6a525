/* rng_test.c -- the published words of MT19937, and NumPy's and torch's draws.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include "base/rng.h"

static Rng seeded(uint32_t seed)
{
    Rng r = { 0 };
    rng_seed(&r, seed);
    return r;
}

static void test_published_words(void)
{
    static const uint32_t FIRST[] = { 3499211612u, 581869302u, 3890346734u, 3586334585u,
                                      545404204u };
    Rng r = seeded(5489);
    for (int i = 0; i < 5; i++) CU_ASSERT_EQUAL(rng_word(&r), FIRST[i]);
    uint32_t word = 0;
    for (int i = 5; i < 10000; i++) word = rng_word(&r);
    CU_ASSERT_EQUAL(word, 4123659995u);
}

static void test_uniform_is_numpys(void)
{
    Rng r = seeded(42);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.3745401188473625);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.9507143064099162);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.7319939418114051);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.5986584841970366);
}

static void test_uniform_is_torchs(void)
{
    Rng r = { .torch = true };
    rng_seed(&r, 42);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.05815448596142969);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.06291016742457756);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.12358607277440903);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.05258016436107704);
    rng_seed(&r, 0);
    CU_ASSERT(r.torch);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.9700530018065531);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.707819864399788);
}

static void test_normal_is_numpys(void)
{
    static const double WANT[] = { 0.4967141530112327,   -0.13826430117118466,
                                   0.6476885381006925,   1.5230298564080254,
                                   -0.23415337472333597, -0.23413695694918055,
                                   1.5792128155073915 };
    Rng r = seeded(42);
    for (int i = 0; i < 7; i++) CU_ASSERT_DOUBLE_EQUAL(rng_normal(&r), WANT[i], 1e-15);
}

static void test_spare_normal_waits_for_uniforms(void)
{
    Rng r = seeded(42);
    CU_ASSERT_DOUBLE_EQUAL(rng_normal(&r), 0.4967141530112327, 1e-15);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.7319939418114051);
    CU_ASSERT_DOUBLE_EQUAL(rng_normal(&r), -0.13826430117118466, 1e-15);
    CU_ASSERT_EQUAL(rng_uniform(&r), 0.5986584841970366);
}

static void test_seeding_forgets_the_spare(void)
{
    Rng r = seeded(42);
    rng_normal(&r);
    rng_seed(&r, 42);
    CU_ASSERT_EQUAL(r.seed, 42);
    CU_ASSERT_DOUBLE_EQUAL(rng_normal(&r), 0.4967141530112327, 1e-15);
}

static void test_below_is_numpys(void)
{
    static const uint32_t WANT[] = { 2, 2, 6, 1, 3, 9, 6, 1, 0, 1, 9, 0 };
    Rng r = seeded(123);
    for (int i = 0; i < 12; i++) CU_ASSERT_EQUAL(rng_below(&r, 10), WANT[i]);
}

static void test_below_reaches_all_and_no_more(void)
{
    static const uint32_t SIZES[] = { 1, 2, 3, 7, 8, 9 };
    Rng r = seeded(1);
    for (int s = 0; s < 6; s++) {
        uint32_t seen[9] = { 0 }, over = 0;
        for (int i = 0; i < 9000; i++) {
            uint32_t v = rng_below(&r, SIZES[s]);
            if (v < SIZES[s]) seen[v]++;
            else over++;
        }
        CU_ASSERT_EQUAL(over, 0);
        /* five standard deviations of a fair count */
        double want = 9000.0 / SIZES[s];
        for (uint32_t v = 0; v < SIZES[s]; v++) CU_ASSERT_DOUBLE_EQUAL(seen[v], want, 5 * 67.1);
    }
    r = seeded(5489);
    CU_ASSERT_EQUAL(rng_below(&r, 1), 0);
    CU_ASSERT_EQUAL(rng_below(&r, UINT32_MAX), 3499211612u);
}

static void test_shuffle_is_numpys(void)
{
    static const uint32_t ZERO[] = { 2, 8, 4, 9, 1, 6, 7, 3, 0, 5 };
    static const uint32_t SEVEN[] = { 1,  5,  11, 13, 2,  21, 9, 16, 12, 0,  23, 6, 20,
                                      17, 24, 10, 18, 8,  14, 7, 19, 3,  22, 4,  15 };
    uint32_t index[25];
    Rng r = seeded(0);
    for (uint32_t i = 0; i < 10; i++) index[i] = i;
    rng_shuffle(&r, index, 10);
    for (int i = 0; i < 10; i++) CU_ASSERT_EQUAL(index[i], ZERO[i]);
    r = seeded(7);
    for (uint32_t i = 0; i < 25; i++) index[i] = i;
    rng_shuffle(&r, index, 25);
    for (int i = 0; i < 25; i++) CU_ASSERT_EQUAL(index[i], SEVEN[i]);
}

static void test_shuffle_of_few(void)
{
    uint32_t index[1] = { 9 };
    Rng r = seeded(5489);
    rng_shuffle(&r, index, 0);
    rng_shuffle(&r, index, 1);
    CU_ASSERT_EQUAL(index[0], 9);
    CU_ASSERT_EQUAL(rng_word(&r), 3499211612u);
}

CU_TestInfo rng_tests[] = {
    { "seed 5489 gives the published words, the 10000th too", test_published_words },
    { "seed 42 gives NumPy's uniforms, bit for bit", test_uniform_is_numpys },
    { "in torch's way the uniforms are torch's, bit for bit", test_uniform_is_torchs },
    { "seed 42 gives NumPy's normal numbers", test_normal_is_numpys },
    { "the second normal number waits while uniforms are drawn",
      test_spare_normal_waits_for_uniforms },
    { "a new seed forgets the waiting normal number", test_seeding_forgets_the_spare },
    { "whole numbers below a bound are NumPy's", test_below_is_numpys },
    { "whole numbers reach all below the bound, evenly, and no more",
      test_below_reaches_all_and_no_more },
    { "a shuffle is NumPy's", test_shuffle_is_numpys },
    { "a shuffle of none or one changes and draws nothing", test_shuffle_of_few },
    CU_TEST_INFO_NULL
};
