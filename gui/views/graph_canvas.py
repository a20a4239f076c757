"""The backward graph as one picture: rounded nodes with the shape of what flows in, parameters as green leaves."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip

from gui.bridge.store import Selection
from gui.lab.snapshot import GraphNode, GraphView
from gui.theme import theme
from gui.views.graph_paint import paint_graph
from gui.views.graph_shapes import settled
from gui.views.walk_marks import Marks
from gui.views.widgets import Canvas, shape_text

NODE_WIDTH, NODE_HEIGHT = 104, 36  # px at zoom 1
PITCH_X, PITCH_Y = 128, 44
WALKING_PITCH_X = 156  # room for a number on each edge
MARGIN = 10
LEAST_ZOOM, MOST_ZOOM, READABLE = 0.3, 3.0, 0.95
SMALLEST = 0.8  # what is drawn smaller is drawn in part


class GraphCanvas(Canvas):
    """Shows a graph, lets one walk it: drag and wheel, or arrows, Home to fit. Says which node was picked."""

    picked = Signal(object)  # GraphNode
    entered = Signal()  # Enter or a double click: go there

    def __init__(self, wrapping: bool = False) -> None:
        """wrapping: long graphs run in several lines, so that all of them fits a tall room."""
        super().__init__()
        self.wrapping = wrapping
        self.per_line = 0  # layers in a line; 0: all
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 90)
        self.graph: GraphView | None = None
        self.nodes: dict[int, GraphNode] = {}
        self.selection = Selection()
        self.marks: Marks | None = None
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
        if not same:
            self.nodes = {node.id: node for node in graph.nodes}
            self._touched = False
            self.fit()

    def show_marks(self, marks: Marks | None) -> None:
        """A walk on the graph; None: a still picture."""
        began = (marks is None) != (self.marks is None)
        self.marks = marks
        if began:
            self.fit()
        self.update()

    @property
    def pitch(self) -> int:
        return PITCH_X if self.marks is None else WALKING_PITCH_X

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
        line, across = divmod(node.x, self.per_line) if self.per_line else (0.0, node.x)
        x = across * self.pitch - NODE_WIDTH / 2
        y = (node.y + line * (self._rows() + 0.5)) * PITCH_Y - NODE_HEIGHT / 2
        return QRectF(x, y, NODE_WIDTH, NODE_HEIGHT)

    def _rows(self) -> float:
        heights = [node.y for node in self.nodes.values()]
        return max(heights) - min(heights) + 1 if heights else 1.0

    def _choose_lines(self) -> None:
        """The number of layers in a line at which the graph is largest in the room; as many as can be read at most."""
        self.per_line = 0
        if not self.wrapping or not self.nodes:
            return
        layers, rows = max(node.x for node in self.nodes.values()) + 1, self._rows()

        def scale(per_line: int) -> float:
            lines = -(-layers // per_line)
            return min(self.width() / (per_line * self.pitch), self.height() / (lines * (rows + 0.5) * PITCH_Y))

        best = max(range(1, int(layers) + 1), key=scale)
        if scale(best) < SMALLEST * theme.zoom:  # not all of it can be seen: whole lines at least
            gap = self.pitch - NODE_WIDTH
            room = (self.width() - 2 * MARGIN) / (SMALLEST * theme.zoom)
            best = min(max(int((room + gap) / self.pitch), 1), int(layers))
        self.per_line = best

    def bounds(self) -> QRectF:
        rect = QRectF()
        for node in self.nodes.values():
            rect = rect.united(self._rect(node))
        return rect

    def scale(self) -> float:
        return self.zoom * theme.zoom

    def place(self, node: GraphNode) -> QRectF:
        """Where a node lies in the widget."""
        rect, scale = self._rect(node), self.scale()
        return QRectF(rect.topLeft() * scale + self.offset, rect.size() * scale)

    def fit(self) -> None:
        """The whole graph if its names stay readable, else its beginning (the loss) at a readable size."""
        self._choose_lines()
        bounds = self.bounds()
        if bounds.isEmpty() or self.width() < 10:
            return
        across = (self.width() - 2 * MARGIN) / bounds.width()
        down = (self.height() - 2 * MARGIN) / bounds.height()
        fitting = min(across, down, 1.25 * theme.zoom)
        scale = max(fitting, min(READABLE * theme.zoom, max(down, SMALLEST * theme.zoom)))
        self.zoom = min(max(scale / theme.zoom, LEAST_ZOOM), MOST_ZOOM)
        self.offset = QPointF(MARGIN, MARGIN) - bounds.topLeft() * self.scale()
        self._keep_in_view()
        self.update()

    def _keep_in_view(self) -> None:
        """What fits stands in the middle; what does not leaves no empty margin."""
        bounds, scale = self.bounds(), self.scale()
        width, height = bounds.width() * scale, bounds.height() * scale
        left, top = self.offset.x() + bounds.x() * scale, self.offset.y() + bounds.y() * scale
        self.offset += QPointF(
            settled(left, width, self.width(), MARGIN) - left, settled(top, height, self.height(), MARGIN) - top
        )

    def _reveal(self, node: GraphNode) -> None:
        room = QRectF(self.rect()).adjusted(12, 8, -12, -8)
        if not room.contains(self.place(node)):
            self.offset += room.center() - self.place(node).center()
            self._keep_in_view()

    def lane(self, target: GraphNode) -> float:
        """The height just above the line of nodes that `target` stands in."""
        line = target.x // self.per_line if self.per_line else 0
        top = min(node.y for node in self.nodes.values()) + line * (self._rows() + 0.5)
        return (top * PITCH_Y - NODE_HEIGHT / 2 - 11) * self.scale() + self.offset.y()

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
        text = f"{node.name}\n" + self.tr("gradient that arrives: {0}").format(shape_text(node.shape))
        if self.marks is not None and node.id not in self.marks.done:
            text += "\n" + self.tr("not computed yet")
        return text

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        node = None if self._moved else self.node_at(event.position())
        self._grabbed = None
        if node is not None:
            self.picked.emit(node)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.node_at(event.position()) is not None:
            self.entered.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_at(event.position(), 1.15 ** (event.angleDelta().y() / 120))
        event.accept()

    def zoom_at(self, point: QPointF, factor: float) -> None:
        before = self.scale()
        self.zoom = min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        self.offset = point - (point - self.offset) * (self.scale() / before)
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
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
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
            (
                abs(node.x - here.x) + abs(node.y - here.y) + 3 * abs((node.x - here.x) * dy + (node.y - here.y) * dx),
                node,
            )
            for node in self.nodes.values()
            if (node.x - here.x) * dx + (node.y - here.y) * dy > 0
        ]
        if ahead:
            self.picked.emit(min(ahead, key=lambda pair: (pair[0], pair[1].id))[1])

    def resizeEvent(self, event) -> None:
        if not self._touched:
            self.fit()
            self.select(self.selection)

    # ---- painting

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter)
        if self.ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def paint(self, painter: QPainter) -> None:
        """Draw the graph alone, in the window or in a file."""
        if self.graph is not None:
            paint_graph(painter, self, self.graph)
