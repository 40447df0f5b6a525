/* crew.c -- threads that share the parts of one piece of work.
 *
 * The number of the piece and of its next part are one word, so that a helper that comes
 * late cannot take a part of the wrong piece.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/crew.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"

enum { SPINS = 4000, STACK = 256 << 10 };

static struct {
    _Atomic uint64_t ticket;         /* piece << 32 | next part                       */
    _Atomic(CrewWork *) work;
    _Atomic(void *)  ctx;
    atomic_int       parts, left;
    _Atomic uint32_t piece;          /* what sleepers wait for a change of            */
    atomic_int       asleep;
    int              threads;        /* the caller too                                */
} crew = { .threads = 1 };

static inline void pause_a_little(void)
{
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}

/* Parts of this piece, until there are none. */
static void parts_take(uint32_t piece, int worker)
{
    for (;;) {
        uint64_t t = atomic_load(&crew.ticket);
        int part = (int)(t & UINT32_MAX);
        CrewWork *work = atomic_load(&crew.work);
        void *ctx = atomic_load(&crew.ctx);
        if (t >> 32 != piece || part >= atomic_load(&crew.parts)) return;
        if (!atomic_compare_exchange_weak(&crew.ticket, &t, t + 1)) continue;
        work(ctx, part, worker);
        atomic_fetch_sub(&crew.left, 1);
    }
}

/* The next piece's number, once it is another than `seen`. */
static uint32_t piece_wait(uint32_t seen)
{
    for (int i = 0; i < SPINS; i++) {
        uint32_t now = atomic_load(&crew.piece);
        if (now != seen) return now;
        pause_a_little();
    }
    atomic_fetch_add(&crew.asleep, 1);
    while (atomic_load(&crew.piece) == seen)
        syscall(SYS_futex, &crew.piece, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    atomic_fetch_sub(&crew.asleep, 1);
    return atomic_load(&crew.piece);
}

static void *helper(void *number)
{
    uint32_t seen = 0;
    for (;;) {
        seen = piece_wait(seen);
        parts_take(seen, (int)(intptr_t)number);
    }
    return NULL;
}

static bool helper_start(int number)
{
    sigset_t all, before;
    pthread_attr_t attr;
    pthread_t thread;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);           /* signals are the main thread's */
    bool good = !pthread_create(&thread, &attr, helper, (void *)(intptr_t)number);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return good;
}

int crew_gather(int threads)
{
    while (crew.threads < threads && crew.threads < LIMIT_THREADS && helper_start(crew.threads)) crew.threads++;
    return crew.threads < threads ? crew.threads : threads;
}

void crew_run(CrewWork *work, void *ctx, int parts)
{
    uint32_t piece = atomic_load(&crew.piece) + 1;
    atomic_store(&crew.ticket, (uint64_t)piece << 32 | UINT32_MAX);   /* nothing to take yet */
    atomic_store(&crew.work, work);
    atomic_store(&crew.ctx, ctx);
    atomic_store(&crew.parts, parts);
    atomic_store(&crew.left, parts);
    atomic_store(&crew.ticket, (uint64_t)piece << 32);
    atomic_store(&crew.piece, piece);
    if (atomic_load(&crew.asleep)) syscall(SYS_futex, &crew.piece, FUTEX_WAKE_PRIVATE, LIMIT_THREADS, NULL, NULL, 0);
    parts_take(piece, 0);
    for (int i = 0; atomic_load(&crew.left) > 0; i++) {
        if (i < SPINS) pause_a_little();
        else sched_yield();
    }
}

int crew_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > LIMIT_THREADS ? LIMIT_THREADS : n;
}
