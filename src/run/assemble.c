/* assemble.c -- from drafts to stages that run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/assemble.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "graph/element.h"

typedef struct {
    const Assembly *a;
    const Drafts   *d;
    const Draft    *t;
    Stage          *s;
    int            *value;           /* node -> its instruction here, -1 none          */
} Writing;

static int number_of(const Drafts *d, const Node *n) { return (int)(n - d->node); }

/* ---- slots ---- */

static bool same_slot(const StageSlot *a, const StageSlot *b)
{
    return a->of == b->of && a->offset == b->offset && a->row == b->row;
}

static int slot_for(Writing *w, StageSlot slot, SlotKind kind)
{
    Fused *l = w->s->code;
    for (int i = 0; i < l->n_slot; i++)
        if (l->slot[i] == kind && same_slot(&w->s->slot[i], &slot)) return i;
    int at = fused_slot(l, kind);
    assert(at >= 0);
    w->s->slot[at] = slot;
    return at;
}

static const Node *place_of(const Writing *w, int base) { return &w->d->node[w->a->alias[base]]; }

/* ---- operands ---- */

static int operand(Writing *w, const Node *x)
{
    int i = number_of(w->d, x);
    Grid g;
    if (w->value[i] >= 0) return w->value[i];
    if (w->d->fixed[i] && x->len == 1) return w->value[i] = fused_num(w->s->code, x->one);
    const View *v = &w->d->view[i];
    bool lies = view_grid(v, &x->shape, &w->t->shape, &g);
    assert(lies), (void)lies;
    StageSlot slot = { place_of(w, v->base), v->offset, g.row };
    int at = slot_for(w, slot, g.col ? SLOT_EACH : SLOT_HELD);
    return fused_load(w->s->code, at);
}

static void write_member(Writing *w, int i)
{
    const Node *n = &w->d->node[i];
    int in[3] = { -1, -1, -1 };
    if (!draft_is_element(n)) return;
    for (int k = 0; k < n->n_in; k++) in[k] = operand(w, n->in[k]);
    w->value[i] = n->op->kind == OP_CALL ? element_build_call(w->s->code, n->fn, in)
                                         : element_build(w->s->code, n->op, in);
}

/* ---- results ---- */

/* Where numbers of the whole grid go. */
static StageSlot whole_slot(const Writing *w, int i) { return (StageSlot){ place_of(w, i), 0, w->s->cols }; }

static void write_result(Writing *w, int i)
{
    const Node *n = &w->d->node[i];
    OutKind kind;
    if (draft_is_element(n)) {
        if (w->d->memory[i])
            fused_out(w->s->code, OUT_STORE, w->value[i], slot_for(w, whole_slot(w, i), SLOT_EACH));
        return;
    }
    bool known = draft_reduction(n, &kind);
    assert(known), (void)known;
    bool by_row = kind == OUT_ROW_SUM || kind == OUT_ROW_MAX || kind == OUT_ROW_MIN;
    int at = slot_for(w, (StageSlot){ place_of(w, i), 0, by_row }, kind == OUT_COL_SUM ? SLOT_EACH : SLOT_HELD);
    fused_out(w->s->code, kind, operand(w, n->in[0]), at);
}

/* ---- the pass ---- */

/* One long row, if nothing hangs on where rows end. */
static void flatten(Stage *s)
{
    const Fused *l = s->code;
    if (s->kind != STAGE_FUSED || s->rows == 1) return;
    for (int i = 0; i < l->n_slot; i++)
        if (s->slot[i].row != (l->slot[i] == SLOT_EACH ? s->cols : 0)) return;
    for (int i = 0; i < l->n_out; i++)
        if (l->out[i].kind != OUT_STORE && l->out[i].kind != OUT_SUM) return;
    s->cols *= s->rows;
    s->rows = 1;
    for (int i = 0; i < l->n_slot; i++) s->slot[i].row = l->slot[i] == SLOT_EACH ? s->cols : 0;
}

static void folded_build(Writing *w)
{
    Stage *s = w->s;
    const Draft *t = w->t;
    s->code = fused_make(w->a->single);
    s->slot = ARENA_ARRAY(w->a->own, StageSlot, FUSED_MOST_SLOTS);
    w->value = mem_new(sizeof *w->value * (size_t)(w->d->n_node + 1));
    for (int i = 0; i < w->d->n_node; i++) w->value[i] = -1;
    if (t->kind == STAGE_PRODUCT)
        w->value[t->head] = fused_load(s->code, slot_for(w, (StageSlot){ NULL, 0, 0 }, SLOT_EACH));
    for (int i = t->n - 1; i >= 0; i--) write_member(w, t->member[i]);
    for (int i = t->n - 1; i >= 0; i--) write_result(w, t->member[i]);
    free(w->value);
    flatten(s);
    fused_compile(s->code);
}

static void product_fill(Writing *w)
{
    Stage *s = w->s;
    View a, b;
    const Node *n = &w->d->node[w->t->head];
    bool known = draft_product(w->d, n, &s->product, &a, &b);
    assert(known), (void)known;
    s->product.single = w->a->single;
    s->a = (StageSlot){ place_of(w, a.base), a.offset, 0 };
    s->b = (StageSlot){ place_of(w, b.base), b.offset, 0 };
    s->rows = s->product.m;
    s->cols = s->product.n;
    if (!w->t->n || w->d->memory[w->t->head]) s->c = (Node *)place_of(w, w->t->head);
}

/* A copy of n whose operands and result are doubles. */
static Node *doubled(const Assembly *a, const Node *n)
{
    Node *out = ARENA_ARRAY(a->own, Node, 1);
    *out = *n;
    out->val = ARENA_ARRAY(a->own, double, n->len + 1);
    out->in = ARENA_ARRAY(a->own, Node *, n->n_in);
    for (int k = 0; k < n->n_in; k++) {
        out->in[k] = ARENA_ARRAY(a->own, Node, 1);
        *out->in[k] = *n->in[k];
        out->in[k]->val = ARENA_ARRAY(a->own, double, n->in[k]->len + 1);
    }
    return out;
}

Stage stage_build(const Assembly *a, int k)
{
    const Draft *t = &a->d->draft[k];
    Stage s = { .kind = t->kind, .time = a->d->n - 1 - k };
    Writing w = { .a = a, .d = a->d, .t = t, .s = &s };
    if (t->kind == STAGE_OWN) {
        s.own_node = &a->d->node[t->head];
        s.own = step_make(a->own, a->single ? doubled(a, s.own_node) : (Node *)s.own_node);
        return s;
    }
    shape_grid(&t->shape, &s.rows, &s.cols);
    s.member = ARENA_ARRAY(a->own, const Node *, t->n + 1);
    for (int i = t->n - 1; i >= 0; i--) s.member[s.n_member++] = &a->d->node[t->member[i]];
    if (t->kind == STAGE_PRODUCT) s.head = &a->d->node[t->head];
    if (t->kind == STAGE_PRODUCT) product_fill(&w);
    if (t->n) folded_build(&w);
    return s;
}
