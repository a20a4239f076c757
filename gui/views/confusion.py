"""What the test found: the confusion matrix, and the pictures that were mistaken most surely."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QToolTip, QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.store import Store
from gui.lab.drawing import Drawing
from gui.lab.snapshot import Snapshot, TestView
from gui.theme import signs, theme
from gui.theme.tokens import INK_PAPER
from gui.views.widgets import Canvas, EmptyState, add, column, label, row


class ConfusionMatrix(QWidget):
    """Rows are the true digits, columns the answers; the colour is the share of the row, mistakes in the accent."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(130, 110)
        self.counts = np.zeros((10, 10), np.int64)

    def show_counts(self, counts: np.ndarray) -> None:
        self.counts = counts
        self.update()

    def _geometry(self) -> tuple[float, float, float]:
        edge = theme.px(16)
        cell = max(4.0, min((self.width() - edge) / 10, (self.height() - edge) / 10))
        cell = float(int(cell))
        return (self.width() - edge - 10 * cell) / 2 + edge, edge, cell

    def mouseMoveEvent(self, event) -> None:
        x, y, cell = self._geometry()
        answer, line = int((event.position().x() - x) // cell), int((event.position().y() - y) // cell)
        if not (0 <= line < 10 and 0 <= answer < 10):
            return QToolTip.hideText()
        text = self.tr("{0} times a {1} was called a {2}").format(int(self.counts[line, answer]), line, answer)
        return QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        x, y, cell = self._geometry()
        rows = np.maximum(self.counts.sum(1), 1)
        mistakes = self.counts - np.diag(np.diag(self.counts))
        most = max(int(mistakes.max()), 1)
        painter.setFont(theme.font(10))
        painter.setPen(theme.color("secondary"))
        for digit in range(10):
            painter.drawText(QRectF(x + digit * cell, 0, cell, y - 2), Qt.AlignmentFlag.AlignCenter, str(digit))
            beside = QRectF(x - y, y + digit * cell, y - 4, cell)
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(digit))
        painter.setFont(theme.font(min(11.0, cell / theme.zoom * 0.42)))
        for (line, answer), count in np.ndenumerate(self.counts):
            share = count / rows[line] if line == answer else count / most
            spot = QRectF(x + answer * cell, y + line * cell, cell - 1, cell - 1)
            self._paint_cell(painter, spot, int(count), float(share), line == answer)

    def _paint_cell(self, painter: QPainter, spot: QRectF, count: int, share: float, right: bool) -> None:
        role = "healthy" if right else "accent"
        painter.fillRect(spot, theme.color("card"))
        painter.fillRect(spot, theme.color(role, (0.55 if right else 0.85) * share**0.7))
        if spot.width() >= theme.px(22) and count:
            painter.setPen(theme.color("text"))
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, str(count))


class Gallery(Canvas):
    """The worst mistakes with truth and answer; a click (or Enter) puts one on the canvas."""

    GAP = 8

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(self.tr("Worst mistakes"))
        self.setToolTip(self.tr("Click a mistake to draw it"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(130, 80)
        self.view: TestView | None = None
        self.images: list[QImage] = []
        self._current = 0

    def show_test(self, view: TestView) -> None:
        self.view = view
        self.images = [signs.gray_image(picture) for picture in view.worst_pictures]
        self._current = 0
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(140))

    def _spots(self) -> list[QRectF]:
        side, gap, text = theme.px(44), theme.px(self.GAP), theme.px(16)
        across = max(1, int((self.width() + gap) // (side + gap)))
        down = max(1, int((self.height() + gap) // (side + text + gap)))
        places = [divmod(i, across) for i in range(min(len(self.images), across * down))]
        return [QRectF(c * (side + gap), r * (side + text + gap), side, side) for r, c in places]

    def _draw(self, index: int) -> None:
        if self.view is not None and 0 <= index < len(self.images):
            picture = np.asarray(self.view.worst_pictures[index], np.float32)
            self.store.draw(Drawing(0, (), picture, int(self.view.worst_truths[index])))

    def mousePressEvent(self, event) -> None:
        hit = [i for i, spot in enumerate(self._spots()) if spot.contains(event.position())]
        if hit:
            self._current = hit[0]
            self._draw(hit[0])

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self.images:
            self._current = (self._current + step) % len(self._spots())
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._draw(self._current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.view is None:
            return
        for index, spot in enumerate(self._spots()):
            frame = QPainterPath()
            frame.addRoundedRect(spot, theme.px(5), theme.px(5))
            painter.fillPath(frame, QColor(INK_PAPER))
            painter.drawImage(spot.adjusted(2, 2, -2, -2), self.images[index])
            if self.ringed and index == self._current:
                painter.setPen(theme.color("accent"))
                painter.drawPath(frame)
            painter.setFont(theme.font(11, 500))
            painter.setPen(theme.color("secondary"))
            below = QRectF(spot.x(), spot.bottom() + 2, spot.width(), theme.px(15))
            words = f"{self.view.worst_truths[index]} → {self.view.worst_guesses[index]}"
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)


class TestPanel(QWidget):
    """Matrix and gallery, or the button that makes them."""

    __test__ = False  # pytest: not a test class

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Test"))
        command = BY_ID["test"]
        self.empty = EmptyState(self.tr("Not tested yet"), self.tr("Test now"), lambda *_: store.test())
        self.empty.button.setToolTip(command.hint)
        self.matrix, self.gallery = ConfusionMatrix(), Gallery(store)
        self.matrix_head = label("", "tiny", self.tr("Confusion matrix"))
        self.gallery_head = label(self.tr("surest mistakes: truth → answer"), "tiny")
        both = QWidget()
        both.setAccessibleName(self.tr("Test"))
        sides = row(both, (16, 0, 16, 8), 16)
        for head, view in ((self.matrix_head, self.matrix), (self.gallery_head, self.gallery)):
            side = column(spacing=4)
            add(side, head, view)
            sides.addLayout(side, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(both)
        column(self).addWidget(self.pages)
        self._shown: TestView | None = None
        store.snapshot_changed.connect(self._on_snapshot)
        theme.changed.connect(self.update)
        self._on_snapshot(store.snapshot)

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot | None) -> None:
        test = snapshot.test if snapshot else None
        if test is self._shown and test is not None:
            return
        self._shown = test
        self.pages.setCurrentIndex(1 if test else 0)
        if test is not None:
            self.matrix.show_counts(test.confusion)
            self.gallery.show_test(test)
            self.matrix_head.setText(self.tr("{0:.2f} % right at step {1}").format(100 * test.accuracy, test.step))


if __name__ == "__main__":
    from gui.views.preview import show

    show(TestPanel, 560, 180)
