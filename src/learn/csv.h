/* csv.h -- tables of numbers from text files.
 *
 * One streaming pass over the file: libcsv cuts it into cells, numbers are
 * parsed exactly, and every fault names file, line and column. The table knows
 * nothing of sessions or nodes; dataset.h makes a data set of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CSV_H
#define GRADUS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/diag.h"
#include "learn/bytes.h"

typedef enum {
    CSV_MISSING_ERROR,    /* the first missing value is a fault                         */
    CSV_MISSING_DROP,     /* rows with a missing value are left out                     */
    CSV_MISSING_MEAN      /* a missing feature becomes its column's mean                */
} CsvMissing;

/* A column by name, or by number when name is NULL (from 0, negative from the end). */
typedef struct {
    const char *name;
    int64_t     index;
} CsvColumn;

typedef struct {
    CsvColumn        target;     /* what is to be learned; {NULL, -1}: the last column     */
    const CsvColumn *skip;       /* columns left out                                       */
    int              n_skip;
    int              header;     /* 1 yes, 0 no, -1: yes if no cell of row 1 is a number   */
    char             separator;  /* 0: whichever of tab, semicolon and comma cuts evenly   */
    bool             classes;    /* the target's values name classes even if numeric       */
    const char *const *known;    /* n_known classes: these in this order and no others;    */
    int              n_known;    /*   0: whatever is there                                 */
    CsvMissing       missing;
    const ReadWatch *watch;      /* who is told how far it is; may be NULL                 */
    Span             at;         /* the place to blame                                     */
} CsvOptions;

/* All columns but the target are numeric. A target of text names classes, in order of
 * first appearance; with `classes` and names that are all numbers, in order of size; with
 * `known` as these are. */
typedef struct {
    int64_t rows;
    int     features;
    double *x;                   /* rows x features                                        */
    double *y;                   /* rows: the target's number, or the index of its class   */
    size_t  x_bytes, y_bytes;    /* as taken by mem_take                                   */
    char  **names;               /* features: from the header, else "x1", "x2", ...        */
    char   *target;              /* from the header, else "y"                              */
    int     n_class;             /* 0: the target is a number                              */
    char  **classes;
    int64_t dropped;             /* rows left out because of a missing value               */
    int64_t filled;              /* cells filled with the mean                             */
} CsvTable;

/* The options that csv(file) means. */
CsvOptions csv_options(void);

/* Read a regular file, gzipped or not: UTF-8 (a byte order mark is skipped) or any single-byte code; LF,
 * CRLF or CR; cells may be quoted as in RFC 4180. Missing: empty, NA, N/A, ?, nan.
 * E_IO (no such file, not a regular file, not text), E_SYNTAX (ragged rows, stray quotes),
 * E_TYPE (text where a number must be), E_RANGE, E_NAME (no such column or class), E_LIMIT
 * (LIMIT_CSV_COLUMN, LIMIT_CSV_CELL, memory budget), E_STOP. *out is empty on failure. */
Status csv_read(const char *path, const CsvOptions *o, CsvTable *out, Diag *d);
void   csv_table_free(CsvTable *t);

/* A decimal number and nothing else but blanks around it ("-1.5e3", ".5", "+2"; no hex, no
 * inf, no nan, no decimal comma), correctly rounded. s[n] must be 0. May give infinity for
 * 1e999. */
bool   csv_number(const char *s, size_t n, double *out);

#endif
