"""What the network canvas paints for one layer in one mode: an image of all its maps, and the numbers behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from gui.lab.snapshot import LayerView, ParameterView
from gui.theme import Colors, signs
from gui.views.network_layout import grid_of

MODES = ("values", "gradients", "update")


@dataclass(frozen=True)
class Tiles:
    """values: (maps, height, width); image: the maps one below the other; reason: why there is nothing to paint."""

    values: np.ndarray | None
    image: QImage | None
    limit: float
    reason: str = ""


def tiles(layer: LayerView, mode: str, parameters: dict[str, ParameterView], colors: Colors) -> Tiles:
    """The tiles of a layer, coloured symmetrically about zero with one limit for the whole layer."""
    if mode == "update":
        return _update(layer, parameters, colors)
    values = layer.value if mode == "values" else layer.gradient
    return _paint(values if values is None else as_maps(values), colors)


def as_maps(values: np.ndarray) -> np.ndarray:
    """(C, H, W) stays; a vector becomes one map of a few columns, its last cells zero."""
    if values.ndim == 3:
        return values
    grid = grid_of(values.shape)
    padded = np.zeros(grid.height * grid.width, values.dtype)
    padded[: values.size] = values
    return padded.reshape(1, grid.height, grid.width)


def _update(layer: LayerView, parameters: dict[str, ParameterView], colors: Colors) -> Tiles:
    view = parameters.get(changed_parameter(layer, parameters))
    if view is None:
        return Tiles(None, None, 0.0, QCoreApplication.translate("network", "no weights"))
    if view.update is None:
        return _paint(None, colors)
    if view.update_by_filter is not None:
        return _paint(view.update_by_filter, colors)
    return _paint(filter_maps(view.update) if view.update.ndim == 4 else as_maps(view.update), colors)


def changed_parameter(layer: LayerView, parameters: Iterable[str] = ()) -> str:
    """The parameter whose change a layer's tiles show: the filters of maps, the one bias of each unit of a vector.

    Of a block, among all parameters, the filters of its last convolution: they make its maps.
    """
    if layer.window.kind == "block":
        inside = [name for name in parameters if name.startswith(f"{layer.module}.conv") and name.endswith(".weight")]
        return inside[-1] if inside else ""
    return f"{layer.module}.bias" if len(layer.shape) == 1 else f"{layer.module}.weight"


def strongest_change(view: ParameterView, part: tuple[Any, ...] = ()) -> tuple[int, ...]:
    """Where the last step changed a parameter most, of all its numbers or of a part (an index with slices)."""
    assert view.update is not None
    place = np.unravel_index(int(np.abs(view.update[part]).argmax()), view.update[part].shape)
    found = iter(map(int, place))
    return tuple(next(found) if isinstance(each, slice) else each for each in part) if part else tuple(found)


def filter_maps(weight: np.ndarray) -> np.ndarray:
    """(O, I, k, k) as O maps, each a small mosaic of its I kernels."""
    outs, ins, height, width = weight.shape
    across = int(np.ceil(np.sqrt(ins)))
    down = -(-ins // across)
    padded = np.zeros((outs, down * across, height, width), weight.dtype)
    padded[:, :ins] = weight
    mosaic = padded.reshape(outs, down, across, height, width).transpose(0, 1, 3, 2, 4)
    return mosaic.reshape(outs, down * height, across * width)


def _paint(maps: np.ndarray | None, colors: Colors) -> Tiles:
    if maps is None:
        return Tiles(None, None, 0.0, QCoreApplication.translate("network", "not computed yet"))
    limit = signs.limit_of(maps)
    count, height, width = maps.shape
    return Tiles(maps, signs.image(signs.shades(maps.reshape(count * height, width), limit, colors)), limit)
