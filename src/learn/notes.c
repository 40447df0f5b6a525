/* notes.c -- the usual mistakes, pointed out once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/notes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learn/learn.h"

enum { NOTE_ROWS = 256, NOTE_WORK = 50000000 };

/* ---- saying it ---- */

/* The first time that this is said of the network; what it is about, in a word. */
static bool is_news(const Task *t, const char *what)
{
    Learn *l = learn_of(t->s);
    Text key = { 0 };
    text_addf(&key, "%s: %s", t->net_name, what);
    bool news = !t->s->quiet;
    for (int i = 0; i < l->n_said && news; i++) news = strcmp(l->said[i], text_str(&key)) != 0;
    if (news) {
        GROW(l->said, l->n_said, l->cap_said);
        l->said[l->n_said++] = mem_str(text_str(&key));
    }
    text_free(&key);
    return news;
}

#define NOTE(t, what, ...)                                                                \
    do {                                                                                  \
        if (is_news(t, what)) text_addf(&(t)->s->out, "# note: " __VA_ARGS__);            \
    } while (0)

/* ---- activations ---- */

static bool one_of(const char *name, const char *list)
{
    size_t n = strlen(name);
    for (const char *p = list; *p; p += strcspn(p, " "), p += strspn(p, " "))
        if (!strncmp(p, name, n) && (p[n] == ' ' || !p[n])) return true;
    return false;
}

/* What stands last in a stage: the function, or the activation of a layer. */
static const char *activation_of(const Func *f)
{
    if (f->kind == FN_DEF) return f->name ? f->name : "";
    const char *usual = f->kind == FN_BOUND && f->of->name && !strcmp(f->of->name, "dense") ? "linear" : "";
    for (int i = 0; f->kind == FN_BOUND && i < f->n_key; i++)
        if (!strcmp(f->key[i], "activation") && f->key_val[i].kind == V_FUNC)
            return f->key_val[i].func->name ? f->key_val[i].func->name : "";
    return usual;
}

static const char *last_activation(const Func *net)
{
    return activation_of(net->kind == FN_CHAIN && net->n_stage ? net->stage[net->n_stage - 1] : net);
}

static const char *loss_name(const Task *t) { return t->loss->name ? t->loss->name : ""; }

static bool ends_in(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);
    return n >= k && !strcmp(s + n - k, tail);
}

/* ---- the loss and what it is given ---- */

static void note_logits(const Task *t, const char *last)
{
    const char *loss = loss_name(t);
    bool bce = !strncmp(loss, "bce", 3);
    if (ends_in(loss, "_logits") && one_of(last, "softmax sigmoid log_softmax"))
        NOTE(t, "logits", "%s applies %s itself, and %s ends in %s already. Leave the last activation out, or use loss=%.*s.\n", loss,
             bce ? "sigmoid" : "softmax", t->net_name, last, (int)(strlen(loss) - 7), loss);
    if (one_of(loss, "bce crossentropy sparse_crossentropy kl") &&
        one_of(last, "linear relu tanh leaky_relu elu selu gelu softplus silu"))
        NOTE(t, "logits", "%s takes probabilities, and %s ends in %s, which can give any number. End it in %s%s%s.\n", loss, t->net_name,
             last, bce ? "sigmoid" : "softmax", strcmp(loss, "kl") ? ", or use loss=" : "",
             !strcmp(loss, "bce") ? "bce_logits" : !strcmp(loss, "crossentropy") ? "crossentropy_logits"
             : !strcmp(loss, "kl") ? "" : "sparse_crossentropy_logits");
}

static void note_single(const Task *t, const DataView *v, const char *last)
{
    if (v->n_out == 1 && !strcmp(last, "softmax") && strncmp(loss_name(t), "sparse", 6))
        NOTE(t, "single", "softmax of a single output is always 1. %s needs one output a class, or sigmoid.\n", t->net_name);
}

/* What the loss or the last activation can make of a target. */
static bool wanted_range(const Task *t, const char *last, double *low, double *high, const char **why)
{
    static const struct { const char *names; bool loss; double low, high; } row[] = {
        { "bce bce_logits crossentropy crossentropy_logits kl", true, 0, 1 },
        { "sigmoid softmax hard_sigmoid", false, 0, 1 },
        { "tanh softsign", false, -1, 1 },
        { "relu softplus", false, 0, INFINITY },
    };
    if (one_of(loss_name(t), "hinge squared_hinge multi_margin nll sparse_crossentropy sparse_crossentropy_logits perceptron_error"))
        return false;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *name = row[i].loss ? loss_name(t) : last;
        if (!*name || !one_of(name, row[i].names)) continue;
        *low = row[i].low;
        *high = row[i].high;
        *why = row[i].loss ? "takes" : "gives";
        return true;
    }
    return false;
}

static void note_targets(const Task *t, const DataView *v, const char *last)
{
    double low, high, least = INFINITY, most = -INFINITY;
    const char *why, *loss = loss_name(t);
    char a[NUM_TEXT], b[NUM_TEXT], c[NUM_TEXT], e[NUM_TEXT];
    bool zero = false;
    for (int64_t i = 0; i < v->rows * v->n_out; i++) {
        if (v->y[i] < least) least = v->y[i];
        if (v->y[i] > most) most = v->y[i];
        zero |= v->y[i] == 0;
    }
    num_print(a, least, t->s->format);
    num_print(b, most, t->s->format);
    if (one_of(loss, "hinge squared_hinge") && *loss && zero)
        NOTE(t, "targets", "%s takes the targets -1 and 1, and %s has 0 among them.\n", loss, t->data_name);
    if (!wanted_range(t, last, &low, &high, &why) || (least >= low && most <= high)) return;
    const char *who = strcmp(why, "takes") ? last : loss;
    if (isinf(high)) snprintf(e, sizeof e, "up");
    else snprintf(e, sizeof e, "to %s", num_print(c, high, t->s->format));
    NOTE(t, "targets", "the targets of %s go from %s to %s, and %s %s numbers from %s %s. Scale the targets, or choose another %s.\n",
         t->data_name, a, b, who, why, num_print(c, low, t->s->format), e, who == loss ? "loss" : "last activation");
}

/* ---- the rate ---- */

static void note_rate(const Task *t)
{
    for (int i = 0; i < t->rule->n_key && !t->schedule; i++) {
        const Value *v = &t->rule->key_val[i];
        if (strcmp(t->rule->key[i], "lr") || v->kind != V_NODE || v->node->len != 1 || !v->node->val) continue;
        if (v->node->val[0] < 0) NOTE(t, "rate", "a learning rate below 0 makes the loss greater.\n");
        if (v->node->val[0] == 0) NOTE(t, "rate", "with a learning rate of 0 nothing is learned.\n");
    }
}

/* ---- features ---- */

/* Some rows tell, evenly over all: row i of n. */
static const double *row_of(const DataView *v, int64_t i, int64_t n) { return v->x + i * v->rows / n * v->n_in; }
static int64_t rows_asked(const DataView *v) { return v->rows < NOTE_ROWS ? v->rows : NOTE_ROWS; }

static double spread_of(const DataView *v, int64_t k)
{
    int64_t rows = rows_asked(v);
    double sum = 0, squares = 0, n = (double)rows;
    for (int64_t i = 0; i < rows; i++) sum += row_of(v, i, rows)[k];
    for (int64_t i = 0; i < rows; i++) {
        double e = row_of(v, i, rows)[k] - sum / n;
        squares += e * e;
    }
    return sqrt(squares / n);
}

/* One feature a hundred times as wide as another drowns it. */
static void note_features(const Task *t, const DataView *v)
{
    double least = INFINITY, most = 0;
    int64_t wide = 0;
    char buf[NUM_TEXT];
    if (v->sample.rank != 1 || v->n_in < 2) return;
    for (int64_t k = 0; k < v->n_in; k++) {
        double s = spread_of(v, k);
        if (s > most) most = s, wide = k;
        if (s > 0 && s < least) least = s;
    }
    if (most > 100 * least && most > 10)
        NOTE(t, "features", "feature %lld of %s spreads %s times as wide as its narrowest one. standardize(%s) brings all to one scale.\n",
             (long long)wide, t->data_name, num_print(buf, round(most / least), t->s->format), t->data_name);
}

void notes_before(Session *s, const Task *t, const DataView *data, int64_t batch)
{
    (void)s;
    const char *last = last_activation(t->net);
    if (*last) note_logits(t, last);
    if (*last) note_single(t, data, last);
    note_targets(t, data, last);
    note_features(t, data);
    note_rate(t);
    if (batch > data->rows)
        NOTE(t, "batch", "batch=%lld is more than the %lld rows of %s: each epoch is one update.\n", (long long)batch,
             (long long)data->rows, t->data_name);
}

/* ---- afterwards: the loss ---- */

static void note_growth(const Task *t, const TrainResult *r)
{
    const History *h = &r->history;
    char a[NUM_TEXT], b[NUM_TEXT];
    if (h->epochs < 2) return;
    double first = h->value[0][0], last = r->end == TRAIN_BROKE ? INFINITY : h->value[0][h->epochs - 1];
    if (r->end == TRAIN_BROKE && h->value[0][h->epochs - 1] <= first) return;
    if (!(last > 2 * first) || first < 0) return;
    NOTE(t, "growth", "the loss grew from %s to %s. The learning rate is too high; one ten times smaller is worth a try.\n",
         num_print(a, first, t->s->format), num_print(b, h->value[0][h->epochs - 1], t->s->format));
}

/* ---- afterwards: units ---- */

typedef enum { UNIT_ALIVE, UNIT_DEAD, UNIT_STUCK } UnitState;

static bool is_at(double v, double end) { return fabs(v - end) < 0.01; }

static UnitState unit_state(const Node *y, int64_t k, const char *activation)
{
    int64_t width = y->shape.dim[y->shape.rank - 1], rows = y->len / width;
    double first = y->val[k], end = first > 0.5 ? 1 : strcmp(activation, "tanh") ? 0 : -1;
    bool dead = true, stuck = is_at(first, end);
    for (int64_t i = 0; i < rows; i++) {
        double v = y->val[i * width + k];
        dead &= v == 0;
        stuck &= is_at(v, end);
    }
    if (!strcmp(activation, "relu")) return dead ? UNIT_DEAD : UNIT_ALIVE;
    return one_of(activation, "sigmoid tanh") && stuck ? UNIT_STUCK : UNIT_ALIVE;
}

static void note_stage(const Task *t, const Func *stage, const char *name, const Node *y)
{
    const char *activation = activation_of(stage);
    if (!*activation || !one_of(activation, "relu sigmoid tanh") || y->shape.rank < 2) return;
    int64_t width = y->shape.dim[y->shape.rank - 1], n = 0;
    for (int64_t k = 0; k < width; k++) n += unit_state(y, k, activation) != UNIT_ALIVE;
    char what[LIMIT_NAME + 16];
    snprintf(what, sizeof what, "units of %s", name);
    if (!n) return;
    if (!strcmp(activation, "relu"))
        NOTE(t, what, "%lld of the %lld units of %s.%s %s dead: relu gives 0 for every row, and no gradient comes through. A smaller "
             "rate, weights=he or leaky_relu help.\n", (long long)n, (long long)width, t->net_name, name, n == 1 ? "is" : "are");
    else
        NOTE(t, what, "%lld of the %lld units of %s.%s %s saturated: %s is at the same end for every row, where its slope is almost "
             "0. Scaled features or smaller weights help.\n", (long long)n, (long long)width, t->net_name, name,
             n == 1 ? "is" : "are", activation);
}

static Node *rows_taken(const DataView *v)
{
    int64_t n = rows_asked(v);
    Shape s = { .rank = v->sample.rank + 1, .dim = { n } };
    memcpy(s.dim + 1, v->sample.dim, sizeof *s.dim * (size_t)v->sample.rank);
    if (!v->sample.rank) s = shape_of(2, (int64_t[]){ n, 1 });
    Diag d = { 0 };
    Node *x = node_leaf(&s, NULL, &d);
    for (int64_t i = 0; x && i < n; i++)
        memcpy(x->val + i * v->n_in, row_of(v, i, n), sizeof(double) * (size_t)v->n_in);
    if (x) leaf_touch(x);
    return x;
}

/* The stages one after the other, but for the last, whose outputs may well be at an end. */
static void note_units(const Task *t, const DataView *data, int64_t parameters)
{
    if (t->net->kind != FN_CHAIN || data->sample.rank >= LIMIT_RANK || parameters > NOTE_WORK / NOTE_ROWS) return;
    Node *x = rows_taken(data);
    Diag d = { 0 };
    Meanings kept = meanings_keep(t->net);
    bool was = session_training(t->s, false);
    Value v = x ? value_node(x) : value_none();
    for (int i = 0; i < t->net->n_stage - 1 && v.kind == V_NODE; i++) {
        Value y = { 0 };
        if (func_call(t->s, NULL, t->net->stage[i], &v, 1, t->at_net, &y, &d) == OK && y.kind == V_NODE && node_eval(y.node, &d))
            note_stage(t, t->net->stage[i], t->net->stage_name[i], y.node);
        value_drop(&v);
        v = y;
    }
    value_drop(&v);
    session_training(t->s, was);
    meanings_return(&kept);
}

void notes_after(Session *s, const Task *t, const DataView *data, const TrainResult *r)
{
    if (s->quiet) return;
    note_growth(t, r);
    if (r->end != TRAIN_BROKE && r->end != TRAIN_HELD) note_units(t, data, r->parameters);
}
