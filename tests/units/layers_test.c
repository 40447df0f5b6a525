/* layers_test.c -- the layers of the prelude, their results and every gradient.
 *
 * The values stand in tests/reference/layers_channels_last.txt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include "reference.h"

#define PASS "update E, optimizer=sgd(lr=0)\n"

static const RefRow rows[] = {
    { "dense/linear_*", "net = dense(2, weights=W, bias=b)\nout_y = net(x)", NULL },
    { "dense/linear_*", "out_y = x @ W + b", NULL },
    { "dense/two_layer_*",
      "net = input(3) -> dense(3, tanh, weights=W1, bias=b1) -> dense(2, sigmoid, weights=W2, bias=b2)\n"
      "out_y = net(x)", NULL },
    { "flatten", "net = flatten(sample=3)\nout_y = net(x)", NULL },
    { "dropout/eval", "net = dropout($p)\nout_y = net(x)", NULL },
    { "dropout/eval", "set training=1\nnet = dropout(0)\nout_y = net(x)", NULL },
    { "dropout/train_given_mask", "out_y = thinned(x, mask, $p)", NULL },
    { "batchnorm/*_train",
      "set training=1\nbn = batchnorm(momentum=$momentum, eps=$eps, scale=gamma, shift=beta)\n"
      "out_y = bn(x)\nE = sum(out_y)\n"
      "bn.running_mean <- running_mean\nbn.running_var <- running_var\n"
      PASS "param out_running_mean_1 = bn.running_mean, out_running_var_1 = bn.running_var\n"
      PASS "param out_running_mean_2 = bn.running_mean, out_running_var_2 = bn.running_var\n", NULL },
    { "batchnorm/*_eval",
      "bn = batchnorm(eps=$eps, scale=gamma, shift=beta)\nout_y = bn(x)\n"
      "bn.running_mean <- running_mean\nbn.running_var <- running_var", NULL },
    { "layernorm/last_axis", "ln = layernorm(eps=$eps, scale=gamma, shift=beta)\nout_y = ln(x)", NULL },
    { "layernorm/last_two_axes", "ln = layernorm(2, eps=$eps, scale=gamma, shift=beta)\nout_y = ln(x)", NULL },
};

static const RefLater later[] = {
    { "conv?d/*", "convolutions come later" },
    { "*pool/*", "pooling comes later" },
    { "global_avgpool", "pooling comes later" },
    { "embedding", "sequences come later" },
    { "rnn_*", "sequences come later" },
    { "gru*", "sequences come later" },
    { "lstm/*", "sequences come later" },
    { "attention/*", "attention comes later" },
    { "multihead/*", "attention comes later" },
    { "transformer_block/*", "attention comes later" },
    { "positional_encoding/*", "attention comes later" },
};

static void results_and_gradients(void) { reference_rows("layers_channels_last.txt", ROWS(rows), ROWS(later)); }

CU_TestInfo layers_tests[] = {
    { "every layer of the prelude and its gradients agree to 12 digits", results_and_gradients },
    CU_TEST_INFO_NULL
};
