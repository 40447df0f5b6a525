/* loop_run.c -- the machine that runs the program of a loop of numbers.
 *
 * Each step knows where the machine's code for it is, so a step ends by jumping to
 * the next one's (GNU C's computed goto). A fused step rounds after each of its two
 * operations; the compiler is told not to contract them (-ffp-contract=off).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "base/stop.h"
#include "graph/loop_code.h"

/* ---- what is rare ---- */

typedef struct {
    LoopCode *c;
    int64_t   turn;
    bool      begun;        /* some turn was                                        */
    bool      fresh;        /* nothing of the present turn has been done            */
    void    (*told)(LoopCode *c, void *ctx);
    void     *ctx;
} Run;

static void moves_flush(Run *r)
{
    if (r->c->n_move) r->told(r->c, r->ctx);
    r->c->n_move = 0;
}

static void turn_begin(Run *r)
{
    LoopCode *c = r->c;
    if (c->careful) {
        moves_flush(r);
        memcpy(c->start, c->reg, sizeof *c->reg * (size_t)c->n_var);
    }
    r->begun = true;
    r->fresh = false;
    if (c->outer >= 0) c->reg[c->outer] = c->walked[r->turn];
}

static LoopEnd turn_again(Run *r)
{
    LoopCode *c = r->c;
    if (r->fresh) moves_flush(r);
    else memcpy(c->reg, c->start, sizeof *c->reg * (size_t)c->n_var);
    c->n_move = 0;
    return LOOP_AGAIN;
}

/* The loop has come to its end, or to a stop between two turns. */
static LoopEnd run_end(Run *r, LoopEnd end)
{
    if (!r->c->tells || !r->begun) return end;
    if (r->fresh) r->turn--;
    r->fresh = false;
    return turn_again(r);
}

static void move_note(LoopCode *c, int var, double now)
{
    GROW(c->move, c->n_move, c->cap_move);
    c->move[c->n_move++] = (LoopMove){ var, c->reg[var], now };
}

/* How many turns a number says, or -1. */
static double count_of(double v) { return v == floor(v) && v >= 0 && v <= 9e15 ? v : -1; }

/* range(from, to, step) at r: how many; negative: not by a program. */
static double range_count(const double *r)
{
    if (!isfinite(r[1]) || !isfinite(r[2]) || !isfinite(r[3]) || r[3] == 0) return -1;
    double n = ceil((r[1] - r[2]) / r[3]);
    return n > 1 << 20 ? -1 : n < 0 ? 0 : n;
}

/* Index v as a place on an axis of size n, or -1. */
static double place_of(double v, double n) { return v != floor(v) || v < -n || v >= n ? -1 : v < 0 ? v + n : v; }

static LoopEnd stopped_inside(LoopCode *c, const LoopStep *s)
{
    for (int i = 0; i < c->n_inner; i++)
        if (c->inner[i].step == (int)(s - c->step)) c->stop_at = c->inner[i].at;
    return LOOP_STOP;
}

/* ---- the machine ---- */

/* The sixteen pairs of arithmetic, in the order of L_ADD .. L_DIV. */
#define PAIRS(X, T) \
    X(T, +, +) X(T, +, -) X(T, +, *) X(T, +, /) X(T, -, +) X(T, -, -) X(T, -, *) X(T, -, /) \
    X(T, *, +) X(T, *, -) X(T, *, *) X(T, *, /) X(T, /, +) X(T, /, -) X(T, /, *) X(T, /, /)

#define NEXT       do { s++; goto *s->go; } while (0)
#define TO(where)  do { s = step + (where); goto *s->go; } while (0)
#define A          r[s->a]
#define B          r[s->b]
#define C          r[s->c]
#define SET(value) do { r[s->d] = (value); NEXT; } while (0)
#define BACK_TO(where) do { if (stop_asked()) return stopped_inside(c, s); TO(where); } while (0)

static void link_steps(LoopCode *c, const void *const *code)
{
    for (int i = 0; i < c->n_step; i++) c->step[i].go = code[c->step[i].op];
    c->linked = true;
}

static LoopEnd machine(Run *run, int64_t limit)
{
    static const void *const code[] = {
#define X(name, n) &&do_##name,
        LOOP_OPS(X)
#undef X
        &&f0, &&f1, &&f2, &&f3, &&f4, &&f5, &&f6, &&f7, &&f8, &&f9, &&f10, &&f11, &&f12, &&f13, &&f14, &&f15,
        &&g0, &&g1, &&g2, &&g3, &&g4, &&g5, &&g6, &&g7, &&g8, &&g9, &&g10, &&g11, &&g12, &&g13, &&g14, &&g15,
    };
    LoopCode *c = run->c;
    if (!c->linked) link_steps(c, code);
    const LoopStep *const step = c->step, *s = step;
    double *const r = c->reg, t;
    const LoopList *l;
    goto *s->go;

do_ADD: SET(A + B);
do_SUB: SET(A - B);
do_MUL: SET(A * B);
do_DIV: SET(A / B);
do_NEG: SET(-A);
do_NOT: SET(A == 0);
do_ABS: SET(fabs(A));
do_SQRT: SET(sqrt(A));
do_EQ: SET(A == B);
do_NE: SET(A != B);
do_LT: SET(A < B);
do_LE: SET(A <= B);
do_AND: SET((A != 0) & (B != 0));
do_OR: SET((A != 0) | (B != 0));
do_MAX: SET(A >= B || A != A ? A : B);
do_MIN: SET(A <= B || A != A ? A : B);
do_WHERE: SET(A != 0 ? B : C);
do_CALL1: SET(c->call[s->b](A, 0, 0));
do_CALL2: SET(c->call[s->c](A, B, 0));
do_MOVE: SET(A);

#define LEFT(n, one, two)  f##n: SET((A one B) two C);
#define RIGHT(n, one, two) g##n: SET(C two (A one B));
LEFT(0, +, +) LEFT(1, +, -) LEFT(2, +, *) LEFT(3, +, /)
LEFT(4, -, +) LEFT(5, -, -) LEFT(6, -, *) LEFT(7, -, /)
LEFT(8, *, +) LEFT(9, *, -) LEFT(10, *, *) LEFT(11, *, /)
LEFT(12, /, +) LEFT(13, /, -) LEFT(14, /, *) LEFT(15, /, /)
RIGHT(0, +, +) RIGHT(1, +, -) RIGHT(2, +, *) RIGHT(3, +, /)
RIGHT(4, -, +) RIGHT(5, -, -) RIGHT(6, -, *) RIGHT(7, -, /)
RIGHT(8, *, +) RIGHT(9, *, -) RIGHT(10, *, *) RIGHT(11, *, /)
RIGHT(12, /, +) RIGHT(13, /, -) RIGHT(14, /, *) RIGHT(15, /, /)

do_JUMP: TO(s->c);
do_UNLESS: if (A == 0) TO(s->c); NEXT;
do_UNLESS_EQ: if (!(A == B)) TO(s->c); NEXT;
do_UNLESS_NE: if (!(A != B)) TO(s->c); NEXT;
do_UNLESS_LT: if (!(A < B)) TO(s->c); NEXT;
do_UNLESS_LE: if (!(A <= B)) TO(s->c); NEXT;

do_COUNT:
    if ((t = count_of(A)) < 0) goto do_AGAIN;
    r[s->d] = t;
    if (t == 0) TO(s->c);
    NEXT;
do_COUNT_NEXT:
    if ((r[s->d] -= 1) > 0) BACK_TO(s->c);
    NEXT;
do_BACK: BACK_TO(s->c);
do_WALK:
    l = &c->list[s->b];
    if (!l->n) TO(s->c);
    r[s->a] = 0;
    SET(l->v[0]);
do_WALK_NEXT:
    l = &c->list[s->b];
    if ((r[s->a] += 1) >= (double)l->n) NEXT;
    r[s->d] = l->v[(int64_t)r[s->a]];
    BACK_TO(s->c);
do_RANGE:
    if ((t = range_count(r + s->a)) < 0) goto do_AGAIN;
    if (t == 0) TO(s->c);
    r[s->a] = 0;
    r[s->a + 1] = t;
    SET(r[s->a + 2] + 0.0 * r[s->a + 3]);
do_RANGE_NEXT:
    if ((r[s->a] += 1) >= r[s->a + 1]) NEXT;
    r[s->d] = r[s->a + 2] + r[s->a] * r[s->a + 3];
    BACK_TO(s->c);
do_PLACE:
    if ((t = place_of(A, C)) < 0) goto do_AGAIN;
    SET(t);
do_LOAD: SET(c->list[s->b].v[(int64_t)A]);
do_TELL:
    move_note(c, s->d, A);
    NEXT;

do_AGAIN: return turn_again(run);
do_BEGIN:
    turn_begin(run);
    NEXT;
do_TURN:
    run->fresh = true;
    if (++run->turn < limit && !stop_asked()) TO(0);
    return run_end(run, LOOP_TURN);
do_DONE: return run_end(run, LOOP_OVER);
}

LoopEnd loop_run(LoopCode *c, int64_t *turn, int64_t limit, void (*told)(LoopCode *c, void *ctx), void *ctx)
{
    Run run = { .c = c, .turn = *turn, .fresh = true, .told = told, .ctx = ctx };
    if (!c->start) c->start = mem_new(sizeof *c->start * (size_t)(c->n_var + 1));
    LoopEnd end = run.turn < limit ? machine(&run, limit) : LOOP_TURN;
    *turn = run.turn;
    return end;
}
