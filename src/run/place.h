/* place.h -- where buffers lie in one arena: those that live at different times
 * share a place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PLACE_H
#define GRADUS_PLACE_H

#include <stdint.h>

/* A buffer of `len` numbers, written at step `from`, last read at step `to`. */
typedef struct {
    int     of;              /* whose it is: the caller's                     */
    int64_t len;
    int     from, to;
    int64_t at;              /* the answer: its first number's index in the arena */
} Buffer;

/* Buffers in order of `from`. Every one begins on a cache line. Returns how many
 * numbers the arena must have. */
int64_t buffers_place(Buffer *b, int n);

#endif
