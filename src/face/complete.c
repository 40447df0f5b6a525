/* complete.c -- what Tab offers: what is legal at that place.
 *
 * The parser says what may stand there (parse_expected); the names come from
 * the same tables that run the program, so nothing has to be kept in step.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/complete.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/lessons.h"
#include "graph/build.h"

typedef struct {
    char      **v;
    int         n, cap;
    const char *word;
    size_t      len;
} Words;

static void offer(Words *w, const char *name, const char *end)
{
    if (strncmp(name, w->word, w->len)) return;
    char full[LIMIT_NAME + 8];
    snprintf(full, sizeof full, "%s%s", name, end);
    for (int i = 0; i < w->n; i++)
        if (!strcmp(w->v[i], full)) return;
    GROW(w->v, w->n + 1, w->cap);
    w->v[w->n++] = mem_str(full);
    w->v[w->n] = NULL;
}

static void offer_names(Words *w, Session *s, bool commands)
{
    int n;
    const char **all = session_names(s, &n);
    for (int i = 0; i < n; i++) {
        const Builtin *b = session_builtin(s, all[i]);
        bool only_command = b && b->flags & BUILTIN_COMMAND && !strcmp(b->group, "session");
        if (commands || !only_command) offer(w, all[i], "");
    }
    free(all);
    static const char *const constants[] = { "pi", "inf", "nan", "none", NULL };
    for (int i = 0; constants[i]; i++) offer(w, constants[i], "");
}

static void offer_keywords(Words *w)
{
    static const char *const keywords[] = { "param", "layer", "optimizer", "repeat", "for", "while", "if", NULL };
    for (int i = 0; keywords[i]; i++) offer(w, keywords[i], "");
}

/* Keyword arguments of a builtin, or formals of a function. */
static void offer_keys(Words *w, Session *s, const char *callee)
{
    const Builtin *b = session_builtin(s, callee);
    for (const char *p = b && b->keys ? b->keys : ""; *p;) {
        char key[64];
        size_t n = strcspn(p, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, p);
        if (strcmp(key, "*")) offer(w, key, "=");
        p += n + strspn(p + n, " ");
    }
    Value v = { 0 };
    if (b || !session_lookup(s, callee, &v)) return;
    Func *f = v.kind == V_FUNC ? v.func : NULL;
    while (f && (f->kind == FN_BOUND || f->kind == FN_PRIME)) f = f->of;
    bool has_formals = f && (f->kind == FN_DEF || f->kind == FN_LAYER || f->kind == FN_OPTIMIZER);
    for (int i = 0; has_formals && i < formal_count(f); i++)
        if (formal_at(f, i)->kind == A_KEY) offer(w, formal_at(f, i)->text, "=");
    value_drop(&v);
}

/* The definitions of one prelude file, or a user's own of the same kind. */
static void offer_from(Words *w, Session *s, const char *file, FuncKind kind)
{
    int n;
    const char **all = session_names(s, &n);
    for (int i = 0; i < n; i++) {
        Value v = { 0 };
        if (session_builtin(s, all[i]) || !session_lookup(s, all[i], &v)) continue;
        Func *f = v.kind == V_FUNC ? v.func : NULL;
        if (f && f->kind == kind && (!f->prelude || strstr(f->src->name, file))) offer(w, all[i], "");
        value_drop(&v);
    }
    free(all);
}

static void offer_all(Words *w, const char *const *all)
{
    for (; *all; all++) offer(w, *all, "");
}

static void offer_title(void *words, const char *name) { offer(words, name, ""); }

static void offer_args(Words *w, Session *s, const char *callee)
{
    bool demo = !strcmp(callee, "demo"), help = !strcmp(callee, "help") || !strcmp(callee, "show");
    if (demo || !strcmp(callee, "lesson")) {
        lessons_each(demo, offer_title, w);
        return;
    }
    offer_keys(w, s, callee);
    offer_names(w, s, help);
}

static void offer_values(Words *w, Session *s, const Expected *x)
{
    static const char *const modes[] = { "sig", "round", "trunc", NULL };
    static const char *const pictures[] = { "lines", "points", "bars", "histogram", NULL };
    if (!strcmp(x->key, "activation")) offer_from(w, s, "activations", FN_DEF);
    else if (!strcmp(x->key, "loss")) offer_from(w, s, "losses", FN_DEF);
    else if (!strcmp(x->key, "optimizer")) offer_from(w, s, "optimizers", FN_OPTIMIZER);
    else if (!strcmp(x->key, "weights") || !strcmp(x->key, "bias")) offer_from(w, s, "initialisers", FN_DEF);
    else if (!strcmp(x->key, "mode")) offer_all(w, modes);
    else if (!strcmp(x->key, "as")) offer_all(w, pictures);
    else offer_names(w, s, false);
    if (!strcmp(x->key, "activation")) offer(w, "tanh", "");
}

static void offer_fields(Words *w, Session *s, const char *expr)
{
    Diag d = { 0 };
    Value v = { 0 };
    if (session_eval(s, expr, &v, &d) != OK) return;
    if (v.kind == V_RECORD)
        for (int i = 0; i < v.record->n; i++) offer(w, v.record->name[i], "");
    if (v.kind == V_NODE) offer(w, "shape", "");
    if (v.kind == V_FUNC) {
        Func *f = v.func;
        for (int i = 0; i < f->n_stage; i++) offer(w, f->stage_name[i], "");
        for (int i = 0; i < f->n_own; i++)
            if (!f->own[i].of) offer(w, f->own[i].path, "");
        for (int i = 0; f->last && i < f->last->n; i++) offer(w, f->last->name[i], "");
        for (int i = 0; f->last && i < f->last->n_sub; i++) offer(w, f->last->sub_name[i], "");
    }
    value_drop(&v);
}

static void offer_files(Words *w)
{
    const char *slash = strrchr(w->word, '/');
    char folder[1024] = ".", path[1400];
    if (slash) snprintf(folder, sizeof folder, "%.*s", (int)(slash - w->word + 1), w->word);
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (struct dirent *e; (e = readdir(dir)) && w->n < 200;) {
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s%s", slash ? folder : "", e->d_name);
        if (strlen(path) < LIMIT_NAME) offer(w, path, e->d_type == DT_DIR ? "/" : "");
    }
    closedir(dir);
}

static void offer_strings(Words *w, const Expected *x)
{
    static const char *const sets[] = { "xor", "and", "or", "nand", "nor", "iris", "wine", "breast_cancer", "digits", NULL };
    if (strcmp(x->callee, "data")) offer_files(w);
    else for (int i = 0; sets[i]; i++) offer(w, sets[i], "\"");
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char **complete_words(void *ctx, const char *text, int at, int *word_start)
{
    Session *s = ctx;
    Expected x = parse_expected(text, at, session_is_command, s);
    char *word = mem_strn(text + x.word, (size_t)(at - x.word));
    Words w = { .word = word, .len = strlen(word) };
    *word_start = x.word;
    switch (x.kind) {
    case EXPECT_STATEMENT: offer_names(&w, s, true); offer_keywords(&w); break;
    case EXPECT_EXPR: offer_names(&w, s, false); break;
    case EXPECT_ARG: offer_args(&w, s, x.callee); break;
    case EXPECT_VALUE: offer_values(&w, s, &x); break;
    case EXPECT_FIELD: offer_fields(&w, s, x.callee); break;
    case EXPECT_STRING: offer_strings(&w, &x); break;
    case EXPECT_NOTHING: break;
    }
    free(word);
    if (w.n) qsort(w.v, (size_t)w.n, sizeof *w.v, by_text);
    return w.v;
}
