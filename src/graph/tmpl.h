/* tmpl.h -- elementwise functions of the language as one operation.
 *
 * sigmoid(x) = 1/(1 + exp(-x)) touches one element at a time, so a call of it
 * is one node: a short program over elements, run in blocks that stay in the
 * cache. So a user's own activation has the same standing and the same speed
 * as the prelude's. Its body is also its formula, and its declared (or derived)
 * derivative its slope.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TMPL_H
#define GRADUS_TMPL_H

#include "graph/op.h"

/* r[i] = op(r[a], r[b], r[c]); registers 0..n_arg-1 are the arguments. */
typedef struct {
    const Op *op;          /* NULL: constant num                          */
    double    num;
    int       a, b, c;     /* -1: none                                    */
} TmplStep;

struct Tmpl {
    int       refs;
    char     *name;        /* "sigmoid", "sigmoid'"                       */
    int       n_arg;
    int       n_step;
    TmplStep *step;        /* register n_arg + i is step i; the last is the result */
    Node     *body;        /* the same as nodes over scalar leaves arg[]  */
    Node    **arg;         /* n_arg leaves labelled with the formals' names */
    Tmpl     *slope[3];    /* derivative by argument i as a template; made on demand */
    bool      declared;    /* slope[0] was written by hand: f'(x) = ...   */
    void     *owner;       /* the Func, for making slopes                 */
};

double tmpl_one(const Tmpl *t, const double *arg);      /* one element */
/* A run of n elements; stride 0 or 1 per argument. */
void   tmpl_run(const Tmpl *t, double *y, const double *const *arg, const int *stride, int64_t n);
/* From a body of elementwise nodes over leaves `arg`; NULL when some node is not
 * elementwise or some leaf is neither an argument nor a constant. */
Tmpl  *tmpl_make(const char *name, Node *body, Node *const *arg, int n_arg);
Tmpl  *tmpl_keep(Tmpl *t);
void   tmpl_drop(Tmpl *t);
/* Drop t from its function: a slope whose body calls the function again (sigmoid'
 * calls sigmoid) holds it in a circle, which is opened here. */
void   tmpl_close(Tmpl *t);
/* A call of t over in[0..n_arg-1] as a node of count 1; NULL and d when shapes do not fit. */
Node  *tmpl_call(const Tmpl *t, Node *const *in, Span at, Diag *d);
/* t's body written out over in[0..n_arg-1], as a node of count 1. */
Node  *tmpl_over(const Tmpl *t, Node *const *in);
/* Derivative by argument i: the declared one, or derived from the body. */
const Tmpl *tmpl_slope(const Tmpl *t, int i);

#endif
