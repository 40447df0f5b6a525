/* rng.c -- MT19937 and what is drawn from it.
 *
 * Sources: M. Matsumoto, T. Nishimura, "Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", ACM TOMACS 8 (1998);
 * seeding by their init_genrand of 2002; the polar method: G. Marsaglia,
 * T. A. Bray, SIAM Review 6 (1964), in the order of NumPy's RandomState.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/rng.h"

#include <assert.h>
#include <math.h>

enum { MT_N = 624, MT_M = 397 };

void rng_seed(Rng *r, uint32_t seed)
{
    r->seed = seed;
    r->state[0] = seed;
    for (uint32_t i = 1; i < MT_N; i++) {
        uint32_t last = r->state[i - 1];
        r->state[i] = 1812433253u * (last ^ (last >> 30)) + i;
    }
    r->at = MT_N;
    r->has_spare = false;
    r->spare = 0;
}

static void state_refill(Rng *r)
{
    uint32_t *s = r->state;
    for (int i = 0; i < MT_N; i++) {
        uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % MT_N] & 0x7fffffffu);
        s[i] = s[(i + MT_M) % MT_N] ^ (y >> 1) ^ ((y & 1u) ? 0x9908b0dfu : 0u);
    }
    r->at = 0;
}

uint32_t rng_word(Rng *r)
{
    if (r->at >= MT_N) state_refill(r);
    uint32_t y = r->state[r->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* NumPy's: the top 27 and 26 bits of two words. */
static double uniform_numpy(Rng *r)
{
    uint32_t a = rng_word(r) >> 5;
    uint32_t b = rng_word(r) >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
}

static double uniform_torch(Rng *r)
{
    uint64_t high = rng_word(r);
    uint64_t word = (high << 32) | rng_word(r);
    return (double)(word & ((UINT64_C(1) << 53) - 1)) / 9007199254740992.0;
}

double rng_uniform(Rng *r)
{
    return r->torch ? uniform_torch(r) : uniform_numpy(r);
}

double rng_normal(Rng *r)
{
    if (r->has_spare) {
        r->has_spare = false;
        return r->spare;
    }
    double x1, x2, r2;
    do {
        x1 = 2.0 * uniform_numpy(r) - 1.0;
        x2 = 2.0 * uniform_numpy(r) - 1.0;
        r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1.0 || r2 == 0.0);
    double f = sqrt(-2.0 * log(r2) / r2);
    /* The second of the pair goes out first: NumPy's order. */
    r->spare = f * x1;
    r->has_spare = true;
    return f * x2;
}

uint32_t rng_below(Rng *r, uint32_t n)
{
    assert(n >= 1);
    uint32_t max = n - 1;
    if (max == 0) return 0;             /* NumPy draws no word here */
    uint32_t mask = UINT32_MAX >> __builtin_clz(max);
    uint32_t value = rng_word(r) & mask;
    while (value > max) value = rng_word(r) & mask;
    return value;
}

void rng_shuffle(Rng *r, uint32_t *index, uint32_t n)
{
    if (n < 2) return;
    for (uint32_t i = n - 1; i > 0; i--) {
        uint32_t j = rng_below(r, i + 1);
        uint32_t keep = index[i];
        index[i] = index[j];
        index[j] = keep;
    }
}
