/* conventions_test.c -- where PyTorch and Keras differ: Keras's formulas, written here by
 * hand in C, against convention=keras. (PyTorch's are what tests/reference holds.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "typed.h"

/* ---- optimizers: one weight, six gradients ---- */

enum { STEPS = 6 };

static const double gradient[STEPS] = { 0.5, -1.25, 0.03, 2, -0.4, 0.7 };

/* What Keras keeps for one weight. */
typedef struct {
    double w, m, v, u, most, product;
    int    t;
} Keras;

typedef void Step(Keras *k, double g);

/* SGD(learning_rate=0.1/(1 + 0.5*t), momentum=0.9): the rate is inside the velocity. */
static double falling(const Keras *k) { return 0.1/(1 + 0.5*k->t); }

static void momentum(Keras *k, double g)
{
    k->m = 0.9*k->m - falling(k)*g;
    k->w += k->m;
    k->t++;
}

static void nesterov(Keras *k, double g)
{
    k->m = 0.9*k->m - falling(k)*g;
    k->w += 0.9*k->m - falling(k)*g;
    k->t++;
}

static void sgd_decay(Keras *k, double g)
{
    k->w -= k->w*0.05*0.1;
    k->w -= 0.1*g;
}

static void adam_moments(Keras *k, double g)
{
    k->t++;
    k->m += (g - k->m)*(1 - 0.9);
    k->v += (g*g - k->v)*(1 - 0.999);
}

static double adam_alpha(const Keras *k, double lr) { return lr*sqrt(1 - pow(0.999, k->t))/(1 - pow(0.9, k->t)); }

static void adam(Keras *k, double g)
{
    adam_moments(k, g);
    k->w -= k->m*adam_alpha(k, 0.1)/(sqrt(k->v) + 1e-7);
}

static void adam_wide_eps(Keras *k, double g)
{
    adam_moments(k, g);
    k->w -= k->m*adam_alpha(k, 0.1)/(sqrt(k->v) + 0.01);
}

static void amsgrad(Keras *k, double g)
{
    adam_moments(k, g);
    k->most = fmax(k->most, k->v);
    k->w -= k->m*adam_alpha(k, 0.1)/(sqrt(k->most) + 1e-7);
}

static void adamw(Keras *k, double g)
{
    k->w -= k->w*0.004*0.1;
    adam(k, g);
}

static void nadam(Keras *k, double g)
{
    if (!k->t) k->product = 1;
    adam_moments(k, g);
    double now = 0.9*(1 - 0.5*pow(0.96, k->t)), ahead = 0.9*(1 - 0.5*pow(0.96, k->t + 1));
    k->product *= now;
    double m = ahead*k->m/(1 - k->product*ahead) + (1 - now)*g/(1 - k->product);
    double v = k->v/(1 - pow(0.999, k->t));
    k->w -= 0.1*m/(sqrt(v) + 1e-7);
}

static void adamax(Keras *k, double g)
{
    k->t++;
    k->m += (g - k->m)*(1 - 0.9);
    k->u = fmax(0.999*k->u, fabs(g));
    k->w -= 0.1*k->m/((1 - pow(0.9, k->t))*(k->u + 1e-7));
}

static void rmsprop(Keras *k, double g)
{
    k->v = 0.9*k->v + (1 - 0.9)*g*g;
    k->w -= 0.1*g/sqrt(k->v + 1e-7);
}

static void rmsprop_both(Keras *k, double g)
{
    k->v = 0.9*k->v + (1 - 0.9)*g*g;
    k->u = 0.9*k->u + (1 - 0.9)*g;
    k->m = 0.8*k->m + falling(k)*g/sqrt(k->v - k->u*k->u + 1e-7);
    k->w -= k->m;
    k->t++;
}

static void adagrad(Keras *k, double g)
{
    if (!k->t++) k->v = 0.1;
    k->v += g*g;
    k->w -= 0.1*g/sqrt(k->v + 1e-7);
}

static void adadelta(Keras *k, double g)
{
    k->v = 0.95*k->v + (1 - 0.95)*g*g;
    double delta = -sqrt(k->u + 1e-7)*g/sqrt(k->v + 1e-7);
    k->u = 0.95*k->u + (1 - 0.95)*delta*delta;
    k->w += 0.5*delta;
}

static const struct { const char *optimizer; Step *step; } rules[] = {
    { "sgd(lr=falling, momentum=0.9", momentum },
    { "sgd(lr=falling, momentum=0.9, nesterov=1", nesterov },
    { "sgd(lr=0.1, weight_decay=0.05", sgd_decay },
    { "adam(lr=0.1", adam },
    { "adam(lr=0.1, eps=0.01", adam_wide_eps },
    { "adam(lr=0.1, amsgrad=1", amsgrad },
    { "amsgrad(lr=0.1", amsgrad },
    { "adamw(lr=0.1", adamw },
    { "nadam(lr=0.1", nadam },
    { "adamax(lr=0.1", adamax },
    { "rmsprop(lr=0.1", rmsprop },
    { "rmsprop(lr=falling, momentum=0.8, centered=1", rmsprop_both },
    { "adagrad(lr=0.1", adagrad },
    { "adadelta(lr=0.5", adadelta },
};

static bool equals(Session *s, const char *expr, double v)
{
    double got = session_number(s, expr);
    bool near = fabs(got - v) <= 1e-13*(1 + fabs(v));
    if (!near) printf("%s is %.17g, not %.17g\n", expr, got, v);
    CU_ASSERT(near);
    return near;
}

/* by: how keras is said; the optimizer keeps its state by its text. */
static void rule_hold(size_t i, const char *setting, const char *argument)
{
    char text[300];
    Session *s = session_with("param w = 1\ng <- 0\nE = g*w\nfalling(step) = 0.1/(1 + 0.5*step)\n");
    Keras k = { .w = 1 };
    bool good = true;
    session_type(s, setting);
    for (int t = 0; t < STEPS && good; t++) {
        snprintf(text, sizeof text, "g <- %.17g\nupdate E, optimizer=%s%s)", gradient[t], rules[i].optimizer, argument);
        session_type(s, text);
        rules[i].step(&k, gradient[t]);
        good = equals(s, "w", k.w);
        if (!good) printf("%s%s): after %d steps\n", rules[i].optimizer, argument, t + 1);
    }
    session_end(s);
}

static void optimizers_of_keras(void)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        rule_hold(i, "set convention=keras", "");
        rule_hold(i, "", ", convention=keras");
    }
}

/* Keras's default rates and constants: one step of gradient 1 tells the rate. */
static void defaults_of_keras(void)
{
    static const struct { const char *rule; double step; } one[] = {
        { "sgd()", 0.01 }, { "adam()", 0.001/(1 + 1e-7/sqrt(0.001)) }, { "rmsprop()", 0.001/sqrt(0.1 + 1e-7) },
        { "adagrad()", 0.001/sqrt(1.1 + 1e-7) }, { "adamax()", 0.001/(1 + 1e-7) },
        { "adadelta()", 0.001*sqrt(1e-7)/sqrt(0.05 + 1e-7) },
    };
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char text[200];
        snprintf(text, sizeof text, "set convention=keras\nparam w = 0\nE = 1*w\nupdate E, optimizer=%s", one[i].rule);
        Session *s = session_with(text);
        equals(s, "-w/1e-3", one[i].step/1e-3);
        session_end(s);
    }
}

/* ---- layers, losses, the rest ---- */

static void batchnorm_of_keras(void)
{
    Session *s = session_with("set convention=keras, training=1\nbn = batchnorm()\nparam x = [[1, -2], [2, 0], [6, 5]]\n"
                              "y = bn(x)\nE = sum(y)\nupdate E, optimizer=sgd(lr=0)");
    double mean = 3, var = (4 + 1 + 9)/3.;
    equals(s, "y[2, 0]", 3/sqrt(var + 1e-3));
    equals(s, "bn.running_mean[0]", 0.99*0 + 0.01*mean);
    equals(s, "bn.running_var[0]", 0.99*1 + 0.01*var);
    session_type(s, "set training=0");
    equals(s, "y[0, 0]", (1 - 0.03)/sqrt(0.99 + 0.01*var + 1e-3));
    session_end(s);
}

static void losses_of_keras(void)
{
    Session *s = session_with("set convention=keras\nc = [[0.2, 0.6, 0.2], [0.5, 0, 0.25]]\nt = [[0, 1, 0], [0, 1, 0]]");
    equals(s, "crossentropy(c, t)", (-log(0.6) - log(1e-7))/2);   /* the second is 0, held */
    equals(s, "sparse_crossentropy([0.5, 0.25, 0.05], 0)", -log(0.5/0.8));
    equals(s, "bce([0, 1], [1, 1])", (-log(1e-7) - log(1 - 1e-7))/2);
    equals(s, "cosine_loss([1, 2], [2, 1])", -4/5.);
    equals(s, "leaky_relu(-1)", -0.3);
    equals(s, "leaky_relu'(-1)", 0.3);
    equals(s, "l2([1, 2], by=0.1)", 0.5);
    equals(s, "l1_l2([1, -2], by1=0.1, by2=0.1)", 0.3 + 0.5);
    equals(s, "crossentropy([0.5, 0.25, 0.05], [1, 0, 0], convention=torch)", -log(0.5));
    session_type(s, "set convention=torch");
    equals(s, "crossentropy([0.5, 0.25, 0.05], [1, 0, 0])", -log(0.5));
    equals(s, "cosine_loss([1, 2], [2, 1])", 1 - 4/5.);
    equals(s, "leaky_relu(-1)", -0.01);
    equals(s, "l2([1, 2], by=0.1)", 0.25);
    session_end(s);
}

/* An equation stays true: what was defined before follows the switch, and undo takes it back. */
static void equations_follow(void)
{
    Session *s = session_with("y = leaky_relu([-1, 2])\nparam w = [-1, 2]\nE = l2(w)\ngw = grad(E, w)\n"
                              "net = input(2) -> dense(2, leaky_relu) -> dense(1)\nz = net([1, -1])\nparam was = net.dense1.W");
    Diag d = { 0 };
    equals(s, "y[0]", -0.01);
    equals(s, "gw[1]", 0.01*2);
    session_type(s, "set convention=keras");
    equals(s, "y[0]", -0.3);
    equals(s, "gw[1]", 2*0.01*2);
    equals(s, "sum(abs(net.dense1.W - was))", 0);
    CU_ASSERT_EQUAL(session_undo(s, &d), OK);
    equals(s, "y[0]", -0.01);
    equals(s, "convention", 0);
    CU_ASSERT(session_run_text(s, "text", "set convention=2", &d, &(int){ 0 }) != OK);
    CU_ASSERT(session_run_text(s, "text", "set convention=jax", &d, &(int){ 0 }) != OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "torch or keras") ? d.text : NULL);
    session_end(s);
}

CU_TestInfo conventions_tests[] = {
    { "keras's optimizers step as its formulas say, by setting and by argument", optimizers_of_keras },
    { "keras's default rates", defaults_of_keras },
    { "keras's batch normalisation", batchnorm_of_keras },
    { "keras's losses, leak and penalties, and back", losses_of_keras },
    { "equations follow the convention, and undo takes it back", equations_follow },
    CU_TEST_INFO_NULL
};
