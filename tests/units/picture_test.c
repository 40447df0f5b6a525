/* picture_test.c -- ranges, bins and checks that every way of drawing shares.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "face/picture.h"

static Picture lines(const PictureSeries *s, int count)
{
    Picture p = { .kind = PICTURE_LINES, .count = count, .series = s };

    return p;
}

static void frame_spans_data(void)
{
    double        x[] = { 2, 4, 3 }, y[] = { -1, 5, 0 };
    PictureSeries s = { "a", 3, x, y, NULL };
    Picture       p = lines(&s, 1);
    PictureFrame  f = picture_frame(&p);

    CU_ASSERT_DOUBLE_EQUAL(f.x_from, 2, 0);
    CU_ASSERT_DOUBLE_EQUAL(f.x_to, 4, 0);
    CU_ASSERT_DOUBLE_EQUAL(f.y_from, -1, 0);
    CU_ASSERT_DOUBLE_EQUAL(f.y_to, 5, 0);
    CU_ASSERT_FALSE(f.log_y);
}

static void one_value_gets_width(void)
{
    double        y[] = { 5, 5, 5 }, zero = 0, big = 1e290;
    PictureSeries s[] = { { "flat", 3, NULL, y, NULL }, { "zero", 1, NULL, &zero, NULL },
                          { "big", 1, NULL, &big, NULL } };
    Picture       p = lines(s, 1);
    PictureFrame  f = picture_frame(&p);

    CU_ASSERT_DOUBLE_EQUAL(f.y_from, 4.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(f.y_to, 5.5, 1e-12);
    p = lines(s + 1, 1);
    f = picture_frame(&p);
    CU_ASSERT_DOUBLE_EQUAL(f.y_from, -1, 0);
    CU_ASSERT_DOUBLE_EQUAL(f.y_to, 1, 0);
    CU_ASSERT_DOUBLE_EQUAL(f.x_from, -1, 0);
    p = lines(s + 2, 1);
    f = picture_frame(&p);
    CU_ASSERT_TRUE(isfinite(f.y_to - f.y_from) && f.y_from < f.y_to);
}

static void bad_values_left_out(void)
{
    double        y[] = { 1, NAN, INFINITY, -1.7e308, 3 }, x, v;
    PictureSeries s = { "a", 5, NULL, y, NULL };
    Picture       p = lines(&s, 1);
    PictureFrame  f = picture_frame(&p);
    Text          note = { 0 };

    CU_ASSERT_EQUAL(f.broken, 3);
    CU_ASSERT_DOUBLE_EQUAL(f.y_to, 3, 0);
    CU_ASSERT_FALSE(picture_point(&s, 1, &f, &x, &v));
    CU_ASSERT_TRUE(picture_point(&s, 4, &f, &x, &v));
    CU_ASSERT_DOUBLE_EQUAL(x, 4, 0);
    picture_notes(&p, &f, &note);
    CU_ASSERT_STRING_EQUAL(text_str(&note), "3 values are not finite and left out.\n");
    text_free(&note);
}

static void bad_cells_told(void)
{
    double       cell[] = { 1, NAN, INFINITY, 2 };
    Picture      p = { .kind = PICTURE_HEATMAP, .rows = 2, .cols = 2, .cell = cell };
    PictureFrame f = picture_frame(&p);
    Text         note = { 0 };

    picture_notes(&p, &f, &note);
    CU_ASSERT_STRING_EQUAL(text_str(&note), "2 cells are not finite and left out.\n");
    text_clear(&note);
    p.tiles = true;                                   /* gaps are meant */
    picture_notes(&p, &f, &note);
    CU_ASSERT_EQUAL(note.len, 0);
    text_free(&note);
}

static void log_when_it_helps(void)
{
    double        wide[] = { 1e-3, 1e3 }, near[] = { 1, 100 }, sign[] = { -1, 1e9 };
    PictureSeries s[] = { { "w", 2, NULL, wide, NULL }, { "n", 2, NULL, near, NULL },
                          { "s", 2, NULL, sign, NULL } };
    Picture       p = lines(s, 1);

    p.y_scale = PICTURE_AUTO;
    CU_ASSERT_TRUE(picture_frame(&p).log_y);
    p.series = s + 1;
    CU_ASSERT_FALSE(picture_frame(&p).log_y);
    p.series = s + 2;
    CU_ASSERT_FALSE(picture_frame(&p).log_y);
}

static void log_drops_what_has_no_log(void)
{
    double        y[] = { 0, -2, 5 }, none[] = { 0, -1 };
    PictureSeries s[] = { { "a", 3, NULL, y, NULL }, { "b", 2, NULL, none, NULL } };
    Picture       p = lines(s, 1);
    PictureFrame  f;
    Text          note = { 0 };

    p.y_scale = PICTURE_LOG;
    f         = picture_frame(&p);
    CU_ASSERT_TRUE(f.log_y);
    CU_ASSERT_EQUAL(f.below, 2);
    CU_ASSERT_DOUBLE_EQUAL(f.y_from, 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(f.y_to, 10, 1e-12);
    p.series = s + 1;
    f        = picture_frame(&p);
    CU_ASSERT_FALSE(f.log_y);
    picture_notes(&p, &f, &note);
    CU_ASSERT_STRING_EQUAL(text_str(&note),
                           "No value is positive, so the axis is linear, not logarithmic.\n");
    text_free(&note);
}

static void nothing_is_refused(void)
{
    double        y[] = { NAN, NAN };
    PictureSeries s = { "a", 2, NULL, y, NULL };
    Picture       p = lines(&s, 1);
    Diag          d = { 0 };

    CU_ASSERT_EQUAL(picture_check(&p, &d), E_RANGE);
    CU_ASSERT_STRING_EQUAL(d.text, "nothing to plot: none of the 2 values is finite");
    diag_clear(&d);
    s.n = 0;
    CU_ASSERT_EQUAL(picture_check(&p, &d), E_RANGE);
    CU_ASSERT_STRING_EQUAL(d.text, "nothing to plot: no points yet");
    diag_clear(&d);
    y[0]      = 1;
    s.n       = 1;
    p.y_range = (PictureRange){ 2, 1 };
    CU_ASSERT_EQUAL(picture_check(&p, &d), E_RANGE);
    CU_ASSERT_STRING_EQUAL(d.text, "the y axis cannot go from 2 to 1");
}

static void limit_is_the_limit(void)
{
    double       *y = calloc(LIMIT_POINTS + 1, sizeof *y);
    PictureSeries s = { "a", LIMIT_POINTS, NULL, y, NULL };
    Picture       p = lines(&s, 1);
    Diag          d = { 0 };

    CU_ASSERT_EQUAL(picture_check(&p, &d), OK);
    s.n++;
    CU_ASSERT_EQUAL(picture_check(&p, &d), E_LIMIT);
    CU_ASSERT_STRING_EQUAL(d.text, "a plot holds at most 1000000 points, this one has 1000001");
    free(y);
}

static void histogram_counts_all(void)
{
    double        y[] = { 0, 0.5, 1, 1, 2.5, 4, NAN };
    PictureSeries s = { "a", 7, NULL, y, NULL };
    Picture       p = { .kind = PICTURE_HISTOGRAM, .count = 1, .series = &s, .bins = 4 };
    Histogram     h = histogram_make(&p);

    CU_ASSERT_EQUAL(h.bins, 4);
    CU_ASSERT_DOUBLE_EQUAL(h.from, 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(h.width, 1, 0);
    CU_ASSERT_DOUBLE_EQUAL(h.count[0], 2, 0);   /* 0, 0.5          */
    CU_ASSERT_DOUBLE_EQUAL(h.count[1], 2, 0);   /* 1, 1            */
    CU_ASSERT_DOUBLE_EQUAL(h.count[2], 1, 0);   /* 2.5             */
    CU_ASSERT_DOUBLE_EQUAL(h.count[3], 1, 0);   /* 4: the last bin is closed */
    CU_ASSERT_DOUBLE_EQUAL(h.most, 2, 0);
    histogram_free(&h);
}

static void colors_lie_around_the_middle(void)
{
    double       cell[] = { -1, NAN, 0.5, 3 };
    Picture      p = { .kind = PICTURE_HEATMAP, .rows = 2, .cols = 2, .cell = cell,
                       .diverging = true };
    PictureRange r = picture_color_range(&p);

    CU_ASSERT_DOUBLE_EQUAL(r.from, -3, 0);
    CU_ASSERT_DOUBLE_EQUAL(r.to, 3, 0);
    p.middle = 2;
    r        = picture_color_range(&p);
    CU_ASSERT_DOUBLE_EQUAL(r.from, -1, 0);
    CU_ASSERT_DOUBLE_EQUAL(r.to, 5, 0);
    CU_ASSERT_DOUBLE_EQUAL(picture_cell_mean(&p, 0, 2, 0, 2), 2.5 / 3, 1e-15);
    CU_ASSERT_TRUE(isnan(picture_cell_mean(&p, 0, 1, 1, 2)));
}

static void ticks_are_round(void)
{
    CU_ASSERT_DOUBLE_EQUAL(picture_tick(0, 1, 5), 0.2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(picture_tick(-6, 6, 6), 2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(picture_tick(0, 300, 7), 50, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(picture_tick(0, 9, 1), 10, 1e-12);
}

CU_TestInfo picture_tests[] = {
    { "cells that are not finite are told, gaps between images are not", bad_cells_told },
    { "a frame just spans the data", frame_spans_data },
    { "equal values, one point, and huge ones get an axis of some width", one_value_gets_width },
    { "what is not finite is left out and said", bad_values_left_out },
    { "an automatic scale is logarithmic only for positive values far apart", log_when_it_helps },
    { "a log axis leaves out zero and below, and is linear when nothing is left",
      log_drops_what_has_no_log },
    { "no points, no finite point and an empty range are refused in a sentence",
      nothing_is_refused },
    { "a million points pass, one more is refused", limit_is_the_limit },
    { "every finite value falls into one bin", histogram_counts_all },
    { "diverging colours are symmetric around their middle", colors_lie_around_the_middle },
    { "ticks step by 1, 2 or 5", ticks_are_round },
    CU_TEST_INFO_NULL
};
