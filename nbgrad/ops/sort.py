"""Order along an axis; the gradient goes back to where each number stood."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops import results
from nbgrad.ops.dims import canonical_dim
from nbgrad.ops.scatter import scattered
from nbgrad.ops.values import rank


@op("SortBackward0", saves=("out1",))
def _sort(k, x, /, axis, descending):
    """(numbers in order along an axis, their positions)"""
    return k.sort(x, axis, descending)


@op("SortBackward1", saves=("out1",))
def _sort_stably(k, x, /, axis, descending):
    """(numbers in order along an axis, their positions), asked to keep the order of equals"""
    return k.sort(x, axis, descending)


@op("TopkBackward0", saves=("out1",))
def _topk(k, x, /, axis, largest, count):
    """(the first numbers in order along an axis, their positions)"""
    return k.sort(x, axis, largest, count)


@_sort.backward
@_sort_stably.backward
@_topk.backward
def _(node, g, _positions=None):
    (positions,) = node.saved
    return scattered(g, positions, node.options[0], node.shape())


def sort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Any:
    """(values, indices) in order along an axis, NaN as the largest; equals keep their order."""
    ordered = _sort if stable is None else _sort_stably
    return results.sort(*ordered(input, canonical_dim(dim, rank(input)), descending))


def argsort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Any:
    """The positions that put an axis in order."""
    return sort(input, dim, descending)[1]


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """(values, indices) of the k largest, or smallest, numbers along an axis, in order."""
    axis = canonical_dim(dim, rank(input))
    if not 0 <= k <= (input.shape[axis] if rank(input) else 1):
        raise RuntimeError("selected index k out of range")
    return results.topk(*_topk(input, axis, largest, k))
