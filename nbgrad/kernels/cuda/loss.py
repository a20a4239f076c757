"""Losses, where a composition would lose digits or make many passes."""

import math
from typing import Any

import numpy as np

from nbgrad.dtypes import result_type
from nbgrad.kernels.cuda import faults
from nbgrad.kernels.cuda.blocks import THREADS, block_sum
from nbgrad.kernels.cuda.copy import cast, flat, full, zeros
from nbgrad.kernels.cuda.driver import cuda
from nbgrad.kernels.cuda.functions import exp, log, log1p
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.registry import kernel, launch, launch_grid
from nbgrad.shapes import broadcast_shapes
from nbgrad.strided import DeviceArray

_FLOATS = ("float32", "float64")
_INT64 = np.dtype(np.int64)


@kernel(*[f"void({kind}[::1], {kind}[::1], {kind}[::1], float64)" for kind in _FLOATS], twin="smooth_l1")
def _smooth_l1(a, b, out, beta):
    """out[i] = d² / (2 beta) where d = |a[i] - b[i]| < beta, else d - beta / 2; (n,)."""
    half, edge = a.dtype.type(0.5), a.dtype.type(beta)
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        d = abs(a[i] - b[i])
        out[i] = half * d * d / edge if d < edge else d - half * edge


@kernel(*[f"void({kind}[::1], {kind}[::1], {kind}[::1], float64)" for kind in _FLOATS], twin="huber")
def _huber(a, b, out, delta):
    """out[i] = d² / 2 where d = |a[i] - b[i]| <= delta, else delta (d - delta / 2); (n,)."""
    half, edge = a.dtype.type(0.5), a.dtype.type(delta)
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        d = abs(a[i] - b[i])
        out[i] = half * d * d if d <= edge else edge * (d - half * edge)


@kernel(*[f"void({kind}[::1], {kind}[::1], {kind}[::1])" for kind in _FLOATS], twin="binary_cross_entropy")
def _binary_cross_entropy(p, t, out):
    """out[i] = -t[i] max(ln p[i], -100) - (1 - t[i]) max(ln (1 - p[i]), -100); (n,)."""
    one, floor = p.dtype.type(1), p.dtype.type(-100)
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        yes, no = log(p[i]), log1p(-p[i])
        yes, no = floor if yes < floor else yes, floor if no < floor else no
        out[i] = (t[i] - one) * no - t[i] * yes


@kernel(*[f"void({', '.join([f'{kind}[::1]'] * 4)})" for kind in _FLOATS], twin="binary_cross_entropy_with_logits")
def _binary_cross_entropy_with_logits(x, t, positive, out):
    """out[i] = (1 - t[i]) x[i] + (1 + (positive[i] - 1) t[i]) ln (1 + e^-x[i]); (n,)."""
    one, zero = x.dtype.type(1), x.dtype.type(0)
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        softplus = log1p(exp(-abs(x[i]))) + (-x[i] if x[i] < zero else zero)
        out[i] = (one - t[i]) * x[i] + (one + (positive[i] - one) * t[i]) * softplus


def _spread(x: DeviceArray, shape: tuple[int, ...], dtype: np.dtype) -> DeviceArray:
    x = x if x.dtype == dtype else cast(x, dtype)
    return flat(x if x.shape == shape else np.broadcast_to(x, shape))  # type: ignore[call-overload]


def _paired(loop: Any, a: DeviceArray, b: DeviceArray, *more: float) -> DeviceArray:
    dtype, shape = result_type(a, b), broadcast_shapes(a.shape, b.shape)
    out = empty(shape, dtype)
    launch(loop, out.size, _spread(a, shape, dtype), _spread(b, shape, dtype), out, *[float(each) for each in more])
    return out


def smooth_l1(a: DeviceArray, b: DeviceArray, beta: float) -> DeviceArray:
    """d² / (2 beta) where d = |a - b| < beta, else d - beta / 2."""
    return _paired(_smooth_l1, a, b, beta)


def huber(a: DeviceArray, b: DeviceArray, delta: float) -> DeviceArray:
    """d² / 2 where d = |a - b| <= delta, else delta (d - delta / 2)."""
    return _paired(_huber, a, b, delta)


def binary_cross_entropy(p: DeviceArray, t: DeviceArray) -> DeviceArray:
    """-t ln p - (1 - t) ln (1 - p), logarithms not below -100."""
    return _paired(_binary_cross_entropy, p, t)


def binary_cross_entropy_with_logits(x: DeviceArray, t: DeviceArray, positive: DeviceArray | None) -> DeviceArray:
    """(1 - t) x + (1 + (positive - 1) t) ln (1 + e^-x)."""
    out = empty(x.shape, x.dtype)
    weight = full((), 1, x.dtype) if positive is None else positive
    arrays = [_spread(each, x.shape, x.dtype) for each in (x, t, weight)]
    launch(_binary_cross_entropy_with_logits, out.size, *arrays, out)
    return out


@kernel(
    *[f"void({kind}[::1], int64[::1], {kind}[::1], int64[::1], int64, int64, boolean)" for kind in _FLOATS],
    twin="class_loss",
)
def _class_loss(x, target, out, fault, classes, ignored, mean):
    """out[0] = -Σ x[n, target[n]] over the targets that are not ignored, by their number where `mean`; one block.

    NaN where a target is no class; fault: see `faults.word`.
    """
    room = cuda.shared.array(THREADS, np.float64)
    total, count = np.float64(0), np.float64(0)
    for n in range(cuda.threadIdx.x, target.size, cuda.blockDim.x):
        label = target[n]
        if label != ignored:
            count += 1
            if 0 <= label < classes:
                total -= x[n * classes + label]
            else:
                total = math.nan
                cuda.atomic.min(fault, 0, label)
    total, count = block_sum(total, room), block_sum(count, room)
    if cuda.threadIdx.x == 0:
        out[0] = total / count if mean else total


@kernel(
    *[f"void({kind}[::1], int64[::1], {kind}[::1], int64, int64, boolean)" for kind in _FLOATS],
    twin="class_loss_gradient",
)
def _class_loss_gradient(g, target, dx, classes, ignored, mean):
    """dx[n, target[n]] = -g[0], by the number of targets that are not ignored where `mean`; zeros elsewhere.

    A target that is no class leaves zeros. Every block counts for itself, which is cheaper than another launch.
    """
    room = cuda.shared.array(THREADS, np.float64)
    count = np.float64(0)
    if mean:
        for n in range(cuda.threadIdx.x, target.size, cuda.blockDim.x):
            if target[n] != ignored:
                count += 1
        count = block_sum(count, room)
    flowing = -g[0] / g.dtype.type(count) if mean else -g[0]
    for i in range(cuda.grid(1), dx.size, cuda.gridsize(1)):
        label = target[i // classes]
        dx[i] = flowing if label == i % classes and label != ignored else g.dtype.type(0)


_BLOCKS = 256


def _labels(target: DeviceArray) -> DeviceArray:
    return flat(target) if target.dtype == _INT64 else cast(target, _INT64)


def no_class(target: DeviceArray, classes: int, ignored: int) -> None:
    """None: the kernels of the losses look for targets that are no classes themselves, and nobody waits (`faults`)."""


def class_loss(x: DeviceArray, target: DeviceArray, ignored: int, mean: bool) -> DeviceArray:
    """-Σ x[n, target[n]] over the targets that are not ignored, or the mean; x: (n, classes), target: (n,)."""
    if target.size == 0:
        return full((), np.nan if mean else 0, x.dtype)
    out = empty((), x.dtype)
    classes, fault = x.shape[1], faults.word()
    launch_grid(_class_loss, 1, THREADS, flat(x), _labels(target), out, fault, classes, ignored, bool(mean))
    return out


def class_loss_gradient(g: DeviceArray, target: DeviceArray, classes: int, ignored: int, mean: bool) -> DeviceArray:
    """The gradient of `class_loss` for x: (n, classes)."""
    if target.size * classes == 0:
        return zeros((target.size, classes), g.dtype)
    dx = empty((target.size, classes), g.dtype)
    blocks = min(-(-dx.size // THREADS), _BLOCKS)
    launch_grid(_class_loss_gradient, blocks, THREADS, flat(g), _labels(target), dx, classes, ignored, bool(mean))
    return dx
