/* plot_regions.c -- pictures of data sets, and of what a network makes of the plane they lie in.
 *
 * Two features are the axes; of more, two are chosen and the others stay at their
 * means. One feature: the network's outputs as curves over it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/plotparts.h"
#include "graph/build.h"
#include "learn/dataset.h"

enum { GRID = 201, GRID_LETTERS = 81, GROUPS_MOST = PLOT_SERIES };

/* The data and the features that are drawn. */
typedef struct {
    const Record *r;
    DataView      v;
    int64_t       axis[2];
    double        from[2], to[2];
    double        low, high;          /* the two targets there are */
    bool          two;                /* there are exactly two, in one column */
} Scene;

/* ---- features ---- */

static const char *feature_name(Sketch *k, const Scene *m, int64_t i)
{
    const Value *names = record_find(m->r, "names");
    char buf[32];
    if (names && names->kind == V_LIST && i < names->list->n && names->list->item[i].kind == V_STR)
        return arena_str(&k->arena, names->list->item[i].str->s);
    snprintf(buf, sizeof buf, "x%lld", (long long)i + 1);
    return arena_str(&k->arena, buf);
}

static void hint_features(Call *c, Sketch *k, const Scene *m)
{
    Text t = { 0 };
    for (int64_t i = 0; i < m->v.n_in && i < 12; i++) text_addf(&t, "%s\"%.60s\"", i ? ", " : "", feature_name(k, m, i));
    diag_hint(c->d, "The features are %s%s.", text_str(&t), m->v.n_in > 12 ? ", ..." : "");
    text_free(&t);
}

/* x="petal length" or x=2, counted from 0. */
static Status feature_of(Call *c, Sketch *k, const Scene *m, const char *key, int64_t *out)
{
    Value v;
    Span at = call_key_span(c, key);
    TRY(call_key(c, key, &v));
    if (v.kind == V_STR) {
        for (*out = 0; *out < m->v.n_in; ++*out)
            if (!strcmp(feature_name(k, m, *out), v.str->s)) return OK;
        diag_set(c->d, E_NAME, at, "the data set has no feature \"%.100s\"", v.str->s);
    } else {
        TRY(call_key_int(c, key, 0, out));
        if (*out >= 0 && *out < m->v.n_in) return OK;
        diag_set(c->d, E_RANGE, at, "there is no feature %lld; they are counted from 0 to %lld", (long long)*out, (long long)m->v.n_in - 1);
    }
    hint_features(c, k, m);
    return c->d->code;
}

static Status choose_features(Call *c, Sketch *k, Scene *m)
{
    bool said = call_has(c, "x") && call_has(c, "y");
    Span at = call_span(c, c->n - 1);
    m->axis[0] = 0;
    m->axis[1] = m->v.n_in > 1;
    if (m->v.sample.rank != 1 && !said) {
        char buf[SHAPE_TEXT];
        return diag_set(c->d, E_SHAPE, at, "the samples have shape %s; a map has two features as its axes", shape_print(buf, &m->v.sample));
    }
    if (m->v.n_in > 2 && !said) {
        diag_set(c->d, E_SHAPE, at, "the data set has %lld features; a map has two", (long long)m->v.n_in);
        return diag_hint(c->d, "Say which, such as x=\"%s\", y=\"%s\"; the others stay at their means.", feature_name(k, m, 0),
                         feature_name(k, m, 1));
    }
    if (call_has(c, "x")) TRY(feature_of(c, k, m, "x", &m->axis[0]));
    if (call_has(c, "y")) TRY(feature_of(c, k, m, "y", &m->axis[1]));
    if (m->v.n_in > 1 && m->axis[0] == m->axis[1])
        return diag_set(c->d, E_RANGE, at, "a map needs two different features, not \"%s\" twice", feature_name(k, m, m->axis[0]));
    return OK;
}

/* What the data span, with some air; from= and to= say it for both axes. */
static void range_of(const Sketch *k, Scene *m, int i)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t r = 0; r < m->v.rows; r++) {
        double x = m->v.x[r*m->v.n_in + m->axis[i]];
        if (isfinite(x)) low = fmin(low, x), high = fmax(high, x);
    }
    if (low > high) low = high = 0;
    double air = high > low ? 0.1*(high - low) : fmax(1, 0.1*fabs(low));
    m->from[i] = k->ranged ? k->from : low - air;
    m->to[i] = k->ranged ? k->to : high + air;
}

/* Whether one column of targets has just two values, as classes have. */
static void find_two(Scene *m)
{
    m->low = m->high = m->v.y[0];
    for (int64_t i = 0; i < m->v.rows; i++) m->low = fmin(m->low, m->v.y[i]), m->high = fmax(m->high, m->v.y[i]);
    m->two = m->v.n_out == 1 && m->low < m->high;
    for (int64_t i = 0; i < m->v.rows && m->two; i++) m->two = m->v.y[i] == m->low || m->v.y[i] == m->high;
}

static Status scene_open(Call *c, Sketch *k, const Record *r, Scene *m)
{
    *m = (Scene){ .r = r };
    TRY(dataset_view((Value){ .kind = V_RECORD, .record = (Record *)r }, call_span(c, c->n - 1), &m->v, c->d));
    TRY(choose_features(c, k, m));
    for (int i = 0; i < 2; i++) range_of(k, m, i);
    find_two(m);
    return OK;
}

/* ---- the points ---- */

/* Which of the groups of points a row belongs to, and how many there are. */
static int group_of(const Scene *m, int64_t row)
{
    if (m->v.n_out > 1) return (int)(dataset_class(&m->v, row) % GROUPS_MOST);
    return m->two && m->v.y[row] == m->high;
}

static int group_count(const Scene *m)
{
    if (m->v.n_out > 1) return m->v.n_out < GROUPS_MOST ? (int)m->v.n_out : GROUPS_MOST;
    return m->two ? 2 : 1;
}

static const char *group_name(Sketch *k, const Scene *m, int i)
{
    Text t = { 0 };
    char buf[NUM_TEXT];
    if (m->v.classes) text_add(&t, m->v.classes[i]);
    else if (m->v.n_out > 1) text_addf(&t, "class %d", i);
    else if (m->two) text_addf(&t, "target %s", num_print(buf, i ? m->high : m->low, (NumFormat){ NUM_SIG, 4 }));
    else text_add(&t, "data");
    char *name = arena_str(&k->arena, text_str(&t));
    text_free(&t);
    return name;
}

static void add_group(Sketch *k, const Scene *m, int group)
{
    int64_t n = 0, at = 0;
    for (int64_t i = 0; i < m->v.rows; i++) n += group_of(m, i) == group;
    PictureSeries *s = sketch_series(k, group_name(k, m, group), n);
    for (int64_t i = 0; s && i < m->v.rows; i++) {
        if (group_of(m, i) != group) continue;
        const double *x = m->v.x + i*m->v.n_in;
        sketch_point(s, at++, x[m->axis[0]], m->v.n_in > 1 ? x[m->axis[1]] : m->v.y[i*m->v.n_out]);
    }
}

static void add_points(Sketch *k, const Scene *m)
{
    for (int g = 0; g < group_count(m); g++) add_group(k, m, g);
    k->p.x_label = feature_name(k, m, m->axis[0]);
    if (m->v.n_in > 1) k->p.y_label = feature_name(k, m, m->axis[1]);
}

/* ---- the network ---- */

/* Rows of features at their means, for the caller to set the axes in. */
static Node *rows_of_means(const Scene *m, int64_t rows, Diag *d)
{
    Shape s = shape_of(2, (int64_t[]){ rows, m->v.n_in });
    Node *x = node_leaf(&s, NULL, d);
    for (int64_t j = 0; x && j < m->v.n_in; j++) {
        double mean = 0;
        for (int64_t i = 0; i < m->v.rows; i++) mean += (m->v.x[i*m->v.n_in + j] - mean)/(double)(i + 1);
        for (int64_t i = 0; i < rows; i++) x->val[i*m->v.n_in + j] = mean;
    }
    return x;
}

static double step_at(const Scene *m, int axis, int i, int n)
{
    return m->from[axis] + (m->to[axis] - m->from[axis])*i/(n - 1);
}

/* The outputs for all rows of x, `each` for a row, in the sketch's arena. */
static Status answers(Call *c, Sketch *k, Func *net, Node *x, int64_t *each, double **out)
{
    Value arg = value_node(x), v = { 0 };
    bool was = session_training(c->s, false);
    Status st = func_call(c->s, NULL, net, &arg, 1, call_span(c, 0), &v, c->d);
    session_training(c->s, was);
    TRY(st);
    Node *y = value_to_node(c->s, v, call_span(c, 0), c->d);
    const double *val = y ? node_eval(y, c->d) : NULL;
    int64_t rows = x->shape.dim[0];
    if (val && (y->len < rows || y->len % rows))
        st = diag_set(c->d, E_SHAPE, call_span(c, 0), "the network gives %lld numbers for %lld rows", (long long)y->len, (long long)rows);
    else if (val) {
        *each = y->len/rows;
        *out = ARENA_ARRAY(&k->arena, double, y->len);
        memcpy(*out, val, sizeof **out * (size_t)y->len);
    }
    value_drop(&v);
    return c->d->code;
}

/* The largest of several outputs; where none is a number, none. */
static double winner(const double *y, int64_t each)
{
    int64_t best = 0;
    for (int64_t j = 1; j < each; j++)
        if (y[j] > y[best]) best = j;
    return isfinite(y[best]) ? (double)best : NAN;
}

static Status check_outputs(Call *c, const Scene *m, int64_t each)
{
    if (each == m->v.n_out) return OK;
    return diag_set(c->d, E_SHAPE, call_span(c, 0), "the network has %lld output%s, and the data have %lld", (long long)each,
                    each == 1 ? "" : "s", (long long)m->v.n_out);
}

static Status sketch_map(Call *c, Sketch *k, Func *net, const Scene *m)
{
    int64_t each = 0;
    double *y = NULL;
    int64_t n = k->columns ? GRID_LETTERS : GRID;
    Node *x = rows_of_means(m, n*n, c->d);
    if (!x) return c->d->code;
    for (int64_t i = 0; i < n*n; i++) {
        x->val[i*m->v.n_in + m->axis[0]] = step_at(m, 0, (int)(i % n), (int)n);
        x->val[i*m->v.n_in + m->axis[1]] = step_at(m, 1, (int)(i/n), (int)n);
    }
    leaf_touch(x);
    Status st = answers(c, k, net, x, &each, &y);
    node_drop(x);
    TRY(st);
    TRY(check_outputs(c, m, each));
    for (int64_t i = 0; i < n*n && each > 1; i++) y[i] = winner(y + i*each, each);
    k->p.kind = PICTURE_REGIONS;
    k->p.rows = k->p.cols = (int)n;
    k->p.cell = y;
    k->p.classes = each > 1 ? (int)each : 0;
    k->p.diverging = m->two;
    k->p.middle = m->low/2 + m->high/2;
    k->p.x_range = (PictureRange){ m->from[0], m->to[0] };
    k->p.y_range = (PictureRange){ m->from[1], m->to[1] };
    if (each == 1) k->p.z_label = "output";
    add_points(k, m);
    return OK;
}

/* One feature: the outputs over it, and of a single output the targets, too. */
static Status sketch_outputs(Call *c, Sketch *k, Func *net, const Scene *m)
{
    int64_t each = 0;
    double *y = NULL;
    Node *x = rows_of_means(m, PLOT_POINTS, c->d);
    if (!x) return c->d->code;
    for (int i = 0; i < PLOT_POINTS; i++) x->val[i] = step_at(m, 0, i, PLOT_POINTS);
    leaf_touch(x);
    Status st = answers(c, k, net, x, &each, &y);
    node_drop(x);
    TRY(st);
    TRY(check_outputs(c, m, each));
    k->p.kind = PICTURE_LINES;
    for (int64_t j = 0; j < each && j < PLOT_SERIES - 1; j++) {
        PictureSeries *s = sketch_series(k, each > 1 ? group_name(k, m, (int)j) : sketch_text(k, c->ast[0], "network"), PLOT_POINTS);
        for (int i = 0; i < PLOT_POINTS; i++) sketch_point(s, i, step_at(m, 0, i, PLOT_POINTS), y[i*each + j]);
    }
    k->p.x_label = feature_name(k, m, 0);
    k->p.y_label = "output";
    if (each > 1) return OK;
    for (int g = 0; g < group_count(m); g++) {
        k->p.loose |= 1u << k->p.count;
        add_group(k, m, g);
    }
    return OK;
}

static Status check_inputs(Call *c, const Func *net, const Scene *m)
{
    if (!net->has_input || shape_equal(&net->input, &m->v.sample)) return OK;
    char takes[SHAPE_TEXT], are[SHAPE_TEXT];
    return diag_set(c->d, E_SHAPE, call_span(c, 0), "the network takes samples of shape %s, and those of the data have shape %s",
                    shape_print(takes, &net->input), shape_print(are, &m->v.sample));
}

Status sketch_regions(Call *c, Sketch *k, Func *net)
{
    Value data;
    Scene m;
    TRY(call_value(c, 1, &data));
    Status st = scene_open(c, k, data.record, &m);
    if (st == OK) st = check_inputs(c, net, &m);
    if (st == OK) st = m.v.n_in > 1 ? sketch_map(c, k, net, &m) : sketch_outputs(c, k, net, &m);
    dataset_view_free(&m.v);
    return st;
}

/* ---- data alone ---- */

Status sketch_dataset(Call *c, Sketch *k, Record *data)
{
    Scene m;
    Node *x = dataset_node(data, "x");
    if (c->n > 1)
        return diag_set(c->d, E_TYPE, call_span(c, 1), "a data set is drawn alone, or with a network: plot NET, DATA");
    if (x && x->shape.rank > 2 && !call_has(c, "x")) return sketch_cells(c, k, x);
    Status st = scene_open(c, k, data, &m);
    if (st == OK) {
        add_points(k, &m);
        k->p.kind = PICTURE_POINTS;
        const Value *target = record_find(data, "target");
        if (m.v.n_in == 1) k->p.y_label = target && target->kind == V_STR ? arena_str(&k->arena, target->str->s) : "y";
        if (k->ranged) k->p.x_range = (PictureRange){ k->from, k->to };
    }
    dataset_view_free(&m.v);
    return st;
}
