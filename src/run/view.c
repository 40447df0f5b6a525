/* view.c -- nodes that move no numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/view.h"

#include <string.h>

#include "graph/ops_part.h"

static View own_view(const Node *n, int self)
{
    View v = { .base = self };
    op_strides(&n->shape, v.stride);
    return v;
}

bool view_compact(const View *v, const Shape *s)
{
    int64_t stride[LIMIT_RANK];
    op_strides(s, stride);
    for (int i = 0; i < s->rank; i++)
        if (s->dim[i] > 1 && v->stride[i] != stride[i]) return false;
    return true;
}

static View view_reshape(const Node *n, int self, const View *in)
{
    View v = own_view(n, self);
    if (!view_compact(in, &n->in[0]->shape)) return v;
    v.base = in->base;
    v.offset = in->offset;
    return v;
}

static View view_transpose(const Node *n, const View *in)
{
    View v = { .base = in->base, .offset = in->offset };
    int rank = n->shape.rank;
    for (int i = 0; i < rank; i++) v.stride[i] = in->stride[n->n_attr ? n->attr[i] : i];
    if (n->n_attr || rank < 2) return v;
    v.stride[rank - 2] = in->stride[rank - 1];
    v.stride[rank - 1] = in->stride[rank - 2];
    return v;
}

static View view_spread(const Node *n, const View *in)
{
    View v = { .base = in->base, .offset = in->offset };
    const Shape *from = &n->in[0]->shape;
    int more = n->shape.rank - from->rank;
    for (int i = more; i < n->shape.rank; i++)
        v.stride[i] = from->dim[i - more] == n->shape.dim[i] ? in->stride[i - more] : 0;
    return v;
}

/* attr: start, step, count for each axis */
static View view_slice(const Node *n, const View *in)
{
    View v = { .base = in->base, .offset = in->offset };
    for (int i = 0; i < n->shape.rank; i++) {
        v.offset += n->attr[3 * i] * in->stride[i];
        v.stride[i] = n->attr[3 * i + 1] * in->stride[i];
    }
    return v;
}

/* hold only says something to derivatives. Behind an elementwise operation it belongs to
 * the same pass. */
static bool is_held(const Node *n)
{
    OpKind from = n->in[0]->op->kind;
    return !strcmp(n->op->name, "hold") && from != OP_ELEMENT && from != OP_CALL;
}

View view_make(const Node *n, int self, const View *in)
{
    if (!in || !n->len) return own_view(n, self);
    if (!strcmp(n->op->name, "reshape")) return view_reshape(n, self, in);
    if (!strcmp(n->op->name, "transpose")) return view_transpose(n, in);
    if (!strcmp(n->op->name, "slice")) return view_slice(n, in);
    if (n->op == &op_spread) return view_spread(n, in);
    if (is_held(n)) return *in;
    return own_view(n, self);
}

void shape_grid(const Shape *s, int64_t *rows, int64_t *cols)
{
    *cols = s->rank ? s->dim[s->rank - 1] : 1;
    *rows = 1;
    for (int i = 0; i + 1 < s->rank; i++) *rows *= s->dim[i];
}

bool view_grid(const View *v, const Shape *own, const Shape *over, Grid *out)
{
    int64_t stride[LIMIT_RANK] = { 0 }, outer = 0, count = 0;
    int more = over->rank - own->rank;
    *out = (Grid){ 0, 0 };
    for (int i = more < 0 ? 0 : more; i < over->rank; i++)
        stride[i] = own->dim[i - more] > 1 ? v->stride[i - more] : 0;
    if (more < 0) return false;
    if (over->rank) out->col = stride[over->rank - 1];
    for (int i = over->rank - 2; i >= 0; i--) {              /* all outer axes as one */
        if (over->dim[i] == 1) continue;
        if (!count) out->row = stride[i], outer = stride[i] * over->dim[i], count = 1;
        else if (stride[i] != outer) return false;
        else outer *= over->dim[i];
    }
    return out->col == 0 || out->col == 1;
}
