/* repl.c -- read, run, print: the one place that shows output and faults.
 *
 * All text on its way to the screen passes the funnel (text_add_safe), so that
 * names from files and lessons cannot send escapes to the terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/repl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stop.h"
#include "face/complete.h"
#include "face/histfile.h"
#include "face/lessons.h"
#include "face/line.h"
#include "face/show.h"
#include "face/tables.h"
#include "face/term.h"

/* ---- output ---- */

static void write_all(Session *s, int fd, const char *p, size_t n)
{
    Face *f = s->face;
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) {                      /* the reader has gone: nothing more to say to anybody */
            if (fd == STDOUT_FILENO && errno != EPIPE && !f->quit)
                dprintf(STDERR_FILENO, "error: cannot write: %s\n", strerror(errno));
            f->quit = true;
            f->status = 1;
            stop_flag = 1;
            return;
        }
        p += k;
        n -= (size_t)k;
    }
}

static void progress_erase(Session *s)
{
    Face *f = s->face;
    if (f->progress_shown) write_all(s, STDOUT_FILENO, "\r\033[K", 4);
    f->progress_shown = false;
}

void repl_flush(Session *s)
{
    if (!s->out.len) return;
    progress_erase(s);
    Text safe = { 0 };
    text_add_safe(&safe, s->out.s, s->out.len);
    write_all(s, STDOUT_FILENO, text_str(&safe), safe.len);
    text_free(&safe);
    text_clear(&s->out);
}

static void show_progress(Session *s, const char *line)
{
    Face *f = s->face;
    if (!terminal_interactive() || terminal_dumb()) return;
    repl_flush(s);
    progress_erase(s);
    if (!line) return;
    Text safe = { 0 };
    text_add_safe(&safe, line, strlen(line));
    write_all(s, STDOUT_FILENO, text_str(&safe), safe.len);
    text_free(&safe);
    f->progress_shown = true;
}

/* ---- faults ---- */

/* The line of the source around byte `at`, and a caret under it. */
static void caret_print(Text *t, const Source *src, const Diag *d)
{
    const char *text = src->text;
    int from = d->at.from, n = (int)strlen(text);
    if (from > n) from = n;
    int start = from, end = from;
    while (start > 0 && text[start - 1] != '\n') start--;
    while (text[end] && text[end] != '\n') end++;
    int to = d->at.to < end ? d->at.to : end;
    if (end - start > 200) {                     /* a very long line: only its neighbourhood */
        if (from - start > 60) start = from - 60;
        while (start < from && ((unsigned char)text[start] & 0xC0) == 0x80) start++;
        if (end - start > 140) end = start + 140;
        if (to > end) to = end;
    }
    text_add(t, "    ");
    text_add_safe(t, text + start, (size_t)(end - start));
    Text before = { 0 }, under = { 0 };
    text_add_safe(&before, text + start, (size_t)(from - start));
    text_add_safe(&under, text + from, (size_t)(to > from ? to - from : 0));
    text_add(t, "\n    ");
    for (int i = text_columns(text_str(&before), before.len); i > 0; i--) text_addc(t, ' ');
    text_addc(t, '^');
    for (int i = text_columns(text_str(&under), under.len); i > 1; i--) text_addc(t, '~');
    text_addc(t, '\n');
    text_free(&before);
    text_free(&under);
}

void repl_fault(Session *s, const Source *src, const Diag *d)
{
    Face *f = s->face;
    Text t = { 0 };
    repl_flush(s);
    if (f->quit && d->code == E_STOP) return;
    progress_erase(s);
    if (src && !f->prompt) {
        int line, col;
        source_place(src, d->at.from, &line, &col);
        text_addf(&t, "%s:%d:%d: ", src->name, line, col);
    } else if (d->code != E_STOP) {
        text_add(&t, "error: ");
    }
    text_add_safe(&t, d->text, strlen(d->text));
    text_addc(&t, '\n');
    if (src && d->code != E_STOP) caret_print(&t, src, d);
    if (d->hint[0]) {
        text_add_safe(&t, d->hint, strlen(d->hint));
        text_addc(&t, '\n');
    }
    write_all(s, STDERR_FILENO, text_str(&t), t.len);
    text_free(&t);
}

/* ---- running ---- */

static void remember_step(Session *s, const Source *src)
{
    Face *f = s->face;
    const Builtin *row = src->tree->kind == S_COMMAND ? session_builtin(s, src->tree->text) : NULL;
    if (src->tree->kind == S_COMMAND && !(row && row->flags & BUILTIN_STEPPING)) return;
    free(f->last_step);
    f->last_step = row ? mem_str(src->tree->n && strcmp(row->name, "step") == 0 ? "step" : src->text) : NULL;
}

/* One statement: run, show. false: it failed. */
static bool run_one(Session *s, Source *src)
{
    Diag d;
    diag_clear(&d);
    stop_forget();
    Status st = session_run(s, src, &d);
    repl_flush(s);
    progress_erase(s);
    if (st == OK) return true;
    repl_fault(s, src, &d);
    return false;
}

/* A file that is read in parts: a script may be longer than what it needs of memory. */
typedef struct {
    int    fd;
    char  *text;
    size_t cap;
} Window;

enum { WINDOW_FIRST = 2*READER_BACK };

/* More of the file behind what the reader has, and less in front of it. */
static void window_move(Window *w, Reader *r)
{
    size_t gone = r->at > READER_BACK ? r->at - READER_BACK : 0, left = r->len - gone;
    if (!w->cap || left > w->cap / 4 * 3) {
        w->cap = w->cap ? w->cap * 2 : WINDOW_FIRST;
        w->text = mem_grow(w->text, w->cap, 1);
    }
    memmove(w->text, w->text + gone, left);
    ssize_t k = 1;
    while (left < w->cap && (k = read(w->fd, w->text + left, w->cap - left)) > 0) left += (size_t)k;
    r->text = w->text;
    r->len = left;
    r->at -= gone;
    r->more = k > 0;
}

static bool run_all(Session *s, Reader r, Window *w)
{
    Face *f = s->face;
    while (!f->quit) {
        Diag d;                             /* parse_next clears it: its text is long */
        Source *src = NULL;
        Status st = parse_next(&r, &src, &d);
        if (st == OK && !src && r.more) {
            window_move(w, &r);
            continue;
        }
        if (st == OK && !src) return true;
        bool good = false;
        if (st != OK) repl_fault(s, src, &d);
        else if (f->prompt && lessons_take(s, src)) good = true;
        else {
            good = run_one(s, src);
            if (f->prompt) remember_step(s, src);
            if (f->prompt && good) lessons_after(s, src);
        }
        source_drop(src);
        if (good) continue;
        if (!f->prompt) f->status = 1;
        if (f->prompt || !f->keep_going) return false;
        if (!src) return false;
    }
    return true;
}

static Reader reader_of(Session *s, const char *name, int line)
{
    return (Reader){ .name = name, .line = line, .is_command = session_is_command,
                     .near_command = session_near_command, .ctx = s };
}

bool repl_text(Session *s, const char *name, const char *text, size_t len, int line)
{
    Reader r = reader_of(s, name, line);
    r.text = text;
    r.len = len;
    return run_all(s, r, NULL);
}

/* A regular file of at most so many bytes; -1: it is not, see d. */
static int file_open(const char *path, size_t most, size_t *size, Diag *d)
{
    Span nowhere = { 0, 0 };
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        diag_set(d, E_IO, nowhere, "cannot read %s: %s", path, strerror(errno));
        if (fd >= 0) close(fd);
        return -1;
    }
    if (!S_ISREG(st.st_mode) || (size_t)st.st_size > most) {
        diag_set(d, E_IO, nowhere, S_ISREG(st.st_mode) ? "%s is larger than %zu MiB" : "%s is not a regular file", path,
                 most >> 20);
        close(fd);
        return -1;
    }
    *size = (size_t)st.st_size;
    return fd;
}

char *file_text(const char *path, size_t most, size_t *len, Diag *d)
{
    size_t size, n = 0;
    int fd = file_open(path, most, &size, d);
    if (fd < 0) return NULL;
    char *text = mem_new(size + 1);
    for (ssize_t k; n < size; n += (size_t)k)
        if ((k = read(fd, text + n, size - n)) <= 0) break;
    close(fd);
    *len = n;
    return text;
}

bool repl_file(Session *s, const char *path)
{
    Face *f = s->face;
    Diag d = { 0 };
    size_t size;
    Window w = { .fd = file_open(path, (size_t)1 << 30, &size, &d) };
    if (w.fd < 0) {
        repl_fault(s, NULL, &d);
        f->status = 1;
        return false;
    }
    Reader r = reader_of(s, path, 1);
    window_move(&w, &r);
    bool good = run_all(s, r, &w);
    close(w.fd);
    free(w.text);
    return good;
}

/* ---- the prompt ---- */

static bool whole_statement(void *ctx, const char *text)
{
    Reader r = { .name = "prompt", .text = text, .len = strlen(text), .line = 1, .is_command = session_is_command,
                 .near_command = session_near_command, .ctx = ctx };
    for (;;) {
        Diag d = { 0 };
        Source *src = NULL;
        Status st = parse_next(&r, &src, &d);
        bool end = st == OK && !src;
        source_drop(src);
        if (st == E_INCOMPLETE) return false;
        if (end || st != OK) return true;
    }
}

static void note_history(void *ctx, const Diag *d)
{
    repl_fault(ctx, NULL, d);
}

static void banner_print(Session *s)
{
    text_add(&s->out, "Gradus " PACKAGE_VERSION ": a debugger for backprop that teaches.\n"
                      "Type an equation, or: lesson   demo xor   help   quit\n");
    repl_flush(s);
}

static void repeat_step(Session *s)
{
    Face *f = s->face;
    if (!f->last_step) return;
    char *again = mem_str(f->last_step);
    repl_text(s, "prompt", again, strlen(again), 1);
    free(again);
}

static bool blank(const char *text) { return text[strspn(text, " \t\r\n")] == '\0'; }

static int newlines(const char *text)
{
    int n = 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

void repl_prompt(Session *s, bool banner)
{
    Face *f = s->face;
    f->prompt = s->echo = terminal_interactive();
    char *history = f->prompt ? histfile_default() : NULL;
    LineConfig config = { .ctx = s, .history = history, .complete = complete_words,
                          .complete_statement = whole_statement, .note = note_history };
    if (banner && f->prompt) banner_print(s);
    line_open(&config);
    int line = 1;
    while (!f->quit) {
        Status st;
        char *text = line_read(">> ", &st);
        if (!text && st == E_LIMIT) {
            Diag d = { 0 };
            diag_set(&d, E_LIMIT, (Span){ 0, 0 }, "a line of more than %d bytes was skipped", LIMIT_LINE);
            repl_fault(s, NULL, &d);
            if (!f->prompt) f->status = 1;
            if (f->prompt || f->keep_going) continue;
        }
        if (!text) break;
        if (f->prompt && blank(text)) lessons_enter(s) ? (void)0 : repeat_step(s);
        else if (!repl_text(s, f->prompt ? "prompt" : "stdin", text, strlen(text), f->prompt ? 1 : line) && !f->prompt &&
                 !f->keep_going)
            f->quit = true;
        line += newlines(text) + 1;
        free(text);
    }
    lessons_close();
    line_close();
    free(history);
    picture_close();
}

/* ---- a session with a face ---- */

Session *face_open(void)
{
    Session *s = session_new();
    Face *f = mem_new(sizeof *f);
    s->face = f;
    s->flush = repl_flush;
    s->progress = show_progress;
    tables_add(s);
    return s;
}

void face_close(Session *s)
{
    Face *f = s->face;
    repl_flush(s);
    tables_free(s);
    session_free(s);
    free(f->last_step);
    free(f);
}
