/* gnujob.h -- the parts that gnuplot commands are put together from; private to
 * gnuscript.c and gnucells.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GNUJOB_H
#define GRADUS_GNUJOB_H

#include "face/picture.h"

/* Everything one picture's commands are made from. */
typedef struct {
    Text               *out;
    const Picture      *p;
    const PictureFrame *f;
    int                 width;      /* columns of the drawing       */
    bool                letters;    /* made of letters, not pixels  */
    bool                panel;      /* one of two, one above the other */
} Job;

enum {
    JOB_STYLES      = 7,
    JOB_CURVE_WHOLE = 4000   /* points of a curve sent unthinned */
};
extern const char *const JOB_COLORS[JOB_STYLES];
extern const char *const JOB_DASHES[JOB_STYLES];
extern const int         JOB_MARKS[JOB_STYLES];

/* Whether there is a text, and it is not empty. */
bool job_is_named(const char *s);

/* s as one gnuplot string, see gnuscript_text; format: where % starts a format. */
void job_quote(Text *out, const char *s, bool format);

/* `set WHAT 'text'`, or nothing when there is no text. */
void job_label(Text *out, const char *what, const char *s);

/* Numbers so that they read back exactly; what is not finite as NaN. */
void job_number(Text *out, double v);
void job_pair(Text *out, double x, double y);
void job_triple(Text *out, double x, double y, double z);

/* The data block $LETTERindex: its first line, its last line, its name. */
void        job_block(Text *out, char letter, int index);
void        job_block_end(Text *out);
const char *job_block_name(char buf[24], char letter, int index);

/* Whether any point of s can be drawn. */
bool job_has_point(const Job *j, const PictureSeries *s);

/* A series as lines of x y, blank lines at its breaks; lone gets the points
 * between two breaks, which no line shows. */
void job_curve(Job *j, const PictureSeries *s, Text *lone);

/* Loose points: of many, one for each spot that a mark covers. */
void job_points(Job *j, const PictureSeries *s);

/* Title, labels, grid and the look of the axes. */
void job_head(Job *j);

/* `set xrange [from:to]` for axis 'x'. */
void job_axis(Text *out, char axis, double from, double to);

/* Both axes: a little air around what the data span; not below bars. */
void job_frame(Job *j);

/* Where the legend stands: beside the curves, below when names are long. */
void job_legend(Job *j);

/* ` title 'name'` of series s, or ` notitle`. */
void job_name(Job *j, int s);

/* Names along an axis, every so many when there is no room for all. */
void job_tics(Text *out, char axis, const char *const *names, int n);
bool job_names_are_long(const char *const *names, int n);

/* Start or go on with the one plot command. */
void job_next(Job *j, bool *first, const char *data);

/* The kinds made of cells; in gnucells.c. */
void job_heatmap(Job *j);
void job_regions(Job *j);
void job_surface(Job *j);

#endif
