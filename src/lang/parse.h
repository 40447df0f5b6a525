/* parse.h -- text to trees, one statement at a time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PARSE_H
#define GRADUS_PARSE_H

#include <stdbool.h>
#include "lang/ast.h"

/* Where a parser stands in a file or a typed block. */
typedef struct {
    const char *name;      /* of the file, for Source */
    const char *text;      /* whole text, need not be NUL-terminated */
    size_t      len;
    size_t      at;        /* next byte */
    bool        more;      /* the text goes on behind len; see parse_next */
    int         line;      /* of byte `at`, from 1 */
    bool      (*is_command)(void *ctx, const char *name); /* decides `NAME arg` */
    const char *(*near_command)(void *ctx, const char *word);   /* what was meant; may be NULL */
    void       *ctx;
} Reader;

/* So far back from `at` is looked, for the docs above a statement and its line: a long
 * text may be given in parts, as long as that much is left in front. */
enum { READER_BACK = 132 << 10 };

/* Read the next statement.
 *   OK            *out is a new Source (count 1), or NULL at the end of text; with
 *                 `more`: NULL, and nothing read, when the statement is not known to
 *                 end before len
 *   E_INCOMPLETE  the text ends inside a bracket, string or after an operator
 *   E_SYNTAX ...  d says why; *out is a Source without tree whose text is the
 *                 whole faulty statement (for the caret); the reader stands
 *                 behind the faulty statement, so reading can go on
 * Blank lines and comments are skipped; the # lines directly above a
 * definition become its doc. Never reads past one statement. */
Status parse_next(Reader *r, Source **out, Diag *d);

/* Parse one expression (used for slope formulas); NULL and d on error. */
Source *parse_expr(const char *name, const char *text, Diag *d);

/* What may stand at byte `at` of a half-typed text; for completion. */
typedef enum {
    EXPECT_STATEMENT,   /* commands, keywords, names                    */
    EXPECT_EXPR,        /* names                                        */
    EXPECT_ARG,         /* names, or keywords of the call `callee`      */
    EXPECT_VALUE,       /* the value of keyword `key` of call `callee`  */
    EXPECT_FIELD,       /* a field of the expression text `callee`      */
    EXPECT_STRING,      /* inside a string (a file name, a data set)    */
    EXPECT_NOTHING      /* a new name is being made, or a number        */
} Expect;
typedef struct {
    Expect kind;
    char   callee[256];
    char   key[64];
    int    word;        /* byte where the word being typed begins */
} Expected;
Expected parse_expected(const char *text, int at, bool (*is_command)(void *, const char *), void *ctx);

#endif
