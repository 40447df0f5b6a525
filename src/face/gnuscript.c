/* gnuscript.c -- a Picture written as gnuplot commands: curves, points, bars.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/gnuscript.h"

#include <stdlib.h>

#include "base/mem.h"
#include "face/gnujob.h"

/* ---- lines and points ------------------------------------------------- */

static void line_style(Job *j, int s, int n)
{
    int         k = s % JOB_STYLES, every = n > 60 ? n / 30 : 1;
    const char *with = j->p->markers ? "linespoints" : "lines";

    if (j->p->step) with = "steps";
    text_addf(j->out, " with %s", with);
    if (j->letters) return;
    text_addf(j->out, " lw 2.2 lc rgb '%s' dt %s", JOB_COLORS[k], JOB_DASHES[k]);
    if (j->p->markers && !j->p->step)
        text_addf(j->out, " pt %d ps 0.9 pointinterval %d", JOB_MARKS[k], every);
}

static void point_style(Job *j, int s, double size)
{
    static const char letters[] = "o+xOXv^";
    int               k = s % JOB_STYLES;

    if (j->letters) text_addf(j->out, " with points pt '%c'", letters[k]);
    else text_addf(j->out, " with points pt %d ps %g lc rgb '%s'", JOB_MARKS[k], size, JOB_COLORS[k]);
}

/* The blocks $d of curves; lone[s] says whether series s has a block $i too. */
static void write_curves(Job *j, bool *lone)
{
    for (int s = 0; s < j->p->count; s++) {
        Text alone = { 0 };

        if (!job_has_point(j, &j->p->series[s])) continue;
        job_block(j->out, 'd', s);
        if (j->p->loose >> s & 1) job_points(j, &j->p->series[s]);
        else job_curve(j, &j->p->series[s], &alone);
        job_block_end(j->out);
        lone[s] = alone.len > 0;
        if (lone[s]) {
            job_block(j->out, 'i', s);
            text_add(j->out, text_str(&alone));
            job_block_end(j->out);
        }
        text_free(&alone);
    }
}

static void write_lines(Job *j)
{
    bool  first = true, *lone = mem_new((size_t)j->p->count + 1);
    char  buf[24];

    job_frame(j);
    job_legend(j);
    write_curves(j, lone);
    for (int s = 0; s < j->p->count; s++) {
        if (!job_has_point(j, &j->p->series[s])) continue;
        job_next(j, &first, job_block_name(buf, 'd', s));
        bool dot = j->p->series[s].n == 1 || j->p->loose >> s & 1;
        if (dot) point_style(j, s, j->p->series[s].n == 1 ? 1.6 : 1.1);
        else line_style(j, s, j->p->series[s].n);
        job_name(j, s);
        if (dot || !lone[s]) continue;
        job_next(j, &first, job_block_name(buf, 'i', s));
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

    job_frame(j);
    job_legend(j);
    for (int s = 0; s < j->p->count; s++) {
        if (!job_has_point(j, &j->p->series[s])) continue;
        job_block(j->out, 'd', s);
        job_points(j, &j->p->series[s]);
        job_block_end(j->out);
    }
    for (int s = 0; s < j->p->count; s++) {
        if (!job_has_point(j, &j->p->series[s])) continue;
        job_next(j, &first, job_block_name(buf, 'd', s));
        point_style(j, s, 1.1);
        job_name(j, s);
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
        job_next(j, &first, job_block_name(buf, 'd', s));
        text_add(j->out, " with boxes");
        if (!j->letters) text_addf(j->out, " lc rgb '%s'", JOB_COLORS[s % JOB_STYLES]);
        job_name(j, s);
    }
    text_addc(j->out, '\n');
}

static void write_bars(Job *j)
{
    int    count = j->p->count, most = 0;
    double width = 0.8 / count, x, y;

    job_frame(j);
    job_legend(j);
    for (int s = 0; s < count; s++) {
        PictureSeries bar = j->p->series[s];

        bar.x = NULL;
        most  = bar.n > most ? bar.n : most;
        job_block(j->out, 'd', s);
        for (int i = 0; i < bar.n; i++)
            if (picture_point(&bar, i, j->f, &x, &y))
                job_pair(j->out, i + (s - (count - 1) / 2.0) * width, y);
        job_block_end(j->out);
    }
    if (!j->letters) text_add(j->out, "unset grid\nset grid ytics lt 1 lw 0.5 lc rgb '#dddddd'\n");
    if (j->p->bar_names || most <= 40) job_tics(j->out, 'x', j->p->bar_names, most);
    if (job_names_are_long(j->p->bar_names, most)) text_add(j->out, "set xtics rotate by -35\n");
    write_boxes(j, width * (count > 1 ? 0.95 : 1), "solid 0.9");
}

static void write_histogram(Job *j)
{
    Histogram h = histogram_make(j->p);
    bool      many = j->p->count > 1;

    job_frame(j);
    job_legend(j);
    if (!job_is_named(j->p->y_label) && !j->letters) text_add(j->out, "set ylabel 'count'\n");
    for (int s = 0; s < j->p->count; s++) {
        job_block(j->out, 'd', s);
        for (int b = 0; b < h.bins; b++)
            job_pair(j->out, h.from + (b + 0.5) * h.width,
                     h.count[(size_t)s * (size_t)h.bins + (size_t)b]);
        job_block_end(j->out);
    }
    write_boxes(j, h.width * 0.96, many ? "transparent solid 0.55" : "solid 0.9");
    histogram_free(&h);
}

/* ---- all -------------------------------------------------------------- */

static void (*const WRITERS[])(Job *) = {
    [PICTURE_LINES] = write_lines,         [PICTURE_POINTS] = write_scatter,
    [PICTURE_BARS] = write_bars,           [PICTURE_HISTOGRAM] = write_histogram,
    [PICTURE_HEATMAP] = job_heatmap,     [PICTURE_SURFACE] = job_surface,
    [PICTURE_REGIONS] = job_regions,
};

static void write_one(Text *out, const Picture *p, const PictureFrame *f, int width, bool letters, bool panel)
{
    Job j = { out, p, f, width, letters, panel };

    job_head(&j);
    WRITERS[p->kind](&j);
}

/* Both with the same margins, so that one epoch stands below the other. */
static void write_panels(Text *out, const Picture *p, const PictureFrame *f, int width, bool letters)
{
    static const char margins[] = "set lmargin at screen 0.1\nset rmargin at screen 0.97\n";
    PictureFrame      g = picture_frame(p->below);

    text_addf(out, "set multiplot layout 2,1\n%s", margins);
    write_one(out, p, f, width, letters, true);
    text_addf(out, "reset\nundefine $*\n%s", margins);
    write_one(out, p->below, &g, width, letters, true);
    text_add(out, "unset multiplot\n");
}

void gnuscript_write(Text *out, const Picture *p, const PictureFrame *f, int width, bool letters)
{
    if (p->below) write_panels(out, p, f, width, letters);
    else write_one(out, p, f, width, letters, false);
}
