/* natives_core.c -- grad, input and update: the functions that need the graph itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/gbuild.h"
#include "graph/natives.h"
#include "graph/op.h"

/* ---- grad ---- */

/* grad(E, W[0, 1]) means grad(E, W)[0, 1]: an element has no node of its own in E. */
static Status grad_by(Call *c, Node *E, Value *out);

/* What was written out anew, like [a, b] or h*w, is not the quantity inside E:
 * a silent 0 would be a wrong answer. */
static Status refuse_stranger(Call *c, Node *E, Node *x)
{
    bool named = x->op == &op_slot || (x->op == &op_leaf && !(x->flags & NODE_CONST));
    if (named || node_depends(E, x)) return OK;
    diag_set(c->d, E_TYPE, call_span(c, 1), "%s is not made of this very quantity", E->label ? E->label : "the first argument");
    return diag_hint(c->d, "Give it a name that the equation uses: v = ..., E = ... v ..., then grad(E, v).");
}

static Status grad_by(Call *c, Node *E, Value *out)
{
    const Ast *by = c->ast[1] && c->ast[1]->kind == A_INDEX ? c->ast[1] : NULL;
    Node *x = NULL;
    if (by) TRY(build_node(c->env, by->kid[0], &x));
    else {
        TRY(call_node(c, 1, &x));
        TRY(refuse_stranger(c, E, x));
        node_keep(x);
    }
    Node *g = session_grad(c->s, E, x, call_span(c, 0), c->d);
    node_drop(x);
    if (!g) return c->d->code;
    Node *part = NULL;
    Status st = by ? index_node(c->env, g, by, &part) : OK;
    if (by) node_drop(g);
    if (st == OK) *out = value_node(by ? part : g);
    return st;
}

static Status grad_all(Call *c, Node *E, Value *out)
{
    int n;
    Node **w = session_params(c->s, E, &n);
    Record *r = record_new("gradients");
    Status st = n ? OK : diag_set(c->d, E_NAME, call_span(c, 0), "%s depends on no parameter", E->label ? E->label : "this");
    if (!n) diag_hint(c->d, "Mark what may be learned with param: param w = 0.5. Or name the quantity: grad(E, x).");
    for (int i = 0; i < n && st == OK; i++) {
        Node *g = session_grad(c->s, E, w[i], call_span(c, 0), c->d);
        if (!g) st = c->d->code;
        else record_set(r, w[i]->label ? w[i]->label : "w", value_node(g));
        if (g && !node_eval(g, c->d)) st = c->d->code;
    }
    free(w);
    *out = value_record(r);
    if (st != OK) value_drop(out);
    return st;
}

static Status run_grad(Call *c, Value *out)
{
    Node *E;
    TRY(call_node(c, 0, &E));
    grad_note_deep(c->env, E);
    return c->n == 2 ? grad_by(c, E, out) : grad_all(c, E, out);
}

/* ---- input ---- */

static Status run_input(Call *c, Value *out)
{
    int64_t dim[LIMIT_RANK];
    int n = 0;
    for (int i = 0; i < c->n; i++) {
        int64_t more[LIMIT_RANK];
        int k;
        Value v;
        TRY(call_value(c, i, &v));
        TRY(value_ints(c, v, call_span(c, i), more, &k));
        for (int j = 0; j < k && n < LIMIT_RANK; j++) dim[n++] = more[j];
    }
    for (int i = 0; i < n; i++)
        if (dim[i] < 1 || dim[i] > LIMIT_DIM)
            return diag_set(c->d, E_RANGE, call_span(c, 0), "an input size must be from 1 to %d, not %lld", LIMIT_DIM, (long long)dim[i]);
    Func *f = func_new(FN_CHAIN, NULL);
    f->has_input = true;
    f->input = shape_of(n, dim);
    *out = value_func(f);
    return OK;
}

/* ---- update ---- */

static Status update_rule(Call *c, Func **rule, Value *own)
{
    TRY(call_key(c, "optimizer", own));
    if (own->kind == V_NONE) {
        TRY(session_eval(c->s, "sgd()", own, c->d));
        Source *typed = parse_expr("update", "sgd()", c->d);
        *rule = session_optimizer(c->s, *own, typed->tree);
        source_drop(typed);
        value_drop(own);
        return OK;
    }
    if (own->kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_key_span(c, "optimizer"), "optimizer= needs an optimizer such as sgd(lr=0.1), not %s",
                        value_kind(*own));
    const Ast *typed = NULL;
    for (int i = 0; i < c->n_key; i++)
        if (!strcmp(c->key[i], "optimizer")) typed = c->key_ast[i];
    *rule = session_optimizer(c->s, *own, typed);
    return OK;
}

static Status run_update(Call *c, Value *out)
{
    (void)out;
    Node *E;
    Func *rule = NULL;
    Value own = { 0 };
    TRY(call_node(c, 0, &E));
    TRY(update_rule(c, &rule, &own));
    int n;
    Node **w = session_params(c->s, E, &n), **g = mem_new(sizeof *g * (size_t)(n + 1));
    Status st = n ? OK : diag_set(c->d, E_NAME, call_span(c, 0), "%s depends on no parameter, so there is nothing to update",
                                  E->label ? E->label : "this");
    if (!n) diag_hint(c->d, "Mark what may be learned with param, for example: param w = 0.5");
    for (int i = 0; i < n && st == OK; i++)
        if (!(g[i] = session_grad(c->s, E, w[i], call_span(c, 0), c->d))) st = c->d->code;
    Update u = { 0 };
    if (st == OK) st = update_build(c->s, rule, E, w, g, n, &u, call_key_span(c, "optimizer"), c->d);
    if (st == OK) st = update_commit(c->s, &u, c->d);
    update_free(&u);
    for (int i = 0; i < n; i++) node_drop(g[i]);
    free(g);
    free(w);
    return st;
}

/* ---- refuse ---- */

static Status run_refuse(Call *c, Value *out)
{
    (void)out;
    const char *why;
    TRY(call_text(c, 0, &why));
    return diag_set(c->d, E_RANGE, c->env ? env_span(c->env, c->at) : c->at, "%s", why);
}

const Builtin natives_core[] = {
    { .name = "grad", .usage = "grad(E, w)  grad(E)", .group = "gradients", .min_args = 1, .max_args = 2, .run = run_grad,
      .help = "The derivative of the number E with respect to w, itself a quantity of w's shape: it can be asked why, "
              "plotted, and differentiated again. grad(E) lists it for every parameter that E depends on.",
      .example = "param w = 3\nE = w^2\ngrad(E, w)\ngrad(grad(E, w), w)" },
    { .name = "input", .usage = "input(n)  input(h, w, c)", .group = "layers", .min_args = 1, .max_args = LIMIT_RANK, .run = run_input,
      .help = "The shape of one sample; the beginning of a network.",
      .example = "net = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\nnet([0, 1]).shape" },
    { .name = "refuse", .usage = "refuse(TEXT)", .group = "session", .min_args = 1, .max_args = 1, .run = run_refuse,
      .help = "An error with that text, at the call that led here: for definitions that check what they are given.",
      .example = "half(x) = if rank(x) > 0 { refuse(\"one number, please\") } else { x/2 }\nhalf(3)" },
    { .name = "update", .usage = "update E, optimizer=sgd(lr=0.01)", .group = "training", .keys = "optimizer", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND, .run = run_update,
      .help = "One step of the optimizer on every parameter of E, all at once. A named optimizer keeps its state from "
              "call to call, and so do repeated calls with an equal one.",
      .example = "param w = 3\nE = w^2\nupdate E, optimizer=sgd(lr=0.1)\nw" },
    { 0 }
};
