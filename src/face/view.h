/* view.h -- the full-screen view of a network or a quantity: what its panes read.
 *
 * A view is another way to do what the prompt does: a key names a command, and the
 * command runs through the session as if typed, so leaving the view leaves the
 * session exactly where the view stood. After every command view_read looks at the
 * session anew; panes only draw what it found, on a Canvas of their own size, so
 * that tests and the text twin need no terminal.
 *
 *   view_state.c      what a view sees of the session
 *   views.c           TABLE of panes; layout, title, footer, the text twin
 *   view_layers.c     layers and their weights
 *   view_rows.c       the data: rows, outputs, losses
 *   view_history.c    curves, and moments to go back to
 *   view_keys.c       TABLE of keys; footer and help
 *   view_line.c       the command line, and search
 *   view_train.c      training that is watched, paused, gone on with
 *   view_run.c        running commands; the loop; the command `view`
 *   view_parts.c      numbers and texts in little room
 *   view_network.c, view_weights.c, ...   one pane each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_H
#define GRADUS_VIEW_H

#include "face/canvas.h"
#include "learn/dataset.h"
#include "learn/train.h"
#include "teach/step.h"

/* ---- what a view sees ---- */

/* A stage of the network, or all of a network that is one layer. Nodes are
 * counted, here and below. */
typedef struct {
    char   *name;            /* "h", as in net.h                                   */
    char   *kind;            /* what stands beside its size: "tanh", "flatten"     */
    char   *label;           /* of its output: "net.h"                             */
    Node   *out, *grad;      /* latest output and its gradient; NULL: none         */
    int64_t units;           /* numbers that come out for one sample; 0: not known */
} ViewLayer;

/* Weights as a table: one row for each input, one column for each unit. */
typedef struct {
    int     layer;           /* -1: of a quantity without a network                */
    char   *label;           /* "net.h.W"                                          */
    Node   *W, *b;           /* b: NULL, or one number a column                    */
    Node   *gW, *gb;         /* gradients; NULL: there is no E                     */
    int64_t rows, cols;      /* of W                                               */
} ViewMatrix;

/* What the stepper computes now; -1: nothing that is shown. */
typedef struct {
    int     layer, matrix;
    bool    bias;
    int64_t at;              /* element                                            */
    const char *label;       /* "net.h.z"; of a gradient what it is taken by; NULL */
} ViewActive;

typedef enum { PANE_SCRIPT, PANE_NUMBERS, PANE_NETWORK, PANE_WEIGHTS, PANE_EQUATION, PANE_LOSS,
               PANE_DATA, PANE_MAP, PANE_UNITS, PANE_TRACE, PANES } PaneId;

/* Loss or a metric by epoch, or by pass; thinned out. */
typedef struct {
    char   *name;            /* "loss", "val_accuracy"; "" by pass                     */
    int     n;
    double *x, *y;
} ViewCurve;

/* One call of train: its history (counted), and how much of it counts. */
typedef struct {
    Record *history;
    int64_t epochs;
} ViewRun;

typedef enum { TYPING_NOTHING, TYPING_COMMAND, TYPING_SEARCH } ViewTyping;

enum { VIEW_CURVES = 8, VIEW_MOMENTS = 64 };

typedef struct ViewState {
    Session    *s;
    char       *name;        /* as typed: "xor", "E"                               */

    /* ---- read anew after each command ---- */
    char       *trouble;     /* why there is nothing to see, or no E; NULL         */
    Func       *net;         /* NULL: a quantity alone is viewed                   */
    const char *net_name;    /* as a command names it                              */
    Node       *E;           /* the loss or quantity; NULL: there is none          */
    bool        bound;       /* E is a name of the session; else `begin` makes it  */
    Text        begin;       /* commands before a first step: "E = ...\nstep E"    */
    ViewLayer  *layer;
    int         n_layer;
    ViewMatrix *matrix;
    int         n_matrix;
    Node       *input;       /* of the sample that out belongs to; NULL            */
    ViewActive  active;
    const StepNow *now;

    Value       data;        /* V_NONE: no data                                    */
    bool        has_rows;
    DataView    rows;
    char       *data_text, *loss_text, *optimizer_text;    /* as a command names them; NULL */
    Func       *loss;
    int64_t     batch_size;  /* rows in one update; 0: not known                   */
    int64_t     sample;      /* row that E is about; -1: none of them              */
    ViewCurve   curve[VIEW_CURVES];
    int         n_curve;
    const char *curve_name;  /* what they go by: "epoch", "pass"                   */
    int64_t     epochs;      /* trained in all; 0: none                            */

    /* ---- outputs of the rows that a table shows, made when asked for ---- */
    struct ViewBatch *batch;
    struct ViewMap   *map;

    /* ---- the person's side ---- */
    int         pane;        /* PaneId that has the keys                           */
    int         matrix_at;
    int64_t     row, col;    /* the selected weight; row == rows: the bias         */
    bool        selecting;   /* the equation is the selected weight's              */
    int         layer_at;    /* the selected output                                */
    int64_t     unit;        /* -1: none                                           */
    int64_t     row_at;      /* the selected sample                                */
    int         scroll[PANES];
    Value       given;       /* data named in the command; V_NONE                  */
    double     *passes;      /* E by pass, while this view was open                */
    int         n_passes, cap_passes;
    Node       *passes_of;   /* that E                                             */

    /* ---- training ---- */
    ViewRun    *run;         /* the network's training, in pieces from pause to pause */
    int         n_run, cap_run;
    int64_t     past_epochs; /* of all pieces                                      */
    int64_t     coming;      /* epochs of a training that is about to begin        */
    bool        known;       /* the statement that trains is itself a train        */
    bool        direct;      /* ... by the person: can be stopped and gone on with */
    bool        hurry;       /* a demo's waiting is cut short                      */
    bool        blind;       /* ... and nothing is drawn: what was is made again   */
    bool        looped;      /* a call of train in this statement has ended        */
    bool        joins;       /* the training that comes goes on from the past      */
    bool        training, stopped;
    int64_t     train_epoch, train_epochs;   /* of the call that runs              */
    int64_t     asked, total;        /* epochs of the last command; in the end     */
    int64_t     rest;        /* not yet trained since a pause; 0: none             */
    Text        train_line;  /* "train xor, d, loss=bce, optimizer=opt"            */
    Text        loss_coming; /* of the training that is about to begin; empty      */
    int64_t    *moments;     /* epochs that are kept as marks                      */
    int         n_moments, cap_moments;
    int64_t     moment;      /* the epoch gone back to; -1: the latest             */
    int         waiting_key; /* came while training; 0: none                       */
    Text        waiting;     /* likewise a line                                    */
    bool        goes_on;     /* training, behind it                                */
    bool        draining;

    const Record *history_seen;      /* the last one; not counted, only compared   */
    int64_t     pass_seen;
    bool        by_pass;     /* the curve is the stepper's                         */

    Text        explain;     /* what `w` said; empty: the stepper's lines          */
    Text        trace;       /* commands and what they printed                     */
    Text        notice;      /* above the footer until the next key                */
    bool        notice_bad;  /* an error                                           */
    Text        progress;    /* the training's line; empty: none                   */
    Text        line;        /* being typed                                        */
    size_t      line_at;     /* byte of the cursor                                 */
    char      **lines;       /* typed before                                       */
    int         n_lines, cap_lines, line_back;
    ViewTyping  typing;
    bool        helping, running, leaving, zoom, big;
    Text        script;      /* what a demo says                                   */
} ViewState;

/* ---- view_state.c ---- */

/* A view of the network or quantity `name`. E_NAME, E_TYPE: nothing that can be
 * viewed. given: data to look at (count kept) or V_NONE. */
ViewState *view_new(Session *s, const char *name, Value given, Diag *d);
void       view_free(ViewState *v);
/* Look at the session anew. */
void       view_read(ViewState *v);
/* Outputs of the network for rows [from, from + n) of the data, n at most 64: n_out
 * numbers each, and the loss of each row (NULL where unknown); borrowed until the
 * next call. false: not to be had. */
enum { VIEW_ROWS = 64 };
bool       view_outputs(const ViewState *v, int64_t from, int64_t n, const double **out,
                        const double **loss);
/* The same for n samples of one's own, without losses. */
bool       view_forward(const ViewState *v, const double *x, int64_t n, const double **out);
/* What a layer gives for rows from all over the data, `units` numbers each; borrowed
 * until anything else is asked. NULL: nothing. */
const double *view_layer_outputs(const ViewState *v, int layer, int64_t *rows, int64_t *units);
/* "net.h.W[0, 1]": the selected weight; "" when there is none. */
void       view_weight_name(const ViewState *v, Text *to);
/* The command that trains again as the last time; false: there are no data, or too
 * many without a name. */
bool       view_train_command(const ViewState *v, Text *to);
/* Commands that make E of the selected row and begin to step it: "E = ...\nstep E". */
void       view_row_commands(const ViewState *v, Text *to);
/* The learning rate of the optimizer in use; NAN. */
double     view_rate(const ViewState *v);
/* The latest network or quantity of the session; NULL. Borrowed. */
const char *view_latest(Session *s);

/* ---- views.c ---- */

typedef struct {
    const char *name, *title, *help;
    void (*draw)(const ViewState *v, Canvas *c);
    int  (*rows)(const ViewState *v, int width);     /* that it would fill           */
    void (*heading)(const ViewState *v, Text *to);   /* NULL: the title              */
    int  column[2];          /* of two, of three                                     */
    int  least, share;       /* rows it must have; how it takes part in what is left */
    int  rank;               /* smaller ones stay longer when there is little room   */
    int  from;               /* rows of a column from which on it is there unasked   */
} Pane;

extern const Pane view_panes[];          /* by PaneId; ended by name NULL */

/* All of it, on a canvas of the screen's size. */
void view_draw(ViewState *v, Canvas *c);
/* The text twin: every pane, one below the other, at most `columns` wide. */
void view_text(ViewState *v, int columns, bool ascii, Text *to);

/* ---- view_keys.c ---- */

/* What one key does, as the loop does it. */
void view_key(ViewState *v, int key);
/* The next step of a running view (SPACE). */
void view_tick(ViewState *v);
/* The keys as footer words, as many as fit: "s step  n next". */
void view_footer(const ViewState *v, Canvas *c, int y);
/* The help overlay. */
void view_help(Canvas *c);

/* ---- view_run.c ---- */

/* Run commands as if typed, with their output in the trace; false: one failed. */
bool view_run(ViewState *v, const char *text);

/* Words of a demo into the view on the screen; false: there is none. */
bool view_says(const Text *t);

/* ---- view_parts.c ---- */

/* v in at most `width` columns (4 .. 12), as many digits as fit; plus: a sign always. */
char *num_fit(char buf[NUM_TEXT], double v, int width, bool plus);
/* The same, flush right in `width` columns, at `at`. */
void  canvas_num(Canvas *c, Point at, int width, Style s, double v, bool plus);
/* `width` columns of shading by |v| against most. */
void  canvas_shading(Canvas *c, Point at, int width, double v, double most);
/* Lines of equations from row `from` on; long ones are folded at their signs,
 * comments dim. Returns the rows that all of it takes. c may be NULL: only count. */
int   canvas_equations(Canvas *c, int width, int from, const char *text);
/* Words about what is not there, in rows from y on. */
void  canvas_hint(Canvas *c, int y, const char *text);
/* Largest |v|, numbers that are not finite left out. */
double largest(const double *v, int64_t n);

/* ---- one pane each ---- */

void network_draw(const ViewState *v, Canvas *c);
int  network_rows(const ViewState *v, int width);
void network_heading(const ViewState *v, Text *to);
void weights_draw(const ViewState *v, Canvas *c);
int  weights_rows(const ViewState *v, int width);
void weights_heading(const ViewState *v, Text *to);
void equation_draw(const ViewState *v, Canvas *c);
int  equation_rows(const ViewState *v, int width);
void equation_heading(const ViewState *v, Text *to);
void loss_draw(const ViewState *v, Canvas *c);
int  loss_rows(const ViewState *v, int width);
void loss_heading(const ViewState *v, Text *to);
void data_draw(const ViewState *v, Canvas *c);
int  data_rows(const ViewState *v, int width);
void data_heading(const ViewState *v, Text *to);
bool map_has(const ViewState *v);
void map_draw(const ViewState *v, Canvas *c);
int  map_rows(const ViewState *v, int width);
void map_heading(const ViewState *v, Text *to);
void map_open(ViewState *v);
void map_close(ViewState *v);
void units_draw(const ViewState *v, Canvas *c);
int  units_rows(const ViewState *v, int width);
void units_heading(const ViewState *v, Text *to);
void big_draw(const ViewState *v, Canvas *c);
int  big_rows(const ViewState *v, int width);
void script_draw(const ViewState *v, Canvas *c);
int  script_rows(const ViewState *v, int width);
void trace_draw(const ViewState *v, Canvas *c);
int  trace_rows(const ViewState *v, int width);

#endif
