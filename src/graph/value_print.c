/* value_print.c -- values as a user sees them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/value.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "graph/op.h"
#include "graph/session.h"
#include "graph/tmpl.h"

/* ---- tensors ---- */

enum { MOST_COLUMNS = 8, MOST_ROWS = 12, SHOWN_EACH_END = 3 };

typedef struct {
    Text         *to;
    const Shape  *shape;
    const double *v;
    NumFormat     format;
    int           width;
    bool          folded;
} TensorPrinter;

/* A vector may be as long as a matrix is tall: ten class probabilities belong
 * in one view. */
static int64_t axis_most(const Shape *s, int axis)
{
    return axis == s->rank - 1 && s->rank > 1 ? MOST_COLUMNS : MOST_ROWS;
}

/* The index shown after i along an axis; a jump tells of a fold. */
static int64_t axis_next(const Shape *s, int axis, int64_t i)
{
    bool folds = s->dim[axis] > axis_most(s, axis);
    return folds && i == SHOWN_EACH_END - 1 ? s->dim[axis] - SHOWN_EACH_END : i + 1;
}

static int64_t axis_stride(const Shape *s, int axis)
{
    int64_t n = 1;
    for (int i = axis + 1; i < s->rank; i++) n *= s->dim[i];
    return n;
}

static void tensor_measure(TensorPrinter *p, int axis, int64_t at)
{
    const Shape *s = p->shape;
    if (axis == s->rank) {
        char buf[NUM_TEXT];
        int w = (int)strlen(num_print(buf, p->v[at], p->format));
        if (w > p->width) p->width = w;
        return;
    }
    if (s->dim[axis] > axis_most(s, axis)) p->folded = true;
    int64_t stride = axis_stride(s, axis);
    for (int64_t i = 0; i < s->dim[axis]; i = axis_next(s, axis, i))
        tensor_measure(p, axis + 1, at + i * stride);
}

/* What stands between neighbours along an axis: rows on lines of their own,
 * a blank line between matrices, indented by the brackets that are open. */
static void tensor_gap(TensorPrinter *p, int axis, bool jump)
{
    int rest = p->shape->rank - axis;
    if (rest == 1) {
        text_add(p->to, jump ? ", ..., " : ", ");
        return;
    }
    const char *line = rest == 2 ? ",\n" : ",\n\n";
    text_add(p->to, line);
    if (jump) text_addf(p->to, "%*s...%s", axis + 1, "", line);
    text_addf(p->to, "%*s", axis + 1, "");
}

static void tensor_axis(TensorPrinter *p, int axis, int64_t at)
{
    const Shape *s = p->shape;
    if (axis == s->rank) {
        char buf[NUM_TEXT];
        text_addf(p->to, "%*s", s->rank > 1 ? p->width : 0, num_print(buf, p->v[at], p->format));
        return;
    }
    int64_t stride = axis_stride(s, axis);
    text_addc(p->to, '[');
    for (int64_t i = 0, next; i < s->dim[axis]; i = next) {
        tensor_axis(p, axis + 1, at + i * stride);
        next = axis_next(s, axis, i);
        if (next < s->dim[axis]) tensor_gap(p, axis, next != i + 1);
    }
    text_addc(p->to, ']');
}

static void tensor_print_empty(Text *to, const Shape *s)
{
    if (s->rank == 1) {
        text_add(to, "[]");
        return;
    }
    char buf[SHAPE_TEXT];
    text_addf(to, "zeros%s", shape_print(buf, s));
}

void tensor_print(Text *to, const Shape *s, const double *v, NumFormat f)
{
    if (shape_len(s) == 0) {
        tensor_print_empty(to, s);
        return;
    }
    TensorPrinter p = { .to = to, .shape = s, .v = v, .format = f };
    tensor_measure(&p, 0, 0);
    tensor_axis(&p, 0, 0);
    char buf[SHAPE_TEXT];
    if (p.folded) text_addf(to, "%s# %s", s->rank == 1 ? "  " : "\n", shape_print(buf, s));
}

static void node_print(Text *to, Node *n, NumFormat f)
{
    Diag d = { 0 };
    const double *v = node_eval(n, &d);
    if (v) tensor_print(to, &n->shape, v, f);
    else text_addf(to, "# %s", d.text);
}

/* ---- texts and lists ---- */

static void str_print_quoted(Text *to, const char *s)
{
    static const char plain[] = "\"\\\n\t", escaped[] = "\"\\nt";
    text_addc(to, '"');
    for (; *s; s++) {
        const char *special = strchr(plain, *s);
        if (special) text_addc(to, '\\');
        text_addc(to, special ? escaped[special - plain] : *s);
    }
    text_addc(to, '"');
}

static void func_inline(Text *to, const Func *f, NumFormat form);

static void item_print(Text *to, Value v, NumFormat f)
{
    if (v.kind == V_STR) str_print_quoted(to, v.str->s);
    else if (v.kind == V_FUNC) func_inline(to, v.func, f);
    else value_print(to, v, f);
}

/* Items that need lines of their own (a matrix, a folded vector) get them. */
static void list_print(Text *to, const List *l, NumFormat f)
{
    Text one = { 0 };
    const char *gap = ", ";
    for (int i = 0; i < l->n; i++) {
        text_clear(&one);
        item_print(&one, l->item[i], f);
        if (strpbrk(text_str(&one), "\n#")) gap = ",\n ";
    }
    text_free(&one);
    text_addc(to, '[');
    for (int i = 0; i < l->n; i++) {
        if (i) text_add(to, gap);
        item_print(to, l->item[i], f);
    }
    text_addc(to, ']');
}

/* ---- functions ---- */

/* A value as an argument in one line: names where there are names. */
static void argument_print(Text *to, Value v, NumFormat f)
{
    if (v.kind == V_NONE) text_add(to, "none");
    else if (v.kind == V_NODE && v.node->label) text_add(to, v.node->label);
    else if (v.kind == V_NODE && v.node->len > MOST_ROWS) text_add(to, "...");
    else {
        Text one = { 0 };
        item_print(&one, v, f);
        char last = '[';                     /* a matrix on one line needs no columns */
        for (const char *s = text_str(&one); *s; s++) {
            bool blank = *s == '\n' || *s == ' ';
            if (!blank) text_addc(to, *s);
            else if (last == ',') text_addc(to, ' ');
            last = *s == '\n' ? ' ' : blank && last == '[' ? '[' : *s;
        }
        text_free(&one);
    }
}

static int bound_find(const Func *f, const char *key)
{
    for (int i = 0; i < f->n_key; i++)
        if (!strcmp(f->key[i], key)) return i;
    return -1;
}

/* How many of a bound layer's arguments read well by place: dense(2, tanh). An
 * argument counts when every formal before it (but the layer's input) is given. */
static int bound_by_place(const Func *f, int *order)
{
    const Ast *def = f->of->ast;
    int n = 0;
    if (f->of->kind != FN_LAYER || !def) return 0;
    for (int i = 1; i < def->n - 1; i++) {
        int k = bound_find(f, def->kid[i]->text);
        if (k < 0) break;
        order[n++] = k;
    }
    return n;
}

static void bound_print(Text *to, const Func *f, NumFormat form)
{
    int *order = mem_new(sizeof *order * (size_t)(f->n_key + 1));
    int places = bound_by_place(f, order), printed = 0;
    func_inline(to, f->of, form);
    text_addc(to, '(');
    for (int i = 0; i < places; i++) {
        if (printed++) text_add(to, ", ");
        argument_print(to, f->key_val[order[i]], form);
    }
    for (int i = 0; i < f->n_key; i++) {
        bool done = false;
        for (int k = 0; k < places; k++) done |= order[k] == i;
        if (done) continue;
        text_addf(to, "%s%s=", printed++ ? ", " : "", f->key[i]);
        argument_print(to, f->key_val[i], form);
    }
    text_addc(to, ')');
    free(order);
}

/* "dense1" for a dense that was given no name */
static bool stage_name_is_made(const char *name, const Func *stage)
{
    const Func *f = stage;
    while (f->kind == FN_BOUND && f->of) f = f->of;
    if (!f->name) return true;
    size_t n = strlen(f->name);
    return !strncmp(name, f->name, n) && strspn(name + n, "0123456789") == strlen(name + n);
}

static void chain_print(Text *to, const Func *f, NumFormat form)
{
    if (f->has_input) {
        text_add(to, "input(");
        for (int i = 0; i < f->input.rank; i++)
            text_addf(to, "%s%lld", i ? ", " : "", (long long)f->input.dim[i]);
        text_addc(to, ')');
    }
    for (int i = 0; i < f->n_stage; i++) {
        if (i || f->has_input) text_add(to, " -> ");
        const char *name = f->stage_name ? f->stage_name[i] : NULL;
        if (name && !stage_name_is_made(name, f->stage[i])) text_addf(to, "%s: ", name);
        func_inline(to, f->stage[i], form);
    }
}

static void func_inline(Text *to, const Func *f, NumFormat form)
{
    if (f->kind == FN_BOUND && f->of) bound_print(to, f, form);
    else if (f->kind == FN_PRIME && f->of) {
        func_inline(to, f->of, form);
        text_addc(to, '\'');
    } else if (f->kind == FN_CHAIN && !f->name) {
        text_addc(to, '(');
        chain_print(to, f, form);
        text_addc(to, ')');
    } else text_add(to, f->name ? f->name : f->row ? f->row->name : "function");
}

static void comment_print(Text *to, const char *doc)
{
    while (*doc) {
        size_t n = strcspn(doc, "\n");
        if (n && *doc != '#') text_add(to, *doc == ' ' ? "#" : "# ");
        text_addn(to, doc, n);
        text_addc(to, '\n');
        doc += n + (doc[n] == '\n');
    }
}

static void chain_print_counted(Text *to, Func *f, NumFormat form)
{
    int n;
    int64_t count = 0;
    Node **param = func_params(f, &n);
    for (int i = 0; i < n; i++) count += param[i]->len;
    free(param);
    chain_print(to, f, form);
    if (count) text_addf(to, "  # %lld parameter%s", (long long)count, count == 1 ? "" : "s");
}

static void func_print(Text *to, Func *f, NumFormat form)
{
    if (f->kind == FN_CHAIN) chain_print_counted(to, f, form);
    else if (f->ast && f->kind != FN_BOUND) {
        if (f->ast->doc) comment_print(to, f->ast->doc);
        ast_print(to, f->ast);
    } else if (f->row) {
        comment_print(to, f->row->help);
        text_add(to, f->row->usage);
    } else if (f->op) {
        comment_print(to, f->op->help);
        text_add(to, f->op->usage);
    } else func_inline(to, f, form);
}

/* ---- records ---- */

static void dataset_print_size(Text *to, const Node *x)
{
    const Shape *s = &x->shape;
    text_addf(to, "%lld row%s, ", (long long)(s->rank ? s->dim[0] : 1),
              s->rank && s->dim[0] == 1 ? "" : "s");
    if (s->rank < 2) text_add(to, "1");
    for (int i = 1; i < s->rank; i++)
        text_addf(to, "%s%lld", i > 1 ? " x " : "", (long long)s->dim[i]);
    text_addf(to, " feature%s", s->rank < 2 || (s->rank == 2 && s->dim[1] == 1) ? "" : "s");
}

static void dataset_print_classes(Text *to, const List *l)
{
    for (int i = 0; i < l->n; i++) {
        if (l->item[i].kind != V_STR) continue;
        text_add(to, i ? ", " : ", classes ");
        if (i == MOST_ROWS) {
            text_add(to, "...");
            return;
        }
        text_add_safe(to, l->item[i].str->s, strlen(l->item[i].str->s));
    }
}

static void dataset_print(Text *to, const Record *r)
{
    const Value *x = record_find(r, "x"), *names = record_find(r, "classes");
    text_add(to, "dataset: ");
    if (x && x->kind == V_NODE) dataset_print_size(to, x->node);
    if (names && names->kind == V_LIST) dataset_print_classes(to, names->list);
}

/* ", loss 0.69 -> 0.003" and the number of entries */
static int64_t history_print_curve(Text *to, const Record *r, const char *name, NumFormat f)
{
    const Value *v = record_find(r, name);
    Diag d = { 0 };
    const double *y = v && v->kind == V_NODE ? node_eval(v->node, &d) : NULL;
    if (!y || !v->node->len) return 0;
    text_addf(to, ", %s ", name);
    text_num(to, y[0], f);
    text_add(to, " -> ");
    text_num(to, y[v->node->len - 1], f);
    return v->node->len;
}

static void history_print(Text *to, const Record *r, NumFormat f)
{
    Text curves = { 0 };
    int64_t n = history_print_curve(&curves, r, "loss", f);
    history_print_curve(&curves, r, "val_loss", f);
    text_addf(to, "history: %lld epoch%s%s", (long long)n, n == 1 ? "" : "s", text_str(&curves));
    text_free(&curves);
}

enum { FOLD_RUNS = 20 };

static const char *text_field(const Record *r, const char *name)
{
    const Value *v = record_find(r, name);
    return v && v->kind == V_STR ? v->str->s : "";
}

/* "lr=0.1: history: ...", and of a sweep a line for each of its runs. */
static void run_print(Text *to, const Record *r, NumFormat f)
{
    const Value *h = record_find(r, "history");
    text_add(to, text_field(r, "label"));
    if (!h || h->kind != V_RECORD) return;
    text_add(to, ": ");
    history_print(to, h->record, f);
}

static void sweep_print(Text *to, const Record *r, NumFormat f)
{
    const Value *runs = record_find(r, "runs");
    int n = runs && runs->kind == V_LIST ? runs->list->n : 0;
    text_addf(to, "sweep: %d run%s", n, n == 1 ? "" : "s");
    for (int i = 0; i < n && i < FOLD_RUNS; i++) {
        text_addc(to, '\n');
        run_print(to, runs->list->item[i].record, f);
    }
    if (n > FOLD_RUNS) text_addf(to, "\n... and %d more", n - FOLD_RUNS);
}

static void record_print(Text *to, const Record *r, NumFormat f)
{
    if (!strcmp(r->type, "sweep")) {
        sweep_print(to, r, f);
        return;
    }
    if (!strcmp(r->type, "run")) {
        run_print(to, r, f);
        return;
    }
    if (!strcmp(r->type, "dataset")) {
        dataset_print(to, r);
        return;
    }
    if (!strcmp(r->type, "history")) {
        history_print(to, r, f);
        return;
    }
    bool gradients = !strcmp(r->type, "gradients");
    if (!gradients) text_addf(to, "%s:\n", r->type);
    for (int i = 0; i < r->n; i++) {
        const Value *v = &r->field[i];
        bool labelled = gradients && v->kind == V_NODE && v->node->label;
        bool tall = v->kind == V_NODE && v->node->shape.rank > 1;
        text_addf(to, tall ? "%s%s =\n" : "%s%s = ", i ? "\n" : "", labelled ? v->node->label : r->name[i]);
        item_print(to, *v, f);
        while (to->len && to->s[to->len - 1] == '\n') to->s[--to->len] = '\0';
    }
}

void value_print(Text *to, Value v, NumFormat f)
{
    switch (v.kind) {
    case V_NONE: break;
    case V_NODE: node_print(to, v.node, f); break;
    case V_STR: text_add(to, v.str->s); break;
    case V_FUNC: func_print(to, v.func, f); break;
    case V_LIST: list_print(to, v.list, f); break;
    case V_RECORD: record_print(to, v.record, f); break;
    }
}
