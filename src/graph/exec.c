/* exec.c -- statements: each a transaction against the journal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/birth.h"
#include "graph/define.h"
#include "graph/exec.h"
#include "graph/gbuild.h"
#include "graph/journal.h"

/* ---- printing results ---- */

static bool finite_all(const Node *n)
{
    for (int64_t i = 0; i < n->len; i++)
        if (!isfinite(n->val[i])) return false;
    return true;
}

static Status show_value(Env *e, const char *name, Value v)
{
    Session *s = e->s;
    if (v.kind == V_NODE && !node_eval(v.node, e->d)) return e->d->code;
    if (s->quiet) return OK;
    size_t before = s->out.len;
    if (name) text_addf(&s->out, v.kind == V_NODE && v.node->shape.rank > 1 ? "%s =\n" : "%s = ", name);
    value_print(&s->out, v, s->format);
    Node *latest = v.kind == V_FUNC && v.func->kind == FN_BOUND && v.func->last ? v.func->last->out : NULL;
    if (latest && node_eval(latest, e->d)) {
        text_add(&s->out, "  # its latest output: ");
        value_print(&s->out, (Value){ .kind = V_NODE, .node = latest }, s->format);
    }
    if (s->out.len == before || s->out.s[s->out.len - 1] != '\n') text_addc(&s->out, '\n');
    if (v.kind == V_NODE && !finite_all(v.node)) birth_print(&s->out, v.node, s->format);
    return OK;
}

static Status echo_definition(Env *e, const char *name)
{
    if (!e->s->echo || e->s->quiet) return OK;
    Binding *b = session_find(e->s, name);
    if (b->value.kind == V_FUNC && b->value.func->kind != FN_CHAIN) return OK;
    return show_value(e, name, b->value);
}

static void note_shadow(Env *e, const char *name)
{
    static const char *const constants[] = { "pi", "e", "inf", "nan", NULL };
    char buf[NUM_TEXT];
    Env bare = *e;
    bare.prelude = true;
    for (int i = 0; constants[i]; i++) {
        Value v = { 0 };
        if (strcmp(name, constants[i]) || lookup_name(&bare, name, (Span){ 0, 0 }, &v) != OK) continue;
        text_addf(&e->s->out, "# %s was %s until now\n", name, num_print(buf, v.node->val[0], e->s->format));
        value_drop(&v);
    }
}

/* ---- definitions ---- */

static bool literal_leaf(Node *n) { return n->op == &op_leaf && !n->label; }

/* A literal becomes a leaf of the name's own, so that it can be changed. */
static Node *own_leaf(Env *e, Node *n)
{
    if (!(n->flags & NODE_CONST)) return node_keep(n);
    Node *leaf = node_leaf(&n->shape, n->val, e->d);
    return leaf;
}

static Status exec_equation(Env *e, const Ast *a)
{
    Record_of_use use = { 0 };
    Env in = *e;
    in.use = &use;
    in.build = ++e->s->builds;
    Value v = { 0 };
    Status st = build_value(&in, a->kid[0], &v);
    if (st == OK && v.kind == V_FUNC) st = func_name_as(&in, v.func, a->text);
    Definition def = { .kind = B_OTHER, .src = e->s->running, .ast = (Ast *)a, .use = &use, .at = a->at };
    if (st == OK && v.kind == V_NODE) {
        def.kind = literal_leaf(v.node) ? B_LEAF : B_EQUATION;
        Node *n = own_leaf(&in, v.node);
        value_drop(&v);
        if (n) v = value_node(n);
        else st = e->d->code;
    }
    if (st == OK && e->s->echo && !session_find(e->s, a->text)) note_shadow(e, a->text);
    if (st == OK) st = define_name(e->s, a->text, v, &def, e->d);
    if (st != OK) value_drop(&v);
    use_free(&use);
    return st == OK ? echo_definition(e, a->text) : st;
}

static Status exec_function(Env *e, const Ast *a)
{
    FuncKind kind = a->kind == S_LAYER ? FN_LAYER : a->kind == S_OPTIMIZER ? FN_OPTIMIZER : FN_DEF;
    Func *f = func_new(kind, a->text);
    f->src = source_keep(e->s->running);
    f->ast = (Ast *)a;
    Definition def = { .kind = B_OTHER, .src = e->s->running, .ast = (Ast *)a, .at = a->at };
    Value v = value_func(f);
    Status st = define_name(e->s, a->text, v, &def, e->d);
    if (st != OK) value_drop(&v);
    return st;
}

static Status exec_param(Env *e, const Ast *a)
{
    for (int i = 0; i < a->n; i++) {
        Node *leaf;
        TRY(declared_leaf(e, a->kid[i], NODE_PARAM, &leaf));
        Definition def = { .kind = B_PARAM, .src = e->s->running, .ast = a->kid[i], .at = a->kid[i]->at };
        Value v = value_node(leaf);
        Status st = define_name(e->s, a->kid[i]->text, v, &def, e->d);
        if (st != OK) return value_drop(&v), st;
        TRY(echo_definition(e, a->kid[i]->text));
    }
    return OK;
}

/* ---- assignment ---- */

static void leaves_below(Node *n, Text *t)
{
    int count, said = 0;
    Node **all = node_walk(n, &count);
    for (int i = 0; i < count; i++) {
        Node *x = all[i];
        bool leaf = x->op == &op_slot && x->label && x->in[0]->op == &op_leaf;
        if (leaf && said++ < 8) text_addf(t, "%s%s", said > 1 ? ", " : "", x->label);
    }
    free(all);
}

static Status equation_fault(Env *e, const Binding *b, Span at)
{
    Text line = { 0 }, leaves = { 0 };
    if (b->ast) ast_print(&line, b->ast);
    leaves_below(b->value.node, &leaves);
    diag_set(e->d, E_TYPE, at, "%s is an equation (%.200s) and cannot be assigned", b->name, text_str(&line));
    if (leaves.len) diag_hint(e->d, "Change what it depends on instead: %s.", text_str(&leaves));
    text_free(&line);
    text_free(&leaves);
    return E_TYPE;
}

static Status assign_new(Env *e, const char *name, const Node *v, Span at)
{
    Node *leaf = node_leaf(&v->shape, v->val, e->d);
    if (!leaf) return e->d->code;
    Definition def = { .kind = B_LEAF, .src = e->s->running, .ast = NULL, .at = at };
    Value held = value_node(leaf);
    Status st = define_name(e->s, name, held, &def, e->d);
    if (st != OK) value_drop(&held);
    return st;
}

static Status shape_fault(Env *e, const char *name, const Shape *want, const Shape *got, Span at)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    return diag_set(e->d, E_SHAPE, at, "%s has shape %s and cannot take a value of shape %s", name,
                    shape_print(a, want), shape_print(b, got));
}

static Status assign_name(Env *e, const Ast *target, Node *v)
{
    Binding *b = session_find(e->s, target->text);
    if (!b) {
        Value other = { 0 };
        Diag ignore = { 0 };
        Env quiet = *e;
        quiet.d = &ignore;
        if (lookup_name(&quiet, target->text, target->at, &other) == OK && other.kind == V_FUNC && other.func->kind != FN_OP) {
            value_drop(&other);
            return diag_set(e->d, E_TYPE, target->at, "%s is a function; choose another name", target->text);
        }
        value_drop(&other);
        return assign_new(e, target->text, v, target->at);
    }
    if (b->kind == B_OTHER) {
        diag_set(e->d, E_TYPE, target->at, "%s is %s and cannot be assigned a number", b->name, value_kind(b->value));
        return diag_hint(e->d, "Redefine it with = instead.");
    }
    Node *leaf = node_through(b->value.node);
    if (leaf->op != &op_leaf || leaf->flags & NODE_CONST) {
        bool fixed = b->kind == B_EQUATION && node_is_fixed(b->value.node->in[0]);
        return fixed ? assign_new(e, target->text, v, target->at) : equation_fault(e, b, target->at);
    }
    if (b->kind == B_EQUATION && b->value.node->in[0]->op == &op_slot) return equation_fault(e, b, target->at);
    if (shape_equal(&leaf->shape, &v->shape)) return session_set_leaf(e->s, leaf, v->val), OK;
    if (b->kind == B_PARAM) return shape_fault(e, b->name, &leaf->shape, &v->shape, target->at);
    return assign_new(e, target->text, v, target->at);      /* b may end here, and its name */
}

static Status target_leaf(Env *e, const Ast *target, Node **leaf)
{
    Node *n;
    TRY(build_node(e, target, &n));
    *leaf = node_through(n);
    Status st = OK;
    if ((*leaf)->op != &op_leaf || (*leaf)->flags & NODE_CONST) {
        Binding *b = target->kind == A_NAME ? session_find(e->s, target->text) : NULL;
        if (b && b->kind == B_EQUATION) st = equation_fault(e, b, target->at);
        else {
            st = diag_set(e->d, E_TYPE, target->at, "this is computed and cannot be assigned");
            diag_hint(e->d, "Weights and other leaves can be assigned: w, net.h.W, net.h.W[0, 1].");
        }
    }
    node_drop(n);           /* the leaf lives on in its owner */
    return st;
}

/* Which elements base[...] means: index the element numbers themselves. */
static Status target_places(Env *e, Node *leaf, const Ast *target, Node **places)
{
    Node *iota = node_leaf(&leaf->shape, NULL, e->d);
    if (!iota) return e->d->code;
    for (int64_t i = 0; i < iota->len; i++) iota->val[i] = (double)i;
    leaf_touch(iota);
    Status st = index_node(e, iota, target, places);
    if (st == OK && !node_eval(*places, e->d)) st = e->d->code;
    node_drop(iota);
    return st;
}

static Status assign_part(Env *e, const Ast *target, Node *v)
{
    Node *leaf, *places;
    TRY(target_leaf(e, target->kid[0], &leaf));
    TRY(target_places(e, leaf, target, &places));
    Status st = OK;
    if (v->len != 1 && !shape_equal(&v->shape, &places->shape)) {
        Text t = { 0 };
        ast_print(&t, target);
        st = shape_fault(e, text_str(&t), &places->shape, &v->shape, target->at);
        text_free(&t);
    } else {
        double *now = mem_new(sizeof *now * (size_t)(leaf->len + 1));
        memcpy(now, leaf->val, sizeof *now * (size_t)leaf->len);
        for (int64_t i = 0; i < places->len; i++) now[(int64_t)places->val[i]] = v->val[v->len == 1 ? 0 : i];
        session_set_leaf(e->s, leaf, now);
        free(now);
    }
    node_drop(places);
    return st;
}

static Status assign_one(Env *e, const Ast *target, Node *v)
{
    if (target->kind == A_NAME) return assign_name(e, target, v);
    if (target->kind == A_INDEX) return assign_part(e, target, v);
    Node *leaf;
    TRY(target_leaf(e, target, &leaf));
    if (!shape_equal(&leaf->shape, &v->shape)) {
        Text t = { 0 };
        ast_print(&t, target);
        shape_fault(e, text_str(&t), &leaf->shape, &v->shape, target->at);
        text_free(&t);
        return e->d->code;
    }
    session_set_leaf(e->s, leaf, v->val);
    return OK;
}

/* history, a data set, a text: kept as it is now, following nothing. */
static Status assign_other(Env *e, const Ast *target, Value v)
{
    Definition def = { .kind = B_OTHER, .src = e->s->running, .at = target->at };
    value_keep(v);
    Status st = define_name(e->s, target->text, v, &def, e->d);
    if (st != OK) value_drop(&v);
    return st == OK ? echo_definition(e, target->text) : st;
}

static bool is_other(Value v)
{
    return v.kind == V_STR || v.kind == V_LIST || (v.kind == V_RECORD && strcmp(v.record->type, "scope"));
}

static bool names_param(Session *s, const char *name)
{
    Binding *b = session_find(s, name);
    return b && b->value.kind != V_NODE ? true : b && node_through(b->value.node)->flags & NODE_PARAM;
}

/* w <- w - 0.1*grad(E, w) is an update by hand's rule: its past is kept like an
 * optimizer's. Called while all still have their old numbers. */
static void assign_tell(Env *e, const Ast *target, Node *x)
{
    if (!e->s->moved || (target->kind != A_NAME && target->kind != A_FIELD)) return;
    if (target->kind == A_NAME && !names_param(e->s, target->text)) return;
    Diag d = { 0 };
    Env quiet = *e;
    quiet.d = &d;
    quiet.use = NULL;
    Node *n = NULL;
    if (build_node(&quiet, target, &n) != OK) return;
    Node *leaf = node_through(n);
    if (leaf->flags & NODE_PARAM && shape_equal(&leaf->shape, &x->shape) && node_depends(x, leaf))
        e->s->moved(e->s, &(Moved){ leaf, leaf->val, x->val, x, NULL, 1 });
    node_drop(n);
}

/* x <- NUMBER, of which nobody is to be told how it came about. */
static bool is_number(Env *e, const Ast *a, double *out)
{
    if (a->kid[0]->kind != A_NAME || (e->s->moved && names_param(e->s, a->kid[0]->text))) return false;
    return exec_number(e, a->kid[1], out);
}

/* All right sides first, as numbers of their own: nobody sees another's change. */
static Status exec_assign(Env *e, const Ast *a)
{
    int n = a->n / 2;
    Node *small[8], **v = n <= 8 ? small : mem_new(sizeof *v * (size_t)n);
    memset(v, 0, sizeof *v * (size_t)n);
    Status st = OK;
    double number;
    if (n == 1 && is_number(e, a, &number)) {
        v[0] = node_num(number);
        n = 0;
    } else if (n == 1 && a->kid[0]->kind == A_NAME) {
        Value whole = { 0 };
        st = build_value(e, a->kid[1], &whole);
        bool other = st == OK && is_other(whole);
        if (other) st = assign_other(e, a->kid[0], whole);
        Node *x = st == OK && !other ? value_to_node(e->s, whole, a->kid[1]->at, e->d) : NULL;
        if (x && node_eval(x, e->d)) v[0] = node_keep(x), assign_tell(e, a->kid[0], x);
        else if (st == OK && !other) st = e->d->code;
        value_drop(&whole);
        if (other || st != OK) return st;
        n = 0;
    }
    for (int i = 0; i < n && st == OK; i++) {
        Node *x = NULL;
        st = build_node(e, a->kid[n + i], &x);
        const double *val = st == OK ? node_eval(x, e->d) : NULL;
        if (val) assign_tell(e, a->kid[i], x);
        if (val && n > 1) v[i] = node_leaf(&x->shape, val, e->d);
        else if (val) v[i] = node_keep(x);
        if (st == OK && !v[i]) st = e->d->code;
        if (x) node_drop(x);
    }
    n = a->n / 2;
    for (int i = 0; i < n && st == OK; i++) st = assign_one(e, a->kid[i], v[i]);
    for (int i = 0; i < n; i++) node_drop(v[i]);
    if (v != small) free(v);
    for (int i = 0; i < n && st == OK && e->s->echo && a->kid[i]->kind == A_NAME && !e->inside; i++)
        st = echo_definition(e, a->kid[i]->text);
    return st;
}

/* ---- commands and expressions ---- */

static Status show_result(Env *e, Value v)
{
    if (v.kind == V_NONE) return OK;
    Status st = show_value(e, NULL, v);
    if (st == OK) {
        value_drop(&e->s->ans);
        e->s->ans = value_keep(v);
    }
    return st;
}

static Status exec_command(Env *e, const Ast *a)
{
    const Builtin *row = session_builtin(e->s, a->text);
    if (!row) return diag_set(e->d, E_NAME, a->op, "unknown command %s", a->text);
    Value v = { 0 };
    TRY(native_call(e, row, a->kid, a->n, NULL, a->at, &v));
    Status st = show_result(e, v);
    value_drop(&v);
    return st;
}

static Status exec_expression(Env *e, const Ast *a)
{
    Value v = { 0 };
    TRY(build_value(e, a, &v));
    Status st = show_result(e, v);
    value_drop(&v);
    return st;
}

Status exec_statement(Env *e, const Ast *a)
{
    switch (a->kind) {
    case S_EQUATION: return exec_equation(e, a);
    case S_FUNCTION: case S_LAYER: case S_OPTIMIZER: return exec_function(e, a);
    case S_PARAM: return exec_param(e, a);
    case S_ASSIGN: return exec_assign(e, a);
    case S_COMMAND: return exec_command(e, a);
    case S_REPEAT: return exec_repeat(e, a);
    case S_FOR: return exec_for(e, a);
    case S_WHILE: return exec_while(e, a);
    case A_IF: return exec_if(e, a);
    case S_BREAK: return e->broke = true, OK;
    case S_STATE: return diag_set(e->d, E_SYNTAX, a->at, "state has a meaning only in an optimizer or a layer");
    case A_BLOCK: return exec_block(e, a);
    default: return exec_expression(e, a);
    }
}

/* ---- transactions ---- */

static bool undoable(Session *s, const Ast *a)
{
    const Builtin *row = NULL;
    if (a->kind == S_COMMAND) row = session_builtin(s, a->text);
    if (a->kind == A_CALL && a->kid[0]->kind == A_NAME) row = session_builtin(s, a->kid[0]->text);
    return !row || !(row->flags & BUILTIN_NO_UNDO);
}

Status session_run(Session *s, Source *src, Diag *d)
{
    Source *outer = s->running;
    bool quiet = s->quiet, nested = s->journal != NULL;
    s->running = src;
    s->quiet = src->tree->quiet;
    if (!nested) journal_begin(s);
    Env e = { .s = s, .d = d, .build = ++s->builds };
    Status st = exec_statement(&e, src->tree);
    if (st == OK && e.broke) {
        st = diag_set(d, E_SYNTAX, src->tree->at, "break has a meaning only inside a loop");
        diag_hint(d, "To stop while stepping: break when E < 0.1, for example.");
    }
    if (st == OK) st = session_refresh(s, d);
    if (!nested && s->journal) {
        if (st == OK || st == E_STOP) journal_commit(s, undoable(s, src->tree));
        else journal_rollback(s);
    }
    s->running = outer;
    s->quiet = quiet;
    if (s->changed) s->changed(s);
    return st;
}

Status session_run_text(Session *s, const char *name, const char *text, Diag *d, int *line)
{
    Reader r = { .name = name, .text = text, .len = strlen(text), .line = 1,
                 .is_command = session_is_command,
                 .near_command = session_near_command, .ctx = s };
    for (;;) {
        Source *src = NULL;
        Status st = parse_next(&r, &src, d);
        if (!src && st == OK) return OK;
        if (st == OK) st = session_run(s, src, d);
        int col, at_line = r.line;
        if (src) source_place(src, d->at.from, &at_line, &col);
        if (line) *line = at_line;
        source_drop(src);
        if (st != OK) return st;
    }
}

Status session_eval(Session *s, const char *expr, Value *out, Diag *d)
{
    *out = value_none();
    Source *src = parse_expr("expression", expr, d);
    if (!src) return d->code;
    Env e = { .s = s, .d = d, .build = ++s->builds };
    Status st = build_value(&e, src->tree, out);
    if (st == OK && out->kind == V_NODE && !node_eval(out->node, d)) st = d->code;
    source_drop(src);
    return st;
}

double session_number(Session *s, const char *expr)
{
    Diag d = { 0 };
    Value v;
    double y = NAN;
    if (session_eval(s, expr, &v, &d) == OK) {
        Node *n = value_to_node(s, v, (Span){ 0, 0 }, &d);
        if (n) y = node_scalar(n, &d);
    }
    value_drop(&v);
    return y;
}
