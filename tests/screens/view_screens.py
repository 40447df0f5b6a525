"""The full-screen view: what it shows, what its keys do, and that the terminal comes back.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import signal
import time

from screens import Shell, Term, check, fresh_home

NET = """xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)
d = data("xor")
xor.h.W <- [[1.8, -1.8], [-2, 2.1]]
xor.h.b <- [0, 0]
xor.o.W <- [[2.5], [2.4]]
xor.o.b <- [-1.5]
"""


def script():
    """The network as a file."""
    path = os.path.join(fresh_home(), "net.gr")
    with open(path, "w", encoding="utf-8") as file:
        file.write(NET)
    return path


def opened(**how):
    """The view of the network on a terminal."""
    t = Term(["-i", script()], **how)
    t.line("view xor, d")
    t.wait("q leave")
    return t


def opened_in_shell():
    """The same under a shell with job control."""
    t = Shell()
    t.line(f'run "{script()}"')
    t.wait_prompt()
    t.line("view xor, d")
    t.wait("q leave")
    return t


def check_left(t):
    """Back at a prompt that answers, and the terminal as it was."""
    t.wait_prompt()
    t.line("40 + 2")
    t.wait_line("42")
    t.wait_prompt()
    t.key("ctrl_d")
    check(t.end() == 0, "the program did not end well")
    t.check_restored()


# --- what is shown ---

def test_it_shows_network_weights_equation_loss_and_data():
    t = opened()
    top = t.lines()[0]
    check(top.startswith(" gradus  xor  2 → 2 tanh → 1 sigmoid"), f"title: {top!r}")
    for part in ["─ network ─", "▸equation", "─ loss ─", "─ data  d  4 rows, sse ─",
                 "─ xor.h.W, b | gradients  1/2 ─", "E = sse(xor([0, 0]), [0])",
                 "0  +1.800█ -1.800█", "►0      0      0      0 0.1824 0.0166"]:
        check(part in t.text(), f"not shown: {part}\n{t.picture()}")
    check(t.lines()[22].startswith("└"), "the frame does not end above the footer")
    check(t.lines()[23].startswith(" s step  n next"), "no footer")


def test_larger_screens_show_more():
    for rows, columns in [(40, 120), (60, 200)]:
        t = opened(size=(rows, columns))
        check("─ trace ─" in t.text(), f"no trace at {columns}x{rows}")
        check(t.lines()[rows - 2].endswith("┘") and len(t.lines()[rows - 2]) == columns,
              f"the frame does not fill {columns}x{rows}")
        check("+1.80━━" in t.text(), "no numbers on the wires")
        check("w why" in t.lines()[rows - 1], "the footer has room for more")


def test_at_40_by_12_the_focused_pane_is_left():
    t = opened(size=(12, 40))
    check("▸equation" in t.text() and "network ─" not in t.text(), t.picture())
    t.key("tab")
    t.wait("▸loss")
    t.key("\033[Z")
    t.key("\033[Z")
    t.wait("▸xor.h.W")
    t.wait("+1.800")


def test_it_follows_a_resize():
    t = opened()
    t.key("s")
    t.wait("FORWARD 1/5")
    t.resize(60, 200)
    t.wait("─ trace ─")
    t.settle()
    check(len(t.lines()[58]) == 200, "the frame does not fill the new size")
    t.resize(12, 40)
    t.wait_gone("network ─")
    t.settle()
    check(t.lines()[10] == "└" + "─" * 38 + "┘", t.picture())
    t.resize(24, 80)
    t.wait("─ data  d")
    t.key("q")
    check_left(t)


def test_signs_need_no_colour():
    t = opened(term="vt100")
    check("╲━━+━━" in t.text() and "- ╱" in t.text(), t.picture())
    check(not re.search(rb"\033\[[34]\d(;\d+)*m", t.raw), "colours on a vt100")
    check(t.style("+2.100").fg == "default", "a colour on a vt100")
    t.key("q")
    check_left(t)


def test_positive_and_negative_differ_in_colour():
    t = opened()
    plus, minus = t.style("+1.800"), t.style("-1.800")
    check(plus.fg != "default" and minus.fg != "default" and plus.fg != minus.fg,
          f"{plus.fg} and {minus.fg}")


def test_no_color_is_obeyed():
    t = opened(env={"NO_COLOR": "1"})
    check(t.style("+1.800").fg == "default", "a colour in spite of NO_COLOR")


def test_ascii_when_the_locale_is_not_utf8():
    t = opened(env={"LANG": "C", "LC_ALL": "C"})
    t.key("s")
    t.wait("FORWARD 1/5")
    check(t.text().isascii(), t.picture())
    check("2 > 2 tanh > 1 sigmoid" in t.text(), t.picture())


# --- keys are commands ---

def test_s_steps_and_the_session_stands_there():
    t = opened()
    t.key("s")
    t.wait("FORWARD 1/5")
    t.wait("xor.h.z[0]")
    t.key("s")
    t.wait("xor.h.z[1]")
    t.key("q")
    t.wait_prompt()
    t.line("step")
    t.wait("forward 2 of 5, number 1 of 2")


def test_next_finish_back_and_undo():
    t = opened()
    t.key("s", "n", "n")
    t.wait("FORWARD 2/5")
    t.key("f")
    t.wait("E = 0.0166395")
    t.key("s")
    t.wait("BACKWARD 1/8")
    t.key("b")
    t.wait("FORWARD 5/5")
    t.key("c")
    t.wait("pass 1")
    t.key("b")
    t.wait_gone("pass 1")


def test_space_runs_and_pauses():
    t = opened()
    t.key(" ")
    t.wait("RUNNING")
    t.wait("BACKWARD")
    t.key(" ")
    t.wait_gone("RUNNING")
    stood = t.text()
    time.sleep(0.6)
    t.settle()
    check(t.text() == stood, "it goes on after the pause")


def test_the_equation_of_a_selected_weight():
    t = opened()
    t.key("\033[Z", "right", "down")
    t.wait("xor.h.W[1, 1] = 2.1")
    t.wait("▸+2.100")
    t.key("s")
    t.wait("xor.h.z[0]")
    t.key("w")
    t.wait("equation  why")


def test_enter_steps_another_sample():
    t = opened()
    t.key("tab", "tab", "down", "down", "enter")
    t.wait("sample [2] of 4")
    t.wait("►2      1      0      1")
    t.key("q")
    t.wait_prompt()
    t.line("E")
    t.wait_line("0.322426")


def test_the_command_line():
    t = opened()
    t.send(":")
    t.wait_last(":")
    t.send("xor.o.b <- [5x")
    t.key("backspace")
    t.line("]")
    t.wait("0.9933")
    t.key("u")
    t.wait_gone("0.9933")
    t.send(":print 6*7\r")
    t.wait_line(" 42")
    t.send(":foo\r")
    t.wait("error: ")
    t.wait("foo")
    t.key("down")
    t.wait_gone("error: ")
    t.send(":abc")
    t.key("escape")
    t.wait("q leave")
    t.send(":lesson\r")
    t.wait("lesson needs the prompt")
    t.send(":quit\r")
    check(t.end() == 0, "quit did not end the program")
    t.check_restored()


def test_training_is_watched_and_stops_at_a_key():
    t = opened()
    t.send(":train xor, d, loss=bce, optimizer=adam(lr=0.05), epochs=10000000\r")
    t.wait("TRAINING  epoch")
    t.wait("loss by epoch")
    t.resize(40, 120)
    t.wait("─ trace ─")
    t.key("ctrl_c")
    t.wait("all that was learned is kept")
    t.wait_gone("TRAINING")
    t.key("q")
    check_left(t)


def test_help_lies_over_the_panes():
    t = opened()
    t.key("?")
    t.wait("the next single equation")
    t.key("x")
    t.wait_gone("the next single equation")
    t.key("q")
    check_left(t)


# --- the way out ---

def test_q_gives_the_prompt_back():
    t = opened()
    t.key("q")
    check_left(t)


def test_ctrl_c_leaves():
    t = opened()
    t.key("ctrl_c")
    check_left(t)


def test_term_and_hup_restore_the_terminal():
    for number in (signal.SIGTERM, signal.SIGHUP):
        t = opened()
        t.key("s")
        t.signal(number)
        check(t.end() == -number, "it did not die by the signal")
        t.check_restored()


def test_a_crash_restores_the_terminal():
    t = opened()
    t.signal(signal.SIGSEGV)
    check(t.end() == -signal.SIGSEGV, "it did not die by the signal")
    t.check_restored()


def test_ctrl_z_and_fg_come_back_to_the_view():
    t = opened_in_shell()
    t.key("s")
    t.wait("FORWARD 1/5")
    t.key("ctrl_z")
    t.wait_last("sh: ")
    t.line("fg")
    t.wait("FORWARD 1/5")
    t.wait("q leave")
    t.key("q")
    t.wait_prompt()


def test_the_view_may_be_opened_again():
    t = opened()
    for _ in range(5):
        t.key("s", "q")
        t.wait_prompt()
        t.line("view xor, d")
        t.wait("q leave")
    t.key("q")
    check_left(t)


# --- without a full screen ---

def test_a_dumb_terminal_gets_the_twin():
    t = Term(["-i", script()], term="dumb")
    t.line("view xor, d")
    t.wait("data  d  4 rows, sse")
    t.wait("0.1824 0.0166")
    t.wait_prompt()
    check(b"; here it is as text" in t.raw, "no sentence")
    check(b"\033[" not in t.raw, "an escape on a dumb terminal")


def test_an_unknown_terminal_gets_a_sentence_and_the_twin():
    t = Term(["-i", script()], term="no-such-terminal")
    t.line("view xor, d")
    t.wait("0.1824 0.0166")
    t.wait_prompt()
    check(b"\"no-such-terminal\" is not known on this machine; here it is" in t.raw, "no sentence")


def test_as_text_opens_no_screen():
    t = Term(["-i", script()])
    t.line("view xor, d, as=text")
    t.wait("0.1824 0.0166")
    t.wait_prompt()
    check(b"\033[?1049h" not in t.raw, "a screen was opened")
