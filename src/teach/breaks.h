/* breaks.h -- conditions and changes that stop the stepper, and what it shows there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_BREAKS_H
#define GRADUS_BREAKS_H

#include "graph/session.h"

typedef enum { BREAK_WHEN, BREAK_WATCH, BREAK_DISPLAY } BreakKind;

typedef struct {
    BreakKind kind;
    int       number;        /* as `breaks` lists it and `clear` names it     */
    char     *text;          /* the expression                                */
    Node     *node;          /* built from text; NULL: it no longer works     */
    char     *side_text;     /* of a comparison its left side, or NULL        */
    Node     *side;
    uint64_t  structure;     /* the session's, when node was built            */
    double   *old;           /* numbers of node at the last look              */
    int64_t   n_old;
    double    side_old;
    int64_t   hits;
} Break;

typedef struct {
    int    n, cap, made;
    Break *at;
} Breaks;

/* Add text (a condition or a quantity, with the node it was built to) and say
 * so in s->out. side: a comparison's left side, or NULL. */
Status breaks_add(Session *s, BreakKind kind, const char *text, const char *side, Node *n, Diag *d);
void   breaks_list(Session *s, const Breaks *b);
Status breaks_clear(Session *s, Breaks *b, int number, Diag *d);   /* 0: all */
void   breaks_free(Breaks *b);

/* Any condition or watch at all? */
bool   breaks_any(const Breaks *b);
/* Remember all numbers as they are now. */
void   breaks_note(Session *s, Breaks *b);
/* Which fired since the last look: their reports go to `report`, a line each,
 * and *fired[0..n) are those; looks anew at all. Returns n, at most `most`. */
int    breaks_look(Session *s, Breaks *b, Text *report, Break **fired, int most);
/* They stop a training as well. */
void   breaks_serve_training(void);
/* The values of all displays. */
void   breaks_display(Session *s, Breaks *b);

#endif
