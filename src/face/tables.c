/* tables.c -- which tables of functions and commands a session has: the one list.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/tables.h"

#include "graph/natives.h"
#include "learn/learn.h"
#include "learn/natives.h"
#include "teach/breaks.h"
#include "teach/ledger.h"
#include "teach/natives.h"
#include "teach/step.h"

void tables_add(Session *s)
{
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    session_add_table(s, natives_train);
    session_add_table(s, natives_network);
    session_add_table(s, natives_sweep);
    session_add_table(s, natives_data);
    session_add_table(s, natives_files);
    session_add_table(s, natives_rows);
    session_add_table(s, natives_scale);
    session_add_table(s, natives_classes);
    session_add_table(s, natives_step);
    session_add_table(s, natives_explain);
    session_add_table(s, natives_marks);
    session_add_table(s, commands_session);
    session_add_table(s, commands_help);
    session_add_table(s, commands_plot);
    session_add_table(s, commands_view);
    session_add_table(s, commands_lesson);
    ledger_open(s);
    breaks_serve_training();
}

void tables_free(Session *s)
{
    step_free(s);
    learn_free(s);
    ledger_close(s);
}
