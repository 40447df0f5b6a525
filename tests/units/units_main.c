/* units_main.c -- runs the unit tests.
 *
 *     units [SUITE]
 *
 * Quiet but for failures, one line each, and a last line with the count of test
 * cases. Exit status: 0 when all passed, 1 when one failed, 99 when the run
 * itself went wrong (an unknown suite, nothing to run).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXIT_BROKEN = 99 };

#define SUITE_ROW(name) { .pName = #name, .pTests = name##_tests },

static CU_SuiteInfo suites[] = {
#define X SUITE_ROW
#include "suites.h"
#undef X
    { .pName = NULL }
};

static void show_test(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord first)
{
    for (CU_pFailureRecord f = first; f; f = f->pNext) {
        printf("%s: %s: %s:%u: %s\n", suite->pName, test->pName, f->strFileName,
               f->uiLineNumber, f->strCondition);
    }
    fflush(stdout);
}

static int fail_run(const char *what, const char *name)
{
    fprintf(stderr, "units: %s%s\n", what, name);
    CU_cleanup_registry();
    return EXIT_BROKEN;
}

int main(int argc, char **argv)
{
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        return fail_run("cannot register the suites: ", CU_get_error_msg());
    }
    CU_set_test_complete_handler(show_test);
    if (argc > 1) {
        CU_pSuite one = CU_get_suite(argv[1]);
        if (!one) return fail_run("no such suite: ", argv[1]);
        CU_run_suite(one);
    } else {
        CU_run_all_tests();
    }
    unsigned ran = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    unsigned records = CU_get_number_of_failure_records();
    printf("units: %u passed, %u failed\n", ran - failed, failed);
    if (ran == 0) return fail_run("no test ran", "");
    CU_cleanup_registry();
    return records == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
