/* fused_regs.c -- which value is in which register, and where the others are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "num/fused_body.h"

#if defined __x86_64__ && defined __linux__

#include <string.h>

/* ---- moves ---- */

void asm_move_in(Body *b, int reg, X86Place from)       /* all bytes */
{
    x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x10 }, b->wide, reg, 0, from, -1);
}

void asm_move_out(Body *b, int reg, X86Place to)
{
    x86_vector(&b->x, (X86Op){ 1, !b->l->single, 0, 0x11 }, b->wide, reg, 0, to, -1);
}

void asm_one_in(Body *b, int reg, X86Place from)        /* one number */
{
    x86_vector(&b->x, (X86Op){ 1, b->l->single ? 2 : 3, 0, 0x10 }, false, reg, 0, from, -1);
}

void asm_one_out(Body *b, int reg, X86Place to)
{
    x86_vector(&b->x, (X86Op){ 1, b->l->single ? 2 : 3, 0, 0x11 }, false, reg, 0, to, -1);
}

static void repeated_in(Body *b, int reg, X86Place from)
{
    x86_vector(&b->x, (X86Op){ 2, 1, 0, b->l->single ? 0x18 : 0x19 }, true, reg, 0, from, -1);
}

/* ---- slots ---- */

static const int8_t slot_regs[] = { R12, R13, R14, R15, R8, R9, R10, R11, RSI, RDI, RDX, RCX };

int asm_slot_reg(const Body *b, int slot)
{
    int n = b->calls ? 4 : (int)sizeof slot_regs;          /* those that calls leave alone */
    return slot < n ? slot_regs[slot] : NO_REG;
}

int32_t asm_place_at(int slot)
{
    return (int32_t)(offsetof(FusedRun, at) + sizeof(FusedPlace) * (size_t)slot);
}

/* The memory of a slot's present element; may need rax until the next call of this. */
X86Place asm_slot_place(Body *b, int slot)
{
    int size = b->l->single ? 4 : 8, base = RAX;
    const Fused *l = b->l;
    if (l->flat && slot >= l->x_from && slot < l->y_from) return x86_mem(R12, NO_REG, size * (slot - l->x_from));
    if (l->flat && slot >= l->y_from && slot < l->y_to) return x86_mem(R13, NO_REG, size * (slot - l->y_from));
    if (l->flat) return x86_mem(RBP, NO_REG, size * slot);
    if (asm_slot_reg(b, slot) != NO_REG) base = asm_slot_reg(b, slot);
    else x86_load(&b->x, RAX, RBP, asm_place_at(slot));
    return x86_mem(base, b->l->slot[slot] == SLOT_EACH ? RBX : NO_REG, 0);
}


/* ---- registers ---- */

static bool asm_is_source(const Body *b, int v)
{
    return asm_instr(b, v)->code == FUSED_NUM || asm_instr(b, v)->code == FUSED_LOAD;
}

int asm_next_use(const Body *b, int v)
{
    return b->next[v] < b->use_from[v + 1] ? b->use[b->next[v]] : INT32_MAX;
}

static X86Place spill_place(const Body *b, int v) { return x86_mem(RSP, NO_REG, SPILL_AT + VECTOR * b->spill[v]); }

void asm_spill(Body *b, int v)
{
    if (asm_is_source(b, v) || b->spill[v] >= 0) return;
    b->spill[v] = b->n_spill++;
    if (b->most_spill < b->n_spill) b->most_spill = b->n_spill;
    asm_move_out(b, b->reg[v], spill_place(b, v));
}

void asm_release(Body *b, int r)
{
    if (b->holds[r] >= 0) b->reg[b->holds[r]] = -1;
    b->holds[r] = -1;
}

int asm_take(Body *b)
{
    int best = -1, farthest = -1;
    for (int r = 0; r < N_VECTOR; r++) {
        if (b->pinned[r] || b->kept[r]) continue;
        if (b->holds[r] < 0) return r;
        int t = asm_next_use(b, b->holds[r]);
        if (t > farthest) best = r, farthest = t;
    }
    if (farthest != INT32_MAX) asm_spill(b, b->holds[best]);
    asm_release(b, best);
    return best;
}

void asm_hold(Body *b, int r, int v)
{
    b->holds[r] = v;
    b->reg[v] = r;
}

static void source_in(Body *b, int r, int v)
{
    const FusedInstr *i = asm_instr(b, v);
    if (i->code == FUSED_NUM) {
        asm_move_in(b, r, x86_const(x86_constant(&b->x, i->bits)));
        return;
    }
    X86Place from = asm_slot_place(b, i->in[0]);
    if (!b->wide) asm_one_in(b, r, from);
    else if (asm_is_held(b, i->in[0])) repeated_in(b, r, from);
    else asm_move_in(b, r, from);
}

/* The register of value v, which stays there until unpin. */
int asm_want(Body *b, int v)
{
    int r = b->reg[v];
    if (r < 0) {
        r = asm_take(b);
        if (b->spill[v] >= 0) asm_move_in(b, r, spill_place(b, v));
        else source_in(b, r, v);
        asm_hold(b, r, v);
    }
    b->pinned[r] = true;
    return r;
}

bool asm_used_again(const Body *b, int v)
{
    int n = b->next[v];
    while (n < b->use_from[v + 1] && b->use[n] <= 2 * b->now) n++;
    return n < b->use_from[v + 1];
}

/* A register, or the memory that v can be read from in place. */
X86Place asm_want_any(Body *b, int v, bool all)
{
    if (b->reg[v] < 0 && b->spill[v] >= 0) return spill_place(b, v);
    if (b->reg[v] < 0 && asm_instr(b, v)->code == FUSED_NUM)
        return x86_const(x86_constant(&b->x, asm_instr(b, v)->bits));
    if (b->reg[v] < 0 && !asm_used_again(b, v) && !(all && !b->wide)) {
        int slot = asm_instr(b, v)->in[0];
        if (!(b->wide && asm_is_held(b, slot))) return asm_slot_place(b, slot);
    }
    return x86_reg(asm_want(b, v));
}

void asm_unpin(Body *b) { memset(b->pinned, 0, sizeof b->pinned); }

/* Values without a use behind time t give their registers back. */
void asm_pass_time(Body *b, int t)
{
    for (int r = 0; r < N_VECTOR; r++) {
        int v = b->holds[r];
        if (v < 0 || b->kept[r]) continue;
        while (b->next[v] < b->use_from[v + 1] && b->use[b->next[v]] <= t) b->next[v]++;
        if (asm_next_use(b, v) == INT32_MAX) asm_release(b, r);
    }
}

void asm_forget(Body *b, int v)
{
    while (b->next[v] < b->use_from[v + 1] && b->use[b->next[v]] <= 2 * b->now) b->next[v]++;
}

#endif
