/* csv_rows.c -- cells and rows of a CSV file as they arrive.
 *
 * The cells of the first row are kept, because only the whole row says how many
 * columns there are and whether they are names. From then on a cell is parsed and
 * stored where it belongs the moment it comes, and nothing is kept twice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "learn/csv_open.h"
#include "learn/csv_reader.h"

enum {
    FIRST_ROW = 16 << 20,      /* bytes of the first row, which is kept as text */
    SLOT_TARGET = -1, SLOT_SKIP = -2
};

/* ---- faults ---- */

const char *csv_shown(char buf[SHOWN], const char *s, size_t n)
{
    Text t = { 0 };
    bool cut = n > 40;
    size_t keep = cut ? 36 : n;
    while (cut && keep > 0 && ((unsigned char)s[keep] & 0xC0) == 0x80) keep--;
    text_add_safe(&t, s, keep);
    snprintf(buf, SHOWN, "%.70s%s", text_str(&t), cut ? "..." : "");
    text_free(&t);
    return buf;
}

Status csv_fail(CsvReader *r, Status code, int column, const char *fmt, ...)
{
    if (r->status != OK) return r->status;
    Text t = { 0 };
    csv_path_add(&t, r->path);
    if (r->row_line) text_addf(&t, ":%lld", (long long)r->row_line);
    if (column) text_addf(&t, ":%d", column);
    text_add(&t, ": ");
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(&t, fmt, ap);
    va_end(ap);
    r->status = diag_set(r->d, code, r->o->at, "%s", text_str(&t));
    text_free(&t);
    return r->status;
}

/* "column 3 (petal_length)" of the current cell. */
static const char *column_shown(const CsvReader *r, char buf[2 * SHOWN])
{
    int slot = r->slot[r->column];
    const char *name = slot == SLOT_TARGET ? r->t->target : r->t->names[slot];
    char s[SHOWN];
    snprintf(buf, 2 * SHOWN, "column %d (%s)", r->column + 1, csv_shown(s, name, strlen(name)));
    return buf;
}

/* ---- cells ---- */

static bool is_missing(const char *s, size_t n)
{
    if (n == 0 || (n == 1 && *s == '?')) return true;
    if (n == 2) return memcmp(s, "NA", 2) == 0;
    if (n == 3) return memcmp(s, "N/A", 3) == 0 || strcasecmp(s, "nan") == 0;
    return n < 8 && strspn(s, " \t") == n;
}

static void cell_missing(CsvReader *r)
{
    bool target = r->slot[r->column] == SLOT_TARGET;
    CsvMissing rule = r->o->missing;
    if (rule == CSV_MISSING_DROP) {
        r->row_missing = true;
    } else if (rule == CSV_MISSING_MEAN && !target) {
        r->t->x[r->t->rows * r->t->features + r->slot[r->column]] = NAN;
        r->any_missing = true;
    } else {
        char c[2 * SHOWN];
        csv_fail(r, E_RANGE, r->column + 1, "a value is missing in %s", column_shown(r, c));
        if (rule == CSV_MISSING_MEAN) {
            diag_hint(r->d, "The mean can fill features only, not what is to be learned; "
                      "missing=\"drop\" leaves such rows out.");
        } else {
            diag_hint(r->d, "missing=\"drop\" leaves out rows with missing values, "
                      "missing=\"mean\" puts in the mean of the column.");
        }
    }
}

static void cell_not_number(CsvReader *r, const char *s, size_t n)
{
    char c[2 * SHOWN], b[SHOWN];
    csv_fail(r, E_TYPE, r->column + 1, "\"%s\" in %s is not a number", csv_shown(b, s, n),
             column_shown(r, c));
    if (n > 2 && strchr(s, ',') && strspn(s, "0123456789+-.,eE") == n) {
        diag_hint(r->d, "Numbers are written with a decimal point and without commas: 1234.5.");
    } else if (r->slot[r->column] == SLOT_TARGET) {
        diag_hint(r->d, "The column began with numbers; classes=1 reads its values as names "
                  "of classes.");
    } else {
        diag_hint(r->d, "Only the target may be text: name it with target=, and leave other "
                  "columns of text out with skip=.");
    }
}

/* The number of a cell; false: it was missing or at fault, and that is dealt with. */
static bool cell_number(CsvReader *r, const char *s, size_t n, double *v)
{
    if (csv_number(s, n, v)) {
        if (isfinite(*v)) return true;
        char b[SHOWN];
        csv_fail(r, E_RANGE, r->column + 1, "%s is beyond the largest number there is, 1.8e308",
                 csv_shown(b, s, n));
    } else if (is_missing(s, n)) {
        cell_missing(r);
    } else {
        cell_not_number(r, s, n);
    }
    return false;
}

static uint32_t name_hash(const char *s)
{
    uint32_t h = 2166136261u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

/* Where name is in the hash table, or the free place where it belongs. */
static int *class_place(CsvReader *r, const char *name)
{
    uint32_t at = name_hash(name);
    for (;; at++) {
        int *place = &r->hash[at & (uint32_t)(r->hash_size - 1)];
        if (*place < 0 || strcmp(r->t->classes[*place], name) == 0) return place;
    }
}

static void class_rehash(CsvReader *r)
{
    r->hash_size = r->hash_size ? r->hash_size * 2 : 64;
    r->hash = mem_grow(r->hash, (size_t)r->hash_size, sizeof *r->hash);
    for (int i = 0; i < r->hash_size; i++) r->hash[i] = -1;
    for (int i = 0; i < r->t->n_class; i++) *class_place(r, r->t->classes[i]) = i;
}

/* -1: not one of the known ones. */
static int class_index(CsvReader *r, const char *name)
{
    CsvTable *t = r->t;
    if (t->n_class * 2 >= r->hash_size) class_rehash(r);
    int *place = class_place(r, name);
    if (*place < 0 && r->known) return -1;
    if (*place < 0) {
        GROW(t->classes, t->n_class, r->cap_class);
        t->classes[t->n_class] = mem_str(name);
        *place = t->n_class++;
        r->new_class = true;
    }
    return *place;
}

static void class_unknown(CsvReader *r, const char *name)
{
    const CsvTable *t = r->t;
    char b[SHOWN], c[2 * SHOWN];
    csv_fail(r, E_NAME, r->column + 1, "\"%s\" in %s is not one of the known classes",
             csv_shown(b, name, strlen(name)), column_shown(r, c));
    Text all = { 0 };
    for (int i = 0; i < t->n_class && all.len < 300; i++) {
        if (i) text_add(&all, ", ");
        text_add(&all, csv_shown(b, t->classes[i], strlen(t->classes[i])));
    }
    diag_hint(r->d, "They are %s.", text_str(&all));
    text_free(&all);
}

void csv_classes_know(CsvReader *r)
{
    for (int i = 0; i < r->o->n_known; i++) class_index(r, r->o->known[i]);
    r->new_class = false;
    r->known = r->o->n_known > 0;
}

/* Take the newest class back: its row is dropped. Nothing was put into the hash table
 * after it, so its place can simply become free. */
static void class_forget(CsvReader *r)
{
    CsvTable *t = r->t;
    *class_place(r, t->classes[t->n_class - 1]) = -1;
    free(t->classes[--t->n_class]);
}

static void cell_target(CsvReader *r, const char *s, size_t n)
{
    double v = 0;
    if (is_missing(s, n)) {
        cell_missing(r);
        return;
    }
    if (r->kind == TARGET_UNKNOWN) {
        r->kind = csv_number(s, n, &v) ? TARGET_NUMBER : TARGET_CLASS;
    }
    if (r->kind == TARGET_CLASS) {
        int index = class_index(r, s);
        if (index < 0) class_unknown(r, s);
        else r->t->y[r->t->rows] = index;
    } else if (cell_number(r, s, n, &v)) {
        r->t->y[r->t->rows] = v;
    }
}

static void cell_data(CsvReader *r, const char *s, size_t n)
{
    if (r->column >= r->n_col) return;           /* row_ragged tells */
    int slot = r->slot[r->column];
    if (slot == SLOT_TARGET) {
        cell_target(r, s, n);
    } else if (slot >= 0) {
        double v;
        if (cell_number(r, s, n, &v)) r->t->x[r->t->rows * r->t->features + slot] = v;
    }
}

static void cell_first(CsvReader *r, const char *s, size_t n)
{
    r->first_bytes += n;
    if (r->first_bytes > FIRST_ROW) {
        csv_fail(r, E_LIMIT, 0, "the first row is longer than %d bytes", FIRST_ROW);
        return;
    }
    GROW(r->first, r->column, r->cap_first);
    r->first[r->column] = mem_strn(s, n);
    r->column++;                                 /* so that cleaning up finds it */
}

void csv_cell_arrives(void *cell, size_t n, void *reader)
{
    CsvReader *r = reader;
    if (r->status != OK) return;
    if (n > LIMIT_CSV_CELL) {
        csv_fail(r, E_LIMIT, r->column + 1, "a cell of %zu bytes; the limit is %d", n,
                 LIMIT_CSV_CELL);
    } else if (r->column >= LIMIT_CSV_COLUMN) {
        csv_fail(r, E_LIMIT, 0, "more than %d columns", LIMIT_CSV_COLUMN);
        diag_hint(r->d, "Is the separator right? Say separator=\";\" or separator=\"tab\".");
    } else if (r->n_col == 0) {
        cell_first(r, cell, n);
    } else {
        cell_data(r, cell, n);
        r->column++;
    }
}

/* ---- rows ---- */

/* How many rows there may be, from what was read so far; at least `least`. */
static int64_t rows_expected(const CsvReader *r, int64_t least)
{
    int64_t most = r->file_size / (2 * r->n_col) + 2;
    double guess = 0, part = (double)r->consumed / (double)r->file_size;
    if (bytes_packed(r->bytes)) part = bytes_progress(r->bytes);
    if (r->t->rows && part > 0) guess = 1.02 * (double)r->t->rows / part + 16;
    int64_t rows = guess > (double)least ? (int64_t)guess : least;
    return rows > most && most > r->t->rows ? most : rows;
}

static bool array_grow(double **v, size_t *bytes, size_t used, size_t count, size_t each)
{
    size_t want;
    if (!mem_mul(count, each * sizeof(double), &want)) return false;
    double *next = mem_take(want);
    if (!next) return false;
    if (used) memcpy(next, *v, used * each * sizeof(double));
    mem_give(*v, *bytes);
    *v = next;
    *bytes = want;
    return true;
}

/* Make room for one more row. */
static void row_reserve(CsvReader *r)
{
    CsvTable *t = r->t;
    if (t->rows < r->cap_rows) return;
    int64_t want = rows_expected(r, r->cap_rows ? r->cap_rows * 2 : 64);
    if (array_grow(&t->x, &t->x_bytes, (size_t)t->rows, (size_t)want, (size_t)t->features) &&
        array_grow(&t->y, &t->y_bytes, (size_t)t->rows, (size_t)want, 1)) {
        r->cap_rows = want;
        return;
    }
    csv_fail(r, E_LIMIT, 0, "about %lld rows of %d numbers do not fit into the memory budget "
             "of %zu MB", (long long)want, t->features + 1, mem_budget() >> 20);
    diag_hint(r->d, "Read a part of the file, or leave columns out with skip=.");
}

static void row_data(CsvReader *r)
{
    if (r->column != r->n_col) {
        csv_fail(r, E_SYNTAX, 0, "%d cell%s in this row, but the first row has %d", r->column,
                 r->column == 1 ? "" : "s", r->n_col);
        diag_hint(r->d, "Is a separator missing, or does a text with a separator in it lack "
                  "its quotes?");
        return;
    }
    if (r->row_missing) {
        r->t->dropped++;
        if (r->new_class) class_forget(r);
    } else {
        r->t->rows++;
        row_reserve(r);
    }
    r->row_missing = r->new_class = false;
}

static void row_first(CsvReader *r);

void csv_row_ends(int c, void *reader)
{
    (void)c;
    CsvReader *r = reader;
    if (r->status == OK && r->n_col == 0) {
        row_first(r);
    } else if (r->status == OK) {
        row_data(r);
    }
    if (r->n_col) r->column = 0;
}

/* ---- the first row ---- */

/* Are these names? They are when something stands there and no number does. */
static bool first_is_header(const CsvReader *r)
{
    if (r->o->header >= 0) return r->o->header;
    int words = 0;
    double v;
    for (int i = 0; i < r->column; i++) {
        const char *s = r->first[i];
        size_t n = strlen(s);
        if (csv_number(s, n, &v)) return false;
        words += !is_missing(s, n);
    }
    return words > 0;
}

static Status column_by_name(CsvReader *r, const char *option, const char *name, int *out)
{
    int found = -1, n = 0;
    for (int i = 0; i < r->n_col; i++) {
        if (strcmp(r->first[i], name) == 0) found = i, n++;
    }
    *out = found;
    if (n == 1) return OK;
    char b[SHOWN];
    csv_shown(b, name, strlen(name));
    if (n > 1) {
        csv_fail(r, E_NAME, 0, "%s=\"%s\" is not clear: %d columns have that name", option, b, n);
        return diag_hint(r->d, "Give the column's number instead, from 0 to %d.", r->n_col - 1);
    }
    csv_fail(r, E_NAME, 0, "%s=\"%s\": there is no column of that name", option, b);
    const char *near = text_nearest(name, (const char *const *)r->first, r->n_col);
    if (near) return diag_hint(r->d, "Did you mean \"%s\"?", csv_shown(b, near, strlen(near)));
    Text t = { 0 };
    for (int i = 0; i < r->n_col && i < 12; i++) {
        if (i) text_add(&t, ", ");
        text_add(&t, csv_shown(b, r->first[i], strlen(r->first[i])));
    }
    diag_hint(r->d, "The columns are %.400s%s.", text_str(&t), r->n_col > 12 ? ", ..." : "");
    text_free(&t);
    return r->status;
}

static Status column_find(CsvReader *r, bool header, const char *option, CsvColumn c, int *out)
{
    if (c.name && header) return column_by_name(r, option, c.name, out);
    if (c.name) {
        char b[SHOWN];
        csv_fail(r, E_NAME, 0, "%s=\"%s\", but the file has no header row with names", option,
                 csv_shown(b, c.name, strlen(c.name)));
        return diag_hint(r->d, "Give the column's number, from 0 to %d, or say header=1.",
                         r->n_col - 1);
    }
    int64_t i = c.index < 0 ? c.index + r->n_col : c.index;
    *out = (int)i;
    if (i >= 0 && i < r->n_col) return OK;
    return csv_fail(r, E_RANGE, 0, "%s=%lld, but the file has %d column%s, 0 to %d", option,
                    (long long)c.index, r->n_col, r->n_col == 1 ? "" : "s", r->n_col - 1);
}

/* Mark what is left out, then the target: the last one left if none was named. */
static Status columns_resolve(CsvReader *r, bool header)
{
    int at;
    for (int i = 0; i < r->o->n_skip; i++) {
        TRY(column_find(r, header, "skip", r->o->skip[i], &at));
        r->slot[at] = SLOT_SKIP;
    }
    TRY(column_find(r, header, "target", r->o->target, &at));
    bool by_default = !r->o->target.name && r->o->target.index == -1;
    while (by_default && at > 0 && r->slot[at] == SLOT_SKIP) at--;
    if (r->slot[at] == SLOT_SKIP) {
        return csv_fail(r, E_RANGE, 0, "column %d is the target, and skip= leaves it out", at + 1);
    }
    r->slot[at] = SLOT_TARGET;
    r->target = at;
    return OK;
}

static char *column_name(const CsvReader *r, bool header, int column, const char *otherwise)
{
    if (header && r->first[column][0]) return mem_str(r->first[column]);
    return mem_str(otherwise);
}

/* Number the features and name them. */
static void columns_name(CsvReader *r, bool header)
{
    CsvTable *t = r->t;
    t->names = mem_new(sizeof *t->names * (size_t)r->n_col);
    for (int i = 0; i < r->n_col; i++) {
        if (r->slot[i] < 0) continue;
        char otherwise[24];
        snprintf(otherwise, sizeof otherwise, "x%d", t->features + 1);
        r->slot[i] = t->features;
        t->names[t->features++] = column_name(r, header, i, otherwise);
    }
    t->target = column_name(r, header, r->target, "y");
}

static void row_first(CsvReader *r)
{
    bool header = first_is_header(r);
    r->n_col = r->column;
    r->slot = mem_new(sizeof *r->slot * (size_t)r->n_col);
    if (columns_resolve(r, header) != OK) return;
    columns_name(r, header);
    if (r->t->features == 0) {
        csv_fail(r, E_SHAPE, 0, "no column is left for the features beside the target");
        diag_hint(r->d, "Is the separator right? Say separator=\";\" or separator=\"tab\".");
        return;
    }
    row_reserve(r);
    if (header) return;
    for (r->column = 0; r->column < r->n_col && r->status == OK; r->column++) {
        cell_data(r, r->first[r->column], strlen(r->first[r->column]));
    }
    if (r->status == OK) row_data(r);
}
