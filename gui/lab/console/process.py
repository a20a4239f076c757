"""A session in a child process: it may hang, print without end or die, and whoever asks it goes on.

process = Process(print)                      # every answer, in a thread of its own
process.ask(RunSnippet("1 + 1"))              # once it has said Ready
process.ask(Interrupt()); process.kill()      # politely, and for certain
"""

import contextlib
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.lab.console import frames
from gui.lab.console.records import Ended


class Process:
    """deliver: called with every answer in a thread of this object's own; the last one is always Ended."""

    def __init__(self, deliver: Callable[[Any], None]) -> None:
        self._popen = _start()
        self._killed = threading.Event()
        self._end = weakref.finalize(self, _end, self._popen)  # at exit at the latest
        reader = threading.Thread(target=_read, args=(self._popen, deliver, self._killed), daemon=True)
        reader.start()

    @property
    def id(self) -> int:
        return self._popen.pid

    def ask(self, request: Any) -> None:
        """One request at a time, an Interrupt any time: so the pipe never fills. What a dead child is asked is lost."""
        stream = self._popen.stdin
        assert stream is not None
        with contextlib.suppress(OSError, ValueError):
            stream.write(frames.pack(request))
            stream.flush()

    def kill(self) -> None:
        """At once; whoever waits for Ended gets it."""
        self._killed.set()
        self._popen.kill()


def _end(popen: "subprocess.Popen[bytes]") -> None:
    popen.kill()
    popen.wait()


def _read(popen: "subprocess.Popen[bytes]", deliver: Callable[[Any], None], killed: threading.Event) -> None:
    assert popen.stdout is not None and popen.stdin is not None
    sentence = ""
    try:
        while True:
            deliver(frames.read(popen.stdout))  # type: ignore[arg-type]
    except EOFError:
        pass
    except frames.FrameError as error:
        sentence = "" if killed.is_set() else f"{str(error).capitalize()}."
        popen.kill()
    except RuntimeError:  # whom it delivers to is no more
        popen.kill()
        return
    code = popen.wait()
    with contextlib.suppress(OSError):
        popen.stdout.close()
        popen.stdin.close()
    with contextlib.suppress(RuntimeError):
        deliver(Ended(killed.is_set(), code, sentence))


def _start() -> "subprocess.Popen[bytes]":
    """Apart from the terminal's Ctrl-C; never forked from this process, whose threads would not survive it."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        calm = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
        apart = {"creationflags": calm | subprocess.CREATE_NEW_PROCESS_GROUP}
    project = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, (project, os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "gui.lab.console.child"]
    return subprocess.Popen(command, text=False, stdin=pipe, stdout=pipe, env=environment, **apart)  # type: ignore[return-value]
