/* view_layers.c -- the layers of a network and their weights, as a view shows them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view.h"
#include "face/view_own.h"

char *text_printed(const char *fmt, ...)
{
    Text t = { 0 };
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(&t, fmt, ap);
    va_end(ap);
    char *s = mem_str(text_str(&t));
    text_free(&t);
    return s;
}

bool layer_is(const Func *f) { return f->kind == FN_BOUND && f->of->kind == FN_LAYER; }

/* ---- layers and their weights ---- */

static Value *key_of(const Func *f, const char *key)
{
    for (int i = 0; i < f->n_key; i++)
        if (!strcmp(f->key[i], key)) return &f->key_val[i];
    return NULL;
}

/* What the definition takes when the user did not say: activation=linear. */
static const char *default_of(const Func *def, const char *key)
{
    for (int i = 0; i + 1 < def->ast->n; i++) {
        const Ast *formal = def->ast->kid[i];
        if (formal->kind == A_KEY && !strcmp(formal->text, key) && formal->kid[0]->kind == A_NAME)
            return formal->kid[0]->text;
    }
    return NULL;
}

/* A plain layer by its activation alone; of others the name comes first. */
static char *layer_kind(const Func *f)
{
    if (!layer_is(f)) return mem_str(f->name ? f->name : "function");
    Value *key = key_of(f, "activation");
    const char *own = key && key->kind == V_FUNC ? key->func->name : NULL;
    const char *act = own ? own : default_of(f->of, "activation");
    bool plain = act && (!strcmp(f->of->name, "dense") || !strcmp(f->of->name, "neuron") ||
                         !strcmp(f->of->name, "perceptron"));
    if (plain) return mem_str(act);
    if (!own || !strcmp(own, "linear")) return mem_str(f->of->name);
    return text_printed("%s %s", f->of->name, own);
}

void matrix_add(ViewState *v, int layer, const char *label, Node *W, Node *b)
{
    int64_t cols = W->shape.rank > 1 ? W->shape.dim[W->shape.rank - 1] : 1;
    if (!W->len) return;
    v->matrix = mem_grow(v->matrix, (size_t)v->n_matrix + 1, sizeof *v->matrix);
    v->matrix[v->n_matrix++] = (ViewMatrix){
        .layer = layer, .label = mem_str(label), .rows = W->len / cols, .cols = cols,
        .W = node_keep(W), .b = b && b->len == cols ? node_keep(b) : NULL
    };
}

static char *own_label(const Node *n, const char *path, const char *name)
{
    return n->label ? mem_str(n->label) : text_printed("%s.%s", path, name);
}

/* The leaves of a layer: each a table, a bias with the table before it. */
static void matrices_of(ViewState *v, const Func *f, int layer, const char *path)
{
    Value *fixed = key_of(f, "weights");
    if (fixed && fixed->kind == V_NODE && !f->n_own) {
        Value *bias = key_of(f, "bias");
        char *label = own_label(fixed->node, path, "weights");
        matrix_add(v, layer, label, fixed->node, bias && bias->kind == V_NODE ? bias->node : NULL);
        free(label);
        return;
    }
    for (int i = 0; i < f->n_own; i++) {
        const Owned *o = &f->own[i], *next = i + 1 < f->n_own ? &f->own[i + 1] : NULL;
        if (o->of) continue;
        bool bias = next && !next->of && !strcmp(next->path, "b") && o->node->shape.rank;
        char *label = own_label(o->node, path, o->path);
        matrix_add(v, layer, label, o->node, bias ? next->node : NULL);
        free(label);
        if (bias && v->n_matrix && v->matrix[v->n_matrix - 1].b) i++;
    }
}

static void layer_add(ViewState *v, Func *f, const char *name, const char *path)
{
    v->layer = mem_grow(v->layer, (size_t)v->n_layer + 1, sizeof *v->layer);
    ViewLayer *l = &v->layer[v->n_layer++];
    *l = (ViewLayer){ .name = mem_str(name), .kind = layer_kind(f), .label = mem_str(path) };
    matrices_of(v, f, v->n_layer - 1, path);
}

void layers_add(ViewState *v, Func *f, const char *prefix)
{
    for (int i = 0; i < f->n_stage; i++) {
        char *name = text_printed("%s%s", prefix, f->stage_name[i]);
        char *path = text_printed("%s.%s", v->net->name, name), *deeper = text_printed("%s.", name);
        if (f->stage[i]->kind == FN_CHAIN) layers_add(v, f->stage[i], deeper);
        else layer_add(v, f->stage[i], name, path);
        free(name);
        free(path);
        free(deeper);
    }
    if (f->kind != FN_CHAIN) layer_add(v, f, v->net->name, v->net->name);
}

void layers_forget(ViewState *v)
{
    for (int i = 0; i < v->n_layer; i++) {
        ViewLayer *l = &v->layer[i];
        free(l->name);
        free(l->kind);
        free(l->label);
        node_drop(l->out);
        node_drop(l->grad);
    }
    for (int i = 0; i < v->n_matrix; i++) {
        ViewMatrix *m = &v->matrix[i];
        free(m->label);
        node_drop(m->W);
        node_drop(m->b);
        node_drop(m->gW);
        node_drop(m->gb);
    }
    free(v->layer);
    free(v->matrix);
    v->layer = NULL;
    v->matrix = NULL;
    v->n_layer = v->n_matrix = 0;
}
