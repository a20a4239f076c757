"""Normalisation: batch norm, layer norm, and vectors of length one.

The gradients are fused kernels while plain arrays flow; where they are recorded, the same formulas as ops.
"""

import math
from collections.abc import Sequence
from typing import Any

from nbgrad.autograd.record import op, wrap
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import add, mul, reciprocal, sub
from nbgrad.ops.cast import clone
from nbgrad.ops.pointwise import sqrt
from nbgrad.ops.reduce import mean, sum
from nbgrad.ops.shape import reshape
from nbgrad.ops.values import array_of


@op("NativeBatchNormBackward0", saves=("x", "weight", "out1", "out2", "running_mean", "running_var"))
def _batch_norm(k, x, weight, bias, /, running_mean, running_var, training, momentum, eps):
    """out = (x - mean) / √(variance + eps) * weight + bias, channel by channel; also mean and 1 / deviation"""
    return k.batch_norm(x, weight, bias, (running_mean, running_var), training, momentum, eps)


@_batch_norm.backward
def _(node, g, _centre=None, _inverse=None):
    x, weight, centre, inverse, _mean, _variance = node.saved
    training, _momentum, eps = node.options
    if isinstance(g, Value):
        return _recorded_batch_norm_gradient(g, x, weight, centre, inverse, training, eps)
    dx, dweight, dbias = _fused_batch_norm_gradient(g, x, centre, inverse, weight, training=training)
    return dx, dweight if node.needs(1) else None, dbias if node.needs(2) else None


@op("NativeBatchNormBackwardBackward0", differentiable=False)
def _fused_batch_norm_gradient(k, g, x, centre, inverse, weight, /, training):
    """dx = weight inverse (g - mean g - x̂ mean (g x̂));  dweight = Σ g x̂;  dbias = Σ g"""
    return k.batch_norm_gradient(g, x, centre, inverse, weight, training)


def _recorded_batch_norm_gradient(
    g: Any, x: Any, weight: Any, centre: Any, inverse: Any, training: bool, eps: float
) -> tuple:
    axes = tuple(axis for axis in range(len(x.shape)) if axis != 1)
    shape = tuple(extent if axis == 1 else 1 for axis, extent in enumerate(x.shape))
    if training:
        centred = sub(x, mean(x, axes, True))
        inverse = reciprocal(sqrt(add(mean(mul(centred, centred), axes, True), eps)))
    else:
        centred, inverse = sub(x, reshape(wrap(centre.array), shape)), reshape(wrap(inverse.array), shape)
    unit = mul(centred, inverse)
    flowing = g
    if training:
        flowing = sub(sub(g, mean(g, axes, True)), mul(unit, mean(mul(g, unit), axes, True)))
    scale = inverse if weight is None else mul(inverse, reshape(weight, shape))
    return mul(flowing, scale), sum(mul(g, unit), axes), sum(g, axes)


@op("NativeLayerNormBackward0", saves=("x", "weight", "out1", "out2"))
def _layer_norm(k, x, weight, bias, /, size, eps):
    """out = (x - mean) / √(variance + eps) * weight + bias over runs of `size`; also mean and 1 / deviation"""
    return k.layer_norm(x, weight, bias, size, eps)


@_layer_norm.backward
def _(node, g, _mean=None, _inverse=None):
    x, weight, centre, inverse = node.saved
    size, eps = node.options
    if isinstance(g, Value):
        dx, dweight, dbias = _recorded_layer_norm_gradient(g, x, weight, size, eps)
    else:
        dx, dweight, dbias = _fused_layer_norm_gradient(g, x, centre, inverse, weight, size=size)
    return (
        dx,
        reshape(dweight, node.shape(1)) if node.needs(1) else None,
        reshape(dbias, node.shape(2)) if node.needs(2) else None,
    )


@op("NativeLayerNormBackwardBackward0", differentiable=False)
def _fused_layer_norm_gradient(k, g, x, centre, inverse, weight, /, size):
    """dx = inverse (h - mean h - x̂ mean (h x̂)), h = g weight;  dweight = Σ g x̂;  dbias = Σ g"""
    return k.layer_norm_gradient(g, x, centre, inverse, weight, size)


def _recorded_layer_norm_gradient(g: Any, x: Any, weight: Any, size: int, eps: float) -> tuple:
    shape = (math.prod(x.shape) // size if size else 0, size)
    flat, flowing = reshape(x, shape), reshape(g, shape)
    centred = sub(flat, mean(flat, 1, True))
    inverse = reciprocal(sqrt(add(mean(mul(centred, centred), 1, True), eps)))
    unit = mul(centred, inverse)
    inner = flowing if weight is None else mul(flowing, reshape(weight, (size,)))
    dx = mul(inverse, sub(sub(inner, mean(inner, 1, True)), mul(unit, mean(mul(inner, unit), 1, True))))
    return reshape(dx, tuple(x.shape)), sum(mul(flowing, unit), 0), sum(flowing, 0)


def batch_norm(
    input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, training: bool = False,
    momentum: float = 0.1, eps: float = 1e-5,
) -> Any:  # fmt: skip
    """out = (input - mean) / √(variance + eps) * weight + bias for each channel of input (N, C, ...).

    In training, mean and variance are those of the batch, and the running ones move by `momentum` towards them;
    otherwise the running ones are used.
    """
    array = array_of(input)
    if array.size == 0:
        return _affine_of_nothing(input, weight, bias)
    channels = array.shape[1]
    if training and array.size == channels:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape}")
    for name, each in (
        ("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias),
    ):  # fmt: skip
        if each is not None and array_of(each).size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {array_of(each).size}")
    if not training and (running_mean is None or running_var is None):
        name = "running_mean" if running_mean is None else "running_var"
        raise RuntimeError(f"{name} must be defined in evaluation mode")
    return _batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


def _affine_of_nothing(input: Any, weight: Any, bias: Any) -> Any:
    out = clone(input)
    out = out if weight is None else mul(out, weight[0])
    return out if bias is None else add(out, bias[0])


def layer_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """out = (input - mean) / √(variance + eps) * weight + bias over the last axes, of extents `normalized_shape`."""
    wanted, shape = tuple(normalized_shape), tuple(input.shape)
    if not wanted:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and tuple(each.shape) != wanted:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(each.shape)} and normalized_shape = {list(wanted)}"
            )
    if len(shape) < len(wanted) or shape[len(shape) - len(wanted) :] != wanted:
        stars = "".join(f", {extent}" for extent in wanted)
        raise RuntimeError(
            f"Given normalized_shape={list(wanted)}, expected input with shape [*{stars}], but got input of size"
            f"{list(shape)}"
        )
    return _layer_norm(input, weight, bias, math.prod(wanted), eps)[0]
