/* args.c -- arguments that the functions on data have in common.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "learn/args.h"
#include "learn/csv_open.h"

Status placed(Call *c, Status s, Span at)
{
    if (s != OK && c->d->at.from == c->d->at.to) c->d->at = at;
    return s;
}

Status need_dataset(Call *c, Value v, Span at, Record **out)
{
    *out = v.record;
    if (dataset_is(v)) return OK;
    diag_set(c->d, E_TYPE, at, "%s works on a data set, not on %s", c->row->name, value_kind(v));
    return diag_hint(c->d, "dataset(x, y) makes one; so do data(\"iris\") and csv(file).");
}

Status call_dataset(Call *c, Record **out)
{
    Value v;
    TRY(call_value(c, 0, &v));
    return need_dataset(c, v, call_span(c, 0), out);
}

Status call_key_auto(Call *c, const char *key, int *out)
{
    *out = -1;
    for (int i = 0; i < c->n_key; i++) {
        Ast *a = strcmp(c->key[i], key) == 0 ? c->key_ast[i] : NULL;
        if (a && a->kind == A_NAME && strcmp(a->text, "auto") == 0) return OK;
    }
    Value v;
    TRY(call_key(c, key, &v));
    if (v.kind == V_NONE || (v.kind == V_STR && strcmp(v.str->s, "auto") == 0)) return OK;
    int64_t n;
    TRY(call_key_int(c, key, -1, &n));
    *out = (int)n;
    if (n == 0 || n == 1) return OK;
    return diag_set(c->d, E_RANGE, call_key_span(c, key), "%s= is 0, 1 or auto, not %lld", key,
                    (long long)n);
}

static const Ast *key_typed(const Call *c, const char *key)
{
    for (int i = 0; i < c->n_key; i++) {
        if (strcmp(c->key[i], key) == 0) return c->key_ast[i];
    }
    return NULL;
}

Status call_key_word(Call *c, const char *key, Value *out)
{
    const Ast *a = key_typed(c, key);
    bool word = a && a->kind == A_NAME;
    Status s = call_key(c, key, out);
    if (!word || (s == OK && out->kind != V_FUNC)) return s;
    diag_clear(c->d);
    for (int i = 0; i < c->n_key; i++) {         /* kept with the call, which frees it */
        if (strcmp(c->key[i], key) != 0) continue;
        value_drop(&c->key_val[i]);
        *out = c->key_val[i] = value_str(a->text);
        c->key_have[i] = true;
    }
    return OK;
}

Status call_rng(Call *c, Rng *own, Rng **out)
{
    *out = &c->s->rng;
    if (!call_has(c, "seed")) return OK;
    int64_t seed;
    TRY(call_key_int(c, "seed", 0, &seed));
    if (seed < 0 || seed > UINT32_MAX) {
        return diag_set(c->d, E_RANGE, call_key_span(c, "seed"),
                        "seed= is a whole number from 0 to 4294967295, not %lld",
                        (long long)seed);
    }
    *own = (Rng){ .torch = c->s->rng.torch };
    rng_seed(own, (uint32_t)seed);
    *out = own;
    return OK;
}

const char *const *names_read(const Names *v) { return (const char *const *)v->s; }

void names_free(Names *v)
{
    for (int i = 0; i < v->n; i++) free(v->s[i]);
    free(v->s);
}

Status names_from(Call *c, Value v, Span at, const char *what, Names *out)
{
    bool good = v.kind == V_LIST && v.list->n > 0;
    for (int i = 0; good && i < v.list->n; i++) good = v.list->item[i].kind == V_STR;
    if (!good) {
        diag_set(c->d, E_TYPE, at, "%s needs a list of texts, not %s", what,
                 v.kind == V_LIST ? "this list" : value_kind(v));
        return diag_hint(c->d, "For example [\"red\", \"blue\"].");
    }
    out->n = v.list->n;
    out->s = mem_new(sizeof *out->s * (size_t)out->n);
    for (int i = 0; i < out->n; i++) out->s[i] = mem_str(v.list->item[i].str->s);
    return OK;
}

Names names_of_classes(const Record *r)
{
    Value *v = record_find(r, "classes");
    Names out = { 0 };
    if (!v || v->kind != V_LIST) return out;
    out.s = mem_new(sizeof *out.s * (size_t)(v->list->n + 1));
    for (; out.n < v->list->n; out.n++) {
        const Value *name = &v->list->item[out.n];
        out.s[out.n] = mem_str(name->kind == V_STR ? name->str->s : "");
    }
    return out;
}

Status give(Call *c, Status s, Record *r, Value *out)
{
    if (s == OK) *out = value_record(r);
    return placed(c, s, c->at);
}

/* ---- rows and targets ---- */

Status rows_copy(Call *c, Node *n, Span at, const char *what, Node **out)
{
    if (n->len == 0 || n->shape.rank == 0) {
        char s[SHAPE_TEXT];
        diag_set(c->d, E_SHAPE, at, "%s is %s; it needs rows", what, shape_print(s, &n->shape));
        return diag_hint(c->d, "The first axis counts the rows: [[0, 1], [1, 1]] are two.");
    }
    const double *v = node_eval(n, c->d);
    if (!v) return c->d->code;
    Shape s = n->shape;
    if (s.rank == 1) s = shape_of(2, (int64_t[]){ n->len, 1 });
    *out = node_leaf(&s, v, c->d);
    return *out ? OK : placed(c, c->d->code, at);
}

static Status target_texts(Call *c, int i, Value v, Record *r, const Names *classes)
{
    Names y = { 0 };
    TRY(names_from(c, v, call_span(c, i), "y", &y));
    Status s = dataset_label_texts(r, names_read(&y), y.n, names_read(classes), classes->n, c->d);
    names_free(&y);
    return placed(c, s, call_span(c, i));
}

Status call_target(Call *c, int i, Record *r, const Names *classes)
{
    Value v;
    TRY(call_value(c, i, &v));
    if (v.kind == V_LIST && v.list->n && v.list->item[0].kind == V_STR) {
        return target_texts(c, i, v, r, classes);
    }
    Node *y;
    TRY(call_node(c, i, &y));
    TRY(rows_copy(c, y, call_span(c, i), "y", &y));
    Status s = dataset_label_numbers(r, y, names_read(classes), classes->n, c->d);
    node_drop(y);
    return placed(c, s, call_span(c, i));
}

/* ---- files ---- */

const char *file_path(const char *file, char buf[PATH_ROOM])
{
    if (strchr(file, '/') || access(file, F_OK) == 0) return file;
    snprintf(buf, PATH_ROOM, "%s/%.255s", dataset_folder(), file);
    return access(buf, F_OK) == 0 ? buf : file;
}

Status call_file(Call *c, int i, const char **out)
{
    TRY(call_text(c, i, out));
    if (**out) return OK;
    return diag_set(c->d, E_IO, call_span(c, i), "a file name is needed here, not an empty text");
}

/* ---- reading is shown ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "reading big.csv  [########------------]  2 s left": from half a second on, ten times a
 * second at most. */
static void show_part(void *to, double part)
{
    ReadShow *show = to;
    double now = seconds(), took = now - show->began;
    if (took < 0.5 || now - show->shown < 0.1) return;
    show->shown = now;
    char bar[21];
    for (int i = 0; i < 20; i++) bar[i] = i < (int)(part * 20) ? '#' : '-';
    bar[20] = '\0';
    const char *slash = strrchr(show->file, '/');
    Text line = { 0 };
    text_add(&line, "reading ");
    csv_path_add(&line, slash ? slash + 1 : show->file);
    text_addf(&line, "  [%s]", bar);
    if (part > 0) text_addf(&line, "  %.0f s left", ceil(took * (1 - part) / part));
    show->s->progress(show->s, text_str(&line));
    text_free(&line);
}

void show_begin(ReadShow *show, Call *c, const char *file)
{
    *show = (ReadShow){ .s = c->s, .file = file, .began = seconds() };
    if (c->s->progress) show->watch = (ReadWatch){ show_part, show };
}

void show_end(ReadShow *show)
{
    if (show->shown > 0) show->s->progress(show->s, NULL);
}
