/* grads.c -- gradients of the session's quantities, built once and kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/grads.h"

#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/gbuild.h"

enum { KEPT = 8 };

struct GradCache {
    struct { Node *E; uint64_t structure; GradMap *map; } at[KEPT];
    int next;
};

static struct GradCache *cache_of(Session *s)
{
    if (!s->grads) s->grads = mem_new(sizeof *s->grads);
    return s->grads;
}

static void cache_clear(struct GradCache *c, int i)
{
    grad_free(c->at[i].map);
    node_drop(c->at[i].E);
    c->at[i].map = NULL;
    c->at[i].E = NULL;
}

void grads_free(Session *s)
{
    if (!s->grads) return;
    for (int i = 0; i < KEPT; i++) cache_clear(s->grads, i);
    free(s->grads);
    s->grads = NULL;
}

/* Is E still made of the nodes it was made of? Then its gradients stay the very
 * nodes that other equations may be made of: L + grad(L, w)^2. */
static bool same_below(Node *E, const GradMap *map)
{
    int n, m;
    Node *const *was = grad_nodes(map, &m);
    Node **now = node_walk(E, &n);
    bool same = n == m && !memcmp(now, was, sizeof *now * (size_t)n);
    free(now);
    return same;
}

static void cache_check(Session *s, struct GradCache *c, int i)
{
    if (!c->at[i].map || c->at[i].structure == s->structure) return;
    if (same_below(c->at[i].E, c->at[i].map)) c->at[i].structure = s->structure;
    else cache_clear(c, i);
}

GradMap *grads_map(Session *s, Node *E, Span at, Diag *d)
{
    if (E->shape.rank && E->len != 1) {
        char buf[SHAPE_TEXT];
        diag_set(d, E_SHAPE, at, "only a single number has a gradient; %s has shape %s", E->label ? E->label : "this",
                 shape_print(buf, &E->shape));
        diag_hint(d, "Take its sum or mean first, for example grad(sum(%s), w).", E->label ? E->label : "y");
        return NULL;
    }
    struct GradCache *c = cache_of(s);
    for (int i = 0; i < KEPT; i++) {
        cache_check(s, c, i);
        if (c->at[i].map && c->at[i].E == E) return c->at[i].map;
    }
    int i = c->next++ % KEPT;
    cache_clear(c, i);
    c->at[i].E = node_keep(E);
    c->at[i].structure = s->structure;
    c->at[i].map = grad_build(E);
    return c->at[i].map;
}

Node *session_grad(Session *s, Node *E, Node *x, Span at, Diag *d)
{
    GradMap *m = grads_map(s, E, at, d);
    return m ? grad_of(m, x) : NULL;
}

Node **session_params(Session *s, Node *E, int *n)
{
    (void)s;
    int count;
    Node **all = node_walk(E, &count);
    *n = 0;
    for (int i = 0; i < count; i++)
        if ((all[i]->flags & (NODE_PARAM | NODE_FROZEN)) == NODE_PARAM) all[(*n)++] = all[i];
    return all;
}

/* The definition being built looks inside everything that E is made of. */
Status grad_note_deep(Env *e, Node *E)
{
    if (!e->use) return OK;
    e->use->deep = true;
    int count;
    Node **all = node_walk(E, &count);
    for (int i = 0; i < count; i++)
        if (all[i]->op == &op_slot && all[i]->label && !strchr(all[i]->label, '.')) use_dep(e, all[i]->label);
    free(all);
    return OK;
}
