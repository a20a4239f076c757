"""Ten times a second is as often as one can read numbers: snapshots come faster."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

READABLE_MS = 100


class Calm(QObject):
    """Passes a wish to refresh on at once, or, after a recent one, when its time is up; the last is never lost."""

    def __init__(self, refresh: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._refresh = refresh
        self._waiting = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(READABLE_MS)
        self._timer.timeout.connect(self._on_time)

    @Slot()
    def ask(self, *_) -> None:
        if self._timer.isActive():
            self._waiting = True
            return
        self._timer.start()
        self._refresh()

    @Slot()
    def _on_time(self) -> None:
        if self._waiting:
            self._waiting = False
            self.ask()
