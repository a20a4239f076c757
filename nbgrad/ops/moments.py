"""Variances, standard deviations, norms and log-sum-exps."""

import math
import warnings
from typing import Any

from nbgrad.autograd.record import op
from nbgrad.ops.arithmetic import div, mul, sub
from nbgrad.ops.cast import to_dtype
from nbgrad.ops.comparison import eq, where
from nbgrad.ops.dims import canonical_dims
from nbgrad.ops.nuclear import nuclear_norm
from nbgrad.ops.pointwise import abs, exp, pow, sign
from nbgrad.ops.reduce import mean, sum
from nbgrad.ops.shape import broadcast, unsqueeze_all
from nbgrad.ops.values import class_name, numpy_dtype, rank


@op("VarBackward0", saves=("x",))
def _var(k, x, /, axes, keepdim, correction):
    """out = Σ (x - mean)² / (n - correction)"""
    return k.variance(x, axes, keepdim, correction)[0]


@_var.backward
def _(node, g):
    (x,) = node.saved
    return _var_gradient(g, x, *node.options)


@op("VarMeanBackward0", saves=("x",))
def _var_mean(k, x, /, axes, keepdim, correction):
    """(Σ (x - mean)² / (n - correction), mean)"""
    return k.variance(x, axes, keepdim, correction)


@_var_mean.backward
def _(node, g=None, g_mean=None):
    (x,) = node.saved
    spread = None if g is None else _var_gradient(g, x, *node.options)
    return _joined(spread, g_mean, node)


@op("StdBackward0", saves=("x", "out"))
def _std(k, x, /, axes, keepdim, correction):
    """out = √(Σ (x - mean)² / (n - correction))"""
    return k.deviation(x, axes, keepdim, correction)[0]


@_std.backward
def _(node, g):
    x, out = node.saved
    return _var_gradient(_through_root(g, out), x, *node.options)


@op("StdMeanBackward0", saves=("x", "out"))
def _std_mean(k, x, /, axes, keepdim, correction):
    """(√(Σ (x - mean)² / (n - correction)), mean)"""
    return k.deviation(x, axes, keepdim, correction)


@_std_mean.backward
def _(node, g=None, g_mean=None):
    x, out = node.saved
    spread = None if g is None else _var_gradient(_through_root(g, out), x, *node.options)
    return _joined(spread, g_mean, node)


def _through_root(g: Any, out: Any) -> Any:
    """The gradient behind out = √variance; 0 where nothing varies."""
    return where(eq(out, 0), 0.0, div(g, mul(out, 2.0)))


def _count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    return math.prod(shape[axis] for axis in axes)


def _kept(g: Any, axes: tuple[int, ...], keepdim: bool) -> Any:
    return g if keepdim else unsqueeze_all(g, axes)


def _var_gradient(g: Any, x: Any, axes: tuple[int, ...], keepdim: bool, correction: float) -> Any:
    freedom = _count(tuple(x.shape), axes) - correction
    factor = 2.0 / freedom if freedom > 0 else math.inf
    centred = sub(x, mean(x, axes, True)) if axes else mul(x, 0.0)
    return mul(mul(_kept(g, axes, keepdim), factor), centred)


def _joined(spread: Any, g_mean: Any, node: Any) -> Any:
    if g_mean is None:
        return spread
    axes, keepdim, _ = node.options
    shape = node.shape()
    even = div(broadcast(_kept(g_mean, axes, keepdim), shape), float(_count(shape, axes)))
    return even if spread is None else spread + even


def _varied(name: str, op: Any, input: Any, dim: Any, unbiased: Any, keepdim: bool, correction: Any) -> Any:
    if numpy_dtype(input).kind != "f":
        raise RuntimeError("std and var only support floating point and complex dtypes")
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    correction = 1 if correction is None else correction
    axes = canonical_dims(dim, rank(input))
    if _count(tuple(input.shape), axes) - correction <= 0:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).",
            stacklevel=3,
        )
    return op(input, axes, keepdim, correction)


def var(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = 1) -> Any:
    """out = Σ (input - mean)² / (n - correction) over `dim` (all axes where None)."""
    return _varied("var", _var, input, dim, unbiased, keepdim, correction)


def std(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = 1) -> Any:
    """out = √var over `dim` (all axes where None)."""
    return _varied("std", _std, input, dim, unbiased, keepdim, correction)


def var_mean(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = 1) -> Any:
    """(variance, mean) over `dim` (all axes where None)."""
    return _varied("var_mean", _var_mean, input, dim, unbiased, keepdim, correction)


def std_mean(input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = 1) -> Any:
    """(standard deviation, mean) over `dim` (all axes where None)."""
    return _varied("std_mean", _std_mean, input, dim, unbiased, keepdim, correction)


@op("LogsumexpBackward0", saves=("x", "out"))
def _logsumexp(k, x, /, axes, keepdim):
    """out = log Σ exp(x)"""
    return k.logsumexp(x, axes, keepdim)


@_logsumexp.backward
def _(node, g):
    x, out = node.saved
    axes, keepdim = node.options
    return mul(_kept(g, axes, keepdim), exp(sub(x, _kept(out, axes, keepdim))))


def logsumexp(input: Any, dim: Any, keepdim: bool = False) -> Any:
    """out = log Σ exp(input) over `dim`."""
    if numpy_dtype(input).kind != "f":
        input = input.float()
    return _logsumexp(input, canonical_dims(dim, rank(input)), keepdim)


@op("LinalgVectorNormBackward0", saves=("x", "out"))
def _vector_norm(k, x, /, axes, keepdim, order):
    """out = (Σ |x|^order)^(1 / order)"""
    return k.vector_norm(x, axes, keepdim, order)


@_vector_norm.backward
def _(node, g):
    x, out = node.saved
    axes, keepdim, order = node.options
    return _norm_gradient(_kept(g, axes, keepdim), x, _kept(out, axes, keepdim), axes, order)


def _norm_gradient(g: Any, x: Any, norm: Any, axes: tuple[int, ...], order: float) -> Any:
    if order == 0:
        return mul(broadcast(g, tuple(x.shape)), 0.0)
    if order == 1:
        return mul(g, sign(x))
    if order == 2:
        return mul(x, where(eq(norm, 0), 0.0, div(g, norm)))
    if math.isinf(order):
        equal = eq(abs(x), norm)
        count = sum(equal, axes, True) if axes else 1
        return mul(sign(x), where(equal, div(g, count), 0.0))
    if order < 2:
        powered = where(eq(x, 0), 0.0, mul(sign(x), pow(abs(x), order - 1)))
        return mul(powered, mul(g, pow(norm, 1 - order)))
    scale = where(eq(norm, 0), 0.0, div(g, pow(norm, order - 1)))
    return mul(mul(x, pow(abs(x), order - 2)), scale)


def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """out = (Σ |input|^p)^(1 / p) over `dim` (all axes where None); "fro" is p = 2."""
    input = input if dtype is None else to_dtype(input, dtype.numpy)
    if numpy_dtype(input).kind != "f":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{class_name(numpy_dtype(input))}"
        )
    if p == "nuc":
        return nuclear_norm(input, dim, keepdim)
    order = 2.0 if p in ("fro", None) else float(p)
    return _vector_norm(input, canonical_dims(dim, rank(input)), keepdim, order)
