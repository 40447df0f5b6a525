/* line.c -- the prompt: one statement typed, edited, completed, remembered.
 *
 * Readline runs in its callback form under our own loop, with its signal handlers
 * off: ours only leave notes, and everything is done here in ordinary context.
 * What had to be learned:
 *
 * - rl_change_environment must be off, or it exports LINES and COLUMNS, and curses
 *   believes them for ever.
 * - After a stop, readline still thinks that the terminal is in its modes: it must
 *   be told to leave them and to set them again.
 * - It has no continuation prompt for rows of one buffer. Our redisplay shows it a
 *   copy of the buffer with ".. " behind each newline, the cursor moved along.
 * - It reads more keys than the one that was announced (a run of letters, a paste, an
 *   answer), and Ctrl-C makes the kernel drop what is queued: a plain read would then
 *   sleep on, deaf to the very Ctrl-C. So the terminal is set to return at once
 *   (VMIN 0), and our key_in waits for a key or the signal, whichever comes.
 * - It would read a pipe, slowly, echoing: without terminals it is never called.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/line.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <readline/readline.h>
#include <readline/history.h>

#include "base/limits.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/text.h"
#include "face/histfile.h"
#include "face/term.h"

static const char continuation[] = ".. ";

static LineConfig config;
static bool       editing;      /* readline is in use                               */
static bool       rows;         /* it can show several rows in one buffer           */
static bool       typing;       /* inside line_read, a prompt is shown              */
static bool       suspended;
static bool       finished;     /* the callback has come: typed holds the answer    */
static char      *typed;
static bool       aborted;      /* readline has been told of this Ctrl-C              */
static bool       noted;        /* the history file has failed before               */

/* --- is it whole? -------------------------------------------------------------------- */

static bool is_whole(const char *text)
{
    return !config.complete_statement || config.complete_statement(config.ctx, text);
}

/* Two empty rows at the end hand in what is there: whoever does not see which
 * bracket is open gets told instead of trapped. */
static bool ends_in_empty_rows(const char *s, int n)
{
    return n >= 2 && s[n - 1] == '\n' && s[n - 2] == '\n';
}

/* --- from the terminal --------------------------------------------------------------- */

static void prepare_terminal(int meta)
{
    struct termios t;
    rl_prep_terminal(meta);
    if (tcgetattr(STDIN_FILENO, &t) != 0) return;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &t);
}

/* Wait for a key or SIGINT; what poll says of the terminal, 0 for a signal. */
static int wait_for_key(void)
{
    struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    if (stop_asked() && !aborted) p.revents = 0;
    else if (ppoll(&p, 1, NULL, &before) < 0) p.revents = 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return p.revents;
}

/* The next byte. At Ctrl-C, once, Ctrl-G instead: whatever readline is in the
 * middle of, it gives up and comes back to our loop. */
static int key_in(FILE *from)
{
    (void)from;
    for (;;) {
        unsigned char c;
        int state = wait_for_key();
        if (stop_asked() && !aborted) {
            aborted = true;
            return 'G' & 31;
        }
        if (!state) continue;
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got == 1) return c;
        if (got < 0 && errno != EINTR && errno != EAGAIN) return EOF;
        if (got == 0 && state & (POLLHUP | POLLERR | POLLNVAL)) return EOF;
    }
}

/* --- keys ---------------------------------------------------------------------------- */

static int enter_key(int count, int key)
{
    bool at_end = rl_point == rl_end;
    if (is_whole(rl_line_buffer) || (at_end && ends_in_empty_rows(rl_line_buffer, rl_end)))
        return rl_newline(count, key);
    rl_insert_text("\n");
    return 0;
}

static int row_start(int at)
{
    while (at > 0 && rl_line_buffer[at - 1] != '\n') at--;
    return at;
}

static int row_end(int at)
{
    while (at < rl_end && rl_line_buffer[at] != '\n') at++;
    return at;
}

/* The place in the row from `start` that is as many columns in as `wanted`. */
static int place_in_row(int start, int wanted)
{
    int end = row_end(start), at = start;
    while (at < end) {
        int next = at + 1;
        while (next < end && ((unsigned char)rl_line_buffer[next] & 0xC0) == 0x80) next++;
        if (text_columns(rl_line_buffer + start, (size_t)(next - start)) > wanted) break;
        at = next;
    }
    return at;
}

static int up_key(int count, int key)
{
    int start = row_start(rl_point);
    if (start == 0) return rl_get_previous_history(count, key);
    int wanted = text_columns(rl_line_buffer + start, (size_t)(rl_point - start));
    rl_point = place_in_row(row_start(start - 1), wanted);
    return 0;
}

static int down_key(int count, int key)
{
    int start = row_start(rl_point), end = row_end(rl_point);
    if (end == rl_end) return rl_get_next_history(count, key);
    int wanted = text_columns(rl_line_buffer + start, (size_t)(rl_point - start));
    rl_point = place_in_row(end + 1, wanted);
    return 0;
}

/* Home and End mean the row. */
static int home_key(int count, int key)
{
    (void)count;
    (void)key;
    rl_point = row_start(rl_point);
    return 0;
}

static int end_key(int count, int key)
{
    (void)count;
    (void)key;
    rl_point = row_end(rl_point);
    return 0;
}

/* Put `ours` on the key where `usual` is; what the user's inputrc bound stays. */
static void take_key(const char *keys, rl_command_func_t *usual, rl_command_func_t *ours)
{
    Keymap maps[] = { emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap };
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        int type = 0;
        rl_command_func_t *now = rl_function_of_keyseq(keys, maps[i], &type);
        if (type == ISFUNC && now == usual) rl_bind_keyseq_in_map(keys, ours, maps[i]);
    }
}

static void keys_open(void)
{
    static const struct {
        const char        *keys;
        rl_command_func_t *usual, *ours;
    } key[] = {
        { "\r", rl_newline, enter_key },
        { "\n", rl_newline, enter_key },
        { "\033[A", rl_get_previous_history, up_key },
        { "\033OA", rl_get_previous_history, up_key },
        { "\033[B", rl_get_next_history, down_key },
        { "\033OB", rl_get_next_history, down_key },
        { "\001", rl_beg_of_line, home_key },
        { "\033[H", rl_beg_of_line, home_key },
        { "\033OH", rl_beg_of_line, home_key },
        { "\033[1~", rl_beg_of_line, home_key },
        { "\005", rl_end_of_line, end_key },
        { "\033[F", rl_end_of_line, end_key },
        { "\033OF", rl_end_of_line, end_key },
        { "\033[4~", rl_end_of_line, end_key }
    };
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        take_key(key[i].keys, key[i].usual, key[i].ours);
}

/* --- redisplay ----------------------------------------------------------------------- */

static void redisplay(void)
{
    if (!rows || !memchr(rl_line_buffer, '\n', (size_t)rl_end)) {
        rl_redisplay();
        return;
    }
    char *line = rl_line_buffer;
    int point = rl_point, end = rl_end, mark = rl_mark;
    Text t = { 0 };
    for (int i = 0; i <= end; i++) {
        if (i == point) rl_point = (int)t.len;
        if (i == mark) rl_mark = (int)t.len;
        if (i < end) text_addc(&t, line[i]);
        if (i < end && line[i] == '\n') text_add(&t, continuation);
    }
    rl_line_buffer = t.s;
    rl_end = (int)t.len;
    rl_redisplay();
    rl_line_buffer = line;
    rl_point = point;
    rl_end = end;
    rl_mark = mark;
    text_free(&t);
}

/* --- completion ---------------------------------------------------------------------- */

static const struct {
    const char *name, *letter;
} greek[] = {
    { "alpha", "α" }, { "beta", "β" }, { "gamma", "γ" }, { "delta", "δ" }, { "epsilon", "ε" },
    { "zeta", "ζ" }, { "eta", "η" }, { "theta", "θ" }, { "iota", "ι" }, { "kappa", "κ" },
    { "lambda", "λ" }, { "mu", "μ" }, { "nu", "ν" }, { "xi", "ξ" }, { "omicron", "ο" },
    { "pi", "π" }, { "rho", "ρ" }, { "sigma", "σ" }, { "tau", "τ" }, { "upsilon", "υ" },
    { "phi", "φ" }, { "chi", "χ" }, { "psi", "ψ" }, { "omega", "ω" },
    { "Gamma", "Γ" }, { "Delta", "Δ" }, { "Theta", "Θ" }, { "Lambda", "Λ" }, { "Xi", "Ξ" },
    { "Pi", "Π" }, { "Sigma", "Σ" }, { "Phi", "Φ" }, { "Psi", "Ψ" }, { "Omega", "Ω" }
};
enum { LETTERS = sizeof greek / sizeof *greek };

static char *joined(const char *a, size_t n, const char *b)
{
    Text t = { 0 };
    text_addn(&t, a, n);
    text_add(&t, b);
    char *s = mem_str(text_str(&t));
    text_free(&t);
    return s;
}

/* Words for "...\name": the letter itself when the name is whole or can only be
 * one, the names otherwise. *n: how many. */
static char **greek_words(const char *text, const char *slash, int *n)
{
    size_t length = strlen(slash + 1), before = (size_t)(slash - text);
    char **word = mem_new((LETTERS + 1) * sizeof *word);
    int last = -1;
    *n = 0;
    for (int i = 0; i < LETTERS; i++) {
        if (strncmp(greek[i].name, slash + 1, length) != 0) continue;
        word[(*n)++] = joined(text, before + 1, greek[i].name);
        last = i;
        if (greek[i].name[length]) continue;
        while (*n > 0) free(word[--*n]);    /* the whole name: no other is meant */
        word[(*n)++] = NULL;
        break;
    }
    if (*n == 1) {
        free(word[0]);
        word[0] = joined(text, before, greek[last].letter);
    }
    return word;
}

/* The callback's words, each replacing [word_start, end), as words that replace
 * text, which is [start, end): readline cuts where it likes. */
static char **called_words(const char *text, int start, int end, int *n)
{
    int from = start;
    *n = 0;
    if (!config.complete) return NULL;
    char **word = config.complete(config.ctx, rl_line_buffer, end, &from);
    if (!word) return NULL;
    int kept = 0;
    for (int i = 0; word[i]; i++) {
        char *w = word[i];
        bool fits = from >= start || !strncmp(w, rl_line_buffer + from, (size_t)(start - from));
        if (fits) word[kept++] = from >= start ? joined(text, (size_t)(from - start), w)
                                               : mem_str(w + (start - from));
        free(w);
    }
    word[kept] = NULL;
    *n = kept;
    return word;
}

/* The longest text that all words begin with, cut between characters; text itself
 * when they do not even share that. */
static char *common_start(char **word, int n, const char *text)
{
    size_t same = strlen(word[0]);
    for (int i = 1; i < n; i++) {
        size_t k = 0;
        while (k < same && word[i][k] == word[0][k]) k++;
        same = k;
    }
    while (same > 0 && ((unsigned char)word[0][same] & 0xC0) == 0x80) same--;
    return same < strlen(text) && n > 1 ? mem_str(text) : mem_strn(word[0], same);
}

/* Readline's list: the common start, then the words when there are several. */
static char **as_matches(char **word, int n, const char *text)
{
    char **match = NULL;
    if (n > 0) {
        match = mem_new(((size_t)n + 2) * sizeof *match);
        match[0] = common_start(word, n, text);
    }
    for (int i = 0; i < n; i++) {
        if (n > 1) match[i + 1] = word[i];
        else free(word[i]);
    }
    free(word);
    return match;
}

static char **complete(const char *text, int start, int end)
{
    int n;
    rl_attempted_completion_over = 1;   /* never file names; reset before every call */
    rl_completion_append_character = '\0';
    rl_completion_suppress_append = 1;
    const char *slash = strrchr(text, '\\');
    if (slash && terminal_utf8()) {
        char **word = greek_words(text, slash, &n);
        return as_matches(word, n, text);
    }
    char **word = called_words(text, start, end, &n);
    return as_matches(word, n, text);
}

/* --- history ------------------------------------------------------------------------- */

static void recall(void *ctx, const char *statement, time_t when)
{
    (void)ctx;
    (void)when;
    add_history(statement);
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\n\r")] == '\0';
}

static void remember(const char *text)
{
    if (is_blank(text) || strlen(text) > HISTORY_ENTRY) return;
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (last && !strcmp(last->line, text)) return;
    add_history(text);
    if (!config.history) return;
    Diag d = { 0 };
    if (histfile_add(config.history, text, time(NULL), &d) == OK || noted) return;
    noted = true;
    if (config.note) config.note(config.ctx, &d);
}

/* --- open and close ------------------------------------------------------------------ */

static void readline_open(void)
{
    rl_readline_name = "gradus";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_getc_function = key_in;
    rl_prep_term_function = prepare_terminal;
    rl_variable_bind("enable-active-region", "off");
    rl_variable_bind("page-completions", "off");
    rl_variable_bind("enable-bracketed-paste", terminal_dumb() ? "off" : "on");
    rl_attempted_completion_function = complete;
    /* All but letters, digits, "_" and the backslash of \eta. */
    rl_completer_word_break_characters = " \t\n\"'`~!@#$%^&*()-+=[]{}|;:,.<>/?";
    rl_completion_query_items = 200;
    rl_initialize();
    rows = !terminal_dumb() && rl_get_termcap("up") != NULL;
    rl_redisplay_function = redisplay;
    if (rows) keys_open();
}

Status line_open(const LineConfig *c)
{
    config = *c;
    noted = false;
    editing = terminal_interactive();
    if (!editing) return OK;
    readline_open();
    using_history();
    if (config.history) histfile_read(config.history, recall, NULL);
    stifle_history(LIMIT_HISTORY);
    return OK;
}

void line_close(void)
{
    if (editing && config.history) histfile_trim(config.history);
    if (editing) clear_history();
    editing = false;
    config = (LineConfig){ 0 };
}

/* --- reading with a prompt ----------------------------------------------------------- */

static void got_line(char *line)
{
    rl_callback_handler_remove();
    typed = line;
    finished = true;
}

static void terminal_take(void)
{
    const char *paste = rl_variable_value("enable-bracketed-paste");
    bool escapes = !terminal_dumb() && paste && !strcmp(paste, "on");
    const char *bytes = escapes ? "\033[?2004l\r\n" : "\r\n";
    terminal_taken(bytes, strlen(bytes));
}

/* Ctrl-C: what was typed is left standing there, and a fresh prompt begins. */
static void start_afresh(const char *prompt)
{
    stop_forget();
    aborted = false;
    rl_callback_sigcleanup();
    rl_free_line_state();
    rl_point = rl_end;
    redisplay();
    fputs("^C", rl_outstream);
    rl_callback_handler_remove();
    fputs("\n", rl_outstream);
    fflush(rl_outstream);
    using_history();
    rl_callback_handler_install(prompt, got_line);
}

/* The terminal may be in anybody's modes and show anything: take it anew. */
static void show_again(void)
{
    terminal_take();
    rl_prep_term_function(1);
    rl_reset_screen_size();
    rl_forced_update_display();
}

static void stop_here(void)
{
    rl_deprep_term_function();
    terminal_returned();
    terminal_stop();
    loop_noted(SIGCONT);
    show_again();
}

static void serve_signals(const char *prompt)
{
    terminal_obey();
    if (loop_noted(SIGINT)) start_afresh(prompt);
    if (loop_noted(SIGTSTP)) stop_here();
    if (loop_noted(SIGCONT)) {
        rl_deprep_term_function();
        show_again();
    }
    if (loop_noted(SIGWINCH)) rl_resize_terminal();
}

static const int our_signals[] = { SIGINT, SIGWINCH, SIGTSTP, SIGCONT };
enum { OUR_SIGNALS = sizeof our_signals / sizeof *our_signals };

/* One line from readline, or NULL at the end. */
static char *edit(const char *prompt)
{
    fflush(stdout);
    for (int i = 0; i < OUR_SIGNALS; i++) loop_catch(our_signals[i]);
    stop_forget();
    terminal_take();
    typed = NULL;
    finished = aborted = false;
    using_history();
    rl_reset_screen_size();     /* it may have changed while nobody listened */
    rl_callback_handler_install(prompt, got_line);
    typing = true;
    while (!finished) {
        if (loop_wait(STDIN_FILENO, -1) == LOOP_SIGNAL) serve_signals(prompt);
        else if (!finished) rl_callback_read_char();
    }
    typing = false;
    stop_forget();
    terminal_returned();
    for (int i = 0; i < OUR_SIGNALS; i++) loop_uncatch(our_signals[i]);
    return typed;
}

static void drop_last_newlines(char *s)
{
    size_t n = strlen(s);
    while (n > 0 && s[n - 1] == '\n') s[--n] = '\0';
}

/* A statement typed row by row, for terminals that cannot go up a row. */
static char *edit_by_row(const char *prompt)
{
    char *all = edit(prompt);
    while (all && !is_whole(all) && !ends_in_empty_rows(all, (int)strlen(all))) {
        char *row = edit(continuation);
        if (!row) break;
        Text t = { 0 };
        text_addf(&t, "%s\n%s", all, row);
        free(all);
        free(row);
        all = mem_str(t.s);
        text_free(&t);
    }
    return all;
}

/* --- reading without ----------------------------------------------------------------- */

static char   plain[64 << 10];
static size_t plain_at, plain_n;
static bool   plain_over;

/* More bytes into plain; false at the end (*status then says which). */
static bool plain_fill(Status *status)
{
    if (plain_over) return false;
    for (;;) {
        if (loop_wait(STDIN_FILENO, -1) == LOOP_SIGNAL) {
            terminal_obey();
            if (!loop_noted(SIGINT)) continue;
            *status = E_STOP;
            return false;
        }
        ssize_t got = read(STDIN_FILENO, plain, sizeof plain);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) *status = E_IO;
        plain_over = got <= 0;
        plain_at = 0;
        plain_n = got > 0 ? (size_t)got : 0;
        return got > 0;
    }
}

/* Append one row to t, without its newline; false when there was none. A row that
 * is too long is skipped: *status E_LIMIT. */
static bool plain_row(Text *t, Status *status)
{
    bool any = false;
    size_t room = LIMIT_LINE;
    while (plain_at < plain_n || plain_fill(status)) {
        any = true;
        char *from = plain + plain_at;
        char *newline = memchr(from, '\n', plain_n - plain_at);
        size_t n = newline ? (size_t)(newline - from) : plain_n - plain_at;
        plain_at += n + (newline != NULL);
        for (char *p = from; (p = memchr(p, '\0', n - (size_t)(p - from))) != NULL;) *p = 1;
        if (n > room) *status = E_LIMIT;
        else text_addn(t, from, n);
        room -= n > room ? room : n;
        if (newline) break;
    }
    if (t->len > 0 && t->s[t->len - 1] == '\r') t->s[--t->len] = '\0';
    return any && *status != E_STOP && *status != E_IO;
}

/* All that was sent has been read: who sent it may be waiting for an answer. */
static bool plain_waits(void)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
    return plain_at == plain_n && poll(&in, 1, 0) == 0;
}

static char *read_plain(Status *status)
{
    Text t = { 0 };
    size_t tried = 0;
    loop_catch(SIGINT);
    bool any = false;
    while (plain_row(&t, status)) {
        any = true;
        if (*status == E_LIMIT) break;
        /* Long texts that keep coming are tried ever more rarely, or a long block would
         * take the square of its length; that a few statements come together is fine. */
        if (t.len < 2048 || t.len >= tried + tried / 8 || plain_waits()) {
            tried = t.len;
            if (is_whole(text_str(&t))) break;
        }
        text_addc(&t, '\n');
    }
    loop_uncatch(SIGINT);
    char *s = any && *status == OK ? mem_str(text_str(&t)) : NULL;
    text_free(&t);
    return s;
}

/* --- the rest of the interface ------------------------------------------------------- */

char *line_read(const char *prompt, Status *status)
{
    *status = OK;
    terminal_obey();
    if (!editing) return read_plain(status);
    char *s = rows ? edit(prompt) : edit_by_row(prompt);
    if (!s) return NULL;
    drop_last_newlines(s);
    remember(s);
    return s;
}

static void print_text(const char *text)
{
    size_t n = strlen(text);
    fputs(text, stdout);
    if (n == 0 || text[n - 1] != '\n') putchar('\n');
    fflush(stdout);
}

void line_print_async(const char *text)
{
    if (!typing || suspended || finished) {
        print_text(text);
        return;
    }
    if (rows) rl_clear_visible_line();
    else rl_crlf();
    fflush(rl_outstream);
    print_text(text);
    rl_on_new_line();
    redisplay();
}

void line_suspend(void)
{
    if (!typing || suspended) return;
    suspended = true;
    if (rows) rl_clear_visible_line();
    rl_deprep_term_function();
    fflush(rl_outstream);
    terminal_returned();
}

void line_resume(void)
{
    if (!suspended) return;
    suspended = false;
    show_again();
}
