/* histfile.h -- the file that keeps what was typed, one entry per statement.
 *
 * Each entry is a line `#SECONDS` (when, since 1970) and then the statement,
 * which may have several lines: the form that GNU History writes with
 * timestamps, so other readers of it work too. A statement's own line that
 * looks like a timestamp gets a space in front. Entries are appended the
 * moment they are typed, so nothing is lost in a crash and two sessions share
 * one file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_HISTFILE_H
#define GRADUS_HISTFILE_H

#include <stddef.h>
#include <time.h>

#include "base/diag.h"

enum {
    HISTORY_BYTES = 1 << 20,    /* of the file are read at start, the newest        */
    HISTORY_ENTRY = 64 << 10    /* bytes of the longest statement worth keeping     */
};

/* $XDG_STATE_HOME/gradus/history, or under ~/.local/state; malloc'ed, NULL when
 * there is no home either. */
char *histfile_default(void);

typedef void HistoryCall(void *ctx, const char *statement, time_t when);

/* Call back for each entry, oldest first, of the last HISTORY_BYTES of the file
 * and at most the last LIMIT_HISTORY. Returns how many; a file that is missing,
 * no regular file, or not readable gives 0. Bytes that are no entry are skipped. */
int histfile_read(const char *path, HistoryCall *call, void *ctx);

/* Append one entry; makes the file (mode 0600) and its folders (0700) as
 * needed. A statement that is too long is left out, without a fault. */
Status histfile_add(const char *path, const char *statement, time_t when, Diag *d);

/* If the file has grown past LIMIT_HISTORY entries or HISTORY_BYTES, write the
 * newest of them anew (a new file takes the old one's place, or nothing happens). */
void histfile_trim(const char *path);

#endif
