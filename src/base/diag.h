/* diag.h -- the one way to fail and say why.
 *
 * Whatever a user can cause returns a Status and fills a Diag: the first fault
 * wins, later ones are ignored. Whatever only we can cause is an assert.
 * Nothing below face/ prints a Diag; face/repl.c is the one place that does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_DIAG_H
#define GRADUS_DIAG_H

typedef enum {
    OK = 0,
    E_SYNTAX,      /* not a sentence of the language                          */
    E_INCOMPLETE,  /* could become one with more text (an open bracket, ...)  */
    E_NAME,        /* unknown name, or a name used for what it is not         */
    E_TYPE,        /* a value of the wrong kind                               */
    E_SHAPE,       /* shapes do not fit                                       */
    E_RANGE,       /* a number outside what is meant                          */
    E_LIMIT,       /* one of the named limits of limits.h                     */
    E_CIRCLE,      /* an equation that would depend on itself                 */
    E_IO,          /* a file, a pipe, a child process                         */
    E_STOP         /* the user said stop; not a fault, what was done stays    */
} Status;

/* Bytes [from, to) of the statement's source text; from == to: no place. */
typedef struct {
    int from, to;
} Span;

typedef struct {
    Status code;
    Span   at;
    char   text[640];  /* lower case, no full stop: what was found, what is expected */
    char   hint[480];  /* one full sentence, or empty                                */
} Diag;

/* Fill d unless it already holds a fault; returns the code, so that
 * `return diag_set(...)` is the whole error path. */
Status diag_set(Diag *d, Status code, Span at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Add the hint sentence to the fault in d (only the first hint stays).
 * Returns d->code. */
Status diag_hint(Diag *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Forget the fault. */
void diag_clear(Diag *d);

#define TRY(call)                                                                        \
    do {                                                                                 \
        Status try_ = (call);                                                            \
        if (try_ != OK) return try_;                                                     \
    } while (0)

#endif
