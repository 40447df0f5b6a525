/* units.h -- the unit tests, by name: one suite per source file.
 *
 * A suite `name` lives in name_test.c and ends in the table name_tests[]. To add
 * one, add its X(name) here; units_main.c does the rest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_UNITS_H
#define GRADUS_UNITS_H

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>

#define SUITES(X)                                                                        \
    X(diag)                                                                              \
    X(mem)                                                                               \
    X(text)                                                                              \
    X(rng)                                                                               \
    X(stop)                                                                              \
    X(lex)                                                                               \
    X(ast)                                                                               \
    X(parse)                                                                             \
    X(show)                                                                              \
    X(shape)                                                                             \
    X(value)                                                                             \
    X(ops)                                                                               \
    X(term)                                                                              \
    X(csv)                                                                               \
    X(dataset)                                                                           \
    X(sheet)                                                                             \
    X(picture)                                                                           \
    X(chart)                                                                             \
    X(gnuscript)                                                                         \
    X(gnuplot)

#define SUITE_TABLE(name) extern CU_TestInfo name##_tests[];
SUITES(SUITE_TABLE)
#undef SUITE_TABLE

#endif
