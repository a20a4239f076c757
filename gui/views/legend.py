"""The legend of the sign scale: − 0 +."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import signs, theme


class Legend(QWidget):
    """A strip from the most negative to the most positive number of a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Colour scale: blue is negative, the surface is zero, orange is positive"))
        self.setToolTip(self.tr("Blue is negative, orange positive, zero the surface; one limit for each layer"))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(104), theme.px(24))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(16)
        strip = QRectF(side, self.height() / 2 - theme.px(7), self.width() - 2 * side, theme.px(6))
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        for step in range(17):
            gradient.setColorAt(step / 16, signs.color_of(step / 8 - 1, 1.0, theme.colors))
        painter.setPen(theme.color("line"))
        painter.setBrush(gradient)
        painter.drawRoundedRect(strip, theme.px(3), theme.px(3))
        painter.setPen(theme.color("secondary"))
        painter.setFont(theme.font(12, 600))
        level = QRectF(0, strip.center().y() - side / 2, side, side)
        painter.drawText(level, Qt.AlignmentFlag.AlignCenter, "−")
        painter.drawText(level.translated(self.width() - side, 0), Qt.AlignmentFlag.AlignCenter, "+")
        painter.setFont(theme.font(10))
        below = QRectF(strip.x(), strip.bottom() + 1, strip.width(), theme.px(12))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "0")
