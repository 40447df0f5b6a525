/* screen.h -- the full-screen view: one canvas out, one key in.
 *
 * screen.c is the only file that includes curses. The prompt must have let go of
 * the terminal before screen_open (a command runs outside line_read, so it has;
 * otherwise line_suspend). Terminals without cursor addressing, and unknown ones,
 * are refused with a sentence; the caller then prints the text twin.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SCREEN_H
#define GRADUS_SCREEN_H

#include <stdbool.h>

#include "base/diag.h"
#include "face/canvas.h"

/* What screen_key gives: a Unicode character (1 .. 0x10FFFF; Ctrl-A is 1, Enter
 * '\n', Tab '\t', Escape 27, Backspace always 127), or one of these. */
enum {
    K_NONE = 0,             /* nothing came in time, or a signal that is dealt with */
    K_UP = 0x110000, K_DOWN, K_LEFT, K_RIGHT,
    K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN, K_INSERT, K_DELETE, K_BACK_TAB,
    K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11, K_F12,
    K_CLICK,                /* see screen_click                                      */
    K_WHEEL_UP, K_WHEEL_DOWN,
    K_RESIZE,               /* draw anew: the size changed, or we were stopped       */
    K_INTERRUPT,            /* Ctrl-C                                                */
    K_CLOSED                /* the terminal is gone: leave                           */
};

/* Take the terminal. E_IO with a sentence when it cannot be done. */
Status screen_open(Diag *d);

/* Give it back; nothing when it is not taken. */
void screen_close(void);

bool screen_is_open(void);

/* Columns and rows now, each 1 .. 1000. */
void screen_size(int *w, int *h);

/* Colours in use: 0, 8 or 256; and whether glyphs beyond ASCII can be shown (the
 * canvas is drawn with stand-ins when not). */
int  screen_colours(void);
bool screen_utf8(void);

/* Show c in the upper left corner; what of it does not fit is cut, what it does
 * not cover is blank. Only what changed is sent. */
void screen_draw(const Canvas *c);

/* Would the terminal take more now? Not while it is still busy with the last picture. */
bool screen_ready(void);

/* The next key, waiting ms milliseconds at most (-1: for ever, 0: not at all).
 * Others' pipes and timers are served meanwhile. Ctrl-Z stops and comes back as
 * K_RESIZE; Ctrl-L repaints everything and also comes back as K_RESIZE. Does not
 * return when the program is asked to end (TERM, HUP). */
int screen_key(int ms);

/* Mouse reports, off at first; where the last K_CLICK or wheel was. */
void  screen_mouse(bool on);
Point screen_click(void);

#endif
