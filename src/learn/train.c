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
#include "learn/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/stop.h"
#include "graph/birth.h"

void (*train_watch)(Session *s, const TrainNow *now);
bool (*train_due)(Session *s);

enum { MOST_ASK = 1 + LIMIT_METRICS, VAL_BATCH = 1024 };

typedef struct {
    const Task         *t;
    const TrainOptions *o;
    TrainResult        *out;
    Store     store;
    Sweep     sweep, val;
    bool      has_val;
    uint32_t *order;                 /* of the rows; NULL: as they lie                */
    double    sum[MOST_ASK];         /* of the running epoch, each times its rows     */
    int64_t   updates;               /* made since the beginning                      */
    int64_t   burst;                 /* updates in one burst                          */
    int64_t   unclocked;             /* updates since the clock was asked             */
    double    began, asked, shown;   /* seconds                                       */
} Training;

/* ---- open ---- */

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

static Status training_open(Training *g, const DataView *data, const DataView *val, Diag *d)
{
    const Task *t = g->t;
    TRY(sweep_open(&g->sweep, t, data, g->o->batch, d));
    const Update *u = &g->sweep.full.update;
    TRY(store_open(&g->store, u->leaf, u->n, t->s->single, d));
    for (int i = 0; i < u->n_weight; i++) g->out->parameters += u->leaf[i]->len;
    TRY(sweep_compile(&g->sweep, &g->store, d));
    if (val) {
        Task look = *t;
        look.rule = NULL;
        TRY(sweep_open(&g->val, &look, val, VAL_BATCH, d));
        g->has_val = true;
        TRY(sweep_compile(&g->val, &g->store, d));
    }
    order_open(g);
    return history_open(g, d);
}

static void training_close(Training *g)
{
    sweep_close(&g->sweep);
    if (g->has_val) sweep_close(&g->val);
    if (g->store.leaf) store_close(&g->store);
    free(g->order);
}

/* ---- time ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bar_print(char *to, int width, double part)
{
    int full = (int)(part * width);
    for (int i = 0; i < width; i++) to[i] = i < full ? '#' : '-';
    to[width] = '\0';
}

static void progress(Training *g, double now)
{
    Session *s = g->t->s;
    const History *h = &g->out->history;
    double part = (double)g->updates / ((double)g->o->epochs * (double)sweep_updates(&g->sweep));
    double left = part > 0 ? (now - g->began) * (1 - part) / part : 0;
    char bar[21], num[NUM_TEXT] = "", line[200];
    bar_print(bar, 20, part);
    if (h->epochs) num_print(num, h->value[0][h->epochs - 1], s->format);
    snprintf(line, sizeof line, "epoch %lld/%lld  [%s]%s%s  %.0f s left", (long long)h->epochs,
             (long long)g->o->epochs, bar, *num ? "  loss " : "", num, ceil(left));
    s->progress(s, line);
}

static void watch(Training *g)
{
    const History *h = &g->out->history;
    TrainNow now = { .net = g->t->net_name,
                     .epoch = h->epochs,
                     .epochs = g->o->epochs,
                     .update = g->updates,
                     .loss = h->epochs ? h->value[0][h->epochs - 1] : NAN,
                     .loss_history = h->value[0],
                     .val_history = g->has_val ? h->value[h->n / 2] : NULL,
                     .all = h };
    store_save(&g->store, g->t->s);
    train_watch(g->t->s, &now);
}

/* After n more updates: is the clock to be asked, and who is to be told? */
static void clock_look(Training *g, int64_t n)
{
    g->updates += n;
    g->unclocked += n;
    if (g->unclocked < g->burst) return;
    double now = seconds(), took = now - g->asked;
    if (took < 0.002 && g->burst < 1 << 24) g->burst *= 2;
    if (took > 0.008 && g->burst > 1) g->burst /= 2;
    g->asked = now;
    g->unclocked = 0;
    bool due = train_due ? train_due(g->t->s) : now - g->shown >= WATCH_MS / 1000.;
    if (!due) return;
    g->shown = now;
    if (g->t->s->progress) progress(g, now);
    if (train_watch) watch(g);
}

/* ---- one update at a time, after a burst that went wrong ---- */

static void broke(Training *g, int64_t update, double loss)
{
    g->out->end = TRAIN_BROKE;
    g->out->update = update + 1;
    g->out->loss = loss;
}

/* Updates first to first + count - 1 of the running epoch; false: one of them
 * would have been bad, and was not made. */
static bool run_carefully(Training *g, int64_t first, int64_t count)
{
    int n_ask = g->sweep.full.n_ask;
    for (int64_t k = first; k < first + count; k++) {
        double one[MOST_ASK] = { 0 };
        store_mark(&g->store);
        sweep_run(&g->sweep, g->order, k, 1, one);
        if (isfinite(one[0]) && store_finite(&g->store)) {
            for (int i = 0; i < n_ask; i++) g->sum[i] += one[i];
            continue;
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

static void epoch_validate(Training *g, double *sum)
{
    memset(sum, 0, sizeof *sum * MOST_ASK);
    sweep_run(&g->val, NULL, 0, sweep_updates(&g->val), sum);
}

/* One epoch in bursts; false: stopped or broken within it. */
static bool epoch_run(Training *g)
{
    int64_t all = sweep_updates(&g->sweep);
    memset(g->sum, 0, sizeof g->sum);
    if (g->order) rng_shuffle(&g->t->s->rng, g->order, (uint32_t)g->sweep.data->rows);
    for (int64_t k = 0, n; k < all; k += n) {
        n = all - k < g->burst ? all - k : g->burst;
        double before[MOST_ASK];
        memcpy(before, g->sum, sizeof before);
        store_mark(&g->store);
        sweep_run(&g->sweep, g->order, k, n, g->sum);
        if (!isfinite(g->sum[0]) || !store_finite(&g->store)) {
            store_return(&g->store);
            memcpy(g->sum, before, sizeof before);
            if (!run_carefully(g, k, n)) return false;
        }
        clock_look(g, n);
        if (stop_asked()) return k + n == all;
    }
    return true;
}

/* Many epochs of few updates in one go: rows as they lie, nothing to validate. */
static int64_t epochs_at_once(const Training *g)
{
    const History *h = &g->out->history;
    int64_t left = g->o->epochs - h->epochs, n = g->burst / g->sweep.batches;
    if (g->order || g->has_val || g->sweep.left || g->sweep.full.n_ask > 1) return 1;
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
    plan_run(g->sweep.plan, &f, sum);
    for (int64_t i = 0; i < n; i++) bad += sum[i] * 0;
    if (bad != 0 || !store_finite(&g->store)) return store_return(&g->store), false;
    for (int64_t i = 0; i < n; i++) sum[i] /= (double)g->sweep.batches;
    h->epochs += n;
    clock_look(g, n * g->sweep.batches);
    return true;
}

static void run_epochs(Training *g)
{
    const History *h = &g->out->history;
    int64_t single = 0;                        /* epochs that must be run one by one */
    while (h->epochs < g->o->epochs && !stop_asked()) {
        int64_t n = single ? 1 : epochs_at_once(g);
        if (n > 1) {
            if (!epochs_run(g, n)) single = n;
            continue;
        }
        if (single) single--;
        double val[MOST_ASK];
        if (!epoch_run(g)) break;
        if (g->has_val) epoch_validate(g, val);
        epoch_note(g, g->sum, g->has_val ? val : NULL);
    }
    if (g->out->end == TRAIN_DONE && h->epochs < g->o->epochs) g->out->end = TRAIN_STOPPED;
}

/* ---- where a number that is none was born ---- */

static void fill_batch(Training *g, Pass *p, int64_t first)
{
    const DataView *v = g->sweep.data;
    int64_t rows = p->x->shape.dim[0];
    for (int64_t i = 0; i < rows; i++) {
        int64_t row = g->order ? g->order[first + i] : first + i;
        memcpy(p->x->val + i * v->n_in, v->x + row * v->n_in, sizeof(double) * (size_t)v->n_in);
        memcpy(p->y->val + i * v->n_out, v->y + row * v->n_out, sizeof(double) * (size_t)v->n_out);
    }
    leaf_touch(p->x);
    leaf_touch(p->y);
}

/* A batch's row is not the data's row: the data themselves hold the number. */
static bool birth_in_data(Training *g, const Pass *p, int64_t first)
{
    int64_t at;
    Node *born = node_birth(p->ask[0], &at);
    if (!born || (born != p->x && born != p->y)) return false;
    int64_t each = born->len / born->shape.dim[0], row = first + at / each;
    char buf[NUM_TEXT];
    text_addf(&g->out->birth,
              "# the first %s stands in the data: row %lld of %s, counted from 0, has it in %s\n",
              num_print(buf, born->val[at], g->t->s->format),
              (long long)(g->order ? g->order[row] : row), g->t->data_name,
              born == p->x ? "x" : "y");
    return true;
}

/* The same batch as nodes, which remember every number. */
static void find_birth(Training *g)
{
    int64_t update = g->out->update - 1, first = update * g->sweep.batch;
    Pass *p = update < g->sweep.batches ? &g->sweep.full : &g->sweep.rest;
    fill_batch(g, p, first);
    Diag d = { 0 };
    if (!node_eval(p->ask[0], &d) || birth_in_data(g, p, first)) return;
    if (birth_print(&g->out->birth, p->ask[0], g->t->s->format)) return;
    for (int i = 0; i < p->update.n; i++)
        if (!node_eval(p->update.next[i], &d) ||
            birth_print(&g->out->birth, p->update.next[i], g->t->s->format))
            return;
}

/* ---- train ---- */

Status train_run(const Task *t, const DataView *data, const DataView *val, const TrainOptions *o,
                 TrainResult *out, Diag *d)
{
    *out = (TrainResult){ 0 };
    Training g = { .t = t, .o = o, .out = out, .burst = 16 };
    Status st = training_open(&g, data, val, d);
    if (st == OK) {
        g.began = g.asked = g.shown = seconds();
        run_epochs(&g);
        store_save(&g.store, t->s);
        out->updates = g.updates;
        if (out->end == TRAIN_BROKE) find_birth(&g);
        if (train_watch) watch(&g);
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
        if (st == OK) sweep_run(&w, NULL, 0, sweep_updates(&w), sum);
        for (int i = 0; i <= t->n_metric; i++) mean[i] = sum[i] / (double)data->rows;
        sweep_close(&w);
    }
    store_close(&none);
    return st;
}
