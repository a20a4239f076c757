"""Measure nbgrad beside PyTorch: the same work, the same numbers, the same threads, taking turns.

A ratio is nbgrad's median time over the peer's, below 1 means that nbgrad is faster; in brackets the quartiles of the
ratios of neighbouring turns. The whole table takes about five minutes on a machine that does nothing else.
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

from gui.bench.cases import NAMES, Row
from gui.cli.train import number
from gui.lab.experiment import ExperimentError

PEERS = {"torch": "PyTorch"}
SECONDS = 0.4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--against", choices=PEERS, required=True, help="the library to compare with")
    add("--only", nargs="+", choices=NAMES, metavar="ROW", help=f"rows to measure: {', '.join(NAMES)} (default: all)")
    add("--threads", type=number(int, "The number of threads"), help="default: one for each core")
    add("--seconds", type=number(float, "The time"), default=SECONDS, help=f"for each case (default: {SECONDS})")
    add("--data", metavar="DIR", help="folder with the four MNIST files (default: $NBGRAD_DATA, else drawn digits)")
    add("--json", action="store_true", help="print the figures as JSON")
    add("--into", type=Path, metavar="FILE", help="write the table between the marks of this document")


def run(arguments: argparse.Namespace) -> int:
    from gui.bench import cases, report
    from gui.bench.turns import BenchError

    threads = _threads(arguments.threads)
    if not 0 < arguments.seconds < float("inf"):
        raise ExperimentError("The time is a number of seconds above 0.")
    try:
        if importlib.util.find_spec(arguments.against) is None:
            raise BenchError(f"{PEERS[arguments.against]} is not installed: there is nothing to compare with.")
        with tempfile.TemporaryDirectory() as folder:
            if arguments.into:
                report.around_marks(arguments.into)
            table = cases.rows(arguments.against, threads, folder)
            chosen = [row for row in table if not arguments.only or row.name in arguments.only]
            data = _digits(arguments.data, Path(folder)) if any(row.name == "epoch" for row in chosen) else ""
            measured, versions, roofs = _measure(chosen, arguments, threads)
    except BenchError as error:
        print(f"nbgrad: {error}", file=sys.stderr)
        return 1
    machine = report.machine(threads, versions)
    if arguments.into:
        report.write_into(arguments.into, report.markdown(measured, machine, roofs, data))
    if arguments.json:
        print(json.dumps(report.as_json(measured, machine, roofs, data), indent=2))
    else:
        print(*report.machine_lines(machine, roofs, data), sep="\n")
    return 0


def _threads(wanted: int | None) -> int:
    """Raises ExperimentError, which is wrong usage, for a number this machine does not have."""
    from nbgrad.kernels.registry import settings

    most: int = settings.NUMBA_NUM_THREADS
    if wanted is not None and not 1 <= wanted <= most:
        raise ExperimentError(f"The number of threads is a whole number from 1 to {most}.")
    return wanted or most


def _digits(data: str | None, folder: Path) -> str:
    """Leave the training set in `folder` for both processes; returns what it is, in words."""
    from gui.lab.digits import load_digits

    data = data or os.environ.get("NBGRAD_DATA")
    digits = load_digits(data or "procedural")
    np.save(folder / "pictures.npy", digits.train_pictures)
    np.save(folder / "labels.npy", digits.train_labels)
    kind = "MNIST" if data else "digits that nbgrad draws itself, for want of MNIST"
    return f"{len(digits.train_labels):,} pictures of {kind}"


def _measure(chosen: list[Row], arguments: argparse.Namespace, threads: int) -> tuple[list[Any], Any, Any]:
    from tqdm import tqdm

    from gui.bench import roof
    from gui.bench.report import Measured, lines
    from gui.bench.turns import Contest

    roofs = {count: roof.measure(count) for count in sorted({1, threads})}
    measured = []
    total = sum(len(row.cases) for row in chosen)
    with Contest(arguments.against, threads, arguments.seconds) as contest, tqdm(total=total, leave=False) as bar:
        for row in chosen:
            measured.append(Measured(row, [], []))
            for case in row.cases:
                bar.set_description(row.name)
                if case.peer and importlib.util.find_spec(case.peer) is None:
                    measured[-1].left_out.append(f"{case.work} against {case.peer}: it is not installed.")
                else:
                    measured[-1].figures.append(contest.measure(case))
                bar.update()
            if not arguments.json:
                bar.clear()
                print(*lines(measured[-1], roofs), sep="\n", flush=True)
        return measured, contest.versions(), roofs
