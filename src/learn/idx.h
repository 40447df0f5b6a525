/* idx.h -- arrays in IDX files, the format of MNIST.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_IDX_H
#define GRADUS_IDX_H

#include "graph/node.h"
#include "learn/bytes.h"

/* The array of an IDX file, plain or gzipped, as a leaf. Of the first axis at most `rows`
 * entries (0: all). E_IO (not IDX, cut off, too long), E_LIMIT, E_STOP. */
Status idx_read(const char *path, int64_t rows, Span at, const ReadWatch *watch, Node **out,
                Diag *d);

#endif
