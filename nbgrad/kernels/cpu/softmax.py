"""softmax and its logarithm along one axis, without overflow: the largest number is subtracted first."""

import math

import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.registry import kernel


@kernel()
def _log_softmax_slow(x, out, count, inner):
    """out[o, c, i] = x[o, c, i] - log Σ_d e^x[o, d, i], straight from the formula."""
    for o in range(x.size // (count * inner)):
        for i in range(inner):
            total = 0.0
            for c in range(count):
                total += math.exp(x[(o * count + c) * inner + i])
            for c in range(count):
                out[(o * count + c) * inner + i] = x[(o * count + c) * inner + i] - math.log(total)


@kernel("void(float32[::1], float32[::1], int64, int64)", twin=_log_softmax_slow)
def _log_softmax(x, out, count, inner):
    """out[o, c, i] = (x[o, c, i] - m) - log Σ_d e^(x[o, d, i] - m), m = max_d x[o, d, i]."""
    for o in range(x.size // (count * inner)):
        for i in range(inner):
            base = o * count * inner + i
            top = x[base]
            for c in range(1, count):
                top = max(top, x[base + c * inner])
            total = x.dtype.type(0)
            for c in range(count):
                total += math.exp(x[base + c * inner] - top)
            shift = math.log(total)
            for c in range(count):
                out[base + c * inner] = (x[base + c * inner] - top) - shift


@kernel()
def _softmax_slow(x, out, count, inner):
    """out[o, c, i] = e^x[o, c, i] / Σ_d e^x[o, d, i], straight from the formula."""
    for o in range(x.size // (count * inner)):
        for i in range(inner):
            total = 0.0
            for c in range(count):
                total += math.exp(x[(o * count + c) * inner + i])
            for c in range(count):
                out[(o * count + c) * inner + i] = math.exp(x[(o * count + c) * inner + i]) / total


@kernel("void(float32[::1], float32[::1], int64, int64)", twin=_softmax_slow)
def _softmax(x, out, count, inner):
    """out[o, c, i] = e^(x[o, c, i] - m) / Σ_d e^(x[o, d, i] - m), m = max_d x[o, d, i]."""
    for o in range(x.size // (count * inner)):
        for i in range(inner):
            base = o * count * inner + i
            top = x[base]
            for c in range(1, count):
                top = max(top, x[base + c * inner])
            total = x.dtype.type(0)
            for c in range(count):
                power = math.exp(x[base + c * inner] - top)
                out[base + c * inner] = power
                total += power
            for c in range(count):
                out[base + c * inner] /= total


def _along(loop, x: np.ndarray, axis: int) -> np.ndarray:
    x = np.asarray(x, order="C")
    out = empty(x.shape, x.dtype)
    if x.size:
        loop(x.ravel(), out.ravel(), x.shape[axis] if x.ndim else 1, math.prod(x.shape[axis + 1 :]))
    return out


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """x - log Σ e^x along the axis (non-negative)."""
    return _along(_log_softmax, x, axis)


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """e^x / Σ e^x along the axis (non-negative)."""
    return _along(_softmax, x, axis)
