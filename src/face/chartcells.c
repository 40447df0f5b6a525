/* chartcells.c -- text charts made of rows and cells: bars, histograms, heat maps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "face/chartparts.h"

enum { BAR_NAME = 20 };

/* ---- bars ------------------------------------------------------------- */

/* Bars on a sheet: names, then the bars around zero, then values. */
typedef struct {
    Sheet  sheet;
    int    left, w;
    double from, to;
    int    row;
} Bars;

static const char *bar_fill(const Sheet *s, int series)
{
    static const char *const wide[] = { "█", "▒", "▓", "░" };
    static const char *const plain[] = { "#", "=", "%", ":" };

    return (s->utf8 ? wide : plain)[series % 4];
}

static void draw_bar(Bars *b, const char *name, double v, int series)
{
    Sheet *s = &b->sheet;
    char   buf[NUM_TEXT];
    double unit = (b->to - b->from) > 0 ? (b->w - 1) / (b->to - b->from) : 0;
    int    zero = b->left + (int)lround(-b->from * unit), end;

    sheet_text(s, 0, b->row, name, b->left - 2);
    sheet_put(s, zero, b->row, s->utf8 ? "│" : "|");
    if (isfinite(v)) {
        v   = fmin(fmax(v, b->from), b->to);
        end = b->left + (int)lround((v - b->from) * unit);
        for (int c = zero + 1; c <= end; c++)
            sheet_put(s, c, b->row, bar_fill(s, series));
        for (int c = end; c < zero; c++)
            sheet_put(s, c, b->row, bar_fill(s, series));
    } else {
        end = zero;
    }
    num_print(buf, v, (NumFormat){ NUM_SIG, 4 });
    sheet_text(s, (end > zero ? end : zero) + 2, b->row++, buf, CHART_LABEL);
}

/* Room for n bars below a title; widest is the longest name. */
static Bars bars_make(const Picture *p, int n, int widest, int columns, int rows, bool utf8)
{
    Bars b = { 0 };
    bool foot = p->count > 1 && chart_has_names(p);
    int  head = chart_has_text(p->title) ? 1 : 0;
    int  left = widest < columns / 3 ? widest : columns / 3;

    rows    = n + head + foot < rows ? n + head + foot : rows;
    b.sheet = sheet_make(columns, rows, utf8);
    b.left  = left + 2;
    b.w     = chart_at_least(columns - b.left - 9, 3);
    b.row   = head;
    if (head) chart_centre(&b.sheet, 0, columns, 0, p->title);
    return b;
}

static void bars_finish(Bars *b, const Picture *p, int left_over, Text *out)
{
    int at = b->left;

    if (p->count > 1 && chart_has_names(p))
        for (int s = 0; s < p->count && at < b->sheet.columns - 3; s++) {
            if (!chart_has_text(p->series[s].name)) continue;
            sheet_put(&b->sheet, at, b->sheet.rows - 1, bar_fill(&b->sheet, s));
            at += 5 + sheet_text(&b->sheet, at + 2, b->sheet.rows - 1, p->series[s].name,
                                 b->sheet.columns - at - 2);
        }
    sheet_print(&b->sheet, out);
    if (left_over > 0) text_addf(out, "... and %d more\n", left_over);
    sheet_free(&b->sheet);
}

static const char *bar_name(const Picture *p, int i, char buf[BAR_NAME])
{
    if (p->bar_names) return p->bar_names[i] ? p->bar_names[i] : "";
    snprintf(buf, BAR_NAME, "%d", i);
    return buf;
}

static int bar_count(const Picture *p)
{
    int most = 0;

    for (int s = 0; s < p->count; s++)
        most = chart_at_least(p->series[s].n, most);
    return most;
}

static void draw_all_bars(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    PictureFrame f = picture_frame(p);
    int  groups = bar_count(p);
    int  fixed = chart_has_text(p->title) + (p->count > 1 && chart_has_names(p));
    int  shown = groups * p->count + fixed <= rows ? groups
                 : chart_at_least((rows - fixed - 1) / p->count, 1);
    int  widest = 1;
    char buf[BAR_NAME];
    Bars b;

    for (int i = 0; i < shown; i++)
        widest = chart_at_least(sheet_width(bar_name(p, i, buf), utf8), widest);
    b      = bars_make(p, shown * p->count, widest, columns, rows, utf8);
    b.from = f.y_from;
    b.to   = f.y_to;
    for (int i = 0; i < shown; i++)
        for (int s = 0; s < p->count; s++)
            draw_bar(&b, s ? "" : bar_name(p, i, buf), i < p->series[s].n ? p->series[s].y[i] : NAN,
                     s);
    bars_finish(&b, p, groups - shown, out);
}

static void draw_histogram(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    Picture   q = *p;
    Histogram h = histogram_make(p);
    int       fixed = chart_has_text(p->title) + (p->count > 1 && chart_has_names(p)), widest = 1;
    int       room = chart_at_least((rows - fixed) / p->count, 1);
    char      name[NUM_TEXT];
    Bars      b;

    if (h.bins > room) {
        histogram_free(&h);
        q.bins = room;
        h      = histogram_make(&q);
    }
    for (int i = 0; i < h.bins; i++) {
        chart_tick(name, h.from + i * h.width, h.width);
        widest = chart_at_least((int)strlen(name), widest);
    }
    b    = bars_make(p, h.bins * p->count, widest, columns, rows, utf8);
    b.to = h.most;
    for (int i = 0; i < h.bins; i++)
        for (int s = 0; s < p->count; s++) {
            chart_tick(name, h.from + i * h.width, h.width);
            draw_bar(&b, s ? "" : name, h.count[(size_t)s * (size_t)h.bins + (size_t)i], s);
        }
    bars_finish(&b, p, 0, out);
    histogram_free(&h);
}

void chart_bars(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    columns = chart_at_least(columns, 20);
    rows    = chart_at_least(rows, 6);
    if (chart_refuses(out, p)) return;
    if (p->kind == PICTURE_HISTOGRAM) draw_histogram(out, p, columns, rows, utf8);
    else draw_all_bars(out, p, columns, rows, utf8);
}

/* ---- heat map --------------------------------------------------------- */

ChartShades chart_shades(const Picture *p)
{
    double low, high;
    ChartShades s;

    picture_cell_range(p, &low, &high);
    s.is_signed = p->diverging || (low < 0 && high > 0);
    s.middle    = p->diverging ? p->middle : s.is_signed ? 0 : low;
    s.reach     = fmax(fabs(low - s.middle), fabs(high - s.middle));
    if (!(s.reach > 0)) s.reach = 1;
    return s;
}

const char *chart_shade(const ChartShades *s, double v, bool utf8)
{
    static const char *const wide[] = { " ", "░", "▒", "▓", "█" };
    static const char *const plain[] = { " ", ".", ":", "*", "#" };
    int level = (int)lround(fabs(v - s->middle) / s->reach * 4);

    if (!isfinite(v)) return "?";
    return (utf8 ? wide : plain)[level > 4 ? 4 : level];
}

static const char *sign_glyph(const ChartShades *s, double v)
{
    if (v == s->middle || !isfinite(v)) return " ";
    return v > s->middle ? "+" : "-";
}

static const char *cell_name(const char *const *names, int i, char buf[BAR_NAME])
{
    if (names) return names[i] ? names[i] : "";
    snprintf(buf, BAR_NAME, "%d", i);
    return buf;
}

static int names_width(const char *const *names, int n, bool utf8)
{
    int  widest = 1;
    char buf[BAR_NAME];

    for (int i = 0; i < n; i++)
        widest = chart_at_least(sheet_width(cell_name(names, i, buf), utf8), widest);
    return widest;
}

static int number_width(const Picture *p)
{
    int    widest = 1;
    size_t n = (size_t)p->rows * (size_t)p->cols;
    char   buf[NUM_TEXT];

    for (size_t i = 0; i < n; i++) {
        num_print(buf, p->cell[i], (NumFormat){ NUM_SIG, 3 });
        widest = chart_at_least((int)strlen(buf), widest);
    }
    return widest;
}

/* One cell with its number: `-1.79 ▒▒`; the more marks, the further from the
 * middle, and the mark tells the side. */
static void draw_number(Sheet *s, int x, int y, double v, const ChartShades *k)
{
    static const char *const wide[] = { "▓", "▒" }, *const plain[] = { "+", "-" };
    const char *mark = (s->utf8 ? wide : plain)[v < k->middle];
    double      far = fabs(v - k->middle) / k->reach;
    char        buf[NUM_TEXT];

    num_print(buf, v, (NumFormat){ NUM_SIG, 3 });
    sheet_text(s, x - 3 - (int)strlen(buf), y, buf, CHART_LABEL);
    if (far > 0.25) sheet_put(s, x - 2, y, mark);
    if (far > 0.65) sheet_put(s, x - 1, y, mark);
}

/* left: columns of the row names, each: columns of a cell. */
static void draw_numbers(Text *out, const Picture *p, int left, int each, int columns, bool utf8)
{
    int    top = 1 + (chart_has_text(p->title) ? 1 : 0), wide = left + each * p->cols;
    int    title = chart_has_text(p->title) ? sheet_width(p->title, utf8) : 0;
    int    x_width = chart_has_text(p->x_label) ? sheet_width(p->x_label, utf8) + 3 : 0;
    int    most = chart_at_least(title + 2 + x_width, wide);
    Sheet  s = sheet_make(most < columns ? most : columns, top + p->rows, utf8);
    ChartShades k = chart_shades(p);
    char   buf[BAR_NAME];

    if (top == 2) sheet_text(&s, 0, 0, p->title, s.columns);
    if (top == 2 && x_width && most <= columns)
        sheet_text(&s, chart_at_least(wide - x_width, title + 2), 0, p->x_label, x_width);
    if (chart_has_text(p->y_label)) sheet_text(&s, 0, top - 1, p->y_label, left);
    for (int c = 0; c < p->cols; c++) {
        const char *name = cell_name(p->col_names, c, buf);
        int         n = sheet_width(name, utf8);

        sheet_text(&s, left + each * (c + 1) - 3 - (n < each - 4 ? n : each - 4), top - 1, name,
                   each - 4 > n ? n : each - 4);
    }
    for (int r = 0; r < p->rows; r++) {
        sheet_text(&s, 0, top + r, cell_name(p->row_names, r, buf), left);
        for (int c = 0; c < p->cols; c++)
            draw_number(&s, left + each * (c + 1), top + r,
                        p->cell[(size_t)r * (size_t)p->cols + (size_t)c], &k);
    }
    sheet_print(&s, out);
    sheet_free(&s);
}

static void draw_shades(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    int    top = chart_has_text(p->title) ? 1 : 0;
    int    w = p->cols < columns / 2 ? p->cols : columns / 2;
    int    h = p->rows < rows - 1 - top ? p->rows : rows - 1 - top;
    Sheet  s = sheet_make(columns, top + h, utf8);
    ChartShades k = chart_shades(p);
    double low, high;

    if (top) sheet_text(&s, 0, 0, p->title, columns);
    for (int r = 0; r < h; r++)
        for (int c = 0; c < w; c++) {
            int    r0 = chart_part(r, h, p->rows), r1 = chart_part(r + 1, h, p->rows);
            int    c0 = chart_part(c, w, p->cols), c1 = chart_part(c + 1, w, p->cols);
            double v = picture_cell_mean(p, r0, r1, c0, c1);
            const char *shade = chart_shade(&k, v, utf8);

            if (p->tiles && !isfinite(v)) continue;
            sheet_put(&s, 2 * c, top + r, k.is_signed ? sign_glyph(&k, v) : shade);
            sheet_put(&s, 2 * c + 1, top + r, shade);
        }
    sheet_print(&s, out);
    sheet_free(&s);
    picture_cell_range(p, &low, &high);
    text_add(out, "from ");
    text_num(out, low, (NumFormat){ NUM_SIG, 4 });
    text_add(out, " to ");
    text_num(out, high, (NumFormat){ NUM_SIG, 4 });
    text_addc(out, '\n');
}

void chart_heatmap(Text *out, const Picture *p, int columns, int rows, bool utf8)
{
    int left, each, most;

    columns = chart_at_least(columns, 20);
    rows    = chart_at_least(rows, 6);
    if (chart_refuses(out, p)) return;
    if (p->tiles || p->cols > columns || p->rows > rows) {
        draw_shades(out, p, columns, rows, utf8);
        return;
    }
    left = names_width(p->row_names, p->rows, utf8);
    if (chart_has_text(p->y_label)) left = chart_at_least(sheet_width(p->y_label, utf8), left) + 2;
    left = left < columns / 4 ? left : columns / 4;
    each = number_width(p) + 4;
    most = names_width(p->col_names, p->cols, utf8) + 4;
    each = chart_at_least(most < each + 8 ? most : each + 8, each);
    if (left + each * p->cols > columns) each = number_width(p) + 4;
    if (left + each * p->cols <= columns && p->rows + 1 + chart_has_text(p->title) <= rows)
        draw_numbers(out, p, left, each, columns, utf8);
    else draw_shades(out, p, columns, rows, utf8);
}
