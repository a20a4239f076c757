"""A histogram of one tensor: bars coloured by sign on an axis symmetric about zero."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.lab.snapshot import Summary
from gui.theme import theme
from gui.views.widgets import number


def paint_bars(painter: QPainter, room: QRectF, counts: np.ndarray, strength: float = 1.0) -> None:
    """Bars over a room whose middle is zero: the left half negative, the right half positive."""
    most = counts.max() if counts.size else 0
    if most <= 0:
        return
    width = room.width() / len(counts)
    shares = np.sqrt(counts / most)  # the square root keeps the rare values visible
    for index, share in enumerate(shares):
        if share <= 0:
            continue
        color: QColor = theme.color("negative" if index < len(counts) / 2 else "accent", strength)
        height = max(1.0, share * room.height())
        painter.fillRect(QRectF(room.x() + index * width + 0.5, room.bottom() - height, width - 1, height), color)


class HistogramView(QWidget):
    """Bars above an axis that names the limits and zero."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.summary: Summary | None = None

    def show_summary(self, summary: Summary | None) -> None:
        if summary is not self.summary:
            self.summary = summary
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(62))

    def mouseMoveEvent(self, event) -> None:
        if self.summary is None or self.width() < 2:
            return
        counts, edges = self.summary.counts, self.summary.edges
        index = min(max(int(event.position().x() / self.width() * len(counts)), 0), len(counts) - 1)
        low, high = number(float(edges[index])), number(float(edges[index + 1]))
        text = self.tr("{0} numbers from {1} to {2}").format(int(counts[index]), low, high)
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        axis = theme.px(16)
        room = QRectF(0, 2, self.width(), self.height() - axis - 2)
        painter.setFont(theme.font(10))
        painter.setPen(theme.color("secondary"))
        if self.summary is None:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft, self.tr("not computed yet"))
            return
        paint_bars(painter, room, self.summary.counts)
        painter.fillRect(QRectF(0, room.bottom(), self.width(), 1), theme.color("line"))
        limit = float(self.summary.edges[-1])
        below = QRectF(0, room.bottom() + 2, self.width(), axis)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number(-limit))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"+{number(limit)}")
