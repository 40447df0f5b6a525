/* lesson.h -- a lesson or a demo being played in a session.
 *
 * The lesson has the session to itself: the reader's names are set aside and come
 * back at the end (branch.h). Its own line of statements, what it ran and what the
 * reader typed to solve a task, is the trunk. All else that is typed is free play;
 * before the lesson goes on, the state is made again from the trunk, so that what
 * it shows next is what its text says. Lesson code runs with Session.safe set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LESSON_H
#define GRADUS_LESSON_H

#include "teach/markup.h"
#include "teach/script.h"

typedef struct Lesson Lesson;

typedef struct {
    MarkupLook look;
    bool       demo;       /* Enter plays a piece whole: text, code, output           */
    /* Show t and empty it; called before anything slow. NULL: it gathers in t. */
    void     (*show)(Session *s, Text *t);
} LessonStyle;

/* Begin before step `from` (0: the first) and present it. Takes the script over. */
Lesson *lesson_open(Session *s, Script *script, LessonStyle style, int from);
/* The reader's names come back. */
void    lesson_close(Lesson *l);

/* Steps done, of how many; the text not yet shown. */
int     lesson_at(const Lesson *l);
int     lesson_steps(const Lesson *l);
bool    lesson_done(const Lesson *l);
Text   *lesson_text(Lesson *l);
/* Does the reader have to do something now (then Enter may go on stepping)? */
bool    lesson_waits(const Lesson *l);

/* Enter on an empty line: runs or plays what is next. false: nothing left. */
bool    lesson_enter(Lesson *l);
/* Before a statement: an answer to a question is taken and not run. */
bool    lesson_takes(Lesson *l, const Source *typed);
/* After a statement that did not fail. */
void    lesson_after(Lesson *l, const Source *typed);
/* The commands. back: one piece, in a demo. */
void    lesson_hint(Lesson *l);
void    lesson_skip(Lesson *l);
void    lesson_again(Lesson *l);
void    lesson_back(Lesson *l);

/* Is the condition true (every element not 0)? An error makes it false. Leaves
 * numbers, names and random numbers as they are. */
bool    lesson_holds(Session *s, const char *expr);

/* Run a lesson or a demo as the tests do, in s, a session of its own: outputs, checks
 * (not all true before the solution, all true behind it), values, answers. */
void    lesson_test(Session *s, const char *file, const char *text, size_t len, Tally *t);

#endif
