"""Layer health: how large gradient and update of each module are, on one logarithmic scale."""

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QToolTip, QWidget

from gui.bridge.store import Selection, Store
from gui.lab.snapshot import ParameterView, block_of
from gui.theme import theme
from gui.views.calm import Calm
from gui.views.diagnosis import diagnose
from gui.views.widgets import Canvas, EmptyState, column, number

LEAST, MOST = -6.0, 1.0  # powers of ten


class HealthBars(Canvas):
    """One row per weight: norm of its gradient, and update / weight with the healthy range marked."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.views: list[ParameterView] = []
        self.setAccessibleName(self.tr("Layer health"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_views(self, views: list[ParameterView]) -> None:
        self.views = views
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(130))

    def _pitch(self) -> float:
        return min(theme.px(28), (self.height() - theme.px(18)) / max(1, len(self.views)))

    def _row_at(self, y: float) -> int | None:
        index = int((y - theme.px(18)) // self._pitch())
        return index if y >= theme.px(18) and index < len(self.views) else None

    def mouseMoveEvent(self, event) -> None:
        index = self._row_at(event.position().y())
        if index is None:
            return QToolTip.hideText()
        view = self.views[index]
        return QToolTip.showText(
            event.globalPosition().toPoint(), f"{view.name}: {diagnose(view, self.views)[1]}", self
        )

    def mousePressEvent(self, event) -> None:
        index = self._row_at(event.position().y())
        if index is not None:
            self._select(index)

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self.views:
            return super().keyPressEvent(event)
        names = [view.name for view in self.views]
        chosen = self.store.selection.parameter
        now = names.index(chosen) if chosen in names else -1
        return self._select(min(max(now + step, 0), len(names) - 1))

    def _select(self, index: int) -> None:
        name = self.views[index].name
        self.store.select(Selection(block_of(name), name, None, None))
        self.update()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names, gap = theme.px(96), theme.px(24)
        width = (self.width() - names - gap) / 2
        top = theme.px(18)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("secondary"))
        for index, title in enumerate((self.tr("size of the gradient"), self.tr("update / weight"))):
            spot = QRectF(names + index * (width + gap), 0, width, top)
            painter.drawText(spot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        for index, view in enumerate(self.views):
            line = QRectF(0, top + index * self._pitch(), self.width(), self._pitch())
            self._paint_row(painter, line, view, names, width, gap)

    def _paint_row(
        self, painter: QPainter, line: QRectF, view: ParameterView, names: float, width: float, gap: float
    ) -> None:
        chosen = view.name == self.store.selection.parameter
        painter.setFont(theme.font(12, 600 if chosen else 500))
        painter.setPen(theme.color("accent" if chosen else "text"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, view.name)
        norm = view.gradient_summary.norm if view.gradient_summary else None
        role = {"healthy": "healthy", "alert": "alert"}.get(diagnose(view, self.views)[0], "accent")
        first = QRectF(names, line.y(), width, line.height())
        self._paint_bar(painter, first, norm, "accent")
        self._paint_bar(painter, first.translated(width + gap, 0), view.update_ratio, role)

    def _paint_bar(self, painter: QPainter, room: QRectF, value: float | None, role: str) -> None:
        figure = theme.px(56)
        height = min(theme.px(8), room.height() * 0.5)
        groove = QRectF(room.x(), room.center().y() - height / 2, room.width() - figure, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("control"))
        painter.drawRoundedRect(groove, height / 2, height / 2)
        painter.setFont(theme.font(11, mono=True))
        text = "—" if value is None else number(value, 2)
        if value is not None and value > 0 and math.isfinite(value):
            share = min(max((math.log10(value) - LEAST) / (MOST - LEAST), 0.02), 1.0)
            painter.setBrush(theme.color(role))
            painter.drawRoundedRect(
                QRectF(groove.x(), groove.y(), groove.width() * share, height), height / 2, height / 2
            )
        painter.setPen(theme.color("secondary"))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class HealthPanel(QWidget):
    """The bars, or what to do to get them."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Layer health"))
        self.store = store
        self.empty = EmptyState(self.tr("No gradient yet: press Step"), self.tr("Step"), lambda *_: store.step())
        self.bars = HealthBars(store)
        holder = QWidget()
        holder.setAccessibleName(self.tr("Layer health"))
        column(holder, (16, 0, 16, 8)).addWidget(self.bars)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(holder)
        column(self).addWidget(self.pages)
        self.calm = Calm(self._refresh, self)
        store.snapshot_changed.connect(self.calm.ask)
        store.selection_changed.connect(self.bars.update)
        theme.changed.connect(self.bars.update)
        self._refresh()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        snapshot = self.store.snapshot
        views = [view for view in snapshot.parameters if view.name.endswith("weight")] if snapshot else []
        known = any(view.gradient_summary is not None for view in views)
        self.pages.setCurrentIndex(1 if known else 0)
        fresh = views and (not self.bars.views or views[0] is not self.bars.views[0])
        if known and fresh and self.isVisible():
            self.bars.show_views(views)


if __name__ == "__main__":
    from gui.views.preview import show

    show(HealthPanel, 560, 180)
