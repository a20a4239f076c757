"""The network from afar: one block for each layer, with what it is, its shape, its weights and how strong it is.

The way around a residual block is an arc over it.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from gui.lab.snapshot import LayerView
from gui.theme import signs, theme
from gui.views.network_scene import Scene
from gui.views.widgets import number, shape_text

NARROWEST, WIDEST, HEIGHT, GAP = 84, 150, 186, 14  # px at 100 %
THUMBNAILS, VECTOR_COLUMNS = 3, 20
ARC = 11  # px at 100 % that a skip rises above its block
TINT = 0.3  # of the accent on the strongest block


def block_rects(count: int, room: QRectF) -> list[QRectF]:
    """Places from left to right, in as many rows as it takes, centred in the room."""
    gap, narrow = theme.px(GAP), theme.px(NARROWEST)
    across = max(1, min(count, int((room.width() + gap) // (narrow + gap))))
    across = -(-count // -(-count // across))  # rows of equal length
    width = min((room.width() - gap * (across - 1)) / across, float(theme.px(WIDEST)))
    rows = -(-count // across)
    height = min(float(theme.px(HEIGHT)), (room.height() - gap * (rows - 1) * 2) / rows)
    left = room.x() + (room.width() - across * width - (across - 1) * gap) / 2
    top = room.y() + max(0.0, (room.height() - rows * height - (rows - 1) * gap * 2) / 2)
    return [
        QRectF(left + place % across * (width + gap), top + place // across * (height + 2 * gap), width, height)
        for place in range(count)
    ]


def _paint_maps(canvas: Scene, painter: QPainter, index: int, room: QRectF) -> None:
    """A few of the layer's maps, as a foretaste of what one finds closer."""
    content, grid = canvas.tiles[index], canvas.placed[index].grid
    if content.image is None or content.values is None or room.height() < theme.px(20):
        return
    if grid.vector:
        numbers = content.values.ravel()[: grid.shape[0]]
        columns = min(numbers.size, VECTOR_COLUMNS)
        padded = np.zeros(-(-numbers.size // columns) * columns, numbers.dtype)
        padded[: numbers.size] = numbers
        maps, image = padded.reshape(1, -1, columns), None
    else:
        maps, image = content.values, content.image
    count, height, width = maps.shape
    gap, shown = theme.px(4), min(count, THUMBNAILS)
    scale = min((room.width() - (shown - 1) * gap) / (shown * width), room.height() / height)
    if image is None:
        image = signs.image(signs.shades(maps[0], content.limit, theme.colors))
    for channel in range(shown):
        spot = QRectF(room.x() + channel * (width * scale + gap), room.y(), width * scale, height * scale)
        painter.drawImage(spot, image, QRectF(0, channel * height, width, height))


def kind_text(layer: LayerView) -> str:
    """What a layer does: «convolution 5×5, ReLU»."""
    translate = QCoreApplication.translate
    window = layer.window
    size = shape_text(window.kernel)
    names = {
        "input": translate("network", "picture"),
        "conv": translate("network", "convolution {0}").format(size),
        "max_pool": translate("network", "max-pooling {0}").format(size),
        "linear": translate("network", "linear"),
        "block": translate("network", "residual block"),
    }
    others = {
        "bn1": translate("network", "batch normalisation"),
        "avgpool": translate("network", "mean of each map"),
    }
    name = names.get(window.kind) or others.get(layer.module, layer.name.split(" + ")[0])
    return name + (" + ReLU" if layer.relu else "")


def strength(canvas: Scene, index: int) -> float | None:
    """Root mean square of what the mode shows; None where that is not computed."""
    if canvas.mode == "update":
        return canvas.changes.get(canvas.layers[index].module)
    values = canvas.tiles[index].values
    return None if values is None else math.sqrt(float(np.square(values, dtype=np.float64).mean()))


def paint_blocks(canvas: Scene, painter: QPainter, rects: Sequence[QRectF]) -> None:
    strengths = [strength(canvas, index) for index in range(len(rects))]
    most = max((value for value in strengths if value is not None), default=0.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for before, after in pairwise(rects):
        _paint_arrow(painter, before, after)
    for index, rect in enumerate(rects):
        _paint_block(canvas, painter, index, rect, strengths[index], most)
        if canvas.layers[index].skip:
            _paint_skip(painter, rect, canvas.layers[index].skip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_arrow(painter: QPainter, before: QRectF, after: QRectF) -> None:
    """To the next block; from the end of a row around to the beginning of the next."""
    painter.setPen(QPen(theme.color("secondary"), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    end = QPointF(after.left() - 3, after.center().y())
    path = QPainterPath()
    if before.y() == after.y():
        path.moveTo(before.right() + 2, before.center().y())
    else:
        below, out = before.bottom() + theme.px(GAP) * 0.6, after.left() - theme.px(GAP)
        path.moveTo(before.center().x(), before.bottom() + 2)
        for corner in (QPointF(before.center().x(), below), QPointF(out, below), QPointF(out, end.y())):
            path.lineTo(corner)
    path.lineTo(end)
    painter.drawPath(path)
    painter.drawLine(end, end + QPointF(-4, -3))
    painter.drawLine(end, end + QPointF(-4, 3))


def _paint_skip(painter: QPainter, rect: QRectF, skip: str) -> None:
    """From before a block over it to behind it, where it is added."""
    half, top, middle = theme.px(GAP) / 2, rect.top() - theme.px(ARC), rect.center().y()
    start, end = QPointF(rect.left() - half, middle), QPointF(rect.right() + half, middle)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x(), top), QPointF(start.x(), top), QPointF(rect.left() + 2 * half, top))
    path.lineTo(rect.right() - 2 * half, top)
    path.cubicTo(QPointF(end.x(), top), QPointF(end.x(), top), end)
    painter.setPen(QPen(theme.color("accent"), 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    radius = theme.px(5)
    painter.setPen(QPen(theme.color("accent"), 1.2))
    painter.setBrush(theme.color("window"))
    painter.drawEllipse(end, radius, radius)
    painter.drawLine(end - QPointF(radius / 2, 0), end + QPointF(radius / 2, 0))
    painter.drawLine(end - QPointF(0, radius / 2), end + QPointF(0, radius / 2))
    font = theme.font(10, 600)
    words = skip if skip != "x" else "+ x"
    width = QFontMetricsF(font).horizontalAdvance(words) + theme.px(8)
    spot = QRectF(rect.center().x() - width / 2, top - theme.px(7), width, theme.px(14))
    painter.fillRect(spot, theme.color("window"))
    painter.setFont(font)
    painter.setPen(theme.color("accent"))
    painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, words)


def _paint_block(canvas: Scene, painter: QPainter, index: int, rect: QRectF, strong: float | None, most: float) -> None:
    layer = canvas.layers[index]
    chosen = bool(canvas.module) and layer.module == canvas.module
    painter.setPen(QPen(theme.color("accent" if chosen else "line"), 1.6 if chosen else 1.0))
    painter.setBrush(theme.color("card"))
    painter.drawRoundedRect(rect, theme.px(8), theme.px(8))
    if strong is not None and most > 0:
        painter.setBrush(theme.color("accent", TINT * (strong / most) ** signs.POWER))
        painter.drawRoundedRect(rect, theme.px(8), theme.px(8))
    text = rect.adjusted(theme.px(10), theme.px(8), -theme.px(8), -theme.px(8))
    weights = canvas.weights.get(layer.module, 0)
    count = QCoreApplication.translate("network", "{0} weights").format(f"{weights:,}") if weights else ""
    size = (
        QCoreApplication.translate("network", "typical size {0}").format(number(strong, 2))
        if strong is not None
        else ""
    )
    lines = (
        (layer.name.split(" ")[0], theme.font(13, 600), "accent" if chosen else "text"),
        (kind_text(layer), theme.font(11), "secondary"),
        (shape_text(layer.shape), theme.font(12, mono=True), "text"),
        (count, theme.font(11), "secondary"),
        (size, theme.font(11), "secondary"),
    )
    y = text.y()
    for words, font, role in lines:
        painter.setFont(font)
        painter.setPen(theme.color(role))
        metrics = QFontMetricsF(font)
        wraps = role == "secondary" and metrics.horizontalAdvance(words) > text.width() and " " in words
        height = metrics.height() * (2 if wraps else 1)
        shown = words if wraps else metrics.elidedText(words, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(QRectF(text.x(), y, text.width(), height), Qt.TextFlag.TextWordWrap, shown)
        y += height + 1
    _paint_maps(canvas, painter, index, QRectF(text.x(), y + 2, text.width(), rect.bottom() - theme.px(12) - y))
    groove = QRectF(text.x(), rect.bottom() - theme.px(8), text.width(), theme.px(3))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("control"))
    painter.drawRoundedRect(groove, 1.5, 1.5)
    if strong is not None and most > 0:
        groove.setWidth(groove.width() * strong / most)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(groove, 1.5, 1.5)
