/* calculus.h -- derivatives of one scalar term, rule by rule.
 *
 * A derivative that is still to be taken stands in the term as grad(u, x), which
 * is valid Gradus. Each round applies one rule to every grad(...) there is, and
 * notes the rule's name; when none is left the derivative is found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CALCULUS_H
#define GRADUS_CALCULUS_H

#include "graph/algebra.h"

/* Sums with more parts than this that depend on x are left as they are. */
enum { CALCULUS_FOLD = 8 };

typedef struct Calculus Calculus;

/* For derivatives with respect to element `at` of x, of anything below root.
 * The terms live in arena a. */
Calculus   *calculus_new(Arena *a, Node *root, Node *x, int64_t at);
void        calculus_free(Calculus *c);

/* grad(t, x), still to be taken. */
const Term *calculus_grad(Calculus *c, const Term *t);
/* t with one rule applied to every grad(...) in it; rules gets their names, joined
 * by ", ", and behind "; " the names whose definitions were put in. t itself when
 * nothing more can be done. */
const Term *calculus_round(Calculus *c, const Term *t, Text *rules);
/* A grad(...) is left in t. */
bool        calculus_open(const Calculus *c, const Term *t);
/* t is a grad(...) still to be taken: of its kid[0]. */
bool        calculus_is_grad(const Calculus *c, const Term *t);
/* t is x itself; t depends on x. */
bool        calculus_is_by(const Calculus *c, const Term *t);
bool        calculus_depends(Calculus *c, const Term *t);
/* t with every grad(...) left in it replaced by what `value` says it is. */
const Term *calculus_close(Calculus *c, const Term *t,
                           double (*value)(void *ctx, const Term *grad), void *ctx);
/* The body of the function that t calls, its arguments put in; t itself when it is
 * no such call. */
const Term *calculus_body(Arena *a, const Term *t);
/* One element of n as a formula over named quantities. */
const Term *calculus_formula(Arena *a, Node *n, int64_t at);

#endif
