/* stop_test.c -- Ctrl-C sets a flag and ends waiting; a broken pipe is an error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <errno.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stop.h"

static void test_interrupt_sets_the_flag(void)
{
    stop_install();
    stop_forget();
    CU_ASSERT_FALSE(stop_asked());
    raise(SIGINT);
    CU_ASSERT(stop_asked());
    raise(SIGINT);
    CU_ASSERT(stop_asked());
    stop_forget();
    CU_ASSERT_FALSE(stop_asked());
}

/* A child that sends SIGINT to its parent, again and again for two seconds in
 * case the first ones come before the parent waits. */
static pid_t interrupter_start(void)
{
    pid_t parent = getpid(), child = fork();
    if (child != 0) return child;
    for (int i = 0; i < 100; i++) {
        usleep(20000);
        if (kill(parent, SIGINT) != 0) break;
    }
    _exit(0);
}

static void test_interrupt_ends_a_blocked_read(void)
{
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    stop_install();
    stop_forget();
    pid_t child = interrupter_start();
    CU_ASSERT_FATAL(child > 0);         /* kill(-1) below would reach far */
    close(ends[1]);
    char byte;
    ssize_t got = read(ends[0], &byte, 1);
    int why = errno;
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    CU_ASSERT_EQUAL(got, -1);
    CU_ASSERT_EQUAL(why, EINTR);
    CU_ASSERT(stop_asked());
    stop_forget();
    close(ends[0]);
}

static void test_broken_pipe_is_an_error(void)
{
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    stop_install();
    close(ends[0]);
    CU_ASSERT_EQUAL(write(ends[1], "x", 1), -1);
    CU_ASSERT_EQUAL(errno, EPIPE);
    close(ends[1]);
}

CU_TestInfo stop_tests[] = {
    { "Ctrl-C sets the flag until it is forgotten", test_interrupt_sets_the_flag },
    { "Ctrl-C ends a blocked read", test_interrupt_ends_a_blocked_read },
    { "writing to a pipe that nobody reads is an error, not the end",
      test_broken_pipe_is_an_error },
    CU_TEST_INFO_NULL
};
