/* rewind.c -- the way back through a training.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/rewind.h"

#include <stdlib.h>
#include <string.h>

#include "learn/learn.h"
#include "learn/train.h"

/* ---- a session's memory ---- */

Learn *learn_of(Session *s)
{
    if (!s->learn) s->learn = mem_new(sizeof(Learn));
    return s->learn;
}

void learn_free(Session *s)
{
    Learn *l = s->learn;
    if (!l) return;
    rewind_free(l->rewind);
    walk_free(l->walk);
    for (int i = 0; i < l->n_said; i++) free(l->said[i]);
    free(l->said);
    free(l);
    s->learn = NULL;
}

void learn_stepped(Session *s)
{
    Learn *l = s->learn;
    if (l) l->latest = false;
}

bool learn_latest(const Session *s)
{
    const Learn *l = s->learn;
    return l && l->latest;
}

/* ---- marks ---- */

static size_t store_bytes(const Store *s) { return (s->single ? sizeof(float) : sizeof(double)) * (size_t)s->len; }

static size_t room_bytes(const Rewind *r) { return r->each * (size_t)r->most; }

Rewind *rewind_new(const Store *s, int64_t rows, int64_t per_epoch)
{
    Rewind r = { .store_bytes = store_bytes(s), .order_bytes = sizeof(uint32_t) * (size_t)rows, .per_epoch = per_epoch,
                 .every = 1, .n_leaf = s->n };
    r.each = (r.store_bytes + r.order_bytes + sizeof(Rng) + 63) / 64 * 64;
    size_t most = REWIND_BYTES / r.each;
    if (most < 2) return NULL;
    r.most = most < REWIND_MARKS ? (int)most : REWIND_MARKS;
    r.room = mem_take_bare(room_bytes(&r));
    r.now = mem_take_bare(r.store_bytes + 1);
    Rewind *out = mem_new(sizeof *out);
    r.at = mem_new(sizeof *r.at * (size_t)r.most);
    r.leaf = mem_new(sizeof *r.leaf * (size_t)(s->n + 1));
    for (int i = 0; i < s->n; i++) r.leaf[i] = node_keep(s->leaf[i]);
    *out = r;
    if (r.room && r.now) return out;
    rewind_free(out);
    return NULL;
}

void rewind_free(Rewind *r)
{
    if (!r) return;
    mem_give(r->room, room_bytes(r));
    mem_give(r->now, r->store_bytes + 1);
    for (int i = 0; i < r->n_leaf; i++) node_drop(r->leaf[i]);
    free(r->leaf);
    free(r->at);
    if (r->ready) {
        task_close(&r->task);
        value_drop(&r->data);
    }
    free(r);
}

static char *slot_at(const Rewind *r, int i) { return r->room + r->each * (size_t)i; }

const char *rewind_numbers(const Rewind *r, int i) { return slot_at(r, i) + sizeof(Rng); }

/* Every second one goes; the first stays. */
static void marks_thin(Rewind *r)
{
    int left = 0;
    for (int i = 0; i < r->n; i += 2, left++) {
        if (i == left) continue;
        memcpy(slot_at(r, left), slot_at(r, i), r->each);
        r->at[left] = r->at[i];
    }
    r->n = left;
    r->every *= 2;
}

void rewind_mark(Rewind *r, int64_t updates, const Store *s, const uint32_t *order, const Rng *rng)
{
    if (r->n && updates - r->at[r->n - 1] < r->every) return;
    if (r->n == r->most) marks_thin(r);
    if (r->n && updates - r->at[r->n - 1] < r->every) return;
    char *to = slot_at(r, r->n);
    r->at[r->n++] = updates;
    memcpy(to, rng, sizeof *rng);
    memcpy(to + sizeof *rng, s->num, r->store_bytes);
    if (order) memcpy(to + sizeof *rng + r->store_bytes, order, r->order_bytes);
}

void rewind_take(const Rewind *r, int i, Store *s, uint32_t *order, Rng *rng)
{
    const char *from = slot_at(r, i);
    memcpy(rng, from, sizeof *rng);
    memcpy(s->num, from + sizeof *rng, r->store_bytes);
    if (order) memcpy(order, from + sizeof *rng + r->store_bytes, r->order_bytes);
}

int rewind_before(const Rewind *r, int64_t updates)
{
    int i = r->n - 1;
    while (i > 0 && r->at[i] > updates) i--;
    return i;
}

void rewind_stand(Rewind *r, int64_t updates, const Store *s)
{
    r->updates = updates;
    while (r->n > 1 && r->at[r->n - 1] > updates) r->n--;
    memcpy(r->now, s->num, r->store_bytes);
}

bool rewind_holds(const Rewind *r, bool single)
{
    Diag d = { 0 };
    Store s;
    if (store_open(&s, r->leaf, r->n_leaf, single, &d) != OK) return false;
    bool same = store_bytes(&s) == r->store_bytes;
    size_t each = single ? sizeof(float) : sizeof(double);
    for (int i = 0; i < s.n && same; i++) {
        size_t at = each * (size_t)s.at[i];
        same = !memcmp((char *)s.num + at, r->now + at, each * (size_t)s.leaf[i]->len);
    }
    store_close(&s);
    return same;
}

/* ---- back ---- */

static bool possible(Session *s)
{
    Rewind *r = learn_of(s)->rewind;
    return r && r->ready && rewind_holds(r, s->single);
}

static Status nothing(Session *s, Diag *d)
{
    Rewind *r = learn_of(s)->rewind;
    if (r) {
        diag_set(d, E_NAME, (Span){ 0, 0 }, "the weights of %s are no longer those that its training left", r->task.net_name);
        return diag_hint(d, "back goes on from where the training stands; undo takes back statements.");
    }
    diag_set(d, E_NAME, (Span){ 0, 0 }, "there is no training to go back over");
    return diag_hint(d, "train a network first; one that needs more than %d MiB for two moments keeps none: undo takes it back whole.",
                     REWIND_BYTES >> 20);
}

static void tell(Session *s, const Rewind *r, int64_t was)
{
    int64_t epoch = r->updates / r->per_epoch, within = r->updates % r->per_epoch, n = was - r->updates;
    text_addf(&s->out, "# %lld update%s of %s taken back: ", (long long)n, n == 1 ? "" : "s", r->task.net_name);
    if (!r->updates) text_add(&s->out, "before the training\n");
    else if (!within) text_addf(&s->out, "after epoch %lld\n", (long long)epoch);
    else text_addf(&s->out, "after update %lld of epoch %lld\n", (long long)within, (long long)epoch + 1);
}

Status train_back(Session *s, int64_t n, bool epochs, Diag *d)
{
    if (!possible(s)) return nothing(s, d);
    Rewind *r = learn_of(s)->rewind;
    int64_t was = r->updates, whole = (was + r->per_epoch - 1) / r->per_epoch;
    int64_t to = epochs ? (n > whole ? 0 : (whole - n) * r->per_epoch) : n > was ? 0 : was - n;
    DataView v;
    TRY(dataset_view(r->data, (Span){ 0, 0 }, &v, d));
    TrainOptions o = { .epochs = 1, .batch = r->batch, .shuffle = r->shuffle };
    Status st = train_replay(&r->task, &v, &o, r, to, d);
    dataset_view_free(&v);
    if (st == OK) tell(s, r, was);
    if (st == OK && was == 0) text_add(&s->out, "# that is the beginning\n");
    return st;
}
