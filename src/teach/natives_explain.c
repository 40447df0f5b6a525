/* natives_explain.c -- TABLE of the commands that say where numbers come from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/explain.h"
#include "teach/natives.h"

const Builtin natives_explain[] = {
    { .name = "why", .usage = "why X, depth=3", .group = "explaining", .keys = "depth", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = why_run,
      .help = "The equation behind a number, with the numbers put in, down to what was given; of a gradient the rule it "
              "comes from, of a parameter its start and every update. depth= is how many levels are shown. Every line "
              "can be typed in and gives what it says.",
      .example = "param w = 3\ny = 2*w + 1\nE = y^2\nwhy E\nwhy grad(E, w)\nwhy y, depth=1" },
    { .name = "derive", .usage = "derive E, w  derive f", .group = "explaining", .min_args = 1, .max_args = 2,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = derive_run,
      .help = "The derivative of E with respect to w, one rule of calculus a line, each rule named; then with the numbers "
              "put in. Of a function: its derivative as a formula.",
      .example = "param w = 3\nE = (2*w - 1)^2\nderive E, w\nf(x) = x^3*sin(x)\nderive f\nderive sigmoid" },
    { .name = "check", .usage = "check E, tol=1e-6", .group = "explaining", .keys = "tol", .min_args = 1, .max_args = 1,
      .flags = BUILTIN_COMMAND | BUILTIN_NO_UNDO, .run = check_run,
      .help = "Every gradient of E against central differences, the worst first. A gradient at a kink, such as relu's "
              "at 0, is named as such. Of more than 1000 parameters, 1000 are checked.",
      .example = "param w = 3, b = -1\nE = (2*w + b)^2\ncheck E" },
    { 0 }
};
