"""Two libraries, a process each, that take turns: a block of calls here, a block there.

In one process the threads of one library would take the cores from the other: PyTorch's spin for milliseconds after a
parallel call. Between turns everybody rests until they sleep.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gui.bench.cases import Case

PROJECT = Path(__file__).resolve().parents[2]
TURNS = 7
REST = 0.02  # seconds between turns
AGREEMENT = 1e-3  # relative difference of the results' mean size
LONG = 20  # a call of this many blocks gets three turns
IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
# nbgrad sets these for itself; a peer keeps its own habit
OURS = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")


class BenchError(Exception):
    """Nothing can be measured; one sentence says why."""


@dataclass(frozen=True)
class Figure:
    """What came out of one case, seconds a call; the peer's are None where nbgrad was measured alone.

    quartiles: of the ratios of neighbouring turns. launches: kernels that a GPU was given for a call.
    """

    work: str
    peer: str
    threads: int
    goal: float | None
    seconds: float
    peer_seconds: float | None
    ratio: float | None
    quartiles: tuple[float, float] | None
    turns: int
    flops: float = 0.0
    bytes: float = 0.0
    error: float | None = None
    peer_error: float | None = None
    launches: int | None = None
    note: str = ""
    peer_note: str = ""


def _environment(name: str) -> dict[str, str]:
    unwanted = (
        "PYTHONDONTWRITEBYTECODE",
        *(() if name == "nbgrad" else OURS),
    )  # nobody translates Python anew each time
    kept = {key: value for key, value in os.environ.items() if key not in unwanted}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))}


class Resident:
    """The child process of one library; `ask` waits for its answer."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by `close`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gui.bench.child", name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True, env=_environment(name),
        )  # fmt: skip
        try:
            self.version: str = self.ask("version")["version"]
        except BaseException:
            self.close()
            raise

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"ask": what, **more}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            self._said.seek(0)
            last = (self._said.read().strip().splitlines() or ["without a word"])[-1]
            raise BenchError(f"The process of {self.name} ended early: {last}")
        answer = json.loads(line)
        if "failed" in answer:
            raise BenchError(f"{self.name} failed: {answer['failed']}")
        return answer

    def block(self, seconds: float) -> float:
        time.sleep(REST)
        return self.ask("block", seconds=seconds)["seconds"]

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()


class Contest:
    """The resident processes, started when they are first needed, and ended with the contest.

    peer: the other library, "" where nbgrad is measured alone. versions: of the libraries that were started.
    """

    def __init__(self, peer: str, threads: int, seconds: float, device: str = "cpu") -> None:
        self.peer, self.threads, self.seconds, self.device = peer, threads, seconds, device
        self.versions: dict[str, str] = {}
        self._residents: dict[str, Resident] = {}

    def __enter__(self) -> "Contest":
        return self

    def __exit__(self, *_: object) -> None:
        for resident in self._residents.values():
            resident.close()
        self._residents.clear()

    def resident(self, name: str) -> Resident:
        if name not in self._residents:
            self._residents[name] = Resident(name)
            self.versions[name] = self._residents[name].version
        return self._residents[name]

    def measure(self, case: Case) -> Figure:
        """All prepare, their results are compared, then they take turns; raises BenchError where one of them fails."""
        try:
            return self._measure(case)
        except BenchError:
            self.__exit__()  # whatever state it left behind: the next case starts anew
            raise

    def _measure(self, case: Case) -> Figure:
        peer, threads = "" if case.alone else case.peer or self.peer, case.threads or self.threads
        names = ["nbgrad", peer] if peer else ["nbgrad"]
        if case.make == "import":
            times = [[_import_seconds(name) for name in names] for _ in range(TURNS + 1)]
            return _figure(case, peer, 1, times[1:])  # the first one reads files that lie on the disk
        each = [self.resident(name) for name in names]
        asked = {"make": case.make, "device": self.device, "threads": threads, "given": case.given}
        told = [resident.ask("prepare", **asked) for resident in each]
        _compare(peer, [answer["result"] for answer in told])
        block = case.share * self.seconds / TURNS
        times = [[resident.block(block) for resident in each]]
        turns = TURNS if sum(times[0]) < LONG * block else min(TURNS, 3)
        times += [[resident.block(block) for resident in each] for _ in range(turns - 1)]
        ours, theirs = told[0], told[-1] if peer else {}
        return _figure(
            case, peer, threads, times,
            flops=ours["flops"], bytes=ours["bytes"], launches=ours["launches"], error=ours["error"],
            peer_error=theirs.get("error"), note=ours["note"], peer_note=theirs.get("note", ""),
        )  # fmt: skip


def _figure(case: Case, peer: str, threads: int, times: list[list[float]], **more: Any) -> Figure:
    columns = np.array(times)
    ours, turns = float(np.median(columns[:, 0])), len(times)
    if not peer:
        return Figure(case.work, peer, threads, case.goal, ours, None, None, None, turns, **more)
    theirs = float(np.median(columns[:, 1]))
    low, high = np.quantile(columns[:, 0] / columns[:, 1], (0.25, 0.75)).tolist()
    return Figure(case.work, peer, threads, case.goal, ours, theirs, ours / theirs, (low, high), turns, **more)


def _compare(peer: str, results: list[float | None]) -> None:
    ours, theirs = results[0], results[-1]
    if ours is None or theirs is None:
        return
    if not abs(ours - theirs) <= AGREEMENT * abs(theirs):
        raise BenchError(f"nbgrad and {peer} do not compute the same ({ours:.6g}, {theirs:.6g}).")


def _import_seconds(name: str) -> float:
    """Of a fresh process."""
    command = [sys.executable, "-c", IMPORT.format(name)]
    done = subprocess.run(command, env=_environment(name), capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"import {name} failed: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)
