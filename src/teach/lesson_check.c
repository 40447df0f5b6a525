/* lesson_check.c -- a lesson or a demo, run as the tests do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/lesson_own.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "teach/match.h"

typedef struct {
    Session    *s;
    const char *file;
    Tally      *t;
} Check;

static void count(Check *c, bool good, const Piece *p, const char *what, const char *text)
{
    if (good) c->t->passed++;
    else tally_fault(c->t, c->file, p->line, "%s: %s", what, text);
}

static int checks_holding(Check *c, const Piece *p)
{
    int n = 0;
    for (int i = 0; i < p->n_check; i++) n += lesson_holds(c->s, p->check[i]);
    return n;
}

static void try_check(Check *c, const Piece *p)
{
    count(c, checks_holding(c, p) < p->n_check, p, "all checks hold before anything is done",
          p->check[0]);
    examples_check(c->s, &p->code, c->file, c->t);
    for (int i = 0; i < p->n_check; i++)
        count(c, lesson_holds(c->s, p->check[i]), p, "the solution leaves a check false",
              p->check[i]);
}

static void guess_check(Check *c, const Piece *p)
{
    char buf[NUM_TEXT];
    double v = lesson_value(c->s, p->value);
    count(c, isfinite(v), p, "the value is no finite number", p->value);
    if (!p->answer || !isfinite(v)) return;
    num_exact(buf, v);
    bool good = output_matches(p->answer, buf);
    if (good) c->t->passed++;
    else tally_fault(c->t, c->file, p->line, "%s is %s, not %s", p->value, buf, p->answer);
}

static void piece_check(Check *c, const Piece *p)
{
    switch (p->kind) {
    case PIECE_READ: break;
    case PIECE_RUN: examples_check(c->s, &p->code, c->file, c->t); break;
    case PIECE_TRY: try_check(c, p); break;
    case PIECE_GUESS: guess_check(c, p); break;
    case PIECE_CHOOSE: c->t->passed++; break;      /* looked at when it was read */
    }
}

void lesson_test(Session *s, const char *file, const char *text, size_t len, Tally *t)
{
    Diag d = { 0 };
    int line;
    Script *script = script_read(text, len, &line, &d);
    Check c = { s, file, t };
    if (!script) {
        tally_fault(t, file, line, "%s", d.text);
        return;
    }
    bool safe = s->safe;
    s->safe = true;
    for (int i = 0; i < script->n; i++) piece_check(&c, &script->piece[i]);
    s->safe = safe;
    script_free(script);
}
