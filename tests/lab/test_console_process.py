"""A session in a child process: whatever a snippet does, there is an answer, and the parent goes on."""

import io
import os
import pickle
import queue
import signal

import numpy as np
import pytest

from gui.lab.console import frames
from gui.lab.console.output import MOST
from gui.lab.console.process import Process
from gui.lab.console.records import Ended, Interrupt, MoveWalk, NoWalk, Outcome, Piece, Ready, RunSnippet, WalkPart

PATIENCE = 60


class Child:
    def __init__(self):
        self.answers = queue.SimpleQueue()
        self.process = Process(self.answers.put)
        assert isinstance(self.answers.get(timeout=PATIENCE), Ready)

    def result(self):
        """The next answer that is no output, and the output before it."""
        written = ""
        while isinstance(answer := self.answers.get(timeout=PATIENCE), Piece):
            written += answer.text
        return answer, written

    def run(self, source):
        self.process.ask(RunSnippet(source))
        return self.result()

    def start(self, source):
        """Run it, and wait until it says so."""
        self.process.ask(RunSnippet("print('begun')\n" + source))
        assert "begun" in self.answers.get(timeout=PATIENCE).text


@pytest.fixture(scope="module")
def shared():
    child = Child()
    yield child
    child.process.kill()


@pytest.fixture
def own():
    child = Child()
    yield child
    child.process.kill()


def test_prints_values_errors_and_walks_come_through(shared):
    outcome, written = shared.run("a = torch.tensor([2., 3.], requires_grad=True)\nprint('안녕 🎉')\nQ = 3 * a**3\nQ")
    assert isinstance(outcome, Outcome) and outcome.newest == "Q"
    assert written == "안녕 🎉\ntensor([24., 81.], grad_fn=<MulBackward0>)\n"
    shared.process.ask(MoveWalk("Q", "run"))
    part, _ = shared.result()
    assert isinstance(part, WalkPart) and part.count == 3
    filling = part.new[-1].filling
    np.testing.assert_array_equal(filling.after.values, [36, 81])
    assert not filling.after.values.flags.writeable
    shared.process.ask(MoveWalk("nothing", "forward"))
    assert "no backward pass of nothing" in shared.result()[0].sentence
    assert shared.run("class A: pass\nA")[1] == "<class '__main__.A'>\n"


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "import time\ntime.sleep(1000)",
        "while True: print('again ' * 100)",
        "x = 1\nwhile x: x += 1",
    ],
)
def test_an_endless_snippet_stops_and_the_session_lives(shared, endless):
    shared.run("kept = 1")
    shared.start(endless)
    shared.process.ask(Interrupt())
    outcome, written = shared.result()
    assert outcome.stopped and outcome.fault is None and len(written) < MOST + 200
    assert shared.run("kept")[1] == "1\n"
    shared.process.ask(Interrupt())  # with nothing to stop nothing happens
    assert shared.run("kept")[1] == "1\n"


def test_a_stop_that_comes_before_the_snippet_has_begun_counts(shared):
    shared.run("kept = 1")
    for _ in range(20):
        shared.process.ask(RunSnippet("while True: pass"))
        shared.process.ask(Interrupt())
        outcome, _ = shared.result()
        assert outcome.stopped and [v.name for v in outcome.variables].count("kept") == 1


@pytest.mark.parametrize(
    "deaf", ["import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", "2 ** 2 ** 34"]
)
def test_what_does_not_listen_is_killed(own, deaf):
    own.start(deaf)
    own.process.ask(Interrupt())
    own.process.kill()
    assert own.result()[0] == Ended(True, -signal.SIGKILL if os.name == "posix" else 1)


def test_input_exit_and_recursion_leave_the_session_alone(shared):
    for source, words in [
        ("input()", "nobody types"),
        ("def f(): f()\nf()", "recursion"),
        ("1 / 0", "division by zero"),
    ]:
        assert words in shared.run(source)[0].fault.sentence
    assert "session goes on" in shared.run("import sys\nsys.exit()")[1]


def test_the_end_of_the_process_is_told(own):
    assert (own.run("import os\nos._exit(7)"))[0] == Ended(False, 7)
    own.process.ask(RunSnippet("1"))  # into nothing


def test_an_answer_that_is_none_ends_the_session(own):
    source = "import os, sys\nfor fd in range(3, 30):\n    try: os.write(fd, b'x' * 64)\n    except OSError: pass"
    ended, _ = own.run(source)
    assert isinstance(ended, Ended) and "no answer" in ended.sentence


@pytest.mark.skipif(not os.path.exists("/proc/meminfo"), reason="memory is bounded on Linux alone")
def test_memory_is_bounded(shared):
    outcome, _ = shared.run("import resource\nx = torch.zeros(resource.getrlimit(resource.RLIMIT_AS)[0] // 4)")
    assert outcome.fault.kind == "MemoryError" and "allocate" in outcome.fault.sentence
    assert shared.run("1 + 1")[1] == "2\n"


@pytest.mark.parametrize(
    "data",
    [
        b"abc",
        frames.HEADER.pack(10) + b"short",
        frames.HEADER.pack(2**60) + b"x",
        frames.pack(print),
        frames.pack(os.getcwd),
        frames.pack([1, 2]),
        frames.pack(NoWalk)[:-1] + b"",
        frames.HEADER.pack(4) + b"\x80\x05N.",
    ],
)
def test_what_is_no_record_is_refused(data):
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(data))


def test_frames_end_and_have_a_limit(monkeypatch):
    with pytest.raises(EOFError):
        frames.read(io.BytesIO())
    assert frames.read(io.BytesIO(frames.pack(Ready(1.0)))) == Ready(1.0)
    assert pickle.loads(frames.pack(Ready(2.0))[8:]) == Ready(2.0)
    monkeypatch.setattr(frames, "MOST_BYTES", 100)
    with pytest.raises(frames.FrameError, match="more than the lab takes"):
        frames.pack(Piece("out", "x" * 200))
