/* command.c -- statements that are calls without parentheses, and their topics.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "lang/parser.h"

static Ast *command_make(Parser *p, const char *name)
{
    Ast *a = ast_make(p, S_COMMAND, token_span(token_now(p)), name);
    token_step(p);
    return a;
}

static bool command_ends(const Parser *p)
{
    return token_ends(token_now(p)) || token_is(token_now(p), "}");
}

/* Arguments up to the end of the statement, and a block behind them. */
static Ast *tail_parse(Parser *p, Ast *a)
{
    int base = p->n_stack;
    if (!command_ends(p) && !token_is(token_now(p), "{")) {
        do {
            Ast *arg = arg_parse(p);
            if (!arg) return NULL;
            ast_push(p, arg);
        } while (token_accept(p, ","));
    }
    if (token_is(token_now(p), "{")) {
        Ast *block = block_parse(p);
        if (!block) return NULL;
        ast_push(p, block);
    }
    if (!command_ends(p)) {
        char after[96];
        return parser_fail(p, "expected , or the end of the line%s", parser_after(p, after));
    }
    return ast_take(p, a, base);
}

/* The bytes of a topic are held to what other texts are held to. */
static bool topic_check(Parser *p, const Ast *topic)
{
    int length;
    for (int at = topic->at.from; at < topic->at.to; at += length) {
        const char *s = p->text + at;
        int c = lex_code_point(s, (size_t)(topic->at.to - at), &length);
        if (c >= ' ' || c == '\t') continue;
        parser_refuse(p, E_SYNTAX, (Span){ at, at + 1 }, "%s: byte 0x%02x",
                      c < 0 ? "invalid UTF-8" : "a control character", (unsigned char)*s);
        return false;
    }
    return true;
}

/* help and show take anything: what is not a list of expressions is kept as text. */
static Ast *topic_parse(Parser *p, Ast *a)
{
    int first = p->i, base = p->n_stack, depth = p->depth;
    Diag scratch = { 0 }, *d = p->d;
    p->d = &scratch;
    Ast *parsed = tail_parse(p, a);
    p->d = d;
    if (parsed) return parsed;
    p->i = first;
    p->n_stack = base;
    p->depth = depth;
    Ast *topic = ast_make(p, A_STR, token_span(token_now(p)), NULL);
    while (!token_ends(token_now(p))) token_step(p);
    topic->at.to = parser_end(p);
    if (!topic_check(p, topic)) return NULL;
    topic->text = arena_strn(p->arena, p->text + topic->at.from,
                             (size_t)(topic->at.to - topic->at.from));
    ast_push(p, topic);
    return ast_take(p, a, base);
}

/* A name in the tokens as a string; false when it is too long to be a command. */
static bool token_copy(const Parser *p, const Token *t, char buf[64])
{
    int n = t->to - t->from;
    if (t->kind != T_NAME || n > 63) return false;
    memcpy(buf, p->text + t->from, (size_t)n);
    buf[n] = '\0';
    return true;
}

bool topic_follows(const char *name)
{
    return !strcmp(name, "help") || !strcmp(name, "show");
}

/* Whether t may begin an argument or end a command without one; everything else
 * makes of the word before it an ordinary name. */
static bool may_follow_command(const Token *t)
{
    static const char *const ops[] = { "(", "[", "-", "not", "if", "{", "}" };
    if (t->kind != T_OP && t->kind != T_WORD) return true;
    if (t->kind == T_OP && *t->op == '(' && !t->space) return false;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (!strcmp(t->op, ops[i])) return true;
    /* A keyword may be the key of an argument, optimizer=..., or a slip worth the
     * command's own message. */
    return t->kind == T_WORD && strcmp(t->op, "and") && strcmp(t->op, "or");
}

/* help takes operators too, but `help = 3` is still (refused as) an equation. */
static bool may_follow_topical(const Token *t, const Token *next)
{
    static const char *const ops[] = { "=", "<-", ".", "'", "(" };
    if (t->kind != T_OP || token_ends(next)) return true;
    if (*t->op == '(' && t->space) return true;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (!strcmp(t->op, ops[i])) return false;
    return true;
}

bool command_begins(const Parser *p)
{
    char name[64];
    if (!p->is_command || !token_copy(p, token_now(p), name)) return false;
    if (!p->is_command(p->ctx, name)) return false;
    const Token *next = token_ahead(p, 1);
    if (topic_follows(name)) return may_follow_topical(next, token_ahead(p, 2));
    return may_follow_command(next);
}

Ast *command_parse(Parser *p)
{
    char name[64];
    token_copy(p, token_now(p), name);
    Ast *a = command_make(p, arena_str(p->arena, name));
    return topic_follows(name) ? topic_parse(p, a) : tail_parse(p, a);
}

Ast *break_parse(Parser *p)
{
    const Token *when = token_ahead(p, 1), *next = token_ahead(p, 2);
    Ast *a = command_make(p, "break");
    if (command_ends(p)) {
        a->kind = S_BREAK;
        a->text = NULL;
        return a;
    }
    bool marked = when->kind == T_NAME && when->to - when->from == 4 &&
                  !memcmp(p->text + when->from, "when", 4);
    if (marked && !token_ends(next)) token_step(p);
    int base = p->n_stack;
    Ast *cond = chain_parse(p, false);
    if (!cond) return NULL;
    ast_push(p, cond);
    return ast_take(p, a, base);
}

Ast *help_parse(Parser *p)
{
    /* A second ? means search; it stays in the text. */
    return topic_parse(p, command_make(p, "help"));
}
