/* pace.c -- alone or with a crew.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/pace.h"

#include <time.h>

/* A stretch takes milliseconds; a trial is a single update, since the other way may be
 * many times slower. The way that was chosen is kept for a while, twice as long after each
 * trial that it won, unless it becomes slower than the other one was. */
#define STRETCH 0.002
#define HOLD 0.25
#define MOST_HOLD 8
enum { MOST_WINDOW = 1 << 16 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void trial_begin(Pace *p)
{
    p->crew = !p->crew;
    p->trying = true;
    p->window = 1;
}

static void trial_end(Pace *p)
{
    bool tried = p->crew;
    p->crew = p->took[1] < p->took[0];
    p->hold = p->crew == tried ? HOLD : 2 * p->hold < MOST_HOLD ? 2 * p->hold : MOST_HOLD;
    p->trying = false;
    p->held = 0;
}

static void way_choose(Pace *p)
{
    bool other = !p->crew;
    if (p->trying) trial_end(p);
    else if (!p->took[other] || p->held > p->hold || p->took[p->crew] > 1.2 * p->took[other]) trial_begin(p);
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
    if (!p->window) p->window = 1, p->hold = HOLD;
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
