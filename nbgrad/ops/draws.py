"""Random numbers whose distribution tensors describe: recorded, but no gradient flows into the description."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.dtypes import DefaultDtype
from nbgrad.ops.inplace import zero
from nbgrad.placement import beside
from nbgrad.shapes import broadcast_shapes


@op("NormalBackward3")
def _normal_of_both(k, mean, std, /, numbers):
    """out = numbers std + mean"""
    return k.add(k.mul(numbers, std), mean)


@op("NormalBackward1")
def _normal_of_mean(k, mean, /, std, numbers):
    """out = numbers std + mean"""
    return k.add(k.mul(numbers, std), mean)


@op("NormalBackward2")
def _normal_of_std(k, std, /, mean, numbers):
    """out = numbers std + mean"""
    return k.add(k.mul(numbers, std), mean)


@op("BernoulliBackward0")
def _coins(k, chances, /, numbers):
    """out = the coins that fell, whatever the chances were"""
    return numbers


@_normal_of_both.backward
def _(node, g):
    return zero(g), zero(g)


@_normal_of_mean.backward
@_normal_of_std.backward
@_coins.backward
def _(node, g):
    return zero(g)


def scaled_normal(mean: Any, std: Any, draw: Callable[[tuple[int, ...], np.dtype], np.ndarray]) -> Any:
    """Normal numbers around `mean` with deviation `std`, of which one at least is a tensor.

    draw: standard normal numbers of a shape and dtype.
    """
    wide = std.array if isinstance(std, Value) else np.asarray(std)
    if not (wide >= 0).all():
        if isinstance(std, Value):
            raise RuntimeError("normal expects all elements of std >= 0.0")
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if not isinstance(std, Value):
        return _normal_of_mean(mean, std, beside(draw(mean.array.shape, mean.array.dtype), mean.array))
    if not isinstance(mean, Value):
        kind = std.array.dtype if std.array.dtype.kind == "f" else DefaultDtype.floating.numpy
        return _normal_of_std(std, mean, beside(draw(std.array.shape, kind), std.array))
    shape = broadcast_shapes(mean.array.shape, std.array.shape)
    return _normal_of_both(mean, std, beside(draw(shape, mean.array.dtype), mean.array))


def bernoulli(chances: Any, draw: Callable[[], np.ndarray]) -> Any:
    """1 with the chance of each element, else 0. draw: which coins fell."""
    return _coins(chances, draw().astype(chances.array.dtype))
