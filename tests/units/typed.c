/* typed.c -- sessions for tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>

#include "face/tables.h"
#include "typed.h"

void session_type(Session *s, const char *text)
{
    Diag d = { 0 };
    int line = 0;
    bool good = session_run_text(s, "text", text, &d, &line) == OK;
    if (!good) printf("%s\nline %d: %s\n", text, line, d.text);
    CU_ASSERT(good);
}

Session *session_with(const char *text)
{
    Session *s = session_new();
    tables_add(s);
    session_type(s, text);
    return s;
}

void session_end(Session *s)
{
    tables_free(s);
    session_free(s);
}

double number_after(const char *setup, const char *expr)
{
    Session *s = session_with(setup);
    double v = session_number(s, expr);
    session_end(s);
    return v;
}
