"""Compile every listed kernel beforehand, in child processes, so that the window never waits for the compiler.

Numba keeps compiled code on disk: children fill that cache, one per core, and this process loads from it when a kernel
is first called. Run as a module this file is such a child: kernel names come in on standard input, one a line, and a
JSON line goes out for each.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from numba.core import event, sigutils

import nbgrad
from gui.lab import photo, trainer
from nbgrad.kernels.registry import KERNELS, Kernel

assert nbgrad and photo and trainer  # importing them lists every kernel the lab uses

MOST_CHILDREN = 8

# What making a network and the first prediction call; these are compiled first.
FIRST = (
    "cpu.random.uniform_float32", "cpu.launch", "cpu.conv.channels.multiply", "cpu.conv.channels.transpose",
    "cpu.conv.channels.convolve", "cpu.conv.pixels.convolve", "cpu.gemm", "cpu.elementwise.relu", "cpu.pool.max",
    "cpu.softmax.softmax_short", "cpu.image", "gui.lab.summary",
)  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """What became of one kernel. compilations: how many signatures the cache did not hold; error: "" or a sentence."""

    kernel: str
    seconds: float
    compilations: int
    error: str = ""


class CompilationCount(event.Listener):
    """Names the functions numba compiles while used as a context manager, helpers of a kernel included.

    Loading from the cache compiles nothing.
    """

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_start(self, event: Any) -> None:
        self.names.append(event.data["dispatcher"].py_func.__qualname__)

    def on_end(self, event: Any) -> None:
        pass

    def __enter__(self) -> "CompilationCount":
        event.register("numba:compile", self)
        return self

    def __exit__(self, *_: object) -> None:
        event.unregister("numba:compile", self)


def signatures(kernel: Kernel) -> list[tuple[Any, ...]]:
    """The argument types to compile for. Numba keys its cache by what a call passes: a tuple of types, no string."""
    return [tuple(sigutils.normalize_signature(text)[0]) for text in kernel.signatures]


def is_cached(kernel: Kernel) -> bool:
    """Whether the cache's index holds every listed signature; reads the index alone, no code."""
    cache = kernel.dispatcher._cache
    index = cache._cache_file._load_index()
    codegen = kernel.dispatcher.targetctx.codegen()
    return all(cache._index_key(types, codegen) in index for types in signatures(kernel))


def missing() -> list[str]:
    """Names of the listed kernels that are not compiled yet, first those a prediction calls."""
    names = [name for name, kernel in KERNELS.items() if not is_cached(kernel)]
    return sorted(names, key=lambda name: not serves_prediction(name))


def serves_prediction(name: str) -> bool:
    """Whether the first prediction may call this kernel."""
    return name.startswith(FIRST)


def compile_kernel(name: str) -> Compiled:
    """Compile one kernel for its listed signatures, or load them from the cache."""
    kernel = KERNELS[name]
    start, known = time.perf_counter(), _misses(kernel)
    try:
        for types in signatures(kernel):
            kernel.dispatcher.compile(types)
    except Exception as error:  # numba raises dozens of kinds; the parent wants to know which kernel and why
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return Compiled(name, time.perf_counter() - start, 0, f"The kernel {name} does not compile: {reason[0]}")
    return Compiled(name, time.perf_counter() - start, _misses(kernel) - known)


def _misses(kernel: Kernel) -> int:
    return sum(kernel.dispatcher.stats.cache_misses.values())


class WarmUp:
    """Children at work on kernels. `poll` gives results as they come; `close` ends the children.

    Kernels made from one Python function share one index file of the cache, so one child compiles them all.
    """

    def __init__(self, names: Iterable[str]) -> None:
        names = list(names)
        self.total, self.done = len(names), 0
        self._units = deque(_by_source(names))
        self._predicting = {name for name in names if serves_prediction(name)}
        self._results: queue.SimpleQueue[Compiled | None] = queue.SimpleQueue()
        self._children: list[subprocess.Popen[str]] = []
        self._feeders = min(_cores(), MOST_CHILDREN, len(self._units))
        for _ in range(self._feeders):
            child = _start_child()
            self._children.append(child)
            threading.Thread(target=self._feed, args=(child,), daemon=True).start()

    @property
    def finished(self) -> bool:
        return self.done == self.total

    @property
    def can_predict(self) -> bool:
        """Whether everything a prediction calls is compiled."""
        return not self._predicting

    def poll(self, timeout: float) -> Compiled | None:
        """The next result, None where none comes within `timeout` seconds."""
        if not self._feeders and self._units:  # every child has died
            lost = self._units.popleft()
            self._units.extendleft([lost[1:]] if lost[1:] else [])
            return self._count(Compiled(lost[0], 0.0, 0, "The compiling processes ended early."))
        try:
            result = self._results.get(timeout=timeout)
        except queue.Empty:
            return None
        if result is None:
            self._feeders -= 1
            return None
        return self._count(result)

    def __iter__(self) -> Iterator[Compiled]:
        while not self.finished:
            if (result := self.poll(1.0)) is not None:
                yield result

    def close(self) -> None:
        self._units.clear()
        for child in self._children:
            child.kill()
            child.wait()

    def __enter__(self) -> "WarmUp":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _count(self, result: Compiled) -> Compiled:
        self.done += 1
        self._predicting.discard(result.kernel)
        return result

    def _feed(self, child: "subprocess.Popen[str]") -> None:
        """Give one child a unit after the other; what it leaves undone when it dies is reported as an error."""
        assert child.stdin and child.stdout
        alive = True
        while alive and self._units:
            try:
                unit = self._units.popleft()
            except IndexError:  # another child took the last one
                break
            for name in unit:
                answer = _ask(child.stdin, child.stdout, name) if alive else None
                alive = answer is not None
                self._results.put(answer or Compiled(name, 0.0, 0, f"The process that compiled {name} ended early."))
        try:
            child.stdin.close()
            child.stdout.close()
        except OSError:  # a dead child's pipe
            pass
        child.wait()
        self._results.put(None)


def _ask(stdin: Any, stdout: Any, name: str) -> Compiled | None:
    try:
        stdin.write(name + "\n")
        stdin.flush()
        line = stdout.readline()
    except (OSError, ValueError):
        return None
    return Compiled(**json.loads(line)) if line else None


def _by_source(names: Iterable[str]) -> list[list[str]]:
    units: dict[tuple[str, int], list[str]] = {}
    for name in names:
        code = KERNELS[name].dispatcher.py_func.__code__
        units.setdefault((code.co_filename, code.co_firstlineno), []).append(name)
    return list(units.values())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_child() -> "subprocess.Popen[str]":
    """A child of lower priority than the window, deaf to the terminal's Ctrl-C; it ends when its input does."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        calm = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
        apart = {"creationflags": calm | subprocess.CREATE_NEW_PROCESS_GROUP}
    project = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (project, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", "gui.lab.warmup"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        **apart,
    )


def serve(lines: Iterable[str], out: TextIO) -> None:
    """The child's life: compile what is named, answer a line of JSON."""
    for line in lines:
        print(json.dumps(asdict(compile_kernel(line.strip()))), file=out, flush=True)


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(5)
    serve(sys.stdin, sys.stdout)
