/* view_history.c -- the epochs behind the network: curves of its training, joined
 * where it was paused, and the moments that can be gone back to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view.h"
#include "face/view_own.h"
#include "teach/marks.h"

enum {
    CURVE_MOST = 800,            /* points of a curve that are looked at   */
    MOMENTS_BYTES = 32 << 20     /* of all moments' numbers                */
};


/* ---- curves ---- */

void view_curves_clear(ViewState *v)
{
    for (int i = 0; i < v->n_curve; i++) {
        free(v->curve[i].name);
        free(v->curve[i].x);
    }
    v->n_curve = 0;
}

/* The numbers of one run's series; NULL: it has none of that name. */
static const double *run_series(const ViewRun *r, const char *name)
{
    Diag d = { 0 };
    Value *f = record_find(r->history, name);
    Node *y = f && f->kind == V_NODE && f->node->len >= r->epochs ? f->node : NULL;
    return y ? node_eval(y, &d) : NULL;
}

/* What has run, and what runs now, one behind the other; thinned out. */
static void curve_add(ViewState *v, const char *name, const double *now, int64_t n_now)
{
    int64_t all = v->past_epochs + n_now, start = 0;
    if (v->n_curve >= VIEW_CURVES || !all) return;
    ViewCurve *k = &v->curve[v->n_curve++];
    k->name = mem_str(name);
    k->n = (int)(all < CURVE_MOST ? all : CURVE_MOST);
    k->x = mem_new(sizeof *k->x * (size_t)(2 * k->n));
    k->y = k->x + k->n;
    int run = 0;
    const double *y = v->n_run ? run_series(&v->run[0], name) : NULL;
    for (int i = 0; i < k->n; i++) {
        int64_t at = k->n < 2 ? 0 : (all - 1) * i / (k->n - 1);
        while (run < v->n_run && at >= start + v->run[run].epochs) {
            start += v->run[run++].epochs;
            y = run < v->n_run ? run_series(&v->run[run], name) : NULL;
        }
        const double *from = run < v->n_run ? y : now;
        k->y[i] = from ? from[at - start] : NAN;
        k->x[i] = (double)(at + 1);
    }
}

static void passes_add(ViewState *v)
{
    if (!v->n_passes) return;
    ViewCurve *k = &v->curve[v->n_curve++];
    k->name = mem_str("");
    k->n = v->n_passes < CURVE_MOST ? v->n_passes : CURVE_MOST;
    k->x = mem_new(sizeof *k->x * (size_t)(2 * k->n));
    k->y = k->x + k->n;
    for (int i = 0; i < k->n; i++) {
        int64_t at = k->n < 2 ? 0 : (int64_t)(v->n_passes - 1) * i / (k->n - 1);
        k->y[i] = v->passes[at];
        k->x[i] = (double)at;
    }
}

static bool has_curve(const ViewState *v, const char *name)
{
    for (int i = 0; i < v->n_curve; i++)
        if (!strcmp(v->curve[i].name, name)) return true;
    return false;
}

/* Series of earlier runs that the present one has not. */
static void curves_of_past(ViewState *v)
{
    for (int run = v->n_run - 1; run >= 0; run--) {
        const Record *r = v->run[run].history;
        for (int i = 0; i < r->n; i++) {
            const Value *f = &r->field[i];
            bool series = f->kind == V_NODE && f->node->shape.rank == 1;
            if (series && !has_curve(v, r->name[i])) curve_add(v, r->name[i], NULL, 0);
        }
    }
}

void view_curves_live(ViewState *v, const History *now)
{
    view_curves_clear(v);
    for (int i = 0; i < now->n; i++) curve_add(v, now->name[i], now->value[i], now->epochs);
    v->curve_name = "epoch";
    v->epochs = v->past_epochs + now->epochs;
}

/* ---- the past ---- */

void view_past_cut(ViewState *v, int64_t epochs)
{
    while (v->n_run && v->past_epochs > epochs) {
        ViewRun *last = &v->run[v->n_run - 1];
        int64_t more = v->past_epochs - epochs, off = more < last->epochs ? more : last->epochs;
        last->epochs -= off;
        v->past_epochs -= off;
        if (last->epochs) continue;
        Value gone = value_record(last->history);
        value_drop(&gone);
        v->n_run--;
    }
}

static void past_take(ViewState *v, Record *history)
{
    Value *loss = record_find(history, "loss");
    if (!loss || loss->kind != V_NODE || loss->node->shape.rank != 1 || !loss->node->len) return;
    value_keep(value_record(history));
    GROW(v->run, v->n_run, v->cap_run);
    v->run[v->n_run++] = (ViewRun){ history, loss->node->len };
    v->past_epochs += loss->node->len;
}

static Record *history_of(const ViewState *v)
{
    Binding *b = v->net ? session_find(v->s, "history") : NULL;
    Record *r = b && b->value.kind == V_RECORD ? b->value.record : NULL;
    Value *net = r ? record_find(r, "net") : NULL;
    bool other = net && net->kind == V_STR && v->net_name && strcmp(net->str->s, v->net_name);
    return other ? NULL : r;
}

void view_past_join(ViewState *v)
{
    Record *history = history_of(v);
    if (!history || history == v->history_seen) return;
    if (!v->joins) view_past_cut(v, 0);
    v->joins = true;
    v->history_seen = history;
    past_take(v, history);
}

/* ---- passes of the stepper ---- */

/* Another quantity has a curve of its own. */
static void passes_begin(ViewState *v)
{
    if (v->passes_of == v->E) return;
    node_drop(v->passes_of);
    v->passes_of = node_keep(v->E);
    v->n_passes = 0;
}

static void passes_note(ViewState *v)
{
    Diag d = { 0 };
    int64_t pass = v->now->pass;
    if (!v->E || v->now->E != v->E || pass < 0 || pass > LIMIT_POINTS) return;
    passes_begin(v);
    if (pass < v->n_passes - 1) v->n_passes = (int)pass + 1;
    while (v->n_passes <= pass) {
        GROW(v->passes, v->n_passes, v->cap_passes);
        v->passes[v->n_passes++] = node_scalar(v->E, &d);
    }
    v->passes[pass] = node_scalar(v->E, &d);
}

/* The curve of what happened last: a training, or passes of the stepper. */
void view_history_read(ViewState *v)
{
    Record *history = history_of(v);
    passes_note(v);
    if (v->now->pass != v->pass_seen) v->by_pass = v->now->pass > 0;
    if (history != v->history_seen) {
        v->by_pass = false;
        if (!v->joins) view_past_cut(v, 0);
        if (history) past_take(v, history);
    }
    v->history_seen = history;
    v->pass_seen = v->now->pass;
    v->epochs = v->past_epochs;
    view_curves_clear(v);
    v->curve_name = v->past_epochs && !v->by_pass ? "epoch" : "pass";
    if (v->past_epochs && !v->by_pass) curves_of_past(v);
    else passes_add(v);
}

void view_history_free(ViewState *v)
{
    view_curves_clear(v);
    view_past_cut(v, 0);
    free(v->run);
    free(v->passes);
    node_drop(v->passes_of);
    free(v->moments);
}

/* ---- moments ---- */

void view_moment_name(int64_t epoch, char name[32])
{
    snprintf(name, 32, "epoch%lld", (long long)epoch);
}

static void moment_forget(ViewState *v, int at)
{
    char name[32];
    view_moment_name(v->moments[at], name);
    marks_forget(v->s, name);
    v->n_moments--;
    memmove(v->moments + at, v->moments + at + 1, sizeof *v->moments * (size_t)(v->n_moments - at));
}

/* Every other one goes, never the first nor the last. */
static void moments_thin(ViewState *v)
{
    for (int i = v->n_moments - 2; i > 0; i -= 2) moment_forget(v, i);
}

void view_moments_after(ViewState *v, int64_t epoch)
{
    while (v->n_moments && v->moments[v->n_moments - 1] > epoch) moment_forget(v, v->n_moments - 1);
}

static const char beginning[] = "training_begins";

/* Kept under a name of its own until it is known that the training is no fault. */
void view_moment_begin(ViewState *v)
{
    Diag d = { 0 };
    marks_take(v->s, beginning, &d);
}

void view_moment_begun(ViewState *v, int64_t epoch)
{
    char name[32];
    view_moments_after(v, epoch - 1);
    view_moment_name(epoch, name);
    if (!marks_rename(v->s, beginning, name)) return;
    GROW(v->moments, v->n_moments, v->cap_moments);
    v->moments[v->n_moments++] = epoch;
}

void view_moment_take(ViewState *v, int64_t epoch)
{
    Diag d = { 0 };
    char name[32];
    view_moments_after(v, epoch);
    view_moment_name(epoch, name);
    if (marks_take(v->s, name, &d) != OK) return;
    size_t most = MOMENTS_BYTES / (marks_bytes(v->s, name) + 1);
    if (!v->n_moments || v->moments[v->n_moments - 1] != epoch) {
        GROW(v->moments, v->n_moments, v->cap_moments);
        v->moments[v->n_moments++] = epoch;
    }
    if (v->n_moments > VIEW_MOMENTS || (size_t)v->n_moments > (most < 3 ? 3 : most)) moments_thin(v);
}

/* The moment before (by -1) or after where one stands; -1: there is none. */
int64_t view_moment_beside(const ViewState *v, int by)
{
    int64_t here = v->moment >= 0 ? v->moment : v->epochs, found = -1;
    for (int i = 0; i < v->n_moments; i++) {
        int64_t at = v->moments[i];
        char name[32];
        view_moment_name(at, name);
        if (!marks_bytes(v->s, name)) continue;
        if (by < 0 && at < here) found = at;
        if (by > 0 && at > here && found < 0) found = at;
    }
    return found;
}
