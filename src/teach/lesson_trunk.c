/* lesson_trunk.c -- the statements that a lesson is made of: run, shown, run again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/lesson_own.h"

#include <stdlib.h>
#include <string.h>

/* ---- the trunk ---- */

void trunk_add(Lesson *l, const char *text, bool own)
{
    GROW(l->trunk, l->n_trunk, l->cap_trunk);
    l->trunk[l->n_trunk++] = (Trunk){ mem_str(text), l->at, own };
}

void trunk_cut(Lesson *l)
{
    while (l->n_trunk && l->trunk[l->n_trunk - 1].at >= l->at) free(l->trunk[--l->n_trunk].text);
}

void trunk_free(Lesson *l)
{
    for (int i = 0; i < l->n_trunk; i++) free(l->trunk[i].text);
    free(l->trunk);
}

void trunk_examples(Lesson *l, const Examples *e)
{
    for (int i = 0; i < e->n; i++) trunk_add(l, e->item[i].typed, false);
}

/* Lesson code: nothing but computing and showing. */
static void run_safely(Session *s, const char *text, bool own, Text *got)
{
    bool safe = s->safe;
    s->safe = !own;
    typed_run(s, text, got);
    s->safe = safe;
}

/* The state that the trunk makes, and nothing else. */
void trunk_replay(Lesson *l)
{
    Text unseen = { 0 };
    branch_clear(l->s);
    for (int i = 0; i < l->n_trunk; i++) {
        run_safely(l->s, l->trunk[i].text, l->trunk[i].own, &unseen);
        text_clear(&unseen);
    }
    text_free(&unseen);
    text_clear(&l->typed);
    l->played = TRIED_NOTHING;
}

void trunk_restore(Lesson *l)
{
    bool changed = l->played == TRIED_CHANGING;
    if (l->played) trunk_replay(l);
    if (changed)
        lesson_say(l, "(What you tried is set aside; the lesson goes on from its own state.)");
}

/* ---- running the lesson's code ---- */

/* Shown as if typed: ">> " before the first line, ".. " before the others. */
static void say_typed(Lesson *l, const char *text)
{
    const char *mark = ">> ";
    for (size_t n; *text; text += n + (text[n] == '\n'), mark = ".. ") {
        n = strcspn(text, "\n");
        text_add(&l->say, mark);
        text_add_safe(&l->say, text, n);
        text_addc(&l->say, '\n');
    }
}

void lesson_run(Lesson *l, const char *text)
{
    Text got = { 0 };
    say_typed(l, text);
    lesson_show(l);
    run_safely(l->s, text, false, &got);
    text_add_safe(&l->say, text_str(&got), got.len);
    text_free(&got);
    lesson_show(l);
}

/* A script is shown statement by statement, each with what it prints. */
static void run_script(Lesson *l, const char *text)
{
    Reader r = { .name = "lesson", .text = text, .len = strlen(text), .line = 1,
                 .is_command = session_is_command,
                 .near_command = session_near_command, .ctx = l->s };
    for (Source *src;; source_drop(src)) {
        Diag d = { 0 };
        Status st = parse_next(&r, &src, &d);
        if (st == OK && !src) return;
        if (st != OK) lesson_say(l, "error: %s", d.text);
        else lesson_run(l, src->text);
        if (st == E_INCOMPLETE) {
            source_drop(src);
            return;
        }
    }
}

void lesson_run_all(Lesson *l, const Examples *e)
{
    for (int i = 0; i < e->n; i++) {
        if (e->item[i].expected) lesson_run(l, e->item[i].typed);
        else run_script(l, e->item[i].typed);
    }
    text_addc(&l->say, '\n');
}

