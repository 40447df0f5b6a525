/* stage.h -- one stage of a plan, ready to run: a matrix product with what is folded
 * into it, a fused pass, or an operation's own kernel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_STAGE_H
#define GRADUS_STAGE_H

#include "num/fused.h"
#include "num/gemm.h"
#include "run/kernels.h"

typedef enum { STAGE_FUSED, STAGE_PRODUCT, STAGE_OWN } StageKind;

/* A slot of the pass: numbers of a node, from `offset` on. NULL: the product's block. */
typedef struct {
    const Node *of;
    int64_t     offset, row;         /* in numbers */
} StageSlot;

typedef struct {
    StageKind  kind;
    int        time;                 /* order of running; there may be gaps           */
    int64_t    rows, cols;           /* of the pass, or the product's result          */
    Fused     *code;                 /* NULL: nothing is folded into the product      */
    StageSlot *slot;
    bool       sums;                 /* there are some that begin before and end behind all parts */
    GemmShape  product;
    StageSlot  a, b;                 /* row is not used                               */
    Node      *c;                    /* where the bare product goes, or NULL          */
    char      *room;                 /* for the product: room_bytes for each worker   */
    size_t     room_bytes;
    int        parts;                /* that a crew may share; 1: none                */
    bool       by_rows;              /* parts are rows, else columns                  */
    bool       slow;                 /* it takes milliseconds: Ctrl-C is looked at between its parts */
    Step       own;
    int        n_member;             /* what is folded in, operands before users      */
    const Node **member;
    const Node *head;                /* the product's node                            */
    const Node *own_node;            /* own: whose numbers those of own.node become when single */
} Stage;

/* Numbers are floats when single; own kernels know doubles alone. run: one for each
 * worker. crew: share the parts. */
void stage_run(const Stage *s, FusedRun *run, bool single, bool crew);   /* slow ones end early at stop_flag */
/* Sets sums, and parts: of what is large enough, where no cut touches a sum. */
void stage_cut(Stage *s, bool single);
void stage_free(Stage *s);

#endif
