/* node.c -- counted nodes, the clock, and evaluation without recursion.
 *
 * One clock serves the whole graph. A leaf that changes takes the next tick as
 * its `changed`; an inner node's `changed` is the newest of its inputs'. A node
 * whose `checked` equals the clock is known to be fresh and is not looked into
 * again, so asking twice costs one comparison, and after a change only the part
 * below the asked node is visited, and only what lies above the changed leaf is
 * computed.
 *
 * Walks keep their own stack and never recurse, because a chain of a million
 * nodes is a legal graph (a recurrence written out by a loop is one).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/node.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "graph/wide.h"
#include "graph/op.h"
#include "graph/tmpl.h"

Diag node_no_limits;

static uint64_t the_clock = 1;
static uint64_t walk_mark = 0;
static int64_t  alive = 0;
static int64_t  with_moves = 0;

typedef struct {
    Node **v;
    int    n, cap;
} Stack;

static void stack_push(Stack *s, Node *n)
{
    GROW(s->v, s->n, s->cap);
    s->v[s->n++] = n;
}

/* ---- make ---- */

/* Nodes that died lately: every statement makes a handful and drops them. Not for the
 * sanitizer, which is to see a dead node used. */
#ifdef __SANITIZE_ADDRESS__
enum { SPARE_MOST = 0 };
#else
enum { SPARE_MOST = 64 };
#endif
static Node *spare[SPARE_MOST + 1];
static int n_spare;

static Node *node_memory(void)
{
    return n_spare ? memset(spare[--n_spare], 0, sizeof(Node)) : mem_new(sizeof(Node));
}

static void node_give(Node *n)
{
    if (n_spare < SPARE_MOST) spare[n_spare++] = n;
    else free(n);
}

static Node *node_bare(const Op *op, int n_in)
{
    Node *n = node_memory();
    n->op = op;
    n->refs = 1;
    n->n_in = n_in;
    if (n_in) n->in = n_in <= 2 ? n->few : mem_new(sizeof *n->in * (size_t)n_in);
    alive++;
    return n;
}

static void node_set_attr(Node *n, const int64_t *attr, int n_attr)
{
    if (!n_attr) return;
    n->attr = mem_new(sizeof *attr * (size_t)n_attr);
    memcpy(n->attr, attr, sizeof *attr * (size_t)n_attr);
    n->n_attr = n_attr;
}

/* Element and byte count of n->shape, checked before anything is multiplied.
 * Too large a node made inside (a slope, d with no_limits) is refused later,
 * when its numbers are asked for. */
static Status node_measure(Node *n, Span at, Diag *d)
{
    size_t len = 1, bytes;
    bool empty = false;
    for (int i = 0; i < n->shape.rank; i++) {
        if (n->shape.dim[i] == 0) empty = true;
        else if (!mem_mul(len, (size_t)n->shape.dim[i], &len)) len = SIZE_MAX / 16;
    }
    bool fits = mem_mul(len, sizeof(double), &bytes) && bytes <= mem_budget();
    if (!fits && d != &node_no_limits) {
        char buf[SHAPE_TEXT];
        return diag_set(d, E_LIMIT, at, "a tensor of shape %s is larger than the memory budget (%zu MiB)",
                        shape_print(buf, &n->shape), mem_budget() >> 20);
    }
    n->len = empty ? 0 : (int64_t)len;
    return OK;
}

static Status element_infer(Node *n, Span at, Diag *d)
{
    const Shape *shape[8];
    assert(n->n_in <= 8);
    for (int i = 0; i < n->n_in; i++) shape[i] = &n->in[i]->shape;
    if (shape_broadcast(&n->shape, shape, n->n_in)) return OK;
    int a = 0, b = 1;
    Shape pair;
    for (int i = 0; i < n->n_in; i++)
        for (int j = i + 1; j < n->n_in; j++)
            if (!shape_broadcast(&pair, (const Shape *[]){ shape[i], shape[j] }, 2)) a = i, b = j;
    char sa[SHAPE_TEXT], sb[SHAPE_TEXT];
    const char *la = n->in[a]->label, *lb = n->in[b]->label;
    diag_set(d, E_SHAPE, at, "shapes do not fit: %s%s%s has shape %s, %s%s%s has shape %s",
             la ? la : "the left side", "", "", shape_print(sa, shape[a]),
             lb ? lb : "the right side", "", "", shape_print(sb, shape[b]));
    return diag_hint(d, "%s works element by element: sizes must be equal, or 1, counted from the last axis.",
                     n->op->kind == OP_CALL ? "A function of this kind" : n->op->name);
}

Node *node_new(const Op *op, Node *const *in, int n_in, const int64_t *attr, int n_attr,
               Span at, Diag *d)
{
    if (alive >= LIMIT_NODES && d != &node_no_limits) {
        diag_set(d, E_LIMIT, at, "the graph would have more than %d nodes", LIMIT_NODES);
        return NULL;
    }
    Node *n = node_bare(op, n_in);
    for (int i = 0; i < n_in; i++) n->in[i] = node_keep(in[i]);
    node_set_attr(n, attr, n_attr);
    Status st = op->kind == OP_ELEMENT || op->kind == OP_CALL ? element_infer(n, at, d)
                                                              : op->infer(n, at, d);
    if (st == OK) st = node_measure(n, at, d);
    if (st == OK) return n;
    node_drop(n);
    return NULL;
}

Node *node_num(double v)
{
    Node *n = node_bare(&op_leaf, 0);
    n->flags = NODE_CONST;
    n->len = 1;
    n->one = v;
    n->val = &n->one;
    n->changed = the_clock;
    return n;
}

/* Room for all of n's numbers, which are about to be written. */
static double *node_buffer(Node *n)
{
    if (!n->val) n->val = n->len == 1 ? &n->one : mem_take_bare(sizeof(double) * (size_t)(n->len ? n->len : 1));
    return n->val;
}

Node *node_leaf(const Shape *s, const double *v, Diag *d)
{
    Node *n = node_bare(&op_leaf, 0);
    n->shape = *s;
    Span nowhere = { 0, 0 };
    if (node_measure(n, nowhere, d) != OK || !node_buffer(n)) {
        diag_set(d, E_LIMIT, nowhere, "no memory left for a tensor of %lld numbers (budget %zu MiB, in use %zu MiB)",
                 (long long)n->len, mem_budget() >> 20, mem_taken() >> 20);
        node_drop(n);
        return NULL;
    }
    if (v) memcpy(n->val, v, sizeof *v * (size_t)n->len);
    else memset(n->val, 0, sizeof *n->val * (size_t)n->len);
    n->changed = ++the_clock;
    return n;
}

Node *node_slot(Node *def)
{
    Node *n = node_bare(&op_slot, 1);
    n->in[0] = node_keep(def);
    n->shape = def->shape;
    n->len = def->len;
    return n;
}

void slot_set(Node *slot, Node *def)
{
    assert(slot->op == &op_slot);
    Node *old = slot->in[0];
    slot->in[0] = node_keep(def);
    node_drop(old);
    slot->val = NULL;
    slot->shape = def->shape;
    slot->len = def->len;
    slot->changed = ++the_clock;
    slot->checked = 0;
    def->changed = the_clock;
}

Node *node_keep(Node *n)
{
    n->refs++;
    return n;
}

void node_add_move(Node *n, Node *leaf, Node *next)
{
    if (!n->moves) n->moves = mem_new(sizeof *n->moves), with_moves++;
    Moves *m = n->moves;
    m->leaf = mem_grow(m->leaf, (size_t)m->n + 1, sizeof *m->leaf);
    m->next = mem_grow(m->next, (size_t)m->n + 1, sizeof *m->next);
    m->leaf[m->n] = node_keep(leaf);
    m->next[m->n++] = node_keep(next);
}

static void moves_drop(Moves *m, Stack *s)
{
    for (int i = 0; i < m->n; i++) {
        if (--m->leaf[i]->refs == 0) stack_push(s, m->leaf[i]);
        if (--m->next[i]->refs == 0) stack_push(s, m->next[i]);
    }
    free(m->leaf);
    free(m->next);
    free(m);
    with_moves--;
}

bool node_any_moves(void) { return with_moves > 0; }

static void node_free_own(Node *n)
{
    if (n->val && n->val != &n->one && n->op != &op_slot)
        mem_give(n->val, sizeof(double) * (size_t)(n->len ? n->len : 1));
    if (n->fn) tmpl_drop((Tmpl *)n->fn);
    if (n->in != n->few) free(n->in);
    free(n->attr);
    free(n->label);
    node_give(n);
    alive--;
}

void node_drop(Node *n)
{
    if (!n || --n->refs > 0) return;
    Stack s = { 0 };
    stack_push(&s, n);
    while (s.n) {
        n = s.v[--s.n];
        for (int i = 0; i < n->n_in; i++)
            if (--n->in[i]->refs == 0) stack_push(&s, n->in[i]);
        if (n->moves) moves_drop(n->moves, &s);
        node_free_own(n);
    }
    free(s.v);
}

void node_label(Node *n, const char *fmt, ...)
{
    char buf[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    free(n->label);
    n->label = mem_str(buf);
}

/* ---- change ---- */

uint64_t node_clock(void) { return the_clock; }

void leaf_touch(Node *leaf)
{
    leaf->changed = ++the_clock;
}

void leaf_set(Node *leaf, const double *v)
{
    memcpy(leaf->val, v, sizeof *v * (size_t)leaf->len);
    leaf_touch(leaf);
}

void leaf_set_at(Node *leaf, int64_t at, double v)
{
    leaf->val[at] = v;
    leaf_touch(leaf);
}

/* ---- evaluate ---- */

/* Runs of the innermost axis with stride 0 or 1 for each operand. */
static void element_rows(const Node *n, double *y)
{
    const Shape *s = &n->shape;
    int64_t inner = s->rank ? s->dim[s->rank - 1] : 1;
    int stride[3] = { 0, 0, 0 };
    for (int i = 0; i < n->n_in; i++) {
        const Shape *of = &n->in[i]->shape;
        stride[i] = of->rank && of->dim[of->rank - 1] == inner && inner != 1;
    }
    for (int64_t at = 0; at < n->len; at += inner) {
        const double *p[3] = { NULL, NULL, NULL };
        for (int i = 0; i < n->n_in; i++)
            p[i] = n->in[i]->val + shape_index(s, at, &n->in[i]->shape);
        if (n->op->kind == OP_CALL) tmpl_run(n->fn, y + at, p, stride, inner);
        else n->op->run(y + at, p[0], stride[0], p[1], stride[1], p[2], stride[2], inner);
    }
}

static void element_kernel(const Node *n, double *y)
{
    int stride[3] = { 0, 0, 0 };
    const double *p[3] = { NULL, NULL, NULL };
    for (int i = 0; i < n->n_in; i++) {
        if (n->in[i]->len != 1 && n->in[i]->len != n->len) {
            element_rows(n, y);
            return;
        }
        p[i] = n->in[i]->val;
        stride[i] = n->in[i]->len == n->len && n->len != 1;
    }
    if (n->op->kind == OP_CALL) tmpl_run(n->fn, y, p, stride, n->len);
    else n->op->run(y, p[0], stride[0], p[1], stride[1], p[2], stride[2], n->len);
}

/* When what n is computed from changed last. */
static uint64_t newest_below(const Node *n, int depth)
{
    uint64_t newest = 0;
    for (int i = 0; i < n->n_in; i++) {
        uint64_t t = wide_goes_on(n, i, depth) ? newest_below(n->in[i], depth + 1) : n->in[i]->changed;
        if (t > newest) newest = t;
    }
    return newest;
}

/* n's inputs are fresh: make n fresh. */
static bool node_renew(Node *n, Diag *d)
{
    uint64_t newest = n->n_in ? newest_below(n, 0) : n->changed;
    if (n->op == &op_slot) {
        n->val = n->in[0]->val;
        if (newest > n->changed) n->changed = newest;
        return true;
    }
    if (n->val && n->changed == newest) return true;
    if (!node_buffer(n)) {
        diag_set(d, E_LIMIT, (Span){ 0, 0 }, "no memory left for a tensor of %lld numbers (budget %zu MiB, in use %zu MiB)",
                 (long long)n->len, mem_budget() >> 20, mem_taken() >> 20);
        return false;
    }
    if (wide_run(n)) return n->changed = newest, true;
    if (n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL) element_kernel(n, n->val);
    else n->op->kernel(n, n->val);
    n->changed = newest;
    return true;
}

/* What n is computed from and is not fresh goes onto the stack; how many. */
static int push_stale(Stack *s, Node *n, int depth)
{
    int waiting = 0;
    for (int i = n->n_in - 1; i >= 0; i--) {
        if (wide_goes_on(n, i, depth)) waiting += push_stale(s, n->in[i], depth + 1);
        else if (n->in[i]->checked != the_clock) stack_push(s, n->in[i]), waiting++;
    }
    return waiting;
}

static const double *node_eval_deep(Node *root, Diag *d)
{
    static Stack stack;               /* kept: evaluation must not allocate in loops */
    int base = stack.n;
    stack_push(&stack, root);
    unsigned beat = 0;
    while (stack.n > base) {
        Node *n = stack.v[stack.n - 1];
        if (n->checked != the_clock && push_stale(&stack, n, 0)) continue;
        stack.n--;
        if (n->checked == the_clock) continue;
        if ((++beat & 63) == 0 && stop_asked()) {
            diag_set(d, E_STOP, (Span){ 0, 0 }, "stopped");
            stack.n = base;
            return NULL;
        }
        if (!node_renew(n, d)) {
            stack.n = base;
            return NULL;
        }
        n->checked = the_clock;
    }
    return root->val;
}

const double *node_eval(Node *n, Diag *d)
{
    if (n->checked == the_clock && n->val) return n->val;
    return node_eval_deep(n, d);
}

double node_scalar(Node *n, Diag *d)
{
    const double *v = node_eval(n, d);
    return v && n->len ? v[0] : NAN;
}

/* ---- ask ---- */

bool node_is_leaf(const Node *n) { return n->op == &op_leaf; }
bool node_is_scalar(const Node *n) { return n->shape.rank == 0; }

Node *node_through(Node *n)
{
    while (n->op == &op_slot) n = n->in[0];
    return n;
}

Node **node_walk(Node *root, int *count)
{
    Stack todo = { 0 }, done = { 0 };
    uint64_t seen = walk_mark + 1, closed = walk_mark + 2;
    walk_mark += 2;
    stack_push(&todo, root);
    while (todo.n) {
        Node *n = todo.v[todo.n - 1];
        if (n->mark == closed) {
            todo.n--;
        } else if (n->mark == seen) {
            todo.n--;
            n->mark = closed;
            stack_push(&done, n);
        } else {
            n->mark = seen;
            for (int i = n->n_in - 1; i >= 0; i--)
                if (n->in[i]->mark != seen && n->in[i]->mark != closed) stack_push(&todo, n->in[i]);
        }
    }
    free(todo.v);
    *count = done.n;
    return done.v;
}

bool node_depends(Node *root, const Node *on)
{
    int n;
    Node **all = node_walk(root, &n);
    bool found = false;
    for (int i = 0; i < n && !found; i++) found = all[i] == on;
    free(all);
    return found;
}

static int64_t first_bad(const Node *n)
{
    for (int64_t i = 0; i < n->len; i++)
        if (!isfinite(n->val[i])) return i;
    return -1;
}

Node *node_birth(Node *root, int64_t *at)
{
    int count;
    Node **all = node_walk(root, &count), *found = NULL;
    for (int i = 0; i < count && !found; i++) {
        Node *n = all[i];
        int64_t bad = n->val ? first_bad(n) : -1;
        bool inherited = false;
        for (int k = 0; k < n->n_in; k++) inherited |= n->in[k]->val && first_bad(n->in[k]) >= 0;
        if (bad >= 0 && !inherited) found = n, *at = bad;
    }
    free(all);
    return found;
}

int64_t node_count(void) { return alive; }
