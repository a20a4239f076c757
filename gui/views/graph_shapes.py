"""Names and lines of the backward graph."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from gui.lab.snapshot import GraphNode

SHORT = {
    "MaxPool2DWithIndices": "MaxPool2D",
    "NativeBatchNorm": "BatchNorm",
    "AccumulateGrad": "accumulate",
}


def short_name(node: GraphNode) -> str:
    """ConvolutionBackward0 as Convolution, a leaf by the name of its parameter."""
    if node.parameter:
        return node.parameter
    name = node.name.removesuffix("Backward0").removesuffix("Backward")
    return SHORT.get(name, name)


def edge_path(a: QPointF, b: QPointF, lane: float | None, side: float, bow: float = 0.0) -> QPainterPath:
    """A curve from a to b; with a bow, it rises by so much at once and comes down just before b.

    With a lane it runs from the end of a line of nodes along the lane to the start of the next one.
    """
    path = QPainterPath(a)
    if lane is None:
        if bow:
            up, down = a + QPointF(2 * side, -bow), b + QPointF(-2 * side, -bow)
            path.cubicTo(QPointF(up.x(), a.y()), QPointF(a.x(), up.y()), up)
            path.lineTo(down)
            path.cubicTo(QPointF(b.x(), down.y()), QPointF(down.x(), b.y()), b)
            return path
        middle = (a.x() + b.x()) / 2
        path.cubicTo(QPointF(middle, a.y() - bow), QPointF(middle, b.y() - bow), b)
        return path
    for point in (
        QPointF(a.x() + side, a.y()),
        QPointF(a.x() + side, lane),
        QPointF(b.x() - side, lane),
        QPointF(b.x() - side, b.y()),
        b,
    ):
        path.lineTo(point)
    return path


def settled(start: float, length: float, room: float, margin: float) -> float:
    """Where something of this length should start in the room.

    >>> settled(50, 100, 200, 10), settled(50, 300, 200, 10), settled(-200, 300, 200, 10)
    (50.0, 10, -110)
    """
    if length <= room - 2 * margin:
        return (room - length) / 2
    return min(max(start, room - margin - length), margin)
