/* examples_test.c -- every row of every table documents itself, and its example runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/repl.h"
#include "face/tables.h"

static Session *session_with_tables(Face *face)
{
    Session *s = session_new();
    *face = (Face){ .prompt = true, .plot_to = "text" };
    s->face = face;
    tables_add(s);
    return s;
}

static void run_example(const Builtin *row)
{
    Face face;
    Session *s = session_with_tables(&face);
    Diag d = { 0 };
    int line = 0;
    s->echo = true;
    Status st = session_run_text(s, row->name, row->example, &d, &line);
    if (st != OK) printf("example of %s, line %d: %s\n", row->name, line, d.text);
    CU_ASSERT_EQUAL(st, OK);
    tables_free(s);
    session_free(s);
    free(face.last_step);
}

static void every_example_runs(void)
{
    Face face;
    Session *s = session_with_tables(&face);
    int ran = 0;
    for (int t = 0; t < s->n_table; t++)
        for (const Builtin *row = s->table[t]; row->name; row++) {
            CU_ASSERT_PTR_NOT_NULL(row->example);
            if (row->example && *row->example) run_example(row), ran++;
        }
    CU_ASSERT_TRUE(ran > 50);
    tables_free(s);
    session_free(s);
}

static bool appears_once(Session *s, const char *name)
{
    int n = 0;
    for (int t = 0; t < s->n_table; t++)
        for (const Builtin *row = s->table[t]; row->name; row++) n += !strcmp(row->name, name);
    return n == 1;
}

static void every_row_is_documented(void)
{
    Face face;
    Session *s = session_with_tables(&face);
    for (int t = 0; t < s->n_table; t++)
        for (const Builtin *row = s->table[t]; row->name; row++) {
            bool good = row->usage && strstr(row->usage, row->name) && row->help && strlen(row->help) > 10 && row->group;
            if (!good || !appears_once(s, row->name)) printf("row %s lacks something or stands twice\n", row->name);
            CU_ASSERT_TRUE(good);
            CU_ASSERT_TRUE(appears_once(s, row->name));
        }
    tables_free(s);
    session_free(s);
}

static void help_explains_every_name(void)
{
    Face face;
    Session *s = session_with_tables(&face);
    int n;
    const char **all = session_names(s, &n);
    for (int i = 0; i < n; i++) {
        Text t = { 0 };
        bool known = help_name(s, all[i], &t);
        if (!known || t.len < 10) printf("help does not know %s\n", all[i]);
        CU_ASSERT_TRUE(known && t.len >= 10);
        text_free(&t);
    }
    free(all);
    tables_free(s);
    session_free(s);
}

CU_TestInfo examples_tests[] = {
    { "the example of every command and function runs", every_example_runs },
    { "every row has usage, help and a group, and stands once", every_row_is_documented },
    { "help explains every name that completion offers", help_explains_every_name },
    CU_TEST_INFO_NULL
};
