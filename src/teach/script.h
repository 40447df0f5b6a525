/* script.h -- a lesson or a demo as pieces: prose, and the block that ends it.
 *
 * The file is CommonMark. A fenced block whose first word is one of these ends a piece:
 *
 *   gradus   run; lines behind ">> " are typed, the rest is what the tests expect
 *   try      what to do; `check: EXPR # WORDS` (a condition on the state, and what
 *            to say while it does not hold), `praise: TEXT`, and below `solution:`
 *            code that makes all checks true
 *   guess    what is asked; `value: EXPR`; `digits: N` that are wanted (at first 2);
 *            `answer: NUMBER`, what the value is expected to be, for the tests
 *   choose   what is asked; `( ) answer` or `(x) the right answer`, each followed
 *            by lines that go in: what to reply
 *   plot     the arguments of a plot
 *   view     the arguments of a view
 *   hint     one rung of help for the piece above it
 *
 * A rule (---) ends a piece without a block. Other blocks are prose.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SCRIPT_H
#define GRADUS_SCRIPT_H

#include "teach/example.h"

typedef enum { PIECE_READ, PIECE_RUN, PIECE_TRY, PIECE_GUESS, PIECE_CHOOSE } PieceKind;

typedef struct {
    char *text, *reply;
    bool  right;
} Choice;

typedef struct {
    PieceKind kind;
    int      line;                  /* of the block's first line, from 1           */
    struct cmark_node *from, *end;  /* prose: the siblings from `from` before `end`*/
    char    *ask;                   /* TRY, GUESS, CHOOSE                          */
    Examples code;                  /* RUN: what is run; TRY: the solution         */
    int      n_check, cap_check;
    char   **check;
    char    *praise;                /* may be NULL                                 */
    char    *value, *answer;        /* GUESS: expression; text, may be NULL        */
    int      digits;
    int      n_choice, cap_choice;
    Choice  *choice;
    int      n_hint, cap_hint;
    char   **hint;
} Piece;

typedef struct {
    char *title;
    struct cmark_node *doc;
    int   n, cap;
    Piece *piece;
} Script;

/* Read a file's text. NULL and d when it is no lesson; *line says where. */
Script *script_read(const char *text, size_t len, int *line, Diag *d);
void    script_free(Script *s);

#endif
