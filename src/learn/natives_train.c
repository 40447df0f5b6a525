/* natives_train.c -- TABLE of training: train, predict, evaluate, summary, reset.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "learn/natives.h"
#include "learn/network.h"
#include "learn/train.h"
#include "run/crew.h"

/* ---- what was typed ---- */

static char *typed_whole(const Ast *a)
{
    Text t = { 0 };
    ast_print(&t, a);
    char *s = mem_str(text_str(&t));
    text_free(&t);
    return s;
}

/* For messages: what was typed, if it is short. */
static char *typed(const Ast *a, const char *otherwise)
{
    Text t = { 0 };
    if (a) ast_print(&t, a);
    char *s = mem_str(t.len && t.len < 40 ? text_str(&t) : otherwise);
    text_free(&t);
    return s;
}

static bool is_net(const Func *f)
{
    return f->kind == FN_CHAIN || (f->kind == FN_BOUND && f->of->kind == FN_LAYER);
}

static Status take_net(Call *c, Func **out)
{
    TRY(call_func(c, 0, out));
    if (is_net(*out)) return OK;
    diag_set(c->d, E_TYPE, call_span(c, 0), "%s is %s, not a network", (*out)->name ? (*out)->name : "this",
             value_kind((Value){ .kind = V_FUNC, .func = *out }));
    return diag_hint(c->d, "For example: net = input(2) -> dense(2, tanh) -> dense(1, sigmoid)");
}

/* [x, y] as data: two tensors, whose shapes may differ as those of a list's
 * entries may not. V_NONE when a is no such pair. */
static Status typed_pair(Call *c, const Ast *a, Value *out)
{
    *out = value_none();
    if (!a || a->kind != A_LIST || a->n != 2) return OK;
    List *l = list_new(2);
    Value v = value_list(l);
    Status st = OK;
    for (int i = 0; i < 2 && st == OK; i++) {
        char *text = typed_whole(a->kid[i]);
        st = session_eval(c->s, text, &l->item[i], c->d);
        if (st != OK) c->d->at = c->env ? a->kid[i]->at : c->at;
        free(text);
    }
    if (st == OK) *out = v;
    else value_drop(&v);
    return st;
}

/* A data set, or x and y as two arguments. */
static Status take_data(Call *c, int i, Value *out)
{
    Value v;
    if (c->n <= i + 1 && !c->have[i]) TRY(typed_pair(c, c->ast[i], out));
    if (c->n <= i + 1 && out->kind == V_LIST) return OK;
    TRY(call_value(c, i, &v));
    if (c->n <= i + 1) return *out = value_keep(v), OK;
    Node *x, *y;
    TRY(call_node(c, i, &x));
    TRY(call_node(c, i + 1, &y));
    List *l = list_new(2);
    l->item[0] = value_node(node_keep(x));
    l->item[1] = value_node(node_keep(y));
    *out = value_list(l);
    return OK;
}

static Status key_func(Call *c, const char *key, const char *otherwise, Func **out)
{
    Value v;
    TRY(call_key(c, key, &v));
    if (v.kind == V_NONE) {
        if (session_lookup(c->s, otherwise, &v) && v.kind == V_FUNC) return *out = v.func, OK;
        diag_set(c->d, E_TYPE, c->at, "%s is %s here, not a function", otherwise, value_kind(v));
        value_drop(&v);
        return diag_hint(c->d, "Say another one with %s=, or forget %s.", key, otherwise);
    }
    if (v.kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_key_span(c, key), "%s= needs a function such as %s, not %s", key, otherwise, value_kind(v));
    *out = func_keep(v.func);
    return OK;
}

/* The rule: a named one keeps its state; one written out starts afresh. */
static Status key_rule(Call *c, Func **out)
{
    TRY(key_func(c, "optimizer", "sgd", out));
    Func *f = *out;
    if (f->kind == FN_BOUND && f->of->kind == FN_OPTIMIZER) return OK;
    Span at = call_key_span(c, "optimizer");
    Value v = { 0 };
    Status st = f->kind == FN_OPTIMIZER ? func_call(c->s, NULL, f, NULL, 0, at, &v, c->d)
                                        : diag_set(c->d, E_TYPE, at, "%s is not an optimizer", f->name ? f->name : "this");
    if (st == E_TYPE) diag_hint(c->d, "For example: optimizer=sgd(lr=0.1) or optimizer=adam()");
    func_drop(f);
    *out = v.func;
    return st;
}

static Status metric_add(Call *c, Task *t, Value v)
{
    if (v.kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_key_span(c, "metrics"), "metrics= needs functions such as accuracy, not %s", value_kind(v));
    if (t->n_metric == LIMIT_METRICS)
        return diag_set(c->d, E_LIMIT, call_key_span(c, "metrics"), "more than %d metrics", LIMIT_METRICS);
    t->metric[t->n_metric++] = func_keep(v.func);
    return OK;
}

static Status key_metrics(Call *c, Task *t, const DataView *data)
{
    Value v;
    TRY(call_key(c, "metrics", &v));
    if (v.kind == V_LIST) {
        for (int i = 0; i < v.list->n; i++) TRY(metric_add(c, t, v.list->item[i]));
        return OK;
    }
    if (v.kind != V_NONE) return metric_add(c, t, v);
    if (!data->n_class) return OK;
    Value accuracy = { 0 };
    Status st = OK;
    if (session_lookup(c->s, "accuracy", &accuracy) && accuracy.kind == V_FUNC) st = metric_add(c, t, accuracy);
    value_drop(&accuracy);
    return st;
}

static Status key_count(Call *c, const char *key, int64_t otherwise, int64_t most, int64_t *out)
{
    TRY(call_key_int(c, key, otherwise, out));
    if (*out >= 1 && *out <= most) return OK;
    return diag_set(c->d, E_RANGE, call_key_span(c, key), "%s goes from 1 to %lld, not %lld", key, (long long)most, (long long)*out);
}

/* ---- train ---- */

typedef struct {
    Task         task;
    Value        data, val;          /* counted */
    DataView     view, val_view;
    bool         has_val;
    TrainOptions o;
    int          n_param;
    Node       **param;
    double      *before;             /* their numbers, one after the other */
} Work;

static void work_close(Work *w)
{
    task_close(&w->task);
    dataset_view_free(&w->view);
    if (w->has_val) dataset_view_free(&w->val_view);
    value_drop(&w->data);
    value_drop(&w->val);
    free(w->param);
    free(w->before);
}

static Status task_take(Call *c, Task *t)
{
    *t = (Task){ .s = c->s, .at_net = call_span(c, 0), .at_data = call_span(c, 1), .at_loss = call_key_span(c, "loss"),
                 .at_rule = call_key_span(c, "optimizer") };
    Func *net;
    TRY(take_net(c, &net));
    t->net = func_keep(net);
    t->net_name = typed(c->ast[0], net->name ? net->name : "the network");
    t->data_name = typed(c->n > 1 ? c->ast[1] : NULL, "the data");
    return key_func(c, "loss", "mse", &t->loss);
}

static Status validate_fraction(Call *c, Work *w, double part)
{
    Record *half[2];
    Span at = call_key_span(c, "validate");
    if (!(part > 0 && part < 1)) {
        char buf[NUM_TEXT];
        return diag_set(c->d, E_RANGE, at, "validate= is a data set or a part between 0 and 1, not %s", num_exact(buf, part));
    }
    if (!dataset_is(w->data)) return diag_set(c->d, E_TYPE, at, "validate= as a part needs a data set to split");
    TRY(dataset_split(w->data.record, 1 - part, w->view.n_class > 0, &c->s->rng, half, c->d));
    dataset_view_free(&w->view);
    value_drop(&w->data);
    w->data = value_record(half[0]);
    w->val = value_record(half[1]);
    return dataset_view(w->data, call_span(c, 1), &w->view, c->d);
}

static const Ast *key_typed(const Call *c, const char *key)
{
    for (int i = 0; i < c->n_key; i++)
        if (!strcmp(c->key[i], key)) return c->key_ast[i];
    return NULL;
}

static Status take_validation(Call *c, Work *w)
{
    Value v;
    TRY(typed_pair(c, key_typed(c, "validate"), &w->val));
    if (w->val.kind == V_NONE) {
        TRY(call_key(c, "validate", &v));
        if (v.kind == V_NONE) return OK;
        if (v.kind != V_NODE || v.node->len != 1) w->val = value_keep(v);
        else TRY(validate_fraction(c, w, node_scalar(v.node, c->d)));
    }
    TRY(dataset_view(w->val, call_key_span(c, "validate"), &w->val_view, c->d));
    w->has_val = true;
    return OK;
}

static Status take_seed(Call *c)
{
    int64_t seed;
    TRY(call_key_int(c, "seed", -1, &seed));
    if (!call_has(c, "seed")) return OK;
    if (seed < 0 || seed > UINT32_MAX)
        return diag_set(c->d, E_RANGE, call_key_span(c, "seed"), "a seed goes from 0 to %u, not %lld", UINT32_MAX, (long long)seed);
    rng_seed(&c->s->rng, (uint32_t)seed);
    return OK;
}

static void params_remember(Work *w)
{
    w->param = func_params(w->task.net, &w->n_param);
    size_t total = 0;
    for (int i = 0; i < w->n_param; i++) total += (size_t)w->param[i]->len;
    w->before = mem_new(sizeof *w->before * (total + 1));
    double *p = w->before;
    for (int i = 0; i < w->n_param; p += w->param[i++]->len)
        memcpy(p, w->param[i]->val, sizeof *p * (size_t)w->param[i]->len);
}

static Status work_open(Call *c, Work *w)
{
    int64_t shuffle;
    TRY(task_take(c, &w->task));
    TRY(key_rule(c, &w->task.rule));
    TRY(take_data(c, 1, &w->data));
    TRY(dataset_view(w->data, call_span(c, 1), &w->view, c->d));
    TRY(key_metrics(c, &w->task, &w->view));
    TRY(key_count(c, "epochs", 1, LIMIT_EPOCHS, &w->o.epochs));
    TRY(key_count(c, "batch", 32, LIMIT_DIM, &w->o.batch));
    TRY(call_key_int(c, "shuffle", 1, &shuffle));
    w->o.shuffle = shuffle != 0;
    TRY(take_seed(c));
    return take_validation(c, w);
}

static void result_line(Session *s, const Work *w, const TrainResult *r)
{
    Text *t = &s->out;
    const History *h = &r->history;
    char buf[NUM_TEXT];
    text_addf(t, "epoch %lld/%lld", (long long)h->epochs, (long long)w->o.epochs);
    for (int i = 0; i < h->n && h->epochs; i++) text_addf(t, "  %s %s", h->name[i], num_print(buf, h->value[i][h->epochs - 1], s->format));
    text_addf(t, "  # %lld row%s, %lld parameter%s\n", (long long)w->view.rows, w->view.rows == 1 ? "" : "s",
              (long long)r->parameters, r->parameters == 1 ? "" : "s");
    if (r->end == TRAIN_STOPPED)
        text_addf(t, "# stopped after epoch %lld of %lld; all that was learned is kept\n", (long long)h->epochs, (long long)w->o.epochs);
    if (r->end != TRAIN_BROKE) return;
    text_addf(t, "# the loss became %s in update %lld of epoch %lld; the weights before that update are kept\n",
              num_print(buf, r->loss, s->format), (long long)r->update, (long long)h->epochs + 1);
    text_add(t, text_str(&r->birth));
}

static void tell_moves(Session *s, const Work *w, int64_t updates)
{
    const double *p = w->before;
    for (int i = 0; s->moved && i < w->n_param; p += w->param[i++]->len)
        s->moved(s, &(Moved){ .leaf = w->param[i], .old = p, .now = w->param[i]->val, .rule = w->task.rule, .times = updates });
}

/* What view, step and evaluate go by later. */
static void task_remember(Call *c, const Work *w)
{
    Record *r = record_new("task");
    record_set(r, "data", value_keep(w->data));
    record_set(r, "loss", value_func(func_keep(w->task.loss)));
    record_set(r, "optimizer", value_func(func_keep(w->task.rule)));
    record_set(r, "batch", value_num((double)w->o.batch));
    (void)c;
    Value old = value_record(w->task.net->task);
    if (w->task.net->task) value_drop(&old);
    w->task.net->task = r;
}

/* Part of an expression, h <- train(net, d), not a statement of its own. */
static bool in_expression(const Call *c)
{
    const Source *src = c->s->running;
    if (!src || !c->ast[0] || src->tree->kind == S_COMMAND) return !c->ast[0];
    size_t behind = (size_t)c->at.from + strlen(c->row->name);
    bool bracket = behind < strlen(src->text) && src->text[behind] == '(';
    return bracket && !(src->tree->kind == A_CALL && src->tree->at.from == c->at.from);
}

static Status history_define(Call *c, const char *net, const TrainResult *r, Value *out)
{
    Record *h = history_record(&r->history, c->d);
    if (!h) return c->d->code;
    record_set(h, "net", value_str(net));
    if (in_expression(c)) *out = value_keep((Value){ .kind = V_RECORD, .record = h });
    return session_define(c->s, "history", value_record(h), B_OTHER, NULL, NULL, c->at, c->d);
}

static Status run_train(Call *c, Value *out)
{
    Work w = { 0 };
    TrainResult r = { 0 };
    Status st = work_open(c, &w);
    if (st == OK) {
        params_remember(&w);
        st = train_run(&w.task, &w.view, w.has_val ? &w.val_view : NULL, &w.o, &r, c->d);
    }
    if (st == OK) {
        tell_moves(c->s, &w, r.updates);
        task_remember(c, &w);
        if (r.end == TRAIN_STOPPED) stop_forget();
        if (!c->s->quiet) result_line(c->s, &w, &r);
        st = history_define(c, w.task.net_name, &r, out);
    }
    train_result_free(&r);
    work_close(&w);
    return st;
}

/* ---- plan ---- */

/* The update that train would make with the same arguments, compiled and looked at. */
static Status run_plan(Call *c, Value *out)
{
    (void)out;
    Work w = { 0 };
    Sweep sweep = { 0 };
    Store store = { 0 };
    Status st = work_open(c, &w);
    if (st == OK) st = sweep_open(&sweep, &w.task, &w.view, w.o.batch, c->d);
    const Update *u = &sweep.full.update;
    if (st == OK) st = store_open(&store, u->leaf, u->n, c->s->single, c->d);
    store.threads = c->s->threads ? c->s->threads : crew_processors();
    if (st == OK) st = sweep_compile(&sweep, &store, c->d);
    if (st == OK) {
        text_addf(&c->s->out, "# one update of %s with %lld row%s, in %s precision\n", w.task.net_name,
                  (long long)sweep.batch, sweep.batch == 1 ? "" : "s", store.single ? "single" : "double");
        plan_print(sweep.plan, &(Feed){ .x = sweep.x, .y = sweep.y, .batches = 1, .epochs = 1 }, &store, &c->s->out);
    }
    if (store.leaf) store_close(&store);
    sweep_close(&sweep);
    work_close(&w);
    return st;
}

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
    Record *r = record_new("measures");
    *out = value_record(r);
    if (st == OK) st = evaluate_with(c, &t, &view, r);
    if (st != OK) value_drop(out);
    dataset_view_free(&view);
    value_drop(&data);
    task_close(&t);
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

static void summary_row(Text *t, const char *name, const char *what, const char *shape, int64_t params)
{
    text_addf(t, "%-12s %-24s %-14s %10lld\n", name, what, shape, (long long)params);
}

static Status run_summary(Call *c, Value *out)
{
    (void)out;
    Func *f;
    TRY(take_net(c, &f));
    Text *t = &c->s->out;
    char shape[SHAPE_TEXT];
    text_addf(t, "%-12s %-24s %-14s %10s\n", "stage", "layer", "output", "parameters");
    if (f->has_input) summary_row(t, "input", "", shape_print(shape, &f->input), 0);
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
                    own_numbers(f->stage[i]));
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

const Builtin natives_train[] = {
    { .name = "train", .usage = "train NET, DATA, loss=mse, optimizer=sgd(), epochs=1, batch=32", .group = "training",
      .keys = "loss optimizer epochs batch shuffle validate metrics seed", .min_args = 2, .max_args = 3, .flags = BUILTIN_COMMAND,
      .run = run_train,
      .help = "Teaches a network. DATA is a data set, or x and y. batch= rows go into one update (the last batch may be smaller); "
              "shuffle=0 keeps the rows in order; validate= is a data set, or a part such as 0.2. Ctrl-C stops and keeps all that was "
              "learned. The losses are then in history.",
      .example = "xor = input(2) -> h: dense(4, tanh) -> o: dense(1, sigmoid)\n"
                 "train xor, data(\"xor\"), loss=bce, optimizer=adam(lr=0.1), epochs=300\nxor([1, 0])" },
    { .name = "plan", .usage = "plan NET, DATA, loss=mse, optimizer=sgd(), batch=32", .group = "training",
      .keys = "loss optimizer epochs batch shuffle validate metrics seed", .min_args = 2, .max_args = 3,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_plan,
      .help = "How training runs fast: the update that train would make with the same arguments, as the stages it was "
              "compiled to. Each line says what was folded together, how many operations it takes, how many KiB it reads "
              "and writes, and its time, measured now. Nothing is trained.",
      .example = "net = input(4) -> dense(8, tanh) -> dense(3, softmax)\n"
                 "plan net, data(\"iris\"), loss=crossentropy, optimizer=adam();" },
    { .name = "predict", .usage = "predict NET, x", .group = "training", .min_args = 2, .max_args = 2, .flags = BUILTIN_COMMAND,
      .run = run_predict, .help = "The network's output for a sample or a batch: the same as NET(x).",
      .example = "net = input(2) -> dense(1)\npredict net, [1, 0]" },
    { .name = "evaluate", .usage = "evaluate NET, DATA [, loss=, metrics=]", .group = "training", .keys = "loss metrics", .min_args = 2,
      .max_args = 3, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_evaluate,
      .help = "Loss over all rows, and accuracy where there are classes; the loss is the one the network was last trained with.",
      .example = "net = input(2) -> dense(1)\nevaluate net, data(\"xor\"), loss=mse" },
    { .name = "summary", .usage = "summary NET", .group = "training", .min_args = 1, .max_args = 1, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO,
      .run = run_summary, .help = "The stages of a network: layer, shape of the output for one sample, number of parameters.",
      .example = "net = input(4) -> dense(16, tanh) -> dense(3, softmax)\nsummary net" },
    { .name = "reset", .usage = "reset NET", .group = "training", .min_args = 1, .max_args = 1, .flags = BUILTIN_COMMAND, .run = run_reset,
      .help = "Fresh weights from the layers' initialisers; optimizers forget what they remembered of the old ones.",
      .example = "net = input(2) -> dense(1)\nreset net" },
    { 0 }
};
