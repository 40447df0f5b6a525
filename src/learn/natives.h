/* natives.h -- the tables of functions in C that learning adds to the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LEARN_NATIVES_H
#define GRADUS_LEARN_NATIVES_H

#include "graph/session.h"

extern const Builtin natives_train[];   /* train, ...; each table is ended by name NULL */
extern const Builtin natives_network[]; /* predict, evaluate, summary, ...         */
extern const Builtin natives_sweep[];   /* sweep                                      */
extern const Builtin natives_data[];    /* data, csv, dataset                         */
extern const Builtin natives_files[];   /* idx, npy, npz                              */
extern const Builtin natives_rows[];    /* split, shuffle, rows, append, augment, ... */
extern const Builtin natives_scale[];   /* standardize, minmax, unscale               */
extern const Builtin natives_classes[]; /* class_of, class_index, binary              */

#endif
