/* view_diagram.c -- dots and wires of a network, or of the equations of a quantity.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/view_diagram.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MOST_QUANTITIES = 64, MOST_WALK = 20000 };

static Dot *dot_add(Diagram *g, int column, const char *name)
{
    GROW(g->dot, g->n_dot, g->cap_dot);
    Dot *d = &g->dot[g->n_dot++];
    *d = (Dot){ .column = column };
    snprintf(d->name, sizeof d->name, "%.*s", DOT_NAME - 1, name);
    return d;
}

static Wire *wire_add(Diagram *g, int from, int to)
{
    GROW(g->wire, g->n_wire, g->cap_wire);
    Wire *w = &g->wire[g->n_wire++];
    *w = (Wire){ .from = from, .to = to, .weight = NAN };
    return w;
}

static void columns_set(Diagram *g, int n)
{
    g->columns = n;
    g->head = mem_new(sizeof *g->head * (size_t)(n + 1));
}

void diagram_free(Diagram *g)
{
    for (int i = 0; i < g->columns; i++) free(g->head[i]);
    free(g->head);
    free(g->dot);
    free(g->wire);
    *g = (Diagram){ 0 };
}

/* ---- one column of numbers ---- */

typedef struct {
    const char *name;            /* dots are name[i], or name alone for one        */
    int64_t     n;
    Node       *value, *grad;    /* their first n numbers; NULL: none              */
} Numbers;

/* Of n places the shown ones: all, or the first ones and the last. */
static int shown_of(int64_t n, int most) { return (int)(n <= most ? n : most); }

static int64_t place_of(int64_t n, int most, int i)
{
    return n > most && i == most - 1 ? n - 1 : i;
}

static void numbers_add(Diagram *g, int column, const Numbers *from, int most)
{
    Diag d = { 0 };
    const double *value = from->value ? node_eval(from->value, &d) : NULL;
    const double *grad = from->grad ? node_eval(from->grad, &d) : NULL;
    for (int i = 0; i < shown_of(from->n, most); i++) {
        int64_t at = place_of(from->n, most, i);
        char name[LIMIT_NAME + 32];
        bool fold = from->n > most && i == most - 2;
        if (fold) snprintf(name, sizeof name, "%lld more", (long long)(from->n - most + 1));
        else if (from->n == 1 && !(from->value && from->value->shape.rank))
            snprintf(name, sizeof name, "%s", from->name);
        else snprintf(name, sizeof name, "%s[%lld]", from->name, (long long)at);
        Dot *dot = dot_add(g, column, name);
        dot->at = at;
        dot->more = fold ? from->n - most + 1 : 0;
        dot->has_value = value && !fold && at < from->value->len;
        dot->has_grad = grad && !fold && at < from->grad->len;
        if (dot->has_value) dot->value = value[at];
        if (dot->has_grad) dot->grad = grad[at];
    }
}

/* ---- a network ---- */

static int64_t input_count(const ViewState *v)
{
    if (v->net->has_input) return shape_len(&v->net->input);
    for (int i = 0; i < v->n_matrix; i++)
        if (!v->matrix[i].layer) return v->matrix[i].rows;
    return v->input ? v->input->len : 0;
}

static void input_column(const ViewState *v, Diagram *g, int most)
{
    g->head[0] = mem_str("input");
    numbers_add(g, 0, &(Numbers){ .name = "x", .n = input_count(v), .value = v->input }, most);
}

static bool stepping(const ViewState *v, StepPhase phase)
{
    return v->E && v->now->E == v->E && v->now->phase == phase;
}

/* In the forward pass the layer at work shows what it has just got: its z, and then
 * its output. */
static Numbers layer_numbers(const ViewState *v, int i)
{
    const ViewLayer *l = &v->layer[i];
    Numbers n = { l->name, l->units, l->out, l->grad };
    const Node *now = v->now->node;
    bool here = v->active.layer == i && v->active.matrix < 0 && stepping(v, STEP_FORWARD);
    bool inner = here && now && now->len == l->units;
    const char *dot = v->active.label ? strchr(v->active.label, '.') : NULL;
    if (inner) n.value = v->now->node, n.name = dot ? dot + 1 : l->name;
    return n;
}

/* What the pass has not come to yet is not told. */
static void hide_later(const ViewState *v, Diagram *g)
{
    bool forward = stepping(v, STEP_FORWARD), backward = stepping(v, STEP_BACKWARD);
    if (v->active.layer < 0) return;
    for (int i = 0; i < g->n_dot; i++) {
        Dot *d = &g->dot[i];
        bool here = d->column == g->active && v->active.matrix < 0;
        if (forward && (d->column > g->active || (here && d->at > v->active.at)))
            d->has_value = d->has_grad = false;
        if (backward && (d->column < g->active || (here && d->at > v->active.at)))
            d->has_grad = false;
    }
}

static void layer_column(const ViewState *v, Diagram *g, int i, int most)
{
    const ViewLayer *l = &v->layer[i];
    Numbers n = layer_numbers(v, i);
    Text head = { 0 };
    bool said = !strncmp(l->name, l->kind, strlen(l->kind));        /* softmax1 */
    text_addf(&head, "%s%s%s", l->name, said ? "" : " ", said ? "" : l->kind);
    g->head[i + 1] = mem_str(text_str(&head));
    text_free(&head);
    int first = g->n_dot;
    numbers_add(g, i + 1, &n, most);
    if (v->active.layer != i) return;
    g->active = i + 1;
    for (int k = first; k < g->n_dot; k++)
        g->dot[k].active = v->active.matrix < 0 && g->dot[k].at == v->active.at && !g->dot[k].more;
}

/* The table that makes layer i out of what comes in; NULL. */
static const ViewMatrix *matrix_of(const ViewState *v, int i)
{
    for (int k = 0; k < v->n_matrix; k++)
        if (v->matrix[k].layer == i && v->matrix[k].cols == v->layer[i].units) return &v->matrix[k];
    return NULL;
}

static void weight_wire(const ViewState *v, Diagram *g, const ViewMatrix *m, int from, int to)
{
    int64_t row = g->dot[from].at, col = g->dot[to].at;
    int id = (int)(m - v->matrix);
    if (row >= m->rows || col >= m->cols || !m->W->val) return;
    Wire *w = wire_add(g, from, to);
    w->weight = m->W->val[row * m->cols + col];
    const ViewActive *a = &v->active;
    w->active = (a->matrix == id && !a->bias && a->at == row * m->cols + col) ||
                (a->matrix < 0 && g->dot[to].active);
    w->selected = v->pane == PANE_WEIGHTS && v->matrix_at == id && v->row == row && v->col == col;
}

/* Wires between columns i and i+1: by weights, one to one where nothing is mixed,
 * or all to all. */
static void layer_wires(const ViewState *v, Diagram *g, int i)
{
    Diag d = { 0 };
    const ViewMatrix *m = matrix_of(v, i);
    if (m && !node_eval(m->W, &d)) m = NULL;
    int64_t in = i ? v->layer[i - 1].units : input_count(v);
    bool level = !m && in == v->layer[i].units;
    for (int a = 0; a < g->n_dot; a++)
        for (int b = 0; b < g->n_dot; b++) {
            const Dot *from = &g->dot[a], *to = &g->dot[b];
            if (from->column != i || to->column != i + 1 || from->more || to->more) continue;
            if (m) weight_wire(v, g, m, a, b);
            else if (!level || from->at == to->at) wire_add(g, a, b)->active = to->active;
        }
}

static Diagram net_diagram(const ViewState *v, int most)
{
    Diagram g = { .active = -1 };
    columns_set(&g, v->n_layer + 1);
    input_column(v, &g, most);
    for (int i = 0; i < v->n_layer; i++) layer_column(v, &g, i, most);
    for (int i = 0; i < v->n_layer; i++) layer_wires(v, &g, i);
    hide_later(v, &g);
    return g;
}

/* ---- equations ---- */

typedef struct {
    Node *node;
    int   distance;              /* longest way to E, in quantities */
    int   first, shown;          /* its dots                        */
} Quantity;

typedef struct {
    int      n;
    Quantity q[MOST_QUANTITIES];
    int      n_edge, cap_edge;
    struct Edge { int from, to; } *edge;
} Quantities;

static int quantity_find(const Quantities *q, const Node *n)
{
    for (int i = 0; i < q->n; i++)
        if (q->q[i].node == n || (n->label && !strcmp(q->q[i].node->label, n->label))) return i;
    return -1;
}

/* Named quantities right below `node`, behind what has no name. */
static void edges_below(Quantities *q, int to, Node *root)
{
    int n = 0, cap = 0, seen = 0;
    Node **stack = NULL;
    GROW(stack, n, cap);
    stack[n++] = root;
    while (n && seen++ < MOST_WALK) {
        Node *at = stack[--n];
        int from = at == root || !at->label ? -1 : quantity_find(q, at);
        if (from == to) from = -1;
        for (int i = 0; i < at->n_in && from < 0; i++) {
            GROW(stack, n, cap);
            stack[n++] = at->in[i];
        }
        bool known = from < 0;
        for (int i = 0; i < q->n_edge && !known; i++)
            known = q->edge[i].from == from && q->edge[i].to == to;
        if (known) continue;
        GROW(q->edge, q->n_edge, q->cap_edge);
        q->edge[q->n_edge++] = (struct Edge){ from, to };
    }
    free(stack);
}

/* E and the named quantities below it, nearest first. */
static void quantities_find(Quantities *q, Node *E)
{
    int n;
    Node **all = node_walk(E, &n);
    for (int i = n - 1; i >= 0 && q->n < MOST_QUANTITIES; i--) {
        if (!all[i]->label || all[i]->flags & NODE_GRAD || quantity_find(q, all[i]) >= 0) continue;
        q->q[q->n++] = (Quantity){ .node = all[i] };
    }
    free(all);
    for (int i = 0; i < q->n; i++) edges_below(q, i, q->q[i].node);
    for (int i = 0; i < q->n; i++)
        for (int k = 0; k < q->n_edge; k++) {
            struct Edge e = q->edge[k];
            if (e.to == i && q->q[e.from].distance <= q->q[i].distance)
                q->q[e.from].distance = q->q[i].distance + 1;
        }
}

static void quantity_dots(const ViewState *v, Diagram *g, Quantity *q, int most)
{
    Diag d = { 0 };
    int column = g->columns - 1 - q->distance;
    Node *grad = session_grad(v->s, v->E, q->node, (Span){ 0, 0 }, &d);
    q->first = g->n_dot;
    numbers_add(g, column, &(Numbers){ q->node->label, q->node->len, q->node, grad }, most);
    q->shown = g->n_dot - q->first;
    node_drop(grad);
    bool active = v->active.label && !strcmp(q->node->label, v->active.label);
    if (active) g->active = column;
    for (int i = q->first; i < g->n_dot && active; i++)
        g->dot[i].active = g->dot[i].at == v->active.at || q->node->len == 1;
}

static void quantity_wires(Diagram *g, const Quantity *from, const Quantity *to)
{
    for (int a = 0; a < from->shown; a++)
        for (int b = 0; b < to->shown; b++) {
            if (from->shown == to->shown && from->shown > 1 && a != b) continue;
            Wire *w = wire_add(g, from->first + a, to->first + b);
            w->active = g->dot[to->first + b].active;
        }
}

static Diagram quantity_diagram(const ViewState *v, int most)
{
    Diagram g = { .active = -1 };
    Quantities *q = mem_new(sizeof *q);
    int deepest = 0;
    if (v->E) quantities_find(q, v->E);
    for (int i = 0; i < q->n; i++)
        if (q->q[i].distance > deepest) deepest = q->q[i].distance;
    columns_set(&g, deepest + 1);
    for (int i = 0; i <= deepest; i++) g.head[i] = mem_str("");
    for (int i = q->n - 1; i >= 0; i--) quantity_dots(v, &g, &q->q[i], most < 4 ? most : 4);
    for (int i = 0; i < q->n_edge; i++)
        quantity_wires(&g, &q->q[q->edge[i].from], &q->q[q->edge[i].to]);
    free(q->edge);
    free(q);
    return g;
}

Diagram diagram_make(const ViewState *v, int most)
{
    if (most < 3) most = 3;
    return v->net ? net_diagram(v, most) : quantity_diagram(v, most);
}
