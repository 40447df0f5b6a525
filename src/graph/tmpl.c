/* tmpl.c -- elementwise functions as one operation: a short program run in blocks.
 *
 * The program is the function's body in single static assignment: each step
 * applies one elementwise row of the operation tables to earlier registers. It
 * runs block by block (BLOCK elements), so that all registers of a block stay in
 * the first-level cache and a call costs one pass over memory, however long the
 * body is.
 *
 * The derivative is again such a program: declared in the prelude or by the user
 * (sigmoid'(x) = ...), or built from the body by the same reverse mode that
 * differentiates everything else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/tmpl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "graph/grad.h"

enum { BLOCK = 256, MAX_REGISTER = 64 };

double tmpl_one(const Tmpl *t, const double *arg)
{
    double r[MAX_REGISTER];
    for (int i = 0; i < t->n_arg; i++) r[i] = arg[i];
    for (int i = 0; i < t->n_step; i++) {
        const TmplStep *s = &t->step[i];
        r[t->n_arg + i] = !s->op ? s->num
                                 : s->op->one(r[s->a], s->b >= 0 ? r[s->b] : 0, s->c >= 0 ? r[s->c] : 0);
    }
    return r[t->n_arg + t->n_step - 1];
}

/* One block of at most BLOCK elements; the last step writes straight to y. */
static void tmpl_block(const Tmpl *t, double *y, const double *const *arg, const int *stride, int64_t n)
{
    static double space[MAX_REGISTER][BLOCK];
    const double *r[MAX_REGISTER];
    int st[MAX_REGISTER];
    for (int i = 0; i < t->n_arg; i++) r[i] = arg[i], st[i] = stride[i];
    for (int i = 0; i < t->n_step; i++) {
        const TmplStep *s = &t->step[i];
        int to = t->n_arg + i;
        if (!s->op) {
            r[to] = &s->num, st[to] = 0;
            continue;
        }
        double *out = i == t->n_step - 1 ? y : space[to];
        bool has_b = s->b >= 0, has_c = s->c >= 0;
        bool same = !st[s->a] && !(has_b && st[s->b]) && !(has_c && st[s->c]);
        s->op->run(out, r[s->a], st[s->a], has_b ? r[s->b] : NULL, has_b ? st[s->b] : 0,
                   has_c ? r[s->c] : NULL, has_c ? st[s->c] : 0, same && out != y ? 1 : n);
        r[to] = out;
        st[to] = !(same && out != y);
    }
    const double *last = r[t->n_arg + t->n_step - 1];
    if (last != y)
        for (int64_t i = 0; i < n; i++) y[i] = *last;
}

void tmpl_run(const Tmpl *t, double *y, const double *const *arg, const int *stride, int64_t n)
{
    const double *p[3] = { NULL, NULL, NULL };
    for (int64_t at = 0; at < n; at += BLOCK) {
        for (int i = 0; i < t->n_arg; i++) p[i] = arg[i] + (stride[i] ? at : 0);
        tmpl_block(t, y + at, p, stride, n - at < BLOCK ? n - at : BLOCK);
    }
}

/* ---- making ---- */

typedef struct {
    Tmpl *t;
    bool  fits;
} Making;

static int step_add(Tmpl *t, TmplStep s)
{
    t->step = mem_grow(t->step, (size_t)t->n_step + 1, sizeof *t->step);
    t->step[t->n_step++] = s;
    return t->n_arg + t->n_step - 1;
}

static int arg_index(const Node *n, Node *const *arg, int n_arg)
{
    for (int i = 0; i < n_arg; i++)
        if (arg[i] == n) return i;
    return -1;
}

/* A call inside a body becomes the called body's own steps. */
static int step_inline(Tmpl *t, const Tmpl *f, const int *in)
{
    int map[MAX_REGISTER], last = in[0];
    for (int i = 0; i < f->n_arg; i++) map[i] = in[i];
    for (int i = 0; i < f->n_step && t->n_arg + t->n_step < MAX_REGISTER; i++) {
        TmplStep s = f->step[i];
        if (s.op) {
            s.a = map[s.a];
            s.b = s.b >= 0 ? map[s.b] : -1;
            s.c = s.c >= 0 ? map[s.c] : -1;
        }
        last = map[f->n_arg + i] = step_add(t, s);
    }
    return last;
}

/* The register that holds node n, or -1 when n does not fit in a program. */
static int step_of(Tmpl *t, const Node *n, Node *const *arg, int n_arg)
{
    int k = arg_index(n, arg, n_arg);
    if (k >= 0) return k;
    if (t->n_arg + t->n_step >= MAX_REGISTER) return -1;
    if (n->op == &op_leaf)
        return n->flags & NODE_CONST ? step_add(t, (TmplStep){ .num = n->val[0], .a = -1, .b = -1, .c = -1 }) : -1;
    int in[3] = { -1, -1, -1 };
    if (n->op == &op_slot) return (int)(intptr_t)n->in[0]->aux;
    for (int i = 0; i < n->n_in; i++) in[i] = (int)(intptr_t)n->in[i]->aux;
    if (n->op->kind == OP_CALL) return step_inline(t, n->fn, in);
    if (n->op->kind != OP_ELEMENT) return -1;
    return step_add(t, (TmplStep){ .op = n->op, .a = in[0], .b = in[1], .c = in[2] });
}

Tmpl *tmpl_make(const char *name, Node *body, Node *const *arg, int n_arg)
{
    if (n_arg < 1 || n_arg > 3 || body->shape.rank) return NULL;
    Tmpl *t = mem_new(sizeof *t);
    t->refs = 1;
    t->name = mem_str(name);
    t->n_arg = n_arg;
    int count, last = 0;
    Node **all = node_walk(body, &count);
    for (int i = 0; i < count && last >= 0; i++) {
        last = step_of(t, all[i], arg, n_arg);
        all[i]->aux = (void *)(intptr_t)last;
    }
    free(all);
    if (last >= 0 && last < t->n_arg + t->n_step - 1) last = -1;
    if (last >= 0 && last < n_arg) {                       /* f(x) = x: one step that copies */
        Node *zero = node_num(0);
        TmplStep add = { .op = op_find("+"), .a = last, .b = step_add(t, (TmplStep){ .a = -1, .b = -1, .c = -1 }), .c = -1 };
        last = step_add(t, add);
        node_drop(zero);
    }
    if (last < 0) {
        tmpl_drop(t);
        return NULL;
    }
    t->body = node_keep(body);
    t->arg = mem_new(sizeof *t->arg * (size_t)n_arg);
    for (int i = 0; i < n_arg; i++) t->arg[i] = node_keep(arg[i]);
    return t;
}

Tmpl *tmpl_keep(Tmpl *t)
{
    t->refs++;
    return t;
}

void tmpl_drop(Tmpl *t)
{
    if (!t || --t->refs > 0) return;
    for (int i = 0; i < 3; i++) tmpl_drop(t->slope[i]);
    for (int i = 0; t->arg && i < t->n_arg; i++) node_drop(t->arg[i]);
    node_drop(t->body);
    free(t->arg);
    free(t->step);
    free(t->name);
    free(t);
}

void tmpl_close(Tmpl *t)
{
    if (!t) return;
    Tmpl *slope[3];
    for (int i = 0; i < 3; i++) slope[i] = t->slope[i], t->slope[i] = NULL;
    for (int i = 0; i < 3; i++) tmpl_close(slope[i]);
    tmpl_drop(t);
}

const Tmpl *tmpl_slope(const Tmpl *ct, int i)
{
    Tmpl *t = (Tmpl *)ct;
    if (t->slope[i]) return t->slope[i];
    GradMap *map = grad_build(t->body);
    Node *slope = grad_of(map, t->arg[i]);
    Text name = { 0 };
    text_addf(&name, "%s'", t->name);
    t->slope[i] = tmpl_make(text_str(&name), slope, t->arg, t->n_arg);
    text_free(&name);
    node_drop(slope);
    grad_free(map);
    return t->slope[i];
}

/* ---- the operation: a call as a node ---- */

/* Only f' by the first argument has a spelling (sigmoid'(z)); by other
 * arguments the derivative's body, over the formals of t, is written out over
 * the actual operands. */
static Node *body_over(const Tmpl *t, Node *body, Node *const *in)
{
    int count;
    Node **all = node_walk(body, &count);
    Node *out = NULL;
    for (int i = 0; i < count; i++) {
        Node *n = all[i];
        int k = arg_index(n, t->arg, t->n_arg);
        Node *copy;
        if (k >= 0) copy = node_keep(in[k]);
        else if (n->op == &op_leaf) copy = node_keep(n);
        else if (n->op == &op_slot) copy = node_keep((Node *)n->in[0]->aux);
        else {
            Node *args[3];
            for (int j = 0; j < n->n_in; j++) args[j] = n->in[j]->aux;
            copy = node_new(n->op, args, n->n_in, NULL, 0, (Span){ 0, 0 }, &node_no_limits);
            assert(copy);
            if (n->fn) copy->fn = tmpl_keep((Tmpl *)n->fn);
        }
        n->aux = copy;
        out = copy;
    }
    node_keep(out);
    for (int i = 0; i < count; i++) node_drop(all[i]->aux);
    free(all);
    return out;
}

Node *tmpl_over(const Tmpl *t, Node *const *in) { return body_over(t, t->body, in); }

Node *tmpl_call(const Tmpl *t, Node *const *in, Span at, Diag *d)
{
    Node *n = node_new(&op_call, in, t->n_arg, NULL, 0, at, d);
    if (n) n->fn = tmpl_keep((Tmpl *)t);
    return n;
}

/* A derivative that is too long for a program, as second ones of one's own
 * functions may be. */
static Node *slope_written_out(const Tmpl *t, int i, Node *const *in)
{
    GradMap *map = grad_build(t->body);
    Node *body = grad_of(map, t->arg[i]), *slope = body_over(t, body, in);
    node_drop(body);
    grad_free(map);
    return slope;
}

static Node *call_slope(Node *n, int i, Node *g)
{
    const Tmpl *s = tmpl_slope(n->fn, i);
    Node *slope;
    if (!s) slope = slope_written_out(n->fn, i, n->in);
    else if (s->body->op == &op_leaf && s->body->flags & NODE_CONST) slope = node_keep(s->body);
    else if (i == 0) {
        slope = tmpl_call(s, n->in, (Span){ 0, 0 }, &node_no_limits);
    } else slope = body_over(s, s->body, n->in);
    Node *product = gb_mul(g, slope);
    node_drop(slope);
    return product;
}

const Op op_call = {
    .name = "call", .usage = "f(x)", .help = "An elementwise function of the language.",
    .rule = "chain rule", .kind = OP_CALL, .min_in = 1, .max_in = 3, .slope = call_slope,
};
