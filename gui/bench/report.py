"""The figures as text, as JSON and as a table of Markdown."""

import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gui.bench import roof
from gui.bench.cases import ERROR_GOAL, Row
from gui.bench.turns import BenchError, Figure

Roofs = dict[int, dict[str, Any]]  # by number of threads: what `roof.measure` found
BEGIN, END = "<!-- nbgrad bench: begin -->", "<!-- nbgrad bench: end -->"


@dataclass(frozen=True)
class Measured:
    """A row of the table with its figures; left_out: why a case has none."""

    row: Row
    figures: list[Figure]
    left_out: list[str]

    @property
    def geometric_mean(self) -> float:
        return math.exp(sum(math.log(figure.ratio) for figure in self.figures) / len(self.figures))

    @property
    def reached(self) -> bool:
        if self.row.goal is not None:
            return self.geometric_mean <= self.row.goal
        return all(figure.goal is None or figure.ratio <= figure.goal for figure in self.figures)


def machine(threads: int, versions: dict[str, str]) -> dict[str, Any]:
    """Processor, cores, vectors, threads, versions."""
    from nbgrad import runtime

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
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
        if each.figures:
            row |= {"geometric_mean": each.geometric_mean, "goal": each.row.goal, "reached": each.reached}
        row["cases"] = [asdict(figure) | {"floor": floor(figure, roofs)} for figure in each.figures]
        row["left_out"] = each.left_out
        rows.append(row)
    return {"machine": machine, "roofs": roofs, "data": data, "rows": rows}


def time_text(seconds: float) -> str:
    """
    >>> time_text(0.0123), time_text(4.5e-6)
    ('12.3 ms', '4.50 µs')
    """
    unit, size = next((each for each in (("s", 1.0), ("ms", 1e-3)) if seconds >= each[1]), ("µs", 1e-6))
    return f"{seconds / size:.{max(0, 2 - int(math.log10(max(1, seconds / size))))}f} {unit}"


def _cells(figure: Figure, roofs: Roofs) -> list[str]:
    """work, ours, peer's, ratio (quartiles), goal, part of the floor or the relative error."""
    least = floor(figure, roofs)
    if figure.error is not None and figure.peer_error is not None:
        note = f"error {figure.error:.1e} (goal {ERROR_GOAL:.0e}), {figure.peer}'s {figure.peer_error:.1e}"
    elif least is not None:
        note = f"floor {time_text(least)}, {least / figure.seconds:.0%} of it reached"
    else:
        note = ""
    low, high = figure.quartiles
    return [
        figure.work,
        time_text(figure.seconds),
        f"{figure.peer} {time_text(figure.peer_seconds)}",
        f"{figure.ratio:.2f} ({low:.2f}–{high:.2f})",
        "" if figure.goal is None else f"{figure.goal:.2f} {'reached' if figure.ratio <= figure.goal else 'missed'}",
        note,
    ]


def heading(measured: Measured) -> str:
    """The row's title, and its geometric mean beside the goal where it has one."""
    if measured.row.goal is None or not measured.figures:
        return measured.row.title
    found = "reached" if measured.reached else "missed"
    return f"{measured.row.title}: geometric mean {measured.geometric_mean:.2f}, goal {measured.row.goal:.2f} {found}"


def lines(measured: Measured, roofs: Roofs) -> Iterator[str]:
    """A row for the terminal."""
    yield heading(measured)
    for figure in measured.figures:
        work, ours, theirs, ratio, goal, note = _cells(figure, roofs)
        yield f"  {work:40} {ours:>8}  {theirs:>21}  {ratio:17}  {goal:12}  {note}".rstrip()
    yield from (f"  {reason}" for reason in measured.left_out)


def machine_lines(machine: dict[str, Any], roofs: Roofs, data: str) -> Iterator[str]:
    """The machine in words."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['float32 per vector']} float32 in a vector, "
        f"{machine['system']}; {machine['threads']} threads; {versions}."
    )
    for threads, most in roofs.items():
        speeds = ", ".join(f"{speed / 1e9:.0f} ({size >> 10:,} KiB)" for size, speed in most["bytes"].items())
        yield (
            f"Measured with {threads} thread{'s'[: threads > 1]}: at most {most['flops'] / 1e9:.0f} GFLOP/s; "
            f"copies read and write {speeds} GB/s."
        )
    if data:
        yield f"The epoch runs on {data}."


def markdown(measured: list[Measured], machine: dict[str, Any], roofs: Roofs, data: str) -> str:
    """The whole table for a document."""
    parts = ["\n\n".join(machine_lines(machine, roofs, data))]
    for each in measured:
        table = [f"### {heading(each)}", ""]
        table += ["| work | nbgrad | peer | ratio (quartiles) | goal | |", "|---|---|---|---|---|---|"]
        table += [f"| {' | '.join(_cells(figure, roofs))} |" for figure in each.figures]
        table += [f"\n{reason}" for reason in each.left_out]
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
