/* step.h -- walking through one pass equation by equation, forward and back.
 *
 * A pass is: forward (every named quantity below E, in the order of computing),
 * backward (the gradients, in reverse), update (each parameter's new value, and
 * then all of them change together). A tensor is stepped element by element.
 * Nothing is enumerated ahead, so a step costs the same in a large network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_STEP_H
#define GRADUS_STEP_H

#include "graph/session.h"

typedef enum { STEP_FORWARD, STEP_BACKWARD, STEP_UPDATE, STEP_PHASES } StepPhase;

/* Where the stepper stands: the equation that was shown last. */
typedef struct {
    Node       *E;           /* what is stepped; NULL: nothing               */
    StepPhase   phase;
    Node       *node;        /* the quantity: of a gradient its adjoint, of an update the
                                leaf; NULL: nothing of this pass shown yet   */
    Node       *next;        /* update: the node of its new value; else NULL */
    int64_t     at;          /* element                                      */
    int         quantity;    /* from 0, in its phase                         */
    int         quantities;  /* of this phase                                */
    int64_t     pass;        /* updates made so far                          */
    const char *text;        /* the lines that the last move printed         */
} StepNow;
const StepNow *step_now(Session *s);

/* Step through E from its first equation on; optimizer NULL: the one last used
 * for E, at first sgd(). `named` is how the header calls it. Goes on where it
 * stands when E is already being stepped. */
Status step_begin(Session *s, Node *E, Func *optimizer, const char *named, Diag *d);

/* Moves; each prints to s->out. E_NAME: nothing is being stepped. */
Status step_one(Session *s, Diag *d);                      /* one equation               */
Status step_quantity(Session *s, Diag *d);                 /* the rest of a quantity     */
Status step_finish(Session *s, Diag *d);                   /* the rest of the phase      */
/* Whole passes until a break or watch stops it; passes 0: one pass, or with
 * breaks set as many as it takes. */
Status step_continue(Session *s, int64_t passes, Diag *d);
Status step_back(Session *s, int64_t n, Diag *d);          /* n equations, updates undone */

void   step_free(Session *s);                              /* and breaks.h's list        */

#endif
