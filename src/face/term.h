/* term.h -- the terminal: what it can do, how large it is, and the promise
 * that it comes back.
 *
 * Colours and glyphs follow what the user said, then NO_COLOR, then TERM and
 * the locale. The guard saves the terminal's modes when the program starts and
 * gives them back on every way out, a crash included (all but SIGKILL, which
 * nobody can answer).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_FACE_TERM_H
#define GRADUS_FACE_TERM_H

#include <stdbool.h>
#include <stddef.h>

/* --- what it can do ------------------------------------------------------------------ */

typedef enum { COLOUR_AUTO, COLOUR_NEVER, COLOUR_ALWAYS } ColourChoice;

/* What the user said on the command line or with `set`; it wins over all else. */
void terminal_choose_colour(ColourChoice choice);
void terminal_choose_ascii(bool ascii);

/* Standard input and output are both a terminal. */
bool terminal_interactive(void);

/* TERM is unset, empty, "dumb" or "unknown": no escapes at all. */
bool terminal_dumb(void);

/* Colours to use when writing to standard output: 0, 8 or 256. */
int terminal_colours(void);

/* What TERM and COLORTERM say by name, whatever the user chose: 0, 8 or 256.
 * By name and not from terminfo, because a laptop's kitty or foot is unknown to
 * the terminfo of the machine it is logged into. Exposed for the tests. */
int terminal_colours_of(const char *term, const char *colorterm);

/* May glyphs beyond ASCII be written? By the locale's codeset (setlocale must
 * have run), never by TERM. */
bool terminal_utf8(void);

enum { TERMINAL_MOST = 1000 };  /* columns or rows; ncurses dies beyond 16 bits */

/* Columns and rows, each 1 .. TERMINAL_MOST; 80 x 24 when nobody knows. */
void terminal_size(int *w, int *h);

/* --- the promise that it comes back ---------------------------------------------------- */

/* Save the terminal's modes and catch the signals that would end the program.
 * Crashes (SEGV, ABRT, BUS, FPE, ILL), QUIT and XCPU give the terminal back at
 * once and die by the same signal. TERM and HUP first ask: stop_flag is set and
 * the loop woken, and terminal_obey ends the program in good order; a second one,
 * or LIMIT_LEAVE seconds, end it at once. `leave` (may be NULL) runs in ordinary
 * context before such an end: time to save. A HUP or QUIT that was ignored at
 * the start stays ignored. */
enum { LIMIT_LEAVE = 1 };
void terminal_guard(void (*leave)(void));

/* An alternate signal stack for the calling thread; each worker calls it first,
 * or its stack overflow would leave the terminal broken. */
void terminal_guard_thread(void);

/* The terminal is about to be put into another mode, and `bytes` (n of them)
 * undo what was written to it. Each call replaces the one before. */
void terminal_taken(const char *bytes, size_t n);

/* It has been given back in the ordinary way. */
void terminal_returned(void);

/* If TERM or HUP came: call `leave`, give the terminal back, die by that signal.
 * Otherwise nothing. Called wherever the program waits. */
void terminal_obey(void);

/* Stop as SIGTSTP would by default; returns when the program is continued. The
 * caller has given the terminal back before. */
void terminal_stop(void);

#endif
