/* natives_train.c -- TABLE of training: train.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "graph/exec.h"
#include "learn/learn.h"
#include "learn/natives.h"
#include "learn/notes.h"
#include "learn/taskargs.h"
#include "learn/train.h"
#include "run/crew.h"

/* ---- train ---- */

typedef struct {
    Task         task;
    Value        data, val;          /* counted */
    DataView     view, val_view;
    bool         has_val;
    TrainOptions o;
    const Ast   *block;              /* run after each epoch, or NULL */
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

static Status validate_fraction(Call *c, Work *w, double part)
{
    Record *half[2];
    Span at = call_key_span(c, "validate");
    if (!(part > 0 && part < 1)) {
        char buf[NUM_TEXT];
        return diag_set(c->d, E_RANGE, at, "validate= is a data set or a part between 0 and 1, not %s", num_exact(buf, part));
    }
    if (!dataset_is(w->data)) {
        diag_set(c->d, E_TYPE, at, "validate= as a part needs a data set to split");
        return diag_hint(c->d, "dataset(x, y) makes one of x and y.");
    }
    if (w->view.rows < 2) return diag_set(c->d, E_RANGE, at, "there are no two rows to split");
    Status st = dataset_split(w->data.record, 1 - part, w->view.n_class > 0, &c->s->rng, half, c->d);
    if (st != OK) return c->d->at = at, st;
    dataset_view_free(&w->view);
    value_drop(&w->data);
    w->data = value_record(half[0]);
    w->val = value_record(half[1]);
    return dataset_view(w->data, call_span(c, 1), &w->view, c->d);
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
    return same_classes(c, &w->view, w->task.data_name, &w->val_view, call_key_span(c, "validate"));
}

/* ---- when to end, and what to keep ---- */

static Status need_validation(Call *c, const char *key, const char *what)
{
    diag_set(c->d, E_TYPE, call_key_span(c, key), "%s goes by the loss of a validation set, and there is none", what);
    return diag_hint(c->d, "Add validate=0.2, which keeps that part of the rows for it, or validate= with a set of its own.");
}

static Status take_patience(Call *c, Work *w)
{
    Value v;
    TRY(call_key(c, "patience", &v));
    if (v.kind == V_NONE) return OK;
    TRY(key_count(c, "patience", 1, LIMIT_EPOCHS, &w->o.patience));
    if (!w->has_val) return need_validation(c, "patience", "patience=");
    w->o.best = true;
    return OK;
}

static Status take_keep(Call *c, Work *w)
{
    const char *keep;
    TRY(call_key_text(c, "keep", NULL, &keep));
    if (!keep) return OK;
    w->o.best = !strcmp(keep, "best");
    if (!w->o.best && strcmp(keep, "last")) {
        diag_set(c->d, E_RANGE, call_key_span(c, "keep"), "keep= is best or last, not %s", keep);
        return diag_hint(c->d, "keep=best keeps the weights of the smallest val_loss, keep=last those of the last epoch.");
    }
    return w->o.best && !w->has_val ? need_validation(c, "keep", "keep=best") : OK;
}

/* ---- a block after each epoch ---- */

/* It sees epoch, loss and whatever else the history has, by name, as numbers of now. */
static Scope *epoch_scope(const History *h)
{
    Scope *s = scope_new();
    scope_set(s, "epoch", value_num((double)h->epochs));
    for (int i = 0; i < h->n; i++) scope_set(s, h->name[i], value_num(h->value[i][h->epochs - 1]));
    return s;
}

static Status block_run(void *ctx, const History *h, bool *leave, Diag *d)
{
    Call *c = ctx;
    Env e = *c->env;
    e.d = d;
    e.scope = epoch_scope(h);
    bool quiet = c->s->quiet;
    c->s->quiet = false;
    Status st = exec_block(&e, c->ast[c->n]);
    c->s->quiet = quiet;
    *leave = e.broke;
    scope_drop(e.scope);
    return st;
}

static Status take_block(Call *c, Work *w)
{
    const Ast *last = c->n ? c->ast[c->n - 1] : NULL;
    if (last && last->kind == A_BLOCK && c->env) {
        w->block = last;
        c->n--;
        w->o.each = block_run;
        w->o.ctx = c;
    }
    if (c->n >= 2 && c->n <= 3) return OK;
    diag_set(c->d, E_TYPE, c->at, "%s takes a network and data, %d argument%s given", c->row->name, c->n, c->n == 1 ? "" : "s");
    return diag_hint(c->d, "Usage: %s", c->row->usage);
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
    TRY(take_block(c, w));
    TRY(task_take(c, &w->task));
    TRY(key_rule(c, &w->task.rule));
    TRY(take_data(c, 1, &w->data));
    TRY(dataset_view(w->data, call_span(c, 1), &w->view, c->d));
    TRY(key_metrics(c, &w->task, &w->view));
    TRY(key_count(c, "epochs", 1, LIMIT_EPOCHS, &w->o.epochs));
    TRY(key_count(c, "batch", 32, LIMIT_DIM, &w->o.batch));
    TRY(call_key_int(c, "shuffle", 1, &shuffle));
    w->o.shuffle = shuffle != 0;
    TRY(key_schedule(c, &w->task, w->o.epochs));
    TRY(key_penalties(c, &w->task));
    TRY(key_clip(c, &w->task));
    TRY(take_seed(c));
    TRY(take_validation(c, w));
    TRY(take_patience(c, w));
    return take_keep(c, w);
}

/* Why it is over before its time. */
static void end_line(Text *t, const Work *w, const TrainResult *r)
{
    long long done = r->history.epochs, all = w->o.epochs;
    if (r->end == TRAIN_STOPPED) text_addf(t, "# stopped after epoch %lld of %lld; all that was learned is kept\n", done, all);
    if (r->end == TRAIN_LEFT) text_addf(t, "# ended by its block after epoch %lld of %lld\n", done, all);
    if (r->end == TRAIN_PATIENT)
        text_addf(t, "# val_loss has not fallen for %lld epoch%s\n", (long long)w->o.patience, w->o.patience == 1 ? "" : "s");
    if (r->end == TRAIN_HELD && r->row >= 0)
        text_addf(t, "# stopped after update %lld of epoch %lld, row %lld of %s\n", (long long)r->update, done + 1,
                  (long long)r->row, w->task.data_name);
    else if (r->end == TRAIN_HELD) text_addf(t, "# stopped after update %lld of epoch %lld\n", (long long)r->update, done + 1);
    text_add(t, text_str(&r->report));
    if (r->best && r->best < done) text_addf(t, "# the weights of epoch %lld are kept, where val_loss was smallest\n", (long long)r->best);
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
    end_line(t, w, r);
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
static void task_remember(const Work *w)
{
    Record *r = record_new("task");
    record_set(r, "data", value_keep(w->data));
    record_set(r, "loss", value_func(func_keep(w->task.loss)));
    record_set(r, "optimizer", value_func(func_keep(w->task.rule)));
    record_set(r, "batch", value_num((double)w->o.batch));
    Value old = value_record(w->task.net->task);
    if (w->task.net->task) value_drop(&old);
    w->task.net->task = r;
}

/* What `back` goes by. */
static void rewind_remember(Call *c, const Work *w, TrainResult *r)
{
    Learn *l = learn_of(c->s);
    rewind_free(l->rewind);
    l->rewind = r->rewind;
    l->latest = true;
    r->rewind = NULL;
    if (!l->rewind) return;
    l->rewind->ready = true;
    l->rewind->task = task_copy(&w->task);
    l->rewind->task.at_net = l->rewind->task.at_data = l->rewind->task.at_loss = l->rewind->task.at_rule =
        l->rewind->task.at_penalty = (Span){ 0, 0 };         /* of a statement that is over */
    l->rewind->data = value_keep(w->data);
    l->rewind->batch = w->o.batch;
    l->rewind->shuffle = w->o.shuffle;
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
    int n = c->n;
    Status st = work_open(c, &w);
    if (st == OK) {
        params_remember(&w);
        st = train_run(&w.task, &w.view, w.has_val ? &w.val_view : NULL, &w.o, &r, c->d);
    }
    if (st == OK) {
        tell_moves(c->s, &w, r.updates);
        task_remember(&w);
        rewind_remember(c, &w, &r);
        if (r.end == TRAIN_STOPPED) stop_forget();
        notes_before(c->s, &w.task, &w.view, call_has(c, "batch") ? w.o.batch : 0);
        if (!c->s->quiet) result_line(c->s, &w, &r);
        notes_after(c->s, &w.task, &w.view, &r);
        st = history_define(c, w.task.net_name, &r, out);
    }
    train_result_free(&r);
    work_close(&w);
    c->n = n;
    return st;
}

/* ---- plan ---- */

static Status plan_show(Call *c, const Work *w)
{
    Sweep sweep = { 0 };
    Store store = { 0 };
    Status st = sweep_open(&sweep, &w->task, &w->view, w->o.batch, c->d);
    const Update *u = &sweep.full.update;
    if (st == OK) st = store_open(&store, u->leaf, u->n, c->s->single, c->d);
    store.threads = c->s->threads ? c->s->threads : crew_processors();
    if (st == OK) st = sweep_compile(&sweep, &store, c->d);
    if (st == OK) {
        text_addf(&c->s->out, "# one update of %s with %lld row%s, in %s precision\n", w->task.net_name,
                  (long long)sweep.batch, sweep.batch == 1 ? "" : "s", store.single ? "single" : "double");
        plan_print(sweep.plan, &(Feed){ .x = sweep.x, .y = sweep.y, .batches = 1, .epochs = 1 }, &store, &c->s->out);
    }
    if (store.leaf) store_close(&store);
    sweep_close(&sweep);
    return st;
}

/* The update that train would make with the same arguments, compiled and looked at. */
static Status run_plan(Call *c, Value *out)
{
    (void)out;
    Work w = { 0 };
    int n = c->n;
    Status st = work_open(c, &w);
    if (st == OK) st = plan_show(c, &w);
    work_close(&w);
    c->n = n;
    return st;
}

const Builtin natives_train[] = {
    { .name = "train", .usage = "train NET, DATA, loss=mse, optimizer=sgd(), epochs=1, batch=32 [{ ... }]", .group = "training",
      .keys = "loss optimizer epochs batch shuffle validate patience keep metrics schedule regularize clip seed", .min_args = 2,
      .max_args = 4, .flags = BUILTIN_COMMAND, .run = run_train,
      .help = "Teaches a network. DATA is a data set, or x and y. batch= rows go into one update (the last batch may be smaller); "
              "shuffle=0 keeps the rows in order; validate= is a data set, or a part such as 0.2; patience=5 ends when val_loss has "
              "not fallen for 5 epochs and keeps the best weights (keep=best: without ending). schedule=cosine changes the rate, "
              "regularize=l2(0.01) adds the cost of the weights to what is made less, clip=1 bounds the length of the gradient. A "
              "block { } behind it is run after each epoch and sees epoch, loss, val_loss and the metrics; break in it ends the "
              "training. Ctrl-C stops and keeps all that was learned; train again goes on with the weights as they are. break when "
              "and watch stop it after the update that they name; back goes back over updates. The losses are then in history, one "
              "for each epoch of this training.",
      .example = "xor = input(2) -> h: dense(4, tanh) -> o: dense(1, sigmoid)\n"
                 "train xor, data(\"xor\"), loss=bce, optimizer=adam(lr=0.1), epochs=300\nxor([1, 0])\n"
                 "train xor, data(\"xor\"), loss=bce, epochs=50 { if epoch == 20 { break } }" },
    { .name = "plan", .usage = "plan NET, DATA, loss=mse, optimizer=sgd(), batch=32", .group = "training",
      .keys = "loss optimizer epochs batch shuffle validate patience keep metrics schedule regularize clip seed", .min_args = 2,
      .max_args = 3, .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = run_plan,
      .help = "How training runs fast: the update that train would make with the same arguments, as the stages it was "
              "compiled to. Each line says what was folded together, how many operations it takes, how many KiB it reads "
              "and writes, and its time, measured now. Nothing is trained.",
      .example = "net = input(4) -> dense(8, tanh) -> dense(3, softmax)\n"
                 "plan net, data(\"iris\"), loss=crossentropy, optimizer=adam();" },
    { 0 }
};
