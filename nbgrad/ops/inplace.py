"""Changes in place, recorded: what a tensor becomes when a part of it, or all of it, is written anew."""

import math
from typing import Any

import numpy as np

from nbgrad.arguments import check_fits
from nbgrad.autograd.modes import enable_grad
from nbgrad.autograd.node import NO_EDGE, Node, ViewAgain, gradient_edge
from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.index import gather_at, replaced_at, scatter_at
from nbgrad.ops.values import is_tensor, numpy_dtype, rank
from nbgrad.shapes import broadcast_shapes
from nbgrad.strided import DeviceArray


@op("ZeroBackward0")
def zero(k, x, /):
    """out = 0 everywhere; nothing of x remains"""
    return k.fill(k.contiguous(x), 0)


@op("FillBackward2")
def _fill_number(k, x, /, value):
    """out = the value everywhere; nothing of x remains"""
    return k.fill(k.contiguous(x), value)


@zero.backward
@_fill_number.backward
def _(node, g):
    return zero(g)


@op("FillBackward3")
def _fill(k, x, value, /):
    """out = the value, without axes, everywhere; nothing of x remains"""
    return k.fill(k.contiguous(x), k.cast(value, x.dtype))


@_fill.backward
def _(node, g):
    return zero(g) if node.needs(0) else None, g  # which the engine sums


def fill(input: Any, value: Any) -> Any:
    """The value, a number or a tensor without axes, everywhere."""
    if is_tensor(value):
        if rank(value):
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {rank(value)} dimensions."
            )
        return _fill(input, value)
    if not isinstance(value, bool | int | float):
        raise TypeError(
            f"fill_() received an invalid combination of arguments - got ({type(value).__name__}), but expected one "
            "of:\n * (Tensor value)\n * (Number value)\n"
        )
    return _fill_number(input, element(value, numpy_dtype(input)))


def element(value: bool | int | float, dtype: np.dtype) -> np.ndarray:
    """A number as an array without axes of this dtype; raises RuntimeError where it does not fit."""
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise OverflowError("int too big to convert")
    check_fits(value, dtype, _TITLES.get(dtype.name, f"{dtype.name}_t"))
    if dtype.kind in "iu":
        value = int(value) % 256 if dtype.kind == "u" else int(value)
    return np.asarray(value, dtype)


_TITLES = {"int32": "int", "float32": "float", "float64": "double"}


@op("CopyBackwards")
def _copy(k, x, source, /):
    """out = source, broadcast, in the dtype of x; nothing of x remains"""
    return k.cast(np.broadcast_to(source, x.shape), x.dtype)


@_copy.backward
def _(node, g):
    return zero(g) if node.needs(0) else None, g


def copy(x: Any, source: Any) -> Any:
    """The numbers of `source`, whose shape broadcasts to that of x."""
    shape, given = tuple(x.shape), tuple(source.shape)
    if given == shape:
        return _copy(x, source)
    joined = broadcast_shapes(shape, given)
    if joined != shape:
        raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(joined)}")
    return _copy(x, source)


class CopySlices(Node):
    """A tensor of which a part has changed: the operation on the part is spliced in.

    The edges are those of the operation, but for the first: it leads to what the whole tensor was before. change: the
    operation's own node; positions: where in the whole the part stands.
    """

    __slots__ = ("change", "positions")

    def __init__(self, base: Value, change: Node, positions: np.ndarray) -> None:
        source, number = gradient_edge(base) if base._requires_grad else NO_EDGE
        super().__init__(
            (source, *change.sources[1:]), (number, *change.source_outputs[1:]),
            (base.array.shape, *change.shapes[1:]), (base.array.dtype, *change.dtypes[1:]), (),
        )  # fmt: skip
        self.change, self.positions, self.made_at = change, positions, change.made_at
        self.saved_values = change.saved_values

    def backward(self, g: Any) -> tuple:
        """∂/∂base = g, at the positions replaced by what the operation makes of it there."""
        found = self.change.backward(gather_at(g, self.positions))
        part, *others = found if type(found) is tuple else (found,)
        return replaced_at(g, self.positions, part) if self.needs(0) else None, *others

    def release(self) -> None:
        super().release()
        self.change.release()


@op("AsStridedBackward0", view=True)
def _as_strided(k, base, /, positions, array):
    """out = the numbers of base at the positions: a view that exists already, seen anew"""
    return array


@_as_strided.backward
def _(node, g):
    return scatter_at(g, node.options[0], node.shape())


def positions_in(base: Any, view: Any) -> np.ndarray:
    """For each number of a view: its flat place in the tensor whose memory it shares."""
    step = base.itemsize
    extent = 1 + sum((n - 1) * abs(s) // step for n, s in zip(base.shape, base.strides, strict=True))
    memory = np.zeros(extent, np.int64)
    own = np.lib.stride_tricks.as_strided(memory, base.shape, [s // step * 8 for s in base.strides])
    own[...] = np.arange(math.prod(base.shape)).reshape(base.shape)
    start = (_address(view) - _address(base)) // step
    return np.lib.stride_tricks.as_strided(memory[start:], view.shape, [s // step * 8 for s in view.strides]).copy()


def _address(array: Any) -> int:
    """The first byte, counted from anywhere that arrays with the same memory share."""
    return array.offset if isinstance(array, DeviceArray) else array.__array_interface__["data"][0]


def record_change(target: Value, result: Value, edge: Any) -> None:
    """Tie a tensor that has just taken the numbers of `result` to the operation that made them.

    edge: where the tensor's gradient went before the change.
    """
    if target.view_of is None:
        _take_node(target, result)
        return
    base = target.view_of.base
    if result.node is None or result.node.next_functions[0] != edge or result.node.output_count > 1:
        with enable_grad():
            result = _copy(target, result)  # several operations: their result is written
    base.node = CopySlices(base, result.node, positions_in(base.array, target.array))
    base.output_nr, base._requires_grad = 0, True
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
