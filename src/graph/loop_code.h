/* loop_code.h -- a loop of numbers as a program.
 *
 * Statement by statement, a turn of `repeat n { a <- a*b + 1 }` makes nodes,
 * computes them and writes the result to a's leaf. Where every name of a body is
 * a single number, the same arithmetic runs as a register program instead: the
 * numbers that the loop assigns are loaded into registers, what cannot change
 * meanwhile is a constant, equations between them are written out, and at the end
 * the registers go back to their leaves. Each step is one elementwise row of the
 * operation tables, rounded as there, so the results are the same to the bit.
 *
 *   loop_code.c   the program: registers, steps, folding, fusing
 *   loop_node.c   nodes into it
 *   loop_tree.c   expressions into it
 *   loop_make.c   statements into it
 *   loop_run.c    the machine
 *   loop_turns.c  from the session to the machine and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LOOP_CODE_H
#define GRADUS_LOOP_CODE_H

#include "graph/build.h"

/* X(name, registers it reads among a, b, c). The first four stand first: fusing counts on it. */
#define LOOP_OPS(X)                                                                      \
    X(ADD, 2) X(SUB, 2) X(MUL, 2) X(DIV, 2)                                              \
    X(NEG, 1) X(NOT, 1) X(ABS, 1) X(SQRT, 1)                                             \
    X(EQ, 2) X(NE, 2) X(LT, 2) X(LE, 2) X(AND, 2) X(OR, 2) X(MAX, 2) X(MIN, 2)           \
    X(WHERE, 3)                                                                          \
    X(CALL1, 1)         /* d = call[b](a)                                   */           \
    X(CALL2, 2)         /* d = call[c](a, b)                                */           \
    X(MOVE, 1)                                                                           \
    X(JUMP, 0)          /* to c                                             */           \
    X(UNLESS, 1)        /* a is 0: to c                                     */           \
    X(UNLESS_EQ, 2) X(UNLESS_NE, 2) X(UNLESS_LT, 2) X(UNLESS_LE, 2)                      \
    X(COUNT, 1)         /* d = a turns; none: to c; not a whole number: AGAIN */         \
    X(COUNT_NEXT, 0)    /* d = d - 1; some are left: back to c              */           \
    X(BACK, 0)          /* back to c                                        */           \
    X(WALK, 0)          /* d = first of list b, counter a; empty: to c      */           \
    X(WALK_NEXT, 0)     /* d = its next; at the end go on, else back to c   */           \
    X(RANGE, 0)         /* d = first of range at a..a+3; empty: to c        */           \
    X(RANGE_NEXT, 0)                                                                     \
    X(PLACE, 1)         /* d = index a as a place on an axis of c; AGAIN    */           \
    X(LOAD, 1)          /* d = list b at a                                  */           \
    X(TELL, 1)          /* variable d is about to become a                  */           \
    X(AGAIN, 0)         /* only the statements themselves can do this turn  */           \
    X(BEGIN, 0)         /* of the body: what is kept at the start of a turn */           \
    X(TURN, 0)          /* the end of the body                              */           \
    X(DONE, 0)          /* the loop is over                                 */

typedef enum {
#define X(name, reads) L_##name,
    LOOP_OPS(X)
#undef X
    L_FUSED,            /* d = (a one b) two c: L_FUSED + 4*one + two               */
    L_FUSED_RIGHT = L_FUSED + 16,                   /* d = c two (a one b)          */
    L_OPS = L_FUSED_RIGHT + 16
} LoopOp;

typedef struct {
    union {
        uint64_t    op;     /* a LoopOp                                             */
        const void *go;     /* once linked: where the machine's code for it is      */
    };
    uint16_t d, a, b, c;
} LoopStep;

enum { LOOP_STEPS = 4096, LOOP_REGISTERS = 8192 };      /* longer ones are not made */

/* A register that is written back: an assigned number, or the variable of a for. */
typedef struct {
    Node       *leaf;       /* counted */
    const char *walked;     /* the name, when a for walks with it                   */
    Span        at;
    double      was;        /* what the leaf holds                                  */
} LoopVar;

/* Numbers to walk through or to pick from. */
typedef struct {
    Node         *node;     /* counted; NULL: v is somebody else's */
    const double *v;
    int64_t       n;
} LoopList;

typedef enum { R_VAR, R_CONST, R_TEMP, R_OWN } LoopRegister;

/* A parameter's move that is not yet told, see Session.moved. */
typedef struct {
    int    var;
    double old, now;
} LoopMove;

typedef struct {
    int       n_step, cap_step;
    LoopStep *step;
    bool      linked;
    int       n_reg, cap_reg;
    double   *reg;                  /* variables first                              */
    int       cap_kind;
    uint8_t  *kind;
    int       n_var, cap_var;
    LoopVar  *var;
    int       n_call, cap_call;
    double  (**call)(double, double, double);
    int       n_list, cap_list;
    LoopList *list;
    Span      stop_at;              /* of an inner loop that Ctrl-C ended           */
    int       n_inner, cap_inner;
    struct LoopInner { int step; Span at; } *inner;     /* the places of inner loops */
    bool      careful;              /* a turn may have to be done again: keep its start */
    bool      tells;                /* parameters move: the session hears of it     */
    double   *start;                /* variables at the start of the turn           */
    int       n_move, cap_move;
    LoopMove *move;
    int       outer;                /* the variable of the loop itself, or -1       */
    const double *walked;           /* what it walks through                        */
} LoopCode;

/* ---- loop_code.c ---- */
LoopCode *loop_code_new(void);
void  loop_code_free(LoopCode *c);
/* Registers; -1 when there are too many. */
int   loop_var(LoopCode *c, Node *leaf);                    /* before all others    */
int   loop_const(LoopCode *c, double v);
int   loop_own(LoopCode *c);
int   loop_call(LoopCode *c, double (*f)(double, double, double));
bool  loop_full(const LoopCode *c);
/* A step at the end. */
LoopStep *loop_step(LoopCode *c, LoopOp op, int d, int a, int b, int to);

/* ---- loop_run.c ---- */
typedef enum {
    LOOP_TURN,      /* at the start of turn *turn: no more are asked for, or Ctrl-C  */
    LOOP_OVER,      /* by break or by its condition                                  */
    LOOP_AGAIN,     /* the numbers are those at the start of *turn, which a program cannot do */
    LOOP_STOP       /* Ctrl-C inside a loop in the body; stop_at says where          */
} LoopEnd;
/* Run turns from *turn on until there are `limit`. Where parameters move, told hears
 * of it turn by turn, but the last turn is given back as LOOP_AGAIN: the statements
 * themselves tell the whole of it. */
LoopEnd loop_run(LoopCode *c, int64_t *turn, int64_t limit, void (*told)(LoopCode *c, void *ctx), void *ctx);

/* ---- making ---- */
typedef struct {
    Env       env;          /* with a record of use and a diag of its own           */
    Diag      diag;
    Record_of_use use;
    LoopCode *code;
    int       piece;        /* steps from here on run in a row: values may be shared */
    int       n_temp, cap_temp, temp_at;
    int      *temp;         /* registers, used anew by each statement               */
    struct LoopExit *exit;  /* of the loop around here                              */
} Maker;

/* loop_code.c: the value of op over registers, folded or shared where it can be; -1. */
int   loop_op(Maker *m, const Op *op, const int *in, int n);
int   loop_emit(Maker *m, LoopOp op, int a, int b, int c);
int   loop_temp(Maker *m);
void  loop_piece(Maker *m);             /* a jump begins or ends here               */
void  loop_fuse(Maker *m);              /* at the end of a statement                */

/* loop_node.c */
int   loop_node(Maker *m, Node *n);     /* register of a node's value; -1           */
int   loop_tmpl(Maker *m, const Tmpl *t, const int *in);
bool  loop_moves(const Maker *m, Node *n);      /* does it depend on a variable?    */
bool  loop_settled(Maker *m);           /* what was just built hangs on no variable's number */

/* loop_tree.c */
int   loop_expr(Maker *m, const Ast *a);
bool  loop_pure(Maker *m, const Ast *a);        /* building it again gives the same */
int   loop_list(Maker *m, const Ast *a);        /* a tensor that stays as it is; -1 */

/* loop_make.c: the loop a as a program, or NULL. walked: a `for` walks through numbers. */
LoopCode *loop_make(Env *e, const Ast *a, bool walked);
/* Where the condition does not hold, go on elsewhere: the step whose c is to be set; -1.
 * whole: it is no part of an expression. */
int   loop_unless(Maker *m, const Ast *condition, bool whole);

/* ---- loop_turns.c ---- */
/* Run turns of a from *turn on as a program as far as that can be; then the state is
 * as the statements themselves would have left it before *turn, or *over. */
Status loop_turns(Env *e, Ast *a, const double *walked, int64_t *turn, int64_t limit, bool *over);

#endif
