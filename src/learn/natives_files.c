/* natives_files.c -- arrays from other programs' files: TABLE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/args.h"
#include "learn/idx.h"
#include "learn/natives.h"
#include "learn/npy.h"
#include "learn/npz.h"

/* ---- npy, npz ---- */

static Status run_npy(Call *c, Value *out)
{
    const char *file;
    TRY(call_file(c, 0, &file));
    char buf[PATH_ROOM];
    ReadShow show;
    Node *n = NULL;
    show_begin(&show, c, file);
    Status s = npy_read(file_path(file, buf), call_span(c, 0), &show.watch, &n, c->d);
    show_end(&show);
    if (s != OK) return placed(c, s, call_span(c, 0));
    *out = value_node(n);
    return OK;
}

static Status npz_one(Call *c, const Npz *z, Value *out)
{
    const char *name;
    int at;
    Node *n;
    TRY(call_text(c, 1, &name));
    TRY(npz_find(z, name, call_span(c, 1), &at, c->d));
    TRY(npz_read(z, at, &n, c->d));
    *out = value_node(n);
    return OK;
}

static Status npz_all(Call *c, const Npz *z, Value *out)
{
    Record *r = record_new("arrays");
    Status s = OK;
    for (int i = 0; i < z->n && s == OK; i++) {
        Node *n;
        s = npz_read(z, i, &n, c->d);
        if (s == OK) record_set(r, z->array[i].name, value_node(n));
    }
    *out = value_record(r);
    if (s != OK) value_drop(out);
    return s;
}

static Status run_npz(Call *c, Value *out)
{
    const char *file;
    TRY(call_file(c, 0, &file));
    char buf[PATH_ROOM];
    ReadShow show;
    Npz z;
    show_begin(&show, c, file);
    Status s = npz_open(file_path(file, buf), call_span(c, 0), &show.watch, &z, c->d);
    if (s == OK) {
        s = (c->n > 1 ? npz_one : npz_all)(c, &z, out);
        npz_close(&z);
    }
    show_end(&show);
    return placed(c, s, call_span(c, 0));
}

/* ---- idx ---- */

/* 0 for all of them. */
static Status idx_rows_key(Call *c, int64_t *out)
{
    *out = 0;
    if (!call_has(c, "rows")) return OK;
    TRY(call_key_int(c, "rows", 0, out));
    if (*out >= 1) return OK;
    return diag_set(c->d, E_RANGE, call_key_span(c, "rows"), "rows= is 1 or more, not %lld", (long long)*out);
}

static Status idx_argument(Call *c, int i, int64_t rows, Node **out)
{
    const char *file;
    TRY(call_file(c, i, &file));
    char buf[PATH_ROOM];
    ReadShow show;
    show_begin(&show, c, file);
    Status s = idx_read(file_path(file, buf), rows, call_span(c, i), &show.watch, out, c->d);
    show_end(&show);
    return placed(c, s, call_span(c, i));
}

/* Grey images are height x width x 1, as convolutions take them; or flat. A list of numbers
 * is a column. */
static void samples_shape(Node *x, bool flat)
{
    Shape *s = &x->shape;
    int64_t rows = s->dim[0], each = rows ? x->len / rows : 0;
    if (s->rank == 1 || (flat && s->rank > 2)) *s = shape_of(2, (int64_t[]){ rows, each });
    else if (s->rank == 3) *s = shape_of(4, (int64_t[]){ rows, s->dim[1], s->dim[2], 1 });
}

static Status idx_divide(Call *c, Node *x)
{
    double by;
    TRY(call_key_number(c, "divide", 1, &by));
    if (by == 0 || !isfinite(by)) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "divide"),
                        "divide= is a number that can be divided by, such as 255");
    }
    for (int64_t i = 0; i < x->len && by != 1; i++) x->val[i] /= by;
    return OK;
}

/* Whole numbers from 0 on, one an image. */
static Status labels_check(Call *c, const Node *y, int64_t rows, int *classes)
{
    enum { CLASSES_MOST = 100000 };
    char b[NUM_TEXT];
    double most = 0;
    if (y->shape.rank != 1 || y->len != rows) {
        char s[SHAPE_TEXT];
        diag_set(c->d, E_SHAPE, call_span(c, 1), "there are %lld images, but the labels have shape %s",
                 (long long)rows, shape_print(s, &y->shape));
        return diag_hint(c->d, "Images and labels must be of the same set: train-images with train-labels.");
    }
    for (int64_t i = 0; i < y->len; i++) {
        double v = y->val[i];
        if (!(v >= 0 && v < CLASSES_MOST && v == floor(v))) {
            return diag_set(c->d, E_RANGE, call_span(c, 1), "label %lld is %s, not the number of a class",
                            (long long)i, num_exact(b, v));
        }
        if (v > most) most = v;
    }
    *classes = (int)most + 1;
    return OK;
}

static Status labels_name(Call *c, int n, Names *out)
{
    Value v;
    TRY(call_key(c, "classes", &v));
    if (v.kind == V_LIST) {
        TRY(names_from(c, v, call_key_span(c, "classes"), "classes=", out));
        if (out->n >= n) return OK;
        return diag_set(c->d, E_RANGE, call_key_span(c, "classes"),
                        "classes= has %d names, but there are labels up to %d", out->n, n - 1);
    }
    int64_t asked;
    TRY(call_key_int(c, "classes", n, &asked));
    if (asked < n || asked > 100000) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "classes"),
                        "classes=%lld, but there are labels up to %d", (long long)asked, n - 1);
    }
    out->s = mem_new(sizeof *out->s * (size_t)asked);
    for (; out->n < asked; out->n++) {
        char s[16];
        snprintf(s, sizeof s, "%d", out->n);
        out->s[out->n] = mem_str(s);
    }
    return OK;
}

static Status idx_labels(Call *c, Record *r, int64_t rows, int64_t limit)
{
    Node *y;
    int n = 0;
    Names names = { 0 };
    TRY(idx_argument(c, 1, limit, &y));
    Status s = labels_check(c, y, rows, &n);
    if (s == OK) s = labels_name(c, n, &names);
    if (s == OK) s = placed(c, dataset_set_classes(r, y->val, names_read(&names), names.n, c->d), c->at);
    names_free(&names);
    node_drop(y);
    return s;
}

static Status run_idx(Call *c, Value *out)
{
    int64_t rows, flat;
    Node *x;
    TRY(idx_rows_key(c, &rows));
    TRY(call_key_int(c, "flat", 0, &flat));
    TRY(idx_argument(c, 0, rows, &x));
    Status s = idx_divide(c, x);
    if (s != OK || c->n == 1) {
        *out = value_node(x);
        if (s != OK) value_drop(out);
        return s;
    }
    if (x->len == 0) {
        node_drop(x);
        return diag_set(c->d, E_RANGE, call_span(c, 0), "there is no image in this file");
    }
    samples_shape(x, flat != 0);
    Record *r = dataset_new(x, NULL);
    s = idx_labels(c, r, x->shape.dim[0], rows);
    if (s != OK) {
        dataset_release(r);
        return s;
    }
    *out = value_record(r);
    return OK;
}

/* ---- TABLE ---- */

const Builtin natives_files[] = {
    { .name = "idx",
      .usage = "idx(\"IMAGES\", \"LABELS\", flat=0, divide=1, rows=all, classes=auto)  idx(\"FILE\")",
      .help = "A data set from two IDX files, the format of MNIST, gzipped or not: x is (rows, "
              "height, width, 1), or (rows, height*width) with flat=1; y is one-hot. Grey levels "
              "are as in the file, 0 to 255; divide=255 makes them 0 to 1. rows=1000 reads the "
              "first thousand. classes= names the classes or says how many. With one file: its "
              "array as it is.",
      .example = "d = idx(\"digits-images.idx\", \"digits-labels.idx\", divide=16)\nd.x.shape\n"
                 "idx(\"digits-labels.idx\")[0:3]",
      .group = "data", .keys = "flat divide rows classes", .min_args = 1,
      .max_args = 2, .flags = BUILTIN_UNSAFE, .run = run_idx },
    { .name = "npy", .usage = "npy(\"FILE\")",
      .help = "A tensor from what numpy.save wrote: whole numbers, decimal numbers and truth values "
              "of any size and byte order. Whole numbers beyond 2^53 are rounded.",
      .example = "npy(\"iris.npy\")[0]",
      .group = "data", .keys = NULL, .min_args = 1, .max_args = 1,
      .flags = BUILTIN_UNSAFE, .run = run_npy },
    { .name = "npz", .usage = "npz(\"FILE\")  npz(\"FILE\", \"NAME\")",
      .help = "What numpy.savez or savez_compressed wrote: all arrays, as fields of their names, or "
              "the one of that name.",
      .example = "a = npz(\"iris.npz\")\ndataset(a.x, a.label, classes=3)\n"
                 "npz(\"iris.npz\", \"label\").shape",
      .group = "data", .keys = NULL, .min_args = 1, .max_args = 2,
      .flags = BUILTIN_UNSAFE, .run = run_npz },
    { .name = NULL }
};
