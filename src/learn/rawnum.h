/* rawnum.h -- numbers as other programs store them, into ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_RAWNUM_H
#define GRADUS_RAWNUM_H

#include "graph/node.h"
#include "learn/bytes.h"

typedef enum {
    RAW_BOOL, RAW_U1, RAW_U2, RAW_U4, RAW_U8, RAW_I1, RAW_I2, RAW_I4, RAW_I8, RAW_F2, RAW_F4, RAW_F8
} RawKind;

/* Bytes of one number. */
size_t raw_size(RawKind kind);

/* n numbers at s, which may lie anywhere. Whole numbers beyond 2^53 are rounded to the
 * nearest double. */
void raw_numbers(const unsigned char *s, RawKind kind, bool big_endian, size_t n, double *out);

/* How many numbers a tensor of that shape has. E_LIMIT when an axis or the whole is longer
 * than tensors can be, E_IO when more bytes than the file can hold would be needed: asked
 * before anything is allocated. */
Status raw_count(const Bytes *b, const Shape *s, RawKind kind, int64_t *out, Diag *d);

/* The next n numbers of b. */
Status raw_read(Bytes *b, RawKind kind, bool big_endian, int64_t n, double *out, Diag *d);

#endif
