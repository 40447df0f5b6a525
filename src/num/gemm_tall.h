/* gemm_tall.h -- the tiles for thirty-two registers of 64 bytes: of AVX-512, and of the
 * test that runs them without.
 *
 * Sixteen sums hide the time that a multiply-add takes; up to twenty-four fit in beside
 * the vectors of Y and the numbers of X.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_GEMM_TALL_H
#define GRADUS_GEMM_TALL_H

#define TILES(X)                                                                          \
    X(1, 1) X(2, 1) X(3, 1) X(4, 1) X(5, 1) X(6, 1) X(7, 1) X(8, 1)                       \
    X(1, 2) X(2, 2) X(3, 2) X(4, 2) X(5, 2) X(6, 2) X(7, 2) X(8, 2)                       \
    X(1, 3) X(2, 3) X(3, 3) X(4, 3) X(5, 3) X(6, 3) X(7, 3) X(8, 3)                       \
    X(1, 4) X(2, 4) X(3, 4) X(4, 4) X(5, 4) X(6, 4)
enum { TALL1 = 8, TALL2 = 8, TALL3 = 8, TALL4 = 6 };

#endif
