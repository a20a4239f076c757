"""All parameters, two lines each: name and shape, spread of the values and size of the gradient, a small histogram.

Of a large network they stand below their blocks, which open and close; a few letters leave those whose names have them.
"""

from itertools import groupby

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from gui.bridge.store import Selection, Store
from gui.lab.snapshot import ParameterView, block_of
from gui.theme import theme
from gui.views.calm import Calm
from gui.views.histogram import paint_bars
from gui.views.widgets import Canvas, column, number, shape_text

ROW = 42
FEW = 16  # parameters that need no tree

Line = tuple[str, list[ParameterView] | ParameterView]  # a block with its parameters, or one parameter


class ParameterList(Canvas):
    """A click or the up and down keys select a parameter everywhere; left and right close and open its block."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.views: tuple[ParameterView, ...] = ()
        self.lines: list[Line] = []
        self.open: set[str] = set()  # blocks whose parameters are shown
        self.wanted = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("All parameters"))
        self.calm = Calm(self._refresh, self)
        store.snapshot_changed.connect(self.calm.ask)
        store.selection_changed.connect(self._on_selection)
        self._refresh()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(ROW) * max(1, len(self.lines)))

    @property
    def tree(self) -> bool:
        return len(self.views) > FEW

    def _refresh(self) -> None:
        self.views = self.store.snapshot.parameters if self.store.snapshot else ()
        self._arrange()

    @Slot(str)
    def leave(self, letters: str) -> None:
        """Show only parameters whose names have these letters; "" for all."""
        self.wanted = letters.strip().lower()
        self._arrange()

    def _arrange(self) -> None:
        before = len(self.lines)
        views = [view for view in self.views if self.wanted in view.name.lower()]
        if not self.tree or self.wanted:
            self.lines = [(view.name, view) for view in views]
        else:
            self.lines = []
            for block, inside in groupby(views, lambda view: block_of(view.name)):
                members = list(inside)
                self.lines.append((block, members))
                if block in self.open:
                    self.lines += [(view.name, view) for view in members]
        if len(self.lines) != before:
            self.updateGeometry()
        if self.isVisible():
            self.update()

    @Slot(object)
    def _on_selection(self, selection: Selection) -> None:
        self.setAccessibleDescription(selection.parameter or "")
        block = block_of(selection.parameter or "")
        if selection.parameter and block not in self.open:
            self.open.add(block)
            self._arrange()
        self.update()

    def _choose(self, index: int) -> None:
        if not 0 <= index < len(self.lines):
            return
        name, content = self.lines[index]
        if isinstance(content, ParameterView):
            self.store.select(Selection(block_of(name), name, None, None))
        else:
            self._toggle(name)

    def _toggle(self, block: str) -> None:
        self.open ^= {block}
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(int(event.position().y() // theme.px(ROW)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, chosen = Qt.Key(event.key()), self.store.selection.parameter
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key)
        if step is not None:
            names = [view.name for view in self.views if self.wanted in view.name.lower()]
            if names:
                now = names.index(chosen) if chosen in names else -1
                name = names[min(max(now + step, 0), len(names) - 1)]
                self.store.select(Selection(block_of(name), name, None, None))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.tree and chosen:
            if (block_of(chosen) in self.open) == (key == Qt.Key.Key_Left):
                self._toggle(block_of(chosen))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = theme.px(ROW)
        for index, (name, content) in enumerate(self.lines):
            line = QRectF(0, index * pitch, self.width(), pitch)
            if not line.intersects(QRectF(event.rect())):
                continue
            if isinstance(content, ParameterView):
                self._paint_row(painter, line, content)
            else:
                self._paint_block(painter, line, name, content)

    def _paint_block(self, painter: QPainter, line: QRectF, block: str, views: list[ParameterView]) -> None:
        text = line.adjusted(theme.px(10), theme.px(5), -theme.px(8), -theme.px(5))
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.color("accent" if block == self.store.selection.module else "text"))
        mark = "▾" if block in self.open else "▸"
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, f"{mark} {block}")
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("secondary"))
        words = self.tr("{0} parameters, {1} numbers").format(len(views), f"{sum(view.value.size for view in views):,}")
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, words)

    def _paint_row(self, painter: QPainter, line: QRectF, view: ParameterView) -> None:
        chosen = view.name == self.store.selection.parameter
        inside = self.tree and not self.wanted
        if chosen:
            painter.setPen(theme.color("accent") if self.ringed else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("control"))
            painter.drawRoundedRect(line.adjusted(0.5, 1.5, -0.5, -1.5), theme.px(6), theme.px(6))
        left, right = theme.px(24 if inside else 10), theme.px(64)
        text = line.adjusted(left, theme.px(5), -right - theme.px(16), -theme.px(5))
        painter.setFont(theme.font(12, 600 if chosen else 500))
        painter.setPen(theme.color("accent" if chosen else "text"))
        name = view.name.removeprefix(f"{block_of(view.name)}.") if inside else view.name
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)
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


class ParameterTree(QWidget):
    """The list, and above that of a large network the field that filters it."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("All parameters"))
        self.list = ParameterList(store)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Filter by name"))
        self.field.setAccessibleName(self.tr("Filter by name"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self.list.leave)
        layout = column(self, spacing=6)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        store.snapshot_changed.connect(self._on_snapshot)
        self._on_snapshot()

    @Slot(object)
    def _on_snapshot(self, *_) -> None:
        if self.field.isHidden() == self.list.tree:
            self.field.clear()
            self.field.setVisible(self.list.tree)
