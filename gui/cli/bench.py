"""Measure nbgrad beside PyTorch: the same work, the same numbers, the same device and threads, taking turns.

A ratio is nbgrad's median time over the peer's, below 1 means that nbgrad is faster; in brackets the quartiles of the
ratios of neighbouring turns. The whole table takes about five minutes on a machine that does nothing else. On a GPU a
time is that of some calls between two synchronisations; where PyTorch has none, nbgrad is measured alone.
"""

import argparse
import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from gui.bench.cases import NAMES, Case, Row
from gui.cli.train import number
from gui.lab.experiment import ExperimentError

PEERS = {"torch": "PyTorch"}
SECONDS = 0.4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--against", choices=PEERS, help="the library to compare with")
    add("--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (default: cpu)")
    add("--only", nargs="+", choices=NAMES, metavar="ROW", help=f"rows to measure: {', '.join(NAMES)} (default: all)")
    add("--threads", type=number(int, "The number of threads"), help="default: one for each core")
    add("--seconds", type=number(float, "The time"), default=SECONDS, help=f"for each case (default: {SECONDS})")
    add("--data", metavar="DIR", help="folder with the four MNIST files (default: $NBGRAD_DATA, else drawn digits)")
    add("--json", action="store_true", help="print the figures as JSON")
    add("--into", type=Path, metavar="FILE", help="write the table between the marks of this document")


def run(arguments: argparse.Namespace) -> int:
    from gui.bench import report
    from gui.bench.turns import BenchError, Contest

    threads = _threads(arguments.threads)
    if not 0 < arguments.seconds < float("inf"):
        raise ExperimentError("The time is a number of seconds above 0.")
    _require_device(arguments)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            Contest(arguments.against or "", threads, arguments.seconds, arguments.device) as contest,
        ):
            if arguments.into:
                report.around_marks(arguments.into)
            chosen = _chosen(arguments, threads, folder)
            alone = _why_alone(contest)
            data = _digits(arguments.data, Path(folder)) if _wants_digits(chosen, arguments.data) else ""
            roofs = _roofs(arguments.device, threads)
            measured = _measure(chosen, contest, roofs, arguments)
    except BenchError as error:
        print(f"nbgrad: {error}", file=sys.stderr)
        return 1
    machine = report.machine(threads, contest.versions, arguments.device, alone)
    if arguments.into:
        report.write_into(arguments.into, report.markdown(measured, machine, roofs, data))
    if arguments.json:
        print(json.dumps(report.as_json(measured, machine, roofs, data), indent=2))
    else:
        print(*report.machine_lines(machine, roofs, data), sep="\n")
    failed = [sentence for each in measured for sentence in each.failed]
    for sentence in failed:
        print(f"nbgrad: {sentence}", file=sys.stderr)
    return 1 if failed else 0


def _require_device(arguments: argparse.Namespace) -> None:
    """Raises ExperimentError, which is wrong usage, where there is nothing to measure on or to compare with."""
    from nbgrad.placement import why_no_gpu

    if arguments.device == "cpu":
        if arguments.against is None:
            raise ExperimentError("What to compare with is missing: --against torch.")
    elif reason := why_no_gpu():
        raise ExperimentError(f"There is no GPU to measure on: {reason}.")


def _chosen(arguments: argparse.Namespace, threads: int, folder: str) -> list[Row]:
    from gui.bench import cases

    table = cases.gpu_rows(folder) if arguments.device == "cuda" else cases.rows(arguments.against, threads, folder)
    here = [row.name for row in table]
    for name in arguments.only or ():
        if name not in here:
            raise ExperimentError(f"There is no row {name} for --device {arguments.device}, only: {', '.join(here)}.")
    return [row for row in table if not arguments.only or row.name in arguments.only]


def _why_alone(contest: Any) -> str:
    """Why nbgrad is measured alone, "" where it is not; raises BenchError on the CPU."""
    from gui.bench.turns import BenchError

    if not contest.peer:
        return "nothing was named to compare with"
    name = PEERS[contest.peer]
    if importlib.util.find_spec(contest.peer) is None:
        reason = f"{name} is not installed"
    elif contest.device == "cuda" and not contest.resident(contest.peer).ask("gpu")["gpu"]:
        reason = f"this {name} ({contest.resident(contest.peer).version}) finds no GPU"
    else:
        return ""
    if contest.device == "cpu":
        raise BenchError(f"{reason}: there is nothing to compare with.")
    contest.peer = ""
    return reason


def _roofs(device: str, threads: int) -> dict[int, dict[str, Any]]:
    if device == "cuda":
        from gui.bench import gpu

        return {threads: gpu.measure()}
    from gui.bench import roof

    return {count: roof.measure(count) for count in sorted({1, threads})}


def _threads(wanted: int | None) -> int:
    """Raises ExperimentError, which is wrong usage, for a number this machine does not have."""
    from nbgrad.kernels.registry import settings

    most: int = settings.NUMBA_NUM_THREADS
    if wanted is not None and not 1 <= wanted <= most:
        raise ExperimentError(f"The number of threads is a whole number from 1 to {most}.")
    return wanted or most


def _wants_digits(chosen: list[Row], data: str | None) -> bool:
    return any(row.name == "epoch" or (row.name == "mnist" and _folder(data)) for row in chosen)


def _folder(data: str | None) -> str | None:
    return data or os.environ.get("NBGRAD_DATA")


def _digits(data: str | None, folder: Path) -> str:
    """Leave the sets in `folder` for both processes; returns what they are, in words."""
    from gui.lab.digits import load_digits

    data = _folder(data)
    digits = load_digits(data or "procedural")
    for name, array in vars(digits).items():
        np.save(folder / f"{name}.npy", array)
    kind = "MNIST" if data else "digits that nbgrad draws itself, for want of MNIST"
    return f"{len(digits.train_labels):,} pictures of {kind}"


def _measure(chosen: list[Row], contest: Any, roofs: Any, arguments: argparse.Namespace) -> list[Any]:
    from tqdm import tqdm

    from gui.bench.report import Measured, lines
    from gui.bench.turns import BenchError

    measured = []
    with tqdm(total=sum(len(row.cases) for row in chosen), leave=False) as bar:
        for row in chosen:
            measured.append(Measured(row))
            for case in row.cases:
                bar.set_description(row.name)
                if reason := _left_out(case, arguments.data):
                    measured[-1].left_out.append(reason)
                else:
                    try:
                        measured[-1].figures.append(contest.measure(case))
                    except BenchError as error:
                        measured[-1].failed.append(f"{case.work}: {error}")
                bar.update()
            if not arguments.json:
                bar.clear()
                print(*lines(measured[-1], roofs), sep="\n", flush=True)
    return measured


def _left_out(case: Case, data: str | None) -> str:
    """Why a case cannot be measured here, "" where it can."""
    if case.peer and importlib.util.find_spec(case.peer) is None:
        return f"{case.work} against {case.peer}: it is not installed."
    if case.make == "until_accurate" and not _folder(data):
        return f"{case.work}: it needs the four files of MNIST, --data DIR."
    return ""
