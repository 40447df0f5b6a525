/* natives_sweep.c -- TABLE of sweep.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/exec.h"
#include "learn/natives.h"
#include "learn/sweep.h"

/* ---- the values of a name ---- */

static Status rows_of(Call *c, Node *n, Span at, List **out)
{
    const double *v = node_eval(n, c->d);
    if (!v) return c->d->code;
    int64_t rows = n->shape.rank ? n->shape.dim[0] : 1;
    if (rows > LIMIT_TRIALS) return diag_set(c->d, E_LIMIT, at, "a sweep has at most %d runs", LIMIT_TRIALS);
    Shape each = { .rank = n->shape.rank ? n->shape.rank - 1 : 0 };
    memcpy(each.dim, n->shape.dim + 1, sizeof *each.dim * (size_t)each.rank);
    List *l = list_new((int)rows);
    *out = l;
    for (int i = 0; i < l->n; i++) {
        Node *x = node_leaf(&each, v + i * shape_len(&each), c->d);
        if (!x) return c->d->code;
        l->item[i] = value_node(x);
    }
    return OK;
}

static Status values_take(Call *c, const char *key, List **out)
{
    Value v;
    Span at = call_key_span(c, key);
    TRY(call_key(c, key, &v));
    if (v.kind == V_LIST) *out = value_keep(v).list;
    else if (v.kind == V_NODE) TRY(rows_of(c, v.node, at, out));
    else {
        diag_set(c->d, E_TYPE, at, "sweep needs a list of values for %s, not %s", key, value_kind(v));
        return diag_hint(c->d, "For example: sweep lr=[0.01, 0.1, 1] { ... }");
    }
    return (*out)->n ? OK : diag_set(c->d, E_RANGE, at, "the list of values for %s is empty", key);
}

/* ---- all combinations ---- */

static char *label_of(const Trials *all, const Trial *t, NumFormat f)
{
    Text s = { 0 };
    for (int k = 0; k < all->n_name; k++) {
        text_addf(&s, "%s%s=", k ? ", " : "", all->name[k]);
        value_print(&s, t->value[k], f);
    }
    char *label = mem_str(text_str(&s));
    text_free(&s);
    return label;
}

/* The last name's values change fastest. */
static void trials_make(Trials *all, NumFormat f)
{
    all->trial = mem_new(sizeof *all->trial * (size_t)all->n);
    for (int i = 0; i < all->n; i++) {
        Trial *t = &all->trial[i];
        t->value = mem_new(sizeof *t->value * (size_t)all->n_name);
        for (int k = all->n_name - 1, rest = i; k >= 0; k--) {
            t->value[k] = all->values[k]->item[rest % all->values[k]->n];
            rest /= all->values[k]->n;
        }
        t->label = label_of(all, t, f);
    }
}

static Status trials_take(Call *c, Trials *all)
{
    int64_t n = 1;
    if (c->n_key > LIMIT_VARIED) return diag_set(c->d, E_LIMIT, c->at, "a sweep varies at most %d names", LIMIT_VARIED);
    for (int k = 0; k < c->n_key; k++) {
        for (int i = 0; i < k; i++)
            if (!strcmp(c->key[i], c->key[k]))
                return diag_set(c->d, E_NAME, call_key_span(c, c->key[k]), "%s is varied twice", c->key[k]);
        all->name[k] = mem_str(c->key[k]);
        all->values[k] = list_new(0);
        all->n_name = k + 1;
        List *l = NULL;
        Status st = values_take(c, c->key[k], &l);
        Value none = value_list(all->values[k]);
        if (l) value_drop(&none), all->values[k] = l;
        TRY(st);
        n *= l->n;
        if (n > LIMIT_TRIALS)
            return diag_set(c->d, E_LIMIT, c->at, "these are more than %d combinations", LIMIT_TRIALS);
    }
    all->n = (int)n;
    trials_make(all, c->s->format);
    return OK;
}

/* ---- one run, in its own process ---- */

/* seed is a command, not a name: to vary it is to give it. */
static Status seed_from(Session *s, Value v, Diag *d)
{
    double seed = v.kind == V_NODE && v.node->len == 1 ? v.node->val[0] : NAN;
    if (!(seed >= 0 && seed <= UINT32_MAX && seed == floor(seed)))
        return diag_set(d, E_RANGE, (Span){ 0, 0 }, "a seed is a whole number from 0 to %u", UINT32_MAX);
    rng_seed(&s->rng, (uint32_t)seed);
    return OK;
}

static Status trial_work(void *ctx, Session *s, const Trials *all, const Trial *t, Diag *d)
{
    Call *c = ctx;
    c->env->d = d;
    for (int k = 0; k < all->n_name; k++) {
        Value v = t->value[k];
        if (!strcmp(all->name[k], "seed")) TRY(seed_from(s, v, d));
        else TRY(session_define(s, all->name[k], value_keep(v), v.kind == V_NODE ? B_LEAF : B_OTHER, s->running, NULL,
                                c->at, d));
    }
    TRY(session_refresh(s, d));
    return exec_block(c->env, c->ast[0]);
}

/* ---- the command ---- */

static Status need_block(Call *c)
{
    if (c->n == 1 && c->ast[0] && c->ast[0]->kind == A_BLOCK && c->n_key) return OK;
    diag_set(c->d, E_SYNTAX, c->at, c->n_key ? "sweep needs the work to be done for each value, in { }"
                                             : "sweep needs a name and its values");
    return diag_hint(c->d, "For example: sweep lr=[0.01, 0.1, 1] { train net, d, optimizer=sgd(lr=lr), epochs=50 }");
}

static Status run_sweep(Call *c, Value *out)
{
    (void)out;
    Trials all = { 0 };
    TRY(need_block(c));
    Status st = trials_take(c, &all);
    if (st == OK) st = trials_run(c->s, &all, trial_work, c, c->d);
    if (st == E_STOP) text_add(&c->s->out, "# the sweep was stopped; nothing of it is kept\n");
    if (st != OK && st != E_STOP && c->d->at.from == c->d->at.to) c->d->at = c->at;
    if (st == OK) {
        if (!c->s->quiet) trials_print(c->s, &all);
        st = session_define(c->s, "sweep_result", value_record(trials_record(&all)), B_OTHER, NULL, NULL, c->at, c->d);
    }
    trials_free(&all);
    return st;
}

const Builtin natives_sweep[] = {
    { .name = "sweep", .usage = "sweep NAME=LIST, ... { WORK }", .group = "training", .keys = "*", .max_args = 1,
      .flags = BUILTIN_COMMAND, .run = run_sweep,
      .help = "Does the same work for each value of NAME, for each combination when there are several names, in as many "
              "processes as there are cores (set threads=1: one). All runs begin with the session as it is, with the same random "
              "numbers (seed=[1, 2, 3] varies them), and leave it as it is. The table shows the last loss and metrics of each run's "
              "training, and what the last line of the block came to; sweep_result keeps all of it, with a history a run.",
      .example = "xor = input(2) -> dense(3, tanh) -> dense(1, sigmoid)\n"
                 "sweep lr=[0.01, 0.1, 1] { train xor, data(\"xor\"), optimizer=sgd(lr=lr), epochs=100 }" },
    { .name = NULL }
};
