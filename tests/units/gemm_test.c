/* gemm_test.c -- matrix products are chains of fma, bit for bit, at every level.
 *
 * The reference is a loop of fma() or fmaf() and knows nothing of lanes. Two results are
 * the same when their bits are, or when both are no number: which of several NaNs comes
 * out of an fma is the machine's affair.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "gemm_wide.h"
#include "num/gemm_level.h"

typedef struct {
    int   bytes;                     /* of a vector */
    void (*run)(const GemmShape *s, const GemmCall *call);
} Level;

/* What this machine can run. Where it has no AVX-512, gemm_avx512.c's own vectors are not
 * tested, only its tiles, by gemm_wide. */
static int machine_levels(Level level[4])
{
    int n = 0;
    level[n++] = (Level){ GEMM_PLAIN_BYTES, gemm_plain };
#ifdef __x86_64__
    if (cpu_level() >= CPU_AVX2) {
        level[n++] = (Level){ GEMM_AVX2_BYTES, gemm_avx2 };
        level[n++] = (Level){ GEMM_WIDE_BYTES, gemm_wide };
    }
    if (cpu_level() >= CPU_AVX512) level[n++] = (Level){ GEMM_AVX512_BYTES, gemm_avx512 };
#endif
    return n;
}

/* ---- numbers of either kind ---- */

static size_t size_of(bool single) { return single ? sizeof(float) : sizeof(double); }

static double number_get(bool single, const void *p, int64_t at)
{
    return single ? (double)((const float *)p)[at] : ((const double *)p)[at];
}

static void number_put(bool single, void *p, int64_t at, double v)
{
    if (single) ((float *)p)[at] = (float)v;
    else ((double *)p)[at] = v;
}

static bool numbers_same(bool single, const void *p, int64_t at, const void *q, int64_t to)
{
    size_t size = size_of(single);
    if (isnan(number_get(single, p, at))) return isnan(number_get(single, q, to));
    return !memcmp((const char *)p + (size_t)at*size, (const char *)q + (size_t)to*size, size);
}

/* ---- operands ---- */

static Rng rng;

static double draw_tame(void) { return rng_normal(&rng); }

/* Numbers that overflow, vanish, cancel, or are none. */
static double draw_wild(void)
{
    static const double odd[] = { 0.0, -0.0, INFINITY, -INFINITY, NAN, 1, -1, 0x1p-149, -0x1p-126,
                                  0x1.fffffep127, 0x1p-1074, -0x1p-1022, 0x1.fffffffffffffp1023 };
    uint32_t kind = rng_below(&rng, 40);
    if (kind < 13) return odd[kind];
    return ldexp(rng_uniform(&rng) - 0.5, (int)rng_below(&rng, kind < 30 ? 8 : 200) - (kind < 35 ? 0 : 1040));
}

/* An operand of rows x cols, in a block of memory that ends where it ends. */
typedef struct {
    void   *block;
    void   *at;                      /* element (0, 0) */
    int64_t row, col;
} Operand;

enum { LAY_ROWS, LAY_COLUMNS, LAY_WIDE, LAY_WIDE_COLUMNS, LAY_SPARSE, LAY_ONE_ROW, LAY_ONE_COLUMN,
       LAY_ONE, LAY_BACK, N_LAY };

static Operand operand_lay(int64_t rows, int64_t cols, uint32_t lay)
{
    Operand o = { 0 };
    int64_t pad = 1 + rng_below(&rng, 5);
    switch (lay) {
    case LAY_ROWS:         o.row = cols; o.col = 1; break;
    case LAY_COLUMNS:      o.row = 1; o.col = rows; break;
    case LAY_WIDE:         o.row = cols + pad; o.col = 1; break;
    case LAY_WIDE_COLUMNS: o.row = 1; o.col = rows + pad; break;
    case LAY_SPARSE:       o.col = 1 + pad; o.row = cols*o.col + pad; break;
    case LAY_ONE_ROW:      o.row = 0; o.col = 1; break;
    case LAY_ONE_COLUMN:   o.row = 1; o.col = 0; break;
    case LAY_ONE:          o.row = o.col = 0; break;
    case LAY_BACK:         o.row = -cols; o.col = -1; break;
    }
    return o;
}

static Operand operand_make(bool single, int64_t rows, int64_t cols, uint32_t lay, double draw(void))
{
    Operand o = operand_lay(rows, cols, lay);
    if (rows == 0 || cols == 0) return o;
    int64_t span = (rows - 1)*o.row + (cols - 1)*o.col, count = llabs(span) + 1;
    o.block = mem_new((size_t)count*size_of(single));
    for (int64_t i = 0; i < count; i++) number_put(single, o.block, i, draw());
    o.at = (char *)o.block + (size_t)(span < 0 ? -span : 0)*size_of(single);
    return o;
}

/* ---- one product, and what it ought to be ---- */

typedef struct {
    GemmShape s;
    Operand   a, b;
    void     *want;                  /* m x n, without gaps */
} Product;

static void product_want(Product *p)
{
    const GemmShape *s = &p->s;
    p->want = mem_new((size_t)(s->m*s->n + 1)*size_of(s->single));
    for (int64_t i = 0; i < s->m; i++)
        for (int64_t j = 0; j < s->n; j++) {
            double d = 0;
            float f = 0;
            for (int64_t k = 0; k < s->k; k++) {
                double x = number_get(s->single, p->a.at, i*s->a_row + k*s->a_col);
                double y = number_get(s->single, p->b.at, k*s->b_row + j*s->b_col);
                if (s->single) f = fmaf((float)x, (float)y, f);
                else d = fma(x, y, d);
            }
            number_put(s->single, p->want, i*s->n + j, s->single ? (double)f : d);
        }
}

static Product product_make(bool single, int64_t m, int64_t n, int64_t k, uint32_t a_lay,
                            uint32_t b_lay, double draw(void))
{
    Product p = { .s = { .single = single, .m = m, .n = n, .k = k } };
    p.a = operand_make(single, m, k, a_lay, draw);
    p.b = operand_make(single, k, n, b_lay, draw);
    p.s.a_row = p.a.row, p.s.a_col = p.a.col;
    p.s.b_row = p.b.row, p.s.b_col = p.b.col;
    product_want(&p);
    return p;
}

static void product_free(Product *p)
{
    free(p->a.block);
    free(p->b.block);
    free(p->want);
}

static GemmCall product_call(const Product *p)
{
    return (GemmCall){ .a = p->a.at, .b = p->b.at, .i1 = p->s.m, .j1 = p->s.n };
}

/* Runs in a room of exactly the size that was asked for. */
static void product_run(const Product *p, const Level *level, GemmCall call)
{
    int size = (int)size_of(p->s.single);
    GemmCut cut = gemm_cut(&p->s, size, level->bytes/size);
    size_t bytes = cut.pack_bytes + cut.block_bytes;
    CU_ASSERT_EQUAL(bytes % 64, 0);
    call.room = bytes ? aligned_alloc(64, bytes) : NULL;
    level->run(&p->s, &call);
    free(call.room);
}

/* ---- into memory ---- */

enum { MARK = 12345 };

static int64_t wrong_in(const Product *p, const void *c, int64_t c_row, const GemmCall *part)
{
    int64_t wrong = 0;
    const double mark = MARK;
    const float small_mark = MARK;
    const void *same = p->s.single ? (const void *)&small_mark : &mark;
    for (int64_t i = 0; i < p->s.m; i++)
        for (int64_t j = 0; j < c_row; j++) {
            bool in = i >= part->i0 && i < part->i1 && j >= part->j0 && j < part->j1;
            wrong += in ? !numbers_same(p->s.single, p->want, i*p->s.n + j, c, i*c_row + j)
                        : !numbers_same(p->s.single, same, 0, c, i*c_row + j);
        }
    return wrong;
}

/* C lies in wider rows full of marks; what is not in the part must stay. The last row
 * ends at column n. */
static int64_t wrong_to_memory(const Product *p, const Level *level, GemmCall call)
{
    int64_t c_row = p->s.n + rng_below(&rng, 3), count = p->s.m*c_row;
    void *c = mem_new((size_t)(count + 1)*size_of(p->s.single));
    for (int64_t i = 0; i < count; i++) number_put(p->s.single, c, i, MARK);
    call.c = c, call.c_row = c_row;
    product_run(p, level, call);
    int64_t wrong = wrong_in(p, c, c_row, &call);
    free(c);
    return wrong;
}

static int64_t between(int64_t low, int64_t high)
{
    return low + rng_below(&rng, (uint32_t)(high - low + 1));
}

static int64_t wrong_at(const Product *p, const Level *level)
{
    GemmCall call = product_call(p);
    int64_t wrong = wrong_to_memory(p, level, call);
    call.i0 = between(0, p->s.m), call.i1 = between(call.i0, p->s.m);
    call.j0 = between(0, p->s.n), call.j1 = between(call.j0, p->s.n);
    return wrong + wrong_to_memory(p, level, call);
}

static int64_t wrong_at_all_levels(const Product *p)
{
    Level level[4];
    int64_t wrong = 0;
    for (int l = machine_levels(level); l-- > 0;) wrong += wrong_at(p, &level[l]);
    return wrong;
}

static int64_t draw_side(void)
{
    static const int64_t nasty[] = { 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 17, 23, 31, 32,
                                     33, 47, 63, 64, 65, 100, 129 };
    return nasty[rng_below(&rng, sizeof nasty/sizeof *nasty)];
}

static void check_random(int count, double draw(void))
{
    for (int i = 0; i < count; i++) {
        Product p = product_make(i % 2, draw_side(), draw_side(), draw_side(), rng_below(&rng, N_LAY),
                                 rng_below(&rng, N_LAY), draw);
        CU_ASSERT_EQUAL(wrong_at_all_levels(&p), 0);
        product_free(&p);
    }
}

static void test_chains_of_fma(void)
{
    rng_seed(&rng, 1);
    check_random(600, draw_tame);
}

static void test_numbers_that_are_none(void)
{
    rng_seed(&rng, 2);
    check_random(300, draw_wild);
}

static void test_every_small_shape(void)
{
    rng_seed(&rng, 3);
    for (int single = 0; single < 2; single++)
        for (int64_t m = 1; m <= 19; m++)
            for (int64_t n = 1; n <= 19; n++) {
                Product p = product_make(single, m, n, between(0, 20), LAY_ROWS + (m + n)%2, LAY_ROWS + n/2%2,
                                         draw_tame);
                CU_ASSERT_EQUAL(wrong_at_all_levels(&p), 0);
                product_free(&p);
            }
}

static void test_shapes_of_networks(void)
{
    static const struct { int64_t m, n, k; uint32_t a, b; } shape[] = {
        { 400, 16, 2, LAY_ROWS, LAY_ROWS },    { 400, 1, 16, LAY_ROWS, LAY_ROWS },
        { 16, 16, 400, LAY_COLUMNS, LAY_ROWS }, { 16, 1, 400, LAY_COLUMNS, LAY_ROWS },
        { 1, 300, 300, LAY_ROWS, LAY_ROWS },   { 300, 300, 1, LAY_ROWS, LAY_ROWS },
        { 64, 128, 784, LAY_ROWS, LAY_ROWS },  { 784, 128, 64, LAY_COLUMNS, LAY_ROWS },
        { 64, 128, 10, LAY_ROWS, LAY_COLUMNS }, { 9000, 1, 3, LAY_ROWS, LAY_ROWS },
        { 3000, 3, 5, LAY_COLUMNS, LAY_ROWS }, { 3, 500, 40, LAY_ROWS, LAY_COLUMNS },
    };
    rng_seed(&rng, 4);
    for (size_t i = 0; i < 2*sizeof shape/sizeof *shape; i++) {
        size_t at = i/2;
        Product p = product_make(i % 2, shape[at].m, shape[at].n, shape[at].k, shape[at].a, shape[at].b,
                                 draw_tame);
        CU_ASSERT_EQUAL(wrong_at_all_levels(&p), 0);
        product_free(&p);
    }
}

/* ---- to a taker ---- */

typedef struct {
    const Product *p;
    void          *c;                /* where the call's C is, NULL: in the room        */
    int64_t        c_row;
    void          *got;              /* m x n                                           */
    char          *taken;            /* how often each element was                      */
    int64_t        wrong;
} Taking;

/* Keeps the block's numbers and writes over them, in a room also over the padding. */
static void take_block(void *ctx, int64_t i, int64_t j, int64_t rows, int64_t cols, void *block,
                       int64_t ld)
{
    Taking *t = ctx;
    const bool single = t->p->s.single;
    const int64_t n = t->p->s.n;
    if (t->c) t->wrong += ld != t->c_row || (char *)block != (char *)t->c + (size_t)(i*t->c_row + j)*size_of(single);
    t->wrong += rows < 1 || cols < 1 || ld < cols || (!t->c && rows*ld*(int64_t)size_of(single) > 16384);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t l = 0; l < (t->c ? cols : ld); l++) {
            if (l < cols) {
                number_put(single, t->got, (i + r)*n + j + l, number_get(single, block, r*ld + l));
                t->taken[(i + r)*n + j + l]++;
            }
            number_put(single, block, r*ld + l, MARK);
        }
}

static int64_t wrong_taken(const Taking *t, const GemmCall *call)
{
    int64_t wrong = t->wrong, n = t->p->s.n;
    for (int64_t i = 0; i < t->p->s.m; i++)
        for (int64_t j = 0; j < n; j++) {
            bool in = i >= call->i0 && i < call->i1 && j >= call->j0 && j < call->j1;
            wrong += t->taken[i*n + j] != in;
            wrong += in && !numbers_same(t->p->s.single, t->p->want, i*n + j, t->got, i*n + j);
        }
    return wrong;
}

static int64_t wrong_to_taker(const Product *p, const Level *level, GemmCall call, bool in_c)
{
    size_t size = size_of(p->s.single), count = (size_t)(p->s.m*p->s.n + 1);
    Taking t = { .p = p, .c_row = p->s.n + 2, .got = mem_new(count*size), .taken = mem_new(count) };
    if (in_c) t.c = mem_new((size_t)(p->s.m*t.c_row + 1)*size);
    call.c = t.c, call.c_row = t.c_row;
    call.take = take_block, call.ctx = &t;
    product_run(p, level, call);
    int64_t wrong = wrong_taken(&t, &call);
    for (int64_t i = 0; in_c && i < p->s.m; i++)     /* the gap behind each row */
        for (int64_t j = p->s.n; j < t.c_row; j++) wrong += number_get(p->s.single, t.c, i*t.c_row + j) != 0;
    free(t.c);
    free(t.got);
    free(t.taken);
    return wrong;
}

static void check_taking(bool in_c)
{
    for (int i = 0; i < 200; i++) {
        Product p = product_make(i % 2, draw_side()*(i % 5 ? 1 : 3), draw_side(), draw_side(), rng_below(&rng, N_LAY),
                                 rng_below(&rng, N_LAY), draw_tame);
        GemmCall call = product_call(&p);
        Level level[4];
        for (int l = machine_levels(level); l-- > 0;) {
            CU_ASSERT_EQUAL(wrong_to_taker(&p, &level[l], call, in_c), 0);
            GemmCall part = call;
            part.i0 = between(0, p.s.m), part.i1 = between(part.i0, p.s.m);
            part.j0 = between(0, p.s.n), part.j1 = between(part.j0, p.s.n);
            CU_ASSERT_EQUAL(wrong_to_taker(&p, &level[l], part, in_c), 0);
        }
        product_free(&p);
    }
}

static void test_taker_in_room(void)
{
    rng_seed(&rng, 5);
    check_taking(false);
}

static void test_taker_in_place(void)
{
    rng_seed(&rng, 6);
    check_taking(true);
}

static void test_nothing_is_read_without_terms(void)
{
    double c[6] = { 1, 2, 3, 4, 5, 6 };
    GemmShape s = { .m = 2, .n = 2, .k = 0, .a_row = 7, .a_col = 1, .b_row = 9, .b_col = 3 };
    GemmCall call = { .c = c, .c_row = 3, .i1 = 2, .j1 = 2 };
    call.room = aligned_alloc(64, gemm_room(&s) + 64);
    gemm_run(&s, &call);
    free(call.room);
    static const double want[6] = { 0, 0, 3, 0, 0, 6 };
    CU_ASSERT(!memcmp(c, want, sizeof c));
}

CU_TestInfo gemm_tests[] = {
    { "products of random shapes and strides are chains of fma", test_chains_of_fma },
    { "so are those of infinities, NaNs, subnormals and cancelling numbers",
      test_numbers_that_are_none },
    { "every shape up to 19 x 19 is right", test_every_small_shape },
    { "the shapes of networks are right", test_shapes_of_networks },
    { "a taker gets each number once, in blocks of the room", test_taker_in_room },
    { "a taker works on C in place, and not beyond its columns", test_taker_in_place },
    { "without terms the product is zero and no operand is read",
      test_nothing_is_read_without_terms },
    CU_TEST_INFO_NULL
};
