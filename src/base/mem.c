/* mem.c -- the heap that cannot fail, the budget for tensors, and arenas.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/mem.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* The only exit below face/: nothing sensible can follow. */
static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "gradus: out of memory (%zu bytes more were needed)\n", bytes);
    exit(EX_SOFTWARE);
}

/* glibc keeps small blocks that were freed at hand for malloc, but not for calloc; and
 * gcc would make calloc of malloc and memset again, did the pointer not pass by unseen. */
enum { SMALL = 1024 };

void *mem_new(size_t bytes)
{
    bool small = bytes && bytes <= SMALL;
    void *p = small ? malloc(bytes) : calloc(1, bytes ? bytes : 1);
    __asm__("" : "+r"(p));
    if (!p) out_of_memory(bytes);
    return small ? memset(p, 0, bytes) : p;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (!mem_mul(count, size, &bytes)) out_of_memory(SIZE_MAX);
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p) out_of_memory(bytes);
    return p;
}

char *mem_strn(const char *s, size_t n)
{
    char *copy = mem_new(n + 1);
    if (n) memcpy(copy, s, n);
    return copy;
}

char *mem_str(const char *s)
{
    return mem_strn(s, strlen(s));
}

bool mem_mul(size_t a, size_t b, size_t *c)
{
    return !__builtin_mul_overflow(a, b, c);
}

bool mem_add(size_t a, size_t b, size_t *c)
{
    return !__builtin_add_overflow(a, b, c);
}

/* ---- large buffers ---- */

/* A cache line and the widest vector register alike. */
enum { TAKE_ALIGN = 64 };

static atomic_size_t taken;
static atomic_size_t budget;        /* 0: not asked for yet */

size_t mem_taken(void)
{
    return taken;
}

void mem_set_budget(size_t bytes)
{
    budget = bytes ? bytes : 1;
}

size_t mem_budget(void)
{
    if (budget == 0) {
        long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
        bool known = pages > 0 && page > 0;
        mem_set_budget(known ? (size_t)pages / 2 * (size_t)page : SIZE_MAX / 2);
    }
    return budget;
}

/* Count the bytes first and give them back on refusal, so that threads that
 * take at the same time cannot overrun the budget together. */
static bool budget_reserve(size_t bytes)
{
    size_t limit = mem_budget();
    if (bytes > limit) return false;
    size_t before = atomic_fetch_add(&taken, bytes);
    if (before <= limit - bytes) return true;
    atomic_fetch_sub(&taken, bytes);
    return false;
}

/* ---- large blocks given back, kept for the next that asks for as much ----
 *
 * A new large block costs a page fault for each 4 KiB, more than computing what goes into
 * it. A sanitizer is to see blocks given back as gone. */

enum { KEEP = 4, KEEP_LEAST = 1 << 18, KEEP_MOST = 1 << 24 };
static _Atomic(void *) kept[KEEP];           /* each begins with its size */

static void *kept_find(size_t whole)
{
    for (int i = 0; i < KEEP && whole >= KEEP_LEAST; i++) {
        void *p = atomic_exchange(&kept[i], NULL);
        if (p && *(size_t *)p == whole) return p;
        if (p && (p = atomic_exchange(&kept[i], p)) != NULL) free(p);
    }
    return NULL;
}

static void kept_put(void *p, size_t whole)
{
#ifndef __SANITIZE_ADDRESS__
    static atomic_uint turn;
    if (whole >= KEEP_LEAST && whole <= KEEP_MOST) {
        *(size_t *)p = whole;
        p = atomic_exchange(&kept[atomic_fetch_add(&turn, 1) % KEEP], p);
    }
#else
    (void)whole;
#endif
    free(p);
}

/* What bytes are rounded up to; 0: too many. */
static size_t whole_of(size_t bytes)
{
    size_t whole;
    return mem_add(bytes ? bytes : 1, TAKE_ALIGN - 1, &whole) ? whole - whole % TAKE_ALIGN : 0;
}

void *mem_take_bare(size_t bytes)
{
    size_t whole = whole_of(bytes);
    if (!whole || !budget_reserve(bytes)) return NULL;
    void *p = kept_find(whole);
    if (!p) p = aligned_alloc(TAKE_ALIGN, whole);
    if (!p) {
        atomic_fetch_sub(&taken, bytes);
        return NULL;
    }
    return p;
}

void *mem_take(size_t bytes)
{
    void *p = mem_take_bare(bytes);
    return p ? memset(p, 0, bytes) : NULL;
}

void mem_give(void *p, size_t bytes)
{
    if (!p) return;
    kept_put(p, whole_of(bytes));
    atomic_fetch_sub(&taken, bytes);
}

/* ---- arenas ---- */

/* Blocks double from small (a Source is a few nodes) to large (a session). */
enum { BLOCK_FIRST = 1 << 9, BLOCK_MOST = 1 << 18 };

struct ArenaBlock {
    ArenaBlock *older;
    size_t      used, size;
    alignas(16) unsigned char bytes[];
};

static ArenaBlock *block_new(size_t size)
{
    size_t whole;
    if (!mem_add(size, sizeof(ArenaBlock), &whole)) out_of_memory(size);
    ArenaBlock *b = mem_new(whole);
    b->size = size;
    return b;
}

/* A block with room for bytes: the newest, or a new one. */
static ArenaBlock *block_for(Arena *a, size_t bytes)
{
    ArenaBlock *top = a->block;
    if (top && top->size - top->used >= bytes) return top;
    size_t next = !top ? BLOCK_FIRST : top->size < BLOCK_MOST ? top->size * 2 : BLOCK_MOST;
    if (top && bytes > next / 4) {
        /* Its own block, behind the newest, whose room stays in use. */
        ArenaBlock *own = block_new(bytes);
        own->older = top->older;
        top->older = own;
        return own;
    }
    ArenaBlock *b = block_new(bytes > next ? bytes : next);
    b->older = top;
    a->block = b;
    return b;
}

void arena_reserve(Arena *a, size_t bytes)
{
    if (!a->block) a->block = block_new(bytes);
}

void *arena_alloc(Arena *a, size_t bytes)
{
    size_t whole;
    if (!mem_add(bytes ? bytes : 1, 15, &whole)) out_of_memory(bytes);
    whole -= whole % 16;
    ArenaBlock *b = block_for(a, whole);
    void *p = b->bytes + b->used;
    b->used += whole;
    return p;
}

char *arena_strn(Arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (n) memcpy(copy, s, n);
    return copy;
}

char *arena_str(Arena *a, const char *s)
{
    return arena_strn(a, s, strlen(s));
}

void arena_clear(Arena *a)
{
    for (ArenaBlock *b = a->block; b;) {
        ArenaBlock *older = b->older;
        free(b);
        b = older;
    }
    a->block = NULL;
}
