/* live.c -- the loss curve redrawn while training runs.
 *
 * `plot history` to a window leaves a wish behind; training's watcher fulfils it a
 * few times a second, and once more at the end. A file is drawn so for one training
 * only, when it was asked for before there was a history: nobody wants the picture
 * of one training written over by the next. The terminal is not redrawn: there the
 * progress line stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "face/plot.h"
#include "face/repl.h"
#include "face/show.h"
#include "learn/train.h"

static struct {
    char   *file;            /* NULL: the window */
    int     n;
    double *epoch;           /* 1, 2, ... n      */
} live;

static const double *epochs_to(int n)
{
    if (n > live.n) {
        free(live.epoch);
        live.n = 2*n;
        live.epoch = mem_new(sizeof *live.epoch * (size_t)live.n);
        for (int i = 0; i < live.n; i++) live.epoch[i] = i + 1;
    }
    return live.epoch;
}

/* A file belongs to the first training: when that is over, there is a history. */
static bool is_next_training(Session *s) { return live.file && session_find(s, "history"); }

static void draw(Session *s, const TrainNow *now)
{
    if (is_next_training(s)) {
        train_watch = NULL;
        return;
    }
    if (now->epoch < 2 || now->epoch > LIMIT_POINTS/2) return;
    const double *x = epochs_to((int)now->epoch);
    PictureSeries series[2] = {
        { .name = "training loss", .n = (int)now->epoch, .x = x, .y = now->loss_history },
        { .name = "validation loss", .n = (int)now->epoch, .x = x, .y = now->val_history },
    };
    Picture p = { .kind = PICTURE_LINES, .x_label = "epoch", .y_label = "loss", .y_scale = PICTURE_AUTO,
                  .count = now->val_history ? 2 : 1, .series = series };
    PictureTarget to = { .kind = live.file ? PICTURE_FILE : PICTURE_WINDOW, .path = live.file, .columns = 80, .rows = 24 };
    Text out = { 0 }, note = { 0 };
    Diag d = { 0 };
    if (picture_show(&p, &to, &out, &note, &d) != OK) train_watch = NULL;     /* no second try in the middle of work */
    text_free(&out);
    text_free(&note);
}

void plot_live(Session *s, const char *file)
{
    free(live.file);
    live.file = file ? mem_str(file) : NULL;
    bool window = plot_has_window(s);
    train_watch = file || window ? draw : NULL;
}
