/* kernels.c -- the kernels of a plan that differ from the operations' own.
 *
 * Elementwise operations know their runs beforehand instead of finding them at
 * each call. Groups along an axis (first_max, argmax and the like) need no memory
 * here. All others run as the operation's row says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/kernels.h"

#include <string.h>

#include "graph/ops_part.h"
#include "graph/ops_reduce.h"
#include "graph/tmpl.h"

/* ---- elementwise ---- */

static void run_once(const Node *n, double *y, const double *const *p, const int *stride,
                     int64_t count)
{
    if (n->op->kind == OP_CALL) tmpl_run(n->fn, y, p, stride, count);
    else n->op->run(y, p[0], stride[0], p[1], stride[1], p[2], stride[2], count);
}

static void kernel_flat(const Step *s)
{
    const Node *n = s->node;
    const double *p[3] = { NULL, NULL, NULL };
    for (int i = 0; i < n->n_in; i++) p[i] = n->in[i]->val;
    run_once(n, n->val, p, s->stride, n->len);
}

static void kernel_rows(const Step *s)
{
    const Node *n = s->node;
    const int64_t *offset = s->offset;
    const double *p[3] = { NULL, NULL, NULL };
    for (int64_t at = 0; at < n->len; at += s->inner) {
        for (int i = 0; i < n->n_in; i++) p[i] = n->in[i]->val + *offset++;
        run_once(n, n->val + at, p, s->stride, s->inner);
    }
}

/* Elements of x along the axes of `result` from `axis` on. */
static int64_t trailing_len(const Shape *result, const Shape *x, int axis)
{
    int64_t len = 1;
    for (int k = axis - result->rank + x->rank; k < x->rank; k++) len *= k >= 0 ? x->dim[k] : 1;
    return len;
}

/* From this axis on every operand either has all elements or repeats one: a run. */
static int run_axis(const Node *n)
{
    const Shape *s = &n->shape;
    for (int axis = s->rank - 1; axis >= 0; axis--) {
        int64_t full = trailing_len(s, s, axis);
        for (int i = 0; i < n->n_in; i++) {
            int64_t own = trailing_len(s, &n->in[i]->shape, axis);
            if (own != full && own != 1) return axis + 1;
        }
    }
    return 0;
}

static void element_step(Step *s, Arena *a)
{
    Node *n = s->node;
    int axis = run_axis(n);
    s->inner = trailing_len(&n->shape, &n->shape, axis);
    s->run = kernel_flat;
    for (int i = 0; i < n->n_in; i++)
        s->stride[i] = s->inner > 1 && trailing_len(&n->shape, &n->in[i]->shape, axis) == s->inner;
    if (s->inner == n->len || !n->len) return;
    s->run = kernel_rows;
    int64_t *offset = ARENA_ARRAY(a, int64_t, n->len / s->inner * n->n_in);
    s->offset = offset;
    for (int64_t at = 0; at < n->len; at += s->inner)
        for (int i = 0; i < n->n_in; i++) *offset++ = shape_index(&n->shape, at, &n->in[i]->shape);
}

/* ---- groups along neighbouring axes ---- */

static bool is_max(const Node *n) { return strstr(n->op->name, "max") != NULL; }

static int64_t best_of(const double *x, int64_t r, int64_t stride, bool max)
{
    int64_t best = 0;
    for (int64_t i = 1; i < r; i++) {
        double v = x[i * stride], top = x[best * stride];
        if (max ? reduce_above(v, top) : reduce_below(v, top)) best = i;
    }
    return best;
}

static void kernel_first(const Step *s)
{
    const Node *n = s->node;
    const double *x = n->in[0]->val;
    memset(n->val, 0, sizeof *n->val * (size_t)n->len);
    for (int64_t o = 0; o < s->outer; o++)
        for (int64_t j = 0; j < s->inner; j++) {
            int64_t at = o * s->r * s->inner + j;
            n->val[at + best_of(x + at, s->r, s->inner, is_max(n)) * s->inner] = 1;
        }
}

static void kernel_arg(const Step *s)
{
    const Node *n = s->node;
    const double *x = n->in[0]->val;
    for (int64_t o = 0; o < s->outer; o++)
        for (int64_t j = 0; j < s->inner; j++)
            n->val[o * s->inner + j] =
                (double)best_of(x + o * s->r * s->inner + j, s->r, s->inner, is_max(n));
}

/* The product of all but one: what stands left of it times what stands right. */
static void kernel_others(const Step *s)
{
    const Node *n = s->node;
    for (int64_t o = 0; o < s->outer; o++)
        for (int64_t j = 0; j < s->inner; j++) {
            int64_t first = o * s->r * s->inner + j;
            const double *x = n->in[0]->val + first;
            double *y = n->val + first, left = 1, right = 1;
            for (int64_t i = 0; i < s->r; left *= x[i++ * s->inner]) y[i * s->inner] = left;
            for (int64_t i = s->r - 1; i >= 0; right *= x[i-- * s->inner]) y[i * s->inner] *= right;
        }
}

/* false: the axes are not neighbours. */
static bool group_cut(Step *s)
{
    const Shape *of = &s->node->in[0]->shape;
    bool red[LIMIT_RANK];
    reduce_axes(s->node, red);
    s->outer = s->r = s->inner = 1;
    int axis = 0;
    for (; axis < of->rank && !red[axis]; axis++) s->outer *= of->dim[axis];
    for (; axis < of->rank && red[axis]; axis++) s->r *= of->dim[axis];
    for (; axis < of->rank && !red[axis]; axis++) s->inner *= of->dim[axis];
    return axis == of->rank && s->r > 0;
}

/* ---- all others ---- */

static void kernel_own(const Step *s) { s->node->op->kernel(s->node, s->node->val); }

void kernel_copy(const Step *s)
{
    memcpy(s->node->val, s->node->in[0]->val, sizeof(double) * (size_t)s->node->len);
}

static const struct {
    const char *op;
    Kernel     *run;
} groups[] = {
    { "first_max", kernel_first }, { "first_min", kernel_first },
    { "argmax", kernel_arg }, { "argmin", kernel_arg },
    { "prod_others", kernel_others },
};

Step step_make(Arena *a, Node *n)
{
    Step s = { .node = n, .run = kernel_own };
    if (n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL) element_step(&s, a);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (!strcmp(n->op->name, groups[i].op) && group_cut(&s)) s.run = groups[i].run;
    return s;
}
