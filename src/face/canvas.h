/* canvas.h -- a grid of cells that views draw on.
 *
 * A Canvas knows no terminal: screen.c shows it, canvas_print writes it as plain
 * text (the text twin), and tests read it. All drawing is clipped to the clip
 * rectangle, so nothing outside it is ever touched and any coordinates are
 * allowed. (0, 0) is the upper left cell. A cell holds one character; one that is
 * two columns wide also owns the cell to its right. Characters of no width, and
 * those that would upset a terminal, are never stored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_CANVAS_H
#define GRADUS_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* What a cell means; screen.c says how that looks by the terminal's colours. */
typedef enum {
    STYLE_NORMAL,
    STYLE_DIM,          /* frames, hints, what is not the point now       */
    STYLE_BOLD,
    STYLE_TITLE,        /* of a pane                                      */
    STYLE_BAR,          /* the line at the top                            */
    STYLE_KEY,          /* a key in the footer                            */
    STYLE_FOCUS,        /* frame and title of the pane that has the keys  */
    STYLE_CURSOR,       /* what is selected                               */
    STYLE_ACTIVE,       /* what is being computed in this step            */
    STYLE_GOOD,
    STYLE_WARN,
    STYLE_POSITIVE1, STYLE_POSITIVE2, STYLE_POSITIVE3, STYLE_POSITIVE4, STYLE_POSITIVE5,
    STYLE_NEGATIVE1, STYLE_NEGATIVE2, STYLE_NEGATIVE3, STYLE_NEGATIVE4, STYLE_NEGATIVE5,
    STYLE_SERIES1, STYLE_SERIES2, STYLE_SERIES3, STYLE_SERIES4, STYLE_SERIES5, STYLE_SERIES6,
    STYLES
} Style;

typedef struct {
    uint32_t glyph;     /* Unicode; 0: the right half of the character before */
    uint16_t style;     /* a Style                                            */
    uint16_t arms;      /* of a frame character: canvas.c's own, for joining  */
} Cell;

typedef struct {
    int x, y, w, h;
} Rect;

typedef struct {
    int x, y;
} Point;

typedef struct Canvas {
    int   w, h;
    Rect  clip;         /* always inside the canvas */
    Point cursor;       /* where the terminal's cursor stands; x < 0: hidden */
    Cell *cell;         /* w*h, row by row */
} Canvas;

/* --- make and free ----------------------------------------------------------------- */

enum { CANVAS_MOST = 1000 };    /* columns or rows; more, or less than 1, is clamped */

Canvas *canvas_new(int w, int h);               /* blank, in STYLE_NORMAL */
void    canvas_free(Canvas *c);                 /* NULL is fine */
void    canvas_clear(Canvas *c);                /* blank, clip whole, cursor hidden */

/* Draw only inside r from now on; returns the clip before, to be put back. A
 * clip set inside a narrower one is not limited by it. */
Rect canvas_clip(Canvas *c, Rect r);

/* The cell at (x, y); outside: a blank. */
Cell canvas_at(const Canvas *c, int x, int y);

/* --- cells and text ------------------------------------------------------------------ */

/* One character. Returns the columns it takes (0 .. 2). */
int canvas_put(Canvas *c, Point at, Style s, uint32_t glyph);

/* UTF-8 from `at` to the right, one row (a newline ends it, a tab is a blank).
 * Returns the columns of the text, drawn or clipped. */
int canvas_text(Canvas *c, Point at, Style s, const char *utf8);
int canvas_textf(Canvas *c, Point at, Style s, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same in `width` columns; what does not fit ends in an ellipsis. A negative
 * width sets the text flush right in -width columns. */
void canvas_fit(Canvas *c, Point at, int width, Style s, const char *utf8);

/* Words in as many rows of r as they need; newlines are kept. Returns the rows
 * used (those beyond r.h are counted, and not drawn). */
int canvas_wrap(Canvas *c, Rect r, Style s, const char *utf8);

void canvas_fill(Canvas *c, Rect r, Style s, uint32_t glyph);
void canvas_style(Canvas *c, Rect r, Style s);          /* glyphs stay */

/* --- lines and boxes ----------------------------------------------------------------- */

typedef enum { LINE_LIGHT, LINE_HEAVY } LineWeight;

/* A frame along the edge of r, with a title in its upper edge (NULL: none).
 * Frames that share an edge join: the corners become T's and crosses. */
void canvas_box(Canvas *c, Rect r, Style s, const char *title);

/* Row or column of frame characters between two points in one row or column,
 * both included, joining what they meet. */
void canvas_rule(Canvas *c, Point a, Point b, Style s, LineWeight weight);

/* A straight line, both ends included, of the characters that lie best along it
 * (flat, steep or slanting); two slants that cross make a cross. */
void canvas_line(Canvas *c, Point a, Point b, Style s, LineWeight weight);

/* A wire: level from a to column `turn`, up or down there, level on to b, with
 * joined corners. turn lies between a.x and b.x. */
void canvas_wire(Canvas *c, Point a, Point b, int turn, Style s);

/* --- signed numbers ------------------------------------------------------------------ */

/* The style of v on a scale of -most .. most: its sign and one of five
 * intensities; STYLE_DIM for 0, STYLE_WARN for what is not finite. */
Style style_signed(double v, double most);

/* v as a bar of `width` columns: its sign, then shading; readable without colour.
 * " 0" reads "·", not finite "!". */
void canvas_shade(Canvas *c, Point at, int width, double v, double most);

/* One of the eight blocks of rising height: level 0 (blank) .. 8 (full). */
uint32_t glyph_block(int level);

/* --- the text twin ------------------------------------------------------------------- */

/* The one-column ASCII stand-in of a glyph; '?' when there is none. */
char glyph_ascii(uint32_t glyph);

/* Append the canvas as text, a newline after each row, blanks at the ends of rows
 * and empty rows at the end left out. */
void canvas_print(const Canvas *c, bool ascii, Text *to);

#endif
