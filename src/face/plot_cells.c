/* plot_cells.c -- pictures of matrices: heat maps, confusion, tiles of images.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/plotparts.h"
#include "graph/build.h"
#include "learn/dataset.h"

enum { TILES_MOST = 100 };

/* ---- heat map ---- */

static Status heatmap(Call *c, Sketch *k, Node *n)
{
    bool image = !strcmp(k->as, "image");
    if (!node_eval(n, c->d)) return c->d->code;
    k->p.kind = PICTURE_HEATMAP;
    k->p.rows = (int)n->shape.dim[0];
    k->p.cols = (int)n->shape.dim[1];
    double *cell = ARENA_ARRAY(&k->arena, double, n->len + 1);
    memcpy(cell, n->val, sizeof *cell * (size_t)n->len);
    k->p.cell = cell;
    k->p.diverging = !image;
    k->p.tiles = image;
    k->p.title = sketch_text(k, c->ast[0], "");
    return OK;
}

/* ---- tiles ---- */

/* Pictures h high and w wide, side by side with a line of nothing between. */
typedef struct {
    int64_t n, h, w;
    int     shown, across, down;
} Tiles;

static int fit(int64_t room, int64_t each) { return each < room ? (int)(room/each) : 1; }

/* About as wide as high on the screen, a little wider; in a terminal, where a pixel is two
 * characters, as many as can be shown whole. */
static Tiles tiles_plan(const Sketch *k, int64_t n, int64_t h, int64_t w)
{
    Tiles t = { n, h, w, n < TILES_MOST ? (int)n : TILES_MOST, 1, 1 };
    if (k->columns) {
        t.across = fit(k->columns/2 + 1, w + 1);
        t.down = fit(k->rows - 1, h + 1);
        if (t.shown > t.across*t.down) t.shown = t.across*t.down;
        if (t.across > t.shown) t.across = t.shown;
        t.down = (t.shown + t.across - 1)/t.across;
        return t;
    }
    double across = sqrt(1.5*(double)t.shown*(double)(h + 1)/(double)(w + 1));
    t.across = across < 1 ? 1 : across > t.shown ? t.shown : (int)ceil(across);
    t.down = (t.shown + t.across - 1)/t.across;
    return t;
}

static void tile_copy(const Sketch *k, const Tiles *t, int i, const double *from, double *cell)
{
    int64_t top = i/t->across*(t->h + 1), left = i%t->across*(t->w + 1);
    for (int64_t r = 0; r < t->h; r++)
        memcpy(cell + (top + r)*k->p.cols + left, from + (i*t->h + r)*t->w, sizeof *cell * (size_t)t->w);
}

static Status tiles(Call *c, Sketch *k, Node *n, const Tiles *t)
{
    if (!node_eval(n, c->d)) return c->d->code;
    k->p.kind = PICTURE_HEATMAP;
    k->p.tiles = true;
    k->p.rows = (int)(t->down*(t->h + 1) - 1);
    k->p.cols = (int)(t->across*(t->w + 1) - 1);
    double *cell = ARENA_ARRAY(&k->arena, double, (int64_t)k->p.rows*k->p.cols);
    for (int64_t i = 0; i < (int64_t)k->p.rows*k->p.cols; i++) cell[i] = NAN;
    for (int i = 0; i < t->shown; i++) tile_copy(k, t, i, n->val, cell);
    k->p.cell = cell;
    k->p.title = sketch_text(k, c->ast[0], "");
    if (t->shown < t->n) text_addf(&k->note, "The first %d of %lld pictures are drawn.\n", t->shown, (long long)t->n);
    return OK;
}

/* The last two axes are a picture; those before count pictures. */
Status sketch_cells(Call *c, Sketch *k, Node *n)
{
    const Shape *s = &n->shape;
    if (s->rank == 2) return heatmap(c, k, n);
    int64_t h = s->dim[s->rank - 2], w = s->dim[s->rank - 1], each = h*w;
    if (each < 1 || n->len < 1) return diag_set(c->d, E_RANGE, call_span(c, 0), "nothing to plot: there are no numbers in it");
    if (h > 2000 || w > 2000) {
        char buf[SHAPE_TEXT];
        diag_set(c->d, E_LIMIT, call_span(c, 0), "the pictures in %s are too large to lie side by side", shape_print(buf, s));
        return diag_hint(c->d, "Plot one of them, such as %s[0].", sketch_text(k, c->ast[0], "A"));
    }
    Tiles t = tiles_plan(k, n->len/each, h, w);
    return tiles(c, k, n, &t);
}

/* ---- confusion ---- */

bool sketch_is_confusion(Call *c)
{
    const Ast *a = c->ast[0];
    return a && c->n == 1 && a->kind == A_CALL && a->n >= 3 && a->kid[0]->kind == A_NAME &&
           !strcmp(a->kid[0]->text, "confusion") && !session_find(c->s, "confusion");
}

/* The names of the n classes when the counts were made from a data set. */
static Status class_names(Call *c, Sketch *k, int n, const char *const **out)
{
    const Ast *data = c->ast[0]->kid[2];
    Value v = { 0 };
    *out = NULL;
    if (data->kind == A_KEY) return OK;
    TRY(build_value(c->env, data, &v));
    const Value *classes = dataset_is(v) ? record_find(v.record, "classes") : NULL;
    if (classes && classes->kind == V_LIST && classes->list->n == n) {
        const char **name = ARENA_ARRAY(&k->arena, const char *, n);
        for (int i = 0; i < n; i++)
            name[i] = classes->list->item[i].kind == V_STR ? arena_str(&k->arena, classes->list->item[i].str->s) : "?";
        *out = name;
    }
    value_drop(&v);
    return OK;
}

Status sketch_confusion(Call *c, Sketch *k)
{
    Node *n;
    const char *const *names;
    bool quiet = c->s->quiet;
    c->s->quiet = true;                               /* the axes say what it would say */
    Status st = call_node(c, 0, &n);
    c->s->quiet = quiet;
    TRY(st);
    if (n->shape.rank != 2 || n->shape.dim[0] != n->shape.dim[1]) return sketch_cells(c, k, n);
    TRY(heatmap(c, k, n));
    TRY(class_names(c, k, k->p.rows, &names));
    k->p.row_names = k->p.col_names = names;
    k->p.diverging = false;
    k->p.counts = true;
    k->p.x_label = "output";
    k->p.y_label = "target";
    k->p.z_label = "rows";
    return OK;
}
