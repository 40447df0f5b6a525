/* npz.h -- several arrays in one zip archive, as numpy.savez writes them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_NPZ_H
#define GRADUS_NPZ_H

#include "graph/node.h"
#include "learn/bytes.h"

typedef struct {
    char     *name;              /* without ".npy"                            */
    BytesPart part;              /* from: of its local header                 */
    int       method;            /* as the archive states it                  */
    bool      encrypted;
} NpzArray;

typedef struct {
    char            *path;
    Span             at;
    const ReadWatch *watch;
    int              fd;
    int64_t          directory;  /* where the members end                     */
    int              n;
    NpzArray        *array;      /* in the archive's order; no name twice     */
} Npz;

/* Read the directory of an archive. Members that are no .npy files are passed over.
 * E_IO (no archive, damaged, without arrays), E_LIMIT. *out is empty on failure. */
Status npz_open(const char *path, Span at, const ReadWatch *watch, Npz *out, Diag *d);
void   npz_close(Npz *z);

/* E_NAME with the nearest name, or with all of them. */
Status npz_find(const Npz *z, const char *name, Span at, int *out, Diag *d);
/* Array i as a leaf; its checksum is compared. */
Status npz_read(const Npz *z, int i, Node **out, Diag *d);

#endif
