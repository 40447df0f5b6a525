/* expr.c -- expressions: a Pratt parser.
 *
 * One loop reads every binary operator: it takes those that bind at least as
 * tightly as asked and reads the right side with the power above its own. Long sums
 * make a tree that is deep on the left without recursion; only what nests (brackets,
 * blocks, unary operators, powers) recurses, and that is counted in p->depth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lang/parser.h"

#include <stdio.h>
#include <string.h>

enum { POWER_NOT = 3, POWER_COMPARE = 4, POWER_MINUS = 7, POWER_RAISE = 8 };

/* ---- trees ---- */

/* One kid that stands before or behind the operator, or two. */
static Ast *ast_with(Parser *p, Ast *a, Ast *left, Ast *right)
{
    int base = p->n_stack;
    if (left) ast_push(p, left);
    if (right) ast_push(p, right);
    ast_take(p, a, base);
    if (left) a->at.from = left->at.from;
    return a;
}

static Ast *leaf_make(Parser *p, AstKind kind)
{
    const Token *t = token_now(p);
    Ast *a = ast_make(p, kind, token_span(t), token_text(p, t));
    a->num = t->num;
    token_step(p);
    return a;
}

/* ---- brackets ---- */

/* Line and column of a token, for "opened in line 3, column 5". */
static void opened_where(const Parser *p, const Token *open, char *buf, size_t size)
{
    int line = p->line, col = 1, up = 0;
    const char *at = p->text + open->from, *s = at;
    for (; s > p->begin && s[-1] != '\n'; s--) col += ((unsigned char)s[-1] & 0xC0) != 0x80;
    for (const char *c = p->text; c < s; c++) line += *c == '\n';
    for (const char *c = s; c < p->text + token_now(p)->from; c++) up += *c == '\n';
    if (up) snprintf(buf, size, "line %d, column %d", line, col);
    else snprintf(buf, size, "column %d", col);
}

bool close_parse(Parser *p, const char *close, const Token *open)
{
    if (token_accept(p, close)) {
        parser_leave(p);
        return true;
    }
    char where[64];
    opened_where(p, open, where, sizeof where);
    parser_fail(p, "expected %s to close the %s opened in %s", close, open->op, where);
    return false;
}

static Ast *group_parse(Parser *p)
{
    const Token *open = token_now(p);
    token_step(p);
    if (!parser_enter(p)) return NULL;
    Ast *a = chain_parse(p, true);
    if (!a || !close_parse(p, ")", open)) return NULL;
    a->parens = true;
    a->at = (Span){ open->from, parser_end(p) };
    return a;
}

/* Between two elements: a comma, or nothing before the closing bracket. */
static bool comma_parse(Parser *p, const char *close)
{
    const Token *t = token_now(p);
    if (token_accept(p, ",")) return true;
    bool operand = t->kind == T_NAME || t->kind == T_NUM || t->kind == T_STR;
    char after[96];
    if (operand) parser_fail(p, "expected , or %s%s", close, parser_after(p, after));
    return false;
}

static Ast *list_parse(Parser *p)
{
    const Token *open = token_now(p);
    int base = p->n_stack;
    Ast *list = ast_make(p, A_LIST, token_span(open), NULL);
    token_step(p);
    if (!parser_enter(p)) return NULL;
    while (!token_is(token_now(p), "]")) {
        Ast *kid = chain_parse(p, true);
        if (!kid) return NULL;
        ast_push(p, kid);
        if (!comma_parse(p, "]")) break;
    }
    return close_parse(p, "]", open) ? ast_take(p, list, base) : NULL;
}

/* ---- the tight end: leaves and what follows them ---- */

static Ast *string_make(Parser *p)
{
    const Token *t = token_now(p);
    char *out = arena_alloc(p->arena, (size_t)(t->to - t->from));
    size_t n = 0;
    for (const char *s = p->text + t->from + 1; s < p->text + t->to - 1; s++) {
        bool escaped = *s == '\\';
        if (escaped) s++;
        out[n++] = !escaped ? *s : *s == 'n' ? '\n' : *s == 't' ? '\t' : *s;
    }
    token_step(p);
    return ast_make(p, A_STR, token_span(t), out);
}

static Ast *primary_parse(Parser *p)
{
    const Token *t = token_now(p);
    if (t->kind == T_NUM) return leaf_make(p, A_NUM);
    if (t->kind == T_NAME) return leaf_make(p, A_NAME);
    if (t->kind == T_STR) return string_make(p);
    if (token_is(t, "(")) return group_parse(p);
    if (token_is(t, "[")) return list_parse(p);
    if (token_is(t, "if")) return if_parse(p);
    char after[96];
    return parser_fail(p, "expected an expression%s", parser_after(p, after));
}

/* A keyword may be the name of an argument or a field: optimizer=adam(). */
static bool is_word(const Token *t)
{
    return t->kind == T_NAME || t->kind == T_WORD;
}

Ast *arg_parse(Parser *p)
{
    const Token *key = token_now(p);
    if (!is_word(key) || !token_is(token_ahead(p, 1), "=")) return chain_parse(p, true);
    Ast *a = ast_make(p, A_KEY, token_span(key), token_text(p, key));
    token_step(p);
    token_step(p);
    Ast *value = token_is(token_now(p), "{") ? block_parse(p) : chain_parse(p, true);
    return value ? ast_with(p, a, NULL, value) : NULL;
}

/* Pushes the arguments and steps over the closing bracket. */
static bool args_parse(Parser *p, const char *close, const Token *open)
{
    if (!parser_enter(p)) return false;
    while (!token_is(token_now(p), close)) {
        Ast *arg = arg_parse(p);
        if (!arg) return false;
        ast_push(p, arg);
        if (!comma_parse(p, close)) break;
    }
    return close_parse(p, close, open);
}

static Ast *call_parse(Parser *p, Ast *callee)
{
    const Token *open = token_now(p);
    if (callee->kind == A_NUM && !callee->parens) {
        parser_fail(p, "expected an operator after %s", callee->text);
        diag_hint(p->d, "Write %s*( ... ).", callee->text);
        return NULL;
    }
    int base = p->n_stack;
    Ast *a = ast_make(p, A_CALL, callee->op, NULL);
    ast_push(p, callee);
    token_step(p);
    if (!args_parse(p, ")", open)) return NULL;
    ast_take(p, a, base);
    a->at.from = callee->at.from;
    return a;
}

static bool subscript_ends(const Token *t)
{
    return token_is(t, ":") || token_is(t, ",") || token_is(t, "]");
}

/* from:to:step, each may be missing; first is what stands before the colon. */
static Ast *slice_parse(Parser *p, Ast *first)
{
    const Token *colon = token_now(p);
    int base = p->n_stack;
    Ast *a = ast_make(p, A_SLICE, token_span(colon), NULL);
    ast_push(p, first);
    for (int part = 1; part < 3; part++) {
        Ast *kid = NULL;
        if (token_accept(p, ":") && !subscript_ends(token_now(p))) {
            kid = chain_parse(p, false);
            if (!kid) return NULL;
        }
        ast_push(p, kid);
    }
    ast_take(p, a, base);
    if (first) a->at.from = first->at.from;
    return a;
}

static Ast *subscript_parse(Parser *p)
{
    const Token *t = token_now(p);
    if (token_is(t, "...")) {
        token_step(p);
        return ast_make(p, A_DOTS, token_span(t), NULL);
    }
    Ast *first = NULL;
    if (!token_is(t, ":")) {
        first = chain_parse(p, false);
        if (!first) return NULL;
    }
    return token_is(token_now(p), ":") ? slice_parse(p, first) : first;
}

static Ast *index_parse(Parser *p, Ast *of)
{
    const Token *open = token_now(p);
    int base = p->n_stack;
    Ast *a = ast_make(p, A_INDEX, token_span(open), NULL);
    ast_push(p, of);
    token_step(p);
    if (!parser_enter(p)) return NULL;
    do {
        Ast *kid = subscript_parse(p);
        if (!kid) return NULL;
        ast_push(p, kid);
    } while (comma_parse(p, "]"));
    if (!close_parse(p, "]", open)) return NULL;
    ast_take(p, a, base);
    a->op.to = a->at.to;
    a->at.from = of->at.from;
    return a;
}

static Ast *field_parse(Parser *p, Ast *of)
{
    token_step(p);
    const Token *t = token_now(p);
    if (!is_word(t)) return parser_fail(p, "expected a name after the point");
    Ast *a = ast_make(p, A_FIELD, token_span(t), token_text(p, t));
    token_step(p);
    return ast_with(p, a, of, NULL);
}

static Ast *postfix_parse(Parser *p)
{
    Ast *a = primary_parse(p);
    while (a) {
        const Token *t = token_now(p);
        if (token_is(t, "(")) {
            a = call_parse(p, a);
        } else if (token_is(t, "[")) {
            a = index_parse(p, a);
        } else if (token_is(t, ".")) {
            a = field_parse(p, a);
        } else if (token_is(t, "'")) {
            token_step(p);
            a = ast_with(p, ast_make(p, A_PRIME, token_span(t), NULL), a, NULL);
        } else {
            return a;
        }
    }
    return NULL;
}

/* ---- operators ---- */

static Ast *expr_parse(Parser *p, int least);

static Ast *unary_parse(Parser *p, int least)
{
    const Token *t = token_now(p);
    bool minus = token_is(t, "-");
    if (!minus && !token_is(t, "not")) return postfix_parse(p);
    if (!minus && least > POWER_NOT) {
        char after[96];
        parser_fail(p, "expected an expression%s", parser_after(p, after));
        diag_hint(p->d, "not binds loosely; put it in brackets: (not x).");
        return NULL;
    }
    token_step(p);
    if (!parser_enter(p)) return NULL;
    Ast *a = ast_make(p, A_UNARY, token_span(t), t->op);
    Ast *kid = expr_parse(p, minus ? POWER_MINUS : POWER_NOT);
    parser_leave(p);
    return kid ? ast_with(p, a, NULL, kid) : NULL;
}

/* The power of a token as a binary operator, or -1. */
static int infix_power(const Token *t)
{
    if (t->kind != T_OP && t->kind != T_WORD) return -1;
    int power = ast_power(t->op);
    return power == POWER_NOT ? -1 : power;
}

static bool is_comparison(const Ast *a)
{
    return a->kind == A_BINARY && !a->parens && ast_power(a->text) == POWER_COMPARE;
}

static Ast *binary_parse(Parser *p, Ast *left, int power)
{
    const Token *op = token_now(p);
    bool raise = power == POWER_RAISE;
    if (power == POWER_COMPARE && is_comparison(left)) {
        parser_refuse(p, E_SYNTAX, token_span(op), "comparisons do not chain: found a second %s",
                      op->op);
        diag_hint(p->d, "Join two comparisons: 0 < x and x < 1.");
        return NULL;
    }
    token_step(p);
    if (raise && !parser_enter(p)) return NULL;
    Ast *right = expr_parse(p, raise ? POWER_RAISE : power + 1);
    if (raise) parser_leave(p);
    return right ? ast_with(p, ast_make(p, A_BINARY, token_span(op), op->op), left, right) : NULL;
}

static Ast *expr_parse(Parser *p, int least)
{
    Ast *left = unary_parse(p, least);
    for (int power; left; left = binary_parse(p, left, power)) {
        power = infix_power(token_now(p));
        if (power < least) return left;
    }
    return NULL;
}

static Ast *stage_parse(Parser *p, bool named)
{
    const Token *t = token_now(p);
    if (!named || t->kind != T_NAME || !token_is(token_ahead(p, 1), ":")) return expr_parse(p, 1);
    Ast *a = ast_make(p, A_NAMED, token_span(t), token_text(p, t));
    token_step(p);
    token_step(p);
    Ast *kid = expr_parse(p, 1);
    return kid ? ast_with(p, a, NULL, kid) : NULL;
}

Ast *chain_parse(Parser *p, bool named)
{
    Ast *left = stage_parse(p, named);
    while (left && token_is(token_now(p), "->")) {
        Ast *a = ast_make(p, A_CHAIN, token_span(token_now(p)), "->");
        token_step(p);
        Ast *right = stage_parse(p, named);
        left = right ? ast_with(p, a, left, right) : NULL;
    }
    return left;
}

/* ---- if, an expression and a statement ---- */

/* The other branch; a chain of else if nests to the right. *out stays NULL when
 * there is none. */
static bool else_parse(Parser *p, Ast **out)
{
    int ahead = 0;
    while (token_ahead(p, ahead)->kind == T_EOL && p->i + ahead < p->n_tok - 1) ahead++;
    if (!token_is(token_ahead(p, ahead), "else")) return true;
    p->i += ahead;
    token_step(p);
    if (!token_is(token_now(p), "if")) {
        *out = block_parse(p);
        return *out != NULL;
    }
    int base = p->n_stack;
    Ast *block = ast_make(p, A_BLOCK, token_span(token_now(p)), NULL);
    if (!parser_enter(p)) return false;
    Ast *nested = if_parse(p);
    parser_leave(p);
    if (!nested) return false;
    ast_push(p, nested);
    *out = ast_take(p, block, base);
    return true;
}

Ast *if_parse(Parser *p)
{
    int base = p->n_stack;
    Ast *a = ast_make(p, A_IF, token_span(token_now(p)), NULL);
    token_step(p);
    if (!parser_enter(p)) return NULL;
    Ast *cond = chain_parse(p, false), *then = NULL, *other = NULL;
    parser_leave(p);
    if (cond) then = block_parse(p);
    if (!then || !else_parse(p, &other)) return NULL;
    ast_push(p, cond);
    ast_push(p, then);
    ast_push(p, other);
    return ast_take(p, a, base);
}
