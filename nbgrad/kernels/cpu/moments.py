"""Variances, norms and log-sum-exps along chosen axes, each in double precision inside its loop.

Every kernel sees its array as (outer, count, inner) and reduces the middle axis.
"""

import math

import numpy as np

from nbgrad.device import empty
from nbgrad.kernels.cpu.reduce import as_outer_count_inner, reduced_shape
from nbgrad.kernels.registry import kernel


@kernel()
def _variance(x, variance, mean, count, inner, degrees):
    """mean[o, i] = Σ_c x[o, c, i] / count; variance[o, i] = Σ_c (x[o, c, i] - mean)² / degrees."""
    for o in range(mean.size // inner):
        for i in range(inner):
            base = o * count * inner + i
            total = 0.0
            for c in range(count):
                total += x[base + c * inner]
            middle = total / count
            squares = 0.0
            for c in range(count):
                squares += (x[base + c * inner] - middle) ** 2
            mean[o * inner + i], variance[o * inner + i] = middle, squares / degrees


@kernel()
def _deviation(variance, out):
    """out[i] = √variance[i]; (n,)."""
    for i in range(out.size):
        out[i] = math.sqrt(variance[i])


@kernel()
def _logsumexp(x, out, count, inner):
    """out[o, i] = log Σ_c exp(x[o, c, i]), the largest taken out first."""
    for o in range(out.size // inner):
        for i in range(inner):
            base = o * count * inner + i
            largest = -math.inf
            for c in range(count):
                value = x[base + c * inner]
                if value > largest or value != value:
                    largest = value
            shift = 0.0 if math.isinf(largest) else largest
            total = 0.0
            for c in range(count):
                total += math.exp(x[base + c * inner] - shift)
            out[o * inner + i] = math.log(total) + shift


@kernel()
def _norm(x, out, count, inner, order):
    """out[o, i] = (Σ_c |x[o, c, i]|^order)^(1 / order), the count of what is not 0 (order 0), the extreme (±inf)."""
    for o in range(out.size // inner):
        for i in range(inner):
            base = o * count * inner + i
            total = math.inf if order == -math.inf else 0.0
            for c in range(count):
                value = abs(float(x[base + c * inner]))
                if order == 2:
                    total += value * value
                elif order == 1:
                    total += value
                elif order == 0:
                    total += 1.0 if value != 0 else 0.0
                elif order == math.inf:
                    total = value if value > total or value != value else total
                elif order == -math.inf:
                    total = value if value < total or value != value else total
                else:
                    total += value**order
            if order == 2:
                total = math.sqrt(total)
            elif order != 0 and order != 1 and not math.isinf(order):
                total = total ** (1.0 / order)
            out[o * inner + i] = total


def variance(x: np.ndarray, axes: tuple[int, ...], keepdim: bool, correction: float) -> tuple[np.ndarray, np.ndarray]:
    """(Σ (x - mean)² / (n - correction), mean) over the axes; NaN or inf where no degree of freedom is left."""
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out, mean = empty(shape, x.dtype), empty(shape, x.dtype)
    if out.size:
        _variance(flat, out.reshape(-1), mean.reshape(-1), count, inner, float(max(count - correction, 0)))
    kept = reduced_shape(x.shape, axes, keepdim)
    return out.reshape(kept), mean.reshape(kept)


def deviation(x: np.ndarray, axes: tuple[int, ...], keepdim: bool, correction: float) -> tuple[np.ndarray, np.ndarray]:
    """(√variance, mean) over the axes."""
    out, mean = variance(x, axes, keepdim, correction)
    _deviation(out.reshape(-1), out.reshape(-1))
    return out, mean


def logsumexp(x: np.ndarray, axes: tuple[int, ...], keepdim: bool) -> np.ndarray:
    """log Σ exp(x) over the axes."""
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype)
    if out.size:
        _logsumexp(flat, out.reshape(-1), count, inner)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


def vector_norm(x: np.ndarray, axes: tuple[int, ...], keepdim: bool, order: float) -> np.ndarray:
    """(Σ |x|^order)^(1 / order) over the axes."""
    flat, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype)
    if out.size:
        _norm(flat, out.reshape(-1), count, inner, float(order))
    return out.reshape(reduced_shape(x.shape, axes, keepdim))
