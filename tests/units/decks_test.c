/* decks_test.c -- every worked number of the five decks, computed by a session.
 *
 * The values stand in tests/reference/decks.txt. What a case gives (in.NAME) is a leaf
 * NAME; "run" lines write the deck's equations; then each result (out.NAME) has the
 * expression that must give it, several where the deck's equations and a network are both
 * to be held, or "not yet: " and the reason. A result without a line fails.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <string.h>

#include "face/tables.h"
#include "reference.h"

typedef struct { const char *what, *text; } Line;   /* "run" and statements, or a result and its expression */

typedef struct {
    const char *id;
    Line        line[40];
} Deck;

/* ---- networks written twice: as equations, as layers ---- */

#define EQUATIONS_001                                                                     \
    "param w1 = W1[0, 0], w3 = W1[0, 1], w2 = W1[1, 0], w4 = W1[1, 1], c1 = b1\n"         \
    "param w5 = W2[0, 0], w6 = W2[0, 1], w7 = W2[1, 0], w8 = W2[1, 1], c2 = b2\n"         \
    "sum_h1 = w1*x[0] + w3*x[1] + c1\n"                                                   \
    "sum_h2 = w2*x[0] + w4*x[1] + c1\n"                                                   \
    "out_h1 = sigmoid(sum_h1)\n"                                                          \
    "out_h2 = sigmoid(sum_h2)\n"                                                          \
    "sum_o1 = w5*out_h1 + w6*out_h2 + c2\n"                                               \
    "sum_o2 = w7*out_h1 + w8*out_h2 + c2\n"                                               \
    "out_o1 = sigmoid(sum_o1)\n"                                                          \
    "out_o2 = sigmoid(sum_o2)\n"                                                          \
    "E1 = 1/2*(target[0] - out_o1)^2\n"                                                   \
    "E2 = 1/2*(target[1] - out_o2)^2\n"                                                   \
    "E = E1 + E2\n"

/* Layers keep a bias per unit, and matrices with a column per unit. */
#define LAYERS_001                                                                        \
    "net = input(2) -> h: dense(2, sigmoid, weights=W1', bias=[b1, b1])"                  \
    " -> o: dense(2, sigmoid, weights=W2', bias=[b2, b2])\n"                              \
    "L = sse(net(x), target)\n"

#define EQUATIONS_004                                                                     \
    "param v1 = W1[0, 0], v2 = W1[0, 1], v3 = W1[1, 0], v4 = W1[1, 1]\n"                  \
    "param v5 = w2[0], v6 = w2[1]\n"                                                      \
    "h1 = x[0]*v1 + x[1]*v2\n"                                                            \
    "h2 = x[0]*v3 + x[1]*v4\n"                                                            \
    "prediction = h1*v5 + h2*v6\n"                                                        \
    "delta = prediction - target\n"                                                       \
    "E = 1/2*delta^2\n"

#define LAYERS_004                                                                        \
    "net = input(2) -> h: dense(2, weights=W1', bias=none)"                               \
    " -> o: dense(1, weights=reshape(w2, 2, 1), bias=none)\n"                             \
    "L = sse(net(x), [target])\n"

#define SIZE(net, layer) "size(" net "." layer ".W) + size(" net "." layer ".b)"
#define DEEP(net, n)                                                                      \
    net " = input(" n ") -> dense(4, relu) -> dense(5, relu) -> dense(6, relu)"           \
    " -> dense(4, relu) -> dense(3, relu) -> dense(1, sigmoid)\n"
#define DEEP_SIZES(net)                                                                   \
    "[" SIZE(net, "dense1") ", " SIZE(net, "dense2") ", " SIZE(net, "dense3") ", "        \
    SIZE(net, "dense4") ", " SIZE(net, "dense5") ", " SIZE(net, "dense6") "]"

/* The first step of each rule as deck 002 means it, written by a user. */
#define RULES_002                                                                         \
    "optimizer adagrad_(w, g, lr=0.01, eps=1e-10) = { state a = 0; a <- a + g^2;"         \
    " w <- w - lr*g/(sqrt(a) + eps) }\n"                                                  \
    "optimizer rmsprop_(w, g, lr=0.01, rho=0.9, eps=1e-8) = { state a = 0;"               \
    " a <- rho*a + (1 - rho)*g^2; w <- w - lr*g/(sqrt(a) + eps) }\n"                      \
    "optimizer adadelta_(w, g, lr=1, rho=0.9, eps=1e-6) = { state a = 0, d = 0;"          \
    " a <- rho*a + (1 - rho)*g^2; s <- sqrt(d + eps)/sqrt(a + eps)*g;"                    \
    " d <- rho*d + (1 - rho)*s^2; w <- w - lr*s }\n"                                      \
    "param t1 = theta, t2 = theta, t3 = theta, t4 = theta\n"                              \
    "update grad*t1, optimizer=adagrad_(lr=lr)\n"                                         \
    "update grad*t2, optimizer=rmsprop_(lr=lr)\n"                                         \
    "update grad*t3, optimizer=adadelta_()\n"                                             \
    "update grad*t4, optimizer=adam(lr=lr)\n"

/* ---- the decks ---- */

static const Deck decks[] = {
    { "000-variable-sum", { { "run", "f = a + b" }, { "out.f", "f" } } },
    { "000-heaviside", { { "out.heaviside", "heaviside(z)" }, { "out.heaviside", "z >= 0" } } },
    { "000-logic-units", {
        { "run", "unit(w_b) = neuron(w_b[0:2], bias=w_b[2])" },
        { "out.and", "unit(w_b_and)(inputs)" },
        { "out.and", "heaviside(inputs @ w_b_and[0:2] + w_b_and[2])" },
        { "out.or", "unit(w_b_or)(inputs)" },
        { "out.or", "heaviside(inputs @ w_b_or[0:2] + w_b_or[2])" },
        { "out.nand", "unit(w_b_nand)(inputs)" },
        { "out.nand", "heaviside(inputs @ w_b_nand[0:2] + w_b_nand[2])" },
        { "out.nor", "unit(w_b_nor)(inputs)" },
        { "out.nor", "heaviside(inputs @ w_b_nor[0:2] + w_b_nor[2])" } } },
    { "001-network", {
        { "run", EQUATIONS_001 LAYERS_001 },
        { "out.sum_h", "[sum_h1, sum_h2]" },
        { "out.sum_h", "net.h.z" },
        { "out.out_h", "[out_h1, out_h2]" },
        { "out.out_h", "net.h + 0" },
        { "out.sum_o", "[sum_o1, sum_o2]" },
        { "out.sum_o", "net.o.z" },
        { "out.out_o", "[out_o1, out_o2]" },
        { "out.out_o", "net(x)" },
        { "out.E", "[E1, E2]" },
        { "out.E", "1/2*(target - net(x))^2" },
        { "out.E_total", "E" },
        { "out.E_total", "L" },
        { "out.grad_W2", "[[grad(E, w5), grad(E, w6)], [grad(E, w7), grad(E, w8)]]" },
        { "out.grad_W2", "grad(L, net.o.W)'" },
        { "out.grad_b2", "grad(E, c2)" },
        { "out.grad_b2", "sum(grad(L, net.o.b))" },
        { "out.grad_b2_per_unit", "[grad(E, sum_o1), grad(E, sum_o2)]" },
        { "out.grad_b2_per_unit", "grad(L, net.o.b)" },
        { "out.grad_W1", "[[grad(E, w1), grad(E, w3)], [grad(E, w2), grad(E, w4)]]" },
        { "out.grad_W1", "grad(L, net.h.W)'" },
        { "out.grad_b1", "grad(E, c1)" },
        { "out.grad_b1", "sum(grad(L, net.h.b))" },
        { "out.grad_b1_per_unit", "[grad(E, sum_h1), grad(E, sum_h2)]" },
        { "out.grad_b1_per_unit", "grad(L, net.h.b)" },
        { "run", "update E, optimizer=sgd(lr=0.5)\nupdate L, optimizer=sgd(lr=0.5)" },
        { "out.W2_after_step_lr0.5", "[[w5, w6], [w7, w8]]" },
        { "out.W2_after_step_lr0.5", "net.o.W'" },
        { "out.W1_after_step_lr0.5", "[[w1, w3], [w2, w4]]" },
        { "out.W1_after_step_lr0.5", "net.h.W'" } } },
    { "001-batch-split", {
        { "out.batches", "-floor(-samples/batch_size)" },
        { "out.full_batches", "floor(samples/batch_size)" },
        { "out.last_batch_size", "samples - batch_size*floor(samples/batch_size)" },
        { "out.first_sample", "range(1, samples, batch_size)" },
        { "out.last_sample", "minimum(range(batch_size, samples + batch_size, batch_size), samples)" },
        { "out.updates_20_epochs", "20*-floor(-samples/batch_size)" },
        { "out.batches_if_last_dropped", "floor(samples/batch_size)" } } },
    { "001-mnist-sizes", {
        { "run", "net = input(height, width) -> flatten(2) -> dense(classes)\n"
                 "y = net(zeros(height, width))" },
        { "out.inputs", "height*width" },
        { "out.inputs", "size(net.dense1.W, 0)" },
        { "out.outputs", "size(y)" } } },
    { "001-activation-formulas", {
        { "out.sigmoid", "sigmoid(z)" },
        { "out.sigmoid", "1/(1 + exp(-z))" },
        { "out.tanh", "tanh(z)" },
        { "out.tanh", "(exp(z) - exp(-z))/(exp(z) + exp(-z))" },
        { "out.relu", "relu(z)" },
        { "out.relu", "maximum(0, z)" },
        { "out.leaky_relu", "leaky_relu(z, slope=eps)" },
        { "out.leaky_relu", "maximum(eps*z, z)" } } },
    { "001-two-neuron-chain", {
        { "run", "param v1 = w1, v2 = w2\n"
                 "z1 = v1*x\na1 = sigmoid(z1)\nz2 = v2*a1\nyhat = sigmoid(z2)\nJ = bce(yhat, y)\n"
                 "net = input(1) -> h: dense(1, sigmoid, weights=[[w1]], bias=none)"
                 " -> o: dense(1, sigmoid, weights=[[w2]], bias=none)\n"
                 "L = bce_logits(net.o.z, y)\n"
                 "K = bce(net([x]), y)" },
        { "out.a1", "a1" },
        { "out.a1", "net.h[0]" },
        { "out.yhat", "yhat" },
        { "out.yhat", "net([x])[0]" },
        { "out.J_bce", "J" },
        { "out.J_bce", "bce_logits(z2, y)" },
        { "out.J_bce", "K" },
        { "out.dJ_dw2", "grad(J, v2)" },
        { "out.dJ_dw2", "grad(K, net.o.W)[0, 0]" },
        { "out.dJ_dw1", "grad(J, v1)" },
        { "out.dJ_dw1", "grad(J, yhat)*sigmoid'(z2)*v2*sigmoid'(z1)*x" },
        { "out.dJ_dw1", "grad(K, net.h.W)[0, 0]" } } },
    { "003-matmul", { { "out.C", "A @ B" }, { "out.C", "sum(reshape(A, 2, 3, 1)*reshape(B, 1, 3, 2), axis=1)" } } },
    { "003-add", { { "out.C", "A + B" } } },
    { "003-constant", {
        { "run", "T = reshape(range(30), 3, 2, 5)" },
        { "out.shape", "T.shape" },
        { "out.tensor", "T" },
        { "out.sum", "sum(T)" } } },
    { "003-ones", { { "out.tensor", "ones(shape[0], shape[1])" }, { "out.tensor", "ones(3, 4)" } } },
    { "003-zeros", { { "out.tensor", "zeros(2, 2)" }, { "out.tensor", "0*ones(2, 2)" } } },
    { "003-random-shapes", {
        { "run", "seed 1\nu = uniform(2, 3)\nn = normal(2, 3)" },
        { "out.shape", "u.shape" },
        { "out.shape", "n.shape" },
        { "out.elements", "size(u)" } } },
    { "003-dense-ones", {
        { "run", "seed 1\nd = dense(2, sigmoid)\ny = d(ones(4, 4))\nlogit(p) = log(p/(1 - p))\n"
                 "W = [[0.5, -0.25], [0.25, 0.125], [-1, 0.5], [0, 0]]\n"
                 "b = logit(y_row) - sum(W, axis=0)\n"
                 "k = dense(2, sigmoid, weights=W, bias=b)" },
        { "out.column_sum_of_W_plus_b", "logit(y_row)" },
        { "out.column_sum_of_W_plus_b", "logit(k(ones(4, 4))[3])" },
        { "out.column_sum_of_W_plus_b", "logit(y[2]) - sum(d.W, axis=0) - d.b + logit(y_row)" },
        { "out.rows_equal", "sum(y == y[0]) == size(y)" } } },
    { "003-graph", {
        { "run", "param p = a, q = b, r = c, s = d\nu = p + q\nv = r + s\nf = u*v" },
        { "out.value", "f" },
        { "out.grad", "[grad(f, p), grad(f, q), grad(f, r), grad(f, s)]" },
        { "out.grad", "[v, v, u, u]" } } },
    { "003-parameter-counts", {
        { "run", DEEP("d2", "2") DEEP("d3", "3")
                 "r2 = input(2) -> dense(4, relu) -> dense(2, softmax)\n"
                 "r3 = input(3) -> dense(4, relu) -> dense(2, softmax)\n"
                 "s2 = input(2) -> dense(2, relu) -> dense(3, relu) -> dense(4)\n"
                 "s3 = input(3) -> dense(2, relu) -> dense(3, relu) -> dense(4)" },
        { "out.deep_4_5_6_4_3_1_inputs2", DEEP_SIZES("d2") },
        { "out.deep_4_5_6_4_3_1_inputs2_total", "sum(" DEEP_SIZES("d2") ")" },
        { "out.deep_4_5_6_4_3_1_inputs3", DEEP_SIZES("d3") },
        { "out.deep_4_5_6_4_3_1_inputs3_total", "sum(" DEEP_SIZES("d3") ")" },
        { "out.relu4_softmax2_inputs2", "[" SIZE("r2", "dense1") ", " SIZE("r2", "dense2") "]" },
        { "out.relu4_softmax2_inputs2_total", SIZE("r2", "dense1") " + " SIZE("r2", "dense2") },
        { "out.relu4_softmax2_inputs3", "[" SIZE("r3", "dense1") ", " SIZE("r3", "dense2") "]" },
        { "out.relu4_softmax2_inputs3_total", SIZE("r3", "dense1") " + " SIZE("r3", "dense2") },
        { "out.sequential_2_3_4_inputs2",
          "[" SIZE("s2", "dense1") ", " SIZE("s2", "dense2") ", " SIZE("s2", "dense3") "]" },
        { "out.sequential_2_3_4_inputs2_total",
          SIZE("s2", "dense1") " + " SIZE("s2", "dense2") " + " SIZE("s2", "dense3") },
        { "out.sequential_2_3_4_inputs3",
          "[" SIZE("s3", "dense1") ", " SIZE("s3", "dense2") ", " SIZE("s3", "dense3") "]" },
        { "out.sequential_2_3_4_inputs3_total",
          SIZE("s3", "dense1") " + " SIZE("s3", "dense2") " + " SIZE("s3", "dense3") } } },
    { "003-activation-formulas", {
        { "out.leaky_relu", "leaky_relu(x, slope=0.1)" },
        { "out.leaky_relu", "maximum(0.1*x, x)" },
        { "out.elu", "elu(x)" },
        { "out.elu", "where(x >= 0, x, exp(x) - 1)" } } },
    { "003-cross-entropy-sign", {
        { "run", "printed = 1/3*sum(y*log(p) + (1 - y)*log(1 - p))" },
        { "out.J", "bce(p, y)" },
        { "out.J", "-printed" },
        { "out.as_printed", "printed" } } },
    { "003-one-hot", {
        { "out.one_hot", "one_hot(class, classes)" },
        { "out.one_cold", "1 - one_hot(class, classes)" } } },
    { "004-perceptron", {
        { "run", "unit = neuron(w, bias=w0, activation=sigmoid)\nstep_unit = neuron(w, bias=w0)\n"
                 "line = neuron(w, bias=w0, activation=linear)" },
        { "out.z", "w0 + w[0]*x[0] + w[1]*x[1]" },
        { "out.z", "line(x)" },
        { "out.y", "sigmoid(w0 + dot(x, w))" },
        { "out.y", "unit(x)" },
        { "out.y_heaviside", "step_unit(x)" } } },
    { "004-matmul-1", { { "out.C", "A @ B" }, { "out.C", "(B' @ A')'" } } },
    { "004-matmul-2", { { "out.C", "A @ B" }, { "out.C_00", "(A @ B)[0, 0]" },
                        { "out.C_00", "dot(A[0], B[:, 0])" } } },
    { "004-xor-table", {
        { "run", "inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]\nA = inputs[:, 0]\nB = inputs[:, 1]" },
        { "out.table", "stack(A, B, A != B, axis=1)" },
        { "out.table", "stack(A, B, (A or B) and not (A and B), axis=1)" } } },
    { "004-network", {
        { "run", EQUATIONS_004 LAYERS_004 },
        { "out.h", "[h1, h2]" },
        { "out.h", "net.h + 0" },
        { "out.prediction", "prediction" },
        { "out.prediction", "net(x)[0]" },
        { "out.delta", "delta" },
        { "out.delta", "net(x)[0] - target" },
        { "out.error", "E" },
        { "out.error", "L" },
        { "out.grad_w5_w6", "[grad(E, v5), grad(E, v6)]" },
        { "out.grad_w5_w6", "delta*[h1, h2]" },
        { "out.grad_w5_w6", "grad(L, net.o.W)[:, 0]" },
        { "out.grad_W1", "[[grad(E, v1), grad(E, v2)], [grad(E, v3), grad(E, v4)]]" },
        { "out.grad_W1", "delta*outer(w2, x)" },
        { "out.grad_W1", "grad(L, net.h.W)'" },
        { "out.step_w5_w6", "lr*[grad(E, v5), grad(E, v6)]" },
        { "out.step_W1", "lr*grad(L, net.h.W)'" },
        { "run", "update E, optimizer=sgd(lr=lr)\nupdate L, optimizer=sgd(lr=lr)" },
        { "out.new_w5_w6", "[v5, v6]" },
        { "out.new_w5_w6", "net.o.W[:, 0]" },
        { "out.new_W1", "[[v1, v2], [v3, v4]]" },
        { "out.new_W1", "net.h.W'" },
        { "out.new_prediction", "prediction" },
        { "out.new_prediction", "net(x)[0]" },
        { "out.new_error", "E" },
        { "out.new_error", "L" },
        { "run", "v1, v2, v3, v4, v5, v6 <- 0.12, 0.23, 0.13, 0.10, 0.17, 0.17" },
        { "out.new_prediction_from_printed_weights", "prediction" } } },
    { "004-alexnet-sizes", {
        { "run", "side(n, size, stride, pad) = floor((n + 2*pad - size)/stride) + 1" },
        { "out.input", "input_shape[0]*input_shape[1]*input_shape[2]" },
        { "out.layer1_55x55x96", "side(224, 11, 4, 2)^2*96" },
        { "out.layers_2_to_5", "[27, 13, 13, 13]^2*[256, 384, 384, 256]" },
        { "out.conv1_side_pad0", "side(224, 11, 4, 0)" },
        { "out.conv1_side_pad2", "side(224, 11, 4, 2)" },
        { "out.conv1_side_from_227", "side(227, 11, 4, 0)" } } },
    { "004-derivative-rules", {
        { "run", "f(t) = t^3\ng(t) = sin(t)\nk(t) = 4\ncf(t) = 4*f(t)\nplus(t) = f(t) + g(t)\n"
                 "minus(t) = f(t) - g(t)\ntimes(t) = f(t)*g(t)\nover(t) = f(t)/g(t)\nfg(t) = f(g(t))\n"
                 "param X = x\nQ = X^3/sin(X)" },
        { "out.constant", "k'(x)" },
        { "out.constant_multiple", "cf'(x)" },
        { "out.constant_multiple", "c*f'(x)" },
        { "out.power", "f'(x)" },
        { "out.power", "3*x^2" },
        { "out.sum", "plus'(x)" },
        { "out.difference", "minus'(x)" },
        { "out.product", "times'(x)" },
        { "out.product", "f'(x)*g(x) + f(x)*g'(x)" },
        { "out.quotient", "over'(x)" },
        { "out.quotient", "(f'(x)*g(x) - f(x)*g'(x))/g(x)^2" },
        { "out.quotient", "grad(Q, X)" },
        { "out.chain_f_of_g", "fg'(x)" },
        { "out.chain_f_of_g", "f'(g(x))*g'(x)" } } },
    { "004-weights-times-inputs", { { "out.z", "W @ i" }, { "out.z", "i @ W'" } } },
    { "002-activation-formulas", {
        { "out.sigmoid", "sigmoid(z)" },
        { "out.tanh", "tanh(z)" },
        { "out.relu", "relu(z)" },
        { "out.relu", "where(z >= 0, z, 0)" },
        { "out.leaky_relu", "leaky_relu(z)" },
        { "out.leaky_relu", "where(z >= 0, z, 0.01*z)" },
        { "out.elu", "elu(z)" },
        { "out.elu", "where(z >= 0, z, exp(z) - 1)" } } },
    { "002-optimizer-signs", {
        { "run", RULES_002 },
        { "out.adagrad", "t1" },
        { "out.rmsprop", "t2" },
        { "out.adadelta", "t3" },
        { "out.adam", "t4" },
        { "out.printed_accumulator_rmsprop", "rho*0 - (1 - rho)*grad^2" },
        { "out.printed_accumulator_adagrad", "0 - grad^2" } } },
};

enum { DECKS = sizeof decks / sizeof *decks, LINES = sizeof decks[0].line / sizeof(Line) };

#define NOT_YET "not yet: "

static const Deck *deck_find(const char *id)
{
    for (size_t i = 0; i < DECKS; i++)
        if (!strcmp(decks[i].id, id)) return &decks[i];
    return NULL;
}

static bool deck_speaks_of(const Deck *deck, const char *tensor)
{
    for (const Line *l = deck->line; l->what; l++)
        if (!strcmp(l->what, tensor)) return true;
    return false;
}

static void line_hold(Session *s, const RefCase *c, const Line *l)
{
    if (!strcmp(l->what, "run")) {
        reference_run(s, c, l->text);
        return;
    }
    const RefTensor *t = reference_tensor(c, l->what);
    if (!t) printf("%s has no %s\n", c->id, l->what);
    CU_ASSERT_PTR_NOT_NULL(t);
    if (t && strncmp(l->text, NOT_YET, strlen(NOT_YET))) reference_holds(s, c, t, l->text);
}

static void deck_hold(const RefCase *c, const Deck *deck)
{
    Session *s = session_new();
    tables_add(s);
    reference_define(s, c);
    for (const Line *l = deck->line; l->what; l++) line_hold(s, c, l);
    tables_free(s);
    session_free(s);
}

static void numbers_hold(void)
{
    Reference *r = reference_read("decks.txt");
    for (int i = 0; i < r->n; i++) {
        const Deck *deck = deck_find(r->c[i].id);
        if (deck) deck_hold(&r->c[i], deck);
    }
    reference_free(r);
}

static void nothing_left_out(void)
{
    Reference *r = reference_read("decks.txt");
    CU_ASSERT_EQUAL(r->n, (int)DECKS);
    for (int i = 0; i < r->n; i++) {
        const RefCase *c = &r->c[i];
        const Deck *deck = deck_find(c->id);
        if (!deck) printf("no lines for case %s\n", c->id);
        CU_ASSERT_PTR_NOT_NULL(deck);
        for (int k = 0; k < c->n_tensor && deck; k++) {
            bool spoken = !reference_is(&c->tensor[k], "out.") || deck_speaks_of(deck, c->tensor[k].name);
            if (!spoken) printf("no line for %s %s\n", c->id, c->tensor[k].name);
            CU_ASSERT(spoken);
        }
    }
    reference_free(r);
}

static void a_wrong_number_is_seen(void)
{
    CU_ASSERT_FALSE(reference_near(0.60109, 0.6010878788483698, 1e-12, 1e-15));
    CU_ASSERT_FALSE(reference_near(1, __builtin_inf(), 1e-12, 1e-15));
    CU_ASSERT_FALSE(reference_near(1, __builtin_nan(""), 1e-12, 1e-15));
    CU_ASSERT_FALSE(reference_near(__builtin_nan(""), 1, 1e-12, 1e-15));
    CU_ASSERT_TRUE(reference_near(0.47000000000000003, 0.47, 1e-12, 1e-15));
}

CU_TestInfo decks_tests[] = {
    { "every worked number of the decks is computed to the last digits", numbers_hold },
    { "every result of every record has an expression or a reason", nothing_left_out },
    { "the comparison can fail", a_wrong_number_is_seen },
    CU_TEST_INFO_NULL
};
