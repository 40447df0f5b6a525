/* idx.c -- arrays in IDX files: two zeros, the kind of number, the number of axes, their
 * lengths, the numbers; everything with its most significant byte first.
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/idx.h"
#include "learn/rawnum.h"

static bool kind_find(int code, RawKind *out)
{
    static const struct { int code; RawKind kind; } kinds[] = {
        { 0x08, RAW_U1 }, { 0x09, RAW_I1 }, { 0x0B, RAW_I2 },
        { 0x0C, RAW_I4 }, { 0x0D, RAW_F4 }, { 0x0E, RAW_F8 },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].code != code) continue;
        *out = kinds[i].kind;
        return true;
    }
    return false;
}

static Status idx_kind(Bytes *b, RawKind *kind, int *rank, Diag *d)
{
    unsigned char s[4];
    TRY(bytes_exactly(b, s, sizeof s, d));
    if (s[0] || s[1] || !kind_find(s[2], kind)) {
        bytes_fail(b, d, E_IO, "is not an IDX file: it begins with %02x %02x %02x %02x", s[0], s[1],
                   s[2], s[3]);
        return diag_hint(d, "MNIST's images begin with 00 00 08 03, its labels with 00 00 08 01.");
    }
    *rank = s[3];
    if (*rank >= 1 && *rank <= LIMIT_RANK) return OK;
    return bytes_fail(b, d, E_LIMIT, "its header speaks of %d axes; there can be 1 to %d", *rank,
                      LIMIT_RANK);
}

static Status idx_shape(Bytes *b, int rank, Shape *out, Diag *d)
{
    unsigned char s[4 * LIMIT_RANK];
    double dim[LIMIT_RANK];
    TRY(bytes_exactly(b, s, 4 * (size_t)rank, d));
    raw_numbers(s, RAW_U4, true, (size_t)rank, dim);
    *out = (Shape){ .rank = rank };
    for (int i = 0; i < rank; i++) out->dim[i] = (int64_t)dim[i];
    return OK;
}

static Status idx_array(Bytes *b, int64_t rows, Node **out, Diag *d)
{
    RawKind kind = RAW_U1;
    int rank = 0;
    Shape s;
    int64_t n;
    TRY(idx_kind(b, &kind, &rank, d));
    TRY(idx_shape(b, rank, &s, d));
    TRY(raw_count(b, &s, kind, &n, d));
    bool part = rows > 0 && rows < s.dim[0];
    if (part) {
        n = n / s.dim[0] * rows;
        s.dim[0] = rows;
    }
    Node *leaf = node_leaf(&s, NULL, d);
    if (!leaf) return d->code;
    Status status = raw_read(b, kind, true, n, leaf->val, d);
    if (status == OK && !part) status = bytes_end(b, d);
    if (status != OK) {
        node_drop(leaf);
        return status;
    }
    leaf_touch(leaf);
    *out = leaf;
    return OK;
}

Status idx_read(const char *path, int64_t rows, Span at, const ReadWatch *watch, Node **out, Diag *d)
{
    Bytes *b;
    TRY(bytes_open(path, at, watch, &b, d));
    Status s = idx_array(b, rows, out, d);
    bytes_close(b);
    return s;
}
