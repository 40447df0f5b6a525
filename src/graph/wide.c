/* wide.c -- a large elementwise expression evaluated in one pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/wide.h"

#include "base/stop.h"
#include "graph/element.h"

enum { LEAST = 4096, STRETCH = 1 << 20 };   /* numbers: worth a pass; between two looks at Ctrl-C */

static bool is_element(const Node *n) { return n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL; }

/* Every operand has all elements or one. */
static bool is_even(const Node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i]->len != 1 && n->in[i]->len != n->len) return false;
    return true;
}

bool wide_goes_on(const Node *n, int i, int depth)
{
    const Node *x = n->in[i];
    return depth < WIDE_DEPTH && n->len >= LEAST && is_element(n) && is_even(n) && is_element(x) && is_even(x) &&
           x->len == n->len && x->refs == 1 && !x->label && !x->val;
}

typedef struct {
    Fused      *l;
    const Node *of[FUSED_MOST_SLOTS];
} Wide;

static int load(Wide *c, const Node *x)
{
    for (int i = 0; i < c->l->n_slot; i++)
        if (c->of[i] == x) return fused_load(c->l, i);
    int at = fused_slot(c->l, x->len == 1 ? SLOT_HELD : SLOT_EACH);
    if (at < 0) return -1;
    c->of[at] = x;
    return fused_load(c->l, at);
}

/* The instruction that gives n, or -1: too many operands. */
static int write_node(Wide *c, const Node *n, int depth)
{
    int in[3] = { -1, -1, -1 };
    for (int i = 0; i < n->n_in; i++) {
        const Node *x = n->in[i];
        bool number = x->op == &op_leaf && x->flags & NODE_CONST && x->len == 1;
        in[i] = number ? fused_num(c->l, x->val[0]) : wide_goes_on(n, i, depth) ? write_node(c, x, depth + 1) : load(c, x);
        if (in[i] < 0) return -1;
    }
    return n->op->kind == OP_CALL ? element_build_call(c->l, n->fn, in) : element_build(c->l, n->op, in);
}

static void run_all(const Wide *c, double *y, int64_t len, int out)
{
    for (int64_t from = 0; from < len && !stop_asked(); from += STRETCH) {
        FusedRun run = { .rows = 1, .cols = len - from < STRETCH ? len - from : STRETCH };
        for (int i = 0; i < out; i++) run.at[i].p = (char *)(c->of[i]->val + (c->of[i]->len == 1 ? 0 : from));
        run.at[out].p = (char *)(y + from);
        fused_run(c->l, &run);
    }
}

bool wide_run(Node *n)
{
    if (n->len < LEAST || !is_element(n) || !is_even(n)) return false;
    Wide c = { .l = fused_make(false) };
    int y = write_node(&c, n, 0), out = y < 0 ? -1 : fused_slot(c.l, SLOT_EACH);
    if (out >= 0) {
        fused_out(c.l, OUT_STORE, y, out);
        fused_compile(c.l);
        run_all(&c, n->val, n->len, out);
    }
    fused_free(c.l);
    return out >= 0;
}
