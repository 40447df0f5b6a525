/* plotparts.h -- what the files of the command `plot` share; private to plot*.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PLOTPARTS_H
#define GRADUS_PLOTPARTS_H

#include "face/picture.h"
#include "graph/session.h"

enum { PLOT_POINTS = 400, PLOT_SERIES = 12 };

/* What a picture is gathered in: owns its numbers and names. */
typedef struct {
    Picture       p, below;
    PictureSeries series[PLOT_SERIES], below_series[PLOT_SERIES];
    Arena         arena;
    Text          note;               /* sentences on what the picture does not show */
    bool          ranged;             /* from= or to= was given */
    double        from, to;
    const char   *file;
    const char   *as;                 /* "" when as= was not given */
    int           columns, rows;      /* of the terminal, if the picture goes there; else 0 */
} Sketch;

/* The text that was typed, or otherwise; in the sketch's arena. */
char *sketch_text(Sketch *k, const Ast *a, const char *otherwise);

/* Series added to the upper, to the lower picture, with room for n points whose x and y are
 * to be set; NULL when there are enough of them. name lives as long as the sketch. */
PictureSeries *sketch_series(Sketch *k, const char *name, int64_t n);
PictureSeries *sketch_below(Sketch *k, const char *name, int64_t n);
/* Set point i of a series that was just added. */
void sketch_point(PictureSeries *s, int64_t i, double x, double y);

/* The numbers of a vector against first, first + 1, ...; of very many the extremes of each
 * small stretch. below: in the lower picture. */
void sketch_vector(Sketch *k, const char *name, const Node *n, int first, bool below);

/* A curve of f, which takes one number, over the range. */
Status sketch_function(Call *c, Sketch *k, Func *f, const char *name, Span at);

/* The kinds of pictures; each fills k->p from what was named. */
Status sketch_functions(Call *c, Sketch *k);                /* plot_curves.c  */
Status sketch_numbers(Call *c, Sketch *k);
Status sketch_against(Call *c, Sketch *k, Node *E);         /* plot_leaves.c  */
Status sketch_surface(Call *c, Sketch *k, Node *E);
Status sketch_histories(Call *c, Sketch *k);                /* plot_history.c */
Status sketch_sweep(Call *c, Sketch *k, const Record *sweep);
Status sketch_cells(Call *c, Sketch *k, Node *n);           /* plot_cells.c   */
bool   sketch_is_confusion(Call *c);                        /* typed as confusion(...) */
Status sketch_confusion(Call *c, Sketch *k);
Status sketch_regions(Call *c, Sketch *k, Func *net);       /* plot_regions.c */
Status sketch_dataset(Call *c, Sketch *k, Record *data);

#endif
