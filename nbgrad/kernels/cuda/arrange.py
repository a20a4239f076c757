"""Copies in another arrangement: turned around, shifted, repeated, joined; nothing is computed."""

import numpy as np

from nbgrad.dtypes import result_type
from nbgrad.kernels.cuda.copy import contiguous, copy_into, zeros
from nbgrad.kernels.cuda.memory import empty
from nbgrad.strided import DeviceArray, DifferentDevices


def expand(x: DeviceArray, shape: tuple[int, ...]) -> DeviceArray:
    """The array repeated along axes of extent 1 and new leading axes, without a copy."""
    return x.seen(np.broadcast_to(x.ghost(), shape))


def flip(x: DeviceArray, axes: tuple[int, ...]) -> DeviceArray:
    """The axes in reverse."""
    return contiguous(x[tuple(slice(None, None, -1 if axis in axes else 1) for axis in range(x.ndim))])


def roll(x: DeviceArray, shifts: tuple[int, ...], axes: tuple[int, ...] | None) -> DeviceArray:
    """Shifted along the axes; what falls off one end comes back at the other."""
    if axes is None:
        return roll(x.reshape(-1), shifts, (0,)).reshape(x.shape)
    for shift, axis in zip(shifts, axes, strict=True):
        before, extent = (slice(None),) * axis, x.shape[axis]
        shift, out = shift % max(extent, 1), empty(x.shape, x.dtype)
        copy_into(out[(*before, slice(shift, None))], x[(*before, slice(None, extent - shift))])
        copy_into(out[(*before, slice(None, shift))], x[(*before, slice(extent - shift, None))])
        x = out
    return x


def tile(x: DeviceArray, repeats: tuple[int, ...]) -> DeviceArray:
    """Whole copies side by side, `repeats` along each axis (at least as many as x has)."""
    shape = (1,) * (len(repeats) - x.ndim) + x.shape
    pairs = [part for count, extent in zip(repeats, shape, strict=True) for part in (count, extent)]
    lines = x.reshape([part for extent in shape for part in (1, extent)])
    whole = tuple(count * extent for count, extent in zip(repeats, shape, strict=True))
    return contiguous(expand(lines, tuple(pairs))).reshape(whole)


def assemble(parts: list[DeviceArray], places: tuple, shape: tuple[int, ...]) -> DeviceArray:
    """Zeros of `shape` with each part at its place, a basic index."""
    out = zeros(shape, parts[0].dtype)
    for part, place in zip(parts, places, strict=True):
        copy_into(out[place], part)
    return out


def embed_diagonal(source: DeviceArray, offset: int, axes: tuple[int, int], shape: tuple[int, ...]) -> DeviceArray:
    """Zeros of `shape` with `source` on a diagonal of two axes."""
    out = zeros(shape, source.dtype)
    copy_into(diagonal(out, offset, axes), source)
    return out


def diagonal(x: DeviceArray, offset: int, axes: tuple[int, int]) -> DeviceArray:
    """The diagonal of two axes as the last axis of a view."""
    return x.diagonal(offset, *axes)


def stack(parts: list[DeviceArray], axis: int) -> DeviceArray:
    """The arrays side by side along a new axis."""
    shape = list(parts[0].shape)
    shape.insert(axis, len(parts))
    out = empty(tuple(shape), result_type(*parts))
    for i, part in enumerate(parts):
        if type(part) is not DeviceArray:
            raise DifferentDevices
        copy_into(out[(slice(None),) * axis + (i,)], part)
    return out
