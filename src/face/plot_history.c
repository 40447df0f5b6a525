/* plot_history.c -- pictures of training: histories, and sweeps of several.
 *
 * Losses stand in the upper picture, metrics below it on an axis of their own:
 * an accuracy on the axis of a loss is a flat line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "face/plotparts.h"

static bool is_validation(const char *name) { return !strncmp(name, "val_", 4); }

static bool is_loss(const char *name) { return !strcmp(name, "loss") || !strcmp(name, "val_loss"); }

/* A vector with a number for each epoch. */
static bool is_series(const Record *r, int i)
{
    return r->field[i].kind == V_NODE && r->field[i].node->shape.rank == 1;
}

/* "validation accuracy" for val_accuracy. */
static const char *series_name(Sketch *k, const char *name)
{
    char buf[200];
    bool val = is_validation(name);
    snprintf(buf, sizeof buf, "%s %.150s", val ? "validation" : "training", name + (val ? 4 : 0));
    return arena_str(&k->arena, buf);
}

static void label_panels(Sketch *k, const char *above, const char *below)
{
    k->p.kind = k->below.kind = PICTURE_LINES;
    k->p.x_label = k->below.x_label = "epoch";
    k->p.y_label = above;
    k->below.y_label = below;
    k->p.y_scale = PICTURE_AUTO;
}

/* ---- one history ---- */

static Status add_all(Call *c, Sketch *k, const Record *r)
{
    const char *metric = NULL;
    int kinds = 0;
    for (int i = 0; i < r->n; i++) {
        const char *name = r->name[i];
        if (!is_series(r, i)) continue;
        if (!node_eval(r->field[i].node, c->d)) return c->d->code;
        if (!is_loss(name) && !is_validation(name)) metric = kinds++ ? "metrics" : name;
        sketch_vector(k, series_name(k, name), r->field[i].node, 1, !is_loss(name));
    }
    label_panels(k, "loss", metric);
    return OK;
}

/* ---- several ---- */

/* Of a run only the losses; those of the validation go below. */
static Status add_losses(Call *c, Sketch *k, const Record *r, const char *label)
{
    for (int i = 0; i < r->n; i++) {
        if (!is_series(r, i) || !is_loss(r->name[i])) continue;
        if (!node_eval(r->field[i].node, c->d)) return c->d->code;
        sketch_vector(k, label, r->field[i].node, 1, is_validation(r->name[i]));
    }
    label_panels(k, "training loss", "validation loss");
    k->below.y_scale = PICTURE_AUTO;
    return OK;
}

static bool is_history(Value v) { return v.kind == V_RECORD && !strcmp(v.record->type, "history"); }

Status sketch_histories(Call *c, Sketch *k)
{
    for (int i = 0; i < c->n; i++) {
        Value v;
        TRY(call_value(c, i, &v));
        if (!is_history(v))
            return diag_set(c->d, E_TYPE, call_span(c, i), "this is %s; the curves before it are histories", value_kind(v));
        const Value *epochs = record_find(v.record, "epochs");
        if (c->n == 1 && epochs && epochs->kind == V_NODE && node_scalar(epochs->node, c->d) == 0)
            return diag_set(c->d, E_RANGE, call_span(c, i), "nothing to plot: the training completed no epoch");
        TRY(c->n > 1 ? add_losses(c, k, v.record, sketch_text(k, c->ast[i], "history")) : add_all(c, k, v.record));
    }
    return OK;
}

/* ---- a sweep ---- */

static const char *run_label(Sketch *k, const Record *run, int i)
{
    const Value *label = record_find(run, "label");
    char buf[32];
    if (label && label->kind == V_STR) return arena_str(&k->arena, label->str->s);
    snprintf(buf, sizeof buf, "run %d", i + 1);
    return arena_str(&k->arena, buf);
}

static Status add_run(Call *c, Sketch *k, Value run, int i)
{
    const Value *history = run.kind == V_RECORD ? record_find(run.record, "history") : NULL;
    if (!history || !is_history(*history)) return OK;            /* a run that failed has none */
    return add_losses(c, k, history->record, run_label(k, run.record, i));
}

/* The first number that was measured of a run, and what it is called; NAN. */
static double measure_of(Call *c, Value run, const char **name)
{
    const Value *all = run.kind == V_RECORD ? record_find(run.record, "measures") : NULL;
    for (int i = 0; all && all->kind == V_RECORD && i < all->record->n; i++) {
        Value v = all->record->field[i];
        if (v.kind != V_NODE || v.node->len != 1) continue;
        if (!*name) *name = all->record->name[i];
        if (!strcmp(*name, all->record->name[i])) return node_scalar(v.node, c->d);
    }
    return NAN;
}

/* Runs that trained nothing: a bar for what each of them gave. */
static Status sketch_measures(Call *c, Sketch *k, const Value *runs, int n)
{
    const char *name = NULL, **label = ARENA_ARRAY(&k->arena, const char *, n + 1);
    PictureSeries *s = sketch_series(k, "", n);
    for (int i = 0; i < n; i++) {
        Value run = runs->list->item[i];
        sketch_point(s, i, i, measure_of(c, run, &name));
        label[i] = run.kind == V_RECORD ? run_label(k, run.record, i) : "";
    }
    if (!name) return diag_set(c->d, E_RANGE, call_span(c, 0), "nothing to plot: no run of this sweep has a history or gave a number");
    k->p.kind = PICTURE_BARS;
    k->p.bar_names = label;
    k->p.y_label = arena_str(&k->arena, name);
    return c->d->code;
}

Status sketch_sweep(Call *c, Sketch *k, const Record *sweep)
{
    const Value *runs = record_find(sweep, "runs");
    int n = runs && runs->kind == V_LIST ? runs->list->n : 0, shown = n < PLOT_SERIES ? n : PLOT_SERIES;
    for (int i = 0; i < shown; i++) {
        int at = shown > 1 ? (int)((long long)i*(n - 1)/(shown - 1)) : 0;
        TRY(add_run(c, k, runs->list->item[at], at));
    }
    if (!k->p.count) return sketch_measures(c, k, runs, n);
    if (shown < n) text_addf(&k->note, "%d of the %d runs are drawn.\n", shown, n);
    return OK;
}
