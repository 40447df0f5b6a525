/* mem.h -- memory by lifetime.
 *
 * An Arena gives memory that lives until the whole arena is cleared. A pointer
 * may point into the same or a longer-lived arena, never into a shorter one.
 * Small allocations never fail: out of memory for a few bytes prints one line
 * and ends the program (exit 70), and that is the only such exit. Tensors are
 * large and user-made: they go through mem_take, which counts against the
 * memory budget and can refuse.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_MEM_H
#define GRADUS_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* malloc/realloc/strdup that never return NULL. */
void *mem_new(size_t bytes);                       /* zeroed */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_str(const char *s);
char *mem_strn(const char *s, size_t n);

/* c = a*b, a+b; false when it does not fit in size_t. */
bool mem_mul(size_t a, size_t b, size_t *c);
bool mem_add(size_t a, size_t b, size_t *c);

/* Large buffers, 64-byte aligned, zeroed; NULL when over the budget or the
 * system refuses. mem_give returns them (NULL is fine). */
void  *mem_take(size_t bytes);
void  *mem_take_bare(size_t bytes);                /* the same, not zeroed */
void   mem_give(void *p, size_t bytes);
size_t mem_taken(void);                            /* bytes out now */
size_t mem_budget(void);                           /* default: half of the machine's memory */
void   mem_set_budget(size_t bytes);

typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
    ArenaBlock *block;      /* newest first */
} Arena;

/* The first block of an empty arena: about as much as will be needed. */
void  arena_reserve(Arena *a, size_t bytes);
void *arena_alloc(Arena *a, size_t bytes);         /* zeroed, 16-byte aligned */
char *arena_str(Arena *a, const char *s);
char *arena_strn(Arena *a, const char *s, size_t n);
void  arena_clear(Arena *a);                       /* frees everything */

#define ARENA_NEW(a, Type)       ((Type *)arena_alloc((a), sizeof(Type)))
#define ARENA_ARRAY(a, Type, n)  ((Type *)arena_alloc((a), sizeof(Type) * (size_t)(n)))

/* Grow a heap array so that index n fits: GROW(v, n, cap). */
#define GROW(v, n, cap)                                                                  \
    do {                                                                                 \
        if ((n) >= (cap)) {                                                              \
            (cap) = (cap) ? (cap) * 2 : 8;                                               \
            (v) = mem_grow((v), (size_t)(cap), sizeof *(v));                             \
        }                                                                                \
    } while (0)

#endif
