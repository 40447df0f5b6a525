/* loop.c -- the one poll loop: keys, signals, timers, pipes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/stop.h"

enum { SIGNALS = 65 };

typedef struct {
    int       fd;
    LoopCall *call;
    void     *ctx;
} Watch;

typedef struct {
    int       id, every;        /* id 0: a free place */
    int64_t   due;              /* milliseconds of the monotonic clock */
    LoopCall *call;
    void     *ctx;
} Timer;

static Watch watch[LOOP_MAX];
static int   watches;
static Timer timer[LOOP_MAX];
static int   last_id;

static int pipe_end[2] = { -1, -1 };
static volatile sig_atomic_t note[SIGNALS];
static volatile sig_atomic_t any_note;

static struct sigaction before[SIGNALS];
static int              caught[SIGNALS];

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pipe_open(void)
{
    if (pipe_end[0] >= 0) return;
    if (pipe2(pipe_end, O_NONBLOCK | O_CLOEXEC) != 0) pipe_end[0] = pipe_end[1] = -1;
}

void loop_watch(int fd, LoopCall *call, void *ctx)
{
    assert(fd >= 0 && call);
    loop_unwatch(fd);
    assert(watches < LOOP_MAX);
    watch[watches++] = (Watch){ fd, call, ctx };
}

void loop_unwatch(int fd)
{
    for (int i = 0; i < watches; i++) {
        if (watch[i].fd != fd) continue;
        memmove(watch + i, watch + i + 1, (size_t)(watches - i - 1) * sizeof *watch);
        watches--;
        return;
    }
}

int loop_every(int ms, LoopCall *call, void *ctx)
{
    int i = 0;
    while (i < LOOP_MAX && timer[i].id) i++;
    assert(i < LOOP_MAX && call);
    if (ms < 1) ms = 1;
    timer[i] = (Timer){ ++last_id, ms, now_ms() + ms, call, ctx };
    return last_id;
}

void loop_cancel(int id)
{
    for (int i = 0; i < LOOP_MAX; i++)
        if (id && timer[i].id == id) timer[i].id = 0;
}

/* Call what is due; returns the milliseconds until the next one, -1: none. */
static int timers_run(void)
{
    int64_t now = now_ms();
    int64_t next = -1;
    for (int i = 0; i < LOOP_MAX; i++) {
        Timer *t = &timer[i];
        if (!t->id) continue;
        if (t->due <= now) {
            t->due = now + t->every;
            t->call(t->ctx);
            if (!t->id) continue;
        }
        if (next < 0 || t->due < next) next = t->due;
    }
    if (next < 0) return -1;
    int64_t left = next - now_ms();
    return left < 0 ? 0 : (int)left;
}

/* Only watches that still stand are called: an earlier call of this round may
 * have removed one, or put another on the same descriptor. */
static void watches_run(const struct pollfd *p, const Watch *seen, int n)
{
    for (int i = 0; i < n; i++) {
        if (!p[i].revents) continue;
        if (p[i].revents & POLLNVAL) {
            loop_unwatch(p[i].fd);
            continue;
        }
        for (int k = 0; k < watches; k++) {
            const Watch *w = &watch[k];
            if (w->fd != seen[i].fd || w->call != seen[i].call || w->ctx != seen[i].ctx) continue;
            w->call(w->ctx);
            break;
        }
    }
}

static void pipe_drain(void)
{
    char buf[64];
    while (pipe_end[0] >= 0 && read(pipe_end[0], buf, sizeof buf) > 0) continue;
}

/* One poll of everything for at most ms; true when fd can be read. */
static bool poll_once(int fd, int ms)
{
    struct pollfd p[LOOP_MAX + 2];
    Watch seen[LOOP_MAX];
    int n = watches;
    memcpy(seen, watch, (size_t)n * sizeof *seen);
    for (int i = 0; i < n; i++) p[i] = (struct pollfd){ seen[i].fd, POLLIN, 0 };
    p[n] = (struct pollfd){ pipe_end[0], POLLIN, 0 };
    p[n + 1] = (struct pollfd){ fd, POLLIN, 0 };
    if (poll(p, (nfds_t)n + 2, ms) <= 0) return false;
    if (p[n].revents) pipe_drain();
    watches_run(p, seen, n);
    return fd >= 0 && p[n + 1].revents;
}

LoopEvent loop_wait(int fd, int ms)
{
    pipe_open();
    int64_t end = ms < 0 ? INT64_MAX : now_ms() + ms;
    for (;;) {
        int rest = timers_run();
        if (any_note) {
            any_note = 0;
            pipe_drain();
            return LOOP_SIGNAL;
        }
        int64_t left = ms < 0 ? -1 : end - now_ms();
        if (ms >= 0 && left < 0) left = 0;
        if (rest < 0 || (left >= 0 && left < rest)) rest = (int)left;
        if (poll_once(fd, rest)) return LOOP_READY;
        if (ms >= 0 && !any_note && now_ms() >= end) return LOOP_TIMEOUT;
    }
}

void loop_wake(void)
{
    int saved = errno;
    any_note = 1;
    if (pipe_end[1] >= 0) {
        ssize_t done = write(pipe_end[1], "", 1);
        (void)done;     /* full: a wake-up is waiting there already */
    }
    errno = saved;
}

static void on_signal(int sig)
{
    note[sig] = 1;
    if (sig == SIGINT) stop_flag = 1;
    loop_wake();
}

void loop_catch(int sig)
{
    assert(sig > 0 && sig < SIGNALS);
    pipe_open();
    if (caught[sig]++) return;
    note[sig] = 0;
    struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigemptyset(&a.sa_mask);
    sigaction(sig, &a, &before[sig]);
}

void loop_uncatch(int sig)
{
    assert(sig > 0 && sig < SIGNALS && caught[sig] > 0);
    if (--caught[sig]) return;
    sigaction(sig, &before[sig], NULL);
    note[sig] = 0;
}

bool loop_noted(int sig)
{
    if (!note[sig]) return false;
    note[sig] = 0;
    return true;
}
