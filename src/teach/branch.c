/* branch.c -- a session's names set aside, so that a lesson begins with none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/branch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "graph/define.h"
#include "graph/grads.h"
#include "graph/journal.h"
#include "teach/step.h"

struct Branch {
    int            n;
    Binding      **binding;
    Value          ans;
    Rng            rng;
    NumFormat      format;
    double         training, convention;
    struct Memory *memory;
    int            n_memory, cap_memory;
};

static void names_remove(Session *s)
{
    int n;
    Binding **all = session_bindings(s, &n);
    for (int i = n - 1; i >= 0; i--) {
        char *name = mem_str(all[i]->name);
        session_put(s, name, NULL);
        free(name);
    }
    free(all);
}

static void memory_free(Session *s)
{
    for (int i = 0; i < s->n_memory; i++) {
        free(s->memory[i].text);
        func_drop(s->memory[i].func);
    }
    free(s->memory);
    s->memory = NULL;
    s->n_memory = s->cap_memory = 0;
}

static void modes_set(Session *s, double training, double convention)
{
    leaf_set(s->training, &training);
    leaf_set(s->convention, &convention);
}

void branch_clear(Session *s)
{
    assert(!s->journal);
    step_free(s);
    journal_free_all(s);
    grads_free(s);
    names_remove(s);
    memory_free(s);
    value_drop(&s->ans);
    s->format = (NumFormat){ NUM_SIG, 6 };
    s->rng.torch = s->rng.has_spare = false;
    rng_seed(&s->rng, 0);
    modes_set(s, 0, 0);
    if (s->changed) s->changed(s);
}

Branch *branch_begin(Session *s)
{
    Branch *b = mem_new(sizeof *b);
    b->binding = session_bindings(s, &b->n);
    for (int i = 0; i < b->n; i++) binding_keep(b->binding[i]);
    b->ans = value_keep(s->ans);
    b->rng = s->rng;
    b->format = s->format;
    b->training = s->training->val[0];
    b->convention = s->convention->val[0];
    b->memory = s->memory;
    b->n_memory = s->n_memory;
    b->cap_memory = s->cap_memory;
    s->memory = NULL;
    s->n_memory = s->cap_memory = 0;
    branch_clear(s);
    return b;
}

void branch_end(Session *s, Branch *b)
{
    branch_clear(s);
    for (int i = 0; i < b->n; i++) {
        session_put(s, b->binding[i]->name, b->binding[i]);
        binding_drop(b->binding[i]);
    }
    s->ans = b->ans;
    s->rng = b->rng;
    s->format = b->format;
    modes_set(s, b->training, b->convention);
    s->memory = b->memory;
    s->n_memory = b->n_memory;
    s->cap_memory = b->cap_memory;
    free(b->binding);
    free(b);
    if (s->changed) s->changed(s);
}
