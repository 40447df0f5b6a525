/* view_train.c -- training that is watched: pictures between bursts of updates, keys
 * that are answered at once, and going on where it was paused.
 *
 * There is one thread. The training loop asks every few milliseconds whether a
 * picture is due; keys are read then, so that one is answered within a burst and a
 * picture. A key that only moves the eye is obeyed there and then. One that stands
 * for a command, or a typed line, raises the stop flag: the training ends in good
 * order, the command runs as if typed, and, if it is one that training can go on
 * after, the training is called again for the epochs that are left.
 *
 * Pictures come so seldom that all of them together take no more than a twentieth of
 * the time, whatever the size of the network; and none is begun while the terminal has
 * not taken the last one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/stop.h"
#include "face/screen.h"
#include "face/view.h"
#include "face/view_own.h"
#include "learn/train.h"

static const double frame_s = 1 / 31., share = 0.035, moment_s = 0.25;

static struct {
    ViewState *v;                /* on the screen; NULL: none                       */
    double began, next;          /* this picture; when the next one is due          */
    double worked;               /* when this picture began                         */
    double cost;                 /* of a picture, smoothed                          */
    int    pictures;             /* of this training                                */
    double moment;               /* when one was kept last                          */
    void (*watch_before)(Session *, const TrainNow *);
    bool (*due_before)(Session *);
} live;

static double clock_seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(void) { return clock_seconds(CLOCK_MONOTONIC); }

/* Of this thread alone: what others do on the machine is no cost of ours. */
static double worked(void) { return clock_seconds(CLOCK_THREAD_CPUTIME_ID); }

/* It has begun, and is no fault: what was trained before makes room. */
static void train_settle(ViewState *v)
{
    if (!v->coming) return;
    int64_t from = !v->joins ? 0 : v->moment >= 0 ? v->moment : v->past_epochs;
    if (!v->joins) v->asked = v->coming;
    view_past_cut(v, from);
    view_moment_begun(v, from);
    v->total = from + v->coming;
    v->coming = 0;
    v->moment = -1;
}

/* Called anew in a loop, or by a demo, the epochs follow on those of the calls before. */
static void train_seen(ViewState *v)
{
    v->training = true;
    if (v->coming) train_settle(v);
    else if (v->looped) view_past_join(v), v->looped = false;
    else if (!v->known && !v->joins) view_past_cut(v, 0), view_moments_after(v, -1);
    v->known = true;
}

void view_train_over(ViewState *v)
{
    v->looped = v->known = v->hurry = v->direct = v->blind = false;
}

/* ---- between bursts ---- */

static void keys_take(ViewState *v, bool *touched)
{
    for (int key; !stop_asked() && (key = screen_key(0)) != K_NONE; *touched = true)
        view_key(v, key);
}

static double period(void)
{
    double least = live.cost / share;
    return least > frame_s ? least : frame_s;
}

static bool due(Session *s)
{
    (void)s;
    ViewState *v = live.v;
    bool touched = false;
    double now = seconds();
    train_seen(v);
    keys_take(v, &touched);
    if (!touched && (now < live.next || !screen_ready())) return false;
    live.began = now;
    live.next = now - live.next < period() ? live.next + period() : now + period();
    live.worked = worked();
    return true;
}

static void moments_keep(ViewState *v, double now)
{
    if (now - live.moment < moment_s) return;
    live.moment = now;
    view_moment_take(v, v->epochs);
}

/* Short trainings in a loop end more often than pictures are wanted. */
static bool seldom_enough(void)
{
    double now = seconds();
    if (now < live.next) return false;
    live.began = now;
    live.worked = worked();
    live.next = now + period();
    return true;
}

/* The first picture of a training builds what later ones only compute; a dear one now and
 * then, with a moment to keep, is soon forgotten. */
static void cost_note(double took)
{
    if (live.pictures++) live.cost += (took < live.cost ? 0.5 : 0.2) * (took - live.cost);
}

static void watch(Session *s, const TrainNow *now)
{
    ViewState *v = live.v;
    if (live.watch_before) live.watch_before(s, now);
    train_seen(v);
    v->train_epoch = now->epoch;
    v->train_epochs = now->epochs;
    v->stopped = stop_asked();
    v->moment = -1;
    view_curves_live(v, now->all);
    moments_keep(v, live.began);
    if (v->total < v->past_epochs + now->epochs) v->total = v->past_epochs + now->epochs;
    bool last = now->epoch == now->epochs;
    if (last) v->looped = true;
    if (last && !seldom_enough()) return;
    if (!stop_asked() && !v->blind) view_show(v);
    double took = worked() - live.worked;
    cost_note(took);
}

void view_train_open(ViewState *v)
{
    live.v = v;
    live.cost = 0;
    live.watch_before = train_watch;
    live.due_before = train_due;
    train_watch = watch;
    train_due = due;
}

void view_train_close(void)
{
    train_watch = live.watch_before;
    train_due = live.due_before;
    live.v = NULL;
}

void view_wait(ViewState *v, double time)
{
    bool touched = !v->blind;
    double end = seconds() + time;
    v->training = true;                            /* keys wait for the statement's end */
    while (!stop_asked()) {
        if (touched) view_show(v);
        touched = false;
        double left = end - seconds();
        if (left <= 0 || v->hurry) break;
        int key = screen_key((int)(left * 1000) + 1);
        if (key != K_NONE) view_key(v, key), touched = true;
    }
}

/* ---- the command, and the same for the epochs that are left ---- */

static const Ast *key_of(const Ast *tree, const char *key)
{
    for (int i = 0; i < tree->n; i++)
        if (tree->kid[i]->kind == A_KEY && !strcmp(tree->kid[i]->text, key)) return tree->kid[i]->kid[0];
    return NULL;
}

static bool is_train(const Ast *tree)
{
    bool command = tree->kind == S_COMMAND && !strcmp(tree->text, "train");
    return command && tree->n > 1 && tree->kid[0]->kind == A_NAME;
}

/* The command without what is said anew each time, and with another optimizer. */
static void line_keep(ViewState *v, const Ast *tree, const char *optimizer)
{
    Text *t = &v->train_line;
    text_clear(t);
    text_add(t, "train ");
    for (int i = 0; i < tree->n; i++) {
        const Ast *a = tree->kid[i];
        bool key = a->kind == A_KEY;
        if (key && (!strcmp(a->text, "epochs") || !strcmp(a->text, "seed") ||
                    !strcmp(a->text, "optimizer")))
            continue;
        if (i) text_add(t, ", ");
        ast_print(t, a);
    }
    if (optimizer) text_addf(t, ", optimizer=%s", optimizer);
}

/* ---- an optimizer with a name, and its rate as a number with a name ---- */

/* A name for a number or an optimizer of the view's making: `plain` unless it is the
 * user's for something else. */
static void name_choose(const ViewState *v, const char *plain, const char *net, Text *to)
{
    text_add(to, plain);
    if (session_find(v->s, plain)) text_addf(to, "_%s", net);
}

static const Ast *formal_default(const Func *rule, const char *key)
{
    const Ast *def = rule && rule->kind == FN_OPTIMIZER ? rule->ast : NULL;
    for (int i = 0; def && i + 1 < def->n; i++)
        if (def->kid[i]->kind == A_KEY && !strcmp(def->kid[i]->text, key)) return def->kid[i]->kid[0];
    return NULL;
}

/* "adam(lr=0.1)" as "lr = 0.1" and "opt = adam(lr=lr)", so that the rate can be changed
 * while it is used and the optimizer's memory outlives a pause. false: it has a name
 * already, or is nothing of the kind. */
static bool optimizer_name(const ViewState *v, const Ast *written, const char *net, Text *before,
                           Text *name)
{
    Value of = { 0 };
    Text rate = { 0 }, args = { 0 }, lr = { 0 };
    const Ast *head = written && written->kind == A_CALL ? written->kid[0] : written;
    const char *rule = head ? head->kind == A_NAME ? head->text : NULL : "sgd";
    bool good = rule && session_lookup(v->s, rule, &of) && of.kind == V_FUNC &&
                of.func->kind == FN_OPTIMIZER;
    const Ast *otherwise = good ? formal_default(of.func, "lr") : NULL;
    name_choose(v, "lr", net, &lr);
    for (int i = 1; good && written && written->kind == A_CALL && i < written->n; i++) {
        const Ast *a = written->kid[i];
        bool is_rate = a->kind == A_KEY ? !strcmp(a->text, "lr") : false;
        if (is_rate && a->kid[0]->kind == A_NUM) ast_print(&rate, a->kid[0]);
        else if (is_rate || a->kind != A_KEY) good = false;
        else text_add(&args, ", "), ast_print(&args, a);
    }
    if (good && !rate.len && otherwise) ast_print(&rate, otherwise);
    good = good && rate.len;
    if (good) {
        name_choose(v, "opt", net, name);
        text_addf(before, "%s = %s\n%s = %s(lr=%s%s)\n", text_str(&lr), text_str(&rate), text_str(name),
                  rule, text_str(&lr), text_str(&args));
    }
    value_drop(&of);
    text_free(&rate);
    text_free(&args);
    text_free(&lr);
    return good;
}

static const char *tree_net(const Ast *tree) { return tree->kid[0]->text; }

static int64_t epochs_of(ViewState *v, const Ast *tree)
{
    Value n = { 0 };
    Diag d = { 0 };
    Text t = { 0 };
    double epochs = 1;
    const Ast *a = key_of(tree, "epochs");
    if (a) ast_print(&t, a);
    if (a && session_eval(v->s, text_str(&t), &n, &d) == OK && n.kind == V_NODE)
        epochs = node_scalar(n.node, &d);
    value_drop(&n);
    text_free(&t);
    return epochs >= 1 && epochs <= LIMIT_EPOCHS ? (int64_t)epochs : 1;
}

bool view_train_rewrite(ViewState *v, const Ast *tree, Text *to)
{
    Text name = { 0 };
    bool good = is_train(tree) && optimizer_name(v, key_of(tree, "optimizer"), tree_net(tree), to, &name);
    if (good) {
        line_keep(v, tree, text_str(&name));
        text_add(to, text_str(&v->train_line));
        if (key_of(tree, "epochs")) text_add(to, ", epochs="), ast_print(to, key_of(tree, "epochs"));
        if (key_of(tree, "seed")) text_add(to, ", seed="), ast_print(to, key_of(tree, "seed"));
    }
    text_free(&name);
    return good;
}

/* What is seen while it runs is by the loss of this training, not of the last one. */
static void loss_comes(ViewState *v, const Ast *loss)
{
    ast_print(&v->loss_coming, loss);
    view_read(v);
    text_clear(&v->loss_coming);
}

void view_train_begins(ViewState *v, const Ast *tree)
{
    if (!is_train(tree)) return;
    Text rule = { 0 };
    const Ast *written = key_of(tree, "optimizer");
    if (written) ast_print(&rule, written);
    line_keep(v, tree, written ? text_str(&rule) : NULL);
    text_free(&rule);
    int64_t epochs = epochs_of(v, tree);
    v->coming = epochs;
    live.pictures = 0;
    v->direct = true;
    v->stopped = false;
    bool ours = v->net && v->net_name && !strcmp(tree_net(tree), v->net_name);
    if (ours) view_moment_begin(v);
    if (ours && key_of(tree, "loss")) loss_comes(v, key_of(tree, "loss"));
    live.moment = seconds();
}

void view_train_ended(ViewState *v, const Ast *tree)
{
    if (!is_train(tree)) return;
    train_settle(v);
    v->rest = v->stopped ? v->train_epochs - v->train_epoch : 0;
}

bool view_train_resume(const ViewState *v, Text *to)
{
    if (!v->rest || !v->train_line.len) return false;
    text_addf(to, "%s, epochs=%lld", text_str(&v->train_line), (long long)v->rest);
    return true;
}

/* ---- again, as the last time ---- */

bool view_train_again(const ViewState *v, Text *to)
{
    if (v->train_line.len) {
        text_addf(to, "%s, epochs=%lld", text_str(&v->train_line), (long long)v->asked);
        return true;
    }
    return view_train_command(v, to);
}

/* ---- the rate ---- */

/* The leaf of the rate of the optimizer in use: its name; NULL. */
static const char *rate_name(const ViewState *v)
{
    Value *rule = v->net && v->net->task ? record_find(v->net->task, "optimizer") : NULL;
    const Func *f = rule && rule->kind == V_FUNC ? rule->func : NULL;
    for (int i = 0; f && i < f->n_key; i++)
        if (!strcmp(f->key[i], "lr") && f->key_val[i].kind == V_NODE) {
            int n;
            const char *found = NULL;
            Binding **all = session_bindings(v->s, &n);
            for (int k = 0; k < n && !found; k++)
                if (all[k]->value.kind == V_NODE && all[k]->kind != B_EQUATION &&
                    all[k]->value.node == f->key_val[i].node)
                    found = all[k]->name;
            free(all);
            return found;
        }
    return NULL;
}

double view_rate(const ViewState *v)
{
    Diag d = { 0 };
    Value *rule = v->net && v->net->task ? record_find(v->net->task, "optimizer") : NULL;
    const Func *f = rule && rule->kind == V_FUNC ? rule->func : NULL;
    for (int i = 0; f && i < f->n_key; i++)
        if (!strcmp(f->key[i], "lr") && f->key_val[i].kind == V_NODE)
            return node_scalar(f->key_val[i].node, &d);
    return NAN;
}

/* "lr <- 0.2": twice the rate, or half. */
bool view_rate_command(const ViewState *v, double times, Text *to)
{
    char buf[NUM_TEXT];
    const char *name = rate_name(v);
    double rate = view_rate(v);
    if (!name || !isfinite(rate)) return false;
    text_addf(to, "%s <- %s", name, num_exact(buf, rate * times));
    return true;
}
