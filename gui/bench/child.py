"""The process of one library: prepares what it is told to, then times a block of calls whenever it is its turn.

    python -m gui.bench.child nbgrad | torch | onnxruntime

A line of JSON comes in on standard input for each request, one goes out for each answer.
"""

import importlib
import json
import os
import sys
import time
from typing import Any

import numpy as np

SAMPLE = 20e-6  # seconds: shorter calls are timed several at a time
WARM = 0.2  # of a block: the other library has just used the caches


class Child:
    """One library and the work it has at hand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.library: Any = importlib.import_module(name)
        self.work: Any = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["ask"] == "version":
            return {"version": self.library.__version__}
        if request["ask"] == "prepare":
            return self.prepare(request["make"], request["threads"], request["given"])
        return {"seconds": self.block(request["seconds"])}

    def prepare(self, make: str, threads: int, given: dict[str, Any]) -> dict[str, Any]:
        """Get ready, call once, and say what came out."""
        from gui.bench import onnx, works

        self.work = None  # its memory goes before the next one's comes
        if self.name == "onnxruntime":
            self.work = getattr(onnx, make)(self.library, threads, **given)
        else:
            set_threads(self.library, threads)
            self.work = getattr(works, make)(self.library, **given)
        out = self.work.call()
        return {
            "result": None if out is None else fingerprint(out),
            "flops": self.work.flops,
            "bytes": self.work.bytes,
            "error": self.work.error,
        }

    def block(self, seconds: float) -> float:
        """Median seconds of one call. A call that fills the block runs once, cold."""
        call, clock = self.work.call, time.perf_counter
        begin = start = clock()
        call()
        once = clock() - start
        if once >= seconds:
            return once
        while clock() - begin < WARM * seconds:
            call()
        repeats = range(max(1, round(SAMPLE / once)))
        samples: list[float] = []
        while not samples or clock() - begin < (1 + WARM) * seconds:
            start = clock()
            for _ in repeats:
                call()
            samples.append((clock() - start) / len(repeats))
        return float(np.median(samples))


def set_threads(library: Any, threads: int) -> None:
    if hasattr(library, "set_num_threads"):
        library.set_num_threads(threads)
    else:
        import numba

        numba.set_num_threads(threads)


def fingerprint(out: Any) -> float:
    """One number that two libraries must agree on: the mean size of what came out."""
    array = out if isinstance(out, np.ndarray) else out.detach().numpy()
    return float(np.abs(array, dtype=np.float64).mean())


def main() -> None:
    # what a library prints must not get between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    sys.stdout = sys.stderr
    child = None
    for line in sys.stdin:
        try:
            child = child or Child(sys.argv[1])
            answer = child.answer(json.loads(line))
        except Exception as error:  # whatever it is, the parent says it
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
