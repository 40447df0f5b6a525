/* equation.h -- one equation as it stands on the board: formula, numbers put in,
 * result.
 *
 *     prediction = h1*w5 + h2*w6
 *                = 0.85*0.14 + 0.48*0.15
 *                = 0.191
 *
 * Every right side is valid Gradus; typed back in at the same state it gives the
 * result within one unit of its last shown digit. Where the digits in force are
 * too few for that (numbers that nearly cancel), the numbers put in get more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_EQUATION_H
#define GRADUS_EQUATION_H

#include "base/text.h"
#include "graph/session.h"

/* Parts of a sum that are written out; longer sums fold. */
enum { EQUATION_FOLD = 8, EQUATION_LINES = 6 };

/* One equation in its lines: formula, numbers put in, what a called function's
 * body makes of them, value. Lines that would repeat the one before are left
 * out, so n is 1 for a leaf. */
typedef struct {
    Text   left;                     /* "net.h.z[1]"                                 */
    const char *sign;                /* "=" or "<-"                                  */
    int    n;
    Text   line[EQUATION_LINES];     /* right sides; may end in a comment of a fold  */
    Text   comment;                  /* rule of a gradient, without "# "; or empty   */
    double value;
} Equation;

/* The equation of element `at` of n, whose left side is `left` (NULL: n's own
 * name) and whose sign is "=" or, for an update, "<-" (n is then the new value).
 * Numbers are in s->format. E_LIMIT, E_STOP: as node_eval. Free it either way. */
Status equation_make(Equation *q, Session *s, Node *n, int64_t at, const char *left, Diag *d);
void   equation_free(Equation *q);
/* Its lines, aligned at the sign; each ends in a newline. */
void   equation_put(Text *to, const Equation *q);

/* Make, put and free in one: the lines of element `at` of n. */
Status equation_print(Text *to, Session *s, Node *n, int64_t at, Diag *d);
/* The same as an assignment: "w5 <- w5 - 0.05*grad(E, w5)"; next: the new value. */
Status equation_print_update(Text *to, Session *s, Node *leaf, Node *next, int64_t at, Diag *d);

/* Where a gradient comes from, for a comment: "chain rule: y = h1*w5 + h2*w6".
 * Nothing is added when g is no labelled adjoint. */
void   equation_rule(Text *to, Session *s, Node *g);

/* Right side `text` (a comment may follow) evaluates to what v prints as, within
 * one unit of its last shown digit. */
bool   equation_holds(Session *s, const char *text, double v, NumFormat f);

#endif
