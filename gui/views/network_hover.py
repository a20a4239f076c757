"""What the network canvas says about the cell under the pointer: its number, and what it was computed from."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.theme import theme
from gui.views.network_layout import Placed, window_below
from gui.views.network_scene import Scene
from gui.views.network_tiles import Tiles, changed_parameter
from gui.views.widgets import number

Cell = tuple[int, int, int, int]  # layer, map, row, column


def paint_frame(canvas: Scene, painter: QPainter, cell: Cell) -> None:
    layer, channel, row, column = cell
    painter.setPen(QPen(theme.color("text"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1)))


def paint_trace(canvas: Scene, painter: QPainter, cell: Cell) -> None:
    """Which numbers below this one was computed from, layer by layer back to the input."""
    layer, channel, row, column = cell
    if canvas.mode == "update":
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    seen = QRectF(canvas.rect()).translated(-canvas.origin())
    window, channels = QRectF(column, row, 1, 1), [channel]
    for lower in range(layer - 1, -1, -1):
        below, above = canvas.placed[lower], canvas.placed[lower + 1]
        wider = window_below(below.grid, above.grid, window)
        if wider is None:
            break
        sources = channels if below.grid.maps == above.grid.maps else list(range(below.grid.maps))
        nearest = lower == layer - 1
        for source in sources:
            spot = cells_rect(below, source, wider)
            painter.setPen(QPen(theme.color("accent", 0.9 if nearest else 0.45), 1.2))
            painter.drawRect(spot)
            if nearest and seen.contains(spot):  # lines from nowhere would only clutter
                upper = cells_rect(above, channel, window)
                painter.setPen(QPen(theme.color("accent", 0.35), 1))
                painter.drawLine(spot.topRight(), upper.topLeft())
                painter.drawLine(spot.bottomRight(), upper.bottomLeft())
        window, channels = wider, sources
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def readout(canvas: Scene, cell: Cell) -> tuple[str, str]:
    """Name and number of a cell, and the limits its colour is measured against."""
    layer, channel, row, column = cell
    content, grid, view = canvas.tiles[layer], canvas.placed[layer].grid, canvas.layers[layer]
    name = view.name.split(" ")[0]
    if content.values is None:
        return name, content.reason
    if canvas.mode == "update" and not grid.vector:
        words = QCoreApplication.translate("network", "change of {0}[{1}]")
        return words.format(changed_parameter(view), channel), limits_text(content)
    value = number(float(content.values[channel, row, column]), 4)
    place = f"{row * grid.width + column}" if grid.vector else f"{channel}, {row}, {column}"
    name = changed_parameter(view) if canvas.mode == "update" else name
    sign = {"values": "", "gradients": "∂loss / ∂ ", "update": "Δ "}[canvas.mode]
    return f"{sign}{name}[{place}] = {value}", limits_text(content)


def limits_text(content: Tiles) -> str:
    words = QCoreApplication.translate("network", "limits of the layer: −{0} … +{0}")
    return words.format(number(content.limit))


def paint_readout(canvas: Scene, painter: QPainter, cell: Cell) -> None:
    """A small card beside the cell."""
    first, second = readout(canvas, cell)
    mono, small = theme.font(12, 500, mono=True), theme.font(11)
    wide = max(QFontMetricsF(mono).horizontalAdvance(first), QFontMetricsF(small).horizontalAdvance(second))
    card = _card(canvas, cell, wide + theme.px(24), theme.px(52))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.setBrush(theme.color("card"))
    painter.drawRoundedRect(card, theme.px(8), theme.px(8))
    text = card.adjusted(theme.px(12), theme.px(8), 0, -theme.px(8))
    painter.setFont(mono)
    painter.setPen(theme.color("text"))
    painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, first)
    painter.setFont(small)
    painter.setPen(theme.color("secondary"))
    painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, second)


def _card(canvas: Scene, cell: Cell, width: float, height: float) -> QRectF:
    """To the lower right of the cell, on the other side where the canvas ends."""
    layer, channel, row, column = cell
    spot = cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1)).translated(canvas.origin())
    away = theme.px(10)
    x, y = spot.right() + away, spot.bottom() + away
    x = x if x + width < canvas.width() - 8 else max(8.0, spot.left() - away - width)
    y = y if y + height < canvas.height() - 8 else spot.top() - away - height
    return QRectF(x, y, width, height)


def cells_rect(place: Placed, channel: int, cells: QRectF) -> QRectF:
    """Where a rectangle of cells of one map lies, from the canvas's origin on."""
    corner, size = place.map_rect(channel).topLeft(), place.cell
    left, top = corner.x() + cells.x() * size, corner.y() + cells.y() * size
    return QRectF(left, top, cells.width() * size, cells.height() * size)
