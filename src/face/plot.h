/* plot.h -- showing a picture where the session shows pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PLOT_H
#define GRADUS_PLOT_H

#include "face/picture.h"
#include "graph/session.h"

/* Draw p into the file, the window or s->out; a plain chart when gnuplot is
 * missing. at: what to blame. */
Status plot_show(Session *s, const Picture *p, const char *file, Span at, Diag *d);

/* Would a picture go to a window now? */
bool plot_has_window(const Session *s);

/* From now on training draws its loss there (file NULL: the window, if there is
 * one) while it runs. */
void plot_live(Session *s, const char *file);

#endif
