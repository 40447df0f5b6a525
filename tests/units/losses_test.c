/* losses_test.c -- every loss of the prelude and its gradient, each reduction, also far out.
 *
 * The values stand in tests/reference/losses.txt. A case is LOSS/DATA/REDUCTION; its loss
 * has one expression here, in which $ stands for the reduction (linear: none).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <string.h>

#include "face/tables.h"
#include "reference.h"

typedef struct {
    const char *loss, *reduction;      /* reduction NULL: every one             */
    const char *expr;
    bool        later;                 /* held as soon as the prelude knows it  */
} Row;

static const Row rows[] = {
    { "se", NULL, "mse(pred, target, reduce=$)", false },
    { "half_se", "sum", "sse(flat(pred), flat(target))", false },
    { "half_se", "sum", "size(pred, 0)*sse(pred, target)", false },
    { "half_se", "mean", "sse(pred, target)/size(pred, 1)", false },
    { "half_se", "none", "1/2*mse(pred, target, reduce=linear)", false },
    { "bce", NULL, "bce(pred, target, reduce=$)", false },
    { "bce_logits", NULL, "bce_logits(pred, target, reduce=$)", false },
    { "bce_logits", "mean", "mean(bce_logits(pred, target, reduce=linear))", false },
    { "cce_probs", NULL, "crossentropy(pred, target, reduce=$)", false },
    { "cce_logits", NULL, "crossentropy_logits(pred, target, reduce=$)", false },
    { "cce_logits", NULL, "crossentropy(softmax(pred), target, reduce=$)", false },
    { "sparse_ce_logits", NULL, "crossentropy_logits(pred, one_hot(target, 3), reduce=$)", false },
    { "mae", NULL, "mae(pred, target, reduce=$)", true },
    { "huber_1", NULL, "huber(pred, target, reduce=$)", true },
    { "huber_0.3", NULL, "huber(pred, target, delta=0.3, reduce=$)", true },
    { "nll", NULL, "nll(pred, target, reduce=$)", true },
    { "kl_div_q", NULL, "kl(target, pred, reduce=$)", true },
    { "hinge", NULL, "hinge(pred, target, reduce=$)", true },
    { "squared_hinge", NULL, "squared_hinge(pred, target, reduce=$)", true },
    { "cosine", NULL, "cosine_loss(pred, target, reduce=$)", true },
};

static const char *const not_yet[] = {
    "log_cosh",          /* no such loss is planned                              */
    "kl_div_logq",       /* kl of log-probabilities: kl(target, exp(pred))       */
    "multi_margin",      /* no such loss is planned                              */
};

static bool loss_is(const RefCase *c, const char *loss)
{
    return strcspn(c->id, "/") == strlen(loss) && !strncmp(c->id, loss, strlen(loss));
}

static bool known(Session *s, const char *call)
{
    char name[64];
    Value v = { 0 };
    snprintf(name, sizeof name, "%.*s", (int)strcspn(call, "("), call);
    bool found = session_lookup(s, name, &v);
    value_drop(&v);
    return found;
}

static bool row_is(const Row *row, const RefCase *c)
{
    return loss_is(c, row->loss) && (!row->reduction || !strcmp(row->reduction, reference_attr(c, "reduction")));
}

static void expression(const Row *row, const RefCase *c, Text *t)
{
    const char *reduce = reference_attr(c, "reduction");
    for (const char *p = row->expr; *p; p++) {
        if (*p != '$') text_addc(t, *p);
        else text_add(t, strcmp(reduce, "none") ? reduce : "linear");
    }
}

static void row_hold(const Row *row, const RefCase *c)
{
    Session *s = session_new();
    Text expr = { 0 }, slope = { 0 };
    tables_add(s);
    if (!row->later || known(s, row->expr)) {
        reference_define(s, c);
        reference_run(s, c, "given = pred\nparam pred = given\n");
        expression(row, c, &expr);
        text_addf(&slope, "grad(sum(%s), pred)", text_str(&expr));
        reference_holds(s, c, reference_tensor(c, "out.loss"), text_str(&expr));
        reference_holds(s, c, reference_tensor(c, "grad.pred"), text_str(&slope));
    }
    text_free(&expr);
    text_free(&slope);
    tables_free(s);
    session_free(s);
}

static void values_and_gradients(void)
{
    Reference *r = reference_read("losses.txt");
    for (int i = 0; i < r->n; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (row_is(&rows[k], &r->c[i])) row_hold(&rows[k], &r->c[i]);
    reference_free(r);
}

static void nothing_left_out(void)
{
    Reference *r = reference_read("losses.txt");
    for (int i = 0; i < r->n; i++) {
        bool spoken = false;
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) spoken |= row_is(&rows[k], &r->c[i]);
        for (size_t k = 0; k < sizeof not_yet / sizeof *not_yet; k++) spoken |= loss_is(&r->c[i], not_yet[k]);
        if (!spoken) printf("no row for case %s\n", r->c[i].id);
        CU_ASSERT(spoken);
    }
    reference_free(r);
}

CU_TestInfo losses_tests[] = {
    { "losses and their gradients agree with the reference to 12 digits", values_and_gradients },
    { "every loss of the reference has an expression or a reason", nothing_left_out },
    CU_TEST_INFO_NULL
};
