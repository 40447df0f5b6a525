/* example.h -- what is typed in a text, what should follow, and running it.
 *
 *     >> x = 2          typed
 *     .. + 1            typed, going on
 *     x = 3             expected, up to the next prompt
 *
 * A block without any ">> " is a script: it is run, and compared with nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_EXAMPLE_H
#define GRADUS_EXAMPLE_H

#include "graph/session.h"

typedef struct {
    int   line;          /* of the typed text, from 1                              */
    char *typed;         /* one or more statements                                 */
    char *expected;      /* NULL: nothing is compared, but it must not fail        */
} Example;

typedef struct {
    int      n, cap;
    Example *item;
} Examples;

/* The examples of one block; line is the number of its first line. Added to e. */
void examples_read(Examples *e, const char *block, int line);
void examples_free(Examples *e);

/* Passed and failed so far, and a line for each fault. */
typedef struct {
    int  passed, failed;
    Text faults;
} Tally;

/* One fault: FILE:LINE: text. */
void tally_fault(Tally *t, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Run text as if typed at the prompt of s: the output, and of a fault the line
 * "error: ..." and its hint, are added to got, up to the first fault. */
Status typed_run(Session *s, const char *text, Text *got);

/* What Enter on an empty line would repeat after typed: a stepping command
 * (malloc'ed), or NULL. */
char *typed_again(Session *s, const char *typed);

/* Run all examples, compare, count. An empty prompt repeats as Enter does. */
void examples_check(Session *s, const Examples *e, const char *file, Tally *t);

#endif
