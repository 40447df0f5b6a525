/* lesson_own.h -- a lesson being played, shared by the lesson_*.c files and nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LESSON_OWN_H
#define GRADUS_LESSON_OWN_H

#include "teach/branch.h"
#include "teach/lesson.h"

/* One entry of the trunk. */
typedef struct {
    char *text;
    int   at;                /* the piece it belongs to              */
    bool  own;               /* the reader's: may do what the reader may */
} Trunk;

/* What was typed that is not of the trunk: nothing, a look, a change. */
typedef enum { TRIED_NOTHING, TRIED_LOOKING, TRIED_CHANGING } Tried;

struct Lesson {
    Session    *s;
    Script     *script;
    LessonStyle style;
    Branch     *branch;
    Text        say;         /* not yet shown                                 */
    int         at;          /* the present piece                             */
    int         n_trunk, cap_trunk;
    Trunk      *trunk;
    /* of the present piece */
    Text        typed;       /* TRY: what the reader has run so far           */
    Tried       played;
    int         hints, wrong;
    int         failing;     /* TRY: the first check that did not hold; -1    */
    double      value;       /* GUESS                                         */
    /* for the summary */
    int         tasks, tasks_done, questions, first_right, hints_used;
};

/* A paragraph; and everything said so far, shown. */
void   lesson_say(Lesson *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void   lesson_show(Lesson *l);
/* The present piece, NULL at the end; it is done, present the next one. */
Piece *lesson_piece(const Lesson *l);
void   lesson_advance(Lesson *l);

/* lesson_trunk.c */
void   trunk_add(Lesson *l, const char *text, bool own);
void   trunk_examples(Lesson *l, const Examples *e);
void   trunk_cut(Lesson *l);           /* what belongs to the present piece and later ones */
void   trunk_free(Lesson *l);
void   trunk_replay(Lesson *l);        /* the state that the trunk makes, and nothing else */
void   trunk_restore(Lesson *l);       /* the same, when something was tried               */
/* Lesson code, shown as if typed, with what it prints. */
void   lesson_run(Lesson *l, const char *text);
void   lesson_run_all(Lesson *l, const Examples *e);

/* lesson_answer.c */
/* A GUESS's value in the present state; NAN. */
double lesson_value(Session *s, const char *expr);
/* A TRY: solved when all checks hold; true: it was, and the lesson went on. */
bool   task_look(Lesson *l, const Piece *p);

#endif
