/* fused_private.h -- shared by the files of fused passes, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_FUSED_PRIVATE_H
#define GRADUS_FUSED_PRIVATE_H

#include "num/fused.h"

enum { FUSED_POWERS = 128 };
extern const uint64_t fused_powers[FUSED_POWERS];

int      fused_arity(FusedCode code);
/* One instruction on the bits of single numbers. */
uint64_t fused_compute(const Fused *l, const FusedInstr *i, const uint64_t in[3]);
/* Which instructions results hang on: room for l->n. */
void     fused_live(const Fused *l, bool *live);
/* The last instruction that uses each; outs count as behind all. room for l->n */
void     fused_last_uses(const Fused *l, int *last);

/* fused_x86.c: machine code, or false where this machine cannot. */
bool fused_assemble(Fused *l);
void fused_discard(Fused *l);
/* fused_run.c */
/* Room for interpreting l, so that running it allocates nothing. */
void fused_reserve(const Fused *l);
void fused_interpret(const Fused *l, FusedRun *run);

#endif
