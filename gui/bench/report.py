"""The figures as text, as JSON and as a table of Markdown."""

import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gui.bench import roof
from gui.bench.cases import ERROR_GOAL, Row
from gui.bench.turns import BenchError, Figure

Roofs = dict[int, dict[str, Any]]  # by number of threads: what `roof.measure` found
BEGIN, END = "<!-- nbgrad bench: begin -->", "<!-- nbgrad bench: end -->"


@dataclass(frozen=True)
class Measured:
    """A row of the table with its figures; left_out: why a case was not measured, failed: what went wrong with one."""

    row: Row
    figures: list[Figure] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def geometric_mean(self) -> float | None:
        """Of the ratios; None where there is none."""
        ratios = [figure.ratio for figure in self.figures if figure.ratio is not None]
        return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None

    @property
    def reached(self) -> bool | None:
        """Whether the goals are; None where nothing can say so."""
        mean = self.geometric_mean
        if self.failed:
            return False
        if mean is None:
            return None
        if self.row.goal is not None:
            return mean <= self.row.goal
        return all(each.ratio <= each.goal for each in self.figures if each.goal is not None and each.ratio is not None)


def machine(threads: int, versions: dict[str, str], device: str = "cpu", alone: str = "") -> dict[str, Any]:
    """Processor, cores, vectors, threads, versions, the GPU or None; alone: why there is no peer, "" where there is."""
    from nbgrad import runtime

    gpu = None
    if device == "cuda":
        from gui.bench.gpu import describe

        gpu = describe()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "gpu": gpu,
        "alone": alone,
        "processor": _processor(),
        "cores": cores,
        "float32 per vector": runtime.host_lanes(),
        "threads": threads,
        "system": platform.system(),
        "versions": {"python": platform.python_version(), **_packages(), **versions},
    }


def _packages() -> dict[str, str]:
    import llvmlite
    import numba
    import numpy

    return {each.__name__: each.__version__ for each in (numba, llvmlite, numpy)}


def _processor() -> str:
    import llvmlite.binding

    name = platform.processor()
    if sys.platform.startswith("linux"):
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        name = found.group(1) if found else name
    elif sys.platform == "darwin":
        brand = ["sysctl", "-n", "machdep.cpu.brand_string"]
        name = subprocess.run(brand, capture_output=True, text=True).stdout.strip() or name
    return f"{name} ({llvmlite.binding.get_host_cpu_name()})".strip()


def floor(figure: Figure, roofs: Roofs) -> float | None:
    """Least seconds that this machine needs for a case; None where nobody counted its work."""
    if not (figure.flops or figure.bytes) or figure.threads not in roofs:
        return None
    return roof.floor(figure.flops, figure.bytes, roofs[figure.threads])


def as_json(measured: list[Measured], machine: dict[str, Any], roofs: Roofs, data: str) -> dict[str, Any]:
    """machine, roofs by number of threads, the data of the epoch, rows with their cases."""
    rows = []
    for each in measured:
        row: dict[str, Any] = {"row": each.row.name, "title": each.row.title}
        row |= {"geometric_mean": each.geometric_mean, "goal": each.row.goal, "reached": each.reached}
        row["cases"] = [asdict(figure) | {"floor": floor(figure, roofs)} for figure in each.figures]
        row |= {"left_out": each.left_out, "failed": each.failed}
        rows.append(row)
    return {"machine": machine, "roofs": roofs, "data": data, "rows": rows}


def time_text(seconds: float) -> str:
    """
    >>> time_text(0.0123), time_text(4.5e-6)
    ('12.3 ms', '4.50 µs')
    """
    unit, size = next((each for each in (("s", 1.0), ("ms", 1e-3)) if seconds >= each[1]), ("µs", 1e-6))
    return f"{seconds / size:.{max(0, 2 - int(math.log10(max(1, seconds / size))))}f} {unit}"


def _note(figure: Figure, roofs: Roofs) -> str:
    """What the figure says of itself, its relative error, its launches or its part of the floor."""
    if figure.note:
        return f"{figure.note}; {figure.peer}: {figure.peer_note}" if figure.peer else figure.note
    if figure.error is not None:
        peers = "" if figure.peer_error is None else f", {figure.peer}'s {figure.peer_error:.1e}"
        return f"error {figure.error:.1e} (goal {ERROR_GOAL:.0e}){peers}"
    if figure.launches is not None:
        each = f", {time_text(figure.seconds / figure.launches)} each" if figure.launches > 1 else ""
        return f"{figure.launches} launch{'es'[: 2 * (figure.launches > 1)]}{each}"
    least = floor(figure, roofs)
    return "" if least is None else f"floor {time_text(least)}, {least / figure.seconds:.0%} of it reached"


def _cells(figure: Figure, roofs: Roofs) -> list[str]:
    """work, ours, peer's, ratio (quartiles), goal, a note; the peer's and the ratio are "–" where there is none."""
    peer, ratio, found = "–", "–", "open"
    if figure.ratio is not None and figure.peer_seconds is not None and figure.quartiles is not None:
        peer = f"{figure.peer} {time_text(figure.peer_seconds)}"
        ratio = "{:.2f} ({:.2f}–{:.2f})".format(figure.ratio, *figure.quartiles)
        found = "reached" if figure.goal is not None and figure.ratio <= figure.goal else "missed"
    goal = "" if figure.goal is None else f"{figure.goal:.2f} {found}"
    return [figure.work, time_text(figure.seconds), peer, ratio, goal, _note(figure, roofs)]


def heading(measured: Measured) -> str:
    """The row's title, and its geometric mean beside the goal where it has one."""
    mean = measured.geometric_mean
    if measured.row.goal is None or mean is None:
        return measured.row.title
    found = "reached" if measured.reached else "missed"
    return f"{measured.row.title}: geometric mean {mean:.2f}, goal {measured.row.goal:.2f} {found}"


def lines(measured: Measured, roofs: Roofs) -> Iterator[str]:
    """A row for the terminal."""
    yield heading(measured)
    for figure in measured.figures:
        work, ours, theirs, ratio, goal, note = _cells(figure, roofs)
        yield f"  {work:40} {ours:>8}  {theirs:>21}  {ratio:17}  {goal:12}  {note}".rstrip()
    yield from (f"  {reason}" for reason in (*measured.left_out, *measured.failed))


def machine_lines(machine: dict[str, Any], roofs: Roofs, data: str) -> Iterator[str]:
    """The machine in words."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    if gpu := machine["gpu"]:
        yield (
            f"{gpu['name']}, compute capability {gpu['capability']}, {gpu['multiprocessors']} multiprocessors, "
            f"{gpu['memory'] / 2**30:.1f} GiB, driver {gpu['driver']}; numba-cuda {gpu['numba-cuda']}."
        )
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['float32 per vector']} float32 in a vector, "
        f"{machine['system']}; {machine['threads']} threads; {versions}."
    )
    for threads, most in roofs.items():
        speeds = ", ".join(f"{speed / 1e9:.0f} ({size >> 10:,} KiB)" for size, speed in most["bytes"].items())
        where = "on the GPU" if gpu else f"with {threads} thread{'s'[: threads > 1]}"
        yield (f"Measured {where}: at most {most['flops'] / 1e9:.0f} GFLOP/s; copies read and write {speeds} GB/s.")
    if machine["alone"]:
        yield f"nbgrad was measured alone: {machine['alone']}."
    if data:
        yield f"Trained on {data}."


def markdown(measured: list[Measured], machine: dict[str, Any], roofs: Roofs, data: str) -> str:
    """The whole table for a document."""
    parts = ["\n\n".join(machine_lines(machine, roofs, data))]
    for each in measured:
        table = [f"### {heading(each)}", ""]
        table += ["| work | nbgrad | peer | ratio (quartiles) | goal | |", "|---|---|---|---|---|---|"]
        table += [f"| {' | '.join(_cells(figure, roofs))} |" for figure in each.figures]
        table += [f"\n{reason}" for reason in (*each.left_out, *each.failed)]
        parts.append("\n".join(table))
    return "\n\n".join(parts)


def around_marks(path: Path) -> tuple[str, str]:
    """The document before and after the place of the table; raises BenchError where it marks none."""
    text = path.read_text(encoding="utf-8")
    if not 0 <= text.find(BEGIN) < text.find(END):
        raise BenchError(f"{path} lacks the marks {BEGIN} and {END}.")
    return text.split(BEGIN)[0], text.split(END)[1]


def write_into(path: Path, table: str) -> None:
    """Put the table between the two marks of a document."""
    before, after = around_marks(path)
    path.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
