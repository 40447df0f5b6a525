/* live.c -- the loss curve redrawn while training runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "face/plot.h"
#include "face/repl.h"

static struct {
    bool  on;
    char *file;
} live;

void plot_live(Session *s, const char *file, bool ready)
{
    (void)s;
    (void)ready;
    free(live.file);
    live.file = file ? mem_str(file) : NULL;
    live.on = true;
}
