"""The sheet one draws on: white ink on black, smooth, with pen and eraser; each stroke goes to the store as it grows.

Undo and redo walk over whole drawings, so that a cleared sheet, a sample or a pasted picture come back too.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QFileDialog, QSizePolicy

from gui.bridge.store import Store
from gui.lab.drawing import Drawing, Stroke
from gui.lab.snapshot import AttributionView
from gui.theme import signs, theme
from gui.theme.tokens import INK_PAPER
from gui.views import pictures_in
from gui.views.canvas_paint import attribution_image, paint_attribution, paint_hint, paint_pen, paint_stroke
from gui.views.widgets import Canvas

SEND_EVERY_MS = 12  # moves in between go out together
LEAST_MOVE = 0.004  # of the side: smaller moves add nothing one could see
KEY_STEP = 0.03
ERASER = 1.8  # its width, in pens
MOST_STEPS = 200  # that undo remembers


class DrawingCanvas(Canvas):
    """Takes strokes from mouse, tablet or keys, and pictures; shows what the store says is drawn.

    With the keyboard: arrows move the pen, Enter lowers and lifts it.
    """

    eraser_changed = Signal(bool)
    history_changed = Signal()

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.pen_width = 0.075
        self.erasing = False
        self._stroke: list[tuple[float, float]] = []
        self._erases = False  # the stroke at hand
        self._drawing = store.drawing  # without the stroke at hand
        self._past: list[Drawing] = []
        self._future: list[Drawing] = []
        self._ground: QImage | None = None
        self._overlay: tuple[AttributionView, QImage] | None = None
        self._pen: tuple[float, float] | None = None  # where the keyboard's pen is
        self._timer = QTimer(self, interval=SEND_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(self._send)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Drawing canvas"))
        self.setAccessibleDescription(
            self.tr("Draw with the mouse; or arrows move the pen and Enter lowers or lifts it; or drop a picture")
        )
        self.setAcceptDrops(True)
        store.drawing_changed.connect(self._on_drawing)
        store.attribution_changed.connect(self._on_attribution)
        theme.changed.connect(self.update)
        self._on_drawing(store.drawing)

    def sizeHint(self) -> QSize:
        """A square, as wide as there is room."""
        return QSize(theme.px(216), max(self.width(), theme.px(120)))

    def minimumSizeHint(self) -> QSize:
        """Where the panel is short, the sheet gives way first."""
        return QSize(theme.px(120), theme.px(150))

    def resizeEvent(self, event) -> None:
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # ---- commands

    @Slot()
    def undo(self) -> None:
        """Back to the drawing before the last stroke, clearing, sample or picture."""
        self._stroke = []
        if self._past:
            self._future.append(self._drawing)
            self._go_to(self._past.pop())

    @Slot()
    def redo(self) -> None:
        if self._future and not self._stroke:
            self._past.append(self._drawing)
            self._go_to(self._future.pop())

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    @Slot()
    def clear(self) -> None:
        self._stroke, self._pen = [], None
        self.store.draw(Drawing(0))

    def set_pen_width(self, width: float) -> None:
        self.pen_width = width
        self.set_erasing(False)
        self.update()

    @Slot()
    def toggle_eraser(self) -> None:
        self.set_erasing(not self.erasing)

    def set_erasing(self, erasing: bool) -> None:
        if erasing != self.erasing:
            self.erasing = erasing
            self.eraser_changed.emit(erasing)
            self.update()

    @Slot()
    def paste(self) -> None:
        self._take(lambda: pictures_in.from_mime(QGuiApplication.clipboard().mimeData()))

    @Slot()
    def choose_picture(self) -> None:
        kinds = self.tr("Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp)")
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open a picture of a digit"), "", kinds)
        if path:
            self._take(lambda: pictures_in.from_file(Path(path)))

    def _take(self, read: Callable[[], np.ndarray]) -> None:
        try:
            self.store.use_picture(read())
        except pictures_in.NoPicture as error:
            self.store.failed.emit(str(error))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if pictures_in.offers_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._take(lambda: pictures_in.from_mime(event.mimeData()))

    # ---- the store's drawing

    def _go_to(self, drawing: Drawing) -> None:
        """Show a drawing of the history, without adding to it."""
        self._drawing = drawing
        self.store.draw(drawing)
        self.history_changed.emit()

    @Slot(object)
    def _on_drawing(self, drawing: Drawing) -> None:
        """A stroke at hand is the canvas's own business until it ends; all else is a step of the history."""
        if not self._stroke:
            if not drawing.shows_same_as(self._drawing):
                self._past = [*self._past, self._drawing][-MOST_STEPS:]
                self._future.clear()
            self._drawing = drawing
            self.history_changed.emit()
        shown = drawing.ground if drawing.picture is None else drawing.picture
        self._ground = signs.gray_image(shown) if shown is not None else None
        self.update()

    @Slot(object)
    def _on_attribution(self, view: AttributionView | None) -> None:
        self._overlay = (view, attribution_image(view)) if view is not None else None
        self.update()

    def _with_stroke(self) -> Drawing:
        """The drawing and the stroke at hand. The pen starts anew on a sample, the eraser works on it."""
        base = self._drawing
        if base.picture is not None:
            base = Drawing(0, ground=base.picture) if self._erases else Drawing(0)
        width = self.pen_width * (ERASER if self._erases else 1)
        return replace(base, strokes=(*base.strokes, Stroke(tuple(self._stroke), width, self._erases)))

    def _send(self) -> None:
        if self._stroke:
            self.store.draw(self._with_stroke())

    # ---- the pen

    def _sheet(self) -> QRectF:
        side = min(self.width(), self.height()) - 2
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _unit(self, point: QPointF) -> tuple[float, float]:
        sheet = self._sheet()
        x, y = (point.x() - sheet.x()) / sheet.width(), (point.y() - sheet.y()) / sheet.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _pen_down(self, point: tuple[float, float], erases: bool = False) -> None:
        self._stroke, self._erases = [point], erases or self.erasing
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
        drawing, self._stroke = self._with_stroke(), []
        self.store.draw(drawing)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and not self._stroke:
            self._pen_down(self._unit(event.position()), event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroke and event.buttons():
            self._pen_move(self._unit(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._stroke and not event.buttons():
            self._pen_up()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen's events carry finer positions than the mouse events Qt would make of them."""
        if event.type() == QTabletEvent.Type.TabletPress:
            self._pen_down(self._unit(event.position()), event.pointerType() == QPointingDevice.PointerType.Eraser)
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
        drawing = self._with_stroke() if self._stroke else self._drawing
        if self._ground is not None and (drawing.ground is not None or drawing.picture is not None):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(sheet, self._ground)
        for stroke in drawing.strokes:
            paint_stroke(painter, sheet, stroke)
        if self._overlay is not None:
            view, image = self._overlay
            paint_attribution(painter, sheet, image, view.window)
        painter.restore()
        if drawing.empty:
            painter.setFont(theme.font())
            paint_hint(painter, sheet, self.tr("Draw a digit here, or drop a picture of one"))
        if self._pen is not None and self.hasFocus():
            width = self.pen_width * (ERASER if self.erasing else 1)
            paint_pen(painter, sheet, self._pen, width)
        painter.setPen(QPen(theme.color("accent" if self.ringed else "line"), 1))
        painter.drawPath(frame)
