/* dataset_labels.c -- targets of a data set made from numbers or from names of classes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/dataset.h"

static const Span nowhere = { 0, 0 };

static Status need_rows(const Record *r, int64_t rows, Diag *d)
{
    int64_t x = dataset_node(r, "x")->shape.dim[0];
    if (x == rows) return OK;
    return diag_set(d, E_SHAPE, nowhere, "x has %lld row%s, but y has %lld", (long long)x,
                    x == 1 ? "" : "s", (long long)rows);
}

/* ---- names ---- */

static int name_find(const char *const *name, int n, const char *s)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(name[i], s) == 0) return i;
    }
    return -1;
}

static Status name_unknown(int row, const char *wanted, const char *const *name, int n, Diag *d)
{
    Text t = { 0 };
    text_add_safe(&t, wanted, strnlen(wanted, 60));
    diag_set(d, E_NAME, nowhere, "row %d of y is \"%s\", which is not one of the classes", row,
             text_str(&t));
    text_clear(&t);
    for (int i = 0; i < n && t.len < 300; i++) {
        text_add(&t, i ? ", " : "");
        text_add_safe(&t, name[i], strnlen(name[i], 60));
    }
    diag_hint(d, "The classes are %s; name all there are with classes= when the set is made.",
              text_str(&t));
    text_free(&t);
    return E_NAME;
}

/* Indexes of y in name; names that are missing are added when `grow`. */
static Status names_index(const char *const *y, int rows, const char **name, int *n, bool grow,
                          double *index, Diag *d)
{
    for (int i = 0; i < rows; i++) {
        int at = name_find(name, *n, y[i]);
        if (at < 0 && !grow) return name_unknown(i, y[i], name, *n, d);
        if (at < 0) name[at = (*n)++] = y[i];
        index[i] = at;
    }
    return OK;
}

Status dataset_label_texts(Record *r, const char *const *y, int rows, const char *const *classes,
                           int n_class, Diag *d)
{
    TRY(need_rows(r, rows, d));
    double *index = mem_new(sizeof *index * (size_t)rows);
    const char **name = mem_new(sizeof *name * (size_t)(rows + n_class));
    for (int i = 0; i < n_class; i++) name[i] = classes[i];
    int n = n_class;
    Status s = names_index(y, rows, name, &n, n_class == 0, index, d);
    if (s == OK) s = dataset_set_classes(r, index, name, n, d);
    free(index);
    free(name);
    return s;
}

/* ---- numbers ---- */

/* One class index a row. */
static Status label_indexes(Record *r, const Node *y, const char *const *classes, int n, Diag *d)
{
    char b[NUM_TEXT];
    for (int64_t i = 0; i < y->len; i++) {
        double v = y->val[i];
        if (v >= 0 && v < n && v == floor(v)) continue;
        return diag_set(d, E_RANGE, nowhere, "row %lld of y is %s; with %d classes it must be a "
                        "whole number from 0 to %d", (long long)i, num_exact(b, v), n, n - 1);
    }
    return dataset_set_classes(r, y->val, classes, n, d);
}

/* One column a class; y stays as given, so that shares of classes are possible. */
static Status label_columns(Record *r, Node *y, const char *const *classes, int n, Diag *d)
{
    DataView v = { .y = y->val, .rows = y->shape.dim[0], .n_out = n };
    double *index = mem_new(sizeof *index * (size_t)v.rows);
    for (int64_t i = 0; i < v.rows; i++) index[i] = (double)dataset_class(&v, i);
    Status s = dataset_set_classes(r, index, classes, n, d);
    if (s == OK) record_set(r, "y", value_node(node_keep(y)));
    free(index);
    return s;
}

Status dataset_label_numbers(Record *r, Node *y, const char *const *classes, int n_class, Diag *d)
{
    TRY(need_rows(r, y->shape.dim[0], d));
    if (n_class == 0) {
        record_set(r, "y", value_node(node_keep(y)));
        return OK;
    }
    int64_t each = y->len / y->shape.dim[0];
    if (each == n_class && y->shape.rank == 2 && n_class > 1) {
        return label_columns(r, y, classes, n_class, d);
    }
    if (each == 1) return label_indexes(r, y, classes, n_class, d);
    char b[SHAPE_TEXT];
    return diag_set(d, E_SHAPE, nowhere, "y has shape %s; for %d classes it needs one class index "
                    "or %d columns a row", shape_print(b, &y->shape), n_class, n_class);
}

/* ---- two classes as one column ---- */

static Status binary_view(const Record *r, const DataView *v, int64_t one, Record **out, Diag *d)
{
    if (v->n_class != 2) {
        diag_set(d, E_TYPE, nowhere, "one column of 0 and 1 needs two classes, and the data set has %d",
                 v->n_class);
        return diag_hint(d, "For more classes a network has one output each: dense(%lld, softmax).",
                         (long long)(v->n_class ? v->n_class : v->n_out));
    }
    Shape s = shape_of(2, (int64_t[]){ v->rows, 1 });
    Node *y = node_leaf(&s, NULL, d);
    if (!y) return d->code;
    for (int64_t i = 0; i < v->rows; i++) y->val[i] = dataset_class(v, i) == one;
    leaf_touch(y);
    Record *to = record_new("dataset");
    for (int i = 0; i < r->n; i++) {
        bool gone = !strcmp(r->name[i], "classes") || !strcmp(r->name[i], "label");
        if (!gone) record_set(to, r->name[i], value_keep(r->field[i]));
    }
    record_set(to, "y", value_node(y));
    record_set(to, "target", value_str(v->classes[one]));
    *out = to;
    return OK;
}

Status dataset_binary(const Record *r, int64_t one, Record **out, Diag *d)
{
    DataView v;
    Value whole = { .kind = V_RECORD, .record = (Record *)r };
    TRY(dataset_view(whole, nowhere, &v, d));
    Status s = binary_view(r, &v, one, out, d);
    dataset_view_free(&v);
    return s;
}
