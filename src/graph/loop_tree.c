/* loop_tree.c -- expressions into the program of a loop of numbers.
 *
 * Arithmetic, calls and `if` are taken from the tree as it stands; names and
 * whatever else are built as always and taken from their nodes. Nothing is told
 * of a fault: -1 means that the statements themselves run, and say it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "graph/loop_code.h"
#include "graph/op.h"

/* ---- what gives the same whenever it is built ---- */

static bool pure_native(const char *name)
{
    static const char *const names[] = {
        "grad", "max", "min", "sum", "prod", "mean", "size", "rank", "shape", "range", "linspace", "zeros", "ones",
        "full", "eye", "argmax", "argmin", "reshape", "transpose", "concat", "stack", "cumsum", "sort", "gather",
        "take", "one_hot",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

enum { PURE_DEPTH = 40 };

static bool pure_kids(Maker *m, const Ast *a, int depth);

/* A function that may be called any number of times: no chance, no state, no files. */
static bool pure_value(Maker *m, Value v, int depth)
{
    if (v.kind != V_FUNC) return true;
    switch (v.func->kind) {
    case FN_OP: return true;
    case FN_NATIVE: return pure_native(v.func->name);
    case FN_PRIME: return pure_value(m, (Value){ .kind = V_FUNC, .func = v.func->of }, depth);
    case FN_DEF: return pure_kids(m, v.func->ast, depth + 1);
    default: return false;
    }
}

static bool pure_name(Maker *m, const char *name, int depth)
{
    Value v = { 0 };
    bool pure = true;
    if (session_lookup(m->env.s, name, &v)) pure = pure_value(m, v, depth);
    value_drop(&v);
    return pure;
}

static bool pure_kids(Maker *m, const Ast *a, int depth)
{
    if (depth > PURE_DEPTH || a->kind == S_COMMAND || a->kind == A_CHAIN) return false;
    if (a->kind == A_NAME && !pure_name(m, a->text, depth)) return false;
    for (int i = 0; i < a->n; i++)
        if (a->kid[i] && !pure_kids(m, a->kid[i], depth + 1)) return false;
    return true;
}

bool loop_pure(Maker *m, const Ast *a) { return pure_kids(m, a, 0); }

/* ---- calls ---- */

static int args_registers(Maker *m, const Ast *call, int *in)
{
    int n = call->n - 1;
    if (n < 1 || n > 3) return -1;
    for (int i = 0; i < n; i++)
        if ((in[i] = loop_expr(m, call->kid[i + 1])) < 0) return -1;
    return n;
}

/* max(a, b, ...), as natives_tensor.c joins them. */
static int choose_call(Maker *m, const Ast *a, const Op *op)
{
    int best = loop_expr(m, a->kid[1]);
    for (int i = 2; i < a->n && best >= 0; i++) best = loop_op(m, op, (int[]){ best, loop_expr(m, a->kid[i]) }, 2);
    return best;
}

static int node_expr(Maker *m, const Ast *a);

static int func_call_register(Maker *m, const Ast *a, Func *f)
{
    int in[3], n;
    if (f->kind == FN_NATIVE && a->n > 2 && !strcmp(f->name, "max")) return choose_call(m, a, op_find("maximum"));
    if (f->kind == FN_NATIVE && a->n > 2 && !strcmp(f->name, "min")) return choose_call(m, a, op_find("minimum"));
    if (f->kind == FN_OP) return (n = args_registers(m, a, in)) < 0 ? -1 : loop_op(m, f->op, in, n);
    const Tmpl *t = func_tmpl(&m->env, f);
    if (!t) return node_expr(m, a);
    return args_registers(m, a, in) == t->n_arg ? loop_tmpl(m, t, in) : -1;
}

static int call_expr(Maker *m, const Ast *a)
{
    const Ast *callee = a->kid[0];
    Value f = { 0 };
    int r = -1;
    for (int i = 1; i < a->n; i++)
        if (a->kid[i]->kind == A_KEY) return node_expr(m, a);
    if (callee->kind != A_NAME && callee->kind != A_PRIME) return -1;
    if (build_value(&m->env, callee, &f) == OK && f.kind == V_FUNC) r = func_call_register(m, a, f.func);
    value_drop(&f);
    return r;
}

/* ---- elements ---- */

int loop_list(Maker *m, const Ast *a)
{
    Node *n = NULL;
    int at = -1;
    diag_clear(m->env.d);
    if (!loop_pure(m, a) || build_node(&m->env, a, &n) != OK) return -1;
    if (loop_settled(m) && !loop_moves(m, n) && n->shape.rank && node_eval(n, m->env.d)) {
        LoopCode *c = m->code;
        GROW(c->list, c->n_list, c->cap_list);
        c->list[c->n_list] = (LoopList){ node_keep(n), n->val, n->shape.dim[0] };
        at = c->n_list++;
    }
    node_drop(n);
    return at;
}

/* X[i, j] of a tensor that stays: the place row by row, each index checked. */
static int index_expr(Maker *m, const Ast *a)
{
    int list = loop_list(m, a->kid[0]), place = -1;
    if (list < 0) return -1;
    const Shape *s = &m->code->list[list].node->shape;
    if (a->n - 1 != s->rank) return -1;
    for (int i = 0; i < s->rank; i++) {
        const Ast *sub = a->kid[i + 1];
        if (sub->kind == A_SLICE || sub->kind == A_DOTS) return -1;
        int size = loop_const(m->code, (double)s->dim[i]);
        int at = loop_emit(m, L_PLACE, loop_expr(m, sub), 0, size);
        if (place < 0) place = at;
        else place = loop_emit(m, L_ADD, loop_emit(m, L_MUL, place, size, 0), at, 0);
        if (place < 0) return -1;
    }
    m->code->careful = true;
    return loop_emit(m, L_LOAD, place, list, 0);
}

/* ---- choice ---- */

static const Ast *only_kid(const Ast *a)
{
    return a && a->kind == A_BLOCK ? a->n == 1 ? a->kid[0] : NULL : a;
}

static int if_expr(Maker *m, const Ast *a)
{
    const Ast *then = only_kid(a->kid[1]), *other = only_kid(a->kid[2]);
    LoopCode *c = m->code;
    if (!then || !other) return -1;
    int d = loop_temp(m), away = loop_unless(m, a->kid[0], false), v = away < 0 || d < 0 ? -1 : loop_expr(m, then);
    if (v < 0) return -1;
    loop_step(c, L_MOVE, d, v, 0, 0);
    int out = c->n_step;
    loop_step(c, L_JUMP, 0, 0, 0, 0);
    c->step[away].c = (uint16_t)c->n_step;
    loop_piece(m);
    if ((v = loop_expr(m, other)) < 0) return -1;
    loop_step(c, L_MOVE, d, v, 0, 0);
    c->step[out].c = (uint16_t)c->n_step;
    loop_piece(m);
    return d;
}

/* ---- expressions ---- */

static int node_expr(Maker *m, const Ast *a)
{
    Node *n = NULL;
    int r = -1;
    if (!loop_pure(m, a) || build_node(&m->env, a, &n) != OK) return -1;
    if (!n->shape.rank && loop_settled(m)) r = loop_node(m, n);
    node_drop(n);
    return r;
}

static int unary_expr(Maker *m, const Ast *a)
{
    const Ast *x = a->kid[0];
    if (a->text[0] == '-' && x->kind == A_NUM && !x->parens) return loop_const(m->code, -x->num);
    int in = loop_expr(m, x);
    return loop_op(m, op_find(a->text[0] == '-' ? "neg" : "not"), &in, 1);
}

static int binary_expr(Maker *m, const Ast *a)
{
    int in[2] = { loop_expr(m, a->kid[0]), -1 };
    if (in[0] < 0 || (in[1] = loop_expr(m, a->kid[1])) < 0) return -1;
    return loop_op(m, op_find(a->text), in, 2);
}

static int expr_deep(Maker *m, const Ast *a)
{
    switch (a->kind) {
    case A_NUM: return loop_const(m->code, a->num);
    case A_UNARY: return unary_expr(m, a);
    case A_BINARY: return binary_expr(m, a);
    case A_CALL: return call_expr(m, a);
    case A_IF: return if_expr(m, a);
    case A_INDEX: return index_expr(m, a);
    case A_NAME: case A_FIELD: return node_expr(m, a);
    default: return -1;
    }
}

/* Long sums lean left and would recurse as deep: they are for the statements. */
int loop_expr(Maker *m, const Ast *a)
{
    if (m->env.depth >= LIMIT_DEPTH) return -1;
    m->env.depth++;
    diag_clear(m->env.d);
    int r = loop_full(m->code) ? -1 : expr_deep(m, a);
    m->env.depth--;
    return r;
}
