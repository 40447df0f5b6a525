/* loop_test.c -- one poll loop for keys, signals, timers and pipes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/stop.h"

static void add_one(void *ctx)
{
    ++*(int *)ctx;
}

static void test_it_waits_for_a_descriptor(void)
{
    int p[2];
    CU_ASSERT_EQUAL_FATAL(pipe(p), 0);
    CU_ASSERT_EQUAL(loop_wait(p[0], 0), LOOP_TIMEOUT);
    CU_ASSERT_EQUAL(loop_wait(p[0], 5), LOOP_TIMEOUT);
    CU_ASSERT_EQUAL(write(p[1], "x", 1), 1);
    CU_ASSERT_EQUAL(loop_wait(p[0], -1), LOOP_READY);
    char c;
    CU_ASSERT_EQUAL(read(p[0], &c, 1), 1);
    close(p[1]);
    CU_ASSERT_EQUAL(loop_wait(p[0], -1), LOOP_READY);
    close(p[0]);
}

static void test_timers_run_while_somebody_waits(void)
{
    int fast = 0, never = 0;
    int a = loop_every(5, add_one, &fast), b = loop_every(5, add_one, &never);
    CU_ASSERT_NOT_EQUAL(a, b);
    loop_cancel(b);
    CU_ASSERT_EQUAL(loop_wait(-1, 60), LOOP_TIMEOUT);
    CU_ASSERT_TRUE(fast >= 2 && fast <= 13);
    CU_ASSERT_EQUAL(never, 0);
    loop_cancel(a);
    int before = fast;
    loop_wait(-1, 20);
    CU_ASSERT_EQUAL(fast, before);
}

typedef struct {
    int fd, calls;
} Reader;

static void read_and_leave(void *ctx)
{
    Reader *r = ctx;
    char c;
    if (read(r->fd, &c, 1) == 1) r->calls++;
    loop_unwatch(r->fd);
}

static void test_watches_are_served_and_may_leave(void)
{
    int p[2];
    CU_ASSERT_EQUAL_FATAL(pipe(p), 0);
    Reader r = { p[0], 0 };
    loop_watch(p[0], read_and_leave, &r);
    CU_ASSERT_EQUAL(write(p[1], "xy", 2), 2);
    CU_ASSERT_EQUAL(loop_wait(-1, 20), LOOP_TIMEOUT);
    CU_ASSERT_EQUAL(r.calls, 1);
    close(p[0]);
    close(p[1]);
}

static void test_a_closed_descriptor_is_dropped(void)
{
    int p[2], calls = 0;
    CU_ASSERT_EQUAL_FATAL(pipe(p), 0);
    loop_watch(p[0], add_one, &calls);
    close(p[0]);
    close(p[1]);
    CU_ASSERT_EQUAL(loop_wait(-1, 5), LOOP_TIMEOUT);
    CU_ASSERT_EQUAL(calls, 0);
}

static int usual;

static void on_usual(int sig)
{
    (void)sig;
    usual++;
}

static void test_signals_leave_notes(void)
{
    signal(SIGUSR1, on_usual);
    usual = 0;
    loop_catch(SIGUSR1);
    loop_catch(SIGUSR1);
    CU_ASSERT_FALSE(loop_noted(SIGUSR1));
    raise(SIGUSR1);
    CU_ASSERT_EQUAL(loop_wait(-1, -1), LOOP_SIGNAL);
    CU_ASSERT_TRUE(loop_noted(SIGUSR1));
    CU_ASSERT_FALSE(loop_noted(SIGUSR1));
    loop_uncatch(SIGUSR1);
    raise(SIGUSR1);
    CU_ASSERT_EQUAL(usual, 0);
    CU_ASSERT_EQUAL(loop_wait(-1, -1), LOOP_SIGNAL);
    loop_uncatch(SIGUSR1);
    raise(SIGUSR1);
    CU_ASSERT_EQUAL(usual, 1);
    CU_ASSERT_EQUAL(loop_wait(-1, 0), LOOP_TIMEOUT);
    signal(SIGUSR1, SIG_DFL);
}

static void test_a_signal_ends_the_wait(void)
{
    struct itimerval soon = { { 0, 0 }, { 0, 10000 } };
    loop_catch(SIGALRM);
    CU_ASSERT_EQUAL_FATAL(setitimer(ITIMER_REAL, &soon, NULL), 0);
    CU_ASSERT_EQUAL(loop_wait(-1, 5000), LOOP_SIGNAL);
    CU_ASSERT_TRUE(loop_noted(SIGALRM));
    loop_uncatch(SIGALRM);
}

static void test_ctrl_c_also_stops_work(void)
{
    loop_catch(SIGINT);
    stop_forget();
    raise(SIGINT);
    CU_ASSERT_TRUE(stop_asked());
    CU_ASSERT_TRUE(loop_noted(SIGINT));
    stop_forget();
    CU_ASSERT_EQUAL(loop_wait(-1, 0), LOOP_SIGNAL);
    loop_uncatch(SIGINT);
}

static void test_a_wake_up_ends_one_wait(void)
{
    loop_wake();
    loop_wake();
    CU_ASSERT_EQUAL(loop_wait(-1, -1), LOOP_SIGNAL);
    CU_ASSERT_EQUAL(loop_wait(-1, 0), LOOP_TIMEOUT);
}

CU_TestInfo loop_tests[] = {
    { "it waits for a descriptor to be ready or to end", test_it_waits_for_a_descriptor },
    { "timers run while somebody waits", test_timers_run_while_somebody_waits },
    { "watches are served, and may leave from inside", test_watches_are_served_and_may_leave },
    { "a watch on a closed descriptor is dropped", test_a_closed_descriptor_is_dropped },
    { "signals leave notes, and usual ways come back", test_signals_leave_notes },
    { "a signal ends the wait", test_a_signal_ends_the_wait },
    { "Ctrl-C also stops long work", test_ctrl_c_also_stops_work },
    { "a wake-up ends one wait", test_a_wake_up_ends_one_wait },
    CU_TEST_INFO_NULL
};
