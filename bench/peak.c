/* peak.c -- the peak resident memory of a program, in KiB. A small parent, because a child
 * counts what its parent held before it became another program.
 * Build: cc -O2 peak.c -o peak     Run: ./peak COMMAND [ARGUMENT...]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage use;
    int status;
    if (argc < 2) return 2;
    if (fork() == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0), dup2(null, 1), dup2(null, 2);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (wait4(-1, &status, 0, &use) < 0 || status) return 1;
    printf("%ld\n", use.ru_maxrss);
    return 0;
}
