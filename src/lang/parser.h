/* parser.h -- the parser's place in the tokens of one statement; shared by
 * the files of the parser, nobody else:
 *
 *   parse.c      the reader
 *   statement.c  definitions, control, assignment
 *   command.c    calls without parentheses
 *   expr.c       expressions
 *   parser.c     tokens, faults, trees
 *
 * Every rule returns its tree, or NULL after it filled p->d; the first NULL ends
 * the statement, so no rule cleans up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PARSER_H
#define GRADUS_PARSER_H

#include <string.h>

#include "lang/lex.h"
#include "lang/parse.h"

typedef struct {
    const char  *begin;      /* of the whole text: docs stand above the statement */
    const char  *text;       /* of the statement; spans count from here           */
    int          line;       /* of text[0]                                        */
    const Token *tok;        /* the last one is T_EOL, T_SEMI or T_END, or too long */
    int          n_tok, i;   /* the token looked at is tok[i]                     */
    bool         wants_more; /* the text ends in an open bracket or an operator   */
    const Diag  *bad;        /* what T_BAD means                                  */
    Arena       *arena;
    Diag        *d;
    int          depth;
    Ast        **stack;      /* kids of lists under construction                  */
    int          n_stack, cap_stack;
    bool       (*is_command)(void *ctx, const char *name);
    const char *(*near_command)(void *ctx, const char *word);
    void        *ctx;
} Parser;

/* ---- tokens ---- */
static inline const Token *token_now(const Parser *p) { return &p->tok[p->i]; }
const Token *token_ahead(const Parser *p, int k);          /* the k-th behind it, or the last */
Span  token_span(const Token *t);
/* operator or keyword */
static inline bool token_is(const Token *t, const char *op)
{
    return (t->kind == T_OP || t->kind == T_WORD) && *t->op == *op && !strcmp(t->op, op);
}
bool  token_ends(const Token *t);                          /* end of line or text, ; */
bool  token_accept(Parser *p, const char *op);             /* step over it if it is next */
void  token_step(Parser *p);

/* ---- failing; all return NULL ---- */
/* "expected ..., found X" at the present token. */
void *parser_fail(Parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void *parser_refuse(Parser *p, Status code, Span at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* " after X" for the token before this one, or "". */
const char *parser_after(const Parser *p, char buf[96]);

/* Depth of brackets, blocks and what else recurses; false when it is too deep. */
bool  parser_enter(Parser *p);
void  parser_leave(Parser *p);

/* ---- trees ---- */
Ast  *ast_make(Parser *p, AstKind kind, Span op, const char *text);
void  ast_push(Parser *p, Ast *kid);
/* Everything pushed since the stack was `base` high becomes a's kids; a ends at
 * the token before this one. */
Ast  *ast_take(Parser *p, Ast *a, int base);
const char *token_text(Parser *p, const Token *t);         /* copied into the arena */
/* The last byte but one of what was read. */
int   parser_end(const Parser *p);

/* ---- expr.c ---- */
/* named: `name: LAYER` may stand here. */
Ast  *chain_parse(Parser *p, bool named);
Ast  *arg_parse(Parser *p);                                /* EXPR or key=EXPR */
Ast  *if_parse(Parser *p);
bool  close_parse(Parser *p, const char *close, const Token *open);

/* ---- statement.c ---- */
Ast  *statement_parse(Parser *p);
Ast  *block_parse(Parser *p);

/* ---- command.c ---- */
bool  command_begins(const Parser *p);
Ast  *command_parse(Parser *p);
Ast  *break_parse(Parser *p);
Ast  *help_parse(Parser *p);                               /* ? topic */
bool  topic_follows(const char *name);                     /* help, show: take any words */

#endif
