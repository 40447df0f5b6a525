/* view_own.h -- between view_state.c and view_rows.c, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_OWN_H
#define GRADUS_VIEW_OWN_H

#include "face/view.h"

/* Data, loss and optimizer of v->net. */
void    rows_read(ViewState *v);
void    rows_forget(ViewState *v);
void    rows_open(ViewState *v);
void    rows_close(ViewState *v);
/* "sse(xor([1, 0]), [1])", or with d.x[2], d.y[2] where a sample is long. */
void    rows_loss_text(const ViewState *v, int64_t row, Text *t);
int64_t rows_find(const ViewState *v, Node *input);

#endif
