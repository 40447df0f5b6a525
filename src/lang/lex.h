/* lex.h -- text to tokens: what a word, a number, an operator and the end of a line are.
 *
 * The lexer knows the brackets that are open, because they decide what a newline
 * means: inside ( ) and [ ] it is blank space, inside { } and outside of all
 * brackets it ends a statement, unless the line ends in something that wants more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LEX_H
#define GRADUS_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include "base/diag.h"
#include "base/limits.h"

typedef enum {
    T_END,        /* the end of the text                                      */
    T_EOL,        /* a newline that ends a statement                          */
    T_SEMI,       /* ;                                                        */
    T_NAME,
    T_WORD,       /* a keyword; op is its text                                */
    T_NUM,        /* num; raised: written as a power, as in x²                */
    T_STR,        /* from and to include the quotes                           */
    T_OP,         /* everything else; op is its text, aliases already resolved */
    T_BAD         /* no token; Lexer.bad says why                             */
} TokenKind;

typedef struct {
    TokenKind   kind;
    bool        space;    /* blank space stands before it                     */
    bool        raised;
    int         from, to; /* bytes of the lexer's text                        */
    const char *op;       /* T_OP, T_WORD: its text, never freed; else ""     */
    double      num;
} Token;

/* Over text[0..len): at most LIMIT_LINE bytes of it make tokens. A token that
 * would end behind them is T_BAD, with bad.code E_LIMIT. */
typedef struct {
    const char *text;
    size_t      len, at;
    bool        raw;      /* every newline ends the line (topics of help)     */
    int         lines;    /* newlines passed                                  */
    bool        goes_on;  /* the last token wants another: `a +`, `a ->`, `a,` */
    int         depth;    /* open brackets                                    */
    char        open[LIMIT_DEPTH + 8];   /* the outermost of them: ( [ {      */
    bool        pending;  /* ² is read as ^ first, then as 2: the 2 is to come */
    bool        too_long; /* the last token ended behind LIMIT_LINE           */
    Diag        bad;      /* the first fault                                  */
} Lexer;

void  lex_start(Lexer *lx, const char *text, size_t len);
Token lex_next(Lexer *lx);

/* The text ends where more must follow: in an open bracket or after an operator. */
bool  lex_wants_more(const Lexer *lx);

/* Go on to the end of the present statement without making tokens; memory and
 * time do not depend on what it holds. */
void  lex_skip_statement(Lexer *lx);

/* The code point that begins at s (n > 0 bytes are there) and its length in bytes;
 * -1 when the bytes are not UTF-8. */
int   lex_code_point(const char *s, size_t n, int *length);

/* Blank space inside a line, that of word processors included. */
bool  lex_is_blank(int code_point);

/* A letter may begin a name; digits may follow. */
bool  lex_is_letter(int code_point);

/* Bytes at s that continue a name, from a first letter or digit on. */
size_t lex_name_length(const char *s, size_t n);

bool  lex_is_keyword(const char *s, size_t n);

#endif
