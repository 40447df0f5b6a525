/* chart_test.c -- pictures as plain text, for terminals without gnuplot.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/chart.h"

static void check_chart(const Picture *p, int columns, int rows, bool utf8, const char *expected)
{
    Text out = { 0 };

    chart_draw(&out, p, columns, rows, utf8);
    CU_ASSERT_STRING_EQUAL(text_str(&out), expected);
    text_free(&out);
}

static void one_line(void)
{
    double        y[] = { 0, 1, 2, 3 };
    PictureSeries s = { NULL, 4, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };

    check_chart(&p, 20, 6, false, "4+\n"
                                  " |            ******\n"
                                  "2+     *******\n"
                                  "0+*****\n"
                                  " ++----------+------\n"
                                  "  0          2\n");
    p.step = true;
    check_chart(&p, 20, 6, false, "4+\n"
                                  " |                 *\n"
                                  "2+      ************\n"
                                  "0+*******\n"
                                  " ++----------+------\n"
                                  "  0          2\n");
}

static void two_lines(void)
{
    double        up[] = { 0, 1, 2, 3 }, down[] = { 3, 2, 1, 0 };
    PictureSeries s[] = { { "up", 4, NULL, up, NULL }, { "down", 4, NULL, down, NULL } };
    Picture       p = { .kind = PICTURE_LINES, .count = 2, .series = s, .title = "two",
                        .x_label = "x" };

    check_chart(&p, 30, 9, true, "              two\n"
                                 "4┤\n"
                                 " │+++++                  *****\n"
                                 "2┤     +++++++++*********\n"
                                 " │     *********+++++++++\n"
                                 "0┤*****                  +++++\n"
                                 " └┴─────────────────┴─────────\n"
                                 "  0                 2\n"
                                 "  * up   + down              x\n");
}

static void same_line_twice(void)
{
    double        y[] = { 1, 1 };
    PictureSeries s[] = { { NULL, 2, NULL, y, NULL }, { NULL, 2, NULL, y, NULL } };
    Picture       p = { .kind = PICTURE_LINES, .count = 2, .series = s };
    Text          out = { 0 };

    chart_lines(&out, &p, 20, 6, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "*+*+*+*+"));
    text_free(&out);
}

static void holes_stay_holes(void)
{
    double        y[] = { 1, NAN, 3, INFINITY, 2 };
    PictureSeries s = { "n", 5, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };

    check_chart(&p, 24, 8, false, "3+           *\n"
                                  " |\n"
                                  "2+                     *\n"
                                  " |\n"
                                  "1+*\n"
                                  " ++----------+---------+\n"
                                  "  0          2         4\n"
                                  "  * n\n");
}

static void constant_line(void)
{
    double        y[] = { 2, 2, 2 };
    PictureSeries s = { "flat", 3, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };

    check_chart(&p, 24, 7, false, "2.2+\n"
                                  "   |\n"
                                  "  2+********************\n"
                                  "1.8+\n"
                                  "   ++---------+--------+\n"
                                  "    0         1        2\n"
                                  "    * flat\n");
}

static void one_point(void)
{
    double        y = 7;
    PictureSeries s = { NULL, 1, NULL, &y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };

    check_chart(&p, 24, 7, false, "8+\n"
                                  " |\n"
                                  "7+           *\n"
                                  " |\n"
                                  "6+\n"
                                  " ++----------+---------+\n"
                                  " -1          0         1\n");
}

static void decades(void)
{
    double        y[] = { 1, 10, 100, 1000 };
    PictureSeries s = { NULL, 4, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s, .y_scale = PICTURE_LOG };
    Text          out = { 0 };

    chart_lines(&out, &p, 24, 9, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "\n100+"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "\n  1+*"));
    text_free(&out);
}

static void nothing_is_a_sentence(void)
{
    double        y[] = { NAN };
    PictureSeries s = { "a", 1, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s };

    check_chart(&p, 80, 24, true, "Nothing to plot: none of the 1 values is finite.\n");
    p.count = 0;
    check_chart(&p, 80, 24, true, "Nothing to plot: no points yet.\n");
}

static void bars(void)
{
    static const char *const names[] = { "a", "bb", "c", "d" };
    double        y[] = { 2, 4, -1, NAN };
    PictureSeries s = { NULL, 4, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_BARS, .count = 1, .series = &s, .bar_names = names };

    check_chart(&p, 30, 10, false, "a      |####### 2\n"
                                   "bb     |############# 4\n"
                                   "c   ###| -1\n"
                                   "d      | nan\n");
}

static void histogram(void)
{
    double        y[] = { 0, .5, 1, 1, 2.5, 4 };
    PictureSeries s = { NULL, 6, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_HISTOGRAM, .count = 1, .series = &s, .bins = 4,
                        .title = "h" };

    check_chart(&p, 24, 10, false, "           h\n"
                                   "0  |########### 2\n"
                                   "1  |########### 2\n"
                                   "2  |###### 1\n"
                                   "3  |###### 1\n");
}

static void numbers_with_signs(void)
{
    double  cell[] = { 1.84, -1.79, -.02, .7 };
    Picture p = { .kind = PICTURE_HEATMAP, .rows = 2, .cols = 2, .cell = cell, .title = "W" };

    check_chart(&p, 40, 10, true, "W\n"
                                  "      0        1\n"
                                  "0  1.84 ▓▓ -1.79 ▒▒\n"
                                  "1 -0.02      0.7 ▓\n");
    check_chart(&p, 40, 10, false, "W\n"
                                   "      0        1\n"
                                   "0  1.84 ++ -1.79 --\n"
                                   "1 -0.02      0.7 +\n");
}

static void large_matrix_is_averaged(void)
{
    static double cell[900];
    Picture       p = { .kind = PICTURE_HEATMAP, .rows = 30, .cols = 30, .cell = cell };

    for (int i = 0; i < 900; i++)
        cell[i] = i / 30 - i % 30;
    check_chart(&p, 20, 6, false, "+ - -.-.-.-:-:-*-*-#\n"
                                  "+.+.+ - -.-.-.-:-:-*\n"
                                  "+:+.+.+.+ - -.-.-.-:\n"
                                  "+*+:+:+.+.+.+ - -.-.\n"
                                  "+#+*+*+:+:+.+.+.+ -\n"
                                  "from -29 to 29\n");
}

static void regions(void)
{
    double        cell[] = { 0, 0, 1, 1 }, x[] = { 0, 1 }, y[] = { 0, 1 };
    PictureSeries s = { "p", 2, x, y, NULL };
    Picture       p = { .kind = PICTURE_REGIONS, .rows = 2, .cols = 2, .cell = cell, .classes = 2,
                        .x_range = { 0, 1 }, .y_range = { 0, 1 }, .count = 1, .series = &s };

    check_chart(&p, 22, 8, false, "  1+                 *\n"
                                  "   |\n"
                                  "0.5+\n"
                                  "   |..................\n"
                                  "  0+*.................\n"
                                  "   ++--------+-------+\n"
                                  "    0       0.5      1\n"
                                  "    * p [.]\n");
}

static void loose_points_on_top(void)
{
    double        y[] = { 1, 1, 1, 1, 1 }, x[] = { 1, 2 }, two[] = { 1, 1 };
    PictureSeries s[] = { { "f", 5, NULL, y, NULL }, { "data", 2, x, two, NULL } };
    Picture       p = { .kind = PICTURE_LINES, .count = 2, .series = s, .loose = 2, .y_range = { 0, 2 } };

    check_chart(&p, 21, 8, false, "2+\n"
                                  " |\n"
                                  "1+*****+***+*********\n"
                                  " |\n"
                                  "0+\n"
                                  " ++--------+--------+\n"
                                  "  0        2        4\n"
                                  "  * f   + data\n");
}

static void second_picture_below(void)
{
    double        y[] = { 1, 2 }, z[] = { 5, 5 };
    PictureSeries s = { "loss", 2, NULL, y, NULL }, t = { "accuracy", 2, NULL, z, NULL };
    Picture       below = { .kind = PICTURE_LINES, .count = 1, .series = &t };
    Picture       p = { .kind = PICTURE_LINES, .count = 1, .series = &s, .below = &below };
    Text          out = { 0 };

    chart_draw(&out, &p, 40, 20, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "* loss"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "* accuracy"));
    text_clear(&out);
    chart_draw(&out, &p, 40, 11, false);                  /* no room for two */
    CU_ASSERT_PTR_NULL(strstr(text_str(&out), "* accuracy"));
    text_free(&out);
}

static void tiles(void)
{
    double  cell[] = { 0, 4, NAN, 4, 0, 2, 4, NAN, 0, 0 };
    Picture p = { .kind = PICTURE_HEATMAP, .rows = 2, .cols = 5, .cell = cell, .tiles = true };

    check_chart(&p, 40, 10, false, "  ##  ##\n"
                                   "::##\n"
                                   "from 0 to 4\n");
}

static void surface_tells_its_shades(void)
{
    double        cell[] = { 0, 1, 2, 3 };
    Picture       p = { .kind = PICTURE_SURFACE, .rows = 2, .cols = 2, .cell = cell, .z_label = "E",
                        .x_range = { 0, 1 }, .y_range = { 0, 1 } };
    Text          out = { 0 };

    chart_draw(&out, &p, 60, 12, false);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "E: from 0 to 3; the darker, the further from 0\n"));
    text_free(&out);
}

/* Every row short enough, and not too many of them. */
static bool fits(const Picture *p, int columns, int rows)
{
    Text        out = { 0 };
    const char *at;
    int         lines = 0;
    bool        fit = true;

    chart_draw(&out, p, columns, rows, columns % 2);
    for (at = text_str(&out); *at; lines++) {
        size_t n = strcspn(at, "\n");

        fit = fit && text_columns(at, n) <= columns;
        at += n + 1;
    }
    text_free(&out);
    return fit && lines <= rows;
}

static void every_size_fits(void)
{
    static double cell[40 * 50], y[500];
    PictureSeries s[] = { { "a long name of a series", 500, NULL, y, NULL },
                          { "層", 7, NULL, y, NULL } };
    Picture       p = { .title = "Übergröße of the weights\tη", .x_label = "epoch",
                        .y_label = "loss", .count = 2, .series = s, .rows = 40, .cols = 50,
                        .cell = cell, .x_range = { -1, 1 }, .y_range = { -2, 2 } };
    Picture       below = p;

    for (int i = 0; i < 2000; i++)
        cell[i] = sin(i * .1) * 1e-7;
    for (int i = 0; i < 500; i++)
        y[i] = 123456.789 * cos(i * .05);
    for (int kind = PICTURE_LINES; kind <= PICTURE_REGIONS; kind++)
        for (int columns = 20; columns < 140; columns += 7)
            for (int rows = 6; rows < 50; rows += 5) {
                p.kind = (PictureKind)kind;
                p.below = NULL;
                CU_ASSERT_TRUE(fits(&p, columns, rows));
                p.below = kind == PICTURE_LINES ? &below : NULL;
                CU_ASSERT_TRUE(fits(&p, columns, rows));
            }
}

static void check_spark(const double *y, int n, int columns, bool utf8, const char *expected)
{
    Text out = { 0 };

    chart_spark(&out, y, n, columns, utf8);
    CU_ASSERT_STRING_EQUAL(text_str(&out), expected);
    text_free(&out);
}

static void sparklines(void)
{
    double y[] = { 0, 1, 2, 3, 4 }, holes[] = { 1, NAN, 3, INFINITY, 2 }, flat[] = { 2, 2, 2 };
    double pairs[] = { 0, 2, 4, 6, 8, 10 };

    check_spark(y, 5, 10, true, "▁▂▃▅▇");
    check_spark(y, 5, 10, false, "_.-=#");
    check_spark(holes, 5, 10, false, "_ # -");
    check_spark(flat, 3, 10, false, "---");
    check_spark(pairs, 6, 3, false, "_-#");      /* means 1, 5, 9 */
    check_spark(y, 0, 10, true, "");
}

CU_TestInfo chart_tests[] = {
    { "a line, plain and as stairs, is drawn to the letter", one_line },
    { "two lines cross with title, label and legend", two_lines },
    { "lines that lie on each other show both marks", same_line_twice },
    { "nan and infinity break the line", holes_stay_holes },
    { "a constant line lies in the middle", constant_line },
    { "a single point has axes", one_point },
    { "a log axis is labelled in decades", decades },
    { "nothing to draw is a sentence, not an empty box", nothing_is_a_sentence },
    { "bars go both ways from zero and say their value", bars },
    { "a histogram says its counts", histogram },
    { "a small matrix shows numbers with signs and shades", numbers_with_signs },
    { "a large matrix is averaged until it fits", large_matrix_is_averaged },
    { "regions have grounds, points have marks", regions },
    { "loose points lie on top of curves", loose_points_on_top },
    { "a second picture stands below when there is room", second_picture_below },
    { "images lie side by side with nothing between", tiles },
    { "a surface tells what its shades mean", surface_tells_its_shades },
    { "every kind fits every size from 20 x 6 on", every_size_fits },
    { "a sparkline has five heights, blanks and means", sparklines },
    CU_TEST_INFO_NULL
};
