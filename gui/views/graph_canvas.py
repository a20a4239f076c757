"""The backward graph as one picture: rounded nodes with the shape of what flows in, parameters as green leaves."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from gui.lab.snapshot import GraphNode
from gui.views.graph_board import GraphBoard
from gui.views.widgets import shape_text


class GraphCanvas(GraphBoard):
    """Lets one walk over a graph: drag and wheel, or arrows, Home to fit. Says which node was picked.

    A click on a folded module opens it, a click on the name above a module's first node folds it.
    """

    def __init__(self, wrapping: bool = False) -> None:
        super().__init__(wrapping)
        self._grabbed: QPointF | None = None
        self._moved = False
        self._hovered: int | None = None

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
                self.moved.emit()
                self.update()
            return
        node = self.node_at(event.position())
        hand = node is not None or self.tag_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.OpenHandCursor)
        if node is not None and node.id != self._hovered:
            QToolTip.showText(event.globalPosition().toPoint(), self._explain(node), self)
        self._hovered = node.id if node else None

    def _explain(self, node: GraphNode) -> str:
        if node.members:
            return self.tr("{0}: {1} nodes, folded. A click opens it.").format(node.name, node.members)
        text = f"{node.name}\n" + self.tr("gradient that arrives: {0}").format(shape_text(node.shape))
        if self.marks is not None and node.id not in self.marks.done:
            text += "\n" + self.tr("not computed yet")
        return text

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        node = None if self._moved else self.node_at(event.position())
        tag = None if self._moved or node is not None else self.tag_at(event.position())
        self._grabbed = None
        if tag is not None:
            self.close_group(tag)
        elif node is not None:
            self.picked.emit(node)
            if node.members:
                self.open_box(node)

    def tag_at(self, point: QPointF) -> str | None:
        return next((path for path, rect in self.tags().items() if rect.contains(point)), None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.node_at(event.position()) is not None:
            self.entered.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_at(event.position(), 1.15 ** (event.angleDelta().y() / 120))
        event.accept()

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
            node = self.selected_node()
            self.open_box(node) if node is not None and node.members else self.entered.emit()
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
