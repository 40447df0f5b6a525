/* stage.c -- one stage of a plan run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/stage.h"

#include "base/stop.h"
#include "run/crew.h"

/* A part is worth some ten microseconds at least; there are more parts than workers, so
 * that one who is late does not keep all waiting. */
enum { PARTS = 4, MOST_PARTS = 10000, SLOW = 50000000, LEAST_PRODUCT = 150000, LEAST_NUMBERS = 16384, STRIP_BYTES = 256, ROW_STEP = 12 };

typedef struct {
    const Stage *s;
    FusedRun    *run;                /* of worker 0, the others behind it */
    int64_t      size;
} Running;

/* The same for one worker: run is his own. */
typedef Running Taking;

static char *slot_at(const StageSlot *s, int64_t size) { return (char *)s->of->val + size * s->offset; }

/* The pass from row i, column j on. */
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

/* Rows i0 to i1 - 1, columns j0 to j1 - 1 of a product. */
static void product_part(const Taking *t, int64_t i0, int64_t i1, int64_t j0, int64_t j1, int worker)
{
    const Stage *s = t->s;
    GemmCall call = { .a = slot_at(&s->a, t->size), .b = slot_at(&s->b, t->size), .i0 = i0, .i1 = i1, .j0 = j0, .j1 = j1,
                      .room = s->room + s->room_bytes * (size_t)worker };
    if (s->c) call.c = s->c->val, call.c_row = s->cols;
    if (s->code) call.take = take, call.ctx = (void *)t;
    gemm_run(&s->product, &call);
}

static void fused_rows_cols(const Taking *t, int64_t i0, int64_t i1, int64_t j0, int64_t j1)
{
    slots_set(t, i0, j0, NULL, 0);
    t->run->rows = i1 - i0;
    t->run->cols = j1 - j0;
    fused_part(t->s->code, t->run);
}

static int64_t border(int64_t all, int part, int parts, int64_t step)
{
    int64_t at = all * part / parts;
    return part == parts ? all : at - at % step;
}

static void part_run(void *ctx, int part, int worker)
{
    const Running *r = ctx;
    const Stage *s = r->s;
    if (s->slow && stop_asked()) return;
    Taking t = { s, r->run + worker, r->size };
    int64_t step = s->by_rows ? ROW_STEP : STRIP_BYTES / 2 / r->size, all = s->by_rows ? s->rows : s->cols;
    int64_t from = border(all, part, s->parts, step), to = border(all, part + 1, s->parts, step);
    int64_t i0 = s->by_rows ? from : 0, i1 = s->by_rows ? to : s->rows;
    int64_t j0 = s->by_rows ? 0 : from, j1 = s->by_rows ? s->cols : to;
    if (i0 == i1 || j0 == j1) return;
    if (s->kind == STAGE_PRODUCT) product_part(&t, i0, i1, j0, j1, worker);
    else fused_rows_cols(&t, i0, i1, j0, j1);
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

void stage_run(const Stage *s, FusedRun *run, bool single, bool crew)
{
    Running r = { s, run, single ? 4 : 8 };
    if (s->kind == STAGE_OWN) {
        if (single) own_run_single(s);
        else s->own.run(&s->own);
        return;
    }
    Taking t = { s, run, r.size };
    if (s->sums) {
        slots_set(&t, 0, 0, NULL, 0);
        run->cols = s->cols;
        fused_begin(s->code, run);
    }
    if (crew && s->parts > 1) crew_run(part_run, &r, s->parts);
    else if (s->slow && s->parts > 1) for (int i = 0; i < s->parts; i++) part_run(&r, i, 0);
    else if (s->kind == STAGE_PRODUCT) product_part(&t, 0, s->rows, 0, s->cols, 0);
    else fused_rows_cols(&t, 0, s->rows, 0, s->cols);
    if (!s->sums) return;
    slots_set(&t, 0, 0, NULL, 0);
    fused_end(s->code, run);
}

void stage_free(Stage *s) { fused_free(s->code); }

/* ---- parts ---- */

static int64_t more(int64_t a, int64_t b) { return a > b ? a : b; }

/* What takes milliseconds is cut so finely that Ctrl-C need not wait for it, but not so
 * finely that every part copies the other operand for a few rows. */
static void slow_cut(Stage *s, int64_t strip, bool rows, bool cols)
{
    int64_t work = s->kind == STAGE_PRODUCT ? s->product.m * s->product.n * s->product.k : s->rows * s->cols * 4;
    int64_t by_rows = rows ? s->rows / (8 * ROW_STEP) : 0, by_cols = cols ? s->cols / strip : 0;
    int64_t parts = work / SLOW * PARTS;
    s->slow = work > SLOW;
    if (!s->slow || more(by_rows, by_cols) <= s->parts) return;
    s->by_rows = by_rows >= by_cols;
    if (parts > more(by_rows, by_cols)) parts = more(by_rows, by_cols);
    if (parts > MOST_PARTS) parts = MOST_PARTS;
    s->parts = (int)parts;
}

void stage_cut(Stage *s, bool single)
{
    bool rows = true, cols = true;
    int64_t strip = STRIP_BYTES / (single ? 4 : 8);
    s->parts = 1;
    for (int i = 0; s->code && i < s->code->n_out; i++) {
        OutKind k = s->code->out[i].kind;
        s->sums |= k == OUT_SUM || k == OUT_COL_SUM;
        rows &= k != OUT_SUM && k != OUT_COL_SUM;
        cols &= k == OUT_STORE || k == OUT_COL_SUM;
    }
    if (s->kind == STAGE_OWN) return;
    if (s->kind == STAGE_PRODUCT && s->product.m * s->product.n * s->product.k < LEAST_PRODUCT) return;
    if (s->kind == STAGE_FUSED && s->rows * s->cols < LEAST_NUMBERS) return;
    s->by_rows = rows && s->rows >= PARTS * 4 * ROW_STEP;
    if (s->by_rows || (cols && s->cols >= PARTS / 2 * strip)) s->parts = PARTS;
    slow_cut(s, strip / 2, rows, cols);
}
