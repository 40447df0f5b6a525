/* fused_test.c -- loops: machine code against the interpreter, functions against the
 * C library's wide ones.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/cpu.h"
#include "num/fused.h"

static double pow_call(double a, double b, double c) { return (void)c, pow(fabs(a), b); }

static int pick(Rng *r, int n) { return (int)(rng_uniform(r) * n); }

static double draw(Rng *r)
{
    static const double odd[] = { 0, -0.0, 1, -1, INFINITY, -INFINITY, NAN, 1e-310, 1e300, 2, 0.5 };
    int n = pick(r, 40);
    return n < 11 ? odd[n] : 6 * rng_uniform(r) - 3;
}

/* ---- random programs ---- */

enum { MOST = 200, ROWS = 3, WIDE = 37, N_IN = 6 };

static int some_instr(Fused *l, Rng *r, const int *v, int n)
{
    int a = v[pick(r, n)], b = v[pick(r, n)], c = v[pick(r, n)];
    switch (pick(r, 24)) {
    case 0: return fused_add(l, FUSED_FMA, a, b, c);
    case 1: return fused_add(l, FUSED_FNMA, a, b, c);
    case 2: return fused_add(l, FUSED_BLEND, fused_add(l, FUSED_LT, a, b, -1), b, c);
    case 3: return fused_add(l, FUSED_BLEND, fused_add(l, FUSED_NE, a, b, -1), a, c);
    case 4: return fused_truth(l, fused_add(l, FUSED_LE, a, b, -1));
    case 5: return fused_add(l, FUSED_SQRT, a, -1, -1);
    case 6: return fused_add(l, FUSED_FLOOR, a, -1, -1);
    case 7: return fused_add(l, FUSED_ROUND, a, -1, -1);
    case 8: return fused_abs(l, a);
    case 9: return fused_neg(l, a);
    case 10: return fused_exp(l, a);
    case 11: return fused_tanh(l, a);
    case 12: return fused_log(l, a);
    case 13: return fused_num(l, draw(r));
    case 14: return fused_call(l, pow_call, a, fused_num(l, 1.5), -1);
    case 15: return fused_add(l, FUSED_MIN, a, b, -1);
    case 16: return fused_add(l, FUSED_MAX, a, b, -1);
    case 17: return fused_add(l, FUSED_DIV, a, b, -1);
    case 18: return fused_truth(l, fused_add(l, FUSED_EQ, a, b, -1));
    default: return fused_add(l, (FusedCode)(FUSED_ADD + pick(r, 3)), a, b, -1);
    }
}

/* Slots 0 to N_IN - 1 are operands, 0 also a result; the others are results only. */
static Fused *some_program(Rng *r, bool single, bool flat)
{
    Fused *l = fused_make(single);
    l->flat = flat;
    int v[MOST], n = N_IN, length = N_IN + 2 + pick(r, 60);
    for (int i = 0; i < N_IN && !flat; i++) fused_slot(l, i == 2 || i == 4 ? SLOT_HELD : SLOT_EACH);
    for (int i = 0; i < N_IN; i++) v[i] = fused_load(l, i);
    for (; n < length; n++) v[n] = some_instr(l, r, v, n);
    fused_out(l, OUT_STORE, fused_add(l, FUSED_ADD, v[n - 1], v[0], -1), 0);
    static const OutKind kind[] = { OUT_STORE, OUT_SUM, OUT_ROW_SUM, OUT_ROW_MAX, OUT_ROW_MIN, OUT_COL_SUM };
    int outs = 1 + pick(r, 5);
    for (int i = 0; i < outs; i++) {
        OutKind k = flat ? OUT_STORE : kind[pick(r, 6)];
        int slot = flat ? N_IN + i : fused_slot(l, k == OUT_STORE || k == OUT_COL_SUM ? SLOT_EACH : SLOT_HELD);
        fused_out(l, k, v[N_IN + pick(r, n - N_IN)], slot);
    }
    return l;
}

/* ---- their memory ---- */

enum { SLOTS = N_IN + 5, EACH = ROWS * WIDE };
typedef union {
    double d[SLOTS][EACH];
    float  f[SLOTS][EACH];
} Room;

static void room_fill(Room *m, Rng *r, bool single)
{
    for (int s = 0; s < SLOTS; s++)
        for (int i = 0; i < EACH; i++)
            if (single) m->f[s][i] = (float)draw(r);
            else m->d[s][i] = draw(r);
}

static void run_on(const Fused *l, Room *m, int64_t rows, int64_t cols)
{
    FusedRun run = { .rows = rows, .cols = cols };
    int64_t size = l->single ? 4 : 8;
    for (int s = 0; s < l->n_slot; s++) {
        bool sum = false, one = false;
        for (int i = 0; i < l->n_out; i++) {
            sum |= l->out[i].slot == s && l->out[i].kind == OUT_COL_SUM;
            one |= l->out[i].slot == s && l->out[i].kind == OUT_SUM;
        }
        run.at[s].p = l->single ? (char *)m->f[s] : (char *)m->d[s];
        run.at[s].stride = sum || one ? 0 : l->slot[s] == SLOT_HELD ? size : size * cols;
    }
    FusedFlat flat = { .r = m, .count = rows, .epochs = 1, .x = (char *)m, .y = (char *)m };
    if (l->flat) fused_run_flat(l, &flat);
    else fused_run(l, &run);
}

/* The same bits; all nan are one. */
static bool same_room(const Room *a, const Room *b, bool single)
{
    for (int s = 0; s < SLOTS; s++)
        for (int i = 0; i < EACH; i++) {
            double x = single ? a->f[s][i] : a->d[s][i], y = single ? b->f[s][i] : b->d[s][i];
            if (x != x && y != y) continue;
            if (memcmp(&x, &y, sizeof x)) return false;
        }
    return true;
}

static void compare_many(bool single, bool flat)
{
    Rng r = { 0 };
    rng_seed(&r, single + 2u * flat + 1);
    static Room before, interpreted, run;
    int wrong = 0;
    for (int k = 0; k < 1500; k++) {
        Fused *l = some_program(&r, single, flat);
        int64_t rows = 1 + pick(&r, ROWS), cols = 1 + pick(&r, WIDE);
        room_fill(&before, &r, single);
        interpreted = run = before;
        run_on(l, &interpreted, rows, cols);
        fused_compile(l);
        CU_ASSERT_EQUAL(l->code != NULL, cpu_level() >= CPU_AVX2);
        run_on(l, &run, rows, cols);
        wrong += !same_room(&interpreted, &run, single);
        fused_free(l);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_code_is_interpreter(void)
{
    compare_many(false, false);
    compare_many(true, false);
}

static void test_flat_code_is_interpreter(void)
{
    compare_many(false, true);
    compare_many(true, true);
}

/* ---- functions ---- */

typedef int Built(Fused *l, int x);
typedef long double Wide(long double x);

/* Greatest error of f in units of the last place of its result, over `n` arguments. */
static double worst_of(Built *f, Wide *wide, bool single, double from, double to)
{
    enum { N = 20000 };
    static union {
        double d[N];
        float f[N];
    } x, y;
    double worst = 0;
    Fused *l = fused_make(single);
    int in = fused_slot(l, SLOT_EACH), out = fused_slot(l, SLOT_EACH);
    fused_out(l, OUT_STORE, f(l, fused_load(l, in)), out);
    fused_compile(l);
    for (int i = 0; i < N; i++)
        if (single) x.f[i] = (float)(from + (to - from) * i / N);
        else x.d[i] = from + (to - from) * i / N;
    FusedRun run = { .rows = 1, .cols = N };
    run.at[in].p = (char *)&x;
    run.at[out].p = (char *)&y;
    fused_run(l, &run);
    for (int i = 0; i < N; i++) {
        long double exact = wide(single ? (long double)x.f[i] : (long double)x.d[i]), got = single ? (long double)y.f[i] : (long double)y.d[i];
        if (exact == 0) continue;
        long double unit = ldexpl(1, ilogbl(exact) - (single ? 23 : 52));
        if (fabsl(got - exact) / unit > worst) worst = (double)(fabsl(got - exact) / unit);
    }
    fused_free(l);
    return worst;
}

static void test_functions_keep_their_bounds(void)
{
    static const struct {
        const char *name;
        Built *f;
        Wide *wide;
        double bound, from, to;
    } cases[] = {
        { "exp", fused_exp, expl, 1.3, -87, 88 },       { "exp", fused_exp, expl, 1.3, -1, 1 },
        { "expm1", fused_expm1, expm1l, 2.5, -50, 88 },   { "expm1", fused_expm1, expm1l, 2.5, -0.4, 0.4 },
        { "tanh", fused_tanh, tanhl, 3.5, -25, 25 },      { "tanh", fused_tanh, tanhl, 3.5, -0.5, 0.5 },
        { "log", fused_log, logl, 1, 1e-30, 1e30 },     { "log", fused_log, logl, 1, 0.5, 2 },
        { "log1p", fused_log1p, log1pl, 2, -0.9, 50 },  { "log1p", fused_log1p, log1pl, 2, -1e-3, 1e-3 },
    };
    for (int single = 0; single < 2; single++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            double worst = worst_of(cases[i].f, cases[i].wide, single, cases[i].from, cases[i].to);
            if (worst > cases[i].bound) printf("%s, %s: %.3f units\n", cases[i].name, single ? "single" : "double", worst);
            CU_ASSERT(worst <= cases[i].bound);
        }
}

static double value_of(Built *f, double x)
{
    Fused *l = fused_make(false);
    fused_out(l, OUT_STORE, f(l, fused_load(l, 0)), 1);
    l->flat = true;
    fused_compile(l);
    double r[2] = { x, 0 };
    fused_run_flat(l, &(FusedFlat){ .r = r, .count = 1, .epochs = 1, .x = (char *)r, .y = (char *)r });
    fused_free(l);
    return r[1];
}

static void test_flat_exp_keeps_its_bound(void)
{
    double worst = 0;
    Fused *l = fused_make(false);
    l->flat = true;
    fused_out(l, OUT_STORE, fused_exp(l, fused_load(l, 0)), 1);
    fused_compile(l);
    for (double x = -707; x < 709; x += 0.0137) {
        double r[2] = { x, 0 };
        fused_run_flat(l, &(FusedFlat){ .r = r, .count = 1, .epochs = 1, .x = (char *)r, .y = (char *)r });
        long double exact = expl(x), unit = ldexpl(1, ilogbl(exact) - 52);
        if (fabsl(r[1] - exact) / unit > worst) worst = (double)(fabsl(r[1] - exact) / unit);
    }
    fused_free(l);
    if (worst > 1.8) printf("flat exp: %.3f units\n", worst);
    CU_ASSERT(worst <= 1.8);
}

static void test_edges(void)
{
    CU_ASSERT(isnan(value_of(fused_exp, NAN)) && isnan(value_of(fused_tanh, NAN)) && isnan(value_of(fused_log, NAN)));
    CU_ASSERT(isnan(value_of(fused_log, -1)) && isnan(value_of(fused_log1p, -2)) && isnan(value_of(fused_expm1, NAN)));
    CU_ASSERT_EQUAL(value_of(fused_exp, -INFINITY), 0);
    CU_ASSERT_EQUAL(value_of(fused_exp, INFINITY), INFINITY);
    CU_ASSERT_EQUAL(value_of(fused_exp, 0), 1);
    CU_ASSERT_EQUAL(value_of(fused_expm1, -INFINITY), -1);
    CU_ASSERT_EQUAL(value_of(fused_tanh, INFINITY), 1);
    CU_ASSERT_EQUAL(value_of(fused_tanh, -INFINITY), -1);
    CU_ASSERT_EQUAL(value_of(fused_tanh, 1e-300), 1e-300);
    CU_ASSERT_EQUAL(value_of(fused_log, 0), -INFINITY);
    CU_ASSERT_EQUAL(value_of(fused_log, 1), 0);
    CU_ASSERT_EQUAL(value_of(fused_log, INFINITY), INFINITY);
    CU_ASSERT_EQUAL(value_of(fused_log1p, -1), -INFINITY);
    CU_ASSERT_EQUAL(value_of(fused_log1p, INFINITY), INFINITY);
    CU_ASSERT_DOUBLE_EQUAL(value_of(fused_log, 1e-310), log(1e-310), 1e-12);
}

/* ---- programs ---- */

static void test_numbers_fold_and_equals_are_shared(void)
{
    Fused *l = fused_make(false);
    double v = 0;
    int x = fused_load(l, 0);
    CU_ASSERT(fused_is_num(l, fused_add(l, FUSED_ADD, fused_num(l, 2), fused_num(l, 3), -1), &v) && v == 5);
    CU_ASSERT_EQUAL(fused_add(l, FUSED_MUL, x, fused_num(l, 2), -1), fused_add(l, FUSED_MUL, fused_num(l, 2), x, -1));
    CU_ASSERT_EQUAL(fused_add(l, FUSED_MUL, x, fused_num(l, 1), -1), x);
    CU_ASSERT(fused_is_num(l, fused_exp(l, fused_num(l, 0)), &v) && v == 1);
    fused_free(l);
}

CU_TestInfo fused_tests[] = {
    { "machine code computes the bits of the interpreter", test_code_is_interpreter },
    { "flat machine code computes the bits of the interpreter", test_flat_code_is_interpreter },
    { "exp, tanh, log and their like keep their bounds", test_functions_keep_their_bounds },
    { "exp of a flat program keeps its bound", test_flat_exp_keeps_its_bound },
    { "functions are right at the edges", test_edges },
    { "numbers fold, equal instructions are one", test_numbers_fold_and_equals_are_shared },
    CU_TEST_INFO_NULL,
};
