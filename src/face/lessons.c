/* lessons.c -- lessons and demos at the prompt: TABLE of their commands, the menu,
 * and their tests.
 *
 * A command only leaves a note of what is wanted; it is done when the statement is
 * over (lessons_after), because a lesson runs statements of its own and gives names
 * back, which no running statement may.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/lessons.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/repl.h"
#include "face/tables.h"
#include "face/term.h"
#include "face/view.h"
#include "teach/doctest.h"
#include "teach/lesson.h"
#include "teach/progress.h"

#ifndef PKGDATADIR
#define PKGDATADIR "/usr/local/share/gradus"
#endif

enum { WIDTH_MOST = 80, PATH_ROOM = 4096 };

typedef enum { WANT_NOTHING, WANT_LESSON, WANT_DEMO, WANT_HINT, WANT_SKIP, WANT_AGAIN,
               WANT_LEAVE } Want;

/* There is one prompt, and so one lesson. */
static struct {
    Lesson *lesson;
    char   *name;            /* what its progress is kept under; NULL: a demo */
    Want    want;
    char   *which;           /* the lesson that is wanted                     */
    int     from;            /* its piece, from 1; 0: where the reader was    */
    bool    warned;          /* that progress cannot be kept                  */
    char   *view;            /* a view to be opened when the piece is over    */
} now;

/* ---- the folder ---- */

typedef struct {
    char *file;              /* "01-perceptron.md" */
    char *name;              /* "perceptron"       */
    int   number;            /* 1; 0: none         */
} Entry;

typedef struct {
    int    n, cap;
    Entry *entry;
} Shelf;

static void folder_path(char path[PATH_ROOM], bool demo)
{
    const char *root = getenv("GRADUS_DATA");
    snprintf(path, PATH_ROOM, "%s/lessons%s", root && *root ? root : PKGDATADIR,
             demo ? "/demos" : "");
}

static int is_lesson(const struct dirent *e)
{
    size_t n = strlen(e->d_name);
    if (n < 4 || n > 100 || strcmp(e->d_name + n - 3, ".md")) return 0;
    for (size_t i = 0; i < n - 3; i++)
        if (!isalnum((unsigned char)e->d_name[i]) && !strchr("-_", e->d_name[i])) return 0;
    return 1;
}

static void shelf_add(Shelf *s, const char *file)
{
    size_t digits = strspn(file, "0123456789");
    bool numbered = digits && digits < 5 && file[digits] == '-' && strlen(file) > digits + 4;
    const char *name = numbered ? file + digits + 1 : file;
    GROW(s->entry, s->n, s->cap);
    s->entry[s->n++] = (Entry){ mem_str(file), mem_strn(name, strlen(name) - 3),
                                numbered ? atoi(file) : 0 };
}

static Shelf shelf_open(bool demo)
{
    Shelf s = { 0 };
    char path[PATH_ROOM];
    struct dirent **all = NULL;
    folder_path(path, demo);
    int n = scandir(path, &all, is_lesson, alphasort);
    for (int i = 0; i < n; i++) {
        shelf_add(&s, all[i]->d_name);
        free(all[i]);
    }
    free(all);
    return s;
}

static void shelf_free(Shelf *s)
{
    for (int i = 0; i < s->n; i++) {
        free(s->entry[i].file);
        free(s->entry[i].name);
    }
    free(s->entry);
}

void lessons_each(bool demo, void (*take)(void *ctx, const char *name), void *ctx)
{
    Shelf s = shelf_open(demo);
    for (int i = 0; i < s.n; i++) take(ctx, s.entry[i].name);
    shelf_free(&s);
}

/* By number, name, or a beginning that only one name has. */
static const Entry *shelf_find(const Shelf *s, const char *which)
{
    const Entry *near = NULL;
    int n_near = 0;
    bool number = *which && !which[strspn(which, "0123456789")] && strlen(which) < 5;
    for (int i = 0; i < s->n; i++) {
        const Entry *e = &s->entry[i];
        size_t stem = strlen(e->file) - 3;
        if (number ? e->number == atoi(which) : !strcmp(e->name, which)) return e;
        if (strlen(which) == stem && !strncmp(e->file, which, stem)) return e;
        if (!strncmp(e->name, which, strlen(which))) near = e, n_near++;
    }
    return n_near == 1 && !number ? near : NULL;
}

/* ---- finding and reading ---- */

static void nothing_such(const Shelf *shelf, const char *which, bool demo, Diag *d)
{
    char path[PATH_ROOM];
    const char **names = mem_new(sizeof *names * (size_t)(shelf->n + 1));
    for (int i = 0; i < shelf->n; i++) names[i] = shelf->entry[i].name;
    const char *close = text_nearest(which, names, shelf->n);
    folder_path(path, demo);
    diag_set(d, E_NAME, (Span){ 0, 0 }, "there is no %s %.80s", demo ? "demo" : "lesson", which);
    if (close) diag_hint(d, "Did you mean %s?", close);
    else if (!shelf->n)
        diag_hint(d, "None was found in %.300s; GRADUS_DATA in the environment names another "
                     "place.", path);
    else diag_hint(d, "%s alone lists them.", demo ? "demo" : "lesson");
    free(names);
}

/* The path of the file; *name is malloc'ed. */
static Status lesson_file(const char *which, bool demo, char path[PATH_ROOM], char **name, Diag *d)
{
    size_t n = strlen(which);
    bool file = strchr(which, '/') || (n > 3 && !strcmp(which + n - 3, ".md"));
    if (file) {
        snprintf(path, PATH_ROOM, "%s", which);
        *name = NULL;
        return OK;
    }
    Shelf shelf = shelf_open(demo);
    const Entry *e = shelf_find(&shelf, which);
    if (!e) nothing_such(&shelf, which, demo, d);
    if (e) {
        folder_path(path, demo);
        size_t used = strlen(path);
        snprintf(path + used, PATH_ROOM - used, "/%s", e->file);
        *name = demo ? NULL : mem_str(e->name);
    }
    shelf_free(&shelf);
    return d->code;
}

static Script *script_open(const char *path, Diag *d)
{
    size_t len;
    int line;
    Diag inner = { 0 };
    char *text = file_text(path, LIMIT_LESSON, &len, d);
    if (!text) return NULL;
    Script *s = script_read(text, len, &line, &inner);
    free(text);
    if (!s) diag_set(d, inner.code, (Span){ 0, 0 }, "%s:%d: %s", path, line, inner.text);
    return s;
}

/* ---- playing ---- */

static void progress_keep(Session *s)
{
    if (!now.lesson || !now.name) return;
    char *path = progress_path();
    Diag d = { 0 };
    Progress old = progress_read(path, now.name);
    Progress p = { lesson_at(now.lesson), lesson_steps(now.lesson), old.times };
    bool again = old.at == old.of && old.times;
    if (lesson_done(now.lesson) && !(again && p.of == old.of)) p.times++;
    bool same = p.at == old.at && p.of == old.of;
    if (!same && progress_write(path, now.name, p, &d) != OK && !now.warned) {
        now.warned = true;
        repl_fault(s, NULL, &d);
    }
    free(path);
}

/* The text is safe already: what came from the file or from running passed the
 * funnel, and the only escapes are ours. What is on the screen has been kept. */
static void show(Session *s, Text *t)
{
    progress_keep(s);
    if (view_says(t)) return text_clear(t);
    repl_flush(s);
    if (t->len) fwrite(t->s, 1, t->len, stdout);
    fflush(stdout);
    text_clear(t);
}

static LessonStyle style_now(bool demo)
{
    int w, h;
    terminal_size(&w, &h);
    if (w > WIDTH_MOST) w = WIDTH_MOST;
    return (LessonStyle){ .look = { w - 1 < 20 ? 20 : w - 1, terminal_colours() > 0 },
                          .demo = demo, .show = show };
}

void lessons_close(void)
{
    lesson_close(now.lesson);
    free(now.name);
    free(now.which);
    free(now.view);
    now.lesson = NULL;
    now.name = now.which = now.view = NULL;
}

/* Where the reader was, unless the lesson has changed since or was done. */
static int resume_at(const char *name, const Script *script, int from)
{
    if (from) return from - 1;
    char *path = name ? progress_path() : NULL;
    Progress p = { 0 };
    if (path) p = progress_read(path, name);
    free(path);
    return p.of == script->n && p.at < p.of ? p.at : 0;
}

static Status begin(Session *s, const char *which, bool demo, int from, Diag *d)
{
    char path[PATH_ROOM], *name = NULL;
    if (!terminal_interactive()) {
        diag_set(d, E_IO, (Span){ 0, 0 }, "a %s needs a terminal to talk with you",
                 demo ? "demo" : "lesson");
        return diag_hint(d, "Its text can be read as it is: %s.",
                         demo ? "lessons/demos" : "lessons");
    }
    TRY(lesson_file(which, demo, path, &name, d));
    Script *script = script_open(path, d);
    if (!script) return free(name), d->code;
    if (from > script->n) {
        diag_set(d, E_RANGE, (Span){ 0, 0 }, "the lesson has %d pieces; from=%d is beyond",
                 script->n, from);
        script_free(script);
        return free(name), d->code;
    }
    lessons_close();
    now.name = name;
    int at = resume_at(name, script, from);
    if (at && !from)
        text_addf(&s->out, "Going on at piece %d of %d; from=1 begins anew.\n\n", at + 1,
                  script->n);
    repl_flush(s);
    now.lesson = lesson_open(s, script, style_now(demo), at);
    return OK;
}

bool lessons_begin(Session *s, const char *name, bool demo)
{
    Diag d = { 0 };
    if (begin(s, name, demo, 0, &d) == OK) return true;
    repl_fault(s, NULL, &d);
    return false;
}

/* The view that the piece ended with. */
static void view_open_wanted(Session *s)
{
    char *command = now.view;
    now.view = NULL;
    if (command) repl_text(s, "demo", command, strlen(command), 1);
    free(command);
}

bool lessons_enter(Session *s)
{
    const Face *f = s->face;
    if (!now.lesson || (lesson_waits(now.lesson) && f->last_step)) return false;
    bool played = lesson_enter(now.lesson);
    view_open_wanted(s);
    return played;
}

bool lessons_demo(void) { return now.lesson && !now.name; }

void lessons_back(Session *s)
{
    (void)s;
    lesson_back(now.lesson);
    free(now.view);
    now.view = NULL;
}

bool lessons_view(const char *command)
{
    if (!now.lesson) return false;
    free(now.view);
    now.view = mem_str(command);
    return true;
}

bool lessons_take(Session *s, const Source *typed)
{
    (void)s;
    return now.lesson && lesson_takes(now.lesson, typed);
}

static void leave(Session *s)
{
    if (now.name) text_add(&s->out, "Your place is kept. ");
    text_add(&s->out, "Your own names are back.\n");
    repl_flush(s);
    lessons_close();
}

static void want_do(Session *s, Want want, const char *which)
{
    Diag d = { 0 };
    switch (want) {
    case WANT_LESSON: case WANT_DEMO:
        if (begin(s, which, want == WANT_DEMO, now.from, &d) != OK) repl_fault(s, NULL, &d);
        break;
    case WANT_HINT: lesson_hint(now.lesson); break;
    case WANT_SKIP: lesson_skip(now.lesson); break;
    case WANT_AGAIN: lesson_again(now.lesson); break;
    case WANT_LEAVE: leave(s); break;
    case WANT_NOTHING: break;
    }
}

void lessons_after(Session *s, const Source *typed)
{
    Want want = now.want;
    char *which = now.which;
    now.want = WANT_NOTHING;
    now.which = NULL;
    if (want) want_do(s, want, which);
    else if (now.lesson) lesson_after(now.lesson, typed);
    free(which);
}

/* ---- the menu ---- */

/* The first heading's line, for the list; the lesson itself is read when it begins. */
static void title_print(Text *t, const char *path)
{
    char line[512];
    FILE *f = fopen(path, "re");
    bool found = false;
    while (f && !found && fgets(line, sizeof line, f)) found = line[0] == '#' && line[1] == ' ';
    if (f) fclose(f);
    if (found) text_addn(t, line + 2, strcspn(line + 2, "\n"));
}

static void mark_print(Text *t, const char *progress, const Entry *e)
{
    Progress p = progress_read(progress, e->name);
    if (p.of && p.at < p.of && p.at) text_addf(t, "  (%d of %d)", p.at, p.of);
    else if (p.times) text_add(t, "  (done)");
}

static void menu_print(Session *s, bool demo)
{
    Shelf shelf = shelf_open(demo);
    char path[PATH_ROOM], *progress = demo ? NULL : progress_path();
    folder_path(path, demo);
    size_t folder = strlen(path);
    for (int i = 0; i < shelf.n; i++) {
        const Entry *e = &shelf.entry[i];
        snprintf(path + folder, PATH_ROOM - folder, "/%s", e->file);
        if (demo) text_addf(&s->out, "  %-20s ", e->name);
        else text_addf(&s->out, "%4d  %-20s ", e->number, e->name);
        title_print(&s->out, path);
        if (!demo) mark_print(&s->out, progress, e);
        text_addc(&s->out, '\n');
    }
    path[folder] = '\0';
    if (!shelf.n) text_addf(&s->out, "no %s found in %s\n", demo ? "demos" : "lessons", path);
    else if (demo) text_add(&s->out, "demo NAME begins one.\n");
    else text_add(&s->out, "lesson NAME or lesson NUMBER begins one, or goes on where you were.\n");
    shelf_free(&shelf);
    free(progress);
}

/* ---- commands ---- */

/* The argument as typed, so that forward-by-hand and 2 are names. */
static char *argument_text(Call *c)
{
    Text t = { 0 };
    if (c->ast[0] && c->ast[0]->kind == A_STR) return mem_str(c->ast[0]->text);
    if (c->ast[0]) ast_print(&t, c->ast[0]);
    char *s = mem_new(t.len + 1);
    for (size_t i = 0, n = 0; i < t.len; i++)
        if (t.s[i] != ' ') s[n++] = t.s[i];
    text_free(&t);
    return s;
}

static Status want(Call *c, Want what)
{
    if (!((Face *)c->s->face)->prompt)
        return diag_set(c->d, E_NAME, c->at, "%s is for the prompt: a lesson talks with a person",
                        c->row->name);
    if (what > WANT_DEMO && !now.lesson) {
        diag_set(c->d, E_NAME, c->at, "no lesson is going on");
        return diag_hint(c->d, "lesson lists them, lesson NAME begins one.");
    }
    now.want = what;
    return OK;
}

static Status run_lesson(Call *c, Value *out)
{
    int64_t from = 0;
    (void)out;
    if (!c->n) return menu_print(c->s, false), OK;
    TRY(call_key_int(c, "from", 0, &from));
    if (from < 0 || from > 100000)
        return diag_set(c->d, E_RANGE, call_key_span(c, "from"),
                        "from= is the number of a piece, from 1");
    TRY(want(c, WANT_LESSON));
    free(now.which);
    now.which = argument_text(c);
    now.from = (int)from;
    return OK;
}

static Status run_demo(Call *c, Value *out)
{
    (void)out;
    if (!c->n) return menu_print(c->s, true), OK;
    TRY(want(c, WANT_DEMO));
    free(now.which);
    now.which = argument_text(c);
    now.from = 0;
    return OK;
}

static Status run_hint(Call *c, Value *out) { return (void)out, want(c, WANT_HINT); }
static Status run_skip(Call *c, Value *out) { return (void)out, want(c, WANT_SKIP); }
static Status run_again(Call *c, Value *out) { return (void)out, want(c, WANT_AGAIN); }
static Status run_leave(Call *c, Value *out) { return (void)out, want(c, WANT_LEAVE); }

#define TALK BUILTIN_COMMAND | BUILTIN_NO_UNDO | BUILTIN_UNSAFE

const Builtin commands_lesson[] = {
    { .name = "lesson", .usage = "lesson [NAME|NUMBER] [, from=PIECE]", .group = "lessons",
      .keys = "from", .max_args = 1,
      .flags = TALK, .run = run_lesson,
      .help = "Lists the lessons with how far you are, or begins one, or goes on where you were. "
              "Enter on an empty line plays what is next; anything else you type is yours. Your "
              "names are set aside until `leave`.",
      .example = "lesson" },
    { .name = "demo", .usage = "demo [NAME]", .group = "lessons", .max_args = 1, .flags = TALK,
      .run = run_demo,
      .help = "Plays a script before a class: each Enter shows and runs the next piece, b takes "
              "one back, and whatever you type in between is live. In a view that the demo opens, "
              "SPACE and b do the same, and B shows few and large numbers.", .example = "demo" },
    { .name = "hint", .usage = "hint", .group = "lessons", .flags = TALK, .run = run_hint,
      .help = "In a lesson: the next hint for what is asked.", .example = "" },
    { .name = "skip", .usage = "skip", .group = "lessons", .flags = TALK, .run = run_skip,
      .help = "In a lesson: shows the answer or one solution, and goes on.", .example = "" },
    { .name = "again", .usage = "again", .group = "lessons", .flags = TALK, .run = run_again,
      .help = "In a lesson: the piece at hand from its beginning, with the state that it "
              "had there.",
      .example = "" },
    { .name = "leave", .usage = "leave", .group = "lessons", .flags = TALK, .run = run_leave,
      .help = "Ends the lesson or demo. Its place is kept and your own names come back.",
      .example = "" },
    { 0 }
};

/* ---- tests ---- */

typedef void TestOne(Session *s, const char *file, const char *text, size_t len, Tally *t);

/* Each file in a session of its own, whose output is looked at, not shown. */
static void test_file(const char *path, TestOne *test, Tally *t)
{
    Diag d = { 0 };
    size_t len;
    char *text = file_text(path, LIMIT_LESSON, &len, &d);
    if (!text) {
        tally_fault(t, path, 1, "%s", d.text);
        return;
    }
    Session *s = face_open();
    ((Face *)s->face)->plot_to = "text";
    s->flush = NULL;
    s->progress = NULL;
    test(s, path, text, len, t);
    text_clear(&s->out);
    face_close(s);
    free(text);
}

static int test_files(const char *name, TestOne *test, char **files, int n)
{
    Tally t = { 0 };
    for (int i = 0; i < n; i++) test_file(files[i], test, &t);
    Text safe = { 0 };
    text_add_safe(&safe, text_str(&t.faults), t.faults.len);
    fputs(text_str(&safe), stdout);
    printf("%s: %d passed, %d failed\n", name, t.passed, t.failed);
    text_free(&safe);
    text_free(&t.faults);
    return t.failed ? 1 : 0;
}

int lessons_doctest(char **files, int n) { return test_files("doctest", doctest_text, files, n); }
int lessons_test(char **files, int n) { return test_files("lessons", lesson_test, files, n); }
