"""Numbers around an image: a constant, its own mirror, its edge, or its other side."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.ops.shape import slice_

Widths = tuple[tuple[int, int], ...]


@op("ConstantPadNdBackward0")
def _constant_pad(k, x, /, widths, value):
    """out = x with `value` around it; negative widths cut"""
    x = x[tuple(slice(max(-a, 0), extent - max(-b, 0)) for extent, (a, b) in zip(x.shape, widths, strict=True))]
    around = [(max(a, 0), max(b, 0)) for a, b in widths]
    inside = tuple(slice(a, a + extent) for extent, (a, _) in zip(x.shape, around, strict=True))
    shape = tuple(a + extent + b for extent, (a, b) in zip(x.shape, around, strict=True))
    if value == 0:
        return k.embed(x, inside, shape)
    out = k.full(shape, value, x.dtype)
    out[inside] = x
    return out


@_constant_pad.backward
def _(node, g):
    widths, _value = node.options
    return _constant_pad(g, tuple((-a, -b) for a, b in widths), 0)


@op("PadBackwardBackward0")
def _scatter(k, g, /, index, shape):
    """Zeros of `shape` with g added at the index"""
    return k.scatter_add(g, index, shape)


@_scatter.backward
def _(node, g):
    index, _shape = node.options
    return _gather(g, index)


def _gathering(name: str) -> Any:
    """An op that takes numbers from a grid of places: padding with the image's own numbers."""

    @op(name)
    def pad(k, x, /, index):
        """out = x at the places of the padded image"""
        return k.take(x, index)

    @pad.backward
    def _(node, g):
        return _scatter(g, node.options[0], node.shape())

    return pad


_gather = _gathering("PadBackward0")
_OPS = {
    (mode, rank): _gathering(f"{name}Pad{rank}DBackward0")
    for mode, name in (("reflect", "Reflection"), ("replicate", "Replication"), ("circular", "Circular"))
    for rank in (1, 2, 3)
}


def _places(extent: int, before: int, after: int, mode: str) -> np.ndarray:
    """Where each number of a padded row comes from."""
    places = np.arange(-before, extent + after)
    if mode == "circular":
        return places % extent
    if mode == "replicate":
        return np.clip(places, 0, extent - 1)
    last = extent - 1
    return last - np.abs(last - np.abs(places))


def constant_pad(input: Any, pad: Sequence[int], value: float) -> Any:
    """`value` around the input: pad holds (before, after) of the last axis, then of the one before it, ..."""
    rank, count = len(input.shape), len(pad) // 2
    if count > rank:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)} while the input has {rank} dimensions."
        )
    widths = _widths(pad, rank)
    for axis, (before, after) in enumerate(widths):
        if input.shape[axis] + before + after < 0:
            raise RuntimeError(
                f"The input size {input.shape[axis]}, plus negative padding {before} and {after} resulted in a "
                f"negative output size, which is invalid. Check dimension {axis} of your input."
            )
    if all(a <= 0 and b <= 0 for a, b in widths):
        return _cut(input, widths)
    return _constant_pad(input, widths, value)


def _cut(input: Any, widths: Widths) -> Any:
    return _constant_pad(input, widths, 0)


def _widths(pad: Sequence[int], rank: int) -> Widths:
    around = [(pad[2 * i], pad[2 * i + 1]) for i in range(len(pad) // 2)]
    return tuple([(0, 0)] * (rank - len(around)) + around[::-1])


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """The input with numbers around it: pad holds (before, after) of the last axis, then of the one before it, ...

    mode: "constant" (`value`), "reflect" (mirrored, the edge not repeated), "replicate" (the edge) or "circular" (the
    other side).
    """
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    rank, count = len(input.shape), len(pad) // 2
    if len(pad) > 2 * rank:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {rank}"
        )
    if mode == "constant":
        return constant_pad(input, pad, 0.0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if count not in (1, 2, 3) or rank not in (count + 1, count + 2):
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now"
        )  # fmt: skip
    widths = _widths(pad, rank)
    _check(input, widths, mode)
    if mode == "circular":
        input, widths = _sides_cut(input, widths)
    places = [_places(extent, *around, mode) for extent, around in zip(input.shape, widths, strict=True)]
    return _OPS[mode, count](input, tuple(np.ix_(*places)))


def _sides_cut(input: Any, widths: Widths) -> tuple[Any, Widths]:
    """Negative widths cut, so that the rest goes round what is left."""
    for axis, (before, after) in enumerate(widths):
        if before < 0 or after < 0:
            input = slice_(input, axis, max(-before, 0), input.shape[axis] - max(-after, 0), 1)
    return input, tuple((max(before, 0), max(after, 0)) for before, after in widths)


def _check(input: Any, widths: Widths, mode: str) -> None:
    shape = list(input.shape)
    for axis, (before, after) in enumerate(widths):
        if mode == "reflect" and max(before, after) >= shape[axis] and (before or after):
            raise RuntimeError(
                "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
                f"({before}, {after}) at dimension {axis} of input {shape}"
            )
        if mode == "circular" and max(before, after) > shape[axis]:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if mode == "circular" and shape[axis] + before + after < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
