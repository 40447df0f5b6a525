/* birth.h -- where the first number that is none (nan, inf) comes from, in words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_BIRTH_H
#define GRADUS_BIRTH_H

#include "graph/node.h"

/* Append a line with the formula of the first number below the evaluated root
 * that is not finite although what it is made of is. false: there is none to tell. */
bool birth_print(Text *to, Node *root, NumFormat f);

#endif
