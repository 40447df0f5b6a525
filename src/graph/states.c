/* states.c -- what a layer remembers from update to update: running statistics, the key
 * of its random numbers.
 *
 *   state running_mean[size(x, -1)] = zeros
 *   running_mean <- 0.9*running_mean + 0.1*mean(x, axis=0)
 *
 * A state is a leaf of the layer, like a parameter, but no gradient moves it. An arrow in
 * the body gives the name a new meaning from there on; what it means at the end hangs on
 * the layer's result as a move (node.h), and takes effect with the update that goes
 * through that result. Asking for a value never changes a state.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "graph/define.h"
#include "graph/rule.h"

static Status state_node(Env *e, const Ast *decl, Node **out)
{
    char path[700];
    Shape s;
    TRY(declared_shape(e, decl, &s));
    snprintf(path, sizeof path, "%s%s", e->under ? e->under : "", decl->text);
    Owned *o = func_own(e->owner, path);
    if (o && (decl->n == 1 || shape_equal(&o->node->shape, &s))) return *out = o->node, OK;
    TRY(declared_leaf(e, decl, NODE_STATE, out));
    own_add(e->owner, path, *out);
    node_drop(*out);                         /* the owner keeps it */
    return OK;
}

Status layer_state(Env *e, const Ast *a)
{
    LayerBody *b = e->memory;
    for (int i = 0; i < a->n; i++) {
        const Ast *decl = a->kid[i];
        if (b->n >= (int)(sizeof b->leaf / sizeof *b->leaf))
            return diag_set(e->d, E_LIMIT, env_span(e, a->at), "more than %d states in one layer", b->n);
        TRY(state_node(e, decl, &b->leaf[b->n]));
        scope_set(e->scope, decl->text, value_node(node_keep(b->leaf[b->n])));
        b->name[b->n++] = decl->text;
    }
    return OK;
}

static Status state_shape(Env *e, const char *name, const Node *leaf, Value next)
{
    char was[SHAPE_TEXT], is[SHAPE_TEXT];
    if (next.kind != V_NODE)
        return diag_set(e->d, E_TYPE, e->blame, "the state %s is a number and cannot become %s", name, value_kind(next));
    diag_set(e->d, E_SHAPE, e->blame, "the state %s has shape %s and cannot become shape %s", name,
             shape_print(was, &leaf->shape), shape_print(is, &next.node->shape));
    return diag_hint(e->d, "Say its shape where it is declared, for example: state %s[size(x, -1)] = 0", name);
}

Status layer_moves(Env *body, Node *result)
{
    LayerBody *b = body->memory;
    for (int i = 0; i < b->n; i++) {
        Value *now = scope_find(body->scope, b->name[i]);
        if (now->kind == V_NODE && now->node == b->leaf[i]) continue;
        if (now->kind != V_NODE || !shape_equal(&now->node->shape, &b->leaf[i]->shape))
            return state_shape(body, b->name[i], b->leaf[i], *now);
        node_add_move(result, b->leaf[i], now->node);
        scope_set(body->scope, b->name[i], value_node(node_keep(b->leaf[i])));
    }
    return OK;
}
