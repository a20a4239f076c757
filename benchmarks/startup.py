"""How long the lab takes to open: window visible, first prediction, very first start and a later one.

    python benchmarks/startup.py [--json]

Three starts, each a process of its own, on an empty cache of compiled kernels: the first compiles, the second loads,
the third counts what is compiled on a later start (numba's own events), through prediction, training and test set.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

GOALS = {
    "first start: window": 2, "first start: prediction": 20, "later start: window": 2, "later start: prediction": 2,
    "later start: compilations": 0,
}  # fmt: skip


def start_lab(began, count, folder):
    """In the child: open the lab, draw, and print when things happened, in seconds since the process was asked for."""
    from PySide6.QtCore import QEventLoop, QSettings, QTimer

    from gui.cli.window import open_lab
    from gui.lab.drawing import Drawing, Stroke

    counter = None
    if count:
        from gui.lab.warmup import CompilationCount

        counter = CompilationCount().__enter__()
    lab = open_lab(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
    store, figures, loop = lab.store, {}, QEventLoop()

    def seen():
        lab.window.grab()  # paints all of it
        figures["window"] = time.time() - began
        store.draw(Drawing(0, (Stroke(((0.3, 0.2), (0.7, 0.2), (0.45, 0.8)), 0.1),)))

    def predicted(probe):
        if probe is not None and "prediction" not in figures:
            figures["prediction"] = time.time() - began
            store.step()

    def trained(snapshot):
        if snapshot.step == 1 and "training" not in figures:
            figures["training"] = time.time() - began
            store.test()
        if snapshot.test is not None:
            loop.quit()

    store.probe_changed.connect(predicted)
    store.snapshot_changed.connect(trained)
    QTimer.singleShot(0, seen)
    QTimer.singleShot(300_000, loop.quit)
    loop.exec()
    lab.worker.stop()
    if counter is not None:
        figures["compilations"] = len(counter.names)
        figures["compiled"] = counter.names
    print(json.dumps(figures))
    sys.stdout.flush()
    os._exit(0)


def child(cache, folder, *, count=False):
    environment = {**os.environ, "NBGRAD_CACHE": cache, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, __file__, "--child", str(time.time()), folder, str(int(count))]
    done = subprocess.run(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def measure():
    with tempfile.TemporaryDirectory() as cache:
        first, later, counted = child(cache, cache), child(cache, cache), child(cache, cache, count=True)
    figures = {f"first start: {name}": value for name, value in first.items()}
    figures |= {f"later start: {name}": value for name, value in later.items()}
    return figures | {f"later start: {name}": counted[name] for name in ("compilations", "compiled")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=3, metavar=("BEGAN", "FOLDER", "COUNT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        began, folder, count = arguments.child
        start_lab(float(began), count == "1", folder)
    figures = measure()
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        goal = f"goal {GOALS[name]}" if name in GOALS else ""
        shown = f"{value:9.2f}" if isinstance(value, float) else f"{value!s:>9}"
        print(f"{name:28} {shown}  {goal}")


if __name__ == "__main__":
    main()
