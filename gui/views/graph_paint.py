"""How the backward graph is painted: edges with what flowed along them, nodes lit, done or waiting."""

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.lab.snapshot import GraphNode, GraphView
from gui.theme import theme
from gui.views.graph_shapes import edge_path, short_name
from gui.views.walk_marks import Marks, edge_text
from gui.views.widgets import shape_text

BOW = 22  # px at zoom 1: between the nodes of its own row and those of the row above


def paint_graph(painter: QPainter, canvas: Any, graph: GraphView) -> None:
    """Edges first, nodes over them."""
    chosen = canvas.selected_node()
    for edge in graph.edges:
        if edge.source in canvas.nodes and edge.target in canvas.nodes:
            _paint_edge(painter, canvas, canvas.nodes[edge.source], canvas.nodes[edge.target])
    for node in graph.nodes:
        _paint_node(painter, canvas, node, chosen is not None and node.id == chosen.id)


def _paint_edge(painter: QPainter, canvas: Any, source: GraphNode, target: GraphNode) -> None:
    start, end = canvas.place(source), canvas.place(target)
    a, b = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
    flowed = None if canvas.marks is None else canvas.marks.sent.get((source.id, target.id))
    near = canvas.is_near(source) and canvas.is_near(target) if canvas.marks is None else flowed is not None
    faded = canvas.marks is not None and canvas.marks.faded
    strong = theme.color("secondary" if faded else "accent")
    painter.setPen(QPen(strong if near else theme.color("secondary", 0.45), 1.4 if near else 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    over = source.y == target.y and target.x - source.x > 1  # past the nodes in between, not through them
    lane = canvas.lane(target) if a.x() > b.x() else None
    bow = BOW * canvas.scale() if over else 0.0
    painter.drawPath(edge_path(a, b, lane, 9 * canvas.scale(), bow))
    if flowed is not None and a.x() < b.x():
        above = QPointF(0, bow)
        _paint_flow(painter, canvas, a - above, b - above, flowed)


def _paint_flow(painter: QPainter, canvas: Any, a: QPointF, b: QPointF, size: float) -> None:
    """The size of the gradient on an edge that it has passed."""
    pixels = 10.0 * min(canvas.zoom, 1.6)
    if pixels < 6.5:
        return
    level = abs(a.y() - b.y()) < 1
    height = pixels * 1.5 * theme.zoom
    y = a.y() - height if level else b.y() - height
    room = QRectF(a.x(), y, b.x() - a.x() - 6, height)
    painter.setFont(theme.font(round(pixels * 2) / 2, mono=True))
    painter.setPen(theme.color("text"))
    painter.drawText(
        room,
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip,
        edge_text(size),
    )


def _paint_node(painter: QPainter, canvas: Any, node: GraphNode, chosen: bool) -> None:
    rect = canvas.place(node)
    radius = theme.px(16 if node.parameter else 8) * canvas.zoom
    marks = canvas.marks
    near = canvas.is_near(node) if marks is None else node.id in marks.done
    lit = chosen if marks is None else node.id == marks.current
    outline = theme.color("healthy") if node.parameter else theme.color("accent" if near else "line")
    if marks is not None and (marks.faded or not near):
        outline = theme.color("secondary" if near else "line")
    painter.setPen(QPen(theme.color("accent") if lit else outline, 1.4 if near or node.parameter else 1.0))
    painter.setBrush(theme.color("accent" if lit else "card"))
    painter.drawRoundedRect(rect, radius, radius)
    if marks is not None:
        _paint_marks(painter, node, rect, radius, chosen, marks)
    size = 12.0 * min(canvas.zoom, 1.6)
    if size < 6:
        return
    text = rect.adjusted(0, rect.height() * 0.1, 0, -rect.height() * 0.1)
    painter.setFont(theme.font(round(size * 2) / 2, 600 if lit else 500))
    quiet = marks is not None and not near
    painter.setPen(
        theme.color("on_accent" if lit else "secondary" if quiet else "healthy" if node.parameter else "text")
    )
    name = painter.fontMetrics().elidedText(short_name(node), Qt.TextElideMode.ElideLeft, int(text.width()) - 4)
    painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)
    painter.setFont(theme.font(round(size * 1.7) / 2))
    painter.setPen(theme.color("on_accent" if lit else "secondary"))
    shape = shape_text(node.shape)
    painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, shape)


def _paint_marks(painter: QPainter, node: GraphNode, rect: QRectF, radius: float, chosen: bool, marks: Marks) -> None:
    """A second outline around the selected node, a dot where the walk is to stop."""
    if chosen:
        painter.setPen(QPen(theme.color("text"), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
    if node.id in marks.breakpoints:
        painter.setPen(QPen(theme.color("panel"), 2))
        painter.setBrush(theme.color("alert"))
        painter.drawEllipse(rect.topLeft() + QPointF(4, 4), theme.px(5), theme.px(5))
