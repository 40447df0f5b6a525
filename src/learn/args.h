/* args.h -- arguments that the functions on data have in common.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_ARGS_H
#define GRADUS_ARGS_H

#include "graph/session.h"
#include "learn/bytes.h"
#include "learn/dataset.h"

/* Blame what the C core could not place on `at`. */
Status placed(Call *c, Status s, Span at);
/* The result r of a call that went s. */
Status give(Call *c, Status s, Record *r, Value *out);

Status need_dataset(Call *c, Value v, Span at, Record **out);
Status call_dataset(Call *c, Record **out);                    /* argument 0 */

/* 0, 1, or -1 for auto and for nothing. */
Status call_key_auto(Call *c, const char *key, int *out);
/* The generator to draw from: the session's, or `own` seeded by seed=. */
Status call_rng(Call *c, Rng *own, Rng **out);
/* An option that names something in a file: a text, or a bare word that is no other name. */
Status call_key_word(Call *c, const char *key, Value *out);

/* A list of texts, copied. */
typedef struct {
    int    n;
    char **s;
} Names;
Status names_from(Call *c, Value v, Span at, const char *what, Names *out);
const char *const *names_read(const Names *v);
void   names_free(Names *v);
/* The classes of a data set, copied; none when it has none. */
Names  names_of_classes(const Record *r);

/* The numbers of n now, as a leaf whose first axis is the rows; a vector is a column. */
Status rows_copy(Call *c, Node *n, Span at, const char *what, Node **out);
/* Argument i as the target of r, with classes by name if there are any. */
Status call_target(Call *c, int i, Record *r, const Names *classes);

/* Reading is shown after a moment: give &show->watch to a reader, then show_end. */
typedef struct {
    ReadWatch   watch;
    Session    *s;
    const char *file;
    double      began, shown;    /* seconds; shown 0: nothing yet */
} ReadShow;
void show_begin(ReadShow *show, Call *c, const char *file);
void show_end(ReadShow *show);

/* A plain name that is not in the current folder may be one of the shipped files. */
enum { PATH_ROOM = 4400 };
const char *file_path(const char *file, char buf[PATH_ROOM]);
/* Argument 0 as the name of a file, not empty. */
Status call_file(Call *c, int i, const char **out);

#endif
