/* cpu.c -- which instructions this machine has.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/cpu.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "plain", "avx2", "avx512" };

const char *cpu_name(CpuLevel level) { return names[level]; }

static CpuLevel cpu_best(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CPU_PLAIN;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") ? CPU_AVX512 : CPU_AVX2;
#else
    return CPU_PLAIN;
#endif
}

CpuLevel cpu_level(void)
{
    static int level = -1;
    if (level >= 0) return (CpuLevel)level;
    CpuLevel best = cpu_best();
    const char *asked = getenv("GRADUS_CPU");
    for (int i = 0; asked && i < (int)best; i++)
        if (!strcmp(asked, names[i])) best = (CpuLevel)i;
    return (CpuLevel)(level = (int)best);
}
