/* lesson_test.c -- lessons: read, rendered, played, tested, remembered.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/natives.h"
#include "teach/lesson.h"
#include "teach/progress.h"
#include "teach/step.h"

static const char tiny[] =
    "# A tiny lesson\n"                                        /*  1 */
    "\n"
    "Some *prose* with `code`.\n"
    "\n"
    "```gradus\n"
    ">> x = 2\n"
    "x = 2\n"
    "```\n"
    "\n"
    "```try\n"                                                 /* 10 */
    "Make y twice x.\n"
    "check: y == 2*x # y is not twice x.\n"
    "check: abs(grad(y, x) - 2) < 1e-9 # y should follow x.\n"
    "praise: Twice it is.\n"
    "solution:\n"
    "y = 2*x\n"
    "```\n"
    "\n"
    "```hint\n"
    "An equation.\n"                                           /* 20 */
    "```\n"
    "\n"
    "```guess\n"
    "What is a third of y?\n"
    "value: y/3\n"
    "answer: 1.3333\n"
    "```\n"
    "\n"
    "```choose\n"
    "Which is larger?\n"                                       /* 30 */
    "( ) x\n"
    "    It is 2.\n"
    "(x) y\n"
    "    It is 4.\n"
    "```\n"
    "\n"
    "The end.\n";

static Session *session_open(void)
{
    Session *s = session_new();
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    return s;
}

static void session_close(Session *s)
{
    step_free(s);
    session_free(s);
}

static Script *script_of(const char *text)
{
    Diag d = { 0 };
    int line;
    Script *script = script_read(text, strlen(text), &line, &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(script);
    return script;
}

/* ---- reading ---- */

static void pieces(void)
{
    Script *s = script_of(tiny);
    CU_ASSERT_STRING_EQUAL(s->title, "A tiny lesson");
    CU_ASSERT_EQUAL(s->n, 5);
    CU_ASSERT_EQUAL(s->piece[0].kind, PIECE_RUN);
    CU_ASSERT_EQUAL(s->piece[1].kind, PIECE_TRY);
    CU_ASSERT_EQUAL(s->piece[1].line, 11);
    CU_ASSERT_EQUAL(s->piece[1].n_check, 2);
    CU_ASSERT_EQUAL(s->piece[1].n_hint, 1);
    CU_ASSERT_STRING_EQUAL(s->piece[1].hint[0], "An equation.");
    CU_ASSERT_STRING_EQUAL(s->piece[1].ask, "Make y twice x.");
    CU_ASSERT_STRING_EQUAL(s->piece[2].value, "y/3");
    CU_ASSERT_EQUAL(s->piece[3].n_choice, 2);
    CU_ASSERT_TRUE(s->piece[3].choice[1].right);
    CU_ASSERT_STRING_EQUAL(s->piece[3].choice[0].reply, "It is 2.");
    CU_ASSERT_EQUAL(s->piece[4].kind, PIECE_READ);
    script_free(s);
}

static void refused(const char *text, int at, const char *word)
{
    Diag d = { 0 };
    int line;
    CU_ASSERT_PTR_NULL(script_read(text, strlen(text), &line, &d));
    CU_ASSERT_EQUAL(line, at);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, word));
}

static void bad_lessons(void)
{
    refused("", 1, "title");
    refused("no title\n", 1, "title");
    refused("# T\n\n```try\nDo it.\n```\n", 3, "check:");
    refused("# T\n\n```try\ncheck: 1\n```\n", 3, "solution:");
    refused("# T\n\n```guess\nWhat?\n```\n", 3, "value:");
    refused("# T\n\n```guess\nWhat?\nvalue: 1\ndigits: 99\n```\n", 3, "99");
    refused("# T\n\n```choose\nWhich?\n( ) a\n    no\n```\n", 3, "not 0");
    refused("# T\n\n```choose\nWhich?\n(x) a\n```\n", 3, "missing");
    refused("# T\n\n```hint\nlost\n```\n", 3, "below");
}

/* ---- rendering ---- */

static void rendered(const char *md, bool ansi, const char *expected)
{
    Text t = { 0 };
    cmark_node *doc = cmark_parse_document(md, strlen(md), 0);
    markup_blocks(&t, cmark_node_first_child(doc), NULL, (MarkupLook){ 20, ansi });
    CU_ASSERT_STRING_EQUAL(text_str(&t), expected);
    cmark_node_free(doc);
    text_free(&t);
}

static void plain(void)
{
    rendered("# Head\n\nOne two three four *five* **six** seven.\n", false,
             "Head\n====\n\nOne two three four\n*five* *six* seven.\n");
    rendered("- a\n- b c d e f g h i j k\n\nend\n", false,
             "- a\n- b c d e f g h i j\n  k\n\nend\n");
    rendered("3. x\n4. y\n", false, "3. x\n4. y\n");
    rendered("    code  here\n", false, "    code  here\n");
    rendered("> quoted\n", false, "| quoted\n");
    rendered("[text](http://a.b)\n", false, "text <http://a.b>\n");
    rendered("```hint\nhidden\n```\n", false, "");
    rendered("Use `x`.\n", true, "Use \033[36mx\033[39m.\n");
}

static void strangers(void)
{
    rendered("a\033[31mb\n", true, "a\\x1b[31mb\n");
    rendered("```\n\033]0;x\007\n```\n", false, "    \\x1b]0;x\\x07\n");
}

static void deep_nesting(void)
{
    Text md = { 0 }, t = { 0 };
    for (int i = 0; i < 20000; i++) text_add(&md, "> ");
    text_add(&md, "deep\n");
    cmark_node *doc = cmark_parse_document(md.s, md.len, 0);
    markup_blocks(&t, cmark_node_first_child(doc), NULL, (MarkupLook){ 40, false });
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "| deep\n"));
    cmark_node_free(doc);
    text_free(&md);
    text_free(&t);
}

/* ---- playing ---- */

/* What a person types at the prompt of a lesson. */
static void type(Session *s, Lesson *l, const char *text)
{
    Diag d = { 0 };
    Source *src = NULL;
    Reader r = { .name = "prompt", .text = text, .len = strlen(text), .line = 1,
                 .is_command = session_is_command, .ctx = s };
    CU_ASSERT_EQUAL_FATAL(parse_next(&r, &src, &d), OK);
    if (!lesson_takes(l, src) && session_run(s, src, &d) == OK) lesson_after(l, src);
    text_clear(&s->out);
    source_drop(src);
}

/* Does the lesson's last text contain that? Forgets it. */
static bool said(Lesson *l, const char *what)
{
    bool yes = strstr(text_str(lesson_text(l)), what) != NULL;
    if (!yes) fprintf(stderr, "%s\n", text_str(lesson_text(l)));
    text_clear(lesson_text(l));
    return yes;
}

static Lesson *tiny_open(Session *s, int from)
{
    return lesson_open(s, script_of(tiny), (LessonStyle){ .look = { 200, false } }, from);
}

static void played_through(void)
{
    Session *s = session_open();
    Lesson *l = tiny_open(s, 0);
    CU_ASSERT_TRUE(said(l, "A tiny lesson\n=="));
    CU_ASSERT_TRUE(lesson_enter(l));
    CU_ASSERT_TRUE(said(l, ">> x = 2\nx = 2\n"));
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "x"), 2, 0);
    CU_ASSERT_TRUE(lesson_waits(l));
    type(s, l, "y = 4");
    CU_ASSERT_TRUE(said(l, "Not yet: y should follow x."));
    type(s, l, "y = x + x");
    CU_ASSERT_TRUE(said(l, "Twice it is."));
    CU_ASSERT_EQUAL(lesson_at(l), 2);
    type(s, l, "1.2");
    CU_ASSERT_TRUE(said(l, "Not 1.2: that is too small."));
    type(s, l, "-5");
    CU_ASSERT_TRUE(said(l, "Not -5: that is too small."));
    type(s, l, "1.");
    CU_ASSERT_TRUE(said(l, "Not 1.: that is too small."));
    type(s, l, "1.33");
    CU_ASSERT_TRUE(said(l, "Right. It is 1.33333."));
    type(s, l, "7");
    CU_ASSERT_TRUE(said(l, "from 1 to 2"));
    type(s, l, "1");
    CU_ASSERT_TRUE(said(l, "It is 2."));
    type(s, l, "2");
    CU_ASSERT_TRUE(said(l, "Tasks solved: 1 of 1. Right at once: 0 of 2 questions."));
    CU_ASSERT_TRUE(lesson_done(l));
    CU_ASSERT_FALSE(lesson_enter(l));
    lesson_close(l);
    session_close(s);
}

static void digits_wanted(void)
{
    Session *s = session_open();
    Lesson *l = tiny_open(s, 2);
    said(l, "third");
    type(s, l, "1.3");
    CU_ASSERT_TRUE(said(l, "Right."));
    lesson_close(l);
    l = lesson_open(s, script_of("# T\n\n```guess\nWhat?\nvalue: 0.0024726\n```\n"),
                    (LessonStyle){ .look = { 200, false } }, 0);
    said(l, "What?");
    type(s, l, "0.002");
    CU_ASSERT_TRUE(said(l, "0.002 is right as far as it goes. Give 2 digits."));
    type(s, l, "-0.0024726");
    CU_ASSERT_TRUE(said(l, "Look at the sign."));
    type(s, l, "0.0024");
    CU_ASSERT_TRUE(said(l, "It is 0.0024726."));
    lesson_close(l);
    session_close(s);
}

static void experiments(void)
{
    Session *s = session_open();
    Lesson *l = tiny_open(s, 0);
    lesson_enter(l);
    type(s, l, "y = 2*x");
    CU_ASSERT_EQUAL(lesson_at(l), 2);
    type(s, l, "x <- 100");
    type(s, l, "z = 1");
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "y"), 200, 0);
    said(l, "");
    type(s, l, "1.3333");
    CU_ASSERT_TRUE(said(l, "set aside"));
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "y"), 4, 0);
    CU_ASSERT_PTR_NULL(session_find(s, "z"));
    type(s, l, "x <- 7");
    lesson_again(l);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "x"), 2, 0);
    lesson_close(l);
    session_close(s);
}

static void names_come_back(void)
{
    Session *s = session_open();
    Diag d = { 0 };
    int line;
    CU_ASSERT_EQUAL(session_run_text(s, "t", "x = 10\nown = 3*x\nx <- 11\ndigits = 1", &d, &line),
                    OK);
    s->format = (NumFormat){ NUM_ROUND, 3 };
    Lesson *l = tiny_open(s, 0);
    CU_ASSERT_PTR_NULL(session_find(s, "own"));
    CU_ASSERT_EQUAL(s->format.digits, 6);
    lesson_enter(l);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "x"), 2, 0);
    type(s, l, "undo");
    lesson_close(l);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "own"), 33, 0);
    CU_ASSERT_EQUAL(s->format.digits, 3);
    CU_ASSERT_EQUAL(session_run_text(s, "t", "x <- 2", &d, &line), OK);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "own"), 6, 0);
    session_close(s);
}

static void help_and_skipping(void)
{
    Session *s = session_open();
    Lesson *l = tiny_open(s, 1);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "x"), 2, 0);
    said(l, "");
    lesson_hint(l);
    CU_ASSERT_TRUE(said(l, "An equation."));
    lesson_hint(l);
    CU_ASSERT_TRUE(said(l, "That was the last hint"));
    type(s, l, "y = 5");
    lesson_skip(l);
    CU_ASSERT_TRUE(said(l, ">> y = 2*x\ny = 4\n"));
    lesson_skip(l);
    CU_ASSERT_TRUE(said(l, "y/3 is 1.33333."));
    lesson_skip(l);
    CU_ASSERT_TRUE(said(l, "It is 2: y"));
    CU_ASSERT_TRUE(lesson_done(l));
    lesson_skip(l);
    lesson_hint(l);
    lesson_again(l);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "y"), 4, 0);
    lesson_close(l);
    session_close(s);
}

static const char show_text[] =
    "# A demo\n\nOne.\n\n```gradus\n>> n = 1\nn = 1\n```\n\n"
    "Two.\n\n```gradus\n>> n <- n + 1\nn = 2\n```\n";

static const LessonStyle demo_style = { .look = { 70, false }, .demo = true };

static void demos(void)
{
    Session *s = session_open();
    Lesson *l = lesson_open(s, script_of(show_text), demo_style, 0);
    CU_ASSERT_TRUE(said(l, "A demo. Enter plays"));
    lesson_enter(l);
    CU_ASSERT_TRUE(said(l, "One.\n\n>> n = 1\nn = 1\n"));
    type(s, l, "n <- 5");
    lesson_enter(l);
    CU_ASSERT_TRUE(said(l, ">> n <- n + 1\nn = 6\n"));     /* what the presenter typed is live */
    type(s, l, "b");
    CU_ASSERT_TRUE(said(l, "piece 2 of 2 comes next"));
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "n"), 1, 0);
    lesson_enter(l);
    CU_ASSERT_DOUBLE_EQUAL(session_number(s, "n"), 2, 0);
    CU_ASSERT_FALSE(lesson_enter(l));
    lesson_close(l);
    session_close(s);
}

static Status run_danger(Call *c, Value *out)
{
    (void)out;
    text_add(&c->s->out, "the danger ran\n");
    return OK;
}

static const Builtin dangers[] = {
    { .name = "danger", .usage = "danger", .help = "Writes a file.", .group = "test",
      .flags = BUILTIN_COMMAND | BUILTIN_UNSAFE,
      .run = run_danger },
    { 0 }
};

static void safe_code(void)
{
    Session *s = session_open();
    session_add_table(s, dangers);
    static const char text[] = "# T\n\n```gradus\n>> danger\n```\n\nend\n\n---\n\nmore\n";
    Lesson *l = lesson_open(s, script_of(text), (LessonStyle){ .look = { 200, false } }, 0);
    lesson_enter(l);
    CU_ASSERT_PTR_NULL(strstr(text_str(lesson_text(l)), "the danger ran"));
    CU_ASSERT_TRUE(said(l, "error: "));
    CU_ASSERT_FALSE(s->safe);
    lesson_close(l);
    session_close(s);
}

/* ---- testing ---- */

static void tested(const char *text, int passed, int failed, const char *fault)
{
    Session *s = session_open();
    Tally t = { 0 };
    lesson_test(s, "l.md", text, strlen(text), &t);
    CU_ASSERT_EQUAL(t.passed, passed);
    CU_ASSERT_EQUAL(t.failed, failed);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t.faults), fault));
    text_free(&t.faults);
    session_close(s);
}

static void lesson_tests_lessons(void)
{
    tested(tiny, 8, 0, "");
    tested("# T\n\n```gradus\n>> 1 + 1\n3\n```\n", 0, 1, "l.md:4: 1 + 1");
    tested("# T\n\n```try\nDo.\ncheck: 1\nsolution:\nx = 1\n```\n", 2, 1,
           "l.md:4: all checks hold before");
    tested("# T\n\n```try\nDo.\ncheck: x == 2\nsolution:\nx = 1\n```\n", 2, 1,
           "l.md:4: the solution leaves");
    tested("# T\n\n```guess\nWhat?\nvalue: 1/0\n```\n", 0, 1, "no finite number");
    tested("# T\n\n```guess\nWhat?\nvalue: 1/3\nanswer: 0.34\n```\n", 1, 1, "not 0.34");
    tested("# T\n\n```try\nDo.\n```\n", 0, 1, "l.md:3: a try block");
}

/* ---- remembering ---- */

static void remembered(void)
{
    char folder[] = "/tmp/gradus-units-XXXXXX", path[100];
    Diag d = { 0 };
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/new/lessons", folder);
    CU_ASSERT_EQUAL(progress_read(path, "one").of, 0);
    CU_ASSERT_EQUAL(progress_write(path, "one", (Progress){ 3, 9, 0 }, &d), OK);
    CU_ASSERT_EQUAL(progress_write(path, "two", (Progress){ 5, 5, 1 }, &d), OK);
    CU_ASSERT_EQUAL(progress_write(path, "one", (Progress){ 4, 9, 2 }, &d), OK);
    CU_ASSERT_EQUAL(progress_read(path, "one").at, 4);
    CU_ASSERT_EQUAL(progress_read(path, "one").times, 2);
    CU_ASSERT_EQUAL(progress_read(path, "two").at, 5);
    CU_ASSERT_EQUAL(progress_read(path, "tw").of, 0);
    FILE *f = fopen(path, "w");
    fputs("one x y z\ntwo 9 3 1\nthree -1 4 0\n\n\nfour 1 2 0", f);
    fclose(f);
    CU_ASSERT_EQUAL(progress_read(path, "one").of, 0);     /* what makes no sense is nothing */
    CU_ASSERT_EQUAL(progress_read(path, "two").of, 0);
    CU_ASSERT_EQUAL(progress_read(path, "four").of, 2);
    remove(path);
    snprintf(path, sizeof path, "%s/new", folder);
    CU_ASSERT_EQUAL(rmdir(path), 0);                       /* nothing is left beside the file */
    rmdir(folder);
}

static void not_remembered(void)
{
    Diag d = { 0 };
    CU_ASSERT_EQUAL(progress_write("/dev/null/lessons", "one", (Progress){ 1, 2, 0 }, &d), E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "/dev/null/lessons"));
    CU_ASSERT_EQUAL(progress_write(NULL, "one", (Progress){ 1, 2, 0 }, &d), OK);
}

CU_TestInfo lesson_tests[] = {
    { "a lesson is read as pieces, each ended by its block", pieces },
    { "a bad lesson is refused with the line and the reason", bad_lessons },
    { "CommonMark becomes wrapped text", plain },
    { "escapes in a stranger's lesson never reach the terminal", strangers },
    { "nesting without end does no harm", deep_nesting },
    { "a lesson is played: run, try, guess, choose, summary", played_through },
    { "a guess needs the digits that are asked for", digits_wanted },
    { "experiments are set aside when the lesson goes on, and by again", experiments },
    { "the reader's own names come back", names_come_back },
    { "hints come one by one, skip shows the solution and goes on", help_and_skipping },
    { "a demo plays forwards and back, with live typing in between", demos },
    { "lesson code may only compute", safe_code },
    { "the lesson tests find what is wrong in a lesson", lesson_tests_lessons },
    { "progress is kept by lesson", remembered },
    { "progress that cannot be kept is told", not_remembered },
    CU_TEST_INFO_NULL
};
