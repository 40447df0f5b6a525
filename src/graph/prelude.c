/* prelude.c -- the library that is written in Gradus, read as it is needed.
 *
 * Its names are found at the first name that is nobody else's, by a walk over the lines;
 * a definition is parsed when it is first asked for. So the library may grow without
 * the program starting later.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/prelude.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"
#include "graph/define.h"

enum { PRELUDE_PLACES = 1024 };

typedef struct {
    const PreludeFile *file;
    size_t at;                /* where the definition begins in its text */
    int    line;
    char  *name;
    Func  *func;              /* NULL: not read yet */
} PreludeEntry;

struct PreludeIndex {
    int           n, cap;
    PreludeEntry *entry;
    int           place[PRELUDE_PLACES];     /* hash: entry + 1, 0 none */
};

static Func *prelude_func(Source *src, const Ast *a)
{
    FuncKind kind = a->kind == S_LAYER ? FN_LAYER : a->kind == S_OPTIMIZER ? FN_OPTIMIZER : FN_DEF;
    Func *f = func_new(kind, a->text);
    f->src = source_keep(src);
    f->ast = (Ast *)a;
    f->prelude = true;
    return f;
}

static Func *prelude_read(const PreludeEntry *e)
{
    Reader r = { .name = e->file->name, .text = e->file->text, .len = strlen(e->file->text), .at = e->at, .line = e->line };
    Diag d = { 0 };
    Source *src;
    Status st = parse_next(&r, &src, &d);
    assert(st == OK && src);
    (void)st;
    AstKind k = src->tree->kind;
    assert(k == S_FUNCTION || k == S_LAYER || k == S_OPTIMIZER);
    (void)k;
    Func *f = prelude_func(src, src->tree);
    source_drop(src);
    return f;
}

static int *prelude_place(struct PreludeIndex *p, const char *name)
{
    size_t h = hash_text(name) % PRELUDE_PLACES;
    while (p->place[h] && strcmp(p->entry[p->place[h] - 1].name, name)) h = (h + 1) % PRELUDE_PLACES;
    return &p->place[h];
}

/* The name that a definition's first line gives: the last word before its bracket. */
static char *prelude_name(const char *line)
{
    size_t end = strcspn(line, "(\n"), from = end;
    assert(line[end] == '(');
    while (from > 0 && line[from - 1] != ' ') from--;
    return mem_strn(line + from, end - from);
}

/* In the prelude a line that begins with a letter begins a definition; what belongs to
 * one is indented, or a closing bracket. */
static void prelude_scan(struct PreludeIndex *p, const PreludeFile *file)
{
    int line = 1;
    for (const char *s = file->text; *s; s += strcspn(s, "\n"), line += *s == '\n', s += *s == '\n') {
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))) continue;
        GROW(p->entry, p->n, p->cap);
        p->entry[p->n] = (PreludeEntry){ file, (size_t)(s - file->text), line, prelude_name(s), NULL };
        int *place = prelude_place(p, p->entry[p->n++].name);
        assert(!*place && p->n < PRELUDE_PLACES / 2);
        *place = p->n;
    }
}

static struct PreludeIndex *prelude_index(Session *s)
{
    if (s->prelude) return s->prelude;
    s->prelude = mem_new(sizeof *s->prelude);
    for (const PreludeFile *f = prelude_files; f->name; f++) prelude_scan(s->prelude, f);
    return s->prelude;
}

bool prelude_lookup(Session *s, const char *name, Value *out)
{
    struct PreludeIndex *p = prelude_index(s);
    int at = *prelude_place(p, name) - 1;
    if (at < 0) return false;
    PreludeEntry *e = &p->entry[at];
    if (!e->func) e->func = prelude_read(e);
    return *out = value_func(func_keep(e->func)), true;
}

const char **prelude_names(Session *s, int *n)
{
    struct PreludeIndex *p = prelude_index(s);
    const char **all = mem_new(sizeof *all * (size_t)(p->n + 1));
    for (int i = 0; i < p->n; i++) all[i] = p->entry[i].name;
    *n = p->n;
    return all;
}

void prelude_free(Session *s)
{
    struct PreludeIndex *p = s->prelude;
    if (!p) return;
    for (int i = 0; i < p->n; i++)
        if (p->entry[i].func) func_forget_call(p->entry[i].func);
    for (int i = 0; i < p->n; i++) {
        func_drop(p->entry[i].func);
        free(p->entry[i].name);
    }
    free(p->entry);
    free(p);
}
