/* live.c -- the loss curve redrawn while training runs.
 *
 * `plot history` to a window or a file leaves a wish behind; training's watcher
 * fulfils it a few times a second, and once more at the end. The terminal is not
 * redrawn: there the progress line stands.
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
    char *file;              /* NULL: the window */
} live;

static void draw(Session *s, const TrainNow *now)
{
    (void)s;
    if (now->epoch < 2 || now->epoch > LIMIT_POINTS) return;
    PictureSeries series[2] = {
        { .name = "training loss", .n = (int)now->epoch, .y = now->loss_history },
        { .name = "validation loss", .n = (int)now->epoch, .y = now->val_history },
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
