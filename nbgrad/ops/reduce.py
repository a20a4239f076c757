"""Sums, means, extremes: many numbers become one, and the gradient goes back to those it came from."""

import math
from typing import Any

from nbgrad.autograd.engine import Sums
from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import add, div
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.dims import canonical_dim, canonical_dims
from nbgrad.ops.index import index_put_zeros
from nbgrad.ops.shape import expand, unsqueeze_all, view


def _rank(value: Any) -> int:
    return len(value.shape)


def _as(x: Any, dtype: Any) -> Any:
    return x if dtype is None else to_dtype(x, dtype.numpy)


@op("SumBackward0")
def _sum_all(k, x, /):
    """out = Σ x"""
    return k.sum(x, tuple(range(x.ndim)), False)


@_sum_all.backward
def _(node, g):
    return expand(g, node.shape())


@op("SumBackward1")
def _sum(k, x, /, axes, keepdim):
    """out = Σ x over the axes"""
    return k.sum(x, axes, keepdim)


@_sum.backward
def _(node, g):
    axes, keepdim = node.options
    return expand(g if keepdim else unsqueeze_all(g, axes), node.shape())


@op("MeanBackward0")
def _mean_all(k, x, /):
    """out = Σ x / n"""
    return k.mean(x, tuple(range(x.ndim)), False)


@_mean_all.backward
def _(node, g):
    shape = node.shape()
    return div(expand(g, shape), float(math.prod(shape)))


@op("MeanBackward1")
def _mean(k, x, /, axes, keepdim):
    """out = Σ x / n over the axes"""
    return k.mean(x, axes, keepdim)


@_mean.backward
def _(node, g):
    axes, keepdim = node.options
    shape = node.shape()
    count = math.prod(shape[axis] for axis in axes)
    return div(expand(g if keepdim else unsqueeze_all(g, axes), shape), float(count))


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """out = Σ input over `dim` (all axes where None); bools and integers sum to int64."""
    input = _as(input, dtype)
    if dim is None:
        return _sum_all(input)
    return _sum(input, canonical_dims(dim, _rank(input)), keepdim)


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """out = Σ input / n over `dim` (all axes where None); raises RuntimeError for integers."""
    input = _as(input, dtype)
    kind = (input.array if isinstance(input, Value) else input).dtype
    if kind.kind != "f":
        name = {"int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool"}
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {name[kind.name]}"
        )
    if dim is None:
        return _mean_all(input)
    return _mean(input, canonical_dims(dim, _rank(input)), keepdim)


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
    return index_put_zeros(g, positions, node.shape(), axis)


def _flat_extreme(along_axis: Any, input: Any) -> Any:
    if math.prod(input.shape) == 0:
        raise RuntimeError(
            "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument."
        )
    return along_axis(view(input, (-1,)), 0, False)


def max(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The largest number; with `dim`, (values, indices) along it."""
    if dim is None:
        return _flat_extreme(_max_dim, input)[0]
    return _max_dim(input, canonical_dim(dim, _rank(input)), keepdim)


def min(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest number; with `dim`, (values, indices) along it."""
    if dim is None:
        return _flat_extreme(_min_dim, input)[0]
    return _min_dim(input, canonical_dim(dim, _rank(input)), keepdim)


def argmax(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Position of the largest number, flat or along `dim`."""
    if dim is None:
        return _flat_extreme(_max_dim, input)[1]
    return _max_dim(input, canonical_dim(dim, _rank(input)), keepdim)[1]


def argmin(input: Any, dim: int | None = None, keepdim: bool = False) -> Any:
    """Position of the smallest number, flat or along `dim`."""
    if dim is None:
        return _flat_extreme(_min_dim, input)[1]
    return _min_dim(input, canonical_dim(dim, _rank(input)), keepdim)[1]


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Sum away what broadcasting from `shape` had repeated."""
    extra = _rank(x) - len(shape)
    repeated = tuple(i for i in range(extra, _rank(x)) if shape[i - extra] == 1 and x.shape[i] != 1)
    axes = tuple(range(extra)) + repeated
    summed = _sum(x, axes, True) if axes else x
    return view(summed, shape) if extra else summed


Sums.add, Sums.sum_to, Sums.cast = add, sum_to, to_dtype
