"""A small map of the whole graph in the canvas's corner: where in it one is, and the way to everywhere else."""

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap

from gui.theme import theme
from gui.views.widgets import Canvas

WIDTH, HEIGHT, CORNER, PAD = 150, 90, 8, 6  # of the drawing in it, px at 100 %
ENOUGH = 0.7  # of the graph is seen: no map is needed


class GraphMap(Canvas):
    """A click or a drag brings that part to the middle, arrow keys move on; there only while not all is seen.

    canvas: the GraphBoard in whose corner it lies, which makes it.
    """

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.setAccessibleName(self.tr("Map of the graph"))
        self.setToolTip(self.tr("Click or drag to move over the graph; arrow keys move it too"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._picture: QPixmap | None = None
        self._corner = 0
        canvas.moved.connect(self.settle)
        self.hide()

    def settle(self) -> None:
        """In the corner, where it is needed."""
        bounds, room = self.canvas.bounds(), self.canvas.room()
        seen = room.intersected(bounds)
        needed = seen.width() * seen.height() < ENOUGH * bounds.width() * bounds.height()
        wide = self.canvas.width() > theme.px(2 * WIDTH) and self.canvas.height() > theme.px(3 * HEIGHT)
        self.setVisible(needed and wide and not bounds.isEmpty())
        if not self.isVisible():
            return
        scale = min(theme.px(WIDTH) / bounds.width(), theme.px(HEIGHT) / bounds.height())
        width, height = (round(side * scale) + 2 * theme.px(PAD) for side in (bounds.width(), bounds.height()))
        self._move_aside(width, height)
        self.update()

    def _move_aside(self, width: int, height: int) -> None:
        """In its corner, or in the next one that does not cover the selected node."""
        far, chosen = theme.px(CORNER), self.canvas.selected_node()
        right, low = self.canvas.width() - width - far, self.canvas.height() - height - far
        corners = [(right, low), (right, far), (far, low), (far, far)]
        rects = [QRectF(x, y, width, height) for x, y in corners]
        taken = self.canvas.place(chosen).adjusted(-6, -6, 6, 6) if chosen is not None else QRectF()
        if rects[self._corner].intersects(taken):
            self._corner = next((i for i, rect in enumerate(rects) if not rect.intersects(taken)), self._corner)
        place = rects[self._corner].toRect()
        if place.size() != self.size():
            self._picture = None
        self.setGeometry(place)

    def forget(self) -> None:
        """The graph, its marks or the theme have changed."""
        self._picture = None
        self.settle()

    # ---- between map and graph

    def _scale(self) -> float:
        bounds, pad = self.canvas.bounds(), 2 * theme.px(PAD)
        return min((self.width() - pad) / max(bounds.width(), 1), (self.height() - pad) / max(bounds.height(), 1))

    def _origin(self) -> QPointF:
        """Where the graph's own (0, 0) lies in the map."""
        return QRectF(self.rect()).center() - self.canvas.bounds().center() * self._scale()

    def frame(self) -> QRectF:
        """The part that is seen, in the map."""
        room, scale, origin = self.canvas.room(), self._scale(), self._origin()
        rect = QRectF(room.topLeft() * scale + origin, room.size() * scale)
        return rect.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    # ---- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._go(event.position())

    def _go(self, point: QPointF) -> None:
        self.canvas.look_at((point - self._origin()) / self._scale())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {
            Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Up: (0, -1),
        }  # fmt: skip
        way = ways.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
            return
        room = self.canvas.room()
        self.canvas.look_at(room.center() + QPointF(way[0] * room.width() / 3, way[1] * room.height() / 3))

    # ---- painting

    def paintEvent(self, event) -> None:
        if self._picture is None:
            self._picture = self._paint_all()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("text" if self.ringed else "accent"), 1.4))
        painter.setBrush(theme.color("accent", 0.12))
        painter.drawRoundedRect(self.frame(), 3, 3)

    def _paint_all(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap((QRectF(self.rect()).size() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("line"))
        painter.setBrush(theme.color("window", 0.92))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(6), theme.px(6))
        painter.setPen(Qt.PenStyle.NoPen)
        scale, origin, marks = self._scale(), self._origin(), self.canvas.marks
        for node in self.canvas.nodes.values():
            rect = self.canvas.places.rects[node.id]
            color = theme.color("healthy", 0.7) if node.parameter else theme.color("secondary", 0.45)
            if marks is not None and node.id in marks.done:
                color = theme.color("accent", 0.55)
            if marks is not None and node.id == marks.current:
                color = theme.color("accent")
            painter.setBrush(color)
            place = QRectF(rect.topLeft() * scale + origin, rect.size() * scale)
            painter.drawRect(place.adjusted(0, 0, max(1.5 - place.width(), 0), max(1.5 - place.height(), 0)))
        painter.end()
        return picture
