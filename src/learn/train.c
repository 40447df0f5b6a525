/* train.c -- the loop of epochs.
 *
 * The loop itself allocates nothing and asks the clock rarely: work is done in
 * bursts of updates, whose length follows the clock so that a burst takes a few
 * milliseconds. Between bursts it looks at Ctrl-C, tells watchers, and goes on.
 *
 * A number that is none (nan, inf) is not searched for after every update. Each
 * burst begins with a mark of the parameters; when its losses or the parameters
 * behind it are not finite, it is undone and run again update by update, and the
 * first bad one is not made. So the check is exact and costs nothing when all
 * goes well.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/train_own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "learn/walk.h"

void (*train_watch)(Session *s, const TrainNow *now);
bool (*train_due)(Session *s);
const TrainBreaks *train_breaks;

/* ---- one update at a time: after a burst that went wrong, or when somebody looks ---- */

static void broke(Training *g, int64_t update, double loss)
{
    g->out->end = TRAIN_BROKE;
    g->out->update = update + 1;
    g->out->loss = loss;
}

/* Does a break or watch stop the training after update k? */
static bool held(Training *g, int64_t k)
{
    if (!g->looking) return false;
    store_save(&g->store, g->t->s);
    if (!train_breaks->look(g->t->s, &g->out->report)) return false;
    g->out->end = TRAIN_HELD;
    g->out->update = k + 1;
    g->out->row = g->sweep.batch > 1 ? -1 : g->order ? g->order[k] : k;
    return true;
}

/* Ctrl-C within an update: it was not made. */
static bool stopped(Training *g, int64_t made)
{
    store_return(&g->store);
    g->updates += made;
    return false;
}

/* Updates first to first + count - 1 of the running epoch; false: one of them
 * would have been bad, and was not made, or is to be the last one. */
static bool run_carefully(Training *g, int64_t first, int64_t count)
{
    int n_ask = g->sweep.full.n_ask;
    for (int64_t k = first; k < first + count; k++) {
        double one[MOST_ASK] = { 0 };
        store_mark(&g->store);
        if (!sweep_run(&g->sweep, g->order, k, 1, one)) return stopped(g, k - first);
        if (isfinite(one[0]) && store_finite(&g->store)) {
            for (int i = 0; i < n_ask; i++) g->sum[i] += one[i];
            if (!held(g, k)) continue;
            g->updates += k + 1 - first;
            return false;
        }
        store_return(&g->store);
        g->updates += k - first;
        int64_t rows = k < g->sweep.batches ? g->sweep.batch : g->sweep.left;
        broke(g, k, one[0] / (double)rows);
        return false;
    }
    return true;
}

/* ---- epochs ---- */

static void epoch_note(Training *g, const double *sum, const double *val)
{
    History *h = &g->out->history;
    int n = g->sweep.full.n_ask;
    for (int i = 0; i < n; i++) h->value[i][h->epochs] = sum[i] / (double)g->sweep.data->rows;
    for (int i = 0; i < n && val; i++)
        h->value[n + i][h->epochs] = val[i] / (double)g->val.data->rows;
    h->epochs++;
}

static bool epoch_validate(Training *g, double *sum)
{
    memset(sum, 0, sizeof *sum * MOST_ASK);
    return sweep_run(&g->val, NULL, 0, sweep_updates(&g->val), sum);
}

static bool run_burst(Training *g, int64_t k, int64_t n)
{
    double before[MOST_ASK];
    memcpy(before, g->sum, sizeof before);
    store_mark(&g->store);
    bool ran = sweep_run(&g->sweep, g->order, k, n, g->sum);
    if (ran && isfinite(g->sum[0]) && store_finite(&g->store)) return true;
    store_return(&g->store);
    memcpy(g->sum, before, sizeof before);
    if (!ran) return false;
    return run_carefully(g, k, n);
}

/* One epoch in bursts; false: stopped or broken within it. */
static bool epoch_run(Training *g)
{
    int64_t all = sweep_updates(&g->sweep);
    memset(g->sum, 0, sizeof g->sum);
    if (g->order) rng_shuffle(&g->t->s->rng, g->order, (uint32_t)g->sweep.data->rows);
    for (int64_t k = 0, n; k < all; k += n) {
        n = plan_is_slow(g->sweep.plan) ? 1 : all - k < g->burst ? all - k : g->burst;
        if (!(g->looking ? run_carefully(g, k, n) : run_burst(g, k, n))) return false;
        clock_look(g, n);
        if (stop_asked()) return k + n == all;
    }
    return true;
}

/* Many epochs of few updates in one go: rows as they lie, nothing to validate. 0: one by one. */
static int64_t epochs_at_once(const Training *g)
{
    const History *h = &g->out->history;
    int64_t left = g->o->epochs - h->epochs, n = g->burst / g->sweep.batches, wait = walk_wait(g->t->s, h->epochs);
    if (g->order || g->has_val || g->sweep.left || g->sweep.full.n_ask > 1 || g->o->each || g->looking ||
        plan_is_slow(g->sweep.plan))
        return 1;
    if (n > wait) n = wait;
    return n < left ? n : left;
}

/* false: run them one by one instead, something went wrong. */
static bool epochs_run(Training *g, int64_t n)
{
    History *h = &g->out->history;
    double *sum = h->value[0] + h->epochs, bad = 0;
    Feed f = {
        .x = g->sweep.x, .y = g->sweep.y, .batches = g->sweep.batches, .epochs = n
    };
    store_mark(&g->store);
    if (!plan_run(g->sweep.plan, &f, sum)) return stopped(g, 0);
    for (int64_t i = 0; i < n; i++) bad += sum[i] * 0;
    if (bad != 0 || !store_finite(&g->store)) return store_return(&g->store), false;
    for (int64_t i = 0; i < n; i++) sum[i] /= (double)g->sweep.batches;
    h->epochs += n;
    clock_look(g, n * g->sweep.batches);
    return true;
}

/* The store as it is now is the best so far; false: for too long there was none. */
static bool best_look(Training *g, double loss)
{
    int64_t epochs = g->out->history.epochs;
    if (loss < g->best_loss) {
        g->best_loss = loss;
        g->out->best = epochs;
        if (g->best) memcpy(g->best, g->store.num, store_size(&g->store));
    }
    if (!g->o->patience || epochs - g->out->best < g->o->patience) return true;
    g->out->end = TRAIN_PATIENT;
    return false;
}

/* The plans hold what does not change in training, such as a rate by name, as numbers. */
static Status sweeps_remake(Training *g, Diag *d)
{
    const DataView *data = g->sweep.data;
    int n = g->sweep.full.update.n;
    sweep_close(&g->sweep);
    TRY(sweep_open(&g->sweep, g->t, data, g->o->batch, d));
    TRY(sweep_compile(&g->sweep, &g->store, d));
    if (g->sweep.full.update.n == n) return OK;
    return diag_set(d, E_TYPE, g->t->at_rule, "%s cannot be changed in kind while it trains", g->t->rule->name);
}

/* Did a leaf that an update reads, and does not write, change since? */
static bool others_changed(const Training *g, uint64_t clock)
{
    const Update *u = &g->sweep.full.update;
    bool any = false;
    for (int i = 0; i < u->n && !any; i++) {
        int n;
        Node **all = node_walk(u->next[i], &n);
        for (int k = 0; k < n && !any; k++)
            any = node_is_leaf(all[k]) && all[k]->changed > clock && !store_of(&g->store, node_through(all[k]));
        free(all);
    }
    return any;
}

/* The user's own block behind an epoch. */
static Status each_run(Training *g, bool *leave, Diag *d)
{
    Session *s = g->t->s;
    if (s->progress) s->progress(s, NULL);
    store_save(&g->store, s);
    uint64_t clock = node_clock();
    TRY(g->o->each(g->o->ctx, &g->out->history, leave, d));
    if (s->flush) s->flush(s);
    if (node_clock() == clock) return OK;
    store_load(&g->store);
    return others_changed(g, clock) ? sweeps_remake(g, d) : OK;
}

/* false: that was the last epoch. */
static bool epoch_after(Training *g, Status *st, Diag *d)
{
    const History *h = &g->out->history;
    bool leave = false;
    if (g->has_val && (g->o->best || g->o->patience) && !best_look(g, h->value[h->n / 2][h->epochs - 1])) return false;
    if (g->o->each) *st = each_run(g, &leave, d);
    if (leave) g->out->end = TRAIN_LEFT;
    return *st == OK && !leave;
}

static void mark(Training *g)
{
    if (g->rewind) rewind_mark(g->rewind, g->updates, &g->store, g->order, &g->t->s->rng);
}

static Status run_epochs(Training *g, Diag *d)
{
    const History *h = &g->out->history;
    Status st = OK;
    int64_t single = 0;                        /* epochs that must be run one by one */
    for (; h->epochs < g->o->epochs && !stop_asked(); walk_note(g->t->s, &g->store, h->epochs)) {
        mark(g);
        int64_t n = single ? 1 : epochs_at_once(g);
        if (n > 1) {
            if (!epochs_run(g, n)) single = n;
            continue;
        }
        if (single) single--;
        double val[MOST_ASK];
        if (!epoch_run(g)) break;
        if (g->has_val && !epoch_validate(g, val)) break;
        epoch_note(g, g->sum, g->has_val ? val : NULL);
        if (!epoch_after(g, &st, d)) break;
    }
    if (g->out->end == TRAIN_DONE && h->epochs < g->o->epochs) g->out->end = TRAIN_STOPPED;
    return st;
}

/* The best epoch's numbers instead of the last ones. */
static void best_return(Training *g)
{
    TrainResult *r = g->out;
    if (!g->best || r->end == TRAIN_BROKE || r->end == TRAIN_HELD || !r->best) r->best = 0;
    else memcpy(g->store.num, g->best, store_size(&g->store));
    if (r->best) g->updates = r->best * sweep_updates(&g->sweep);
}

/* ---- train ---- */

Status train_run(const Task *t, const DataView *data, const DataView *val, const TrainOptions *o,
                 TrainResult *out, Diag *d)
{
    *out = (TrainResult){ 0 };
    Training g = { .t = t, .o = o, .out = out, .burst = 16 };
    Status st = training_open(&g, data, val, d);
    if (st == OK) {
        g.began = g.asked = g.shown = train_seconds();
        g.rewind = rewind_new(&g.store, g.order ? data->rows : 0, sweep_updates(&g.sweep));
        g.looking = train_breaks && train_breaks->begin(t->s, g.store.leaf, g.store.n);
        walk_begin(t->s, &g.store, g.sweep.full.update.n_weight, o->epochs);
        st = run_epochs(&g, d);
    }
    if (st == OK) {
        best_return(&g);
        walk_end(t->s, &g.store);
        store_save(&g.store, t->s);
        out->updates = g.updates;
        rewind_end(&g);
        if (out->end == TRAIN_BROKE) find_birth(&g);
        if (train_watch) training_watch(&g);
        if (t->s->progress) t->s->progress(t->s, NULL);
    }
    training_close(&g);
    if (st != OK) train_result_free(out);
    return st;
}

void train_result_free(TrainResult *r)
{
    history_free(&r->history);
    text_free(&r->birth);
    text_free(&r->report);
    rewind_free(r->rewind);
}

Status task_measure(const Task *t, const DataView *data, double *mean, Diag *d)
{
    Task look = *t;
    look.rule = NULL;
    Store none;
    Sweep w;
    TRY(store_open(&none, NULL, 0, t->s->single, d));
    Status st = sweep_open(&w, &look, data, VAL_BATCH, d);
    if (st == OK) {
        st = sweep_compile(&w, &none, d);
        double sum[MOST_ASK] = { 0 };
        if (st == OK && !sweep_run(&w, NULL, 0, sweep_updates(&w), sum)) st = diag_set(d, E_STOP, (Span){ 0, 0 }, "stopped");
        for (int i = 0; i <= t->n_metric; i++) mean[i] = sum[i] / (double)data->rows;
        sweep_close(&w);
    }
    store_close(&none);
    return st;
}
