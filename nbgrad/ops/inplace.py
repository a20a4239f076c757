"""Changes in place, recorded: what a tensor becomes when a part of it, or all of it, is written anew."""

import math
from typing import Any

import numpy as np

from nbgrad.autograd.modes import enable_grad
from nbgrad.autograd.node import ViewAgain
from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.comparison import where
from nbgrad.ops.index import gather_at, scatter_at
from nbgrad.ops.shape import expand
from nbgrad.shapes import broadcast_shapes


@op("FillBackward0")
def fill(k, x, /, value):
    """out = the value everywhere; nothing of x remains"""
    return k.fill(k.contiguous(x), value)


@fill.backward
def _(node, g):
    return fill(g, 0)


@op("CopyBackwards")
def _copy(k, x, source, /):
    """out = source, in the dtype of x; nothing of x remains"""
    return k.cast(source, x.dtype)


@_copy.backward
def _(node, g):
    return fill(g, 0) if node.needs(0) else None, g


def copy(x: Any, source: Any) -> Any:
    """The numbers of `source`, whose shape broadcasts to that of x."""
    shape, given = tuple(x.shape), tuple(source.shape)
    if given == shape:
        return _copy(x, source)
    joined = broadcast_shapes(shape, given)
    if joined != shape:
        raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(joined)}")
    return _copy(x, expand(source, shape))


@op("CopySlices")
def _copy_slices(k, base, part, /, positions):
    """out = base, whose numbers at the positions have just become those of `part`"""
    return base


@_copy_slices.backward
def _(node, g):
    (positions,) = node.options
    base = part = None
    if node.needs(0):
        kept = np.ones(node.shape(0), bool)
        kept.reshape(-1)[positions] = False
        base = where(kept, g, 0.0)
    if node.needs(1):
        part = gather_at(g, positions)
    return base, part


@op("AsStridedBackward0", view=True)
def _as_strided(k, base, /, positions, array):
    """out = the numbers of base at the positions: a view that exists already, seen anew"""
    return array


@_as_strided.backward
def _(node, g):
    return scatter_at(g, node.options[0], node.shape())


def positions_in(base: np.ndarray, view: np.ndarray) -> np.ndarray:
    """For each number of a view: its flat place in the tensor whose memory it shares."""
    step = base.itemsize
    extent = 1 + sum((n - 1) * abs(s) // step for n, s in zip(base.shape, base.strides, strict=True))
    memory = np.zeros(extent, np.int64)
    own = np.lib.stride_tricks.as_strided(memory, base.shape, [s // step * 8 for s in base.strides])
    own[...] = np.arange(math.prod(base.shape)).reshape(base.shape)
    start = (view.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // step
    return np.lib.stride_tricks.as_strided(memory[start:], view.shape, [s // step * 8 for s in view.strides]).copy()


def record_change(target: Value, result: Value) -> None:
    """Tie a tensor that has just taken the numbers of `result` to the operation that made them."""
    if target.view_of is None:
        _take_node(target, result)
        return
    base = target.view_of.base
    _take_node(base, _copy_slices(base, result, positions_in(base.array, target.array)))
    _view_again(target)


def _take_node(target: Value, result: Value) -> None:
    if result._requires_grad:
        target.node, target.output_nr, target._requires_grad = result.node, result.output_nr, True


def _view_again(view: Value) -> None:
    """Give a view whose storage has changed the node of a fresh look at its base."""
    assert view.view_of is not None
    base = view.view_of.base
    with enable_grad():
        _take_node(view, _as_strided(base, positions_in(base.array, view.array), view.array))
    view.view_of.version = view.version[0]


ViewAgain.look = _view_again
