/* match.h -- does an output agree with the one that a text shows?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_MATCH_H
#define GRADUS_MATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Does got agree with expected? The same text, but
 *   numbers agree at the precision that is WRITTEN in expected: a number with a
 *   point or an exponent holds when got, rounded or cut to as many digits, shows
 *   the same; from five digits on the last one may differ by one. Whole numbers
 *   must be equal, and so must digits that belong to a name (w5).
 *   "..." stands for anything, over lines too
 *   blanks at the end of lines and empty lines at both ends do not count, and a
 *   run of blanks is as good as any other */
bool output_matches(const char *expected, const char *got);

/* A number at the beginning of s without sign: 0.41, 2, 1e-5. */
typedef struct {
    size_t len;         /* bytes; 0: there is none                             */
    double value;
    double unit;        /* of the last written digit: 0.01, 1, 1e-5            */
    int    digits;      /* significant digits as written                       */
    bool   whole;       /* neither point nor exponent                          */
} Numeral;
Numeral numeral_read(const char *s);

/* Does v agree with the numeral (sign not looked at), by the rule above? */
bool numeral_agrees(const Numeral *n, double v);

#endif
