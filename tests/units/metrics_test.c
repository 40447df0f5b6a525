/* metrics_test.c -- metrics, regularisers, information and scaling.
 *
 * The values stand in tests/reference/metrics.txt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>

#include "typed.h"
#include "reference.h"

#define PRF(average)                                                                     \
    "[precision(pred, true, average=" average "), recall(pred, true, average=" average "), "            \
    "f1(pred, true, average=" average ")]\n"

#define CLASSES(n, as)                                                                   \
    "out_confusion = confusion(pred, true)\n"                                            \
    "out_accuracy = accuracy(" as ")\n"                                                  \
    "out_precision_per_class = precision(pred, true, average=none)\n"                    \
    "out_recall_per_class = recall(pred, true, average=none)\n"                          \
    "out_f1_per_class = f1(pred, true, average=none)\n"                                  \
    "out_prf_macro = " PRF("\"macro\"") "out_prf_micro = " PRF("\"micro\"")                \
    "out_prf_weighted = " PRF("\"weighted\"") "out_matthews = matthews(pred, true)\n"

#define UNIT(unit, base)                                                                 \
    "out_entropy_p_" unit " = entropy(p, base=" base ")\nout_entropy_q_" unit " = entropy(q, base=" base ")\n" \
    "out_kl_p_q_" unit " = kl(p, q, base=" base ")\nout_kl_q_p_" unit " = kl(q, p, base=" base ")\n"           \
    "out_cross_entropy_p_q_" unit " = cross_entropy(p, q, base=" base ")\n"                                    \
    "out_jensen_shannon_" unit " = jensen_shannon(p, q, base=" base ")\n"

#define SCALED(lo, hi)                                                                   \
    "d = minmax(dataset(x, zeros(6, 1)))\nn = minmax(dataset(new, zeros(2, 1)), like=d)\n"  \
    "out_z = " lo " + (" hi " - " lo ")*d.x\nout_z_new = " lo " + (" hi " - " lo ")*n.x"

static const RefRow rows[] = {
    { "regularizer/l1", "out_penalty = l1(w, by=$lam)", NULL },
    { "regularizer/l2_sum", "out_penalty = l2(w, by=$lam, convention=keras)", NULL },
    { "regularizer/l2_half", "out_penalty = l2(w, by=$lam)", NULL },
    { "regularizer/elastic_net", "out_penalty = l1_l2(w, by1=0.3*$lam, by2=0.7*$lam)", NULL },
    { "regularizer/max_norm_rows", "out_w = max_norm(w, most=$max_norm, axis=1)", NULL },
    { "classification/multiclass", CLASSES("3", "one_hot(pred, 3), one_hot(true, 3)"), NULL },
    { "classification/multiclass",               /* the same from scores */
      "p <- pred\nt <- true\npred = 3*one_hot(p, 3) - 1\ntrue = one_hot(t, 3)\n" CLASSES("3", "pred, true"), NULL },
    { "classification/class_never_predicted", CLASSES("3", "one_hot(pred, 3), one_hot(true, 3)"), NULL },
    { "classification/binary", CLASSES("2", "reshape(pred, 30, 1), reshape(true, 30, 1)"), NULL },
    { "classification/binary",                   /* the same from probabilities */
      "p <- pred\nt <- true\npred = reshape(0.4 + 0.2*p, 30, 1)\ntrue = reshape(t, 30, 1)\n" CLASSES("2", "pred, true"),
      NULL },
    { "roc_auc/*", "out_auc = auc(score, true)\nc = roc(score, true)\nout_fpr = c[0, :]\nout_tpr = c[1, :]", NULL },
    { "regression/*",
      "out_mse = mse(pred, true)\nout_mae = mae(pred, true)\nout_rmse = rmse(pred, true)\nout_r2 = r2(pred, true)", NULL },
    { "information/*", UNIT("nats", "e") UNIT("bits", "2") "out_perplexity_p = perplexity(p)", NULL },
    { "mutual_information/*",
      "out_mi_nats = mutual_information(counts)\nout_mi_bits = mutual_information(counts, base=2)\n"
      "joint = counts/sum(counts)\nout_h_x_nats = entropy(sum(joint, axis=1))\n"
      "out_h_y_nats = entropy(sum(joint, axis=0))\nout_h_xy_nats = entropy(joint)\n"
      "out_h_x_given_y_nats = conditional_entropy(counts)", NULL },
    { "standard_scaler/*",
      "d = standardize(dataset(x, zeros(6, 1)))\nn = standardize(dataset(new, zeros(2, 1)), like=d)\n"
      "out_mean = d.shift\nout_scale = d.scale\nout_z = d.x\nout_z_new = n.x\nout_back = d.x*d.scale + d.shift", NULL },
    { "minmax_scaler/6x3_0_1", SCALED("0", "1"), NULL },
    { "minmax_scaler/6x3_-1_1", SCALED("(-1)", "1"), NULL },
    { "one_hot/*", "out_onehot = one_hot(class, $classes)\nout_onecold = 1 - one_hot(class, $classes)", NULL },
};

static void every_measure(void) { reference_rows("metrics.txt", ROWS(rows), NULL, 0); }

/* Through train and evaluate, where batches are compiled. */
static void as_metrics_of_training(void)
{
    static const char setup[] =
        "seed 1\nnet = input(4) -> dense(3, softmax)\nd = data(\"iris\")\n"
        "train net, d, loss=crossentropy, optimizer=adam(lr=0.1), epochs=20\n"
        "m = evaluate(net, d, loss=crossentropy, metrics=[accuracy, f1, precision, recall])\n"
        "p = net(d.x)\n";
    CU_ASSERT_EQUAL(number_after(setup, "m.accuracy"), number_after(setup, "accuracy(p, d.y)"));
    CU_ASSERT(fabs(number_after(setup, "m.f1") - number_after(setup, "f1(p, d.y)")) < 1e-13);
    CU_ASSERT(fabs(number_after(setup, "m.recall") - number_after(setup, "recall(p, d.y)")) < 1e-13);
    CU_ASSERT(number_after(setup, "m.f1") > 0.9);
    static const char two[] =
        "seed 1\nnet = input(2) -> dense(8, tanh) -> dense(1, sigmoid)\nd = data(\"xor\")\n"
        "m = evaluate(net, d, loss=bce, metrics=[auc, r2])\np = net(d.x)\n";
    CU_ASSERT(fabs(number_after(two, "m.auc") - number_after(two, "auc(p, d.y)")) < 1e-13);
    CU_ASSERT(fabs(number_after(two, "m.r2") - number_after(two, "r2(p, d.y)")) < 1e-13);
}

CU_TestInfo metrics_tests[] = {
    { "every measure of the reference", every_measure },
    { "metrics are the same in compiled batches", as_metrics_of_training },
    CU_TEST_INFO_NULL
};
