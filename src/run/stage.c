/* stage.c -- one stage of a plan run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/stage.h"

typedef struct {
    const Stage *s;
    FusedRun    *run;
    int64_t      size;
} Taking;

static char *slot_at(const StageSlot *s, int64_t size) { return (char *)s->of->val + size * s->offset; }

/* The pass over rows x cols numbers from row i, column j on. */
static void slots_set(const Taking *t, int64_t i, int64_t j, void *block, int64_t ld)
{
    const Stage *s = t->s;
    for (int k = 0; k < s->code->n_slot; k++) {
        const StageSlot *slot = &s->slot[k];
        FusedPlace *at = &t->run->at[k];
        at->stride = t->size * (slot->of ? slot->row : ld);
        at->p = slot->of ? slot_at(slot, t->size) + i * at->stride + (s->code->slot[k] == SLOT_EACH ? j * t->size : 0)
                         : block;
    }
}

static void take(void *ctx, int64_t i, int64_t j, int64_t rows, int64_t cols, void *block, int64_t ld)
{
    const Taking *t = ctx;
    slots_set(t, i, j, block, ld);
    t->run->rows = rows;
    t->run->cols = cols;
    fused_part(t->s->code, t->run);
}

static void product_run(const Stage *s, FusedRun *run, int64_t size)
{
    Taking t = { s, run, size };
    GemmCall call = { .a = slot_at(&s->a, size), .b = slot_at(&s->b, size), .i1 = s->product.m, .j1 = s->product.n,
                      .room = s->room };
    if (s->c) call.c = s->c->val, call.c_row = s->cols;
    if (s->code) {
        call.take = take;
        call.ctx = &t;
        slots_set(&t, 0, 0, NULL, 0);
        run->cols = s->cols;
        fused_begin(s->code, run);
    }
    gemm_run(&s->product, &call);
    if (s->code) fused_end(s->code, run);
}

/* An own kernel reads and writes doubles: copies of its operands and of its result. */
static void own_run_single(const Stage *s)
{
    const Node *own = s->own.node, *of = s->own_node;
    for (int k = 0; k < own->n_in; k++) {
        const float *from = (const float *)(const void *)of->in[k]->val;
        for (int64_t i = 0; i < own->in[k]->len; i++) own->in[k]->val[i] = from[i];
    }
    s->own.run(&s->own);
    float *to = (float *)(void *)of->val;
    for (int64_t i = 0; i < own->len; i++) to[i] = (float)own->val[i];
}

void stage_run(const Stage *s, FusedRun *run, bool single)
{
    int64_t size = single ? 4 : 8;
    if (s->kind == STAGE_OWN) {
        if (single) own_run_single(s);
        else s->own.run(&s->own);
    } else if (s->kind == STAGE_PRODUCT) {
        product_run(s, run, size);
    } else {
        slots_set(&(Taking){ s, run, size }, 0, 0, NULL, 0);
        run->rows = s->rows;
        run->cols = s->cols;
        fused_run(s->code, run);
    }
}

void stage_free(Stage *s) { fused_free(s->code); }
