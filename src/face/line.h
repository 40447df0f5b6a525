/* line.h -- the prompt: one statement typed, edited, completed, remembered.
 *
 * line.c is the only file that includes readline. With a terminal at both ends a
 * statement may have several rows in one buffer: Enter inside an open bracket adds
 * a row, Up and Down move between rows before they move through the history. With
 * TERM=dumb it goes row by row; without a terminal the input is read plainly, with
 * no prompt, no history and no escapes. While it waits, everything that is
 * registered with loop.h is served.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LINE_H
#define GRADUS_LINE_H

#include <stdbool.h>

#include "base/diag.h"

typedef struct LineConfig {
    void *ctx;              /* given to each of the calls below */

    /* The history file; NULL: history lives only as long as the session. See
     * histfile_default. */
    const char *history;

    /* Whole words that could stand at byte `at` of text: a malloc'ed, NULL-ended
     * list of malloc'ed words, or NULL. Each word replaces text[*word_start, at).
     * May be NULL. */
    char **(*complete)(void *ctx, const char *text, int at, int *word_start);

    /* Is text a whole statement (or several, or one that no more text can mend)?
     * NULL: always. */
    bool (*complete_statement)(void *ctx, const char *text);

    /* The history file could not be written; called once. May be NULL. */
    void (*note)(void *ctx, const Diag *d);
} LineConfig;

/* Begin. Strings and ctx must outlive line_close. */
Status line_open(const LineConfig *config);
void   line_close(void);

/* The next text: one or more whole statements, several when it was pasted, without
 * the last newline; to be freed. NULL when the input has ended (*status OK) or
 * could not be read:
 *   E_LIMIT  a row without a terminal had more than LIMIT_LINE bytes; it is
 *            skipped, and reading can go on
 *   E_STOP   Ctrl-C without a prompt
 *   E_IO     the input failed
 * At a prompt Ctrl-C clears what was typed and goes on. Asked to end (TERM, HUP)
 * it does not return. */
char *line_read(const char *prompt, Status *status);

/* Print text (a newline is added when it has none) above the prompt and what is
 * half typed there; anywhere else, just print it. */
void line_print_async(const char *text);

/* Let go of the terminal while the user types (for a full-screen view opened by a
 * timer or a pipe), and take it back. Nothing when no line is being typed. */
void line_suspend(void);
void line_resume(void);

#endif
