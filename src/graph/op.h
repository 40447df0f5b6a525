/* op.h -- what a primitive operation is: one row of ops_*.c, three faces.
 *
 *   kernel   how a whole tensor is computed, fast
 *   slope    its derivative: for elementwise rows a formula in Gradus over
 *            a, b, c (the operands) and y (the result); else a function that
 *            builds nodes
 *   formula  what one element of the result is, in terms of single elements of
 *            the inputs: a Term. Elementwise rows need none: it follows.
 *
 * tests/units/ops_test.c walks the tables and holds kernel = formula and
 * slope = central differences for every row: a new row is tested by being there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_OP_H
#define GRADUS_OP_H

#include "graph/node.h"
#include "graph/term.h"

typedef enum {
    OP_LEAF,         /* leaf, slot                                       */
    OP_ELEMENT,      /* elementwise with broadcasting, arity 1..3        */
    OP_CALL,         /* an elementwise function of the language (Tmpl)   */
    OP_REDUCE, OP_MATRIX, OP_SHAPE, OP_PICK
} OpKind;

struct Op {
    const char *name;        /* "+", "tanh", "matmul": how Gradus calls it          */
    const char *usage;       /* "tanh(x)"                                           */
    const char *help;        /* one sentence                                        */
    const char *source;      /* where the definition comes from, or NULL            */
    const char *rule;        /* name of its rule of calculus: "product rule"        */
    OpKind      kind;
    int         min_in, max_in;
    int         power;       /* binding power when printed as an operator, 0: a call */

    /* OP_ELEMENT: one element, and a run of n with strides 0 or 1 (in elements) */
    double    (*one)(double a, double b, double c);
    void      (*run)(double *y, const double *a, int sa, const double *b, int sb,
                     const double *c, int sc, int64_t n);
    const char *slope_text[3];   /* d y / d operand; "0" and "1" mean what they say; NULL: none */
    double      lo, hi;          /* where operands live: drives the gradient test and plots */

    /* other kinds */
    Status    (*infer)(Node *n, Span at, Diag *d);         /* set n->shape from inputs and attr */
    void      (*kernel)(const Node *n, double *y);         /* read n->in[i]->val              */
    /* adjoint of input i given the adjoint g of n: a new node (count 1), NULL: no slope.
     * May use node-building helpers of gbuild.h. */
    Node     *(*slope)(Node *n, int i, Node *g);
    const Term *(*formula)(Arena *a, Node *n, int64_t at);
    /* tensor-level print of a long sum at element `at`, for folding: appends
     * valid Gradus such as dot(x, W[:, 1]); NULL: never folded.
     * Print an operand with term_print_node(to, n->in[0]). */
    void      (*fold)(Text *to, Node *n, int64_t at);
    /* OP_REDUCE etc.: how a test makes one: shapes and attrs; see ops_test.c */
    const char *const *examples;   /* Gradus expressions over A (2x3), B (3x2), v (3), s; NULL-ended */
};

extern const Op op_leaf, op_slot, op_call;
extern const Op op_sum_to;      /* adjoint of broadcasting; attr: shape           */
extern const Op op_spread;      /* broadcast to attr shape                        */
extern const Op ops_element[], ops_reduce[], ops_matrix[], ops_shape[], ops_pick[]; /* end: name NULL */

const Op *op_find(const char *name);                   /* over all tables; NULL */
void op_each(void (*f)(const Op *op, void *ctx), void *ctx);

#endif
