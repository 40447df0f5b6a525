/* csv.c -- tables of numbers from text files, in one pass.
 *
 * The way of a file: it is opened so that nothing but a regular file can be
 * read, and its beginning is looked at once (what is certainly not text, the
 * byte order mark, the separator). Then each physical line goes to libcsv on its
 * own, which is how a fault knows its line, and libcsv hands cells and ends of
 * rows to csv_rows.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "learn/csv_open.h"
#include "learn/csv_reader.h"

enum { CHUNK = 256 << 10 };

/* ---- the file ---- */

static int count_outside_quotes(const char *s, const char *end, char c)
{
    int n = 0;
    bool quoted = false;
    for (; s < end; s++) {
        if (*s == '"') quoted = !quoted;
        n += *s == c && !quoted;
    }
    return n;
}

/* Does c cut each of the first lines into the same number of cells, more than one? */
static bool cuts_evenly(const char *s, const char *end, char c, char eol)
{
    int cells = 0;
    for (int line = 0; line < 20 && s < end; line++) {
        const char *stop = memchr(s, eol, (size_t)(end - s));
        if (!stop && line > 0) break;            /* perhaps only half a line */
        if (!stop) stop = end;
        int n = count_outside_quotes(s, stop, c);
        if (line == 0) cells = n;
        if (stop - s > 1 && n != cells) return false;
        s = stop + 1;
    }
    return cells > 0;
}

/* Tab before semicolon before comma: files with decimal commas have both of the latter. */
static char separator_guess(const char *s, size_t n, char eol)
{
    static const char candidate[] = "\t;,";
    for (const char *c = candidate; *c; c++) {
        if (cuts_evenly(s, s + n, *c, eol)) return *c;
    }
    const char *stop = memchr(s, eol, n);
    if (!stop) stop = s + n;
    char best = ',';
    for (const char *c = candidate; *c; c++) {
        int now = count_outside_quotes(s, stop, *c);
        if (now > count_outside_quotes(s, stop, best)) best = *c;
    }
    return best;
}

/* Look at the beginning; returns the bytes to leave out. */
static size_t file_begin(CsvReader *r, const char *s, size_t n)
{
    if (!csv_looks_like_text(r->path, s, n, r->o->at, r->d)) {
        r->status = r->d->code;
        return 0;
    }
    size_t mark = n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    r->eol = !memchr(s, '\n', n) && memchr(s, '\r', n) ? '\r' : '\n';
    char c = r->o->separator;
    if (!c) c = separator_guess(s + mark, n - mark, r->eol);
    csv_set_delim(&r->parser, (unsigned char)c);
    return mark;
}

static void feed_broken(CsvReader *r)
{
    csv_fail(r, E_SYNTAX, r->column + 1, "a quote inside a cell that does not begin and end "
             "with one");
    diag_hint(r->d, "A cell with quotes in it is written \"say \"\"yes\"\"\".");
}

/* One physical line or a part of one. */
static void feed_line(CsvReader *r, const char *s, size_t n)
{
    if (r->column == 0 && !r->parser.quoted) r->row_line = r->line;
    if (memchr(s, 0, n)) {
        csv_fail(r, E_IO, 0, "a NUL byte: this is not a text file");
    } else if (csv_parse(&r->parser, s, n, csv_cell_arrives, csv_row_ends, r) != n) {
        feed_broken(r);
    } else if (r->parser.entry_pos > LIMIT_CSV_CELL) {
        csv_fail(r, E_LIMIT, r->column + 1, "a cell of more than %d bytes", LIMIT_CSV_CELL);
        if (r->parser.quoted) diag_hint(r->d, "Is a closing quote missing?");
    }
}

static void feed_chunk(CsvReader *r, const char *s, size_t n)
{
    while (n > 0 && r->status == OK) {
        const char *stop = memchr(s, r->eol, n);
        size_t len = stop ? (size_t)(stop - s) + 1 : n;
        feed_line(r, s, len);
        if (stop) r->line++;
        s += len;
        n -= len;
        r->consumed += (int64_t)len;
    }
}

/* Next bytes of the file; 0 at the end or after a fault. */
static size_t file_fill(CsvReader *r, char *chunk)
{
    size_t n;
    Status s = bytes_some(r->bytes, chunk, CHUNK, &n, r->d);
    if (s != OK) r->status = s;
    return s == OK ? n : 0;
}

static void file_run(CsvReader *r)
{
    char *chunk = mem_new(CHUNK);
    for (bool begin = true; r->status == OK; begin = false) {
        size_t n = file_fill(r, chunk);
        if (n == 0) break;
        size_t skip = begin ? file_begin(r, chunk, n) : 0;
        feed_chunk(r, chunk + skip, n - skip);
    }
    if (r->status == OK && csv_fini(&r->parser, csv_cell_arrives, csv_row_ends, r) != 0) {
        csv_fail(r, E_SYNTAX, r->column + 1, "the quote that opens this cell is never closed");
    }
    free(chunk);
}

/* ---- after the last row ---- */

static void column_fill(CsvTable *t, int column)
{
    double sum = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < t->rows; i++) {
        double v = t->x[i * t->features + column];
        if (!isnan(v)) sum += v, n++;
    }
    t->filled += t->rows - n;
    for (int64_t i = 0; i < t->rows && n < t->rows; i++) {
        double *v = &t->x[i * t->features + column];
        if (isnan(*v)) *v = sum / (double)n;     /* 0/0 stays nan: an empty column */
    }
}

static Status table_fill(CsvReader *r)
{
    CsvTable *t = r->t;
    for (int c = 0; r->any_missing && c < t->features; c++) {
        column_fill(t, c);
        if (!isnan(t->x[c])) continue;
        char b[SHOWN];
        csv_fail(r, E_RANGE, 0, "every value of %s is missing, so it has no mean",
                 csv_shown(b, t->names[c], strlen(t->names[c])));
        return diag_hint(r->d, "Leave the column out with skip=.");
    }
    return OK;
}

typedef struct {
    double value;
    int    index;
} ClassOrder;

static int class_compare(const void *a, const void *b)
{
    const ClassOrder *p = a, *q = b;
    if (p->value != q->value) return p->value < q->value ? -1 : 1;
    return p->index - q->index;
}

/* Classes named by numbers go by size, so that digit 3 is class 3. */
static void classes_sort(CsvTable *t)
{
    ClassOrder *order = mem_new(sizeof *order * (size_t)(t->n_class + 1));
    bool numbers = true;
    for (int i = 0; i < t->n_class && numbers; i++) {
        order[i].index = i;
        numbers = csv_number(t->classes[i], strlen(t->classes[i]), &order[i].value);
    }
    if (numbers) {
        qsort(order, (size_t)t->n_class, sizeof *order, class_compare);
        char **name = mem_new(sizeof *name * (size_t)(t->n_class + 1));
        int *now = mem_new(sizeof *now * (size_t)(t->n_class + 1));
        for (int i = 0; i < t->n_class; i++) {
            name[i] = t->classes[order[i].index];
            now[order[i].index] = i;
        }
        for (int64_t i = 0; i < t->rows; i++) t->y[i] = now[(int)t->y[i]];
        free(t->classes);
        t->classes = name;
        free(now);
    }
    free(order);
}

static Status table_finish(CsvReader *r)
{
    r->row_line = 0;
    if (r->n_col == 0) return csv_fail(r, E_SYNTAX, 0, "the file is empty");
    if (r->t->rows == 0 && r->t->dropped) {
        return csv_fail(r, E_RANGE, 0, "every row has a missing value, so none is left");
    }
    if (r->t->rows == 0) {
        csv_fail(r, E_SYNTAX, 0, "the file has a header row and nothing below it");
        return diag_hint(r->d, "If the first row holds data, say header=0.");
    }
    TRY(table_fill(r));
    if (r->o->classes && !r->known) classes_sort(r->t);
    return OK;
}

static void reader_free(CsvReader *r)
{
    int n = r->n_col ? r->n_col : r->column;
    for (int i = 0; r->first && i < n; i++) free(r->first[i]);
    free(r->first);
    free(r->slot);
    free(r->hash);
    csv_free(&r->parser);
}

CsvOptions csv_options(void)
{
    return (CsvOptions){ .target = { NULL, -1 }, .header = -1 };
}

Status csv_read(const char *path, const CsvOptions *o, CsvTable *out, Diag *d)
{
    *out = (CsvTable){ 0 };
    CsvReader r = { .o = o, .t = out, .d = d, .path = path, .line = 1, .eol = '\n' };
    r.kind = o->classes || o->n_known ? TARGET_CLASS : TARGET_UNKNOWN;
    TRY(bytes_open(path, o->at, o->watch, &r.bytes, d));
    r.file_size = bytes_most(r.bytes);
    csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_blk_size(&r.parser, 4096);
    csv_classes_know(&r);
    file_run(&r);
    bytes_close(r.bytes);
    if (r.status == OK) table_finish(&r);
    reader_free(&r);
    if (r.status != OK) csv_table_free(out);
    return r.status;
}

void csv_table_free(CsvTable *t)
{
    mem_give(t->x, t->x_bytes);
    mem_give(t->y, t->y_bytes);
    for (int i = 0; t->names && i < t->features; i++) free(t->names[i]);
    for (int i = 0; i < t->n_class; i++) free(t->classes[i]);
    free(t->names);
    free(t->classes);
    free(t->target);
    *t = (CsvTable){ 0 };
}
