/* plan.c -- a recipe compiled to a flat array of kernels over one arena.
 *
 * The plan has nodes of its own, copies of the graph's that read and write the
 * arena, so the graph's numbers stay what they were while a plan runs. What does
 * not vary from update to update is computed once, by the graph itself. Equal
 * operations on equal operands become one. Names' slots and reshapes are no
 * steps at all: they are another view of the same numbers.
 *
 * Steps that only make a parameter's next value come last, so that most of them
 * can write it over the old one; whatever cannot, because the old value is still
 * read, goes through the arena and is copied when all steps are done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/plan.h"

#include <stdlib.h>
#include <string.h>

#include "run/kernels.h"
#include "run/order.h"
#include "run/place.h"
#include "run/scalar.h"

typedef struct {
    double       *to;
    const Node   *from;
} Copy;

struct Plan {
    Scalar  *scalar;                 /* not NULL: everything below is unused */
    int64_t  rows, n_in, n_out;
    Node   **root;                   /* of the graph, counted: keeps what was computed once */
    int      n_root;
    Arena    own;                    /* nodes, steps, offsets */
    int      n_node;
    Node    *node;
    int     *owner;                  /* node whose numbers node i is a view of; i itself mostly */
    int      n_step;
    Step    *step;
    int      n_x, n_y;
    Node   **x, **y;                 /* views of the batch */
    double  *x_room, *y_room;        /* where rows are gathered */
    int      n_ask;
    Node   **ask;
    int      n_copy;
    Copy    *copy;
    double  *num;                    /* the arena of numbers */
    size_t   bytes;
};

/* ---- nodes ---- */

typedef struct {
    Plan         *p;
    const Recipe *r;
    Store        *store;
    const Order  *o;
    int          *of;                /* place in the order -> node of the plan, -1 none */
    Diag         *d;
} Build;

static int plan_add(Build *b, const Node *like)
{
    Plan *p = b->p;
    Node *n = &p->node[p->n_node];
    *n = (Node){ .op = like->op, .n_in = like->n_in, .shape = like->shape, .len = like->len,
                 .attr = like->attr, .n_attr = like->n_attr, .fn = like->fn };
    p->owner[p->n_node] = p->n_node;
    return p->n_node++;
}

static bool same_node(const Node *a, const Node *b)
{
    if (a->op != b->op || a->fn != b->fn || a->n_in != b->n_in || a->n_attr != b->n_attr)
        return false;
    if (!shape_equal(&a->shape, &b->shape)) return false;
    for (int i = 0; i < a->n_in; i++)
        if (a->in[i] != b->in[i]) return false;
    return !a->n_attr || !memcmp(a->attr, b->attr, sizeof *a->attr * (size_t)a->n_attr);
}

static bool is_leaf(const Node *n) { return n->op == &op_leaf; }

static int plan_add_step(Build *b, const Node *like)
{
    Plan *p = b->p;
    int at = plan_add(b, like);
    Node *n = &p->node[at];
    n->in = ARENA_ARRAY(&p->own, Node *, n->n_in);
    for (int i = 0; i < n->n_in; i++) n->in[i] = &p->node[b->of[order_find(b->o, like->in[i])]];
    for (int i = 0; i < at; i++)
        if (!is_leaf(&p->node[i]) && same_node(&p->node[i], n)) return p->n_node--, i;
    if (!strcmp(n->op->name, "reshape")) p->owner[at] = p->owner[n->in[0] - p->node];
    return at;
}

static Status plan_add_fixed(Build *b, Node *like, int *at)
{
    const double *v = node_eval(like, b->d);
    if (!v) return b->d->code;
    *at = plan_add(b, like);
    Node *n = &b->p->node[*at];
    n->op = &op_leaf;
    n->n_in = 0;
    n->val = (double *)v;
    return OK;
}

static Status plan_add_any(Build *b, int i)
{
    Node *n = b->o->node[i];
    b->of[i] = -1;
    if (!b->o->needed[i]) return OK;
    if (!b->o->varies[i]) return plan_add_fixed(b, n, &b->of[i]);
    if (n->op == &op_slot) b->of[i] = b->of[order_find(b->o, n->in[0])];
    else if (n->n_in) b->of[i] = plan_add_step(b, n);
    else {
        b->of[i] = plan_add(b, n);
        b->p->node[b->of[i]].val = store_of(b->store, n);
    }
    return OK;
}

static Status plan_add_all(Build *b)
{
    Plan *p = b->p;
    int n = b->o->n + b->r->n;                    /* each update may need a copy of its own */
    p->node = ARENA_ARRAY(&p->own, Node, n + 1);
    p->owner = ARENA_ARRAY(&p->own, int, n + 1);
    for (int i = 0; i < b->o->n; i++) TRY(plan_add_any(b, i));
    return OK;
}

static Node *plan_node(const Build *b, const Node *n)
{
    return &b->p->node[b->of[order_find(b->o, n)]];
}

static Node *owner_of(const Plan *p, const Node *n) { return &p->node[p->owner[n - p->node]]; }

/* The plan's node of a leaf; NULL: nothing reads it. */
static const Node *plan_leaf(const Build *b, const Node *leaf)
{
    for (int i = 0; leaf && i < b->o->n; i++)
        if (b->o->node[i] == leaf && b->of[i] >= 0) return &b->p->node[b->of[i]];
    return NULL;
}

/* ---- steps ---- */

/* For each node: how many steps and asked numbers read it. */
static int *count_uses(const Build *b)
{
    const Plan *p = b->p;
    int *uses = mem_new(sizeof *uses * (size_t)(p->n_node + 1));
    for (int i = 0; i < p->n_node; i++)
        for (int k = 0; k < p->node[i].n_in; k++) uses[p->node[i].in[k] - p->node]++;
    for (int i = 0; i < b->r->n_ask; i++) uses[plan_node(b, b->r->ask[i]) - p->node]++;
    return uses;
}

static void plan_add_steps(Build *b)
{
    Plan *p = b->p;
    int *uses = count_uses(b);
    bool *last = mem_new((size_t)p->n_node + 1);
    for (int i = 0; i < b->r->n; i++) {
        Node *n = plan_node(b, b->r->next[i]);
        last[n - p->node] = !uses[n - p->node];
    }
    p->step = ARENA_ARRAY(&p->own, Step, p->n_node + b->r->n + 1);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < p->n_node; i++) {
            Node *n = &p->node[i];
            if (n->n_in && p->owner[i] == i && last[i] == (pass == 1))
                p->step[p->n_step++] = step_make(&p->own, n);
        }
    free(uses);
    free(last);
}

static int step_of(const Plan *p, const Node *n)
{
    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].node == n) return i;
    return -1;
}

static bool step_reads(const Plan *p, int step, const Node *n)
{
    const Node *at = p->step[step].node;
    for (int i = 0; i < at->n_in; i++)
        if (owner_of(p, at->in[i]) == n) return true;
    return false;
}

/* May the step that computes the next value write it over the old one? An
 * elementwise step may read the element it writes. */
static bool may_write_over(const Plan *p, int step, const Node *leaf)
{
    const Step *s = &p->step[step];
    if (s->node->val) return false;                     /* already the next value of another leaf */
    bool element = s->node->op->kind == OP_ELEMENT || s->node->op->kind == OP_CALL;
    if (step_reads(p, step, leaf) && (!element || s->offset)) return false;
    for (int i = step + 1; i < p->n_step; i++)
        if (step_reads(p, i, leaf)) return false;
    return true;
}

/* A value that no step computes (w <- v): a step that copies it. */
static Node *copied(Build *b, Node *n)
{
    Plan *p = b->p;
    Node *copy = &p->node[plan_add(b, n)];
    copy->op = &op_slot;
    copy->n_in = 1;
    copy->in = ARENA_ARRAY(&p->own, Node *, 1);
    copy->in[0] = n;
    p->step[p->n_step++] = (Step){ .node = copy, .run = kernel_copy };
    return copy;
}

static void plan_add_updates(Build *b)
{
    Plan *p = b->p;
    p->copy = ARENA_ARRAY(&p->own, Copy, b->r->n + 1);
    Node **from = mem_new(sizeof *from * (size_t)(b->r->n + 1));
    for (int i = 0; i < b->r->n; i++) {
        from[i] = owner_of(p, plan_node(b, b->r->next[i]));
        if (step_of(p, from[i]) < 0) from[i] = copied(b, from[i]);
    }
    for (int i = 0; i < b->r->n; i++) {
        double *to = store_of(b->store, b->r->leaf[i]);
        if (may_write_over(p, step_of(p, from[i]), plan_leaf(b, b->r->leaf[i]))) from[i]->val = to;
        else p->copy[p->n_copy++] = (Copy){ to, from[i] };
    }
    free(from);
}

/* ---- memory ---- */

static void live_until(Buffer *of, const Plan *p, const Node *n, int step)
{
    Buffer *b = &of[p->owner[n - p->node]];
    if (b->to < step) b->to = step;
}

static Status plan_take(Build *b)
{
    Plan *p = b->p;
    size_t bytes = sizeof(Buffer) * (size_t)(p->n_node + 3);
    Buffer *of = mem_new(bytes), *list = mem_new(bytes);
    for (int s = 0; s < p->n_step; s++)
        for (int i = 0; i < p->step[s].node->n_in; i++)
            live_until(of, p, p->step[s].node->in[i], s);
    for (int i = 0; i < p->n_ask; i++) live_until(of, p, p->ask[i], p->n_step);
    for (int i = 0; i < p->n_copy; i++) live_until(of, p, p->copy[i].from, p->n_step);
    int n = 0;
    list[n++] = (Buffer){ .len = p->rows * p->n_in, .from = -1, .to = p->n_step };
    list[n++] = (Buffer){ .len = p->rows * p->n_out, .from = -1, .to = p->n_step };
    for (int s = 0; s < p->n_step; s++) {
        const Node *at = p->step[s].node;
        int to = of[at - p->node].to;
        list[n++] = (Buffer){ .len = at->val ? 0 : at->len, .from = s, .to = to > s ? to : s };
    }
    p->bytes = sizeof(double) * (size_t)buffers_place(list, n);
    p->num = mem_take(p->bytes);
    if (p->num) {
        p->x_room = p->num + list[0].at;
        p->y_room = p->num + list[1].at;
        for (int s = 0; s < p->n_step; s++)
            if (!p->step[s].node->val) p->step[s].node->val = p->num + list[2 + s].at;
    }
    free(of);
    free(list);
    if (p->num) return OK;
    return diag_set(b->d, E_LIMIT, (Span){ 0, 0 },
                    "no memory left for the %zu MiB that one update works in"
                    " (budget %zu MiB)",
                    p->bytes >> 20, mem_budget() >> 20);
}

/* Views get the address of what they view; those of the batch are remembered. */
static Node **views_of(Plan *p, const Node *n, int *count)
{
    Node **v = ARENA_ARRAY(&p->own, Node *, p->n_node + 1);
    *count = 0;
    for (int i = 0; n && i < p->n_node; i++)
        if (&p->node[p->owner[i]] == n) v[(*count)++] = &p->node[i];
    return v;
}

static void plan_link(Build *b)
{
    Plan *p = b->p;
    for (int i = 0; i < p->n_node; i++) p->node[i].val = p->node[p->owner[i]].val;
    p->x = views_of(p, plan_leaf(b, b->r->x), &p->n_x);
    p->y = views_of(p, plan_leaf(b, b->r->y), &p->n_y);
}

/* ---- build ---- */

static Status plan_compile(Build *b)
{
    Plan *p = b->p;
    TRY(plan_add_all(b));
    plan_add_steps(b);
    plan_add_updates(b);
    p->n_ask = b->r->n_ask;
    p->ask = ARENA_ARRAY(&p->own, Node *, p->n_ask + 1);
    for (int i = 0; i < p->n_ask; i++) p->ask[i] = plan_node(b, b->r->ask[i]);
    TRY(plan_take(b));
    plan_link(b);
    return OK;
}

static void plan_keep_roots(Plan *p, const Recipe *r)
{
    p->root = mem_new(sizeof *p->root * (size_t)(r->n_ask + r->n + 1));
    for (int i = 0; i < r->n_ask; i++) p->root[p->n_root++] = node_keep(r->ask[i]);
    for (int i = 0; i < r->n; i++) p->root[p->n_root++] = node_keep(r->next[i]);
}

static Status plan_make(Plan *p, const Recipe *r, Store *s, PlanKind kind, Diag *d)
{
    Order o;
    order_make(&o, r, s);
    p->scalar = kind == PLAN_TENSOR ? NULL : scalar_build(r, s, &o);
    Status st = OK;
    if (!p->scalar && kind == PLAN_SCALAR)
        st = diag_set(d, E_LIMIT, (Span){ 0, 0 },
                      "an update of more than %d operations is not run as a scalar program",
                      LIMIT_SCALAR);
    if (st == OK && !p->scalar) {
        Build b = { .p = p, .r = r, .store = s, .o = &o, .d = d };
        b.of = mem_new(sizeof *b.of * (size_t)(o.n + 1));
        st = plan_compile(&b);
        free(b.of);
    }
    order_free(&o);
    return st;
}

Plan *plan_build(const Recipe *r, Store *s, PlanKind kind, Diag *d)
{
    Plan *p = mem_new(sizeof *p);
    p->rows = r->x->shape.rank ? r->x->shape.dim[0] : 1;
    p->n_in = r->x->len / p->rows;
    p->n_out = r->y ? r->y->len / p->rows : 0;
    plan_keep_roots(p, r);
    if (plan_make(p, r, s, kind, d) == OK) return p;
    plan_free(p);
    return NULL;
}

void plan_free(Plan *p)
{
    if (!p) return;
    scalar_free(p->scalar);
    for (int i = 0; i < p->n_root; i++) node_drop(p->root[i]);
    free(p->root);
    mem_give(p->num, p->bytes);
    arena_clear(&p->own);
    free(p);
}

bool plan_is_scalar(const Plan *p) { return p->scalar != NULL; }

int64_t plan_steps(const Plan *p) { return p->scalar ? scalar_count(p->scalar) : p->n_step; }

/* ---- run ---- */

/* The rows of a batch: where they lie in memory, or brought together in room. */
static const double *batch_rows(const double *data, const uint32_t *row, int64_t rows, int64_t each,
                                double *room)
{
    if (!row) return data;
    for (int64_t i = 0; i < rows; i++)
        memcpy(room + i * each, data + row[i] * each, sizeof *room * (size_t)each);
    return room;
}

static void plan_feed(Plan *p, const Feed *f, int64_t batch)
{
    int64_t first = f->from + batch * p->rows, skip = f->order ? 0 : first;
    const uint32_t *row = f->order ? f->order + first : NULL;
    const double *x = batch_rows(f->x + skip * p->n_in, row, p->rows, p->n_in, p->x_room);
    for (int i = 0; i < p->n_x; i++) p->x[i]->val = (double *)x;
    if (!p->n_y) return;
    const double *y = batch_rows(f->y + skip * p->n_out, row, p->rows, p->n_out, p->y_room);
    for (int i = 0; i < p->n_y; i++) p->y[i]->val = (double *)y;
}

static void plan_update(Plan *p, double *sum)
{
    for (const Step *s = p->step, *end = s + p->n_step; s < end; s++) s->run(s);
    for (int i = 0; i < p->n_ask; i++) sum[i] += p->ask[i]->val[0];
    for (int i = 0; i < p->n_copy; i++)
        memcpy(p->copy[i].to, p->copy[i].from->val, sizeof(double) * (size_t)p->copy[i].from->len);
}

void plan_run(Plan *p, const Feed *feed, double *sum)
{
    if (p->scalar) {
        scalar_run(p->scalar, feed, sum);
        return;
    }
    for (int64_t e = 0; e < feed->epochs; e++, sum += p->n_ask) {
        for (int i = 0; i < p->n_ask; i++) sum[i] = 0;
        for (int64_t b = 0; b < feed->batches; b++) {
            plan_feed(p, feed, b);
            plan_update(p, sum);
        }
    }
}
