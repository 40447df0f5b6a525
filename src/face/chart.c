/* chart.c -- pictures as plain text, for terminals without gnuplot.
 *
 * Glyphs are ASCII, and box and block characters in UTF-8 terminals; Braille
 * patterns are missing in many fonts and noise to a screen reader.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/chartparts.h"

enum { MARKS = 6 };

static const char *const MARK[MARKS] = { "*", "+", "o", "x", "#", "@" };

bool chart_has_text(const char *s)
{
    return s && *s;
}

int chart_at_least(int v, int low)
{
    return v > low ? v : low;
}

bool chart_refuses(Text *out, const Picture *p)
{
    Diag d = { 0 };

    if (picture_check(p, &d) == OK) return false;
    text_addf(out, "%c%s.\n", d.text[0] >= 'a' && d.text[0] <= 'z' ? d.text[0] - 32 : d.text[0],
              d.text + 1);
    return true;
}

/* ---- axes ------------------------------------------------------------- */

/* A plane on a sheet: cells [left, left+w) x [top, top+h). */
typedef struct {
    Sheet        sheet;
    PictureFrame f;
    int          left, top, w, h;
    double       x_step, y_step;     /* between ticks; of a log axis in decades */
} Plane;

/* Column or row units: 0 .. w-1 from the left, 0 .. h-1 from the top. */
static double plane_x(const Plane *a, double x)
{
    return (x - a->f.x_from) / (a->f.x_to - a->f.x_from) * (a->w - 1);
}

static double plane_y(const Plane *a, double y)
{
    double from = a->f.y_from, to = a->f.y_to;

    if (a->f.log_y) {
        y    = log10(y);
        from = log10(from);
        to   = log10(to);
    }
    return (to - y) / (to - from) * (a->h - 1);
}

void chart_tick(char buf[NUM_TEXT], double v, double step)
{
    double    digits = v != 0 ? floor(log10(fabs(v) / step * 1.0001)) + 2 : 4;
    NumFormat f = { NUM_SIG, digits < 4 ? 4 : digits > 15 ? 15 : (int)digits };

    num_print(buf, v, f);
}

/* Tick number k, counted from the first at or above the axis' lower end. */
static double tick_value(double from, double step, int k)
{
    return (ceil(from / step - 1e-6) + k) * step;
}

static double y_tick(const Plane *a, int k)
{
    if (!a->f.log_y) return tick_value(a->f.y_from, a->y_step, k);
    return pow(10, tick_value(log10(a->f.y_from), a->y_step, k));
}

static void y_tick_text(char buf[NUM_TEXT], const Plane *a, int k)
{
    double decade = a->f.log_y ? tick_value(log10(a->f.y_from), a->y_step, k) : 0;

    if (fabs(decade) >= 5) snprintf(buf, NUM_TEXT, "1e%d", (int)lround(decade));
    else chart_tick(buf, y_tick(a, k), a->f.log_y ? y_tick(a, k) : a->y_step);
}

static bool y_tick_is_inside(const Plane *a, int k)
{
    return k < 1000 && plane_y(a, y_tick(a, k)) > -0.5;
}

/* Widest tick label of the y axis. */
static int y_tick_width(const Plane *a)
{
    int  width = 1;
    char buf[NUM_TEXT];

    for (int k = 0; y_tick_is_inside(a, k); k++) {
        y_tick_text(buf, a, k);
        width = chart_at_least((int)strlen(buf), width);
    }
    return width;
}

static void draw_y_axis(Plane *a)
{
    Sheet *s = &a->sheet;
    char   buf[NUM_TEXT];

    for (int r = 0; r < a->h; r++)
        sheet_put(s, a->left - 1, a->top + r, s->utf8 ? "│" : "|");
    for (int k = 0; y_tick_is_inside(a, k); k++) {
        int row = a->top + (int)lround(plane_y(a, y_tick(a, k)));

        y_tick_text(buf, a, k);
        sheet_text(s, a->left - 1 - (int)strlen(buf), row, buf, CHART_LABEL);
        sheet_put(s, a->left - 1, row, s->utf8 ? "┤" : "+");
    }
}

static void draw_x_axis(Plane *a)
{
    Sheet *s = &a->sheet;
    int    row = a->top + a->h, free_from = 0;
    char   buf[NUM_TEXT];

    sheet_put(s, a->left - 1, row, s->utf8 ? "└" : "+");
    for (int c = 0; c < a->w; c++)
        sheet_put(s, a->left + c, row, s->utf8 ? "─" : "-");
    for (int k = 0; k < 1000; k++) {
        double x = tick_value(a->f.x_from, a->x_step, k), at = plane_x(a, x);
        int    n, from;

        if (at > a->w - 0.5) break;
        chart_tick(buf, x, a->x_step);
        n    = (int)strlen(buf);
        from = a->left + (int)lround(at) - n / 2;
        if (from + n > s->columns) from = s->columns - n;
        if (from < free_from) continue;
        sheet_put(s, a->left + (int)lround(at), row, s->utf8 ? "┴" : "+");
        sheet_text(s, from, row + 1, buf, CHART_LABEL);
        free_from = from + n + 1;
    }
}

/* Round the ends of an axis outwards to ticks, unless the user gave them. */
static void axis_round(double *from, double *to, double step)
{
    *from = floor(*from / step + 1e-6) * step;
    *to   = ceil(*to / step - 1e-6) * step;
}

static void plane_choose_ticks(Plane *a, const Picture *p)
{
    bool given = p->y_range.from != 0 || p->y_range.to != 0;

    a->x_step = picture_tick(a->f.x_from, a->f.x_to, chart_at_least(a->w / 12, 2));
    if (a->f.log_y) {
        double decades = log10(a->f.y_to) - log10(a->f.y_from);

        a->y_step = fmax(1, ceil(decades / chart_at_least(a->h / 2, 1)));
        return;
    }
    a->y_step = picture_tick(a->f.y_from, a->f.y_to, chart_at_least((a->h - 1) / 3, 2));
    if (!given) axis_round(&a->f.y_from, &a->f.y_to, a->y_step);
}

bool chart_has_names(const Picture *p)
{
    for (int s = 0; s < p->count; s++)
        if (chart_has_text(p->series[s].name)) return true;
    return false;
}

void chart_centre(Sheet *s, int from, int width, int row, const char *text)
{
    int n = sheet_width(text, s->utf8);

    sheet_text(s, from + (n < width ? (width - n) / 2 : 0), row, text, width);
}

/* Title and y label above, marks with names and x label below. */
static void draw_head(Plane *a, const Picture *p)
{
    Sheet *s = &a->sheet;
    int    used = 0;

    if (a->top == 0) return;
    if (chart_has_text(p->y_label)) used = sheet_text(s, 0, 0, p->y_label, s->columns) + 2;
    if (chart_has_text(p->title) && used < s->columns) {
        int from = used > a->left ? used : a->left;

        chart_centre(s, from, s->columns - from, 0, p->title);
    }
}

static void draw_foot(Plane *a, const Picture *p, const char *const *mark, int marks)
{
    Sheet *s = &a->sheet;
    int    row = a->top + a->h + 2, at = a->left;
    int    x_width = chart_has_text(p->x_label) ? sheet_width(p->x_label, s->utf8) : 0;

    if (row >= s->rows) return;
    for (int i = 0; i < p->count && at < s->columns - 3; i++) {
        if (!chart_has_text(p->series[i].name)) continue;
        sheet_put(s, at, row, mark[i % marks]);
        at += 2 + sheet_text(s, at + 2, row, p->series[i].name, s->columns - at - 2) + 3;
    }
    if (at == a->left && x_width) chart_centre(s, a->left, s->columns - a->left, row, p->x_label);
    else if (x_width && s->columns - x_width > at)
        sheet_text(s, s->columns - x_width, row, p->x_label, x_width);
}

/* Sheet, frame, ticks: everything but what stands in the plane. */
static Plane plane_make(const Picture *p, PictureFrame f, int columns, int rows, bool utf8)
{
    Plane a = { .f = f };
    bool  head = chart_has_text(p->title) || chart_has_text(p->y_label);
    bool  foot = chart_has_names(p) || chart_has_text(p->x_label);

    columns = chart_at_least(columns, 20);
    rows    = chart_at_least(rows, 6);
    foot    = foot && rows >= 6;
    a.top   = head && rows >= 7 ? 1 : 0;
    a.h     = rows - 2 - a.top - foot;
    a.w     = columns - 8;
    a.sheet = sheet_make(columns, rows, utf8);
    plane_choose_ticks(&a, p);
    a.left = y_tick_width(&a) + 1;
    a.w    = columns - a.left;
    if (a.w < 5) {            /* labels too long for this width: the curve counts more */
        a.left = 1;
        a.w    = columns - 1;
    }
    draw_head(&a, p);
    draw_y_axis(&a);
    draw_x_axis(&a);
    return a;
}

static void plane_finish(Plane *a, Text *out)
{
    sheet_print(&a->sheet, out);
    sheet_free(&a->sheet);
}

/* ---- lines ------------------------------------------------------------ */

static bool is_mark(const char *glyph)
{
    for (int i = 0; i < MARKS; i++)
        if (strcmp(glyph, MARK[i]) == 0) return true;
    return false;
}

/* Where curves meet they take turns, so that neither hides the other. */
static void plane_mark(Plane *a, double x, double y, int series, bool loose)
{
    int c = (int)lround(x), r = (int)lround(y);

    if (c < 0 || r < 0 || c >= a->w || r >= a->h) return;
    if (!loose && is_mark(sheet_get(&a->sheet, a->left + c, a->top + r)) && (c + series) % 2) return;
    sheet_put(&a->sheet, a->left + c, a->top + r, MARK[series % MARKS]);
}

/* Shorten the part [t0, t1] of a segment to where from + t*delta lies in
 * [-0.5, size-0.5]; false when none is left. Source: Liang & Barsky 1984. */
static bool clip(double from, double delta, int size, double *t0, double *t1)
{
    double low = (-0.5 - from) / delta, high = (size - 0.5 - from) / delta;

    if (delta == 0) return from >= -0.5 && from <= size - 0.5;
    if (low > high) {
        double swap = low;

        low  = high;
        high = swap;
    }
    if (low > *t0) *t0 = low;
    if (high < *t1) *t1 = high;
    return *t0 <= *t1;
}

static void plane_line(Plane *a, double x0, double y0, double x1, double y1, int series)
{
    double dx = x1 - x0, dy = y1 - y0, t0 = 0, t1 = 1;
    int    n;

    if (!clip(x0, dx, a->w, &t0, &t1) || !clip(y0, dy, a->h, &t0, &t1)) return;
    n = (int)ceil((t1 - t0) * fmax(fabs(dx), fabs(dy)));
    for (int i = 0; i <= n; i++) {
        double t = n ? t0 + (t1 - t0) * i / n : t0;

        plane_mark(a, x0 + t * dx, y0 + t * dy, series, false);
    }
}

/* Points lie on top of curves. */
static void draw_curve(Plane *a, const Picture *p, int series)
{
    const PictureSeries *s = &p->series[series];
    double x, y, last_x = 0, last_y = 0;
    bool   joined = false, loose = p->kind == PICTURE_LINES && (s->n == 1 || p->loose >> series & 1);

    for (int i = 0; i < s->n; i++) {
        if (!picture_point(s, i, &a->f, &x, &y)) {
            joined = false;
            continue;
        }
        x = plane_x(a, x);
        y = plane_y(a, y);
        if (loose) plane_mark(a, x, y, series, true);
        else if (!joined || p->kind != PICTURE_LINES) plane_line(a, x, y, x, y, series);
        else if (!p->step) plane_line(a, last_x, last_y, x, y, series);
        else {
            plane_line(a, last_x, last_y, x, last_y, series);
            plane_line(a, x, last_y, x, y, series);
        }
        last_x = x;
        last_y = y;
        joined = true;
    }
}

void chart_lines(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    Plane a;

    if (chart_refuses(out, p)) return;
    a = plane_make(p, picture_frame(p), columns, rows, utf8);
    for (int s = 0; s < p->count; s++)
        draw_curve(&a, p, s);
    draw_foot(&a, p, MARK, MARKS);
    plane_finish(&a, out);
}

/* ---- surfaces and regions --------------------------------------------- */

/* Point marks differ from the grounds of classes. */
static const char *const GROUND[] = { ".", " ", ":", "-", "~", "'" };

static const char *ground_glyph(const Picture *p, const ChartShades *k, double v, bool utf8)
{
    static const char *const half[] = { ".", " " };

    if (!isfinite(v)) return "?";
    if (p->classes > 0) return GROUND[v >= 0 ? (int)v % 6 : 0];
    if (p->diverging && p->count > 0) return half[v > p->middle];
    return chart_shade(k, v, utf8);
}

static void draw_ground(Plane *a, const Picture *p)
{
    ChartShades k = chart_shades(p);

    for (int r = 0; r < a->h; r++)
        for (int c = 0; c < a->w; c++) {
            double up = (a->h - 1.0 - r) / chart_at_least(a->h - 1, 1);
            int    row = (int)lround(up * (p->rows - 1));
            int    col = (int)lround((double)c / chart_at_least(a->w - 1, 1) * (p->cols - 1));
            double v = p->cell[(size_t)row * (size_t)p->cols + (size_t)col];

            sheet_put(&a->sheet, a->left + c, a->top + r, ground_glyph(p, &k, v, a->sheet.utf8));
        }
}

/* Whether the ground is one sign for each class or side. */
static bool has_grounds(const Picture *p)
{
    return p->classes > 0 || (p->diverging && p->count == 2);
}

/* The sign of its ground behind the name of each class. */
static void name_grounds(const Picture *p, PictureSeries *named, char (*buf)[CHART_LABEL + 8])
{
    for (int s = 0; s < p->count; s++) {
        bool own = chart_has_text(p->series[s].name) && (p->classes == 0 || s < p->classes);
        const char *ground = p->classes > 0 ? GROUND[s % 6] : s ? " " : ".";

        named[s] = p->series[s];
        if (!own) continue;
        snprintf(buf[s], sizeof buf[s], "%.*s [%s]", CHART_LABEL, p->series[s].name, ground);
        named[s].name = buf[s];
    }
}

/* What blank and full mean: one line. */
static void tell_shades(Text *out, const Picture *p, int columns, bool utf8)
{
    ChartShades k = chart_shades(p);
    Text        t = { 0 };
    Sheet       s = sheet_make(columns, 1, utf8);
    double      low, high;

    picture_cell_range(p, &low, &high);
    if (chart_has_text(p->z_label)) text_addf(&t, "%s: ", p->z_label);
    text_add(&t, "from ");
    text_num(&t, low, (NumFormat){ NUM_SIG, 4 });
    text_add(&t, " to ");
    text_num(&t, high, (NumFormat){ NUM_SIG, 4 });
    text_add(&t, "; the darker, the further from ");
    text_num(&t, k.middle, (NumFormat){ NUM_SIG, 4 });
    sheet_text(&s, 0, 0, text_str(&t), columns);
    sheet_print(&s, out);
    sheet_free(&s);
    text_free(&t);
}

void chart_plane(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    PictureFrame f = { p->x_range.from, p->x_range.to, p->y_range.from, p->y_range.to,
                       false, 0, 0 };
    Picture      q = *p;
    Plane        a;
    bool         grounds = p->kind == PICTURE_REGIONS && has_grounds(p), told = !grounds && rows >= 10;
    PictureSeries *named = mem_new(sizeof *named * (size_t)(p->count + 1));
    char (*name)[CHART_LABEL + 8] = mem_new(sizeof *name * (size_t)(p->count + 1));

    if (!chart_refuses(out, p)) {
        q.kind = p->kind == PICTURE_SURFACE ? PICTURE_LINES : PICTURE_POINTS;
        a      = plane_make(p, f, columns, rows - told, utf8);
        draw_ground(&a, p);
        for (int s = 0; s < p->count; s++)
            draw_curve(&a, &q, s);
        if (grounds) {
            name_grounds(p, named, name);
            q.series = named;
        }
        draw_foot(&a, &q, MARK, MARKS);
        plane_finish(&a, out);
        if (told) tell_shades(out, p, chart_at_least(columns, 20), utf8);
    }
    free(name);
    free(named);
}

/* ---- all -------------------------------------------------------------- */

void chart_draw(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    static void (*const draw[])(Text *, const Picture *, int, int, bool) = {
        [PICTURE_LINES] = chart_lines,     [PICTURE_POINTS] = chart_lines,
        [PICTURE_BARS] = chart_bars,       [PICTURE_HISTOGRAM] = chart_bars,
        [PICTURE_HEATMAP] = chart_heatmap, [PICTURE_SURFACE] = chart_plane,
        [PICTURE_REGIONS] = chart_plane,
    };

    bool both = p->below && rows >= 12;

    if (both) rows /= 2;
    draw[p->kind](out, p, columns, rows, utf8);
    if (both) draw[p->below->kind](out, p->below, columns, rows, utf8);
}

/* ---- sparkline -------------------------------------------------------- */

/* Mean of the finite values in y[from, to); NAN when there is none. */
static double mean_of(const double *y, int from, int to)
{
    double mean = 0;
    int    n = 0;

    for (int i = from; i < to; i++)
        if (isfinite(y[i])) mean += (y[i] - mean) / ++n;
    return n ? mean : NAN;
}

void chart_spark(Text *out, const double *y, int n, int columns, bool utf8)
{
    static const char *const wide[] = { "▁", "▂", "▃", "▅", "▇" };
    static const char *const plain[] = { "_", ".", "-", "=", "#" };
    int    w = n < columns ? n : columns;
    double low = INFINITY, high = -INFINITY, *v = mem_new(sizeof *v * (size_t)chart_at_least(w, 1));

    for (int i = 0; i < w; i++) {
        v[i] = mean_of(y, chart_part(i, w, n), chart_part(i + 1, w, n));
        if (v[i] < low) low = v[i];
        if (v[i] > high) high = v[i];
    }
    for (int i = 0; i < w; i++) {
        double level = high > low ? (v[i] / 2 - low / 2) / (high / 2 - low / 2) * 4 : 2;

        text_add(out, isfinite(v[i]) ? (utf8 ? wide : plain)[lround(level)] : " ");
    }
    free(v);
}
