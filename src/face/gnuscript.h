/* gnuscript.h -- a Picture written as gnuplot commands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GNUSCRIPT_H
#define GRADUS_GNUSCRIPT_H

#include "face/picture.h"

/* Append the commands that draw p, without the terminal's own `set terminal`
 * line: settings, data, one plot. p has passed picture_check, f is its frame.
 * width: columns of the drawing; longer curves are thinned to them.
 * letters: the drawing is made of letters, not of pixels. */
void gnuscript_write(Text *out, const Picture *p, const PictureFrame *f, int width,
                     bool letters);

/* Append s as one gnuplot string that cannot end early or run anything: in
 * single quotes, a quote inside doubled or shown as a prime, valid UTF-8 of at
 * most 200 bytes before that, without control, direction and zero-width
 * characters. NULL is the empty string. */
void gnuscript_text(Text *out, const char *s);

#endif
