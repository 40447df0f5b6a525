/* picture.c -- ranges, counts and checks that every way of drawing shares.
 *
 * A program that draws wants a range with some width and logarithms of
 * positive numbers only; data have neither scruple. All such cases (one point,
 * equal values, NaN, infinities, zero on a log axis) are settled here, once, so
 * that neither gnuplot nor the text chart ever meets them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/picture.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"

/* Beyond this the difference of two values may overflow. */
static const double LARGEST = 1e300;

static bool is_drawable(double v)
{
    return isfinite(v) && fabs(v) <= LARGEST;
}

static bool has_cells(const Picture *p)
{
    return p->kind >= PICTURE_HEATMAP;
}

static bool is_set(PictureRange r)
{
    return r.from != 0 || r.to != 0;
}

static Status check_range(PictureRange r, const char *axis, Diag *d)
{
    Span none = { 0, 0 };

    if (!is_set(r) || (is_drawable(r.from) && is_drawable(r.to) && r.from < r.to)) return OK;
    diag_set(d, E_RANGE, none, "the %s axis cannot go from %g to %g", axis, r.from, r.to);
    return diag_hint(d, "The first number must be the smaller one, and both finite.");
}

static int64_t point_count(const Picture *p)
{
    int64_t n = has_cells(p) ? (int64_t)p->rows * p->cols : 0;

    for (int s = 0; s < p->count; s++)
        n += p->series[s].n;
    return n;
}

static Status check_cells(const Picture *p, Diag *d)
{
    Span   none = { 0, 0 };
    double from, to;

    if (p->rows < 1 || p->cols < 1)
        return diag_set(d, E_RANGE, none, "nothing to plot: the matrix has %d rows and %d columns",
                        p->rows, p->cols);
    if (!picture_cell_range(p, &from, &to))
        return diag_set(d, E_RANGE, none, "nothing to plot: none of the %d x %d values is finite",
                        p->rows, p->cols);
    if (p->kind == PICTURE_HEATMAP) return OK;
    assert(is_set(p->x_range) && is_set(p->y_range));
    if (p->rows < 2 || p->cols < 2)
        return diag_set(d, E_RANGE, none, "a surface needs at least 2 x 2 values, this is %d x %d",
                        p->rows, p->cols);
    return OK;
}

static Status check_series(const Picture *p, Diag *d)
{
    Span none = { 0, 0 };

    for (int s = 0; s < p->count; s++)
        for (int i = 0; i < p->series[s].n; i++)
            if (is_drawable(p->series[s].y[i]) &&
                (!p->series[s].x || is_drawable(p->series[s].x[i])))
                return OK;
    if (point_count(p) == 0) return diag_set(d, E_RANGE, none, "nothing to plot: no points yet");
    return diag_set(d, E_RANGE, none, "nothing to plot: none of the %lld values is finite",
                    (long long)point_count(p));
}

Status picture_check(const Picture *p, Diag *d)
{
    Span none = { 0, 0 };

    if (point_count(p) > LIMIT_POINTS) {
        diag_set(d, E_LIMIT, none, "a plot holds at most %d points, this one has %lld",
                 LIMIT_POINTS, (long long)point_count(p));
        return diag_hint(d, "Plot a slice, such as every hundredth value.");
    }
    TRY(check_range(p->x_range, "x", d));
    TRY(check_range(p->y_range, "y", d));
    TRY(has_cells(p) ? check_cells(p, d) : check_series(p, d));
    return p->below ? picture_check(p->below, d) : OK;
}

/* Running smallest and largest. */
typedef struct {
    double low, high;
} Extent;

static const Extent NOTHING = { INFINITY, -INFINITY };

static void extent_add(Extent *e, double v)
{
    if (v < e->low) e->low = v;
    if (v > e->high) e->high = v;
}

/* The extent as an axis: some width, even around one value. A width below
 * 1e-9 of the values would leave no digits for the tick marks. */
static PictureRange axis_around(Extent e)
{
    PictureRange r = { -1, 1 };
    double       size = fmax(fabs(e.low), fabs(e.high));

    if (e.low > e.high) return r;
    if (e.high - e.low > 1e-9 * size && e.high - e.low > 1e-290) {
        r.from = e.low;
        r.to   = e.high;
    } else if (size > 1e-290) {
        r.from = e.low - 0.1 * size;
        r.to   = e.high + 0.1 * size;
    }
    return r;
}

/* On a log axis: whole decades unless there are many, which need no rounding. */
static PictureRange axis_decades(Extent e)
{
    double low = log10(e.low), high = log10(e.high);

    if (high - low < 3) {
        low  = floor(low + 1e-9);
        high = ceil(high - 1e-9);
        if (high <= low) high = low + 1;
    } else {
        low -= 0.03 * (high - low);
        high += 0.03 * (high - low);
    }
    return (PictureRange){ pow(10, fmax(low, -300)), pow(10, fmin(high, 305)) };
}

static bool wants_log(const Picture *p, Extent all, Extent positive)
{
    if (positive.low > positive.high) return false;
    if (is_set(p->y_range) && p->y_range.from <= 0) return false;
    if (p->y_scale == PICTURE_AUTO) return all.low > 0 && all.high / all.low > 1e4;
    return p->y_scale == PICTURE_LOG;
}

static PictureRange bar_axis(const Picture *p)
{
    int most = 1;

    for (int s = 0; s < p->count; s++)
        if (p->series[s].n > most) most = p->series[s].n;
    return (PictureRange){ -0.6, most - 0.4 };
}

/* What all points of the series span, each counted once. */
typedef struct {
    Extent x, y, positive;
    long   broken, below;
} Spread;

static void spread_add(Spread *a, const PictureSeries *s, bool bars)
{
    for (int i = 0; i < s->n; i++) {
        double x = s->x && !bars ? s->x[i] : i, y = s->y[i];

        if (!is_drawable(x) || !is_drawable(y)) {
            a->broken++;
            continue;
        }
        extent_add(&a->x, x);
        extent_add(&a->y, y);
        if (y > 0) extent_add(&a->positive, y);
        else a->below++;
    }
}

static void frame_set_y(const Picture *p, PictureFrame *f, Spread *a)
{
    PictureRange y;
    bool         bars = p->kind == PICTURE_BARS;

    f->log_y = wants_log(p, a->y, a->positive);
    f->below = f->log_y ? a->below : 0;
    if (bars) extent_add(&a->y, 0);
    y = f->log_y ? axis_decades(a->positive) : axis_around(a->y);
    if (bars && !f->log_y && a->y.low == 0) y.from = 0;
    if (bars && !f->log_y && a->y.high == 0) y.to = a->y.low < 0 ? 0 : 1;
    if (is_set(p->y_range)) y = p->y_range;
    f->y_from = y.from;
    f->y_to   = y.to;
}

static PictureFrame histogram_frame(const Picture *p)
{
    Histogram    h = histogram_make(p);
    PictureFrame f = { 0 };
    Spread       a = { NOTHING, NOTHING, NOTHING, 0, 0 };

    for (int s = 0; s < p->count; s++)
        spread_add(&a, &p->series[s], true);
    f.x_from = is_set(p->x_range) ? p->x_range.from : h.from - h.width / 2;
    f.x_to   = is_set(p->x_range) ? p->x_range.to : h.from + (h.bins + 0.5) * h.width;
    f.y_to   = h.most > 0 ? h.most : 1;
    f.broken = a.broken;
    histogram_free(&h);
    return f;
}

/* Of cells the plane is given; points on it may be left out. */
static PictureFrame cells_frame(const Picture *p)
{
    PictureFrame f = { p->x_range.from, p->x_range.to, p->y_range.from, p->y_range.to, false, 0, 0 };
    Spread       a = { NOTHING, NOTHING, NOTHING, 0, 0 };

    for (int s = 0; s < p->count; s++)
        spread_add(&a, &p->series[s], false);
    f.broken = a.broken;
    return f;
}

PictureFrame picture_frame(const Picture *p)
{
    PictureFrame f = { 0 };
    Spread       a = { NOTHING, NOTHING, NOTHING, 0, 0 };
    PictureRange x;

    if (has_cells(p)) return cells_frame(p);
    if (p->kind == PICTURE_HISTOGRAM) return histogram_frame(p);
    for (int s = 0; s < p->count; s++)
        spread_add(&a, &p->series[s], p->kind == PICTURE_BARS);
    x = p->kind == PICTURE_BARS ? bar_axis(p) : axis_around(a.x);
    if (is_set(p->x_range)) x = p->x_range;
    f.x_from = x.from;
    f.x_to   = x.to;
    f.broken = a.broken;
    frame_set_y(p, &f, &a);
    return f;
}

bool picture_point(const PictureSeries *s, int i, const PictureFrame *f, double *x, double *y)
{
    *x = s->x ? s->x[i] : i;
    *y = s->y[i];
    return is_drawable(*x) && is_drawable(*y) && !(f->log_y && *y <= 0);
}

static long broken_cells(const Picture *p)
{
    long   n = 0;
    size_t all = (size_t)p->rows * (size_t)p->cols;

    for (size_t i = 0; i < all && !p->tiles; i++)
        n += !is_drawable(p->cell[i]);
    return n;
}

void picture_notes(const Picture *p, const PictureFrame *f, Text *note)
{
    long cells = has_cells(p) ? broken_cells(p) : 0;

    if (cells)
        text_addf(note, "%ld cell%s not finite and left out.\n", cells, cells == 1 ? " is" : "s are");
    if (f->broken)
        text_addf(note, "%ld value%s not finite and left out.\n", f->broken,
                  f->broken == 1 ? " is" : "s are");
    if (f->below)
        text_addf(note, "%ld value%s not positive and left out of the logarithmic axis.\n",
                  f->below, f->below == 1 ? " is" : "s are");
    if (p->y_scale == PICTURE_LOG && !f->log_y && !has_cells(p))
        text_add(note, p->kind == PICTURE_HISTOGRAM || (is_set(p->y_range) && p->y_range.from <= 0)
                           ? "The axis starts at or below zero, so it is linear, not logarithmic.\n"
                           : "No value is positive, so the axis is linear, not logarithmic.\n");
}

/* Square-root choice, kept between 5 and 40: simple, and what a class expects. */
static int bin_count(const Picture *p, long values, Extent e)
{
    int most = 1;

    if (p->bins > 0) return p->bins < 200 ? p->bins : 200;
    if (!(e.high > e.low)) return most;
    most = (int)ceil(sqrt((double)values));
    return most < 5 ? 5 : most > 40 ? 40 : most;
}

static void histogram_count(Histogram *h, const PictureSeries *s, double *count)
{
    for (int i = 0; i < s->n; i++) {
        double b = (s->y[i] - h->from) / h->width;

        if (!is_drawable(s->y[i])) continue;
        b = b < 0 ? 0 : b >= h->bins ? h->bins - 1 : b;
        count[(int)b]++;
        h->most = fmax(h->most, count[(int)b]);
    }
}

Histogram histogram_make(const Picture *p)
{
    Histogram    h = { 0 };
    Spread       a = { NOTHING, NOTHING, NOTHING, 0, 0 };
    PictureRange r;
    long         values = 0;

    for (int s = 0; s < p->count; s++) {
        spread_add(&a, &p->series[s], true);
        values += p->series[s].n;
    }
    r       = axis_around(a.y);
    h.bins  = bin_count(p, values, a.y);
    h.from  = r.from;
    h.width = (r.to - r.from) / h.bins;
    h.count = mem_new(sizeof *h.count * (size_t)h.bins * (size_t)(p->count > 0 ? p->count : 1));
    for (int s = 0; s < p->count; s++)
        histogram_count(&h, &p->series[s], h.count + (size_t)s * (size_t)h.bins);
    return h;
}

void histogram_free(Histogram *h)
{
    free(h->count);
    h->count = NULL;
}

bool picture_cell_range(const Picture *p, double *from, double *to)
{
    Extent e = NOTHING;
    size_t n = (size_t)p->rows * (size_t)p->cols;

    for (size_t i = 0; i < n; i++)
        if (is_drawable(p->cell[i])) extent_add(&e, p->cell[i]);
    *from = e.low;
    *to   = e.high;
    return e.low <= e.high;
}

PictureRange picture_color_range(const Picture *p)
{
    Extent e;
    double reach;

    if (p->classes > 0) return (PictureRange){ -0.5, p->classes - 0.5 };
    if (p->counts && picture_cell_range(p, &e.low, &e.high)) return (PictureRange){ 0, e.high > 0 ? e.high : 1 };
    if (!picture_cell_range(p, &e.low, &e.high)) return (PictureRange){ -1, 1 };
    if (!p->diverging) return axis_around(e);
    reach = fmax(fabs(e.low - p->middle), fabs(e.high - p->middle));
    if (!(reach > 1e-290)) reach = 1;
    return (PictureRange){ p->middle - reach, p->middle + reach };
}

double picture_cell_mean(const Picture *p, int r0, int r1, int c0, int c1)
{
    double mean = 0;
    long   n = 0;

    for (int r = r0; r < r1; r++)
        for (int c = c0; c < c1; c++) {
            double v = p->cell[(size_t)r * (size_t)p->cols + (size_t)c];

            if (is_drawable(v)) mean += (v - mean) / (double)++n;
        }
    return n ? mean : NAN;
}

double picture_tick(double from, double to, int n)
{
    double rough = (to - from) / (n > 0 ? n : 1), unit = pow(10, floor(log10(rough)));

    if (rough <= 1.0001 * unit) return unit;
    if (rough <= 2.0001 * unit) return 2 * unit;
    if (rough <= 5.0001 * unit) return 5 * unit;
    return 10 * unit;
}
