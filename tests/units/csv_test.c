/* csv_test.c -- files well-formed and nasty, and what becomes of them.
 *
 * The nasty ones stand in tests/data/csv; what must be large is written here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/stop.h"
#include "learn/csv.h"
#include "units.h"

/* ---- helpers ---- */

static const char *data_path(const char *name)
{
    static char path[1024];
    const char *root = getenv("srcdir");
    const char *const roots[] = { root ? root : ".", ".", "..", "../.." };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        snprintf(path, sizeof path, "%s/tests/data/csv/plain.csv", roots[i]);
        if (access(path, R_OK) != 0) continue;
        snprintf(path, sizeof path, "%s/tests/data/csv/%s", roots[i], name);
        return path;
    }
    return name;
}

static CsvTable read_ok(const char *name, const CsvOptions *o)
{
    CsvTable t;
    Diag d = { 0 };
    CsvOptions usual = csv_options();
    Status s = csv_read(data_path(name), o ? o : &usual, &t, &d);
    CU_ASSERT_EQUAL(s, OK);
    if (s != OK) printf("\n    %s\n", d.text);
    return t;
}

/* Reading must fail with this code, and the message and hint must hold these words. */
static void read_fails(const char *path, const CsvOptions *o, Status code, const char *text,
                       const char *hint)
{
    CsvTable t;
    Diag d = { 0 };
    CsvOptions usual = csv_options();
    Status s = csv_read(path, o ? o : &usual, &t, &d);
    CU_ASSERT_EQUAL(s, code);
    CU_ASSERT_EQUAL(d.code, code);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, text));
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, hint));
    if (!strstr(d.text, text) || !strstr(d.hint, hint)) printf("\n    %s | %s\n", d.text, d.hint);
    CU_ASSERT_PTR_NULL(t.x);
    CU_ASSERT_EQUAL(t.rows, 0);
    csv_table_free(&t);
}

static const char *scratch_path(void)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/gradus_csv_test_%ld", (long)getpid());
    return path;
}

/* A file of the given bytes, repeated. */
static const char *scratch_write(const char *head, const char *s, long times)
{
    FILE *f = fopen(scratch_path(), "wb");
    fputs(head, f);
    for (long i = 0; i < times; i++) fputs(s, f);
    fclose(f);
    return scratch_path();
}

/* ---- numbers ---- */

static bool number_is(const char *s, double want)
{
    double v;
    return csv_number(s, strlen(s), &v) && memcmp(&v, &want, sizeof v) == 0;
}

static void numbers_are_read_exactly(void)
{
    CU_ASSERT_TRUE(number_is("5.1", 5.1));
    CU_ASSERT_TRUE(number_is("-0", -0.0));
    CU_ASSERT_TRUE(number_is("+.5", 0.5));
    CU_ASSERT_TRUE(number_is("7.", 7.0));
    CU_ASSERT_TRUE(number_is(" 1e3\t", 1000.0));
    CU_ASSERT_TRUE(number_is("-1.25E-2", -0.0125));
    CU_ASSERT_TRUE(number_is("9007199254740993", 9007199254740992.0));
    CU_ASSERT_TRUE(number_is("9007199254740992e22", 9007199254740992e22));
    CU_ASSERT_TRUE(number_is("0.1000000000000000055511151231257827", 0.1));
    CU_ASSERT_TRUE(number_is("4.9e-324", 4.9e-324));
    CU_ASSERT_TRUE(number_is("1e999", INFINITY));
    CU_ASSERT_TRUE(number_is("0e99999999999", 0.0));
    CU_ASSERT_TRUE(number_is("00000000000000000000000000001.5", 1.5));
}

static void numbers_agree_with_strtod(void)
{
    unsigned long state = 12345;
    int wrong = 0;
    for (int i = 0; i < 200000; i++) {
        char s[64];
        state = state * 6364136223846793005UL + 1442695040888963407UL;
        int digits = (int)(state >> 60) + 1;
        double v = (double)(state >> 11) * 0x1p-53;
        snprintf(s, sizeof s, "%.*e", digits, v * pow(10, (int)(state >> 20) % 30));
        double got = 0;
        wrong += !csv_number(s, strlen(s), &got) || got != strtod(s, NULL);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void what_is_no_number_is_refused(void)
{
    static const char *const bad[] = {
        "", " ", ".", "-", "+", "e5", "1e", "1e+", "1.2.3", "1 2", "0x1F", "inf", "nan",
        "1,5", "--1", "5cm", "1_000", "1e5.5", "infinity", "1-2", "12a"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double v;
        CU_ASSERT_FALSE(csv_number(bad[i], strlen(bad[i]), &v));
    }
}

/* ---- what is read ---- */

static void text_target_becomes_classes(void)
{
    CsvTable t = read_ok("plain.csv", NULL);
    CU_ASSERT_EQUAL(t.rows, 3);
    CU_ASSERT_EQUAL(t.features, 2);
    CU_ASSERT_STRING_EQUAL(t.names[0], "height");
    CU_ASSERT_STRING_EQUAL(t.names[1], "width");
    CU_ASSERT_STRING_EQUAL(t.target, "kind");
    CU_ASSERT_EQUAL(t.n_class, 2);
    CU_ASSERT_STRING_EQUAL(t.classes[0], "cat");
    CU_ASSERT_STRING_EQUAL(t.classes[1], "dog");
    static const double x[] = { 1.5, 2, 2.5, -300, 0.5, 4 }, y[] = { 0, 1, 0 };
    CU_ASSERT_EQUAL(memcmp(t.x, x, sizeof x), 0);
    CU_ASSERT_EQUAL(memcmp(t.y, y, sizeof y), 0);
    csv_table_free(&t);
}

/* Every file here holds the rows 1,2,3 and 4,5,6. */
static void same_table(const char *name, const CsvOptions *o, const char *first)
{
    CsvTable t = read_ok(name, o);
    static const double x[] = { 1, 2, 4, 5 }, y[] = { 3, 6 };
    CU_ASSERT_EQUAL(t.rows, 2);
    CU_ASSERT_EQUAL(t.features, 2);
    CU_ASSERT_EQUAL(t.n_class, 0);
    if (t.rows == 2 && t.features == 2) {
        CU_ASSERT_EQUAL(memcmp(t.x, x, sizeof x), 0);
        CU_ASSERT_EQUAL(memcmp(t.y, y, sizeof y), 0);
        CU_ASSERT_STRING_EQUAL(t.names[0], first);
    }
    csv_table_free(&t);
}

static void separators_and_line_ends_are_found(void)
{
    same_table("semicolon.csv", NULL, "a");
    same_table("tab.csv", NULL, "a");
    same_table("bom_crlf.csv", NULL, "a");
    same_table("numeric_no_header.csv", NULL, "x1");
    same_table("no_names.csv", NULL, "x1");
    CsvOptions o = csv_options();
    o.separator = ';';
    same_table("semicolon.csv", &o, "a");
    o = csv_options();
    o.header = 1;
    CsvTable t = read_ok("numeric_no_header.csv", &o);
    CU_ASSERT_EQUAL(t.rows, 1);
    CU_ASSERT_STRING_EQUAL(t.names[1], "2");
    csv_table_free(&t);
}

static void header_is_guessed_from_the_first_row(void)
{
    CsvTable t = read_ok("no_header.csv", NULL);
    CU_ASSERT_EQUAL(t.rows, 2);
    CU_ASSERT_STRING_EQUAL(t.names[1], "x2");
    CU_ASSERT_STRING_EQUAL(t.target, "y");
    CU_ASSERT_STRING_EQUAL(t.classes[1], "dog");
    csv_table_free(&t);
}

static void quotes_keep_separators_and_newlines(void)
{
    CsvTable t = read_ok("quotes.csv", NULL);
    CU_ASSERT_EQUAL(t.rows, 3);
    CU_ASSERT_STRING_EQUAL(t.names[0], "the \"a\"");
    CU_ASSERT_STRING_EQUAL(t.names[1], "b, c");
    CU_ASSERT_STRING_EQUAL(t.classes[0], " say \"yes\" ");
    CU_ASSERT_STRING_EQUAL(t.classes[1], "two\nlines");
    CU_ASSERT_EQUAL(t.x[0], 1.5);
    CU_ASSERT_EQUAL(t.x[5], 6);
    csv_table_free(&t);
    t = read_ok("spaces.csv", NULL);
    CU_ASSERT_STRING_EQUAL(t.names[1], "b");
    CU_ASSERT_STRING_EQUAL(t.classes[0], "red apple");
    CU_ASSERT_EQUAL(t.x[2], 3);
    csv_table_free(&t);
}

static void target_can_be_any_column(void)
{
    CsvOptions o = csv_options();
    o.target.name = "a";
    CsvTable t = read_ok("numeric.csv", &o);
    CU_ASSERT_STRING_EQUAL(t.target, "a");
    CU_ASSERT_STRING_EQUAL(t.names[1], "y");
    CU_ASSERT_EQUAL(t.y[1], 4);
    CU_ASSERT_EQUAL(t.x[3], 6.5);
    csv_table_free(&t);
    o.target = (CsvColumn){ NULL, -2 };
    t = read_ok("numeric.csv", &o);
    CU_ASSERT_STRING_EQUAL(t.target, "b");
    csv_table_free(&t);
}

static void skipped_columns_may_be_text(void)
{
    CsvColumn skip[] = { { "name", 0 }, { NULL, -1 } };
    CsvOptions o = csv_options();
    o.skip = skip;
    o.n_skip = 2;
    CsvTable t = read_ok("with_text.csv", &o);
    CU_ASSERT_EQUAL(t.features, 1);
    CU_ASSERT_STRING_EQUAL(t.names[0], "age");
    CU_ASSERT_STRING_EQUAL(t.target, "fare");
    CU_ASSERT_EQUAL(t.y[0], 7.25);
    csv_table_free(&t);
}

static void numeric_classes_go_by_size(void)
{
    CsvOptions o = csv_options();
    o.classes = true;
    CsvTable t = read_ok("numeric_classes.csv", &o);
    CU_ASSERT_EQUAL(t.n_class, 3);
    CU_ASSERT_STRING_EQUAL(t.classes[0], "3");
    CU_ASSERT_STRING_EQUAL(t.classes[1], "7");
    CU_ASSERT_STRING_EQUAL(t.classes[2], "10");
    static const double y[] = { 1, 0, 1, 2 };
    CU_ASSERT_EQUAL(memcmp(t.y, y, sizeof y), 0);
    csv_table_free(&t);
    t = read_ok("numeric_classes.csv", NULL);
    CU_ASSERT_EQUAL(t.n_class, 0);
    CU_ASSERT_EQUAL(t.y[3], 10);
    csv_table_free(&t);
}

static void missing_values_are_dropped_or_filled_on_request(void)
{
    CsvOptions o = csv_options();
    o.missing = CSV_MISSING_DROP;
    CsvTable t = read_ok("missing.csv", &o);
    CU_ASSERT_EQUAL(t.rows, 1);
    CU_ASSERT_EQUAL(t.dropped, 4);
    CU_ASSERT_EQUAL(t.x[1], 2);
    csv_table_free(&t);
    o.target.name = "kind";
    t = read_ok("missing_drops_class.csv", &o);
    CU_ASSERT_EQUAL(t.rows, 2);
    CU_ASSERT_EQUAL(t.n_class, 2);
    CU_ASSERT_STRING_EQUAL(t.classes[1], "blue");
    csv_table_free(&t);
    o = csv_options();
    o.missing = CSV_MISSING_MEAN;
    t = read_ok("missing_features.csv", &o);
    CU_ASSERT_EQUAL(t.rows, 3);
    CU_ASSERT_EQUAL(t.filled, 2);
    CU_ASSERT_EQUAL(t.x[2], 3.5);                /* (1 + 6)/2 */
    CU_ASSERT_EQUAL(t.x[5], 3);                  /* (2 + 4)/2 */
    csv_table_free(&t);
}

static void foreign_bytes_survive_in_names(void)
{
    CsvTable t = read_ok("latin1.csv", NULL);
    CU_ASSERT_STRING_EQUAL(t.names[0], "gr\xF6\xDF" "e");
    csv_table_free(&t);
    t = read_ok("no_newline.csv", NULL);
    CU_ASSERT_EQUAL(t.rows, 1);
    CU_ASSERT_EQUAL(t.y[0], 2);
    csv_table_free(&t);
}

/* ---- what is refused ---- */

static void every_fault_names_its_place(void)
{
    static const struct {
        const char *file;
        Status      code;
        const char *text, *hint;
    } bad[] = {
        { "missing.csv", E_RANGE, "missing.csv:3:1: a value is missing in column 1 (a)",
          "missing=\"drop\"" },
        { "missing_column.csv", E_RANGE, ":2:2: a value is missing in column 2 (b)", "mean" },
        { "ragged_short.csv", E_SYNTAX, ":3: 2 cells in this row, but the first row has 3",
          "quotes" },
        { "ragged_long.csv", E_SYNTAX, ":4: 4 cells in this row", "separator" },
        { "empty.csv", E_SYNTAX, "empty.csv: the file is empty", "" },
        { "blank_lines.csv", E_SYNTAX, "the file is empty", "" },
        { "bom_only.csv", E_SYNTAX, "the file is empty", "" },
        { "header_only.csv", E_SYNTAX, "header row and nothing below", "header=0" },
        { "text_in_numbers.csv", E_TYPE, ":3:2: \"five\" in column 2 (b) is not a number",
          "skip=" },
        { "text_in_target.csv", E_TYPE, ":3:2: \"three\" in column 2 (y)", "classes=1" },
        { "decimal_comma.csv", E_TYPE, ":2:1: \"1,5\" in column 1", "decimal point" },
        { "thousands.csv", E_TYPE, ":2:1: \"1,234\"", "without commas" },
        { "cr_only.csv", E_TYPE, ":3:2: \"x\" in column 2 (b)", "" },
        { "nul.csv", E_IO, ":3: a NUL byte", "" },
        { "utf16.csv", E_IO, "UTF-16", "UTF-8" },
        { "spreadsheet.csv", E_IO, "spreadsheet", "as CSV" },
        { "quote_open.csv", E_SYNTAX, ":2:2: the quote that opens", "" },
        { "quote_inside.csv", E_SYNTAX, ":2:2: a quote inside", "written" },
        { "quote_after.csv", E_SYNTAX, ":2:2: a quote inside", "written" },
        { "three_quotes.csv", E_SYNTAX, ":1:1: the quote that opens", "" },
        { "one_quote.csv", E_SYNTAX, ":1:1: the quote that opens", "" },
        { "huge_number.csv", E_RANGE, ":3:1: 1e999 is beyond", "" },
        { "hex.csv", E_TYPE, ":2:1: \"0x1F\"", "" },
        { "infinite.csv", E_TYPE, ":3:1: \"inf\"", "" },
        { "one_column.csv", E_SHAPE, "no column is left", "separator" },
        { "with_text.csv", E_TYPE, ":2:1: \"Ada\" in column 1 (name)", "skip=" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        read_fails(data_path(bad[i].file), NULL, bad[i].code, bad[i].text, bad[i].hint);
    }
}

static void messages_hold_no_control_bytes(void)
{
    CsvTable t;
    Diag d = { 0 };
    CsvOptions o = csv_options();
    CU_ASSERT_EQUAL(csv_read(data_path("escape_fault.csv"), &o, &t, &d), E_TYPE);
    CU_ASSERT_PTR_NULL(strchr(d.text, 0x1B));
    CU_ASSERT_PTR_NOT_NULL(strcasestr(d.text, "\\x1b"));
}

static void columns_that_are_not_there_are_named(void)
{
    CsvOptions o = csv_options();
    o.target.name = "hight";
    read_fails(data_path("plain.csv"), &o, E_NAME, "target=\"hight\"", "\"height\"");
    o.target.name = "zzzzzzz";
    read_fails(data_path("plain.csv"), &o, E_NAME, "no column", "height, width, kind");
    o.target.name = "a";
    read_fails(data_path("twin_names.csv"), &o, E_NAME, "2 columns have that name", "0 to 2");
    read_fails(data_path("numeric_no_header.csv"), &o, E_NAME, "no header row", "header=1");
    o.target = (CsvColumn){ NULL, 3 };
    read_fails(data_path("plain.csv"), &o, E_RANGE, "3 columns, 0 to 2", "");
    o.target = (CsvColumn){ NULL, -4 };
    read_fails(data_path("plain.csv"), &o, E_RANGE, "target=-4", "");
    o.target = (CsvColumn){ "b", 0 };
    o.skip = &o.target;
    o.n_skip = 1;
    read_fails(data_path("numeric.csv"), &o, E_RANGE, "skip= leaves it out", "");
}

static void means_fill_features_only(void)
{
    CsvOptions o = csv_options();
    o.missing = CSV_MISSING_MEAN;
    read_fails(data_path("missing.csv"), &o, E_RANGE, ":6:3: a value is missing", "to be learned");
    read_fails(data_path("missing_column.csv"), &o, E_RANGE, "every value of b", "skip=");
    o.missing = CSV_MISSING_DROP;
    read_fails(data_path("missing_column.csv"), &o, E_RANGE, "every row", "");
}

static void only_regular_files_are_opened(void)
{
    read_fails("/", NULL, E_IO, "is a folder", "");
    read_fails("/dev/zero", NULL, E_IO, "is a device", "");
    read_fails(data_path("plain.csw"), NULL, E_IO, "no such file", "plain.csv");
    read_fails("/nowhere/at/all.csv", NULL, E_IO, "no such file", "no folder");
    mkfifo(scratch_path(), 0600);
    read_fails(scratch_path(), NULL, E_IO, "is a pipe", "");
    unlink(scratch_path());
}

static void limits_are_held(void)
{
    char *cell = mem_new(LIMIT_CSV_CELL + 3);
    memset(cell, '1', LIMIT_CSV_CELL + 1);
    read_fails(scratch_write("a,y\n", cell, 1), NULL, E_LIMIT, ":2:1: a cell of", "");
    read_fails(scratch_write("a,y\n\"", cell, 40), NULL, E_LIMIT, "a cell of more", "closing");
    free(cell);
    read_fails(scratch_write("", "1,", LIMIT_CSV_COLUMN), NULL, E_LIMIT, "more than 65536 col",
               "separator");
    CsvTable t = { 0 };
    Diag d = { 0 };
    CsvOptions o = csv_options();
    scratch_write("1", ",2", LIMIT_CSV_COLUMN - 1);
    CU_ASSERT_EQUAL(csv_read(scratch_path(), &o, &t, &d), OK);
    CU_ASSERT_EQUAL(t.features, LIMIT_CSV_COLUMN - 1);
    csv_table_free(&t);
    unlink(scratch_path());
}

static void memory_budget_is_held_and_given_back(void)
{
    size_t before = mem_taken(), budget = mem_budget();
    scratch_write("a,b,y\n", "1.5,2.5,3.5\n", 200000);
    mem_set_budget(before + (1 << 20));
    read_fails(scratch_path(), NULL, E_LIMIT, "do not fit into the memory budget", "skip=");
    mem_set_budget(budget);
    CU_ASSERT_EQUAL(mem_taken(), before);
    CsvTable t = { 0 };
    Diag d = { 0 };
    CsvOptions o = csv_options();
    CU_ASSERT_EQUAL(csv_read(scratch_path(), &o, &t, &d), OK);
    CU_ASSERT_EQUAL(t.rows, 200000);
    CU_ASSERT_EQUAL(t.x[399999], 2.5);
    CU_ASSERT_EQUAL(t.y[199999], 3.5);
    csv_table_free(&t);
    CU_ASSERT_EQUAL(mem_taken(), before);
    unlink(scratch_path());
}

static void reading_stops_when_asked(void)
{
    stop_flag = 1;
    read_fails(data_path("plain.csv"), NULL, E_STOP, "stopped", "");
    stop_forget();
}

static void many_classes_are_found_by_name(void)
{
    FILE *f = fopen(scratch_path(), "wb");
    for (int i = 0; i < 30000; i++) fprintf(f, "%d,c%d\n", i, i % 10007);
    fclose(f);
    CsvTable t = { 0 };
    Diag d = { 0 };
    CsvOptions o = csv_options();
    CU_ASSERT_EQUAL(csv_read(scratch_path(), &o, &t, &d), OK);
    CU_ASSERT_EQUAL(t.n_class, 10007);
    int wrong = 0;
    for (int i = 0; i < 30000; i++) wrong += t.y[i] != i % 10007;
    CU_ASSERT_EQUAL(wrong, 0);
    csv_table_free(&t);
    unlink(scratch_path());
}

/* Every text of up to four bytes over an alphabet of the bytes that matter. */
static void no_short_file_breaks_the_reader(void)
{
    static const char alphabet[] = "\"\",;\n\r 1a.\xEF";
    CsvOptions o = csv_options();
    long n = (long)sizeof alphabet - 1, all = n * n * n * n;
    size_t before = mem_taken();
    for (long i = 0; i < all; i++) {
        char s[5] = { alphabet[i % n], alphabet[i / n % n], alphabet[i / n / n % n],
                      alphabet[i / n / n / n], 0 };
        CsvTable t;
        Diag d = { 0 };
        if (csv_read(scratch_write("", s, 1), &o, &t, &d) == OK) csv_table_free(&t);
    }
    unlink(scratch_path());
    CU_ASSERT_EQUAL(mem_taken(), before);
}

CU_TestInfo csv_tests[] = {
    { "numbers are read exactly", numbers_are_read_exactly },
    { "numbers agree with strtod on 200,000 random texts", numbers_agree_with_strtod },
    { "what is no number is refused", what_is_no_number_is_refused },
    { "a target of text becomes classes in order of appearance", text_target_becomes_classes },
    { "separators, line ends and byte order mark are found", separators_and_line_ends_are_found },
    { "a header is guessed from the first row", header_is_guessed_from_the_first_row },
    { "quotes keep separators and newlines", quotes_keep_separators_and_newlines },
    { "the target can be any column", target_can_be_any_column },
    { "skipped columns may be text", skipped_columns_may_be_text },
    { "classes named by numbers go by size", numeric_classes_go_by_size },
    { "missing values are dropped or filled on request",
      missing_values_are_dropped_or_filled_on_request },
    { "foreign bytes survive in names", foreign_bytes_survive_in_names },
    { "every fault names file, line and column", every_fault_names_its_place },
    { "messages hold no control bytes", messages_hold_no_control_bytes },
    { "columns that are not there are named", columns_that_are_not_there_are_named },
    { "means fill features only", means_fill_features_only },
    { "only regular files are opened", only_regular_files_are_opened },
    { "limits of cells and columns are held", limits_are_held },
    { "the memory budget is held, and memory given back", memory_budget_is_held_and_given_back },
    { "reading stops when asked", reading_stops_when_asked },
    { "many classes are found by name", many_classes_are_found_by_name },
    { "no short file breaks the reader", no_short_file_breaks_the_reader },
    CU_TEST_INFO_NULL
};
