/* ops_pass.c -- reduce a tensor along any axes, fast and always in the same order.
 *
 * Reducing goes run by run: neighbouring axes that are both reduced or both kept
 * act as one, and each reduced run is one pass over (outer, r, inner). Sums are
 * pairwise over blocks of 128, so the error grows with log n, and the order
 * depends on the shape alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "graph/ops_part.h"
#include "graph/ops_reduce.h"

enum { BLOCK = 128, COLUMNS = 64 };

/* ---- passes: y[j] = reduction over i < r of x[i*stride + j], j < w <= COLUMNS ---- */

typedef void Pass(const double *x, int64_t r, int64_t stride, int w, double *y);

/* Up to BLOCK neighbours in eight lanes. */
static double sum_block(const double *x, int64_t n)
{
    double  lane[8] = { 0 };
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++) lane[k] += x[i + k];
    double rest = 0;
    for (; i < n; i++) rest += x[i];
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
           ((lane[4] + lane[5]) + (lane[6] + lane[7])) + rest;
}

static int64_t half_of(int64_t r)
{
    return (r / 2 + BLOCK - 1) / BLOCK * BLOCK;
}

static double sum_line(const double *x, int64_t n)
{
    if (n <= BLOCK) return sum_block(x, n);
    int64_t half = half_of(n);
    return sum_line(x, half) + sum_line(x + half, n - half);
}

static void sum_pass(const double *x, int64_t r, int64_t stride, int w, double *y)
{
    if (stride == 1) {
        *y = sum_line(x, r);
        return;
    }
    if (r > BLOCK) {
        double  more[COLUMNS];
        int64_t half = half_of(r);
        sum_pass(x, half, stride, w, y);
        sum_pass(x + half * stride, r - half, stride, w, more);
        for (int j = 0; j < w; j++) y[j] += more[j];
        return;
    }
    for (int j = 0; j < w; j++) y[j] = 0;
    for (int64_t i = 0; i < r; i++)
        for (int j = 0; j < w; j++) y[j] += x[i * stride + j];
}

static void prod_pass(const double *x, int64_t r, int64_t stride, int w, double *y)
{
    for (int j = 0; j < w; j++) y[j] = 1;
    for (int64_t i = 0; i < r; i++)
        for (int j = 0; j < w; j++) y[j] *= x[i * stride + j];
}

static void max_pass(const double *x, int64_t r, int64_t stride, int w, double *y)
{
    for (int j = 0; j < w; j++) y[j] = x[j];
    for (int64_t i = 1; i < r; i++)
        for (int j = 0; j < w; j++)
            if (reduce_above(x[i * stride + j], y[j])) y[j] = x[i * stride + j];
}

static void min_pass(const double *x, int64_t r, int64_t stride, int w, double *y)
{
    for (int j = 0; j < w; j++) y[j] = x[j];
    for (int64_t i = 1; i < r; i++)
        for (int j = 0; j < w; j++)
            if (reduce_below(x[i * stride + j], y[j])) y[j] = x[i * stride + j];
}

static void pass_all(Pass *pass, double *y, const double *x, OpCut c)
{
    for (int64_t o = 0; o < c.outer; o++)
        for (int64_t j = 0; j < c.inner; j += COLUMNS) {
            int w = c.inner - j < COLUMNS ? (int)(c.inner - j) : COLUMNS;
            pass(x + o * c.r * c.inner + j, c.r, c.inner, w, y + o * c.inner + j);
        }
}

/* Axes of s merged into alternating runs, reduced and kept. */
typedef struct {
    int     n, n_red;
    int64_t len[LIMIT_RANK];
    bool    red[LIMIT_RANK];
} Runs;

static Runs runs_of(const Shape *s, const bool *red)
{
    Runs r = { 0 };
    for (int i = 0; i < s->rank; i++) {
        if (r.n && r.red[r.n - 1] == red[i]) {
            r.len[r.n - 1] *= s->dim[i];
        } else {
            r.len[r.n] = s->dim[i];
            r.red[r.n++] = red[i];
            r.n_red += red[i];
        }
    }
    return r;
}

/* Cut at the last reduced run, and take that run away. */
static OpCut runs_pop(Runs *r)
{
    int at = r->n - 1;
    while (!r->red[at]) at--;
    OpCut c = { 1, r->len[at], 1 };
    for (int i = 0; i < at; i++) c.outer *= r->len[i];
    for (int i = at + 1; i < r->n; i++) c.inner *= r->len[i];
    r->len[at] = 1;
    r->red[at] = false;
    r->n_red--;
    return c;
}

static void reduce_all(Pass *pass, double *y, const Node *x, const bool *red)
{
    Runs          runs = runs_of(&x->shape, red);
    const double *from = x->val;
    double       *part = NULL;
    if (runs.n_red == 0) memcpy(y, from, (size_t)x->len * sizeof *y);
    while (runs.n_red) {
        OpCut   c = runs_pop(&runs);
        double *to = runs.n_red ? mem_new((size_t)(c.outer * c.inner + 1) * sizeof *to) : y;
        pass_all(pass, to, from, c);
        free(part);
        from = part = runs.n_red ? to : NULL;
    }
}

void reduce_sum(double *y, const Node *x, const bool *red)
{
    reduce_all(sum_pass, y, x, red);
}

void reduce_prod(double *y, const Node *x, const bool *red)
{
    reduce_all(prod_pass, y, x, red);
}

void reduce_max(double *y, const Node *x, const bool *red)
{
    reduce_all(max_pass, y, x, red);
}

void reduce_min(double *y, const Node *x, const bool *red)
{
    reduce_all(min_pass, y, x, red);
}
