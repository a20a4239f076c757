"""What the network canvas says about the cell under the pointer: its number, and what it was computed from."""

import math

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.lab import fields
from gui.theme import theme
from gui.views.network_layout import Placed
from gui.views.network_paint import inner_rect
from gui.views.network_scene import Scene
from gui.views.network_tiles import Tiles, changed_parameter, strongest_change
from gui.views.widgets import number

Cell = tuple[int, int, int, int]  # layer, map, row, column


def index_of(canvas: Scene, cell: Cell) -> tuple[int, ...]:
    """Where a cell lies in its layer's tensor."""
    layer, channel, row, column = cell
    grid = canvas.placed[layer].grid
    return (row * grid.width + column,) if grid.vector else (channel, row, column)


def cell_of(canvas: Scene, layer: int, index: tuple[int, ...]) -> Cell:
    """The cell that shows a number of a layer's tensor."""
    grid = canvas.placed[layer].grid
    return (layer, 0, *divmod(index[0], grid.width)) if grid.vector else (layer, index[0], index[1], index[2])


def weight_at(canvas: Scene, layer: int, channel: int, point: QPointF) -> tuple[str, tuple[int, ...]] | None:
    """In "update": the number of a parameter whose change lies at a point of a map; point: from the origin on."""
    name, place = changed_parameter(canvas.layers[layer], canvas.parameters), canvas.placed[layer]
    view, content = canvas.parameters.get(name), canvas.tiles[layer]
    if view is None or view.update is None or content.values is None:
        return None
    if place.grid.vector:
        hit = place.hit(point)
        return None if hit is None else (name, (hit[1] * place.grid.width + hit[2],))
    _, height, width = content.values.shape
    target = inner_rect(place.map_rect(channel), height, width)
    if not target.contains(point):
        return None
    size = target.width() / width
    row = min(int((point.y() - target.y()) / size), height - 1)
    column = min(int((point.x() - target.x()) / size), width - 1)
    if view.update_by_filter is not None:
        return name, strongest_change(view, (channel, slice(None), row, column))
    _, ins, down, across = view.shape
    kernel = row // down * math.ceil(math.sqrt(ins)) + column // across
    return (name, (channel, kernel, row % down, column % across)) if kernel < ins else None


def paint_frame(canvas: Scene, painter: QPainter, cell: Cell, color: str = "text", width: float = 1.5) -> None:
    layer, channel, row, column = cell
    painter.setPen(QPen(theme.color(color), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1)))


def paint_trace(canvas: Scene, painter: QPainter, cell: Cell) -> None:
    """Which numbers this one depends on, layer by layer: below it for values, above it for gradients."""
    if canvas.mode == "update":
        return
    start = cell[0]
    field = fields.cell(canvas.layers[start].shape, index_of(canvas, cell))
    back = canvas.mode == "gradients"
    order = range(start + 1, len(canvas.layers)) if back else range(start - 1, -1, -1)
    for place in order:
        shape = canvas.layers[place].shape
        if back:
            following = fields.above(canvas.layers[place].window, field, shape)
        else:
            following = fields.below(canvas.layers[place + 1].window, field, shape)
        if following is None:
            break
        field = following
        _light(canvas, painter, place, field, nearest=place == order[0])
        if place == order[0]:
            _connect(canvas, painter, cell, place, field)


def _light(canvas: Scene, painter: QPainter, place: int, field: fields.Field, nearest: bool) -> None:
    painter.setPen(QPen(theme.color("accent", 0.95 if nearest else 0.55), 1.4 if nearest else 1.1))
    painter.setBrush(theme.color("accent", 0.16 if nearest else 0.09))
    for spot in field_rects(canvas.placed[place], field):
        painter.drawRect(spot)


def field_rects(place: Placed, field: fields.Field) -> list[QRectF]:
    """Where the cells of a field lie; of a vector the one unit, or all of them as one."""
    first, last = field.maps
    if place.grid.vector:
        if last - first > 1:
            return [place.rect]
        row, column = divmod(first, place.grid.width)
        return [cells_rect(place, 0, QRectF(column, row, 1, 1))]
    (top, bottom), (left, right) = field.rows, field.columns
    cells = QRectF(left, top, right - left, bottom - top)
    return [cells_rect(place, channel, cells) for channel in range(first, last)] if not cells.isEmpty() else []


def _connect(canvas: Scene, painter: QPainter, cell: Cell, place: int, field: fields.Field) -> None:
    """Lines from the cell to what it depends on next door; lines from nowhere would only clutter."""
    layer, channel, row, column = cell
    here = cells_rect(canvas.placed[layer], channel, QRectF(column, row, 1, 1))
    seen = QRectF(canvas.rect()).translated(-canvas.origin())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("accent", 0.35), 1))
    for spot in field_rects(canvas.placed[place], field):
        if not seen.contains(spot):
            continue
        if place < layer:
            painter.drawLine(spot.topRight(), here.topLeft())
            painter.drawLine(spot.bottomRight(), here.bottomLeft())
        else:
            painter.drawLine(here.topRight(), spot.topLeft())
            painter.drawLine(here.bottomRight(), spot.bottomLeft())
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
        return words.format(changed_parameter(view, canvas.parameters), channel), limits_text(content)
    value = number(float(content.values[channel, row, column]), 4)
    place = f"{row * grid.width + column}" if grid.vector else f"{channel}, {row}, {column}"
    name = changed_parameter(view) if canvas.mode == "update" else name
    sign = {"values": "", "gradients": f"∂{canvas.of} / ∂", "update": "Δ "}[canvas.mode]
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
