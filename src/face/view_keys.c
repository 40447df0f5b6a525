/* view_keys.c -- TABLE of keys, what each does, and the command line.
 *
 * A key that changes anything names a command; what is left only moves the eye.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "face/screen.h"
#include "face/view.h"

enum { KEEP_LINES = 200 };       /* that the trace can be scrolled back */

/* ---- TABLE of keys ---- */

/* Commands: @E the quantity (made first if it has no name yet), @N the network, @W the
 * selected weight or what the equation is about. NULL: the key only looks. */
typedef struct {
    int         key;
    const char *shown, *word, *command, *help;
    int         rank;            /* in the footer; smaller ones stay longer; 0: not there */
} Key;

static const Key keys[] = {
    { 's', "s", "step", "@E step", "the next single equation", 1 },
    { 'n', "n", "next", "@E next", "the rest of this quantity", 4 },
    { 'f', "f", "finish", "@E finish", "the rest of this phase", 5 },
    { 'c', "c", "continue", "@E continue", "one whole pass, or on to a break", 6 },
    { 'b', "b", "back", "back", "one equation back, exactly undone", 7 },
    { ' ', "SPACE", "run", "@E step", "step by step, five a second; again: pause", 3 },
    { 't', "t", "train", "@T", "train again, as the last time", 8 },
    { 'u', "u", "undo", "undo", "take back the last change", 9 },
    { 'w', "w", "why", "why @W", "why this number? (in weights: the selected one)", 10 },
    { ':', ":", "command", NULL, "any command, as at the prompt", 11 },
    { '\t', "Tab", "pane", NULL, "the next pane; Shift-Tab: the one before", 12 },
    { K_UP, "arrows", "select", NULL, "a layer, a weight, a sample, or scroll", 0 },
    { '[', "[ ]", "layer", NULL, "the layer before, the next one", 0 },
    { '\n', "Enter", "sample", NULL, "in data: step with the selected sample", 0 },
    { '?', "?", "help", NULL, "this", 2 },
    { 'q', "q", "leave", NULL, "back to the prompt; so does Ctrl-C", 1 }
};
enum { KEYS = sizeof keys / sizeof *keys };

/* ---- commands of keys ---- */

/* What `w` asks about: the selected weight, or what the stepper shows. */
static void why_subject(const ViewState *v, Text *to)
{
    const StepNow *now = v->now;
    if (v->pane == PANE_WEIGHTS || !now->node || now->E != v->E) {
        if (v->pane == PANE_WEIGHTS && v->n_matrix) view_weight_name(v, to);
        else if (v->E && v->bound) text_add(to, v->E->label);
        return;
    }
    int64_t index[LIMIT_RANK];
    shape_unravel(&now->node->shape, now->at, index);
    text_add(to, now->node->label ? now->node->label : v->E->label);
    for (int i = 0; i < now->node->shape.rank; i++)
        text_addf(to, "%s%lld", i ? ", " : "[", (long long)index[i]);
    if (now->node->shape.rank) text_addc(to, ']');
}

/* The command of a key with its @ filled in; empty: there is nothing to do it to. */
static void command_make(const ViewState *v, const char *pattern, Text *to)
{
    if (!strncmp(pattern, "@E ", 3)) {
        bool begins = v->begin.len > 0, steps = !strcmp(pattern, "@E step");
        if (!v->E) return;
        if (begins) text_add(to, text_str(&v->begin));
        if (!begins) text_add(to, pattern + 3);
        else if (!steps) text_addf(to, "\n%s", pattern + 3);
    } else if (!strcmp(pattern, "@T")) {
        if (!view_train_command(v, to)) text_clear(to);
    } else if (!strcmp(pattern, "why @W")) {
        Text about = { 0 };
        why_subject(v, &about);
        if (about.len) text_addf(to, "why %s", text_str(&about));
        if (about.len && v->pane == PANE_WEIGHTS && v->E && v->bound)
            text_addf(to, "\nwhy grad(%s, %s)", v->E->label, text_str(&about));
        text_free(&about);
    } else {
        text_add(to, pattern);
    }
}

static void nothing_to_do(ViewState *v, int key)
{
    text_clear(&v->notice);
    v->notice_bad = true;
    if (key == 't' && v->has_rows) text_add(&v->notice, "The data need a name to be trained on "
                                                        "again: d = data(...).");
    else if (v->trouble) text_add(&v->notice, v->trouble);
    else if (!v->net) text_add(&v->notice, "There is no network here to train.");
    else text_addf(&v->notice,
                   "There is no loss to step through: train %s, or leave with q and view %s, DATA.",
                   v->net_name, v->net_name);
}

static bool key_command(ViewState *v, const Key *k)
{
    Text t = { 0 };
    command_make(v, k->command, &t);
    bool good = t.len > 0, why = k->key == 'w';
    bool steps = !strncmp(k->command, "@E", 2) || k->key == 'b';
    if (!good) nothing_to_do(v, k->key);
    else good = view_run(v, text_str(&t));
    text_clear(&v->explain);
    v->scroll[PANE_EQUATION] = 0;
    if (good && why) text_add(&v->explain, text_str(&v->notice));
    if (good && (why || steps)) text_clear(&v->notice);     /* the equation pane tells it */
    v->selecting = false;
    text_free(&t);
    return good;
}

/* ---- moving the eye ---- */

static void pane_turn(ViewState *v, int by)
{
    do v->pane = (v->pane + by + PANES) % PANES;
    while (v->pane != PANE_EQUATION && !view_panes[v->pane].rows(v, 40));
    v->selecting = v->pane == PANE_WEIGHTS;
    text_clear(&v->explain);
}

static void matrix_turn(ViewState *v, int by)
{
    if (!v->n_matrix) return;
    v->matrix_at = ((v->matrix_at + by) % v->n_matrix + v->n_matrix) % v->n_matrix;
    v->row = v->col = 0;
    text_clear(&v->explain);
}

static void weight_move(ViewState *v, int down, int right)
{
    if (!v->n_matrix) return;
    const ViewMatrix *m = &v->matrix[v->matrix_at];
    int64_t rows = m->rows + (m->b != NULL), row = v->row + down, col = v->col + right;
    text_clear(&v->explain);
    v->selecting = true;
    if (row < 0 && v->matrix_at > 0) {
        matrix_turn(v, -1);
        m = &v->matrix[v->matrix_at];
        v->row = m->rows + (m->b != NULL) - 1;
    } else if (row >= rows && v->matrix_at + 1 < v->n_matrix) {
        matrix_turn(v, 1);
    } else {
        v->row = row < 0 ? 0 : row >= rows ? rows - 1 : row;
        v->col = col < 0 ? 0 : col >= m->cols ? m->cols - 1 : col;
    }
}

static void sample_move(ViewState *v, int64_t to)
{
    if (!v->has_rows) return;
    v->row_at = to < 0 ? 0 : to >= v->rows.rows ? v->rows.rows - 1 : to;
    if (!v->bound) view_read(v);     /* E is still ours: it follows */
}

/* Make E of the selected row, and begin. */
static void sample_take(ViewState *v)
{
    if (!v->has_rows) return;
    Text t = { 0 };
    view_row_commands(v, &t);
    if (!t.len) nothing_to_do(v, '\n');
    else if (view_run(v, text_str(&t))) text_clear(&v->notice);
    text_clear(&v->explain);
    text_free(&t);
}

static void scroll_by(ViewState *v, int by)
{
    int *at = &v->scroll[v->pane], most = v->pane == PANE_TRACE ? KEEP_LINES : 0;
    if (v->pane == PANE_EQUATION) most = view_panes[v->pane].rows(v, 40);
    if (v->pane == PANE_TRACE) by = -by;
    *at = *at + by < 0 ? 0 : *at + by > most ? most : *at + by;
}

static void arrow(ViewState *v, int key)
{
    int page = key == K_PAGE_DOWN ? 10 : key == K_PAGE_UP ? -10 : 0;
    int down = key == K_DOWN ? 1 : key == K_UP ? -1 : page;
    int right = key == K_RIGHT ? 1 : key == K_LEFT ? -1 : 0;
    switch (v->pane) {
    case PANE_NETWORK: matrix_turn(v, down + right); break;
    case PANE_WEIGHTS: weight_move(v, down, right); break;
    case PANE_DATA:
        if (key == K_HOME || key == K_END) sample_move(v, key == K_HOME ? 0 : v->rows.rows - 1);
        else sample_move(v, v->row_at + down + right);
        break;
    default: scroll_by(v, down);
    }
}

static void look(ViewState *v, int key)
{
    switch (key) {
    case 'q': case K_INTERRUPT: case K_CLOSED: v->leaving = true; break;
    case '?': v->helping = true; break;
    case ':': v->typing = true; break;
    case '\t': pane_turn(v, 1); break;
    case K_BACK_TAB: pane_turn(v, -1); break;
    case '[': matrix_turn(v, -1); break;
    case ']': matrix_turn(v, 1); break;
    case '\n': if (v->pane == PANE_DATA) sample_take(v); break;
    case 'k': arrow(v, K_UP); break;
    case 'j': arrow(v, K_DOWN); break;
    case 'h': arrow(v, K_LEFT); break;
    case 'l': arrow(v, K_RIGHT); break;
    case K_UP: case K_DOWN: case K_LEFT: case K_RIGHT: case K_PAGE_UP: case K_PAGE_DOWN:
    case K_HOME: case K_END: arrow(v, key); break;
    default: break;
    }
}

/* ---- the command line ---- */

static void line_append(Text *t, int key)
{
    char s[4];
    int n = key < 0x80 ? 1 : key < 0x800 ? 2 : key < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (int i = n - 1; i > 0; i--, key >>= 6) s[i] = (char)(0x80 | (key & 0x3F));
    s[0] = (char)(lead[n] | key);
    text_addn(t, s, (size_t)n);
}

static void line_backspace(Text *t)
{
    while (t->len && ((unsigned char)t->s[t->len - 1] & 0xC0) == 0x80) t->len--;
    if (t->len) t->len--;
    if (t->s) t->s[t->len] = '\0';
}

static void line_run(ViewState *v)
{
    v->typing = false;
    if (!v->line.len) return;
    text_clear(&v->line_before);
    text_add(&v->line_before, text_str(&v->line));
    text_clear(&v->line);
    text_clear(&v->explain);
    view_run(v, text_str(&v->line_before));
}

static void line_key(ViewState *v, int key)
{
    if (key == '\n') line_run(v);
    else if (key == 27 || key == K_INTERRUPT) v->typing = false, text_clear(&v->line);
    else if (key == K_CLOSED) v->leaving = true;
    else if (key == 127 && !v->line.len) v->typing = false;
    else if (key == 127) line_backspace(&v->line);
    else if (key == 21) text_clear(&v->line);
    else if (key == K_UP) text_clear(&v->line), text_add(&v->line, text_str(&v->line_before));
    else if (key >= ' ' && key < 0x110000 && v->line.len < LIMIT_LINE) line_append(&v->line, key);
}

/* ---- one key ---- */

static const Key *key_find(int key)
{
    for (int i = 0; i < KEYS; i++)
        if (keys[i].key == key && keys[i].command) return &keys[i];
    return NULL;
}

void view_key(ViewState *v, int key)
{
    if (key == K_NONE || key == K_RESIZE) return;
    if (v->typing) {
        line_key(v, key);
        return;
    }
    bool helping = v->helping, ran = v->running;
    v->helping = v->running = false;
    if (ran && (key == ' ' || key == K_INTERRUPT)) return;
    if (helping && key != K_CLOSED && key != K_INTERRUPT) return;
    text_clear(&v->notice);
    v->notice_bad = false;
    const Key *k = key_find(key);
    if (k && key == ' ') v->running = key_command(v, k);
    else if (k) key_command(v, k);
    else look(v, key);
}

void view_tick(ViewState *v)
{
    v->running = key_command(v, key_find(' '));
}

/* ---- footer and help ---- */

static int word_columns(const Key *k)
{
    return (int)strlen(k->shown) + 1 + (int)strlen(k->word);
}

/* The largest rank whose words, with all smaller ones, fit. */
static int rank_fitting(int columns)
{
    int rank = 0;
    for (int try = 1; try <= 12; try++) {
        int used = 1;
        for (int i = 0; i < KEYS; i++)
            if (keys[i].rank && keys[i].rank <= try) used += word_columns(&keys[i]) + 2;
        if (used <= columns + 1) rank = try;
    }
    return rank;
}

void view_footer(Canvas *c, int y)
{
    int rank = rank_fitting(c->w), x = 1;
    for (int i = 0; i < KEYS; i++) {
        if (!keys[i].rank || keys[i].rank > rank) continue;
        x += canvas_text(c, (Point){ x, y }, STYLE_KEY, keys[i].shown) + 1;
        x += canvas_text(c, (Point){ x, y }, STYLE_DIM, keys[i].word) + 2;
    }
}

/* A box of panes below the box of keys. */
static void help_panes(Canvas *c, const Rect *above)
{
    Rect box = { above->x, above->y + above->h - 1, above->w, PANES + 2 };
    canvas_fill(c, (Rect){ box.x, box.y + 1, box.w, box.h - 1 }, STYLE_NORMAL, ' ');
    canvas_box(c, box, STYLE_FOCUS, "panes");
    for (int i = 0; i < PANES; i++) {
        Point at = { box.x + 2, box.y + 1 + i };
        canvas_text(c, at, STYLE_KEY, view_panes[i].name);
        at.x += 10;
        canvas_fit(c, at, box.w - 14, STYLE_NORMAL, view_panes[i].help);
    }
}

/* One line for each key; where those are too many, words alone in two columns. */
void view_help(Canvas *c)
{
    bool tall = c->h >= KEYS + 3 && c->w >= 60;
    int rows = tall ? KEYS : (KEYS + 1) / 2, width = tall ? c->w < 80 ? 60 : 76 : 38;
    if (width > c->w) width = c->w;
    Rect box = { (c->w - width) / 2, (c->h - rows - 2) / 2, width, rows + 2 };
    if (box.y < 0) box.y = 0;
    canvas_fill(c, box, STYLE_NORMAL, ' ');
    canvas_box(c, box, STYLE_FOCUS, "keys (any key: back)");
    if (tall && c->h >= KEYS + PANES + 6) help_panes(c, &box);
    for (int i = 0; i < KEYS; i++) {
        Point at = tall ? (Point){ box.x + 2, box.y + 1 + i }
                        : (Point){ box.x + 2 + i / rows * (width / 2 - 1), box.y + 1 + i % rows };
        canvas_text(c, at, STYLE_KEY, keys[i].shown);
        at.x += 8;
        if (tall) canvas_fit(c, at, width - 12, STYLE_NORMAL, keys[i].help);
        else canvas_text(c, at, STYLE_NORMAL, keys[i].word);
    }
}
