/* rawnum.c -- numbers as other programs store them, into ours.
 *
 * A number is put together from its bytes, most significant first, so neither the
 * order of this machine nor alignment matters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/rawnum.h"

enum { AT_ONCE = 16 << 10 };     /* numbers converted at a time */

size_t raw_size(RawKind kind)
{
    static const size_t size[] = { 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8 };
    return size[kind];
}

static inline uint64_t word(const unsigned char *s, size_t size, bool big)
{
    uint64_t w = 0;
    for (size_t i = 0; i < size; i++) w = w << 8 | s[big ? i : size - 1 - i];
    return w;
}

/* The word's upper bits are a copy of its sign. */
static inline double integer_signed(uint64_t w, size_t size)
{
    int unused = 64 - 8 * (int)size;
    return (double)((int64_t)(w << unused) >> unused);
}

static double half(uint64_t w)
{
    int exponent = (int)(w >> 10 & 31);
    double part = (double)(w & 1023), v;
    if (exponent == 31) v = part != 0 ? NAN : INFINITY;
    else if (exponent == 0) v = ldexp(part, -24);
    else v = ldexp(part + 1024, exponent - 25);
    return w >> 15 ? -v : v;
}

static double number(uint64_t w, RawKind kind)
{
    uint32_t w4 = (uint32_t)w;
    float f4;
    double f8;
    switch (kind) {
    case RAW_BOOL: return w != 0;
    case RAW_I1: case RAW_I2: case RAW_I4: case RAW_I8: return integer_signed(w, raw_size(kind));
    case RAW_F2: return half(w);
    case RAW_F4: memcpy(&f4, &w4, sizeof f4); return f4;
    case RAW_F8: memcpy(&f8, &w, sizeof f8); return f8;
    default: return (double)w;
    }
}

void raw_numbers(const unsigned char *s, RawKind kind, bool big_endian, size_t n, double *out)
{
    size_t size = raw_size(kind);
    if (kind == RAW_U1) {                        /* images */
        for (size_t i = 0; i < n; i++) out[i] = s[i];
        return;
    }
    for (size_t i = 0; i < n; i++) out[i] = number(word(s + i * size, size, big_endian), kind);
}

Status raw_count(const Bytes *b, const Shape *s, RawKind kind, int64_t *out, Diag *d)
{
    int64_t n = 1, most = INT64_MAX / (int64_t)sizeof(double);
    bool none = false;
    for (int i = 0; i < s->rank; i++) {
        none |= s->dim[i] == 0;
        if (s->dim[i] >= 0 && s->dim[i] <= LIMIT_DIM) continue;
        return bytes_fail(b, d, E_LIMIT, "its header speaks of an axis of %lld; the limit is %d",
                          (long long)s->dim[i], LIMIT_DIM);
    }
    for (int i = 0; i < s->rank && !none; i++) {
        if (n > most / s->dim[i]) {
            return bytes_fail(b, d, E_LIMIT, "its header speaks of more numbers than there can be");
        }
        n *= s->dim[i];
    }
    *out = none ? 0 : n;
    int64_t room = bytes_most(b) / (int64_t)raw_size(kind);
    if (*out <= room) return OK;
    return bytes_fail(b, d, E_IO, "the file is cut off or damaged: its header speaks of %lld "
                      "numbers, and there is room for at most %lld", (long long)*out,
                      (long long)room);
}

Status raw_read(Bytes *b, RawKind kind, bool big_endian, int64_t n, double *out, Diag *d)
{
    size_t size = raw_size(kind);
    unsigned char *s = mem_new(AT_ONCE * size);
    Status status = OK;
    while (n > 0 && status == OK) {
        size_t now = n < AT_ONCE ? (size_t)n : AT_ONCE;
        status = bytes_exactly(b, s, now * size, d);
        if (status == OK) raw_numbers(s, kind, big_endian, now, out);
        out += now;
        n -= (int64_t)now;
    }
    free(s);
    return status;
}
