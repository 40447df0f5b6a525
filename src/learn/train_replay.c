/* train_replay.c -- the way back through a training: from a mark on, the updates again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/stop.h"
#include "learn/train_own.h"

void rewind_end(Training *g)
{
    if (!g->rewind) return;
    rewind_stand(g->rewind, g->updates, &g->store);
    g->out->rewind = g->rewind;
    g->rewind = NULL;
}

/* n updates from the beginning of an epoch on; false: stopped. */
static bool replay(Training *g, int64_t n)
{
    Session *s = g->t->s;
    int64_t all = sweep_updates(&g->sweep);
    double sum[MOST_ASK] = { 0 };
    for (int64_t k = 0; n > 0; k = k + 1 == all ? 0 : k + 1, n--) {
        if (!k && g->order) rng_shuffle(&s->rng, g->order, (uint32_t)g->sweep.data->rows);
        sweep_run(&g->sweep, g->order, k, 1, sum);
        if (stop_asked()) return false;
    }
    return true;
}

Status train_replay(const Task *t, const DataView *data, const TrainOptions *o, Rewind *r, int64_t updates, Diag *d)
{
    TrainResult out = { 0 };
    Training g = { .t = t, .o = o, .out = &out };
    Status st = training_open(&g, data, NULL, d);
    Rng rng = t->s->rng;
    if (st == OK) {
        int i = rewind_before(r, updates);
        rewind_take(r, i, &g.store, g.order, &t->s->rng);
        if (!replay(&g, updates - r->at[i])) st = diag_set(d, E_STOP, (Span){ 0, 0 }, "stopped");
    }
    if (st == OK) {
        store_save(&g.store, t->s);
        rewind_stand(r, updates, &g.store);
    } else t->s->rng = rng;
    training_close(&g);
    train_result_free(&out);
    return st;
}
