"""Lessons and demos at the prompt: Enter goes on, answers are taken, progress is kept.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import signal

from screens import Term, check, fresh_home

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

LESSON = """# A small lesson

Some **bold** prose.

```gradus
>> x = 2
x = 2
```

```try
Make y twice x.
check: y == 2*x # y is not twice x.
solution:
y = 2*x
```

```hint
An equation will do.
```

```guess
What is 1/8?
value: 1/8
```

The end \033[31mof it.
"""

DEMO = """# A small demo

One.

```gradus
>> n = 1
n = 1
```

Two.

```gradus
>> n <- n + 1
n = 2
```
"""


def shelf():
    """A data folder with one lesson and one demo of our own."""
    root = fresh_home()
    os.makedirs(os.path.join(root, "lessons", "demos"))
    for name, text in [("01-small.md", LESSON), ("demos/show.md", DEMO),
                       ("02-broken.md", "# Broken\n\n```try\nDo it.\n```\n")]:
        with open(os.path.join(root, "lessons", name), "w", encoding="utf-8") as f:
            f.write(text)
    return root


def small(args=(), home=None, env=None, **how):
    """A terminal with that shelf, plain text."""
    return Term(args=["--no-color", *args], home=home,
                env={"GRADUS_DATA": shelf(), **(env or {})}, **how)


def test_the_menu_lists_the_lessons_of_the_folder():
    t = small()
    t.line("lesson")
    t.wait("   1  small                A small lesson")
    t.wait("   2  broken               Broken")
    t.line("demo")
    t.wait("  show                 A small demo")


def test_enter_runs_the_lesson_and_answers_are_taken():
    t = small(size=(60, 80))
    t.line("lesson 1")
    t.wait_line("A small lesson")
    t.wait_line("[1/4] Enter runs it.")
    t.key("enter")
    t.wait_line("x = 2")
    t.wait("Your turn.")
    t.line("hint")
    t.wait_line("  An equation will do.")
    t.line("y = 5")
    t.wait_line("Not yet: y is not twice x.")
    t.line("y = x + x")
    t.wait_line("Well done.")
    t.line("0.3")
    t.wait_line("Not 0.3: that is too large.")
    t.line("0.125")
    t.wait_line("Right. It is 0.125.")
    t.wait("Tasks solved: 1 of 1.")
    t.wait("The end \\x1b[31mof it.")
    t.wait_prompt()


def test_the_readers_names_come_back():
    t = small(size=(60, 80))
    t.line("x = 77")
    t.line("lesson small")
    t.wait("[1/4]")
    t.key("enter")
    t.wait("[2/4]")
    t.line("leave")
    t.wait("Your own names are back.")
    t.line("x + 1")
    t.wait_line("78")


def test_progress_survives_a_kill_and_the_lesson_goes_on_there():
    home, root = fresh_home(), shelf()
    t = Term(home=home, env={"GRADUS_DATA": root})
    t.line("lesson small")
    t.wait("[1/4]")
    t.key("enter")
    t.wait("[2/4]")
    t.signal(signal.SIGKILL)
    t.end()
    t = Term(home=home, env={"GRADUS_DATA": root}, size=(60, 80))
    t.line("lesson")
    t.wait("(1 of 4)")
    t.line("lesson small")
    t.wait("Going on at piece 2 of 4")
    t.line("x")
    t.wait_line("2")
    t.line("lesson small, from=1")
    t.wait_line("[1/4] Enter runs it.")


def test_what_was_tried_is_set_aside():
    t = small(size=(60, 80))
    t.line("lesson small")
    t.wait("[1/4]")
    t.line("x = 50")
    t.wait_line("x = 50")
    t.key("enter")
    t.wait("What you tried is set aside")
    t.wait("[2/4]")
    t.line("x")
    t.wait_line("2")


def test_a_demo_plays_forwards_and_back():
    t = small(args=["--demo", "show"], size=(60, 80))
    t.wait("A small demo. Enter plays the next piece")
    t.key("enter")
    t.wait_line("One.")
    t.wait_line("n = 1")
    t.send(" ")
    t.key("enter")
    t.wait_line("n = 2")
    t.line("b")
    t.wait("piece 2 of 2 comes next")
    t.line("n + 100")
    t.wait_line("101")
    t.line("n <- 40")
    t.wait_line("n = 40")
    t.key("enter")
    t.wait_line("n = 41")
    t.wait("(The end.")


def test_faults_are_sentences():
    t = small()
    t.line("lesson smal7")
    t.wait("there is no lesson smal7")
    t.line("hint")
    t.wait("no lesson is going on")
    t.line("lesson broken")
    t.wait("02-broken.md:3: a try block needs")
    t.line("lesson small, from=9")
    t.wait("from=9 is beyond")
    t.line("demo nothing")
    t.wait("there is no demo nothing")
    t.line("1 + 1")
    t.wait_line("2")


def test_progress_that_cannot_be_kept_is_told_once():
    t = small(env={"XDG_STATE_HOME": "/dev/null"}, size=(60, 80))
    t.line("lesson small")
    t.wait("[1/4]")
    t.key("enter")
    t.wait("cannot keep the lesson's progress in /dev/null/gradus/lessons")
    t.wait("[2/4]")
    t.line("skip")
    t.wait("[3/4]")
    check(t.text().count("cannot keep") == 1, "told twice")


def test_bold_is_bold_where_there_are_colours():
    t = Term(env={"GRADUS_DATA": shelf()})
    t.line("lesson small")
    t.wait("Some bold prose.")
    check(t.style("bold prose").bold, "not bold")
    check(not t.style("prose").bold, "bold goes on")
    t = small()
    t.line("lesson small")
    t.wait("Some *bold* prose.")


def test_the_first_real_lesson_can_be_walked_through():
    t = Term(args=["--no-color", "--lesson", "perceptron"], env={"GRADUS_DATA": TOP, "DISPLAY": None},
             size=(60, 80))
    t.wait("[1/")
    for _ in range(60):
        t.line("skip")
        t.settle()
        check("error:" not in t.text(), "the lesson has an error")
        if "That was" in t.text():
            break
    t.wait('That was "The perceptron".')
    t.line("quit")
    check(t.end() == 0, "status 0")
    t.check_restored()


def test_stepping_goes_on_with_enter_inside_a_task():
    t = Term(args=["--no-color"], env={"GRADUS_DATA": TOP}, size=(60, 80))
    t.line("lesson backward-by-hand, from=15")
    t.wait("[15/")
    t.line("step E, optimizer=sgd(lr=0.5)")
    t.wait("sum_h1 = i1*w1 + i2*w3 + b1")
    t.key("enter")
    t.wait("h1 = sigmoid(sum_h1)")
    t.line("finish")
    t.line("finish")
    t.line("finish")
    t.wait("The whole of backpropagation, once around.")
