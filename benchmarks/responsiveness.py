"""How the window feels while the network trains at full speed: stroke to prediction, and gaps of the event loop.

    python benchmarks/responsiveness.py [--seconds 10] [--json]

First the canvas is zoomed and panned through at 1920 x 1080, each frame painted at once and timed, with a cell under
the microscope and its receptive field lit. Then, with that card open, a pen moves sixty times a second. For each
movement the time is taken until a prediction that has seen it is in the store: its own, or that of a later one where
the worker skipped it. A timer of 5 ms measures how late the window's event loop is. Last,
with training paused, the step of the drawing is walked through moment by moment, and the gaps are taken again.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF, QSettings, Qt, QTimer

from gui.cli.window import open_lab
from gui.lab.drawing import Drawing, Stroke
from gui.lab.findings import Spot

GOALS = {
    "stroke to prediction p95": 33, "event-loop gap p95": 33, "event-loop gap max": 100, "walk gap max": 100,
    "gap max while a snippet runs": 100, "zoom and pan paint p95": 16, "zoom and pan paint max": 16,
}  # fmt: skip
TICK = 5  # ms
PEN = 16  # ms


def wait(signal, good, seconds=120):
    """Run the event loop until `good()` after an emission of `signal`."""
    if good():
        return
    loop = QEventLoop()
    signal.connect(lambda *_: good() and loop.quit())
    QTimer.singleShot(seconds * 1000, lambda: loop.exit(1))
    if loop.exec():
        raise TimeoutError("the lab did not answer")


def pen_at(turn):
    """The stroke so far: a spiral that grows, then begins again."""
    angles = np.linspace(0, 6, 5 + turn % 120)
    radius = 0.05 + 0.05 * angles
    points = np.stack((0.5 + radius * np.cos(angles), 0.5 + radius * np.sin(angles)), 1)
    return Drawing(0, (Stroke(tuple(map(tuple, points.tolist())), 0.08),))


class Measurement:
    """Connects to the store, moves the pen, and notes the times."""

    def __init__(self, lab):
        self.store = lab.store
        self.asked, self.latencies, self.gaps = {}, [], []
        self.turn, self.predictions, self.last = 0, 0, None
        self.store.probe_changed.connect(self.take_probe)
        self.pen, self.ticker = QTimer(), QTimer()
        for timer, interval, action in ((self.pen, PEN, self.move), (self.ticker, TICK, self.tick)):
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.setInterval(interval)
            timer.timeout.connect(action)

    def move(self):
        self.turn += 1
        start = time.perf_counter()
        self.asked[self.store.drawing.number + 1] = start
        self.store.draw(pen_at(self.turn))

    def take_probe(self, probe):
        if probe is not None and probe.drawing in self.asked:
            now = time.perf_counter()
            self.predictions += 1
            for number in [number for number in self.asked if number <= probe.drawing]:
                self.latencies.append((now - self.asked.pop(number)) * 1e3)

    def tick(self):
        now = time.perf_counter()
        if self.last is not None:
            self.gaps.append(max((now - self.last) * 1e3 - TICK, 0.0))
        self.last = now

    def run(self, seconds):
        self.pen.start()
        self.ticker.start()
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()
        self.pen.stop()
        self.ticker.stop()


def paint_times(lab):
    """Milliseconds of each frame of a zoom from blocks to single cells and back, panning at every stop."""
    canvas, times = lab.window.network.canvas, []

    def frame():
        start = time.perf_counter()
        canvas.repaint()
        times.append((time.perf_counter() - start) * 1e3)

    for mode in ("values", "gradients", "update"):
        lab.store.set_mode(mode)
        canvas.show_blocks(True)
        frame()
        canvas.show_blocks(False)
        place = canvas.placed[3].rect.center() + canvas.origin()
        for factor in [1.2] * 18 + [1 / 1.2] * 18:
            canvas.zoom_at(place, factor)
            frame()
            for step in range(6):
                canvas.offset += QPointF(40, 25) * (1 if step < 3 else -1)
                canvas.update()
                frame()
    canvas.fit()
    lab.store.set_mode("values")
    return np.array(times)


def walk_gaps(lab):
    """Milliseconds by which the event loop is late while the whole step is walked in the large graph; its moments."""
    walking, measurement = lab.store.walking, Measurement(lab)
    lab.window.start_walk()
    wait(walking.changed, lambda: walking.view is not None)
    measurement.ticker.start()
    walking.go_to("forward")
    wait(walking.changed, lambda: walking.view.phase == "forward")
    moments = 1
    while not walking.view.ended:
        before, loop = walking.view, QEventLoop()
        walking.forward()
        wait(walking.changed, lambda before=before: walking.view is not before)
        QTimer.singleShot(50, loop.quit)  # what follows from it is painted
        loop.exec()
        moments += 1
    lab.window.fold_all()
    lab.window.fold_all()
    measurement.ticker.stop()
    return np.array(measurement.gaps), moments


ENDLESS = ("while True: pass", "while True: print('again and again')", "x = torch.ones(2000, 2000)\nwhile True: x @ x")


def snippet_gaps(lab, seconds):
    """Gaps of the event loop while a console's session starts, snippets without end run, and each is stopped."""
    console, gaps, last = lab.store.console, [], [time.perf_counter()]

    def tick():
        now = time.perf_counter()
        gaps.append(max((now - last[0]) * 1e3 - TICK, 0.0))
        last[0] = now

    ticker = QTimer()
    ticker.setTimerType(Qt.TimerType.PreciseTimer)
    ticker.setInterval(TICK)
    ticker.timeout.connect(tick)
    last[0] = time.perf_counter()
    ticker.start()
    lab.window.show_learning("console")
    wait(console.state_changed, lambda: console.state == "ready")
    for source in ENDLESS:
        console.run(source)
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()
        console.stop()
        wait(console.state_changed, lambda: console.state == "ready")
    ticker.stop()
    console.close()
    return np.array(gaps)


def measure(seconds):
    with tempfile.TemporaryDirectory() as folder:
        lab = open_lab(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
        store = lab.store
        try:
            store.step()  # waits for compilation and data
            wait(store.snapshot_changed, lambda: store.snapshot is not None and store.snapshot.step == 1, 300)
            lab.window.resize(1920, 1080)
            store.draw(pen_at(60))
            wait(store.probe_changed, lambda: store.probe is not None and store.probe.layers[0].gradient is not None)
            store.look_at(Spot("values", 3, None, (4, 4, 5)))
            wait(store.terms_changed, lambda: store.terms is not None)
            paints = paint_times(lab)
            store.run()
            wait(store.snapshot_changed, lambda: store.snapshot.step > 20)
            measurement, before, start = Measurement(lab), store.snapshot.step, time.perf_counter()
            measurement.run(seconds)
            speed = (store.snapshot.step - before) / (time.perf_counter() - start)
            store.pause()
            snippets = snippet_gaps(lab, min(seconds, 3))
            store.pause()
            wait(store.snapshot_changed, lambda: not store.snapshot.running)
            walked, moments = walk_gaps(lab)
        finally:
            lab.worker.stop()
            lab.window.close()
    latencies, gaps = np.array(measurement.latencies), np.array(measurement.gaps)
    return {
        "stroke to prediction p50": float(np.percentile(latencies, 50)),
        "stroke to prediction p95": float(np.percentile(latencies, 95)),
        "stroke to prediction max": float(latencies.max()),
        "event-loop gap p50": float(np.percentile(gaps, 50)),
        "event-loop gap p95": float(np.percentile(gaps, 95)),
        "event-loop gap max": float(gaps.max()),
        "gap p95 while a snippet runs": float(np.percentile(snippets, 95)),
        "gap max while a snippet runs": float(snippets.max()),
        "zoom and pan paint p50": float(np.percentile(paints, 50)),
        "zoom and pan paint p95": float(np.percentile(paints, 95)),
        "zoom and pan paint max": float(paints.max()),
        "walk gap p95": float(np.percentile(walked, 95)),
        "walk gap max": float(walked.max()),
        "moments walked": moments,
        "frames painted": len(paints),
        "training steps per second": speed,
        "pen movements": measurement.turn,
        "predictions": measurement.predictions,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.seconds)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        goal = f"goal {GOALS[name]}" if name in GOALS else ""
        print(f"{name:28} {value:9.1f}  {goal}")


if __name__ == "__main__":
    main()
