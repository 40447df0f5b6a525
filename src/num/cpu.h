/* cpu.h -- which instructions this machine has; asked once.
 *
 * Kernels are written once and compiled for several levels. All levels compute the
 * same bits: every product that is added is a fused multiply-add, written out, and
 * sums run in an order that no lane count changes. A machine without the instruction
 * computes it by other means, slower.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CPU_H
#define GRADUS_CPU_H

typedef enum { CPU_PLAIN, CPU_AVX2, CPU_AVX512 } CpuLevel;   /* AVX2 means FMA as well */

/* The best level of this machine, or a lower one that GRADUS_CPU=plain|avx2|avx512 names. */
CpuLevel    cpu_level(void);
const char *cpu_name(CpuLevel level);          /* "plain", "avx2", "avx512" */

#endif
