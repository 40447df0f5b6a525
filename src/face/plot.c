/* plot.c -- the command `plot`: from what was named to the picture a person would sketch.
 *
 * What is named decides. Here are the options, the choice and the showing; how each
 * kind is gathered stands in plot_*.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/chart.h"
#include "face/plot.h"
#include "face/plotparts.h"
#include "face/repl.h"
#include "face/show.h"
#include "face/tables.h"
#include "face/term.h"
#include "graph/build.h"
#include "learn/dataset.h"

enum { THIN_FROM = 200000, THIN_TO = 50000 };

/* ---- gathering ---- */

char *sketch_text(Sketch *k, const Ast *a, const char *otherwise)
{
    if (!a) return otherwise ? arena_str(&k->arena, otherwise) : NULL;
    Text t = { 0 };
    ast_print(&t, a);
    char *s = arena_str(&k->arena, text_str(&t));
    text_free(&t);
    return s;
}

static PictureSeries *series_add(Sketch *k, Picture *p, PictureSeries *all, const char *name, int64_t n)
{
    if (p->count == PLOT_SERIES) return NULL;
    PictureSeries *s = &all[p->count++];
    *s = (PictureSeries){ .name = name, .n = (int)n, .x = ARENA_ARRAY(&k->arena, double, n + 1), .y = ARENA_ARRAY(&k->arena, double, n + 1) };
    p->series = all;
    return s;
}

PictureSeries *sketch_series(Sketch *k, const char *name, int64_t n)
{
    return series_add(k, &k->p, k->series, name, n);
}

PictureSeries *sketch_below(Sketch *k, const char *name, int64_t n)
{
    return series_add(k, &k->below, k->below_series, name, n);
}

void sketch_point(PictureSeries *s, int64_t i, double x, double y)
{
    ((double *)s->x)[i] = x;
    ((double *)s->y)[i] = y;
}

/* The places of the smallest and the largest finite number of [from, to), in order; any
 * place when none is finite. */
static void extremes(const double *v, int64_t from, int64_t to, int64_t at[2])
{
    int64_t low = -1, high = -1;
    for (int64_t i = from; i < to; i++) {
        if (!isfinite(v[i])) continue;
        if (low < 0 || v[i] < v[low]) low = i;
        if (high < 0 || v[i] > v[high]) high = i;
    }
    if (low < 0) low = high = from;
    at[0] = low < high ? low : high;
    at[1] = low < high ? high : low;
}

void sketch_vector(Sketch *k, const char *name, const Node *n, int first, bool below)
{
    bool thin = n->len > THIN_FROM;
    int64_t shown = thin ? 2*THIN_TO : n->len, at[2];
    PictureSeries *s = below ? sketch_below(k, name, shown) : sketch_series(k, name, shown);
    for (int64_t i = 0; s && i < shown; i++) {
        at[0] = at[1] = i;
        if (thin) extremes(n->val, (int64_t)(i/2*(double)n->len/THIN_TO), (int64_t)((i/2 + 1)*(double)n->len/THIN_TO), at);
        sketch_point(s, i, (double)(at[i % 2] + first), n->val[at[i % 2]]);
    }
}

/* ---- options ---- */

static Status check_as(Call *c, const Sketch *k)
{
    static const char *const known[] = { "", "lines", "points", "bars", "histogram", "image" };
    for (size_t i = 0; i < sizeof known/sizeof known[0]; i++)
        if (!strcmp(k->as, known[i])) return OK;
    return diag_set(c->d, E_NAME, call_key_span(c, "as"), "as= is lines, points, bars, histogram or image, not %.60s", k->as);
}

/* `to` is the end of a range or, as a text, the file to write. */
static Status read_options(Call *c, Sketch *k)
{
    k->from = -5;
    k->to = 5;
    for (int i = 0; i < c->n_key; i++) {
        Value v = { 0 };
        bool from = !strcmp(c->key[i], "from"), to = !strcmp(c->key[i], "to");
        if (!from && !to) continue;
        if (!c->key_have[i]) TRY(build_value(c->env, c->key_ast[i], &c->key_val[i]));
        c->key_have[i] = true;
        v = c->key_val[i];
        if (to && v.kind == V_STR) {
            k->file = v.str->s;
            continue;
        }
        Node *n = value_to_node(c->s, v, call_key_span(c, c->key[i]), c->d);
        if (!n) return c->d->code;
        TRY(env_static(c->env, n, call_key_span(c, c->key[i]), from ? &k->from : &k->to));
        k->ranged = true;
    }
    if (!k->file) TRY(call_key_text(c, "file", NULL, &k->file));
    if (k->file && c->s->safe) return diag_set(c->d, E_NAME, c->at, "a lesson draws on the screen only, not into files");
    TRY(call_key_text(c, "as", "", &k->as));
    TRY(check_as(c, k));
    if (!(k->from < k->to))
        return diag_set(c->d, E_RANGE, c->at, "from= must be less than to=");
    return OK;
}

/* ---- showing ---- */

static PictureTarget target_for(const Session *s, const char *file)
{
    const Face *f = s->face;
    PictureTarget t = { .kind = PICTURE_TERMINAL, .path = file, .utf8 = terminal_utf8() };
    terminal_size(&t.columns, &t.rows);
    if (t.columns > 100) t.columns = 100;
    if (t.rows > 3) t.rows -= 2;
    if (t.rows > 30) t.rows = 30;
    bool display = getenv("DISPLAY") || getenv("WAYLAND_DISPLAY");
    const char *to = f && f->plot_to ? f->plot_to : "auto";
    if (file) t.kind = PICTURE_FILE;
    else if (!strcmp(to, "window") || (!strcmp(to, "auto") && display && f && f->prompt)) t.kind = PICTURE_WINDOW;
    return t;
}

bool plot_has_window(const Session *s) { return target_for(s, NULL).kind == PICTURE_WINDOW; }

/* Without gnuplot; what is left out is said as well. */
static void draw_letters(Session *s, const Picture *p, const PictureTarget *t)
{
    chart_draw(&s->out, p, t->columns, t->rows, t->utf8);
    for (; p; p = p->below) {
        PictureFrame f = picture_frame(p);
        picture_notes(p, &f, &s->out);
    }
}

Status plot_show(Session *s, const Picture *p, const char *file, Span at, Diag *d)
{
    static bool said;
    const Face *f = s->face;
    PictureTarget t = target_for(s, file);
    TRY(picture_check(p, d));
    Text note = { 0 };
    Status st = OK;
    if (!file && f && f->plot_to && !strcmp(f->plot_to, "text")) {
        draw_letters(s, p, &t);
    } else {
        st = picture_show(p, &t, &s->out, &note, d);
        if (st == E_IO && !file) {
            if (!said) text_addf(&s->out, "# %s; here is a plain chart\n", d->text);
            said = true;
            diag_clear(d);
            draw_letters(s, p, &t);
            st = OK;
        } else if (st != OK && d->at.from == d->at.to) {
            d->at = at;
        }
    }
    if (note.len && st == OK) text_add(&s->out, text_str(&note));
    if (st == OK && file) text_addf(&s->out, "wrote %s\n", file);
    text_free(&note);
    return st;
}

/* ---- what was named ---- */

static Status sketch_record(Call *c, Sketch *k, Record *r)
{
    if (!strcmp(r->type, "history")) return sketch_histories(c, k);
    if (!strcmp(r->type, "sweep")) return sketch_sweep(c, k, r);
    if (!strcmp(r->type, "dataset")) return sketch_dataset(c, k, r);
    return diag_set(c->d, E_TYPE, call_span(c, 0), "there is no picture of %s", value_kind((Value){ .kind = V_RECORD, .record = r }));
}

/* A stage or layer that was called stands for its latest output; other functions are drawn. */
static bool stands_for_output(const Call *c, const Func *f)
{
    return f->last && f->last->out && c->n == 1 && f->kind == FN_BOUND;
}

static bool has_data(Call *c)
{
    Value v;
    return c->n == 2 && call_value(c, 1, &v) == OK && dataset_is(v);
}

/* A vector of one number is one before a leaf, as a network's output is, and a point alone. */
static bool is_one_number(const Call *c, const Node *E)
{
    return E->len == 1 && (!E->shape.rank || (c->n > 1 && c->ast[1] && c->ast[1]->kind != A_LIST));
}

static Status one_number(Call *c, Sketch *k, Node *E)
{
    if (c->n > 1 && (!c->ast[0] || !c->ast[1] || !c->ast[c->n - 1]))
        return diag_set(c->d, E_TYPE, c->at, "plot moves leaves that are named in its own line");
    if (c->n == 2) return sketch_against(c, k, E);
    if (c->n == 3) return sketch_surface(c, k, E);
    diag_set(c->d, E_SHAPE, call_span(c, 0), "%s is one number, which makes no picture", sketch_text(k, c->ast[0], "this"));
    return diag_hint(c->d, "Name a leaf to draw it against, such as plot E, w; or plot history, or a function.");
}

static Status sketch(Call *c, Sketch *k)
{
    Value v;
    if (!*k->as && sketch_is_confusion(c)) return sketch_confusion(c, k);
    TRY(call_value(c, 0, &v));
    if (v.kind == V_RECORD) return sketch_record(c, k, v.record);
    if (v.kind == V_FUNC && has_data(c)) return sketch_regions(c, k, v.func);
    if (v.kind == V_FUNC && !stands_for_output(c, v.func)) return c->d->code ? c->d->code : sketch_functions(c, k);
    if (v.kind != V_NODE && v.kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_span(c, 0), "there is no picture of %s", value_kind(v));
    Node *E = value_to_node(c->s, v, call_span(c, 0), c->d);
    if (!E) return c->d->code;
    return is_one_number(c, E) ? one_number(c, k, E) : sketch_numbers(c, k);
}

static bool waits_for_history(Call *c)
{
    const char *name = call_name(c, 0);
    return name && !strcmp(name, "history") && !session_find(c->s, "history");
}

static Status run_plot(Call *c, Value *out)
{
    (void)out;
    Sketch k = { 0 };
    Status st = read_options(c, &k);
    if (st == OK && waits_for_history(c)) {
        plot_live(c->s, k.file);
        bool drawn = k.file || plot_has_window(c->s);
        text_add(&c->s->out, drawn ? "nothing has been trained yet; the loss will be drawn while training runs\n"
                                   : "nothing has been trained yet; train first, then plot history\n");
        return OK;
    }
    PictureTarget to = target_for(c->s, k.file);
    if (to.kind == PICTURE_TERMINAL) k.columns = to.columns, k.rows = to.rows;
    if (st == OK) st = sketch(c, &k);
    const char *title = NULL;
    if (st == OK) st = call_key_text(c, "title", NULL, &title);
    if (title) k.p.title = title;
    if (st == OK && call_has(c, "log")) {
        double log_y;
        st = call_key_number(c, "log", 0, &log_y);
        k.p.y_scale = log_y != 0 ? PICTURE_LOG : PICTURE_LINEAR;
    }
    if (k.below.count) k.p.below = &k.below;
    if (st == OK) st = plot_show(c->s, &k.p, k.file, c->at, c->d);
    if (st == OK) text_addn(&c->s->out, text_str(&k.note), k.note.len);
    text_free(&k.note);
    const char *name = call_name(c, 0);
    if (st == OK && name && !strcmp(name, "history")) plot_live(c->s, NULL);
    arena_clear(&k.arena);
    return st;
}

const Builtin commands_plot[] = {
    { .name = "plot", .usage = "plot WHAT, ... [, from=, to=] [, to=\"FILE.png\"] [, as=] [, x=, y=] [, title=] [, log=]", .group = "plots",
      .keys = "from to file title as log x y",
      .min_args = 1, .max_args = PLOT_SERIES, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_plot,
      .help = "Draws what a person would sketch. Functions over a range: plot sigmoid, sigmoid', from=-6, to=6. Training: plot "
              "history, or several histories kept with <-; plot sweep_result. A quantity against a leaf: plot E, w; the surface over "
              "two, with the path of the last training on it: plot E, w1, w2. What a network makes of the plane, and the data in it: "
              "plot net, d; of more than two features x= and y= name two, and the others stay at their means. plot d shows the data "
              "alone, plot confusion(net, d) how often each class (row) was taken for each (column). A vector is a curve (several: the "
              "first is the x axis when it never goes back), a matrix a heat map, more axes are images side by side; as=lines, points, "
              "bars, histogram or image draws it otherwise. log=1 makes the y axis logarithmic, log=0 never. To a window, into the "
              "terminal, or to=\"FILE\" ending in .svg, .png or .pdf.",
      .example = "plot sigmoid, sigmoid', from=-6, to=6\nparam w = 1\nE = (w - 2)^2\nplot E, w\nplot [[0, 1], [1, 0]]\n"
                 "net = input(2) -> dense(1, sigmoid)\nplot net, data(\"xor\")" },
    { 0 }
};
