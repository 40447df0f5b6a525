/* loop_code.c -- the program of a loop of numbers: registers, steps, folding, fusing.
 *
 * Within one statement every value has a register of its own, so an equal step
 * need not run again (sigmoid(z) and sigmoid'(z) share their exp). Two steps of
 * arithmetic in a row become one that rounds twice: half the dispatches, the same
 * digits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/loop_code.h"

#include <stdlib.h>
#include <string.h>

LoopCode *loop_code_new(void)
{
    LoopCode *c = mem_new(sizeof *c);
    c->outer = -1;
    return c;
}

void loop_code_free(LoopCode *c)
{
    if (!c) return;
    for (int i = 0; i < c->n_var; i++) node_drop(c->var[i].leaf);
    for (int i = 0; i < c->n_list; i++) node_drop(c->list[i].node);
    free(c->step);
    free(c->reg);
    free(c->kind);
    free(c->var);
    free(c->call);
    free(c->list);
    free(c->inner);
    free(c->start);
    free(c->move);
    free(c);
}

/* ---- registers ---- */

static int register_add(LoopCode *c, LoopRegister kind, double v)
{
    if (c->n_reg >= LOOP_REGISTERS) return -1;
    int n = c->n_reg;
    GROW(c->reg, c->n_reg, c->cap_reg);
    GROW(c->kind, n, c->cap_kind);
    c->kind[n] = (uint8_t)kind;
    c->reg[c->n_reg++] = v;
    return n;
}

int loop_var(LoopCode *c, Node *leaf)
{
    for (int i = 0; i < c->n_var; i++)
        if (c->var[i].leaf == leaf) return i;
    if (register_add(c, R_VAR, leaf->val[0]) < 0) return -1;
    GROW(c->var, c->n_var, c->cap_var);
    c->var[c->n_var] = (LoopVar){ .leaf = node_keep(leaf), .was = leaf->val[0] };
    return c->n_var++;
}

int loop_const(LoopCode *c, double v)
{
    for (int i = c->n_var; i < c->n_reg; i++)
        if (c->kind[i] == R_CONST && !memcmp(&c->reg[i], &v, sizeof v)) return i;
    return register_add(c, R_CONST, v);
}

int loop_own(LoopCode *c) { return register_add(c, R_OWN, 0); }

int loop_temp(Maker *m)
{
    if (m->temp_at < m->n_temp) return m->temp[m->temp_at++];
    int r = register_add(m->code, R_TEMP, 0);
    if (r < 0) return -1;
    GROW(m->temp, m->n_temp, m->cap_temp);
    m->temp[m->n_temp++] = r;
    return m->temp[m->temp_at++];
}

int loop_call(LoopCode *c, double (*f)(double, double, double))
{
    for (int i = 0; i < c->n_call; i++)
        if (c->call[i] == f) return i;
    GROW(c->call, c->n_call, c->cap_call);
    c->call[c->n_call] = f;
    return c->n_call++;
}

/* ---- steps ---- */

bool loop_full(const LoopCode *c) { return c->n_step >= LOOP_STEPS; }

LoopStep *loop_step(LoopCode *c, LoopOp op, int d, int a, int b, int to)
{
    GROW(c->step, c->n_step, c->cap_step);
    LoopStep *s = &c->step[c->n_step++];
    *s = (LoopStep){ .op = op, .d = (uint16_t)d, .a = (uint16_t)a, .b = (uint16_t)b, .c = (uint16_t)to };
    return s;
}

void loop_piece(Maker *m) { m->piece = m->code->n_step; }

int loop_emit(Maker *m, LoopOp op, int a, int b, int c)
{
    LoopCode *code = m->code;
    if (a < 0 || b < 0 || c < 0) return -1;
    for (int i = m->piece; i < code->n_step; i++) {
        const LoopStep *s = &code->step[i];
        if (s->op == (uint64_t)op && s->a == a && s->b == b && s->c == c) return s->d;
    }
    int d = loop_temp(m);
    if (d < 0 || loop_full(code)) return -1;
    loop_step(code, op, d, a, b, c);
    return d;
}

/* ---- rows of the tables ---- */

static const struct Row {
    const char *name;
    LoopOp      op;
    bool        swapped;
} rows[] = {
    { "+", L_ADD, false }, { "-", L_SUB, false }, { "*", L_MUL, false }, { "/", L_DIV, false },
    { "neg", L_NEG, false }, { "not", L_NOT, false }, { "abs", L_ABS, false }, { "sqrt", L_SQRT, false },
    { "==", L_EQ, false }, { "!=", L_NE, false }, { "<", L_LT, false }, { "<=", L_LE, false },
    { ">", L_LT, true }, { ">=", L_LE, true }, { "and", L_AND, false }, { "or", L_OR, false },
    { "maximum", L_MAX, false }, { "minimum", L_MIN, false }, { "where", L_WHERE, false },
};

static const struct Row *row_of(const Op *op)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, op->name)) return &rows[i];
    return NULL;
}

/* The exponents that the row of ^ knows; the rest is its own. */
static int power_emit(Maker *m, const Op *op, const int *in)
{
    const double *b = m->code->kind[in[1]] == R_CONST ? &m->code->reg[in[1]] : NULL;
    if (b && *b == 2) return loop_emit(m, L_MUL, in[0], in[0], 0);
    if (b && *b == 1) return in[0];
    if (b && *b == 3) return loop_emit(m, L_MUL, loop_emit(m, L_MUL, in[0], in[0], 0), in[0], 0);
    if (b && *b == -1) return loop_emit(m, L_DIV, loop_const(m->code, 1), in[0], 0);
    if (b && *b == 0.5) return loop_emit(m, L_SQRT, in[0], 0, 0);
    return loop_emit(m, L_CALL2, in[0], in[1], loop_call(m->code, op->one));
}

int loop_op(Maker *m, const Op *op, const int *in, int n)
{
    double v[3] = { 0 };
    bool fixed = true;
    if (op->kind != OP_ELEMENT || n != op->min_in || n > 3) return -1;
    for (int i = 0; i < n; i++) {
        if (in[i] < 0) return -1;
        fixed &= m->code->kind[in[i]] == R_CONST;
        v[i] = m->code->reg[in[i]];
    }
    if (fixed) return loop_const(m->code, op->one(v[0], v[1], v[2]));
    if (!strcmp(op->name, "hold")) return in[0];
    if (!strcmp(op->name, "^")) return power_emit(m, op, in);
    const struct Row *row = row_of(op);
    if (row && row->swapped) return loop_emit(m, row->op, in[1], in[0], 0);
    if (row) return loop_emit(m, row->op, in[0], n > 1 ? in[1] : 0, n > 2 ? in[2] : 0);
    if (n == 1) return loop_emit(m, L_CALL1, in[0], loop_call(m->code, op->one), 0);
    return n == 2 ? loop_emit(m, L_CALL2, in[0], in[1], loop_call(m->code, op->one)) : -1;
}

/* ---- fusing ---- */

static int reads_of(uint64_t op)
{
    static const uint8_t reads[] = {
#define X(name, n) n,
        LOOP_OPS(X)
#undef X
    };
    return op < sizeof reads ? reads[op] : 3;
}

static int uses_of(const Maker *m, int r)
{
    int n = 0;
    for (int i = m->piece; i < m->code->n_step; i++) {
        const LoopStep *s = &m->code->step[i];
        int k = reads_of(s->op);
        n += (k > 0 && s->a == r) + (k > 1 && s->b == r) + (k > 2 && s->c == r);
    }
    return n;
}

/* The step of plain arithmetic before `end` that makes r for one use only; NULL. */
static LoopStep *maker_of(Maker *m, int r, int end)
{
    if (m->code->kind[r] != R_TEMP || uses_of(m, r) != 1) return NULL;
    for (int i = end - 1; i >= m->piece; i--)
        if (m->code->step[i].d == r) return m->code->step[i].op <= L_DIV ? &m->code->step[i] : NULL;
    return NULL;
}

static void fuse_at(Maker *m, int i)
{
    LoopStep *s = &m->code->step[i], *by;
    if (s->op > L_DIV) return;
    uint64_t two = s->op;
    if ((by = maker_of(m, s->a, i))) {
        *s = (LoopStep){ .op = L_FUSED + 4 * by->op + two, .d = s->d, .a = by->a, .b = by->b, .c = s->b };
    } else if ((by = maker_of(m, s->b, i))) {
        *s = (LoopStep){ .op = L_FUSED_RIGHT + 4 * by->op + two, .d = s->d, .a = by->a, .b = by->b, .c = s->a };
    } else {
        return;
    }
    by->op = L_OPS;                          /* taken out below */
}

enum { FUSE_MOST = 300 };                    /* steps of a statement; looking for uses is quadratic */

void loop_fuse(Maker *m)
{
    LoopCode *c = m->code;
    int to = m->piece;
    if (c->n_step - m->piece > FUSE_MOST) return;
    for (int i = m->piece; i < c->n_step; i++) fuse_at(m, i);
    for (int i = m->piece; i < c->n_step; i++)
        if (c->step[i].op != L_OPS) c->step[to++] = c->step[i];
    c->n_step = to;
}
