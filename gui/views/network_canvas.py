"""The network as one picture: every number of every layer a cell. Wheel zooms, drag pans, click selects."""

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.lab.snapshot import LayerView, ParameterView
from gui.theme import signs, theme
from gui.views.network_hover import Cell, paint_frame, paint_readout, paint_trace
from gui.views.network_layout import Placed, arrange, whole
from gui.views.network_tiles import Tiles, tiles
from gui.views.widgets import Canvas, number, shape_text

MOST_ZOOM = 40.0


class NetworkCanvas(Canvas):
    """Paints the layers it was given; says what was clicked and never changes anything itself."""

    picked = Signal(int, int)  # layer, channel (-1: the whole layer)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 200)
        self.layers: tuple[LayerView, ...] = ()
        self.tiles: list[Tiles] = []
        self.placed: list[Placed] = []
        self.zoom = 1.0
        self.offset = QPointF(0, 0)
        self.hovered: Cell | None = None
        self.module: str | None = None
        self.channel: int | None = None
        self.mode = "values"
        self._grabbed: QPoint | None = None
        self._moved = False
        self._brevity = 0  # how much the captions leave out
        theme.changed.connect(self._arrange)

    # ---- what is shown

    def show_layers(self, layers: tuple[LayerView, ...], mode: str, parameters: dict[str, ParameterView]) -> None:
        same = [layer.shape for layer in layers] == [layer.shape for layer in self.layers]
        self.layers, self.mode = layers, mode
        self.tiles = [tiles(layer, mode, parameters, theme.colors) for layer in layers]
        if not same:
            self.fit()
        self.update()

    def highlight(self, module: str | None, channel: int | None) -> None:
        if (module, channel) != (self.module, self.channel):
            self.module, self.channel = module, channel
            self.update()

    def fit(self) -> None:
        self.zoom, self.offset = 1.0, QPointF(0, 0)
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        room = self._room()
        shapes = [layer.shape for layer in self.layers]
        captions: list[float] = []
        for self._brevity in range(3):
            captions = [self._caption_width(layer) for layer in self.layers]
            if sum(captions) + theme.px(12) * (len(captions) - 1) <= room.width():
                break
        self.placed = arrange(shapes, captions, room.width(), room.height(), theme.zoom, self.zoom) if shapes else []

    def _room(self) -> QRectF:
        side, top, bottom = theme.px(20), theme.px(48), theme.px(16)
        return QRectF(side, top, max(1, self.width() - 2 * side), max(1, self.height() - top - bottom))

    def _caption(self, layer: LayerView) -> tuple[str, str]:
        """Name and shape; where room is short the name without what follows the module, then no shape."""
        name = layer.name if self._brevity == 0 else layer.name.split(" ")[0]
        return name, shape_text(layer.shape) if self._brevity < 2 else ""

    def _caption_width(self, layer: LayerView) -> float:
        name, shape = self._caption(layer)
        bold, small = QFontMetricsF(theme.font(12, 600)), QFontMetricsF(theme.font(11))
        return max(bold.horizontalAdvance(name), small.horizontalAdvance(shape)) + 2

    def origin(self) -> QPointF:
        return self._room().topLeft() + self.offset

    # ---- mouse, wheel and keys

    def cell_at(self, point: QPointF) -> Cell | None:
        local = point - self.origin()
        for index, place in enumerate(self.placed):
            hit = place.hit(local)
            if hit is not None:
                return index, *hit
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grabbed, self._moved = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._grabbed is not None and event.buttons():
            step = here - self._grabbed
            if self._moved or step.manhattanLength() > 4:
                self._moved = True
                self.offset += QPointF(step)
                self._grabbed = here
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.update()
            return
        cell = self.cell_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if cell else Qt.CursorShape.ArrowCursor)
        if cell != self.hovered:
            self.hovered = cell
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.ArrowCursor)
        cell = self.cell_at(event.position()) if not self._moved else None
        self._grabbed = None
        if cell is not None:
            layer, channel, row, column = cell
            grid = self.placed[layer].grid
            self.picked.emit(layer, row * grid.width + column if grid.vector else channel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.zoom_at(event.position(), 3.0)

    def leaveEvent(self, event) -> None:
        self.hovered = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_at(event.position(), 1.2 ** (event.angleDelta().y() / 120))
        event.accept()

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """Zoom so that the cell under the point stays under it."""
        if not self.placed:
            return None
        local = point - self.origin()
        index = min(range(len(self.placed)), key=lambda i: abs(self.placed[i].rect.center().x() - local.x()))
        before = self.placed[index].rect
        share_x = (local.x() - before.x()) / max(before.width(), 1)
        share_y = (local.y() - before.y()) / max(before.height(), 1)
        self.zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM)
        if self.zoom == 1.0:
            return self.fit()
        self._arrange()
        after = self.placed[index].rect
        wish = QPointF(after.x() + share_x * after.width(), after.y() + share_y * after.height())
        self.offset = point - self._room().topLeft() - wish
        self.hovered = self.cell_at(point)
        return self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        down = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        middle = QPointF(self.rect().center())
        if step is not None:
            self._walk_layers(step)
        elif down is not None:
            self._walk_maps(down)
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_at(middle, 1.4)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_at(middle, 1 / 1.4)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.fit()
        else:
            super().keyPressEvent(event)

    def current_layer(self) -> int | None:
        return next((i for i, layer in enumerate(self.layers) if self.module and layer.module == self.module), None)

    def _walk_layers(self, step: int) -> None:
        now = self.current_layer()
        if self.layers:
            following = 1 if now is None else min(max(now + step, 1), len(self.layers) - 1)
            self.picked.emit(following, -1)

    def _walk_maps(self, step: int) -> None:
        now = self.current_layer()
        if now is not None:
            count = self.layers[now].shape[0]
            self.picked.emit(now, ((self.channel if self.channel is not None else -step) + step) % count)

    def resizeEvent(self, event) -> None:
        self._arrange()

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        origin = self.origin()
        painter.translate(origin)
        seen = QRectF(self.rect()).translated(-origin)
        for index, place in enumerate(self.placed):
            if place.rect.adjusted(-200, -10_000, 200, 10_000).intersects(seen):
                self._paint_layer(painter, index, place, seen)
        if self.hovered is not None and self.hovered[0] < len(self.placed):
            paint_trace(self, painter, self.hovered)
            paint_frame(self, painter, self.hovered)
        painter.resetTransform()
        self._paint_captions(painter, origin)
        if self.hovered is not None and self.hovered[0] < len(self.tiles):
            paint_readout(self, painter, self.hovered)
        if self.ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_layer(self, painter: QPainter, index: int, place: Placed, seen: QRectF) -> None:
        layer, content = self.layers[index], self.tiles[index]
        chosen = bool(self.module) and layer.module == self.module
        for channel in range(place.grid.maps):
            rect = place.map_rect(channel)
            if not rect.adjusted(-4, -4, 4, 4).intersects(seen):
                continue
            painter.fillRect(rect, theme.color("card", 1.0 if content.image else 0.5))
            if content.image is not None and content.values is not None:
                self._paint_map(painter, rect, content, channel, place, seen)
            if chosen and not place.grid.vector and self.channel in (None, channel):
                self._outline(painter, rect, 2.0 if self.channel == channel else 1.0)
        if chosen and place.grid.vector:
            self._outline_unit(painter, place)
        if place.grid.vector and place.grid.width == 1:
            self._paint_indices(painter, place)

    def _paint_map(
        self, painter: QPainter, rect: QRectF, content: Tiles, channel: int, place: Placed, seen: QRectF
    ) -> None:
        assert content.image is not None and content.values is not None
        _, height, width = content.values.shape
        target = inner_rect(rect, height, width)
        painter.drawImage(target, content.image, QRectF(0, channel * height, width, height))
        cell = target.width() / width
        if cell >= theme.px(34):
            self._paint_numbers(painter, target, content, channel, cell, place, seen)

    def _paint_numbers(
        self, painter: QPainter, target: QRectF, content: Tiles, channel: int, cell: float, place: Placed, seen: QRectF
    ) -> None:
        assert content.values is not None
        values = content.values[channel]
        painter.setFont(theme.font(min(13.0, cell / theme.zoom / 3.7), mono=True))
        visible = target.intersected(seen).translated(-target.topLeft())
        rows = range(int(visible.top() // cell), min(values.shape[0], int(visible.bottom() // cell) + 1))
        columns = range(int(visible.left() // cell), min(values.shape[1], int(visible.right() // cell) + 1))
        for row in rows:
            for column in columns:
                if place.grid.vector and row * place.grid.width + column >= place.grid.shape[0]:
                    continue
                value = float(values[row, column])
                color = signs.color_of(value, content.limit, theme.colors)
                painter.setPen(signs.text_on(color, theme.colors))
                spot = QRectF(target.x() + column * cell, target.y() + row * cell, cell, cell)
                painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, number(value, 2))

    def _paint_captions(self, painter: QPainter, origin: QPointF) -> None:
        """Above each column; while zoomed they stay at the upper edge as long as their column is seen."""
        top, margin = theme.px(8), float(theme.px(8))
        if self.zoom > 1:
            painter.fillRect(QRectF(0, 0, self.width(), top + theme.px(36)), theme.color("window"))
        for index, (layer, place) in enumerate(zip(self.layers, self.placed, strict=True)):
            rect = place.rect.translated(origin)
            width = self._caption_width(layer)
            x = rect.x() if self.zoom == 1 else max(rect.x(), min(margin, rect.right() - width))
            if x < self.width() and rect.right() > 0:
                self._paint_caption(painter, QPointF(x, top), layer, self.tiles[index].reason)

    def _paint_caption(self, painter: QPainter, corner: QPointF, layer: LayerView, reason: str) -> None:
        chosen = bool(self.module) and layer.module == self.module
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.color("accent" if chosen else "text"))
        name, shape = self._caption(layer)
        x, y, line = corner.x(), corner.y(), theme.px(16)
        painter.drawText(QRectF(x, y, 400, line), Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("secondary"))
        painter.drawText(QRectF(x, y + line, 400, line), Qt.AlignmentFlag.AlignLeft, reason or shape)

    def _paint_indices(self, painter: QPainter, place: Placed) -> None:
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("secondary"))
        for index in range(place.grid.height):
            spot = QRectF(place.x + place.cell + theme.px(6), place.y + index * place.cell, 40, place.cell)
            painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(index))

    def _outline(self, painter: QPainter, rect: QRectF, width: float, color: str = "accent") -> None:
        painter.setPen(QPen(theme.color(color, 1.0 if width > 1 else 0.55), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(-2, -2, 2, 2))

    def _outline_unit(self, painter: QPainter, place: Placed) -> None:
        self._outline(painter, place.rect, 1.0)
        if self.channel is not None and self.channel < place.grid.shape[0]:
            row, column = divmod(self.channel, place.grid.width)
            spot = QRectF(place.x + column * place.cell, place.y + row * place.cell, place.cell, place.cell)
            self._outline(painter, spot, 2.0)


def inner_rect(rect: QRectF, height: int, width: int) -> QRectF:
    """The largest rectangle in the middle of `rect` that gives each of height x width cells whole pixels."""
    cell = min(rect.width() / width, rect.height() / height)
    cell = whole(cell) if cell >= 1 else cell
    x, y = rect.x() + (rect.width() - cell * width) / 2, rect.y() + (rect.height() - cell * height) / 2
    return QRectF(round(x), round(y), cell * width, cell * height)
