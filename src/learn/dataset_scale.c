/* dataset_scale.c -- every feature to comparable size, the test set like the training set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/dataset.h"

static const Span nowhere = { 0, 0 };

static Value borrowed(const Record *r)
{
    return (Value){ .kind = V_RECORD, .record = (Record *)r };
}

/* Smallest and largest of every element over the rows. */
static void measure_range(const DataView *v, double *lo, double *hi)
{
    memcpy(lo, v->x, sizeof *lo * (size_t)v->n_in);
    memcpy(hi, v->x, sizeof *hi * (size_t)v->n_in);
    for (int64_t i = v->n_in; i < v->rows * v->n_in; i++) {
        int64_t c = i % v->n_in;
        if (v->x[i] < lo[c]) lo[c] = v->x[i];
        if (v->x[i] > hi[c]) hi[c] = v->x[i];
    }
}

static void measure_mean(const DataView *v, double *mean)
{
    for (int64_t r = 0; r < v->rows; r++) {
        for (int64_t c = 0; c < v->n_in; c++) mean[c] += v->x[r * v->n_in + c];
    }
    for (int64_t c = 0; c < v->n_in; c++) mean[c] /= (double)v->rows;
}

static void measure_deviation(const DataView *v, const double *mean, double *sd)
{
    for (int64_t r = 0; r < v->rows; r++) {
        for (int64_t c = 0; c < v->n_in; c++) {
            double off = v->x[r * v->n_in + c] - mean[c];
            sd[c] += off * off;
        }
    }
    for (int64_t c = 0; c < v->n_in; c++) sd[c] = sqrt(sd[c] / (double)v->rows);
}

/* shift and scale arrive as zeros. A constant element is found by its range, because
 * rounding can give it a deviation that is tiny but not zero. */
static void measure(const DataView *v, ScaleKind kind, double *shift, double *scale)
{
    double *lo = mem_new(sizeof *lo * 2 * (size_t)v->n_in), *hi = lo + v->n_in;
    measure_range(v, lo, hi);
    if (kind == SCALE_STANDARD) {
        measure_mean(v, shift);
        measure_deviation(v, shift, scale);
    }
    for (int64_t c = 0; c < v->n_in; c++) {
        bool constant = lo[c] == hi[c];
        if (kind == SCALE_MINMAX || constant) shift[c] = lo[c];
        if (kind == SCALE_MINMAX) scale[c] = hi[c] - lo[c];
        if (constant || scale[c] == 0) scale[c] = 1;
    }
    free(lo);
}

static Status scale_from(const Record *like, const Shape *sample, Node **shift, Node **scale,
                         Diag *d)
{
    *shift = dataset_node(like, "shift");
    *scale = dataset_node(like, "scale");
    if (!*shift || !*scale) {
        diag_set(d, E_TYPE, nowhere, "the data set of like= has not been scaled, so it has no "
                 "shift and scale");
        return diag_hint(d, "First train = standardize(train), then "
                         "test = standardize(test, like=train).");
    }
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (!shape_equal(&(*shift)->shape, sample)) {
        return diag_set(d, E_SHAPE, nowhere, "a sample has shape %s, but that of like= has %s",
                        shape_print(a, sample), shape_print(b, &(*shift)->shape));
    }
    node_keep(*shift);
    node_keep(*scale);
    return OK;
}

static Status scale_measured(const DataView *v, ScaleKind kind, Node **shift, Node **scale,
                             Diag *d)
{
    *shift = node_leaf(&v->sample, NULL, d);
    *scale = *shift ? node_leaf(&v->sample, NULL, d) : NULL;
    if (!*scale) {
        node_drop(*shift);
        return d->code;
    }
    measure(v, kind, (*shift)->val, (*scale)->val);
    leaf_touch(*shift);
    leaf_touch(*scale);
    return OK;
}

/* A copy of r with x scaled; takes over shift and scale. */
static Status scale_apply(const Record *r, const DataView *v, Node *shift, Node *scale,
                          Record **out, Diag *d)
{
    Node *x = node_leaf(&dataset_node(r, "x")->shape, NULL, d);
    for (int64_t i = 0; x && i < v->rows * v->n_in; i++) {
        int64_t c = i % v->n_in;
        x->val[i] = (v->x[i] - shift->val[c]) / scale->val[c];
    }
    if (!x) {
        node_drop(shift);
        node_drop(scale);
        return d->code;
    }
    leaf_touch(x);
    Record *to = record_new("dataset");
    for (int i = 0; i < r->n; i++) record_set(to, r->name[i], value_keep(r->field[i]));
    record_set(to, "x", value_node(x));
    record_set(to, "shift", value_node(shift));
    record_set(to, "scale", value_node(scale));
    *out = to;
    return OK;
}

Status dataset_scale(const Record *r, ScaleKind kind, const Record *like, Record **out, Diag *d)
{
    DataView v;
    TRY(dataset_view(borrowed(r), nowhere, &v, d));
    Node *shift, *scale;
    Status s = like ? scale_from(like, &v.sample, &shift, &scale, d)
                    : scale_measured(&v, kind, &shift, &scale, d);
    if (s == OK) s = scale_apply(r, &v, shift, scale, out, d);
    dataset_view_free(&v);
    return s;
}

/* ---- back ---- */

static bool field_is_scaling(const char *name)
{
    return strcmp(name, "shift") == 0 || strcmp(name, "scale") == 0;
}

Status dataset_unscale(const Record *r, Record **out, Diag *d)
{
    const Node *shift = dataset_node(r, "shift"), *scale = dataset_node(r, "scale");
    const Node *x = dataset_node(r, "x");
    if (!shift || !scale) {
        diag_set(d, E_TYPE, nowhere, "the data set has not been scaled, so there is nothing to take back");
        return diag_hint(d, "standardize(d) and minmax(d) make scaled ones.");
    }
    Node *back = node_leaf(&x->shape, NULL, d);
    if (!back) return d->code;
    for (int64_t i = 0; i < x->len; i++) {
        int64_t c = i % shift->len;
        back->val[i] = x->val[i] * scale->val[c] + shift->val[c];
    }
    leaf_touch(back);
    Record *to = record_new("dataset");
    for (int i = 0; i < r->n; i++) {
        if (!field_is_scaling(r->name[i])) record_set(to, r->name[i], value_keep(r->field[i]));
    }
    record_set(to, "x", value_node(back));
    *out = to;
    return OK;
}
