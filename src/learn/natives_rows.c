/* natives_rows.c -- what is done with the rows of a data set: TABLE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/args.h"
#include "learn/natives.h"

/* ---- split, shuffle, rows, batches ---- */

static int64_t row_count(const Record *r) { return dataset_node(r, "x")->shape.dim[0]; }

static List *sets_list(Record **set, int n)
{
    List *l = list_new(n);
    for (int i = 0; i < n; i++) l->item[i] = value_record(set[i]);
    return l;
}

/* The parts that were asked for: 0.8, or 0.6, 0.2, or [100, 30], or none. */
static Status split_numbers(Call *c, double part[SPLIT_PARTS], int *n)
{
    *n = 0;
    for (int i = 1; i < c->n; i++) {
        Node *v;
        TRY(call_node(c, i, &v));
        const double *x = node_eval(v, c->d);
        if (!x) return c->d->code;
        if (*n + v->len > SPLIT_PARTS) {
            return diag_set(c->d, E_LIMIT, call_span(c, i), "more than %d parts", SPLIT_PARTS - 1);
        }
        for (int64_t k = 0; k < v->len; k++) part[(*n)++] = x[k];
    }
    if (c->n == 1) part[(*n)++] = 0.8;
    if (*n) return OK;
    return diag_set(c->d, E_RANGE, c->at, "split needs the part of the rows, such as 0.8");
}

static Status split_stratify(Call *c, const Record *r, bool *out)
{
    const char *key = call_has(c, "stratified") ? "stratified" : "stratify";
    int stratify;
    TRY(call_key_auto(c, key, &stratify));
    *out = stratify != 0;
    if (stratify != 1 || record_find(r, "classes")) return OK;
    return diag_set(c->d, E_TYPE, call_key_span(c, key),
                    "%s=1 needs classes, and the data set has none", key);
}

static Status run_split(Call *c, Value *out)
{
    Record *r, *set[SPLIT_PARTS];
    Rng own, *rng;
    bool stratify;
    double part[SPLIT_PARTS];
    int64_t rows[SPLIT_PARTS];
    int n, parts;
    TRY(call_dataset(c, &r));
    TRY(split_numbers(c, part, &n));
    TRY(split_stratify(c, r, &stratify));
    TRY(call_rng(c, &own, &rng));
    Status s = split_sizes(part, n, row_count(r), rows, &parts, c->d);
    if (s == OK) s = dataset_split_rows(r, rows, parts, stratify, rng, set, c->d);
    if (s != OK) return placed(c, s, c->n > 1 ? call_span(c, 1) : c->at);
    *out = value_list(sets_list(set, parts));
    return OK;
}

static Status run_shuffle(Call *c, Value *out)
{
    Record *r, *to = NULL;
    Rng own, *rng;
    TRY(call_dataset(c, &r));
    TRY(call_rng(c, &own, &rng));
    uint32_t n = (uint32_t)row_count(r);
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

static Status rows_between(Call *c, const Record *r, int64_t from, int64_t end, Record **out)
{
    uint32_t *row = mem_new(sizeof *row * (size_t)(end - from));
    for (int64_t i = from; i < end; i++) row[i - from] = (uint32_t)i;
    Status s = dataset_pick(r, row, end - from, out, c->d);
    free(row);
    return s;
}

static Status run_rows(Call *c, Value *out)
{
    Record *r, *to = NULL;
    TRY(call_dataset(c, &r));
    int64_t n = row_count(r), from, end = n;
    TRY(call_row(c, 1, n, &from));
    if (c->n > 2) TRY(call_row(c, 2, n, &end));
    if (from >= end) {
        diag_set(c->d, E_RANGE, call_span(c, 1), "no rows from %lld up to %lld",
                 (long long)from, (long long)end);
        return diag_hint(c->d, "The end is not taken along: rows(d, 0, 10) are the first ten.");
    }
    Status s = rows_between(c, r, from, end, &to);
    return give(c, s, to, out);
}

static Status run_batches(Call *c, Value *out)
{
    Record *r;
    int64_t size;
    TRY(call_dataset(c, &r));
    TRY(call_int(c, 1, &size));
    int64_t rows = row_count(r);
    if (size < 1 || size > rows) {
        diag_set(c->d, E_RANGE, call_span(c, 1), "a batch of %lld row%s cannot be taken from %lld row%s",
                 (long long)size, size == 1 ? "" : "s", (long long)rows, rows == 1 ? "" : "s");
        return diag_hint(c->d, "A batch has 1 to %lld rows.", (long long)rows);
    }
    int n = (int)((rows + size - 1) / size), done = 0;
    Record **set = mem_new(sizeof *set * (size_t)n);
    Status s = OK;
    for (int64_t from = 0; from < rows && s == OK; from += size) {
        int64_t end = from + size < rows ? from + size : rows;
        s = rows_between(c, r, from, end, &set[done]);
        done += s == OK;
    }
    if (s == OK) *out = value_list(sets_list(set, n));
    for (int i = 0; i < done && s != OK; i++) dataset_release(set[i]);
    free(set);
    return placed(c, s, c->at);
}

/* ---- append, augment ---- */

/* Argument 1 as samples for r, one or several rows; counted. */
static Status call_samples(Call *c, const Record *r, Node **out)
{
    Node *x;
    TRY(call_node(c, 1, &x));
    const double *v = node_eval(x, c->d);
    if (!v) return placed(c, c->d->code, call_span(c, 1));
    Shape s = x->shape;
    const Shape *whole = &dataset_node(r, "x")->shape;
    if (s.rank == whole->rank - 1) {             /* one sample */
        s.rank++;
        s.dim[0] = 1;
        memcpy(s.dim + 1, x->shape.dim, sizeof *s.dim * (size_t)x->shape.rank);
    }
    if (s.rank == 0 || x->len == 0) {
        char b[SHAPE_TEXT];
        return diag_set(c->d, E_SHAPE, call_span(c, 1), "a sample is needed here, not %s",
                        shape_print(b, &x->shape));
    }
    *out = node_leaf(&s, v, c->d);
    return *out ? OK : placed(c, c->d->code, c->at);
}

/* The numbers of y for one sample: a number, or a row of outputs. */
static Status append_numbers(Call *c, Record *add, Node *y, const Names *classes)
{
    const double *v = node_eval(y, c->d);
    if (!v) return placed(c, c->d->code, call_span(c, 2));
    Shape s = shape_of(2, (int64_t[]){ 1, y->len });
    Node *leaf = node_leaf(&s, v, c->d);
    if (!leaf) return placed(c, c->d->code, c->at);
    Status status = dataset_label_numbers(add, leaf, names_read(classes), classes->n, c->d);
    node_drop(leaf);
    return placed(c, status, call_span(c, 2));
}

static Status append_target(Call *c, Record *add, const Names *classes)
{
    Value v;
    TRY(call_value(c, 2, &v));
    if (v.kind == V_STR) {
        const char *one = v.str->s;
        Status s = dataset_label_texts(add, &one, 1, names_read(classes), classes->n, c->d);
        return placed(c, s, call_span(c, 2));
    }
    bool one = v.kind == V_NODE && v.node->shape.rank <= 1 && v.node->len && row_count(add) == 1;
    return one ? append_numbers(c, add, v.node, classes) : call_target(c, 2, add, classes);
}

/* Arguments 1 and 2 as a set like r. */
static Status append_made(Call *c, const Record *r, Record **out)
{
    Node *x;
    TRY(call_samples(c, r, &x));
    Record *add = dataset_new(x, NULL);
    Names classes = names_of_classes(r);
    Status s = append_target(c, add, &classes);
    names_free(&classes);
    const char *const scaling[] = { "shift", "scale" };
    for (int i = 0; i < 2; i++) {                /* what is typed is as the set is */
        Node *n = dataset_node(r, scaling[i]);
        if (n) record_set(add, scaling[i], value_node(node_keep(n)));
    }
    *out = add;
    if (s != OK) dataset_release(add);
    return s;
}

static Status run_append(Call *c, Value *out)
{
    Record *r, *add, *to = NULL;
    TRY(call_dataset(c, &r));
    Value v;
    TRY(call_value(c, 1, &v));
    if (c->n == 2) {
        if (!dataset_is(v)) {
            diag_set(c->d, E_TYPE, call_span(c, 1), "append needs a sample and its target, or a data set, "
                     "not %s", value_kind(v));
            return diag_hint(c->d, "For example append(d, [0, 1], 1).");
        }
        Status s = placed(c, dataset_join(r, v.record, &to, c->d), call_span(c, 1));
        return give(c, s, to, out);
    }
    TRY(append_made(c, r, &add));
    Status s = placed(c, dataset_join(r, add, &to, c->d), call_span(c, 1));
    dataset_release(add);
    return give(c, s, to, out);
}

static Status augment_image(Call *c, Augment *how)
{
    Value v;
    TRY(call_key(c, "image", &v));
    if (v.kind == V_NONE) return OK;
    int64_t dim[LIMIT_RANK];
    int n;
    TRY(value_ints(c, v, call_key_span(c, "image"), dim, &n));
    if (n == 2 && dim[0] > 0 && dim[1] > 0 && dim[0] <= UINT16_MAX && dim[1] <= UINT16_MAX) {
        how->h = dim[0];
        how->w = dim[1];
        return OK;
    }
    return diag_set(c->d, E_RANGE, call_key_span(c, "image"),
                    "image= is height and width, such as image=[8, 8]");
}

static Status augment_keys(Call *c, Augment *how)
{
    TRY(call_key_number(c, "noise", 0, &how->noise));
    TRY(call_key_int(c, "shift", 0, &how->shift));
    TRY(call_key_int(c, "copies", 1, &how->copies));
    TRY(augment_image(c, how));
    if (!(how->noise >= 0 && how->noise < INFINITY)) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "noise"),
                        "noise= is a number of deviations, 0 or more");
    }
    if (how->shift < 0 || how->shift > UINT16_MAX) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "shift"),
                        "shift= is a number of pixels, 0 or more, not %lld", (long long)how->shift);
    }
    if (how->copies < 1 || how->copies > 1000) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "copies"),
                        "copies= goes from 1 to 1000, not %lld", (long long)how->copies);
    }
    if (how->noise > 0 || how->shift) return OK;
    diag_set(c->d, E_RANGE, c->at, "augment needs noise= or shift=, or the copies are the same");
    return diag_hint(c->d, "augment(d, noise=0.1) for tables, augment(d, shift=1) for images.");
}

static Status run_augment(Call *c, Value *out)
{
    Record *r, *to = NULL;
    Augment how = { 0 };
    Rng own, *rng;
    TRY(call_dataset(c, &r));
    TRY(augment_keys(c, &how));
    TRY(call_rng(c, &own, &rng));
    Status s = dataset_augment(r, &how, rng, &to, c->d);
    return give(c, s, to, out);
}

/* ---- TABLE ---- */

const Builtin natives_rows[] = {
    { .name = "split", .usage = "split(d, 0.8, ..., seed=, stratified=auto)",
      .help = "Data sets in a list, in random order: the given part of the rows (0.8 if left out) "
              "and the rest. Several parts make several sets: split(d, 0.6, 0.2) gives 60, 20 and "
              "the other 20 percent. Whole numbers are rows: split(d, 100, 30). Of a classification "
              "each class is split in that proportion, unless stratified=0. seed= draws from a "
              "generator of its own. An error if a part would be empty.",
      .example = "s = split(data(\"iris\"), 0.8, seed=1)\ntrain_set = s[0]\n"
                 "test_set = s[1]\ntest_set.x.shape\nparts = split(data(\"iris\"), 100, 30)\nsize(parts[2])",
      .group = "data", .keys = "seed stratify stratified", .min_args = 1, .max_args = -1,
      .run = run_split },
    { .name = "shuffle", .usage = "shuffle(d, seed=)",
      .help = "The same rows in random order. seed= draws from a generator of its own.",
      .example = "shuffle(data(\"xor\"), seed=3).x",
      .group = "data", .keys = "seed", .min_args = 1, .max_args = 1, .run = run_shuffle },
    { .name = "rows", .usage = "rows(d, from, to)",
      .help = "The rows from (counted from 0) up to, not including, to; without to, up to the "
              "end. Negative numbers count from the end.",
      .example = "rows(data(\"iris\"), 0, 3).x\nrows(data(\"iris\"), -2).y",
      .group = "data", .keys = NULL, .min_args = 2, .max_args = 3, .run = run_rows },
    { .name = "batches", .usage = "batches(d, size)",
      .help = "The rows in order, `size` at a time, as a list of data sets; the last one may be "
              "smaller. batches(shuffle(d), 32) mixes them first. (train makes its own, batch=32.)",
      .example = "b = batches(data(\"iris\"), 40)\nsize(b[0])\nsize(b[3])",
      .group = "data", .keys = NULL, .min_args = 2, .max_args = 2, .run = run_batches },
    { .name = "append", .usage = "append(d, x, y)  append(d, more)",
      .help = "d with rows added: a sample (or several) and the target, which may be the name of a "
              "class; or another data set, whose classes are matched by name.",
      .example = "d = dataset([[0, 0], [0, 1]], [0, 1], classes=[\"no\", \"yes\"])\n"
                 "d <- append(d, [1, 1], \"yes\")\nd.x\nd.label",
      .group = "data", .keys = NULL, .min_args = 2, .max_args = 3, .run = run_append },
    { .name = "augment", .usage = "augment(d, noise=0, shift=0, copies=1, image=, seed=)",
      .help = "d with altered copies of its rows added, which keep their targets. noise= adds "
              "normal noise, in standard deviations of each feature: for tables. shift= moves an "
              "image by up to so many pixels each way, with 0 coming in at the edge; "
              "image=[height, width] when a sample is an image laid out in a row.",
      .example = "augment(data(\"iris\"), noise=0.1, copies=2).x.shape\n"
                 "augment(data(\"digits\"), shift=1, image=[8, 8], seed=1).x.shape",
      .group = "data", .keys = "noise shift copies image seed", .min_args = 1, .max_args = 1,
      .run = run_augment },
    { .name = NULL }
};
