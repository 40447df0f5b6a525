/* text.c -- growable output, numbers as people write them, and UTF-8.
 *
 * Numbers go through printf, which rounds the exact binary value correctly; the
 * work here is to choose the notation and to tidy what printf pads. LC_NUMERIC
 * is always "C".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/text.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

/* ---- growing ---- */

/* Make room for n more bytes and the NUL. */
static void text_room(Text *t, size_t n)
{
    size_t need;
    if (!mem_add(t->len, n, &need) || !mem_add(need, 1, &need)) {
        need = SIZE_MAX;                /* which mem_grow refuses */
    }
    if (need <= t->cap) return;
    size_t cap = t->cap ? t->cap : 32;
    while (cap < need && cap <= SIZE_MAX / 2) cap *= 2;
    t->cap = cap < need ? need : cap;
    t->s = mem_grow(t->s, t->cap, 1);
}

void text_addn(Text *t, const char *s, size_t n)
{
    text_room(t, n);
    if (n) memcpy(t->s + t->len, s, n);
    t->len += n;
    t->s[t->len] = '\0';
}

void text_add(Text *t, const char *s)
{
    text_addn(t, s, strlen(s));
}

void text_addc(Text *t, char c)
{
    text_addn(t, &c, 1);
}

void text_vaddf(Text *t, const char *fmt, va_list ap)
{
    assert(fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    assert(n >= 0);
    text_room(t, (size_t)n);
    vsnprintf(t->s + t->len, (size_t)n + 1, fmt, again);
    t->len += (size_t)n;
    va_end(again);
}

void text_addf(Text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    text_vaddf(t, fmt, ap);
    va_end(ap);
}

void text_pad(Text *t, int columns)
{
    const char *end = text_str(t) + t->len, *line = end;
    while (line > text_str(t) && line[-1] != '\n') line--;
    for (int i = text_columns(line, (size_t)(end - line)); i < columns; i++) text_addc(t, ' ');
}

void text_clear(Text *t)
{
    t->len = 0;
    if (t->s) t->s[0] = '\0';
}

void text_free(Text *t)
{
    free(t->s);
    *t = (Text){ 0 };
}

const char *text_str(const Text *t)
{
    return t->s ? t->s : "";
}

/* ---- numbers ---- */

/* From here on a number is written with an exponent; whole numbers below it
 * fit in 15 digits and are shown entire, because a count is never rounded. */
static const double FIXED_BELOW = 1e15;

/* Above this, and not at it, small numbers are written without an exponent. */
enum { FIXED_EXPONENT = -5 };

/* Digits that a double surely holds: noise of the binary form is beyond them. */
enum { SURE_DIGITS = 15 };

/* "2.500" -> "2.5", "2.000" -> "2"; text without a point stays. */
static void zeros_drop(char *s)
{
    if (!strchr(s, '.')) return;
    char *end = s + strlen(s);
    while (end[-1] == '0') end--;
    if (end[-1] == '.') end--;
    *end = '\0';
}

/* Write finite v != 0 as mantissa, "e", exponent, all tidy; returns the exponent
 * and, in *mantissa, the length of the mantissa (with its sign). */
static int print_exponent(char buf[NUM_TEXT], double v, int digits, int *mantissa)
{
    snprintf(buf, NUM_TEXT, "%.*e", digits - 1, v);
    char *e = strchr(buf, 'e');
    int exponent = (int)strtol(e + 1, NULL, 10);
    *e = '\0';
    zeros_drop(buf);
    *mantissa = (int)strlen(buf);
    snprintf(buf + *mantissa, (size_t)(NUM_TEXT - *mantissa), "e%d", exponent);
    return exponent;
}

/* Whether v with that many significant digits is written with an exponent, and
 * how many decimals the last of those digits stands behind the point. */
typedef struct {
    bool exponent;
    int  places;
} Layout;

/* Fills buf with the exponent form on the way. */
static Layout sig_layout(char buf[NUM_TEXT], double v, int digits)
{
    int mantissa;
    int exponent = print_exponent(buf, v, digits, &mantissa);
    bool just_one = mantissa == 1 + (v < 0) && buf[mantissa - 1] == '1';
    bool small = exponent < FIXED_EXPONENT || (exponent == FIXED_EXPONENT && just_one);
    Layout l = { small || fabs(v) >= FIXED_BELOW, digits - 1 - exponent };
    if (!l.exponent && l.places < 0) l.places = 0;
    return l;
}

static char *print_sig(char buf[NUM_TEXT], double v, int digits)
{
    Layout l = sig_layout(buf, v, digits);
    if (l.exponent) return buf;
    snprintf(buf, NUM_TEXT, "%.*f", l.places, v);
    zeros_drop(buf);
    return buf;
}

/* v to 15 significant digits, without exponent, then cut behind n decimals. */
static void print_cut(char buf[NUM_TEXT], double v, int n)
{
    int mantissa;
    int exponent = print_exponent(buf, v, SURE_DIGITS, &mantissa);
    if (exponent < -n - 1) exponent = -n - 1;   /* nothing of v is left anyway */
    int places = SURE_DIGITS - 1 - exponent;
    snprintf(buf, NUM_TEXT, "%.*f", places > 0 ? places : 0, v);
    char *point = strchr(buf, '.');
    if (point && strlen(point + 1) > (size_t)n) point[1 + n] = '\0';
}

/* n decimals, rounded or cut; zeros show that v is not 0. */
static char *print_decimals(char buf[NUM_TEXT], double v, NumFormat f)
{
    if (f.mode == NUM_ROUND) {
        snprintf(buf, NUM_TEXT, "%.*f", f.digits, v);
    } else {
        print_cut(buf, v, f.digits);
    }
    if (strpbrk(buf, "123456789")) {
        zeros_drop(buf);
    } else {
        snprintf(buf, NUM_TEXT, "%s0.%0*d", v < 0 ? "-" : "", f.digits ? f.digits : 1, 0);
    }
    return buf;
}

/* 0, inf, -inf, nan: the same in every mode. */
static bool print_special(char buf[NUM_TEXT], double v)
{
    const char *s = v == 0 ? "0" : isnan(v) ? "nan" : v > 0 ? "inf" : "-inf";
    if (isfinite(v) && v != 0) return false;
    strcpy(buf, s);
    return true;
}

static void format_check(NumFormat f)
{
    assert(f.digits >= (f.mode == NUM_SIG) && f.digits <= 17);
    (void)f;
}

char *num_print(char buf[NUM_TEXT], double v, NumFormat f)
{
    format_check(f);
    if (print_special(buf, v)) return buf;
    if (f.mode == NUM_SIG) return print_sig(buf, v, f.digits);
    if (fabs(v) >= FIXED_BELOW) return print_sig(buf, v, SURE_DIGITS);
    return print_decimals(buf, v, f);
}

char *num_exact(char buf[NUM_TEXT], double v)
{
    if (print_special(buf, v)) return buf;
    /* Below the normal range a double holds fewer than 15 digits. */
    int digits = fabs(v) < DBL_MIN ? 1 : SURE_DIGITS;
    while (digits < 17 && strtod(print_sig(buf, v, digits), NULL) != v) digits++;
    return print_sig(buf, v, digits);
}

double num_unit(double v, NumFormat f)
{
    format_check(f);
    if (!isfinite(v)) return 0;
    char buf[NUM_TEXT];
    int places = f.mode == NUM_SIG ? f.digits - 1 : f.digits;
    if (f.mode == NUM_SIG && v != 0) places = sig_layout(buf, v, f.digits).places;
    if (f.mode != NUM_SIG && fabs(v) >= FIXED_BELOW) {
        places = sig_layout(buf, v, SURE_DIGITS).places;
    }
    snprintf(buf, sizeof buf, "1e%d", -places);
    double unit = strtod(buf, NULL);
    return unit > 0 ? unit : DBL_TRUE_MIN;
}

void text_num(Text *t, double v, NumFormat f)
{
    char buf[NUM_TEXT];
    text_add(t, num_print(buf, v, f));
}

/* ---- UTF-8 ---- */

/* Read one character of s[0..n), n >= 1: its length in bytes, 0 when it is not
 * valid UTF-8 (overlong forms, surrogates and beyond U+10FFFF are not). */
static size_t utf8_read(const char *s, size_t n, uint32_t *c)
{
    static const uint32_t LEAST[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char lead = (unsigned char)s[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead >= 0xF8 || len == 0 || len > n) return 0;
    *c = len == 1 ? lead : lead & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char b = (unsigned char)s[i];
        if ((b & 0xC0) != 0x80) return 0;
        *c = (*c << 6) | (b & 0x3F);
    }
    bool surrogate = *c >= 0xD800 && *c <= 0xDFFF;
    return *c < LEAST[len] || surrogate || *c > 0x10FFFF ? 0 : len;
}

typedef struct {
    uint32_t from, to;
} Range;

/* Both tables in rising order. */
static bool in_ranges(uint32_t c, const Range *r, size_t n)
{
    for (size_t i = 0; i < n && c >= r[i].from; i++) {
        if (c <= r[i].to) return true;
    }
    return false;
}

#define IN(c, table) in_ranges((c), (table), sizeof(table) / sizeof((table)[0]))

/* Marks that stand on the letter before them, and what has no form at all. */
static const Range NO_WIDTH[] = {
    { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A },
    { 0x064B, 0x065F }, { 0x093C, 0x093C }, { 0x094D, 0x094D }, { 0x0E31, 0x0E31 },
    { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x1160, 0x11FF }, { 0x1AB0, 0x1AFF },
    { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x206F },
    { 0x20D0, 0x20F0 }, { 0x302A, 0x302D }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F },
    { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF }, { 0xE0001, 0xE01EF },
};

/* East Asian wide and full-width characters and the emoji that terminals draw wide. */
static const Range WIDE[] = {
    { 0x1100, 0x115F },   { 0x231A, 0x231B },   { 0x2329, 0x232A },   { 0x23E9, 0x23EC },
    { 0x23F0, 0x23F0 },   { 0x23F3, 0x23F3 },   { 0x25FD, 0x25FE },   { 0x2614, 0x2615 },
    { 0x2648, 0x2653 },   { 0x267F, 0x267F },   { 0x2693, 0x2693 },   { 0x26A1, 0x26A1 },
    { 0x26AA, 0x26AB },   { 0x26BD, 0x26BE },   { 0x26C4, 0x26C5 },   { 0x26CE, 0x26CE },
    { 0x26D4, 0x26D4 },   { 0x26EA, 0x26EA },   { 0x26F2, 0x26F3 },   { 0x26F5, 0x26F5 },
    { 0x26FA, 0x26FA },   { 0x26FD, 0x26FD },   { 0x2705, 0x2705 },   { 0x270A, 0x270B },
    { 0x2728, 0x2728 },   { 0x274C, 0x274C },   { 0x274E, 0x274E },   { 0x2753, 0x2755 },
    { 0x2757, 0x2757 },   { 0x2795, 0x2797 },   { 0x27B0, 0x27B0 },   { 0x27BF, 0x27BF },
    { 0x2B1B, 0x2B1C },   { 0x2B50, 0x2B50 },   { 0x2B55, 0x2B55 },   { 0x2E80, 0x303E },
    { 0x3041, 0x4DBF },   { 0x4E00, 0xA4CF },   { 0xA960, 0xA97F },   { 0xAC00, 0xD7A3 },
    { 0xF900, 0xFAFF },   { 0xFE10, 0xFE19 },   { 0xFE30, 0xFE6F },   { 0xFF00, 0xFF60 },
    { 0xFFE0, 0xFFE6 },   { 0x16FE0, 0x18DFF }, { 0x1AFF0, 0x1B2FF }, { 0x1F004, 0x1F004 },
    { 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A }, { 0x1F200, 0x1F320 },
    { 0x1F32D, 0x1F335 }, { 0x1F337, 0x1F37C }, { 0x1F37E, 0x1F393 }, { 0x1F3A0, 0x1F3CA },
    { 0x1F3CF, 0x1F3D3 }, { 0x1F3E0, 0x1F3F0 }, { 0x1F3F4, 0x1F3F4 }, { 0x1F3F8, 0x1F43E },
    { 0x1F440, 0x1F440 }, { 0x1F442, 0x1F4FC }, { 0x1F4FF, 0x1F53D }, { 0x1F54B, 0x1F54E },
    { 0x1F550, 0x1F567 }, { 0x1F57A, 0x1F57A }, { 0x1F595, 0x1F596 }, { 0x1F5A4, 0x1F5A4 },
    { 0x1F5FB, 0x1F64F }, { 0x1F680, 0x1F6C5 }, { 0x1F6CC, 0x1F6CC }, { 0x1F6D0, 0x1F6D2 },
    { 0x1F6D5, 0x1F6DF }, { 0x1F6EB, 0x1F6EC }, { 0x1F6F4, 0x1F6FC }, { 0x1F7E0, 0x1F7F0 },
    { 0x1F90C, 0x1F93A }, { 0x1F93C, 0x1F945 }, { 0x1F947, 0x1F9FF }, { 0x1FA70, 0x1FAFF },
    { 0x20000, 0x3FFFD },
};

static int char_columns(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;
    if (c < 0x300) return 1;
    if (IN(c, NO_WIDTH)) return 0;
    return IN(c, WIDE) ? 2 : 1;
}

/* Length of a colour sequence ESC [ ... m at s, 0 when there is none: our own
 * colours take no room. */
static size_t colour_length(const char *s, size_t n)
{
    if (n < 3 || s[0] != '\033' || s[1] != '[') return 0;
    size_t i = 2;
    while (i < n && strchr("0123456789;", s[i]) && s[i]) i++;
    return i < n && s[i] == 'm' ? i + 1 : 0;
}

int text_columns(const char *s, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c = '?';               /* a broken byte shows as one sign */
        size_t len = colour_length(s + i, n - i);
        if (len == 0) {
            len = utf8_read(s + i, n - i, &c);
            columns += c == '\t' ? 8 - columns % 8 : char_columns(len ? c : '?');
        }
        i += len ? len : 1;
    }
    return columns;
}

/* Characters that act on a terminal or hide what is written: C1 controls, soft
 * hyphen, bidi marks and overrides, zero-width and invisible ones, line and
 * paragraph separator, tags, and what is no character. */
static const Range UNSAFE[] = {
    { 0x0080, 0x009F }, { 0x00AD, 0x00AD }, { 0x034F, 0x034F }, { 0x061C, 0x061C },
    { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200F },
    { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 }, { 0xFDD0, 0xFDEF },
    { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0xFFFE, 0xFFFF },
    { 0xE0000, 0xE0FFF },
};

void text_add_safe(Text *t, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        size_t len = utf8_read(s + i, n - i, &c);
        bool control = len == 1 && (c < 0x20 || c == 0x7F) && c != '\n' && c != '\t';
        if (len == 0 || control) {
            text_addf(t, "\\x%02x", (unsigned)(unsigned char)s[i]);
        } else if (len > 1 && (IN(c, UNSAFE) || (c & 0xFFFE) == 0xFFFE)) {
            text_addf(t, "\\u{%04x}", (unsigned)c);
        } else {
            text_addn(t, s + i, len);
        }
        i += len ? len : 1;
    }
}

/* ---- the nearest name ---- */

/* The characters of s, capitals made small (a name in the wrong case is near);
 * the count, or -1 when it is longer than a name may be. */
static int name_letters(const char *s, uint32_t out[LIMIT_NAME])
{
    int n = 0;
    for (size_t rest = strlen(s); rest > 0; n++) {
        if (n == LIMIT_NAME) return -1;
        uint32_t c = (unsigned char)*s;
        size_t len = utf8_read(s, rest, &c);
        out[n] = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        s += len ? len : 1;
        rest -= len ? len : 1;
    }
    return n;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Edits that make b of a: a letter put in, left out, replaced, or two
 * neighbours swapped ("optimal string alignment"; rows turn round). */
static int edit_distance(const uint32_t *a, int na, const uint32_t *b, int nb)
{
    int row[3][LIMIT_NAME + 1];
    for (int j = 0; j <= nb; j++) row[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            now[j] = least(up[j - 1] + (a[i - 1] != b[j - 1]), least(up[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], up2[j - 2] + 1);
            }
        }
    }
    return row[na % 3][nb];
}

const char *text_nearest(const char *word, const char *const *names, int n)
{
    uint32_t a[LIMIT_NAME], b[LIMIT_NAME];
    int na = name_letters(word, a);
    if (na < 0) return NULL;
    const char *best = NULL;
    int allowed = na < 6 ? 1 : na / 3;
    for (int i = 0; i < n; i++) {
        int nb = name_letters(names[i], b);
        if (nb < 0 || abs(na - nb) > allowed) continue;
        int d = edit_distance(a, na, b, nb);
        /* Two names without a common letter are not near, however short. */
        if (d > allowed || d >= (na > nb ? na : nb)) continue;
        best = names[i];
        allowed = d - 1;                /* only a nearer one replaces it */
        if (d == 0) break;
    }
    return best;
}
