/* trained_test.c -- every activation, loss, layer and optimizer of the prelude trains, by
 * the compiled plan, as it steps by hand.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>

#include "typed.h"

/* One number that tells all that was learned apart from all else. */
static double inside(Session *s)
{
    return session_number(s, "sum(cos(3*net.a.W)) + 2*sum(cos(5*net.b.W)) + 4*sum(cos(7*net.b.b))");
}

/* Four updates on all rows, by train in both precisions and by hand. */
static void same(const char *net, const char *loss, const char *optimizer, const char *y)
{
    char begin[900], text[1600];
    snprintf(begin, sizeof begin,
             "seed 3\nfalling(step) = 0.1/(1 + step)\nx = [[0.3, -1], [1.2, 0.4], [-0.7, 0.9], [0.1, 0.2], [2, -0.3]]\n"
             "y = %s\nnet = %s\nopt = %s\n", y, net, optimizer);
    snprintf(text, sizeof text, "%strain net, x, y, loss=%s, optimizer=opt, epochs=4, shuffle=0", begin, loss);
    Session *s = session_with(text);
    snprintf(text, sizeof text, "%sset training=1\nE = %s(net(x), y)\nparam before = E\nrepeat 4 { update E, optimizer=opt }", begin, loss);
    Session *t = session_with(text);
    snprintf(text, sizeof text, "%sset precision=single\ntrain net, x, y, loss=%s, optimizer=opt, epochs=4, shuffle=0", begin, loss);
    Session *u = session_with(text);
    double a = inside(s), b = inside(t), c = inside(u);
    bool near = isfinite(a) && fabs(a - b) <= 1e-11*(1 + fabs(b)), 
         near_single = isfinite(c) && fabs(c - b) <= 1e-4*(1 + fabs(b)) + 1e10*fabs(a - b);   /* as ill as the sum is */
    if (!near || !near_single)
        printf("%s, %s, %s: %.17g by train, %.17g in single, %.17g by hand\n", net, loss, optimizer, a, c, b);
    CU_ASSERT(near && near_single);
    CU_ASSERT(session_number(t, "abs(E - before)") > 0);
    session_end(s);
    session_end(u);
    session_end(t);
}

#define ONE "[[0.1], [0.9], [0.4], [0.2], [0.7]]"
#define BIT "[[0], [1], [1], [0], [1]]"
#define SIGN "[[-1], [1], [1], [-1], [1]]"
#define HOT "one_hot([0, 2, 1, 1, 2], 3)"
#define NET(activation) "input(2) -> a: dense(4, " activation ") -> b: dense(1)"
#define WIDE(activation) "input(2) -> a: dense(40, " activation ") -> b: dense(1)"

static void activations_train(void)
{
    static const char *const net[] = {
        NET("celu"), NET("selu"), NET("mish"), NET("hard_sigmoid"), NET("hard_sigmoid_5"), NET("gelu_tanh"), NET("leaky_relu"),
        NET("prelu"), NET("prelu(slope=full(0.1, 4))"), NET("rrelu"), NET("none"), WIDE("prelu"), WIDE("rrelu"), WIDE("mish"),
    };
    for (size_t i = 0; i < sizeof net / sizeof *net; i++) same(net[i], "mse", "sgd(lr=0.1)", ONE);
}

static void layers_train(void)
{
    static const char *const net[] = {
        "input(2) -> a: dense(4, tanh) -> dropout(0.5) -> b: dense(1)",
        "input(2) -> a: dense(40, tanh) -> dropout(0.2) -> b: dense(1)",
        "input(2) -> a: dense(4) -> batchnorm -> b: dense(1)",
        "input(2) -> a: dense(40) -> batchnorm -> b: dense(1)",
        "input(2) -> a: dense(4) -> layernorm -> b: dense(1)",
        "input(2) -> a: dense(40) -> layernorm -> b: dense(1)",
    };
    for (size_t i = 0; i < sizeof net / sizeof *net; i++) same(net[i], "mse", "sgd(lr=0.1)", ONE);
}

static void losses_train(void)
{
    static const struct { const char *loss, *end, *y; } one[] = {
        { "mae", "dense(1)", ONE }, { "huber", "dense(1)", ONE }, { "huber(delta=0.1)", "dense(1)", ONE },
        { "log_cosh", "dense(1)", ONE }, { "hinge", "dense(1)", SIGN }, { "squared_hinge", "dense(1)", SIGN },
        { "perceptron_error", "dense(1)", BIT }, { "cosine_loss", "dense(3)", HOT }, { "multi_margin", "dense(3)", HOT },
        { "nll", "dense(3, log_softmax)", HOT }, { "bce(convention=keras)", "dense(1, sigmoid)", BIT },
        { "crossentropy(convention=keras)", "dense(3, softmax)", HOT },
    };
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char net[100];
        snprintf(net, sizeof net, "input(2) -> a: dense(4, tanh) -> b: %s", one[i].end);
        same(net, one[i].loss, "sgd(lr=0.1)", one[i].y);
    }
}

static void optimizers_train(void)
{
    static const char *const rule[] = {
        "sgd(lr=0.1, momentum=0.9, dampening=0.5)", "sgd(lr=0.1, global_clipnorm=0.05)", "sgd(lr=0.1, ema=0.9, ema_overwrite=2)",
        "sgd(lr=0.1, momentum=0.9, nesterov=1, convention=keras)", "sgd(lr=0.1, weight_decay=0.1, convention=keras)",
        "adagrad(lr=0.1, lr_decay=0.1)", "adadelta()", "rmsprop(centered=1, momentum=0.5)", "adam(lr=0.1, amsgrad=1)",
        "amsgrad(lr=0.1)", "adamw(lr=0.1)", "nadam(lr=0.1)", "adamax(lr=0.1)", "perceptron_rule(lr=0.1)",
        "adam(lr=0.1, convention=keras)", "rmsprop(convention=keras, momentum=0.5)", "adagrad(convention=keras)",
        "nadam(convention=keras)", "adamax(convention=keras)", "sgd(lr=step_decay(lr=0.1, every=2))",
        "adam(lr=cosine(lr=0.1, epochs=4))", "sgd(lr=warmup(lr=0.1, epochs=2))", "sgd(lr=one_cycle(lr=0.1, epochs=5))",
        "sgd(lr=reduce_on_plateau(lr=0.1, patience=0, threshold=0.5))", "sgd(lr=falling)", "adam(lr=0.1, beta1=falling)",
    };
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
        same(NET("tanh"), "mse", rule[i], ONE);
        same(WIDE("tanh"), "mse", rule[i], ONE);
    }
}

CU_TestInfo trained_tests[] = {
    { "every activation trains as it steps", activations_train },
    { "every layer trains as it steps", layers_train },
    { "every loss trains as it steps", losses_train },
    { "every optimizer and schedule trains as it steps", optimizers_train },
    CU_TEST_INFO_NULL
};
