/* lesson.c -- a lesson or a demo being played in a session.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/lesson_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char indent[] = "    ";

/* ---- saying ---- */

void lesson_say(Lesson *l, const char *fmt, ...)
{
    va_list ap;
    Text t = { 0 };
    va_start(ap, fmt);
    text_vaddf(&t, fmt, ap);
    va_end(ap);
    markup_paragraph(&l->say, text_str(&t), "", l->style.look);
    text_free(&t);
}

void lesson_show(Lesson *l)
{
    if (l->style.show) l->style.show(l->s, &l->say);
}

Piece *lesson_piece(const Lesson *l)
{
    return l->at < l->script->n ? &l->script->piece[l->at] : NULL;
}

/* ---- presenting a piece ---- */

static void say_place(Lesson *l, const char *what)
{
    lesson_say(l, "[%d/%d] %s", l->at + 1, l->script->n, what);
}

static void say_code(Lesson *l, const Examples *e)
{
    for (int i = 0; i < e->n; i++) markup_verbatim(&l->say, e->item[i].typed, indent);
}

static void say_prose(Lesson *l, const Piece *p)
{
    size_t before = l->say.len;
    markup_blocks(&l->say, p->from, p->end, l->style.look);
    if (l->say.len > before) text_addc(&l->say, '\n');
}

static void say_ask(Lesson *l, const Piece *p)
{
    if (p->ask) markup_paragraph(&l->say, p->ask, "  ", l->style.look);
    for (int i = 0; i < p->n_choice; i++) {
        char mark[24];
        snprintf(mark, sizeof mark, "  %d  ", i + 1);
        markup_paragraph(&l->say, p->choice[i].text, mark, l->style.look);
    }
    if (p->ask) text_addc(&l->say, '\n');
}

static void say_footer(Lesson *l, const Piece *p)
{
    switch (p->kind) {
    case PIECE_READ: say_place(l, "Enter goes on."); break;
    case PIECE_RUN: say_place(l, "Enter runs it."); break;
    case PIECE_TRY:
        say_place(l, "Your turn. hint helps, skip shows one way, again starts it anew.");
        break;
    case PIECE_GUESS: say_place(l, "Type a number. hint helps, skip shows it."); break;
    case PIECE_CHOOSE: say_place(l, "Type the number of your answer."); break;
    }
}

static void lesson_finish(Lesson *l)
{
    Text t = { 0 };
    text_addf(&t, "That was \"%s\".", l->script->title);
    if (l->tasks) text_addf(&t, " Tasks solved: %d of %d.", l->tasks_done, l->tasks);
    if (l->questions)
        text_addf(&t, " Right at once: %d of %d questions.", l->first_right, l->questions);
    if (l->hints_used) text_addf(&t, " Hints: %d.", l->hints_used);
    text_add(&t, " Play on as you like; `leave` brings your own names back, `lesson` lists the "
                 "others.");
    markup_paragraph(&l->say, text_str(&t), "", l->style.look);
    text_free(&t);
}

static void piece_begin(Lesson *l)
{
    const Piece *p = lesson_piece(l);
    text_clear(&l->typed);
    l->played = TRIED_NOTHING;
    l->hints = l->wrong = 0;
    l->failing = -1;
    if (p && p->kind == PIECE_GUESS) l->value = lesson_value(l->s, p->value);
}

static void present(Lesson *l)
{
    const Piece *p = lesson_piece(l);
    if (!p) return;
    say_prose(l, p);
    if (p->kind == PIECE_READ && l->at == l->script->n - 1) {
        l->at++;
        lesson_finish(l);
        return;
    }
    if (p->kind == PIECE_RUN) {
        say_code(l, &p->code);
        text_addc(&l->say, '\n');
    }
    say_ask(l, p);
    say_footer(l, p);
}

void lesson_advance(Lesson *l)
{
    l->at++;
    piece_begin(l);
    if (!lesson_piece(l)) lesson_finish(l);
    else present(l);
}

/* ---- demos ---- */

static void demo_place(Lesson *l)
{
    if (!lesson_piece(l)) lesson_say(l, "(The end. b goes back a piece, leave ends the demo.)");
}

/* What answers a question or solves a task, shown in a demo as the presenter's own. */
static void demo_play(Lesson *l)
{
    Piece *p = lesson_piece(l);
    say_prose(l, p);
    say_ask(l, p);
    if (p->kind == PIECE_GUESS) lesson_run(l, p->value);
    if (p->code.n) lesson_run_all(l, &p->code);
    trunk_examples(l, &p->code);
    l->at++;
    piece_begin(l);
    demo_place(l);
}

/* ---- open, close ---- */

/* The trunk of the steps that were done another day. */
static void trunk_resume(Lesson *l, int from)
{
    for (l->at = 0; l->at < from; l->at++) trunk_examples(l, &lesson_piece(l)->code);
    if (from) trunk_replay(l);
}

Lesson *lesson_open(Session *s, Script *script, LessonStyle style, int from)
{
    Lesson *l = mem_new(sizeof *l);
    l->s = s;
    l->script = script;
    l->style = style;
    l->branch = branch_begin(s);
    if (from < 0 || from >= script->n) from = 0;
    trunk_resume(l, from);
    piece_begin(l);
    if (!style.demo) present(l);
    else lesson_say(l,
                    "%s. Enter plays the next piece, b takes one back; anything else you "
                    "type is live. leave ends.",
                    script->title);
    lesson_show(l);
    return l;
}

void lesson_close(Lesson *l)
{
    if (!l) return;
    branch_end(l->s, l->branch);
    trunk_free(l);
    script_free(l->script);
    text_free(&l->say);
    text_free(&l->typed);
    free(l);
}

int lesson_at(const Lesson *l) { return l->at; }
int lesson_steps(const Lesson *l) { return l->script->n; }
bool lesson_done(const Lesson *l) { return l->at >= l->script->n; }
Text *lesson_text(Lesson *l) { return &l->say; }

bool lesson_waits(const Lesson *l)
{
    const Piece *p = lesson_piece(l);
    return p && !l->style.demo && p->kind == PIECE_TRY;
}

/* ---- Enter and the commands ---- */

static void run_code(Lesson *l)
{
    const Piece *p = lesson_piece(l);
    trunk_restore(l);
    lesson_run_all(l, &p->code);
    trunk_examples(l, &p->code);
    lesson_advance(l);
}

static void remind(Lesson *l, const Piece *p)
{
    if (p->kind == PIECE_TRY && task_look(l, p)) return;
    say_ask(l, p);
    say_footer(l, p);
}

bool lesson_enter(Lesson *l)
{
    const Piece *p = lesson_piece(l);
    if (!p) return false;
    if (l->style.demo) demo_play(l);
    else if (p->kind == PIECE_RUN) run_code(l);
    else if (p->kind == PIECE_READ) trunk_restore(l), lesson_advance(l);
    else remind(l, p);
    lesson_show(l);
    return true;
}

void lesson_hint(Lesson *l)
{
    const Piece *p = lesson_piece(l);
    if (!p || l->style.demo) lesson_say(l, "There is nothing to be hinted at.");
    else if (l->hints < p->n_hint) {
        l->hints_used++;
        markup_paragraph(&l->say, p->hint[l->hints++], "  ", l->style.look);
    } else if (p->kind == PIECE_RUN || p->kind == PIECE_READ) {
        lesson_say(l, "Press Enter on an empty line to go on.");
    } else {
        lesson_say(l, "%s; skip shows %s.",
                   p->n_hint ? "That was the last hint" : "There is no hint here",
            p->kind == PIECE_TRY ? "one way to do it" : "the answer");
    }
    lesson_show(l);
}

static void skip_task(Lesson *l, const Piece *p)
{
    if (l->typed.len) trunk_replay(l);
    lesson_say(l, "One way to do it:");
    lesson_run_all(l, &p->code);
    trunk_examples(l, &p->code);
    l->tasks++;
    lesson_advance(l);
}

static void skip_choice(Lesson *l, const Piece *p)
{
    for (int i = 0; i < p->n_choice; i++) {
        if (!p->choice[i].right) continue;
        lesson_say(l, "It is %d: %s", i + 1, p->choice[i].text);
        markup_paragraph(&l->say, p->choice[i].reply, "  ", l->style.look);
    }
    text_addc(&l->say, '\n');
}

void lesson_skip(Lesson *l)
{
    const Piece *p = lesson_piece(l);
    char buf[NUM_TEXT];
    if (!p) lesson_say(l, "The lesson is over.");
    else if (l->style.demo || p->kind == PIECE_RUN || p->kind == PIECE_READ) lesson_enter(l);
    else if (p->kind == PIECE_TRY) skip_task(l, p);
    else {
        if (p->kind == PIECE_CHOOSE) skip_choice(l, p);
        else lesson_say(l, "%s is %s.\n", p->value, num_print(buf, l->value, l->s->format));
        l->questions++;
        trunk_restore(l);
        lesson_advance(l);
    }
    lesson_show(l);
}

void lesson_again(Lesson *l)
{
    if (lesson_done(l)) lesson_say(l, "It is over; this is the state it ended with.");
    trunk_cut(l);
    trunk_replay(l);
    piece_begin(l);
    if (l->style.demo) lesson_say(l, "(As before piece %d of %d.)", l->at + 1, l->script->n);
    else present(l);
    lesson_show(l);
}

void lesson_back(Lesson *l)
{
    if (l->at) l->at--;
    trunk_cut(l);
    trunk_replay(l);
    piece_begin(l);
    lesson_say(l, "(Back: piece %d of %d comes next.)", l->at + 1, l->script->n);
    lesson_show(l);
}
