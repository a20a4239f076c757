"""softmax and its logarithm along one axis, without overflow, and their gradients.

Kernels see arrays as rows of `count` numbers; another axis than the last is brought there first. float32 goes through
registers, `width` of them side by side, masked where a row ends; every other type by the slow twins.
"""

import math
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import register_jitable

from nbgrad.device import SMALLEST_POOLED, empty
from nbgrad.kernels.cpu.launch import SPLIT, address_of, call_address, launch, part, thread_count
from nbgrad.kernels.cpu.math import exp, exponents, power_over
from nbgrad.kernels.cpu.simd import (
    FLOAT_LANES,
    at_least,
    lanes,
    largest_of,
    load_row,
    load_row_part,
    store_tile,
    store_tile_part,
    sum_of,
    where_inside,
    zeros_tile,
)
from nbgrad.kernels.registry import kernel

_FORWARD = "void(float32[::1], float32[::1], int64)"
_BACKWARD = "void(float32[::1], float32[::1], float32[::1], int64)"
_FLOAT32 = np.dtype(np.float32)
_ONE, _FOUR = (0,), (0,) * 4  # registers


@register_jitable
def _top(x, start, count, width):
    """The largest of a row; another number of it where one is NaN."""
    step, end, first = len(width) * lanes(x), start + count, x[start]
    rest = count % step
    top = where_inside(rest, load_row_part(width, x, end - rest, rest), first)
    for i in range(start, end - rest, step):
        top = at_least(load_row(width, x, i), top)
    return largest_of(top)


@kernel()
def _log_softmax_slow(x, out, count):
    """out[o, c] = x[o, c] - m - log Σ_d e^(x[o, d] - m), m = max_d x[o, d]."""
    for o in range(0, x.size, count):
        row, total = x[o : o + count], 0.0
        top = row.max()
        for c in range(count):
            total += math.exp(row[c] - top)
        for c in range(count):
            out[o + c] = row[c] - top - math.log(total)


def _log_softmax_kernel(name: str, width: tuple[int, ...], *signatures: str) -> Any:
    @kernel(*signatures, name=name, twin=_log_softmax_slow, exact=True)
    def log_softmax(x, out, count):
        """out[o, c] = (x[o, c] - m) - log Σ_d e^(x[o, d] - m), m = max_d x[o, d]."""
        step = len(width) * lanes(x)
        rest = count % step
        for start in range(0, x.size, count):
            top = _top(x, start, count, width)
            shift, whole, lowest = exponents(top)
            total, end = zeros_tile(_ONE, width, x), start + count
            for i in range(start, end - rest, step):
                total = total + power_over(at_least(load_row(width, x, i) - shift, lowest), whole)
            if rest:
                y = at_least(load_row_part(width, x, end - rest, rest) - shift, lowest)
                total = total + where_inside(rest, power_over(y, whole), np.float32(0))
            less = np.float32(math.log(sum_of(total)) + (whole * math.log(2.0) - (top - shift)))
            for i in range(start, end - rest, step):
                store_tile((load_row(width, x, i) - top) - less, out, i, 0)
            if rest:
                y = (load_row_part(width, x, end - rest, rest) - top) - less
                store_tile_part(y, out, end - rest, 0, 1, rest)

    return log_softmax


@kernel()
def _softmax_slow(x, out, count):
    """out[o, c] = e^(x[o, c] - m) / Σ_d e^(x[o, d] - m), m = max_d x[o, d]."""
    for o in range(0, x.size, count):
        row, total = x[o : o + count], 0.0
        top = row.max()
        for c in range(count):
            total += math.exp(row[c] - top)
        for c in range(count):
            out[o + c] = math.exp(row[c] - top) / total


def _softmax_kernel(name: str, width: tuple[int, ...], *signatures: str) -> Any:
    @kernel(*signatures, name=name, twin=_softmax_slow, exact=True)
    def softmax(x, out, count):
        """out[o, c] = e^x[o, c] 2^-n / Σ_d e^x[o, d] 2^-n, n the exponent of the largest: no difference is rounded."""
        step = len(width) * lanes(x)
        rest = count % step
        for start in range(0, x.size, count):
            shift, whole, lowest = exponents(_top(x, start, count, width))
            total, end = zeros_tile(_ONE, width, x), start + count
            for i in range(start, end - rest, step):
                power = power_over(at_least(load_row(width, x, i) - shift, lowest), whole)
                store_tile(power, out, i, 0)
                total = total + power
            if rest:
                y = at_least(load_row_part(width, x, end - rest, rest) - shift, lowest)
                last = where_inside(rest, power_over(y, whole), np.float32(0))
                total = total + last
            share = np.float32(1) / sum_of(total)
            for i in range(start, end - rest, step):
                store_tile(load_row(width, out, i) * share, out, i, 0)
            if rest:
                store_tile_part(last * share, out, end - rest, 0, 1, rest)

    return softmax


@kernel()
def _log_softmax_gradient_slow(g, out, dx, count):
    """dx[o, c] = g[o, c] - e^out[o, c] Σ_d g[o, d], straight from the formula."""
    for o in range(0, out.size, count):
        total = 0.0
        for c in range(count):
            total += g[o + c]
        for c in range(count):
            dx[o + c] = g[o + c] - math.exp(out[o + c]) * total


def _log_softmax_gradient_kernel(name: str, width: tuple[int, ...], *signatures: str) -> Any:
    @kernel(*signatures, name=name, twin=_log_softmax_gradient_slow, exact=True)
    def log_softmax_gradient(g, out, dx, count):
        """dx[o, c] = g[o, c] - e^out[o, c] Σ_d g[o, d]."""
        step = len(width) * lanes(out)
        for start in range(0, out.size, count):
            total = zeros_tile(_ONE, width, out)
            for i in range(0, count, step):
                total = total + load_row_part(width, g, start + i, count - i)
            share = sum_of(total)
            for i in range(0, count, step):
                power = exp(load_row_part(width, out, start + i, count - i))
                y = load_row_part(width, g, start + i, count - i) - power * share
                store_tile_part(y, dx, start + i, 0, 1, count - i)

    return log_softmax_gradient


@kernel()
def _softmax_gradient_slow(g, out, dx, count):
    """dx[o, c] = out[o, c] (g[o, c] - Σ_d g[o, d] out[o, d]), straight from the formula."""
    for o in range(0, out.size, count):
        total = 0.0
        for c in range(count):
            total += g[o + c] * out[o + c]
        for c in range(count):
            dx[o + c] = out[o + c] * (g[o + c] - total)


def _softmax_gradient_kernel(name: str, width: tuple[int, ...]) -> Any:
    @kernel(name=name, twin=_softmax_gradient_slow, exact=True)
    def softmax_gradient(g, out, dx, count):
        """dx[o, c] = out[o, c] (g[o, c] - Σ_d g[o, d] out[o, d])."""
        step = len(width) * lanes(out)
        for start in range(0, out.size, count):
            total = zeros_tile(_ONE, width, out)
            for i in range(0, count, step):
                at, rest = start + i, count - i
                total = total + load_row_part(width, g, at, rest) * load_row_part(width, out, at, rest)
            share = sum_of(total)
            for i in range(0, count, step):
                at, rest = start + i, count - i
                y = load_row_part(width, out, at, rest) * (load_row_part(width, g, at, rest) - share)
                store_tile_part(y, dx, at, 0, 1, rest)

    return softmax_gradient


# of each: for rows that one register holds, for longer ones, for other types than float32
_LOG_SOFTMAX = (
    _log_softmax_kernel("log_softmax_short", _ONE, _FORWARD),
    _log_softmax_kernel("log_softmax_long", _FOUR),
    _log_softmax_slow,
)
_SOFTMAX = (_softmax_kernel("softmax_short", _ONE, _FORWARD), _softmax_kernel("softmax_long", _FOUR), _softmax_slow)
_LOG_SOFTMAX_GRADIENT = (
    _log_softmax_gradient_kernel("log_softmax_gradient_short", _ONE, _BACKWARD),
    _log_softmax_gradient_kernel("log_softmax_gradient_long", _FOUR),
    _log_softmax_gradient_slow,
)
_SOFTMAX_GRADIENT = (
    _softmax_gradient_kernel("softmax_gradient_short", _ONE),
    _softmax_gradient_kernel("softmax_gradient_long", _FOUR),
    _softmax_gradient_slow,
)


@kernel()
def _share_of_rows(share, arrays, numbers):
    """A share of kernel(x, out, count): numbers are the kernel's address, the shares and count."""
    x, out, _, _ = arrays
    size = numbers[2]
    start, stop = part(share, numbers[1], out.size // size, 1)
    call_address(numbers[0], (x[start * size : stop * size], out[start * size : stop * size], size))


@lru_cache(64)
def _row_numbers(loop: Any, dtype: np.dtype, shares: int, count: int) -> np.ndarray:
    """The numbers of `_share_of_rows`."""
    flat = types.Array(numba.from_dtype(dtype), 1, "C")
    return np.array((address_of(loop, flat, flat, types.int64), shares, count), np.int64)


def _along(loops: tuple[Any, Any, Any], axis: int, *arrays: np.ndarray) -> np.ndarray:
    x = arrays[-1]
    shape, dtype = x.shape, x.dtype
    if axis + 1 < len(shape) and x.size:
        moved = _along(loops, len(shape) - 1, *[np.ascontiguousarray(np.moveaxis(x, axis, -1)) for x in arrays])
        out = empty(shape, dtype)
        np.copyto(out, np.moveaxis(moved, -1, axis))
        return out
    out = np.empty(shape, dtype) if x.nbytes < SMALLEST_POOLED else empty(shape, dtype)
    if not x.size:
        return out
    count = shape[-1] if shape else 1
    loop = loops[2] if dtype is not _FLOAT32 else loops[0] if count <= FLOAT_LANES else loops[1]
    if len(arrays) > 1:
        loop(arrays[0].ravel(), x.ravel(), out.ravel(), count)
        return out
    if x.size < SPLIT or (shares := min(thread_count(), x.size // count)) == 1:
        loop(x.ravel(), out.ravel(), count)
        return out
    flat = out.ravel()
    launch(_share_of_rows, shares, (x.ravel(), flat, flat, flat), _row_numbers(loop, dtype, shares, count))
    return out


def _over_rows(loops: tuple[Any, Any, Any]) -> Any:
    """Make `f(x, axis) -> out`; a few rows of float32 take the shortest way."""
    short, long, _ = loops

    def apply(x: np.ndarray, axis: int) -> np.ndarray:
        shape = x.shape
        if x.dtype is _FLOAT32 and axis + 1 == len(shape) and 0 < x.size < SMALLEST_POOLED >> 2:
            out, count = np.empty(shape, _FLOAT32), shape[-1]
            (short if count <= FLOAT_LANES else long)(x.ravel(), out.ravel(), count)
            return out
        return _along(loops, axis, x)

    return apply


log_softmax = _over_rows(_LOG_SOFTMAX)
log_softmax.__doc__ = """x - log Σ e^x along the axis (non-negative)."""
softmax = _over_rows(_SOFTMAX)
softmax.__doc__ = """e^x / Σ e^x along the axis (non-negative)."""


def log_softmax_gradient(g: np.ndarray, out: np.ndarray, axis: int) -> np.ndarray:
    """g - e^out Σ g along the axis, out the result of `log_softmax`."""
    return _along(_LOG_SOFTMAX_GRADIENT, axis, g, out)


def softmax_gradient(g: np.ndarray, out: np.ndarray, axis: int) -> np.ndarray:
    """out (g - Σ g out) along the axis, out the result of `softmax`."""
    return _along(_SOFTMAX_GRADIENT, axis, g, out)
