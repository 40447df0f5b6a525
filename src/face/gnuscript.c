/* gnuscript.c -- a Picture written as gnuplot commands.
 *
 * gnuplot is a shell: back-ticks inside double quotes, a line that starts with
 * an exclamation mark, system(), file names that start with | or <, all run
 * programs, and no switch turns it off. So nothing here interpolates anything
 * but three things: numbers that this file prints, words of fixed tables, and
 * texts that went through gnuscript_text. Data stand in data blocks; their end
 * mark cannot occur among numbers.
 *
 * Colours are those of Okabe and Ito, told apart by colour-blind readers, and
 * curves differ in dash and mark as well, for print without colour.
 * Source: M. Okabe, K. Ito, "Color Universal Design", 2008.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/gnuscript.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    TEXT_BYTES  = 200,    /* of one title, label or name      */
    CURVE_WHOLE = 4000,   /* points of a curve sent unthinned */
    LEGEND      = 24,     /* names in the legend              */
    STYLES      = 7,
    GRID        = 300,    /* cells across, before averaging   */
    MESH        = 70      /* lines of a surface               */
};

static const char *const COLORS[STYLES] = { "#0072B2", "#E69F00", "#009E73", "#CC79A7",
                                            "#D55E00", "#56B4E9", "#000000" };
static const char *const TINTS[STYLES] = { "#B3D5E8", "#F8E2B3", "#B3E2D5", "#F0D7E5",
                                           "#F2CFB3", "#CCE7F8", "#CCCCCC" };
static const char *const DASHES[STYLES] = { "solid", "(12,5)", "(4,3)", "(14,4,3,4)",
                                            "(20,6)", "(6,3)", "(12,4,3,4,3,4)" };
static const int MARKS[STYLES] = { 7, 5, 9, 13, 11, 15, 6 };

static const char SEQUENTIAL[] =
    "0 '#f7fbff', 1 '#c6dbef', 2 '#6baed6', 3 '#2171b5', 4 '#08306b'";
static const char DIVERGING[] =
    "0 '#b35806', 1 '#f1a340', 2 '#f7f7f7', 3 '#67a9cf', 4 '#1b5e9e'";
static const char PALE[] = "0 '#f3b27a', 1 '#ffffff', 2 '#8cbbe0'";
static const char VIRIDIS[] =
    "0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725'";

/* Everything one picture's commands are made from. */
typedef struct {
    Text               *out;
    const Picture      *p;
    const PictureFrame *f;
    int                 width;
    bool                letters;
} Job;

/* ---- text ------------------------------------------------------------- */

/* Bytes of the UTF-8 character at s, its code in *code; 0 when it is none. */
static int utf8_read(const unsigned char *s, uint32_t *code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    int                   n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2
                            : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;

    if (n < 2) {
        *code = s[0];
        return n;
    }
    *code = s[0] & (0x7Fu >> n);
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    if (*code < least[n] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) return 0;
    return n;
}

static bool is_visible(uint32_t c)
{
    return c >= 0x20 && !(c >= 0x7F && c < 0xA0) && c != 0xAD && c != 0xFEFF &&
           !(c >= 0x200B && c <= 0x200F) && !(c >= 0x2028 && c <= 0x202E) &&
           !(c >= 0x2060 && c <= 0x206F) && !(c >= 0xFFF0 && c <= 0xFFFF) && c < 0xE0000;
}

/* What may be shown of s: at most TEXT_BYTES, whole characters. */
static Text text_clean(const char *s)
{
    const unsigned char *at = (const unsigned char *)(s ? s : "");
    Text                 clean = { 0 };
    uint32_t             code;

    while (*at) {
        int n = utf8_read(at, &code);

        if (n && is_visible(code)) {
            if (clean.len + (size_t)n > TEXT_BYTES) break;
            text_addn(&clean, (const char *)at, (size_t)n);
        }
        at += n ? n : 1;
    }
    return clean;
}

/* gnuplot 5.4 reads a doubled quote right only when it stands alone: at the start
 * or beside another it ends the string. There a prime stands for it, as in f′′.
 * In the labels of tics a percent sign starts a format. */
static void write_quoted(Text *out, const char *s, bool format)
{
    Text        clean = text_clean(s);
    const char *start = text_str(&clean);

    text_addc(out, '\'');
    for (const char *at = start; *at; at++) {
        bool lone = at > start && at[-1] != '\'' && at[1] != '\'';

        if (*at == '\'') text_add(out, lone ? "''" : "′");
        else if (*at == '%' && format) text_add(out, "%%");
        else text_addc(out, *at);
    }
    text_addc(out, '\'');
    text_free(&clean);
}

void gnuscript_text(Text *out, const char *s)
{
    write_quoted(out, s, false);
}

static bool is_named(const char *s)
{
    return s && *s;
}

/* `set WHAT 'text'`, or nothing when there is no text. */
static void write_label(Text *out, const char *what, const char *s)
{
    if (!is_named(s)) return;
    text_addf(out, "set %s ", what);
    gnuscript_text(out, s);
    text_addc(out, '\n');
}

/* ---- data ------------------------------------------------------------- */

/* `%.17g` would be exact, and `nan` where something is not finite. */
static void write_number(Text *out, double v)
{
    if (isfinite(v)) text_addf(out, "%.17g", v);
    else text_add(out, "NaN");
}

static void write_pair(Text *out, double x, double y)
{
    write_number(out, x);
    text_addc(out, ' ');
    write_number(out, y);
    text_addc(out, '\n');
}

static void write_triple(Text *out, double x, double y, double z)
{
    write_number(out, x);
    text_addc(out, ' ');
    write_pair(out, y, z);
}

static void block_open(Text *out, char letter, int index)
{
    text_addf(out, "$%c%d << EOD\n", letter, index);
}

static void block_close(Text *out)
{
    text_add(out, "EOD\n");
}

/* A curve on its way out: points collect until the pixel column changes, then
 * the first, lowest, highest and last of them go out in their order. Thinned so
 * it covers the same pixels as the whole. */
typedef struct {
    Job  *job;
    Text *lone;           /* points between two breaks, which no line shows */
    bool  whole;
    int   column;
    int   keep[4], kept;  /* indices first, lowest, highest, last           */
    int   run, last;      /* points since the break                         */
} Curve;

static void curve_emit(Curve *c, const PictureSeries *s, int i)
{
    double x, y;

    picture_point(s, i, c->job->f, &x, &y);
    write_pair(c->job->out, x, y);
    c->last = i;
    c->run++;
}

static int by_index(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void curve_flush(Curve *c, const PictureSeries *s)
{
    if (!c->kept) return;
    qsort(c->keep, 4, sizeof c->keep[0], by_index);
    for (int k = 0; k < 4; k++)
        if (k == 0 || c->keep[k] != c->keep[k - 1]) curve_emit(c, s, c->keep[k]);
    c->kept = 0;
}

static void curve_break(Curve *c, const PictureSeries *s)
{
    double x, y;

    curve_flush(c, s);
    if (c->run == 1) {
        picture_point(s, c->last, c->job->f, &x, &y);
        write_pair(c->lone, x, y);
    }
    if (c->run) text_addc(c->job->out, '\n');
    c->run = 0;
}

static int pixel_column(const Job *j, double x)
{
    double at = (x - j->f->x_from) / (j->f->x_to - j->f->x_from) * j->width;

    return at < 0 ? -1 : at > j->width ? j->width : (int)at;
}

static void curve_add(Curve *c, const PictureSeries *s, int i, double x)
{
    int column = pixel_column(c->job, x);

    if (c->kept && column != c->column) curve_flush(c, s);
    c->column = column;
    if (!c->kept) {
        for (int k = 0; k < 4; k++)
            c->keep[k] = i;
        c->kept = 1;
        return;
    }
    if (s->y[i] < s->y[c->keep[1]]) c->keep[1] = i;
    if (s->y[i] > s->y[c->keep[2]]) c->keep[2] = i;
    c->keep[3] = i;
}

static void write_curve(Job *j, const PictureSeries *s, Text *lone)
{
    Curve  c = { .job = j, .lone = lone, .whole = s->n <= CURVE_WHOLE };
    double x, y;

    for (int i = 0; i < s->n; i++) {
        if (!picture_point(s, i, j->f, &x, &y)) curve_break(&c, s);
        else if (c.whole) curve_emit(&c, s, i);
        else curve_add(&c, s, i, x);
    }
    curve_break(&c, s);
}

/* Loose points: of many, one for each pixel. */
static void write_points(Job *j, const PictureSeries *s)
{
    enum { TALL = 600 };
    size_t         wide = (size_t)j->width + 2;
    unsigned char *seen = s->n > CURVE_WHOLE ? mem_new(wide * TALL) : NULL;
    double         x, y, y_size = j->f->y_to - j->f->y_from;

    for (int i = 0; i < s->n; i++) {
        if (!picture_point(s, i, j->f, &x, &y)) continue;
        if (seen && !j->f->log_y) {
            double         at = fmin(fmax((y - j->f->y_from) / y_size, 0), 1) * (TALL - 1);
            unsigned char *mark = seen + (size_t)at * wide + (size_t)(pixel_column(j, x) + 1);

            if (*mark) continue;
            *mark = 1;
        }
        write_pair(j->out, x, y);
    }
    free(seen);
}

/* ---- settings --------------------------------------------------------- */

static void write_head(Job *j)
{
    Text *o = j->out;

    text_add(o, "set termoption noenhanced\n");
    write_label(o, "title", j->p->title);
    write_label(o, "xlabel", j->p->x_label);
    if (j->letters) {         /* turned text is not to be had, and beside the axis it takes room */
        write_label(o, "label 1", j->p->y_label);
        if (is_named(j->p->y_label)) text_add(o, "set label 1 at graph 0, graph 1 left offset -6,1\n");
        return;
    }
    write_label(o, "ylabel", j->p->y_label);
    text_add(o, "set tics nomirror out\n"
                "set border 3 lc rgb '#666666'\n"
                "set tics textcolor rgb '#222222'\n"
                "set grid lt 1 dt solid lw 0.5 lc rgb '#dddddd'\n");
}

static void write_axis_range(Text *o, char axis, double from, double to)
{
    text_addf(o, "set %crange [", axis);
    write_number(o, from);
    text_addc(o, ':');
    write_number(o, to);
    text_add(o, "]\n");
}

static bool is_given(PictureRange r)
{
    return r.from != 0 || r.to != 0;
}

/* A little air around what the data span; not below bars that stand on zero. */
static void write_frame(Job *j)
{
    Text  *o = j->out;
    bool   bars = j->p->kind == PICTURE_BARS || j->p->kind == PICTURE_HISTOGRAM;
    bool   loose = !is_given(j->p->y_range) && !j->f->log_y;
    double x = j->p->kind == PICTURE_POINTS && !is_given(j->p->x_range)
                   ? 0.04 * (j->f->x_to - j->f->x_from) : 0;
    double y = loose ? 0.04 * (j->f->y_to - j->f->y_from) : 0;

    write_axis_range(o, 'x', j->f->x_from - x, j->f->x_to + x);
    write_axis_range(o, 'y', j->f->y_from - (bars && j->f->y_from == 0 ? 0 : y),
                     j->f->y_to + (bars && j->f->y_to == 0 ? 0 : y));
    if (j->f->log_y) {
        text_add(o, "set logscale y\nset format y '%g'\n");
        if (log10(j->f->y_to) - log10(j->f->y_from) > 8) text_add(o, "unset mytics\n");
    }
    if (!j->f->log_y && j->f->y_from < 0 && j->f->y_to > 0 && !j->letters)
        text_add(o, "set xzeroaxis lt 1 lw 1 lc rgb '#888888'\n");
}

/* The legend stands beside the curves, never on them; below when names are long. */
static void write_legend(Job *j)
{
    int    names = 0;
    size_t longest = 0;

    for (int s = 0; s < j->p->count; s++)
        if (is_named(j->p->series[s].name)) {
            size_t n = strlen(j->p->series[s].name);

            names++;
            if (n > longest) longest = n;
        }
    if (!names) text_add(j->out, "set key off\n");
    else if (j->letters || longest > 24) text_add(j->out, "set key bmargin center horizontal\n");
    else text_add(j->out, "set key outside right top Left reverse samplen 2.5 spacing 1.2\n");
}

static void write_name(Job *j, int s)
{
    if (s >= LEGEND || !is_named(j->p->series[s].name)) {
        text_add(j->out, " notitle");
        return;
    }
    text_add(j->out, " title ");
    gnuscript_text(j->out, j->p->series[s].name);
}

/* Names along an axis, every so many when there is no room for all. */
static void write_tics(Text *o, char axis, const char *const *names, int n)
{
    int every = n / (names ? 40 : 20) + 1;

    text_addf(o, "set %ctics scale 0 (", axis);
    for (int i = 0; i < n; i += every) {
        if (i) text_add(o, ", ");
        if (names) write_quoted(o, names[i], true);
        else text_addf(o, "'%d'", i);
        text_addf(o, " %d", i);
    }
    text_add(o, ")\n");
}

static bool names_are_long(const char *const *names, int n)
{
    size_t all = 0;

    for (int i = 0; names && i < n; i++)
        all += strlen(names[i]) + 2;
    return all > 90;
}

/* Start or go on with the one plot command. */
static void write_next(Job *j, bool *first, const char *data)
{
    text_add(j->out, *first ? "plot " : ", ");
    text_add(j->out, data);
    *first = false;
}

static const char *block_name(char buf[24], char letter, int index)
{
    snprintf(buf, 24, "$%c%d", letter, index);
    return buf;
}

/* ---- lines and points ------------------------------------------------- */

static void line_style(Job *j, int s, int n)
{
    int         k = s % STYLES, every = n > 60 ? n / 30 : 1;
    const char *with = j->p->markers ? "linespoints" : "lines";

    if (j->p->step) with = "steps";
    text_addf(j->out, " with %s", with);
    if (j->letters) return;
    text_addf(j->out, " lw 2.2 lc rgb '%s' dt %s", COLORS[k], DASHES[k]);
    if (j->p->markers && !j->p->step)
        text_addf(j->out, " pt %d ps 0.9 pointinterval %d", MARKS[k], every);
}

static void point_style(Job *j, int s, double size)
{
    text_addf(j->out, " with points pt %d", MARKS[s % STYLES]);
    if (!j->letters)
        text_addf(j->out, " ps %g lc rgb '%s'", size, COLORS[s % STYLES]);
}

static bool has_point(const Job *j, const PictureSeries *s)
{
    double x, y;

    for (int i = 0; i < s->n; i++)
        if (picture_point(s, i, j->f, &x, &y)) return true;
    return false;
}

/* The blocks $d of curves; lone[s] says whether series s has a block $i too. */
static void write_curves(Job *j, bool *lone)
{
    for (int s = 0; s < j->p->count; s++) {
        Text alone = { 0 };

        if (!has_point(j, &j->p->series[s])) continue;
        block_open(j->out, 'd', s);
        write_curve(j, &j->p->series[s], &alone);
        block_close(j->out);
        lone[s] = alone.len > 0;
        if (lone[s]) {
            block_open(j->out, 'i', s);
            text_add(j->out, text_str(&alone));
            block_close(j->out);
        }
        text_free(&alone);
    }
}

static void write_lines(Job *j)
{
    bool  first = true, *lone = mem_new((size_t)j->p->count + 1);
    char  buf[24];

    write_frame(j);
    write_legend(j);
    write_curves(j, lone);
    for (int s = 0; s < j->p->count; s++) {
        if (!has_point(j, &j->p->series[s])) continue;
        write_next(j, &first, block_name(buf, 'd', s));
        line_style(j, s, j->p->series[s].n);
        write_name(j, s);
        if (!lone[s]) continue;
        write_next(j, &first, block_name(buf, 'i', s));
        point_style(j, s, 0.9);
        text_add(j->out, " notitle");
    }
    text_addc(j->out, '\n');
    free(lone);
}

static void write_scatter(Job *j)
{
    bool first = true;
    char buf[24];

    write_frame(j);
    write_legend(j);
    for (int s = 0; s < j->p->count; s++) {
        if (!has_point(j, &j->p->series[s])) continue;
        block_open(j->out, 'd', s);
        write_points(j, &j->p->series[s]);
        block_close(j->out);
    }
    for (int s = 0; s < j->p->count; s++) {
        if (!has_point(j, &j->p->series[s])) continue;
        write_next(j, &first, block_name(buf, 'd', s));
        point_style(j, s, 1.1);
        write_name(j, s);
    }
    text_addc(j->out, '\n');
}

/* ---- bars ------------------------------------------------------------- */

static void write_boxes(Job *j, double width, const char *fill)
{
    bool first = true;
    char buf[24];

    text_addf(j->out, "set boxwidth %.17g absolute\nset style fill %s noborder\n", width, fill);
    for (int s = 0; s < j->p->count; s++) {
        write_next(j, &first, block_name(buf, 'd', s));
        text_add(j->out, " with boxes");
        if (!j->letters) text_addf(j->out, " lc rgb '%s'", COLORS[s % STYLES]);
        write_name(j, s);
    }
    text_addc(j->out, '\n');
}

static void write_bars(Job *j)
{
    int    count = j->p->count, most = 0;
    double width = 0.8 / count, x, y;

    write_frame(j);
    write_legend(j);
    for (int s = 0; s < count; s++) {
        PictureSeries bar = j->p->series[s];

        bar.x = NULL;
        most  = bar.n > most ? bar.n : most;
        block_open(j->out, 'd', s);
        for (int i = 0; i < bar.n; i++)
            if (picture_point(&bar, i, j->f, &x, &y))
                write_pair(j->out, i + (s - (count - 1) / 2.0) * width, y);
        block_close(j->out);
    }
    if (!j->letters) text_add(j->out, "unset grid\nset grid ytics lt 1 lw 0.5 lc rgb '#dddddd'\n");
    if (j->p->bar_names || most <= 40) write_tics(j->out, 'x', j->p->bar_names, most);
    if (names_are_long(j->p->bar_names, most)) text_add(j->out, "set xtics rotate by -35\n");
    write_boxes(j, width * (count > 1 ? 0.95 : 1), "solid 0.9");
}

static void write_histogram(Job *j)
{
    Histogram h = histogram_make(j->p);
    bool      many = j->p->count > 1;

    write_frame(j);
    write_legend(j);
    if (!is_named(j->p->y_label) && !j->letters) text_add(j->out, "set ylabel 'count'\n");
    for (int s = 0; s < j->p->count; s++) {
        block_open(j->out, 'd', s);
        for (int b = 0; b < h.bins; b++)
            write_pair(j->out, h.from + (b + 0.5) * h.width, h.count[(size_t)s * (size_t)h.bins + (size_t)b]);
        block_close(j->out);
    }
    write_boxes(j, h.width * 0.96, many ? "transparent solid 0.55" : "solid 0.9");
    histogram_free(&h);
}

/* ---- cells ------------------------------------------------------------ */

/* How many cells across and down are sent, and which cells each stands for. */
typedef struct {
    int rows, cols;
} Grid;

static Grid grid_of(const Picture *p, int most)
{
    return (Grid){ p->rows < most ? p->rows : most, p->cols < most ? p->cols : most };
}

static int grid_at(int i, int sent, int all)
{
    return (int)((int64_t)i * all / sent);
}

/* The value sent for grid cell r, c: a mean, or of classes the one in its middle. */
static double grid_value(const Picture *p, Grid g, int r, int c)
{
    int r0 = grid_at(r, g.rows, p->rows), r1 = grid_at(r + 1, g.rows, p->rows);
    int c0 = grid_at(c, g.cols, p->cols), c1 = grid_at(c + 1, g.cols, p->cols);

    if (p->classes > 0) {
        r0 = (r0 + r1) / 2;
        c0 = (c0 + c1) / 2;
        r1 = r0 + 1;
        c1 = c0 + 1;
    }
    return picture_cell_mean(p, r0, r1, c0, c1);
}

/* Where grid line i lies; lines thinned from many lie in the middle of theirs. */
static double grid_place(PictureRange range, int i, int sent, int all)
{
    double at = (grid_at(i, sent, all) + grid_at(i + 1, sent, all) - 1) / 2.0;

    return range.from + at * (range.to - range.from) / (all - 1);
}

static void write_color_range(Job *j, const char *colors)
{
    PictureRange r = picture_color_range(j->p);

    text_addf(j->out, "set palette defined (%s)\n", colors);
    text_add(j->out, "set cbrange [");
    write_number(j->out, r.from);
    text_addc(j->out, ':');
    write_number(j->out, r.to);
    text_add(j->out, "]\n");
    write_label(j->out, "cblabel", j->p->z_label);
}

static bool are_counts(const Picture *p)
{
    size_t n = (size_t)p->rows * (size_t)p->cols;

    for (size_t i = 0; i < n; i++)
        if (!(p->cell[i] == floor(p->cell[i]) && fabs(p->cell[i]) < 1e6)) return false;
    return true;
}

/* White letters on dark cells, black on light ones. */
static int letter_color(const Picture *p, PictureRange r, double v)
{
    double t = (v - r.from) / (r.to - r.from);

    return (p->diverging ? fabs(t - 0.5) > 0.32 : t > 0.55) ? 0xFFFFFF : 0x222222;
}

static void write_cell_blocks(Job *j, Grid g, bool *missing)
{
    PictureRange range = picture_color_range(j->p);
    Text         gaps = { 0 };

    block_open(j->out, 'd', 0);
    for (int r = 0; r < g.rows; r++)
        for (int c = 0; c < g.cols; c++) {
            double v = grid_value(j->p, g, r, c);

            if (!isfinite(v)) {
                text_addf(&gaps, "%d %d\n", c, r);
                continue;
            }
            text_addf(j->out, "%d %d %.17g %d\n", c, r, v, letter_color(j->p, range, v));
        }
    block_close(j->out);
    *missing = gaps.len > 0;
    if (*missing) text_addf(j->out, "$i0 << EOD\n%sEOD\n", text_str(&gaps));
    text_free(&gaps);
}

static void write_cell_axes(Job *j, Grid g)
{
    Text *o = j->out;

    text_addf(o, "unset grid\nset key off\nset border 0\nset xrange [-0.5:%d.5]\n"
                 "set yrange [%d.5:-0.5]\n", g.cols - 1, g.rows - 1);
    if (g.rows != j->p->rows || g.cols != j->p->cols) {
        text_add(o, "unset xtics\nunset ytics\n");
        return;
    }
    if (j->p->col_names || g.cols <= 40) write_tics(o, 'x', j->p->col_names, g.cols);
    if (j->p->row_names || g.rows <= 40) write_tics(o, 'y', j->p->row_names, g.rows);
    if (names_are_long(j->p->col_names, g.cols)) text_add(o, "set xtics rotate by -35\n");
}

static void write_heatmap(Job *j)
{
    Grid  g = grid_of(j->p, GRID);
    bool  missing, few = g.rows * g.cols <= 240 && g.cols <= 16 && g.rows <= 24;
    Text *o = j->out;

    write_color_range(j, j->p->diverging ? DIVERGING : SEQUENTIAL);
    write_cell_axes(j, g);
    write_cell_blocks(j, g, &missing);
    if (g.rows <= 4 * g.cols && g.cols <= 4 * g.rows && !j->letters)
        text_addf(o, "set size ratio %g\n", fmax((double)g.rows / g.cols, 0.4));
    text_addf(o, "set style fill solid 1 %s\n",
              g.rows * g.cols <= 1000 ? "border lc rgb '#ffffff'" : "noborder");
    text_add(o, g.rows * g.cols <= 10000
                    ? "plot $d0 using 1:2:(0.5):(0.5):3 with boxxyerror lc palette"
                    : "plot $d0 using 1:2:3 with image");
    if (missing) text_add(o, ", $i0 using 1:2:(0.5):(0.5) with boxxyerror lc rgb '#999999'");
    if (few)
        text_addf(o, ", $d0 using 1:2:(sprintf('%%%s',$3)):4 with labels tc rgb variable",
                  are_counts(j->p) ? "g" : ".3g");
    text_addc(o, '\n');
}

/* ---- regions ---------------------------------------------------------- */

static void write_class_colors(Job *j)
{
    text_addf(j->out, "set palette maxcolors %d defined (", j->p->classes);
    for (int c = 0; c < j->p->classes; c++)
        text_addf(j->out, "%s%d '%s'", c ? ", " : "", c, TINTS[c % STYLES]);
    if (j->p->classes == 1) text_addf(j->out, ", 1 '%s'", TINTS[0]);
    text_add(j->out, ")\n");
    text_addf(j->out, "set cbrange [-0.5:%d.5]\nunset colorbox\n", j->p->classes - 1);
}

static void write_grid_block(Job *j, char letter, Grid g)
{
    block_open(j->out, letter, 0);
    for (int r = 0; r < g.rows; r++) {
        for (int c = 0; c < g.cols; c++)
            write_triple(j->out, grid_place(j->p->x_range, c, g.cols, j->p->cols),
                         grid_place(j->p->y_range, r, g.rows, j->p->rows),
                         grid_value(j->p, g, r, c));
        text_addc(j->out, '\n');
    }
    block_close(j->out);
}

/* The curve where the value is exactly in the middle: the decision boundary. */
static void write_boundary(Job *j)
{
    text_add(j->out, "set contour base\nset cntrparam levels discrete ");
    write_number(j->out, j->p->middle);
    text_add(j->out, "\nunset surface\nset table $c0\nsplot $g0 using 1:2:3\nunset table\n"
                     "unset contour\nset surface\n");
}

static bool crosses_middle(const Picture *p)
{
    double low, high;

    return p->diverging && p->classes == 0 && picture_cell_range(p, &low, &high) &&
           low < p->middle && high > p->middle;
}

static void write_region_points(Job *j)
{
    bool first = false;
    char buf[24];

    for (int s = 0; s < j->p->count; s++) {
        /* of two classes the upper one has the colour of high values */
        int k = j->p->classes == 0 && s < 2 ? (s == 0 ? 4 : 0) : s % STYLES;

        if (!has_point(j, &j->p->series[s])) continue;
        write_next(j, &first, block_name(buf, 'd', s));
        text_addf(j->out, " with points pt %d ps 1.7 lc rgb '#ffffff' notitle", MARKS[k]);
        write_next(j, &first, block_name(buf, 'd', s));
        text_addf(j->out, " with points pt %d ps 1.2 lc rgb '%s'", MARKS[k], COLORS[k]);
        write_name(j, s);
    }
    text_addc(j->out, '\n');
}

static void write_regions(Job *j)
{
    Grid         g = grid_of(j->p, GRID);
    PictureFrame plane = { j->p->x_range.from, j->p->x_range.to, j->p->y_range.from,
                           j->p->y_range.to, false, 0, 0 };
    Job          at = { j->out, j->p, &plane, j->width, j->letters };
    bool         boundary = crosses_middle(j->p);

    if (j->p->classes > 0) write_class_colors(j);
    else write_color_range(j, j->p->diverging ? PALE : VIRIDIS);
    write_frame(&at);
    write_legend(j);
    text_add(j->out, "unset grid\nunset xzeroaxis\n");
    write_grid_block(j, 'g', g);
    if (boundary) write_boundary(j);
    for (int s = 0; s < j->p->count; s++) {
        if (!has_point(&at, &j->p->series[s])) continue;
        block_open(j->out, 'd', s);
        write_points(&at, &j->p->series[s]);
        block_close(j->out);
    }
    text_add(j->out, "plot $g0 using 1:2:3 with image notitle");
    if (boundary) text_add(j->out, ", $c0 using 1:2 with lines lw 2 lc rgb '#444444' notitle");
    write_region_points(&at);
}

/* ---- surface ---------------------------------------------------------- */

/* Height of the surface at x, y, between four cells. */
static double surface_height(const Picture *p, double x, double y)
{
    double at_c = (x - p->x_range.from) / (p->x_range.to - p->x_range.from) * (p->cols - 1);
    double at_r = (y - p->y_range.from) / (p->y_range.to - p->y_range.from) * (p->rows - 1);
    int    c, r;
    const double *z;

    if (!(at_c >= 0 && at_c <= p->cols - 1 && at_r >= 0 && at_r <= p->rows - 1)) return NAN;
    c = at_c < p->cols - 1 ? (int)at_c : p->cols - 2;
    r = at_r < p->rows - 1 ? (int)at_r : p->rows - 2;
    z = p->cell + (size_t)r * (size_t)p->cols + (size_t)c;
    at_c -= c;
    at_r -= r;
    return (1 - at_r) * ((1 - at_c) * z[0] + at_c * z[1]) +
           at_r * ((1 - at_c) * z[p->cols] + at_c * z[p->cols + 1]);
}

static bool write_path(Job *j, int index)
{
    const PictureSeries *s = &j->p->series[index];
    Text                 path = { 0 };
    bool                 any;

    for (int i = 0; i < s->n; i += s->n / CURVE_WHOLE + 1) {
        double x = s->x ? s->x[i] : i, z = surface_height(j->p, x, s->y[i]);

        if (isfinite(z) && s->z) z = s->z[i];
        if (isfinite(z)) write_triple(&path, x, s->y[i], z);
    }
    any = path.len > 0;
    if (any) text_addf(j->out, "$d%d << EOD\n%sEOD\n", index, text_str(&path));
    text_free(&path);
    return any;
}

static bool is_log_surface(const Picture *p)
{
    double low, high;

    if (p->y_scale == PICTURE_LINEAR || !picture_cell_range(p, &low, &high) || !(low > 0))
        return false;
    return p->y_scale == PICTURE_LOG || high / low > 1e4;
}

static void write_surface_axes(Job *j)
{
    PictureRange z = picture_color_range(j->p);

    if (is_log_surface(j->p)) {
        picture_cell_range(j->p, &z.from, &z.to);
        if (z.to < 1.001 * z.from) z.to = 10 * z.from;
        text_add(j->out, "set logscale zcb\nset format z '%g'\nset format cb '%g'\n");
    }
    write_color_range(j, VIRIDIS);
    write_axis_range(j->out, 'x', j->p->x_range.from, j->p->x_range.to);
    write_axis_range(j->out, 'y', j->p->y_range.from, j->p->y_range.to);
    write_axis_range(j->out, 'z', z.from, z.to);
    text_add(j->out, "unset cblabel\nset cbrange [");
    write_number(j->out, z.from);
    text_addc(j->out, ':');
    write_number(j->out, z.to);
    text_add(j->out, "]\n");
    write_label(j->out, "zlabel", j->p->z_label);
    text_add(j->out, "set zlabel rotate parallel\n");
}

static void write_surface(Job *j)
{
    bool first = false, *path = mem_new((size_t)j->p->count + 1);
    char buf[24];

    write_surface_axes(j);
    write_legend(j);
    text_add(j->out, "set border 895\nset view 42,28,1,0.95\nset xyplane relative 0.12\n"
                     "set pm3d scansautomatic border lc rgb '#555555' lw 0.3\nunset colorbox\n");
    write_grid_block(j, 'g', grid_of(j->p, MESH));
    for (int s = 0; s < j->p->count; s++)
        path[s] = write_path(j, s);
    text_add(j->out, "splot $g0 using 1:2:3 with pm3d notitle");
    for (int s = 0; s < j->p->count; s++) {
        if (!path[s]) continue;
        write_next(j, &first, block_name(buf, 'd', s));
        text_addf(j->out, " with linespoints lw 2.5 pt 7 ps 0.7 lc rgb '%s'",
                  s ? COLORS[s % STYLES] : "#D55E00");
        write_name(j, s);
    }
    text_addc(j->out, '\n');
    free(path);
}

/* ---- all -------------------------------------------------------------- */

static void (*const WRITERS[])(Job *) = {
    [PICTURE_LINES] = write_lines,         [PICTURE_POINTS] = write_scatter,
    [PICTURE_BARS] = write_bars,           [PICTURE_HISTOGRAM] = write_histogram,
    [PICTURE_HEATMAP] = write_heatmap,     [PICTURE_SURFACE] = write_surface,
    [PICTURE_REGIONS] = write_regions,
};

void gnuscript_write(Text *out, const Picture *p, const PictureFrame *f, int width, bool letters)
{
    Job j = { out, p, f, width, letters };

    write_head(&j);
    WRITERS[p->kind](&j);
}
