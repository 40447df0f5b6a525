/* npy.c -- arrays as NumPy saves them: a mark, a version, a header of text, the numbers.
 *
 * The header is a Python dictionary of three entries,
 *   {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 * It is read by a parser for just that; nothing of it is ever run, and what an
 * object array has pickled is not looked at.
 * Source: NumPy, "numpy.lib.format".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "learn/npy.h"
#include "learn/rawnum.h"

enum { HEADER_MOST = 1 << 20 };

typedef struct {
    RawKind kind;
    bool    big_endian, columns_first;
    Shape   shape;
    bool    has_kind, has_order, has_shape;
} NpyHeader;

/* The header's text; at moves on. Ended by 0, which nothing steps over. */
typedef struct {
    const Bytes *b;
    const char  *at;
    Diag        *d;
} Scan;

bool npy_begins(const void *s, size_t n)
{
    return n >= 6 && memcmp(s, "\x93NUMPY", 6) == 0;
}

/* ---- the text of the header ---- */

static Status scan_fail(Scan *s, const char *expected)
{
    bytes_fail(s->b, s->d, E_IO, "its header is damaged: %s was expected", expected);
    return s->d->code;
}

static void scan_blanks(Scan *s)
{
    while (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r') s->at++;
}

static bool scan_char(Scan *s, char c)
{
    scan_blanks(s);
    if (*s->at != c) return false;
    s->at++;
    return true;
}

static bool scan_word(Scan *s, const char *word)
{
    scan_blanks(s);
    size_t n = strlen(word);
    if (strncmp(s->at, word, n) != 0) return false;
    s->at += n;
    return true;
}

/* A text in quotes of either kind, without escapes, shorter than size. */
static bool scan_text(Scan *s, char *out, size_t size)
{
    scan_blanks(s);
    char quote = *s->at;
    if (quote != '\'' && quote != '"') return false;
    const char *from = s->at + 1, *to = strchr(from, quote);
    if (!to || (size_t)(to - from) >= size || memchr(from, '\\', (size_t)(to - from))) return false;
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = '\0';
    s->at = to + 1;
    return true;
}

static bool scan_count(Scan *s, int64_t *out)
{
    scan_blanks(s);
    if (*s->at < '0' || *s->at > '9') return false;
    *out = 0;
    for (; *s->at >= '0' && *s->at <= '9'; s->at++) {
        if (*out > INT64_MAX / 10 - 1) return false;
        *out = *out * 10 + (*s->at - '0');
    }
    if (*s->at == 'L') s->at++;                  /* as Python 2 wrote long ones */
    return true;
}

/* ---- its entries ---- */

static bool kind_find(const char *name, RawKind *out)
{
    static const struct { const char *name; RawKind kind; } kinds[] = {
        { "b1", RAW_BOOL }, { "u1", RAW_U1 }, { "u2", RAW_U2 }, { "u4", RAW_U4 }, { "u8", RAW_U8 },
        { "i1", RAW_I1 }, { "i2", RAW_I2 }, { "i4", RAW_I4 }, { "i8", RAW_I8 },
        { "f2", RAW_F2 }, { "f4", RAW_F4 }, { "f8", RAW_F8 }, { "?", RAW_BOOL },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) != 0) continue;
        *out = kinds[i].kind;
        return true;
    }
    return false;
}

static Status kind_refuse(Scan *s, const char *descr)
{
    const char *what = "numbers of another kind";
    if (strchr("SUa", descr[1])) what = "texts";
    else if (descr[1] == 'c') what = "complex numbers";
    else if (descr[1] == 'O') what = "Python objects";
    else if (strchr("mM", descr[1])) what = "dates";
    Text t = { 0 };
    text_add_safe(&t, descr, strlen(descr));
    bytes_fail(s->b, s->d, E_TYPE, "holds %s (%s), not numbers that can be read", what, text_str(&t));
    text_free(&t);
    return diag_hint(s->d, "In NumPy, a.astype(\"f8\") makes numbers of what can be numbers.");
}

static Status entry_kind(Scan *s, NpyHeader *h)
{
    char descr[64];
    if (scan_char(s, '[')) {
        bytes_fail(s->b, s->d, E_TYPE, "is a table with named columns of several kinds (a "
                   "structured array)");
        return diag_hint(s->d, "Save each column, or "
                         "numpy.lib.recfunctions.structured_to_unstructured(a).");
    }
    if (!scan_text(s, descr, sizeof descr) || strlen(descr) < 2) return scan_fail(s, "the kind of the numbers");
    if (!strchr("<>|=", descr[0])) return scan_fail(s, "the kind of the numbers");
    h->big_endian = descr[0] == '>';
    h->has_kind = true;
    return kind_find(descr + 1, &h->kind) ? OK : kind_refuse(s, descr);
}

static Status entry_order(Scan *s, NpyHeader *h)
{
    h->columns_first = scan_word(s, "True");
    if (!h->columns_first && !scan_word(s, "False")) return scan_fail(s, "True or False");
    h->has_order = true;
    return OK;
}

static Status entry_shape(Scan *s, NpyHeader *h)
{
    if (!scan_char(s, '(')) return scan_fail(s, "the shape");
    while (!scan_char(s, ')')) {
        if (h->shape.rank == LIMIT_RANK) {
            return bytes_fail(s->b, s->d, E_LIMIT, "has more than %d axes", LIMIT_RANK);
        }
        if (!scan_count(s, &h->shape.dim[h->shape.rank])) return scan_fail(s, "the length of an axis");
        h->shape.rank++;
        scan_blanks(s);
        if (!scan_char(s, ',') && *s->at != ')') return scan_fail(s, "a comma");
    }
    h->has_shape = true;
    return OK;
}

static Status header_entry(Scan *s, NpyHeader *h)
{
    char key[32];
    if (!scan_text(s, key, sizeof key) || !scan_char(s, ':')) return scan_fail(s, "the name of an entry");
    if (!strcmp(key, "descr") && !h->has_kind) return entry_kind(s, h);
    if (!strcmp(key, "fortran_order") && !h->has_order) return entry_order(s, h);
    if (!strcmp(key, "shape") && !h->has_shape) return entry_shape(s, h);
    return scan_fail(s, "descr, fortran_order and shape, each once");
}

static Status header_parse(Scan *s, NpyHeader *h)
{
    if (!scan_char(s, '{')) return scan_fail(s, "a dictionary");
    while (!scan_char(s, '}')) {
        TRY(header_entry(s, h));
        scan_blanks(s);
        if (!scan_char(s, ',') && *s->at != '}') return scan_fail(s, "a comma");
    }
    scan_blanks(s);
    if (*s->at) return scan_fail(s, "the end of the dictionary");
    if (!h->has_kind || !h->has_order || !h->has_shape) return scan_fail(s, "descr, fortran_order and shape");
    return OK;
}

/* ---- the file ---- */

static Status header_length(Bytes *b, size_t *out, Diag *d)
{
    unsigned char s[8], v[4];
    double n;
    TRY(bytes_exactly(b, s, sizeof s, d));
    if (!npy_begins(s, sizeof s)) {
        bool zip = memcmp(s, "PK\3\4", 4) == 0;
        bytes_fail(b, d, E_IO, "is not a NumPy array");
        if (zip) return diag_hint(d, "If it is an archive of NumPy arrays, npz(file) reads it.");
        return diag_hint(d, "numpy.save(\"file.npy\", a) writes one; npz(file) reads what savez wrote.");
    }
    if (s[6] < 1 || s[6] > 3) {
        return bytes_fail(b, d, E_IO, "has version %d of the format; versions 1 to 3 are known", s[6]);
    }
    size_t bytes = s[6] == 1 ? 2 : 4;
    TRY(bytes_exactly(b, v, bytes, d));
    raw_numbers(v, bytes == 2 ? RAW_U2 : RAW_U4, false, 1, &n);
    *out = (size_t)n;
    if (*out <= HEADER_MOST) return OK;
    return bytes_fail(b, d, E_LIMIT, "its header is said to have %zu bytes; the limit is %d", *out,
                      HEADER_MOST);
}

static Status header_read(Bytes *b, NpyHeader *h, Diag *d)
{
    size_t n = 0;
    TRY(header_length(b, &n, d));
    char *text = mem_new(n + 1);
    Scan s = { .b = b, .at = text, .d = d };
    Status status = bytes_exactly(b, text, n, d);
    if (status == OK && memchr(text, 0, n)) status = scan_fail(&s, "text");
    if (status == OK) status = header_parse(&s, h);
    free(text);
    return status;
}

/* The numbers in the file's order, where the first index runs fastest, into ours. */
static void columns_turn(const Shape *s, const double *from, double *to)
{
    int64_t index[LIMIT_RANK] = { 0 }, step[LIMIT_RANK], n = shape_len(s), at = 0;
    int64_t stride = 1;
    for (int i = s->rank - 1; i >= 0; i--) {
        step[i] = stride;
        stride *= s->dim[i];
    }
    for (int64_t i = 0; i < n; i++) {
        to[at] = from[i];
        for (int axis = 0; axis < s->rank; axis++) {
            at += step[axis];
            if (++index[axis] < s->dim[axis]) break;
            at -= step[axis] * s->dim[axis];
            index[axis] = 0;
        }
    }
}

static Status read_columns_first(Bytes *b, const NpyHeader *h, int64_t n, Node *leaf, Diag *d)
{
    size_t bytes = sizeof(double) * (size_t)n;
    double *raw = mem_take(bytes);
    if (!raw) {
        return bytes_fail(b, d, E_LIMIT, "no memory is left to turn %lld numbers stored column by column",
                          (long long)n);
    }
    Status s = raw_read(b, h->kind, h->big_endian, n, raw, d);
    if (s == OK) columns_turn(&h->shape, raw, leaf->val);
    mem_give(raw, bytes);
    return s;
}

Status npy_array(Bytes *b, Node **out, Diag *d)
{
    NpyHeader h = { 0 };
    int64_t n;
    TRY(header_read(b, &h, d));
    TRY(raw_count(b, &h.shape, h.kind, &n, d));
    Node *leaf = node_leaf(&h.shape, NULL, d);
    if (!leaf) return d->code;
    bool turn = h.columns_first && h.shape.rank > 1 && n > 0;
    Status s = turn ? read_columns_first(b, &h, n, leaf, d)
                    : raw_read(b, h.kind, h.big_endian, n, leaf->val, d);
    if (s == OK) s = bytes_end(b, d);
    if (s != OK) {
        node_drop(leaf);
        return s;
    }
    leaf_touch(leaf);
    *out = leaf;
    return OK;
}

Status npy_read(const char *path, Span at, const ReadWatch *watch, Node **out, Diag *d)
{
    Bytes *b;
    TRY(bytes_open(path, at, watch, &b, d));
    Status s = npy_array(b, out, d);
    bytes_close(b);
    return s;
}
