/* dataset_print.c -- a data set as a table that fits on a screen.
 *
 * Columns are added from the left until the width is used up; the target stands at
 * the right in any case. Every text in the table may come from a file, so it goes
 * through the funnel and is cut.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "learn/dataset.h"

enum { TABLE_WIDTH = 79, NAME_WIDTH = 20, TARGETS_SHOWN = 4, CLASSES_SHOWN = 30, GAP = 2, HEAD = -1 };

typedef struct {
    const Record *r;
    DataView      v;
    NumFormat     f;
    int64_t       rows, head;  /* shown; of these, from the beginning  */
    int64_t       n_in, n_out; /* columns shown of x and of the target */
} DataTable;

/* Foreign text, made safe, at most NAME_WIDTH columns wide. */
static void add_name(Text *to, const char *s)
{
    Text safe = { 0 };
    text_add_safe(&safe, s, strlen(s));
    size_t n = safe.len;
    bool cut = false;
    for (size_t i = 0; i < safe.len; i++) {
        if (safe.s[i] == '\n' || safe.s[i] == '\t') safe.s[i] = ' ';
    }
    while (n > 0 && text_columns(text_str(&safe), n) > NAME_WIDTH - cut) {
        cut = true;
        do n--;
        while (n > 0 && ((unsigned char)safe.s[n] & 0xC0) == 0x80);
    }
    text_addn(to, text_str(&safe), n);
    if (cut) text_add(to, "…");
    text_free(&safe);
}

static const char *field_text(const Record *r, const char *field)
{
    Value *v = record_find(r, field);
    return v && v->kind == V_STR ? v->str->s : NULL;
}

static void head_input(const DataTable *t, int64_t c, Text *to)
{
    Value *names = record_find(t->r, "names");
    if (names && names->kind == V_LIST && c < names->list->n &&
        names->list->item[c].kind == V_STR) {
        add_name(to, names->list->item[c].str->s);
        return;
    }
    int64_t at[LIMIT_RANK];
    shape_unravel(&t->v.sample, c, at);
    text_addc(to, 'x');
    for (int i = 0; i < t->v.sample.rank; i++) {
        text_addf(to, "%s%lld", i ? ", " : "[", (long long)at[i]);
    }
    if (t->v.sample.rank) text_addc(to, ']');
}

static void head_target(const DataTable *t, int64_t c, Text *to)
{
    const char *name = field_text(t->r, "target");
    if (name && (t->v.n_out == 1 || t->v.classes)) {
        add_name(to, name);
    } else if (t->v.classes) {
        text_add(to, "class");
    } else if (t->v.n_out == 1) {
        text_addc(to, 'y');
    } else {
        text_addf(to, "y[%lld]", (long long)c);
    }
}

static bool is_target(const DataTable *t, int64_t column) { return column > t->v.n_in; }

/* Which row of the data set stands in a row of the table. */
static int64_t row_shown(const DataTable *t, int64_t i)
{
    return i < t->head ? i : t->v.rows - t->rows + i;
}

/* The text of one cell. Column 0 counts the rows, then come x and the target. */
static void cell_text(const DataTable *t, int64_t row, int64_t column, Text *to)
{
    text_clear(to);
    int64_t c = is_target(t, column) ? column - 1 - t->v.n_in : column - 1;
    if (column == 0) {
        if (row != HEAD) text_addf(to, "%lld", (long long)row);
    } else if (row == HEAD && is_target(t, column)) {
        head_target(t, c, to);
    } else if (row == HEAD) {
        head_input(t, c, to);
    } else if (!is_target(t, column)) {
        text_num(to, t->v.x[row * t->v.n_in + c], t->f);
    } else if (t->v.classes) {
        add_name(to, t->v.classes[dataset_class(&t->v, row)]);
    } else {
        text_num(to, t->v.y[row * t->v.n_out + c], t->f);
    }
}

static int column_width(const DataTable *t, int64_t column)
{
    Text cell = { 0 };
    int width = 0;
    for (int64_t i = HEAD; i < t->rows; i++) {
        cell_text(t, row_shown(t, i), column, &cell);
        int w = text_columns(text_str(&cell), cell.len);
        if (w > width) width = w;
    }
    text_free(&cell);
    return width;
}

/* How many columns of x fit beside the rest; at least one. */
static void table_fit(DataTable *t)
{
    int64_t left = TABLE_WIDTH - column_width(t, 0);
    for (int64_t c = 0; c < t->n_out; c++) left -= GAP + column_width(t, t->v.n_in + 1 + c);
    if (t->n_out < t->v.n_out && !t->v.classes) left -= GAP + 1;
    for (t->n_in = 0; t->n_in < t->v.n_in; t->n_in++) {
        int64_t mark = t->n_in + 1 < t->v.n_in ? GAP + 1 : 0;
        left -= GAP + column_width(t, t->n_in + 1);
        if (left < mark && t->n_in > 0) return;
    }
}

static void add_cell(const DataTable *t, int64_t row, int64_t column, int width, Text *to)
{
    Text cell = { 0 };
    cell_text(t, row, column, &cell);
    int pad = width - text_columns(text_str(&cell), cell.len);
    bool left = is_target(t, column) && t->v.classes;
    if (column) text_addf(to, "%*s", GAP, "");
    if (!left) text_addf(to, "%*s", pad, "");
    text_add(to, text_str(&cell));
    bool last = column == t->v.n_in + t->n_out;
    if (left && !last) text_addf(to, "%*s", pad, "");
    text_free(&cell);
}

static void add_row(const DataTable *t, int64_t row, const int *width, Text *to)
{
    for (int64_t c = 0; c <= t->n_in; c++) add_cell(t, row, c, width[c], to);
    if (t->n_in < t->v.n_in) text_addf(to, "%*s…", GAP, "");
    for (int64_t c = 0; c < t->n_out; c++) {
        add_cell(t, row, t->v.n_in + 1 + c, width[t->n_in + 1 + c], to);
    }
    if (t->n_out < t->v.n_out && !t->v.classes) text_addf(to, "%*s…", GAP, "");
    text_addc(to, '\n');
}

static const char *plural(int64_t n) { return n == 1 ? "" : "s"; }

/* ": setosa (50), versicolor (50), virginica (50)", on as many lines as it takes. */
static void add_counts(const DataTable *t, Text *to)
{
    int64_t *count = mem_new(sizeof *count * (size_t)t->v.n_class);
    for (int64_t i = 0; i < t->v.rows; i++) count[dataset_class(&t->v, i)]++;
    size_t line = 0;                             /* where it begins */
    Text one = { 0 };
    text_addc(to, ':');
    for (int i = 0; i < t->v.n_class && i <= CLASSES_SHOWN; i++) {
        text_clear(&one);
        if (i == CLASSES_SHOWN) text_addf(&one, "… %d more", t->v.n_class - i);
        else add_name(&one, t->v.classes[i]);
        if (i < CLASSES_SHOWN) text_addf(&one, " (%lld)", (long long)count[i]);
        if (i + 1 < t->v.n_class && i < CLASSES_SHOWN) text_addc(&one, ',');
        int used = text_columns(to->s + line, to->len - line);
        bool fits = used + 1 + text_columns(text_str(&one), one.len) <= TABLE_WIDTH;
        if (!fits) line = to->len + 1;
        text_add(to, fits ? " " : "\n  ");
        text_add(to, text_str(&one));
    }
    text_free(&one);
    free(count);
}

static void add_summary(const DataTable *t, Text *to)
{
    text_addf(to, "%lld row%s, ", (long long)t->v.rows, plural(t->v.rows));
    if (t->v.sample.rank <= 1) {
        text_addf(to, "%lld feature%s", (long long)t->v.n_in, plural(t->v.n_in));
    } else {
        char s[SHAPE_TEXT];
        text_addf(to, "samples of %s", shape_print(s, &t->v.sample));
    }
    if (t->v.classes) {
        text_addf(to, ", %d class%s", t->v.n_class, t->v.n_class == 1 ? "" : "es");
        add_counts(t, to);
    } else {
        text_addf(to, ", %lld output%s", (long long)t->v.n_out, plural(t->v.n_out));
    }
    text_addc(to, '\n');
}

static void add_table(DataTable *t, Text *to)
{
    table_fit(t);
    int *width = mem_new(sizeof *width * (size_t)(t->n_in + t->n_out + 1));
    for (int64_t c = 0; c <= t->n_in; c++) width[c] = column_width(t, c);
    for (int64_t c = 0; c < t->n_out; c++) {
        width[t->n_in + 1 + c] = column_width(t, t->v.n_in + 1 + c);
    }
    for (int64_t i = HEAD; i < t->rows; i++) {
        if (i == t->head) text_addf(to, "… %lld more\n", (long long)(t->v.rows - t->rows));
        add_row(t, row_shown(t, i), width, to);
    }
    free(width);
}

void dataset_print(Text *to, const Record *r, int rows, NumFormat f)
{
    DataTable t = { .r = r, .f = f };
    Diag d = { 0 };
    Value v = { .kind = V_RECORD, .record = (Record *)r };
    if (dataset_view(v, (Span){ 0, 0 }, &t.v, &d) != OK) {
        text_addf(to, "# %s\n", d.text);
        return;
    }
    t.rows = rows < t.v.rows ? rows : t.v.rows;
    t.head = rows < t.v.rows ? (rows + 1) / 2 : rows;
    t.n_out = t.v.classes ? 1 : t.v.n_out < TARGETS_SHOWN ? t.v.n_out : TARGETS_SHOWN;
    add_summary(&t, to);
    add_table(&t, to);
    dataset_view_free(&t.v);
}
