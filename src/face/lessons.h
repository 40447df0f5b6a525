/* lessons.h -- lessons and demos at the prompt, and their tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LESSONS_H
#define GRADUS_LESSONS_H

#include <stdbool.h>

#include "graph/session.h"

/* Begin a lesson or a demo by name, number or file; false after a fault is shown. */
bool lessons_begin(Session *s, const char *name, bool demo);

/* What the prompt calls. Enter on an empty line; true: the lesson used it. */
bool lessons_enter(Session *s);
/* Before a statement; true: it was an answer, and is not to be run. */
bool lessons_take(Session *s, const Source *typed);
/* After each statement that did not fail: what lesson, hint, skip ... asked for, and
 * a look at the reader's task. */
void lessons_after(Session *s, const Source *typed);
/* Is a demo being played? Its next piece is lessons_enter; one back, lessons_back. */
bool lessons_demo(void);
void lessons_back(Session *s);
/* A `view` in the code of a lesson or demo: opened when the piece is over. false: no
 * lesson is going on. */
bool lessons_view(const char *command);
/* Before the session ends. */
void lessons_close(void);
/* The names there are, for completion. */
void lessons_each(bool demo, void (*take)(void *ctx, const char *name), void *ctx);

/* --doctest, --test-lessons: faults and the count are printed; the exit status. */
int  lessons_doctest(char **files, int n);
int  lessons_test(char **files, int n);

#endif
