"""Whole slices taken from, or put at, places along an axis; numbers taken by a mask."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import BACKENDS, op, wrap
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.index import located, taken, written
from nbgrad.ops.out import deliver
from nbgrad.ops.shape import expand
from nbgrad.ops.values import array_of, class_name, numpy_dtype, rank
from nbgrad.shapes import broadcast_shapes


@op("IndexSelectBackward0")
def _index_select(k, x, /, axis, places):
    """out = the slices of x at the places along an axis"""
    return k.take(x, (slice(None),) * axis + (places,))


@_index_select.backward
def _(node, g):
    axis, places = node.options
    return _slices_added(g, axis, places, node.shape())


@op("IndexAddBackward0")
def _slices_added(k, g, /, axis, places, shape):
    """Zeros of `shape` with the slices of g added at the places along an axis"""
    return k.scatter_add(g, (slice(None),) * axis + (places,), shape)


@_slices_added.backward
def _(node, g):
    axis, places, _ = node.options
    return _index_select(g, axis, places)


@op("IndexAddBackward0")
def _index_add(k, x, source, /, axis, places, alpha):
    """out = x with alpha * the slices of source added at the places along an axis"""
    return k.put_add(x, (slice(None),) * axis + (places,), source, alpha)


@_index_add.backward
def _(node, g):
    axis, places, alpha = node.options
    taken = _index_select(g, axis, places) if node.needs(1) else None
    return g, taken * alpha if node.needs(1) and alpha != 1 else taken


@op("IndexPutBackward0")
def _put_add(k, x, source, /, places):
    """out = x with source, broadcast, added at the places"""
    return k.put_add(x, places, source, 1)


@_put_add.backward
def _(node, g):
    return g, taken(g, *node.options) if node.needs(1) else None


@op("MaskedSelectBackward0")
def _masked_select(k, x, /, mask):
    """out = the numbers of x where the mask holds, in order"""
    return k.take(x, (mask,))


@_masked_select.backward
def _(node, g):
    return _masked_place(g, *node.options)


@op("MaskedScatterBackward0")
def _masked_place(k, g, /, mask):
    """Zeros with the numbers of g, in order, where the mask holds"""
    return k.scatter_add(g, (mask,), mask.shape)


@_masked_place.backward
def _(node, g):
    return _masked_select(g, *node.options)


def _line(index: Any, extent: int) -> np.ndarray:
    """The places along an axis, checked."""
    places = array_of(index)
    if places.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if places.dtype.name not in ("int64", "int32"):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    places = places.reshape(-1)
    outside = BACKENDS[type(places)].first_outside(places, extent)
    if outside is not None:
        raise IndexError("index out of range in self")
    return places


def index_select(input: Any, dim: int, index: Any, *, out: Any = None) -> Any:
    """The slices of `input` at the places `index` along an axis."""
    dim = canonical_dim(dim, rank(input))
    if rank(input) == 0:
        return index_select(input.reshape(1), 0, index, out=out).reshape(())
    found = _index_select(input, dim, _line(index, input.shape[dim]))
    return deliver("index_select", found, out, input, index)


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """`input` with alpha * the slices of `source` added at the places `index` along an axis."""
    dim = canonical_dim(dim, rank(input))
    if rank(input) == 0:
        return index_add(input.reshape(1), 0, index, source.reshape(1), alpha=alpha).reshape(())
    shape, given = list(input.shape), list(source.shape)
    if shape[:dim] + shape[dim + 1 :] != given[:dim] + given[dim + 1 :] and rank(source):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{shape} source.shape = {given}"
        )
    if numpy_dtype(input) != numpy_dtype(source):
        raise RuntimeError(
            "index_add_(): self and source expected to have the same dtype, but got (self) "
            f"{class_name(numpy_dtype(input))} and (source) {class_name(numpy_dtype(source))}"
        )
    places = _line(index, input.shape[dim])
    if places.size != (source.shape[dim] if rank(source) else 1):
        raise RuntimeError(
            f"index_add_(): Number of indices ({places.size}) should be equal to source.size(dim): "
            f"({source.shape[dim] if rank(source) else 1}), for dim: {dim}"
        )
    return _index_add(input, source, dim, places, alpha)


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """`input` with `values`, broadcast, written at input[indices], or added to what stands there."""
    if numpy_dtype(input) != numpy_dtype(values):
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{class_name(numpy_dtype(input))} for the destination and {class_name(numpy_dtype(values))} for the "
            "source."
        )
    _, places = located(input, tuple(slice(None) if each is None else each for each in indices))
    return _put_add(input, values, places) if accumulate else written(input, places, values)


def masked_select(input: Any, mask: Any, *, out: Any = None) -> Any:
    """The numbers of `input` where the mask holds, as a vector; the two broadcast together."""
    chosen = array_of(mask)
    if chosen.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes(tuple(input.shape), chosen.shape)
    found = _masked_select(expand(input, shape), np.broadcast_to(chosen, shape))
    return deliver("masked_select", found, out, input, mask)


def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """Where the numbers are not 0: a matrix with a row for each, or a vector for each axis."""
    array = array_of(input)
    kernels = BACKENDS[type(array)]
    if as_tuple and array.ndim == 0:
        array = array.reshape(1)
    found = kernels.places_of(kernels.ne(array, 0))
    if as_tuple:
        return tuple(wrap(each) for each in found)
    return wrap(kernels.stack(found, 1) if found else np.zeros((int(array != 0), 0), np.int64))
