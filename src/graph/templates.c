/* templates.c -- which functions touch one element at a time, and so become templates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/gbuild.h"

/* ---- templates ---- */

static Tmpl *op_tmpl(const Op *op)
{
    if (op->kind != OP_ELEMENT || op->min_in != op->max_in) return NULL;
    Shape scalar = { 0 };
    Diag d = { 0 };
    Node *arg[3];
    for (int i = 0; i < op->max_in; i++) {
        arg[i] = node_leaf(&scalar, NULL, &d);
        node_label(arg[i], "%s", op->max_in == 1 ? "x" : ((const char *const[]){ "a", "b", "c" })[i]);
    }
    Node *body = node_new(op, arg, op->max_in, NULL, 0, (Span){ 0, 0 }, &d);
    Tmpl *t = tmpl_make(op->name, body, arg, op->max_in);
    node_drop(body);
    for (int i = 0; i < op->max_in; i++) node_drop(arg[i]);
    return t;
}

/* Build f's body once over scalar leaves; any fault, any number that had to be known and
 * any shape that was asked for mean: not a template. */
static Tmpl *def_probe(Env *e, Func *f, Func *body_of, Record_of_use *use)
{
    int n = formal_count(f);
    if (n < 1 || n > 3 || formal_count(body_of) != n) return NULL;
    const Ast *b = body_of->ast->kid[n];
    if (b->kind == A_BLOCK && b->n > 1) return NULL;       /* its locals are to be named nodes */
    Diag d = { 0 };
    Shape scalar = { 0 };
    Env body = { .s = e->s, .d = &d, .use = use, .prelude = f->prelude, .inside = true,
                 .depth = e->depth, .scope = scope_new() };
    Node *arg[3];
    for (int i = 0; i < n; i++) {
        arg[i] = node_leaf(&scalar, NULL, &d);
        node_label(arg[i], "%s", formal_name(f, i));
        scope_set(body.scope, formal_name(body_of, i), value_node(node_keep(arg[i])));
    }
    Value v = { 0 };
    Tmpl *t = NULL;
    Status st = body_of->ast->kid[n]->kind == A_BLOCK ? build_block(&body, body_of->ast->kid[n], &v)
                                                      : build_value(&body, body_of->ast->kid[n], &v);
    if (st == OK && v.kind == V_NODE && !use->n_guard && !use->shaped) t = tmpl_make(f->name, v.node, arg, n);
    value_drop(&v);
    scope_drop(body.scope);
    for (int i = 0; i < n; i++) node_drop(arg[i]);
    return t;
}

/* f'(x) = ... as somebody wrote it; counted, or NULL. */
static Func *declared_slope(Env *e, const Func *f)
{
    char name[LIMIT_NAME + 8];
    snprintf(name, sizeof name, "%s'", f->name);
    Value v = { 0 };
    if (f->prelude) {
        if (!prelude_lookup(e->s, name, &v)) return NULL;
    } else {
        Binding *b = session_find(e->s, name);
        if (!b) return NULL;
        v = value_keep(b->value);
    }
    if (v.kind == V_FUNC && v.func->kind == FN_DEF) return v.func;
    value_drop(&v);
    return NULL;
}

static void tmpl_forget(Func *f)
{
    tmpl_close(f->tmpl);
    for (char **p = f->tmpl_dep; p && *p; p++) free(*p);
    free(f->tmpl_dep);
    f->tmpl = NULL;
    f->tmpl_dep = NULL;
    f->tmpl_state = -1;
}

static void def_tmpl_make(Env *e, Func *f)
{
    Record_of_use use = { 0 };
    f->tmpl_state = 0;                    /* a body that calls itself must not probe for ever */
    f->tmpl_at = e->s->structure;
    f->tmpl = def_probe(e, f, f, &use);
    Func *slope = f->tmpl ? declared_slope(e, f) : NULL;
    if (slope) {
        f->tmpl->slope[0] = def_probe(e, f, slope, &use);
        if (f->tmpl->slope[0]) {
            free(f->tmpl->slope[0]->name);
            f->tmpl->slope[0]->name = mem_str(slope->name);
            f->tmpl->declared = true;
        }
        func_drop(slope);
    }
    f->tmpl_state = f->tmpl != NULL;
    if (!f->prelude) {
        char primed[LIMIT_NAME + 8];
        snprintf(primed, sizeof primed, "%s'", f->name);
        Env note = { .use = &use };
        use_dep(&note, primed);
    }
    f->tmpl_dep = mem_new(sizeof *f->tmpl_dep * (size_t)(use.n_dep + 1));
    for (int i = 0; i < use.n_dep; i++) f->tmpl_dep[i] = mem_str(use.dep[i]);
    use_free(&use);
}

const Tmpl *func_tmpl(Env *e, Func *f)
{
    if (f->kind == FN_PRIME) {
        const Tmpl *t = func_tmpl(e, f->of);
        return t ? tmpl_slope(t, 0) : NULL;
    }
    if (f->kind == FN_OP) {
        if (f->tmpl_state < 0) f->tmpl = op_tmpl(f->op), f->tmpl_state = f->tmpl != NULL;
        return f->tmpl;
    }
    if (f->kind != FN_DEF) return NULL;
    if (f->tmpl_state >= 0 && !f->prelude && f->tmpl_at != e->s->structure) tmpl_forget(f);
    if (f->tmpl_state < 0) def_tmpl_make(e, f);
    for (char **p = f->tmpl_dep; p && *p; p++) use_dep(e, *p);
    return f->tmpl;
}
