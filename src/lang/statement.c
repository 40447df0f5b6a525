/* statement.c -- definitions, control, assignment: what a line may be.
 *
 * The first tokens tell which: `f(x) = ...` from `f(x) == ...`, `a, b <- ...` from `a`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "lang/parser.h"

/* Docs are looked for that far above a statement. */
enum { DOC_MOST = 64 << 10 };

/* ---- docs ---- */

static const char *line_start(const char *begin, const char *s)
{
    while (s > begin && s[-1] != '\n') s--;
    return s;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The text of a comment line without its sign, or NULL. [s, end) is one line. */
static const char *comment_text(const char *s, const char *end)
{
    while (s < end && is_space(*s)) s++;
    if (s >= end || *s != '#') return NULL;
    s++;
    return s < end && *s == ' ' ? s + 1 : s;
}

/* A first line that names an interpreter is no doc. */
static bool is_shebang(const char *begin, const char *s)
{
    return s == begin && s[0] == '#' && s[1] == '!';
}

/* The first of the comment lines right above the line that begins at `line`. */
static const char *doc_start(const char *begin, const char *line)
{
    const char *top = line;
    while (top > begin && line - top < DOC_MOST) {
        const char *above = line_start(begin, top - 1);
        if (!comment_text(above, top - 1) || is_shebang(begin, above)) break;
        if (top - above > DOC_MOST) break;
        top = above;
    }
    return top;
}

/* The # lines right above the statement that begins at `from`, or NULL. */
static const char *doc_above(const Parser *p, int from)
{
    const char *s = p->text + from, *line = s;
    while (line > p->begin && is_space(line[-1])) line--;
    if (line > p->begin && line[-1] != '\n') return NULL;
    const char *top = doc_start(p->begin, line);
    if (top == line) return NULL;
    char *doc = arena_alloc(p->arena, (size_t)(line - top)), *out = doc;
    while (top < line) {
        const char *end = memchr(top, '\n', (size_t)(line - top));
        const char *text = comment_text(top, end), *stop = end;
        while (stop > text && is_space(stop[-1])) stop--;
        memcpy(out, text, (size_t)(stop - text));
        out += stop - text;
        top = end + 1;
        *out++ = top < line ? '\n' : '\0';
    }
    return doc;
}

/* ---- definitions ---- */

static Ast *body_parse(Parser *p)
{
    return token_is(token_now(p), "{") ? block_parse(p) : chain_parse(p, true);
}

static bool name_parse(Parser *p, const char *what, const Token **out)
{
    const Token *t = token_now(p);
    *out = t;
    if (t->kind == T_NAME) {
        token_step(p);
        return true;
    }
    parser_fail(p, "expected %s", what);
    if (t->kind == T_WORD) diag_hint(p->d, "%s is a keyword and cannot be a name.", t->op);
    return false;
}

/* Names twice among the formals make a call ambiguous. */
static bool formal_is_new(Parser *p, const Ast *formal, int base)
{
    if (p->n_stack - base >= LIMIT_ARGS) {
        parser_refuse(p, E_LIMIT, formal->at, "more than %d arguments", LIMIT_ARGS);
        return false;
    }
    for (int i = base; i < p->n_stack; i++) {
        if (strcmp(p->stack[i]->text, formal->text)) continue;
        parser_refuse(p, E_SYNTAX, formal->op, "%s stands twice among the arguments",
                      formal->text);
        return false;
    }
    return true;
}

static Ast *formal_parse(Parser *p)
{
    bool key = token_is(token_ahead(p, 1), "=") && token_now(p)->kind == T_WORD;
    const Token *t = token_now(p);
    if (key) return arg_parse(p);
    if (t->kind == T_NAME && token_is(token_ahead(p, 1), "=")) return arg_parse(p);
    if (!name_parse(p, "the name of an argument", &t)) {
        diag_hint(p->d, "A definition lists names, f(x, k=1) = ...; == compares.");
        return NULL;
    }
    return ast_make(p, A_NAME, token_span(t), token_text(p, t));
}

/* Pushes the formals; the present token is the opening bracket. */
static bool formals_parse(Parser *p)
{
    const Token *open = token_now(p);
    int base = p->n_stack;
    if (!token_is(open, "(")) {
        parser_fail(p, "expected ( and the names of the arguments");
        return false;
    }
    token_step(p);
    if (!parser_enter(p)) return false;
    while (!token_is(token_now(p), ")")) {
        Ast *formal = formal_parse(p);
        if (!formal || !formal_is_new(p, formal, base)) return false;
        ast_push(p, formal);
        if (token_accept(p, ",")) continue;
        if (token_is(token_now(p), ")")) break;
        parser_fail(p, "expected , or ) after the argument %s", formal->text);
        diag_hint(p->d, "A definition lists names, f(x, k=1) = ...; == compares.");
        return false;
    }
    return close_parse(p, ")", open);
}

/* (formals) = body, for all kinds of definitions. */
static Ast *definition_parse(Parser *p, Ast *a)
{
    int base = p->n_stack;
    if (!formals_parse(p)) return NULL;
    if (!token_accept(p, "=")) {
        parser_fail(p, "expected = and what %s does", a->text);
        diag_hint(p->d, "A definition is written %s(...) = { ... }.", a->text);
        return NULL;
    }
    Ast *body = body_parse(p);
    if (!body) return NULL;
    if (body->kind != A_BLOCK && a->kind != S_FUNCTION) {
        Ast *block = ast_make(p, A_BLOCK, body->at, NULL);
        int inner = p->n_stack;
        ast_push(p, body);
        body = ast_take(p, block, inner);
    }
    ast_push(p, body);
    return ast_take(p, a, base);
}

static Ast *function_parse(Parser *p)
{
    const Token *name = token_now(p);
    Ast *a = ast_make(p, S_FUNCTION, token_span(name), NULL);
    token_step(p);
    int primes = 0;
    while (token_accept(p, "'")) primes++;
    size_t n = (size_t)(name->to - name->from);
    char *text = arena_alloc(p->arena, n + (size_t)primes + 1);
    memcpy(text, p->text + name->from, n);
    memset(text + n, '\'', (size_t)primes);
    a->text = text;
    return definition_parse(p, a);
}

/* A layer is given its input, an update rule a weight and its gradient: the first formals. */
static bool learner_takes_its_own(Parser *p, const Ast *a)
{
    int need = a->kind == S_LAYER ? 1 : 2;
    bool good = a->n > need;
    for (int i = 0; i < need && good; i++) good = a->kid[i]->kind == A_NAME;
    if (good) return true;
    parser_refuse(p, E_SYNTAX, a->at, a->kind == S_LAYER ? "the first argument of a layer is its input" :
                  "the first two arguments of an optimizer are a weight and its gradient");
    diag_hint(p->d, a->kind == S_LAYER ? "For example: layer %s(x, units) = { ... }" :
              "For example: optimizer %s(w, g, lr=0.01) = { w <- w - lr*g }", a->text);
    return false;
}

/* layer NAME(...) = ..., optimizer NAME(...) = ... */
static Ast *learner_parse(Parser *p, AstKind kind)
{
    const Token *word = token_now(p), *name;
    token_step(p);
    if (!name_parse(p, kind == S_LAYER ? "a name after layer" : "a name after optimizer", &name))
        return NULL;
    Ast *a = definition_parse(p, ast_make(p, kind, token_span(name), token_text(p, name)));
    if (a) a->at.from = word->from;
    return a && learner_takes_its_own(p, a) ? a : NULL;
}

static Ast *equation_parse(Parser *p)
{
    const Token *name = token_now(p);
    int base = p->n_stack;
    Ast *a = ast_make(p, S_EQUATION, token_span(name), token_text(p, name));
    token_step(p);
    token_step(p);
    if (token_is(token_now(p), "{")) {
        parser_refuse(p, E_SYNTAX, token_span(token_now(p)),
                      "expected an expression after =, found {");
        diag_hint(p->d, "A block is the body of a function: %s(x) = { ... }.", a->text);
        return NULL;
    }
    Ast *value = chain_parse(p, true);
    if (!value) return NULL;
    ast_push(p, value);
    return ast_take(p, a, base);
}

/* The declared shape: [inputs, units]. */
static bool dims_parse(Parser *p)
{
    const Token *open = token_now(p);
    token_step(p);
    if (!parser_enter(p)) return false;
    do {
        Ast *dim = chain_parse(p, false);
        if (!dim) return false;
        ast_push(p, dim);
    } while (token_accept(p, ","));
    return close_parse(p, "]", open);
}

static Ast *decl_parse(Parser *p, const char *word)
{
    char what[32];
    const Token *name;
    snprintf(what, sizeof what, "a name after %s", word);
    if (!name_parse(p, what, &name)) return NULL;
    int base = p->n_stack;
    Ast *a = ast_make(p, S_DECL, token_span(name), token_text(p, name));
    ast_push(p, NULL);
    if (token_is(token_now(p), "[") && !dims_parse(p)) return NULL;
    if (!token_accept(p, "=")) return parser_fail(p, "expected = and the first value of %s",
                                                  a->text);
    Ast *value = chain_parse(p, true);
    if (!value) return NULL;
    p->stack[base] = value;
    return ast_take(p, a, base);
}

static Ast *decls_parse(Parser *p, AstKind kind)
{
    const Token *word = token_now(p);
    int base = p->n_stack;
    Ast *a = ast_make(p, kind, token_span(word), NULL);
    token_step(p);
    do {
        Ast *decl = decl_parse(p, word->op);
        if (!decl) return NULL;
        ast_push(p, decl);
    } while (token_accept(p, ","));
    return ast_take(p, a, base);
}

/* ---- control ---- */

static void skip_separators(Parser *p)
{
    while (p->i < p->n_tok - 1 && token_ends(token_now(p))) token_step(p);
}

Ast *block_parse(Parser *p)
{
    const Token *open = token_now(p);
    int base = p->n_stack;
    char after[96];
    if (!token_is(open, "{")) return parser_fail(p, "expected {%s", parser_after(p, after));
    Ast *a = ast_make(p, A_BLOCK, token_span(open), NULL);
    token_step(p);
    if (!parser_enter(p)) return NULL;
    for (;;) {
        skip_separators(p);
        if (token_is(token_now(p), "}") || token_now(p)->kind == T_END) break;
        Ast *kid = statement_parse(p);
        if (!kid) return NULL;
        ast_push(p, kid);
        if (p->n_stack - base > LIMIT_BLOCK)
            return parser_refuse(p, E_LIMIT, kid->at, "more than %d statements in one block",
                                 LIMIT_BLOCK);
    }
    return close_parse(p, "}", open) ? ast_take(p, a, base) : NULL;
}

/* repeat N { }, while COND { }, for x in EXPR { } */
static Ast *loop_parse(Parser *p, AstKind kind)
{
    const Token *word = token_now(p), *name;
    int base = p->n_stack;
    Ast *a = ast_make(p, kind, token_span(word), NULL);
    token_step(p);
    if (kind == S_FOR) {
        if (!name_parse(p, "a name after for", &name)) return NULL;
        a->text = token_text(p, name);
        a->op = token_span(name);
        if (!token_accept(p, "in")) return parser_fail(p, "expected in after for %s", a->text);
    }
    Ast *head = chain_parse(p, false), *body = head ? block_parse(p) : NULL;
    if (!body) return NULL;
    ast_push(p, head);
    ast_push(p, body);
    return ast_take(p, a, base);
}

/* ---- assignment and expressions ---- */

static bool is_target(const Ast *a)
{
    while (!a->parens && (a->kind == A_FIELD || a->kind == A_INDEX)) a = a->kid[0];
    return !a->parens && a->kind == A_NAME;
}

static bool targets_check(Parser *p, int base)
{
    for (int i = base; i < p->n_stack; i++) {
        const Ast *a = p->stack[i];
        if (is_target(a)) continue;
        int n = a->at.to - a->at.from;
        parser_refuse(p, E_SYNTAX, a->at,
                      "expected a name, a field or an element before <-, found %.*s%s",
                      n < 40 ? n : 37, p->text + a->at.from, n < 40 ? "" : "...");
        return false;
    }
    return true;
}

/* Pushes expressions with commas between them. */
static bool several_parse(Parser *p)
{
    do {
        Ast *a = chain_parse(p, true);
        if (!a) return false;
        ast_push(p, a);
    } while (token_accept(p, ","));
    return true;
}

static const char *plural(int n)
{
    return n == 1 ? "" : "s";
}

/* The targets stand on the stack from base on; <- is next. */
static Ast *assign_parse(Parser *p, int base)
{
    if (!targets_check(p, base)) return NULL;
    Ast *a = ast_make(p, S_ASSIGN, token_span(token_now(p)), NULL);
    int targets = p->n_stack - base;
    token_step(p);
    if (!several_parse(p)) return NULL;
    int values = p->n_stack - base - targets;
    if (values != targets) {
        parser_refuse(p, E_SYNTAX, a->op, "%d name%s before <- but %d value%s behind it",
                      targets, plural(targets), values, plural(values));
        diag_hint(p->d, "Every name on the left takes one value: a, b <- 1, 2.");
        return NULL;
    }
    a->at.from = p->stack[base]->at.from;
    return ast_take(p, a, base);
}

/* An expression is followed by =: what can be said depends on what stands there. */
static Ast *equation_refuse(Parser *p, const Ast *a, bool several)
{
    Span eq = token_span(token_now(p));
    int n = (int)strcspn(p->text + a->at.from, "\n");
    if (n > a->at.to - a->at.from) n = a->at.to - a->at.from;
    if (several) parser_refuse(p, E_SYNTAX, eq, "an equation defines one name, found several");
    else parser_refuse(p, E_SYNTAX, eq, "expected a name before =, found %.*s",
                       n < 40 ? n : 40, p->text + a->at.from);
    if (several) diag_hint(p->d, "Only <- takes several: a, b <- 1, 2.");
    else if (is_target(a)) diag_hint(p->d, "An element or a field is changed with <-.");
    else diag_hint(p->d, "Write == to compare.");
    return NULL;
}

static Ast *plain_parse(Parser *p)
{
    int base = p->n_stack;
    Ast *first = chain_parse(p, true);
    if (!first) return NULL;
    ast_push(p, first);
    bool several = token_accept(p, ",");
    if (several && !several_parse(p)) return NULL;
    if (token_is(token_now(p), "<-")) return assign_parse(p, base);
    if (token_is(token_now(p), "=")) return equation_refuse(p, first, several);
    if (several) {
        parser_refuse(p, E_SYNTAX, token_span(&p->tok[p->i - 1]),
                      "expected <- after several names");
        diag_hint(p->d, "Several values are shown with print a, b or stand in [ ].");
        return NULL;
    }
    p->n_stack = base;
    return first;
}

/* ---- any statement ---- */

/* Whether the tokens from a name on read NAME'...( ... ) = */
static bool is_definition(const Parser *p)
{
    int k = 1, open = 0;
    while (token_is(token_ahead(p, k), "'")) k++;
    if (!token_is(token_ahead(p, k), "(")) return false;
    for (; p->i + k < p->n_tok - 1; k++) {
        const Token *t = token_ahead(p, k);
        if (t->kind != T_OP) continue;
        open += *t->op == '(' || *t->op == '[' || *t->op == '{';
        open -= *t->op == ')' || *t->op == ']' || *t->op == '}';
        if (open == 0) return token_is(token_ahead(p, k + 1), "=");
    }
    return false;
}

/* f' = ... names no argument. */
static Ast *prime_refuse(Parser *p)
{
    parser_refuse(p, E_SYNTAX, token_span(token_ahead(p, 2)),
                  "a derivative is declared with its argument");
    diag_hint(p->d, "Write %s'(x) = ....", token_text(p, token_now(p)));
    return NULL;
}

static Ast *name_statement(Parser *p)
{
    const Token *next = token_ahead(p, 1);
    if (command_begins(p)) return command_parse(p);
    if (token_is(next, "=")) return equation_parse(p);
    if (token_is(next, "'") && token_is(token_ahead(p, 2), "=")) return prime_refuse(p);
    return is_definition(p) ? function_parse(p) : plain_parse(p);
}

static Ast *keyword_refuse(Parser *p)
{
    const Token *t = token_now(p);
    parser_refuse(p, E_SYNTAX, token_span(t), "%s is a keyword and cannot be a name", t->op);
    return NULL;
}

static Ast *else_refuse(Parser *p)
{
    parser_refuse(p, E_SYNTAX, token_span(token_now(p)), "else without an if before it");
    diag_hint(p->d, "At the prompt, else follows on the line of the closing }.");
    return NULL;
}

static Ast *word_statement(Parser *p)
{
    const Token *t = token_now(p), *next = token_ahead(p, 1);
    if (token_is(next, "=") || token_is(next, "<-")) return keyword_refuse(p);
    if (token_is(t, "param")) return decls_parse(p, S_PARAM);
    if (token_is(t, "state")) return decls_parse(p, S_STATE);
    if (token_is(t, "layer")) return learner_parse(p, S_LAYER);
    if (token_is(t, "optimizer")) return learner_parse(p, S_OPTIMIZER);
    if (token_is(t, "repeat")) return loop_parse(p, S_REPEAT);
    if (token_is(t, "while")) return loop_parse(p, S_WHILE);
    if (token_is(t, "for")) return loop_parse(p, S_FOR);
    if (token_is(t, "if")) return if_parse(p);
    if (token_is(t, "break")) return break_parse(p);
    if (token_is(t, "else")) return else_refuse(p);
    return plain_parse(p);
}

/* `trian xor, d`: a word that is not known, and what a command would take. */
static bool is_misspelt_command(Parser *p, const Ast *a)
{
    TokenKind next = token_now(p)->kind;
    bool shaped = a->kind == A_NAME && !a->parens && (next == T_NAME || next == T_STR || next == T_NUM);
    const char *near = shaped && p->near_command ? p->near_command(p->ctx, a->text) : NULL;
    if (!near) return false;
    parser_refuse(p, E_SYNTAX, a->at, "there is no command %s", a->text);
    diag_hint(p->d, "Did you mean %s?", near);
    return true;
}

/* What stands behind a statement that is whole must end it. */
static Ast *rest_refuse(Parser *p, const Ast *a)
{
    char after[96];
    if (is_misspelt_command(p, a)) return NULL;
    parser_after(p, after);
    bool expression = a->kind < S_EQUATION && a->kind != A_IF;
    bool ends_in_one = a->kind == S_EQUATION || a->kind == S_ASSIGN || a->kind == S_PARAM ||
                       a->kind == S_STATE || a->kind == S_FUNCTION || a->kind == S_COMMAND;
    bool closed = token_is(&p->tok[p->i - 1], "}");
    return parser_fail(p, "expected %sthe end of the line%s",
                       (expression || ends_in_one) && !closed ? "an operator or " : "", after);
}

Ast *statement_parse(Parser *p)
{
    const Token *first = token_now(p);
    Ast *a = token_is(first, "?")        ? help_parse(p)
             : first->kind == T_NAME     ? name_statement(p)
             : first->kind == T_WORD     ? word_statement(p)
                                         : plain_parse(p);
    if (!a) return NULL;
    const Token *end = token_now(p);
    /* Inside brackets p->depth counts the block that a } may close. */
    if (!token_ends(end) && !(p->depth > 0 && token_is(end, "}"))) return rest_refuse(p, a);
    a->quiet = end->kind == T_SEMI;
    a->doc = doc_above(p, first->from);
    return a;
}
