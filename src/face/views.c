/* views.c -- TABLE of panes; where each stands, title, footer, and the text twin.
 *
 * Two columns from 60 screen columns on, three from 150, else one. In a column, panes are taken in
 * as long as each gets the rows it must have, the focused one first; what is left
 * goes to those that want more, and then by share. Frames overlap by one cell and
 * join, so a pane of n rows takes n + 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/repl.h"
#include "face/view.h"
#include "face/view_own.h"

enum { TWO_COLUMNS = 60, THREE_COLUMNS = 150, COLUMNS = 3, SMALL = 16, TWIN_ROWS = 24 };

/* In order of standing and of Tab. Images and filters, attention, and sequences unrolled
 * in time are rows to come with their layers. */
const Pane view_panes[] = {
    [PANE_SCRIPT] = {
        "script", "demo", "what the demo says; SPACE plays its next piece",
        script_draw, script_rows, NULL, { 1, 2 }, 5, 2, 0, 0 },
    [PANE_NUMBERS] = {
        "numbers", "numbers", "few and large",
        big_draw, big_rows, NULL, { 0, 0 }, 6, 1, 0, 0 },
    [PANE_NETWORK] = {
        "network", "network", "activations in the nodes, signed weights between them",
        network_draw, network_rows, network_heading, { 0, 0 }, 5, 3, 1, 0 },
    [PANE_WEIGHTS] = {
        "weights", "weights | gradients", "each weight beside its gradient; the arrows select one",
        weights_draw, weights_rows, weights_heading, { 0, 0 }, 3, 0, 2, 0 },
    [PANE_EQUATION] = {
        "equation", "equation", "what is computed now: formula, numbers put in, result",
        equation_draw, equation_rows, equation_heading, { 1, 1 }, 4, 1, 0, 0 },
    [PANE_LOSS] = {
        "curves", "loss", "loss and metrics by epoch, or the loss by pass while stepping",
        loss_draw, loss_rows, loss_heading, { 1, 1 }, 2, 2, 3, 0 },
    [PANE_DATA] = {
        "data", "data", "samples, targets, outputs, errors; Enter steps the selected one",
        data_draw, data_rows, data_heading, { 1, 2 }, 3, 0, 4, 0 },
    [PANE_MAP] = {
        "map", "map", "what the network says over its two inputs, with the points",
        map_draw, map_rows, map_heading, { 0, 1 }, 6, 2, 5, 26 },
    [PANE_UNITS] = {
        "activations", "activations", "how each layer's outputs spread; dead and saturated units",
        units_draw, units_rows, units_heading, { 0, 0 }, 2, 0, 7, 32 },
    [PANE_TRACE] = {
        "trace", "trace", "what was run, and what it printed, newest last",
        trace_draw, trace_rows, NULL, { 1, 2 }, 3, 1, 6, 32 },
    [PANES] = { 0 }
};

/* ---- layout ---- */

typedef struct {
    int  n, id[PANES], rows[PANES];
    int  want[PANES];        /* by PaneId: rows that it would fill, asked once */
    Rect at;                 /* with the frame */
} Column;

static bool pane_in(const Column *col, int id)
{
    for (int i = 0; i < col->n; i++)
        if (col->id[i] == id) return true;
    return false;
}

static int rows_used(const Column *col)
{
    int used = 1;
    for (int i = 0; i < col->n; i++) used += col->rows[i] + 1;
    return used;
}

static void pane_take(Column *col, int id)
{
    int need = view_panes[id].least, free_rows = col->at.h - rows_used(col) - 1;
    if (pane_in(col, id) || (need > free_rows && col->n)) return;
    col->id[col->n] = id;
    col->rows[col->n++] = need < free_rows ? need : free_rows;
}

/* With so many columns on the screen. */
static bool belongs(int id, int which, int columns)
{
    return columns == 1 || view_panes[id].column[columns - 2] == which;
}

/* Has nothing to show; or repeats other panes, or needs room: for large screens. */
static bool idle(int id, const Column *col)
{
    if (col->at.h < view_panes[id].from) return true;
    if (id == PANE_TRACE) return false;
    return id != PANE_EQUATION && !col->want[id];
}

/* Panes in the order of the table, whatever the order they were taken in. */
static void column_sort(Column *col)
{
    for (int i = 1; i < col->n; i++)
        for (int j = i; j > 0 && col->id[j] < col->id[j - 1]; j--) {
            int id = col->id[j], rows = col->rows[j];
            col->id[j] = col->id[j - 1];
            col->rows[j] = col->rows[j - 1];
            col->id[j - 1] = id;
            col->rows[j - 1] = rows;
        }
}

static void give_wanted(Column *col)
{
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < col->n; i++) {
            if (rows_used(col) >= col->at.h) return;
            if (col->rows[i] >= col->want[col->id[i]]) continue;
            col->rows[i]++;
            more = true;
        }
    }
}

/* A pane that has next to nothing to say needs no more room. */
static int share_of(const Column *col, int i)
{
    return col->want[col->id[i]] > 1 ? view_panes[col->id[i]].share : 0;
}

static void give_rest(Column *col)
{
    int rest = col->at.h - rows_used(col), shares = 0;
    for (int i = 0; i < col->n; i++) shares += share_of(col, i);
    if (rest <= 0 || !col->n) return;
    int given = 0;
    for (int i = 0; i < col->n && shares; i++) {
        int part = rest * share_of(col, i) / shares;
        col->rows[i] += part;
        given += part;
    }
    col->rows[0] += rest - given;
}

static void column_fill(const ViewState *v, Column *col, int which, int columns)
{
    for (int id = 0; id < PANES; id++)
        if (belongs(id, which, columns)) col->want[id] = view_panes[id].rows(v, col->at.w - 2);
    if (belongs(v->pane, which, columns)) pane_take(col, v->pane);
    if (columns == 1 && col->at.h < SMALL && col->n) {
        col->rows[0] = col->at.h - 2;
        return;
    }
    for (int rank = 0; rank < PANES; rank++)
        for (int id = 0; id < PANES; id++)
            if (view_panes[id].rank == rank && belongs(id, which, columns) && !idle(id, col))
                pane_take(col, id);
    column_sort(col);
    give_wanted(col);
    give_rest(col);
}

/* One pane alone. */
static void column_single(Column *col, int id)
{
    col->n = 1;
    col->id[0] = id;
    col->rows[0] = col->at.h - 2;
}

/* ---- drawing ---- */

static void canvas_copy(Canvas *to, Point at, const Canvas *from)
{
    for (int y = 0; y < from->h; y++)
        for (int x = 0; x < from->w; x++) {
            Cell cell = canvas_at(from, x, y);
            if (cell.glyph) canvas_put(to, (Point){ at.x + x, at.y + y }, cell.style, cell.glyph);
        }
}

static void heading(const ViewState *v, const Pane *p, Text *to)
{
    if (p->heading) p->heading(v, to);
    if (!to->len) text_add(to, p->title);
}

static void pane_draw(const ViewState *v, int id, Canvas *c, Rect inner)
{
    if (inner.w < 1 || inner.h < 1) return;
    Canvas *own = canvas_new(inner.w, inner.h);
    view_panes[id].draw(v, own);
    canvas_copy(c, (Point){ inner.x, inner.y }, own);
    canvas_free(own);
}

static void column_frames(const Column *col, Canvas *c)
{
    int y = col->at.y;
    for (int i = 0; i < col->n; i++) {
        canvas_box(c, (Rect){ col->at.x, y, col->at.w, col->rows[i] + 2 }, STYLE_DIM, NULL);
        y += col->rows[i] + 1;
    }
}

static void column_panes(const ViewState *v, const Column *col, Canvas *c)
{
    int y = col->at.y;
    for (int i = 0; i < col->n; i++) {
        bool focus = col->id[i] == v->pane;
        Text title = { 0 };
        heading(v, &view_panes[col->id[i]], &title);
        int room = col->at.w - 6, width = text_columns(text_str(&title), title.len);
        if (width > room) width = room;
        Style s = focus ? STYLE_FOCUS : STYLE_TITLE;
        canvas_put(c, (Point){ col->at.x + 2, y }, s, focus ? 0x25B8 : ' ');
        canvas_fit(c, (Point){ col->at.x + 3, y }, width, s, text_str(&title));
        canvas_put(c, (Point){ col->at.x + 3 + width, y }, s, ' ');
        text_free(&title);
        pane_draw(v, col->id[i], c, (Rect){ col->at.x + 1, y + 1, col->at.w - 2, col->rows[i] });
        y += col->rows[i] + 1;
    }
}

static void columns_place(Column col[COLUMNS], int columns, Rect all)
{
    static const int share[COLUMNS][COLUMNS] = { { 100 }, { 48, 100 }, { 36, 69, 100 } };
    for (int i = 0, x = 0; i < columns; i++) {
        int end = all.w * share[columns - 1][i] / 100;
        col[i].at = (Rect){ all.x + x - (i > 0), all.y, end - x + (i > 0), all.h };
        x = end;
    }
}

/* The demo's words and the pane with the keys, beside the numbers. */
static int big_fill(const ViewState *v, Column col[COLUMNS], int columns)
{
    int other = v->pane == PANE_NUMBERS || v->pane == PANE_SCRIPT ? PANE_EQUATION : v->pane;
    if (columns == 1 || !big_rows(v, col[0].at.w - 2)) {
        column_single(&col[0], columns == 1 ? PANE_NUMBERS : other);
        return 1;
    }
    column_single(&col[0], PANE_NUMBERS);
    column_single(&col[1], other);
    if (!v->script.len || col[1].at.h < SMALL) return 2;
    col[1].rows[0] = (col[1].at.h - 3) / 2;
    col[1].id[1] = PANE_SCRIPT;
    col[1].rows[1] = col[1].at.h - 3 - col[1].rows[0];
    col[1].n = 2;
    return 2;
}

static int columns_fill(const ViewState *v, Column col[COLUMNS], Rect all)
{
    int columns = all.w < TWO_COLUMNS ? 1 : all.w < THREE_COLUMNS ? 2 : 3;
    if (v->zoom) {
        columns_place(col, 1, all);
        column_single(&col[0], v->pane);
        return 1;
    }
    if (v->big && columns > 2) columns = 2;
    columns_place(col, columns, all);
    if (v->big) return big_fill(v, col, columns);
    for (int i = 0; i < columns; i++) column_fill(v, &col[i], i, columns);
    return columns;
}

static void panes_draw(const ViewState *v, Canvas *c, Rect all)
{
    Column col[COLUMNS] = { 0 };
    int columns = columns_fill(v, col, all);
    for (int i = 0; i < columns; i++) column_frames(&col[i], c);
    for (int i = 0; i < columns; i++) column_panes(v, &col[i], c);
}

/* ---- the title ---- */

static void input_text(const ViewState *v, Text *t)
{
    if (v->net->has_input) {
        for (int i = 0; i < v->net->input.rank; i++)
            text_addf(t, i ? "×%lld" : "%lld", (long long)v->net->input.dim[i]);
    } else if (v->input) {
        text_addf(t, "%lld", (long long)v->input->shape.dim[v->input->shape.rank - 1]);
    } else {
        text_add(t, "?");
    }
}

static void title_left(const ViewState *v, Text *t)
{
    text_addf(t, " gradus  %s", v->name);
    if (!v->net) return;
    text_add(t, "  ");
    input_text(v, t);
    for (int i = 0; i < v->n_layer; i++) {
        text_add(t, " → ");
        if (v->layer[i].units) text_addf(t, "%lld ", (long long)v->layer[i].units);
        text_add(t, v->layer[i].kind);
    }
}

static void place_text(const ViewState *v, Text *t)
{
    static const char *const phase[] = { "FORWARD", "BACKWARD", "UPDATE" };
    if (!v->E || v->now->E != v->E) return;
    if (v->now->pass) text_addf(t, "pass %lld  ", (long long)v->now->pass);
    text_add(t, phase[v->now->phase]);
    if (v->now->node) text_addf(t, " %d/%d", v->now->quantity + 1, v->now->quantities);
}

static void title_right(const ViewState *v, int columns, Text *t)
{
    double rate = view_rate(v);
    char buf[NUM_TEXT];
    if (v->training && !v->total) {
        text_add(t, "RUNNING");
    } else if (v->training) {
        if (isfinite(rate) && columns >= TWO_COLUMNS) text_addf(t, "lr %s  ", num_fit(buf, rate, 7, false));
        text_addf(t, "TRAINING  epoch %lld/%lld", (long long)v->epochs, (long long)v->total);
    } else if (columns < TWO_COLUMNS) {
        place_text(v, t);
    } else {
        if (v->rest) text_addf(t, "PAUSED  ");
        if (v->epochs)
            text_addf(t, v->rest || v->moment >= 0 ? "epoch %lld/%lld  " : "epoch %lld  ",
                      (long long)(v->moment >= 0 ? v->moment : v->epochs),
                      (long long)(v->rest ? v->total : v->epochs));
        if (v->has_rows && v->sample >= 0)
            text_addf(t, "sample [%lld] of %lld  ", (long long)v->sample, (long long)v->rows.rows);
        if (v->running) text_add(t, "RUNNING  ");
        place_text(v, t);
    }
    while (t->len && t->s[t->len - 1] == ' ') t->s[--t->len] = '\0';
    if (t->len) text_addc(t, ' ');
}

static void title_draw(const ViewState *v, Canvas *c)
{
    Text left = { 0 }, right = { 0 };
    title_left(v, &left);
    title_right(v, c->w, &right);
    canvas_fill(c, (Rect){ 0, 0, c->w, 1 }, STYLE_BAR, ' ');
    int width = text_columns(text_str(&right), right.len), room = c->w - width - 1;
    if (room < 10) room = c->w < 10 ? c->w : 10;
    canvas_fit(c, (Point){ 0, 0 }, room, STYLE_BAR, text_str(&left));
    if (c->w - room > 1)
        canvas_fit(c, (Point){ room + 1, 0 }, -(c->w - room - 1), STYLE_BAR, text_str(&right));
    text_free(&left);
    text_free(&right);
}

/* ---- what lies over the panes ---- */


/* The last rows of the notice that fit into a third of the screen. */
static void notice_draw(const ViewState *v, Canvas *c)
{
    bool progress = v->progress.len && !v->training;          /* the title tells it */
    const char *text = text_str(progress ? &v->progress : &v->notice);
    if (!*text || c->h < 3) return;
    Style s = v->notice_bad && !progress ? STYLE_WARN : STYLE_NORMAL;
    Canvas *scratch = canvas_new(c->w, CANVAS_MOST);
    int most = c->h < 5 ? c->h - 2 : c->h < 9 ? 3 : c->h / 3, width = c->w > 4 ? c->w - 2 : c->w;
    int rows = canvas_wrap(scratch, (Rect){ 0, 0, width, CANVAS_MOST }, s, text);
    int shown = rows < most ? rows : most, top = c->h - 1 - shown;
    canvas_fill(c, (Rect){ 0, top, c->w, shown }, s, ' ');
    for (int y = 0; y < shown; y++)
        for (int x = 0; x < width; x++) {
            Cell cell = canvas_at(scratch, x, y);
            if (cell.glyph) canvas_put(c, (Point){ x + 1, top + y }, s, cell.glyph);
        }
    if (rows > shown)
        canvas_textf(c, (Point){ c->w - 12, c->h - 2 }, STYLE_DIM, " %d more ", rows - shown);
    canvas_free(scratch);
}

/* Nothing dim: seen from the back row, through a projector. */
static void contrast(Canvas *c)
{
    for (int i = 0; i < c->w * c->h; i++)
        if (c->cell[i].style == STYLE_DIM || c->cell[i].style == STYLE_NORMAL)
            c->cell[i].style = STYLE_BOLD;
}

void view_draw(ViewState *v, Canvas *c)
{
    const Face *f = v->s->face;
    if (f) v->big = f->big;
    canvas_clear(c);
    title_draw(v, c);
    if (c->h > 4) panes_draw(v, c, (Rect){ 0, 1, c->w, c->h - 2 });
    if (v->typing) typing_draw(v, c);
    else if (c->h > 1) view_footer(v, c, c->h - 1);
    notice_draw(v, c);
    if (v->helping) view_help(c);
    if (v->big) contrast(c);
}

/* ---- the text twin ---- */

static void twin_pane(ViewState *v, int id, int columns, bool ascii, Text *to)
{
    int rows = view_panes[id].rows(v, columns - 2);
    if (rows < 1) return;
    Text title = { 0 }, body = { 0 };
    heading(v, &view_panes[id], &title);
    Canvas *c = canvas_new(columns - 2, rows < TWIN_ROWS ? rows : TWIN_ROWS);
    view_panes[id].draw(v, c);
    canvas_print(c, ascii, &body);
    text_addf(to, "\n%s\n", text_str(&title));
    for (const char *p = text_str(&body); *p;) {
        size_t n = strcspn(p, "\n");
        text_addf(to, "%s%.*s\n", n ? "  " : "", (int)n, p);
        p += n + (p[n] == '\n');
    }
    canvas_free(c);
    text_free(&title);
    text_free(&body);
}

void view_text(ViewState *v, int columns, bool ascii, Text *to)
{
    Canvas *c = canvas_new(columns, 1);
    int pane = v->pane;
    title_draw(v, c);
    Text title = { 0 };
    canvas_print(c, ascii, &title);
    const char *s = text_str(&title);
    text_add(to, *s == ' ' ? s + 1 : s);
    v->pane = -1;                     /* no pane has the keys */
    for (int id = 0; id < PANES; id++)
        if (id != PANE_TRACE && id != PANE_NUMBERS) twin_pane(v, id, columns, ascii, to);
    v->pane = pane;
    text_free(&title);
    canvas_free(c);
}
