"""The view while it trains, in every size and colour, and with a demo in front of a class.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import signal
import time

from screens import Shell, Term, check, fresh_home

NET = """seed 2
xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)
d = data("xor")
xor.h.W <- [[1.8, -1.8], [-2, 2.1]]
xor.h.b <- [0.1, -0.1]
xor.o.W <- [[2.5], [2.4]]
xor.o.b <- [-1.5]
"""
SIZES = [(24, 80), (40, 120), (60, 200)]
LOOKS = [("xterm-256color", {}), ("xterm", {}), ("vt100", {}), ("xterm-256color", {"NO_COLOR": "1"})]
# The title of each pane, and what stands in it with the weights above.
PANES = [
    ("network", "─ network", "o sigmoid"),
    ("weights", "gradients  1/2", "-1.800"),
    ("equation", "▸equation", "E = sse(xor([0, 0]), [0])"),
    ("curves", "─▸loss", "E = 0."),
    ("data", "▸data  d", "target"),
    ("map", "▸map  x1", "○"),
    ("activations", "▸activations", "h tanh"),
    ("trace", "▸trace", "print 6*7"),
]
ENDLESS = ":train xor, d, loss=bce, optimizer=adam(lr=0.001), batch=1, epochs=10000000\r"


def script():
    """The network as a file."""
    path = os.path.join(fresh_home(), "net.gr")
    with open(path, "w", encoding="utf-8") as file:
        file.write(NET)
    return path


def data_folder():
    """Where lessons and data lie."""
    return os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def opened(**how):
    """The view of the network on a terminal."""
    t = Term(["-i", script()], **how)
    t.line("view xor, d")
    t.wait("q leave")
    return t


def training(**how):
    """The same, training for ever."""
    t = opened(**how)
    t.send(ENDLESS)
    t.wait("TRAINING  epoch")
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


# --- every pane, every size, every look ---

def test_every_pane_in_every_size_and_look():
    for term, env in LOOKS:
        for size in SIZES:
            t = opened(size=size, term=term, env=env)
            t.send(":print 6*7\r")
            t.wait("42")
            for name, title, part in PANES:
                t.send(f"/{name}\r")
                t.wait(title.replace("─ network", "▸network").replace("─▸", "▸"))
                t.wait(part)
            bottom = t.lines()[size[0] - 2]
            check(bottom.startswith("└") and bottom.endswith("┘") and len(bottom) == size[1],
                  f"the frame does not end at {size}")
            coloured = t.style("-1.800").fg != "default"
            check(coloured == (term.startswith("xterm") and not env), f"colours on {term}, {env}")
            t.key("q")
            check_left(t)


def test_every_pane_zoomed():
    t = opened(size=(24, 80))
    for name, title, part in PANES[:-1]:
        t.send(f"/{name}\r")
        t.key("z")
        t.wait(part)
        t.settle(0.05)
        check(t.text().count("┬") == 0, f"{name} is not alone\n{t.picture()}")
        t.key("z")
        t.wait("┬")
    t.key("q")
    check_left(t)


def test_the_smallest_screens_hold_one_pane():
    for size in [(12, 40), (5, 20), (3, 9), (1, 1)]:
        t = Term(["-i", script()], size=(24, 80))
        t.line("view xor, d")
        t.wait("q leave")
        t.resize(*size)
        t.settle(0.1)
        t.key("tab", "s", "?", "x")
        t.settle(0.1)
        t.resize(24, 80)
        t.wait("q leave")
        t.key("q")
        check_left(t)


# --- while it trains ---

def test_training_moves_and_pauses_and_goes_on():
    t = training()
    first = t.lines()[0]
    t._until(lambda: t.lines()[0] != first, "the epochs stand still", None)
    t.key(" ")
    t.wait("PAUSED  epoch")
    t.settle(0.3)
    stood = t.text()
    time.sleep(0.3)
    t.settle(0.1)
    check(t.text() == stood, "it goes on after the pause")
    t.key(" ")
    t.wait("TRAINING  epoch")
    t.wait("/10000000")
    t.key("ctrl_c")
    t.wait("PAUSED")
    t.key("q")
    check_left(t)


def test_rate_and_weights_change_while_it_trains():
    t = training()
    t.key("+")
    t.wait("lr 0.00200")
    t.wait("TRAINING")
    t.send(":xor.o.b <- [3]\r")
    t.send(":lr <- 0\r")
    t.wait("lr 0 ")
    t.wait("TRAINING")
    t.send(":xor.o.b <- [-1]\r")
    t.wait("TRAINING")
    t.key(" ")
    t.wait("PAUSED")
    t.send(":print xor.o.b\r")
    t.wait(" -1")
    t.key("q")
    t.wait_prompt()
    t.line("xor.o.b")
    t.wait("[-1]")
    check_left(t)


def test_a_faulty_line_is_told_and_training_goes_on():
    t = training()
    t.send(":xor.o.b <- nothing\r")
    t.wait("error: ")
    t.wait("TRAINING")
    t.key(" ")
    t.wait("PAUSED")
    t.key("q")
    check_left(t)


def test_the_eye_moves_while_it_trains():
    t = training()
    t.key("tab")
    t.wait("▸loss")
    t.key("z")
    t.wait_gone("┬")
    t.key("z")
    t.wait("┬")
    t.key("?")
    t.wait("the next single equation")
    t.key("x")
    t.wait_gone("the next single equation")
    t.wait("TRAINING")
    t.key("q")
    check_left(t)


def test_moments_while_it_trains():
    t = training()
    time.sleep(0.6)
    t.settle(0)
    t.key("<")
    t.wait("PAUSED  epoch")
    t.wait("as at epoch")
    t.key(" ")
    t.wait("TRAINING")
    t.key("q")
    check_left(t)


def test_a_step_interrupts_training():
    t = training()
    t.key("s")
    t.wait("FORWARD 1/5")
    t.key("s", "s")
    t.wait("FORWARD 2/5")
    t.key(" ")
    t.wait("TRAINING")
    t.key("q")
    check_left(t)


def test_keys_are_answered_soon():
    # The bench measures the median; here only that nothing waits for the next tenth.
    t = training(size=(60, 200))
    waits = []
    for _ in range(15):
        start, began = len(t.raw), time.monotonic()
        t.key("tab")
        t._until(lambda start=start: "▸".encode() in t.raw[start:], "Tab is not answered", None)
        waits.append(time.monotonic() - began)
    check(sorted(waits)[len(waits) // 2] < 0.5, f"keys waited {waits}")
    t.key("q")
    check_left(t)


# --- the terminal comes back, from the midst of training too ---

def test_signals_while_it_trains():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV):
        t = training()
        t.signal(number)
        check(t.end() == -number, f"it did not die by signal {number}")
        t.check_restored()


def test_resize_while_it_trains():
    t = training()
    for size in [(60, 200), (12, 40), (40, 120), (24, 80)]:
        t.resize(*size)
        t.wait("─▸")
        t._until(lambda s=size: len(t.lines()[s[0] - 2]) == s[1], f"no frame at {size}", None)
    t.key("ctrl_c")
    t.wait("PAUSED")
    t.key("ctrl_c")
    check_left(t)


def test_stop_and_fg_while_it_trains():
    t = Shell()
    t.line(f'run "{script()}"')
    t.wait_prompt()
    t.line("view xor, d")
    t.wait("q leave")
    t.send(ENDLESS)
    t.wait("TRAINING  epoch")
    t.key("ctrl_z")
    t.wait_last("sh: ")
    t.line("fg")
    t.wait("TRAINING  epoch")
    t.key("q")
    t.wait_prompt()


def test_resize_and_each_way_out():
    for out in ("q", "ctrl_c"):
        t = opened()
        t.resize(40, 120)
        t.key(out)
        check_left(t)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV):
        t = opened()
        t.resize(40, 120)
        t.signal(number)
        check(t.end() == -number, "it did not die by the signal")
        t.check_restored()


# --- the line at the bottom ---

def test_completion_and_search():
    t = opened()
    t.send(":summ")
    t.key("tab")
    t.wait_last(":summary")
    t.send(" xor\r")
    t.wait("parameters")
    t.send("/o.W[1,0]\r")
    t.wait("xor.o.W[1, 0] = 2.4")
    t.key("w")
    t.wait("equation  why")
    t.key("escape")
    t.wait("selected weight")
    t.send("/zebra\r")
    t.wait("Nothing here is called zebra")
    t.key("q")
    check_left(t)


# --- demos ---

def demo(name, entries, **how):
    """A demo played up to its view."""
    how.setdefault("env", {})["GRADUS_DATA"] = data_folder()
    t = Term([], **how)
    t.line(f"demo {name}")
    t.wait_last(">> ")
    for _ in range(entries):
        t.settle(0.1)
        t.key("enter")
    t.wait("SPACE next piece")
    return t


def test_the_perceptron_demo():
    t = demo("perceptron", 4)
    t.wait("▸map")
    t.key(" ")                                   # (0, 0)
    t.wait("bias = -1")
    t.key(" ")                                   # (1, 1)
    t.wait("w = [1, 1]")
    t.key("b")
    t.wait("(Back: piece")
    t.key(" ")
    t.wait("w = [1, 1]")
    t.send(":w <- [5, 5]\r")                     # live in between
    t.wait("w = [5, 5]")
    t.key("u")
    t.key(" ")
    t.wait(">> p(x) > 0.5")
    t.key("B")
    t.wait("numbers")
    t.key("B")
    t.wait("─ network")
    t.key("q")
    t.wait_prompt()
    t.key("enter")                               # the demo goes on at the prompt
    t.wait("Next round")
    t.wait_prompt()
    t.line("leave")
    t.wait("Your own names are back")
    check_left(t)


def test_the_xor_demo_bends_the_map():
    t = demo("xor", 9)
    t.key(" ")
    t.wait("TRAINING")
    t.wait("loss by epoch")
    t.key(" ")                                   # no more waiting
    t.wait("epoch 30 ")
    t.key("q")
    t.wait_prompt()
    t.line("leave")
    t.wait("Your own names are back")
    check_left(t)
