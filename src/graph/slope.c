/* slope.c -- from a slope's formula ("1 - y^2") to nodes over actual operands.
 *
 * The formulas are parsed once, on first use, and built with the simplifying
 * constructors of gbuild.h, so that 2*x^(2 - 1) reads 2*x.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/slope.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/gbuild.h"
#include "lang/parse.h"

typedef struct {
    const Op *op;
    Source   *src[3];
} Parsed;

static Parsed *parsed;
static int     n_parsed, cap_parsed;

const Ast *slope_ast(const Op *op, int i)
{
    if (!op->slope_text[i]) return NULL;
    Parsed *p = NULL;
    for (int k = 0; k < n_parsed && !p; k++)
        if (parsed[k].op == op) p = &parsed[k];
    if (!p) {
        GROW(parsed, n_parsed, cap_parsed);
        p = &parsed[n_parsed++];
        *p = (Parsed){ .op = op };
    }
    if (!p->src[i]) {
        Diag d = { 0 };
        p->src[i] = parse_expr("slope", op->slope_text[i], &d);
        assert(p->src[i]);
    }
    return p->src[i]->tree;
}

static Node *slope_name(const Ast *a, Node *n)
{
    if (!strcmp(a->text, "y")) return node_keep(n);
    if (!strcmp(a->text, "pi")) return node_num(M_PI);
    int k = a->text[0] - 'a';
    assert(k >= 0 && k < n->n_in && !a->text[1]);
    return node_keep(n->in[k]);
}

static Node *slope_node(const Ast *a, Node *n);

static Node *slope_binary(const Ast *a, Node *n)
{
    Node *l = slope_node(a->kid[0], n), *r = slope_node(a->kid[1], n), *out;
    switch (a->text[0]) {
    case '+': out = gb_add(l, r); break;
    case '-': out = gb_sub(l, r); break;
    case '*': out = gb_mul(l, r); break;
    case '/': out = gb_div(l, r); break;
    default: out = gb_op(a->text, (Node *[]){ l, r }, 2, NULL, 0);
    }
    node_drop(l);
    node_drop(r);
    return out;
}

static Node *slope_call(const Ast *a, Node *n)
{
    Node *in[3] = { NULL }, *out;
    int count = a->n - 1;
    for (int i = 0; i < count; i++) in[i] = slope_node(a->kid[i + 1], n);
    out = gb_op(a->kid[0]->text, in, count, NULL, 0);
    for (int i = 0; i < count; i++) node_drop(in[i]);
    return out;
}

static Node *slope_node(const Ast *a, Node *n)
{
    switch (a->kind) {
    case A_NUM: return node_num(a->num);
    case A_NAME: return slope_name(a, n);
    case A_BINARY: return slope_binary(a, n);
    case A_CALL: return slope_call(a, n);
    case A_UNARY: {
        Node *x = slope_node(a->kid[0], n), *out = gb_neg(x);
        node_drop(x);
        return out;
    }
    default: assert(!"a slope formula uses numbers, operands, operators and calls"); return NULL;
    }
}

Node *slope_build(Node *n, int i)
{
    const char *text = n->op->slope_text[i];
    if (!text || !strcmp(text, "0")) return NULL;
    return slope_node(slope_ast(n->op, i), n);
}
