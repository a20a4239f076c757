"""To and from places named along one axis: index[i, j, k] says where along the axis, the others stay as they are."""

import numpy as np

from nbgrad.device import zeros
from nbgrad.kernels.cpu.index import contiguous
from nbgrad.kernels.registry import kernel


@kernel()
def _add_at(source, positions, out, scale):
    """out[positions[i]] += scale * source[i]; places named twice receive both."""
    for i in range(positions.size):
        out[positions[i]] += source[i] * scale


@kernel()
def _multiply_at(source, positions, out):
    """out[positions[i]] *= source[i]; places named twice receive both."""
    for i in range(positions.size):
        out[positions[i]] *= source[i]


@kernel()
def _outside(index, extent, first):
    """first[0] = the first number of `index` that is not in 0 .. extent - 1; left alone where all are. (n,), (1,)."""
    for i in range(index.size):
        if index[i] < 0 or index[i] >= extent:
            first[0] = index[i]
            return


def first_outside(index: np.ndarray, extent: int) -> int | None:
    """The first number of `index` that is not in 0 .. extent - 1; None where all are."""
    first = np.zeros(1, np.int64)
    _outside(np.ascontiguousarray(index).reshape(-1), extent, first)
    return None if index.size == 0 or 0 <= first[0] < extent else int(first[0])


def _corner(x: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    """x as far as the index reaches along the other axes."""
    return x[tuple(slice(None) if i == axis else slice(n) for i, n in enumerate(index.shape))]


def gather(x: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    """out[i, j, k] = x[i, index[i, j, k], k] (axis 1); the result has the index's shape."""
    if index.size == 0:
        return np.empty(index.shape, x.dtype)
    if x.ndim == 0 or index.ndim == 0:
        return gather(x.reshape(-1), index.reshape(-1), 0).reshape(index.shape)
    return np.ascontiguousarray(np.take_along_axis(_corner(x, index, axis), index, axis))


def flat_places(shape: tuple[int, ...], index: np.ndarray, axis: int) -> np.ndarray:
    """Flat positions in an array of this shape of the places that `gather` reads."""
    size = int(np.prod(shape))
    return gather(np.arange(size, dtype=np.int64).reshape(shape), index, axis).reshape(-1)


def scatter_along(x: np.ndarray, index: np.ndarray, source: np.ndarray, axis: int) -> np.ndarray:
    """A copy of x with out[i, index[i, j, k], k] = source[i, j, k] (axis 1); the last of several wins."""
    out = contiguous(x)
    if index.size:
        out.reshape(-1)[flat_places(x.shape, index, axis)] = _like_index(source, index).reshape(-1)
    return out


def scatter_add_along(x: np.ndarray, index: np.ndarray, source: np.ndarray, axis: int) -> np.ndarray:
    """A copy of x with source[i, j, k] added at [i, index[i, j, k], k] (axis 1)."""
    out = contiguous(x)
    if index.size:
        values = np.ascontiguousarray(_like_index(source, index), out.dtype).reshape(-1)
        _add_at(values, flat_places(x.shape, index, axis), out.reshape(-1), out.dtype.type(1))
    return out


def scatter_multiply_along(x: np.ndarray, index: np.ndarray, source: np.ndarray, axis: int) -> np.ndarray:
    """A copy of x with [i, index[i, j, k], k] multiplied by source[i, j, k] (axis 1)."""
    out = contiguous(x)
    if index.size:
        values = np.ascontiguousarray(_like_index(source, index), out.dtype).reshape(-1)
        _multiply_at(values, flat_places(x.shape, index, axis), out.reshape(-1))
    return out


def scattered(source: np.ndarray, index: np.ndarray, shape: tuple[int, ...], axis: int) -> np.ndarray:
    """Zeros of `shape` with the source added at the index along an axis; the gradient of `gather`."""
    return scatter_add_along(zeros(shape, source.dtype), index, source, axis)


def _like_index(source: np.ndarray, index: np.ndarray) -> np.ndarray:
    """As much of the source as the index names."""
    return source.reshape(index.shape) if source.size == index.size else source[tuple(map(slice, index.shape))]


def put_add(x: np.ndarray, index: tuple, source: np.ndarray, scale: float) -> np.ndarray:
    """A copy of x with scale * source, broadcast, added at x[index]; places named twice receive both."""
    out = contiguous(x)
    places = np.arange(x.size, dtype=np.int64).reshape(x.shape)[index]
    values = np.ascontiguousarray(np.broadcast_to(source, places.shape), out.dtype)
    _add_at(values.reshape(-1), np.ascontiguousarray(places).reshape(-1), out.reshape(-1), out.dtype.type(scale))
    return out


@kernel()
def _triangle(x, out, rows, columns, diagonal, upper):
    """out[n, i, j] = x[n, i, j] where j - i >= diagonal (upper) or <= diagonal, else 0; (n * rows * columns,)."""
    for place in range(x.size):
        distance = place % columns - (place // columns) % rows
        kept = distance >= diagonal if upper else distance <= diagonal
        out[place] = x[place] if kept else x.dtype.type(0)


def triangle(x: np.ndarray, diagonal: int, upper: bool) -> np.ndarray:
    """The upper or lower triangle of matrices, zeros elsewhere."""
    out = zeros(x.shape, x.dtype)
    _triangle(np.ascontiguousarray(x).reshape(-1), out.reshape(-1), x.shape[-2], x.shape[-1], diagonal, upper)
    return out
