/* sweep_wire.c -- what a child process tells its parent: a fault, or numbers.
 *
 * Both ends are the same program at the same address, so numbers go as they are. A
 * length stands before everything that has one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "learn/sweep.h"

static const uint64_t whole = 0x677261647573ull;     /* the last thing written */

/* ---- writing ---- */

static void put_int(Text *to, int64_t v) { text_addn(to, (const char *)&v, sizeof v); }

static void put_text(Text *to, const char *s)
{
    put_int(to, (int64_t)strlen(s));
    text_add(to, s);
}

/* The numbers of a record: its nodes. */
static void put_record(Text *to, const Record *r)
{
    Diag d = { 0 };
    put_text(to, r->type);
    int64_t n = 0;
    for (int i = 0; i < r->n; i++) n += r->field[i].kind == V_NODE && node_eval(r->field[i].node, &d);
    put_int(to, n);
    for (int i = 0; i < r->n; i++) {
        if (r->field[i].kind != V_NODE || !r->field[i].node->val) continue;
        const Node *x = r->field[i].node;
        put_text(to, r->name[i]);
        put_int(to, x->shape.rank);
        for (int k = 0; k < x->shape.rank; k++) put_int(to, x->shape.dim[k]);
        text_addn(to, (const char *)x->val, sizeof(double) * (size_t)x->len);
    }
}

/* The value of the block's last expression, when it is numbers. */
static Record *answer(const Session *s)
{
    if (s->ans.kind == V_RECORD) {
        Value v = value_keep(s->ans);
        return v.record;
    }
    Record *r = record_new("measures");
    if (s->ans.kind == V_NODE && s->ans.node->len == 1) record_set(r, "result", value_keep(s->ans));
    return r;
}

void wire_write(Text *to, Session *s, const Record *old, Status st, const Diag *d)
{
    put_int(to, st);
    put_text(to, d->text);
    put_text(to, d->hint);
    put_int(to, d->at.from);
    put_int(to, d->at.to);
    Binding *b = session_find(s, "history");
    const Record *now = b && b->value.kind == V_RECORD ? b->value.record : NULL;
    bool has = st == OK && now && now != old && !strcmp(now->type, "history");
    put_int(to, has);
    if (has) put_record(to, now);
    Record *r = answer(s);
    put_record(to, r);
    Value v = value_record(r);
    value_drop(&v);
    put_text(to, text_str(&s->out));
    text_addn(to, (const char *)&whole, sizeof whole);
}

/* ---- reading ---- */

typedef struct {
    const char *at, *end;
    bool bad;
} Wire;

static void get(Wire *w, void *to, size_t n)
{
    w->bad |= (size_t)(w->end - w->at) < n;
    if (w->bad) memset(to, 0, n);
    else memcpy(to, w->at, n), w->at += n;
}

static int64_t get_int(Wire *w)
{
    int64_t v;
    get(w, &v, sizeof v);
    return v;
}

static char *get_text(Wire *w)
{
    int64_t n = get_int(w);
    w->bad |= n < 0 || n > w->end - w->at;
    char *s = mem_strn(w->bad ? "" : w->at, w->bad ? 0 : (size_t)n);
    if (!w->bad) w->at += n;
    return s;
}

static void get_field(Wire *w, Record *r)
{
    char *name = get_text(w);
    Shape s = { .rank = (int)get_int(w) };
    w->bad |= s.rank < 0 || s.rank > LIMIT_RANK;
    for (int k = 0; k < s.rank && !w->bad; k++) s.dim[k] = get_int(w);
    Diag d = { 0 };
    Node *n = w->bad ? NULL : node_leaf(&s, NULL, &d);
    if (n) {
        get(w, n->val, sizeof(double) * (size_t)n->len);
        leaf_touch(n);
        record_set(r, name, value_node(n));
    } else w->bad = true;
    free(name);
}

/* Types are literals of the program. */
static Record *get_record(Wire *w)
{
    char *type = get_text(w);
    Record *r = record_new(strcmp(type, "history") ? "measures" : "history");
    free(type);
    for (int64_t n = get_int(w); n > 0 && !w->bad; n--) get_field(w, r);
    return r;
}

static Status get_fault(Wire *w, Diag *d)
{
    Status st = (Status)get_int(w);
    char *text = get_text(w), *hint = get_text(w);
    Span at = { (int)get_int(w), 0 };
    at.to = (int)get_int(w);
    if (st != OK) diag_set(d, st, at, "%s", text);
    if (st != OK && *hint) diag_hint(d, "%s", hint);
    free(text);
    free(hint);
    return st;
}

static Status broken(Diag *d)
{
    return diag_set(d, E_IO, (Span){ 0, 0 }, "the process of a run ended before its work was done");
}

Status wire_read(Trial *t, Diag *d)
{
    Wire w = { .at = text_str(&t->sent), .end = text_str(&t->sent) + t->sent.len };
    uint64_t last = 0;
    if (t->sent.len >= sizeof last) memcpy(&last, w.end - sizeof last, sizeof last);
    if (last != whole) return broken(d);
    TRY(get_fault(&w, d));
    if (get_int(&w)) t->history = get_record(&w);
    t->measures = get_record(&w);
    t->printed = get_text(&w);
    return w.bad ? broken(d) : OK;
}
