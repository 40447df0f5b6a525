/* show_test.c -- a Picture brought to a file, the terminal or a window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "face/gnuplot.h"
#include "face/show.h"

static char folder[64];

static void folder_make(void)
{
    strcpy(folder, "/tmp/gradus-units-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

/* Removes it with what is in it; returns how many files that were. */
static int folder_remove(void)
{
    DIR           *dir = opendir(folder);
    struct dirent *e;
    char           file[400];
    int            n = 0;

    while ((e = readdir(dir)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(file, sizeof file, "%s/%s", folder, e->d_name);
        remove(file);
        n++;
    }
    closedir(dir);
    rmdir(folder);
    return n;
}

static char *file_name(char buf[512], const char *name)
{
    snprintf(buf, 512, "%s/%s", folder, name);
    return buf;
}

static Text file_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    Text  t = { 0 };
    char  buf[4096];
    size_t n;

    while (f && (n = fread(buf, 1, sizeof buf, f)) > 0)
        text_addn(&t, buf, n);
    if (f) fclose(f);
    return t;
}

static double        y_values[] = { 0, 1, 4, 9 };
static PictureSeries one_series = { "squares", 4, NULL, y_values, NULL };
static Picture       squares = { .kind = PICTURE_LINES, .title = "a < b & c", .count = 1,
                                 .series = &one_series };

static Status show_to(const Picture *p, const char *path, Diag *d)
{
    PictureTarget to = { .kind = PICTURE_FILE, .path = path };
    Text          out = { 0 }, note = { 0 };
    Status        s;

    diag_clear(d);
    s = picture_show(p, &to, &out, &note, d);
    CU_ASSERT_EQUAL(out.len, 0);
    text_free(&out);
    text_free(&note);
    return s;
}

static bool is_absent(void)
{
    if (gnuplot_is_installed()) return false;
    CU_PASS("gnuplot is not installed here");
    return true;
}

/* Tags of an XML text: each opened one closed, in order, quotes and < in place. */
static bool is_well_formed(const char *s)
{
    char stack[64][32];
    int  depth = 0;

    while ((s = strchr(s, '<')) != NULL) {
        const char *end = s + 1;
        size_t      n;

        if (strncmp(s, "<!--", 4) == 0) {
            if (!(s = strstr(s, "-->"))) return false;
            continue;
        }
        for (char quote = 0; *end && (quote || *end != '>'); end++)
            if (quote ? *end == quote : *end == '"' || *end == '\'') quote = quote ? 0 : *end;
            else if (!quote && *end == '<') return false;
        if (!*end) return false;
        n = strcspn(s + 1, " \t\n/>");
        if (s[1] == '/') {
            n = strcspn(s + 2, " >");
            if (--depth < 0 || strlen(stack[depth]) != n || memcmp(stack[depth], s + 2, n) != 0)
                return false;
        } else if (s[1] != '?' && s[1] != '!' && end[-1] != '/') {
            if (depth == 64 || n > 31) return false;
            memcpy(stack[depth], s + 1, n);
            stack[depth++][n] = '\0';
        }
        s = end;
    }
    return depth == 0;
}

static void three_formats(void)
{
    char buf[512];
    Diag d = { 0 };
    Text t;

    if (is_absent()) return;
    folder_make();
    CU_ASSERT_EQUAL(show_to(&squares, file_name(buf, "a.png"), &d), OK);
    t = file_read(buf);
    CU_ASSERT_TRUE(t.len > 1000 && memcmp(t.s, "\x89PNG\r\n\x1a\n", 8) == 0);
    CU_ASSERT_TRUE(t.len > 24 && memcmp(t.s + 16, "\0\0\3\204\0\0\2\130", 8) == 0); /* 900 x 600 */
    text_free(&t);
    CU_ASSERT_EQUAL(show_to(&squares, file_name(buf, "a.SVG"), &d), OK);
    t = file_read(buf);
    CU_ASSERT_TRUE(is_well_formed(text_str(&t)));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "a &lt; b &amp; c"));
    text_free(&t);
    CU_ASSERT_EQUAL(show_to(&squares, file_name(buf, "a.pdf"), &d), OK);
    t = file_read(buf);
    CU_ASSERT_TRUE(t.len > 1000 && memcmp(t.s, "%PDF-", 5) == 0);
    text_free(&t);
    CU_ASSERT_EQUAL(folder_remove(), 3);
    picture_close();
}

static void well_formed_can_fail(void)
{
    CU_ASSERT_TRUE(is_well_formed("<?xml?><a b='<>'><c/></a>"));
    CU_ASSERT_FALSE(is_well_formed("<a><b></a></b>"));
    CU_ASSERT_FALSE(is_well_formed("<a>"));
}

static void endings(void)
{
    Diag d = { 0 };

    CU_ASSERT_EQUAL(show_to(&squares, "a.gif", &d), E_TYPE);
    CU_ASSERT_STRING_EQUAL(d.text,
                           "the name of a picture file ends in .svg, .png or .pdf, not as a.gif");
    CU_ASSERT_EQUAL(show_to(&squares, ".svg", &d), E_TYPE);
    CU_ASSERT_EQUAL(show_to(&squares, "", &d), E_TYPE);
}

static void wrong_places(void)
{
    char buf[512], expected[700];
    Diag d = { 0 };

    folder_make();
    CU_ASSERT_EQUAL(show_to(&squares, file_name(buf, "none/a.svg"), &d), E_IO);
    snprintf(expected, sizeof expected, "cannot write %s: No such file or directory", buf);
    CU_ASSERT_STRING_EQUAL(d.text, expected);
    mkdir(file_name(buf, "dir.svg"), 0700);
    CU_ASSERT_EQUAL(show_to(&squares, buf, &d), E_IO);
    snprintf(expected, sizeof expected, "cannot write %s: it is a directory", buf);
    CU_ASSERT_STRING_EQUAL(d.text, expected);
    mkfifo(file_name(buf, "fifo.svg"), 0600);
    CU_ASSERT_EQUAL(show_to(&squares, buf, &d), E_IO);
    snprintf(expected, sizeof expected, "cannot write %s: it is not a regular file", buf);
    CU_ASSERT_STRING_EQUAL(d.text, expected);
    CU_ASSERT_EQUAL(folder_remove(), 2);
}

static void read_only(void)
{
    char buf[512];
    Diag d = { 0 };

    if (geteuid() == 0) {
        CU_PASS("root may write everywhere");
        return;
    }
    folder_make();
    chmod(folder, 0500);
    CU_ASSERT_EQUAL(show_to(&squares, file_name(buf, "a.svg"), &d), E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "Permission denied"));
    chmod(folder, 0700);
    CU_ASSERT_EQUAL(folder_remove(), 0);
}

/* A limit on the size of files stands for the full disk. */
static void full_disk_keeps_the_old(void)
{
    struct rlimit limit, small;
    char          buf[512];
    Diag          d = { 0 };
    FILE         *f;
    Text          t;

    if (is_absent()) return;
    folder_make();
    f = fopen(file_name(buf, "a.svg"), "w");
    fputs("old", f);
    fclose(f);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    small          = limit;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
    CU_ASSERT_EQUAL(show_to(&squares, buf, &d), E_IO);
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_DFL);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "File too large"));
    t = file_read(buf);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "old");
    text_free(&t);
    CU_ASSERT_EQUAL(show_to(&squares, buf, &d), OK);
    CU_ASSERT_EQUAL(folder_remove(), 1);
    picture_close();
}

static void names_are_only_names(void)
{
    static const char *const names[] = { "| touch HACK.svg", "<touch HACK.svg", "a'b.svg",
                                         "a\"b.svg", "a\n!touch HACK\nb.svg",
                                         "`touch HACK`.svg", "$(touch HACK).svg", "-d.svg" };
    enum { NAMES = sizeof names / sizeof names[0] };
    char *here = getcwd(NULL, 0), buf[512];
    Diag  d = { 0 };

    if (!is_absent()) {
        folder_make();
        picture_close();
        CU_ASSERT_EQUAL_FATAL(chdir(folder), 0);
        for (int i = 0; i < NAMES; i++) {
            CU_ASSERT_EQUAL(show_to(&squares, names[i], &d), OK);
            CU_ASSERT_EQUAL(access(names[i], R_OK), 0);
        }
        CU_ASSERT_NOT_EQUAL(access(file_name(buf, "HACK"), F_OK), 0);
        CU_ASSERT_EQUAL_FATAL(chdir(here), 0);
        CU_ASSERT_EQUAL(folder_remove(), NAMES);
        picture_close();
    }
    free(here);
}

static const char *const HOSTILE[] = {
    "`touch HACK`", "'.system('touch HACK').'", "\"; system(\"touch HACK\"); \"",
    "x\n!touch HACK\n", "x'\n!touch HACK\n'", "| touch HACK", "< touch HACK", "$(touch HACK)",
    "EOD\n!touch HACK\n", "it's `touch HACK`", "'`touch HACK`", "''`touch HACK`''", "@HACK", "\\",
    "'", "\\'\n!touch HACK", "%s%n %d", "\xff\xfe'", "~{a^b_c}", "\xe2\x80\xae `touch HACK`"
};
enum { HOSTILES = sizeof HOSTILE / sizeof HOSTILE[0] };

static Picture hostile_picture(PictureKind kind, const char *s, PictureSeries *series,
                               const char *names[4])
{
    static double cell[] = { 1, 2, 3, 4 };
    Picture       p = { .kind = kind, .title = s, .x_label = s, .y_label = s, .z_label = s,
                        .count = 1, .series = series, .bar_names = names, .rows = 2, .cols = 2,
                        .cell = cell, .row_names = names, .col_names = names,
                        .x_range = { 0, 3 }, .y_range = { 0, 9 } };

    *series = one_series;
    series->name = s;
    for (int i = 0; i < 4; i++)
        names[i] = s;
    return p;
}

static void titles_run_nothing(void)
{
    PictureTarget to = { .kind = PICTURE_TERMINAL };
    char         *here = getcwd(NULL, 0), buf[512];
    const char   *names[4];
    PictureSeries series;
    Text          out = { 0 }, note = { 0 };

    if (!is_absent()) {
        folder_make();
        picture_close();
        CU_ASSERT_EQUAL_FATAL(chdir(folder), 0);
        for (int i = 0; i < HOSTILES * (PICTURE_REGIONS + 1); i++) {
            Picture p = hostile_picture((PictureKind)(i / HOSTILES), HOSTILE[i % HOSTILES], &series,
                                        names);
            Diag    d = { 0 };

            CU_ASSERT_EQUAL(show_to(&p, "a.svg", &d), OK);
            CU_ASSERT_EQUAL(picture_show(&p, &to, &out, &note, &d), OK);
        }
        CU_ASSERT_NOT_EQUAL(access(file_name(buf, "HACK"), F_OK), 0);
        CU_ASSERT_EQUAL_FATAL(chdir(here), 0);
        CU_ASSERT_EQUAL(folder_remove(), 1);
        picture_close();
    }
    text_free(&out);
    text_free(&note);
    free(here);
}

static void odd_data_draw(void)
{
    double        one[] = { 3 }, flat[] = { 2, 2, 2 };
    double        huge[] = { -1.7e308, 1.7e308, 1e299, -1e299 };
    double        tiny[] = { 1e-310, 2e-310 }, close[] = { 1, 1 + 1e-15 };
    double        logs[] = { 0, -1, 1e-9, 5 };
    double        wild[] = { 1, 1e23, NAN, INFINITY };
    PictureSeries s[] = { { "1", 1, NULL, one, NULL },   { "2", 3, NULL, flat, NULL },
                          { "3", 4, NULL, huge, NULL },  { "4", 2, NULL, tiny, NULL },
                          { "5", 2, NULL, close, NULL }, { "6", 4, NULL, logs, NULL },
                          { "7", 4, NULL, wild, NULL } };
    char          buf[512];

    if (is_absent()) return;
    folder_make();
    for (int i = 0; i < 7 * 4 * 3; i++) {
        Picture p = { .kind = (PictureKind)(i % 4), .count = 1, .series = &s[i / 4 % 7],
                      .y_scale = (PictureScale)(i / 28) };
        Diag    d = { 0 };

        CU_ASSERT_EQUAL(show_to(&p, file_name(buf, "a.svg"), &d), OK);
        CU_ASSERT_STRING_EQUAL(d.text, "");
    }
    CU_ASSERT_EQUAL(folder_remove(), 1);
    picture_close();
}

static void odd_cells_draw(void)
{
    static double big[400 * 500];
    double        odd[] = { NAN, 0, 0, 0, INFINITY, 1e300 }, same[6] = { 0 };
    char          buf[512];

    if (is_absent()) return;
    for (int i = 0; i < 400 * 500; i++)
        big[i] = i % 977;
    folder_make();
    for (int i = 0; i < 3 * 3 * 2; i++) {
        const double *cells[] = { odd, same, big };
        Picture       p = { .kind = (PictureKind)(PICTURE_HEATMAP + i % 3), .diverging = i / 9,
                            .rows = i / 3 % 3 == 2 ? 400 : 2, .cols = i / 3 % 3 == 2 ? 500 : 3,
                            .cell = cells[i / 3 % 3], .x_range = { 0, 1 }, .y_range = { 0, 1 } };
        Diag          d = { 0 };

        CU_ASSERT_EQUAL(show_to(&p, file_name(buf, "a.svg"), &d), OK);
        CU_ASSERT_STRING_EQUAL(d.text, "");
    }
    CU_ASSERT_EQUAL(folder_remove(), 1);
    picture_close();
}

static void terminal_is_text(void)
{
    PictureTarget to = { .kind = PICTURE_TERMINAL, .columns = 70, .rows = 20 };
    Text          out = { 0 }, note = { 0 };
    Diag          d = { 0 };
    int           lines = 0;

    if (is_absent()) return;
    CU_ASSERT_EQUAL(picture_show(&squares, &to, &out, &note, &d), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "a < b & c"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&out), "squares ***"));
    for (const char *at = text_str(&out); *at; lines++) {
        size_t n = strcspn(at, "\n");

        CU_ASSERT_TRUE(text_columns(at, n) <= 70);
        at += n + 1;
    }
    CU_ASSERT_TRUE(lines < 20);
    for (size_t i = 0; i < out.len; i++)
        CU_ASSERT_TRUE(out.s[i] == '\n' || (unsigned char)out.s[i] >= ' ');
    CU_ASSERT_EQUAL(note.len, 0);
    text_free(&out);
    text_free(&note);
    picture_close();
}

static void script_is_shown(void)
{
    PictureTarget to = { .kind = PICTURE_FILE, .path = "a.svg" };
    Text          t = { 0 };
    Diag          d = { 0 };

    CU_ASSERT_EQUAL(picture_script(&squares, &to, &t, &d), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "set encoding utf8\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "set terminal svg noenhanced size 900,600"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "set termoption noenhanced\n"));
    CU_ASSERT_PTR_NULL(strstr(text_str(&t), "a.svg"));
    text_free(&t);
}

/* A gnuplot with a window, played by a shell script: it answers tokens, logs
 * what it is told, and hangs when told the word in $folder/hang. */
static const char WINDOWED[] =
    "#!/bin/sh\n"
    "while read -r l; do\n"
    "  case \"$l\" in\n"
    "  'print GPVAL_TERMINALS') echo ' qt svg dumb ' >&2 ;;\n"
    "  \"print '\"*) t=${l#*\\'}; echo \"${t%\\'}\" >&2 ;;\n"
    "  'set terminal qt'*) echo \"$l\" >> \"${0%/*}/log\"\n"
    "    test -e \"${0%/*}/hang\" && exec sleep 100 ;;\n"
    "  esac\n"
    "done\n";

static void write_file(const char *name, const char *s)
{
    char  buf[512];
    FILE *f = fopen(file_name(buf, name), "w");

    fputs(s, f);
    fclose(f);
    chmod(buf, 0700);
}

static void window_then_terminal(void)
{
    PictureTarget to = { .kind = PICTURE_WINDOW };
    char         *path = strdup(getenv("PATH")), search[4200], buf[512];
    Text          out = { 0 }, note = { 0 }, log;
    Diag          d = { 0 };
    int           child;

    folder_make();
    picture_close();
    write_file("gnuplot", WINDOWED);
    snprintf(search, sizeof search, "%s:%.4000s", folder, path);
    setenv("PATH", search, 1);
    setenv("DISPLAY", ":77", 1);
    CU_ASSERT_EQUAL(picture_show(&squares, &to, &out, &note, &d), OK);
    child = gnuplot_child();
    CU_ASSERT_EQUAL(picture_show(&squares, &to, &out, &note, &d), OK);
    CU_ASSERT_EQUAL(gnuplot_child(), child);
    CU_ASSERT_EQUAL(out.len + note.len, 0);
    log = file_read(file_name(buf, "log"));
    CU_ASSERT_STRING_EQUAL(text_str(&log),
                           "set terminal qt noenhanced 0 size 900,600 noraise title 'Gradus'\n"
                           "set terminal qt noenhanced 0 size 900,600 noraise title 'Gradus'\n");
    write_file("hang", "");
    gnuplot_set_patience(1000, 200);
    CU_ASSERT_EQUAL(picture_show(&squares, &to, &out, &note, &d), OK);
    CU_ASSERT_STRING_EQUAL(text_str(&note), "No window for plots (gnuplot gave no answer within "
                                            "0.2 s), so they go into the terminal.\n");
    CU_ASSERT_EQUAL(picture_show(&squares, &to, &out, &note, &d), OK);
    CU_ASSERT_EQUAL(strchr(text_str(&note), '\n')[1], '\0');     /* said once */
    picture_close();
    gnuplot_set_patience(5000, 10000);
    unsetenv("DISPLAY");
    setenv("PATH", path, 1);
    CU_ASSERT_EQUAL(folder_remove(), 3);
    text_free(&out);
    text_free(&note);
    text_free(&log);
    free(path);
}

CU_TestInfo show_tests[] = {
    { "PNG, SVG and PDF files are whole pictures", three_formats },
    { "the check of SVG files can fail", well_formed_can_fail },
    { "another ending is refused with the three that there are", endings },
    { "a missing folder, a directory and a pipe are refused by name", wrong_places },
    { "a read-only folder is refused", read_only },
    { "a full disk leaves the old file as it was and no other", full_disk_keeps_the_old },
    { "a hostile file name is just a file name", names_are_only_names },
    { "no title, label or name runs a program", titles_run_nothing },
    { "one point, equal, huge, tiny and non-positive values draw on every scale", odd_data_draw },
    { "empty, equal and very many cells draw", odd_cells_draw },
    { "a terminal picture is plain text of the size asked for", terminal_is_text },
    { "the script holds no file name and no enhanced text", script_is_shown },
    { "a window is reused, and a broken one gives way to the terminal, said once",
      window_then_terminal },
    CU_TEST_INFO_NULL
};
