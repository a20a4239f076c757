"""The network as one picture: every number of every layer a cell. Wheel zooms, drag pans, click selects."""

from PySide6.QtCore import (
    QAbstractAnimation,
    QEasingCurve,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QRegion, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.lab.snapshot import LayerView, ParameterView, block_of
from gui.theme import theme
from gui.views.network_blocks import block_rects, paint_blocks
from gui.views.network_hover import Cell, cell_of, index_of, paint_frame, paint_readout, paint_trace, weight_at
from gui.views.network_keys import press
from gui.views.network_layout import Placed, arrange, is_wide
from gui.views.network_paint import paint_captions, paint_layer
from gui.views.network_tiles import Tiles, tiles
from gui.views.widgets import Canvas, shape_text

MOST_ZOOM = 40.0
EASE_MS = 160


class NetworkCanvas(Canvas):
    """Paints the layers it was given; says what was clicked and never changes anything itself."""

    picked = Signal(int, int)  # layer, channel (-1: the whole layer)
    looked = Signal(int, object)  # layer, index of the cell to put under the microscope
    weight_looked = Signal(str, object)  # parameter, index: in "update", what was clicked
    left = Signal()  # Escape: nothing under the microscope any more

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 200)
        self.layers: tuple[LayerView, ...] = ()
        self.tiles: list[Tiles] = []
        self.placed: list[Placed] = []
        self.zoom = 1.0
        self.blocks = False  # seen from afar: one block for each layer
        self.wide = False  # too wide to be seen at once but as blocks
        self.weights: dict[str, int] = {}  # numbers each module learns
        self.parameters: dict[str, ParameterView] = {}
        self.changes: dict[str, float] = {}  # typical size of what the last step changed about each module
        self.offset = QPointF(0, 0)
        self.hovered: Cell | None = None
        self.module: str | None = None
        self.channel: int | None = None
        self.mode, self.of = "values", "loss"
        self.pinned: tuple[int, tuple[int, ...]] | None = None
        self.marked: Cell | None = None
        self.reserved = (0.0, 0.0)  # px at the left and at the right that the network leaves free
        self.covered = QRect()  # what lies on the canvas, and need not be painted with it
        self._grabbed: QPoint | None = None
        self._moved = False
        self._brevity = 0  # how much the captions leave out
        theme.changed.connect(self._arrange)

    # ---- what is shown

    def show_layers(
        self, layers: tuple[LayerView, ...], mode: str, parameters: dict[str, ParameterView], of: str = "loss"
    ) -> None:
        same = [layer.shape for layer in layers] == [layer.shape for layer in self.layers]
        self.layers, self.mode, self.of = layers, mode, of
        self._count(parameters)
        self.tiles = [tiles(layer, mode, parameters, theme.colors) for layer in layers]
        if not same:
            self.wide = self.blocks = is_wide([layer.shape for layer in layers])
            self.hovered = None
            self.fit()
        self.update()

    def _count(self, parameters: dict[str, ParameterView]) -> None:
        self.parameters = parameters
        squares: dict[str, float] = {}
        self.weights = {}
        for name, view in parameters.items():
            module = block_of(name)
            self.weights[module] = self.weights.get(module, 0) + view.value.size
            if view.update_ratio is not None:
                squares[module] = squares.get(module, 0.0) + (view.update_ratio * view.value_summary.norm) ** 2
        self.changes = {module: (square / self.weights[module]) ** 0.5 for module, square in squares.items()}

    def highlight(self, module: str | None, channel: int | None) -> None:
        if (module, channel) != (self.module, self.channel):
            self.module, self.channel = module, channel
            self.update()

    def pin(self, layer: int | None, index: tuple[int, ...] = ()) -> None:
        """Keep what a cell depends on lit; None: nothing."""
        self.pinned = None if layer is None else (layer, index)
        self.update()

    def cover(self, covered: QRect) -> None:
        """Leave this part out when painting anew: a card lies on it, which would be painted each time too."""
        self.covered = covered

    def reserve(self, left: float, right: float) -> None:
        """Make room for a card beside the network, as long as all of it is shown."""
        if self.reserved != (left, right):
            self.reserved = left, right
            self._arrange()
            self.update()

    def update(self, *_) -> None:
        """Paint anew, but for what is covered."""
        super().update(QRegion(self.rect()).subtracted(QRegion(self.covered)))

    def mark(self, cell: Cell | None) -> None:
        """Frame a cell for as long as something outside the canvas points at it."""
        if cell != self.marked:
            self.marked = cell
            self.update()

    def pinned_cell(self) -> Cell | None:
        if self.pinned is None or self.pinned[0] >= len(self.placed):
            return None
        return cell_of(self, *self.pinned)

    def show_blocks(self, blocks: bool) -> None:
        """From afar, or with every cell; of a wide network those of the chosen layer."""
        if self.wide and not blocks:
            return self.open_layer(self.current_layer() or 0)
        self.blocks, self.hovered = blocks, None
        return self.fit()

    def open_layer(self, layer: int) -> None:
        """Go from the blocks to the maps of one of them."""
        self.blocks, self.hovered, self.zoom = False, None, 1.0
        self._arrange()
        room, place = self._room(), self.placed[layer].rect
        self.offset = QPointF(room.width() / 2 - place.center().x(), 0.0) if self.wide else QPointF(0, 0)
        self.update()

    def block_rects(self) -> list[QRectF]:
        side = theme.px(20)
        return block_rects(len(self.layers), QRectF(self.rect()).adjusted(side, side, -side, -side))

    def fit(self) -> None:
        self.zoom, self.offset = 1.0, QPointF(0, 0)
        self.blocks = self.blocks or self.wide
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        room = self._room()
        shapes = [layer.shape for layer in self.layers]
        captions: list[float] = []
        for self._brevity in range(3):
            captions = [self.caption_width(layer) for layer in self.layers]
            if self.wide or sum(captions) + theme.px(12) * (len(captions) - 1) <= room.width():
                break
        self.placed = arrange(shapes, captions, room.width(), room.height(), theme.zoom, self.zoom) if shapes else []

    def _room(self) -> QRectF:
        side, top, bottom = theme.px(20), theme.px(48), theme.px(16)
        left, right = self.reserved
        width = max(1.0, self.width() - 2 * side - left - right)
        return QRectF(side + left, top, width, max(1, self.height() - top - bottom))

    def caption(self, layer: LayerView) -> tuple[str, str]:
        """Name and shape; where room is short the name without what follows the module, then no shape."""
        name = layer.name if self._brevity == 0 else layer.name.split(" ")[0]
        return name, shape_text(layer.shape) if self._brevity < 2 else ""

    def caption_width(self, layer: LayerView) -> float:
        name, shape = self.caption(layer)
        bold, small = QFontMetricsF(theme.font(12, 600)), QFontMetricsF(theme.font(11))
        return max(bold.horizontalAdvance(name), small.horizontalAdvance(shape)) + 2

    def origin(self) -> QPointF:
        return self._room().topLeft() + self.offset

    # ---- mouse, wheel and keys

    def cell_at(self, point: QPointF) -> Cell | None:
        if self.blocks:
            return None
        local = point - self.origin()
        for index, place in enumerate(self.placed):
            hit = place.hit(local)
            if hit is not None:
                return index, *hit
        return None

    def block_at(self, point: QPointF) -> int | None:
        return next((i for i, rect in enumerate(self.block_rects()) if rect.contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grabbed, self._moved = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._grabbed is not None and event.buttons():
            step = here - self._grabbed
            if not self.blocks and (self._moved or step.manhattanLength() > 4):
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
        if self.blocks and (block := self.block_at(event.position())) is not None:
            self.picked.emit(block, -1)
        if cell is not None:
            layer, channel, row, column = cell
            grid = self.placed[layer].grid
            self.picked.emit(layer, row * grid.width + column if grid.vector else channel)
            weight = (
                weight_at(self, layer, channel, event.position() - self.origin()) if self.mode == "update" else None
            )
            if weight is not None:
                self.weight_looked.emit(*weight)
            else:
                self.looked.emit(layer, index_of(self, cell))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.blocks:
            self.zoom_at(event.position(), 2.0)
        else:
            self.ease_zoom(event.position(), 3.0)

    def leaveEvent(self, event) -> None:
        self.hovered = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_at(event.position(), 1.2 ** (event.angleDelta().y() / 120))
        event.accept()

    def ease_zoom(self, point: QPointF, factor: float) -> None:
        """`zoom_at` in a few quick steps, so that the eye can follow; at once where motion is reduced."""
        if theme.reduced_motion:
            self.zoom_at(point, factor)
            return
        reached = 1.0

        def go_on(wanted: float) -> None:
            nonlocal reached
            self.zoom_at(point, wanted / reached)
            reached = wanted

        motion = QVariantAnimation(self)
        motion.setDuration(EASE_MS)
        motion.setStartValue(1.0)
        motion.setEndValue(factor)
        motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        motion.valueChanged.connect(go_on)
        motion.start(QAbstractAnimation.DeletionPolicy.DeleteWhenStopped)

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """Zoom so that the cell under the point stays under it."""
        if not self.placed:
            return None
        if self.blocks or (self.zoom == 1.0 and factor < 1):  # the last step out, and the first back in
            block = self.block_at(point) if self.blocks else None
            if self.wide and factor > 1 and block is not None:
                self.open_layer(block)
            elif self.blocks == (factor > 1):
                self.show_blocks(not self.blocks)
            return None
        local = point - self.origin()
        index = min(range(len(self.placed)), key=lambda i: abs(self.placed[i].rect.center().x() - local.x()))
        before = self.placed[index].rect
        share_x = (local.x() - before.x()) / max(before.width(), 1)
        share_y = (local.y() - before.y()) / max(before.height(), 1)
        self.zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM)
        if self.zoom == 1.0 and not self.wide:
            return self.fit()
        self._arrange()
        after = self.placed[index].rect
        wish = QPointF(after.x() + share_x * after.width(), after.y() + share_y * after.height())
        self.offset = point - self._room().topLeft() - wish
        self.hovered = self.cell_at(point)
        return self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press(self, event):
            super().keyPressEvent(event)

    def current_layer(self) -> int | None:
        return next((i for i, layer in enumerate(self.layers) if self.module and layer.module == self.module), None)

    def resizeEvent(self, event) -> None:
        self._arrange()

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        if self.blocks:
            paint_blocks(self, painter, self.block_rects())
            return self._paint_ring(painter)
        origin = self.origin()
        painter.translate(origin)
        seen = QRectF(self.rect()).translated(-origin)
        for index, place in enumerate(self.placed):
            if place.rect.adjusted(-200, -10_000, 200, 10_000).intersects(seen):
                paint_layer(self, painter, index, place, seen)
        hovered = self.hovered if self.hovered is not None and self.hovered[0] < len(self.placed) else None
        pinned = self.pinned_cell()
        lit = hovered or pinned
        if lit is not None:
            paint_trace(self, painter, lit)
        if pinned is not None and self.mode != "update":
            paint_frame(self, painter, pinned, "accent", 2.0)
        for cell in (hovered, self.marked):
            if cell is not None:
                paint_frame(self, painter, cell)
        painter.resetTransform()
        paint_captions(self, painter, origin)
        if self.hovered is not None and self.hovered[0] < len(self.tiles):
            paint_readout(self, painter, self.hovered)
        return self._paint_ring(painter)

    def _paint_ring(self, painter: QPainter) -> None:
        if self.ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
