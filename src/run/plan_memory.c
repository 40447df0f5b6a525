/* plan_memory.c -- where a plan's numbers lie: one arena, shared by those that live at
 * different times.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/plan_private.h"

#include <stdlib.h>

#include "run/place.h"

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
            int base = d->view[plan_node_number(p, p->node[i].in[k])].base;
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

Status plan_take(Build *b)
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
            list[(*n)++] = (BatchNode){ &p->node[i], b->drafts.view[i].offset * plan_number_size(p) };
    return list;
}

/* Views and what is written over leaves get their address. */
void plan_link(Build *b)
{
    Plan *p = b->p;
    for (int i = 0; i < p->n_node; i++) {
        const View *v = &b->drafts.view[i];
        if (b->alias[i] != i) p->node[i].val = p->node[b->alias[i]].val;
        else if (v->base != i && p->node[v->base].val) p->node[i].val = plan_number_at(p, p->node[v->base].val, v->offset);
    }
    p->x = batch_nodes(b, b->r->x, &p->n_x);
    p->y = batch_nodes(b, b->r->y, &p->n_y);
}
