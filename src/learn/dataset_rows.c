/* dataset_rows.c -- the rows of data sets: some of them, more of them, altered copies of them.
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

/* ---- some rows ---- */

static Node *node_pick(const Node *n, const double *from, const uint32_t *row, int64_t count,
                       Diag *d)
{
    Shape s = n->shape;
    s.dim[0] = count;
    Node *out = node_leaf(&s, NULL, d);
    if (!out) return NULL;
    size_t each = (size_t)(n->len / n->shape.dim[0]);
    for (int64_t i = 0; i < count; i++) {
        memcpy(out->val + (size_t)i * each, from + row[i] * each, each * sizeof *from);
    }
    leaf_touch(out);
    return out;
}

static bool field_has_rows(const char *name)
{
    return !strcmp(name, "x") || !strcmp(name, "y") || !strcmp(name, "label");
}

static Status field_pick(Value v, const uint32_t *row, int64_t n, Value *out, Diag *d)
{
    const double *from = node_eval(v.node, d);
    Node *picked = from ? node_pick(v.node, from, row, n, d) : NULL;
    if (!picked) return d->code;
    *out = value_node(picked);
    return OK;
}

Status dataset_pick(const Record *r, const uint32_t *row, int64_t n, Record **out, Diag *d)
{
    Record *to = record_new("dataset");
    for (int i = 0; i < r->n; i++) {
        Value v;
        if (r->field[i].kind != V_NODE || !field_has_rows(r->name[i])) {
            v = value_keep(r->field[i]);
        } else if (field_pick(r->field[i], row, n, &v, d) != OK) {
            dataset_release(to);
            return d->code;
        }
        record_set(to, r->name[i], v);
    }
    *out = to;
    return OK;
}

/* ---- one set below another ---- */

static Node *node_join(const Shape *row, const double *a, int64_t rows_a, const double *b,
                       int64_t rows_b, Diag *d)
{
    Shape s = { .rank = row->rank + 1, .dim = { rows_a + rows_b } };
    memcpy(s.dim + 1, row->dim, sizeof *row->dim * (size_t)row->rank);
    Node *out = node_leaf(&s, NULL, d);
    if (!out) return NULL;
    size_t each = (size_t)shape_len(row);
    memcpy(out->val, a, sizeof *a * each * (size_t)rows_a);
    memcpy(out->val + each * (size_t)rows_a, b, sizeof *b * each * (size_t)rows_b);
    leaf_touch(out);
    return out;
}

static bool node_same(const Node *a, const Node *b)
{
    return a == b || (a && b && shape_equal(&a->shape, &b->shape) &&
                      memcmp(a->val, b->val, sizeof *a->val * (size_t)a->len) == 0);
}

static Status join_check(const Record *a, const DataView *va, const Record *b, const DataView *vb,
                         Diag *d)
{
    char s[SHAPE_TEXT], t[SHAPE_TEXT];
    if (!shape_equal(&va->sample, &vb->sample)) {
        return diag_set(d, E_SHAPE, nowhere, "the new samples have shape %s, those of the data set %s",
                        shape_print(s, &vb->sample), shape_print(t, &va->sample));
    }
    if (!node_same(dataset_node(a, "shift"), dataset_node(b, "shift")) ||
        !node_same(dataset_node(a, "scale"), dataset_node(b, "scale"))) {
        diag_set(d, E_RANGE, nowhere, "the new rows are not scaled as the data set is");
        return diag_hint(d, "Add rows first and scale then, or scale them alike: "
                         "append(d, standardize(more, like=d)).");
    }
    if (!va->classes && vb->classes) {
        return diag_set(d, E_TYPE, nowhere, "the new rows have classes, the data set has none");
    }
    if (va->classes || shape_equal(&va->target, &vb->target)) return OK;
    return diag_set(d, E_SHAPE, nowhere, "the new targets have shape %s, those of the data set %s",
                    shape_print(s, &vb->target), shape_print(t, &va->target));
}

static Status class_unknown(const DataView *v, const char *name, Diag *d)
{
    Text t = { 0 }, all = { 0 };
    text_add_safe(&t, name, strnlen(name, 60));
    for (int i = 0; i < v->n_class && all.len < 300; i++) {
        text_add(&all, i ? ", " : "");
        text_add_safe(&all, v->classes[i], strnlen(v->classes[i], 60));
    }
    diag_set(d, E_NAME, nowhere, "\"%s\" is not one of the classes of the data set", text_str(&t));
    diag_hint(d, "They are %s.", text_str(&all));
    text_free(&t);
    text_free(&all);
    return E_NAME;
}

/* The number in v of each class of w, by its name. */
static Status classes_map(const DataView *v, const DataView *w, int *to, Diag *d)
{
    for (int i = 0; i < w->n_class; i++) {
        to[i] = -1;
        for (int k = 0; k < v->n_class && to[i] < 0; k++) {
            if (strcmp(v->classes[k], w->classes[i]) == 0) to[i] = k;
        }
        if (to[i] < 0) return class_unknown(v, w->classes[i], d);
    }
    return OK;
}

static Status join_classes(Record *to, const DataView *a, const DataView *b, Diag *d)
{
    if (!b->classes) {
        return diag_set(d, E_TYPE, nowhere, "the data set has classes, the new rows have none");
    }
    int *map = mem_new(sizeof *map * (size_t)b->n_class);
    double *index = mem_new(sizeof *index * (size_t)(a->rows + b->rows));
    Status s = classes_map(a, b, map, d);
    for (int64_t i = 0; i < a->rows; i++) index[i] = (double)dataset_class(a, i);
    for (int64_t i = 0; i < b->rows && s == OK; i++) index[a->rows + i] = map[dataset_class(b, i)];
    if (s == OK) s = dataset_set_classes(to, index, a->classes, a->n_class, d);
    free(map);
    free(index);
    return s;
}

static Status join_targets(Record *to, const DataView *a, const DataView *b, Diag *d)
{
    if (a->classes) return join_classes(to, a, b, d);
    Node *y = node_join(&a->target, a->y, a->rows, b->y, b->rows, d);
    if (!y) return d->code;
    record_set(to, "y", value_node(y));
    return OK;
}

static Status join_views(const Record *a, const DataView *va, const Record *b, const DataView *vb,
                         Record **out, Diag *d)
{
    TRY(join_check(a, va, b, vb, d));
    Node *x = node_join(&va->sample, va->x, va->rows, vb->x, vb->rows, d);
    if (!x) return d->code;
    Record *to = record_new("dataset");
    for (int i = 0; i < a->n; i++) record_set(to, a->name[i], value_keep(a->field[i]));
    record_set(to, "x", value_node(x));
    Status s = join_targets(to, va, vb, d);
    if (s == OK) *out = to;
    else dataset_release(to);
    return s;
}

Status dataset_join(const Record *a, const Record *b, Record **out, Diag *d)
{
    DataView va, vb = { 0 };
    TRY(dataset_view(borrowed(a), nowhere, &va, d));
    Status s = dataset_view(borrowed(b), nowhere, &vb, d);
    if (s == OK) s = join_views(a, &va, b, &vb, out, d);
    dataset_view_free(&va);
    dataset_view_free(&vb);
    return s;
}

/* ---- altered copies ---- */

/* A sample as a picture: height x width, `each` numbers a pixel. */
typedef struct {
    int64_t h, w, each;
} Frame;

/* The sample moved down and right; what comes in from outside is 0. */
static void sample_shift(const double *from, double *to, const Frame *f, int64_t down, int64_t right)
{
    for (int64_t r = 0; r < f->h; r++) {
        for (int64_t c = 0; c < f->w; c++) {
            int64_t y = r - down, x = c - right;
            bool inside = y >= 0 && y < f->h && x >= 0 && x < f->w;
            for (int64_t k = 0; k < f->each; k++) {
                to[(r * f->w + c) * f->each + k] = inside ? from[(y * f->w + x) * f->each + k] : 0;
            }
        }
    }
}

static void deviations(const DataView *v, double *sd)
{
    double *mean = mem_new(sizeof *mean * (size_t)v->n_in);
    for (int64_t i = 0; i < v->rows * v->n_in; i++) mean[i % v->n_in] += v->x[i] / (double)v->rows;
    for (int64_t i = 0; i < v->rows * v->n_in; i++) {
        double off = v->x[i] - mean[i % v->n_in];
        sd[i % v->n_in] += off * off / (double)v->rows;
    }
    for (int64_t c = 0; c < v->n_in; c++) sd[c] = sqrt(sd[c]);
    free(mean);
}

static int64_t offset_draw(Rng *rng, int64_t most)
{
    return most ? (int64_t)rng_below(rng, (uint32_t)(2 * most + 1)) - most : 0;
}

static Status augment_frame(const DataView *v, const Augment *how, Frame *f, Diag *d)
{
    const int64_t *dim = v->sample.dim;
    if (how->h) *f = (Frame){ how->h, how->w, v->n_in / (how->h * how->w) };
    else if (v->sample.rank >= 2) *f = (Frame){ dim[0], dim[1], v->n_in / (dim[0] * dim[1]) };
    char s[SHAPE_TEXT];
    if (f->h == 0) {
        diag_set(d, E_SHAPE, nowhere, "shift= moves images, and a sample here has shape %s",
                 shape_print(s, &v->sample));
        return diag_hint(d, "Say what image it is: augment(d, shift=1, image=[8, 8]).");
    }
    if (f->h * f->w * f->each != v->n_in) {
        return diag_set(d, E_SHAPE, nowhere, "an image of %lld by %lld does not fit a sample of %lld numbers",
                        (long long)f->h, (long long)f->w, (long long)v->n_in);
    }
    if (how->shift < f->h && how->shift < f->w) return OK;
    return diag_set(d, E_RANGE, nowhere, "shift=%lld would move everything out of an image of %lld by %lld",
                    (long long)how->shift, (long long)f->h, (long long)f->w);
}

/* x of all rows, then of their copies. */
static void augment_fill(const DataView *v, const Augment *how, const Frame *f, Rng *rng, double *x)
{
    size_t all = (size_t)(v->rows * v->n_in);
    double *sd = mem_new(sizeof *sd * (size_t)v->n_in);
    if (how->noise > 0) deviations(v, sd);
    memcpy(x, v->x, sizeof *x * all);
    for (int64_t i = 0; i < how->copies * v->rows; i++) {
        const double *from = v->x + i % v->rows * v->n_in;
        double *to = x + all + (size_t)(i * v->n_in);
        if (how->shift) {
            int64_t down = offset_draw(rng, how->shift);
            sample_shift(from, to, f, down, offset_draw(rng, how->shift));
        } else {
            memcpy(to, from, sizeof *to * (size_t)v->n_in);
        }
        for (int64_t c = 0; c < v->n_in && how->noise > 0; c++) {
            to[c] += how->noise * sd[c] * rng_normal(rng);
        }
    }
    free(sd);
}

static Status augment_view(const Record *r, const DataView *v, const Augment *how, Rng *rng,
                           Record **out, Diag *d)
{
    Frame f = { 0 };
    if (how->shift) TRY(augment_frame(v, how, &f, d));
    int64_t n = v->rows * (1 + how->copies);
    size_t bytes;
    if (n > UINT32_MAX || !mem_mul((size_t)n, sizeof(double) * (size_t)v->n_in, &bytes) ||
        bytes > mem_budget()) {
        diag_set(d, E_LIMIT, nowhere, "%lld rows of %lld numbers do not fit into the memory budget "
                 "of %zu MB", (long long)n, (long long)v->n_in, mem_budget() >> 20);
        return diag_hint(d, "Make fewer copies.");
    }
    uint32_t *row = mem_new(sizeof *row * (size_t)n);
    for (int64_t i = 0; i < n; i++) row[i] = (uint32_t)(i % v->rows);
    Status s = dataset_pick(r, row, n, out, d);
    free(row);
    if (s != OK) return s;
    Node *x = dataset_node(*out, "x");           /* just made, and nobody else's */
    augment_fill(v, how, &f, rng, x->val);
    leaf_touch(x);
    return OK;
}

Status dataset_augment(const Record *r, const Augment *how, Rng *rng, Record **out, Diag *d)
{
    DataView v;
    TRY(dataset_view(borrowed(r), nowhere, &v, d));
    Status s = augment_view(r, &v, how, rng, out, d);
    dataset_view_free(&v);
    return s;
}
