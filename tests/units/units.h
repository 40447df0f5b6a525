/* units.h -- the unit tests, by name: one suite per source file.
 *
 * A suite `name` lives in name_test.c and ends in the table name_tests[]. To add
 * one, add the file and run build-aux/sources, which lists it in suites.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_UNITS_H
#define GRADUS_UNITS_H

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>

#define SUITE_TABLE(name) extern CU_TestInfo name##_tests[];
#define X SUITE_TABLE
#include "suites.h"
#undef X
#undef SUITE_TABLE

#endif
