"""The backward graph as one picture: rounded nodes, parameters as green leaves, shapes on the edges."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.bridge.store import Selection
from gui.lab.snapshot import GraphNode, GraphView
from gui.theme import theme
from gui.views.widgets import shape_text

NODE_WIDTH, NODE_HEIGHT = 104, 30  # px at zoom 1
PITCH_X, PITCH_Y = 150, 50
SHORT = {
    "MaxPool2DWithIndices": "MaxPool2D",
    "NativeBatchNorm": "BatchNorm",
    "AccumulateGrad": "accumulate",
}
LEAST_ZOOM, MOST_ZOOM, READABLE = 0.3, 3.0, 0.78


def short_name(node: GraphNode) -> str:
    """ConvolutionBackward0 as Convolution, a leaf by the name of its parameter."""
    if node.parameter:
        return node.parameter
    name = node.name.removesuffix("Backward0").removesuffix("Backward")
    return SHORT.get(name, name)


class GraphCanvas(QWidget):
    """Shows a graph, lets one walk it: drag and wheel, or arrows, Home to fit. Says which node was picked."""

    picked = Signal(object)  # GraphNode

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 90)
        self.graph: GraphView | None = None
        self.nodes: dict[int, GraphNode] = {}
        self.selection = Selection()
        self.zoom = 1.0
        self.offset = QPointF(0, 0)
        self._touched = False
        self._grabbed: QPointF | None = None
        self._moved = False
        self._hovered: int | None = None

    # ---- what is shown

    def show_graph(self, graph: GraphView) -> None:
        same = self.graph is not None and self.graph.nodes == graph.nodes
        self.graph = graph
        self.nodes = {node.id: node for node in graph.nodes}
        if not same:
            self._touched = False
            self.fit()
        self.update()

    def select(self, selection: Selection) -> None:
        self.selection = selection
        node = self.selected_node()
        if node is not None:
            self._reveal(node)
        self.update()

    def selected_node(self) -> GraphNode | None:
        """The node chosen itself, else the leaf of the chosen parameter, else the first node of the chosen module."""
        selection = self.selection
        if selection.node in self.nodes:
            return self.nodes[selection.node]
        tests = (
            lambda node: selection.parameter is not None and node.parameter == selection.parameter,
            lambda node: selection.module is not None and node.module == selection.module and not node.parameter,
        )
        return next((node for test in tests for node in self.nodes.values() if test(node)), None)

    def is_near(self, node: GraphNode) -> bool:
        """Belongs to what is selected elsewhere."""
        module = self.selection.module
        return module is not None and (node.module == module or (node.parameter or "").split(".")[0] == module)

    # ---- geometry

    def _rect(self, node: GraphNode) -> QRectF:
        """Place of a node in graph pixels (before zoom and pan)."""
        width = NODE_WIDTH - (8 if node.parameter else 0)
        height = NODE_HEIGHT - (4 if node.parameter else 0)
        return QRectF(node.x * PITCH_X - width / 2, node.y * PITCH_Y - height / 2, width, height)

    def bounds(self) -> QRectF:
        rect = QRectF()
        for node in self.nodes.values():
            rect = rect.united(self._rect(node))
        return rect

    def _scale(self) -> float:
        return self.zoom * theme.zoom

    def place(self, node: GraphNode) -> QRectF:
        """Where a node lies in the widget."""
        rect, scale = self._rect(node), self._scale()
        return QRectF(rect.topLeft() * scale + self.offset, rect.size() * scale)

    def fit(self) -> None:
        """The whole graph if its names stay readable, else its beginning (the loss) at a readable size."""
        bounds = self.bounds()
        if bounds.isEmpty() or self.width() < 10:
            return
        margin = 16
        across = (self.width() - 2 * margin) / bounds.width()
        down = (self.height() - 2 * margin) / bounds.height()
        fitting = min(across, down, 1.15 * theme.zoom)
        scale = max(fitting, min(READABLE * theme.zoom, max(down, 0.62 * theme.zoom)))
        self.zoom = min(max(scale / theme.zoom, LEAST_ZOOM), MOST_ZOOM)
        size = bounds.size() * self._scale()
        x = margin if size.width() > self.width() - 2 * margin else (self.width() - size.width()) / 2
        y = (self.height() - size.height()) / 2
        self.offset = QPointF(x, y) - bounds.topLeft() * self._scale()
        self.update()

    def _reveal(self, node: GraphNode) -> None:
        rect, room = self.place(node), QRectF(self.rect()).adjusted(12, 8, -12, -8)
        if not room.contains(rect):
            self.offset += room.center() - rect.center() if not room.intersects(rect) else _push_in(room, rect)

    def node_at(self, point: QPointF) -> GraphNode | None:
        return next((node for node in self.nodes.values() if self.place(node).contains(point)), None)

    # ---- mouse, wheel and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grabbed, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None and event.buttons():
            step = event.position() - self._grabbed
            if self._moved or step.manhattanLength() > 4:
                self._moved, self._touched = True, True
                self.offset += step
                self._grabbed = event.position()
                self.update()
            return
        node = self.node_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if node else Qt.CursorShape.OpenHandCursor)
        if node is not None and node.id != self._hovered:
            QToolTip.showText(event.globalPosition().toPoint(), self._explain(node), self)
        self._hovered = node.id if node else None

    def _explain(self, node: GraphNode) -> str:
        return f"{node.name}\n" + self.tr("gradient that arrives: {0}").format(shape_text(node.shape))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        node = None if self._moved else self.node_at(event.position())
        self._grabbed = None
        if node is not None:
            self.picked.emit(node)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_at(event.position(), 1.15 ** (event.angleDelta().y() / 120))
        event.accept()

    def zoom_at(self, point: QPointF, factor: float) -> None:
        before = self._scale()
        self.zoom = min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        self.offset = point - (point - self.offset) * (self._scale() / before)
        self._touched = True
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Down: (0, 1),
            Qt.Key.Key_Up: (0, -1),
        }
        key = Qt.Key(event.key())
        if key in ways:
            self._walk(*ways[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_at(QPointF(self.rect().center()), 1.2)
        elif key == Qt.Key.Key_Minus:
            self.zoom_at(QPointF(self.rect().center()), 1 / 1.2)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.fit()
        else:
            super().keyPressEvent(event)

    def _walk(self, dx: int, dy: int) -> None:
        """To the nearest node in a direction."""
        here = self.selected_node()
        if here is None:
            if self.graph is not None and self.graph.nodes:
                self.picked.emit(self.graph.nodes[0])
            return
        ahead = [
            (abs(node.x - here.x) + abs(node.y - here.y) + 3 * abs((node.x - here.x) * dy + (node.y - here.y) * dx), node)
            for node in self.nodes.values()
            if (node.x - here.x) * dx + (node.y - here.y) * dy > 0
        ]
        if ahead:
            self.picked.emit(min(ahead, key=lambda pair: (pair[0], pair[1].id))[1])

    def resizeEvent(self, event) -> None:
        if not self._touched:
            self.fit()

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.graph is None:
            return
        chosen = self.selected_node()
        for edge in self.graph.edges:
            if edge.source in self.nodes and edge.target in self.nodes:
                self._paint_edge(painter, self.nodes[edge.source], self.nodes[edge.target], edge.shape)
        for node in self.graph.nodes:
            self._paint_node(painter, node, chosen is not None and node.id == chosen.id)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_edge(self, painter: QPainter, source: GraphNode, target: GraphNode, shape) -> None:
        start, end = self.place(source), self.place(target)
        a, b = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
        if a.x() > b.x():
            a, b = QPointF(start.center().x(), start.bottom()), QPointF(end.center().x(), end.top())
        near = self.is_near(source) and self.is_near(target)
        painter.setPen(QPen(theme.color("accent") if near else theme.color("secondary", 0.45), 1.4 if near else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(a)
        middle = (a.x() + b.x()) / 2
        path.cubicTo(QPointF(middle, a.y()), QPointF(middle, b.y()), b)
        painter.drawPath(path)
        if self._scale() / theme.zoom >= 0.6 and abs(a.y() - b.y()) < 2 and shape:
            self._paint_shape(painter, a, b, shape_text(shape))

    def _paint_shape(self, painter: QPainter, a: QPointF, b: QPointF, text: str) -> None:
        font = theme.font(9.5)
        width = QFontMetricsF(font).horizontalAdvance(text)
        height = QFontMetricsF(font).height()
        spot = QRectF((a.x() + b.x() - width) / 2, a.y() - NODE_HEIGHT * self._scale() / 2 - height * 0.75, width, height)
        painter.setFont(font)
        painter.setPen(theme.color("secondary"))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_node(self, painter: QPainter, node: GraphNode, chosen: bool) -> None:
        rect = self.place(node)
        radius = rect.height() / 2 if node.parameter else theme.px(8) * self.zoom
        near = self.is_near(node)
        outline = theme.color("healthy") if node.parameter else theme.color("accent" if near else "line")
        painter.setPen(QPen(theme.color("accent") if chosen else outline, 1.4 if near or node.parameter else 1.0))
        painter.setBrush(theme.color("accent" if chosen else "card"))
        painter.drawRoundedRect(rect, radius, radius)
        size = (11.0 if node.parameter else 12.0) * min(self.zoom, 1.6)
        if size < 6:
            return
        painter.setFont(theme.font(round(size * 2) / 2, 600 if chosen else 500))
        ink = "on_accent" if chosen else "healthy" if node.parameter else "text"
        painter.setPen(theme.color(ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, short_name(node))


def _push_in(room: QRectF, rect: QRectF) -> QPointF:
    """The smallest move that brings `rect` into `room`."""
    x = max(0.0, room.left() - rect.left()) - max(0.0, rect.right() - room.right())
    y = max(0.0, room.top() - rect.top()) - max(0.0, rect.bottom() - room.bottom())
    return QPointF(x, y)
