/* screen.c -- the full-screen view: one canvas out, one key in.
 *
 * curses is made to do as little as possible on its own, because each thing it
 * does unasked has bitten somebody:
 *
 * - initscr ends the program when TERM is unknown: newterm does not. A terminal
 *   that cannot place the cursor opens and then shows nothing: asked before.
 * - It crashes when the terminal claims a size near 16 bits, so it may not ask: it
 *   is given our own clamped size, once through LINES and COLUMNS (which stand in
 *   the environment only while it opens, or it would believe them for ever), then
 *   through resizeterm.
 * - With a SIGWINCH handler of ours it installs none; we resize ourselves. The
 *   same holds for SIGTSTP and SIGINT, which are caught before newterm.
 * - It restores the terminal at SIGINT and SIGTERM only, and endwin is not safe in
 *   a handler: the bytes that undo everything are taken from terminfo here, and
 *   term.c writes them when we die.
 * - It knows nothing of NO_COLOR. Palette entries are never redefined, as that
 *   would leak into the user's terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/stop.h"
#include "face/term.h"

static SCREEN *screen;
static int     colours;
static bool    utf8;
static Point   clicked;
static Canvas *shown;           /* what the last screen_draw sent; NULL: nothing yet */
static chtype  look[STYLES];

static const int our_signals[] = { SIGINT, SIGWINCH, SIGTSTP, SIGCONT };
enum { OUR_SIGNALS = sizeof our_signals / sizeof *our_signals };

/* --- colours ------------------------------------------------------------------------- */

/* Foreground by number of colours (-1: the terminal's own), and attributes that
 * say the same where there is none. Blue is positive and orange negative: told
 * apart by nearly everybody, and in the middle of the scale of brightness, so that
 * both show on black and on white. With eight colours red stands for orange,
 * because plain yellow cannot be read on white. */
typedef struct {
    short  in256, in8;
    attr_t also, alone;     /* with colours; without */
} Look;

static const Look looks[STYLES] = {
    [STYLE_DIM]       = { 244, -1, 0, A_DIM },
    [STYLE_BOLD]      = { -1, -1, A_BOLD, A_BOLD },
    [STYLE_TITLE]     = { -1, -1, A_BOLD, A_BOLD },
    [STYLE_BAR]       = { -1, -1, A_REVERSE, A_REVERSE },
    [STYLE_KEY]       = { -1, -1, A_BOLD, A_BOLD },
    [STYLE_FOCUS]     = { 33, COLOR_CYAN, A_BOLD, A_BOLD },
    [STYLE_CURSOR]    = { -1, -1, A_REVERSE, A_REVERSE },
    [STYLE_ACTIVE]    = { -1, -1, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE },
    [STYLE_GOOD]      = { 35, COLOR_GREEN, 0, 0 },
    [STYLE_WARN]      = { 161, COLOR_MAGENTA, A_BOLD, A_BOLD },
    [STYLE_POSITIVE1] = { 103, COLOR_BLUE, 0, 0 },
    [STYLE_POSITIVE2] = { 67, COLOR_BLUE, 0, 0 },
    [STYLE_POSITIVE3] = { 68, COLOR_BLUE, A_BOLD, 0 },
    [STYLE_POSITIVE4] = { 33, COLOR_BLUE, A_BOLD, A_BOLD },
    [STYLE_POSITIVE5] = { 27, COLOR_BLUE, A_BOLD, A_BOLD },
    [STYLE_NEGATIVE1] = { 138, COLOR_RED, 0, A_UNDERLINE },
    [STYLE_NEGATIVE2] = { 137, COLOR_RED, 0, A_UNDERLINE },
    [STYLE_NEGATIVE3] = { 136, COLOR_RED, A_BOLD, A_UNDERLINE },
    [STYLE_NEGATIVE4] = { 130, COLOR_RED, A_BOLD, A_UNDERLINE | A_BOLD },
    [STYLE_NEGATIVE5] = { 166, COLOR_RED, A_BOLD, A_UNDERLINE | A_BOLD },
    [STYLE_SERIES1]   = { 33, COLOR_BLUE, 0, 0 },
    [STYLE_SERIES2]   = { 166, COLOR_RED, 0, 0 },
    [STYLE_SERIES3]   = { 35, COLOR_GREEN, 0, 0 },
    [STYLE_SERIES4]   = { 133, COLOR_MAGENTA, 0, 0 },
    [STYLE_SERIES5]   = { 37, COLOR_CYAN, 0, 0 },
    [STYLE_SERIES6]   = { 136, COLOR_YELLOW, 0, 0 }
};

static void looks_open(void)
{
    int wanted = terminal_colours();
    colours = 0;
    if (wanted && start_color() == OK && use_default_colors() == OK)
        colours = wanted >= 256 && COLORS >= 256 ? 256 : COLORS >= 8 ? 8 : 0;
    for (int i = 0; i < STYLES; i++) {
        const Look *l = &looks[i];
        int colour = i == STYLE_NORMAL ? -1 : colours == 256 ? l->in256 : l->in8;
        look[i] = colours ? l->also : l->alone;
        if (!colours || colour < 0) continue;
        if (init_pair((short)(i + 1), (short)colour, -1) == OK)
            look[i] |= (chtype)COLOR_PAIR(i + 1);
    }
}

/* --- open and close ------------------------------------------------------------------ */

/* Append a terminfo capability without its padding marks ("$<5>"). */
static void add_capability(Text *t, const char *name)
{
    const char *s = tigetstr((char *)name);
    if (!s || s == (char *)-1) return;
    while (*s) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end) s = end + 1;
        else text_addc(t, *s++);
    }
}

/* The bytes that undo all that curses and we may have written. */
static void guard_screen(void)
{
    Text t = { 0 };
    const char *mouse = tigetstr((char *)"kmous");
    if (mouse && mouse != (char *)-1) text_add(&t, "\033[?1000l\033[?1002l\033[?1006l");
    add_capability(&t, "op");
    add_capability(&t, "sgr0");
    add_capability(&t, "rmacs");
    add_capability(&t, "rmkx");
    add_capability(&t, "cnorm");
    add_capability(&t, "rmcup");
    terminal_taken(text_str(&t), t.len);
    text_free(&t);
}

/* Is TERM known, and can it place the cursor and clear? */
static bool can_address(bool *known)
{
    TERMINAL *before = cur_term;
    int found = 0;
    *known = setupterm(NULL, STDOUT_FILENO, &found) == OK && found == 1;
    bool good = *known && tigetstr((char *)"cup") && tigetstr((char *)"clear");
    TERMINAL *own = cur_term;
    if (own != before) {
        set_curterm(before);
        del_curterm(own);
    }
    return good;
}

static Status refuse(Diag *d)
{
    Span none = { 0, 0 };
    const char *name = getenv("TERM");
    bool known = false;
    if (!terminal_interactive()) {
        diag_set(d, E_IO, none, "a full-screen view needs a terminal to read and to write");
    } else if (!name || !*name) {
        diag_set(d, E_IO, none, "a full-screen view needs to know the terminal: TERM is not set");
    } else if (!can_address(&known)) {
        const char *why = known ? "cannot place its cursor" : "is not known on this machine";
        diag_set(d, E_IO, none, "the terminal \"%.60s\" %s", name, why);
    } else {
        return OK;
    }
    return diag_hint(d, "The same can be had as text; most terminals also understand "
                        "TERM=xterm-256color.");
}

static void modes_open(void)
{
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    set_escdelay(25);
    curs_set(0);
}

static void forget_shown(void)
{
    canvas_free(shown);
    shown = NULL;
}

static void take_size(void)
{
    int w, h;
    terminal_size(&w, &h);
    if (w != COLS || h != LINES) resizeterm(h, w);
    erase();
    clearok(stdscr, TRUE);
    forget_shown();
}

/* Set an environment variable (NULL: remove it); returns what it was, to be freed. */
static char *swap_variable(const char *name, const char *value)
{
    const char *now = getenv(name);
    char *old = now ? mem_str(now) : NULL;
    if (value) setenv(name, value, 1);
    else unsetenv(name);
    return old;
}

static SCREEN *open_at_size(void)
{
    int w, h;
    char width[16], height[16];
    terminal_size(&w, &h);
    snprintf(width, sizeof width, "%d", w);
    snprintf(height, sizeof height, "%d", h);
    char *old_w = swap_variable("COLUMNS", width), *old_h = swap_variable("LINES", height);
    use_env(TRUE);
    use_tioctl(FALSE);
    SCREEN *s = newterm(NULL, stdout, stdin);
    free(swap_variable("COLUMNS", old_w));
    free(swap_variable("LINES", old_h));
    free(old_w);
    free(old_h);
    return s;
}

Status screen_open(Diag *d)
{
    if (screen) return OK;
    Status refused = refuse(d);
    if (refused != OK) return refused;
    fflush(stdout);
    for (int i = 0; i < OUR_SIGNALS; i++) loop_catch(our_signals[i]);
    terminal_taken("", 0);
    screen = open_at_size();
    if (!screen) {
        terminal_returned();
        for (int i = 0; i < OUR_SIGNALS; i++) loop_uncatch(our_signals[i]);
        return diag_set(d, E_IO, (Span){ 0, 0 }, "the terminal could not be opened for a view");
    }
    set_term(screen);
    guard_screen();
    modes_open();
    looks_open();
    utf8 = terminal_utf8();
    take_size();
    return OK;
}

void screen_close(void)
{
    if (!screen) return;
    screen_mouse(false);
    curs_set(1);
    endwin();
    delscreen(screen);
    screen = NULL;
    forget_shown();
    terminal_returned();
    for (int i = 0; i < OUR_SIGNALS; i++) loop_uncatch(our_signals[i]);
}

bool screen_is_open(void)
{
    return screen != NULL;
}

void screen_size(int *w, int *h)
{
    if (screen) {
        *w = COLS;
        *h = LINES;
    } else {
        terminal_size(w, h);
    }
}

int screen_colours(void)
{
    return colours;
}

bool screen_utf8(void)
{
    return utf8;
}

/* --- draw ---------------------------------------------------------------------------- */

static void draw_cell(const Canvas *c, int x, int y)
{
    Cell cell = canvas_at(c, x, y);
    if (cell.glyph == 0 && utf8 && x > 0) return;
    chtype style = look[cell.style < STYLES ? cell.style : STYLE_NORMAL];
    wchar_t s[2] = { (wchar_t)(utf8 ? cell.glyph : (uint32_t)glyph_ascii(cell.glyph)), 0 };
    cchar_t out;
    setcchar(&out, s, style & ~(chtype)A_COLOR, (short)PAIR_NUMBER(style), NULL);
    mvadd_wch(y, x, &out);
}

/* The cells from..to - 1 of a row that differ from what is shown; false: none. The right
 * half of a wide character goes with its left one. */
static bool row_changed(const Canvas *c, int y, int *from, int *to)
{
    *from = 0;
    *to = c->w;
    if (!shown || shown->w != c->w || shown->h != c->h) return true;
    size_t row = (size_t)y * (size_t)c->w;
    const Cell *is = c->cell + row, *was = shown->cell + row;
    while (*from < *to && !memcmp(&is[*from], &was[*from], sizeof *is)) ++*from;
    while (*to > *from && !memcmp(&is[*to - 1], &was[*to - 1], sizeof *is)) --*to;
    if (*from == *to) return false;
    while (*from > 0 && (!is[*from].glyph || !was[*from].glyph)) --*from;
    while (*to < c->w && (!is[*to].glyph || !was[*to].glyph)) ++*to;
    return true;
}

static bool cell_changed(const Canvas *c, int x, int y)
{
    if (!shown || shown->w != c->w || shown->h != c->h) return true;
    size_t at = (size_t)y * (size_t)c->w + (size_t)x;
    return memcmp(&shown->cell[at], &c->cell[at], sizeof *c->cell) != 0;
}

static void remember(const Canvas *c)
{
    if (!shown || shown->w != c->w || shown->h != c->h) {
        forget_shown();
        shown = canvas_new(c->w, c->h);
    }
    memcpy(shown->cell, c->cell, (size_t)c->w * (size_t)c->h * sizeof *c->cell);
}

void screen_draw(const Canvas *c)
{
    if (!screen) return;
    if (!shown || shown->w != c->w || shown->h != c->h) erase();
    int w = c->w < COLS ? c->w : COLS, h = c->h < LINES ? c->h : LINES;
    for (int y = 0; y < h; y++) {
        int from, to;
        if (!row_changed(c, y, &from, &to)) continue;
        bool wide = false;
        for (int x = from; x < to; x++) wide |= !c->cell[y * c->w + x].glyph;
        for (int x = from; x < to && x < w; x++)
            if (wide || cell_changed(c, x, y)) draw_cell(c, x, y);
    }
    bool cursor = c->cursor.x >= 0 && c->cursor.x < w && c->cursor.y >= 0 && c->cursor.y < h;
    curs_set(cursor);
    if (cursor) move(c->cursor.y, c->cursor.x);
    refresh();
    remember(c);
}

bool screen_ready(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
    return poll(&out, 1, 0) != 0;
}

/* --- keys ---------------------------------------------------------------------------- */

/* Stop, and take the terminal again when continued. The modes that were in force
 * then are the ones to come back to. */
static void stop_and_return(void)
{
    endwin();
    terminal_returned();
    terminal_stop();
    guard_screen();
    loop_noted(SIGCONT);
}

/* Deal with what was noted; the key that tells of it, or K_NONE. */
static int signals_key(void)
{
    terminal_obey();
    bool again = loop_noted(SIGWINCH);
    if (loop_noted(SIGTSTP)) {
        stop_and_return();
        again = true;
    }
    /* Stopped by SIGSTOP: nobody asked us before, so the modes are the shell's. */
    if (loop_noted(SIGCONT)) {
        endwin();
        again = true;
    }
    if (again) {
        take_size();
        refresh();
        return K_RESIZE;
    }
    if (loop_noted(SIGINT)) {
        stop_forget();
        return K_INTERRUPT;
    }
    return K_NONE;
}

static int mouse_key(void)
{
    MEVENT e;
    if (getmouse(&e) != OK) return K_NONE;
    clicked = (Point){ e.x, e.y };
    if (e.bstate & BUTTON4_PRESSED) return K_WHEEL_UP;
    if (e.bstate & BUTTON5_PRESSED) return K_WHEEL_DOWN;
    return e.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED) ? K_CLICK : K_NONE;
}

static const struct {
    int curses, ours;
} key_names[] = {
    { KEY_UP, K_UP }, { KEY_DOWN, K_DOWN }, { KEY_LEFT, K_LEFT }, { KEY_RIGHT, K_RIGHT },
    { KEY_HOME, K_HOME }, { KEY_END, K_END }, { KEY_PPAGE, K_PAGE_UP }, { KEY_NPAGE, K_PAGE_DOWN },
    { KEY_IC, K_INSERT }, { KEY_DC, K_DELETE }, { KEY_BTAB, K_BACK_TAB }, { KEY_ENTER, '\n' },
    { KEY_BACKSPACE, 127 }, { KEY_RESIZE, K_RESIZE }
};

static int special_key(int k)
{
    if (k == KEY_MOUSE) return mouse_key();
    if (k >= KEY_F(1) && k <= KEY_F(12)) return K_F1 + (k - KEY_F(1));
    for (size_t i = 0; i < sizeof key_names / sizeof *key_names; i++)
        if (key_names[i].curses == k) return key_names[i].ours;
    return K_NONE;
}

static int plain_key(wint_t k)
{
    if (k == '\r') return '\n';
    if (k == 8) return 127;
    if (k != 12) return (int)k;
    clearok(stdscr, TRUE);
    forget_shown();
    return K_RESIZE;
}

/* A key that is there already; K_NONE when there is none. */
static int key_now(void)
{
    wint_t k;
    int kind = get_wch(&k);
    return kind == KEY_CODE_YES ? special_key((int)k) : kind == OK ? plain_key(k) : K_NONE;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int screen_key(int ms)
{
    /* Ready to be read, yet no key: a part of one, a report that was dropped, or,
     * when it happens again and again, a terminal that has gone. */
    enum { EMPTY_MOST = 64 };
    int empty = 0;
    if (!screen) return K_CLOSED;
    int64_t end = now_ms() + (ms > 0 ? ms : 0);
    for (;;) {
        int key = signals_key();
        if (key == K_NONE) key = key_now();
        if (key != K_NONE) return key;
        int64_t left = end - now_ms();
        if (ms >= 0 && left <= 0 && (ms > 0 || empty)) return K_NONE;
        switch (loop_wait(STDIN_FILENO, ms < 0 ? -1 : left > 0 ? (int)left : 0)) {
        case LOOP_TIMEOUT: return K_NONE;
        case LOOP_SIGNAL:  break;
        case LOOP_READY:
            if (++empty > EMPTY_MOST) return K_CLOSED;
        }
    }
}

void screen_mouse(bool on)
{
    if (!screen) return;
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    mouseinterval(0);
}

Point screen_click(void)
{
    return clicked;
}
