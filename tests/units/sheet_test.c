/* sheet_test.c -- a grid of characters to draw text charts on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include "face/sheet.h"

static void check_print(const Sheet *s, const char *expected)
{
    Text out = { 0 };

    sheet_print(s, &out);
    CU_ASSERT_STRING_EQUAL(text_str(&out), expected);
    text_free(&out);
}

static void glyphs_stay_inside(void)
{
    Sheet s = sheet_make(3, 2, true);

    sheet_put(&s, 1, 0, "┤");
    sheet_put(&s, 3, 0, "x");
    sheet_put(&s, -1, 1, "x");
    sheet_put(&s, 0, 2, "x");
    check_print(&s, " ┤\n\n");
    sheet_free(&s);
}

static void text_is_cut(void)
{
    Sheet s = sheet_make(8, 1, true);

    CU_ASSERT_EQUAL(sheet_text(&s, 1, 0, "validation", 5), 5);
    check_print(&s, " vali~\n");
    CU_ASSERT_EQUAL(sheet_text(&s, 1, 0, "loss", 5), 4);
    check_print(&s, " loss~\n");
    sheet_free(&s);
}

static void wide_counts_two(void)
{
    Sheet s = sheet_make(6, 1, true), ascii = sheet_make(6, 1, false);

    CU_ASSERT_EQUAL(sheet_text(&s, 0, 0, "層1", 6), 3);
    sheet_put(&s, 3, 0, "|");
    check_print(&s, "層1|\n");
    CU_ASSERT_EQUAL(sheet_text(&ascii, 0, 0, "η=1", 6), 3);
    check_print(&ascii, "?=1\n");
    sheet_free(&s);
    sheet_free(&ascii);
}

static void control_is_made_visible(void)
{
    Sheet s = sheet_make(12, 1, true);

    sheet_text(&s, 0, 0, "a\x1b[2J\nb", 12);
    check_print(&s, "a\\x1b[2J b\n");
    sheet_free(&s);
}

CU_TestInfo sheet_tests[] = {
    { "a glyph outside the sheet is no glyph", glyphs_stay_inside },
    { "text too long is cut and says so", text_is_cut },
    { "a wide character takes two columns, and ? stands for it in ASCII", wide_counts_two },
    { "no control character reaches the sheet", control_is_made_visible },
    CU_TEST_INFO_NULL
};
