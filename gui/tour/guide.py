"""What a tour does with its hands and eyes: real mouse and key events, waiting, photographs."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.bridge.store import Store
from gui.lab.findings import TermsView
from gui.main_window import MainWindow
from gui.theme import theme
from gui.views.network_hover import cell_of, cells_rect

START_LIMIT, LIMIT = 240.0, 30.0  # seconds; the first start compiles
SIZES = ((1280, 800), (1920, 1080))
QUIET = 40  # looks, ten milliseconds apart
STEPS_BETWEEN = 6  # mouse moves from one point of a stroke to the next


class TourError(Exception):
    """A state was not reached in time."""


class Guide:
    """Hands and eyes at a window. directory: where the pictures go."""

    def __init__(self, window: MainWindow, store: Store, directory: Path) -> None:
        self.window, self.store, self.directory = window, store, directory
        self.pictures = 0
        self.failure, self.quiet = "", 0
        store.failed.connect(self.remember)
        store.faulted.connect(self.remember)

    def ready(self) -> bool:
        """Nothing long is going on, and was not a moment ago: kernels and digits are there."""
        if self.window.transport.timeline.progress.isVisible():
            self.quiet = 0
        self.quiet += 1
        return self.quiet > QUIET

    def stroke(self, points: tuple[tuple[float, float], ...]) -> None:
        sheet = self.window.you.canvas
        places = [QPoint(round(x * sheet.width()), round(y * sheet.height())) for x, y in points]
        QTest.mousePress(sheet, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
        for start, end in pairwise(places):
            for step in range(1, STEPS_BETWEEN + 1):
                QTest.mouseMove(sheet, start + (end - start) * step / STEPS_BETWEEN)
                QTest.qWait(4)
        QTest.mouseRelease(sheet, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])

    def look(self, layer: int, index: tuple[int, ...], name: str, everywhere: bool = False) -> None:
        """Click on a cell of the canvas and photograph its arithmetic."""
        canvas = self.window.network.canvas
        _, channel, row, column = cell_of(canvas, layer, index)
        cell = cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1))
        self.click(canvas, (cell.center() + canvas.origin()).toPoint())
        self.wait(
            "the terms of a cell", lambda: self.store.terms is not None and self.store.terms.spot == self.store.spot
        )
        QTest.mouseMove(canvas, QPoint(2, 2))
        self.wait("the card", lambda: isinstance(self.store.terms, TermsView) and self.store.terms.name in self.card())
        self.picture(name, everywhere)

    def strongest(self, layer: int) -> tuple[int, ...]:
        """Where a layer's fifth map, or a vector, is largest."""
        assert self.store.probe is not None
        value = self.store.probe.layers[layer].value
        if value.ndim == 3:
            return 4, *(int(place) for place in np.unravel_index(int(value[4].argmax()), value.shape[1:]))
        return tuple(int(place) for place in np.unravel_index(int(value.argmax()), value.shape))

    def leave(self) -> None:
        """Close the microscope as one does: Escape on the canvas."""
        QTest.keyClick(self.window.network.canvas, Qt.Key.Key_Escape)
        self.wait("a closed microscope", lambda: not self.window.network.card.isVisible())

    def card(self) -> str:
        return self.window.network.card.equation.text()

    def click(self, widget: QWidget, spot: QPoint) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)

    def key(self, key: str | Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        code = Qt.Key(ord(key)) if isinstance(key, str) else key
        QTest.keyClick(self.window, code, modifier)

    def wheel(self, widget: QWidget, spot: QPoint, notches: int) -> None:
        where, none = QPointF(spot), Qt.KeyboardModifier.NoModifier
        for _ in range(notches):
            turn = QPoint(0, 120)
            event = QWheelEvent(
                where, widget.mapToGlobal(where), QPoint(), turn, Qt.MouseButton.NoButton, none,
                Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(widget, event)

    def wait(self, what: str, reached: Callable[[], bool], limit: float = LIMIT) -> None:
        """Let the lab go on until a state is reached."""
        deadline = QDeadlineTimer(round(limit * 1000))
        while not reached() and not deadline.hasExpired():
            QTest.qWait(10)
        if not reached():
            raise TourError(f"The tour did not reach {what} within {limit:g} s. {self.failure}".strip())

    def remember(self, sentence: str, *_details: str) -> None:
        self.failure = sentence

    def step(self) -> int:
        return self.store.snapshot.step if self.store.snapshot else 0

    def classified(self) -> bool:
        return self.store.probe is not None and self.store.probe.drawing == self.store.drawing.number

    def resize(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        QTest.qWait(60)

    def picture(self, name: str, everywhere: bool = False) -> None:
        """Save the window as it is: at 1280 x 800 and dark; `everywhere`: in both sizes and both themes."""
        self.pictures += 1
        stem = f"{self.pictures:02d}-{name}"
        QTest.qWait(80)
        if not everywhere:
            self.save(stem)
            return
        for width, height in SIZES:
            self.resize(width, height)
            for scheme in ("dark", "light"):
                theme.set_name(scheme)
                QTest.qWait(60)
                self.save(f"{stem}-{scheme}-{width}")
        theme.set_name("dark")
        self.resize(*SIZES[0])

    def save(self, stem: str) -> None:
        path = self.directory / f"{stem}.png"
        if not photograph(self.window).save(str(path)):
            raise TourError(f"The picture {path} cannot be written.")


def photograph(window: QWidget) -> QPixmap:
    """The window with the popups that lie on it."""
    picture = window.grab()
    painter = QPainter(picture)
    corner = window.mapToGlobal(QPoint(0, 0))
    for widget in QApplication.topLevelWidgets():
        popup = widget.windowType() == Qt.WindowType.Popup
        if popup and widget.isVisible():
            spot = widget.mapToGlobal(QPoint(0, 0)) - corner
            painter.drawPixmap(QRect(spot, widget.size()), widget.grab())
    painter.end()
    return picture
