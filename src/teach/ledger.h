/* ledger.h -- what every parameter went through: its start and its updates, for
 * `why w`.
 *
 * The session tells each update (Session.updated); nothing else is watched. A state
 * that was put back (undo, `back`) is recognised by its numbers, and updates made
 * after it no longer count; numbers that no update left there were set by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LEDGER_H
#define GRADUS_LEDGER_H

#include "base/mem.h"
#include "graph/session.h"
#include "graph/term.h"

/* Keep a ledger of s from now on; free it before the session. */
void    ledger_open(Session *s);
void    ledger_close(Session *s);

enum { LEDGER_PARTS = 6 };

/* One element's past. */
typedef struct {
    double  start;
    int64_t updates;             /* 0: none since start                        */
    bool    by_hand;             /* has numbers now that no update left there  */
    int     n;                   /* single updates, when there are at most LEDGER_PARTS */
    double  part[LEDGER_PARTS];
    double  before;              /* the last update: its number before         */
    const Term *last;            /* and its right side, with old numbers in; or NULL */
    Text    rules;               /* "sgd(lr=0.05)", or empty                   */
} Story;

/* The past of element `at` of a parameter; false when nothing is known of it.
 * The term is made in a; story_free frees the rest. */
bool    story_of(Session *s, Node *leaf, int64_t at, Arena *a, Story *out);
void    story_free(Story *y);

/* Where element `at` was in its last training: after each update, or every few epochs of a
 * train. update: counted from its start, so that the ways of two elements can be laid side
 * by side. n 0: it was not trained. */
typedef struct {
    int      n;
    double  *val;
    int64_t *update;
} Way;
void    way_of(Session *s, Node *leaf, int64_t at, Way *out);
void    way_free(Way *t);

#endif
