/* breaks_train.c -- breaks and watches stop a training, too: after the very update that
 * makes a condition true or a quantity change.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/train.h"
#include "teach/stepper.h"

enum { MOST_FIRED = 16 };

/* Only what hangs on the numbers that are trained: a break on something else would
 * make every update slow and never fire. */
static bool hangs_on(Node *n, Node *const *leaf, int n_leaf)
{
    for (int i = 0; i < n_leaf; i++)
        if (node_depends(n, leaf[i])) return true;
    return false;
}

static bool begin(Session *s, Node *const *leaf, int n)
{
    Breaks *b = &stepper_of(s)->breaks;
    bool any = false;
    breaks_note(s, b);
    for (int i = 0; i < b->n && !any; i++)
        any = b->at[i].kind != BREAK_DISPLAY && b->at[i].node && hangs_on(b->at[i].node, leaf, n);
    return any;
}

static bool look(Session *s, Text *report)
{
    Break *fired[MOST_FIRED];
    Diag d = { 0 };
    session_refresh(s, &d);
    return breaks_look(s, &stepper_of(s)->breaks, report, fired, MOST_FIRED) > 0;
}

void breaks_serve_training(void)
{
    static const TrainBreaks ours = { begin, look };
    train_breaks = &ours;
}
