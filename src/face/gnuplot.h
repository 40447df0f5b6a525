/* gnuplot.h -- the gnuplot child process.
 *
 * One gnuplot is started with the first picture, kept open, and given batches
 * of commands over a pipe. It is not trusted: it may be missing, hang, die or
 * talk nonsense, and none of that may stop the prompt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GNUPLOT_H
#define GRADUS_GNUPLOT_H

#include <stdbool.h>
#include "base/diag.h"
#include "base/text.h"

/* Run one batch and append what gnuplot writes to its standard output to out.
 * E_IO: gnuplot is missing, did not answer in time, ended, or refused a command
 * (its own words are in the fault). E_STOP: Ctrl-C; the batch is killed. A
 * gnuplot that hangs or dies is killed, and once started anew with the same
 * batch, if again is set. */
Status gnuplot_run(const Text *batch, Text *out, bool again, Diag *d);

/* Whether this gnuplot can draw for a terminal ("svg", "qt"). Starts it; E_IO
 * when there is none or it does not answer. */
Status gnuplot_offers(const char *terminal, bool *offers, Diag *d);

/* Whether a program named gnuplot stands on the PATH; starts nothing. */
bool gnuplot_is_installed(void);

/* Quit and reap the child, if there is one. Call it at exit. */
void gnuplot_close(void);

/* Milliseconds to wait for the first answer and for each batch (5000, 10000). */
void gnuplot_set_patience(int first, int batch);

/* Process number of the child, 0 when there is none. */
int gnuplot_child(void);

#endif
