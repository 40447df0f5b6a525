/* view_equation.c -- the pane of the current equation: what the stepper shows, the
 * gradient of the selected weight, or what `why` answered.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "face/view.h"
#include "teach/equation.h"

/* ---- the selected weight ---- */

static void weight_equations(const ViewState *v, Text *t)
{
    Diag d = { 0 };
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    bool bias = v->row >= m->rows;
    Node *w = bias ? m->b : m->W, *g = bias ? m->gb : m->gW;
    int64_t at = bias ? v->col : v->row * m->cols + v->col;
    if (!node_eval(w, &d)) return;
    view_weight_name(v, t);
    text_add(t, " = ");
    text_num(t, w->val[at], v->s->format);
    text_addc(t, '\n');
    if (g && node_eval(g, &d)) equation_print(t, v->s, g, at, &d);
    else text_add(t, "# no loss yet, so no gradient\n");
}

/* ---- which text ---- */

static void begin_hint(const ViewState *v, Text *t)
{
    if (v->trouble) {
        text_addf(t, "# %s\n", v->trouble);
    } else if (v->begin.len) {
        text_addf(t, "# s begins to step:\n%s\n", text_str(&v->begin));
    } else if (v->net) {
        text_addf(t, "# There is nothing to step through yet: %s has no data.\n", v->net_name);
        text_add(t, "# Give it some, for example\n");
        text_addf(t, "view %s, data(\"xor\")\n# or train it, or define a loss:\n", v->net_name);
        text_addf(t, "E = sse(%s([0, 1]), [1])\n", v->net_name);
    }
}

static void equation_text(const ViewState *v, Text *t)
{
    bool stepping = v->E && v->now->E == v->E;
    if (v->explain.len) text_add(t, text_str(&v->explain));
    else if (v->selecting && v->n_matrix) weight_equations(v, t);
    else if (stepping && *v->now->text) text_add(t, v->now->text);
    else begin_hint(v, t);
}

/* ---- the pane ---- */

int equation_rows(const ViewState *v, int width)
{
    Text t = { 0 };
    equation_text(v, &t);
    int rows = canvas_equations(NULL, width, 0, text_str(&t));
    text_free(&t);
    return rows;
}

void equation_heading(const ViewState *v, Text *to)
{
    text_add(to, "equation");
    if (v->explain.len) text_add(to, "  why");
    else if (v->selecting && v->n_matrix) text_add(to, "  selected weight");
}

void equation_draw(const ViewState *v, Canvas *c)
{
    Text t = { 0 };
    equation_text(v, &t);
    int rows = canvas_equations(NULL, c->w, 0, text_str(&t)), from = v->scroll[PANE_EQUATION];
    if (from > rows - c->h) from = rows > c->h ? rows - c->h : 0;
    canvas_equations(c, c->w, from, text_str(&t));
    if (from) canvas_put(c, (Point){ c->w - 1, 0 }, STYLE_KEY, 0x25B2);
    if (rows - from > c->h) canvas_put(c, (Point){ c->w - 1, c->h - 1 }, STYLE_KEY, 0x25BC);
    text_free(&t);
}
