/* ast.h -- what was written, with the place of every piece; and its printer.
 *
 * An Ast lives in the arena of its Source. One statement of text makes one
 * Source, kept (by count) as long as a name is defined by it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_AST_H
#define GRADUS_AST_H

#include "base/diag.h"
#include "base/mem.h"
#include "base/text.h"

typedef enum {
    /* expressions */
    A_NUM,        /* num; text: as written                                          */
    A_STR,        /* text (unescaped)                                               */
    A_NAME,       /* text                                                           */
    A_LIST,       /* [kid, ...]                                                     */
    A_CALL,       /* kid[0] the function, then arguments; keyword arguments A_KEY   */
    A_KEY,        /* text = kid[0], inside a call                                   */
    A_INDEX,      /* kid[0][kid[1], ...]; subscripts: expression, A_SLICE, A_DOTS   */
    A_SLICE,      /* kid[0]:kid[1]:kid[2], each may be NULL                         */
    A_DOTS,       /* ...                                                            */
    A_FIELD,      /* kid[0] . text                                                  */
    A_PRIME,      /* kid[0]'                                                        */
    A_UNARY,      /* text "-" or "not"; kid[0]                                      */
    A_BINARY,     /* text: + - * / @ ^ == != < <= > >= and or; kid[0], kid[1]       */
    A_CHAIN,      /* kid[0] -> kid[1]                                               */
    A_NAMED,      /* text : kid[0]   (only inside a chain)                          */
    A_BLOCK,      /* { kid; ... } statements; value: the last expression            */
    A_IF,         /* if kid[0] kid[1] else kid[2] (kid[2] may be NULL); blocks      */

    /* statements (an expression is a statement too) */
    S_EQUATION,   /* text = kid[0]                                                  */
    S_FUNCTION,   /* text(kid[0..n-2]) = kid[n-1]; formals A_NAME or A_KEY (default)
                     primes: text is "f'" for a declared derivative f'(x) = ...     */
    S_LAYER,      /* layer text(formals) = block                                    */
    S_OPTIMIZER,  /* optimizer text(formals) = block                                */
    S_PARAM,      /* param: kids are S_DECL                                         */
    S_STATE,      /* state: kids are S_DECL (inside optimizers)                     */
    S_DECL,       /* text [shape...] = kid[0]; kid[1], ... the declared dims        */
    S_ASSIGN,     /* targets <- values: kids are targets then values, half each;
                     a target is A_NAME, A_FIELD or A_INDEX of those                */
    S_COMMAND,    /* text kid, ...   (kids as in a call, A_KEY for keywords);
                     also `sweep NAME=LIST { }`: a trailing A_BLOCK kid             */
    S_REPEAT,     /* repeat kid[0] kid[1]                                           */
    S_FOR,        /* for text in kid[0] kid[1]                                      */
    S_WHILE,      /* while kid[0] kid[1]                                            */
    S_BREAK
} AstKind;

typedef struct Ast Ast;
struct Ast {
    AstKind     kind;
    int         n;
    Span        at;       /* the whole piece                                        */
    Span        op;       /* the operator or name inside it, for carets             */
    const char *text;
    Ast       **kid;
    const char *doc;      /* statement: the block of # lines right above it, or NULL */
    union {
        double  num;
        struct {
            unsigned turns, wait;   /* a loop: when it is tried as a program, graph/loop_turns.c */
        };
    };
    bool        quiet;    /* a statement ended by ';' (no echo at the prompt)       */
    bool        parens;   /* an expression written inside ( )                       */
};

/* One statement's text and its tree; counted. */
typedef struct Source {
    int   refs;
    char *name;           /* file name, "-e", "prompt", or "prelude/losses.gr"      */
    char *text;           /* the text that spans point into                         */
    int   line;           /* line number of text[0] in the file, from 1             */
    int   col;            /* its column, from 1                                     */
    Arena arena;
    Ast  *tree;
} Source;

Source *source_keep(Source *s);
void    source_drop(Source *s);                    /* NULL is fine */

/* Line and column (from 1, columns count characters) of byte `at`. */
void source_place(const Source *s, int at, int *line, int *col);

/* Print a tree as Gradus text that parses to the same tree; minimal brackets. */
void ast_print(Text *to, const Ast *a);

/* Binding power of a binary operator or -1; shared by parser and printers.
 * 1 or, 2 and, 4 comparisons, 5 + -, 6 * / @, 7 unary -, 8 ^ (right), 9 postfix;
 * `not` is 3, `->` is 0. */
int ast_power(const char *op);

#endif
