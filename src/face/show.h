/* show.h -- a Picture brought to a file, the terminal or a window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SHOW_H
#define GRADUS_SHOW_H

#include "face/picture.h"

/* Draw p and bring it there. Terminal: the picture is appended to out (text
 * that is safe to print, or sixel). Window: the picture replaces the last one;
 * without a window it goes to out as for the terminal, and note says so once.
 * File: written beside its place and renamed, so that a failure leaves what was
 * there. note gets sentences on what is not shown, each ending in a newline.
 * Errors: as picture_check; E_IO: the file, or gnuplot (for a terminal or
 * window the caller then draws with chart_draw); E_TYPE: the ending of the
 * file's name; E_STOP: Ctrl-C. */
Status picture_show(const Picture *p, const PictureTarget *to, Text *out, Text *note, Diag *d);

/* Append the commands that picture_show would send to gnuplot, for tests and
 * curious readers; needs no gnuplot. */
Status picture_script(const Picture *p, const PictureTarget *to, Text *script, Diag *d);

/* Close the window and quit gnuplot. */
void picture_close(void);

#endif
