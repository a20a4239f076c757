"""What of the backward graph is shown, folded or open, and where it lies."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from gui.bridge.store import Selection
from gui.lab.folding import OPEN, Folded, fold, groups_of, prefixes
from gui.lab.snapshot import GraphNode, GraphView, block_of
from gui.theme import theme
from gui.views.graph_map import GraphMap
from gui.views.graph_paint import paint_graph, tags_of
from gui.views.graph_places import PITCH_X, WALKING_PITCH_X, GraphPlaces
from gui.views.graph_shapes import settled
from gui.views.walk_marks import Marks
from gui.views.widgets import Canvas

MARGIN = 10
LEAST_ZOOM, MOST_ZOOM, READABLE = 0.3, 3.0, 0.95
SMALLEST = 0.8  # what is drawn smaller is drawn in part


class GraphBoard(Canvas):
    """Shows a graph, parts of it folded, and what a walk has done on it; knows where everything lies."""

    picked = Signal(object)  # GraphNode
    entered = Signal()  # Enter or a double click: go there
    moved = Signal()  # another part of the graph is seen

    def __init__(self, wrapping: bool = False) -> None:
        """wrapping: long graphs run in several lines, so that all of them fits a tall room."""
        super().__init__()
        self.wrapping = wrapping
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 90)
        self.whole: GraphView | None = None  # nothing of it folded
        self.graph: GraphView | None = None
        self.folded: Folded | None = None
        self.groups: dict[str, list[int]] = {}  # what can be folded
        self.closed: frozenset[str] = frozenset()
        self.all: dict[int, GraphNode] = {}
        self.nodes: dict[int, GraphNode] = {}  # those that are seen
        self.places = GraphPlaces()
        self.selection = Selection()
        self.marks: Marks | None = None
        self.zoom = 1.0
        self.offset = QPointF(0, 0)
        self._touched = False
        self.map = GraphMap(self)

    # ---- what is shown

    def show_graph(self, graph: GraphView) -> None:
        if self.whole is not None and (graph is self.whole or graph.nodes == self.whole.nodes):
            return
        before, self.whole = set(self.groups), graph
        self.all = {node.id: node for node in graph.nodes}
        self.groups = groups_of(graph)
        if set(self.groups) != before:
            self.closed = frozenset(self.groups) if len(graph.nodes) > OPEN else frozenset()
        self._touched = False
        self._fold(self.closed)

    def _fold(self, closed: Iterable[str]) -> None:
        assert self.whole is not None
        self.folded = fold(self.whole, closed)
        self.closed, self.graph = self.folded.closed, self.folded.graph
        self.nodes = {node.id: node for node in self.graph.nodes}
        self.fit()

    def show_marks(self, marks: Marks | None) -> None:
        """A walk on the graph; None: a still picture."""
        began = (marks is None) != (self.marks is None)
        self.marks = marks
        if began:
            self.fit()
        self.map.forget()
        self.update()

    @property
    def pitch(self) -> int:
        return PITCH_X if self.marks is None else WALKING_PITCH_X

    def select(self, selection: Selection) -> None:
        self.selection = selection
        node = self.selected_node()
        if node is not None:
            self._reveal(node)
        self.map.settle()
        self.update()

    def selected_node(self) -> GraphNode | None:
        """The node chosen itself, else the leaf of the chosen parameter, else the first node of the chosen module.

        One that is folded away is stood for by what it is folded into.
        """
        selection = self.selection
        if selection.node in self.all:
            return self.seen(self.all[selection.node])
        if selection.module is None and selection.parameter is None:
            return None
        box = next((node for node in self.nodes.values() if node.members and node.name == selection.module), None)
        if box is not None:
            return box
        tests = (
            lambda node: selection.parameter is not None and node.parameter == selection.parameter,
            lambda node: selection.module is not None and node.module == selection.module and not node.parameter,
        )
        found = next((node for test in tests for node in self.all.values() if test(node)), None)
        return None if found is None else self.seen(found)

    def seen(self, node: GraphNode) -> GraphNode:
        """What stands for a node in the picture."""
        return node if self.folded is None else self.nodes[self.folded.seen.get(node.id, node.id)]

    def is_near(self, node: GraphNode) -> bool:
        """Belongs to what is selected elsewhere."""
        module = self.selection.module
        return module is not None and module in (node.module, block_of(node.parameter or f"{node.module or ''}."))

    # ---- folding

    def toggle_fold(self) -> None:
        """Open the selected box, or fold the module around the selected node."""
        node = self.selected_node()
        if node is None:
            self.fold_all()
        elif node.members:
            self.open_box(node)
        else:
            inner = [path for path in prefixes(node.group) if path in self.groups and path not in self.closed]
            if inner:
                self.close_group(inner[-1])

    def fold_all(self) -> None:
        """Every module, or where all are folded none of them."""
        if self.whole is not None:
            self._fold(() if self.closed else self.groups)
            self.select(self.selection)

    def open_box(self, box: GraphNode) -> None:
        self._refold(self.closed - {box.name}, self.groups[box.name][0])

    def close_group(self, path: str) -> None:
        inside = {other for other in self.groups if other == path or other.startswith(path + ".")}
        self._refold(self.closed | inside, self.groups[path][0])

    def unfold_to(self, node: GraphNode) -> None:
        """Open whatever a node is folded into."""
        around = self.closed & set(prefixes(node.group))
        if around:
            self._refold(self.closed - around, node.id)

    def _refold(self, closed: frozenset[str], node: int) -> None:
        """Fold anew; what stands for this node stays where it was, as far as that shows no empty margin."""
        before, zoom = self.place(self.seen(self.all[node])).center(), self.zoom
        self._fold(closed)
        if self._touched:
            self.zoom = zoom
        self.offset += before - self.place(self.seen(self.all[node])).center()
        self._keep_in_view()
        self._see()

    # ---- geometry

    def bounds(self) -> QRectF:
        return self.places.bounds

    def scale(self) -> float:
        return self.zoom * theme.zoom

    def place(self, node: GraphNode) -> QRectF:
        """Where a node lies in the widget."""
        return self.on_screen(self.places.rects[node.id])

    def on_screen(self, rect: QRectF) -> QRectF:
        scale = self.scale()
        return QRectF(rect.topLeft() * scale + self.offset, rect.size() * scale)

    def room(self) -> QRectF:
        """The part of the graph that is seen, in graph pixels."""
        scale = self.scale()
        return QRectF(-self.offset / scale, QRectF(self.rect()).size() / scale)

    def fit(self) -> None:
        """The whole graph if its names stay readable, else its beginning (the loss) at a readable size."""
        graph, width, height = self.graph or GraphView((), ()), self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        smallest = SMALLEST * theme.zoom
        lines = self.places.best_lines(graph, width, height, smallest, self.pitch) if self.wrapping else 0
        self.places.arrange(graph, self.pitch, lines)
        bounds = self.bounds()
        if bounds.isEmpty() or width < 1:
            return
        across, down = width / bounds.width(), height / bounds.height()
        least = smallest if self.wrapping else min(READABLE * theme.zoom, max(down, smallest))
        scale = max(min(across, down, 1.25 * theme.zoom), least)
        self.zoom = min(max(scale / theme.zoom, LEAST_ZOOM), MOST_ZOOM)
        start = bounds.topLeft()
        if not self.wrapping:  # the line of the loss, where not all rows fit
            start = self.places.rects[graph.nodes[0].id].topLeft() - QPointF(0, self.height() / self.scale() / 2)
        self.offset = QPointF(MARGIN, MARGIN) - start * self.scale()
        self._keep_in_view()
        self._see()

    def _see(self) -> None:
        self.map.forget()
        self.moved.emit()
        self.update()

    def _keep_in_view(self) -> None:
        """What fits stands in the middle; what does not leaves no empty margin."""
        rect = self.on_screen(self.bounds())
        self.offset += QPointF(
            settled(rect.x(), rect.width(), self.width(), MARGIN) - rect.x(),
            settled(rect.y(), rect.height(), self.height(), MARGIN) - rect.y(),
        )

    def _reveal(self, node: GraphNode) -> None:
        room = QRectF(self.rect()).adjusted(12, 8, -12, -8)
        if not room.contains(self.place(node)):
            self.look_at(self.places.rects[node.id].center())

    def look_at(self, point: QPointF) -> None:
        """Bring a point of the graph to the middle."""
        self.offset = QRectF(self.rect()).center() - point * self.scale()
        self._keep_in_view()
        self.moved.emit()
        self.update()

    def node_at(self, point: QPointF) -> GraphNode | None:
        return self.places.node_at((point - self.offset) / self.scale())

    def tags(self) -> dict[str, QRectF]:
        """The names above modules that can be folded, where they lie in the widget."""
        return tags_of(self)

    def zoom_at(self, point: QPointF, factor: float) -> None:
        before = self.scale()
        self.zoom = min(max(self.zoom * factor, LEAST_ZOOM), MOST_ZOOM)
        self.offset = point - (point - self.offset) * (self.scale() / before)
        self._touched = True
        self.moved.emit()
        self.update()

    def resizeEvent(self, event) -> None:
        self.map.settle()
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
            paint_graph(painter, self)
