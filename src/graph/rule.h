/* rule.h -- the inside of an optimizer: its states and its arrows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_RULE_H
#define GRADUS_RULE_H

#include "graph/build.h"

/* What one update of all parameters shares. */
typedef struct {
    Node        *E;                          /* what is made less; NULL: not known       */
    int          n;
    Node *const *g;                          /* all gradients, borrowed                  */
    Value        list, norm;                 /* of them, made when first asked for       */
    double       per_epoch;                  /* updates                                  */
    Value        usual[LIMIT_ARGS];          /* options' defaults that are plain numbers */
} RuleShared;

enum { MOST_STATES = 32 };

/* The rule's body for one parameter. A state lives in the scope that declared it: the
 * body's own, or that of a schedule. */
typedef struct RuleBody {
    Func       *opt;                         /* owns the states                          */
    Node       *w;                           /* the parameter                            */
    RuleShared *all;
    int         n;                           /* states met                               */
    const char *name[MOST_STATES];
    Scope      *scope[MOST_STATES];          /* borrowed                                 */
    Node       *leaf[MOST_STATES];           /* borrowed from opt                        */
    const char *under;                       /* "lr.": states of the schedule of lr      */
    int         n_inner;
    Scope      *inner[8];                    /* scopes of schedules                      */
} RuleBody;

Status rule_state(Env *e, const Ast *a);     /* state m = 0, v = 0 */
/* The state of that name, which begins as `init`. */
Status rule_remember(Env *e, const char *name, Node *init, Node **leaf);
/* gradients, gradients_norm, loss: names that a rule's body has besides its own. */
bool   rule_name(Env *e, const char *name, Status *st, Value *out);
Status rule_assign(Env *e, const Ast *a);    /* w <- w - lr*g      */

/* ---- schedule.c ---- */
/* The number that a function given for an option is in this update. */
Status schedule_value(Env *e, const char *option, Func *f, Value *out);

/* ---- states.c: what a layer remembers ---- */
typedef struct LayerBody {
    int         n;
    const char *name[16];
    Node       *leaf[16];                    /* borrowed from the owner */
} LayerBody;
Status layer_state(Env *e, const Ast *a);    /* state seen = 0 */
/* When the body is built: its result carries what each state is to become. */
Status layer_moves(Env *body, Node *result);

#endif
