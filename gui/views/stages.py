"""The preprocessing strip: what becomes of the drawing on its way to the network, one small picture per stage.

A click leaves a stage out, so that one sees what it is good for; the network then gets that.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.bridge.commands import BY_ID
from gui.bridge.spoken import spoken
from gui.bridge.store import Store
from gui.lab.snapshot import ProbeView, Stage
from gui.theme import signs, theme
from gui.theme.tokens import DARK, INK_PAPER
from gui.views.widgets import Button, Canvas, add, column, row, section, set_role

FEWEST = 5  # places kept while nothing is drawn
GAP = 8
CAPTIONS = {
    "stroke": QT_TRANSLATE_NOOP("stages", "stroke"),
    "box": QT_TRANSLATE_NOOP("stages", "box"),
    "centre of mass": QT_TRANSLATE_NOOP("stages", "centre"),
    "sample": QT_TRANSLATE_NOOP("stages", "sample"),
    "photo": QT_TRANSLATE_NOOP("stages", "photo"),
    "ink": QT_TRANSLATE_NOOP("stages", "ink"),
    "colour": QT_TRANSLATE_NOOP("stages", "colour"),
    "no border": QT_TRANSLATE_NOOP("stages", "28 x 28"),
}


class StageStrip(Canvas):
    """Pictures with captions. Left and right walk them, Enter or a click leaves one out or takes it in again."""

    explained = Signal(str)  # the sentence of the stage under the mouse or the keyboard, "" for none

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(self.tr("What the network gets"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.stages: tuple[Stage, ...] = ()
        self.images: list[QImage] = []
        self._current = 0
        store.probe_changed.connect(self._on_probe)
        self._on_probe(store.probe)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(220), round(self._side()) + theme.px(18))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(150), theme.px(48))

    def resizeEvent(self, event) -> None:
        self.updateGeometry()

    def _count(self) -> int:
        return max(len(self.stages), FEWEST)

    def _side(self) -> float:
        width = max(self.width(), theme.px(150))
        return min(theme.px(64), (width - theme.px(GAP) * (self._count() - 1)) / self._count())

    def _spot(self, index: int) -> QRectF:
        side = self._side()
        pitch = (self.width() - side) / (self._count() - 1)
        return QRectF(index * pitch, 0, side, side)

    @Slot(object)
    def _on_probe(self, probe: ProbeView | None) -> None:
        self.stages = probe.stages if probe else ()
        self.updateGeometry()  # a photo has more stages, and so lower pictures
        self.images = [signs.gray_image(stage.picture) for stage in self.stages]
        self._current = min(self._current, max(len(self.stages) - 1, 0))
        words = "; ".join(map(sentence, self.stages))
        self.setAccessibleDescription(words or self.tr("Nothing drawn yet"))
        self.update()

    def _at(self, point) -> int | None:
        return next((i for i in range(len(self.stages)) if self._spot(i).contains(point)), None)

    def mouseMoveEvent(self, event) -> None:
        index = self._at(event.position())
        can = index is not None and bool(self.stages[index].without)
        self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)
        self.explained.emit("") if index is None else self._explain(index)

    def leaveEvent(self, event) -> None:
        self.explained.emit("")

    def _explain(self, index: int) -> None:
        self._current = index
        self.explained.emit(sentence(self.stages[index]))
        self.update()

    def mousePressEvent(self, event) -> None:
        index = self._at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._explain(index)
            self._switch(index)

    def _switch(self, index: int) -> None:
        if self.stages[index].without:
            self.store.switch_stage(self.stages[index].name)

    def keyPressEvent(self, event) -> None:
        if not self.stages:
            return super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._switch(self._current)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            return super().keyPressEvent(event)
        return self._explain((self._current + step) % len(self.stages))

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        if self.ringed and self.stages:
            self._explain(self._current)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self._count()):
            spot = self._spot(index)
            frame = QPainterPath()
            frame.addRoundedRect(spot, theme.px(5), theme.px(5))
            if index >= len(self.stages):
                painter.fillPath(frame, theme.color("control", 0.6))
                continue
            stage = self.stages[index]
            painter.fillPath(frame, QColor(INK_PAPER))
            painter.setOpacity(1.0 if stage.on else 0.35)
            painter.drawImage(fitted(self.images[index], spot.adjusted(1, 1, -1, -1)), self.images[index])
            painter.setOpacity(1.0)
            if not stage.on:
                painter.setPen(QPen(QColor(DARK.alert), theme.px(2)))
                inner = spot.adjusted(5, 5, -5, -5)
                painter.drawLine(inner.bottomLeft(), inner.topRight())
            if self.ringed and index == self._current:
                painter.setPen(theme.color("accent"))
                painter.drawPath(frame)
            painter.setPen(theme.color("secondary" if stage.on else "alert"))
            painter.setFont(theme.font(10))
            below = QRectF(spot.x() - 6, spot.bottom() + 3, spot.width() + 12, theme.px(15))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, caption(stage.name))


def translate(source: str) -> str:
    return QCoreApplication.translate("stages", source)


def caption(name: str) -> str:
    """The name of a stage, short enough to stand below its picture."""
    return translate(str(CAPTIONS.get(name, name))).replace(" x ", "×")


def sentence(stage: Stage) -> str:
    """What a stage did, or what happens without it."""
    return f"{caption(stage.name)}: {spoken(stage.explanation if stage.on else stage.without)}"


def fitted(image: QImage, spot: QRectF) -> QRectF:
    """The largest place for the image in the middle of the spot, its shape kept."""
    scale = min(spot.width() / image.width(), spot.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(spot.center().x() - width / 2, spot.center().y() - height / 2, width, height)


class Stages(QWidget):
    """The strip under its heading, with the sentence of the stage one points at."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.setAccessibleName(self.tr("What the network gets"))
        self.strip = StageStrip(store)
        self.words = FixedLines(3)
        command = BY_ID["all_stages"]
        self.all = Button("", "reset", "quiet", command.hint, command.title)
        self.all.clicked.connect(store.all_stages)
        head = row()
        add(head, section(self.tr("What the network gets")), None, self.all)
        layout = column(self, spacing=4)
        add(layout, head, self.strip, self.words)
        self.strip.explained.connect(self._explain)
        store.stages_changed.connect(self._on_stages)
        self._on_stages(store.stages_off)

    @Slot(str)
    def _explain(self, text: str) -> None:
        self._said = text
        off = self.store.stages_off
        if not text and off:
            names = ", ".join(caption(name) for name in sorted(off))
            text = self.tr("The network gets the drawing without: {0}").format(names)
        set_role(self.words, "tiny")
        self.words.setText(
            text or self.tr("Point at a picture to read what happened; click it to leave that step out.")
        )

    @Slot(object)
    def _on_stages(self, off: frozenset[str]) -> None:
        self.all.setVisible(bool(off))
        self._explain("")


class FixedLines(QLabel):
    """Small text that keeps its place of so many lines, whatever it says."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines
        self.setProperty("role", "tiny")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setAccessibleName(self.tr("Explanation"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(150), self._lines * theme.px(15))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hasHeightForWidth(self) -> bool:
        return False


if __name__ == "__main__":
    from gui.views.preview import show

    show(Stages, 260, 130)
