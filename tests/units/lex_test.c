/* lex_test.c -- tokens: words, numbers, signs, and where a line ends.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/lex.h"
#include "units.h"

/* The tokens of text as one line: kinds by letter, operators by their text. */
static const char *tokens_of(const char *text)
{
    static char out[1024];
    Lexer lx;
    lex_start(&lx, text, strlen(text));
    out[0] = '\0';
    for (;;) {
        Token t = lex_next(&lx);
        size_t n = strlen(out);
        const char *kind = t.kind == T_END ? "" : t.kind == T_EOL ? "EOL" : t.kind == T_SEMI
                         ? "SEMI" : t.kind == T_BAD ? "BAD" : t.op;
        if (t.kind == T_NAME || t.kind == T_STR)
            snprintf(out + n, sizeof out - n, " %.*s", t.to - t.from, text + t.from);
        else if (t.kind == T_NUM)
            snprintf(out + n, sizeof out - n, " %g", t.num);
        else if (t.kind != T_END)
            snprintf(out + n, sizeof out - n, " %s", kind);
        if (t.kind == T_END) return out[0] ? out + 1 : out;
    }
}

/* The fault of the first token that is none. */
static Diag fault_of(const char *text)
{
    Lexer lx;
    lex_start(&lx, text, strlen(text));
    while (lex_next(&lx).kind != T_END) continue;
    return lx.bad;
}

static void check_fault(const char *text, const char *says, const char *hint)
{
    Diag d = fault_of(text);
    CU_ASSERT_STRING_EQUAL(d.text, says);
    CU_ASSERT_STRING_EQUAL(d.hint, hint);
}

static void numbers(void)
{
    CU_ASSERT_STRING_EQUAL(tokens_of("2 0.5 .5 1e-3 1E5 2.5e+2 7. 007"),
                           "2 0.5 0.5 0.001 100000 250 7 7");
    CU_ASSERT_STRING_EQUAL(tokens_of("2em"), "BAD");
    check_fault("2x", "2x is not a number", "Write 2*x.");
    check_fault("0x10", "0x10 is not a number", "Numbers are decimal.");
    check_fault("1_000", "1_000 is not a number",
                "A number is written without _ between its digits.");
    check_fault("1..2", "1..2 is not a number",
                "A number has one point; a range in an index is written 1:3.");
    CU_ASSERT_STRING_EQUAL(fault_of("1e").text, "1e is not a number");
    CU_ASSERT_STRING_EQUAL(fault_of("3θ").hint, "Write 3*θ.");
}

static void huge_numbers(void)
{
    Diag d = fault_of("1e999");
    CU_ASSERT_EQUAL(d.code, E_RANGE);
    CU_ASSERT_EQUAL(strncmp(d.text, "number too large: 1e999", 23), 0);
    CU_ASSERT_EQUAL(fault_of("1.7976931348623157e308").code, OK);
    CU_ASSERT_EQUAL(fault_of("1e-999").code, OK);
}

static void a_million_digits(void)
{
    enum { N = 1000000 };
    char *text = malloc(N + 3);
    memset(text, '3', N + 2);
    memcpy(text, "0.", 2);
    text[N + 2] = '\0';
    Lexer lx;
    lex_start(&lx, text, N + 2);
    Token t = lex_next(&lx);
    CU_ASSERT_EQUAL(t.kind, T_NUM);
    CU_ASSERT_DOUBLE_EQUAL(t.num, 1.0 / 3, 1e-16);
    CU_ASSERT_EQUAL(t.to, N + 2);
    free(text);
}

static void names(void)
{
    CU_ASSERT_STRING_EQUAL(tokens_of("θ η_1 w₁ Größe _x x2 名"), "θ η_1 w₁ Größe _x x2 名");
    Lexer lx;
    lex_start(&lx, "forty for", 9);
    CU_ASSERT_EQUAL(lex_next(&lx).kind, T_NAME);
    CU_ASSERT_EQUAL(lex_next(&lx).kind, T_WORD);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[255] = '\0';
    CU_ASSERT_EQUAL(fault_of(longest).code, OK);
    longest[255] = 'a';
    longest[256] = '\0';
    CU_ASSERT_EQUAL(fault_of(longest).code, E_LIMIT);
    CU_ASSERT_STRING_EQUAL(fault_of(longest).text,
                           "a name of 256 bytes; at most 255 are allowed");
}

static void signs_of_the_board(void)
{
    CU_ASSERT_STRING_EQUAL(tokens_of("a × b · c ÷ d − e"), "a * b * c / d - e");
    CU_ASSERT_STRING_EQUAL(tokens_of("x → f ← g ≤ 1 ≥ 2 ≠ 3"), "x -> f <- g <= 1 >= 2 != 3");
    CU_ASSERT_STRING_EQUAL(tokens_of("x² + y³ + z¹²"), "x ^ 2 + y ^ 3 + z ^ 12");
    CU_ASSERT_STRING_EQUAL(tokens_of("a\xC2\xA0+\xE2\x80\x89" "b"), "a + b");
}

static void operators(void)
{
    CU_ASSERT_STRING_EQUAL(tokens_of("a->b<-c<=d>=e==f!=g"), "a -> b <- c <= d >= e == f != g");
    CU_ASSERT_STRING_EQUAL(tokens_of("A[..., 0:2]'"), "A [ ... , 0 : 2 ] '");
    CU_ASSERT_STRING_EQUAL(tokens_of("net.h.W"), "net . h . W");
    check_fault("a ** b", "** is not an operator", "Write ^ for a power.");
    check_fault("a && b", "&& is not an operator", "Write and.");
    check_fault("a || b", "|| is not an operator", "Write or.");
    check_fault("!a", "! has no meaning here", "Write not, or != for differs.");
    check_fault("a := b", ":= is not an operator",
                "Write = for an equation that stays true, <- for an assignment.");
}

static void texts(void)
{
    CU_ASSERT_STRING_EQUAL(tokens_of("\"a\\\"b # c\" x"), "\"a\\\"b # c\" x");
    CU_ASSERT_STRING_EQUAL(tokens_of("\"a\nx"), "BAD EOL x");
    Diag d = fault_of("y = \"a");
    CU_ASSERT_STRING_EQUAL(d.text, "missing closing \" of the text that begins here");
    CU_ASSERT_EQUAL(d.at.from, 4);
    CU_ASSERT_STRING_EQUAL(fault_of("\"C:\\data\"").text, "unknown escape in a text: \\d");
    CU_ASSERT_STRING_EQUAL(fault_of("“a”").hint, "Text goes in straight quotes, as \"text\".");
}

static void bytes_that_are_no_text(void)
{
    Diag d = fault_of("x = \xff");
    CU_ASSERT_EQUAL(d.code, E_SYNTAX);
    CU_ASSERT_STRING_EQUAL(d.text, "invalid UTF-8: byte 0xff");
    CU_ASSERT_EQUAL(d.at.from, 4);
    CU_ASSERT_STRING_EQUAL(fault_of("\"\xc0\xaf\"").text, "invalid UTF-8 in a text: byte 0xc0");
    CU_ASSERT_STRING_EQUAL(fault_of("\"\x1b[2J\"").text,
                           "a control character in a text: byte 0x1b");
    CU_ASSERT_STRING_EQUAL(fault_of("a\xE2\x80\xAE" "b").text,
                           "an invisible character, U+202E, has no meaning here");
    CU_ASSERT_STRING_EQUAL(fault_of("\xED\xA0\x80").text, "invalid UTF-8: byte 0xed");
    CU_ASSERT_EQUAL(fault_of("x # \xff").code, OK);
}

static void newlines(void)
{
    CU_ASSERT_STRING_EQUAL(tokens_of("a\r\nb;c"), "a EOL b SEMI c");
    CU_ASSERT_STRING_EQUAL(tokens_of("(a\nb)\nc"), "( a b ) EOL c");
    CU_ASSERT_STRING_EQUAL(tokens_of("[a\n{b\nc}\nd]"), "[ a { b EOL c } d ]");
    CU_ASSERT_STRING_EQUAL(tokens_of("a +\nb -> # c\n\nd,\ne =\n1 <-\nf"),
                           "a + b -> d , e = 1 <- f");
    CU_ASSERT_STRING_EQUAL(tokens_of("a\n+ b"), "a EOL + b");
}

static void skipping(void)
{
    static const char text[] = "x = (1,\n \")\" # )\n 2)\ny";
    Lexer lx;
    lex_start(&lx, text, sizeof text - 1);
    lex_skip_statement(&lx);
    CU_ASSERT_STRING_EQUAL(text + lx.at, "y");
    CU_ASSERT_EQUAL(lx.lines, 3);
}

static void code_points(void)
{
    int n;
    CU_ASSERT_EQUAL(lex_code_point("θ", 2, &n), 0x3B8);
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(lex_code_point("\xF0\x9F\x98\x80", 4, &n), 0x1F600);
    CU_ASSERT_EQUAL(n, 4);
    CU_ASSERT_EQUAL(lex_code_point("\xF0\x9F\x98", 3, &n), -1);
    CU_ASSERT_EQUAL(lex_code_point("\xF4\x90\x80\x80", 4, &n), -1);
    CU_ASSERT_EQUAL(lex_code_point("\xE0\x80\x80", 3, &n), -1);
    CU_ASSERT_EQUAL(n, 1);
}

CU_TestInfo lex_tests[] = {
    { "numbers are read as written, and near misses say what to write", numbers },
    { "a number too large for a double is refused as a number", huge_numbers },
    { "a number of a million digits is a number", a_million_digits },
    { "names are letters of any script, and keywords are whole words", names },
    { "the signs of the board are read as what they mean", signs_of_the_board },
    { "operators of other languages are refused with the word for it here", operators },
    { "a text ends on its line and knows four escapes", texts },
    { "bytes that are not UTF-8 are named in hex", bytes_that_are_no_text },
    { "a newline is blank in ( ) and [ ] and after what wants more", newlines },
    { "a statement can be skipped without making tokens", skipping },
    { "code points are decoded strictly", code_points },
    CU_TEST_INFO_NULL
};
