/* doctest.h -- the examples in a text, run and compared with what it says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_DOCTEST_H
#define GRADUS_DOCTEST_H

#include "teach/example.h"

/* The examples of a text, in order, from
 *   CommonMark  fenced blocks whose first word is gradus
 *   Texinfo     @example blocks that begin with the line "@c gradus" (file ends in
 *               .texi, .texinfo or .txi)
 * Added to e. */
void doctest_read(Examples *e, const char *file, const char *text, size_t len);

/* Read and run the examples of one text in s, a session of its own: what one block
 * defines the next may use. */
void doctest_text(Session *s, const char *file, const char *text, size_t len, Tally *t);

#endif
