/* taskargs.h -- network, data, loss, optimizer and metrics as a command names them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TASKARGS_H
#define GRADUS_TASKARGS_H

#include "learn/task.h"

/* Argument 0. Borrowed. */
Status take_net(Call *c, Func **out);
/* [x, y] as data: two tensors, whose shapes may differ as those of a list's
 * entries may not. V_NONE when a is no such pair. Counted. */
Status typed_pair(Call *c, const Ast *a, Value *out);
/* Argument i: a data set, or x and y as two arguments. Counted. */
Status take_data(Call *c, int i, Value *out);

/* A function, or the library's `otherwise`. Counted. */
Status key_func(Call *c, const char *key, const char *otherwise, Func **out);
/* The rule: a named one keeps its state; one written out starts afresh. Counted. */
Status key_rule(Call *c, Func **out);
/* metrics=; without it accuracy where there are classes. */
Status key_metrics(Call *c, Task *t, const DataView *data);
/* What stands beside the rule, taskrule.c: schedule= (epochs: those that a schedule lasts
 * when it does not say), regularize=, clip=. */
Status key_schedule(Call *c, Task *t, int64_t epochs);
Status key_penalties(Call *c, Task *t);
Status key_clip(Call *c, Task *t);
Status key_count(Call *c, const char *key, int64_t otherwise, int64_t most, int64_t *out);
/* What was typed for a keyword, or NULL. */
const Ast *key_typed(const Call *c, const char *key);

/* E_TYPE when b, at `at`, has not the classes of a in their order: class 2 here must not be
 * class 3 there. Sets without classes fit. */
Status same_classes(Call *c, const DataView *a, const char *a_name, const DataView *b, Span at);
/* The same of the data that net was last trained with, as far as the names are the same. */
Status trained_classes(Call *c, const Func *net, const DataView *b, Span at);

/* Network, names for messages, loss; task_close in any case. */
Status task_take(Call *c, Task *t);

#endif
