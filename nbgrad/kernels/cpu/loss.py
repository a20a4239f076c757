"""Losses, where a composition would lose digits or make many passes."""

import math

import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.registry import kernel

_INT64 = np.dtype(np.int64)


@kernel()
def _smooth_l1(a, b, out, beta):
    """out[i] = d² / (2 beta) where d = |a[i] - b[i]| < beta, else d - beta / 2; (n,)."""
    half, edge = a.dtype.type(0.5), a.dtype.type(beta)
    for i in range(out.size):
        d = abs(a[i] - b[i])
        out[i] = half * d * d / edge if d < edge else d - half * edge


@kernel()
def _huber(a, b, out, delta):
    """out[i] = d² / 2 where d = |a[i] - b[i]| <= delta, else delta (d - delta / 2); (n,)."""
    half, edge = a.dtype.type(0.5), a.dtype.type(delta)
    for i in range(out.size):
        d = abs(a[i] - b[i])
        out[i] = half * d * d if d <= edge else edge * (d - half * edge)


@kernel()
def _binary_cross_entropy(p, t, out):
    """out[i] = -t[i] max(ln p[i], -100) - (1 - t[i]) max(ln (1 - p[i]), -100); (n,)."""
    kind = p.dtype.type
    floor = kind(-100)
    for i in range(out.size):
        out[i] = (t[i] - kind(1)) * max(math.log1p(-p[i]), floor) - t[i] * max(math.log(p[i]), floor)


@kernel()
def _binary_cross_entropy_with_logits(x, t, positive, out):
    """out[i] = (1 - t[i]) x[i] + (1 + (positive[i] - 1) t[i]) ln (1 + e^-x[i]); (n,)."""
    one = x.dtype.type(1)
    for i in range(out.size):
        softplus = math.log1p(math.exp(-abs(x[i]))) + max(-x[i], x.dtype.type(0))
        out[i] = (one - t[i]) * x[i] + (one + (positive[i] - one) * t[i]) * softplus


def _flat(x: np.ndarray, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    return np.ascontiguousarray(np.broadcast_to(x, shape), dtype).reshape(-1)


def _paired(loop, a: np.ndarray, b: np.ndarray, *more: float) -> np.ndarray:
    dtype, shape = np.result_type(a, b), np.broadcast_shapes(a.shape, b.shape)
    out = empty(shape, dtype)
    loop(_flat(a, shape, dtype), _flat(b, shape, dtype), out.reshape(-1), *more)
    return out


def smooth_l1(a: np.ndarray, b: np.ndarray, beta: float) -> np.ndarray:
    """d² / (2 beta) where d = |a - b| < beta, else d - beta / 2."""
    return _paired(_smooth_l1, a, b, beta)


def huber(a: np.ndarray, b: np.ndarray, delta: float) -> np.ndarray:
    """d² / 2 where d = |a - b| <= delta, else delta (d - delta / 2)."""
    return _paired(_huber, a, b, delta)


def binary_cross_entropy(p: np.ndarray, t: np.ndarray) -> np.ndarray:
    """-t ln p - (1 - t) ln (1 - p), logarithms not below -100."""
    return _paired(_binary_cross_entropy, p, t)


def binary_cross_entropy_with_logits(x: np.ndarray, t: np.ndarray, positive: np.ndarray | None) -> np.ndarray:
    """(1 - t) x + (1 + (positive - 1) t) ln (1 + e^-x)."""
    out = empty(x.shape, x.dtype)
    weight = np.ones((), x.dtype) if positive is None else positive
    _binary_cross_entropy_with_logits(
        *(_flat(each, x.shape, x.dtype) for each in (x, t, weight)), out.reshape(-1)
    )  # fmt: skip
    return out


@kernel("int64(int64[::1], int64, int64)")
def _no_class(target, classes, ignored):
    """The first n whose target is neither a class nor ignored, -1 where there is none; (n,)."""
    for n in range(target.size):
        if (target[n] < 0 or target[n] >= classes) and target[n] != ignored:
            return n
    return -1


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64, boolean)")
def _class_loss(x, target, out, classes, ignored, mean):
    """out[0] = -Σ x[n, target[n]] over the targets that are not ignored, by their number where `mean`; (n, classes)."""
    total, count = 0.0, 0
    for n in range(target.size):
        if target[n] != ignored:
            total -= x[n * classes + target[n]]
            count += 1
    out[0] = total / count if mean else total


@kernel("void(float32[::1], int64[::1], float32[::1], int64, int64, boolean)")
def _class_loss_gradient(g, target, dx, classes, ignored, mean):
    """dx[n, target[n]] = -g[0], by the number of targets that are not ignored where `mean`; zeros elsewhere."""
    dx[:] = 0
    count = 0
    for n in range(target.size):
        count += target[n] != ignored
    flowing = -g[0] / g.dtype.type(count) if mean else -g[0]
    for n in range(target.size):
        if target[n] != ignored:
            dx[n * classes + target[n]] = flowing


def _labels(target: np.ndarray) -> np.ndarray:
    return (target if target.dtype is _INT64 else target.astype(np.int64)).ravel()


def no_class(target: np.ndarray, classes: int, ignored: int) -> int | None:
    """The first target that is neither a class (0 .. classes - 1) nor ignored; None where there is none."""
    labels = _labels(target)
    place = _no_class(labels, classes, ignored)
    return None if place < 0 else int(labels[place])


def class_loss(x: np.ndarray, target: np.ndarray, ignored: int, mean: bool) -> np.ndarray:
    """-Σ x[n, target[n]] over the targets that are not ignored, or the mean; x: (n, classes), target: (n,)."""
    out = np.empty((), x.dtype)
    _class_loss(x.ravel(), _labels(target), out.ravel(), x.shape[1], ignored, mean)
    return out


def class_loss_gradient(g: np.ndarray, target: np.ndarray, classes: int, ignored: int, mean: bool) -> np.ndarray:
    """The gradient of `class_loss` for x: (n, classes)."""
    dx = empty((target.size, classes), g.dtype)
    _class_loss_gradient(g.ravel(), _labels(target), dx.ravel(), classes, ignored, mean)
    return dx
