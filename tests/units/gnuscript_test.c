/* gnuscript_test.c -- a Picture written as gnuplot commands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/gnuscript.h"

static void check_text(const char *s, const char *expected)
{
    Text out = { 0 };

    gnuscript_text(&out, s);
    CU_ASSERT_STRING_EQUAL(text_str(&out), expected);
    text_free(&out);
}

static void text_is_one_string(void)
{
    check_text("loss of xor", "'loss of xor'");
    check_text("it's", "'it''s'");
    check_text("a\nb\r\x1b[2J\x7f", "'ab[2J'");
    check_text("`touch x` $(x) \"x\" @x \\", "'`touch x` $(x) \"x\" @x \\'");
    check_text("relu'", "'relu'''");
    check_text("relu''", "'relu′′'");
    check_text("'a\x01'", "'′a'''");
    check_text("a'\n'", "'a′′'");
    check_text(NULL, "''");
}

static void text_is_valid_utf8(void)
{
    check_text("\xce\xb7 = \xe5\xb1\xa4", "'\xce\xb7 = \xe5\xb1\xa4'");
    check_text("a\xffz\xc0\x80q", "'azq'");                  /* no such byte, overlong */
    check_text("a\xed\xa0\x80z", "'az'");                    /* surrogate              */
    check_text("a\xe2\x80\xaez\xe2\x80\x8bq", "'azq'");      /* direction, zero width  */
    check_text("a\xc2\x9bz", "'az'");                        /* C1                     */
    check_text("a\xe2\x82", "'a'");                          /* cut short              */
}

static void text_is_short(void)
{
    char long_one[1000];
    Text out = { 0 };

    memset(long_one, '\'', sizeof long_one);
    long_one[999] = '\0';
    gnuscript_text(&out, long_one);
    CU_ASSERT_EQUAL(out.len, 2 + 3 * 200);    /* a prime has three bytes */
    text_clear(&out);
    for (int i = 0; i + 2 < 999; i += 2)
        memcpy(long_one + i, "\xce\xb7", 3);
    gnuscript_text(&out, long_one);
    CU_ASSERT_EQUAL(out.len, 2 + 200);
    text_free(&out);
}

static Text script_of(const Picture *p)
{
    Text         out = { 0 };
    PictureFrame f = picture_frame(p);

    gnuscript_write(&out, p, &f, 900, false);
    return out;
}

static void data_read_back(void)
{
    double        x[] = { 0, 1, 2 }, y[] = { 0.1, 1e-300, -3 };
    PictureSeries s = { "a", 3, x, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };
    Text          t = script_of(&p);

    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "$d0 << EOD\n"
                                                "0 0.10000000000000001\n"
                                                "1 1e-300\n"
                                                "2 -3\n"));
    text_free(&t);
}

static void breaks_split(void)
{
    double        y[] = { NAN, 1, 2, NAN, INFINITY, 5, NAN };
    PictureSeries s = { "a", 7, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };
    Text          t = script_of(&p);

    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "$d0 << EOD\n1 1\n2 2\n\n5 5\n\nEOD\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "$i0 << EOD\n5 5\nEOD\n"));
    CU_ASSERT_PTR_NULL(strstr(text_str(&t), "nan"));
    CU_ASSERT_PTR_NULL(strstr(text_str(&t), "inf"));
    text_free(&t);
}

static int count_lines(const char *s)
{
    int n = 0;

    for (; *s; s++)
        n += *s == '\n';
    return n;
}

static void many_points_are_thinned(void)
{
    enum { MANY = 200000 };
    double       *y = malloc(MANY * sizeof *y);
    PictureSeries s = { "a", MANY, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };
    Text          t;

    for (int i = 0; i < MANY; i++)
        y[i] = sin(i * 0.001);
    y[77777] = 5;             /* one spike that may not be lost */
    t        = script_of(&p);
    CU_ASSERT_TRUE(count_lines(text_str(&t)) < 4 * 901 + 40);
    CU_ASSERT_TRUE(count_lines(text_str(&t)) > 1800);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "\n77777 5\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "EOD\n0 0\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "\n199999 "));
    text_free(&t);
    free(y);
}

static void curves_differ_without_color(void)
{
    double        y[] = { 1, 2 };
    PictureSeries s[] = { { "a", 2, NULL, y, NULL }, { "b", 2, NULL, y, NULL } };
    Picture       p = { .kind = PICTURE_LINES, .count = 2, .series = s, .markers = true };
    Text          t = script_of(&p);

    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "'#0072B2' dt solid pt 7"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "'#E69F00' dt (12,5) pt 5"));
    text_free(&t);
}

/* Every line outside the data that could run something: none may contain the
 * hostile word unquoted. Counting quotes up to the word shows it is inside. */
static bool is_quoted(const char *script, const char *word)
{
    for (const char *at = script; (at = strstr(at, word)) != NULL; at++) {
        const char *line = at;
        int         quotes = 0;

        while (line > script && line[-1] != '\n')
            quotes += *--line == '\'';
        if (quotes % 2 == 0) return false;
    }
    return true;
}

static void names_stay_in_quotes(void)
{
    static const char *const bad[] = { "a'\n!HOSTILE\n'", "'.HOSTILE.'", "`HOSTILE`", "''HOSTILE" };
    double        y[] = { 1, 2 }, cell[] = { 1, 2, 3, 4 };
    PictureSeries s[] = { { bad[0], 2, NULL, y, NULL }, { bad[1], 2, NULL, y, NULL } };
    Picture       p = { .title = bad[0], .x_label = bad[1], .y_label = bad[2], .z_label = bad[3],
                        .count = 2, .series = s, .bar_names = bad, .rows = 2, .cols = 2,
                        .cell = cell, .row_names = bad, .col_names = bad + 2,
                        .x_range = { 0, 1 }, .y_range = { 0, 4 } };

    for (int kind = PICTURE_LINES; kind <= PICTURE_REGIONS; kind++) {
        Text t;

        p.kind = (PictureKind)kind;
        t      = script_of(&p);
        CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "HOSTILE"));
        CU_ASSERT_TRUE(is_quoted(text_str(&t), "HOSTILE"));
        CU_ASSERT_PTR_NULL(strstr(text_str(&t), "\n!"));
        text_free(&t);
    }
}

/* gnuplot draws an image from all its pixels in order: a missing one shifts the rest. */
static void images_are_whole(void)
{
    enum { SIDE = 110 };
    static double cell[SIDE * SIDE];
    Picture       p = { .kind = PICTURE_HEATMAP, .rows = SIDE, .cols = SIDE, .cell = cell };
    int           lines = 0;
    Text          t;

    cell[5] = NAN;
    t = script_of(&p);
    for (const char *at = strstr(text_str(&t), "$d0 << EOD\n"); at && strncmp(at + 1, "EOD", 3) != 0; lines++)
        at = strchr(at + 1, '\n');
    CU_ASSERT_EQUAL(lines, SIDE * SIDE + 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "\n5 0 NaN 0\n"));
    text_free(&t);
}

static void panels_share_margins(void)
{
    double        y[] = { 1, 2 };
    PictureSeries s = { "a", 2, NULL, y, NULL };
    Picture       below = { .kind = PICTURE_LINES, .count = 1, .series = &s, .y_label = "under" };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s, .below = &below };
    Text          t = script_of(&p);
    const char   *one = strstr(text_str(&t), "set lmargin at screen"), *two = one ? strstr(one + 1, "set lmargin at screen") : NULL;

    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "set multiplot layout 2,1"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(two);
    CU_ASSERT_PTR_NOT_NULL(strstr(two, "set ylabel 'under'"));
    CU_ASSERT_PTR_NOT_NULL(strstr(two, "unset multiplot"));
    text_free(&t);
}

static void many_points_leave_no_more_than_marks(void)
{
    enum { MANY = 100000 };
    static double x[MANY], y[MANY];
    PictureSeries s = { "p", MANY, x, y, NULL };
    Picture       p = { .kind = PICTURE_POINTS, .count = 1, .series = &s };
    Text          t;

    for (int i = 0; i < MANY; i++) {
        x[i] = i % 317;
        y[i] = exp(i % 1009 / 50.0);                  /* over a logarithmic axis, too */
    }
    p.y_scale = PICTURE_LOG;
    t = script_of(&p);
    CU_ASSERT_TRUE(t.len < 60000 * 40);
    text_free(&t);
}

CU_TestInfo gnuscript_tests[] = {
    { "a text is one quoted string without control characters", text_is_one_string },
    { "a text is valid UTF-8 without invisible characters", text_is_valid_utf8 },
    { "a text has at most 200 bytes and no half character", text_is_short },
    { "data are written so that they read back exactly", data_read_back },
    { "values that are not finite split the curve and are never sent", breaks_split },
    { "200000 points are thinned to the pixels and keep a spike", many_points_are_thinned },
    { "curves differ in colour, dash and mark", curves_differ_without_color },
    { "hostile names stay in quotes in every kind of picture", names_stay_in_quotes },
    { "the pixels of an image are all there, those without a number too", images_are_whole },
    { "two pictures, one below the other, have the same margins", panels_share_margins },
    { "100000 loose points are thinned to the spots that marks cover", many_points_leave_no_more_than_marks },
    CU_TEST_INFO_NULL
};
