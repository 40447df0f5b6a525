/* gnuplot.c -- the gnuplot child process; the only file that starts gnuplot.
 *
 * Three pipes, none of them blocking, and one poll loop that writes commands
 * and reads both outputs at the same time: with a blocking write, a gnuplot
 * whose output pipe is full and we would wait for each other for ever. Each
 * batch ends with `print 'TOKEN'`, which gnuplot answers on its error output;
 * errors stand before the token, so every batch gets its own. gnuplot flushes a
 * picture before it reads the next command, so when the token is here, the
 * picture is in the other pipe already.
 *
 * The child has its own process group (Ctrl-C at the prompt is not for it, and
 * a window's helper process dies with it), default signals, a small clean
 * environment, and no descriptor but its three pipes. When Gradus ends in any
 * way, its input ends and it quits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/gnuplot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stop.h"

enum {
    SLICE_MS   = 50,         /* between looks at the stop flag      */
    QUIT_MS    = 300,        /* for a polite end                    */
    MOST_OUT   = 64 << 20,   /* bytes of one picture                */
    MOST_ERR   = 64 << 10    /* bytes of one batch's errors         */
};

static struct {
    pid_t         pid;           /* 0: none                         */
    int           in, out, err;  /* our ends                        */
    unsigned long batch;         /* number of the last token        */
    Text          terminals;     /* " svg png qt "                  */
    int           first_ms, batch_ms;
} child = { .first_ms = 5000, .batch_ms = 10000 };

/* How an exchange ended. */
typedef enum { ANSWERED, MISSING, NOT_STARTED, DIED, LATE, STOPPED } Answer;

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- start and end ---------------------------------------------------- */

static void child_forget(void)
{
    close(child.in);
    close(child.out);
    close(child.err);
    child.pid = 0;
}

static void child_kill(void)
{
    if (!child.pid) return;
    kill(-child.pid, SIGKILL);
    kill(child.pid, SIGKILL);
    while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    child_forget();
}

/* Whether the child ended by itself; it is reaped then. */
static bool child_has_ended(void)
{
    return waitpid(child.pid, NULL, WNOHANG) != 0;
}

/* A pipe whose ends are close-on-exec and none of them a standard descriptor,
 * even when Gradus was started with those closed. */
static bool pipe_open(int end[2])
{
    int raw[2];

    if (pipe2(raw, O_CLOEXEC) < 0) return false;
    for (int i = 0; i < 2; i++) {
        end[i] = raw[i] > 2 ? raw[i] : fcntl(raw[i], F_DUPFD_CLOEXEC, 3);
        if (end[i] != raw[i]) close(raw[i]);
    }
    if (end[0] >= 0 && end[1] >= 0) return true;
    if (end[0] >= 0) close(end[0]);
    if (end[1] >= 0) close(end[1]);
    return false;
}

/* The environment of the child: what a display and fonts need, and UTF-8. */
static char **environment_make(void)
{
    static const char *const kept[] = {
        "PATH", "HOME", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "TMPDIR",
        "QT_QPA_PLATFORM", "DBUS_SESSION_BUS_ADDRESS", "FONTCONFIG_PATH", "FONTCONFIG_FILE",
        "LD_LIBRARY_PATH", "GNUPLOT_DRIVER_DIR", "GNUPLOT_PS_DIR"
    };
    enum { KEPT = sizeof kept / sizeof kept[0] };
    char **env = mem_new((KEPT + 2) * sizeof *env);
    int    n = 0;

    env[n++] = mem_str("LC_ALL=C.UTF-8");
    for (int i = 0; i < KEPT; i++) {
        const char *value = getenv(kept[i]);
        size_t      size = value ? strlen(kept[i]) + strlen(value) + 2 : 0;

        if (!value) continue;
        env[n] = mem_new(size);
        snprintf(env[n++], size, "%s=%s", kept[i], value);
    }
    return env;
}

static void environment_free(char **env)
{
    for (int i = 0; env[i]; i++)
        free(env[i]);
    free(env);
}

/* posix_spawnp with pipe ends theirs[0..2] as standard descriptors; an errno. */
static int spawn(const int theirs[3], pid_t *pid)
{
    static char name[] = "gnuplot", option[] = "-d";
    char       *argv[] = { name, option, NULL }, **env = environment_make();
    sigset_t    all, none;
    int         fault;
    posix_spawnattr_t          attr;
    posix_spawn_file_actions_t files;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawn_file_actions_init(&files);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&files, theirs[i], i);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
#endif
    fault = posix_spawnp(pid, name, &files, &attr, argv, env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    environment_free(env);
    return fault;
}

static void pipe_close(int end[2])
{
    close(end[0]);
    close(end[1]);
}

static bool pipes_open(int in[2], int out[2], int err[2])
{
    if (!pipe_open(in)) return false;
    if (pipe_open(out)) {
        if (pipe_open(err)) return true;
        pipe_close(out);
    }
    pipe_close(in);
    return false;
}

/* A write to a gnuplot that died must be an error, not the end of Gradus. */
static void ignore_broken_pipes(void)
{
    struct sigaction old;

    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

static Answer child_spawn(void)
{
    int in[2], out[2], err[2], theirs[3], fault;

    ignore_broken_pipes();
    if (!pipes_open(in, out, err)) return NOT_STARTED;
    theirs[0] = in[0];
    theirs[1] = out[1];
    theirs[2] = err[1];
    child.in  = in[1];
    child.out = out[0];
    child.err = err[0];
    fault     = spawn(theirs, &child.pid);
    for (int i = 0; i < 3; i++)
        close(theirs[i]);
    fcntl(child.in, F_SETFL, O_NONBLOCK);
    fcntl(child.out, F_SETFL, O_NONBLOCK);
    fcntl(child.err, F_SETFL, O_NONBLOCK);
    if (fault == 0) return ANSWERED;
    child_forget();
    return fault == ENOENT || fault == EACCES || fault == ENOTDIR ? MISSING : NOT_STARTED;
}

/* ---- one exchange ----------------------------------------------------- */

/* One batch under way. */
typedef struct {
    const Text *commands;
    size_t      sent;
    Text       *out, err;
    char        token[40];
    int64_t     until;
    bool        dead;        /* a pipe is closed: the child ended */
} Exchange;

static void send_some(Exchange *x)
{
    while (x->sent < x->commands->len) {
        ssize_t n = write(child.in, x->commands->s + x->sent, x->commands->len - x->sent);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) x->dead = true;
        if (n <= 0) return;
        x->sent += (size_t)n;
    }
}

/* Read what is there; false when the other end is closed or talks too much. */
static bool read_some(int fd, Text *into, size_t most)
{
    char buf[16384];

    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN;
        if (n == 0 || into->len > most) return false;
        text_addn(into, buf, (size_t)n);
    }
}

/* Whether the token has come, on a line of its own; cuts it off. */
static bool token_found(Exchange *x)
{
    const char *s = text_str(&x->err), *at = s;

    while ((at = strstr(at, x->token)) != NULL) {
        if ((at == s || at[-1] == '\n') && at[strlen(x->token)] == '\n') {
            x->err.len = (size_t)(at - s);
            x->err.s[x->err.len] = '\0';
            return true;
        }
        at++;
    }
    return false;
}

static Answer exchange_step(Exchange *x)
{
    struct pollfd p[3] = { { child.out, POLLIN, 0 },
                           { child.err, POLLIN, 0 },
                           { x->sent < x->commands->len ? child.in : -1, POLLOUT, 0 } };
    int64_t left = x->until - now_ms();

    if (stop_asked()) return STOPPED;
    if (left <= 0) return LATE;
    poll(p, 3, left < SLICE_MS ? (int)left : SLICE_MS);
    if (p[2].revents) send_some(x);
    if (p[0].revents && !read_some(child.out, x->out, MOST_OUT)) x->dead = true;
    if (p[1].revents && !read_some(child.err, &x->err, MOST_ERR)) x->dead = true;
    return x->dead ? DIED : ANSWERED;
}

/* Send the commands, wait for their token. err gets the error output. */
static Answer exchange(const Text *commands, int patience, Text *out, Text *err)
{
    Text     all = { 0 };
    Exchange x = { .commands = &all, .out = out, .until = now_ms() + patience };
    Answer   a = ANSWERED;
    bool     found = false;

    snprintf(x.token, sizeof x.token, "GRADUS-%lu", ++child.batch);
    text_addn(&all, text_str(commands), commands->len);
    text_addf(&all, "\nprint '%s'\n", x.token);
    while (!found && a == ANSWERED) {
        a     = exchange_step(&x);
        found = token_found(&x);
    }
    if (found) {
        a = ANSWERED;
        read_some(child.out, out, MOST_OUT);
    }
    text_addn(err, text_str(&x.err), x.err.len);
    text_free(&x.err);
    text_free(&all);
    return a;
}

/* ---- batches ---------------------------------------------------------- */

/* A child that runs and has told its terminals. */
static Answer child_ready(void)
{
    static const char question[] = "print GPVAL_TERMINALS";
    Text   ask = { 0 }, out = { 0 };
    Answer a;

    if (child.pid && child_has_ended()) child_forget();
    if (child.pid) return ANSWERED;
    a = child_spawn();
    if (a != ANSWERED) return a;
    text_add(&ask, question);
    text_clear(&child.terminals);
    text_addc(&child.terminals, ' ');
    a = exchange(&ask, child.first_ms, &out, &child.terminals);
    for (size_t i = 0; i < child.terminals.len; i++)
        if (child.terminals.s[i] == '\n') child.terminals.s[i] = ' ';
    text_free(&ask);
    text_free(&out);
    if (a != ANSWERED) child_kill();
    return a;
}

static Status answer_status(Answer a, Diag *d)
{
    Span none = { 0, 0 };

    switch (a) {
    case ANSWERED:
        return OK;
    case STOPPED:
        return diag_set(d, E_STOP, none, "stopped");
    case MISSING:
        diag_set(d, E_IO, none, "gnuplot is not installed, or not on the PATH");
        return diag_hint(d, "On Debian: apt install gnuplot.");
    case NOT_STARTED:
        return diag_set(d, E_IO, none, "gnuplot cannot be started");
    case DIED:
        return diag_set(d, E_IO, none, "gnuplot ended instead of drawing");
    case LATE:
        diag_set(d, E_IO, none, "gnuplot gave no answer within %g s",
                 child.batch_ms / 1000.0);
        return diag_hint(d, "The next plot starts a new gnuplot.");
    }
    return d->code;
}

/* gnuplot's complaint: the text after `line 12: `; warnings are none. NULL: no
 * complaint. */
static const char *complaint_find(const char *err)
{
    const char *at = err;

    while ((at = strstr(at, "line ")) != NULL) {
        size_t digits = strspn(at + 5, "0123456789");
        const char *text = at + 5 + digits;

        if (digits && text[0] == ':' && text[1] == ' ' && strncmp(text + 2, "warning", 7) != 0)
            return text + 2;
        at = text;
    }
    return NULL;
}

static Status complaint_status(const Text *err, Diag *d)
{
    const char *s = complaint_find(text_str(err));
    Span        none = { 0, 0 };
    Text        safe = { 0 };

    if (!s) return OK;
    text_add_safe(&safe, s, strcspn(s, "\n"));
    diag_set(d, E_IO, none, "gnuplot could not draw this: %s", text_str(&safe));
    text_free(&safe);
    return d->code;
}

Status gnuplot_run(const Text *batch, Text *out, bool again, Diag *d)
{
    size_t before = out->len;
    Answer a = DIED;
    Text   err = { 0 };
    Status s;

    for (int turn = 0; turn < (again ? 2 : 1); turn++) {
        text_clear(&err);
        a = child_ready();
        if (a == ANSWERED) a = exchange(batch, child.batch_ms, out, &err);
        if (a == ANSWERED || a == STOPPED || a == MISSING) break;
        child_kill();
        if (out->s) out->s[out->len = before] = '\0';
    }
    if (a != ANSWERED) child_kill();
    s = answer_status(a, d);
    if (s == OK) s = complaint_status(&err, d);
    text_free(&err);
    return s;
}

Status gnuplot_offers(const char *terminal, bool *offers, Diag *d)
{
    Text nothing = { 0 }, out = { 0 };
    char word[40];
    Status s = gnuplot_run(&nothing, &out, true, d);

    text_free(&out);
    snprintf(word, sizeof word, " %s ", terminal);
    *offers = s == OK && strstr(text_str(&child.terminals), word) != NULL;
    return s;
}

bool gnuplot_is_installed(void)
{
    const char *path = getenv("PATH");
    char        file[4096];

    while (path && *path) {
        int n = (int)strcspn(path, ":");

        snprintf(file, sizeof file, "%.*s/gnuplot", n < 4000 ? n : 0, path);
        if (access(file, X_OK) == 0) return true;
        path += n;
        path += *path == ':';
    }
    return false;
}

void gnuplot_close(void)
{
    int64_t until = now_ms() + QUIT_MS;

    if (child.pid) {
        struct timespec nap = { 0, 1000000 };

        close(child.in);
        child.in = -1;
        while (child.pid && now_ms() < until) {
            if (child_has_ended()) child_forget();
            else nanosleep(&nap, NULL);
        }
        child_kill();
    }
    text_free(&child.terminals);
}

void gnuplot_set_patience(int first, int batch)
{
    child.first_ms = first;
    child.batch_ms = batch;
}

int gnuplot_child(void)
{
    return (int)child.pid;
}
