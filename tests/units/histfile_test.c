/* histfile_test.c -- the file that keeps what was typed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "face/histfile.h"

static char folder[64], path[128];

static void begin(void)
{
    strcpy(folder, "/tmp/gradus-history-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/state/gradus/history", folder);
}

static void end(void)
{
    char *cut;
    unlink(path);
    while ((cut = strrchr(path, '/')) != NULL && strlen(path) > strlen(folder)) {
        *cut = '\0';
        rmdir(path);
    }
}

/* All entries, each behind "<when:" and before ">". */
static void collect(void *ctx, const char *statement, time_t when)
{
    text_addf(ctx, "<%lld:%s>", (long long)when, statement);
}

static int entries(Text *t)
{
    text_clear(t);
    return histfile_read(path, collect, t);
}

static void write_file(const char *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fwrite(bytes, 1, n, f);
    fclose(f);
}

static void test_entries_come_back(void)
{
    Diag d = { 0 };
    Text t = { 0 };
    begin();
    CU_ASSERT_EQUAL(entries(&t), 0);
    CU_ASSERT_EQUAL(histfile_add(path, "x = 2", 1700000000, &d), OK);
    CU_ASSERT_EQUAL(histfile_add(path, "f(x) = {\n  x^2\n\n}", 1700000001, &d), OK);
    CU_ASSERT_EQUAL(histfile_add(path, "# 12", 1700000002, &d), OK);
    CU_ASSERT_EQUAL(entries(&t), 3);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "<1700000000:x = 2><1700000001:f(x) = {\n  x^2\n\n}>"
                                         "<1700000002:# 12>");
    struct stat st;
    CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
    text_free(&t);
    end();
}

static void test_a_row_like_a_stamp_stays_in_its_statement(void)
{
    Diag d = { 0 };
    Text t = { 0 };
    begin();
    CU_ASSERT_EQUAL(histfile_add(path, "f(\n#1234567890\n1)", 1700000000, &d), OK);
    CU_ASSERT_EQUAL(entries(&t), 1);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "<1700000000:f(\n #1234567890\n1)>");
    text_free(&t);
    end();
}

static void test_foreign_bytes_are_skipped(void)
{
    Diag d = { 0 };
    Text t = { 0 };
    begin();
    CU_ASSERT_EQUAL(histfile_add(path, "gone", 1700000000, &d), OK);
    static const char bytes[] = "no stamp\n#12\n#1700000009\na\0b\n#1700000010\n#1700000011\nok";
    write_file(bytes, sizeof bytes - 1);
    CU_ASSERT_EQUAL(entries(&t), 1);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "<1700000011:ok>");
    write_file("", 0);
    CU_ASSERT_EQUAL(entries(&t), 0);
    text_free(&t);
    end();
}

static void count(void *ctx, const char *statement, time_t when)
{
    (void)when;
    snprintf(ctx, 32, "%s", statement);
}

static void test_the_file_is_trimmed_to_the_newest(void)
{
    Text t = { 0 };
    char last[32] = "";
    begin();
    Diag d = { 0 };
    CU_ASSERT_EQUAL(histfile_add(path, "first", 1700000000, &d), OK);
    for (int i = 1; i < LIMIT_HISTORY + 100; i++)
        text_addf(&t, "#1700000000\nx = %d\n", i);
    write_file(t.s, t.len);
    histfile_trim(path);
    CU_ASSERT_EQUAL(histfile_read(path, count, last), LIMIT_HISTORY);
    CU_ASSERT_STRING_EQUAL(last, "x = 10099");
    struct stat small, again;
    CU_ASSERT_EQUAL_FATAL(stat(path, &small), 0);
    CU_ASSERT_TRUE((size_t)small.st_size < t.len);
    CU_ASSERT_EQUAL(small.st_mode & 0777, 0600);
    histfile_trim(path);
    CU_ASSERT_EQUAL_FATAL(stat(path, &again), 0);
    CU_ASSERT_EQUAL(again.st_ino, small.st_ino);
    text_free(&t);
    end();
}

static void test_only_the_end_of_a_huge_file_is_read(void)
{
    Text t = { 0 };
    char last[32] = "";
    begin();
    Diag d = { 0 };
    CU_ASSERT_EQUAL(histfile_add(path, "first", 1700000000, &d), OK);
    for (int i = 0; i < 3000; i++) text_addf(&t, "#1700000000\n%01000d\n", i);
    write_file(t.s, t.len);
    int n = histfile_read(path, count, last);
    CU_ASSERT_TRUE(n > 1000 && n <= HISTORY_BYTES / 1013);
    histfile_trim(path);
    struct stat st;
    CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
    CU_ASSERT_TRUE(st.st_size <= HISTORY_BYTES);
    CU_ASSERT_EQUAL(histfile_read(path, count, last), n);
    text_free(&t);
    end();
}

static void test_what_is_no_file_is_refused(void)
{
    Diag d = { 0 };
    Text t = { 0 };
    begin();
    CU_ASSERT_EQUAL(histfile_add(path, "x", 1700000000, &d), OK);
    unlink(path);
    CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
    CU_ASSERT_EQUAL(entries(&t), 0);
    CU_ASSERT_EQUAL(histfile_add(path, "x", 1700000000, &d), E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, path));
    text_free(&t);
    end();
}

static void test_too_long_a_statement_is_left_out(void)
{
    Diag d = { 0 };
    Text t = { 0 };
    begin();
    char *s = malloc(HISTORY_ENTRY + 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    memset(s, 'x', HISTORY_ENTRY + 1);
    s[HISTORY_ENTRY + 1] = '\0';
    CU_ASSERT_EQUAL(histfile_add(path, s, 1700000000, &d), OK);
    CU_ASSERT_EQUAL(entries(&t), 0);
    s[HISTORY_ENTRY] = '\0';
    CU_ASSERT_EQUAL(histfile_add(path, s, 1700000000, &d), OK);
    CU_ASSERT_EQUAL(entries(&t), 1);
    free(s);
    text_free(&t);
    end();
}

static void test_the_place_follows_xdg(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *old_state = state ? strdup(state) : NULL, *old_home = home ? strdup(home) : NULL;
    setenv("HOME", "/home/ada", 1);
    setenv("XDG_STATE_HOME", "/var/state", 1);
    char *a = histfile_default();
    setenv("XDG_STATE_HOME", "not/absolute", 1);
    char *b = histfile_default();
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    char *c = histfile_default();
    CU_ASSERT_STRING_EQUAL(a, "/var/state/gradus/history");
    CU_ASSERT_STRING_EQUAL(b, "/home/ada/.local/state/gradus/history");
    CU_ASSERT_PTR_NULL(c);
    if (old_state) setenv("XDG_STATE_HOME", old_state, 1);
    if (old_home) setenv("HOME", old_home, 1);
    free(a);
    free(b);
    free(c);
    free(old_state);
    free(old_home);
}

CU_TestInfo histfile_tests[] = {
    { "entries come back, with all their rows", test_entries_come_back },
    { "a row like a time stamp stays in its statement",
      test_a_row_like_a_stamp_stays_in_its_statement },
    { "bytes that are no entry are skipped", test_foreign_bytes_are_skipped },
    { "the file is trimmed to the newest entries", test_the_file_is_trimmed_to_the_newest },
    { "only the end of a huge file is read", test_only_the_end_of_a_huge_file_is_read },
    { "what is no regular file is refused, without waiting", test_what_is_no_file_is_refused },
    { "too long a statement is left out", test_too_long_a_statement_is_left_out },
    { "the place follows the XDG rules", test_the_place_follows_xdg },
    CU_TEST_INFO_NULL
};
