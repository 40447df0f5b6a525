/* scalar_run.c -- the interpreter of scalar programs: each instruction jumps to
 * the next one's address, so the machine learns the whole line by heart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/scalar_code.h"
#include "run/vmath.h"

#include <string.h>

/* Where the run stands in its data. */
typedef struct {
    const Feed *feed;
    int64_t     batch, epoch;
    double     *sum;
} Place;

static inline void copy_numbers(double *to, const double *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
}

static inline void batch_load(const Scalar *p, const Feed *f, int64_t batch)
{
    int64_t first = f->from + batch * p->rows;
    if (!f->order) {
        copy_numbers(p->r + p->x_at, f->x + first * p->n_in, p->rows * p->n_in);
        copy_numbers(p->r + p->y_at, f->y + first * p->n_out, p->rows * p->n_out);
        return;
    }
    for (int64_t i = 0; i < p->rows; i++) {
        int64_t row = f->order[first + i];
        copy_numbers(p->r + p->x_at + i * p->n_in, f->x + row * p->n_in, p->n_in);
        copy_numbers(p->r + p->y_at + i * p->n_out, f->y + row * p->n_out, p->n_out);
    }
}

/* Note what was asked for, and go on to the next batch; false: there is none. */
static inline bool batch_next(const Scalar *p, Place *at)
{
    for (int i = 0; i < p->n_ask; i++) at->sum[i] += p->r[p->ask[i]];
    if (++at->batch == at->feed->batches) {
        if (++at->epoch == at->feed->epochs) return false;
        at->batch = 0;
        at->sum += p->n_ask;
        for (int i = 0; i < p->n_ask; i++) at->sum[i] = 0;
    }
    batch_load(p, at->feed, at->batch);
    return true;
}

/* Runs the program; with p NULL only gives the addresses. */
static const void *const *execute(const Scalar *p, const Feed *feed, double *sum)
{
#define CODE_ADDRESS(name, n, what) &&do_##name,
    static const void *const address[N_CODE] = { SCALAR_CODES(CODE_ADDRESS) && do_DONE };
#undef CODE_ADDRESS
    if (!p) return address;
    double *const r = p->r;
    const Instr *i = p->code;
    Place at = { .feed = feed, .sum = sum };
    for (int k = 0; k < p->n_ask; k++) sum[k] = 0;
    batch_load(p, feed, 0);
    goto *i->go;

#define A r[i->in[0]]
#define B r[i->in[1]]
#define C r[i->in[2]]
#define D r[i->in[3]]
#define E r[i->in[4]]
#define F r[i->in[5]]
#define FN(a, b, c) p->fn[i->fn](a, b, c)
#define CODE_DO(name, n, what)                                                           \
    do_##name:                                                                           \
        r[i->y] = what;                                                                  \
        i++;                                                                             \
        goto *i->go;
    SCALAR_CODES(CODE_DO)
#undef CODE_DO

do_DONE:
    if (!batch_next(p, &at)) return address;
    i = p->code;
    goto *i->go;
}

const void *scalar_address(ScalarCode code) { return execute(NULL, NULL, NULL)[code]; }

void scalar_run(Scalar *p, const Feed *feed, double *sum)
{
    size_t bytes = sizeof *p->r * (size_t)p->store->len;
    memcpy(p->r, p->store->num, bytes);
    if (feed->batches > 0 && feed->epochs > 0) execute(p, feed, sum);
    memcpy(p->store->num, p->r, bytes);
}
