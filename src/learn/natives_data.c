/* natives_data.c -- data sets in the language: TABLE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/args.h"
#include "learn/natives.h"

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
    TRY(call_key_word(c, "target", &v));
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
    TRY(call_key_word(c, "skip", &v));
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

/* The columns of like=, in its order. */
static Status csv_columns_alike(Call *c, const CsvTable *t, const Record *like)
{
    Span at = call_key_span(c, "like");
    const Value *names = record_find(like, "names");
    const List *l = names && names->kind == V_LIST ? names->list : NULL;
    if (!l || l->n != t->features) {
        return diag_set(c->d, E_SHAPE, at, "the file has %d feature%s, the data set of like= has %d",
                        t->features, t->features == 1 ? "" : "s", l ? l->n : 0);
    }
    for (int i = 0; i < l->n; i++) {
        if (l->item[i].kind == V_STR && strcmp(l->item[i].str->s, t->names[i]) == 0) continue;
        const char *is = l->item[i].kind == V_STR ? l->item[i].str->s : "";
        Text a = { 0 }, b = { 0 };
        text_add_safe(&a, t->names[i], strnlen(t->names[i], 60));
        text_add_safe(&b, is, strnlen(is, 60));
        diag_set(c->d, E_NAME, at, "feature %d of the file is \"%s\", that of like= is \"%s\"", i,
                 text_str(&a), text_str(&b));
        text_free(&a);
        text_free(&b);
        return diag_hint(c->d, "Both must have the same columns in the same order; skip= leaves some out.");
    }
    return OK;
}

static Status csv_set(Call *c, const CsvTable *t, const Record *like, Value *out)
{
    Record *r = NULL;
    if (like) TRY(csv_columns_alike(c, t, like));
    Status s = dataset_from_csv(t, &r, c->d);
    if (s == OK) csv_tell(c, t);
    return give(c, s, r, out);
}

static Status csv_load(Call *c, const char *file, CsvOptions *o, const Record *like, Value *out)
{
    char buf[PATH_ROOM];
    CsvTable t;
    ReadShow show;
    Names known = { 0 };
    if (like) known = names_of_classes(like);
    o->known = names_read(&known);
    o->n_known = known.n;
    show_begin(&show, c, file);
    o->watch = &show.watch;
    Status s = csv_read(file_path(file, buf), o, &t, c->d);
    show_end(&show);
    if (s == OK) s = csv_set(c, &t, like, out);
    names_free(&known);
    csv_table_free(&t);
    return s;
}

static Status csv_like_key(Call *c, Record **out)
{
    Value v;
    *out = NULL;
    TRY(call_key(c, "like", &v));
    return v.kind == V_NONE ? OK : need_dataset(c, v, call_key_span(c, "like"), out);
}

static Status run_csv(Call *c, Value *out)
{
    const char *file;
    TRY(call_file(c, 0, &file));
    CsvOptions o = csv_options();
    o.at = call_span(c, 0);
    CsvColumn *skip = NULL;
    Record *like;
    TRY(csv_like_key(c, &like));
    Status s = csv_keys(c, &o, &skip);
    if (s == OK) s = csv_load(c, file, &o, like, out);
    free(skip);
    return s;
}

/* ---- dataset(x, y) ---- */

/* classes=["no", "yes"], or classes=10 for "0" to "9"; none without. */
static Status dataset_classes_key(Call *c, Names *out)
{
    Value v;
    TRY(call_key(c, "classes", &v));
    if (v.kind == V_NONE) return OK;
    if (v.kind != V_NODE) return names_from(c, v, call_key_span(c, "classes"), "classes=", out);
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
    TRY(names_from(c, v, call_key_span(c, "names"), "names=", &names));
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
    if (s == OK) s = call_target(c, 1, out->record, &classes);
    names_free(&classes);
    if (s != OK) value_drop(out);
    return placed(c, s, c->at);
}

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
               "missing=error, classes=0, skip=none, like=none)",
      .help = "A data set from a table of text, gzipped or not: x is (rows, features), y (rows, 1), "
              "or one-hot (rows, classes) when the target is text or classes=1. target and skip name "
              "columns or give their numbers, from 0, negative from the end. header is 0 or 1; "
              "auto takes a first row without any number as names. The separator is comma, semicolon "
              "or tab, found by itself, or what separator= says. missing values (empty, NA, "
              "?, nan) are an error; missing=\"drop\" leaves their rows out, missing=\"mean\" "
              "fills features with the column's mean. like=d demands d's columns and numbers the "
              "classes as d does, which a file of test data needs. Numbers have a decimal point. A "
              "file not in the current folder is looked for among the shipped ones. Errors name "
              "file, line and column.",
      .example = "d = csv(\"iris.csv\", target=species)\nd.x.shape\n"
                 "csv(\"iris.csv\", target=sepal_length, skip=species).y[0]\n"
                 "size(csv(\"iris.csv\", like=d))",
      .group = "data", .keys = "target header separator missing classes skip like",
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
    { .name = NULL }
};
