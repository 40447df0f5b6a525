/* complete.h -- what Tab offers: what is legal at that place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_COMPLETE_H
#define GRADUS_COMPLETE_H

/* For LineConfig.complete; ctx is the Session. */
char **complete_words(void *ctx, const char *text, int at, int *word_start);

#endif
