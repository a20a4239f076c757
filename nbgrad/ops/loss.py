"""Losses of real numbers: how far from the target, as one number to walk downhill from."""

import math
import warnings
from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.activation import logsigmoid
from nbgrad.ops.arithmetic import div, maximum, mul, neg, sub
from nbgrad.ops.comparison import le, lt, where
from nbgrad.ops.operands import refuse_gradient
from nbgrad.ops.pointwise import abs, log, sigmoid, sign
from nbgrad.ops.reduce import mean, sum
from nbgrad.ops.shape import broadcast
from nbgrad.shapes import broadcast_shapes

REDUCTIONS = ("mean", "sum", "none")


def reduction_of(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> str:
    """The reduction that the arguments name, older spellings included; raises ValueError where there is none."""
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
            stacklevel=3,
        )
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def reduced(losses: Any, reduction: str) -> Any:
    """The losses as they are, their sum or their mean."""
    return losses if reduction == "none" else mean(losses) if reduction == "mean" else sum(losses)


def _reduced_array(k: Any, losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    return (k.mean if reduction == "mean" else k.sum)(losses, tuple(range(losses.ndim)), False)


def _scaled(g: Any, reduction: str, shape: Any) -> Any:
    """The gradient of each loss from the gradient of their mean or sum."""
    return mul(g, 1.0 / max(math.prod(shape), 1)) if reduction == "mean" else g


@op("MseLossBackward0", saves=("a", "b"))
def _mse_loss(k, a, b, /, reduction):
    """out = (a - b)², as it is, summed or averaged"""
    difference = k.sub(a, b)
    return _reduced_array(k, k.mul(difference, difference), reduction)


@_mse_loss.backward
def _(node, g):
    a, b = node.saved
    difference = sub(a, b)
    scale = 2.0 / max(math.prod(difference.shape), 1) if node.options[0] == "mean" else 2.0
    flowing = mul(mul(difference, g), scale)
    return flowing, neg(flowing) if node.needs(1) else None


@op("SmoothL1LossBackward0", saves=("a", "b"))
def _smooth_l1_loss(k, a, b, /, reduction, beta):
    """out = d² / (2 beta) where d = |a - b| < beta, else d - beta / 2; as it is, summed or averaged"""
    return _reduced_array(k, k.smooth_l1(a, b, beta), reduction)


@_smooth_l1_loss.backward
def _(node, g):
    a, b = node.saved
    reduction, beta = node.options
    difference = sub(a, b)
    slope = where(lt(abs(difference), beta), div(difference, beta), sign(difference))
    flowing = mul(slope, _scaled(g, reduction, difference.shape))
    return flowing, neg(flowing) if node.needs(1) else None


@op("HuberLossBackward0", saves=("a", "b"))
def _huber_loss(k, a, b, /, reduction, delta):
    """out = d² / 2 where d = |a - b| <= delta, else delta (d - delta / 2); as it is, summed or averaged"""
    return _reduced_array(k, k.huber(a, b, delta), reduction)


@_huber_loss.backward
def _(node, g):
    a, b = node.saved
    reduction, delta = node.options
    difference = sub(a, b)
    slope = where(le(abs(difference), delta), difference, mul(sign(difference), delta))
    flowing = mul(slope, _scaled(g, reduction, difference.shape))
    return flowing, neg(flowing) if node.needs(1) else None


@op("BinaryCrossEntropyBackward0", saves=("p", "t", "weight"))
def _binary_cross_entropy(k, p, t, /, weight, reduction):
    """out = -weight (t ln p + (1 - t) ln (1 - p)), as it is, summed or averaged"""
    losses = k.binary_cross_entropy(p, t)
    return _reduced_array(k, losses if weight is None else k.mul(losses, weight), reduction)


@_binary_cross_entropy.backward
def _(node, g):
    p, t, weight = node.saved
    flowing = _scaled(g, node.options[0], p.shape)
    if weight is not None:
        flowing = mul(flowing, weight)
    dp = dt = None
    if node.needs(0):
        dp = mul(flowing, div(sub(p, t), maximum(mul(sub(1.0, p), p), _like(p, 1e-12))))
    if node.needs(1):
        dt = mul(flowing, sub(log(sub(1.0, p)), log(p)))
    return dp, dt


def _like(x: Any, number: float) -> np.ndarray:
    return np.asarray(number, _array(x).dtype)


@op("BinaryCrossEntropyWithLogitsBackward0", saves=("x", "t", "weight", "positive"))
def _binary_cross_entropy_with_logits(k, x, t, /, weight, positive, reduction):
    """out = weight ((1 - t) x + (1 + (positive - 1) t) ln (1 + e^-x)), as it is, summed or averaged"""
    losses = k.binary_cross_entropy_with_logits(x, t, positive)
    return _reduced_array(k, losses if weight is None else k.mul(losses, weight), reduction)


@_binary_cross_entropy_with_logits.backward
def _(node, g):
    x, t, weight, positive = node.saved
    flowing = _scaled(g, node.options[0], x.shape)
    if weight is not None:
        flowing = mul(flowing, weight)
    dx = dt = None
    if node.needs(0):
        if positive is None:
            slope = sub(sigmoid(x), t)
        else:
            held = mul(positive, t)
            slope = sub(mul(sub(sub(held, t), -1.0), sigmoid(x)), held)
        dx = mul(flowing, slope)
    if node.needs(1):
        slope = neg(x) if positive is None else sub(mul(sub(1.0, positive), logsigmoid(x)), x)
        dt = mul(flowing, slope)
    return dx, dt


def _array(value: Any) -> np.ndarray:
    return value.array if isinstance(value, Value) else value


def _warn_of_broadcast(input: Any, target: Any, doubtful: bool = True) -> None:
    if doubtful and tuple(target.shape) != tuple(input.shape):
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )


def _broadcast(input: Any, target: Any) -> tuple[Any, Any]:
    shape = broadcast_shapes(tuple(input.shape), tuple(target.shape))
    return broadcast(input, shape), broadcast(target, shape)


def _weighted(losses: Any, weight: Any, input: Any, reduction: str) -> Any:
    if tuple(weight.shape) != tuple(input.shape):
        raise ValueError("Weights and input must have the same size.")
    losses = mul(losses, weight)
    if reduction == "none":
        return losses
    return sum(losses) if reduction == "sum" else div(sum(losses), sum(weight))


def mse_loss(
    input: Any, target: Any, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
    weight: Any = None,
) -> Any:  # fmt: skip
    """out = mean (input - target)²; reduction "mean", "sum" or "none"."""
    _warn_of_broadcast(input, target)
    reduction = reduction_of(reduction, size_average, reduce)
    if weight is not None:
        difference = sub(*_broadcast(input, target))
        return _weighted(mul(difference, difference), weight, input, reduction)
    return _mse_loss(*_broadcast(input, target), reduction)


def l1_loss(
    input: Any, target: Any, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
    weight: Any = None,
) -> Any:  # fmt: skip
    """out = mean |input - target|; reduction "mean", "sum" or "none"."""
    _warn_of_broadcast(input, target)
    reduction = reduction_of(reduction, size_average, reduce)
    losses = abs(sub(*_broadcast(input, target)))
    return reduced(losses, reduction) if weight is None else _weighted(losses, weight, input, reduction)


def smooth_l1_loss(
    input: Any, target: Any, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean",
    beta: float = 1.0,
) -> Any:  # fmt: skip
    """out = mean of d² / (2 beta) where d = |input - target| < beta, else d - beta / 2."""
    _warn_of_broadcast(input, target)
    reduction = reduction_of(reduction, size_average, reduce)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    input, target = _broadcast(input, target)
    return (
        _smooth_l1_loss(input, target, reduction, float(beta)) if beta else reduced(abs(sub(input, target)), reduction)
    )


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Any:
    """out = mean of d² / 2 where d = |input - target| <= delta, else delta (d - delta / 2)."""
    _warn_of_broadcast(input, target)
    reduction = reduction_of(reduction)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    losses = _huber_loss(*_broadcast(input, target), reduction if weight is None else "none", float(delta))
    return losses if weight is None else _weighted(losses, weight, input, reduction)


def binary_cross_entropy(
    input: Any, target: Any, weight: Any = None, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:  # fmt: skip
    """out = -mean (target ln input + (1 - target) ln (1 - input)), logarithms not below -100; input within 0..1."""
    reduction = reduction_of(reduction, size_average, reduce)
    if tuple(target.shape) != tuple(input.shape):
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    if not ((_array(input) >= 0) & (_array(input) <= 1)).all():
        raise RuntimeError("all elements of input should be between 0 and 1")
    if weight is not None:
        refuse_gradient("binary_cross_entropy", "weight", weight)
        weight = broadcast(weight, broadcast_shapes(tuple(target.shape), tuple(weight.shape)))
    return _binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, size_average: bool | None = None, reduce: bool | None = None,
    reduction: str = "mean", pos_weight: Any = None,
) -> Any:  # fmt: skip
    """out = binary_cross_entropy(sigmoid(input), target) without overflow; pos_weight multiplies the targets' part."""
    reduction = reduction_of(reduction, size_average, reduce)
    if tuple(target.shape) != tuple(input.shape):
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    refuse_gradient("binary_cross_entropy_with_logits", "weight", weight)
    refuse_gradient("binary_cross_entropy_with_logits", "pos_weight", pos_weight)
    return _binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)
