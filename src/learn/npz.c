/* npz.c -- several arrays in one zip archive, as numpy.savez writes them.
 *
 * An archive is read from its end: the last record says where the directory is, and
 * the directory where every member is. All that is believed is what lies within the
 * file. Archives of 4 GB and more (zip64) are refused.
 * Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 4.3.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "learn/csv_open.h"
#include "learn/npy.h"
#include "learn/npz.h"

enum {
    END_SIZE = 22, ENTRY_SIZE = 46, LOCAL_SIZE = 30,
    COMMENT_MOST = 65535,
    DIRECTORY_MOST = 16 << 20,   /* bytes of the directory                    */
    NAME_MOST = 255, ARRAYS_MOST = 4096,
    STORED = 0, DEFLATED = 8
};

static Status npz_fail(const Npz *z, Diag *d, Status code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static Status npz_fail(const Npz *z, Diag *d, Status code, const char *fmt, ...)
{
    Text t = { 0 };
    csv_path_add(&t, z->path);
    text_add(&t, ": ");
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(&t, fmt, ap);
    va_end(ap);
    diag_set(d, code, z->at, "%s", text_str(&t));
    text_free(&t);
    return code;
}

static unsigned get2(const unsigned char *s) { return s[0] | (unsigned)s[1] << 8; }

static int64_t get4(const unsigned char *s)
{
    return (int64_t)get2(s) | (int64_t)get2(s + 2) << 16;
}

static Status file_get(const Npz *z, int64_t from, void *to, size_t n, Diag *d)
{
    unsigned char *s = to;
    while (n > 0) {
        ssize_t got = pread(z->fd, s, n, (off_t)from);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return npz_fail(z, d, E_IO, "cannot be read: %s", strerror(errno));
        if (got == 0) return npz_fail(z, d, E_IO, "the file is cut off");
        s += got;
        from += got;
        n -= (size_t)got;
    }
    return OK;
}

/* ---- the directory ---- */

/* The last record among the last n bytes of the file: its place in s, or -1. A comment of
 * just the right length follows it. */
static int64_t end_find(const unsigned char *s, int64_t n)
{
    for (int64_t i = n - END_SIZE; i >= 0; i--) {
        if (memcmp(s + i, "PK\5\6", 4) == 0 && i + END_SIZE + (int64_t)get2(s + i + 20) == n) return i;
    }
    return -1;
}

static Status end_refuse(const Npz *z, Diag *d)
{
    unsigned char s[8] = { 0 };
    if (file_get(z, 0, s, sizeof s, d) != OK) return d->code;
    if (npy_begins(s, sizeof s)) {
        npz_fail(z, d, E_IO, "holds one NumPy array, not several");
        return diag_hint(d, "Read it with npy(file).");
    }
    if (memcmp(s, "PK\3\4", 4) == 0) {
        return npz_fail(z, d, E_IO, "the file is cut off or damaged: the archive's directory, at its "
                        "end, is missing");
    }
    npz_fail(z, d, E_IO, "is not a zip archive of NumPy arrays");
    return diag_hint(d, "numpy.savez(\"file.npz\", x=x, y=y) writes one.");
}

/* Where the directory is and how long. */
static Status end_read(Npz *z, int64_t size, int64_t *length, Diag *d)
{
    int64_t n = size < END_SIZE + COMMENT_MOST ? size : END_SIZE + COMMENT_MOST;
    if (n < END_SIZE) return npz_fail(z, d, E_IO, "is not a zip archive of NumPy arrays: it has %lld bytes",
                                      (long long)size);
    unsigned char *s = mem_new((size_t)n);
    Status status = file_get(z, size - n, s, (size_t)n, d);
    int64_t at = status == OK ? end_find(s, n) : -1;
    if (at >= 0) {
        *length = get4(s + at + 12);
        z->directory = get4(s + at + 16);
    }
    free(s);
    if (status != OK) return status;
    if (at < 0) return end_refuse(z, d);
    if (z->directory == UINT32_MAX || *length == UINT32_MAX) {
        npz_fail(z, d, E_LIMIT, "is an archive of 4 GB or more, which is not read");
        return diag_hint(d, "Save fewer or smaller arrays, or each with numpy.save.");
    }
    if (z->directory + *length > size - n + at || *length > DIRECTORY_MOST) {
        return npz_fail(z, d, E_IO, "is damaged: its directory is not where it is said to be");
    }
    return OK;
}

/* Names are shown and typed: no control characters, none twice. */
static bool name_fits(const Npz *z, const char *s, size_t n)
{
    if (n == 0 || n > NAME_MOST) return false;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] < 32 || s[i] == 127) return false;
    }
    for (int i = 0; i < z->n; i++) {
        if (strlen(z->array[i].name) == n && memcmp(z->array[i].name, s, n) == 0) return false;
    }
    return true;
}

static Status entry_add(Npz *z, const unsigned char *s, int *cap, Diag *d)
{
    const char *name = (const char *)s + ENTRY_SIZE;
    size_t n = get2(s + 28);
    if (n < 4 || memcmp(name + n - 4, ".npy", 4) != 0) return OK;
    if (!name_fits(z, name, n - 4)) {
        return npz_fail(z, d, E_IO, "is damaged: an array has a name that is empty, too long, unreadable "
                        "or there twice");
    }
    if (z->n == ARRAYS_MOST) return npz_fail(z, d, E_LIMIT, "holds more than %d arrays", ARRAYS_MOST);
    GROW(z->array, z->n, *cap);
    NpzArray *a = &z->array[z->n++];
    *a = (NpzArray){ .name = mem_strn(name, n - 4), .method = (int)get2(s + 10),
                     .encrypted = get2(s + 8) & 1 };
    a->part = (BytesPart){ .from = get4(s + 42), .packed = get4(s + 20), .size = get4(s + 24),
                           .deflated = a->method == DEFLATED, .crc = (uint32_t)get4(s + 16) };
    return OK;
}

static Status directory_parse(Npz *z, const unsigned char *s, int64_t left, Diag *d)
{
    int cap = 0;
    while (left >= ENTRY_SIZE && memcmp(s, "PK\1\2", 4) == 0) {
        int64_t size = ENTRY_SIZE + (int64_t)get2(s + 28) + get2(s + 30) + get2(s + 32);
        if (size > left) break;
        TRY(entry_add(z, s, &cap, d));
        s += size;
        left -= size;
    }
    if (left) return npz_fail(z, d, E_IO, "is damaged: its directory breaks off");
    if (z->n) return OK;
    npz_fail(z, d, E_IO, "there is no NumPy array in this archive");
    return diag_hint(d, "numpy.savez(\"file.npz\", x=x, y=y) writes an archive of arrays.");
}

static Status directory_read(Npz *z, int64_t size, Diag *d)
{
    int64_t length = 0;
    TRY(end_read(z, size, &length, d));
    unsigned char *s = mem_new((size_t)length + 1);
    Status status = file_get(z, z->directory, s, (size_t)length, d);
    if (status == OK) status = directory_parse(z, s, length, d);
    free(s);
    return status;
}

Status npz_open(const char *path, Span at, const ReadWatch *watch, Npz *out, Diag *d)
{
    int64_t size;
    *out = (Npz){ .at = at, .watch = watch };
    out->fd = csv_open(path, at, &size, d);
    if (out->fd < 0) return d->code;
    out->path = mem_str(path);
    Status s = directory_read(out, size, d);
    if (s != OK) npz_close(out);
    return s;
}

void npz_close(Npz *z)
{
    if (!z->path) return;
    close(z->fd);
    for (int i = 0; i < z->n; i++) free(z->array[i].name);
    free(z->array);
    free(z->path);
    *z = (Npz){ .fd = -1 };
}

/* ---- one array ---- */

Status npz_find(const Npz *z, const char *name, Span at, int *out, Diag *d)
{
    const char **names = mem_new(sizeof *names * (size_t)z->n);
    Text all = { 0 }, wanted = { 0 };
    *out = -1;
    for (int i = 0; i < z->n; i++) {
        names[i] = z->array[i].name;
        if (strcmp(names[i], name) == 0) *out = i;
        text_add(&all, i ? ", " : "");
        text_add_safe(&all, names[i], strlen(names[i]));
    }
    if (*out < 0) {
        text_add_safe(&wanted, name, strnlen(name, 60));
        diag_set(d, E_NAME, at, "there is no array \"%s\" in the archive", text_str(&wanted));
        const char *near = text_nearest(name, names, z->n);
        if (near) diag_hint(d, "Did you mean \"%.100s\"?", near);
        else diag_hint(d, "It holds %.400s.", text_str(&all));
    }
    free(names);
    text_free(&all);
    text_free(&wanted);
    return *out < 0 ? E_NAME : OK;
}

/* The member's bytes begin behind its local header, whose name and extra field have lengths
 * of their own. */
static Status part_locate(const Npz *z, const NpzArray *a, BytesPart *part, Diag *d)
{
    unsigned char s[LOCAL_SIZE];
    *part = a->part;
    if (a->part.from > z->directory - LOCAL_SIZE) {
        return npz_fail(z, d, E_IO, "is damaged: %s is not where it is said to be", a->name);
    }
    TRY(file_get(z, part->from, s, sizeof s, d));
    part->from += LOCAL_SIZE + (int64_t)get2(s + 26) + get2(s + 28);
    bool good = memcmp(s, "PK\3\4", 4) == 0 && part->from <= z->directory - part->packed &&
                (part->deflated || part->packed == part->size);
    if (good) return OK;
    return npz_fail(z, d, E_IO, "is damaged: %s is not where it is said to be", a->name);
}

static Status method_check(const Npz *z, const NpzArray *a, Diag *d)
{
    if (a->encrypted) return npz_fail(z, d, E_TYPE, "%s is encrypted", a->name);
    if (a->method == STORED || a->method == DEFLATED) return OK;
    npz_fail(z, d, E_TYPE, "%s is packed by method %d; only stored and deflated ones are read", a->name,
             a->method);
    return diag_hint(d, "numpy.savez and numpy.savez_compressed write what is read here.");
}

Status npz_read(const Npz *z, int i, Node **out, Diag *d)
{
    const NpzArray *a = &z->array[i];
    BytesPart part;
    TRY(method_check(z, a, d));
    TRY(part_locate(z, a, &part, d));
    Text name = { 0 };
    text_addf(&name, "%s, %s", z->path, a->name);
    Bytes *b;
    Status s = bytes_open_part(z->fd, text_str(&name), &part, z->at, z->watch, &b, d);
    text_free(&name);
    if (s == OK) s = npy_array(b, out, d);
    bytes_close(b);
    return s;
}
