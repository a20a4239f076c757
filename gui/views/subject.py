"""What the inspector is about, worked out from the store: one parameter, or one filter of it, or a layer's map."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from gui.bridge.store import Selection, Store
from gui.lab.snapshot import LayerView, ParameterView
from gui.theme import signs
from gui.views.network_tiles import as_maps, filter_maps
from gui.views.number_grid import peaks
from gui.views.widgets import shape_text

translate = QCoreApplication.translate

WRITTEN = 6  # numbers side by side that the inspector can write out
WIDEST = 240  # px of the picture of a matrix
MANY = 40_000  # numbers of a convolution that still show filter by filter


@dataclass(frozen=True)
class Subject:
    """values, gradients: (tiles, rows, columns) as shown; limits: of the whole tensor. note: how it was drawn.

    tensor, gradient_tensor: the numbers themselves; index: where they lie in the parameter, () for all of it.
    """

    name: str
    detail: str
    values: np.ndarray
    value_limit: float
    gradients: np.ndarray | None
    gradient_limit: float
    parameter: ParameterView | None
    tensor: np.ndarray
    gradient_tensor: np.ndarray | None
    index: tuple[int, ...] = ()
    tiles_are_filters: bool = False
    note: str = ""

    def locate(self, hit: tuple[int, int, int]) -> tuple[int, ...] | None:
        """Where the number shown at (tile, row, column) lies in its parameter; None for what is no parameter."""
        if self.parameter is None:
            return None
        shape, (tile, row, column) = self.tensor.shape, hit
        if len(shape) >= 2 and self.note:  # each cell is the largest of a block
            matrix = self.tensor.reshape(shape[0], -1)
            block = -(-matrix.shape[1] // WIDEST)
            part = np.abs(matrix[row * block : (row + 1) * block, column * block : (column + 1) * block])
            down, across = np.unravel_index(int(part.argmax()), part.shape)
            inner = np.unravel_index(column * block + int(across), shape[1:])
            return (*self.index, row * block + int(down), *map(int, inner))
        if len(shape) == 4:  # a mosaic of kernels for each filter
            height, width = shape[2:]
            channel = row // height * int(np.ceil(np.sqrt(shape[1]))) + column // width
            inner = (tile, channel, row % height, column % width)
            return (*self.index, *inner) if channel < shape[1] else None
        if len(shape) == 3:
            return (*self.index, tile, row, column)
        flat = np.unravel_index(row * self.values.shape[2] + column, shape)
        return (*self.index, *(int(place) for place in flat))


def subject_of(store: Store) -> Subject | None:
    """None while there is nothing to inspect."""
    selection = store.selection
    views = {view.name: view for view in store.snapshot.parameters} if store.snapshot else {}
    view = views.get(selection.parameter or "")
    if view is None and selection.module:
        view = views.get(f"{selection.module}.weight")
    if view is None:
        layers = store.probe.layers if store.probe else ()
        layer = next((layer for layer in layers if selection.module and layer.module == selection.module), None)
        if layer is not None:
            return _of_layer(layer, selection)
        view = next(iter(views.values()), None)
    return _of_parameter(view, selection.channel) if view is not None else None


def _of_parameter(view: ParameterView, channel: int | None) -> Subject:
    whole = channel is None or channel >= view.shape[0] or len(view.shape) == 1
    shape = view.shape if whole else view.shape[1:]
    if len(shape) == 3 and shape[0] == 1:
        shape = shape[1:]
    name = view.name if whole else f"{view.name}[{channel}]"
    detail = f"{shape_text(shape)} · {view.dtype}"
    if not whole:
        part = (
            translate("inspector", "filter {0} of {1}")
            if len(view.shape) == 4
            else translate("inspector", "unit {0} of {1}")
        )
        detail += " · " + part.format((channel or 0) + 1, view.shape[0])
    values, note = picture(view.value, None if whole else channel)
    gradients = picture(view.gradient, None if whole else channel)[0] if view.gradient is not None else None
    limit = signs.limit_of(view.gradient) if view.gradient is not None else 0.0
    filters = whole and len(view.shape) == 4 and not note
    index = () if whole else (channel or 0,)
    tensor, gradient = view.value[index], view.gradient[index] if view.gradient is not None else None
    return Subject(
        name, detail, values, signs.limit_of(view.value), gradients, limit, view, tensor, gradient, index, filters, note
    )


def picture(tensor: np.ndarray, channel: int | None) -> tuple[np.ndarray, str]:
    """A tensor of any shape as tiles of cells, and a note where cells stand for more than one number."""
    if channel is not None:
        part = tensor[channel]
        return (part, "") if part.ndim == 3 else (rectangle(part)[None], "")
    if tensor.ndim == 4 and tensor.size <= MANY:
        return filter_maps(tensor), ""
    if tensor.ndim == 1:
        return rectangle(tensor)[None], ""
    shown, block = peaks(tensor.reshape(len(tensor), -1), WIDEST)
    note = translate("inspector", "each cell is the largest of {0}×{0} numbers").format(block) if block > 1 else ""
    return shown[None], note


def rectangle(vector: np.ndarray) -> np.ndarray:
    """A vector as rows of equal length, few enough to write their numbers out where it is short.

    >>> rectangle(np.arange(10)).shape, rectangle(np.arange(400)).shape
    ((2, 5), (20, 20))
    """
    size = vector.size
    widest = WRITTEN if size <= 16 * WRITTEN else int(np.sqrt(size))
    width = next(width for width in range(min(widest, size), 0, -1) if size % width == 0)
    return vector.reshape(-1, width)


def _of_layer(layer: LayerView, selection: Selection) -> Subject:
    whole = selection.channel is None or len(layer.shape) == 1
    values = as_maps(layer.value) if whole else layer.value[selection.channel][None]
    gradients, limit = None, 0.0
    if layer.gradient is not None:
        gradients = as_maps(layer.gradient) if whole else layer.gradient[selection.channel][None]
        limit = signs.limit_of(layer.gradient)
    name = layer.name if whole else f"{layer.name}[{selection.channel}]"
    shape = layer.shape if whole else layer.shape[1:]
    detail = f"{shape_text(shape)} · " + translate("inspector", "no parameters, values for your drawing")
    place = () if whole or selection.channel is None else (selection.channel,)
    gradient = layer.gradient[place] if layer.gradient is not None else None
    limits = signs.limit_of(layer.value), limit
    return Subject(
        name, detail, values, limits[0], gradients, limits[1], None, layer.value[place], gradient, place, whole
    )
