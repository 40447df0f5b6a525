/* view_own.h -- between view_state.c and view_rows.c, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_OWN_H
#define GRADUS_VIEW_OWN_H

#include "face/view.h"

/* The latest calls of a network and its stages: a view that calls the network for
 * itself puts them back, so that net.h means what it meant. */
typedef struct {
    int n, cap;
    struct LastCall { Func *f; Scope *last; } *at;
} Lasts;
Lasts lasts_keep(Func *net);
void  lasts_return(Lasts *l);

/* Data, loss and optimizer of v->net. */
void    rows_read(ViewState *v);
void    rows_forget(ViewState *v);
void    rows_open(ViewState *v);
void    rows_close(ViewState *v);
/* "sse(xor(d.x[2]), d.y[2])" */
void    rows_loss_text(const ViewState *v, int64_t row, Text *t);
int64_t rows_find(const ViewState *v, Node *input);

#endif
