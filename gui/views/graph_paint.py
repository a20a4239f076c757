"""How the backward graph is painted: edges with what flowed along them, nodes lit, done or waiting."""

from typing import Any

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.lab.folding import prefixes
from gui.lab.snapshot import GraphEdge, GraphNode
from gui.theme import theme
from gui.views.graph_shapes import along_lane, edge_path, short_name
from gui.views.walk_marks import edge_text
from gui.views.widgets import shape_text

OUTSIDE = 40  # px at zoom 1: so far beyond the window things are still painted
TAG = 10  # px of the names above modules
LEAST_TEXT = 6  # px


def paint_graph(painter: QPainter, canvas: Any) -> None:
    """Edges first, nodes over them; only what can be seen."""
    chosen = canvas.selected_node()
    nodes, edges = canvas.places.within(canvas.room().adjusted(-OUTSIDE, -OUTSIDE, OUTSIDE, OUTSIDE))
    for edge in edges:
        _paint_edge(painter, canvas, edge)
    for node in nodes:
        paint = _paint_box if node.members else _paint_node
        paint(painter, canvas, node, chosen is not None and node.id == chosen.id)
    _paint_tags(painter, canvas)


# ---- edges


def _paint_edge(painter: QPainter, canvas: Any, edge: GraphEdge) -> None:
    source, target = canvas.nodes[edge.source], canvas.nodes[edge.target]
    start, end = canvas.place(source), canvas.place(target)
    a, b = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
    marks, scale = canvas.marks, canvas.scale()
    flowed = None if marks is None else flow_of(canvas, edge)
    near = canvas.is_near(source) and canvas.is_near(target) if marks is None else flowed is not None
    strong = theme.color("secondary" if marks is not None and marks.faded else "accent")
    painter.setPen(QPen(strong if near else theme.color("secondary", 0.45), 1.4 if near else 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = canvas.places.line_of(target)
    if canvas.places.line_of(source) != line:  # around to the next line of nodes
        above = canvas.places.above(line) * scale + canvas.offset.y()
        painter.drawPath(edge_path(a, b, above, 9 * scale))
        return
    if source.y == target.y and edge.lane in (None, source.y):
        painter.drawLine(a, b)  # a path takes several times as long
    elif edge.lane is None:
        painter.drawPath(edge_path(a, b, None, 0.0))
    else:
        height = canvas.places.height_of(edge.lane, line) * scale + canvas.offset.y()
        bend = (canvas.pitch - start.width() / scale) * scale
        painter.drawPath(along_lane(a, b, height, bend, start.width()))
    if flowed:
        _paint_flow(painter, canvas, a, b, flowed)


def flow_of(canvas: Any, edge: GraphEdge) -> float | None:
    """The size of what has flowed along an edge; 0 where an edge stands for several, None where nothing has."""
    carried = canvas.folded.carried.get((edge.source, edge.target), []) if canvas.folded else []
    sizes = [canvas.marks.sent[ends] for ends in carried if ends in canvas.marks.sent]
    if not sizes:
        return None
    return sizes[0] if len(carried) == 1 else 0.0


def _paint_flow(painter: QPainter, canvas: Any, a: QPointF, b: QPointF, size: float) -> None:
    """The size of the gradient on an edge that it has passed."""
    pixels = 10.0 * min(canvas.zoom, 1.6)
    if pixels < LEAST_TEXT + 0.5:
        return
    level = abs(a.y() - b.y()) < 1
    height = pixels * 1.5 * theme.zoom
    y = a.y() - height if level else b.y() - height
    start = max(a.x(), b.x() - (canvas.pitch - 96) * canvas.scale())
    room = QRectF(start, y, b.x() - start - 6, height)
    painter.setFont(theme.font(round(pixels * 2) / 2, mono=True))
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    text = edge_text(size)
    if not level:  # over the lines that fork here
        painter.fillRect(painter.boundingRect(room, flags, text).adjusted(-1, 1, 1, -1), theme.color("panel", 0.85))
    painter.setPen(theme.color("text"))
    painter.drawText(room, flags, text)


# ---- nodes


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
        _paint_marks(painter, rect, radius, chosen, node.id in marks.breakpoints)
    quiet = marks is not None and not near
    color = theme.color("on_accent" if lit else "secondary" if quiet else "healthy" if node.parameter else "text")
    _paint_words(painter, canvas, rect, (_brief(short_name(node)), shape_text(node.shape)), lit, color)


def _paint_box(painter: QPainter, canvas: Any, node: GraphNode, chosen: bool) -> None:
    """A module that is folded: a card on a card, and how much of it has worked."""
    rect, radius, marks = canvas.place(node), theme.px(8) * canvas.zoom, canvas.marks
    inside = canvas.groups[node.name]
    done = 0 if marks is None else sum(member in marks.done for member in inside)
    lit = chosen if marks is None else marks.current in inside
    near = canvas.is_near(node) if marks is None else done > 0
    painter.setPen(QPen(theme.color("accent" if near or lit else "secondary"), 1.4 if near else 1.0))
    painter.setBrush(theme.color("control"))
    under = 4 * canvas.scale()
    painter.drawRoundedRect(rect.translated(under, under), radius, radius)
    painter.setBrush(theme.color("accent" if lit else "card"))
    painter.drawRoundedRect(rect, radius, radius)
    if marks is not None:
        _paint_marks(painter, rect, radius, chosen, bool(marks.breakpoints & set(inside)))
    below = _tr("{0} nodes").format(node.members)
    if done:
        below = _tr("{0} of {1}").format(done, node.members)
    color = theme.color("on_accent" if lit else "text" if near or marks is None else "secondary")
    _paint_words(painter, canvas, rect, (f"▸ {node.name}", below), lit, color)


def _brief(name: str) -> str:
    """layer1.0.bn1.bias as …bn1.bias: the rest stands above the module."""
    parts = name.split(".")
    return name if len(parts) < 4 else "…" + ".".join(parts[-2:])


def _tr(text: str) -> str:
    return QCoreApplication.translate("graph", text)


def _paint_words(
    painter: QPainter, canvas: Any, rect: QRectF, words: tuple[str, str], lit: bool, color: Any
) -> None:  # fmt: skip
    size = 12.0 * min(canvas.zoom, 1.6)
    if size < LEAST_TEXT:
        return
    text = rect.adjusted(0, rect.height() * 0.1, 0, -rect.height() * 0.1)
    painter.setFont(theme.font(round(size * 2) / 2, 600 if lit else 500))
    painter.setPen(color)
    name = painter.fontMetrics().elidedText(words[0], Qt.TextElideMode.ElideLeft, int(text.width()) - 4)
    painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)
    painter.setFont(theme.font(round(size * 1.7) / 2))
    painter.setPen(theme.color("on_accent" if lit else "secondary"))
    painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, words[1])


def _paint_marks(painter: QPainter, rect: QRectF, radius: float, chosen: bool, stop: bool) -> None:
    """A second outline around the selected node, a dot where the walk is to stop."""
    if chosen:
        painter.setPen(QPen(theme.color("text"), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
    if stop:
        painter.setPen(QPen(theme.color("panel"), 2))
        painter.setBrush(theme.color("alert"))
        painter.drawEllipse(rect.topLeft() + QPointF(4, 4), theme.px(5), theme.px(5))


# ---- the names above modules that can be folded


def tags_of(canvas: Any) -> dict[str, QRectF]:
    """Where they lie in the widget; none where they would be too small to read."""
    size = TAG * min(canvas.zoom, 1.6)
    if size < LEAST_TEXT + 1:
        return {}
    metrics, tags = QFontMetricsF(theme.font(size, 600)), {}
    height, used = metrics.height(), {}
    for path, members in canvas.groups.items():
        if any(prefix in canvas.closed for prefix in prefixes(path)):
            continue
        first = canvas.nodes.get(canvas.seen(canvas.all[members[0]]).id)
        rect = canvas.place(first)
        x = used.get(first.id, rect.left())
        width = metrics.horizontalAdvance(_tag(path)) + 6
        tags[path] = QRectF(x, rect.top() - height - 1, width, height)
        used[first.id] = x + width
    return tags


def _tag(path: str) -> str:
    return f"▾ {path}"


def _paint_tags(painter: QPainter, canvas: Any) -> None:
    painter.setFont(theme.font(TAG * min(canvas.zoom, 1.6), 600))
    painter.setPen(theme.color("secondary"))
    for path, rect in tags_of(canvas).items():
        if rect.right() > 0 and rect.left() < canvas.width():
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _tag(path))
