"""Whole slices taken from, or put at, places along an axis; numbers taken by a mask."""

from typing import Any

import numpy as np

from nbgrad.autograd.mixed import different_devices
from nbgrad.autograd.record import BACKENDS, op, wrap
from nbgrad.ops.arithmetic import mul
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.index import located, put
from nbgrad.ops.out import deliver
from nbgrad.ops.shape import reshape
from nbgrad.ops.values import array_of, class_name, numpy_dtype, rank
from nbgrad.shapes import broadcast_shapes


@op("IndexSelectBackward0", saves=("index",))
def _index_select(k, x, /, axis, index):
    """out = the slices of x at the places along an axis (x without axes: a vector of one)"""
    return k.take(x, _along(axis, index)) if x.ndim else x.copy()


@_index_select.backward
def _(node, g):
    (index,) = node.saved
    return _slices_added(g, node.options[0], index, node.shape())


@op("IndexAddBackward0", saves=("index",))
def _slices_added(k, g, /, axis, index, shape):
    """Zeros of `shape` with the slices of g added at the places along an axis"""
    return k.scatter_add(g, _along(axis, index), shape) if shape else g.copy()


@_slices_added.backward
def _(node, g):
    (index,) = node.saved
    return _index_select(g, node.options[0], index)


@op("IndexAddBackward0", saves={"index": "source"})
def _index_add(k, x, source, /, axis, index, alpha):
    """out = x with alpha * the slices of source added at the places along an axis"""
    added = k.put_add(x.reshape(-1) if x.ndim == 0 else x, _along(axis, index), source, alpha)
    return added.reshape(x.shape)


@_index_add.backward
def _(node, g):
    axis, alpha = node.options
    (index,) = node.saved
    taken = reshape(_index_select(g, axis, index), node.shape(1)) if node.needs(1) else None
    return g, mul(taken, alpha) if node.needs(1) and alpha != 1 else taken


@op("MaskedSelectBackward0", saves=("mask",))
def _masked_select(k, x, /, mask):
    """out = the numbers of x where the mask holds, in order; the two broadcast together"""
    shape = broadcast_shapes(x.shape, mask.shape)
    return k.take(np.broadcast_to(x, shape), (np.broadcast_to(mask, shape),))


@_masked_select.backward
def _(node, g):
    (mask,) = node.saved
    return _masked_place(g, mask, broadcast_shapes(node.shape(), tuple(mask.shape)))


@op("MaskedScatterBackward0", saves=("mask",))
def _masked_place(k, g, /, mask, shape):
    """Zeros of `shape` with the numbers of g, in order, where the mask holds"""
    return k.scatter_add(g, (np.broadcast_to(mask, shape),), shape)


@_masked_place.backward
def _(node, g):
    (mask,) = node.saved
    return _masked_select(g, mask)


def _along(axis: int, places: Any) -> tuple:
    return (slice(None),) * axis + (places.reshape(-1),)


def _line(index: Any, extent: int) -> Any:
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
    """The slices of `input` at the places `index` along an axis; the gradient is made as by `index_add`."""
    dim = canonical_dim(dim, rank(input))
    if type(array_of(index)) is not type(array_of(input)):
        raise different_devices("_index_select", (array_of(input), dim, array_of(index)))
    _line(index, input.shape[dim] if rank(input) else 1)
    found = _index_select(input, dim, index)
    return deliver("index_select", found, out, input, index)


def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """`input` with alpha * the slices of `source` added at the places `index` along an axis.

    On a GPU, places named twice are added up in no fixed order, as in PyTorch: the last digits may differ between runs.
    """
    dim = canonical_dim(dim, rank(input))
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
    places = _line(index, input.shape[dim] if rank(input) else 1)
    if places.size != (source.shape[dim] if rank(source) else 1):
        raise RuntimeError(
            f"index_add_(): Number of indices ({places.size}) should be equal to source.size(dim): "
            f"({source.shape[dim] if rank(source) else 1}), for dim: {dim}"
        )
    return _index_add(input, source, dim, index, alpha)


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """`input` with `values`, broadcast, written at input[indices], or added to what stands there.

    On a GPU, places named twice are added up in no fixed order, as in PyTorch: the last digits may differ between runs.
    """
    if numpy_dtype(input) != numpy_dtype(values):
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{class_name(numpy_dtype(input))} for the destination and {class_name(numpy_dtype(values))} for the "
            "source."
        )
    _, places = located(input, tuple(slice(None) if each is None else each for each in indices))
    return put(input, places, values, accumulate)


def masked_select(input: Any, mask: Any, *, out: Any = None) -> Any:
    """The numbers of `input` where the mask holds, as a vector; the two broadcast together."""
    chosen = array_of(mask)
    if chosen.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    return deliver("masked_select", _masked_select(input, mask), out, input, mask)


def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """Where the numbers are not 0: a matrix with a row for each, or a vector for each axis."""
    array = array_of(input)
    kernels = BACKENDS[type(array)]
    if as_tuple and array.ndim == 0:
        array = array.reshape(1)
    found = kernels.places_of(kernels.ne(array, 0))
    if as_tuple:
        return tuple(wrap(each) for each in found)
    return wrap(kernels.stack(found, 1) if found else kernels.full((int(array != 0), 0), 0, np.dtype(np.int64)))
