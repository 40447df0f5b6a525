/* number.c -- an expression of single numbers, without nodes.
 *
 * What a statement only wants the number of, need not become a graph first: 2.5*45,
 * i + 1, x > 3. The rows of the tables compute as they do in a graph; whatever is not
 * of this kind is left to the builder, and so are all faults.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/exec.h"
#include "graph/op.h"

enum { NUMBER_DEPTH = 64 };

/* The row of an operator; those of one character are kept by it. */
static const Op *operator_row(const char *text)
{
    static const Op *by_char[128];
    if (text[1] || text[0] <= 0) return op_find(text);
    const Op **row = &by_char[(int)text[0]];
    if (!*row) *row = op_find(text);
    return *row;
}

static bool name_number(Env *e, const char *name, double *out)
{
    Binding *b = e->scope ? NULL : session_find(e->s, name);
    if (!b || b->value.kind != V_NODE || b->value.node->shape.rank) return false;
    const double *v = node_eval(b->value.node, e->d);
    if (v) *out = *v;
    return v != NULL;
}

static bool number_deep(Env *e, const Ast *a, int depth, double *out)
{
    double l, r;
    const Ast *x = a->n ? a->kid[0] : NULL;
    if (depth > NUMBER_DEPTH) return false;
    switch (a->kind) {
    case A_NUM: return *out = a->num, true;
    case A_NAME: return name_number(e, a->text, out);
    case A_UNARY:
        if (!number_deep(e, x, depth + 1, &l)) return false;
        return *out = a->text[0] == '-' ? -l : l == 0, true;
    case A_BINARY: {
        const Op *op = operator_row(a->text);
        if (op->kind != OP_ELEMENT || !number_deep(e, x, depth + 1, &l) || !number_deep(e, a->kid[1], depth + 1, &r))
            return false;
        return *out = op->one(l, r, 0), true;
    }
    default: return false;
    }
}

bool exec_number(Env *e, const Ast *a, double *out) { return number_deep(e, a, 0, out); }
