/* view_units.c -- the pane of the activations: for each layer how its outputs are
 * spread over the samples, and which units are dead or saturated.
 *
 * Dead is a unit that gives 0 for every sample looked at, saturated one of a tanh or a
 * sigmoid that stays within a fiftieth of its ends, so that hardly any gradient comes
 * through.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/view.h"

enum { NAME = 12, NUMBER = 7, BINS = 24 };

static const double near_end = 0.02;

typedef enum { UNIT_FINE, UNIT_DEAD, UNIT_SATURATED } UnitState;

typedef struct {
    const double *out;           /* rows of units                                 */
    int64_t rows, units;
    double  low, high;           /* over all                                      */
    double  from, to;            /* ends of the activation; NAN: it has none      */
} Units;

int units_rows(const ViewState *v, int width)
{
    (void)width;
    return v->net && v->has_rows ? 3 * v->n_layer : 0;
}

void units_heading(const ViewState *v, Text *to)
{
    text_add(to, "activations");
    if (!v->has_rows) return;
    int64_t n = v->rows.rows < VIEW_ROWS ? v->rows.rows : VIEW_ROWS;
    text_addf(to, "  over %lld samples", (long long)n);
}

static Units units_make(const ViewState *v, int layer)
{
    Units u = { .low = INFINITY, .high = -INFINITY, .from = NAN, .to = NAN };
    u.out = view_layer_outputs(v, layer, &u.rows, &u.units);
    for (int64_t i = 0; u.out && i < u.rows * u.units; i++) {
        if (!isfinite(u.out[i])) continue;
        if (u.out[i] < u.low) u.low = u.out[i];
        if (u.out[i] > u.high) u.high = u.out[i];
    }
    const char *kind = v->layer[layer].kind;
    if (strstr(kind, "tanh")) u.from = -1, u.to = 1;
    if (strstr(kind, "sigmoid")) u.from = 0, u.to = 1;
    return u;
}

static UnitState unit_state(const Units *u, int64_t unit)
{
    bool dead = true, saturated = isfinite(u->from);
    double margin = near_end * (u->to - u->from);
    for (int64_t i = 0; i < u->rows; i++) {
        double y = u->out[i * u->units + unit];
        dead = dead && y == 0;
        saturated = saturated && (y < u->from + margin || y > u->to - margin);
    }
    return dead ? UNIT_DEAD : saturated ? UNIT_SATURATED : UNIT_FINE;
}

static double unit_mean(const Units *u, int64_t unit)
{
    double sum = 0;
    for (int64_t i = 0; i < u->rows; i++) sum += u->out[i * u->units + unit];
    return u->rows ? sum / (double)u->rows : 0;
}

/* ---- one layer ---- */

static void spread_draw(const Units *u, Canvas *c, Point at, int width)
{
    int count[BINS] = { 0 }, most = 1, bins = width < BINS ? width : BINS;
    if (bins < 1) return;
    double wide = u->high > u->low ? (u->high - u->low) / bins : 1;
    for (int64_t i = 0; i < u->rows * u->units; i++) {
        if (!isfinite(u->out[i])) continue;
        int bin = (int)((u->out[i] - u->low) / wide);
        bin = bin < 0 ? 0 : bin >= bins ? bins - 1 : bin;
        if (++count[bin] > most) most = count[bin];
    }
    for (int i = 0; i < bins; i++) {
        int level = count[i] ? 1 + (int)(7.0 * count[i] / most) : 0;
        canvas_put(c, (Point){ at.x + i, at.y }, STYLE_SERIES1, glyph_block(level));
    }
}

static void counts_draw(const Units *u, Canvas *c, Point at)
{
    int dead = 0, saturated = 0;
    for (int64_t i = 0; i < u->units; i++) {
        UnitState is = unit_state(u, i);
        dead += is == UNIT_DEAD;
        saturated += is == UNIT_SATURATED;
    }
    int x = at.x;
    if (c->w - at.x < 20) {
        if (dead + saturated) canvas_textf(c, at, STYLE_WARN, "%d!", dead + saturated);
        return;
    }
    if (dead) x += canvas_textf(c, (Point){ x, at.y }, STYLE_WARN, "%d dead  ", dead);
    if (saturated) x += canvas_textf(c, (Point){ x, at.y }, STYLE_WARN, "%d saturated", saturated);
    if (x == at.x) canvas_textf(c, at, STYLE_DIM, "%lld alive", (long long)u->units);
}

static void line_draw(const ViewState *v, Canvas *c, int layer, const Units *u, int y)
{
    char name[NAME + 24];
    snprintf(name, sizeof name, "%s %s", v->layer[layer].name, v->layer[layer].kind);
    bool here = v->active.layer == layer;
    canvas_fit(c, (Point){ 0, y }, NAME, here ? STYLE_KEY : STYLE_TITLE, name);
    if (!u->out || !(u->high >= u->low)) {
        canvas_text(c, (Point){ NAME + 1, y }, STYLE_DIM, "no outputs yet");
        return;
    }
    int room = c->w - NAME - 2 * NUMBER - 4 - 20;
    if (room < 6) room += 15;
    int bins = room < 4 ? 4 : room < BINS ? room : BINS;
    canvas_num(c, (Point){ NAME, y }, NUMBER, STYLE_NORMAL, u->low, false);
    spread_draw(u, c, (Point){ NAME + NUMBER + 1, y }, bins);
    char buf[NUM_TEXT];
    int x = NAME + NUMBER + 2 + bins;
    canvas_text(c, (Point){ x, y }, STYLE_NORMAL, num_fit(buf, u->high, NUMBER, false));
    counts_draw(u, c, (Point){ x + NUMBER + 1, y });
}

/* Each unit a cell: its mean by shade, dead and saturated ones by a sign. */
static void cells_draw(const Units *u, Canvas *c, int y)
{
    double most = fmax(fabs(u->low), fabs(u->high));
    int64_t shown = u->units < (c->w - 2) / 2 ? u->units : (c->w - 2) / 2;
    for (int64_t i = 0; i < shown; i++) {
        Point at = { 1 + 2 * (int)i, y };
        UnitState is = unit_state(u, i);
        if (is == UNIT_FINE) canvas_shade(c, at, 2, unit_mean(u, i), most);
        else canvas_put(c, at, STYLE_WARN, is == UNIT_DEAD ? 0x2717 : '!');
    }
    if (shown < u->units) canvas_put(c, (Point){ c->w - 1, y }, STYLE_DIM, 0x2026);
}

void units_draw(const ViewState *v, Canvas *c)
{
    if (!v->net || !v->has_rows) {
        canvas_hint(c, 0, "Activations are looked at over the samples of the data.");
        return;
    }
    int lines = c->h >= 2 * v->n_layer ? 2 : 1, from = 0;
    if (lines * v->n_layer > c->h && v->active.layer > 0) from = v->active.layer;
    if (from + c->h > v->n_layer && lines == 1) from = v->n_layer > c->h ? v->n_layer - c->h : 0;
    for (int i = from, y = 0; i < v->n_layer && y < c->h; i++) {
        Units u = units_make(v, i);
        line_draw(v, c, i, &u, y++);
        if (lines == 2 && y < c->h) {
            if (u.out && u.high >= u.low) cells_draw(&u, c, y);
            y += c->h >= 3 * v->n_layer ? 2 : 1;
        }
    }
}
