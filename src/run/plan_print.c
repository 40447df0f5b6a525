/* plan_print.c -- a plan for people: what was folded together, and what each stage costs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/plan_private.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/stop.h"
#include "graph/tmpl.h"

enum { NAME_WIDTH = 44, MOST_NAMES = 5, MOST_RUNS = 2000 };
#define MEASURE 0.05             /* seconds that measuring takes, about */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- names ---- */

/* Its name, or the operation that makes it, or its shape. */
static void name_add(Text *t, const Node *n)
{
    char buf[SHAPE_TEXT];
    const char *tail = "";
    if (!strcmp(n->op->name, "transpose") && n->in[0]->label) n = n->in[0], tail = "'";
    if (n->label) text_addf(t, "%s%s", n->label, tail);
    else text_add(t, shape_print(buf, &n->shape));
}

static const char *operation(const Node *n)
{
    return n->op->kind == OP_CALL ? n->fn->name : n->op->name;
}

static void members_add(Text *t, const Stage *s)
{
    for (int i = 0; i < s->n_member && i < MOST_NAMES; i++) text_addf(t, "%s%s", i ? ", " : "", operation(s->member[i]));
    if (s->n_member > MOST_NAMES) text_addf(t, ", ... %d in all", s->n_member);
}

static void updates_add(Text *t, const Plan *p, const Stage *s)
{
    int n = 0;
    for (int i = 0; i < p->n_node; i++)
        for (int k = 0; k < s->n_member && p->node[i].op == &op_leaf && p->node[i].label; k++)
            if (s->member[k]->val == p->node[i].val && strncmp(p->node[i].label, "target", 6))
                text_addf(t, "%s%s", n++ ? ", " : " -> ", p->node[i].label);
}

static void what_add(Text *t, const Plan *p, const Stage *s)
{
    if (s->kind == STAGE_OWN) {
        text_addf(t, "%s, by its own kernel", s->own_node->op->name);
        return;
    }
    if (s->kind == STAGE_PRODUCT) {
        name_add(t, s->head->in[0]);
        text_add(t, " @ ");
        name_add(t, s->head->in[1]);
        if (s->n_member) text_add(t, ", then ");
    }
    members_add(t, s);
    updates_add(t, p, s);
}

/* ---- costs ---- */

static double operations(const Stage *s)
{
    if (s->kind == STAGE_OWN) return (double)s->own_node->len;
    double n = s->code ? (double)s->rows * (double)s->cols * fused_work(s->code) : 0;
    if (s->kind == STAGE_PRODUCT) n += 2. * (double)s->product.m * (double)s->product.n * (double)s->product.k;
    return n;
}

static double bytes(const Plan *p, const Stage *s)
{
    double size = p->single ? 4 : 8, n = 0;
    if (s->kind == STAGE_OWN) {
        for (int k = 0; k < s->own_node->n_in; k++) n += (double)s->own_node->in[k]->len;
        return size * (n + (double)s->own_node->len);
    }
    const GemmShape *g = &s->product;
    if (s->kind == STAGE_PRODUCT) n = (double)(g->m * g->k + g->k * g->n + (s->c ? g->m * g->n : 0));
    for (int i = 0; s->code && i < s->code->n_slot; i++)
        if (s->slot[i].of)
            n += (double)((s->slot[i].row ? s->rows : 1) * (s->code->slot[i] == SLOT_EACH ? s->cols : 1));
    return size * n;
}

/* Seconds of each stage, the least of all runs: what else the machine does only adds. */
static void measure(Plan *p, const Feed *f, Store *store, double *took)
{
    double began = seconds();
    plan_feed(p, f, 0);
    store_mark(store);
    for (int run = 0; run < MOST_RUNS && seconds() - began < MEASURE && !stop_asked(); run++) {
        for (int i = 0; i < p->n_stage; i++) {
            double t = seconds();
            stage_run(&p->stage[i], p->run, p->single, false);
            t = seconds() - t;
            if (!run || t < took[i]) took[i] = t;
        }
        store_return(store);
    }
}

/* ---- the table ---- */

static void row_add(Text *out, const Plan *p, int i, double took, double all)
{
    const Stage *s = &p->stage[i];
    Text what = { 0 };
    what_add(&what, p, s);
    if (what.len > NAME_WIDTH) what.len = NAME_WIDTH - 3, text_add(&what, "...");
    text_addf(out, "%3d  %-*s %9.0f %8.1f %8.2f %4.0f %%\n", i + 1, NAME_WIDTH, text_str(&what), operations(s),
              bytes(p, s) / 1024, took * 1e6, all > 0 ? 100 * took / all : 0);
    text_free(&what);
}

static void scalar_show(Plan *p, const Feed *f, Store *store, Text *out)
{
    double sum[64], began, took = 0;
    int64_t n = 1;
    store_mark(store);
    for (; took < MEASURE / 2 && !stop_asked(); n *= 2) {
        Feed many = *f;
        many.epochs = 1;
        began = seconds();
        for (int64_t i = 0; i < n; i++) plan_run(p, &many, sum);
        took = seconds() - began;
        store_return(store);
    }
    text_addf(out, "# a network this small is no loops and no kernels: each update is one straight line\n"
                   "# of %lld instructions on single numbers, %.0f ns\n",
              (long long)scalar_count(p->scalar), took / (double)(n / 2) / (double)f->batches * 1e9);
}

void plan_print(Plan *p, const Feed *f, Store *store, Text *out)
{
    if (p->scalar) {
        scalar_show(p, f, store, out);
        return;
    }
    double *took = mem_new(sizeof *took * (size_t)(p->n_stage + 1)), all = 0;
    measure(p, f, store, took);
    for (int i = 0; i < p->n_stage; i++) all += took[i];
    text_addf(out, "%3s  %-*s %9s %8s %8s %6s\n", "", NAME_WIDTH, "stage", "operat.", "KiB", "us", "time");
    for (int i = 0; i < p->n_stage; i++) row_add(out, p, i, took[i], all);
    int shared = 0;
    for (int i = 0; i < p->n_stage; i++) shared += p->stage[i].parts > 1;
    text_addf(out, "# one update: %.2f us; it works in %zu KiB beside the parameters\n", all * 1e6, p->bytes >> 10);
    if (shared && p->workers > 1) text_addf(out, "# %d of the stages may be shared by %d threads\n", shared, p->workers);
    free(took);
}
