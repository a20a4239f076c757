"""The window's heartbeat: while the run goes, ask for a snapshot 30 times a second, and only once the last has come."""

from PySide6.QtCore import QObject, QTimer, Slot

from gui.bridge.requests import Publish
from gui.bridge.store import Store

INTERVAL = 33  # milliseconds


class Pulse(QObject):
    """Lives in the window's thread, beside the store."""

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._waiting = False
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self._ask)
        store.snapshot_changed.connect(self._take_answer)

    @Slot(object)
    def _take_answer(self, snapshot: object) -> None:
        self._waiting = False
        running = self._store.snapshot is not None and self._store.snapshot.running
        if running != self._timer.isActive():
            self._timer.start() if running else self._timer.stop()

    @Slot()
    def _ask(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._store.requested.emit(Publish())
