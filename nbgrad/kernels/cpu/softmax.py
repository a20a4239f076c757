"""softmax and its logarithm along one axis, without overflow, and their gradients.

Kernels see arrays as (outer, count, inner) and work along the middle axis. Where it is the last one, chunks of rows go
through each step together, so that the exponentials of a chunk are one long loop.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable

from nbgrad.device import empty
from nbgrad.kernels.cpu.launch import SPLIT, address_of, call_address, launch, part
from nbgrad.kernels.cpu.math import exp, larger, log
from nbgrad.kernels.cpu.simd import full_width
from nbgrad.kernels.registry import kernel

_CHUNK = 4096  # numbers
_FORWARD = "void(float32[::1], float32[::1], int64, int64)"
_BACKWARD = "void(float32[::1], float32[::1], float32[::1], int64, int64)"


@register_jitable
def _shift_rows(x, out, count):
    """out[r, c] = x[r, c] - max_d x[r, d]."""
    for start in range(0, x.size, count):
        row, shifted, top = x[start : start + count], out[start : start + count], x[start]
        for c in range(count):
            top = larger(top, row[c])
        for c in range(count):
            shifted[c] = row[c] - top


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


@kernel(_FORWARD, twin=_log_softmax_slow)
def _log_softmax(x, out, count, inner):
    """out[o, c, i] = (x[o, c, i] - m) - log Σ_d e^(x[o, d, i] - m), m = max_d x[o, d, i]."""
    full_width()
    chunk = max(_CHUNK // count, 1) * count if inner == 1 else 0
    powers = np.empty(min(chunk, x.size), x.dtype)
    for begin in range(0, x.size if inner == 1 else 0, max(chunk, 1)):
        logs = out[begin : begin + chunk]
        _shift_rows(x[begin : begin + chunk], logs, count)
        for i in range(logs.size):
            powers[i] = exp(logs[i])
        for start in range(0, logs.size, count):
            row, line, total = logs[start : start + count], powers[start : start + count], x.dtype.type(0)
            for c in range(count):
                total += line[c]
            shift = log(total)
            for c in range(count):
                row[c] -= shift
    for o in range(x.size // (count * inner) if inner > 1 else 0):
        for i in range(inner):
            base = o * count * inner + i
            top, total = x[base], x.dtype.type(0)
            for c in range(1, count):
                top = larger(top, x[base + c * inner])
            for c in range(count):
                total += exp(x[base + c * inner] - top)
            shift = log(total)
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


@kernel(_FORWARD, twin=_softmax_slow)
def _softmax(x, out, count, inner):
    """out[o, c, i] = e^(x[o, c, i] - m) / Σ_d e^(x[o, d, i] - m), m = max_d x[o, d, i]."""
    full_width()
    chunk = max(_CHUNK // count, 1) * count if inner == 1 else 0
    for begin in range(0, x.size if inner == 1 else 0, max(chunk, 1)):
        shares = out[begin : begin + chunk]
        _shift_rows(x[begin : begin + chunk], shares, count)
        for i in range(shares.size):
            shares[i] = exp(shares[i])
        for start in range(0, shares.size, count):
            row, total = shares[start : start + count], x.dtype.type(0)
            for c in range(count):
                total += row[c]
            for c in range(count):
                row[c] /= total
    for o in range(x.size // (count * inner) if inner > 1 else 0):
        for i in range(inner):
            base = o * count * inner + i
            top, total = x[base], x.dtype.type(0)
            for c in range(1, count):
                top = larger(top, x[base + c * inner])
            for c in range(count):
                power = exp(x[base + c * inner] - top)
                out[base + c * inner] = power
                total += power
            for c in range(count):
                out[base + c * inner] /= total


@kernel()
def _log_softmax_gradient_slow(g, out, dx, count, inner):
    """dx[o, c, i] = g[o, c, i] - e^out[o, c, i] Σ_d g[o, d, i], straight from the formula."""
    for o in range(out.size // (count * inner)):
        for i in range(inner):
            total = 0.0
            for c in range(count):
                total += g[(o * count + c) * inner + i]
            for c in range(count):
                at = (o * count + c) * inner + i
                dx[at] = g[at] - math.exp(out[at]) * total


@kernel(_BACKWARD, twin=_log_softmax_gradient_slow)
def _log_softmax_gradient(g, out, dx, count, inner):
    """dx[o, c, i] = g[o, c, i] - e^out[o, c, i] Σ_d g[o, d, i]."""
    full_width()
    for i in range(out.size):
        dx[i] = exp(out[i])
    for o in range(out.size // (count * inner)):
        for i in range(inner):
            base, total = o * count * inner + i, g.dtype.type(0)
            for c in range(count):
                total += g[base + c * inner]
            for c in range(count):
                dx[base + c * inner] = g[base + c * inner] - dx[base + c * inner] * total


@kernel()
def _softmax_gradient_slow(g, out, dx, count, inner):
    """dx[o, c, i] = out[o, c, i] (g[o, c, i] - Σ_d g[o, d, i] out[o, d, i]), straight from the formula."""
    for o in range(out.size // (count * inner)):
        for i in range(inner):
            total = 0.0
            for c in range(count):
                total += g[(o * count + c) * inner + i] * out[(o * count + c) * inner + i]
            for c in range(count):
                at = (o * count + c) * inner + i
                dx[at] = out[at] * (g[at] - total)


@kernel(twin=_softmax_gradient_slow)
def _softmax_gradient(g, out, dx, count, inner):
    """dx[o, c, i] = out[o, c, i] (g[o, c, i] - Σ_d g[o, d, i] out[o, d, i])."""
    full_width()
    for o in range(out.size // (count * inner)):
        for i in range(inner):
            base, total = o * count * inner + i, g.dtype.type(0)
            for c in range(count):
                total += g[base + c * inner] * out[base + c * inner]
            for c in range(count):
                dx[base + c * inner] = out[base + c * inner] * (g[base + c * inner] - total)


@kernel()
def _share_of_rows(share, arrays, numbers):
    """A share of kernel(x, out, count, inner): numbers are the kernel's address, the shares, count and inner."""
    x, out, _, _ = arrays
    size = numbers[2] * numbers[3]
    start, stop = part(share, numbers[1], out.size // size, 1)
    rows = x[start * size : stop * size], out[start * size : stop * size]
    call_address(numbers[0], (rows[0], rows[1], numbers[2], numbers[3]))


def _along(loop: Any, axis: int, *arrays: np.ndarray) -> np.ndarray:
    shape = arrays[0].shape
    out = empty(shape, arrays[0].dtype)
    if not out.size:
        return out
    count, inner = shape[axis] if shape else 1, math.prod(shape[axis + 1 :])
    shares = min(numba.get_num_threads(), out.size // (count * inner)) if out.size >= SPLIT else 1
    if shares > 1 and len(arrays) == 1:
        flat = types.Array(numba.from_dtype(out.dtype), 1, "C")
        numbers = np.array((address_of(loop, flat, flat, types.int64, types.int64), shares, count, inner), np.int64)
        launch(_share_of_rows, shares, (arrays[0].ravel(), out.ravel(), out.ravel(), out.ravel()), numbers)
    else:
        loop(*[x.ravel() for x in arrays], out.ravel(), count, inner)
    return out


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """x - log Σ e^x along the axis (non-negative)."""
    return _along(_log_softmax, axis, x)


def log_softmax_gradient(g: np.ndarray, out: np.ndarray, axis: int) -> np.ndarray:
    """g - e^out Σ g along the axis, out the result of `log_softmax`."""
    return _along(_log_softmax_gradient, axis, g, out)


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    """e^x / Σ e^x along the axis (non-negative)."""
    return _along(_softmax, axis, x)


def softmax_gradient(g: np.ndarray, out: np.ndarray, axis: int) -> np.ndarray:
    """out (g - Σ g out) along the axis, out the result of `softmax`."""
    return _along(_softmax_gradient, axis, g, out)
