"""The sheet one draws on: white ink on black, smooth, with undo; every stroke goes to the store while it is drawn."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy

from gui.bridge.store import Store
from gui.lab.drawing import Drawing, Stroke
from gui.theme import signs, theme
from gui.theme.tokens import INK, INK_PAPER
from gui.views.widgets import Canvas

SEND_EVERY_MS = 12  # moves in between go out together
LEAST_MOVE = 0.004  # of the side: smaller moves add nothing one could see
KEY_STEP = 0.03


class DrawingCanvas(Canvas):
    """Takes strokes from mouse, tablet or keys; shows what the store says is drawn.

    With the keyboard: arrows move the pen, Enter lowers and lifts it.
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.pen_width = 0.075
        self._stroke: list[tuple[float, float]] = []
        self._strokes: tuple[Stroke, ...] = ()
        self._picture: QImage | None = None
        self._pen: tuple[float, float] | None = None  # where the keyboard's pen is
        self._timer = QTimer(self, interval=SEND_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(self._send)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Drawing canvas"))
        self.setAccessibleDescription(
            self.tr("Draw with the mouse; or arrows move the pen and Enter lowers or lifts it")
        )
        store.drawing_changed.connect(self._on_drawing)
        theme.changed.connect(self.update)
        self._on_drawing(store.drawing)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def sizeHint(self) -> QSize:
        return QSize(theme.px(216), theme.px(216))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(120))

    # ---- commands

    @Slot()
    def undo(self) -> None:
        """Take back the last stroke, or the sample picture."""
        self._stroke = []
        if self._picture is not None:
            self.store.draw(Drawing(0))
        elif self._strokes:
            self.store.draw(Drawing(0, self._strokes[:-1]))

    @Slot()
    def clear(self) -> None:
        self._stroke, self._pen = [], None
        self.store.draw(Drawing(0))

    def set_pen_width(self, width: float) -> None:
        self.pen_width = width
        self.update()

    # ---- the store's drawing

    @Slot(object)
    def _on_drawing(self, drawing: Drawing) -> None:
        open_stroke = self._stroke and drawing.strokes and drawing.strokes[-1].points[0] == self._stroke[0]
        if not open_stroke:
            self._strokes = drawing.strokes
        self._picture = signs.gray_image(drawing.picture) if drawing.picture is not None else None
        self.update()

    def _send(self) -> None:
        stroke = (Stroke(tuple(self._stroke), self.pen_width),) if self._stroke else ()
        self.store.draw(Drawing(0, self._strokes + stroke))

    # ---- the pen

    def _sheet(self) -> QRectF:
        side = min(self.width(), self.height()) - 2
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _unit(self, point: QPointF) -> tuple[float, float]:
        sheet = self._sheet()
        x, y = (point.x() - sheet.x()) / sheet.width(), (point.y() - sheet.y()) / sheet.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _pen_down(self, point: tuple[float, float]) -> None:
        self._picture = None
        self._strokes = () if self.store.drawing.picture is not None else self.store.drawing.strokes
        self._stroke = [point]
        self._send()

    def _pen_move(self, point: tuple[float, float]) -> None:
        last = self._stroke[-1]
        if abs(point[0] - last[0]) + abs(point[1] - last[1]) < LEAST_MOVE:
            return
        self._stroke.append(point)
        self.update()
        if not self._timer.isActive():
            self._timer.start()

    def _pen_up(self) -> None:
        self._timer.stop()
        self._send()
        self._strokes = self.store.drawing.strokes
        self._stroke = []

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pen_down(self._unit(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroke and event.buttons() & Qt.MouseButton.LeftButton:
            self._pen_move(self._unit(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._stroke and event.button() == Qt.MouseButton.LeftButton:
            self._pen_up()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen's events carry finer positions than the mouse events Qt would make of them."""
        if event.pointerType() == QPointingDevice.PointerType.Eraser:
            self.clear()
        elif event.type() == QTabletEvent.Type.TabletPress:
            self._pen_down(self._unit(event.position()))
        elif event.type() == QTabletEvent.Type.TabletMove and self._stroke:
            self._pen_move(self._unit(event.position()))
        elif event.type() == QTabletEvent.Type.TabletRelease and self._stroke:
            self._pen_up()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-KEY_STEP, 0.0),
            Qt.Key.Key_Right: (KEY_STEP, 0.0),
            Qt.Key.Key_Up: (0.0, -KEY_STEP),
            Qt.Key.Key_Down: (0.0, KEY_STEP),
        }
        x, y = self._pen or (0.5, 0.5)
        if event.key() in steps:
            dx, dy = steps[Qt.Key(event.key())]
            self._pen = (min(max(x + dx, 0.0), 1.0), min(max(y + dy, 0.0), 1.0))
            self._pen_move(self._pen) if self._stroke else self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pen = (x, y)
            self._pen_up() if self._stroke else self._pen_down(self._pen)
        else:
            super().keyPressEvent(event)

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet, radius = self._sheet(), theme.px(10)
        frame = QPainterPath()
        frame.addRoundedRect(sheet, radius, radius)
        painter.fillPath(frame, QColor(INK_PAPER))
        painter.save()
        painter.setClipPath(frame)
        if self._picture is not None:
            painter.drawImage(sheet, self._picture)
        for stroke in self._strokes:
            self._paint_stroke(painter, sheet, stroke)
        if self._stroke:
            self._paint_stroke(painter, sheet, Stroke(tuple(self._stroke), self.pen_width))
        painter.restore()
        if self._picture is None and not self._strokes and not self._stroke:
            self._paint_hint(painter, sheet)
        if self._pen is not None and self.hasFocus():
            self._paint_pen(painter, sheet)
        painter.setPen(QPen(theme.color("accent" if self.ringed else "line"), 1))
        painter.drawPath(frame)

    def _paint_stroke(self, painter: QPainter, sheet: QRectF, stroke: Stroke) -> None:
        pen = QPen(QColor(INK), stroke.width * sheet.width())
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(smooth_path(stroke, sheet))

    def _paint_hint(self, painter: QPainter, sheet: QRectF) -> None:
        painter.setPen(QColor("#9aa1b0"))  # on the black paper of both themes
        painter.setFont(theme.font())
        inner = sheet.adjusted(16, 16, -16, -16)
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.tr("Draw a digit here"))

    def _paint_pen(self, painter: QPainter, sheet: QRectF) -> None:
        assert self._pen is not None
        radius = self.pen_width * sheet.width() / 2
        center = QPointF(sheet.x() + self._pen[0] * sheet.width(), sheet.y() + self._pen[1] * sheet.height())
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.drawEllipse(center, radius, radius)


def smooth_path(stroke: Stroke, sheet: QRectF) -> QPainterPath:
    """The stroke as a curve through the middles of its moves, so that quick strokes have no corners."""
    points = [QPointF(sheet.x() + x * sheet.width(), sheet.y() + y * sheet.height()) for x, y in stroke.points]
    path = QPainterPath(points[0])
    if len(points) == 1:
        path.lineTo(points[0] + QPointF(0.01, 0))
    for before, here in pairwise(points[1:]):
        path.quadTo(before, (before + here) / 2)
    path.lineTo(points[-1])
    return path
