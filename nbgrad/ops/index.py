"""`x[...]`: integers, slices, None and Ellipsis make views; integer tensors and masks gather copies."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.shape import select, slice_, unsqueeze


@op("IndexBackward0")
def _index(k, x, /, index):
    """out = x at integer arrays and masks"""
    return k.take(x, index)


@_index.backward
def _(node, g):
    (index,) = node.options
    return _index_put(g, index, node.shape())


@op("IndexPutBackward0")
def _index_put(k, g, /, index, shape):
    """Zeros of `shape` with g added at the index: the gradient of gathering"""
    return k.scatter_add(g, index, shape)


@_index_put.backward
def _(node, g):
    index, _ = node.options
    return _index(g, index)


def index_put_zeros(g: Any, positions: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Zeros of `shape` with g added at `positions` along one axis (both have extent 1 there)."""
    where = positions.array if isinstance(positions, Value) else positions
    index = list(np.ogrid[tuple(slice(extent) for extent in where.shape)])
    if index:
        index[axis] = where
    return _index_put(g, tuple(index), shape)


def getitem(x: Any, key: Any) -> Any:
    """x[key]; raises IndexError with PyTorch's sentence where the key does not fit."""
    parts = key if isinstance(key, tuple) else (key,)
    if any(_gathers(part) for part in parts):
        return _index(x, tuple(_as_numpy(part) for part in parts))
    parts = _without_ellipsis(parts, len(x.shape))
    axis = 0
    for part in parts:
        if part is None:
            x = unsqueeze(x, axis)
            axis += 1
        elif isinstance(part, slice):
            x = _sliced(x, axis, part)
            axis += 1
        else:
            x = select(x, axis, _integer(part))
    return x


def numpy_key(key: Any) -> Any:
    """The key as numpy takes it, for writing."""
    return tuple(_as_numpy(part) for part in key) if isinstance(key, tuple) else _as_numpy(key)


def _gathers(part: Any) -> bool:
    if isinstance(part, Value):
        return part.array.ndim > 0 or part.array.dtype.kind == "b"
    return isinstance(part, list | np.ndarray | bool)


def _as_numpy(part: Any) -> Any:
    if isinstance(part, Value):
        if part.array.dtype.kind == "f":
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return part.array
    return np.asarray(part) if isinstance(part, list) else part


def _integer(part: Any) -> int:
    if isinstance(part, Value):
        return int(_as_numpy(part))
    try:
        return part.__index__()
    except AttributeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type(part).__name__})"
        ) from None


def _without_ellipsis(parts: tuple, rank: int) -> tuple:
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if used > rank:
        if rank == 0:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
                "convert a 0-dim tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    place = next((i for i, part in enumerate(parts) if part is Ellipsis), None)
    if place is None:
        return parts
    return parts[:place] + (slice(None),) * (rank - used) + parts[place + 1 :]


def _sliced(x: Any, axis: int, part: slice) -> Any:
    if part.step is not None and part.step <= 0:
        raise ValueError("step must be greater than zero")
    if part == slice(None):
        return x
    return slice_(x, axis, *part.indices(x.shape[axis]))
