/* diag_test.c -- what diag.h promises.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <string.h>

#include "base/diag.h"

static void test_first_fault_wins(void)
{
    Diag d = { 0 };
    CU_ASSERT_EQUAL(diag_set(&d, E_SHAPE, (Span){ 3, 7 }, "axis %d is %s", 2, "short"), E_SHAPE);
    CU_ASSERT_EQUAL(diag_set(&d, E_NAME, (Span){ 0, 1 }, "another"), E_SHAPE);
    CU_ASSERT_EQUAL(d.code, E_SHAPE);
    CU_ASSERT_EQUAL(d.at.from, 3);
    CU_ASSERT_EQUAL(d.at.to, 7);
    CU_ASSERT_STRING_EQUAL(d.text, "axis 2 is short");
    CU_ASSERT_STRING_EQUAL(d.hint, "");
}

static void test_first_hint_stays(void)
{
    Diag d = { 0 };
    CU_ASSERT_EQUAL(diag_hint(&d, "Nothing is wrong."), OK);
    CU_ASSERT_STRING_EQUAL(d.hint, "");
    diag_set(&d, E_NAME, (Span){ 0, 0 }, "unknown name w9");
    CU_ASSERT_EQUAL(diag_hint(&d, "Did you mean %s?", "w5"), E_NAME);
    CU_ASSERT_EQUAL(diag_hint(&d, "Or w6?"), E_NAME);
    CU_ASSERT_STRING_EQUAL(d.hint, "Did you mean w5?");
}

static void test_clear_forgets(void)
{
    Diag d = { 0 };
    diag_set(&d, E_IO, (Span){ 1, 2 }, "no such file");
    diag_hint(&d, "Look in data.");
    diag_clear(&d);
    CU_ASSERT_EQUAL(d.code, OK);
    CU_ASSERT_STRING_EQUAL(d.text, "");
    CU_ASSERT_STRING_EQUAL(d.hint, "");
    CU_ASSERT_EQUAL(diag_set(&d, E_TYPE, (Span){ 0, 0 }, "not a number"), E_TYPE);
    CU_ASSERT_STRING_EQUAL(d.hint, "");
}

static void test_long_text_is_cut_whole(void)
{
    char longer[2001];
    for (int i = 0; i < 2000; i += 2) memcpy(longer + i, "\xCE\xB8", 2);   /* theta */
    longer[2000] = '\0';
    for (int shift = 0; shift < 2; shift++) {
        Diag d = { 0 };
        diag_set(&d, E_LIMIT, (Span){ 0, 0 }, "%s%s", shift ? "x" : "", longer);
        size_t n = strlen(d.text);
        CU_ASSERT(n < sizeof d.text && n >= sizeof d.text - 3);
        CU_ASSERT_STRING_EQUAL(d.text + n - 5, "\xCE\xB8...");
        diag_hint(&d, "%s", longer);
        CU_ASSERT_STRING_EQUAL(d.hint + strlen(d.hint) - 5, "\xCE\xB8...");
    }
}

static void test_text_that_just_fits_is_kept(void)
{
    char fits[640];
    memset(fits, 'a', 639);
    fits[639] = '\0';
    Diag d = { 0 };
    diag_set(&d, E_LIMIT, (Span){ 0, 0 }, "%s", fits);
    CU_ASSERT_STRING_EQUAL(d.text, fits);
}

static Status fail_third(int n, int *reached)
{
    Diag d = { 0 };
    TRY(OK);
    *reached = 1;
    TRY(n > 2 ? diag_set(&d, E_RANGE, (Span){ 0, 0 }, "n is %d", n) : OK);
    *reached = 2;
    return OK;
}

static void test_try_leaves_on_a_fault(void)
{
    int reached = 0;
    CU_ASSERT_EQUAL(fail_third(3, &reached), E_RANGE);
    CU_ASSERT_EQUAL(reached, 1);
    CU_ASSERT_EQUAL(fail_third(2, &reached), OK);
    CU_ASSERT_EQUAL(reached, 2);
}

CU_TestInfo diag_tests[] = {
    { "the first fault wins and keeps its place and words", test_first_fault_wins },
    { "only the first hint stays, and only with a fault", test_first_hint_stays },
    { "a cleared Diag takes the next fault", test_clear_forgets },
    { "text that is too long is cut between characters and says so", test_long_text_is_cut_whole },
    { "text that just fits is kept whole", test_text_that_just_fits_is_kept },
    { "TRY leaves at the first fault and goes on without one", test_try_leaves_on_a_fault },
    CU_TEST_INFO_NULL
};
