"""Where a snippet's prints go: in pieces, soon but not at once, and never without end."""

import io
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from gui.lab.console.records import Piece
from gui.lab.wording import translate

MOST = 100_000  # characters of one snippet
LAG = 0.03  # seconds between two pieces of a snippet that prints all the time
LONGEST_PIECE = 8_000


class Output:
    """Gives what is written to `send`, a piece at a time. `begin` opens the tap for a snippet, `flush` empties it."""

    def __init__(self, send: Callable[[Piece], None]) -> None:
        self._send = send
        self._lock = threading.RLock()
        self._waiting: list[str] = []
        self._kind, self._size = "out", 0
        self._left, self._full = MOST, False
        self._sent_at = 0.0
        self.hold: Callable[[], Any] = nullcontext  # a context in which no KeyboardInterrupt is raised

    def begin(self) -> None:
        with self._lock:
            self._left, self._full = MOST, False

    def write(self, kind: str, text: str) -> None:
        with self.hold(), self._lock:
            if not text or self._full:
                return
            if len(text) > self._left:
                text, self._full = text[: self._left], True
            self._left -= len(text)
            if kind != self._kind:
                self.flush()
                self._kind = kind
            self._waiting.append(text)
            self._size += len(text)
            if self._full:
                self.flush()
                cut = translate("console", "The output is cut here, after {0} characters; the snippet goes on.")
                self._send(Piece("note", cut.format(f"{MOST:,}")))
            elif self._size >= LONGEST_PIECE or time.monotonic() - self._sent_at > LAG:
                self.flush()

    def flush(self) -> None:
        with self.hold(), self._lock:
            if self._waiting:
                text = "".join(self._waiting)
                self._waiting, self._size = [], 0
                self._send(Piece(self._kind, text))
                self._sent_at = time.monotonic()


class Stream(io.TextIOBase):
    """What `sys.stdout` and `sys.stderr` are while a snippet runs."""

    encoding = "utf-8"  # type: ignore[assignment]
    errors = "replace"  # type: ignore[assignment]

    def __init__(self, output: Output, kind: str) -> None:
        self._output, self._kind = output, kind

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._output.write(self._kind, text.encode("utf-8", "replace").decode("utf-8"))  # no lone surrogates
        return len(text)

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        self._output.flush()


class NoKeyboard(io.TextIOBase):
    """What `sys.stdin` is: nobody types there."""

    def readable(self) -> bool:
        return True

    def read(self, _size: int | None = -1, /) -> str:
        return self.readline()

    def readline(self, _size: int = -1, /) -> str:  # type: ignore[override]
        raise EOFError("nobody types into a running snippet: write the value into it instead of input()")
