/* loop_make.c -- statements into the program of a loop of numbers.
 *
 * A statement that a program cannot do, behind an `if`, becomes a step that gives the
 * turn back: printing every thousandth turn costs the other turns nothing. One that
 * every turn meets makes the loop one for the statements themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/journal.h"
#include "graph/loop_code.h"
#include "graph/op.h"

/* Steps that leave a loop, to be aimed when its end is known. */
struct LoopExit {
    int  n, cap;
    int *step;
};

static bool statement(Maker *m, const Ast *a);

static void aim(Maker *m, int step)
{
    m->code->step[step].c = (uint16_t)m->code->n_step;
    loop_piece(m);
}

static void exits_aim(Maker *m, struct LoopExit *x)
{
    for (int i = 0; i < x->n; i++) aim(m, x->step[i]);
    free(x->step);
}

/* ---- variables ---- */

/* The leaf that `name <- number` would change, as assign_name (exec.c) finds it; NULL:
 * it would do something else. Its old number must be in the journal already. */
static Node *assigned_leaf(Session *s, const char *name)
{
    Binding *b = session_find(s, name);
    if (!b || b->kind == B_OTHER || b->value.kind != V_NODE) return NULL;
    Node *slot = b->value.node, *leaf = node_through(slot);
    if (leaf->op != &op_leaf || leaf->flags & NODE_CONST || leaf->shape.rank) return NULL;
    if (b->kind == B_EQUATION && slot->in[0]->op == &op_slot) return NULL;
    return journal_has(s, NULL, leaf) ? leaf : NULL;
}

/* The leaf of the variable of a `for` that has begun in this statement. */
static Node *walked_leaf(Session *s, const char *name)
{
    Binding *b = session_find(s, name);
    if (!b || b->kind != B_LEAF || b->ast || b->src != s->running || b->value.kind != V_NODE) return NULL;
    Node *leaf = b->value.node->in[0];
    return leaf->op == &op_leaf && !leaf->shape.rank && journal_has(s, name, NULL) ? leaf : NULL;
}

static int walked_var(Maker *m, const Ast *a)
{
    Node *leaf = walked_leaf(m->env.s, a->text);
    int v = leaf ? loop_var(m->code, leaf) : -1;
    if (v < 0) return -1;
    m->code->var[v].walked = a->text;
    m->code->var[v].at = a->at;
    return v;
}

/* All of them before anything else has a register. */
static void vars_find(Maker *m, const Ast *a)
{
    for (int i = 0; a->kind == S_ASSIGN && i < a->n / 2; i++) {
        Node *leaf = a->kid[i]->kind == A_NAME ? assigned_leaf(m->env.s, a->kid[i]->text) : NULL;
        if (leaf) loop_var(m->code, leaf);
    }
    if (a->kind == S_FOR) walked_var(m, a);
    for (int i = 0; i < a->n; i++)
        if (a->kid[i]) vars_find(m, a->kid[i]);
}

static int assigned_var(Maker *m, const Ast *target)
{
    Node *leaf = target->kind == A_NAME ? assigned_leaf(m->env.s, target->text) : NULL;
    for (int i = 0; i < m->code->n_var; i++)
        if (leaf && m->code->var[i].leaf == leaf) return m->code->var[i].walked ? -1 : i;
    return -1;
}

/* ---- assignment ---- */

/* A parameter computed from itself moves by a rule: as assign_tell (exec.c) decides it. */
static bool is_move(Maker *m, int var, const Ast *value)
{
    Node *leaf = m->code->var[var].leaf, *n = NULL;
    if (!m->env.s->moved || !(leaf->flags & NODE_PARAM) || build_node(&m->env, value, &n) != OK) return false;
    bool moves = node_depends(n, leaf);
    node_drop(n);
    return moves;
}

/* The value of the last step goes to var right away. */
static bool aim_last(Maker *m, int var, int value)
{
    LoopCode *c = m->code;
    LoopStep *last = c->n_step > m->piece ? &c->step[c->n_step - 1] : NULL;
    if (!last || c->kind[value] != R_TEMP || last->d != value) return false;
    last->d = (uint16_t)var;
    return true;
}

static bool values_make(Maker *m, const Ast *a, int n, int *var, int *value, bool *tell)
{
    LoopCode *c = m->code;
    for (int i = 0; i < n; i++) {
        if ((var[i] = assigned_var(m, a->kid[i])) < 0 || (value[i] = loop_expr(m, a->kid[n + i])) < 0) return false;
        tell[i] = is_move(m, var[i], a->kid[n + i]);
        c->tells |= tell[i];
        if (n == 1 || c->kind[value[i]] != R_VAR) continue;
        int keep = loop_temp(m);            /* a, b <- b, a */
        if (keep < 0) return false;
        loop_step(c, L_MOVE, keep, value[i], 0, 0);
        value[i] = keep;
    }
    return true;
}

enum { TARGETS_MOST = 16 };

static bool assign(Maker *m, const Ast *a)
{
    int n = a->n / 2, var[TARGETS_MOST] = { 0 }, value[TARGETS_MOST] = { 0 };
    bool tell[TARGETS_MOST] = { false };
    if (n > TARGETS_MOST || !values_make(m, a, n, var, value, tell)) return false;
    for (int i = 0; i < n; i++)
        if (tell[i]) loop_step(m->code, L_TELL, var[i], value[i], 0, 0);
    if (n > 1 || tell[0] || !aim_last(m, var[0], value[0]))
        for (int i = 0; i < n; i++) loop_step(m->code, L_MOVE, var[i], value[i], 0, 0);
    loop_fuse(m);
    return true;
}

/* ---- conditions ---- */

static const Op *comparison(const Ast *a, LoopOp *op, bool *swapped)
{
    static const struct { const char *text; LoopOp op; bool swapped; } table[] = {
        { "==", L_UNLESS_EQ, false }, { "!=", L_UNLESS_NE, false }, { "<", L_UNLESS_LT, false },
        { "<=", L_UNLESS_LE, false }, { ">", L_UNLESS_LT, true }, { ">=", L_UNLESS_LE, true },
    };
    for (size_t i = 0; a->kind == A_BINARY && i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].text, a->text)) return *op = table[i].op, *swapped = table[i].swapped, op_find(a->text);
    return NULL;
}

int loop_unless(Maker *m, const Ast *a, bool whole)
{
    LoopOp op = L_UNLESS;
    bool swapped = false;
    int l, r = 0;
    if (comparison(a, &op, &swapped)) {
        if ((l = loop_expr(m, a->kid[0])) < 0 || (r = loop_expr(m, a->kid[1])) < 0) return -1;
    } else if ((l = loop_expr(m, a)) < 0) {
        return -1;
    }
    loop_step(m->code, op, 0, swapped ? r : l, swapped ? l : r, 0);
    if (whole) loop_fuse(m);
    loop_piece(m);
    return m->code->n_step - 1;
}

/* One side of an if: what cannot be done there gives the turn back. */
static void side(Maker *m, const Ast *block)
{
    LoopCode *c = m->code;
    for (int i = 0; i < block->n; i++) {
        int steps = c->n_step, inner = c->n_inner;
        if (statement(m, block->kid[i])) continue;
        c->n_step = steps;
        c->n_inner = inner;
        loop_step(c, L_AGAIN, 0, 0, 0, 0);
        c->careful = true;
        loop_piece(m);
        return;
    }
}

static bool choice(Maker *m, const Ast *a)
{
    int away = loop_unless(m, a->kid[0], true);
    if (away < 0) return false;
    side(m, a->kid[1]);
    if (!a->kid[2]) return aim(m, away), true;
    int out = m->code->n_step;
    loop_step(m->code, L_JUMP, 0, 0, 0, 0);
    aim(m, away);
    if (a->kid[2]->kind != A_IF) side(m, a->kid[2]);
    else if (!choice(m, a->kid[2])) return false;
    aim(m, out);
    return true;
}

/* ---- loops inside ---- */

static bool block(Maker *m, const Ast *b)
{
    for (int i = 0; i < b->n; i++)
        if (!statement(m, b->kid[i])) return false;
    return true;
}

/* The body of an inner loop whose first step is `head` (its c leaves the loop), closed by
 * a step of op with d, a, b that goes back to top. */
static bool inner_body(Maker *m, const Ast *body, int head, LoopStep last, int top)
{
    LoopCode *c = m->code;
    struct LoopExit exit = { 0 }, *outer = m->exit;
    m->exit = &exit;
    loop_piece(m);
    bool fits = block(m, body);
    m->exit = outer;
    if (fits) {
        GROW(c->inner, c->n_inner, c->cap_inner);
        c->inner[c->n_inner++] = (struct LoopInner){ c->n_step, body->n ? body->kid[body->n - 1]->at : body->at };
        loop_step(c, (LoopOp)last.op, last.d, last.a, last.b, top);
        aim(m, head);
        exits_aim(m, &exit);
    } else {
        free(exit.step);
    }
    return fits;
}

static bool inner_repeat(Maker *m, const Ast *a)
{
    LoopCode *c = m->code;
    int count = loop_expr(m, a->kid[0]), k = loop_own(c);
    if (count < 0 || k < 0) return false;
    loop_step(c, L_COUNT, k, count, 0, 0);
    c->careful = true;
    loop_fuse(m);
    return inner_body(m, a->kid[1], c->n_step - 1, (LoopStep){ .op = L_COUNT_NEXT, .d = (uint16_t)k }, c->n_step);
}

static bool inner_while(Maker *m, const Ast *a)
{
    int top = m->code->n_step, away = loop_unless(m, a->kid[0], true);
    return away >= 0 && inner_body(m, a->kid[1], away, (LoopStep){ .op = L_BACK }, top);
}

/* range(n), range(from, to), range(from, to, step) of changing numbers: their registers
 * stand in a row behind the counter. */
static bool inner_range(Maker *m, const Ast *a, int var)
{
    LoopCode *c = m->code;
    const Ast *call = a->kid[0];
    Value f = { 0 };
    bool range = call->kind == A_CALL && call->kid[0]->kind == A_NAME && call->n > 1 && call->n < 5 &&
                 session_lookup(m->env.s, call->kid[0]->text, &f) && f.kind == V_FUNC && f.func->kind == FN_NATIVE &&
                 !strcmp(f.func->name, "range");
    value_drop(&f);
    if (!range) return false;
    int arg[3] = { loop_const(c, 0), -1, loop_const(c, 1) }, n = call->n - 1, k = 0;
    for (int i = 0; i < n; i++)
        if ((arg[n == 1 ? 1 : i] = loop_expr(m, call->kid[i + 1])) < 0) return false;
    for (int i = 3; i >= 0; i--) k = loop_own(c);
    if (k < 0 || arg[0] < 0 || arg[2] < 0) return false;
    k -= 3;
    loop_step(c, L_MOVE, k + 1, arg[1], 0, 0);
    loop_step(c, L_MOVE, k + 2, arg[0], 0, 0);
    loop_step(c, L_MOVE, k + 3, arg[2], 0, 0);
    loop_step(c, L_RANGE, var, k, 0, 0);
    c->careful = true;
    loop_fuse(m);
    return inner_body(m, a->kid[1], c->n_step - 1,
                      (LoopStep){ .op = L_RANGE_NEXT, .d = (uint16_t)var, .a = (uint16_t)k }, c->n_step);
}

static bool inner_for(Maker *m, const Ast *a)
{
    LoopCode *c = m->code;
    int var = -1, list = loop_list(m, a->kid[0]), k;
    for (int i = 0; i < c->n_var; i++)
        if (c->var[i].walked && !strcmp(c->var[i].walked, a->text)) var = i;
    if (var < 0) return false;
    if (list < 0) return inner_range(m, a, var);
    if (c->list[list].node->shape.rank != 1 || (k = loop_own(c)) < 0) return false;
    loop_step(c, L_WALK, var, k, list, 0);
    return inner_body(m, a->kid[1], c->n_step - 1,
                      (LoopStep){ .op = L_WALK_NEXT, .d = (uint16_t)var, .a = (uint16_t)k, .b = (uint16_t)list }, c->n_step);
}

static bool leave(Maker *m)
{
    struct LoopExit *x = m->exit;
    if (x) {
        GROW(x->step, x->n, x->cap);
        x->step[x->n++] = m->code->n_step;
    }
    loop_step(m->code, x ? L_JUMP : L_DONE, 0, 0, 0, 0);
    loop_piece(m);
    return true;
}

/* ---- statements ---- */

static bool statement(Maker *m, const Ast *a)
{
    m->temp_at = 0;
    loop_piece(m);
    if (loop_full(m->code)) return false;
    switch (a->kind) {
    case S_ASSIGN: return assign(m, a);
    case A_IF: return choice(m, a);
    case A_BLOCK: return block(m, a);
    case S_REPEAT: return inner_repeat(m, a);
    case S_WHILE: return inner_while(m, a);
    case S_FOR: return inner_for(m, a);
    case S_BREAK: return leave(m);
    default: return false;
    }
}

/* Definitions that hang on a number the loop changes are built again after every statement. */
static bool guards_rest(Maker *m)
{
    Session *s = m->env.s;
    int n;
    if (!s->n_guarded) return true;
    Binding **all = session_bindings(s, &n);
    bool rest = true;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < all[i]->n_guard && rest; k++) rest = !loop_moves(m, all[i]->guard[k].node);
    free(all);
    return rest;
}

static bool whole_loop(Maker *m, const Ast *a)
{
    LoopCode *c = m->code;
    int away = a->kind == S_WHILE ? loop_unless(m, a->kid[0], true) : 0, begin = c->n_step;
    if (away < 0) return false;
    loop_step(c, L_BEGIN, 0, 0, 0, 0);
    if (!block(m, a->kid[1])) return false;
    loop_step(c, L_TURN, 0, 0, 0, 0);
    if (a->kind == S_WHILE) aim(m, away);
    loop_step(c, L_DONE, 0, 0, 0, 0);
    c->careful |= c->tells;
    if (!c->careful && c->outer < 0) c->step[begin].op = L_JUMP, c->step[begin].c = (uint16_t)(begin + 1);
    return !loop_full(c) && !(c->tells && c->n_inner);
}

LoopCode *loop_make(Env *e, const Ast *a, bool walked)
{
    Maker m = { .code = loop_code_new() };
    m.env = (Env){ .s = e->s, .d = &m.diag, .use = &m.use, .build = e->build };
    if (walked) m.code->outer = walked_var(&m, a);
    vars_find(&m, a->kid[1]);
    bool fits = (!walked || m.code->outer >= 0) && guards_rest(&m) && whole_loop(&m, a);
    use_free(&m.use);
    free(m.temp);
    if (fits) return m.code;
    loop_code_free(m.code);
    return NULL;
}
