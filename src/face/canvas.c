/* canvas.c -- a grid of cells that views draw on.
 *
 * Frames join by arithmetic: every frame character is a set of arms (up, right,
 * down, left), and drawing one over another draws the union of their arms. The set
 * is kept beside the glyph, because a line's free end has one arm but looks like two.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "face/canvas.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- UTF-8 --------------------------------------------------------------------------- */

static int utf8_put(char out[4], uint32_t g)
{
    if (g < 0x80) {
        out[0] = (char)g;
        return 1;
    }
    int n = g < 0x800 ? 2 : g < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (int i = n - 1; i > 0; i--, g >>= 6) out[i] = (char)(0x80 | (g & 0x3F));
    out[0] = (char)(lead[n] | g);
    return n;
}

/* The character at s; returns its bytes (at least 1), '?' for what is no UTF-8. */
static int utf8_get(const char *s, uint32_t *g)
{
    const unsigned char *u = (const unsigned char *)s;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    int n = *u < 0x80 ? 1 : *u < 0xC2 ? 0 : *u < 0xE0 ? 2 : *u < 0xF0 ? 3 : *u < 0xF5 ? 4 : 0;
    uint32_t v = n == 1 ? *u : *u & (0x7Fu >> n);
    for (int i = 1; i < n; i++) {
        if ((u[i] & 0xC0) != 0x80) n = 0;
        else v = v << 6 | (u[i] & 0x3F);
    }
    bool wrong = n == 0 || v < least[n] || v > 0x10FFFF || (v >= 0xD800 && v < 0xE000);
    *g = wrong ? '?' : v;
    return wrong ? 1 : n;
}

/* Direction marks and other invisible characters that move what comes after. */
static bool is_treacherous(uint32_t g)
{
    return (g >= 0x200B && g <= 0x200F) || (g >= 0x2028 && g <= 0x202E)
        || (g >= 0x2060 && g <= 0x206F) || g == 0xFEFF || g == 0x061C;
}

static int glyph_columns(uint32_t g)
{
    if (g >= 0x20 && g < 0x7F) return 1;
    if (g >= 0x2500 && g < 0x2600) return 1;
    if (is_treacherous(g)) return 0;
    char s[4];
    int n = text_columns(s, (size_t)utf8_put(s, g));
    return n < 0 ? 0 : n > 2 ? 2 : n;
}

/* What may stand in a cell: controls become '?', blanks of all kinds a blank. */
static uint32_t glyph_safe(uint32_t g)
{
    if (g == '\t' || g == '\n' || g == 0xA0) return ' ';
    if (g < 0x20 || (g >= 0x7F && g < 0xA0) || g > 0x10FFFF) return '?';
    return g;
}

/* --- make and free ------------------------------------------------------------------- */

static int clamp(int v)
{
    return v < 1 ? 1 : v > CANVAS_MOST ? CANVAS_MOST : v;
}

Canvas *canvas_new(int w, int h)
{
    Canvas *c = mem_new(sizeof *c);
    c->w = clamp(w);
    c->h = clamp(h);
    c->cell = mem_new((size_t)c->w * (size_t)c->h * sizeof *c->cell);
    canvas_clear(c);
    return c;
}

void canvas_free(Canvas *c)
{
    if (!c) return;
    free(c->cell);
    free(c);
}

void canvas_clear(Canvas *c)
{
    for (int i = 0; i < c->w * c->h; i++) c->cell[i] = (Cell){ ' ', STYLE_NORMAL, 0 };
    c->clip = (Rect){ 0, 0, c->w, c->h };
    c->cursor = (Point){ -1, -1 };
}

/* a + n without overflow; sizes below 0 count as 0. */
static int edge(int a, int n)
{
    int64_t e = (int64_t)a + (n > 0 ? n : 0);
    return e > INT32_MAX ? INT32_MAX : (int)e;
}

static Rect meet(Rect a, Rect b)
{
    int x = a.x > b.x ? a.x : b.x;
    int y = a.y > b.y ? a.y : b.y;
    int right = edge(a.x, a.w) < edge(b.x, b.w) ? edge(a.x, a.w) : edge(b.x, b.w);
    int low = edge(a.y, a.h) < edge(b.y, b.h) ? edge(a.y, a.h) : edge(b.y, b.h);
    if (right <= x || low <= y) return (Rect){ 0, 0, 0, 0 };
    return (Rect){ x, y, right - x, low - y };
}

Rect canvas_clip(Canvas *c, Rect r)
{
    Rect old = c->clip;
    c->clip = meet(r, (Rect){ 0, 0, c->w, c->h });
    return old;
}

Cell canvas_at(const Canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->w || y >= c->h) return (Cell){ ' ', STYLE_NORMAL, 0 };
    return c->cell[y * c->w + x];
}

/* --- cells and text ------------------------------------------------------------------ */

static bool inside(const Canvas *c, int x, int y)
{
    return x >= c->clip.x && y >= c->clip.y && x < c->clip.x + c->clip.w
        && y < c->clip.y + c->clip.h;
}

/* Store one cell; the other half of a wide character that loses one becomes a
 * blank. */
static void store(Canvas *c, int x, int y, uint32_t glyph, Style s)
{
    Cell *cell = &c->cell[y * c->w + x];
    if (cell->glyph == 0 && x > 0 && glyph != 0) cell[-1].glyph = ' ';
    if (x + 1 < c->w && cell[1].glyph == 0) cell[1].glyph = ' ';
    *cell = (Cell){ glyph, (uint16_t)s, 0 };
}

int canvas_put(Canvas *c, Point at, Style s, uint32_t glyph)
{
    glyph = glyph_safe(glyph);
    int columns = glyph_columns(glyph);
    if (columns == 0) return 0;
    if (columns == 1) {
        if (inside(c, at.x, at.y)) store(c, at.x, at.y, glyph, s);
        return 1;
    }
    bool left = inside(c, at.x, at.y), right = at.x < INT32_MAX && inside(c, at.x + 1, at.y);
    if (left && right) {
        store(c, at.x, at.y, glyph, s);
        store(c, at.x + 1, at.y, 0, s);
    } else if (left) {
        store(c, at.x, at.y, ' ', s);
    } else if (right) {
        store(c, at.x + 1, at.y, ' ', s);
    }
    return 2;
}

int canvas_text(Canvas *c, Point at, Style s, const char *utf8)
{
    int columns = 0;
    while (*utf8 && *utf8 != '\n') {
        uint32_t g;
        utf8 += utf8_get(utf8, &g);
        columns += canvas_put(c, (Point){ edge(at.x, columns), at.y }, s, g);
    }
    return columns;
}

int canvas_textf(Canvas *c, Point at, Style s, const char *fmt, ...)
{
    Text t = { 0 };
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(&t, fmt, ap);
    va_end(ap);
    int columns = canvas_text(c, at, s, text_str(&t));
    text_free(&t);
    return columns;
}

/* Columns of the one row at s, as canvas_text draws it. */
static int row_columns(const char *s)
{
    int columns = 0;
    while (*s && *s != '\n') {
        uint32_t g;
        s += utf8_get(s, &g);
        columns += glyph_columns(glyph_safe(g));
    }
    return columns;
}

void canvas_fit(Canvas *c, Point at, int width, Style s, const char *utf8)
{
    bool right = width < 0;
    width = abs(width);
    int all = row_columns(utf8);
    if (all <= width) {
        canvas_text(c, (Point){ right ? edge(at.x, width - all) : at.x, at.y }, s, utf8);
        return;
    }
    if (width == 0) return;
    Rect old = c->clip;
    c->clip = meet(old, (Rect){ at.x, at.y, width - 1, 1 });
    canvas_text(c, at, s, utf8);
    c->clip = old;
    canvas_put(c, (Point){ edge(at.x, width - 1), at.y }, s, 0x2026);
}

/* The bytes of s that make one row of `width` columns: up to a newline, or to
 * the last blank that fits, or as many characters as fit (at least one). */
static int row_bytes(const char *s, int width)
{
    int used = 0, at = 0, blank = 0;
    while (s[at] && s[at] != '\n') {
        uint32_t g;
        int n = utf8_get(s + at, &g);
        used += glyph_columns(glyph_safe(g));
        if (g == ' ') blank = at;
        if (used > width && g != ' ') return blank ? blank : at ? at : n;
        at += n;
    }
    return at;
}

int canvas_wrap(Canvas *c, Rect r, Style s, const char *utf8)
{
    int rows = 0;
    Rect old = c->clip;
    c->clip = meet(old, r);
    while (*utf8) {
        int n = row_bytes(utf8, r.w);
        char *row = mem_strn(utf8, (size_t)n);
        canvas_text(c, (Point){ r.x, edge(r.y, rows) }, s, row);
        free(row);
        utf8 += n;
        if (*utf8 == '\n') utf8++;
        else while (*utf8 == ' ') utf8++;
        rows++;
    }
    c->clip = old;
    return rows;
}

void canvas_fill(Canvas *c, Rect r, Style s, uint32_t glyph)
{
    r = meet(r, c->clip);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++) canvas_put(c, (Point){ x, y }, s, glyph);
}

void canvas_style(Canvas *c, Rect r, Style s)
{
    r = meet(r, c->clip);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++) c->cell[y * c->w + x].style = (uint16_t)s;
}

/* --- lines and boxes ----------------------------------------------------------------- */

enum { UP = 1, RIGHT = 2, DOWN = 4, LEFT = 8, HEAVY = 16 };

/* By the set of arms. A single arm is drawn as the whole line. */
static const uint32_t joint[2][16] = {
    { ' ', 0x2502, 0x2500, 0x2514, 0x2502, 0x2502, 0x250C, 0x251C,
      0x2500, 0x2518, 0x2500, 0x2534, 0x2510, 0x2524, 0x252C, 0x253C },
    { ' ', 0x2503, 0x2501, 0x2517, 0x2503, 0x2503, 0x250F, 0x2523,
      0x2501, 0x251B, 0x2501, 0x253B, 0x2513, 0x252B, 0x2533, 0x254B }
};

/* The arms a frame character shows, with HEAVY; 0: it is none. */
static int arms_of(uint32_t glyph)
{
    static const int order[] = { 5, 10, 3, 6, 7, 9, 11, 12, 13, 14, 15 };
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof order / sizeof *order; i++)
            if (joint[k][order[i]] == glyph) return order[i] | (k ? HEAVY : 0);
    return 0;
}

/* Add arms to the cell at p. */
static void put_arms(Canvas *c, Point p, Style s, int arms, LineWeight weight)
{
    if (!inside(c, p.x, p.y)) return;
    Cell old = canvas_at(c, p.x, p.y);
    arms |= (old.arms ? old.arms : arms_of(old.glyph)) | (weight == LINE_HEAVY ? HEAVY : 0);
    store(c, p.x, p.y, joint[(arms & HEAVY) != 0][arms & 15], s);
    c->cell[p.y * c->w + p.x].arms = (uint16_t)arms;
}

static int sign_of(int v)
{
    return (v > 0) - (v < 0);
}

void canvas_rule(Canvas *c, Point a, Point b, Style s, LineWeight weight)
{
    bool level = a.y == b.y;
    int from = level ? a.x : a.y, to = level ? b.x : b.y;
    if (!level && a.x != b.x) return;
    if (from > to) {
        int t = from;
        from = to;
        to = t;
    }
    int back = level ? LEFT : UP, ahead = level ? RIGHT : DOWN;
    int first = from < -1 ? -1 : from, last = to > CANVAS_MOST ? CANVAS_MOST : to;
    for (int i = first; i <= last; i++) {
        int arms = (i > from ? back : 0) | (i < to ? ahead : 0);
        if (!arms) arms = back | ahead;
        put_arms(c, level ? (Point){ i, a.y } : (Point){ a.x, i }, s, arms, weight);
    }
}

void canvas_box(Canvas *c, Rect r, Style s, const char *title)
{
    if (r.w < 2 || r.h < 2) return;
    int right = edge(r.x, r.w - 1), low = edge(r.y, r.h - 1);
    Point nw = { r.x, r.y }, ne = { right, r.y }, sw = { r.x, low }, se = { right, low };
    canvas_rule(c, nw, ne, s, LINE_LIGHT);
    canvas_rule(c, sw, se, s, LINE_LIGHT);
    canvas_rule(c, nw, sw, s, LINE_LIGHT);
    canvas_rule(c, ne, se, s, LINE_LIGHT);
    if (!title || !*title || r.w < 6) return;
    int width = row_columns(title);
    if (width > r.w - 4) width = r.w - 4;
    canvas_put(c, (Point){ edge(r.x, 1), r.y }, s, ' ');
    canvas_fit(c, (Point){ edge(r.x, 2), r.y }, width, s == STYLE_FOCUS ? s : STYLE_TITLE, title);
    canvas_put(c, (Point){ edge(r.x, 2 + width), r.y }, s, ' ');
}

enum { SLANT_UP = 0x2571, SLANT_DOWN = 0x2572, SLANT_BOTH = 0x2573 };

/* One character of a straight line; crossing slants make a cross. */
static void put_stroke(Canvas *c, Point p, Style s, uint32_t glyph)
{
    uint32_t old = canvas_at(c, p.x, p.y).glyph;
    bool slant = glyph == SLANT_UP || glyph == SLANT_DOWN;
    if (slant && (old == SLANT_BOTH || old + glyph == SLANT_UP + SLANT_DOWN)) glyph = SLANT_BOTH;
    canvas_put(c, p, s, glyph);
}

static int rounded(int64_t over, int64_t under)
{
    return (int)((2 * over + (over < 0 ? -under : under)) / (2 * under));
}

void canvas_line(Canvas *c, Point a, Point b, Style s, LineWeight weight)
{
    int64_t dx = (int64_t)b.x - a.x, dy = (int64_t)b.y - a.y;
    if (llabs(dx) > CANVAS_MOST || llabs(dy) > CANVAS_MOST) return;
    bool wide = llabs(dx) >= llabs(dy);
    int64_t n = wide ? llabs(dx) : llabs(dy);
    uint32_t slant = (dx > 0) == (dy > 0) ? SLANT_DOWN : SLANT_UP;
    uint32_t straight = joint[weight == LINE_HEAVY][wide ? RIGHT : UP];
    int64_t across = wide ? dy : dx;
    for (int64_t i = 0; i <= n; i++) {
        int off = n ? rounded(across * i, n) : 0;
        /* The slant stands where the line leaves its row, half way to the next. */
        int next = n && i < n ? rounded(across * (i + 1), n) : off;
        int step = (int)i * sign_of((int)(wide ? dx : dy));
        Point p = wide ? (Point){ a.x + step, a.y + off } : (Point){ a.x + off, a.y + step };
        bool last_of_slant = i == n && llabs(dx) == llabs(dy) && n > 0;
        put_stroke(c, p, s, next != off || last_of_slant ? slant : straight);
    }
}

void canvas_wire(Canvas *c, Point a, Point b, int turn, Style s)
{
    Point knee = { turn, a.y }, foot = { turn, b.y };
    if (a.x != turn) canvas_rule(c, a, knee, s, LINE_LIGHT);
    if (a.y != b.y) canvas_rule(c, knee, foot, s, LINE_LIGHT);
    if (b.x != turn) canvas_rule(c, foot, b, s, LINE_LIGHT);
}

/* --- signed numbers ------------------------------------------------------------------ */

/* 1 .. 5 by the size of v against most. */
static int intensity(double v, double most)
{
    double part = fabs(v) / most;
    if (!(most > 0) || part >= 1) return 5;
    return part <= 0.2 ? 1 : (int)ceil(part * 5);
}

Style style_signed(double v, double most)
{
    if (!isfinite(v)) return STYLE_WARN;
    if (v == 0) return STYLE_DIM;
    Style first = v > 0 ? STYLE_POSITIVE1 : STYLE_NEGATIVE1;
    return (Style)((int)first + intensity(v, most) - 1);
}

void canvas_shade(Canvas *c, Point at, int width, double v, double most)
{
    static const uint32_t shade[] = { 0x2591, 0x2591, 0x2592, 0x2593, 0x2588 };
    Style s = style_signed(v, most);
    uint32_t sign = !isfinite(v) ? '!' : v > 0 ? '+' : v < 0 ? '-' : 0xB7;
    uint32_t fill = sign == '+' || sign == '-' ? shade[intensity(v, most) - 1] : ' ';
    for (int i = 0; i < width; i++)
        canvas_put(c, (Point){ edge(at.x, i), at.y }, s, i == 0 ? sign : fill);
}

uint32_t glyph_block(int level)
{
    return level <= 0 ? ' ' : 0x2580 + (uint32_t)(level > 8 ? 8 : level);
}

/* --- the text twin ------------------------------------------------------------------- */

typedef struct {
    uint32_t    from;       /* the first of a run ...                  */
    const char *ascii;      /* ... of as many glyphs as letters here   */
} AsciiRun;

static const AsciiRun ascii_run[] = {
    { 0xB1, "~23'" }, { 0xB5, "u" }, { 0xB7, "." }, { 0xB9, "1" }, { 0xD7, "*" }, { 0xF7, "/" },
    { 0x391, "ABGDEZHQIKLMNXOPR" }, { 0x3A3, "STUFXYW" },
    { 0x3B1, "abgdezhqiklmnxoprsstufxyw" },
    { 0x2010, "------" }, { 0x2018, "'','\"\",\"" }, { 0x2022, "*" }, { 0x2026, "~" },
    { 0x2032, "'\"" }, { 0x2070, "0" }, { 0x2074, "456789+-=()n" }, { 0x2080, "0123456789+-=()" },
    { 0x2190, "<^>v-|" }, { 0x21D0, "<^>v=" }, { 0x2202, "d" }, { 0x2207, "V" }, { 0x220F, "P" },
    { 0x2211, "S-" }, { 0x2218, "o." }, { 0x221A, "v" }, { 0x221E, "8" }, { 0x2248, "~" },
    { 0x2260, "!=" }, { 0x2264, "<>" }, { 0x22C5, "." },
    { 0x2500, "-=|#--" }, { 0x2550, "=#" }, { 0x2571, "/\\X" },
    { 0x2580, "\"_.:-=+*#" }, { 0x258C, "|" }, { 0x2590, "|.:%" },
    { 0x25A0, "#o" }, { 0x25B2, "^^" }, { 0x25B6, ">>" }, { 0x25BA, ">" }, { 0x25BC, "vv" },
    { 0x25C0, "<<" }, { 0x25C4, "<" }, { 0x25C6, "*o" }, { 0x25CB, "o" }, { 0x25CF, "@" },
    { 0x2713, "v" }, { 0x2717, "x" }
};

/* By where in the cell its dots are: the upper half, the lower one, or both. */
static char braille_ascii(uint32_t dots)
{
    bool upper = dots & 0x1B, lower = dots & 0xE4;
    return upper && lower ? ':' : upper ? '\'' : '.';
}

char glyph_ascii(uint32_t glyph)
{
    if (glyph >= 0x20 && glyph < 0x7F) return (char)glyph;
    for (size_t i = 0; i < sizeof ascii_run / sizeof *ascii_run; i++) {
        const AsciiRun *r = &ascii_run[i];
        if (glyph >= r->from && glyph - r->from < strlen(r->ascii))
            return r->ascii[glyph - r->from];
    }
    int arms = arms_of(glyph);
    if (arms) return arms & HEAVY ? '#' : '+';
    if (glyph >= 0x2801 && glyph <= 0x28FF) return braille_ascii(glyph & 0xFF);
    return glyph == 0 || glyph == 0x2800 ? ' ' : '?';
}

static void print_row(const Canvas *c, int y, bool ascii, Text *to)
{
    int end = c->w;
    while (end > 0 && canvas_at(c, end - 1, y).glyph == ' ') end--;
    for (int x = 0; x < end; x++) {
        uint32_t g = canvas_at(c, x, y).glyph;
        char s[4];
        if (ascii) text_addc(to, glyph_ascii(g));
        else if (g) text_addn(to, s, (size_t)utf8_put(s, g));
    }
}

static bool row_blank(const Canvas *c, int y)
{
    for (int x = 0; x < c->w; x++)
        if (canvas_at(c, x, y).glyph != ' ') return false;
    return true;
}

void canvas_print(const Canvas *c, bool ascii, Text *to)
{
    int rows = c->h;
    while (rows > 0 && row_blank(c, rows - 1)) rows--;
    for (int y = 0; y < rows; y++) {
        print_row(c, y, ascii, to);
        text_addc(to, '\n');
    }
}
