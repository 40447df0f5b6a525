/* view_map.c -- the pane of the decision map: what the network says at every place of
 * its two inputs, with the points of the data on it. x1 to the right, x2 upwards.
 *
 * One output: above the middle of the targets in one colour and one shade, below in
 * another; between them a gap, so that the border shows without colour. Several
 * outputs: the number of the largest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "face/view.h"

enum { MARGIN_PARTS = 4, POINTS_MOST = 2000, WIDE = 2, LIVE_MS = 90 };

/* The network's outputs on a grid, kept for as long as they may be used again. */
struct ViewMap {
    int     w, h;
    int64_t made_ms;
    double *value;               /* n_out for each cell, row by row from the top  */
    int64_t n_out;
};

typedef struct {
    const ViewState *v;
    Canvas *c;
    double x0, x1, y0, y1;       /* the borders                                   */
    double middle, half;         /* of the targets                                */
} Map;

bool map_has(const ViewState *v)
{
    return v->net && v->has_rows && v->rows.n_in == 2 && v->rows.sample.rank == 1;
}

int map_rows(const ViewState *v, int width)
{
    (void)width;
    return map_has(v) ? 12 : 0;
}

static void widen(double *from, double *to)
{
    double by = (*to - *from) / MARGIN_PARTS;
    if (!(by > 0)) by = 1;
    *from -= by;
    *to += by;
}

static Map map_make(const ViewState *v, Canvas *c)
{
    const DataView *r = &v->rows;
    Map m = { v, c, INFINITY, -INFINITY, INFINITY, -INFINITY, 0, 0 };
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < r->rows; i++) {
        m.x0 = fmin(m.x0, r->x[2 * i]);
        m.x1 = fmax(m.x1, r->x[2 * i]);
        m.y0 = fmin(m.y0, r->x[2 * i + 1]);
        m.y1 = fmax(m.y1, r->x[2 * i + 1]);
    }
    for (int64_t i = 0; i < r->rows * r->n_out; i++) {
        low = fmin(low, r->y[i]);
        high = fmax(high, r->y[i]);
    }
    widen(&m.x0, &m.x1);
    widen(&m.y0, &m.y1);
    m.middle = (low + high) / 2;
    m.half = high > low ? (high - low) / 2 : 1;
    return m;
}

void map_heading(const ViewState *v, Text *to)
{
    char a[NUM_TEXT], b[NUM_TEXT];
    if (!map_has(v)) return;
    Map m = map_make(v, NULL);
    text_addf(to, "map  x1 %s..%s", num_fit(a, m.x0, 5, false), num_fit(b, m.x1, 5, false));
    text_addf(to, ", x2 up %s..%s", num_fit(a, m.y0, 5, false), num_fit(b, m.y1, 5, false));
}

/* ---- outputs on the grid ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool grid_fill(const Map *m, struct ViewMap *g)
{
    double x[2 * VIEW_ROWS];
    int cells = g->w * g->h;
    for (int at = 0; at < cells; at += VIEW_ROWS) {
        int n = cells - at < VIEW_ROWS ? cells - at : VIEW_ROWS;
        for (int i = 0; i < n; i++) {
            int col = (at + i) % g->w, row = (at + i) / g->w;
            x[2 * i] = m->x0 + (m->x1 - m->x0) * (col + 0.5) / g->w;
            x[2 * i + 1] = m->y1 - (m->y1 - m->y0) * (row + 0.5) / g->h;
        }
        const double *out;
        if (!view_forward(m->v, x, n, &out)) return false;
        memcpy(g->value + at * g->n_out, out, sizeof *out * (size_t)(n * g->n_out));
    }
    return true;
}

/* While numbers are on their way a map is good for a moment. */
static struct ViewMap *grid_make(const Map *m, int w, int h)
{
    struct ViewMap *g = m->v->map;
    bool fits = g->value && g->w == w && g->h == h && g->n_out == m->v->rows.n_out;
    if (fits && m->v->training && now_ms() - g->made_ms < LIVE_MS) return g;
    if (!fits) {
        free(g->value);
        *g = (struct ViewMap){ .w = w, .h = h, .n_out = m->v->rows.n_out };
        g->value = mem_new(sizeof *g->value * (size_t)(w * h * g->n_out + 1));
    }
    g->made_ms = now_ms();
    return grid_fill(m, g) ? g : NULL;
}

void map_open(ViewState *v) { v->map = mem_new(sizeof *v->map); }

void map_close(ViewState *v)
{
    free(v->map->value);
    free(v->map);
}

/* ---- drawing ---- */

static int largest_at(const double *v, int64_t n)
{
    int best = 0;
    for (int64_t i = 1; i < n; i++)
        if (v[i] > v[best]) best = (int)i;
    return best;
}

static void cell_draw(const Map *m, Point at, int wide, const double *out, int64_t n_out)
{
    double part = (out[0] - m->middle) / m->half;
    Style s = style_signed(part, 1);
    uint32_t glyph = part > 0.06 ? 0x2593 : part < -0.06 ? 0x2591 : ' ';
    if (n_out > 1) {
        int is = largest_at(out, n_out);
        s = (Style)(STYLE_SERIES1 + is % 6);
        glyph = is < 10 ? '0' + (uint32_t)is : '+';
    } else if (!isfinite(out[0])) {
        glyph = '!';
    }
    for (int i = 0; i < wide; i++) canvas_put(m->c, (Point){ at.x + i, at.y }, s, glyph);
}

static void grid_draw(const Map *m, const struct ViewMap *g)
{
    for (int row = 0; row < g->h; row++)
        for (int x = 0; x < m->c->w; x++) {
            int col = x * g->w / m->c->w;
            cell_draw(m, (Point){ x, row }, 1, g->value + (row * g->w + col) * g->n_out, g->n_out);
        }
}

static bool is_right(const Map *m, const struct ViewMap *g, int64_t row, Point at)
{
    const DataView *r = &m->v->rows;
    const double *out = g->value + (at.y * g->w + at.x * g->w / m->c->w) * g->n_out;
    const double *target = r->y + row * r->n_out;
    if (r->n_out > 1) return largest_at(out, r->n_out) == largest_at(target, r->n_out);
    return (out[0] > m->middle) == (target[0] > m->middle);
}

static void point_draw(const Map *m, const struct ViewMap *g, int64_t row)
{
    const DataView *r = &m->v->rows;
    const double *p = r->x + 2 * row, *target = r->y + row * r->n_out;
    Point at = { (int)((p[0] - m->x0) / (m->x1 - m->x0) * m->c->w),
                 (int)((m->y1 - p[1]) / (m->y1 - m->y0) * m->c->h) };
    if (at.x < 0 || at.y < 0 || at.x >= m->c->w || at.y >= m->c->h) return;
    uint32_t glyph = target[0] > m->middle ? 0x25CF : 0x25CB;
    if (r->n_out > 1) glyph = 'A' + (uint32_t)largest_at(target, r->n_out) % 26;
    bool chosen = row == (m->v->pane == PANE_DATA ? m->v->row_at : m->v->sample);
    Style s = chosen ? STYLE_CURSOR : is_right(m, g, row, at) ? STYLE_BOLD : STYLE_WARN;
    bool room = m->c->w >= 24 && r->rows <= 16;
    canvas_put(m->c, at, s, glyph);
    if (!room) return;
    canvas_put(m->c, (Point){ at.x - 1, at.y }, STYLE_BOLD, chosen ? 0x25B6 : ' ');
    canvas_put(m->c, (Point){ at.x + 1, at.y }, s == STYLE_WARN ? s : STYLE_BOLD,
               s == STYLE_WARN ? 0x2717 : ' ');
}

void map_draw(const ViewState *v, Canvas *c)
{
    if (!map_has(v)) {
        canvas_hint(c, 0, "A map needs data of two inputs.");
        return;
    }
    Map m = map_make(v, c);
    struct ViewMap *g = grid_make(&m, (c->w + WIDE - 1) / WIDE, c->h);
    if (!g) {
        canvas_hint(c, 0, "No outputs yet.");
        return;
    }
    grid_draw(&m, g);
    int64_t step = v->rows.rows > POINTS_MOST ? v->rows.rows / POINTS_MOST : 1;
    for (int64_t i = 0; i < v->rows.rows; i += step) point_draw(&m, g, i);
    int64_t here = v->pane == PANE_DATA ? v->row_at : v->sample;
    if (here >= 0) point_draw(&m, g, here);
}
