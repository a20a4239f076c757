"""Copies in another arrangement: turned around, shifted, repeated; triangles and diagonals."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.formats import contiguous_format
from nbgrad.ops.cast import clone
from nbgrad.ops.dims import canonical_dim, canonical_dims, spread
from nbgrad.ops.pick import index_select
from nbgrad.ops.reduce import sum
from nbgrad.ops.shape import broadcast, expand, flatten, reshape, unsqueeze, view
from nbgrad.ops.values import array_of, rank
from nbgrad.ops.views import diagonal, embed_diagonal


@op("FlipBackward0")
def _flip(k, x, /, axes):
    """out = x with the axes in reverse"""
    return k.flip(x, axes)


@_flip.backward
def _(node, g):
    return _flip(g, *node.options)


@op("RollBackward0")
def _roll(k, x, /, shifts, axes):
    """out = x shifted along the axes; what falls off one end comes back at the other"""
    return k.roll(x, shifts, axes)


@_roll.backward
def _(node, g):
    shifts, axes = node.options
    return _roll(g, tuple(-shift for shift in shifts), axes)


@op("RepeatBackward0")
def _repeat(k, x, /, repeats):
    """out = whole copies of x side by side along each axis"""
    return k.tile(x, repeats)


@_repeat.backward
def _(node, g):
    (repeats,) = node.options
    shape = (1,) * (len(repeats) - len(node.shape())) + node.shape()
    if 0 in repeats:
        return broadcast(sum(g), node.shape())
    pairs = [number for pair in zip(repeats, shape, strict=True) for number in pair]
    axes = tuple(range(0, len(pairs), 2))
    return view(sum(reshape(g, pairs), axes) if axes else g, node.shape())


@op("TrilBackward0")
def _tril(k, x, /, number):
    """out = x where column - row <= number, else 0"""
    return k.triangle(x, number, False)


@_tril.backward
def _(node, g):
    return _tril(g, *node.options)


@op("TriuBackward0")
def _triu(k, x, /, number):
    """out = x where column - row >= number, else 0"""
    return k.triangle(x, number, True)


@_triu.backward
def _(node, g):
    return _triu(g, *node.options)


def flip(input: Any, dims: "int | Sequence[int]", *more: int) -> Any:
    """A copy with the axes in reverse."""
    named = spread(dims, *more)
    return _flip(input, canonical_dims(named, rank(input)) if len(named) else ())


def fliplr(input: Any) -> Any:
    """A copy with its second axis in reverse."""
    if rank(input) < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, (1,))


def flipud(input: Any) -> Any:
    """A copy with its first axis in reverse."""
    if rank(input) < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, (0,))


def roll(input: Any, shifts: "int | Sequence[int]", dims: "int | Sequence[int] | None" = None) -> Any:
    """A copy shifted along axes (flat where none is named); what falls off one end comes back at the other."""
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    axes = () if dims is None else (dims,) if isinstance(dims, int) else tuple(dims)
    if not moves:
        raise RuntimeError("`shifts` required")
    if len(moves) != len(axes) and not (not axes and len(moves) == 1):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(moves)}, dims:{len(axes)}")
    if axes and rank(input) == 0:
        raise IndexError(f"Dimension specified as {axes[0]} but tensor has no dimensions")
    axes = tuple(canonical_dim(axis, rank(input)) for axis in axes)
    return _roll(input, moves, axes or None)


def repeat(input: Any, repeats: "int | Sequence[int]", *more: int) -> Any:
    """Whole copies side by side along each axis; new axes come first."""
    counts = tuple(spread(repeats, *more))
    if len(counts) < rank(input):
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if min(counts, default=0) < 0:
        shape = [
            count * n for count, n in zip(counts, (*(1,) * (len(counts) - rank(input)), *input.shape), strict=True)
        ]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {shape}")
    return _repeat(input, counts)


def tile(input: Any, dims: "int | Sequence[int]", *more: int) -> Any:
    """Whole copies side by side; missing counts, in front, are 1."""
    counts = tuple(spread(dims, *more))
    return repeat(input, (1,) * (rank(input) - len(counts)) + counts)


def repeat_interleave(input: Any, repeats: Any, dim: int | None = None, *, output_size: int | None = None) -> Any:
    """Each number (or slice along `dim`) several times in a row; `repeats` is one count, or one for each."""
    if dim is None:
        input, dim = flatten(input), 0
    dim = canonical_dim(dim, rank(input))
    extent = input.shape[dim]
    if not isinstance(repeats, int):
        return index_select(input, dim, _interleaved(array_of(repeats), extent))
    if repeats < 0:
        raise RuntimeError("repeats can not be negative")
    inner = tuple(input.shape[dim + 1 :])
    spread_out = expand(unsqueeze(input, dim + 1), (*input.shape[: dim + 1], repeats, *inner))
    return flatten(clone(spread_out, memory_format=contiguous_format), dim, dim + 1)


def _interleaved(counts: np.ndarray, extent: int) -> np.ndarray:
    if counts.ndim > 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeats")
    if counts.size not in (1, extent):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = {counts.size} and "
            f"input.size(0) = {extent}"
        )
    return np.repeat(np.arange(extent), counts.reshape(-1))


def _triangle(name: str, op: Any, input: Any, number: int) -> Any:
    if rank(input) < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return op(input, number)


def tril(input: Any, diagonal: int = 0) -> Any:
    """The lower triangle of matrices, up to `diagonal` above the main one; zeros elsewhere."""
    return _triangle("tril", _tril, input, diagonal)


def triu(input: Any, diagonal: int = 0) -> Any:
    """The upper triangle of matrices, from `diagonal` above the main one; zeros elsewhere."""
    return _triangle("triu", _triu, input, diagonal)


@op("DiagEmbedBackward0")
def _diag_embed(k, x, /, offset):
    """out = zeros with the vector x on a diagonal"""
    side = x.shape[0] + abs(offset)
    return k.embed_diagonal(x, offset, (0, 1), (side, side))


@_diag_embed.backward
def _(node, g):
    return diagonal(g, *node.options)


@op("DiagonalBackward0_copy")
def _diagonal_copy(k, x, /, offset):
    """out[i] = x[i, i + offset]"""
    return k.contiguous(k.diagonal(x, offset, (0, 1)))


@_diagonal_copy.backward
def _(node, g):
    return embed_diagonal(g, *node.options, (0, 1), node.shape())


def diag(input: Any, diagonal: int = 0) -> Any:
    """A vector on the diagonal of a square of zeros; of a matrix, its diagonal."""
    if rank(input) not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {rank(input)}D")
    return _diag_embed(input, diagonal) if rank(input) == 1 else _diagonal_copy(input, diagonal)
