/* losses_test.c -- every loss of the prelude and its gradient, each reduction, also far out.
 *
 * The values stand in tests/reference/losses.txt. A case is LOSS/DATA/REDUCTION; the
 * reduction none, mean or sum is also what reduce= is given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include "reference.h"

#define GRADUS(expr) "out_loss = " expr

static const RefRow rows[] = {
    { "se/*", GRADUS("mse(pred, target, reduce=$reduction)"), NULL },
    { "half_se/*/sum", GRADUS("sse(flat(pred), flat(target))"), NULL },
    { "half_se/*/sum", GRADUS("size(pred, 0)*sse(pred, target)"), NULL },
    { "half_se/*/mean", GRADUS("sse(pred, target)/size(pred, 1)"), NULL },
    { "half_se/*/none", GRADUS("1/2*mse(pred, target, reduce=none)"), NULL },
    { "mae/*", GRADUS("mae(pred, target, reduce=$reduction)"), NULL },
    { "huber_1/*", GRADUS("huber(pred, target, reduce=$reduction)"), NULL },
    { "huber_0.3/*", GRADUS("huber(pred, target, delta=0.3, reduce=$reduction)"), NULL },
    { "log_cosh/*", GRADUS("log_cosh(pred, target, reduce=$reduction)"), NULL },
    { "bce/*", GRADUS("bce(pred, target, reduce=$reduction)"), NULL },
    { "bce_logits/*", GRADUS("bce_logits(pred, target, reduce=$reduction)"), NULL },
    { "bce_logits/*/mean", GRADUS("mean(bce_logits(pred, target, reduce=linear))"), NULL },
    { "cce_probs/*", GRADUS("crossentropy(pred, target, reduce=$reduction)"), NULL },
    { "cce_logits/*", GRADUS("crossentropy_logits(pred, target, reduce=$reduction)"), NULL },
    { "cce_logits/*", GRADUS("crossentropy(softmax(pred), target, reduce=$reduction)"), NULL },
    { "cce_logits/*", GRADUS("nll(log_softmax(pred), target, reduce=$reduction)"), NULL },
    { "sparse_ce_logits/*", GRADUS("sparse_crossentropy_logits(pred, target, reduce=$reduction)"), NULL },
    { "sparse_ce_logits/index/*", GRADUS("sparse_crossentropy(softmax(pred), target, reduce=$reduction)"), NULL },
    { "nll/*", GRADUS("nll(pred, target, reduce=$reduction)"), NULL },
    { "nll/*", GRADUS("nll(pred, one_hot(target, 3), reduce=$reduction)"), NULL },
    { "kl_div_q/*", GRADUS("kl(target, pred, reduce=$reduction)"), NULL },
    { "kl_div_logq/*", GRADUS("kl(target, exp(pred), reduce=$reduction)"), NULL },
    { "hinge/*", GRADUS("hinge(pred, target, reduce=$reduction)"), NULL },
    { "squared_hinge/*", GRADUS("squared_hinge(pred, target, reduce=$reduction)"), NULL },
    { "multi_margin/*", GRADUS("multi_margin(pred, target, reduce=$reduction)"), NULL },
    { "cosine/*", GRADUS("cosine_loss(pred, target, reduce=$reduction)"), NULL },
};

static void values_and_gradients(void) { reference_rows("losses.txt", ROWS(rows), NULL, 0); }

CU_TestInfo losses_tests[] = {
    { "every loss of the reference and its gradient agree to 12 digits", values_and_gradients },
    CU_TEST_INFO_NULL
};
