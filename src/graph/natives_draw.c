/* natives_draw.c -- TABLE of the functions that draw random numbers, once, when they are
 * called. (What must be drawn anew in every update is noise of a key, see ops_element.c.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/natives.h"

#include <math.h>
#include <stdlib.h>

static Status finite_key(Call *c, const char *key, double otherwise, double *out)
{
    TRY(call_key_number(c, key, otherwise, out));
    if (isfinite(*out)) return OK;
    char buf[NUM_TEXT];
    return diag_set(c->d, E_RANGE, call_key_span(c, key), "%s must be a finite number, not %s", key,
                    num_exact(buf, *out));
}

static Status leaf_make(Call *c, Node **out)
{
    Shape s;
    TRY(call_shape(c, 0, &s));
    *out = node_leaf(&s, NULL, c->d);
    return *out ? OK : c->d->code;
}

static Status leaf_give(Node *leaf, Value *out)
{
    leaf_touch(leaf);
    *out = value_node(leaf);
    return OK;
}

static Status run_uniform(Call *c, Value *out)
{
    double from, to;
    Node *leaf;
    TRY(finite_key(c, "from", 0, &from));
    TRY(finite_key(c, "to", 1, &to));
    TRY(leaf_make(c, &leaf));
    for (int64_t i = 0; i < leaf->len; i++)
        leaf->val[i] = from + (to - from) * rng_uniform(&c->s->rng);
    return leaf_give(leaf, out);
}

/* ---- normal ---- */

/* Below that hardly a draw lies within the cut, and drawing again takes for ever. */
static const double least_cut = 0.01;

static double normal_within(Rng *r, double cut)
{
    double z;
    do z = rng_normal(r);
    while (fabs(z) > cut);
    return z;
}

static Status cut_key(Call *c, double *cut)
{
    Value v;
    *cut = INFINITY;
    TRY(call_key(c, "cut", &v));
    if (v.kind == V_NONE) return OK;
    TRY(call_key_number(c, "cut", 0, cut));
    if (*cut >= least_cut) return OK;
    char buf[NUM_TEXT];
    return diag_set(c->d, E_RANGE, call_key_span(c, "cut"), "cut counts deviations, from %g on, not %s", least_cut,
                    num_exact(buf, *cut));
}

static Status run_normal(Call *c, Value *out)
{
    double mean, std, cut;
    Node *leaf;
    TRY(finite_key(c, "mean", 0, &mean));
    TRY(finite_key(c, "std", 1, &std));
    TRY(cut_key(c, &cut));
    if (std < 0) {
        char buf[NUM_TEXT];
        return diag_set(c->d, E_RANGE, call_key_span(c, "std"), "std must not be negative: %s",
                        num_exact(buf, std));
    }
    TRY(leaf_make(c, &leaf));
    for (int64_t i = 0; i < leaf->len; i++) leaf->val[i] = mean + std * normal_within(&c->s->rng, cut);
    return leaf_give(leaf, out);
}

/* ---- orthogonal ---- */

/* `count` vectors of length n, element k of vector i at v[i*by + k*step]. */
typedef struct {
    double *v;
    int64_t count, n, by, step;
} Vectors;

static double product(const Vectors *m, int64_t i, int64_t j)
{
    double sum = 0;
    for (int64_t k = 0; k < m->n; k++) sum += m->v[i * m->by + k * m->step] * m->v[j * m->by + k * m->step];
    return sum;
}

/* Gram and Schmidt: take off what points along the vectors before; twice, since once
 * leaves rounding behind that grows with the number of vectors. */
static double vector_clear(const Vectors *m, int64_t i)
{
    for (int again = 0; again < 2; again++)
        for (int64_t j = 0; j < i; j++) {
            double along = product(m, i, j);
            for (int64_t k = 0; k < m->n; k++) m->v[i * m->by + k * m->step] -= along * m->v[j * m->by + k * m->step];
        }
    return sqrt(product(m, i, i));
}

static void vector_draw(const Vectors *m, int64_t i, Rng *r)
{
    double length;
    do {
        for (int64_t k = 0; k < m->n; k++) m->v[i * m->by + k * m->step] = rng_normal(r);
        length = vector_clear(m, i);
    } while (length < 1e-6);
    for (int64_t k = 0; k < m->n; k++) m->v[i * m->by + k * m->step] /= length;
}

static Status run_orthogonal(Call *c, Value *out)
{
    double gain;
    Node *leaf;
    TRY(finite_key(c, "gain", 1, &gain));
    TRY(leaf_make(c, &leaf));
    int rank = leaf->shape.rank;
    int64_t columns = rank ? leaf->shape.dim[rank - 1] : 1, rows = columns ? leaf->len / columns : 0;
    Vectors m = rows >= columns ? (Vectors){ leaf->val, columns, rows, 1, columns }
                                : (Vectors){ leaf->val, rows, columns, columns, 1 };
    for (int64_t i = 0; i < m.count && leaf->len; i++) vector_draw(&m, i, &c->s->rng);
    for (int64_t i = 0; i < leaf->len; i++) leaf->val[i] *= gain;
    return leaf_give(leaf, out);
}

#define ROW(name_, usage_, run_)                                                         \
    .name = name_, .usage = usage_, .group = "tensors", .min_args = 0, .max_args = -1, .run = run_

const Builtin natives_draw[] = {
    { ROW("uniform", "uniform(dims..., from=0, to=1)", run_uniform), .keys = "from to",
      .help = "Random numbers, equally likely anywhere from `from` up to `to`. Without dims a "
              "single number. "
              "After `seed 42` it draws what NumPy's RandomState(42) draws.",
      .example = "seed 42\nuniform()\nuniform(2, 2, from=-1, to=1)" },
    { ROW("normal", "normal(dims..., mean=0, std=1, cut=none)", run_normal), .keys = "mean std cut",
      .help = "Random numbers from the normal distribution. Without dims a single number. cut=2 draws "
              "those again that are more than 2 deviations off.",
      .example = "seed 42\nnormal(3)\nnormal(2, mean=10, std=0.1)" },
    { ROW("orthogonal", "orthogonal(dims..., gain=1)", run_orthogonal), .keys = "gain",
      .help = "A random matrix whose columns (its rows, if there are fewer) are at right angles and have the "
              "length gain; an initialiser. Of more than two dims the last counts the columns. Source: Saxe "
              "et al. 2014.",
      .example = "seed 1\nW = orthogonal(4, 2)\nW' @ W" },
    { .name = NULL }
};
