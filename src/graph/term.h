/* term.h -- one scalar equation: the third face of an operation.
 *
 * A Term says what one element is, over single elements of other nodes. The
 * stepper prints terms, the tests evaluate them against kernels, and tiny
 * graphs are compiled from them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TERM_H
#define GRADUS_TERM_H

#include "base/mem.h"
#include "base/text.h"
#include "graph/node.h"

typedef enum {
    T_NUM,       /* num                                                    */
    T_REF,       /* element `at` of `node`                                 */
    T_APPLY,     /* elementwise op over kids                               */
    T_CALL,      /* elementwise function fn over kids                      */
    T_SUM,       /* kid[0] + kid[1] + ...; node, at: whose fold prints it  */
    T_OVER       /* name([kid, ...]): max, min, argmax, argmin, prod of a list */
} TermKind;

typedef struct Term Term;
struct Term {
    TermKind     kind;
    double       num;
    Node        *node;
    int64_t      at;
    const Op    *op;
    const Tmpl  *fn;
    const char  *name;
    int          n;
    const Term **kid;
};

const Term *term_num(Arena *a, double v);
const Term *term_ref(Arena *a, Node *n, int64_t at);
const Term *term_apply(Arena *a, const Op *op, int n, const Term *const *kid);
const Term *term_sum(Arena *a, Node *whose, int64_t at, int n, const Term *const *kid);
const Term *term_over(Arena *a, const char *name, int n, const Term *const *kid);

/* The formula of element `at` of n: one operation deep. */
const Term *term_of(Arena *a, Node *n, int64_t at);
/* The same with every reference to an unlabelled node replaced by its own
 * formula, down to labelled nodes, leaves and numbers. `root` itself is opened
 * even if labelled. Sums of more than `fold` parts keep only references. */
const Term *term_open(Arena *a, Node *n, int64_t at, int fold);

/* Value from the numbers of the referenced nodes (which must be evaluated). */
double term_eval(const Term *t);

typedef enum {
    TERM_NAMES,     /* h[0]*W[0, 1] + b          */
    TERM_NUMBERS    /* 0.85*0.14 + 0.1           */
} TermStyle;
/* Valid Gradus. Sums longer than `fold` are printed by their op's fold in names,
 * and as the first parts plus the rest as one number in numbers. */
void term_print(Text *to, const Term *t, TermStyle style, NumFormat f, int fold);
/* A whole node as an expression over labels (tensor level); its label if it has
 * one. */
void term_print_node(Text *to, Node *n);
/* The same, but the node itself as its expression even if it is labelled. */
void term_print_open(Text *to, Node *n);
/* "h", "net.h.W[0, 1]": label and index of one element. */
void term_print_ref(Text *to, Node *n, int64_t at);

#endif
