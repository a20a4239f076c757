"""Losses of classes: negative log-likelihood and cross entropy."""

import math
from typing import Any

import numpy as np

from nbgrad.autograd.record import BACKENDS, op
from nbgrad.ops.arithmetic import add, add_number, div, div_number, mul, mul_number, neg
from nbgrad.ops.comparison import masked_fill
from nbgrad.ops.loss import reduction_of
from nbgrad.ops.operands import refuse_gradient
from nbgrad.ops.reduce import sum
from nbgrad.ops.shape import broadcast, permute, reshape
from nbgrad.ops.softmax import log_softmax
from nbgrad.ops.values import array_of

_CLASS_NUMBERS = (np.dtype(np.int64), np.dtype(np.uint8))


def _forward(k: Any, rows: Any, target: Any, weight: Any, reduction: str, ignored: int) -> Any:
    """rows: (n, classes), target: (n,)"""
    if weight is None and reduction != "none":
        return k.class_loss(rows, target, ignored, reduction == "mean")
    if weight is None:
        return k.neg(k.pick(rows, target, ignored))
    weights = _weights(k, target, weight, ignored)
    picked = k.mul(k.pick(rows, target, ignored), weights)
    if reduction == "none":
        return k.neg(picked)
    total = k.neg(k.sum(picked, (0,), False))
    return total if reduction == "sum" else k.div(total, k.sum(weights, (0,), False))


def _weights(k: Any, target: Any, weight: Any, ignored: int) -> Any:
    """The weight of each target's class, 0 where it is ignored."""
    if weight.size == 0:
        return k.full(target.shape, 0, weight.dtype)
    kept = k.ne(target, ignored)
    return k.where(kept, k.take(weight, (k.where(kept, target, 0),)), 0)


def _row_gradient(g: Any, classes: int, target: Any, weight: Any, reduction: str, ignored: int) -> Any:
    """The gradient of (n, classes) from that of the loss; target and weight are arrays."""
    if weight is None and reduction != "none":
        return _class_gradient(g, target, classes, ignored, reduction == "mean")
    if reduction == "mean":
        g = div(g, sum(_weights(BACKENDS[type(target)], target, weight, ignored)))
    g = broadcast(g, target.shape) if reduction != "none" else g
    if weight is not None:
        g = mul(g, _weights(BACKENDS[type(target)], target, weight, ignored))
    return _place(neg(g), target, classes, ignored)


@op("NllLossBackward0", saves=("target", "weight"))
def _nll_loss(k, x, /, target, weight, reduction, ignored):
    """out = -mean_n weight[target[n]] x[n, target[n]] over the targets that are not ignored; a vector is one row"""
    out = _forward(k, x[None] if x.ndim == 1 else x, target.reshape(-1), weight, reduction, ignored)
    return out.reshape(()) if x.ndim == 1 else out


@_nll_loss.backward
def _(node, g):
    shape, (reduction, ignored) = node.shape(), node.options
    target, weight = map(array_of, node.saved)
    if len(shape) == 1 and reduction == "none":
        g = reshape(g, (1,))
    rows = _row_gradient(g, shape[-1], target.reshape(-1), weight, reduction, ignored)
    return rows if len(shape) == 2 else reshape(rows, shape)


@op("NllLoss2DBackward0", saves=("target", "weight"))
def _nll_loss2d(k, x, /, target, weight, reduction, ignored):
    """`_nll_loss` of each pixel; x: (N, C, H, W), target: (N, H, W)"""
    rows = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    out = _forward(k, rows, target.reshape(-1), weight, reduction, ignored)
    return out.reshape(target.shape) if reduction == "none" else out


@_nll_loss2d.backward
def _(node, g):
    target, weight = map(array_of, node.saved)
    reduction, ignored = node.options
    n, c, h, w = node.shape()
    flat = reshape(g, (-1,)) if reduction == "none" else g
    rows = _row_gradient(flat, c, target.reshape(-1), weight, reduction, ignored)
    return permute(reshape(rows, (n, h, w, c)), (0, 3, 1, 2))


@op("NllLossBackwardBackward0")
def _class_gradient(k, g, /, target, classes, ignored, mean):
    """Zeros (n, classes) with -g, by the number of targets where `mean`, in column target[n]; linear in g"""
    return k.class_loss_gradient(g, target, classes, ignored, mean)


@_class_gradient.backward
def _(node, h):
    target, _classes, ignored, mean = node.options
    return _nll_loss(h, target, None, "mean" if mean else "sum", ignored)


@op("ScatterBackward0")
def _place(k, values, /, target, classes, ignored):
    """Zeros (n, classes) with values[n] in column target[n]"""
    return k.place(values, target, classes, ignored)


@_place.backward
def _(node, g):
    target, _classes, ignored = node.options
    return neg(_nll_loss(g, target, None, "none", ignored))


def nll_loss(
    input: Any, target: Any, weight: Any = None, size_average: bool | None = None, ignore_index: int = -100,
    reduce: bool | None = None, reduction: str = "mean",
) -> Any:  # fmt: skip
    """out = -mean weight[target[n]] input[n, target[n]], a mean weighted alike.

    input: (N, C), (C,) or (N, C, ...) log-probabilities; target: class numbers, input's shape without C. Raises
    IndexError where a target is no class, ValueError where the sizes differ.
    """
    return _nll(input, target, weight, ignore_index, reduction_of(reduction, size_average, reduce))


def _nll(input: Any, target: Any, weight: Any, ignored: int, reduction: str) -> Any:
    shape = array_of(input).shape
    _check(shape, target, weight, ignored)
    refuse_gradient("nll_loss_forward" if len(shape) < 3 else "nll_loss2d_forward", "weight", weight)
    if len(shape) < 3:
        return _nll_loss(input, target, weight, reduction, ignored)
    if len(shape) == 4:
        return _nll_loss2d(input, target, weight, reduction, ignored)
    inner = math.prod(shape[2:])
    flat = reshape(input, (*shape[:2], 1, inner))
    loss = _nll_loss2d(flat, reshape(target, (shape[0], 1, inner)), weight, reduction, ignored)
    return reshape(loss, (shape[0], *shape[2:])) if reduction == "none" else loss


def _check(shape: tuple[int, ...], target: Any, weight: Any, ignored: int) -> None:
    if not shape:
        raise RuntimeError("Expected 1 or more dimensions (got 0)")
    labels = array_of(target)
    if len(shape) > 1 and (not labels.ndim or shape[0] != labels.shape[0]):
        rows = labels.shape[0] if labels.ndim else 0
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({rows}).")
    if len(shape) > 2 and tuple(labels.shape[1:]) != shape[2:]:
        raise RuntimeError(f"Expected target size {[shape[0], *shape[2:]]}, got {list(labels.shape)}")
    if len(shape) == 2 and labels.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if labels.dtype not in _CLASS_NUMBERS:
        names = {"float32": "Float", "float64": "Double", "int32": "Int", "int16": "Short", "int8": "Char"}
        found = names.get(labels.dtype.name, "Bool")
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {found}")
    classes = shape[min(len(shape) - 1, 1)]
    if weight is not None and tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )
    outside = BACKENDS[type(labels)].no_class(labels, classes, ignored)
    if outside is not None:
        raise IndexError(f"Target {outside} is out of bounds.")


def cross_entropy(
    input: Any, target: Any, weight: Any = None, size_average: bool | None = None, ignore_index: int = -100,
    reduce: bool | None = None, reduction: str = "mean", label_smoothing: float = 0.0,
) -> Any:  # fmt: skip
    """out = nll_loss(log_softmax(input), target); target: class numbers, or probabilities of input's own shape.

    label_smoothing: the share of each target that is spread evenly over all classes.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    shape = array_of(input).shape
    axis = 0 if len(shape) == 1 else 1
    if array_of(target).shape == shape:
        if array_of(target).dtype.kind != "f":
            raise RuntimeError("Expected floating point type for target with class probabilities, got Long")
        return _of_probabilities(input, target, weight, axis, reduction, label_smoothing)
    if label_smoothing:
        return _smoothed(input, target, weight, axis, ignore_index, reduction, label_smoothing)
    return _nll(log_softmax(input, axis), target, weight, ignore_index, reduction)


def _along(weight: Any, rank: int, axis: int) -> Any:
    return reshape(weight, tuple(-1 if i == axis else 1 for i in range(rank)))


def _of_probabilities(input: Any, target: Any, weight: Any, axis: int, reduction: str, smoothing: float) -> Any:
    classes, rank = input.shape[axis], len(input.shape)
    if smoothing:
        target = add_number(mul_number(target, 1 - smoothing), smoothing / classes)
    losses = mul(log_softmax(input, axis), target)
    if weight is not None:
        losses = mul(losses, _along(weight, rank, axis))
    if reduction == "none":
        return neg(sum(losses, axis))
    total = neg(sum(losses))
    return total if reduction == "sum" else div_number(total, float(math.prod(input.shape)) / classes)


def _smoothed(
    input: Any, target: Any, weight: Any, axis: int, ignored: int, reduction: str, smoothing: float
) -> Any:  # fmt: skip
    logs = log_softmax(input, axis)
    hard = _nll(logs, target, weight, ignored, reduction)
    spread = neg(sum(logs if weight is None else mul(logs, _along(weight, len(input.shape), axis)), axis))
    labels = array_of(target)
    spread = masked_fill(spread, labels == ignored, 0.0)
    if reduction != "none":
        spread = sum(spread)
    if reduction == "mean":
        kept = labels[labels != ignored]
        spread = div(spread, float(kept.size) if weight is None else sum(array_of(weight)[kept]))
    return add(mul_number(hard, 1 - smoothing), mul_number(spread, smoothing / input.shape[axis]))
