/* plot.c -- the command `plot`: from what was named to the picture a person would sketch.
 *
 * What is named decides: functions are drawn over a range, a quantity against the
 * leaf that follows it, a history as curves, a vector as a line, a matrix as a
 * heat map. The numbers come from the graph itself: a leaf is moved through its
 * range and put back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "face/chart.h"
#include "face/plot.h"
#include "face/repl.h"
#include "face/show.h"
#include "face/tables.h"
#include "face/term.h"
#include "graph/build.h"

enum { POINTS = 400, GRID = 41, MAX_SERIES = 12 };

/* What a picture is gathered in: owns its numbers and names. */
typedef struct {
    Picture       p;
    PictureSeries series[MAX_SERIES];
    Arena         arena;
    bool          ranged;             /* from= or to= was given */
    double        from, to;
    const char   *file;
} Sketch;

static char *typed_text(Sketch *k, const Ast *a, const char *otherwise)
{
    if (!a) return arena_str(&k->arena, otherwise);
    Text t = { 0 };
    ast_print(&t, a);
    char *s = arena_str(&k->arena, text_str(&t));
    text_free(&t);
    return s;
}

static PictureSeries *series_add(Sketch *k, const char *name, int n)
{
    PictureSeries *s = &k->series[k->p.count++];
    *s = (PictureSeries){ .name = name, .n = n, .x = ARENA_ARRAY(&k->arena, double, n), .y = ARENA_ARRAY(&k->arena, double, n) };
    k->p.series = k->series;
    return s;
}

/* ---- options ---- */

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
    if (!(k->from < k->to))
        return diag_set(c->d, E_RANGE, c->at, "from= must be less than to=");
    return OK;
}

/* ---- functions over a range ---- */

/* f at x through a graph built once; built anew for every point only where the
 * function's shape hangs on x itself. */
static Status sample(Call *c, Func *f, Node *x, const double *xs, double *ys, int n, Span at)
{
    Node *y = NULL;
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) {
        leaf_set(x, &xs[i]);
        Record_of_use use = { 0 };
        if (!y) {
            Env e = { .s = c->s, .d = c->d, .use = &use };
            Value arg = value_node(node_keep(x)), v = { 0 };
            st = func_call(c->s, &e, f, &arg, 1, at, &v, c->d);
            Node *got = st == OK ? value_to_node(c->s, v, at, c->d) : NULL;
            if (st == OK && !got) st = c->d->code;
            if (got && got->len != 1)
                st = diag_set(c->d, E_SHAPE, at, "to plot a function it must give one number for one number; this gives %lld", (long long)got->len);
            if (st == OK) y = node_keep(got);
            value_drop(&v);
            value_drop(&arg);
        }
        if (st == OK) ys[i] = node_scalar(y, c->d);
        if (c->d->code) st = c->d->code;
        if (use.n_guard) node_drop(y), y = NULL;
        use_free(&use);
    }
    node_drop(y);
    return st;
}

static Status add_function(Call *c, Sketch *k, Func *f, int i)
{
    PictureSeries *s = series_add(k, typed_text(k, c->ast[i], f->name), POINTS);
    double *xs = (double *)s->x;
    for (int j = 0; j < POINTS; j++) xs[j] = k->from + (k->to - k->from)*j/(POINTS - 1);
    Shape scalar = { 0 }, one = { .rank = 1, .dim = { 1 } };
    Node *x = node_leaf(&scalar, NULL, c->d);
    Status st = sample(c, f, x, xs, (double *)s->y, POINTS, call_span(c, i));
    node_drop(x);
    if (st == E_SHAPE) {                              /* a network of one input takes [x] */
        Diag first = *c->d;
        diag_clear(c->d);
        x = node_leaf(&one, NULL, c->d);
        st = sample(c, f, x, xs, (double *)s->y, POINTS, call_span(c, i));
        node_drop(x);
        if (st != OK) *c->d = first;
    }
    return st;
}

static Status sketch_functions(Call *c, Sketch *k)
{
    for (int i = 0; i < c->n && k->p.count < MAX_SERIES; i++) {
        Func *f;
        TRY(call_func(c, i, &f));
        TRY(add_function(c, k, f, i));
    }
    k->p.kind = PICTURE_LINES;
    k->p.x_label = "x";
    return OK;
}

/* ---- a quantity against leaves ---- */

typedef struct {
    Node   *leaf;
    int64_t at;
    double  was;
    const char *name;
} Knob;

static Status knob_of(Call *c, Sketch *k, int i, Knob *out)
{
    const Ast *a = c->ast[i];
    Node *base, *place = NULL;
    TRY(build_node(c->env, a->kind == A_INDEX ? a->kid[0] : a, &base));
    Node *leaf = node_through(base);
    *out = (Knob){ .leaf = leaf, .name = typed_text(k, a, "w") };
    Status st = OK;
    if (leaf->op != &op_leaf || leaf->flags & NODE_CONST) {
        st = diag_set(c->d, E_TYPE, call_span(c, i), "%s is computed; a plot moves a leaf such as a parameter", out->name);
    } else if (a->kind == A_INDEX) {
        Node *iota = node_leaf(&leaf->shape, NULL, c->d);
        for (int64_t j = 0; j < iota->len; j++) iota->val[j] = (double)j;
        leaf_touch(iota);
        st = index_node(c->env, iota, a, &place);
        if (st == OK && place->len == 1) out->at = (int64_t)node_scalar(place, c->d);
        if (st == OK && place->len != 1) st = diag_set(c->d, E_SHAPE, call_span(c, i), "a plot moves one number at a time");
        node_drop(iota);
        if (place) node_drop(place);
    } else if (leaf->len != 1) {
        char buf[SHAPE_TEXT];
        st = diag_set(c->d, E_SHAPE, call_span(c, i), "%s has shape %s; name one element, for example %s[0]", out->name,
                      shape_print(buf, &leaf->shape), out->name);
    }
    if (st == OK) out->was = leaf->val[out->at];
    node_drop(base);
    return st;
}

static void knob_range(const Sketch *k, const Knob *w, double *from, double *to)
{
    double half = fmax(1, 2*fabs(w->was));
    *from = k->ranged ? k->from : w->was - half;
    *to = k->ranged ? k->to : w->was + half;
}

static Status sketch_against(Call *c, Sketch *k, Node *E)
{
    Knob w;
    double from, to;
    TRY(knob_of(c, k, 1, &w));
    knob_range(k, &w, &from, &to);
    if (!node_depends(E, w.leaf))
        return diag_set(c->d, E_NAME, call_span(c, 1), "%s does not depend on %s", typed_text(k, c->ast[0], "this"), w.name);
    PictureSeries *s = series_add(k, typed_text(k, c->ast[0], "y"), POINTS);
    Status st = OK;
    for (int i = 0; i < POINTS && st == OK; i++) {
        double x = from + (to - from)*i/(POINTS - 1);
        leaf_set_at(w.leaf, w.at, x);
        ((double *)s->x)[i] = x;
        ((double *)s->y)[i] = node_scalar(E, c->d);
        st = c->d->code;
    }
    leaf_set_at(w.leaf, w.at, w.was);
    TRY(st);
    PictureSeries *now = series_add(k, "now", 1);
    *(double *)now->x = w.was;
    *(double *)now->y = node_scalar(E, c->d);
    k->p.kind = PICTURE_LINES;
    k->p.x_label = w.name;
    k->p.y_label = k->series[0].name;
    return c->d->code;
}

static Status sketch_surface(Call *c, Sketch *k, Node *E)
{
    Knob u, w;
    TRY(knob_of(c, k, 1, &u));
    TRY(knob_of(c, k, 2, &w));
    knob_range(k, &u, &k->p.x_range.from, &k->p.x_range.to);
    knob_range(k, &w, &k->p.y_range.from, &k->p.y_range.to);
    double *z = ARENA_ARRAY(&k->arena, double, GRID*GRID);
    Status st = OK;
    for (int r = 0; r < GRID && st == OK; r++)
        for (int q = 0; q < GRID && st == OK; q++) {
            leaf_set_at(u.leaf, u.at, k->p.x_range.from + (k->p.x_range.to - k->p.x_range.from)*q/(GRID - 1));
            leaf_set_at(w.leaf, w.at, k->p.y_range.from + (k->p.y_range.to - k->p.y_range.from)*r/(GRID - 1));
            z[r*GRID + q] = node_scalar(E, c->d);
            st = c->d->code;
        }
    leaf_set_at(u.leaf, u.at, u.was);
    leaf_set_at(w.leaf, w.at, w.was);
    k->p.kind = PICTURE_SURFACE;
    k->p.rows = k->p.cols = GRID;
    k->p.cell = z;
    k->p.x_label = u.name;
    k->p.y_label = w.name;
    k->p.z_label = typed_text(k, c->ast[0], "E");
    return st;
}

/* ---- histories, vectors, matrices ---- */

static void add_vector(Sketch *k, const char *name, const Node *n, int first)
{
    PictureSeries *s = series_add(k, name, (int)n->len);
    for (int i = 0; i < s->n; i++) {
        ((double *)s->x)[i] = i + first;
        ((double *)s->y)[i] = n->val[i];
    }
}

static Status add_history(Call *c, Sketch *k, Record *r, const char *prefix)
{
    bool single = !prefix;
    for (int i = 0; i < r->n && k->p.count < MAX_SERIES; i++) {
        bool loss = !strcmp(r->name[i], "loss"), other = !strcmp(r->name[i], "val_loss");
        if (r->field[i].kind != V_NODE || !(loss || (other && single))) continue;
        if (!node_eval(r->field[i].node, c->d)) return c->d->code;
        add_vector(k, single ? (loss ? "training loss" : "validation loss") : prefix, r->field[i].node, 1);
    }
    k->p.kind = PICTURE_LINES;
    k->p.x_label = "epoch";
    k->p.y_label = "loss";
    k->p.y_scale = PICTURE_AUTO;
    return OK;
}

static Status sketch_histories(Call *c, Sketch *k)
{
    for (int i = 0; i < c->n; i++) {
        Value v;
        TRY(call_value(c, i, &v));
        if (v.kind != V_RECORD || strcmp(v.record->type, "history"))
            return diag_set(c->d, E_TYPE, call_span(c, i), "this is %s; the curves before it are histories", value_kind(v));
        TRY(add_history(c, k, v.record, c->n > 1 ? typed_text(k, c->ast[i], "history") : NULL));
    }
    return OK;
}

static Status sketch_heatmap(Call *c, Sketch *k, Node *n)
{
    if (n->shape.rank != 2) {
        char buf[SHAPE_TEXT];
        return diag_set(c->d, E_SHAPE, call_span(c, 0), "a plot shows numbers, vectors and matrices; this has shape %s",
                        shape_print(buf, &n->shape));
    }
    k->p.kind = PICTURE_HEATMAP;
    k->p.rows = (int)n->shape.dim[0];
    k->p.cols = (int)n->shape.dim[1];
    double *cell = ARENA_ARRAY(&k->arena, double, n->len + 1);
    memcpy(cell, n->val, sizeof *cell * (size_t)n->len);
    k->p.cell = cell;
    k->p.diverging = true;
    k->p.title = typed_text(k, c->ast[0], "");
    return OK;
}

static Status sketch_numbers(Call *c, Sketch *k)
{
    const char *as;
    TRY(call_key_text(c, "as", "", &as));
    bool histogram = !strcmp(as, "histogram"), points = !strcmp(as, "points"), bars = !strcmp(as, "bars");
    if (*as && !histogram && !points && !bars && strcmp(as, "lines"))
        return diag_set(c->d, E_NAME, call_key_span(c, "as"), "as= is lines, points, bars or histogram, not %s", as);
    k->p.kind = histogram ? PICTURE_HISTOGRAM : points ? PICTURE_POINTS : bars ? PICTURE_BARS : PICTURE_LINES;
    for (int i = 0; i < c->n && k->p.count < MAX_SERIES; i++) {
        Node *n;
        TRY(call_node(c, i, &n));
        if (!node_eval(n, c->d)) return c->d->code;
        if (n->shape.rank > 1 && !histogram) return c->n == 1 ? sketch_heatmap(c, k, n) : diag_set(c->d, E_SHAPE, call_span(c, i),
            "several curves are vectors; this is %s", value_kind(value_node(n)));
        add_vector(k, typed_text(k, c->ast[i], "y"), n, 0);
    }
    k->p.x_label = histogram ? "value" : "index";
    k->p.y_label = histogram ? "count" : NULL;
    k->p.y_scale = histogram || bars ? PICTURE_LINEAR : PICTURE_AUTO;
    return OK;
}

/* Points of one vector against another. */
static bool two_vectors(Call *c, Sketch *k)
{
    Node *x = NULL, *y = NULL;
    const char *as;
    if (call_key_text(c, "as", "", &as) != OK || !strcmp(as, "histogram") || !strcmp(as, "bars")) return false;
    if (c->n != 2 || call_node(c, 0, &x) != OK || call_node(c, 1, &y) != OK) return false;
    if (x->shape.rank != 1 || !shape_equal(&x->shape, &y->shape) || call_name(c, 0)) return false;
    if (!node_eval(x, c->d) || !node_eval(y, c->d)) return false;
    PictureSeries *s = series_add(k, "", (int)x->len);
    memcpy((double *)s->x, x->val, sizeof(double) * (size_t)x->len);
    memcpy((double *)s->y, y->val, sizeof(double) * (size_t)y->len);
    k->p.kind = strcmp(as, "points") ? PICTURE_LINES : PICTURE_POINTS;
    k->p.markers = true;
    return true;
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

Status plot_show(Session *s, const Picture *p, const char *file, Span at, Diag *d)
{
    static bool said;
    const Face *f = s->face;
    PictureTarget t = target_for(s, file);
    TRY(picture_check(p, d));
    Text note = { 0 };
    Status st = OK;
    if (!file && f && f->plot_to && !strcmp(f->plot_to, "text")) {
        chart_draw(&s->out, p, t.columns, t.rows, t.utf8);
    } else {
        st = picture_show(p, &t, &s->out, &note, d);
        if (st == E_IO && !file) {
            if (!said) text_addf(&s->out, "# %s; here is a plain chart\n", d->text);
            said = true;
            diag_clear(d);
            chart_draw(&s->out, p, t.columns, t.rows, t.utf8);
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

static Status sketch(Call *c, Sketch *k)
{
    Value v;
    TRY(call_value(c, 0, &v));
    if (v.kind == V_RECORD && !strcmp(v.record->type, "history")) return sketch_histories(c, k);
    if (v.kind == V_FUNC && !(v.func->last && v.func->last->out && c->n == 1 && v.func->kind == FN_BOUND))
        return sketch_functions(c, k);
    if (v.kind != V_NODE && v.kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_span(c, 0), "there is no picture of %s", value_kind(v));
    Node *E = value_to_node(c->s, v, call_span(c, 0), c->d);
    if (!E) return c->d->code;
    if (E->len == 1 && c->n == 2) return sketch_against(c, k, E);
    if (E->len == 1 && c->n == 3) return sketch_surface(c, k, E);
    if (E->len == 1 && c->n == 1) {
        const char *name = typed_text(k, c->ast[0], "this");
        diag_set(c->d, E_SHAPE, call_span(c, 0), "%s is one number, which makes no picture", name);
        return diag_hint(c->d, "Name a leaf to draw it against, such as plot E, w; or plot history, or a function.");
    }
    if (two_vectors(c, k)) return c->d->code;
    return c->d->code ? c->d->code : sketch_numbers(c, k);
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
    if (st == OK) st = sketch(c, &k);
    const char *title = NULL;
    if (st == OK) st = call_key_text(c, "title", NULL, &title);
    if (title) k.p.title = title;
    if (st == OK && call_has(c, "log")) {
        double log_y;
        st = call_key_number(c, "log", 0, &log_y);
        k.p.y_scale = log_y != 0 ? PICTURE_LOG : PICTURE_LINEAR;
    }
    if (st == OK) st = plot_show(c->s, &k.p, k.file, c->at, c->d);
    const char *name = call_name(c, 0);
    if (st == OK && name && !strcmp(name, "history")) plot_live(c->s, k.file);
    arena_clear(&k.arena);
    return st;
}

const Builtin commands_plot[] = {
    { .name = "plot", .usage = "plot WHAT, ... [, from=, to=] [, to=\"FILE.png\"]", .group = "plots", .keys = "from to file title as log",
      .min_args = 1, .max_args = MAX_SERIES, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_plot,
      .help = "Draws what a person would sketch. Functions over a range: plot sigmoid, sigmoid', from=-6, to=6. Training: plot "
              "history, or several histories kept with <-. A quantity against a leaf: plot E, w; a surface: plot E, w1, w2. "
              "A vector is a line, a matrix a heat map; as=histogram, points or bars. log=1 makes the y axis logarithmic. "
              "To a window, into the terminal, or to=\"FILE\" ending in .svg, .png or .pdf.",
      .example = "plot sigmoid, sigmoid', from=-6, to=6" },
    { 0 }
};
