"""The one thread that owns the model and makes every kernel call."""

import sys
import traceback

from PySide6.QtCore import QObject, QThread, Slot

from gui.bridge.answers import Answers
from gui.bridge.courtesy import Courtesy
from gui.bridge.mailbox import Mailbox
from gui.bridge.requests import Request
from gui.bridge.store import Store
from gui.lab.wording import translate

# Seconds after which the thread that computes lets the window's thread have its turn at Python.
SWITCH_INTERVAL = 0.001


class Worker(QThread):
    """Takes a store's requests, answers to the store. `start` it once the window is shown; `stop` it before the end."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox()
        self._answers = Answers(store, self)
        self._courtesy = Courtesy(self._mailbox, store, self)
        self._experiment = store.experiment
        store.requested.connect(self.ask)

    @Slot(object)
    def ask(self, request: Request) -> None:
        self._mailbox.put(request)

    def stop(self) -> None:
        """Finish the step at hand and end the thread: a QThread destroyed while it runs would abort the process."""
        self._mailbox.close()
        self.wait()

    def run(self) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL)
        try:
            # Imported here: the engine takes its time, and the window is to be seen before.
            from gui.bridge.desk import Desk

            Desk(self._answers, self._mailbox, self._experiment).work()
        except Exception as error:  # the thread's last word: nothing dies in silence
            stopped = translate("lab", "The compute worker stopped: {0}").format(error)
            self._answers.faulted.emit(stopped, traceback.format_exc())
