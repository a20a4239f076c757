"""Copies in another arrangement: turned around, shifted, repeated, joined; nothing is computed."""

import numpy as np

from nbgrad.device import empty, zeros
from nbgrad.dtypes import result_type


def expand(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The array repeated along axes of extent 1 and new leading axes, without a copy."""
    return np.lib.stride_tricks.as_strided(x, shape, np.broadcast_to(x, shape).strides)


def flip(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The axes in reverse."""
    return np.array(np.flip(x, axes), order="C")


def roll(x: np.ndarray, shifts: tuple[int, ...], axes: tuple[int, ...] | None) -> np.ndarray:
    """Shifted along the axes; what falls off one end comes back at the other."""
    return np.roll(x, shifts if axes else shifts[0], axes).reshape(x.shape)


def tile(x: np.ndarray, repeats: tuple[int, ...]) -> np.ndarray:
    """Whole copies side by side, `repeats` along each axis (at least as many as x has)."""
    return np.ascontiguousarray(np.tile(x, repeats)) if repeats else np.array(x, order="C")


def assemble(parts: list[np.ndarray], places: tuple, shape: tuple[int, ...]) -> np.ndarray:
    """Zeros of `shape` with each part at its place, a basic index."""
    out = zeros(shape, parts[0].dtype)
    for part, place in zip(parts, places, strict=True):
        out[place] = part
    return out


def embed_diagonal(source: np.ndarray, offset: int, axes: tuple[int, int], shape: tuple[int, ...]) -> np.ndarray:
    """Zeros of `shape` with `source` on a diagonal of two axes."""
    out = zeros(shape, source.dtype)
    diagonal(out, offset, axes)[...] = source
    return out


def diagonal(x: np.ndarray, offset: int, axes: tuple[int, int]) -> np.ndarray:
    """The diagonal of two axes as the last axis of a view."""
    view = x.diagonal(offset, *axes)
    return np.lib.stride_tricks.as_strided(x[_start(offset, axes, x.ndim)], view.shape, view.strides)


def _start(offset: int, axes: tuple[int, int], rank: int) -> tuple[slice, ...]:
    """Where the diagonal begins, as far as the array reaches."""
    first, second = axes
    return tuple(
        slice(max(offset, 0), None)
        if axis == second
        else slice(max(-offset, 0), None)
        if axis == first
        else slice(None)
        for axis in range(rank)
    )


def stack(parts: list[np.ndarray], axis: int) -> np.ndarray:
    """The arrays side by side along a new axis."""
    shape = list(parts[0].shape)
    shape.insert(axis, len(parts))
    out = empty(tuple(shape), result_type(*parts))
    for i, part in enumerate(parts):
        out[(slice(None),) * axis + (i,)] = part
    return out
