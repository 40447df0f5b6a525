/* limits.h -- every limit that a user can meet, by name.
 *
 * Each error that refuses names the limit and the value. Depth is limited
 * because parser, builder and printer recurse; 200 leaves a factor of a hundred
 * below the smallest stack in use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LIMITS_H
#define GRADUS_LIMITS_H

enum {
    LIMIT_LINE       = 1 << 20,     /* bytes of one statement                      */
    LIMIT_DEPTH      = 200,         /* nested brackets, blocks, calls              */
    LIMIT_NAME       = 255,         /* bytes of a name                             */
    LIMIT_ARGS       = 64,          /* arguments that a definition lists           */
    LIMIT_BLOCK      = 100000,      /* statements in one block                     */
    LIMIT_RANK       = 8,           /* axes of a tensor                            */
    LIMIT_DIM        = 2147483647,  /* elements along one axis                     */
    LIMIT_CSV_COLUMN = 65536,       /* columns of a CSV file                       */
    LIMIT_CSV_CELL   = 64 << 10,    /* bytes of one CSV cell                       */
    LIMIT_LESSON     = 4 << 20,     /* bytes of a lesson file                      */
    LIMIT_POINTS     = 1000000,     /* points of one plot                          */
    LIMIT_HISTORY    = 10000,       /* statements kept in the history file         */
    LIMIT_NODES      = 10000000,    /* nodes of the session's graph                */
    LIMIT_THREADS    = 16,          /* of one training                             */
    LIMIT_UNROLL     = 100000       /* turns of a loop inside a function           */
};

#endif
