/* birth.c -- where the first number that is none comes from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/birth.h"

#include <string.h>

#include "graph/op.h"
#include "graph/tmpl.h"

enum { FOLD = 8 };

/* "1/z = 1/0"; where the formula is all numbers already, once. */
static void formula_print(Text *to, Node *born, int64_t at, NumFormat f)
{
    Arena arena = { 0 };
    Text names = { 0 }, numbers = { 0 };
    const Term *t = term_open(&arena, born, at, FOLD);
    term_print(&names, t, TERM_NAMES, f, FOLD);
    term_print(&numbers, t, TERM_NUMBERS, f, FOLD);
    text_add(to, text_str(&names));
    if (strcmp(text_str(&names), text_str(&numbers))) text_addf(to, " = %s", text_str(&numbers));
    text_free(&names);
    text_free(&numbers);
    arena_clear(&arena);
}

static bool first_print(Text *to, Node *root, NumFormat f);

/* Inside the called function: its body over the numbers of this one call. */
static bool inside_print(Text *to, Node *call, int64_t at, NumFormat f)
{
    Arena arena = { 0 };
    Diag d = { 0 };
    Shape scalar = { 0 };
    Node *in[3];
    const Term *t = term_of(&arena, call, at);
    bool told = false;
    if (t->kind == T_CALL) {
        for (int i = 0; i < t->n; i++) {
            double v = term_eval(t->kid[i]);
            in[i] = node_leaf(&scalar, &v, &node_no_limits);
            node_label(in[i], "%s", t->fn->arg[i]->label);
        }
        Node *body = tmpl_over(t->fn, in);
        told = node_eval(body, &d) && first_print(to, body, f);
        if (told) {
            text_add(to, ", in ");
            term_print(to, t, TERM_NUMBERS, f, FOLD);
        }
        for (int i = 0; i < t->n; i++) node_drop(in[i]);
        node_drop(body);
    }
    arena_clear(&arena);
    return told;
}

static bool first_print(Text *to, Node *root, NumFormat f)
{
    int64_t at;
    Node *born = node_birth(root, &at);
    if (!born || (born->op == &op_leaf && !born->label)) return false;
    if (born->op == &op_call && inside_print(to, born, at, f)) return true;
    char buf[NUM_TEXT];
    text_addf(to, "# the first %s comes from ", num_print(buf, born->val[at], f));
    if (born->op == &op_leaf) term_print_ref(to, born, at);
    else formula_print(to, born, at, f);
    return true;
}

bool birth_print(Text *to, Node *root, NumFormat f)
{
    bool told = first_print(to, root, f);
    if (told) text_addc(to, '\n');
    return told;
}
