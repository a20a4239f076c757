"""The network canvas by keyboard: arrows choose layers and maps, with Shift cells; Enter looks, plus and minus zoom."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from gui.views.network_hover import Cell, index_of, readout

ACROSS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
DOWN = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
STEP = 1.4


def press(canvas: Any, event: QKeyEvent) -> bool:
    """Do what a key means; False where it means nothing here."""
    key = Qt.Key(event.key())
    across, down = ACROSS.get(key, 0), DOWN.get(key, 0)
    middle = QPointF(canvas.rect().center())
    if across or down:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            _walk_cells(canvas, across, down)
        else:
            _walk_layers(canvas, across) if across else _walk_maps(canvas, down)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and canvas.blocks and canvas.layers:
        canvas.show_blocks(False)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and canvas.hovered is not None:
        canvas.looked.emit(canvas.hovered[0], index_of(canvas, canvas.hovered))
    elif key == Qt.Key.Key_Escape and canvas.pinned is not None:
        canvas.left.emit()
    elif key == Qt.Key.Key_Escape and canvas.wide and not canvas.blocks:
        canvas.show_blocks(True)
    elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        canvas.ease_zoom(middle, STEP)
    elif key == Qt.Key.Key_Minus:
        canvas.ease_zoom(middle, 1 / STEP)
    elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
        canvas.fit()
    else:
        return False
    return True


def _walk_layers(canvas: Any, step: int) -> None:
    now = canvas.current_layer()
    if canvas.layers:
        following = 1 if now is None else min(max(now + step, 1), len(canvas.layers) - 1)
        canvas.picked.emit(following, -1)
        if canvas.wide and not canvas.blocks:
            canvas.open_layer(following)


def _walk_maps(canvas: Any, step: int) -> None:
    now = canvas.current_layer()
    if now is not None:
        count = canvas.layers[now].shape[0]
        canvas.picked.emit(now, ((canvas.channel if canvas.channel is not None else -step) + step) % count)


def _walk_cells(canvas: Any, across: int, down: int) -> None:
    """Move the reading mark to the next cell of the map, and say its number."""
    if not canvas.placed or canvas.blocks:
        return
    layer, channel, row, column = canvas.hovered or strongest_cell(canvas)
    grid = canvas.placed[layer].grid
    row, column = min(max(row + down, 0), grid.height - 1), min(max(column + across, 0), grid.width - 1)
    if not grid.vector or row * grid.width + column < grid.shape[0]:
        canvas.hovered = layer, channel, row, column
        canvas.setAccessibleDescription(", ".join(readout(canvas, canvas.hovered)))
        canvas.update()


def strongest_cell(canvas: Any) -> Cell:
    """The cell of largest magnitude in the selected map, or layer, or the last layer."""
    chosen = canvas.current_layer()
    layer = len(canvas.layers) - 1 if chosen is None else chosen
    values = canvas.tiles[layer].values
    if values is None or canvas.mode == "update":
        return layer, 0, 0, 0
    channel = canvas.channel if canvas.channel is not None and not canvas.placed[layer].grid.vector else None
    maps = np.abs(np.nan_to_num(values if channel is None else values[channel : channel + 1]))
    place = np.unravel_index(int(maps.argmax()), maps.shape)
    return layer, int(place[0]) + (channel or 0), int(place[1]), int(place[2])
