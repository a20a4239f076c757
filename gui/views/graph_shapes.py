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
    name = node.name.removesuffix("0").removesuffix("1").removesuffix("Backward")
    return SHORT.get(name, name)


def edge_path(a: QPointF, b: QPointF, lane: float | None, side: float) -> QPainterPath:
    """A curve from a to b; with a lane from the end of a line of nodes along it to the start of the next one."""
    path = QPainterPath(a)
    if lane is None:
        middle = (a.x() + b.x()) / 2
        path.cubicTo(QPointF(middle, a.y()), QPointF(middle, b.y()), b)
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


def along_lane(a: QPointF, b: QPointF, height: float, bend: float, width: float) -> QPainterPath:
    """From a over to a row at this height, along it, and back down to b; bend: between two nodes; width: of a node."""
    path = QPainterPath(a)
    up, down = QPointF(a.x() + bend + width / 2, height), QPointF(b.x() - bend - width / 2, height)
    path.cubicTo(QPointF(a.x() + bend, a.y()), QPointF(a.x(), height), up)
    path.lineTo(down)
    path.cubicTo(QPointF(b.x(), height), QPointF(b.x() - bend, b.y()), b)
    return path


def settled(start: float, length: float, room: float, margin: float) -> float:
    """Where something of this length should start in the room.

    >>> settled(50, 100, 200, 10), settled(50, 300, 200, 10), settled(-200, 300, 200, 10)
    (50.0, 10, -110)
    """
    if length <= room - 2 * margin:
        return (room - length) / 2
    return min(max(start, room - margin - length), margin)
