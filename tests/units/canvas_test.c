/* canvas_test.c -- drawing on a grid of cells.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/canvas.h"

/* The canvas as text; a static copy, so that a test is one line. */
static const char *shown(const Canvas *c, bool ascii)
{
    static char copy[4096];
    Text t = { 0 };
    canvas_print(c, ascii, &t);
    copy[0] = '\0';
    strncat(copy, text_str(&t), sizeof copy - 1);
    text_free(&t);
    return copy;
}

static void test_sizes_are_clamped(void)
{
    Canvas *c = canvas_new(0, -5);
    CU_ASSERT_EQUAL(c->w, 1);
    CU_ASSERT_EQUAL(c->h, 1);
    canvas_free(c);
    c = canvas_new(65535, 2);
    CU_ASSERT_EQUAL(c->w, 1000);
    canvas_free(c);
    canvas_free(NULL);
}

static void test_text_takes_its_columns(void)
{
    Canvas *c = canvas_new(20, 2);
    CU_ASSERT_EQUAL(canvas_text(c, (Point){ 1, 0 }, STYLE_BOLD, "θ = 0.5"), 7);
    CU_ASSERT_EQUAL(canvas_text(c, (Point){ 0, 1 }, STYLE_NORMAL, "漢字x\nnever"), 5);
    CU_ASSERT_STRING_EQUAL(shown(c, false), " θ = 0.5\n漢字x\n");
    CU_ASSERT_EQUAL(canvas_at(c, 1, 0).glyph, 0x3B8);
    CU_ASSERT_EQUAL(canvas_at(c, 1, 0).style, STYLE_BOLD);
    CU_ASSERT_EQUAL(canvas_at(c, 1, 1).glyph, 0);
    CU_ASSERT_EQUAL(canvas_at(c, 4, 1).glyph, 'x');
    CU_ASSERT_EQUAL(canvas_at(c, 99, 99).glyph, ' ');
    canvas_free(c);
}

static void test_what_upsets_terminals_is_never_stored(void)
{
    Canvas *c = canvas_new(20, 1);
    canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL, "a\033[2Jb\x7F");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "a?[2Jb?\n");
    canvas_clear(c);
    /* right-to-left override, zero width space, a combining acute, invalid bytes */
    int n = canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL,
                        "a\u202E\u200Bb\u0301c\xFF\xC0\x80\xED\xA0\x80|");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "abc??????|\n");
    CU_ASSERT_EQUAL(n, 10);
    canvas_free(c);
}

static void test_everything_is_clipped(void)
{
    Canvas *c = canvas_new(6, 3);
    canvas_text(c, (Point){ -2, 0 }, STYLE_NORMAL, "abcdefghijkl");
    canvas_text(c, (Point){ 0, 7 }, STYLE_NORMAL, "no");
    Rect old = canvas_clip(c, (Rect){ 2, 1, 2, 50 });
    CU_ASSERT_EQUAL(old.w, 6);
    canvas_text(c, (Point){ 0, 1 }, STYLE_NORMAL, "abcdef");
    canvas_fill(c, (Rect){ -100, 2, 1000, 1 }, STYLE_NORMAL, '#');
    canvas_clip(c, old);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "cdefgh\n  cd\n  ##\n");
    canvas_clip(c, (Rect){ INT_MAX, INT_MIN, INT_MAX, INT_MAX });
    canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL, "zzz");
    canvas_text(c, (Point){ INT_MAX, INT_MAX }, STYLE_NORMAL, "漢zz");
    canvas_box(c, (Rect){ INT_MAX, INT_MIN, INT_MAX, INT_MAX }, STYLE_NORMAL, "t");
    canvas_line(c, (Point){ INT_MIN, INT_MIN }, (Point){ INT_MAX, 3 }, STYLE_NORMAL, LINE_LIGHT);
    canvas_rule(c, (Point){ INT_MIN, 0 }, (Point){ INT_MAX, 0 }, STYLE_NORMAL, LINE_LIGHT);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "cdefgh\n  cd\n  ##\n");
    canvas_free(c);
}

static void test_half_a_wide_character_is_never_left(void)
{
    Canvas *c = canvas_new(6, 1);
    canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL, "漢字");
    canvas_put(c, (Point){ 1, 0 }, STYLE_NORMAL, 'x');
    CU_ASSERT_STRING_EQUAL(shown(c, false), " x字\n");
    canvas_put(c, (Point){ 2, 0 }, STYLE_NORMAL, 'y');
    CU_ASSERT_STRING_EQUAL(shown(c, false), " xy\n");
    canvas_text(c, (Point){ 1, 0 }, STYLE_NORMAL, "漢");
    CU_ASSERT_STRING_EQUAL(shown(c, false), " 漢\n");
    canvas_text(c, (Point){ 2, 0 }, STYLE_NORMAL, "字");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "  字\n");
    canvas_clear(c);
    canvas_text(c, (Point){ 5, 0 }, STYLE_NORMAL, "漢");
    canvas_text(c, (Point){ -1, 0 }, STYLE_NORMAL, "字z");
    CU_ASSERT_STRING_EQUAL(shown(c, false), " z\n");
    canvas_free(c);
}

static void test_fit_says_what_was_cut(void)
{
    Canvas *c = canvas_new(12, 5);
    canvas_fit(c, (Point){ 0, 0 }, 6, STYLE_NORMAL, "123456");
    canvas_fit(c, (Point){ 0, 1 }, 6, STYLE_NORMAL, "1234567");
    canvas_fit(c, (Point){ 0, 2 }, -6, STYLE_NORMAL, "42");
    canvas_fit(c, (Point){ 0, 3 }, 4, STYLE_NORMAL, "漢字漢");
    canvas_fit(c, (Point){ 0, 4 }, 0, STYLE_NORMAL, "x");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "123456\n12345…\n    42\n漢 …\n");
    CU_ASSERT_STRING_EQUAL(shown(c, true), "123456\n12345~\n    42\n?  ~\n");
    canvas_free(c);
}

static void test_wrap_breaks_at_blanks(void)
{
    Canvas *c = canvas_new(10, 5);
    Rect r = { 1, 0, 8, 5 };
    CU_ASSERT_EQUAL(canvas_wrap(c, r, STYLE_NORMAL, "the chain rule\nabcdefghijk x"), 5);
    CU_ASSERT_STRING_EQUAL(shown(c, false), " the\n chain\n rule\n abcdefgh\n ijk x\n");
    canvas_clear(c);
    CU_ASSERT_EQUAL(canvas_wrap(c, r, STYLE_NORMAL, "an error, a sum"), 3);
    CU_ASSERT_STRING_EQUAL(shown(c, false), " an\n error, a\n sum\n");
    canvas_clear(c);
    r.h = 1;
    CU_ASSERT_EQUAL(canvas_wrap(c, r, STYLE_NORMAL, "one two three"), 2);
    CU_ASSERT_STRING_EQUAL(shown(c, false), " one two\n");
    r.w = 0;
    CU_ASSERT_EQUAL(canvas_wrap(c, r, STYLE_NORMAL, "abc"), 3);
    canvas_free(c);
}

static void test_boxes_that_touch_join(void)
{
    Canvas *c = canvas_new(12, 5);
    canvas_box(c, (Rect){ 0, 0, 6, 3 }, STYLE_DIM, NULL);
    canvas_box(c, (Rect){ 5, 0, 7, 3 }, STYLE_DIM, NULL);
    canvas_box(c, (Rect){ 0, 2, 12, 3 }, STYLE_DIM, NULL);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "┌────┬─────┐\n"
                                            "│    │     │\n"
                                            "├────┴─────┤\n"
                                            "│          │\n"
                                            "└──────────┘\n");
    CU_ASSERT_STRING_EQUAL(shown(c, true), "+----+-----+\n"
                                           "|    |     |\n"
                                           "+----+-----+\n"
                                           "|          |\n"
                                           "+----------+\n");
    canvas_free(c);
}

static void test_a_box_has_a_title(void)
{
    Canvas *c = canvas_new(14, 3);
    canvas_box(c, (Rect){ 0, 0, 14, 3 }, STYLE_DIM, "network");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "┌ network ───┐\n│            │\n└────────────┘\n");
    CU_ASSERT_EQUAL(canvas_at(c, 2, 0).style, STYLE_TITLE);
    canvas_clear(c);
    canvas_box(c, (Rect){ 0, 0, 9, 2 }, STYLE_FOCUS, "gradients");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "┌ grad… ┐\n└───────┘\n");
    CU_ASSERT_EQUAL(canvas_at(c, 2, 0).style, STYLE_FOCUS);
    canvas_free(c);
}

static void test_rules_end_where_they_meet(void)
{
    Canvas *c = canvas_new(7, 3);
    canvas_rule(c, (Point){ 3, 0 }, (Point){ 3, 2 }, STYLE_NORMAL, LINE_LIGHT);
    canvas_rule(c, (Point){ 3, 1 }, (Point){ 6, 1 }, STYLE_NORMAL, LINE_LIGHT);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "   │\n   ├───\n   │\n");
    canvas_rule(c, (Point){ 3, 1 }, (Point){ 0, 1 }, STYLE_NORMAL, LINE_HEAVY);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "   │\n━━━╋───\n   │\n");
    canvas_rule(c, (Point){ 0, 0 }, (Point){ 2, 2 }, STYLE_NORMAL, LINE_LIGHT);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "   │\n━━━╋───\n   │\n");
    canvas_free(c);
}

static void test_lines_lean(void)
{
    Canvas *c = canvas_new(9, 5);
    canvas_line(c, (Point){ 0, 0 }, (Point){ 4, 4 }, STYLE_NORMAL, LINE_LIGHT);
    canvas_line(c, (Point){ 0, 4 }, (Point){ 4, 0 }, STYLE_NORMAL, LINE_LIGHT);
    CU_ASSERT_STRING_EQUAL(shown(c, true), "\\   /\n \\ /\n  X\n / \\\n/   \\\n");
    CU_ASSERT_EQUAL(canvas_at(c, 2, 2).glyph, 0x2573);
    canvas_clear(c);
    canvas_line(c, (Point){ 8, 2 }, (Point){ 0, 0 }, STYLE_NORMAL, LINE_LIGHT);
    CU_ASSERT_STRING_EQUAL(shown(c, true), "---\n   \\---\n       \\-\n");
    canvas_clear(c);
    canvas_line(c, (Point){ 1, 4 }, (Point){ 1, 1 }, STYLE_NORMAL, LINE_HEAVY);
    canvas_line(c, (Point){ 4, 0 }, (Point){ 4, 0 }, STYLE_NORMAL, LINE_LIGHT);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "    ─\n ┃\n ┃\n ┃\n ┃\n");
    canvas_free(c);
}

static void test_wires_turn_corners(void)
{
    Canvas *c = canvas_new(9, 3);
    canvas_wire(c, (Point){ 0, 0 }, (Point){ 8, 2 }, 4, STYLE_NORMAL);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "────┐\n    │\n    └────\n");
    canvas_wire(c, (Point){ 0, 2 }, (Point){ 8, 2 }, 4, STYLE_NORMAL);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "────┐\n    │\n────┴────\n");
    canvas_free(c);
}

static void test_signed_numbers_have_five_intensities(void)
{
    CU_ASSERT_EQUAL(style_signed(0, 1), STYLE_DIM);
    CU_ASSERT_EQUAL(style_signed(-0.0, 1), STYLE_DIM);
    CU_ASSERT_EQUAL(style_signed(1e-300, 1), STYLE_POSITIVE1);
    CU_ASSERT_EQUAL(style_signed(0.2, 1), STYLE_POSITIVE1);
    CU_ASSERT_EQUAL(style_signed(0.5, 1), STYLE_POSITIVE3);
    CU_ASSERT_EQUAL(style_signed(-1.9, 2), STYLE_NEGATIVE5);
    CU_ASSERT_EQUAL(style_signed(7, 2), STYLE_POSITIVE5);
    CU_ASSERT_EQUAL(style_signed(-7, 0), STYLE_NEGATIVE5);
    CU_ASSERT_EQUAL(style_signed(NAN, 1), STYLE_WARN);
    CU_ASSERT_EQUAL(style_signed(INFINITY, 1), STYLE_WARN);
}

static void test_a_sign_stands_beside_every_colour(void)
{
    Canvas *c = canvas_new(20, 1);
    canvas_shade(c, (Point){ 0, 0 }, 3, 2, 2);
    canvas_shade(c, (Point){ 4, 0 }, 3, -1, 2);
    canvas_shade(c, (Point){ 8, 0 }, 3, 0, 2);
    canvas_shade(c, (Point){ 12, 0 }, 3, NAN, 2);
    canvas_shade(c, (Point){ 16, 0 }, 1, -2, 2);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "+██ -▒▒ ·   !   -\n");
    CU_ASSERT_STRING_EQUAL(shown(c, true), "+## -:: .   !   -\n");
    CU_ASSERT_EQUAL(canvas_at(c, 5, 0).style, STYLE_NEGATIVE3);
    canvas_free(c);
}

static void test_every_glyph_we_draw_has_an_ascii_stand_in(void)
{
    for (uint32_t g = 0x2500; g <= 0x2503; g++) CU_ASSERT_NOT_EQUAL(glyph_ascii(g), '?');
    for (int i = 0; i <= 8; i++) CU_ASSERT_NOT_EQUAL(glyph_ascii(glyph_block(i)), '?');
    for (uint32_t g = 0x3B1; g <= 0x3C9; g++) CU_ASSERT_NOT_EQUAL(glyph_ascii(g), '?');
    CU_ASSERT_EQUAL(glyph_ascii(0x3B1), 'a');
    CU_ASSERT_EQUAL(glyph_ascii(0x3B7), 'h');
    CU_ASSERT_EQUAL(glyph_ascii(0x3C3), 's');
    CU_ASSERT_EQUAL(glyph_ascii(0x3C9), 'w');
    CU_ASSERT_EQUAL(glyph_ascii(0x3A3), 'S');
    CU_ASSERT_EQUAL(glyph_ascii(0x3A9), 'W');
    CU_ASSERT_EQUAL(glyph_ascii(0x2202), 'd');
    CU_ASSERT_EQUAL(glyph_ascii(0x2192), '>');
    CU_ASSERT_EQUAL(glyph_ascii(0x25CF), '@');
    CU_ASSERT_EQUAL(glyph_ascii(0x251B), '#');
    CU_ASSERT_EQUAL(glyph_ascii(0x2518), '+');
    CU_ASSERT_EQUAL(glyph_ascii(0x6F22), '?');
    CU_ASSERT_EQUAL(glyph_ascii('~'), '~');
}

static void test_styles_change_without_glyphs(void)
{
    Canvas *c = canvas_new(4, 1);
    canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL, "abcd");
    canvas_style(c, (Rect){ 1, 0, 2, 9 }, STYLE_CURSOR);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "abcd\n");
    CU_ASSERT_EQUAL(canvas_at(c, 0, 0).style, STYLE_NORMAL);
    CU_ASSERT_EQUAL(canvas_at(c, 1, 0).style, STYLE_CURSOR);
    CU_ASSERT_EQUAL(canvas_at(c, 3, 0).style, STYLE_NORMAL);
    canvas_free(c);
}

static void test_the_twin_leaves_blanks_out(void)
{
    Canvas *c = canvas_new(9, 5);
    CU_ASSERT_STRING_EQUAL(shown(c, false), "");
    canvas_text(c, (Point){ 2, 1 }, STYLE_NORMAL, "x  ");
    CU_ASSERT_STRING_EQUAL(shown(c, false), "\n  x\n");
    canvas_free(c);
}

CU_TestInfo canvas_tests[] = {
    { "a canvas has between 1 and 1000 rows and columns", test_sizes_are_clamped },
    { "text takes as many cells as it has columns", test_text_takes_its_columns },
    { "what upsets a terminal is never stored", test_what_upsets_terminals_is_never_stored },
    { "nothing outside the clip is touched", test_everything_is_clipped },
    { "half a wide character is never left", test_half_a_wide_character_is_never_left },
    { "text that does not fit ends in an ellipsis", test_fit_says_what_was_cut },
    { "wrapped text breaks at blanks", test_wrap_breaks_at_blanks },
    { "boxes that touch join", test_boxes_that_touch_join },
    { "a box has a title in its edge", test_a_box_has_a_title },
    { "rules end where they meet", test_rules_end_where_they_meet },
    { "lines lean, and cross", test_lines_lean },
    { "wires turn corners", test_wires_turn_corners },
    { "a signed number has one of five intensities", test_signed_numbers_have_five_intensities },
    { "a sign stands beside every colour", test_a_sign_stands_beside_every_colour },
    { "every glyph drawn has an ASCII stand-in", test_every_glyph_we_draw_has_an_ascii_stand_in },
    { "styles change without the glyphs", test_styles_change_without_glyphs },
    { "the text twin leaves trailing blanks out", test_the_twin_leaves_blanks_out },
    CU_TEST_INFO_NULL
};
