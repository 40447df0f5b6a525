/* block.c -- statements inside functions: they make nodes, nothing runs.
 *
 * A loop is written out, an `if` takes one side: what they hang on becomes a
 * guard (build.c). `<-` gives a local a new meaning from there on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/define.h"
#include "graph/gbuild.h"
#include "graph/rule.h"

static Status build_statement(Env *e, const Ast *a, Value *out);

/* Named nodes: a local's node carries the path by which it can be asked for. */
static Value local_labelled(Env *e, const char *name, Value v)
{
    if (v.kind != V_NODE || !e->path || v.node->flags & NODE_CONST) return v;
    char label[700];
    snprintf(label, sizeof label, "%s.%s", e->path, name);
    Value named = value_node(label_result(v.node, label));
    value_drop(&v);
    return named;
}

static Status local_equation(Env *e, const Ast *a)
{
    Value v = { 0 };
    TRY(build_value(e, a->kid[0], &v));
    if (v.kind == V_FUNC) {
        Status st = func_name_as(e, v.func, a->text);
        if (st != OK) return value_drop(&v), st;
    }
    scope_set(e->scope, a->text, local_labelled(e, a->text, v));
    return OK;
}

static Status local_assign(Env *e, const Ast *a)
{
    if (e->rule) return rule_assign(e, a);
    int n = a->n / 2;
    Value *v = mem_new(sizeof *v * (size_t)n);
    Status st = OK;
    for (int i = 0; i < n && st == OK; i++) {
        if (a->kid[i]->kind != A_NAME)
            st = diag_set(e->d, E_NAME, env_span(e, a->kid[i]->at), "inside a function only its own names can be assigned");
        else st = build_value(e, a->kid[n + i], &v[i]);
    }
    for (int i = 0; i < n && st == OK; i++) {
        scope_set(e->scope, a->kid[i]->text, v[i]);
        v[i] = value_none();
    }
    for (int i = 0; i < n; i++) value_drop(&v[i]);
    free(v);
    return st;
}

/* ---- parameters of layers ---- */

static Status size_add(Env *e, Node *n, Span at, Shape *s)
{
    int64_t size;
    TRY(static_int(e, n, at, "a size", &size));
    if (s->rank == LIMIT_RANK) return diag_set(e->d, E_LIMIT, env_span(e, at), "more than %d axes", LIMIT_RANK);
    if (size < 1 || size > LIMIT_DIM)
        return diag_set(e->d, E_RANGE, env_span(e, at), "a size must be from 1 to %d, not %lld", LIMIT_DIM,
                        (long long)size);
    s->dim[s->rank++] = size;
    return OK;
}

/* Several sizes in one: param gamma[shape(x)]. */
static Status sizes_add(Env *e, Node *all, Span at, Shape *s)
{
    Status st = OK;
    for (int64_t i = 0; i < all->len && st == OK; i++) {
        int64_t attr = 0;
        Node *place = node_num((double)i);
        Node *one = node_new(op_find("gather"), (Node *[]){ all, place }, 2, &attr, 1, env_span(e, at), e->d);
        node_drop(place);
        if (!one) return e->d->code;
        st = size_add(e, one, at, s);
        node_drop(one);
    }
    return st;
}

Status declared_shape(Env *e, const Ast *decl, Shape *s)
{
    *s = (Shape){ 0 };
    for (int i = 1; i < decl->n; i++) {
        Node *n;
        TRY(build_node(e, decl->kid[i], &n));
        Status st = n->shape.rank == 1 ? sizes_add(e, n, decl->kid[i]->at, s) : size_add(e, n, decl->kid[i]->at, s);
        node_drop(n);
        TRY(st);
    }
    return OK;
}

static bool has_param(Node *n)
{
    int count;
    Node **all = node_walk(n, &count);
    bool found = false;
    for (int i = 0; i < count && !found; i++) found = (all[i]->flags & NODE_PARAM) != 0;
    free(all);
    return found;
}

static Status init_call(Env *e, Func *f, const Shape *s, Span at, Value *out)
{
    Value dim[LIMIT_RANK];
    for (int i = 0; i < s->rank; i++) dim[i] = value_num((double)s->dim[i]);
    Args a = { .n = s->rank, .val = dim, .at = at };
    Status st = func_apply(e, f, &a, out);
    for (int i = 0; i < s->rank; i++) value_drop(&dim[i]);
    return st;
}

/* A new leaf of shape s from an initial value that fits by broadcasting. */
static Status leaf_from(Env *e, Node *init, const Shape *s, const Ast *decl, Node **out)
{
    Shape both;
    if (!shape_broadcast(&both, (const Shape *[]){ s, &init->shape }, 2) || !shape_equal(&both, s)) {
        char want[SHAPE_TEXT], got[SHAPE_TEXT];
        return diag_set(e->d, E_SHAPE, env_span(e, decl->at), "%s needs shape %s here; the given value has shape %s",
                        decl->text, shape_print(want, s), shape_print(got, &init->shape));
    }
    Node *wide = gb_spread(init, s);
    const double *v = node_eval(wide, e->d);
    *out = v ? node_leaf(s, v, e->d) : NULL;
    node_drop(wide);
    return *out ? OK : e->d->code;
}

void own_add(Func *f, const char *path, Node *n)
{
    Owned *o = func_own(f, path);
    if (!o) {
        GROW(f->own, f->n_own, f->cap_own);
        o = &f->own[f->n_own++];
        *o = (Owned){ .path = mem_str(path) };
    }
    node_drop(o->node);
    o->node = node_keep(n);
}

static Status param_make(Env *e, const Ast *decl, const Shape *s, unsigned flag, Node **out)
{
    Value v = { 0 };
    TRY(build_value(e, decl->kid[0], &v));
    Status st = OK;
    if (v.kind == V_FUNC) {
        Value w = { 0 };
        st = init_call(e, v.func, s, decl->at, &w);
        value_drop(&v);
        v = w;
    }
    Node *init = st == OK ? value_to_node(e->s, v, env_span(e, decl->at), e->d) : NULL;
    if (st == OK && !init) st = e->d->code;
    if (st == OK && e->owner && flag == NODE_PARAM && has_param(init)) {
        *out = node_keep(init);              /* the user's own leaves: tied, not copied */
    } else if (st == OK) {
        Shape own = decl->n > 1 ? *s : init->shape;
        st = leaf_from(e, init, &own, decl, out);
        if (st == OK) {
            (*out)->flags |= flag;
            const char *whose = e->owner ? e->owner->name : NULL;
            node_label(*out, "%s%s%s%s", whose ? whose : "", whose ? "." : "", e->under ? e->under : "", decl->text);
        }
    }
    value_drop(&v);
    return st;
}

Status declared_leaf(Env *e, const Ast *decl, unsigned flag, Node **out)
{
    Shape s;
    TRY(declared_shape(e, decl, &s));
    return param_make(e, decl, &s, flag, out);
}

static Status local_param(Env *e, const Ast *a)
{
    if (!e->owner)
        return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "param inside a function has a meaning only in a layer");
    for (int i = 0; i < a->n; i++) {
        const Ast *decl = a->kid[i];
        char path[700];
        Shape s;
        TRY(declared_shape(e, decl, &s));
        snprintf(path, sizeof path, "%s%s", e->under ? e->under : "", decl->text);
        Owned *o = func_own(e->owner, path);
        Node *n = NULL;
        bool fits = o && (!(o->node->flags & NODE_PARAM) || decl->n == 1 || shape_equal(&o->node->shape, &s));
        if (fits) n = node_keep(o->node);
        else TRY(param_make(e, decl, &s, NODE_PARAM, &n));
        own_add(e->owner, path, n);
        scope_set(e->scope, decl->text, value_node(n));
    }
    return OK;
}

/* ---- control ---- */

Status loop_times(Env *e, const Ast *a, int64_t *times)
{
    Node *n;
    Span at = a->kid[0]->at;
    TRY(build_node(e, a->kid[0], &n));
    Status st = static_int(e, n, at, "the number of turns", times);
    node_drop(n);
    if (st == OK && *times < 0)
        st = diag_set(e->d, E_RANGE, env_span(e, at), "repeat needs a number from 0 on, not %lld", (long long)*times);
    return st;
}

static Status too_many_turns(Env *e, const Ast *a)
{
    return diag_set(e->d, E_LIMIT, env_span(e, a->at), "a loop inside a function of more than %d turns", LIMIT_UNROLL);
}

static Status local_times(Env *e, const Ast *a, int64_t times)
{
    if (times > LIMIT_UNROLL) return too_many_turns(e, a);
    Value v = { 0 };
    Status st = OK;
    for (int i = 0; i < times && st == OK && !e->broke; i++) {
        st = build_block(e, a->kid[1], &v);
        value_drop(&v);
    }
    e->broke = false;
    return st;
}

static Status local_repeat(Env *e, const Ast *a)
{
    int64_t times;
    TRY(loop_times(e, a, &times));
    return local_times(e, a, times);
}

static Status local_for_list(Env *e, const Ast *a, const List *l)
{
    Status st = l->n > LIMIT_UNROLL ? too_many_turns(e, a) : OK;
    for (int i = 0; i < l->n && st == OK && !e->broke; i++) {
        Value v = { 0 };
        scope_set(e->scope, a->text, value_keep(l->item[i]));
        st = build_block(e, a->kid[1], &v);
        value_drop(&v);
    }
    e->broke = false;
    return st;
}

static Status local_for_node(Env *e, const Ast *a, Node *all)
{
    Status st = OK;
    if (!all->shape.rank)
        st = diag_set(e->d, E_SHAPE, env_span(e, a->kid[0]->at), "for needs a vector or a list to walk through");
    else if (all->shape.dim[0] > LIMIT_UNROLL) st = too_many_turns(e, a);
    for (int64_t i = 0; st == OK && i < all->shape.dim[0] && !e->broke; i++) {
        int64_t attr = 0;
        Node *at = node_num((double)i);
        Node *x = node_new(op_find("gather"), (Node *[]){ all, at }, 2, &attr, 1, env_span(e, a->at), e->d);
        node_drop(at);
        if (!x) st = e->d->code;
        else {
            Value v = { 0 };
            scope_set(e->scope, a->text, value_node(x));
            st = build_block(e, a->kid[1], &v);
            value_drop(&v);
        }
    }
    e->broke = false;
    return st;
}

static Status local_for(Env *e, const Ast *a)
{
    Value all = { 0 };
    TRY(build_value(e, a->kid[0], &all));
    Node *n = all.kind == V_LIST ? NULL : value_to_node(e->s, all, env_span(e, a->kid[0]->at), e->d);
    Status st = all.kind == V_LIST ? local_for_list(e, a, all.list) : n ? local_for_node(e, a, n) : e->d->code;
    value_drop(&all);
    return st;
}

static Status local_while(Env *e, const Ast *a)
{
    for (int turns = 0;; turns++) {
        if (turns > LIMIT_UNROLL) return too_many_turns(e, a);
        Node *n;
        double go;
        Value v = { 0 };
        TRY(build_node(e, a->kid[0], &n));
        Status st = env_static(e, n, a->kid[0]->at, &go);
        node_drop(n);
        TRY(st);
        if (go == 0) return OK;
        TRY(build_block(e, a->kid[1], &v));
        value_drop(&v);
        if (e->broke) return e->broke = false, OK;
    }
}

static Status build_statement(Env *e, const Ast *a, Value *out)
{
    switch (a->kind) {
    case S_EQUATION: return local_equation(e, a);
    case S_ASSIGN: return local_assign(e, a);
    case S_PARAM: return local_param(e, a);
    case S_STATE: return e->memory ? layer_state(e, a) : rule_state(e, a);
    case S_REPEAT: return local_repeat(e, a);
    case S_FOR: return local_for(e, a);
    case S_WHILE: return local_while(e, a);
    case S_BREAK: return e->broke = true, OK;
    case S_FUNCTION: case S_LAYER: case S_OPTIMIZER:
        return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "a function is defined at top level, not inside another");
    case S_COMMAND:
        return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "%s is a command; inside a function only equations stand", a->text);
    default: return build_value(e, a, out);
    }
}

/* A block outside any function, as in x = if c { y = 2; y } else { 3 }: names of its own. */
static Status block_alone(Env *e, const Ast *block, Value *out)
{
    Env own = *e;
    own.scope = scope_new();
    Status st = build_block(&own, block, out);
    scope_drop(own.scope);
    return st;
}

Status build_block(Env *e, const Ast *block, Value *out)
{
    if (!e->scope) return block_alone(e, block, out);
    *out = value_none();
    for (int i = 0; i < block->n && !e->broke; i++) {
        value_drop(out);
        TRY(build_statement(e, block->kid[i], out));
    }
    return OK;
}
