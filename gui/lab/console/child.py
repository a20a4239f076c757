"""The child process that holds a session: `python -m gui.lab.console.child`, requests in, answers out.

The main thread runs snippets; a second one listens, so that an interrupt is heard meanwhile and a vanished parent ends
the process; a third one sends what was printed and waits.
"""

import os
import queue
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

START = time.perf_counter()
LEAST_MEMORY = 512 * 2**20  # bytes a session may take at least


class Interrupts:
    """KeyboardInterrupt in the main thread, while a snippet runs and no answer is half-way out.

    unanswered: how many requests wait or are being worked on; an interrupt that comes before its snippet has begun is
    remembered.
    """

    def __init__(self) -> None:
        self._busy, self._held, self._pending = False, 0, False
        self.unanswered = 0
        self._main = threading.main_thread()
        signal.signal(signal.SIGINT, self._handle)

    def _handle(self, *_: Any) -> None:
        if self._busy and not self._held:
            raise KeyboardInterrupt
        self._pending = self.unanswered > 0

    def send(self) -> None:
        """From any thread; a call that waits in the main thread wakes up."""
        if hasattr(signal, "pthread_kill") and self._main.ident is not None:
            signal.pthread_kill(self._main.ident, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)

    def guard(self, work: Callable[[], Any], interrupted: Callable[[], Any]) -> Any:
        """The result of `work`, which may be interrupted."""
        try:
            self._busy = True
            try:
                return interrupted() if self._pending else work()
            finally:
                self._busy = False
        except KeyboardInterrupt:
            self._busy = False
            return interrupted()
        finally:
            self.unanswered -= 1
            self._pending = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Not here, but right after."""
        if threading.current_thread() is not self._main:
            yield
            return
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._pending and self._busy and not self._held:
            self._pending = False
            raise KeyboardInterrupt


class Child:
    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._in, self._out, self._lock = requests, answers, threading.Lock()
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.interrupts = Interrupts()

    def send(self, record: Any) -> None:
        from gui.lab.console import frames

        data = frames.pack(record)
        with self.interrupts.held(), self._lock:
            self._out.write(data)
            self._out.flush()

    def work(self) -> None:
        from gui.lab.console import records
        from gui.lab.console.session import Session
        from gui.lab.console.walking import SessionWalk
        from gui.lab.wording import translate

        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        session = Session(self.send, module)
        session.output.hold = self.interrupts.held
        walk = SessionWalk(session)
        _be_modest()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._empty, args=(session.output,), daemon=True).start()
        self.send(records.Ready(time.perf_counter() - START))
        guard = self.interrupts.guard
        while True:
            request = self._requests.get()
            if isinstance(request, records.RunSnippet):
                source = request.source
                outcome = guard(lambda source=source: session.run(source), session.interrupted)
                self._answer(outcome)
            else:
                sentence = records.NoWalk(translate("console", "The walk was stopped."))
                self._answer(guard(lambda r=request: walk.answer(r), lambda s=sentence: s))

    def _answer(self, record: Any) -> None:
        from gui.lab.console import frames, records
        from gui.lab.wording import translate

        try:
            self.send(record)
        except frames.FrameError as error:
            self.send(records.NoWalk(translate("console", "This walk cannot be shown: {0}.").format(str(error))))

    def _listen(self) -> None:
        from gui.lab.console import frames, records

        try:
            while True:
                request = frames.read(self._in, trusted=True)
                if isinstance(request, records.Interrupt):
                    if self.interrupts.unanswered:
                        self.interrupts.send()
                else:
                    self.interrupts.unanswered += 1
                    self._requests.put(request)
        except Exception:  # the parent has gone
            os._exit(0)

    def _empty(self, output: Any) -> None:
        while True:
            time.sleep(0.05)
            try:
                output.flush()
            except Exception:
                os._exit(1)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent; what a snippet's C code reads or prints goes elsewhere."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # a windowed program has no standard error
        os.dup2(nowhere, 1)
    return requests, answers


def _be_modest() -> None:
    """The window and the training come first; where the system lets us, memory is bounded."""
    from gui.lab.threads import leave_one_core_free

    leave_one_core_free()
    if hasattr(os, "nice"):
        os.nice(5)
    if not sys.platform.startswith("linux"):
        return
    import resource

    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("1000")  # whoever runs out of memory, this process ends first
        with open("/proc/self/statm", encoding="ascii") as file:
            mine = int(file.read().split()[0]) * resource.getpagesize()
        with open("/proc/meminfo", encoding="ascii") as file:
            free = next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (mine + max(free // 2, LEAST_MEMORY), hard))
    except (OSError, ValueError, StopIteration):
        pass  # then it is not bounded


if __name__ == "__main__":
    Child(*_private_pipes()).work()
