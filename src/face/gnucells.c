/* gnucells.c -- pictures made of cells as gnuplot commands: heat map, regions, surface.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/gnujob.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    GRID = 300,              /* cells across, before averaging */
    MESH = 70                /* lines of a surface             */
};

static const char *const JOB_TINTS[JOB_STYLES] = { "#B3D5E8", "#F8E2B3", "#B3E2D5", "#F0D7E5",
                                           "#F2CFB3", "#CCE7F8", "#CCCCCC" };

static const char GREY[] = "0 '#000000', 1 '#ffffff'";
static const char SEQUENTIAL[] =
    "0 '#f7fbff', 1 '#c6dbef', 2 '#6baed6', 3 '#2171b5', 4 '#08306b'";
static const char DIVERGING[] =
    "0 '#b35806', 1 '#f1a340', 2 '#f7f7f7', 3 '#67a9cf', 4 '#1b5e9e'";
static const char PALE[] = "0 '#f3b27a', 1 '#ffffff', 2 '#8cbbe0'";
static const char VIRIDIS[] =
    "0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725'";

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
    job_number(j->out, r.from);
    text_addc(j->out, ':');
    job_number(j->out, r.to);
    text_add(j->out, "]\n");
    job_label(j->out, "cblabel", j->p->z_label);
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

/* Few cells are boxes; many are pixels, of which gnuplot wants every one. */
static bool is_image(const Picture *p, Grid g)
{
    return p->tiles || g.rows * g.cols > 10000;
}

static void write_cell_blocks(Job *j, Grid g, bool *missing)
{
    PictureRange range = picture_color_range(j->p);
    Text         gaps = { 0 };

    job_block(j->out, 'd', 0);
    for (int r = 0; r < g.rows; r++)
        for (int c = 0; c < g.cols; c++) {
            double v = grid_value(j->p, g, r, c);

            if (!isfinite(v)) {
                text_addf(&gaps, "%d %d\n", c, r);
                if (is_image(j->p, g)) text_addf(j->out, "%d %d NaN 0\n", c, r);
                continue;
            }
            text_addf(j->out, "%d %d %.17g %d\n", c, r, v, letter_color(j->p, range, v));
        }
    job_block_end(j->out);
    *missing = gaps.len > 0;
    if (*missing) text_addf(j->out, "$i0 << EOD\n%sEOD\n", text_str(&gaps));
    text_free(&gaps);
}

static void write_cell_axes(Job *j, Grid g)
{
    Text *o = j->out;

    text_addf(o, "unset grid\nset key off\nset border 0\nset xrange [-0.5:%d.5]\n"
                 "set yrange [%d.5:-0.5]\n", g.cols - 1, g.rows - 1);
    if (j->p->tiles || g.rows != j->p->rows || g.cols != j->p->cols) {
        text_add(o, "unset xtics\nunset ytics\n");
        return;
    }
    if (j->p->col_names || g.cols <= 40) job_tics(o, 'x', j->p->col_names, g.cols);
    if (j->p->row_names || g.rows <= 40) job_tics(o, 'y', j->p->row_names, g.rows);
    if (job_names_are_long(j->p->col_names, g.cols)) text_add(o, "set xtics rotate by -35\n");
}

void job_heatmap(Job *j)
{
    Grid  g = grid_of(j->p, GRID);
    bool  missing, few = g.rows * g.cols <= 240 && g.cols <= 16 && g.rows <= 24 && !j->p->tiles;
    Text *o = j->out;

    write_color_range(j, j->p->tiles ? GREY : j->p->diverging ? DIVERGING : SEQUENTIAL);
    write_cell_axes(j, g);
    write_cell_blocks(j, g, &missing);
    if (g.rows <= 4 * g.cols && g.cols <= 4 * g.rows && !j->letters)
        text_addf(o, "set size ratio %g\n", fmax((double)g.rows / g.cols, 0.4));
    text_addf(o, "set style fill solid 1 %s\n",
              g.rows * g.cols <= 1000 && !j->p->tiles ? "border lc rgb '#ffffff'" : "noborder");
    text_add(o, !is_image(j->p, g)
                    ? "plot $d0 using 1:2:(0.5):(0.5):3 with boxxyerror lc palette"
                    : "plot $d0 using 1:2:3 with image");
    if (missing && !j->p->tiles) text_add(o, ", $i0 using 1:2:(0.5):(0.5) with boxxyerror lc rgb '#999999'");
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
        text_addf(j->out, "%s%d '%s'", c ? ", " : "", c, JOB_TINTS[c % JOB_STYLES]);
    if (j->p->classes == 1) text_addf(j->out, ", 1 '%s'", JOB_TINTS[0]);
    text_add(j->out, ")\n");
    text_addf(j->out, "set cbrange [-0.5:%d.5]\nunset colorbox\n", j->p->classes - 1);
}

static void write_grid_block(Job *j, char letter, Grid g)
{
    job_block(j->out, letter, 0);
    for (int r = 0; r < g.rows; r++) {
        for (int c = 0; c < g.cols; c++)
            job_triple(j->out, grid_place(j->p->x_range, c, g.cols, j->p->cols),
                         grid_place(j->p->y_range, r, g.rows, j->p->rows),
                         grid_value(j->p, g, r, c));
        text_addc(j->out, '\n');
    }
    job_block_end(j->out);
}

/* The curve where the value is exactly in the middle: the decision boundary. */
static void write_boundary(Job *j)
{
    text_add(j->out, "set contour base\nset cntrparam levels discrete ");
    job_number(j->out, j->p->middle);
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
        int k = j->p->classes == 0 && s < 2 ? (s == 0 ? 4 : 0) : s % JOB_STYLES;

        if (!job_has_point(j, &j->p->series[s])) continue;
        job_next(j, &first, job_block_name(buf, 'd', s));
        text_addf(j->out, " with points pt %d ps 1.7 lc rgb '#ffffff' notitle", JOB_MARKS[k]);
        job_next(j, &first, job_block_name(buf, 'd', s));
        text_addf(j->out, " with points pt %d ps 1.2 lc rgb '%s'", JOB_MARKS[k], JOB_COLORS[k]);
        job_name(j, s);
    }
    text_addc(j->out, '\n');
}

void job_regions(Job *j)
{
    Grid         g = grid_of(j->p, GRID);
    PictureFrame plane = { j->p->x_range.from, j->p->x_range.to, j->p->y_range.from,
                           j->p->y_range.to, false, 0, 0 };
    Job          at = { j->out, j->p, &plane, j->width, j->letters, j->panel };
    bool         boundary = crosses_middle(j->p);

    if (j->p->classes > 0) write_class_colors(j);
    else write_color_range(j, j->p->diverging ? PALE : VIRIDIS);
    job_frame(&at);
    job_legend(j);
    text_add(j->out, "unset grid\nunset xzeroaxis\n");
    write_grid_block(j, 'g', g);
    if (boundary) write_boundary(j);
    for (int s = 0; s < j->p->count; s++) {
        if (!job_has_point(&at, &j->p->series[s])) continue;
        job_block(j->out, 'd', s);
        job_points(&at, &j->p->series[s]);
        job_block_end(j->out);
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

    for (int i = 0; i < s->n; i += s->n / JOB_CURVE_WHOLE + 1) {
        double x = s->x ? s->x[i] : i, z = surface_height(j->p, x, s->y[i]);

        if (isfinite(z) && s->z) z = s->z[i];
        if (isfinite(z)) job_triple(&path, x, s->y[i], z);
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
    job_axis(j->out, 'x', j->p->x_range.from, j->p->x_range.to);
    job_axis(j->out, 'y', j->p->y_range.from, j->p->y_range.to);
    job_axis(j->out, 'z', z.from, z.to);
    text_add(j->out, "unset cblabel\nset cbrange [");
    job_number(j->out, z.from);
    text_addc(j->out, ':');
    job_number(j->out, z.to);
    text_add(j->out, "]\n");
    job_label(j->out, "zlabel", j->p->z_label);
    text_add(j->out, "set zlabel rotate parallel\n");
}

void job_surface(Job *j)
{
    bool first = false, *path = mem_new((size_t)j->p->count + 1);
    char buf[24];

    write_surface_axes(j);
    job_legend(j);
    text_add(j->out, "set border 895\nset view 42,28,1,0.95\nset xyplane relative 0.12\n"
                     "set pm3d scansautomatic border lc rgb '#555555' lw 0.3\nunset colorbox\n");
    write_grid_block(j, 'g', grid_of(j->p, MESH));
    for (int s = 0; s < j->p->count; s++)
        path[s] = write_path(j, s);
    text_add(j->out, "splot $g0 using 1:2:3 with pm3d notitle");
    for (int s = 0; s < j->p->count; s++) {
        if (!path[s]) continue;
        job_next(j, &first, job_block_name(buf, 'd', s));
        if (j->p->series[s].n == 1) text_add(j->out, " with points pt 7 ps 1.8 lc rgb '#000000'");
        else text_addf(j->out, " with linespoints lw 2.5 pt 7 ps %s lc rgb '%s'",
                       j->p->series[s].n > 40 ? "0.5" : "0.8", s ? JOB_COLORS[s % JOB_STYLES] : "#D55E00");
        job_name(j, s);
    }
    text_addc(j->out, '\n');
    free(path);
}
