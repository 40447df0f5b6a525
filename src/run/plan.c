/* plan.c -- a recipe compiled to a flat array of stages over one arena.
 *
 * The plan has nodes of its own, copies of the graph's that read and write the
 * arena, so the graph's numbers stay what they were while a plan runs. What does
 * not vary from update to update is computed once, by the graph itself. Equal
 * operations on equal operands become one (plan_nodes.c). Names' slots, reshapes,
 * transposes, parts and repetitions are no work at all: they are another view of the
 * same numbers (view.c). The rest is gathered into stages (draft.c), which are
 * assembled (assemble.c) and given memory (plan_memory.c).
 *
 * A parameter's next value is written over the old one where no later stage reads the
 * old; otherwise it goes through the arena and is copied when all stages are done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/plan_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "run/crew.h"

/* ---- stages ---- */

static void plan_draft(Build *b)
{
    Plan *p = b->p;
    Drafts *d = &b->drafts;
    *d = (Drafts){ .n_node = p->n_node, .node = p->node, .fixed = b->fixed };
    d->view = ARENA_ARRAY(&p->own, View, p->n_node + 1);
    d->asked = ARENA_ARRAY(&p->own, bool, p->n_node + 1);
    for (int i = 0; i < p->n_node; i++) {
        const Node *n = &p->node[i];
        d->view[i] = view_make(n, i, n->n_in ? &d->view[plan_node_number(p, n->in[0])] : NULL);
    }
    for (int i = 0; i < b->r->n_ask; i++) d->asked[plan_node_number(p, plan_node(b, b->r->ask[i]))] = true;
    for (int i = 0; i < b->r->n; i++) d->asked[plan_node_number(p, b->next[i])] = true;
    drafts_make(d);
}

/* ---- updates ---- */

/* May the next value be written over the old one? Not while a later stage reads the old;
 * its own may, number by number. */
static bool may_write_over(const Build *b, int next, int leaf)
{
    const Drafts *d = &b->drafts;
    bool direct = true, ignore = true;
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
        int at = plan_node_number(p, next);
        if (leaf && may_write_over(b, at, plan_node_number(p, leaf))) b->alias[at] = plan_node_number(p, leaf);
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
        p->slow |= p->stage[i].slow;
    }
    p->workers = shared && b->store->threads > 1 ? crew_gather(b->store->threads) : 1;
    p->run = ARENA_ARRAY(&p->own, FusedRun, p->workers);
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
    int64_t in = plan_number_size(p) * p->n_in, out = plan_number_size(p) * p->n_out;
    const uint32_t *row = f->order ? f->order + first : NULL;
    if (p->n_x) batch_set(p->x, p->n_x, batch_rows((const char *)f->x + skip * in, row, p->rows, in, p->x_room));
    if (p->n_y) batch_set(p->y, p->n_y, batch_rows((const char *)f->y + skip * out, row, p->rows, out, p->y_room));
}

static bool plan_update(Plan *p, double *sum)
{
    if (p->workers > 1) pace_update(&p->pace);
    for (int i = 0; i < p->n_stage; i++) {
        stage_run(&p->stage[i], p->run, p->single, p->pace.crew);
        if (p->slow && stop_asked()) return false;
    }
    for (int i = 0; i < p->n_ask; i++) sum[i] += p->single ? (double)*(float *)(void *)p->ask[i]->val : p->ask[i]->val[0];
    for (int i = 0; i < p->n_copy; i++)
        memcpy(p->copy[i].to, p->copy[i].from->val, (size_t)(plan_number_size(p) * p->copy[i].from->len));
    return true;
}

bool plan_run(Plan *p, const Feed *feed, double *sum)
{
    if (p->scalar) {
        scalar_run(p->scalar, feed, sum);
        return true;
    }
    pace_rest(&p->pace);
    for (int64_t e = 0; e < feed->epochs; e++, sum += p->n_ask) {
        for (int i = 0; i < p->n_ask; i++) sum[i] = 0;
        for (int64_t b = 0; b < feed->batches; b++) {
            plan_feed(p, feed, b);
            if (!plan_update(p, sum)) return false;
        }
    }
    return true;
}

bool plan_is_slow(const Plan *p) { return p->slow; }
