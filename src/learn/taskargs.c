/* taskargs.c -- network, data, loss, optimizer and metrics as a command names them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/taskargs.h"

#include <stdlib.h>
#include <string.h>

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

const Ast *key_typed(const Call *c, const char *key)
{
    for (int i = 0; i < c->n_key; i++)
        if (!strcmp(c->key[i], key)) return c->key_ast[i];
    return NULL;
}

Status take_net(Call *c, Func **out)
{
    TRY(call_func(c, 0, out));
    if (is_net(*out)) return OK;
    diag_set(c->d, E_TYPE, call_span(c, 0), "%s is %s, not a network", (*out)->name ? (*out)->name : "this",
             value_kind((Value){ .kind = V_FUNC, .func = *out }));
    return diag_hint(c->d, "For example: net = input(2) -> dense(2, tanh) -> dense(1, sigmoid)");
}

Status typed_pair(Call *c, const Ast *a, Value *out)
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

Status take_data(Call *c, int i, Value *out)
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

Status key_func(Call *c, const char *key, const char *otherwise, Func **out)
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

Status key_rule(Call *c, Func **out)
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

Status key_metrics(Call *c, Task *t, const DataView *data)
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

Status key_count(Call *c, const char *key, int64_t otherwise, int64_t most, int64_t *out)
{
    TRY(call_key_int(c, key, otherwise, out));
    if (*out >= 1 && *out <= most) return OK;
    return diag_set(c->d, E_RANGE, call_key_span(c, key), "%s goes from 1 to %lld, not %lld", key, (long long)most, (long long)*out);
}

/* ---- classes of two sets ---- */

static void classes_list(Text *t, const DataView *v)
{
    for (int i = 0; i < v->n_class && t->len < 200; i++) {
        text_add(t, i ? ", " : "");
        text_add_safe(t, v->classes[i], strnlen(v->classes[i], 60));
    }
}

Status same_classes(Call *c, const DataView *a, const char *a_name, const DataView *b, Span at)
{
    if (!a->n_class || !b->n_class) return OK;
    bool same = a->n_class == b->n_class;
    for (int i = 0; i < a->n_class && same; i++) same = !strcmp(a->classes[i], b->classes[i]);
    if (same) return OK;
    Text here = { 0 }, there = { 0 };
    classes_list(&here, a);
    classes_list(&there, b);
    diag_set(c->d, E_TYPE, at, "the classes of this set are %s, those of %s are %s", text_str(&there), a_name, text_str(&here));
    text_free(&here);
    text_free(&there);
    return diag_hint(c->d, "They must be the same in the same order: csv(file, like=d) reads a file so, split makes both of one set.");
}

/* The same names, in whatever order. */
static bool same_names(const DataView *a, const DataView *b)
{
    bool all = a->n_class == b->n_class;
    for (int i = 0; i < a->n_class && all; i++) {
        bool found = false;
        for (int k = 0; k < b->n_class && !found; k++) found = !strcmp(a->classes[i], b->classes[k]);
        all = found;
    }
    return all;
}

Status trained_classes(Call *c, const Func *net, const DataView *b, Span at)
{
    const Value *data = net->task ? record_find(net->task, "data") : NULL;
    DataView a;
    Diag ignore = { 0 };
    if (!data || dataset_view(*data, at, &a, &ignore) != OK) return OK;
    Status st = same_names(&a, b) ? same_classes(c, &a, "the training", b, at) : OK;
    dataset_view_free(&a);
    return st;
}

/* ---- the task ---- */

Status task_take(Call *c, Task *t)
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
