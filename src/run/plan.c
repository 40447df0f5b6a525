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
#include "run/plan_private.h"

#include <stdlib.h>
#include <string.h>

#include "run/crew.h"
#include "run/order.h"
#include "run/place.h"

static int64_t size_of(const Plan *p) { return p->single ? (int64_t)sizeof(float) : (int64_t)sizeof(double); }

static void *number_at(const Plan *p, const void *num, int64_t at) { return (char *)num + size_of(p) * at; }

/* ---- nodes ---- */

typedef struct {
    Plan         *p;
    const Recipe *r;
    Store        *store;
    const Order  *o;
    int          *of;                /* place in the order -> node of the plan, -1 none */
    bool         *fixed;             /* of the plan's nodes */
    Node        **next;              /* of each update */
    Drafts        drafts;
    int          *alias;             /* node -> the leaf that it is written over, itself mostly */
    Diag         *d;
} Build;

static int plan_add(Build *b, const Node *like)
{
    Plan *p = b->p;
    Node *n = &p->node[p->n_node];
    *n = (Node){ .op = like->op, .n_in = like->n_in, .shape = like->shape, .len = like->len,
                 .attr = like->attr, .n_attr = like->n_attr, .fn = like->fn, .label = like->label };
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

static int plan_share(Build *b, int at)
{
    Plan *p = b->p;
    for (int i = 0; i < at; i++)
        if (!is_leaf(&p->node[i]) && same_node(&p->node[i], &p->node[at])) return p->n_node--, i;
    return at;
}

static int plan_add_op(Build *b, const char *op, const Shape *shape, Node *x, Node *y)
{
    Plan *p = b->p;
    Node like = { .op = op_find(op), .n_in = 2, .shape = *shape, .len = shape_len(shape) };
    int at = plan_add(b, &like);
    p->node[at].in = ARENA_ARRAY(&p->own, Node *, 2);
    p->node[at].in[0] = x;
    p->node[at].in[1] = y;
    return plan_share(b, at);
}

static double *narrowed(Plan *p, const double *v, int64_t len)
{
    float *f = ARENA_ARRAY(&p->own, float, len + 1);
    for (int64_t i = 0; i < len; i++) f[i] = (float)v[i];
    return (double *)(void *)f;
}

static Node *plan_number(Build *b, double v)
{
    Plan *p = b->p;
    for (int i = 0; i < p->n_node; i++)
        if (b->fixed[i] && !p->node[i].shape.rank && p->node[i].one == v) return &p->node[i];
    int at = plan_add(b, &(Node){ .op = &op_leaf, .len = 1 });
    p->node[at].one = v;
    p->node[at].val = p->single ? narrowed(p, &v, 1) : &p->node[at].one;
    b->fixed[at] = true;
    return &p->node[at];
}

/* Many numbers divided by one: times its reciprocal, which is taken once. */
static int plan_divide(Build *b, int at)
{
    Plan *p = b->p;
    Node n = p->node[at];
    if (strcmp(n.op->name, "/") || n.in[1]->len != 1 || n.len < 8) return plan_share(b, at);
    p->n_node--;
    Node *by = n.in[1], *one = plan_number(b, 1);
    Node *over = &p->node[plan_add_op(b, "/", &by->shape, one, by)];
    return plan_add_op(b, "*", &n.shape, n.in[0], over);
}

static int plan_add_step(Build *b, const Node *like)
{
    Plan *p = b->p;
    int at = plan_add(b, like);
    Node *n = &p->node[at];
    n->in = ARENA_ARRAY(&p->own, Node *, n->n_in);
    for (int i = 0; i < n->n_in; i++) n->in[i] = &p->node[b->of[order_find(b->o, like->in[i])]];
    return plan_divide(b, at);
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
    n->one = v[0];
    if (b->p->single) n->val = narrowed(b->p, v, n->len);
    b->fixed[*at] = true;
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
    int n = 3 * b->o->n + b->r->n;                          /* a division may become two, and a number */
    p->node = ARENA_ARRAY(&p->own, Node, n + 1);
    b->fixed = ARENA_ARRAY(&p->own, bool, n + 1);
    for (int i = 0; i < b->o->n; i++) TRY(plan_add_any(b, i));
    return OK;
}

static Node *plan_node(const Build *b, const Node *n);

static bool moves_nothing(const Node *n)
{
    return n->op == &op_spread || !strcmp(n->op->name, "reshape") || !strcmp(n->op->name, "transpose") ||
           !strcmp(n->op->name, "slice");
}

static double copy_one(double a, double b, double c) { return (void)b, (void)c, a; }

static const Op op_copy = { .name = "copy", .kind = OP_ELEMENT, .min_in = 1, .max_in = 1, .one = copy_one };

/* A next value that is nothing but a leaf, or a look at one, is computed all the same: the
 * leaf may be written over before the value is taken. */
static void plan_add_nexts(Build *b)
{
    Plan *p = b->p;
    b->next = ARENA_ARRAY(&p->own, Node *, b->r->n + 1);
    for (int i = 0; i < b->r->n; i++) {
        Node *n = plan_node(b, b->r->next[i]);
        const Node *from = n;
        while (from->n_in && moves_nothing(from)) from = from->in[0];
        b->next[i] = n;
        if (!is_leaf(from)) continue;
        Node like = { .op = &op_copy, .n_in = 1, .shape = n->shape, .len = n->len };
        int at = plan_add(b, &like);
        p->node[at].in = ARENA_ARRAY(&p->own, Node *, 1);
        p->node[at].in[0] = n;
        b->next[i] = &p->node[at];
    }
}

static Node *plan_node(const Build *b, const Node *n)
{
    return &b->p->node[b->of[order_find(b->o, n)]];
}

/* The plan's node of a leaf; NULL: nothing reads it. */
static Node *plan_leaf(const Build *b, const Node *leaf)
{
    for (int i = 0; leaf && i < b->o->n; i++)
        if (b->o->node[i] == leaf && b->of[i] >= 0) return &b->p->node[b->of[i]];
    return NULL;
}

/* ---- stages ---- */

static int number_of(const Plan *p, const Node *n) { return (int)(n - p->node); }

static void plan_draft(Build *b)
{
    Plan *p = b->p;
    Drafts *d = &b->drafts;
    *d = (Drafts){ .n_node = p->n_node, .node = p->node, .fixed = b->fixed };
    d->view = ARENA_ARRAY(&p->own, View, p->n_node + 1);
    d->asked = ARENA_ARRAY(&p->own, bool, p->n_node + 1);
    for (int i = 0; i < p->n_node; i++) {
        const Node *n = &p->node[i];
        d->view[i] = view_make(n, i, n->n_in ? &d->view[number_of(p, n->in[0])] : NULL);
    }
    for (int i = 0; i < b->r->n_ask; i++) d->asked[number_of(p, plan_node(b, b->r->ask[i]))] = true;
    for (int i = 0; i < b->r->n; i++) d->asked[number_of(p, b->next[i])] = true;
    drafts_make(d);
}

/* ---- updates ---- */

/* May the next value be written over the old one? Not while a later stage reads the old;
 * its own may, number by number. */
static bool may_write_over(const Build *b, int next, int leaf)
{
    const Drafts *d = &b->drafts;
    bool direct = true, ignore;
    int k = d->stage[next];
    if (k < 0 || d->view[next].base != next || b->alias[next] != next || d->node[next].len != d->node[leaf].len) return false;
    for (int later = 0; later < k; later++)
        if (draft_reads(d, later, leaf, &ignore)) return false;
    bool reads = draft_reads(d, k, leaf, &direct);
    return !reads || (direct && draft_is_element(&d->node[next]) && shape_equal(&d->node[leaf].shape, &d->draft[k].shape));
}

static void plan_add_updates(Build *b)
{
    Plan *p = b->p;
    p->copy = ARENA_ARRAY(&p->own, Copy, b->r->n + 1);
    b->alias = ARENA_ARRAY(&p->own, int, p->n_node + 1);
    for (int i = 0; i < p->n_node; i++) b->alias[i] = i;
    for (int i = 0; i < b->r->n; i++) {
        Node *next = b->next[i], *leaf = plan_leaf(b, b->r->leaf[i]);
        int at = number_of(p, next);
        if (leaf && may_write_over(b, at, number_of(p, leaf))) b->alias[at] = number_of(p, leaf);
        else p->copy[p->n_copy++] = (Copy){ store_of(b->store, b->r->leaf[i]), next };
    }
}

static void plan_assemble(Build *b)
{
    Plan *p = b->p;
    const Drafts *d = &b->drafts;
    Assembly a = { .d = d, .single = p->single, .own = &p->own, .alias = b->alias };
    p->stage = ARENA_ARRAY(&p->own, Stage, d->n + 1);
    for (int k = d->n - 1; k >= 0; k--)
        if (d->draft[k].n || d->draft[k].head >= 0) p->stage[p->n_stage++] = stage_build(&a, k);
}

/* A crew only where something is large enough to be shared. */
static void plan_crew(Build *b)
{
    Plan *p = b->p;
    bool shared = false;
    for (int i = 0; i < p->n_stage; i++) {
        stage_cut(&p->stage[i], p->single);
        shared |= p->stage[i].parts > 1;
    }
    p->workers = shared && b->store->threads > 1 ? crew_gather(b->store->threads) : 1;
    p->run = ARENA_ARRAY(&p->own, FusedRun, p->workers);
}

/* ---- memory ---- */

/* When a node's numbers are read last, in stages from the first on. */
static int *last_reads(const Build *b)
{
    const Plan *p = b->p;
    const Drafts *d = &b->drafts;
    int *last = mem_new(sizeof *last * (size_t)(p->n_node + 1));
    for (int i = 0; i < p->n_node; i++) last[i] = -1;
    for (int i = 0; i < p->n_node; i++) {
        if (d->stage[i] < 0) continue;
        int time = d->n - 1 - d->stage[i];
        for (int k = 0; k < p->node[i].n_in; k++) {
            int base = d->view[number_of(p, p->node[i].in[k])].base;
            if (last[base] < time) last[base] = time;
        }
    }
    for (int i = 0; i < p->n_node; i++)
        if (d->asked[i]) last[d->view[i].base] = d->n;
    return last;
}

static int by_beginning(const void *a, const void *b)
{
    const Buffer *x = a, *y = b;
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : (x->of > y->of) - (x->of < y->of);
}

static bool has_buffer(const Build *b, int i)
{
    const Drafts *d = &b->drafts;
    return d->stage[i] >= 0 && d->memory[i] && d->view[i].base == i && b->alias[i] == i;
}

/* Whole cache lines for each worker. */
static int64_t room_len(const Plan *p, Stage *s)
{
    s->room_bytes = (gemm_room(&s->product) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    return (int64_t)(s->room_bytes * (size_t)p->workers / sizeof(double)) + 1;
}

/* One for each node that has numbers of its own, one for each product's room, two for the
 * rows of a batch. */
static int buffers_list(const Build *b, Buffer *list)
{
    const Plan *p = b->p;
    int *last = last_reads(b), n = 0, end = b->drafts.n;
    list[n++] = (Buffer){ .of = -1, .len = p->rows * p->n_in, .from = -1, .to = end };
    list[n++] = (Buffer){ .of = -2, .len = p->rows * p->n_out, .from = -1, .to = end };
    for (int i = 0; i < p->n_node; i++) {
        int from = end - 1 - b->drafts.stage[i];
        if (has_buffer(b, i))
            list[n++] = (Buffer){ .of = i, .len = p->node[i].len, .from = from, .to = last[i] > from ? last[i] : from };
    }
    for (int s = 0; s < p->n_stage; s++)
        if (p->stage[s].kind == STAGE_PRODUCT)
            list[n++] = (Buffer){ .of = p->n_node + s, .from = p->stage[s].time, .to = p->stage[s].time,
                                  .len = room_len(p, &p->stage[s]) };
    free(last);
    qsort(list, (size_t)n, sizeof *list, by_beginning);
    return n;
}

static void buffers_give(Plan *p, const Buffer *list, int n)
{
    for (int i = 0; i < n; i++) {
        double *at = p->num + list[i].at;
        if (list[i].of == -1) p->x_room = at;
        else if (list[i].of == -2) p->y_room = at;
        else if (list[i].of < p->n_node) p->node[list[i].of].val = at;
        else p->stage[list[i].of - p->n_node].room = (char *)at;
    }
}

static Status plan_take(Build *b)
{
    Plan *p = b->p;
    Buffer *list = mem_new(sizeof *list * (size_t)(p->n_node + p->n_stage + 3));
    int n = buffers_list(b, list);
    p->bytes = sizeof(double) * (size_t)buffers_place(list, n);
    p->bytes += LINE_BYTES;
    p->memory = mem_take(p->bytes);
    p->num = (double *)(((uintptr_t)p->memory + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
    if (p->memory) buffers_give(p, list, n);
    free(list);
    if (p->memory) return OK;
    return diag_set(b->d, E_LIMIT, (Span){ 0, 0 },
                    "no memory left for the %zu MiB that one update works in"
                    " (budget %zu MiB)",
                    p->bytes >> 20, mem_budget() >> 20);
}

static BatchNode *batch_nodes(const Build *b, const Node *leaf, int *n)
{
    Plan *p = b->p;
    const Node *at = plan_leaf(b, leaf);
    BatchNode *list = ARENA_ARRAY(&p->own, BatchNode, p->n_node + 1);
    for (int i = 0; at && i < p->n_node; i++)
        if (&p->node[b->drafts.view[i].base] == at)
            list[(*n)++] = (BatchNode){ &p->node[i], b->drafts.view[i].offset * size_of(p) };
    return list;
}

/* Views and what is written over leaves get their address. */
static void plan_link(Build *b)
{
    Plan *p = b->p;
    for (int i = 0; i < p->n_node; i++) {
        const View *v = &b->drafts.view[i];
        if (b->alias[i] != i) p->node[i].val = p->node[b->alias[i]].val;
        else if (v->base != i && p->node[v->base].val) p->node[i].val = number_at(p, p->node[v->base].val, v->offset);
    }
    p->x = batch_nodes(b, b->r->x, &p->n_x);
    p->y = batch_nodes(b, b->r->y, &p->n_y);
}

/* ---- build ---- */

static Status plan_compile(Build *b)
{
    Plan *p = b->p;
    TRY(plan_add_all(b));
    plan_add_nexts(b);
    plan_draft(b);
    plan_add_updates(b);
    plan_assemble(b);
    plan_crew(b);
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
        drafts_free(&b.drafts);
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
    p->single = s->single;
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
    for (int i = 0; i < p->n_stage; i++) stage_free(&p->stage[i]);
    mem_give(p->memory, p->bytes);
    arena_clear(&p->own);
    free(p);
}

bool plan_is_scalar(const Plan *p) { return p->scalar != NULL; }

int64_t plan_steps(const Plan *p) { return p->scalar ? scalar_count(p->scalar) : p->n_stage; }

/* ---- run ---- */

/* The rows of a batch: where they lie in memory, or brought together in room. */
static const char *batch_rows(const char *data, const uint32_t *row, int64_t rows, int64_t bytes, void *room)
{
    if (!row) return data;
    for (int64_t i = 0; i < rows; i++) memcpy((char *)room + i * bytes, data + row[i] * bytes, (size_t)bytes);
    return room;
}

static void batch_set(const BatchNode *list, int n, const char *rows)
{
    for (int i = 0; i < n; i++) list[i].node->val = (double *)(void *)(rows + list[i].offset);
}

void plan_feed(Plan *p, const Feed *f, int64_t batch)
{
    int64_t first = f->from + batch * p->rows, skip = f->order ? 0 : first;
    int64_t in = size_of(p) * p->n_in, out = size_of(p) * p->n_out;
    const uint32_t *row = f->order ? f->order + first : NULL;
    if (p->n_x) batch_set(p->x, p->n_x, batch_rows((const char *)f->x + skip * in, row, p->rows, in, p->x_room));
    if (p->n_y) batch_set(p->y, p->n_y, batch_rows((const char *)f->y + skip * out, row, p->rows, out, p->y_room));
}

static void plan_update(Plan *p, double *sum)
{
    if (p->workers > 1) pace_update(&p->pace);
    for (int i = 0; i < p->n_stage; i++) stage_run(&p->stage[i], p->run, p->single, p->pace.crew);
    for (int i = 0; i < p->n_ask; i++) sum[i] += p->single ? (double)*(float *)(void *)p->ask[i]->val : p->ask[i]->val[0];
    for (int i = 0; i < p->n_copy; i++)
        memcpy(p->copy[i].to, p->copy[i].from->val, (size_t)(size_of(p) * p->copy[i].from->len));
}

void plan_run(Plan *p, const Feed *feed, double *sum)
{
    if (p->scalar) {
        scalar_run(p->scalar, feed, sum);
        return;
    }
    pace_rest(&p->pace);
    for (int64_t e = 0; e < feed->epochs; e++, sum += p->n_ask) {
        for (int i = 0; i < p->n_ask; i++) sum[i] = 0;
        for (int64_t b = 0; b < feed->batches; b++) {
            plan_feed(p, feed, b);
            plan_update(p, sum);
        }
    }
}
