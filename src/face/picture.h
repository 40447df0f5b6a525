/* picture.h -- what a picture is: plain numbers and names, no language, no program.
 *
 * The `plot` command fills a Picture; chart.c draws it as text, gnuscript.c
 * writes it as gnuplot commands, gnuplot.c has it drawn. A Picture owns
 * nothing: whatever it points to must live as long as the call it is given to.
 * All zero is a good start; only what is meant needs to be set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PICTURE_H
#define GRADUS_PICTURE_H

#include <stdbool.h>
#include "base/diag.h"
#include "base/text.h"

typedef enum {
    PICTURE_LINES,        /* series as curves; a value that is not finite breaks the curve   */
    PICTURE_POINTS,       /* series as loose points                                          */
    PICTURE_BARS,         /* series side by side, one group for each index; see bar_names    */
    PICTURE_HISTOGRAM,    /* the y of each series are raw values, counted into bins here     */
    PICTURE_HEATMAP,      /* cells; row 0 on top; numbers inside when there is room          */
    PICTURE_SURFACE,      /* cells as height over grid x, y; series: paths on it             */
    PICTURE_REGIONS       /* cells as class or value over grid x, y; series: points on it    */
} PictureKind;

/* How the y axis counts. AUTO: logarithmic when all values are positive and
 * the largest is more than 1e4 times the smallest. */
typedef enum { PICTURE_LINEAR, PICTURE_LOG, PICTURE_AUTO } PictureScale;

typedef struct {
    const char   *name;       /* NULL or "": not in the legend                               */
    int           n;          /* points                                                      */
    const double *x;          /* n values; NULL: 0, 1, 2, ... (not used by bars, histograms) */
    const double *y;          /* n values                                                    */
    const double *z;          /* n heights of a path on a surface; NULL: taken from the grid */
} PictureSeries;

/* Both zero: found from the data. */
typedef struct {
    double from, to;
} PictureRange;

typedef struct Picture {
    PictureKind          kind;
    const char          *title, *x_label, *y_label, *z_label;   /* NULL: none                */
    int                  count;        /* of series                                          */
    const PictureSeries *series;

    PictureScale         y_scale;
    bool                 step;         /* lines as stairs                                    */
    bool                 markers;      /* lines with a mark at each point                    */
    unsigned             loose;        /* lines: bit s: series s as loose points             */
    PictureRange         x_range, y_range;   /* lines, points, bars; of cells: see below     */

    const char *const   *bar_names;    /* a name for each index, NULL: 0, 1, 2, ...          */
    int                  bins;         /* 0: chosen from the data                            */

    int                  rows, cols;   /* of cell, row by row                                */
    const double        *cell;
    const char *const   *row_names, *const *col_names;  /* heat map; NULL: 0, 1, 2, ...      */
    bool                 diverging;    /* blue/orange, symmetric around middle               */
    double               middle;
    int                  classes;      /* regions: cells are 0 .. classes-1; 0: a value      */
    bool                 counts;       /* heat map: whole numbers from zero on               */
    bool                 tiles;        /* heat map: pixels of images, which NaN separates    */

    const struct Picture *below;       /* lines: a second picture under this one, or NULL    */
} Picture;
/* For surface and regions the grid spans x_range and y_range, which must be
 * set: cell [r][c] lies at x = from + c*(to - from)/(cols - 1), y likewise by r. */

typedef enum {
    PICTURE_FILE,         /* path, ending in .svg, .png or .pdf                              */
    PICTURE_TERMINAL,     /* text (or sixel) appended to the output                          */
    PICTURE_WINDOW        /* qt, wxt or x11 where there is one, else as PICTURE_TERMINAL     */
} PictureTargetKind;

typedef struct {
    PictureTargetKind kind;
    const char       *path;            /* file                                               */
    int               columns, rows;   /* terminal and window: size of the terminal; 0: 80x24 */
    bool              sixel;           /* the terminal is known to show sixel graphics       */
    bool              utf8;            /* the terminal shows UTF-8                           */
} PictureTarget;

/* Whether p can be drawn: E_LIMIT above LIMIT_POINTS, E_RANGE when no value is
 * finite, when a given range is empty, or when there is nothing at all. */
Status picture_check(const Picture *p, Diag *d);

/* The plane on which lines, points, bars and histograms lie. */
typedef struct {
    double x_from, x_to, y_from, y_to;  /* finite, from < to; on a log axis from > 0         */
    bool   log_y;
    long   broken;                      /* values left out: not finite, or beyond 1e300      */
    long   below;                       /* values left out: not positive on the log axis     */
} PictureFrame;

/* The frame that just holds all points of p: given ranges kept, a range of zero
 * width widened, a log axis only where something is positive, bars from zero. */
PictureFrame picture_frame(const Picture *p);

/* Point i of series s; false when it cannot be drawn in f. */
bool picture_point(const PictureSeries *s, int i, const PictureFrame *f, double *x, double *y);

/* Append a sentence for each thing in p that the picture does not show. */
void picture_notes(const Picture *p, const PictureFrame *f, Text *note);

/* Counts of the finite values of each series of p in equal bins. */
typedef struct {
    int     bins;         /* 1 .. 200                                                        */
    double  from, width;  /* bin b covers [from + b*width, from + (b+1)*width), the last closed */
    double *count;        /* count[s*bins + b]; free it with histogram_free                  */
    double  most;
} Histogram;
Histogram histogram_make(const Picture *p);
void      histogram_free(Histogram *h);

/* Smallest and largest finite cell; false when there is none. */
bool picture_cell_range(const Picture *p, double *from, double *to);

/* The colour scale of the cells: symmetric around middle when diverging, never
 * empty. */
PictureRange picture_color_range(const Picture *p);

/* Mean of the finite cells in rows [r0, r1), columns [c0, c1); NAN when none. */
double picture_cell_mean(const Picture *p, int r0, int r1, int c0, int c1);

/* A step of 1, 2 or 5 times a power of ten that cuts [from, to] into about n. */
double picture_tick(double from, double to, int n);

#endif
