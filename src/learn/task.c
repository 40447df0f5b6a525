/* task.c -- the graph of one batch: output, loss, metrics, gradients, update.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/task_update.h"

void task_close(Task *t)
{
    func_drop(t->net);
    func_drop(t->loss);
    func_drop(t->rule);
    func_drop(t->schedule);
    for (int i = 0; i < t->n_metric; i++) func_drop(t->metric[i]);
    for (int i = 0; i < t->n_penalty; i++) func_drop(t->penalty[i]);
    free(t->net_name);
    free(t->data_name);
    *t = (Task){ 0 };
}

static Func *keep_any(Func *f) { return f ? func_keep(f) : NULL; }

Task task_copy(const Task *t)
{
    Task c = *t;
    func_keep(c.net);
    func_keep(c.loss);
    keep_any(c.rule);
    keep_any(c.schedule);
    for (int i = 0; i < c.n_metric; i++) func_keep(c.metric[i]);
    for (int i = 0; i < c.n_penalty; i++) func_keep(c.penalty[i]);
    c.net_name = mem_str(t->net_name);
    c.data_name = mem_str(t->data_name);
    return c;
}

/* ---- the samples ---- */

static bool is_network(const Func *f) { return f->kind == FN_CHAIN || f->kind == FN_BOUND; }

/* A sample that is a single number is a vector of one feature for a network. */
static Shape sample_shape(const Task *t, const DataView *data)
{
    Shape s = data->sample;
    if (!s.rank && is_network(t->net)) s = shape_of(1, (int64_t[]){ 1 });
    return s;
}

static Status sample_refuse(const Task *t, const Shape *got, Diag *d)
{
    char want[SHAPE_TEXT], has[SHAPE_TEXT];
    const Shape *in = &t->net->input;
    shape_print(want, in);
    shape_print(has, got);
    if (got->rank == 1)
        diag_set(d, E_SHAPE, t->at_data, "%s takes samples of shape %s; %s has %lld feature%s",
                 t->net_name, want, t->data_name, (long long)got->dim[0],
                 got->dim[0] == 1 ? "" : "s");
    else
        diag_set(d, E_SHAPE, t->at_data, "%s takes samples of shape %s; those of %s have shape %s",
                 t->net_name, want, t->data_name, has);
    Text dims = { 0 };
    for (int i = 0; i < got->rank; i++)
        text_addf(&dims, "%s%lld", i ? ", " : "", (long long)got->dim[i]);
    diag_hint(d, "A network that begins with input(%s) takes these data.", text_str(&dims));
    text_free(&dims);
    return E_SHAPE;
}

static Node *batch_leaf(int64_t rows, const Shape *each, const char *label, Diag *d)
{
    if (each->rank >= LIMIT_RANK) {
        diag_set(d, E_LIMIT, (Span){ 0, 0 }, "a batch would have more than %d axes", LIMIT_RANK);
        return NULL;
    }
    Shape s = { .rank = each->rank + 1, .dim = { rows } };
    memcpy(s.dim + 1, each->dim, sizeof *s.dim * (size_t)each->rank);
    Node *n = node_leaf(&s, NULL, d);
    if (n) node_label(n, "%s", label);
    return n;
}

static Status call_node_of(const Task *t, Func *f, Node *const *in, int n, Span at, Node **out,
                           Diag *d)
{
    Value arg[2], y = { 0 };
    for (int i = 0; i < n; i++) arg[i] = (Value){ .kind = V_NODE, .node = in[i] };
    TRY(func_call(t->s, NULL, f, arg, n, at, &y, d));
    Node *node = value_to_node(t->s, y, at, d);
    if (node) *out = node_keep(node);
    value_drop(&y);
    return node ? OK : d->code;
}

static Status build_output(const Task *t, const DataView *data, int64_t rows, Pass *p, Diag *d)
{
    Shape sample = sample_shape(t, data);
    if (t->net->kind == FN_CHAIN && t->net->has_input && !shape_equal(&sample, &t->net->input))
        return sample_refuse(t, &sample, d);
    p->x = batch_leaf(rows, &sample, "x", d);
    if (!p->x) return d->code;
    return call_node_of(t, t->net, &p->x, 1, t->at_net, &p->out, d);
}

/* ---- the targets ---- */

static void quantity(Text *t, const char *word, int64_t n)
{
    text_addf(t, "%lld %s%s", (long long)n, word, n == 1 ? "" : *word == 'c' ? "es" : "s");
}

/* One column of whole numbers, each the place of one of the outputs. */
static bool is_class_numbers(const DataView *v, int64_t outputs)
{
    bool all = v->n_out == 1 && outputs > 1;
    for (int64_t i = 0; i < v->rows && all; i++) all = v->y[i] >= 0 && v->y[i] < (double)outputs && v->y[i] == floor(v->y[i]);
    return all;
}

static Status target_refuse(const Task *t, const DataView *data, int64_t rows, const Pass *p,
                            Diag *d)
{
    Text gives = { 0 }, has = { 0 };
    int64_t each = p->out->len / rows;
    quantity(&gives, "number", each);
    quantity(&has, data->classes ? "class" : "number", data->n_out);
    if (p->out->len % rows || !p->out->shape.rank || p->out->shape.dim[0] != rows) {
        char s[SHAPE_TEXT];
        diag_set(d, E_SHAPE, t->at_net,
                 "%s makes shape %s of a batch of %lld rows; one result a row is needed",
                 t->net_name, shape_print(s, &p->out->shape), (long long)rows);
        diag_hint(d, "The first axis of its output must count the rows, as the first axis of its "
                     "input does.");
    } else {
        diag_set(d, E_SHAPE, t->at_data, "%s gives %s, the targets of %s have %s", t->net_name,
                 text_str(&gives), t->data_name, text_str(&has));
        if (is_class_numbers(data, each))
            diag_hint(d, "The targets look like class numbers: dataset(x, y, classes=[...]) makes a column of each, or take "
                         "loss=sparse_crossentropy.");
        else
            diag_hint(d, "Let the last layer have %lld unit%s.", (long long)data->n_out, data->n_out == 1 ? "" : "s");
    }
    text_free(&gives);
    text_free(&has);
    return E_SHAPE;
}

/* Losses whose target is a class index, not a row of numbers. */
static bool takes_index(const Func *loss)
{
    return loss->name && !strncmp(loss->name, "sparse", 6);
}

static Status build_target(const Task *t, const DataView *data, int64_t rows, Pass *p, Diag *d)
{
    const Shape *out = &p->out->shape;
    bool rowwise = out->rank && out->dim[0] == rows && p->out->len % rows == 0;
    bool index = takes_index(t->loss) && data->n_out == 1;
    if (!rowwise || (!index && p->out->len / rows != data->n_out))
        return target_refuse(t, data, rows, p, d);
    Shape each = index ? (Shape){ 0 } : shape_of(out->rank - 1, out->dim + 1);
    p->y = batch_leaf(rows, &each, "target", d);
    return p->y ? OK : d->code;
}

/* ---- loss and metrics ---- */

/* kl(target, output) names its target first. */
static bool target_first(const Func *f)
{
    while (f->kind == FN_BOUND) f = f->of;
    return f->ast && f->kind == FN_DEF && f->ast->n > 2 && f->ast->kid[0]->text &&
           !strcmp(f->ast->kid[0]->text, "target");
}

static Status build_ask(const Task *t, Func *f, const char *word, Span at, Pass *p, Diag *d)
{
    bool turned = target_first(f);
    Node *in[2] = { turned ? p->y : p->out, turned ? p->out : p->y }, *n = NULL;
    TRY(call_node_of(t, f, in, 2, at, &n, d));
    const char *name = f->name ? f->name : word;
    if (n->len != 1) {
        char s[SHAPE_TEXT];
        diag_set(d, E_SHAPE, at, "a %s is a single number; %s gives shape %s", word, name,
                 shape_print(s, &n->shape));
        diag_hint(
            d, "Take the mean of it, for example %s(output, target) = mean((output - target)^2).",
            name);
        node_drop(n);
        return E_SHAPE;
    }
    Node *named = node_slot(n);          /* a label of its own, whatever the function gave back */
    node_label(named, "%s", p->n_ask ? name : "loss");
    node_drop(n);
    p->ask[p->n_ask++] = named;
    return OK;
}

/* ---- pass ---- */

static Status pass_make(const Task *t, const DataView *data, int64_t rows, Pass *p, Diag *d)
{
    TRY(build_output(t, data, rows, p, d));
    TRY(build_target(t, data, rows, p, d));
    TRY(build_ask(t, t->loss, "loss", t->at_loss, p, d));
    for (int i = 0; i < t->n_metric; i++)
        TRY(build_ask(t, t->metric[i], "metric", t->at_loss, p, d));
    return t->rule ? pass_build_update(t, p, d) : OK;
}

Status pass_build(const Task *t, const DataView *data, int64_t rows, Pass *out, Diag *d)
{
    *out = (Pass){ 0 };
    Meanings kept = meanings_keep(t->net);
    bool was = session_training(t->s, t->rule != NULL);
    Status st = pass_make(t, data, rows, out, d);
    session_training(t->s, was);
    meanings_return(&kept);
    if (st != OK) pass_free(out);
    return st;
}

void pass_free(Pass *p)
{
    node_drop(p->x);
    node_drop(p->y);
    node_drop(p->out);
    node_drop(p->goal);
    for (int i = 0; i < p->n_ask; i++) node_drop(p->ask[i]);
    update_free(&p->update);
    *p = (Pass){ 0 };
}

Recipe pass_recipe(const Pass *p)
{
    return (Recipe){ .x = p->x, .y = p->y, .n_ask = p->n_ask, .ask = p->ask,
                     .n = p->update.n, .leaf = p->update.leaf, .next = p->update.next };
}

/* ---- sweep ---- */

Status sweep_open(Sweep *w, const Task *t, const DataView *data, int64_t batch, Diag *d)
{
    if (batch > data->rows) batch = data->rows;
    *w = (Sweep){
        .data = data, .batch = batch, .batches = data->rows / batch, .left = data->rows % batch
    };
    t->s->per_epoch = (double)sweep_updates(w);          /* what schedules count epochs by */
    Status st = pass_build(t, data, batch, &w->full, d);
    if (st == OK && w->left) st = pass_build(t, data, w->left, &w->rest, d);
    t->s->per_epoch = 1;
    if (st != OK) sweep_close(w);
    return st;
}

/* The data in single precision, once for all epochs. */
static Status data_narrow(Sweep *w, Diag *d)
{
    const DataView *v = w->data;
    int64_t nx = v->rows * v->n_in, ny = v->rows * v->n_out;
    w->narrow_bytes = sizeof(float) * (size_t)(nx + ny);
    w->narrow = mem_take_bare(w->narrow_bytes);
    if (!w->narrow)
        return diag_set(d, E_LIMIT, (Span){ 0, 0 }, "no memory left for the data in single precision (budget %zu MiB)",
                        mem_budget() >> 20);
    for (int64_t i = 0; i < nx; i++) w->narrow[i] = (float)v->x[i];
    for (int64_t i = 0; i < ny; i++) w->narrow[nx + i] = (float)v->y[i];
    w->x = w->narrow;
    w->y = w->narrow + nx;
    return OK;
}

Status sweep_compile(Sweep *w, Store *store, Diag *d)
{
    w->x = w->data->x;
    w->y = w->data->y;
    if (store->single) TRY(data_narrow(w, d));
    Recipe full = pass_recipe(&w->full), rest = pass_recipe(&w->rest);
    w->plan = plan_build(&full, store, PLAN_ANY, d);
    if (w->plan && w->left) w->plan_rest = plan_build(&rest, store, PLAN_ANY, d);
    return w->plan && (w->plan_rest || !w->left) ? OK : d->code;
}

void sweep_close(Sweep *w)
{
    plan_free(w->plan);
    plan_free(w->plan_rest);
    mem_give(w->narrow, w->narrow_bytes);
    pass_free(&w->full);
    pass_free(&w->rest);
    *w = (Sweep){ 0 };
}

int64_t sweep_updates(const Sweep *w) { return w->batches + (w->left > 0); }

bool sweep_run(Sweep *w, const uint32_t *order, int64_t first, int64_t count, double *sum)
{
    double part[1 + LIMIT_METRICS];
    int64_t full = first + count > w->batches ? w->batches - first : count;
    Feed f = { .x = w->x,
               .y = w->y,
               .order = order,
               .from = first * w->batch,
               .batches = full,
               .epochs = 1 };
    if (full > 0) {
        if (!plan_run(w->plan, &f, part)) return false;
        for (int i = 0; i < w->full.n_ask; i++) sum[i] += part[i] * (double)w->batch;
    }
    if (full >= count) return true;
    f.from = w->batches * w->batch;
    f.batches = 1;
    if (!plan_run(w->plan_rest, &f, part)) return false;
    for (int i = 0; i < w->full.n_ask; i++) sum[i] += part[i] * (double)w->left;
    return true;
}

/* ---- what names mean ---- */

static void meanings_walk(Func *f, Meanings *l)
{
    GROW(l->at, l->n, l->cap);
    l->at[l->n].f = func_keep(f);
    l->at[l->n++].last = f->last ? scope_keep(f->last) : NULL;
    for (int i = 0; i < f->n_stage; i++) meanings_walk(f->stage[i], l);
}

Meanings meanings_keep(Func *net)
{
    Meanings l = { 0 };
    meanings_walk(net, &l);
    return l;
}

void meanings_return(Meanings *l)
{
    for (int i = 0; i < l->n; i++) {
        scope_drop(l->at[i].f->last);
        l->at[i].f->last = l->at[i].last;
        func_drop(l->at[i].f);
    }
    free(l->at);
    *l = (Meanings){ 0 };
}
