/* view_own.h -- between view_state.c, view_layers.c and view_rows.c, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_OWN_H
#define GRADUS_VIEW_OWN_H

#include "face/view.h"

/* ---- view_layers.c ---- */

/* To be freed. */
char *text_printed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A layer with its own weights, such as dense(2). */
bool  layer_is(const Func *f);
/* Layers and matrices of f, with names that begin with `prefix` ("" or "block."). */
void  layers_add(ViewState *v, Func *f, const char *prefix);
/* b: NULL, or a bias; it is only taken when it has one number a column. */
void  matrix_add(ViewState *v, int layer, const char *label, Node *W, Node *b);
void  layers_forget(ViewState *v);

/* ---- view_rows.c ---- */

/* Data, loss and optimizer of v->net. */
void    rows_read(ViewState *v);
void    rows_forget(ViewState *v);
void    rows_open(ViewState *v);
void    rows_close(ViewState *v);
/* "sse(xor([1, 0]), [1])", or with d.x[2], d.y[2] where a sample is long. */
void    rows_loss_text(const ViewState *v, int64_t row, Text *t);
int64_t rows_find(const ViewState *v, Node *input);

#endif
