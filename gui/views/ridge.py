"""Histograms over time: one line per moment of the run, the newest in front, all on one axis."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme
from gui.views.widgets import number

Row = tuple[int, np.ndarray, float]  # step, counts, limit
OVERLAP = 3.5  # how many rows a line may rise
MOST_LINES = 12


class RidgeView(QWidget):
    """Earlier steps at the back (above), now at the front (below)."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rows: tuple[Row, ...] = ()
        self.lines: tuple[Row, ...] = ()  # those of them that are drawn

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        if rows is not self.rows:
            self.rows = rows
            places = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_LINES)).round().astype(int))
            self.lines = tuple(rows[place] for place in places.tolist())
            self.setAccessibleDescription(self.tr("steps {0} to {1}").format(rows[0][0], rows[-1][0]) if rows else "")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(136))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(10))
        painter.setPen(theme.color("secondary"))
        if len(self.lines) < 2:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft, self.tr("grows as the network trains"))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        axis, side = theme.px(16), theme.px(44)
        room = QRectF(0, theme.px(14), self.width() - side, self.height() - axis - theme.px(14))
        limit = max(limit for _, _, limit in self.lines) or 1.0
        pitch = room.height() / len(self.lines)
        for place, (_, counts, own) in enumerate(self.lines):
            base = room.y() + (place + 1) * pitch
            self._paint_line(painter, room, base, min(pitch * OVERLAP, theme.px(36)), counts, own / limit, place)
        painter.setPen(theme.color("secondary"))
        for place in {0, len(self.lines) - 1}:
            y = room.y() + (place + 1) * pitch
            spot = QRectF(self.width() - side + theme.px(6), y - axis + 3, side, axis)
            painter.drawText(spot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, str(self.lines[place][0]))
        head = QRectF(self.width() - side + theme.px(6), 0, side, axis)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft, self.tr("step"))
        below = QRectF(0, room.bottom() + 1, room.width(), axis)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number(-limit, 2))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"+{number(limit, 2)}")

    def _paint_line(
        self, painter: QPainter, room: QRectF, base: float, height: float, counts: np.ndarray, share: float, place: int
    ) -> None:
        most = counts.max()
        if most <= 0:
            return
        middle, half = room.center().x(), room.width() / 2 * share
        xs = middle + half * ((np.arange(len(counts)) + 0.5) / len(counts) * 2 - 1)
        ys = base - np.sqrt(counts / most) * height
        points = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        outline = QPolygonF([QPointF(middle - half, base), *points, QPointF(middle + half, base)])
        last = place == len(self.lines) - 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel", 0.86))
        painter.drawPolygon(outline)
        painter.setPen(QPen(theme.color("accent" if last else "secondary", 1.0 if last else 0.7), 1.4 if last else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(outline)
