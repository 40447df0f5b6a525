/* ast.c -- places in a source, and trees printed as they would be typed.
 *
 * A sum of 100,000 terms is a tree that deep on its left side, so the printer walks
 * left sides in a loop and recurses only into what the parser's depth limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lang/ast.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Source *source_keep(Source *s)
{
    if (s) s->refs++;
    return s;
}

void source_drop(Source *s)
{
    if (!s || --s->refs > 0) return;
    arena_clear(&s->arena);
    free(s);                                /* name and text stand behind it */
}

void source_place(const Source *s, int at, int *line, int *col)
{
    *line = s->line;
    *col = s->col > 0 ? s->col : 1;
    for (int i = 0; i < at && s->text[i]; i++) {
        if (s->text[i] == '\n') {
            ++*line;
            *col = 1;
        } else if (((unsigned char)s->text[i + 1] & 0xC0) != 0x80) {
            /* A character counts when its last byte is passed. */
            ++*col;
        }
    }
}

/* ---- binding ---- */

static const struct {
    const char *op;
    int         power;
    bool        spaced;
} powers[] = {
    /* The frequent ones first: every operator that is read is looked for here. */
    { "+", 5, true },  { "*", 6, false }, { "-", 5, true },   { "/", 6, false },
    { "^", 8, false }, { "@", 6, true },  { "<", 4, true },   { ">", 4, true },
    { "==", 4, true }, { "!=", 4, true }, { "<=", 4, true },  { ">=", 4, true },
    { "->", 0, true }, { "or", 1, true }, { "and", 2, true }, { "not", 3, true },
};

enum { N_POWER = sizeof powers / sizeof *powers };

enum { P_IF = -1, P_CHAIN = 0, P_STAGE = 1, P_NOT = 3, P_COMPARE = 4, P_MINUS = 7, P_RAISE = 8,
       P_TIGHT = 9 };

int ast_power(const char *op)
{
    for (int i = 0; i < N_POWER; i++)
        if (*powers[i].op == *op && !strcmp(powers[i].op, op)) return powers[i].power;
    return -1;
}

static bool op_spaced(const char *op)
{
    for (int i = 0; i < N_POWER; i++)
        if (!strcmp(powers[i].op, op)) return powers[i].spaced;
    return true;
}

static int power_of(const Ast *a)
{
    switch (a->kind) {
    case A_NUM:
        return (a->text ? a->text[0] == '-' : signbit(a->num) && !isnan(a->num)) ? P_MINUS
                                                                                 : P_TIGHT;
    case A_UNARY: return !strcmp(a->text, "not") ? P_NOT : P_MINUS;
    case A_BINARY: return ast_power(a->text);
    case A_CHAIN: case A_NAMED: return P_CHAIN;
    case A_IF: return P_IF;
    default: return P_TIGHT;
    }
}

/* How tightly the left side must bind to stand there without brackets. */
static int power_left(const Ast *a)
{
    if (a->kind == A_CHAIN) return P_CHAIN;
    if (a->kind != A_BINARY) return P_TIGHT;
    int power = ast_power(a->text);
    return power == P_RAISE || power == P_COMPARE ? power + 1 : power;
}

/* The right side of a power may be negative: 2^-1. */
static int power_right(const Ast *a)
{
    int power = ast_power(a->text);
    return power == P_RAISE ? P_MINUS : power + 1;
}

/* ---- expressions ---- */

enum { INDENT = 4 };

static void expr_print(Text *to, const Ast *a, int least, int indent);
static void block_print(Text *to, const Ast *a, int indent);
static void statement_print(Text *to, const Ast *a, int indent);

static void string_print(Text *to, const char *s)
{
    text_addc(to, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') text_addc(to, '\\');
        if (*s == '\n') text_add(to, "\\n");
        else if (*s == '\t') text_add(to, "\\t");
        else text_addc(to, *s);
    }
    text_addc(to, '"');
}

static void num_written(Text *to, const Ast *a)
{
    char buf[NUM_TEXT];
    text_add(to, a->text ? a->text : num_exact(buf, a->num));
}

static void key_print(Text *to, const Ast *a, int indent)
{
    text_add(to, a->text);
    text_addc(to, '=');
    if (a->kid[0]->kind == A_BLOCK) block_print(to, a->kid[0], indent);
    else expr_print(to, a->kid[0], P_CHAIN, indent);
}

static void arg_print(Text *to, const Ast *a, int least, int indent)
{
    if (a->kind == A_KEY) key_print(to, a, indent);
    else expr_print(to, a, least, indent);
}

/* kid[from], ... kid[to-1] with commas. */
static void args_print(Text *to, const Ast *a, int from, int end, int indent)
{
    for (int i = from; i < end; i++) {
        if (i > from) text_add(to, ", ");
        arg_print(to, a->kid[i], a->kind == A_INDEX ? P_STAGE : P_CHAIN, indent);
    }
}

static void slice_print(Text *to, const Ast *a, int indent)
{
    for (int i = 0; i < 3; i++) {
        if (i == 1 || (i == 2 && a->kid[2])) text_addc(to, ':');
        if (a->kid[i]) expr_print(to, a->kid[i], P_STAGE, indent);
    }
}

static void if_print(Text *to, const Ast *a, int indent)
{
    for (;; text_add(to, " else ")) {
        text_add(to, "if ");
        expr_print(to, a->kid[0], P_CHAIN, indent);
        text_addc(to, ' ');
        block_print(to, a->kid[1], indent);
        const Ast *other = a->kid[2];
        if (!other) return;
        const Ast *only = other->n == 1 ? other->kid[0] : NULL;
        if (only && only->kind == A_IF && !only->quiet && !only->doc) {
            a = only;
            continue;
        }
        text_add(to, " else ");
        block_print(to, other, indent);
        return;
    }
}

/* The operand of a prefix operator; a name before its colon takes a stage. */
static void prefix_print(Text *to, const Ast *a, int indent)
{
    text_add(to, a->text);
    if (a->kind == A_NAMED) text_add(to, ": ");
    else if (!strcmp(a->text, "not")) text_addc(to, ' ');
    expr_print(to, a->kid[0], a->kind == A_NAMED ? P_STAGE : power_of(a), indent);
}

/* A piece without a left side. */
static void head_print(Text *to, const Ast *a, int indent)
{
    switch (a->kind) {
    case A_NUM: num_written(to, a); break;
    case A_STR: string_print(to, a->text); break;
    case A_NAME: text_add(to, a->text); break;
    case A_LIST:
        text_addc(to, '[');
        args_print(to, a, 0, a->n, indent);
        text_addc(to, ']');
        break;
    case A_KEY: key_print(to, a, indent); break;
    case A_SLICE: slice_print(to, a, indent); break;
    case A_DOTS: text_add(to, "..."); break;
    case A_UNARY: case A_NAMED: prefix_print(to, a, indent); break;
    case A_BLOCK: block_print(to, a, indent); break;
    case A_IF: if_print(to, a, indent); break;
    default: assert(!"a statement inside an expression");
    }
}

static bool has_left(const Ast *a)
{
    return a->kind == A_BINARY || a->kind == A_CHAIN || a->kind == A_CALL ||
           a->kind == A_INDEX || a->kind == A_FIELD || a->kind == A_PRIME;
}

/* What follows the left side. */
static void tail_print(Text *to, const Ast *a, int indent)
{
    bool named;
    switch (a->kind) {
    case A_CALL: case A_INDEX:
        text_addc(to, a->kind == A_CALL ? '(' : '[');
        args_print(to, a, 1, a->n, indent);
        text_addc(to, a->kind == A_CALL ? ')' : ']');
        break;
    case A_FIELD:
        text_addc(to, '.');
        text_add(to, a->text);
        break;
    case A_PRIME: text_addc(to, '\''); break;
    case A_CHAIN:
        named = a->kid[1]->kind == A_NAMED;
        text_add(to, " -> ");
        expr_print(to, a->kid[1], named ? P_CHAIN : P_STAGE, indent);
        break;
    default:
        if (op_spaced(a->text)) text_addc(to, ' ');
        text_add(to, a->text);
        if (op_spaced(a->text)) text_addc(to, ' ');
        expr_print(to, a->kid[1], power_right(a), indent);
    }
}

/* 2(x) and 2.x would not be read as a call and a field of 2. */
static bool number_needs_brackets(const Ast *parent, const Ast *kid)
{
    return kid->kind == A_NUM && (parent->kind == A_CALL || parent->kind == A_FIELD);
}

/* One step on a left side, and whether brackets are open around it. */
typedef struct {
    const Ast *a;
    bool       brackets;
} LeftStep;

static void expr_print(Text *to, const Ast *a, int least, int indent)
{
    LeftStep *step = NULL;
    int n = 0, cap = 0;
    for (bool forced = false;; a = a->kid[0]) {
        GROW(step, n, cap);
        step[n] = (LeftStep){ a, forced || power_of(a) < least };
        if (step[n++].brackets) text_addc(to, '(');
        if (!has_left(a)) break;
        least = power_left(a);
        forced = number_needs_brackets(a, a->kid[0]);
    }
    while (n-- > 0) {
        if (has_left(step[n].a)) tail_print(to, step[n].a, indent);
        else head_print(to, step[n].a, indent);
        if (step[n].brackets) text_addc(to, ')');
    }
    free(step);
}

/* ---- statements ---- */

static void new_line(Text *to, int indent)
{
    text_addc(to, '\n');
    for (int i = 0; i < indent; i++) text_addc(to, ' ');
}

static void doc_print(Text *to, const char *doc, int indent)
{
    for (const char *end; doc; doc = *end ? end + 1 : NULL) {
        end = strchr(doc, '\n');
        if (!end) end = doc + strlen(doc);
        text_add(to, end > doc ? "# " : "#");
        text_addn(to, doc, (size_t)(end - doc));
        new_line(to, indent);
    }
}

static bool is_statement(const Ast *a)
{
    return a->kind >= S_EQUATION;
}

/* Short enough to stand in { } on one line when it is alone there. */
static bool is_plain(const Ast *a)
{
    if (a->quiet || a->doc || a->kind == A_IF) return false;
    if (a->kind == S_COMMAND) return a->n == 0 || a->kid[a->n - 1]->kind != A_BLOCK;
    return !is_statement(a) || a->kind == S_EQUATION || a->kind == S_ASSIGN ||
           a->kind == S_BREAK;
}

/* Only where something would be printed does a ; mean more than a line's end. */
static bool is_silenced(const Ast *a)
{
    return a->quiet && (!is_statement(a) || a->kind == S_COMMAND);
}

static void block_print(Text *to, const Ast *a, int indent)
{
    const Ast *only = a->n == 1 ? a->kid[0] : NULL;
    if (a->n == 0) {
        text_add(to, "{ }");
        return;
    }
    if (only && is_plain(only)) {
        text_add(to, "{ ");
        statement_print(to, only, indent);
        text_add(to, " }");
        return;
    }
    text_addc(to, '{');
    for (int i = 0; i < a->n; i++) {
        new_line(to, indent + INDENT);
        doc_print(to, a->kid[i]->doc, indent + INDENT);
        statement_print(to, a->kid[i], indent + INDENT);
        if (is_silenced(a->kid[i])) text_addc(to, ';');
    }
    new_line(to, indent);
    text_addc(to, '}');
}

static void body_print(Text *to, const Ast *a, int indent)
{
    if (a->kind == A_BLOCK) block_print(to, a, indent);
    else expr_print(to, a, P_IF, indent);
}

static void equation_print(Text *to, const Ast *a, int indent)
{
    text_add(to, a->text);
    text_add(to, " = ");
    body_print(to, a->kid[0], indent);
}

static void definition_print(Text *to, const Ast *a, int indent)
{
    if (a->kind == S_LAYER) text_add(to, "layer ");
    if (a->kind == S_OPTIMIZER) text_add(to, "optimizer ");
    text_add(to, a->text);
    text_addc(to, '(');
    args_print(to, a, 0, a->n - 1, indent);
    text_add(to, ") = ");
    body_print(to, a->kid[a->n - 1], indent);
}

static void decl_print(Text *to, const Ast *a, int indent)
{
    text_add(to, a->text);
    if (a->n > 1) {
        text_addc(to, '[');
        args_print(to, a, 1, a->n, indent);
        text_addc(to, ']');
    }
    text_add(to, " = ");
    expr_print(to, a->kid[0], P_IF, indent);
}

static void decls_print(Text *to, const Ast *a, int indent)
{
    text_add(to, a->kind == S_PARAM ? "param " : "state ");
    for (int i = 0; i < a->n; i++) {
        if (i > 0) text_add(to, ", ");
        decl_print(to, a->kid[i], indent);
    }
}

static void assign_print(Text *to, const Ast *a, int indent)
{
    args_print(to, a, 0, a->n / 2, indent);
    text_add(to, " <- ");
    args_print(to, a, a->n / 2, a->n, indent);
}

static void command_print(Text *to, const Ast *a, int indent)
{
    bool block = a->n > 0 && a->kid[a->n - 1]->kind == A_BLOCK;
    text_add(to, a->text);
    if (!strcmp(a->text, "break")) text_add(to, " when");
    if (a->n > block) text_addc(to, ' ');
    args_print(to, a, 0, a->n - block, indent);
    if (!block) return;
    text_addc(to, ' ');
    block_print(to, a->kid[a->n - 1], indent);
}

static void loop_print(Text *to, const Ast *a, int indent)
{
    text_add(to, a->kind == S_REPEAT ? "repeat " : a->kind == S_WHILE ? "while " : "for ");
    if (a->kind == S_FOR) {
        text_add(to, a->text);
        text_add(to, " in ");
    }
    expr_print(to, a->kid[0], P_CHAIN, indent);
    text_addc(to, ' ');
    block_print(to, a->kid[1], indent);
}

static void statement_print(Text *to, const Ast *a, int indent)
{
    switch (a->kind) {
    case S_EQUATION: equation_print(to, a, indent); break;
    case S_FUNCTION: case S_LAYER: case S_OPTIMIZER: definition_print(to, a, indent); break;
    case S_PARAM: case S_STATE: decls_print(to, a, indent); break;
    case S_DECL: decl_print(to, a, indent); break;
    case S_ASSIGN: assign_print(to, a, indent); break;
    case S_COMMAND: command_print(to, a, indent); break;
    case S_REPEAT: case S_FOR: case S_WHILE: loop_print(to, a, indent); break;
    case S_BREAK: text_add(to, "break"); break;
    default: expr_print(to, a, P_IF, indent);
    }
}

void ast_print(Text *to, const Ast *a)
{
    statement_print(to, a, 0);
}
