/* main.c -- options, then files, code or the prompt.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stop.h"
#include "face/reference.h"
#include "face/lessons.h"
#include "face/repl.h"
#include "face/term.h"

enum { EXIT_USAGE = 2 };
enum { OPT_KEEP = 256, OPT_NO_COLOR, OPT_ASCII, OPT_LESSON, OPT_DEMO, OPT_DOCTEST, OPT_TEST_LESSONS, OPT_REFERENCE,
       OPT_PRECISION, OPT_THREADS };

static const char usage_text[] =
    "usage: gradus [OPTION]... [FILE]...\n"
    "A debugger for backprop that teaches. Without FILE or -e: a prompt, or a script\n"
    "on standard input.\n"
    "  -e CODE             run CODE\n"
    "  -i                  prompt after the files\n"
    "  -q                  no banner\n"
    "      --lesson NAME   begin with a lesson\n"
    "      --demo NAME     begin with a demo\n"
    "      --doctest FILE  run the examples in a text and compare; more FILEs may follow\n"
    "      --reference     print the library, all commands and limits as Texinfo\n"
    "      --precision P   train in double (the default) or single precision\n"
    "      --threads N     that training may use; the default is one for each core\n"
    "      --keep-going    a script goes on after an error\n"
    "      --no-color      no colours\n"
    "      --ascii         no characters beyond ASCII\n"
    "      --version       print the version and leave\n"
    "  -h, --help          print this and leave\n";

typedef struct {
    const char *code[64];
    int         n_code;
    bool        prompt, quiet, keep_going;
    const char *lesson, *demo;
    bool        doctest, test_lessons, reference, single;
    int         threads;
} Options;

/* Standard descriptors that were closed become /dev/null, so that no file we
 * open takes their number. */
static void descriptors_fill(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0) _exit(1);
}

/* Characters by the user's locale, numbers always with a point. */
static void locale_fix(void)
{
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
}

static int usage_fault(void)
{
    fputs("Try: gradus --help\n", stderr);
    return EXIT_USAGE;
}

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { "keep-going", no_argument, NULL, OPT_KEEP },
    { "no-color", no_argument, NULL, OPT_NO_COLOR },
    { "ascii", no_argument, NULL, OPT_ASCII },
    { "lesson", required_argument, NULL, OPT_LESSON },
    { "demo", required_argument, NULL, OPT_DEMO },
    { "doctest", no_argument, NULL, OPT_DOCTEST },
    { "test-lessons", no_argument, NULL, OPT_TEST_LESSONS },
    { "reference", no_argument, NULL, OPT_REFERENCE },
    { "precision", required_argument, NULL, OPT_PRECISION },
    { "threads", required_argument, NULL, OPT_THREADS },
    { 0 }
};

static int precision_take(Options *o, const char *word)
{
    o->single = !strcmp(word, "single");
    if (o->single || !strcmp(word, "double")) return -1;
    fprintf(stderr, "gradus: --precision is double or single, not %s\n", word);
    return EXIT_USAGE;
}

static int threads_take(Options *o, const char *word)
{
    char *end;
    long n = strtol(word, &end, 10);
    o->threads = (int)n;
    if (end != word && !*end && n >= 1 && n <= LIMIT_THREADS) return -1;
    fprintf(stderr, "gradus: --threads is a whole number from 1 to %d, not %s\n", LIMIT_THREADS, word);
    return EXIT_USAGE;
}

/* -1: go on; otherwise the exit status. */
static int option_take(Options *o, int key)
{
    switch (key) {
    case 'e':
        if (o->n_code == 64) return fputs("gradus: more than 64 -e\n", stderr), EXIT_USAGE;
        o->code[o->n_code++] = optarg;
        break;
    case 'i': o->prompt = true; break;
    case 'q': o->quiet = true; break;
    case OPT_KEEP: o->keep_going = true; break;
    case OPT_NO_COLOR: terminal_choose_colour(COLOUR_NEVER); break;
    case OPT_ASCII: terminal_choose_ascii(true); break;
    case OPT_LESSON: o->lesson = optarg; break;
    case OPT_DEMO: o->demo = optarg; break;
    case OPT_DOCTEST: o->doctest = true; break;
    case OPT_REFERENCE: o->reference = true; break;
    case OPT_PRECISION: return precision_take(o, optarg);
    case OPT_THREADS: return threads_take(o, optarg);
    case OPT_TEST_LESSONS: o->test_lessons = true; break;
    case 'h': fputs(usage_text, stdout); return 0;
    case 'V': puts("gradus " PACKAGE_VERSION); return 0;
    default: return usage_fault();
    }
    return -1;
}

/* The user's own beginning; errors in it are told and do not stop the start. */
static void init_file(Session *s)
{
    char path[4096];
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    if (config && *config) snprintf(path, sizeof path, "%s/gradus/init.gr", config);
    else if (home) snprintf(path, sizeof path, "%s/.config/gradus/init.gr", home);
    else return;
    if (access(path, R_OK)) return;
    Face *f = s->face;
    f->prompt = true;
    repl_file(s, path);
    f->prompt = false;
}

/* Written for make, which turns it into chapters of the manual. */
static int reference_write(Session *s)
{
    reference_print(s, &s->out);
    repl_flush(s);
    return ((Face *)s->face)->status;
}

static int go(Session *s, const Options *o, char **files, int n_file)
{
    Face *f = s->face;
    if (o->reference) return reference_write(s);
    f->keep_going = o->keep_going;
    bool good = true;
    for (int i = 0; i < o->n_code && good && !f->quit; i++) good = repl_text(s, "-e", o->code[i], strlen(o->code[i]), 1) || f->keep_going;
    for (int i = 0; i < n_file && good && !f->quit; i++) good = repl_file(s, files[i]) || f->keep_going;
    bool alone = !o->n_code && !n_file;
    bool taught = o->lesson || o->demo;
    if (good && o->lesson && !lessons_begin(s, o->lesson, false)) return 1;
    if (good && o->demo && !lessons_begin(s, o->demo, true)) return 1;
    if (!f->quit && (o->prompt || alone)) repl_prompt(s, alone && !o->quiet && !taught);
    return f->status;
}

int main(int argc, char **argv)
{
    descriptors_fill();
    locale_fix();
    Options o = { 0 };
    for (int key; (key = getopt_long(argc, argv, "e:iqh", long_options, NULL)) != -1;) {
        int status = option_take(&o, key);
        if (status >= 0) return status;
    }
    stop_install();
    terminal_guard(NULL);
    if (o.doctest) return lessons_doctest(argv + optind, argc - optind);
    if (o.test_lessons) return lessons_test(argv + optind, argc - optind);
    Session *s = face_open();
    s->single = o.single;
    s->threads = o.threads;
    if (terminal_interactive() && !o.reference) init_file(s);
    int status = go(s, &o, argv + optind, argc - optind);
    face_close(s);
    return status;
}
