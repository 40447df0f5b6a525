/* scalar.c -- element formulas written out into one line of scalar arithmetic.
 *
 * Nodes are taken in computing order, so what a formula refers to has its value
 * already and nothing recurses deeper than one formula.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/scalar.h"

#include <stdlib.h>
#include <string.h>

#include "graph/tmpl.h"
#include "run/scalar_late.h"

enum { LIMIT_ASK = 64 };                 /* numbers to report          */
enum { MOST_WORK = 8 * LIMIT_SCALAR };   /* values before sharing and picking */

struct Scalar {
    Store   *store;                          /* its image stands first in r   */
    double  *r;
    int64_t  rows, n_in, n_out;
    int      x_at, y_at, ask_at;             /* the batch in r, and what is asked */
    int      n_ask;
    Fused   *code;
};

typedef struct {
    Scalar      *p;
    const Recipe *r;
    const Order *o;
    Values       s;
    int        **value;      /* by place in the order: the node's elements   */
    Arena        arena;      /* of value                                     */
    Arena        terms;      /* of one element's formula                     */
} Writing;

/* ---- is it small and straight? ---- */

static const char *const straight[] = {
    "@",         "sum",   "prod",    "max",    "min",   "sum_to", "spread",      "reshape",
    "transpose", "slice", "unslice", "concat", "stack", "cumsum", "prod_others", "prod_pairs",
};

static bool is_straight(const Node *n)
{
    if (n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL || n->op->kind == OP_LEAF) return true;
    for (size_t i = 0; i < sizeof straight / sizeof *straight; i++)
        if (!strcmp(n->op->name, straight[i])) return true;
    return false;
}

/* Operations that writing out n makes, at most. */
static int64_t node_work(const Node *n)
{
    if (n->op->kind == OP_CALL) return n->len * (n->fn->n_step + 1);
    if (n->op->kind == OP_MATRIX) return 2 * n->len * n->in[0]->shape.dim[n->in[0]->shape.rank - 1];
    if (!strcmp(n->op->name, "cumsum")) return n->len * n->len;
    int64_t work = n->len;
    for (int i = 0; i < n->n_in; i++) work = work < n->in[i]->len ? n->in[i]->len : work;
    return work;
}

static bool fits(const Recipe *r, const Order *o)
{
    int64_t work = 0;
    for (int i = 0; i < o->n; i++) {
        if (!o->needed[i]) continue;
        if (o->varies[i] && !is_straight(o->node[i])) return false;
        if (o->node[i]->len > MOST_WORK ||
            (work += o->varies[i] ? node_work(o->node[i]) : o->node[i]->len) > MOST_WORK)
            return false;
    }
    return r->x->len + (r->y ? r->y->len : 0) <= MOST_WORK;
}

/* ---- one formula ---- */

static int write_term(Writing *w, const Term *t);

/* A call's steps, with its arguments in place. */
static int write_call(Writing *w, const Tmpl *f, const int *arg)
{
    int reg[72];
    for (int i = 0; i < f->n_arg; i++) reg[i] = arg[i];
    int at = f->n_arg;
    for (int i = 0; i < f->n_step; i++, at++) {
        const TmplStep *s = &f->step[i];
        int in[3] = { s->op ? reg[s->a] : -1, s->op && s->b >= 0 ? reg[s->b] : -1,
                      s->op && s->c >= 0 ? reg[s->c] : -1 };
        reg[at] =
            s->op ? value_apply(&w->s, s->op, in, s->op->max_in) : value_number(&w->s, s->num);
    }
    return reg[at - 1];
}

/* kid[0] op kid[1] op ..., from the left. */
static int write_fold(Writing *w, const Term *t, const char *op)
{
    int sum = write_term(w, t->kid[0]);
    for (int i = 1; i < t->n; i++) {
        int in[2] = { sum, write_term(w, t->kid[i]) };
        sum = value_apply(&w->s, op_find(op), in, 2);
    }
    return sum;
}

static int write_over(Writing *w, const Term *t)
{
    if (!strcmp(t->name, "max")) return write_fold(w, t, "maximum");
    if (!strcmp(t->name, "min")) return write_fold(w, t, "minimum");
    return write_fold(w, t, "*");
}

static int write_term(Writing *w, const Term *t)
{
    if (t->kind == T_NUM) return value_number(&w->s, t->num);
    if (t->kind == T_REF) return w->value[order_find(w->o, t->node)][t->at];
    if (t->kind == T_SUM) return write_fold(w, t, "+");
    if (t->kind == T_OVER) return write_over(w, t);
    int in[3];
    for (int i = 0; i < t->n; i++) in[i] = write_term(w, t->kid[i]);
    return t->kind == T_CALL ? write_call(w, t->fn, in) : value_apply(&w->s, t->op, in, t->n);
}

/* ---- all nodes ---- */

/* The first register of a leaf that is filled before an update, or -1. */
static int leaf_register(const Writing *w, const Node *n)
{
    const Scalar *p = w->p;
    if (n == w->r->x) return p->x_at;
    if (n == w->r->y) return p->y_at;
    const double *at = store_of(p->store, n);
    return at ? (int)(at - (double *)p->store->num) : -1;
}

static bool write_node(Writing *w, int i)
{
    Node *n = w->o->node[i];
    Diag d = { 0 };
    if (!w->o->needed[i]) return true;
    if (n->op == &op_slot && w->o->varies[i]) {
        w->value[i] = w->value[order_find(w->o, n->in[0])];
        return true;
    }
    int *v = w->value[i] = ARENA_ARRAY(&w->arena, int, n->len + 1);
    const double *fixed = w->o->varies[i] ? NULL : node_eval(n, &d);
    if (!w->o->varies[i] && !fixed) return false;
    int reg = w->o->varies[i] ? leaf_register(w, n) : -1;
    for (int64_t k = 0; k < n->len; k++) {
        if (fixed) v[k] = value_number(&w->s, fixed[k]);
        else if (reg >= 0) v[k] = value_register(&w->s, reg + (int)k);
        else v[k] = write_term(w, term_of(&w->terms, n, k));
        if (w->terms.block) arena_clear(&w->terms);
    }
    return w->s.n <= MOST_WORK;
}

/* ---- build ---- */

/* Loss and metrics, then every number of every next value. */
static int *roots_list(const Writing *w, int *n)
{
    const Recipe *r = w->r;
    int64_t total = r->n_ask;
    for (int i = 0; i < r->n; i++) total += r->leaf[i]->len;
    int *root = mem_new(sizeof *root * (size_t)(total + 1));
    *n = 0;
    for (int i = 0; i < r->n_ask; i++) root[(*n)++] = w->value[order_find(w->o, r->ask[i])][0];
    for (int i = 0; i < r->n; i++) {
        const int *v = w->value[order_find(w->o, r->next[i])];
        for (int64_t k = 0; k < r->leaf[i]->len; k++) root[(*n)++] = v[k];
    }
    return root;
}

static bool code_write(Writing *w)
{
    const Recipe *r = w->r;
    Scalar *p = w->p;
    Fused *l = p->code = fused_make(false);
    l->flat = true;
    int n, next = r->n_ask, *root = roots_list(w, &n), *at = values_write(&w->s, l, root, n);
    l->x_from = p->x_at, l->y_from = p->y_at, l->y_to = p->ask_at;
    for (int i = 0; i < r->n_ask; i++) fused_out(l, OUT_SUM, at[root[i]], p->ask_at + i);
    for (int i = 0; i < r->n; i++) {
        int reg = leaf_register(w, r->leaf[i]);
        for (int64_t k = 0; k < r->leaf[i]->len; k++) fused_out(l, OUT_STORE, at[root[next++]], reg + (int)k);
    }
    free(at);
    free(root);
    bool fits = fused_work(l) <= LIMIT_SCALAR;
    if (fits) fused_compile(l);
    return fits;
}

static bool scalar_write(Scalar *p, const Recipe *r, const Order *o)
{
    Writing w = { .p = p, .r = r, .o = o };
    values_open(&w.s);
    w.value = mem_new(sizeof *w.value * (size_t)(o->n + 1));
    bool good = true;
    for (int i = 0; i < o->n && good; i++) good = write_node(&w, i);
    if (good) good = code_write(&w);
    values_close(&w.s);
    arena_clear(&w.arena);
    free(w.value);
    return good;
}

Scalar *scalar_build(const Recipe *r, Store *s, const Order *o)
{
    if (s->single || s->len > LIMIT_SCALAR || r->n_ask > LIMIT_ASK || !fits(r, o)) return NULL;
    Scalar *p = mem_new(sizeof *p);
    p->store = s;
    p->rows = r->x->shape.rank ? r->x->shape.dim[0] : 1;
    p->n_in = r->x->len / p->rows;
    p->n_out = r->y ? r->y->len / p->rows : 0;
    p->x_at = (int)s->len;
    p->y_at = p->x_at + (int)r->x->len;
    p->ask_at = p->y_at + (int)(p->rows * p->n_out);
    p->n_ask = r->n_ask;
    p->r = mem_new(sizeof *p->r * (size_t)(p->ask_at + p->n_ask + 1));
    if (scalar_write(p, r, o)) return p;
    scalar_free(p);
    return NULL;
}

void scalar_free(Scalar *p)
{
    if (!p) return;
    fused_free(p->code);
    free(p->r);
    free(p);
}

int scalar_count(const Scalar *p) { return fused_work(p->code); }

/* ---- run ---- */

static void rows_gather(const Scalar *p, const Feed *f, int64_t first)
{
    double *x = p->r + p->x_at, *y = p->r + p->y_at;
    const double *from_x = f->x, *from_y = f->y;
    for (int64_t i = 0; i < p->rows; i++) {
        int64_t row = f->order[first + i];
        for (int64_t k = 0; k < p->n_in; k++) x[i * p->n_in + k] = from_x[row * p->n_in + k];
        for (int64_t k = 0; k < p->n_out; k++) y[i * p->n_out + k] = from_y[row * p->n_out + k];
    }
}

/* Rows of a batch that lie apart are brought together first. */
static void batches_gather(const Scalar *p, const Feed *f, double *sum)
{
    double part[LIMIT_ASK];
    for (int64_t e = 0; e < f->epochs; e++, sum += p->n_ask) {
        for (int i = 0; i < p->n_ask; i++) sum[i] = 0;
        for (int64_t b = 0; b < f->batches; b++) {
            rows_gather(p, f, f->from + b * p->rows);
            fused_run_flat(p->code, &(FusedFlat){ .r = p->r, .count = 1, .epochs = 1, .sum = (char *)part,
                                                  .x = (const char *)(p->r + p->x_at), .y = (const char *)(p->r + p->y_at) });
            for (int i = 0; i < p->n_ask; i++) sum[i] += part[i];
        }
    }
}

void scalar_run(Scalar *p, const Feed *f, double *sum)
{
    int64_t skip = f->order ? 0 : f->from, size = (int64_t)sizeof(double);
    size_t bytes = sizeof *p->r * (size_t)p->store->len;
    FusedFlat run = { .r = p->r, .count = f->batches, .epochs = f->epochs, .sum = (char *)sum,
                      .order = f->order ? f->order + f->from : NULL,
                      .x = (const char *)f->x + size * skip * p->n_in, .x_step = size * p->rows * p->n_in,
                      .y = (const char *)f->y + size * skip * p->n_out, .y_step = size * p->rows * p->n_out };
    memcpy(p->r, p->store->num, bytes);
    memset(p->r + p->ask_at, 0, sizeof *p->r * (size_t)p->n_ask);
    if (f->order && p->rows > 1) batches_gather(p, f, sum);
    else fused_run_flat(p->code, &run);
    memcpy(p->store->num, p->r, bytes);
}
