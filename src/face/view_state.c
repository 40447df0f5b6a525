/* view_state.c -- what a view sees of the session.
 *
 * Everything is read anew after each command, and whatever is kept is counted: the
 * command may have redefined or forgotten anything.
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
#include "graph/op.h"
#include "learn/task.h"

static const Span nowhere = { 0, 0 };

static bool is_net(Value v)
{
    return v.kind == V_FUNC && (v.func->kind == FN_CHAIN || layer_is(v.func));
}

static bool is_number(Value v) { return v.kind == V_NODE && v.node->len == 1; }

/* ---- which quantity ---- */

static bool made_of_net(const ViewState *v, Node *E)
{
    for (int i = 0; i < v->n_matrix; i++)
        if (node_depends(E, v->matrix[i].W)) return true;
    return false;
}

/* What is being stepped, if it still bears its name and is about this network. */
static Node *stepped(const ViewState *v)
{
    Node *E = v->now->E;
    Binding *b = E && E->label && E->len == 1 ? session_find(v->s, E->label) : NULL;
    return b && b->value.kind == V_NODE && b->value.node == E && made_of_net(v, E) ? E : NULL;
}

static Node *latest_about(const ViewState *v)
{
    int n;
    Binding **all = session_bindings(v->s, &n);
    Node *E = NULL;
    for (int i = n - 1; i >= 0 && !E; i--)
        if (all[i]->kind == B_EQUATION && is_number(all[i]->value) &&
            made_of_net(v, all[i]->value.node))
            E = all[i]->value.node;
    free(all);
    return E;
}

/* "E", unless the user has another one. */
static char *loss_name(const ViewState *v)
{
    Binding *b = session_find(v->s, "E");
    if (!b) return mem_str("E");
    Text now = { 0 };
    char *begin = text_printed("E = %s(%s(", v->loss_text, v->net_name);
    if (b->ast) ast_print(&now, b->ast);
    bool own = !strncmp(text_str(&now), begin, strlen(begin));      /* a view made it */
    text_free(&now);
    free(begin);
    return own ? mem_str("E") : text_printed("E_%s", v->net_name);
}

/* The loss of one row, under the name that `begin` will give it. */
static void loss_make(ViewState *v)
{
    if (!v->has_rows || !v->net->has_input) return;
    Text t = { 0 };
    Value got = { 0 };
    Diag d = { 0 };
    char *name = loss_name(v);
    rows_loss_text(v, v->row_at, &t);
    Meanings l = meanings_keep(v->net);
    Status st = session_eval(v->s, text_str(&t), &got, &d);
    meanings_return(&l);
    if (st == OK && is_number(got)) {
        v->E = node_slot(got.node);
        node_label(v->E, "%s", name);
    } else if (st != OK) {
        v->trouble = text_printed("%s: %s", text_str(&t), d.text);
    }
    text_addf(&v->begin, "%s = %s\n", name, text_str(&t));
    value_drop(&got);
    text_free(&t);
    free(name);
}

static void step_command(const ViewState *v, const char *name, Text *to)
{
    text_addf(to, "step %s", name);
    if (v->optimizer_text && v->net) text_addf(to, ", optimizer=%s", v->optimizer_text);
}

static void begin_make(ViewState *v)
{
    if (v->E && !(v->bound && v->now->E == v->E)) step_command(v, v->E->label, &v->begin);
}

void view_row_commands(const ViewState *v, Text *to)
{
    if (!v->net || !v->has_rows) return;
    char *name = loss_name(v);
    text_addf(to, "%s = ", name);
    rows_loss_text(v, v->row_at, to);
    text_addc(to, '\n');
    step_command(v, name, to);
    free(name);
}

static void quantity_find(ViewState *v)
{
    if (!v->net) {
        v->bound = true;
    } else {
        Node *E = stepped(v);
        if (!E) E = latest_about(v);
        v->bound = E != NULL;
        if (E) v->E = node_keep(E);
        else loss_make(v);
    }
    begin_make(v);
}

/* ---- what comes out of each layer ---- */

/* Among nodes in order of computing, the last with that label: of several calls the
 * latest. */
static Node *labelled(Node *const *all, int n, const char *label)
{
    for (int i = n - 1; i >= 0; i--)
        if (all[i]->label && !strcmp(all[i]->label, label)) return all[i];
    return NULL;
}

/* What the last operation on W takes beside it. */
static Node *beside(Node *const *all, int n, const Node *W)
{
    for (int i = n - 1; i >= 0; i--) {
        if (all[i]->flags & NODE_GRAD || all[i]->n_in < 2) continue;
        if (node_through(all[i]->in[1]) == W) return all[i]->in[0];
        if (node_through(all[i]->in[0]) == W) return all[i]->in[1];
    }
    return NULL;
}

static Node *latest_input(const Func *net)
{
    const Func *first = net;
    while (first->kind == FN_CHAIN && first->n_stage) first = first->stage[0];
    Value *x = first->last ? scope_find(first->last, "x") : NULL;
    return x && x->kind == V_NODE ? x->node : NULL;
}

static void outputs_of_E(ViewState *v)
{
    int n;
    Node **all = node_walk(v->E, &n);
    for (int i = 0; i < v->n_layer; i++) {
        Node *out = labelled(all, n, v->layer[i].label);
        if (out) v->layer[i].out = node_keep(out);
    }
    bool first = v->n_matrix && !v->matrix[0].layer;
    Node *x = first ? beside(all, n, node_through(v->matrix[0].W)) : NULL;
    if (x) v->input = node_keep(node_through(x));
    free(all);
}

static void outputs_of_call(ViewState *v)
{
    Diag d = { 0 };
    for (int i = 0; i < v->n_layer; i++) {
        Value got = { 0 };
        const char *dot = strchr(v->layer[i].label, '.');
        Value net = { .kind = V_FUNC, .func = v->net };
        bool has = dot ? value_field(v->s, net, dot + 1, nowhere, &got, &d) == OK : false;
        Node *out = !dot ? v->net->last ? v->net->last->out : NULL
                         : has ? value_to_node(v->s, got, nowhere, &d) : NULL;
        if (out) v->layer[i].out = node_keep(out);
        value_drop(&got);
        diag_clear(&d);
    }
    Node *x = latest_input(v->net);
    if (x) v->input = node_keep(x);
}

static Node *gradient(ViewState *v, Node *x)
{
    Diag d = { 0 };
    return v->E && x ? session_grad(v->s, v->E, x, nowhere, &d) : NULL;
}

static int64_t batch_of(const ViewState *v)
{
    if (!v->net) return 1;
    int rank = v->net->has_input ? v->net->input.rank : 1;
    return v->input && v->input->shape.rank == rank + 1 ? v->input->shape.dim[0] : 1;
}

static void layers_finish(ViewState *v)
{
    for (int i = 0; i < v->n_layer; i++) {
        ViewLayer *l = &v->layer[i];
        int64_t rows = batch_of(v);
        l->grad = gradient(v, l->out);
        if (l->out) l->units = l->out->len / (rows ? rows : 1);
    }
    for (int i = 0; i < v->n_matrix; i++) {
        ViewMatrix *m = &v->matrix[i];
        m->gW = gradient(v, m->W);
        m->gb = gradient(v, m->b);
        if (m->layer >= 0 && !v->layer[m->layer].units) v->layer[m->layer].units = m->cols;
    }
}

/* ---- what is computed now ---- */

/* "grad(E, net.h.W)" is about "net.h.W". */
static const char *subject(const Node *n, char buf[LIMIT_NAME + 1])
{
    const char *label = n->label ? n->label : "";
    if (!strncmp(label, "grad(", 5)) {
        for (const char *p = label; (p = strstr(p, ", ")) != NULL;) label = p += 2;
        size_t len = strlen(label);
        snprintf(buf, LIMIT_NAME + 1, "%.*s", (int)(len ? len - 1 : 0), label);
    } else {
        snprintf(buf, LIMIT_NAME + 1, "%s", label);
    }
    return buf;
}

static bool within(const char *label, const char *layer)
{
    size_t n = strlen(layer);
    return !strncmp(label, layer, n) && (!label[n] || label[n] == '.');
}

static void active_find(ViewState *v)
{
    static char label[LIMIT_NAME + 1];
    ViewActive *a = &v->active;
    *a = (ViewActive){ .layer = -1, .matrix = -1, .at = v->now->at };
    if (!v->now->node || v->now->E != v->E) return;
    a->label = subject(v->now->node, label);
    for (int i = 0; i < v->n_layer; i++)
        if (within(label, v->layer[i].label)) a->layer = i;
    for (int i = 0; i < v->n_matrix; i++) {
        const ViewMatrix *m = &v->matrix[i];
        if (m->W->label && !strcmp(label, m->W->label)) a->matrix = i;
        if (m->b && m->b->label && !strcmp(label, m->b->label)) a->matrix = i, a->bias = true;
    }
}

/* The weights that are shown are those at work, unless the person is among them. */
static void selection_follow(ViewState *v)
{
    const ViewActive *a = &v->active;
    if (v->selecting || (a->layer < 0 && a->matrix < 0)) return;
    int at = a->matrix;
    for (int i = v->n_matrix - 1; i >= 0 && a->matrix < 0; i--)
        if (v->matrix[i].layer == a->layer) at = i;
    if (at < 0 || at == v->matrix_at) return;
    v->matrix_at = at;
    v->row = v->col = 0;
}

/* ---- all of it ---- */

static void view_forget(ViewState *v)
{
    layers_forget(v);
    rows_forget(v);
    func_drop(v->net);
    node_drop(v->E);
    node_drop(v->input);
    free(v->trouble);
    text_clear(&v->begin);
    v->net = NULL;
    v->E = v->input = NULL;
    v->trouble = NULL;
    v->bound = false;
    v->active = (ViewActive){ .layer = -1, .matrix = -1 };
}

/* The network that a quantity is about: the latest whose weights it is made of. */
static Func *net_below(Session *s, Node *E)
{
    int n;
    Func *net = NULL;
    Binding **all = session_bindings(s, &n);
    for (int i = n - 1; i >= 0 && !net; i--) {
        if (!is_net(all[i]->value)) continue;
        int k;
        Node **w = func_params(all[i]->value.func, &k);
        for (int j = 0; j < k && !net; j++)
            if (node_depends(E, w[j])) net = all[i]->value.func;
        free(w);
    }
    free(all);
    return net;
}

static void selection_clamp(ViewState *v)
{
    if (v->matrix_at >= v->n_matrix) v->matrix_at = v->n_matrix ? v->n_matrix - 1 : 0;
    if (v->layer_at >= v->n_layer) v->layer_at = 0, v->unit = -1;
    if (!v->n_matrix) return;
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    int64_t rows = m->rows + (m->b != NULL);
    if (v->row >= rows) v->row = rows - 1;
    if (v->col >= m->cols) v->col = m->cols - 1;
}

/* E: the quantity that is viewed, or NULL: to be found. */
static void net_read(ViewState *v, Func *net, const char *name, Node *E)
{
    v->net = func_keep(net);
    v->net_name = name;
    layers_add(v, net, "");
    rows_read(v);
    if (E) {
        v->bound = true;
        begin_make(v);
    } else {
        quantity_find(v);
    }
    if (v->E) outputs_of_E(v);
    if (!v->E || !v->layer[v->n_layer - 1].out) outputs_of_call(v);
    layers_finish(v);
    v->sample = rows_find(v, v->input);
}

/* E = loss(net(x), t): the network is what there is to see. */
static void quantity_read(ViewState *v, Node *E)
{
    Func *net = net_below(v->s, E);
    v->E = node_keep(E);
    if (net && net->name) {
        net_read(v, net, net->name, E);
        return;
    }
    int n;
    Node **w = session_params(v->s, E, &n);
    for (int i = 0; i < n; i++) matrix_add(v, -1, w[i]->label ? w[i]->label : "param", w[i], NULL);
    free(w);
    quantity_find(v);
    layers_finish(v);
}

void view_read(ViewState *v)
{
    view_forget(v);
    v->now = step_now(v->s);
    Binding *b = session_find(v->s, v->name);
    if (b && is_net(b->value)) net_read(v, b->value.func, v->name, NULL);
    else if (b && is_number(b->value)) quantity_read(v, b->value.node);
    else v->trouble = text_printed("%s is no more", v->name);
    active_find(v);
    selection_follow(v);
    selection_clamp(v);
    view_history_read(v);
}

const char *view_latest(Session *s)
{
    int n;
    const char *name = NULL;
    Binding **all = session_bindings(s, &n);
    for (int i = n - 1; i >= 0 && !name; i--)
        if (is_net(all[i]->value)) name = all[i]->name;
    for (int i = n - 1; i >= 0 && !name; i--)
        if (all[i]->kind == B_EQUATION && is_number(all[i]->value)) name = all[i]->name;
    free(all);
    return name;
}

static Status cannot_view(const char *name, const Binding *b, Diag *d)
{
    if (!b) diag_set(d, E_NAME, nowhere, "there is no %s to view", name);
    else diag_set(d, E_TYPE, nowhere, "%s is %s: nothing to view", name, value_kind(b->value));
    return diag_hint(d, "View a network, or a quantity that is a single number, such as a loss.");
}

ViewState *view_new(Session *s, const char *name, Value given, Diag *d)
{
    Binding *b = session_find(s, name);
    if (!b || (!is_net(b->value) && !is_number(b->value))) {
        cannot_view(name, b, d);
        return NULL;
    }
    ViewState *v = mem_new(sizeof *v);
    v->s = s;
    v->name = mem_str(name);
    v->given = value_keep(given);
    v->pane = PANE_EQUATION;
    v->moment = v->unit = -1;
    v->curve_name = "pass";
    rows_open(v);
    map_open(v);
    view_read(v);
    return v;
}

void view_turn_to(ViewState *v, const char *name, Value given)
{
    char *kept = mem_str(name);
    free(v->name);
    v->name = kept;
    if (given.kind != V_NONE) {
        value_drop(&v->given);
        v->given = value_keep(given);
    }
    text_clear(&v->explain);
    v->unit = -1;
}

void view_free(ViewState *v)
{
    if (!v) return;
    view_forget(v);
    rows_close(v);
    map_close(v);
    value_drop(&v->given);
    free(v->name);
    view_history_free(v);
    typing_free(v);
    Text *const texts[] = { &v->begin, &v->explain, &v->trace, &v->notice, &v->progress,
                            &v->line, &v->train_line, &v->waiting,
                            &v->loss_coming, &v->script };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) text_free(texts[i]);
    free(v);
}

void view_weight_name(const ViewState *v, Text *to)
{
    if (!v->n_matrix) return;
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    bool bias = v->row >= m->rows;
    const Node *n = bias ? m->b : m->W;
    if (bias) text_add(to, n->label ? n->label : "bias");
    else text_add(to, n->label ? n->label : m->label);
    int64_t index[LIMIT_RANK], at = bias ? v->col : v->row * m->cols + v->col;
    shape_unravel(&n->shape, at, index);
    for (int i = 0; i < n->shape.rank; i++)
        text_addf(to, "%s%lld", i ? ", " : "[", (long long)index[i]);
    if (n->shape.rank) text_addc(to, ']');
}
