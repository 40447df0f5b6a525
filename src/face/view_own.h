/* view_own.h -- between the view_*.c files that are no panes, nobody else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_OWN_H
#define GRADUS_VIEW_OWN_H

#include "face/view.h"

/* ---- view_state.c ---- */

/* Another network or quantity from now on; given may be V_NONE. */
void    view_turn_to(ViewState *v, const char *name, Value given);

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


/* ---- view_history.c ---- */

void    view_history_read(ViewState *v);
void    view_history_free(ViewState *v);
/* The curves of the training so far, while it runs. */
void    view_curves_live(ViewState *v, const History *now);
void    view_curves_clear(ViewState *v);
/* Epochs from there on are forgotten. */
void    view_past_cut(ViewState *v, int64_t epochs);
/* Before a training; and when it has begun, as the moment of that epoch. */
void    view_moment_begin(ViewState *v);
void    view_moment_begun(ViewState *v, int64_t epoch);
/* A mark "epoch120", thinned out when there are many. */
void    view_moment_take(ViewState *v, int64_t epoch);
void    view_moments_after(ViewState *v, int64_t epoch);     /* those later go */
void    view_moment_name(int64_t epoch, char name[32]);
int64_t view_moment_beside(const ViewState *v, int by);

/* ---- view_train.c ---- */

void    view_train_open(ViewState *v);
void    view_train_close(void);
/* The command with an optimizer that has a name, made first; false: it has one. */
bool    view_train_rewrite(ViewState *v, const Ast *tree, Text *to);
/* The statement is over, whatever trained in it. */
void    view_train_over(ViewState *v);
/* So many seconds of the same picture; keys are obeyed meanwhile. */
void    view_wait(ViewState *v, double seconds);
void    view_train_begins(ViewState *v, const Ast *tree);
void    view_train_ended(ViewState *v, const Ast *tree);
/* Commands: for the epochs that are left; again as the last time; another rate. */
bool    view_train_resume(const ViewState *v, Text *to);
bool    view_train_again(const ViewState *v, Text *to);
bool    view_rate_command(const ViewState *v, double times, Text *to);

/* ---- view_line.c ---- */

void    typing_begin(ViewState *v, ViewTyping what, const char *text);
void    typing_key(ViewState *v, int key);
void    typing_draw(const ViewState *v, Canvas *c);
void    typing_free(ViewState *v);

/* The latest history joins those before it, in one statement that trains again and
 * again. */
void    view_past_join(ViewState *v);

/* ---- view_run.c ---- */

/* The next piece of the demo, or one back. */
void    view_demo(ViewState *v, bool back);

void    view_show(ViewState *v);                             /* a picture, now */

/* ---- view_keys.c ---- */

void    view_sample_select(ViewState *v, int64_t row);

#endif
