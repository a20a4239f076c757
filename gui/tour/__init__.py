"""A scripted tour of the lab: real mouse and key events, the real worker, a picture of every state."""

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QSettings, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from gui.bridge.pulse import Pulse
from gui.bridge.store import Store
from gui.bridge.worker import Worker
from gui.lab.experiment import Experiment
from gui.main_window import MainWindow
from gui.tour.drawing import draw_and_train
from gui.tour.guide import SIZES, START_LIMIT, Guide, TourError
from gui.tour.network import look_around, other_networks
from gui.tour.snippets import take_lessons, write_snippets
from gui.tour.walking import walk_through
from gui.tour.window import settings_and_size


def run(directory: Path) -> int:
    """Play the tour and write its pictures; 0, or 1 with one sentence where a state was not reached."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(_say_unless_offscreen)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NBGRAD_HOME"] = folder  # the tour teaches a drawing, and leaves the user's own set alone
        settings = QSettings(str(Path(folder) / "tour.ini"), QSettings.Format.IniFormat)
        settings.setValue("theme", "dark")
        store = Store(Experiment())
        worker, pulse = Worker(store), Pulse(store)
        window = MainWindow(store, settings)
        window.show()
        worker.start()
        try:
            play(Guide(window, store, directory))
        except TourError as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            worker.stop()
            window.close()
            pulse.deleteLater()
            app.processEvents()
    return 0


def _say_unless_offscreen(_kind: object, _context: object, text: str) -> None:
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)


def play(guide: Guide) -> None:
    """All stops, in their order."""
    guide.resize(*SIZES[0])
    guide.picture("opening")
    guide.wait("the first snapshot", lambda: guide.store.snapshot is not None, START_LIMIT)
    guide.wait("the end of start-up", guide.ready, START_LIMIT)
    guide.picture("empty")
    draw_and_train(guide)
    look_around(guide)
    walk_through(guide)
    write_snippets(guide)
    take_lessons(guide)
    settings_and_size(guide)
    other_networks(guide)
