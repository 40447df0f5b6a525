/* view_parts.c -- numbers and texts in little room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/view.h"

/* ---- numbers ---- */

/* "-0.02" as "-.02". */
static void zero_drop(char *s)
{
    char *p = s + (*s == '-' || *s == '+');
    if (p[0] == '0' && p[1] == '.' && p[2]) memmove(p, p + 1, strlen(p));
}

/* "-2.0e-05" as "-2e-5". */
static void exponent_tidy(char *s)
{
    char *e = strchr(s, 'e');
    if (!e) return;
    long power = strtol(e + 1, NULL, 10);
    if (memchr(s, '.', (size_t)(e - s)))
        while (e[-1] == '0') e--;
    if (e[-1] == '.') e--;
    snprintf(e, 8, "e%ld", power);
}

static bool all_zero(const char *s)
{
    return s[strcspn(s, "123456789")] == '\0';
}

/* At most four significant digits: more are not taken in at a glance. A zero in
 * front goes where fewer than three would be left beside it. */
static bool fixed_fit(char buf[NUM_TEXT], double v, int width, bool plus)
{
    if (fabs(v) >= 1e9) return false;
    int whole = 1 + (int)floor(log10(fabs(v))), most = 4 - whole;
    if (most > width - 1) most = width - 1;
    for (int digits = most < 0 ? 0 : most; digits >= 0; digits--) {
        snprintf(buf, NUM_TEXT, plus ? "%+.*f" : "%.*f", digits, v);
        if ((int)strlen(buf) == width + 1 && digits - 1 + whole < 3) zero_drop(buf);
        if ((int)strlen(buf) <= width) return !all_zero(buf);
    }
    return false;
}

char *num_fit(char buf[NUM_TEXT], double v, int width, bool plus)
{
    if (!isfinite(v)) {
        snprintf(buf, NUM_TEXT, isnan(v) ? "nan" : v < 0 ? "-inf" : plus ? "+inf" : "inf");
        return buf;
    }
    if (v == 0) return snprintf(buf, NUM_TEXT, "0"), buf;
    if (!plus && v == floor(v) && fabs(v) < 1e4) return snprintf(buf, NUM_TEXT, "%.0f", v), buf;
    if (fixed_fit(buf, v, width, plus)) return buf;
    for (int digits = width > 8 ? 2 : 1; digits >= 0; digits--) {
        snprintf(buf, NUM_TEXT, plus ? "%+.*e" : "%.*e", digits, v);
        exponent_tidy(buf);
        if ((int)strlen(buf) <= width) break;
    }
    return buf;
}

void canvas_num(Canvas *c, Point at, int width, Style s, double v, bool plus)
{
    char buf[NUM_TEXT];
    canvas_fit(c, at, -width, s, num_fit(buf, v, width, plus));
}

void canvas_shading(Canvas *c, Point at, int width, double v, double most)
{
    static const uint32_t shade[] = { 0x2591, 0x2591, 0x2592, 0x2593, 0x2588 };
    Style s = style_signed(v, most);
    uint32_t glyph = ' ';
    if (s >= STYLE_POSITIVE1 && s <= STYLE_NEGATIVE5) glyph = shade[(s - STYLE_POSITIVE1) % 5];
    for (int i = 0; i < width; i++) canvas_put(c, (Point){ at.x + i, at.y }, s, glyph);
}

double largest(const double *v, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(v[i]) && fabs(v[i]) > most) most = fabs(v[i]);
    return most;
}

/* ---- equations ---- */

typedef struct {
    Canvas *c;
    int     width, from, row;
    bool    fits;            /* the equation at hand stands as it is */
    int     indent;          /* of its left side                     */
} Page;

static void page_put(Page *p, int x, Style s, const char *text, size_t n)
{
    if (!p->c || p->row < p->from) return;
    char *part = mem_strn(text, n);
    canvas_text(p->c, (Point){ x, p->row - p->from }, s, part);
    free(part);
}

/* Bytes of s that fit into `columns`: up to a blank in the last two thirds, else an
 * operator there, else as many as fit. */
static size_t cut_at(const char *s, size_t n, int columns)
{
    if (text_columns(s, n) <= columns) return n;
    size_t fits = 0, blank = 0, sign = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i < n && ((unsigned char)s[i] & 0xC0) == 0x80) continue;
        int used = text_columns(s, i);
        if (used > columns) break;
        fits = i;
        if (used > columns / 3 && s[i - 1] == ' ') blank = i;
        if (used > columns / 3 && strchr("+*/,(", s[i - 1])) sign = i;
    }
    return blank ? blank : sign ? sign : fits ? fits : n;
}

/* n bytes from column x on; what does not fit goes on below, indented by two. */
static void page_flow(Page *p, int x, Style s, const char *text, size_t n)
{
    int indent = x + 2 < p->width / 2 ? x + 2 : p->width / 4;
    while (n) {
        size_t k = p->width - x > 3 ? cut_at(text, n, p->width - x) : n;
        page_put(p, x, s, text, k);
        p->row++;
        text += k;
        n -= k;
        for (; n && *text == ' '; text++) n--;
        x = indent;
    }
}

/* Where the right side of an equation's line begins ("= ..." or "<- ..."); n: it is
 * no such line. */
static size_t sign_at(const char *line, size_t n)
{
    for (size_t i = 1; i + 2 < n; i++) {
        if (line[i - 1] != ' ') continue;
        if (line[i] == '=' && line[i + 1] == ' ') return i;
        if (line[i] == '<' && line[i + 1] == '-' && line[i + 2] == ' ') return i;
    }
    return n;
}

static size_t comment_at(const char *line, size_t n)
{
    if (n && line[0] == '#') return 0;
    for (size_t i = 0; i + 3 < n; i++)
        if (!strncmp(line + i, "  # ", 4)) return i;
    return n;
}

static size_t indent_of(const char *line) { return strspn(line, " "); }

/* "   = 0.85*0.14": one more right side of the equation above. */
static bool goes_on(const char *line)
{
    size_t n = indent_of(line);
    return n && (!strncmp(line + n, "= ", 2) || !strncmp(line + n, "<- ", 3));
}

/* The last line of an equation is its result. */
static bool is_result(const char *line, size_t n)
{
    return !line[n] || !goes_on(line + n + 1);
}

static void page_equation(Page *p, const char *line, size_t n, size_t sign, int indent)
{
    size_t left = sign, from = indent_of(line);
    while (left > from && line[left - 1] == ' ') left--;
    if (left > from) page_flow(p, indent, STYLE_BOLD, line + from, left - from);
    size_t comment = comment_at(line, n);
    Style s = is_result(line, n) ? STYLE_BOLD : STYLE_NORMAL;
    while (sign + 2 < comment && line[sign] == '=' && line[sign + 2] == ' ') sign++;
    Text right = { 0 };
    text_add(&right, line[sign] == '<' ? "" : "=");
    text_addn(&right, line + sign + (line[sign] != '<'), comment - sign - (line[sign] != '<'));
    page_flow(p, indent + 2, s, text_str(&right), right.len);
    text_free(&right);
    if (comment < n) page_flow(p, indent + 4, STYLE_DIM, line + comment + 2, n - comment - 2);
}

/* All lines of an equation fit as they are, aligned at its signs. */
static bool aligned(const char *line, int width)
{
    for (bool first = true; *line && (first || goes_on(line)); first = false) {
        size_t n = strcspn(line, "\n");
        if (text_columns(line, n) > width) return false;
        line += n + (line[n] == '\n');
    }
    return true;
}

static void page_aligned(Page *p, const char *line, size_t n, size_t sign)
{
    size_t comment = comment_at(line, n);
    Style s = is_result(line, n) ? STYLE_BOLD : STYLE_NORMAL;
    int x = text_columns(line, sign), end = text_columns(line, comment);
    page_put(p, 0, STYLE_BOLD, line, sign);
    page_put(p, x, s, line + sign, comment - sign);
    page_put(p, end, STYLE_DIM, line + comment, n - comment);
    p->row++;
}

static void page_line(Page *p, const char *line, size_t n)
{
    size_t sign = sign_at(line, n), comment = comment_at(line, n);
    if (!goes_on(line)) {
        p->fits = aligned(line, p->width);
        p->indent = (int)indent_of(line) < p->width / 3 ? (int)indent_of(line) : p->width / 3;
    }
    if (!n) p->row++;
    else if (comment == 0) page_flow(p, 0, STYLE_DIM, line + 2, n > 2 ? n - 2 : 0);
    else if (sign >= comment) page_flow(p, 0, STYLE_NORMAL, line, n);
    else if (p->fits) page_aligned(p, line, n, sign);
    else page_equation(p, line, n, sign, p->indent);
}

int canvas_equations(Canvas *c, int width, int from, const char *text)
{
    Page p = { .c = c, .width = width, .from = from };
    while (*text) {
        size_t n = strcspn(text, "\n");
        page_line(&p, text, n);
        text += n + (text[n] == '\n');
    }
    return p.row;
}

void canvas_hint(Canvas *c, int y, const char *text)
{
    canvas_wrap(c, (Rect){ 0, y, c->w, c->h - y }, STYLE_DIM, text);
}
