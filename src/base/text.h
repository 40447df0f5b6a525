/* text.h -- growable output, and the only place that formats a number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_TEXT_H
#define GRADUS_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Text {
    char  *s;               /* always NUL-terminated once anything was added; NULL when empty */
    size_t len, cap;
} Text;

void text_add(Text *t, const char *s);
void text_addn(Text *t, const char *s, size_t n);
void text_addc(Text *t, char c);
void text_addf(Text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_vaddf(Text *t, const char *fmt, va_list ap);
void text_pad(Text *t, int columns);               /* spaces until the current line is that wide */
void text_clear(Text *t);                          /* empty, memory kept */
void text_free(Text *t);
const char *text_str(const Text *t);               /* "" when empty, never NULL */

/* How numbers are shown; arithmetic is never touched.
 *   SIG    n significant digits, like %g without padding (the default, 6)
 *   ROUND  n decimals, rounded half to even of the exact decimal value
 *   TRUNC  n decimals, cut; 0.47 computed as 0.46999999999999997 still shows 0.47 */
typedef enum { NUM_SIG, NUM_ROUND, NUM_TRUNC } NumMode;
typedef struct {
    NumMode mode;
    int     digits;         /* SIG: 1..17; ROUND, TRUNC: 0..17 */
} NumFormat;

/* The text of v: shortest form in that mode ("0.41", "2", "-6", "1e-5", "inf",
 * "nan"), trailing zeros dropped; a value that is not zero never reads as 0:
 * when the decimals in force would show 0 it gets "0.000" style zeros instead
 * (with a minus sign when negative). Always valid Gradus. Returns buf. */
enum { NUM_TEXT = 40 };
char *num_print(char buf[NUM_TEXT], double v, NumFormat f);

/* Shortest decimal that reads back to the same double. */
char *num_exact(char buf[NUM_TEXT], double v);

/* The place value of the last digit that num_print shows for v in f:
 * 0.001 for three decimals; for SIG it depends on v's size. */
double num_unit(double v, NumFormat f);

void text_num(Text *t, double v, NumFormat f);

/* Display columns of UTF-8 text (locale-independent, wide characters count 2). */
int text_columns(const char *s, size_t n);

/* The funnel: append s so that a terminal is safe: valid UTF-8 only, control,
 * escape, bidi and zero-width characters made visible as \xNN or \u{NNNN}
 * (newline and tab stay). Everything that comes from outside goes through it. */
void text_add_safe(Text *t, const char *s, size_t n);

/* Nearest of n names to word by edit distance (at most 1/3 of its letters, at
 * least 1); NULL when none is near. */
const char *text_nearest(const char *word, const char *const *names, int n);

#endif
