/* node.h -- a value and how it comes about.
 *
 * A Node is one quantity: an operation, its inputs, the shape of its result and
 * (once asked for) the numbers. Nodes are counted: a node holds its inputs, a
 * name holds its node, so what nobody can ask for any more is gone. (Names are
 * redefined for hours in one session; an arena could not give anything back.)
 *
 * Freshness needs no lists of dependants: every change of a leaf moves one
 * clock. node_eval walks down only as far as something is older than the clock
 * and recomputes only what has a newer input.
 *
 * Nothing here recurses: a chain of a million nodes is legal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_NODE_H
#define GRADUS_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/diag.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

typedef struct {
    int     rank;                 /* 0: a number */
    int64_t dim[LIMIT_RANK];
} Shape;

static inline int64_t shape_len(const Shape *s)
{
    int64_t n = 1;
    for (int i = 0; i < s->rank; i++) n *= s->dim[i];
    return n;
}
bool  shape_equal(const Shape *a, const Shape *b);
Shape shape_of(int rank, const int64_t *dim);
/* "a number", "(3)", "(2, 3)": for messages. Returns buf. */
enum { SHAPE_TEXT = 160 };
char *shape_print(char buf[SHAPE_TEXT], const Shape *s);
/* NumPy broadcasting of n shapes; false when they do not fit. */
bool  shape_broadcast(Shape *out, const Shape *const *in, int n);
/* Flat index into `of` that broadcast element `at` of `out` reads. */
int64_t shape_index(const Shape *out, int64_t at, const Shape *of);
void  shape_unravel(const Shape *s, int64_t at, int64_t index[LIMIT_RANK]);
int64_t shape_ravel(const Shape *s, const int64_t *index);

typedef struct Op   Op;
typedef struct Tmpl Tmpl;         /* an elementwise function of the language, see tmpl.h */
typedef struct Node Node;

enum {
    NODE_PARAM = 1,               /* a leaf that training may change             */
    NODE_CONST = 2,               /* a number written in the text: folds, prints bare */
    NODE_GRAD  = 4,               /* made by grad: an adjoint                    */
    NODE_FIXED = 8,               /* known to follow from NODE_CONST alone,      */
    NODE_LOOSE = 16,              /* known not to: see node_is_fixed             */
    NODE_STATE = 32,              /* a leaf that a layer remembers by, see states.c */
    NODE_FROZEN = 64              /* a NODE_PARAM that updates leave as it is    */
};

/* What else changes when an update goes through a node: leaf[i] takes the value of
 * next[i]. All counted. */
typedef struct {
    int    n;
    Node **leaf, **next;
} Moves;

struct Node {
    const Op *op;
    Node    **in;
    int       n_in;
    int       refs;
    unsigned  flags;
    Shape     shape;
    int64_t   len;
    double   *val;                /* len numbers, NULL until first computed      */
    double    one;                /* where val points when len is 1              */
    int64_t  *attr;               /* what the operation needs besides inputs     */
    int       n_attr;
    const Tmpl *fn;               /* op_call only                                */
    Moves    *moves;              /* a layer's states behind its result; mostly NULL */
    char     *label;              /* "prediction", "net.h.z", "grad(E, w)"; or NULL */
    uint64_t  changed;            /* clock when the numbers last changed         */
    uint64_t  checked;            /* clock when last known to be fresh           */
    uint64_t  mark;               /* for walks, see node_walk                    */
    void     *aux;                /* a walk's own; never valid outside it        */
    Node     *few[2];             /* where in points when there are at most two  */
};

/* ---- make ---- */
/* A node of op over inputs (takes a count of each); the op's infer has set or
 * refused the shape. NULL and d on refusal; inputs are then untouched.
 * The attr array is copied. `at` is the place to blame. */
Node *node_new(const Op *op, Node *const *in, int n_in, const int64_t *attr, int n_attr,
               Span at, Diag *d);
/* Give this as d where a node follows from others that exist and must not be refused
 * for its size: slopes. */
extern Diag node_no_limits;
Node *node_num(double v);                              /* NODE_CONST scalar    */
Node *node_leaf(const Shape *s, const double *v, Diag *d); /* copies v (NULL: zeros); NULL over budget */
Node *node_slot(Node *def);                            /* a name's place: passes def through */
void  slot_set(Node *slot, Node *def);                 /* same shape           */
Node *node_keep(Node *n);
void  node_drop(Node *n);                              /* NULL is fine         */
void  node_label(Node *n, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* An update that goes through n moves leaf to next, too; next must not depend on n. */
void  node_add_move(Node *n, Node *leaf, Node *next);
bool  node_any_moves(void);                            /* of any node: worth looking for */

/* ---- change ---- */
uint64_t node_clock(void);
void  leaf_set(Node *leaf, const double *v);           /* all elements         */
void  leaf_set_at(Node *leaf, int64_t at, double v);
void  leaf_touch(Node *leaf);                          /* after writing leaf->val directly */

/* ---- ask ---- */
/* The node's numbers, computed now as far as needed. Fails (NULL) only when the
 * memory budget is reached (d says so) or stop_flag is up (E_STOP). */
const double *node_eval(Node *n, Diag *d);
double node_scalar(Node *n, Diag *d);                  /* element 0 of node_eval; NAN on failure */
bool  node_is_leaf(const Node *n);
bool  node_is_scalar(const Node *n);
Node *node_through(Node *n);                           /* behind slots and ids */
/* Every node below root, inputs before users, root last. Array from malloc. */
Node **node_walk(Node *root, int *count);
bool  node_depends(Node *root, const Node *on);
/* First node (in order of computing) whose numbers are not finite although
 * its inputs' are; *at the element. NULL if none. Root must be evaluated. */
Node *node_birth(Node *root, int64_t *at);
int64_t node_count(void);                              /* alive now            */

#endif
