"""The preprocessing strip: what becomes of the drawing on its way to the network, one small picture per stage."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QToolTip

from gui.bridge.store import Store
from gui.lab.snapshot import ProbeView, Stage
from gui.theme import signs, theme
from gui.theme.tokens import INK_PAPER
from gui.views.widgets import Canvas

FEWEST = 5  # places kept while nothing is drawn
GAP = 8
CAPTIONS = {
    "stroke": QT_TRANSLATE_NOOP("stages", "stroke"),
    "box": QT_TRANSLATE_NOOP("stages", "box"),
    "centre of mass": QT_TRANSLATE_NOOP("stages", "centre"),
    "sample": QT_TRANSLATE_NOOP("stages", "sample"),
}


class StageStrip(Canvas):
    """Pictures with captions; the sentence of a stage is its tooltip. Left and right walk them by keyboard."""

    def __init__(self, store: Store) -> None:
        super().__init__()
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
        self.images = [signs.gray_image(stage.picture) for stage in self.stages]
        words = "; ".join(f"{translate(stage.name)}: {translate(stage.explanation)}" for stage in self.stages)
        self.setAccessibleDescription(words or self.tr("Nothing drawn yet"))
        self.update()

    def mouseMoveEvent(self, event) -> None:
        inside = [i for i in range(len(self.stages)) if self._spot(i).contains(event.position())]
        self._explain(inside[0]) if inside else QToolTip.hideText()

    def _explain(self, index: int) -> None:
        self._current = index
        stage = self.stages[index]
        text = f"{caption(stage.name)}: {translate(stage.explanation)}"
        QToolTip.showText(self.mapToGlobal(self._spot(index).bottomLeft().toPoint()), text, self)

    def keyPressEvent(self, event) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.stages:
            return super().keyPressEvent(event)
        self._explain((self._current + step) % len(self.stages))
        return self.update()

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
            painter.fillPath(frame, QColor(INK_PAPER))
            painter.drawImage(fitted(self.images[index], spot.adjusted(1, 1, -1, -1)), self.images[index])
            if self.ringed and index == self._current:
                painter.setPen(theme.color("accent"))
                painter.drawPath(frame)
            painter.setPen(theme.color("secondary"))
            painter.setFont(theme.font(10))
            below = QRectF(spot.x() - 6, spot.bottom() + 3, spot.width() + 12, theme.px(15))
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, caption(self.stages[index].name))


def translate(source: str) -> str:
    return QCoreApplication.translate("stages", source)


def caption(name: str) -> str:
    """The name of a stage, short enough to stand below its picture."""
    return translate(str(CAPTIONS.get(name, name))).replace(" x ", "×")


def fitted(image: QImage, spot: QRectF) -> QRectF:
    """The largest place for the image in the middle of the spot, its shape kept."""
    scale = min(spot.width() / image.width(), spot.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(spot.center().x() - width / 2, spot.center().y() - height / 2, width, height)


if __name__ == "__main__":
    from gui.views.preview import show

    show(StageStrip, 260, 90)
