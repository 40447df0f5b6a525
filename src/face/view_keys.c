/* view_keys.c -- TABLE of keys and what each does.
 *
 * A key that changes anything names a command; what is left only moves the eye.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/stop.h"
#include "face/lessons.h"
#include "face/screen.h"
#include "face/view.h"
#include "face/view_own.h"

enum { KEEP_LINES = 200 };       /* that the trace can be scrolled back */

/* ---- TABLE of keys ---- */

enum { IDLE = 1, TRAINING = 2, DEMO = 4 };

/* Commands: @E the quantity (made first if it has no name yet), @W what `w` asks about,
 * @T training, @R the learning rate, @M a kept moment, @N the next sample. NULL: the key
 * only looks. */
typedef struct {
    int         key;
    const char *shown, *word, *command, *help;
    int         rank;            /* in the footer; smaller ones stay longer; 0: not there */
    unsigned    footer;          /* when it stands there                                  */
    bool        goes_on;         /* training that it interrupts goes on behind it         */
} Key;

static const Key keys[] = {
    { 's', "s", "step", "@E step", "the next single equation", 1, IDLE, false },
    { 'n', "n", "next", "@E next", "the rest of this quantity", 4, IDLE, false },
    { 'f', "f", "finish", "@E finish", "the rest of this phase", 5, IDLE, false },
    { 'c', "c", "continue", "@E continue", "one whole pass, or on to a break", 6, IDLE, false },
    { 'b', "b", "back", "back", "one equation back, exactly undone", 7, IDLE, false },
    { ' ', "SPACE", "run", "@P", "step by step, or train on; again: pause", 3, IDLE, false },
    { ' ', "SPACE", "pause", "@P", NULL, 1, TRAINING, false },
    { ' ', "SPACE", "next piece", NULL, NULL, 1, DEMO, false },
    { 'b', "b", "piece before", NULL, NULL, 1, DEMO, false },
    { 't', "t", "train", "@T", "train again, as the last time", 8, IDLE, false },
    { 'T', "T", "edit", NULL, "the training command, to be edited first", 14, IDLE | TRAINING, false },
    { '+', "+ -", "rate", "@R+", "twice the learning rate; -: half of it", 4, TRAINING, true },
    { '-', "-", "", "@R-", NULL, 0, 0, true },
    { '<', "< >", "moment", "@M-", "back to a kept moment of the training, on to a later one", 13,
      IDLE | TRAINING, false },
    { '>', ">", "", "@M+", NULL, 0, 0, false },
    { 'N', "N", "sample", "@N", "step into the next sample; in data, Enter: the selected one", 15, IDLE, false },
    { 'u', "u", "undo", "undo", "take back the last change", 9, IDLE, false },
    { 'w', "w", "why", "@W", "why this number? (Esc: back to it)", 10, IDLE | TRAINING, false },
    { ':', ":", "command", NULL, "any command, as at the prompt; Tab completes", 11, ~0u, false },
    { '/', "/", "search", NULL, "a weight (h.W[0, 1]), a sample, a pane, a word", 16, IDLE | TRAINING,
      false },
    { '\t', "Tab", "pane", NULL, "the next pane; Shift-Tab: the one before", 12, ~0u, false },
    { 'z', "z", "zoom", NULL, "this pane alone on the screen, and back", 12, ~0u, false },
    { 'B', "B", "big", "@B", "few and large numbers, high contrast, and back", 17, IDLE | DEMO, true },
    { K_UP, "arrows", "select", NULL, "a number, a weight, a sample, or scroll; hjkl too", 0, 0, false },
    { '[', "[ ]", "layer", NULL, "the layer before, the next one", 0, 0, false },
    { '?', "?", "help", NULL, NULL, 2, ~0u, false },
    { 'q', "q", "leave", NULL, "back to the prompt; so does Ctrl-C", 1, ~0u, false }
};
enum { KEYS = sizeof keys / sizeof *keys, RANKS = 17 };

/* ---- commands of keys ---- */

static void add_index(const Node *n, int64_t at, Text *to)
{
    int64_t index[LIMIT_RANK];
    shape_unravel(&n->shape, at, index);
    for (int i = 0; i < n->shape.rank; i++)
        text_addf(to, "%s%lld", i ? ", " : "[", (long long)index[i]);
    if (n->shape.rank) text_addc(to, ']');
}

/* What `w` asks about: the selected weight or output, or what the stepper shows. */
static void why_subject(const ViewState *v, Text *to)
{
    const StepNow *now = v->now;
    const ViewLayer *l = v->pane == PANE_NETWORK && v->unit >= 0 ? &v->layer[v->layer_at] : NULL;
    if (v->pane == PANE_WEIGHTS) {
        if (v->n_matrix) view_weight_name(v, to);
    } else if (l && l->out) {
        text_add(to, l->label);
        add_index(l->out, v->unit < l->out->len ? v->unit : l->out->len - 1, to);
    } else if (!now->node || now->E != v->E) {
        if (v->E && v->bound) text_add(to, v->E->label);
    } else {
        text_add(to, now->node->label ? now->node->label : v->E->label);
        add_index(now->node, now->at, to);
    }
}

static void why_command(const ViewState *v, Text *to)
{
    Text about = { 0 };
    why_subject(v, &about);
    if (about.len) text_addf(to, "why %s", text_str(&about));
    if (about.len && v->pane == PANE_WEIGHTS && v->E && v->bound)
        text_addf(to, "\nwhy grad(%s, %s)", v->E->label, text_str(&about));
    text_free(&about);
}

static void step_command(const ViewState *v, const char *move, Text *to)
{
    bool begins = v->begin.len > 0;
    if (!v->E) return;
    if (begins) text_add(to, text_str(&v->begin));
    if (!begins) text_add(to, move);
    else if (strcmp(move, "step") != 0) text_addf(to, "\n%s", move);
}

static void moment_command(const ViewState *v, int by, Text *to)
{
    char name[32];
    int64_t at = view_moment_beside(v, by);
    if (at < 0) return;
    view_moment_name(at, name);
    text_addf(to, "goto %s", name);
}

/* The command of a key with its @ filled in; empty: there is nothing to do it to. */
static void command_make(const ViewState *v, const char *pattern, Text *to)
{
    if (!strncmp(pattern, "@E ", 3)) step_command(v, pattern + 3, to);
    else if (!strcmp(pattern, "@P")) {
        if (!view_train_resume(v, to)) step_command(v, "step", to);
    } else if (!strcmp(pattern, "@T")) {
        if (!view_train_again(v, to)) text_clear(to);
    } else if (!strcmp(pattern, "@W")) why_command(v, to);
    else if (!strncmp(pattern, "@R", 2)) view_rate_command(v, pattern[2] == '+' ? 2 : 0.5, to);
    else if (!strncmp(pattern, "@M", 2)) moment_command(v, pattern[2] == '+' ? 1 : -1, to);
    else if (!strcmp(pattern, "@N")) {
        if (v->has_rows && v->net) view_row_commands(v, to);
    } else if (!strcmp(pattern, "@B")) {
        text_addf(to, "set view=%s", v->big ? "all" : "big");
    } else {
        text_add(to, pattern);
    }
}

static void nothing_to_do(ViewState *v, int key)
{
    Text *t = &v->notice;
    text_clear(t);
    v->notice_bad = true;
    if (key == '<' || key == '>')
        text_addf(t, "There is no %s moment of this training.", key == '<' ? "earlier" : "later");
    else if (key == '+' || key == '-')
        text_add(t, "No learning rate here yet that has a name: train first, with t or :train.");
    else if (key == 't' && v->has_rows)
        text_add(t, "The data need a name to be trained on again: d = data(...).");
    else if (v->trouble) text_add(t, v->trouble);
    else if (!v->net) text_add(t, "There is no network here to train.");
    else text_addf(t, "There is no loss to step through: train %s, or leave with q and view %s, DATA.",
                   v->net_name, v->net_name);
}

static bool steps(const Key *k)
{
    return !strncmp(k->command, "@E", 2) || !strcmp(k->command, "@N") || k->key == 'b';
}

static bool key_command(ViewState *v, const Key *k)
{
    Text t = { 0 };
    bool resumes = k->key == ' ' && v->rest;
    if (k->key == 'N' && v->has_rows) v->row_at = (v->row_at + 1) % v->rows.rows;
    command_make(v, k->command, &t);
    bool good = t.len > 0, why = k->key == 'w';
    if (!good) nothing_to_do(v, k->key);
    else if (resumes) v->joins = true, good = view_run(v, text_str(&t)), v->joins = false;
    else good = view_run(v, text_str(&t));
    text_clear(&v->explain);
    v->scroll[PANE_EQUATION] = 0;
    if (good && why) text_add(&v->explain, text_str(&v->notice));
    if (good && (why || steps(k) || (k->key == ' ' && !resumes)))
        text_clear(&v->notice);                             /* the equation pane tells it */
    if (steps(k)) v->selecting = false;
    text_free(&t);
    return good && !resumes;
}

/* ---- moving the eye ---- */

static bool pane_has(const ViewState *v, int id)
{
    return id == PANE_EQUATION || view_panes[id].rows(v, 40) > 0;
}

static void pane_turn(ViewState *v, int by)
{
    do v->pane = (v->pane + by + PANES) % PANES;
    while (!pane_has(v, v->pane));
    v->selecting = v->pane == PANE_WEIGHTS;
    text_clear(&v->explain);
}

/* In the network: outputs of a layer up and down, layers left and right. */
static void unit_move(ViewState *v, int down, int right)
{
    if (!v->n_layer) return;
    int layer = v->unit < 0 ? v->n_layer - 1 : v->layer_at + right;
    int64_t unit = v->unit < 0 ? 0 : v->unit + down;
    v->layer_at = layer < 0 ? 0 : layer >= v->n_layer ? v->n_layer - 1 : layer;
    int64_t most = v->layer[v->layer_at].units - 1;
    v->unit = unit > most ? most : unit;
    if (v->unit < 0) v->unit = 0;
    text_clear(&v->explain);
    for (int i = 0; i < v->n_matrix; i++)
        if (v->matrix[i].layer == v->layer_at) {
            v->matrix_at = i;
            v->row = 0;
            v->col = v->unit < v->matrix[i].cols ? v->unit : 0;
            break;
        }
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

void view_sample_select(ViewState *v, int64_t to)
{
    if (!v->has_rows) return;
    v->row_at = to < 0 ? 0 : to >= v->rows.rows ? v->rows.rows - 1 : to;
    if (!v->bound && !v->training) view_read(v);     /* E is still ours: it follows */
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
    case PANE_NETWORK: unit_move(v, down, right); break;
    case PANE_WEIGHTS: weight_move(v, down, right); break;
    case PANE_DATA:
        if (key == K_HOME || key == K_END) view_sample_select(v, key == K_HOME ? 0 : v->rows.rows - 1);
        else view_sample_select(v, v->row_at + down + right);
        break;
    default: scroll_by(v, down);
    }
}

static void train_edit(ViewState *v)
{
    Text t = { 0 };
    if (!view_train_resume(v, &t) && !view_train_again(v, &t)) nothing_to_do(v, 't');
    else typing_begin(v, TYPING_COMMAND, text_str(&t));
    text_free(&t);
}

static void look(ViewState *v, int key)
{
    switch (key) {
    case 'q': case K_CLOSED: v->leaving = true; break;
    case K_INTERRUPT: v->leaving = !v->training; break;
    case 27:
        if (v->explain.len) text_clear(&v->explain);
        else if (v->zoom) v->zoom = false;
        else v->selecting = false, v->unit = -1;
        break;
    case '?': v->helping = true; break;
    case ':': typing_begin(v, TYPING_COMMAND, ""); break;
    case '/': typing_begin(v, TYPING_SEARCH, ""); break;
    case 'T': train_edit(v); break;
    case 'z': v->zoom = !v->zoom; break;
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

/* ---- one key ---- */

static const Key *key_find(int key)
{
    for (int i = 0; i < KEYS; i++)
        if (keys[i].key == key && keys[i].command) return &keys[i];
    return NULL;
}

/* While training: the key's turn comes when the training has stopped in good order. */
static void key_wait(ViewState *v, const Key *k)
{
    if (k && k->key != ' ') v->waiting_key = k->key;
    v->goes_on = k && k->goes_on;
    if (v->direct || !k) stop_flag = 1;
    else v->hurry = true;                 /* nothing of a stopped loop would be left */
}

void view_key(ViewState *v, int key)
{
    if (key == K_NONE || key == K_RESIZE) return;
    if (v->typing) {
        typing_key(v, key);
        if (v->leaving) stop_flag = 1;
        return;
    }
    bool helping = v->helping, ran = v->running;
    v->helping = v->running = false;
    if (ran && (key == ' ' || key == K_INTERRUPT)) return;
    if (helping && key != K_CLOSED && key != K_INTERRUPT) return;
    text_clear(&v->notice);
    v->notice_bad = false;
    const Key *k = key_find(key);
    if (!v->training && lessons_demo() && (key == ' ' || key == 'b')) {
        view_demo(v, key == 'b');
        return;
    }
    if (v->training && key == ' ' && lessons_demo()) v->hurry = true;
    else if (v->training && k) key_wait(v, k);
    else if (k && key == ' ') v->running = key_command(v, k);
    else if (k) key_command(v, k);
    else if (key == '\n' && v->training && v->pane == PANE_DATA) return;
    else look(v, key);
    if (v->training && (v->leaving || key == K_INTERRUPT)) key_wait(v, NULL);
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
static int rank_fitting(int columns, unsigned when)
{
    int rank = 0;
    for (int try = 1; try <= RANKS; try++) {
        int used = 1;
        for (int i = 0; i < KEYS; i++)
            if (keys[i].rank && keys[i].rank <= try && keys[i].footer & when) used += word_columns(&keys[i]) + 2;
        if (used <= columns + 1) rank = try;
    }
    return rank;
}

void view_footer(const ViewState *v, Canvas *c, int y)
{
    unsigned when = v->training ? TRAINING : lessons_demo() ? DEMO : IDLE;
    int rank = rank_fitting(c->w, when), x = 1;
    for (int i = 0; i < KEYS; i++) {
        if (!keys[i].rank || keys[i].rank > rank || !(keys[i].footer & when)) continue;
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
    int n = 0, i = 0;
    for (int k = 0; k < KEYS; k++) n += keys[k].help != NULL;
    bool tall = c->h >= n + 2 && c->w >= 60;
    int rows = tall ? n : (n + 1) / 2, width = tall ? c->w < 80 ? 60 : 76 : 38;
    if (width > c->w) width = c->w;
    Rect box = { (c->w - width) / 2, (c->h - rows - 2) / 2, width, rows + 2 };
    if (tall && c->h >= n + PANES + 6) box.y -= (PANES + 1) / 2;
    if (box.y < 0) box.y = 0;
    canvas_fill(c, box, STYLE_NORMAL, ' ');
    canvas_box(c, box, STYLE_FOCUS, "keys (any key: back)");
    if (tall && c->h >= n + PANES + 6) help_panes(c, &box);
    for (int k = 0; k < KEYS; k++) {
        if (!keys[k].help) continue;
        Point at = tall ? (Point){ box.x + 2, box.y + 1 + i }
                        : (Point){ box.x + 2 + i / rows * (width / 2 - 1), box.y + 1 + i % rows };
        i++;
        canvas_text(c, at, STYLE_KEY, keys[k].shown);
        at.x += 8;
        if (tall) canvas_fit(c, at, width - 12, STYLE_NORMAL, keys[k].help);
        else canvas_text(c, at, STYLE_NORMAL, keys[k].word);
    }
}
