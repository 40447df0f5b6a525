/* dataset.c -- data sets: made, looked into, found by name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "learn/dataset.h"

#ifndef PKGDATADIR
#define PKGDATADIR "/usr/local/share/gradus"
#endif

void dataset_release(Record *r)
{
    Value v = value_record(r);
    if (r) value_drop(&v);
}

/* ---- look into one ---- */

bool dataset_is(Value v)
{
    return v.kind == V_RECORD && strcmp(v.record->type, "dataset") == 0;
}

static Shape shape_row(const Shape *s)
{
    return shape_of(s->rank - 1, s->dim + 1);
}

Node *dataset_node(const Record *r, const char *name)
{
    Value *v = record_find(r, name);
    return v && v->kind == V_NODE ? v->node : NULL;
}

/* Set the view from x and y of shapes xs and ys, which begin with the rows. */
static Status view_set(DataView *v, const Shape *xs, const Shape *ys, Span at, Diag *d)
{
    if (xs->rank == 0 || ys->rank == 0) {
        diag_set(d, E_SHAPE, at, "%s of a data set is a number; it needs rows",
                 xs->rank == 0 ? "x" : "y");
        return diag_hint(d, "The first axis counts the rows: [[0, 1], [1, 1]] are two.");
    }
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (xs->dim[0] != ys->dim[0]) {
        return diag_set(d, E_SHAPE, at, "x has %lld rows, but y has %lld: shapes %s and %s",
                        (long long)xs->dim[0], (long long)ys->dim[0], shape_print(a, xs),
                        shape_print(b, ys));
    }
    if (shape_len(xs) == 0 || shape_len(ys) == 0) {
        return diag_set(d, E_SHAPE, at, "the data set is empty: shapes %s and %s",
                        shape_print(a, xs), shape_print(b, ys));
    }
    v->rows = xs->dim[0];
    v->sample = shape_row(xs);
    v->target = shape_row(ys);
    v->n_in = shape_len(&v->sample);
    v->n_out = shape_len(&v->target);
    return OK;
}

static Status view_nodes(DataView *v, Node *x, Node *y, Span at, Diag *d)
{
    TRY(view_set(v, &x->shape, &y->shape, at, d));
    v->x = node_eval(x, d);
    v->y = v->x ? node_eval(y, d) : NULL;
    return v->y ? OK : d->code;
}

static Status view_halves(DataView *v, Node *both, Span at, Diag *d)
{
    Shape s = shape_row(&both->shape);
    TRY(view_set(v, &s, &s, at, d));
    v->x = node_eval(both, d);
    if (!v->x) return d->code;
    v->y = v->x + both->len / 2;
    return OK;
}

static void view_classes(DataView *v, const Record *r)
{
    Value *classes = record_find(r, "classes");
    if (!classes || classes->kind != V_LIST || classes->list->n != v->n_out) return;
    const List *l = classes->list;
    const char **name = mem_new(sizeof *name * (size_t)(l->n + 1));
    for (int i = 0; i < l->n; i++) name[i] = l->item[i].kind == V_STR ? l->item[i].str->s : "";
    v->classes = name;
    v->n_class = l->n;
}

static Status view_record(DataView *v, const Record *r, Span at, Diag *d)
{
    Node *x = dataset_node(r, "x"), *y = dataset_node(r, "y");
    if (!x || !y) return diag_set(d, E_TYPE, at, "the data set has no %s", x ? "y" : "x");
    TRY(view_nodes(v, x, y, at, d));
    view_classes(v, r);
    return OK;
}

Status dataset_view(Value v, Span at, DataView *out, Diag *d)
{
    *out = (DataView){ 0 };
    if (dataset_is(v)) return view_record(out, v.record, at, d);
    if (v.kind == V_LIST && v.list->n == 2 && v.list->item[0].kind == V_NODE &&
        v.list->item[1].kind == V_NODE) {
        return view_nodes(out, v.list->item[0].node, v.list->item[1].node, at, d);
    }
    if (v.kind == V_NODE && v.node->shape.rank >= 2 && v.node->shape.dim[0] == 2) {
        return view_halves(out, v.node, at, d);
    }
    diag_set(d, E_TYPE, at, "a data set is needed here, not %s", value_kind(v));
    return diag_hint(d, "data(\"iris\"), csv(file), dataset(x, y) or a pair [x, y] is one.");
}

void dataset_view_free(DataView *v)
{
    free((void *)v->classes);
    v->classes = NULL;
    v->n_class = 0;
}

int64_t dataset_class(const DataView *v, int64_t row)
{
    const double *y = v->y + row * v->n_out;
    int64_t best = 0;
    for (int64_t c = 1; c < v->n_out; c++) {
        if (y[c] > y[best]) best = c;
    }
    return best;
}

/* ---- make one ---- */

static Value texts(const char *const *name, int n)
{
    List *l = list_new(n);
    for (int i = 0; i < n; i++) l->item[i] = value_str(name[i]);
    return value_list(l);
}

/* x1, x2, ... */
static Value texts_numbered(int64_t n)
{
    List *l = list_new((int)n);
    for (int i = 0; i < l->n; i++) {
        char name[24];
        snprintf(name, sizeof name, "x%d", i + 1);
        l->item[i] = value_str(name);
    }
    return value_list(l);
}

Record *dataset_new(Node *x, Node *y)
{
    assert(x->shape.rank >= 1);
    Record *r = record_new("dataset");
    record_set(r, "x", value_node(x));
    record_set(r, "y", y ? value_node(y) : value_none());
    record_set(r, "names", texts_numbered(x->shape.rank == 2 ? x->shape.dim[1] : 0));
    return r;
}

Status dataset_set_classes(Record *r, const double *index, const char *const *names, int n_class,
                           Diag *d)
{
    int64_t rows = dataset_node(r, "x")->shape.dim[0];
    Shape hot = shape_of(2, (int64_t[]){ rows, n_class }), column = shape_of(1, &rows);
    Node *label = node_leaf(&column, index, d);
    Node *y = label ? node_leaf(&hot, NULL, d) : NULL;
    if (!y) {
        node_drop(label);
        return d->code;
    }
    for (int64_t i = 0; i < rows; i++) y->val[i * n_class + (int64_t)index[i]] = 1;
    leaf_touch(y);
    record_set(r, "y", value_node(y));
    record_set(r, "classes", texts(names, n_class));
    record_set(r, "label", value_node(label));
    return OK;
}

static Status csv_target(Record *r, const CsvTable *t, Diag *d)
{
    if (t->n_class) {
        return dataset_set_classes(r, t->y, (const char *const *)t->classes, t->n_class, d);
    }
    Shape s = shape_of(2, (int64_t[]){ t->rows, 1 });
    Node *y = node_leaf(&s, t->y, d);
    if (!y) return d->code;
    record_set(r, "y", value_node(y));
    return OK;
}

Status dataset_from_csv(const CsvTable *t, Record **out, Diag *d)
{
    Shape s = shape_of(2, (int64_t[]){ t->rows, t->features });
    Node *x = node_leaf(&s, t->x, d);
    if (!x) return d->code;
    Record *r = dataset_new(x, NULL);
    record_set(r, "names", texts((const char *const *)t->names, t->features));
    record_set(r, "target", value_str(t->target));
    if (csv_target(r, t, d) != OK) {
        dataset_release(r);
        return d->code;
    }
    *out = r;
    return OK;
}

/* ---- by name ---- */

/* Targets for the rows 00, 01, 10, 11. */
static const struct {
    const char *name;
    double      y[4];
} logic[] = {
    { "xor",  { 0, 1, 1, 0 } },
    { "and",  { 0, 0, 0, 1 } },
    { "or",   { 0, 1, 1, 1 } },
    { "nand", { 1, 1, 1, 0 } },
    { "nor",  { 1, 0, 0, 0 } },
};
enum { N_LOGIC = sizeof logic / sizeof *logic, N_FILE = 4 };

static const char *const set_names[N_LOGIC + N_FILE] = {
    "xor", "and", "or", "nand", "nor", "iris", "wine", "breast_cancer", "digits"
};

/* "/data" behind the folder `up` levels above that of the program. */
static bool folder_beside(char *folder, size_t size, int up)
{
    ssize_t n = readlink("/proc/self/exe", folder, size - 1);
    if (n <= 0) return false;
    folder[n] = '\0';
    for (; up >= 0; up--) {
        char *slash = strrchr(folder, '/');
        if (!slash) return false;
        *slash = '\0';
    }
    size_t used = strlen(folder);
    return snprintf(folder + used, size - used, "/data") == 5 && access(folder, X_OK) == 0;
}

const char *dataset_folder(void)
{
    static char folder[4096];
    const char *root = getenv("GRADUS_DATA");
    if (root && *root) {
        snprintf(folder, sizeof folder, "%s/data", root);
        return folder;
    }
    snprintf(folder, sizeof folder, "%s/data", PKGDATADIR);
    if (access(folder, X_OK) == 0) return folder;
    char beside[sizeof folder];
    for (int up = 0; up < 2; up++) {
        if (folder_beside(beside, sizeof beside, up)) return memcpy(folder, beside, sizeof folder);
    }
    return folder;
}

static Status logic_load(int i, Record **out, Diag *d)
{
    static const double corner[] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    Shape xs = shape_of(2, (int64_t[]){ 4, 2 }), ys = shape_of(2, (int64_t[]){ 4, 1 });
    Node *x = node_leaf(&xs, corner, d);
    Node *y = x ? node_leaf(&ys, logic[i].y, d) : NULL;
    if (!y) {
        node_drop(x);
        return d->code;
    }
    *out = dataset_new(x, y);
    record_set(*out, "target", value_str(logic[i].name));
    return OK;
}

static Status file_load(const char *name, Span at, Record **out, Diag *d)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s.csv", dataset_folder(), name);
    if (access(path, R_OK) != 0) {
        diag_set(d, E_IO, at, "the file of \"%s\" is not at %.300s", name, path);
        return diag_hint(d, "Set GRADUS_DATA in the environment to the folder that holds data/.");
    }
    CsvOptions o = csv_options();
    o.classes = true;
    o.at = at;
    CsvTable t;
    TRY(csv_read(path, &o, &t, d));
    Status s = dataset_from_csv(&t, out, d);
    csv_table_free(&t);
    return s;
}

Status dataset_load(const char *name, Span at, Record **out, Diag *d)
{
    for (int i = 0; i < N_LOGIC + N_FILE; i++) {
        if (strcmp(set_names[i], name) != 0) continue;
        return i < N_LOGIC ? logic_load(i, out, d) : file_load(name, at, out, d);
    }
    Text t = { 0 };
    text_add_safe(&t, name, strnlen(name, 60));
    diag_set(d, E_NAME, at, "there is no data set named \"%s\"; there are xor, and, or, nand, "
             "nor, iris, wine, breast_cancer and digits", text_str(&t));
    text_free(&t);
    const char *near = text_nearest(name, set_names, N_LOGIC + N_FILE);
    if (near) return diag_hint(d, "Did you mean data(\"%s\")?", near);
    return diag_hint(d, "A file of your own is read with csv(\"file.csv\").");
}
