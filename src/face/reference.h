/* reference.h -- the reference part of the manual, written by the program itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_REFERENCE_H
#define GRADUS_REFERENCE_H

#include "graph/session.h"

/* Texinfo of three chapters: the library with every definition, commands and
 * functions, limits. What is in the tables is in the manual. */
void reference_print(Session *s, Text *t);

#endif
