/* ask.c -- what a command was asked about.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/ask.h"

#include <math.h>
#include <string.h>

#include "graph/op.h"
#include "graph/term.h"

void asked_free(Asked *a)
{
    node_drop(a->node);
    text_free(&a->name);
    *a = (Asked){ 0 };
}

static Status ask_node(Call *c, int i, const Ast *a, Node **out)
{
    Text t = { 0 };
    Value v = { 0 };
    ast_print(&t, a);
    Status st = session_eval(c->s, text_str(&t), &v, c->d);
    Node *n = st == OK ? value_to_node(c->s, v, call_span(c, i), c->d) : NULL;
    if (n) *out = node_keep(n);
    else st = c->d->code;
    value_drop(&v);
    text_free(&t);
    if (st != OK) c->d->at = call_span(c, i);
    return st;
}

static bool calls_grad(const Ast *a, int args)
{
    return a->kind == A_CALL && a->n == 1 + args && a->kid[0]->kind == A_NAME && !strcmp(a->kid[0]->text, "grad");
}

static bool is_grad(const Ast *a) { return calls_grad(a, 2); }

/* grad(E, x) must find the x inside E's own calls, so E is entered before. */
static void enter_root(Call *c, const Ast *a)
{
    while (a->kind == A_INDEX) a = a->kid[0];
    if (!is_grad(a)) return;
    Diag d = { 0 };
    Call quiet = *c;
    Node *E = NULL;
    quiet.d = &d;
    enter_root(c, a->kid[1]);
    if (ask_node(&quiet, 0, a->kid[1], &E) == OK) session_enter(c->s, E);
    node_drop(E);
}

static Status subscript(Call *c, int i, const Ast *a, int64_t size, int64_t *out, bool *plain)
{
    Node *n = NULL;
    *plain = a->kind != A_SLICE && a->kind != A_DOTS;
    if (!*plain) return OK;
    TRY(ask_node(c, i, a, &n));
    *plain = n->shape.rank == 0;
    double v = node_scalar(n, c->d);
    node_drop(n);
    if (!*plain) return OK;
    int64_t k = v == floor(v) && fabs(v) < 1e15 ? (int64_t)v : INT64_MAX;
    if (k < 0) k += size;
    *plain = k >= 0 && k < size;         /* if not, building it says what is wrong */
    *out = k;
    return OK;
}

/* Does `index` name one element of n? *at that element. */
static Status element_named(Call *c, int i, const Ast *index, const Node *n, int64_t *at, bool *yes)
{
    int64_t k[LIMIT_RANK];
    *yes = index->n - 1 == n->shape.rank;
    for (int j = 0; j < n->shape.rank && *yes; j++)
        TRY(subscript(c, i, index->kid[j + 1], n->shape.dim[j], &k[j], yes));
    if (*yes) *at = shape_ravel(&n->shape, k);
    return OK;
}

/* The indexed quantity in net.h.W[0, 1] or grad(E, net.h.W[0, 1]), as text. */
static const Ast *index_of(const Ast *a, Text *base)
{
    const Ast *index = a->kind == A_INDEX ? a : is_grad(a) && a->kid[2]->kind == A_INDEX ? a->kid[2] : NULL;
    if (!index) return NULL;
    if (index == a) {
        ast_print(base, a->kid[0]);
        return index;
    }
    text_add(base, "grad(");
    ast_print(base, a->kid[1]);
    text_add(base, ", ");
    ast_print(base, index->kid[0]);
    text_addc(base, ')');
    return index;
}

static Status ask_base(Call *c, int i, const char *base, const Ast *index, Asked *out, bool *found)
{
    Diag d = { 0 };
    Value v = { 0 };
    Status st = session_eval(c->s, base, &v, &d);
    Node *n = st == OK && v.kind != V_LIST ? value_to_node(c->s, v, call_span(c, i), &d) : NULL;
    *found = false;
    if (n) st = element_named(c, i, index, n, &out->at, found);
    if (n && *found) out->node = node_keep(n);
    value_drop(&v);
    return n ? st : OK;
}

static void name_give(Asked *a, const Ast *typed)
{
    if (a->whole && a->node->label) text_add(&a->name, a->node->label);
    else if (a->node->label || !typed) term_print_ref(&a->name, a->node, a->at);
    else ast_print(&a->name, typed);
}

Status ask_element(Call *c, int i, Asked *out)
{
    *out = (Asked){ 0 };
    const Ast *a = c->ast[i];
    bool found = false;
    if (a) {
        Text base = { 0 };
        enter_root(c, a);
        const Ast *index = index_of(a, &base);
        Status st = index ? ask_base(c, i, text_str(&base), index, out, &found) : OK;
        text_free(&base);
        TRY(st);
    }
    if (!found) {
        Node *n;
        Status st = call_node(c, i, &n);
        if (st != OK && a && calls_grad(a, 1))
            diag_hint(c->d, "Name one quantity, for example grad(E, w).");
        TRY(st);
        out->node = node_keep(n);
        out->whole = n->len != 1;
    }
    session_enter(c->s, out->node);
    name_give(out, a);
    return OK;
}

Status asked_is_number(Call *c, int i, const Asked *a, const char *what)
{
    char shape[SHAPE_TEXT];
    if (!a->whole) return OK;
    const char *name = a->node->label ? a->node->label : "this";
    diag_set(c->d, E_SHAPE, call_span(c, i), "%s, but %s has shape %s", what, name,
             shape_print(shape, &a->node->shape));
    if (!a->node->len) return c->d->code;
    Text t = { 0 };
    term_print_ref(&t, a->node, 0);
    diag_hint(c->d, "Name one element, for example %s.", text_str(&t));
    text_free(&t);
    return c->d->code;
}
