/* learn.h -- what a session remembers of its trainings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_LEARN_H
#define GRADUS_LEARN_H

#include "learn/rewind.h"
#include "learn/walk.h"

typedef struct {
    Rewind *rewind;                  /* of the last training; NULL: no way back         */
    Walk   *walk;                    /* where it led the parameters; or NULL            */
    bool    latest;                  /* it is what was last done, nothing was stepped since */
    int     n_said, cap_said;
    char  **said;                    /* notes that were made, "net: scale"              */
} Learn;

Learn *learn_of(Session *s);         /* made at first use                               */
void   learn_free(Session *s);
/* Something was stepped: `back` is about that from now on. */
void   learn_stepped(Session *s);
/* Is `back` about a training? */
bool   learn_latest(const Session *s);

#endif
