/* optimizers_test.c -- 20 steps of each optimizer of the prelude, step by step.
 *
 * The values stand in tests/reference/optimizers.txt. A case is SETTING/PROBLEM; its
 * attributes say the options, its problem the error: a bowl, Rosenbrock's valley, or
 * gradients that are given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <string.h>

#include "face/tables.h"
#include "reference.h"

typedef struct { const char *setting, *optimizer; } Row;

static const Row rows[] = {
    { "sgd", "sgd" },
    { "sgd_weight_decay", "sgd" },
    { "momentum", "sgd" },
    { "momentum_dampening", "sgd" },
    { "nesterov", "sgd" },
    { "adagrad", "adagrad" },
    { "adagrad_decay", "adagrad" },
    { "adadelta", "adadelta" },
    { "adadelta_rho95", "adadelta" },
    { "rmsprop", "rmsprop" },
    { "rmsprop_a90_wd", "rmsprop" },
    { "rmsprop_centered", "rmsprop" },
    { "rmsprop_momentum", "rmsprop" },
    { "adam", "adam" },
    { "adam_b5_b9_eps", "adam" },
    { "adam_l2", "adam" },
    { "amsgrad", "adam" },
    { "amsgrad", "amsgrad" },
    { "adamw", "adamw" },
    { "nadam", "nadam" },
    { "adamax", "adamax" },
};

/* ---- from a case to Gradus ---- */

static const char *option_name(const char *name)
{
    if (!strcmp(name, "alpha")) return "rho";
    if (!strcmp(name, "initial_accumulator_value")) return "start";
    return name;
}

static void option_add(Text *t, const Row *row, const RefAttr *a)
{
    double one, two;
    bool true_ = !strcmp(a->value, "True");
    if (!strcmp(a->name, "optimizer")) return;
    if (!strcmp(a->name, "amsgrad") && !strcmp(row->optimizer, "amsgrad")) return;
    if (sscanf(a->value, "(%lf,%lf)", &one, &two) == 2)
        text_addf(t, ", beta1=%.17g, beta2=%.17g", one, two);
    else
        text_addf(t, ", %s=%s", option_name(a->name), true_ ? "1" : a->value);
}

static void update_text(const Row *row, const RefCase *c, Text *t)
{
    text_addf(t, "update E, optimizer=%s(", row->optimizer);
    Text options = { 0 };
    for (int i = 0; i < c->n_attr; i++) option_add(&options, row, &c->attr[i]);
    text_add(t, options.len ? text_str(&options) + strlen(", ") : "");
    text_add(t, ")\n");
    text_free(&options);
}

static const char *problem(const RefCase *c)
{
    const char *name = strchr(c->id, '/') + 1;
    if (!strcmp(name, "bowl")) return "E = 1/2*dot(theta, A @ theta) - dot(b, theta)\n";
    if (!strcmp(name, "rosenbrock")) return "E = (1 - theta[0])^2 + 100*(theta[1] - theta[0]^2)^2\n";
    CU_ASSERT_STRING_EQUAL(name, "sequence");
    return "now <- grads[0]\nE = dot(now, theta)\n";
}

/* ---- the steps ---- */

/* Row `at` of a tensor as a tensor of its own. */
static RefTensor row_of(const RefTensor *t, int at)
{
    RefTensor r = *t;
    r.rank = t->rank - 1;
    r.n = t->n/t->dim[0];
    for (int i = 0; i < r.rank; i++) r.dim[i] = t->dim[i + 1];
    r.v = t->v + at*r.n;
    return r;
}

static void steps_hold(Session *s, const RefCase *c, const char *update)
{
    const RefTensor *theta = reference_tensor(c, "out.theta"), *loss = reference_tensor(c, "out.loss");
    const RefTensor *grads = reference_tensor(c, "in.grads");
    bool good = theta != NULL;
    for (int i = 0; good && i < theta->dim[0]; i++) {
        RefTensor t = row_of(theta, i), e = loss ? row_of(loss, i) : t;
        good = reference_holds(s, c, &t, "theta") && (!loss || reference_holds(s, c, &e, "E"));
        char next[40];
        snprintf(next, sizeof next, "now <- grads[%d]\n", i);
        bool more = i + 1 < theta->dim[0];
        if (more && grads) reference_run(s, c, next);
        if (more) good &= reference_run(s, c, update);
        if (!good) printf("%s: after %d steps\n", c->id, i);
    }
    CU_ASSERT(good);
}

static void case_hold(const Row *row, const RefCase *c)
{
    Session *s = session_new();
    Text update = { 0 };
    tables_add(s);
    reference_define(s, c);
    reference_run(s, c, "param theta = start\n");
    reference_run(s, c, problem(c));
    update_text(row, c, &update);
    steps_hold(s, c, text_str(&update));
    text_free(&update);
    tables_free(s);
    session_free(s);
}

static bool setting_is(const RefCase *c, const char *setting)
{
    return strcspn(c->id, "/") == strlen(setting) && !strncmp(c->id, setting, strlen(setting));
}

static void twenty_steps(void)
{
    Reference *r = reference_read("optimizers.txt");
    int held = 0;
    for (int i = 0; i < r->n; i++) {
        int n = 0;
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (setting_is(&r->c[i], rows[k].setting)) case_hold(&rows[k], &r->c[i]), n++;
        if (!n) printf("no row for case %s\n", r->c[i].id);
        CU_ASSERT(n > 0);
        held += n > 0;
    }
    printf("optimizers.txt: %d cases held, %d not yet covered\n", held, r->n - held);
    reference_free(r);
}

CU_TestInfo optimizers_tests[] = {
    { "every step of 20 agrees with the reference to 10 digits", twenty_steps },
    CU_TEST_INFO_NULL
};
