/* modes.c -- the switches of a session: training or use, torch's convention or keras's.
 *
 * A switch is a leaf, and a definition asks for it by its name: `if training { ... }`.
 * So it is a number that the graph's shape hangs on like any other (a guard, build.c):
 * when it is turned, whatever was built upon it is built again. Training turns
 * `training` on only while it builds its own graph; no other definition sees that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/modes.h"

#include <string.h>

static Node *switch_leaf(const char *name, double v)
{
    Diag d = { 0 };
    Shape number = { 0 };
    Node *n = node_leaf(&number, &v, &d);
    node_label(n, "%s", name);
    return n;
}

void modes_open(Session *s)
{
    s->training = switch_leaf("training", 0);
    s->convention = switch_leaf("convention", CONVENTION_TORCH);
    s->per_epoch = 1;
}

void modes_close(Session *s)
{
    node_drop(s->training);
    node_drop(s->convention);
}

Node *mode_find(const Session *s, const char *name)
{
    if (!strcmp(name, "training")) return s->training;
    if (!strcmp(name, "convention")) return s->convention;
    return NULL;
}

bool on_modes(const Session *s, Node *n)
{
    return node_depends(n, s->training) || node_depends(n, s->convention);
}

bool session_training(Session *s, bool on)
{
    bool was = s->training->val[0] != 0;
    double v = on;
    if (was != on) leaf_set(s->training, &v);
    return was;
}
