/* sweep_test.c -- runs side by side: the same as one by one, and none left behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/stop.h"
#include "face/tables.h"
#include "learn/sweep.h"

#define XOR "seed 1\nxor = input(2) -> h: dense(4, tanh) -> o: dense(1, sigmoid)\nd = data(\"xor\")\n"

static Session *session_with(const char *text)
{
    Session *s = session_new();
    Diag d = { 0 };
    int line;
    tables_add(s);
    Status st = session_run_text(s, "test", text, &d, &line);
    if (st != OK) printf("line %d: %s\n", line, d.text);
    CU_ASSERT_EQUAL(st, OK);
    return s;
}

static void session_end(Session *s)
{
    tables_free(s);
    session_free(s);
}

static Status run(Session *s, const char *text, Diag *d)
{
    int line;
    *d = (Diag){ 0 };
    return session_run_text(s, "test", text, d, &line);
}

/* Nobody is left to wait for. */
static bool childless(void) { return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD; }

/* ---- as one by one ---- */

static double trained_alone(const char *lr)
{
    char text[400];
    snprintf(text, sizeof text, XOR "train xor, d, loss=bce, optimizer=sgd(lr=%s), epochs=40", lr);
    Session *s = session_with(text);
    double loss = session_number(s, "history.loss[-1]");
    session_end(s);
    return loss;
}

static void as_one_by_one(void)
{
    static const char *const rate[] = { "0.01", "0.1", "0.3", "1", "3" };
    for (int threads = 1; threads <= 5; threads += 2) {
        Session *s = session_with(XOR);
        Diag d;
        s->threads = threads;
        CU_ASSERT_EQUAL(run(s, "sweep lr=[0.01, 0.1, 0.3, 1, 3] { train xor, d, loss=bce, optimizer=sgd(lr=lr), epochs=40 }", &d), OK);
        for (int i = 0; i < 5; i++) {
            char ask[80];
            snprintf(ask, sizeof ask, "sweep_result.runs[%d].history.loss[-1]", i);
            CU_ASSERT_EQUAL(session_number(s, ask), trained_alone(rate[i]));
        }
        CU_ASSERT(childless());
        session_end(s);
    }
}

static void leaves_the_session_as_it_was(void)
{
    Session *s = session_with(XOR "param before = xor.h.W");
    Session *t = session_with(XOR);
    Diag d;
    CU_ASSERT_EQUAL(run(s, "sweep k=[1, 2] { train xor, d, epochs=k; k <- 7; z = uniform() }", &d), OK);
    CU_ASSERT_EQUAL(session_number(s, "sum(abs(xor.h.W - before))"), 0);
    CU_ASSERT_PTR_NULL(session_find(s, "k"));
    CU_ASSERT_PTR_NULL(session_find(s, "z"));
    CU_ASSERT_PTR_NULL(session_find(s, "history"));
    CU_ASSERT_EQUAL(session_number(s, "uniform()"), session_number(t, "uniform()"));
    CU_ASSERT_EQUAL(session_number(s, "sweep_result.runs[1].history.epochs"), 2);
    session_end(s);
    session_end(t);
}

/* ---- combinations ---- */

static void all_combinations(void)
{
    Session *s = session_with("x = 2");
    Diag d;
    CU_ASSERT_EQUAL(run(s, "sweep a=[1, 2, 3], b=[10, 20] { print a; x*a + b }", &d), OK);
    static const double sum[] = { 12, 22, 14, 24, 16, 26 };
    for (int i = 0; i < 6; i++) {
        char ask[80];
        snprintf(ask, sizeof ask, "sweep_result.runs[%d].measures.result", i);
        CU_ASSERT_EQUAL(session_number(s, ask), sum[i]);
    }
    CU_ASSERT_EQUAL(session_number(s, "sum(sweep_result.measures.result*[1, 2, 3, 4, 5, 6])"), 12 + 44 + 42 + 96 + 80 + 156);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&s->out), "# a=3, b=20:\n3\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&s->out), "3  20  26"));
    CU_ASSERT_EQUAL(run(s, "sweep seed=[5, 6] { uniform() }", &d), OK);
    CU_ASSERT_EQUAL(run(s, "seed 6", &d), OK);
    CU_ASSERT_EQUAL(session_number(s, "sweep_result.runs[1].measures.result"), session_number(s, "uniform()"));
    session_end(s);
}

/* ---- faults, Ctrl-C ---- */

static void faults_come_back(void)
{
    Session *s = session_with(XOR);
    Diag d;
    CU_ASSERT_EQUAL(run(s, "sweep a=[1, 2, 3] { zeros(a)[1] }", &d), E_RANGE);
    CU_ASSERT(d.at.from > 15);
    CU_ASSERT_PTR_NULL(session_find(s, "sweep_result"));
    CU_ASSERT(childless());
    CU_ASSERT_EQUAL(run(s, "sweep a=[1, 2] { nothing }", &d), E_NAME);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "unknown name nothing"));
    CU_ASSERT_EQUAL(run(s, "sweep a=[1, 2]", &d), E_SYNTAX);
    CU_ASSERT_EQUAL(run(s, "sweep { 1 }", &d), E_SYNTAX);
    CU_ASSERT_EQUAL(run(s, "sweep a=[1, 2], b=\"x\" { 1 }", &d), E_TYPE);
    CU_ASSERT_EQUAL(run(s, "sweep a=linspace(0, 1, 40), b=linspace(0, 1, 40) { 1 }", &d), E_LIMIT);
    session_end(s);
}

static int told;

static void stop_soon(Session *s, const char *line)
{
    (void)s;
    if (line && ++told == 2) stop_flag = 1;
}

/* Work that would take minutes ends at once, and its processes with it. */
static void stops_with_all_children(void)
{
    Session *s = session_with(XOR);
    Diag d;
    s->threads = 3;
    s->progress = stop_soon;
    told = 0;
    time_t began = time(NULL);
    CU_ASSERT_EQUAL(run(s, "sweep lr=[0.1, 0.2, 0.3, 0.4] { train xor, d, optimizer=sgd(lr=lr), epochs=10000000 }", &d), E_STOP);
    stop_forget();
    CU_ASSERT(time(NULL) - began < 20);
    CU_ASSERT(childless());
    session_end(s);
}

CU_TestInfo sweep_tests[] = {
    { "a sweep is its runs one by one, on any number of cores", as_one_by_one },
    { "a sweep leaves the session as it was", leaves_the_session_as_it_was },
    { "several names make all combinations", all_combinations },
    { "the fault of a run is the fault of the sweep", faults_come_back },
    { "Ctrl-C ends all runs and leaves no process", stops_with_all_children },
    CU_TEST_INFO_NULL
};
