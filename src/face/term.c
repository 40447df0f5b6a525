/* term.c -- the terminal: what it can do, how large it is, and the promise
 * that it comes back.
 *
 * The crash handler may only do what is safe in a signal handler: write(2) of
 * bytes prepared long before, tcsetattr(3), and the default action of the same
 * signal again. It runs on an alternate stack, or a stack overflow would have
 * nowhere to run it. A process in the background must not touch the terminal at
 * all (it belongs to the shell, and SIGTTOU would stop us half dead), so the
 * handler asks who is in front first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/term.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/stop.h"

/* --- what it can do ------------------------------------------------------------------ */

static ColourChoice colour_choice;
static bool         ascii_choice;

void terminal_choose_colour(ColourChoice choice)
{
    colour_choice = choice;
}

void terminal_choose_ascii(bool ascii)
{
    ascii_choice = ascii;
}

bool terminal_interactive(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static bool name_dumb(const char *term)
{
    return !term || !*term || !strcmp(term, "dumb") || !strcmp(term, "unknown");
}

bool terminal_dumb(void)
{
    return name_dumb(getenv("TERM"));
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

int terminal_colours_of(const char *term, const char *colorterm)
{
    static const char *const eight[] = {
        "xterm", "screen", "tmux", "linux", "rxvt", "konsole", "gnome", "vte", "putty", "kitty",
        "foot", "alacritty", "wezterm", "ghostty", "st-", "eterm", "ansi", "cygwin", "mlterm"
    };
    if (name_dumb(term)) return 0;
    if (ends_with(term, "-m") || ends_with(term, "-mono")) return 0;
    if (strstr(term, "256color") || strstr(term, "direct")) return 256;
    int n = (int)(sizeof eight / sizeof *eight);
    for (int i = 0; i < n; i++)
        if (!strncmp(term, eight[i], strlen(eight[i]))) return colorterm && *colorterm ? 256 : 8;
    return strstr(term, "color") ? 8 : 0;
}

int terminal_colours(void)
{
    int named = terminal_colours_of(getenv("TERM"), getenv("COLORTERM"));
    if (colour_choice == COLOUR_NEVER) return 0;
    if (colour_choice == COLOUR_ALWAYS) return named ? named : 8;
    const char *no = getenv("NO_COLOR");
    if (no && *no) return 0;
    return isatty(STDOUT_FILENO) ? named : 0;
}

bool terminal_utf8(void)
{
    return !ascii_choice && !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static int clamp(int v, int otherwise)
{
    if (v <= 0) return otherwise;
    return v > TERMINAL_MOST ? TERMINAL_MOST : v;
}

void terminal_size(int *w, int *h)
{
    struct winsize s = { 0 };
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &s) != 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &s) != 0)
        s = (struct winsize){ 0 };
    *w = clamp(s.ws_col, 80);
    *h = clamp(s.ws_row, 24);
}

/* --- the promise that it comes back ---------------------------------------------------- */

enum { ALT_STACK = 64 << 10, BYTES_MOST = 512 };

static struct termios saved;            /* the modes the program was started in      */
static bool           have_saved;
static char           give_back[BYTES_MOST];
static volatile sig_atomic_t give_back_n;
static volatile sig_atomic_t taken;
static volatile sig_atomic_t leaving;   /* TERM or HUP, once it came                 */
static void         (*on_leave)(void);

static __thread _Alignas(16) char alt_stack[ALT_STACK];

static bool in_front(void)
{
    return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* Safe in a signal handler. */
static void give_back_now(void)
{
    if (!taken || !have_saved) return;
    taken = 0;
    if (!in_front()) return;
    ssize_t done = write(STDOUT_FILENO, give_back, (size_t)give_back_n);
    (void)done;
    tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void die_by(int sig)
{
    sigset_t one;
    signal(sig, SIG_DFL);
    sigemptyset(&one);
    sigaddset(&one, sig);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(sig);
}

static bool our_fault(int sig)
{
    return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGABRT;
}

static void on_fatal(int sig)
{
    static const char sorry[] = "gradus: ended by a fault of its own; please report it\n";
    give_back_now();
    if (our_fault(sig)) {
        ssize_t done = write(STDERR_FILENO, sorry, sizeof sorry - 1);
        (void)done;
    }
    die_by(sig == SIGALRM && leaving ? leaving : sig);
}

static void on_asked(int sig)
{
    int error = errno;
    if (leaving) on_fatal(sig);
    leaving = sig;
    stop_flag = 1;
    alarm(LIMIT_LEAVE);
    loop_wake();
    errno = error;
}

static void catch_unless_ignored(int sig, void (*handler)(int))
{
    struct sigaction old, a = { .sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART };
    sigfillset(&a.sa_mask);
    if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN && !our_fault(sig)) return;
    sigaction(sig, &a, NULL);
}

void terminal_guard_thread(void)
{
    stack_t now, own = { .ss_sp = alt_stack, .ss_size = sizeof alt_stack };
    /* One that stands already (a sanitizer's) stays: its owner will free it. */
    if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE)) return;
    sigaltstack(&own, NULL);
}

void terminal_guard(void (*leave)(void))
{
    static const int fatal[] = {
        SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGXCPU, SIGALRM
    };
    static bool done;
    on_leave = leave;
    if (done) return;
    done = true;
    if (isatty(STDIN_FILENO)) have_saved = tcgetattr(STDIN_FILENO, &saved) == 0;
    terminal_guard_thread();
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        catch_unless_ignored(fatal[i], on_fatal);
    catch_unless_ignored(SIGTERM, on_asked);
    catch_unless_ignored(SIGHUP, on_asked);
    atexit(give_back_now);
}

void terminal_taken(const char *bytes, size_t n)
{
    if (!taken && isatty(STDIN_FILENO) && in_front())
        have_saved = tcgetattr(STDIN_FILENO, &saved) == 0;
    taken = 0;
    give_back_n = (sig_atomic_t)(n < BYTES_MOST ? n : 0);
    memcpy(give_back, bytes, (size_t)give_back_n);
    taken = 1;
}

void terminal_returned(void)
{
    taken = 0;
}

void terminal_obey(void)
{
    if (!leaving) return;
    /* The hook gets its time too; should it hang, the alarm still ends us. */
    alarm(LIMIT_LEAVE);
    if (on_leave) on_leave();
    give_back_now();
    die_by(leaving);
}

void terminal_stop(void)
{
    struct sigaction old, plain = { .sa_handler = SIG_DFL };
    sigset_t one, before;
    sigemptyset(&plain.sa_mask);
    sigemptyset(&one);
    sigaddset(&one, SIGTSTP);
    sigaction(SIGTSTP, &plain, &old);
    pthread_sigmask(SIG_UNBLOCK, &one, &before);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &old, NULL);
}
