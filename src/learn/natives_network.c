/* natives_network.c -- TABLE of what is done with a network besides training it: predict,
 * evaluate, confusion, summary, freeze, reset.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "learn/natives.h"
#include "learn/network.h"
#include "learn/taskargs.h"
#include "learn/train.h"

/* ---- predict, evaluate ---- */

static Status run_predict(Call *c, Value *out)
{
    Func *net;
    Value x;
    TRY(take_net(c, &net));
    TRY(call_value(c, 1, &x));
    bool was = session_training(c->s, false);
    Status st = func_call(c->s, NULL, net, &x, 1, c->at, out, c->d);
    session_training(c->s, was);
    return st;
}

static Status evaluate_with(Call *c, Task *t, const DataView *data, Record *r)
{
    double mean[1 + LIMIT_METRICS];
    TRY(key_metrics(c, t, data));
    TRY(task_measure(t, data, mean, c->d));
    record_set(r, "loss", value_num(mean[0]));
    for (int i = 0; i < t->n_metric; i++) record_set(r, t->metric[i]->name, value_num(mean[1 + i]));
    return OK;
}

static Status run_evaluate(Call *c, Value *out)
{
    Task t;
    Value data = { 0 };
    DataView view = { 0 };
    Status st = task_take(c, &t);
    Value *loss = st == OK && t.net->task ? record_find(t.net->task, "loss") : NULL;
    if (loss && !call_has(c, "loss")) {
        func_drop(t.loss);
        t.loss = func_keep(loss->func);
    }
    if (st == OK) st = take_data(c, 1, &data);
    if (st == OK) st = dataset_view(data, call_span(c, 1), &view, c->d);
    if (st == OK) st = trained_classes(c, t.net, &view, call_span(c, 1));
    Record *r = record_new("measures");
    *out = value_record(r);
    if (st == OK) st = evaluate_with(c, &t, &view, r);
    if (st != OK) value_drop(out);
    dataset_view_free(&view);
    value_drop(&data);
    task_close(&t);
    return st;
}

/* ---- confusion ---- */

/* The counts of output and target, as the library makes them. */
static Status counts_of(Call *c, Value *arg, int n, Value *out)
{
    Value f = { 0 };
    if (!prelude_lookup(c->s, "confusion_matrix", &f)) return diag_set(c->d, E_NAME, c->at, "confusion_matrix is missing");
    Args a = { .n = n, .val = arg, .n_key = c->n_key, .key = c->key, .key_val = c->key_val, .at = c->at };
    Value v;
    Status st = OK;
    for (int i = 0; i < c->n_key && st == OK; i++) st = call_key(c, c->key[i], &v);
    if (st == OK) st = func_apply(c->env, f.func, &a, out);
    value_drop(&f);
    return st;
}

static Status network_counts(Call *c, Func *net, const DataView *v, Value *out)
{
    Shape in = { .rank = v->sample.rank + 1, .dim = { v->rows } }, to = shape_of(2, (int64_t[]){ v->rows, v->n_out });
    memcpy(in.dim + 1, v->sample.dim, sizeof *in.dim * (size_t)v->sample.rank);
    Node *x = node_leaf(&in, v->x, c->d), *y = node_leaf(&to, v->y, c->d);
    Value arg[2] = { { 0 }, y ? value_node(y) : value_none() }, given = x ? value_node(x) : value_none();
    Meanings kept = meanings_keep(net);
    bool was = session_training(c->s, false);
    Status st = x && y ? func_call(c->s, NULL, net, &given, 1, call_span(c, 0), &arg[0], c->d) : c->d->code;
    session_training(c->s, was);
    meanings_return(&kept);
    if (st == OK) st = counts_of(c, arg, 2, out);
    value_drop(&arg[0]);
    value_drop(&arg[1]);
    value_drop(&given);
    return st;
}

static void tell_classes(Call *c, const DataView *v)
{
    const Source *src = c->s->running;
    if (c->s->quiet || !v->n_class || !src || src->tree->kind != S_COMMAND) return;
    Text *t = &c->s->out;
    text_add(t, "# rows: what it is, columns: what it was taken for: ");
    for (int i = 0; i < v->n_class; i++) {
        text_add(t, i ? ", " : "");
        text_add_safe(t, v->classes[i], strnlen(v->classes[i], 60));
    }
    text_addc(t, '\n');
}

static Status run_confusion(Call *c, Value *out)
{
    Value first, data = { 0 };
    DataView view;
    TRY(call_value(c, 0, &first));
    if (first.kind != V_FUNC) {
        Value arg[2] = { first, { 0 } };
        TRY(call_value(c, 1, &arg[1]));
        return counts_of(c, arg, 2, out);
    }
    Func *net;
    TRY(take_net(c, &net));
    TRY(take_data(c, 1, &data));
    Status st = dataset_view(data, call_span(c, 1), &view, c->d);
    if (st == OK) {
        st = trained_classes(c, net, &view, call_span(c, 1));
        if (st == OK) st = network_counts(c, net, &view, out);
        if (st == OK) tell_classes(c, &view);
        dataset_view_free(&view);
    }
    value_drop(&data);
    return st;
}

/* ---- freeze, unfreeze ---- */

typedef struct {
    int    n, cap;
    Node **leaf;
} Leaves;

static Status leaves_of(Call *c, int i, Leaves *l)
{
    Value v;
    int n = 1;
    TRY(call_value(c, i, &v));
    Node *one = v.kind == V_NODE ? node_through(v.node) : NULL, **w = &one;
    if (v.kind == V_FUNC) w = func_params(v.func, &n);
    else if (!one || !(one->flags & NODE_PARAM)) {
        diag_set(c->d, E_TYPE, call_span(c, i), "%s needs a network, a layer or a parameter", c->row->name);
        return diag_hint(c->d, "For example: %s net.h, or %s net.h.W", c->row->name, c->row->name);
    }
    for (int k = 0; k < n; k++) {
        GROW(l->leaf, l->n, l->cap);
        l->leaf[l->n++] = w[k];
    }
    if (v.kind == V_FUNC) free(w);
    return n ? OK : diag_set(c->d, E_TYPE, call_span(c, i), "there are no parameters in it");
}

static Status run_freeze(Call *c, Value *out)
{
    (void)out;
    Leaves l = { 0 };
    bool on = *c->row->name == 'f';
    Status st = OK;
    int64_t numbers = 0;
    for (int i = 0; i < c->n && st == OK; i++) st = leaves_of(c, i, &l);
    for (int i = 0; i < l.n && st == OK; i++) {
        l.leaf[i]->flags = on ? l.leaf[i]->flags | NODE_FROZEN : l.leaf[i]->flags & ~(unsigned)NODE_FROZEN;
        numbers += l.leaf[i]->len;
    }
    if (st == OK && !c->s->quiet)
        text_addf(&c->s->out, "# %lld number%s %s\n", (long long)numbers, numbers == 1 ? "" : "s",
                  on ? "stay as they are from now on" : "may change again");
    free(l.leaf);
    return st;
}

/* ---- summary ---- */

static int64_t own_numbers(Func *f)
{
    int n;
    Node **w = func_params(f, &n);
    int64_t total = 0;
    for (int i = 0; i < n; i++) total += w[i]->len;
    free(w);
    return total;
}

static bool is_frozen(Func *f)
{
    int n;
    Node **w = func_params(f, &n);
    bool all = n > 0;
    for (int i = 0; i < n; i++) all &= (w[i]->flags & NODE_FROZEN) != 0;
    free(w);
    return all;
}

static void summary_row(Text *t, const char *name, const char *what, const char *shape, int64_t params, bool frozen)
{
    text_addf(t, "%-12s %-24s %-14s %10lld%s\n", name, what, shape, (long long)params, frozen ? "  frozen" : "");
}

static Status run_summary(Call *c, Value *out)
{
    (void)out;
    Func *f;
    TRY(take_net(c, &f));
    Text *t = &c->s->out;
    char shape[SHAPE_TEXT];
    text_addf(t, "%-12s %-24s %-14s %10s\n", "stage", "layer", "output", "parameters");
    if (f->has_input) summary_row(t, "input", "", shape_print(shape, &f->input), 0, false);
    Node *x = f->has_input ? node_leaf(&f->input, NULL, c->d) : NULL;
    Value v = x ? value_node(x) : value_none();
    for (int i = 0; i < f->n_stage; i++) {
        Text what = { 0 };
        value_print(&what, (Value){ .kind = V_FUNC, .func = f->stage[i] }, c->s->format);
        Value y = { 0 };
        if (v.kind == V_NODE && func_call(c->s, NULL, f->stage[i], &v, 1, c->at, &y, c->d) != OK) {
            value_drop(&v);
            text_free(&what);
            return c->d->code;
        }
        Node *n = y.kind == V_NODE ? y.node : NULL;
        summary_row(t, f->stage_name[i], f->stage[i]->kind == FN_BOUND ? text_str(&what) : f->stage[i]->name, n ? shape_print(shape, &n->shape) : "?",
                    own_numbers(f->stage[i]), is_frozen(f->stage[i]));
        value_drop(&v);
        v = y;
        text_free(&what);
    }
    value_drop(&v);
    text_addf(t, "%-12s %-24s %-14s %10lld\n", "", "", "", (long long)own_numbers(f));
    return OK;
}

/* ---- reset ---- */

static Status run_reset(Call *c, Value *out)
{
    (void)out;
    Func *f;
    TRY(take_net(c, &f));
    return network_reset(c->s, f, call_span(c, 0), c->d);
}

const Builtin natives_network[] = {
    { .name = "predict", .usage = "predict NET, x", .group = "training", .min_args = 2, .max_args = 2, .flags = BUILTIN_COMMAND,
      .run = run_predict, .help = "The network's output for a sample or a batch: the same as NET(x).",
      .example = "net = input(2) -> dense(1)\npredict net, [1, 0]" },
    { .name = "evaluate", .usage = "evaluate NET, DATA [, loss=, metrics=]", .group = "training", .keys = "loss metrics", .min_args = 2,
      .max_args = 3, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_evaluate,
      .help = "Loss over all rows, and accuracy where there are classes; the loss is the one the network was last trained with.",
      .example = "net = input(2) -> dense(1)\nevaluate net, data(\"xor\"), loss=mse" },
    { .name = "confusion", .usage = "confusion NET, DATA or confusion(output, target, classes=none)", .group = "metrics",
      .keys = "classes", .min_args = 2, .max_args = 3, .flags = BUILTIN_COMMAND, .run = run_confusion,
      .help = "How often each class (row) was taken for each class (column): by a network on a data set, or of outputs and "
              "targets, which may be class numbers, one-hot rows, scores or probabilities.",
      .example = "net = input(4) -> dense(3, softmax)\nconfusion net, data(\"iris\")\nconfusion([0, 1, 1, 2], [0, 1, 2, 2])" },
    { .name = "freeze", .usage = "freeze NET, LAYER or PARAMETER, ...", .group = "training", .min_args = 1, .max_args = -1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_freeze,
      .help = "Parameters that training, update and the stepper leave as they are from now on, until unfreeze: for what "
              "was learned elsewhere. (reset gives frozen ones fresh numbers, too.)",
      .example = "net = input(2) -> h: dense(3, tanh) -> o: dense(1, sigmoid)\nfreeze net.h\n"
                 "train net, data(\"xor\"), epochs=10\nunfreeze net.h" },
    { .name = "unfreeze", .usage = "unfreeze NET, LAYER or PARAMETER, ...", .group = "training", .min_args = 1, .max_args = -1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_freeze, .help = "What freeze froze may change again.",
      .example = "net = input(2) -> h: dense(3, tanh) -> o: dense(1, sigmoid)\nfreeze net\nunfreeze net.o.b" },
    { .name = "summary", .usage = "summary NET", .group = "training", .min_args = 1, .max_args = 1, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO,
      .run = run_summary, .help = "The stages of a network: layer, shape of the output for one sample, number of parameters.",
      .example = "net = input(4) -> dense(16, tanh) -> dense(3, softmax)\nsummary net" },
    { .name = "reset", .usage = "reset NET", .group = "training", .min_args = 1, .max_args = 1, .flags = BUILTIN_COMMAND, .run = run_reset,
      .help = "Fresh weights from the layers' initialisers; optimizers forget what they remembered of the old ones.",
      .example = "net = input(2) -> dense(1)\nreset net" },
    { 0 }
};
