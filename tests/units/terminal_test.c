/* terminal_test.c -- what face/term.c thinks a terminal can do.
 *
 * That the terminal comes back is tested on real ones, in tests/screens.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdlib.h>
#include <string.h>

#include "face/term.h"

static void test_colours_follow_the_name(void)
{
    static const struct {
        const char *term, *colorterm;
        int         colours;
    } row[] = {
        { "xterm-256color", NULL, 256 }, { "tmux-256color", NULL, 256 }, { "xterm", NULL, 8 },
        { "xterm", "truecolor", 256 }, { "xterm-kitty", "truecolor", 256 }, { "linux", NULL, 8 },
        { "foot", "", 8 }, { "vt100", NULL, 0 }, { "vt220", NULL, 0 }, { "xterm-mono", NULL, 0 },
        { "linux-m", NULL, 0 }, { "dumb", "truecolor", 0 }, { "", NULL, 0 }, { NULL, NULL, 0 },
        { "unknown", NULL, 0 }, { "xterm-direct", NULL, 256 }, { "ncr260vt200an", NULL, 0 }
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        CU_ASSERT_EQUAL(terminal_colours_of(row[i].term, row[i].colorterm), row[i].colours);
}

static char *kept(const char *name)
{
    const char *v = getenv(name);
    return v ? strdup(v) : NULL;
}

static void put_back(const char *name, char *v)
{
    if (v) setenv(name, v, 1);
    else unsetenv(name);
    free(v);
}

static void test_the_flag_wins_over_no_color(void)
{
    char *term = kept("TERM"), *no = kept("NO_COLOR");
    setenv("TERM", "xterm-256color", 1);
    setenv("NO_COLOR", "1", 1);
    CU_ASSERT_EQUAL(terminal_colours(), 0);
    terminal_choose_colour(COLOUR_ALWAYS);
    CU_ASSERT_EQUAL(terminal_colours(), 256);
    setenv("TERM", "dumb", 1);
    CU_ASSERT_EQUAL(terminal_colours(), 8);
    CU_ASSERT_TRUE(terminal_dumb());
    terminal_choose_colour(COLOUR_NEVER);
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    CU_ASSERT_EQUAL(terminal_colours(), 0);
    CU_ASSERT_FALSE(terminal_dumb());
    terminal_choose_colour(COLOUR_AUTO);
    put_back("TERM", term);
    put_back("NO_COLOR", no);
}

static void test_the_size_is_always_usable(void)
{
    int w = -1, h = -1;
    terminal_size(&w, &h);
    CU_ASSERT_TRUE(w >= 1 && w <= TERMINAL_MOST);
    CU_ASSERT_TRUE(h >= 1 && h <= TERMINAL_MOST);
}

static void test_ascii_can_be_chosen(void)
{
    terminal_choose_ascii(true);
    CU_ASSERT_FALSE(terminal_utf8());
    terminal_choose_ascii(false);
}

CU_TestInfo terminal_tests[] = {
    { "colours follow the terminal's name", test_colours_follow_the_name },
    { "the flag wins over NO_COLOR", test_the_flag_wins_over_no_color },
    { "the size is between 1 and 1000", test_the_size_is_always_usable },
    { "ASCII can be chosen", test_ascii_can_be_chosen },
    CU_TEST_INFO_NULL
};
