/* reference.h -- reads the reference values of tests/reference (its README says the format)
 * and holds the session's own values against them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TESTS_REFERENCE_H
#define GRADUS_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/session.h"

typedef struct {
    char    name[48];          /* "in.x", "out.E", "grad.pred"                */
    int     rank;
    int64_t dim[LIMIT_RANK];
    int64_t n;                 /* elements                                    */
    double *v;                 /* row-major                                   */
} RefTensor;

typedef struct { char name[48], value[160]; } RefAttr;

typedef struct {
    char       id[80];
    double     rtol, atol;
    int        n_attr, n_tensor;
    RefAttr    attr[24];
    RefTensor *tensor;
} RefCase;

typedef struct {
    int      n;
    RefCase *c;
} Reference;

/* The file of that name in tests/reference. A file that is not there or not in the
 * format fails the test; what was read before the fault is returned. */
Reference *reference_read(const char *name);
void       reference_free(Reference *r);
/* Opens a file of tests/reference; NULL after failing the test. */
FILE      *reference_open(const char *name);

const RefCase   *reference_case(const Reference *r, const char *id);          /* NULL */
const RefTensor *reference_tensor(const RefCase *c, const char *name);        /* NULL */
const char      *reference_attr(const RefCase *c, const char *name);          /* NULL */
bool             reference_is(const RefTensor *t, const char *group);         /* "in.", "out." */

/* |got - ref| <= atol + rtol*|ref|; inf equals inf, nan equals nan. */
bool reference_near(double got, double ref, double rtol, double atol);

/* Every tensor in.NAME of the case becomes a leaf NAME of the session. */
void reference_define(Session *s, const RefCase *c);
/* Runs the text; a fault in it fails the test, and is printed with the case's name. */
bool reference_run(Session *s, const RefCase *c, const char *text);
/* The expression's value has t's shape and, within the case's tolerances, its numbers. */
bool reference_holds(Session *s, const RefCase *c, const RefTensor *t, const char *expr);

/* ---- a file by a table ---- */

/* One row holds the cases whose id its pattern matches (* and ? as in file names).
 * Before its text runs, in.x and par.x are the parameter x and up.y is up_y; the text
 * gives each result out.y as out_y. In it $name stands for the attribute of that name
 * (True and False: 1 and 0). Every out.* is held, and every grad.x as the gradient of
 * the sum of up_y*out_y (without up.*: of the first result) by x; `skip` names results
 * that are not held, with blanks around each. */
typedef struct { const char *cases, *text, *skip; } RefRow;

/* Cases that wait for something that is not there yet. */
typedef struct { const char *cases, *why; } RefLater;

/* All cases of the file: each has a row (or several) or a reason, never both, and no
 * row and no reason is without a case. Prints how many are held and how many wait. */
void reference_rows(const char *file, const RefRow *row, int n, const RefLater *later, int n_later);

#define ROWS(table) table, (int)(sizeof table/sizeof *table)

#endif
