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

typedef struct {
    const char *setting, *optimizer;
    bool        later;                 /* held as soon as the prelude knows it  */
} Row;

static const Row rows[] = {
    { "sgd", "sgd", false },
    { "sgd_weight_decay", "sgd", false },
    { "momentum", "sgd", false },
    { "nesterov", "sgd", false },
    { "adam", "adam", false },
    { "adam_b5_b9_eps", "adam", false },
    { "adagrad", "adagrad", true },
    { "adadelta", "adadelta", true },
    { "adadelta_rho95", "adadelta", true },
    { "rmsprop", "rmsprop", true },
    { "rmsprop_centered", "rmsprop", true },
    { "rmsprop_momentum", "rmsprop", true },
    { "amsgrad", "amsgrad", true },
    { "adamw", "adamw", true },
    { "nadam", "nadam", true },
    { "adamax", "adamax", true },
};

static const char *const not_yet[] = {
    "momentum_dampening",   /* sgd has no dampening=                             */
    "adagrad_decay",        /* no lr_decay= and initial_accumulator_value=       */
    "rmsprop_a90_wd",       /* weight_decay= belongs to sgd and adamw            */
    "adam_l2",              /* likewise                                          */
};

/* ---- from a case to Gradus ---- */

static void option_add(Text *t, const RefAttr *a)
{
    double one, two;
    bool true_ = !strcmp(a->value, "True");
    if (!strcmp(a->name, "optimizer") || !strcmp(a->name, "amsgrad")) return;
    if (sscanf(a->value, "(%lf,%lf)", &one, &two) == 2)
        text_addf(t, ", beta1=%.17g, beta2=%.17g", one, two);
    else
        text_addf(t, ", %s=%s", strcmp(a->name, "alpha") ? a->name : "rho", true_ ? "1" : a->value);
}

static void update_text(const Row *row, const RefCase *c, Text *t)
{
    text_addf(t, "update E, optimizer=%s(", row->optimizer);
    Text options = { 0 };
    for (int i = 0; i < c->n_attr; i++) option_add(&options, &c->attr[i]);
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

static bool known(Session *s, const char *name)
{
    Value v = { 0 };
    bool found = session_lookup(s, name, &v);
    value_drop(&v);
    return found;
}

static void case_hold(const Row *row, const RefCase *c)
{
    Session *s = session_new();
    Text update = { 0 };
    tables_add(s);
    if (!row->later || known(s, row->optimizer)) {
        reference_define(s, c);
        reference_run(s, c, "param theta = start\n");
        reference_run(s, c, problem(c));
        update_text(row, c, &update);
        steps_hold(s, c, text_str(&update));
    }
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
    for (int i = 0; i < r->n; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (setting_is(&r->c[i], rows[k].setting)) case_hold(&rows[k], &r->c[i]);
    reference_free(r);
}

static void nothing_left_out(void)
{
    Reference *r = reference_read("optimizers.txt");
    for (int i = 0; i < r->n; i++) {
        bool spoken = false;
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) spoken |= setting_is(&r->c[i], rows[k].setting);
        for (size_t k = 0; k < sizeof not_yet / sizeof *not_yet; k++) spoken |= setting_is(&r->c[i], not_yet[k]);
        if (!spoken) printf("no row for case %s\n", r->c[i].id);
        CU_ASSERT(spoken);
    }
    reference_free(r);
}

CU_TestInfo optimizers_tests[] = {
    { "every step of 20 agrees with the reference to 10 digits", twenty_steps },
    { "every setting of the reference has a row or a reason", nothing_left_out },
    CU_TEST_INFO_NULL
};
