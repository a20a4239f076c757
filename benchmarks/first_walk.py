"""From launch to «I watched conv1.weight's gradient being made», as somebody goes who has never seen the lab.

    python benchmarks/first_walk.py [--json]

The lab starts with no settings and no drawing, as on the first day (kernels compiled; `nbgrad warmup` does that). Every
click goes to a widget that is seen, at a place that shows its words. Two ways: straight there, and node by node with a
pause to read each card. Seconds are those of the lab; the pauses stand beside them.
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

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from gui.cli.window import open_lab

LOOK, READ = 3.0, 1.5  # seconds for a glance at a new screen, for a card
LIMIT = 60.0


class Newcomer:
    """Clicks what is seen, and counts."""

    def __init__(self, folder):
        os.environ["NBGRAD_HOME"] = folder
        self.start = time.perf_counter()
        self.lab = open_lab(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
        self.window, self.walking = self.lab.window, self.lab.store.walking
        self.clicks, self.pauses, self.log = 0, 0.0, []

    def until(self, what, reached):
        end = time.perf_counter() + LIMIT
        while not reached():
            if time.perf_counter() > end:
                raise TimeoutError(f"never reached: {what}")
            QTest.qWait(2)
        self.log.append((what, time.perf_counter() - self.start))

    def button(self, words):
        """A button that is seen and says so."""
        for found in self.window.findChildren(QPushButton):
            if found.isVisible() and not found.visibleRegion().isEmpty() and found.text() == words:
                return found
        return None

    def click(self, words):
        self.until(f"«{words}» is seen", lambda: self.button(words) is not None)
        found = self.button(words)
        assert found is not None
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        self.clicks += 1

    def pause(self, seconds):
        self.pauses += seconds

    def made(self):
        """The card shows how conv1.weight's gradient was made."""
        current = self.walking.view.current if self.walking.view is not None else None
        filling = getattr(current, "filling", None)
        return filling is not None and filling.parameter == "conv1.weight"

    def straight(self):
        self.pause(LOOK)
        self.click("Walk backward")
        self.until("the loss of a sample", lambda: self.walking.view is not None)
        self.pause(LOOK)
        self.click("Run to conv1.weight")
        self.until("conv1.weight's gradient", self.made)
        self.pause(READ)

    def node_by_node(self):
        self.pause(LOOK)
        self.click("Walk backward")
        self.until("the loss of a sample", lambda: self.walking.view is not None)
        self.pause(LOOK)
        self.click("Next node")
        while not self.made():
            view = self.walking.view
            QTest.mouseClick(self.window.large_graph.transport.buttons["walk_forward"], Qt.MouseButton.LeftButton)
            self.clicks += 1
            self.until("a node", lambda view=view: self.walking.view is not view)
            self.log.pop()
            self.pause(READ)
        self.until("conv1.weight's gradient", self.made)


def measure(way):
    with tempfile.TemporaryDirectory() as folder:
        newcomer = Newcomer(folder)
        try:
            getattr(newcomer, way)()
            seconds = time.perf_counter() - newcomer.start
        finally:
            newcomer.lab.worker.stop()
            newcomer.window.close()
    return {
        "clicks": newcomer.clicks, "seconds of the lab": round(seconds, 1), "pauses to read": newcomer.pauses,
        "together": round(seconds + newcomer.pauses, 1), "log": [(what, round(at, 1)) for what, at in newcomer.log],
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = {way: measure(way) for way in ("straight", "node_by_node")}
    if arguments.json:
        print(json.dumps(found))
        return
    for way, result in found.items():
        print(f"{way.replace('_', ' ')}: {result['clicks']} clicks, {result['together']} s (goal 60)")
        print(f"  {result['seconds of the lab']} s of the lab, {result['pauses to read']} s of pauses to read")
        for what, at in result["log"]:
            print(f"  {at:6.1f} s  {what}")


if __name__ == "__main__":
    main()
