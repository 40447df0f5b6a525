/* csv_reader.h -- a CSV file being read: shared by csv.c (the file) and csv_rows.c
 * (cells and rows), and by nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CSV_READER_H
#define GRADUS_CSV_READER_H

#include <csv.h>

#include "learn/csv.h"

typedef enum { TARGET_UNKNOWN, TARGET_NUMBER, TARGET_CLASS } TargetKind;

typedef struct {
    const CsvOptions *o;
    CsvTable   *t;
    Diag       *d;
    const char *path;
    struct csv_parser parser;
    Status      status;        /* first fault; cells after it are ignored      */
    Bytes      *bytes;
    int64_t     file_size;     /* at most, when it is packed                   */
    int64_t     consumed;
    int64_t     line;          /* being fed, from 1                            */
    int64_t     row_line;      /* where the current row began                  */
    char        eol;
    bool        row_missing;   /* the current row is to be dropped             */
    bool        any_missing;
    int         column;        /* cells of the current row so far              */
    int         n_col;         /* 0: the first row is not complete             */
    char      **first;         /* cells of the first row                       */
    int         cap_first;
    size_t      first_bytes;
    int        *slot;          /* per column: its feature, or SLOT_...         */
    int         target;        /* column                                       */
    TargetKind  kind;
    bool        known;         /* no class may be added                        */
    bool        new_class;     /* the current row brought the newest class          */
    int64_t     cap_rows;
    int         cap_class;
    int        *hash;          /* class indexes by name, -1 free               */
    int         hash_size;
} CsvReader;

/* What libcsv calls: a cell of n bytes, cell[n] is 0; the end of a row. */
void csv_cell_arrives(void *cell, size_t n, void *reader);
void csv_row_ends(int c, void *reader);

/* Begin with the classes of the options' `known`. */
void csv_classes_know(CsvReader *r);

/* Record the first fault: file:line:column (column from 1; 0: the whole row) and the message. */
Status csv_fail(CsvReader *r, Status code, int column, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Foreign text for a message: safe and short. Returns buf. */
enum { SHOWN = 80 };
const char *csv_shown(char buf[SHOWN], const char *s, size_t n);

#endif
