/* pace.c -- alone or with a crew.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/pace.h"

#include <time.h>

/* A stretch takes milliseconds; the way that was chosen is kept for HOLD seconds, unless it
 * has become slower than the other one was. */
#define STRETCH 0.002
#define HOLD 0.25
enum { MOST_WINDOW = 1 << 16 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void way_choose(Pace *p)
{
    double alone = p->took[0], crew = p->took[1];
    bool was = p->crew;
    if (!alone || !crew) p->crew = !p->crew, p->trying = true;           /* one is not known yet */
    else if (p->trying) p->crew = crew < alone, p->trying = false, p->held = 0;
    else if (p->held > HOLD || p->took[was] > 1.2 * p->took[!was]) p->crew = !was, p->trying = true, p->took[p->crew] = 0;
}

static void stretch_end(Pace *p, double now)
{
    double took = now - p->began;
    p->took[p->crew] = took / p->done;
    p->held += took;
    if (took < STRETCH / 2 && p->window < MOST_WINDOW) p->window *= 2;
    if (took > 2 * STRETCH && p->window > 1) p->window /= 2;
    way_choose(p);
}

void pace_update(Pace *p)
{
    if (!p->window) p->window = 1;
    if (p->began && p->done < p->window) {
        p->done++;
        return;
    }
    double now = seconds();
    if (p->began) stretch_end(p, now);
    p->began = now;
    p->done = 1;
}

void pace_rest(Pace *p) { p->began = 0; }
