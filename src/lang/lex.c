/* lex.c -- tokens.
 *
 * A line on the board is often pasted from slides, so the signs of mathematics are
 * read as what they mean: × · ÷ − → ← ≤ ≥ ≠ and raised digits. What is habit from
 * another language (**, &&, :=) is refused with the word for it here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lang/lex.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const keywords[] = {
    "and", "or", "not", "param", "state", "layer", "optimizer",
    "repeat", "for", "in", "while", "if", "else", "break",
};

/* Longest first where one begins another. */
static const char *const operators[] = {
    "...", "->", "<-", "==", "!=", "<=", ">=", "+", "-", "*", "/", "@", "^", "<", ">",
    "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "'", "?",
};

/* What looks like an operator and is none. */
static const struct {
    const char *sign, *hint;
} strangers[] = {
    { "**", "Write ^ for a power." },
    { "&&", "Write and." },
    { "&", "Write and." },
    { "||", "Write or." },
    { "|", "Write or; the absolute value is abs(x)." },
    { ":=", "Write = for an equation that stays true, <- for an assignment." },
    { "+=", "Write x <- x + 1." },
    { "-=", "Write x <- x - 1." },
    { "*=", "Write x <- 2*x." },
    { "/=", "Write x <- x/2." },
    { "//", "A comment begins with #; a division rounded down is floor(a/b)." },
    { "=>", "Write >= for at least, -> for a chain." },
    { "=<", "Write <=." },
    { "<>", "Write !=." },
    { "<<", "Write < to compare." },
    { ">>", "Write > to compare." },
    { "++", "Write x <- x + 1." },
    { "~", "A file name goes in double quotes; not is written not, and != means differs." },
    { "%", "The remainder of a/b is a - b*floor(a/b)." },
    { "\\", "A line goes on by itself inside brackets, or when it ends in an operator or comma." },
};

/* Characters that are read as operators. */
static const struct {
    int         code_point;
    const char *op;
} aliases[] = {
    { 0xB7, "*" },   { 0xD7, "*" },   { 0x22C5, "*" },  { 0x2217, "*" },  { 0xF7, "/" },
    { 0x2212, "-" }, { 0x2192, "->" }, { 0x2190, "<-" }, { 0x2264, "<=" }, { 0x2265, ">=" },
    { 0x2260, "!=" }, { 0x2032, "'" }, { 0x2026, "..." },
};

enum { N_KEYWORD = sizeof keywords / sizeof *keywords,
       N_OPERATOR = sizeof operators / sizeof *operators,
       N_STRANGER = sizeof strangers / sizeof *strangers,
       N_ALIAS = sizeof aliases / sizeof *aliases,
       WINDOW = LIMIT_LINE + 8 };    /* bytes looked at, to see that it is too long */

/* ---- characters ---- */

static int long_code_point(const char *s, size_t n, int *length)
{
    static const int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *u = (const unsigned char *)s;
    *length = 1;
    int more = u[0] >= 0xF0 ? 3 : u[0] >= 0xE0 ? 2 : 1;
    if (u[0] < 0xC2 || u[0] > 0xF4 || (size_t)more >= n) return -1;
    int c = u[0] & (0x3F >> more);
    for (int i = 1; i <= more; i++) {
        if ((u[i] & 0xC0) != 0x80) return -1;
        c = c << 6 | (u[i] & 0x3F);
    }
    if (c < least[more + 1] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return -1;
    *length = more + 1;
    return c;
}

static inline int code_point(const char *s, size_t n, int *length)
{
    unsigned char plain = (unsigned char)*s;
    *length = 1;
    return plain < 0x80 ? plain : long_code_point(s, n, length);
}

int lex_code_point(const char *s, size_t n, int *length) { return code_point(s, n, length); }

/* The digit that a raised digit stands for, or -1. */
static int raised_digit(int c)
{
    if (c == 0xB9) return 1;
    if (c == 0xB2 || c == 0xB3) return c - 0xB0;
    if (c == 0x2070 || (c >= 0x2074 && c <= 0x2079)) return c - 0x2070;
    return -1;
}

bool lex_is_letter(int c)
{
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    /* Blocks without letters: Latin-1 signs, punctuation, arrows and operators, CJK
     * punctuation, variation selectors, specials, surrogates, tags. */
    static const int none[][2] = {
        { 0x80, 0xA9 }, { 0xAB, 0xB4 }, { 0xB6, 0xB9 }, { 0xBB, 0xBF }, { 0xD7, 0xD7 },
        { 0xF7, 0xF7 }, { 0x61C, 0x61C }, { 0x180E, 0x180E }, { 0x2000, 0x207F },
        { 0x2190, 0x23FF }, { 0x3000, 0x303F }, { 0xD800, 0xDFFF }, { 0xFE00, 0xFE0F },
        { 0xFEFF, 0xFEFF }, { 0xFFF0, 0xFFFF }, { 0xE0000, 0x10FFFF },
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (c >= none[i][0] && c <= none[i][1]) return false;
    return true;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

size_t lex_name_length(const char *s, size_t n)
{
    size_t at = 0;
    while (at < n) {
        unsigned char plain = (unsigned char)s[at];
        if (plain < 0x80) {
            if (!lex_is_letter(plain) && !is_digit(plain)) break;
            at++;
            continue;
        }
        int length, c = code_point(s + at, n - at, &length);
        if (!lex_is_letter(c) && !is_digit(c)) break;
        at += (size_t)length;
    }
    return at;
}

bool lex_is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == 0xA0 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x202F;
}

/* The first character decides most of the time: words are many, and all of them fail. */
static bool begins_with(const char *sign, const char *s, size_t n)
{
    if (!n || *sign != *s) return false;
    size_t k = strlen(sign);
    return k <= n && !memcmp(sign, s, k);
}

static const char *keyword_find(const char *s, size_t n)
{
    for (int i = 0; i < N_KEYWORD; i++)
        if (begins_with(keywords[i], s, n) && strlen(keywords[i]) == n) return keywords[i];
    return NULL;
}

bool lex_is_keyword(const char *s, size_t n)
{
    return keyword_find(s, n) != NULL;
}

/* ---- the lexer's place ---- */

void lex_start(Lexer *lx, const char *text, size_t len)
{
    lx->text = text;
    lx->len = len;
    lx->at = 0;
    lx->raw = lx->goes_on = lx->pending = lx->too_long = false;
    lx->lines = lx->depth = 0;
    diag_clear(&lx->bad);               /* not all of its text: there is one for every line */
}

bool lex_wants_more(const Lexer *lx)
{
    return lx->depth > 0 || lx->goes_on;
}

/* The innermost open bracket, 0 outside. Those too deep to be kept are refused
 * by the parser; what they are does not matter any more. */
static char innermost(const Lexer *lx)
{
    int kept = (int)sizeof lx->open;
    return lx->depth == 0 ? 0 : lx->open[(lx->depth <= kept ? lx->depth : kept) - 1];
}

static bool newline_counts(const Lexer *lx)
{
    if (lx->raw) return true;
    char in = innermost(lx);
    return !lx->goes_on && in != '(' && in != '[';
}

/* Bytes left in the window in which tokens are made. */
static size_t window_left(const Lexer *lx)
{
    size_t end = lx->len < WINDOW ? lx->len : WINDOW;
    return lx->at < end ? end - lx->at : 0;
}

static const char *here(const Lexer *lx)
{
    return lx->text + lx->at;
}

/* Blank space, comments, and newlines that do not count. */
static bool skip_blank(Lexer *lx)
{
    size_t start = lx->at;
    while (lx->at < lx->len) {
        unsigned char plain = (unsigned char)*here(lx);
        if (plain > '#' && plain < 0x80) break;
        if (plain == ' ') {
            lx->at++;
            continue;
        }
        int length, c = code_point(here(lx), lx->len - lx->at, &length);
        if (c == '#') {
            const char *nl = memchr(here(lx), '\n', lx->len - lx->at);
            lx->at = nl ? (size_t)(nl - lx->text) : lx->len;
        } else if (c == '\n' && !newline_counts(lx)) {
            lx->lines++;
            lx->at++;
        } else if (lex_is_blank(c)) {
            lx->at += (size_t)length;
        } else {
            break;
        }
    }
    return lx->at > start;
}

static Token token_end(Lexer *lx, TokenKind kind, size_t from)
{
    int to = lx->at > INT_MAX ? INT_MAX : (int)lx->at;
    return (Token){ .kind = kind, .from = from > INT_MAX ? to : (int)from, .to = to, .op = "" };
}

/* The text between from and where the lexer stands is no token. */
static Token token_bad(Lexer *lx, size_t from, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static Token token_bad(Lexer *lx, size_t from, const char *fmt, ...)
{
    char text[sizeof lx->bad.text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    Token t = token_end(lx, T_BAD, from);
    diag_set(&lx->bad, E_SYNTAX, (Span){ t.from, t.to }, "%s", text);
    return t;
}

/* The written text of a piece, short enough for a message. */
static const char *shown(const char *s, size_t n, char buf[64])
{
    size_t keep = n < 60 ? n : 57;
    while (keep < n && keep > 0 && ((unsigned char)s[keep] & 0xC0) == 0x80) keep--;
    memcpy(buf, s, keep);
    memcpy(buf + keep, "...", 4);
    if (keep == n) buf[keep] = '\0';
    return buf;
}

/* ---- numbers ---- */

static size_t digits(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && is_digit(s[i])) i++;
    return i;
}

/* Bytes of the number at s. */
static size_t number_length(const char *s, size_t n)
{
    size_t i = digits(s, n);
    if (i < n && s[i] == '.') i += 1 + digits(s + i + 1, n - i - 1);
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        size_t sign = i + 1 < n && (s[i + 1] == '+' || s[i + 1] == '-');
        size_t exponent = digits(s + i + 1 + sign, n - i - 1 - sign);
        if (exponent) i += 1 + sign + exponent;
    }
    return i;
}

/* Say what is wrong with a number that letters or points follow. */
static Token number_bad(Lexer *lx, size_t from, size_t good)
{
    const char *s = lx->text + from;
    size_t n = lx->at - from, rest = n - good;
    char all[64], head[64], tail[64];
    shown(s, n, all);
    shown(s, good - (s[good - 1] == '.'), head);
    shown(s + good, rest, tail);
    Token t = token_bad(lx, from, "%s is not a number", all);
    if (memchr(s, '.', n) && strspn(tail, "0123456789.") == rest)
        diag_hint(&lx->bad, "A number has one point; a range in an index is written 1:3.");
    else if (s[good] == '_')
        diag_hint(&lx->bad, "A number is written without _ between its digits.");
    else if (good == 1 && *s == '0' && strchr("xXbBoO", s[good]))
        diag_hint(&lx->bad, "Numbers are decimal.");
    else if (rest == 1 && (s[good] == 'e' || s[good] == 'E'))
        diag_hint(&lx->bad, "Digits follow the e, as in %s%s3; a product is written %s*%s.",
                  head, tail, head, tail);
    else
        diag_hint(&lx->bad, "Write %s*%s.", head, tail);
    return t;
}

/* A decimal of few digits is one whole number divided by one power of ten, both exact:
 * a single rounding, the right one. False: not such a number. */
static bool number_short(const char *s, size_t n, double *v)
{
    static const double ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    int64_t whole = 0;
    size_t behind = 0;
    bool point = false;
    if (n > 16 || FLT_EVAL_METHOD != 0) return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '.') point = true;
        else if (!is_digit(s[i])) return false;
        else whole = whole * 10 + (s[i] - '0'), behind += point;
    }
    if (whole > (int64_t)1 << 53 || behind >= sizeof ten / sizeof *ten) return false;
    *v = (double)whole / ten[behind];
    return true;
}

static double number_value(const char *s, size_t n)
{
    double quick;
    if (number_short(s, n, &quick)) return quick;
    char small[64], *copy = n < sizeof small ? small : mem_new(n + 1);
    memcpy(copy, s, n);
    copy[n] = '\0';
    double v = strtod(copy, NULL);
    if (copy != small) free(copy);
    return v;
}

static Token lex_number(Lexer *lx)
{
    size_t from = lx->at, left = window_left(lx);
    const char *s = here(lx);
    size_t good = number_length(s, left), all = good;
    for (size_t more = 1; more; all += more) {
        more = lex_name_length(s + all, left - all);
        while (all + more < left && s[all + more] == '.') more++;
    }
    lx->at += all;
    if (all > good) return number_bad(lx, from, good);
    Token t = token_end(lx, T_NUM, from);
    t.num = number_value(s, good);
    if (isfinite(t.num)) return t;
    t.kind = T_BAD;
    char text[64];
    diag_set(&lx->bad, E_RANGE, (Span){ t.from, t.to },
             "number too large: %s (the largest is 1.79769e308)", shown(s, good, text));
    return t;
}

/* x² is x ^ 2: first the ^, then all raised digits in a row as one number. */
static Token lex_raised(Lexer *lx)
{
    if (!lx->pending) {
        lx->pending = true;
        int length;
        code_point(here(lx), window_left(lx), &length);
        Token t = token_end(lx, T_OP, lx->at);
        t.op = "^";
        t.to += length;
        return t;
    }
    size_t from = lx->at;
    double v = 0;
    for (size_t left; (left = window_left(lx)) > 0;) {
        int length, digit = raised_digit(code_point(here(lx), left, &length));
        if (digit < 0) break;
        v = v * 10 + digit;
        lx->at += (size_t)length;
    }
    lx->pending = false;
    Token t = token_end(lx, T_NUM, from);
    t.num = v;
    t.raised = true;
    /* Its digits are written into a name-sized buffer later. */
    return lx->at - from <= 30 ? t : token_bad(lx, from, "too many raised digits");
}

/* ---- text in quotes ---- */

/* What is wrong inside a string at s, or NULL. *length: bytes that belong together. */
static const char *string_fault(const char *s, size_t n, int *length)
{
    int c = code_point(s, n, length);
    if (c < 0) return "invalid UTF-8 in a text: byte";
    if ((c < ' ' && c != '\t') || c == 0x7F) return "a control character in a text: byte";
    if (c != '\\' || n < 2 || s[1] == '\n') return NULL;
    *length = 2;
    return strchr("\"\\nt", s[1]) && s[1] ? NULL : "";
}

static Token string_bad(Lexer *lx, int length, const char *fault)
{
    size_t from = lx->at, next = from + (size_t)length;
    const char *s = here(lx);
    if (*fault) {
        Token t = token_bad(lx, from, "%s 0x%02x", fault, (unsigned char)*s);
        lx->bad.at = (Span){ t.from, t.from + length };
        return t;
    }
    bool plain = s[1] > ' ' && s[1] < 0x7F;
    Token t = token_bad(lx, from, "unknown escape in a text: %.*s", plain ? 2 : 1, s);
    diag_hint(&lx->bad, "Known are \\\" \\\\ \\n \\t; a backslash itself is written \\\\.");
    lx->bad.at = (Span){ t.from, (int)next };
    return t;
}

static Token lex_string(Lexer *lx)
{
    size_t from = lx->at++;
    Token bad = { .kind = T_END };
    for (size_t left; (left = window_left(lx)) > 0 && *here(lx) != '\n';) {
        if (*here(lx) == '"') {
            lx->at++;
            Token t = token_end(lx, T_STR, from);
            if (bad.kind == T_BAD) t.kind = T_BAD;
            return t;
        }
        int length;
        const char *fault = string_fault(here(lx), left, &length);
        if (fault && *here(lx) == '\r' && left > 1 && here(lx)[1] == '\n') break;
        if (fault && bad.kind != T_BAD) bad = string_bad(lx, length, fault);
        lx->at += (size_t)length;
    }
    Token t = token_bad(lx, from, "missing closing \" of the text that begins here");
    if (bad.kind != T_BAD) lx->bad.at.to = lx->bad.at.from + 1;
    return t;
}

/* ---- names and operators ---- */

static Token lex_name(Lexer *lx)
{
    size_t from = lx->at, n = lex_name_length(here(lx), window_left(lx));
    const char *word = keyword_find(here(lx), n);
    lx->at += n;
    Token t = token_end(lx, word ? T_WORD : T_NAME, from);
    if (word) t.op = word;
    if (n <= LIMIT_NAME) return t;
    t.kind = T_BAD;
    diag_set(&lx->bad, E_LIMIT, (Span){ t.from, t.to },
             "a name of %zu bytes; at most %d are allowed", n, LIMIT_NAME);
    return t;
}

/* Only these are more than one character, or begin a stranger, by their second one. */
static bool joins(char c)
{
    return c == '>' || c == '-' || c == '=' || c == '.' || c == '*' || c == '&' || c == '|' || c == '/' ||
           c == '<' || c == '+';
}

static const char *operator_single(char c)
{
    static const char *const single[128] = {
        ['+'] = "+", ['-'] = "-", ['*'] = "*", ['/'] = "/", ['@'] = "@", ['^'] = "^", ['<'] = "<", ['>'] = ">",
        ['='] = "=", ['('] = "(", [')'] = ")", ['['] = "[", [']'] = "]", ['{'] = "{", ['}'] = "}", [','] = ",",
        [':'] = ":", ['.'] = ".", ['\''] = "'", ['?'] = "?",
    };
    return c > 0 ? single[(int)c] : NULL;
}

static const char *operator_find(const char *s, size_t n)
{
    for (int i = 0; i < N_OPERATOR; i++)
        if (begins_with(operators[i], s, n)) return operators[i];
    return NULL;
}

static const char *alias_find(int c)
{
    for (int i = 0; i < N_ALIAS; i++)
        if (aliases[i].code_point == c) return aliases[i].op;
    return NULL;
}

/* `a=-1` and `2*-1` are made of operators; `+=` and `**` of none. */
static Token stranger_or_end(Lexer *lx, bool *found)
{
    size_t from = lx->at, left = window_left(lx);
    *found = true;
    for (int i = 0; i < N_STRANGER; i++) {
        if (!begins_with(strangers[i].sign, here(lx), left)) continue;
        lx->at += strlen(strangers[i].sign);
        Token t = token_bad(lx, from, "%s is not an operator", strangers[i].sign);
        diag_hint(&lx->bad, "%s", strangers[i].hint);
        return t;
    }
    *found = false;
    return token_end(lx, T_BAD, from);
}

/* Keep the brackets; a wrong closing one closes all the same, so that the end of
 * a faulty statement is found. */
static void bracket_note(Lexer *lx, const char *op)
{
    if (*op == '(' || *op == '[' || *op == '{') {
        if (lx->depth < (int)sizeof lx->open) lx->open[lx->depth] = *op;
        lx->depth++;
    } else if ((*op == ')' || *op == ']' || *op == '}') && lx->depth > 0) {
        lx->depth--;
    }
}

static Token token_op(Lexer *lx, const char *op, size_t bytes)
{
    size_t from = lx->at;
    lx->at += bytes;
    Token t = token_end(lx, T_OP, from);
    t.op = op;
    bracket_note(lx, op);
    return t;
}

/* Characters that are there but cannot be seen. */
static bool is_invisible(int c)
{
    return c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0xFEFF || c == 0x61C ||
           c == 0x180E || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) || c >= 0xE0000;
}

/* A character that begins nothing. */
static Token lex_alien(Lexer *lx, int c, int length)
{
    size_t from = lx->at;
    const char *s = here(lx);
    lx->at += (size_t)length;
    if (c < 0) return token_bad(lx, from, "invalid UTF-8: byte 0x%02x", (unsigned char)*s);
    if (is_invisible(c))
        return token_bad(lx, from, "an invisible character, U+%04X, has no meaning here", c);
    bool curly = c >= 0x2018 && c <= 0x201F;
    Token t = token_bad(lx, from, curly ? "found the curly quote %.*s" :
                        "%.*s has no meaning here", length, s);
    if (c == '!') diag_hint(&lx->bad, "Write not, or != for differs.");
    if (curly && c >= 0x201C) diag_hint(&lx->bad, "Text goes in straight quotes, as \"text\".");
    if (curly) diag_hint(&lx->bad, "A derivative is marked with the straight ', text with \".");
    return t;
}

static Token lex_sign(Lexer *lx)
{
    int length, c = code_point(here(lx), window_left(lx), &length);
    const char *plain = window_left(lx) > 1 && joins(here(lx)[1]) ? NULL : operator_single(*here(lx));
    if (plain) return token_op(lx, plain, 1);
    const char *alias = c < 0x80 ? NULL : alias_find(c);
    if (alias) return token_op(lx, alias, (size_t)length);
    bool found;
    Token t = stranger_or_end(lx, &found);
    if (found) return t;
    const char *op = operator_find(here(lx), window_left(lx));
    return op ? token_op(lx, op, strlen(op)) : lex_alien(lx, c, length);
}

/* Whether a line that ends in this token goes on. */
static bool token_goes_on(const Token *t)
{
    static const char *const words[] = { "and", "or", "not", "in" };
    static const bool open_ended[128] = {
        ['+'] = true, ['-'] = true, ['*'] = true, ['/'] = true, ['@'] = true, ['^'] = true, ['='] = true, ['!'] = true,
        ['<'] = true, ['>'] = true, [','] = true,
    };
    if (t->kind == T_OP) return open_ended[(int)*t->op];
    for (size_t i = 0; t->kind == T_WORD && i < sizeof words / sizeof *words; i++)
        if (*t->op == *words[i] && !strcmp(t->op, words[i])) return true;
    return false;
}

static Token lex_token(Lexer *lx)
{
    int length, c = code_point(here(lx), window_left(lx), &length);
    bool point_number = c == '.' && window_left(lx) > 1 && is_digit(here(lx)[1]);
    if (is_digit(c) || point_number) return lex_number(lx);
    if (lex_is_letter(c)) return lex_name(lx);
    if (c == '"') return lex_string(lx);
    if (raised_digit(c) >= 0) return lex_raised(lx);
    return lex_sign(lx);
}

static Token token_too_long(Lexer *lx, size_t from)
{
    Token t = token_end(lx, T_BAD, from);
    lx->too_long = true;
    diag_clear(&lx->bad);
    diag_set(&lx->bad, E_LIMIT, (Span){ 0, 1 }, "a statement longer than %d bytes", LIMIT_LINE);
    return t;
}

/* Newlines and semicolons may stand behind the last byte that makes tokens. */
static bool lex_separator(Lexer *lx, Token *t)
{
    size_t from = lx->at;
    if (from >= lx->len) {
        *t = token_end(lx, T_END, from);
        return true;
    }
    if (*here(lx) != '\n' && *here(lx) != ';') return false;
    bool newline = lx->text[lx->at++] == '\n';
    lx->lines += newline;
    *t = token_end(lx, newline ? T_EOL : T_SEMI, from);
    return true;
}

Token lex_next(Lexer *lx)
{
    bool space = !lx->pending && skip_blank(lx);
    size_t from = lx->at;
    Token t;
    if (!lex_separator(lx, &t)) {
        bool fits = from < LIMIT_LINE;
        if (fits) t = lex_token(lx);
        if (!fits || lx->at > LIMIT_LINE) t = token_too_long(lx, from);
    }
    t.space = space;
    if (t.kind != T_END) lx->goes_on = token_goes_on(&t);
    return t;
}

/* ---- skipping ---- */

static void skip_line(Lexer *lx)
{
    const char *nl = memchr(here(lx), '\n', lx->len - lx->at);
    lx->at = nl ? (size_t)(nl - lx->text) : lx->len;
}

/* Behind the closing quote, or at the end of the line. */
static void skip_string(Lexer *lx)
{
    for (lx->at++; lx->at < lx->len && *here(lx) != '\n'; lx->at++) {
        if (*here(lx) == '\\' && lx->at + 1 < lx->len && here(lx)[1] != '\n') {
            lx->at++;
        } else if (*here(lx) == '"') {
            lx->at++;
            return;
        }
    }
}

void lex_skip_statement(Lexer *lx)
{
    static const bool special[256] = { ['('] = 1, [')'] = 1, ['['] = 1, [']'] = 1, ['{'] = 1,
                                       ['}'] = 1, ['"'] = 1, ['#'] = 1, ['\n'] = 1 };
    size_t depth = (size_t)lx->depth;
    while (lx->at < lx->len) {
        unsigned char c = (unsigned char)*here(lx);
        if (!special[c]) {
            lx->at++;
        } else if (c == '"') {
            skip_string(lx);
        } else if (c == '#') {
            skip_line(lx);
        } else {
            lx->at++;
            if (strchr("([{", c)) depth++;
            if (strchr(")]}", c) && depth > 0) depth--;
            lx->lines += c == '\n';
            if (c == '\n' && depth == 0) return;
        }
    }
}
