"""The phase chip: forward → loss → backward → update, the last thing done in the accent."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme

PHASES = ("forward", "loss", "backward", "update")


class PhaseChip(QWidget):
    """Four rounded words with arrows between them."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = "idle"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Phase of the step"))
        self.setToolTip(self.tr("A training step: forward, loss, backward, update"))

    def set_phase(self, phase: str) -> None:
        if phase != self.phase:
            self.phase = phase
            self.setAccessibleDescription(phase)
            self.update()

    def words(self) -> list[str]:
        return [self.tr("forward"), self.tr("loss"), self.tr("backward"), self.tr("update")]

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(theme.font(12, 600))
        return [metrics.horizontalAdvance(word) + theme.px(20) for word in self.words()]

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths()) + 3 * theme.px(22)) + 2, theme.px(28))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, height = 1.0, theme.px(23)
        y = (self.height() - height) / 2
        for index, (word, width) in enumerate(zip(self.words(), self._widths(), strict=True)):
            if index:
                painter.setPen(theme.color("secondary"))
                painter.setFont(theme.font(12))
                painter.drawText(QRectF(x, y, theme.px(22), height), Qt.AlignmentFlag.AlignCenter, "→")
                x += theme.px(22)
            current = self.phase == PHASES[index]
            pill = QRectF(x, y, width, height)
            painter.setPen(QPen(theme.color("accent"), 1.6) if current else Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("panel" if current else "control"))
            painter.drawRoundedRect(pill, height / 2, height / 2)
            painter.setPen(theme.color("text" if current else "secondary"))
            painter.setFont(theme.font(12, 600 if current else 500))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, word)
            x += width
