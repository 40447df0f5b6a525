/* view_loss.c -- the pane of the loss: what it is now, and its curve.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/chart.h"
#include "face/view.h"

enum { CHART_ROWS = 8 };

int loss_rows(const ViewState *v, int width)
{
    (void)width;
    return v->n_curve > 1 ? 2 : 1;
}

void loss_heading(const ViewState *v, Text *to)
{
    text_add(to, "loss");
    if (v->n_curve > 1) text_addf(to, " by %s", v->curve_name);
}

/* One column for so many values in turn, as high as their mean. */
static void spark(const ViewState *v, Canvas *c, Rect r)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < v->n_curve; i++) {
        double y = v->curve[i];
        if (isfinite(y) && y < low) low = y;
        if (isfinite(y) && y > high) high = y;
    }
    if (low > 0 && low < high / 2) low = 0;
    int columns = v->n_curve < r.w ? v->n_curve : r.w;
    for (int x = 0; x < columns; x++) {
        int from = (int)((int64_t)x * v->n_curve / columns),
            to = (int)((int64_t)(x + 1) * v->n_curve / columns);
        double sum = 0;
        for (int i = from; i < to; i++) sum += v->curve[i];
        double part = (sum / (to - from) - low) / (high > low ? high - low : 1);
        int level = isfinite(part) ? 1 + (int)(part * (8 * r.h - 1) + 0.5) : 0;
        for (int y = 0; y < r.h; y++)
            canvas_put(c, (Point){ r.x + x, r.y + r.h - 1 - y }, STYLE_SERIES1,
                       glyph_block(level - 8 * y));
    }
}

static void spark_line(const ViewState *v, Canvas *c, int y, int h)
{
    int room = c->w - 16;
    canvas_num(c, (Point){ 0, y }, 7, STYLE_NORMAL, v->curve[0], false);
    if (room > 2) spark(v, c, (Rect){ 8, y, room, h });
    canvas_num(c, (Point){ c->w - 7, y + h - 1 }, 7, STYLE_BOLD, v->curve[v->n_curve - 1], false);
}

static void chart(const ViewState *v, Canvas *c, int y)
{
    Text t = { 0 };
    PictureSeries one = { .n = v->n_curve, .x = v->curve_x, .y = v->curve };
    Picture p = { .kind = PICTURE_LINES, .count = 1, .series = &one, .x_label = v->curve_name };
    chart_draw(&t, &p, c->w, c->h - y, true);
    const char *line = text_str(&t);
    for (; *line && y < c->h; y++) {
        canvas_text(c, (Point){ 0, y }, STYLE_NORMAL, line);
        line += strcspn(line, "\n");
        if (*line) line++;
    }
    text_free(&t);
}

static void now_line(const ViewState *v, Canvas *c)
{
    char buf[NUM_TEXT];
    Diag d = { 0 };
    if (!v->E) {
        canvas_hint(c, 0, v->n_curve ? "" : "No loss yet.");
        return;
    }
    double is = node_scalar(v->E, &d);
    int x = canvas_text(c, (Point){ 0, 0 }, STYLE_NORMAL, v->E->label ? v->E->label : "E");
    x += canvas_text(c, (Point){ x, 0 }, STYLE_NORMAL, " = ");
    x += canvas_text(c, (Point){ x, 0 }, STYLE_BOLD, num_print(buf, is, v->s->format));
    if (v->n_curve > 1 || !v->net || c->w - x < 12) return;
    canvas_text(c, (Point){ x + 3, 0 }, STYLE_DIM, "t trains");
}

void loss_draw(const ViewState *v, Canvas *c)
{
    now_line(v, c);
    if (v->n_curve < 2 || c->h < 2) return;
    if (c->h >= CHART_ROWS && c->w >= 30) chart(v, c, 1);
    else spark_line(v, c, 1, c->h - 1);
}
