/* chartparts.h -- what the text charts share; private to chart.c and chartcells.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CHARTPARTS_H
#define GRADUS_CHARTPARTS_H

#include "face/picture.h"
#include "face/sheet.h"

enum { CHART_LABEL = 24 };   /* columns of a tick or value at most */

/* The larger of two numbers. */
int chart_at_least(int v, int low);

/* Where part i of n things begins when they are shown as so many parts. */
static inline int chart_part(int i, int shown, int n)
{
    return (int)((long long)i * n / shown);
}

/* Whether there is a text, and it is not empty; whether any series has a name. */
bool chart_has_text(const char *s);
bool chart_has_names(const Picture *p);

/* Refuse in a sentence what has nothing to draw. */
bool chart_refuses(Text *out, const Picture *p);

/* The number v of an axis that counts in steps: enough digits that neighbours
 * differ, no more. */
void chart_tick(char buf[NUM_TEXT], double v, double step);

/* Text in the middle of columns [from, from + width) of a row. */
void chart_centre(Sheet *s, int from, int width, int row, const char *text);

/* How values become shades: middle and the distance that is full dark. */
typedef struct {
    double middle, reach;
    bool   is_signed;
} ChartShades;

ChartShades chart_shades(const Picture *p);

/* The glyph for v, from a blank at the middle to full; '?' when not finite. */
const char *chart_shade(const ChartShades *s, double v, bool utf8);

#endif
