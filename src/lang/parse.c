/* parse.c -- statements, and the reader that takes them one at a time from a text.
 *
 * A statement is first cut out as tokens: the lexer knows where it ends, whatever is
 * wrong inside. Then it is parsed with all its tokens at hand, so that a few tokens
 * ahead tell `f(x) = ...` from `f(x) == ...` and `a, b <- ...` from `a`. A fault costs
 * that statement only, and memory never grows beyond that of one statement.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/parser.h"

/* Docs are looked for that far above a statement, its column that far to the left. */
enum { DOC_MOST = 64 << 10, LINE_MOST = 1000 };

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

bool name_parse(Parser *p, const char *what, const Token **out)
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

/* layer NAME(...) = ..., optimizer NAME(...) = ... */
static Ast *learner_parse(Parser *p, AstKind kind)
{
    const Token *word = token_now(p), *name;
    token_step(p);
    if (!name_parse(p, kind == S_LAYER ? "a name after layer" : "a name after optimizer", &name))
        return NULL;
    Ast *a = definition_parse(p, ast_make(p, kind, token_span(name), token_text(p, name)));
    if (a) a->at.from = word->from;
    return a;
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
    int n = a->at.to - a->at.from;
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

/* ---- commands ---- */

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
static Ast *command_parse(Parser *p, Ast *a)
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
    Ast *parsed = command_parse(p, a);
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

static bool is_topical(const char *name)
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

static bool is_command(const Parser *p)
{
    char name[64];
    if (!p->is_command || !token_copy(p, token_now(p), name)) return false;
    if (!p->is_command(p->ctx, name)) return false;
    const Token *next = token_ahead(p, 1);
    if (is_topical(name)) return may_follow_topical(next, token_ahead(p, 2));
    return may_follow_command(next);
}

static Ast *break_parse(Parser *p)
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

static Ast *help_parse(Parser *p)
{
    Ast *a = command_make(p, "help");
    while (token_accept(p, "?")) continue;
    return topic_parse(p, a);
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
    char name[64];
    if (!token_copy(p, token_now(p), name)) strcpy(name, "f");
    diag_hint(p->d, "Write %s'(x) = ....", name);
    return NULL;
}

static Ast *name_statement(Parser *p)
{
    const Token *next = token_ahead(p, 1);
    if (is_command(p)) {
        char name[64];
        token_copy(p, token_now(p), name);
        Ast *a = command_make(p, arena_str(p->arena, name));
        return is_topical(name) ? topic_parse(p, a) : command_parse(p, a);
    }
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

/* What stands behind a statement that is whole must end it. */
static Ast *rest_refuse(Parser *p, const Ast *a)
{
    char after[96];
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

/* ---- the reader ---- */

/* The tokens of one statement, and the lexer behind them. */
typedef struct {
    Lexer  lx;
    Token *tok;
    int    n, cap;
} Scan;

/* Blank lines, comments and stray semicolons before a statement. */
static void reader_skip(Reader *r)
{
    static const char bom[] = "\xEF\xBB\xBF";
    if (r->at == 0 && r->len >= 3 && !memcmp(r->text, bom, 3)) r->at = 3;
    while (r->at < r->len) {
        const char *s = r->text + r->at;
        int length, c = lex_code_point(s, r->len - r->at, &length);
        if (c == '#') {
            const char *nl = memchr(s, '\n', r->len - r->at);
            r->at = nl ? (size_t)(nl - r->text) : r->len;
        } else if (lex_is_blank(c) || c == '\n' || c == ';') {
            r->line += c == '\n';
            r->at += (size_t)length;
        } else {
            return;
        }
    }
}

static bool scan_is_topic(const Reader *r, const Token *t)
{
    char name[8];
    int n = t->to - t->from;
    if (token_is(t, "?")) return true;
    if (t->kind != T_NAME || n != 4 || !r->is_command) return false;
    memcpy(name, r->text + r->at + t->from, 4);
    name[4] = '\0';
    return is_topical(name) && r->is_command(r->ctx, name);
}

/* `}` and a newline end an if only when no else follows. */
static bool else_follows(const Scan *s)
{
    if (s->n == 0 || !token_is(&s->tok[s->n - 1], "}")) return false;
    Lexer peek = s->lx;
    Token t;
    do t = lex_next(&peek);
    while (t.kind == T_EOL);
    return token_is(&t, "else");
}

static void scan_statement(Scan *s, const Reader *r)
{
    lex_start(&s->lx, r->text + r->at, r->len - r->at);
    for (;;) {
        Token t = lex_next(&s->lx);
        bool ends = t.kind == T_END || s->lx.too_long ||
                    (token_ends(&t) && (s->lx.depth == 0 || s->lx.raw));
        if (s->n == 0) s->lx.raw = scan_is_topic(r, &t);
        if (t.kind == T_EOL && ends && else_follows(s)) continue;
        GROW(s->tok, s->n, s->cap);
        s->tok[s->n++] = t;
        if (ends) return;
    }
}

/* The characters before the statement on its line, from 1. */
static int reader_column(const Reader *r)
{
    int col = 1;
    size_t most = r->at < LINE_MOST ? r->at : LINE_MOST;
    for (size_t i = 1; i <= most; i++) {
        char c = r->text[r->at - i];
        if (c == '\n') return col;
        col += ((unsigned char)c & 0xC0) != 0x80;
    }
    return most < LINE_MOST ? col - (r->len >= 3 && !memcmp(r->text, "\xEF\xBB\xBF", 3)) : 1;
}

static Source *source_new(const Reader *r, size_t bytes)
{
    Source *s = mem_new(sizeof *s);
    s->refs = 1;
    s->name = mem_str(r->name);
    s->text = mem_strn(r->text + r->at, bytes);
    s->line = r->line;
    s->col = reader_column(r);
    return s;
}

static Parser parser_over(const Reader *r, const Scan *s, Arena *arena, Diag *d)
{
    return (Parser){
        .begin = r->text, .text = r->text + r->at, .line = r->line, .tok = s->tok,
        .n_tok = s->n, .wants_more = lex_wants_more(&s->lx), .bad = &s->lx.bad, .arena = arena,
        .d = d, .is_command = r->is_command, .ctx = r->ctx,
    };
}

/* Bytes of the statement: to the end of its last token before the separator. */
static size_t scan_bytes(const Scan *s)
{
    return s->n > 1 ? (size_t)s->tok[s->n - 2].to : 0;
}

static void reader_pass(Reader *r, const Lexer *lx)
{
    r->at += lx->at;
    r->line += lx->lines;
}

/* A bracket that nothing closes makes the rest of the text one statement. When the
 * fault is plain and that rest is short (finding its end again for every line must
 * stay cheap), go on behind the line on which the parser gave up. */
static bool reader_resume(Reader *r, const Scan *s, const Parser *p)
{
    enum { SHORT = 16 << 10 };
    if (p->d->code == E_INCOMPLETE || s->lx.depth == 0 || s->lx.at > SHORT) return false;
    size_t from = (size_t)parser_end(p);
    const char *start = r->text + r->at;
    const char *nl = memchr(start + from, '\n', r->len - r->at - from);
    if (!nl) return false;
    for (const char *c = start; c <= nl; c++) r->line += *c == '\n';
    r->at += (size_t)(nl + 1 - start);
    return true;
}

/* Too long: keep its beginning for the message, and go behind it. */
static Status reader_refuse_long(Reader *r, Scan *s, Source **out, Diag *d)
{
    size_t most = 0;
    const char *text = r->text + r->at;
    while (most < 64 && text[most] != '\n') most++;
    while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80) most--;
    *out = source_new(r, most);
    lex_skip_statement(&s->lx);
    reader_pass(r, &s->lx);
    diag_set(d, E_LIMIT, s->lx.bad.at, "%s", s->lx.bad.text);
    return d->code;
}

Status parse_next(Reader *r, Source **out, Diag *d)
{
    *out = NULL;
    diag_clear(d);
    reader_skip(r);
    if (r->at >= r->len) return OK;
    Scan s = { .n = 0 };
    scan_statement(&s, r);
    if (s.lx.too_long) {
        Status code = reader_refuse_long(r, &s, out, d);
        free(s.tok);
        return code;
    }
    Source *src = source_new(r, scan_bytes(&s));
    Parser p = parser_over(r, &s, &src->arena, d);
    src->tree = statement_parse(&p);
    if (!src->tree) arena_clear(&src->arena);
    if (src->tree || !reader_resume(r, &s, &p)) reader_pass(r, &s.lx);
    free(p.stack);
    free(s.tok);
    *out = src;
    return d->code;
}

/* Nothing but blank space and comments is left behind the scanned tokens. */
static bool reader_is_done(Reader *r, const Scan *s)
{
    reader_pass(r, &s->lx);
    reader_skip(r);
    return r->at >= r->len;
}

Source *parse_expr(const char *name, const char *text, Diag *d)
{
    Reader r = { .name = name, .text = text, .len = strlen(text), .line = 1 };
    Scan s = { .n = 0 };
    diag_clear(d);
    scan_statement(&s, &r);
    Source *src = source_new(&r, r.len);
    Parser p = parser_over(&r, &s, &src->arena, d);
    src->tree = chain_parse(&p, true);
    if (src->tree && !(token_ends(token_now(&p)) && reader_is_done(&r, &s))) {
        char after[96];
        parser_after(&p, after);
        src->tree = parser_fail(&p, "expected an operator or the end of the line%s", after);
    }
    free(p.stack);
    free(s.tok);
    if (src->tree) return src;
    source_drop(src);
    return NULL;
}
