/* train_open.c -- what a training needs: graphs, plans, numbers, a history; and giving it back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/train_own.h"

#include <math.h>
#include <stdlib.h>

#include "run/crew.h"

static Status history_open(Training *g, Diag *d)
{
    History *h = &g->out->history;
    h->cap = g->o->epochs;
    for (int side = 0; side <= (int)g->has_val; side++)
        for (int i = 0; i <= g->t->n_metric; i++) {
            const char *word = i ? g->t->metric[i - 1]->name : "loss";
            Text name = { 0 };
            text_addf(&name, "%s%s", side ? "val_" : "", word ? word : "metric");
            h->name[h->n] = mem_str(text_str(&name));
            text_free(&name);
            h->value[h->n++] = mem_take(sizeof(double) * (size_t)h->cap);
            if (h->value[h->n - 1]) continue;
            return diag_set(d, E_LIMIT, (Span){ 0, 0 },
                            "no memory left for the history of %lld epochs (budget %zu MiB)",
                            (long long)h->cap, mem_budget() >> 20);
        }
    return OK;
}

static void order_open(Training *g)
{
    int64_t rows = g->sweep.data->rows;
    if (!g->o->shuffle || sweep_updates(&g->sweep) == 1) return;
    g->order = mem_new(sizeof *g->order * (size_t)rows);
    for (int64_t i = 0; i < rows; i++) g->order[i] = (uint32_t)i;
}

size_t store_size(const Store *s) { return (s->single ? sizeof(float) : sizeof(double)) * (size_t)s->len; }

static Status best_open(Training *g, Diag *d)
{
    if (!g->o->best) return OK;
    g->best_loss = INFINITY;
    g->best = mem_take_bare(store_size(&g->store) + 1);
    return g->best ? OK : diag_set(d, E_LIMIT, (Span){ 0, 0 }, "no memory left for the best weights (budget %zu MiB)", mem_budget() >> 20);
}

Status training_open(Training *g, const DataView *data, const DataView *val, Diag *d)
{
    const Task *t = g->t;
    TRY(sweep_open(&g->sweep, t, data, g->o->batch, d));
    const Update *u = &g->sweep.full.update;
    TRY(store_open(&g->store, u->leaf, u->n, t->s->single, d));
    g->store.threads = t->s->threads ? t->s->threads : crew_processors();
    for (int i = 0; i < u->n_weight; i++) g->out->parameters += u->leaf[i]->len;
    if (u->n_weight < u->n) g->store.watched = g->store.at[u->n_weight];
    TRY(sweep_compile(&g->sweep, &g->store, d));
    if (val) {
        Task look = *t;
        look.rule = NULL;
        TRY(sweep_open(&g->val, &look, val, VAL_BATCH, d));
        g->has_val = true;
        TRY(sweep_compile(&g->val, &g->store, d));
    }
    order_open(g);
    TRY(best_open(g, d));
    return history_open(g, d);
}

void training_close(Training *g)
{
    mem_give(g->best, store_size(&g->store) + 1);
    rewind_free(g->rewind);
    sweep_close(&g->sweep);
    if (g->has_val) sweep_close(&g->val);
    if (g->store.leaf) store_close(&g->store);
    free(g->order);
}
