/* activations_test.c -- every activation of the prelude and its slope at 34 points.
 *
 * The values stand in tests/reference/activations.csv, exact to the last bit. Each
 * function is held three times: its value, the slope it states or that is derived from
 * its definition (f'), and the slope that grad finds through it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/tables.h"
#include "reference.h"

enum { POINTS = 34, FIELDS = 10 };

#define RTOL 1e-13
#define ATOL 1e-15

/* ---- the file ---- */

typedef struct {
    int    n;
    double x[POINTS], y[POINTS], dy[POINTS];
} Curve;

/* Cuts a line at its commas; commas inside double quotes do not count. */
static int fields_cut(char *line, char **field)
{
    int n = 0;
    bool quoted = false;
    field[n++] = line;
    for (char *p = line; *p; p++) {
        if (*p == '"') quoted = !quoted;
        if (*p != ',' || quoted || n == FIELDS) continue;
        *p = '\0';
        field[n++] = p + 1;
    }
    return n;
}

/* All rows of one function. */
static void curve_read(const char *name, Curve *c)
{
    char line[1024], *field[FIELDS];
    FILE *f = reference_open("activations.csv");
    c->n = 0;
    while (f && fgets(line, sizeof line, f)) {
        if (fields_cut(line, field) != FIELDS || strcmp(field[0], name) || c->n == POINTS) continue;
        c->x[c->n] = strtod(field[2], NULL);
        c->y[c->n] = strtod(field[3], NULL);
        c->dy[c->n] = strtod(field[4], NULL);
        c->n++;
    }
    if (f) fclose(f);
    if (c->n != POINTS) printf("%s: %d points\n", name, c->n);
    CU_ASSERT_EQUAL(c->n, POINTS);
}

/* ---- the functions ---- */

typedef struct { const char *curve, *value, *slope; } Row;     /* slope NULL: a layer has none */

static const Row rows[] = {
    { "linear", "linear(x)", "linear'(x)" },
    { "heaviside", "heaviside(x)", "heaviside'(x)" },
    { "sign", "sign(x)", "sign'(x)" },
    { "sigmoid", "sigmoid(x)", "sigmoid'(x)" },
    { "tanh", "tanh(x)", "tanh'(x)" },
    { "relu", "relu(x)", "relu'(x)" },
    { "leaky_relu_0.01", "leaky_relu(x)", "leaky_relu'(x)" },
    { "leaky_relu_0.1", "leaky_relu(x, slope=0.1)", "leaky_relu'(x, slope=0.1)" },
    { "elu_1", "elu(x)", "elu'(x)" },
    { "elu_0.5", "elu(x, alpha=0.5)", "elu'(x, alpha=0.5)" },
    { "softplus", "softplus(x)", "softplus'(x)" },
    { "softsign", "softsign(x)", "softsign'(x)" },
    { "silu", "silu(x)", "silu'(x)" },
    { "silu", "swish(x)", "swish'(x)" },
    { "gelu_erf", "gelu(x)", "gelu'(x)" },
    { "prelu", "prelu()(x)", NULL },
    { "prelu", "leaky_relu(x, slope=0.25)", "leaky_relu'(x, slope=0.25)" },
    { "celu_1", "celu(x)", "celu'(x)" },
    { "celu_2", "celu(x, alpha=2)", "celu'(x, alpha=2)" },
    { "selu", "selu(x)", "selu'(x)" },
    { "mish", "mish(x)", "mish'(x)" },
    { "hard_sigmoid_6", "hard_sigmoid(x)", "hard_sigmoid'(x)" },
    { "hard_sigmoid_5", "hard_sigmoid_5(x)", "hard_sigmoid_5'(x)" },
    { "gelu_tanh", "gelu_tanh(x)", "gelu_tanh'(x)" },
    { "rrelu_eval", "rrelu()(x)", NULL },
    { "rrelu_eval", "leaky_relu(x, slope=(1/8 + 1/3)/2)", "leaky_relu'(x, slope=(1/8 + 1/3)/2)" },
};

/* As a student writes them: the slope is derived, not stated. Far out their own formulas
 * overflow, so they are held up to |x| = 100. */
static const Row written[] = {
    { "sigmoid", "mine(x)", "mine'(x)" },
    { "softsign", "soft(x)", "soft'(x)" },
    { "elu_1", "bent(x)", "bent'(x)" },
};

static void session_begin(Session *s, const Curve *c)
{
    Text t = { 0 };
    Diag d = { 0 };
    int line;
    text_add(&t, "mine(x) = 1/(1 + exp(-x))\nsoft(x) = x/(1 + abs(x))\n"
                 "bent(x) = where(x > 0, x, expm1(x))\nparam x = [");
    for (int i = 0; i < c->n; i++) text_addf(&t, "%s%.17g", i ? ", " : "", c->x[i]);
    text_add(&t, "]\n");
    CU_ASSERT_EQUAL(session_run_text(s, "points", text_str(&t), &d, &line), OK);
    text_free(&t);
}

static void points_hold(Session *s, const Curve *c, const char *expr, const double *ref)
{
    Diag d = { 0 };
    Value v = { 0 };
    Node *n = session_eval(s, expr, &v, &d) == OK && v.kind == V_NODE ? v.node : NULL;
    const double *got = n && shape_len(&n->shape) == c->n ? node_eval(n, &d) : NULL;
    if (!got) printf("%s: %s\n", expr, d.text);
    CU_ASSERT_PTR_NOT_NULL(got);
    for (int i = 0; got && i < c->n; i++) {
        bool near = reference_near(got[i], ref[i], RTOL, ATOL);
        if (!near) printf("%s at x = %.17g: %.17g, not %.17g\n", expr, c->x[i], got[i], ref[i]);
        CU_ASSERT(near);
    }
    value_drop(&v);
}

static void curve_within(Curve *c, double most)
{
    int n = 0;
    for (int i = 0; i < c->n; i++) {
        if (fabs(c->x[i]) > most) continue;
        c->x[n] = c->x[i];
        c->y[n] = c->y[i];
        c->dy[n++] = c->dy[i];
    }
    c->n = n;
}

static void row_hold(const Row *row, double most)
{
    Curve c;
    Session *s = session_new();
    char through[200];
    tables_add(s);
    curve_read(row->curve, &c);
    curve_within(&c, most);
    session_begin(s, &c);
    snprintf(through, sizeof through, "grad(sum(%s), x)", row->value);
    points_hold(s, &c, row->value, c.y);
    if (row->slope) points_hold(s, &c, row->slope, c.dy);
    points_hold(s, &c, through, c.dy);
    tables_free(s);
    session_free(s);
}

static void values_and_slopes(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) row_hold(&rows[i], INFINITY);
}

static void derived_slopes(void)
{
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) row_hold(&written[i], 100);
}

/* Every function of the file has a row; the rows' curves are read by name, so none is
 * without its points. */
static void nothing_left_out(void)
{
    char line[1024], *field[FIELDS];
    int held = 0;
    FILE *f = reference_open("activations.csv");
    if (f && !fgets(line, sizeof line, f)) CU_FAIL("activations.csv is empty");
    while (f && fgets(line, sizeof line, f)) {
        bool found = false;
        CU_ASSERT_EQUAL(fields_cut(line, field), FIELDS);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) found |= !strcmp(rows[i].curve, field[0]);
        if (!found) printf("no row for %s\n", field[0]);
        CU_ASSERT(found);
        held += found;
    }
    if (f) fclose(f);
    printf("activations.csv: %d rows held, 0 not yet covered\n", held);
}

static const RefRow vectors[] = {
    { "softmax/*", "out_y = softmax(x)", NULL },
    { "log_softmax/*", "out_y = log_softmax(x)", NULL },
    { "softmax/[!w]*", "out_y = exp(log_softmax(x))", NULL },
    { "prelu_alpha/*", "layer_of = prelu(alpha)\nout_y = layer_of(x)", NULL },
};

static void whole_vectors(void) { reference_rows("activation_vectors.txt", ROWS(vectors), NULL, 0); }

CU_TestInfo activations_tests[] = {
    { "activations and their slopes are exact to 13 digits from -800 to 800", values_and_slopes },
    { "a derived slope is as exact as a stated one", derived_slopes },
    { "every activation of the reference has a row", nothing_left_out },
    { "activations of whole vectors and a learned slope agree to 12 digits", whole_vectors },
    CU_TEST_INFO_NULL
};
