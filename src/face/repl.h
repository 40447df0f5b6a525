/* repl.h -- read, run, print: the one place that shows output and faults.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_REPL_H
#define GRADUS_REPL_H

#include <stdbool.h>

#include "graph/session.h"

/* What the face keeps beside a session (Session.face). */
typedef struct Face {
    bool  prompt;            /* a person types: errors do not end it            */
    bool  keep_going;        /* a script goes on after an error                 */
    bool  quit;              /* quit was said                                   */
    int   status;            /* exit status so far                              */
    char *last_step;         /* what an empty line repeats                      */
    bool  progress_shown;    /* a transient line stands on the screen           */
    bool  big;               /* few and large numbers in views                  */
    const char *plot_to;     /* "window", "terminal", "text": set plot=...      */
} Face;

/* A session with all tables, writing to standard output. */
Session *face_open(void);
void     face_close(Session *s);

/* Statements of one text, each shown as it is done. false: stop (a fault in a
 * script, or quit). `line` is the number of the text's first line. */
bool repl_text(Session *s, const char *name, const char *text, size_t len, int line);
/* A script file; false when it could not be read or ended by a fault. */
bool repl_file(Session *s, const char *path);
/* The prompt, or a script on standard input when that is no terminal. */
void repl_prompt(Session *s, bool banner);
/* Show a fault: place, source line with caret, hint. src may be NULL. */
void repl_fault(Session *s, const Source *src, const Diag *d);
/* Show and empty s->out now. */
void repl_flush(Session *s);
/* Whole regular file as text (malloc'ed, NUL-ended); NULL and d. */
char *file_text(const char *path, size_t most, size_t *len, Diag *d);

#endif
