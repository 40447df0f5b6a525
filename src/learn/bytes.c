/* bytes.c -- the bytes of a data file: plain, gzipped, or a member of a zip archive.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#include "base/mem.h"
#include "base/stop.h"
#include "learn/bytes.h"
#include "learn/csv_open.h"

enum {
    CHUNK = 256 << 10,
    INFLATE_MOST = 1032,       /* deflate cannot pack tighter than 1032 to 1           */
    INFLATE_HELD = 64 << 10    /* bytes that may be unpacked but not yet handed out    */
};

typedef enum { PACK_NONE, PACK_GZIP, PACK_DEFLATE } Pack;

struct Bytes {
    char            *name;     /* for messages                                         */
    Span             at;
    const ReadWatch *watch;
    int              fd;
    bool             own;      /* fd is to be closed                                   */
    Pack             pack;
    int64_t          from;     /* where it begins in the file                          */
    int64_t          size;     /* in the file                                          */
    int64_t          taken;    /* of these, read so far                                */
    int64_t          given;    /* handed out                                           */
    int64_t          stated;   /* unpacked bytes, of an archive's member; else -1      */
    uint32_t         crc, crc_stated;
    unsigned char   *in;       /* read, not yet used: in_n bytes at in + in_at         */
    size_t           in_at, in_n;
    bool             complete; /* a packed stream has come to its end                  */
#ifdef HAVE_ZLIB
    z_stream         z;
#endif
};

Status bytes_fail(const Bytes *b, Diag *d, Status code, const char *fmt, ...)
{
    Text t = { 0 };
    csv_path_add(&t, b->name);
    text_add(&t, ": ");
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(&t, fmt, ap);
    va_end(ap);
    diag_set(d, code, b->at, "%s", text_str(&t));
    text_free(&t);
    return code;
}

/* ---- from the file ---- */

/* The next chunk, when all of the last one is used; none at the end. */
static Status chunk_fill(Bytes *b, Diag *d)
{
    if (b->in_n > 0) return OK;
    int64_t left = b->size - b->taken;
    size_t want = left < CHUNK ? (size_t)left : CHUNK;
    ssize_t n;
    do {
        n = pread(b->fd, b->in, want, (off_t)(b->from + b->taken));
    } while (n < 0 && errno == EINTR && !stop_asked());
    if (stop_asked()) return bytes_fail(b, d, E_STOP, "reading was stopped");
    if (n < 0) return bytes_fail(b, d, E_IO, "cannot be read: %s", strerror(errno));
    b->in_at = 0;
    b->in_n = (size_t)n;
    b->taken += n;
    if (b->watch && b->watch->tell) b->watch->tell(b->watch->to, bytes_progress(b));
    return OK;
}

static Status plain_some(Bytes *b, void *to, size_t n, size_t *got, Diag *d)
{
    TRY(chunk_fill(b, d));
    *got = n < b->in_n ? n : b->in_n;
    memcpy(to, b->in + b->in_at, *got);
    b->in_at += *got;
    b->in_n -= *got;
    return OK;
}

/* ---- unpacking ---- */

#ifdef HAVE_ZLIB
static Status unpack_begin(Bytes *b, Diag *d)
{
    enum { GZIP = 16 };
    int window = b->pack == PACK_GZIP ? MAX_WBITS + GZIP : -MAX_WBITS;
    if (inflateInit2(&b->z, window) == Z_OK) return OK;
    b->pack = PACK_NONE;
    return bytes_fail(b, d, E_LIMIT, "no memory is left to unpack it");
}

static void unpack_end(Bytes *b)
{
    if (b->pack != PACK_NONE) inflateEnd(&b->z);
}

/* A gzip file may be several ones, one after the other. */
static Status unpack_next(Bytes *b, Diag *d)
{
    b->complete = true;
    if (b->pack != PACK_GZIP) return OK;
    TRY(chunk_fill(b, d));
    if (b->in_n == 0) return OK;
    if (b->in[b->in_at] != 0x1F) {
        return bytes_fail(b, d, E_IO, "after the compressed data comes something else");
    }
    b->complete = inflateReset(&b->z) != Z_OK;
    return OK;
}

static Status unpack_step(Bytes *b, Diag *d)
{
    TRY(chunk_fill(b, d));
    if (b->in_n == 0) return bytes_fail(b, d, E_IO, "the file is cut off: its compressed data break off");
    b->z.next_in = b->in + b->in_at;
    b->z.avail_in = (uInt)b->in_n;
    int result = inflate(&b->z, Z_NO_FLUSH);
    b->in_at += b->in_n - b->z.avail_in;
    b->in_n = b->z.avail_in;
    if (result == Z_STREAM_END) return unpack_next(b, d);
    if (result == Z_OK || result == Z_BUF_ERROR) return OK;
    return bytes_fail(b, d, E_IO, "the compressed data are damaged%s%s", b->z.msg ? ": " : "",
                      b->z.msg ? b->z.msg : "");
}

static Status packed_some(Bytes *b, void *to, size_t n, size_t *got, Diag *d)
{
    b->z.next_out = to;
    b->z.avail_out = (uInt)n;
    while (b->z.avail_out == n && !b->complete) TRY(unpack_step(b, d));
    *got = n - b->z.avail_out;
    return OK;
}

static uint32_t checksum(uint32_t crc, const void *s, size_t n)
{
    return (uint32_t)crc32(crc, s, (uInt)n);
}
#else
static Status unpack_begin(Bytes *b, Diag *d)
{
    b->pack = PACK_NONE;
    bytes_fail(b, d, E_IO, "is compressed, and this Gradus was built without zlib");
    return diag_hint(d, "Unpack it first (gunzip, or numpy.savez instead of savez_compressed), or "
                     "build Gradus where zlib is installed.");
}

static void unpack_end(Bytes *b) { (void)b; }

static Status packed_some(Bytes *b, void *to, size_t n, size_t *got, Diag *d)
{
    return plain_some(b, to, n, got, d);
}

/* Without zlib nobody has computed one, so none is wrong. */
static uint32_t checksum(uint32_t crc, const void *s, size_t n)
{
    (void)s;
    (void)n;
    return crc;
}
#endif

/* ---- read ---- */

Status bytes_some(Bytes *b, void *to, size_t n, size_t *got, Diag *d)
{
    *got = 0;
    if (n > CHUNK) n = CHUNK;
    TRY((b->pack ? packed_some : plain_some)(b, to, n, got, d));
    b->given += (int64_t)*got;
    if (b->stated >= 0) b->crc = checksum(b->crc, to, *got);
    if (b->stated < 0 || b->given <= b->stated) return OK;
    return bytes_fail(b, d, E_IO, "unpacks to more than the %lld bytes that the archive states",
                      (long long)b->stated);
}

Status bytes_exactly(Bytes *b, void *to, size_t n, Diag *d)
{
    unsigned char *s = to;
    while (n > 0) {
        size_t got;
        TRY(bytes_some(b, s, n, &got, d));
        if (got == 0) {
            return bytes_fail(b, d, E_IO, "the file is cut off: it ends after %lld bytes, and %zu "
                              "more were expected", (long long)b->given, n);
        }
        s += got;
        n -= got;
    }
    return OK;
}

Status bytes_end(Bytes *b, Diag *d)
{
    char more;
    size_t got;
    int64_t all = b->given;
    TRY(bytes_some(b, &more, 1, &got, d));
    if (got) {
        return bytes_fail(b, d, E_IO, "more follows after the %lld bytes that its header speaks of",
                          (long long)all);
    }
#ifdef HAVE_ZLIB
    if (b->stated >= 0 && b->crc != b->crc_stated) {
        return bytes_fail(b, d, E_IO, "is damaged: its checksum is wrong");
    }
#endif
    return OK;
}

size_t bytes_peek(const Bytes *b, void *to, size_t n)
{
    if (b->pack) return 0;
    if (n > b->in_n) n = b->in_n;
    memcpy(to, b->in + b->in_at, n);
    return n;
}

int64_t bytes_most(const Bytes *b)
{
    int64_t packed = b->size - b->taken + (int64_t)b->in_n;
    if (!b->pack) return packed;
    int64_t most = packed > INT64_MAX / (2 * INFLATE_MOST)
                       ? INT64_MAX / 2
                       : packed * INFLATE_MOST + INFLATE_HELD;
    return b->stated >= 0 && b->stated - b->given < most ? b->stated - b->given : most;
}

double bytes_progress(const Bytes *b)
{
    return b->size > 0 ? (double)(b->taken - (int64_t)b->in_n) / (double)b->size : 1;
}

bool bytes_packed(const Bytes *b) { return b->pack != PACK_NONE; }

/* ---- open and close ---- */

static Bytes *bytes_new(int fd, const char *name, Span at, const ReadWatch *watch)
{
    Bytes *b = mem_new(sizeof *b);
    b->name = mem_str(name);
    b->at = at;
    b->watch = watch;
    b->fd = fd;
    b->stated = -1;
    b->in = mem_new(CHUNK);
    return b;
}

void bytes_close(Bytes *b)
{
    if (!b) return;
    unpack_end(b);
    if (b->own) close(b->fd);
    free(b->in);
    free(b->name);
    free(b);
}

static Status bytes_give(Bytes *b, Status s, Bytes **out)
{
    if (s != OK) bytes_close(b);
    *out = s == OK ? b : NULL;
    return s;
}

static Status file_begin(Bytes *b, Diag *d)
{
    TRY(chunk_fill(b, d));
    if (b->in_n < 2 || b->in[0] != 0x1F || b->in[1] != 0x8B) return OK;
    b->pack = PACK_GZIP;
    return unpack_begin(b, d);
}

Status bytes_open(const char *path, Span at, const ReadWatch *watch, Bytes **out, Diag *d)
{
    *out = NULL;
    int64_t size;
    int fd = csv_open(path, at, &size, d);
    if (fd < 0) return d->code;
    Bytes *b = bytes_new(fd, path, at, watch);
    b->own = true;
    b->size = size;
    return bytes_give(b, file_begin(b, d), out);
}

Status bytes_open_part(int fd, const char *name, const BytesPart *part, Span at,
                       const ReadWatch *watch, Bytes **out, Diag *d)
{
    Bytes *b = bytes_new(fd, name, at, watch);
    b->from = part->from;
    b->size = part->packed;
    b->stated = part->size;
    b->crc_stated = part->crc;
    b->pack = part->deflated ? PACK_DEFLATE : PACK_NONE;
    return bytes_give(b, part->deflated ? unpack_begin(b, d) : OK, out);
}
