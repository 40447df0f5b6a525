/* stepper.h -- the stepper's inside; shared by the files of the stepper, nobody else.
 *
 *   trail.c         which quantities each phase walks through
 *   past.c          numbers from before each update, for `back`
 *   step.c          positions and moves
 *   step_pass.c     the end of a pass, and many passes
 *   step_print.c    what a move prints
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_STEPPER_H
#define GRADUS_STEPPER_H

#include "teach/breaks.h"
#include "teach/marks.h"
#include "teach/step.h"

/* One quantity of a phase. Counted. */
typedef struct {
    Node *node;
    Node *next;              /* update: the new value of the leaf `node`, else NULL */
} Quantity;

typedef struct {
    int       n, cap;
    Quantity *q;
} Trail;

/* ---- trail.c ---- */
void   trail_free(Trail *t);
void   trail_forward(Trail *t, Node *E);
Status trail_backward(Trail *t, Session *s, Node *E, Diag *d);
/* States before the parameter they belong to, then what its rule names on the way. */
void   trail_update(Trail *t, const Func *rule, const Update *u);

/* ---- past.c ---- */
typedef struct {
    int      n;
    Node   **leaf;           /* counted */
    double  *val;
    size_t   bytes;
} Moment;

typedef struct {
    int     n, cap;
    Moment *at;
    size_t  bytes;
} Past;

/* Numbers as they are now; the oldest are forgotten when there are too many. */
void   past_push(Past *p, const Update *u);
bool   past_pop(Past *p, Session *s);          /* puts them back; false: there are none */
void   past_free(Past *p);

/* ---- step.c ---- */
typedef struct {
    StepPhase phase;
    int       q;             /* == trail[phase].n only in the update: all change now */
    int64_t   at;
} StepAt;

typedef struct Stepper {
    Node    *E;
    char    *name;           /* E's label */
    uint64_t structure;      /* the session's, when the trails were made */
    int      n_all;
    Node   **all;            /* everything below E, counted: to see a redefinition */
    Trail    trail[STEP_PHASES];
    Func    *rule;           /* counted */
    char    *rule_text;
    struct RuleOf { char *name, *text; Func *rule; } *used;   /* last optimizer by E's name */
    int      n_used, cap_used;
    Update   update;
    StepAt   pos;            /* the next equation */
    StepAt   shown;
    bool     has_shown;
    int64_t  pass;
    Past     past;
    Breaks   breaks;
    Marks   *marks;          /* made at first use */
    StepNow  now;
    Text     text;
} Stepper;

Stepper *stepper_of(Session *s);               /* made at first use */
/* Take in what was redefined meanwhile. E_NAME: nothing is being stepped. */
Status stepper_follow(Session *s, Stepper *p, Diag *d);
/* To the first position of `phase` or, if that is empty, of the next one. */
Status stepper_enter(Session *s, Stepper *p, StepPhase phase, Diag *d);
/* Show the rest of the quantity at pos and go behind it. */
Status stepper_quantity(Session *s, Stepper *p, Diag *d);

/* ---- step_pass.c ---- */
double stepper_value(const Stepper *p);        /* of E; 0 when it has several */
/* All parameters change together, and that is shown; pos: a new pass. */
Status pass_commit(Session *s, Stepper *p, Diag *d);
/* See step_continue. */
Status pass_run(Session *s, Stepper *p, int64_t passes, Diag *d);

/* ---- step_print.c ---- */
void   print_header(Session *s, const Stepper *p, StepPhase phase);
Status print_at(Session *s, Stepper *p, StepAt at, Diag *d);
/* The whole value of a quantity, as the prompt would show it. */
void   print_whole(Text *to, const char *sign, Node *name, Node *value, NumFormat f);
void   print_gradients(Session *s, const Stepper *p);
/* "# w5  0.14 -> 0.17" for the first leaves of what the update changed. */
void   print_changes(Session *s, const Stepper *p, const Moment *before);
void   print_change(Text *to, const char *name, double was, double is, NumFormat f);

#endif
