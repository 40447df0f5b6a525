/* rng.h -- the one source of chance: MT19937.
 *
 * Same seed, same numbers, on every machine. Seeding is the published
 * init_genrand; uniforms draw what NumPy's RandomState(seed).random_sample()
 * draws, bit for bit. rng_torch draws torch's double uniforms (low 53 bits of
 * two words, high word first).
 * Source: Matsumoto & Nishimura 1998.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_RNG_H
#define GRADUS_RNG_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Rng {
    uint32_t state[624];
    int      at;            /* next word, 624: refill */
    uint32_t seed;
    bool     torch;         /* draw uniforms torch's way */
    bool     has_spare;     /* normal: a second value is waiting */
    double   spare;
} Rng;

void     rng_seed(Rng *r, uint32_t seed);          /* keeps r->torch */
uint32_t rng_word(Rng *r);
double   rng_uniform(Rng *r);                      /* [0, 1), 53 bits */
double   rng_normal(Rng *r);                       /* mean 0, variance 1; NumPy's legacy polar method */
uint32_t rng_below(Rng *r, uint32_t n);            /* 0 .. n-1, without bias; n >= 1 (NumPy's masked rejection) */
void     rng_shuffle(Rng *r, uint32_t *index, uint32_t n); /* RandomState.shuffle's order */

#endif
