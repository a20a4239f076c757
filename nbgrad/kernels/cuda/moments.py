"""Variances, norms and log-sum-exps along chosen axes, each in double precision.

Every kernel sees its array as (outer, count, inner) and reduces the middle axis; a line is what one
(o, i) has along it.
"""

import math
from typing import Any

import numpy as np

from nbgrad.kernels.cuda.blocks import THREADS, block_largest, block_smallest, block_sum, larger, smaller
from nbgrad.kernels.cuda.driver import cuda, device_function
from nbgrad.kernels.cuda.functions import exp, log, sqrt
from nbgrad.kernels.cuda.memory import empty
from nbgrad.kernels.cuda.reduce import as_outer_count_inner, fold, reduced_shape
from nbgrad.kernels.cuda.registry import kernel
from nbgrad.strided import DeviceArray

_FLOATS = ("float32", "float64")
_VARIANCE = tuple(f"void({kind}[::1], {kind}[::1], {kind}[::1], int64, int64, float64, boolean)" for kind in _FLOATS)
_LOGSUMEXP = tuple(f"void({kind}[::1], {kind}[::1], int64, int64)" for kind in _FLOATS)
_NORM = tuple(f"void({kind}[::1], {kind}[::1], int64, int64, float64)" for kind in _FLOATS)


@kernel(*_VARIANCE)
def variance_twin(x, variance, mean, count, inner, degrees, root):
    """mean[o, i] = Σ_c x[o, c, i] / count; variance[o, i] = Σ_c (x[o, c, i] - mean)² / degrees, or its root."""
    for line in range(cuda.grid(1), mean.size, cuda.gridsize(1)):
        base, total, squares = line // inner * count * inner + line % inner, np.float64(0), np.float64(0)
        for c in range(count):
            total += x[base + c * inner]
        middle = total / np.float64(count)
        for c in range(count):
            squares += (x[base + c * inner] - middle) * (x[base + c * inner] - middle)
        spread = squares / degrees
        mean[line], variance[line] = middle, sqrt(spread) if root else spread


@kernel(*_VARIANCE, twin=variance_twin)
def variance_lines(x, variance, mean, count, inner, degrees, root):
    """`variance_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, np.float64)
    for line in range(cuda.blockIdx.x, mean.size, cuda.gridDim.x):
        base, total, squares = line // inner * count * inner + line % inner, np.float64(0), np.float64(0)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += x[base + c * inner]
        middle = block_sum(total, room) / np.float64(count)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            squares += (x[base + c * inner] - middle) * (x[base + c * inner] - middle)
        spread = block_sum(squares, room) / degrees
        if cuda.threadIdx.x == 0:
            mean[line], variance[line] = middle, sqrt(spread) if root else spread


@kernel(*_LOGSUMEXP)
def logsumexp_twin(x, out, count, inner):
    """out[o, i] = log Σ_c exp(x[o, c, i]), the largest taken out first."""
    for line in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        base, top, total = line // inner * count * inner + line % inner, np.float64(-np.inf), np.float64(0)
        for c in range(count):
            top = larger(top, np.float64(x[base + c * inner]))
        shift = np.float64(0) if math.isinf(top) else top
        for c in range(count):
            total += exp(np.float64(x[base + c * inner]) - shift)
        out[line] = log(total) + shift


@kernel(*_LOGSUMEXP, twin=logsumexp_twin)
def logsumexp_lines(x, out, count, inner):
    """`logsumexp_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, np.float64)
    for line in range(cuda.blockIdx.x, out.size, cuda.gridDim.x):
        base, top, total = line // inner * count * inner + line % inner, np.float64(-np.inf), np.float64(0)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            top = larger(top, np.float64(x[base + c * inner]))
        top = block_largest(top, room)
        shift = np.float64(0) if math.isinf(top) else top
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total += exp(np.float64(x[base + c * inner]) - shift)
        total = block_sum(total, room)
        if cuda.threadIdx.x == 0:
            out[line] = log(total) + shift


@device_function
def _with_next(total, value, order):
    """What |x| of so many numbers adds up to for a norm of this order, with one more."""
    if order == np.inf:
        return larger(total, value)
    if order == -np.inf:
        return smaller(total, value)
    if order == 2:
        return total + value * value
    if order == 1:
        return total + value
    if order == 0:
        return total + (np.float64(1) if value != 0 else np.float64(0))
    return total + value**order


@device_function
def _finished(total, order):
    """The norm of what adds up to a total."""
    if order == 2:
        return sqrt(total)
    if order == 0 or order == 1 or math.isinf(order):
        return total
    return total ** (1 / order)


@kernel(*_NORM)
def norm_twin(x, out, count, inner, order):
    """out[o, i] = (Σ_c |x[o, c, i]|^order)^(1 / order), the count of what is not 0 (order 0), the extreme (±inf)."""
    for line in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        base = line // inner * count * inner + line % inner
        total = np.float64(np.inf) if order == -np.inf else np.float64(0)
        for c in range(count):
            total = _with_next(total, abs(np.float64(x[base + c * inner])), order)
        out[line] = _finished(total, order)


@kernel(*_NORM, twin=norm_twin)
def norm_lines(x, out, count, inner, order):
    """`norm_twin`, one block for each line."""
    room = cuda.shared.array(THREADS, np.float64)
    for line in range(cuda.blockIdx.x, out.size, cuda.gridDim.x):
        base = line // inner * count * inner + line % inner
        total = np.float64(np.inf) if order == -np.inf else np.float64(0)
        for c in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            total = _with_next(total, abs(np.float64(x[base + c * inner])), order)
        if order == np.inf:
            total = block_largest(total, room)
        elif order == -np.inf:
            total = block_smallest(total, room)
        else:
            total = block_sum(total, room)
        if cuda.threadIdx.x == 0:
            out[line] = _finished(total, order)


def _spread(x: DeviceArray, axes: tuple[int, ...], keepdim: bool, correction: float, root: bool) -> Any:
    numbers, shape, count, inner = as_outer_count_inner(x, axes)
    out, mean = empty(shape, x.dtype), empty(shape, x.dtype)
    degrees = float(max(count - correction, 0))
    fold((variance_twin, variance_lines), out.size, count, numbers, out, mean, count, inner, degrees, root)
    kept = reduced_shape(x.shape, axes, keepdim)
    return out.reshape(kept), mean.reshape(kept)


def variance(
    x: DeviceArray, axes: tuple[int, ...], keepdim: bool, correction: float
) -> tuple[DeviceArray, DeviceArray]:
    """(Σ (x - mean)² / (n - correction), mean) over the axes; NaN or inf where no degree of freedom is left."""
    return _spread(x, axes, keepdim, correction, False)


def deviation(
    x: DeviceArray, axes: tuple[int, ...], keepdim: bool, correction: float
) -> tuple[DeviceArray, DeviceArray]:
    """(√variance, mean) over the axes."""
    return _spread(x, axes, keepdim, correction, True)


def logsumexp(x: DeviceArray, axes: tuple[int, ...], keepdim: bool) -> DeviceArray:
    """log Σ exp(x) over the axes."""
    numbers, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype)
    fold((logsumexp_twin, logsumexp_lines), out.size, count, numbers, out, count, inner)
    return out.reshape(reduced_shape(x.shape, axes, keepdim))


def vector_norm(x: DeviceArray, axes: tuple[int, ...], keepdim: bool, order: float) -> DeviceArray:
    """(Σ |x|^order)^(1 / order) over the axes."""
    numbers, shape, count, inner = as_outer_count_inner(x, axes)
    out = empty(shape, x.dtype)
    fold((norm_twin, norm_lines), out.size, count, numbers, out, count, inner, float(order))
    return out.reshape(reduced_shape(x.shape, axes, keepdim))
