"""The strip below the transport: step, the loss so far as a line, loss and accuracy as figures."""

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from gui.bridge.store import Progress, Store
from gui.lab.snapshot import Snapshot
from gui.theme import theme
from gui.views.status import ProgressLine
from gui.views.widgets import column, hairline, label, row


class Sparkline(QWidget):
    """The loss of every step in one quiet line."""

    def __init__(self) -> None:
        super().__init__()
        self.losses = np.empty(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(60)
        self.setAccessibleName(self.tr("Loss so far"))

    def show_losses(self, losses: np.ndarray) -> None:
        if len(losses) != len(self.losses) or losses is not self.losses:
            self.losses = losses
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), theme.px(24))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heights = condense(self.losses, max(2, self.width() // 4))
        if heights.size == 0:
            painter.fillRect(0, self.height() // 2, self.width(), 1, theme.color("line"))
            return
        most = float(heights.max()) or 1.0
        margin = 5.0
        xs = np.linspace(margin, self.width() - margin, heights.size) if heights.size > 1 else [margin]
        ys = self.height() - margin - heights / most * (self.height() - 2 * margin)
        line = QPolygonF([QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)])
        painter.setPen(QPen(theme.color("secondary"), 1))  # wider pens take twenty times as long
        painter.drawPolyline(line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(line.last(), 2.6, 2.6)


def condense(losses: np.ndarray, places: int) -> np.ndarray:
    """The mean of equal stretches of the finite losses, at most `places` of them.

    >>> condense(np.array([1.0, 3.0, 5.0, 7.0]), 2).tolist()
    [2.0, 6.0]
    """
    finite = losses[np.isfinite(losses)]
    if finite.size <= places:
        return finite
    starts = np.linspace(0, finite.size, places, endpoint=False).astype(int)
    return np.add.reduceat(finite, starts) / np.diff([*starts, finite.size])


class TimelineStrip(QWidget):
    """Where the run stands."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Timeline"))
        self.step = label("", "caption", self.tr("Step"))
        self.speed = label("", "caption", self.tr("Speed"))
        self.loss = label("", "caption", self.tr("Loss"))
        self.accuracy = label("", "caption", self.tr("Accuracy"))
        self.line = Sparkline()
        self._said: tuple = ()
        outer = column(self, spacing=0)
        inner = row(None, (16, 4, 16, 4), 16)
        inner.addWidget(self.step)
        self.progress = ProgressLine()
        self.middle = QStackedWidget()
        self.middle.addWidget(self.line)
        self.middle.addWidget(self.progress)
        inner.addWidget(self.middle, 1)
        for figure in (self.speed, self.loss, self.accuracy):
            inner.addWidget(figure)
        outer.addWidget(hairline())
        outer.addLayout(inner)
        outer.addWidget(hairline())
        store.snapshot_changed.connect(self._on_snapshot)
        store.progress_changed.connect(self._on_progress)
        theme.changed.connect(self.line.update)
        self._on_snapshot(store.snapshot)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        """Long work takes the place of the line for as long as it lasts."""
        going_on = progress.done < progress.total
        self.progress.show_progress(progress)
        self.middle.setCurrentWidget(self.progress if going_on else self.line)

    @Slot(object)
    def _on_snapshot(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            self._say(self.tr("step 0"), "", self.tr("loss —"), self.tr("accuracy —"))
            return
        loss, rate, test = snapshot.loss, snapshot.images_per_second, snapshot.test
        self._say(
            self.tr("step {0}").format(f"{snapshot.step:,}"),
            self.tr("{0} images/s").format(f"{rate:,.0f}") if rate and snapshot.running else "",
            self.tr("loss {0}").format(f"{loss:.3f}" if loss is not None else "—"),
            self.tr("accuracy {0}").format(f"{100 * test.accuracy:.1f} %" if test else "—"),
        )
        self.line.show_losses(snapshot.curves.losses)

    def _say(self, *texts: str) -> None:
        for figure, text in zip((self.step, self.speed, self.loss, self.accuracy), texts, strict=True):
            if figure.text() != text:
                figure.setText(text)
        self.speed.setVisible(bool(texts[1]))


if __name__ == "__main__":
    from gui.views.preview import show

    show(TimelineStrip, 1000, 34)
