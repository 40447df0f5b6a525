/* mem_test.c -- what mem.h promises.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

static bool all_zero(const void *p, size_t n)
{
    const unsigned char *byte = p;
    for (size_t i = 0; i < n; i++) {
        if (byte[i]) return false;
    }
    return true;
}

static void test_new_is_zero(void)
{
    char *p = mem_new(1000);
    CU_ASSERT(all_zero(p, 1000));
    free(p);
    p = mem_new(0);
    CU_ASSERT_PTR_NOT_NULL(p);
    free(p);
}

static void test_strings_are_copied(void)
{
    char from[] = "gradient";
    char *a = mem_str(from), *b = mem_strn(from, 4), *c = mem_strn(NULL, 0);
    from[0] = 'X';
    CU_ASSERT_STRING_EQUAL(a, "gradient");
    CU_ASSERT_STRING_EQUAL(b, "grad");
    CU_ASSERT_STRING_EQUAL(c, "");
    free(a);
    free(b);
    free(c);
}

static void test_checked_sizes(void)
{
    size_t c = 0;
    CU_ASSERT(mem_mul(6, 7, &c));
    CU_ASSERT_EQUAL(c, 42);
    CU_ASSERT(mem_mul(SIZE_MAX, 1, &c));
    CU_ASSERT_EQUAL(c, SIZE_MAX);
    CU_ASSERT_FALSE(mem_mul(SIZE_MAX / 2 + 1, 2, &c));
    CU_ASSERT_FALSE(mem_mul((size_t)1 << 32, (size_t)1 << 32, &c));
    CU_ASSERT(mem_add(SIZE_MAX - 1, 1, &c));
    CU_ASSERT_EQUAL(c, SIZE_MAX);
    CU_ASSERT_FALSE(mem_add(SIZE_MAX, 1, &c));
}

static void test_grow_keeps_what_is_there(void)
{
    int *v = NULL, cap = 0;
    for (int n = 0; n < 1000; n++) {
        GROW(v, n, cap);
        v[n] = n * n;
    }
    CU_ASSERT_EQUAL(cap, 1024);
    int wrong = 0;
    for (int n = 0; n < 1000; n++) wrong += v[n] != n * n;
    CU_ASSERT_EQUAL(wrong, 0);
    free(v);
}

/* Run act in a child; its exit status, and what it wrote to stderr. */
static int child_status(void (*act)(void), char *said, size_t size)
{
    int ends[2];
    if (pipe(ends) != 0) return -1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], said + n, size - 1 - n)) > 0;) n += (size_t)got;
    said[n] = '\0';
    close(ends[0]);
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

static void grow_beyond(void)
{
    mem_grow(NULL, SIZE_MAX / 2, 4);
}

static void arena_beyond(void)
{
    Arena a = { 0 };
    arena_alloc(&a, SIZE_MAX - 3);
}

static void test_out_of_memory_ends_the_program(void)
{
    static void (*const ACTS[])(void) = { grow_beyond, arena_beyond };
    for (int i = 0; i < 2; i++) {
        char said[500];
        CU_ASSERT_EQUAL(child_status(ACTS[i], said, sizeof said), 70);
        CU_ASSERT_EQUAL(strncmp(said, "gradus: out of memory", 21), 0);
        char *line = strchr(said, '\n');
        CU_ASSERT(line && line[1] == '\0');
    }
}

static void test_take_is_aligned_zeroed_and_counted(void)
{
    static const size_t SIZES[] = { 1, 63, 64, 65, 100000 };
    size_t before = mem_taken();
    for (int i = 0; i < 5; i++) {
        char *p = mem_take(SIZES[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(p);
        CU_ASSERT_EQUAL((uintptr_t)p % 64, 0);
        CU_ASSERT(all_zero(p, SIZES[i]));
        CU_ASSERT_EQUAL(mem_taken(), before + SIZES[i]);
        memset(p, 0xFF, SIZES[i]);
        mem_give(p, SIZES[i]);
        CU_ASSERT_EQUAL(mem_taken(), before);
    }
    void *none = mem_take(0);
    CU_ASSERT_PTR_NOT_NULL(none);
    mem_give(none, 0);
    mem_give(NULL, 50);
    CU_ASSERT_EQUAL(mem_taken(), before);
}

static void test_budget_is_held(void)
{
    size_t usual = mem_budget(), before = mem_taken();
    mem_set_budget(before + 1000);
    void *a = mem_take(600);
    CU_ASSERT_PTR_NOT_NULL(a);
    CU_ASSERT_PTR_NULL(mem_take(401));
    CU_ASSERT_EQUAL(mem_taken(), before + 600);
    void *b = mem_take(400);
    CU_ASSERT_PTR_NOT_NULL(b);
    CU_ASSERT_PTR_NULL(mem_take(1));
    mem_give(a, 600);
    mem_give(b, 400);
    CU_ASSERT_PTR_NULL(mem_take(SIZE_MAX));
    CU_ASSERT_PTR_NULL(mem_take(SIZE_MAX - 100));
    mem_set_budget(usual);
    CU_ASSERT_EQUAL(mem_taken(), before);
    CU_ASSERT_EQUAL(mem_budget(), usual);
}

static void test_budget_is_half_the_machine(void)
{
    double half = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 2;
    CU_ASSERT_DOUBLE_EQUAL((double)mem_budget(), half, 65536);
}

static void test_arena_pieces_stay_apart(void)
{
    enum { PIECES = 4000 };
    Arena a = { 0 };
    static unsigned char *piece[PIECES];
    int bad = 0;
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i % 97 == 0 ? 9000 : i % 50;
        piece[i] = arena_alloc(&a, size);
        bad += (uintptr_t)piece[i] % 16 != 0 || !all_zero(piece[i], size);
        memset(piece[i], (int)(i % 255 + 1), size);
    }
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i % 97 == 0 ? 9000 : i % 50;
        for (size_t k = 0; k < size; k++) bad += piece[i][k] != i % 255 + 1;
    }
    CU_ASSERT_EQUAL(bad, 0);
    arena_clear(&a);
    CU_ASSERT_PTR_NULL(a.block);
    arena_clear(&a);
}

static void test_arena_strings(void)
{
    Arena a = { 0 };
    char *s = arena_str(&a, "W[0, 1]"), *t = arena_strn(&a, "W[0, 1]", 1);
    double *v = ARENA_ARRAY(&a, double, 1000);
    v[999] = 1;
    CU_ASSERT_STRING_EQUAL(s, "W[0, 1]");
    CU_ASSERT_STRING_EQUAL(t, "W");
    CU_ASSERT_STRING_EQUAL(arena_strn(&a, NULL, 0), "");
    arena_clear(&a);
    CU_ASSERT_STRING_EQUAL(arena_str(&a, "again"), "again");
    arena_clear(&a);
}

CU_TestInfo mem_tests[] = {
    { "new memory is zero", test_new_is_zero },
    { "strings are copied, whole or in part", test_strings_are_copied },
    { "sizes that do not fit are refused", test_checked_sizes },
    { "a grown array keeps what is there", test_grow_keeps_what_is_there },
    { "out of memory prints one line and ends with 70", test_out_of_memory_ends_the_program },
    { "large buffers are aligned, zeroed and counted", test_take_is_aligned_zeroed_and_counted },
    { "the memory budget is held to the byte", test_budget_is_held },
    { "the budget is half of the machine's memory at first", test_budget_is_half_the_machine },
    { "pieces of an arena are zero, aligned and apart", test_arena_pieces_stay_apart },
    { "an arena copies strings and serves again once cleared", test_arena_strings },
    CU_TEST_INFO_NULL
};
