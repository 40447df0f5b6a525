/* draft.c -- operations gathered into stages.
 *
 * Nodes are taken from the last to the first, so that an operation runs as late as it
 * can: right before what needs it, in the same pass if that is over the same numbers.
 * Drafts are numbered backwards in time. A node's bound says how late it may be: 2c, when
 * draft c reads it number by number (and may contain it), 2c + 1 when draft c needs it
 * whole (and it must come before). It joins the first draft from there on that fits; a
 * new draft comes before all others, which is always right.
 *
 * A product becomes the head of the draft that reads its result number by number: bias,
 * activation, slope and optimizer are then folded into it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/draft.h"

#include <stdlib.h>
#include <string.h>

#include "graph/ops_reduce.h"

enum { MOST_WORK = FUSED_MOST_SLOTS - 6, NOBODY = -2, SEVERAL = -1 };

typedef struct {
    Drafts *d;
    int    *bound;                   /* -1: nobody needs it                           */
    int    *user;                    /* the draft that reads it, NOBODY, SEVERAL      */
    bool   *whole;                   /* must lie in memory as it is                   */
    int    *waits;                   /* node -> the first sum or the like that wants to be taken
                                        in its pass, -1 none                          */
    int    *waits_next;              /* ... and from there to the next                */
} Drafting;

/* ---- what nodes are ---- */

bool draft_is_element(const Node *n) { return n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL; }

static int number_of(const Drafts *d, const Node *n) { return (int)(n - d->node); }

static bool is_const(const Drafts *d, int x) { return d->fixed[x] && d->node[x].len == 1; }

static bool reduced_axes(const Node *n, bool red[LIMIT_RANK])
{
    const Shape *from = &n->in[0]->shape;
    if (n->op == &op_sum_to) {
        int more = from->rank - n->shape.rank;
        for (int i = 0; i < from->rank; i++)
            red[i] = i < more || (n->shape.dim[i - more] == 1 && from->dim[i] != 1);
        return true;
    }
    if (strcmp(n->op->name, "sum") && strcmp(n->op->name, "max") && strcmp(n->op->name, "min")) return false;
    reduce_axes(n, red);
    return true;
}

bool draft_reduction(const Node *n, OutKind *kind)
{
    bool red[LIMIT_RANK], outer = true, none = true;
    if (n->op->kind != OP_REDUCE || !n->in[0]->len || !reduced_axes(n, red)) return false;
    const Shape *from = &n->in[0]->shape;
    bool sum = n->op->name[0] == 's', last = !from->rank || red[from->rank - 1];
    for (int i = 0; i + 1 < from->rank; i++) {
        outer &= red[i] || from->dim[i] == 1;
        none &= !red[i] || from->dim[i] == 1;
    }
    if (sum && last && outer) *kind = OUT_SUM;
    else if (last && none) *kind = sum ? OUT_ROW_SUM : n->op->name[1] == 'a' ? OUT_ROW_MAX : OUT_ROW_MIN;
    else if (sum && !last && outer) *kind = OUT_COL_SUM;
    else return false;
    return true;
}

bool draft_product(const Drafts *d, const Node *n, GemmShape *shape, View *a, View *b)
{
    if (n->op->kind != OP_MATRIX || !n->len) return false;
    const Shape *sa = &n->in[0]->shape, *sb = &n->in[1]->shape;
    if (sa->rank < 1 || sa->rank > 2 || sb->rank < 1 || sb->rank > 2) return false;
    *a = d->view[number_of(d, n->in[0])];
    *b = d->view[number_of(d, n->in[1])];
    *shape = (GemmShape){ .m = sa->rank == 2 ? sa->dim[0] : 1, .n = sb->rank == 2 ? sb->dim[1] : 1, .k = sb->dim[0],
                          .a_row = sa->rank == 2 ? a->stride[0] : 0, .a_col = a->stride[sa->rank - 1],
                          .b_row = b->stride[0], .b_col = sb->rank == 2 ? b->stride[1] : 1 };
    return shape->k > 0;
}

bool draft_direct(const Drafts *d, int x, const Shape *over)
{
    return d->view[x].base == x && shape_equal(&d->node[x].shape, over);
}

/* ---- who needs what ---- */

/* Draft c reads x, by itself or as a whole. */
static void use(Drafting *w, int x, int c, bool direct)
{
    int bound = 2 * c + !direct;
    if (w->bound[x] < bound) w->bound[x] = bound;
    w->user[x] = w->user[x] == NOBODY || w->user[x] == c ? c : SEVERAL;
    if (!direct) w->d->memory[x] = true;
}

static void use_whole(Drafting *w, int x, int c)
{
    use(w, x, c, false);
    if (!view_compact(&w->d->view[x], &w->d->node[x].shape)) w->whole[x] = true;
}

static int draft_add(Drafting *w, StageKind kind, const Shape *shape, int head)
{
    Drafts *d = w->d;
    GROW(d->draft, d->n, d->cap);
    d->draft[d->n] = (Draft){ .kind = kind, .shape = *shape, .head = head };
    return d->n++;
}

static void placed(Drafting *w, int i, int c)
{
    w->d->stage[i] = c;
    if (w->user[i] != c) w->d->memory[i] = true;
}

/* ---- one node ---- */

static void place_own(Drafting *w, int i)
{
    Node *n = &w->d->node[i];
    int c = draft_add(w, STAGE_OWN, &n->shape, i);
    for (int k = 0; k < n->n_in; k++) use_whole(w, number_of(w->d, n->in[k]), c);
    placed(w, i, c);
    w->d->memory[i] = true;
}

static bool fits(const Draft *t, const Shape *shape, int work)
{
    return t->kind != STAGE_OWN && shape_equal(&t->shape, shape) && t->work + work <= MOST_WORK;
}

static int find_draft(Drafting *w, int i, const Shape *shape, int work, bool sums)
{
    Drafts *d = w->d;
    for (int c = (w->bound[i] + 1) / 2; c < d->n; c++)
        if (fits(&d->draft[c], shape, work) && !(sums && d->draft[c].head >= 0)) return c;
    return draft_add(w, STAGE_FUSED, shape, -1);
}

static void member_add(Drafting *w, int c, int i, int work)
{
    Draft *t = &w->d->draft[c];
    GROW(t->member, t->n, t->cap);
    t->member[t->n++] = i;
    t->work += work;
    placed(w, i, c);
}

static bool lies_in_grid(const Drafts *d, const Node *n)
{
    Grid g;
    for (int k = 0; k < n->n_in; k++)
        if (!view_grid(&d->view[number_of(d, n->in[k])], &n->in[k]->shape, &n->shape, &g)) return false;
    return true;
}

/* Operands that pass the number on: an element of this pass, or the product in front. */
static bool passes_on(const Drafts *d, int x)
{
    return draft_is_element(&d->node[x]) || d->node[x].op->kind == OP_MATRIX;
}

static void reduction_into(Drafting *w, int i, int c, bool sums)
{
    w->d->draft[c].sums |= sums;
    member_add(w, c, i, 2);
    w->d->memory[i] = true;
}

/* Would be cut by a product's blocks. */
static bool wants_rows(const Node *n)
{
    OutKind kind;
    return draft_reduction(n, &kind) && kind != OUT_COL_SUM;
}

static void place_element(Drafting *w, int i)
{
    Drafts *d = w->d;
    const Node *n = &d->node[i];
    if (!lies_in_grid(d, n)) {
        place_own(w, i);
        return;
    }
    int work = n->n_in + 1;
    bool sums = false;
    for (int r = w->waits[i]; r >= 0; r = w->waits_next[r]) work += 2, sums |= wants_rows(&d->node[r]);
    int c = find_draft(w, i, &n->shape, work, sums);
    for (int r = w->waits[i]; r >= 0; r = w->waits_next[r]) reduction_into(w, r, c, wants_rows(&d->node[r]));
    member_add(w, c, i, n->n_in + 1);
    for (int k = 0; k < n->n_in; k++) {
        int x = number_of(d, n->in[k]);
        if (!is_const(d, x)) use(w, x, c, draft_direct(d, x, &n->shape) && passes_on(d, x));
    }
}

/* A sum of numbers that an element operation makes is taken in that operation's pass, which
 * is found when the operation is placed; it must come before what reads the sum. */
static void place_reduction(Drafting *w, int i, OutKind kind)
{
    Drafts *d = w->d;
    const Node *n = &d->node[i];
    int x = number_of(d, n->in[0]), first = (w->bound[i] + 1) / 2;
    Grid g;
    if (!view_grid(&d->view[x], &n->in[0]->shape, &n->in[0]->shape, &g)) {
        place_own(w, i);
    } else if (draft_direct(d, x, &n->in[0]->shape) && draft_is_element(&d->node[x]) && lies_in_grid(d, &d->node[x])) {
        use(w, x, first, true);
        w->waits_next[i] = w->waits[x];
        w->waits[x] = i;
    } else {
        bool sums = kind != OUT_COL_SUM;
        int c = find_draft(w, i, &n->in[0]->shape, 2, sums);
        reduction_into(w, i, c, sums);
        if (!is_const(d, x)) use(w, x, c, false);
    }
}

static bool may_head(const Drafting *w, int i, const GemmShape *s)
{
    if (w->bound[i] % 2 || w->bound[i] / 2 >= w->d->n) return false;
    const Draft *t = &w->d->draft[w->bound[i] / 2];
    int64_t rows, cols;
    shape_grid(&t->shape, &rows, &cols);
    return t->kind == STAGE_FUSED && t->head < 0 && !t->sums && rows == s->m && cols == s->n && w->user[i] != NOBODY;
}

static void place_product(Drafting *w, int i, const GemmShape *s)
{
    Drafts *d = w->d;
    const Node *n = &d->node[i];
    int c = may_head(w, i, s) ? w->bound[i] / 2 : draft_add(w, STAGE_PRODUCT, &n->shape, i);
    d->draft[c].kind = STAGE_PRODUCT;
    d->draft[c].head = i;
    placed(w, i, c);
    for (int k = 0; k < 2; k++) use(w, number_of(d, n->in[k]), c, false);
}

/* Who reads a view reads its base. */
static void pass_to_base(Drafting *w, int i)
{
    int base = w->d->view[i].base;
    if (w->bound[base] < (w->bound[i] | 1)) w->bound[base] = w->bound[i] | 1;
    w->user[base] = SEVERAL;
    w->d->memory[base] = true;
}

static void place_node(Drafting *w, int i)
{
    Drafts *d = w->d;
    const Node *n = &d->node[i];
    GemmShape s;
    View a, b;
    OutKind kind;
    if (d->asked[i] && w->bound[i] < 0) w->bound[i] = 0;
    if (d->asked[i]) w->user[i] = SEVERAL, d->memory[i] = true;
    if (w->bound[i] < 0) return;
    if (d->asked[i] && !view_compact(&d->view[i], &n->shape)) w->whole[i] = true;
    if (d->view[i].base != i && !w->whole[i]) {
        pass_to_base(w, i);
        return;
    }
    d->view[i] = view_make(n, i, NULL);
    if (!n->n_in) return;
    if (draft_is_element(n) && n->len) place_element(w, i);
    else if (draft_reduction(n, &kind)) place_reduction(w, i, kind);
    else if (draft_product(d, n, &s, &a, &b)) place_product(w, i, &s);
    else place_own(w, i);
}

/* ---- what hangs on parameters alone ---- */

/* Nothing that another stage computes is read. */
static bool is_early(const Drafts *d, int k)
{
    const Draft *t = &d->draft[k];
    for (int i = 0; i < t->n; i++) {
        const Node *n = &d->node[t->member[i]];
        for (int j = 0; j < n->n_in; j++) {
            int base = d->view[number_of(d, n->in[j])].base;
            if (d->node[base].n_in && d->stage[base] != k) return false;
        }
    }
    return t->kind == STAGE_FUSED && !t->shape.rank;
}

static int by_number(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

/* Single numbers that hang on the parameters alone, such as Adam's corrections: all into
 * the earliest stage of that kind. */
static void early_join(Drafts *d)
{
    int to = -1;
    for (int k = d->n - 1; k >= 0; k--) {
        Draft *t = &d->draft[k];
        if (!is_early(d, k)) continue;
        if (to < 0 || d->draft[to].work + t->work > MOST_WORK) {
            to = k;
            continue;
        }
        Draft *into = &d->draft[to];
        for (int i = 0; i < t->n; i++) {
            GROW(into->member, into->n, into->cap);
            into->member[into->n++] = t->member[i];
            d->stage[t->member[i]] = to;
        }
        qsort(into->member, (size_t)into->n, sizeof *into->member, by_number);
        into->work += t->work;
        t->n = 0;
    }
}

void drafts_make(Drafts *d)
{
    size_t n = (size_t)d->n_node + 1;
    Drafting w = { .d = d };
    d->stage = mem_new(sizeof *d->stage * n);
    d->memory = mem_new(n);
    w.bound = mem_new(sizeof *w.bound * n);
    w.user = mem_new(sizeof *w.user * n);
    w.whole = mem_new(n);
    w.waits = mem_new(sizeof *w.waits * n);
    w.waits_next = mem_new(sizeof *w.waits_next * n);
    for (int i = 0; i < d->n_node; i++) d->stage[i] = w.bound[i] = w.waits[i] = -1, w.user[i] = NOBODY;
    for (int i = d->n_node - 1; i >= 0; i--) place_node(&w, i);
    free(w.bound);
    free(w.user);
    free(w.whole);
    free(w.waits);
    free(w.waits_next);
    early_join(d);
}

void drafts_free(Drafts *d)
{
    for (int i = 0; i < d->n; i++) free(d->draft[i].member);
    free(d->draft);
    free(d->stage);
    free(d->memory);
}

/* ---- who reads whom ---- */

static bool node_reads(const Drafts *d, const Node *n, int base, const Shape *over, bool *only_direct)
{
    bool reads = false;
    for (int k = 0; k < n->n_in; k++) {
        int x = number_of(d, n->in[k]);
        if (d->view[x].base != base) continue;
        reads = true;
        *only_direct &= over && x == base && draft_direct(d, x, over);
    }
    return reads;
}

bool draft_reads(const Drafts *d, int k, int base, bool *only_direct)
{
    const Draft *t = &d->draft[k];
    bool reads = t->head >= 0 && node_reads(d, &d->node[t->head], base, NULL, only_direct);
    for (int i = 0; i < t->n; i++) reads |= node_reads(d, &d->node[t->member[i]], base, &t->shape, only_direct);
    return reads;
}
