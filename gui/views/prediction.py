"""The probabilities as bars. A click on one makes it the target whose loss the gradients belong to.

Ten classes are the digits; of a network with others the likeliest are shown, by their numbers.
"""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.bridge.store import Store
from gui.lab.snapshot import ProbeView
from gui.theme import theme
from gui.views.widgets import Canvas, add, column, label, row, section

TOP = 5  # classes shown of a network whose classes are no digits


def classes_shown(probe: ProbeView | None) -> list[int]:
    """The ten digits, or the likeliest classes, the likeliest first."""
    if probe is None or len(probe.probabilities) == 10:
        return list(range(10))
    return [int(place) for place in np.argsort(-probe.probabilities, kind="stable")[:TOP]]


class ProbabilityBars(Canvas):
    """Digit, bar, percent; the winner in the accent, the target framed. Up, down and Escape choose a target."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(self.tr("Probabilities"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setToolTip(self.tr("Click a digit: the gradients then tell how to make it more likely"))
        store.probe_changed.connect(self._on_probe)
        self._on_probe(store.probe)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(220), theme.px(170))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(150), theme.px(142))

    def set_target(self, digit: int | None) -> None:
        self.store.set_target(digit)
        self.update()

    @Slot(object)
    def _on_probe(self, probe: ProbeView | None) -> None:
        words = self.tr("Nothing drawn yet")
        if probe is not None:
            chances = probe.probabilities
            words = ", ".join(f"{digit}: {100 * chances[digit]:.1f} %" for digit in classes_shown(probe))
        self.setAccessibleDescription(words)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line, shown = int(event.position().y() // self._pitch()), classes_shown(self.store.probe)
        if 0 <= line < len(shown):
            self.set_target(None if shown[line] == self.store.target else shown[line])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None:
            now, shown = self.store.target, classes_shown(self.store.probe)
            line = shown.index(now) if now in shown else -(step > 0)
            self.set_target(shown[(line + step) % len(shown)])
        elif event.key() == Qt.Key.Key_Escape:
            self.set_target(None)
        else:
            super().keyPressEvent(event)

    def _pitch(self) -> float:
        return min(self.height() / 10, theme.px(38))

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        probe = self.store.probe
        chances = probe.probabilities if probe else None
        winner = int(chances.argmax()) if probe is not None and probe.verdict != "no digit" else -1
        if self.ringed:
            painter.setPen(theme.color("accent"))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        for place, digit in enumerate(classes_shown(probe)):
            chance = None if chances is None else float(chances[digit])
            self._paint_row(painter, place, digit, chance, digit == winner)

    def _paint_row(self, painter: QPainter, place: int, digit: int, chance: float | None, winner: bool) -> None:
        pitch = self._pitch()
        line = QRectF(0, place * pitch, self.width(), pitch)
        target = digit == self.store.target
        left, right = theme.px(24 if digit < 10 else 44), theme.px(56)
        height = min(pitch * 0.55, theme.px(12))
        groove = QRectF(left, line.center().y() - height / 2, self.width() - left - right, height)
        painter.setFont(theme.font(13, 600 if winner or target or chance is None else 500))
        painter.setPen(theme.color("accent" if winner else "text" if chance is not None else "secondary"))
        painter.drawText(line.adjusted(2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(digit))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("control"))
        painter.drawRoundedRect(groove, height / 2, height / 2)
        if target:
            painter.setPen(QPen(theme.color("accent"), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(groove.adjusted(-3, -3, 3, 3), height / 2 + 3, height / 2 + 3)
        if chance is None or chance != chance:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent", 1.0 if winner else 0.5))
        if chance >= 0.0005:
            width = max(height * 0.35, groove.width() * chance)
            painter.setClipRect(QRectF(groove.x(), groove.y(), width, height))
            painter.drawRoundedRect(QRectF(groove.x(), groove.y(), max(width, height), height), height / 2, height / 2)
            painter.setClipping(False)
        painter.setFont(theme.font(12, 600 if winner else 400))
        painter.setPen(theme.color("text" if winner else "secondary"))
        painter.drawText(line.adjusted(0, 0, -1, 0), right_middle(), f"{100 * chance:.1f} %")


def right_middle() -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class Prediction(QWidget):
    """The bars under a heading that says what the network thinks, and how sure it is."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.verdict = label("", "caption", self.tr("Verdict"))
        self.bars = ProbabilityBars(store)
        head = row()
        add(head, section(self.tr("Prediction")), None, self.verdict)
        layout = column(self, spacing=6)
        add(layout, head)
        layout.addWidget(self.bars, 1)
        self.setAccessibleName(self.tr("Prediction"))
        store.probe_changed.connect(self._on_probe)
        self._on_probe(store.probe)

    @Slot(object)
    def _on_probe(self, probe: ProbeView | None) -> None:
        if probe is None:
            self.verdict.setText(self.tr("nothing drawn yet"))
            return
        best, second = (probe.probabilities.argsort()[::-1][:2].tolist() * 2)[:2]
        chosen = self.store.target
        if chosen is not None:
            self.verdict.setText(self.tr("target {0}").format(chosen))
        elif probe.verdict == "class":
            self.verdict.setText(self.tr("class {0} of {1}").format(best, len(probe.probabilities)))
        elif probe.verdict == "no digit":
            self.verdict.setText(self.tr("no digit I know"))
        elif probe.verdict == "digit":
            self.verdict.setText(self.tr("this is a {0}").format(best))
        else:
            self.verdict.setText(self.tr("unsure: {0} or {1}?").format(best, second))
        self.verdict.setToolTip(self._reason(probe, f"{100 * probe.probabilities[best]:.0f} %"))

    def _reason(self, probe: ProbeView, share: str) -> str:
        """Why it says so, in numbers, and what may be wrong with it."""
        if probe.verdict == "class":
            return self.tr(
                "The largest probability is {0}. The network's classes are no digits, and its file does not name them: "
                "what it says of a drawing is only how it was trained to answer."
            ).format(share)
        if probe.verdict == "unsure":
            return self.tr("The largest probability is {0}: too little to name a digit without reserve.").format(share)
        if probe.verdict == "digit":
            return self.tr("The largest probability is {0}. Sure is not right: a letter O is a sure 0.").format(share)
        reason = self.tr("The largest probability is {0}: less than 99 of 100 true digits get.").format(share)
        if probe.step:
            worn = self.tr("This was fitted before the {0} steps of training, which wear it down.").format(probe.step)
            reason = f"{reason}\n{worn}"
        return reason


if __name__ == "__main__":
    from gui.views.preview import show

    show(Prediction, 260, 240)
