/* parser.c -- what all rules share: tokens, faults with their hints, trees.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lang/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- tokens ---- */

const Token *token_ahead(const Parser *p, int k)
{
    return &p->tok[p->i + k < p->n_tok ? p->i + k : p->n_tok - 1];
}

Span token_span(const Token *t)
{
    return (Span){ t->from, t->to };
}

bool token_ends(const Token *t)
{
    return t->kind == T_END || t->kind == T_EOL || t->kind == T_SEMI;
}

void token_step(Parser *p)
{
    if (p->i < p->n_tok - 1) p->i++;
}

bool token_accept(Parser *p, const char *op)
{
    if (!token_is(token_now(p), op)) return false;
    token_step(p);
    return true;
}

const char *token_text(Parser *p, const Token *t)
{
    if (!t->raised) return arena_strn(p->arena, p->text + t->from, (size_t)(t->to - t->from));
    char digits[40];
    snprintf(digits, sizeof digits, "%.0f", t->num);
    return arena_str(p->arena, digits);
}

int parser_end(const Parser *p)
{
    return p->i > 0 ? p->tok[p->i - 1].to : 0;
}

/* ---- failing ---- */

/* How a token is called in a message. */
static const char *token_shown(const Parser *p, const Token *t, char *buf, size_t size)
{
    const char *s = p->text + t->from;
    int n = t->to - t->from;
    if (t->kind == T_END && p->wants_more) return "the end of the text";
    if (t->kind == T_END || t->kind == T_EOL) return "the end of the line";
    bool cut = n > 40;
    if (cut) n = 37;
    while (cut && n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80) n--;
    snprintf(buf, size, "%s%.*s%s", t->kind == T_WORD ? "the keyword " : "", n, s,
             cut ? "..." : "");
    return buf;
}

const char *parser_after(const Parser *p, char buf[96])
{
    const Token *t = p->i > 0 ? &p->tok[p->i - 1] : NULL;
    buf[0] = '\0';
    if (!t || token_ends(t) || token_is(t, "{")) return buf;
    char shown[80];
    const char *s = token_shown(p, t, shown, sizeof shown);
    snprintf(buf, 96, " after %s", t->kind == T_WORD ? t->op : s);
    return buf;
}

/* What a beginner, or a hand used to another language, may have meant: a word or
 * sign that stands before the fault or is the fault. */
static const struct {
    const char *text, *hint;
} slips[] = {
    { "def", "Write f(x) = ... without def." },
    { "function", "Write f(x) = ... without function." },
    { "lambda", "Write f(x) = ... on a line of its own." },
    { "let", "Write x = ... without let." },
    { "var", "Write x = ... without var." },
    { "const", "Write x = ... without const." },
    { "return", "The value of a block is its last expression; no return is needed." },
    { "elif", "Write else if." },
};

static const char *slip_of(const Parser *p, const Token *t)
{
    size_t n = (size_t)(t->to - t->from);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (t->kind == T_NAME && strlen(slips[i].text) == n &&
            !memcmp(slips[i].text, p->text + t->from, n))
            return slips[i].hint;
    return NULL;
}

/* Where a value belongs: at the start, or behind one of = ( [ , */
static bool value_belongs(const Token *before)
{
    return !before || token_ends(before) || token_is(before, "=") || token_is(before, "(") ||
           token_is(before, "[") || token_is(before, ",");
}

static const char *sign_hint(const Parser *p, const Token *t, const Token *before)
{
    const Token *next = token_ahead(p, 1);
    if (token_is(t, "=")) return "= makes an equation; == compares.";
    if (token_is(t, "<-")) return "<- assigns; for less than a negative number write < - apart.";
    if (token_is(t, "{") && value_belongs(before))
        return "Only a body stands in { }; a list is written [1, 2].";
    if (token_is(t, "'") || (before && token_is(before, "'") && t->kind == T_NAME))
        return "Text goes in double quotes, as \"text\".";
    if (before && before->kind == T_NUM && token_is(t, ",") && next->kind == T_NUM)
        return "A decimal point is written 1.5; several values stand in [ ].";
    if (token_is(t, ",")) return "Several values stand in [ ].";
    return NULL;
}

static void fail_hint(Parser *p, const char *expected)
{
    /* layer L = ... lacks its arguments; the = is right. */
    if (!strncmp(expected, "expected ( ", 11)) return;
    const Token *t = token_now(p), *before = p->i > 0 ? t - 1 : NULL;
    const char *hint = before ? slip_of(p, before) : NULL;
    if (token_is(t, ":") && !strncmp(expected, "expected {", 10))
        hint = "A body is written { ... }.";
    if (!hint) hint = slip_of(p, t);
    if (!hint) hint = sign_hint(p, t, before);
    if (hint) diag_hint(p->d, "%s", hint);
}

/* What ends a statement is no part of its text: the place is behind the last token. */
static Span fail_span(const Parser *p)
{
    const Token *t = token_now(p);
    if (!token_ends(t)) return token_span(t);
    int end = parser_end(p);
    return (Span){ end, end + 1 };
}

void *parser_fail(Parser *p, const char *fmt, ...)
{
    const Token *t = token_now(p);
    if (p->d->code != OK) return NULL;
    if (t->kind == T_BAD) {
        *p->d = *p->bad;
        return NULL;
    }
    char expected[512], shown[80];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(expected, sizeof expected, fmt, ap);
    va_end(ap);
    Status code = t->kind == T_END && p->wants_more ? E_INCOMPLETE : E_SYNTAX;
    diag_set(p->d, code, fail_span(p), "%s, found %s", expected,
             token_shown(p, t, shown, sizeof shown));
    fail_hint(p, expected);
    return NULL;
}

void *parser_refuse(Parser *p, Status code, Span at, const char *fmt, ...)
{
    char text[sizeof p->d->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    diag_set(p->d, code, at, "%s", text);
    return NULL;
}

bool parser_enter(Parser *p)
{
    if (++p->depth <= LIMIT_DEPTH) return true;
    parser_refuse(p, E_LIMIT, fail_span(p), "nested deeper than %d", LIMIT_DEPTH);
    return false;
}

void parser_leave(Parser *p)
{
    p->depth--;
}

/* ---- trees ---- */

Ast *ast_make(Parser *p, AstKind kind, Span op, const char *text)
{
    Ast *a = ARENA_NEW(p->arena, Ast);
    a->kind = kind;
    a->op = a->at = op;
    a->text = text;
    return a;
}

void ast_push(Parser *p, Ast *kid)
{
    GROW(p->stack, p->n_stack, p->cap_stack);
    p->stack[p->n_stack++] = kid;
}

Ast *ast_take(Parser *p, Ast *a, int base)
{
    a->n = p->n_stack - base;
    a->kid = ARENA_ARRAY(p->arena, Ast *, a->n ? a->n : 1);
    if (a->n) memcpy(a->kid, p->stack + base, sizeof(Ast *) * (size_t)a->n);
    p->n_stack = base;
    a->at.to = parser_end(p);
    return a;
}
