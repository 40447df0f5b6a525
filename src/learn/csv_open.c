/* csv_open.c -- opening a data file, and saying well why it cannot be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "learn/csv_open.h"

enum { PATH_SHOWN = 120, FOLDER_MAX = 10000 };

void csv_path_add(Text *t, const char *path)
{
    size_t n = strlen(path);
    if (n > PATH_SHOWN) {
        path += n - PATH_SHOWN;
        n = PATH_SHOWN;
        while (n > 0 && ((unsigned char)*path & 0xC0) == 0x80) path++, n--;
        text_add(t, "...");
    }
    text_add_safe(t, path, n);
}

static Status path_fail(const char *path, Span at, Diag *d, const char *what)
{
    Text t = { 0 };
    csv_path_add(&t, path);
    diag_set(d, E_IO, at, "%s: %s", text_str(&t), what);
    text_free(&t);
    return E_IO;
}

/* ---- what else there is in the folder ---- */

typedef struct {
    int    n, cap;
    char **name;
} Names;

static Names folder_names(const char *folder)
{
    Names v = { 0 };
    DIR *dir = opendir(folder);
    if (!dir) return v;
    for (struct dirent *e; v.n < FOLDER_MAX && (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        GROW(v.name, v.n, v.cap);
        v.name[v.n++] = mem_str(e->d_name);
    }
    closedir(dir);
    return v;
}

static void names_free(Names *v)
{
    for (int i = 0; i < v->n; i++) free(v->name[i]);
    free(v->name);
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool name_is_table(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".csv") || !strcasecmp(dot, ".tsv") || !strcmp(dot, ".txt"));
}

/* "a.csv, b.csv": the first few tables. */
static int names_list(Names *v, Text *to)
{
    int n = 0;
    qsort(v->name, (size_t)v->n, sizeof *v->name, name_compare);
    for (int i = 0; i < v->n && n < 6; i++) {
        if (!name_is_table(v->name[i]) || strlen(v->name[i]) > 60) continue;
        if (n++) text_add(to, ", ");
        text_add_safe(to, v->name[i], strlen(v->name[i]));
    }
    return n;
}

static void hint_names(const char *folder, const char *wanted, Diag *d)
{
    Names v = folder_names(folder);
    const char *near = text_nearest(wanted, (const char *const *)v.name, v.n);
    Text t = { 0 };
    if (near) {
        text_add_safe(&t, near, strlen(near));
        diag_hint(d, "Did you mean \"%s\"?", text_str(&t));
    } else if (v.n && names_list(&v, &t)) {
        diag_hint(d, "In that folder are %s.", text_str(&t));
    }
    text_free(&t);
    names_free(&v);
}

static void hint_missing(const char *path, Diag *d)
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        hint_names(".", path, d);
        return;
    }
    char *folder = slash == path ? mem_str("/") : mem_strn(path, (size_t)(slash - path));
    struct stat st;
    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode)) {
        hint_names(folder, slash + 1, d);
    } else {
        diag_hint(d, "There is no folder of that name either.");
    }
    free(folder);
}

/* ---- open ---- */

static const char *mode_name(mode_t m)
{
    if (S_ISDIR(m)) return "is a folder, not a file";
    if (S_ISFIFO(m)) return "is a pipe; only regular files are read";
    if (S_ISSOCK(m)) return "is a socket; only regular files are read";
    return "is a device; only regular files are read";
}

int csv_open(const char *path, Span at, int64_t *size, Diag *d)
{
    /* Without O_NONBLOCK a pipe would be waited for before anyone can refuse it. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        int why = errno;
        path_fail(path, at, d, why == ENOENT ? "there is no such file" : strerror(why));
        if (why == ENOENT || why == ENOTDIR) hint_missing(path, d);
        return -1;
    }
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *size = (int64_t)st.st_size;
        return fd;
    }
    path_fail(path, at, d, mode_name(st.st_mode));
    close(fd);
    return -1;
}

/* ---- what is certainly not a table of text ---- */

static const struct {
    const char *bytes;
    size_t      n;
    const char *what, *hint;
} kinds[] = {
    { "\xFF\xFE", 2, "is UTF-16 text", "Save it as UTF-8." },
    { "\xFE\xFF", 2, "is UTF-16 text", "Save it as UTF-8." },
    { "PK\x03\x04", 4, "is a spreadsheet or zip file, not text",
      "Save the table as CSV in the program that made it; npz(file) reads NumPy's archives." },
    { "\xD0\xCF\x11\xE0", 4, "is a spreadsheet, not text",
      "Save the table as CSV in the program that made it." },
    { "\x1F\x8B", 2, "is compressed twice", "Unpack it first, with gunzip." },
    { "\x93NUMPY", 6, "is a NumPy array, not text", "Read it with npy(file)." },
    { "%PDF", 4, "is a PDF document", "A table must be saved as CSV." },
};

bool csv_looks_like_text(const char *path, const char *s, size_t n, Span at, Diag *d)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (n < kinds[i].n || memcmp(s, kinds[i].bytes, kinds[i].n) != 0) continue;
        path_fail(path, at, d, kinds[i].what);
        diag_hint(d, "%s", kinds[i].hint);
        return false;
    }
    return true;
}
