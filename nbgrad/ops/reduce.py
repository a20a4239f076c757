"""Sums, means, truths: many numbers become one, and the gradient goes back to those it came from."""

import math
from typing import Any

from nbgrad.autograd.engine import Sums
from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import add, div
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.comparison import ne
from nbgrad.ops.dims import canonical_dims
from nbgrad.ops.shape import broadcast, unsafe_view, unsqueeze_all, view
from nbgrad.ops.values import array_of, class_name, numpy_dtype


def _rank(value: Any) -> int:
    return len(value.shape)


def _as(x: Any, dtype: Any) -> Any:
    return x if dtype is None or numpy_dtype(x) == dtype.numpy else to_dtype(x, dtype.numpy)


@op("SumBackward0")
def _sum_all(k, x, /):
    """out = Σ x"""
    return k.sum(x)


@op("SumBackward0")
def _sum_all_as(k, x, /, dtype):
    """out = Σ x in another numpy dtype"""
    return k.sum(k.cast(x, dtype))


@_sum_all.backward
@_sum_all_as.backward
def _(node, g):
    return broadcast(g, node.shape())


@op("SumBackward1")
def _sum(k, x, /, axes, keepdim, dtype=None):
    """out = Σ x over the axes, in this numpy dtype (None: as it comes)"""
    return k.sum(x if dtype is None else k.cast(x, dtype), axes, keepdim)


@_sum.backward
def _(node, g):
    axes, keepdim, *_ = node.options
    return broadcast(g if keepdim else unsqueeze_all(g, axes), node.shape())


@op("MeanBackward0")
def _mean_all(k, x, /):
    """out = Σ x / n"""
    return k.mean(x)


@_mean_all.backward
def _(node, g):
    shape = node.shape()
    return div(broadcast(g, shape), float(math.prod(shape)))


@op("MeanBackward1")
def _mean(k, x, /, axes, keepdim):
    """out = Σ x / n over the axes"""
    return k.mean(x, axes, keepdim)


@_mean.backward
def _(node, g):
    axes, keepdim = node.options
    shape = node.shape()
    count = math.prod(shape[axis] for axis in axes)
    return div(broadcast(g if keepdim else unsqueeze_all(g, axes), shape), float(count))


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """out = Σ input over `dim` (all axes where None); bools and integers sum to int64."""
    if dim is None and dtype is None:
        return _sum_all(input)
    kind = None if dtype is None or numpy_dtype(input) == dtype.numpy else dtype.numpy
    if dim is not None:
        out = _sum(input, canonical_dims(dim, _rank(input)), keepdim, kind)
    else:
        out = _sum_all(input) if kind is None else _sum_all_as(input, kind)
    return out if dtype is None else _as(out, dtype)


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """out = Σ input / n over `dim` (all axes where None); raises RuntimeError for integers."""
    if dim is None and dtype is None and isinstance(input, Value) and input.array.dtype.kind == "f":
        return _mean_all(input)
    kind = numpy_dtype(input) if dtype is None else dtype.numpy
    if kind.kind != "f":
        raise RuntimeError(
            f"mean(): could not infer output dtype. {'Input' if dtype is None else 'Optional'} dtype must be either a "
            f"floating point or complex dtype. Got: {class_name(kind)}"
        )
    input = _as(input, dtype)
    if dim is None:
        return _mean_all(input)
    return _mean(input, canonical_dims(dim, _rank(input)), keepdim)


@op("AllBackward0", differentiable=False)
def _all(k, x, /, axes, keepdim):
    """out = whether every number over the axes is not 0"""
    return k.truth(x, axes, keepdim, True)


@op("AnyBackward0", differentiable=False)
def _any(k, x, /, axes, keepdim):
    """out = whether some number over the axes is not 0"""
    return k.truth(x, axes, keepdim, False)


def all(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether every number over `dim` (all axes where None) is not 0."""
    return _all(input, canonical_dims(dim, _rank(input)), keepdim)


def any(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether some number over `dim` (all axes where None) is not 0."""
    return _any(input, canonical_dims(dim, _rank(input)), keepdim)


def count_nonzero(input: Any, dim: Any = None) -> Any:
    """How many numbers over `dim` (all axes where None) are not 0."""
    return sum(ne(input, 0), dim)


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Sum away what broadcasting from `shape` had repeated."""
    if array_of(x).size == math.prod(shape):  # only axes of extent 1 were added
        return unsafe_view(x, shape)
    extra = _rank(x) - len(shape)
    repeated = tuple(i for i in range(extra, _rank(x)) if shape[i - extra] == 1 and x.shape[i] != 1)
    axes = tuple(range(extra)) + repeated
    summed = _sum(x, axes, True) if axes else x
    return view(summed, shape) if extra else summed


Sums.add, Sums.sum_to, Sums.cast = add, sum_to, to_dtype
