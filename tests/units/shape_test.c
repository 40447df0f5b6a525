/* shape_test.c -- shapes: equal, printed, broadcast, and where elements lie.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <string.h>

#include "graph/node.h"

static Shape made(int rank, int64_t a, int64_t b, int64_t c)
{
    return shape_of(rank, (int64_t[]){ a, b, c });
}

static void equal(void)
{
    Shape a = made(2, 2, 3, 0), b = made(2, 2, 3, 9), c = made(2, 3, 2, 0), d = made(1, 2, 0, 0);
    CU_ASSERT_TRUE(shape_equal(&a, &b));
    CU_ASSERT_FALSE(shape_equal(&a, &c));
    CU_ASSERT_FALSE(shape_equal(&a, &d));
}

static void length(void)
{
    Shape number = made(0, 0, 0, 0), cube = made(3, 2, 3, 4), empty = made(2, 3, 0, 0);
    CU_ASSERT_EQUAL(shape_len(&number), 1);
    CU_ASSERT_EQUAL(shape_len(&cube), 24);
    CU_ASSERT_EQUAL(shape_len(&empty), 0);
}

static void printed(void)
{
    char  buf[SHAPE_TEXT];
    Shape number = made(0, 0, 0, 0), three = made(1, 3, 0, 0), two = made(2, 2, 3, 0);
    CU_ASSERT_STRING_EQUAL(shape_print(buf, &number), "a number");
    CU_ASSERT_STRING_EQUAL(shape_print(buf, &three), "(3)");
    CU_ASSERT_STRING_EQUAL(shape_print(buf, &two), "(2, 3)");
}

static void longest_printed(void)
{
    char    buf[SHAPE_TEXT];
    int64_t dim[LIMIT_RANK];
    for (int i = 0; i < LIMIT_RANK; i++) dim[i] = LIMIT_DIM;
    Shape s = shape_of(LIMIT_RANK, dim);
    shape_print(buf, &s);
    CU_ASSERT_EQUAL(strlen(buf), 8 * strlen("2147483647") + 7 * strlen(", ") + 2);
}

static bool fits(Shape *out, Shape a, Shape b)
{
    const Shape *pair[2] = { &a, &b };
    return shape_broadcast(out, pair, 2);
}

static void broadcast(void)
{
    Shape s, expect = made(2, 2, 3, 0);
    CU_ASSERT_TRUE(fits(&s, made(2, 2, 3, 0), made(1, 3, 0, 0)) && shape_equal(&s, &expect));
    CU_ASSERT_TRUE(fits(&s, made(2, 2, 1, 0), made(2, 1, 3, 0)) && shape_equal(&s, &expect));
    CU_ASSERT_TRUE(fits(&s, made(0, 0, 0, 0), made(2, 2, 3, 0)) && shape_equal(&s, &expect));
    CU_ASSERT_FALSE(fits(&s, made(2, 2, 3, 0), made(1, 2, 0, 0)));
    Shape empty = made(2, 0, 3, 0);
    CU_ASSERT_TRUE(fits(&s, made(2, 0, 3, 0), made(2, 1, 3, 0)) && shape_equal(&s, &empty));
}

static void broadcast_index(void)
{
    Shape out = made(2, 2, 3, 0), row = made(1, 3, 0, 0), col = made(2, 2, 1, 0);
    Shape number = made(0, 0, 0, 0);
    const int64_t rows[6] = { 0, 1, 2, 0, 1, 2 }, cols[6] = { 0, 0, 0, 1, 1, 1 };
    for (int64_t at = 0; at < 6; at++) {
        CU_ASSERT_EQUAL(shape_index(&out, at, &row), rows[at]);
        CU_ASSERT_EQUAL(shape_index(&out, at, &col), cols[at]);
        CU_ASSERT_EQUAL(shape_index(&out, at, &number), 0);
        CU_ASSERT_EQUAL(shape_index(&out, at, &out), at);
    }
}

static void unravel(void)
{
    Shape   s = made(3, 2, 3, 4);
    int64_t index[LIMIT_RANK];
    shape_unravel(&s, 17, index);
    CU_ASSERT_EQUAL(index[0], 1);
    CU_ASSERT_EQUAL(index[1], 1);
    CU_ASSERT_EQUAL(index[2], 1);
    for (int64_t at = 0; at < 24; at++) {
        shape_unravel(&s, at, index);
        CU_ASSERT_EQUAL(shape_ravel(&s, index), at);
    }
}

CU_TestInfo shape_tests[] = {
    { "shapes are equal when rank and all lengths are", equal },
    { "a number has one element, an empty axis leaves none", length },
    { "shapes print as in messages", printed },
    { "the longest shape fits its buffer", longest_printed },
    { "broadcasting lines up last axes and repeats those of length 1", broadcast },
    { "a broadcast element reads the right element of its source", broadcast_index },
    { "flat places and indices lead to each other", unravel },
    CU_TEST_INFO_NULL
};
