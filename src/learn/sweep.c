/* sweep.c -- the processes of a sweep: started, listened to, and never left behind.
 *
 * A child ends with _exit, so that nothing of the parent's (the terminal's state, half
 * written files) is ended twice; it dies with its parent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "learn/sweep.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/stop.h"
#include "learn/train.h"
#include "run/crew.h"

enum { MOST_SLOTS = 64, LISTEN_MS = 200 };

typedef struct {
    pid_t  pid;
    int    from;                     /* its pipe                                        */
    Trial *trial;                    /* NULL: the slot is free                          */
} Slot;

typedef struct {
    Session   *s;
    Trials    *all;
    TrialWork *work;
    void      *ctx;
    int        n_slot, started, done;
    Slot       slot[MOST_SLOTS];
} Crowd;

/* ---- a child ---- */

static bool write_all(int to, const Text *t)
{
    size_t at = 0;
    while (at < t->len) {
        ssize_t n = write(to, t->s + at, t->len - at);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) at += (size_t)n;
    }
    return true;
}

/* Quiet, alone on its core, and deaf to the keyboard: the parent decides. */
static void child_settle(Crowd *c, pid_t parent)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
#else
    (void)parent;
#endif
    signal(SIGINT, SIG_IGN);
    for (int i = 0; i < c->n_slot; i++)
        if (c->slot[i].trial) close(c->slot[i].from);
    Session *s = c->s;
    s->flush = NULL;
    s->progress = NULL;
    s->changed = NULL;
    s->moved = NULL;
    s->echo = false;
    s->quiet = true;
    s->threads = 1;
    train_watch = NULL;
    train_due = NULL;
    text_clear(&s->out);
    value_drop(&s->ans);
}

static void child_run(Crowd *c, const Trial *t, int to, pid_t parent)
{
    child_settle(c, parent);
    Diag d = { 0 };
    Text tell = { 0 };
    Binding *b = session_find(c->s, "history");
    const Value old = b ? value_keep(b->value) : value_none();
    Status st = c->work(c->ctx, c->s, c->all, t, &d);
    wire_write(&tell, c->s, old.kind == V_RECORD ? old.record : NULL, st, &d);
    _exit(write_all(to, &tell) ? 0 : 1);
}

static Status child_start(Crowd *c, Slot *slot, Trial *t, Diag *d)
{
    int pipes[2];
    pid_t parent = getpid();
    if (pipe(pipes)) return diag_set(d, E_IO, (Span){ 0, 0 }, "no pipe for a run: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(pipes[0]);
        child_run(c, t, pipes[1], parent);
    }
    close(pipes[1]);
    if (pid < 0) {
        close(pipes[0]);
        return diag_set(d, E_IO, (Span){ 0, 0 }, "no process for a run: %s", strerror(errno));
    }
    *slot = (Slot){ pid, pipes[0], t };
    return OK;
}

/* ---- the parent ---- */

static void slot_close(Slot *slot, bool kill_it)
{
    if (kill_it) kill(slot->pid, SIGKILL);
    close(slot->from);
    while (waitpid(slot->pid, NULL, 0) < 0 && errno == EINTR) { }
    slot->trial = NULL;
}

static void progress(Crowd *c)
{
    char line[160];
    if (!c->s->progress) return;
    int running = 0;
    for (int i = 0; i < c->n_slot; i++) running += c->slot[i].trial != NULL;
    snprintf(line, sizeof line, "sweep: %d of %d runs done, %d at work", c->done, c->all->n, running);
    c->s->progress(c->s, line);
}

/* What a child wrote; at its end the run is over. */
static Status listen_to(Crowd *c, Slot *slot, Diag *d)
{
    char buf[1 << 16];
    ssize_t n = read(slot->from, buf, sizeof buf);
    if (n < 0) return errno == EINTR ? OK : diag_set(d, E_IO, (Span){ 0, 0 }, "a run cannot be read: %s", strerror(errno));
    if (n > 0) return text_addn(&slot->trial->sent, buf, (size_t)n), OK;
    Trial *t = slot->trial;
    slot_close(slot, false);
    c->done++;
    progress(c);
    Status st = wire_read(t, d);
    text_free(&t->sent);
    return st;
}

static Status listen_all(Crowd *c, Diag *d)
{
    struct pollfd p[MOST_SLOTS];
    for (int i = 0; i < c->n_slot; i++) p[i] = (struct pollfd){ .fd = c->slot[i].trial ? c->slot[i].from : -1, .events = POLLIN };
    int n = poll(p, (nfds_t)c->n_slot, LISTEN_MS);
    for (int i = 0; i < c->n_slot && n > 0; i++)
        if (p[i].revents) TRY(listen_to(c, &c->slot[i], d));
    return OK;
}

static Status fill_slots(Crowd *c, Diag *d)
{
    for (int i = 0; i < c->n_slot && c->started < c->all->n; i++) {
        if (c->slot[i].trial) continue;
        TRY(child_start(c, &c->slot[i], &c->all->trial[c->started], d));
        c->started++;
        progress(c);
    }
    return OK;
}

static int slots_wanted(const Session *s, int trials)
{
    int n = s->threads > 0 ? s->threads : crew_processors();
    if (n > MOST_SLOTS) n = MOST_SLOTS;
    if (n > trials) n = trials;
    return n < 1 ? 1 : n;
}

Status trials_run(Session *s, Trials *all, TrialWork *work, void *ctx, Diag *d)
{
    Crowd c = { .s = s, .all = all, .work = work, .ctx = ctx, .n_slot = slots_wanted(s, all->n) };
    Status st = OK;
    if (s->flush) s->flush(s);                   /* or every child would hold it too */
    while (st == OK && c.done < all->n) {
        st = fill_slots(&c, d);
        if (st == OK) st = listen_all(&c, d);
        if (st == OK && stop_asked()) st = diag_set(d, E_STOP, (Span){ 0, 0 }, "stopped");
    }
    for (int i = 0; i < c.n_slot; i++)
        if (c.slot[i].trial) slot_close(&c.slot[i], true);
    if (s->progress) s->progress(s, NULL);
    return st;
}

void trials_free(Trials *all)
{
    for (int i = 0; i < all->n; i++) {
        Trial *t = &all->trial[i];
        Value history = value_record(t->history), measures = value_record(t->measures);
        if (t->history) value_drop(&history);
        if (t->measures) value_drop(&measures);
        text_free(&t->sent);
        free(t->value);
        free(t->label);
        free(t->printed);
    }
    free(all->trial);
    for (int i = 0; i < all->n_name; i++) {
        Value v = value_list(all->values[i]);
        value_drop(&v);
        free(all->name[i]);
    }
    *all = (Trials){ 0 };
}
