/* bytes.h -- the bytes of a data file: plain, gzipped, or a member of a zip archive.
 *
 * Every reader takes its bytes from here, so that Ctrl-C, progress and files that are
 * cut off or damaged are dealt with once. Without zlib plain files are all there is, and
 * packed ones are refused in words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_BYTES_H
#define GRADUS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/diag.h"

/* Who is told how far reading has come, 0 to 1; about every quarter of a megabyte. */
typedef struct {
    void (*tell)(void *to, double part);
    void  *to;
} ReadWatch;

typedef struct Bytes Bytes;

/* Where a member of an archive lies in its file, and how it is packed. */
typedef struct {
    int64_t  from, packed;       /* its bytes in the file                          */
    int64_t  size;               /* unpacked                                       */
    bool     deflated;
    uint32_t crc;
} BytesPart;

/* The regular file at path; one that begins as gzip does is unpacked. watch may be NULL,
 * and is borrowed. E_IO. *out is NULL on failure. */
Status bytes_open(const char *path, Span at, const ReadWatch *watch, Bytes **out, Diag *d);

/* A member of the file behind fd, which stays the caller's; `name` is for messages. */
Status bytes_open_part(int fd, const char *name, const BytesPart *part, Span at,
                       const ReadWatch *watch, Bytes **out, Diag *d);
void   bytes_close(Bytes *b);    /* NULL is fine */

/* The next bytes, at most n, at least one before the end; *got 0 there. E_IO, E_STOP. */
Status bytes_some(Bytes *b, void *to, size_t n, size_t *got, Diag *d);
/* Exactly the next n bytes; E_IO when the file ends before. */
Status bytes_exactly(Bytes *b, void *to, size_t n, Diag *d);
/* E_IO when anything is left, or when the whole does not have its checksum. */
Status bytes_end(Bytes *b, Diag *d);

/* The next bytes without taking them, at most n of them; returned: how many. */
size_t bytes_peek(const Bytes *b, void *to, size_t n);
/* No more than that many bytes can follow, whatever a header says. */
int64_t bytes_most(const Bytes *b);
/* Of the file, 0 to 1. */
double bytes_progress(const Bytes *b);
bool   bytes_packed(const Bytes *b);

/* A fault of this file: its name, and the message. */
Status bytes_fail(const Bytes *b, Diag *d, Status code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
