/* schedules_test.c -- clipping, running averages and rates that change, through the
 * optimizers that use them.
 *
 * The values stand in tests/reference/schedules.txt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "face/tables.h"
#include "typed.h"
#include "reference.h"

/* Two parameters at 0 whose gradients are g1 and g2: one step of rate 1 takes off what
 * was left of them. */
#define CLIPPED(option)                                                                  \
    "c1 <- g1\nc2 <- g2\nparam w1 = 0*c1, w2 = 0*c2\nE = sum(c1*w1) + sum(c2*w2)\n"        \
    "update E, optimizer=sgd(lr=1, " option ")\nout_g1 = -w1\nout_g2 = -w2\n"

/* The rate of each epoch, asked for directly. */
#define RATES(n, call) "param out_lr = zeros(" #n ")\nfor t in range(" #n ") { out_lr[t] <- " call " }"

static const RefRow rows[] = {
    { "clip/by_value", CLIPPED("clipvalue=$clip"), NULL },
    { "clip/by_norm_per_tensor", CLIPPED("clipnorm=$max_norm"), NULL },
    { "clip/by_global_norm_*",
      CLIPPED("global_clipnorm=$max_norm") "out_norm = norm(concat(flat(c1), flat(c2)))",
      " out.torch_g1 out.torch_g2 " },
    { "clip/by_global_norm_*",             /* with PyTorch's 1e-6 beside the norm */
      "out_norm = norm(concat(flat(g1), flat(g2)))\nby = minimum(1, $max_norm/(out_norm + 1e-6))\n"
      "out_torch_g1 = g1*by\nout_torch_g2 = g2*by", " out.g1 out.g2 " },
    { "ema/*",                             /* w is moved along x from outside */
      "param w = 0, out_from_first = zeros(12), out_from_zero = zeros(12), out_from_zero_corrected = zeros(12)\n"
      "c <- x\nE = w\nopt = sgd(lr=0, ema=$decay)\ng <- 0\nF = g*w\nopt2 = adam(lr=0, beta1=$decay)\n"
      "for k in range(12) {\n w <- c[k]\n update E, optimizer=opt\n out_from_first[k] <- opt.w.average\n"
      " g <- c[k]\n update F, optimizer=opt2\n out_from_zero[k] <- opt2.w.m\n"
      " out_from_zero_corrected[k] <- opt2.w.m/(1 - $decay^(k + 1))\n}", NULL },
    { "schedule/step", RATES(30, "step_decay(t, lr=$lr0, every=$step, factor=$gamma)"), NULL },
    { "schedule/multistep", RATES(30, "step_decay(t, lr=$lr0, every=[$milestones], factor=$gamma)"), NULL },
    { "schedule/exponential", RATES(30, "exponential(t, lr=$lr0, factor=$gamma)"), NULL },
    { "schedule/inverse_time", RATES(30, "inverse_time(t, lr=$lr0, decay=$k)"), NULL },
    { "schedule/cosine", RATES(21, "cosine(t, lr=$lr0, epochs=$T_max, lowest=$eta_min)"), NULL },
    { "schedule/linear_warmup", RATES(30, "warmup(t, lr=$lr0, epochs=$warmup)"), NULL },
    { "schedule/warmup_cosine",
      RATES(30, "warmup(t, lr=$lr0, epochs=$warmup, after=cosine(lr=$lr0, epochs=$total - $warmup))"), NULL },
    { "schedule/noam", RATES(30, "noam(t, lr=$lr0, warmup=$warmup, dim=$d_model)"), NULL },
    { "schedule/reduce_on_plateau",        /* E is the metric, its gradient is 1 */
      "c <- metric\nparam p = 0, out_lr = zeros(24)\nnow <- 0\nE = now + p - hold(p)\n"
      "opt = sgd(lr=reduce_on_plateau(lr=$lr0, factor=$factor, patience=$patience, threshold=$threshold, "
      "cooldown=$cooldown, lowest=$min_lr))\n"
      "for k in range(24) {\n p <- 0\n now <- c[k]\n update E, optimizer=opt\n out_lr[k] <- -p\n}", NULL },
};

static void rates_and_clips(void) { reference_rows("schedules.txt", ROWS(rows), NULL, 0); }

static void equals(Session *s, const char *expr, double v)
{
    double got = session_number(s, expr);
    bool near = fabs(got - v) <= 1e-13*(1 + fabs(v));
    if (!near) printf("%s is %.17g, not %.17g\n", expr, got, v);
    CU_ASSERT(near);
}

/* What PyTorch's OneCycleLR(max_lr=0.1, total_steps=10) gives, from its formula. */
static void one_cycle_up_and_down(void)
{
    static const double rate[] = {
        0.004, 0.05200000000000001, 0.1, 0.09504846320134738, 0.08117456539497631, 0.06112620219362893,
        0.03887419780637109, 0.018825834605023705, 0.004951936798652621, 4e-07,
    };
    Session *s = session_with("");
    for (int i = 0; i < 10; i++) {
        char expr[80];
        snprintf(expr, sizeof expr, "one_cycle(%d, lr=0.1, epochs=10)", i);
        equals(s, expr, rate[i]);
    }
    session_end(s);
}

/* Six rows in batches of two: three updates an epoch. The gradient is 1 in each, so the
 * weight tells the sum of the rates. */
static void epochs_and_steps_in_training(void)
{
    static const struct { const char *lr; double sum; } one[] = {
        { "step_decay(lr=1, every=1, factor=0.5)", 3*(1 + 0.5 + 0.25) },
        { "halved", 3*(1 + 0.5 + 0.25) },
        { "by_steps", 1 + 1./2 + 1./3 + 1./4 + 1./5 + 1./6 + 1./7 + 1./8 + 1./9 },
        { "constant(lr=0.25)", 9*0.25 },
    };
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        char text[800];
        snprintf(text, sizeof text,
                 "halved(t) = 0.5^t\nby_steps(step) = 1/(1 + step)\nsumming(output, target) = mean(output)\n"
                 "net = input(1) -> d: dense(1, weights=zeros, bias=none)\n"
                 "train net, ones(6, 1), ones(6, 1), loss=summing, optimizer=sgd(lr=%s), epochs=3, batch=2", one[i].lr);
        Session *s = session_with(text);
        equals(s, "-net.d.W[0, 0]", one[i].sum);
        session_end(s);
    }
}

/* The mean loss of an epoch counts, not that of its last batch. */
static void plateau_in_training(void)
{
    Session *s = session_with(
        "summing(output, target) = mean(output - hold(output) + target)\n"
        "net = input(1) -> d: dense(1, weights=zeros, bias=none)\n"
        "y = [[1], [3], [1], [3]]\n"
        "train net, ones(4, 1), y, loss=summing, epochs=4, batch=2, shuffle=0,\n"
        "   optimizer=sgd(lr=reduce_on_plateau(lr=1, factor=0.5, patience=0))");
    equals(s, "-net.d.W[0, 0]", 2*(1 + 1 + 0.5 + 0.25));
    session_end(s);
}

/* After 1, 2, 3, 4 updates: the average overwrites the weight after the second and fourth. */
static void average_takes_over(void)
{
    Session *s = session_with("param w = 1\nE = w\nopt = sgd(lr=0.1, ema=0.5, ema_overwrite=2)");
    double w = 1, average = 0;
    Diag d = { 0 };
    int line;
    for (int i = 1; i <= 4; i++) {
        w -= 0.1;
        average = i == 1 ? w : 0.5*average + 0.5*w;
        if (i % 2 == 0) w = average;
        CU_ASSERT_EQUAL(session_run_text(s, "text", "update E, optimizer=opt", &d, &line), OK);
        equals(s, "w", w);
        equals(s, "opt.w.average", average);
    }
    session_end(s);
}

static void global_norm_in_training(void)
{
    Session *a = session_with("seed 1\nnet = input(2) -> h: dense(3, tanh) -> o: dense(1)\n"
                              "train net, data(\"xor\"), optimizer=sgd(lr=1, global_clipnorm=0.1), epochs=4, shuffle=0");
    Session *b = session_with("seed 1\nnet = input(2) -> h: dense(3, tanh) -> o: dense(1)\nd = data(\"xor\")\nE = mse(net(d.x), d.y)\n"
                              "param was = net.h.W\nupdate E, optimizer=sgd(lr=1, global_clipnorm=0.1)\n"
                              "param moved = norm(net.h.W - was)\n"
                              "repeat 3 { update E, optimizer=sgd(lr=1, global_clipnorm=0.1) }");
    CU_ASSERT(session_number(b, "moved") < 0.1);
    equals(a, "sum(net.h.W)", session_number(b, "sum(net.h.W)"));
    equals(a, "sum(net.o.W)", session_number(b, "sum(net.o.W)"));
    session_end(a);
    session_end(b);
}

static void what_is_no_schedule(void)
{
    static const char *const bad[][2] = {
        { "param w = 1\nupdate w, optimizer=sgd(lr=sin)", "needs a number, or a schedule" },
        { "param w = 1\nf(t, k) = t*k\nupdate w, optimizer=sgd(lr=f)", "needs a value for k" },
        { "param w = 1\nf(t) = [1, 2]\nupdate w, optimizer=sgd(lr=f)", "single number" },
        { "param w = 1\nupdate w, optimizer=sgd(lr=step_decay(0.1))", "needs its options by name" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Diag d = { 0 };
        int line;
        Session *s = session_new();
        tables_add(s);
        Status st = session_run_text(s, "text", bad[i][0], &d, &line);
        if (!strstr(d.text, bad[i][1])) printf("%s: %s\n", bad[i][0], d.text);
        CU_ASSERT(st != OK && strstr(d.text, bad[i][1]));
        session_end(s);
    }
}

CU_TestInfo schedules_tests[] = {
    { "every rate, clip and average of the reference, through the optimizers", rates_and_clips },
    { "one_cycle rises and falls as PyTorch's", one_cycle_up_and_down },
    { "a schedule counts epochs, or steps when its argument says so", epochs_and_steps_in_training },
    { "reduce_on_plateau goes by the mean of an epoch", plateau_in_training },
    { "a running average takes the weight's place", average_takes_over },
    { "global_clipnorm binds all gradients together, in training as by hand", global_norm_in_training },
    { "what is no schedule is refused", what_is_no_schedule },
    CU_TEST_INFO_NULL
};
