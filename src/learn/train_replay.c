/* train_replay.c -- the way back through a training: from a mark on, the updates again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "base/stop.h"
#include "learn/train_own.h"

void rewind_end(Training *g)
{
    if (!g->rewind) return;
    rewind_stand(g->rewind, g->updates, &g->store);
    g->out->rewind = g->rewind;
    g->rewind = NULL;
}

/* n updates, the first of them number k of an epoch; false: stopped. */
static bool replay(Training *g, int64_t k, int64_t n)
{
    Session *s = g->t->s;
    int64_t all = sweep_updates(&g->sweep);
    double sum[MOST_ASK] = { 0 };
    for (; n > 0; k = k + 1 == all ? 0 : k + 1, n--) {
        if (!k && g->order) rng_shuffle(&s->rng, g->order, (uint32_t)g->sweep.data->rows);
        if (!sweep_run(&g->sweep, g->order, k, 1, sum) || stop_asked()) return false;
    }
    return true;
}

/* The same leaves, and as many rows. */
static bool fits(const Training *g, const Rewind *r)
{
    bool same = g->store.n == r->n_leaf && store_size(&g->store) == r->store_bytes && sweep_updates(&g->sweep) == r->per_epoch;
    for (int i = 0; i < r->n_leaf && same; i++) same = g->store.leaf[i] == r->leaf[i];
    return same && (g->order ? sizeof *g->order * (size_t)g->sweep.data->rows : 0) == r->order_bytes;
}

static Status changed(const Task *t, Diag *d)
{
    diag_set(d, E_RANGE, (Span){ 0, 0 }, "something that the training of %s went by has changed since, so its updates cannot be made again",
             t->net_name);
    return diag_hint(d, "A rate, a row of the data, a frozen layer or the work of its block may be it; undo takes back statements.");
}

/* To `updates`, and on to the next numbers that are known: they must come out bit by bit. */
static Status replay_checked(Training *g, Rewind *r, int64_t updates, Diag *d)
{
    Session *s = g->t->s;
    if (!fits(g, r)) return changed(g->t, d);
    int i = rewind_before(r, updates);
    rewind_take(r, i, &g->store, g->order, &s->rng);
    bool going = replay(g, 0, updates - r->at[i]);
    Rng rng = s->rng;
    store_mark(&g->store);
    int64_t end = i + 1 < r->n ? r->at[i + 1] : r->updates;
    going = going && replay(g, (updates - r->at[i]) % r->per_epoch, end - updates);
    s->rng = rng;
    if (!going) return diag_set(d, E_STOP, (Span){ 0, 0 }, "stopped");
    if (memcmp(g->store.num, i + 1 < r->n ? rewind_numbers(r, i + 1) : r->now, r->store_bytes)) return changed(g->t, d);
    store_return(&g->store);
    return OK;
}

Status train_replay(const Task *t, const DataView *data, const TrainOptions *o, Rewind *r, int64_t updates, Diag *d)
{
    TrainResult out = { 0 };
    Training g = { .t = t, .o = o, .out = &out };
    Rng rng = t->s->rng;
    Status st = training_open(&g, data, NULL, d);
    if (st == OK) st = replay_checked(&g, r, updates, d);
    if (st == OK) {
        store_save(&g.store, t->s);
        rewind_stand(r, updates, &g.store);
    } else t->s->rng = rng;
    training_close(&g);
    train_result_free(&out);
    return st;
}
