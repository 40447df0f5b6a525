/* view_network.c -- the pane of the network: numbers in the dots, weights on the
 * wires.
 *
 * A wire's sign and size show in its colour, its thickness and, so that no colour
 * is needed, a sign on it (with the number where there is room). Wires are drawn
 * first, marked ones last, dots over all of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view_diagram.h"

enum {
    DOT_LEAST = 7,           /* mark, dot, number                              */
    DOT_MOST = 9,
    ROOMY = 60,              /* columns from which on dots are wide            */
    COLUMN_LEAST = 13,       /* from one column of dots to the next, at least  */
    NUMBER_ROOM = 14,        /* of a wire that can bear its number             */
    CROWD = 16               /* wires between two columns; more are too many   */
};

typedef struct {
    const ViewState *v;
    Canvas  *c;
    Diagram *g;
    int      wide;           /* columns of a dot */
    int      first, shown;   /* columns in sight */
    int      pitch;          /* most rows between two dots */
    double   most_weight, most_value;
    bool     backward;       /* gradients matter now */
} Drawing;

/* ---- where things stand ---- */

static void columns_choose(Drawing *w)
{
    int fit = 1 + (w->c->w - w->wide) / COLUMN_LEAST, n = w->g->columns;
    int focus = w->g->active >= 0 ? w->g->active
              : w->v->n_matrix ? w->v->matrix[w->v->matrix_at].layer + 1 : n - 1;
    w->shown = fit < 1 ? 1 : fit < n ? fit : n;
    w->first = focus - w->shown + 1;
    if (w->first + w->shown > n) w->first = n - w->shown;
    if (w->first < 0) w->first = 0;
}

static int column_x(const Drawing *w, int column)
{
    if (w->shown < 2) return (w->c->w - w->wide) / 2;
    return (column - w->first) * (w->c->w - w->wide) / (w->shown - 1);
}

static bool in_sight(const Drawing *w, const Dot *d)
{
    return d->column >= w->first && d->column < w->first + w->shown;
}

static int dots_in(const Drawing *w, int column)
{
    int n = 0;
    for (int j = 0; j < w->g->n_dot; j++) n += w->g->dot[j].column == column;
    return n;
}

/* Rows over which n dots spread: no wire need be steeper than a slant. */
static int rows_of(const Drawing *w, int n)
{
    int room = w->c->h - 1;
    return n * w->pitch < room ? n * w->pitch : room;
}

static void dots_place(Drawing *w)
{
    for (int k = 0; k < w->g->columns; k++) {
        int n = dots_in(w, k), i = 0, room = rows_of(w, n), top = 1 + (w->c->h - 1 - room) / 2;
        for (int j = 0; j < w->g->n_dot; j++) {
            if (w->g->dot[j].column != k) continue;
            w->g->dot[j].place = (Point){ column_x(w, k), top + (2 * i + 1) * room / (2 * n) };
            i++;
        }
    }
}

/* Free rows above and below each dot of a column. */
static int spacing(const Drawing *w, int column)
{
    int n = dots_in(w, column);
    return n ? rows_of(w, n) / n : 0;
}

/* ---- wires ---- */

static Style wire_style(const Drawing *w, const Wire *wire)
{
    if (wire->selected) return STYLE_CURSOR;
    if (wire->active) return STYLE_ACTIVE;
    return isnan(wire->weight) ? STYLE_DIM : style_signed(wire->weight, w->most_weight);
}

static void wire_ends(const Drawing *w, const Wire *wire, Point *a, Point *b)
{
    *a = w->g->dot[wire->from].place;
    *b = w->g->dot[wire->to].place;
    a->x += w->wide;
    b->x -= 1;
}

static void wire_draw(const Drawing *w, const Wire *wire)
{
    Point a, b;
    const Dot *from = &w->g->dot[wire->from], *to = &w->g->dot[wire->to];
    if (!in_sight(w, from) || !in_sight(w, to)) return;
    wire_ends(w, wire, &a, &b);
    if (b.x < a.x) return;
    bool heavy = fabs(wire->weight) > w->most_weight / 2;
    canvas_line(w->c, a, b, wire_style(w, wire), heavy ? LINE_HEAVY : LINE_LIGHT);
}

static bool bare(const Canvas *c, Point at, int n)
{
    for (int i = 0; i < n; i++) {
        uint32_t g = canvas_at(c, at.x + i, at.y).glyph;
        if (g < 0x80 && g != ' ') return false;
    }
    return true;
}

/* Where wires from one dot have parted and those to one dot have not yet met. */
static void wire_sign(const Drawing *w, const Wire *wire)
{
    Point a, b;
    const Dot *from = &w->g->dot[wire->from], *to = &w->g->dot[wire->to];
    if (!in_sight(w, from) || !in_sight(w, to) || isnan(wire->weight)) return;
    wire_ends(w, wire, &a, &b);
    int long_ = b.x - a.x, part = a.y == b.y ? 2 : 3;
    if (long_ < 3) return;
    Point at = { a.x + long_ / part, a.y + (int)lround((double)(b.y - a.y) / part) };
    Style s = wire_style(w, wire);
    char buf[NUM_TEXT];
    num_fit(buf, wire->weight, 5, true);
    int wide = (int)strlen(buf);
    Point start = { at.x - wide / 2, at.y };
    if (long_ >= NUMBER_ROOM && bare(w->c, (Point){ start.x - 1, at.y }, wide + 2))
        canvas_text(w->c, start, s, buf);
    else canvas_put(w->c, at, s, wire->weight < 0 ? '-' : wire->weight > 0 ? '+' : '0');
}

/* Wires that leave a column, and the largest weight among them. */
typedef struct {
    int    n;
    double most;
} Crowd;

static Crowd *crowds_find(const Drawing *w)
{
    Crowd *crowd = mem_new(sizeof *crowd * (size_t)(w->g->columns + 1));
    for (int i = 0; i < w->g->n_wire; i++) {
        Crowd *c = &crowd[w->g->dot[w->g->wire[i].from].column];
        double v = fabs(w->g->wire[i].weight);
        c->n++;
        if (v > c->most) c->most = v;
    }
    return crowd;
}

/* In a crowd only the strong ones are shown, and signs only on marked ones. */
static void wires_draw(const Drawing *w)
{
    Crowd *crowds = crowds_find(w);
    for (int pass = 0; pass < 4; pass++)
        for (int i = 0; i < w->g->n_wire; i++) {
            const Wire *wire = &w->g->wire[i];
            bool marked = wire->active || wire->selected, sign = pass > 1;
            if (marked != pass % 2) continue;
            const Crowd *c = &crowds[w->g->dot[wire->from].column];
            bool crowd = c->n > CROWD;
            if (crowd && !marked && (sign || fabs(wire->weight) < c->most / 2)) continue;
            if (sign) wire_sign(w, wire);
            else wire_draw(w, wire);
        }
    free(crowds);
}

/* ---- dots ---- */

static void dot_draw(const Drawing *w, const Dot *d)
{
    Point p = d->place;
    canvas_fill(w->c, (Rect){ p.x, p.y, w->wide, 1 }, STYLE_NORMAL, ' ');
    if (d->more) {
        canvas_textf(w->c, (Point){ p.x + 1, p.y }, STYLE_DIM, "… %lld more", (long long)d->more);
        return;
    }
    Style s = d->has_value ? style_signed(d->value, w->most_value) : STYLE_DIM;
    if (d->active) s = STYLE_ACTIVE;
    bool big = d->has_value && fabs(d->value) >= w->most_value / 2;
    if (d->active) canvas_put(w->c, p, STYLE_KEY, 0x25BA);
    canvas_put(w->c, (Point){ p.x + 1, p.y }, s, big ? 0x25CF : 0x25CB);
    char buf[NUM_TEXT];
    if (d->has_value)
        canvas_text(w->c, (Point){ p.x + 2, p.y }, s, num_fit(buf, d->value, w->wide - 2, false));
}

/* Columns for a name: those of its dot, and more while nothing is drawn there. */
static int name_room(const Drawing *w, Point at, int wanted)
{
    int room = w->wide - 1;
    while (room < wanted && at.x + room < w->c->w &&
           canvas_at(w->c, at.x + room, at.y).glyph == ' ')
        room++;
    return room;
}

/* A name above and a gradient below where rows are free. */
static void dot_label(const Drawing *w, const Dot *d)
{
    int room = spacing(w, d->column);
    if (d->more) return;
    Point above = { d->place.x + 1, d->place.y - 1 };
    int wide = text_columns(d->name, strlen(d->name));
    if (room >= 2) canvas_fit(w->c, above, name_room(w, above, wide), STYLE_DIM, d->name);
    if (room < 3 || !w->backward || !d->has_grad) return;
    char buf[NUM_TEXT];
    canvas_textf(w->c, (Point){ d->place.x + 1, d->place.y + 1 }, STYLE_DIM, "∂%s",
                 num_fit(buf, d->grad, w->wide - 2, true));
}

static void dots_draw(const Drawing *w)
{
    for (int i = 0; i < w->g->n_dot; i++)
        if (in_sight(w, &w->g->dot[i])) dot_label(w, &w->g->dot[i]);
    for (int i = 0; i < w->g->n_dot; i++)
        if (in_sight(w, &w->g->dot[i])) dot_draw(w, &w->g->dot[i]);
}

static void heads_draw(const Drawing *w)
{
    for (int k = w->first; k < w->first + w->shown; k++) {
        int x = column_x(w, k) + 1, wide = text_columns(w->g->head[k], strlen(w->g->head[k]));
        int next = k + 1 < w->first + w->shown ? column_x(w, k + 1) : w->c->w;
        if (k == w->first + w->shown - 1 && x + wide > next)
            x = next - wide > x - 6 ? next - wide : x - 6;
        canvas_fit(w->c, (Point){ x, 0 }, next - x, k == w->g->active ? STYLE_KEY : STYLE_DIM,
                   w->g->head[k]);
    }
    if (w->first) canvas_put(w->c, (Point){ 0, 0 }, STYLE_KEY, 0x25C0);
    if (w->first + w->shown < w->g->columns)
        canvas_put(w->c, (Point){ w->c->w - 1, 0 }, STYLE_KEY, 0x25B6);
}

/* ---- the pane ---- */

static void scales_find(Drawing *w)
{
    for (int i = 0; i < w->g->n_wire; i++) {
        double v = fabs(w->g->wire[i].weight);
        if (isfinite(v) && v > w->most_weight) w->most_weight = v;
    }
    for (int i = 0; i < w->g->n_dot; i++) {
        double v = w->g->dot[i].has_value ? fabs(w->g->dot[i].value) : 0;
        if (isfinite(v) && v > w->most_value) w->most_value = v;
    }
    if (w->most_value < 1) w->most_value = 1;
}

void network_draw(const ViewState *v, Canvas *c)
{
    if (!v->net && !v->E) {
        canvas_hint(c, 0, v->trouble ? v->trouble : "Nothing to draw.");
        return;
    }
    Diagram g = diagram_make(v, c->h / 2);
    Drawing w = { .v = v, .c = c, .g = &g };
    w.backward = v->E && v->now->E == v->E && v->now->phase != STEP_FORWARD;
    w.wide = c->w >= ROOMY ? DOT_MOST : DOT_LEAST;
    columns_choose(&w);
    int gap = w.shown > 1 ? (c->w - w.wide) / (w.shown - 1) - w.wide : 9;
    w.pitch = gap < 4 ? 3 : gap - 1;
    dots_place(&w);
    scales_find(&w);
    wires_draw(&w);
    dots_draw(&w);
    heads_draw(&w);
    diagram_free(&g);
}

int network_rows(const ViewState *v, int width)
{
    (void)width;
    int64_t widest = 3;
    for (int i = 0; i < v->n_layer; i++)
        if (v->layer[i].units > widest) widest = v->layer[i].units;
    return widest > 8 ? 25 : 1 + 3 * (int)widest;
}

void network_heading(const ViewState *v, Text *to)
{
    text_add(to, v->net ? "network" : "equations");
    if (v->net && !v->input) text_add(to, "  no input yet");
}
