/* expect.c -- what may stand next in a half-typed text; for completion.
 *
 * No tree is needed for that, and half-typed text makes none: the tokens before the
 * word are walked once, with a note for every open bracket of what it belongs to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lang/lex.h"
#include "lang/parse.h"

/* One open bracket; the outermost place is none. */
typedef struct {
    char  open;           /* ( [ { or 0                                            */
    bool  takes_args;     /* a call's bracket, or a statement that is a command    */
    bool  new_names;      /* formals, or the names behind param                    */
    Span  callee;         /* of the call or command                                */
    int   operand;        /* where the expression before the bracket began, or -1  */
} Place;

typedef struct {
    const char *text;
    bool      (*is_command)(void *, const char *);
    void       *ctx;
    Place      *place;
    int         n, cap;
    Expect      next;
    int         operand;  /* where the expression that was just read began, or -1  */
    Span        key;      /* the name just read where an argument may begin        */
    Span        field_of;
    int         end;      /* of the last token                                     */
    bool        defines;  /* layer or optimizer: its brackets hold formals         */
} Walk;

static Place *place_now(Walk *w)
{
    return &w->place[w->n - 1];
}

static void place_open(Walk *w, Place place)
{
    GROW(w->place, w->n, w->cap);
    w->place[w->n++] = place;
    w->operand = -1;
}

static void place_close(Walk *w)
{
    if (w->n > 1) w->n--;
    w->operand = w->place[w->n].open == '{' ? -1 : w->place[w->n].operand;
    w->next = EXPECT_NOTHING;
}

static void statement_begin(Walk *w)
{
    Place *p = place_now(w);
    p->takes_args = p->new_names = w->defines = false;
    w->operand = -1;
    w->next = EXPECT_STATEMENT;
}

static void command_begin(Walk *w, Span name)
{
    Place *p = place_now(w);
    p->takes_args = true;
    p->callee = name;
    w->next = EXPECT_ARG;
}

static bool is_command(const Walk *w, const Token *t)
{
    char name[64];
    size_t n = (size_t)(t->to - t->from);
    if (!w->is_command || n >= sizeof name) return false;
    memcpy(name, w->text + t->from, n);
    name[n] = '\0';
    return w->is_command(w->ctx, name);
}

static void walk_operand(Walk *w, const Token *t)
{
    if (w->next == EXPECT_STATEMENT && t->kind == T_NAME && is_command(w, t)) {
        command_begin(w, (Span){ t->from, t->to });
        w->operand = t->from;
        return;
    }
    if (w->next == EXPECT_ARG && t->kind != T_NUM) w->key = (Span){ t->from, t->to };
    if (w->next != EXPECT_FIELD) w->operand = t->from;
    w->next = EXPECT_NOTHING;
}

static bool one_of(const char *op, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(op, *list)) return true;
    return false;
}

static void walk_word(Walk *w, const Token *t)
{
    static const char *const naming[] = { "param", "state", "layer", "optimizer", "for", NULL };
    if (w->next == EXPECT_ARG || w->next == EXPECT_FIELD) {
        walk_operand(w, t);
        return;
    }
    bool names = one_of(t->op, naming);
    w->defines = !strcmp(t->op, "layer") || !strcmp(t->op, "optimizer");
    if (names) place_now(w)->new_names = !w->defines;
    w->operand = -1;
    w->next = names || !strcmp(t->op, "else") ? EXPECT_NOTHING : EXPECT_EXPR;
}

static void walk_open(Walk *w, const Token *t)
{
    bool call = *t->op == '(' && w->operand >= 0;
    bool formals = call && w->defines;
    Place place = { .open = *t->op, .operand = w->operand < 0 ? t->from : w->operand,
                    .takes_args = call && !formals, .new_names = formals };
    if (call) place.callee = (Span){ w->operand, w->end };
    w->defines = false;
    place_open(w, place);
    w->next = *t->op == '{' ? EXPECT_STATEMENT
              : formals     ? EXPECT_NOTHING
              : call        ? EXPECT_ARG
                            : EXPECT_EXPR;
}

static void walk_comma(Walk *w)
{
    const Place *p = place_now(w);
    w->operand = -1;
    w->next = p->new_names ? EXPECT_NOTHING : p->takes_args ? EXPECT_ARG : EXPECT_EXPR;
}

static void walk_op(Walk *w, const Token *t)
{
    bool keyed = *t->op == '=' && !t->op[1] && w->key.to == w->end && w->key.to > 0 &&
                 place_now(w)->takes_args;
    if (strchr("([{", *t->op)) {
        walk_open(w, t);
    } else if (strchr(")]}", *t->op)) {
        place_close(w);
    } else if (*t->op == ',') {
        walk_comma(w);
    } else if (!strcmp(t->op, ".") && w->operand >= 0) {
        w->field_of = (Span){ w->operand, w->end };
        w->next = EXPECT_FIELD;
    } else if (*t->op == '\'' || !strcmp(t->op, "...")) {
        w->next = EXPECT_NOTHING;
    } else if (*t->op == '?') {
        command_begin(w, (Span){ t->from, t->to });
    } else {
        w->operand = -1;
        w->next = keyed ? EXPECT_VALUE : EXPECT_EXPR;
    }
}

static void walk_token(Walk *w, const Token *t)
{
    switch (t->kind) {
    case T_EOL: case T_SEMI: statement_begin(w); break;
    case T_NAME: case T_NUM: case T_STR: walk_operand(w, t); break;
    case T_WORD: walk_word(w, t); break;
    case T_OP: walk_op(w, t); break;
    default: w->next = EXPECT_EXPR;
    }
    w->end = t->to;
}

/* Read the tokens of text[0..word); the last one that is no token, or T_END. */
static Token walk_all(Walk *w, int word)
{
    Lexer lx;
    lex_start(&lx, w->text, (size_t)word);
    for (;;) {
        Token t = lex_next(&lx);
        bool quote = t.kind == T_BAD && w->text[t.from] == '"' && t.to == word;
        if (t.kind == T_END || quote || lx.too_long) return t;
        walk_token(w, &t);
    }
}

static int word_start(const char *text, int at)
{
    int word = at;
    while (word > 0) {
        int from = word - 1, length;
        while (from > 0 && ((unsigned char)text[from] & 0xC0) == 0x80) from--;
        int c = lex_code_point(text + from, (size_t)(word - from), &length);
        if (!lex_is_letter(c) && (c < '0' || c > '9')) break;
        word = from;
    }
    return word;
}

/* A comment between the last token and the word swallows the word. */
static bool in_comment(const Walk *w, int word)
{
    for (int i = word; i > w->end && w->text[i - 1] != '\n'; i--)
        if (w->text[i - 1] == '#') return true;
    return false;
}

/* Text that does not fit is of no use cut short. */
static void span_copy(char *to, size_t size, const char *text, Span at)
{
    size_t n = (size_t)(at.to - at.from);
    if (n >= size) n = 0;
    memcpy(to, text + at.from, n);
    to[n] = '\0';
}

static void callee_copy(Expected *e, const Walk *w, Span at)
{
    bool asks = at.to == at.from + 1 && w->text[at.from] == '?';
    if (asks) strcpy(e->callee, "help");
    else span_copy(e->callee, sizeof e->callee, w->text, at);
}

static void expected_fill(Expected *e, Walk *w, Expect place_of_word)
{
    const Place *p = place_now(w);
    if (place_of_word == EXPECT_FIELD) callee_copy(e, w, w->field_of);
    else if (p->takes_args) callee_copy(e, w, p->callee);
    if (place_of_word == EXPECT_VALUE) span_copy(e->key, sizeof e->key, w->text, w->key);
}

Expected parse_expected(const char *text, int at, bool (*is_command_)(void *, const char *),
                        void *ctx)
{
    Expected e = { .kind = EXPECT_NOTHING, .word = word_start(text, at) };
    Walk w = { .text = text, .is_command = is_command_, .ctx = ctx, .operand = -1,
               .next = EXPECT_STATEMENT };
    place_open(&w, (Place){ .operand = -1 });
    Token last = walk_all(&w, e.word);
    bool digit = e.word < at && text[e.word] >= '0' && text[e.word] <= '9';
    if (last.kind == T_BAD && text[last.from] == '"') {
        expected_fill(&e, &w, w.next);
        e.kind = EXPECT_STRING;
        e.word = last.from + 1;
    } else if (!digit && !in_comment(&w, e.word)) {
        expected_fill(&e, &w, w.next);
        e.kind = w.next;
    }
    free(w.place);
    return e;
}
