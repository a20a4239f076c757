"""Loss and accuracy by training step."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.bridge.store import Store
from gui.lab.snapshot import Curves
from gui.theme import theme
from gui.views.calm import Calm
from gui.views.widgets import EmptyState, add, column, label, row

ROOM_FOR_TWO = 340  # px at 100 %: narrower, the accuracy gives way
SMOOTHING = 0.96  # share of the past in the smoothed loss


class Smoothed:
    """A running mean that only looks at the numbers it has not seen."""

    def __init__(self) -> None:
        self.values = np.empty(1024)
        self.length = 0

    def follow(self, losses: np.ndarray) -> np.ndarray:
        """The smoothed curve for `losses`, which grew since the last call or starts anew."""
        if len(losses) < self.length:
            self.length = 0
        if len(losses) > len(self.values):
            self.values = np.concatenate([self.values, np.empty(2 * len(losses) - len(self.values))])
        for index in range(self.length, len(losses)):
            loss = float(losses[index])
            share = min(SMOOTHING, index / (index + 1))  # a plain mean at first, so that it starts where the loss does
            before = self.values[index - 1] if index else loss
            self.values[index] = share * before + (1 - share) * loss if loss == loss else before
        self.length = len(losses)
        return self.values[: self.length]


class QuietAxis(pg.AxisItem):
    """Few ticks, at 1, 2 or 5 times a power of ten, with room between their labels."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        room = theme.px(64 if self.orientation == "bottom" else 32)
        least = max(maxVal - minVal, 1e-9) / max(1.0, size / room)
        power = 10.0 ** np.floor(np.log10(least))
        return [(next(power * step for step in (1, 2, 5, 10) if power * step >= least), 0)]


class Plot(pg.PlotWidget):
    """A quiet plot: no frame, a few grid lines, colours of the theme."""

    def __init__(self, name: str) -> None:
        super().__init__(axisItems={side: QuietAxis(side) for side in ("left", "bottom")})
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(60, 40)
        item = self.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.hideButtons()
        item.setMenuEnabled(False)
        item.getViewBox().setMouseEnabled(x=True, y=False)
        theme.changed.connect(self.dress)
        self.dress()

    def dress(self) -> None:
        self.setBackground(None)
        item = self.getPlotItem()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(theme.color("line")))
            axis.setTextPen(pg.mkPen(theme.color("secondary")))
            axis.setStyle(tickFont=theme.font(10.5), tickLength=0, tickTextOffset=theme.px(6), maxTickLevel=0)
        item.getAxis("left").setWidth(theme.px(40))
        item.getAxis("bottom").setHeight(theme.px(20))
        item.showGrid(x=False, y=True, alpha=0.12)


def thin(role: str, alpha: float = 1.0, width: float = 1.0) -> QPen:
    pen = pg.mkPen(theme.color(role, alpha), width=width)
    pen.setCosmetic(True)
    return pen


def under(figure: QWidget, plot: Plot) -> QWidget:
    """A plot below the figure that stands for it."""
    holder = QWidget()
    holder.setAccessibleName(figure.accessibleName())
    add(column(holder, (8, 0, 0, 0), 0), figure, plot)
    return holder


class CurvesPanel(QWidget):
    """The raw loss thin, the smoothed loss strong, the test accuracy beside it."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(self.tr("Loss and accuracy"))
        self._smoothed = Smoothed()
        self._drawn: tuple[int, int, float] = (-1, -1, 0.0)
        self.empty = EmptyState(self.tr("No step taken yet"), self.tr("Run"), lambda *_: store.toggle_run())
        self.loss, self.accuracy = Plot(self.tr("Loss")), Plot(self.tr("Accuracy"))
        self.loss.getViewBox().setLimits(yMin=0)  # pyright: ignore[reportAttributeAccessIssue]
        self.raw = self.loss.plot()
        self.smooth = self.loss.plot()
        self.smooth.curve.setSegmentedLineMode("on")  # wide pens are slow otherwise
        self.dots = self.accuracy.plot(symbol="o", symbolSize=5)
        self.loss_figure, self.accuracy_figure = (
            label("", "tiny", self.tr("Loss")),
            label("", "tiny", self.tr("Accuracy")),
        )
        both = QWidget()
        both.setAccessibleName(self.tr("Loss and accuracy"))
        sides = row(both, (8, 0, 8, 4), 8)
        self.second = under(self.accuracy_figure, self.accuracy)
        self.tested = False
        sides.addWidget(under(self.loss_figure, self.loss), 3)
        sides.addWidget(self.second, 2)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(both)
        column(self).addWidget(self.pages)
        self.calm = Calm(self._refresh, self)
        store.snapshot_changed.connect(self.calm.ask)
        theme.changed.connect(self._dress)
        self._dress()
        self._refresh()

    @Slot()
    def _dress(self) -> None:
        self.raw.setPen(thin("negative", 0.4))
        self.smooth.setPen(thin("accent", width=1.8))
        self.dots.setPen(thin("healthy"))
        self.dots.setSymbolBrush(theme.color("healthy"))
        self.dots.setSymbolPen(None)

    def resizeEvent(self, event) -> None:
        self._share_room()

    def _share_room(self) -> None:
        """The accuracy is there once it is known, if there is room."""
        self.second.setVisible(self.tested and self.width() >= theme.px(ROOM_FOR_TWO))

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        snapshot = self.store.snapshot
        curves = snapshot.curves if snapshot else None
        self.pages.setCurrentIndex(1 if curves is not None and len(curves.steps) else 0)
        if curves is None or not self.isVisible():
            return
        last = float(curves.losses[-1]) if len(curves.losses) else 0.0
        now = (len(curves.steps), len(curves.test_steps), last)
        if now == self._drawn:
            return
        fresh_run = now[0] < self._drawn[0]
        if now[0] != self._drawn[0] or last != self._drawn[2]:
            if fresh_run:
                self._smoothed = Smoothed()
            smooth = self._smoothed.follow(curves.losses)
            self.raw.setData(curves.steps, curves.losses)
            self.smooth.setData(curves.steps, smooth)
            if len(smooth):
                self.loss_figure.setText(self.tr("loss {0:.3f} (smoothed)").format(smooth[-1]))
        if now[1] != self._drawn[1]:
            self._show_accuracy(curves)
        self._drawn = now

    def _show_accuracy(self, curves: Curves) -> None:
        self.tested = len(curves.test_steps) > 0
        self._share_room()
        if not self.tested:
            return
        percent = 100 * curves.test_accuracies
        self.dots.setData(curves.test_steps, percent)
        self.accuracy.setYRange(max(0.0, float(np.floor(percent.min() - 1))), 100.0)
        self.accuracy.setXRange(0.0, float(curves.test_steps[-1]))
        self.accuracy_figure.setText(self.tr("test accuracy {0:.1f} %").format(percent[-1]))


if __name__ == "__main__":
    from gui.views.preview import show

    show(CurvesPanel, 560, 180)
