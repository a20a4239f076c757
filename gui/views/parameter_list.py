"""All parameters, two lines each: name and shape, spread of the values and size of the gradient, a small histogram."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy

from gui.bridge.store import Selection, Store
from gui.lab.snapshot import ParameterView
from gui.theme import theme
from gui.views.calm import Calm
from gui.views.histogram import paint_bars
from gui.views.widgets import Canvas, number, shape_text

ROW = 42


class ParameterList(Canvas):
    """A click or the up and down keys select a parameter everywhere."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.views: tuple[ParameterView, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("All parameters"))
        self.calm = Calm(self._refresh, self)
        store.snapshot_changed.connect(self.calm.ask)
        store.selection_changed.connect(self._on_selection)
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(ROW) * max(1, len(self.views)))

    def _refresh(self) -> None:
        snapshot, before = self.store.snapshot, len(self.views)
        self.views = snapshot.parameters if snapshot else ()
        if len(self.views) != before:
            self.updateGeometry()
        if self.isVisible():
            self.update()

    @Slot(object)
    def _on_selection(self, selection: Selection) -> None:
        self.setAccessibleDescription(selection.parameter or "")
        self.update()

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self.views):
            name = self.views[index].name
            self.store.select(Selection(name.split(".")[0], name, None, None))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(int(event.position().y() // theme.px(ROW)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            return super().keyPressEvent(event)
        names = [view.name for view in self.views]
        chosen = self.store.selection.parameter
        now = names.index(chosen) if chosen in names else -1
        return self._choose(min(max(now + step, 0), len(names) - 1))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = theme.px(ROW)
        for index, view in enumerate(self.views):
            line = QRectF(0, index * pitch, self.width(), pitch)
            if line.intersects(QRectF(event.rect())):
                self._paint_row(painter, line, view)

    def _paint_row(self, painter: QPainter, line: QRectF, view: ParameterView) -> None:
        chosen = view.name == self.store.selection.parameter
        if chosen:
            painter.setPen(theme.color("accent") if self.ringed else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("control"))
            painter.drawRoundedRect(line.adjusted(0.5, 1.5, -0.5, -1.5), theme.px(6), theme.px(6))
        left, right = theme.px(10), theme.px(64)
        text = line.adjusted(left, theme.px(5), -right - theme.px(16), -theme.px(5))
        painter.setFont(theme.font(12, 600 if chosen else 500))
        painter.setPen(theme.color("accent" if chosen else "text"))
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, view.name)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("secondary"))
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, shape_text(view.shape))
        gradient = number(view.gradient_summary.norm, 2) if view.gradient_summary else "—"
        figures = f"σ {number(view.value_summary.std, 2)}   |∇| {gradient}"
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, figures)
        bars = QRectF(line.right() - right, line.y() + theme.px(9), right - theme.px(8), line.height() - theme.px(18))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        paint_bars(painter, bars, view.value_summary.counts, 0.8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
