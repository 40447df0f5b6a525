/* gnujob.c -- the parts that gnuplot commands are put together from.
 *
 * gnuplot is a shell: back-ticks inside double quotes, a line that starts with
 * an exclamation mark, system(), file names that start with | or <, all run
 * programs, and no switch turns it off. So nothing here and in the files that use
 * this one interpolates anything but three things: numbers that we print, words of
 * fixed tables, and texts that went through job_quote. Data stand in data blocks;
 * their end mark cannot occur among numbers.
 *
 * Colours are those of Okabe and Ito, told apart by colour-blind readers, and
 * curves differ in dash and mark as well, for print without colour.
 * Source: M. Okabe, K. Ito, "Color Universal Design", 2008.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/gnujob.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/gnuscript.h"

enum {
    TEXT_BYTES = 200,        /* of one title, label or name */
    LEGEND     = 24          /* names in the legend         */
};

const char *const JOB_COLORS[JOB_STYLES] = { "#0072B2", "#E69F00", "#009E73", "#CC79A7",
                                            "#D55E00", "#56B4E9", "#000000" };
const char *const JOB_DASHES[JOB_STYLES] = { "solid", "(12,5)", "(4,3)", "(14,4,3,4)",
                                            "(20,6)", "(6,3)", "(12,4,3,4,3,4)" };
const int JOB_MARKS[JOB_STYLES] = { 7, 5, 9, 13, 11, 15, 6 };

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
void job_quote(Text *out, const char *s, bool format)
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
    job_quote(out, s, false);
}

bool job_is_named(const char *s)
{
    return s && *s;
}

void job_label(Text *out, const char *what, const char *s)
{
    if (!job_is_named(s)) return;
    text_addf(out, "set %s ", what);
    gnuscript_text(out, s);
    text_addc(out, '\n');
}

/* ---- data ------------------------------------------------------------- */

/* `%.17g` would be exact, and `nan` where something is not finite. */
void job_number(Text *out, double v)
{
    if (isfinite(v)) text_addf(out, "%.17g", v);
    else text_add(out, "NaN");
}

void job_pair(Text *out, double x, double y)
{
    job_number(out, x);
    text_addc(out, ' ');
    job_number(out, y);
    text_addc(out, '\n');
}

void job_triple(Text *out, double x, double y, double z)
{
    job_number(out, x);
    text_addc(out, ' ');
    job_pair(out, y, z);
}

void job_block(Text *out, char letter, int index)
{
    text_addf(out, "$%c%d << EOD\n", letter, index);
}

void job_block_end(Text *out)
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
    job_pair(c->job->out, x, y);
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
        job_pair(c->lone, x, y);
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

void job_curve(Job *j, const PictureSeries *s, Text *lone)
{
    Curve  c = { .job = j, .lone = lone, .whole = s->n <= JOB_CURVE_WHOLE };
    double x, y;

    for (int i = 0; i < s->n; i++) {
        if (!picture_point(s, i, j->f, &x, &y)) curve_break(&c, s);
        else if (c.whole) curve_emit(&c, s, i);
        else curve_add(&c, s, i, x);
    }
    curve_break(&c, s);
}

/* Where y lies between the ends of its axis, 0 to 1. */
static double part_of_height(const PictureFrame *f, double y)
{
    double part = f->log_y ? log(y / f->y_from) / log(f->y_to / f->y_from)
                           : (y - f->y_from) / (f->y_to - f->y_from);

    return fmin(fmax(part, 0), 1);
}

/* A mark covers more than DOT pixels each way: a second one there shows nothing new. */
void job_points(Job *j, const PictureSeries *s)
{
    enum { TALL = 200, DOT = 3 };
    int            dot = j->letters ? 1 : DOT;
    size_t         wide = (size_t)(j->width / dot) + 2;
    unsigned char *seen = s->n > JOB_CURVE_WHOLE ? mem_new(wide * TALL) : NULL;
    double         x, y;

    for (int i = 0; i < s->n; i++) {
        if (!picture_point(s, i, j->f, &x, &y)) continue;
        if (seen) {
            int            column = (pixel_column(j, x) + dot) / dot;
            size_t         row = (size_t)(part_of_height(j->f, y) * (TALL - 1));
            unsigned char *mark = seen + row * wide + (size_t)column;

            if (*mark) continue;
            *mark = 1;
        }
        job_pair(j->out, x, y);
    }
    free(seen);
}

/* ---- settings --------------------------------------------------------- */

void job_head(Job *j)
{
    Text *o = j->out;

    text_add(o, "set termoption noenhanced\n");
    job_label(o, "title", j->p->title);
    job_label(o, "xlabel", j->p->x_label);
    if (j->letters) {         /* turned text is not to be had, and beside the axis it takes room */
        job_label(o, "label 1", j->p->y_label);
        if (job_is_named(j->p->y_label))
            text_add(o, "set label 1 at graph 0, graph 1 left offset -6,1\n");
        return;
    }
    job_label(o, "ylabel", j->p->y_label);
    text_add(o, "set tics nomirror out\n"
                "set border 3 lc rgb '#666666'\n"
                "set tics textcolor rgb '#222222'\n"
                "set grid lt 1 dt solid lw 0.5 lc rgb '#dddddd'\n");
}

void job_axis(Text *o, char axis, double from, double to)
{
    text_addf(o, "set %crange [", axis);
    job_number(o, from);
    text_addc(o, ':');
    job_number(o, to);
    text_add(o, "]\n");
}

static bool is_given(PictureRange r)
{
    return r.from != 0 || r.to != 0;
}

void job_frame(Job *j)
{
    Text  *o = j->out;
    bool   bars = j->p->kind == PICTURE_BARS || j->p->kind == PICTURE_HISTOGRAM;
    bool   loose = !is_given(j->p->y_range) && !j->f->log_y;
    double x = j->p->kind == PICTURE_POINTS && !is_given(j->p->x_range)
                   ? 0.04 * (j->f->x_to - j->f->x_from) : 0;
    double y = loose ? 0.04 * (j->f->y_to - j->f->y_from) : 0;

    job_axis(o, 'x', j->f->x_from - x, j->f->x_to + x);
    job_axis(o, 'y', j->f->y_from - (bars && j->f->y_from == 0 ? 0 : y),
                     j->f->y_to + (bars && j->f->y_to == 0 ? 0 : y));
    if (j->f->log_y) {
        text_add(o, "set logscale y\nset format y '%g'\n");
        if (log10(j->f->y_to) - log10(j->f->y_from) > 8) text_add(o, "unset mytics\n");
    }
    if (!j->f->log_y && j->f->y_from < 0 && j->f->y_to > 0 && !j->letters)
        text_add(o, "set xzeroaxis lt 1 lw 1 lc rgb '#888888'\n");
}

void job_legend(Job *j)
{
    int    names = 0;
    size_t longest = 0;

    for (int s = 0; s < j->p->count; s++)
        if (job_is_named(j->p->series[s].name)) {
            size_t n = strlen(j->p->series[s].name);

            names++;
            if (n > longest) longest = n;
        }
    if (!names) text_add(j->out, "set key off\n");
    else if (j->panel) text_add(j->out, "set key tmargin right horizontal Left reverse samplen 2.5\n");
    else if (j->letters) text_add(j->out, "set key bmargin center horizontal width 3\n");
    else if (longest > 24) text_add(j->out, "set key bmargin center horizontal\n");
    else text_add(j->out, "set key outside right top Left reverse samplen 2.5 spacing 1.2\n");
}

void job_name(Job *j, int s)
{
    if (s >= LEGEND || !job_is_named(j->p->series[s].name)) {
        text_add(j->out, " notitle");
        return;
    }
    text_add(j->out, " title ");
    gnuscript_text(j->out, j->p->series[s].name);
}

void job_tics(Text *o, char axis, const char *const *names, int n)
{
    int every = n / (names ? 40 : 20) + 1;

    text_addf(o, "set %ctics scale 0 (", axis);
    for (int i = 0; i < n; i += every) {
        if (i) text_add(o, ", ");
        if (names) job_quote(o, names[i], true);
        else text_addf(o, "'%d'", i);
        text_addf(o, " %d", i);
    }
    text_add(o, ")\n");
}

bool job_names_are_long(const char *const *names, int n)
{
    size_t all = 0;

    for (int i = 0; names && i < n; i++)
        all += strlen(names[i]) + 2;
    return all > 90;
}

void job_next(Job *j, bool *first, const char *data)
{
    text_add(j->out, *first ? "plot " : ", ");
    text_add(j->out, data);
    *first = false;
}

const char *job_block_name(char buf[24], char letter, int index)
{
    snprintf(buf, 24, "$%c%d", letter, index);
    return buf;
}

bool job_has_point(const Job *j, const PictureSeries *s)
{
    double x, y;

    for (int i = 0; i < s->n; i++)
        if (picture_point(s, i, j->f, &x, &y)) return true;
    return false;
}
