/* view_line.c -- the line at the bottom: a command with the prompt's completion, or
 * what is searched for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/mem.h"
#include "face/complete.h"
#include "face/screen.h"
#include "face/view.h"
#include "face/view_own.h"

enum { REMEMBERED = 100 };

void typing_begin(ViewState *v, ViewTyping what, const char *text)
{
    v->typing = what;
    text_clear(&v->line);
    text_add(&v->line, text);
    v->line_at = v->line.len;
    v->line_back = v->n_lines;
}

static void typing_end(ViewState *v)
{
    v->typing = TYPING_NOTHING;
    text_clear(&v->line);
    v->line_at = 0;
}

/* ---- editing ---- */

static bool inside(const Text *t, size_t at) { return at < t->len && ((unsigned char)t->s[at] & 0xC0) == 0x80; }

static size_t before(const Text *t, size_t at)
{
    if (!at) return 0;
    do at--;
    while (at && inside(t, at));
    return at;
}

static size_t behind(const Text *t, size_t at)
{
    if (at >= t->len) return t->len;
    do at++;
    while (inside(t, at));
    return at;
}

static void cut(Text *t, size_t from, size_t to)
{
    if (to <= from || !t->s) return;
    memmove(t->s + from, t->s + to, t->len - to + 1);
    t->len -= to - from;
}

static void insert(Text *t, size_t at, const char *s, size_t n)
{
    char *rest = mem_strn(text_str(t) + at, t->len - at);
    cut(t, at, t->len);
    text_addn(t, s, n);
    text_add(t, rest);
    free(rest);
}

static void backspace(ViewState *v)
{
    size_t from = before(&v->line, v->line_at);
    cut(&v->line, from, v->line_at);
    v->line_at = from;
}

static void type_glyph(ViewState *v, int key)
{
    char s[4];
    int n = key < 0x80 ? 1 : key < 0x800 ? 2 : key < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (int i = n - 1; i > 0; i--, key >>= 6) s[i] = (char)(0x80 | (key & 0x3F));
    s[0] = (char)(lead[n] | key);
    insert(&v->line, v->line_at, s, (size_t)n);
    v->line_at += (size_t)n;
}

/* ---- lines before ---- */

static void line_remember(ViewState *v)
{
    if (v->n_lines && !strcmp(v->lines[v->n_lines - 1], text_str(&v->line))) return;
    if (v->n_lines == REMEMBERED) {
        free(v->lines[0]);
        memmove(v->lines, v->lines + 1, sizeof *v->lines * (REMEMBERED - 1));
        v->n_lines--;
    }
    GROW(v->lines, v->n_lines, v->cap_lines);
    v->lines[v->n_lines++] = mem_str(text_str(&v->line));
}

static void line_recall(ViewState *v, int by)
{
    int at = v->line_back + by;
    if (at < 0 || at > v->n_lines || v->typing != TYPING_COMMAND) return;
    v->line_back = at;
    text_clear(&v->line);
    if (at < v->n_lines) text_add(&v->line, v->lines[at]);
    v->line_at = v->line.len;
}

/* ---- completion ---- */

static size_t common(char *const *words)
{
    size_t n = strlen(words[0]);
    for (int i = 1; words[i]; i++)
        while (strncmp(words[0], words[i], n)) n--;
    while (n && ((unsigned char)words[0][n] & 0xC0) == 0x80) n--;
    return n;
}

static void offers_show(ViewState *v, char *const *words)
{
    text_clear(&v->notice);
    v->notice_bad = false;
    for (int i = 0; words[i]; i++) text_addf(&v->notice, "%s%s", i ? "  " : "", words[i]);
}

/* While numbers are on their way, nothing is looked up that might compute. */
static void complete(ViewState *v)
{
    int start;
    if (v->typing != TYPING_COMMAND || v->training) return;
    char **words = complete_words(v->s, text_str(&v->line), (int)v->line_at, &start);
    if (!words) return;
    size_t n = common(words), had = v->line_at - (size_t)start;
    if (n > had) {
        cut(&v->line, (size_t)start, v->line_at);
        insert(&v->line, (size_t)start, words[0], n);
        v->line_at = (size_t)start + n;
    } else if (words[1]) {
        offers_show(v, words);
    }
    for (int i = 0; words[i]; i++) free(words[i]);
    free(words);
}

/* ---- search ---- */

static bool has(const char *text, const char *word)
{
    for (size_t n = strlen(word); *text; text++)
        if (!strncasecmp(text, word, n)) return true;
    return false;
}

/* "h.W[0, 1]": the matrix with that ending, and the place in it. */
static bool find_weight(ViewState *v, const char *word)
{
    long long row = 0, col = 0;
    const char *bracket = strchr(word, '[');
    char *name = mem_strn(word, bracket ? (size_t)(bracket - word) : strlen(word));
    int given = bracket ? sscanf(bracket, "[%lld,%lld", &row, &col) : 0, found = -1;
    for (int i = 1; i <= v->n_matrix && found < 0; i++) {
        int at = (v->matrix_at + (given ? i - 1 : i)) % v->n_matrix;
        if (*name && has(v->matrix[at].label, name)) found = at;
    }
    free(name);
    if (found < 0) return false;
    const ViewMatrix *m = &v->matrix[found];
    if (given == 1 && m->cols == 1) col = 0;
    v->pane = PANE_WEIGHTS;
    v->selecting = true;
    v->matrix_at = found;
    v->row = row < 0 ? 0 : row < m->rows ? row : m->rows - 1;
    v->col = col < 0 ? 0 : col < m->cols ? col : m->cols - 1;
    return true;
}

static bool find_row(ViewState *v, const char *word)
{
    char *end;
    long long row = strtoll(word, &end, 10);
    if (*end || end == word || !v->has_rows || row < 0 || row >= v->rows.rows) return false;
    v->pane = PANE_DATA;
    view_sample_select(v, row);
    return true;
}

static bool find_pane(ViewState *v, const char *word)
{
    for (int id = 0; id < PANES; id++)
        if (has(view_panes[id].name, word) && (id == PANE_EQUATION || view_panes[id].rows(v, 40))) {
            v->pane = id;
            v->selecting = id == PANE_WEIGHTS;
            return true;
        }
    return false;
}

/* The newest line of the trace with that word. */
static bool find_trace(ViewState *v, const char *word)
{
    const char *start = text_str(&v->trace), *p = start + v->trace.len;
    for (int below = 0; p > start; below++) {
        const char *line = p - 1;
        while (line > start && line[-1] != '\n') line--;
        char *one = mem_strn(line, (size_t)(p - line));
        bool found = has(one, word);
        free(one);
        if (found) {
            v->pane = PANE_TRACE;
            v->scroll[PANE_TRACE] = below > 1 ? below - 1 : 0;
            return true;
        }
        p = line;
    }
    return false;
}

static void search(ViewState *v, const char *word)
{
    text_clear(&v->explain);
    if (find_row(v, word) || find_weight(v, word) || find_pane(v, word) || find_trace(v, word)) return;
    text_clear(&v->notice);
    v->notice_bad = true;
    text_addf(&v->notice, "Nothing here is called %s: search for a weight (h.W[0, 1]), a sample's "
                          "number, a pane, or a word of the trace.", word);
}

/* ---- keys ---- */

static void line_done(ViewState *v)
{
    ViewTyping what = v->typing;
    char *text = mem_str(text_str(&v->line));
    if (what == TYPING_COMMAND && v->line.len) line_remember(v);
    typing_end(v);
    text_clear(&v->notice);
    if (*text && what == TYPING_SEARCH) search(v, text);
    else if (*text) text_clear(&v->explain), view_run(v, text);
    free(text);
}

void typing_key(ViewState *v, int key)
{
    Text *t = &v->line;
    switch (key) {
    case '\n': line_done(v); break;
    case 27: case K_INTERRUPT: typing_end(v); break;
    case K_CLOSED: v->leaving = true; break;
    case '\t': complete(v); break;
    case 127:
        if (!t->len) typing_end(v);
        else backspace(v);
        break;
    case K_DELETE: case 4: cut(t, v->line_at, behind(t, v->line_at)); break;
    case 21: cut(t, 0, v->line_at), v->line_at = 0; break;
    case 11: cut(t, v->line_at, t->len); break;
    case K_LEFT: v->line_at = before(t, v->line_at); break;
    case K_RIGHT: v->line_at = behind(t, v->line_at); break;
    case K_HOME: case 1: v->line_at = 0; break;
    case K_END: case 5: v->line_at = t->len; break;
    case K_UP: line_recall(v, -1); break;
    case K_DOWN: line_recall(v, 1); break;
    default:
        if (key >= ' ' && key < 0x110000 && t->len < LIMIT_LINE) type_glyph(v, key);
    }
}

/* ---- drawing ---- */

/* So much of the line that the cursor is in sight. */
void typing_draw(const ViewState *v, Canvas *c)
{
    int y = c->h - 1;
    const char *s = text_str(&v->line);
    int skip = text_columns(s, v->line_at) + 3 - c->w, used = 0;
    canvas_fill(c, (Rect){ 0, y, c->w, 1 }, STYLE_NORMAL, ' ');
    canvas_text(c, (Point){ 0, y }, STYLE_KEY, v->typing == TYPING_SEARCH ? "/" : ":");
    size_t from = 0;
    while (skip > 0 && from < v->line_at) {
        size_t next = behind(&v->line, from);
        skip -= text_columns(s + from, next - from);
        from = next;
    }
    canvas_text(c, (Point){ 1, y }, STYLE_NORMAL, s + from);
    used = text_columns(s + from, v->line_at - from);
    c->cursor = (Point){ 1 + used < c->w ? 1 + used : c->w - 1, y };
}

void typing_free(ViewState *v)
{
    for (int i = 0; i < v->n_lines; i++) free(v->lines[i]);
    free(v->lines);
}
