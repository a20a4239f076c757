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

SAMPLE = {"cpu": 20e-6, "cuda": 5e-3}  # seconds: shorter calls are timed several at a time
WARM = 0.2  # of a block: the other library has just used the caches


class Child:
    """One library and the work it has at hand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.library: Any = importlib.import_module(name)
        self.work: Any = None
        self.device = "cpu"

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["ask"] == "version":
            return {"version": self.library.__version__}
        if request["ask"] == "prepare":
            return self.prepare(request["make"], request["device"], request["threads"], request["given"])
        if request["ask"] == "gpu":
            return {"gpu": self.library.cuda.is_available()}
        return {"seconds": self.block(request["seconds"])}

    def prepare(self, make: str, device: str, threads: int, given: dict[str, Any]) -> dict[str, Any]:
        """Get ready, call once, and say what came out."""
        from gui.bench import onnx, works

        self.work = None  # its memory goes before the next one's comes
        self.device = device
        if device == "cuda":
            all_digits(self.library)
        if self.name == "onnxruntime":
            self.work = getattr(onnx, make)(self.library, threads, **given)
        else:
            set_threads(self.library, threads)
            self.work = getattr(works, make)(self.library, device, **given)
        out = self.work.call()
        return {
            "result": None if out is None else fingerprint(out),
            "flops": self.work.flops,
            "bytes": self.work.bytes,
            "error": self.work.error,
            "launches": self.work.launches,
            "note": self.work.note,
        }

    def block(self, seconds: float) -> float:
        """Median seconds of one call. A call that fills the block runs once, cold.

        A GPU works on while Python goes on, so a sample there is a few calls between two synchronisations. The second
        one is left out of it where only Python's time is asked for.
        """
        call, clock = self.work.call, time.perf_counter
        wait = self.library.cuda.synchronize if self.device == "cuda" else None
        if wait:
            wait()
        begin = start = clock()
        call()
        if wait:
            wait()
        once = clock() - start
        if once >= seconds:
            return once
        while clock() - begin < WARM * seconds:
            call()
            if wait:
                wait()
        repeats = range(max(1, round(SAMPLE[self.device] / once)))
        samples: list[float] = []
        while not samples or clock() - begin < (1 + WARM) * seconds:
            start = clock()
            for _ in repeats:
                call()
            if wait and self.work.waits:
                wait()
            samples.append((clock() - start) / len(repeats))
            if wait:
                wait()
        return float(np.median(samples))


def set_threads(library: Any, threads: int) -> None:
    if hasattr(library, "set_num_threads"):
        library.set_num_threads(threads)
    else:
        import numba

        numba.set_num_threads(threads)


def all_digits(library: Any) -> None:
    """Products of float32 without tensor cores, which would round them to 11 bits; nbgrad uses none."""
    if hasattr(library, "backends"):
        library.backends.cuda.matmul.allow_tf32 = library.backends.cudnn.allow_tf32 = False


def fingerprint(out: Any) -> float:
    """One number that two libraries must agree on: the mean size of what came out."""
    array = out if isinstance(out, np.ndarray) else out.detach().cpu().numpy()
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
