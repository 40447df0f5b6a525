/* histfile.c -- the file that keeps what was typed, one entry per statement.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/histfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

char *histfile_default(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    Text t = { 0 };
    /* The XDG rules: a path that is not absolute is to be ignored. */
    if (state && state[0] == '/') text_addf(&t, "%s/gradus/history", state);
    else if (home && home[0] == '/') text_addf(&t, "%s/.local/state/gradus/history", home);
    char *path = t.len ? mem_str(t.s) : NULL;
    text_free(&t);
    return path;
}

/* A line "#" and digits, at least nine of them: any time since 1973. */
static bool is_stamp(const char *line, size_t n)
{
    if (n < 10 || line[0] != '#') return false;
    for (size_t i = 1; i < n; i++)
        if (!isdigit((unsigned char)line[i])) return false;
    return true;
}

static size_t line_length(const char *s, const char *end)
{
    const char *nl = memchr(s, '\n', (size_t)(end - s));
    return (size_t)((nl ? nl : end) - s);
}

static const char *next_line(const char *s, const char *end)
{
    size_t n = line_length(s, end);
    return s + n < end ? s + n + 1 : end;
}

/* The next stamp line at or after s, or end. */
static const char *find_stamp(const char *s, const char *end)
{
    while (s < end && !is_stamp(s, line_length(s, end))) s = next_line(s, end);
    return s;
}

/* The last HISTORY_BYTES of a regular file, NUL-terminated; NULL when there is
 * none. Opened without waiting, for a FIFO would never answer. */
static char *tail_of(const char *path, size_t *n, off_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return NULL;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return NULL;
    }
    *size = st.st_size;
    off_t from = st.st_size > HISTORY_BYTES ? st.st_size - HISTORY_BYTES : 0;
    char *s = mem_new(HISTORY_BYTES + 1);
    ssize_t got;
    *n = 0;
    while (*n < HISTORY_BYTES
           && (got = pread(fd, s + *n, HISTORY_BYTES - *n, from + (off_t)*n)) > 0)
        *n += (size_t)got;
    close(fd);
    /* What begins in the middle of a line is no line. */
    if (from > 0) {
        size_t cut = (size_t)(next_line(s, s + *n) - s);
        memmove(s, s + cut, *n - cut);
        *n -= cut;
    }
    return s;
}

static int count_entries(const char *s, const char *end)
{
    int n = 0;
    for (s = find_stamp(s, end); s < end; s = find_stamp(next_line(s, end), end)) n++;
    return n;
}

/* The place of the first of the last LIMIT_HISTORY entries. */
static const char *first_kept(const char *s, const char *end)
{
    int skip = count_entries(s, end) - LIMIT_HISTORY;
    s = find_stamp(s, end);
    while (skip-- > 0) s = find_stamp(next_line(s, end), end);
    return s;
}

int histfile_read(const char *path, HistoryCall *call, void *ctx)
{
    size_t n;
    off_t size;
    char *all = tail_of(path, &n, &size);
    if (!all) return 0;
    const char *end = all + n;
    int count = 0;
    for (const char *s = first_kept(all, end); s < end;) {
        const char *body = next_line(s, end);
        const char *next = find_stamp(body, end);
        size_t length = (size_t)(next - body);
        if (length && body[length - 1] == '\n') length--;
        if (length && length <= HISTORY_ENTRY && !memchr(body, '\0', length)) {
            char *statement = mem_strn(body, length);
            call(ctx, statement, (time_t)strtoll(s + 1, NULL, 10));
            free(statement);
            count++;
        }
        s = next;
    }
    free(all);
    return count;
}

/* Make the folders above path; one that is there already is fine. */
static void make_folders(const char *path)
{
    char *p = mem_str(path);
    for (char *slash = strchr(p + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(p, 0700);
        *slash = '/';
    }
    free(p);
}

static int open_to_append(const char *path)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC;
    int fd = open(path, flags, 0600);
    if (fd >= 0 || errno != ENOENT) return fd;
    make_folders(path);
    return open(path, flags, 0600);
}

static void add_entry(Text *t, const char *statement, time_t when)
{
    text_addf(t, "#%lld\n", (long long)when);
    const char *end = statement + strlen(statement);
    for (const char *s = statement; s < end; s = next_line(s, end)) {
        size_t n = line_length(s, end);
        if (is_stamp(s, n)) text_addc(t, ' ');
        text_addn(t, s, n);
        text_addc(t, '\n');
    }
}

static Status cannot(Diag *d, const char *path)
{
    return diag_set(d, E_IO, (Span){ 0, 0 }, "cannot write the history file %s: %s", path,
                    strerror(errno));
}

Status histfile_add(const char *path, const char *statement, time_t when, Diag *d)
{
    size_t n = strlen(statement);
    if (n == 0 || n > HISTORY_ENTRY) return OK;
    int fd = open_to_append(path);
    if (fd < 0) return cannot(d, path);
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return cannot(d, path);
    }
    Text t = { 0 };
    add_entry(&t, statement, when);
    /* One write, so that two sessions never mix their entries. */
    bool good = write(fd, t.s, t.len) == (ssize_t)t.len;
    good = close(fd) == 0 && good;
    text_free(&t);
    return good ? OK : cannot(d, path);
}

static bool write_all(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, s, n);
        if (done <= 0) return false;
        s += done;
        n -= (size_t)done;
    }
    return true;
}

/* Put the n bytes at s into the place of path, whole or not at all. */
static void replace(const char *path, const char *s, size_t n)
{
    Text name = { 0 };
    text_addf(&name, "%s.XXXXXX", path);
    int fd = mkostemp(name.s, O_CLOEXEC);
    if (fd >= 0) {
        bool good = write_all(fd, s, n) && fsync(fd) == 0;
        good = close(fd) == 0 && good;
        if (!good || rename(name.s, path) != 0) unlink(name.s);
    }
    text_free(&name);
}

void histfile_trim(const char *path)
{
    size_t n;
    off_t size;
    char *all = tail_of(path, &n, &size);
    if (!all) return;
    const char *kept = first_kept(all, all + n);
    if (size > HISTORY_BYTES || kept != find_stamp(all, all + n))
        replace(path, kept, (size_t)(all + n - kept));
    free(all);
}
