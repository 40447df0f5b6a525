/* call.c -- arguments of builtins: evaluated when asked for, checked in one place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/build.h"

Span call_span(Call *c, int i)
{
    Span at = i < c->n && c->ast[i] ? c->ast[i]->at : c->at;
    return c->env ? env_span(c->env, at) : at;
}

static int key_index(const Call *c, const char *key)
{
    for (int i = 0; i < c->n_key; i++)
        if (!strcmp(c->key[i], key)) return i;
    return -1;
}

Span call_key_span(Call *c, const char *key)
{
    int i = key_index(c, key);
    Span at = i >= 0 && c->key_ast[i] ? c->key_ast[i]->at : c->at;
    return c->env ? env_span(c->env, at) : at;
}

Status call_value(Call *c, int i, Value *out)
{
    *out = value_none();
    if (i >= c->n) return diag_set(c->d, E_TYPE, call_span(c, i), "%s needs %d arguments, %d given", c->row->usage, i + 1, c->n);
    if (!c->have[i]) {
        TRY(build_value(c->env, c->ast[i], &c->val[i]));
        c->have[i] = true;
    }
    *out = c->val[i];
    return OK;
}

static Status value_as_number(Call *c, Value v, Span at, double *out)
{
    Node *n = value_to_node(c->s, v, at, c->d);
    return n ? env_static(c->env, n, at, out) : c->d->code;
}

static Status value_as_int(Call *c, Value v, Span at, int64_t *out)
{
    Node *n = value_to_node(c->s, v, at, c->d);
    return n ? static_int(c->env, n, at, "this", out) : c->d->code;
}

Status call_node(Call *c, int i, Node **out)
{
    Value v;
    TRY(call_value(c, i, &v));
    *out = value_to_node(c->s, v, call_span(c, i), c->d);
    return *out ? OK : c->d->code;
}

Status call_number(Call *c, int i, double *out)
{
    Value v;
    TRY(call_value(c, i, &v));
    return value_as_number(c, v, call_span(c, i), out);
}

Status call_int(Call *c, int i, int64_t *out)
{
    Value v;
    TRY(call_value(c, i, &v));
    return value_as_int(c, v, call_span(c, i), out);
}

Status call_text(Call *c, int i, const char **out)
{
    Value v;
    TRY(call_value(c, i, &v));
    if (v.kind != V_STR)
        return diag_set(c->d, E_TYPE, call_span(c, i), "a text in \"...\" is needed here, not %s", value_kind(v));
    *out = v.str->s;
    return OK;
}

Status call_func(Call *c, int i, Func **out)
{
    Value v;
    TRY(call_value(c, i, &v));
    if (v.kind != V_FUNC)
        return diag_set(c->d, E_TYPE, call_span(c, i), "a function is needed here, not %s", value_kind(v));
    *out = v.func;
    return OK;
}

const char *call_name(Call *c, int i)
{
    return i < c->n && c->ast[i] && c->ast[i]->kind == A_NAME ? c->ast[i]->text : NULL;
}

bool call_has(Call *c, const char *key) { return key_index(c, key) >= 0; }

Status call_key(Call *c, const char *key, Value *out)
{
    *out = value_none();
    int i = key_index(c, key);
    if (i < 0) return OK;
    if (!c->key_have[i]) {
        TRY(build_value(c->env, c->key_ast[i], &c->key_val[i]));
        c->key_have[i] = true;
    }
    *out = c->key_val[i];
    return OK;
}

Status call_key_number(Call *c, const char *key, double otherwise, double *out)
{
    Value v;
    TRY(call_key(c, key, &v));
    *out = otherwise;
    return v.kind == V_NONE ? OK : value_as_number(c, v, call_key_span(c, key), out);
}

Status call_key_int(Call *c, const char *key, int64_t otherwise, int64_t *out)
{
    Value v;
    TRY(call_key(c, key, &v));
    *out = otherwise;
    return v.kind == V_NONE ? OK : value_as_int(c, v, call_key_span(c, key), out);
}

/* mode=trunc and mode="trunc" mean the same. */
Status call_key_text(Call *c, const char *key, const char *otherwise, const char **out)
{
    *out = otherwise;
    int i = key_index(c, key);
    if (i < 0) return OK;
    if (c->key_ast[i] && c->key_ast[i]->kind == A_NAME) return *out = c->key_ast[i]->text, OK;
    Value v;
    TRY(call_key(c, key, &v));
    if (v.kind == V_NONE) return OK;
    if (v.kind != V_STR)
        return diag_set(c->d, E_TYPE, call_key_span(c, key), "%s= needs a text in \"...\", not %s", key, value_kind(v));
    *out = v.str->s;
    return OK;
}

static Status ints_from(Call *c, const double *v, int64_t n, Span at, int64_t *out)
{
    char buf[NUM_TEXT];
    for (int64_t i = 0; i < n; i++) {
        if (v[i] != floor(v[i]) || fabs(v[i]) > 9e15)
            return diag_set(c->d, E_RANGE, at, "whole numbers are needed here, not %s", num_exact(buf, v[i]));
        out[i] = (int64_t)v[i];
    }
    return OK;
}

Status value_ints(Call *c, Value v, Span at, int64_t out[LIMIT_RANK], int *n)
{
    Node *x = value_to_node(c->s, v, at, c->d);
    if (!x) return c->d->code;
    if (x->shape.rank > 1 || x->len > LIMIT_RANK)
        return diag_set(c->d, E_LIMIT, at, "at most %d whole numbers are meant here", LIMIT_RANK);
    if (x->len == 1) {
        *n = 1;
        return value_as_int(c, v, at, out);
    }
    const double *val = node_eval(x, c->d);
    if (!val) return c->d->code;
    *n = (int)x->len;
    return ints_from(c, val, x->len, at, out);
}

/* ---- making a call ---- */

static bool key_allowed(const char *keys, const char *key)
{
    if (!keys) return false;
    if (!strcmp(keys, "*")) return true;
    size_t n = strlen(key);
    for (const char *p = keys; *p; p += strcspn(p, " "), p += strspn(p, " "))
        if (!strncmp(p, key, n) && (p[n] == ' ' || !p[n])) return true;
    return false;
}

/* "Did you mean epochs? Its options are: loss, optimizer, epochs, ..." */
static Status option_hint(Call *c, const char *key)
{
    const char *keys = c->row->keys, *word[LIMIT_ARGS], *near;
    int n = 0;
    if (!keys) return diag_hint(c->d, "Usage: %s", c->row->usage);
    if (!strcmp(key, "lr") && key_allowed(keys, "optimizer"))
        return diag_hint(c->d, "The learning rate belongs to the optimizer: optimizer=sgd(lr=0.1).");
    char *copy = mem_str(keys), *at = copy;
    for (char *w; n < LIMIT_ARGS && (w = strsep(&at, " ")) != NULL;) word[n++] = w;
    near = text_nearest(key, word, n);
    Text list = { 0 };
    for (int i = 0; i < n; i++) text_addf(&list, "%s%s", i ? ", " : "", word[i]);
    diag_hint(c->d, "%s%s%sIts options are: %s.", near ? "Did you mean " : "", near ? near : "", near ? "? " : "",
              text_str(&list));
    text_free(&list);
    free(copy);
    return c->d->code;
}

static Status call_check(Call *c)
{
    const Builtin *row = c->row;
    Env *e = c->env;
    if (row->flags & BUILTIN_UNSAFE && c->s->safe) {
        diag_set(c->d, E_NAME, env_span(e, c->at), "%s is not available in a lesson", row->name);
        return diag_hint(c->d, "A lesson can compute and draw on the screen, and nothing else.");
    }
    for (int i = 0; i < c->n_key; i++)
        if (!key_allowed(row->keys, c->key[i])) {
            diag_set(c->d, E_NAME, env_span(e, c->key_ast[i] ? c->key_ast[i]->at : c->at), "%s has no option named %s",
                     row->name, c->key[i]);
            return option_hint(c, c->key[i]);
        }
    if (c->n < row->min_args || (row->max_args >= 0 && c->n > row->max_args)) {
        diag_set(c->d, E_TYPE, env_span(e, c->at), "%s takes %s%d argument%s, %d given", row->name,
                 row->min_args == row->max_args ? "" : c->n < row->min_args ? "at least " : "at most ",
                 c->n < row->min_args ? row->min_args : row->max_args,
                 (c->n < row->min_args ? row->min_args : row->max_args) == 1 ? "" : "s", c->n);
        return diag_hint(c->d, "Usage: %s", row->usage);
    }
    return OK;
}

static void call_fill(Call *c, Ast *const *kid, int n)
{
    for (int i = 0; i < n; i++) {
        if (kid[i]->kind == A_KEY) {
            c->key[c->n_key] = kid[i]->text;
            c->key_ast[c->n_key++] = kid[i]->kid[0];
        } else {
            c->ast[c->n++] = kid[i];
        }
    }
}

static void call_fill_given(Call *c, const Args *a)
{
    for (int i = 0; i < a->n; i++) c->val[i] = value_keep(a->val[i]), c->have[i] = true;
    for (int i = 0; i < a->n_key; i++)
        c->key[i] = a->key[i], c->key_val[i] = value_keep(a->key_val[i]), c->key_have[i] = true;
    c->n = a->n;
    c->n_key = a->n_key;
}

Status native_call(Env *e, const Builtin *row, Ast *const *kid, int n, const Args *given, Span at,
                   Value *out)
{
    size_t most = (size_t)(given ? given->n + given->n_key : n) + 1;
    Call c = { .s = e->s, .env = e, .row = row, .at = at, .d = e->d };
    char *block = mem_new(most * (2 * sizeof(Ast *) + 2 * sizeof(Value) + sizeof(char *) + 2 * sizeof(bool)));
    c.val = (Value *)block;
    c.key_val = c.val + most;
    c.ast = (Ast **)(c.key_val + most);
    c.key_ast = c.ast + most;
    c.key = (const char **)(c.key_ast + most);
    c.have = (bool *)(c.key + most);
    c.key_have = c.have + most;
    if (given) call_fill_given(&c, given);
    else call_fill(&c, kid, n);
    *out = value_none();
    Status st = call_check(&c);
    if (st == OK) st = row->run(&c, out);
    for (int i = 0; i < c.n; i++) value_drop(&c.val[i]);
    for (int i = 0; i < c.n_key; i++) value_drop(&c.key_val[i]);
    free(block);
    return st;
}
