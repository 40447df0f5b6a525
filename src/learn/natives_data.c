/* natives_data.c -- data sets in the language: TABLE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "learn/dataset.h"
#include "learn/natives.h"

/* ---- arguments ---- */

/* Blame what the C core could not place on the call. */
static Status placed(Call *c, Status s, Span at)
{
    if (s != OK && c->d->at.from == c->d->at.to) c->d->at = at;
    return s;
}

static Status need_dataset(Call *c, Value v, Span at, Record **out)
{
    *out = v.record;
    if (dataset_is(v)) return OK;
    diag_set(c->d, E_TYPE, at, "%s works on a data set, not on %s", c->row->name, value_kind(v));
    return diag_hint(c->d, "dataset(x, y) makes one; so do data(\"iris\") and csv(file).");
}

static Status call_dataset(Call *c, Record **out)
{
    Value v;
    TRY(call_value(c, 0, &v));
    return need_dataset(c, v, call_span(c, 0), out);
}

/* 0, 1, or -1 for auto and for nothing. */
static Status call_key_auto(Call *c, const char *key, int *out)
{
    *out = -1;
    for (int i = 0; i < c->n_key; i++) {
        Ast *a = strcmp(c->key[i], key) == 0 ? c->key_ast[i] : NULL;
        if (a && a->kind == A_NAME && strcmp(a->text, "auto") == 0) return OK;
    }
    Value v;
    TRY(call_key(c, key, &v));
    if (v.kind == V_NONE || (v.kind == V_STR && strcmp(v.str->s, "auto") == 0)) return OK;
    int64_t n;
    TRY(call_key_int(c, key, -1, &n));
    *out = (int)n;
    if (n == 0 || n == 1) return OK;
    return diag_set(c->d, E_RANGE, call_key_span(c, key), "%s= is 0, 1 or auto, not %lld", key,
                    (long long)n);
}

/* The generator to draw from: the session's, or `own` seeded by seed=. */
static Status call_rng(Call *c, Rng *own, Rng **out)
{
    *out = &c->s->rng;
    if (!call_has(c, "seed")) return OK;
    int64_t seed;
    TRY(call_key_int(c, "seed", 0, &seed));
    if (seed < 0 || seed > UINT32_MAX) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "seed"),
                        "seed= is a whole number from 0 to 4294967295, not %lld",
                        (long long)seed);
    }
    *own = (Rng){ .torch = c->s->rng.torch };
    rng_seed(own, (uint32_t)seed);
    *out = own;
    return OK;
}

typedef struct {
    int    n;
    char **s;
} Names;

static const char *const *names_read(const Names *v) { return (const char *const *)v->s; }

static void names_free(Names *v)
{
    for (int i = 0; i < v->n; i++) free(v->s[i]);
    free(v->s);
}

/* A list of texts, copied. */
static Status names_from(Call *c, Value v, const char *key, Names *out)
{
    bool good = v.kind == V_LIST && v.list->n > 0;
    for (int i = 0; good && i < v.list->n; i++) good = v.list->item[i].kind == V_STR;
    if (!good) {
        diag_set(c->d, E_TYPE, call_key_span(c, key), "%s= needs a list of texts, not %s", key,
                 v.kind == V_LIST ? "this list" : value_kind(v));
        return diag_hint(c->d, "For example %s=[\"red\", \"blue\"].", key);
    }
    out->n = v.list->n;
    out->s = mem_new(sizeof *out->s * (size_t)out->n);
    for (int i = 0; i < out->n; i++) out->s[i] = mem_str(v.list->item[i].str->s);
    return OK;
}

static Status give(Call *c, Status s, Record *r, Value *out)
{
    if (s == OK) *out = value_record(r);
    return placed(c, s, c->at);
}

/* ---- data, csv ---- */

static Status run_data(Call *c, Value *out)
{
    const char *name;
    TRY(call_text(c, 0, &name));
    Record *r = NULL;
    Status s = dataset_load(name, call_span(c, 0), &r, c->d);
    return give(c, s, r, out);
}

static Status csv_column(Call *c, Value v, Span at, const char *key, CsvColumn *out)
{
    *out = (CsvColumn){ NULL, -1 };
    if (v.kind == V_STR) {
        out->name = v.str->s;
        return OK;
    }
    int64_t index[LIMIT_RANK];
    int n = 0;
    if (v.kind == V_NODE) TRY(value_ints(c, v, at, index, &n));
    if (n != 1) {
        return diag_set(c->d, E_TYPE, at, "%s= is the name or the number of a column, not %s",
                        key, value_kind(v));
    }
    out->index = index[0];
    return OK;
}

static Status csv_target_key(Call *c, CsvOptions *o)
{
    Value v;
    TRY(call_key(c, "target", &v));
    if (v.kind == V_NONE) return OK;
    return csv_column(c, v, call_key_span(c, "target"), "target", &o->target);
}

static Status skip_numbers(Call *c, Value v, Span at, CsvColumn *column, int *n)
{
    int64_t index[LIMIT_RANK];
    TRY(value_ints(c, v, at, index, n));
    for (int i = 0; i < *n; i++) column[i] = (CsvColumn){ NULL, index[i] };
    return OK;
}

/* One column or a list of them; *own is freed by the caller. */
static Status csv_skip_key(Call *c, CsvOptions *o, CsvColumn **own)
{
    Value v;
    TRY(call_key(c, "skip", &v));
    if (v.kind == V_NONE) return OK;
    Span at = call_key_span(c, "skip");
    int n = v.kind == V_LIST ? v.list->n : 1;
    o->skip = *own = mem_new(sizeof **own * (size_t)(n + LIMIT_RANK));
    if (v.kind == V_NODE) return skip_numbers(c, v, at, *own, &o->n_skip);
    for (int i = 0; i < n; i++) {
        Value item = v.kind == V_LIST ? v.list->item[i] : v;
        TRY(csv_column(c, item, at, "skip", &(*own)[o->n_skip++]));
    }
    return OK;
}

static Status csv_separator_key(Call *c, CsvOptions *o)
{
    const char *s;
    TRY(call_key_text(c, "separator", "auto", &s));
    if (strcmp(s, "auto") == 0) return OK;
    if (strcmp(s, "tab") == 0) s = "\t";
    unsigned char ch = (unsigned char)s[0];
    bool word = (ch >= '0' && ch <= '9') || (ch | 32) == 'e' || strchr("\"\r\n.+-", ch);
    if (ch && ch < 128 && !s[1] && !word) {
        o->separator = (char)ch;
        return OK;
    }
    return diag_set(c->d, E_RANGE, call_key_span(c, "separator"),
                    "separator= is one character that no number has in it, such as \",\", "
                    "\";\" or \"tab\"");
}

static Status csv_missing_key(Call *c, CsvOptions *o)
{
    const char *s;
    TRY(call_key_text(c, "missing", "error", &s));
    static const char *const rule[] = { "error", "drop", "mean" };
    for (int i = 0; i < 3; i++) {
        if (strcmp(s, rule[i]) != 0) continue;
        o->missing = (CsvMissing)i;
        return OK;
    }
    return diag_set(c->d, E_RANGE, call_key_span(c, "missing"),
                    "missing= is \"error\", \"drop\" or \"mean\", not \"%.40s\"", s);
}

static Status csv_keys(Call *c, CsvOptions *o, CsvColumn **skip)
{
    int classes;
    TRY(csv_target_key(c, o));
    TRY(csv_skip_key(c, o, skip));
    TRY(call_key_auto(c, "header", &o->header));
    TRY(call_key_auto(c, "classes", &classes));
    o->classes = classes == 1;
    TRY(csv_separator_key(c, o));
    return csv_missing_key(c, o);
}

/* A plain name that is not in the current folder may be one of the shipped files. */
static const char *csv_path(const char *file, char buf[4400])
{
    if (strchr(file, '/') || access(file, F_OK) == 0) return file;
    snprintf(buf, 4400, "%s/%.255s", dataset_folder(), file);
    return access(buf, F_OK) == 0 ? buf : file;
}

static void csv_tell(Call *c, const CsvTable *t)
{
    if (!c->s->echo || c->s->quiet) return;
    if (t->dropped) {
        text_addf(&c->s->out, "# rows left out for missing values: %lld\n",
                  (long long)t->dropped);
    }
    if (t->filled) {
        text_addf(&c->s->out, "# missing values filled with the mean: %lld\n",
                  (long long)t->filled);
    }
}

static Status csv_load(Call *c, const char *file, const CsvOptions *o, Value *out)
{
    char buf[4400];
    CsvTable t;
    TRY(csv_read(csv_path(file, buf), o, &t, c->d));
    Record *r = NULL;
    Status s = dataset_from_csv(&t, &r, c->d);
    if (s == OK) csv_tell(c, &t);
    csv_table_free(&t);
    return give(c, s, r, out);
}

static Status run_csv(Call *c, Value *out)
{
    const char *file;
    TRY(call_text(c, 0, &file));
    if (!*file) return diag_set(c->d, E_IO, call_span(c, 0), "a file name is needed here, not an empty text");
    CsvOptions o = csv_options();
    o.at = call_span(c, 0);
    CsvColumn *skip = NULL;
    Status s = csv_keys(c, &o, &skip);
    if (s == OK) s = csv_load(c, file, &o, out);
    free(skip);
    return s;
}

/* ---- dataset(x, y) ---- */

/* The numbers of n now, as a leaf whose first axis is the rows; a vector is a column. */
static Status rows_copy(Call *c, Node *n, Span at, const char *what, Node **out)
{
    if (n->len == 0 || n->shape.rank == 0) {
        char s[SHAPE_TEXT];
        diag_set(c->d, E_SHAPE, at, "%s is %s; it needs rows", what, shape_print(s, &n->shape));
        return diag_hint(c->d, "The first axis counts the rows: [[0, 1], [1, 1]] are two.");
    }
    const double *v = node_eval(n, c->d);
    if (!v) return c->d->code;
    Shape s = n->shape;
    if (s.rank == 1) s = shape_of(2, (int64_t[]){ n->len, 1 });
    *out = node_leaf(&s, v, c->d);
    return *out ? OK : placed(c, c->d->code, at);
}

/* y as the target of r, with classes by name if there are any. */
static Status dataset_target(Call *c, Record *r, const Names *classes)
{
    Value v;
    TRY(call_value(c, 1, &v));
    if (v.kind == V_LIST && v.list->n && v.list->item[0].kind == V_STR) {
        Names y = { 0 };
        TRY(names_from(c, v, "y", &y));
        Status s = dataset_label_texts(r, names_read(&y), y.n, names_read(classes), classes->n,
                                       c->d);
        names_free(&y);
        return placed(c, s, call_span(c, 1));
    }
    Node *y;
    TRY(call_node(c, 1, &y));
    TRY(rows_copy(c, y, call_span(c, 1), "y", &y));
    Status s = dataset_label_numbers(r, y, names_read(classes), classes->n, c->d);
    node_drop(y);
    return placed(c, s, call_span(c, 1));
}

/* classes=["no", "yes"], or classes=10 for "0" to "9"; none without. */
static Status dataset_classes_key(Call *c, Names *out)
{
    Value v;
    TRY(call_key(c, "classes", &v));
    if (v.kind == V_NONE) return OK;
    if (v.kind != V_NODE) return names_from(c, v, "classes", out);
    int64_t n;
    TRY(call_key_int(c, "classes", 0, &n));
    if (n < 1 || n > 100000) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "classes"),
                        "classes= is a list of names or their number, 1 to 100000, not %lld",
                        (long long)n);
    }
    out->s = mem_new(sizeof *out->s * (size_t)n);
    for (; out->n < n; out->n++) {
        char s[16];
        snprintf(s, sizeof s, "%d", out->n);
        out->s[out->n] = mem_str(s);
    }
    return OK;
}

static Status dataset_names_key(Call *c, Record *r)
{
    Value v;
    TRY(call_key(c, "names", &v));
    if (v.kind == V_NONE) return OK;
    Names names = { 0 };
    TRY(names_from(c, v, "names", &names));
    int n = names.n;
    names_free(&names);
    Shape *s = &dataset_node(r, "x")->shape;
    if (s->rank != 2 || s->dim[1] != n) {
        char b[SHAPE_TEXT];
        return diag_set(c->d, E_SHAPE, call_key_span(c, "names"),
                        "names= has %d names, but x has shape %s", n, shape_print(b, s));
    }
    record_set(r, "names", value_keep(v));
    return OK;
}

static Status run_dataset(Call *c, Value *out)
{
    Node *x;
    TRY(call_node(c, 0, &x));
    TRY(rows_copy(c, x, call_span(c, 0), "x", &x));
    *out = value_record(dataset_new(x, NULL));
    Names classes = { 0 };
    Status s = dataset_names_key(c, out->record);
    if (s == OK) s = dataset_classes_key(c, &classes);
    if (s == OK) s = dataset_target(c, out->record, &classes);
    names_free(&classes);
    if (s != OK) value_drop(out);
    return placed(c, s, c->at);
}

/* ---- split, shuffle, rows ---- */

static Status run_split(Call *c, Value *out)
{
    Record *r, *part[2];
    Rng own, *rng;
    int stratify;
    double fraction = 0.8;
    TRY(call_dataset(c, &r));
    if (c->n > 1) TRY(call_number(c, 1, &fraction));
    TRY(call_key_auto(c, "stratify", &stratify));
    TRY(call_rng(c, &own, &rng));
    if (stratify == 1 && !record_find(r, "classes")) {
        return diag_set(c->d, E_TYPE, call_key_span(c, "stratify"),
                        "stratify=1 needs classes, and the data set has none");
    }
    Status s = dataset_split(r, fraction, stratify != 0, rng, part, c->d);
    if (s != OK) return placed(c, s, c->n > 1 ? call_span(c, 1) : c->at);
    List *l = list_new(2);
    for (int i = 0; i < 2; i++) l->item[i] = value_record(part[i]);
    *out = value_list(l);
    return OK;
}

static Status run_shuffle(Call *c, Value *out)
{
    Record *r, *to = NULL;
    Rng own, *rng;
    TRY(call_dataset(c, &r));
    TRY(call_rng(c, &own, &rng));
    uint32_t n = (uint32_t)dataset_node(r, "x")->shape.dim[0];
    uint32_t *order = mem_new(sizeof *order * n);
    for (uint32_t i = 0; i < n; i++) order[i] = i;
    rng_shuffle(rng, order, n);
    Status s = dataset_pick(r, order, n, &to, c->d);
    free(order);
    return give(c, s, to, out);
}

/* Argument i as a row number, negative ones from the end; 0 .. n. */
static Status call_row(Call *c, int i, int64_t n, int64_t *out)
{
    int64_t at;
    TRY(call_int(c, i, &at));
    *out = at < 0 ? at + n : at;
    if (*out >= 0 && *out <= n) return OK;
    return diag_set(c->d, E_RANGE, call_span(c, i), "row %lld: the data set has rows 0 to %lld",
                    (long long)at, (long long)n - 1);
}

static Status run_rows(Call *c, Value *out)
{
    Record *r, *to = NULL;
    TRY(call_dataset(c, &r));
    int64_t n = dataset_node(r, "x")->shape.dim[0], from, end = n;
    TRY(call_row(c, 1, n, &from));
    if (c->n > 2) TRY(call_row(c, 2, n, &end));
    if (from >= end) {
        diag_set(c->d, E_RANGE, call_span(c, 1), "no rows from %lld up to %lld",
                 (long long)from, (long long)end);
        return diag_hint(c->d, "The end is not taken along: rows(d, 0, 10) are the first ten.");
    }
    uint32_t *row = mem_new(sizeof *row * (size_t)(end - from));
    for (int64_t i = from; i < end; i++) row[i - from] = (uint32_t)i;
    Status s = dataset_pick(r, row, end - from, &to, c->d);
    free(row);
    return give(c, s, to, out);
}

/* ---- standardize, minmax ---- */

static Status run_scale(Call *c, ScaleKind kind, Value *out)
{
    Record *r, *like = NULL, *to = NULL;
    TRY(call_dataset(c, &r));
    if (call_has(c, "like")) {
        Value v;
        TRY(call_key(c, "like", &v));
        TRY(need_dataset(c, v, call_key_span(c, "like"), &like));
    }
    Status s = dataset_scale(r, kind, like, &to, c->d);
    if (s != OK && like) placed(c, s, call_key_span(c, "like"));
    return give(c, s, to, out);
}

static Status run_standardize(Call *c, Value *out) { return run_scale(c, SCALE_STANDARD, out); }
static Status run_minmax(Call *c, Value *out) { return run_scale(c, SCALE_MINMAX, out); }

/* ---- TABLE ---- */

const Builtin natives_data[] = {
    { .name = "data", .usage = "data(\"NAME\")",
      .help = "A data set by name. The logic tables xor, and, or, nand, nor have x of shape "
              "(4, 2), rows 00, 01, 10, 11, and y of shape (4, 1). iris (150 x 4, 3 classes), "
              "wine (178 x 13, 3), breast_cancer (569 x 30, 2) and digits (1797 x 64 pixels "
              "0..16, 10) have y one-hot, (rows, classes). Fields: x, y, names, target, and for "
              "classes: classes, label (class index of each row).",
      .example = "data(\"xor\").y\nd = data(\"iris\")\nd.names\nd.classes\nd.x[0]",
      .group = "data", .keys = NULL, .min_args = 1, .max_args = 1, .run = run_data },
    { .name = "csv",
      .usage = "csv(\"FILE\", target=last column, header=auto, separator=auto, "
               "missing=error, classes=0, skip=none)",
      .help = "A data set from a table of text: x is (rows, features), y (rows, 1), or one-hot "
              "(rows, classes) when the target is text or classes=1. target and skip name "
              "columns or give their numbers, from 0, negative from the end. header is 0 or 1; "
              "auto takes a first row without any number as names. missing values (empty, NA, "
              "?, nan) are an error; missing=\"drop\" leaves their rows out, missing=\"mean\" "
              "fills features with the column's mean. Numbers have a decimal point. A file not "
              "in the current folder is looked for among the shipped ones. Errors name file, "
              "line and column.",
      .example = "d = csv(\"iris.csv\", target=\"species\")\nd.x.shape\n"
                 "csv(\"iris.csv\", target=\"sepal_length\", skip=\"species\").y[0]",
      .group = "data", .keys = "target header separator missing classes skip",
      .min_args = 1, .max_args = 1, .flags = BUILTIN_UNSAFE, .run = run_csv },
    { .name = "dataset", .usage = "dataset(x, y, names=, classes=)",
      .help = "A data set from numbers as they are now. The first axis of x and y counts the "
              "rows and must be equal; a vector is a column. names=[\"...\"] names the features "
              "of x. classes=[\"...\"], or their number, makes it a classification: y then holds "
              "a class index from 0 or a one-hot row; y may also be a list of class names.",
      .example = "d = dataset([[0, 0], [0, 1], [1, 1]], [0, 1, 1], "
                 "classes=[\"no\", \"yes\"])\nd.y\nd.label",
      .group = "data", .keys = "names classes", .min_args = 2, .max_args = 2,
      .run = run_dataset },
    { .name = "split", .usage = "split(d, 0.8, seed=, stratify=auto)",
      .help = "Two data sets in a list, in random order: the given part of the rows (0.8 if "
              "left out) and the rest. Of a classification each class is split in that "
              "proportion, unless stratify=0. seed= draws from a generator of its own. An error "
              "if one of the two would be empty.",
      .example = "s = split(data(\"iris\"), 0.8, seed=1)\ntrain_set = s[0]\n"
                 "test_set = s[1]\ntest_set.x.shape",
      .group = "data", .keys = "seed stratify", .min_args = 1, .max_args = 2, .run = run_split },
    { .name = "shuffle", .usage = "shuffle(d, seed=)",
      .help = "The same rows in random order. seed= draws from a generator of its own.",
      .example = "shuffle(data(\"xor\"), seed=3).x",
      .group = "data", .keys = "seed", .min_args = 1, .max_args = 1, .run = run_shuffle },
    { .name = "rows", .usage = "rows(d, from, to)",
      .help = "The rows from (counted from 0) up to, not including, to; without to, up to the "
              "end. Negative numbers count from the end.",
      .example = "rows(data(\"iris\"), 0, 3).x\nrows(data(\"iris\"), -2).y",
      .group = "data", .keys = NULL, .min_args = 2, .max_args = 3, .run = run_rows },
    { .name = "standardize", .usage = "standardize(d, like=)",
      .help = "Every feature with mean 0 and standard deviation 1 (divided by the number of "
              "rows); a constant feature becomes 0. The fields shift and scale remember mean "
              "and deviation; like=train uses those of another set, as a test set must. Error "
              "if that set was never scaled or has samples of another shape.",
      .example = "s = split(data(\"iris\"), 0.8, seed=1)\ntrain_set = standardize(s[0])\n"
                 "test_set = standardize(s[1], like=train_set)\ntrain_set.shift",
      .group = "data", .keys = "like", .min_args = 1, .max_args = 1, .run = run_standardize },
    { .name = "minmax", .usage = "minmax(d, like=)",
      .help = "Every feature moved and stretched to run from 0 to 1; a constant feature becomes "
              "0. shift is the smallest value, scale the range; like= as in standardize.",
      .example = "minmax(data(\"digits\")).x[0, 0:8]",
      .group = "data", .keys = "like", .min_args = 1, .max_args = 1, .run = run_minmax },
    { .name = NULL }
};
