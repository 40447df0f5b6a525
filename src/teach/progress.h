/* progress.h -- how far the reader got in each lesson, from day to day.
 *
 * One small file, a line for each lesson: its name, pieces done, pieces in all, and
 * how often it was done to the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PROGRESS_H
#define GRADUS_PROGRESS_H

#include "base/diag.h"

typedef struct {
    int at, of;        /* pieces done, of how many                             */
    int times;         /* done to the end                                      */
} Progress;

/* The file: $XDG_STATE_HOME/gradus/lessons; malloc'ed, NULL when there is no home. */
char    *progress_path(void);

/* All zero when nothing is known. path may be NULL. */
Progress progress_read(const char *path, const char *lesson);

/* Written beside the file and renamed: a crash leaves the old one or the new one.
 * E_IO when it could not be. path NULL: nothing is done. */
Status   progress_write(const char *path, const char *lesson, Progress p, Diag *d);

#endif
