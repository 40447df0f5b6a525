/* shape.c -- what shapes are equal, fit together, and where an element lies.
 *
 * Elements lie in row-major order: the last axis moves fastest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/node.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

bool shape_equal(const Shape *a, const Shape *b)
{
    if (a->rank != b->rank) return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i]) return false;
    return true;
}

Shape shape_of(int rank, const int64_t *dim)
{
    assert(rank >= 0 && rank <= LIMIT_RANK);
    Shape s = { .rank = rank };
    for (int i = 0; i < rank; i++) s.dim[i] = dim[i];
    return s;
}

char *shape_print(char buf[SHAPE_TEXT], const Shape *s)
{
    if (s->rank == 0) {
        snprintf(buf, SHAPE_TEXT, "a number");
        return buf;
    }
    int used = 0;
    for (int i = 0; i < s->rank && used < SHAPE_TEXT; i++)
        used += snprintf(buf + used, (size_t)(SHAPE_TEXT - used), "%s%" PRId64,
                         i ? ", " : "(", s->dim[i]);
    if (used < SHAPE_TEXT) snprintf(buf + used, (size_t)(SHAPE_TEXT - used), ")");
    return buf;
}

/* Lay s over out, last axes aligned. */
static bool broadcast_one(Shape *out, const Shape *s)
{
    for (int i = 0; i < s->rank; i++) {
        int64_t *to = &out->dim[out->rank - s->rank + i];
        if (*to == 1) *to = s->dim[i];
        else if (s->dim[i] != 1 && s->dim[i] != *to) return false;
    }
    return true;
}

bool shape_broadcast(Shape *out, const Shape *const *in, int n)
{
    Shape s = { .rank = 0 };
    for (int i = 0; i < n; i++)
        if (in[i]->rank > s.rank) s.rank = in[i]->rank;
    for (int i = 0; i < s.rank; i++) s.dim[i] = 1;
    for (int i = 0; i < n; i++)
        if (!broadcast_one(&s, in[i])) return false;
    *out = s;
    return true;
}

int64_t shape_index(const Shape *out, int64_t at, const Shape *of)
{
    int64_t flat = 0, stride = 1;
    for (int i = out->rank - 1, k = of->rank - 1; k >= 0; i--, k--) {
        if (of->dim[k] != 1) flat += at % out->dim[i] * stride;
        at /= out->dim[i];
        stride *= of->dim[k];
    }
    return flat;
}

void shape_unravel(const Shape *s, int64_t at, int64_t index[LIMIT_RANK])
{
    for (int i = s->rank - 1; i >= 0; i--) {
        index[i] = at % s->dim[i];
        at /= s->dim[i];
    }
}

int64_t shape_ravel(const Shape *s, const int64_t *index)
{
    int64_t at = 0;
    for (int i = 0; i < s->rank; i++) at = at * s->dim[i] + index[i];
    return at;
}
