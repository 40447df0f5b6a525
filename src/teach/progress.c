/* progress.c -- how far the reader got in each lesson, from day to day.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

enum { FILE_MOST = 1 << 20 };

char *progress_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    Text t = { 0 };
    /* The XDG rules: a path that is not absolute is to be ignored. */
    if (state && state[0] == '/') text_addf(&t, "%s/gradus/lessons", state);
    else if (home && home[0] == '/') text_addf(&t, "%s/.local/state/gradus/lessons", home);
    char *path = t.len ? mem_str(t.s) : NULL;
    text_free(&t);
    return path;
}

/* The whole file; empty when there is none, or no regular one. */
static char *file_read(const char *path)
{
    struct stat st;
    char *s = mem_new(FILE_MOST + 1);
    size_t n = 0;
    int fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        for (ssize_t got; n < FILE_MOST && (got = read(fd, s + n, FILE_MOST - n)) > 0;)
            n += (size_t)got;
    if (fd >= 0) close(fd);
    return s;
}

/* Is the line (up to its newline) that lesson's? */
static bool line_of(const char *line, const char *lesson, Progress *p)
{
    size_t n = strlen(lesson);
    if (strncmp(line, lesson, n) || line[n] != ' ') return false;
    Progress q = { 0 };
    bool good = sscanf(line + n, " %d %d %d", &q.at, &q.of, &q.times) == 3 && q.at >= 0 &&
        q.of >= q.at && q.times >= 0;
    if (good) *p = q;
    return true;
}

Progress progress_read(const char *path, const char *lesson)
{
    Progress p = { 0 };
    char *all = file_read(path);
    for (const char *s = all; *s; s += strcspn(s, "\n"), s += *s == '\n') line_of(s, lesson, &p);
    free(all);
    return p;
}

static void directories_make(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

static bool write_whole(int fd, const Text *t)
{
    for (size_t n = 0; n < t->len;) {
        ssize_t k = write(fd, t->s + n, t->len - n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        n += (size_t)k;
    }
    return fsync(fd) == 0;
}

static bool replace(const char *path, const Text *t)
{
    Text other = { 0 };
    text_addf(&other, "%s.XXXXXX", path);
    directories_make(other.s);
    int fd = mkostemp(other.s, O_CLOEXEC);
    bool good = fd >= 0 && write_whole(fd, t);
    if (fd >= 0 && close(fd)) good = false;
    if (good) good = rename(other.s, path) == 0;
    int why = errno;
    if (!good && fd >= 0) unlink(other.s);
    errno = why;
    text_free(&other);
    return good;
}

Status progress_write(const char *path, const char *lesson, Progress p, Diag *d)
{
    if (!path) return OK;
    Text t = { 0 };
    Progress old;
    char *all = file_read(path);
    for (const char *s = all; *s;) {
        size_t n = strcspn(s, "\n");
        if (n && !line_of(s, lesson, &old)) {
            text_addn(&t, s, n);
            text_addc(&t, '\n');
        }
        s += n + (s[n] == '\n');
    }
    text_addf(&t, "%s %d %d %d\n", lesson, p.at, p.of, p.times);
    bool good = replace(path, &t);
    int why = errno;
    free(all);
    text_free(&t);
    if (good) return OK;
    return diag_set(d, E_IO, (Span){ 0, 0 }, "cannot keep the lesson's progress in %s: %s", path,
                    strerror(why));
}
