/* csv_number.c -- decimal numbers from text, fast and correctly rounded.
 *
 * Most numbers in files are short. With a mantissa below 2^53 and a power of ten
 * up to 22 both are exact doubles, and one multiplication or division rounds once
 * (W. Clinger, How to read floating point numbers accurately, 1990). The rest goes
 * to strtod.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "learn/csv.h"

static const double ten_to[] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

typedef struct {
    uint64_t mantissa;
    int      digits;           /* that went into the mantissa, without leading zeros */
    int      exp10;
} Decimal;

/* Digits, perhaps with a point; NULL without any digit. */
static const char *decimal_mantissa(const char *s, Decimal *n)
{
    int seen = 0;
    bool point = false;
    for (;; s++) {
        if (*s == '.' && !point) {
            point = true;
        } else if (is_digit(*s)) {
            seen = 1;
            n->mantissa = n->mantissa * 10 + (uint64_t)(*s - '0');
            n->digits += n->mantissa != 0;
            n->exp10 -= point;
        } else {
            return seen ? s : NULL;
        }
    }
}

/* An exponent if there is one; NULL when it is broken off. */
static const char *decimal_exponent(const char *s, Decimal *n)
{
    if (*s != 'e' && *s != 'E') return s;
    s++;
    bool minus = *s == '-';
    if (*s == '-' || *s == '+') s++;
    if (!is_digit(*s)) return NULL;
    int e = 0;
    for (; is_digit(*s); s++) {
        if (e < 100000) e = e * 10 + (*s - '0');
    }
    n->exp10 += minus ? -e : e;
    return s;
}

bool csv_number(const char *s, size_t n, double *out)
{
    const char *end = s + n;
    while (is_blank(*s)) s++;
    while (end > s && is_blank(end[-1])) end--;
    const char *start = s;
    bool minus = *s == '-';
    if (*s == '-' || *s == '+') s++;
    Decimal m = { 0, 0, 0 };
    s = decimal_mantissa(s, &m);
    if (s) s = decimal_exponent(s, &m);
    if (s != end) return false;
    if (m.digits <= 19 && m.mantissa <= (1ULL << 53) && m.exp10 >= -22 && m.exp10 <= 22) {
        double v = (double)m.mantissa;
        v = m.exp10 < 0 ? v / ten_to[-m.exp10] : v * ten_to[m.exp10];
        *out = minus ? -v : v;
    } else {
        *out = strtod(start, NULL);
    }
    return true;
}
