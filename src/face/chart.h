/* chart.h -- pictures as plain text, for terminals without gnuplot.
 *
 * All fit into columns x rows (at least 20 x 6 is taken) and never fail: what
 * cannot be drawn is said in a sentence. utf8: lines and shades as box and
 * block characters, else pure ASCII.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CHART_H
#define GRADUS_CHART_H

#include "face/picture.h"

/* Whatever kind of picture p is, by one of the four below. */
void chart_draw(Text *out, const Picture *p, int columns, int rows, bool utf8);

/* Lines and points on axes, with ticks and a legend; the marks of the first
 * six series are * + o x # @. Curves that lie on each other show both marks. */
void chart_lines(Text *out, const Picture *p, int columns, int rows, bool utf8);

/* Bars and histograms: one line of text for each bar, with its value. */
void chart_bars(Text *out, const Picture *p, int columns, int rows, bool utf8);

/* Cells as numbers with shades when they fit, as signs and shades otherwise. */
void chart_heatmap(Text *out, const Picture *p, int columns, int rows, bool utf8);

/* Surfaces and regions seen from above: shades, with paths and points as marks. */
void chart_plane(Text *out, const Picture *p, int columns, int rows, bool utf8);

/* One line of at most that many columns without a newline, low to high; a
 * blank where no value is finite. */
void chart_spark(Text *out, const double *y, int n, int columns, bool utf8);

#endif
