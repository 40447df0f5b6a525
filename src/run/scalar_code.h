/* scalar_code.h -- the instructions of scalar programs; shared by the files of
 * the scalar program, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SCALAR_CODE_H
#define GRADUS_SCALAR_CODE_H

#include <stdint.h>

#include "run/scalar.h"
#include "run/scalar_value.h"

#define SIGMOID(z) (1 / (1 + vmath_exp(-(z))))

/* X(name, operands, what it computes): A ... F are the registers it reads. Every
 * operation rounds as written. */
#define SCALAR_CODES(X)                                                                  \
    X(MOVE,       1, A)                                                                  \
    X(ADD,        2, A + B)                                                              \
    X(SUB,        2, A - B)                                                              \
    X(MUL,        2, A * B)                                                              \
    X(DIV,        2, A / B)                                                              \
    X(NEG,        1, -A)                                                                 \
    X(EXP,        1, vmath_exp(A))                                                       \
    X(CALL1,      1, FN(A, 0, 0))                                                        \
    X(CALL2,      2, FN(A, B, 0))                                                        \
    X(CALL3,      3, FN(A, B, C))                                                        \
    X(MUL_ADD,    3, A * B + C)                                                          \
    X(MUL_SUB,    3, A * B - C)                                                          \
    X(SUB_MUL,    3, A - B * C)              /* w - lr*g        */                       \
    X(SUB_MUL2,   4, A - B * (C * D))        /* w - lr*(x*d)    */                       \
    X(MUL_MUL,    3, A * (B * C))                                                        \
    X(DOT2,       4, A * B + C * D)                                                      \
    X(DOT2_ADD,   5, A * B + C * D + E)                                                  \
    X(DOT3,       6, A * B + C * D + E * F)                                              \
    X(LOGISTIC,   1, SIGMOID(A))                                                         \
    X(NEURON1,    3, SIGMOID(A * B + C))                                                 \
    X(NEURON2,    5, SIGMOID(A * B + C * D + E))                                         \
    X(SLOPE,      1, A * (1 - A))            /* of sigmoid      */                       \
    X(MUL_SLOPE,  2, A * (B * (1 - B)))                                                  \
    X(MUL2_SLOPE, 3, A * B * (C * (1 - C)))                                              \
    X(MUL_SQUARE, 2, A * (1 - B * B))        /* slope of tanh   */                       \
    X(MUL2_SQUARE, 3, A * B * (1 - C * C))

#define CODE_NAME(name, n, what) C_##name,
typedef enum { SCALAR_CODES(CODE_NAME) C_DONE, N_CODE } ScalarCode;
#undef CODE_NAME

enum { MOST_OPERANDS = 6 };

/* r[y] = code(r[in[0]], ...) */
typedef struct {
    const void *go;                          /* where the interpreter does it */
    uint16_t    y, in[MOST_OPERANDS], fn;
} Instr;

struct Scalar {
    Store   *store;                          /* its image stands first in r   */
    double  *r;
    int      n_reg;
    int64_t  rows, n_in, n_out;
    int      x_at, y_at;                     /* the batch in r                */
    int      n_code, cap_code;
    Instr   *code;                           /* ends in C_DONE                */
    int      n_fn;
    double (*fn[64])(double, double, double);
    int      n_ask;
    uint16_t *ask;
};

/* scalar_code.c: instructions for the values asked for (n_ask) and the next
 * values of the store's registers (leaf_at[i] .. for each of n). false: too long. */
typedef struct {
    int        n_ask;
    const int *ask;                          /* values                        */
    int        n;
    const int *reg, *next;                   /* register <- value             */
} Wanted;
bool scalar_compile(Scalar *p, Values *s, const Wanted *w);

/* scalar_run.c: the address that does a code. */
const void *scalar_address(ScalarCode code);

#endif
