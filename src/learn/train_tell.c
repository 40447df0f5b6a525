/* train_tell.c -- how a training goes, told at times; and where a bad number was born.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "graph/birth.h"
#include "learn/train_own.h"

/* ---- time ---- */

double train_seconds(void)
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

void training_watch(Training *g)
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

void clock_look(Training *g, int64_t n)
{
    g->updates += n;
    g->unclocked += n;
    if (g->unclocked < g->burst) return;
    double now = train_seconds(), took = now - g->asked;
    if (took < 0.002 && g->burst < 1 << 24) g->burst *= 2;
    if (took > 0.008 && g->burst > 1) g->burst /= 2;
    g->asked = now;
    g->unclocked = 0;
    bool due = train_due ? train_due(g->t->s) : now - g->shown >= WATCH_MS / 1000.;
    if (!due) return;
    g->shown = now;
    if (g->t->s->progress) progress(g, now);
    if (train_watch) training_watch(g);
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
void find_birth(Training *g)
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
