/* gemm_bench.c -- GFLOP/s of the matrix products of three small networks, beside what
 * fused multiply-adds in registers reach.
 *
 * Build: cc -O2 -Isrc bench/gemm_bench.c build/libgradus.a -lm -o gemm_bench
 * Run:   ./gemm_bench      (GRADUS_CPU=plain or avx2: a lower level)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "num/cpu.h"
#include "num/gemm.h"

enum { RUNS = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9*(double)t.tv_nsec;
}

#define EACH(v, r) "vfmadd231ps %%" r "14,%%" r "15,%%" r #v "\n"
#define TWELVE(r) EACH(0, r) EACH(1, r) EACH(2, r) EACH(3, r) EACH(4, r) EACH(5, r) EACH(6, r) \
                  EACH(7, r) EACH(8, r) EACH(9, r) EACH(10, r) EACH(11, r)

/* Seconds of so many rounds of twelve; the lanes of one are in *lanes. */
static double peak_time(long rounds, int *lanes)
{
    double t = now();
    *lanes = 0;
#ifdef __x86_64__
    if (cpu_level() == CPU_AVX512) {
        *lanes = 16;
        __asm__ volatile("1:\n" TWELVE("zmm") "dec %0\njnz 1b\n" : "+r"(rounds) : : "memory");
    } else if (cpu_level() == CPU_AVX2) {
        *lanes = 8;
        __asm__ volatile("1:\n" TWELVE("ymm") "dec %0\njnz 1b\n" : "+r"(rounds) : : "memory");
    }
#endif
    return now() - t;
}

static double peak(void)
{
    double best = 0;
    for (int r = 0; r < RUNS; r++) {
        int lanes;
        double t = peak_time(1000000, &lanes), rate = 1e6*12*2*lanes/t/1e9;
        if (rate > best) best = rate;
    }
    return best;
}

typedef struct {
    const char *what;
    int64_t     m, k, n;
    bool        a_turned, b_turned;
} Row;

static void *numbers(bool single, int64_t count)
{
    size_t bytes = ((size_t)count*sizeof(double) + 64 + 63)/64*64;
    void *p = aligned_alloc(64, bytes);
    if (!p) exit(1);
    for (int64_t i = 0; i < count; i++) {
        double v = rand()/(double)RAND_MAX - 0.5;
        if (single) ((float *)p)[i] = (float)v;
        else ((double *)p)[i] = v;
    }
    return p;
}

/* Seconds of one product, the best of some runs. */
static double row_time(const Row *row, bool single)
{
    GemmShape s = { .single = single, .m = row->m, .n = row->n, .k = row->k };
    s.a_row = row->a_turned ? 1 : row->k, s.a_col = row->a_turned ? row->m : 1;
    s.b_row = row->b_turned ? 1 : row->n, s.b_col = row->b_turned ? row->k : 1;
    void *a = numbers(single, row->m*row->k), *b = numbers(single, row->k*row->n);
    void *c = numbers(single, row->m*row->n), *room = numbers(false, (int64_t)gemm_room(&s)/8);
    GemmCall call = { .a = a, .b = b, .c = c, .c_row = row->n, .i1 = row->m, .j1 = row->n, .room = room };
    long times = 1 + (long)(2e7/(double)(row->m*row->n*row->k + 100));
    double best = 1e9;
    for (int r = 0; r < RUNS; r++) {
        double t = now();
        for (long i = 0; i < times; i++) gemm_run(&s, &call);
        t = (now() - t)/(double)times;
        if (t < best) best = t;
    }
    free(a), free(b), free(c), free(room);
    return best;
}

int main(void)
{
    static const Row rows[] = {
        { "moons, layer 1", 400, 2, 16, false, false },
        { "moons, layer 2", 400, 16, 16, false, false },
        { "moons, output", 400, 16, 1, false, false },
        { "moons, back to layer 2", 400, 1, 16, false, true },
        { "moons, slope of layer 2", 16, 400, 16, true, false },
        { "moons, slope of layer 1", 2, 400, 16, true, false },
        { "moons, slope of output", 16, 400, 1, true, false },
        { "digits, layer 1", 32, 64, 32, false, false },
        { "digits, slope of layer 1", 64, 32, 32, true, false },
        { "digits, output", 32, 32, 10, false, false },
        { "digits, back to layer 1", 32, 10, 32, false, true },
        { "digits, slope of output", 32, 32, 10, true, false },
        { "mnist, layer 1", 64, 784, 128, false, false },
        { "mnist, slope of layer 1", 784, 64, 128, true, false },
        { "mnist, output", 64, 128, 10, false, false },
        { "mnist, back to layer 1", 64, 10, 128, false, true },
        { "mnist, slope of output", 128, 64, 10, true, false },
        { "one row", 1, 784, 128, false, false },
        { "tiny", 2, 2, 2, false, false },
    };
    double top = peak();
    printf("level %s; fma in registers: %.1f GFLOP/s single, %.1f double\n", cpu_name(cpu_level()), top, top/2);
    printf("%-26s %13s %9s %8s %5s %9s %8s %5s\n", "", "m k n", "single us", "GFLOP/s", "%", "double us", "GFLOP/s", "%");
    for (size_t i = 0; i < sizeof rows/sizeof *rows; i++) {
        const Row *r = &rows[i];
        double flop = 2.0*(double)(r->m*r->n*r->k), f = row_time(r, true), d = row_time(r, false);
        printf("%-26s %4d %3d %4d %9.3f %8.1f %5.0f %9.3f %8.1f %5.0f\n", r->what, (int)r->m, (int)r->k, (int)r->n, f*1e6,
               flop/f/1e9, top ? 100*flop/f/1e9/top : 0, d*1e6, flop/d/1e9, top ? 200*flop/d/1e9/top : 0);
    }
    return 0;
}
