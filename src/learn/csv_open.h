/* csv_open.h -- opening a data file, and saying well why it cannot be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CSV_OPEN_H
#define GRADUS_CSV_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/diag.h"
#include "base/text.h"

/* A descriptor of the regular file at path, its size in *size; -1 and d (E_IO): no such
 * file (with the nearest names in that folder), a folder, a pipe, a device, no permission.
 * Never waits for the other end of a pipe. */
int  csv_open(const char *path, Span at, int64_t *size, Diag *d);

/* False and d (E_IO) when the first n bytes of path belong to a known kind of file that is
 * not text, such as a spreadsheet or UTF-16. */
bool csv_looks_like_text(const char *path, const char *s, size_t n, Span at, Diag *d);

/* Append path for a message: safe, and only its end when it is very long. */
void csv_path_add(Text *t, const char *path);

#endif
