"""Open the lab's window."""

import argparse
import sys
import threading
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from gui.cli.system import require_qt
from gui.lab.wording import translate


@dataclass(frozen=True)
class Lab:
    """Everything a running lab consists of; whoever holds it keeps it alive, and stops the worker at the end."""

    app: Any
    store: Any
    pulse: Any
    worker: Any
    window: Any


def run(_arguments: argparse.Namespace) -> int:
    require_qt()
    from gui.views.error_dialog import show_error

    lab = open_lab()
    lab.store.faulted.connect(show_error)
    try:
        return lab.app.exec()
    finally:
        lab.worker.stop()


def open_lab(settings: Any = None) -> Lab:
    """Show the window, and start the worker behind it as soon as the window has been seen.

    settings: the QSettings the window remembers its layout in; the user's own if None.
    """
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from gui.bridge.answers import Answers
    from gui.bridge.pulse import Pulse
    from gui.bridge.store import Store
    from gui.bridge.worker import Worker
    from gui.lab.experiment import Experiment
    from gui.main_window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    store = Store(Experiment())
    worker, pulse = Worker(store), Pulse(store)
    _report_to(Answers(store, store))
    window = MainWindow(store, settings)
    window.show()
    QTimer.singleShot(0, worker.start)
    return Lab(app, store, pulse, worker, window)


def _report_to(answers: Any) -> None:
    """Errors nobody caught reach the learner, whichever thread they come from."""

    def report(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), where)
            return
        details = "".join(traceback.format_exception(kind, error, where))
        wrong = translate("lab", "Something went wrong in the window ({0}: {1}).").format(kind.__name__, error)
        answers.faulted.emit(wrong, details)

    sys.excepthook = report
    threading.excepthook = lambda failed: report(failed.exc_type, failed.exc_value, failed.exc_traceback)
