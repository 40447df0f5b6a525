/* doctest_test.c -- the examples in a text, run and compared.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdlib.h>
#include <string.h>

#include "graph/natives.h"
#include "teach/doctest.h"
#include "teach/match.h"
#include "teach/natives.h"
#include "teach/step.h"

static Session *session_open(void)
{
    Session *s = session_new();
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    session_add_table(s, natives_step);
    return s;
}

static Tally doctest(const char *file, const char *text)
{
    Session *s = session_open();
    Tally t = { 0 };
    doctest_text(s, file, text, strlen(text), &t);
    step_free(s);
    session_free(s);
    return t;
}

static void counts(const char *file, const char *text, int passed, int failed)
{
    Tally t = doctest(file, text);
    CU_ASSERT_EQUAL(t.passed, passed);
    CU_ASSERT_EQUAL(t.failed, failed);
    text_free(&t.faults);
}

static void same_text(void)
{
    CU_ASSERT_TRUE(output_matches("y = 4\n", "y = 4\n"));
    CU_ASSERT_TRUE(output_matches("\ny = 4  \n\n", "y = 4"));
    CU_ASSERT_TRUE(output_matches("a   b", "a b"));
    CU_ASSERT_TRUE(output_matches("", "\n"));
    CU_ASSERT_FALSE(output_matches("y = 4", "y = 4\nz = 5"));
    CU_ASSERT_FALSE(output_matches("y = 4\nz = 5", "y = 4"));
    CU_ASSERT_FALSE(output_matches("a b", "ab"));
    CU_ASSERT_FALSE(output_matches("", "y = 4"));
}

static void written_precision(void)
{
    CU_ASSERT_TRUE(output_matches("0.60108", "0.601088"));   /* cut, as deck 001 does */
    CU_ASSERT_TRUE(output_matches("0.60109", "0.601088"));   /* rounded */
    CU_ASSERT_FALSE(output_matches("0.6011", "0.601"));
    CU_ASSERT_FALSE(output_matches("0.60106", "0.601088"));
    CU_ASSERT_TRUE(output_matches("0.002", "0.00247262"));
    CU_ASSERT_FALSE(output_matches("0.004", "0.00247262"));
    CU_ASSERT_TRUE(output_matches("332.123", "332.124"));    /* one unit of a long number */
    CU_ASSERT_FALSE(output_matches("0.5", "0.6"));           /* a short one must agree */
    CU_ASSERT_TRUE(output_matches("1.2e-5", "1.23e-5"));
    CU_ASSERT_FALSE(output_matches("1.2e-5", "1.23e-4"));
    CU_ASSERT_FALSE(output_matches("-0.41", "0.41"));
    CU_ASSERT_TRUE(output_matches("[1, 0.33]", "[1, 0.333333]"));
}

static void whole_numbers(void)
{
    CU_ASSERT_FALSE(output_matches("2", "3"));
    CU_ASSERT_FALSE(output_matches("2", "2.4"));
    CU_ASSERT_TRUE(output_matches("2 parameters", "2 parameters"));
    CU_ASSERT_FALSE(output_matches("10000 rows", "10001 rows"));
}

static void names(void)
{
    CU_ASSERT_TRUE(output_matches("w5 = 0.46", "w5 = 0.459898"));
    CU_ASSERT_FALSE(output_matches("w5 = 0.46", "w6 = 0.459898"));
    CU_ASSERT_FALSE(output_matches("h.W1", "h.W2"));
}

static void anything(void)
{
    CU_ASSERT_TRUE(output_matches("...", ""));
    CU_ASSERT_TRUE(output_matches("...", "a\nb\nc"));
    CU_ASSERT_TRUE(output_matches("a\n...\nc", "a\nb\nb\nc"));
    CU_ASSERT_TRUE(output_matches("a\n...\nc", "a\nc"));
    CU_ASSERT_TRUE(output_matches("epoch ... loss 0.69", "epoch 12, loss 0.693147"));
    CU_ASSERT_FALSE(output_matches("a\n...\nc", "a\nb\n"));
    CU_ASSERT_FALSE(output_matches("... loss 0.7", "epoch 12, loss 0.5"));
}

static const char three_blocks[] =
    "# Title\n"
    "\n"
    "```gradus\n"
    ">> x = 2\n"
    "x = 2\n"
    ">> y =\n"
    ".. 3*x\n"
    "y = 6\n"
    "```\n"
    "\n"
    "```sh\n"
    ">> this is not ours\n"
    "```\n"
    "\n"
    "    >> nor is this\n"
    "\n"
    "```gradus\n"
    ">> x <- 5\n"
    "x = 5\n"
    ">> y\n"
    "15\n"
    "```\n";

static void commonmark(void)
{
    counts("a.md", three_blocks, 4, 0);
    counts("README", three_blocks, 4, 0);
}

static void places(void)
{
    Tally t = doctest("a.md", "text\n\n```gradus\n>> 1 + 1\n2\n\n>> 1 + 2\n4\n```\n");
    CU_ASSERT_EQUAL(t.passed, 1);
    CU_ASSERT_EQUAL(t.failed, 1);
    CU_ASSERT_STRING_EQUAL(text_str(&t.faults),
                           "a.md:7: 1 + 2\n  expected:\n    4\n  got:\n    3\n");
    text_free(&t.faults);
}

static void scripts(void)
{
    counts("a.md", "```gradus\nx = 2\nx\n```\n", 1, 0);
    counts("a.md", "```gradus\nx = nowhere\n```\n", 0, 1);
}

static void faults(void)
{
    counts("a.md", "```gradus\n>> nowhere\nerror: unknown name nowhere\n```\n", 1, 0);
    counts("a.md", "```gradus\n>> nowhere\nerror: something else\n```\n", 0, 1);
    counts("a.md", "```gradus\n>> nowhere\n...\n```\n", 0, 1);      /* a fault must be foreseen */
    counts("a.md", "```gradus\n>> 2\nerror: unknown name\n```\n", 0, 1);
}

static void texinfo(void)
{
    static const char text[] =
        "@example\nnot ours\n@end example\n"
        "@example\n@c gradus\n@group\n>> x = 2\nx = 2\n>> f(v) = @{ v + 1 @}\n@end group\n"
        ">> @kbd{f(x)}\n3\n>> nowhere\nerror: @dots{}\n@end example\n";
    counts("manual.texi", text, 4, 0);
    Tally t = doctest("manual.texi", "@example\n@c gradus\n>> 1\n1\n>> 2\n3\n@end example\n");
    CU_ASSERT_EQUAL(strncmp(text_str(&t.faults), "manual.texi:5: 2\n", 17), 0);
    text_free(&t.faults);
}

static void empty_prompts(void)
{
    static const char text[] =
        "```gradus\n"
        ">> param w = 0.5;\n"
        ">> E = (2*w - 3)^2;\n"
        ">> step E\n...E = (2*w - 3)^2...= 4\n"
        ">>\n...grad(E, w)...= -8\n"
        "```\n";
    counts("a.md", text, 4, 0);
}

static void odd_texts(void)
{
    counts("a.md", "", 0, 0);
    counts("a.md", "```gradus\n", 1, 0);
    counts("a.md", "```gradus\n>> 1\n1", 1, 0);
    counts("a.texi", "@example\n@c gradus", 0, 0);
    counts("a.md", "```gradus\n>> (1 +\n```\n", 0, 1);
}

CU_TestInfo doctest_tests[] = {
    { "the same text matches, blanks at the ends do not count", same_text },
    { "numbers agree at the precision that is written", written_precision },
    { "whole numbers are equal or not", whole_numbers },
    { "digits in names are part of the name", names },
    { "three points stand for anything, over lines too", anything },
    { "fenced gradus blocks are run, state goes on, other blocks are left alone", commonmark },
    { "a difference is told with file, line, expected and got", places },
    { "a block without prompts is run and must not fail", scripts },
    { "an error is compared with the fault's text, and never goes unnoticed", faults },
    { "Texinfo examples are read as a reader sees them", texinfo },
    { "an empty prompt repeats the stepping command", empty_prompts },
    { "half texts do no harm", odd_texts },
    CU_TEST_INFO_NULL
};
