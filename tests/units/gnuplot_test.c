/* gnuplot_test.c -- the gnuplot child process: missing, hanging, dying, healthy.
 *
 * Programs named gnuplot that misbehave are small shell scripts in a folder of
 * their own, put in front of the PATH.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/stop.h"
#include "face/gnuplot.h"

static char folder[64], program[96], *path;

/* From now on `gnuplot` is this shell script; NULL: there is none at all. */
static void fake_begin(const char *script)
{
    char  search[4200];
    FILE *f;

    gnuplot_close();
    path = strdup(getenv("PATH"));
    strcpy(folder, "/tmp/gradus-units-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(program, sizeof program, "%s/gnuplot", folder);
    snprintf(search, sizeof search, "%s%s%.4000s", folder, script ? ":" : "", script ? path : "");
    setenv("PATH", search, 1);
    if (!script) return;
    f = fopen(program, "w");
    fprintf(f, "#!/bin/sh\n%s\n", script);
    fclose(f);
    chmod(program, 0700);
}

static void fake_end(void)
{
    gnuplot_close();
    gnuplot_set_patience(5000, 10000);
    setenv("PATH", path, 1);
    free(path);
    unlink(program);
    rmdir(folder);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static Status run(const char *commands, Text *out, Diag *d)
{
    Text   t = { 0 };
    Status s;

    text_add(&t, commands);
    text_clear(out);
    diag_clear(d);
    s = gnuplot_run(&t, out, true, d);
    text_free(&t);
    return s;
}

static void missing(void)
{
    Text out = { 0 };
    Diag d = { 0 };

    fake_begin(NULL);
    CU_ASSERT_FALSE(gnuplot_is_installed());
    CU_ASSERT_EQUAL(run("plot sin(x)", &out, &d), E_IO);
    CU_ASSERT_STRING_EQUAL(d.text, "gnuplot is not installed, or not on the PATH");
    CU_ASSERT_EQUAL(gnuplot_child(), 0);
    fake_end();
    text_free(&out);
}

static void hangs(void)
{
    Text   out = { 0 };
    Diag   d = { 0 };
    double start;

    fake_begin("exec sleep 100");
    gnuplot_set_patience(150, 150);
    start = seconds();
    CU_ASSERT_EQUAL(run("plot sin(x)", &out, &d), E_IO);
    CU_ASSERT_STRING_EQUAL(d.text, "gnuplot gave no answer within 0.15 s");
    CU_ASSERT_TRUE(seconds() - start > 0.29);    /* two tries */
    CU_ASSERT_TRUE(seconds() - start < 3);
    CU_ASSERT_EQUAL(gnuplot_child(), 0);
    fake_end();
    text_free(&out);
}

static void dies(void)
{
    Text out = { 0 };
    Diag d = { 0 };

    fake_begin("exit 3");
    CU_ASSERT_EQUAL(run("plot sin(x)", &out, &d), E_IO);
    CU_ASSERT_STRING_EQUAL(d.text, "gnuplot ended instead of drawing");
    fake_end();
    text_free(&out);
}

static void floods(void)
{
    Text   out = { 0 };
    Diag   d = { 0 };
    double start = seconds();

    fake_begin("exec yes");
    gnuplot_set_patience(2000, 2000);
    CU_ASSERT_EQUAL(run("plot sin(x)", &out, &d), E_IO);
    CU_ASSERT_TRUE(seconds() - start < 8);
    CU_ASSERT_EQUAL(out.len, 0);
    fake_end();
    text_free(&out);
}

static void raise_stop_flag(int signal_number)
{
    (void)signal_number;
    stop_flag = 1;
}

static void stops(void)
{
    struct itimerval soon = { { 0, 0 }, { 0, 100000 } };
    Text   out = { 0 };
    Diag   d = { 0 };
    double start;

    fake_begin("exec sleep 100");
    signal(SIGALRM, raise_stop_flag);
    setitimer(ITIMER_REAL, &soon, NULL);
    start = seconds();
    CU_ASSERT_EQUAL(run("plot sin(x)", &out, &d), E_STOP);
    CU_ASSERT_TRUE(seconds() - start < 1);
    CU_ASSERT_EQUAL(gnuplot_child(), 0);
    stop_forget();
    signal(SIGALRM, SIG_DFL);
    fake_end();
    text_free(&out);
}

static bool is_absent(void)
{
    if (gnuplot_is_installed()) return false;
    CU_PASS("gnuplot is not installed here");
    return true;
}

static void answers(void)
{
    Text out = { 0 };
    Diag d = { 0 };
    int  first;

    if (is_absent()) return;
    CU_ASSERT_EQUAL(run("set terminal dumb size 60,15\nplot 'no such file'\n", &out, &d), E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "gnuplot could not draw this: "));
    first = gnuplot_child();
    CU_ASSERT_TRUE(first > 0);
    CU_ASSERT_EQUAL(run("set terminal dumb size 60,15\nplot sin(x)\n", &out, &d), OK);
    CU_ASSERT_PTR_NOT_NULL(strchr(text_str(&out), '*'));
    CU_ASSERT_EQUAL(gnuplot_child(), first);
    text_free(&out);
    gnuplot_close();
    CU_ASSERT_EQUAL(kill(first, 0), -1);
}

static void outlives_its_death(void)
{
    Text out = { 0 };
    Diag d = { 0 };

    if (is_absent()) return;
    for (int i = 0; i < 5; i++) {
        int killed;

        CU_ASSERT_EQUAL(run("set terminal dumb size 60,15\nplot sin(x)\n", &out, &d), OK);
        killed = gnuplot_child();
        kill(killed, SIGKILL);
        CU_ASSERT_EQUAL(run("set terminal dumb size 60,15\nplot sin(x)\n", &out, &d), OK);
        CU_ASSERT_PTR_NOT_NULL(strchr(text_str(&out), '*'));
        CU_ASSERT_NOT_EQUAL(gnuplot_child(), killed);
    }
    gnuplot_close();
    text_free(&out);
}

static void large_batches_do_not_lock(void)
{
    Text   t = { 0 }, out = { 0 };
    Diag   d = { 0 };
    Status s;

    if (is_absent()) return;
    text_add(&t, "set terminal svg\n");
    for (int k = 0; k < 20; k++) {
        text_add(&t, "$d << EOD\n");
        for (int i = 0; i < 3000; i++)
            text_addf(&t, "%d %d\n", i, i * 7919 % 1000);
        text_add(&t, "EOD\nplot $d with points\n");
    }
    s = gnuplot_run(&t, &out, true, &d);
    CU_ASSERT_EQUAL(s, OK);
    CU_ASSERT_TRUE(out.len > 1000000);
    gnuplot_close();
    text_free(&t);
    text_free(&out);
}

static int open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int  n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir) closedir(dir);
    return n;
}

static void leaves_nothing_open(void)
{
    Text out = { 0 };
    Diag d = { 0 };
    int  before;

    if (is_absent()) return;
    gnuplot_close();
    before = open_files();
    for (int i = 0; i < 10; i++) {
        CU_ASSERT_EQUAL(run("plot [0:1] 1/0", &out, &d), E_IO);
        gnuplot_close();
    }
    CU_ASSERT_EQUAL(open_files(), before);
    text_free(&out);
}

CU_TestInfo gnuplot_tests[] = {
    { "a missing gnuplot is said at once", missing },
    { "a gnuplot that hangs is killed, tried once more, and given up", hangs },
    { "a gnuplot that ends at once is an error, not a broken pipe", dies },
    { "a gnuplot that talks without end is cut off", floods },
    { "Ctrl-C ends the waiting", stops },
    { "an error is reported, the same gnuplot draws the next picture", answers },
    { "a gnuplot killed between two pictures is started again", outlives_its_death },
    { "more output and input than pipes hold do not lock", large_batches_do_not_lock },
    { "ten times open and close leave no file open", leaves_nothing_open },
    CU_TEST_INFO_NULL
};
