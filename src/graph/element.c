/* element.c -- TABLE of the elementwise operations in the instructions of a pass.
 *
 * Each row says what the operation's own kernel says; a test compares them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/element.h"

#include <math.h>
#include <string.h>

typedef int Build(Fused *l, const int *in);

#define ADD2(code, a, b) fused_add(l, FUSED_##code, a, b, -1)
#define NUM(v) fused_num(l, v)
#define ROW(name, EXPR)                                                                  \
    static int build_##name(Fused *l, const int *in)                                     \
    {                                                                                    \
        const int a = in[0], b = in[1];                                                  \
        (void)a, (void)b;                                                                \
        return EXPR;                                                                     \
    }

static int blend(Fused *l, int mask, int yes, int no) { return fused_add(l, FUSED_BLEND, mask, yes, no); }
static int is_true(Fused *l, int x) { return ADD2(NE, x, NUM(0)); }
static int is_nan(Fused *l, int x) { return ADD2(NE, x, x); }

ROW(add, ADD2(ADD, a, b))
ROW(sub, ADD2(SUB, a, b))
ROW(mul, ADD2(MUL, a, b))
ROW(div, ADD2(DIV, a, b))
ROW(eq, fused_truth(l, ADD2(EQ, a, b)))
ROW(ne, fused_truth(l, ADD2(NE, a, b)))
ROW(lt, fused_truth(l, ADD2(LT, a, b)))
ROW(le, fused_truth(l, ADD2(LE, a, b)))
ROW(gt, fused_truth(l, ADD2(LT, b, a)))
ROW(ge, fused_truth(l, ADD2(LE, b, a)))
ROW(and, fused_truth(l, ADD2(AND, is_true(l, a), is_true(l, b))))
ROW(or, fused_truth(l, ADD2(OR, is_true(l, a), is_true(l, b))))
ROW(neg, fused_neg(l, a))
ROW(not, fused_truth(l, ADD2(EQ, a, NUM(0))))
ROW(exp, fused_exp(l, a))
ROW(expm1, fused_expm1(l, a))
ROW(log, fused_log(l, a))
ROW(log1p, fused_log1p(l, a))
ROW(sqrt, ADD2(SQRT, a, -1))
ROW(abs, fused_abs(l, a))
ROW(tanh, fused_tanh(l, a))
ROW(floor, ADD2(FLOOR, a, -1))
ROW(round, ADD2(ROUND, a, -1))
ROW(isnan, fused_truth(l, is_nan(l, a)))
static int build_hold(Fused *l, const int *in) { return (void)l, in[0]; }
ROW(xlogy, blend(l, ADD2(EQ, a, NUM(0)), NUM(0), ADD2(MUL, a, fused_log(l, b))))
ROW(where, blend(l, is_true(l, a), b, in[2]))

/* -1, 0 or 1; nan stays. */
static int build_sign(Fused *l, const int *in)
{
    int up = fused_truth(l, ADD2(LT, NUM(0), in[0])), down = fused_truth(l, ADD2(LT, in[0], NUM(0)));
    return blend(l, is_nan(l, in[0]), in[0], ADD2(SUB, up, down));
}

/* The machine's own max and min give the second operand when one is nan: a number
 * stands first; two unknown ones need a look at the first. */
static int choose(Fused *l, FusedCode code, int a, int b)
{
    double v;
    if (fused_is_num(l, b, &v) && v == v) return fused_add(l, code, b, a, -1);
    int best = fused_add(l, code, a, b, -1);
    if (fused_is_num(l, a, &v) && v == v) return best;
    return blend(l, is_nan(l, a), a, best);
}

static int build_maximum(Fused *l, const int *in) { return choose(l, FUSED_MAX, in[0], in[1]); }
static int build_minimum(Fused *l, const int *in) { return choose(l, FUSED_MIN, in[0], in[1]); }

/* The exponents that the kernel makes products of. */
static int build_power(Fused *l, const int *in)
{
    double p;
    int a = in[0];
    if (!fused_is_num(l, in[1], &p)) return -1;
    if (p == 2) return ADD2(MUL, a, a);
    if (p == 1) return a;
    if (p == 3) return ADD2(MUL, ADD2(MUL, a, a), a);
    if (p == -1) return ADD2(DIV, NUM(1), a);
    if (p == 0.5) return ADD2(SQRT, a, -1);
    return -1;
}

static const struct {
    const char *op;
    Build      *build;
} rows[] = {
    { "+", build_add }, { "-", build_sub }, { "*", build_mul }, { "/", build_div }, { "^", build_power },
    { "maximum", build_maximum }, { "minimum", build_minimum },
    { "==", build_eq }, { "!=", build_ne }, { "<", build_lt }, { "<=", build_le }, { ">", build_gt },
    { ">=", build_ge }, { "and", build_and }, { "or", build_or }, { "neg", build_neg }, { "not", build_not },
    { "exp", build_exp }, { "expm1", build_expm1 }, { "log", build_log }, { "log1p", build_log1p },
    { "sqrt", build_sqrt }, { "abs", build_abs }, { "sign", build_sign }, { "tanh", build_tanh },
    { "floor", build_floor }, { "round", build_round }, { "isnan", build_isnan }, { "hold", build_hold }, { "copy", build_hold },
    { "xlogy", build_xlogy }, { "where", build_where },
};

int element_build(Fused *l, const Op *op, const int *in)
{
    int all[3] = { -1, -1, -1 }, y = -1;
    memcpy(all, in, sizeof *in * (size_t)op->max_in);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(op->name, rows[i].op)) y = rows[i].build(l, all);
    return y >= 0 ? y : fused_call(l, op->one, all[0], all[1], all[2]);
}

int element_build_call(Fused *l, const Tmpl *f, const int *arg)
{
    int reg[72];                                   /* as many as a template may have */
    for (int i = 0; i < f->n_arg; i++) reg[i] = arg[i];
    for (int i = 0; i < f->n_step; i++) {
        const TmplStep *s = &f->step[i];
        int in[3] = { s->op ? reg[s->a] : -1, s->op && s->b >= 0 ? reg[s->b] : -1,
                      s->op && s->c >= 0 ? reg[s->c] : -1 };
        reg[f->n_arg + i] = s->op ? element_build(l, s->op, in) : fused_num(l, s->num);
    }
    return reg[f->n_arg + f->n_step - 1];
}
