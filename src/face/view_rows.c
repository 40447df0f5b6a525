/* view_rows.c -- the data that a network learns from, as a view shows it: rows,
 * outputs and losses, and which of the rows is being stepped.
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
#include "learn/task.h"

enum {
    FEW = 16,                    /* numbers of a sample that are written out */
    FEW_ROWS = 64,               /* ... of data without a name               */
    EPOCHS = 100                 /* to train when there was no training yet  */
};

static const Span nowhere = { 0, 0 };

/* ---- task ---- */

static bool same_value(Value a, Value b)
{
    if (a.kind != b.kind) return false;
    return a.kind == V_RECORD ? a.record == b.record : a.kind == V_FUNC && a.func == b.func;
}

/* How a command names this value: the latest name bound to it, or NULL. */
static char *name_of(Session *s, Value v)
{
    int n;
    char *name = NULL;
    Binding **all = session_bindings(s, &n);
    for (int i = n - 1; i >= 0 && !name; i--)
        if (same_value(all[i]->value, v)) name = mem_str(all[i]->name);
    free(all);
    return name;
}

static char *text_of(Session *s, Value v)
{
    char *name = name_of(s, v);
    if (name || v.kind != V_FUNC) return name;
    if (v.func->kind != FN_BOUND && v.func->name) return mem_str(v.func->name);
    Text t = { 0 };
    value_print(&t, v, s->format);
    char *text = mem_str(text_str(&t));
    text_free(&t);
    return text;
}

static Func *func_named(Session *s, const char *text)
{
    Value v = { 0 };
    Diag d = { 0 };
    if (session_eval(s, text, &v, &d) == OK && v.kind == V_FUNC) return v.func;
    value_drop(&v);
    return NULL;
}

/* What training used last; its data unless the view was given some. */
static void task_read(ViewState *v)
{
    Record *r = v->net->task;
    Value *data = r ? record_find(r, "data") : NULL;
    Value *loss = r ? record_find(r, "loss") : NULL, *rule = r ? record_find(r, "optimizer") : NULL;
    if (v->given.kind != V_NONE) v->data = value_keep(v->given);
    else if (data && data->kind != V_NONE) v->data = value_keep(*data);
    if (v->loss_coming.len) v->loss_text = mem_str(text_str(&v->loss_coming));
    else if (loss) v->loss_text = text_of(v->s, *loss);
    if (rule) v->optimizer_text = text_of(v->s, *rule);
    Value *batch = r ? record_find(r, "batch") : NULL;
    Diag d = { 0 };
    v->batch_size = batch && batch->kind == V_NODE ? (int64_t)node_scalar(batch->node, &d) : 0;
    if (!v->loss_text) v->loss_text = mem_str("sse");
    v->loss = func_named(v->s, v->loss_text);
    v->data_text = name_of(v->s, v->data);
}

void rows_read(ViewState *v)
{
    Diag d = { 0 };
    v->sample = -1;
    if (!v->net) return;
    task_read(v);
    if (v->data.kind == V_NONE) return;
    v->has_rows = dataset_view(v->data, nowhere, &v->rows, &d) == OK && v->rows.rows > 0;
    if (v->has_rows && v->row_at >= v->rows.rows) v->row_at = v->rows.rows - 1;
}

void rows_forget(ViewState *v)
{
    if (v->has_rows) dataset_view_free(&v->rows);
    v->has_rows = false;
    value_drop(&v->data);
    free(v->data_text);
    free(v->loss_text);
    free(v->optimizer_text);
    v->data_text = v->loss_text = v->optimizer_text = NULL;
    func_drop(v->loss);
    v->loss = NULL;
}

/* ---- the loss of one row, as a command would define it ---- */

static void literal(Text *t, const Shape *s, const double *v)
{
    char buf[NUM_TEXT];
    if (!s->rank) {
        text_add(t, num_exact(buf, v[0]));
        return;
    }
    Shape inner = shape_of(s->rank - 1, s->dim + 1);
    int64_t each = shape_len(&inner);
    text_addc(t, '[');
    for (int64_t i = 0; i < s->dim[0]; i++) {
        if (i) text_add(t, ", ");
        literal(t, &inner, v + i * each);
    }
    text_addc(t, ']');
}

/* A few numbers stand in the equation themselves: it then reads as on the board. */
static void row_text(const ViewState *v, Text *t, char field, int64_t row)
{
    const DataView *r = &v->rows;
    if (v->data_text && r->n_in + r->n_out > FEW)
        text_addf(t, "%s.%c[%lld]", v->data_text, field, (long long)row);
    else if (field == 'x') literal(t, &r->sample, r->x + row * r->n_in);
    else literal(t, &r->target, r->y + row * r->n_out);
}

/* kl(target, output) names its target first. */
static bool target_first(const Func *f)
{
    while (f && f->kind == FN_BOUND) f = f->of;
    return f && f->kind == FN_DEF && f->ast->n > 2 && !strcmp(f->ast->kid[0]->text, "target");
}

void rows_loss_text(const ViewState *v, int64_t row, Text *t)
{
    bool turned = target_first(v->loss);
    text_addf(t, "%s(", v->loss_text);
    if (turned) row_text(v, t, 'y', row), text_add(t, ", ");
    text_addf(t, "%s(", v->net_name);
    row_text(v, t, 'x', row);
    text_addc(t, ')');
    if (!turned) text_add(t, ", "), row_text(v, t, 'y', row);
    text_addc(t, ')');
}

/* Data without a name, as two lists of rows. */
static bool data_literal(const ViewState *v, Text *t)
{
    const DataView *r = &v->rows;
    if (!v->has_rows || r->rows * (r->n_in + r->n_out) > FEW_ROWS) return false;
    Shape x = { .rank = r->sample.rank + 1, .dim = { r->rows } };
    Shape y = { .rank = r->target.rank + 1, .dim = { r->rows } };
    if (x.rank > LIMIT_RANK || y.rank > LIMIT_RANK) return false;
    memcpy(x.dim + 1, r->sample.dim, sizeof *x.dim * (size_t)r->sample.rank);
    memcpy(y.dim + 1, r->target.dim, sizeof *y.dim * (size_t)r->target.rank);
    literal(t, &x, r->x);
    text_add(t, ", ");
    literal(t, &y, r->y);
    return true;
}

bool view_train_command(const ViewState *v, Text *t)
{
    if (!v->net || !v->has_rows) return false;
    text_addf(t, "train %s, ", v->net_name);
    if (v->data_text) text_add(t, v->data_text);
    else if (!data_literal(v, t)) return false;
    text_addf(t, ", loss=%s", v->loss_text);
    if (v->optimizer_text) text_addf(t, ", optimizer=%s", v->optimizer_text);
    if (v->batch_size) text_addf(t, ", batch=%lld", (long long)v->batch_size);
    text_addf(t, ", epochs=%lld", (long long)(v->epochs ? v->epochs : EPOCHS));
    return true;
}

/* The first row whose numbers are those of the input; -1: none. */
int64_t rows_find(const ViewState *v, Node *input)
{
    Diag d = { 0 };
    const DataView *r = &v->rows;
    const double *x = v->has_rows && input && input->len == r->n_in ? node_eval(input, &d) : NULL;
    for (int64_t i = 0; x && i < r->rows; i++)
        if (!memcmp(x, r->x + i * r->n_in, sizeof *x * (size_t)r->n_in)) return i;
    return -1;
}

/* ---- outputs ---- */

struct ViewBatch {
    uint64_t structure;
    Func    *net, *loss_of;
    Node    *x, *y;             /* VIEW_ROWS rows in, and what the network makes of them */
    Node    *output, *target, *loss;    /* of one row                                    */
    double   out_loss[VIEW_ROWS];
    int      n_layer;
    Node   **layer;             /* outputs of the layers on the way from x to y; NULL: none */
    bool     spread;            /* x holds samples from all over the data                   */
};

void rows_open(ViewState *v) { v->batch = mem_new(sizeof *v->batch); }

static void batch_clear(struct ViewBatch *b)
{
    for (int i = 0; i < b->n_layer; i++) node_drop(b->layer[i]);
    free(b->layer);
    node_drop(b->x);
    node_drop(b->y);
    node_drop(b->output);
    node_drop(b->target);
    node_drop(b->loss);
    func_drop(b->net);
    func_drop(b->loss_of);
    *b = (struct ViewBatch){ 0 };
}

void rows_close(ViewState *v)
{
    batch_clear(v->batch);
    free(v->batch);
}

/* f of n nodes, without leaving a trace in what f remembers. */
static Node *call_quietly(Session *s, Func *f, Node *const *in, int n)
{
    Diag d = { 0 };
    Value arg[2] = { 0 }, out = { 0 };
    Meanings l = meanings_keep(f);
    for (int i = 0; i < n; i++) arg[i] = value_node(node_keep(in[i]));
    Status st = func_call(s, NULL, f, arg, n, nowhere, &out, &d);
    for (int i = 0; i < n; i++) value_drop(&arg[i]);
    meanings_return(&l);
    if (st == OK && out.kind == V_NODE) return out.node;
    value_drop(&out);
    return NULL;
}

/* A call would make weights if there are none yet; looking must not. */
static bool net_is_made(const Func *f)
{
    return f->has_input || f->last || (f->kind != FN_CHAIN && f->n_own);
}

/* What each layer gives on the way. */
static void batch_layers(const ViewState *v, struct ViewBatch *b)
{
    int n;
    Node **all = node_walk(b->y, &n);
    b->n_layer = v->n_layer;
    b->layer = mem_new(sizeof *b->layer * (size_t)(v->n_layer + 1));
    for (int i = 0; i < v->n_layer; i++)
        for (int k = n - 1; k >= 0 && !b->layer[i]; k--)
            if (all[k]->label && !strcmp(all[k]->label, v->layer[i].label))
                b->layer[i] = node_keep(all[k]);
    free(all);
}

static void batch_make(const ViewState *v, struct ViewBatch *b)
{
    Diag d = { 0 };
    const DataView *r = &v->rows;
    Shape s = { .rank = r->sample.rank + 1, .dim = { VIEW_ROWS } };
    if (s.rank > LIMIT_RANK || !net_is_made(v->net)) return;
    memcpy(s.dim + 1, r->sample.dim, sizeof *s.dim * (size_t)r->sample.rank);
    b->x = node_leaf(&s, NULL, &d);
    if (b->x) b->y = call_quietly(v->s, v->net, &b->x, 1);
    if (b->y) batch_layers(v, b);
    if (!b->y || !v->loss) return;
    b->output = node_leaf(&r->target, NULL, &d);
    b->target = node_leaf(&r->target, NULL, &d);
    bool turned = target_first(v->loss);
    Node *pair[] = { turned ? b->target : b->output, turned ? b->output : b->target };
    if (b->output && b->target && b->y->len == VIEW_ROWS * r->n_out)
        b->loss = call_quietly(v->s, v->loss, pair, 2);
}

static void batch_follow(const ViewState *v, struct ViewBatch *b)
{
    bool same = b->net == v->net && b->loss_of == v->loss && b->structure == v->s->structure;
    if (same && b->x && b->x->len == VIEW_ROWS * v->rows.n_in) return;
    batch_clear(b);
    b->structure = v->s->structure;
    b->net = func_keep(v->net);
    b->loss_of = v->loss ? func_keep(v->loss) : NULL;
    batch_make(v, b);
}

static bool losses_make(const ViewState *v, struct ViewBatch *b, const double *y, int64_t from,
                        int64_t n)
{
    Diag d = { 0 };
    const DataView *r = &v->rows;
    if (!b->loss || b->loss->len != 1) return false;
    for (int64_t i = 0; i < n; i++) {
        leaf_set(b->output, y + i * r->n_out);
        leaf_set(b->target, r->y + (from + i) * r->n_out);
        b->out_loss[i] = node_scalar(b->loss, &d);
    }
    return true;
}

bool view_forward(const ViewState *v, const double *x, int64_t n, const double **out)
{
    Diag d = { 0 };
    struct ViewBatch *b = v->batch;
    if (!v->has_rows || !v->net) return false;
    batch_follow(v, b);
    if (!b->y) return false;
    b->spread = false;
    memcpy(b->x->val, x, sizeof *x * (size_t)(n * v->rows.n_in));
    leaf_touch(b->x);
    *out = node_eval(b->y, &d);
    return *out && b->y->len == VIEW_ROWS * v->rows.n_out;
}

bool view_outputs(const ViewState *v, int64_t from, int64_t n, const double **out,
                  const double **loss)
{
    const DataView *r = &v->rows;
    if (n > VIEW_ROWS) n = VIEW_ROWS;
    if (!v->has_rows || !view_forward(v, r->x + from * r->n_in, n, out)) return false;
    *loss = losses_make(v, v->batch, *out, from, n) ? v->batch->out_loss : NULL;
    return true;
}

const double *view_layer_outputs(const ViewState *v, int layer, int64_t *rows, int64_t *units)
{
    Diag d = { 0 };
    const double *out;
    const DataView *r = &v->rows;
    struct ViewBatch *b = v->batch;
    *rows = r->rows < VIEW_ROWS ? r->rows : VIEW_ROWS;
    *units = 0;
    if (!b->spread || b->structure != v->s->structure) {
        double *x = mem_new(sizeof *x * (size_t)(VIEW_ROWS * r->n_in));
        for (int64_t i = 0; i < *rows; i++)
            memcpy(x + i * r->n_in, r->x + i * r->rows / *rows * r->n_in, sizeof *x * (size_t)r->n_in);
        bool good = view_forward(v, x, *rows, &out);
        free(x);
        if (!good) return NULL;
        b->spread = true;
    }
    Node *n = layer < b->n_layer ? b->layer[layer] : NULL;
    const double *y = n && n->len % VIEW_ROWS == 0 ? node_eval(n, &d) : NULL;
    if (y) *units = n->len / VIEW_ROWS;
    return y;
}
