"""`x[...]`: integers, slices, None and Ellipsis make views; integer tensors and masks gather copies."""

import math
from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.shape import alias, reshape, select, slice_, unsqueeze
from nbgrad.ops.values import array_of
from nbgrad.strided import ARRAYS, DeviceArray

_INT64 = np.dtype(np.int64)


@op("IndexBackward0", saves=("indices",))
def _index(k, x, /, *indices):
    """out = x at integer arrays, masks and slices"""
    return k.take(x, indices)


@_index.backward
def _(node, g):
    return _added(g, node.shape(), *node.saved)


@op("IndexPutImplBackward0", saves=("indices",))
def _added(k, g, /, shape, *indices):
    """Zeros of `shape` with g added at the indices: the gradient of gathering"""
    return k.scatter_add(g, indices, shape)


@_added.backward
def _(node, g):
    return _index(g, *node.saved)


def gather_at(x: Any, positions: Any) -> Any:
    """The numbers of x at flat positions; the result has their shape."""
    return _index(reshape(x, (-1,)), positions)


def scatter_at(g: Any, positions: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with g added at flat positions."""
    return reshape(_added(g, (math.prod(shape),), positions), shape)


def replaced_at(g: Any, positions: Any, part: Any) -> Any:
    """g with `part` (None: zeros) at flat positions."""
    source = np.zeros((), array_of(g).dtype) if part is None else part
    return reshape(_index_put(reshape(g, (-1,)), source, False, positions), tuple(g.shape))


@op("IndexPutBackward0", saves=("indices",))
def _index_put(k, x, source, /, accumulate, *indices):
    """out = x with `source`, broadcast, written at the indices (the last of several stays), or added there"""
    return k.put_add(x, indices, source, 1) if accumulate else k.write(x, indices, source)


@_index_put.backward
def _(node, g):
    (accumulate,), indices = node.options, node.saved
    kept = g
    if not accumulate and node.needs(0):
        kept = _index_put(g, np.zeros((), array_of(g).dtype), False, *indices)
    return kept, _index(g, *indices) if node.needs(1) else None


def put(x: Any, places: tuple | None, source: Any, accumulate: bool) -> Any:
    """x with `source`, broadcast, written or added at the places that `located` gives."""
    return _index_put(x, source, accumulate, *(places or ()))


def getitem(x: Any, key: Any) -> Any:
    """x[key]; raises IndexError with PyTorch's sentence where the key does not fit."""
    if isinstance(key, Value) and key.array.dtype is _INT64 and key.array.ndim and array_of(x).ndim:
        return _index(x, key)  # the way most calls go
    if isinstance(key, slice) and len(x.shape):
        return slice_(x, 0, *_bounds(key, x.shape[0]))
    seen, places = located(x, key)
    if places is None:
        return alias(x) if seen is x else seen
    return _index(seen, *places)


def located(x: Any, key: Any) -> tuple[Any, tuple | None]:
    """What basic indices show of x, and where integer tensors and masks point in that (None where there are none)."""
    places, axis, taken_axes = [], 0, 0
    given = tuple(key) if isinstance(key, tuple) or _holds_parts(key) else (key,)
    owners = {id(part.array): part for part in given if isinstance(part, Value)}
    for part in _without_ellipsis(tuple(_part(part) for part in given), len(x.shape)):
        number, taken_axes = taken_axes, taken_axes + _width(part)
        if part is None:
            x = unsqueeze(x, axis)
        elif isinstance(part, slice):
            x = _sliced(x, axis, part)
        elif not isinstance(part, ARRAYS):
            _require_inside(part, number, x.shape[axis])
            x = select(x, axis, part)
            continue
        elif part.ndim == 0:
            x, part = unsqueeze(x, axis), part.reshape(1)
        elif part.dtype.kind == "b":
            _require_mask_fits(part, x, axis)
        places.append(part if isinstance(part, ARRAYS) else slice(None))
        axis += max(part.ndim, 1) if isinstance(part, ARRAYS) and part.dtype.kind == "b" else 1
    pointers = [part for part in places if isinstance(part, ARRAYS)]
    if not pointers:
        return x, None
    if len(pointers) > 1:
        _require_one_shape(pointers)
    return x, tuple(owners.get(id(part), part) for part in places)  # tensors, whose versions a node can keep


def _holds_parts(key: Any) -> bool:
    """Whether a list stands for a tuple: short, and with something in it that is not a number."""
    kinds = list | tuple | slice | Value | np.ndarray | DeviceArray | type(None) | type(Ellipsis)
    return isinstance(key, list) and len(key) < 32 and any(isinstance(part, kinds) for part in key)


def _part(part: Any) -> Any:
    """A part of the key: a slice, None, Ellipsis, a whole number, or an array of integers or bools."""
    if part is None or part is Ellipsis or isinstance(part, slice):
        return part
    if isinstance(part, bool | np.bool_):
        return np.asarray(part)
    if not isinstance(part, Value | list | range | tuple | np.ndarray | DeviceArray):
        return _integer(part)
    found = part.array if isinstance(part, Value) else part if isinstance(part, ARRAYS) else np.asarray(part)
    if found.size == 0 and not isinstance(part, Value):
        found = found.astype(np.int64)
    if found.dtype.kind == "f":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if found.ndim == 0 and found.dtype.kind != "b":
        return int(found)
    return found.astype(bool) if found.dtype == np.uint8 else found


def _require_inside(number: int, axis: int, extent: int) -> None:
    if not -extent <= number < extent:
        raise IndexError(f"index {number} is out of bounds for dimension {axis} with size {extent}")


def _require_mask_fits(mask: Any, x: Any, axis: int) -> None:
    for i, extent in enumerate(mask.shape):
        if x.shape[axis + i] != extent:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {i} does not match the shape of the indexed tensor "
                f"{list(x.shape)} at index {axis + i}"
            )


def _require_one_shape(pointers: list[Any]) -> None:
    shapes = [each[each].shape if each.dtype.kind == "b" else each.shape for each in pointers]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexError(
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            f"{', '.join(str(list(shape)) for shape in shapes)}"
        ) from None


def _integer(part: Any) -> int:
    try:
        return part.__index__()
    except AttributeError:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type(part).__name__})"
        ) from None


def _width(part: Any) -> int:
    """How many axes of the tensor a part of the key takes."""
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, ARRAYS) and part.dtype.kind == "b" else 1


def _without_ellipsis(parts: tuple, rank: int) -> tuple:
    used = sum(_width(part) for part in parts)
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


def _bounds(part: slice, extent: int) -> tuple[int, int, int]:
    if part.step == 0:
        raise ValueError("slice step cannot be zero")
    if part.step is not None and part.step < 0:
        raise ValueError("step must be greater than zero")
    return part.indices(extent)


def _sliced(x: Any, axis: int, part: slice) -> Any:
    bounds = _bounds(part, x.shape[axis])
    return x if bounds == (0, x.shape[axis], 1) else slice_(x, axis, *bounds)
