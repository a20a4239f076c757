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

WRITTEN = 7  # numbers side by side that the inspector can write out
WIDEST = 240  # px of the picture of a matrix


@dataclass(frozen=True)
class Subject:
    """values, gradients: (tiles, rows, columns) as shown; limits: of the whole tensor. note: how it was drawn."""

    name: str
    detail: str
    values: np.ndarray
    value_limit: float
    gradients: np.ndarray | None
    gradient_limit: float
    parameter: ParameterView | None
    tiles_are_filters: bool = False
    note: str = ""


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
    filters = whole and len(view.shape) == 4
    return Subject(name, detail, values, signs.limit_of(view.value), gradients, limit, view, filters, note)


def picture(tensor: np.ndarray, channel: int | None) -> tuple[np.ndarray, str]:
    """A tensor of any shape as tiles of cells, and a note where cells stand for more than one number."""
    if channel is not None:
        part = tensor[channel]
        return (part, "") if part.ndim == 3 else (rectangle(part)[None], "")
    if tensor.ndim == 4:
        return filter_maps(tensor), ""
    if tensor.ndim == 1:
        return rectangle(tensor)[None], ""
    shown, block = peaks(tensor, WIDEST)
    note = translate("inspector", "each cell is the largest of {0}×{0} numbers").format(block) if block > 1 else ""
    return shown[None], note


def rectangle(vector: np.ndarray) -> np.ndarray:
    """A vector as rows of equal length, few enough to write their numbers out where it is short.

    >>> rectangle(np.arange(10)).shape, rectangle(np.arange(400)).shape
    ((2, 5), (20, 20))
    """
    size = vector.size
    widest = WRITTEN if size <= 8 * WRITTEN else int(np.sqrt(size))
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
    return Subject(name, detail, values, signs.limit_of(layer.value), gradients, limit, None, whole)
