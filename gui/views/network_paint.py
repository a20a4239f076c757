"""How the network canvas paints a layer: caption, maps, numbers where they fit, the outline of what is selected."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gui.lab.snapshot import LayerView
from gui.theme import signs, theme
from gui.views.network_layout import Placed, whole
from gui.views.network_scene import Scene
from gui.views.network_tiles import Tiles
from gui.views.widgets import number


def paint_layer(canvas: Scene, painter: QPainter, index: int, place: Placed, seen: QRectF) -> None:
    layer, content = canvas.layers[index], canvas.tiles[index]
    chosen = bool(canvas.module) and layer.module == canvas.module
    for channel in range(place.grid.maps):
        rect = place.map_rect(channel)
        if not rect.adjusted(-4, -4, 4, 4).intersects(seen):
            continue
        painter.fillRect(rect, theme.color("card", 1.0 if content.image else 0.5))
        if content.image is not None and content.values is not None:
            _paint_map(painter, rect, content, channel, place, seen)
        if chosen and not place.grid.vector and canvas.channel in (None, channel):
            _outline(painter, rect, 2.0 if canvas.channel == channel else 1.0)
    if chosen and place.grid.vector:
        _outline_unit(canvas, painter, place)
    if place.grid.vector and place.grid.width == 1:
        _paint_indices(painter, place)


def _paint_map(painter: QPainter, rect: QRectF, content: Tiles, channel: int, place: Placed, seen: QRectF) -> None:
    assert content.image is not None and content.values is not None
    _, height, width = content.values.shape
    target = inner_rect(rect, height, width)
    painter.drawImage(target, content.image, QRectF(0, channel * height, width, height))
    cell = target.width() / width
    if cell >= theme.px(34):
        _paint_numbers(painter, target, content, channel, cell, place, seen)


def _paint_numbers(
    painter: QPainter,
    target: QRectF,
    content: Tiles,
    channel: int,
    cell: float,
    place: Placed,
    seen: QRectF,
) -> None:
    assert content.values is not None
    values = content.values[channel]
    painter.setFont(theme.font(min(13.0, cell / theme.zoom / 3.7), mono=True))
    metrics = QFontMetricsF(painter.font())
    visible = target.intersected(seen)
    if visible.isEmpty():  # only the map's outline is seen
        return
    visible.translate(-target.topLeft())
    top, left = int(visible.top() // cell), int(visible.left() // cell)
    shown = values[top : int(visible.bottom() // cell) + 1, left : int(visible.right() // cell) + 1]
    bright = signs.bright(signs.shades(shown, content.limit, theme.colors)).tolist()
    pens = [QPen(color) for color in signs.inks(theme.colors)]
    for row, (numbers, lights) in enumerate(zip(shown.tolist(), bright, strict=True), top):
        for column, (value, light) in enumerate(zip(numbers, lights, strict=True), left):
            if place.grid.vector and row * place.grid.width + column >= place.grid.shape[0]:
                continue
            painter.setPen(pens[light])
            spot = QRectF(target.x() + column * cell, target.y() + row * cell, cell, cell)
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, fitting_number(value, cell, metrics))


def paint_captions(canvas: Scene, painter: QPainter, origin: QPointF) -> None:
    """Above each column; while zoomed they stay at the upper edge as long as their column is seen."""
    top, margin = theme.px(8), float(theme.px(8))
    sticky = canvas.zoom > 1 or canvas.wide
    if sticky:
        painter.fillRect(QRectF(0, 0, canvas.width(), top + theme.px(36)), theme.color("window"))
    for index, (layer, place) in enumerate(zip(canvas.layers, canvas.placed, strict=True)):
        rect = place.rect.translated(origin)
        width = canvas.caption_width(layer)
        x = rect.x() if not sticky else max(rect.x(), min(margin, rect.right() - width))
        if x < canvas.width() and rect.right() > 0:
            _paint_caption(canvas, painter, QPointF(x, top), layer, canvas.tiles[index].reason)


def _paint_caption(canvas: Scene, painter: QPainter, corner: QPointF, layer: LayerView, reason: str) -> None:
    chosen = bool(canvas.module) and layer.module == canvas.module
    painter.setFont(theme.font(12, 600))
    painter.setPen(theme.color("accent" if chosen else "text"))
    name, shape = canvas.caption(layer)
    x, y, line = corner.x(), corner.y(), theme.px(16)
    painter.drawText(QRectF(x, y, 400, line), Qt.AlignmentFlag.AlignLeft, name)
    painter.setFont(theme.font(11))
    painter.setPen(theme.color("secondary"))
    painter.drawText(QRectF(x, y + line, 400, line), Qt.AlignmentFlag.AlignLeft, reason or shape)


def _paint_indices(painter: QPainter, place: Placed) -> None:
    painter.setFont(theme.font(11))
    painter.setPen(theme.color("secondary"))
    for index in range(place.grid.height):
        spot = QRectF(place.x + place.cell + theme.px(6), place.y + index * place.cell, 40, place.cell)
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(index))


def _outline(painter: QPainter, rect: QRectF, width: float) -> None:
    painter.setPen(QPen(theme.color("accent", 1.0 if width > 1 else 0.55), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(-2, -2, 2, 2))


def _outline_unit(canvas: Scene, painter: QPainter, place: Placed) -> None:
    _outline(painter, place.rect, 1.0)
    if canvas.channel is not None and canvas.channel < place.grid.shape[0]:
        row, column = divmod(canvas.channel, place.grid.width)
        spot = QRectF(place.x + column * place.cell, place.y + row * place.cell, place.cell, place.cell)
        _outline(painter, spot, 2.0)


def fitting_number(value: float, width: float, metrics: QFontMetricsF) -> str:
    """The number in two digits, or one, or none where even that is wider than its cell."""
    texts = (number(value, digits) for digits in (2, 1))
    return next((text for text in texts if metrics.horizontalAdvance(text) <= width - 3), "")


def inner_rect(rect: QRectF, height: int, width: int) -> QRectF:
    """The largest rectangle in the middle of `rect` that gives each of height x width cells whole pixels."""
    cell = min(rect.width() / width, rect.height() / height)
    cell = whole(cell) if cell >= 1 else cell
    x, y = rect.x() + (rect.width() - cell * width) / 2, rect.y() + (rect.height() - cell * height) / 2
    return QRectF(round(x), round(y), cell * width, cell * height)
