/* text_test.c -- what text.h promises: above all, how numbers read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"

enum { MANY = 100000 };

/* ---- growing ---- */

static void test_text_grows(void)
{
    Text t = { 0 };
    CU_ASSERT_STRING_EQUAL(text_str(&t), "");
    text_add(&t, "w");
    text_addc(&t, '5');
    text_addn(&t, " = xyz", 3);
    text_addf(&t, "%d/%s", 1, "2");
    CU_ASSERT_STRING_EQUAL(text_str(&t), "w5 = 1/2");
    CU_ASSERT_EQUAL(t.len, 8);
    for (int i = 0; i < 10000; i++) text_addf(&t, "%d,", i % 10);
    CU_ASSERT_EQUAL(t.len, 20008);
    CU_ASSERT_EQUAL(strlen(t.s), 20008);
    CU_ASSERT_STRING_EQUAL(t.s + 20000, "6,7,8,9,");
    text_clear(&t);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "");
    text_add(&t, "again");
    CU_ASSERT_STRING_EQUAL(text_str(&t), "again");
    text_free(&t);
    CU_ASSERT_PTR_NULL(t.s);
    CU_ASSERT_EQUAL(t.cap, 0);
}

static void test_pad_counts_columns_of_the_line(void)
{
    Text t = { 0 };
    text_pad(&t, 2);
    text_add(&t, "a\n\xCE\xB8");            /* theta: two bytes, one column */
    text_pad(&t, 4);
    text_add(&t, "\xE4\xB8\xAD");           /* a wide character */
    text_pad(&t, 8);
    text_pad(&t, 3);
    text_add(&t, "|");
    CU_ASSERT_STRING_EQUAL(text_str(&t), "  a\n\xCE\xB8   \xE4\xB8\xAD  |");
    text_free(&t);
}

/* ---- numbers ---- */

typedef struct {
    double      v;
    NumFormat   f;
    const char *text;
} Shown;

static void check_shown(const Shown *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char buf[NUM_TEXT];
        num_print(buf, row[i].v, row[i].f);
        if (strcmp(buf, row[i].text) != 0) {
            printf("  %.17g, mode %d, %d digits: %s, not %s\n", row[i].v, (int)row[i].f.mode,
                   row[i].f.digits, buf, row[i].text);
        }
        CU_ASSERT_STRING_EQUAL(buf, row[i].text);
    }
}

#define CHECK_SHOWN(rows) check_shown((rows), sizeof(rows) / sizeof((rows)[0]))
#define SIG(n) { NUM_SIG, (n) }
#define ROUND(n) { NUM_ROUND, (n) }
#define TRUNC(n) { NUM_TRUNC, (n) }

static void test_deck_digits(void)
{
    static const Shown ROWS[] = {
        { 0.6010878788483698, TRUNC(5), "0.60108" },
        { 0.7349286127170142, TRUNC(5), "0.73492" },
        { 0.014525939201149389, TRUNC(5), "0.01452" },
        { 0.24908954146037615, TRUNC(5), "0.24908" },
        { 0.41000000000000003, TRUNC(5), "0.41" },
        { 0.46999999999999997, TRUNC(5), "0.47" },
        { 0.46999999999999997, TRUNC(2), "0.47" },
        { -0.46999999999999997, TRUNC(2), "-0.47" },
        { -0.0343825, ROUND(3), "-0.034" },
        { 0.1743825, ROUND(2), "0.17" },
        { 0.0982025, ROUND(2), "0.1" },
        { 0.0024726231566347743, SIG(6), "0.00247262" },
        { 0.5 * (0.191 - 1) * (0.191 - 1), SIG(7), "0.3272405" },
        { 0.191, SIG(6), "0.191" },
    };
    CHECK_SHOWN(ROWS);
}

static void test_significant_digits(void)
{
    static const Shown ROWS[] = {
        { 2, SIG(6), "2" },
        { -6, SIG(6), "-6" },
        { 0.1 + 0.2, SIG(6), "0.3" },
        { 0.1 + 0.2, SIG(17), "0.30000000000000004" },
        { 1.0 / 3, SIG(1), "0.3" },
        { 2.0 / 3, SIG(3), "0.667" },
        { 9.9999996, SIG(6), "10" },
        { 0.99999996, SIG(6), "1" },
        { 12.5, SIG(1), "12" },
        { 1234.5678, SIG(6), "1234.57" },
        { 0.0001, SIG(6), "0.0001" },
        { 0.000015, SIG(6), "0.000015" },
        { 0.0000123456789, SIG(6), "0.0000123457" },
        { 1e-5, SIG(6), "1e-5" },
        { -1e-5, SIG(6), "-1e-5" },
        { 9.9999999e-6, SIG(6), "1e-5" },
        { 9.87654321e-6, SIG(6), "9.87654e-6" },
        { 1e-8, SIG(6), "1e-8" },
        { -2.5e-7, SIG(6), "-2.5e-7" },
        { 1e20, SIG(6), "1e20" },
        { -1.25e100, SIG(6), "-1.25e100" },
        { 5e-324, SIG(3), "4.94e-324" },
        { DBL_MAX, SIG(6), "1.79769e308" },
    };
    CHECK_SHOWN(ROWS);
}

static void test_counts_are_whole(void)
{
    static const Shown ROWS[] = {
        { 150528, SIG(6), "150528" },
        { 1234567, SIG(6), "1234567" },
        { 1000000, SIG(6), "1000000" },
        { 61706, SIG(3), "61706" },
        { 12, SIG(1), "12" },
        { -138357544, SIG(6), "-138357544" },
        { 999999999999999, SIG(6), "999999999999999" },
        { 1e15, SIG(6), "1e15" },
        { 1234567.5, SIG(6), "1234568" },
        { 1234567, ROUND(2), "1234567" },
        { 1234567, TRUNC(2), "1234567" },
    };
    CHECK_SHOWN(ROWS);
}

static void test_decimals(void)
{
    static const Shown ROWS[] = {
        { 0.1, ROUND(3), "0.1" },
        { 2.0004, ROUND(3), "2" },
        { 0.125, ROUND(2), "0.12" },
        { 0.375, ROUND(2), "0.38" },
        { 2.5, ROUND(0), "2" },
        { 3.5, ROUND(0), "4" },
        { 9.999, ROUND(2), "10" },
        { 0.1, ROUND(17), "0.10000000000000001" },
        { -999999999999999.875, ROUND(17), "-999999999999999.875" },
        { 0.999, TRUNC(2), "0.99" },
        { -0.999, TRUNC(2), "-0.99" },
        { 3.999, TRUNC(0), "3" },
        { 1.9, TRUNC(1), "1.9" },
        { 1.1 + 2.2, TRUNC(5), "3.3" },
        { 0.29999999999999999, TRUNC(1), "0.3" },
        { 0.7 + 0.1, TRUNC(1), "0.8" },
        { 0.2999999, TRUNC(1), "0.2" },
        { 123456.789, TRUNC(2), "123456.78" },
        { 2.5e17, ROUND(3), "2.5e17" },
        { -2.5e17, TRUNC(3), "-2.5e17" },
    };
    CHECK_SHOWN(ROWS);
}

static void test_never_reads_as_zero(void)
{
    static const Shown ROWS[] = {
        { 0.0004, ROUND(3), "0.000" },   { -0.0004, ROUND(3), "-0.000" },
        { 0.0009, TRUNC(3), "0.000" },   { -0.0009, TRUNC(3), "-0.000" },
        { 0.0006, ROUND(3), "0.001" },   { 1e-300, TRUNC(5), "0.00000" },
        { 1e-300, ROUND(5), "0.00000" }, { 0.4, ROUND(0), "0.0" },
        { -0.4, TRUNC(0), "-0.0" },      { 1e-30, TRUNC(17), "0.00000000000000000" },
        { 5e-324, TRUNC(1), "0.0" },
    };
    CHECK_SHOWN(ROWS);
}

static void test_special_values(void)
{
    static const NumFormat FORMATS[] = { SIG(6), ROUND(3), TRUNC(3) };
    for (int i = 0; i < 3; i++) {
        char buf[NUM_TEXT];
        CU_ASSERT_STRING_EQUAL(num_print(buf, 0.0, FORMATS[i]), "0");
        CU_ASSERT_STRING_EQUAL(num_print(buf, -0.0, FORMATS[i]), "0");
        CU_ASSERT_STRING_EQUAL(num_print(buf, INFINITY, FORMATS[i]), "inf");
        CU_ASSERT_STRING_EQUAL(num_print(buf, -INFINITY, FORMATS[i]), "-inf");
        CU_ASSERT_STRING_EQUAL(num_print(buf, NAN, FORMATS[i]), "nan");
        CU_ASSERT_STRING_EQUAL(num_print(buf, -NAN, FORMATS[i]), "nan");
        CU_ASSERT_STRING_EQUAL(num_exact(buf, NAN), "nan");
    }
}

/* A value of everyday size, either sign, ten orders of magnitude. */
static double random_value(Rng *r)
{
    double v = pow(10, 10 * rng_uniform(r) - 5) * rng_uniform(r);
    return rng_below(r, 2) ? v : -v;
}

/* Any double but inf and nan. */
static double random_bits(Rng *r)
{
    for (;;) {
        uint64_t bits = (uint64_t)rng_word(r) << 32;
        bits |= rng_word(r);
        double v;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v)) return v;
    }
}

/* An optional minus, digits, perhaps a point with digits, perhaps an exponent
 * without plus or padding, no zero at the end of decimals unless all are zero. */
static bool is_tidy(const char *s)
{
    size_t len = strlen(s);
    if (len == 0 || len >= NUM_TEXT) return false;
    s += *s == '-';
    size_t whole = strspn(s, "0123456789");
    if (whole == 0 || (whole > 1 && s[0] == '0')) return false;
    s += whole;
    if (*s == '.') {
        size_t part = strspn(++s, "0123456789");
        if (part == 0) return false;
        if (s[part - 1] == '0' && strspn(s, "0") != part) return false;
        s += part;
    }
    if (*s == '\0') return true;
    if (*s++ != 'e') return false;
    s += *s == '-';
    return *s >= '1' && *s <= '9' && s[strspn(s, "0123456789")] == '\0';
}

static void test_seventeen_digits_read_back(void)
{
    Rng r = { 0 };
    rng_seed(&r, 1);
    int wrong = 0;
    for (int i = 0; i < MANY; i++) {
        char buf[NUM_TEXT];
        double v = i % 2 ? random_value(&r) : random_bits(&r);
        num_print(buf, v, (NumFormat)SIG(17));
        wrong += strtod(buf, NULL) != v || !is_tidy(buf);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_exact_reads_back(void)
{
    Rng r = { 0 };
    rng_seed(&r, 2);
    int wrong = 0, longer = 0;
    for (int i = 0; i < MANY; i++) {
        char buf[NUM_TEXT], shorter[64];
        double v = random_bits(&r);
        num_exact(buf, v);
        wrong += strtod(buf, NULL) != v || !is_tidy(buf);
        /* One digit fewer must not do. */
        int digits = 0;
        for (const char *p = buf; *p && *p != 'e'; p++) digits += *p >= '0' && *p <= '9';
        if (!strchr(buf, 'e') || digits == 1) continue;
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
        longer += strtod(shorter, NULL) == v;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(longer, 0);
}

static void test_exact_is_short(void)
{
    static const struct {
        double      v;
        const char *text;
    } ROWS[] = {
        { 0.1, "0.1" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { 1.0 / 3, "0.3333333333333333" },
        { 5e-324, "5e-324" },
        { 1e23, "1e23" },
        { 123456789012345678.0, "1.2345678901234568e17" },
        { -2, "-2" },
        { 1e-5, "1e-5" },
        { 0.00002, "0.00002" },
        { DBL_MAX, "1.7976931348623157e308" },
        { DBL_MIN, "2.2250738585072014e-308" },
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        char buf[NUM_TEXT];
        CU_ASSERT_STRING_EQUAL(num_exact(buf, ROWS[i].v), ROWS[i].text);
    }
}

/* Against printf's own rounding: whatever notation is chosen, the number shown
 * is the one that %.*g shows, but for whole digits that %g would lose. */
static void test_sig_agrees_with_printf(void)
{
    Rng r = { 0 };
    rng_seed(&r, 3);
    int wrong = 0;
    for (int i = 0; i < MANY; i++) {
        char buf[NUM_TEXT], plain[64];
        double v = i % 2 ? random_value(&r) : random_bits(&r);
        int n = 1 + (int)rng_below(&r, 17);
        bool whole = fabs(v) >= pow(10, n - 1) && fabs(v) < 1e15;
        num_print(buf, v, (NumFormat)SIG(n));
        snprintf(plain, sizeof plain, "%.*g", n, v);
        if (whole) snprintf(plain, sizeof plain, "%.0f", v);
        wrong += strtod(buf, NULL) != strtod(plain, NULL) || !is_tidy(buf);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_round_agrees_with_printf(void)
{
    Rng r = { 0 };
    rng_seed(&r, 4);
    int wrong = 0;
    for (int i = 0; i < MANY; i++) {
        char buf[NUM_TEXT], plain[64];
        double v = random_value(&r);
        int n = (int)rng_below(&r, 18);
        num_print(buf, v, (NumFormat)ROUND(n));
        snprintf(plain, sizeof plain, "%.*f", n, v);
        wrong += strtod(buf, NULL) != strtod(plain, NULL) || !is_tidy(buf);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* Cutting k + 0.d1d2d3... at n decimals, on numbers made from their digits. */
static void test_trunc_cuts_digits(void)
{
    Rng r = { 0 };
    rng_seed(&r, 5);
    int wrong = 0;
    for (int i = 0; i < MANY; i++) {
        char digits[32], want[32], buf[NUM_TEXT];
        unsigned long whole = rng_below(&r, 1000), part = rng_below(&r, 1000000000);
        int n = 1 + (int)rng_below(&r, 8);
        snprintf(digits, sizeof digits, "%lu.%09lu", whole, part);
        size_t keep = strlen(digits) - 9 + (size_t)n;
        snprintf(want, sizeof want, "%.*s", (int)keep, digits);
        double v = strtod(digits, NULL) * (1 + (rng_uniform(&r) - 0.5) * 4e-16);
        num_print(buf, v, (NumFormat)TRUNC(n));
        wrong += strtod(buf, NULL) != strtod(want, NULL) || !is_tidy(buf);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_unit_is_the_last_place(void)
{
    CU_ASSERT_EQUAL(num_unit(0.0343825, (NumFormat)ROUND(3)), 0.001);
    CU_ASSERT_EQUAL(num_unit(0.41, (NumFormat)TRUNC(5)), 1e-5);
    CU_ASSERT_EQUAL(num_unit(7, (NumFormat)ROUND(0)), 1);
    CU_ASSERT_EQUAL(num_unit(0.00247262, (NumFormat)SIG(6)), 1e-8);
    CU_ASSERT_EQUAL(num_unit(1234.5678, (NumFormat)SIG(6)), 0.01);
    CU_ASSERT_EQUAL(num_unit(9.9999996, (NumFormat)SIG(6)), 1e-4);
    CU_ASSERT_EQUAL(num_unit(1234567, (NumFormat)SIG(6)), 1);
    CU_ASSERT_EQUAL(num_unit(0, (NumFormat)SIG(6)), 1e-5);
    CU_ASSERT_EQUAL(num_unit(1.23456e20, (NumFormat)SIG(6)), 1e15);
    CU_ASSERT_EQUAL(num_unit(1.5e-10, (NumFormat)SIG(3)), 1e-12);
    CU_ASSERT_EQUAL(num_unit(1e17, (NumFormat)ROUND(3)), 1000);
    CU_ASSERT_EQUAL(num_unit(INFINITY, (NumFormat)SIG(6)), 0);
    CU_ASSERT_EQUAL(num_unit(NAN, (NumFormat)TRUNC(3)), 0);
    CU_ASSERT(num_unit(5e-324, (NumFormat)SIG(6)) > 0);
}

/* What the guess and the explanations rely on: shown and meant differ by half a
 * unit at most, by one unit when cut. */
static void test_shown_is_within_its_unit(void)
{
    Rng r = { 0 };
    rng_seed(&r, 6);
    int wrong = 0;
    for (int i = 0; i < MANY; i++) {
        char buf[NUM_TEXT];
        double v = random_value(&r);
        NumFormat f = { (NumMode)rng_below(&r, 3), 1 + (int)rng_below(&r, 10) };
        double off = fabs(strtod(num_print(buf, v, f), NULL) - v), noise = fabs(v) * 1e-14;
        wrong += off > num_unit(v, f) * (f.mode == NUM_TRUNC ? 1 : 0.5) + noise;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_text_num_appends(void)
{
    Text t = { 0 };
    text_add(&t, "w5 = ");
    text_num(&t, 0.14, (NumFormat)SIG(6));
    CU_ASSERT_STRING_EQUAL(text_str(&t), "w5 = 0.14");
    text_free(&t);
}

/* ---- UTF-8 ---- */

static int columns(const char *s)
{
    return text_columns(s, strlen(s));
}

static void test_columns(void)
{
    CU_ASSERT_EQUAL(columns(""), 0);
    CU_ASSERT_EQUAL(columns("net.h.W"), 7);
    CU_ASSERT_EQUAL(columns("\xCE\xB8\xE2\x86\x90\xCE\xB7"), 3);          /* theta <- eta */
    CU_ASSERT_EQUAL(columns("e\xCC\x81"), 1);                             /* e + U+0301 */
    CU_ASSERT_EQUAL(columns("\xE4\xB8\xAD\xE6\x96\x87"), 4);              /* two Han */
    CU_ASSERT_EQUAL(columns("\xED\x95\x9C\xEF\xBC\xA1"), 4);              /* Hangul, wide A */
    CU_ASSERT_EQUAL(columns("\xF0\x9F\x99\x82"), 2);                      /* U+1F642 */
    CU_ASSERT_EQUAL(columns("\xE2\x94\x80\xE2\x96\x88"), 2);              /* line, block */
    CU_ASSERT_EQUAL(columns("a\xE2\x80\x8B" "b\xEF\xBB\xBF"), 2);         /* zero-width */
    CU_ASSERT_EQUAL(columns("a\xFF" "b"), 3);
    CU_ASSERT_EQUAL(columns("ab\tc"), 9);
    CU_ASSERT_EQUAL(columns("\033[1;31mred\033[0m"), 3);
    CU_ASSERT_EQUAL(text_columns("abc\xCE\xB8", 4), 4);                   /* cut in two */
    CU_ASSERT_EQUAL(text_columns("a\0b", 3), 2);
}

typedef struct {
    const char *from, *to;
} Made;

static void check_safe(const Made *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        Text t = { 0 };
        text_add_safe(&t, row[i].from, strlen(row[i].from));
        CU_ASSERT_STRING_EQUAL(text_str(&t), row[i].to);
        text_free(&t);
    }
}

static void test_safe_keeps_honest_text(void)
{
    static const Made ROWS[] = {
        { "", "" },
        { "y = 2*x # \\n stays\n\tz", "y = 2*x # \\n stays\n\tz" },
        { "\xCE\xB8 \xE2\x88\x82J \xE4\xB8\xAD \xF0\x9F\x99\x82",
          "\xCE\xB8 \xE2\x88\x82J \xE4\xB8\xAD \xF0\x9F\x99\x82" },
        { "e\xCC\x81", "e\xCC\x81" },
        { "\xC2\xA0\xC3\xBF", "\xC2\xA0\xC3\xBF" },
        { "\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80" },
    };
    check_safe(ROWS, sizeof ROWS / sizeof ROWS[0]);
}

static void test_safe_shows_controls(void)
{
    static const Made ROWS[] = {
        { "\033[2J", "\\x1b[2J" },
        { "\033]0;title\007", "\\x1b]0;title\\x07" },
        { "a\rb\b\x7F", "a\\x0db\\x08\\x7f" },
        { "\xC2\x9B" "31m", "\\u{009b}31m" },
        { "\xC2\x80\xC2\x9F", "\\u{0080}\\u{009f}" },
        { "\x9B" "31m", "\\x9b31m" },
    };
    check_safe(ROWS, sizeof ROWS / sizeof ROWS[0]);
    Text t = { 0 };
    text_add_safe(&t, "a\0b", 3);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "a\\x00b");
    text_free(&t);
}

static void test_safe_shows_broken_bytes(void)
{
    static const Made ROWS[] = {
        { "\xFF\xFE", "\\xff\\xfe" },
        { "\x80", "\\x80" },
        { "\xC0\x80", "\\xc0\\x80" },                                 /* overlong NUL */
        { "\xC1\xBF", "\\xc1\\xbf" },
        { "\xE0\x80\x9B", "\\xe0\\x80\\x9b" },                        /* overlong C1 */
        { "\xF0\x80\x80\x9B", "\\xf0\\x80\\x80\\x9b" },
        { "\xED\xA0\x80\xED\xBF\xBF", "\\xed\\xa0\\x80\\xed\\xbf\\xbf" }, /* surrogates */
        { "\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },               /* beyond U+10FFFF */
        { "\xF8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80" },
        { "\xCE", "\\xce" },                                          /* cut short */
        { "\xE2\x86", "\\xe2\\x86" },
        { "\xCE" "A", "\\xceA" },
        { "\xE2\x86\xCE\xB8", "\\xe2\\x86\xCE\xB8" },
        { "\xE2\x86\033", "\\xe2\\x86\\x1b" },
    };
    check_safe(ROWS, sizeof ROWS / sizeof ROWS[0]);
}

/* U+0800 .. U+FFFF as UTF-8. */
static void put_char(char out[4], unsigned c)
{
    out[0] = (char)(0xE0 | (c >> 12));
    out[1] = (char)(0x80 | ((c >> 6) & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    out[3] = '\0';
}

static void test_safe_shows_hidden_characters(void)
{
    static const unsigned HIDDEN[][2] = {
        { 0x202A, 0x202E }, { 0x2066, 0x2069 }, { 0x200B, 0x200F }, { 0xFEFF, 0xFEFF },
        { 0x2028, 0x2029 }, { 0x2060, 0x2064 }, { 0xFFFE, 0xFFFF },
    };
    for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++) {
        for (unsigned c = HIDDEN[i][0]; c <= HIDDEN[i][1]; c++) {
            char bytes[4], want[16];
            put_char(bytes, c);
            snprintf(want, sizeof want, "\\u{%04x}", c);
            check_safe(&(Made){ bytes, want }, 1);
        }
    }
    static const unsigned SEEN[] = { 0x200A, 0x2010, 0x2027, 0x202F, 0x2070, 0xFFFD };
    for (int i = 0; i < 6; i++) {
        char bytes[4];
        put_char(bytes, SEEN[i]);
        check_safe(&(Made){ bytes, bytes }, 1);
    }
    check_safe(&(Made){ "\xF3\xA0\x80\xA1", "\\u{e0021}" }, 1);           /* a tag */
}

/* Whatever comes in: no control byte goes out, and what went out is not changed
 * by going through again. */
static void test_safe_holds_for_any_bytes(void)
{
    Rng r = { 0 };
    rng_seed(&r, 7);
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        char in[24];
        size_t n = rng_below(&r, sizeof in + 1);
        for (size_t k = 0; k < n; k++) in[k] = (char)rng_below(&r, 256);
        Text once = { 0 }, twice = { 0 };
        text_add_safe(&once, in, n);
        text_add_safe(&twice, text_str(&once), once.len);
        wrong += strcmp(text_str(&once), text_str(&twice)) != 0;
        for (size_t k = 0; k < once.len; k++) {
            unsigned char c = (unsigned char)once.s[k];
            wrong += (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
        }
        text_free(&once);
        text_free(&twice);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

/* ---- the nearest name ---- */

static const char *near(const char *word)
{
    static const char *const NAMES[] = { "sigmoid", "softmax", "softplus", "relu", "tanh",
                                         "crossentropy", "w5", "w16", "x", "\xCE\xB8" "1" };
    const char *found = text_nearest(word, NAMES, sizeof NAMES / sizeof NAMES[0]);
    return found ? found : "(none)";
}

static void test_nearest(void)
{
    CU_ASSERT_STRING_EQUAL(near("sigmod"), "sigmoid");
    CU_ASSERT_STRING_EQUAL(near("sgimoid"), "sigmoid");
    CU_ASSERT_STRING_EQUAL(near("softmx"), "softmax");
    CU_ASSERT_STRING_EQUAL(near("rleu"), "relu");
    CU_ASSERT_STRING_EQUAL(near("ReLU"), "relu");
    CU_ASSERT_STRING_EQUAL(near("cross_entropy"), "crossentropy");
    CU_ASSERT_STRING_EQUAL(near("crosentrpi"), "crossentropy");
    CU_ASSERT_STRING_EQUAL(near("tahn"), "tanh");
    CU_ASSERT_STRING_EQUAL(near("w6"), "w5");
    CU_ASSERT_STRING_EQUAL(near("w"), "w5");
    CU_ASSERT_STRING_EQUAL(near("\xCE\xB7" "1"), "\xCE\xB8" "1");
    CU_ASSERT_STRING_EQUAL(near("softplus"), "softplus");
}

static void test_nearest_may_be_none(void)
{
    CU_ASSERT_STRING_EQUAL(near("attention"), "(none)");
    CU_ASSERT_STRING_EQUAL(near("q"), "(none)");
    CU_ASSERT_STRING_EQUAL(near("tnah_"), "(none)");
    CU_ASSERT_STRING_EQUAL(near("sgmod1"), "(none)");
    CU_ASSERT_STRING_EQUAL(near(""), "(none)");
    CU_ASSERT_PTR_NULL(text_nearest("relu", NULL, 0));
    char longer[1000];
    memset(longer, 'a', 999);
    longer[999] = '\0';
    CU_ASSERT_STRING_EQUAL(near(longer), "(none)");
}

CU_TestInfo text_tests[] = {
    { "text grows by strings, bytes and formats and can be emptied", test_text_grows },
    { "padding counts the columns of the current line", test_pad_counts_columns_of_the_line },
    { "numbers read as the decks print them", test_deck_digits },
    { "significant digits come without padding", test_significant_digits },
    { "counts are never rounded", test_counts_are_whole },
    { "decimals are rounded or cut", test_decimals },
    { "a value that is not zero never reads as 0", test_never_reads_as_zero },
    { "0, inf and nan read the same in every mode", test_special_values },
    { "17 significant digits read back to the same double", test_seventeen_digits_read_back },
    { "the exact form reads back to the same double", test_exact_reads_back },
    { "the exact form is the shortest", test_exact_is_short },
    { "significant digits are those of printf", test_sig_agrees_with_printf },
    { "rounded decimals are those of printf", test_round_agrees_with_printf },
    { "cut decimals are the digits as they stand", test_trunc_cuts_digits },
    { "the unit is the place value of the last digit", test_unit_is_the_last_place },
    { "the number shown is within its unit of the value", test_shown_is_within_its_unit },
    { "a number is appended as it is shown", test_text_num_appends },
    { "columns count what a terminal shows", test_columns },
    { "honest text goes through the funnel unchanged", test_safe_keeps_honest_text },
    { "control and escape characters are made visible", test_safe_shows_controls },
    { "bytes that are not UTF-8 are made visible", test_safe_shows_broken_bytes },
    { "bidi, zero-width and other hidden characters are made visible",
      test_safe_shows_hidden_characters },
    { "no bytes whatever get a control character through", test_safe_holds_for_any_bytes },
    { "a slip of the keys finds its name", test_nearest },
    { "what is near to nothing finds nothing", test_nearest_may_be_none },
    CU_TEST_INFO_NULL
};
