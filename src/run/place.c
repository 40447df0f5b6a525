/* place.c -- where buffers lie in one arena.
 *
 * Buffers are given the smallest gap that the living ones leave (best fit), in
 * the order in which they are written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/place.h"

#include <stdlib.h>

#include "base/mem.h"

enum { LINE = 8 };           /* numbers in a cache line */

typedef struct {
    int64_t from, to;
} Gap;

typedef struct {
    Gap    *gap;             /* sorted, never touching each other */
    int     n;
    int64_t top;
} Room;

static void gap_remove(Room *r, int i)
{
    for (r->n--; i < r->n; i++) r->gap[i] = r->gap[i + 1];
}

static int64_t room_take(Room *r, int64_t len)
{
    int best = -1;
    for (int i = 0; i < r->n; i++) {
        int64_t size = r->gap[i].to - r->gap[i].from;
        if (size >= len && (best < 0 || size < r->gap[best].to - r->gap[best].from)) best = i;
    }
    if (best < 0) {
        r->top += len;
        return r->top - len;
    }
    int64_t at = r->gap[best].from;
    r->gap[best].from += len;
    if (r->gap[best].from == r->gap[best].to) gap_remove(r, best);
    return at;
}

static void room_give(Room *r, int64_t from, int64_t len)
{
    int i = r->n++;
    for (; i > 0 && r->gap[i - 1].from > from; i--) r->gap[i] = r->gap[i - 1];
    r->gap[i] = (Gap){ from, from + len };
    if (i + 1 < r->n && r->gap[i].to == r->gap[i + 1].from) {
        r->gap[i].to = r->gap[i + 1].to;
        gap_remove(r, i + 1);
    }
    if (i > 0 && r->gap[i - 1].to == r->gap[i].from) {
        r->gap[i - 1].to = r->gap[i].to;
        gap_remove(r, i);
    }
}

static int64_t rounded(int64_t len)
{
    return len ? (len + LINE - 1) / LINE * LINE : LINE;
}

int64_t buffers_place(Buffer *b, int n)
{
    Room room = { .gap = mem_new(sizeof(Gap) * (size_t)(n + 1)) };
    bool *gone = mem_new((size_t)n + 1);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++) {
            if (gone[k] || b[k].to >= b[i].from) continue;
            gone[k] = true;
            room_give(&room, b[k].at, rounded(b[k].len));
        }
        b[i].at = room_take(&room, rounded(b[i].len));
    }
    free(room.gap);
    free(gone);
    return room.top;
}
