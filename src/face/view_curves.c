/* view_curves.c -- the pane of the curves: loss and metrics, of training and
 * validation, by epoch; or the loss by pass while stepping.
 *
 * Curves are drawn in dots, two columns and four rows to a cell. Those of the
 * validation have gaps, so that no colour is needed to tell them apart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view.h"

enum { CHART_ROWS = 6, CHART_COLUMNS = 24, LABEL = 7, LOG_FROM = 1000 };

int loss_rows(const ViewState *v, int width)
{
    if (!v->n_curve || v->curve[0].n < 2) return 1;
    return width >= CHART_COLUMNS ? CHART_ROWS + 1 : 2;
}

static bool by_epoch(const ViewState *v) { return !strcmp(v->curve_name, "epoch"); }

void loss_heading(const ViewState *v, Text *to)
{
    if (!v->n_curve || v->curve[0].n < 2) text_add(to, "loss");
    else text_addf(to, "%s by %s", v->n_curve > 1 && by_epoch(v) ? "curves" : "loss", v->curve_name);
}

/* ---- one line of blocks ---- */

/* One column for so many values in turn, as high as their mean. */
static void spark(const ViewCurve *k, Canvas *c, Rect r)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < k->n; i++) {
        double y = k->y[i];
        if (isfinite(y) && y < low) low = y;
        if (isfinite(y) && y > high) high = y;
    }
    if (low > 0 && low < high / 2) low = 0;
    int columns = k->n < r.w ? k->n : r.w;
    for (int x = 0; x < columns; x++) {
        int from = (int)((int64_t)x * k->n / columns), to = (int)((int64_t)(x + 1) * k->n / columns);
        double sum = 0;
        for (int i = from; i < to; i++) sum += k->y[i];
        double part = (sum / (to - from) - low) / (high > low ? high - low : 1);
        int level = isfinite(part) ? 1 + (int)(part * (8 * r.h - 1) + 0.5) : 0;
        for (int y = 0; y < r.h; y++)
            canvas_put(c, (Point){ r.x + x, r.y + r.h - 1 - y }, STYLE_SERIES1,
                       glyph_block(level - 8 * y));
    }
}

static void spark_line(const ViewState *v, Canvas *c, int y, int h)
{
    const ViewCurve *k = &v->curve[0];
    int room = c->w - 16;
    canvas_num(c, (Point){ 0, y }, LABEL, STYLE_NORMAL, k->y[0], false);
    if (room > 2) spark(k, c, (Rect){ 8, y, room, h });
    canvas_num(c, (Point){ c->w - LABEL, y + h - 1 }, LABEL, STYLE_BOLD, k->y[k->n - 1], false);
}

/* ---- a chart of dots ---- */

typedef struct {
    Canvas  *c;
    Rect     r;              /* of the dots, in cells          */
    double   low, high;
    bool     log;
    double   last;           /* x of the right edge; left is 0 */
    uint8_t *bits, *style;   /* by cell of r                   */
} Chart;

static double scaled(const Chart *t, double y)
{
    if (t->log) y = y > 0 ? log10(y) : NAN;
    return (y - t->low) / (t->high - t->low);
}

static void dot(Chart *t, int x, int y, Style s)
{
    static const uint8_t bit[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };
    if (x < 0 || y < 0 || x >= 2 * t->r.w || y >= 4 * t->r.h) return;
    size_t cell = (size_t)(y / 4 * t->r.w + x / 2);
    t->bits[cell] |= bit[y % 4][x % 2];
    t->style[cell] = (uint8_t)s;
}

/* The value at a column of dots: of many the mean, of few the one before. */
static double value_at(const Chart *t, const ViewCurve *k, int x)
{
    int dots = 2 * t->r.w;
    double from = t->last * x / dots, to = t->last * (x + 1) / dots;
    double step = k->n > 1 ? (k->x[k->n - 1] - k->x[0]) / (k->n - 1) : 1;
    int a = (int)ceil((from - k->x[0]) / step), b = (int)ceil((to - k->x[0]) / step);
    if (a < 0) a = 0;
    if (x == dots - 1) b = k->n;
    if (a >= b) {
        double at = (from - k->x[0]) / step;
        int i = (int)floor(at);
        if (i < 0 || i + 1 >= k->n) return at < 0 || i >= k->n ? NAN : k->y[k->n - 1];
        return k->y[i] + (at - i) * (k->y[i + 1] - k->y[i]);
    }
    double sum = 0;
    for (int i = a; i < b && i < k->n; i++) sum += k->y[i];
    return a < k->n ? sum / ((b < k->n ? b : k->n) - a) : NAN;
}

static void curve_draw(Chart *t, const ViewCurve *k, Style s, bool gaps)
{
    int before = -1, rows = 4 * t->r.h;
    for (int x = 0; x < 2 * t->r.w; x++) {
        double part = scaled(t, value_at(t, k, x));
        if (!isfinite(part)) {
            before = -1;
            continue;
        }
        int y = (int)lround((1 - part) * (rows - 1));
        int from = before < 0 ? y : before, step = y < from ? -1 : 1;
        for (int at = from;; at += step) {
            if (!gaps || x % 4 < 2) dot(t, x, at, s);
            if (at == y) break;
        }
        before = y;
    }
}

static bool is_loss(const ViewCurve *k) { return strstr(k->name, "loss") || !k->name[0]; }
static bool is_validation(const ViewCurve *k) { return !strncmp(k->name, "val_", 4); }

static void chart_scale(const ViewState *v, Chart *t, bool losses)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < v->n_curve; i++) {
        const ViewCurve *k = &v->curve[i];
        if (is_loss(k) != losses) continue;
        if (k->n && k->x[k->n - 1] > t->last) t->last = k->x[k->n - 1];
        for (int j = 0; j < k->n; j++) {
            if (!isfinite(k->y[j])) continue;
            if (k->y[j] < low) low = k->y[j];
            if (k->y[j] > high) high = k->y[j];
        }
    }
    if (!losses && low >= 0 && high <= 1) low = low < 0.5 ? 0 : 0.5, high = 1;
    t->log = losses && low > 0 && high / low >= LOG_FROM;
    if (!t->log && low > 0 && low < high / 2) low = 0;
    if (t->log) low = log10(low), high = log10(high);
    if (!(high > low)) high = low + (low ? fabs(low) : 1);
    t->low = low;
    t->high = high;
}

static void axis_draw(const Chart *t)
{
    int bottom = t->r.y + t->r.h - 1, x = t->r.x - 1;
    double high = t->log ? pow(10, t->high) : t->high, low = t->log ? pow(10, t->low) : t->low;
    canvas_rule(t->c, (Point){ x, t->r.y }, (Point){ x, bottom }, STYLE_DIM, LINE_LIGHT);
    canvas_num(t->c, (Point){ x - LABEL, t->r.y }, LABEL, STYLE_DIM, high, false);
    canvas_num(t->c, (Point){ x - LABEL, bottom }, LABEL, STYLE_DIM, low, false);
    if (t->log && t->r.h > 2)
        canvas_fit(t->c, (Point){ x - LABEL, t->r.y + 1 }, -LABEL, STYLE_DIM, "log");
}

/* Where in the history one stands. */
static void moment_draw(const ViewState *v, const Chart *t)
{
    if (v->moment < 0 || !by_epoch(v) || t->last <= 0) return;
    int x = (int)(v->moment / t->last * (t->r.w - 1) + 0.5);
    if (x < 0 || x >= t->r.w) return;
    canvas_rule(t->c, (Point){ t->r.x + x, t->r.y }, (Point){ t->r.x + x, t->r.y + t->r.h - 1 },
                STYLE_KEY, LINE_LIGHT);
}

static void chart_show(const ViewState *v, Chart *t)
{
    axis_draw(t);
    moment_draw(v, t);
    for (int y = 0; y < t->r.h; y++)
        for (int x = 0; x < t->r.w; x++) {
            size_t cell = (size_t)(y * t->r.w + x);
            if (t->bits[cell])
                canvas_put(t->c, (Point){ t->r.x + x, t->r.y + y }, (Style)t->style[cell],
                           0x2800u + t->bits[cell]);
        }
}

static Style curve_style(int i) { return (Style)(STYLE_SERIES1 + i % 6); }

static void chart_draw_in(const ViewState *v, Canvas *c, Rect all, bool losses)
{
    Chart t = { .c = c, .r = { all.x + LABEL + 1, all.y, all.w - LABEL - 1, all.h } };
    chart_scale(v, &t, losses);
    size_t cells = (size_t)(t.r.w * t.r.h);
    t.bits = mem_new(2 * cells);
    t.style = t.bits + cells;
    for (int i = v->n_curve - 1; i >= 0; i--)
        if (is_loss(&v->curve[i]) == losses)
            curve_draw(&t, &v->curve[i], curve_style(i), is_validation(&v->curve[i]));
    chart_show(v, &t);
    free(t.bits);
}

static void x_axis(const ViewState *v, Canvas *c, int y)
{
    double last = v->curve[0].x[v->curve[0].n - 1];
    char buf[NUM_TEXT];
    canvas_text(c, (Point){ LABEL + 1, y }, STYLE_DIM, "0");
    canvas_fit(c, (Point){ LABEL + 3, y }, -(c->w - LABEL - 3), STYLE_DIM,
               num_fit(buf, last, 12, false));
    int middle = LABEL + 1 + (c->w - LABEL - 1 - (int)strlen(v->curve_name)) / 2;
    canvas_text(c, (Point){ middle, y }, STYLE_DIM, v->curve_name);
}

static void charts_draw(const ViewState *v, Canvas *c, int y)
{
    bool metrics = false;
    for (int i = 0; i < v->n_curve; i++) metrics |= !is_loss(&v->curve[i]);
    int h = c->h - y - 1, below = metrics && h >= 2 * CHART_ROWS - 2 ? h * 2 / 5 : 0;
    chart_draw_in(v, c, (Rect){ 0, y, c->w, h - below - (below > 0) }, true);
    if (below) chart_draw_in(v, c, (Rect){ 0, y + h - below, c->w, below }, false);
    x_axis(v, c, c->h - 1);
}

/* ---- the line above ---- */

/* Each curve's latest value, behind a piece of it. */
static void legend_draw(const ViewState *v, Canvas *c, int x)
{
    for (int i = 0; i < v->n_curve && by_epoch(v); i++) {
        const ViewCurve *k = &v->curve[i];
        char buf[NUM_TEXT];
        double last = k->n ? k->y[k->n - 1] : NAN;
        num_fit(buf, last, 7, false);
        int wide = 3 + (int)strlen(k->name) + 1 + (int)strlen(buf);
        if (x + wide > c->w) return;
        Style s = curve_style(i);
        canvas_put(c, (Point){ x, 0 }, s, is_validation(k) ? 0x2505 : 0x2501);
        x += 2 + canvas_text(c, (Point){ x + 2, 0 }, STYLE_DIM, k->name);
        x += 3 + canvas_text(c, (Point){ x + 1, 0 }, i ? STYLE_NORMAL : STYLE_BOLD, buf);
    }
}

static void now_line(const ViewState *v, Canvas *c)
{
    char buf[NUM_TEXT];
    Diag d = { 0 };
    bool trained = v->n_curve && v->curve[0].n > 1 && by_epoch(v);
    if (trained || !v->E) {
        if (trained) legend_draw(v, c, 0);
        else canvas_hint(c, 0, v->n_curve ? "" : "No loss yet.");
        return;
    }
    double is = node_scalar(v->E, &d);
    int x = canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL, v->E->label ? v->E->label : "E");
    x += canvas_text(c, (Point){ x, 0 }, STYLE_NORMAL, " = ");
    x += canvas_text(c, (Point){ x, 0 }, STYLE_BOLD, num_print(buf, is, v->s->format));
    if ((v->n_curve && v->curve[0].n > 1) || !v->net || c->w - x < 12) return;
    canvas_text(c, (Point){ x + 3, 0 }, STYLE_DIM, "t trains");
}

void loss_draw(const ViewState *v, Canvas *c)
{
    now_line(v, c);
    if (!v->n_curve || v->curve[0].n < 2 || c->h < 2) return;
    if (c->h >= CHART_ROWS && c->w >= CHART_COLUMNS) charts_draw(v, c, 1);
    else spark_line(v, c, 1, c->h - 1);
}
