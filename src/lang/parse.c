/* parse.c -- the reader: one statement at a time from a text.
 *
 * A statement is first cut out as tokens: the lexer knows where it ends, whatever is
 * wrong inside. Then it is parsed with all its tokens at hand. A fault costs that
 * statement only, and memory never grows beyond that of one statement.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "lang/parser.h"

/* The column of a statement is looked for that far to the left. */
enum { LINE_MOST = 1000 };

enum { SHORT_SCAN = 32, TOKEN_BYTES = sizeof(Ast) + 8 };   /* its node, and its share of texts and places */

/* The tokens of one statement, and the lexer behind them. Most statements are short:
 * their tokens need no memory of their own. */
typedef struct {
    Lexer  lx;
    Token *tok;
    int    n, cap;
    bool   reached;       /* looked at the end of the text                     */
    Token  few[SHORT_SCAN];
} Scan;

static void scan_begin(Scan *s)
{
    s->tok = s->few;
    s->n = 0;
    s->cap = SHORT_SCAN;
    s->reached = false;
}

static void scan_end(Scan *s)
{
    if (s->tok != s->few) free(s->tok);
}

static void scan_add(Scan *s, Token t)
{
    if (s->n == s->cap) {
        Token *old = s->tok == s->few ? NULL : s->tok;
        s->cap *= 2;
        s->tok = mem_grow(old, (size_t)s->cap, sizeof t);
        if (!old) memcpy(s->tok, s->few, sizeof s->few);
    }
    s->tok[s->n++] = t;
}

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
    return topic_follows(name) && r->is_command(r->ctx, name);
}

/* `}` and a newline end an if only when no else follows. */
static bool else_follows(Scan *s)
{
    if (s->n == 0 || !token_is(&s->tok[s->n - 1], "}")) return false;
    Lexer peek = s->lx;
    Token t;
    do t = lex_next(&peek);
    while (t.kind == T_EOL);
    s->reached |= peek.at >= peek.len;
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
        scan_add(s, t);
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
    size_t name = strlen(r->name) + 1;
    Source *s = mem_new(sizeof *s + name + bytes + 1);
    s->refs = 1;
    s->name = (char *)(s + 1);
    s->text = s->name + name;
    memcpy(s->name, r->name, name);
    memcpy(s->text, r->text + r->at, bytes);
    s->line = r->line;
    s->col = reader_column(r);
    return s;
}

static Parser parser_over(const Reader *r, const Scan *s, Arena *arena, Diag *d)
{
    return (Parser){
        .begin = r->text, .text = r->text + r->at, .line = r->line, .tok = s->tok,
        .n_tok = s->n, .wants_more = lex_wants_more(&s->lx), .bad = &s->lx.bad, .arena = arena,
        .d = d, .is_command = r->is_command, .near_command = r->near_command, .ctx = r->ctx,
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

/* The next statement, whatever may follow behind len; *reached: it was looked there. */
static Status read_statement(Reader *r, Source **out, Diag *d, bool *reached)
{
    reader_skip(r);
    *reached = r->at >= r->len;
    if (*reached) return OK;
    Scan s;
    scan_begin(&s);
    scan_statement(&s, r);
    *reached = s.reached || s.lx.at >= s.lx.len;
    if (*reached && r->more) return scan_end(&s), OK;
    if (s.lx.too_long) {
        Status code = reader_refuse_long(r, &s, out, d);
        *reached = s.lx.at >= s.lx.len;
        scan_end(&s);
        return code;
    }
    Source *src = source_new(r, scan_bytes(&s));
    if (s.n < SHORT_SCAN) arena_reserve(&src->arena, (size_t)s.n * TOKEN_BYTES);
    Parser p = parser_over(r, &s, &src->arena, d);
    src->tree = statement_parse(&p);
    if (!src->tree) arena_clear(&src->arena);
    if (src->tree || !reader_resume(r, &s, &p)) reader_pass(r, &s.lx);
    free(p.stack);
    scan_end(&s);
    *out = src;
    return d->code;
}

Status parse_next(Reader *r, Source **out, Diag *d)
{
    Reader before = *r;
    bool reached;
    *out = NULL;
    diag_clear(d);
    Status st = read_statement(r, out, d, &reached);
    if (!r->more || !reached) return st;
    source_drop(*out);
    *out = NULL;
    *r = before;
    diag_clear(d);
    return OK;
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
    Scan s;
    scan_begin(&s);
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
    scan_end(&s);
    if (src->tree) return src;
    source_drop(src);
    return NULL;
}
