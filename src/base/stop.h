/* stop.h -- Ctrl-C: a flag that long work looks at between its steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_STOP_H
#define GRADUS_STOP_H

#include <signal.h>
#include <stdbool.h>

extern volatile sig_atomic_t stop_flag;   /* set by the signal handler, nothing else */

static inline bool stop_asked(void) { return stop_flag != 0; }
static inline void stop_forget(void) { stop_flag = 0; }

/* Install the SIGINT handler (sets stop_flag) and ignore SIGPIPE. */
void stop_install(void);

#endif
