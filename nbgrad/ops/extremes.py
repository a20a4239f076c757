"""Largest and smallest numbers: the gradient goes to where they stood."""

from typing import Any

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops import results
from nbgrad.ops.arithmetic import div, maximum, minimum
from nbgrad.ops.comparison import eq, where
from nbgrad.ops.dims import canonical_dim, canonical_dims
from nbgrad.ops.out import deliver
from nbgrad.ops.reduce import sum
from nbgrad.ops.scatter import scattered
from nbgrad.ops.shape import reshape, unsqueeze_all
from nbgrad.ops.values import class_name, is_tensor, numpy_dtype, rank


@op("MaxBackward0", saves=("out1",))
def _max_dim(k, x, /, axis, keepdim):
    """(largest number along one axis, its position); the gradient goes to that position alone"""
    return k.largest(x, (axis,) if x.ndim else (), keepdim)


@op("MinBackward0", saves=("out1",))
def _min_dim(k, x, /, axis, keepdim):
    """(smallest number along one axis, its position); the gradient goes to that position alone"""
    return k.smallest(x, (axis,) if x.ndim else (), keepdim)


@_max_dim.backward
@_min_dim.backward
def _(node, g, _positions=None):
    (positions,) = node.saved
    axis, keepdim = node.options
    if not keepdim and node.shape():
        g, positions = unsqueeze_all(g, (axis,)), unsqueeze_all(positions, (axis,))
    return scattered(g, positions, axis, node.shape())


@op("MaxBackward1", saves=("x", "out"))
def _max_all(k, x, /):
    """The largest number of all; equals share the gradient"""
    return k.amax(x)


@op("MinBackward1", saves=("x", "out"))
def _min_all(k, x, /):
    """The smallest number of all; equals share the gradient"""
    return k.amin(x)


@_max_all.backward
@_min_all.backward
def _(node, g):
    x, out = node.saved
    return _shared(g, x, out, tuple(range(rank(x))))


@op("AmaxBackward0", saves=("x", "out"))
def _amax(k, x, /, axes, keepdim):
    """The largest number over the axes; equals share the gradient"""
    return k.amax(x, axes, keepdim)


@op("AminBackward0", saves=("x", "out"))
def _amin(k, x, /, axes, keepdim):
    """The smallest number over the axes; equals share the gradient"""
    return k.amin(x, axes, keepdim)


@_amax.backward
@_amin.backward
def _(node, g):
    x, out = node.saved
    axes, keepdim = node.options
    if not keepdim:
        g, out = unsqueeze_all(g, axes), unsqueeze_all(out, axes)
    return _shared(g, x, out, axes)


def _shared(g: Any, x: Any, extreme: Any, axes: tuple[int, ...]) -> Any:
    equal = eq(x, extreme)
    return where(equal, div(g, sum(equal, axes, True) if axes else 1), 0.0)


@op("ArgmaxBackward0", differentiable=False)
def _argmax(k, x, /, axes, keepdim):
    """Position of the largest number, NaN first"""
    return k.largest(x, axes, keepdim)[1]


@op("ArgminBackward0", differentiable=False)
def _argmin(k, x, /, axes, keepdim):
    """Position of the smallest number, NaN first"""
    return k.smallest(x, axes, keepdim)[1]


def _require_numbers(name: str, input: Any, axes: tuple[int, ...] | None, error: type[Exception]) -> None:
    """Nothing has no extreme: raises with PyTorch's sentence."""
    shape = tuple(input.shape)
    if axes is None and 0 in shape:
        more = " Specify the reduction dim with the 'dim' argument." if error is RuntimeError else ""
        raise error(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.{more}")
    for axis in axes or ():
        if shape and shape[axis] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {axis} to have non-zero size.")


def _along(name: str, op: Any, input: Any, dim: int, keepdim: bool) -> Any:
    axis = canonical_dim(dim, rank(input))
    _require_numbers(name, input, (axis,), IndexError)
    return op(input, axis, keepdim)


def _require_tensor(name: str, input: Any, other: Any) -> None:
    if not is_tensor(input):
        raise TypeError(
            f"{name}() received an invalid combination of arguments - got ({type(input).__name__}, "
            f"{type(other).__name__}), but expected one of:\n * (Tensor input, *, Tensor out = None)\n * (Tensor "
            "input, Tensor other, *, Tensor out = None)\n * (Tensor input, int dim, bool keepdim = False, *, tuple of "
            "Tensors out = None)\n * (Tensor input, name dim, bool keepdim = False, *, tuple of Tensors out = None)\n"
        )


def max(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest number; (values, indices) along `dim`; of two tensors, the larger at each place."""
    if dim is None and other is None and isinstance(input, Value) and input.array.size:
        return _max_all(input)
    _require_tensor("max", input, dim)
    other = dim if is_tensor(dim) else other
    if other is not None:
        return maximum(input, other)
    if dim is None:
        _require_numbers("max", input, None, RuntimeError)
        return _max_all(input)
    return results.max(*_along("max", _max_dim, input, dim, keepdim))


def min(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest number; (values, indices) along `dim`; of two tensors, the smaller at each place."""
    if dim is None and other is None and isinstance(input, Value) and input.array.size:
        return _min_all(input)
    _require_tensor("min", input, dim)
    other = dim if is_tensor(dim) else other
    if other is not None:
        return minimum(input, other)
    if dim is None:
        _require_numbers("min", input, None, RuntimeError)
        return _min_all(input)
    return results.min(*_along("min", _min_dim, input, dim, keepdim))


def _over(name: str, op: Any, input: Any, dim: Any, keepdim: bool, out: Any) -> Any:
    axes = canonical_dims(dim, rank(input))
    everything = not isinstance(dim, int) and len(dim) == 0
    _require_numbers(name, input, None if everything else axes, RuntimeError)
    if out is not None and out.dtype is not input.dtype:
        raise RuntimeError(
            "Expected the dtype for input and out to match, but got "
            f"{class_name(numpy_dtype(input))} for input's dtype "
            f"and {class_name(numpy_dtype(out))} for out's dtype."
        )
    return deliver(name, op(input, axes, keepdim), out, input)


def amax(input: Any, dim: Any = (), keepdim: bool = False, *, out: Any = None) -> Any:
    """The largest number over `dim` (all axes where empty); equals share the gradient."""
    return _over("amax", _amax, input, dim, keepdim, out)


def amin(input: Any, dim: Any = (), keepdim: bool = False, *, out: Any = None) -> Any:
    """The smallest number over `dim` (all axes where empty); equals share the gradient."""
    return _over("amin", _amin, input, dim, keepdim, out)


def _position(name: str, op: Any, input: Any, dim: int | None, keepdim: bool) -> Any:
    if dim is not None:
        axis = canonical_dim(dim, rank(input))
        _require_numbers(name, input, (axis,), IndexError)
        return op(input, (axis,) if rank(input) else (), keepdim)
    _require_numbers(name, input, None, IndexError)
    found = op(input, tuple(range(rank(input))), False)
    return reshape(found, (1,) * rank(input)) if keepdim else found


def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Position of the largest number, flat or along `dim`; NaN counts as the largest."""
    return _position("argmax", _argmax, input, dim, keepdim)


def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Position of the smallest number, flat or along `dim`; NaN counts as the smallest."""
    return _position("argmin", _argmin, input, dim, keepdim)
