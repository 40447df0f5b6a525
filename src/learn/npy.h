/* npy.h -- arrays as NumPy saves them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_NPY_H
#define GRADUS_NPY_H

#include "graph/node.h"
#include "learn/bytes.h"

/* The array of a .npy file, versions 1 to 3, as a leaf: numbers of any size and byte order and
 * truth values, rows or columns first. E_IO (not .npy, cut off, damaged), E_TYPE (texts, objects,
 * complex numbers), E_LIMIT, E_STOP. */
Status npy_read(const char *path, Span at, const ReadWatch *watch, Node **out, Diag *d);

/* The same from bytes that are already open, up to their end. */
Status npy_array(Bytes *b, Node **out, Diag *d);

/* Do these first bytes begin a .npy file? */
bool npy_begins(const void *s, size_t n);

#endif
