/* stop.c -- the SIGINT handler.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/stop.h"

#include <string.h>

volatile sig_atomic_t stop_flag;

static void on_interrupt(int sig)
{
    (void)sig;
    stop_flag = 1;
}

void stop_install(void)
{
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sigemptyset(&sa.sa_mask);
    /* Without SA_RESTART a blocked read or poll comes back with EINTR, so that
     * waiting ends at Ctrl-C as promptly as computing. */
    sa.sa_handler = on_interrupt;
    sigaction(SIGINT, &sa, NULL);
    /* A reader that went away (a pager, gnuplot) shows as EPIPE at the write. */
    sa.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &sa, NULL);
}
