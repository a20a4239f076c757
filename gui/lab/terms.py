"""The microscope: one number of the network as the sum it was computed from, term by term, beside the engine's own.

Every factor is read from the tensors of a real forward and backward pass; the terms are multiplied and added here in
float64, so that the total may differ from the engine's float32 number by rounding alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import nbgrad
from gui.lab import chain, fields
from gui.lab.device import beside, host
from gui.lab.findings import Spot, TermsView
from nbgrad.nn import functional as F

EPSILON = 2.0**-23  # twice the rounding error of one float32 operation


@dataclass(frozen=True)
class _Numbers:
    """Plain arrays of one picture's passage, all as (maps, rows, columns) or (units,)."""

    layers: tuple[chain.Layer, ...]
    before: "_First"
    after: "_First"
    gradients: "_First"  # of `after`
    gradients_before: "_First"
    parameters: dict[str, Any]  # tensors
    digit: int
    of: str


def examine(
    model: Any, network_input: np.ndarray, spot: Spot, target: int | None = None, of: str = "loss"
) -> TermsView:
    """The terms of a number, for the picture (1, channels, height, width); raises IndexError where there is no such.

    target: the digit whose loss (of "loss") or logit (of "logit") gradients belong to, None for the predicted one. The
    parameters' own gradients stay as training left them.
    """
    with nbgrad.enable_grad():
        passage = chain.run(model, beside(model, network_input).requires_grad_(True))
        digit = int(host(passage.logits).argmax()) if target is None else target
        wanted = [*passage.before, *passage.after]
        named = dict(model.named_parameters())
        if spot.parameter is not None:
            wanted.append(named[spot.parameter])
        start = chain.objective(passage.logits, digit, of)
        found = nbgrad.autograd.grad(start, wanted, allow_unused=True)
    count = len(passage.layers)
    numbers = _Numbers(
        layers=passage.layers,
        before=_First(passage.before),
        after=_First(passage.after),
        gradients=_First(found[count : 2 * count]),
        gradients_before=_First(found[:count]),
        parameters=named,
        digit=digit,
        of=of,
    )
    if spot.parameter is not None:
        return _of_parameter(numbers, spot, spot.parameter, host(found[-1]))
    assert spot.layer is not None
    _require(spot.index, numbers.after[spot.layer].shape)
    return _of_gradient(numbers, spot, spot.layer) if spot.side == "gradients" else _of_value(numbers, spot, spot.layer)


class _First:
    """Of tensors with one picture each that picture's numbers; they come from their device when they are read."""

    def __init__(self, tensors: Sequence[Any]) -> None:
        self._tensors = tensors

    def __getitem__(self, place: int) -> np.ndarray:
        return host(self._tensors[place])[0]


def _require(index: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if len(index) != len(shape) or not all(0 <= i < size for i, size in zip(index, shape, strict=True)):
        raise IndexError(f"There is no cell {index} in a layer of shape {shape}.")


def short(layer: chain.Layer) -> str:
    """What a cell of the layer is called by."""
    return layer.module or layer.name


def _named(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]"


def _cells(field: fields.Field) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of all cells of a field, in the order of memory."""
    maps, rows, columns = (np.arange(*side) for side in (field.maps, field.rows, field.columns))
    grid = np.meshgrid(maps, rows, columns, indexing="ij")
    return grid[0].ravel(), grid[1].ravel(), grid[2].ravel()


def _sum(numbers: _Numbers, spot: Spot, name: str, kind: str, engine: float, **parts: Any) -> TermsView:
    """The record of Σ left * right + bias, through the relu; parts that are not given are empty."""
    left, right = (np.asarray(parts.pop(side, ()), np.float64) for side in ("left_values", "right_values"))
    counts, bias, gated = parts.pop("counts", None), parts.pop("bias", None), parts.pop("gated", False)
    products = left * right if left.size else right
    if counts is not None:
        products = np.where(counts, products, 0.0)
    total = float(products.sum()) + (bias or 0.0)
    size = float(np.abs(products[np.isfinite(products)]).sum()) + abs(bias or 0.0)
    before = total
    if gated:
        total = max(total, 0.0) if total == total else total
    arrays = {
        "left_at": parts.pop("left_at", np.zeros((0, 0), np.int64)),
        "right_at": parts.pop("right_at", np.zeros((0, 0), np.int64)),
        "left_values": left, "right_values": right, "products": products, "counts": counts,
    }  # fmt: skip
    for array in arrays.values():
        if array is not None:
            array.flags.writeable = False
    bound = parts.pop("bound", (8 + products.size**0.5) * EPSILON * size)  # errors of n additions grow as √n
    relu = before > 0 if gated else parts.pop("relu", None)
    return TermsView(
        spot=spot, name=name, kind=kind, left=parts.pop("left", ""), right=parts.pop("right", ""), bias=bias,
        sum=before, relu=relu, total=total, engine=float(engine), bound=bound, **arrays, **parts,
    )  # fmt: skip


def _of_value(numbers: _Numbers, spot: Spot, place: int) -> TermsView:
    """A cell: kernel times patch plus bias, the winner of a window, a row of weights times the layer below."""
    layer, index = numbers.layers[place], spot.index
    name, engine = _named(short(layer), index), numbers.after[place][index]
    window = layer.window
    if window.kind not in ("conv", "max_pool", "linear"):
        return _sum(numbers, spot, name, window.kind, engine, right_values=[engine])
    lower, source = numbers.after[place - 1], short(numbers.layers[place - 1])
    if window.kind == "linear":
        weight = host(numbers.parameters[f"{layer.module}.weight"])[index[0]]
        at = np.stack(np.unravel_index(np.arange(lower.size), lower.shape), 1)
        left_at = np.stack((np.full(lower.size, index[0]), np.arange(lower.size)), 1)
        return _sum(
            numbers, spot, name, "linear", engine, left=f"{layer.module}.weight", right=source, left_at=left_at,
            right_at=at, left_values=weight, right_values=lower.ravel(), gated=layer.relu,
            bias=_bias(numbers, layer, index[0]),
        )  # fmt: skip
    field = fields.below(window, fields.cell(numbers.after[place].shape, index), lower.shape)
    assert field is not None
    channels, rows, columns = _cells(field)
    right_at, values = np.stack((channels, rows, columns), 1), lower[channels, rows, columns]
    if window.kind == "max_pool":
        winner = _winner(window, numbers.after[place - 1], index)
        counts = rows * lower.shape[2] + columns == winner
        return _sum(
            numbers, spot, name, "max_pool", engine, right=source, right_at=right_at, right_values=values,
            counts=counts, bound=0.0, patch=_patch(field),
        )  # fmt: skip
    weight = host(numbers.parameters[f"{layer.module}.weight"])
    ky = rows - index[1] * window.stride[0] + window.padding[0]
    kx = columns - index[2] * window.stride[1] + window.padding[1]
    left_at = np.stack((np.full(len(rows), index[0]), channels, ky, kx), 1)
    return _sum(
        numbers, spot, name, "conv", engine, left=f"{layer.module}.weight", right=source, left_at=left_at,
        right_at=right_at, left_values=weight[index[0], channels, ky, kx], right_values=values, gated=layer.relu,
        bias=_bias(numbers, layer, index[0]), patch=_patch(field),
    )  # fmt: skip


def _patch(field: fields.Field) -> tuple[int, ...]:
    return tuple(last - first for first, last in (field.maps, field.rows, field.columns))


def _bias(numbers: _Numbers, layer: chain.Layer, unit: int) -> float | None:
    bias = numbers.parameters.get(f"{layer.module}.bias")
    return None if bias is None else float(host(bias)[unit])


def _winner(window: fields.Window, lower: np.ndarray, index: tuple[int, ...]) -> int:
    """Where in its map the engine found the largest number of a window."""
    plane = nbgrad.from_numpy(lower[None, index[0] : index[0] + 1].copy())
    with nbgrad.no_grad():
        _, places = F.max_pool2d(plane, window.kernel, window.stride, window.padding, return_indices=True)
    return int(host(places)[0, 0, index[1], index[2]])


def _of_gradient(numbers: _Numbers, spot: Spot, place: int) -> TermsView:
    """What flowed back into a cell: of every cell above that it took part in, the gradient times the weight."""
    layer, index = numbers.layers[place], spot.index
    name, engine = _named(short(layer), index), numbers.gradients[place][index]
    before = float(numbers.before[place][index])
    own = {"relu": before > 0, "before": before} if layer.relu else {}
    if place == len(numbers.layers) - 1:
        return _of_logit(numbers, spot, name, float(engine), own)
    upper, shape = numbers.layers[place + 1], numbers.after[place + 1].shape
    window, module = upper.window, upper.module
    gradient, gate = numbers.gradients_before[place + 1], numbers.before[place + 1] > 0
    if window.kind not in ("conv", "max_pool", "linear"):
        return _sum(numbers, spot, name, "other", engine, right_values=[engine], **own)
    if window.kind == "linear":
        unit = int(np.ravel_multi_index(index, numbers.after[place].shape))
        weight = host(numbers.parameters[f"{module}.weight"])[:, unit]
        units = np.arange(shape[0])
        return _sum(
            numbers, spot, name, "linear", engine, left=f"{module}.weight", right=module,
            left_at=np.stack((units, np.full(len(units), unit)), 1), right_at=units[:, None], left_values=weight,
            right_values=gradient, counts=gate if upper.relu else None, **own,
        )  # fmt: skip
    field = fields.above(window, fields.cell(numbers.after[place].shape, index), shape)
    assert field is not None
    outputs, rows, columns = _cells(field)
    right_at, flowed = np.stack((outputs, rows, columns), 1), gradient[outputs, rows, columns]
    if window.kind == "max_pool":
        here = index[1] * numbers.after[place].shape[2] + index[2]
        counts = np.array([_winner(window, numbers.after[place], at) == here for at in right_at.tolist()], bool)
        return _sum(
            numbers, spot, name, "max_pool", engine, right=module, right_at=right_at, right_values=flowed,
            counts=counts, **own,
        )  # fmt: skip
    weight = host(numbers.parameters[f"{module}.weight"])
    ky = index[1] + window.padding[0] - rows * window.stride[0]
    kx = index[2] + window.padding[1] - columns * window.stride[1]
    left_at = np.stack((outputs, np.full(len(rows), index[0]), ky, kx), 1)
    return _sum(
        numbers, spot, name, "conv", engine, left=f"{module}.weight", right=module, left_at=left_at, right_at=right_at,
        left_values=weight[outputs, index[0], ky, kx], right_values=flowed,
        counts=gate[outputs, rows, columns] if upper.relu else None, patch=_patch(field), **own,
    )  # fmt: skip


def _of_logit(numbers: _Numbers, spot: Spot, name: str, engine: float, own: dict[str, Any]) -> TermsView:
    """Where the way back begins: probability minus target for the loss, one for the chosen logit alone."""
    scores = numbers.after[-1].astype(np.float64)
    unit = spot.index[0]
    chosen = float(unit == numbers.digit)
    if numbers.of == "logit":
        return _sum(numbers, spot, name, "logit", engine, right_values=[chosen], bound=0.0, **own)
    powers = np.exp(scores - scores.max())
    return _sum(
        numbers, spot, name, "loss", engine, right_values=[powers[unit] / powers.sum(), -chosen],
        bound=16 * EPSILON, **own,
    )  # fmt: skip


def _of_parameter(numbers: _Numbers, spot: Spot, parameter: str, gradient: np.ndarray) -> TermsView:
    """A weight: what it met below times the gradient of what it helped to make, added up over all places."""
    module, _, role = parameter.rpartition(".")
    place = next(i for i, layer in enumerate(numbers.layers) if layer.module == module)
    layer, index = numbers.layers[place], spot.index
    _require(index, gradient.shape)
    name, engine = _named(parameter, index), gradient[index]
    flowed = numbers.gradients_before[place][index[0]]
    gate = numbers.before[place][index[0]] > 0 if layer.relu else None
    rows, columns = (side.ravel() for side in np.indices(flowed.shape)) if flowed.ndim else (np.zeros(1, int),) * 2
    outputs = np.full(rows.size, index[0])
    above = np.stack((outputs, rows, columns), 1) if flowed.ndim else outputs[:, None]
    parts: dict[str, Any] = {"right": module, "right_at": above, "right_values": flowed.ravel()}
    if gate is not None:
        parts["counts"] = gate.ravel()
    if role == "bias":
        return _sum(numbers, spot, name, "bias", engine, **parts)
    lower, source = numbers.after[place - 1], short(numbers.layers[place - 1])
    if layer.window.kind == "linear":
        at = np.unravel_index(index[1], lower.shape)
        return _sum(
            numbers, spot, name, "weight", engine, left=source, left_at=np.array([at]),
            left_values=[lower[at]], **parts,
        )  # fmt: skip
    if layer.window.kind != "conv":
        return _sum(numbers, spot, name, "other", engine, right_values=[engine])
    y = rows * layer.window.stride[0] - layer.window.padding[0] + index[2]
    x = columns * layer.window.stride[1] - layer.window.padding[1] + index[3]
    inside = (y >= 0) & (y < lower.shape[1]) & (x >= 0) & (x < lower.shape[2])
    y, x = y[inside], x[inside]
    if not inside.all():
        parts |= {"right_at": above[inside], "right_values": flowed.ravel()[inside]}
        parts |= {} if gate is None else {"counts": gate.ravel()[inside]}
    channels = np.full(y.size, index[1])
    return _sum(
        numbers, spot, name, "weight", engine, left=source, left_at=np.stack((channels, y, x), 1),
        left_values=lower[channels, y, x], patch=(1, *flowed.shape) if inside.all() else (), **parts,
    )  # fmt: skip
