/* match.c -- does an output agree with the one that a text shows?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/match.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- numbers ---- */

static size_t digits_read(const char *s)
{
    size_t n = 0;
    while (isdigit((unsigned char)s[n])) n++;
    return n;
}

static size_t exponent_read(const char *s, int *power)
{
    if (*s != 'e' && *s != 'E') return 0;
    size_t sign = s[1] == '-' || s[1] == '+', n = digits_read(s + 1 + sign);
    if (!n) return 0;
    *power = n > 4 ? 9999 : atoi(s + 1);
    return 1 + sign + n;
}

static int significant(const char *s, size_t len)
{
    int n = 0;
    for (size_t i = 0; i < len && (isdigit((unsigned char)s[i]) || s[i] == '.'); i++)
        n += isdigit((unsigned char)s[i]) && (n || s[i] != '0');
    return n;
}

Numeral numeral_read(const char *s)
{
    Numeral n = { .len = digits_read(s), .whole = true };
    size_t places = 0;
    int power = 0;
    if (s[n.len] == '.' && isdigit((unsigned char)s[n.len + 1])) {
        places = digits_read(s + n.len + 1);
        n.len += 1 + places;
        n.whole = false;
    }
    if (!n.len) return n;
    size_t tail = exponent_read(s + n.len, &power);
    if (tail) n.whole = false;
    n.digits = significant(s, n.len);
    n.len += tail;
    n.value = strtod(s, NULL);
    n.unit = pow(10, power - (double)places);
    return n;
}

bool numeral_agrees(const Numeral *n, double v)
{
    double off = v - n->value, slack = 1e-7 * n->unit;
    if (n->whole) return off == 0;
    /* Another machine may well compute the last digit of a long number otherwise. */
    if (n->digits >= 5) return fabs(off) < n->unit + slack;
    return off > -n->unit / 2 - slack && off < n->unit - slack;
}

/* ---- texts ---- */

/* Does the digit at s[at] belong to a name: w5, σ2? */
static bool in_name(const char *s, size_t at)
{
    if (!at) return false;
    unsigned char before = (unsigned char)s[at - 1];
    bool greek = before >= 0x80 && at > 1 && ((unsigned char)s[at - 2] & 0xFE) == 0xCE;
    return isalnum(before) || before == '_' || greek;
}

/* s with blanks at line ends and empty lines at both ends taken away, one
 * newline at the end. */
static void tidy(Text *t, const char *s)
{
    bool begun = false;
    int waiting = 0;
    while (*s) {
        size_t n = strcspn(s, "\n"), keep = n;
        while (keep && strchr(" \t\r", s[keep - 1])) keep--;
        if (!keep) waiting++;
        for (; keep && waiting && begun; waiting--) text_addc(t, '\n');
        if (keep) {
            text_addn(t, s, keep);
            text_addc(t, '\n');
            begun = true;
            waiting = 0;
        }
        s += n + (s[n] == '\n');
    }
}

typedef struct {
    const char *expected, *got;
    size_t      e, g;           /* how far both are read */
} Pair;

static size_t blanks(const char *s) { return strspn(s, " \t"); }

/* One piece of each: a number, a run of blanks, or one byte. */
static bool pair_step(Pair *p)
{
    const char *e = p->expected + p->e, *g = p->got + p->g;
    size_t be = blanks(e), bg = blanks(g);
    if (be && bg) return p->e += be, p->g += bg, true;
    bool number = isdigit((unsigned char)*e) || (*e == '.' && isdigit((unsigned char)e[1]));
    if (number && !in_name(p->expected, p->e) && !in_name(p->got, p->g)) {
        Numeral want = numeral_read(e), have = numeral_read(g);
        if (!have.len || !numeral_agrees(&want, have.value)) return false;
        return p->e += want.len, p->g += have.len, true;
    }
    if (!*e || *e != *g) return false;
    return p->e++, p->g++, true;
}

/* The bytes of "..." at s, a line of its own with its newline; 0: none. */
static size_t wildcard(const char *s, size_t at)
{
    if (strncmp(s + at, "...", 3)) return 0;
    bool own_line = (!at || s[at - 1] == '\n') && s[at + 3] == '\n';
    return 3 + own_line;
}

static bool match(const char *expected, const char *got)
{
    Pair p = { expected, got, 0, 0 }, retry = { 0 };
    while (p.expected[p.e] || p.got[p.g]) {
        size_t any = wildcard(p.expected, p.e);
        if (any) {
            p.e += any;
            retry = p;
        } else if (!pair_step(&p)) {
            if (!retry.expected || !retry.got[retry.g]) return false;
            retry.g++;
            p = retry;
        }
    }
    return true;
}

bool output_matches(const char *expected, const char *got)
{
    Text e = { 0 }, g = { 0 };
    tidy(&e, expected);
    tidy(&g, got);
    bool same = match(text_str(&e), text_str(&g));
    text_free(&e);
    text_free(&g);
    return same;
}
