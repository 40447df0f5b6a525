/* term_text.h -- pieces of printed formulas and their binding power; shared by
 * the printers of terms and of whole nodes, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TERM_TEXT_H
#define GRADUS_TERM_TEXT_H

#include "graph/op.h"
#include "graph/tmpl.h"

enum {
    POWER_COMPARE = 4, POWER_SUM = 5, POWER_PRODUCT = 6, POWER_MINUS = 7, POWER_POWER = 8,
    POWER_ATOM = 10
};

/* Text and how tightly its outermost operator binds (ast.h's scale). */
typedef struct {
    Text text;
    int  power;
} Piece;

/* Functions that take pieces free them. */
Piece piece_atom(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
Piece piece_num(double v, NumFormat f);
Piece piece_exact(double v);                       /* reads back to the same double */
Piece piece_text(Text text);                       /* takes the text; finds its power */
Piece piece_call(const char *name, int n, Piece *kid);
Piece piece_op(const Op *op, int n, Piece *kid);   /* operator or call, as the row says */
Piece piece_fn(const Tmpl *fn, int n, Piece *kid);
Piece piece_sum(int n, Piece *kid);                /* a + b - c */
/* Append p to `to`, in brackets when it binds looser than `least`. */
void  piece_put(Text *to, Piece *p, int least);

/* A name's slot and its definition are one quantity to the reader: the definition,
 * unless that has another name. */
Node *node_behind(Node *n);

/* ---- whole nodes, term_node.c ---- */
Piece piece_node(Node *n);                         /* label, or expression           */
Piece piece_node_open(Node *n);                    /* expression even if labelled    */
Piece piece_element(Piece whole, const Node *n, int64_t at); /* whole[i, j]          */
Piece piece_ref(Node *n, int64_t at);              /* element `at` of piece_node(n)  */

#endif
