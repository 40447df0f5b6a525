/* gemm_wide.h -- the kernels for 64-byte vectors, made of two 32-byte halves: what can be
 * tested of them where the machine has no such vectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GEMM_WIDE_H
#define GRADUS_GEMM_WIDE_H

#include "num/gemm.h"

enum { GEMM_WIDE_BYTES = 64 };
void gemm_wide(const GemmShape *s, const GemmCall *call);      /* wants AVX2 and FMA */

#endif
