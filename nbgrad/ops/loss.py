"""Losses: how far from the target, as one number to walk downhill from."""

from typing import Any

import numpy as np

from nbgrad.autograd.record import op
from nbgrad.autograd.value import Value
from nbgrad.ops.arithmetic import div, mul, neg, sub
from nbgrad.ops.reduce import mean, sum
from nbgrad.ops.shape import expand, reshape
from nbgrad.ops.softmax import log_softmax

REDUCTIONS = ("mean", "sum", "none")


def _reduce(losses: Any, reduction: str) -> Any:
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return losses if reduction == "none" else mean(losses) if reduction == "mean" else sum(losses)


@op("MseLossBackward0", saves=("a", "b"))
def _mse_loss(k, a, b, /, reduction):
    """out = (a - b)², as it is, summed or averaged"""
    difference = k.sub(a, b)
    squares = k.mul(difference, difference)
    if reduction == "none":
        return squares
    return (k.mean if reduction == "mean" else k.sum)(squares, tuple(range(squares.ndim)), False)


@_mse_loss.backward
def _(node, g):
    a, b = node.saved
    difference = sub(a, b)
    scale = 2.0 / max(int(np.prod(difference.shape)), 1) if node.options[0] == "mean" else 2.0
    flowing = mul(mul(difference, g), scale)
    return flowing, neg(flowing) if node.needs(1) else None


def mse_loss(input: Any, target: Any, reduction: str = "mean") -> Any:
    """out = mean (input - target)²; reduction "mean", "sum" or "none"."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _mse_loss(input, target, reduction)


@op("NllLossBackward0", saves=("target",))
def _nll_loss(k, x, target, /, reduction, ignored):
    """out = -mean_n x[n, target[n]] over the targets that are not ignored"""
    picked = k.pick(x, target, ignored)
    if reduction == "none":
        return k.neg(picked)
    total = k.neg(k.sum(picked, (0,), False))
    return total if reduction == "sum" else k.div(total, float(np.count_nonzero(target != ignored)))


@_nll_loss.backward
def _(node, g):
    (target,) = node.saved
    reduction, ignored = node.options
    rows, classes = node.shape()
    if reduction != "none":
        count = float(np.count_nonzero(_array(target) != ignored)) if reduction == "mean" else 1.0
        g = expand(div(g, count), (rows,))
    return _place(neg(g), target, classes, ignored), None


@op("ScatterBackward0", saves=("target",))
def _place(k, values, target, /, classes, ignored):
    """Zeros (n, classes) with values[n] in column target[n]"""
    return k.place(values, target, classes, ignored)


@_place.backward
def _(node, g):
    (target,) = node.saved
    return neg(_nll_loss(g, target, "none", node.options[1])), None


def _array(value: Any) -> np.ndarray:
    return value.array if isinstance(value, Value) else value


def nll_loss(input: Any, target: Any, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """out = -mean input[n, target[n]]; input: (N, C) log-probabilities or (C,), target: (N,) or () int64.

    Raises IndexError where a target is no class, ValueError where the batch sizes differ.
    """
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if len(input.shape) == 1:
        loss = nll_loss(reshape(input, (1, -1)), reshape(target, (1,)), ignore_index, reduction)
        return reshape(loss, ()) if reduction == "none" else loss
    classes, labels = input.shape[1], _array(target)
    if input.shape[0] != labels.shape[0]:
        raise ValueError(
            f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({labels.shape[0]})."
        )
    if labels.dtype != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {labels.dtype.name.capitalize()}")
    outside = (labels < 0) | (labels >= classes)
    if outside.any() and (outside & (labels != ignore_index)).any():
        raise IndexError(f"Target {labels[outside & (labels != ignore_index)][0]} is out of bounds.")
    return _nll_loss(input, target, reduction, ignore_index)


def cross_entropy(input: Any, target: Any, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """out = nll_loss(log_softmax(input), target); target: class numbers, or probabilities of input's own shape."""
    if _array(target).dtype.kind == "f":
        if tuple(target.shape) != tuple(input.shape):
            raise ValueError(
                f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({target.shape[0]})."
            )
        losses = neg(sum(mul(log_softmax(input, -1), target), -1))
        return _reduce(losses, reduction)
    return nll_loss(log_softmax(input, -1), target, ignore_index, reduction)
