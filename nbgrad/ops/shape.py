"""The same numbers in another shape: views, which share memory."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.dtypes import dtype
from nbgrad.formats import contiguous_format
from nbgrad.ops.cast import clone, view_dtype
from nbgrad.ops.dims import canonical_dim, canonical_dims, spread
from nbgrad.ops.values import array_of


@op("ViewBackward0", view=True)
def _view(k, x, /, shape):
    """out = x in another shape, in the same order"""
    return x.reshape(shape)


@op("ReshapeAliasBackward0", view=True)
def _reshape_alias(k, x, /, shape):
    """out = x, which has gaps or another order in memory, in another shape that can be seen there"""
    return x.reshape(shape)


@op("UnsafeViewBackward0")
def unsafe_view(k, x, /, shape):
    """out = x, which nobody else holds, in another shape"""
    return x.reshape(shape)


@_view.backward
@_reshape_alias.backward
@unsafe_view.backward
def _(node, g):
    return reshape(g, node.shapes[0]) if isinstance(g, Value) else g.reshape(node.shapes[0])


@op("AliasBackward0", view=True)
def alias(k, x, /):
    """out = x as it is: another view"""
    return x[...]


@alias.backward
def _(node, g):
    return g


@op("TransposeBackward0", view=True)
def _transpose(k, x, /, a, b):
    """out[.., i, .., j, ..] = x[.., j, .., i, ..]"""
    return x.swapaxes(a, b) if x.ndim else x


@_transpose.backward
def _(node, g):
    return _transpose(g, *node.options)


@op("TBackward0", view=True)
def _t(k, x, /):
    """out[i, j] = x[j, i]"""
    return x.T


@_t.backward
def _(node, g):
    return _t(g) if isinstance(g, Value) else g.T


@op("PermuteBackward0", view=True)
def _permute(k, x, /, dims):
    """Axis i of the result is axis dims[i] of x"""
    return x.transpose(dims)


@_permute.backward
def _(node, g):
    (dims,) = node.options
    return _permute(g, tuple(np.argsort(dims).tolist()))


@op("ExpandBackward0", view=True)
def _expand(k, x, /, shape):
    """out = x repeated along axes of extent 1 and new leading axes, without a copy"""
    return k.expand(x, shape)


@_expand.backward
def _(node, g):
    return g  # the engine sums what was repeated


@op("SqueezeBackward0", view=True)
def _squeeze_all(k, x, /):
    """out = x without its axes of extent 1"""
    return x.squeeze()


@op("SqueezeBackward1", view=True)
def _squeeze(k, x, /, axes):
    """out = x without one axis, of extent 1 (or as it is)"""
    return x.squeeze(axes)


@op("SqueezeBackward2", view=True)
def _squeeze_several(k, x, /, axes):
    """out = x without the axes, each of extent 1"""
    return x.squeeze(axes)


@_squeeze_all.backward
@_squeeze.backward
@_squeeze_several.backward
def _(node, g):
    return reshape(g, node.shape())


@op("UnsqueezeBackward0", view=True)
def _unsqueeze(k, x, /, axes):
    """out = x with new axes of extent 1 at these places of the result"""
    return np.expand_dims(x, axes)


@_unsqueeze.backward
def _(node, g):
    return _squeeze(g, *node.options)


def _numbered(name: str, out_of_place: Any) -> Any:
    """The same view under the name that PyTorch gives its in-place form."""
    again = op(name, view=True)(out_of_place.__wrapped__)
    again.backward(out_of_place.node_class.backward)
    return again


_t_again, _transpose_again = _numbered("TBackward1", _t), _numbered("TransposeBackward1", _transpose)
_unsqueeze_again = _numbered("UnsqueezeBackward1", _unsqueeze)
_SQUEEZES = _squeeze_all, _squeeze, _squeeze_several
_SQUEEZES_AGAIN = tuple(map(_numbered, ("SqueezeBackward3", "SqueezeBackward4", "SqueezeBackward5"), _SQUEEZES))


def _inferred(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The shape with its -1 replaced; raises RuntimeError with PyTorch's sentence where it cannot hold `count`."""
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    for i, extent in enumerate(shape):
        if extent < -1:
            raise RuntimeError(f"invalid shape dimension {extent} at index {i} of shape {list(shape)}")
    known = math.prod(extent for extent in shape if extent != -1)
    if -1 in shape and known == 0 == count:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    if -1 in shape and known and count % known == 0:
        return tuple(count // known if extent == -1 else extent for extent in shape)
    if -1 in shape or known != count:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return shape


def _can_view(x: Any, shape: tuple[int, ...]) -> bool:
    array = array_of(x)
    return array.flags.c_contiguous or np.shares_memory(array, array.reshape(shape))


def view(input: Any, *shape: Any) -> Any:
    """The same numbers in another shape (or the same bytes as another dtype), sharing memory.

    Raises RuntimeError where that needs a copy.
    """
    if len(shape) == 1 and isinstance(shape[0], dtype):
        return view_dtype(input, shape[0].numpy)
    wanted = _inferred(spread(*shape), math.prod(input.shape))
    if not _can_view(input, wanted):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return _view(input, wanted)


def reshape(input: Any, shape: "int | Sequence[int]", *more: int) -> Any:
    """The same numbers in another shape, sharing memory where that is possible."""
    wanted = _inferred(spread(shape, *more), math.prod(input.shape))
    if array_of(input).flags.c_contiguous:
        return _view(input, wanted)
    if _can_view(input, wanted):
        return _reshape_alias(input, wanted)
    return unsafe_view(clone(input, memory_format=contiguous_format), wanted)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """Axes `start_dim` .. `end_dim` joined into one."""
    array = array_of(input)
    shape, rank = array.shape, array.ndim
    first, last = canonical_dim(start_dim, rank), canonical_dim(end_dim, rank)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if first == last and rank:
        return input
    wanted = (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])
    return _view(input, wanted) if array.flags.c_contiguous else reshape(input, wanted)


def transpose(input: Any, dim0: int, dim1: int) -> Any:
    """Two axes exchanged, sharing memory."""
    rank = len(input.shape)
    return _transpose(input, canonical_dim(dim0, rank), canonical_dim(dim1, rank))


def transpose_(input: Any, dim0: int, dim1: int) -> Any:
    """`transpose` under the name of its in-place form."""
    rank = len(input.shape)
    return _transpose_again(input, canonical_dim(dim0, rank), canonical_dim(dim1, rank))


def t(input: Any) -> Any:
    """A matrix transposed, sharing memory."""
    rank = len(input.shape)
    if rank > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return _t(input)


def t_(input: Any) -> Any:
    """`t` under the name of its in-place form."""
    rank = len(input.shape)
    if rank > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {rank}D")
    return _t_again(input)


def permute(input: Any, dims: "int | Sequence[int]", *more: int) -> Any:
    """Axes in another order, sharing memory."""
    rank = len(input.shape)
    order = tuple(canonical_dim(dim, rank) for dim in spread(dims, *more))
    if sorted(order) != list(range(rank)):
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(order)}"
            if len(order) != rank
            else "permute(): duplicate dims are not allowed."
        )
    return _permute(input, order)


def expand(input: Any, *shape: "int | Sequence[int]") -> Any:
    """Repeated along axes of extent 1 (-1 keeps an extent), sharing memory."""
    wanted, have = spread(*shape), tuple(input.shape)
    extra = len(wanted) - len(have)
    if extra < 0:
        raise RuntimeError(
            f"expand(torch.FloatTensor{{{list(have)}}}, size={list(wanted)}): the number of sizes provided "
            f"({len(wanted)}) must be greater or equal to the number of dimensions in the tensor ({len(have)})"
        )
    for i, extent in enumerate(wanted[:extra]):
        if extent < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({extent}) isn't allowed in a leading, non-existing dimension {i}"
            )
    full = tuple(have[i - extra] if extent == -1 and i >= extra else extent for i, extent in enumerate(wanted))
    for i, extent in enumerate(have):
        if extent not in (1, full[i + extra]):
            raise RuntimeError(
                f"The expanded size of the tensor ({full[i + extra]}) must match the existing size ({extent}) at "
                f"non-singleton dimension {i + extra}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(have)}"
            )
    return _expand(input, full)


def broadcast(input: Any, shape: "Sequence[int]") -> Any:
    """`expand` where the shape differs, else the input itself."""
    return input if tuple(input.shape) == tuple(shape) else expand(input, shape)


def squeeze(input: Any, dim: "int | Sequence[int] | None" = None) -> Any:
    """Without axes of extent 1: all of them, or those named."""
    return _squeezed(input, dim, *_SQUEEZES)


def squeeze_(input: Any, dim: "int | Sequence[int] | None" = None) -> Any:
    """`squeeze` under the name of its in-place form."""
    return _squeezed(input, dim, *_SQUEEZES_AGAIN)


def _squeezed(input: Any, dim: "int | Sequence[int] | None", every: Any, one: Any, several: Any) -> Any:
    if dim is None:
        return every(input)
    rank = len(input.shape)
    named = (dim,) if isinstance(dim, int) else canonical_dims(dim, rank) if len(dim) else ()
    axes = tuple(a for a in (canonical_dim(d, rank) for d in named) if rank and input.shape[a] == 1)
    return one(input, axes) if isinstance(dim, int) else several(input, axes)


def unsqueeze(input: Any, dim: int) -> Any:
    """With a new axis of extent 1."""
    return _unsqueeze(input, (canonical_dim(dim, len(input.shape) + 1),))


def unsqueeze_(input: Any, dim: int) -> Any:
    """`unsqueeze` under the name of its in-place form."""
    return _unsqueeze_again(input, (canonical_dim(dim, len(input.shape) + 1),))


def unsqueeze_all(input: Any, axes: tuple[int, ...]) -> Any:
    """With new axes of extent 1 at these places of the result."""
    return _unsqueeze(input, axes) if axes else input


@op("SliceBackward0", view=True)
def slice_(k, x, /, dim, start, stop, step):
    """out = x[start:stop:step] along one axis"""
    return x[(slice(None),) * dim + (slice(start, stop, step),)]


@slice_.backward
def _(node, g):
    dim, start, stop, step = node.options
    return embed(g, (slice(None),) * dim + (slice(start, stop, step),), node.shape())


@op("SelectBackward0", view=True)
def _select(k, x, /, dim, index):
    """out = x[index] along one axis, which disappears"""
    return x[(slice(None),) * dim + (index, ...)]


@_select.backward
def _(node, g):
    dim, index = node.options
    return embed(g, (slice(None),) * dim + (index,), node.shape())


@op("SelectBackwardBackward0")
def embed(k, g, /, index, shape):
    """Zeros of `shape` with g at a basic index: the gradient of slicing"""
    return k.embed(g, index, shape)


@embed.backward
def _(node, g):
    index, _ = node.options
    return basic(g, index)


def basic(x: Any, index: tuple) -> Any:
    """x[index] for an index of integers and slices."""
    for dim, part in reversed(list(enumerate(index))):
        if isinstance(part, int):
            x = _select(x, dim, part)
        elif part != slice(None):
            x = slice_(x, dim, *part.indices(x.shape[dim]))
    return x


def select(input: Any, dim: int, index: int) -> Any:
    """One entry along an axis, which disappears; shares memory."""
    rank = len(input.shape)
    if rank == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = canonical_dim(dim, rank)
    extent = input.shape[dim]
    if not -extent <= index < extent:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {dim}"
        )
    return _select(input, dim, index % extent)


def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """`length` entries from `start` along an axis; shares memory."""
    if len(input.shape) == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    start = _whole_start(start)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = canonical_dim(dim, len(input.shape))
    extent = input.shape[dim]
    if not -extent <= start <= extent:
        raise IndexError(f"start out of range (expected to be in range of [{-extent}, {extent}], but got {start})")
    start += extent if start < 0 else 0
    if start + length > extent:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({extent}).")
    return slice_(input, dim, start, start + length, 1)


def _whole_start(start: Any) -> int:
    array = getattr(start, "array", None)
    if array is None:
        return int(start)
    if array.ndim or array.dtype.kind not in "iu":
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    return int(array)
