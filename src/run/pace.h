/* pace.h -- alone or with a crew: measured while working, and again from time to time.
 *
 * Whether threads pay depends on the machine and on who else uses it: a core that is
 * taken away makes two threads slower than one. The numbers do not depend on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PACE_H
#define GRADUS_PACE_H

#include <stdbool.h>

typedef struct {
    bool   crew;                     /* how to work now                               */
    bool   trying;                   /* this stretch only measures the other way      */
    int    window, done;             /* updates of a stretch, and how many of them so far */
    double began;                    /* the stretch, seconds; 0: not begun            */
    double took[2];                  /* seconds an update, alone and with a crew; 0: not known */
    double held, hold;               /* seconds since the last trial, and until the next */
} Pace;

/* An update begins; the clock is asked once in a stretch. */
void pace_update(Pace *p);
/* The clock stood still for us: what was measured until now does not count. */
void pace_rest(Pace *p);

#endif
