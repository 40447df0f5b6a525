/* show.c -- a Picture brought to a file, the terminal or a window.
 *
 * gnuplot never learns a file name. It writes every picture to its standard
 * output, we check that the picture is whole, write it to a new file beside the
 * target and rename that. So no name can run anything, and no failure, not even
 * a full disk, costs the user an older picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "face/chart.h"
#include "face/gnuplot.h"
#include "face/gnuscript.h"

enum { WIDTH = 900, HEIGHT = 600 };

static const Span NOWHERE = { 0, 0 };

/* A way to draw: gnuplot's terminal, its options, and how a whole picture ends. */
typedef struct {
    const char *ending;       /* of the file's name; "" for windows */
    const char *terminal;
    const char *options;
    const char *start, *end;  /* bytes a picture starts with, and has near its end */
} Format;

static const Format FORMATS[] = {
    { ".svg", "svg", "size 900,600 font 'Helvetica,Arial,sans-serif,15' background '#ffffff'",
      "<?xml", "</svg>" },
    { ".png", "pngcairo", "size 900,600 font 'Sans,12'", "\x89PNG", "IEND" },
    { ".png", "png", "truecolor size 900,600 font 'Sans,12'", "\x89PNG", "IEND" },
    { ".pdf", "pdfcairo", "size 18cm,12cm font 'Sans,12'", "%PDF", "%%EOF" },
    { "", "qt", "0 size 900,600 noraise title 'Gradus'", "", "" },
    { "", "wxt", "0 size 900,600 noraise title 'Gradus'", "", "" },
    { "", "x11", "0 size 900,600 noraise title 'Gradus'", "", "" },
};
enum { FORMAT_COUNT = sizeof FORMATS / sizeof FORMATS[0] };

/* ---- the script ------------------------------------------------------- */

static void script_begin(Text *s, const char *terminal, const char *options)
{
    text_addf(s,
              "reset\nunset table\nundefine $*\nset encoding utf8\nset output\n"
              "set terminal %s noenhanced %s\n",
              terminal, options);
}

static void script_make(Text *s, const Picture *p, const Format *f)
{
    PictureFrame frame = picture_frame(p);

    script_begin(s, f->terminal, f->options);
    gnuscript_write(s, p, &frame, WIDTH, false);
    /* leaving the terminal writes the end of a PDF; a window must stay */
    if (*f->ending) text_add(s, "set terminal unknown\n");
}

static int between(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static int columns_of(const PictureTarget *to)
{
    return between(to->columns ? to->columns : 80, 20, 400);
}

static int rows_of(const PictureTarget *to)
{
    return between(to->rows ? to->rows : 24, 6, 200);
}

static void script_make_dumb(Text *s, const Picture *p, const PictureTarget *to)
{
    PictureFrame frame = picture_frame(p);
    char         size[64];

    snprintf(size, sizeof size, "nofeed mono size %d,%d", columns_of(to), rows_of(to) - 1);
    script_begin(s, "dumb", size);
    gnuscript_write(s, p, &frame, columns_of(to), true);
    text_add(s, "set terminal unknown\n");
}

static void script_make_sixel(Text *s, const Picture *p, const PictureTarget *to)
{
    PictureFrame frame = picture_frame(p);
    int          width = between(columns_of(to) * 8, 320, WIDTH);
    char         options[96];

    snprintf(options, sizeof options, "size %d,%d font 'Sans,11'", width, width * HEIGHT / WIDTH);
    script_begin(s, "sixelgd", options);
    gnuscript_write(s, p, &frame, width, false);
    text_add(s, "set terminal unknown\n");
}

/* ---- files ------------------------------------------------------------ */

static Status format_find(const char *path, const Format **first, Diag *d)
{
    size_t n = strlen(path);

    if (!n) return diag_set(d, E_TYPE, NOWHERE, "the name of the picture file is empty");
    for (int i = 0; i < FORMAT_COUNT; i++) {
        size_t e = strlen(FORMATS[i].ending);

        if (e == 0 || n <= e || strcasecmp(path + n - e, FORMATS[i].ending) != 0) continue;
        *first = &FORMATS[i];
        return OK;
    }
    diag_set(d, E_TYPE, NOWHERE, "the name of a picture file ends in .svg, .png or .pdf, not as %s",
             path);
    return diag_hint(d, "For example: to=\"picture.svg\".");
}

/* A picture file being replaced. */
typedef struct {
    char *path, *temp;
    int   fd;
} Output;

static Status output_fault(const char *path, Diag *d)
{
    bool missing = errno == ENOENT;

    diag_set(d, E_IO, NOWHERE, "cannot write %s: %s", path, strerror(errno));
    return missing ? diag_hint(d, "The folder must exist already.") : d->code;
}

/* Whether something that a picture may not replace stands at path. */
static Status target_check(const char *path, Diag *d)
{
    struct stat st;

    if (stat(path, &st) < 0) return OK;
    if (S_ISDIR(st.st_mode))
        return diag_set(d, E_IO, NOWHERE, "cannot write %s: it is a directory", path);
    if (!S_ISREG(st.st_mode))
        return diag_set(d, E_IO, NOWHERE, "cannot write %s: it is not a regular file", path);
    return access(path, W_OK) < 0 ? output_fault(path, d) : OK;
}

static char *temp_name(const char *path)
{
    static unsigned count;
    const char     *slash = strrchr(path, '/');
    int             folder = slash ? (int)(slash - path) + 1 : 0;
    size_t          size = (size_t)folder + 64;
    char           *name = mem_new(size);

    snprintf(name, size, "%.*s.gradus-plot-%ld-%u", folder, path, (long)getpid(), ++count);
    return name;
}

static void output_close(Output *o)
{
    if (o->fd >= 0) close(o->fd);
    if (o->temp) unlink(o->temp);
    free(o->temp);
    free(o->path);
}

static Status output_open(Output *o, const char *path, Diag *d)
{
    char *real;

    TRY(target_check(path, d));
    real    = realpath(path, NULL);   /* a link stays a link */
    o->path = real ? real : mem_str(path);
    o->temp = temp_name(o->path);
    o->fd   = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (o->fd >= 0) return OK;
    output_fault(path, d);
    free(o->temp);
    o->temp = NULL;
    output_close(o);
    return d->code;
}

static bool write_all(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t k = write(fd, s, n);

        if (k < 0 && errno != EINTR) return false;
        if (k > 0) {
            s += k;
            n -= (size_t)k;
        }
    }
    return true;
}

/* Write, close, rename: all checked. Closes the output either way. */
static Status output_finish(Output *o, const Text *bytes, const char *path, Diag *d)
{
    bool done = write_all(o->fd, bytes->s, bytes->len) && fsync(o->fd) == 0;

    if (done) {
        int fd = o->fd;

        o->fd = -1;
        done  = close(fd) == 0 && rename(o->temp, o->path) == 0;
    }
    if (!done) output_fault(path, d);
    else o->temp[0] = '\0';
    output_close(o);
    return done ? OK : d->code;
}

/* A picture cut short must not replace a good file. */
static Status picture_is_whole(const Text *t, const Format *f, Diag *d)
{
    size_t tail = t->len < 64 ? t->len : 64, n = strlen(f->start);

    if (t->len > n && memcmp(t->s, f->start, n) == 0 &&
        memmem(t->s + t->len - tail, tail, f->end, strlen(f->end)))
        return OK;
    return diag_set(d, E_IO, NOWHERE, "gnuplot's %s picture is not whole", f->terminal);
}

/* Of the formats with that ending the first that this gnuplot offers. */
static Status format_choose(const Format **f, Diag *d)
{
    const char *ending = (*f)->ending;
    bool        offers = false;

    for (const Format *at = *f; at < FORMATS + FORMAT_COUNT; at++) {
        if (strcmp(at->ending, ending) != 0) continue;
        TRY(gnuplot_offers(at->terminal, &offers, d));
        if (!offers) continue;
        *f = at;
        return OK;
    }
    diag_set(d, E_IO, NOWHERE, "this gnuplot cannot write %s files", ending);
    return diag_hint(d, "Try one of the other two endings of .svg, .png and .pdf.");
}

static Status draw_bytes(const Picture *p, const Format *f, Text *bytes, Diag *d)
{
    Text   script = { 0 };
    Status s = format_choose(&f, d);

    if (s == OK) {
        script_make(&script, p, f);
        s = gnuplot_run(&script, bytes, true, d);
    }
    if (s == OK) s = picture_is_whole(bytes, f, d);
    text_free(&script);
    return s;
}

static Status show_file(const Picture *p, const char *path, Diag *d)
{
    const Format *f;
    Output        o = { 0 };
    Text          bytes = { 0 };
    Status        s;

    TRY(format_find(path, &f, d));
    TRY(output_open(&o, path, d));
    s = draw_bytes(p, f, &bytes, d);
    if (s == OK) s = output_finish(&o, &bytes, path, d);
    else output_close(&o);
    text_free(&bytes);
    return s;
}

/* ---- terminal --------------------------------------------------------- */

/* A line without the blanks at its end, and no blank lines around the whole. */
static void add_trimmed(Text *out, const char *s)
{
    int blank = 0;
    bool any = false;

    s += strspn(s, "\f");
    while (*s) {
        size_t line = strcspn(s, "\n"), n = line;

        while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\f'))
            n--;
        if (n == 0) blank++;
        for (; n > 0 && blank > 0; blank--)
            if (any) text_addc(out, '\n');
        if (n > 0) {
            text_add_safe(out, s, n);
            text_addc(out, '\n');
            any = true;
        }
        s += line + (s[line] == '\n');
    }
}

static Status show_letters(const Picture *p, const PictureTarget *to, Text *out, Diag *d)
{
    Text   script = { 0 }, letters = { 0 };
    Status s;

    script_make_dumb(&script, p, to);
    s = gnuplot_run(&script, &letters, true, d);
    if (s == OK) add_trimmed(out, text_str(&letters));
    text_free(&script);
    text_free(&letters);
    return s;
}

static Status show_sixel(const Picture *p, const PictureTarget *to, Text *out, Diag *d)
{
    Text   script = { 0 }, bytes = { 0 };
    Status s;

    script_make_sixel(&script, p, to);
    s = gnuplot_run(&script, &bytes, true, d);
    if (s == OK) {
        text_addn(out, text_str(&bytes), bytes.len);
        text_addc(out, '\n');
    }
    text_free(&script);
    text_free(&bytes);
    return s;
}

static Status show_terminal(const Picture *p, const PictureTarget *to, Text *out, Diag *d)
{
    bool sixel = false;

    if (to->sixel) TRY(gnuplot_offers("sixelgd", &sixel, d));
    if (sixel) return show_sixel(p, to, out, d);
    if (p->kind < PICTURE_HEATMAP && !p->below && columns_of(to) >= 60 && rows_of(to) >= 16)
        return show_letters(p, to, out, d);
    /* gnuplot's margins leave nothing of a small screen, and in letters a matrix
     * says more as numbers and shades */
    chart_draw(out, p, columns_of(to), rows_of(to), to->utf8);
    return OK;
}

/* ---- window ----------------------------------------------------------- */

static bool is_set_in_environment(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

/* The window terminal of this gnuplot on this display, or NULL. */
static Status window_find(const Format **f, Diag *d)
{
    bool x = is_set_in_environment("DISPLAY"), wayland = is_set_in_environment("WAYLAND_DISPLAY");
    bool offers = false;

    *f = NULL;
    if (!x && !wayland) return OK;
    for (int i = 0; i < FORMAT_COUNT && !*f; i++) {
        if (*FORMATS[i].ending || (!x && strcmp(FORMATS[i].terminal, "x11") == 0)) continue;
        TRY(gnuplot_offers(FORMATS[i].terminal, &offers, d));
        if (offers) *f = &FORMATS[i];
    }
    return OK;
}

static void note_no_window(Text *note, const char *why)
{
    static bool said;

    if (!said) text_addf(note, "No window for plots (%s), so they go into the terminal.\n", why);
    said = true;
}

static Status show_window(const Picture *p, const PictureTarget *to, Text *out, Text *note, Diag *d)
{
    static bool   broken;     /* a window that failed once is not waited for again */
    const Format *f = NULL;
    Text          script = { 0 }, ignored = { 0 };
    Status        s;

    if (!broken) TRY(window_find(&f, d));
    if (!f) {
        note_no_window(note, "no display, or a gnuplot without windows");
        return show_terminal(p, to, out, d);
    }
    script_make(&script, p, f);
    s = gnuplot_run(&script, &ignored, false, d);
    text_free(&script);
    text_free(&ignored);
    if (s == OK || s == E_STOP) return s;
    broken = true;
    note_no_window(note, d->text);
    diag_clear(d);
    gnuplot_close();          /* a failed window leaves gnuplot in an unknown state */
    return show_terminal(p, to, out, d);
}

/* ---- all -------------------------------------------------------------- */

Status picture_show(const Picture *p, const PictureTarget *to, Text *out, Text *note, Diag *d)
{
    PictureFrame f;
    Status       s;

    TRY(picture_check(p, d));
    if (to->kind == PICTURE_FILE) s = show_file(p, to->path, d);
    else if (to->kind == PICTURE_WINDOW) s = show_window(p, to, out, note, d);
    else s = show_terminal(p, to, out, d);
    if (s != OK) return s;
    f = picture_frame(p);
    picture_notes(p, &f, note);
    if (p->below) {
        f = picture_frame(p->below);
        picture_notes(p->below, &f, note);
    }
    return OK;
}

Status picture_script(const Picture *p, const PictureTarget *to, Text *script, Diag *d)
{
    const Format *f = &FORMATS[FORMAT_COUNT - 3];

    TRY(picture_check(p, d));
    if (to->kind == PICTURE_FILE) TRY(format_find(to->path, &f, d));
    if (to->kind != PICTURE_TERMINAL) script_make(script, p, f);
    else if (to->sixel) script_make_sixel(script, p, to);
    else script_make_dumb(script, p, to);
    return OK;
}

void picture_close(void)
{
    gnuplot_close();
}
