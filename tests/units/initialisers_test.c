/* initialisers_test.c -- the size of the numbers that each initialiser draws.
 *
 * The values stand in tests/reference/initializers.txt: bound, deviation and variance that
 * each rule must have. With the same seed an initialiser draws what uniform or normal
 * draw, stretched, so the stretch is known exactly.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>

#include "typed.h"
#include "reference.h"

/* By how much w is u stretched: both drawn from one seed. */
#define STRETCH(call, sizes, plain)                                                      \
    "seed 7\nu = " plain "(" sizes ")\nseed 7\nw = " call "\n"

#define UNIFORM(call, sizes)                                                             \
    STRETCH(call, sizes, "uniform")                                                      \
    "out_bound = max(abs(w))/max(abs(2*u - 1))\n"                                        \
    "out_std = out_bound/sqrt(3)\nout_variance = out_bound^2/3\n"

#define NORMAL(call, sizes)                                                              \
    STRETCH(call, sizes, "normal") "out_std = max(abs(w))/max(abs(u))\nout_variance = out_std^2\n"

#define SHAPES(rule, KIND, name, more)                                                   \
    { rule "/dense_*", KIND(name "($fan_in, $fan_out" more ")", "$fan_in, $fan_out"), NULL },          \
    { rule "/conv_16x3x3x3", KIND(name "(3, 3, 3, 16" more ")", "3, 3, 3, 16"), NULL },  \
    { rule "/conv_8x4x5x5", KIND(name "([5, 5, 4, 8]" more ")", "5, 5, 4, 8"), NULL }

#define GAIN(name, call) { "gain/" name, "out_gain = " call, NULL }

static const RefRow rows[] = {
    SHAPES("glorot_uniform", UNIFORM, "glorot", ""),
    SHAPES("glorot_normal", NORMAL, "glorot_normal", ""),
    SHAPES("he_uniform", UNIFORM, "he", ""),
    SHAPES("he_normal", NORMAL, "he_normal", ""),
    SHAPES("he_uniform_fan_out", UNIFORM, "he", ", fan=fan_out"),
    SHAPES("he_normal_fan_out", NORMAL, "he_normal", ", fan=fan_out"),
    SHAPES("lecun_uniform", UNIFORM, "lecun", ""),
    SHAPES("lecun_normal", NORMAL, "lecun_normal", ""),
    SHAPES("inverse_sqrt_fan_in_uniform", UNIFORM, "inverse_sqrt", ""),
    { "uniform/*",
      STRETCH("uniform(4, from=$lo, to=$hi)", "4", "uniform")
      "span = (w[1] - w[0])/(u[1] - u[0])\nout_mean = w[0] - span*u[0] + span/2\nout_variance = span^2/12", NULL },
    { "normal/*",
      STRETCH("normal(4, mean=$mean, std=$std)", "4", "normal")
      "s = (w[1] - w[0])/(u[1] - u[0])\nout_mean = w[0] - s*u[0]\nout_variance = s^2", NULL },
    { "truncated_normal/cut_at_2_std", "out_std_after_cut = std_within(2)", NULL },
    GAIN("linear", "gain(\"linear\")"),
    GAIN("sigmoid", "gain(\"sigmoid\")"),
    GAIN("tanh", "gain(\"tanh\")"),
    GAIN("relu", "gain(\"relu\")"),
    GAIN("leaky_relu_0.01", "gain(\"leaky_relu\")"),
    GAIN("leaky_relu_0.1", "gain(\"leaky_relu\", slope=0.1)"),
    GAIN("selu", "gain(\"selu\")"),
    { "orthogonal/4x4*", "seed 1\nW = orthogonal(4, 4, gain=$gain)\nout_gram = W @ W'", NULL },
    { "orthogonal/3x5*", "seed 1\nW = orthogonal(3, 5, gain=$gain)\nout_gram = W @ W'", NULL },
    { "orthogonal/6x2*", "seed 1\nW = orthogonal(6, 2, gain=$gain)\nout_gram = W' @ W", NULL },
};

static void sizes_of_numbers(void) { reference_rows("initializers.txt", ROWS(rows), NULL, 0); }

/* 250000 numbers: mean and variance within five deviations of what they must be. */
static void keras_cuts_normals(void)
{
    static const char setup[] = "seed 5\nset convention=keras\nw = he_normal(500, 500)\n";
    double variance = 2/500., n = 250000;
    CU_ASSERT(fabs(number_after(setup, "mean(w)")) < 5*sqrt(variance/n));
    CU_ASSERT(fabs(number_after(setup, "var(w)")/variance - 1) < 5*sqrt(2/n));
    CU_ASSERT(number_after(setup, "max(abs(w))") < 2*sqrt(variance)/0.87962566103423978);
    CU_ASSERT(number_after("seed 5\nw = he_normal(500, 500)\n", "max(abs(w))") > 2*sqrt(variance)/0.87962566103423978);
}

static void layers_take_them(void)
{
    static const char setup[] = "seed 1\nnet = input(6) -> a: dense(6, weights=orthogonal) -> b: dense(4, weights=lecun)\n";
    CU_ASSERT(fabs(number_after(setup, "sum(abs(net.a.W' @ net.a.W - eye(6)))")) < 1e-12);
    CU_ASSERT(number_after(setup, "max(abs(net.b.W))") <= sqrt(3./6));
    /* 200 orthogonal directions do not lose their right angles to rounding */
    CU_ASSERT(number_after("seed 2\nQ = orthogonal(200, 200)\n", "max(abs(Q' @ Q - eye(200)))") < 1e-13);
}

CU_TestInfo initialisers_tests[] = {
    { "every rule of the reference draws numbers of its size", sizes_of_numbers },
    { "in keras's convention normal numbers are cut and keep their variance", keras_cuts_normals },
    { "layers begin with them", layers_take_them },
    CU_TEST_INFO_NULL
};
