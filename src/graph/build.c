/* build.c -- expressions to values: numbers become nodes, shapes are checked here.
 *
 * Building never computes, except where the shape of the graph itself hangs on
 * a number (an index, a size, the condition of an `if`): that number is read
 * now and remembered as a guard, and the definition is built again when it
 * changes. So `y = fact(n)` stays true although it was unrolled for one n.
 *
 * A fault inside a function's body is told at the call that the user wrote.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/build.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "graph/grad.h"
#include "graph/modes.h"
#include "graph/rule.h"

Span env_span(const Env *e, Span at) { return e->inside ? e->blame : at; }

/* ---- what was used ---- */

void use_dep(Env *e, const char *name)
{
    Record_of_use *u = e->use;
    if (!u) return;
    for (int i = 0; i < u->n_dep; i++)
        if (!strcmp(u->dep[i], name)) return;
    GROW(u->dep, u->n_dep, u->cap_dep);
    u->dep[u->n_dep++] = mem_str(name);
}

static void use_guard(Env *e, Node *n, double was)
{
    Record_of_use *u = e->use;
    if (!u) return;
    GROW(u->guard, u->n_guard, u->cap_guard);
    u->guard[u->n_guard++] = (struct Guard){ node_keep(n), was };
}

void use_shape(Env *e)
{
    if (e && e->use) e->use->shaped = true;
}

/* What was used while a network was given its name. Its parameters are made once and
 * stay, so the session's switches are no reason to make it again. */
void use_take_named(Env *e, Record_of_use *from)
{
    for (int i = 0; i < from->n_dep; i++) use_dep(e, from->dep[i]);
    for (int i = 0; i < from->n_guard; i++)
        if (!on_modes(e->s, from->guard[i].node)) use_guard(e, from->guard[i].node, from->guard[i].was);
    use_free(from);
}

void use_free(Record_of_use *u)
{
    for (int i = 0; i < u->n_dep; i++) free(u->dep[i]);
    for (int i = 0; i < u->n_guard; i++) node_drop(u->guard[i].node);
    for (int i = 0; i < u->n_call; i++) {
        func_drop(u->call[i].func);
        scope_drop(u->call[i].scope);
    }
    free(u->dep);
    free(u->guard);
    free(u->call);
    *u = (Record_of_use){ 0 };
}

static bool settled(const Node *n)
{
    return n->flags & (NODE_CONST | NODE_FIXED | NODE_LOOSE) || !n->n_in || n->op == &op_slot;
}

static bool settled_fixed(const Node *n) { return n->flags & (NODE_CONST | NODE_FIXED); }

/* A loop asks this of every turn's condition, each built on the one before: what is known
 * once is kept, or a long loop would walk its whole past at every turn. */
bool node_is_fixed(Node *n)
{
    Node **todo = NULL;
    int count = 0, cap = 0;
    GROW(todo, count, cap);
    todo[count++] = n;
    while (count) {
        Node *top = todo[count - 1], *open = NULL;
        bool fixed = true;
        for (int i = 0; i < top->n_in && !settled(top); i++) {
            if (!settled(top->in[i])) open = top->in[i];
            fixed &= settled_fixed(top->in[i]);
        }
        if (open) {
            GROW(todo, count, cap);
            todo[count++] = open;
            continue;
        }
        if (!settled(top)) top->flags |= fixed ? NODE_FIXED : NODE_LOOSE;
        count--;
    }
    free(todo);
    return settled_fixed(n);
}

Status env_static(Env *e, Node *n, Span at, double *out)
{
    if (n->len != 1)
        return diag_set(e->d, E_SHAPE, env_span(e, at), "a single number is needed here, this has %lld elements",
                        (long long)n->len);
    const double *v = node_eval(n, e->d);
    if (!v) return e->d->code;
    *out = v[0];
    if (!node_is_fixed(n)) use_guard(e, n, *out);
    return OK;
}

Status static_int(Env *e, Node *n, Span at, const char *what, int64_t *out)
{
    double v;
    TRY(env_static(e, n, at, &v));
    char buf[NUM_TEXT];
    if (v != floor(v) || fabs(v) > 9e15)
        return diag_set(e->d, E_RANGE, env_span(e, at), "%s must be a whole number, not %s", what,
                        num_exact(buf, v));
    *out = (int64_t)v;
    return OK;
}

/* ---- names ---- */

static bool constant_name(const char *name, double *v)
{
    static const struct { const char *name; double v; } table[] = {
        { "pi", M_PI }, { "e", M_E }, { "inf", INFINITY }, { "nan", NAN },
        { "torch", CONVENTION_TORCH }, { "keras", CONVENTION_KERAS }
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(name, table[i].name)) return *v = table[i].v, true;
    return false;
}

/* Words of other tools, and what is meant by them here. */
static const char *foreign_word(const char *name)
{
    static const char *const table[][2] = {
        { "exit", "To leave, type quit." }, { "q", "To leave, type quit." },
        { "true", "Truth is a number: 1." }, { "True", "Truth is a number: 1." },
        { "false", "Falsehood is a number: 0." }, { "False", "Falsehood is a number: 0." },
        { "history", "Training makes it: train a network first." }, { "None", "Write none." }, { "len", "Write size(x)." },
        { "Sequential", "Layers are joined with arrows: net = input(2) -> dense(3, tanh) -> dense(1, sigmoid)" },
        { "Dense", "Write dense, for example input(2) -> dense(3, tanh)." },
        { "Input", "Write input, for example input(2) -> dense(3, tanh)." },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(name, table[i][0])) return table[i][1];
    return NULL;
}

static Status unknown_name(Env *e, const char *name, Span at)
{
    int n;
    const char **known = session_names(e->s, &n);
    const char *near = text_nearest(name, known, n), *foreign = foreign_word(name);
    diag_set(e->d, E_NAME, env_span(e, at), "unknown name %s", name);
    if (foreign) diag_hint(e->d, "%s", foreign);
    else if (near) diag_hint(e->d, "Did you mean %s?", near);
    else if (!e->inside) diag_hint(e->d, "Define it first, for example: %s = 1", name);
    free(known);
    return E_NAME;
}

Status lookup_name(Env *e, const char *name, Span at, Value *out)
{
    Value *local = e->scope ? scope_find(e->scope, name) : NULL;
    if (local) return *out = value_keep(*local), OK;
    Status st;
    if (rule_name(e, name, &st, out)) return st;
    if (!e->prelude) {
        use_dep(e, name);
        Binding *b = session_find(e->s, name);
        if (b) return *out = value_keep(b->value), OK;
        if (!strcmp(name, "ans") && e->s->ans.kind != V_NONE) return *out = value_keep(e->s->ans), OK;
    }
    double v;
    if (constant_name(name, &v)) return *out = value_num(v), OK;
    if (!strcmp(name, "none")) return *out = value_none(), OK;
    Node *mode = mode_find(e->s, name);
    if (mode) return *out = value_node(node_keep(mode)), OK;
    if (prelude_lookup(e->s, name, out)) return OK;
    const Builtin *row = session_builtin(e->s, name);
    const Op *op = row ? NULL : op_find(name);
    if (op && op->kind != OP_ELEMENT) op = NULL;
    if (!row && !op) return unknown_name(e, name, at);
    Func *f = func_new(row ? FN_NATIVE : FN_OP, name);
    f->row = row;
    f->op = op;
    *out = value_func(f);
    return OK;
}

/* ---- numbers, lists ---- */

static Status build_unary(Env *e, const Ast *a, Value *out)
{
    const Ast *x = a->kid[0];
    if (a->text[0] == '-' && x->kind == A_NUM && !x->parens) return *out = value_num(-x->num), OK;
    Node *in;
    TRY(build_node(e, x, &in));
    Status st = op_apply(e, op_find(a->text[0] == '-' ? "neg" : "not"), &in, 1, a->at, out);
    node_drop(in);
    return st;
}

Status op_apply(Env *e, const Op *op, Node *const *in, int n, Span at, Value *out)
{
    assert(op);
    Node *y = node_new(op, in, n, NULL, 0, env_span(e, at), e->d);
    if (!y) return e->d->code;
    *out = value_node(y);
    return OK;
}

/* Is this `none == x` or the like? Then it is decided while building. */
static bool compare_none(const char *op, Value l, Value r, Value *out)
{
    if (l.kind != V_NONE && r.kind != V_NONE) return false;
    bool same = l.kind == r.kind;
    if (!strcmp(op, "==")) return *out = value_num(same), true;
    if (!strcmp(op, "!=")) return *out = value_num(!same), true;
    return false;
}

static bool compare_text(const char *op, Value l, Value r, Value *out)
{
    if (l.kind != V_STR || r.kind != V_STR) return false;
    bool same = !strcmp(l.str->s, r.str->s);
    if (!strcmp(op, "==")) return *out = value_num(same), true;
    if (!strcmp(op, "!=")) return *out = value_num(!same), true;
    return false;
}

static Status binary_values(Env *e, const Ast *a, Value l, Value r, Value *out)
{
    if (compare_none(a->text, l, r, out) || compare_text(a->text, l, r, out)) return OK;
    Node *in[2];
    if (!(in[0] = value_to_node(e->s, l, env_span(e, a->kid[0]->at), e->d))) return e->d->code;
    if (!(in[1] = value_to_node(e->s, r, env_span(e, a->kid[1]->at), e->d))) return e->d->code;
    return op_apply(e, op_find(a->text), in, 2, a->at, out);
}

static Status build_binary(Env *e, const Ast *a, Value *out)
{
    int depth = 0;                       /* long sums lean left: walk the spine, do not recurse */
    const Ast *p = a;
    while (p->kid[0]->kind == A_BINARY) p = p->kid[0], depth++;
    const Ast *few[8], **spine = depth < 8 ? few : mem_new(sizeof *spine * (size_t)(depth + 1));
    p = a;
    for (int i = depth; i >= 0; i--, p = p->kid[0]) spine[i] = p;
    Value l = { 0 }, r = { 0 };
    Status st = build_value(e, spine[0]->kid[0], &l);
    for (int i = 0; i <= depth && st == OK; i++) {
        Value y = { 0 };
        st = build_value(e, spine[i]->kid[1], &r);
        if (st == OK) st = binary_values(e, spine[i], l, r, &y);
        value_drop(&l);
        value_drop(&r);
        l = y;
    }
    if (spine != few) free(spine);
    if (st == OK) *out = l;
    return st;
}

static Status ragged(Env *e, const Ast *a, Value *item, int n)
{
    char s0[SHAPE_TEXT], s1[SHAPE_TEXT];
    for (int i = 1; i < n; i++)
        if (!shape_equal(&item[i].node->shape, &item[0].node->shape))
            return diag_set(e->d, E_SHAPE, env_span(e, a->kid[i]->at),
                            "the entries of a list must have one shape: entry 0 has %s, entry %d has %s",
                            shape_print(s0, &item[0].node->shape), i, shape_print(s1, &item[i].node->shape));
    return OK;
}

/* Numbers written out: one constant tensor instead of a stack of them. */
static Node *literal_tensor(Env *e, Value *item, int n)
{
    for (int i = 0; i < n; i++)
        if (!(item[i].node->flags & NODE_CONST)) return NULL;
    Shape s = { .rank = item[0].node->shape.rank + 1 };
    if (s.rank > LIMIT_RANK) return NULL;
    s.dim[0] = n;
    memcpy(s.dim + 1, item[0].node->shape.dim, sizeof(int64_t) * (size_t)(s.rank - 1));
    Node *leaf = node_leaf(&s, NULL, e->d);
    if (!leaf) return NULL;
    for (int i = 0; i < n; i++)
        memcpy(leaf->val + i * item[0].node->len, item[i].node->val, sizeof(double) * (size_t)item[0].node->len);
    leaf->flags |= NODE_CONST;
    return leaf;
}

static Status list_tensor(Env *e, const Ast *a, Value *item, int n, Value *out)
{
    TRY(ragged(e, a, item, n));
    Node *t = literal_tensor(e, item, n);
    if (!t) {
        Node **in = mem_new(sizeof *in * (size_t)n);
        for (int i = 0; i < n; i++) in[i] = item[i].node;
        int64_t axis = 0;
        t = node_new(op_find("stack"), in, n, &axis, 1, env_span(e, a->at), e->d);
        free(in);
    }
    if (!t) return e->d->code;
    *out = value_node(t);
    return OK;
}

static Status build_list(Env *e, const Ast *a, Value *out)
{
    if (!a->n) {
        Shape empty = { .rank = 1 };
        Node *n = node_leaf(&empty, NULL, e->d);
        if (!n) return e->d->code;
        n->flags |= NODE_CONST;
        return *out = value_node(n), OK;
    }
    List *l = list_new(a->n);
    Status st = OK;
    bool nodes = true;
    for (int i = 0; i < a->n && st == OK; i++) {
        st = build_value(e, a->kid[i], &l->item[i]);
        nodes &= l->item[i].kind == V_NODE;
    }
    if (st == OK && nodes) st = list_tensor(e, a, l->item, a->n, out);
    else if (st == OK) return *out = value_list(l), OK;
    Value drop = value_list(l);
    value_drop(&drop);
    return st;
}

/* ---- indexing ---- */

typedef struct {
    int64_t start, step, count;
    bool    drop;               /* a single index: the axis goes */
} Cut;

static Status cut_bound(Env *e, const Ast *a, int64_t otherwise, int64_t size, int64_t *out)
{
    if (!a) return *out = otherwise, OK;
    Node *n;
    TRY(build_node(e, a, &n));
    Status st = static_int(e, n, a->at, "a slice bound", out);
    node_drop(n);
    if (st == OK && *out < 0) *out += size;
    return st;
}

static int64_t clamp(int64_t v, int64_t lo, int64_t hi) { return v < lo ? lo : v > hi ? hi : v; }

static Status cut_slice(Env *e, const Ast *a, int64_t size, Cut *c)
{
    int64_t step = 1, from, to;
    if (a->kid[2]) TRY(cut_bound(e, a->kid[2], 1, 0, &step));
    if (!step) return diag_set(e->d, E_RANGE, env_span(e, a->at), "the step of a slice must not be 0");
    TRY(cut_bound(e, a->kid[0], step > 0 ? 0 : size - 1, size, &from));
    TRY(cut_bound(e, a->kid[1], step > 0 ? size : -1, size, &to));
    from = step > 0 ? clamp(from, 0, size) : clamp(from, -1, size - 1);
    to = step > 0 ? clamp(to, 0, size) : clamp(to, -1, size - 1);
    int64_t span = step > 0 ? to - from : from - to, by = step > 0 ? step : -step;
    *c = (Cut){ from, step, span > 0 ? (span + by - 1) / by : 0, false };
    if (!c->count) c->start = 0;
    return OK;
}

static Status cut_index(Env *e, Node *n, const Ast *a, int64_t size, int axis, Cut *c)
{
    int64_t i;
    TRY(static_int(e, n, a->at, "an index", &i));
    if (i < -size || i >= size)
        return diag_set(e->d, E_RANGE, env_span(e, a->at),
                        "index %lld is outside axis %d, which has %lld entries (0 to %lld)", (long long)i,
                        axis, (long long)size, (long long)size - 1);
    *c = (Cut){ i < 0 ? i + size : i, 1, 1, true };
    return OK;
}

static Node *cut_apply(Env *e, Node *base, const Cut *cut, Span at)
{
    int rank = base->shape.rank;
    int64_t attr[3 * LIMIT_RANK];
    bool whole = true;
    for (int i = 0; i < rank; i++) {
        attr[3 * i] = cut[i].start, attr[3 * i + 1] = cut[i].step, attr[3 * i + 2] = cut[i].count;
        whole &= cut[i].start == 0 && cut[i].step == 1 && cut[i].count == base->shape.dim[i];
    }
    Node *s = whole ? node_keep(base)
                    : node_new(op_find("slice"), &base, 1, attr, 3 * rank, env_span(e, at), e->d);
    if (!s) return NULL;
    Shape to = { 0 };
    for (int i = 0; i < rank; i++)
        if (!cut[i].drop) to.dim[to.rank++] = cut[i].count;
    if (to.rank == rank) return s;
    Node *r = gb_reshape(s, &to);
    node_drop(s);
    return r;
}

static Status index_gather(Env *e, Node *base, Node *index, int axis, Span at, Node **out)
{
    int64_t attr = axis;
    *out = node_new(op_find("gather"), (Node *[]){ base, index }, 2, &attr, 1, env_span(e, at), e->d);
    return *out ? OK : e->d->code;
}

/* base[subscripts]; a->kid[1..]. A vector of indexes picks rows and must stand alone. */
Status index_node(Env *e, Node *base, const Ast *a, Node **out)
{
    int rank = base->shape.rank, given = 0, axis = 0;
    for (int i = 1; i < a->n; i++) given += a->kid[i]->kind != A_DOTS;
    if (given > rank) {
        char buf[SHAPE_TEXT];
        const char *name = base->label ? base->label : "this value";
        if (!rank) return diag_set(e->d, E_SHAPE, env_span(e, a->at), "%s is a number and has no elements", name);
        return diag_set(e->d, E_SHAPE, env_span(e, a->at), "%s has shape %s and takes at most %d subscript%s, not %d",
                        name, shape_print(buf, &base->shape), rank, rank == 1 ? "" : "s", given);
    }
    Cut cut[LIMIT_RANK];
    for (int i = 0; i < rank; i++) cut[i] = (Cut){ 0, 1, base->shape.dim[i], false };
    for (int i = 1; i < a->n; i++) {
        const Ast *sub = a->kid[i];
        if (sub->kind == A_DOTS) {
            axis += rank - given;
        } else if (sub->kind == A_SLICE) {
            TRY(cut_slice(e, sub, base->shape.dim[axis], &cut[axis]));
            axis++;
        } else {
            Node *n;
            TRY(build_node(e, sub, &n));
            if (n->shape.rank && given == 1) {
                Status st = index_gather(e, base, n, axis, sub->at, out);
                node_drop(n);
                return st;
            }
            Status st = cut_index(e, n, sub, base->shape.dim[axis], axis, &cut[axis]);
            node_drop(n);
            if (st != OK) return st;
            axis++;
        }
    }
    *out = cut_apply(e, base, cut, a->at);
    return *out ? OK : e->d->code;
}

static Status index_list(Env *e, List *l, const Ast *a, Value *out)
{
    Node *n;
    int64_t i;
    TRY(build_node(e, a->kid[1], &n));
    Status st = static_int(e, n, a->kid[1]->at, "an index", &i);
    node_drop(n);
    TRY(st);
    if (a->n != 2 || i < -l->n || i >= l->n)
        return diag_set(e->d, E_RANGE, env_span(e, a->kid[1]->at), "index %lld is outside a list of %d",
                        (long long)i, l->n);
    *out = value_keep(l->item[i < 0 ? i + l->n : i]);
    return OK;
}

static Status build_index(Env *e, const Ast *a, Value *out)
{
    Value base = { 0 };
    TRY(build_value(e, a->kid[0], &base));
    Status st;
    if (base.kind == V_LIST) {
        st = index_list(e, base.list, a, out);
    } else {
        Node *n = value_to_node(e->s, base, env_span(e, a->kid[0]->at), e->d), *y = NULL;
        st = n ? index_node(e, n, a, &y) : e->d->code;
        if (st == OK) *out = value_node(y);
    }
    value_drop(&base);
    return st;
}

/* ---- fields, primes, chains, calls ---- */

static Status build_field(Env *e, const Ast *a, Value *out)
{
    Value base = { 0 };
    TRY(build_value(e, a->kid[0], &base));
    if (base.kind == V_NODE) use_shape(e);
    Status st = value_field(e->s, base, a->text, env_span(e, a->op), out, e->d);
    value_drop(&base);
    return st;
}

static Status build_prime(Env *e, const Ast *a, Value *out)
{
    Value base = { 0 };
    TRY(build_value(e, a->kid[0], &base));
    if (base.kind == V_FUNC && !(base.func->kind == FN_CHAIN && base.func->has_input)) {
        Func *f = func_new(FN_PRIME, base.func->name);
        f->of = base.func;                         /* takes over the count */
        *out = value_func(f);
        return OK;
    }
    Node *n = value_to_node(e->s, base, env_span(e, a->at), e->d);
    Status st = n ? OK : e->d->code;
    if (n) *out = value_node(n->shape.rank < 2 ? node_keep(n) : gb_transpose(n));
    value_drop(&base);
    return st;
}

static Status chain_right(Env *e, const Ast *a, Value *out, const char **name)
{
    *name = a->kind == A_NAMED ? a->text : NULL;
    const Ast *x = a->kind == A_NAMED ? a->kid[0] : a;
    TRY(build_value(e, x, out));
    Status st = layer_ready(e, out, x->at);
    if (st == OK && out->kind == V_FUNC) return OK;
    value_drop(out);
    TRY(st);
    diag_set(e->d, E_TYPE, env_span(e, x->at), "the right side of -> must be a layer or a function");
    return diag_hint(e->d, "For example: input(2) -> dense(2, tanh) -> dense(1, sigmoid)");
}

static Status build_chain(Env *e, const Ast *a, Value *out)
{
    Value left = { 0 }, right = { 0 };
    const char *name, *left_name = a->kid[0]->kind == A_NAMED ? a->kid[0]->text : NULL;
    TRY(build_value(e, left_name ? a->kid[0]->kid[0] : a->kid[0], &left));
    Status st = chain_right(e, a->kid[1], &right, &name);
    if (st == OK && left.kind == V_FUNC) {
        Func *first = left.func;
        if (left_name) {
            Func *none = func_new(FN_CHAIN, NULL);
            first = chain_compose(none, left.func, left_name);
            func_drop(none);
        }
        *out = value_func(chain_compose(first, right.func, name));
        if (left_name) func_drop(first);
    } else if (st == OK) {
        Args args = { .n = 1, .val = &left, .at = a->at };
        st = func_apply(e, right.func, &args, out);
    }
    value_drop(&left);
    value_drop(&right);
    return st;
}

/* none in the place of a function does nothing: reduce=none, activation=none. */
static bool calls_none(Value f, const Ast *a)
{
    return f.kind == V_NONE && a->kid[0]->kind == A_NAME && strcmp(a->kid[0]->text, "none") && a->n == 2 &&
           a->kid[1]->kind != A_KEY;
}

static Status build_call(Env *e, const Ast *a, Value *out)
{
    Value f = { 0 };
    const Ast *callee = a->kid[0];
    if (callee->kind == A_NAME && !strcmp(callee->text, "nan") && !(e->scope && scope_find(e->scope, "nan"))) {
        Func *isnan_op = func_new(FN_OP, "nan");
        isnan_op->op = op_find("isnan");
        f = value_func(isnan_op);
    } else {
        TRY(build_value(e, callee, &f));
    }
    Status st;
    if (calls_none(f, a)) {
        st = build_value(e, a->kid[1], out);
    } else if (f.kind == V_FUNC) {
        st = call_ast(e, f.func, a->kid + 1, a->n - 1, a->at, out);
    } else {
        st = diag_set(e->d, E_TYPE, env_span(e, callee->at), "%s is %s, not a function",
                      callee->kind == A_NAME ? callee->text : "this", value_kind(f));
        if (f.kind == V_STR) diag_hint(e->d, "A function is named without quotes: %s.", f.str->s);
        if (f.kind == V_NODE) diag_hint(e->d, "To multiply, write * between them; to pick an element, use [ ].");
    }
    value_drop(&f);
    return st;
}

static Status build_if(Env *e, const Ast *a, Value *out)
{
    Node *cond;
    double v;
    TRY(build_node(e, a->kid[0], &cond));
    Status st = env_static(e, cond, a->kid[0]->at, &v);
    node_drop(cond);
    TRY(st);
    const Ast *taken = v != 0 ? a->kid[1] : a->kid[2];
    if (!taken) return *out = value_none(), OK;
    return taken->kind == A_IF ? build_if(e, taken, out) : build_block(e, taken, out);
}

/* Most often a function that calls itself without an end. */
static Status too_deep(Env *e, Span at)
{
    diag_set(e->d, E_LIMIT, env_span(e, at), "expressions and calls nested deeper than %d", LIMIT_DEPTH);
    return diag_hint(e->d, "A function that calls itself must come to an end, and soon; for many turns there is repeat.");
}

static Status build_value_deep(Env *e, const Ast *a, Value *out)
{
    switch (a->kind) {
    case A_NUM: *out = value_num(a->num); return OK;
    case A_STR: *out = value_str(a->text); return OK;
    case A_NAME: return lookup_name(e, a->text, a->at, out);
    case A_LIST: return build_list(e, a, out);
    case A_CALL: return build_call(e, a, out);
    case A_INDEX: return build_index(e, a, out);
    case A_FIELD: return build_field(e, a, out);
    case A_PRIME: return build_prime(e, a, out);
    case A_UNARY: return build_unary(e, a, out);
    case A_BINARY: return build_binary(e, a, out);
    case A_CHAIN: return build_chain(e, a, out);
    case A_IF: return build_if(e, a, out);
    case A_BLOCK: return build_block(e, a, out);
    case A_NAMED:
        return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "name: layer has a meaning only inside a chain of ->");
    default:
        return diag_set(e->d, E_SYNTAX, env_span(e, a->at), "an expression is needed here");
    }
}

Status build_value(Env *e, const Ast *a, Value *out)
{
    *out = value_none();
    if (e->depth >= LIMIT_DEPTH)
        return too_deep(e, a->at);
    e->depth++;
    Status st = build_value_deep(e, a, out);
    e->depth--;
    return st;
}

Status build_node(Env *e, const Ast *a, Node **out)
{
    Value v = { 0 };
    TRY(build_value(e, a, &v));
    Node *n = value_to_node(e->s, v, env_span(e, a->at), e->d);
    if (n) *out = node_keep(n);
    value_drop(&v);
    return n ? OK : e->d->code;
}
