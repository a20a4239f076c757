"""The window goes first: after a snapshot or a probe the next training step waits until both are on the screen.

Painting makes hundreds of calls into Qt, and each of them gives Python's lock away for a moment. With a thread that
computes in between, each moment becomes a wait, and a picture of 3 ms takes 30.
"""

from PySide6.QtCore import QObject, QTimer, Slot

from gui.bridge.mailbox import Mailbox
from gui.bridge.store import Store


class Courtesy(QObject):
    """Lives in the window's thread; tells the letter box when everything that was sent has been painted."""

    def __init__(self, mailbox: Mailbox, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = mailbox
        self._painted = QTimer(self)  # a timer of 0 ms runs after the paint events that are waiting
        self._painted.setSingleShot(True)
        self._painted.timeout.connect(self._on_painted)
        store.snapshot_changed.connect(self._on_change)
        store.probe_changed.connect(self._on_change)

    @Slot(object)
    def _on_change(self, _view: object) -> None:
        self._painted.start(0)

    @Slot()
    def _on_painted(self) -> None:
        self._mailbox.say_window_busy(False)
