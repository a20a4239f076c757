"""More views: diagonals, and one tensor as several."""

import math
from collections.abc import Sequence
from typing import Any

from nbgrad.autograd.record import op
from nbgrad.formats import contiguous_format
from nbgrad.ops.cast import clone
from nbgrad.ops.dims import canonical_dim, spread
from nbgrad.ops.shape import basic, expand, permute, reshape, view
from nbgrad.ops.values import array_of, rank


@op("DiagonalBackward0", view=True)
def _diagonal(k, x, /, offset, axes):
    """out[.., i] = x[.., i, .., i + offset, ..]: the diagonal of two axes, as the last axis"""
    return k.diagonal(x, offset, axes)


@_diagonal.backward
def _(node, g):
    return embed_diagonal(g, *node.options, node.shape())


@op("DiagonalBackwardBackward0")
def embed_diagonal(k, g, /, offset, axes, shape):
    """Zeros of `shape` with g on a diagonal of two axes"""
    return k.embed_diagonal(g, offset, axes, shape)


@embed_diagonal.backward
def _(node, g):
    offset, axes, _ = node.options
    return _diagonal(g, offset, axes)


@op("UnbindBackward0", view=True)
def _unbind(k, x, /, places):
    """x[0], x[1], ... along an axis"""
    return tuple(x[(*place, ...)] for place in places)


@op("SplitBackward0", view=True)
def _split(k, x, /, places):
    """Pieces of one size along an axis; the last may be smaller"""
    return tuple(x[place] for place in places)


@op("SplitWithSizesBackward0", view=True)
def _split_with_sizes(k, x, /, places):
    """Pieces of these sizes along an axis"""
    return tuple(x[place] for place in places)


@_unbind.backward
@_split.backward
@_split_with_sizes.backward
def _(node, *gradients):
    (places,) = node.options
    known = [(g, place) for g, place in zip(gradients, places, strict=False) if g is not None]
    return _assemble(*[g for g, _ in known], places=[place for _, place in known], shape=node.shape())


@op("CatBackward0")
def _assemble(k, *parts, places, shape):
    """Zeros of `shape` with each part at its place"""
    return k.assemble(list(parts), places, shape)


@_assemble.backward
def _(node, g):
    places, _ = node.options
    return tuple(basic(g, place) for place in places)


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The diagonal of two axes, `offset` above the main one, as the last axis; shares memory."""
    first, second = canonical_dim(dim1, rank(input)), canonical_dim(dim2, rank(input))
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return _diagonal(input, offset, (first, second))


def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """The slices along an axis, which disappears; they share memory."""
    if rank(input) == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = canonical_dim(dim, rank(input))
    before = (slice(None),) * dim
    return _unbind(input, tuple((*before, i) for i in range(input.shape[dim])))


def _pieces(dim: int, sizes: Sequence[int]) -> tuple:
    places, start = [], 0
    for size in sizes:
        places.append((slice(None),) * dim + (slice(start, start + size, 1),))
        start += size
    return tuple(places)


def split(tensor: Any, split_size_or_sections: "int | Sequence[int]", dim: int = 0) -> tuple[Any, ...]:
    """Pieces along an axis, each of one size (the last may be smaller) or of the sizes named; they share memory."""
    if rank(tensor) == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = canonical_dim(dim, rank(tensor))
    extent, sizes = tensor.shape[dim], split_size_or_sections
    if isinstance(sizes, int):
        return _split(tensor, _pieces(dim, _equal_sizes(extent, sizes)))
    if sum(sizes) != extent or min(sizes, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {extent} (input tensor's size at dimension "
            f"{dim}), but got split_sizes={list(sizes)}"
        )
    return _split_with_sizes(tensor, _pieces(dim, sizes))


def _equal_sizes(extent: int, size: int) -> list[int]:
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and extent:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {extent}")
    return [min(size, extent - start) for start in range(0, extent, max(size, 1))] or [0]


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """At most `chunks` pieces along an axis, of one size but for the last; they share memory."""
    if rank(input) == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = canonical_dim(dim, rank(input))
    extent = input.shape[dim]
    if extent == 0:
        return _split_with_sizes(input, _pieces(dim, [0] * chunks))
    return split(input, -(-extent // chunks), dim)


def movedim(input: Any, source: "int | Sequence[int]", destination: "int | Sequence[int]") -> Any:
    """The axes `source` at the places `destination`, the others in their order; shares memory."""
    named = [(each,) if isinstance(each, int) else tuple(each) for each in (source, destination)]
    texts = [f"[{', '.join(map(str, dims))}]" for dims in named]
    if len(named[0]) != len(named[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({texts[0]} dims) should contain the same number of "
            f"dims as destination ({texts[1]} dims)"
        )
    axes = [tuple(canonical_dim(dim, rank(input)) for dim in dims) for dims in named]
    for word, dims, text in zip(("source", "destination"), axes, texts, strict=True):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{word}` ({text})")
    if rank(input) == 0:
        return input
    order: list[int] = [axis for axis in range(rank(input)) if axis not in axes[0]]
    for target, axis in sorted(zip(axes[1], axes[0], strict=True)):
        order.insert(target, axis)
    return permute(input, order)


def unflatten(input: Any, dim: int, sizes: Sequence[int]) -> Any:
    """One axis as several, of the sizes named (one may be -1); shares memory."""
    sizes = tuple(sizes)
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    dim = canonical_dim(dim, rank(input))
    extent = input.shape[dim] if rank(input) else 1
    known = math.prod(size for size in sizes if size != -1)
    if (-1 not in sizes and known != extent) or (-1 in sizes and (known == 0 or extent % known)):
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({extent}) in the "
            "input tensor"
        )
    sizes = tuple(extent // known if size == -1 else size for size in sizes)
    return view(input, (*input.shape[:dim], *sizes, *input.shape[dim + 1 :]))


def broadcast_to(input: Any, size: "int | Sequence[int]", *more: int) -> Any:
    """Repeated along axes of extent 1 to fill `size`, sharing memory."""
    return expand(input, spread(size, *more))


def expand_as(input: Any, other: Any) -> Any:
    """Repeated to the shape of another tensor, sharing memory."""
    return expand(input, tuple(other.shape))


def view_as(input: Any, other: Any) -> Any:
    """The same numbers in the shape of another tensor, sharing memory."""
    return view(input, tuple(other.shape))


def reshape_as(input: Any, other: Any) -> Any:
    """The same numbers in the shape of another tensor, sharing memory where that is possible."""
    return reshape(input, tuple(other.shape))


def ravel(input: Any) -> Any:
    """The numbers as a vector, sharing memory where that is possible."""
    flat = input if array_of(input).flags.c_contiguous else clone(input, memory_format=contiguous_format)
    return view(flat, (math.prod(input.shape),))
