"""To and from places named along one axis: index[i, j, k] says where along the axis, the others stay as they are."""

from typing import Any

import numpy as np

from nbgrad.kernels.cuda.copy import cast, contiguous, flat, full, number, zeros
from nbgrad.kernels.cuda.driver import cuda
from nbgrad.kernels.cuda.index import add_at, outside_at, put_at, take_at
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.strided import DeviceArray, DifferentDevices, contiguous_strides

_INT64 = np.dtype(np.int64)


@kernel("void(int64[::1], int64[::1], UniTuple(int64, 2), UniTuple(int64, 2), int64)", twin="gather")
def _places_along(index, out, shape, steps, axis):
    """out[i, j, k] = i steps[0] + index[i, j, k] steps[1] + k steps[2] (axis 1); index, out: flat, of `shape`."""
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        rest, p = i, index[i] * steps[axis]
        for a in range(len(shape) - 1, -1, -1):
            if a != axis:
                p += rest % shape[a] * steps[a]
            rest //= shape[a]
        out[i] = p


@kernel("void(float32[::1], int64[::1], float32[::1])", twin="scatter_multiply_along")
def _multiply_at(source, positions, out):
    """out[positions[i]] *= source[i], by a single thread; places named twice receive both."""
    for i in range(positions.size):
        out[positions[i]] *= source[i]


@kernel("void(float32[::1], float32[::1], int64, int64, int64, boolean)", twin="triangle")
def _triangle(x, out, rows, columns, diagonal, upper):
    """out[n, i, j] = x[n, i, j] where j - i >= diagonal (upper) or <= diagonal, else 0; (n * rows * columns,)."""
    for place in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        distance = place % columns - (place // columns) % rows
        kept = distance >= diagonal if upper else distance <= diagonal
        out[place] = x[place] if kept else x.dtype.type(0)


def first_outside(index: Any, extent: int) -> int | None:
    """The first number of `index` that is not in 0 .. extent - 1; None where all are."""
    return outside_at(index, 0, extent)


def flat_places(shape: tuple[int, ...], index: DeviceArray, axis: int) -> DeviceArray:
    """Flat positions in a contiguous array of this shape of the places that `gather` reads, in the index's shape."""
    if type(index) is not DeviceArray:
        raise DifferentDevices
    if index.dtype != _INT64:
        index = cast(index, _INT64)
    if not shape or not index.ndim:
        return flat(index)
    out = empty(index.shape, _INT64)
    launch(_places_along, out.size, flat(index), out, index.shape, contiguous_strides(shape, 1), axis % len(shape))
    return out


def gather(x: DeviceArray, index: DeviceArray, axis: int) -> DeviceArray:
    """out[i, j, k] = x[i, index[i, j, k], k] (axis 1); the result has the index's shape."""
    if index.size == 0:
        return empty(index.shape, x.dtype)
    return take_at(flat(x), flat_places(x.shape, index, axis))


def scatter_along(x: DeviceArray, index: DeviceArray, source: Any, axis: int) -> DeviceArray:
    """A copy of x with out[i, index[i, j, k], k] = source[i, j, k] (axis 1); one of several stays."""
    out = contiguous(x)
    if index.size:
        put_at(out, flat_places(x.shape, index, axis), _like_index(source, index, x.dtype))
    return out


def scatter_add_along(x: DeviceArray, index: DeviceArray, source: Any, axis: int) -> DeviceArray:
    """A copy of x with source[i, j, k] added at [i, index[i, j, k], k] (axis 1)."""
    out = contiguous(x)
    if index.size:
        add_at(out, flat_places(x.shape, index, axis), _like_index(source, index, x.dtype), 1)
    return out


def scatter_multiply_along(x: DeviceArray, index: DeviceArray, source: Any, axis: int) -> DeviceArray:
    """A copy of x with [i, index[i, j, k], k] multiplied by source[i, j, k] (axis 1)."""
    out = contiguous(x)
    if index.size:
        places = flat_places(x.shape, index, axis)
        launch_grid(_multiply_at, 1, 1, _like_index(source, index, x.dtype), places, out)
    return out


def scattered(source: DeviceArray, index: DeviceArray, shape: tuple[int, ...], axis: int) -> DeviceArray:
    """Zeros of `shape` with the source added at the index along an axis; the gradient of `gather`."""
    out = zeros(shape, source.dtype)
    if index.size:
        add_at(out, flat_places(shape, index, axis), _like_index(source, index, source.dtype), 1)
    return out


def _like_index(source: Any, index: DeviceArray, dtype: np.dtype) -> DeviceArray:
    """As much of the source as the index names; a number stands for as many."""
    if type(source) is not DeviceArray:
        return full(index.shape, number(source, dtype), dtype)
    if source.dtype != dtype:
        source = cast(source, dtype)
    return flat(source if source.size == index.size else source[tuple(map(slice, index.shape))])


def triangle(x: DeviceArray, diagonal: int, upper: bool) -> DeviceArray:
    """The upper or lower triangle of matrices, zeros elsewhere."""
    out = empty(x.shape, x.dtype)
    launch(_triangle, x.size, flat(x), out, x.shape[-2], x.shape[-1], diagonal, upper)
    return out
