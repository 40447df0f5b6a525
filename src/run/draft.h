/* draft.h -- which operations of a plan run together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_DRAFT_H
#define GRADUS_DRAFT_H

#include "run/stage.h"
#include "run/view.h"

/* One stage to be: operations over the same rows x cols numbers. */
typedef struct {
    StageKind kind;
    Shape     shape;
    int       head;                  /* the product, or the node of an own kernel; -1 none */
    bool      sums;                  /* has sums that a product's blocks would cut    */
    int       n, cap, *member;       /* nodes, from the last to the first             */
    int       work;                  /* operands and results, about                   */
} Draft;

typedef struct {
    int    n_node;
    Node  *node;                     /* the plan's, operands before users             */
    View  *view;
    bool  *fixed;                    /* a leaf that no update changes and no batch fills */
    bool  *asked;                    /* its numbers are wanted at the end             */
    /* the answer */
    int    n, cap;
    Draft *draft;                    /* the last stage first                          */
    int   *stage;                    /* of each node, -1: none                        */
    bool  *memory;                   /* its numbers are read by other stages          */
} Drafts;

void drafts_make(Drafts *d);         /* node, view, fixed, asked are given            */
void drafts_free(Drafts *d);

/* What a fused pass makes of node n, when it is a sum or the like along rows, columns or
 * all of its operand. false: it is none, or lies otherwise. */
bool draft_reduction(const Node *n, OutKind *kind);
/* The two operands of a product as matrices; false: not one that gemm.h knows. */
bool draft_product(const Drafts *d, const Node *n, GemmShape *shape, View *a, View *b);
bool draft_is_element(const Node *n);
/* x is read number by number by a pass over `over`. */
bool draft_direct(const Drafts *d, int x, const Shape *over);
/* Some node of draft k reads numbers of node `base`; *only_direct: number by number. */
bool draft_reads(const Drafts *d, int k, int base, bool *only_direct);

#endif
