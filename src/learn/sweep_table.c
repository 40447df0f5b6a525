/* sweep_table.c -- what the runs of a sweep came to: a table, and a record to plot.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learn/sweep.h"

static double number_of(const Record *r, const char *name)
{
    const Value *v = r ? record_find(r, name) : NULL;
    return v && v->kind == V_NODE && v->node->len == 1 ? v->node->val[0] : NAN;
}

/* ---- the numbers of a run ---- */

static void measure_history(const Trial *t, Record *to)
{
    for (int i = 0; t->history && i < t->history->n; i++) {
        const Value *v = &t->history->field[i];
        if (v->kind != V_NODE || v->node->shape.rank != 1) continue;
        int64_t n = v->node->len;
        record_set(to, t->history->name[i], value_num(n ? v->node->val[n - 1] : NAN));
    }
}

/* What the block itself came to stands beside the training's numbers of the same name. */
static void measure_answer(const Trial *t, Record *to)
{
    for (int i = 0; t->measures && i < t->measures->n; i++) {
        const Value *v = &t->measures->field[i];
        char name[LIMIT_NAME + 8];
        bool taken = record_find(to, t->measures->name[i]) != NULL;
        snprintf(name, sizeof name, "%s%s", taken ? "eval_" : "", t->measures->name[i]);
        if (v->kind == V_NODE && v->node->len == 1) record_set(to, name, value_num(v->node->val[0]));
    }
}

static Record *measures_of(const Trial *t)
{
    Record *r = record_new("measures");
    measure_history(t, r);
    measure_answer(t, r);
    return r;
}

/* ---- the record ---- */

static Value texts(char *const *s, int n)
{
    List *l = list_new(n);
    for (int i = 0; i < n; i++) l->item[i] = value_str(s[i]);
    return value_list(l);
}

static Record *run_record(const Trials *all, const Trial *t)
{
    Record *r = record_new("run");
    List *l = list_new(all->n_name);
    for (int i = 0; i < all->n_name; i++) l->item[i] = value_keep(t->value[i]);
    Value history = { 0 };
    if (t->history) history = (Value){ .kind = V_RECORD, .record = t->history };
    record_set(r, "label", value_str(t->label));
    record_set(r, "values", value_list(l));
    record_set(r, "history", value_keep(history));
    record_set(r, "measures", value_record(measures_of(t)));
    return r;
}

/* Each number as a vector over the runs; nan where a run has none of that name. */
static Record *measures_by_name(const List *runs)
{
    Record *to = record_new("measures");
    for (int i = 0; i < runs->n; i++) {
        const Record *one = record_find(runs->item[i].record, "measures")->record;
        for (int k = 0; k < one->n; k++) {
            int64_t n = runs->n;
            Shape s = shape_of(1, &n);
            Diag d = { 0 };
            Node *v = record_find(to, one->name[k]) ? NULL : node_leaf(&s, NULL, &d);
            for (int r = 0; v && r < n; r++) v->val[r] = number_of(record_find(runs->item[r].record, "measures")->record, one->name[k]);
            if (v) leaf_touch(v), record_set(to, one->name[k], value_node(v));
        }
    }
    return to;
}

Record *trials_record(const Trials *all)
{
    Record *r = record_new("sweep");
    List *values = list_new(all->n_name), *labels = list_new(all->n), *runs = list_new(all->n),
         *histories = list_new(all->n);
    for (int i = 0; i < all->n_name; i++)
        values->item[i] = value_keep((Value){ .kind = V_LIST, .list = all->values[i] });
    for (int i = 0; i < all->n; i++) {
        Record *run = run_record(all, &all->trial[i]);
        runs->item[i] = value_record(run);
        labels->item[i] = value_str(all->trial[i].label);
        histories->item[i] = value_keep(*record_find(run, "history"));
    }
    record_set(r, "names", texts(all->name, all->n_name));
    record_set(r, "values", value_list(values));
    record_set(r, "labels", value_list(labels));
    record_set(r, "measures", value_record(measures_by_name(runs)));
    record_set(r, "runs", value_list(runs));
    record_set(r, "histories", value_list(histories));
    return r;
}

/* ---- the table ---- */

typedef struct {
    const Trials *all;
    NumFormat format;
    Record  **measures;              /* of each trial                                   */
    int       n_column;
    const char *column[LIMIT_COLUMNS];
    bool      epochs;                /* they differ from run to run                     */
} Table;

static void column_add(Table *t, const char *name)
{
    for (int i = 0; i < t->n_column; i++)
        if (!strcmp(t->column[i], name)) return;
    if (t->n_column < LIMIT_COLUMNS) t->column[t->n_column++] = name;
}

static void columns_find(Table *t)
{
    double first = number_of(t->all->trial[0].history, "epochs");
    for (int i = 0; i < t->all->n; i++) {
        for (int k = 0; k < t->measures[i]->n; k++) column_add(t, t->measures[i]->name[k]);
        double epochs = number_of(t->all->trial[i].history, "epochs");
        t->epochs |= epochs != first && !(isnan(epochs) && isnan(first));
    }
}

/* Cell of row i (-1: the heading) in column k: names, epochs, measures. */
static void cell_print(const Table *t, int i, int k, Text *to)
{
    const Trials *all = t->all;
    text_clear(to);
    if (k < all->n_name) {
        if (i < 0) text_add(to, all->name[k]);
        else value_print(to, all->trial[i].value[k], t->format);
        return;
    }
    k -= all->n_name;
    if (t->epochs && k == 0) {
        if (i < 0) text_add(to, "epochs");
        else text_num(to, number_of(all->trial[i].history, "epochs"), t->format);
        return;
    }
    const char *name = t->column[k - t->epochs];
    if (i < 0) text_add(to, name);
    else if (record_find(t->measures[i], name)) text_num(to, number_of(t->measures[i], name), t->format);
    else text_add(to, "-");
}

static void table_print(const Table *t, Text *to)
{
    int n = t->all->n_name + t->epochs + t->n_column, *width = mem_new(sizeof *width * (size_t)n);
    Text cell = { 0 };
    for (int i = -1; i < t->all->n; i++)
        for (int k = 0; k < n; k++) {
            cell_print(t, i, k, &cell);
            int w = text_columns(text_str(&cell), cell.len);
            if (w > width[k]) width[k] = w;
        }
    for (int i = -1; i < t->all->n; i++)
        for (int k = 0; k < n; k++) {
            cell_print(t, i, k, &cell);
            int pad = k < n - 1 ? width[k] + 2 - text_columns(text_str(&cell), cell.len) : 0;
            text_addf(to, "%s%*s%s", text_str(&cell), pad, "", k < n - 1 ? "" : "\n");
        }
    text_free(&cell);
    free(width);
}

/* The run with the smallest loss, by validation where there is one. */
static void best_print(const Table *t, Text *to)
{
    const char *by = NULL;
    int best = -1;
    for (int k = 0; k < t->n_column; k++)
        if (!strcmp(t->column[k], "val_loss") || (!by && !strcmp(t->column[k], "loss"))) by = t->column[k];
    for (int i = 0; i < t->all->n && by; i++) {
        double v = number_of(t->measures[i], by);
        if (!isnan(v) && (best < 0 || v < number_of(t->measures[best], by))) best = i;
    }
    if (best >= 0 && t->all->n > 1) text_addf(to, "# smallest %s: %s\n", by, t->all->trial[best].label);
}

static void printed_print(const Trials *all, Text *to)
{
    for (int i = 0; i < all->n; i++) {
        const char *s = all->trial[i].printed;
        if (s && *s) text_addf(to, "# %s:\n%s%s", all->trial[i].label, s, s[strlen(s) - 1] == '\n' ? "" : "\n");
    }
}

void trials_print(Session *s, const Trials *all)
{
    Table t = { .all = all, .format = s->format };
    t.measures = mem_new(sizeof *t.measures * (size_t)all->n);
    for (int i = 0; i < all->n; i++) t.measures[i] = measures_of(&all->trial[i]);
    columns_find(&t);
    printed_print(all, &s->out);
    table_print(&t, &s->out);
    best_print(&t, &s->out);
    for (int i = 0; i < all->n; i++) {
        Value v = value_record(t.measures[i]);
        value_drop(&v);
    }
    free(t.measures);
}
