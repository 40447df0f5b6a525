/* tensors_test.c -- operations on tensors and small graphs of numbers, with every gradient.
 *
 * The values stand in tests/reference/tensors.txt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include "reference.h"

#define OP(name, expr) { "op/" name, "out_y = " expr, NULL }
#define EXPR(name, expr) { "expr/" name, "out_y = " expr, NULL }

static const RefRow rows[] = {
    OP("matmul_2x3_3x4", "a @ b"),
    OP("matvec", "a @ b"),
    OP("vecmat", "a @ b"),
    OP("dot", "dot(a, b)"),
    OP("dot", "a @ b"),
    OP("outer", "outer(a, b)"),
    OP("batch_matmul", "a @ b"),
    OP("batch_matmul_broadcast", "a @ b"),
    OP("batch_matmul_transposed", "a @ b'"),
    OP("bilinear_form", "a @ b @ m"),
    OP("trace_of_product", "sum(diagonal(a @ b))"),
    OP("transpose", "a'"),
    OP("permute_201", "transpose(a, 2, 0, 1)"),
    OP("add_*", "a + b"),
    OP("mul_*", "a*b"),
    OP("sub_broadcast", "a - b"),
    OP("div_broadcast", "a/b"),
    OP("same_tensor_twice", "a*a + a @ a"),
    OP("sum_all", "sum(a)"),
    OP("sum_axis0", "sum(a, axis=0)"),
    OP("sum_axis1_keep", "sum(a, axis=1, keep=1)"),
    OP("mean_all", "mean(a)"),
    OP("mean_axis_0_2", "mean(a, axis=[0, 2])"),
    OP("max_axis1", "max(a, axis=1)"),
    OP("min_axis0", "min(a, axis=0)"),
    OP("prod_axis1", "prod(a, axis=1)"),
    OP("var_biased_axis1", "var(a, axis=1)"),
    OP("var_unbiased_axis1", "var(a, axis=1, unbiased=1)"),
    OP("std_unbiased_all", "std(a, unbiased=1)"),
    OP("norm2", "norm(a)"),
    OP("logsumexp_axis1", "log(sum(exp(a), axis=1))"),
    OP("logsumexp_axis1", "logsumexp(a, axis=1)"),
    OP("cumsum_axis1", "cumsum(a, axis=1)"),
    OP("reshape", "reshape(a, 3, 4)"),
    OP("slice_rows_cols", "a[1:3, ::2]"),
    OP("concat_axis1", "concat(a, b, axis=1)"),
    OP("stack_axis0", "stack(a, b)"),
    OP("stack_axis0", "[a, b]"),
    OP("pad_1_2", "concat(concat(zeros(2, 1), a, zeros(2, 2), axis=1), zeros(1, 5))"),
    OP("clip", "clip(a, -0.5, 0.5)"),
    OP("where_positive", "where(a > 0, a, b)"),
    OP("maximum", "max(a, b)"),
    OP("exp", "exp(a)"),
    OP("sin", "sin(a)"),
    OP("cos", "cos(a)"),
    OP("log", "log(a)"),
    OP("sqrt", "sqrt(a)"),
    OP("abs", "abs(a)"),
    OP("reciprocal", "1/a"),
    OP("pow3", "a^3"),
    OP("pow_2.5", "a^2.5"),
    OP("pow_tensor", "a^b"),
    EXPR("sum_times_sum", "(a + b)*(c + d)"),
    EXPR("reused_node", "(x*x + x)*x"),
    EXPR("diamond", "exp(x*y)*sin(x + y) + (x*y)^2"),
    { "expr/diamond", "p = x*y\nout_y = exp(p)*sin(x + y) + p^2", NULL },
    EXPR("quotient", "(x^2 + 1)/(y - x)"),
    EXPR("log_sigmoid_chain", "log(sigmoid(w*x + b))"),
    EXPR("tanh_tower", "tanh(tanh(tanh(x)*2) - x)"),
    EXPR("sqrt_of_squares", "sqrt(x*x + y*y)"),
    EXPR("power_of_variable", "x^y"),
    { "argmax_argmin/*",
      "out_argmax_axis1 = argmax(a, axis=1)\nout_argmin_axis0 = argmin(a, axis=0)\nout_argmax_flat = argmax(a)", NULL },
};

static const RefLater later[] = {
    { "conv_output_length", "convolutions come later" },
};

static void every_operation(void) { reference_rows("tensors.txt", ROWS(rows), ROWS(later)); }

CU_TestInfo tensors_tests[] = {
    { "every operation of the reference and its gradients agree", every_operation },
    CU_TEST_INFO_NULL
};
