"""Where the nodes of a graph lie, in pixels at zoom 1: in one line, or in several where the room is tall."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

from gui.lab.snapshot import GraphEdge, GraphNode, GraphView

NODE_WIDTH, NODE_HEIGHT = 104, 36
PITCH_X, PITCH_Y = 128, 50
WALKING_PITCH_X = 156  # room for a number on each edge
BETWEEN = 0.7  # rows between two lines


class GraphPlaces:
    """rects: of the nodes by id; bounds: around all of them. per_line: layers in a line, 0 for all."""

    def __init__(self) -> None:
        self.graph = GraphView((), ())
        self.rects: dict[int, QRectF] = {}
        self.bounds = QRectF()
        self.pitch, self.per_line = PITCH_X, 0
        self._spans = [(0.0, 0.0)]  # of each line the least and the most row
        self._starts = [0.0]  # of each line where its least row lies, in rows
        self._node_boxes = self._edge_boxes = np.zeros((0, 4))

    def arrange(self, graph: GraphView, pitch: int, per_line: int) -> None:
        """Places for the nodes of a graph; lines are as high as what is in them."""
        self.graph, self.pitch, self.per_line = graph, pitch, per_line
        self._spans = _spans(graph, per_line)
        self._starts = [0.0]
        for low, high in self._spans:
            self._starts.append(self._starts[-1] + high - low + 1 + BETWEEN)
        self.rects = {node.id: self._rect(node) for node in graph.nodes}
        self.bounds = QRectF()
        for rect in self.rects.values():
            self.bounds = self.bounds.united(rect)
        by_id = {node.id: node for node in graph.nodes}
        self._node_boxes = _boxes(list(self.rects.values()))
        self._edge_boxes = _boxes([self._span(edge, by_id) for edge in graph.edges])

    def within(self, room: QRectF) -> tuple[list[GraphNode], list[GraphEdge]]:
        """The nodes and edges of which a part may lie in there."""
        near, by = (_meet(boxes, room) for boxes in (self._node_boxes, self._edge_boxes))
        return [self.graph.nodes[i] for i in near], [self.graph.edges[i] for i in by]

    def node_at(self, point: QPointF) -> GraphNode | None:
        return next((self.graph.nodes[i] for i in _meet(self._node_boxes, QRectF(point, QSizeF(0, 0)))), None)

    def _span(self, edge: GraphEdge, by_id: dict[int, GraphNode]) -> QRectF:
        """Where an edge runs: between its nodes, along its lane, around to the next line."""
        source, target = by_id[edge.source], by_id[edge.target]
        rect = self.rects[edge.source].united(self.rects[edge.target])
        line = self.line_of(target)
        if self.line_of(source) != line:
            return rect.united(QRectF(self.bounds.left(), self.above(line), self.bounds.width(), 1))
        if edge.lane is not None:
            rect = rect.united(QRectF(rect.left(), self.height_of(edge.lane, line), rect.width(), 1))
        return rect

    def line_of(self, node: GraphNode) -> int:
        return int(node.x // self.per_line) if self.per_line else 0

    def height_of(self, row: float, line: int) -> float:
        """The middle of a row of a line."""
        return (self._starts[line] + row - self._spans[line][0]) * PITCH_Y

    def _rect(self, node: GraphNode) -> QRectF:
        across = node.x % self.per_line if self.per_line else node.x
        middle = QPointF(across * self.pitch, self.height_of(node.y, self.line_of(node)))
        return QRectF(middle - QPointF(NODE_WIDTH, NODE_HEIGHT) / 2, QSizeF(NODE_WIDTH, NODE_HEIGHT))

    def above(self, line: int) -> float:
        """The height just above a line of nodes."""
        return self.height_of(self._spans[line][0], line) - NODE_HEIGHT / 2 - 16

    def best_lines(self, graph: GraphView, width: float, height: float, smallest: float, pitch: int) -> int:
        """The number of layers in a line at which the graph is largest in the room; as many as can be read at most.

        smallest: the scale below which whole lines are shown instead of the whole graph.
        """
        if not graph.nodes:
            return 0
        layers = int(max(node.x for node in graph.nodes)) + 1
        gap = pitch - NODE_WIDTH
        readable = min(max(int((width / smallest + gap) / pitch), 1), layers)

        def scale(per_line: int) -> float:
            rows = sum(high - low + 1 + BETWEEN for low, high in _spans(graph, per_line))
            return min(width / (per_line * pitch - gap), height / (rows * PITCH_Y))

        best = max(range(1, readable + 1), key=scale)
        return best if scale(best) >= smallest else readable


def _boxes(rects: list[QRectF]) -> np.ndarray:
    """(n, 4): left, top, right, bottom."""
    return np.array([(r.left(), r.top(), r.right(), r.bottom()) for r in rects]).reshape(-1, 4)


def _meet(boxes: np.ndarray, room: QRectF) -> list[int]:
    left, top, right, bottom = boxes.T
    met = (left <= room.right()) & (right >= room.left()) & (top <= room.bottom()) & (bottom >= room.top())
    return np.flatnonzero(met).tolist()


def _spans(graph: GraphView, per_line: int) -> list[tuple[float, float]]:
    """The least and the most row of each line, lanes included."""
    by_id = {node.id: node for node in graph.nodes}
    rows: dict[int, list[float]] = {}
    for node in graph.nodes:
        rows.setdefault(int(node.x // per_line) if per_line else 0, []).append(node.y)
    for edge in graph.edges:
        if edge.lane is not None:
            line, other = (int(by_id[end].x // per_line) if per_line else 0 for end in (edge.source, edge.target))
            if line == other:
                rows[line].append(edge.lane)
    return [(min(rows.get(line, [0.0])), max(rows.get(line, [0.0]))) for line in range(max(rows, default=0) + 1)]
