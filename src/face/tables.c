/* tables.c -- which tables of functions and commands a session has: the one list.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/tables.h"

#include "graph/natives.h"
#include "learn/natives.h"
#include "teach/ledger.h"
#include "teach/natives.h"
#include "teach/step.h"

void tables_add(Session *s)
{
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_train);
    session_add_table(s, natives_data);
    session_add_table(s, natives_step);
    session_add_table(s, natives_explain);
    session_add_table(s, natives_marks);
    session_add_table(s, commands_session);
    session_add_table(s, commands_help);
    session_add_table(s, commands_plot);
    session_add_table(s, commands_view);
    session_add_table(s, commands_lesson);
    ledger_open(s);
}

void tables_free(Session *s)
{
    step_free(s);
    ledger_close(s);
}
