/* birth.c -- where the first number that is none comes from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/birth.h"

#include "graph/op.h"

enum { FOLD = 8 };

bool birth_print(Text *to, Node *root, NumFormat f)
{
    int64_t at;
    Node *born = node_birth(root, &at);
    if (!born || (born->op == &op_leaf && !born->label)) return false;
    char buf[NUM_TEXT];
    text_addf(to, "# the first %s comes from ", num_print(buf, born->val[at], f));
    if (born->op == &op_leaf) {
        term_print_ref(to, born, at);
    } else {
        Arena arena = { 0 };
        const Term *t = term_open(&arena, born, at, FOLD);
        term_print(to, t, TERM_NAMES, f, FOLD);
        text_add(to, " = ");
        term_print(to, t, TERM_NUMBERS, f, FOLD);
        arena_clear(&arena);
    }
    text_addc(to, '\n');
    return true;
}
