/* dataset.h -- data sets: what networks learn from.
 *
 * A data set is a Record of type "dataset" with the fields
 *   x        leaf, rows x sample (mostly rows x features)
 *   y        leaf, rows x outputs; classes one-hot, rows x classes
 *   names    list of texts: the features' names (empty when a sample is no vector)
 *   classes  list of texts: the classes' names       } of a classification
 *   target   text: name of the column learned, if it has one
 *   label    leaf, rows: index of each row's class   } of a classification
 *   shift, scale  leaves, sample: what standardize or minmax took off and divided by
 * Records are not changed once made; every function here makes a new one, with a
 * count of 1 for the caller.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_DATASET_H
#define GRADUS_DATASET_H

#include "base/rng.h"
#include "graph/value.h"
#include "learn/csv.h"

/* ---- look into one ---- */

/* The numbers of a data set, borrowed from its nodes: row i of x is x[i*n_in] on,
 * row i of y is y[i*n_out] on. Valid as long as the value is. */
typedef struct {
    const double *x, *y;
    int64_t rows, n_in, n_out;             /* n_in, n_out: elements of one row     */
    Shape sample, target;                  /* of one row of x, of y                */
    const char *const *classes;            /* n_class names; NULL: no classes      */
    int n_class;
} DataView;

/* Accepts a data set, a list [x, y] of two nodes, and what the language makes of [x, y]
 * when both have one shape: a node (2, rows, ...). E_TYPE, E_SHAPE (both row counts are
 * named), or what node_eval says. */
Status dataset_view(Value v, Span at, DataView *out, Diag *d);
void   dataset_view_free(DataView *v);

bool   dataset_is(Value v);
void   dataset_release(Record *r);         /* gives back one count; NULL is fine */
/* A field that is a node, borrowed; NULL. */
Node  *dataset_node(const Record *r, const char *field);
/* The class of a row: where its y is largest. */
int64_t dataset_class(const DataView *v, int64_t row);

/* ---- make one ---- */

/* Takes over the counts of x and y: leaves with the rows as first axis. y may be NULL when
 * dataset_set_classes follows. Names are x1, x2, ... when samples are vectors. */
Record *dataset_new(Node *x, Node *y);

/* Make the rows' class indexes (whole, 0 .. n_class-1) the target: sets y, classes, label. */
Status dataset_set_classes(Record *r, const double *index, const char *const *names, int n_class,
                           Diag *d);

/* The same from one name of a class a row; n_class 0: classes in order of appearance. */
Status dataset_label_texts(Record *r, const char *const *y, int rows, const char *const *classes,
                           int n_class, Diag *d);

/* The target from a leaf y, rows first. Without classes y itself; else y holds one class index
 * a row or one column a class. Takes no count over. */
Status dataset_label_numbers(Record *r, Node *y, const char *const *classes, int n_class, Diag *d);

Status dataset_from_csv(const CsvTable *t, Record **out, Diag *d);

/* A set by name: "xor", "and", "or", "nand", "nor" (4 x 2, targets 4 x 1, rows 00, 01, 10,
 * 11) or a file of the data folder (classification). E_NAME with the nearest name, E_IO. */
Status dataset_load(const char *name, Span at, Record **out, Diag *d);

/* Where the shipped files are: $GRADUS_DATA/data if set, else the installed folder, else
 * data/ beside the program's folder, as in a build tree. */
const char *dataset_folder(void);

/* ---- make one from another ---- */

Status dataset_pick(const Record *r, const uint32_t *row, int64_t n, Record **out, Diag *d);

/* The rows of b below those of a; classes are matched by name. E_SHAPE, E_TYPE, E_NAME (a class
 * that a has not), E_RANGE (scaled differently). */
Status dataset_join(const Record *a, const Record *b, Record **out, Diag *d);

/* The rows, then `copies` of each altered: moved by up to `shift` pixels each way (an image of
 * h x w; 0: as the sample's first two axes say), and by normal noise, in deviations of each
 * feature. E_SHAPE, E_RANGE when there is nothing to shift. */
typedef struct {
    int64_t copies, shift, h, w;
    double  noise;
} Augment;
Status dataset_augment(const Record *r, const Augment *how, Rng *rng, Record **out, Diag *d);

/* At random into n sets of so many rows, which add up to all. Stratified: every class in the
 * same proportion, the largest remainders rounded up. */
enum { SPLIT_PARTS = 16 };
Status dataset_split_rows(const Record *r, const int64_t *rows, int n, bool stratify, Rng *rng,
                          Record **out, Diag *d);

/* Parts as a person gives them, fractions or numbers of rows, as numbers of rows: what is left
 * over is one part more. E_RANGE when a part would be empty, E_LIMIT. */
Status split_sizes(const double *part, int n, int64_t all, int64_t rows[SPLIT_PARTS], int *parts,
                   Diag *d);

/* Both: out[0] gets the fraction of the rows (rounded), out[1] the rest. */
Status dataset_split(const Record *r, double fraction, bool stratify, Rng *rng, Record *out[2],
                     Diag *d);

typedef enum {
    SCALE_STANDARD,   /* shift: mean, scale: standard deviation (biased: divided by rows) */
    SCALE_MINMAX      /* shift: smallest, scale: largest - smallest: values in [0, 1]     */
} ScaleKind;

/* x becomes (x - shift)/scale for every element of a sample; a constant one is divided by 1.
 * like: take shift and scale of that set instead of measuring (E_SHAPE, E_TYPE). */
Status dataset_scale(const Record *r, ScaleKind kind, const Record *like, Record **out, Diag *d);

/* The numbers before scaling, without shift and scale. E_TYPE when it was never scaled. */
Status dataset_unscale(const Record *r, Record **out, Diag *d);

/* Two classes as one column: 1 for class `one`, 0 for the other. E_TYPE, E_RANGE. */
Status dataset_binary(const Record *r, int64_t one, Record **out, Diag *d);

/* ---- show ---- */

/* A line on what it is, with the rows of each class, then the first and the last rows as a
 * table, at most `rows` of them and at most 80 columns wide. */
void dataset_print(Text *to, const Record *r, int rows, NumFormat f);

#endif
